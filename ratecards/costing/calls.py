"""What calls cost, each at the model, in the service tier and on the day that its answer names, if the caller does not.

What the caller says and what an answer says must agree: two names of one model, the same tier. `as_if` asks what the
answer would have cost at what the caller says, and a note tells that it was another.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ratecards.costing.breakdown import Breakdown, together
from ratecards.costing.counts import PLAIN_TOKENS, Shape, Usage, shape_of, usage_of
from ratecards.costing.days import seller_day
from ratecards.costing.plan import CostPlan
from ratecards.errors import CostError
from ratecards.model import SERVICE_TIERS
from ratecards.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ratecards.catalog.catalog import Choice, DatedCatalog
    from ratecards.costing.usage import Answer

_MOST_PLANS = 1024


class Asked(NamedTuple):
    """What the caller says; without a model, a tier or a day those of the answer are meant."""

    model: str | None = None
    tier: str | None = None
    plan: str = "paid"
    source: str | None = None
    policy: str | None = None
    as_if: bool = False


def cost(catalog: DatedCatalog, answers: Sequence[Answer], asked: Asked) -> Breakdown:
    """What answers cost together. Raises `CostError`."""
    if len(answers) == 1:
        return _one(catalog, answers[0], asked)
    found: list[Breakdown] = []
    for number, answer in enumerate(answers, 1):
        try:
            found.append(_one(catalog, answer, asked))
        except CostError as error:
            raise CostError(f"call {number} of {len(answers)}: {error}") from error
    return together(found)


def usage_cost(catalog: DatedCatalog, model: object, tier: str | None, asked: Asked, usage: Usage) -> Breakdown:
    """What a usage of a model costs there. Raises `CostError`."""
    return plan_of(catalog, model, tier, asked, shape_of(usage)).cost(usage)


def plan_of(
    catalog: DatedCatalog, model: object, tier: str | None, asked: Asked, shape: Shape | tuple[str, ...] = ()
) -> CostPlan:
    """How usages of a shape, or plain numbers of tokens by these names, are priced there. Raises `CostError`."""
    if not isinstance(model, str):
        words = "no model is named" if model is None else f"expected the name of a model, saw {model!r}"
        raise CostError(f"{words}; say one, or give an answer that does")
    key = model, tier, asked.plan, asked.source, asked.policy, shape
    found = catalog.plans.get(key)
    if found is None:
        choice = plan_of(catalog, model, tier, asked).choice if shape else _choice(catalog, model, asked)
        named = () if isinstance(shape, Shape) else shape
        of = shape if isinstance(shape, Shape) else PLAIN_TOKENS
        found = CostPlan(choice, tier or "standard", asked.plan, of, named)
        if len(catalog.plans) >= _MOST_PLANS:
            catalog.plans.clear()
        catalog.plans[key] = found
    return found


def _choice(catalog: DatedCatalog, model: str, asked: Asked) -> Choice:
    """Whose card answers; the dataset takes note of how old it is."""
    choice = catalog.choose(model, asked.source, asked.policy)
    witnesses = choice.witnesses if choice.policy != "documented" else ()
    catalog.tell(offer.source for offer in (choice.offer, *witnesses))
    return choice


def _one(catalog: DatedCatalog, answer: Answer, asked: Asked) -> Breakdown:
    notes: list[str] = []
    tier = tier_of(answer, asked, notes)
    differs = answer.model and asked.model and answer.model != asked.model
    model = asked.model or answer.model or None
    if answer.time and model and (day := seller_day(catalog.seller(model), answer.time)) != catalog.day:
        catalog = _day(catalog, day, notes)
    try:
        plan_of(catalog, model, tier, asked)
    except CostError as error:
        hint = f"; the answer is of {answer.model}: leave the model out to price that" if differs else ""
        raise CostError(f"{error}{hint}") from error
    if differs:
        _agree(catalog, answer, asked, notes)
    found = usage_cost(catalog, model, tier, asked, usage_of(answer.counts))
    said = (*answer.notes, *found.notes, *notes)
    return found._replace(notes=said) if said else found


def _day(catalog: DatedCatalog, day: date, notes: list[str]) -> DatedCatalog:
    """The catalog of the day of the answer, if the caller says no other."""
    if catalog.on is not None:
        notes.append(f"the answer is of {day}, and priced as of {catalog.on}")
        return catalog
    try:
        return catalog.at(day)
    except CostError as error:
        raise CostError(f"the answer is of {day}: {error}; say another day (--on)") from error


def tier_of(answer: Answer, asked: Asked, notes: list[str]) -> str | None:
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


def _agree(catalog: DatedCatalog, answer: Answer, asked: Asked, notes: list[str]) -> None:
    """The model asked for is the one that answered, by whatever name. Raises `CostError`."""
    own = plan_of(catalog, asked.model, asked.tier, asked).choice.offer.card.model
    try:
        other = plan_of(catalog, answer.model, asked.tier, asked).choice.offer.card.model
    except CostError:
        other = ""
    if own == other:
        return
    if not asked.as_if:
        words = f"the answer is of {answer.model}, and {asked.model} is asked for"
        raise CostError(f"{words}; to price it as that all the same: --as-if (as_if=True)")
    notes.append(f"as if by {asked.model}: the answer is of {answer.model}")
