"""Calls added up: each at its own model, service tier and day, to the last digit.

Amounts are exact, so calls at the same rates are added up before they are multiplied: the sum is that of the calls
priced one by one, whatever the order. A call that cannot be priced is counted by the reason, with the first places.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from ratecards.costing import calls, gemini_usage, usage_forms
from ratecards.costing.breakdown import EXACT, Breakdown, Line
from ratecards.costing.calls import Asked
from ratecards.costing.counts import MOST, PLAIN, Usage, shape_of, usage_of
from ratecards.costing.days import instant, seller_day
from ratecards.costing.gemini_usage import folded
from ratecards.costing.usage import TIMES, Answer, records, tier_word, unfinished
from ratecards.errors import CostError
from ratecards.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ratecards.catalog.catalog import DatedCatalog
    from ratecards.costing.plan import CostPlan

    Place = tuple[int, int, int]
    Fields = tuple[str, ...]

FIRST = 3  # so many places of a reason are kept
_MOST_REASONS = 1000
_OTHER = "other reasons"
_NO_TIME = "no word on when it was: say the day for all (--on DATE)"
_CHUNK = (
    "a chunk of a streamed answer, which does not end here: its last chunk counts all of it; "
    "where each row is a call of its own: --each"
)
_USED = (
    ("search_used", frozenset(("grounded_prompts", "search_queries", "search_requests"))),
    ("maps_used", frozenset(("maps_prompts", "maps_queries", "maps_requests"))),
)


class Key(NamedTuple):
    """What a sum is of: values of the rows' fields, and what was priced."""

    fields: Fields
    model: str
    tier: str
    day: date
    source: str


class Allowance(NamedTuple):
    """What a page gives for nothing: a pool of one model, or of all that share it, in a day or a month."""

    source: str
    meter: str
    pool: str
    period: str
    free: int
    quote: str
    rate: Decimal
    per: Decimal
    currency: str


class Sum:
    """So many calls of one key, with their lines summed by rate."""

    __slots__ = ("allowances", "lines", "rows", "tokens")

    def __init__(self) -> None:
        self.rows, self.tokens = 0, 0
        self.lines: dict[tuple[object, ...], Line] = {}
        self.allowances: dict[Allowance, Decimal] = {}

    @property
    def total(self) -> Decimal:
        """The amount of all lines."""
        total = Decimal(0)
        for line in self.lines.values():
            total = EXACT.add(total, line.amount)
        return total

    def add(self, lines: Sequence[Line]) -> None:
        """Take in lines."""
        for line in lines:
            key = line.what, line.unit, line.rate, line.source, line.model, line.quote
            known = self.lines.get(key)
            if known is not None:
                quantity, amount = EXACT.add(known.quantity, line.quantity), EXACT.add(known.amount, line.amount)
                line = known._replace(quantity=quantity, amount=amount)  # noqa: PLW2901 - both in one
            self.lines[key] = line

    def merge(self, other: Sum) -> None:
        """Take in another sum of the same key."""
        self.rows, self.tokens = self.rows + other.rows, self.tokens + other.tokens
        self.add([*other.lines.values()])
        for allowance, used in other.allowances.items():
            self.allowances[allowance] = EXACT.add(self.allowances.get(allowance, Decimal(0)), used)


class Refused:
    """Rows that were refused for one reason: how many, in the words of the first, and the first places."""

    __slots__ = ("places", "rows", "tokens", "words")

    def __init__(self, words: str) -> None:
        self.rows, self.tokens, self.words = 0, 0, words
        self.places: list[Place] = []

    def add(self, rows: int, tokens: int, words: str, places: Sequence[Place]) -> None:
        """Take in more of them."""
        self.rows, self.tokens = self.rows + rows, self.tokens + tokens
        if self.words != _OTHER and places and (not self.places or places[0] < self.places[0]):
            self.words = words
        self.places = sorted({*self.places, *places})[:FIRST]


