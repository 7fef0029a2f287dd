"""Where things stand in a dataset, and what was published last: cards, state."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from ratecards import bounded, codec, history, segments
from ratecards.model import RateCard
from scraper.errors import DatasetError
from scraper.recent import recent_from
from scraper.watch import Watch

STATE_SCHEMA = 1


def instant(at: datetime) -> str:
    """An instant as it stands in state and history: ISO, UTC, to the second."""
    return at.strftime(_FORM)


@dataclass(slots=True)
class State:
    """What changes with every look at a source: verdict, validators, hashes, holds. Not part of the data.

    `outcome` is READ after any good look; `verified` is the day, `observed` the instant of the last good one.
    `recent` are the moves of the last week (see `recent`), `unstable` the instant at which a price last went back.
    `said` are digests of the sentences about prices that nothing reads, by section (`continuity`).
    `hashes` are of the part of each representation that prices stand in, keyed like `validators` by representation.
    """

    schema: int = STATE_SCHEMA
    parser: str = ""
    outcome: str = ""
    message: str = ""
    failing_since: str = ""
    verified: str = ""
    observed: str = ""
    last_updated: str = ""
    capture: str = ""
    stepped: str = ""
    tables: int = 0
    hashes: dict[str, str] = field(default_factory=dict)
    validators: dict[str, dict[str, str]] = field(default_factory=dict)
    models: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    amounts: dict[str, int] = field(default_factory=dict)
    holds: dict[str, dict[str, Any]] = field(default_factory=dict)
    recent: list[dict[str, Any]] = field(default_factory=list)
    unstable: str = ""
    said: dict[str, list[str]] = field(default_factory=dict)

    def text(self) -> str:
        """The file's text."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False, sort_keys=True) + "\n"

    @property
    def verified_on(self) -> date | None:
        """The day of the last good reading."""
        return date.fromisoformat(self.verified) if self.verified else None


# How a look can have ended, and what is counted of the amounts on a page.
OUTCOMES = ("READ", "PARTLY_READ", "NOT_FETCHED", "NOT_READ", "SUSPECT", "DAMAGED")
AMOUNT_COUNTS = ("cells", "ignored", "notes", "read", "seen")
_FORM, _DAY_FORM = "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"
_YEARS = 1970, 9998  # earlier ones are written in several ways, and the last day is no day in some zones
_DAYS = ("verified", "stepped", "last_updated")
_INSTANTS = ("failing_since", "observed", "unstable")


def _sound(state: State) -> State:
    """The state, if every value is of its kind and every day and instant is one. Raises `ValueError`, `TypeError`."""
    if wrong := [name for name, hint in get_type_hints(State).items() if not _fits(getattr(state, name), hint)]:
        raise TypeError(f"{', '.join(wrong)} of another type")
    for name in (*_DAYS, *_INSTANTS):
        if text := getattr(state, name):
            _dated(name, text, _DAY_FORM if name in _DAYS else _FORM)
    if state.outcome not in ("", *OUTCOMES):
        raise ValueError(f"outcome: expected one of {', '.join(OUTCOMES)}, saw {state.outcome[:40]!r}")
    for key, hold in state.holds.items():
        _dated(f"holds {key} since", hold["since"])
        if not key or not isinstance(hold.get("what", ""), str):
            raise ValueError("a hold without an id, or whose words are none")
    for entry in state.recent:
        _dated("recent", entry["at"])
    counts = {"tables": state.tables, **state.amounts}
    if wrong := [name for name, count in counts.items() if count < 0 or name not in ("tables", *AMOUNT_COUNTS)]:
        raise ValueError(f"{', '.join(wrong)[:80]}: expected counts of {', '.join(AMOUNT_COUNTS)}")
    if "" in state.unread:
        raise ValueError("unread: a section without a name")
    return state


def _fits(value: object, hint: Any) -> bool:
    """Whether a value from JSON is of a kind: a plain type, a list or a mapping of one."""
    kind, parts = get_origin(hint) or hint, get_args(hint)
    if kind is Any:
        return True
    if type(value) is not kind:
        return False
    if isinstance(value, dict):
        return all(_fits(each, parts[1]) for each in value.values())
    return all(_fits(each, parts[0]) for each in value) if isinstance(value, list) else True


