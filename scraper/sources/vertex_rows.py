"""Rows of the Agent Platform's tables to rates: a price cell, line by line, under its column and beside its labels.

A row of grounding has prose instead: what is included, and one price beyond it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from ratecards.model import Evidence, Rate
from scraper.errors import LayoutChanged, UnknownTerm
from scraper.model import Gap, Problem
from scraper.parse.grid import Row
from scraper.prices.lexicon import AMOUNT, DATE, NUMBER, counted, day, money, whole_number
from scraper.prices.normalize import label_key, validate_row
from scraper.prices.scanner import Scanner
from scraper.prices.skippable import skippable
from scraper.sources.vertex_terms import (
    PROVIDER,
    SKIPPED,
    SOURCE,
    Column,
    Model,
    Rule,
    Terms,
    UnknownLabel,
    UnknownWords,
    dated,
    known,
)

_RESOLUTION = re.compile(r"[0-9]{3,4}p|[0-9]k")
_LABEL = re.compile(r"([^:$]+):")
_UNIT_PAREN = re.compile(r"\(\s*/\s*([^()$]+?)\s*\)")
_UNIT = re.compile(r"(?:/|per\b)\s*([^()*$]+?)\s*(?=\(|\*|\Z)")
_CONTEXT = re.compile(r"\(([^()$]+)\)")
_MARKS = re.compile(r"\*+")
_ASIDE = re.compile(rf"[{SKIPPED} ]+")
_WORD = re.compile(r"[^\W\d_]+")
_NOTHING = Rule()


@dataclass(frozen=True, slots=True)
class Price:
    """One line of a price cell. An empty unit is the row's or the column's, an empty label says nothing."""

    quote: str
    availability: str
    price: Decimal | None = None
    unit: str = ""
    label: Rule = _NOTHING
    context: str = ""
    marks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the rows of one table share: its place, columns and tiers, and the days its footnotes name, by mark.

    In a `regional` table the region selects a price: more than the global one is named.
    """

    place: str
    columns: tuple[Column, ...]
    tiers: tuple[str, ...]
    starts: Mapping[str, date]
    terms: Terms
    regional: bool = False

    def has(self, role: str) -> bool:
        """Whether the table has a column of the role."""
        return any(column.role == role for column in self.columns)


def frame_tiers(columns: Sequence[Column], tab: str, terms: Terms) -> tuple[str, ...]:
    """The tiers of a table under a tab. Raises `UnknownWords` on an unknown one, `UnknownTerm` on another's."""
    tiers = tuple(known(terms.tabs, tab, "tab")) if tab else ("standard",)
    for column in columns:
        if (column.prompt_over or column.prompt_up_to) and (column.tiers or ("standard",)) != tiers:
            raise UnknownTerm(f"the header {column.header!r} stands under the tab {tab!r}")
    return tiers


