"""The Agent Platform page: prices, cuts, and the names, headers and spans of its tables."""

from __future__ import annotations

import re
from decimal import Decimal
from random import Random

from tests.drill.amounts import Unique, currency, digits, repriced, unique
from tests.drill.mutants import Mutant, kind
from tests.drill.subjects import Subject

VERTEX = "vertex-ai"


def _amount(subject: Subject, random: Random) -> Unique:
    return random.choice(unique(subject, "html", r"\$([0-9][0-9.,]*[0-9]|[0-9])"))


@kind(VERTEX, 50)
def _vertex_price_changed(subject: Subject, random: Random, seed: int) -> Mutant:
    return repriced(subject, _amount(subject, random), random, "${}")


@kind(VERTEX, 50)
def _vertex_digits_lost(subject: Subject, random: Random, seed: int) -> Mutant:
    return digits(subject, _amount(subject, random), random, "${}")


@kind(VERTEX, 30)
def _vertex_currency_changed(subject: Subject, random: Random, seed: int) -> Mutant:
    return currency(subject, _amount(subject, random), random)


@kind(VERTEX, 100)
def _vertex_cut(subject: Subject, random: Random, seed: int) -> Mutant:
    html = subject.bodies["html"]
    at = len(html) * (seed % 100) // 100
    return Mutant({"html": html[:at]}, subject.says, f"cut at {at} of {len(html)}")


@kind(VERTEX, 60)
def _vertex_cut_inside(subject: Subject, random: Random, seed: int) -> Mutant:
    """The article ends early, and the frame around it does not."""
    html = subject.bodies["html"]
    start, end = html.index("<table"), html.index("</article>")
    at = start + (end - start) * (seed % 60) // 60 + random.randrange(30)
    return Mutant({"html": html[:at] + html[max(at, end) :]}, subject.says, f"the article is cut at {at}")


_PHRASES = ["from ${}", "${}+", "${} - $9", "~${}", "${} (limited time)", "${} per GB", "${}%", "was $90, now ${}", "${} plus tax", "TBD", "${} (Regional)", "${} / cup", "free then ${}", "Contact ${}"]  # fmt: skip


@kind(VERTEX, 40)
def _vertex_new_phrase(subject: Subject, random: Random, seed: int) -> Mutant:
    amount = _amount(subject, random)
    words = random.choice(_PHRASES).format(amount.text)
    return Mutant(amount.put(subject, words), subject.says, f"{amount.text} -> {words}", unsaid=True)


def _put(subject: Subject, match: re.Match[str], words: str) -> dict[str, str]:
    html = subject.bodies["html"]
    return {"html": html[: match.start()] + words + html[match.end() :]}


@kind(VERTEX, 60)
def _vertex_named_otherwise(subject: Subject, random: Random, seed: int) -> Mutant:
    """A model, a type, a header or a tab is called something nobody knows."""
    pattern = random.choice(
        [
            r'(?<=rowspan="[0-9]">)[^<]+(?=</td>)',
            r"(?<=<tr><td>)[A-Z][a-z]+(?= )",
            r"(?<=<th>)[A-Z][^<]*",
            r'(?<=tabindex="-1">)(?:Standard|Priority|Flex/Batch|Batch)(?=</h3>)',
        ]
    )
    found = list(re.finditer(pattern, subject.bodies["html"])) or list(
        re.finditer(r"(?<=<th>)[A-Z][^<]*", subject.bodies["html"])
    )
    spot = random.choice(found)
    new = random.choice(["Zebra", f"{spot[0]} Zebra", "ゼブラ", ""])
    return Mutant(_put(subject, spot, new), subject.says, f"{spot[0]!r} -> {new!r} at {spot.start()}")


