"""What a file of somebody's prices has right, and what it has not: every claim against the card on a day.

A claim is `right`, `wrong` (another amount, or a price of what is not sold), `wrong unit` (our number, in a unit that
it is not in), `stale` (it differs from a card that nobody has looked at for longer than its limit, so that nobody
knows), `not held` (we have the model but no such rate), of an `unknown model`, `reported only` (third parties say that
a page has the model, and nothing is judged by that), or `unread`. Every entry of the file is
accounted for: it was judged, or there is a reason why not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from ratecards.audit.claims import OTHER, Claim, PriceEntry, Unread
from ratecards.audit.match import Match, match_claim
from ratecards.audit.past_cards import CardVersion, PastCards
from ratecards.model import Rate

VERDICTS = ("wrong", "wrong unit", "stale", "right", "not held", "unknown model", "unread", "reported only")
ERRORS = ("wrong", "wrong unit")
JUDGED = (*ERRORS, "stale", "right")
# Of an entry whose prices were all not judged, which reason stands for it.
_REASONS = {
    "unknown model": "of an unknown model",
    "reported only": "of a model that is only reported",
    "not held": "of a price that is not held",
    "unread": "unread",
}
NO_SELLER = "it names no seller, and no one page that is held has this id"


class Finding(NamedTuple):
    """A claim, the verdict on it and why; `ours` is the rate it was judged by.

    Of one that differs, `since` is the day from which ours is known to hold, and `stale_since` the day on which the
    claim, which was right before, ceased to be. None where that is not known.
    """

    verdict: str
    claim: Claim | Unread
    words: str = ""
    ours: Rate | None = None
    since: date | None = None
    stale_since: date | None = None


class Account(NamedTuple):
    """An entry of a file, what was found of each of its prices, and why none of them was judged, where none was."""

    entry: PriceEntry
    findings: tuple[Finding, ...]

    @property
    def why(self) -> str:
        """Why it was not judged; empty where it was."""
        verdicts = {finding.verdict for finding in self.findings}
        if verdicts & {*JUDGED}:
            return ""
        return self.entry.why or next(words for verdict, words in _REASONS.items() if verdict in verdicts)


def audit(entries: Iterable[PriceEntry], cards: PastCards) -> list[Account]:
    """Every entry of a file with a finding per price, in the order of the file."""
    return [_account(placed(entry, cards), cards) for entry in entries]


def placed(entry: PriceEntry, cards: PastCards) -> PriceEntry:
    """An entry with its seller: one that names none is the one maker's whose page has the model."""
    if entry.seller:
        held = entry.seller.partition("/")[0] in cards.providers
        return entry if held else PriceEntry(entry.key, entry.seller, why=OTHER)
    seller = next((found for claim in entry.claims if (found := cards.maker(claim.model))), "")
    provider, _, source = seller.partition("/")
    claims = tuple(claim._replace(provider=provider, source=source) for claim in entry.claims)
    return entry._replace(seller=seller, claims=claims)


def _account(entry: PriceEntry, cards: PastCards) -> Account:
    found = (_finding(claim, cards) for claim in entry.claims)
    return Account(entry, (*found, *(Finding("unread", item, item.why) for item in entry.unread)))


def findings(accounts: Iterable[Account]) -> list[Finding]:
    """All findings, the unread ones last."""
    return sorted((f for account in accounts for f in account.findings), key=lambda f: f.verdict == "unread")


def unjudged(accounts: Iterable[Account]) -> dict[str, int]:
    """How many entries were not judged, by reason, the most first."""
    return dict(Counter(why for account in accounts if (why := account.why)).most_common())


def tally(found: Iterable[Finding]) -> dict[str, int]:
    """How many findings there are, by verdict, in the order of `VERDICTS`."""
    count = Counter(finding.verdict for finding in found)
    return {verdict: count[verdict] for verdict in VERDICTS}


def _finding(claim: Claim, cards: PastCards) -> Finding:
    source = f"{claim.provider}/{claim.source}"
    card = cards.card(source, claim.model)
    if card is None and (says := cards.who_reports(claim.provider, claim.model)):
        return Finding("reported only", claim, says)
    if card is None:
        return Finding("unknown model", claim, _unknown(claim, cards) if claim.provider else NO_SELLER)
    found = match_claim(claim, card, cards.day)
    if found.verdict not in ERRORS:
        return Finding(found.verdict, claim, found.words, found.ours)
    editions = cards.editions(source, claim.model) or cards.editions(source, card.model)
    verdict = "stale" if cards.age(source).stale else found.verdict
    return Finding(
        verdict, claim, found.words, found.ours, _since(claim, found, editions), _stale_since(claim, editions)
    )


def _unknown(claim: Claim, cards: PastCards) -> str:
    if gone := cards.last_day(f"{claim.provider}/{claim.source}", claim.model):
        return f"gone from {claim.source} since {gone}"
    if claim.model.endswith("-latest"):
        return f"not at {claim.source}; no page that is held says what it points to"
    others = [source for source in cards.elsewhere(claim.provider, claim.model) if source != claim.source]
    age = cards.age(f"{claim.provider}/{claim.source}")
    lacks = f"not at {claim.source}" + (f", last looked at {age.verified}" if age.stale else "")
    return f"{lacks}; {' and '.join(others)} has it" if others else lacks


def _since(claim: Claim, found: Match, editions: Sequence[CardVersion]) -> date | None:
    """The day from which the rate that a claim was judged by has been as it is."""
    since = None
    for edition in reversed(editions):
        before = match_claim(claim, edition.card, edition.day).ours if edition.card else None
        if before is None or found.ours is None or _value(before) != _value(found.ours):
            break
        since = edition.day
    return since


def _value(rate: Rate) -> tuple[object, ...]:
    return rate.price, rate.unit, rate.availability, rate.currency


def _stale_since(claim: Claim, editions: Sequence[CardVersion]) -> date | None:
    """The day on which a claim ceased to be right; None where it never was."""
    ceased = None
    was_right = False
    for edition in editions:
        right = edition.card is not None and match_claim(claim, edition.card, edition.day).verdict == "right"
        if was_right and not right:
            ceased = edition.day
        was_right = right
    return ceased
