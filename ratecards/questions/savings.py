"""`ratecards savings`: each option with its money and percent, what it costs in return, and the best of all.

An option is a seller, a service tier, a size, and whether the repeated input is cached. What cannot be bought together
is none: a tier excludes the others, a reseller has none of them, and what a page does not price has no cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ratecards import wording
from ratecards.catalog.authority import is_reseller
from ratecards.catalog.catalog import Choice
from ratecards.catalog.priced_model import PricedModel
from ratecards.costing.breakdown import EXACT, Breakdown
from ratecards.costing.image_sizes import Size, canonical, sizes
from ratecards.errors import CostError
from ratecards.model import plain
from ratecards.model.lifecycle import past
from ratecards.questions.alternatives import mark
from ratecards.questions.budget import Work
from ratecards.tables import Cell, Column, Row, Table, printed

CHEAPER_TIERS = ("batch", "flex")
_MOST_MODELS = 3
# Words of an id that say what kind of model it is, beside the first.
_SORTS = frozenset(
    (
        "flash",
        "lite",
        "pro",
        "mini",
        "nano",
        "turbo",
        "codex",
        "instruct",
        "search",
        "research",
        "computer",
        "embedding",
    )
)
_MEDIA = frozenset(("image", "tts", "live", "audio", "realtime", "transcribe", "robotics"))
_RETURNS = {
    "batch": "answers within a day instead of at once",
    "flex": "slower answers, refused when capacity is short",
    "size": "smaller or coarser pictures",
    "caching": "the repeated part must come first, unchanged",
    "reseller": "another contract: the maker's terms, limits and support do not hold",
    "model": "another model: compare what it makes",
}


class Option(NamedTuple):
    """One way to have the work done; `changes` say in which words it differs from what is done now."""

    choice: Choice
    work: Work
    tier: str = "standard"
    changes: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    kind: str = ""

    def cost(self) -> Breakdown | None:
        """What one request costs so; None where it cannot be bought so."""
        try:
            return self.work.each(self.choice, self.tier)
        except CostError:
            return None

    def so(self, kind: str, change: str, gives: str, **fields: object) -> Option:
        """The option with one more change."""
        option = self._replace(changes=(*self.changes, change), gives=(*self.gives, gives), kind=kind)
        return option._replace(**fields)  # type: ignore[arg-type]


def tiers(now: Option) -> Iterator[Option]:
    """The cheaper service tiers."""
    for tier in CHEAPER_TIERS:
        yield now.so(tier, f"{tier} instead of {now.tier}", _RETURNS[tier], tier=tier)


def smaller(now: Option, most: int = 1) -> Iterator[Option]:
    """Another size or quality of the picture, or both; the cheaper ones are the smaller ones."""
    own = _own(now)
    for size in sizes(now.choice.offer, now.tier) if now.work.images else ():
        words = [f"{b} instead of {a}" for a, b in zip(own, size, strict=True) if a != b]
        if 0 < len(words) <= most:
            yield now.so("size", " and ".join(words), _RETURNS["size"], work=now.work._replace(size=size))


def _own(now: Option) -> Size:
    """The size asked for, in the page's own spelling."""
    fit = now.work.sizes(now.choice, now.tier)
    return fit[0] if len(fit) == 1 else now.work.size


def cached(now: Option, share: Decimal) -> Iterator[Option]:
    """The repeated share of the input read from a cache; an explicit one is paid for by the hour as well."""
    rates = now.choice.offer.rates(now.tier, "paid")
    storage = next((r for r in rates if r.meter == "cache_storage" and r.price), None)
    hour = f"; explicit caches also pay {wording.value(storage)} per {wording.unit(storage.unit)}" if storage else ""
    if share:
        work = now.work._replace(cached_share=share)
        yield now.so("caching", f"{plain(share * 100)} % of the input cached", _RETURNS["caching"] + hour, work=work)


