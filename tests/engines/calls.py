"""Random calls over every band there is, each with what `ratecards.cost` says of it."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from ratecards.costing.bands import PRICES
from ratecards.costing.counts import usage_of
from ratecards.costing.usage_query import COUNTS
from ratecards.dataset import Dataset
from ratecards.errors import CostError

TYPES = {
    "id": "BIGINT",
    "model": "VARCHAR",
    "day": "DATE",
    "tier": "VARCHAR",
    "plan": "VARCHAR",
    "source": "VARCHAR",
    **dict.fromkeys(
        (
            *("input_tokens", "input_tokens_image", "input_tokens_video", "input_tokens_audio"),
            *("cached_tokens", "cached_tokens_text", "cached_tokens_image", "cached_tokens_video"),
            *("cached_tokens_audio", "cache_write_tokens", "cache_write_tokens_5_minutes", "cache_write_tokens_1_hour"),
            *("output_tokens", "output_tokens_text", "output_tokens_image", "output_tokens_audio"),
            *("thoughts_tokens", "images", "songs", "characters", "output_characters", "input_images"),
            *("search_requests", "grounded_prompts"),
        ),
        "BIGINT",
    ),
    **dict.fromkeys(("seconds", "input_seconds_video", "input_minutes_audio", "cache_token_hours"), "DECIMAL(12, 3)"),
}
NAMES = tuple(TYPES)
# The words that calls are joined by, and the counts.
WORDS, ALL = NAMES[1:6], NAMES[6:]
Call = dict[str, Any]
# What makes a call one that has no price.
_ODD: tuple[Call, ...] = (
    {"model": "no-such-model"},
    {"tier": "ultrafast"},
    {"plan": "free"},
    {"source": "no-such-source"},
    {"day": date(2025, 1, 1)},
    {"output_tokens": -1},
    {"input_tokens": 5, "cached_tokens": None, "cached_tokens_text": 6},
    dict.fromkeys(ALL),
    dict.fromkeys(ALL, 0),
)


def calls(dataset: Dataset, number: int, seed: int = 1) -> list[Call]:
    """So many calls: every name, tier, plan and band on its first days, its last and one between; some that have no price."""
    chance = random.Random(seed)
    rows = dataset.bands()
    places = [(row, day) for row in rows for day in _days(row, chance)]
    found = []
    for n in range(number):
        call = {"id": n, **_call(chance, *places[n % len(places)])}
        found.append(call | chance.choice(_ODD) if chance.random() < 0.03 else call)
    return found


def _days(row: dict[str, str], chance: random.Random) -> set[date]:
    first = date.fromisoformat(row["since"])
    last = date.fromisoformat(row["until"]) - timedelta(1) if row["until"] else first + timedelta(400)
    days = [first, last, first + (last - first) // 2]
    return {*days, first - timedelta(1)} if chance.random() < 0.1 else {*days}


def _call(chance: random.Random, row: dict[str, str], day: date) -> Call:
    documented = row["authority"] == "documentation" and chance.random() < 0.7
    call: Call = dict.fromkeys(ALL)
    call |= {"model": row["model"], "day": day, "source": None if documented else row["source"]}
    call["tier"] = None if row["service_tier"] == "standard" and chance.random() < 0.5 else row["service_tier"]
    call["plan"] = None if row["plan"] == "paid" and chance.random() < 0.5 else row["plan"]
    call |= _prompt(chance, row)
    written = ("cache_write_text", "output", "output_text")
    for name, price in zip(("cache_write_tokens", "output_tokens", "thoughts_tokens"), written, strict=True):
        if chance.random() < (0.4 if row[f"{price}_per_token"] else 0.02):
            call[name] = _size(chance)
    if chance.random() < 0.4:  # something else of which a price stands in the row
        sold = [name for name, price in PRICES.items() if row[name] and price.meter not in ("input", "cache_read")]
        for name in chance.sample(sold, min(len(sold), 2)):
            call |= {column: _amount(chance, column) for column in _columns(name)}
    return call


def _prompt(chance: random.Random, row: dict[str, str]) -> Call:
    """A prompt of a size that the band is for, in one modality or several, some of it from the cache."""
    over, up_to = int(row["prompt_over"] or -1), int(row["prompt_up_to"] or 10**9)
    size = chance.choice([over + 1, up_to, min(up_to, over + 1 + _size(chance)), min(up_to, over + 1 + _size(chance))])
    sold = [m for m in ("image", "video", "audio") if row[f"input_{m}_per_token"]]
    cached = 0.4 if row["cache_read_text_per_token"] else 0.02
    if not row["input_text_per_token"] and chance.random() < 0.95:
        return {}
    if not sold or chance.random() < 0.6:
        found = {"input_tokens": size}
        if chance.random() < cached:
            found[chance.choice(["cached_tokens", "cached_tokens_text"])] = chance.randint(0, size)
        return found
    other = chance.choice(sold)
    part = chance.randint(0, size)
    found = {"input_tokens": size - part, f"input_tokens_{other}": part}
    if chance.random() < cached:
        found["cached_tokens" if part == size else f"cached_tokens_{other}"] = chance.randint(0, part)
    return found


def _columns(price: str) -> Iterator[str]:
    """The columns of our table that a price is of."""
    known = PRICES[price]
    nouns = {"token": "tokens", "second": "seconds", "minute": "minutes", "image": "images", "song": "songs"}
    for column in ALL:
        name, modality = COUNTS[column]
        split = name.endswith(nouns.get(known.noun, "-")) and name.startswith(known.meter)
        if (split and (known.lifetime or known.modality) == modality) or (name, price) in _OTHERS:
            yield column


_OTHERS = {
    ("images", "output_image_per_image"),
    ("seconds", "output_per_second"),
    ("songs", "output_audio_per_song"),
    ("characters", "input_text_per_character"),
    ("output_characters", "output_text_per_character"),
    ("input_images", "input_image_per_image"),
    ("cache_token_hours", "cache_storage_per_token_hour"),
    ("search_requests", "search_grounding_per_request"),
    ("grounded_prompts", "search_grounding_per_prompt"),
}


def _size(chance: random.Random) -> int:
    return chance.randint(0, 10 ** chance.randint(0, 10))


def _amount(chance: random.Random, column: str) -> Decimal | int:
    return Decimal(chance.randint(1, 10**9)).scaleb(-3) if TYPES[column] != "BIGINT" else _size(chance)


def costs(dataset: Dataset, found: Sequence[Call]) -> list[Decimal | None]:
    """What each call costs by `ratecards.cost`; None where that refuses it."""
    totals: dict[int, Decimal | None] = {}
    days: dict[date, Any] = {}
    documented = {row["model"]: row["source"] for row in dataset.bands() if row["authority"] == "documentation"}
    for call in sorted(found, key=lambda call: (call["day"], call["model"])):
        source = call["source"] or documented.get(call["model"])
        try:
            then = days.get(call["day"]) or days.setdefault(call["day"], dataset.as_of(call["day"]))
            words = {"tier": call["tier"], "plan": call["plan"] or "paid", "source": source}
            totals[call["id"]] = then.cost(call["model"], usage_of(_usage(call)), **words).total
        except CostError:
            totals[call["id"]] = None
    return [totals[call["id"]] for call in found]


def _usage(call: Call) -> dict[str, Any]:
    """The plain counts of a row."""
    usage: dict[str, Any] = {}
    for column in ALL:
        name, modality = COUNTS[column]
        if call[column] is not None:
            if name.endswith("tokens") or modality:
                usage.setdefault(name, {})[modality] = call[column]
            else:
                usage[name] = call[column]
    return usage


def write(path: Path, found: Sequence[Call]) -> None:
    """The calls as CSV, with a header."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(NAMES)
        out.writerows([[call[name] for name in NAMES] for call in found])
