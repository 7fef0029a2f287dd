"""A rate in words: what it is the price of, its amount, unit, conditions and dates.

People get short words (`1M tokens`, `prompt > 200k`). What programs, too, read in published files and reports is in
full: `exact_name`, `exact_conditions`, `exact_price`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from ratecards.model import Evidence, Rate, plain

_THOUSANDS = ((1_000_000, "M"), (1_000, "k"))


def money(amount: Decimal) -> str:
    """An amount with at least two decimals: `2.00`, `0.50`, `0.0375`, `1,350.00`."""
    whole, _, fraction = plain(amount).partition(".")
    return f"{int(whole):,}.{fraction.ljust(2, '0')}"


def value(rate: Rate | None) -> str:
    """What a rate says in the place of a price: an amount, `free`, or why there is none."""
    if rate is None:
        return "-"
    if rate.availability == "free" or rate.price is None:
        return rate.availability.replace("_", " ")
    return money(rate.price) if rate.currency == "USD" else f"{money(rate.price)} {rate.currency}"


def with_currency(amount: Decimal, currency: str) -> str:
    """An amount with its currency: `$0.30`, `0.30 EUR`."""
    return f"${money(amount)}" if currency == "USD" else f"{money(amount)} {currency}"


def price(rate: Rate | None) -> str:
    """`3.00 USD per 1M tokens`, or what the page says instead of a price."""
    if rate is None or rate.price is None or rate.availability == "free":
        return value(rate)
    return f"{money(rate.price)} {rate.currency}{per(rate.unit)}"


def count(number: int, noun: str) -> str:
    """So many of a thing: `1 rate`, `19 rates`."""
    return f"{number} {noun}{'s' * (number != 1)}"


def unit(words: str) -> str:
    """A unit, its quantity short: `1M tokens`, `1,000 prompts`, `1 image`."""
    quantity, _, noun = words.partition(" ")
    if not noun:
        return words
    return f"1M {noun}" if quantity == "1000000" else f"{int(quantity):,} {noun}"


def per(words: str) -> str:
    """What a price is for: ` per 1M tokens`, ` per image`; empty without a unit."""
    return f" per {unit(words).removeprefix('1 ')}" if words else ""


def exact_ratio(ratio: Decimal | None) -> str:
    """A ratio for programs, in four decimals at most; empty where there is none."""
    return "" if ratio is None else plain(ratio.quantize(Decimal("0.0001")))


def times(ratio: Decimal | None) -> str:
    """How many times the old price, in two decimals, or four where two say nothing: `x2.00`."""
    if ratio is None:
        return ""
    return f"x{ratio:.2f}" if ratio >= Decimal("0.1") else f"x{ratio:.4f}"


def conditions(rate: Rate, day: date | None = None) -> str:
    """What selects the rate beside its meter and modality; on a `day`, whether its dates hold."""
    words = (
        rate.resolution,
        rate.quality,
        prompt(rate.prompt_over, rate.prompt_up_to),
        _usage(rate),
        rate.context,
        rate.basis if rate.basis != "list" else "",
        dates(rate, day),
        f"as read {rate.evidence.observed}" if rate.evidence.observed else "",
    )
    return ", ".join(filter(None, words))


def prompt(over: int | None, up_to: int | None) -> str:
    """The bounds of a prompt in words; nothing where there are none."""
    if over is not None and up_to is not None:
        return f"{short(over)} < prompt <= {short(up_to)}"
    if over is not None:
        return f"prompt > {short(over)}"
    return "" if up_to is None else f"prompt <= {short(up_to)}"


def short(count: int) -> str:
    """A count in thousands or millions where it is one: `200k`, `1M`, `1,500`."""
    for size, letter in _THOUSANDS:
        if count and count % size == 0:
            return f"{count // size}{letter}"
    return f"{count:,}"


def _usage(rate: Rate) -> str:
    over, up_to = rate.used_over, rate.used_up_to
    per = f"/{rate.period}" if rate.period else ""
    if over is not None and up_to is not None:
        return f"{over:,} to {up_to:,}{per}"
    if over is not None:
        return f"over {over:,}{per}"
    return "" if up_to is None else f"up to {up_to:,}{per}"


def dates(rate: Rate, day: date | None = None) -> str:
    """The effective dates, if any; on a `day`, which half is current: `current until 2026-12-31`."""
    start, end = rate.effective_from, rate.effective_until
    if day and end and end < day:
        return f"ended {end}"
    current = bool(day and rate.holds_on(day))
    words = [f"{'since' if current else 'from'} {start}"] if start else []
    words += [f"until {end}"] if end else []
    return " ".join(["current", *words] if current and words else words)


def subject(rate: Rate, modality: str | None = None, day: date | None = None) -> str:
    """What a rate is the price of: `input text (standard, prompt <= 200k)`."""
    plan = "" if rate.plan == "paid" else f"{rate.plan} plan"
    words = ", ".join(filter(None, (rate.service_tier, plan, conditions(rate, day))))
    return thing(rate, modality, conditions=words)


def thing(rate: Rate, modality: str | None = None, *, conditions: str) -> str:
    """Meter and modality, with conditions in brackets."""
    words = " ".join(filter(None, (rate.meter, rate.modality if modality is None else modality)))
    return f"{words} ({conditions})" if conditions else words


def cells(rates: Iterable[Rate]) -> list[list[Rate]]:
    """Rates that differ in nothing but the modality, together: one printed cell, one line."""
    from dataclasses import replace  # a cost needs other words of this module, and not that

    found: dict[object, list[Rate]] = {}
    for rate in rates:
        same = replace(rate, modality="", evidence=Evidence("", ""))
        found.setdefault((same, rate.evidence.quote, rate.evidence.locator), []).append(rate)
    return list(found.values())


def modalities(rates: Iterable[Rate]) -> str:
    """The modalities of one cell, in the table's order."""
    return ", ".join(rate.modality for rate in rates if rate.modality)


