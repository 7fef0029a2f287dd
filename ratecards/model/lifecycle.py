"""When a model ends: on which day, and what takes its place. By the notices of its card, and by pages of facts. Pure.

A notice names one day or none (`notices`). A page of facts (`Lifecycle`) gives a day that binds, or the first
on which the model may end, or says that none is announced.

Of days that bind the earliest counts; who says another is told with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache

from ratecards.records import NamedTuple, dataclass, maker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ratecards.model import RateCard


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """What a page of facts says of one model: a line of `v1/lifecycle.json`.

    `shutdown` is a day that binds, `earliest` the first day on which the model may be shut down (of a month its first);
    where both are None the page says that none is announced. `offer` is the source whose models it means. `observed`
    is the day, `recorded` the instant from which on it is known to say so, `gone` the day of the reading that first
    missed the row of a model whose end had passed. `copied`: it was read from a copy.
    """

    provider: str = ""
    source: str = ""
    offer: str
    model: str
    release: date | None = None
    shutdown: date | None = None
    earliest: date | None = None
    successor: str = ""
    quote: str
    locator: str
    observed: date | None = None
    recorded: str = ""
    gone: date | None = None
    copied: bool = False

    @property
    def said_by(self) -> str:
        """`provider/source` of the page."""
        return f"{self.provider}/{self.source}"


class Other(NamedTuple):
    """Who names another day for a model's end, or says that none is announced (`day` is None), and in which words."""

    said_by: str
    day: date | None
    quote: str


class Shutdown(NamedTuple):
    """The day on which a model ends, what its page names in its place (or nothing), and the words that say so.

    `said_by` is the page of facts that they stand on; empty for a notice of the card. `others` say otherwise.
    """

    day: date
    successor: str
    quote: str
    said_by: str = ""
    others: tuple[Other, ...] = ()


Facts = Mapping[str, Mapping[str, tuple[Lifecycle, ...]]]
_DAY_FIELDS = ("release", "shutdown", "earliest", "observed", "gone")
_make = maker(Lifecycle)
_FIELDS = tuple(Lifecycle.__slots__)
_OPTIONAL = {"release", "shutdown", "earliest", "successor", "gone"}


def read(content: Mapping[str, object]) -> Facts:
    """What `v1/lifecycle.json` holds, by offer and model. Raises `ValueError`, `KeyError` or `TypeError` on damage."""
    if content["version"] != 1:
        raise ValueError(f"expected lifecycles of version 1, saw version {content['version']!r}")
    entries = content["lifecycle"]
    if not isinstance(entries, list):
        raise TypeError("expected a list of lifecycles")
    return by_offer(_make([_value(name, entry) for name in _FIELDS]) for entry in entries)


def by_offer(entries: Iterable[Lifecycle]) -> Facts:
    """Lifecycles by offer and model."""
    found: dict[str, dict[str, tuple[Lifecycle, ...]]] = {}
    for one in entries:
        own = found.setdefault(one.offer, {})
        own[one.model] = (*own.get(one.model, ()), one)
    return found


