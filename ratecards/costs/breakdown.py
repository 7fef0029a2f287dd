"""What a usage costs: every count times the one rate that holds for it, exact, each line with its evidence.

`ratecards.cost()` reads the dataset (`ratecards.api`); `price()` is the same for cards at hand. A rate that is missing
is an error, never zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Context, Decimal, localcontext

from ratecards import wording
from ratecards.catalog.offers import Offer, Want, measure
from ratecards.catalog.sellers import BILLED
from ratecards.catalog.shelf import Choice
from ratecards.costs.picking import pick
from ratecards.costs.pictures import BASES, IMAGE, by_token, formula_of, formulas, token_rate
from ratecards.costs.usage import Count, Usage
from ratecards.errors import CostError
from ratecards.model import Formula, Rate
from ratecards.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ratecards.lifecycle import Shutdown

# More digits than any quantity times any price has: nothing is rounded here.
EXACT = Context(prec=60)
Found = tuple[Offer, list[Rate]]


class Line(NamedTuple):
    """So much of one thing at one rate, and the words the rate was read from; `how` says where a quantity is from."""

    what: str
    quantity: Decimal
    unit: str
    rate: Decimal
    amount: Decimal
    currency: str
    quote: str
    source: str
    model: str
    observed: date
    locator: str
    how: str = ""


class Breakdown(NamedTuple):
    """What a usage costs: the lines add up to the total. `on` is the day that dated rates were judged by.

    Of several calls the lines are summed by rate, `calls` has a breakdown of each, and the head names all that differ;
    `on` is the last of their days. `shutdown` is the end of the model where its page announces one, past or to come;
    of several calls each has its own.
    """

    model: str
    source: str
    tier: str
    plan: str
    on: date
    total: Decimal
    currency: str
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()
    calls: tuple[Breakdown, ...] = ()
    shutdown: Shutdown | None = None


def price(choice: Choice, usage: Usage, tier: str = "standard", plan: str = "paid") -> Breakdown:
    """The cost of a usage by the cards of a choice. Raises `CostError` naming what has no price."""
    where, lines, notes = (tier, plan), [], [*usage.notes]
    with localcontext(EXACT):
        for count in usage.counts:
            found = list(_lines(choice, count, usage, where))
            lines += found
            notes += [line.how for line in found if line.how and "token" in count.nouns]
        total = sum((line.amount for line in lines), Decimal(0))
    currencies = list(dict.fromkeys(line.currency for line in lines))
    offer = choice.offer
    if len(currencies) > 1:
        raise CostError(f"{offer.card.model}: amounts in {' and '.join(currencies)} do not add up")
    if not lines and where not in offer.sold():
        pick(offer, Want("output", ()), tier, plan)
    head = offer.card.model, offer.source, tier, plan, offer.day
    currency = currencies[0] if currencies else ""
    return Breakdown(*head, total, currency, tuple(lines), tuple(notes), (), offer.card.shutdown)


def _lines(choice: Choice, count: Count, usage: Usage, where: tuple[str, str]) -> Iterator[Line]:
    if count.meter == "output" and "image" in count.nouns:
        yield _picture(choice, count, usage, where)
        return
    if count.meter == "output" and "token" in count.nouns and (line := _by_piece(choice, count, usage, where)):
        yield line
        return
    offer, rates = _rates(choice, _want(count, usage), where)
    for rate, part in _bands(offer, count, rates):
        yield _line(offer, rate, part, count.modalities[0] if len(count.modalities) == 1 else rate.modality)


def _want(count: Count, usage: Usage) -> Want:
    words = usage.quality, usage.context
    want = Want(count.meter, count.nouns, count.modalities, count.resolution, *words, usage.prompt)
    # a page that sells by the token prints the price of a minute as an equivalent
    return want._replace(bases=BASES) if "minute" in count.nouns else want


def _picture(choice: Choice, count: Count, usage: Usage, where: tuple[str, str]) -> Line:
    """Images as the page lists one, or metered: as many tokens as it says one has, at the token rate."""
    want = _want(count, usage)
    tokens = Want("output", ("token",), ("image",), quality=usage.quality, context=usage.context, prompt=usage.prompt)
    formula = formula_of(choice.offer, count.resolution)
    metered = usage.reading == "metered"
    if not metered and choice.policy != "documented" and formula:
        metered = _moved(choice, tokens, where)
    if not metered:
        offer, rates = _rates(choice, want._replace(bases=BASES), where)
        return _line(offer, rates[0], count.amount, "image")
    if formula is None or formula.tokens is None:
        size = f" of {count.resolution}" if count.resolution else ""
        raise CostError(f"{choice.offer.card.model}: the page does not say how many tokens an image{size} has")
    offer, rate = _metered(choice, tokens, formula, where)
    how = f"{formula.tokens:,} tokens an image: {formula.quote}"
    return _line(offer, rate, count.amount * formula.tokens, "image", how)


def _metered(choice: Choice, tokens: Want, formula: Formula, where: tuple[str, str]) -> tuple[Offer, Rate]:
    """The rate of a token of an image: the table's, else what the page says beside it."""
    listed = tokens._replace(nouns=IMAGE, resolution=formula.resolution, bases=BASES)
    own = choice.offer
    if not by_token(own.rates(*where)) and (rate := token_rate(own, pick(own, listed, *where)[0], formula)):
        return own, rate
    offer, rates = _rates(choice, tokens, where)
    return offer, rates[0]


