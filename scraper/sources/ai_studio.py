"""Google AI Studio's models and prices: the `ListModels` response, saved or caught from a signed-in browser.

Every record is an array without names. A position is used only after its neighbours and itself have the
types they are known to have, so that a shifted response is refused and never read as another price.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ratecards.model import MODEL_ID, Evidence, Rate, plain
from scraper.errors import LayoutChanged
from scraper.model import Amounts, Draft, Problem, Reading, Section
from scraper.prices.normalize import label_key
from scraper.prices.rateset import merged
from scraper.sources import vocabulary

PROVIDER, SOURCE = "google", "ai-studio"
PARSER = "1"
# A file of this size or more is refused before it is parsed.
MAX_HAR_BYTES = 200_000_000
VOCABULARY = Path(__file__).with_name("ai_studio.yaml")

ID, NAME, ABOUT, INPUT_LIMIT, OUTPUT_LIMIT, METHODS, PRICES, REPLACED, BADGE = 0, 3, 4, 5, 6, 7, 38, 56, 77
PRICED, VERSION, SUBTITLE = 0, 8, 14  # inside PRICES
_SIDES = ("input", "output")
_WHOLE = re.compile(r"[0-9]{1,10}\Z")
_PRICE = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,12})?(?:[eE]-?[0-9])?\Z")
_GUARD = re.compile(r"\A\ufeff?\s*(?:\)\]\}')?\s*")


@dataclass(frozen=True, slots=True)
class Number:
    """A number as the body prints it; of which kind it must be is asked where it is used."""

    text: str


PAID, OPEN, MARK = Number("2"), Number("1"), Number("1")


@dataclass(frozen=True, slots=True)
class Terms:
    """Each field is the entry of the same name in the vocabulary file, where it is explained."""

    urls: Mapping[str, str]
    rpc: str
    plan: str
    currency: str
    unit: str
    labels: Mapping[str, Mapping[str, str]]
    input_only: Sequence[str]
    not_in_tokens: Sequence[str]
    points_to: re.Pattern[str]
    signed_out: Sequence[re.Pattern[str]]
    renames: Mapping[str, str]


@vocabulary.of(VOCABULARY)
def load_terms(data: Any) -> Terms:
    """The vocabulary, read and compiled once."""
    del data["name"]
    data["points_to"] = re.compile(data["points_to"], re.IGNORECASE)
    data["signed_out"] = [re.compile(text, re.IGNORECASE) for text in data["signed_out"]]
    return Terms(**data)


urls, renames = vocabulary.offered(load_terms)


def fingerprint(body: str) -> str:
    """The response without its guard and its blanks; the records keep their order, which is the picker's."""
    try:
        return compact(_json(_GUARD.sub("", body, count=1)))
    except LayoutChanged:
        return body


def read(body: str) -> Reading:
    """Read one response. Raises `LayoutChanged` when it is not one, or when any record's positions have moved."""
    terms = load_terms()
    raws = _records(body, terms)
    records, wrong = [], []
    for at, raw in enumerate(raws):
        try:
            records.append(_record(raw, f"record[{at}]", terms))
        except LayoutChanged as error:
            wrong.append(str(error))
    if wrong:
        seen = "; ".join(wrong[:5])
        raise LayoutChanged(f"{len(wrong)} of {len(raws)} records do not have the known positions: {seen}")
    if not any(record.rows for record in records):
        raise LayoutChanged(f"expected prices at position {PRICES}, saw {len(raws)} records and none with a price")
    reading = Reading(f"{PROVIDER}/{SOURCE}", "json", [_section(r, terms) for r in records], Amounts())
    for section in reading.sections:
        reading.amounts.add(section.amounts)
    _refuse_twins(reading)
    bare = [record.model for record in records if not record.rows]
    reading.notes.append(f"{len(records)} records: {len(records) - len(bare)} with a price, {len(bare)} without")
    reading.notes += [f"{model} is listed without a price" for model in bare]
    return reading


def aliases(reading: Reading) -> dict[str, str]:
    """Alias id to the id that the picker says it points to (`gemini-flash-latest`)."""
    drafts = (d for section in reading.sections for d in section.cards)
    return {d.model: dict(d.facts)["points to"] for d in drafts if "points to" in dict(d.facts)}


# --------------------------------------------------------------------------------------- the two doors


