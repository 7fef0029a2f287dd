"""What each source is asked with, and how good it is: the two tables of docs/sources.md, never written by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from scraper import ROOT
from scraper.diff.cross_source import compare, rules
from scraper.fetch.all_sources import hosts, publication
from scraper.fetch.catalogue import ASKED_WITH, FETCHERS
from scraper.fetch.client import SENT
from scraper.publish import reported
from scraper.publish.dataset import FACTS, Dataset
from scraper.sources import SOURCES, Source, find

_ASKED = ("source", "is sent besides", "a redirect may lead to")
_CONDITIONAL = (
    "- `If-None-Match` and `If-Modified-Since` of the last answer, where that was of the same day and read as a whole",
    "- the cookies that its host set within the same attempt",
)
_SCORES = (
    *("source", "representations", "amounts read and ignored, of seen", "also said by (keys that both price)"),
    *("cases", "editions", "first", "last", "stale after"),
)


def tables(dataset: Dataset, sources: Sequence[Source] = SOURCES) -> str:
    """Both tables in Markdown, with what every source is sent above them. Raises `DatasetError`."""
    head = "\n".join([*(f"- `{name}: {value}`" for name, value in SENT.items()), *_CONDITIONAL])
    asked = _table(_ASKED, [_asked(source) for source in sources])
    scores = _table(_SCORES, [_scores(dataset, source) for source in sources])
    return f"{head}\n\n{asked}\n{scores}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _asked(source: Source) -> Sequence[str]:
    besides, browser = ASKED_WITH.get(source.name, ("-", False))
    led = "wherever the browser goes; the one response is read" if browser else "; ".join(_led_to(source))
    return f"`{source.name}`", besides, led


def _led_to(source: Source) -> Iterator[str]:
    own = hosts(source)
    yield ", ".join(f"`{host}`" for host in sorted(own))
    if source.name in FETCHERS:
        return
    if source.head.through:
        yield f"through {', '.join(f'`{host}`' for host in source.head.through)} and back"
    others = publication(source)
    for host in sorted({host for other in others for host in hosts(other)} - own):
        names = ", ".join(f"`{other.name}`" for other in others if host in hosts(other))
        yield f"`{host}`: not the word of this source, but of {names}"


def _scores(dataset: Dataset, source: Source) -> Sequence[str]:
    state = dataset.state(source.name)
    amounts = {name: state.amounts.get(name, 0) for name in ("read", "ignored", "seen")}
    done = f"{amounts['read']:,} and {amounts['ignored']:,}, of {amounts['seen']:,}" if amounts["seen"] else "-"
    days = _days(dataset, source)
    return (
        f"`{source.name}`",
        ", ".join(source.module.urls()),
        done,
        ", ".join(_witnesses(dataset, source)) or "-",
        str(len(list((ROOT / "tests" / "sources" / source.source.replace("-", "_") / "cases").glob("*/")))),
        str(len(days)),
        *((str(days[0]), str(days[-1])) if days else ("-", "-")),
        f"{source.stale_days} days",
    )


def _days(dataset: Dataset, source: Source) -> list[date]:
    """The day of each edition that said something new, in order; of a page of facts that of its one card."""
    if source.name in FACTS:
        card: Any = dataset.facts(source.name)
        return [card.observed] if card else []
    if source.reported:
        return sorted({card.observed for card in reported.cards(dataset) if card.source == source.name})
    stamps = {(change.stamp.observed, change.stamp.capture) for change in dataset.changes(source.name) if change.stamp}
    return sorted(day for day, _ in stamps)


def _witnesses(dataset: Dataset, source: Source) -> Iterator[str]:
    """The sources of another publication that price the same things, and how many; each pair on its newest edition."""
    mine = dataset.cards(source.name) if source.name not in FACTS else {}
    for rule in rules()["pairs"]:
        if source.name not in (rule.left, rule.right):
            continue
        other = find(rule.right if source.name == rule.left else rule.left)
        theirs = dataset.cards(other.name)
        if mine and theirs and not source.same_publication(other):
            on = max(card.observed for card in (*mine.values(), *theirs.values()))
            sides = (mine.values(), theirs.values()) if source.name == rule.left else (theirs.values(), mine.values())
            count = len(compare(*sides, on).pairs)
            yield f"`{other.name}` ({count:,})"
