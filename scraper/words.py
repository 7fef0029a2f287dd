"""The small words of prices: amounts, units, dates, modalities. One meaning each, or an error."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from scraper.errors import UnknownTerm

AMOUNT = re.compile(r"\$\s?((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+)(?![0-9]|[.,][0-9]|[A-Za-z%])")
MONEY_SIGN = re.compile(r"[$€£¥₩₹]|\b(?:USD|EUR|GBP|JPY|cents?)\b")
COUNTED = re.compile(r"\$\s?\.?[0-9]")

NUMBER = r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+"
_NOUNS = {
    "token": r"tokens?",
    "image": r"images?",
    "second": r"seconds?|secs?",
    "minute": r"minutes?|mins?",
    "hour": r"hours?|hrs?",
    "frame": r"frames?",
    "song": r"songs?",
    "video": r"videos?",
    "request": r"(?:grounding |search )?requests?",
    "prompt": r"(?:grounded )?prompts?",
    "query": r"(?:search )?quer(?:y|ies)",
    "character": r"characters?",
}
_PLURAL = {"query": "queries"}
UNIT = re.compile(
    rf"(?:(?P<qty>{NUMBER}|[0-9]+[KM])\s+)?(?P<res>[0-9.]+K(?:/[0-9.]+K)*\s+)?"
    rf"(?:{'|'.join(f'(?P<{noun}>{words})' for noun, words in _NOUNS.items())})\b"
    r"(?P<hourly>\s+per\s+hour\b)?(?:\s+of\s+(?P<of>audio|video)\b)?",
    re.IGNORECASE,
)
_MODALITY = r"texts?|images?|videos?|audio|thinking"
_SEPARATOR = r"\s*(?:/|,\s*(?:and\s)?|\band\b|&)\s*"
MODALITIES = re.compile(rf"\(\s*((?:{_MODALITY})(?:{_SEPARATOR}(?:{_MODALITY}))*)\s*\)", re.IGNORECASE)
RESOLUTION = r"[0-9]{3,4}p|[0-9]k"
RESOLUTIONS = re.compile(rf"\(\s*((?:{RESOLUTION})(?:{_SEPARATOR}(?:{RESOLUTION}))*)\s*\)", re.IGNORECASE)
UNSOLD = re.compile(rf"\(\s*({RESOLUTION}) output not supported\s*\)", re.IGNORECASE)
PROMPT = re.compile(
    rf",?\s*prompts?\s*(?P<cmp><=|=<|≤|>|up to|over)\s*(?P<n>{NUMBER})\s*(?P<k>k|m)?(?:\s+(?:input\s+)?tokens?)?\b",
    re.IGNORECASE,
)
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
DATE = re.compile(
    rf"(?P<month>{'|'.join(f'{m}|{m[:3]}[.]?' for m in _MONTHS)})\s+(?P<day>[0-9]{{1,2}}),\s*(?P<year>20[0-9]{{2}})\b"
)
UNTIL = re.compile(rf"(?:through|until)\s+{DATE.pattern}\.?:?")
FROM = re.compile(rf"(?:starting|beginning|from)\s+(?:on\s+)?{DATE.pattern}\.?:?")


def whole_number(text: str) -> int:
    """`1,500`, `200` as an integer."""
    return int(text.replace(",", ""))


def money(text: str) -> Decimal:
    """The decimal of `$1,250.00` (the sign is optional); commas only group three digits."""
    match = AMOUNT.fullmatch(text if text.startswith("$") else f"${text}")
    if not match:
        raise UnknownTerm(f"not an amount: {text!r}")
    return Decimal(match[1].replace(",", ""))


def day(match: re.Match[str]) -> date:
    """The date a `DATE` match spells out. Raises `UnknownTerm` for a day that is not in the calendar."""
    month = next(i for i, name in enumerate(_MONTHS, 1) if name.startswith(match["month"][:3]))
    try:
        return date(int(match["year"]), month, int(match["day"]))
    except ValueError as error:
        raise UnknownTerm(f"no such day: {match.group()!r}") from error


def unit_of(text: str) -> str | None:
    """The canonical unit of words such as `1M tokens`, `Image`, `second`; None when they are not one."""
    match = UNIT.fullmatch(text.strip())
    return unit_parts(match)[0] if match and not match["res"] else None


def unit_parts(match: re.Match[str]) -> tuple[str, tuple[str, ...]]:
    """Canonical unit and resolutions: "per 1K image" is a resolution, "per 1K requests" a quantity."""
    noun = next(n for n in _NOUNS if match[n])
    quantity, sizes = match["qty"] or "1", (match["res"] or "").strip()
    if noun == "image" and quantity[-1:] in "Kk" and not sizes:
        quantity, sizes = "1", quantity
    if sizes and (noun != "image" or quantity != "1"):
        raise UnknownTerm(f"a resolution in a unit that is not one image: {match.group()!r}")
    scale = {"K": 1_000, "M": 1_000_000}.get(quantity[-1:].upper(), 1)
    count = whole_number(quantity.rstrip("KMkm")) * scale
    if count < 1:
        raise UnknownTerm(f"a price per nothing: {match.group()!r}")
    if match["hourly"]:
        return f"{count} {noun}-hour{'s' if count > 1 else ''}", ()
    name = noun if count == 1 else _PLURAL.get(noun, f"{noun}s")
    return f"{count} {name}", tuple(s.upper() for s in sizes.split("/")) if sizes else ()


def modalities(text: str) -> tuple[str, ...]:
    """The modalities of `text / image / video`; thinking is text. Raises `UnknownTerm` on another word."""
    names = []
    for word in re.split(r"\s*(?:/|,|\band\b|&)\s*", text.strip().lower()):
        name = {"images": "image", "videos": "video", "texts": "text", "thinking": "text"}.get(word, word)
        if word and name not in ("text", "image", "video", "audio"):
            raise UnknownTerm(f"not a modality: {word!r}")
        if word and name not in names:
            names.append(name)
    return tuple(names)
