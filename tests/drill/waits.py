"""What may not be published at once, by a rule of its own: it goes by plain rows and knows nothing of the guards."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from tests.drill.said import Row, Said

_FACTOR = 3
_SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_ONE_NOUN = {"prompt": "request", "query": "request", "querie": "request", "call": "request"}
Lane = tuple[str, str, str, str]


def at_once(before: Said, published: Said, day: str) -> list[str]:
    """The lanes of which something is published that should have waited, in words."""
    old, new = _lanes(before.rates), _lanes(published.rates)
    wrong = [
        f"published at once: {' '.join(lane)}: {why}"
        for lane in old
        if (why := _why(old[lane], new.get(lane, []), day))
    ]
    for model, tier in sorted({lane[:2] for lane in old if _sold(old[lane])}):
        mine = [lane for lane in old if lane[:2] == (model, tier)]
        there = any(lane[0] == model for lane in new)
        if there and all(not new.get(lane) for lane in mine):
            wrong.append(f"published at once: all of {model} {tier} is gone")
    return wrong


def _lanes(rates: Iterable[Row]) -> dict[Lane, list[Row]]:
    found: dict[Lane, list[Row]] = {}
    for rate in rates:
        found.setdefault((rate["model"], rate["service_tier"], rate["plan"], rate["meter"]), []).append(rate)
    return found


def _sold(rates: Iterable[Row]) -> bool:
    return any(rate["price"] for rate in rates)


def _why(old: list[Row], new: list[Row], day: str) -> str:
    """Why the move of a lane should wait, where no reading of it could be a small one; empty otherwise."""
    was, now = _prices(old, day), _prices(new, day)
    for noun in was.keys() & now.keys():
        a, b = was[noun], now[noun]
        if (max(a) > 0) != (max(b) > 0):
            return f"per {noun}, {max(a)} became {max(b)}"
        if min(b) > _FACTOR * max(a) or max(b) * _FACTOR < min(a):
            return f"per {noun}, {sorted(a)} became {sorted(b)}"
    paid = any(max(prices) > 0 for prices in now.values())
    if was and paid and not was.keys() & now.keys():
        return f"per {', '.join(was)} became per {', '.join(now)}"
    return ""


def _prices(rates: list[Row], day: str) -> dict[str, list[Decimal]]:
    """By noun, the prices of one on a day; free allowances aside."""
    found: dict[str, list[Decimal]] = {}
    for rate in rates:
        holds = rate["effective_from"] <= day <= (rate["effective_until"] or "9999")
        if rate["price"] and holds and not rate["used_up_to"]:
            quantity, _, noun = rate["unit"].partition(" ")
            noun = noun.removesuffix("s")
            per = Decimal(quantity or 1) * _SECONDS.get(noun, 1)
            name = "second" if noun in _SECONDS else _ONE_NOUN.get(noun, noun)
            found.setdefault(name, []).append(Decimal(rate["price"]) / per)
    return found
