"""Usage in the forms of APIs, SDKs, gateways, tracers and session files, as plain counts.

A form is data, a file of `forms/`: by what a record is recognised, where its counts stand and what each of them
counts. Beside Google's own usage (`gemini_usage`), which has rules that are no table.

    what = "a chat completion of OpenAI's API"
    usage = ["usage", ""]                        # where the counts stand: in `usage`, or they are the record itself
    model = ["model"]                            # also tier, time, same: the first of these places that says it
    [recognised]                                 # has, any, lacks, only: names that are there; is: what they must say
    has = ["@/prompt_tokens"]                    # `@` is the place of the counts
    [counts]                                     # every number in the usage has a line here, or is an error
    "prompt_tokens" = "input"
    "prompt_tokens_details/cached_tokens" = "cached of input"        # contained in it
    "cache_read_input_tokens" = "cached beside input"                # on top of it

A place is names with `/` between them. A count is one of `input`, `output`, `total`, a part of one (`cached`, `write`,
`thoughts` or a modality, `of` or `beside` it), a plain count of `counts.COUNTS`, or `-`: counted elsewhere. Where two
say the same they must agree. What the total says decides whether parts are contained or on top.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache, lru_cache
from itertools import product

from ratecards.catalog.choices import LIFETIMES, MODALITIES
from ratecards.costing.counts import COUNTS, whole
from ratecards.costing.gemini_usage import Counted
from ratecards.errors import CostError
from ratecards.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Place = tuple[str, ...]

_WHOLES = ("input", "output", "total", "cached", "write")
_PARTS = ("cached", "write", "thoughts", *MODALITIES)
_ELSEWHERE, _USAGE, _KEPT = "-", "@", "kept"
_KEYS = {
    *("what", "source", "usage", "model", "tier", "time", "same", "tier_is", "inside", "each", "nothing", "keeps"),
    *("among", "rest", "recognised", "counts", "refused"),
}


class Meaning(NamedTuple):
    """What a number counts: a whole, or a part of one; `beside` it where it is not contained. `kind` is a lifetime."""

    part: str
    of: str = ""
    beside: bool = False
    kind: str = ""


class Form(NamedTuple):
    """How usage of one kind is written; see the head of this module.

    `inside` is where an answer stands that is read on its own, `each` where a list of records does, `nothing` why a
    record holds no call. `keeps` names what a record says for those after it in its file, where it stands under `kept`.
    `same` is what two records of one call have in common, each at the first place that says it. `among` is said of
    counts that stand among other fields: names without `token` count nothing. `rest` is what tokens of the total are
    that no part has. `refused` has, by place, what must not be said there, and why that cannot be priced.
    """

    name: str
    what: str
    usage: tuple[Place, ...]
    has: tuple[Place, ...]
    any: tuple[Place, ...]
    lacks: tuple[Place, ...]
    only: frozenset[str]
    says: Mapping[Place, tuple[object, ...]]
    counts: Mapping[Place, Meaning]
    model: tuple[Place, ...] = ()
    tier: tuple[Place, ...] = ()
    time: tuple[Place, ...] = ()
    same: tuple[tuple[Place, ...], ...] = ()
    tier_is: str = ""
    inside: Place = ()
    each: Place = ()
    nothing: str = ""
    keeps: Mapping[str, Place] = {}
    among: bool = False
    rest: str = ""
    refused: Mapping[Place, tuple[tuple[object, ...], str]] = {}

    @property
    def demands(self) -> int:
        """How much a record must be like: of two forms that fit the one with more demands is meant."""
        return 2 * len(self.has) + len(self.says) + len(self.lacks) + bool(self.any) + bool(self.only)


# ------------------------------------------------------------------------------------------------ the table


@cache
def forms() -> tuple[Form, ...]:
    """All forms, those with most demands first: of the one file of a wheel, or the files of a checkout.

    Raises `CostError` naming the file and what is wrong in it.
    """
    import tomllib
    from pathlib import Path

    folder = Path(__file__).parent
    packed = folder / "forms.json"
    if packed.exists():
        read = json.loads(packed.read_text(encoding="utf-8"))
        found = [form_of(name, data) for name, data in read.items()]
        return tuple(sorted(found, key=lambda form: -form.demands))
    found = []
    for file in sorted((folder / "forms").glob("*.toml")):
        try:
            found.append(form_of(file.stem, tomllib.loads(file.read_text(encoding="utf-8"))))
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise CostError(f"{file}: {error}") from error
    return tuple(sorted(found, key=lambda form: -form.demands))


def form_of(name: str, data: Mapping[str, Any]) -> Form:
    """The form that a file says. Raises `ValueError` on a word that is not known."""
    if unknown := data.keys() - _KEYS:
        raise ValueError(f"expected {', '.join(sorted(_KEYS))}; saw {', '.join(sorted(unknown))}")
    how = data["recognised"]
    return Form(
        name,
        data["what"],
        _places(data.get("usage", [])),
        _places(how.get("has", [])),
        _places(how.get("any", [])),
        _places(how.get("lacks", [])),
        frozenset(how.get("only", ())),
        {_place(place): tuple(values) for place, values in how.get("is", {}).items()},
        {_place(place): meaning(words) for place, words in data.get("counts", {}).items()},
        _places(data.get("model", [])),
        _places(data.get("tier", [])),
        _places(data.get("time", [])),
        tuple(_places(either.split("|")) for either in data.get("same", [])),
        data.get("tier_is", ""),
        _place(data.get("inside", "")),
        _place(data.get("each", "")),
        data.get("nothing", ""),
        {key: _place(place) for key, place in data.get("keeps", {}).items()},
        data.get("among", False),
        data.get("rest", ""),
        {_place(place): (tuple(rule["values"]), rule["why"]) for place, rule in data.get("refused", {}).items()},
    )


def meaning(words: str) -> Meaning:
    """What the words of a count mean: `cached of input`. Raises `ValueError`."""
    if words == _ELSEWHERE or words in ("input", "output", "total"):
        return Meaning(words)
    name, _, kind = words.partition(" ")
    if name in COUNTS and kind in ("", *MODALITIES):
        return Meaning(name, kind=kind)
    for link in (" of ", " beside "):
        part, found, of = words.partition(link)
        name, _, kind = part.partition(" ")
        if found and name in _PARTS and of in _WHOLES and (not kind or (name == "write" and kind in LIFETIMES)):
            return Meaning(name, of, link == " beside ", kind)
    raise ValueError(f"expected what a count means, as `cached of input`; saw {words!r}")


def _place(text: str) -> Place:
    return tuple(text.split("/")) if text else ()


def _places(texts: Sequence[str]) -> tuple[Place, ...]:
    return tuple(map(_place, texts))


# ---------------------------------------------------------------------------------------- what a record is


def recognised(record: Mapping[Any, Any]) -> tuple[Form, Any] | None:
    """The form of a record and its usage; None where it has none of these."""
    for form, place in _candidates(tuple(record)):
        usage = opened(at(record, place)) if place else record
        if isinstance(usage, Mapping) and _fits(form, record, usage):
            return form, usage
    return None


@lru_cache(maxsize=4096)
def _candidates(names: Place) -> tuple[tuple[Form, Place], ...]:
    """The forms that a record with these names may have, each with a place of its usage."""
    return tuple((form, usage) for form in forms() for usage in form.usage or ((),) if _may_be(form, usage, set(names)))


def _may_be(form: Form, usage: Place, names: set[str]) -> bool:
    needs = [_absolute(place, usage)[0] for place in (*form.has, *form.says)]
    either = [_absolute(place, usage)[0] for place in form.any]
    there = names.issuperset([*needs, *usage[:1]]) and (not either or not names.isdisjoint(either))
    return there and (not form.only or names <= form.only)


def may_have(names: Place) -> bool:
    """Whether a record with these names may have a form."""
    return bool(_candidates(names))


def _absolute(place: Place, usage: Place) -> Place:
    return (*usage, *place[1:]) if place[0] == _USAGE else place


def _fits(form: Form, record: Mapping[Any, Any], usage: Mapping[Any, Any]) -> bool:
    def there(place: Place) -> bool:
        return (at(usage, place[1:]) if place[0] == _USAGE else at(record, place)) is not None

    return (
        all(map(there, form.has))
        and (not form.any or any(map(there, form.any)))
        and not any(map(there, form.lacks))
        and all(at(record, place) in values for place, values in form.says.items())
    )


def at(holder: object, place: Place) -> Any:
    """What stands at a place, None where nothing does.

    A text that is itself JSON is looked into, and so is a list of names and values, as OpenTelemetry writes attributes.
    """
    for name in place:
        holder = opened(holder)
        if not isinstance(holder, Mapping):
            return None
        holder = holder.get(name)
    return holder


def said(record: Mapping[Any, Any], places: Sequence[Place], kept: Mapping[str, Any]) -> Any:
    """What the first of these places says, of the record or of what was kept; None where none says anything."""
    for place in places:
        found = kept.get(place[1]) if place[0] == _KEPT else at(record, place)
        if found not in (None, ""):
            return found
    return None


def identity(form: Form, record: Mapping[Any, Any], kept: Mapping[str, Any]) -> tuple[str, ...]:
    """What all records of the same call have in common; empty where the form has no such thing, or one says nothing."""
    found = [said(record, places, kept) for places in form.same]
    return () if None in found else tuple(v if isinstance(v, str) else json.dumps(v, sort_keys=True) for v in found)


def opened(value: object) -> object:
    """A text that is JSON as its value, as cells of a table have it, and OTLP's attributes by name; else as it is."""
    if isinstance(value, str) and value.startswith("{"):
        return _inner(value)
    return _attributes(value) if isinstance(value, list) else value


