"""The HTML page's bytes and elements: noise that means nothing, damage that must publish nothing, proofs that fail.

Nearly all of these have one rule: what was published stands, whether the page was read as before or refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from tests.drill.mutants import Mutant, kind
from tests.drill.said import Row, Said, number
from tests.drill.subjects import Subject

GEMINI = "gemini-api"
_CELL = re.compile(r"<td>(.*?)</td>", re.DOTALL)
_TABLE = re.compile(r'<table class="pricing-table">.*?</table>', re.DOTALL)
_ROW = re.compile(r"    <tr>\n(?:      <td.*?</td>\n)+    </tr>\n", re.DOTALL)


def _look(subject: Subject, html: str | bytes, seed: int, what: str, says: Said | None = None, **rule: object) -> Mutant:
    """The page alone in every third look, else beside its twin as it was."""
    if "md.txt" not in subject.bodies:
        return Mutant({"html": html}, says or subject.says, what, **rule)
    alone = seed % 3 == 1
    bodies = {"html": html, "md.txt": None if alone else subject.bodies["md.txt"]}
    return Mutant(bodies, says or subject.says, what + (", alone" if alone else ""), **rule)


def _article(html: str) -> tuple[int, int]:
    return html.index("<article"), html.rindex("</article>")


def _spot(html: str, pattern: re.Pattern[str] | str, random: Random) -> re.Match[str] | None:
    """One match of a pattern inside the article."""
    start, end = _article(html)
    found = [m for m in re.compile(pattern).finditer(html, start, end)]
    return random.choice(found) if found else None


def _put(html: str, match: re.Match[str], words: str) -> str:
    return html[: match.start()] + words + html[match.end() :]


def _cells(html: str, change: Callable[[str], str]) -> str:
    """The page with the inside of every cell changed."""
    return _CELL.sub(lambda m: f"<td>{change(m[1])}</td>", html)


def _texts(inner: str, change: Callable[[str], str]) -> str:
    """A cell with its texts changed and its tags as they are."""
    return re.sub(r"(<[^>=][^>]*>)|([^<]+|<)", lambda m: m[1] or change(m[2]), inner)


# ------------------------------------------------------------------------------------------------ noise

_BLANKS = ["\xa0", "\u2009", "\u3000", "\t", "\n      ", "  ", "\u202f", "\r\n", " \u200b", "\f"]
_INVISIBLE = ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u200e", "\u202a", "&shy;", "&ZeroWidthSpace;", "&#8203;"]


@kind(GEMINI, 120, vertex_ai=15)
def _html_blanks(subject: Subject, random: Random, seed: int) -> Mutant:
    html, blank, odd = subject.bodies["html"], random.choice(_BLANKS), random.choice(_INVISIBLE)
    way = random.choice(["blanks", "outside", "invisible", "none", "padding"])
    if way == "blanks":
        html = _cells(html, lambda inner: _texts(inner, lambda t: t.replace(" ", blank)))
    elif way == "outside":
        html = re.sub(r">\s+<", f">{blank}<", html)
    elif way == "none":
        html = re.sub(r">\s+<(?!em|code|a\b|strong|sup)", "><", html)
    elif way == "padding":
        html = _cells(html, lambda inner: f"{blank}{inner}{blank}")
    else:
        at = random.randrange(1, 6)
        html = _cells(html, lambda inner: _texts(inner, lambda t: t[:at] + odd + t[at:]))
    return _look(subject, html, seed, f"{way} {blank!r} {odd!r}")


_ENTITIES = {
    "$": ["&#36;", "&#x24;", "&dollar;", "\uff04", "\ufe69"],
    ".": ["&period;", "&#46;", "\uff0e"],
    ",": ["&comma;", "&#44;", "\uff0c"],
    "<=": ["&lt;=", "&#60;=", "&le;", "&#x2264;", "\uff1c=", "&lt;&equals;", "&amp;lt;="],
    "> ": ["&gt; ", "&#62; ", "\uff1e "],
    " ": ["&nbsp;", "&#32;", "&ensp;", "&#160;", "&amp;nbsp;"],
    "0": ["&#48;", "\uff10", "&#x30;", "\u0660"],
    "2": ["&#50;", "\uff12", "\u00b2"],
    "/": ["&sol;", "&#47;", "\uff0f", "\u2044", "&frasl;"],
    "(": ["&lpar;", "\uff08"],
    "-": ["&hyphen;", "\u2011", "\u2212", "&minus;"],
}


@kind(GEMINI, 140, vertex_ai=15)
def _html_entities(subject: Subject, random: Random, seed: int) -> Mutant:
    """One character of all cells in another spelling; some of these are other characters, which nobody may fold."""
    old = random.choice(list(_ENTITIES))
    new = random.choice(_ENTITIES[old])
    raw = subject.bodies["html"].replace("&lt;=", "<=")
    html = _cells(raw, lambda inner: _texts(inner.replace("<=", "\x01"), lambda t: t.replace("\x01", new if old == "<=" else "<=").replace(old, new) if old != "<=" else t.replace("\x01", new)))
    return _look(subject, html, seed, f"{old!r} as {new!r}")


@kind(GEMINI, 100, vertex_ai=15)
def _html_attributes(subject: Subject, random: Random, seed: int) -> Mutant:
    html = subject.bodies["html"]
    ways: list[Callable[[str], str]] = [
        lambda h: re.sub(r"<(/?)(td|tr|table|th|h3|tbody|section)\b", lambda m: f"<{m[1]}{m[2].upper()}", h),
        lambda h: h.replace("<td>", '<td class="cell" data-x="$9.99" style="text-align: left">'),
        lambda h: h.replace('<table class="pricing-table">', '<table data-kind=prices border=0 class="a pricing-table b">'),
        lambda h: h.replace('<table class="pricing-table">', "<table>"),
        lambda h: re.sub(r' tabindex="-1"| data-text="[^"]*"| scope="col"| translate="no"| dir="ltr"(?=>)', "", h),
        lambda h: re.sub(r'(<h3[^>]*) id="[^"]*"', r"\1", h),
        lambda h: re.sub(r'(<h3[^>]*) id="[^"]*"', r'\1 id="tab_7"', h),
        lambda h: re.sub(r'="([a-z0-9.-]+)"', r"=\1", h),
        lambda h: re.sub(r'="([^"]*)"', lambda m: f"='{m[1]}'" if "'" not in m[1] else m[0], h),
        lambda h: h.replace("<br>", "<br/>").replace("<br />", "<br class='x'>"),
        lambda h: h.replace("<tr>", f'<tr id="r{seed}" hidden-xs aria-hidden="false">'),
        lambda h: re.sub(r"(<h2 [^>]*>)([^<]*)(</h2>)", r'\1<span class="t" title="$1">\2</span>\3', h),
        lambda h: re.sub(r"<(td|p|section)>", lambda m: f'<{m[1]} onclick="x(1 < 2)">', h),
        lambda h: h.replace("<article ", '<article data-nonce="8fe1" '),
    ]
    return _look(subject, random.choice(ways)(html), seed, "attributes")


_WRAPPERS = ["span", "div", "p", "b", "em", "a", "font", "code", "strong", "mark", "small", "bdi", "x-price", "center", "label", "data"]


@kind(GEMINI, 160, vertex_ai=20)
def _html_wrapping(subject: Subject, random: Random, seed: int) -> Mutant:
    html, tag = subject.bodies["html"], random.choice(_WRAPPERS)
    ways: dict[str, Callable[[str], str]] = {
        "cells": lambda h: _cells(h, lambda inner: f"<{tag}>{inner}</{tag}>"),
        "amounts": lambda h: _cells(h, lambda inner: re.sub(r"\$[0-9.,]*[0-9]", rf"<{tag}>\g<0></{tag}>", inner)),
        "sign": lambda h: _cells(h, lambda inner: inner.replace("$", f"<{tag}>$</{tag}>")),
        "decimals": lambda h: _cells(h, lambda inner: re.sub(r"(?<=[0-9])\.[0-9]+", rf"<{tag}>\g<0></{tag}>", inner)),
        "cents": lambda h: _cells(h, lambda inner: re.sub(r"\.([0-9]+)", r"<sup>\1</sup>", inner, count=1)),
        "cents kept": lambda h: _cells(h, lambda inner: re.sub(r"\.([0-9]+)", r".<sup>\1</sup>", inner, count=1)),
        "a note": lambda h: _cells(h, lambda inner: re.sub(r"(\$[0-9.,]*[0-9])", r"\1<sup>1</sup>", inner, count=1)),
        "lines": lambda h: _cells(h, lambda inner: "".join(f"<{tag}>{p}</{tag}>" for p in re.split(r"<br ?/?>", inner))),
        "items": lambda h: _cells(h, lambda inner: "<ul>" + "".join(f"<li>{p}" for p in re.split(r"<br ?/?>", inner)) + "</ul>"),
        "labels": lambda h: re.sub(r"(<tr>\s*)<td>(.*?)</td>", r'\1<th scope="row">\2</th>', h, flags=re.DOTALL),
        "tables": lambda h: _TABLE.sub(lambda m: f'<div class="table-wrapper"><{tag}>{m[0]}</{tag}></div>', h),
        "no groups": lambda h: re.sub(r"</?t(?:body|head)>", "", h),
        "colgroup": lambda h: re.sub(r"<colgroup>.*?</colgroup>", "<caption>Prices</caption>", h, flags=re.DOTALL),
        "wbr": lambda h: _cells(h, lambda inner: inner.replace(" / ", " /<wbr> ")),
        "label words": lambda h: re.sub(r"(<tr>\s*<td>)([A-Z][a-z]+)", rf"\1<{tag}>\2</{tag}>", h),
        "headings": lambda h: re.sub(r"(<h[23] [^>]*>)(.*?)(</h[23]>)", rf"\1<{tag}>\2</{tag}>\3", h),
        "details": lambda h: re.sub(r"<section>", "<section><details><summary>More</summary>", h),
        "sections": lambda h: h.replace("<section>", '<div role="tabpanel">').replace("</section>", "</div>"),
    }
    way = random.choice(list(ways))
    start, end = _article(html)
    return _look(subject, html[:start] + ways[way](html[start:end]) + html[end:], seed, f"{way} in {tag}")


@kind(GEMINI, 100)
def _html_breaks_lost(subject: Subject, random: Random, seed: int) -> Mutant:
    new = random.choice(["", "", " ", ", ", "; ", " / ", " or ", " and ", "\n", "|", " – ", ".", "<hr>", "<br><br>", "\\n"])
    html = subject.bodies["html"]
    if seed % 2:
        html = re.sub(r"<br ?/?>\s*", new, html)
    elif spot := _spot(html, r"<br ?/?>\s*", random):
        html = _put(html, spot, new)
    return _look(subject, html, seed, f"breaks as {new!r}")


@kind(GEMINI, 60, vertex_ai=15)
def _html_unseen(subject: Subject, random: Random, seed: int) -> Mutant:
    """Scripts, styles and comments with money in them are nothing that the page says."""
    html = subject.bodies["html"]
    odd = random.choice(
        ["<!-- $9.99 -->", "<script>p='$9.99'</script>", "<style>/*$9.99*/</style>", "<!-- <td>$1</td> -->", "<!---->", "<?x $9 ?>"]
        + ["<template>$9.99</template>", "<noscript>$9.99</noscript>", "<svg><text>$9.99</text></svg>", "<script src=x></script>"],
    )
    spot = _spot(html, random.choice([r"<td>(?=\$)", r"(?<=\$)(?=[0-9])", r"(?<=[0-9])(?=\.[0-9])", r"<tr>", r"<p>", r"</table>"]), random)
    if spot is None:
        return _look(subject, html.replace("<td>", f"<td>{odd}"), seed, f"{odd} in all cells")
    return _look(subject, _put(html, spot, spot[0] + odd), seed, f"{odd} behind {spot[0]!r} at {spot.start()}")


@kind(GEMINI, 60, vertex_ai=14)
def _html_encodings(subject: Subject, random: Random, seed: int) -> Mutant:
    html = subject.bodies["html"]
    bodies: dict[str, bytes | str] = {
        "byte order mark": b"\xef\xbb\xbf" + html.encode(),
        "utf-16": html.encode("utf-16"),
        "utf-16 without a mark": html.encode("utf-16-le"),
        "latin-1": html.replace("🍌", "é").encode("latin-1", "replace"),
        "a lone surrogate": html.encode().replace(b"$", b"\xed\xa0\x80$", 3),
        "a cut character": html.encode().replace(b"</td>", b"\xf0\x9f</td>", 1),
        "mojibake": html.replace("🍌", "ðŸ\x8dŒ"),
        "nul": html.replace("</td>", "\x00</td>"),
        "nul in amounts": html.replace("$", "$\x00"),
        "escape": html.replace(" ", " \x1b", 900),
        "crlf": html.replace("\n", "\r\n"),
        "cr": html.replace("\n", "\r"),
        "shouted": html.replace("$", "$\u0301"),
        "bidi": html.replace("$", "\u202e$"),
    }
    name = random.choice(list(bodies))
    return _look(subject, bodies[name], seed, name)


# ----------------------------------------------------------------------------------------------- damage


@kind(GEMINI, 1000)
def _html_cut(subject: Subject, random: Random, seed: int) -> Mutant:
    """The bytes end at every percent of the page, or right inside a number or tag near there."""
    html = subject.bodies["html"]
    at = len(html) * ((seed + seed // 100) % 100) // 100
    if seed % 7 == 3 and (spot := re.search(r"\$[0-9.]*[0-9]|</td>", html[at:])):
        at += spot.start() + len(spot[0]) // 2
    return _look(subject, html[:at], seed, f"cut at {at} of {len(html)}")


@kind(GEMINI, 300)
def _html_cut_inside(subject: Subject, random: Random, seed: int) -> Mutant:
    """The article ends early, and the frame around it does not."""
    html = subject.bodies["html"]
    start, end = html.index("<div class=\"models-section\">"), html.index("</article>")
    at = start + (end - start) * (seed % 100) // 100
    at += random.randrange(30)
    closing = random.choice(["", "</td></tr></tbody></table></section></div>", "\n</div>"])
    return _look(subject, html[:at] + closing + html[max(at, end) :], seed, f"the article is cut at {at}")


@kind(GEMINI, 120, vertex_ai=25)
def _html_unclosed(subject: Subject, random: Random, seed: int) -> Mutant:
    html = subject.bodies["html"]
    tag = random.choice(["td", "td", "tr", "th", "p", "h3", "h2", "em", "code", "sup", "a", "section", "table", "tbody", "thead", "div", "strong"])
    closing = f"</{tag}>"
    start, end = _article(html)
    if seed % 2:
        html = html[:start] + html[start:end].replace(closing, "") + html[end:]
        return _look(subject, html, seed, f"no {closing}")
    spot = _spot(html, closing, random)
    return _look(subject, _put(html, spot, "") if spot else html, seed, f"no {closing} at {spot.start() if spot else 0}")


@kind(GEMINI, 200, vertex_ai=60)
def _html_tag_lost(subject: Subject, random: Random, seed: int) -> Mutant:
    """One tag of the article is gone, or another one."""
    html = subject.bodies["html"]
    spot = _spot(html, r"<[a-z/][^>]*>", random)
    assert spot
    new = random.choice(["", "", "", "<div>", "</div>", "<td>", "<h2>", "</table>", "<tr>", "<p>"])
    return _look(subject, _put(html, spot, new), seed, f"{spot[0]!r} at {spot.start()} -> {new!r}")


@kind(GEMINI, 250)
def _html_chunk_lost(subject: Subject, random: Random, seed: int) -> Mutant:
    """A piece of the article is missing or doubled, and its twin is whole."""
    html = subject.bodies["html"]
    start, end = _article(html)
    at = random.randrange(start, end)
    stop = min(end, at + random.choice([1, 5, 20, 80, 300, 1200, 4000]))
    changed = html[:at] + html[stop:] if seed % 3 else html[:stop] + html[at:]
    bodies = {"html": changed, "md.txt": subject.bodies["md.txt"]}
    return Mutant(bodies, subject.says, f"{'lost' if seed % 3 else 'doubled'} {at} to {stop}")


@kind(GEMINI, 250)
def _html_character(subject: Subject, random: Random, seed: int) -> Mutant:
    """One character of a cell or text is another one, and the twin's is not."""
    html = subject.bodies["html"]
    spot = _spot(html, r"(?<=[>0-9a-z$. ])[^<>\s](?=[^<>]*<)", random)
    assert spot
    new = random.choice("0123456789.,$k<>()* /~aM\u00a0") if seed % 4 else ""
    bodies = {"html": _put(html, spot, new), "md.txt": subject.bodies["md.txt"]}
    return Mutant(bodies, subject.says, f"{spot[0]!r} at {spot.start()} -> {new!r}")


