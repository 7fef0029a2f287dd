"""What each count of a usage is multiplied with: the rates that are meant, whoever's word counts.

Most counts have one `Factor`. Where the price depends on the number, as in a period with an allowance or for tokens of
images that are sold by the piece, it is a function from the count to its lines.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from functools import cache

from ratecards import wording
from ratecards.catalog.authority import BILLED, name_of
from ratecards.catalog.catalog import Choice
from ratecards.catalog.priced_model import PricedModel, measure, price_of_one
from ratecards.costing.breakdown import EXACT, Line
from ratecards.costing.counts import Count
from ratecards.costing.image_sizes import (
    BASES,
    IMAGE,
    Size,
    by_token,
    formula_of,
    formulas,
    only_by_token,
    sizes,
    token_rate,
)
from ratecards.costing.select import RateQuery, select_rate
from ratecards.errors import CostError, SeveralPricesError
from ratecards.model import Formula, Rate
from ratecards.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ratecards.costing.counts import Shape

# The amount of one thing is a whole number of these parts of a unit of money, as far as prices are printed.
FINEST = Decimal(10**18)
_new, _multiply, _divide = tuple.__new__, EXACT.multiply, EXACT.divide


class Factor(NamedTuple):
    """One rate, to be multiplied: a quantity times `rate` by `per` is an amount; each counted thing is `times` of it.

    `rest` is a line's currency, quote, source, model, day and locator. `finest` is the amount of one in parts
    (`FINEST`), None where that is no whole number.
    """

    what: str
    unit: str
    rate: Decimal
    per: Decimal
    rest: tuple[Any, ...]
    finest: int | None
    how: str = ""
    times: int = 1

    def line(self, quantity: Decimal, how: str = "") -> Line:
        """The line of so much of it."""
        amount = _divide(_multiply(quantity, self.rate), self.per)
        return _new(Line, (self.what, quantity, self.unit, self.rate, amount, *self.rest, how or self.how))


def factor(offer: PricedModel, rate: Rate, modality: str, how: str = "", times: int = 1) -> Factor:
    """The factor of a rate, in the words of its line."""
    evidence, price, per = rate.evidence, rate.price or Decimal(0), measure(rate.unit)[0]
    tier = rate.service_tier if rate.service_tier != "standard" else ""
    conditions = ", ".join(filter(None, (tier, wording.conditions(rate))))
    words = " ".join(filter(None, (rate.meter.replace("_", " "), modality)))
    what = f"{words} ({conditions})" if conditions else words
    day = evidence.observed or offer.card.observed
    rest = rate.currency, evidence.quote, offer.source, rate.model, day, evidence.locator
    how = "; ".join(filter(None, (how, evidence.reading)))
    whole, part = price.as_integer_ratio()
    finest, remainder = divmod(whole * int(FINEST), part * per)
    return Factor(what, rate.unit, price, Decimal(per), rest, None if remainder else finest, how, times)


Term = Factor | Callable[[Count], list[Line]]
_Found = tuple[PricedModel, list[Rate]]


class TermFinder:
    """What counts are multiplied with by a choice of cards, in one service tier and plan, for usages of a shape."""

    def __init__(self, choice: Choice, where: tuple[str, str], shape: Shape) -> None:
        self._choice, self._offer, self._where, self._shape = choice, choice.offer, where, shape

    def of(self, count: Count, prompt: int) -> Term:
        """What a count is multiplied with where the prompt has so many tokens. Raises `CostError`."""
        query = RateQuery(
            count.meter,
            count.nouns,
            count.modalities,
            count.resolution,
            self._shape.quality,
            count.context or self._shape.context,
            prompt,
            # a page that sells by the token prints the price of a minute as an equivalent
            bases=BASES if "minute" in count.nouns else ("list",),
        )
        if count.meter == "output" and "image" in count.nouns:
            return self._image(query)
        if count.meter == "output" and "token" in count.nouns and (found := self._pieces(count, query)):
            return found
        offer, rates = self._rates(query)
        factors = [
            factor(offer, rate, count.modalities[0] if len(count.modalities) == 1 else rate.modality) for rate in rates
        ]
        if len(rates) == 1 and rates[0].used_over is None and rates[0].used_up_to is None:
            return factors[0]
        return lambda count: _shared(offer, count, rates, factors)

    def offered(self) -> None:
        """Raises `CostError` where the service tier and plan sell nothing at all."""
        if self._where not in self._offer.sold():
            select_rate(self._offer, RateQuery("output", ()), *self._where)

    def _image(self, query: RateQuery) -> Factor:
        """Images as the page lists one, or metered: as many tokens as it says one has, at the token rate."""
        size = Size(query.resolution, query.quality)
        formula, own = formula_of(self._offer, size), self._offer.rates(*self._where)
        tokens = query._replace(nouns=("token",), modalities=("image",), resolution="", quality="")
        metered = self._shape.reading == "metered" or (bool(formulas(self._offer)) and only_by_token(own))
        if not metered and self._choice.policy != "documented" and formula:
            metered = self._moved(tokens)
        if not metered:
            offer, rates = self._rates(query._replace(bases=BASES))
            return factor(offer, rates[0], "image")
        if formula is None or formula.tokens is None:
            of, known = f" of {size.words}" if size.words else "", [s.words for s in sizes(self._offer) if s.words]
            words = f"{self._offer.card.model}: the page does not say how many tokens an image{of} has"
            raise CostError(f"{words}; known: {'; '.join(known)}" if known else words)
        how = f"{formula.tokens:,} tokens an image: {formula.quote}"
        if (guide := self._offer.guide) is not self._offer.card:
            how += f" ({name_of(guide)}, {guide.observed})"
        return factor(*self._metered(tokens, formula), "image", how, formula.tokens)

    def _metered(self, tokens: RateQuery, formula: Formula) -> tuple[PricedModel, Rate]:
        """The rate of a token of an image: the table's, else what the page says beside it."""
        own, listed = self._offer, _listed(tokens, formula)
        if not by_token(own.rates(*self._where)):
            rate = token_rate(own, select_rate(own, listed, *self._where)[0], formula)
            if rate:
                return own, rate
        offer, rates = self._rates(tokens)
        return offer, rates[0]

    def _pieces(self, count: Count, query: RateQuery) -> Term | None:
        """Tokens of images that are sold by the piece: as images where they are whole ones, else metered.

        None where the page sells images by the token, or does not say how many an image has.
        """
        own = self._offer
        found = formulas(own) if count.modalities in ((), ("image",)) and own.guide.formulas else []
        if not found or not (rates := own.rates(*self._where)) or by_token(rates):
            return None
        where = f"{own.card.model} at {own.source}"
        if not count.modalities:
            words = f"say how many of the {count.amount:,} output tokens are of images, as image=N"
            raise SeveralPricesError(f"{where}: {words}: they are sold by the piece")

        @cache
        def piece(formula: Formula) -> Factor:
            offer, rates = self._rates(_listed(query, formula))
            return factor(offer, rates[0], "image")

        @cache
        def metered() -> dict[Decimal | None, Factor]:
            rates = [self._metered(query, formula) for formula in found]
            return {rate.price: factor(offer, rate, "image") for offer, rate in rates}

        def priced(count: Count) -> list[Line]:
            with localcontext(EXACT):
                tokens = count.amount
                whole = [f for f in found if not tokens % (f.tokens or 1)]
                if self._shape.reading == "listed":
                    how = f"{tokens:,} output tokens are images"
                    lines = [piece(f).line(tokens / (f.tokens or 1), f"{how}; {_tokens_of(f)}") for f in whole]
                    if len({line.amount for line in lines}) == 1:
                        return lines[:1]
                rates = metered()
                if len(rates) > 1:
                    words = f"{tokens:,} tokens of images are of several prices; say the images by resolution"
                    raise CostError(f"{where}: {words}")
                how = f"{tokens:,} output tokens are {'' if whole else 'no whole number of images, and '}metered"
                return [next(iter(rates.values())).line(tokens, f"{how}; {_tokens_of(found[0])}")]

        return priced

    def _moved(self, tokens: RateQuery) -> bool:
        """Whether the policy takes another token rate than the one that the listed figures are equivalents of."""
        try:
            own = select_rate(self._offer, tokens, *self._where)[0]
        except CostError:
            return False
        return price_of_one(self._rates(tokens)[1][0]) != price_of_one(own)

    def _rates(self, query: RateQuery) -> _Found:
        """Whose rates the policy takes: the documentation's, what is billed, or the highest of all."""
        choice, own = self._choice, self._offer
        starts = [r.prompt_over for r in own.rates(*self._where) if r.meter == query.meter and r.prompt_over]
        others: list[_Found] = []
        for witness in choice.witnesses:
            if choice.policy == "conservative" or (choice.policy == "billed" and witness.source in BILLED):
                long_over = min(starts, default=None)
                try:
                    others.append((witness, select_rate(witness, query._replace(long_over=long_over), *self._where)))
                except CostError:
                    continue  # that source has no word on this
        if choice.policy == "billed" and others:
            return others[0]
        found = [(own, select_rate(own, query, *self._where)), *others]
        return max(found, key=lambda found: max(map(price_of_one, found[1])))


