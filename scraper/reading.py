"""What reading a page gives: cards, and every place that was not understood, in one value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

from ratecards.model import Rate, RateCard, canonical_order

# The share of a page's sections, a section's rows or an edition's tables that may be lost before the whole is.
MOST_UNREAD = Fraction(1, 3)


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

    `meters` are those that the row may price; an empty `service_tier`, empty `modalities` and a `context` of None stand
    for any. `amounts` is how many the row prints.
    """

    problem: Problem
    models: tuple[str, ...]
    service_tier: str
    meters: tuple[str, ...]
    modalities: tuple[str, ...] = ()
    context: str | None = None
    amounts: int = 0

    def near(self, rate: Rate) -> bool:
        """Whether the rate is of the same meter, model and tier, whatever else tells it apart."""
        tier = self.service_tier in ("", rate.service_tier)
        return tier and rate.model in self.models and rate.meter in self.meters

    def hides(self, rate: Rate) -> bool:
        """Whether the row may be the rate's."""
        said = not self.modalities or rate.modality in self.modalities or rate.meter == "cache_storage"
        return self.near(rate) and said and self.context in (None, rate.context)

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
    formulas: tuple = ()  # type: ignore[type-arg]
    facts: tuple[tuple[str, str], ...] = ()
    aliases: tuple[str, ...] = ()
    rates: tuple[Rate, ...] = ()


@dataclass(slots=True)
class Reading:
    """A page as read: sections, page-wide problems, and the page's own date."""

    source: str
    representation: str
    sections: list[Section]
    amounts: Amounts
    tables: int = 0
    last_updated: date | None = None
    suspicions: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[Problem]:
        """Every problem on the page, in page order."""
        return [p for s in self.sections for p in (*s.problems, *dict.fromkeys(gap.problem for gap in s.gaps))]

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


@dataclass(frozen=True, slots=True)
class Capture:
    """Which bytes a reading came from: url, sha256, day fetched and the page's own date."""

    url: str
    sha256: str
    observed: date
    last_updated: date | None
    parser: str


def cards(reading: Reading, capture: Capture, provider: str, source: str) -> dict[str, RateCard]:
    """The publishable cards by model. Raises nothing: conflicts were found while reading."""
    return {
        draft.model: RateCard(
            provider=provider,
            source=source,
            model=draft.model,
            name=draft.name,
            url=capture.url,
            anchor=draft.anchor,
            aliases=draft.aliases,
            used_to_improve=draft.used_to_improve,
            notices=draft.notices,
            formulas=draft.formulas,
            facts=draft.facts,
            observed=capture.observed,
            capture=f"sha256:{capture.sha256}",
            last_updated=capture.last_updated,
            parser=capture.parser,
            rates=tuple(sorted(draft.rates, key=canonical_order)),
        )
        for draft in reading.drafts()
    }


def merged(rates: Sequence[Rate]) -> tuple[list[Rate], list[tuple[Rate, Rate]]]:
    """Rates with repeats of one price taken as one, and the pairs that give one key two prices on one day."""
    kept: dict[tuple[object, ...], Rate] = {}
    conflicts = []
    for rate in rates:
        first = kept.setdefault(rate.row_key, rate)
        if first != rate:
            conflicts.append((first, rate))
    return list(kept.values()), conflicts + _overlaps(kept.values())


def _overlaps(rates: Iterable[Rate]) -> list[tuple[Rate, Rate]]:
    """Neighbours in time of one key whose days overlap."""
    by_key: dict[tuple[object, ...], list[Rate]] = {}
    for rate in rates:
        by_key.setdefault(rate.row_key[:-2], []).append(rate)
    return [
        (before, after)
        for same in by_key.values()
        for before, after in pairwise(sorted(same, key=lambda r: r.effective_from or date.min))
        if (before.effective_until or date.max) >= (after.effective_from or date.min)
    ]


def too_little_read(unread: int, sections: int) -> bool:
    """Whether so many sections were not understood that the page as a whole was not."""
    return unread > MOST_UNREAD * sections
