"""One section of the pricing page: ids, footnotes and prose, metadata, and the cards its tables give."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from ratecards.model import MODEL_ID, UNDATED, Formula, Rate
from scraper.errors import UnknownTerm
from scraper.notes import Footnote, footnotes, formulas, only_day, sentences
from scraper.parse import Block, Table, Text
from scraper.reading import Draft, Problem, Section, merged
from scraper.sources.gemini_terms import Terms
from scraper.units import Observation, Place, RowRule
from scraper.words import counted


@dataclass(slots=True)
class Part:
    """A section's blocks, before they are read."""

    title: str
    anchor: str
    kind: str
    blocks: list[Block] = field(default_factory=list)


class SectionReader:
    """Reads one section's blocks into its rates, metadata, counts and problems."""

    def __init__(self, part: Part, section: Section, terms: Terms, parts: Sequence[Part]) -> None:
        self.part, self.section, self.terms = part, section, terms
        self.notes = [note for b in part.blocks if isinstance(b, Text) for note in footnotes(b.text)]
        self.page_notes = [n for p in parts for b in p.blocks if isinstance(b, Text) for n in footnotes(b.text)]
        self.formulas: dict[str, list[Formula]] = {}
        self.rates: list[Rate] = []
        self.used: dict[str, str] = {}
        self.announced: dict[str, dict[str, str]] = {}  # by model: what is announced without a day, and its words

    def problem(self, kind: str, place: str, message: object, term: str = "") -> None:
        """Note a place that was not understood; it keeps the whole section from being published."""
        self.section.problems.append(Problem(kind, f"{self.part.anchor or self.part.title}{place}", str(message), term))

    def ids(self) -> tuple[str, ...]:
        """The ids under the heading: a text of nothing but code spans and the words that join them."""
        for block in self.part.blocks:
            if isinstance(block, Text) and block.codes:
                rest = block.text
                for code in block.codes:
                    rest = rest.replace(code, "", 1)
                if not re.sub(r"[\s,;/|&*]+|\b(?:and|or)\b", "", rest):
                    return self._checked(block.codes)
            if isinstance(block, Table):
                break
        if any(self.part.anchor.startswith(family) for family in self.terms.without_ids):
            return self._checked((self.part.anchor,))
        self.problem("layout", "", f"no model id under the heading {self.part.title!r}", self.part.title)
        return ()

    def _checked(self, codes: Sequence[str]) -> tuple[str, ...]:
        """The ids once each; none where one is no id, for which models the section is then is not known."""
        strange = [code for code in codes if not MODEL_ID.match(code)]
        for code in strange:
            self.problem("layout", "", f"{code!r} is not a model id", code)
        return () if strange else tuple(dict.fromkeys(codes))

    # ---- footnotes and prose

    def texts(self) -> None:
        """Read footnotes and prose into formula notes; money that is not one is a problem."""
        for note in self.notes:
            for sentence in sentences(note.text):
                self._sentence(note, sentence)

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

    def formulas_at(self, marks: str) -> list[Formula]:
        """The formula notes an amount's marks point to: the section's own, or another's where it prints none."""
        if any(note.marks == marks for note in self.notes):
            return self.formulas.get(marks, [])
        elsewhere = [sentence for note in self.page_notes if note.marks == marks for sentence in sentences(note.text)]
        return [formula for sentence in elsewhere for formula in _readable(sentence)]

    def starts(self) -> dict[str, date]:
        """By footnote marks, the one day on which notes say billing starts; another section's where it prints none."""
        own = {note.marks for note in self.notes}
        days: dict[str, set[date | None]] = {}
        for note in (*self.notes, *(n for n in self.page_notes if n.marks not in own)):
            if any(self.terms.effective.search(sentence) for sentence in sentences(note.text)):
                days.setdefault(note.marks, set()).add(only_day(note.text))
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
        """The section's cards, one per model; a key with two prices is a problem."""
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
                facts=tuple(sorted(self.announced.get(model, {}).items())),
                aliases=tuple(old for old, new in self.terms.renames.items() if new == model),
                rates=tuple(r for r in rates if r.model == model),
            )
            for model in models
        ]


def _readable(sentence: str) -> list[Formula]:
    try:
        return formulas(sentence)
    except UnknownTerm:  # a problem of the section that prints it, not of this one
        return []
