"""The Agent Platform page while it is read: the cards that its parts fill, and the notes under its tables.

A note answers a mark of its tables, says a fact of its models, how many tokens something takes, or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ratecards.model import Formula, Rate
from scraper.errors import UnknownTerm
from scraper.model import Draft, Problem, Section, too_little_read
from scraper.parse.blocks import Text
from scraper.parse.grid import Grid
from scraper.prices.conditions import conditional
from scraper.prices.footnotes import Footnote, footnotes, formulas, sentences
from scraper.prices.lexicon import AMOUNT, DATE, NUMBER, counted, day, money, whole_number
from scraper.prices.rateset import settled
from scraper.sources.vertex_terms import Model, Terms

_SCALING = re.compile(
    rf"(?P<name>[A-Z].*?) (?P<input>charges (?P<tokens>{NUMBER}) tokens per input image), "
    r"with output image costs scaling by resolution: (?P<steps>.+)"
)
_STEP = re.compile(
    rf"(?P<quote>(?P<tokens>{NUMBER}) tokens \((?P<amount>{AMOUNT.pattern})(?: per output image)?\) for "
    r"(?P<sizes>(?:512|[1248]K)(?: and [1248]K)*) \(roughly [^()]*\))(?:, and |, |\.?\Z)"
)
_CONSUMES = re.compile(rf"(?:An?|For an?) [0-9]+x[0-9]+ image,? (?:it )?consumes (?P<tokens>{NUMBER}) tokens\.")
_SIZES = {"512": "0.5K"}


@dataclass(slots=True)
class Part:
    """What stands under one heading: texts and grids, each with the tab it stands in; or why it is ignored."""

    title: str
    anchor: str
    ignored: str
    items: list[tuple[str, Text | Grid]] = field(default_factory=list)


@dataclass(slots=True)
class Card:
    """What the page says of one model, gathered from all its parts; `parts` are the numbers of these."""

    model: Model
    anchor: str
    section: Section
    rates: list[Rate] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    formulas: list[Formula] = field(default_factory=list)
    parts: set[int] = field(default_factory=set)

    def finish(self, facts: Mapping[str, str]) -> None:
        """Make the drafts; two prices for a key are a problem. Of a card that is not understood they are held back."""
        section = self.section
        if too_little_read(len(section.gaps), len(section.gaps) + len(self.rates)):
            section.problems += dict.fromkeys(gap.problem for gap in section.gaps)
            section.gaps.clear()
        if not self.rates and not section.problems:
            words = f"{section.title} is named here and priced nowhere"
            section.problems.append(Problem("layout", self.anchor, words))
        if not self.rates:
            return
        rates, conflicts = settled(self.rates)
        if not section.problems:  # what was not understood may be what tells two prices apart
            section.problems += conflicts
        section.cards = [
            Draft(
                model=model_id,
                name=section.title,
                anchor=self.anchor,
                facts=tuple(sorted({**facts, **self.facts}.items())),
                formulas=tuple(dict.fromkeys(self.formulas)),
                aliases=self.model.aliases if model_id == self.model.ids[0] else (),
                rates=tuple(rate for rate in rates if rate.model == model_id),
            )
            for model_id in self.model.ids
        ]


@dataclass(slots=True)
class Page:
    """The cards being filled, by first id, with what is said of all of them and what is doubtful as a whole.

    `at` is the number of the part that is being read, `reads` has by row the models that it prices and its amounts, and
    `owners` by row the model whose section these are counted in.
    """

    terms: Terms
    owners: dict[str, str] = field(default_factory=dict)
    at: int = 0
    cards: dict[str, Card] = field(default_factory=dict)
    unknown: dict[str, Section] = field(default_factory=dict)
    parts: dict[int, Section] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    suspicions: list[str] = field(default_factory=list)
    reads: dict[str, tuple[Sequence[Model], int]] = field(default_factory=dict)

    def finish(self) -> dict[tuple[str, object], Section]:
        """The sections of cards, of names that nobody knows, and of the page's parts, each by what it is of."""
        for card in self.cards.values():
            card.finish(self.facts)
        for row, (models, amounts) in self.reads.items():
            # of the models that a row prices, the first whose card is read as a whole
            names = [model.ids[0] for model in models]
            whole = [name for name in names if not self.cards[name].section.problems]
            if (owner := self.owners.get(row, "")) not in names:
                owner = self.owners[row] = (whole or names)[0]
            self.cards[owner].section.amounts.read += amounts
        return {
            **{("model", name): card.section for name, card in self.cards.items()},
            **{("name", name): section for name, section in self.unknown.items()},
            **{("part", number): section for number, section in self.parts.items()},
        }

    def card(self, model: Model, anchor: str) -> Card:
        """The model's card; its anchor is that of the part that names it first."""
        key = model.ids[0]
        card = self.cards.setdefault(key, Card(model, anchor, Section(model.names[0], key, model.ids)))
        card.parts.add(self.at)
        return card

    def blame(self, models: Sequence[Model], part: Section, problem: Problem) -> None:
        """Lay a problem at the door of every model whose card would miss something; of the part, if there is none."""
        for model in models:
            self.card(model, part.anchor).section.problems.append(problem)
        if not models:
            # whose card it would have been is not known: the part counts as one that hides its models
            part.problems.append(problem)
            part.counted = True


def unique(models: Iterable[Model]) -> list[Model]:
    """The models once each, in the order they come in."""
    return list(dict.fromkeys(models))


# ----------------------------------------------------------------------------------------------------- notes


