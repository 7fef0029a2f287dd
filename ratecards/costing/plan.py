"""What usages of one shape cost: the rates are selected once, and numbers are multiplied with them.

A shape is which counts there are, for which model, service tier and plan, on which cards and day. What depends on the
numbers themselves is a branch inside: the band of the prompt's size has a row of its own, a period's allowance is
shared out, and tokens of images that are sold by the piece are looked at for whole ones, each time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext
from operator import itemgetter

from ratecards.costing.breakdown import EXACT, NO_PART, Breakdown, Line
from ratecards.costing.counts import MOST, TOKENS, Count, Shape, shape_of
from ratecards.costing.terms import FINEST, Factor, TermFinder
from ratecards.errors import CostError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ratecards.catalog.catalog import Choice
    from ratecards.costing.counts import Usage
    from ratecards.costing.terms import Term

    # by how many parts (`FINEST`) each number is multiplied; which values must be 0; the words of lines; the currency
    _Quick = tuple[tuple[int, ...], list[int], tuple[tuple[Any, ...], ...], str]

_new, _divide = tuple.__new__, EXACT.divide


def price(choice: Choice, usage: Usage, tier: str = "standard", plan: str = "paid") -> Breakdown:
    """The cost of a usage by the cards of a choice. Raises `CostError` naming what has no price."""
    return CostPlan(choice, tier, plan, shape_of(usage)).cost(usage)


class CostPlan:
    """How usages of one shape are priced by one choice of cards, in one service tier and plan.

    `_rows` has, by the band of the prompt's size, the term of each count, found when it is first asked for. With
    `names` the usages are plain numbers of tokens in that order, each by a name of `counts.TOKENS`; these are
    multiplied as whole numbers, by the row of `_quick`.
    """

    __slots__ = ("_bounds", "_ends", "_head", "_kinds", "_pick", "_places", "_quick", "_rows", "_terms", "choice")

    def __init__(self, choice: Choice, tier: str, plan: str, shape: Shape, names: tuple[str, ...] = ()) -> None:
        self.choice, self._kinds = choice, shape.kinds
        self._terms = TermFinder(choice, (tier, plan), shape)
        rates = [rate for offer in (choice.offer, *choice.witnesses) for rate in offer.rates(tier, plan)]
        self._bounds = sorted({b for rate in rates for b in (rate.prompt_over, rate.prompt_up_to) if b is not None})
        self._rows: list[list[Term | None]] = [[None] * len(shape.kinds) for _ in range(len(self._bounds) + 1)]
        self._quick: list[_Quick | None] = [None] * len(self._rows)
        self._places = [names.index(name) if name in names else -1 for name in TOKENS]
        self._pick: Callable[[Sequence[Any]], tuple[Any, ...]] = itemgetter(*self._places)
        card = choice.offer.card
        self._head, self._ends = (card.model, choice.offer.source, tier, plan, choice.offer.day), card.shutdown

    def cost(self, usage: Usage) -> Breakdown:
        """What a usage of this shape costs. Raises `CostError`."""
        lines: list[Line] = []
        notes = [*usage.notes]
        for place, count in enumerate(usage.counts):
            term = self._term(place, count, usage.prompt)
            if isinstance(term, Factor):
                lines.append(term.line(count.amount if term.times == 1 else EXACT.multiply(count.amount, term.times)))
            else:
                found = term(count)
                lines += found
                notes += [line.how for line in found if line.how]
        total = Decimal(0)
        for line in lines:
            total = EXACT.add(total, line.amount)
        currencies = list(dict.fromkeys([line.currency for line in lines]))
        if len(currencies) > 1:
            raise CostError(f"{self._head[0]}: amounts in {' and '.join(currencies)} do not add up")
        if not lines:
            self._terms.offered()
        currency = currencies[0] if currencies else ""
        return Breakdown(*self._head, total, currency, tuple(lines), tuple(notes), (), self._ends)

    def band(self, prompt: int) -> int:
        """Which band of sizes a prompt is in: usages in one band are priced by the same rates."""
        return bisect_left(self._bounds, prompt)

    def linear(self, usage: Usage) -> bool:
        """Whether usages of this shape and band cost together what their sum costs.

        What is beyond every allowance does; tokens of images that may be whole images do not.
        """
        terms = [(self._term(place, count, usage.prompt), count) for place, count in enumerate(usage.counts)]
        return all(isinstance(term, Factor) or count.used >= MOST for term, count in terms)

    def cost_of_tokens(self, values: Sequence[Any]) -> Breakdown | None:
        """What plain numbers of tokens cost, in the order of the names and a 0 behind; None where `cost` must be asked.

        That is where one of them is no whole number, more is cached than sent, nothing is used, something used has no
        price, or a price depends on the number.
        """
        found = self._multiplied(values)
        if found is None:
            return None
        total, currency, lines = found
        if not (total or any(values)):
            return None
        model, source, tier, plan, day = self._head
        return _new(Breakdown, (model, source, tier, plan, day, total, currency, lines, (), (), self._ends))

    def total_of_tokens(self, values: Sequence[Any]) -> Decimal | None:
        """The total of plain numbers of tokens; None where `cost` must be asked."""
        found = self._multiplied(values)
        return None if found is None else found[0]

    def _multiplied(self, values: Sequence[Any]) -> tuple[Decimal, str, list[Any]] | None:
        """Total, currency, and what the lines are made of: the parts of the row, and the number of each."""
        for number in values:
            if number.__class__ is not int or number < 0 or number > MOST:
                return None
        sent, cached, written, out, thought = self._pick(values)
        row = bisect_left(self._bounds, sent + written)
        finest, unpriced, parts, currency = self._quick[row] or self._quick_row(sent + written)
        if cached > sent or not finest or (unpriced and any(values[index] for index in unpriced)):
            return None
        of_sent, of_cached, of_written, of_out, of_thought = finest
        sent -= cached
        total = sent * of_sent + cached * of_cached + written * of_written + out * of_out + thought * of_thought
        return _divide(total, FINEST), currency, [parts, (sent, cached, written, out, thought)]

    def _quick_row(self, sent: int) -> _Quick:
        """What plain numbers are multiplied with where so many are sent, found and kept."""
        factors: list[Factor | None] = [None] * len(TOKENS)
        unpriced, whole = [], True
        for place, index in enumerate(self._places):
            if index >= 0:
                meter, nouns, modalities, _, _ = self._kinds[place]
                try:
                    term = self._term(place, Count(meter, nouns, Decimal(0), modalities), sent)
                except CostError:
                    unpriced.append(index)
                    continue
                whole = whole and isinstance(term, Factor) and term.finest is not None
                factors[place] = term if isinstance(term, Factor) else None
        currencies = {factor.rest[0] for factor in factors if factor}
        finest = tuple(factor.finest or 0 if factor else 0 for factor in factors)
        parts = tuple((f.what, f.unit, f.rate, f.per, *f.rest, f.how) if f else NO_PART for f in factors)
        found = finest if whole and len(currencies) == 1 else (), unpriced, parts, "".join(currencies)
        self._quick[bisect_left(self._bounds, sent)] = found
        return found

    def _term(self, place: int, count: Count, prompt: int) -> Term:
        """What a count is multiplied with, found and kept. Raises `CostError`, and then keeps nothing."""
        row = self._rows[bisect_left(self._bounds, prompt)]
        found = row[place]
        if found is None:
            with localcontext(EXACT):
                found = row[place] = self._terms.of(count, prompt)
        return found
