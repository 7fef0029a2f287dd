"""One section of the pricing page: ids, footnotes and prose, metadata, and the cards its tables give."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from ratecards.model import MODEL_ID, UNDATED, Formula, Rate
from scraper.errors import UnknownTerm
from scraper.model import Draft, Problem, Section
from scraper.parse.blocks import Block, Heading, Table, Text
from scraper.prices.conditions import conditional
from scraper.prices.footnotes import Footnote, footnotes, formulas, only_day, sentences
from scraper.prices.lexicon import counted
from scraper.prices.rateset import half_split, settled
from scraper.prices.units import Observation, Place, RowRule
from scraper.sources.gemini_terms import Terms


@dataclass(slots=True)
class Part:
    """A section's blocks, before they are read."""

    title: str
    anchor: str
    kind: str
    blocks: list[Block] = field(default_factory=list)

    def notes(self) -> list[Footnote]:
        """Its footnotes and other paragraphs."""
        return [note for block in self.blocks if isinstance(block, Text) for note in footnotes(block.text)]

    def named(self) -> set[str]:
        """Whatever stands in it that may be a model's id."""
        tables = [block for block in self.blocks if isinstance(block, Table)]
        texts = [block.text for block in self.blocks if not isinstance(block, Table)]
        cells = [cell for table in tables for row in (table.header, *table.rows) for cell in row]
        return {word.rstrip(".") for text in (self.title, *texts, *cells) for word in _NAMED.findall(text)}


class Notes:
    """The footnotes of a page by their marks, for sections that point to one and print none."""

    def __init__(self, parts: Iterable[Part], terms: Terms) -> None:
        self.marked: dict[str, list[Footnote]] = {}
        for note in (note for part in parts for note in part.notes() if note.marks):
            self.marked.setdefault(note.marks, []).append(note)
        every = (note for notes in self.marked.values() for note in notes)
        self.days = billed_from((note for note in every if not _impossible(note)), terms)
        self._formulas: dict[str, list[Formula]] = {}

    def formulas(self, marks: str) -> list[Formula]:
        """The formula notes that these marks point to, wherever they stand."""
        if marks not in self._formulas:
            found = [s for note in self.marked.get(marks, ()) for s in sentences(note.text)]
            self._formulas[marks] = [formula for sentence in found for formula in _readable(sentence)]
        return self._formulas[marks]


def billed_from(notes: Iterable[Footnote], terms: Terms) -> dict[str, set[date | None]]:
    """By footnote marks, the days on which notes say that billing starts; None where one leaves it open."""
    days: dict[str, set[date | None]] = {}
    for note in notes:
        if any(terms.effective.search(sentence) for sentence in sentences(note.text)):
            days.setdefault(note.marks, set()).add(only_day(note.text))
    return days


