"""A page as headings, texts and tables with their cells, in reading order. Knows HTML and Markdown, not prices.

Both readers give the same blocks for the same page, so that a source is written once. What a person would not
see as ordinary text is marked, not dropped: struck-out words come between `~~`, and hidden ones not at all, so
that the count of amounts in the raw bytes tells when something went missing.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from scraper.errors import LayoutChanged

# Zero-width and direction marks are taken off; control characters are blanks, lest "$1" and "2" become "$12".
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069]")
# Marks that turn a text around stay where there is a number, which is then read nowhere: "$\u202e7.2" shows $2.7.
_HARMLESS = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad\u202a\u202c\u2066\u2069]")
_TURNED = "\u202e"
_DIGIT = re.compile(r"\d")
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_INLINE = re.compile(
    r"(?:a|abbr|b|bdi|bdo|big|cite|code|del|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|tt|u|var|wbr)\Z"
)
_BLOCKS = frozenset([*_HEADINGS, "article", "aside", "div", "li", "ol", "p", "section", "table", "ul"])
# What a browser with scripts and media draws nothing of, or draws something else in its place.
_SKIPPED = frozenset(
    [
        *("script", "style", "template", "noscript", "noembed", "noframes", "head", "colgroup", "link", "meta", "svg"),
        *("iframe", "video", "audio", "canvas", "datalist"),
    ]
)
_STRUCK = frozenset(("s", "del", "strike"))
_RAISED = frozenset(("sup", "sub"))
# In styles: comments, escapes ("d\69splay"), and what takes an element out of sight or turns its text around.
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_STYLE_ESCAPE = re.compile(r"\\([0-9a-f]{1,6})\s?", re.IGNORECASE)
_UNSEEN = re.compile(r"(?:\A|;)(?:display:none|visibility:(?:hidden|collapse)|content-visibility:hidden)(?:!|;|\Z)")
_OVERRIDE = re.compile(r"(?:\A|;)unicode-bidi:(?:bidi|isolate)-override(?:!|;|\Z)")
_OF_TABLES = frozenset(("tr", "td", "th", "thead", "tbody", "tfoot"))
# Deeper than any page, and what the recursion below bears.
_DEEPEST, _WIDEST = 200, 100
_NO_PROGRAM = re.compile(r"[^<>]*\btype\s*=\s*[\"']?text/(?!javascript|ecmascript)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` 1 to 6; `anchor` is the element's id, empty in Markdown."""

    level: int
    text: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, list item or note; `codes` are its code spans in order."""

    text: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tab(Text):
    """The name of a tab, where the page says that it is one: under it stand the tables that follow."""


@dataclass(frozen=True, slots=True)
class Table:
    """`header` and `rows` of cell texts; `spans` tells whether any cell spans rows or columns."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    spans: bool = False


# What stands where a page has a place for a table and none is there.
NO_TABLE = Table(("there is no table",), (("no table",),))

Block = Heading | Text | Table


def clean(text: str) -> str:
    """One line of text: blanks of every kind folded, invisible and control characters gone."""
    shown = _HARMLESS if _DIGIT.search(text) else _INVISIBLE
    return _BLANKS.sub(" ", shown.sub("", text)).strip()


def soup(body: str) -> BeautifulSoup:
    """The tree of an HTML page. The tree builder is named: html.parser would merge unclosed cells.

    Raises `LayoutChanged` on text that cannot be bytes.
    """
    with warnings.catch_warnings():
        # a body that looks like a file name or like XML is refused by the page's proofs, not by a warning
        warnings.simplefilter("ignore", UserWarning)
        try:
            return BeautifulSoup(body.removeprefix("\ufeff"), "lxml")
        except UnicodeError as error:
            raise LayoutChanged(f"the page holds half a character: {error}") from error


def only(found: Tag | Sequence[Tag], selector: str, what: str) -> Tag:
    """The one element `selector` finds below a tag, or the one of those found. Raises `LayoutChanged` otherwise."""
    found = found.select(selector) if isinstance(found, Tag) else found
    if len(found) != 1:
        raise LayoutChanged(f"{what}: expected one element {selector!r}, saw {len(found)}")
    return found[0]


