"""What becomes of a source's page: a reading, what is remembered of it, and a result. Plain values, typed.

A page is read into a `Reading` of `Section`s, each with its draft cards and every `Problem` in it. One attempt to fetch
and read a source comes to exactly one `SourceResult`; what of it must be known next time is its `State`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Protocol

from ratecards.model import COPIED, Formula, Rate, RateCard, canonical_order
from ratecards.model.lifecycle import Lifecycle
from ratecards.storage.history import Change, Step

GOOD = ("NEW", "UNCHANGED", "CHANGED")
EXIT = {
    **dict.fromkeys((*GOOD, "SKIPPED"), 0),
    "DAMAGED": 1,
    "NOT_FETCHED": 3,
    "PARTLY_READ": 4,
    "NOT_READ": 4,
    "SUSPECT": 5,
}
# How an attempt can have ended as a state file has it, and what is counted of the amounts on a page.
OUTCOMES = ("READ", "PARTLY_READ", "NOT_FETCHED", "NOT_READ", "SUSPECT", "DAMAGED")
AMOUNT_COUNTS = ("cells", "ignored", "notes", "read", "seen")
# The share of a page's sections, a section's rows or an edition's tables that may be lost before the whole is.
MOST_UNREAD = Fraction(1, 3)
# A model, a service tier, a plan and a meter: what a call is made to.
PriceKey = tuple[str, str, str, str]


def instant(at: datetime) -> str:
    """An instant as it stands in state and history: ISO, UTC, to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Problem:
    """One place not understood; `kind` is label, header, tab, cell, unclaimed, conflict, layout or condition."""

    kind: str
    place: str
    message: str
    term: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


@dataclass(slots=True)
class Amounts:
    """How many amounts a page prints, and what became of them."""

    cells: int = 0
    notes: int = 0
    read: int = 0
    ignored: Counter[str] = field(default_factory=Counter)

    @property
    def seen(self) -> int:
        """All amounts printed."""
        return self.cells + self.notes

    @property
    def unclaimed(self) -> int:
        """Amounts that no rate, formula note or ignore entry accounts for."""
        return self.seen - self.read - sum(self.ignored.values())

    def add(self, other: Amounts) -> None:
        """Count another section's amounts in."""
        self.cells += other.cells
        self.notes += other.notes
        self.read += other.read
        self.ignored += other.ignored

    def __str__(self) -> str:
        words = f"amounts on the page: {self.seen} ({self.cells} in cells, {self.notes} in footnotes)"
        ignored = sum(self.ignored.values())
        return f"{words}, read: {self.read}" + (f", ignored with reason: {ignored}" if ignored else "")


@dataclass(frozen=True, slots=True)
class Gap:
    """A row of which one cell was not understood: the rates that it may give stay as they were published.

    `meters` are those that the row may price; an empty `service_tier`, empty `modalities`, a `context` and a
    `prompt_over` of None stand for any. `amounts` is how many the row prints.
    """

    problem: Problem
    models: tuple[str, ...]
    service_tier: str
    meters: tuple[str, ...]
    modalities: tuple[str, ...] = ()
    context: str | None = None
    prompt_over: int | None = None
    amounts: int = 0

    def near(self, rate: Rate) -> bool:
        """Whether the rate is of the same meter, model and tier, whatever else tells it apart."""
        tier = self.service_tier in ("", rate.service_tier)
        return tier and rate.model in self.models and rate.meter in self.meters

    def hides(self, rate: Rate) -> bool:
        """Whether the row may be the rate's."""
        said = not self.modalities or rate.modality in self.modalities or rate.meter == "cache_storage"
        bound = self.prompt_over in (None, rate.prompt_over)
        return self.near(rate) and said and bound and self.context in (None, rate.context)

    def same(self, other: Gap) -> bool:
        """Whether it is of the same row, as another representation has it."""
        return replace(self, problem=other.problem, amounts=other.amounts) == other


