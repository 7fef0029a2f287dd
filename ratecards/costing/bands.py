"""The price table that joins: what one of each thing costs, by model, tier, plan, band of the prompt, and days.

A row is a **band**: a name that calls give, a tier and plan in which it is sold, the prompts and days that it is for,
and in each column of `PRICES` the price of ONE token, image or second. The rates are selected as `ratecards.cost`
selects them (`costs.terms`), so that a count times its price is what that says. A column is empty where nothing is
sold, and named in `depends` where what it costs depends on more than the row says: a size, a quality, the use of a
period.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from ratecards.catalog.catalog import Choice
from ratecards.catalog.choices import LIFETIMES, MODALITIES
from ratecards.catalog.priced_model import PricedModel, measure
from ratecards.costing.counts import PLAIN_RULES, Count, Shape
from ratecards.costing.image_sizes import IMAGE
from ratecards.costing.terms import Factor, TermFinder
from ratecards.errors import CostError, SeveralPricesError
from ratecards.model import PLANS, SERVICE_TIERS, RateCard, grade, plain
from ratecards.records import NamedTuple
from ratecards.storage.database import Database, SourceHistory

# Prices are DECIMAL(22, 16), of what is counted in decimals DECIMAL(19, 13): times a count of DECIMAL(15, 0), or of
# DECIMAL(12, 3), that is a decimal of 16 places in at most 38 digits, in every engine.
DIGITS, PLACES, MEASURED_PLACES = 22, 16, 13
LARGEST = Decimal(10 ** (DIGITS - PLACES))


class Price(NamedTuple):
    """A column: the price of one of `noun`; of what is written to a cache also by how long it is kept."""

    meter: str
    modality: str
    noun: str
    nouns: tuple[str, ...]
    measured: bool = False
    lifetime: str = ""

    @property
    def name(self) -> str:
        """`input_audio_per_token`, `output_per_second`, `cache_write_1_hour_per_token`."""
        of = self.lifetime or self.modality
        return "_".join((self.meter, *filter(None, (of,)), "per", self.noun)).replace(" ", "_").replace("-", "_")

    @property
    def places(self) -> int:
        """How many decimals it has at most."""
        return MEASURED_PLACES if self.measured else PLACES


def _prices() -> Iterable[Price]:
    for meter in ("input", "cache_read", "cache_write", "output"):
        for modality in (("",) if meter == "output" else ()) + MODALITIES:
            yield Price(meter, modality, "token", ("token",))
    for rule in PLAIN_RULES.values():
        for modality in ("", *MODALITIES) if rule.by == "modality" else ("".join(rule.modalities),):
            yield Price(rule.meter, modality, rule.nouns[0], rule.nouns, rule.measured)
    for lifetime in LIFETIMES:
        yield Price("cache_write", "text", "token", ("token",), lifetime=lifetime)


PRICES = {price.name: price for price in _prices()}
KEY = ("provider", "source", "authority", "model", "card", "service_tier", "plan")
COLUMNS = (*KEY, "prompt_over", "prompt_up_to", "since", "until", "currency", *PRICES, "depends")


def types() -> dict[str, str]:
    """By column that is no text, its type in SQL."""
    prices = {name: f"DECIMAL({DIGITS - PLACES + price.places}, {price.places})" for name, price in PRICES.items()}
    return {"prompt_over": "BIGINT", "prompt_up_to": "BIGINT", "since": "DATE", "until": "DATE", **prices}


class Band(NamedTuple):
    """What is sold to prompts over and up to so many tokens; `prices` stand in the order of `PRICES`."""

    prompt_over: int | None
    prompt_up_to: int | None
    currency: str
    prices: tuple[Decimal | None, ...]
    depends: tuple[str, ...]


Bands = tuple[Band, ...]


class Span(NamedTuple):
    """The bands of a name, tier and plan on the days `since <= day < until`, and the card that they are of."""

    since: date
    until: date | None
    card: str
    bands: Bands


Name = tuple[str, str, str]  # what a call names, the tier, the plan
Spans = dict[Name, list[Span]]


# ------------------------------------------------------------------------------------------------ of one card


def of_card(card: RateCard, day: date) -> dict[tuple[str, str], Bands]:
    """By tier and plan in which a card sells anything, its bands on a day, from the smallest prompts on.

    Each begins where the one before ends. Behind the last nothing is sold.
    """
    offer = PricedModel(card, day)
    found = {where: _bands(offer, where) for where in offer.sold()}
    return {where: bands for where, bands in found.items() if bands}


def _bands(offer: PricedModel, where: tuple[str, str]) -> Bands:
    priced = [rate for rate in offer.rates(*where) if rate.price is not None]
    nouns = {(rate.meter, measure(rate.unit)[1]) for rate in priced}
    images = {("output", noun) for noun in (*IMAGE, "token")}
    if nouns & images:  # what is sold by the piece is counted by its tokens, too, and the other way round
        nouns |= images
    sold = {name for name, price in PRICES.items() if any((price.meter, noun) in nouns for noun in price.nouns)}
    bounds = sorted({b for rate in priced for b in (rate.prompt_over, rate.prompt_up_to) if b is not None})
    finder = TermFinder(Choice(offer), where, Shape())
    found: list[Band] = []
    for over, up_to in zip([None, *bounds], [*bounds, None], strict=True):
        band = _band(finder, sold, over, up_to)
        if found and band[2:] == found[-1][2:]:
            found[-1] = found[-1]._replace(prompt_up_to=up_to)
        else:
            found.append(band)
    while found and not found[-1].currency and not found[-1].depends:
        found.pop()
    return tuple(found)


def _band(finder: TermFinder, sold: Iterable[str], over: int | None, up_to: int | None) -> Band:
    """What is sold to prompts of such a size: those of one size stand for all."""
    factors: dict[str, Factor] = {}
    depends = set()
    for name in sold:
        price = PRICES[name]
        modalities = (price.modality,) if price.modality else ()
        count = Count(price.meter, price.nouns, Decimal(1), modalities, context=price.lifetime)
        try:
            term = finder.of(count, 0 if over is None else over + 1)
        except SeveralPricesError:
            depends.add(name)
        except CostError:
            continue
        else:
            if isinstance(term, Factor):
                factors[name] = term
            else:
                depends.add(name)
    currency = next((factors[name].rest[0] for name in PRICES if name in factors), "")
    prices = {name: _of_one(term, PRICES[name]) for name, term in factors.items() if term.rest[0] == currency}
    depends |= {name for name in factors if prices.get(name) is None}
    return Band(
        over, up_to, currency, tuple(prices.get(n) for n in PRICES), tuple(name for name in PRICES if name in depends)
    )


def _of_one(term: Factor, price: Price) -> Decimal | None:
    """The price of one; None where it has more decimals than the column, or is too large for it."""
    whole, part = term.rate.as_integer_ratio()
    finest, rest = divmod(whole * term.times * 10**price.places, part * int(term.per))
    found = Decimal(finest).scaleb(-price.places)
    return None if rest or found >= LARGEST else found


# ---------------------------------------------------------------------------------------------- of many days


def continued(spans: Spans, day: date, called: Mapping[str, RateCard]) -> Spans:
    """The spans up to a day, and from there on the bands of the cards that are called by these names.

    A span that says the same on the next day goes on. Dated rates begin and end spans of their own.
    """
    found: Spans = {}
    for name, own in spans.items():
        kept = [s._replace(until=day) if s.until is None or s.until > day else s for s in own if s.since < day]
        if kept:
            found[name] = kept
    for model, card in called.items():
        for since, until, by_where in _from(card, day):
            for (tier, plan), bands in by_where.items():
                _add(found.setdefault((model, tier, plan), []), Span(since, until, card.model, bands))
    return found


def _add(own: list[Span], new: Span) -> None:
    if own and own[-1].until == new.since and own[-1][2:] == new[2:]:
        new = own.pop()._replace(until=new.until)
    own.append(new)


def _from(card: RateCard, day: date) -> Iterable[tuple[date, date | None, dict[tuple[str, str], Bands]]]:
    """The bands of a card from a day on, as its dated rates part the days."""
    starts = {rate.effective_from for rate in card.rates if rate.effective_from}
    ends = {r.effective_until + timedelta(1) for r in card.rates if r.effective_until and r.effective_until < date.max}
    days = [day, *sorted(d for d in starts | ends if d > day)]
    return [(since, until, of_card(card, since)) for since, until in zip(days, [*days[1:], None], strict=True)]


def of_source(source: SourceHistory) -> Spans:
    """All spans of a source, from its whole history."""
    names = source.names
    every = sorted({*names.first, *names.ids, *(renamed.former for renamed in names.renamed)})
    spans: Spans = {}
    known: dict[object, RateCard] = {}
    for day in source.editions_after(date.min):
        cards = source.on(day)
        own = {card.model: known.setdefault((card.rates, card.formulas, card.model), card) for card in cards.cards()}
        called = {name: cards.called(name) for name in every}
        spans = continued(spans, day, {name: own[ids[0]] for name, ids in called.items() if len(ids) == 1})
    return spans


def rows(source: str, spans: Spans) -> list[dict[str, str]]:
    """The rows of a source (`provider/source`) by column, as they are published; what is not said is empty."""
    provider, _, name = source.partition("/")
    head = {"provider": provider, "source": name, "authority": grade.authority(source)}
    found = []
    for (model, tier, plan), own in sorted(spans.items(), key=lambda item: _order(item[0])):
        for span in own:
            key = {**head, "model": model, "card": span.card, "service_tier": tier, "plan": plan}
            days = {"since": str(span.since), "until": str(span.until or "")}
            found += [{**key, **days, **_cells(band)} for band in span.bands]
    return [{column: row[column] for column in COLUMNS} for row in found]


def _order(name: Name) -> tuple[str, int, int]:
    return name[0], SERVICE_TIERS.index(name[1]), -PLANS.index(name[2])


def _cells(band: Band) -> dict[str, str]:
    bounds = {n: "" if (b := getattr(band, n)) is None else str(b) for n in ("prompt_over", "prompt_up_to")}
    prices = {n: "" if p is None else plain(p) for n, p in zip(PRICES, band.prices, strict=True)}
    return {**bounds, **prices, "currency": band.currency, "depends": " ".join(band.depends)}


def of_dataset(base: Database) -> list[dict[str, str]]:
    """The rows of every official source, from all histories."""
    official = [name for name in base.sources if grade.grade(name) == "official"]
    return [row for name in official for row in rows(name, of_source(base.sources[name]))]
