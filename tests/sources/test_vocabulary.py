"""Vocabularies: whatever is not asked for is an error with its line, and what the doctor says can be pasted."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.cli.doctor import _OF_TABLES, _REMEDIES
from scraper.sources import SOURCES, Source, find, vocabulary
from scraper.sources.vocabulary import VocabularyError, lines, merged, of, read, sections
from tests.cli import test_doctor as gemini
from tests.pipeline.test_limits_page import with_section
from tests.sources.deprecations.test_deprecations import changed as end_of_models
from tests.sources.openai_api import test_openai_api as openai
from tests.support import ai_studio_body as studio
from tests.support.workshop import GEMINI, Ran, Workshop, facts, keep, outcomes, pages

FOLDER = Path(vocabulary.__file__).parent
CASES = Path(__file__).parent


def file_of(source: Source) -> Path:
    return FOLDER / f"{source.source.replace('-', '_')}.yaml"


# ---------------------------------------------------------------------------------------------- the file


@dataclass
class Terms:
    """A vocabulary of a test."""

    urls: dict
    rows: dict
    words: list
    renames: dict


@dataclass
class Row:
    meter: str
    modality: str = ""


TEXT = """# What it costs.
name: A test
urls:
  html: https://example.test/
rows:
  input price: {meter: input}
  output price: {meter: output, modality: text}
proofs:
  language: en
words: [a, b]
renames: {}
"""


def build(data) -> Terms:
    assert data["proofs"]["language"]
    rows = {label: Row(**entry) for label, entry in data["rows"].items()}
    return Terms(data["urls"], rows, [re.compile(word) for word in data["words"]], data["renames"])


def test_a_vocabulary():
    """What its source makes of it, from plain values."""
    found = read(TEXT, "v.yaml", build)

    assert (Row("input"), ["input price", "output price"]) == (found.rows["input price"], list(found.rows))
    assert dict is type(found.urls)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TEXT + "rose: 1\n", "v.yaml:12: unknown key 'rose'"),
        (TEXT.replace("  language: en", "  language: en\n  length: 5"), "v.yaml:10: unknown key 'length'"),
        (TEXT.replace("{meter: input}", "{meter: input, metre: 1}"), "v.yaml:6: unknown key 'metre'"),
        (TEXT + "rows:\n  new:\n    metre: input\n", "v.yaml:14: unknown key 'metre'"),
        (TEXT.replace("words: [a, b]\n", ""), "v.yaml: expected a key 'words', saw none"),
        (TEXT.replace("{meter: input}", "{}"), "v.yaml: expected a key 'meter', saw none"),
        (TEXT.replace("[a, b]", '[a, "b("]'), "v.yaml:10: not a pattern: missing )"),
        (TEXT.replace("{meter: input}", "input"), "v.yaml: not the words of this source: "),
        (TEXT + "rows:\n  input price: {meter: output}\n", "v.yaml:12: 'meter' stands twice"),
        (TEXT + "name: Another\n", "v.yaml:12: 'name' stands twice"),
        (TEXT + "rows: {a: {meter: x}, a: {meter: y}}\n", "v.yaml:12:23: the key 'a' stands twice"),
        (TEXT + "rows: [\n", "v.yaml: not YAML: "),
        ("- a\n", "v.yaml: expected sections of words, saw '- a"),
        (TEXT + "odd\n", "line 12"),
    ],
)
def test_fault_91_what_is_wrong_with_a_vocabulary(text, words):
    """One line with file and line, and what was expected."""
    with pytest.raises(VocabularyError) as caught:
        read(text, "v.yaml", build)
    assert words in str(caught.value)
    assert "__init__" not in str(caught.value)


def test_a_section_may_stand_in_several_places():
    """What is added at the end belongs to it, in mappings and lists; comments and blank lines may stand anywhere."""
    more = 'words: ["c"]\n\n# more\nrows:\n  "new": {meter: input}  # settled\n'
    found = read(TEXT + more, "v.yaml", build)

    assert ["input price", "output price", "new"] == list(found.rows)
    assert ["a", "b", "c"] == [word.pattern for word in found.words]


WAYS: list[Callable[[dict], list]] = [
    list,
    lambda data: [label.title() for label in data],
    lambda data: sorted(data.keys()),
    lambda data: [(label, entry) for label, entry in data.items()],
    lambda data: [entry["meter"] for entry in data.values()],
]


@pytest.mark.parametrize("way", WAYS)
def test_a_section_that_is_gone_through_as_a_whole_is_asked_for_all_of_it(way):
    """However a reader goes through it, none of its words is an unknown key; beside it one still is."""
    text = "rows:\n  input: {meter: input}\n  output: {meter: output}\n"

    assert 2 == len(read(text, "v.yaml", lambda data: way(data["rows"])))
    with pytest.raises(VocabularyError, match=r"v\.yaml:4: unknown key 'rose'"):
        read(text + "rose: 1\n", "v.yaml", lambda data: way(data["rows"]))


PATCHES = [
    {"rows": {"prompt cost": {"meter": "input", "modalities": ["text", "image"], "unit": ""}}},
    {"cells": {"no": "free", "1": "not_available"}, "cell_asides": ["(gloss)", "yes: really", "- x"]},
    {"models": {"claude two": ["two-a", "two-b"]}, "nouns": {"'zorble\"": "image"}},
    {"variant_rows": [{"label": "veo (?P<version>[0-9.]+)", "row": "output price"}]},
]


@pytest.mark.parametrize("patch", PATCHES)
def test_lines_say_what_their_patch_does(patch):
    """What is pasted at the end of a vocabulary is read as it was meant, whatever characters its words have."""
    assert patch == sections("\n".join(lines(patch)), "v.yaml")
    assert patch == merged([patch, patch])


@pytest.mark.parametrize("source", SOURCES, ids=lambda s: s.name)
@settings(deadline=None, max_examples=15)
@given(name=st.from_regex(r"[a-z]{3,12}_x", fullmatch=True), place=st.integers(0, 10**6))
def test_fault_91_no_source_has_a_key_that_nobody_asks_for(source, name, place):
    """A key that is added at any place between sections is named with its line, whatever the source."""
    text = file_of(source).read_text(encoding="utf-8")
    starts = [found.start() for found in re.finditer(r"(?m)^[a-z_]+:", text)] + [len(text)]
    start = starts[place % len(starts)]
    line = text.count("\n", 0, start) + 1
    with pytest.raises(VocabularyError, match=rf"\.yaml:{line}: unknown key '{name}'"):
        read(f"{text[:start]}{name}: 1\n{text[start:]}", file_of(source).name, builder(source))


def builder(source: Source) -> Callable:
    """The function from data to terms of a source."""
    return BUILDERS[source.name]


BUILDERS = {source.name: source.module.load_terms.__wrapped__.args[1] for source in SOURCES}


def test_fault_91_every_command_names_it_and_no_other_source_stops(workshop: Workshop, acme, monkeypatch):
    """A vocabulary that cannot be read is its source's verdict; commands on that source say so in one line."""
    path = workshop.root / "v.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(TEXT + "rose: 1\n")

    @of(path)
    def load_terms(data):
        return build(data)

    monkeypatch.setattr("tests.support.tiny.urls", lambda: load_terms().urls)
    monkeypatch.setattr("tests.support.tiny.read", lambda body: load_terms())
    folder = next(workshop.kept)
    keep(folder, facts())
    (folder / "acme" / "tiny").mkdir(parents=True)
    (folder / "acme" / "tiny" / "2026-11-01T06-17-00Z.json").write_bytes(b"{}")
    words = "v.yaml:12: unknown key 'rose'"
    for at_once in ((), ("--at-once",)):
        ran = workshop.run("refresh", "--replay", folder, *at_once, "--to", workshop.root)
        assert (1, "DAMAGED", True) == (ran.code, outcomes(ran.out)["acme/tiny"], words in ran.out)
        assert outcomes(ran.out)[GEMINI] in ("NEW", "UNCHANGED")
    live = workshop.run("refresh", "acme/tiny", "--to", workshop.root)
    assert (1, True) == (live.code, words in live.out)
    for command in (("sources",), ("read", "acme/tiny", path), ("doctor", "acme/tiny", path)):
        ran = workshop.run(*command)
        assert (1, True, 1) == (ran.code, words in ran.err, len(ran.err.splitlines())), ran


