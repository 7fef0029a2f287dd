"""The Markdown twin: noise and damage of its lines, its columns, and both representations of different days."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from random import Random

from tests.drill.gemini_sites import slots
from tests.drill.mutants import Mutant, kind
from tests.drill.subjects import Subject, gemini_bodies

GEMINI = "gemini-api"


def _look(subject: Subject, twin: str | bytes, seed: int, what: str, **rule: object) -> Mutant:
    """The twin alone in every second look, else beside the page as it was."""
    alone = seed % 2 == 1
    bodies = {"html": None if alone else subject.bodies["html"], "md.txt": twin}
    return Mutant(bodies, subject.says, what + (", alone" if alone else ""), **rule)


def _spot(twin: str, pattern: str, random: Random) -> re.Match[str] | None:
    found = list(re.finditer(pattern, twin, re.MULTILINE))
    return random.choice(found) if found else None


def _put(twin: str, match: re.Match[str], words: str) -> str:
    return twin[: match.start()] + words + twin[match.end() :]


@kind(GEMINI, 1000)
def _twin_cut(subject: Subject, random: Random, seed: int) -> Mutant:
    """The bytes end at every percent, or inside a number near there."""
    twin = subject.bodies["md.txt"]
    at = len(twin) * ((seed + seed // 100) % 100) // 100
    if seed % 7 == 3 and (spot := re.search(r"\$[0-9.]*[0-9]", twin[at:])):
        at += spot.start() + len(spot[0]) // 2
    bodies = {"html": None if seed % 3 else subject.bodies["html"], "md.txt": twin[:at]}
    return Mutant(bodies, subject.says, f"cut at {at} of {len(twin)}")


@kind(GEMINI, 200)
def _twin_chunk_lost(subject: Subject, random: Random, seed: int) -> Mutant:
    """A piece is missing or doubled, and the page is whole."""
    twin = subject.bodies["md.txt"]
    at = random.randrange(len(twin))
    stop = min(len(twin), at + random.choice([1, 5, 20, 80, 300, 1200]))
    changed = twin[:at] + twin[stop:] if seed % 3 else twin[:stop] + twin[at:]
    bodies = {"html": subject.bodies["html"], "md.txt": changed}
    return Mutant(bodies, subject.says, f"{'lost' if seed % 3 else 'doubled'} {at} to {stop}")


@kind(GEMINI, 250)
def _twin_character(subject: Subject, random: Random, seed: int) -> Mutant:
    """One character is another one, and the page's is not."""
    twin = subject.bodies["md.txt"]
    at = random.randrange(len(twin))
    new = random.choice("0123456789.,$k<>()*|\\#`-/~aM\n \u00a0") if seed % 4 else ""
    bodies = {"html": subject.bodies["html"], "md.txt": twin[:at] + new + twin[at + 1 :]}
    return Mutant(bodies, subject.says, f"{twin[at]!r} at {at} -> {new!r}")


