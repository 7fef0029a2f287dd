"""What a changed refresh costs when its history is 1, 10 and 100 times as long as the published one, in CPU time.

The cards stay what they are; the history before them is made up: prices that move and move back, a few a day. The
page is not read, which would only make the ratios smaller.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from types import SimpleNamespace

from ratecards.model import RateCard
from ratecards.storage.history import Change, Stamp
from scraper.fetch.capture import Capture
from scraper.fetch.client import Page
from scraper.model import Amounts, Draft, Reading, Section
from scraper.pipeline.refresh import evaluate_one
from scraper.publish.assemble import publication
from scraper.publish.dataset import Dataset
from scraper.publish.record import record
from scraper.publish.transaction import Publication
from scraper.storage import card_files

ROOT = Path(__file__).resolve().parent.parent
NAME = "google/gemini-api"
OWNER = {"provider": "google", "source": "gemini-api"}
TIMES = (1, 10, 100)
A_DAY = 10
AT_ONCE = 400
DRAFT = ("model", "name", "anchor", "used_to_improve", "notices", "formulas", "facts", "aliases", "rates")


def changes(cards: dict[str, RateCard], count: int) -> Iterator[Change]:
    """A history of `count` changes that gives these cards: all added, then prices up and down again, a few a day."""
    moving = cycle([r for card in cards.values() for r in card.rates if r.price])
    first = min(card.observed for card in cards.values()) - timedelta(days=count // A_DAY + 1)

    def change(kind: str, model: str, number: int, **values: object) -> Change:
        day = first + timedelta(days=number // A_DAY)
        stamp = Stamp(observed=day, recorded=f"{day}T06:00:00Z", capture=f"sha256:{number:064}", parser="1")
        return Change(kind=kind, model=model, stamp=stamp, **OWNER, **values)

    yield from (change("model_added", model, 0, card=card) for model, card in cards.items())
    for number in range(0, count - len(cards), 2):
        low = next(moving)
        high = replace(low, price=low.price + 1)
        yield change("repriced", low.model, number, old=low, new=high)
        yield change("repriced", low.model, number, old=high, new=low)


def grown(root: Path, times: int) -> Dataset:
    """The published dataset with a history of one source that many times as long, in files as refreshes cut them."""
    shutil.copytree(ROOT / "state", root / "state")
    for part in ("cards", "history", "discrepancies", "reported", "v1"):
        shutil.copytree(ROOT / "ratecards" / part, root / "ratecards" / part)
    dataset = Dataset(root)
    every = list(changes(dataset.cards(NAME), len(dataset.changes(NAME)) * times))
    for path in dataset.history_paths(NAME):
        (root / path).unlink()
    for start in range(0, len(every), AT_ONCE):
        result = Publication(root)
        record(result, dataset, NAME, every[start : start + AT_ONCE])
        result.commit()
    result = Publication(root)
    for model, card in dataset.as_of(NAME).items():
        result.write(dataset.card_path(NAME, model), card_files.encode(card))
    result.commit()
    return dataset


def refresh(dataset: Dataset, number: int) -> float:
    """The CPU seconds of a refresh that finds one price moved; each `number` is another day and another price."""
    state, cards = dataset.state(NAME), dataset.cards(NAME)
    at = datetime.fromisoformat(f"{state.verified}T06:00:00").replace(tzinfo=UTC) + timedelta(days=1)
    url = next(iter(cards.values())).url
    edition = Capture(at, {"html": Page(url, url, 200, {}, f"{number}".encode(), at)})
    reading = reprice(cards, number, state.tables)
    module = SimpleNamespace(
        PARSER=state.parser, urls=lambda: {"html": url}, renames=dict, fingerprint=str, read=lambda _: reading
    )
    source = SimpleNamespace(**OWNER, name=NAME, module=module, stale_days=3, reported=False)
    # recorded after all that the other sources have recorded, as a clock that goes on does
    now = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(days=number)
    start = time.process_time()
    verdict = evaluate_one(dataset, source, edition, now)
    publication(dataset, [verdict], now).commit()
    took = time.process_time() - start
    assert [(verdict.outcome, c.kind) for c in verdict.changes] == [("CHANGED", "repriced")], verdict.messages
    return took


def reprice(cards: dict[str, RateCard], number: int, tables: int) -> Reading:
    """What a page would be read as that says what these cards say, but for one price."""
    priced = [(m, i) for m, card in cards.items() for i, r in enumerate(card.rates) if r.price]
    model, index = priced[number % len(priced)]
    rates = list(cards[model].rates)
    rates[index] = replace(rates[index], price=rates[index].price * 2)
    now = {**cards, model: replace(cards[model], rates=tuple(rates))}
    sections = [Section(m, m, (m,), [Draft(**{n: getattr(c, n) for n in DRAFT})]) for m, c in now.items()]
    return Reading(NAME, "html", sections, Amounts(), tables)


def ratios(rounds: int = 1) -> dict[int, tuple[float, float, int]]:
    """By length: milliseconds, the ratio to the shortest, and the history's bytes. The lengths take turns."""
    with tempfile.TemporaryDirectory() as folder:
        found = {times: grown(Path(folder) / f"{times}", times) for times in TIMES}
        took: dict[int, list[float]] = {times: [] for times in TIMES}
        for number in range(rounds + 1):
            for times, dataset in found.items():
                took[times].append(refresh(dataset, number))
        # the first of each fills caches
        each = {times: statistics.median(seconds[1:]) for times, seconds in took.items()}
        sizes = {t: sum((d.root / p).stat().st_size for p in d.history_paths(NAME)) for t, d in found.items()}
    return {times: (each[times] * 1000, each[times] / each[1], sizes[times]) for times in TIMES}
