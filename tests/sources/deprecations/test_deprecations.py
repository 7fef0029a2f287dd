"""The deprecations page: pages built of facts, every day read or a problem with its place, and the file."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ratecards.storage import strict_yaml
from ratecards.storage.codec import CodecError
from scraper.errors import LayoutChanged
from scraper.model import page_status
from scraper.sources import deprecations
from scraper.storage import lifecycle
from scraper.storage.lifecycle import FORM

CASES = Path(__file__).parent / "cases"
OPENS = "This page lists the known deprecation schedules for models that we sell."
COLUMNS = {
    "model": "**Model**",
    "release": "**Release date**",
    "shutdown": "**Shutdown date**",
    "successor": "**Recommended replacement**",
}


def built(facts: dict[str, Any], columns: dict[str, str] = COLUMNS) -> str:
    """The twin that says these facts."""
    parts = ["# Deprecations", OPENS, *facts["prose"]]
    for section in facts["sections"]:
        parts += [section["title"], *([section["prose"]] if "prose" in section else [])]
        heads = columns | ({"model": f"**{section['of']}**"} if "of" in section else {})
        lines = [f"| {' | '.join(cells)} |" for cells in ([*heads.values()], ["---"] * len(heads))]
        # a group of models has a row that is one cell
        lines += [f"| {row} ||||" if isinstance(row, str) else _row(row, columns) for row in section["models"]]
        parts += ["\n".join(lines)] if section["models"] else []
    return "\n\n".join(parts) + "\n"


def _row(row: dict[str, str], columns: dict[str, str]) -> str:
    return f"| {' | '.join(f'`{row[name]}`' if name == 'model' else row[name] for name in columns)} |"


def page(case: str) -> str:
    """The page of a case."""
    return built(strict_yaml.load((CASES / case / "facts.yaml").read_text(encoding="utf-8"), case))


def changed(old: str, new: str, case: str = "binding") -> str:
    """The page of a case with other words in one place."""
    text = page(case)
    assert old in text
    return text.replace(old, new)


def told(text: str) -> list[str]:
    """What of a page is not understood."""
    return [str(problem) for problem in deprecations.read_facts(text)[1]]


@pytest.mark.parametrize("case", ["agents", "binding", "earliest", "odd"])
def test_case(case):
    """Every case gives the file that stands beside it, and each day is accounted for."""
    card, problems, amounts = deprecations.read_facts(page(case))

    assert (CASES / case / "expected.yaml").read_text(encoding="utf-8") == FORM.encode(card)
    assert (case == "odd") == bool(problems) == bool(amounts.unclaimed)


def test_what_an_odd_page_does_not_say():
    """A cell takes out its row, a sentence about days its section; each with its place."""
    assert [
        "Gemini 9 models / gemini-9-flash: expected a shutdown day, saw 'Some day'",
        "Managed agents / text: a sentence about days of unknown meaning: Agents may be delayed by a month.",
    ] == told(page("odd"))


def test_reading():
    """The same look as a reading: sections without cards."""
    found = deprecations.read(page("odd"))

    assert ("google/deprecations", "md.txt", [], 2) == (
        found.source,
        found.representation,
        found.drafts(),
        found.tables,
    )
    assert ["Gemini 9 models", "Managed agents"] == [section.title for section in found.unread]
    assert (6, 4) == (found.amounts.seen, found.amounts.read)
    assert [False, False] == [deprecations.is_known(section) for section in found.unread]
    assert deprecations.is_known(found.sections[0])


def test_vocabulary_is_offered():
    """Address, renames and fingerprint."""
    assert {"md.txt": "https://ai.google.dev/gemini-api/docs/deprecations.md.txt?hl=en"} == deprecations.urls()
    assert {} == deprecations.renames()
    assert "the body" == deprecations.fingerprint("the body")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Earliest February 2032", "February 2032", "expected a shutdown day, saw 'February 2032'"),
        ("Earliest February 2032", "Latest February 2032", "saw 'Latest February 2032'"),
        ("Earliest February 2032", "Earliest spring 2032", "saw 'spring 2032'"),
        ("Earliest February 2032", "Earliest Smarch 2032", "expected a month, saw 'Earliest Smarch 2032'"),
        ("Earliest February 2032", "", "expected a shutdown day, saw ''"),
        ("Earliest February 9, 2032", "Earliest February 31, 2032", "saw 'February 31, 2032'"),
        ("December 9, 2031", "December 9, 2031 or later", "saw 'December 9, 2031 or later'"),
        ("March 1, 2030", "lately", "expected a release day, saw 'lately'"),
        ("`imagen-9`", "Imagen 9", "expected a model id, saw 'Imagen 9'"),
        ("imagen-10 or gemini-9-image", "a newer model", "expected the ids of successors, saw 'a newer model'"),
        ("`gemini-9-flash-001`", "`gemini-9-flash`", "gemini-9-flash stands twice with two words of it"),
        ("**Shutdown date**", "**End**", "unknown table with the headers Model | Release date | End |"),
        ("have a page of their own.", "end on March 1, 2033.", "a sentence about days of unknown meaning"),
        ("have a page of their own.", "end at the earliest when we say so.", "a sentence about days of unknown"),
    ],
)
def test_not_understood(old, new, expected):
    """Whatever is not known is a problem that names its place."""
    where = (
        "Gemini 9 models / ",
        "Gone / Imagen 3 models / ",
        "Gone / Imagen 3 models: ",
        "Gemini 9 models: ",
        "the page's head / text",
    )
    text = page("binding")
    assert old in text
    assert [] != [words for words in told(text.replace(old, new, 1)) if expected in words and words.startswith(where)]


def test_what_is_not_understood_is_not_guessed():
    """Neither the row with the odd cell, nor those of a table under unknown headers, nor two that disagree."""
    named = [one.model for one in deprecations.read_facts(changed("Earliest February 2032", "soon"))[0].models]
    tables = changed("| **Model** | **Release date**", "| **Model** | **Born**").replace("Born", "Release date", 1)
    again = changed("`gemini-9-flash-001`", "`gemini-9-flash`")

    assert ["gemini-9-flash-001", "imagen-9"] == named
    assert ["gemini-9-flash", "gemini-9-flash-001"] == [m.model for m in deprecations.read_facts(tables)[0].models]
    assert ["imagen-9"] == [m.model for m in deprecations.read_facts(again)[0].models]


def test_headers_that_are_all_unknown():
    """Nothing is read of the page, and each table is named."""
    found = deprecations.read(page("binding").replace("Release date", "Born"))

    assert ("NOT_READ", 2) == (page_status(found), len(found.problems))
    assert {"Born"} == {problem.term for problem in found.problems}


@pytest.mark.parametrize("case", ["agents", "binding", "earliest"])
def test_a_page_that_is_cut_is_no_smaller_list(case):
    """Wherever a line ends before the rows of the last table, what is left is refused."""
    lines = page(case).splitlines(keepends=True)
    last = max(number for number, text in enumerate(lines) if text.startswith("#"))

    for end in range(1, last + 4):
        with pytest.raises(LayoutChanged):
            deprecations.read_facts("".join(lines[:end]))
    assert deprecations.read_facts("".join(lines))[0].models


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Preview agents", "Resting agents", "expected a model id, saw 'Resting agents'"),
        (
            "on the [Gemini Enterprise",
            "on the [Gemini Home",
            "expected the ids of successors, saw 'veo-9.1 or the GA models",
        ),
        (
            "`veo-9.1` or the GA",
            "The GA",
            "expected the ids of successors, saw 'The GA models on the Gemini Enterprise",
        ),
        ("August 2032", "Smarch 2032", "expected a release day, saw 'Smarch 2032'"),
    ],
)
def test_what_only_looks_like_it(old, new, expected):
    """A group of another name, models of yet another publication, no id at all, a month that is none."""
    assert any(expected in words for words in told(changed(old, new, "agents")))


def test_a_model_may_stand_twice():
    """In the same words it is one."""
    row = "| `imagen-9` | March 1, 2030 | December 9, 2031 | imagen-10 or gemini-9-image |\n"

    assert [] == told(changed(row, row * 2))


def test_columns_are_found_by_header():
    """In another order they say the same."""
    facts = strict_yaml.load((CASES / "binding" / "facts.yaml").read_text(encoding="utf-8"), "binding")
    card, problems, _ = deprecations.read_facts(built(facts, dict(reversed(COLUMNS.items()))))
    expected = deprecations.read_facts(page("binding"))[0]

    assert [] == problems
    assert [replace(one, quote="") for one in expected.models] == [replace(one, quote="") for one in card.models]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "empty page"),
        ("<!doctype html><title>Sign in</title>", "representation changed: expected the Markdown twin, saw HTML"),
        ("# Rate limits\n\nThey vary.\n", "expected the words 'this page lists the known deprecation schedules'"),
        (
            page("binding").partition("### Imagen 3 models")[0],
            "truncated page: expected a table under 'Gone', saw the end",
        ),
        (page("binding").partition("##")[0], "truncated page: expected the last section to be imagen 3 models or"),
        (
            page("binding").partition("##")[0] + "## Managed agents\n\nNone.\n",
            "expected tables of models and their days",
        ),
        (page("binding").rstrip().rstrip("|"), "without its closing bar"),
    ],
)
def test_not_the_page(text, expected):
    """What is not the page, or not all of it, is refused."""
    with pytest.raises(LayoutChanged, match=re.escape(expected)):
        deprecations.read_facts(text)


# --------------------------------------------------------------------------------------------- the file


def card() -> lifecycle.LifecycleCard:
    """The card of a case as it is kept."""
    read = replace(deprecations.read_facts(page("binding"))[0], observed=date(2031, 3, 1), capture="sha256:00")
    return lifecycle.dated(read, None, "2031-03-01T06:00:00Z", ())


def test_file_round_trip():
    """Decoding what was encoded gives the card, and each entry the day since when it is known."""
    text = FORM.encode(card())

    assert card() == FORM.decode(text, "lifecycle.yaml")
    assert 3 == text.count('observed: "2031-03-01", recorded: "2031-03-01T06:00:00Z"}')


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("model: gemini-9-flash-001", "model: gemini-9-flash", "one model stands twice"),
        ("model: gemini-9-flash-001", 'model: "Nine"', "Nine: not a model with one day or none"),
        (
            'shutdown: "2031-12-09"',
            'shutdown: "2031-12-09", earliest: "2031-12-09"',
            "not a model with one day or none",
        ),
        ('shutdown: "2031-12-09"', 'shutdown: "2031-12"', "shutdown must be an ISO date, saw '2031-12'"),
        ('shutdown: "2031-12-09"', "end: soon", "not lifecycles of schema 1"),
        ("schema: 1", "schema: 2", "expected lifecycles of schema 1"),
    ],
)
def test_a_file_this_version_does_not_write(old, new, expected):
    """A damaged file is refused with its name and the field."""
    text = FORM.encode(card())
    assert old in text
    with pytest.raises(CodecError, match=rf"lifecycle\.yaml.*{re.escape(expected)}"):
        FORM.decode(text.replace(old, new), "lifecycle.yaml")