class RowReader:
    """Reads one row of a table."""

    def __init__(self, row: Row, frame: Frame) -> None:
        self.row, self.frame, self.terms = row, frame, frame.terms

    def lines(self, role: str) -> tuple[str, ...]:
        """The lines of the row's first cell of a role; empty when there is no such column or cell."""
        found = (c for column, c in zip(self.frame.columns, self.row.cells, strict=True) if column.role == role)
        cell = next(found, None)
        return cell.lines if cell else ()

    def words(self, role: str) -> str:
        """The same in one line."""
        return " ".join(self.lines(role))

    @property
    def label(self) -> str:
        """The row's labels in one line, as locators and messages name it."""
        roles = ("model", "feature", "type", *(["region"] if self.frame.regional else []), "request")
        return " ".join(filter(None, map(self.words, roles)))

    # ---- labels

    def rules(self) -> list[Rule]:
        """What the row's labels say, one rule for each line of its Type cell. Raises `UnknownLabel`."""
        feature = self._known(self.terms.features, self.words("feature"), "feature")
        if not self.frame.has("type"):
            return [feature]
        lines = self.lines("type")
        found = [self.terms.type(line) for line in lines]
        strange = [line for line, rule in zip(lines, found, strict=True) if not rule]
        if strange or not found:
            found = [self.terms.type(self.words("type"))]
        rules = [feature.joined(rule) for rule in found if rule]
        if not rules:
            if self.terms.all_named(self.words("type")):
                raise LayoutChanged(f"a model stands where a type should: {self.words('type')!r}")
            # of lines that are types but for one, that one
            raise UnknownLabel("type", strange[0] if len(strange) == 1 else self.words("type"))
        return rules

    def _known(self, entries: Mapping[str, Rule], words: str, what: str) -> Rule:
        """The entry of a label, as it stands or in known nouns. Raises `UnknownLabel`."""
        for said in (words, self.terms.in_known_nouns(words)):
            if (found := entries.get(label_key(said))) is not None:
                return found
        raise UnknownLabel(what, words)

    def models(self) -> list[Model]:
        """The models the row names; empty when the name is unknown. Raises `LayoutChanged` when it is no name."""
        name = self.words("model")
        if model := self.terms.of_feature(name, self.words("feature")):
            return [model]
        if not self._is_name(name):
            raise LayoutChanged(f"a row without its model: {self.row.text!r}")
        return self.terms.all_named(name)

    def _is_name(self, name: str) -> bool:
        """Whether what stands in the model column may be a model: not a label, a price or prose that moved there."""
        labels = (*self.terms.features, *self.terms.grounding_features)
        moved = label_key(name) in labels or all(map(self.terms.type, self.lines("model")))
        return not moved and not counted(name) and self.row.cells.count(self.row.cells[0]) == 1

    def _request(self) -> Rule:
        words = self.words("request")
        found = self._known(self.terms.cell_labels, words, "request type") if words else _NOTHING
        if self.frame.has("request") and not found.tier:
            raise UnknownLabel("request type", words)
        return found

    def _region(self) -> Rule:
        words = self.words("region")
        found = self._known(self.terms.regions, words, "region") if words else _NOTHING
        if self.frame.regional and not found.context:
            raise UnknownTerm("a row without its region")
        return found if self.frame.regional else replace(found, context="")

    def _resolutions(self) -> tuple[str, ...]:
        if not self.frame.has("resolution"):
            return ("",)
        sizes = tuple(word.strip().lower() for word in self.words("resolution").split(","))
        if not all(map(_RESOLUTION.fullmatch, sizes)):
            raise UnknownTerm(f"unknown resolution {self.words('resolution')!r}")
        return sizes

    # ---- prices

    @property
    def prices(self) -> str:
        """The lines of the row's price cells, as problems quote them."""
        cells = [c for column, c in zip(self.frame.columns, self.row.cells, strict=True) if column.priced and c]
        return " | ".join(line for cell in dict.fromkeys(cells) for line in cell.lines)

    def rates(self, models: Sequence[Model]) -> tuple[list[Rate], int]:
        """The rates of the row and the number of amounts they were read from."""
        rules, around = self.rules(), (self._request(), self._region())
        rates: list[Rate] = []
        amounts = 0
        ended = priced = False
        for column, cell in zip(self.frame.columns, self.row.cells, strict=True):
            if not column.priced:
                continue
            if cell is None or not cell.lines:
                ended = True
                continue
            if ended:
                raise UnknownTerm(f"an empty cell before {column.header!r}")
            priced = True
            prices = [read_price(line, self.terms) for line in cell.lines]
            for rule, own in _matched(rules, prices):
                rates += [r for p in own for m in models for r in self._rates(p, rule, column, m, *around)]
            amounts += sum(map(counted, cell.lines))
        may_end = all(model.short for model in models) or all(rule.meter == "tuning" for rule in rules)
        if not priced or (ended and not may_end):
            raise UnknownTerm(f"an empty price cell beside {self.label!r}")
        return rates, amounts

    def gaps(self, models: Sequence[Model], problem: Problem, amounts: int) -> list[Gap]:
        """What of its models a row may price of which only the words of a cell are not understood; else empty."""
        try:
            meters = {rule.meter for rule in self.rules()}
            self._resolutions()
        except UnknownTerm:
            return []
        lines = (line for cell in self.row.own for line in cell.lines)
        if "" in meters or not any(_strange(line, self.terms) for line in lines if counted(line)):
            return []
        if "input" in meters:
            meters |= {"cache_read", "cache_storage"}
        # without a tab the words of the cell may name the tier
        named = {tier for column in self.frame.columns for tier in column.tiers}
        tiers = {""} if self.frame.place.endswith(" / -") else named | {*self.frame.tiers}
        ids = tuple(model_id for model in models for model_id in model.ids)
        return [Gap(problem, ids, tier, tuple(sorted(meters)), amounts=amounts) for tier in sorted(tiers)]

    def _rates(self, price: Price, rule: Rule, column: Column, model: Model, request: Rule, region: Rule) -> list[Rate]:
        frame = self.frame
        meter = self._meter(price, rule, column)
        if not meter:
            return []
        unit = self._unit(price, rule, column, meter, model)
        # a prompt column says nothing of training, which has no prompt
        bounds = (None, None) if meter == "tuning" else (column.prompt_over, column.prompt_up_to)
        # a model without sound has no "without audio" to be told from
        own = "" if model.silent and rule.context == "without audio" else rule.context
        places = {price.context, region.context} - {""}
        if len(places) > 1:
            raise UnknownTerm(f"{price.quote!r} stands beside the region {region.context!r}")
        days = dated(self.words("model"))
        words = self.words("region")
        starts = (days.since, *(frame.starts.get(mark) for mark in (price.marks, words[len(words.rstrip("*")) :])))
        found = [
            Rate(
                provider=PROVIDER,
                source=SOURCE,
                model=model_id,
                service_tier=tier,
                meter=meter,
                modality=modality,
                unit=unit,
                resolution=resolution,
                quality=rule.quality,
                prompt_over=bounds[0],
                prompt_up_to=bounds[1],
                context=", ".join(sorted(filter(None, (own, *places)))),
                basis=rule.basis or "list",
                availability=price.availability,
                price=None if price.price is None else price.price * (1 if price.unit else column.scale),
                currency=frame.terms.currency if price.price is not None else "",
                effective_from=max(filter(None, starts), default=None),
                effective_until=days.until,
                evidence=Evidence(price.quote, f"{frame.place} / {self.label} / {column.header}"),
            )
            for model_id in model.ids
            for tier in self._tiers(price, request, region, column)
            for modality in rule.modalities or ("",)
            for resolution in self._resolutions()
        ]
        for rate in found:
            validate_row(rate)
        return found

    def _tiers(self, price: Price, request: Rule, region: Rule, column: Column) -> tuple[str, ...]:
        """The tiers of a price: those of its column or tab, of which its region, row or cell may name one."""
        tiers = column.tiers or self.frame.tiers
        named = {price.label.tier, request.tier, region.tier} - {""}
        if len(named) > 1 or (region.tier and region.tier not in tiers):
            raise UnknownTerm(f"{price.quote!r} is a price of {' and '.join(sorted(named))}, and of {', '.join(tiers)}")
        return tuple(named) or tiers

    def _meter(self, price: Price, rule: Rule, column: Column) -> str:
        """What the price is of; empty for a cell that says that output is not cached."""
        meter = price.label.meter or rule.meter or column.meter
        wrong = f"{price.quote!r} under {column.header!r} in a row of {meter}"
        if column.meter and meter not in (column.meter, "input"):
            raise UnknownTerm(wrong)
        meter = column.meter or meter
        if not meter:
            raise UnknownTerm(f"nothing says what {price.quote!r} is the price of")
        # a price beside a storage price is that of reading what was stored
        if not column.cached and not self.frame.has("storage"):
            return meter
        if meter == "input":
            return "cache_storage" if column.role == "storage" else "cache_read"
        if price.availability != "not_available":
            raise UnknownTerm(wrong)
        return ""

    def _unit(self, price: Price, rule: Rule, column: Column, meter: str, model: Model) -> str:
        """The cell's own unit, else the row's, else the column's; a storage price is per hour, and no other."""
        unit = price.unit or rule.unit or column.unit
        if column.role == "storage":
            unit = column.unit or self.terms.hourly.get(rule.unit, "")
        if unit.endswith(" count"):
            unit = _counted(int(unit.split()[0]), rule.count or model.count)
        if price.price is None and meter == "cache_storage":
            return unit if "-hour" in unit else "1000000 token-hours"
        if price.price is not None and (not unit or ("-hour" in unit) != (meter == "cache_storage")):
            raise UnknownTerm(f"{price.quote!r} is a price of {meter} per {unit or 'nothing'}")
        return unit