def _shared(offer: PricedModel, count: Count, rates: list[Rate], factors: list[Factor]) -> list[Line]:
    """The count shared out among the rates of a period, from what the period has already used."""
    lines = []
    with localcontext(EXACT):
        start, end = Decimal(count.used), count.used + count.amount
        shared = Decimal(0)
        for rate, own in zip(rates, factors, strict=True):
            top = end if rate.used_up_to is None else min(end, Decimal(rate.used_up_to))
            part = top - max(start, Decimal(rate.used_over or 0))
            if part > 0:
                shared += part
                lines.append(own.line(part))
    if shared != count.amount:
        priced = ", ".join(wording.conditions(rate) for rate in rates)
        words = f"{count.meter.replace('_', ' ')} number {start:,} to {end:,} of the period"
        raise CostError(f"{offer.card.model} at {offer.source}: no one price for {words}; priced: {priced}")
    return lines


def _listed(query: RateQuery, formula: Formula) -> RateQuery:
    """The same of images by the piece, of the size that a formula is of."""
    return query._replace(nouns=IMAGE, resolution=formula.resolution, quality=formula.quality, bases=BASES)


def _tokens_of(formula: Formula) -> str:
    return f"{formula.tokens:,} tokens an image: {formula.quote.rstrip('.')}"
