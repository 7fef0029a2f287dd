"""Pages as blocks: what a person sees, in both representations, and nothing lost without a trace."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from time import process_time

import pytest

from scraper.errors import LayoutChanged
from scraper.parse.blocks import Heading, Table, Text, clean, html_blocks, markdown_blocks, only, soup, without


def html(body: str) -> list:
    """The blocks of an HTML body."""
    return html_blocks(soup(f"<html><body>{body}</body></html>").body)


def cells(body: str) -> list[tuple[str, ...]]:
    """The rows of the only table of an HTML body."""
    (table,) = [b for b in html(body) if isinstance(b, Table)]
    return [table.header, *table.rows] if table.header else list(table.rows)


TABLE = "<table><thead><tr><th></th><th>Free</th><th>Paid</th></tr></thead><tbody>{}</tbody></table>"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("  a \n\t b ", "a b"),
        ("$0.30\xa0(text)", "$0.30 (text)"),
        ("$0.3\u200b0\ufeff", "$0.30"),
        ("soft\u00adhyphen", "softhyphen"),
        ("$1\x002", "$1 2"),
        ("$1\r2\x0b3\x1c4\x85", "$1 2 3 4"),
        ("a\u202eb\u2066c", "abc"),
        ("\u2003wide\u3000blanks", "wide blanks"),
    ],
)
def test_clean(raw, expected):
    """Blanks fold to one, invisible characters go, control characters separate."""
    assert expected == clean(raw)


def test_html_blocks_in_reading_order():
    """Headings with their ids, texts, tables."""
    body = f'<h2 id="a">A</h2><p>One<p>Two{TABLE.format("<tr><td>x<td>y<td>z")}<section><h3 id="standard_1">Standard</h3></section><ul><li>i<li>j</ul>'

    assert [
        Heading(2, "A", "a"),
        Text("One"),
        Text("Two"),
        Table(("", "Free", "Paid"), (("x", "y", "z"),)),
        Heading(3, "Standard", "standard_1"),
        Text("i"),
        Text("j"),
    ] == html(body)


def test_html_code_spans():
    """The ids of a section are code, wrapped in a link or not."""
    linked = '<em><a href="/m/a"><code dir="ltr">a-1</code></a> and <code>b-2</code></em>'

    assert [Text("a-1 and b-2", ("a-1", "b-2"))] == html(linked)


def test_fault_29_html_unclosed_cells():
    """A forgotten </td> does not merge two cells."""
    assert [("", "Free", "Paid"), ("Input price", "$1.25", "$2"), ("Output price", "Free", "$10")] == cells(
        TABLE.format("<tr><td>Input price<td>$1.25<td>$2<tr><td>Output price<td>Free<td>$10")
    )


def test_html_breaks_are_blanks():
    """A `<br>` in a cell stands between two prices."""
    assert ("x", "$1 (text) $2 (audio)") == cells("<table><tr><td>x<td>$1 (text)<br>$2 (audio)</table>")[0]


def test_html_comparison_signs():
    """They stand raw in the English page and escaped in others."""
    raw, escaped = "$1, prompts <= 200k<br>$2, prompts > 200k", "$1, prompts &lt;= 200k<br>$2, prompts &gt; 200k"

    assert cells(f"<table><tr><td>{raw}</table>") == cells(f"<table><tr><td>{escaped}</table>")
    assert [("$1, prompts <= 200k $2, prompts > 200k",)] == cells(f"<table><tr><td>{raw}</table>")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>$5 <s>$6</s></p>", "$5 ~~$6~~"),
        ("<p><del>$6</del>$5</p>", "~~$6~~ $5"),
        ('<p>$5 <span style="text-decoration: line-through">$6</span></p>', "$5 ~~$6~~"),
        ("<p>$5 <span hidden>$6</span></p>", "$5"),
        ('<p>$5 <span style="display: none">$6</span></p>', "$5"),
        ('<p>$5 <b style="VISIBILITY:hidden">$6</b></p>', "$5"),
        ("<p>$5<!-- $6 --></p>", "$5"),
        ("<p>$5<script>$6</script><style>$7</style><template>$8</template></p>", "$5"),
        ("<p>$0.30<sup>1</sup></p>", "$0.30^1^"),
        ("<p>$0.30<sup>*</sup> and CO<sub>2</sub></p>", "$0.30* and CO^2^"),
        ("<p>a&nbsp;b&#8203;c</p>", "a bc"),
        ("<p>one<img src=x>two</p>", "one two"),
        ("<div><del><p>$5</p><p>$6</p></del></div>", "~~ $5 $6 ~~"),
    ],
)
def test_html_what_a_person_sees(body, expected):
    """Struck-out words are marked, hidden ones are gone, a raised number does not become a decimal."""
    assert expected == " ".join(b.text for b in html(body))


def test_html_hidden_and_struck_cells():
    """A hidden row is not there, a hidden cell is empty, a struck-out row is struck out in every cell."""
    rows = (
        "<tr><td>a<td>1<td>2<tr hidden><td>b<td>1<td>2<tr><td>c<td hidden>1<td>2"
        '<tr style="text-decoration:line-through"><td>d<td>1<td><tr><td>e<td><s>1</s> 2<td style="display:none">3'
    )

    assert [("a", "1", "2"), ("c", "", "2"), ("~~d~~", "~~1~~", ""), ("e", "~~1~~ 2", "")] == cells(TABLE.format(rows))[
        1:
    ]
    assert [] == cells(TABLE.format("").replace("<thead>", "<thead hidden>"))


@pytest.mark.parametrize(
    "body", ["<s><p>$5</p></s>", "<table><tr><td><strike><p>$5</p></strike> $6</table>", "<p>$5 <s></s>"]
)
def test_html_struck_out_blocks_are_refused_where_the_tree_loses_them(body):
    """The tree builder closes <s> before a paragraph: whatever was struck out must not pass for a price."""
    with pytest.raises(LayoutChanged, match="struck out"):
        html(body)


def test_html_hidden_blocks_are_skipped():
    """A hidden table is not read."""
    assert [Text("x")] == html(f"<p>x</p><div hidden>{TABLE.format('<tr><td>$5')}</div>")


def test_html_spans():
    """A cell over two columns is its text and an empty cell, as in the twin."""
    (table,) = html(TABLE.format("<tr><td>a<td colspan=2>Not Supported"))

    assert Table(("", "Free", "Paid"), (("a", "Not Supported", ""),), spans=True) == table


@pytest.mark.parametrize(("colspan", "expected"), [("x", 1), ("", 1), ("0", 1), ("3", 3), ("-2", 1)])
def test_html_odd_spans(colspan, expected):
    """A span that is no number is none."""
    assert expected == len(cells(f'<table><tr><td colspan="{colspan}">a</table>')[0])


@pytest.mark.parametrize("colspan", ["101", "99999", "9" * 5000])
def test_html_absurd_spans_are_refused(colspan):
    """Before they fill the memory."""
    with pytest.raises(LayoutChanged, match="columns"):
        html(f'<table><tr><td colspan="{colspan}">a</table>')


def test_html_tables_without_a_header_row():
    """A first row with a data cell is a row."""
    assert Table((), (("a", "b"),)) == html("<table><tr><th>a<td>b</table>")[0]
    assert Table((), ()) == html("<table></table>")[0]


def test_html_nested_tables_are_refused():
    """Their rows would be read twice."""
    with pytest.raises(LayoutChanged, match="inside a table"):
        html("<table><tr><td><table><tr><td>$5</table></table>")


def test_html_an_inline_element_left_open():
    """An unclosed <b> swallows the blocks behind it; they are still blocks."""
    blocks = html(f"<p>x</p><b>y<div>z</div>{TABLE.format('<tr><td>a<td>b<td>c')}<h2>H</h2>")

    assert [Text, Text, Text, Table, Heading] == [type(b) for b in blocks]


@pytest.mark.parametrize("tag", ["div", "b"])
@pytest.mark.parametrize("depth", [190, 300, 5_000])
def test_fault_30_html_deep_nesting_loses_no_money(tag, depth):
    """Behind 254 levels some readers drop the text: it is read or the page is refused."""
    body = f"<{tag}>" * depth + "<p>$5" + f"</{tag}>" * depth
    if depth < 200:
        assert "$5" in [b.text for b in html(body)]
        return
    with pytest.raises(LayoutChanged, match="inside each other"):
        html(body)


def test_html_wide_pages_are_read():
    """Thousands of elements are no problem."""
    assert 3_000 == len(html("<p><i>x</i></p>" * 3_000))


@pytest.mark.parametrize("body", ["", "x", "https://example.org/page", "<?xml version='1.0'?><a/>", "<", "\x00"])
def test_soup_does_not_warn(body):
    """What looks like an address, a file or XML is refused by the page's proofs, not by a warning."""
    assert soup(body) is not None


