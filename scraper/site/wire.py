"""The prices as the JavaScript module reads them (`js/ratecards.js`), packed small; and the module as a package.

The site's pages use the same module as a classic script: a browser loads no module from `file:`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import takewhile
from pathlib import Path

from ratecards.catalog.authority import DOCUMENTATION, TEXT_ALONE, name_of
from ratecards.catalog.catalog import DatedCatalog
from ratecards.catalog.priced_model import PricedModel, measure
from ratecards.costing.image_sizes import formulas
from ratecards.costing.select import APART, PLAIN
from ratecards.errors import CostError
from ratecards.escaping import script, visible
from ratecards.model import Rate, plain
from ratecards.storage import model_names
from ratecards.storage.model_names import ModelNames
from scraper.errors import DatasetError
from scraper.site.models import ModelPage, ages

PACKAGE = Path(__file__).parents[2] / "js"
_COPIED = ("README.md", "index.js", "index.d.ts", "data.d.ts", "ratecards.js", "ratecards.d.ts")
_HEAD = '"use strict";\nwindow.ratecards = (() => {\n'
_EXPORT = re.compile(r"^export ", re.MULTILINE)
_NAMES = re.compile(r"^export (?:const|class|function) ([A-Za-z]+)", re.MULTILINE)

FIELDS = (
    # what every price has, then what few have: a row ends with the last thing that it says
    *("service_tier", "plan", "meter", "unit", "basis", "currency", "price", "modality", "prompt_over", "prompt_up_to"),
    *("context", "used_over", "used_up_to", "period", "effective_from", "effective_until", "resolution", "quality"),
    "reading",
)


class _Pool:
    """Strings, each once; what is said of nothing is number 0. And the row that was packed last."""

    def __init__(self) -> None:
        self.words: dict[str, int] = {"": 0}
        self.row: list[int] = []

    def number(self, word: str) -> int:
        return self.words.setdefault(word, len(self.words))


def data(models: Sequence[ModelPage], shelf: DatedCatalog, known: ModelNames) -> dict[str, object]:
    """Every priced rate of every offer, as rows of numbers into `words`, in the order of `fields`.

    The first number of a row says how many of the next are those of the row before it, and are left out.
    `units` tells how many of what a unit is; a price is a string, as everywhere. `looks` says by source when it was
    last looked at, and after how many days that is too long ago; `day` is the newest of these. `names` has by id, alias
    and former id the place of the offer that answers for it: no name that means several, or that nobody official has.
    """
    pool = _Pool()
    shown = [(model, offer) for model in models for offer in model.offers]
    offers = [_offer(model, offer, pool) for model, offer in shown]
    units = sorted({rate.unit for _, offer in shown for rate in _priced(offer)})
    places = {(offer.source, offer.card.model): place for place, (_, offer) in enumerate(shown)}
    looked = sorted(ages(shelf).items())
    return {
        "day": max((str(age.verified) for _, age in looked), default=str(date.min)),
        "fields": FIELDS,
        "offers": offers,
        "names": _names(shelf, known, places),
        "looks": {source: [str(age.verified), age.limit] for source, age in looked},
        "units": {unit: measure(unit) for unit in units},
        "prefixes": [model_names.PUBLISHER, *model_names.PREFIXES],
        "documented": DOCUMENTATION,
        "text_alone": TEXT_ALONE,
        "plain": PLAIN,
        "apart": sorted(APART),
        "words": list(pool.words),
    }


def _names(shelf: DatedCatalog, known: ModelNames, places: dict[tuple[str, str], int]) -> dict[str, int]:
    found = {}
    for name in sorted({*known.first, *known.ids, *(one.former for one in known.renamed)}):
        try:
            offer = shelf.choose(name).offer
        except CostError:
            continue
        if (place := places.get((offer.source, offer.card.model))) is not None:
            found[name] = place
    return found


def package(models: Sequence[ModelPage], shelf: DatedCatalog, known: ModelNames) -> dict[str, bytes]:
    """The files of the npm package, by name: the module, its types, the data, and the day of these as its version."""
    made = data(models, shelf, known)
    head = json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))
    head["version"] = ".".join(str(int(part)) for part in str(made["day"]).split("-"))
    held = json.dumps(made, ensure_ascii=False, separators=(",", ":"))
    return {
        **{name: (PACKAGE / name).read_bytes() for name in _COPIED},
        "package.json": (json.dumps(head, indent=2) + "\n").encode(),
        "data.js": f"export default {held};\n".encode(),
    }


def scripts(models: Sequence[ModelPage], shelf: DatedCatalog, known: ModelNames) -> dict[str, bytes]:
    """The same module and data for the pages, as classic scripts: `window.ratecards` has what the module exports."""
    module = (PACKAGE / "ratecards.js").read_text(encoding="utf-8")
    exported = ", ".join(_NAMES.findall(module))
    if len(_EXPORT.findall(module)) != len(_NAMES.findall(module)):
        raise DatasetError(f"{PACKAGE / 'ratecards.js'}: expected every export to be a const, class or function")
    body = _EXPORT.sub("", module)
    return {
        # pages name the offer that they mean
        "data.js": script("RATECARDS", data(models, shelf, known) | {"names": {}}).encode(),
        "ratecards.js": f"{_HEAD}{body}return {{ {exported} }};\n}})();\n".encode(),
    }


def _offer(model: ModelPage, offer: PricedModel, pool: _Pool) -> dict[str, object]:
    card, guide = offer.card, offer.guide
    beside = [f for f in card.formulas if (f.meter, f.modality, measure(f.unit)[1]) == ("output", "image", "token")]
    optional = {
        "name": visible(card.name) if card.name != card.model else "",
        "aliases": [visible(alias) for alias in card.aliases],
        "shutdown": str(card.shutdown.day) if card.shutdown else "",
        # how many tokens an image has, what such an image costs, and what the page says beside its table of a token
        "formulas": [_formula(f.resolution, f.quality, f.tokens, f.amount) for f in formulas(offer)],
        "token_prices": [
            {"unit": f.unit, "amount": plain(f.amount), "currency": f.currency} for f in beside if f.amount
        ],
        "guide": f" ({name_of(guide)}, {guide.observed})" if guide is not card else "",
    }
    return {
        "provider": model.provider,
        "source": card.source,
        "model": model.model,
        "observed": str(card.observed),
        "grade": card.grade,
        **{name: value for name, value in optional.items() if value},
        "rates": [_row(rate, pool) for rate in _priced(offer)],
    }


def _formula(resolution: str, quality: str, tokens: int | None, amount: Decimal | None) -> dict[str, object]:
    return {"resolution": resolution, "quality": quality, "tokens": tokens, "amount": plain(amount) if amount else ""}


def _priced(offer: PricedModel) -> Iterable[Rate]:
    return (rate for rate in offer.card.rates if rate.price is not None)


def _row(rate: Rate, pool: _Pool) -> list[int]:
    said = {name: getattr(rate, name) for name in FIELDS}
    # the module knows that what says nothing else is exact
    said |= {"price": plain(rate.price or Decimal(0)), "reading": "" if rate.reading == "exact" else rate.reading}
    words = ("" if value is None else str(value) for value in said.values())
    row = [pool.number(word) for word in words]
    while row[-1] == 0:
        row.pop()
    repeated = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(row, pool.row, strict=False))))
    pool.row = row
    return [repeated, *row[repeated:]]
