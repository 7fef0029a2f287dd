"""`learn` and `doctor`: lines for the vocabulary that make a page exact, proven by numbers or chosen by a person."""

from __future__ import annotations

import itertools
import shutil
from dataclasses import replace

import pytest

from scraper.cli import doctor as module
from scraper.cli.learn import table
from scraper.sources import gemini_terms, vertex_ai, vertex_terms, vocabulary
from scraper.sources.gemini_api import read as read_page
from tests.support.cases import FOLDER
from tests.support.workshop import GEMINI, facts, model, pages

WORDS = gemini_terms.VOCABULARY
CASES = FOLDER / "vertex_ai" / "cases"


@pytest.fixture
def teach(workshop, tmp_path, monkeypatch):
    """Publishes the small edition, then learns from another one; gives the run, its vocabulary and its case."""
    monkeypatch.setattr(module, "CASES", tmp_path / "cases")

    def call(edition: dict, *words: object):
        workshop.refresh(facts())
        (tmp_path / "saved.html").write_bytes(pages(edition)["html"])
        learned = tmp_path / WORDS.name
        shutil.copy(WORDS, learned)
        found = ("--vocabulary", learned, "--to", workshop.root, *words)
        return workshop.run("learn", GEMINI, tmp_path / "saved.html", *found), learned, tmp_path / "cases"

    return call


def read_by(text: str, body: str):
    """A page by another text of the vocabulary."""
    terms = vocabulary.read(text, WORDS.name, gemini_terms.load_terms.__wrapped__.args[1])
    return read_page(body, replace(terms, tables_min=1))


def renamed(label: str = "Prompt cost", paid: str = "$2.00") -> dict:
    found = model("Gemini 2", paid, "$2.50")
    found["tabs"]["Standard"][0][0] = label
    return facts(gemini_2=found)


def test_what_is_proven_is_learned(teach):
    """Lines at the end of the vocabulary, by which the page reads exactly; and a case, with the rates that it gives."""
    ran, learned, cases = teach(renamed())

    text = learned.read_text()
    assert 0 == ran.code
    assert text.endswith('rows:\n  "prompt cost": {meter: "input"}\n')
    assert text.startswith(WORDS.read_text().rstrip("\n"))
    reading = read_by(text, pages(renamed())["html"].decode())
    assert ([], {"exact"}) == (reading.problems, {rate.reading for rate in reading.rates()})
    (folder,) = cases.glob("gemini_api/cases/learned-*")
    assert {"page.html", "page.json", "expected.csv"} == {path.name for path in folder.iterdir()}
    again = read_by(text, (folder / "page.html").read_text())
    assert (folder / "expected.csv").read_text() == table(again.rates())
    assert "the row 'Prompt cost' is input (continuity, 1 rows)" in ran.out


def test_what_is_not_proven_is_not_learned(teach):
    """A number that changed: the vocabulary stays as it is, and there is no case."""
    ran, learned, cases = teach(renamed(paid="$2.20"))

    assert (0, WORDS.read_text()) == (ran.code, learned.read_text())
    assert "no unknown word is proven" in ran.out
    assert not cases.exists()


def test_without_a_dataset_nothing_can_be_proven(run, small, tmp_path):
    """It says what it lacks."""
    (tmp_path / "saved.html").write_bytes(pages(renamed())["html"])
    ran = run("learn", GEMINI, tmp_path / "saved.html", "--to", tmp_path / "none")

    assert (1, True) == (ran.code, "expected published cards of google/gemini-api" in ran.err)


def test_doctor_says_what_would_be_learned(workshop, tmp_path):
    """The words, the proof, the lines."""
    workshop.refresh(facts())
    (tmp_path / "saved.html").write_bytes(pages(renamed())["html"])
    ran = workshop.run("doctor", GEMINI, tmp_path / "saved.html", "--to", workshop.root)

    assert "inferred: the row 'Prompt cost' is input" in ran.out
    assert "  proof: continuity, in 1 rows, the first gemini-2 / Standard / Prompt cost" in ran.out
    assert '      "prompt cost": {meter: "input"}' in ran.out.splitlines()


