"""State files, `state/<provider>/<source>.json`: a `State` as JSON and back, with every value checked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

from ratecards.model import Evidence, Rate
from ratecards.storage import codec
from scraper.model import AMOUNT_COUNTS, OUTCOMES, Hold, PriceKey, RecentMove, RecentMoves, State

SCHEMA = 1
NO_EVIDENCE = Evidence("", "")
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
    state = State(**values)
    if wrong := [n for n, fits in _KINDS.items() if not fits(getattr(state, n))]:
        raise TypeError(f"{', '.join(wrong)} of another type")
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


# ---------------------------------------------------------------------------------------------- kinds of values


def _is(kind: type) -> Callable[[object], bool]:
    return lambda value: type(value) is kind


def _all(each: Callable[[object], bool], kind: type = list) -> Callable[[object], bool]:
    """Whether a list, or the values of a mapping, are all of a kind."""

    def fits(value: object) -> bool:
        parts = value.values() if isinstance(value, dict) else value
        return type(value) is kind and all(map(each, parts))  # type: ignore[call-overload]

    return fits


_TEXT, _COUNT = _is(str), _is(int)
_KINDS: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(("parser", "outcome", "message", "capture", *_DAYS, *_INSTANTS), _TEXT),
    "tables": _COUNT,
    "hashes": _all(_TEXT, dict),
    "validators": _all(_all(_TEXT, dict), dict),
    "models": _all(_TEXT),
    "unread": _all(_TEXT),
    "amounts": _all(_COUNT, dict),
    "said": _all(_all(_TEXT), dict),
}


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
    return {n: value for n, value in asdict(hold).items() if (value and n != "last") or (n == "last" and any(value))}


def hold_from(key: str, data: Mapping[str, Any]) -> Hold:
    """A hold from plain data. Raises `ValueError`, `KeyError` or `TypeError`."""
    _dated(f"holds {key} since", data["since"])
    words: dict[str, Any] = {n: data.get(n, "") for n in ("reason", "what")}
    if not key or not all(map(_TEXT, words.values())):
        raise ValueError("a hold without an id, or whose words are none")
    names: dict[str, Any] = {n: tuple(data.get(n, ())) for n in ("members", "models", "corrections")}
    # an early file names the one model
    names["models"] = names["models"] or ((data["model"],) if data.get("model") else ())
    at, capture = data.get("last", ("", ""))
    looks, confirmed = data.get("looks", 1), data.get("confirmed") or {}
    if not (_COUNT(looks) and all(map(_TEXT, (at, capture, *(n for found in names.values() for n in found))))):
        raise TypeError(f"holds {key}: of another type")
    if not isinstance(confirmed, dict):
        raise TypeError(f"holds {key}: confirmed by nothing that is known")
    return Hold(since=data["since"], looks=looks, last=(at, capture), confirmed=confirmed, **words, **names)


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