def resellers(now: Option, sellers: Iterable[PricedModel], day: date | None) -> Iterator[Option]:
    """The same model from somebody who resells it, in the same size or at one price for all sizes."""
    own = now.choice.offer.card
    called = {own.model, *own.aliases}
    for offer in sellers:
        if not is_reseller(offer.card) or not called & {offer.card.model, *offer.card.aliases}:
            continue
        gives = f"{_RETURNS['reseller']} ({mark(offer, offer.card.observed, day)})"
        wanted = canonical(_own(now).resolution)
        for size in sizes(offer) or [Size()]:
            if size.resolution == "" or canonical(size.resolution) == wanted:
                work = now.work._replace(size=size, cached_share=Decimal(0))
                yield now.so("reseller", f"through {offer.card.provider}", gives, choice=Choice(offer), work=work)


def models(now: Option, sellers: Iterable[PricedModel]) -> Iterator[Option]:
    """Cheaper models of the same kind from the same provider, the three that save most."""
    own = now.choice.offer.card
    found: list[tuple[Decimal, Option]] = []
    for offer in sellers:
        same = now.work.images or _kind(offer.card.model) == _kind(own.model)
        if offer.card.provider != own.provider or offer.card.model == own.model or not same:
            continue
        for size in _alike(offer, now):
            work = now.work._replace(size=size)
            gives = "; ".join(filter(None, (_RETURNS["model"], past(offer.card.shutdown, offer.day, offer.seen))))
            option = now.so("model", offer.card.model, gives, choice=Choice(offer), work=work)
            if cost := option.cost():
                found.append((cost.total, option))
    yield from (option for _, option in sorted(found, key=lambda pair: (pair[0], pair[1].changes))[:_MOST_MODELS])


def _kind(model: str) -> frozenset[str]:
    words = model.split("-")
    return ((_SORTS | _MEDIA) & set(words)) | {words[0]}


def _alike(offer: PricedModel, now: Option) -> Sequence[Size]:
    """The sizes of another model that are those of the work: the same, or one that no page tells apart."""
    if not now.work.images:
        return [Size()]
    own = _own(now)
    fit = [s for s in sizes(offer, now.tier) if canonical(s.resolution) in ("", canonical(own.resolution))]
    return [s for s in fit if s.quality == own.quality] or [s for s in fit if not own.quality]


def combined(now: Option, share: Decimal, sellers: Sequence[PricedModel], day: date | None) -> Iterator[Option]:
    """Everything that can be bought together of one model: a tier, a size and a cache, or a reseller and a size."""
    for sized in (now, *smaller(now, 2)):
        for tiered in (sized, *tiers(sized)):
            yield tiered
            yield from cached(tiered, share)
        yield from resellers(sized, sellers, day)


def steps(now: Option) -> Iterator[tuple[date, Breakdown]]:
    """The days on which a page says that the work will cost something else, and what it costs then."""
    offer, before = now.choice.offer, now.cost()
    days = {rate.effective_from for rate in offer.card.rates if rate.effective_from and rate.effective_from > offer.day}
    for day in sorted(days):
        after = now._replace(choice=Choice(PricedModel(offer.card, day))).cost()
        if after and before and after.total != before.total:
            yield day, after


# ----------------------------------------------------------------------------------------------------------- the table


_COLUMNS = (
    *map(Column, ("model", "source")),
    Column("lever", "lever"),
    Column("change", "change"),
    Column("per_request", "each", "listed"),
    *map(Column, ("per_day", "days")),
    Column("per_month", "a month", "money"),
    Column("saves", "saves", "money"),
    Column("percent", "off", "percent"),
    Column("in_return", "in return"),
    *map(Column, ("currency", "observed")),
)
_KINDS = ("batch", "flex", "size", "caching", "reseller", "model")
_UNPUBLISHED = "Volume discounts for enterprises exist and are not published: none is counted."


class Volume(NamedTuple):
    """How often the work is done, and the share of its input that repeats; ages are seen from `day`."""

    per_day: int = 1000
    days: int = 30
    share: Decimal = Decimal(0)
    day: date | None = None

    def month(self, cost: Breakdown) -> Decimal:
        """What a month of it costs."""
        return EXACT.multiply(cost.total, Decimal(self.per_day * self.days))


