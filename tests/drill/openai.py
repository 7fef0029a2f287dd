"""OpenAI's page: the props of its islands and the tables drawn beside them, together and apart."""

from __future__ import annotations

import copy
import re
from collections import Counter
from decimal import Decimal
from random import Random
from typing import Any

from tests.drill.mutants import Mutant, kind
from tests.drill.said import Said, number
from tests.drill.subjects import Subject
from tests.support import openai_page

OPENAI = "openai-api"


def _html(facts: dict, says: Said, what: str, **rule: Any) -> Mutant:
    return Mutant({"html": openai_page.html_page(facts)}, says, what, **rule)


def _cells(facts: dict) -> list[tuple[list, int, str]]:
    """Every price of the facts: its row, its position there, and its number as text."""
    rows: list[list] = []
    for section in facts["sections"]:
        for pane in [
            *section.get("tabs", {}).values(),
            *([section] if "rows" in section or "groups" in section else []),
        ]:
            rows += pane.get("rows", [])
            rows += [row for group in pane.get("groups", {}).values() for row in group]
    found = []
    for row in rows:
        for at, cell in enumerate(row):
            if isinstance(cell, str) and (match := re.fullmatch(r"=([0-9.]+)|\$([0-9.]+)", cell)):
                found.append((row, at, match[1] or match[2]))
    return found


def _price(subject: Subject, facts: dict, random: Random) -> tuple[list, int, str]:
    """One price whose number stands once in all of the page's words, and which some rate says."""
    once = _once(facts) & _said(subject)
    return random.choice([cell for cell in _cells(facts) if Decimal(cell[2]) in once])


def _once(facts: dict) -> set[Decimal]:
    """The numbers that stand once in all of the page's words."""
    printed = Counter(Decimal(text) for text in re.findall(r"(?<![\w.])[0-9]+(?:\.[0-9]+)?(?![\w.])", str(facts)))
    return {value for value, times in printed.items() if times == 1}


def _said(subject: Subject) -> set[Decimal]:
    return {Decimal(r["price"]) for r in subject.says.rates if r["price"]}


@kind(OPENAI, 70)
def _openai_price_changed(subject: Subject, random: Random, seed: int) -> Mutant:
    facts = copy.deepcopy(subject.facts)
    row, at, old = _price(subject, facts, random)
    new = number(str(Decimal(old) * Decimal(random.choice(["0.1", "0.5", "0.9", "1.1", "2", "5"]))))
    row[at] = row[at].replace(old, new)
    says = subject.says.changed(
        lambda r: r["price"] != "" and Decimal(r["price"]) == Decimal(old), lambda r: r | {"price": new}
    )
    return _html(facts, says, f"{row}: {old} -> {new}")