# ---------------------------------------------------------------------------------------------- the doctor's lines

LIMITS = find("google/rate-limits")
DEPRECATIONS = find("google/deprecations")
OPENAI = find("openai/openai-api")
VERTEX = find("google/vertex-ai")
LAOZHANG = find("laozhang/laozhang")
STUDIO = find("google/ai-studio")
ANTHROPIC = find("anthropic/anthropic-api")


def openai_page(change: Callable[[dict], object]) -> str:
    told = openai.facts("era-2026-04")
    change(told)
    return openai.html_page(told)


def vertex_page(case: str, *pair: str) -> str:
    text = (CASES / "vertex_ai" / "cases" / case / "page.html").read_text(encoding="utf-8")
    if pair:
        assert pair[0] in text
        text = text.replace(*pair, 1)
    return text


def html(edition: dict) -> str:
    return pages(edition)["html"].decode()


def studio_page() -> str:
    return studio.body(studio.records("unknown-label"))


def anthropic_page(old: str, new: str) -> str:
    text = (CASES / "anthropic_api" / "cases" / "era-2026-04" / "page.md").read_text(encoding="utf-8")
    assert old in text
    return text.replace(old, new, 1)


def laozhang_page() -> str:
    text = (CASES / "laozhang" / "cases" / "era-2026-10" / "page.md").read_text(encoding="utf-8")
    return text.replace("| Output size |", "| Speed | fast | fast | fast | fast | fast |\n| Output size |")


