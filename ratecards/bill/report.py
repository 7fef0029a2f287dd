"""A bill to read and for programs: sums by what was asked for, allowances below them, and all that was not priced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from ratecards import wording
from ratecards.bill.count import Counted
from ratecards.bill.tally import Allowance, Key, Sum
from ratecards.catalog.choices import BILL_BY
from ratecards.costing.breakdown import EXACT, Line
from ratecards.errors import CostError
from ratecards.model import plain
from ratecards.records import NamedTuple
from ratecards.tables import Cell, Column, Row, Table

_SHOWN = 10


class Group(NamedTuple):
    """A sum with what it is of."""

    words: tuple[str, ...]
    sum: Sum


class Given(NamedTuple):
    """What was used of an allowance, how much of it was free, and what that would have cost."""

    allowance: Allowance
    used: Decimal
    covered: Decimal
    amount: Decimal


def fields_of(by: Sequence[str]) -> tuple[str, ...]:
    """The fields of rows among what sums are by."""
    return tuple(name for name in by if name not in BILL_BY)


def groups(found: Counted, by: Sequence[str]) -> list[Group]:
    """The sums by what was asked for, sorted."""
    fields = fields_of(by)
    made: dict[tuple[str, ...], Sum] = {}
    for key, total in found.tally.sums.items():
        words = tuple(key.fields[fields.index(name)] if name in fields else _own(key, name) for name in by)
        made.setdefault(words, Sum()).merge(total)
    return [Group(words, made[words]) for words in sorted(made)]


def _own(key: Key, name: str) -> str:
    words = {"day": str(key.day), "month": str(key.day)[:7], "provider": key.source.partition("/")[0]}
    return words.get(name) or str(getattr(key, name))


def allowances(found: Counted) -> list[Given]:
    """What pages give for nothing of what was counted, per pool and period."""
    used: dict[Allowance, Decimal] = {}
    for total in found.tally.sums.values():
        for allowance, number in total.allowances.items():
            used[allowance] = EXACT.add(used.get(allowance, Decimal(0)), number)
    left: dict[tuple[str, ...], Decimal] = {}
    made = []
    for one in sorted(used, key=lambda a: (a.source, a.meter, a.pool, a.period, a.rate, a.quote)):
        pool = one.source, one.meter, one.pool, one.period, str(one.free)
        rest = left.setdefault(pool, Decimal(one.free))
        covered = min(rest, used[one])
        left[pool] = rest - covered
        amount = EXACT.divide(EXACT.multiply(covered, one.rate), one.per)
        made.append(Given(one, used[one], covered, amount))
    return made


def total(sums: Iterable[Sum]) -> tuple[Decimal, str]:
    """The amount of sums, and its currency. Raises `CostError` where there are several."""
    amount = Decimal(0)
    currencies: dict[str, None] = {}
    for one in sums:
        amount = EXACT.add(amount, one.total)
        currencies.update(dict.fromkeys(line.currency for line in one.lines.values()))
    if len(currencies) > 1:
        raise CostError(f"amounts in {' and '.join(currencies)} do not add up: say --by source")
    return amount, next(iter(currencies), "")


def table(found: Counted, by: Sequence[str]) -> Table:
    """The bill as a table: a row per group, in the last the total."""
    made = groups(found, by)
    amount, currency = total(group.sum for group in made)
    columns = (
        *(Column(name, name) for name in by),
        Column("calls", "calls", "count"),
        Column("tokens", "tokens", "count"),
        Column("amount", "amount", "exact"),
        Column("currency", "currency"),
    )
    rows = [_row(dict(zip(by, group.words, strict=True)), group.sum, currency) for group in made]
    title = f"{_many(sum(group.sum.rows for group in made), 'call')}: {plain(amount)} {currency}".strip()
    return Table(title, columns, tuple(rows), tuple(said(found)))


def with_total(made: Table, by: Sequence[str], found: Counted) -> Table:
    """The same for people, the total in its last row."""
    if not by:
        return made
    whole = Sum()
    for one in found.tally.sums.values():
        whole.merge(one)
    amount, currency = total(found.tally.sums.values())
    last = _row({by[0]: "total"}, whole, currency)
    return made._replace(rows=(*made.rows, last._replace(cells={**last.cells, "amount": amount}, lines=())))


def _row(words: Mapping[str, Cell], found: Sum, currency: str) -> Row:
    lines = tuple(found.lines.values())
    cells: dict[str, Cell] = {"calls": found.rows, "tokens": found.tokens, "amount": found.total}
    own = dict.fromkeys(line.currency for line in lines)
    return Row({**words, **cells, "currency": ", ".join(own) or currency}, lines)


def said(found: Counted) -> list[str]:
    """What must be said below a bill: the balance, what was refused and why, allowances, what is not in the counts."""
    tally = found.tally
    rows, tokens = _priced(found)
    refused, lost = sum(r.rows for r in tally.refused.values()), sum(r.tokens for r in tally.refused.values())
    of_tokens = f"Tokens: {tokens + lost:,} = {tokens:,} priced + {lost:,} refused."
    lines = [f"Calls: {rows + refused:,} = {rows:,} priced + {refused:,} refused. {of_tokens}"]
    for one in sorted(tally.refused.values(), key=lambda r: (-r.rows, r.words))[:_SHOWN]:
        places = ", ".join(map(found.place, one.places)) + (", ..." if one.rows > len(one.places) else "")
        lines.append(f"Refused: {_many(one.rows, 'row')}, {one.words} ({places}).")
    if len(tally.refused) > _SHOWN:
        lines.append(f"Refused for {len(tally.refused) - _SHOWN} more reasons: --format json has all.")
    lines += [f"No call: {_many(n, 'record')}, {words}." for words, n in sorted(tally.nothing.items())]
    given = allowances(found)
    for one_given in given:
        lines.append(_allowance(one_given))
    if given:
        amount, currency = total(tally.sums.values())
        less = sum((one_given.amount for one_given in given), Decimal(0))
        lines.append(f"After allowances: {plain(amount - less)} {currency}.")
    lines += [f"Note on {_many(n, 'call')}: {words}." for n, words in sorted(tally.notes.values())]
    return lines


def _allowance(given: Given) -> str:
    one = given.allowance
    of = f"{one.source}, {one.meter.replace('_', ' ')}, {'shared' if one.pool == 'shared' else one.pool}, {one.period}"
    return (
        f"Allowance ({of}): {plain(given.covered)} of {plain(given.used)} used are free, "
        f"less {plain(given.amount)} {one.currency}: {one.quote}"
    )


def _priced(found: Counted) -> tuple[int, int]:
    sums = found.tally.sums.values()
    return sum(one.rows for one in sums), sum(one.tokens for one in sums)


def data(found: Counted, by: Sequence[str]) -> dict[str, object]:
    """The bill as plain data."""
    tally = found.tally
    made = groups(found, by)
    amount, currency = total(group.sum for group in made)
    rows, tokens = _priced(found)
    refused = sorted(tally.refused.values(), key=lambda r: (-r.rows, r.words))
    lost = sum(r.tokens for r in refused)
    given = allowances(found)
    return {
        "total": plain(amount),
        "currency": currency,
        "after_allowances": plain(amount - sum((g.amount for g in given), Decimal(0))),
        "calls": {"seen": rows + sum(r.rows for r in refused), "priced": rows, "refused": sum(r.rows for r in refused)},
        "tokens": {"seen": tokens + lost, "priced": tokens, "refused": lost},
        "sums": [
            {
                **dict(zip(by, group.words, strict=True)),
                "calls": group.sum.rows,
                "tokens": group.sum.tokens,
                "amount": plain(group.sum.total),
                "lines": [_line(line) for line in group.sum.lines.values()],
            }
            for group in made
        ],
        "allowances": [
            {
                **{n: v for n, v in g.allowance._asdict().items() if n not in ("rate", "per")},
                "used": plain(g.used),
                "covered": plain(g.covered),
                "amount": plain(-g.amount),
            }
            for g in given
        ],
        "refused": [
            {"reason": r.words, "rows": r.rows, "tokens": r.tokens, "places": [*map(found.place, r.places)]}
            for r in refused
        ],
        "no_call": [{"reason": words, "records": n} for words, n in sorted(tally.nothing.items())],
        "notes": [{"note": words, "calls": n} for n, words in sorted(tally.notes.values())],
    }


def _line(line: Line) -> dict[str, str]:
    words = line._asdict()
    return {name: plain(words[name]) if isinstance(words[name], Decimal) else str(words[name]) for name in _LINE}


_LINE = ("what", "quantity", "unit", "rate", "amount", "currency", "source", "model", "quote")


def _many(number: int, noun: str) -> str:
    return wording.count(number, noun)
