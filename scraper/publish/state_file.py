"""State files, `state/<provider>/<source>.json`: a `State` as JSON and back, with every value checked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from ratecards.model import Rate
from ratecards.storage import codec
from scraper.model import AMOUNT_COUNTS, OUTCOMES, Hold, PriceKey, RecentMove, RecentMoves, State

SCHEMA = 1
_T = TypeVar("_T")
_DAY, _INSTANT = "%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"
_YEARS = 1970, 9998  # earlier ones are written in several ways, and the last day is no day in some zones
_DAYS = ("verified", "stepped", "last_updated")
_INSTANTS = ("failing_since", "observed", "unstable")


def text(state: State) -> str:
    """The file's text."""
    # asdict would go into the rates of the moves
    data: dict[str, Any] = {f.name: getattr(state, f.name) for f in fields(state)}
    data |= {"schema": SCHEMA, "recent": recent_data(state.recent)}
    data["holds"] = {key: hold_data(hold) for key, hold in state.holds.items()}
    return json.dumps(data, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def parse(data: Mapping[str, Any], name: str) -> State:
    """The state of the source `provider/source` from a file's data; what an older file lacks is empty.

    Raises `ValueError` (`CodecError` among them), `KeyError` or `TypeError` on anything that no state holds.
    """
    values = {n: value for n, value in data.items() if n != "schema"}
    moves = values.get("recent", [])
    # before moves were remembered whole they stood in a mapping
    values["recent"] = RecentMoves() if isinstance(moves, dict) else recent_from(moves, name)
    values["holds"] = {key: hold_from(key, hold) for key, hold in values.get("holds", {}).items()}
    state = _typed(State(**values))
    for n in (*_DAYS, *_INSTANTS):
        if said := getattr(state, n):
            _dated(n, said, _DAY if n in _DAYS else _INSTANT)
    if state.outcome not in ("", *OUTCOMES):
        raise ValueError(f"outcome: expected one of {', '.join(OUTCOMES)}, saw {state.outcome[:40]!r}")
    counts = {"tables": state.tables, **state.amounts}
    if off := [n for n, count in counts.items() if count < 0 or n not in ("tables", *AMOUNT_COUNTS)]:
        raise ValueError(f"{', '.join(off)[:80]}: expected counts of {', '.join(AMOUNT_COUNTS)}")
    if "" in state.unread:
        raise ValueError("unread: a section without a name")
    return state


def _typed(found: _T) -> _T:
    """A dataclass from JSON, if every value is of its kind. Raises `TypeError`."""
    kind: Any = type(found)
    if wrong := [n for n, hint in _hints(kind).items() if not _fits(getattr(found, n), hint)]:
        raise TypeError(f"{', '.join(wrong)} of another type")
    return found


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _fits(value: object, hint: Any) -> bool:
    """Whether a value from JSON is of a kind: a plain type, a list, a tuple or a mapping of one."""
    kind, parts = get_origin(hint) or hint, get_args(hint)
    if kind is Mapping:
        return isinstance(value, dict) and all(_fits(each, parts[1]) for each in value.values())
    if kind is Sequence or isinstance(value, tuple):
        kinds = list if kind is Sequence else kind
        return isinstance(value, kinds) and all(_fits(each, parts[0]) for each in value)
    return kind is Any or type(value) is kind


def _dated(name: str, said: object, form: str = "") -> None:
    """Raises `ValueError` unless a text is an instant with its zone, or exactly of a form."""
    try:
        found = datetime.strptime(str(said), form).replace(tzinfo=UTC) if form else datetime.fromisoformat(str(said))
        good = found.tzinfo and _YEARS[0] <= found.year <= _YEARS[1] and (not form or found.strftime(form) == said)
    except ValueError:
        good = False
    if not good:
        raise ValueError(f"{name}: expected {'a day' if form == _DAY else 'an instant'}, saw {str(said)[:40]!r}")


# ------------------------------------------------------------------------------------------------------- holds


def hold_data(hold: Hold) -> dict[str, Any]:
    """A hold as plain data, without what is empty."""
    return {n: value for n, value in asdict(hold).items() if value and value != ("", "")}


def hold_from(key: str, data: Mapping[str, Any]) -> Hold:
    """A hold from plain data. Raises `ValueError`, `KeyError` or `TypeError`."""
    _dated(f"holds {key} since", data["since"])
    if not key:
        raise ValueError("a hold without an id")
    # an early file names the one model
    named = {"models": (data["model"],)} if data.get("model") else {}
    values: dict[str, Any] = {
        n: tuple(value) if isinstance(value, list) else value for n, value in data.items() if n != "model"
    }
    hold = _typed(Hold(**{**named, **values}))
    if len(hold.last) != len(("at", "capture")):
        raise ValueError(f"holds {key}: expected an instant and a capture, saw {hold.last}")
    return hold


# ------------------------------------------------------------------------------------------------------- moves


def recent_data(recent: RecentMoves) -> list[dict[str, Any]]:
    """The moves of the last week as plain data."""
    first = ({"at": on, "appeared": list(key)} for key, on in recent.appeared.items())
    return [*map(_move_data, recent.moved), *first]


def _move_data(move: RecentMove) -> dict[str, Any]:
    sides = {n: side for n, side in (("old", move.old), ("new", move.new)) if side is not None}
    out: dict[str, Any] = {"at": move.at, "model": next(reversed(sides.values())).model}
    for n, side in sides.items():
        out[n] = {k: v for k, v in codec.rate_data(side).items() if k not in ("quote", "locator")}
    return out | {n: True for n in ("verified", "back") if getattr(move, n)}


def recent_from(data: Sequence[Mapping[str, Any]], name: str) -> RecentMoves:
    """The moves of the last week of `provider/source`. Raises `ValueError`, `KeyError` or `TypeError`."""
    for entry in data:
        _dated("recent", entry["at"])
    moved = tuple(_move(entry, name) for entry in data if "appeared" not in entry)
    return RecentMoves(moved, {_key(e["appeared"]): str(e["at"]) for e in data if "appeared" in e})


def _key(words: Sequence[str]) -> PriceKey:
    model, tier, plan, meter = words
    return model, tier, plan, meter


def _move(entry: Mapping[str, Any], name: str) -> RecentMove:
    provider, _, source = name.partition("/")
    owner = {"provider": provider, "source": source, "model": entry["model"]}

    def side(which: str) -> Rate | None:
        bare = {**entry[which], "quote": "", "locator": ""} if which in entry else None
        return codec.rate_from(bare, owner, f"state of {name}") if bare else None

    old, new = side("old"), side("new")
    if not (old or new):
        raise TypeError(f"state of {name}: a move without a rate")
    return RecentMove(str(entry["at"]), old, new, bool(entry.get("verified")), bool(entry.get("back")))
