"""Google's Gemini API pricing page, as HTML and as its Markdown twin.

https://ai.google.dev/gemini-api/docs/pricing: one second-level heading per model, a table per service tier,
a free and a paid column. Text is CC BY 4.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ratecards.model import MODEL_ID, Evidence, Formula, Rate
from scraper.errors import LayoutChanged, UnknownTerm
from scraper.grammar import read_cell
from scraper.normalise import Observation, Place, RowRule, fold, row_rates
from scraper.notes import Footnote, footnote, formulas, sentences
from scraper.parse import Block, Heading, Table, Text, html_blocks, markdown_blocks, only, soup
from scraper.reading import Amounts, Draft, Problem, Reading, Section, merged
from scraper.sources.gemini_terms import Terms, load_terms
from scraper.toolcells import read_tool
from scraper.words import COUNTED, DATE, day

PROVIDER, SOURCE = "google", "gemini-api"
PARSER = "1"
_UPDATED = re.compile(r"Last updated ([0-9]{4}-[0-9]{2}-[0-9]{2}) UTC")


def urls() -> Mapping[str, str]:
    """The HTML page and its Markdown twin."""
    return load_terms().urls


def renames() -> Mapping[str, str]:
    """Confirmed renames, from the vocabulary."""
    return load_terms().renames


def representation(body: str) -> str:
    """`html` or `md`, by content: the address without `.txt` has served the HTML page."""
    return "html" if re.match(r"\s*(?:<!doctype html|<html)", body[:4000], re.IGNORECASE) else "md"


def fingerprint(body: str) -> str:
    """The part of the page that its prices stand in; nonces and script keys outside it change with every fetch."""
    if representation(body) == "md":
        return body
    start, end = body.find("<article"), body.rfind("</article>")
    updated = _UPDATED.search(body)
    return f"{body[start:end]}{updated.group() if updated else ''}" if 0 <= start < end else body


def read(body: str) -> Reading:
    """Read one saved page. Raises `LayoutChanged` when it is not the page; unknown terms are in the reading."""
    terms = load_terms()
    kind = representation(body)
    refuse_other_pages(body, terms)
    if kind == "html":
        blocks, updated = _html(body, terms)
    else:
        blocks, updated = markdown_blocks(body), None
        _prove_twin(body, blocks, terms)
    _prove_tables(blocks, terms)
    raw = re.sub(r"<(script|style)\b.*?</\1>", "", fingerprint(body), flags=re.DOTALL)
    reading = _sections(blocks, terms, kind)
    reading.last_updated = updated
    missing = len(COUNTED.findall(raw)) - reading.amounts.seen
    if missing > 0:
        reading.suspicions.append(f"{missing} amounts stand in the page's bytes and in none of its texts")
    _settle(reading)
    return reading


# ---------------------------------------------------------------------------------- the page's proofs


def refuse_other_pages(body: str, terms: Terms) -> None:
    """Raise `LayoutChanged` naming what arrived instead of the page."""
    if not body.strip():
        raise LayoutChanged("empty page: expected the pricing page, saw no text")
    title = re.search(r"<title[^>]*>(.*?)</title>", body[:20000], re.DOTALL | re.IGNORECASE)
    seen = f" (title {' '.join(title[1].split())!r})" if title else ""
    for what, marks in terms.not_the_page.items():
        if any(mark in body for mark in marks) and "pricing-table" not in body:
            raise LayoutChanged(f"{what}: expected the pricing page, saw {what}{seen}")
    for mark in terms.foreign:
        if mark in body:
            raise LayoutChanged(f"translated or copied page: expected Google's English page, saw {mark!r}{seen}")


def _html(body: str, terms: Terms) -> tuple[list[Block], date | None]:
    tree = soup(body)
    lang = str(tree.html.get("lang") if tree.html else "")
    if lang.lower().split("-")[0] != terms.language:
        raise LayoutChanged(f"localised page: expected <html lang={terms.language!r}>, saw {lang!r}")
    canonical = [str(link.get("href")) for link in tree.find_all("link", rel="canonical")]
    if canonical != [terms.canonical]:
        raise LayoutChanged(f"soft 404 or another page: expected canonical {terms.canonical}, saw {canonical}")
    if not re.search(r"</body>\s*</html>\s*\Z", body, re.IGNORECASE):
        raise LayoutChanged(f"truncated page: expected </html> at the end, saw {body[-40:]!r}")
    updated = {m[1] for m in _UPDATED.finditer(body)}
    if len(updated) != 1:
        raise LayoutChanged(f"expected one 'Last updated' date, saw {sorted(updated) or 'none'}")
    article = only(tree, "article .devsite-article-body", "the article")
    return html_blocks(article), date.fromisoformat(updated.pop())


def _prove_twin(body: str, blocks: Sequence[Block], terms: Terms) -> None:
    if re.match(r"\s*Title: .*\n+\s*URL Source:", body):
        raise LayoutChanged("a reader's copy of the page: expected Google's own Markdown, saw 'URL Source:'")
    titles = [fold(b.text) for b in blocks if isinstance(b, Heading) and b.level == 2]
    last = titles[-1] if titles else "no heading"
    if last not in terms.last_sections:
        expected = " or ".join(terms.last_sections)
        raise LayoutChanged(f"truncated page: expected the last section to be {expected}, saw {last!r}")
    if terms.sections.get(last) == "tools" and isinstance(blocks[-1], Table):
        raise LayoutChanged("truncated page: expected the notes behind the tools table, saw the page end in it")


def _prove_tables(blocks: Sequence[Block], terms: Terms) -> None:
    tables = [b for b in blocks if isinstance(b, Table)]
    headers = {cell for table in tables for cell in table.header}
    if missing := [h for h in terms.headers if h not in headers]:
        raise LayoutChanged(f"header renamed or localised page: expected {missing}, saw {sorted(headers)[:6]}")
    if len(tables) < terms.tables_min:
        raise LayoutChanged(f"expected at least {terms.tables_min} tables, saw {len(tables)}")


# ------------------------------------------------------------------------------------------- sections


@dataclass(slots=True)
class _Part:
    """A section's blocks, before they are read."""

    title: str
    anchor: str
    kind: str
    blocks: list[Block] = field(default_factory=list)


