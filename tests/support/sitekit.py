"""Small datasets made into a site: histories on disk in, files by path out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from ratecards.dataset import Dataset
from ratecards.model import Formula, Rate
from ratecards.storage.history import Change
from scraper.site import Contents, build, gather
from tests.support.histories import added, card, change, rate, write

TODAY = date(2026, 11, 25)
HOSTILE = '<script>alert(1)</script> ](javascript:alert(1)) "\' ]]> \u202eevil\u2028 =HYPERLINK("x") & <!-- </script>'


def text(meter: str, price: str | None, modality: str = "text", **values: Any) -> Rate:
    """A price per million tokens."""
    return rate("m", meter, price, modality=modality, **values)


def picture(price: str, resolution: str = "1K", **values: Any) -> Rate:
    """An equivalent price of one image."""
    more = {"basis": "equivalent", "unit": "1 image", "resolution": resolution, "modality": "image", **values}
    return rate("m", "output", price, **more)


def tokens(number: int, resolution: str = "1K") -> Formula:
    """How many tokens an image has."""
    words = f"An image of {resolution} has {number} tokens."
    return Formula(quote=words, meter="output", modality="image", resolution=resolution, unit="1 image", tokens=number)


def of(model: str, *rates: Rate) -> list[Rate]:
    """The rates as those of another model."""
    return [replace(r, model=model) for r in rates]


def whole(model: str, *rates: Rate, **values: Any) -> Any:
    """A card of a model with those rates."""
    return card(model, *of(model, *rates), **values)


STEP = (
    text("input", "0.75", effective_until=date(2026, 12, 31)),
    text("input", "1.5", effective_from=date(2027, 1, 1)),
)


def history() -> list[Change]:
    """Three editions: two models, then a repriced output, then one more model and a dated step."""
    flash = whole("gemini-2.5-flash", text("input", "0.3"), text("output", "2.5"), text("cache_read", "0.03"))
    pro = whole("gemini-2.5-pro", *long_prompts("input", "1.25", "2.5"), *long_prompts("output", "10", "15"))
    image = whole(
        "gemini-3-flash-image",
        *(text("input", "0.5"), text("output", "3"), text("output", "60", "image")),
        *(picture("0.045", "0.5K"), picture("0.067"), picture("0.034", service_tier="batch")),
        formulas=(tokens(1120),),
    )
    lite = whole("gemini-3.7-flash", *STEP, text("output", "4"))
    old, new = of("gemini-2.5-flash", text("output", "2.5"), text("output", "3"))
    return [
        *added("2026-10-01", flash, pro),
        change("2026-10-20", "repriced", "gemini-2.5-flash", old=old, new=new),
        *added("2026-11-10", image, lite),
    ]


def long_prompts(meter: str, short: str, long: str) -> list[Rate]:
    """Two prices, divided at 200,000 tokens of prompt."""
    return [
        rate("m", meter, short, modality="text", prompt_up_to=200_000),
        rate("m", meter, long, modality="text", prompt_over=200_000),
    ]


def facts(root: Path, changes: Iterable[Change], day: date = TODAY) -> Contents:
    """The facts of a dataset with that history of google/gemini-api."""
    write(root / "ratecards", *changes)
    return gather(Dataset(root / "ratecards"), root, day)


def site(root: Path, changes: Iterable[Change], day: date = TODAY, base: str = "") -> dict[str, bytes]:
    """The site of a dataset with that history of google/gemini-api."""
    return build(facts(root, changes, day), base)
