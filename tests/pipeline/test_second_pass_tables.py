"""Unknown words of pages of tables: what numbers prove is published and marked, what they do not stays unread."""

from __future__ import annotations

import itertools
import re
from datetime import date

import pytest

from scraper.checks.proofs import Known
from scraper.diff import consistency
from scraper.model import Problem, Provenance, Reading, Section, cards, page_status
from scraper.pipeline import second_pass
from scraper.sources import find, openai_api
from scraper.sources.vocabulary import entry_of, lines, read, table_terms
from tests.support.cases import FOLDER

ANTHROPIC = find("anthropic/anthropic-api").module
PAGES = {
    "anthropic": (FOLDER / "anthropic_api" / "cases" / "era-2026-10" / "page.md").read_text(encoding="utf-8"),
    "openai": (FOLDER / "openai_api" / "cases" / "era-2026-10" / "page.md").read_text(encoding="utf-8"),
}
READERS = {"anthropic": ANTHROPIC, "openai": openai_api.PAGE}
KNOWN: dict[str, Known] = {}


def stood(source: str) -> Known:
    """What is published where the page as it is was read."""
    if source not in KNOWN:
        provenance = Provenance("https://x", "0" * 64, date(2026, 10, 5), None, "0")
        found = cards(READERS[source].read(PAGES[source]), provenance, "x", "x")
        KNOWN[source] = Known(found, consistency.findings(found.values(), provenance.observed, {})[1])
    return KNOWN[source]


def reworded(source: str, *pairs: tuple[str, str], once: bool = False) -> tuple[Reading, Reading, list[str]]:
    """The page with other words: as the strict reader has it, with what was inferred, and the lines of these words."""
    page = PAGES[source]
    for old, new in pairs:
        assert old in page, old
        page = page.replace(old, new, 1 if once else -1)
    strict = READERS[source].read(page)
    found, inferred = second_pass.infer(READERS[source], strict, stood(source))
    return strict, found, [line for one in inferred for line in one.lines]


def rates(reading: Reading) -> set:
    """What may be published, by key and price."""
    return {(r.model, r.row_key, r.price, r.availability) for r in reading.rates()}


BENIGN = {
    "a header of prices": ("anthropic", ("| Base input tokens |", "| Ingress tokens |")),
    "the column of models": ("anthropic", ("| Model |", "| Offering |")),
    "two headers by one word": ("anthropic", ("tokens |", "zorbles |")),
    "a name with an aside": ("anthropic", ("| Claude Opus 4.8 |", "| Claude Opus 4.8 (evergreen) |")),
    "a name that is an id": ("anthropic", ("| Claude Opus 4.8 |", "| Opus 4.8 |")),
    "words in a cell": ("anthropic", ("| $5 / MTok |", "| $5 / MTok (gloss applies) |")),
    "a unit by another noun": ("anthropic", ("/ MTok", "/ zorble")),
    "a tab": ("openai", ("\nFlex\n", "\nBendy\n")),
    "a label": ("openai", ("| Codex |", "| Codices |")),
    "a heading of a column of labels": ("openai", ("| Modality |", "| Kind |")),
    "one word of four headers": ("openai", (" input |", " zorble |")),
    "the column of models, once more": ("openai", ("| Model |", "| Name of it |")),
}


@pytest.mark.parametrize("case", BENIGN)
def test_what_stayed_as_it_was_is_read(case: str) -> None:
    """The words changed and the prices did not: all is read as before, and says how."""
    source, pair = BENIGN[case]
    whole = rates(READERS[source].read(PAGES[source]))
    strict, found, learned = reworded(source, pair)

    assert rates(strict) < whole
    assert rates(found) == whole
    assert page_status(found) == "READ"
    marked = {r.reading for r in found.rates()} - {"exact"}
    assert marked <= {"inferred: continuity", "inferred: relation"}
    assert marked
    assert learned


@pytest.mark.parametrize("case", BENIGN)
def test_what_was_learned_is_exact(case: str) -> None:
    """The lines that `learn` writes make the same page read by the strict reader alone."""
    source, (old, new) = BENIGN[case]
    _, found, learned = reworded(source, (old, new))
    reader = READERS[source]
    path = reader.load_terms.__wrapped__.args[0]
    terms = read(path.read_text(encoding="utf-8") + "\n" + "\n".join(learned) + "\n", path.name, table_terms)
    again = reader.read(PAGES[source].replace(old, new), terms)

    assert [] == again.problems
    assert {"exact"} == {rate.reading for rate in again.rates()}
    assert rates(again) == rates(found)


HARMFUL = {
    "another price in the same column": ("anthropic", ("| Base input tokens |", "| Ingress |"), ("$5 /", "$5.50 /")),
    "words that bound it": ("anthropic", ("| $5 / MTok |", "| from $5 / MTok |")),
    "another currency": ("anthropic", ("| $5 / MTok |", "| CA$5 / MTok |")),
    "another currency, apart": ("anthropic", ("| $5 / MTok |", "| HK $5 / MTok |")),
    "a currency in words": ("anthropic", ("| Output tokens |", "| Output tokens in Canadian dollars |")),
    "a reduction": ("anthropic", ("| $5 / MTok |", "| $5 / MTok, 20% off |")),
    "a number": ("anthropic", ("| Output tokens |", "| Output tokens x2 |")),
    "a length": ("openai", ("| Short context input |", "| Shortish context input, up to 8k |")),
    "words of days where nothing is sold": ("openai", ("| - |", "| - before May |")),
}