def _sections(blocks: Sequence[Block], terms: Terms, kind: str) -> Reading:
    parts = [_Part("the page's head", "", "head")]
    for block in blocks:
        if isinstance(block, Heading) and block.level <= 2:
            anchor = block.anchor or slug(block.text)
            parts.append(_Part(block.text, anchor, terms.sections.get(fold(block.text), "model")))
        else:
            parts[-1].blocks.append(block)
    reading = Reading(f"{PROVIDER}/{SOURCE}", kind, [], Amounts())
    for part in parts:
        section = _section(part, parts, terms)
        reading.sections.append(section)
        reading.amounts.add(section.amounts)
    reading.tables = sum(isinstance(b, Table) for b in blocks)
    return reading


def slug(title: str) -> str:
    """The anchor Google gives a heading: lower case, words joined by hyphens."""
    words = re.sub(r"\([^()]*\)", " ", title.lower())
    return re.sub(r"[^a-z0-9.]+", "-", words).strip("-")


def _section(part: _Part, parts: Sequence[_Part], terms: Terms) -> Section:
    section = Section(part.title, part.anchor, counted=part.kind == "model")
    reader = _SectionReader(part, section, terms, parts)
    if part.kind == "model":
        section.models = reader.ids()
    reader.texts()
    reader.tables()
    if part.kind in ("model", "tools") and not section.problems:
        section.cards = reader.drafts()
    return section


def _settle(reading: Reading) -> None:
    """Page-wide checks: money outside sections, one model in two sections, one key with two prices."""
    models: dict[str, Section] = {}
    for section in reading.sections:
        if not section.counted and section.title == "the page's head" and section.problems:
            reading.suspicions += [f"money outside any section: {p}" for p in section.problems]
        for model in section.models:
            if model in models:
                message = f"{model} is priced in two sections, {models[model].title!r} and {section.title!r}"
                section.problems.append(Problem("layout", section.anchor, message))
                models[model].problems.append(Problem("layout", models[model].anchor, message))
            models[model] = section