PLACES = {
    "a label with a key noun": renamed("Prompt cost", "$2.20"),
    "a label without one": renamed("Zorble"),
    "a label with words that could change the price": renamed("Input price, excluding tax"),
    "a tab": facts(gemini_2=model("Gemini 2", tabs={"Bulk": [["Input price", "-", "$1.00"]]})),
    "a tab with words": facts(gemini_2=model("Gemini 2", tabs={"Batch, 50% off": [["Input price", "-", "$1.00"]]})),
    "a cell": facts(gemini_2=model("Gemini 2", "$2.20 (gloss applies)", "$2.50")),
    "a cell with words": facts(gemini_2=model("Gemini 2", "$2.20 nightly", "$2.50")),
    "a cell without an amount": facts(gemini_2=model("Gemini 2", "Unsold", "$2.50")),
    "a noun": facts(gemini_2=model("Gemini 2", "$2.20 (pic)", "$2.50")),
    "a section without an id": facts(gemini_2=model("Gemini 2", ids=[])),
    "money in a note": facts(gemini_2=model("Gemini 2", footnotes=["A deposit of $5 (once) is asked for."])),
}


@pytest.mark.parametrize("edition", PLACES.values(), ids=PLACES)
def test_each_line_of_the_doctor_works_when_pasted(workshop, tmp_path, edition):
    """At the end of the vocabulary each choice loads, and settles its place."""
    body = pages(edition)["html"]
    (tmp_path / "saved.html").write_bytes(body)
    ran = workshop.run("doctor", GEMINI, tmp_path / "saved.html", "--to", tmp_path / "none")
    choices = blocks(ran.out)
    before = read_by(WORDS.read_text(), body.decode())

    assert choices
    for choice in choices:
        text = WORDS.read_text() + "\n" + "\n".join(choice) + "\n"
        after = read_by(text, body.decode())
        gone = {str(p) for p in before.problems} - {str(p) for p in after.problems}
        assert gone, choice


VERTEX = {
    "a header": ("gemini-3", "Price (/1M tokens)", "Zorble (/1M tokens)"),
    "a header with words that could change the price": ("gemini-3", "Price (/1M tokens)", "Monthly price (/1M tokens)"),
    "a header of labels": ("media", ">Feature<", ">Capability<"),
    "a tab": ("gemini-3", ">Standard<", ">Regular<"),
    "a tab with words": ("gemini-3", ">Standard<", ">Standard, -20 %<"),
    "a label with a key noun": ("gemini-3", ">Input (text", ">Inbound (text"),
    "a label without one": ("gemini-3", ">Image Output***<", ">Zorble<"),
    "a feature": ("media", ">Video generation<", ">Zorble<"),
    "a row of all": ("gemini-3", ">Grounding with your data<", ">Zorble<"),
    "a cell": ("media", "$0.40/second", "$0.40/second (gloss applies)"),
    "a cell with words": ("media", "$0.40/second", "$0.40/second off"),
    "a cell without an amount": ("gemini-3", ">N/A<", ">Nil<"),
    "a word behind a price": ("gemini-3", "(Global)", "(Worldwide)"),
    "a sentence": ("gemini-3", "You will be charged for", "You may be charged for"),
}


@pytest.mark.parametrize(("case", "old", "new"), VERTEX.values(), ids=VERTEX)
def test_each_line_of_the_doctor_works_for_the_agent_platform(run, tmp_path, case, old, new):
    """As those of the Gemini API's page do: each loads, and settles its place."""
    body = (CASES / case / "page.html").read_text()
    assert old in body
    (tmp_path / "saved.html").write_text(body.replace(old, new))
    ran = run("doctor", "google/vertex-ai", tmp_path / "saved.html", "--to", tmp_path / "none")
    choices = blocks(ran.out)
    before = vertex_ai.read(body.replace(old, new))

    assert choices
    for choice in choices:
        text = vertex_terms.VOCABULARY.read_text() + "\n" + "\n".join(choice) + "\n"
        terms = vocabulary.read(text, "v.yaml", vertex_terms.load_terms.__wrapped__.args[1])
        after = vertex_ai.read(body.replace(old, new), terms)
        gone = {str(p) for p in before.problems} - {str(p) for p in after.problems}
        assert gone, choice


def blocks(out: str) -> list[list[str]]:
    """The choices that the doctor prints, each as lines."""
    found = []
    lines = out.splitlines()
    for number, line in enumerate(lines):
        if line.startswith(("  to settle it, in", "  or:")):
            block = itertools.takewhile(lambda one: one.startswith("    "), lines[number + 1 :])
            found.append([one.removeprefix("    ") for one in block])
    # a remark alone is no line to paste
    return [block for block in found if not block[0].startswith("#")]