# ---------------------------------------------------------------------------------------------------- in full


def exact_name(rate: Rate) -> str:
    """What a rate is the price of: `standard (free plan) input text, prompt <= 200000`."""
    plan = " (free plan)" if rate.plan == "free" else ""
    return f"{rate.service_tier}{plan} {rate.meter} {exact_conditions(rate)}".rstrip()


def exact_conditions(rate: Rate) -> str:
    """What selects the rate beside its meter, numbers in full: `text, prompt <= 200000`, `up to 500 a day`."""
    bounds = (
        ("prompt <= {}", rate.prompt_up_to),
        ("prompt > {}", rate.prompt_over),
        (f"up to {{}} a {rate.period}", rate.used_up_to),
        (f"over {{}} a {rate.period}", rate.used_over),
    )
    words = [rate.modality, rate.quality, rate.resolution, rate.context]
    words += [form.format(bound) for form, bound in bounds if bound is not None]
    return ", ".join(filter(None, (*words, rate.basis if rate.basis != "list" else "")))


def exact_amount(values: Mapping[str, str] | None) -> str:
    """The price of a rate's row as published, or what stands instead of one; `-` where there is no rate."""
    return "-" if values is None else values.get("price") or values["availability"].replace("_", " ")


def exact_price(values: Mapping[str, str] | None) -> str:
    """`4.5 USD per 1M tokens from 2027-01-01` of a rate's row as published, or what stands instead of a price."""
    if values is None or not values.get("price"):
        return exact_amount(values)
    quantity = "1M tokens" if values["unit"] == "1000000 tokens" else values["unit"]
    per_unit = f" per {quantity}" if quantity else ""
    return f"{values['price']} {values['currency']}{per_unit}{exact_dates(values)}"


def exact_dates(values: Mapping[str, str]) -> str:
    """` from 2027-01-01`, ` until 2026-12-31`, both or nothing."""
    ends = (("from", values.get("effective_from")), ("until", values.get("effective_until")))
    return "".join(f" {word} {day}" for word, day in ends if day)