class _SectionReader:
    """Reads one section's blocks into its rates, metadata, counts and problems."""

    def __init__(self, part: _Part, section: Section, terms: Terms, parts: Sequence[_Part]) -> None:
        self.part, self.section, self.terms = part, section, terms
        self.notes = [footnote(b.text) for b in part.blocks if isinstance(b, Text)]
        self.page_notes = [footnote(b.text) for p in parts for b in p.blocks if isinstance(b, Text)]
        self.formulas: dict[str, list[Formula]] = {}
        self.rates: list[Rate] = []
        self.used: dict[str, str] = {}

    def problem(self, kind: str, place: str, message: object, term: str = "") -> None:
        self.section.problems.append(Problem(kind, f"{self.part.anchor}{place}", str(message), term))

    def ids(self) -> tuple[str, ...]:
        """The ids under the heading: a text of nothing but code spans and the words that join them."""
        for block in self.part.blocks:
            if isinstance(block, Text) and block.codes:
                rest = block.text
                for code in block.codes:
                    rest = rest.replace(code, "", 1)
                if not re.sub(r"[\s,&*]+|\b(?:and|or)\b", "", rest):
                    return self._checked(block.codes)
            if isinstance(block, Table):
                break
        if any(self.part.anchor.startswith(family) for family in self.terms.without_ids):
            return self._checked((self.part.anchor,))
        self.problem("layout", "", f"no model id under the heading {self.part.title!r}", self.part.title)
        return ()

    def _checked(self, codes: Sequence[str]) -> tuple[str, ...]:
        for code in codes:
            if not MODEL_ID.match(code):
                self.problem("layout", "", f"{code!r} is not a model id", code)
        return tuple(dict.fromkeys(codes))

    # ---- footnotes and prose

    def texts(self) -> None:
        for note in self.notes:
            for sentence in sentences(note.text):
                self._sentence(note, sentence)

    def _sentence(self, note: Footnote, sentence: str) -> None:
        count = len(COUNTED.findall(sentence))
        self.section.amounts.notes += count
        if count and (reason := self.terms.ignored(self.part.kind, sentence)):
            self.section.amounts.ignored[reason] += count
            return
        try:
            found = formulas(sentence)
        except UnknownTerm as error:
            self.problem("unclaimed", " / text", error, sentence)
            return
        self.section.amounts.read += count
        self.formulas.setdefault(note.marks, []).extend(found)

    def starts(self) -> dict[str, date]:
        """By footnote marks, the day a note says that billing starts; the section's own notes come first."""
        starts: dict[str, date] = {}
        for note in (*self.notes, *self.page_notes):
            if self.terms.effective.search(note.text) and (found := DATE.search(note.text)):
                starts.setdefault(note.marks, day(found))
        return starts

    # ---- tables

    def tables(self) -> None:
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
        self, row: Sequence[str], header: Sequence[str], columns: dict[int, tuple[str, str]], tier: str, tab: str
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
            self.section.amounts.read += len({(p.price, p.unit, p.family if p.used_over is None else "") for p in prices})
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

    # ---- cards

    def drafts(self) -> list[Draft]:
        rates, conflicts = merged(self.rates)
        for first, second in conflicts:
            message = f"two prices for one key: {first.evidence.quote!r} and {second.evidence.quote!r}"
            self.problem("conflict", f" / {second.evidence.locator}", message)
        models = ("tools",) if self.part.kind == "tools" else self.section.models
        notices = tuple(
            s for n in self.notes for s in sentences(n.text) if self.terms.notices.search(s) and not n.marks
        )
        return [
            Draft(
                model=model,
                name=self.part.title,
                anchor=self.part.anchor,
                used_to_improve=tuple(sorted(self.used.items())),
                notices=notices,
                formulas=tuple(dict.fromkeys(f for found in self.formulas.values() for f in found)),
                aliases=tuple(old for old, new in self.terms.renames.items() if new == model),
                rates=tuple(r for r in rates if r.model == model),
            )
            for model in models
        ]


def fold_stars(label: str) -> str:
    """A label without its footnote stars, in its own case."""
    return re.sub(r"\s*\*+\s*\Z", "", label)