def from_har(text: str) -> str:
    """The body of the `ListModels` response in a HAR, the last one with a body. Nothing else is read or kept.

    Raises `LayoutChanged` where there is none; its message says nothing of what else stands in the file.
    """
    rpc = load_terms().rpc
    if len(text) >= MAX_HAR_BYTES:
        raise LayoutChanged(f"expected a HAR below {MAX_HAR_BYTES} bytes, saw {len(text)}")
    answers = [a for entry in _entries(text) if (a := _answer(entry, rpc)) is not None]
    if not answers:
        raise LayoutChanged("expected a ListModels response in the HAR, saw none: reload AI Studio while recording")
    full = [(status, content) for status, content in answers if content.get("text")]
    bodies = [content for status, content in full if status == 200] or [content for _, content in full]
    if not bodies:
        if {status for status, _ in answers} & {401, 403}:
            raise LayoutChanged("expired sign-in: the HAR's ListModels responses are refusals (401 or 403)")
        raise LayoutChanged("expected the body of ListModels in the HAR, saw none: save it with content")
    return _content(bodies[-1])


def _entries(text: str) -> list[Any]:
    try:
        entries = json.loads(text.removeprefix("\ufeff"))["log"]["entries"]
    except (ValueError, RecursionError, KeyError, TypeError):
        # not chained: the cause would carry the file, cookies included
        raise LayoutChanged("expected a HAR (JSON with log.entries), saw something else") from None
    return entries if isinstance(entries, list) else []


def _answer(entry: object, rpc: str) -> tuple[object, Mapping[str, Any]] | None:
    try:
        request, response = entry["request"], entry["response"]  # type: ignore[index]
        content = response["content"]
        found = request["method"] == "POST" and urlsplit(request["url"]).path.endswith(rpc)
        return (response["status"], content) if found and isinstance(content, dict) else None
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _content(content: Mapping[str, Any]) -> str:
    encoding, text = content.get("encoding", ""), str(content["text"])
    if encoding not in ("", "base64"):
        raise LayoutChanged(f"expected a plain or base64 body in the HAR, saw encoding {encoding!r}")
    if not encoding:
        return text
    try:
        return base64.b64decode(text, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise LayoutChanged("expected base64 of UTF-8 in the HAR's ListModels response, saw neither") from None


# ------------------------------------------------------------------------------------------ the frame


@dataclass(frozen=True, slots=True)
class _Row:
    """One price: `[limit, 1 if open-ended, price, unknown, label]`, and where it stands."""

    side: str
    limit: int | None
    price: Decimal
    label: str
    marked: bool
    quote: str
    locator: str
    over: int | None = None


@dataclass(frozen=True, slots=True)
class _Record:
    """One model, its positions proved."""

    model: str
    name: str
    facts: tuple[tuple[str, str], ...]
    rows: tuple[_Row, ...]
    unclear: tuple[str, ...] = ()


def compact(value: object) -> str:
    """The value as JSON without blanks, numbers as they were printed."""
    if isinstance(value, Number):
        return value.text
    if isinstance(value, list):
        return f"[{','.join(map(compact, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{json.dumps(k)}:{compact(v)}' for k, v in value.items())}}}"
    return json.dumps(value, ensure_ascii=False)


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Number, parse_int=Number, parse_constant=Number)
    except (ValueError, RecursionError):
        raise LayoutChanged(f"expected JSON to its end, saw {len(text)} characters that are not") from None


def _records(body: str, terms: Terms) -> list[Any]:
    text = _GUARD.sub("", body, count=1).strip()
    if not text:
        raise LayoutChanged("empty body: expected the ListModels response, saw no text")
    if '"models/' not in text and any(pattern.search(text) for pattern in terms.signed_out):
        raise LayoutChanged("expired sign-in: expected the ListModels response, saw Google ask for a sign-in")
    if text.startswith("<"):
        title = re.search(r"<title[^>]*>(.*?)</title>", text, re.DOTALL | re.IGNORECASE)
        raise LayoutChanged(f"expected JSON, saw a page (title {' '.join(title[1].split()) if title else ''!r})")
    data = _json(text)
    wrapped = isinstance(data, list) and bool(data) and isinstance(data[0], list)
    if wrapped and (not data[0] or isinstance(data[0][0], list)):
        if any(rest is not None for rest in data[1:]):
            raise LayoutChanged("expected one list of records, saw more behind it (is there a next page?)")
        data = data[0]
    if not isinstance(data, list) or not data:
        raise LayoutChanged(f"expected a list of models, saw {'an empty list' if data == [] else compact(data)[:60]}")
    return data


def _expect(ok: object, place: str, expected: str, seen: object) -> None:
    if not ok:
        raise LayoutChanged(f"{place}: expected {expected}, saw {compact(seen)[:60]}")


def _at(raw: object, position: int) -> Any:
    """The value at a position; the response cuts trailing nulls."""
    return raw[position] if isinstance(raw, list) and position < len(raw) else None


def _whole(value: object) -> bool:
    return isinstance(value, Number) and bool(_WHOLE.match(value.text))


