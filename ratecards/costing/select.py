"""The one rate that a count of something is billed by. Nothing is assumed.

A rate is selected stage by stage; the stage that leaves none says what was asked for and what there is instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ratecards import wording
from ratecards.catalog.authority import TEXT_ALONE
from ratecards.catalog.priced_model import PricedModel, measure
from ratecards.errors import CostError, SeveralPricesError
from ratecards.model import Rate
from ratecards.records import NamedTuple

# Words of a context that say nothing beside the other columns (RATES, reading 17).
PLAIN = ("global", "thinking", "non-thinking", "short", "long")
# What is no price of the model itself, and so is never meant unless it is asked for: a tuned model of one's own, and a
# discount for those who share its data (RATES, reading 11).
TUNED = "finetuning"
APART = frozenset({TUNED, "data sharing"})


class RateQuery(NamedTuple):
    """What a rate is wanted for; `modalities` are alternatives that must cost the same, an empty field is not said.

    `long_over` is where a long prompt begins, for sources that only say short and long. `bases` are those allowed.
    """

    meter: str
    nouns: tuple[str, ...]
    modalities: tuple[str, ...] = ()
    resolution: str = ""
    quality: str = ""
    context: str = ""
    prompt: int = 0
    long_over: int | None = None
    bases: tuple[str, ...] = ("list",)

    @property
    def thing(self) -> str:
        """What is wanted, in words: `output (image or text)`."""
        of = " or ".join(self.modalities)
        return self.meter.replace("_", " ") + (f" ({of})" if of else "")


def select_rate(offer: PricedModel, want: RateQuery, tier: str, plan: str) -> list[Rate]:
    """The rate for what is wanted, or several that share out a period's usage. Raises `CostError`."""
    rates = offer.rates(tier, plan)
    if all(rate.price is None for rate in rates):
        offered = ", ".join(t if p == plan else f"{t} ({p} plan)" for t, p in offer.sold()) or "nothing"
        raise _lack(offer, f"the {tier} tier is not offered on the {plan} plan; offered: {offered}")
    where = f" ({tier} tier, {plan} plan)"
    for keeps, lacks in _STAGES:
        left = [rate for rate in rates if keeps(rate, want, offer)]
        if not left:
            raise _lack(offer, lacks(want, rates, offer), where)
        rates = left
    rates = _closest(rates, want)
    bands = {_band(rate): rate for rate in reversed(rates)}
    if len({(*_band(r), r.price, r.unit, r.currency) for r in rates}) > len(bands):
        words = f"{want.thing} has several prices; say which: {_told_apart(rates)}"
        raise SeveralPricesError(str(_lack(offer, words, where)))
    return sorted(bands.values(), key=lambda rate: rate.used_over or 0)


def _band(rate: Rate) -> tuple[int | None, int | None, str]:
    return rate.used_over, rate.used_up_to, rate.period


def _lack(offer: PricedModel, words: str, where: str = "") -> CostError:
    return CostError(f"{offer.card.model} at {offer.source}{where}: {words}")


def _closest(rates: list[Rate], want: RateQuery) -> list[Rate]:
    """Of what fits, what fits closest: the list price, that very modality, the row without conditions."""
    for near in (
        lambda rate: rate.basis == "list",
        lambda rate: bool(want.context) or not selecting(rate),
        lambda rate: bool(want.resolution) or not rate.resolution,
        lambda rate: bool(want.quality) or not rate.quality,
    ):
        rates = [rate for rate in rates if near(rate)] or rates
    # for each modality its own row, else the undivided one
    split = {rate.modality for rate in rates}
    rows = {modality if modality in split else "" for modality in want.modalities}
    return [rate for rate in rates if not rows or rate.modality in rows]


def selecting(rate: Rate) -> str:
    """The words of its context that select a price."""
    return ", ".join(word for word in rate.context.split(", ") if word not in PLAIN)


def is_apart(rate: Rate) -> bool:
    """Whether a rate is no price of the model itself, but of one that was tuned, or for those who share data."""
    return not APART.isdisjoint(rate.context.split(", "))


def _told_apart(rates: Iterable[Rate]) -> str:
    words = ((rate, " ".join(filter(None, (rate.modality, wording.conditions(rate))))) for rate in rates)
    return ", ".join(dict.fromkeys(f"{wording.value(rate)} ({label or 'plain'})" for rate, label in words))


# ------------------------------------------------------------------------------------------- the stages


def _listed(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(filter(None, words)))


