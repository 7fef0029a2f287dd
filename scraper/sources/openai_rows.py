"""Rows of OpenAI's price tables to rates: what a heading, a label and a cell mean together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ratecards.model import Evidence, Rate
from scraper.errors import UnknownTerm
from scraper.model import Amounts, Gap, Problem
from scraper.prices.grammar import Cell as Priced
from scraper.prices.grammar import read_cell
from scraper.prices.lexicon import COUNTED, unit_of
from scraper.prices.normalize import Observation, Place, RowRule, label_key, row_rates
from scraper.sources.openai_tables import Cell, Table
from scraper.sources.openai_terms import ColumnRule, Label, SectionRule, Terms, ToolRule

PROVIDER, SOURCE = "openai", "openai-api"
CAPTION = re.compile(r"prices per (.+?)(?: unless noted)?\.?", re.IGNORECASE)
_SIZE = re.compile(r"[0-9]{3,4}p|[0-9]k", re.IGNORECASE)
_DIMENSIONS = re.compile(r"[0-9]+ ?x ?[0-9]+")
_NAMED = ("model", "modality")


@dataclass(slots=True)
class RowReading:
    """What one row gave: rates of one model, gaps for its cells, or a problem; and what became of its amounts."""

    model: str
    name: str
    anchor: str
    rates: list[Rate] = field(default_factory=list)
    amounts: Amounts = field(default_factory=Amounts)
    problem: Problem | None = None
    gaps: list[Gap] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Frame:
    """A table's headings understood: what its label columns are, and the rules of its price columns."""

    table: Table
    anchor: str
    section: SectionRule
    unit: str
    labels: Mapping[int, str]
    prices: Mapping[int, ColumnRule]
    wrong: tuple[str, str, str] = ("", "", "")

    def words(self, row: Sequence[Cell], *roles: str) -> list[str]:
        """The texts of the label columns that play these roles."""
        return [row[at].text for at, role in self.labels.items() if role in roles and at < len(row)]

    def name(self, row: Sequence[Cell]) -> str:
        """What the row is called: the model as printed, or group and details of a tool."""
        return " / ".join(self.words(row, "model", "tool")) or (row[0].text if row else "")


def frame(table: Table, terms: Terms) -> Frame:
    """The headings of a table, and in `wrong` (kind, message, term) the first that is not in the vocabulary."""
    wrong = ("layout", table.strange, "") if table.strange else ("", "", "")
    section = terms.sections.get(label_key(table.place.title))
    if section is None:
        wrong = ("label", f"unknown heading {table.place.title!r}", table.place.title)
    elif table.place.tab and label_key(table.place.tab) not in terms.tabs:
        wrong = ("tab", f"unknown tab {table.place.tab!r}", table.place.tab)
    labels, prices = {}, {}
    for at, heading in enumerate(table.headings):
        rule = terms.column(heading)
        if role := terms.labels.get(label_key(heading)):
            labels[at] = role
        elif rule:
            prices[at] = rule
        else:
            wrong = ("header", f"unknown column {heading!r}", heading)
    caption = CAPTION.fullmatch(table.caption)
    unit = unit_of(caption[1]) if caption else ""
    if unit is None:
        wrong = ("header", f"unknown unit in {table.caption!r}", table.caption)
    rule_ = section or SectionRule()
    return Frame(table, table.place.anchor or rule_.anchor, rule_, unit or "", labels, prices, wrong)


def bounds(frames: Iterable[Frame], terms: Terms) -> dict[str, int]:
    """By model, where its long context begins: as a label says, else where a long-context column has an amount."""
    said: dict[str, int] = {}
    drawn: dict[str, int] = {}
    for known in frames:
        long = [at for at, rule in known.prices.items() if rule.context == "long"]
        for row in known.table.rows:
            try:
                label = terms.label(" ".join(known.words(row, "model")))
            except UnknownTerm:
                continue  # the row itself is read later, and its problem reported there
            if label.bound:
                said.setdefault(label.model, label.bound)
            if any(at < len(row) and row[at].amounts for at in long):
                drawn[label.model] = terms.long_context
    return {**drawn, **said}