def html_blocks(root: Tag) -> list[Block]:
    """The blocks below `root` in document order. Raises `LayoutChanged` on a tree that no page has."""
    _validate_depth(root)
    return [block for block in _walk(root) if not isinstance(block, Text) or block.text]


def _validate_depth(root: Tag) -> None:
    level: list[Tag] = [root]
    for _ in range(_DEEPEST):
        level = [child for tag in level for child in tag.children if isinstance(child, Tag)]
        if not level:
            return
    raise LayoutChanged(f"more than {_DEEPEST} elements inside each other, near {clean(level[0].get_text())[:60]!r}")


def _walk(root: Tag) -> Iterator[Block]:
    run: list[PageElement] = []
    for child in root.children:
        if not isinstance(child, Tag) or child.name == "br" or _is_inline(child):
            run.append(child)
            continue
        yield _text_of(run)
        run = []
        yield from _block(child)
    yield _text_of(run)


def _is_inline(tag: Tag) -> bool:
    """Whether the element is part of a line; one left open by mistake holds whole blocks and is not.

    Blocks that are struck out stay one text between `~~`.
    """
    if _struck(tag):
        return True
    return bool(_INLINE.match(tag.name)) and not any(isinstance(t, Tag) and t.name in _BLOCKS for t in tag.descendants)


def _block(tag: Tag) -> Iterator[Block]:
    if tag.name in _SKIPPED or _hidden(tag):
        return
    if tag.name in _HEADINGS:
        yield Heading(int(tag.name[1]), clean(visible(tag)), str(tag.get("id") or ""))
    elif tag.name == "table":
        captions = [child for child in tag.children if isinstance(child, Tag) and child.name == "caption"]
        yield from (_text_of(list(caption.children)) for caption in captions if not _hidden(caption))
        yield _table(tag)
    elif tag.name in _OF_TABLES:
        raise LayoutChanged(f"a {tag.name} stands outside any table, near {clean(tag.get_text())[:60]!r}")
    else:
        yield from _walk(tag)


def _text_of(run: list[PageElement]) -> Text:
    codes = [
        clean(code.get_text())
        for part in run
        if isinstance(part, Tag)
        for code in ([part] if part.name == "code" else part.find_all("code"))
    ]
    return Text(clean("".join(_visible(part) for part in run)), tuple(codes))


def _table(table: Tag) -> Table:
    if table.find("table"):
        raise LayoutChanged(f"a table stands inside a table, near {clean(table.get_text())[:60]!r}")
    for cell in table.find_all(["td", "th"]):
        if cell.parent is None or cell.parent.name != "tr":
            raise LayoutChanged(f"a cell stands outside any row, near {clean(cell.get_text())[:60]!r}")
    rows = [list(tr.find_all(["td", "th"])) for tr in table.find_all("tr") if _shown(tr, table)]
    texts = [tuple(text for c in row for text in _spanned_cell(c)) for row in rows]
    headed = bool(rows) and all(c.name == "th" for c in rows[0])
    spans = any(c.get(a, "1") != "1" for row in rows for c in row for a in ("rowspan", "colspan"))
    return Table(texts[0] if headed else (), tuple(texts[1:] if headed else texts), spans)


def _shown(row: Tag, table: Tag) -> bool:
    around = (row, *takewhile(lambda tag: tag is not table, row.parents))
    return not any(tag.name in _SKIPPED or _hidden(tag) for tag in around)


def _spanned_cell(cell: Tag) -> list[str]:
    """A cell over several columns is its text and empty cells, as the Markdown twin prints it."""
    colspan = str(cell.get("colspan") or "1")
    width = int(colspan[:5]) if colspan.isdecimal() else 1
    if width > _WIDEST:
        raise LayoutChanged(f"a cell over {colspan} columns: {clean(visible(cell))[:60]!r}")
    text = clean(_visible(cell))
    struck = cell.parent is not None and _struck(cell.parent) and text
    return [f"~~{text}~~" if struck else text, *[""] * (width - 1)]