def _dated(name: str, text: object, form: str = "") -> None:
    """Raises `ValueError` unless a text is an instant with its zone, or exactly of a form."""
    try:
        found = datetime.strptime(str(text), form).replace(tzinfo=UTC) if form else datetime.fromisoformat(str(text))
        good = found.tzinfo and _YEARS[0] <= found.year <= _YEARS[1] and (not form or found.strftime(form) == text)
    except ValueError:
        good = False
    if not good:
        raise ValueError(f"{name}: expected {'a day' if form == _DAY_FORM else 'an instant'}, saw {str(text)[:40]!r}")


class Dataset:
    """A dataset's root directory: `ratecards/` (the data) and `state/` beside it.

    With a `watch` nothing is published once another hand has moved what was read.
    """

    def __init__(self, root: Path, watch: Watch | None = None) -> None:
        self.root, self.watch = root, watch

    def state_path(self, name: str) -> str:
        """Relative path of a source's state file; `name` is `provider/source`."""
        return f"state/{name}.json"

    def card_path(self, name: str, model: str) -> str:
        """Relative path of a card."""
        return f"ratecards/cards/{name}/{model}.yaml"

    def history_path(self, name: str) -> str:
        """Relative path of a source's history, or of its first file where there are several."""
        return f"ratecards/history/{name}.jsonl"

    def state(self, name: str) -> State:
        """The source's state; a fresh one before the first run. Raises `DatasetError` on damage."""
        path = self.root / self.state_path(name)
        if not path.exists():
            return State()
        try:
            data = json.loads(bounded.content(path))
            if data["schema"] != STATE_SCHEMA:
                raise DatasetError(f"{path}: expected state schema {STATE_SCHEMA}, saw {data['schema']!r}")
            if isinstance(data.get("recent"), dict):  # as it was written before moves were remembered whole
                data["recent"] = []
            provider, _, source = name.partition("/")
            recent_from(data.get("recent", []), provider, source, str(path))
            return _sound(State(**data))
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise DatasetError(f"{path}: not a state file, restore it from git: {error}") from error

    def cards(self, name: str, expected: list[str] | None = None) -> dict[str, RateCard]:
        """The published cards of a source by model.

        Raises `DatasetError` on a card that cannot be read or, where `expected` models are given, on one that
        is missing or too many: a damaged baseline must never look like news.
        """
        folder = self.root / "ratecards" / "cards" / name
        found = {}
        for path in sorted(folder.glob("*.yaml")):
            try:
                card = codec.decode(bounded.text(path), str(path))
            except (codec.CodecError, UnicodeDecodeError, OSError) as error:
                raise DatasetError(f"damaged baseline, restore it from git: {error}") from error
            if (f"{card.provider}/{card.source}", card.model) != (name, path.stem):
                raise DatasetError(f"{path}: holds the card of {card.provider}/{card.source} {card.model}")
            found[card.model] = card
        if expected is not None and sorted(found) != sorted(expected):
            missing, extra = sorted(set(expected) - set(found)), sorted(set(found) - set(expected))
            raise DatasetError(
                f"{folder}: damaged baseline: missing {missing}, unexpected {extra}; restore it from git"
            )
        return found

    def history_paths(self, name: str) -> list[str]:
        """Relative paths of the files of a source's history, in order. Raises `DatasetError`."""
        with whole_history():
            found = segments.files(self.root / self.history_path(name))
        return [path.relative_to(self.root).as_posix() for path in found]

    def changes(self, name: str) -> list[history.Change]:
        """The whole history of a source. Raises `DatasetError`."""
        with whole_history():
            return segments.read(self.root / self.history_path(name))

    def as_of(self, name: str, until: date = date.max) -> dict[str, RateCard]:
        """What the history of a source folds to as observed up to a day. Raises `DatasetError`."""
        with whole_history():
            return segments.as_of(self.root / self.history_path(name), until)

    def names(self) -> list[str]:
        """The sources that have a history, as `provider/source`."""
        return segments.sources(self.root / "ratecards" / "history")


@contextmanager
def whole_history() -> Iterator[None]:
    """A history that cannot be read is a damaged one."""
    try:
        yield
    except (history.HistoryError, UnicodeDecodeError, OSError) as error:
        raise DatasetError(f"damaged history, restore it from git: {error}") from error
