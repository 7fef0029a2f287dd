"""Price files that a table describes: where their entries stand, what these call model and seller, what fields mean.

A path is names with dots between: `*` is every value of an object and `[]` every element of a list. A form whose prices
need more than that (bands in names, steps of a provider's own) has a module of its own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from ratecards.audit.claims import (
    NO_MODEL,
    OTHER,
    TOKENS,
    WRITE_1H,
    WRITE_5M,
    EntryHead,
    FieldMeaning,
    PriceEntry,
    Statements,
    amount,
    claim,
    dated,
    entry,
    leaves,
    lifetime,
    makes_pictures,
    mapping,
    model_of,
    named_seller,
    seller_by_id,
    shown,
)

Meaning = FieldMeaning | str
_INPUT, _OUTPUT = FieldMeaning("input"), FieldMeaning("output")
_READ, _WRITE = FieldMeaning("cache_read"), FieldMeaning("cache_write")
_AUDIO_IN, _AUDIO_OUT = FieldMeaning("input", modality="audio"), FieldMeaning("output", modality="audio")
_IMAGE_IN, _IMAGE_OUT = FieldMeaning("input", modality="image"), FieldMeaning("output", modality="image")
_THINKING = FieldMeaning("output", modality="text", context="thinking")
_SEARCH = FieldMeaning("search_grounding", "1000 queries", shift=3)
_CALL = "a price of a call, whatever it makes, has no column"
_IMAGE = "per image or per token of one, which the file does not say"
_UNKNOWN = "no such field is known"


def _fields(*groups: tuple[str, Meaning]) -> dict[str, Meaning]:
    """What each of several names of fields means."""
    return {name: meaning for names, meaning in groups for name in names.split()}


class Form(NamedTuple):
    """A form of price files.

    `rows` are the paths to its entries, `marks` what each of these has; `model` and `seller` are fields of an entry, no
    field: the key that it stands under, and whoever makes the model. `prices` is the path from an entry to its prices,
    `heads` the fields there that are no prices. A token's price times ten to the `shift` is that of a million. `zero`
    names fields where 0 says that nothing is charged for that alone, `sized` the one whose words bound the prompt.
    Where all that comes out has `one_output`, it is what a model makes. `place` finds the provider in a file's path.
    """

    rows: tuple[str, ...]
    marks: frozenset[str]
    fields: Mapping[str, Meaning]
    model: str = ""
    seller: str = ""
    prices: tuple[str, ...] = ("",)
    heads: frozenset[str] = frozenset()
    shift: int = 0
    zero: frozenset[str] = frozenset()
    sized: str = ""
    one_output: bool = False
    place: str = ""


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


FORMS = {
    "openrouter": Form(
        rows=("data[]",),
        marks=_names("id pricing"),
        model="id",
        prices=("pricing", "pricing.overrides[]"),
        heads=_names("overrides min_prompt_tokens utc_start utc_end"),
        shift=6,
        zero=_names("request image web_search internal_reasoning discount input_cache_write"),
        fields=_fields(
            ("prompt", _INPUT),
            ("completion", _OUTPUT),
            ("input_cache_read", _READ),
            ("input_cache_write", _WRITE),
            ("input_cache_write_1h", WRITE_1H),
            ("audio", _AUDIO_IN),
            ("audio_output", _AUDIO_OUT),
            ("input_audio_cache", _READ._replace(modality="audio")),
            ("internal_reasoning", _THINKING),
            ("web_search", _SEARCH),
            ("image image_output image_token", _IMAGE),
            ("request", _CALL),
            ("discount", "a discount on all prices is no price"),
        ),
    ),
    "helicone": Form(
        rows=("data[]",),
        marks=_names("model input_cost_per_1m"),
        model="model",
        seller="provider",
        heads=_names("provider model operator show_in_playground target_url date_range"),
        fields=_fields(
            ("input_cost_per_1m", _INPUT),
            ("output_cost_per_1m", _OUTPUT),
            ("prompt_cache_read_per_1m", _READ),
            ("prompt_cache_write_per_1m", _WRITE),
            ("prompt_audio_per_1m", _AUDIO_IN),
            ("completion_audio_per_1m", _AUDIO_OUT),
            ("per_image", _IMAGE_OUT._replace(unit="1 image")),
            ("per_call", _CALL),
        ),
    ),
    "langfuse": Form(
        rows=("[]", "data[]"),
        marks=_names("modelName matchPattern"),
        model="modelName",
        prices=("prices", "pricingTiers[]"),
        shift=6,
        fields=_fields(
            ("total", "one price for all tokens is no column"),
            (
                "input input_text input_tokens input_text_tokens input_modality_1 prompt_token_count promptTokenCount",
                _INPUT,
            ),
            ("output output_text output_tokens output_text_tokens output_modality_1", _OUTPUT),
            ("candidates_token_count candidatesTokenCount", _OUTPUT),
            ("output_reasoning output_reasoning_tokens thoughts_token_count thoughtsTokenCount", _THINKING),
            ("input_cached_tokens input_cached_text_tokens input_cache_read cache_read_input_tokens", _READ),
            ("cached_content_token_count cachedContentTokenCount", _READ),
            ("cache_creation_input_tokens input_cache_creation", _WRITE),
            ("input_cache_creation_5m", WRITE_5M),
            ("input_cache_creation_1h", WRITE_1H),
            ("input_audio input_audio_tokens prompt_audio_tokens", _AUDIO_IN),
            ("output_audio output_audio_tokens completion_audio_tokens", _AUDIO_OUT),
            ("input_image input_image_tokens", _IMAGE_IN),
            ("output_image output_image_tokens", _IMAGE_OUT),
            ("input_cached_audio_tokens", _READ._replace(modality="audio")),
            ("input_cached_image_tokens", _READ._replace(modality="image")),
            ("grounding_queries groundingQueries web_search_queries webSearchQueries", _SEARCH),
        ),
    ),
    "llm-prices": Form(
        rows=("prices[]", "models[].price_history[]"),
        marks=_names("input output"),
        model="id",
        seller="vendor",
        heads=_names("id vendor name from_date to_date price_history"),
        sized="name",
        one_output=True,
        fields=_fields(("input", _INPUT), ("output", _OUTPUT), ("input_cached", _READ)),
    ),
    "librechat": Form(
        rows=("endpoints.*[].tokenConfig.*", "endpoints.*.tokenConfig.*"),
        marks=_names("prompt completion"),
        heads=_names("context"),
        one_output=True,
        fields=_fields(
            ("prompt", _INPUT), ("completion", _OUTPUT), ("read cacheRead", _READ), ("write cacheWrite", _WRITE)
        ),
    ),
    "dify": Form(
        rows=("[]", ""),
        marks=_names("model model_type pricing"),
        model="model",
        seller="provider",
        prices=("pricing",),
        heads=_names("unit currency"),
        one_output=True,
        fields=_fields(("input", _INPUT), ("output", _OUTPUT)),
        place=r"/models/([^/]+)/models/[^/]+/[^/]+\Z",
    ),
    "new-api": Form(
        rows=("data[]", "", "data"),
        marks=_names("model_ratio"),
        model="model_name",
        fields=_fields(
            ("model_ratio", _INPUT),
            ("completion_ratio", _OUTPUT),
            ("cache_ratio", _READ),
            ("create_cache_ratio", _WRITE),
            ("image_ratio", _IMAGE_IN),
            ("audio_ratio", _AUDIO_IN),
            ("audio_completion_ratio", _AUDIO_OUT),
            ("model_price", _CALL),
        ),
    ),
}
_UNIT = "unit"
_SIZE = re.compile(r"(?P<side>[<>≤≥]=?|over|up to)\s*(?P<k>[0-9]{1,5})\s*k\b", re.IGNORECASE)
_SIZED_ID = re.compile(r"-[0-9]+k\Z", re.IGNORECASE)
# new-api's ratio 1 is $2 per million tokens; a ratio multiplies those that stand behind it.
_RATIO = Decimal(2)
_FACTORS = {"model_ratio": (), "audio_completion_ratio": ("model_ratio", "audio_ratio")}


class _Group(NamedTuple):
    """Prices of an entry that stand together: where, and for which prompts, or why they cannot be said."""

    path: str
    prices: Mapping[str, Any]
    over: int | None = None
    why: str = ""


def walk(value: object, path: str, trail: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value at a path, with the names that lead to it; the elements of a list are numbered."""
    if not path:
        yield trail, value
        return
    head, _, rest = path.partition(".")
    name = head.removesuffix("[]")
    found = mapping(value)
    below = found.items() if name == "*" else [(name, found[name])] if name in found else []
    for key, inner in below if name else [("", value)]:
        if not head.endswith("[]"):
            yield from walk(inner, rest, (*trail, str(key)))
        for number, item in enumerate(inner) if head.endswith("[]") and isinstance(inner, list) else ():
            yield from walk(item, rest, (*trail, f"{key}[{number}]"))


