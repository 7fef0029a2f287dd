"""What a price file of another project claims, in the words of our table: whose models, and what each field means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from ratecards.catalog.choices import LIFETIMES
from ratecards.costing.select import TUNED
from ratecards.storage import model_names

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


class PriceEntry(NamedTuple):
    """One entry of a file and all that it states, so that each entry is accounted for.

    `seller` is whose prices they are (`google/gemini-api`), empty where the file does not say; `why` is why the entry
    as a whole states nothing that could be judged.
    """

    key: str
    seller: str = ""
    claims: tuple[Claim, ...] = ()
    unread: tuple[Unread, ...] = ()
    why: str = ""


def entry(key: str, seller: str, found: Iterable[Claim | Unread]) -> PriceEntry:
    """The entry of a seller that states what was found; one that states no price says so."""
    provider, _, source = seller.partition("/")
    listed = list(found)
    claims = tuple(c._replace(provider=provider, source=source) for c in listed if isinstance(c, Claim))
    unread = tuple(item for item in listed if isinstance(item, Unread))
    return PriceEntry(key, seller, claims, unread, "" if listed else NO_PRICE)


# ------------------------------------------------------------------------------------------------- how a file is read


TOKENS = "1000000 tokens"
# Others' models that Google's platform sells, too; a file may write their publisher before them, as Bedrock's ids do.
_OTHERS = re.compile(
    r"(?:[a-z-]+\.)*anthropic\.|(?:claude|llama|mistral|ministral|codestral|pixtral|deepseek|qwen|glm|kimi|gpt|jamba|grok|minimax|intfloat"
    r"|multilingual-e5)\b|(?!google/|models/)[^/]+/"
)
_SHOWN = 60
# What moves by powers of ten without being rounded.
_PLACES, _DIGITS = 30, 28


_OPENAI = re.compile(
    r"(?:ft:)?(?:gpt|chatgpt|o[0-9]|dall-e|whisper|tts|sora|codex|computer-use|davinci|babbage|omni-moderation"
    r"|text-embedding-(?:ada|3))\b(?!/)"
)
# OpenAI's ids of models that were tuned: which it was, and then whose.
_TUNED = re.compile(r"ft:([^:]+)(?::|\Z)")
# Anthropic's ids as its own API has them; one with another platform before it, or a version after an @, is that one's.
_ANTHROPIC = re.compile(r"\s*(?:anthropic[/:])?claude\b[^/@]*\Z", re.IGNORECASE)
# By a file's word for a provider, whose price list it means.
SELLERS = {
    "google": "google/gemini-api",
    "google-vertex": "google/vertex-ai",
    "openai": "openai/openai-api",
    "anthropic": "anthropic/anthropic-api",
}
# The same, as people and other projects write it.
_SAME = {
    **dict.fromkeys(("gemini", "google-gemini", "google-ai", "google-ai-studio", "google-deepmind"), "google"),
    **dict.fromkeys(("vertex", "vertex-ai", "vertexai", "google-vertex-ai", "google-vertexai"), "google-vertex"),
    "open-ai": "openai",
    **dict.fromkeys(("anthropic-api", "claude"), "anthropic"),
}
_HOSTS = (".googleapis.com", ".openai.com", ".anthropic.com")
_PICTURES = re.compile(r"(?:\A|-)image(?:-|\Z)")


class EntryHead(NamedTuple):
    """The entry that a price stands in, and what the entry says of all its prices."""

    key: str
    model: str
    seller: str
    service_tier: str = "standard"
    over: int | None = None
    up_to: int | None = None


class FieldMeaning(NamedTuple):
    """What a field of a file means in the table; its number times ten to the `shift` is the price per `unit`."""

    meter: str
    unit: str = TOKENS
    modality: str = ""
    resolution: str = ""
    quality: str = ""
    context: str = ""
    shift: int = 0


# Writes to a cache by how long it keeps them, where a file tells that apart.
WRITE_5M, WRITE_1H = (FieldMeaning("cache_write", context=kept) for kept in LIFETIMES)


class Statements:
    """The claims of an entry and what could not become one, in the order of the file."""

    def __init__(self) -> None:
        self.found: list[Claim | Unread] = []

    def add(self, where: EntryHead, field: str, value: object, meaning: FieldMeaning | str) -> None:
        """One price; `meaning` says what it is, or why the table cannot say it. `None` states nothing."""
        if value is None:
            return
        price = amount(value)
        if isinstance(meaning, str):
            self.skip(where.key, field, value, meaning)
        elif price is None:
            self.skip(where.key, field, value, "expected an amount from 0, in digits")
        else:
            self.found.append(claim(where, field, (value, price), meaning))

    def skip(self, key: str, field: str, value: object, why: str) -> None:
        """A price that no claim says."""
        self.found.append(Unread(key, field, shown(value), why))


def claim(where: EntryHead, field: str, stated: tuple[object, Decimal], meaning: FieldMeaning) -> Claim:
    """One price as a claim, whose it is still open; `stated` is the value in the file and its amount.

    That of `ft:gpt-4o-2024-08-06:mine::1` is of that model, in the context in which pages price what was tuned.
    """
    value, price = stated
    tuned = _TUNED.match(where.model)
    return Claim(
        key=where.key,
        field=field,
        stated=shown(value),
        model=tuned[1] if tuned else where.model,
        source="",
        meter=meaning.meter,
        unit=meaning.unit,
        price=price.scaleb(meaning.shift),
        modality=meaning.modality,
        service_tier=where.service_tier,
        resolution=meaning.resolution,
        quality=meaning.quality,
        prompt_over=where.over,
        prompt_up_to=where.up_to,
        context=TUNED if tuned else meaning.context,
    )


def amount(value: object) -> Decimal | None:
    """A price as it stands in a file: a whole number, a `Decimal` or digits in quotes; `None` for anything else."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,30}(?:\.[0-9]{1,30})?", value, re.ASCII):
        return Decimal(value)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    number = Decimal(value)
    if not number.is_finite() or number < 0:
        return None
    if abs(number.adjusted()) > _PLACES or len(number.as_tuple().digits) > _DIGITS:
        return None
    return abs(number)  # a file may say -0.0


