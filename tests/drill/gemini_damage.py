"""The HTML page cut, broken, rearranged, hidden or another one: damage publishes nothing, whatever is left to read."""

from __future__ import annotations

import re
from random import Random

from tests.drill.html_places import GEMINI, ROW, TABLE, article, look, put, spot
from tests.drill.mutants import Mutant, kind
from tests.drill.said import Row, number
from tests.drill.subjects import Subject


@kind(GEMINI, 1000)
def _html_cut(subject: Subject, random: Random, seed: int) -> Mutant:
    """The bytes end at every percent of the page, or right inside a number or tag near there."""
    html = subject.bodies["html"]
    at = len(html) * ((seed + seed // 100) % 100) // 100
    if seed % 7 == 3 and (place := re.search(r"\$[0-9.]*[0-9]|</td>", html[at:])):
        at += place.start() + len(place[0]) // 2
    return look(subject, html[:at], seed, f"cut at {at} of {len(html)}")


@kind(GEMINI, 300)
def _html_cut_inside(subject: Subject, random: Random, seed: int) -> Mutant:
    """The article ends early, and the frame around it does not."""
    html = subject.bodies["html"]
    start, end = html.index('<div class="models-section">'), html.index("</article>")
    at = start + (end - start) * (seed % 100) // 100
    at += random.randrange(30)
    closing = random.choice(["", "</td></tr></tbody></table></section></div>", "\n</div>"])
    return look(subject, html[:at] + closing + html[max(at, end) :], seed, f"the article is cut at {at}")


@kind(GEMINI, 120, vertex_ai=25)
def _html_unclosed(subject: Subject, random: Random, seed: int) -> Mutant:
    html = subject.bodies["html"]
    tag = random.choice(
        [
            "td",
            "td",
            "tr",
            "th",
            "p",
            "h3",
            "h2",
            "em",
            "code",
            "sup",
            "a",
            "section",
            "table",
            "tbody",
            "thead",
            "div",
            "strong",
        ]
    )
    closing = f"</{tag}>"
    start, end = article(html)
    if seed % 2:
        html = html[:start] + html[start:end].replace(closing, "") + html[end:]
        return look(subject, html, seed, f"no {closing}")
    place = spot(html, closing, random)
    return look(
        subject, put(html, place, "") if place else html, seed, f"no {closing} at {place.start() if place else 0}"
    )


@kind(GEMINI, 200, vertex_ai=60)
def _html_tag_lost(subject: Subject, random: Random, seed: int) -> Mutant:
    """One tag of the article is gone, or another one."""
    html = subject.bodies["html"]
    place = spot(html, r"<[a-z/][^>]*>", random)
    assert place
    new = random.choice(["", "", "", "<div>", "</div>", "<td>", "<h2>", "</table>", "<tr>", "<p>"])
    return look(subject, put(html, place, new), seed, f"{place[0]!r} at {place.start()} -> {new!r}")


@kind(GEMINI, 250)
def _html_chunk_lost(subject: Subject, random: Random, seed: int) -> Mutant:
    """A piece of the article is missing or doubled, and its twin is whole."""
    html = subject.bodies["html"]
    start, end = article(html)
    at = random.randrange(start, end)
    stop = min(end, at + random.choice([1, 5, 20, 80, 300, 1200, 4000]))
    changed = html[:at] + html[stop:] if seed % 3 else html[:stop] + html[at:]
    bodies = {"html": changed, "md.txt": subject.bodies["md.txt"]}
    return Mutant(bodies, subject.says, f"{'lost' if seed % 3 else 'doubled'} {at} to {stop}")


@kind(GEMINI, 250)
def _html_character(subject: Subject, random: Random, seed: int) -> Mutant:
    """One character of a cell or text is another one, and the twin's is not."""
    html = subject.bodies["html"]
    place = spot(html, r"(?<=[>0-9a-z$. ])[^<>\s](?=[^<>]*<)", random)
    assert place
    new = random.choice("0123456789.,$k<>()* /~aM\u00a0") if seed % 4 else ""
    bodies = {"html": put(html, place, new), "md.txt": subject.bodies["md.txt"]}
    return Mutant(bodies, subject.says, f"{place[0]!r} at {place.start()} -> {new!r}")


@kind(GEMINI, 100)
def _html_headings(subject: Subject, random: Random, seed: int) -> Mutant:
    """Headings of models and tabs have another level, are no headings, or stand elsewhere."""
    html = subject.bodies["html"]
    level = random.choice(["h2", "h3"])
    place = spot(
        html[: html.index("</article>") + 10], rf"<{level} (?![^>]*plan-name)[^>]*>.*?</{level}>", random
    ) or spot(html, r"<h2 [^>]*>.*?</h2>", random)
    assert place
    inner = re.sub(r"\A<h[23]([^>]*)>(.*)</h[23]>\Z", r"\1>\2", place[0], flags=re.DOTALL)
    new = random.choice(
        [f"<h{n}{inner}</h{n}>" for n in (1, 2, 3, 4, 6)]
        + [
            f"<p{inner}</p>",
            f"<div{inner}</div>",
            "",
            f"{place[0]}<h3>Details</h3>",
            f"<h4>Prices</h4>{place[0]}",
            f"{place[0]}{place[0]}",
        ]
        + [f"<b{inner}</b>", f"<summary{inner}</summary>", f"<legend{inner}</legend>", f"{place[0]}<h5>Note</h5>"],
    )
    return look(subject, put(html, place, new), seed, f"{place[0][:60]!r} -> {new[:60]!r}")


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
    return None if changed == html else look(subject, changed, seed, "names of tabs")


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
    place = spot(html, pattern, random)
    changed = put(html, place, place.expand(new) if "\\" in new else new) if place else html
    return look(subject, changed, seed, f"{way} at {place.start() if place else 0}")


@kind(GEMINI, 100)
def _html_hidden(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """A row or table that nobody sees may be gone or still be counted, but never in part."""
    html = subject.bodies["html"]
    row = random.choice(list(ROW.finditer(html)))
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
    bodies = {"html": put(html, row, new), "md.txt": None if alone else subject.bodies["md.txt"]}
    if not alone and says.facts != subject.before:
        return Mutant(bodies, subject.says, what, unsaid=True)
    return Mutant(bodies, says, f"{what}, alone", may_keep=True)


@kind(GEMINI, 80, vertex_ai=10)
def _html_struck(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """A price that is struck out is none, whatever stands beside it."""
    html = subject.bodies["html"]
    place = spot(html, r"(?<=<td>)\$[0-9.]+[0-9]", random)
    assert place
    if not any(r["price"] == number(place[0][1:]) for r in subject.says.rates):
        return None  # the price of something that the page's reader leaves out for a reason
    old = random.choice(
        ["<s>{}</s>", "<del>{}</del>", "<strike>{}</strike>", '<span style="text-decoration: line-through">{}</span>']
    )
    new = random.choice(["", " $9.99", "<br>$9.99 "])
    changed = put(html, place, old.format(place[0]) + new)
    return look(subject, changed, seed, f"{old} {place[0]} {new}", unsaid=True)


@kind(GEMINI, 60, vertex_ai=10)
def _html_nesting(subject: Subject, random: Random, seed: int) -> Mutant:
    """Depths and doubles that no page has: what is in them may be refused, not lost."""
    html = subject.bodies["html"]
    deep = random.choice([3, 150, 199, 260, 600])
    tag = random.choice(["div", "span", "b", "x-y", "blockquote"])
    many, back = f"<{tag}>" * deep, f"</{tag}>" * deep
    ways = {
        "cell": lambda: (
            put(html, s, many + s[0] + back) if (s := spot(html, r"(?<=<td>)\$[^<]*(?=<)", random)) else html
        ),
        "table": lambda: put(html, s, many + s[0] + back) if (s := spot(html, TABLE, random)) else html,
        "left open": lambda: html.replace('<div class="models-section">', f'{many}<div class="models-section">', 1),
        "article": lambda: html.replace(
            '<div class="devsite-article-body', f'{many}<div class="devsite-article-body', 1
        ),
        "two bodies": lambda: html.replace(
            "</article>", '<div class="devsite-article-body"><p>More.</p></div></article>'
        ),
        "two articles": lambda: html.replace(
            "</article>", "</article><article><p>Related: $9.99 a month</p></article>"
        ),
        "article lost": lambda: html.replace("devsite-article-body", "devsite-body"),
    }
    way = random.choice(list(ways))
    return look(subject, ways[way](), seed, f"{way}, {deep} {tag}")


@kind(GEMINI, 60)
def _html_proofs(subject: Subject, random: Random, seed: int) -> Mutant:
    """It is not the page, not in English, or not of a known day: not one rate of it is believed, and one has changed."""
    whole = subject.bodies["html"]
    place = spot(whole, r"(?<=<td>)\$[0-9.]+[0-9]", random)
    assert place
    html = put(whole, place, f"{place[0]}1")
    ways = {
        "lang": lambda: re.sub(r'lang="en"', f'lang="{random.choice(["ja", "de", "", "pt-br"])}"', html),
        "canonical": lambda: re.sub(
            r'rel="canonical" href="[^"]*', 'rel="canonical" href="https://ai.google.dev/docs', html
        ),
        "no canonical": lambda: html.replace('rel="canonical"', 'rel="author"'),
        "no day": lambda: html.replace("Last updated", "Updated"),
        "two days": lambda: html.replace("</article>", "</article><p>Last updated 2026-10-31 UTC.</p>"),
        "translated": lambda: html.replace("<article", '<div class="devsite-banner-translated"></div><article', 1),
        "no end": lambda: html.replace("</html>", ""),
        "more behind": lambda: html + "<p>$1</p>",
        "empty": lambda: random.choice(["", " \n", "<html></html>"]),
        "consent": lambda: (
            "<!doctype html><html lang=en><title>Before you continue to Google</title>consent.google.com</html>"
        ),
        "json": lambda: '{"error": {"code": 503}}',
        "the twin": lambda: subject.bodies["md.txt"],
        "no headers": lambda: html.replace("Free Tier", "Gratis").replace("Paid Tier", "Bezahlt"),
    }
    way = random.choice(list(ways))
    return look(subject, ways[way](), seed, way, unsaid=way != "the twin")
