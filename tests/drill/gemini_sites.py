"""Places in the facts of a pricing page: cells, amounts, and the rows of the accepted table that come from them."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.drill.mutants import Mutant
from tests.drill.said import Row, Said
from tests.drill.subjects import Subject, gemini_bodies
from tests.support import pagebuilder

AMOUNT = re.compile(r"\$([0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+)")
_MARKUP = re.compile(r"\[([^\]]+)\]\([^)\s]+\)|\{(?:em|b) ([^}]+)\}|\{\*+\}")
TIERS = {"": "standard", "Standard": "standard", "Batch": "batch", "Flex": "flex", "Priority": "priority"}


@dataclass(frozen=True)
class Site:
    """One cell of a table: `section` is a model's anchor or "tools", `column` 1 is free and 2 is paid."""

    section: str
    tab: str
    row: int
    column: int
    locator: str

    def rows(self, edition: dict) -> list:
        """The rows of its table."""
        return rows_of(edition, self.section, self.tab)

    def parts(self, edition: dict) -> list[str]:
        """The lines of the cell."""
        cell = self.rows(edition)[self.row][self.column]
        return [cell] if isinstance(cell, str) else cell

    def text(self, edition: dict) -> str:
        """The cell in one line."""
        return " ".join(self.parts(edition))

    def put(self, edition: dict, cell: str | list[str]) -> dict:
        """A copy of the edition with another cell here."""
        changed = copy.deepcopy(edition)
        self.rows(changed)[self.row][self.column] = cell
        return changed

    def here(self, rate: Row) -> bool:
        """Whether a rate comes from this cell."""
        return rate["locator"] == self.locator


@dataclass(frozen=True)
class Slot:
    """One amount of a cell."""

    site: Site
    part: int
    start: int
    end: int
    text: str

    @property
    def value(self) -> Decimal:
        """What it says."""
        return Decimal(self.text.replace(",", ""))

    def here(self, rate: Row) -> bool:
        """Whether a rate was read from this amount."""
        return self.site.here(rate) and rate["availability"] == "priced" and Decimal(rate["price"]) == self.value

    def put(self, edition: dict, words: str) -> dict:
        """A copy of the edition with these words for the dollar sign and its number."""
        parts = list(self.site.parts(edition))
        parts[self.part] = parts[self.part][: self.start] + words + parts[self.part][self.end :]
        return self.site.put(edition, parts)

    def behind(self, edition: dict) -> str:
        """What stands behind the amount, up to the next one."""
        rest = " ".join([self.site.parts(edition)[self.part][self.end :], *self.site.parts(edition)[self.part + 1 :]])
        return rest.split("$")[0]


def rows_of(edition: dict, section: str, tab: str) -> list:
    """The rows of a table."""
    if section == "tools":
        return edition["tools"]["rows"]
    model = edition["models"][section]
    return model["tabs"][tab] if tab else model["rows"]


def tables(edition: dict) -> Iterator[tuple[str, str]]:
    """Section and tab of each table of a model."""
    for anchor, model in edition["models"].items():
        yield from ((anchor, tab) for tab in model.get("tabs", {"": None}))


def plain(text: str) -> str:
    """A text without its markup."""
    return " ".join(_MARKUP.sub(lambda m: m[1] or m[2] or "", text).split())


def locator(edition: dict, section: str, tab: str, label: str, column: int) -> str:
    """As the accepted table has it."""
    if section == "tools":
        anchor, paid = "pricing-for-tools", pagebuilder.PAID_TIER
    else:
        model = edition["models"][section]
        anchor, paid = section, f"Paid Tier, {model['paid']}" if "paid" in model else pagebuilder.PAID_TIER
    header = paid if column == 2 else pagebuilder.FREE_TIER
    return " / ".join((anchor, tab or "-", plain(label), header))


def sites(edition: dict, *, tools: bool = True) -> list[Site]:
    """Every cell of a price table."""
    places = [*tables(edition), *([("tools", "")] if tools and "tools" in edition else [])]
    return [
        Site(section, tab, at, column, locator(edition, section, tab, row[0], column))
        for section, tab in places
        for at, row in enumerate(rows_of(edition, section, tab))
        for column in range(1, len(row))
    ]


def slots(edition: dict, *, tools: bool = True) -> list[Slot]:
    """Every amount of a price table."""
    return [
        Slot(site, part, found.start(), found.end(), found[1])
        for site in sites(edition, tools=tools)
        for part, text in enumerate(site.parts(edition))
        for found in AMOUNT.finditer(text)
    ]


def ids(edition: dict, section: str) -> list[str]:
    """The models of a section."""
    if section == "tools":
        return ["tools"]
    found = edition["models"][section].get("ids", [section])
    return found or [section]


def names(edition: dict, *sections: str) -> tuple[str, ...]:
    """The words by which messages name these sections: the anchor in HTML, the heading's slug in the twin."""
    if not sections or not set(sections) <= {*edition["models"], "tools"}:
        return sections
    found = ["pricing-for-tools" if s == "tools" else s for s in sections]
    titles = [edition["models"][s]["name"] for s in sections if s != "tools"]
    return (*found, *titles, *map(slug, titles))


def slug(title: str) -> str:
    """The anchor that a heading would have."""
    return re.sub(r"[^a-z0-9.]+", "-", re.sub(r"\([^)]*\)", "", title.lower())).strip("-")


def looked(subject: Subject, changed: dict | dict[str, str], says: Said, seed: int, what: str, **rule: Any) -> Mutant:
    """The mutant as one of five looks: both changed (twice), one alone, or only one of two, which publishes nothing."""
    bodies = gemini_bodies(changed) if "models" in changed else changed
    facts = subject.facts
    place = tuple(word for section in rule.pop("place", ()) for word in names(facts, section))
    mode = seed % 5
    if mode < 2:
        return Mutant(bodies, says, what, place=place, **rule)
    if mode < 4:
        gone = ("md.txt", "html")[mode - 2]
        return Mutant({**bodies, gone: None}, says, f"{what}, {gone} not fetched", place=place, **rule)
    old = ("html", "md.txt")[seed // 5 % 2]
    torn = {**bodies, old: subject.bodies[old]}
    unsaid = rule.pop("unsaid", False) or says.facts != subject.before
    place = ("disagree", *place, *names(facts, *facts["models"])) if unsaid else ()
    return Mutant(torn, subject.says, f"{what}, but not in {old}", unsaid=unsaid, place=place, **rule)