def _value(name: str, entry: Mapping[str, object]) -> object:
    if name == "copied":
        return entry.get(name) is True
    value = entry.get(name, "") if name in _OPTIONAL else entry[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, saw {value!r}")
    if name in _DAY_FIELDS:
        return date.fromisoformat(value) if value else None
    return value


def of_model(
    facts: Mapping[str, tuple[Lifecycle, ...]], names: Sequence[str], on: date | None = None, known: date | None = None
) -> tuple[Lifecycle, ...]:
    """What the facts of an offer say of a model, by its id (the first name) or else its aliases.

    Only what was observed up to a day, and recorded up to a day, where these are given.
    """
    found = facts.get(names[0]) or [one for alias in names[1:] for one in facts.get(alias, ())]
    return tuple(
        one
        for one in found
        if (on is None or (one.observed or on) <= on) and (known is None or one.recorded[:10] <= known.isoformat())
    )


def earliest_binding(card: RateCard) -> Shutdown | None:
    """The first day that binds, of the card's notices and of pages of facts; None where nobody names one."""
    notice = shutdown(card.notices, (card.model, *card.aliases))
    said = [notice] if notice else []
    said += [Shutdown(f.shutdown, f.successor, f.quote, f.said_by) for f in card.lifecycle if f.shutdown]
    if not said:
        return None
    first = min(said, key=lambda one: one.day)
    others = [Other(one.said_by or f"{card.provider}/{card.source}", one.day, one.quote) for one in said]
    # one who says only from when on it may be contradicts a day before that
    others += [Other(f.said_by, f.earliest, f.quote) for f in card.lifecycle if not f.shutdown]
    against = tuple(o for o in others if o.day is None or o.day > first.day)
    named = [first.successor, *(one.successor for one in said), *(one.successor for one in card.lifecycle)]
    return first._replace(successor=next(filter(None, named), ""), others=against)


def observed(ends: Shutdown, card: RateCard) -> date:
    """The day since when the words that announce an end are known: those of a page of facts, or of the card."""
    return next((f.observed for f in card.lifecycle if f.observed and f.said_by == ends.said_by), card.observed)


def may_end(cards: Iterable[RateCard], after: date = date.min) -> list[tuple[date, Lifecycle, RateCard]]:
    """Of models without a day that binds, the first days after a day on which they may end; the soonest first."""
    undated = [(one, card) for card in cards if not card.shutdown for one in card.lifecycle]
    found = [(one.earliest, one, card) for one, card in undated if one.earliest and one.earliest > after]
    return sorted(found, key=lambda ends: (ends[0], ends[2].provider, ends[2].source, ends[2].model))


@lru_cache(maxsize=1024)
def shutdown(notices: tuple[str, ...], ids: tuple[str, ...]) -> Shutdown | None:
    """What the notices of a card announce of the model that goes by these ids; None where they name no one day."""
    if not notices:
        return None
    from ratecards.model.notices import announced  # its patterns take longer to compile than a cost to find

    found = announced(notices, ids)
    return Shutdown(*found) if found else None


def endings(cards: Iterable[RateCard], after: date = date.min) -> list[tuple[Shutdown, RateCard]]:
    """The announced ends of some cards' models that come after a day, the soonest first."""
    found = [(ends, card) for card in cards if (ends := card.shutdown) and ends.day > after]
    return sorted(found, key=lambda pair: (pair[0].day, pair[1].provider, pair[1].source, pair[1].model))


def said(model: str, ends: Shutdown | None, on: date) -> str:
    """What is to be said of a model's end on a day, in one line; empty where nothing is announced."""
    if ends is None:
        return ""
    after = f"; in its place {ends.successor}" if ends.successor else ""
    words = f"{after}: {ends.quote!r}{f' ({ends.said_by})' if ends.said_by else ''}{otherwise(ends)}"
    if on < ends.day:
        return f"{model} is to be shut down on {ends.day}{words}"
    return f"{model} is PAST ITS ANNOUNCED SHUTDOWN of {ends.day}{words}"


def lines(card: RateCard) -> list[str]:
    """What pages of facts say of a card's model, a line each."""
    return [
        f"{words(one)}: {one.quote!r} ({one.said_by}, as observed {one.observed}"
        + (f", listed no more since {one.gone}" if one.gone else "")
        + (", read from a copy of the page)" if one.copied else ")")
        for one in card.lifecycle
    ]


def words(one: Lifecycle) -> str:
    """When a model came and when it ends."""
    came = f"released {one.release}, " if one.release else ""
    after = f"; in its place {one.successor}" if one.successor else ""
    return f"{came}{end(one)}{after}"


def end(one: Lifecycle) -> str:
    """When a model ends, or may, or that nothing is announced."""
    if one.shutdown:
        return f"to be shut down on {one.shutdown}"
    return f"may be shut down from {one.earliest} on" if one.earliest else "no shutdown announced"


def otherwise(ends: Shutdown) -> str:
    """Who says another day, or none, in words that follow others; empty where nobody does."""
    return "".join(f"; but {o.said_by} says {o.day or 'that none is announced'}: {o.quote!r}" for o in ends.others)


def past(ends: Shutdown | None, on: date, seen: date | None) -> str:
    """What a list says of a model that is past its announced end on a day; `seen` is when its page was last read."""
    if ends is None or on < ends.day:
        return ""
    since = "still listed" if seen and seen >= ends.day else "not looked at since"
    return f"past its announced shutdown, {since}"