# by source and kind: the page, and what a person writes for the words in capitals
PASTED: dict[tuple[str, str], tuple[Callable[[], str], dict[str, str]]] = {
    **{
        (GEMINI, kind): ((lambda name=name: html(gemini.PROPOSED[name][0])), filled)
        for kind, name, filled in (
            ("label", "label", {}),
            ("tab", "tab", {}),
            ("unclaimed", "unclaimed", {"WHY IT GIVES NO RATE": "a deposit is no price"}),
            ("layout", "section without an id", {}),
        )
    },
    (GEMINI, "header"): (lambda: html(facts()).replace("Paid Tier, per 1M", "Payed Tier, per 1M", 1), {}),
    (GEMINI, "cell"): (lambda: html(gemini.with_row("Input price (text)", "-", "$1.00 per moon phase")), {}),
    (LIMITS.name, "label"): (lambda: with_section("Batch API rate limits"), {}),
    (DEPRECATIONS.name, "header"): (lambda: end_of_models("**Shutdown date**", "**End**"), {"FIELD": "shutdown"}),
    (DEPRECATIONS.name, "condition"): (lambda: end_of_models("of their own.", "that is up to date."), {}),
    (OPENAI.name, "tab"): (lambda: openai_page(openai.broken_tab), {}),
    (VERTEX.name, "model"): (lambda: vertex_page("unknown-model"), {"MODEL_ID": "gemini-9-unknown"}),
    (VERTEX.name, "unclaimed"): (lambda: vertex_page("notes"), {"WHY IT GIVES NO RATE": "no price"}),
    (LAOZHANG.name, "header"): (laozhang_page, {}),
    (STUDIO.name, "label"): (studio_page, {"MODALITY": "image"}),
    (ANTHROPIC.name, "section"): (
        lambda: anthropic_page("### Fast mode", "### Off-peak"),
        {"WHY IT GIVES NO RATE": "x"},
    ),
    (ANTHROPIC.name, "header"): (lambda: anthropic_page("| 5m Cache Writes |", "| 5m Writes |"), {}),
    (ANTHROPIC.name, "model"): (
        lambda: anthropic_page("| Claude Haiku 3 |", "| Claude Haiku 2 |"),
        {},
    ),
    (ANTHROPIC.name, "unclaimed"): (
        lambda: anthropic_page("What each model costs:", "With $7 of fees:"),
        {"WHY IT GIVES NO RATE": "no price"},
    ),
}
# lines that say where in the code it is settled
IN_CODE = {(GEMINI, "cell")}


def diagnosis(run: Callable[..., Ran], source: Source, text: str, path: Path) -> Ran:
    path.write_text(text, encoding="utf-8")
    return run("doctor", source.name, path)


def proposed(said: str, kind: str) -> list[list[str]]:
    """The blocks of lines under "to settle it" of the problems of a kind."""
    found, lines = [], said.splitlines()
    for number, words in enumerate(lines):
        if words.startswith(f"{kind} at "):
            rest = itertools.takewhile(lambda text: text.startswith("  "), lines[number + 1 :])
            block = list(itertools.dropwhile(lambda text: not text.startswith("  to settle it, in "), rest))
            first = itertools.takewhile(lambda text: text.startswith("    "), block[1:])
            found.append([text.removeprefix("    ") for text in first])
    return [block for block in found if block]


def test_every_line_has_a_page():
    """For each that the doctor can say there is a page on which it does."""
    # a label is test_new_source's
    tables = {(ANTHROPIC.name, kind) for kind in _OF_TABLES if kind != "label"}
    # the meanings of a tab are listed, and the lines of the Gemini API are its candidates: test_learn has pages
    listed = {(GEMINI, kind) for kind in ("label", "tab", "header", "layout", "unclaimed")} | {(OPENAI.name, "tab")}
    remedies = {(source, kind) for source, kinds in _REMEDIES.items() for kind in kinds}
    assert remedies | tables | listed == PASTED.keys()
    without = {source.name for source in SOURCES if not source.reported} - _REMEDIES.keys()
    assert without == {ANTHROPIC.name, OPENAI.name, "google/ai-studio-docs"}


@pytest.mark.parametrize(("name", "kind"), PASTED)
def test_fault_91_what_the_doctor_says_works_when_pasted(run, small, tmp_path, monkeypatch, name, kind):
    """At the end of the vocabulary: as it stands it is read, and with its words in capitals replaced it settles."""
    source, (page, filled) = find(name), PASTED[name, kind]
    path, body = tmp_path / "saved", page()
    before = diagnosis(run, source, body, path)
    blocks = proposed(before.out, kind)
    assert blocks, before.out
    text = file_of(source).read_text(encoding="utf-8")
    lines = "\n".join(dict.fromkeys("\n".join(block) for block in blocks)) + "\n"
    read(text + lines, "v.yaml", builder(source))

    for placeholder, words in filled.items():
        assert placeholder in lines
        lines = lines.replace(placeholder, words)
    terms = read(text + lines, "v.yaml", builder(source))
    if name == GEMINI:
        terms = replace(terms, tables_min=1)
    monkeypatch.setattr(source.module, "load_terms", lambda: terms)
    monkeypatch.setattr("tests.support.workshop._READINGS", {})
    after = diagnosis(run, source, body, path)
    assert (name, kind) in IN_CODE or len(proposed(after.out, kind)) == 0, after.out