@kind(OPENAI, 50)
def _openai_apart(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """The props say one price and the table drawn beside them another."""
    html = subject.bodies["html"]
    found = []
    for island in re.finditer(r'<astro-island [^>]*props="([^"]*)".*?</astro-island>', html, re.DOTALL):
        numbers = {Decimal(n) for n in re.findall(r"\[0, ([0-9.]+)\]", island[1])}
        cells = list(re.finditer(r"<td>\$([0-9.]+)</td>", island[0]))
        drawn = Counter(Decimal(m[1]) for m in cells)
        once = [
            m
            for m in cells
            if drawn[Decimal(m[1])] == 1 and Decimal(m[1]) in numbers & _said(subject) & _once(subject.facts)
        ]
        found += [(island.start() + m.start(1), m[1]) for m in once]
    if not found:
        return None
    at, text = random.choice(found)
    changed = f"{html[:at]}{text}7{html[at + len(text) :]}"
    return Mutant({"html": changed}, subject.says, f"drawn {text}7", unsaid=True)


_WORDS = ["=null", "-", "TBD", "from $5", "$5+", "€5", "5 EUR", "=-5", "=-0.5", "$5 (beta)", "Free", "~$5", "$5 - $9"]


@kind(OPENAI, 60)
def _openai_cell_changed(subject: Subject, random: Random, seed: int) -> Mutant:
    facts = copy.deepcopy(subject.facts)
    row, at, old = _price(subject, facts, random)
    words = random.choice(_WORDS)
    row[at] = words
    body = openai_page.html_page(facts)
    what = f"{row}: {old} -> {words}"
    here = lambda r: r["price"] != "" and Decimal(r["price"]) == Decimal(old)  # noqa: E731
    if words in ("=null", "-"):
        says = subject.says.changed(here, lambda r: r | {"availability": "not_available", "price": "", "currency": ""})
        return Mutant({"html": body}, says, what)
    if words == "Free":
        says = subject.says.changed(here, lambda r: r | {"availability": "free", "price": "0"})
        return Mutant({"html": body}, says, what)
    return Mutant({"html": body}, subject.says, what, unsaid=True)


@kind(OPENAI, 60)
def _openai_words_changed(subject: Subject, random: Random, seed: int) -> Mutant:
    """Headings, tabs, captions, columns, components or models that nobody knows."""
    facts = copy.deepcopy(subject.facts)
    section = random.choice(facts["sections"])
    way = random.choice(["title", "caption", "component", "tab", "heading", "model", "shorter row"])
    rule: dict[str, Any] = {"unsaid": True}
    if way == "title":
        section["title"] = "Zebra models"
    elif way == "caption" and "caption" in section:
        section["caption"] = random.choice(["Prices per 1K zebras.", "Prices per zebra."])
    elif way == "component" and "component" in section:
        section["component"] = "ZebraTable"
    elif way == "tab" and "tabs" in section:
        tab = random.choice(list(section["tabs"]))
        section["tabs"] = {("zebra" if name == tab else name): pane for name, pane in section["tabs"].items()}
    elif way == "heading" and "headings" in section:
        at = random.randrange(len(section["headings"]))
        section["headings"][at] = "Zebra"
    else:
        row, at, _old = _price(subject, facts, random)
        if way == "shorter row":
            del row[at]
        else:
            row[0] = f"{row[0]} (zebra)"
        return _html(facts, subject.says, f"{row}: {way}", unsaid=way == "model")
    return _html(facts, subject.says, f"{section['title']}: {way}", **rule)


@kind(OPENAI, 50)
def _openai_order(subject: Subject, random: Random, seed: int) -> Mutant:
    """Rows or sections in another order."""
    facts = copy.deepcopy(subject.facts)
    for section in facts["sections"]:
        for pane in section.get("tabs", {}).values():
            if "rows" in pane and "long" not in pane and "drawn" not in pane:
                random.shuffle(pane["rows"])
    return _html(facts, subject.says, "rows in another order")


@kind(OPENAI, 60)
def _openai_props_damaged(subject: Subject, random: Random, seed: int) -> Mutant:
    """The wrapped JSON of an island loses a character, a level, or its escaping."""
    html = subject.bodies["html"]
    islands = list(re.finditer(r'props="([^"]*rows[^"]*|[^"]*groups[^"]*)"', html))
    spot = random.choice(islands)
    props = spot[1]
    at = random.randrange(len(props))
    way = random.choice(["lost", "cut", "empty", "unescaped", "level", "none", "rows renamed"])
    new = {
        "lost": props[:at] + props[at + 1 :],
        "cut": props[:at],
        "empty": "{}",
        "unescaped": props.replace("&quot;", '"'),
        "level": props.replace("[0, ", "[1, ", 1) if "[0, " in props else props.replace("[1, ", "[0, ", 1),
        "none": "",
        "rows renamed": props.replace("&quot;rows&quot;", "&quot;lines&quot;").replace(
            "&quot;groups&quot;", "&quot;packs&quot;"
        ),
    }[way]
    changed = html[: spot.start(1)] + new + html[spot.end(1) :]
    if way == "lost" and re.fullmatch(r"[0-9.]", props[at]):
        # a digit: the page says another number, and what it draws does not
        return Mutant(
            {"html": html.replace(spot[0], spot[0].replace("props", "data-props"))}, subject.says, "props renamed"
        )
    return Mutant({"html": changed}, subject.says, f"{way} at {at} of {props[:60]}")


@kind(OPENAI, 100)
def _openai_cut(subject: Subject, random: Random, seed: int) -> Mutant:
    html = subject.bodies["html"]
    at = len(html) * (seed % 100) // 100
    return Mutant({"html": html[:at]}, subject.says, f"cut at {at} of {len(html)}")


@kind(OPENAI, 60)
def _openai_cut_inside(subject: Subject, random: Random, seed: int) -> Mutant:
    """The article ends early, and the frame around it does not."""
    html = subject.bodies["html"]
    start, end = html.index("<article"), html.index("</article>")
    at = start + (end - start) * (seed % 60) // 60 + random.randrange(30)
    return Mutant({"html": html[:at] + html[max(at, end) :]}, subject.says, f"the article is cut at {at}")
