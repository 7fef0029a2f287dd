"""Scraped text is nothing but words in a terminal, a log, Markdown, a spreadsheet or a chat."""

from __future__ import annotations

import csv
import io
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecards.escaping import chat, csv_field, markdown, markdown_cell, plain_text, unlinked, visible

HOSTILE = {
    "pipe": "a | b",
    "backticks": "`rm` ```",
    "script": "<script>alert(1)</script>",
    "link": "[x](javascript:alert(1))",
    "half a link": "x](javascript:alert(1))",
    "image": "![x](https://evil.test/x.png)",
    "mention": "@user and @org/team",
    "reference": "fixes #12",
    "entity": "&commat;user &#64;user &lt;b&gt; &NewLine;",
    "command": "::set-output name=x::y",
    "late command": "  ::error::x",
    "old command": "x ##[set-output name=x]y",
    "newline": "a\n::error::b\r\n| c |",
    "line separators": "a\u2028b\u2029c\x85d\x0be",
    "bidi": "\u202e05.0$ \u2066x\u2069 \u061cy \u200fz",
    "control": "\x1b[31mred\x07\x00\x9b",
    "invisible": "a\u200bb\u00adc\ufeffd\U000e0041",
    "formula": '=HYPERLINK("http://evil.test","x")',
    "plus": "+1+1",
    "minus": "-1",
    "at": "@SUM(A1)",
    "tab": "\t=1+1",
    "blank": "  =1+1",
    "wide": "＝1+1",
    "address": "see HTTPS://evil.test or www.evil.test or a@evil.test",
    "heading": "# x",
    "rule": "---",
    "underline": "===",
    "list": "- x",
    "numbered": "1. x",
    "quote": "> x",
    "table": "|---|",
    "emphasis": "*a* _b_ **c** ~~d~~",
    "math": "$x$",
    "emoji": ":tada:",
    "backslash": "\\",
    "comment": "<!-- x -->",
}
hostile = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)

# ---------------------------------------------------------------------------------------------- a terminal


@hostile
def test_a_terminal_gets_one_line_of_words(text):
    """No control or bidirectional character, no line end, no command to the workflow, in a line of its own or not."""
    for found in (plain_text(text), f"  {plain_text(text)}"):
        assert None is INVISIBLE.search(found)
        assert [found] == found.splitlines()
        assert not found.lstrip().startswith("::")
        assert "##[" not in found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$0.50 per 1M | é 𝟙", "$0.50 per 1M | é 𝟙"),
        ("a::b", "a::b"),
        ("::error::x", ":\u200b:error:\u200b:x"),
        ("a\r\n\tb", "a   b"),
        ("\x1b[31mred", "\ufffd[31mred"),
        ("\u202e05.0$", "05.0$"),
        ("##[error]x", "#\u200b#[error]x"),
        ("", ""),
    ],
)
def test_words_in_a_terminal(text, expected):
    """Words stay as they are; what would act is gone, or is broken by a joiner."""
    assert expected == plain_text(text)


# ---------------------------------------------------------------------------------------------- markdown


def unescaped(text: str) -> str:
    """What is left of Markdown when every escape and entity of ours is taken out."""
    return re.sub(r"\\[\\`*_{}\[\]<>()#+!|@~$:.=-]|&(?:lt|gt|amp);", "", text)


@hostile
def test_markdown_gets_no_markup(text):
    """Every character that means something is escaped, wherever it stands."""
    found = markdown(text)

    assert None is re.search(r"[\\`*_{}\[\]<>()#+!|@~$:&]", unescaped(found))
    assert None is INVISIBLE.search(found)
    assert [found] == found.splitlines()


@hostile
def test_markdown_begins_no_block(text):
    """No list, rule, heading, quote or code by how a text begins."""
    assert None is re.match(r"\s|[-=+*>#|~`]|[0-9]+[.)]", markdown(text))