def read_row(known: Frame, row: Sequence[Cell], long: Mapping[str, int], terms: Terms) -> RowReading:
    """One row's rates. Nothing is raised: what is not understood is the reading's `problem`."""
    name = known.name(row)
    result = RowReading("", name, known.anchor, amounts=Amounts(cells=sum(cell.amounts for cell in row)))
    place = " / ".join((known.anchor or known.table.place.title, known.table.place.tab or "-", name))
    words = " | ".join(cell.text for cell in row)
    try:
        _read_row(known, row, long, terms, result)
    except UnknownTerm as error:
        result.rates = []
        result.problem = Problem("cell", place, str(error), words)
    if known.wrong[0]:
        kind, message, term = known.wrong
        result.problem = Problem(kind, place, message, term)
    return result


def _read_row(known: Frame, row: Sequence[Cell], long: Mapping[str, int], terms: Terms, result: RowReading) -> None:
    result.model = "tools" if known.section.tools else ""
    tool = terms.tool(known.name(row)) if known.section.tools else None
    label = terms.label(known.name(row)) if tool is None else _label_of(tool, known.name(row))
    result.model, result.name = label.model, label.name
    if known.wrong[0]:
        return  # the row is nobody's until its table is understood; its model keeps the published card
    if len(row) != len(known.table.headings):
        raise UnknownTerm(f"{len(row)} values under {len(known.table.headings)} headings: which column is which?")
    if label.ignored:
        result.amounts.ignored[label.ignored] += result.amounts.cells
        return
    reader = _Row(known, row, label, long, terms)
    for at, rule in known.prices.items():
        try:
            result.rates += reader.rates(at, rule)
        except UnknownTerm as error:
            result.gaps.append(reader.gap(at, rule, error))
            continue
        result.amounts.read += row[at].amounts


def _label_of(tool: ToolRule, name: str) -> Label:
    return Label(name, "tools", context=tool.context, ignored=tool.ignore)


