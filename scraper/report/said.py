"""One change, step or discrepancy of a run's facts, in words. Plain: whoever shows them escapes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from scraper.report.facts import Facts

Values = Mapping[str, Any]
# One and many of each kind of news.
COUNTED = {
    "moved": ("price changed", "prices changed"),
    "allowance": ("allowance changed", "allowances changed"),
    "stepped": ("dated price took effect", "dated prices took effect"),
    "announced": ("price announced", "prices announced"),
    "withdrawn": ("announced price withdrawn", "announced prices withdrawn"),
    "new": ("price new", "prices new"),
    "gone": ("price gone", "prices gone"),
    "model_added": ("model new", "models new"),
    "model_removed": ("model gone", "models gone"),
    "model_renamed": ("model renamed", "models renamed"),
}
# A source that ended in one of these was read as a whole.
READ = ("NEW", "UNCHANGED", "CHANGED", "SKIPPED")
_BIG = {"1000000 tokens": "1M tokens"}
_DATES = ("effective_from", "effective_until")


def news(source: Facts) -> list[Facts]:
    """What of a source is told: what a buyer pays differently. The first look brings contents, no news."""
    return [n for n in source.get("news", []) if n["kind"] != "same"]


def all_news(facts: Facts) -> list[Facts]:
    """The told news of a run."""
    return [n for source in facts["sources"] for n in news(source)]


def text(told: Facts) -> str:
    """A line of news with its model."""
    mark = " [correction]" if told["correction"] else ""
    return (
        f"{told['model']} {told['what']}: {told['change']}" if told["what"] else f"{told['model']}: {told['change']}"
    ) + mark


def unit(name: str) -> str:
    """A unit as people write it."""
    return _BIG.get(name, name)


def amount(values: Values | None) -> str:
    """The price alone, or what stands instead of one; `-` where there is no rate."""
    if values is None:
        return "-"
    return str(values.get("price") or values["availability"].replace("_", " "))


def dates(values: Values) -> str:
    """` from 2027-01-01`, ` until 2026-12-31`, both or nothing."""
    start, end = values.get("effective_from"), values.get("effective_until")
    return (f" from {start}" if start else "") + (f" until {end}" if end else "")


def full(values: Values | None) -> str:
    """Price, currency, unit and dates."""
    if values is None or "price" not in values:
        return amount(values)
    return f"{values['price']} {values['currency']} per {unit(values['unit'])}{dates(values)}"


def same_measure(change: Facts) -> bool:
    """Whether both sides are in one unit and currency and of the same dates, so that the numbers alone tell it."""
    old, new = change.get("old"), change.get("new")
    return not old or not new or all(old.get(n) == new.get(n) for n in ("unit", "currency", *_DATES))


def ratio(change: Facts) -> str:
    """`×0.80`, where there is one."""
    return f"×{Decimal(change['ratio']):.2f}" if "ratio" in change else ""


def line(change: Facts) -> str:
    """A change in one line."""
    kind, model = change["kind"], change["model"]
    if kind == "model_added":
        return f"{model}: new model, {change.get('rates', 0)} rates"
    if kind == "model_removed":
        return f"{model}: no longer on the page"
    if kind == "model_renamed":
        return f"{model}: renamed from {change['previous_id']}"
    old, new = change.get("old"), change.get("new")
    if not old or not new:
        return f"{model} {change.get('rate', '')}: {'new' if new else 'gone'}, {full(new or old)}"
    if kind == "redated" and amount(old) == amount(new):
        return f"{model} {change['rate']}: {full(new)}, which was {dates(old).strip() or 'without a date'}"
    moved = f"{amount(old)} → {full(new)}" if same_measure(change) else f"{full(old)} → {full(new)}"
    times = f" ({ratio(change)})" if ratio(change) else ""
    return f"{model} {change['rate']}: {moved}{times}{', took effect' if kind == 'stepped' else ''}"


def lines(told: Iterable[Facts]) -> Iterator[str]:
    """News in lines."""
    yield from map(text, told)


def count(kinds: Mapping[str, int]) -> str:
    """`2 prices changed, 1 model new`."""
    return ", ".join(f"{n} {COUNTED[kind][n != 1]}" for kind in COUNTED if (n := kinds.get(kind, 0)))


def headline(facts: Facts) -> str:
    """The run in a few words: what changed, which sources are new, which could not be read."""
    told: Counter[str] = Counter()
    for one in all_news(facts):
        told[one["kind"]] += 0 if one["correction"] else one["number"]
    better = sum(one["number"] for one in all_news(facts) if one["correction"])
    fresh = [s["name"] for s in facts["sources"] if s["outcome"] == "NEW"]
    held = sum(len(s["held"]) for s in facts["sources"])
    broken = [f"{s['name']} {s['outcome']}" for s in facts["sources"] if s["outcome"] not in READ]
    words = [
        count(told),
        f"{better} corrected" if better else "",
        f"first look at {', '.join(fresh)}" if fresh else "",
        f"{held} held" if held else "",
        ", ".join(broken),
    ]
    return ", ".join(filter(None, words)) or "no price changed"


def moved(step: Facts) -> str:
    """The prices of an announced step: `0.75 → 1.5 USD per 1M tokens`."""
    before, after = step.get("before"), step["after"]
    plain = {n: v for n, v in after.items() if n not in _DATES}
    return (f"{amount(before)} → " if before else "new: ") + full(plain)


def dispute(entry: Facts) -> tuple[str, str, str]:
    """A discrepancy as (what, what the left says, what the right says)."""
    more = " ".join([*entry.get("modalities", ()), entry.get("conditions", "")]).strip()
    tier = f"{entry['service_tier']} " + ("(free plan) " if entry["plan"] == "free" else "")
    what = f"{entry['model']} {tier}{entry['meter']}{f' {more}' if more else ''}"
    left, right = entry["left"], entry["right"]
    other = right["locator"] if entry["kind"] == "within" else right["source"]
    return what, f"{full(left)} ({left['source']})", f"{full(right)} ({other})"
