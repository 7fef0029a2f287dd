"""The drift exam: whether rewordings of whole editions are read, and whether those that say another thing are not.

    python -m tests.drill --drifts       over the editions in RATECARDS_CAPTURES, without it over the project's own cases

What is at stake in a rewording are the rates that are lost where a word that nobody knows stands in its place. Of a benign
one it is told what share of them is read as before, refused, or wrong. A harmful one is looked at as a new edition of what
is published: nothing may change at once, and something must be said; and as a page of which nothing is published, where
guards have nothing to compare with: unless what it says can be read as it stands (`says`), nothing at stake may be read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from html import escape, unescape
from pathlib import Path
from typing import Any

from ratecards.model import Rate
from scraper.checks.proofs import Known
from scraper.diff import consistency
from scraper.errors import LayoutChanged
from scraper.model import GOOD, Provenance, cards, page_status
from scraper.pipeline import second_pass
from scraper.sources import find, gemini_api, openai_api, vertex_ai
from tests.drill.rewordings import BENIGN, HARMFUL, Rewording
from tests.drill.said import Said
from tests.drill.subjects import Drilled, Subject, drilled, openai_markdown, patched_markdown, small_gemini
from tests.support.cases import cases as kept_cases

# What nobody knows in a place; a line above a table is looked at where it begins like a unit's.
_UNKNOWN = {"text": "Prices per zebra"}
_SEPARATOR = re.compile(r"\|(?: ?:?-+:? ?\|)+\Z")
_NODE = re.compile(r"(?<=>)([^<>]+)(?=<)")
Rates = dict[tuple[Any, ...], Rate]

# By short name of the source: editions by the files of the captures, and the cases that stand for them.
CAPTURES = {
    "gemini": ("google/gemini-api/2026-10-04.md.txt", "google/gemini-api/2026-08-27.md.txt"),
    "openai": ("openai/openai-api/2026-10-04.md",),
    "anthropic": ("anthropic/anthropic-api/2026-04-16.md",),
    "vertex": ("google/vertex-ai/2026-05-08.html",),
}
CASES = {
    "gemini": ("gemini_api/era-2026-10", "gemini_api/era-2026-08", "gemini_api/era-2026-04"),
    "openai": ("openai_api/era-2026-10",),
    "anthropic": ("anthropic_api/era-2026-04",),
    "vertex": ("vertex_ai/gemini-3", "vertex_ai/gemini-2.5"),
}


@dataclass
class Edition:
    """One page, what it gives, and the subject that looks at it as the pipeline does."""

    source: str
    name: str
    subject: Subject

    def __post_init__(self) -> None:
        (self.kind,) = self.subject.bodies
        self.body = self.subject.bodies[self.kind]
        self.rates = self.read(self.body)
        self.stakes: dict[tuple[str, re.Pattern[str]], Rates] = {}

    def read(self, body: str, known: Known | None = None) -> Rates:
        """The rates that may be published of a page, by key; none where it is not believed.

        With what is `known` the second pass reads what the strict one did not.
        """
        module = self.subject.source.module
        try:
            reading = module.read(body)
        except LayoutChanged as error:
            if error.reading is None or known is None:
                return {}
            reading = error.reading
        if known:
            reading, _ = second_pass.infer(module, reading, known)
        if page_status(reading) in ("NOT_READ", "SUSPECT"):
            return {}
        return {(r.model, *r.row_key): r for r in reading.rates()}

    @cached_property
    def known(self) -> Known:
        """What is published where the edition as it was is."""
        provenance = Provenance("https://x", "0" * 64, date(2026, 10, 5), None, "0")
        found = cards(self.subject.source.module.read(self.body), provenance, "x", "x")
        return Known(found, consistency.findings(found.values(), provenance.observed, {})[1])

    def reworded(self, change: Rewording, new: str | None = None) -> str:
        """The page with the words changed; or with a word that nobody knows in their place."""
        words = new if new is not None else change.new
        put: Callable[[str], str] = lambda text: change.match.sub(words, text)  # noqa: E731
        if self.kind == "html":
            return _NODE.sub(lambda m: _node(m[1], change.match, put), self.body)
        return "\n".join(_lines(self.body.split("\n"), change.place, put))


def _node(text: str, match: re.Pattern[str], put: Callable[[str], str]) -> str:
    bare = unescape(text).strip()
    return escape(put(bare), quote=False) if match.search(bare) else text


def _lines(lines: Sequence[str], place: str, put: Callable[[str], str]) -> list[str]:
    """The lines of a Markdown page with what stands in one kind of place changed."""
    out = []
    for at, line in enumerate(lines):
        if not line.startswith("|"):
            words = line.lstrip("# ")
            mark = line[: len(line) - len(words)]
            out.append(mark + put(words.strip()) if place in ("tab", "text") and words.strip() else line)
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        head = at + 1 < len(lines) and _SEPARATOR.match(lines[at + 1].strip()) is not None
        if _SEPARATOR.match(line.strip()):
            changed = cells
        elif head:
            changed = list(map(put, cells)) if place == "header" else cells
        else:
            changed = [put(cell) if place == ("cell" if n else "label") else cell for n, cell in enumerate(cells)]
        out.append(line if changed == cells else "| " + " | ".join(changed) + " |")
    return out


# ------------------------------------------------------------------------------------------------------ editions


def _source(short: str, small: bool) -> Drilled:
    if short == "gemini":
        instead = {"read": small_gemini} if small else {}
        return drilled("google", "gemini-api", gemini_api, **instead)
    if short == "openai":
        return drilled("openai", "openai-markdown", openai_api.PAGE, read=openai_markdown, patched=patched_markdown)
    if short == "anthropic":
        return drilled("anthropic", "anthropic-api", find("anthropic/anthropic-api").module)
    return drilled("google", "vertex-ai", vertex_ai)


def editions() -> list[Edition]:
    """The editions that are reworded."""
    folder = os.environ.get("RATECARDS_CAPTURES", "")
    found = []
    if folder:
        for short, files in CAPTURES.items():
            for file in files:
                body = (Path(folder) / file).read_text(encoding="utf-8")
                found.append(_edition(short, file, body, small=False))
        return found
    known = {str(case): case for case in kept_cases()}
    for short, names in CASES.items():
        for name in names:
            bodies = known[name].bodies
            found.append(_edition(short, name, bodies.get("md") or bodies["html"], small=True))
    return found


def _edition(short: str, name: str, body: str, *, small: bool) -> Edition:
    kind = {"gemini": "md.txt", "vertex": "html"}.get(short, "md")
    subject = Subject(name, _source(short, small), {kind: body}, Said(()))
    subject.says = subject.told(subject.published)
    return Edition(short, name, subject)


# ------------------------------------------------------------------------------------------------------- the exam


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of one rewording: rates at stake, and how many were right, refused and wrong; why, if any was wrong.

    `right` are those that the strict reader reads, `inferred` those of the second pass.
    """

    change: Rewording
    stake: int = 0
    right: int = 0
    inferred: int = 0
    refused: int = 0
    wrong: int = 0
    why: tuple[str, ...] = ()