class Tally:
    """What rows came to: sums by key, refusals by reason, why records hold no call, and what must be said."""

    def __init__(self) -> None:
        self.sums: dict[Key, Sum] = {}
        self.refused: dict[str, Refused] = {}
        self.nothing: Counter[str] = Counter()
        # by what they say without numbers, of how many calls, and the words of one
        self.notes: dict[str, tuple[int, str]] = {}
        # by what the records of one call have in common, the largest of them
        self.held: dict[tuple[str, ...], tuple[Answer, Fields, Place]] = {}

    def refuse(self, words: str, place: Place, tokens: int = 0) -> None:
        """Count a row that cannot be priced."""
        self._refused(words).add(1, tokens, words, [place])

    def _refused(self, words: str) -> Refused:
        key = _kind(words)
        if key not in self.refused and len(self.refused) >= _MOST_REASONS:
            key = words = _OTHER
        return self.refused.setdefault(key, Refused(words))

    def note(self, words: str, calls: int = 1) -> None:
        """Count what must be said of a call."""
        known, other = self.notes.get(_kind(words), (0, words))
        self.notes[_kind(words)] = known + calls, min(words, other)

    def hold(self, answer: Answer, fields: Fields, place: Place) -> None:
        """Keep one of the records of a call until all are seen."""
        known = self.held.get(answer.same)
        if known is None or (answer.size, place) > (known[0].size, known[2]):
            self.held[answer.same] = answer, fields, place

    def merge(self, other: Tally) -> None:
        """Take in what other rows came to."""
        for key, found in other.sums.items():
            self.sums.setdefault(key, Sum()).merge(found)
        for more in other.refused.values():
            self._refused(more.words).add(more.rows, more.tokens, more.words, more.places)
        self.nothing += other.nothing
        for number, words in other.notes.values():
            self.note(words, number)
        for held in other.held.values():
            self.hold(*held)


@lru_cache(maxsize=4096)
def _kind(words: str) -> str:
    """A reason without its numbers: rows with the same reason differ in them."""
    return re.sub(r"[0-9]+(?:[.,][0-9]+)*", "N", words)


class _Cell:
    """Calls of one key, shape and band of the prompt, whose numbers are added up before they are multiplied."""

    __slots__ = ("amounts", "key", "plan", "rows", "tokens", "usage")

    def __init__(self, key: Key, plan: CostPlan, usage: Usage) -> None:
        self.key, self.plan, self.usage = key, plan, usage
        self.rows, self.tokens = 0, 0
        self.amounts = [Decimal(0)] * len(usage.counts)