@kind(VERTEX, 60)
def _vertex_spans(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """A model's cell covers a row more or less, or none at all."""
    found = list(re.finditer(r'rowspan="([0-9]+)"', subject.bodies["html"]))
    if not found:
        return None
    spot = random.choice(found)
    new = random.choice(
        [
            f'rowspan="{int(spot[1]) + 1}"',
            f'rowspan="{int(spot[1]) - 1}"',
            "",
            'rowspan="0"',
            'rowspan="x"',
            'rowspan="99"',
            f'rowspan="{spot[1]}" colspan="2"',
        ]
    )
    return Mutant(_put(subject, spot, new), subject.says, f"{spot[0]} -> {new!r} at {spot.start()}")


@kind(VERTEX, 40)
def _vertex_columns(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """Two neighbouring headers change places with nothing under them doing so, or with all of it."""
    tables = [
        t
        for t in re.finditer(r"<table.*?</table>", subject.bodies["html"], re.DOTALL)
        if "<th>Price" in t[0] and "colspan" not in t[0]
    ]
    if not tables:
        return None
    table = random.choice(tables)
    width = table[0].split("</thead>")[0].count("<th>")
    if width < 4:
        return None
    at = random.randrange(1, width - 2)

    def swapped(cells: list[str], column: int) -> list[str]:
        cells[-column], cells[-column - 1] = cells[-column - 1], cells[-column]
        return cells

    def row(match: re.Match[str]) -> str:
        cells = re.findall(r"<t[dh][^>]*>.*?</t[dh]>", match[0], re.DOTALL)
        if len(cells) < width - 1:
            return match[0]
        return f"<tr>{''.join(swapped(cells, at))}</tr>"

    changed = re.sub(r"<tr>.*?</tr>", row, table[0], flags=re.DOTALL)
    return Mutant(_put(subject, table, changed), subject.says, f"columns {at} and {at + 1} from the right exchanged")


@kind(VERTEX, 40)
def _vertex_sections(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """A table stands twice, with another price the second time; or a heading is lost."""
    html = subject.bodies["html"]
    if seed % 2:
        spot = random.choice(list(re.finditer(r"<h[2345][^>]*>[^<]*</h[2345]>", html)))
        return Mutant(_put(subject, spot, ""), subject.says, f"lost {spot[0][:60]}")
    amount = _amount(subject, random)
    table = next(
        (t for t in re.finditer(r"<table.*?</table>", html, re.DOTALL) if t.start() < amount.start < t.end()), None
    )
    if not table:
        return None
    inside = amount.start - table.start()
    other = (
        table[0][:inside] + f"${Decimal(amount.text.replace(',', '')) * 3}" + table[0][inside + len(amount.text) + 1 :]
    )
    return Mutant(
        _put(subject, table, table[0] + other), subject.says, f"a table twice, {amount.text} differs", unsaid=True
    )


def _unsaid(subject: Subject, pattern: str, forms: list[str], random: Random) -> Mutant | None:
    """One place with other words, of which nobody knows what they say: `{}` are the old ones."""
    found = list(re.finditer(pattern, subject.bodies["html"]))
    if not found:
        return None
    spot, form = random.choice(found), random.choice(forms)
    words = form.format(spot[0])
    return Mutant(_put(subject, spot, words), subject.says, f"{spot[0]!r} -> {words!r} at {spot.start()}", unsaid=True)


@kind(VERTEX, 40)
def _vertex_days(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """The day behind a name is none, or is said in words that nobody knows."""
    forms = ["", "{} or so", "through 2026", "until further notice", "through February 30, 2026", "not {}", "{}, maybe"]
    return _unsaid(subject, r"(?<= )(?:[Tt]hrough|[Ss]tarting) [A-Z][a-z]+ [0-9]+, 20[0-9]{2}(?=</td>)", forms, random)


@kind(VERTEX, 40)
def _vertex_regions(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """A region that is none, beside another region's rows."""
    if "Non-global" not in subject.bodies["html"]:
        return None
    forms = ["Mars", "{} (Standard)", "", "{} (Priority)", "{} or EU", "Almost {}"]
    return _unsaid(subject, r"(?<=<td>)(?:Non-g|G)lobal(?= ?\*?</td>)", forms, random)


@kind(VERTEX, 40)
def _vertex_counts(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """A price of so many things that nobody counts."""
    forms = ["/ 1 crate", "/ count", "/ 10 count", "{} each", "/ 1,000 count of", "per {}"]
    return _unsaid(subject, r"/ [0-9,]+ count(?=</td>)", forms, random)


@kind(VERTEX, 40)
def _vertex_steps(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """The prices beside the words of a grounding row say something else than the words."""
    forms = ["{} and more", "0 count to 7 count $0.00 (Free) 7 count and above $14.00", "$3", "", "N/A", "{} {}"]
    return _unsaid(
        subject, r"(?<=<td>)0 count to [^<]*(?=</td>)", [f.replace("{} {}", "{0} {0}") for f in forms], random
    )