def form_of(data: object) -> str:
    """The form that data is of, by what its entries have; empty where it is none of these."""
    return next((name for name in FORMS if lacking(name, data) == frozenset()), "")


def lacking(name: str, data: object) -> frozenset[str] | None:
    """What no entry of data has that one of the form has: nothing where it is of the form, None where nothing fits."""
    form = FORMS[name]
    found = [form.marks - set(row) for path in form.rows for _, row in walk(data, path) if isinstance(row, Mapping)]
    return min(found, key=len, default=None)


def near(name: str, data: object) -> frozenset[str]:
    """What entries of data lack to be of the form; nothing where they have nothing of it."""
    form, lacks = FORMS[name], lacking(name, data)
    return lacks if lacks and (lacks < form.marks or any("." in path for path in form.rows)) else frozenset()


def shaped(name: str, data: Any) -> Any:
    """The data with an entry for every model, where the form keeps it otherwise."""
    if name == "llm-prices" and isinstance(data.get("models"), list):
        return {"prices": [row for model in data["models"] for row in _history(mapping(model), data.get("vendor"))]}
    if name == "new-api" and not isinstance(mapping(data).get("data"), list):
        ratios = mapping(data if "model_ratio" in data else data["data"])
        rows: dict[str, dict[str, Any]] = {}
        for field in FORMS[name].fields:
            for model, ratio in mapping(ratios.get(field)).items():
                rows.setdefault(model, {"model_name": model})[field] = ratio
        return {"data": list(rows.values())}
    return data