@kind(GEMINI, 100)
def _html_headings(subject: Subject, random: Random, seed: int) -> Mutant:
    """Headings of models and tabs have another level, are no headings, or stand elsewhere."""
    html = subject.bodies["html"]
    level = random.choice(["h2", "h3"])
    spot = _spot(html[: html.index("</article>") + 10], rf"<{level} (?![^>]*plan-name)[^>]*>.*?</{level}>", random) or _spot(html, r"<h2 [^>]*>.*?</h2>", random)
    assert spot
    inner = re.sub(r"\A<h[23]([^>]*)>(.*)</h[23]>\Z", r"\1>\2", spot[0], flags=re.DOTALL)
    new = random.choice(
        [f"<h{n}{inner}</h{n}>" for n in (1, 2, 3, 4, 6)]
        + [f"<p{inner}</p>", f"<div{inner}</div>", "", f"{spot[0]}<h3>Details</h3>", f"<h4>Prices</h4>{spot[0]}", f"{spot[0]}{spot[0]}"]
        + [f"<b{inner}</b>", f"<summary{inner}</summary>", f"<legend{inner}</legend>", f"{spot[0]}<h5>Note</h5>"],
    )
    return _look(subject, _put(html, spot, new), seed, f"{spot[0][:60]!r} -> {new[:60]!r}")