def savings(
    choice: Choice, work: Work, sellers: Iterable[PricedModel], volume: Volume | None = None, tier: str = "standard"
) -> Table:
    """The savings for some work, a row for each option. Raises `CostError` where the work itself has no price."""
    volume, sellers = volume or Volume(), list(sellers)
    now, base = Option(choice, work, tier), work.each(choice, tier)
    found = [
        *tiers(now),
        *smaller(now),
        *cached(now, volume.share),
        *resellers(now, sellers, volume.day),
        *models(now, sellers),
    ]
    single = _cheaper(found, base)
    together = _cheaper(combined(now, volume.share, sellers, volume.day), base)
    best = sorted(together, key=lambda pair: (pair[1].total, len(pair[0].changes)))[:1]
    rows = [_row(volume, base, base, "now", ", ".join(filter(None, (work.size.words, tier))), "")]
    rows += [_lever(volume, base, option.kind, option, cost) for option, cost in single]
    rows += [_dated(volume, base, day, after) for day, after in steps(now)]
    rows += [_lever(volume, base, "best together", option, cost) for option, cost in best]
    kinds = {option.kind for option, _ in single}
    missing = [kind for kind in _KINDS if kind not in kinds]
    nothing = f"Not offered for this, or not cheaper: {', '.join(missing)}."
    title = f"Savings on {base.model} in {base.currency}; a month is {volume.days} days of {volume.per_day:,}"
    notes = [nothing, *_unpublished(sellers, choice.offer)] if missing else _unpublished(sellers, choice.offer)
    return Table(title, _COLUMNS, tuple(rows), tuple(notes))


def _unpublished(sellers: Iterable[PricedModel], own: PricedModel) -> list[str]:
    """What the seller says that it sells cheaper and prints no price of, in its own words."""
    cards = [offer.card for offer in sellers if offer.card.provider == own.card.provider]
    said = [f"{c.name}: {r.evidence.quote!r}" for c in cards for r in c.rates if r.availability == "not_published"]
    return [_UNPUBLISHED, *dict.fromkeys(said)]


def _cheaper(options: Iterable[Option], base: Breakdown) -> list[tuple[Option, Breakdown]]:
    """The options that can be bought and cost less than what is done now, with their cost."""
    costs = ((option, cost) for option in options if (cost := option.cost()))
    return [(option, cost) for option, cost in costs if cost.total < base.total and cost.currency == base.currency]


def _lever(volume: Volume, base: Breakdown, kind: str, option: Option, cost: Breakdown) -> Row:
    return _row(volume, base, cost, kind, ", ".join(option.changes), "; ".join(dict.fromkeys(option.gives)))


def _dated(volume: Volume, base: Breakdown, day: date, after: Breakdown) -> Row:
    """A step that a page dates for later: what waiting for it saves, or what acting before it does."""
    if after.total < base.total:
        return _row(volume, base, after, "wait", f"from {day}", "the work waits until then")
    row = _row(volume, after, base, "act before", f"until the day before {day}", "the price rises then")
    return row._replace(lines=(*base.lines, *after.lines))


def _row(volume: Volume, base: Breakdown, cost: Breakdown, lever: str, change: str, in_return: str) -> Row:
    saved = volume.month(base) - volume.month(cost)
    money: dict[str, Cell] = {"saves": None, "percent": None}
    if saved:
        money = {"saves": saved, "percent": EXACT.divide(saved * 100, volume.month(base))}
    return Row(
        {
            "model": cost.model,
            "source": cost.source,
            "lever": lever,
            "change": change,
            "per_request": _each(cost),
            "per_day": volume.per_day,
            "days": volume.days,
            "per_month": volume.month(cost),
            **money,
            "in_return": in_return,
            "currency": cost.currency,
            "observed": str(max((line.observed for line in cost.lines), default="")),
        },
        cost.lines,
    )


def _each(cost: Breakdown) -> str:
    """One request as the page prints its price, where that is one rate for one; else the sum."""
    lines = cost.lines
    return printed(lines[0]) if len(lines) == 1 and lines[0].amount == lines[0].rate else plain(cost.total)