def visible(tag: Tag) -> str:
    """The text a reader sees in `tag`: `<br>` is a blank, struck-out words stand between `~~`.

    A raised number stands between `^`, as in the Markdown twin: `$0.30<sup>1</sup>` is not 0.301.
    """
    return "".join(_visible(child) for child in tag.children)


def _visible(node: PageElement) -> str:
    if isinstance(node, NavigableString):
        return "" if isinstance(node, PreformattedString) else str(node)
    if not isinstance(node, Tag) or node.name in _SKIPPED or _hidden(node):
        return ""
    if node.name == "br":
        return " "
    inner = visible(node)
    if _turned(node):
        inner = f"{_TURNED}{inner}"
    if _struck(node):
        return f" ~~{_known_struck(inner, node)}~~ "
    if node.name in _RAISED and re.search(r"\w", inner):
        return f"^{inner.strip()}^"
    return inner if _INLINE.match(node.name) else f" {inner} "


def _known_struck(inner: str, tag: Tag) -> str:
    """Refuse an empty element that strikes out: the tree builder has moved its blocks behind it."""
    if tag.name in _STRUCK and not inner.strip():
        raise LayoutChanged(
            f"something is struck out before {clean(tag.find_next(string=True) or '')[:60]!r}, but what?"
        )
    return inner


def _hidden(tag: Tag) -> bool:
    closed = tag.name == "dialog" and not tag.has_attr("open")
    return closed or tag.has_attr("hidden") or _UNSEEN.search(_style(tag)) is not None


def _turned(tag: Tag) -> bool:
    """Whether the text of an element may be drawn in another order than it stands in."""
    return tag.name == "bdo" or _OVERRIDE.search(_style(tag)) is not None


def _struck(tag: Tag) -> bool:
    return tag.name in _STRUCK or "line-through" in _style(tag)


def _style(tag: Tag) -> str:
    """The declarations of an element, without blanks, comments and escapes."""
    if not tag.has_attr("style"):
        return ""
    text = _COMMENT.sub("", str(tag["style"]))
    text = _STYLE_ESCAPE.sub(lambda m: chr(min(int(m[1], 16), 0x10FFFF)), text)
    return re.sub(r"\s+", "", text.replace("\\", "")).lower()


def without(body: str, *names: str) -> str:
    """The bytes of a page without these elements (`!--` for comments); one that never ends is left as it stands.

    A script that is no program but text, as `type="text/html"`, is left as well.
    """
    opening = re.compile(
        "|".join(f"<({re.escape(name)})" + ("" if name == "!--" else r"\b") for name in names), re.IGNORECASE
    )
    ends = {name: re.compile("-->" if name == "!--" else f"</{name}>", re.IGNORECASE) for name in names}
    kept, at = [], 0
    for match in opening.finditer(body):
        name = next(filter(None, match.groups())).lower()
        if match.start() < at or name not in ends or (name == "script" and _NO_PROGRAM.match(body, match.end())):
            continue
        end = ends[name].search(body, match.end())
        if end is None:
            # no later one ends either: looking again for each of them would take the square of the time
            del ends[name]
            continue
        kept.append(body[at : match.start()])
        at = end.end()
    return "".join([*kept, body[at:]])


# ------------------------------------------------------------------------------------------- Markdown

_STAR = "\ue000"  # a literal asterisk while emphasis is being taken off
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!<>&|~$\"'])")
_LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\([^()\s]*(?:\([^()]*\)[^()\s]*)*\)")
_CODE = re.compile(r"`([^`]+)`")
_EMPHASIS = re.compile(r"(?<!\*)(\*{1,3})(?=[^\s*,.;:!?)])([^*]+)(?<=[^\s*])\1(?!\*)")
_BREAKS = ("<br>", "<br/>", "<br />", "<br >")
# Links in links and emphasis in emphasis, deeper than any page; what is left over is read as it stands.
_NESTED = 10
_DELIMITER = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\Z")
_CALLOUT = re.compile(r"(?:>\s*)+(?:\[!\w+\]\s*)?")


