"""When a model ends: on which day, and what takes its place. By the notices of its card, and by pages of facts. Pure.

A notice counts where what it says of a shutdown names exactly one day and means the model itself: "earliest October
2026" and "no earlier than October 2, 2026" name none, and the end of a free tier is not the end of a model. A page of
facts (`Lifecycle`) gives a day, or the first on which the model may end, or says that none is announced.

Of days that bind the earliest counts; who says another is told with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache

from ratecards.records import NamedTuple, dataclass, maker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ratecards.model import RateCard

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6})\.?"
_DAYS = tuple(
    re.compile(words, re.IGNORECASE)
    for words in (
        rf"\b{_MONTH} (?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?,? (?P<year>20[0-9]{{2}})\b",
        rf"\b(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)? (?:of )?{_MONTH},? (?P<year>20[0-9]{{2}})\b",
        r"\b(?P<year>20[0-9]{2})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})\b",
    )
)
_ENDS = re.compile(
    r"\bshut(?:s|ting)?[ -]?down\b|\bretir(?:e[sd]?|ing|ement)\b|\bdiscontinu(?:e[sd]?|ing|ation)\b"
    r"|\bsunset(?:s|ting)?\b|\b(?:turned|switched) off\b|\bdecommission(?:ed|ing)?\b|\bremoved from\b"
    r"|\bno longer (?:be )?(?:available|supported|served|accessible)\b|\bstops? (?:working|serving|supporting)\b"
    r"|\bend[ -]of[ -]life\b",
    re.IGNORECASE,
)
# What makes of a day no day, or of an end none.
_OPEN = re.compile(
    r"\bearliest\b|\b(?:no|not) (?:earlier|sooner|before)\b|\bas (?:early|soon) as\b|\bat least\b"
    r"|\b(?:down|off|retired|discontinued|decommissioned)(?: \w+){0,2} after\b|\bor (?:later|after)\b"
    r"|\b(?:may|might|could|can) be\b|\b(?:expected|tentative\w*|estimated|postponed|delayed|extended)\b"
    r"|\b(?:cancel\w*|withdrawn|not|never)\b|n't\b"
    r"|\bno longer (?:be )?(?:shut|retired|deprecated|discontinued|scheduled|planned)\b",
    re.IGNORECASE,
)
# What else than a model may end.
_PART = re.compile(
    r"\b(?:free|paid|tiers?|plans?|batch|flex|priority|cach\w+|pric\w+|ground\w+|discounts?|promotion\w*|offers?"
    r"|features?|tuning|endpoints?|regions?|keys?|quotas?|limits?|search|maps|mode|support)\b",
    re.IGNORECASE,
)
_INSTEAD = re.compile(
    r"\b(?:(?:migrate|move|switch|upgrade|transition) (?:\w+ )?to|(?:replaced|superseded) (?:by|with)|use"
    r"|in favou?r of|replacements?(?: is| are|:)?)\s+",
    re.IGNORECASE,
)
_CLAUSE_ENDS = re.compile(r";|[.!](?=\s|$)|\s(?:to|instead|before|by|as soon|for|on|until|which|that)\s|\sinstead\b|$")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+(?=[A-Z`(\[])")
# Possessive: each character is looked at once, whatever a page says.
_ID = re.compile(r"(?<![\w.\-])[a-z][a-z0-9]*+(?:-[a-z0-9.]++)++(?![\w\-])")
# The longest notice seen has 300 characters; what is longer is no notice.
_LONGEST = 4000
_JOINED = re.compile(r",\s*(?:or|and)\s+|,\s+|\s+(?:or|and)\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """What a page of facts says of one model: a line of `v1/lifecycle.json`.

    `shutdown` is a day that binds, `earliest` the first day on which the model may be shut down (of a month its first);
    where both are None the page says that none is announced. `offer` is the source whose models it means. `observed`
    is the day, `recorded` the instant from which on it is known to say so.
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
_DAY_FIELDS = ("release", "shutdown", "earliest", "observed")
_make = maker(Lifecycle)
_FIELDS = tuple(Lifecycle.__slots__)
_OPTIONAL = {"release", "shutdown", "earliest", "successor"}


def read(content: Mapping[str, object]) -> Facts:
    """What `v1/lifecycle.json` holds, by offer and model. Raises `ValueError`, `KeyError` or `TypeError` on damage."""
    if content["version"] != 1:
        raise ValueError(f"expected lifecycles of version 1, saw version {content['version']!r}")
    entries = content["lifecycle"]
    if not isinstance(entries, list):
        raise TypeError("expected a list of lifecycles")
    return _by_offer(_make([_value(name, entry) for name in _FIELDS]) for entry in entries)


