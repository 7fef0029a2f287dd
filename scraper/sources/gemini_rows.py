"""The tables of one section of the pricing page: tabs, columns, rows, and what each row prices."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ratecards.model import Evidence, Rate
from scraper.errors import UnknownTerm
from scraper.grammar import read_cell
from scraper.normalise import Observation, Place, fold, row_rates
from scraper.parse import Heading, Table
from scraper.sources.gemini_section import SectionReader
from scraper.toolcells import read_tool
from scraper.words import COUNTED

PROVIDER, SOURCE = "google", "gemini-api"


class TableReader(SectionReader):
    """Reads a section's tables into its rates; the rest of the section is the base's."""

    def tables(self) -> None:
        """Read every table; what is not understood becomes a problem of the section."""
        tab, bare = "", 0
        for block in self.part.blocks:
            if isinstance(block, Heading):
                tab = block.text
            elif isinstance(block, Table):
                bare += not tab
                if bare > 1:
                    self.problem("tab", "", "several tables without a tab: which service tier is which?")
                self._table(block, tab)
                tab = "" if tab else tab

    def _table(self, table: Table, tab: str) -> None:
        if self.part.kind == "agents" or self.part.kind not in ("model", "tools"):
            self._unpriced_table(table)
            return
        tier = "standard" if not tab else self.terms.tabs.get(fold(tab), "")
        if not tier:
            self.problem("tab", f" / {tab}", f"unknown tab {tab!r}", tab)
        columns = self._columns(table, tab)
        for row in table.rows:
            place = " / ".join(p for p in ("", tab, row[0] if row else "") if p or not tab)
            self.section.amounts.cells += sum(len(COUNTED.findall(cell)) for cell in row)
            if not tier or columns is None:
                continue
            if len(row) != len(table.header):
                self.problem("layout", place, f"{len(row)} cells under {len(table.header)} headers")
                continue
            try:
                self._row(row, table.header, columns, tier, tab)
            except UnknownTerm as error:
                self.problem("cell", f" / {tab or '-'} / {row[0]}", error, " | ".join(row[1:]))

    def _unpriced_table(self, table: Table) -> None:
        for row in table.rows:
            for cell in row:
                count = len(COUNTED.findall(cell))
                self.section.amounts.cells += count
                reason = self.terms.ignored(self.part.kind, cell)
                if count and not reason:
                    self.problem("unclaimed", f" / {row[0]}", f"money in a table that gives no rates: {cell}", cell)
                elif count:
                    self.section.amounts.ignored[reason] += count

    def _columns(self, table: Table, tab: str) -> dict[int, tuple[str, str]] | None:
        """By column index: plan and unit. None when a header is unknown."""
        columns: dict[int, tuple[str, str]] = {}
        for at, header in enumerate(table.header):
            if at == 0 and not header:
                continue
            meaning = self.terms.header(header)
            if meaning is None:
                self.problem("header", f" / {tab or '-'}", f"unknown header {header!r}", header)
                return None
            columns[at] = meaning
        plans = [plan for plan, _ in columns.values()]
        if sorted(plans) != ["free", "paid"]:
            self.problem("header", f" / {tab or '-'}", f"expected a free and a paid column, saw {list(table.header)}")
            return None
        unit = next(unit for plan, unit in columns.values() if plan == "paid")
        return {at: (plan, own or unit) for at, (plan, own) in columns.items()}

    def _row(
        self,
        row: Sequence[str],
        header: Sequence[str],
        columns: dict[int, tuple[str, str]],
        tier: str,
        tab: str,
    ) -> None:
        label = row[0]
        if fold(label) in self.terms.metadata_rows:
            self._metadata(row, columns)
            return
        if self.part.kind == "tools":
            self._tool(row, header, columns, tier)
            return
        found = self.terms.row(label)
        if found is None:
            self.problem("label", f" / {tab or '-'}", f"unknown row label {label!r}", label)
            return
        rule, variant = found
        cells = self._observations(row, header, columns, tab)
        marks = {a.marks: self.formulas.get(a.marks, []) for c in cells for a in c.cell.amounts if a.marks}
        place = Place(
            PROVIDER, SOURCE, self._models_of(variant, label), tier, self.terms.currency, marks, self.starts()
        )
        self.rates += row_rates(cells, rule, place)
        self.section.amounts.read += sum(len(c.cell.amounts) for c in cells)

    def _observations(
        self, row: Sequence[str], header: Sequence[str], columns: dict[int, tuple[str, str]], tab: str
    ) -> list[Observation]:
        texts = {at: row[at] for at in columns}
        if empty := [at for at, text in texts.items() if not text]:
            # a spanned cell beside "Not supported" has the same value (RATES, reading 18)
            others = [t for t in texts.values() if t]
            if len(empty) != 1 or not all(self.terms.phrases.not_available.fullmatch(t.rstrip(" *")) for t in others):
                raise UnknownTerm("an empty cell beside one that says something")
            texts[empty[0]] = others[0]
        return [
            Observation(
                text,
                read_cell(text, self.terms.phrases),
                columns[at][0],
                header[at],
                columns[at][1],
                " / ".join((self.part.anchor, tab or "-", fold_stars(row[0]), header[at])),
            )
            for at, text in texts.items()
        ]

    def _models_of(self, variant: str, label: str) -> tuple[str, ...]:
        """The ids a row prices: all, or for a variant row the one that carries the word (the plain one if none)."""
        models = self.section.models
        if not variant and not self._has_variants():
            return models
        words = [m for m in models if variant in re.split(r"[-.]", m)]
        if variant in ("", self.terms.plain_variant) and not words:
            others = {v for v in self._variants() if v not in ("", self.terms.plain_variant)}
            words = [m for m in models if not others & set(re.split(r"[-.]", m))]
        if len(words) != 1:
            raise UnknownTerm(f"the row {label!r} names one of {', '.join(models)}, but {len(words)} carry {variant!r}")
        return tuple(words)

    def _variants(self) -> Iterator[str]:
        for block in self.part.blocks:
            for row in block.rows if isinstance(block, Table) else ():
                found = self.terms.row(row[0]) if row else None
                yield found[1] if found else ""

    def _has_variants(self) -> bool:
        return any(self._variants())

    def _metadata(self, row: Sequence[str], columns: dict[int, tuple[str, str]]) -> None:
        for at, (plan, _) in columns.items():
            if COUNTED.search(row[at]):
                raise UnknownTerm("money in a row that is not a price")
            self.used[plan] = row[at].lower().rstrip(" *")

    def _tool(self, row: Sequence[str], header: Sequence[str], columns: dict[int, tuple[str, str]], tier: str) -> None:
        label = fold(row[0])
        for at, (plan, _) in columns.items():
            if not COUNTED.search(row[at]):
                continue
            prices = read_tool(row[at], self.terms.phrases, self.terms.tool_ignored)
            locator = " / ".join((self.part.anchor, "-", row[0], header[at]))
            self.section.amounts.read += len(
                {(p.price, p.unit, p.family if p.used_over is None else "") for p in prices}
            )
            self.rates += [
                Rate(
                    provider=PROVIDER,
                    source=SOURCE,
                    model="tools",
                    service_tier=tier,
                    plan=plan,
                    meter=self.terms.tool_meters.get(label, "tool"),
                    unit=p.unit,
                    used_over=p.used_over,
                    period=p.period,
                    context=p.family or label,
                    price=p.price,
                    currency=self.terms.currency,
                    evidence=Evidence(row[at], locator),
                )
                for p in prices
            ]


def fold_stars(label: str) -> str:
    """A label without its footnote stars, in its own case."""
    return re.sub(r"\s*\*+\s*\Z", "", label)