@dataclass(slots=True)
class Section:
    """One section of a page (usually a model): its draft cards, amounts, problems and gaps.

    `words` are its sentences about prices that nothing reads, and `concerns` the models that these speak of where the
    section has none of its own; `named` are all ids that stand in it. `unpriced` are rates that say that a thing costs
    nothing, or is not sold: they count only where it was priced before.
    """

    title: str
    anchor: str
    models: tuple[str, ...] = ()
    cards: list[Draft] = field(default_factory=list)
    amounts: Amounts = field(default_factory=Amounts)
    problems: list[Problem] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    concerns: tuple[str, ...] = ()
    named: set[str] = field(default_factory=set)
    unpriced: list[Rate] = field(default_factory=list)
    counted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A card before it is known which capture it came from; fields as in `RateCard`."""

    model: str
    name: str
    anchor: str
    used_to_improve: tuple[tuple[str, str], ...] = ()
    notices: tuple[str, ...] = ()
    formulas: tuple[Formula, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    aliases: tuple[str, ...] = ()
    rates: tuple[Rate, ...] = ()


@dataclass(slots=True)
class Reading:
    """A page as read: sections, page-wide problems, and the page's own date.

    `again` reads the same page by other terms: by number, the sections that are asked for, all where none are named.
    """

    source: str
    representation: str
    sections: list[Section]
    amounts: Amounts
    tables: int = 0
    last_updated: date | None = None
    suspicions: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    again: Again | None = field(default=None, compare=False, repr=False)

    def suspect_unseen(self, printed: int) -> None:
        """Suspect the page where more amounts are printed in its bytes than stand in its texts."""
        if (missing := printed - self.amounts.seen) > 0:
            self.suspicions.append(f"{missing} amounts stand in the page's bytes and in none of its texts")

    @property
    def problems(self) -> list[Problem]:
        """Every problem on the page, in page order; that of a row or a table once, however many models share it."""
        found: dict[Problem, None] = {}
        for section in self.sections:
            found |= dict.fromkeys((*section.problems, *(gap.problem for gap in section.gaps)))
        return list(found)

    @property
    def unread(self) -> list[Section]:
        """Sections that keep their published cards because something in them was not understood."""
        return [s for s in self.sections if s.problems]

    @property
    def gaps(self) -> list[Gap]:
        """What was not understood of sections that were."""
        return [gap for s in self.sections if not s.problems for gap in s.gaps]

    @property
    def incomplete(self) -> list[Section]:
        """Sections that are not published as a whole: unread ones, and those with gaps."""
        return [s for s in self.sections if s.problems or s.gaps]

    @property
    def accounted(self) -> Amounts:
        """The amounts on the page; those of unread sections do not count as read."""
        lost = Amounts(read=-sum(s.amounts.read for s in self.unread))
        lost.add(self.amounts)
        return lost

    def drafts(self, *, held_back: bool = False) -> list[Draft]:
        """The draft cards that may be published, without what is hidden in gaps; or those of unread sections."""
        return [_open(d, s.gaps) for s in self.sections if bool(s.problems) == held_back for d in s.cards]

    def rates(self, *, held_back: bool = False) -> list[Rate]:
        """The rates that may be published (or those held back), in the table's order."""
        return sorted((r for d in self.drafts(held_back=held_back) for r in d.rates), key=canonical_order)


def _open(draft: Draft, gaps: Sequence[Gap]) -> Draft:
    if not gaps:
        return draft
    return replace(draft, rates=tuple(r for r in draft.rates if not any(gap.hides(r) for gap in gaps)))


Again = Callable[[Any, Collection[int] | None], dict[int, Section]]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Which bytes a reading came from: url, sha256, day fetched and the page's own date."""

    url: str
    sha256: str
    observed: date
    last_updated: date | None
    parser: str


def cards(reading: Reading, provenance: Provenance, provider: str, source: str) -> dict[str, RateCard]:
    """The publishable cards by model. Raises nothing: conflicts were found while reading."""
    return cards_of(reading.drafts(), provenance, provider, source)


def cards_of(drafts: Iterable[Draft], provenance: Provenance, provider: str, source: str) -> dict[str, RateCard]:
    """The cards of drafts, by model."""
    return {
        draft.model: RateCard(
            provider=provider,
            source=source,
            model=draft.model,
            name=draft.name,
            url=provenance.url,
            anchor=draft.anchor,
            aliases=draft.aliases,
            used_to_improve=draft.used_to_improve,
            notices=draft.notices,
            formulas=draft.formulas,
            facts=draft.facts,
            observed=provenance.observed,
            capture=f"sha256:{provenance.sha256}",
            last_updated=provenance.last_updated,
            parser=provenance.parser,
            rates=tuple(sorted(draft.rates, key=canonical_order)),
        )
        for draft in drafts
    }


def page_status(reading: Reading) -> str:
    """What a page is worth before it is compared with anything: READ, PARTLY_READ, SUSPECT or NOT_READ."""
    counted = [s for s in reading.sections if s.counted]
    if too_little_read(sum(bool(s.problems) for s in counted), len(counted)):
        return "NOT_READ"
    if reading.suspicions:
        return "SUSPECT"
    return "PARTLY_READ" if reading.incomplete else "READ"


def too_little_read(unread: int, sections: int) -> bool:
    """Whether so many sections were not understood that the page as a whole was not."""
    return unread > MOST_UNREAD * sections


# ------------------------------------------------------------------------- what is remembered, and what comes out