@kind(GEMINI, 60)
def _html_tab_behind(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """The name of a tab stands behind its table, or all names stand in a list above the tables."""
    html = subject.bodies["html"]
    if seed % 2:
        changed = re.sub(r"(<section>)(<h3.*?</h3>)(.*?)(</section>)", r"\1\3\2\4", html, flags=re.DOTALL)
    else:
        heads = re.findall(r"<section>(<h3.*?</h3>)", html, re.DOTALL)
        if not heads:
            return None
        changed = re.sub(r"<section><h3.*?</h3>", "<section>", html, flags=re.DOTALL)
        changed = changed.replace("<section>", "".join(f"<a>{h}</a>" for h in heads) + "<section>", 1)
    return None if changed == html else _look(subject, changed, seed, "names of tabs")


@kind(GEMINI, 160, vertex_ai=50)
def _html_rows(subject: Subject, random: Random, seed: int) -> Mutant:
    """Rows lose or gain cells, run into each other, or repeat the header."""
    html = subject.bodies["html"]
    head = re.search(r"<thead>\s*(<tr>.*?</tr>)", html, re.DOTALL)
    ways: dict[str, tuple[str, str]] = {
        "cell lost": (r"<td[^>]*>(?:(?!</td>).)*</td>", ""),
        "cell doubled": (r"(?s)<td>(?:(?!</td>).)*</td>", r"\g<0>\g<0>"),
        "cell added": (r"(?<=<tr>\n)(?=      <td>)", "<td>$9.99</td>"),
        "cell behind": (r"(?=    </tr>\n    <tr>\n      <td>)", "<td>$9.99</td>"),
        "rows joined": (r"</tr>\s*<tr>(?=\s*<td>)", ""),
        "row parted": (r"</td>\s*<td>", "</td></tr><tr><td>"),
        "cells joined": (r"</td>\s*<td>", " "),
        "header in the middle": (r"</tr>(?=\s*<tr>\s*<td>)", "</tr>" + (head[1] if head else "")),
        "no header": (r"(?s)<thead>.*?</thead>", ""),
        "no header cells": (r'<th scope="col">(.*?)</th>', r"<td>\1</td>"),
        "header cell lost": (r"<th[^>]*>[^<]*</th>", ""),
        "two headers": (r"(?s)<thead>(.*?)</thead>", r"<thead>\1\1</thead>"),
        "table parted": (r"</tr>(?=\s*<tr>\s*<td>)", "</tr></tbody></table><table><tbody>"),
        "table in a cell": (r"<td>(?=\$)", "<td><table><tr><td>$9.99</td></tr></table>"),
        "empty row": (r"</tr>(?=\s*<tr>\s*<td>)", "</tr><tr></tr>"),
        "foot": (r"</tbody>", "</tbody><tfoot><tr><td>Total</td><td>-</td><td>$9.99</td></tr></tfoot>"),
        "rowspan": (r"<td>(?=[A-Z])", '<td rowspan="2">'),
        "colspan": (r"<td>(?=[A-Z$])", '<td colspan="2">'),
        "label lost": (r"(?<=<tr>\n)      <td>[^<]*(?=<)", "      <td>"),
        "stray text": (r"(?<=</tr>\n)", "$9.99"),
    }
    way = random.choice(list(ways))
    pattern, new = ways[way]
    spot = _spot(html, pattern, random)
    changed = _put(html, spot, spot.expand(new) if "\\" in new else new) if spot else html
    return _look(subject, changed, seed, f"{way} at {spot.start() if spot else 0}")


@kind(GEMINI, 100)
def _html_hidden(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """A row or table that nobody sees may be gone or still be counted, but never in part."""
    html = subject.bodies["html"]
    row = random.choice(list(_ROW.finditer(html)))
    before = html[: row.start()]
    anchor = re.findall(r'<h2 [^>]*?\bid="([^"]+)"', before)[-1]
    tabs = re.findall(r"<h([23])[^>]*>(.*?)</h[23]>", before, re.DOTALL)
    tab = tabs[-1][1] if tabs[-1][0] == "3" else "-"
    label = re.sub(r"<sup>.*?</sup>|<[^>]*>", "", re.search(r"<td>(.*?)</td>", row[0], re.DOTALL)[1])
    new = random.choice(
        [
            row[0].replace("<tr>", "<tr hidden>"),
            row[0].replace("<tr>", '<tr style="display: none">'),
            row[0].replace("<tr>", '<tr style="visibility:hidden;color:red">'),
            f"<!--{row[0]}-->",
            f"<template>{row[0]}</template>",
        ]
    )

    def gone(rate: Row) -> bool:
        return rate["locator"].startswith(f"{anchor} / {tab} / {' '.join(label.split())} / ")

    says = subject.says.without(gone)
    alone = seed % 3 == 1
    what = f"{anchor} / {tab} / {label}: hidden"
    bodies = {"html": _put(html, row, new), "md.txt": None if alone else subject.bodies["md.txt"]}
    if not alone and says.facts != subject.before:
        return Mutant(bodies, subject.says, what, unsaid=True)
    return Mutant(bodies, says, f"{what}, alone", may_keep=True)


@kind(GEMINI, 80, vertex_ai=10)
def _html_struck(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """A price that is struck out is none, whatever stands beside it."""
    html = subject.bodies["html"]
    spot = _spot(html, r"(?<=<td>)\$[0-9.]+[0-9]", random)
    assert spot
    if not any(r["price"] == number(spot[0][1:]) for r in subject.says.rates):
        return None  # the price of something that the page's reader leaves out for a reason
    old = random.choice(["<s>{}</s>", "<del>{}</del>", "<strike>{}</strike>", '<span style="text-decoration: line-through">{}</span>'])
    new = random.choice(["", " $9.99", "<br>$9.99 "])
    changed = _put(html, spot, old.format(spot[0]) + new)
    return _look(subject, changed, seed, f"{old} {spot[0]} {new}", unsaid=True)


@kind(GEMINI, 60, vertex_ai=10)
def _html_nesting(subject: Subject, random: Random, seed: int) -> Mutant:
    """Depths and doubles that no page has: what is in them may be refused, not lost."""
    html = subject.bodies["html"]
    deep = random.choice([3, 150, 199, 260, 600])
    tag = random.choice(["div", "span", "b", "x-y", "blockquote"])
    many, back = f"<{tag}>" * deep, f"</{tag}>" * deep
    ways = {
        "cell": lambda: _put(html, s, many + s[0] + back) if (s := _spot(html, r"(?<=<td>)\$[^<]*(?=<)", random)) else html,
        "table": lambda: _put(html, s, many + s[0] + back) if (s := _spot(html, _TABLE, random)) else html,
        "left open": lambda: html.replace('<div class="models-section">', f'{many}<div class="models-section">', 1),
        "article": lambda: html.replace('<div class="devsite-article-body', f'{many}<div class="devsite-article-body', 1),
        "two bodies": lambda: html.replace("</article>", '<div class="devsite-article-body"><p>More.</p></div></article>'),
        "two articles": lambda: html.replace("</article>", "</article><article><p>Related: $9.99 a month</p></article>"),
        "article lost": lambda: html.replace("devsite-article-body", "devsite-body"),
    }
    way = random.choice(list(ways))
    return _look(subject, ways[way](), seed, f"{way}, {deep} {tag}")


@kind(GEMINI, 60)
def _html_proofs(subject: Subject, random: Random, seed: int) -> Mutant:
    """It is not the page, not in English, or not of a known day: not one rate of it is believed, and one has changed."""
    whole = subject.bodies["html"]
    spot = _spot(whole, r"(?<=<td>)\$[0-9.]+[0-9]", random)
    assert spot
    html = _put(whole, spot, f"{spot[0]}1")
    ways = {
        "lang": lambda: re.sub(r'lang="en"', f'lang="{random.choice(["ja", "de", "", "pt-br"])}"', html),
        "canonical": lambda: re.sub(r'rel="canonical" href="[^"]*', 'rel="canonical" href="https://ai.google.dev/docs', html),
        "no canonical": lambda: html.replace('rel="canonical"', 'rel="author"'),
        "no day": lambda: html.replace("Last updated", "Updated"),
        "two days": lambda: html.replace("</article>", "</article><p>Last updated 2026-10-31 UTC.</p>"),
        "translated": lambda: html.replace("<article", '<div class="devsite-banner-translated"></div><article', 1),
        "no end": lambda: html.replace("</html>", ""),
        "more behind": lambda: html + "<p>$1</p>",
        "empty": lambda: random.choice(["", " \n", "<html></html>"]),
        "consent": lambda: "<!doctype html><html lang=en><title>Before you continue to Google</title>consent.google.com</html>",
        "json": lambda: '{"error": {"code": 503}}',
        "the twin": lambda: subject.bodies["md.txt"],
        "no headers": lambda: html.replace("Free Tier", "Gratis").replace("Paid Tier", "Bezahlt"),
    }
    way = random.choice(list(ways))
    return _look(subject, ways[way](), seed, way, unsaid=way not in ("the twin",))
