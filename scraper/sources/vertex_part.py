"""One section of the Agent Platform page: its tables and notes, into the cards of the models they price."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ratecards.model import Rate
from scraper.errors import LayoutChanged, UnknownTerm
from scraper.model import Gap, Problem, Section
from scraper.parse.blocks import Text
from scraper.parse.grid import Cell, Grid, Row
from scraper.prices.lexicon import counted
from scraper.prices.normalize import label_key
from scraper.sources.candidates import key_nouns
from scraper.sources.timelimit import look
from scraper.sources.vertex_page import NoteReader, Page, Part, unique
from scraper.sources.vertex_rows import (
    Frame,
    Grounding,
    RowReader,
    frame_tiers,
    grounding_rates,
    prove_steps,
    read_grounding,
)
from scraper.sources.vertex_terms import Column, Dated, Model, Rule, UnknownLabel, UnknownWords, dated, name_key, reason

_MARKS = re.compile(r"\*+\Z")


@dataclass(slots=True)
class _Outcome:
    """What reading one row gave: rates of models, or the reason why there are none."""

    models: Sequence[Model]
    name: str = ""
    rates: list[Rate] = field(default_factory=list)
    read: int = 0
    ignored: str = ""
    problem: Problem | None = None
    gaps: Sequence[Gap] = ()
    unknown: bool = False


class PartReader:
    """Reads one part of the page into the page's cards, and counts its amounts."""

    def __init__(self, part: Part, page: Page, number: int) -> None:
        self.part, self.page, self.terms, self.number = part, page, page.terms, number
        page.at = number
        self.section = Section(part.title, part.anchor, counted=False)
        grids = [(tab, block) for tab, block in part.items if isinstance(block, Grid)]
        self.grids = [(tab, grid) for tab, grid in grids if not self._ignored_table(grid)]
        self.others = [grid for _, grid in grids if self._ignored_table(grid)]
        self.notes = NoteReader((b.text for _, b in part.items if isinstance(b, Text)), page, self.section)
        self.family = unique(m for _, g in self.grids for r in g.rows for m in self._first_named(r))
        self.models = list(self.family)
        self.grounded: dict[str, Grounding] = {}
        self.marked: dict[str, tuple[str, list[Model]]] = {}
        page.parts[number] = self.section
        for model in [] if part.ignored else self.family:
            page.card(model, part.anchor)

    def read(self) -> None:
        """Read everything, or count it under the reason why it is ignored."""
        amounts, self.page.at = self.section.amounts, self.number
        if self.part.ignored:
            amounts.cells = sum(map(_amounts, (*(grid for _, grid in self.grids), *self.others)))
            amounts.notes = sum(counted(note.text) for note in self.notes.notes)
            amounts.ignored[self.part.ignored] = amounts.seen
            self._swallowed()
            return
        for grid in self.others:
            amounts.cells += _amounts(grid)
            amounts.ignored[self._ignored_table(grid)] += _amounts(grid)
        starts = self.notes.starts(self.family)
        for at, (tab, grid) in enumerate(self.grids):
            look(self.part.title)
            amounts.cells += _amounts(grid)
            self._table(tab, grid, starts, at)
        self.notes.read(self.models, self.marked)

    def _swallowed(self) -> None:
        """A section that is ignored prices no model of Google's: one that does has lost the heading between them."""
        if self.family:
            names = ", ".join(model.names[0] for model in self.family)
            message = f"the section is ignored ({self.part.ignored}), but it prices {names}"
            self.page.blame(self.family, self.section, Problem("layout", self.part.anchor, message, self.part.title))

    def _first_named(self, row: Row) -> list[Model]:
        return self.terms.all_named(row.cells[0].text) if row.cells and row.cells[0] else []

    def _ignored_table(self, grid: Grid) -> str:
        return next(filter(None, (reason(self.terms.ignored_tables, label_key(head)) for head in grid.header)), "")

    # ---- tables

    def _table(self, tab: str, grid: Grid, starts: dict[str, date], at: int) -> None:
        place = f"{self.part.anchor} / {tab or '-'}"
        kind = "header"
        columns, unknown = self._headers(grid, place)
        if unknown:
            self._doubt(grid, *unknown)
            return
        try:
            self._prove_frame(columns, grid)
            kind = "tab"
            tiers = frame_tiers(columns, tab, self.terms)
            kind = "layout"
            frame = Frame(place=place, columns=columns, tiers=tiers, starts=starts, terms=self.terms)
            rows = [RowReader(row, frame) for row in _data_rows(grid, frame)]
            regions = {label_key(row.words("region")) for row in rows}
            frame = replace(frame, regional=len(regions & {*self.terms.regions}) > 1 or "non-global" in regions)
            outcomes = [self._row(RowReader(row.row, frame)) for row in rows]
            _prove_outputs(outcomes)
        except (UnknownTerm, LayoutChanged) as error:
            self._doubt(grid, Problem(kind, place, str(error), tab if isinstance(error, UnknownWords) else ""))
            return
        for row, outcome in enumerate(outcomes):
            self._settle(outcome, f"{self.number} {at} {row}")
        if lost := [outcome.name for outcome in outcomes if outcome.unknown]:
            words = f"{lost[0]!r} may be its other step"
            for model in _half_dated(outcomes):
                self.page.blame([model], self.section, Problem("model", place, words, lost[0]))

    def _doubt(self, grid: Grid, *problems: Problem) -> None:
        """A whole table is not understood: every model it names keeps its card.

        Where cells may have moved, names may be lost as well: so do all models of the part, and any that is missing.
        """
        models = unique((*(m for text in grid.texts() for m in self.terms.all_named(text)), *self._in_rows(grid)))
        layout = any(problem.kind == "layout" for problem in problems)
        if layout or not models:
            models = unique((*models, *self.family))
        self.models = unique((*self.models, *models))
        for problem in problems:
            self.page.blame(models, self.section, problem)
            if layout and models:
                self.page.blame((), self.section, problem)

    def _in_rows(self, grid: Grid) -> Iterator[Model]:
        """The models that rows name together with a feature, or in the words of grounding."""
        for row in grid.rows:
            texts = [cell.text for cell in row.cells if cell]
            pairs = [("", text) for text in texts] + [(name, text) for name in texts[:1] for text in texts[1:]]
            yield from (model for name, text in pairs if (model := self.terms.of_feature(name, text)))
            if any(label_key(text) in self.terms.grounding for text in texts):
                yield from (*self.family, *(model for text in texts for model in self.terms.in_prose(text)))

    def _headers(self, grid: Grid, place: str) -> tuple[tuple[Column, ...], list[Problem]]:
        """What the columns hold, and the headers that are not understood."""
        columns: list[Column] = []
        unknown: list[Problem] = []
        for header in grid.header:
            try:
                columns.append(self.terms.column(header))
            except UnknownTerm as error:
                unknown.append(Problem("header", place, str(error), header))
        units = {column.unit for column in columns if column.role == "price"} - {""}
        if len(units) == 1:  # a price column that names no unit has that of the others
            columns = [replace(c, unit=c.unit or min(units)) if c.role == "price" else c for c in columns]
        return tuple(columns), unknown

    def _prove_frame(self, columns: Sequence[Column], grid: Grid) -> None:
        """Raise `LayoutChanged` unless there are models and prices, and two columns hold the same only if prices."""
        roles = [column.role for column in columns]
        if not roles or roles[0] not in ("model", "feature") or "price" not in roles:
            raise LayoutChanged(f"expected one header row with a model and a price, saw {list(grid.heads)}")
        labels = Counter(role for role in roles if role not in ("price", "storage", "ignored"))
        if twice := [role for role, count in labels.items() if count > 1]:
            raise LayoutChanged(f"two columns of a {twice[0]}: {list(grid.heads)}")

    def _row(self, reader: RowReader) -> _Outcome:
        """Read one row. Raises `LayoutChanged` when the row makes the whole table doubtful."""
        row, frame = reader.row, reader.frame
        name = row.cells[0].text if row.cells[0] else ""
        printed = sum(counted(cell.text) for cell in row.own)
        if rules := self.terms.grounding.get(label_key(self.terms.in_known_nouns(name))):
            return self._grounding(reader, rules)
        if ignored := reason(self.terms.ignored_models, name_key(name)):
            return _Outcome((), name, read=printed, ignored=ignored)
        place = f"{frame.place} / {reader.label}"
        if not frame.has("model"):
            if ignored := reason(self.terms.ignored_rows, label_key(row.text)):
                return _Outcome((), name, read=printed, ignored=ignored)
            return self._of_all(row, Problem("label", place, f"unknown row label {name!r}", name))
        models = reader.models()
        if not models and grounding_like(name):
            return self._of_all(row, Problem("label", place, f"unknown row label {name!r}", name))
        if not models:
            problem = Problem("model", place, f"unknown model {name!r}", name)
            return _Outcome((), name, problem=problem, unknown=True)
        try:
            rates, read = reader.rates(models)
        except UnknownLabel as error:
            return _Outcome(models, name, problem=Problem("label", place, str(error), error.term))
        except UnknownTerm as error:
            problem = Problem("cell", place, str(error), reader.prices)
            gaps = reader.gaps(models, problem, printed)
            return _Outcome(models, name, gaps=gaps, problem=None if gaps else problem)
        if read != printed:
            message = f"{printed} amounts are printed and {read} read"
            return _Outcome(models, name, problem=Problem("unclaimed", place, message, row.text))
        self._mark(reader.lines("type"), models)
        return _Outcome(models, name, rates, read)

    def _grounding(self, reader: RowReader, rules: Sequence[Rule]) -> _Outcome:
        """Read a row of grounding; no sentence that it knows holds a second amount."""
        row, frame = reader.row, reader.frame
        label = row.own[0].text
        place = f"{frame.place} / {label}"
        steps = "" if frame.has("model") or not frame.has("type") else reader.words("price")
        read = 1 + counted(steps)
        lines: Sequence[str] = ()
        try:
            lines = reader.lines("type") if steps and self.family else self._grounding_cell(row).lines
            found = read_grounding(lines, self.terms)
            self._once(label, found)
            rates = grounding_rates(found, rules, place, self.terms.currency, self.family, self._resolve)
        except UnknownTerm as error:
            return self._of_all(row, Problem("cell", place, str(error), " | ".join(lines) or row.text))
        try:
            if steps:
                prove_steps(steps, found)
        except UnknownTerm as error:
            problem = Problem("cell", place, str(error), row.text)
            ids = tuple(model_id for model in self.family for model_id in model.ids)
            meters = tuple(sorted({rule.meter for rule in rules}))
            return _Outcome(self.family, gaps=[Gap(problem, ids, "standard", meters, amounts=read)])
        return _Outcome(self.family, rates=rates, read=read)

    def _of_all(self, row: Row, problem: Problem) -> _Outcome:
        """A row that may price every model of the tables, and those that its words name."""
        return _Outcome(unique((*self.family, *self.terms.in_prose(row.text))), problem=problem)

    def _once(self, label: str, found: Grounding) -> None:
        """Refuse a second price of one kind of grounding, as when the heading between two families is lost."""
        if self.grounded.setdefault(label_key(label), found) != found:
            raise UnknownTerm(f"{label!r} stands twice in this section, with other prices: which models is it for?")

    def _grounding_cell(self, row: Row) -> Cell:
        """The cell behind a grounding row's label. Raises `UnknownTerm` when there is more, or no model it is for."""
        between = [cell for cell in row.own[1:-1] if label_key(cell.text) not in self.terms.grounding_features]
        if between or len(row.own) < 2 or not self.family:
            raise UnknownTerm(f"expected a label, a price and the models it is for, saw {row.text!r}")
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

    def _mark(self, types: Sequence[str], models: Sequence[Model]) -> None:
        """Remember which models' rows point to a note, and of which meter."""
        for label in types:
            rule = self.terms.type(label)
            if rule and (match := _MARKS.search(label)):
                _, before = self.marked.get(match.group(), ("", []))
                self.marked[match.group()] = (rule.meter, unique((*before, *models)))

    def _settle(self, outcome: _Outcome, row: str) -> None:
        if outcome.ignored:
            self.section.amounts.ignored += Counter({outcome.ignored: outcome.read})
        elif outcome.read:
            self.page.reads[row] = outcome.models, outcome.read
        self.models = unique((*self.models, *outcome.models))
        if outcome.unknown and outcome.problem:
            unknown = self.page.unknown.setdefault(name_key(outcome.name), Section(outcome.name, ""))
            unknown.problems.append(outcome.problem)
        elif outcome.problem:
            self.page.blame(outcome.models, self.section, outcome.problem)
        for model in outcome.models:
            self.page.card(model, self.part.anchor).section.gaps += outcome.gaps
        for rate in outcome.rates:
            self.page.card(self.terms.of_id(rate.model), self.part.anchor).rates.append(rate)


