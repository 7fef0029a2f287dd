"""What a file of somebody's prices has right, and what it has not: every claim against the card on a day.

A claim is `right`, `wrong` (another amount, or a price of what is not sold), `wrong unit` (our number, in a unit that
it is not in), `not held` (we have the model but no such rate), of an `unknown model`, or `unread`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from ratecards.formats.claims import Claim, Unread
from ratecards.judge import Judgement, judge
from ratecards.model import Rate
from ratecards.pastcards import Edition, PastCards

VERDICTS = ("wrong", "wrong unit", "right", "not held", "unknown model", "unread")
ERRORS = ("wrong", "wrong unit")


class Finding(NamedTuple):
    """A claim, the verdict on it and why; `ours` is the rate it was judged by.

    Of an error, `since` is the day from which ours is known to hold, and `stale_since` the day on which the claim,
    which was right before, ceased to be. None where that is not known.
    """

    verdict: str
    claim: Claim | Unread
    words: str = ""
    ours: Rate | None = None
    since: date | None = None
    stale_since: date | None = None


def audit(claims: Iterable[Claim], unread: Iterable[Unread], cards: PastCards) -> list[Finding]:
    """A finding per claim, in the order of the file; unread ones last."""
    return [*(_finding(claim, cards) for claim in claims), *(Finding("unread", u, u.why) for u in unread)]


def tally(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings there are, by verdict, in the order of `VERDICTS`."""
    count = Counter(finding.verdict for finding in findings)
    return {verdict: count[verdict] for verdict in VERDICTS}


def _finding(claim: Claim, cards: PastCards) -> Finding:
    card = cards.card(claim.source, claim.model)
    if card is None:
        return Finding("unknown model", claim, _unknown(claim, cards))
    found = judge(claim, card, cards.day)
    if found.verdict not in ERRORS:
        return Finding(found.verdict, claim, found.words, found.ours)
    editions = cards.editions(claim.source, claim.model)
    since = _since(claim, found, editions)
    return Finding(found.verdict, claim, found.words, found.ours, since, _stale_since(claim, editions))


def _unknown(claim: Claim, cards: PastCards) -> str:
    if gone := cards.last_day(claim.source, claim.model):
        return f"gone from {claim.source} since {gone}"
    others = [source for source in cards.elsewhere(claim.model) if source != claim.source]
    return f"not at {claim.source}; {' and '.join(others)} has it" if others else f"not at {claim.source}"


def _since(claim: Claim, found: Judgement, editions: Sequence[Edition]) -> date | None:
    """The day from which the rate that a claim was judged by has been as it is."""
    since = None
    for edition in reversed(editions):
        before = judge(claim, edition.card, edition.day).ours if edition.card else None
        if before is None or found.ours is None or _value(before) != _value(found.ours):
            break
        since = edition.day
    return since


def _value(rate: Rate) -> tuple[object, ...]:
    return rate.price, rate.unit, rate.availability, rate.currency


def _stale_since(claim: Claim, editions: Sequence[Edition]) -> date | None:
    """The day on which a claim ceased to be right; None where it never was."""
    ceased = None
    was_right = False
    for edition in editions:
        right = edition.card is not None and judge(claim, edition.card, edition.day).verdict == "right"
        if was_right and not right:
            ceased = edition.day
        was_right = right
    return ceased