def _matched(rules: Sequence[Rule], prices: Sequence[Price]) -> list[tuple[Rule, Sequence[Price]]]:
    """Each rule with its prices: all for one rule, its own for as many, the same for several rules and one price."""
    if len(rules) == 1:
        return [(rules[0], prices)]
    if len(prices) == len(rules):
        return [(rule, [price]) for rule, price in zip(rules, prices, strict=True)]
    if len(prices) == 1:
        return [(rule, prices) for rule in rules]
    quotes = " / ".join(price.quote for price in prices)
    raise UnknownTerm(f"{len(prices)} prices beside {len(rules)} types: {quotes!r}")


def _counted(number: int, noun: str) -> str:
    """So many "counts" of what the row counts: `1000000 tokens`, `1 image`; empty where nothing says of what."""
    if noun[:1].isdigit():
        return noun if number == 1 else ""
    return noun and f"{number} {noun}" + ("s" if number > 1 else "")


def _strange(line: str, terms: Terms) -> bool:
    try:
        read_price(line, terms)
    except UnknownTerm:
        return True
    return False


# ------------------------------------------------------------------------------------------------- price cells


def read_price(line: str, terms: Terms) -> Price:
    """Read one line of a price cell. Raises `UnknownTerm` unless every word of it is understood."""
    if availability := terms.cells.get(label_key(line)):
        return Price(line, availability, Decimal(0) if availability == "free" else None)
    scan = Scanner(terms.without_asides(terms.in_known_nouns(line)), terms.phrases)
    bare = scan.text.strip(" *.")
    for name in ("not_available", "not_published", "refers"):
        if getattr(terms.phrases, name).fullmatch(bare):
            return Price(line, name)
    label = _NOTHING
    if match := _take(scan, _LABEL):
        if not (found := terms.cell_labels.get(_said(match))):
            raise UnknownWords("words before the colon in", line, _strange_at(match, terms.cell_labels))
        label = found
    if _take(scan, terms.phrases.free):
        price = Price(line, "free", Decimal(0), label=label)
    else:
        amount = _take(scan, AMOUNT)
        if not amount:
            raise scan.fail("an amount, or words that say that there is none")
        unit = _take(scan, _UNIT_PAREN) or _take(scan, _UNIT)
        context = _take(scan, _CONTEXT)
        marks = _take(scan, _MARKS)
        number = money(amount.group())
        price = Price(
            line,
            "priced" if number else "free",
            number,
            _meant(terms.units, unit, "unit") if unit else "",
            label,
            _meant(terms.contexts, context, "words behind a price:") if context else "",
            marks.group() if marks else "",
        )
    if scan.text[scan.at :].strip(f"{SKIPPED} ."):
        raise scan.fail("the end of the price")
    return price


