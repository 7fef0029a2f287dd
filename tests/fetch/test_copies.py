"""Copies of pages: known by their first lines or their names, of one page and one day, and never a page themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from scraper.errors import DatasetError, LayoutChanged
from scraper.fetch.capture import load, load_any, load_for_history, text
from scraper.fetch.client import Page
from scraper.fetch.copies import readers_copy
from scraper.sources import SOURCES, find

GEMINI = find("google/gemini-api")
AT = datetime(2026, 5, 8, tzinfo=UTC)
PAGE = "https://ai.google.dev/gemini-api/docs/pricing"


def copied(url: str = PAGE, published: str = "Thu, 07 May 2026 14:52:55 GMT", content: str = "# Prices\n") -> str:
    lines = ["Title: Prices of tokens", f"URL Source: {url}", *([f"Published Time: {published}"] if published else [])]
    return "\n\n".join([*lines, f"Markdown Content:\n{content}"])


def saved(folder: Path, words: str, name: str = "2026-05-08.reader.md") -> Path:
    path = folder / name
    path.write_text(words, encoding="utf-8")
    return path


def test_the_head_of_a_copy():
    """Title, address, the instant where there is one, and the page without those lines."""
    found = readers_copy(copied())
    assert ("Prices of tokens", PAGE, datetime(2026, 5, 7, 14, 52, 55, tzinfo=UTC), "# Prices\n") == (
        *(found.title, found.url, found.published, found.content),
    )
    assert [None, None] == [readers_copy(copied(published=said)).published for said in ("", "yesterday")]


@pytest.mark.parametrize("words", ["", "# Prices", "Title: Prices\n\nText", "<html>\nTitle: a\n\nURL Source: b\n"])
def test_any_other_text_is_none(words):
    """A title alone makes no copy."""
    assert readers_copy(words) is None


@pytest.mark.parametrize(
    ("reader", "ours"),
    [
        ("_`a-1`, `a-2`_", "*`a-1`, `a-2`*"),
        ("| _Same as Standard_ $1 |", "| *Same as Standard* $1 |"),
        ("a_b and c_d, `_x_`, [x](https://a.example/_b_/c)", "a_b and c_d, `_x_`, [x](https://a.example/_b_/c)"),
        ("* A note\n** Another\n*   An item", "\\* A note\n** Another\n*   An item"),
    ],
)
def test_the_dialect_of_readers(reader, ours):
    """Emphasis by underscores, and a footnote's star with one blank behind it."""
    assert ours == readers_copy(copied(content=reader)).content


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_a_copy_that_is_fetched_is_refused(source):
    """Whatever the source: it stands where the page itself is expected."""
    page = Page(PAGE, PAGE, 200, {}, copied().encode(), AT)
    with pytest.raises(LayoutChanged, match="a copy of the page, made by a reader: expected the page itself"):
        text(page)


def test_a_copy_is_taken_by_who_makes_history_alone(tmp_path):
    """A job that reads saved pages again takes it for a page, and refuses it."""
    path = saved(tmp_path, copied())
    with pytest.raises(LayoutChanged, match="expected the page itself"):
        text(load(path, GEMINI))
    for page in (load_any(path, GEMINI, AT), load_for_history(path, GEMINI)):
        assert (True, "# Prices\n") == (page.copy, text(page))
    assert f"{PAGE}?hl=en" == load_for_history(path, GEMINI).url
    # its own address may have a place of the page, or a slash
    assert f"{PAGE}?hl=en" == load_for_history(saved(tmp_path, copied(f"{PAGE}/#prices")), GEMINI).url


def test_a_copy_whose_name_has_no_day(tmp_path):
    """The day is given."""
    page = load_for_history(saved(tmp_path, copied(), "pricing.md"), GEMINI, AT)
    assert (AT, True) == (page.fetched_at, page.copy)


def test_a_copy_by_its_name(tmp_path):
    """Of a mirror's nothing else tells."""
    page = load_for_history(saved(tmp_path, "# Prices\n", "2026-05-08.converted.md"), GEMINI)
    assert (True, "# Prices\n", f"{PAGE}.md.txt?hl=en") == (page.copy, text(page), page.url)
    assert not load_for_history(saved(tmp_path, "# Prices\n", "2026-05-08.md"), GEMINI).copy
    tables = find("laozhang/laozhang")
    other = load_for_history(saved(tmp_path, "# Prices\n", "2026-05-08.converted.html"), tables)
    assert next(iter(tables.module.urls().values())) == other.url


@pytest.mark.parametrize("part", ["excerpt", "quotes", "shape", "sample", "recorded-tables", "hl-ja.excerpt"])
def test_parts_of_pages_make_no_history(tmp_path, part):
    """What a part does not hold would look as if it were gone."""
    path = saved(tmp_path, "# Prices\n", f"2026-05-08.{part}.md")
    with pytest.raises(DatasetError, match=r"expected a whole page, saw by its name parts of one"):
        load_for_history(path, GEMINI)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            copied("https://prices.example/gemini"),
            f"expected a copy of {PAGE} or .*, saw one of https://prices.example/",
        ),
        (copied(f"{PAGE}?hl=ja"), r"saw one of .*\?hl=ja"),
        (
            copied(published="Sun, 10 May 2026 00:00:01 GMT"),
            "of 2026-05-08, saw one of a page that was published on 2026-",
        ),
    ],
)
def test_a_copy_of_another_page_or_day(tmp_path, words, said):
    """The address must be one of the source's, and the page no younger than the copy."""
    with pytest.raises(DatasetError, match=rf"2026-05-08.reader.md: .*{said}"):
        load_for_history(saved(tmp_path, words), GEMINI)