def image_formulas(note: str) -> tuple[str, list[Formula]] | None:
    """The model that a note prices by image size, and its formulas; None when the note is not of that kind.

    Raises `UnknownTerm` when it is and a step of it is not understood.
    """
    match = _SCALING.fullmatch(note)
    if not match:
        return None
    found = [_image(match["input"], "input", tokens=whole_number(match["tokens"]))]
    at = 0
    while at < len(match["steps"]):
        step = _STEP.match(match["steps"], at)
        if not step:
            raise UnknownTerm(f"unknown words in a note on image sizes: {match['steps'][at:]!r}")
        found += [
            _image(step["quote"], "output", whole_number(step["tokens"]), _SIZES.get(size, size), step["amount"])
            for size in step["sizes"].split(" and ")
        ]
        at = step.end()
    return match["name"], found


def _image(quote: str, meter: str, tokens: int, resolution: str = "", amount: str = "") -> Formula:
    return Formula(
        quote=quote,
        meter=meter,
        modality="image",
        resolution=resolution,
        unit="1 image",
        tokens=tokens,
        amount=money(amount) if amount else None,
        currency="USD" if amount else "",
    )


def token_formulas(note: str, meter: str) -> list[Formula]:
    """How many tokens an image or a second takes, where a note says so without money; `meter` is its rows'."""
    found: list[Formula] = []
    for sentence in sentences(note):
        if counted(sentence) or "consumes" not in sentence:
            continue
        if match := _CONSUMES.fullmatch(sentence):
            found.append(_image(sentence, meter, whole_number(match["tokens"])))
        else:
            found += formulas(sentence)
    return found


class NoteReader:
    """Reads the notes of one part: the days they name, the facts and formulas they hold, the money they print."""

    def __init__(self, texts: Iterable[str], page: Page, part: Section) -> None:
        self.page, self.part, self.terms = page, part, page.terms
        self.notes = [note for text in texts for note in footnotes(text)]

    def starts(self, models: Sequence[Model]) -> dict[str, date]:
        """By mark, the day on which a note says that the amounts pointing to it begin."""
        starts: dict[str, date] = {}
        for note in self.notes:
            if not note.marks or not DATE.search(note.text) or self._ignorable(note):
                continue
            if match := self.terms.starts.search(note.text):
                starts[note.marks] = day(match)
            else:
                self.page.blame(models, self.part, self._problem(note, "a dated note that is not understood"))
        return starts

    def read(self, models: Sequence[Model], marked: Mapping[str, tuple[str, Sequence[Model]]]) -> None:
        """Read every note for the part's models; a marked one speaks of the rows that point to it."""
        self.part.concerns = tuple(model_id for model in models for model_id in model.ids)
        for note in self.notes:
            printed = counted(note.text)
            self.part.amounts.notes += printed
            said = [name for name, pattern in self.terms.facts.items() if pattern.search(note.text)]
            for name in said:
                self._fact(name, note.text, models)
            if not said and not printed:
                self._say(note)
            try:
                claimed = self._formulas(note, models, marked)
            except UnknownTerm as error:
                self._refuse(note, str(error), models)
                continue
            reason = self._ignorable(note)
            if claimed:
                self.part.amounts.read += printed
            elif printed and reason:
                self.part.amounts.ignored[reason] += printed
            elif printed:
                message = "money in a text that gives no rates"
                self._refuse(note, message, models)
                if models:
                    # it may be what is left of a table: of models, too, that are named nowhere else
                    self.page.blame((), self.part, self._problem(note, message))

    def _say(self, note: Footnote) -> None:
        """Keep the sentences of a note that may select a price, unless they say when it begins or count tokens."""
        if note.marks and self.terms.starts.search(note.text):
            return
        for sentence in sentences(note.text):
            if conditional(sentence) and not self.terms.asides.fullmatch(sentence) and not _counts_tokens(sentence):
                self.part.words.append(sentence)

    def _formulas(
        self, note: Footnote, models: Sequence[Model], marked: Mapping[str, tuple[str, Sequence[Model]]]
    ) -> bool:
        """Take the note's formulas; true when its amounts are theirs."""
        if scaled := image_formulas(note.text):
            name, found = scaled
            model = self.terms.named(name)
            if not model:
                raise UnknownTerm(f"unknown model {name!r} in a note")
            self.page.card(model, self.part.anchor).formulas += found
            return True
        meter, pointing = marked.get(note.marks, ("", ())) if note.marks else ("", models)
        for model in pointing:
            self.page.card(model, self.part.anchor).formulas += token_formulas(note.text, meter)
        return False

    def _ignorable(self, note: Footnote) -> str:
        """Why the money of a note gives no rate; empty where nothing says so of all of it."""
        for pattern, reason in self.terms.ignored_texts:
            if (match := pattern.search(note.text)) and counted(match.group()) == counted(note.text):
                return reason
        return ""

    def _refuse(self, note: Footnote, message: str, models: Sequence[Model]) -> None:
        problem = self._problem(note, message)
        self.page.blame(models, self.part, problem)
        if not models:
            self.page.suspicions.append(f"money outside any section: {problem}")

    def _problem(self, note: Footnote, message: str) -> Problem:
        return Problem("unclaimed", f"{self.part.anchor} / text", f"{message}: {note.text}", note.text)

    def _fact(self, name: str, text: str, models: Sequence[Model]) -> None:
        """Keep a note on the cards of this part, or on every card when the part prices no model."""
        for kept in [self.page.card(m, self.part.anchor).facts for m in models] or [self.page.facts]:
            if text not in kept.get(name, ""):
                kept[name] = f"{kept[name]} {text}" if name in kept else text


def _counts_tokens(sentence: str) -> bool:
    """Whether a sentence says how many tokens something takes; one whose unit is none says nothing that is known."""
    try:
        return bool(formulas(sentence))
    except UnknownTerm:
        return False
