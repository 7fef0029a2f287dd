"""One claim of a price against one card on a day: which rate it speaks of, and whether it says the same.

A rate that is not split stands for all that it covers, a claim that is not split for the ordinary case: text, the
standard list price, the shortest prompt. Amounts are compared per single unit, times in seconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ratecards import wording
from ratecards.audit.claims import Claim
from ratecards.catalog.priced_model import measure
from ratecards.costing.effective import SECONDS, per_one, per_one_of, singles
from ratecards.costing.select import PLAIN, is_apart, selecting
from ratecards.model import Evidence, Formula, Rate, RateCard

# One search under several names; a prompt is another thing, which may search more than once.
_SEARCHES = {"query": "request", "call": "request"}
# A file of floats says 3.0000000000000004e-07.
_NOISE = Decimal("1e-9")
# How near an amount is, as a share, that a page prints with fewer digits: an equivalent, and any price.
_NEAR, _LIKELY = Decimal("0.02"), Decimal("0.1")
_AMOUNT = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")
_FACTOR = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)x base input price\b", re.ASCII)
_FACTORS = {
    Decimal(1_000_000): "a million times ours",
    Decimal(1000): "a thousand times ours",
    Decimal(100): "a hundred times ours: cents as dollars",
    Decimal("0.01"): "a hundredth of ours: dollars as cents",
    Decimal("0.001"): "a thousandth of ours",
    Decimal("0.000001"): "a millionth of ours",
}
_SHARES = {
    Decimal(60): "60 times ours: a minute for a second",
    Decimal(3600): "3,600 times ours: an hour for a second",
    1 / Decimal(60): "a 60th of ours: a second for a minute",
    1 / Decimal(3600): "a 3,600th of ours: a second for an hour",
}


class Match(NamedTuple):
    """`right`, `wrong`, `wrong unit` or `not held`; the rate it was judged by, where there is one, and why."""

    verdict: str
    ours: Rate | None = None
    words: str = ""


def match_claim(claim: Claim, card: RateCard, day: date) -> Match:
    """What a card says on a day to a claim."""
    sold = _sold(claim, card, day)
    same_unit = [rate for rate in sold if _noun(rate.unit) in ("", _noun(claim.unit))]
    meant = _meant(claim, _prompt(claim, _modality(claim, same_unit)))
    priced = [rate for rate in meant if rate.price is not None]
    theirs = per_one_of(claim.price, claim.unit)
    if rate := next((r for r in priced if _equal(theirs, per_one(r))), None):
        return Match("right", rate, _only_at(rate, priced))
    if rate := next((r for r in priced if r.basis == "equivalent" and _rounds(theirs, r, _NEAR)), None):
        return Match("right", rate, f"rounds to ours {_only_at(rate, priced)}".rstrip())
    if rate := next((r for r in priced if _rounds(theirs, r, Decimal(1)) and _by_factor(claim, card, theirs)), None):
        return Match("right", rate, "by the factor that the page states; what it prints is that rounded")
    if other := _wrong_unit(claim, priced, sold):
        return other
    if priced and _long_elsewhere(claim, card, priced):
        return Match("not held", priced[0], "of this the page prints no price for long prompts, as it does of others")
    if priced:
        return Match("wrong", priced[0], _several(priced) or _near(theirs, priced[0], same_unit))
    return _unpriced(claim, card, day, meant) or _not_held(claim, sold)


def _sold(claim: Claim, card: RateCard, day: date) -> list[Rate]:
    """The rates of the claim's tier, plan and meter on the day, what a page states beside its table included."""
    wanted = (claim.service_tier, claim.plan, claim.meter)
    found = [r for r in card.rates if (r.service_tier, r.plan, r.meter) == wanted and r.holds_on(day)]
    found = [r for r in found if r.context == claim.context or not is_apart(r)]
    if claim.context not in ("", *PLAIN):  # what holds under a condition is judged by what is sold under it alone
        return [r for r in found if claim.context in (r.context, *r.context.split(", "))]
    if wanted[:2] == ("standard", "paid"):
        found += [_as_rate(f, card) for f in card.formulas if f.meter == claim.meter and f.amount is not None]
    # the price, not what is free of it
    return [rate for rate in found if rate.used_up_to is None] or found