class _Row:
    """One row: what its label columns say, for each of its cells."""

    def __init__(self, known: Frame, row: Sequence[Cell], label: Label, long: Mapping[str, int], terms: Terms) -> None:
        self.known, self.row, self.label, self.terms = known, row, label, terms
        self.bound = long.get(label.model)
        if label.bound and label.bound != self.bound:
            raise UnknownTerm(f"{label.name} has two bounds on its prompt, {self.bound} and {label.bound}")
        self.modality = "" if terms.unsplit.search(label.model) else known.section.modality
        self.quality = self.resolution = ""
        for at, role in known.labels.items():
            self._label(role, row[at].text)

    def _label(self, role: str, text: str) -> None:
        """Take in a label cell. Raises `UnknownTerm` on a word that is not in the vocabulary."""
        terms, folded = self.terms, label_key(text)
        if COUNTED.search(text):
            raise UnknownTerm(f"money in the column of the {role}: {text!r}")
        dimensions = _DIMENSIONS.fullmatch(folded) or terms.phrases.not_available.fullmatch(folded)
        if role == "modality" and folded in terms.modalities:
            self.modality = terms.modalities[folded]
        elif role == "quality" and folded in terms.qualities:
            self.quality = folded
        elif role == "size" and (folded in terms.sizes or _SIZE.fullmatch(folded)):
            self.resolution = terms.sizes.get(folded, folded)
        elif not (
            role in ("model", "group", "tool")
            or (role == "use" and folded in terms.uses)
            or (role == "dimensions" and dimensions)
        ):
            raise UnknownTerm(f"unknown {role} {text!r}")

    def rates(self, at: int, rule: ColumnRule) -> list[Rate]:
        """The rates of one cell; none for a long context that the model does not have, or an estimate not given."""
        cell, priced = self.row[at], self._priced(self.row[at])
        if (rule.context == "long" and self.bound is None) or (rule.estimate and not priced.amounts):
            return []
        known, tools = self.known, self.known.section.tools
        meter, modality = self._meter(rule), "" if tools else "audio" if rule.estimate else self.modality
        unit = "" if tools else rule.unit or known.unit
        if not unit and any(not amount.unit for amount in priced.amounts):
            raise UnknownTerm(f"an amount without a unit: {cell.text}")
        seen = Observation(cell.text, priced, self.terms.plan, known.table.headings[at], unit, self._locator(at))
        place = Place(PROVIDER, SOURCE, (self.label.model,), self._tier(rule), self.terms.currency)
        found = row_rates([seen], RowRule(meter, modality, context=self._context(meter), unit=rule.unit), place)
        return [self._finished(rate, rule, cell) for rate in found]

    def _meter(self, rule: ColumnRule) -> str:
        if self.known.section.tools:
            return "tool"
        return self.terms.estimate(self.label.model) if rule.estimate else rule.meter

    def _context(self, meter: str) -> str:
        tuned = self.terms.tuned if self.known.section.tuned and meter != "tuning" else ""
        return ", ".join(filter(None, (self.label.context, tuned)))

    def _tier(self, rule: ColumnRule) -> str:
        return rule.tier or self.terms.tabs[label_key(self.known.table.place.tab or "standard")]

    def gap(self, at: int, rule: ColumnRule, error: UnknownTerm) -> Gap:
        """What of its model a cell that is not understood may price."""
        problem = Problem("cell", self._locator(at), str(error), self.row[at].text)
        meter = self._meter(rule)
        context = self._context(meter) if self.known.section.tools else None
        models, tier = (self.label.model,), self._tier(rule)
        return Gap(problem, models, tier, (meter,), context=context, amounts=self.row[at].amounts)

    def _priced(self, cell: Cell) -> Priced:
        if cell.number:
            return read_cell(f"${cell.text}", self.terms.phrases)
        nouns = self.terms.nouns
        counted = re.compile(rf"(?<=[0-9kKM] )(?:{'|'.join(nouns)})\b", re.IGNORECASE)
        return read_cell(counted.sub(lambda m: nouns[m[0].lower()], cell.text), self.terms.phrases)

    def _finished(self, rate: Rate, rule: ColumnRule, cell: Cell) -> Rate:
        """The rate with what row and column say beside the cell, and with the words as they stand."""
        tokens = rate.meter in ("input", "output", "cache_read", "cache_write") and rate.unit.endswith("tokens")
        bound = self.bound if tokens else None
        over = rule.context == "long" or self.label.over
        return replace(
            rate,
            modality=rate.modality or self.terms.units.get(rate.unit, ""),
            resolution=rate.resolution or rule.resolution or self.resolution,
            quality=self.quality,
            prompt_over=bound if over else None,
            prompt_up_to=None if over else bound,
            basis="equivalent" if rule.estimate and self._metered() else rate.basis,
            evidence=Evidence(self._quote(cell), rate.evidence.locator),
        )

    def _metered(self) -> bool:
        """Whether the row prices something else than the estimate, which then only restates it."""
        return any(self.row[at].amounts for at, rule in self.known.prices.items() if not rule.estimate)

    def _quote(self, cell: Cell) -> str:
        if not cell.literal:
            return cell.text
        names = ", ".join(f'"{word}"' for word in self.known.words(self.row, *_NAMED))
        return f"{names}: {cell.text}"

    def _locator(self, at: int) -> str:
        place, heading = self.known.table.place, self.known.table.headings[at]
        words = self.known.words(self.row, "model", "tool", "modality", "quality", "size")
        return " / ".join((self.known.anchor or place.title, place.tab or "-", *words, heading))
