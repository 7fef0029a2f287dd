"""Write down what the sources read of their cases, for a person to read before it is committed.

    python -m tests.accept [SOURCE/CASE ...]       cases: tests/sources/SOURCE/cases/CASE; without a name all of them
    RATECARDS_CAPTURES=FOLDER python -m tests.accept --golden       captures, which stay outside the project

writes `expected.csv` beside the page or the facts of each case, and `problems.yaml` where something is not understood;
of the Gemini API also `expected.yaml`, what the cards say beside their rates. A page that is refused has its refusal in
`expected_error.txt`. Of captures it writes the rates to tests/sources/gemini_api/golden. Nothing is accepted by running
it: the difference it makes is read against the page before it is committed.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

from ratecards.model import COLUMNS, Formula, plain, row
from ratecards.storage import strict_yaml
from scraper.errors import LayoutChanged
from scraper.model import Draft, Reading
from scraper.sources import gemini_api
from tests.support.captures import captured
from tests.support.cases import FOLDER, Case, problems, table
from tests.support.cases import cases as all_cases

CASES = FOLDER / "gemini_api" / "cases"
GOLDEN = FOLDER / "gemini_api" / "golden"
# The columns of the rate table that are facts: what a price is, not where it was read.
GOLDEN_COLUMNS = [name for name in COLUMNS if name not in ("quote", "locator", "reading")]


def cases() -> list[str]:
    """The cases of the Gemini API whose pages are read."""
    return sorted(path.parent.name for path in CASES.glob("*/expected.yaml"))


def bodies(case: str) -> dict[str, str]:
    """Both representations of a case of the Gemini API, by kind."""
    return Case(CASES / case).bodies


def reading(case: str, kind: str) -> Reading:
    """A case of the Gemini API as read."""
    return Case(CASES / case).reading(kind)


def expected(case: str) -> dict:
    """What a person has accepted of the cards of a case of the Gemini API."""
    return strict_yaml.load((CASES / case / "expected.yaml").read_text(encoding="utf-8"), f"{case}/expected.yaml")


def card(draft: Draft) -> dict[str, object]:
    """What a card says beside its rates."""
    out: dict[str, object] = {
        "name": draft.name,
        "improve": ", ".join(" ".join(pair) for pair in draft.used_to_improve),
    }
    if draft.notices:
        out["notices"] = list(draft.notices)
    if draft.facts:
        out["facts"] = [": ".join(pair) for pair in draft.facts]
    if draft.formulas:
        out["formulas"] = [_formula(f) for f in draft.formulas]
    return out


def _formula(f: Formula) -> str:
    amount = "" if f.amount is None else f"{plain(f.amount)} {f.currency}"
    words = (f.meter, f.modality, f.resolution, f"{f.tokens} tokens" if f.tokens else "", amount, f"per {f.unit}")
    return " ".join(word for word in words if word)


def summary(found: Reading) -> dict[str, object]:
    """What a page of the Gemini API says beside its rates: counts and cards."""
    return {
        "tables": str(found.tables),
        "amounts": str(found.amounts),
        "cards": {d.model: card(d) for d in sorted(found.drafts(), key=lambda d: d.model)},
    }


def text(found: dict[str, object]) -> str:
    """One line per card, so that a difference shows what changed."""
    lines = [f"tables: {_flow(found['tables'])}", f"amounts: {_flow(found['amounts'])}", "cards:"]
    return "\n".join([*lines, *(f"  {model}: {_flow(of)}" for model, of in found["cards"].items())]) + "\n"


def _flow(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def capture(name: str) -> Reading:
    """A captured page of the Gemini API as read."""
    return gemini_api.read(captured("google/gemini-api", name))


def golden_lines(found: Reading) -> list[str]:
    """The facts of every row, as lines of a CSV file."""
    out = io.StringIO()
    writer = csv.DictWriter(out, GOLDEN_COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(row(rate) for rate in found.rates())
    return out.getvalue().splitlines()


def write_golden() -> None:
    """Write the facts of the captures."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    editions = "2025-11-21.md.txt", "2025-12-21.md.txt", "2026-03-24.html", "2026-04-27.html"
    for name in (*editions, "2026-08-27.md.txt", "2026-10-04.md.txt"):
        lines = golden_lines(capture(name))
        (GOLDEN / f"{name.split('.')[0]}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{name}: {len(lines) - 1} rates")


def files(case: Case) -> dict[str, str]:
    """What is written beside a case, by file name. Exits where its representations differ."""
    try:
        readings = {kind: case.reading(kind) for kind in case.bodies}
    except LayoutChanged as error:
        return {"expected_error.txt": f"{error}\n"}
    first = next(iter(readings.values()))
    found = {"expected.csv": table(first)}
    if first.problems:
        found["problems.yaml"] = problems(first)
    if case.source == "gemini_api":
        found["expected.yaml"] = text(summary(first))
    if any(table(other) != found["expected.csv"] for other in readings.values()):
        sys.exit(f"{case}: the representations differ")
    return found


def main(names: list[str]) -> None:
    """Write what was read."""
    if names == ["--golden"]:
        write_golden()
        return
    chosen = [Case(FOLDER / source / "cases" / name) for source, _, name in (name.partition("/") for name in names)]
    for case in chosen or all_cases("expected.csv", "expected_error.txt"):
        for name, written in files(case).items():
            Path(case.folder / name).write_text(written, encoding="utf-8")
            print(f"{case}: {name}, {written.count(chr(10))} lines")


if __name__ == "__main__":
    main(sys.argv[1:])
