"""What calls cost, each at the model, in the service tier and on the day that its answer names, if the caller does not.

What the caller says and what an answer says must agree: two names of one model, the same tier. `as_if` asks what the
answer would have cost at what the caller says, and a note tells that it was another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, localcontext

from ratecards.costs.breakdown import EXACT, Breakdown, Line
from ratecards.costs.plans import Plan
from ratecards.costs.usage import read
from ratecards.errors import CostError
from ratecards.model import SERVICE_TIERS
from ratecards.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ratecards.catalog.catalog import DatedCatalog
    from ratecards.costs.answers import Answer

_MOST_PLANS = 1024


class Asked(NamedTuple):
    """What the caller says; without a model, a tier or a day those of the answer are meant."""

    model: str | None = None
    tier: str | None = None
    plan: str = "paid"
    source: str | None = None
    policy: str | None = None
    as_if: bool = False


def cost(shelf: DatedCatalog, answers: Sequence[Answer], asked: Asked) -> Breakdown:
    """What answers cost together. Raises `CostError`."""
    if len(answers) == 1:
        return _one(shelf, answers[0], asked)
    found: list[Breakdown] = []
    for number, answer in enumerate(answers, 1):
        try:
            found.append(_one(shelf, answer, asked))
        except CostError as error:
            raise CostError(f"call {number} of {len(answers)}: {error}") from error
    return together(found)


def plan_of(shelf: DatedCatalog, model: object, tier: str | None, asked: Asked) -> Plan:
    """How usages of a model are priced there; worked out once. Raises `CostError`."""
    if not isinstance(model, str):
        words = "no model is named" if model is None else f"expected the name of a model, saw {model!r}"
        raise CostError(f"{words}; say one, or give an answer that does")
    key = model, tier, asked[2:5]
    found = shelf.plans.get(key)
    if found is None:
        choice = shelf.choose(model, asked.source, asked.policy)
        witnesses = choice.witnesses if choice.policy != "documented" else ()
        shelf.tell(offer.source for offer in (choice.offer, *witnesses))
        found = Plan(choice, tier or "standard", asked.plan)
        if len(shelf.plans) >= _MOST_PLANS:
            shelf.plans.clear()
        shelf.plans[key] = found
    return found


def _one(shelf: DatedCatalog, answer: Answer, asked: Asked) -> Breakdown:
    notes: list[str] = []
    if answer.day and answer.day != shelf.day:
        shelf = _day(shelf, answer.day, notes)
    tier = _tier(answer, asked, notes)
    differs = answer.model and asked.model and answer.model != asked.model
    try:
        plan = plan_of(shelf, asked.model or answer.model or None, tier, asked)
    except CostError as error:
        hint = f"; the answer is of {answer.model}: leave the model out to price that" if differs else ""
        raise CostError(f"{error}{hint}") from error
    if differs:
        _agree(shelf, answer, asked, notes)
    found = plan.cost(read(answer.counts))
    said = (*answer.notes, *found.notes, *notes)
    return found._replace(notes=said) if said else found


def _day(shelf: DatedCatalog, day: date, notes: list[str]) -> DatedCatalog:
    """The shelf of the day of the answer, if the caller says no other."""
    if shelf.on is not None:
        notes.append(f"the answer is of {day}, and priced as of {shelf.on}")
        return shelf
    try:
        return shelf.at(day)
    except CostError as error:
        raise CostError(f"the answer is of {day}: {error}; say another day (--on)") from error


def _tier(answer: Answer, asked: Asked, notes: list[str]) -> str | None:
    """The tier that is billed: an answer does not say that it came by the batch API, which the caller knows."""
    served, wanted = answer.tier, asked.tier
    if not served or served == wanted or (served == "standard" and wanted == "batch"):
        return wanted
    if wanted is None and served in SERVICE_TIERS:
        return served
    if asked.as_if:
        notes.append(f"as if in the {wanted or 'standard'} tier: the answer was served as {served}")
        return wanted
    if served == "PROVISIONED_THROUGHPUT":
        words = "the answer was served on provisioned throughput, which is not billed by the token"
    elif served not in SERVICE_TIERS:
        words = f"the answer was served as {served}, of which no price is held"
    else:
        words = f"the answer was served in the {served} tier, and {wanted} is asked for"
    raise CostError(f"{words}; to price it all the same, in the {wanted or 'standard'} tier: --as-if (as_if=True)")


def _agree(shelf: DatedCatalog, answer: Answer, asked: Asked, notes: list[str]) -> None:
    """The model asked for is the one that answered, by whatever name. Raises `CostError`."""
    own = plan_of(shelf, asked.model, asked.tier, asked).offer.card.model
    try:
        other = plan_of(shelf, answer.model, asked.tier, asked).offer.card.model
    except CostError:
        other = ""
    if own == other:
        return
    if not asked.as_if:
        words = f"the answer is of {answer.model}, and {asked.model} is asked for"
        raise CostError(f"{words}; to price it as that all the same: --as-if (as_if=True)")
    notes.append(f"as if by {asked.model}: the answer is of {answer.model}")


def together(calls: Sequence[Breakdown]) -> Breakdown:
    """Several breakdowns as one: the lines summed by rate, each call beside them. Raises `CostError`."""
    currencies = _differing(call.currency for call in calls if call.lines)
    if "," in currencies:
        raise CostError(f"amounts in {currencies} do not add up")
    lines: dict[tuple[object, ...], Line] = {}
    with localcontext(EXACT):
        for line in (line for call in calls for line in call.lines):
            key = line.what, line.unit, line.rate, line.source, line.model, line.quote
            known = lines.get(key, line._replace(quantity=Decimal(0), amount=Decimal(0)))
            lines[key] = known._replace(quantity=known.quantity + line.quantity, amount=known.amount + line.amount)
        total = sum((call.total for call in calls), Decimal(0))
    return Breakdown(
        model=_differing(call.model for call in calls),
        source=_differing(call.source for call in calls),
        tier=_differing(call.tier for call in calls),
        plan=calls[0].plan,
        on=max(call.on for call in calls),
        total=total,
        currency=currencies,
        lines=tuple(lines.values()),
        notes=_noted(calls),
        calls=tuple(calls),
    )


def _differing(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(words))


def _noted(calls: Sequence[Breakdown]) -> tuple[str, ...]:
    """The notes of all calls, each with the calls that it is of where it is not of all."""
    found: dict[str, list[int]] = {}
    for number, call in enumerate(calls, 1):
        for note in call.notes:
            found.setdefault(note, []).append(number)
    return tuple(note if len(of) == len(calls) else f"{_listed(of)}: {note}" for note, of in found.items())


def _listed(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:5]))
    more = f" and {len(numbers) - 5} more" if len(numbers) > 5 else ""
    return f"call{'s' * (len(numbers) > 1)} {shown}{more}"
