"""The drill is drilled: a reader or judge that is broken on purpose must be caught, and what is caught can be replayed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from ratecards.model import Rate
from scraper.checks import representations
from scraper.errors import UnknownTerm
from scraper.model import Reading
from scraper.parse import blocks
from scraper.pipeline import evaluate
from scraper.prices import amounts, normalize
from scraper.prices.grammar import Amount, Cell, read_cell
from scraper.sources import gemini_api, gemini_rows, gemini_section, gemini_terms
from tests.drill import __main__ as command
from tests.drill import run, verdicts
from tests.drill.mutants import kind, mutant
from tests.drill.subjects import Subject, all_subjects, drilled, gemini_subjects

# Many runs of code that other tests cover: tracing them would double their time and show nothing.
pytestmark = pytest.mark.no_cover

SUBJECTS = gemini_subjects()
SEEDS = range(24)
# A page that ends before half of it is missing too many tables.
LATE = {"html_cut_inside": range(70, 94), "html_hidden": range(40)}


@pytest.fixture(autouse=True)
def published() -> None:
    """What was published before was read by a sound reader."""
    for subject in SUBJECTS:
        assert subject.published


def wrong(name: str, subjects: Sequence[Subject] = SUBJECTS) -> list[str]:
    """The first mutants of a kind that come out wrong; six are made at a time, until one does."""
    for seeds in batched(LATE.get(name, SEEDS), 6):
        if found := run.drill(subjects, [kind.kinds[name]], seeds=seeds).wrong:
            return found
    return []


def batched(numbers: range, size: int) -> Iterator[range]:
    return (numbers[at : at + size] for at in range(0, len(numbers), size))


# ------------------------------------------------------------------------------------ broken on purpose


def guessing(text: str, phrases: Any) -> Cell:
    """Takes the first number of a cell that it does not understand."""
    try:
        return read_cell(text, phrases)
    except UnknownTerm:
        found = amounts.AMOUNT.search(text)
        if not found:
            return Cell("not_available")
        return Cell("priced", (Amount(Decimal(found[1].replace(",", "")), text),))


def by_position(self: Any, table: Any, tab: str) -> dict[int, tuple[str, str]]:
    """Takes the second column for the free one and the third for the paid one."""
    return {1: ("free", "1000000 tokens"), 2: ("paid", "1000000 tokens")}


def header_unit(amount: Amount, seen: Any, rule: Any, place: Any) -> str:
    """Takes the header's unit for every amount."""
    return seen.column_unit or "1000000 tokens"


def dollars(text: str) -> int:
    """Counts dollars alone as money."""
    return text.count("$")


def forgetful(self: Any, row: Any, header: Any, columns: Any, tier: str, tab: str) -> int | None:
    """Skips a row whose label it does not know."""
    return 0 if self.terms.row(row[0]) is None else ROW(self, row, header, columns, tier, tab)


def rounded(text: str) -> Decimal:
    """Money to the cent."""
    return round(MONEY(text), 2)


