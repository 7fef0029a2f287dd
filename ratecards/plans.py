"""What a usage costs, asked again and again: what does not depend on the counts is worked out once.

`breakdown.price` picks the rates, and which it picks depends on what was used, not on how much of it: but for the
size of the prompt, of which only matters between which bounds of the rates it lies, and for what a period has already
used, which is always worked out anew. So the first breakdown of a kind of usage is kept as a form for the next.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from decimal import Decimal

from ratecards.breakdown import EXACT, Breakdown, Line, price
from ratecards.offers import measure
from ratecards.shelf import Choice
from ratecards.usage import MOST, TOKENS, Usage, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MOST_FORMS = 256
_ZERO = Decimal(0)
_new, _multiply, _divide, _add = tuple.__new__, EXACT.multiply, EXACT.divide, EXACT.add
# what a line says before its quantity; unit, rate, and how many units the rate is for; what it says after the amount
_Part = tuple[str, str, Decimal, Decimal, tuple[Any, ...]] if TYPE_CHECKING else tuple


class Form:
    """A breakdown without its quantities."""

    __slots__ = ("currency", "head", "parts")

    def __init__(self, found: Breakdown) -> None:
        self.head, self.currency = found[:5], found.currency
        self.parts: list[_Part] = [
            (line.what, line.unit, line.rate, Decimal(measure(line.unit)[0]), line[5:]) for line in found.lines
        ]

    def filled(self, amounts: Iterable[Decimal], notes: tuple[str, ...] = ()) -> Breakdown:
        """The breakdown of so much of each."""
        total, lines = _ZERO, []
        for (what, unit, rate, per, rest), quantity in zip(self.parts, amounts, strict=True):
            amount = _divide(_multiply(quantity, rate), per)
            total = _add(total, amount)
            lines.append(_new(Line, (what, quantity, unit, rate, amount, *rest)))
        return _new(Breakdown, (*self.head, total, self.currency, tuple(lines), notes))


class Plan:
    """How usages are priced by one choice in one service tier and plan."""

    __slots__ = ("_bounds", "_choice", "_forms", "_periods", "_where")

    def __init__(self, choice: Choice, tier: str, plan: str) -> None:
        self._choice, self._where = choice, (tier, plan)
        rates = [rate for offer in (choice.offer, *choice.witnesses) for rate in offer.rates(tier, plan)]
        bounds = {bound for rate in rates for bound in (rate.prompt_over, rate.prompt_up_to)}
        self._bounds = sorted(bound for bound in bounds if bound is not None)
        self._periods = {rate.meter for rate in rates if (rate.used_over, rate.used_up_to) != (None, None)}
        self._forms: dict[object, Form] = {}

    def cost(self, usage: object) -> Breakdown:
        """What a usage costs. Raises `CostError`."""
        counts = read(usage)
        kinds = tuple([(c.meter, c.nouns, c.modalities, c.resolution) for c in counts.counts])
        key = kinds, counts.quality, counts.context, counts.reading, bisect_left(self._bounds, counts.prompt)
        form = self._forms.get(key)
        if form is None:
            found = price(self._choice, counts, *self._where)
            self._keep(key, counts, found)
            return found
        return form.filled([c.amount for c in counts.counts], counts.notes)

    def quick(self, tokens: Sequence[Any]) -> Breakdown | None:
        """The same of numbers of tokens, in the order of `TOKENS`; None where that must be looked at more closely."""
        for number in tokens:
            if type(number) is not int or not 0 <= number <= MOST:
                return None
        sent, cached, *others = tokens
        amounts = (sent - cached, cached, *others)
        form = self._forms.get((bisect_left(self._bounds, sent), *map(bool, amounts)))
        if form is None or cached > sent:
            return None
        return form.filled([Decimal(amount) for amount in amounts if amount])

    def learn(self, tokens: Sequence[Any], usage: Usage, found: Breakdown) -> None:
        """Keep the form of what those tokens cost, for `quick`."""
        if all(type(number) is int for number in tokens):
            sent, cached, *others = tokens
            key = (bisect_left(self._bounds, sent), *map(bool, (sent - cached, cached, *others)))
            self._keep(key, usage, found)

    def _keep(self, key: object, usage: Usage, found: Breakdown) -> None:
        """Keep a form, where every count is one line whatever its amount."""
        single = [line.quantity for line in found.lines] == [count.amount for count in usage.counts]
        if single and not self._periods & {count.meter for count in usage.counts}:
            if len(self._forms) >= _MOST_FORMS:
                self._forms.clear()
            self._forms[key] = Form(found)


def positions(names: Iterable[str]) -> tuple[int, ...]:
    """Where each of `TOKENS` stands among the names of a usage, -1 for one that does not; nothing if there are others."""
    own = list(names)
    known = bool(own) and set(own) <= set(TOKENS)
    return tuple(own.index(name) if name in own else -1 for name in TOKENS) if known else ()
