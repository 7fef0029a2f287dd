"""What usages of one shape cost: the rates are selected once, and numbers are multiplied with them.

A shape is which counts there are, for which model, service tier and plan, on which cards and day. What depends on the
numbers themselves is a branch inside: the band of the prompt's size has a row of its own, a period's allowance is
shared out, and tokens of images that are sold by the piece are looked at for whole ones, each time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from decimal import Decimal, getcontext, localcontext, setcontext
from operator import itemgetter

from ratecards.costs.breakdown import EXACT, Breakdown, Line
from ratecards.costs.counts import MOST, STANDS_FOR, TOKENS, Count
from ratecards.costs.terms import FINEST, Factor, Terms
from ratecards.errors import CostError
from ratecards.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ratecards.catalog.shelf import Choice
    from ratecards.costs.counts import Usage
    from ratecards.costs.terms import Term

    Kind = tuple[str, tuple[str, ...], tuple[str, ...], str]

_ZERO = Decimal(0)
_NOTHING = (None,) * len(TOKENS)
_new, _multiply, _divide, _add = tuple.__new__, EXACT.multiply, EXACT.divide, EXACT.add


class Shape(NamedTuple):
    """Which counts a usage has, and the words that it says of all of them; numbers and the prompt's size apart."""

    kinds: tuple[Kind, ...] = ()
    quality: str = ""
    context: str = ""
    reading: str = "listed"


def shape_of(usage: Usage) -> Shape:
    """The shape of a usage."""
    kinds = tuple([(c.meter, c.nouns, c.modalities, c.resolution) for c in usage.counts])
    return _new(Shape, (kinds, usage.quality, usage.context, usage.reading))


# Plain numbers of tokens, by any of the names in `counts.TOKENS`: the sent ones without the cached, the cached, ...
_METERS = (("input", "text"), ("cache_read", "text"), ("cache_write", "text"), ("output", ""), ("output", "text"))
PLAIN_TOKENS = Shape(tuple((meter, ("token",), STANDS_FOR[modality], "") for meter, modality in _METERS))


def price(choice: Choice, usage: Usage, tier: str = "standard", plan: str = "paid") -> Breakdown:
    """The cost of a usage by the cards of a choice. Raises `CostError` naming what has no price."""
    return CostPlan(choice, tier, plan, shape_of(usage)).cost(usage)


