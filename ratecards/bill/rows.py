"""What rows cost, one by one: dicts with plain counts, answers of an API, or the columns of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from operator import itemgetter

from ratecards.bill.tally import Counting
from ratecards.costing import calls, usage_forms
from ratecards.costing.breakdown import Breakdown, together
from ratecards.costing.calls import Asked
from ratecards.costing.counts import PLAIN, TOKENS
from ratecards.costing.days import instant
from ratecards.costing.usage import TIERS, TIMES, Answer, records, tier_word
from ratecards.errors import CostError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ratecards.catalog.catalog import DatedCatalog
    from ratecards.costing.plan import CostPlan

    Priced = Decimal | Breakdown | CostError
    # the plan of a head, where a row says model, tier and time, and the numbers of a row
    _Layout = tuple[dict[object, CostPlan | None], str, str, str, Callable[[Any], Any], tuple[str, ...]]
_MOST_HEADS = 100_000


def costs(catalog: DatedCatalog, rows: Iterable[object], asked: Asked, *, lines: bool, keep: bool) -> Iterator[Priced]:
    """What each row costs; with `lines` its breakdown. Raises `CostError` naming the row, or with `keep` gives it."""
    counting = Counting(catalog, asked, untimed=True)
    kept: dict[str, Any] = {}
    layouts: dict[object, _Layout | None] = {}
    for number, row in enumerate(rows, 1):
        if row.__class__ is dict:
            names = tuple(row)
            if names not in layouts:
                layouts[names] = _layout(names)
            layout = layouts[names]
            if layout is not None:
                quick = _quickly(counting, asked, layout, row, lines=lines)
                if quick is not None:
                    yield quick
                    continue
        try:
            found = _one(counting, row, kept)
        except CostError as error:
            if not keep:
                raise CostError(f"row {number}: {error}") from error
            yield error
        else:
            yield found if lines else found.total


def _one(counting: Counting, row: object, kept: dict[str, Any]) -> Breakdown:
    found = list(records(row, kept))
    priced = [counting.price(answer) for answer in found if isinstance(answer, Answer)]
    if not priced:
        raise CostError(f"holds no call: {', '.join(map(str, found))}")
    return priced[0] if len(priced) == 1 else together(priced)


def _layout(names: tuple[str, ...]) -> _Layout | None:
    """How rows with these names say plain numbers of tokens; None where they say anything else."""
    tokens = tuple(name for name in names if name in TOKENS)
    tier = [name for (name,) in TIERS if name in names]
    time = [name for name in TIMES if name in names]
    others = [name for name in names if name not in TOKENS and (name in PLAIN or "token" in str(name).lower())]
    if not tokens or others or len(tier) > 1 or len(time) > 1 or usage_forms.may_have(names):
        return None
    getter = itemgetter(*tokens)
    numbers = (lambda row: (getter(row), 0)) if len(tokens) == 1 else (lambda row: (*getter(row), 0))
    model = "model" if "model" in names else ""
    return {}, model, tier[0] if tier else "", time[0] if time else "", numbers, tokens


def _quickly(counting: Counting, asked: Asked, layout: _Layout, row: Any, *, lines: bool) -> Decimal | Breakdown | None:
    """What a row of plain numbers costs; None where that must be looked at."""
    plans, model, tier, time, numbers, _ = layout
    head = row[model] if model else None, row[tier] if tier else None, row[time] if time else None
    try:
        plan = plans[head]
    except KeyError:
        if len(plans) >= _MOST_HEADS:
            plans.clear()
        plan = plans[head] = _plan(counting, asked, layout, head)
    except TypeError:
        return None
    if plan is None:
        return None
    return plan.cost_of_tokens(numbers(row)) if lines else plan.total_of_tokens(numbers(row)) or None


def _plan(counting: Counting, asked: Asked, layout: _Layout, head: tuple[Any, Any, Any]) -> CostPlan | None:
    model, tier, time = head
    if not isinstance(model or "", str) or time == "":
        return None
    try:
        answer = Answer({}, (), model or "", tier_word(tier), instant("time", time))
        catalog, name, own = counting.head(answer)
        return calls.plan_of(catalog, name, own, asked, layout[5])
    except CostError:
        return None  # said where the row is looked at


# ----------------------------------------------------------------------------------------------- the columns of a table


def rows_of(table: object) -> Iterator[dict[str, Any]]:
    """The rows of a table: of pandas, Polars or Arrow, or a dict of columns. Raises `CostError`.

    A cell that is null or not a number (NaN) says nothing, and a whole number that is written as a float is one.
    """
    columns = _columns(table)
    names = tuple(columns)
    for cells in zip(*map(_cells, columns.values()), strict=True):
        yield {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None}


def _columns(table: Any) -> Mapping[str, Any]:
    names = getattr(table, "column_names", None)  # Arrow
    if names is None and not isinstance(table, Mapping):
        names = getattr(table, "columns", None)  # pandas, Polars
    if names is None and isinstance(table, Mapping):
        names = list(table)
    if names is None:
        raise CostError(
            f"expected a table of pandas, Polars or Arrow, or a dict of columns; saw {type(table).__name__}"
        )
    return {str(name): table[name] for name in names}


def _cells(column: Any) -> Sequence[Any]:
    for name in ("to_pylist", "to_list", "tolist"):
        if callable(values := getattr(column, name, None)):
            column = values()
            break
    return [_cell(value) for value in column]


def _cell(value: Any) -> Any:
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return None
    if value.__class__ is float:
        return int(value) if value.is_integer() else value if value == value else None  # noqa: PLR0124 - NaN is not
    return value