def _take(scan: Scanner, pattern: re.Pattern[str]) -> re.Match[str] | None:
    """Match behind what is skipped."""
    scan.take(_ASIDE)
    return scan.take(pattern)


def _said(match: re.Match[str]) -> str:
    """The words of a match, folded, without what is skipped."""
    return label_key(_ASIDE.sub(" ", match[1]))


def _meant(entries: Mapping[str, str], match: re.Match[str], what: str) -> str:
    """The entry of matched words. Raises `UnknownTerm` at the first of them that nobody may know."""
    if (found := entries.get(_said(match))) is None:
        raise UnknownWords(what, match[1], _strange_at(match, entries))
    return found


def _strange_at(match: re.Match[str], entries: Mapping[str, object]) -> int | None:
    """Where the first matched word stands that no entry has, rather one that no price page has; None without one.

    Of a word that leads a bracket it is the bracket's place.
    """
    known = {word for words in entries for word in _WORD.findall(words)}
    found = [word for word in _WORD.finditer(match[0]) if word[0].lower() not in known]
    first = next((word for word in found if skippable(word[0])), found[0] if found else None)
    if first is None:
        return None
    leads = match[0].lstrip().startswith("(") and match[0][: first.start()].strip() == "("
    return match.start() + (0 if leads else first.start())


# ------------------------------------------------------------------------------------------------- grounding

_SENTENCE = re.compile(r"\.\s+(?=[A-Z])")
_PER_DAY = (
    rf"(?P<count>{NUMBER}) (?i:(?:grounded |grounding |search )?(?:prompts|requests|queries)) per (?P<period>day|month)"
)
_INCLUDED = re.compile(
    rf"(?:(?P<who>.+?) )?[Ii]ncludes? (?:a combined |up to )?{_PER_DAY} at no (?:additional )?(?:charge|cost)"
    r"(?:, aggregated across all [A-Za-z0-9. ]+ models)?"
)
_LISTED = re.compile(rf"(?P<who>[^:$]+): (?:combined )?{_PER_DAY}")
_BILLED = re.compile(
    rf"(?:[A-Za-z ]+ exceeding (?:those limits|(?P<over>{NUMBER}) per day) are billed at )?(?P<amount>{AMOUNT.pattern})"
    r" per (?P<unit>[A-Za-z0-9, ]+?)(?: \(up to 1 million requests per day\))?"
    rf"(?: starting {DATE.pattern})?"
)
_STARTS = re.compile(rf"Billing will start {DATE.pattern}")
_AND = re.compile(r",\s*|\s+and\s+")
# The cell of prices beside the words: one amount, or nothing up to a count and the amount from there on.
_STEPS = re.compile(
    rf"(?:0 count to (?P<free>{NUMBER}) count \$0(?:\.0+)? \(Free\) (?P<count>{NUMBER}) count and above )?"
    rf"(?P<amount>{AMOUNT.pattern})"
)