@kind(GEMINI, 160)
def _twin_noise(subject: Subject, random: Random, seed: int) -> Mutant:
    """The same page in another dialect."""
    twin = subject.bodies["md.txt"]
    ways: dict[str, Callable[[str], str]] = {
        "crlf": lambda t: t.replace("\n", "\r\n"),
        "blanks behind lines": lambda t: t.replace("\n", "   \n"),
        "blank lines": lambda t: t.replace("\n\n", "\n\n\n\n"),
        "no blank lines": lambda t: t.replace("\n\n", "\n"),
        "no-break spaces": lambda t: re.sub(r"(?<=[a-z0-9]) (?=[a-z$])", "\u00a0", t),
        "tabs": lambda t: t.replace("| ", "|\t"),
        "narrow cells": lambda t: re.sub(r" *\| *", "|", t),
        "wide cells": lambda t: t.replace(" | ", "      |      "),
        "aligned": lambda t: re.sub(r"\|-+(?=\|)", "|:----:", t),
        "raw signs": lambda t: t.replace("\\<", "<").replace("\\>", ">"),
        "entities": lambda t: t.replace("\\<", "&lt;").replace("\\>", "&gt;"),
        "escaped dollars": lambda t: t.replace("$", "\\$"),
        "escaped dots": lambda t: re.sub(r"(?<=[0-9])\.(?=[0-9])", r"\\.", t),
        "breaks": lambda t: t.replace(" $", "<br>$").replace("|<br>$", "| $"),
        "breaks with slashes": lambda t: t.replace(" $", " <br /> $"),
        "bold amounts": lambda t: re.sub(r"\$[0-9.,]*[0-9]", r"**\g<0>**", t),
        "code amounts": lambda t: re.sub(r"(?<=\| )\$[0-9.,]*[0-9]", r"`\g<0>`", t),
        "plain marks": lambda t: t.replace("^", ""),
        "bracket marks": lambda t: re.sub(r"\^((?:\\\*)+)\^", r"\[\1\]", t),
        "sup marks": lambda t: re.sub(r"\^((?:\\\*)+)\^", lambda m: f"<sup>{m[1].replace(chr(92), '')}</sup>", t),
        "italics": lambda t: re.sub(r"\*(`[^`]*`)\*", r"_\1_", t),
        "no italics": lambda t: re.sub(r"\*((?:[^*\n]*`)+)\*", r"\1", t),
        "linked ids": lambda t: re.sub(r"(?<!\[)`(g[^`]*)`", r"[`\1`](https://ai.google.dev/x/\1)", t),
        "linked labels": lambda t: re.sub(r"\| (Input price)", r"| [\1](#p)", t),
        "closed headings": lambda t: re.sub(r"^(##+) (.*)$", r"\1 \2 \1", t, flags=re.MULTILINE),
        "anchored headings": lambda t: re.sub(r"^(## .*)$", r"\1 {#x}", t, flags=re.MULTILINE),
        "title": lambda t: f"# Gemini Developer API pricing\n\n{t}",
        "front matter": lambda t: f"---\ntitle: Pricing\n---\n\n{t}",
        "mark": lambda t: "\ufeff" + t,
        "full width": lambda t: t.replace("$", "\uff04").replace("0", "\uff10"),
        "zero width": lambda t: t.replace("$", "$\u200b"),
        "comments": lambda t: t.replace("\n\n", "\n\n<!-- $9.99 -->\n\n", 3),
        "rules": lambda t: t.replace("\n## ", "\n---\n\n## "),
        "quoted": lambda t: "\n".join(f"> {line}" for line in t.split("\n")),
        "indented": lambda t: "\n".join(f"  {line}" for line in t.split("\n")),
        "fenced": lambda t: f"```\n{t}\n```",
    }
    way = list(ways)[seed // 2 % len(ways)]
    return _look(subject, ways[way](twin), seed, way)


@kind(GEMINI, 200)
def _twin_lines(subject: Subject, random: Random, seed: int) -> Mutant:
    """Bars, delimiters, headings, ids or whole lines are lost, broken or run together."""
    twin = subject.bodies["md.txt"]
    ways: dict[str, tuple[str, str]] = {
        "first bar": (r"^\| ", " "),
        "last bar": (r" \|$", ""),
        "inner bar": (r"(?<=\w) \| (?=\S)", " "),
        "bar added": (r"(?<=\w) \| (?=\S)", " | | "),
        "bar in a price": (r"(?<=[0-9])\.(?=[0-9])", "|"),
        "bar escaped": (r"(?<=\w) \| (?=\S)", r" \\| "),
        "delimiter": (r"^\|[-|]+\|\n", ""),
        "delimiter short": (r"^\|-+\|-+\|-+\|$", "|---|---|"),
        "header": (r"^\| +\|.*\n", ""),
        "header words": (r"^\| +\| *Free Tier", "|   | Free"),
        "row": (r"^\| [A-Z][^\n]*\n(?=\| [A-Z])", "\\g<0>\n"),
        "line joined": (r" \|\n\| ", " | "),
        "line broken": (r"(?<=[a-z]) (?=\$)", "\n"),
        "heading mark": (r"^## ", ""),
        "heading level": (r"^## ", "### "),
        "heading deep": (r"^## ", "#### "),
        "heading high": (r"^### (?=[SBFP][a-z]+$)", "## "),
        "tab": (r"^### .*$", ""),
        "tab plain": (r"^### (.*)$", "**\\1**"),
        "tab behind": (r"(?s)(### [SBFP][a-z]+)\n\n(\|.*?\n)(?=\n)", "\\2\n\\1\n"),
        "ticks": (r"^\*\[?`.*$", "*gemini*"),
        "ids lost": (r"^\*\[?`.*$", ""),
        "glued": (r"\n\n(?=\|)", "\n"),
        "blank between": (r"^(\| [A-Z].*)\n(?=\| [A-Z])", "\\1\n\n"),
        "text between": (r"^(\| [A-Z].*)\n(?=\| [A-Z])", "\\1\nAdvertisement\n"),
        "html table": (r"(?s)^\|.*?\|$(?=\n\n)", "<table><tr><td>Input price</td><td>$9.99</td></tr></table>"),
        "paragraph lost": (r"\n\n[^\n]+(?=\n\n)", ""),
        "table twice": (r"(?s)(?<=\n\n)\|.*?\n(?=\n)", "\\g<0>\n\\g<0>"),
    }
    way = list(ways)[seed // 2 % len(ways)]
    pattern, new = ways[way]
    spot = _spot(twin, pattern, random)
    changed = _put(twin, spot, spot.expand(new)) if spot else twin
    return _look(subject, changed, seed, f"{way} at {spot.start() if spot else 0}")


def _columns(html: str, twin: str, order: list[int], extra: tuple[str, str] | None) -> dict[str, str]:
    """Both representations with the columns of all three-column price tables in another order, or one more."""

    def html_row(match: re.Match[str]) -> str:
        cells = re.findall(r"<t[dh][^>]*>.*?</t[dh]>", match[0], re.DOTALL)
        if len(cells) != 3:
            return match[0]
        tag = cells[1][1:3]
        made = [f"<{tag}>{extra[tag == 'td']}</{tag}>"] if extra else []
        chosen = [*cells, *made]
        return "<tr>" + "".join(chosen[n] for n in order) + "</tr>"

    def md_row(match: re.Match[str]) -> str:
        cells = match[0].strip("|").split("|")
        if len(cells) != 3:
            return match[0]
        delimiter = set(match[0]) <= set("|-")
        head = "Free Tier" in match[0]
        made = ["---" if delimiter else f" {extra[not head]} "] if extra else []
        chosen = [*cells, *made]
        return "|" + "|".join(chosen[n] for n in order) + "|"

    start, end = html.index("<h2 "), html.index("</article>")
    changed = re.sub(r"<tr>.*?</tr>", html_row, html[start:end], flags=re.DOTALL)
    lines = re.sub(r"(?m)^\|.*\|$", md_row, twin)
    return {"html": html[:start] + changed + html[end:], "md.txt": lines}


@kind(GEMINI, 80)
def _columns_changed(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """Columns change places, one comes or one goes, in all tables: found by their headers or refused."""
    if subject.facts["dialect"] == "2025" or "agents" in subject.facts or "Not Supported" in str(subject.facts):
        return None
    html, twin = subject.bodies["html"], subject.bodies["md.txt"]
    way = random.choice(
        ["paid first", "label last", "unknown", "no free", "no paid", "free twice", "paid twice", "inserted"]
    )
    header = random.choice(
        ["Enterprise Tier, per 1M tokens in USD", "Notes", "Trial Tier", "Paid Tier (EU), per 1M tokens in USD"]
    )
    orders: dict[str, tuple[list[int], tuple[str, str] | None]] = {
        "paid first": ([0, 2, 1], None),
        "label last": ([1, 2, 0], None),
        "unknown": ([0, 1, 2, 3], (header, "$9.99")),
        "inserted": ([0, 3, 1, 2], (header, "$9.99")),
        "no free": ([0, 2], None),
        "no paid": ([0, 1], None),
        "free twice": ([0, 1, 3, 2], ("Free Tier", "Free of charge")),
        "paid twice": ([0, 1, 3, 2], ("Paid Tier, per 1M tokens in USD", "$9.99")),
    }
    bodies: dict[str, str | None] = dict(_columns(html, twin, *orders[way]))
    if seed % 3:
        bodies[("html", "md.txt")[seed % 2]] = None
    return Mutant(bodies, subject.says, f"{way} {header}", unsaid=way != "paid first")


@kind(GEMINI, 120)
def _editions_apart(subject: Subject, random: Random, seed: int) -> Mutant:
    """One representation is a later edition than the other: neither is believed, and the next look may settle it."""
    edition = copy.deepcopy(subject.facts)
    changes = random.randrange(1, 4)
    for slot in random.sample(slots(edition), changes):
        edition = (
            slot.put(edition, f"${format((slot.value * 2).normalize(), 'f')}") if slot in slots(edition) else edition
        )
    newer = gemini_bodies(edition)
    kind_ = ("html", "md.txt")[seed % 2]
    bodies = {**subject.bodies, kind_: newer[kind_]}
    return Mutant(
        bodies, subject.says, f"{changes} prices moved in {kind_}", unsaid=True, place=("disagree", "prices per")
    )