class Counting:
    """Rows to be added up, on the cards of each day: `add` takes the record of a row, `done` gives what they came to.

    A row that says no model or tier is of those that are asked for, and one that says no time is of today where
    that is `untimed`. `by` are the fields of rows that sums are by, `each` says that no row is a chunk of an answer,
    `lifetime` how long what a row writes to a cache is kept, where that decides the price and it does not say.
    """

    def __init__(
        self,
        catalog: DatedCatalog,
        asked: Asked,
        by: Sequence[str] = (),
        *,
        each: bool = False,
        untimed: bool = False,
        lifetime: str = "",
    ) -> None:
        self._catalog, self._asked, self._each, self._untimed = catalog, asked, each, untimed
        self._lifetime = lifetime
        self._by = tuple(tuple(name.split("/")) for name in by)
        self.tally = Tally()
        self._cells: dict[object, _Cell | None] = {}
        self._heads: dict[object, tuple[DatedCatalog, str, str] | CostError] = {}
        self._quick: dict[object, _Quick | None] = {}

    def add(self, record: object, place: Place, kept: dict[str, Any]) -> None:
        """Count the calls of a record."""
        if record.__class__ is dict and self._add_quickly(record):
            return
        self._count(records(record, kept), record, place)

    def finish(self, place: Place, kept: dict[str, Any]) -> None:
        """Count the call of a stream in which the records of a file broke off."""
        if kept:
            self._count(unfinished(kept), {}, place)

    def _count(self, answers: Iterable[Answer | str], record: object, place: Place) -> None:
        try:
            fields = self.fields(record) if self._by else ()
            found = list(answers)
        except CostError as error:
            self.tally.refuse(str(error), place)
            return
        if not self._each and isinstance(record, Mapping) and _is_chunk(record):
            self.tally.refuse(_CHUNK, place)
            return
        for answer in found:
            if not isinstance(answer, Answer):
                self.tally.nothing[answer] += 1
            elif answer.same:
                self.tally.hold(answer, fields, place)
            else:
                self.call(answer, fields, place)

    def call(self, answer: Answer, fields: Fields, place: Place) -> None:
        """Count a call."""
        tokens = answer.size
        try:
            plan, usage = self._planned(answer)
            at = fields, id(plan), plan.band(usage.prompt)
            if at not in self._cells:
                found = plan.cost(usage)
                key = Key(fields, found.model, found.tier, found.on, found.source)
                self._cells[at] = _Cell(key, plan, usage) if plan.linear(usage) else None
            cell = self._cells[at]
            if cell is None:
                found = plan.cost(usage)
                key = Key(fields, found.model, found.tier, found.on, found.source)
                self._sum(key, found, 1, tokens, plan)
            else:
                cell.rows, cell.tokens = cell.rows + 1, cell.tokens + tokens
                cell.amounts = [EXACT.add(a, count.amount) for a, count in zip(cell.amounts, usage.counts, strict=True)]
        except CostError as error:
            self.tally.refuse(str(error), place, tokens)
            return
        for note in answer.notes:
            self.tally.note(note)

    def price(self, answer: Answer) -> Breakdown:
        """What one call costs, searches as beyond every allowance. Raises `CostError`."""
        plan, usage = self._planned(answer)
        found = plan.cost(usage)
        return found._replace(notes=(*answer.notes, *found.notes)) if answer.notes else found

    def _planned(self, answer: Answer) -> tuple[CostPlan, Usage]:
        catalog, model, tier = self.head(answer)
        usage = usage_of(_beyond_allowances(answer.counts))
        plan = calls.plan_of(catalog, model, tier, self._asked, shape_of(usage))
        if self._lifetime:
            try:
                plan.linear(usage)
            except CostError:
                counts = tuple(
                    c._replace(context=self._lifetime) if c.meter == "cache_write" else c for c in usage.counts
                )
                if counts != usage.counts and not any(c.context for c in usage.counts):
                    usage = usage._replace(counts=counts)
                    plan = calls.plan_of(catalog, model, tier, self._asked, shape_of(usage))
        return plan, usage

    def done(self) -> Tally:
        """What all rows came to, those that were held included."""
        held, self.tally.held = self.tally.held, {}
        for answer, fields, place in held.values():
            self.call(answer, fields, place)
        return self.so_far()

    def so_far(self) -> Tally:
        """What the rows came to, without those that are held: others may have more of them."""
        for quick in self._quick.values():
            if quick is not None:
                self._cells.update(quick.cells())
        for cell in self._cells.values():
            if cell is not None:
                counts = zip(cell.usage.counts, cell.amounts, strict=True)
                usage = cell.usage._replace(counts=tuple(count._replace(amount=amount) for count, amount in counts))
                self._sum(cell.key, cell.plan.cost(usage), cell.rows, cell.tokens, cell.plan)
        self._cells, self._quick = {}, {}
        return self.tally

    def _sum(self, key: Key, found: Breakdown, rows: int, tokens: int, plan: CostPlan) -> None:
        total = self.tally.sums.setdefault(key, Sum())
        total.rows, total.tokens = total.rows + rows, total.tokens + tokens
        total.add(found.lines)
        for line in found.lines:
            if line.what.startswith(("search grounding", "maps grounding")):
                for allowance in _allowances(plan, line, key):
                    total.allowances[allowance] = EXACT.add(total.allowances.get(allowance, Decimal(0)), line.quantity)

    def head(self, answer: Answer) -> tuple[DatedCatalog, str, str]:
        """The cards, model and tier of a call. Raises `CostError`."""
        model = answer.model or self._asked.model or ""
        day = self._day(model, answer.time)
        known = self._heads.get((model, answer.tier, day))
        if known is None:
            known = self._find(answer, model, day)
            self._heads[model, answer.tier, day] = known
        if isinstance(known, CostError):
            raise known
        return known

    def _find(self, answer: Answer, model: str, day: date | None) -> tuple[DatedCatalog, str, str] | CostError:
        try:
            asked = self._asked._replace(tier=None) if answer.tier and self._asked.tier != "batch" else self._asked
            tier = calls.tier_of(answer, asked, [])
            catalog = self._catalog if day is None else self._catalog.at(day)
            calls.plan_of(catalog, model or None, tier, self._asked)
        except CostError as error:
            return error
        return catalog, model, tier or "standard"

    def _day(self, model: str, time: Any) -> date | None:
        """The day of a call where its seller is; None where one was said for all. Raises `CostError`."""
        if self._catalog.on is not None:
            return None
        if time is None:
            if self._untimed:
                return None
            raise CostError(_NO_TIME)
        return seller_day(self._catalog.seller(model), time)

    def fields(self, record: object) -> Fields:
        """What a row says in the fields that sums are by."""
        found = (usage_forms.at(record, place) for place in self._by)
        return tuple("" if value is None else value if isinstance(value, str) else str(value) for value in found)

    # ------------------------------------------------------------------------- answers of text, added up as numbers

    def _add_quickly(self, record: dict[str, Any]) -> bool:
        """Count an answer of generateContent that has nothing but text; False where that cannot be told quickly."""
        layout = _layout(tuple(record))
        if layout is None:
            return False
        nested, times = layout
        answer = record
        if nested:
            answer = record["response"]
            if answer.__class__ is not dict or (inner := _layout(tuple(answer))) is None or inner[0]:
                return False
            times = inner[1] or times
            time = next((found for name in inner[1] if (found := answer.get(name))), None) or (
                record.get(times[0]) if times else None
            )
        else:
            time = record.get(times[0]) if times else None
        tokens = gemini_usage.text_tokens(answer.get("usageMetadata"))
        if tokens is None or (answer.get("candidates") and not _plain_candidates(answer, each=self._each)):
            return False
        sent, cached, out, thoughts, tier = tokens
        instant_key: object = None
        if self._catalog.on is None:
            if time.__class__ is not str or not _is_hour(time):
                return False
            instant_key = time[:13]
        model = answer.get("modelVersion")
        if model.__class__ is not str:
            return False
        at = model, tier, instant_key
        quick = self._quick.get(at, False)
        if quick is False:
            quick = self._quick[at] = self._quickly(model, tier, time)
        return bool(quick) and quick.add(self.fields(record) if self._by else (), sent, cached, out, thoughts)  # type: ignore[union-attr]

    def _quickly(self, model: str, tier: str, time: object) -> _Quick | None:
        try:
            catalog, name, own = self.head(Answer({}, (), model, tier_word(tier), instant("time", time)))
            return _Quick(calls.plan_of(catalog, name, own, self._asked, _QUICK), catalog, name, own, self._asked)
        except CostError:
            return None


