"""`ratecards compare`: every seller's price for one image or one text request, the cheapest first.

A model is compared at about a megapixel (`1K`, `1024x1024`, or no resolution printed) unless another size is asked
for. Prices of resellers and prices kept by hand are marked; seen from a day, with their age.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ratecards.catalog.authority import is_manual, is_reseller
from ratecards.catalog.catalog import Choice
from ratecards.catalog.priced_model import PricedModel, measure
from ratecards.costing.breakdown import EXACT, Breakdown
from ratecards.costing.counts import Usage
from ratecards.costing.image_sizes import USUAL, Size, canonical, is_picture, sizes
from ratecards.costing.plan import price
from ratecards.errors import CostError
from ratecards.model import Rate
from ratecards.model.lifecycle import past
from ratecards.questions.image_cost import guides, is_metered, picture
from ratecards.tables import Column, Row, Table, printed
from ratecards.wording import count

_DECIMALS = 3
_GLOBAL, _NON_GLOBAL = "global", "non-global"
_REGION = re.compile(
    r"(?:africa|asia|australia|ca|canada|ch|de|eu|europe|fr|in|india|jp|japan|me|northamerica|sg|southamerica|uk|us)"
    r"(?:-[a-z0-9]+)*\Z"
)
_COLUMNS = (
    Column("what", "model", "id"),
    Column("model"),
    Column("provider", "provider", "id"),
    *map(Column, ("source", "resolution", "quality")),
    Column("per_image", "each", "listed"),
    Column("per_month", "a month", "money"),
    *map(Column, ("per_day", "days", "currency")),
    Column("ratio", "ratio", "ratio"),
    Column("region", "region"),
    Column("mark", "mark"),
    Column("observed", "observed", "day", optional=True),
)
_TEXT = tuple(f._replace(key="per_request", kind="exact") if f.key == "per_image" else f for f in _COLUMNS)


class Workload(NamedTuple):
    """What is compared: a month of what volume and tier, to which offer, and the day that ages are seen from.

    `region` is where requests run, as somebody says it: a page that tells regions apart has a price of its own there.
    """

    per_day: int = 1000
    days: int = 30
    tier: str = "standard"
    to: PricedModel | None = None
    day: date | None = None
    region: str = ""


def region_word(region: str) -> str:
    """The word of a page's `context` for where requests run: `global`, or `non-global` for any region that is named.

    Raises `CostError` on what names neither.
    """
    said = region.strip().casefold()
    if said in ("global", "worldwide"):
        return _GLOBAL
    if said in ("regional", "non-global", "multi-region", "multiregion") or _REGION.match(said):
        return _NON_GLOBAL
    raise CostError(f"expected global, regional, or a region as in us-central1 or eu, saw {region!r}")


def in_region(offer: PricedModel, word: str) -> tuple[PricedModel, str]:
    """What an offer sells there, and the word its page has for it; empty where one price holds wherever it runs."""
    other = _GLOBAL if word == _NON_GLOBAL else _NON_GLOBAL
    rates = [rate for rate in offer.card.rates if other not in rate.context.split(", ")]
    said = {_but_region(rate) for rate in rates if word in rate.context.split(", ")}
    own = [rate for rate in rates if word in rate.context.split(", ") or _but_region(rate) not in said]
    return PricedModel(replace(offer.card, rates=tuple(own)), offer.day, offer.seen), word if said else ""


def _but_region(rate: Rate) -> tuple[object, ...]:
    return rate.service_tier, rate.plan, rate.meter, rate.modality, rate.prompt_over, rate.unit


class _One(NamedTuple):
    offer: PricedModel
    size: Size
    cost: Breakdown
    region: str = ""
    by_tokens: bool = False  # an image without a price of its own


def compare_images(offers: Iterable[PricedModel], terms: Workload, resolution: str = "") -> Table:
    """One image of every seller, as listed. Raises `CostError` where currencies differ, or `to` sells none."""
    offers = list(offers)
    found = [one for offer in offers for one in _pictures(offer, resolution, terms.tier)]
    sized = f"{resolution} image" if resolution else "image of about a megapixel"
    if terms.to and not any(one.offer is terms.to for one in found):
        raise CostError(f"{terms.to.card.model} at {terms.to.source} sells no {sized} in the {terms.tier} tier")
    pictured = {(offer.card.provider, offer.card.model) for offer in offers if sizes(offer)}
    by_token = (offer.card for offer in offers if _by_token(offer))
    tokens = [card.model for card in by_token if (card.provider, card.model) not in pictured]
    notes = [f"Sold by the token, without a price per image: {', '.join(tokens)}."] if tokens else []
    notes += guides(one.offer for one in found)
    return _table(f"One {sized}", _COLUMNS, found, terms, notes)


def compare_text(offers: Iterable[PricedModel], terms: Workload, usage: Usage) -> Table:
    """One request of every seller that prices all of it. Raises `CostError` where currencies differ."""
    offers, word = list(offers), region_word(terms.region) if terms.region else ""
    if terms.to:
        price(Choice(terms.to), usage, terms.tier)
    found = [one for offer in offers for one in _requests(offer, usage, terms.tier, word)]
    selling = {one.offer.source for one in found}
    silent = sorted({o.source for o in offers if is_reseller(o.card)} - selling)
    notes = [f"Resellers without a price of such a request: {', '.join(silent)}."] if silent else []
    notes += [f"Region: {word}, where a page tells regions apart; empty where one price holds in all."] if word else []
    return _table("One request", _TEXT, found, terms, notes)


def _pictures(offer: PricedModel, resolution: str, tier: str) -> Iterator[_One]:
    for size in sizes(offer, tier):
        if canonical(size.resolution) in ((canonical(resolution),) if resolution else (USUAL, "")):
            try:
                cost = price(Choice(offer), picture(size), tier)
                yield _One(offer, size, cost, by_tokens=is_metered(cost.lines[0]))
            except CostError:  # several prices, by a condition that this table does not ask for
                continue


def _requests(offer: PricedModel, usage: Usage, tier: str, word: str) -> Iterator[_One]:
    there, said = in_region(offer, word) if word else (offer, "")
    try:
        yield _One(offer, Size(), price(Choice(there), usage, tier), said)
    except CostError:  # not sold there, or not in that tier: that is what the table says
        return


def _by_token(offer: PricedModel) -> bool:
    """Whether images come out of it at a price per token."""
    rates = [r for r in offer.card.rates if r.price is not None and not is_picture(r)]
    return any((r.meter, r.modality, measure(r.unit)[1]) == ("output", "image", "token") for r in rates)


def _table(
    thing: str, columns: tuple[Column, ...], found: Sequence[_One], terms: Workload, notes: Sequence[str]
) -> Table:
    currencies = sorted({one.cost.currency for one in found})
    if len(currencies) > 1:
        raise CostError(f"prices in {' and '.join(currencies)} cannot be compared")
    base = min((one.cost.total for one in found if one.offer is terms.to), default=None)
    ordered = sorted(found, key=lambda one: (one.cost.total, one.offer.card.model, one.offer.source))
    volume = f"a month is {terms.days} days of {terms.per_day:,}"
    ratios = [f"Ratio: to {terms.to.card.model} ({terms.to.source})."] if terms.to else []
    title = f"{thing} elsewhere in {', '.join(currencies) or 'no currency'}, {terms.tier}; {volume}"
    hidden = {"ratio": not terms.to, "region": not terms.region}
    # two lists of one provider are told apart by their names
    named = [f._replace(head="source") if terms.region and f.key == "source" else f for f in columns]
    kept = tuple(f for f in named if not hidden.get(f.key))
    return Table(title, kept, tuple(_row(one, terms, base) for one in ordered), (*ratios, *notes))


def _row(one: _One, terms: Workload, base: Decimal | None) -> Row:
    card, total = one.offer.card, one.cost.total
    observed = max((line.observed for line in one.cost.lines), default=card.observed)
    return Row(
        {
            "what": ", ".join(filter(None, (card.model, one.size.words))),
            "model": card.model,
            "provider": card.provider,
            "source": one.offer.source,
            **one.size._asdict(),
            "per_image": total if one.by_tokens else printed(one.cost.lines[0], _DECIMALS) if one.cost.lines else None,
            "per_request": total,
            "per_month": EXACT.multiply(total, Decimal(terms.per_day * terms.days)),
            "per_day": terms.per_day,
            "days": terms.days,
            "currency": one.cost.currency,
            "ratio": total / base if base else None,
            "region": one.region,
            "mark": ", ".join(filter(None, ("by its tokens" * one.by_tokens, mark(one.offer, observed, terms.day)))),
            "observed": str(observed),
        },
        one.cost.lines,
    )


def mark(offer: PricedModel, observed: date, day: date | None) -> str:
    """What a reader must know of a price: who says it (`reseller, by hand, 22 days old`), and that the model ended."""
    words = ["reseller"] if is_reseller(offer.card) else []
    words += ["by hand"] if is_manual(offer.card) else []
    words += ["reported"] if offer.card.grade == "reported" else []
    if words and day:
        words.append(f"{count((day - observed).days, 'day')} old")
    return ", ".join(filter(None, (*words, past(offer.card.shutdown, offer.day, offer.seen))))