@dataclass(frozen=True, slots=True)
class Hold:
    """Changes that wait together, as remembered: why, since when, how many attempts saw them, and the last of these.

    `last` is the instant and the capture's digest of the last attempt counted. `members` are the ids of the changes,
    `corrections` of those that only read a known page better. `confirmed` is a person's word: `on` and `because`.
    """

    since: str
    looks: int = 1
    last: tuple[str, str] = ("", "")
    reason: str = ""
    what: str = ""
    members: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    corrections: tuple[str, ...] = ()
    confirmed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """A change that waits: the id of its hold, the rule that stopped it, and since when.

    `person`: only a person or another publication ends it.
    """

    id: str
    reason: str
    change: Change
    since: str
    looks: int
    person: bool = False


@dataclass(frozen=True, slots=True)
class Released:
    """A change that waited and is published now, and what settled it."""

    id: str
    change: Change
    because: str


@dataclass(frozen=True, slots=True)
class Inferred:
    """Words in no vocabulary that were proven: what they mean, in which rows, by which proofs, and as lines."""

    words: str
    places: tuple[str, ...]
    proof: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecentMove:
    """A published move: when it was seen, the rates before and after (None where there was none), without evidence.

    `verified`: it waited until it was seen often enough, said by another publication or confirmed, so that later moves
    are measured from it. `back`: it went back to what stood before.
    """

    at: str
    old: Rate | None
    new: Rate | None
    verified: bool = False
    back: bool = False


@dataclass(frozen=True, slots=True)
class RecentMoves:
    """The moves of the last week, oldest first, and by key the instant at which it was priced for the first time."""

    moved: tuple[RecentMove, ...] = ()
    appeared: Mapping[PriceKey, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a source from attempt to attempt: the outcome, validators, hashes, holds. Not part of the data.

    `outcome` is READ after any good attempt; `verified` is the day, `observed` the instant of the last good one.
    `unstable` is the instant at which a price last went back. `said` are digests of the sentences about prices that
    nothing reads, by section. `inferred` are the unknown words that were proven, which the vocabulary may have learned
    since. `hashes` are of the part of each representation that prices stand in, keyed like
    `validators` by representation.
    """

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
    hashes: Mapping[str, str] = field(default_factory=dict)
    validators: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    models: Sequence[str] = field(default_factory=list)
    unread: Sequence[str] = field(default_factory=list)
    amounts: Mapping[str, int] = field(default_factory=dict)
    holds: Mapping[str, Hold] = field(default_factory=dict)
    recent: RecentMoves = RecentMoves()
    unstable: str = ""
    said: Mapping[str, Sequence[str]] = field(default_factory=dict)
    inferred: Sequence[str] = field(default_factory=list)

    @property
    def copied(self) -> bool:
        """Whether nothing was ever read but copies of the page, which vouch for nothing."""
        return self.parser.startswith(COPIED)

    @property
    def verified_on(self) -> date | None:
        """The day of the last good reading."""
        return date.fromisoformat(self.verified) if self.verified else None


class SourceInfo(Protocol):
    """What a result tells of its source; `sources.Source` is one."""

    @property
    def name(self) -> str:
        """`provider/source`."""

    @property
    def stale_days(self) -> int:
        """For how many days a reading is good."""

    @property
    def module(self) -> Any:
        """Its reader, which has the addresses (`urls`)."""


@dataclass(frozen=True, slots=True)
class SourceResult:
    """What became of one attempt at a source: exactly one outcome, what to publish, and what to tell.

    `cards` are all cards as published afterwards; None where they stay as they are. `disagreed` tells that
    representations gave different rates: the one doubt that another attempt may settle. `proven` tells that cards were
    compared with what the history was found to give. `inferred` are the unknown words that were proven. `files` are
    further files to write, by path. `ends` are models whose end is announced otherwise than before, as it was and as it
    is.
    """

    source: SourceInfo
    outcome: str
    at: datetime
    messages: Sequence[str] = field(default_factory=list)
    reading: Reading | None = None
    changes: Sequence[Change] = field(default_factory=list)
    held: Sequence[Held] = field(default_factory=list)
    released: Sequence[Released] = field(default_factory=list)
    proposals: Sequence[tuple[str, str]] = field(default_factory=list)
    steps: Sequence[Step] = field(default_factory=list)
    cards: Mapping[str, RateCard] | None = None
    state: State = field(default_factory=State)
    disagreed: bool = False
    proven: bool = False
    inferred: Sequence[Inferred] = field(default_factory=list)
    files: Mapping[str, str] = field(default_factory=dict)
    ends: Sequence[tuple[Lifecycle | None, Lifecycle]] = ()

    @property
    def exit(self) -> int:
        """The exit status this outcome asks for."""
        return EXIT[self.outcome]