@pytest.mark.parametrize("case", HARMFUL)
def test_what_could_be_another_price_is_not_read(case: str) -> None:
    """Nothing that differs from what was published is read, and nothing of these cells is inferred."""
    source, *pairs = HARMFUL[case]
    _, found, _ = reworded(source, *pairs, once=True)

    assert rates(found) < rates(READERS[source].read(PAGES[source]))
    assert found.incomplete


def test_a_row_of_an_unknown_name_may_be_nobodys() -> None:
    """What the words name is in doubt; a new name has an id for a person to confirm, and no rate of it is inferred."""
    strict, found, learned = reworded("anthropic", ("Claude Opus 4.8 |", "Claude Opus 2 |"), once=True)

    assert ([], "PARTLY_READ") == (learned, page_status(found))
    assert rates(found) == rates(strict)
    problem = next(p for p in strict.problems if p.kind == "model")
    (choice,) = ANTHROPIC.choices([problem], Section("", ""))
    assert {"models": {"claude opus 2": "claude-opus-2"}} == choice.patch


def test_a_page_of_words_that_nobody_knows_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another word in each cell is another page: what each could mean would take longer than to read it."""
    made = ("q" + "".join(letters) for letters in itertools.product("abcdef", repeat=4))
    page = re.sub(r"\$[0-9.]+ / MTok", lambda match: f"{match[0]} {next(made)}", PAGES["anthropic"])
    strict = ANTHROPIC.read(page)
    monkeypatch.setattr(type(ANTHROPIC), "candidates", lambda *_: pytest.fail("asked"))

    assert (strict, []) == second_pass.infer(ANTHROPIC, strict, stood("anthropic"))


@pytest.mark.parametrize(
    ("kind", "terms", "meant"),
    [
        ("header", ["Zorble"], {"is": "note"}),
        ("header", ["Gross input"], {"meter": "input"}),
        ("label", ["Outputs, all told"], {"meter": "output"}),
        ("section", ["Model prices of ours"], {}),
        ("section", ["Batch things"], {"service_tier": "batch"}),
        ("tab", ["Batch, our"], {"service_tier": "batch"}),
    ],
)
def test_candidates(kind: str, terms: list[str], meant: dict) -> None:
    """What words may mean is among what they name, and what stands in the vocabulary."""
    problems = [Problem(kind, "model-pricing / -", "", term) for term in terms]
    patches = [
        c.patch for c in READERS["openai" if kind == "tab" else "anthropic"].candidates(problems, Section("", ""))
    ]

    assert meant in [next(iter(next(iter(patch.values())).values())) for patch in patches]


@pytest.mark.parametrize(
    ("kind", "term"),
    [
        ("header", "Input, 50% off"),
        ("header", "a zorble quux blah blub gloss input"),
        ("label", "Input from May"),
        ("section", "Long context"),
        ("tab", "Batch, 50% off"),
        ("model", "gpt 9 x 50%"),
        ("conflict", "x"),
        ("cell", ""),
    ],
)
def test_words_without_candidates(kind: str, term: str) -> None:
    """Words that could change a price mean nothing by themselves; of a header only that its column holds none."""
    found = openai_api.candidates([Problem(kind, "x / -", "", term)], Section("", ""))

    assert all("is" in entry for c in found for entry in c.patch.get("headers", {"": {}}).values())
    assert kind == "header" or not found or kind == "model"


def test_many_headers_are_for_a_person_one_by_one() -> None:
    """More ways to take them together than a person reads: then each has a line of its own."""
    problems = [Problem("header", "x / -", "", f"Zorble {word}") for word in ("ape", "bee")]

    assert openai_api.candidates(problems, Section("", ""))
    assert [] == openai_api.choices(problems, Section("", ""))


@pytest.mark.parametrize(
    ("kind", "term", "line"),
    [
        ("header", "Zorble", '  "zorble": {}'),
        ("label", "50% off", '  "50% off": {modality: "text"}'),
        ("tab", "50% off", '  "50% off": {service_tier: "flex"}'),
        ("cell", "$1 zorble", '  - "zorble"'),
        ("cell", "$1 nightly", '  - "nightly"'),
        ("cell", "Unsold", '  "unsold": "not_available"'),
    ],
)
def test_a_person_may_choose_more(kind: str, term: str, line: str) -> None:
    """Every meaning that lines of the vocabulary can give."""
    found = openai_api.choices([Problem(kind, "x / -", "", term)], Section("", ""))

    assert line in [each for choice in found for each in lines(choice.patch)]


def test_an_entry_says_what_a_term_means() -> None:
    """Each meaning of the vocabulary comes back from its entry."""
    terms = openai_api.load_terms()
    for known in (terms.headers, terms.labels, terms.sections):
        for words, term in known.items():
            data = {"defaults": {"currency": "USD"}, "source": "a/b", "parser": "1", "urls": {}, "headers": {}}
            again = table_terms({**data, "sections": {words: entry_of(term)}}).sections[words]
            assert again == term, words