def grounding_like(name: str) -> bool:
    """Whether a row's first cell names a kind of grounding, and no model."""
    return bool({"search", "maps"} & {*key_nouns(name)} or re.search(r"(?i)\bground(?:ing|ed)\b", name))


def _amounts(grid: Grid) -> int:
    return sum(map(counted, grid.texts()))


def _data_rows(grid: Grid, frame: Frame) -> Iterator[Row]:
    """The rows that say something; a row of nothing but a name that the next rows share is their label.

    In a flat table each empty first label is that of the row above. Raises `LayoutChanged` on a row wider than the
    header, on a table that says nothing, and on labels that come twice in a flat one: a name between them is lost.
    """
    width = len(frame.columns)
    for row in grid.rows:
        if len(row.cells) > width:
            raise LayoutChanged(f"{len(row.cells)} cells under {width} headers: {row.text!r}")
    rows = [row for row in grid.rows if row.own and not _only_names(row, grid)]
    if not rows:
        raise LayoutChanged("a table without rows")
    flat = grid.flat and frame.has("model")
    labels = next(at for at, column in enumerate(frame.columns) if column.priced)
    seen: set[tuple[str, ...]] = set()
    above: Sequence[Cell | None] = ()
    for row in rows:
        cells = list(row.cells)
        if flat:
            own = next((at for at, cell in enumerate(cells[:labels]) if cell and cell.lines), labels)
            if above and not frame.terms.of_feature("", RowReader(row, frame).words("feature")):
                cells[:own] = above[:own]
            words = tuple(cell.text if cell else "" for cell in cells[:labels])
            if own and words in seen:
                raise LayoutChanged(f"a row that has lost its name: {row.text!r}")
            seen.add(words)
            above = cells
        yield Row(tuple(cells), row.own)