def test_soup_refuses_half_a_character():
    """A lone surrogate cannot have come as bytes."""
    with pytest.raises(LayoutChanged, match="half a character"):
        soup("<p>\ud800</p>")


@pytest.mark.parametrize(("selector", "count"), [("p", 2), ("article", 0)])
def test_only_one(selector, count):
    """None and several are layout changes that say what was expected and seen."""
    with pytest.raises(LayoutChanged, match=f"the thing: expected one element '{selector}', saw {count}"):
        only(soup("<div><p>a<p>b</div>"), selector, "the thing")
    assert "a" == only(soup("<p>a</p>"), "p", "the thing").get_text()


# ------------------------------------------------------------------------------------------- Markdown


def test_markdown_blocks_in_reading_order():
    """Headings, paragraphs over several lines, list items, tables."""
    body = """\
# Title

## Gemini 3 Pro 🍌

*`gemini-3-pro`*

One
two.

- item
* star

| | Free | Paid |
|---|:-:|---|
| a | b | c |
Behind.
"""

    assert [
        Heading(1, "Title"),
        Heading(2, "Gemini 3 Pro 🍌"),
        Text("gemini-3-pro", ("gemini-3-pro",)),
        Text("One two."),
        Text("item"),
        Text("star"),
        Table(("", "Free", "Paid"), (("a", "b", "c"),)),
        Text("Behind."),
    ] == markdown_blocks(body)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"prompts \<= 200k, prompts \> 200k", "prompts <= 200k, prompts > 200k"),
        (r"$0.045 per 0.5K image^\*^ $0.067 per 1K image^\*^", "$0.045 per 0.5K image* $0.067 per 1K image*"),
        ("$0.0053/min^*^ (audio)", "$0.0053/min* (audio)"),
        (r"$0.134^\*\*^ per image", "$0.134** per image"),
        (r"$0.039 per image\*", "$0.039 per image*"),
        (r"\[\*\] A note", "[*] A note"),
        ("$0.30^1^", "$0.30^1^"),
        ("*Same as Standard* $0.20", "Same as Standard $0.20"),
        ("**bold** and ***both***", "bold and both"),
        ("**a *b* c**", "a b c"),
        ("Content**not**used", "Content not used"),
        ("See[Gemini 2.5](https://x/y#z)pricing table.", "See Gemini 2.5 pricing table."),
        ("[a [b] c](https://x/(y)) d", "a [b] c d"),
        (r"products[\*](https://x)", "products*"),
        ("*[`a-1`](https://x/a-1) and [`b-2`](https://x/b-2)*", "a-1 and b-2"),
        ("$1 (text)<br>$2 (audio)<br />$3", "$1 (text) $2 (audio) $3"),
        ("per image* $1 per 1K image*, $2 per 2K image*", "per image* $1 per 1K image*, $2 per 2K image*"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        (r"free \& paid \| other", "free & paid | other"),
        ("![icon](x.png)", "![icon](x.png)"),
        ("| We have updated our[Terms](https://x).", "| We have updated our Terms."),
        ("text <br />", "text"),
        ("$1\u200b.50\xa0x", "$1.50 x"),
    ],
)
def test_markdown_inline(line, expected):
    """Both dialects of the twin: escapes, footnotes, emphasis, glued links."""
    assert [Text(expected)] == [Text(b.text) for b in markdown_blocks(line)]