@hostile
def test_markdown_has_nothing_to_link(text):
    """Once rendered, escapes are gone: mention, reference and address are broken inside."""
    rendered = re.sub(r"\\(.)", r"\1", markdown(text)).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

    assert None is re.search(r"@\w|#\d|(?i:https?:|www\.)", rendered)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$0.50 / 1M tokens", "\\$0.50 / 1M tokens"),
        ("a | b", "a \\| b"),
        ("<b>", "&lt;b&gt;"),
        ("R&D", "R&amp;D"),
        ("&commat;user", "&amp;commat;user"),
        ("@user", "\\@\u2060user"),
        ("#12", "\\#\u206012"),
        ("https://a.test", "h\u2060ttps\\://a.test"),
        ("WWW.a.test", "WWW\u2060.a.test"),
        ("- x", "\\- x"),
        ("--- a - b", "\\--- a - b"),
        ("12. x", "12\\. x"),
        ("12.5", "12\\.5"),
        ("a-b = c.", "a-b = c."),
        ("  x\n", "x"),
        ("", ""),
    ],
)
def test_words_in_markdown(text, expected):
    """Escaped so that they read as they were."""
    assert expected == markdown(text)


def test_markdown_is_capped():
    """By characters of the text, so that no escape is cut in two; an ellipsis tells."""
    assert "a" * 300 == markdown("a" * 300)
    assert "a" * 299 + "…" == markdown("a" * 301)
    assert "\\|\\|…" == markdown("|||||", limit=3)
    assert "x" == markdown(f"x{' ' * 500}")


# ---------------------------------------------------------------------------------------------- a spreadsheet


@hostile
def test_a_spreadsheet_gets_no_formula(text):
    """No field begins a formula, breaks a line or hides anything; the reader of the CSV gets one field."""
    field = csv_field(text)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([field, "next"])

    assert not field.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert None is INVISIBLE.search(field)
    assert 1 == len(out.getvalue().splitlines())
    assert [[field, "next"]] == list(csv.reader([out.getvalue()]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$0.50", "$0.50"),
        ("=HYPERLINK(x)", "'=HYPERLINK(x)"),
        ("-", "'-"),
        ("\t=1", "' =1"),
        ("＠x", "'＠x"),
        ("a\nb", "a b"),
        ("1-2", "1-2"),
        ("", ""),
    ],
)
def test_words_in_a_spreadsheet(text, expected):
    """Only what would begin a formula gets an apostrophe."""
    assert expected == csv_field(text)


# ---------------------------------------------------------------------------------------------- elsewhere


@hostile
def test_a_title_has_nothing_to_link(text):
    """One line, without a mention or a reference."""
    assert None is re.search(r"@\w|#\d", unlinked(text))
    assert [unlinked(text)] == f"{unlinked(text)}".splitlines() or text == ""


@hostile
def test_a_chat_has_no_markup_of_its_own(text):
    """Entities for what it takes for a link or a mention; lines stay lines."""
    assert None is re.search(r"[<>]|@\w|#\d", chat(f"head\n{text}"))
    assert chat(f"head\n{text}").startswith("head\n")


@hostile
def test_a_cell_of_a_table_is_one(text):
    """No markup, mention, link or second line; easier to read than what GitHub must be kept from reading."""
    found = markdown_cell(text)

    assert None is INVISIBLE.search(found)
    assert None is re.search(r"(?<!\\)[`*_|~]|[<>]|@\w|(?i:https?:|www\.)", found)
    assert "input (standard) 1.5 - 2" == markdown_cell("input (standard) 1.5 - 2")


ACTING = ("Cc", "Cf", "Cs", "Zl", "Zp")


def acting(text: str) -> set[str]:
    """The characters that a terminal may act on, line ends aside."""
    return {c for c in text if c != "\n" and unicodedata.category(c) in ACTING}


class TestVisible:
    @pytest.mark.parametrize(
        ("raw", "expected"),
        [
            ("$0.30 (text / image) ≤ 200k 🍌", "$0.30 (text / image) ≤ 200k 🍌"),
            ("\x1b[31mred", "\ufffd[31mred"),
            ("\x9b2J", "\ufffd2J"),
            ("a\u202eb\u2066c\u200f", "abc"),
            ("a\r\nb\tc\u2028d\xa0e", "a  b c d e"),
            ("\ud800", "\ufffd"),
        ],
    )
    def test_what_becomes_of_a_character(self, raw: str, expected: str) -> None:
        """Print stays, controls show that something was there, marks go, every blank is a blank."""
        assert expected == visible(raw)

    @given(st.text(st.characters(exclude_categories=())))
    def test_nothing_acting_is_left(self, raw: str) -> None:
        """Law: no output of `visible` holds a character that a terminal acts on, and safe text stays as it is."""
        assert set() == acting(visible(raw))
        assert visible(raw) == visible(visible(raw))
