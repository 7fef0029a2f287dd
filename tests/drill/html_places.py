"""Places in the bytes of an HTML page, and how a page that was changed there is looked at."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from tests.drill.mutants import Mutant
from tests.drill.said import Said
from tests.drill.subjects import Subject

GEMINI = "gemini-api"
CELL = re.compile(r"<td>(.*?)</td>", re.DOTALL)
TABLE = re.compile(r'<table class="pricing-table">.*?</table>', re.DOTALL)
ROW = re.compile(r"    <tr>\n(?:      <td.*?</td>\n)+    </tr>\n", re.DOTALL)


def look(subject: Subject, html: str | bytes, seed: int, what: str, says: Said | None = None, **rule: object) -> Mutant:
    """The page alone in every third look, else beside its twin as it was."""
    if "md.txt" not in subject.bodies:
        return Mutant({"html": html}, says or subject.says, what, **rule)
    alone = seed % 3 == 1
    bodies = {"html": html, "md.txt": None if alone else subject.bodies["md.txt"]}
    return Mutant(bodies, says or subject.says, what + (", alone" if alone else ""), **rule)


def article(html: str) -> tuple[int, int]:
    return html.index("<article"), html.rindex("</article>")


def spot(html: str, pattern: re.Pattern[str] | str, random: Random) -> re.Match[str] | None:
    """One match of a pattern inside the article."""
    start, end = article(html)
    found = list(re.compile(pattern).finditer(html, start, end))
    return random.choice(found) if found else None


def put(html: str, match: re.Match[str], words: str) -> str:
    return html[: match.start()] + words + html[match.end() :]


def cells(html: str, change: Callable[[str], str]) -> str:
    """The page with the inside of every cell changed."""
    return CELL.sub(lambda m: f"<td>{change(m[1])}</td>", html)


def texts(inner: str, change: Callable[[str], str]) -> str:
    """A cell with its texts changed and its tags as they are."""
    return re.sub(r"(<[^>=][^>]*>)|([^<]+|<)", lambda m: m[1] or change(m[2]), inner)