def _by_piece(choice: Choice, count: Count, usage: Usage, where: tuple[str, str]) -> Line | None:
    """Tokens of images that are sold by the piece: as images where they are whole ones, else metered.

    None where the page sells images by the token, or does not say how many an image has.
    """
    offer = choice.offer
    found = formulas(offer) if count.modalities in ((), ("image",)) and offer.card.formulas else []
    if not found or by_token(offer.rates(*where)):
        return None
    if not count.modalities:
        words = (
            f"say how many of the {count.amount:,} output tokens are of images, as image=N: they are sold by the piece"
        )
        raise CostError(f"{offer.card.model} at {offer.source}: {words}")
    want = _want(count, usage)
    whole = [f for f in found if not count.amount % (f.tokens or 1)]
    if usage.reading == "listed":
        lines = [_pieces(choice, want, formula, count.amount, where) for formula in whole]
        if len({line.amount for line in lines}) == 1:
            return lines[0]
    rates = {rate.price: (of, rate) for of, rate in (_metered(choice, want, formula, where) for formula in found)}
    if len(rates) > 1:
        words = f"{count.amount:,} tokens of images are of several prices; say the images by resolution"
        raise CostError(f"{offer.card.model} at {offer.source}: {words}")
    how = f"{count.amount:,} output tokens are {'' if whole else 'no whole number of images, and '}metered"
    return _line(*next(iter(rates.values())), count.amount, "image", f"{how}; {_tokens_of(found[0])}")


def _pieces(choice: Choice, want: Want, formula: Formula, tokens: Decimal, where: tuple[str, str]) -> Line:
    """So many tokens as images of the size that a formula is of."""
    listed = want._replace(nouns=IMAGE, resolution=formula.resolution, bases=BASES)
    offer, rates = _rates(choice, listed, where)
    pictures = tokens / (formula.tokens or 1)
    return _line(offer, rates[0], pictures, "image", f"{tokens:,} output tokens are images; {_tokens_of(formula)}")


def _tokens_of(formula: Formula) -> str:
    return f"{formula.tokens:,} tokens an image: {formula.quote.rstrip('.')}"


def _moved(choice: Choice, tokens: Want, where: tuple[str, str]) -> bool:
    """Whether the policy takes another token rate than the one that the listed figures are equivalents of."""
    try:
        own = pick(choice.offer, tokens, *where)[0]
    except CostError:
        return False
    return _per_one(_rates(choice, tokens, where)[1][0]) != _per_one(own)


def _rates(choice: Choice, want: Want, where: tuple[str, str]) -> Found:
    """Whose rates the policy takes: the documentation's, what is billed, or the highest of all."""
    starts = [r.prompt_over for r in choice.offer.rates(*where) if r.meter == want.meter and r.prompt_over]
    others: list[Found] = []
    for witness in choice.witnesses:
        if choice.policy == "conservative" or (choice.policy == "billed" and witness.source in BILLED):
            try:
                others.append((witness, pick(witness, want._replace(long_over=min(starts, default=None)), *where)))
            except CostError:
                continue  # that source has no word on this
    if choice.policy == "billed" and others:
        return others[0]
    own = choice.offer, pick(choice.offer, want, *where)
    return max([own, *others], key=lambda found: max(map(_per_one, found[1])))


def _per_one(rate: Rate) -> Decimal:
    return (rate.price or Decimal(0)) / measure(rate.unit)[0]


def _bands(offer: Offer, count: Count, rates: Sequence[Rate]) -> Iterator[tuple[Rate, Decimal]]:
    """The count shared out among the rates of a period, from what the period has already used."""
    start, end = Decimal(count.used), count.used + count.amount
    shared = Decimal(0)
    for rate in rates:
        top = end if rate.used_up_to is None else min(end, Decimal(rate.used_up_to))
        part = top - max(start, Decimal(rate.used_over or 0))
        if part > 0:
            shared += part
            yield rate, part
    if shared != count.amount:
        priced = ", ".join(wording.conditions(rate) for rate in rates)
        words = f"{count.meter.replace('_', ' ')} number {start:,} to {end:,} of the period"
        raise CostError(f"{offer.card.model} at {offer.source}: no one price for {words}; priced: {priced}")


def _line(offer: Offer, rate: Rate, quantity: Decimal, modality: str, how: str = "") -> Line:
    evidence = rate.evidence
    per = rate.price or Decimal(0)
    tier = rate.service_tier if rate.service_tier != "standard" else ""
    conditions = ", ".join(filter(None, (tier, wording.conditions(rate))))
    words = " ".join(filter(None, (rate.meter.replace("_", " "), modality)))
    return Line(
        what=f"{words} ({conditions})" if conditions else words,
        quantity=quantity,
        unit=rate.unit,
        rate=per,
        amount=quantity * per / measure(rate.unit)[0],
        currency=rate.currency,
        quote=evidence.quote,
        source=offer.source,
        model=rate.model,
        observed=evidence.observed or offer.card.observed,
        locator=evidence.locator,
        how=how,
    )