def _model_id(value: object) -> bool:
    return isinstance(value, str) and value.startswith("models/") and bool(MODEL_ID.match(value[7:]))


def _each(value: object, test: Any) -> bool:
    return value is None or (isinstance(value, list) and all(test(item) for item in value))


def _record(raw: Any, place: str, terms: Terms) -> _Record:
    _expect(isinstance(raw, list) and _model_id(_at(raw, ID)), place, "a list that begins with models/<id>", raw)
    place = raw[ID]
    _expect(isinstance(_at(raw, NAME), str), f"{place}[{NAME}]", "a display name", _at(raw, NAME))
    _expect(isinstance(_at(raw, ABOUT), str | None), f"{place}[{ABOUT}]", "a description", _at(raw, ABOUT))
    for position in (INPUT_LIMIT, OUTPUT_LIMIT):
        _expect(_whole(_at(raw, position)), f"{place}[{position}]", "a token limit", _at(raw, position))
    methods = _at(raw, METHODS)
    _expect(methods and _each(methods, lambda m: isinstance(m, str)), f"{place}[{METHODS}]", "methods", methods)
    for position in (PRICES - 1, PRICES + 1):
        # nothing was ever seen beside the prices: what stands there is the prices, shifted
        _expect(_at(raw, position) is None, f"{place}[{position}]", "nothing", _at(raw, position))
    prices = _at(raw, PRICES)
    # a record without a price has a list there, too: nothing, with more behind it, is another position
    _expect(prices is not None or len(raw) <= PRICES, f"{place}[{PRICES}]", "prices and picker text", prices)
    _validate_prices(prices, f"{place}[{PRICES}]")
    replaced = _at(raw, REPLACED)
    _expect(_each(replaced, lambda r: _model_id(_at(r, 0))), f"{place}[{REPLACED}]", "ids that were replaced", replaced)
    badge = _at(raw, BADGE)
    _expect(badge is None or _whole(badge), f"{place}[{BADGE}]", "the Paid badge's number", badge)
    priced = _at(prices, PRICED)
    rows = _rows(priced, f"{place} / {PRICES} / {PRICED}")
    unclear = [] if badge in (None, PAID) else [f"unknown value {badge.text} of the Paid badge"]
    unclear += _doubts(rows, sides=len(priced or ()), methods=set(methods), terms=terms)
    return _Record(place[7:], raw[NAME].strip(), tuple(_facts(raw, prices, terms)), tuple(rows), tuple(unclear))


def _doubts(rows: Sequence[_Row], *, sides: int, methods: set[str], terms: Terms) -> Iterator[str]:
    """What makes the prices of a record doubtful as a whole, although each has its shape."""
    input_only = methods <= set(terms.input_only)
    if rows and (sides == 1) != input_only:
        yield "prices of one side: input alone, or output shifted into its place?"
    if len({row.marked for row in rows}) > 1:
        yield "the fourth value stands on some rows only: is it the price, shifted?"
    if any(len({bool(row.label) for row in rows if row.side == side}) > 1 for side in _SIDES):
        yield "rows with and without a label on one side"
    if methods & set(terms.not_in_tokens) and not all(row.label for row in rows):
        yield f"a price without a label, of a model that is not counted in tokens ({', '.join(sorted(methods))})"


def _validate_prices(prices: Any, place: str) -> None:
    _expect(_each(prices, lambda _: True), place, "prices and picker text", prices)
    _expect(_each(_at(prices, PRICED), lambda _: True), f"{place}[{PRICED}]", "prices", _at(prices, PRICED))
    _expect(_at(prices, 1) is None, f"{place}[1]", "nothing", _at(prices, 1))
    version = _at(prices, VERSION)
    _expect(version is None or isinstance(_at(version, 0), str), f"{place}[{VERSION}]", "an id with its dates", version)
    subtitle = _at(prices, SUBTITLE)
    _expect(isinstance(subtitle, str | None), f"{place}[{SUBTITLE}]", "words", subtitle)


def _facts(raw: Any, prices: Any, terms: Terms) -> Iterator[tuple[str, str]]:
    yield "input token limit", raw[INPUT_LIMIT].text
    yield "output token limit", raw[OUTPUT_LIMIT].text
    yield "paid badge", "yes" if _at(raw, BADGE) == PAID else "no"
    if cutoff := _day(_at(_at(_at(prices, VERSION), 3), 0)):
        yield "knowledge cutoff", cutoff
    if alias := terms.points_to.fullmatch((_at(prices, SUBTITLE) or "").strip()):
        yield "points to", alias[1]
    if replaced := _at(raw, REPLACED):
        yield "replaces", ", ".join(item[0][7:] for item in replaced)