@dataclass
class Exam:
    """All marks, and what they come to."""

    marks: list[Mark] = field(default_factory=list)

    def of(self, harmful: bool) -> list[Mark]:
        """Those of the rewordings that had a place."""
        return [mark for mark in self.marks if mark.change.harmful == harmful and mark.stake]

    @property
    def right(self) -> float:
        """The share of the rates at stake that was read right, on average over the benign rewordings."""
        return self._average("right")

    @property
    def inferred(self) -> float:
        """The share that was inferred."""
        return self._average("inferred")

    def _average(self, name: str) -> float:
        found = self.of(harmful=False)
        return sum(getattr(mark, name) / mark.stake for mark in found) / len(found)

    @property
    def wrong(self) -> list[str]:
        """Everything that was wrong, a line each."""
        return [f"{mark.change.name}: {why}" for mark in self.marks for why in mark.why]

    def table(self) -> str:
        """A line for each rewording."""
        rows = ["  stake  right inferred refused wrong  rewording"]
        for harmful in (False, True):
            rows.append("harmful" if harmful else "benign")
            for mark in self.of(harmful):
                counts = (mark.right, mark.inferred, mark.refused, mark.wrong)
                shares = (f"{n / mark.stake:>6.0%}" for n in counts)
                rows.append(f"{mark.stake:>7} {' '.join(shares)}  {mark.change.name}")
        return "\n".join(rows)

    def line(self) -> str:
        """The figures in one line."""
        benign, harmful = self.of(harmful=False), self.of(harmful=True)
        whole = sum(10 * (mark.right + mark.inferred) >= 9 * mark.stake for mark in benign)
        wrong = sum(bool(mark.why) for mark in harmful)
        return (
            f"{len(benign)} benign rewordings: {self.right:.1%} of the rates at stake read right on average, "
            f"{self.inferred:.1%} more inferred, {whole} rewordings at 90% or more; {len(harmful)} harmful ones: {wrong} wrong"
        )


