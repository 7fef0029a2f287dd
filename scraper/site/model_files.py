"""A model as programs read it, a file each: its prices as JSON with a schema, and a badge in shields' endpoint form.

They are made with the site and stand below its `v1/models/` and `badge/`, not in git: all of it is in `rates.json`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from ratecards.catalog.freshness import Age
from ratecards.model import COLUMNS, Rate, canonical_order, plain
from ratecards.model.grade import GRADES
from scraper.publish import schemas
from scraper.site.figures import Figures
from scraper.site.models import ModelPage, page_link

SCHEMA = "v1/schemas/model.schema.json"
# What is said once for the rates of a group, and what stands in `rates.json` alone. Who is sold nothing has no group.
_GROUP = ("service_tier", "plan", "currency", "basis", "reading")
_ELSEWHERE = ("provider", "source", "model", *_GROUP, "availability", "quote", "locator")
_FIELDS = tuple(name for name in COLUMNS if name not in _ELSEWHERE)
_ALWAYS = ("meter", "unit", "price")
_COLORS = {"official": "blue", "billed": "blue"}


def files(models: Iterable[tuple[ModelPage, Figures, str]], ages: Mapping[str, Age]) -> dict[str, bytes]:
    """Path below the site's root to content; each model with its figures and the tier that comes first of them."""
    found = {SCHEMA: (json.dumps(schema(), indent=1) + "\n").encode()}
    for model, figures, tier in models:
        stem = f"{model.provider}/{model.model}.json"
        age = ages[model.main.source]
        found[f"v1/models/{stem}"] = _lines(_data(model, age)).encode()
        found[f"badge/{stem}"] = (_compact(_badge(model, figures, tier, age)) + "\n").encode()
    return found


def _data(model: ModelPage, age: Age) -> dict[str, object]:
    """What the source that answers for the model says, how old that is, and which others price it."""
    card, ends = model.card, model.card.shutdown
    data = {
        "version": 1,
        "provider": model.provider,
        "model": model.model,
        "name": card.name if card.name != model.model else "",
        "aliases": list(model.aliases),
        "source": model.main.source,
        "grade": card.grade,
        "verified": str(age.verified),
        "expires": str(age.expires or ""),
        "url": page_link(card),
        "observed": str(card.observed),
        "shutdown": str(ends.day) if ends else "",
        "successor": ends.successor if ends else "",
        "others": [offer.source for offer in model.offers[1:]],
        "prices": _groups(card.rates),
    }
    return {name: value for name, value in data.items() if value or name == "prices"}


def _groups(rates: Iterable[Rate]) -> list[dict[str, object]]:
    """What has a price, by service tier, plan, currency, basis and reading."""
    found: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for rate in sorted(rates, key=canonical_order):
        if rate.price is not None:
            key = tuple(str(getattr(rate, name)) for name in _GROUP)
            found.setdefault(key, []).append(_rate(rate))
    return [{**dict(zip(_GROUP, key, strict=True)), "rates": own} for key, own in found.items()]


def _lines(data: Mapping[str, object]) -> str:
    """A JSON object, a field a line."""
    return "{" + ",\n".join(f"{_compact(name)}: {_compact(value)}" for name, value in data.items()) + "}\n"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _named(names: Iterable[str]) -> dict[str, schemas.Schema]:
    return {name: schemas.FIELDS[name] for name in names}


def _rate(rate: Rate) -> dict[str, str]:
    values = ((name, getattr(rate, name)) for name in _FIELDS)
    return {name: plain(value) if name == "price" else str(value) for name, value in values if value not in (None, "")}


def _badge(model: ModelPage, figures: Figures, tier: str, age: Age) -> dict[str, object]:
    """Input and output, or the price of one piece; always with the day of the last look, for an image has no clock."""
    shown = {kind: span.figure for kind, spans in figures.items() for span in spans[:1] if tier in span.tiers}
    pair = [f"{shown[kind].text} {words}" for kind, words in (("input", "in"), ("output", "out")) if kind in shown]
    units = {shown[kind].per for kind in ("input", "output") if kind in shown}
    words = ", ".join(pair) + (" per 1M tokens" if units == {""} else "")
    if not pair or units != {""}:
        words = f"{shown['piece'].text} {shown['piece'].per}" if "piece" in shown else ", ".join(pair) or "no price"
    told = "" if tier in ("", "standard") else f" {tier}"
    grade = model.card.grade
    return {
        "schemaVersion": 1,
        "label": model.model + told,
        "message": f"{words} ({'' if grade == 'official' else f'{grade}, '}{age.verified})",
        "color": _COLORS.get(grade, "orange") if shown else "lightgrey",
    }


def schema() -> schemas.Schema:
    """The JSON Schema of `v1/models/<provider>/<model>.json`."""
    rate = schemas.record(_named(_FIELDS), _ALWAYS)
    head = {
        "version": {"const": 1},
        **_named(("provider", "model")),
        "name": schemas.WORDS,
        "aliases": schemas.listed(schemas.WORDS),
        "source": schemas.SOURCE,
        "grade": schemas.one_of(dict.fromkeys(GRADES.values())),
        "url": schemas.WORDS,
        **dict.fromkeys(("verified", "expires", "observed", "shutdown"), schemas.DAY),
        "successor": schemas.WORDS,
        "others": schemas.listed(schemas.SOURCE),
        "prices": schemas.listed(schemas.record({**_named(_GROUP), "rates": schemas.listed(rate)})),
    }
    needed = ("version", "provider", "model", "source", "grade", "verified", "observed", "prices")
    words = "A model's prices by the source that answers for it. What has no price is left out; what is free costs 0."
    return {"$schema": schemas.DIALECT, "title": "model", "description": words, **schemas.record(head, needed)}