def test_markdown_callouts():
    """Quoted callouts lose their marks and stand alone; the one-pipe callout of 2025 is a paragraph, not a table."""
    assert [Text("Warning: shut down."), Text("| Updated."), Text("next")] == markdown_blocks(
        "> [!WARNING]\n> **Warning:** shut\n> down.\n\n| Updated.\n\nnext\n"
    )


def test_markdown_empty_lines_of_2025():
    """`<br />` on a line of its own says nothing."""
    assert [Heading(2, "A")] == markdown_blocks("<br />\n\n<br />\n\n## A  \n")


def test_markdown_padded_tables_of_2025():
    """Columns are padded, headers centred."""
    body = "|        | Free Tier |\n|--------|-----------|\n| Input  | $1.00     |"

    assert [Table(("", "Free Tier"), (("Input", "$1.00"),))] == markdown_blocks(body)


def test_markdown_table_cells():
    """An empty cell is a cell, an escaped bar is text."""
    assert (("a | b", "Not Supported", ""),) == markdown_blocks(
        "| | F | P |\n|-|-|-|\n| a \\| b | Not Supported |   |"
    )[0].rows


def test_markdown_text_ends_where_a_table_or_heading_begins():
    """Without a blank line between them."""
    assert [Text("above"), Table(("a",), ()), Text("mid"), Heading(2, "H")] == markdown_blocks(
        "above\n| a |\n|---|\nmid\n## H"
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("| a | b |\n|---|---|\n| $1 | $", "truncated page"),
        ("| a | b |\n|---|---|\n| $1 |", "a row of 1 cells under 2 headers"),
        ("| a | b |\n|---|---|\n| 1 | 2 | 3 |", "a row of 3 cells under 2 headers"),
    ],
)
def test_markdown_broken_tables_are_refused(body, words):
    """A row that is cut, too short or too long."""
    with pytest.raises(LayoutChanged, match=words):
        markdown_blocks(body)