@lru_cache(maxsize=64)
def _inner(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _attributes(entries: Sequence[Any]) -> dict[str, Any]:
    """OTLP's `[{"key": "k", "value": {"intValue": "1"}}]` by key."""
    return {str(e["key"]): _value(e.get("value")) for e in entries if isinstance(e, Mapping) and "key" in e}


def _value(value: object) -> object:
    if isinstance(value, Mapping) and len(value) == 1:
        name, inner = next(iter(value.items()))
        return inner if str(name).endswith("Value") else value
    return value


# ------------------------------------------------------------------------------------------- what it counts


def counted(form: Form, usage: Mapping[Any, Any]) -> Counted:
    """A usage of a form as plain counts. Raises `CostError` where a number has no name, or parts are not the total."""
    found: dict[Meaning, tuple[int | Any, str]] = {}
    for place, value in _numbers(usage, form, ()):
        name, means = "/".join(place), form.counts.get(place)
        if means is None:
            raise CostError(f"unknown count {name!r} in {form.what}: its forms are in {form.name}.toml")
        number = value if means.part in COUNTS else whole(name, value)
        known, other = found.setdefault(means, (number, name))
        if known != number:
            raise CostError(f"{other} is {known} and {name} is {number}: both are the {_words(means)}")
    plain = {m: n for m, (n, _) in found.items() if m.part in COUNTS}
    tokens = {m: n for m, (n, _) in found.items() if m.part not in COUNTS and (n or not m.of)}
    counts: dict[str, Any] = {}
    for m, number in plain.items():
        counts[m.part] = {m.kind: number} if m.kind else number
    notes: list[str] = []
    if tokens:
        counts = {**_tokens(form, tokens, notes), **counts}
    return Counted(counts, tuple(notes))


def _numbers(holder: Mapping[Any, Any], form: Form, above: Place) -> Iterator[tuple[Place, Any]]:
    """Every number of a usage with its place; of a usage that stands among other fields those of its form."""
    for name, value in holder.items():
        place = (*above, str(name))
        means = form.counts.get(place)
        if value is None or (means is not None and means.part == _ELSEWHERE):
            continue
        inside = any(len(known) > len(place) and known[: len(place)] == place for known in form.counts)
        if isinstance(value, str) and inside and value.startswith("{"):
            value = _inner(value)  # noqa: PLW2901 - the same, as data
        if isinstance(value, Mapping) and (inside or not (means or form.among)):
            yield from _numbers(value, form, place)
        elif _is_number(value) and (means or not form.among or "token" in place[-1].lower()):
            yield place, _number(value)
        elif means:
            whole("/".join(place), value)


def _is_number(value: object) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, (int, float, Decimal)) or (
        isinstance(value, str) and value.isascii() and value.isdecimal()
    )