def _by_offer(entries: Iterable[Lifecycle]) -> Facts:
    found: dict[str, dict[str, tuple[Lifecycle, ...]]] = {}
    for one in entries:
        own = found.setdefault(one.offer, {})
        own[one.model] = (*own.get(one.model, ()), one)
    return found


def attached(cards: Iterable[RateCard], entries: Iterable[Lifecycle]) -> list[RateCard]:
    """The cards with what the entries say of their models' days."""
    from dataclasses import replace

    facts = _by_offer(entries)
    return [
        replace(card, lifecycle=of_model(facts.get(f"{card.provider}/{card.source}", {}), (card.model, *card.aliases)))
        for card in cards
    ]


def _value(name: str, entry: Mapping[str, object]) -> object:
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
    found = [(day, notice) for notice in notices if len(notice) <= _LONGEST for day in _announced(notice, ids)]
    if len({day for day, _ in found}) != 1:
        return None
    day, notice = found[0]
    return Shutdown(day, next(filter(None, (_successor(n) for d, n in found if d == day)), ""), notice)


def _announced(notice: str, ids: Sequence[str]) -> Iterator[date]:
    """The days that a notice gives for the end of the model; of a sentence with several, all: they are not one."""
    for sentence in _SENTENCE_ENDS.split(notice):
        # the place of what comes after is not what ends
        said = _without_successor(sentence)
        ends = _ENDS.search(said)
        if ends is None or _OPEN.search(said) or _PART.search(said[: ends.start()]):
            continue
        named = _named(said)
        if not named or set(named) & set(ids):
            yield from days(sentence)


def _without_successor(sentence: str) -> str:
    if instead := _INSTEAD.search(sentence):
        return sentence[: instead.start()] + sentence[_clause_end(sentence, instead.end()) :]
    return sentence


def _clause_end(words: str, start: int) -> int:
    """Where the clause that begins there ends."""
    return next(_CLAUSE_ENDS.finditer(words, start)).start()


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
    return [f"{words(one)}: {one.quote!r} ({one.said_by}, as observed {one.observed})" for one in card.lifecycle]


def words(one: Lifecycle) -> str:
    """When a model came and when it ends."""
    came = f"released {one.release}, " if one.release else ""
    after = f"; in its place {one.successor}" if one.successor else ""
    if one.shutdown:
        return f"{came}to be shut down on {one.shutdown}{after}"
    return f"{came}{f'may be shut down from {one.earliest} on' if one.earliest else 'no shutdown announced'}{after}"


def otherwise(ends: Shutdown) -> str:
    """Who says another day, or none, in words that follow others; empty where nobody does."""
    return "".join(f"; but {o.said_by} says {o.day or 'that none is announced'}: {o.quote!r}" for o in ends.others)


def past(ends: Shutdown | None, on: date, seen: date | None) -> str:
    """What a list says of a model that is past its announced end on a day; `seen` is when its page was last read."""
    if ends is None or on < ends.day:
        return ""
    since = "still listed" if seen and seen >= ends.day else "not looked at since"
    return f"past its announced shutdown, {since}"


def _named(words: str) -> list[str]:
    """The model ids among words: of lower-case words joined by hyphens, those with a digit."""
    found = (name.rstrip(".") for name in _ID.findall(words))
    return [name for name in found if re.search("[0-9]", name) and not days(name)]


def days(words: str) -> list[date]:
    """The whole days that words name, in the order of their forms; a month alone is none."""
    found = (match for form in _DAYS for match in form.finditer(words))
    return [day for match in found if (day := _day(match))]


def _day(match: re.Match[str]) -> date | None:
    month = match["month"]
    number = int(month) if month.isdecimal() else _MONTHS.index(month[:3].lower()) + 1
    try:
        return date(int(match["year"]), number, int(match["day"]))
    except ValueError:
        return None


def _successor(notice: str) -> str:
    """What a notice names to migrate to, in its words: ids where it has some; "a newer model" names none."""
    for instead in _INSTEAD.finditer(notice):
        clause = notice[instead.end() : _clause_end(notice, instead.end())]
        if names := _named(clause) or list(_names(clause)):
            return " or ".join(dict.fromkeys(names))
    return ""


def _names(clause: str) -> Iterable[str]:
    bare = re.sub(r"\([^)]*\)|[`\"'*]", "", clause)
    words = (" ".join(part.split()).removeprefix("the ") for part in _JOINED.split(bare))
    return (name for name in words if re.search(r"[A-Z].*[0-9]", name))
