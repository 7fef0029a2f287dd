"""What is remembered of a source from look to look: how the last one ended, what waits, what moved lately."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from typing import Any, get_args, get_origin, get_type_hints

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


def sound(state: State) -> State:
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
