"""Rows of the Agent Platform's tables to rates: a price cell, line by line, under its column and beside its labels."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ratecards.model import Evidence, Rate
from scraper.errors import LayoutChanged, UnknownTerm
from scraper.model import Gap, Problem
from scraper.prices.lexicon import AMOUNT, counted, money
from scraper.prices.normalize import label_key, validate_row
from scraper.prices.scanner import Scanner
from scraper.sources.vertex_grid import Row
from scraper.sources.vertex_terms import CellLabel, Column, Dated, Model, Region, Rule, Terms, dated

_RESOLUTION = re.compile(r"[0-9]{3,4}p|[0-9]k")
_LABEL = re.compile(r"([^:$]+):")
_UNIT_PAREN = re.compile(r"\(\s*/\s*([^()$]+?)\s*\)")
_UNIT = re.compile(r"(?:/|per\b)\s*([^()*$]+?)\s*(?=\(|\*|\Z)")
_CONTEXT = re.compile(r"\(([^()$]+)\)")
_MARKS = re.compile(r"\*+")
_UNLABELLED = CellLabel()


@dataclass(frozen=True, slots=True)
class Price:
    """One line of a price cell. An empty unit is the row's or the column's, an empty label says nothing."""

    quote: str
    availability: str
    price: Decimal | None = None
    unit: str = ""
    label: CellLabel = _UNLABELLED
    context: str = ""
    marks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the rows of one table share: its place, columns and tiers, and the days its footnotes name, by mark.

    In a `regional` table the region selects a price: more than the global one is named.
    """

    provider: str
    source: str
    place: str
    columns: tuple[Column, ...]
    tiers: tuple[str, ...]
    starts: Mapping[str, date]
    terms: Terms
    regional: bool = False

    def cell(self, row: Row, role: str) -> tuple[str, ...]:
        """The lines of the row's first cell of a role; empty when there is no such column or cell."""
        for column, cell in zip(self.columns, row.cells, strict=True):
            if column.role == role:
                return cell.lines if cell else ()
        return ()

    def has(self, role: str) -> bool:
        """Whether the table has a column of the role."""
        return any(column.role == role for column in self.columns)


def frame_tiers(columns: Sequence[Column], tab: str, terms: Terms) -> tuple[str, ...]:
    """The tiers of a table under a tab. Raises `UnknownTerm` on an unknown tab, or one its headers contradict."""
    tiers = tuple(terms.tabs.get(label_key(tab), ())) if tab else ("standard",)
    if not tiers:
        raise UnknownTerm(f"unknown tab {tab!r}")
    for column in columns:
        if column.prompt_over or column.prompt_up_to:
            named = column.tiers or ("standard",)
            if named != tiers:
                raise UnknownTerm(f"the header {column.header!r} stands under the tab {tab!r}")
    return tiers


@dataclass(frozen=True, slots=True)
class _Labels:
    """What the labels of a row say beside what its prices are of: the days of its name, its region, its requests."""

    name: Dated
    region: Region
    request: CellLabel


def _labels(row: Row, frame: Frame) -> _Labels:
    terms = frame.terms
    request = " ".join(frame.cell(row, "request"))
    label = terms.cell_labels.get(label_key(request)) if request else CellLabel()
    if not label or (frame.has("request") and not label.tier):
        raise UnknownTerm(f"unknown request type {request!r}")
    region = terms.region(" ".join(frame.cell(row, "region")))
    if not frame.regional:
        region = replace(region, context="")
    elif not region.context:
        raise UnknownTerm("a row without its region")
    return _Labels(dated(" ".join(frame.cell(row, "model"))), region, label)


def row_rules(row: Row, frame: Frame) -> list[Rule]:
    """What the row's labels say, one rule for each line of its Type cell."""
    terms = frame.terms
    feature = terms.features.get(label_key(" ".join(frame.cell(row, "feature"))))
    if feature is None:
        raise UnknownTerm(f"unknown feature {' '.join(frame.cell(row, 'feature'))!r}")
    if not frame.has("type"):
        return [feature]
    lines = frame.cell(row, "type")
    found = [terms.type(line) for line in lines]
    if all(found) and found:
        return [feature.joined(rule) for rule in found if rule]
    if whole := terms.type(" ".join(lines)):
        return [feature.joined(whole)]
    if terms.all_named(" ".join(lines)):
        raise LayoutChanged(f"a model stands where a type should: {' '.join(lines)!r}")
    raise UnknownTerm(f"unknown type {' '.join(lines)!r}")


def row_model(row: Row, frame: Frame) -> list[Model]:
    """The models the row names; empty when the name is unknown. Raises `LayoutChanged` when it is no name at all."""
    terms = frame.terms
    name = " ".join(frame.cell(row, "model"))
    feature = terms.features.get(label_key(" ".join(frame.cell(row, "feature"))))
    if feature and feature.model and label_key(name) in terms.products:
        name = feature.model
    elif not _is_name(row, frame):
        raise LayoutChanged(f"a row without its model: {' | '.join(cell.text for cell in row.own)!r}")
    return terms.all_named(name)


