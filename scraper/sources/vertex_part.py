"""One section of the Agent Platform page: its tables and notes, into the cards of the models they price."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from ratecards.model import Rate
from scraper.errors import LayoutChanged, UnknownTerm
from scraper.model import Gap, Problem, Section
from scraper.parse.blocks import Text
from scraper.prices.lexicon import counted
from scraper.prices.normalize import label_key
from scraper.sources.timelimit import look
from scraper.sources.vertex_grid import Cell, Grid, Row
from scraper.sources.vertex_grounding import Grounding, grounding_rates, read_grounding
from scraper.sources.vertex_notes import NoteReader
from scraper.sources.vertex_page import Page, Part, unique
from scraper.sources.vertex_rows import Frame, frame_tiers, label_of, row_gaps, row_model, row_rates
from scraper.sources.vertex_terms import Column, Model, Rule, name_key

_MARKS = re.compile(r"\*+\Z")


@dataclass(slots=True)
class _Outcome:
    """What reading one row gave: rates of models, or the reason why there are none."""

    models: Sequence[Model]
    name: str
    rates: list[Rate] = field(default_factory=list)
    read: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    problem: Problem | None = None
    gaps: Sequence[Gap] = ()
    unknown: bool = False


class PartReader:
    """Reads one part of the page into the page's cards, and counts its amounts."""

    def __init__(self, part: Part, page: Page) -> None:
        self.part, self.page, self.terms = part, page, page.terms
        self.section = Section(part.title, part.anchor, counted=False)
        self.grids = [(tab, block) for tab, block in part.items if isinstance(block, Grid)]
        self.notes = NoteReader((b.text for _, b in part.items if isinstance(b, Text)), page, self.section)
        self.family = unique(m for _, g in self.grids for r in g.rows for m in self._first_named(r))
        self.models = list(self.family)
        self.grounded: dict[str, object] = {}
        self.marked: dict[str, tuple[str, list[Model]]] = {}
        page.parts.append(self.section)
        for model in [] if part.ignored else self.family:
            page.card(model, part.anchor)

    def read(self) -> None:
        """Read everything, or count it under the reason why it is ignored."""
        amounts = self.section.amounts
        if self.part.ignored:
            amounts.cells = sum(counted(text) for _, g in self.grids for text in g.texts())
            amounts.notes = sum(counted(note.text) for note in self.notes.notes)
            amounts.ignored[self.part.ignored] = amounts.seen
            self._swallowed()
            return
        starts = self.notes.starts(self.family)
        for tab, grid in self.grids:
            look(self.part.title)
            amounts.cells += sum(map(counted, grid.texts()))
            self._table(tab, grid, starts)
        self.notes.read(self.models, self.marked)

    def _swallowed(self) -> None:
        """A section that is ignored prices no model of Google's: one that does has lost the heading between them."""
        if self.family:
            names = ", ".join(model.names[0] for model in self.family)
            message = f"the section is ignored ({self.part.ignored}), but it prices {names}"
            self.page.blame(self.family, self.section, Problem("layout", self.part.anchor, message, self.part.title))

    def _first_named(self, row: Row) -> list[Model]:
        return self.terms.all_named(row.cells[0].text) if row.cells and row.cells[0] else []

    # ---- tables

    def _table(self, tab: str, grid: Grid, starts: dict[str, date]) -> None:
        place = f"{self.part.anchor} / {tab or '-'}"
        kind = "header"
        try:
            columns = self._columns(grid)
            kind = "tab"
            tiers = frame_tiers(columns, tab, self.terms)
            kind = "layout"
            frame = Frame(
                provider=self.page.provider,
                source=self.page.source,
                place=place,
                columns=columns,
                tiers=tiers,
                starts=starts,
                terms=self.terms,
            )
            outcomes = [self._row(row, frame) for row in _data_rows(grid, len(columns))]
        except (UnknownTerm, LayoutChanged) as error:
            self._doubt(grid, Problem(kind, place, str(error), " | ".join(grid.heads)))
            return
        for outcome in outcomes:
            self._settle(outcome)

    def _doubt(self, grid: Grid, problem: Problem) -> None:
        """A whole table is not understood: every model it names keeps its card.

        Where cells may have moved, names may be lost as well: so do all models of the part, and any that is missing.
        """
        models = unique(m for text in grid.texts() for m in self.terms.all_named(text))
        if problem.kind == "layout" or not models:
            models = unique((*models, *self.family))
        self.models = unique((*self.models, *models))
        self.page.blame(models, self.section, problem)
        if problem.kind == "layout" and models:
            self.page.blame((), self.section, problem)

    def _columns(self, grid: Grid) -> tuple[Column, ...]:
        columns: list[Column] = []
        unknown: list[str] = []
        for header in grid.header:
            try:
                columns.append(self.terms.column(header))
            except UnknownTerm as error:
                unknown.append(str(error))
        if unknown:
            raise UnknownTerm("; ".join(unknown))
        roles = [column.role for column in columns]
        if not roles or roles[0] not in ("model", "feature") or "price" not in roles:
            raise LayoutChanged(f"expected one header row with a model and a price, saw {list(grid.heads)}")
        return tuple(columns)

    def _row(self, row: Row, frame: Frame) -> _Outcome:
        """Read one row. Raises `LayoutChanged` when the row makes the whole table doubtful."""
        name = row.cells[0].text if row.cells[0] else ""
        printed = sum(counted(cell.text) for cell in row.own)
        if rules := self.terms.grounding.get(label_key(name)):
            return self._grounding(row, rules, frame)
        if reason := self._ignored_model(name):
            return _Outcome((), name, ignored=Counter({reason: printed}))
        place = f"{frame.place} / {label_of(row, frame)}"
        if not frame.has("model"):
            return _Outcome(self.family, name, problem=Problem("label", place, f"unknown row label {name!r}", name))
        models = row_model(row, frame)
        if not models:
            problem = Problem("model", place, f"unknown model {name!r}", name)
            return _Outcome((), name, problem=problem, unknown=True)
        try:
            rates, read = row_rates(row, frame, models)
        except UnknownTerm as error:
            problem = Problem("cell", place, str(error), _words(row))
            gaps = row_gaps(row, frame, models, problem, printed)
            return _Outcome(models, name, gaps=gaps, problem=None if gaps else problem)
        if read != printed:
            message = f"{printed} amounts are printed and {read} read"
            return _Outcome(models, name, problem=Problem("unclaimed", place, message, _words(row)))
        self._mark(frame.cell(row, "type"), models)
        return _Outcome(models, name, rates, read)

    def _grounding(self, row: Row, rules: Sequence[Rule], frame: Frame) -> _Outcome:
        place = f"{frame.place} / {row.own[0].text}"
        try:
            found = read_grounding(self._grounding_cell(row).lines, self.terms)
            self._once(found, row.own[0].text)
            rates = grounding_rates(found, rules, frame, row.own[0].text, self.family, self._resolve)
        except UnknownTerm as error:
            return _Outcome(self.family, "", problem=Problem("cell", place, str(error), _words(row)))
        # no sentence it knows holds a second amount
        return _Outcome(self.family, "", rates, 1)

    def _once(self, found: Grounding, label: str) -> None:
        """Refuse a second price of one kind of grounding, as when the heading between two families is lost."""
        if self.grounded.setdefault(label_key(label), found.terms) != found.terms:
            raise UnknownTerm(f"{label!r} stands twice in this section, with other prices: which models is it for?")

    def _grounding_cell(self, row: Row) -> Cell:
        """The cell behind a grounding row's label. Raises `UnknownTerm` when there is more, or no model it is for."""
        between = [cell for cell in row.own[1:-1] if label_key(cell.text) not in self.terms.grounding_features]
        if between or len(row.own) < 2 or not self.family:
            raise UnknownTerm(f"expected a label, a price and the models it is for, saw {_words(row)!r}")
        return row.own[-1]

    def _resolve(self, name: str) -> list[Model]:
        """The models a grounding cell means by a name, shortened ones by section. Raises `UnknownTerm`."""
        short = self.terms.short_names.get(label_key(self.part.title), {}).get(name_key(name))
        if short == "":
            return []
        model = self.terms.named(short or name)
        if not model:
            raise UnknownTerm(f"unknown model {name!r} in a grounding cell")
        return [model]

    def _ignored_model(self, name: str) -> str:
        key = name_key(name)
        return next((reason for pattern, reason in self.terms.ignored_models if pattern.fullmatch(key)), "")

    def _mark(self, types: Sequence[str], models: Sequence[Model]) -> None:
        """Remember which models' rows point to a note, and of which meter."""
        for label in types:
            rule = self.terms.type(label)
            if rule and (match := _MARKS.search(label)):
                _, before = self.marked.get(match.group(), ("", []))
                self.marked[match.group()] = (rule.meter, unique((*before, *models)))

    def _settle(self, outcome: _Outcome) -> None:
        amounts = self.section.amounts
        self.page.reads.append((self.section, outcome.models, outcome.read))
        amounts.ignored += outcome.ignored
        self.models = unique((*self.models, *outcome.models))
        for model in outcome.models:
            self.page.card(model, self.part.anchor)
        if outcome.unknown and outcome.problem:
            unknown = self.page.unknown.setdefault(name_key(outcome.name), Section(outcome.name, ""))
            unknown.problems.append(outcome.problem)
        elif outcome.problem:
            self.page.blame(outcome.models, self.section, outcome.problem)
        for model in outcome.models:
            self.page.card(model, self.part.anchor).section.gaps += outcome.gaps
        for rate in outcome.rates:
            self.page.card(self.terms.of_id(rate.model), self.part.anchor).rates.append(rate)


def _words(row: Row) -> str:
    return " | ".join(cell.text for cell in row.own)


def _data_rows(grid: Grid, width: int) -> list[Row]:
    """The rows that say something; a row of nothing but a name that the next rows share is their label.

    Raises `LayoutChanged` on a row wider than the header, and on a table that says nothing.
    """
    for row in grid.rows:
        if len(row.cells) > width:
            raise LayoutChanged(f"{len(row.cells)} cells under {width} headers: {_words(row)!r}")
    rows = [row for row in grid.rows if row.own and not _only_names(row, grid)]
    if not rows:
        raise LayoutChanged("a table without rows")
    return rows


def _only_names(row: Row, grid: Grid) -> bool:
    name = row.own[0]
    return row.own == (row.cells[0],) and any(r.own and r is not row and r.cells[0] is name for r in grid.rows)