ROW, MONEY = gemini_rows.TableReader._row, amounts.money
BREAKS: dict[str, tuple[Any, str, Any, str]] = {
    "a cell is guessed": (gemini_terms, "read_cell", guessing, "new_phrase"),
    "columns go by position": (gemini_rows.TableReader, "_columns", by_position, "columns_changed"),
    "headers go unread": (gemini_rows.TableReader, "_columns", by_position, "header_unit_changed"),
    "the unit is the header's": (normalize, "unit_of_amount", header_unit, "unit_printed"),
    "an unknown row is skipped": (gemini_rows.TableReader, "_row", forgetful, "label_renamed"),
    "cents are enough": (amounts, "money", rounded, "price_changed"),
    "a digit more is rounded off": (amounts, "money", rounded, "digits_lost"),
    "bounds are dropped": (amounts, "scaled", lambda number, scale: 200_000, "bound_changed"),
    "a tab is standard": (gemini_rows.TableReader, "problem", lambda *words: None, "tab_changed"),
    "problems are not noted": (gemini_section.SectionReader, "problem", lambda *words: None, "money_moved_to_a_note"),
    "footnotes are not read": (gemini_section, "formulas", lambda sentence: [], "figure_changed"),
    "the page's end is not proved": (gemini_api, "_validate_end", lambda *words: None, "html_cut_inside"),
    "hidden rows are read": (blocks, "_hidden", lambda tag: False, "html_hidden"),
    "struck words are read": (blocks, "_struck", lambda tag: False, "html_struck"),
    "representations are not compared": (
        representations,
        "representation_conflicts",
        lambda readings: [],
        "editions_apart",
    ),
    "figures are not compared": (representations, "_figures_apart", lambda *words: [], "figure_changed"),
    "unread sections lose their cards": (evaluate, "unread_models", lambda *words: set(), "label_renamed"),
    "older editions are taken": (evaluate, "_doubts", lambda *words: [], "older_or_newer"),
    "one price of two is taken": (
        gemini_section,
        "settled",
        lambda rates: (list({r.row_key: r for r in rates}.values()), []),
        "row_twice",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_what_is_broken_on_purpose_is_caught(name, monkeypatch):
    """Each of these breaks one rule of the readers or the judge; without the break the drill finds nothing wrong."""
    owner, attribute, broken, drilled_by = BREAKS[name]
    monkeypatch.setattr(owner, attribute, broken)

    assert wrong(drilled_by)


def altered(change: Callable[[Rate], Rate | None]) -> Callable[[str], Reading]:
    """A reader that changes the rates of every second section behind the back of everything."""

    def read(body: str) -> Reading:
        reading = SUBJECTS[0].source.module.read(body)
        for section in reading.sections[::2]:
            section.cards = [
                replace(card, rates=tuple(new for rate in card.rates if (new := change(rate))))
                for card in section.cards
            ]
        return reading

    return read


@pytest.mark.parametrize(
    "change",
    [
        lambda r: None if r.meter == "output" else r,
        lambda r: replace(r, unit="1000 tokens") if r.unit == "1000000 tokens" else r,
        lambda r: replace(r, price=r.price * 10) if r.price else r,
        lambda r: replace(r, plan="paid" if r.plan == "free" else "free"),
        lambda r: replace(r, service_tier="flex" if r.service_tier == "batch" else r.service_tier),
        lambda r: replace(r, price=Decimal(0), currency="USD", availability="free") if r.price is None else r,
        lambda r: replace(r, currency="EUR") if r.price else r,
        lambda r: replace(r, modality=""),
        lambda r: replace(r, prompt_up_to=128_000) if r.prompt_up_to else r,
        lambda r: replace(r, effective_until=None),
        lambda r: replace(r, basis="list"),
        lambda r: replace(r, resolution=""),
    ],
    ids=["row", "unit", "price", "plan", "tier", "free", "currency", "modality", "bounds", "days", "basis", "size"],
)
def test_a_reader_that_says_another_thing_is_caught(change):
    """On pages where nothing changed but blanks: what would be published is held to the accepted table."""
    source = drilled("google", "gemini-api", gemini_api, read=altered(change))
    subjects = [Subject(s.name, source, s.bodies, s.says, s.facts) for s in SUBJECTS]
    for subject, sound in zip(subjects, SUBJECTS, strict=True):
        subject.published = sound.published

    assert wrong("html_blanks", subjects)


def test_a_wrong_price_that_only_waits_is_caught(monkeypatch):
    """A held number that the page does not say would be published a day later."""
    monkeypatch.setattr(amounts, "AMOUNT", amounts.re.compile(r"\$\s?([0-9,.]*[0-9])(?![0-9])"))
    monkeypatch.setattr(amounts, "money", lambda text: Decimal(text.strip("$ ").replace(",", "")))

    assert any("held: " in words for words in run.drill(SUBJECTS, [kind.kinds["decimal_comma"]], seeds=SEEDS).wrong)


def test_a_refusal_without_a_place_is_caught(monkeypatch):
    """Whoever only says no leaves a person looking."""
    monkeypatch.setattr(verdicts, "_told", lambda verdict: "something is wrong")

    assert wrong("label_renamed")


def test_a_refusal_without_a_word_is_caught(monkeypatch):
    """What nobody is told of is as good as lost; that goes for a hold as well."""
    monkeypatch.setattr(verdicts, "_told", lambda verdict: "")

    assert any("refused without a word" in words for words in wrong("price_changed"))


def test_a_reader_that_fails_is_caught(monkeypatch):
    """With its error, and not as the end of the drill."""
    monkeypatch.setattr(evaluate, "_compared", lambda *words, **more: 1 / 0)

    assert any("! ZeroDivisionError" in words for words in wrong("html_blanks"))


# ------------------------------------------------------------------------------------------- replay


def test_mutants_are_the_same_in_every_run():
    """By kind and number alone."""
    once, again = all_subjects(), all_subjects()
    for chosen in run.kinds():
        (one, left), (two, right) = mutant(chosen, 7, once), mutant(chosen, 7, again)
        assert (one.name, left.what, left.bodies, left.says.facts) == (
            two.name,
            right.what,
            right.bodies,
            right.says.facts,
        )


def test_a_wrong_outcome_can_be_replayed(monkeypatch, capsys):
    """It names its kind, number and page, shows the difference, and the command that shows it again."""
    monkeypatch.setattr(gemini_terms, "read_cell", guessing)
    figures = run.drill(SUBJECTS, [kind.kinds["new_phrase"]], seeds=SEEDS)
    first = figures.wrong[0].splitlines()
    words = first[1].split()

    assert first[0].startswith(f"new_phrase {words[-1]}, page ")
    assert any(line.startswith("  html +") for line in first) or any(line.startswith("  md.txt +") for line in first)
    assert 0 == command.main(words[3:])
    out = capsys.readouterr().out
    assert first[0] in out
    assert "= wrong" in out


def test_the_command_prints_the_figure(capsys):
    """And a line for each kind."""
    assert 0 == command.main(["--only", "limits_cut"])
    out = capsys.readouterr().out.splitlines()

    assert ["limits_cut", "100"] == out[1].split()[:2]
    assert "100 mutants of 1 kinds: 3 correct, 97 refused, 0 wrong" == out[-1]


def test_the_captures_must_be_named(monkeypatch, capsys):
    """They stay outside the project."""
    monkeypatch.delenv("RATECARDS_CAPTURES", raising=False)

    assert 2 == command.main(["--full"])
    assert "names no folder of captured pages" in capsys.readouterr().out