def _number(value: Any) -> Any:
    """A whole number as one, however it is written; another as it is."""
    try:
        return int(value) if isinstance(value, str) or value == int(value) else value
    except (ValueError, OverflowError):
        return value


def _words(means: Meaning) -> str:
    part = f"{means.part} {means.kind}".strip()
    return f"{part} {'beside' if means.beside else 'of'} {means.of}" if means.of else part


def _tokens(form: Form, found: Mapping[Meaning, int], notes: list[str]) -> dict[str, Any]:
    """Tokens by their names in `counts.TOKENS`."""
    found = _by_total(form, found, notes)
    write = _write(form, found)
    whole_in = _sum(found, "input", "")
    inside = sum(n for m, n in found.items() if m.part == "write" and m.of == "input" and not m.beside)
    beside = sum(n for m, n in found.items() if m.of == "input" and m.beside and m.part != "write")
    sent = whole_in + beside - inside
    thoughts = _sum(found, "thoughts", "output")
    within = sum(n for m, n in found.items() if m.part == "thoughts" and not m.beside)
    out = (
        _sum(found, "output", "")
        - within
        + sum(n for m, n in found.items() if m.of == "output" and m.beside and m.part != "thoughts")
    )
    if sent < 0 or out < 0:
        part, what = ("cache writes", "input") if sent < 0 else ("thoughts", "output")
        raise CostError(f"{form.what}: more {part} than {what} tokens")
    return {
        "input_tokens": _split(form, "input", sent, found, notes),
        "cached_tokens": _split(form, "cached", _sum(found, "cached", "input"), found, notes),
        "cache_write_tokens": write,
        "output_tokens": _split(form, "output", out, found, notes),
        "thoughts_tokens": thoughts,
    }