@dataclass(frozen=True, slots=True)
class Included:
    """So much per period at no charge; `who` are the models the cell names, none for all of the section."""

    who: tuple[str, ...]
    count: int
    period: str
    quote: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Grounding:
    """What a grounding cell says: one price per unit, from a day on, beyond what is included.

    Two are equal that say the same, whatever the words.
    """

    price: Decimal
    unit: str
    quote: str = field(compare=False)
    starts: date | None
    included: tuple[Included, ...]


def read_grounding(lines: Sequence[str], terms: Terms) -> Grounding:
    """Read a grounding cell sentence by sentence. Raises `UnknownTerm` on a sentence it does not know."""
    included: list[Included] = []
    billed: list[re.Match[str]] = []
    starts: list[re.Match[str]] = []
    quotes: dict[re.Match[str], str] = {}
    # a line that begins in lower case goes on where the one before it broke off
    text = re.sub(r"\n(?=[a-z])", " ", "\n".join(lines))
    for words in (s.strip(" .") for line in text.split("\n") for s in _SENTENCE.split(line)):
        said = terms.in_known_nouns(words)
        if match := _INCLUDED.fullmatch(said) or _LISTED.fullmatch(said):
            who = tuple(_AND.split(match["who"])) if match["who"] else ()
            included.append(Included(who, whole_number(match["count"]), match["period"].lower(), words))
        elif match := _BILLED.fullmatch(said):
            billed.append(match)
            quotes[match] = words
        elif match := _STARTS.fullmatch(said):
            starts.append(match)
            quotes[match] = words
        elif words and not terms.grounding_prose.fullmatch(said):
            raise UnknownWords("sentence in a grounding cell:", words)
    if len(billed) != 1:
        raise UnknownTerm(f"expected one price in the cell, saw {len(billed)}: {' '.join(lines)[:120]!r}")
    price = billed[0]
    if price["over"] and {whole_number(price["over"])} != {i.count for i in included}:
        raise UnknownTerm(f"the price and the allowance before it differ: {price.group()!r}")
    if price["year"] or price["year2"]:
        starts.append(price)
    days = {day(match) for match in starts}
    if len(days) > 1:
        raise UnknownTerm(f"several starts in one cell: {sorted(map(str, days))}")
    quote = " … ".join(dict.fromkeys(quotes[match] for match in (price, *starts)))
    return Grounding(
        money(price["amount"]), terms.unit(price["unit"]), quote, days.pop() if days else None, tuple(included)
    )


def prove_steps(cell: str, found: Grounding) -> None:
    """Raise `UnknownTerm` unless the cell of prices says what the words beside it say."""
    steps = _STEPS.fullmatch(cell)
    if not steps or money(steps["amount"]) != found.price or steps["free"] != steps["count"]:
        raise UnknownTerm(f"{cell!r} stands beside {found.quote!r}")
    free = whole_number(steps["free"]) if steps["free"] else None
    counts = {included.count for included in found.included}
    if free is not None and not counts:
        raise UnknownTerm(f"{free:,} are free, and nothing says in which period: {cell!r}")
    if counts and free not in counts:
        raise UnknownTerm(f"{cell!r} stands beside {' and '.join(i.quote for i in found.included)!r}")


def grounding_rates(
    found: Grounding,
    rules: Sequence[Rule],
    place: str,
    currency: str,
    family: Sequence[Model],
    resolve: Callable[[str], list[Model]],
) -> list[Rate]:
    """A grounding cell's rates: free up to what is included, the price beyond, for the models it is for."""
    rates: list[Rate] = []
    for included in found.included or [None]:
        models = [m for name in included.who for m in resolve(name)] if included and included.who else family
        for model_id, rule in ((model_id, rule) for m in models for model_id in m.ids for rule in rules):
            price = Rate(
                provider=PROVIDER,
                source=SOURCE,
                model=model_id,
                meter=rule.meter,
                unit=found.unit,
                context=rule.context,
                price=found.price,
                currency=currency,
                effective_from=found.starts,
                evidence=Evidence(found.quote, place),
            )
            if not included:
                rates.append(price)
                continue
            free = replace(price, used_up_to=included.count, availability="free", price=Decimal(0), effective_from=None)
            free = replace(free, period=included.period, evidence=Evidence(included.quote, place))
            rates += [free, replace(price, used_over=included.count, period=included.period)]
    return rates
