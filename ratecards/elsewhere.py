"""T4, the same thing elsewhere: every seller's price for one image or one text request, the cheapest first.

A model is compared at about a megapixel (`1K`, `1024x1024`, or no resolution printed) unless another size is asked
for. Prices of resellers and prices kept by hand are marked; seen from a day, with their age.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ratecards.breakdown import EXACT, Breakdown, price
from ratecards.figures import Field, Row, Sheet, printed
from ratecards.images import picture
from ratecards.lifecycle import past
from ratecards.offers import Offer, measure
from ratecards.pictures import USUAL, Size, canonical, is_picture, sizes
from ratecards.sellers import is_manual, is_reseller
from ratecards.shelf import Choice
from ratecards.usage import CostError, Usage

_DECIMALS = 3
_FIELDS = (
    Field("what", "model", "id"),
    Field("model"),
    Field("provider", "provider", "id"),
    Field("source"),
    Field("resolution"),
    Field("quality"),
    Field("per_image", "each", "listed"),
    Field("per_month", "a month", "money"),
    Field("per_day"),
    Field("days"),
    Field("currency"),
    Field("ratio", "ratio", "ratio"),
    Field("mark", "mark"),
    Field("observed", "observed", "day", optional=True),
)
_TEXT = tuple(f._replace(key="per_request", kind="exact") if f.key == "per_image" else f for f in _FIELDS)


class Terms(NamedTuple):
    """What is compared: a month of what volume and tier, to which offer, and the day that ages are seen from."""

    per_day: int = 1000
    days: int = 30
    tier: str = "standard"
    to: Offer | None = None
    day: date | None = None


class _One(NamedTuple):
    offer: Offer
    size: Size
    cost: Breakdown


def compare_images(offers: Iterable[Offer], terms: Terms, resolution: str = "") -> Sheet:
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
    return _sheet(f"One {sized}", _FIELDS, found, terms, notes)


def compare_text(offers: Iterable[Offer], terms: Terms, usage: Usage) -> Sheet:
    """One request of every seller that prices all of it. Raises `CostError` where currencies differ."""
    if terms.to:
        price(Choice(terms.to), usage, terms.tier)
    found = [one for offer in offers for one in _requests(offer, usage, terms.tier)]
    return _sheet("One request", _TEXT, found, terms, [])


def _pictures(offer: Offer, resolution: str, tier: str) -> Iterator[_One]:
    for size in sizes(offer, tier):
        if canonical(size.resolution) in ((canonical(resolution),) if resolution else (USUAL, "")):
            try:
                yield _One(offer, size, price(Choice(offer), picture(size), tier))
            except CostError:  # several prices, by a condition that this table does not ask for
                continue


def _requests(offer: Offer, usage: Usage, tier: str) -> Iterator[_One]:
    try:
        yield _One(offer, Size(), price(Choice(offer), usage, tier))
    except CostError:  # not sold there, or not in that tier: that is what the table says
        return


def _by_token(offer: Offer) -> bool:
    """Whether images come out of it at a price per token."""
    rates = [r for r in offer.card.rates if r.price is not None and not is_picture(r)]
    return any((r.meter, r.modality, measure(r.unit)[1]) == ("output", "image", "token") for r in rates)


def _sheet(thing: str, fields: tuple[Field, ...], found: Sequence[_One], terms: Terms, notes: Sequence[str]) -> Sheet:
    currencies = sorted({one.cost.currency for one in found})
    if len(currencies) > 1:
        raise CostError(f"prices in {' and '.join(currencies)} cannot be compared")
    base = min((one.cost.total for one in found if one.offer is terms.to), default=None)
    ordered = sorted(found, key=lambda one: (one.cost.total, one.offer.card.model, one.offer.source))
    volume = f"a month is {terms.days} days of {terms.per_day:,}"
    ratios = [f"Ratio: to {terms.to.card.model} ({terms.to.source})."] if terms.to else []
    title = f"{thing} elsewhere in {', '.join(currencies) or 'no currency'}, {terms.tier}; {volume}"
    kept = tuple(f for f in fields if terms.to or f.key != "ratio")
    return Sheet(title, kept, tuple(_row(one, terms, base) for one in ordered), (*ratios, *notes))


def _row(one: _One, terms: Terms, base: Decimal | None) -> Row:
    card, total = one.offer.card, one.cost.total
    observed = max((line.observed for line in one.cost.lines), default=card.observed)
    return Row(
        {
            "what": ", ".join(filter(None, (card.model, one.size.words))),
            "model": card.model,
            "provider": card.provider,
            "source": one.offer.source,
            **one.size._asdict(),
            "per_image": printed(one.cost.lines[0], _DECIMALS) if one.cost.lines else None,
            "per_request": total,
            "per_month": EXACT.multiply(total, Decimal(terms.per_day * terms.days)),
            "per_day": terms.per_day,
            "days": terms.days,
            "currency": one.cost.currency,
            "ratio": total / base if base else None,
            "mark": mark(one.offer, observed, terms.day),
            "observed": str(observed),
        },
        one.cost.lines,
    )


def mark(offer: Offer, observed: date, day: date | None) -> str:
    """What a reader must know of a price: who says it (`reseller, by hand, 22 days old`), and whether the model ended."""
    words = ["reseller"] if is_reseller(offer.card) else []
    words += ["by hand"] if is_manual(offer.card) else []
    if words and day:
        age = (day - observed).days
        words.append(f"{age} day{'s' * (age != 1)} old")
    return ", ".join(filter(None, (*words, past(offer.card.shutdown, offer.day, offer.seen))))
