"""What a reconciled export came to: what is not explained first, by dollars, and the balance of rows and money."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Context, Decimal

from ratecards import wording
from ratecards.bill.export import EXACT, WAY_OUT
from ratecards.bill.reconcile import SERVICE, VERDICTS, Key, Logged, Reconciling, Sum
from ratecards.catalog.priced_model import measure
from ratecards.costing.breakdown import Line
from ratecards.model import plain
from ratecards.records import NamedTuple
from ratecards.tables import Cell, Column, Row, Table

_QUOTIENT = Context(prec=12)
# The sections, as people read them, in this order.
_SECTIONS = {
    "unexplained": "Not explained",
    "usage": "At listed prices, or by contract",
    "tax": "Tax",
    "adjustment": "Adjustments",
    "rounding_error": "Rounding of the invoice",
    "credit": "Credits of their own",
    "purchase": "Purchases",
    "other service": "Other services",
}
_COLUMNS = (
    Column("section"),
    Column("model"),
    Column("tier"),
    Column("what"),
    Column("thing", "billed for", least=30, for_people=True),
    Column("period"),
    Column("rows"),
    Column("quantity", "quantity", "count"),
    Column("unit"),
    Column("per", "per", optional=True, for_people=True),
    Column("billed_price", "billed at", "money"),
    Column("listed_price", "listed at", "money"),
    Column("billed", "billed", "exact"),
    Column("listed", "", "exact"),
    Column("difference", "difference", "exact"),
    Column("currency"),
    Column("verdict", "verdict", least=12),
    Column("source"),
    Column("quote"),
)


class Balance(NamedTuple):
    """The money of one currency: what was billed for the service, before credits, is the sum of what follows it."""

    billed: Decimal
    listed: Decimal
    rounding: Decimal
    contract: Decimal
    other_price: Decimal
    unattributed: Decimal
    # the sum of what is not explained, each without its sign, and its share of what was billed (None: of nothing)
    unexplained: Decimal
    share: Decimal | None


def balances(found: Reconciling) -> dict[str, Balance]:
    """The money by currency."""
    made: dict[str, Balance] = {}
    for currency in sorted({key.currency for key in found.sums if key.section in ("usage", "unexplained")}):
        own = [(key.section, one) for key, one in found.sums.items() if key.currency == currency]
        usage = [one for name, one in own if name == "usage"]
        rest = [one.billed for name, one in own if name == "unexplained"]
        of = {name: _sum(one.difference for one in usage if one.verdict == name) for name in VERDICTS}
        billed, unexplained = [*(one.billed for one in usage), *rest], _sum(abs(one.left) for _, one in own)
        made[currency] = Balance(
            _sum(billed),
            _sum(one.listed for one in usage),
            of["as listed"],
            of["by contract"],
            of["other price"],
            _sum(rest),
            unexplained,
            share(unexplained, _sum(map(abs, billed))),
        )
    return made


def share(part: Decimal, whole: Decimal) -> Decimal | None:
    """A part of the whole; 0 of nothing where the part is nothing, else None."""
    return _QUOTIENT.divide(part, whole) if whole else None if part else Decimal(0)


def _sum(numbers: Iterable[Decimal]) -> Decimal:
    total = Decimal(0)
    for number in numbers:
        total = EXACT.add(total, number)
    return total


def table(found: Reconciling) -> Table:
    """A row per sum: what is not explained first, each section by dollars."""
    made = [("unexplained" if one.left else key.section, key, one) for key, one in found.sums.items()]
    order = list(_SECTIONS)
    made.sort(key=lambda m: (order.index(m[0]), -abs(m[2].left or m[2].billed), str(m[1])))
    title = [
        f"{plain(money.billed)} {currency} billed, {plain(money.unexplained)} not explained ({percent(money.share)})"
        for currency, money in balances(found).items()
    ]
    words = "; ".join(title) or f"nothing billed for the {SERVICE}"
    return Table(words, _COLUMNS, tuple(_row(*one) for one in made))


def _row(section: str, key: Key, found: Sum) -> Row:
    cells: dict[str, Cell] = {
        "section": section,
        "what": key.what,
        "thing": key.what,
        "period": key.period,
        "rows": found.rows,
        "billed": found.billed,
        "currency": key.currency,
        "verdict": key.why or (found.verdict if found.price else ""),
        "difference": found.left if section == "unexplained" else None,
    }
    lines: tuple[Line, ...] = ()
    if found.price is not None:
        rate = found.price.rate
        per = measure(rate.unit)[0]
        factor = EXACT.multiply(found.quantity, key.conversion)
        at = _QUOTIENT.divide(EXACT.multiply(found.billed, Decimal(per)), factor) if factor else None
        means = found.price.said
        tier = "" if key.tier == "standard" else key.tier
        words = key.model, tier, means.meter.replace("_", " "), means.modality, means.context, means.allowance
        cells |= {
            "model": key.model,
            "tier": key.tier,
            "thing": " ".join(filter(None, (*words[:4], means.resolution, *words[4:]))),
            "quantity": found.quantity,
            "unit": rate.unit,
            "per": wording.unit(rate.unit),
            "billed_price": at,
            "listed_price": rate.price,
            "listed": found.listed,
            "difference": found.difference,
            "source": found.price.source,
            "quote": rate.evidence.quote,
        }
        rest = rate.evidence.quote, found.price.source, found.price.model, found.price.observed, rate.evidence.locator
        price = rate.price or Decimal(0)
        lines = (Line(key.what, found.quantity, rate.unit, price, found.dollars, rate.currency, *rest),)
    return Row(cells, lines, _SECTIONS[section])


def percent(part: Decimal | None) -> str:
    """A share for people."""
    return "of nothing" if part is None else f"{part * 100:.2f} %"


def counts(found: Reconciling) -> dict[str, int]:
    """How many rows there were, and what became of them."""
    names = {"usage": "attributed", "unexplained": "unexplained", "other service": "other_services"}
    made = dict.fromkeys(("attributed", "unexplained", "apart", "other_services", "unread"), 0)
    for key, one in found.sums.items():
        made[names.get(key.section, "apart")] += one.rows
    made["unread"] = sum(rows for _, rows, _ in found.unread.values())
    return {"seen": sum(made.values()), **made}


def said(found: Reconciling, paths: Sequence[str]) -> Iterator[str]:
    """What must be said below: the balance of rows and of money, credits, allowances, rows that could not be read."""
    rows = counts(found)
    yield (
        f"Rows: {rows['seen']:,} = {rows['attributed']:,} attributed + {rows['unexplained']:,} without a price + "
        f"{rows['apart']:,} of taxes and adjustments + {rows['other_services']:,} of other services + "
        f"{rows['unread']:,} unread."
    )
    for currency, money in balances(found).items():
        yield (
            f"Money: {plain(money.billed)} {currency} billed = {plain(money.listed)} listed + "
            f"{plain(money.rounding)} rounding + {plain(money.contract)} by contract + "
            f"{plain(money.other_price)} at other prices + {plain(money.unattributed)} without a price."
        )
    for (currency, of, what), amount in sorted(found.credits.items()):
        yield f"Credit ({of}): {plain(amount)} {currency}, {what}."
    for (meter, pool, period, size), used in sorted(found.free.items()):
        free = min(used, Decimal(size))
        over = f"; {plain(used - free)} beyond it" if used > free else ""
        yield f"Allowance ({meter.replace('_', ' ')}, {pool}, {period}): {plain(free)} of {size:,} used{over}."
    for key, one in sorted(found.sums.items(), key=lambda item: str(item[0])):
        if one.price and one.price.noun != (listed := measure(one.price.rate.unit)[1]):
            yield f"{key.what!r}: billed by the {one.price.noun}, listed by the {listed}."
        if key.section == "unexplained" and one.billed:
            yield f"{key.what or 'no description'!r}: {key.why} ({', '.join(map(placed(paths), one.places))})."
    for words, count, places in sorted(found.unread.values()):
        yield f"Unread: {wording.count(count, 'row')}, {words} ({', '.join(map(placed(paths), places))})."
    if found.unread:
        yield f"To have all rows read: {WAY_OUT}."


def placed(paths: Sequence[str]) -> Callable[[tuple[int, int]], str]:
    """What names a place, a file and a number in it, by the paths of files."""
    return lambda place: f"{'standard input' if paths[place[0]] == '-' else paths[place[0]]}:{place[1]}"


def logged_said(logged: Sequence[Logged], others: int, log_refused: int) -> Iterator[str]:
    """What was billed and not logged, by dollars."""
    for one in sorted(logged, key=lambda o: (-abs(o.missing), o)):
        of = " ".join(filter(None, (one.model, one.tier, one.meter.replace("_", " "))))
        yield (
            f"Log ({of}): {plain(one.billed)} billed, {plain(one.logged)} logged; "
            f"{plain(one.listed)} USD listed, {plain(one.priced)} priced, {plain(one.missing)} not in the log."
        )
    yield f"Not in the log: {plain(_sum(abs(o.missing) for o in logged))} USD ({percent(log_share(logged))})."
    if others:
        yield f"Left out: {wording.count(others, 'call')} of the log, of other days or not Google's."
    if log_refused:
        yield f"{wording.count(log_refused, 'row')} of the log could not be priced: see `ratecards bill`."


def log_share(logged: Sequence[Logged]) -> Decimal | None:
    """What is not in the log, or not on the bill, as a share of what is listed for what was billed."""
    return share(_sum(abs(o.missing) for o in logged), _sum(abs(o.listed) for o in logged))


def data(found: Reconciling, paths: Sequence[str], logged: Sequence[Logged] | None) -> dict[str, object]:
    """All of it as plain data."""
    made: dict[str, object] = {
        "rows": counts(found),
        "money": [
            {"currency": currency, **{n: None if v is None else plain(v) for n, v in money._asdict().items()}}
            for currency, money in balances(found).items()
        ],
        "lines": table(found).records(),
        "credits": [
            {"currency": currency, "service": of, "what": what, "amount": plain(amount)}
            for (currency, of, what), amount in sorted(found.credits.items())
        ],
        "allowances": [
            {"meter": meter, "pool": pool, "period": period, "free": size, "used": plain(used)}
            for (meter, pool, period, size), used in sorted(found.free.items())
        ],
        "unread": [
            {"reason": words, "rows": count, "places": [*map(placed(paths), places)]}
            for words, count, places in sorted(found.unread.values())
        ],
    }
    if logged is not None:
        made["log"] = [
            {n: v if isinstance(v, str) else plain(v) for n, v in {**one._asdict(), "missing": one.missing}.items()}
            for one in logged
        ]
        made["log_share"] = None if (part := log_share(logged)) is None else plain(part)
    return made
