"""What a file of somebody's prices has right, and what it has not: every claim against the card on a day.

A claim is `right`, `wrong` (another amount, or a price of what is not sold), `wrong unit` (our number, in a unit that
it is not in), `stale` (it differs from a card that nobody has looked at for longer than its limit, so that nobody
knows), `not held` (we have the model but no such rate), of an `unknown model`, `reported only` (third parties say that
a page has the model, and nothing is judged by that), or `unread`. Every entry of the file is
accounted for: it was judged, or there is a reason why not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from ratecards.audit.claims import OTHER, Claim, PriceEntry, Unread
from ratecards.audit.match import Match, match_claim
from ratecards.catalog.authority import DOCUMENTATION, RESELLERS, name_of
from ratecards.catalog.freshness import Age
from ratecards.dataset import Dataset
from ratecards.model import Rate, RateCard
from ratecards.storage import history, model_names
from ratecards.storage.database import SourceHistory
from ratecards.storage.history import Change

# An id that ends in the day of its model, as Anthropic's do, whose page and other files name the model without it.
_DATED = re.compile(r"(.+)-20[0-9]{6}\Z", re.ASCII)


class CardVersion(NamedTuple):
    """A day from which a card, or a dated rate on it, is another; no card where the model was gone."""

    day: date
    card: RateCard | None


class PastCards:
    """The cards of all sources on a day, and their editions until then. Histories are read when one is asked for.

    A source is named in full: `google/gemini-api`.
    """

    def __init__(self, dataset: Dataset, on: date | None, today: date) -> None:
        self._dataset, self._on, self.day = dataset, on, on or today
        self._named: dict[tuple[str, str], RateCard] = {}
        self._editions: dict[tuple[str, str], list[CardVersion]] = {}
        self._renames: dict[str, dict[str, str]] = {}
        self._known: dict[str, set[str]] = {}
        cards = dataset.cards(on, tell=False)
        for card in cards:  # an id goes before an alias
            self._named |= {(name_of(card), alias): card for alias in card.aliases}
        self._named |= {(name_of(card), card.model): card for card in cards}
        self._undated: dict[tuple[str, str], list[RateCard]] = {}
        for card in cards:
            if dated := _DATED.match(card.model):
                self._undated.setdefault((name_of(card), dated[1]), []).append(card)
        self.sources = sorted(set(map(name_of, cards)))
        self.providers = sorted({source.partition("/")[0] for source in self.sources})

    def age(self, source: str) -> Age:
        """How old what a source says of the day is."""
        return self._dataset.age(source, self.day)

    def who_reports(self, provider: str, model: str) -> str:
        """Who reports a model of a provider that no official card has had up to the day; empty where nobody does.

        Of one that a file names no provider of any is meant.
        """
        found = [card for card in self._dataset.reports.find(model, self.day) if provider in ("", card.provider)]
        return ", ".join(f"by {name_of(card)} since {card.observed}" for card in found)

    def tell(self, sources: Iterable[str]) -> list[Age]:
        """The ages of the sources that were judged by; the dataset takes note of them."""
        ages = [self.age(source) for source in sorted(set(sources))]
        self._dataset.tell(ages)
        return ages

    def maker(self, model: str) -> str:
        """The one documentation page that has or had a model; empty where none has, or several."""
        pages = [source for source in DOCUMENTATION if source in self.sources and not source.startswith(RESELLERS)]
        found = [s for s in pages if self.card(s, model)] or [s for s in pages if self.last_day(s, model)]
        return found[0] if len(found) == 1 else ""

    def card(self, source: str, model: str) -> RateCard | None:
        """The card that a name means at a source: as an id, else an alias, else an id since renamed.

        `claude-3-haiku` is the one model there whose id has a day behind that; of several it is none.
        """
        undated = self._undated.get((source, model), [])
        if found := self._named.get((source, model)) or (undated[0] if len(undated) == 1 else None):
            return found
        if source not in self.sources:
            return None
        if source not in self._renames:
            self._renames[source] = model_names.renames(self._source(source).renamed, until=self._on or date.max)
        return self._named.get((source, self._renames[source].get(model, model)))

    def elsewhere(self, provider: str, model: str) -> list[str]:
        """The sources of a provider that have a card of a name, without its name."""
        own = [source for source in self.sources if (source, model) in self._named]
        return [source.removeprefix(f"{provider}/") for source in own if source.startswith(f"{provider}/")]

    def last_day(self, source: str, model: str) -> date | None:
        """The last day of a model that a source has had and has no longer; None where it never had it."""
        if source not in self._known:
            changes = self._changes(source) if source in self.sources else []
            self._known[source] = {name for c in changes for name in (c.model, c.previous_id)}
        if model not in self._known[source]:
            return None
        held = [edition.day for edition in self.editions(source, model) if edition.card is None]
        return max(held, default=None)

    def editions(self, source: str, model: str) -> Sequence[CardVersion]:
        """Every day up to the dataset's on which a model's card was another, oldest first, under all its names."""
        if (source, model) not in self._editions:
            self._editions[source, model] = self._read(source, model)
        return self._editions[source, model]

    def _read(self, source: str, model: str) -> list[CardVersion]:
        known_as = model_names.ids(self._source(source).names, model)
        changes = [c for c in self._changes(source) if c.model in known_as and model_names.day_of(c) <= self.day]
        days = {model_names.day_of(change) for change in changes}
        days |= {d for c in changes for d in _starts(c) if min(days) <= d <= self.day}
        found = []
        for day in sorted(days):
            cards = history.replay(changes, until=day)
            found.append(CardVersion(day, next(iter(cards.values()), None)))
        return found

    def _source(self, source: str) -> SourceHistory:
        return self._dataset.database.sources[source]

    def _changes(self, source: str) -> list[Change]:
        return self._dataset.changes(source, tell=False)


def _starts(change: Change) -> list[date]:
    """The days from which dated rates of a change hold."""
    rates = [rate for rate in (change.new, *(change.card.rates if change.card else ())) if rate]
    return [rate.effective_from for rate in rates if rate.effective_from]


# ----------------------------------------------------------------------------------------------------------- the audit


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
