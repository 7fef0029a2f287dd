"""How an image is sold: its sizes and qualities, and the tokens that a page says one has."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from ratecards.catalog.priced_model import PricedModel, measure
from ratecards.model import Formula, Rate, plain
from ratecards.records import NamedTuple

IMAGE = ("image", "request")
BASES = ("list", "equivalent")
# The size that models are compared at: about a megapixel.
USUAL = "1k"
_SQUARE = {"512x512": "0.5k", "512px": "0.5k", "1024x1024": USUAL, "2048x2048": "2k", "4096x4096": "4k"}


_QUALITIES = ("", "low", "medium", "standard", "high", "hd")


class Size(NamedTuple):
    """One kind of image that has a price: its resolution and quality, as far as the page tells them apart."""

    resolution: str = ""
    quality: str = ""

    @property
    def words(self) -> str:
        """The size in words; an image that is sold at one price has none."""
        return ", ".join(filter(None, self))


def is_picture(rate: Rate) -> bool:
    """Whether a rate is the price of an image that comes out, by itself or as an equivalent."""
    return rate.meter == "output" and rate.modality == "image" and measure(rate.unit)[1] in IMAGE


def sizes(offer: PricedModel, tier: str | None = None) -> list[Size]:
    """The sizes that have a price on the day, smallest first within a quality, in one service tier or in any.

    Of a model that is sold by the token alone those whose tokens are known.
    """
    rates = [r for r in offer.card.rates if r.plan == "paid" and tier in (None, r.service_tier)]
    rates = [r for r in rates if r.price is not None and r.holds_on(offer.day)]
    found = [Size(r.resolution, r.quality) for r in rates if is_picture(r)]
    if only_by_token(rates):
        found = [Size(f.resolution, f.quality) for f in formulas(offer)]
    ranks = {quality: rank for rank, quality in enumerate(_QUALITIES)}
    return sorted(dict.fromkeys(found), key=lambda size: ranks.get(size.quality, len(ranks)))


def formulas(offer: PricedModel) -> list[Formula]:
    """The notes that say how many tokens an image has, by resolution."""
    image = ("output", "image", (1, "image"))
    return [f for f in offer.guide.formulas if (f.meter, f.modality, measure(f.unit)) == image and f.tokens]


def formula_of(offer: PricedModel, size: Size) -> Formula | None:
    """The note that says how many tokens an image of a size has; None where no page says it."""
    resolution, quality = map(str.casefold, size)
    said = (f for f in formulas(offer) if f.resolution.casefold() == resolution)
    return next((f for f in said if f.quality in ("", quality)), None)


def by_token(rates: Iterable[Rate]) -> bool:
    """Whether images that come out are sold by the token: what a page says of text alone is no price of theirs."""
    sold = [r for r in rates if r.meter == "output" and r.modality == "image" and r.price is not None]
    return any(measure(rate.unit)[1] == "token" for rate in sold)


def only_by_token(rates: Iterable[Rate]) -> bool:
    """Whether images that come out are sold by the token, and none of them has a price of its own."""
    rates = list(rates)
    return by_token(rates) and not any(is_picture(r) and r.price is not None for r in rates)


def token_rate(offer: PricedModel, listed: Rate, formula: Formula) -> Rate | None:
    """What a token costs where a page sells images by the piece, and says beside its table what their tokens cost.

    That is said of the standard tier; in another a token costs as much less, or more, as an image does.
    """
    from dataclasses import replace  # few cards say so, and a first cost can do without

    for said in offer.card.formulas:
        own = (said.meter, said.modality, measure(said.unit)[1], said.currency)
        if own == ("output", "image", "token", listed.currency) and said.amount and formula.amount and listed.price:
            price = Decimal(plain(said.amount * (listed.price / formula.amount)))
            return replace(
                listed,
                unit=said.unit,
                resolution="",
                price=price,
                basis="equivalent",
                evidence=replace(listed.evidence, quote=said.quote),
            )
    return None


def canonical(resolution: str) -> str:
    """A resolution under the name that sizes are compared by: `1024x1024` and `1K` are `1k`."""
    return _SQUARE.get(resolution.lower(), resolution.lower())
