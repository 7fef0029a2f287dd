"""What a usage costs, asked again and again: what does not depend on the numbers is worked out once.

`breakdown.price` picks the rates, and which it picks depends on what was used, not on how much of it: but for the
size of the prompt, of which only matters between which bounds of the rates it lies, and for what a period has already
used, which is always worked out anew. So the first breakdown of a kind of usage is kept as a form for the next.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from operator import itemgetter

from ratecards.catalog.catalog import Choice
from ratecards.catalog.priced_model import measure
from ratecards.costs.breakdown import EXACT, Breakdown, Line, price
from ratecards.costs.usage import MOST, TOKENS, Usage, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ratecards.catalog.priced_model import Offer

_MOST_FORMS = 256
_ZERO = Decimal(0)
_new, _multiply, _divide, _add = tuple.__new__, EXACT.multiply, EXACT.divide, EXACT.add


class Form:
    """A breakdown without its quantities."""

    __slots__ = ("currency", "head", "parts", "shutdown")

    def __init__(self, found: Breakdown) -> None:
        self.head, self.currency, self.shutdown = found[:5], found.currency, found.shutdown
        self.parts = [
            (line.what, line.unit, line.rate, Decimal(measure(line.unit)[0]), line[5:]) for line in found.lines
        ]

    def filled(self, quantities: Iterable[Decimal], notes: tuple[str, ...] = ()) -> Breakdown:
        """The breakdown of so much of each."""
        total, lines = _ZERO, []
        for (what, unit, rate, per, rest), quantity in zip(self.parts, quantities, strict=True):
            amount = _divide(_multiply(quantity, rate), per)
            total = _add(total, amount)
            lines.append(_new(Line, (what, quantity, unit, rate, amount, *rest)))
        return _new(Breakdown, (*self.head, total, self.currency, tuple(lines), notes, (), self.shutdown))


class Plan:
    """How usages are priced by one choice in one service tier and plan."""

    __slots__ = ("_again", "_bounds", "_choice", "_forms", "_periods", "_where")

    def __init__(self, choice: Choice, tier: str, plan: str) -> None:
        self._choice, self._where = choice, (tier, plan)
        rates = [rate for offer in (choice.offer, *choice.witnesses) for rate in offer.rates(tier, plan)]
        bounds = {bound for rate in rates for bound in (rate.prompt_over, rate.prompt_up_to)}
        self._bounds = sorted(bound for bound in bounds if bound is not None)
        self._periods = {rate.meter for rate in rates if (rate.used_over, rate.used_up_to) != (None, None)}
        self._forms: dict[object, Form] = {}
        self._again: dict[tuple[str, ...], Again] = {}

    @property
    def offer(self) -> Offer:
        """The card that answers, as of its day."""
        return self._choice.offer

    def cost(self, usage: object) -> Breakdown:
        """What a usage costs. Raises `CostError`."""
        counts = read(usage)
        kinds = tuple([(c.meter, c.nouns, c.modalities, c.resolution) for c in counts.counts])
        key = kinds, counts.quality, counts.context, counts.reading, bisect_left(self._bounds, counts.prompt)
        form = self._forms.get(key)
        if form is None:
            found = price(self._choice, counts, *self._where)
            if made := self._form(counts, found):
                _keep(self._forms, key, made)
            return found
        return form.filled([c.amount for c in counts.counts], counts.notes)

    def again(self, usage: Mapping[str, object], counts: Usage, found: Breakdown) -> Again | None:
        """What was found, for another usage that says the same plain numbers of tokens; None where it says more."""
        names, values = tuple(usage), (*usage.values(), 0)
        if not names or not set(names) <= set(TOKENS) or any(type(number) is not int for number in values):
            return None
        places = [names.index(name) if name in names else -1 for name in TOKENS]
        made = self._again.setdefault(names, Again(self._bounds, places))
        if form := self._form(counts, found):
            made.learn(values, form)
        return made

    def _form(self, usage: Usage, found: Breakdown) -> Form | None:
        """The form of what was found, where every count is one line whatever its number."""
        single = [(line.quantity, line.how) for line in found.lines] == [(c.amount, "") for c in usage.counts]
        return Form(found) if single and not self._periods & {count.meter for count in usage.counts} else None


class Again:
    """One kind of usage, said in plain numbers of tokens; what the last of them cost is remembered as a whole."""

    __slots__ = ("_bounds", "_forms", "_last", "_pick")

    def __init__(self, bounds: Sequence[int], places: Iterable[int]) -> None:
        self._bounds, self._pick = bounds, itemgetter(*places)
        self._forms: dict[tuple[object, ...], Form] = {}
        self._last: tuple[tuple[Any, ...], Breakdown | None] = (), None

    def learn(self, values: tuple[Any, ...], form: Form) -> None:
        """The form of such a usage: it holds for the same bounds of the prompt, and the same of the tokens."""
        _keep(self._forms, self._key(*self._pick(values)), form)

    def _key(self, sent: int, cached: int, written: int, out: int, thought: int) -> tuple[object, ...]:
        return bisect_left(self._bounds, sent), sent != cached, cached != 0, written != 0, out != 0, thought != 0

    def cost(self, values: tuple[Any, ...]) -> Breakdown | None:
        """What these numbers cost, of which the last is 0; None where they must be looked at more closely."""
        for number in values:
            if type(number) is not int or number < 0 or number > MOST:
                return None
        last, found = self._last
        if values == last:
            return found
        sent, cached, *others = tokens = self._pick(values)
        form = self._forms.get(self._key(*tokens))
        if form is None or cached > sent:
            return None
        found = form.filled([Decimal(number) for number in (sent - cached, cached, *others) if number])
        self._last = values, found
        return found


def _keep(forms: dict[Any, Form], key: object, form: Form) -> None:
    if len(forms) >= _MOST_FORMS:
        forms.clear()
    forms[key] = form