def markdown_blocks(body: str) -> list[Block]:
    r"""The blocks of a Markdown page.

    Written for the documentation twins' own dialect (footnotes as `^\*^`, links glued to words, one-pipe
    callouts), which CommonMark readers take for something else. Raises `LayoutChanged` on a broken table. Comments,
    scripts and templates are not shown.
    """
    body = without(body, "!--", "script", "style", "template")
    blocks: list[Block] = []
    paragraph: list[str] = []
    lines = [_CALLOUT.sub("", line, count=1) if line.startswith(">") else line for line in body.split("\n")]
    lines = [_unbroken(line) for line in lines]
    at = 0
    while at < len(lines):
        line = lines[at]
        heading = re.match(r"(#{1,6})\s+(.*)", line)
        rows = _table_lines(lines, at)
        if paragraph and (heading or rows or not line or line.startswith(("- ", "* "))):
            blocks.append(_paragraph(" ".join(paragraph)))
            paragraph = []
        if heading:
            blocks.append(Heading(len(heading[1]), _inline(heading[2])))
        elif rows:
            blocks.append(_pipe_table(rows))
            at += len(rows) - 1
        elif line.startswith("|") and line.endswith("|") and line.count("|") > 2:
            raise LayoutChanged(f"a row stands outside any table: {line[:80]!r}")
        elif line:
            paragraph.append(line.removeprefix("- ").removeprefix("* "))
        at += 1
    if paragraph:
        blocks.append(_paragraph(" ".join(paragraph)))
    return [block for block in blocks if not isinstance(block, Text) or block.text]


def _unbroken(line: str) -> str:
    """The line without blanks around it and breaks at its end."""
    end = len(line)
    while True:
        while end and line[end - 1].isspace():
            end -= 1
        at_end = next((mark for mark in _BREAKS if line.endswith(mark, 0, end)), "")
        if not at_end:
            return line[:end].strip()
        end -= len(at_end)


def _table_lines(lines: list[str], at: int) -> list[str]:
    if not (lines[at].startswith("|") and at + 1 < len(lines) and _DELIMITER.match(lines[at + 1])):
        return []
    end = at
    while end < len(lines) and lines[end].startswith("|"):
        end += 1
    return lines[at:end]


def _pipe_table(lines: list[str]) -> Table:
    rows = [_cells(line) for line in (lines[0], *lines[2:])]
    for line, row in zip((lines[0], *lines[2:]), rows, strict=True):
        if len(row) != len(rows[0]):
            raise LayoutChanged(f"a row of {len(row)} cells under {len(rows[0])} headers: {line[:80]!r}")
    return Table(rows[0], tuple(rows[1:]))


def _cells(line: str) -> tuple[str, ...]:
    if not line.endswith("|"):
        where = f"a table row without its closing bar, the page is cut here: {line[-80:]!r}"
        raise LayoutChanged(f"truncated page: {where}")
    return tuple(_inline(cell) for cell in re.split(r"(?<!\\)\|", line[1:-1]))


def _paragraph(text: str) -> Text:
    return Text(_inline(text), tuple(clean(code) for code in _CODE.findall(text)))


def _inline(text: str) -> str:
    text = re.sub(r"\^((?:\\\*|\*)+)\^", lambda m: _STAR * m[1].count("*"), text)
    text = text.replace("\\*", _STAR)
    text = _settled(text, lambda t: _LINK.sub(_unglued, t))
    text = re.sub(r"\s*<br ?/?>\s*", " ", text)
    text = _settled(text, lambda t: _EMPHASIS.sub(lambda m: _spaced(m, m[2]), t))
    text = _ESCAPED.sub(r"\1", _CODE.sub(r"\1", text))
    return clean(text.replace(_STAR, "*"))


def _settled(text: str, change: Callable[[str], str]) -> str:
    for _ in range(_NESTED):
        before, text = text, change(text)
        if text == before:
            break
    return text


def _unglued(match: re.Match[str]) -> str:
    return _spaced(match, match[1])


def _spaced(match: re.Match[str], inner: str) -> str:
    """The inner text, kept apart from a word that the dialect glued to it."""
    before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    left = " " if before.isalnum() and inner[:1].isalnum() else ""
    right = " " if after.isalnum() and inner[-1:].isalnum() else ""
    return f"{left}{inner}{right}"
