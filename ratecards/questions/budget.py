"""`ratecards budget`, a month of some work: volumes by resolution for images, by the day for any other request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from ratecards.catalog.catalog import Choice
from ratecards.catalog.priced_model import measure
from ratecards.costing.breakdown import EXACT, Breakdown
from ratecards.costing.counts import measured, usage_of, whole
from ratecards.costing.image_sizes import IMAGE, Size, sizes
from ratecards.costing.plan import price
from ratecards.errors import CostError
from ratecards.tables import Cell, Column, Row, Table

VOLUMES = (100, 500, 1000, 5000, 10000)
_MOST_COLUMNS = 6
_COLUMNS = (
    *map(Column, ("model", "source", "tier", "policy")),
    Column("resolution", "resolution"),
    Column("quality", "quality"),
    Column("per_day", "a day", "count"),
    Column("days"),
    Column("per_request", "each", "exact"),
    Column("per_month", "a month", "money"),
    *map(Column, ("currency", "observed")),
)


class Work(NamedTuple):
    """One request, done again and again: plain counts, the share of its input that repeats, and an image's size.

    `images` says whether an image comes out; its size is one resolution and quality, or each that is sold.
    """

    counts: Mapping[str, object]
    images: bool = False
    size: Size = Size()
    cached_share: Decimal = Decimal(0)
    reading: str = "listed"

    def usage(self, size: Size | None = None) -> dict[str, object]:
        """The plain counts of one request; the cached share is rounded to whole tokens."""
        share = measured("cached share", self.cached_share)
        if share > 1:
            raise CostError(f"cached share: expected a share from 0 to 1, saw {share}")
        counts = dict(self.counts)
        if share:
            tokens = counts.get("input_tokens", 0)
            split = tokens if isinstance(tokens, Mapping) else {"": tokens}
            counts["cached_tokens"] = {kind: _part(n, share) for kind, n in split.items()}
        if self.images:
            resolution, quality = size or self.size
            counts |= {"images": {resolution: 1}, "quality": quality, "reading": self.reading}
        return counts

    def each(self, choice: Choice, tier: str, size: Size | None = None) -> Breakdown:
        """What one request costs. Raises `CostError`."""
        return price(choice, usage_of(self.usage(size)), tier)

    def sizes(self, choice: Choice, tier: str) -> list[Size]:
        """The sizes asked for: those of the resolution and quality named, or every one that is sold."""
        if not self.images:
            return [Size()]
        found = sizes(choice.offer, tier) or sizes(choice.offer)
        fit = [s for s in found if _says(s.resolution, self.size.resolution) and _says(s.quality, self.size.quality)]
        return fit or [self.size]


def _part(tokens: object, share: Decimal) -> int:
    return int((whole("input_tokens", tokens) * share).to_integral_value(ROUND_HALF_UP))


def _says(word: str, asked: str) -> bool:
    return asked.casefold() in ("", word.casefold())


def budget(
    choice: Choice, work: Work, volumes: Iterable[int] = VOLUMES, tier: str = "standard", days: int = 30
) -> Table:
    """A row per size and volume: a month of it. Raises `CostError` where something has no price."""
    volumes = [whole("per day", volume) for volume in volumes]
    each = {size: work.each(choice, tier, size) for size in work.sizes(choice, tier)}
    rows = [_row(choice, size, cost, volume, whole("days", days)) for size, cost in each.items() for volume in volumes]
    currency = ", ".join(dict.fromkeys(cost.currency for cost in each.values()))
    listed = any(measure(line.unit)[1] in IMAGE for cost in each.values() for line in cost.lines)
    reading = f", images as {work.reading if listed else 'metered'}" if work.images else ""
    title = f"Monthly budget of {choice.offer.card.model} in {currency}, {tier}, {days} days{reading}"
    notes = [note for cost in each.values() for note in cost.notes]
    if choice.policy != "documented":
        sources = [choice.offer.source, *(witness.source for witness in choice.witnesses)]
        said = {"billed": "what is billed, where it is known", "conservative": "the highest price"}[choice.policy]
        notes.append(f"Policy {choice.policy}: {said}, of {', '.join(sources)}.")
    return Table(title, _COLUMNS, tuple(rows), tuple(dict.fromkeys(notes)))


def _row(choice: Choice, size: Size, cost: Breakdown, volume: int, days: int) -> Row:
    return Row(
        {
            "model": cost.model,
            "source": cost.source,
            "tier": cost.tier,
            "policy": choice.policy,
            "resolution": size.resolution,
            "quality": size.quality,
            "per_day": volume,
            "days": days,
            "per_request": cost.total,
            "per_month": EXACT.multiply(cost.total, Decimal(volume * days)),
            "currency": cost.currency,
            "observed": str(max((line.observed for line in cost.lines), default="")),
        },
        cost.lines,
    )


def matrix(made: Table, noun: str) -> Table:
    """The budget for people: a line per volume of so many `noun` a day, a column per size, or the other way round."""
    sizes_ = {_size(row): row for row in made.rows}
    volumes = {f"{row.cells['per_day']:,}": row for row in made.rows}
    each = "; ".join(f"{head} {row.cells['per_request']}".strip() for head, row in sizes_.items())
    if len(sizes_) <= _MOST_COLUMNS:
        first, across, down = Column("line", f"{noun} a day", "count"), sizes_, volumes
    else:
        first, across, down = Column("line", f"{noun} a day", "id"), volumes, sizes_
    fields = [first, *(Column(head, head or "a month", "money") for head in across)]
    rows = [_line(head, [r for r in made.rows if head in (_size(r), f"{r.cells['per_day']:,}")]) for head in down]
    return made._replace(columns=tuple(fields), rows=tuple(rows), notes=(f"Each: {each}.", *made.notes))


def _size(row: Row) -> str:
    return Size(str(row.cells["resolution"]), str(row.cells["quality"])).words


def _line(head: str, rows: Sequence[Row]) -> Row:
    cells: dict[str, Cell] = {"line": head}
    for row in rows:
        cells |= {_size(row): row.cells["per_month"], f"{row.cells['per_day']:,}": row.cells["per_month"]}
    return Row(cells, tuple(line for row in rows for line in row.lines))
