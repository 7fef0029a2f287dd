"""What a model has been called: ids, aliases and renames over a history, and the nearest to a name nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from ratecards.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ratecards.storage.history import Change


class Renamed(NamedTuple):
    """A model that goes by another id: since when, and when that was recorded."""

    day: date
    recorded: str
    former: str
    model: str


class ModelNames(NamedTuple):
    """All names of a source's history: the first day of each id, the days it went, ids by alias, renames by day."""

    first: Mapping[str, date]
    gone: Mapping[str, Sequence[date]]
    ids: Mapping[str, Sequence[str]]
    renamed: Sequence[Renamed]


# What callers write before an id: paths of Google's APIs; LiteLLM, OpenRouter and gateways; Pydantic AI and LangChain.
PREFIXES = (
    *("models/", "google/", "gemini/", "vertex_ai/", "vertex-ai/", "vertexai/", "vertex/", "openai/", "anthropic/"),
    *(
        "google-gla:",
        "google-vertex:",
        "google_genai:",
        "google_vertexai:",
        "google:",
        "gemini:",
        "vertex_ai:",
        "openai:",
        "anthropic:",
    ),
)
PUBLISHER = "publishers/google/models/"
# Words of an id that do not make it another model, for finding what is near.
_LATEST, _STAGES = "-latest", ("latest", "preview", "exp")


def model_id(name: str) -> str:
    """A model id as the table spells it, from what a person, a gateway or an API path writes."""
    model = name.strip().lower().rpartition(PUBLISHER)[2]
    while model.startswith(PREFIXES):
        model = next(model[len(prefix) :] for prefix in PREFIXES if model.startswith(prefix))
    model = model.partition("@")[0] or model  # a version at the Agent Platform: gemini-2.5-flash@default
    # OpenRouter and people write claude-opus-4.5; no id of Anthropic's has a point
    return model.replace(".", "-") if model.startswith("claude-") else model


def day_of(change: Change) -> date:
    """The day a change was observed; `history.parse` stamps every change that it reads."""
    return change.stamp.observed if change.stamp else date.max


def renamed(changes: Iterable[Change]) -> list[Renamed]:
    """The renames among changes."""
    found = [(c, c.stamp.recorded if c.stamp else "") for c in changes if c.kind == "model_renamed"]
    return [Renamed(day_of(change), recorded, change.previous_id, change.model) for change, recorded in found]


def merged(named: Iterable[ModelNames]) -> ModelNames:
    """What several sources say of names, as one."""
    first: dict[str, date] = {}
    gone: dict[str, list[date]] = {}
    ids: dict[str, list[str]] = {}
    renamed: list[Renamed] = []
    for names in named:
        first |= {model: min(day, first.get(model, day)) for model, day in names.first.items()}
        for days in names.gone:
            gone.setdefault(days, []).extend(names.gone[days])
        for alias in names.ids:
            ids.setdefault(alias, []).extend(names.ids[alias])
        renamed += names.renamed
    return ModelNames(first, gone, ids, renamed)


def renames(renamed: Iterable[Renamed], since: date = date.min, until: date = date.max) -> dict[str, str]:
    """Former id to present id, for renames observed after `since` and up to `until`."""
    now: dict[str, str] = {}
    for change in renamed:
        if since < change.day <= until:
            former = [f for f, model in now.items() if model == change.former]
            now.update(dict.fromkeys([*former, change.former], change.model))
    return now


def ids(names: ModelNames, model: str) -> set[str]:
    """Every model id that a name has stood for, renames followed both ways; empty for an unknown name."""
    return relatives({*names.ids.get(model, ()), *({model} & names.first.keys())}, names.renamed)


def relatives(found: set[str], renamed: Iterable[Renamed]) -> set[str]:
    """Ids with all that the same models were called before and after."""
    pairs = [{change.model, change.former} for change in renamed]
    while more := {name for pair in pairs if pair & found for name in pair} - found:
        found |= more
    return found


def absence(names: ModelNames, model: str, on: date | None) -> str:
    """Why no card goes by that name on that day, in one line."""
    stood_for = ids(names, model)
    if not stood_for:
        return unknown(names, model)
    first = min(names.first[name] for name in stood_for if name in names.first)
    if on and on < first:
        return f"{model} was first observed on {first}; nothing is known of it on {on}"
    for change in names.renamed:
        if on and change.model == model and on < change.day:
            return f"{model} is what {change.former} is called since {change.day}; for {on} ask for {change.former}"
    gone = max((day for day in departures(names, stood_for) if day <= (on or day)), default=None)
    if gone:
        return f"{model} is gone since {gone}; its last card: --on {gone - timedelta(days=1)}"
    return f"{model} names no card any more; it stood for {', '.join(sorted(stood_for))}"


def departures(names: ModelNames, ids: Iterable[str]) -> list[date]:
    """The days on which any of those ids went."""
    return [day for name in ids for day in names.gone.get(name, ())]


def unknown(names: ModelNames, model: str) -> str:
    """That a name is unknown, with the nearest that are not."""
    return unknown_among({*names.first, *names.ids}, model)


def unknown_among(known: Iterable[str], model: str) -> str:
    """That a name is not among those known, with the nearest of them."""
    near = ", ".join(nearest(known, model)[:3])
    points = "no page that is held says what it points to; " if model.endswith(_LATEST) else ""
    return f"unknown model {model!r}; {points}" + (f"nearest: {near}" if near else "`ratecards models` lists them all")


def nearest(known: Iterable[str], model: str) -> list[str]:
    """The names near to one that nobody knows: what holds it, what has all its words, what looks alike."""
    import difflib

    words, numbers = _words(model)

    def order(name: str) -> tuple[object, ...]:
        own, versions = _words(name)
        return not numbers <= versions, len(own), sorted((-float(v) for v in versions), reverse=True), name

    names = sorted(known, key=order)
    within = [name for name in names if model and model in name]
    holding = [name for name in names if words and words <= _words(name)[0]]
    return list(dict.fromkeys([*within, *holding, *difflib.get_close_matches(model, names)]))


def _words(model: str) -> tuple[set[str], set[str]]:
    """The words of an id that say what it is, and the numbers in it."""
    words = {word for word in model.split("-") if word not in _STAGES}
    numbers = {word for word in words if word.replace(".", "", 1).isdecimal() and word.isascii()}
    return words - numbers, numbers
