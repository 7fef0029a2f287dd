"""The nouns of the dataset: rate cards, rates, their keys, evidence and formula notes.

One `Rate` is one row of the flat rate table: what one source says one unit of one thing costs under
one set of conditions. Money is `Decimal`; a price that the page does not say is `None`, never zero.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from operator import attrgetter

from ratecards.records import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ratecards.model.lifecycle import Lifecycle, Shutdown

SERVICE_TIERS = ("standard", "batch", "flex", "priority", "ultrafast", "fast")
PLANS = ("free", "paid")
METERS = (
    "input",
    "output",
    "cache_read",
    "cache_write",
    "cache_storage",
    "search_grounding",
    "maps_grounding",
    "tuning",
    "tool",
)
MODALITIES = ("", "text", "image", "video", "audio")
BASES = ("list", "equivalent")
# What proves the meaning of words that are in no vocabulary; without such words a reading is exact.
PROOFS = ("continuity", "arithmetic", "corroboration", "relation")
EXACT = "exact"
AVAILABILITIES = ("priced", "free", "supported", "not_available", "not_published", "refers")
PERIODS = ("", "day", "month")

ID_FORM = r"[a-z0-9][a-z0-9.\-]{0,63}"
# A model's files carry its id: without names that Windows keeps for devices, or cuts the end of.
MODEL_ID = re.compile(rf"(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|\Z)){ID_FORM}(?<!\.)\Z")
UNIT = re.compile(
    r"(?:1 (?:image|second|minute|hour|frame|song|request|prompt|query|video|image-hour|second-hour|character|token)"
    r"|(?!1 )[1-9][0-9]* (?:tokens|token-hours|images|seconds|minutes|prompts|queries|requests|characters"
    r"|character-hours))\Z"
)
CURRENCY = re.compile(r"[A-Z]{3}\Z")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a rate was read: the verbatim words and their place.

    `capture` (sha256) and `observed` stand only where they differ from the card's, that is on a
    rate that was held back while the rest of its card moved on. `reading` and `how` stand where words of the place are
    in no vocabulary: "inferred: " and the proof that settled what they mean, and these words with the figures of it.
    """

    quote: str
    locator: str
    capture: str = ""
    observed: date | None = None
    reading: str = ""
    how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One row of the rate table; the field names and their order are the table's columns.

    `price` is in `currency` per `unit` ("1000000 tokens"); bounds are in tokens (prompt) or in the
    unit's noun (used); dates are inclusive. Evidence does not take part in equality.
    """

    provider: str
    source: str
    model: str
    service_tier: str = "standard"
    plan: str = "paid"
    meter: str
    modality: str = ""
    unit: str
    resolution: str = ""
    quality: str = ""
    prompt_over: int | None = None
    prompt_up_to: int | None = None
    used_over: int | None = None
    used_up_to: int | None = None
    period: str = ""
    context: str = ""
    basis: str = "list"
    availability: str = "priced"
    price: Decimal | None = None
    currency: str = ""
    effective_from: date | None = None
    effective_until: date | None = None
    evidence: Evidence = field(compare=False)

    @property
    def row_key(self) -> tuple[object, ...]:
        """Everything that identifies the row within its source, dates included."""
        return _ROW_KEY(self)

    @property
    def join_key(self) -> tuple[object, ...]:
        """What two editions, or two sources, are compared by; unit, availability and dates are values."""
        return _JOIN_KEY(self)

    @property
    def reading(self) -> str:
        """How its words were understood: `exact`, or `inferred: ` and the proof."""
        return self.evidence.reading or EXACT

    def holds_on(self, day: date) -> bool:
        """Whether the row's effective dates, both inclusive, cover `day`."""
        return (self.effective_from is None or self.effective_from <= day) and (
            self.effective_until is None or day <= self.effective_until
        )

    def takes_prompt(self, tokens: int) -> bool:
        """Whether the row is for prompts of so many tokens."""
        return (self.prompt_over is None or tokens > self.prompt_over) and (
            self.prompt_up_to is None or tokens <= self.prompt_up_to
        )