def test_markdown_a_long_line_is_read_in_time():
    """Stars and brackets by the thousand neither hang nor vanish."""
    (block,) = markdown_blocks("*a [b " * 20_000)

    assert 20_000 == block.text.count("*a [b")


def test_both_representations_give_the_same_blocks():
    """The same section in HTML and in both dialects."""
    page = (
        "<h2>A</h2><em><code>a-1</code></em><p>See <a href=x>this</a> table.</p><h3>Standard</h3>"
        + TABLE.format("<tr><td>Input<sup>*</sup><td>-<td>$2.00, prompts <= 200k<br>$4.00, prompts > 200k")
        + "<p><sup>*</sup> A note.</p>"
    )
    twin = (
        "## A\n\n*`a-1`*\n\nSee{0}[this](x){0}table.\n\n### Standard\n\n|   | Free | Paid |\n|---|---|---|\n"
        "| Input^\\*^ | - | $2.00, prompts \\<= 200k $4.00, prompts \\> 200k |\n\n^\\*^{0}A note.\n"
    )

    assert html(page) == markdown_blocks(twin.format(" "))
    assert html(page)[:-1] == markdown_blocks(twin.format(""))[:-1]


def test_rows_of_a_template_are_not_shown():
    """A browser draws nothing of them until a script does."""
    row = "<tr><td>b</td></tr>"
    for hidden in (f"<template>{row}</template>", f"<noscript>{row}</noscript>"):
        assert [Table((), (("a",),))] == html(f"<table><tbody><tr><td>a</td></tr>{hidden}</tbody></table>")


@pytest.mark.parametrize("tag", ["td", "tr", "th", "tbody"])
def test_a_cell_outside_of_any_table(tag):
    """What has fallen out of its table is not prose: a row without money would be lost and nobody told."""
    with pytest.raises(LayoutChanged, match="stands outside any table, near 'Output price'"):
        html(f"<table><tr><td>a</td></tr></table><{tag}>Output price</{tag}>")


def test_a_cell_outside_of_any_row():
    """Its row is lost, and no header says so."""
    with pytest.raises(LayoutChanged, match="a cell stands outside any row, near 'b'"):
        html("<table><tbody><tr><td>a</td></tr><td>b</td><td>c</td></tbody></table>")


@pytest.mark.parametrize("rows", ["| a | b |\n| c | d |", "| a | b |\n|---|---|\n| c | d |\n\n| e | f |"])
def test_markdown_rows_without_their_table(rows):
    """A delimiter or line that is lost leaves rows that are no prose."""
    with pytest.raises(LayoutChanged, match=r"a row stands outside any table: '\| [ae] \| [bf] \|'"):
        markdown_blocks(rows)
    assert [Text("| one bar, as callouts had")] == markdown_blocks("| one bar, as callouts had")


@pytest.mark.parametrize(
    ("body", "names", "expected"),
    [
        ("a<script>b</script>c", ["script"], "ac"),
        ("a<SCRIPT x=1>b</Script>c", ["script"], "ac"),
        ("a<scripted>b</scripted>", ["script"], "a<scripted>b</scripted>"),
        ("a<!-- <script> -->b<script><!--</script>c-->", ["script", "!--"], "abc-->"),
        ("a<style>b</style>c<script>d", ["script", "style"], "ac<script>d"),
        ("a<!-- b", ["!--"], "a<!-- b"),
    ],
)
def test_without(body, names, expected):
    """What a page draws nothing of goes, also in each other; what never ends stays."""
    assert expected == without(body, *names)


def seconds(read: Callable[[str], object], text: str) -> float:
    """Processor time that a reading takes, whatever it says."""
    start = process_time()
    with contextlib.suppress(LayoutChanged):
        read(text)
    return process_time() - start


@pytest.mark.parametrize(
    "piece",
    [
        "[a](b)",
        "[",
        "*a",
        "**a** ",
        "*a *b* c* ",
        "`a",
        "<br> ",
        "| a | b |\n",
        "\\*",
        "(x)",
        "a\n",
        "> ",
        "~~a",
        "![a](",
    ],
)
def test_markdown_takes_linear_time(piece):
    """Four times the text takes about four times as long; what goes back and forth would take sixteen times."""
    for before, behind in (("", ""), ("x", "x"), ("| a |\n|---|\n| ", " |")):
        short, long = (seconds(markdown_blocks, before + piece * size + behind) for size in (1500, 6000))
        assert long < 9 * short + 0.1


@pytest.mark.parametrize("piece", ["<script>", "<!--", "<style><script>"])
def test_leaving_out_takes_linear_time(piece):
    """Elements that never end are looked for once."""
    short, long = (seconds(lambda t: without(t, "script", "style", "!--"), piece * size) for size in (4000, 16000))

    assert long < 9 * short + 0.1
