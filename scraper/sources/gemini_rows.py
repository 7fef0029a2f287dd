"""The tables of one section of the pricing page: tabs, columns, rows, and what each row prices."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property

from ratecards.model import Evidence, Rate
from scraper.errors import UnknownTerm
from scraper.model import Gap, Problem, too_little_read
from scraper.parse.blocks import Heading, Table
from scraper.prices.grammar import Cell
from scraper.prices.labels import why_unknown
from scraper.prices.lexicon import counted
from scraper.prices.normalize import Observation, Place, RowRule, label_key, row_rates
from scraper.prices.toolcells import read_tool
from scraper.sources.gemini_section import SectionReader, version_of
from scraper.sources.gemini_terms import Meaning
from scraper.sources.timelimit import look

# A caching cell prices storage, too.
_METERS = {"cache_read": ("cache_read", "cache_storage")}
_NOTHING = Problem("cell", "", "")


class TableReader(SectionReader):
    """Reads a section's tables into its rates; the rest of the section is the base's."""

    def tables(self) -> None:
        """Read every table; what is not understood becomes a problem of the section."""
        count = sum(isinstance(block, Table) for block in self.part.blocks)
        tab, tabs = "", set()
        for block in self.part.blocks:
            if isinstance(block, Heading):
                tab = block.text
            elif isinstance(block, Table):
                if self.part.kind not in ("model", "tools"):
                    self._unpriced_table(block)
                    continue
                if not tab and count > 1:
                    self.problem("tab", "", "several tables without a tab: which service tier is which?")
                elif (self.terms.tab(tab) or tab) in tabs:
                    self.problem("tab", f" / {tab}", f"two tables under the tab {tab!r}", tab)
                self._table(block, tab)
                tabs.add(self.terms.tab(tab) or tab)
                tab = ""
        if too_little_read(len(self.section.gaps), self.rows):
            # so many rows are not understood that the tables are not
            self.section.problems += [gap.problem for gap in self.section.gaps]
            self.section.gaps.clear()

    def _table(self, table: Table, tab: str) -> None:
        tier = self.terms.tab(tab) if tab else "standard"
        if not tier:
            self.problem("tab", f" / {tab}", f"unknown tab {tab!r}", tab)
        columns = self._columns(table, tab)
        for row in table.rows:
            look(self.part.title)
            seen = sum(counted(cell) for cell in row)
            self.section.amounts.cells += seen
            if not tier or columns is None:
                continue
            place = f" / {tab or '-'} / {row[0] if row else ''}"
            if len(row) != len(table.header):
                self.problem("layout", place, f"{len(row)} cells under {len(table.header)} headers")
                continue
            try:
                read = self._row(row, table.header, columns, tier, tab)
            except UnknownTerm as error:
                self.problem("cell", place, error, " | ".join(row[1:]))
                continue
            if read is None:
                continue
            self.section.amounts.read += read
            if read != seen:
                self.problem("unclaimed", place, f"{seen} amounts, of which {read} were read: {' | '.join(row)}")

    def _unpriced_table(self, table: Table) -> None:
        for row in table.rows:
            for cell in row:
                count = counted(cell)
                self.section.amounts.cells += count
                reason = self.terms.ignored(self.part.kind, cell)
                if count and not reason:
                    self.problem("unclaimed", f" / {row[0]}", f"money in a table that gives no rates: {cell}", cell)
                elif count:
                    self.section.amounts.ignored[reason] += count
                else:
                    self.say(cell)

    def _columns(self, table: Table, tab: str) -> dict[int, tuple[str, str]] | None:
        """By column index: plan and unit. None when a header is unknown."""
        columns: dict[int, tuple[str, str]] = {}
        unknown = False
        for at, header in enumerate(table.header):
            if at == 0 and not header:
                continue
            if meaning := self.terms.header(header):
                columns[at] = meaning
            else:
                words = f"unknown header {header!r}{why_unknown(header, self.terms.plans)}"
                self.problem("header", f" / {tab or '-'}", words, header)
                unknown = True
        if unknown:
            return None
        plans = [plan for plan, _ in columns.values()]
        if sorted(plans) != ["free", "paid"]:
            self.problem("header", f" / {tab or '-'}", f"expected a free and a paid column, saw {list(table.header)}")
            return None
        unit = next(unit for plan, unit in columns.values() if plan == "paid")
        if not unit:
            self.problem("header", f" / {tab or '-'}", f"a paid column without its unit: {list(table.header)}")
            return None
        return {at: (plan, own or unit) for at, (plan, own) in columns.items()}

    def _row(
        self,
        row: Sequence[str],
        header: Sequence[str],
        columns: dict[int, tuple[str, str]],
        tier: str,
        tab: str,
    ) -> int | None:
        """Read one row; gives the count of amounts it accounts for, None where label or cells are not understood."""
        label = row[0]
        if self.terms.metadata_rows.find(label_key(label)):
            return self._metadata(row, columns, tier)
        if self.part.kind == "tools":
            return self._tool(row, header, columns, tier, tab)
        meaning = self.terms.row(label)
        if meaning is None:
            self.problem("label", f" / {tab or '-'}", f"unknown row label {label!r}{why_unknown(label)}", label)
            return None
        rule, models = meaning.rule, self._models_of(meaning, label)
        texts = self._texts(row, columns)
        try:
            cells = [self._seen(texts[at], label, header[at], columns[at], tab) for at in columns]
            amounts = [a for c in cells for a in c.cell.amounts]
            marks = {a.marks: self.formulas_at(a.marks) for a in amounts if a.marks}
            starts = self.starts() if any(a.soon for a in amounts) else {}
            place = Place(*self.terms.owner, models, tier, self.terms.currency, marks, starts)
            self.rates += row_rates(cells, rule, place)
        except UnknownTerm as error:
            meters = _METERS.get(rule.meter, (rule.meter,))
            self._gap(error, row, tab, Gap(_NOTHING, models, tier, meters, _named(rule), rule.context))
            return None
        self.announce(cells, rule, place)
        return len(amounts)

    def _seen(self, text: str, label: str, header: str, column: tuple[str, str], tab: str) -> Observation:
        """A cell and its coordinates; `column` is its plan and unit. Raises `UnknownTerm`."""
        locator = " / ".join((self.part.anchor, tab or "-", fold_stars(label), header))
        return Observation(text, self.terms.cell(text), column[0], header, column[1], locator)

    def _texts(self, row: Sequence[str], columns: Iterable[int]) -> dict[int, str]:
        """The cells of the columns. Raises `UnknownTerm` on an empty one that nothing explains."""
        texts = {at: row[at] for at in columns}
        if empty := [at for at, text in texts.items() if not text]:
            # a spanned cell beside "Not supported" has the same value (RATES, reading 18)
            others = [t for t in texts.values() if t]
            if len(empty) != 1 or not all(self.terms.phrases.not_available.fullmatch(t.rstrip(" *")) for t in others):
                raise UnknownTerm("an empty cell beside one that says something")
            texts[empty[0]] = others[0]
        return texts

    def _gap(self, error: UnknownTerm, row: Sequence[str], tab: str, gap: Gap) -> None:
        """Note a row whose label and columns are understood, and a cell of it is not."""
        place = f"{self.part.anchor or self.part.title} / {tab or '-'} / {row[0]}"
        problem = Problem("cell", place, str(error), " | ".join(row[1:]))
        self.section.gaps.append(replace(gap, problem=problem, amounts=sum(map(counted, row))))

    def _models_of(self, meaning: Meaning, label: str) -> tuple[str, ...]:
        """The ids a row prices: all, or for a variant row the one that carries the word (the plain one if none)."""
        models, variant = self.section.models, meaning.variant
        if variant is None and len(models) == 1:
            return models
        variants = self._variants
        if variant is None:
            if variants != {None}:
                raise UnknownTerm(f"the row {label!r} names none of {', '.join(models)}, but other rows do")
            return models
        plain = ("", self.terms.plain_variant)
        words = [m for m in models if variant in _words(m)]
        if variant in plain and not words:
            others = {v for v in variants if v and v not in plain}
            words = [m for m in models if not others & _words(m)]
        if len(words) != 1:
            raise UnknownTerm(f"the row {label!r} names one of {', '.join(models)}, but {len(words)} carry {variant!r}")
        if version_of(words[0]) not in ("", meaning.version.removesuffix(".0")):
            raise UnknownTerm(f"the row {label!r} is of another version than {words[0]}")
        return tuple(words)

    @property
    def rows(self) -> int:
        """How many rows the section's tables have."""
        return sum(len(block.rows) for block in self.part.blocks if isinstance(block, Table))

    @cached_property
    def _variants(self) -> set[str | None]:
        """The variants the section's rows name; None for a row that is no variant's."""
        rows = [row for block in self.part.blocks if isinstance(block, Table) for row in block.rows if row]
        return {found.variant for row in rows if (found := self.terms.row(row[0]))}

    def _metadata(self, row: Sequence[str], columns: dict[int, tuple[str, str]], tier: str) -> int:
        for at, (plan, _) in columns.items():
            answer = row[at].lower().rstrip(" *")
            if counted(row[at]):
                raise UnknownTerm("money in a row that is not a price")
            self.say(row[at])
            if self.used.setdefault(plan, answer) != answer:
                self.used[f"{plan} {tier}"] = answer
        return 0

    def _tool(
        self, row: Sequence[str], header: Sequence[str], columns: dict[int, tuple[str, str]], tier: str, tab: str
    ) -> int | None:
        """The rates of a tool; gives the count of amounts they were read from."""
        label, read = label_key(row[0]), 0
        found: list[Rate] = []
        for at, (plan, _) in columns.items():
            rate = self._tool_rate(row, at, header[at], plan, tier)
            if not counted(row[at]) or self._costs_nothing(row[at]):
                self._unpriced(row[at], rate)
                read += counted(row[at])
                continue
            try:
                prices = read_tool(self.terms.in_known_nouns(row[at]), self.terms.phrases, self.terms.tool_ignored)
            except UnknownTerm as error:
                self._gap(error, row, tab, Gap(_NOTHING, ("tools",), tier, (rate.meter,), context=rate.context or None))
                return None
            read += len({p.at for p in prices})
            found += [
                replace(
                    rate,
                    unit=p.unit,
                    used_over=p.used_over,
                    period=p.period,
                    context=p.family or label,
                    price=p.price,
                )
                for p in prices
            ]
        self.rates += found
        return read

    def _tool_rate(self, row: Sequence[str], at: int, header: str, plan: str, tier: str) -> Rate:
        """What the prices of a tool's cell share; a tool that is no grounding is told apart by its name."""
        label = label_key(row[0])
        meter = self.terms.tool_meters.get(label, "tool")
        return Rate(
            provider=self.terms.owner[0],
            source=self.terms.owner[1],
            model="tools",
            service_tier=tier,
            plan=plan,
            meter=meter,
            unit="",
            context=label if meter == "tool" else "",
            currency=self.terms.currency,
            evidence=Evidence(row[at], " / ".join((self.part.anchor, "-", fold_stars(row[0]), header))),
        )

    def _costs_nothing(self, text: str) -> bool:
        """Whether a cell says so by an amount, "$0.00"."""
        cell = self._cell(text)
        return cell is not None and cell.availability == "free" and not cell.allowances

    def _cell(self, text: str) -> Cell | None:
        try:
            return self.terms.cell(text)
        except UnknownTerm:
            return None  # prose, with an allowance perhaps

    def _unpriced(self, text: str, rate: Rate) -> None:
        """Note that a tool costs nothing, or is not sold: whether it ever was priced, the published card knows."""
        cell = self._cell(text)
        if self._costs_nothing(text):
            self.section.unpriced.append(replace(rate, availability="free", price=Decimal(0)))
        elif cell == Cell("not_available"):
            self.section.unpriced.append(replace(rate, availability="not_available", currency=""))
        elif self.terms.header(text) is None:  # the header is repeated in some tables
            self.say(text)


def _words(model: str) -> set[str]:
    return set(re.split(r"[-.]", model))


def _named(rule: RowRule) -> tuple[str, ...]:
    return rule.modalities or ((rule.modality,) if rule.modality else ())


def fold_stars(label: str) -> str:
    """A label without its footnote stars, in its own case."""
    return re.sub(r"\s*\*+\s*\Z", "", label)
