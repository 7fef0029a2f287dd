"""What a price file of another project claims, in the words of our table."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

OTHER = "of a seller that is not held"
NO_PRICE = "without a price"
NO_MODEL = "no model"


class Claim(NamedTuple):
    """One price that a file states; columns as in the rate table, price per `unit`.

    `key` and `field` are the file's own words for the entry and the price, `stated` the number as it stands there;
    `provider` and `source` are whose price it claims to be (`google`, `gemini-api`), empty where the file does not say.
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
    provider: str = "google"


class Unread(NamedTuple):
    """A price in a file that no column of the table can say, and why: reported, never dropped in silence."""

    key: str
    field: str
    stated: str
    why: str


class Entry(NamedTuple):
    """One entry of a file and all that it states, so that each entry is accounted for.

    `seller` is whose prices they are (`google/gemini-api`), empty where the file does not say; `why` is why the entry
    as a whole states nothing that could be judged.
    """

    key: str
    seller: str = ""
    claims: tuple[Claim, ...] = ()
    unread: tuple[Unread, ...] = ()
    why: str = ""


def entry(key: str, seller: str, found: Iterable[Claim | Unread]) -> Entry:
    """The entry of a seller that states what was found; one that states no price says so."""
    provider, _, source = seller.partition("/")
    listed = list(found)
    claims = tuple(c._replace(provider=provider, source=source) for c in listed if isinstance(c, Claim))
    unread = tuple(item for item in listed if isinstance(item, Unread))
    return Entry(key, seller, claims, unread, "" if listed else NO_PRICE)


def flat(entries: Iterable[Entry]) -> tuple[list[Claim], list[Unread]]:
    """All claims, and all that is unread, in the order of the file."""
    listed = list(entries)
    return [claim for own in listed for claim in own.claims], [item for own in listed for item in own.unread]
