"""What a price file of another project claims, in the words of our table."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple


class Claim(NamedTuple):
    """One price that a file states for a Google model; columns as in the rate table, price per `unit`.

    `key` and `field` are the file's own words for the entry and the price, `stated` the number as it stands there;
    `source` is whose price it claims to be (`gemini-api` or `vertex-ai`).
    """

    key: str
    field: str
    stated: str
    model: str
    source: str
    meter: str
    unit: str
    price: Decimal
    modality: str = ""
    service_tier: str = "standard"
    plan: str = "paid"
    resolution: str = ""
    quality: str = ""
    prompt_over: int | None = None
    prompt_up_to: int | None = None
    context: str = ""


class Unread(NamedTuple):
    """A price in a file that no column of the table can say, and why: reported, never dropped in silence."""

    key: str
    field: str
    stated: str
    why: str