def _noun_fits(rate: Rate, want: RateQuery, _: PricedModel) -> bool:
    noun = measure(rate.unit)[1]
    # a request is a picture only where the row says so
    return noun in want.nouns and (noun != "request" or not want.modalities or rate.modality in want.modalities)


def _modality_fits(rate: Rate, want: RateQuery, offer: PricedModel) -> bool:
    if rate.modality or not want.modalities:
        return not want.modalities or rate.modality in want.modalities
    return offer.source not in TEXT_ALONE or "text" in want.modalities


def _prompt_fits(rate: Rate, want: RateQuery, _: PricedModel) -> bool:
    words = rate.context.split(", ")
    if want.long_over is not None and {"short", "long"} & set(words):
        return ("long" in words) == (want.prompt > want.long_over)
    return rate.takes_prompt(want.prompt)


def _no_meter(want: RateQuery, rates: Sequence[Rate], _: PricedModel) -> str:
    priced = _listed(r.meter.replace("_", " ") for r in rates if r.price is not None)
    return f"no price for {want.meter.replace('_', ' ')}; priced: {priced}"


def _only_apart(want: RateQuery, rates: Sequence[Rate], _: PricedModel) -> str:
    contexts = _listed(repr(rate.context) for rate in rates)
    return f"{want.meter.replace('_', ' ')} is sold only in a context that must be asked for: {contexts}"


def _no_price(want: RateQuery, rates: Sequence[Rate], _: PricedModel) -> str:
    words = _listed(f"{r.availability.replace('_', ' ')} ({r.evidence.quote!r})" for r in rates)
    return f"{want.meter.replace('_', ' ')} has no price: {words}"


def _no_noun(want: RateQuery, rates: Sequence[Rate], _: PricedModel) -> str:
    return f"{want.thing} is not priced per {want.nouns[0]}, but per {_listed(wording.unit(r.unit) for r in rates)}"


def _no_basis(want: RateQuery, rates: Sequence[Rate], _: PricedModel) -> str:
    words = _listed(f"{wording.value(r)} per {r.unit}" for r in rates)
    return f"{want.thing} is not sold per {want.nouns[0]}; the page prints an equivalent only: {words}"


def _no_day(want: RateQuery, rates: Sequence[Rate], offer: PricedModel) -> str:
    return f"no price of {want.thing} holds on {offer.day}; {_listed(wording.dates(r) for r in rates)}"


def _no_prompt(want: RateQuery, rates: Sequence[Rate], _: PricedModel) -> str:
    priced = _listed(map(wording.conditions, rates))
    return f"no price of {want.thing} for a prompt of {want.prompt:,} tokens; priced: {priced}"


def _no_modality(want: RateQuery, rates: Sequence[Rate], _: PricedModel) -> str:
    return f"no price for {want.thing}; priced: {_listed(r.modality or 'text' for r in rates)}"


def _no_resolution(want: RateQuery, rates: Sequence[Rate], _: PricedModel) -> str:
    sizes = _listed(r.resolution for r in rates)
    if not sizes:
        return f"sold without a resolution, so {want.resolution} cannot be told apart; leave it out"
    return f"{want.resolution} is not sold; sold: {sizes}"


def _no_quality(want: RateQuery, rates: Sequence[Rate], _: PricedModel) -> str:
    return f"no quality {want.quality!r}; sold: {_listed(r.quality for r in rates) or 'one quality, without a name'}"


def _no_context(want: RateQuery, rates: Sequence[Rate], _: PricedModel) -> str:
    return f"no price {want.context!r}; priced: {_listed(map(selecting, rates)) or 'without such a condition'}"


Keeps = Callable[[Rate, RateQuery, PricedModel], bool]
Lacks = Callable[[RateQuery, Sequence[Rate], PricedModel], str]
_STAGES: tuple[tuple[Keeps, Lacks], ...] = (
    (lambda rate, want, _: rate.meter == want.meter, _no_meter),
    (lambda rate, want, _: rate.context == want.context or not is_apart(rate), _only_apart),
    (lambda rate, *_: rate.price is not None, _no_price),
    (_noun_fits, _no_noun),
    (lambda rate, want, _: rate.basis in want.bases, _no_basis),
    (_modality_fits, _no_modality),
    (lambda rate, _, offer: rate.holds_on(offer.day), _no_day),
    (_prompt_fits, _no_prompt),
    (lambda rate, want, _: want.resolution.casefold() in ("", rate.resolution.casefold()), _no_resolution),
    (lambda rate, want, _: want.quality.casefold() in ("", rate.quality.casefold()), _no_quality),
    (lambda rate, want, _: want.context in ("", rate.context), _no_context),
)