_QUICK = ("input_tokens", "cached_tokens", "output_tokens", "thoughts_tokens")


class _Quick:
    """Answers of text alone, of one model, tier and day, as sums of whole numbers."""

    def __init__(self, plan: CostPlan, catalog: DatedCatalog, model: str, tier: str, asked: Asked) -> None:
        self._plan = plan
        self._of = catalog, model, tier, asked
        self._sums: dict[object, list[Any] | None] = {}

    def add(self, fields: Fields, sent: int, cached: int, out: int, thoughts: int) -> bool:
        """Count a call; False where the price of these is not that of plain numbers."""
        at = fields, self._plan.band(sent), cached > 0, out > 0, thoughts > 0, sent > cached
        known = self._sums.get(at, False)
        if known is False:
            priced = sent >= cached and self._plan.total_of_tokens((sent, cached, out, thoughts, 0)) is not None
            known = self._sums[at] = [sent, 0, 0, 0, 0, 0] if priced and (sent or out or thoughts) else None
        if known is None:
            return False
        known[1] += 1  # type: ignore[index]  # a list
        known[2] += sent  # type: ignore[index]
        known[3] += cached  # type: ignore[index]
        known[4] += out  # type: ignore[index]
        known[5] += thoughts  # type: ignore[index]
        return True

    def cells(self) -> Iterator[tuple[object, _Cell]]:
        """The same as cells, the numbers as amounts of counts."""
        for at, known in self._sums.items():
            if known is not None:
                prompt, rows, *numbers = known
                usage = usage_of(dict(zip(_QUICK, numbers, strict=True)))._replace(prompt=prompt)
                catalog, model, tier, asked = self._of
                plan = calls.plan_of(catalog, model, tier, asked, shape_of(usage))
                found = plan.cost(usage)
                key = Key(at[0], found.model, found.tier, found.on, found.source)  # type: ignore[index]  # a tuple
                cell = _Cell(key, plan, usage)
                cell.rows, cell.tokens = rows, numbers[0] + numbers[2] + numbers[3]
                cell.amounts = [count.amount for count in usage.counts]
                yield (id(self), at), cell