def _history(model: Mapping[str, Any], vendor: object) -> Iterator[dict[str, Any]]:
    prices = model.get("price_history")
    for price in prices if isinstance(prices, list) else ():
        yield {"vendor": vendor, **model, **mapping(price)}


def entries(name: str, data: object, day: date | None = None) -> list[PriceEntry]:
    """Every entry of data of the form of that name: what it states as of a day, or why that is none of ours."""
    form = FORMS[name]
    path = max(form.rows, key=lambda path: sum(form.marks <= set(mapping(row)) for _, row in walk(data, path)))
    return [_entry(name, trail[-1] if trail else "", mapping(row), day) for trail, row in walk(data, path)]


def _entry(name: str, key: str, row: Mapping[str, Any], day: date | None) -> PriceEntry:
    form = FORMS[name]
    model = str(row.get(form.model) or "") if form.model else key
    if not model:
        return PriceEntry(key, why=NO_MODEL)
    said = str(row.get(form.seller) or "") if form.seller else ""
    seller = named_seller(said, model) if said else seller_by_id(model)
    if seller is None:
        return PriceEntry(model, why=OTHER)
    where = _sized(EntryHead(model, model_of(model), seller), str(row.get(form.sized) or ""))
    found = Statements()
    if name == "new-api":
        _ratios(found, where, row)
    else:
        _stated(found, where, form, row, _dated(row, day))
    return entry(model, seller, found.found)


def _sized(where: EntryHead, words: str) -> EntryHead:
    """The entry with the bounds on its prompts that words state; an id that repeats them is taken without them."""
    size = _SIZE.search(words)
    if size is None:
        return where
    tokens = int(size["k"]) * 1000
    if size["side"][0] in ">≥oO":
        return where._replace(model=_SIZED_ID.sub("", where.model), over=tokens)
    return where._replace(up_to=tokens)


def _stated(found: Statements, where: EntryHead, form: Form, row: Mapping[str, Any], why: str) -> None:
    groups = list(_groups(form, row))
    for group in groups:
        why_not = why or group.why or _currency(group.prices)
        shift, no_unit = _shift(form, group.prices)
        for field, value in group.prices.items():
            meaning = form.fields.get(field, _UNKNOWN)
            ends = [g.over for g in groups if g.over is not None and field in g.prices and g.over > (group.over or 0)]
            head = where._replace(over=group.over or where.over, up_to=min(ends, default=where.up_to))
            path = f"{group.path}.{field}".removeprefix(".")
            if field in form.heads or (field in form.zero and amount(value) == 0):
                continue
            if isinstance(meaning, FieldMeaning) and meaning.unit == TOKENS:
                meaning = lifetime(meaning, map(form.fields.get, group.prices))
                meaning = no_unit or _made(form, where.model, meaning)._replace(shift=shift)
            if isinstance(value, (Mapping, list)):
                for inner, stated in leaves(path, value):
                    found.skip(where.key, inner, stated, why_not or _UNKNOWN)
            else:
                found.add(head, path, value, why_not or meaning)