class CostPlan:
    """How usages of one shape are priced by one choice of cards, in one service tier and plan.

    With `names` the usages are plain numbers of tokens in that order, each by a name of `counts.TOKENS`.
    `_rows` has, by the band of the prompt's size, what each count is multiplied with, found when it is first asked for.
    """

    __slots__ = (
        "_bounds",
        "_currency",
        "_ends",
        "_finest",
        "_head",
        "_kinds",
        "_mixed",
        "_named",
        "_parts",
        "_pick",
        "_rows",
        "_terms",
        "choice",
    )

    def __init__(self, choice: Choice, tier: str, plan: str, shape: Shape, names: tuple[str, ...] = ()) -> None:
        self.choice, self._kinds = choice, shape.kinds
        self._terms = Terms(choice, (tier, plan), shape)
        rates = [rate for offer in (choice.offer, *choice.witnesses) for rate in offer.rates(tier, plan)]
        self._bounds = sorted({b for rate in rates for b in (rate.prompt_over, rate.prompt_up_to) if b is not None})
        self._rows: dict[int, list[Term | None]] = {}
        self._parts: list[Sequence[tuple[Any, ...] | None]] = [_NOTHING] * (len(self._bounds) + 1)
        self._finest: list[Sequence[int] | None] = [None] * (len(self._bounds) + 1)
        places = [names.index(name) if name in names else -1 for name in TOKENS]
        self._named = [place for place, index in enumerate(places) if index >= 0]
        self._pick: Callable[[Sequence[Any]], tuple[Any, ...]] = itemgetter(*places)
        self._currency, self._mixed = "", False
        card = choice.offer.card
        self._head, self._ends = (card.model, choice.offer.source, tier, plan, choice.offer.day), card.shutdown

    def cost(self, usage: Usage) -> Breakdown:
        """What a usage of this shape costs. Raises `CostError`."""
        row = self._row(usage.prompt)
        lines: list[Line] = []
        notes = [*usage.notes]
        for place, count in enumerate(usage.counts):
            term = row[place] or self._term(row, place, count, usage.prompt)
            if isinstance(term, Factor):
                amount = count.amount if term.times == 1 else _multiply(count.amount, term.times)
                lines.append(term.line(amount))
            else:
                found = term(count)
                lines += found
                notes += [line.how for line in found if line.how]
        total = _ZERO
        for line in lines:
            total = _add(total, line.amount)
        currencies = list(dict.fromkeys([line.currency for line in lines]))
        if len(currencies) > 1:
            raise CostError(f"{self._head[0]}: amounts in {' and '.join(currencies)} do not add up")
        if not lines:
            self._terms.offered()
        currency = currencies[0] if currencies else ""
        return _new(Breakdown, (*self._head, total, currency, tuple(lines), tuple(notes), (), self._ends))

    def cost_of_tokens(self, values: Sequence[Any]) -> Breakdown | None:
        """What plain numbers of tokens cost, in the order of the names and a 0 behind; None where `cost` must be asked.

        That is where one of them is no whole number, more is cached than sent, nothing is used, or a price depends on
        the number. Raises `CostError`.
        """
        for number in values:
            if number.__class__ is not int or number < 0 or number > MOST:
                return None
        sent, cached, written, out, thought = self._pick(values)
        if cached > sent:
            return None
        parts = self._parts[bisect_left(self._bounds, sent)]
        lines, total = [], _ZERO
        callers = getcontext()
        setcontext(EXACT)
        try:
            for part, number in zip(parts, (sent - cached, cached, written, out, thought)):  # noqa: B905 - it takes a while
                if number:
                    if part is None:
                        break
                    what, unit, rate, per, rest = part
                    quantity = Decimal(number)
                    amount = quantity * rate / per
                    total += amount
                    lines.append(_new(Line, (what, quantity, unit, rate, amount) + rest))  # noqa: RUF005 - half as long as a star
            else:
                if not lines or self._mixed:
                    return None
                model, source, tier, plan, day = self._head
                said = model, source, tier, plan, day, total, self._currency, tuple(lines), (), (), self._ends
                return _new(Breakdown, said)
        finally:
            setcontext(callers)
        return self.cost_of_tokens(values) if self._fill(values) else None

    def total_of_tokens(self, values: Sequence[Any]) -> Decimal | None:
        """The total of `cost_of_tokens` alone; None where that must be asked."""
        for number in values:
            if number.__class__ is not int or number < 0 or number > MOST:
                return None
        sent, cached, written, out, thought = self._pick(values)
        row = self._finest[bisect_left(self._bounds, sent)] or self._fill_finest(sent)
        if cached > sent or row is None or self._mixed:
            return None
        uncached_by, cached_by, written_by, out_by, thought_by = row
        total = (sent - cached) * uncached_by + cached * cached_by + written * written_by
        return _divide(total + out * out_by + thought * thought_by, FINEST)

    def _fill(self, values: Sequence[Any]) -> bool:
        """Find what each number is multiplied with; whether that is one factor for each. Raises `CostError`."""
        sent, cached, *others = self._pick(values)
        numbers = sent - cached, cached, *others
        row, band = self._row(sent), bisect_left(self._bounds, sent)
        for place, number in enumerate(numbers):
            if number and row[place] is None:
                meter, nouns, modalities, _ = self._kinds[place]
                self._term(row, place, Count(meter, nouns, Decimal(number), modalities), sent)
        parts = [
            (term.what, term.unit, term.rate, term.per, term[5:12]) if isinstance(term, Factor) else None
            for term in row
        ]
        self._parts[band] = parts
        return None not in [part for part, number in zip(parts, numbers, strict=True) if number]

    def _fill_finest(self, sent: int) -> Sequence[int] | None:
        """By how many parts (`FINEST`) each number is multiplied; None where that is no whole number for each."""
        row, found = self._row(sent), [0] * len(TOKENS)
        for place in self._named:
            meter, nouns, modalities, _ = self._kinds[place]
            try:
                term = row[place] or self._term(row, place, Count(meter, nouns, _ZERO, modalities), sent)
            except CostError:  # none of it may be used
                return None
            if not isinstance(term, Factor) or term.finest is None:
                return None
            found[place] = term.finest
        self._finest[bisect_left(self._bounds, sent)] = found
        return found

    def _row(self, prompt: int) -> list[Term | None]:
        """The row of a prompt's size."""
        empty: list[Term | None] = [None] * len(self._kinds)
        return self._rows.setdefault(bisect_left(self._bounds, prompt), empty)

    def _term(self, row: list[Term | None], place: int, count: Count, prompt: int) -> Term:
        """What a count is multiplied with, found and kept. Raises `CostError`, and then keeps nothing."""
        with localcontext(EXACT):
            found = self._terms.of(count, prompt)
        if isinstance(found, Factor):
            self._mixed = self._mixed or self._currency not in ("", found.currency)
            self._currency = found.currency
        row[place] = found
        return found