_ALLOWED = frozenset(("candidates", "usageMetadata", "modelVersion", "responseId", "createTime", "promptFeedback"))
_CANDIDATE = frozenset(
    ("content", "finishReason", "index", "safetyRatings", "avgLogprobs", "logprobsResult", "citationMetadata")
)
# Names that say what a quick look does not see.
_SAYS = frozenset(
    (
        *(
            "interaction",
            "usage",
            "servicetier",
            "sdkhttpresponse",
            "created",
            "name",
            "expiretime",
            "embedding",
            "model",
        ),
        *("embeddings", "predictions", "generatedimages", "response", "servercontent", "modelversion", "createtime"),
        *(
            "usagemetadata",
            "candidates",
            "promptfeedback",
            "responseid",
            "answer",
            "completion",
            "result",
            "body",
            "tier",
        ),
    )
)


@lru_cache(maxsize=4096)
def _layout(names: tuple[str, ...]) -> tuple[bool, tuple[str, ...]] | None:
    """Whether a record with such names holds an answer, and where it says the time; None where that needs a look."""
    nested = "response" in names and "usageMetadata" not in names
    if not nested and "usageMetadata" not in names:
        return None
    known = {"response"} if nested else _ALLOWED
    others = [name for name in names if name not in known]
    counting = any(folded(n) in _SAYS or n in PLAIN or gemini_usage.counts_tokens({folded(n): 1}) for n in others)
    if counting or usage_forms.may_have(names):
        return None
    times = [name for name in (*(["createTime"] if not nested else []), *TIMES) if name in names]
    return None if len(times) > 1 else (nested, tuple(times))


def _plain_candidates(answer: Mapping[str, Any], *, each: bool) -> bool:
    """Whether the candidates of an answer are of text without grounding, and end here."""
    candidates, ends = answer["candidates"], each or "responseId" not in answer
    if candidates.__class__ is not list:
        return False
    for candidate in candidates:
        if candidate.__class__ is not dict or not candidate.keys() <= _CANDIDATE:
            return False
        ends = ends or bool(candidate.get("finishReason"))
    return ends


def _is_hour(time: str) -> bool:
    """Whether it is an instant like `2026-10-06T10:00:00.123Z`, whose first 13 characters say the day everywhere."""
    return (
        20 <= len(time) <= 30
        and time[-1] == "Z"
        and time[10] == "T"
        and time[13] == time[16] == ":"
        and (time[14:16] + time[17:19] + time[20:-1]).isdecimal()
        and (len(time) == 20 or time[19] == ".")
        and time[14] < "6" > time[17]
    )


def _is_chunk(record: Mapping[Any, Any]) -> bool:
    """Whether it is one chunk of an answer of generateContent, of which a later one counts everything."""
    held = record.get("response")
    answer = record if "usageMetadata" in record or not isinstance(held, Mapping) else held
    candidates = answer.get("candidates")
    if not answer.get("responseId") or not isinstance(candidates, list) or not candidates:
        return False
    return not any(isinstance(c, Mapping) and (c.get("finishReason") or c.get("finish_reason")) for c in candidates)


def _beyond_allowances(counts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Counts whose searches are all beyond what is free of charge, where they do not say."""
    for used, names in _USED:
        if not names.isdisjoint(counts) and counts.get(used) is None:
            counts = {**counts, used: MOST}
    return counts


def _allowances(plan: CostPlan, line: Line, key: Key) -> Iterator[Allowance]:
    """What the page gives for nothing of what a line counts."""
    meter = "search_grounding" if line.what.startswith("search") else "maps_grounding"
    offer = plan.choice.offer
    for rate in offer.rates(key.tier, "paid"):
        free = rate.meter == meter and rate.price == 0 and rate.used_up_to is not None and not rate.used_over
        if free and rate.unit == line.unit and rate.holds_on(offer.day):
            shared = any(word in rate.evidence.quote.lower() for word in ("shared", "combined", "aggregated"))
            period = str(key.day) if rate.period == "day" else str(key.day)[:7]
            pool = "shared" if shared else key.model
            per = Decimal(line.unit.partition(" ")[0])
            yield Allowance(
                key.source,
                meter,
                pool,
                period,
                rate.used_up_to or 0,
                rate.evidence.quote,
                line.rate,
                per,
                line.currency,
            )
            return
