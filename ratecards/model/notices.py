"""The end of a model as the notices of its card announce it: on which day, and what takes its place. Pure.

A notice counts where what it says of a shutdown names exactly one day and means the model itself: "earliest October
2026" and "no earlier than October 2, 2026" name none, and the end of a free tier is not the end of a model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

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


def announced(notices: Iterable[str], ids: Sequence[str]) -> tuple[date, str, str] | None:
    """The day on which the model that goes by these ids ends, what takes its place, and the notice that says so.

    None where they name no one day.
    """
    found = [(day, notice) for notice in notices if len(notice) <= _LONGEST for day in _days_of(notice, ids)]
    if len({day for day, _ in found}) != 1:
        return None
    day, notice = found[0]
    return day, next(filter(None, (_successor(n) for d, n in found if d == day)), ""), notice


def _days_of(notice: str, ids: Sequence[str]) -> Iterator[date]:
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