def dated(start: str, end: str, day: date | None) -> str:
    """Why a price that holds from one ISO date to another is none of a day's; empty where it is, or has no dates."""
    try:
        first, last = date.fromisoformat(start or "0001-01-01"), date.fromisoformat(end or "9999-12-31")
    except ValueError:
        return f"expected ISO dates, saw {shown(start)!r} and {shown(end)!r}"
    if (start or end) and (day is None or not first <= day <= last):
        return f"holds {' '.join(filter(None, (start and f'from {start}', end and f'until {end}')))} only"
    return ""


def shown(value: object) -> str:
    """A value as it stands, shortened where it is long."""
    words = str(value)
    return words if len(words) <= _SHOWN else words[: _SHOWN - 1] + "…"


def is_google(name: str) -> bool:
    """Whether a model that Google's platform sells is Google's own."""
    return not _OTHERS.match(model_names.model_id(name))


def is_anthropic(name: str) -> bool:
    """Whether an id is one of Anthropic's own API; those of Bedrock, the Agent Platform and gateways are not."""
    return bool(_ANTHROPIC.match(name))


def seller_of(provider: str, name: str) -> str | None:
    """Whose price list a provider's model is of, by a file's words; None where it is of nobody that is held."""
    seller = SELLERS.get(provider)
    return None if seller is None or (seller.startswith("google/") and not is_google(name)) else seller


def maker_of(name: str) -> str | None:
    """Whose documentation a model is of that a file names no seller of, by its id; None: somebody else's."""
    found = seller_by_id(name)
    return SELLERS["google"] if found == "" else found


def named_seller(words: str, name: str) -> str | None:
    """`seller_of` for a provider in anybody's words: `Vertex AI`, `google_ai_studio`."""
    provider = re.sub(r"[\s_]+", "-", words.strip().casefold())
    return seller_of(_SAME.get(provider, provider), name)


def seller_by_id(name: str) -> str | None:
    """Whose price list a model is of in a file of many makers that names none: empty where its id does not tell."""
    if _OPENAI.match(model_names.model_id(name)):
        return SELLERS["openai"]
    return SELLERS["anthropic"] if is_anthropic(name) else "" if is_google(name) else None


def elsewhere(url: object) -> bool:
    """Whether an address is another server than those of the sellers that are held."""
    host = re.match(r"(?:[a-z]+://)?([^/:?#]+)", str(url), re.IGNORECASE)
    return host is None or not f".{host[1].casefold()}".endswith(_HOSTS)


def lifetime(meaning: FieldMeaning, others: Iterable[FieldMeaning | str | None]) -> FieldMeaning:
    """What a price means: beside another for what a cache keeps for an hour it is that of 5 minutes, alone either."""
    longer = meaning._replace(context=LIFETIMES[-1])
    return meaning._replace(context=LIFETIMES[0]) if longer != meaning and longer in others else meaning


def makes_pictures(model: str) -> bool:
    """Whether a model makes pictures, by its id."""
    return bool(_PICTURES.search(model))


def model_of(name: str) -> str:
    """The id of a model as the table spells it."""
    return model_names.model_id(name).removeprefix("google/")


def mapping(value: object) -> Mapping[str, Any]:
    """The value where it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def leaves(field: str, value: object) -> Iterable[tuple[str, object]]:
    """Every value inside a value, with the path to it: `search.price`."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from leaves(f"{field}.{name}", inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(f"{field}[{number}]", inner)
    else:
        yield field, value