def _day(seconds: object) -> str:
    """The day of unix seconds printed as a string."""
    if not isinstance(seconds, str) or not _WHOLE.match(seconds):
        return ""
    return datetime.fromtimestamp(int(seconds), UTC).date().isoformat()


def _rows(priced: Any, place: str) -> list[_Row]:
    """The rows of both sides, each with the bound it begins at."""
    if priced is None:
        return []
    _expect(1 <= len(priced) <= len(_SIDES), place, "input and output", priced)
    rows: list[_Row] = []
    for side, raw in zip(_SIDES, priced, strict=False):
        # a side is a list of one list of rows
        listed = _at(raw, 0) if isinstance(raw, list) and len(raw) == 1 else None
        _expect(raw is None or (listed and isinstance(listed, list)), f"{place} / {side}", "rows", raw)
        found = [_row(item, side, f"{place} / {side}[{at}]") for at, item in enumerate(listed or [])]
        rows += _chained(found, f"{place} / {side}")
    _expect(rows, place, "a price", priced)
    return rows


def _row(raw: Any, side: str, place: str) -> _Row:
    known = isinstance(raw, list) and 3 <= len(raw) <= 5 and raw[-1] is not None
    _expect(known, place, "[limit, open, price, ?, label]", raw)
    limit, is_open, price, mark, label = (_at(raw, position) for position in range(5))
    bounded = _whole(limit) and int(limit.text) > 0 and is_open is None
    _expect(bounded or (limit is None and is_open == OPEN), place, "a limit, or 1 for none", raw)
    _expect(isinstance(price, Number) and _PRICE.match(price.text), place, "a price as a number", raw)
    # the fourth stands on three Flash models; what it means is not known
    _expect(mark in (None, MARK), place, "1 or nothing in the fourth position", raw)
    _expect(isinstance(label, str | None), place, "a label in the fifth position", raw)
    upper = int(limit.text) if bounded else None
    return _Row(side, upper, Decimal(price.text), label or "", mark is not None, compact(raw), place)


def _chained(rows: Sequence[_Row], place: str) -> Iterator[_Row]:
    """The rows of each label from the lowest bound to the open end, each beginning where the last one stopped."""
    by_label: dict[str, list[_Row]] = {}
    for row in rows:
        by_label.setdefault(label_key(row.label), []).append(row)
    for chain in by_label.values():
        limits = [row.limit for row in chain[:-1]]
        rising = None not in limits and all(a < b for a, b in pairwise(limits))  # type: ignore[operator]
        _expect(rising and chain[-1].limit is None, place, "rising limits and an open end", [r.quote for r in chain])
        for over, row in zip((None, *limits), chain, strict=True):
            yield replace(row, over=over)


# ------------------------------------------------------------------------------------------ the rates


def _section(record: _Record, terms: Terms) -> Section:
    section = Section(record.name, record.model, (record.model,))
    section.amounts.cells = len(record.rows)
    section.problems += [Problem("layout", f"models/{record.model}", words) for words in record.unclear]
    read: list[Rate] = []
    for row in record.rows:
        meaning = terms.labels.get(label_key(row.label)) if row.label else {}
        if meaning is None:
            message = f"unknown label {row.label!r}"
            section.problems.append(Problem("label", row.locator, message, row.label))
            continue
        section.amounts.read += 1
        read.append(_rate(record.model, row, meaning, terms))
    rates, conflicts = merged(read)
    for first, second in conflicts:
        message = f"one key with two prices: {first.evidence.quote} and {second.evidence.quote}"
        section.problems.append(Problem("conflict", second.evidence.locator, message))
    section.cards = [Draft(model=record.model, name=record.name, anchor="", facts=record.facts, rates=tuple(rates))]
    return section


def _rate(model: str, row: _Row, meaning: Mapping[str, str], terms: Terms) -> Rate:
    unit = meaning.get("output_unit", terms.unit) if row.side == "output" else terms.unit
    return Rate(
        provider=PROVIDER,
        source=SOURCE,
        model=model,
        plan=terms.plan,
        meter=row.side,
        modality=meaning.get("modality", ""),
        unit=unit,
        prompt_over=row.over,
        prompt_up_to=row.limit,
        availability="priced" if row.price else "free",
        price=Decimal(plain(row.price)),
        currency=terms.currency,
        evidence=Evidence(row.quote, row.locator),
    )


def _refuse_twins(reading: Reading) -> None:
    """One id in two records: which of them is the model cannot be told."""
    first: dict[str, Section] = {}
    for section in reading.sections:
        other = first.setdefault(section.anchor, section)
        if other is not section:
            message = f"two records of one id, {other.title!r} and {section.title!r}"
            for twin in (other, section):
                twin.problems.append(Problem("conflict", f"models/{section.anchor}", message))