def _as_rate(formula: Formula, card: RateCard) -> Rate:
    return Rate(
        provider=card.provider,
        source=card.source,
        model=card.model,
        meter=formula.meter,
        modality=formula.modality,
        unit=formula.unit,
        resolution=formula.resolution,
        basis="equivalent",
        price=formula.amount,
        currency=formula.currency,
        evidence=Evidence(formula.quote, f"{card.anchor or card.model} / notes"),
    )


def _prompt(claim: Claim, rates: Sequence[Rate]) -> list[Rate]:
    """The rates for the shortest prompt that the claim covers."""
    return [rate for rate in rates if rate.takes_prompt((claim.prompt_over or 0) + 1)]


def _meant(claim: Claim, rates: Sequence[Rate]) -> list[Rate]:
    """Of rates in the claim's unit, those that it speaks of by resolution, quality and context; list prices first."""
    found = list(rates)
    for name in ("resolution", "quality"):
        if said := getattr(claim, name).casefold():
            found = [r for r in found if getattr(r, name).casefold() in ("", said)]
        else:
            found = [r for r in found if not getattr(r, name)] or found
    if claim.context:
        found = _nearest(found, lambda rate: claim.context in rate.context.split(", "))
    else:
        found = _nearest(found, lambda rate: not selecting(rate))
    return sorted(found, key=lambda rate: rate.basis != "list")


def _modality(claim: Claim, rates: Sequence[Rate]) -> list[Rate]:
    """The rates of the claim's modality, else those that are not split; of a claim without one, text or whatever is.

    Where a page says that no text comes out, the one number of a claim is of what does.
    """
    found = [r for r in rates if r.modality == (claim.modality or "text")] or [r for r in rates if not r.modality]
    if claim.modality:
        return found
    return found if any(r.price is not None for r in found) else [r for r in rates if r.price is not None] or found


def _nearest(rates: list[Rate], near: Callable[[Rate], bool]) -> list[Rate]:
    return [rate for rate in rates if near(rate)] or rates


# ------------------------------------------------------------------------------------------- the verdicts


def _wrong_unit(claim: Claim, priced: Iterable[Rate], sold: Iterable[Rate]) -> Match | None:
    """The claim's number as ours in another unit, or off by as much as units differ."""
    if not claim.price:
        return None
    theirs = per_one_of(claim.price, claim.unit)
    for rate in sold:
        if not rate.price or _noun(rate.unit) == _noun(claim.unit):
            continue
        # with a price of our own to go by, another modality's number is a coincidence
        same_thing = claim.modality in ("", rate.modality) or not priced
        if same_thing and (_equal(theirs, per_one(rate)) or _equal(claim.price, rate.price)):
            words = f"{wording.value(rate)} is our price per {wording.unit(rate.unit)}"
            return Match("wrong unit", rate, f"{words}, not per {wording.unit(claim.unit)}")
    for rate in priced:
        for factor, words in (_FACTORS | (_SHARES if _noun(rate.unit) == "second" else {})).items():
            if rate.price and _equal(theirs, per_one(rate) * factor):
                return Match("wrong unit", rate, words)
    return None


def _unpriced(claim: Claim, card: RateCard, day: date, rates: Sequence[Rate]) -> Match | None:
    """What rates without an amount say: a price of what is not sold is wrong; what is not printed is not held.

    Nothing to pay is right where the free plan has it, and else no price.
    """
    if not rates:
        return None
    if rates[0].availability != "not_available":
        return Match("not held", rates[0], f"the page prints no amount: {rates[0].evidence.quote!r}")
    free = match_claim(claim._replace(plan="free"), card, day) if not claim.price and claim.plan == "paid" else None
    if free and free.verdict == "right":
        return free
    return Match("wrong" if claim.price else "not held", rates[0], "the page does not sell it")


