"""The HTML page with noise that means nothing: what was published stands, whether it was read as before or refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from tests.drill.html_places import GEMINI, TABLE, article, cells, look, put, spot, texts
from tests.drill.mutants import Mutant, kind
from tests.drill.subjects import Subject

_BLANKS = ["\xa0", "\u2009", "\u3000", "\t", "\n      ", "  ", "\u202f", "\r\n", " \u200b", "\f"]
_INVISIBLE = [
    "\u200b",
    "\u200d",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u200e",
    "\u202a",
    "&shy;",
    "&ZeroWidthSpace;",
    "&#8203;",
]


@kind(GEMINI, 120, vertex_ai=15)
def _html_blanks(subject: Subject, random: Random, seed: int) -> Mutant:
    html, blank, odd = subject.bodies["html"], random.choice(_BLANKS), random.choice(_INVISIBLE)
    way = random.choice(["blanks", "outside", "invisible", "none", "padding"])
    if way == "blanks":
        html = cells(html, lambda inner: texts(inner, lambda t: t.replace(" ", blank)))
    elif way == "outside":
        html = re.sub(r">\s+<", f">{blank}<", html)
    elif way == "none":
        html = re.sub(r">\s+<(?!em|code|a\b|strong|sup)", "><", html)
    elif way == "padding":
        html = cells(html, lambda inner: f"{blank}{inner}{blank}")
    else:
        at = random.randrange(1, 6)
        html = cells(html, lambda inner: texts(inner, lambda t: t[:at] + odd + t[at:]))
    return look(subject, html, seed, f"{way} {blank!r} {odd!r}")


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
    html = cells(
        raw,
        lambda inner: texts(
            inner.replace("<=", "\x01"),
            lambda t: (
                t.replace("\x01", new if old == "<=" else "<=").replace(old, new)
                if old != "<="
                else t.replace("\x01", new)
            ),
        ),
    )
    return look(subject, html, seed, f"{old!r} as {new!r}")


@kind(GEMINI, 100, vertex_ai=15)
def _html_attributes(subject: Subject, random: Random, seed: int) -> Mutant:
    html = subject.bodies["html"]
    ways: list[Callable[[str], str]] = [
        lambda h: re.sub(r"<(/?)(td|tr|table|th|h3|tbody|section)\b", lambda m: f"<{m[1]}{m[2].upper()}", h),
        lambda h: h.replace("<td>", '<td class="cell" data-x="$9.99" style="text-align: left">'),
        lambda h: h.replace(
            '<table class="pricing-table">', '<table data-kind=prices border=0 class="a pricing-table b">'
        ),
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
    return look(subject, random.choice(ways)(html), seed, "attributes")


_WRAPPERS = [
    "span",
    "div",
    "p",
    "b",
    "em",
    "a",
    "font",
    "code",
    "strong",
    "mark",
    "small",
    "bdi",
    "x-price",
    "center",
    "label",
    "data",
]


@kind(GEMINI, 160, vertex_ai=20)
def _html_wrapping(subject: Subject, random: Random, seed: int) -> Mutant:
    html, tag = subject.bodies["html"], random.choice(_WRAPPERS)
    ways: dict[str, Callable[[str], str]] = {
        "cells": lambda h: cells(h, lambda inner: f"<{tag}>{inner}</{tag}>"),
        "amounts": lambda h: cells(h, lambda inner: re.sub(r"\$[0-9.,]*[0-9]", rf"<{tag}>\g<0></{tag}>", inner)),
        "sign": lambda h: cells(h, lambda inner: inner.replace("$", f"<{tag}>$</{tag}>")),
        "decimals": lambda h: cells(h, lambda inner: re.sub(r"(?<=[0-9])\.[0-9]+", rf"<{tag}>\g<0></{tag}>", inner)),
        "cents": lambda h: cells(h, lambda inner: re.sub(r"\.([0-9]+)", r"<sup>\1</sup>", inner, count=1)),
        "cents kept": lambda h: cells(h, lambda inner: re.sub(r"\.([0-9]+)", r".<sup>\1</sup>", inner, count=1)),
        "a note": lambda h: cells(h, lambda inner: re.sub(r"(\$[0-9.,]*[0-9])", r"\1<sup>1</sup>", inner, count=1)),
        "lines": lambda h: cells(h, lambda inner: "".join(f"<{tag}>{p}</{tag}>" for p in re.split(r"<br ?/?>", inner))),
        "items": lambda h: cells(
            h, lambda inner: "<ul>" + "".join(f"<li>{p}" for p in re.split(r"<br ?/?>", inner)) + "</ul>"
        ),
        "labels": lambda h: re.sub(r"(<tr>\s*)<td>(.*?)</td>", r'\1<th scope="row">\2</th>', h, flags=re.DOTALL),
        "tables": lambda h: TABLE.sub(lambda m: f'<div class="table-wrapper"><{tag}>{m[0]}</{tag}></div>', h),
        "no groups": lambda h: re.sub(r"</?t(?:body|head)>", "", h),
        "colgroup": lambda h: re.sub(r"<colgroup>.*?</colgroup>", "<caption>Prices</caption>", h, flags=re.DOTALL),
        "wbr": lambda h: cells(h, lambda inner: inner.replace(" / ", " /<wbr> ")),
        "label words": lambda h: re.sub(r"(<tr>\s*<td>)([A-Z][a-z]+)", rf"\1<{tag}>\2</{tag}>", h),
        "headings": lambda h: re.sub(r"(<h[23] [^>]*>)(.*?)(</h[23]>)", rf"\1<{tag}>\2</{tag}>\3", h),
        "details": lambda h: re.sub(r"<section>", "<section><details><summary>More</summary>", h),
        "sections": lambda h: h.replace("<section>", '<div role="tabpanel">').replace("</section>", "</div>"),
    }
    way = random.choice(list(ways))
    start, end = article(html)
    return look(subject, html[:start] + ways[way](html[start:end]) + html[end:], seed, f"{way} in {tag}")


@kind(GEMINI, 100)
def _html_breaks_lost(subject: Subject, random: Random, seed: int) -> Mutant:
    new = random.choice(
        ["", "", " ", ", ", "; ", " / ", " or ", " and ", "\n", "|", " – ", ".", "<hr>", "<br><br>", "\\n"]
    )
    html = subject.bodies["html"]
    if seed % 2:
        html = re.sub(r"<br ?/?>\s*", new, html)
    elif place := spot(html, r"<br ?/?>\s*", random):
        html = put(html, place, new)
    return look(subject, html, seed, f"breaks as {new!r}")


@kind(GEMINI, 60, vertex_ai=15)
def _html_unseen(subject: Subject, random: Random, seed: int) -> Mutant:
    """Scripts, styles and comments with money in them are nothing that the page says."""
    html = subject.bodies["html"]
    odd = random.choice(
        [
            "<!-- $9.99 -->",
            "<script>p='$9.99'</script>",
            "<style>/*$9.99*/</style>",
            "<!-- <td>$1</td> -->",
            "<!---->",
            "<?x $9 ?>",
            "<template>$9.99</template>",
            "<noscript>$9.99</noscript>",
            "<svg><text>$9.99</text></svg>",
            "<script src=x></script>",
        ],
    )
    place = spot(
        html,
        random.choice([r"<td>(?=\$)", r"(?<=\$)(?=[0-9])", r"(?<=[0-9])(?=\.[0-9])", r"<tr>", r"<p>", r"</table>"]),
        random,
    )
    if place is None:
        return look(subject, html.replace("<td>", f"<td>{odd}"), seed, f"{odd} in all cells")
    return look(subject, put(html, place, place[0] + odd), seed, f"{odd} behind {place[0]!r} at {place.start()}")


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
        "bidi": html.replace("$", "\u202a$\u202c"),
    }
    name = random.choice(list(bodies))
    return look(subject, bodies[name], seed, name)
