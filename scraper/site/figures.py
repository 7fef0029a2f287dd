"""The big figures of a model: input, output, cached input per million tokens, and what one piece costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from ratecards import wording
from ratecards.catalog.authority import is_manual
from ratecards.catalog.priced_model import PricedModel, measure
from ratecards.costing.image_sizes import is_picture
from ratecards.costing.select import is_apart, selecting
from ratecards.model import MODALITIES, SERVICE_TIERS, Rate, canonical_order, plain
from ratecards.wording import with_currency
from scraper.site.models import ModelPage, moments

KINDS = ("input", "output", "cache_read", "piece")
PIECES = ("image", "second", "song", "video", "request", "frame")
_MILLION = 1_000_000
_NOTES = 3


class ShownAmount(NamedTuple):
    """One figure: the amount in words, what it is per (nothing: 1M tokens), its notes, and a value to sort by."""

    text: str
    per: str = ""
    notes: tuple[str, ...] = ()
    value: str = ""


class Span(NamedTuple):
    """A figure of some service tiers, and the days it holds between, both inclusive; none is open."""

    tiers: tuple[str, ...]
    since: date | None
    until: date | None
    figure: ShownAmount


Figures = dict[str, list[Span]]


def figures(model: ModelPage, day: date) -> Figures:
    """By kind, the figures of every tier a model is sold in, on the day and after each dated step that is to come.

    Tiers whose figures are the same on the same days share one.
    """
    offers = _sellers(model)
    days = moments([offer.card for offer in offers], day)
    found: Figures = {}
    for kind in KINDS:
        tiers: dict[tuple[date | None, date | None, ShownAmount], list[str]] = {}
        for tier in SERVICE_TIERS:
            for span in _spans(offers, tier, kind, days):
                tiers.setdefault(span, []).append(tier)
        found[kind] = [Span(tuple(own), *span) for span, own in tiers.items()]
    return {kind: spans for kind, spans in found.items() if spans}


def tiers_of(found: Figures) -> list[str]:
    """The tiers that have a figure."""
    return [tier for tier in SERVICE_TIERS if any(tier in span.tiers for spans in found.values() for span in spans)]


def _spans(
    offers: Sequence[PricedModel], tier: str, kind: str, days: Sequence[date]
) -> list[tuple[date | None, date | None, ShownAmount]]:
    """The figure from each day on; days with the same figure are one span."""
    shown = [(day, headline(offers, tier, kind, day)) for day in days]
    spans = [next(group) for _, group in groupby(shown, key=lambda pair: pair[1])]
    starts = [start for start, _ in spans[1:]]
    return [
        (start if start != days[0] else None, end and end - timedelta(days=1), figure)
        for (start, figure), end in zip(spans, [*starts, None], strict=True)
        if figure
    ]


def _sellers(model: ModelPage) -> list[PricedModel]:
    """The offer that answers, and those kept by hand for what it does not price."""
    return [model.main, *(offer for offer in model.offers[1:] if is_manual(offer.card))]


def headline(offers: Sequence[PricedModel], tier: str, kind: str, day: date) -> ShownAmount | None:
    """The figure of a kind, from the first offer that has one; None where no price holds."""
    for offer in offers:
        if rates := candidates(offer, tier, kind, day):
            return _pieces(rates) if kind == "piece" else _tokens(rates)
    return None


def candidates(offer: PricedModel, tier: str, kind: str, day: date) -> list[Rate]:
    """The prices that a figure may show, the plainest first: text, short prompts, no further condition."""
    meter = "output" if kind == "piece" else kind
    rates = [r for r in offer.rates(tier, "paid") if r.meter == meter and r.price is not None and not is_apart(r)]
    rates = [r for r in rates if r.holds_on(day)]
    noun = {id(r): measure(r.unit)[1] for r in rates}
    if kind == "piece":
        return sorted((r for r in rates if noun[id(r)] in PIECES), key=canonical_order)
    rates = [r for r in rates if r.basis == "list" and not (meter == "output" and noun[id(r)] in PIECES)]
    plainest = [r for r in rates if not selecting(r)] or rates
    priced = [r for r in plainest if r.price] or plainest
    return sorted(priced, key=lambda r: (noun[id(r)] != "token", _plainness(r)))


def _plainness(rate: Rate) -> tuple[object, ...]:
    order = {"text": 0, "": 1, **{m: n + 2 for n, m in enumerate(MODALITIES[2:])}}
    return order[rate.modality], rate.prompt_over or -1, rate.used_over or -1, canonical_order(rate)


def _tokens(rates: Sequence[Rate]) -> ShownAmount:
    main = rates[0]
    price = main.price or Decimal(0)
    quantity, noun = measure(main.unit)
    words = [] if main.modality in ("", "text") else [main.modality]
    words += [] if (quantity, noun) == (_MILLION, "token") else [wording.per(main.unit).strip()]
    text = "free" if main.availability == "free" else with_currency(price, main.currency)
    value = price * _MILLION / quantity if noun == "token" else price
    return ShownAmount(text, " ".join(words), _notes(main, rates), plain(value))


def _notes(main: Rate, rates: Iterable[Rate]) -> tuple[str, ...]:
    """What else is charged for the same thing, one note per price: `audio: $1.00`, `over 200k: $2.50`."""
    found: dict[Decimal | None, str] = {main.price: ""}
    for rate in rates:
        if (rate.unit, rate.currency) == (main.unit, main.currency) and rate.price not in found:
            label = [rate.modality] if rate.modality != main.modality else []
            label += [_prompt(rate)] if _prompt(rate) != _prompt(main) and rate.prompt_over is not None else []
            label += [selecting(rate)] if selecting(rate) != selecting(main) else []
            found[rate.price] = f"{' '.join(label) or 'also'}: {with_currency(rate.price or Decimal(0), rate.currency)}"
    return tuple(filter(None, found.values()))[:_NOTES]


def _prompt(rate: Rate) -> str:
    return "" if rate.prompt_over is None else f"over {wording.short(rate.prompt_over)}"


def _pieces(rates: Sequence[Rate]) -> ShownAmount:
    """The price of one image, second or song; a range where sizes differ."""
    nouns = ["image" if is_picture(rate) else measure(rate.unit)[1] for rate in rates]
    noun = min(nouns, key=PIECES.index)
    own = [rate for rate, name in zip(rates, nouns, strict=True) if name == noun]
    prices = sorted({(rate.price or Decimal(0)) / measure(rate.unit)[0] for rate in own})
    currency = own[0].currency
    text = with_currency(prices[0], currency)
    if len(prices) > 1:
        text += f" – {wording.money(prices[-1])}"
    by_price = sorted(own, key=lambda rate: rate.price or Decimal(0))
    ends = [", ".join(filter(None, (r.resolution, r.quality, selecting(r)))) for r in (by_price[0], by_price[-1])]
    note = " – ".join(dict.fromkeys(filter(None, ends))) if len(prices) > 1 else ends[0]
    return ShownAmount(text, f"per {noun}", (note,) if note else (), plain(prices[0]))