def exam(changes: Sequence[Rewording] = (), pages: Sequence[Edition] = ()) -> Exam:
    """Try these rewordings, or all, on the editions of their source."""
    found, pages = Exam(), pages or editions()
    for change in changes or (*BENIGN, *HARMFUL):
        mark = Mark(change)
        for page in pages:
            if page.source == change.source and (body := page.reworded(change)) != page.body:
                mark = _added(mark, (_harm if change.harmful else _benefit)(page, change, body))
        found.marks.append(mark)
    return found


def _added(one: Mark, other: Mark) -> Mark:
    names = ("stake", "right", "inferred", "refused", "wrong", "why")
    counts = {name: getattr(one, name) + getattr(other, name) for name in names}
    return replace(one, **counts)


def _stake(page: Edition, change: Rewording) -> Rates:
    where = change.place, change.match
    if where not in page.stakes:
        page.stakes[where] = _lost(page, change)
    return page.stakes[where]


def _lost(page: Edition, change: Rewording) -> Rates:
    left = page.read(page.reworded(change, _UNKNOWN.get(change.place, "zebra quagga")))
    return {key: rate for key, rate in page.rates.items() if not _same(left.get(key), rate)}


def _same(one: Rate | None, other: Rate | None) -> bool:
    """Whether both say the same price, wherever it stands."""
    said = [rate and (rate.availability, rate.price, rate.currency) for rate in (one, other)]
    return said[0] == said[1]


def _of(rate: Rate, change: Rewording) -> bool:
    """Whether the words that change stand in the rate's cell or around it."""
    bare = re.compile(change.match.pattern.strip("^$"))
    return any(bare.search(words) for words in (rate.evidence.quote, rate.evidence.locator))


def _benefit(page: Edition, change: Rewording, body: str) -> Mark:
    stake, strict, read = _stake(page, change), page.read(body), page.read(body, page.known)
    right, both = (sum(_same(found.get(key), rate) for key, rate in stake.items()) for found in (strict, read))
    odd = [key for key, rate in (*strict.items(), *read.items()) if not _same(page.rates.get(key), rate)]
    why = tuple(f"{page.name}: read {' '.join(map(str, filter(None, key)))} as {read[key].price}" for key in odd[:5])
    return Mark(change, len(stake), right, both - right, len(stake) - both, len(odd), why)


def _told(says: Said, change: Rewording) -> set[tuple[str, ...]]:
    """The prices that are published; where the words can be read as they stand, those that are more than nothing."""
    names = ("model", "service_tier", "plan", "meter", "modality", "unit", "prompt_over", "effective_from", "price")
    return {
        tuple(r[name] for name in names) for r in says.rates if r["price"] not in (("", "0") if change.says else ("",))
    }


def _harm(page: Edition, change: Rewording, body: str) -> Mark:
    stake = _stake(page, change)
    if not stake:
        return Mark(change)
    verdict = page.subject.judged({page.kind: body})
    published, before = _told(page.subject.told(verdict), change), _told(page.subject.says, change)
    why = []
    if published != before:
        why.append(
            f"published at once: {', '.join(' '.join(filter(None, map(str, k))) for k in sorted(published ^ before)[:3])}"
        )
    elif verdict.outcome in GOOD and not verdict.held:
        why.append("nobody was told")
    read = page.read(body)
    kept = [key for key, rate in stake.items() if _of(rate, change) and _same(read.get(key), rate)]
    odd = [key for key, rate in read.items() if not _same(page.rates.get(key), rate)]
    if not change.says and (kept or odd):
        why += [f"read where nothing stands published: {' '.join(map(str, filter(None, k)))}" for k in (kept + odd)[:2]]
    wrong = len(stake) if why else 0
    return Mark(change, len(stake), 0, 0, len(stake) - wrong, wrong, tuple(f"{page.name}: {words}" for words in why))