def _is_name(row: Row, frame: Frame) -> bool:
    """Whether what stands in the model column may be a model: not a label, a price or prose that moved there."""
    terms, lines = frame.terms, frame.cell(row, "model")
    name = " ".join(lines)
    moved = label_key(name) in (*terms.features, *terms.grounding_features) or all(terms.type(line) for line in lines)
    return not moved and not counted(name) and row.cells.count(row.cells[0]) == 1


def row_rates(row: Row, frame: Frame, models: Sequence[Model]) -> tuple[list[Rate], int]:
    """The rates of one row and the number of amounts they were read from."""
    rules, labels = row_rules(row, frame), _labels(row, frame)
    rates: list[Rate] = []
    amounts = 0
    ended = priced = False
    for column, cell in zip(frame.columns, row.cells, strict=True):
        if column.role not in ("price", "storage"):
            continue
        if cell is None or not cell.lines:
            ended = True
            continue
        if ended:
            raise UnknownTerm(f"an empty cell before {column.header!r}")
        priced = True
        for rule, lines in _matched(rules, cell.lines):
            read = [read_price(line, frame.terms) for line in lines]
            rates += [
                rate
                for price in read
                for model in models
                for rate in _rates(price, rule, column, frame, row, model, labels)
            ]
        amounts += sum(counted(line) for line in cell.lines)
    may_end = all(model.short for model in models) or all(rule.meter == "tuning" for rule in rules)
    if not priced or (ended and not may_end):
        raise UnknownTerm(f"an empty price cell beside {label_of(row, frame)!r}")
    return rates, amounts


def row_gaps(row: Row, frame: Frame, models: Sequence[Model], problem: Problem, amounts: int) -> list[Gap]:
    """What of its models a row may price whose labels are understood and the words of a cell are not; else empty."""
    try:
        meters = {rule.meter for rule in row_rules(row, frame)}
        _resolutions(row, frame)
    except UnknownTerm:
        return []
    if "" in meters or not any(_strange(line, frame.terms) for cell in row.own for line in cell.lines if counted(line)):
        return []
    if "input" in meters:
        meters |= {"cache_read", "cache_storage"}
    # without a tab the words of the cell may name the tier
    named = {tier for column in frame.columns for tier in column.tiers}
    tiers = {""} if frame.place.endswith(" / -") else named | {*frame.tiers}
    ids = tuple(model_id for model in models for model_id in model.ids)
    return [Gap(problem, ids, tier, tuple(sorted(meters)), amounts=amounts) for tier in sorted(tiers)]


def _strange(line: str, terms: Terms) -> bool:
    try:
        read_price(line, terms)
    except UnknownTerm:
        return True
    return False


def _matched(rules: Sequence[Rule], lines: Sequence[str]) -> list[tuple[Rule, Sequence[str]]]:
    """Each rule with its lines: all for one rule, its own for as many, the same for several rules and one line."""
    if len(rules) == 1:
        return [(rules[0], lines)]
    if len(lines) == len(rules):
        return [(rule, [line]) for rule, line in zip(rules, lines, strict=True)]
    if len(lines) == 1:
        return [(rule, lines) for rule in rules]
    raise UnknownTerm(f"{len(lines)} prices beside {len(rules)} types: {' / '.join(lines)!r}")


def _rates(
    price: Price, rule: Rule, column: Column, frame: Frame, row: Row, model: Model, labels: _Labels
) -> list[Rate]:
    meter = _meter(price, rule, column, frame)
    if not meter:
        return []
    unit = _unit(price, rule, column, meter, frame.terms, model)
    scale = 1 if price.unit else column.scale
    # a prompt column says nothing of training, which has no prompt
    bounds = (None, None) if meter == "tuning" else (column.prompt_over, column.prompt_up_to)
    # a model without sound has no "without audio" to be told from
    own = "" if model.silent and rule.context == "without audio" else rule.context
    places = {price.context, labels.region.context} - {""}
    if len(places) > 1:
        raise UnknownTerm(f"{price.quote!r} stands beside the region {labels.region.context!r}")
    context = ", ".join(sorted(word for word in (own, *places) if word))
    starts = (labels.name.since, frame.starts.get(price.marks), frame.starts.get(labels.region.marks))
    found = [
        Rate(
            provider=frame.provider,
            source=frame.source,
            model=model_id,
            service_tier=tier,
            meter=meter,
            modality=modality,
            unit=unit,
            resolution=resolution,
            quality=rule.quality,
            prompt_over=bounds[0],
            prompt_up_to=bounds[1],
            context=context,
            basis=rule.basis,
            availability=price.availability,
            price=None if price.price is None else price.price * scale,
            currency=frame.terms.currency if price.price is not None else "",
            effective_from=max(filter(None, starts), default=None),
            effective_until=labels.name.until,
            evidence=Evidence(price.quote, f"{frame.place} / {label_of(row, frame)} / {column.header}"),
        )
        for model_id in model.ids
        for tier in _tiers(price, labels, column, frame)
        for modality in rule.modalities
        for resolution in _resolutions(row, frame)
    ]
    for rate in found:
        validate_row(rate)
    return found


