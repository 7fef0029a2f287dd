"""A billing export against the cards: each SKU at the price that was listed on its day, and what that does not explain.

Sums are exact, and the same for any order and split of the rows: what was billed is what is listed, rounding, prices
by contract, other prices, and SKUs without a reading, to the last digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from ratecards.bill import sku
from ratecards.bill.export import EXACT, MICRO, Charge
from ratecards.bill.sku import GROUNDING, Meaning, UnmappedError
from ratecards.catalog.authority import BILLED
from ratecards.catalog.priced_model import PricedModel, measure
from ratecards.costing.select import RateQuery, select_rate
from ratecards.errors import CostError
from ratecards.model import METERS, Rate
from ratecards.records import NamedTuple
from ratecards.storage import model_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ratecards.bill.count import Counted
    from ratecards.catalog.catalog import DatedCatalog

SERVICE = "Gemini API"
VERDICTS = ("as listed", "by contract", "other price")
_DOCUMENTATION = "google/gemini-api"
_FIRST = 3
_LONG = 10**9
# Rows may be sums of rounded ones: so much of an amount is rounding, too.
_ROUNDING = Decimal("0.0001")
# The catalogue's name of each unit of an export.
_UNITS = {
    "count": "count",
    **dict.fromkeys(("s", "second", "seconds"), "s"),
    **dict.fromkeys(("min", "minute", "minutes"), "min"),
    **dict.fromkeys(("h", "hour", "hours"), "h"),
}


class Price(NamedTuple):
    """What is listed: bands of a period, or one price, and whose words these are."""

    said: Meaning
    noun: str
    model: str
    source: str
    bands: tuple[Rate, ...]
    observed: date

    @property
    def rate(self) -> Rate:
        """The last band: the price beyond every allowance."""
        return self.bands[-1]


class Key(NamedTuple):
    """What rows are summed by: what they are, and the price that is listed for them.

    `section` is `usage`, `unexplained`, `other service`, or the kind of the charge; `period` the day or month of what
    has an allowance.
    """

    section: str
    currency: str
    model: str = ""
    tier: str = ""
    what: str = ""
    why: str = ""
    conversion: Decimal = Decimal(1)
    period: str = ""
    rate: tuple[object, ...] = ()


class Sum:
    """Rows of one key: how many, how much, what was billed and what the export calls the list cost.

    `dollars` is what they cost as listed, in the list's currency, `listed` the same in that of the export, and `left`
    what is not explained.
    """

    __slots__ = ("billed", "dollars", "left", "list_cost", "listed", "places", "price", "quantity", "rows")

    def __init__(self, price: Price | None = None) -> None:
        self.price = price
        self.rows = 0
        self.quantity = self.billed = self.listed = self.dollars = self.left = Decimal(0)
        self.list_cost: Decimal | None = Decimal(0)
        self.places: list[tuple[int, int]] = []

    def add(self, charge: Charge, place: tuple[int, int]) -> None:
        """Take in a row."""
        self.rows += 1
        self.billed = EXACT.add(self.billed, charge.cost)
        self.quantity = EXACT.add(self.quantity, charge.quantity or Decimal(0))
        known = charge.list_cost if self.list_cost is not None else None
        self.list_cost = None if known is None else EXACT.add(self.list_cost or Decimal(0), known)
        self.places = sorted({*self.places, place})[:_FIRST]

    @property
    def difference(self) -> Decimal:
        """What was billed beyond what is listed."""
        return EXACT.subtract(self.billed, self.listed)

    @property
    def verdict(self) -> str:
        """`as listed`, `by contract` where the export says that the list price is the listed one, or `other price`."""
        most = MICRO * self.rows + abs(self.listed) * _ROUNDING
        if abs(self.difference) <= most:
            return "as listed"
        if self.list_cost is not None and abs(EXACT.subtract(self.list_cost, self.listed)) <= most:
            return "by contract"
        return "other price"


class Reconciling:
    """Charges to be added up, on the cards of each day: `add` takes a row, `done` compares."""

    def __init__(self, catalog: DatedCatalog) -> None:
        self._catalog = catalog
        self._terms = sku.known()
        self._prices: dict[object, Price | str] = {}
        self.sums: dict[Key, Sum] = {}
        self.credits: dict[tuple[str, str, str], Decimal] = {}
        # by what was expected: the words of one, how many, the first places
        self.unread: dict[str, tuple[str, int, list[tuple[int, int]]]] = {}
        # by meter, pool, period and size: how much of it was free
        self.free: dict[tuple[str, str, str, int], Decimal] = {}
        self.days: list[date] = []

    def add(self, charge: Charge, place: tuple[int, int]) -> None:
        """Count a row."""
        own = self._is_own(charge)
        for what, amount in charge.credits:
            of = SERVICE if own else charge.service
            credited = charge.currency, of, what
            self.credits[credited] = EXACT.add(self.credits.get(credited, Decimal(0)), amount)
        key, price = self._key(charge) if own or charge.kind != "usage" else (_other(charge), None)
        if key not in self.sums:
            self.sums[key] = Sum(price)
        self.sums[key].add(charge, place)
        if own and charge.day:
            self.days = [min([charge.day, *self.days]), max([charge.day, *self.days])]

    def refuse(self, words: str, place: tuple[int, int]) -> None:
        """Count a row that cannot be read, by what was expected."""
        known, rows, places = self.unread.get(words.partition(", saw ")[0], (words, 0, []))
        found = min(known, words), rows + 1, sorted({*places, place})[:_FIRST]
        self.unread[words.partition(", saw ")[0]] = found

    def done(self) -> None:
        """Price all sums, allowances of a period from the first on."""
        for key in sorted(self.sums, key=str):
            found = self.sums[key]
            if found.price is not None:
                first = found.price.bands[0]
                pool = found.price.said.meter, _pool(found.price), key.period, first.used_up_to or 0
                used = self.free.get(pool, Decimal(0)) if len(found.price.bands) > 1 else None
                found.dollars = _listed(found.price, found.quantity, used)
                found.listed = EXACT.multiply(found.dollars, key.conversion)
                if key.period and not first.price:
                    self.free[pool] = EXACT.add(self.free.get(pool, Decimal(0)), found.quantity)
                found.left = found.difference if found.verdict == "other price" else Decimal(0)
            elif key.section == "unexplained":
                found.left = found.billed

    def _is_own(self, charge: Charge) -> bool:
        service = self._terms.service.removeprefix("services/")
        return charge.service_id == service if charge.service_id else charge.service == SERVICE

    def _key(self, charge: Charge) -> tuple[Key, Price | None]:
        if charge.kind != "usage":
            return Key(charge.kind, charge.currency, what=charge.description), None
        key = Key("unexplained", charge.currency, what=charge.description)
        found = self._price(charge)
        why = found if isinstance(found, str) else _incomparable(charge, found)
        if why or isinstance(found, str):
            return key._replace(why=why), None
        said, rate = found.said, found.rate
        period = str(charge.day)[: 10 if rate.period == "day" else 7] if rate.period else ""
        return key._replace(
            section="usage",
            model=found.model,
            tier=said.service_tier,
            conversion=EXACT.normalize(charge.conversion or Decimal(1)),
            period=period,
            rate=(*map(_price_of, found.bands), found.source, *(band.evidence.quote for band in found.bands)),
        ), found

    def _price(self, charge: Charge) -> Price | str:
        """What is listed for a row, or why nothing is."""
        at = charge.sku, charge.description, charge.day, charge.unit, charge.tier_start
        if at not in self._prices:
            try:
                self._prices[at] = self._find(charge)
            except (CostError, UnmappedError) as error:
                self._prices[at] = str(error)
        return self._prices[at]

    def _find(self, charge: Charge) -> Price:
        said = sku.meaning_in_bill(charge.description, self._terms)
        unit = _UNITS.get(charge.unit.lower())
        if unit is None:
            raise CostError(f"unknown unit {charge.unit!r}; known: {', '.join(_UNITS)}")
        noun = sku.noun_of(said, unit, self._terms)
        if charge.day is None:
            raise CostError("no word on when it was used")
        catalog = self._catalog.at(charge.day)
        try:
            found = _documented(catalog, said, noun)
        except CostError:
            # who prints no such price, or several: the catalogue's own SKU, if it was there on that day
            listed = _of_sku(catalog, charge.sku, said)
            if listed is None:
                raise
            found = listed
        return found._replace(bands=_band(found.bands, said, charge.tier_start))


def _other(charge: Charge) -> Key:
    return Key("other service", charge.currency, what=charge.service or "no service")


def _incomparable(charge: Charge, price: Price) -> str:
    """Why a row cannot be compared with what is listed; empty where it can."""
    if charge.quantity is None:
        return "no word on how much was used"
    listed = price.rate.currency
    if charge.currency != listed and charge.conversion is None:
        return f"in {charge.currency}, listed in {listed}: expected currency_conversion_rate, saw nothing"
    if charge.currency == listed and charge.conversion not in (None, 1):
        return f"in {listed} as listed: expected a currency_conversion_rate of 1, saw {charge.conversion}"
    return ""


# ------------------------------------------------------------------------------------------------ what is listed


def _documented(catalog: DatedCatalog, said: Meaning, noun: str) -> Price:
    """What the documentation lists. Raises `CostError`."""
    if said.meter not in GROUNDING or said.model in {*sku.known().models.values()}:
        return _price(catalog.choose(said.model, _DOCUMENTATION).offer, said, noun)
    family: dict[tuple[object, ...], Price] = {}
    for offer in catalog.offers(*_DOCUMENTATION.split("/")):
        if offer.card.model.startswith((f"{said.model}-", f"{said.model}.")):
            try:
                price = _price(offer, said, noun)
            except CostError:
                continue  # a model of the family that has no grounding
            bands = _band(price.bands, said, None)
            family.setdefault(tuple(map(_price_of, bands)), price)
    if len(family) != 1:
        seen = "none" if not family else f"{len(family)} prices"
        raise CostError(f"expected one price of {said.meter.replace('_', ' ')} of {said.model}, saw {seen}")
    return next(iter(family.values()))._replace(model=said.model)


def _price(offer: PricedModel, said: Meaning, noun: str) -> Price:
    """What an offer lists for a SKU: whatever it leaves open must cost the same. Raises `CostError`."""
    # of grounding the page may say prompts or requests where bills say queries
    nouns = ("query", "request", "prompt") if said.meter in GROUNDING else (noun,)
    words = said.context.split(", ")
    prompts = [_LONG] if "long" in words else [0] if "short" in words else [0, _LONG]
    found = [_bands(offer, _query(said, nouns, prompt), said.service_tier) for prompt in prompts]
    if len({tuple(map(_price_of, bands)) for bands in found}) > 1:
        raise CostError(f"{offer.card.model} at {offer.source}: its price depends on the length of the prompt, unsaid")
    return Price(said, noun, offer.card.model, offer.source, found[0], offer.card.observed)


def _query(said: Meaning, nouns: tuple[str, ...], prompt: int) -> RateQuery:
    context = ", ".join(word for word in said.context.split(", ") if word.endswith("audio"))
    modalities = (said.modality,) if said.modality else ()
    return RateQuery(said.meter, nouns, modalities, said.resolution, context=context, prompt=prompt)


def _bands(offer: PricedModel, want: RateQuery, tier: str) -> tuple[Rate, ...]:
    try:
        return tuple(select_rate(offer, want, tier, "paid"))
    except CostError:
        # sold by the piece, and the page says what a token of it is
        per = [
            f for f in offer.guide.formulas if (f.meter, (f.modality,)) == (want.meter, want.modalities) and f.amount
        ]
        own = [f for f in per if measure(f.unit)[1] in want.nouns]
        like = [r for r in offer.rates(tier, "paid") if (r.meter, (r.modality,)) == (want.meter, want.modalities)]
        if len(own) != 1 or tier != "standard" or not like:
            raise
        from dataclasses import replace

        said = replace(like[0].evidence, quote=own[0].quote)
        return (replace(like[0], price=own[0].amount, unit=own[0].unit, evidence=said),)


def _of_sku(catalog: DatedCatalog, sku_id: str, said: Meaning) -> Price | None:
    """What the Cloud Billing Catalog lists under the id of the SKU."""
    for source in BILLED if sku_id else ():
        offer = catalog.offer(source, said.model)
        rates = [r for r in offer.card.rates if r.evidence.locator.split(" / ")[0] == sku_id] if offer else []
        if offer and rates:
            noun = measure(rates[0].unit)[1]
            bands = tuple(sorted(rates, key=lambda r: r.used_over or 0))
            return Price(said, noun, offer.card.model, offer.source, bands, offer.card.observed)
    return None


def _band(bands: tuple[Rate, ...], said: Meaning, tier_start: Decimal | None) -> tuple[Rate, ...]:
    """Of the bands of a period the one that a SKU or row names; all where none is named. Raises `CostError`."""
    if len(bands) == 1:
        return bands
    if said.allowance:
        return bands[-1:] if said.allowance == "paid" else bands[:1]
    if tier_start is None:
        return bands
    found = [band for band in bands if (band.used_over or 0) == tier_start]
    if not found:
        starts = ", ".join(str(band.used_over or 0) for band in bands)
        raise CostError(f"no price from {tier_start} on is listed; listed from: {starts}")
    return tuple(found)


def _price_of(rate: Rate) -> tuple[object, ...]:
    return rate.price, rate.unit, rate.used_over, rate.used_up_to


def _pool(price: Price) -> str:
    quote = price.bands[0].evidence.quote.lower()
    return "shared" if any(word in quote for word in ("shared", "combined", "aggregated")) else price.model


def _listed(price: Price, quantity: Decimal, used: Decimal | None) -> Decimal:
    """What so much costs as listed; with what the period has used before, from band to band."""
    total = Decimal(0)
    for band in price.bands:
        part = quantity
        if used is not None:
            end = used + quantity if band.used_up_to is None else min(used + quantity, Decimal(band.used_up_to))
            part = max(end - max(used, Decimal(band.used_over or 0)), Decimal(0))
        amount = EXACT.divide(EXACT.multiply(part, band.price or Decimal(0)), Decimal(measure(band.unit)[0]))
        total = EXACT.add(total, amount)
    return total


# ------------------------------------------------------------------------------------------------ and what was logged


class Logged(NamedTuple):
    """What was billed and what was logged of one thing: quantities, and what each costs as listed, in dollars."""

    model: str
    tier: str
    meter: str
    billed: Decimal
    logged: Decimal
    listed: Decimal
    priced: Decimal

    @property
    def missing(self) -> Decimal:
        """What was billed and not logged, at the listed price; below nothing where more was logged."""
        return EXACT.subtract(self.listed, self.priced)


def with_log(found: Reconciling, log: Counted) -> tuple[list[Logged], int]:
    """What was billed beside what was logged on its days, and how many calls were on others, or of others.

    Grounding is compared as a whole, as its allowances are; these are taken off what the log's searches cost.
    """
    from ratecards.bill.report import allowances

    sums: dict[tuple[str, str, str], list[Decimal]] = {}
    first, last = found.days or (date.max, date.min)
    for one in found.sums.values():
        if one.price is not None:
            said = one.price.said
            _into(sums, one.price.model, said.service_tier, said.meter, (one.quantity, 0, one.dollars, 0))
    others = 0
    for key, total in log.tally.sums.items():
        if not (first <= key.day <= last and key.source.partition("/")[0] in ("google", "reported")):
            others += total.rows
            continue
        for line in total.lines.values():
            _into(sums, line.model, key.tier, _meter(line.what), (0, line.quantity, 0, line.amount))
    for given in allowances(log):
        if str(first)[: len(given.allowance.period)] <= given.allowance.period <= str(last):
            _into(sums, "", "", given.allowance.meter, (0, 0, 0, -given.amount))
    return [Logged(*key, *map(Decimal, numbers)) for key, numbers in sorted(sums.items())], others


def _into(
    sums: dict[tuple[str, str, str], list[Decimal]], model: str, tier: str, meter: str, numbers: Sequence[Decimal | int]
) -> None:
    key = ("", "", meter) if meter in GROUNDING else (model_names.model_id(model), tier, meter)
    known = sums.setdefault(key, [Decimal(0)] * 4)
    sums[key] = [EXACT.add(a, Decimal(b)) for a, b in zip(known, numbers, strict=True)]


def _meter(what: str) -> str:
    """The meter that a line of a cost begins with."""
    return next((m for m in sorted(METERS, key=len, reverse=True) if what.startswith(m.replace("_", " "))), what)
