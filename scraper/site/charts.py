"""Charts as geometry: a step chart of a price over time, bars of prices by size. Pure; the templates draw them as SVG.

Coordinates are in the units of the view box, rounded to a tenth, so that the same data gives the same bytes. Amounts
are `Decimal` until the very pixel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

# The plot's edges inside a view box of a step chart.
WIDTH, HEIGHT = 340, 170
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 26, 26
# BarChart by size.
BAR, GAP, BETWEEN, DEEP = 36, 2, 14, 190
# A label that begins nearer to the right edge than this would be cut.
_LABEL = 90


class Mark(NamedTuple):
    """A place with a word: a tick of an axis, a label of a value."""

    x: str
    y: str
    text: str
    anchor: str = "middle"


class Dot(NamedTuple):
    """A price that was read, or that is announced."""

    x: str
    y: str
    ahead: bool


class StepChart(NamedTuple):
    """A step chart: the line as read, the line ahead, its dots, marks set before or after their place, the words."""

    solid: str
    ahead: str
    grid: str
    dots: tuple[Dot, ...]
    ends: tuple[Mark, ...]
    starts: tuple[Mark, ...]
    labels: tuple[Mark, ...]
    story: tuple[str, ...]
    width: int = WIDTH
    height: int = HEIGHT


class Bar(NamedTuple):
    """One bar, its value above it; `kind` numbers the series that it is of."""

    x: str
    y: str
    height: str
    label: Mark
    kind: int
    width: int = BAR


class BarChart(NamedTuple):
    """Groups of bars on one scale."""

    bars: tuple[Bar, ...]
    groups: tuple[Mark, ...]
    base: str
    width: int
    height: int = DEEP


def px(value: Decimal | float) -> str:
    """A coordinate."""
    return f"{Decimal(value).quantize(Decimal('0.1')):f}".removesuffix(".0")


def ceiling(value: Decimal) -> Decimal:
    """The round number at or above a value that an axis ends at: 1, 2, 2.5, 5 times a power of ten."""
    if value <= 0:
        return Decimal(1)
    power = Decimal(1).scaleb(value.adjusted())
    return next(step * power for step in map(Decimal, ("1", "2", "2.5", "5", "10")) if step * power >= value)


class _Scale(NamedTuple):
    """Days across, amounts up."""

    first: date
    days: int
    top: Decimal

    def x(self, day: date) -> Decimal:
        return Decimal(LEFT) + Decimal(WIDTH - LEFT - RIGHT) * (day - self.first).days / self.days

    def y(self, price: Decimal) -> Decimal:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * price / self.top


Points = Sequence[tuple[date, Decimal | None]]


def step_chart(points: Points, until: date, show: Callable[[Decimal], str]) -> StepChart:
    """A price that holds from each of its days on; no price is a gap. What begins after `until` is drawn ahead.

    Days ascend, and at least one point has a price; `show` puts an amount into words.
    """
    first, last = points[0][0], max(points[-1][0], until)
    days = max((last - first).days, 1)
    # a step ahead needs room to be seen
    days += days // 8 + 1 if points[-1][0] > until else 0
    scale = _Scale(first, days, ceiling(max(price for _, price in points if price is not None)))
    known, ahead = _lines(points, until, scale)
    priced = [(day, price) for day, price in points if price is not None]
    levels = Decimal(0), scale.top
    ticks = (Mark(px(LEFT - 6), px(scale.y(value) + 4), show(value), "end") for value in levels)
    foot = px(HEIGHT - 8)
    moved = _moves(priced)
    return StepChart(
        solid=known,
        ahead=ahead,
        grid="".join(f"M{LEFT} {px(scale.y(value))}H{WIDTH - RIGHT}" for value in levels),
        dots=tuple(Dot(px(scale.x(day)), px(scale.y(price)), day > until) for day, price in priced),
        ends=(*ticks, Mark(px(scale.x(last)), foot, str(last), "end")),
        starts=(Mark(px(LEFT), foot, str(first), "start"),),
        labels=tuple(_label(day, price, scale, show) for day, price in moved),
        story=tuple(f"{show(price)} {'announced for' if day > until else 'from'} {day}" for day, price in moved),
    )


def _moves(priced: Sequence[tuple[date, Decimal]]) -> list[tuple[date, Decimal]]:
    """The first price and each one that differs from the one before."""
    return [next(group) for _, group in groupby(priced, key=lambda pair: pair[1])]


def _label(day: date, price: Decimal, scale: _Scale, show: Callable[[Decimal], str]) -> Mark:
    x = scale.x(day)
    return Mark(px(x), px(scale.y(price) - 8), show(price), "end" if x > WIDTH - _LABEL else "start")


def _lines(points: Points, until: date, scale: _Scale) -> tuple[str, str]:
    """The path of what was read, and of what is ahead."""
    paths: dict[bool, list[str]] = {False: [], True: []}
    before: Decimal | None = None
    for number, (day, price) in enumerate(points):
        if price is not None:
            start = f"M{px(scale.x(day))} {px(scale.y(price if before is None else before))}V{px(scale.y(price))}"
            following = points[number + 1][0] if number + 1 < len(points) else None
            edge = until if day <= until else date.fromordinal(scale.first.toordinal() + scale.days)
            end = following or edge
            paths[day > until].append(f"{start}H{px(scale.x(min(end, until) if day <= until else end))}")
            if day <= until < end:
                paths[True].append(f"M{px(scale.x(until))} {px(scale.y(price))}H{px(scale.x(end))}")
        before = price
    return "".join(paths[False]), "".join(paths[True])


def bar_chart(
    groups: Sequence[tuple[str, Sequence[Decimal | None]]], top: Decimal, show: Callable[[Decimal], str]
) -> BarChart:
    """Groups of bars, each a name and a value per series, drawn to the scale that ends at `top` (above zero)."""
    found: list[Bar] = []
    names: list[Mark] = []
    base = Decimal(DEEP - 24)
    start = x = BETWEEN // 2
    for name, values in groups:
        start = x
        for kind, value in enumerate(values):
            if value is not None:
                height = max((base - 26) * value / top, Decimal(1))
                label = Mark(px(x + BAR // 2), px(base - height - 6), show(value))
                found.append(Bar(px(x), px(base - height), px(height), label, kind))
            x += BAR + GAP
        names.append(Mark(px(Decimal(start + x - GAP) / 2), px(DEEP - 7), name))
        x += BETWEEN - GAP
    return BarChart(tuple(found), tuple(names), px(base), x - BETWEEN // 2)