def _only_names(row: Row, grid: Grid) -> bool:
    name = row.own[0]
    return row.own == (row.cells[0],) and any(r.own and r is not row and r.cells[0] is name for r in grid.rows)


def _half_dated(outcomes: Sequence[_Outcome]) -> list[Model]:
    """The models whose prices in a table end on a day, with none that follow, or begin on one, with none before."""
    names: dict[Model, list[Dated]] = {}
    for outcome in outcomes:
        for model in outcome.models:
            names.setdefault(model, []).append(dated(outcome.name))
    return [m for m, steps in names.items() if any(s.until for s in steps) != any(s.since for s in steps)]


def _prove_outputs(outcomes: Sequence[_Outcome]) -> None:
    """Raise `LayoutChanged` where an output of a model is divided by modality and another one is not."""
    seen: dict[tuple[object, ...], set[str]] = {}
    for outcome in outcomes:
        for rate in outcome.rates:
            if rate.meter == "output":
                key = rate.model, rate.service_tier, rate.unit, rate.prompt_over, rate.context, rate.effective_from
                seen.setdefault(key, set()).add(rate.modality)
    if mixed := [key[0] for key, found in seen.items() if "" in found and len(found) > 1]:
        raise LayoutChanged(f"an output of {mixed[0]} that has lost its modality")