def _made(form: Form, model: str, meaning: FieldMeaning) -> FieldMeaning:
    one = form.one_output and meaning == _OUTPUT and makes_pictures(model)
    return _IMAGE_OUT if one else meaning


def _groups(form: Form, row: Mapping[str, Any]) -> Iterator[_Group]:
    for path in form.prices:
        for trail, group in walk(row, path):
            inner = mapping(group).get("prices") if path else None
            where = ".".join((*trail, "prices") if isinstance(inner, Mapping) else trail)
            over, why = _condition(mapping(group))
            yield _Group(where, inner if isinstance(inner, Mapping) else mapping(group), over, why)


def _condition(group: Mapping[str, Any]) -> tuple[int | None, str]:
    """Above which prompt prices hold; what else they depend on, in words."""
    conditions = group.get("conditions")
    listed = [mapping(one) for one in conditions] if isinstance(conditions, list) else []
    if any(group.get(field) is not None for field in ("utc_start", "utc_end")):
        return None, "hours of the day have no column"
    size = group.get("min_prompt_tokens")
    if len(listed) == 1 and listed[0].get("operator") in ("gt", "gte") and "input" in str(listed[0]):
        size = listed[0].get("value")
    if size is None and not listed:
        return None, ""
    whole = isinstance(size, int) and not isinstance(size, bool) and size > 0
    return (size, "") if whole else (None, "holds under a condition that no column says")


def _currency(prices: Mapping[str, Any]) -> str:
    currency = str(prices.get("currency") or "USD")
    return "" if currency == "USD" else f"in {shown(currency)}, not in US dollars"


def _shift(form: Form, prices: Mapping[str, Any]) -> tuple[int, str]:
    """The power of ten from a price of the file to that of a million tokens, or why there is none."""
    if _UNIT not in form.heads:
        return form.shift, ""
    unit = amount(prices.get(_UNIT))
    if unit and unit.normalize().as_tuple().digits == (1,):
        return 6 + unit.adjusted(), ""
    return 0, f"expected a unit that is a power of ten, as 0.000001, saw {shown(prices.get(_UNIT))}"


def _dated(row: Mapping[str, Any], day: date | None) -> str:
    """Why the dates of an entry keep it from holding on a day; empty where they do not."""
    span = mapping(row.get("date_range"))
    start, end = span.get("start") or row.get("from_date"), span.get("end") or row.get("to_date")
    return dated(str(start or "")[:10], str(end or "")[:10], day)


# ----------------------------------------------------------------------------------------------------------- ratios


def _ratios(found: Statements, where: EntryHead, row: Mapping[str, Any]) -> None:
    """The prices that ratios make: of the input, and of all else as so many times it."""
    quota = row.get("quota_type")
    by_call = None if quota is None else quota == 1
    for field, meaning in FORMS["new-api"].fields.items():
        value = row.get(field)
        if value is None or by_call == (field != "model_price"):
            continue  # the list of prices has both, and 0 for what does not count
        factors = _FACTORS.get(field, ("model_ratio",))
        ratios = [amount(row.get(name)) for name in (field, *factors)]
        if isinstance(meaning, str) or ratios[0] is None:
            found.add(where, field, value, meaning)
        elif missing := [name for name, ratio in zip(factors, ratios[1:], strict=True) if ratio is None]:
            found.skip(where.key, field, value, f"the file has no {missing[0]} of the model, which it multiplies")
        else:
            price = math.prod(_exact(ratio, times=field != "model_ratio") for ratio in ratios if ratio is not None)
            dollars = Decimal(price.numerator) / Decimal(price.denominator) * _RATIO
            found.found.append(claim(where, field, (value, dollars), meaning))


def _exact(ratio: Decimal, *, times: bool) -> Fraction:
    """A ratio; so many `times`, and written as `8.33`: the third or sixth that rounds to it."""
    places = -int(ratio.as_tuple().exponent)
    for part in (3, 6) if times and places > 1 else ():
        whole = Fraction(round(ratio * part), part)
        if round(whole, places) == Fraction(ratio):
            return whole
    return Fraction(ratio)
