"""The entry of a release: what is announced, source by source, capped, and a page's words are nothing but words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from markdown_it import MarkdownIt

from scraper.publish.version import Version
from scraper.release import changelog
from scraper.release.changelog import entry, inserted, section
from tests.support.kit import card, change, rate
from tests.test_escaping import HOSTILE

OLD, NEW = Version(2026, 4, 27), Version(2026, 11, 1)
SOURCES = {"google/gemini-api": {"models": 2, "rates": 9}, "google/vertex-ai": {"models": 1, "rates": 1}}
DAY = "2026-11-01"


def repriced(model: str = "flash", **values):
    """A price that moved."""
    return change("repriced", model=model, old=rate("0.5", model=model), new=rate("0.4", model=model), **values)


def correction(one):
    """The same, as a better reading of a page read before."""
    return replace(one, stamp=replace(one.stamp, correction=True))


def test_the_first_release():
    """Nobody compares it with anything: what there is, by source."""
    expected = (
        "Data as of 2026-11-01: 10 rates on 3 cards from 2 sources.\n\nFirst release.\n\n"
        "- google/gemini-api: 2 cards, 9 rates\n- google/vertex-ai: 1 card, 1 rate\n"
    )

    assert expected == entry(SOURCES, [repriced()], DAY, None)


def test_changes_by_source():
    """Announced ones as lines, wording and corrections as counts."""
    found = [
        repriced(),
        change("reworded", old=rate("0.5"), new=rate("0.5", quote="$0.50 each")),
        correction(repriced("pro")),
        repriced("gpt", provider="acme", source="tiny"),
    ]
    expected = (
        "Data as of 2026-11-01: 10 rates on 3 cards from 2 sources.\n\nSince 2026.4.27:\n\n"
        "### acme/tiny\n\n- gpt input (standard): 0.50 \\-\\> 0.40 USD per 1M tokens (x0.80)\n\n"
        "### google/gemini\\-api\n\n- flash input (standard): 0.50 \\-\\> 0.40 USD per 1M tokens (x0.80)\n"
        "- and 1 change of wording or notes, 1 correction of earlier readings\n"
    )
    plain = entry(SOURCES, found, DAY, OLD)

    assert MarkdownIt().render(expected) == MarkdownIt().render(plain)
    assert 2 == plain.count("\n### ")


def test_no_change_of_a_rate():
    """What else is released is said."""
    assert "Since 2026.4.27 no rate changed; limits or discrepancies did.\n" in entry(SOURCES, [], DAY, OLD)


def test_only_wording():
    """A source whose words alone moved has a count alone."""
    quiet = [change("reworded", old=rate("0.5"), new=rate("0.5", quote=f"${n}")) for n in "12"]

    assert entry(SOURCES, quiet, DAY, OLD).endswith("\n\n- 2 changes of wording or notes\n")


def test_many_changes_are_capped(monkeypatch):
    """So many of a source, so many of all; the rest is counted."""
    many = [repriced(f"m-{n}") for n in range(25)]
    other = [repriced(f"m-{n}", source="vertex-ai") for n in range(3)]
    lines = entry(SOURCES, [*many, *other], DAY, OLD).splitlines()

    assert 20 == sum(
        "gemini" not in line and line.startswith("- m") for line in lines[: lines.index("- and 5 more changes")]
    )
    assert 3 == sum(line.startswith("- m") for line in lines[lines.index("- and 5 more changes") :])
    monkeypatch.setattr(changelog, "PER_ENTRY", 10)
    short = entry(SOURCES, [*many, *other], DAY, OLD)
    assert "- and 15 more changes\n" in short
    assert "- 3 more changes\n" in short


@pytest.mark.parametrize("words", HOSTILE)
def test_words_of_a_page(words):
    """No markup, link, mention or command comes out of an entry; nor a second heading."""
    bad = [
        change("rate_added", new=rate("0.5", context=words)),
        change("model_added", card=card(rate("1"), name=words)),
        change("availability_changed", old=rate("0.5", context=words), new=rate(None, context=words)),
    ]
    text = entry(SOURCES, bad, DAY, OLD)
    html = MarkdownIt("gfm-like", {"linkify": False}).render(text)

    assert 1 == html.count("<h")
    assert not any(tag in html for tag in ("<a", "<img", "<script", "<code", "<em", "<table"))
    assert all(line == "" or line.startswith(("- ", "### ", "Data", "Since")) for line in text.splitlines())


# ---------------------------------------------------------------------------------------------- the file

LOG = "# Changelog\n\nNewest first.\n\n## Unreleased\n\n- A new command.\n\n## 2026.4.27\n\n- The first.\n"


def test_an_entry_takes_what_was_unreleased():
    """The notes of people first, then the data; the heading stays for what comes next."""
    expected = (
        "# Changelog\n\nNewest first.\n\n## Unreleased\n\n## 2026.11.1\n\n- A new command.\n\nData.\n\n"
        "## 2026.4.27\n\n- The first.\n"
    )

    assert expected == inserted(LOG, NEW, "Data.\n")


def test_an_entry_is_made_once():
    """Again is the same, whatever the second body says."""
    once = inserted(LOG, NEW, "Data.\n")

    assert once == inserted(once, NEW, "Other data.\n")


def test_nothing_unreleased():
    """Then the entry is the data alone."""
    log = "# Changelog\n\n## Unreleased\n\n## 2026.4.27\n\n- The first.\n"

    assert "## Unreleased\n\n## 2026.11.1\n\nData.\n\n## 2026.4.27\n" in inserted(log, NEW, "Data.\n")


def test_the_first_entry():
    """Below what stands, with the heading or without it."""
    assert "# C\n\n## Unreleased\n\n## 2026.11.1\n\n- A.\n\nData.\n" == inserted(
        "# C\n\n## Unreleased\n\n- A.\n", NEW, "Data.\n"
    )
    assert "# C\n\n## 2026.11.1\n\nData.\n" == inserted("# C\n", NEW, "Data.\n")


def test_a_section():
    """The text between two headings; none where there is no such version, which is no prefix of another."""
    log = inserted(LOG, Version(2026, 4, 27, 1), "Data.\n")

    assert "- The first.\n" == section(log, OLD)
    assert "- A new command.\n\nData.\n" == section(log, Version(2026, 4, 27, 1))
    assert None is section(log, Version(2026, 4, 2))
    assert None is section("", NEW)


def test_a_day_is_written():
    """The newest observation, not the day of the release."""
    assert entry(SOURCES, [], str(date(2026, 4, 27)), OLD).startswith("Data as of 2026-04-27: ")