def _not_held(claim: Claim, sold: Sequence[Rate]) -> Match:
    near = _prompt(claim, _modality(claim, sold))
    thing = f"{claim.meter.replace('_', ' ')} {claim.modality}".rstrip()
    if units := ", ".join(dict.fromkeys(wording.unit(r.unit) for r in near if r.price is not None)):
        return Match("not held", near[0], f"{thing} is held per {units} alone")
    if sold:
        held = list(dict.fromkeys(wording.subject(r) for r in sold))
        more = f" and {len(held) - 3} more" if len(held) > 3 else ""
        return Match("not held", None, f"no {thing} under these conditions; held: {', '.join(held[:3])}{more}")
    under = f" under {claim.context!r}" if claim.context else ""
    return Match("not held", None, f"no {thing} on the {claim.service_tier} tier{under}")


def _by_factor(claim: Claim, card: RateCard, theirs: Decimal) -> bool:
    """Whether a claim is the price of what is sent times a factor that the page states, as `0.1x base input price`."""
    same = claim.service_tier, claim.plan, "input"
    sent = _prompt(claim, [r for r in card.rates if (r.service_tier, r.plan, r.meter) == same and r.price is not None])
    factors = [Decimal(found[1]) for _, words in card.facts if (found := _FACTOR.match(words))]
    return any(_equal(theirs, per_one(rate) * factor) for rate in sent for factor in factors)


def _long_elsewhere(claim: Claim, card: RateCard, priced: Sequence[Rate]) -> bool:
    """Whether a claim for long prompts would be judged by undivided prices beside others that the page divides.

    Anthropic's page had such rows of input and output, and said of caches that their factors apply to those.
    """
    if not claim.prompt_over or any(rate.prompt_over or rate.prompt_up_to for rate in priced):
        return False
    same = claim.service_tier, claim.plan, _noun(claim.unit)
    return any(r.prompt_over and (r.service_tier, r.plan, _noun(r.unit)) == same for r in card.rates)


def _only_at(rate: Rate, priced: Sequence[Rate]) -> str:
    """Which of several prices it is that the claim states."""
    others = {(r.price, r.resolution, r.quality) for r in priced if r.unit == rate.unit}
    if len({price for price, *_ in others}) < 2:
        return ""
    return f"at {rate.resolution or rate.quality or wording.conditions(rate) or 'its plain price'} alone"


def _near(theirs: Decimal, ours: Rate, rates: Iterable[Rate]) -> str:
    """What may have led to another amount: digits that the page does not print, or the price of something else."""
    if _rounds(theirs, ours, _LIKELY):
        return "theirs rounds to what the page prints"
    other = next((r for r in rates if r.price is not None and _equal(theirs, per_one(r))), None)
    return f"theirs is our price of {wording.subject(other)}" if other else ""


def _several(priced: Sequence[Rate]) -> str:
    """The prices there are, where the claim could mean any of them."""
    words = [f"{wording.value(r)} ({wording.conditions(r) or r.modality or 'plain'})" for r in priced]
    return f"ours: {', '.join(words)}" if len({r.price for r in priced}) > 1 else ""


# ------------------------------------------------------------------------------------------------ amounts


def _noun(unit: str) -> str:
    noun = measure(unit)[1] if unit else ""
    return "second" if noun in SECONDS else _SEARCHES.get(noun, noun)


def _rounds(theirs: Decimal, rate: Rate, near: Decimal) -> bool:
    """Whether an amount per one is the rate's with digits that the page does not print, off by a share at most."""
    price = rate.price or Decimal(0)
    amount = theirs * singles(rate.unit)
    printed = [Decimal(words.replace(",", "")) for words in _AMOUNT.findall(rate.evidence.quote)]
    digits = max((int(n.as_tuple().exponent) * -1 for n in printed if n == price), default=0)
    return digits > 0 and abs(amount - price) <= min(Decimal(1).scaleb(-digits) / 2, price * near)


def _equal(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= _NOISE * max(abs(one), abs(other))