class SectionReader:
    """Reads one section's blocks into its rates, metadata, counts and problems."""

    def __init__(self, part: Part, section: Section, terms: Terms, page: Notes) -> None:
        self.part, self.section, self.terms, self.page = part, section, terms, page
        self.notes = part.notes()
        self.formulas: dict[str, list[Formula]] = {}
        self.rates: list[Rate] = []
        self.used: dict[str, str] = {}
        self.announced: dict[str, dict[str, str]] = {}  # by model: what is announced without a day, and its words

    def problem(self, kind: str, place: str, message: object, term: str = "") -> None:
        """Note a place that was not understood; it keeps the whole section from being published."""
        self.section.problems.append(Problem(kind, f"{self.part.anchor or self.part.title}{place}", str(message), term))

    def ids(self) -> tuple[str, ...]:
        """The ids between the heading and the first table, in texts of nothing but ids and the words that join them."""
        first = next((at for at, b in enumerate(self.part.blocks) if isinstance(b, Table)), len(self.part.blocks))
        found = [code for block in self.part.blocks[:first] for code in id_line(block)]
        if any(id_line(block) for block in self.part.blocks[first:]):
            self.problem("layout", "", "model ids stand behind a table: is there a heading missing?")
        if not found and any(self.part.anchor.startswith(family) for family in self.terms.without_ids):
            found = [self.part.anchor]
        if not found:
            self.problem("layout", "", f"no model id under the heading {self.part.title!r}", self.part.title)
        return self._checked(found)

    def _checked(self, codes: Sequence[str]) -> tuple[str, ...]:
        """The ids once each; none where one is no id, for which models the section is then is not known."""
        strange = [code for code in codes if not MODEL_ID.match(code)]
        for code in strange:
            self.problem("layout", "", f"{code!r} is not a model id", code)
        for code in {*codes} & {*self.terms.sections.values()}:
            self.problem("conflict", "", f"{code!r} is what a section without a model is called, and no model id", code)
            strange.append(code)
        for words in [] if strange else versions_apart(self.part.title, codes):
            self.problem("conflict", "", words, self.part.title)
        return () if strange else tuple(dict.fromkeys(codes))

    # ---- footnotes and prose

    def texts(self) -> None:
        """Read footnotes and prose into formula notes; money that is not one is a problem."""
        for note in self.notes:
            for sentence in sentences(note.text):
                self._sentence(note, sentence)
        for words in (self.part.title, *(b.text for b in self.part.blocks if isinstance(b, Heading))):
            self.say(words)

    def say(self, text: str) -> None:
        """Keep the sentences of a text that may select a price, and that nothing reads."""
        self.section.words += [s for s in sentences(text) if conditional(s) and not self._harmless(s)]

    def _harmless(self, sentence: str) -> bool:
        return any(pattern.fullmatch(sentence) for pattern in self.terms.asides)

    def _sentence(self, note: Footnote, sentence: str) -> None:
        count = counted(sentence)
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
        if not found and not (self.terms.effective.search(sentence) and not _impossible(note) and only_day(note.text)):
            self.say(sentence)

    def formulas_at(self, marks: str) -> list[Formula]:
        """The formula notes an amount's marks point to: the section's own, or another's where it prints none."""
        own = any(note.marks == marks for note in self.notes)
        return self.formulas.get(marks, []) if own else self.page.formulas(marks)

    def starts(self) -> dict[str, date]:
        """By footnote marks, the one day on which notes say billing starts; another section's where it prints none."""
        own = {note.marks for note in self.notes}
        days = {marks: said for marks, said in self.page.days.items() if marks not in own}
        days |= billed_from(self.notes, self.terms)
        return {marks: found for marks, said in days.items() if len(said) == 1 and (found := next(iter(said)))}

    def announce(self, cells: Sequence[Observation], rule: RowRule, place: Place) -> None:
        """Note the prices of a row that come some day and have none yet: they are listed, and no rate."""
        for seen in cells:
            if any(place.announced(amount) for amount in seen.cell.amounts):
                plan = "" if seen.plan == "paid" else f" ({seen.plan} plan)"
                name = f"{UNDATED}{place.service_tier} {rule.meter}{plan}"
                for model in place.models:
                    self.announced.setdefault(model, {})[name] = seen.text

    # ---- cards

    def drafts(self) -> list[Draft]:
        """The section's cards, one per model; rates that contradict each other are a problem."""
        rates, conflicts = settled(self.rates)
        self.section.problems += [*conflicts, *half_split(rates)]
        models = ("tools",) if self.part.kind == "tools" else self.section.models
        by_model: dict[str, list[Rate]] = {}
        for rate in rates:
            by_model.setdefault(rate.model, []).append(rate)
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
                facts=tuple(sorted(self.announced.get(model, {}).items())),
                aliases=tuple(old for old, new in self.terms.renames.items() if new == model),
                rates=tuple(by_model.get(model, ())),
            )
            for model in models
        ]


def _impossible(note: Footnote) -> bool:
    """Whether the note names a day that is in no calendar: a problem of the rows beside it."""
    try:
        only_day(note.text)
    except UnknownTerm:
        return True
    return False


def _readable(sentence: str) -> list[Formula]:
    try:
        return formulas(sentence)
    except UnknownTerm:  # a problem of the section that prints it, not of this one
        return []


_NAMED = re.compile(r"(?<![A-Za-z0-9.\-])[a-z][a-z0-9.]*(?:-[a-z0-9.]+)+(?![A-Za-z0-9\-])")
_WORD = re.compile(r"[^\s,;/|&*]+")
_PLAIN_ID = re.compile(r"(?=[a-z0-9.\-]*[0-9])[a-z][a-z0-9.]*(?:-[a-z0-9.]+)+\Z")


def id_line(block: Block) -> list[str]:
    """The ids of a text of nothing but code spans, ids and the words that join them; none of any other block."""
    if isinstance(block, Table):
        return []
    codes = list(block.codes) if isinstance(block, Text) else []
    marked = {word for code in codes for word in _WORD.findall(code)}
    rest = [word for word in _WORD.findall(block.text) if word not in marked and word not in ("and", "or")]
    return [*codes, *rest] if all(_PLAIN_ID.match(word) for word in rest) else []


_VERSION = re.compile(r"(?<![\w.])([1-9][0-9]?(?:\.[0-9]+)?)(?![0-9.A-Z])")


def version_of(model: str) -> str:
    """The version in an id: `2.5` of gemini-2.5-flash-preview-09-2025; 3.0 is 3. Empty where there is none."""
    found = _VERSION.search(model.replace("-", " "))
    return found[1].removesuffix(".0") if found else ""


def versions_apart(title: str, models: Iterable[str]) -> list[str]:
    """Where heading and ids name different versions, in words; one without a version agrees with everything."""
    said, outer = (
        {version.removesuffix(".0") for version in _VERSION.findall(text)}
        for text in (title, re.sub(r"\([^()]*\)", "", title))
    )
    carried = {model: version_of(model) for model in models}
    strange = [model for model, version in carried.items() if version and said and version not in said]
    if strange:
        return [f"the heading {title!r} does not name the version of {model}" for model in strange]
    missing = sorted(outer - {*carried.values()})
    if not missing or "" in carried.values():
        return []
    return [f"the heading {title!r} names the version {missing[0]}, which is none of {', '.join(carried)}"]
