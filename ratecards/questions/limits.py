"""`ratecards limits`: what is free of charge, how much of it, usage tiers, and the batch queue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ratecards import wording
from ratecards.catalog.authority import is_reseller
from ratecards.catalog.priced_model import PricedModel
from ratecards.model import Rate
from ratecards.storage.limits import BatchLimit, LimitsCard, SpendLimit
from ratecards.tables import Cell, Column, Row, Table, records_table

_KEYS = (
    *("kind", "model", "name", "plan", "meter", "value", "unit", "period"),
    *("then_price", "then_unit", "currency", "quote", "source", "observed"),
)
_GROUNDING = ("search_grounding", "maps_grounding")
_NO_LIMITS = "Usage tiers and batch queues are not in this dataset (no v1/limits.json)."
# Google's limits page printed them once.
_PER_MINUTE = (
    "Requests and tokens per minute are not printed on {source}'s page any more; AI Studio shows your own: "
    "https://aistudio.google.com/rate-limit"
)
_FREE = "Free: what costs nothing on the free plan; grounding: free of charge on the paid plan, then its price."


def models(sellers: Iterable[PricedModel]) -> list[PricedModel]:
    """What limits are of: whatever its maker prices by what goes in or comes out; tools are none."""
    made = (offer for offer in sellers if not is_reseller(offer.card))
    return [o for o in made if any(r.price is not None and r.meter in ("input", "output") for r in o.card.rates)]


def records(offers: Iterable[PricedModel], limits: Sequence[LimitsCard], *, alone: bool = False) -> Table:
    """One figure a row, for programs; `alone` leaves out what is said of other models."""
    offers = list(offers)
    found = [cells for offer in offers for cells in _of_model(offer)]
    found += [cells for card in limits for cells in _of_limits(card, offers, alone=alone)]
    return records_table(_KEYS, ({**dict.fromkeys(_KEYS, ""), **cells} for cells in found))


def _of_model(offer: PricedModel) -> Iterator[dict[str, Cell]]:
    origin: dict[str, Cell] = {"source": offer.source, "observed": str(offer.card.observed)}
    origin["model"] = offer.card.model
    free = _free_meters(offer)
    yield {"kind": "free_plan", "value": "yes" if free else "no", "meter": " ".join(free), "plan": "free", **origin}
    for plan in ("free", "paid"):
        for rate in offer.rates("standard", plan):
            if rate.used_up_to is not None and rate.availability == "free":
                yield {"kind": "free_allowance", "plan": plan, **_allowance(offer, rate), **origin}


def _allowance(offer: PricedModel, rate: Rate) -> dict[str, Cell]:
    then = _then(offer, rate)
    cells: dict[str, Cell] = {"meter": rate.meter, "value": rate.used_up_to, "period": rate.period}
    cells |= {"unit": rate.unit.partition(" ")[2], "quote": rate.evidence.quote}
    return {**cells, **({"then_price": then.price, "then_unit": then.unit, "currency": then.currency} if then else {})}


def _then(offer: PricedModel, free: Rate) -> Rate | None:
    """The price of what goes over a free allowance."""
    over = (r for r in offer.rates("standard", free.plan) if (r.meter, r.used_over) == (free.meter, free.used_up_to))
    return next((r for r in over if r.price is not None and r.holds_on(offer.day)), None)


def _free_meters(offer: PricedModel) -> list[str]:
    """The meters with a price of zero on the free plan, in the order of the card."""
    return list(dict.fromkeys(r.meter for r in offer.rates("standard", "free") if r.availability == "free"))


def _of_limits(card: LimitsCard, offers: Sequence[PricedModel], *, alone: bool) -> Iterator[dict[str, Cell]]:
    origin: dict[str, Cell] = {"source": f"{card.provider}/{card.source}", "observed": str(card.observed or "")}
    for tier in card.usage_tiers:
        words: dict[str, Cell] = {"kind": "usage_tier", "name": tier.name, "currency": tier.currency, **origin}
        yield {**words, "meter": "qualification", "quote": tier.qualification, "value": tier.spent}
        if tier.cap:
            yield {**words, "meter": "cap", "quote": tier.cap, "value": max(tier.caps, default=None)}
    for spend in card.spend_limits:
        words = {"kind": "spend_limit", "name": spend.usage_tier, "meter": "spending", "quote": spend.quote, **origin}
        yield {**words, "value": spend.amount, "currency": spend.currency, "period": _window(spend)}
    for figure in card.figures:
        yield {"kind": "figure", **{n: getattr(figure, n) for n in ("name", "value", "unit", "quote")}, **origin}
    for limit in card.batch_limits:
        for model in called(limit.model, offers) or ([] if alone else [""]):
            cells: dict[str, Cell] = {"name": limit.usage_tier, "value": limit.tokens, "unit": "tokens"}
            yield {"kind": "batch_queue", "model": model, "quote": limit.model, **cells, **origin}


def _window(spend: SpendLimit) -> str:
    return wording.count(spend.minutes, "minute")


def called(name: str, offers: Iterable[PricedModel]) -> list[str]:
    """The ids of the models with that display name, pictures and marks aside: the limits page prints no ids."""
    return [offer.card.model for offer in offers if _letters(offer.card.name) == _letters(name)]


def _letters(name: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9.\- ]", "", name.lower()).split())


def overview(
    offers: Iterable[PricedModel], limits: Sequence[LimitsCard], *, alone: bool = False
) -> tuple[Table, Table]:
    """A line per model, and the usage tiers below, for people; `alone` leaves out what is said of other models."""
    offers = list(offers)
    fields = (
        Column("model", "model"),
        Column("free", "free"),
        *(Column(meter, meter.replace("_", " ")) for meter in _GROUNDING),
        Column("queue", "batch queue, tokens"),
    )
    rows = [Row(_line(offer, limits), group=offer.source) for offer in offers]
    return Table("Free plan and limits", fields, tuple(rows), (_FREE,)), _tiers(limits, [] if alone else offers)


def _line(offer: PricedModel, limits: Sequence[LimitsCard]) -> dict[str, Cell]:
    free = ", ".join(meter.replace("_", " ") for meter in _free_meters(offer)) or "no"
    queue = _queue(
        limit for card in limits for limit in card.batch_limits if offer.card.model in called(limit.model, [offer])
    )
    return {"model": offer.card.model, "free": free, **{m: _grounding(offer, m) for m in _GROUNDING}, "queue": queue}


def _queue(found: Iterable[BatchLimit]) -> str:
    return ", ".join(f"{limit.usage_tier} {wording.short(limit.tokens)}" for limit in found)


def _grounding(offer: PricedModel, meter: str) -> str:
    """What is free of a grounding and what it costs then, on the paid plan and on the free one."""
    words = []
    for plan in ("paid", "free"):
        for rate in (r for r in offer.rates("standard", plan) if r.meter == meter and r.used_up_to is not None):
            then = _then(offer, rate)
            price = f", then {wording.value(then)} / {wording.unit(then.unit)}" if then else ""
            words.append(f"{'free plan ' * (plan == 'free')}{rate.used_up_to:,}/{rate.period}{price}")
    return "; ".join(words)


def _tiers(limits: Sequence[LimitsCard], offers: Sequence[PricedModel]) -> Table:
    fields = [Column("tier", "usage tier"), Column("qualification", "who has it"), Column("cap", "cap on spending")]
    if any(c.spend_limits for c in limits):
        fields.append(Column("spend", "spending at most"))
    rows = [
        Row({"tier": tier.name, "qualification": tier.qualification, "cap": tier.cap, "spend": _spending(c, tier.name)})
        for c in limits
        for tier in c.usage_tiers
    ]
    notes = [f"{f.name}: {f.value} {f.unit}" for card in limits for f in card.figures]
    others = [limit for card in limits for limit in card.batch_limits if offers and not called(limit.model, offers)]
    notes += [
        f"Batch queue of {name}, which no card is called: {_queue(x for x in others if x.model == name)}"
        for name in dict.fromkeys(limit.model for limit in others)
    ]
    seen = [f"As observed {c.observed or 'on no known day'} ({c.provider}/{c.source})." for c in limits]
    notes += [_PER_MINUTE.format(source=f"{c.provider}/{c.source}") for c in limits]
    return Table("Usage tiers", tuple(fields), tuple(rows), (*notes, *(seen or [_NO_LIMITS])))


def _spending(card: LimitsCard, tier: str) -> str:
    found = (s for s in card.spend_limits if s.usage_tier == tier)
    return next((f"{s.amount:,f} {s.currency} in {_window(s)}" for s in found), "")
