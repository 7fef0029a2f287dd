"""What a row of the database says: cards and rates as rows, and back.

What a page does not say is NULL in a row, amounts and days are text, lists are JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from ratecards.model import RATE_FIELDS, Evidence, Formula, Rate, RateCard, plain
from ratecards.records import maker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ratecards.model.lifecycle import Lifecycle

_BOUNDS = ("prompt_over", "prompt_up_to", "used_over", "used_up_to")
_EVIDENCE = ("quote", "locator", "capture", "observed", "reading", "how")
RATE = (*RATE_FIELDS, *_EVIDENCE)
_LISTS = ("aliases", "used_to_improve", "notices", "formulas", "facts")
CARD = (
    "provider",
    "source",
    "model",
    "name",
    "url",
    "anchor",
    *_LISTS,
    "observed",
    "capture",
    "last_updated",
    "parser",
)
# what a row that is not as it was written makes the functions below raise
DAMAGE = (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, RecursionError)
# what is not said is an empty word, but None where the values are no words
_NONE = {*_BOUNDS, "price", "effective_from", "effective_until", "last_updated", *_LISTS}
RATE_COLUMNS, CARD_COLUMNS = (
    ", ".join(name if name in none else f"ifnull({name}, '')" for name in columns)
    for columns, none in ((RATE, _NONE | {"observed"}), (CARD, _NONE))
)
# what stands in a row of `RATE_COLUMNS` for what is not said
EMPTY = {name: None if name in _NONE | {"observed"} else "" for name in RATE}
_make_card, _make_formula = maker(RateCard), maker(Formula)


def rate_row(rate: Rate) -> list[Any]:
    """The columns of `RATE`, and the price as a double."""
    said = [*(getattr(rate, name) for name in RATE_FIELDS), *(getattr(rate.evidence, name) for name in _EVIDENCE)]
    return [*map(_cell, said), None if rate.price is None else float(rate.price)]


def card_row(card: RateCard) -> list[Any]:
    """The columns of `CARD`."""
    return [_formulas(card) if name == "formulas" else _cell(getattr(card, name)) for name in CARD]


def _formulas(card: RateCard) -> str | None:
    rows = [[_plain(getattr(formula, name)) for name in Formula.__slots__] for formula in card.formulas]
    return json.dumps(rows, ensure_ascii=False) if rows else None


def _cell(value: Any) -> Any:
    """A value as it stands in a row: NULL for what is not said, amounts and days as text, lists as JSON."""
    if value in ("", None, ()):
        return None
    return json.dumps(value, ensure_ascii=False) if isinstance(value, tuple) else _plain(value)


def _plain(value: Any) -> Any:
    return plain(value) if isinstance(value, Decimal) else str(value) if isinstance(value, date) else value


class _OpenRate:
    """A rate whose fields are being set: all at once, which takes a third of the time of one call for each."""

    __slots__ = Rate.__slots__


class _OpenEvidence:
    """The same of its evidence."""

    __slots__ = Evidence.__slots__


def rate_from(row: Sequence[Any]) -> Rate:
    """The rate of a row of `RATE_COLUMNS`."""
    proof: Any = _OpenEvidence()
    rate: Any = _OpenRate()
    rate.provider, rate.source, rate.model, rate.service_tier, rate.plan, rate.meter, rate.modality, rate.unit = row[:8]
    rate.resolution, rate.quality, rate.prompt_over, rate.prompt_up_to, rate.used_over, rate.used_up_to = row[8:14]
    rate.period, rate.context, rate.basis, rate.availability, price, rate.currency, start, end = row[14:22]
    proof.quote, proof.locator, proof.capture, seen, proof.reading, proof.how = row[22:]
    proof.observed = None if seen is None else day_from(seen)
    rate.price = None if price is None else _amount(price)
    rate.effective_from = None if start is None else day_from(start)
    rate.effective_until = None if end is None else day_from(end)
    for bound in row[10:14]:
        if bound is not None and type(bound) is not int:
            raise TypeError(f"the bound {bound!r}; bounds are whole numbers")
    proof.__class__, rate.evidence = Evidence, proof
    rate.__class__ = Rate
    return rate  # type: ignore[no-any-return]


def card_from(row: Sequence[Any], rates: Iterable[Rate], days_of: Callable[..., tuple[Lifecycle, ...]]) -> RateCard:
    """The card of a row of `CARD_COLUMNS` with these rates; `days_of` gives its lifecycles, of id and aliases."""
    provider, source, model, name, url, anchor, *lists, observed, capture, updated, parser = row
    aliases, improve, notices, formulas, facts = (tuple(_listed(text)) if text else () for text in lists)
    return _make_card(
        (
            *(provider, source, model, name, url, anchor, aliases, improve, notices),
            *(tuple(map(_formula, formulas)), facts, day_from(observed), capture),
            *(None if updated is None else day_from(updated), parser, tuple(rates), days_of(model, aliases)),
        )
    )


def _listed(text: str) -> Iterator[Any]:
    return (tuple(entry) if isinstance(entry, list) else entry for entry in json.loads(text))


def _formula(row: Sequence[Any]) -> Formula:
    amount = row[6]
    # a row written before images were told apart by quality has none
    return _make_formula((*row[:6], None if amount is None else _amount(amount), *[*row[7:], ""][:2]))


@lru_cache(maxsize=4096)
def _amount(text: str) -> Decimal:
    if type(text) is not str:
        raise TypeError(f"the amount {text!r}; amounts are text")
    return Decimal(text)


@lru_cache(maxsize=4096)
def day_from(text: str) -> date:
    """The day of an ISO date."""
    return date.fromisoformat(text)
