"""Google's rate-limits page, Markdown twin: usage tiers, spend limits, batch queues, the priority factor. No rates.

https://ai.google.dev/gemini-api/docs/rate-limits.md.txt. `read_facts` gives them as the card of
`ratecards.storage.limits`; `read` gives the same look as a `Reading` without rate cards, a section of the page a
section of it, counted and doubted as every other source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from ratecards.storage.limits import BatchLimit, Figure, LimitsCard, SpendLimit, UsageTier
from scraper.errors import LayoutChanged, UnknownTerm
from scraper.model import Amounts, Problem, Reading, Section
from scraper.parse.blocks import Block, Heading, Table, Text, markdown_blocks
from scraper.prices.lexicon import AMOUNT, COUNTED, money, whole_number
from scraper.prices.normalize import label_key
from scraper.sources import vocabulary
from scraper.sources.page_proofs import refuse_other_than_twin

PROVIDER, SOURCE = "google", "rate-limits"
PARSER = "2"
VOCABULARY = Path(__file__).with_name("rate_limits.yaml")

_BANNER = re.compile(r"\|\s*([^|]*[^|\s])\s*\|{2,}\Z")
_DELIMITER = re.compile(r"\|[\s:\-|]*-[\s:\-|]*\|\Z")
_COUNT = re.compile(r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)\Z")
_FACTOR = re.compile(r"\b[0-9]+(?:\.[0-9]+)?x\b")
_RANGE = re.compile(r"\s+(?:-|\u2013|to)\s+")
# The kind of a section whose limits are not kept.
_IGNORED = "ignored"
# By kind of section, the columns that a table may have, in any order.
_TABLES = {
    "tiers": (["name", "qualification"], ["cap", "name", "qualification"], ["cap", "name", "qualification", "spend"]),
    "batch": (["model", "tokens"],),
    "spend": (["name", "spend"],),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """Each field is the entry of the same name in the vocabulary file, where it is explained."""

    name: str
    currency: str
    urls: Mapping[str, str]
    sections: Mapping[str, str]
    needed: Sequence[str]
    last: str
    columns: Mapping[str, str]
    banners: Sequence[str]
    qualifications: Sequence[re.Pattern[str]]
    no_cap: Sequence[str]
    figures: Sequence[tuple[re.Pattern[str], str, str]]
    window: re.Pattern[str]
    renames: Mapping[str, str]


@vocabulary.of(VOCABULARY)
def load_terms(data: Any) -> Terms:
    """The vocabulary, read and compiled once."""
    data["qualifications"] = [re.compile(text, re.IGNORECASE) for text in data["qualifications"]]
    data["figures"] = [(re.compile(f["match"], re.IGNORECASE), f["name"], f["unit"]) for f in data["figures"]]
    data["window"] = re.compile(data["window"], re.IGNORECASE)
    return Terms(**data)


urls, renames = vocabulary.offered(load_terms)
fingerprint = vocabulary.whole


def read(body: str) -> Reading:
    """The page as a reading of sections without cards. Raises `LayoutChanged` when it is not the page."""
    reader = _read(body)
    return Reading(f"{PROVIDER}/{SOURCE}", "md.txt", reader.parts, reader.amounts)


def is_known(section: Section) -> bool:
    """Whether a section is one that limits are read from; what stands in an unknown one touches none of them."""
    return section.anchor in load_terms().sections or not section.counted


def read_facts(body: str) -> tuple[LimitsCard, list[Problem], Amounts]:
    """The limits, every place that was not understood, and the count of amounts (money, token counts, figures).

    Raises `LayoutChanged` when it is not the page or not all of it. The card says nothing yet of its capture.
    """
    terms, reader = load_terms(), _read(body)
    card = LimitsCard(
        provider=PROVIDER,
        source=SOURCE,
        name=terms.name,
        url=terms.urls["md.txt"],
        parser=PARSER,
        usage_tiers=tuple(reader.tiers),
        batch_limits=tuple(reader.batch.values()),
        figures=tuple(reader.figures.values()),
        spend_limits=tuple(reader.spending.values()),
    )
    return card, [problem for part in reader.parts for problem in part.problems], reader.amounts


def _read(body: str) -> _Reader:
    terms = load_terms()
    blocks = markdown_blocks(_unspanned(body))
    _prove(body, blocks, terms)
    reader = _Reader(terms)
    for block in blocks:
        reader.block(block)
    reader.settle()
    return reader


def _unspanned(body: str) -> str:
    """The page with its banners (`| Text-out models |||||`) as rows of two cells below the delimiter."""
    lines: list[str] = []
    below_banner = False
    for line in body.split("\n"):
        banner = _BANNER.match(line.strip())
        if below_banner and _DELIMITER.match(line.strip()):
            lines.insert(-1, "|---|---|")
        else:
            lines.append(f"| {banner[1]} |  |" if banner else line)
        below_banner = banner is not None
    return "\n".join(lines)


def _prove(body: str, blocks: Sequence[Block], terms: Terms) -> None:
    refuse_other_than_twin(body, "rate-limits")
    titles = [label_key(b.text) for b in blocks if isinstance(b, Heading) and b.level == 2]
    if missing := [title for title in terms.needed if title not in titles]:
        raise LayoutChanged(f"expected the sections {missing}, saw {titles[:8]}")
    # what is new may stand behind it, and is unread anyway
    known = [title for title in titles if title in terms.sections]
    if known[-1] != terms.last or (titles[-1] == terms.last and not isinstance(blocks[-1], Text)):
        raise LayoutChanged(f"truncated page: expected the text of {terms.last!r} at the end, saw {known[-1]!r}")


@dataclass(slots=True)
class _Reader:
    """Reads the page block by block; every amount is claimed where it stands, or is a problem."""

    terms: Terms
    tiers: list[UsageTier] = field(default_factory=list)
    batch: dict[tuple[str, str], BatchLimit] = field(default_factory=dict)
    figures: dict[str, Figure] = field(default_factory=dict)
    spending: dict[str, SpendLimit] = field(default_factory=dict)
    parts: list[Section] = field(default_factory=lambda: [Section("the page's head", "", counted=False)])
    kind: str = "prose"
    tab: str = ""
    minutes: int | None = None
    spending_in: str = ""

    @property
    def amounts(self) -> Amounts:
        """Those of the whole page."""
        total = Amounts()
        for part in self.parts:
            total.add(part.amounts)
        return total

    def problem(self, kind: str, place: str, message: object, term: str = "") -> None:
        """Note a place that was not understood."""
        self._note(self.parts[-1], kind, " / ".join(part for part in (self.tab, place) if part), message, term)

    @staticmethod
    def _note(part: Section, kind: str, place: str, message: object, term: str) -> None:
        where = " / ".join(words for words in (part.title, place) if words)
        part.problems.append(Problem(kind, where, str(message), term))

    def block(self, block: Block) -> None:
        """Read the next block."""
        if isinstance(block, Heading):
            self._heading(block)
        elif isinstance(block, Text):
            self._text(block.text)
        else:
            self._table(block)

    def settle(self) -> None:
        """What is known once the whole page is read: batch limits belong to usage tiers, and both are there."""
        if not self.tiers or not self.batch:
            problems = [str(problem) for part in self.parts for problem in part.problems]
            seen = "; ".join(problems[:3]) or "no such tables"
            raise LayoutChanged(f"expected a table of usage tiers and tables of batch limits, saw {seen}")
        names = {tier.name for tier in self.tiers}
        for tier in sorted({limit.usage_tier for limit in self.batch.values()} - names):
            part = next(p for p in self.parts if self.terms.sections.get(p.anchor) == "batch")
            self._note(part, "tab", tier, f"batch limits of {tier!r}, which is not a usage tier", tier)
        for tier in sorted(self.spending.keys() - names):
            part = next(p for p in self.parts if p.title == self.spending_in)
            self._note(part, "cell", tier, f"a spend limit of {tier!r}, which is not a usage tier", tier)

    def _heading(self, heading: Heading) -> None:
        if heading.level == 2:
            self.parts.append(Section(heading.text, label_key(heading.text)))
            self.tab = ""
            self.kind = self.terms.sections.get(label_key(heading.text), "")
            if not self.kind:
                self.problem("label", "", f"unknown section {heading.text!r}", heading.text)
        elif heading.level > 2:
            # a section of its own on some days, a part of another on others
            own = self.terms.sections.get(label_key(heading.text), "")
            self.kind = own or self.terms.sections.get(self.parts[-1].anchor, "")
            self.tab = heading.text
        self.minutes = None

    # ---- sentences

    def _text(self, text: str) -> None:
        """A paragraph or list item: figures where figures stand, and neither money nor factors anywhere else."""
        amounts = self.parts[-1].amounts
        if self.kind == "spend":
            self._window(text)
        if self.kind in ("figures", "batch"):
            if re.search(r"[0-9]", text):
                amounts.notes += 1
                self._sentence(text)
        elif found := COUNTED.findall(text) + _FACTOR.findall(text):
            amounts.notes += len(found)
            if self.kind == _IGNORED:
                amounts.ignored[self.parts[-1].title] += len(found)
                return
            self.problem("unclaimed", "text", f"an amount outside the tables: {text}", text)

    def _sentence(self, text: str) -> None:
        for pattern, name, unit in self.terms.figures:
            match = pattern.search(text)
            if match and not re.search(r"[0-9]", text.replace(match.group(), "", 1)):
                value = Decimal(match["value"].replace(",", ""))
                figure = Figure(name=name, value=value, unit=unit, quote=text)
                if self.figures.setdefault(name, figure).value != value:
                    self.problem("conflict", "text", f"{name} stands twice with two values: {text}", text)
                self.parts[-1].amounts.read += 1
                return
        self.problem("unclaimed", "text", f"a figure of unknown meaning: {text}", text)

    # ---- tables

    def _table(self, table: Table) -> None:
        amounts = self.parts[-1].amounts
        columns = [self._column(header) for header in table.header]
        if sorted(columns) not in _TABLES.get(self.kind, ()):
            count = sum(_amounts(cell) for row in table.rows for cell in row)
            amounts.cells += count
            if self.kind == _IGNORED:
                amounts.ignored[self.parts[-1].title] += count
                return
            headers = " | ".join(table.header)
            self.problem("header", "", f"unknown table with the headers {headers}", headers)
            return
        for row in table.rows:
            cells = dict(zip(columns, row, strict=True))
            count = sum(_amounts(cell) for name, cell in cells.items() if name not in ("name", "model"))
            amounts.cells += count
            try:
                if self.kind == "tiers":
                    self._tier(cells)
                if "spend" in cells:
                    self._spend(cells)
                if self.kind == "batch":
                    self._limit(cells)
                amounts.read += count
            except UnknownTerm as error:
                self.problem("cell", row[0], error, " | ".join(row[1:]))

    def _column(self, header: str) -> str:
        """What a column has; one of spending may say within how many minutes."""
        known = self.terms.columns.get(label_key(header), "")
        if known or self.kind not in ("spend", "tiers"):
            return known
        self._window(header)
        return self.terms.columns.get(
            label_key(re.sub(r"\s*\([^()]*\)|\s*" + self.terms.window.pattern, "", header)), ""
        )

    def _window(self, text: str) -> None:
        """Take note of the minutes that words say; 0 where they say two."""
        for match in self.terms.window.finditer(text):
            minutes = int(match["minutes"])
            self.minutes = minutes if self.minutes in (None, minutes) else 0

    def _spend(self, cells: Mapping[str, str]) -> None:
        """What a tier may spend; `N/A` is no limit."""
        tier, text = cells["name"], cells["spend"]
        if label_key(text) in self.terms.no_cap:
            return
        amount = self.terms.window.sub("", text).strip()
        self._window(text)
        if not AMOUNT.fullmatch(amount) or not self.minutes:
            raise UnknownTerm(f"expected an amount and the minutes that it is for, saw {text!r}")
        limit = SpendLimit(
            usage_tier=tier, amount=money(amount), currency=self.terms.currency, minutes=self.minutes, quote=text
        )
        self.spending_in = self.parts[-1].title
        if self.spending.setdefault(tier, limit) != limit:
            self.problem("conflict", tier, f"two spend limits of {tier!r}: {text}", text)

    def _tier(self, cells: Mapping[str, str]) -> None:
        name, qualification, cap = cells["name"], cells["qualification"], cells.get("cap", "")
        if name in {tier.name for tier in self.tiers}:
            raise UnknownTerm(f"the usage tier {name!r} stands twice")
        spent, days = self._condition(qualification)
        caps = self._caps(cap)
        currency = self.terms.currency if caps or spent is not None else ""
        self.tiers.append(
            UsageTier(
                name=name,
                qualification=qualification,
                spent=spent,
                days=days,
                caps=caps,
                cap=cap,
                currency=currency,
            )
        )

    def _condition(self, text: str) -> tuple[Decimal | None, int | None]:
        """What must have been spent, and the days since the payment; neither in a condition of words alone."""
        for pattern in self.terms.qualifications:
            if match := pattern.fullmatch(text):
                return money(match["spent"]), whole_number(match["days"])
        if not text or re.search(r"[0-9]", text):
            raise UnknownTerm(f"a qualification of unknown shape: {text!r}")
        return None, None

    def _caps(self, text: str) -> tuple[Decimal, ...]:
        """The amounts of a cap: one, or the two ends of a range, the last of which may be open (`$100,000+`)."""
        if not text or label_key(text) in self.terms.no_cap:
            return ()
        ends = tuple(money(part) for part in _RANGE.split(text.removesuffix("+")) if AMOUNT.fullmatch(part))
        if not ends or len(ends) != len(_RANGE.split(text)) or len(ends) > 2:
            raise UnknownTerm(f"a cap of unknown shape: {text!r}")
        return ends

    def _limit(self, cells: Mapping[str, str]) -> None:
        model, tokens = cells["model"], cells["tokens"]
        if not tokens:
            if label_key(model) not in self.terms.banners:
                raise UnknownTerm(f"unknown group of models {model!r}, or a limit is missing")
            return
        if not _COUNT.match(tokens) or not model or not self.tab:
            raise UnknownTerm(f"expected a usage tier, a model and a count of tokens, saw {tokens!r}")
        limit = BatchLimit(model=model, usage_tier=self.tab, tokens=whole_number(tokens), quote=tokens)
        if self.batch.setdefault((self.tab, model), limit) != limit:
            self.problem("conflict", model, f"two limits for {model!r} in {self.tab}: {tokens}", tokens)


def _amounts(cell: str) -> int:
    """Amounts of money, or one count."""
    return len(COUNTED.findall(cell)) or bool(_COUNT.match(cell))
