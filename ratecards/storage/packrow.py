"""The values of a pack's lines, as the nouns they stand for: positions are fixed, nothing is looked up by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from json import JSONDecoder

from ratecards.model import Evidence, Formula, Rate, RateCard
from ratecards.records import maker
from ratecards.storage.names import Renamed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Place = Sequence[int]
Places = Mapping[str, Place]
Index = tuple[Places, Mapping[str, Sequence[str]], list[Renamed]]

# what a line that is not as it was written makes the functions below raise
DAMAGE = (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, RecursionError)

_card, _formula = maker(RateCard), maker(Formula)


def _no_number(text: str) -> float:
    raise ValueError(f"a bare number {text}; amounts are quoted strings")


_decoder = JSONDecoder(parse_float=_no_number, parse_constant=_no_number)


def value(line: bytes) -> Any:
    """The value of a line. Raises one of `DAMAGE`, as all here do."""
    return _decoder.decode(line.decode())


def rates(lines: bytes, owner: tuple[str, str, str]) -> list[Rate]:
    """The rates of lines; `owner` is provider, source and model."""
    rows = value(b"[" + lines[:-1].replace(b"\n", b",") + b"]")
    return [_rate_of(owner, row) for row in rows]


class _OpenRate:
    """A rate whose fields are being set: all at once, which takes a fifth of the time of one call for each."""

    __slots__ = Rate.__slots__


class _OpenEvidence:
    """The same of its evidence."""

    __slots__ = Evidence.__slots__


def _rate_of(owner: tuple[str, str, str], row: Sequence[Any]) -> Rate:
    """The rate of a row: its columns in their order, then its evidence."""
    proof: Any = _OpenEvidence()
    rate: Any = _OpenRate()
    rate.provider, rate.source, rate.model = owner
    rate.service_tier, rate.plan, rate.meter, rate.modality, rate.unit, rate.resolution, rate.quality = row[:7]
    rate.prompt_over, rate.prompt_up_to, rate.used_over, rate.used_up_to, rate.period, rate.context = row[7:13]
    rate.basis, rate.availability, price, rate.currency, start, end = row[13:19]
    proof.quote, proof.locator, proof.capture, seen = row[19:]
    proof.observed = None if seen is None else _day(seen)
    rate.price = None if price is None else _amount(price)
    rate.effective_from = None if start is None else _day(start)
    rate.effective_until = None if end is None else _day(end)
    proof.__class__, rate.evidence = Evidence, proof
    rate.__class__ = Rate
    return rate  # type: ignore[no-any-return]


def card(row: Sequence[Any], owner: tuple[str, str], rates: Sequence[Rate]) -> RateCard:
    """The card that a line says, with its rates."""
    model, observed, capture, parser, updated, name, url, anchor, aliases, improve, notices, formulas, facts, _ = row
    return _card(
        (
            *(*owner, model, name, url, anchor, tuple(aliases)),
            *(_pairs(improve), tuple(notices), tuple(map(_formula_of, formulas)), _pairs(facts)),
            *(_day(observed), capture, None if updated is None else _day(updated), parser, tuple(rates)),
        )
    )


def _pairs(said: Sequence[Any]) -> tuple[tuple[str, str], ...]:
    return tuple((name, words) for name, words in said)


def _formula_of(row: Sequence[Any]) -> Formula:
    amount = row[6]
    return _formula((*row[:6], None if amount is None else _amount(amount), *row[7:]))


def index(line: Mapping[str, Any]) -> Index:
    """Where the card of each model stands, the ids of each alias, the renames by day."""
    renamed = [Renamed(_day(day), recorded, former, model) for day, recorded, former, model in line["renames"]]
    return line["models"], line["names"], sorted(renamed, key=lambda change: change.day)


def lore(line: Mapping[str, Any]) -> tuple[dict[str, date], dict[str, list[date]]]:
    """The first day of each id, and the days it went."""
    first = {model: _day(day) for model, day in line["first"].items()}
    return first, {model: list(map(_day, days)) for model, days in line["gone"].items()}


@lru_cache(maxsize=4096)
def _amount(text: str) -> Decimal:
    if type(text) is not str:
        raise TypeError(f"the amount {text!r}; amounts are quoted strings")
    return Decimal(text)


@lru_cache(maxsize=4096)
def _day(text: str) -> date:
    return date.fromisoformat(text)