ROW_KEY = (
    "provider",
    "source",
    "model",
    "service_tier",
    "plan",
    "meter",
    "modality",
    "unit",
    "resolution",
    "quality",
    "prompt_over",
    "prompt_up_to",
    "used_over",
    "used_up_to",
    "period",
    "context",
    "basis",
    "effective_from",
    "effective_until",
)
JOIN_KEY = tuple(
    name for name in ROW_KEY if name not in ("provider", "source", "unit", "effective_from", "effective_until")
)
_ROW_KEY: Callable[[Rate], tuple[object, ...]] = attrgetter(*ROW_KEY)
_JOIN_KEY: Callable[[Rate], tuple[object, ...]] = attrgetter(*JOIN_KEY)
COLUMNS = (
    *ROW_KEY[:17],
    "availability",
    "price",
    "currency",
    "effective_from",
    "effective_until",
    "quote",
    "locator",
    "reading",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A figure the page states beside its rates: tokens per image or second, or a restated price.

    `tokens` are counted per `unit`, of a `resolution` and `quality` where it depends on them; `amount` is money per
    `unit` as the sentence prints it.
    """

    quote: str
    meter: str = ""
    modality: str = ""
    resolution: str = ""
    unit: str
    tokens: int | None = None
    amount: Decimal | None = None
    currency: str = ""
    quality: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateCard:
    """All that one source says of one model, as read from one capture.

    `capture` is the sha256 of the page the facts were read from, `observed` the day it was fetched,
    `last_updated` the page's own date line; they move only when the facts do. `lifecycle` is what pages of facts say of
    the model's days: it is no part of the card's file or history, and takes no part in equality.
    """

    provider: str
    source: str
    model: str
    name: str
    url: str
    anchor: str = ""
    aliases: tuple[str, ...] = ()
    used_to_improve: tuple[tuple[str, str], ...] = ()
    notices: tuple[str, ...] = ()
    formulas: tuple[Formula, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    observed: date
    capture: str
    last_updated: date | None = None
    parser: str
    rates: tuple[Rate, ...] = ()
    lifecycle: tuple[Lifecycle, ...] = field(compare=False, default=())

    @property
    def copied(self) -> bool:
        """Whether its facts were read from a copy of the page, which somebody else made, and not from the page."""
        return self.parser.startswith(COPIED)

    @property
    def grade(self) -> str:
        """How far its source is trusted: `official`, `billed`, `by hand`, `reseller` or `reported`; else empty."""
        from ratecards.model import grade

        return grade.grade(grade.name_of(self.provider, self.source))

    @property
    def shutdown(self) -> Shutdown | None:
        """The day on which the model ends and what takes its place, where a notice or a page of facts announces one."""
        if not self.notices and not self.lifecycle:
            return None
        from ratecards.model.lifecycle import earliest_binding

        return earliest_binding(self)


# How the version of a reader begins where what was read is no page but a copy of one that somebody made: "copy 2".
COPIED = "copy "
# The name of a fact that is a price announced without a day: "announced: standard search_grounding".
UNDATED = "announced: "
META = ("name", "aliases", "used_to_improve", "notices", "formulas", "facts")


def canonical_order(rate: Rate) -> tuple[object, ...]:
    """Sort key of rates inside a card and in the table: by meaning, never by place on the page."""
    return (
        rate.provider,
        rate.source,
        rate.model,
        SERVICE_TIERS.index(rate.service_tier),
        -PLANS.index(rate.plan),
        METERS.index(rate.meter),
        rate.context,
        BASES.index(rate.basis),
        MODALITIES.index(rate.modality),
        rate.quality,
        _resolution_order(rate.resolution),
        -1 if rate.prompt_over is None else rate.prompt_over,
        -1 if rate.prompt_up_to is None else rate.prompt_up_to,
        -1 if rate.used_over is None else rate.used_over,
        -1 if rate.used_up_to is None else rate.used_up_to,
        rate.period,
        rate.unit,
        rate.effective_from or date.min,
        rate.effective_until or date.max,
    )


@cache
def _resolution_order(resolution: str) -> tuple[Decimal, str]:
    number = re.match(r"[0-9]+(?:\.[0-9]+)?", resolution)
    # "4k" of a video is more than "1080p"
    size = Decimal(number.group()) * (1000 if resolution[-1:] in "kK" else 1) if number else Decimal(0)
    return size, resolution


def validate_rate(rate: Rate) -> list[str]:
    """What is wrong with a rate as a row of the table; empty when it may be published."""
    wrong = [
        f"{name} {value!r} is not one of {', '.join(map(repr, allowed))}"
        for name, allowed in ENUMS.items()
        if (value := getattr(rate, name)) not in allowed
    ]
    if not MODEL_ID.match(rate.model):
        wrong.append(f"model {rate.model!r} is not an id")
    if not UNIT.match(rate.unit) and not (rate.unit == "" and rate.price in (None, 0)):
        wrong.append(f"unit {rate.unit!r} is not a quantity and a noun")
    wrong += _money_problems(rate)
    wrong += _bound_problems(rate)
    if rate.effective_from and rate.effective_until and rate.effective_from > rate.effective_until:
        wrong.append(f"effective from {rate.effective_from} until {rate.effective_until}")
    return wrong


def _money_problems(rate: Rate) -> list[str]:
    wrong = []
    if (rate.price is None) != (rate.availability not in ("priced", "free")):
        wrong.append(f"{rate.availability} with price {rate.price}")
    if rate.price is not None and (not rate.price.is_finite() or rate.price.is_signed()):
        wrong.append(f"price {rate.price} is not a non-negative decimal")
    if rate.availability == "free" and rate.price:
        wrong.append(f"free at {rate.price}")
    if rate.price is not None and not CURRENCY.match(rate.currency):
        wrong.append(f"currency {rate.currency!r} is not an ISO 4217 code")
    if rate.price is None and rate.currency:
        wrong.append(f"currency {rate.currency} without a price")
    return wrong


def _bound_problems(rate: Rate) -> list[str]:
    """There must be a number larger than `over` and no larger than `up_to`."""
    return [
        f"{what} over {over} and up to {up_to}"
        for what, over, up_to in (
            ("prompt", rate.prompt_over, rate.prompt_up_to),
            ("used", rate.used_over, rate.used_up_to),
        )
        if (over or 0) < 0 or (up_to is not None and up_to <= (-1 if over is None else over))
    ]


# The columns that can hold these words alone.
ENUMS: dict[str, tuple[str, ...]] = {
    "service_tier": SERVICE_TIERS,
    "plan": PLANS,
    "meter": METERS,
    "modality": MODALITIES,
    "basis": BASES,
    "availability": AVAILABILITIES,
    "period": PERIODS,
}


def plain(amount: Decimal) -> str:
    """An amount in plain notation without trailing zeros: `2`, `0.5`, `0.0375`."""
    text = format(amount, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text


def cell(rate: Rate, column: str) -> str:
    """What stands in a column, as a string; empty where the page says nothing."""
    value = getattr(rate.evidence if column in ("quote", "locator") else rate, column)
    return plain(value) if isinstance(value, Decimal) else "" if value is None else str(value)


def row(rate: Rate) -> dict[str, str]:
    """The rate as strings by column."""
    return {column: cell(rate, column) for column in COLUMNS}


RATE_FIELDS = tuple(name for name in Rate.__slots__ if name != "evidence")
