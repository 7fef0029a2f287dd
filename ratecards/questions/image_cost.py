"""`ratecards images`, the cost per image: by resolution, as listed and as metered, standard and batch."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from ratecards.catalog.authority import name_of
from ratecards.catalog.catalog import Choice
from ratecards.catalog.priced_model import PricedModel, measure
from ratecards.costing.breakdown import Line
from ratecards.costing.counts import Count, Usage
from ratecards.costing.image_sizes import IMAGE, Size, formula_of, formulas, sizes
from ratecards.costing.plan import price
from ratecards.errors import CostError
from ratecards.tables import Column, Row, Table, printed

TIERS = ("standard", "batch")
_COLUMNS = (
    *map(Column, ("model", "source")),
    Column("resolution", "resolution", "id"),
    Column("quality", "quality", "id"),
    Column("tokens", "tokens", "count"),
    Column("standard_listed", "standard", "listed"),
    Column("standard_metered", "metered", "exact"),
    Column("batch_listed", "batch", "listed"),
    Column("batch_metered", "metered", "exact"),
    *map(Column, ("per_day", "days")),
    Column("per_month", "a month", "money"),
    *map(Column, ("currency", "observed")),
)


def picture(size: Size, reading: str = "listed", number: int = 1) -> Usage:
    """The usage that is one image, or so many."""
    count = Count("output", IMAGE, Decimal(number), ("image",), size.resolution)
    return Usage((count,), quality=size.quality, reading=reading)


def per_image(choice: Choice, size: Size, tier: str, reading: str = "listed") -> Line | None:
    """The line that one image costs; None where the cards do not say."""
    try:
        return price(choice, picture(size, reading), tier).lines[0]
    except CostError:
        return None


def is_metered(line: Line) -> bool:
    """Whether the line of an image is that of its tokens."""
    return measure(line.unit)[1] == "token"


def images(offers: Iterable[PricedModel], per_day: int = 1000, days: int = 30) -> Table:
    """A row per size of each offer; a month is that of the listed standard price."""
    offers = list(offers)
    rows = [_row(offer, size, per_day, days) for offer in offers for size in sizes(offer)]
    currencies = ", ".join(dict.fromkeys(str(row.cells["currency"]) for row in rows))
    title = f"Cost per image in {currencies}; a month is {days} days of {per_day:,} images, standard, as listed"
    if any(row.cells["standard_listed"] is None for row in rows):
        title += ", else as metered"
    notes = (
        "standard, batch: as the page lists them; metered: the tokens of an image times the price of a token.",
        "-: the page does not say.",
        *guides(offers),
    )
    return Table(title, _COLUMNS, tuple(rows), notes)


def guides(offers: Iterable[PricedModel]) -> list[str]:
    """Who says how many tokens an image has, where it is not the page with the price of a token."""
    elsewhere = [offer for offer in offers if offer.guide is not offer.card and formulas(offer)]
    said = dict.fromkeys((o.source, name_of(o.guide), o.guide.observed, o.guide.url) for o in elsewhere)
    words = "{} sells by the token: how many an image has is kept by hand, {} of {}, {}."
    return [words.format(*where) for where in said]


def _row(offer: PricedModel, size: Size, per_day: int, days: int) -> Row:
    choice = Choice(offer)
    found = {(t, r): per_image(choice, size, t, r) for t in TIERS for r in ("listed", "metered")}
    for tier in TIERS:
        if (line := found[tier, "listed"]) and is_metered(line):
            found[tier, "listed"] = None  # no image has a price of its own there
    lines = tuple(line for line in found.values() if line)
    cells: dict[str, str | Decimal | None] = {}
    for tier in TIERS:
        listed, metered = found[tier, "listed"], found[tier, "metered"]
        cells[f"{tier}_listed"] = printed(listed) if listed else None
        cells[f"{tier}_metered"] = metered.amount if metered else None
    standard = found["standard", "listed"] or found["standard", "metered"]
    formula = formula_of(offer, size)
    return Row(
        {
            "model": offer.card.model,
            "source": offer.source,
            "resolution": size.resolution,
            "quality": size.quality,
            "tokens": formula.tokens if formula else None,
            **cells,
            "per_day": per_day,
            "days": days,
            "per_month": standard.amount * per_day * days if standard else None,
            "currency": lines[0].currency if lines else "",
            "observed": str(offer.card.observed),
        },
        lines,
        f"{offer.card.model} ({offer.source}, as observed {offer.card.observed})",
    )
