"""The prices as a script reads them: what the calculator and the rate table need, packed small."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ratecards.catalog.authority import DOCUMENTATION, TEXT_ALONE
from ratecards.catalog.priced_model import PricedModel, measure
from ratecards.costs.select import APART, PLAIN
from ratecards.escaping import visible
from ratecards.model import Rate, plain
from scraper.site.health import Health
from scraper.site.models import ModelPage

FIELDS = (
    *("service_tier", "plan", "meter", "modality", "unit", "resolution", "quality"),
    *("prompt_over", "prompt_up_to", "used_over", "used_up_to", "period", "context", "basis", "price", "currency"),
    *("effective_from", "effective_until"),
)


class _Pool:
    """Strings, each once; what is said of nothing is number 0."""

    def __init__(self) -> None:
        self.words: dict[str, int] = {"": 0}

    def number(self, word: str) -> int:
        return self.words.setdefault(word, len(self.words))


def data(models: Sequence[ModelPage], looks: Iterable[Health]) -> dict[str, object]:
    """Every priced rate of every offer, as rows of numbers into `words`, in the order of `fields`.

    `units` tells how many of what a unit is; a price is a string, as everywhere. `looks` says by source when it was
    last looked at, and until when that is not too old.
    """
    pool = _Pool()
    offers = [_offer(model, offer, pool) for model in models for offer in model.offers]
    units = sorted({rate.unit for model in models for offer in model.offers for rate in _priced(offer)})
    return {
        "fields": FIELDS,
        "offers": offers,
        "looks": {look.source: [look.verified, look.expires] for look in looks if look.verified},
        "units": {unit: measure(unit) for unit in units},
        "documented": DOCUMENTATION,
        "text_alone": TEXT_ALONE,
        "plain": PLAIN,
        "apart": sorted(APART),
        "words": list(pool.words),
    }


def _offer(model: ModelPage, offer: PricedModel, pool: _Pool) -> dict[str, object]:
    card = offer.card
    said = (f for f in card.formulas if _of_image(f.meter, f.modality, f.unit) and not f.quality)
    tokens = {f.resolution.casefold(): f.tokens for f in said}
    optional = {
        "name": visible(card.name) if card.name != card.model else "",
        "aliases": [visible(alias) for alias in card.aliases],
        "shutdown": str(card.shutdown.day) if card.shutdown else "",
        "tokens": {size: number for size, number in tokens.items() if number},
    }
    return {
        "provider": model.provider,
        "source": card.source,
        "model": model.model,
        "observed": str(card.observed),
        **{name: value for name, value in optional.items() if value},
        "rates": [_row(rate, pool) for rate in _priced(offer)],
    }


def _of_image(meter: str, modality: str, unit: str) -> bool:
    return (meter, modality, measure(unit)) == ("output", "image", (1, "image"))


def _priced(offer: PricedModel) -> Iterable[Rate]:
    return (rate for rate in offer.card.rates if rate.price is not None)


def _row(rate: Rate, pool: _Pool) -> list[int]:
    values = ((name, getattr(rate, name)) for name in FIELDS)
    words = ("" if v is None else plain(v) if name == "price" else str(v) for name, v in values)
    row = [pool.number(word) for word in words]
    while row[-1] == 0:
        row.pop()
    return row
