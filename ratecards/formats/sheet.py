"""A table that people keep, as CSV or Markdown: a row a model, columns of prices told by the words of their headers.

A header says what is priced, per how many of what, and in what money: `Cached input ($/1M tokens)`. Nothing of that is
taken for granted: a price whose header names no unit, or other money than dollars, is unread and says so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

from ratecards.audit.claims import (
    NO_MODEL,
    OTHER,
    EntryHead,
    FieldMeaning,
    PriceEntry,
    Statements,
    entry,
    makes_pictures,
    model_of,
    named_seller,
    seller_by_id,
)
from ratecards.catalog.choices import LIFETIMES

_MODEL = ("model id", "model_id", "modelid", "model name", "model_name", "model", "id", "name")
_SELLER = ("provider", "vendor", "seller", "company", "source", "maker")
_WORD = re.compile(r"[a-z]+|[0-9][0-9,]*[a-z]*|[$€£¥/]")
_METERS = (
    ("cache_write", {"write", "writes", "creation"}),
    ("cache_read", {"cached", "cache", "caching"}),
    ("output", {"output", "outputs", "out", "completion", "completions", "response"}),
    ("input", {"input", "inputs", "in", "prompt", "prompts", "request"}),
)
_MODALITIES = ("audio", "image", "video")
_TIERS = ("batch", "flex", "priority")
_THINKING = {"thinking", "reasoning", "thoughts"}
_SHIFTS = {
    **dict.fromkeys(("1m", "million", "mtok", "mtoks", "mtokens", "1mtok", "m", "1000000", "1,000,000", "mm"), 0),
    **dict.fromkeys(("1k", "thousand", "ktok", "ktokens", "k", "1000", "1,000"), 3),
    **dict.fromkeys(("token", "tok"), 6),
}
# How long a cache keeps what is written to it; the words of a header stand with one blank between them.
_KEPT = re.compile(r"\b(?:(5 ?m(?:in(?:ute)?s?)?)|(?:1|one) ?h(?:(?:ou)?rs?)?)\b")
_PIECES = {"image": "1 image", "picture": "1 image", "second": "1 second", "sec": "1 second"}
_MONEY = {
    "€": "EUR",
    "eur": "EUR",
    "£": "GBP",
    "gbp": "GBP",
    "¥": "CNY or JPY",
    "cny": "CNY",
    "rmb": "CNY",
    "jpy": "JPY",
}
_PRICE = {"$", "usd", "price", "prices", "cost", "costs", "per", "rate", "pricing", *_MONEY}
# Of what a model takes and gives, not what that costs.
_NO_PRICE = {
    "max",
    "maximum",
    "limit",
    "limits",
    "window",
    "context",
    "modalities",
    "modality",
    "types",
    "length",
    "tokens",
}
NOTHING = ("", "-", "–", "—", "n/a", "na", "none")
_DECIMAL_COMMA = re.compile(r"\$?\s*[0-9]+,[0-9]+\s*\$?\Z")
LACKING = "a column of models, and one of prices whose header names a unit, as in 'Input ($/1M tokens)'"


class Column(NamedTuple):
    """What a column has: a price as its meaning and service tier, or why it cannot be said."""

    meaning: FieldMeaning | str
    service_tier: str = "standard"


def columns(heads: Iterable[str]) -> dict[str, Column]:
    """The columns of prices, by header."""
    return {head: column for head in heads if (column := _column(head))}


def priced(heads: Iterable[str]) -> list[str]:
    """The headers of the columns that say what their amounts are."""
    return [head for head, column in columns(heads).items() if not isinstance(column.meaning, str)]


def model_column(heads: Iterable[str]) -> str | None:
    """The header of the column that has the models."""
    return _first(heads, _MODEL)


def decimal_comma(rows: Iterable[Mapping[str, str]], heads: Collection[str]) -> str:
    """The first amount of some columns that is written with a comma; empty where all have points."""
    return next((row[h] for row in rows for h in heads if _DECIMAL_COMMA.match(row[h].strip())), "")


def entries(rows: Iterable[Mapping[str, str]]) -> list[PriceEntry]:
    """Every row: what it states of a model, or why that is none of ours."""
    listed = list(rows)
    heads = listed[0].keys() if listed else ()
    known = columns(heads)
    named, seller = model_column(heads), _first(heads, _SELLER)
    return [_entry(row, row[named or ""].strip(" `*"), row[seller].strip() if seller else "", known) for row in listed]


def _first(heads: Iterable[str], words: Iterable[str]) -> str | None:
    by_word = {head.strip().casefold(): head for head in reversed(list(heads))}
    return next((by_word[word] for word in words if word in by_word), None)


def _entry(row: Mapping[str, str], name: str, said: str, known: Mapping[str, Column]) -> PriceEntry:
    if not name:
        return PriceEntry("", why=NO_MODEL)
    said_id = name.replace(" ", "-")
    model = model_of(said_id)
    seller = named_seller(said, model) if said else seller_by_id(said_id)
    if seller is None:
        return PriceEntry(name, why=OTHER)
    found = Statements()
    for head, (meaning, tier) in known.items():
        cell = row[head].strip(" `*$")
        if cell.casefold() not in NOTHING:
            where = EntryHead(name, model, seller, service_tier=tier)
            found.add(where, head, cell, _made(model, meaning))
    return entry(name, seller, found.found)


def _made(model: str, meaning: FieldMeaning | str) -> FieldMeaning | str:
    """One column for all that comes out has what a model makes."""
    if (
        isinstance(meaning, FieldMeaning)
        and meaning.meter == "output"
        and not meaning.modality
        and makes_pictures(model)
    ):
        return meaning._replace(modality="image")
    return meaning


def _column(head: str) -> Column | None:
    words = _WORD.findall(head.casefold().replace("_", " "))
    said = set(words)
    meter = next((meter for meter, names in _METERS if said & names), "")
    thinking = bool(said & _THINKING)
    if not meter and not thinking and not said & _PRICE:
        return None
    shift = next((_SHIFTS[word] for word in words if word in _SHIFTS), None)
    if said & _NO_PRICE and shift is None and not said & {*_PRICE, "$"}:
        return None
    tier = next((tier for tier in _TIERS if tier in said), "standard")
    if money := next((_MONEY[word] for word in words if word in _MONEY), ""):
        return Column(f"its header names {money}, not US dollars")
    if "storage" in said:
        return Column("how long a cache is kept is not read")
    if not meter and not thinking:
        return Column("its header does not say of what")
    modality = next((kind for kind in _MODALITIES if kind in said or f"{kind}s" in said), "")
    piece = next((_PIECES[b] for a, b in pairwise(words) if a in ("per", "/") and b in _PIECES), "")
    if piece:
        made = modality or ("image" if piece == "1 image" else "")
        return Column(FieldMeaning(meter, piece, made), tier)
    if shift is None:
        return Column("its header names no unit, as in ($/1M tokens)")
    kept = _KEPT.search(" ".join(words)) if meter == "cache_write" else None
    context = "thinking" if thinking else LIFETIMES[0 if kept[1] else 1] if kept else ""
    return Column(FieldMeaning(meter or "output", modality=modality, context=context, shift=shift), tier)