def _sum(found: Mapping[Meaning, int], part: str, of: str) -> int:
    return sum(n for m, n in found.items() if m.part == part and m.of == of)


def _write(form: Form, found: Mapping[Meaning, int]) -> dict[str, int]:
    """What was written to a cache, by how long it is kept; `""` where that is not said."""
    kept = {m.kind: n for m, n in found.items() if m.part == "write" and m.kind}
    total = sum(n for m, n in found.items() if m.part == "write" and not m.kind)
    split = sum(n for m, n in found.items() if m.part == "write" and m.of == "write")
    if total and split > total:
        raise CostError(f"{form.what}: {split} tokens of cache writes by lifetime, and {total} in all")
    if total > split:
        kept[""] = total - split
    return kept


def _split(form: Form, part: str, total: int, found: Mapping[Meaning, int], notes: list[str]) -> dict[str, int]:
    """A count by modality: what none is said of is text where any other is said."""
    named = {m.part: n for m, n in found.items() if m.of == part and m.part in MODALITIES}
    left = total - sum(named.values())
    if left < 0:
        raise CostError(f"{form.what}: its {part} tokens by modality are {total - left}, and {total} in all")
    if left and named:
        named["text"] = named.get("text", 0) + left
        notes.append(f"{left} {part} tokens of no named modality are taken as text")
    return named or ({"": total} if total else {})


def _by_total(form: Form, found: Mapping[Meaning, int], notes: list[str]) -> dict[Meaning, int]:
    """The counts, with each part contained or on top, as the total says. Raises `CostError` where neither is it."""
    own = {m: n for m, n in found.items() if m.part != "total"}
    total = found.get(Meaning("total"))
    if total is None or total == _all(own):
        return own
    for cached, thoughts in product((False, True), repeat=2):
        turned = {_turned(m, cached=cached, thoughts=thoughts): n for m, n in own.items()}
        if len(turned) == len(own) and total == _all(turned):
            return turned
    parts = _all(own)
    if form.rest and total > parts:
        notes.append(f"{total - parts} tokens of the total that no count has are taken as {form.rest}")
        whole_of = Meaning(form.rest)
        return {**own, whole_of: own.get(whole_of, 0) + total - parts}
    raise CostError(f"the usage does not add up: its parts are {parts} tokens, its total is {total}")


def _all(found: Mapping[Meaning, int]) -> int:
    """All tokens: the wholes, and what is beside them."""
    return sum(
        n for m, n in found.items() if m.part in ("input", "output") or (m.beside and m.of in ("input", "output"))
    )


def _turned(means: Meaning, *, cached: bool, thoughts: bool) -> Meaning:
    turn = (cached and means.part in ("cached", "write")) or (thoughts and means.part == "thoughts")
    return means._replace(beside=not means.beside) if turn and means.of in ("input", "output") else means
