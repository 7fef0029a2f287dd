"""The deprecations page: days of models, which are no rates and are published as a card of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from scraper.sources import deprecations
from tests.drill.mutants import Mutant, kind
from tests.drill.said import Row
from tests.drill.subjects import Subject

LIFECYCLES = "deprecations"
_ROW = re.compile(r"(?m)^\| `.*\|\n")
_DAY = re.compile(r"[A-Z][a-z]+ [0-9]+, [0-9]{4}\Z")
_HEADS = ("Model", "Release date", "Shutdown date", "Recommended replacement")
_MODEL, _RELEASE, _SHUTDOWN, _SUCCESSOR = range(4)


def _body(subject: Subject) -> str:
    return subject.bodies["md.txt"]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _is(model: str, meter: str = "") -> Callable[[Row], bool]:
    return lambda row: row["model"] == model and meter in ("", row["meter"])


def _rows(subject: Subject, random: Random, count: int) -> list[tuple[re.Match[str], list[str], str]]:
    """Some rows of the page, in its order: where each stands, its cells, and its model."""
    rows = list(_ROW.finditer(_body(subject)))
    chosen = [rows[at] for at in sorted(random.sample(range(len(rows)), count))]
    return [(row, _cells(row[0]), _cells(row[0])[_MODEL].strip("`")) for row in chosen]


def _with(subject: Subject, spot: re.Match[str], new: str) -> dict[str, str]:
    body = _body(subject)
    return {"md.txt": body[: spot.start()] + new + body[spot.end() :]}


def _row_of(subject: Subject, model: str, meter: str) -> Row:
    return next(r for r in subject.says.rates if (r["model"], r["meter"]) == (model, meter))


@kind(LIFECYCLES, 60)
def _lifecycle_day_changed(subject: Subject, random: Random, seed: int) -> Mutant:
    """A shutdown is another day, the first of a month, or none that can be read."""
    ((spot, cells, model),) = _rows(subject, random, 1)
    cells[_SHUTDOWN], kind_of, day = random.choice(
        [
            ("June 9, 2033", "binding", "2033-06-09"),
            ("Earliest June 2033", "earliest", "2033-06-01"),
            ("Earliest June 9, 2033", "earliest", "2033-06-09"),
            ("earliest: June 2033", "earliest", "2033-06-01"),
            ("No shutdown date announced", "none", ""),
            *((text, "", "") for text in ("June 2033", "June 31, 2033", "Q2 2033", "2033-06-09", "9/6/2033", "")),
            *(
                (text, "", "")
                for text in ("soon", "-", "June 9", "After June 9, 2033", "~~June 9, 2033~~", "June 9, 2033?")
            ),
        ]
    )
    bodies, what = _with(subject, spot, _line(cells)), f"{model}: {cells[_SHUTDOWN]}"
    if not kind_of:
        return Mutant(bodies, subject.says, what, unsaid=True, place=(model,))
    # where a note of the page says that no day binds, each is the first possible one
    bound = "earliest" if kind_of == "binding" and subject.name.endswith("earliest") else kind_of
    says = subject.says.changed(_is(model, "shutdown"), lambda r: r | {"availability": bound, "price": day})
    return Mutant(bodies, says, what)


@kind(LIFECYCLES, 40)
def _lifecycle_cells_changed(subject: Subject, random: Random, seed: int) -> Mutant:
    """Another release, another successor, an id that is none."""
    ((spot, cells, model),) = _rows(subject, random, 1)
    at, text, new = random.choice(
        [
            (_RELEASE, "May 2, 2030", "2030-05-02"),
            *((_RELEASE, no_day, "") for no_day in ("-", "May 2030")),
            (_SUCCESSOR, "gemini-77-pro", "gemini-77-pro"),
            (_SUCCESSOR, "`gemini-77-pro` or `veo-77`", "gemini-77-pro or veo-77"),
            (_SUCCESSOR, "", ""),
            *((_RELEASE, odd, None) for odd in ("Earliest May 2, 2030", "2030", "soon", "February 30, 2030")),
            *((_SUCCESSOR, odd, None) for odd in ("the next Gemini", "Gemini 77 Pro", "gemini-77-pro (preview)")),
            *((_MODEL, odd, None) for odd in ("Gemini 9", "`Gemini-9`", "")),
        ]
    )
    cells[at] = text
    bodies, what = _with(subject, spot, _line(cells)), f"{model}: {_HEADS[at]} {text!r}"
    if new is None:
        return Mutant(bodies, subject.says, what, unsaid=True)
    meter = "release" if at == _RELEASE else "successor"
    return Mutant(bodies, subject.says.changed(_is(model, meter), lambda r: r | {"price": new}), what)


@kind(LIFECYCLES, 40)
def _lifecycle_rows_moved(subject: Subject, random: Random, seed: int) -> Mutant:
    """Two rows change their days; a row goes, stands twice, or stands again with other days."""
    (spot, cells, model), (other, theirs, second) = _rows(subject, random, 2)
    way = seed % 4
    if way == 0:
        return Mutant(_with(subject, spot, ""), subject.says.without(_is(model)), f"lost {model}")
    if way == 1:
        return Mutant(_with(subject, spot, spot[0] * 2), subject.says, f"twice {model}")
    if way == 2:
        cells[_SHUTDOWN] = "June 9, 2033"
        return Mutant(_with(subject, spot, spot[0] + _line(cells)), subject.says, f"two days of {model}", unsaid=True)
    cells[_SHUTDOWN], theirs[_SHUTDOWN] = theirs[_SHUTDOWN], cells[_SHUTDOWN]
    body = _body(subject)
    between = body[spot.end() : other.start()]
    bodies = {"md.txt": body[: spot.start()] + _line(cells) + between + _line(theirs) + body[other.end() :]}
    of = {model: _row_of(subject, second, "shutdown"), second: _row_of(subject, model, "shutdown")}
    says = subject.says.changed(
        lambda r: r["model"] in of and r["meter"] == "shutdown", lambda r: of[r["model"]] | {"model": r["model"]}
    )
    return Mutant(bodies, says, f"{model} and {second} change days")


@kind(LIFECYCLES, 40)
def _lifecycle_columns_changed(subject: Subject, random: Random, seed: int) -> Mutant:
    """Whole columns in another order say the same; headers alone, a header nobody knows and a lost column do not."""
    order = random.sample(range(4), 4)
    body = _body(subject)
    table = re.compile(r"(?m)^\| .*\|\n")
    if seed % 2:
        changed = table.sub(lambda m: _line([_cells(m[0])[at] for at in order]), body)
        return Mutant({"md.txt": changed}, subject.says, f"columns {order}")
    old, new = random.choice(
        [
            ("**Shutdown date**", "**Retirement**"),
            ("**Shutdown date**", "**Release date**"),
            ("**Release date**", "**Shutdown date**"),
            ("**Recommended replacement**", "**Model**"),
            ("**Model**", "**Zebra**"),
        ]
    )
    return Mutant({"md.txt": body.replace(old, new)}, subject.says, f"{old} -> {new}", unsaid=True)


@kind(LIFECYCLES, 40)
def _lifecycle_words_changed(subject: Subject, random: Random, seed: int) -> Mutant:
    """Sentences about days that nobody knows, before all sections or in one; other headings, which say nothing."""
    body = _body(subject)
    heads = [m.start() for m in re.finditer(r"(?m)^## ", body)]
    words = random.choice(
        [
            "All dates are tentative.",
            "Every shutdown below is postponed by 30 days.",
            "Dates before June 2033 are not binding.",
            "Models end at the latest on June 9, 2033.",
        ]
    )
    if seed % 3 == 0:
        return Mutant({"md.txt": re.sub(r"(?m)^## ", "## Zebra ", body)}, subject.says, "other headings")
    at = heads[0] if seed % 3 == 1 else random.choice([*heads[1:], len(body)])
    return Mutant({"md.txt": f"{body[:at]}{words}\n\n{body[at:]}"}, subject.says, f"at {at}: {words}", unsaid=True)


@kind(LIFECYCLES, 20)
def _lifecycle_bound(subject: Subject, random: Random, seed: int) -> Mutant:
    """The note that no day binds comes, or goes."""
    body, note = _body(subject), deprecations.load_terms().unbinding[0]
    spot = re.search(rf"(?i)Note: {re.escape(note)} \.", body)
    if spot:
        days = {cells[_MODEL].strip("`") for m in _ROW.finditer(body) if _DAY.match((cells := _cells(m[0]))[_SHUTDOWN])}
        says = subject.says.changed(
            lambda r: r["model"] in days and r["meter"] == "shutdown", lambda r: r | {"availability": "binding"}
        )
        return Mutant(_with(subject, spot, ""), says, "the note is lost")
    first = body.index("## ")
    says = subject.says.changed(lambda r: r["availability"] == "binding", lambda r: r | {"availability": "earliest"})
    return Mutant({"md.txt": f"{body[:first]}{note.capitalize()}.\n\n{body[first:]}"}, says, "the note comes")


@kind(LIFECYCLES, 100)
def _lifecycle_cut(subject: Subject, random: Random, seed: int) -> Mutant:
    """The page ends somewhere: behind a whole row it is a page of fewer rows."""
    body = _body(subject)
    at = len(body) * (seed % 100) // 100
    gone = {_cells(m[0])[_MODEL].strip("`") for m in _ROW.finditer(body) if m.end() - 1 > at}
    says = subject.says.without(lambda r: r["model"] in gone)
    # of a section that is not understood what was published stands
    return Mutant({"md.txt": body[:at]}, says, f"cut at {at} of {len(body)}", may_keep=True)