def _tiers(price: Price, labels: _Labels, column: Column, frame: Frame) -> tuple[str, ...]:
    """The tiers of a price: those of its column or its tab, of which its region, its row or its cell may name one."""
    tiers = column.tiers or frame.tiers
    named = {price.label.tier, labels.request.tier, labels.region.tier} - {""}
    if len(named) > 1 or (labels.region.tier and labels.region.tier not in tiers):
        raise UnknownTerm(f"{price.quote!r} is a price of {' and '.join(sorted(named))}, and of {', '.join(tiers)}")
    return tuple(named) or tiers


def _meter(price: Price, rule: Rule, column: Column, frame: Frame) -> str:
    """What the price is of; empty for a cell that says that output is not cached."""
    meter = price.label.meter or rule.meter or column.meter
    if column.meter and meter not in (column.meter, "input"):
        raise UnknownTerm(f"{price.quote!r} under {column.header!r} in a row of {meter}")
    meter = column.meter or meter
    if not meter:
        raise UnknownTerm(f"nothing says what {price.quote!r} is the price of")
    cached = "cache_storage" if column.role == "storage" else "cache_read" if _cached(column, frame) else ""
    if not cached:
        return meter
    if meter != "input" and price.availability != "not_available":
        raise UnknownTerm(f"{price.quote!r} under {column.header!r} in a row of {meter}")
    return cached if meter == "input" else ""


def _cached(column: Column, frame: Frame) -> bool:
    """A price beside a storage price is that of reading what was stored."""
    return column.cached or frame.has("storage")


def _unit(price: Price, rule: Rule, column: Column, meter: str, terms: Terms, model: Model) -> str:
    """The cell's own unit, else the row's, else the column's; a storage price is per hour, and no other."""
    if column.role == "storage":
        unit = column.unit or terms.hourly.get(rule.unit, "")
    else:
        unit = price.unit or rule.unit or column.unit
    if unit.endswith(" count"):
        unit = _counted(int(unit.split()[0]), rule.count or model.count)
    if price.price is None and meter == "cache_storage":
        return unit if "-hour" in unit else "1000000 token-hours"
    if price.price is not None and (not unit or ("-hour" in unit) != (meter == "cache_storage")):
        raise UnknownTerm(f"{price.quote!r} is a price of {meter} per {unit or 'nothing'}")
    return unit


def _counted(number: int, noun: str) -> str:
    """So many "counts" of what the row counts: `1000000 tokens`, `1 image`; empty where nothing says of what."""
    if noun[:1].isdigit():
        return noun if number == 1 else ""
    return noun and f"{number} {noun}" + ("s" if number > 1 else "")


def _resolutions(row: Row, frame: Frame) -> tuple[str, ...]:
    words = " ".join(frame.cell(row, "resolution"))
    if not frame.has("resolution"):
        return ("",)
    sizes = tuple(word.strip().lower() for word in words.split(","))
    if not all(_RESOLUTION.fullmatch(size) for size in sizes):
        raise UnknownTerm(f"unknown resolution {words!r}")
    return sizes


def label_of(row: Row, frame: Frame) -> str:
    """The row's labels in one line, as locators and messages name it."""
    roles = ("model", "feature", "type", *(["region"] if frame.regional else []), "request")
    words = [" ".join(frame.cell(row, role)) for role in roles]
    return " ".join(word for word in words if word)


# ------------------------------------------------------------------------------------------------- price cells


def read_price(line: str, terms: Terms) -> Price:
    """Read one line of a price cell. Raises `UnknownTerm` unless every word of it is understood."""
    scan = Scanner(line, terms.phrases)
    bare = scan.text.strip(" *.")
    for name in ("not_available", "not_published", "refers"):
        if getattr(terms.phrases, name).fullmatch(bare):
            return Price(line, name)
    label = _UNLABELLED
    if match := scan.take(_LABEL):
        found = terms.cell_labels.get(label_key(match[1]))
        if not found:
            raise UnknownTerm(f"unknown words before the colon in {line!r}")
        label = found
    if scan.take(terms.phrases.free):
        return _whole(scan, Price(line, "free", Decimal(0), label=label))
    amount = scan.take(AMOUNT)
    if not amount:
        raise scan.fail("an amount, or words that say that there is none")
    unit = scan.take(_UNIT_PAREN) or scan.take(_UNIT)
    context = scan.take(_CONTEXT)
    marks = scan.take(_MARKS)
    number = money(amount.group())
    price = Price(
        line,
        "priced" if number else "free",
        number,
        terms.unit(unit[1]) if unit else "",
        label,
        _context(context[1], terms) if context else "",
        marks.group() if marks else "",
    )
    return _whole(scan, price)


def _whole(scan: Scanner, price: Price) -> Price:
    if scan.text[scan.at :].strip(" ."):
        raise scan.fail("the end of the price")
    return price


def _context(words: str, terms: Terms) -> str:
    found = terms.contexts.get(label_key(words))
    if found is None:
        raise UnknownTerm(f"unknown words behind a price: {words!r}")
    return found
