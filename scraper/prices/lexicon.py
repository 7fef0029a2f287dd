"""The small words of prices: amounts, units, dates, modalities. One meaning each, or an error."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

from ratecards.model import UNIT as CONTRACT_UNIT
from scraper.errors import UnknownTerm

# Full-width letters, digits and signs are matched as the plain ones they stand for. Nothing else is folded:
# Unicode's own folding would make "$0.30¹" a price of 0.301.
_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0xFE69: "$", 0xFFE5: "¥", 0xFFE1: "£"}

# A number that ends in a point has lost its decimals: no page ends a sentence with an amount.
# "0,125" is how other languages write an eighth, so no group of thousands begins with a zero.
AMOUNT = re.compile(
    r"\$\s?((?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+)(?![0-9]|\.|,[0-9]|[A-Za-z%])"
)
# The signs of currencies, and codes that no page writes as words. Most are read nowhere: they are counted.
_SIGNS = "$€£¥₩₹₽₺₫₴฿₱₪₦₸"
_CODES = (
    "(?-i:AED|ARS|AUD|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KRW|MXN|MYR|NOK|NZD|PHP|PLN|RMB"
    "|RON|RUB|SAR|SEK|SGD|THB|TWD|UAH|USD|VND|ZAR)"
)
# Whatever looks like money, readable or not: what is counted here must be claimed by a rate, a note or a reason.
COUNTED = re.compile(
    rf"[{_SIGNS}]\s?\.?[0-9]|\b(?:{_CODES}|(?:kr|zł|fr)\.?)\s?\.?[0-9]"
    rf"|[0-9]\s?(?:[{_SIGNS[1:]}¢]|\$(?!\s?\.?[0-9])|(?:USD|EUR|GBP|JPY|KRW|INR|cents?|kr|zł)\b|{_CODES}\b)",
    re.IGNORECASE,
)

# Marks that turn a text around: an amount with one is printed, but not as it stands.
_TURNING = re.compile("[\u202b\u202d\u202e\u2067\u2068]")

NUMBER = r"[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+"
_NOUNS = {
    "token": r"tokens?",
    "image": r"images?",
    "second": r"seconds?|secs?|(?<=[0-9])s",
    "minute": r"minutes?|mins?",
    "hour": r"hours?|hrs?|(?<=[0-9])h",
    "frame": r"frames?",
    "song": r"songs?",
    "video": r"videos?",
    "request": r"(?:grounding |grounded |search )?requests?",
    "prompt": r"(?:grounding |grounded |search )?prompts?",
    "query": r"(?:grounding |grounded |search )?quer(?:y|ies)",
    "character": r"characters?",
}
_PLURAL = {"query": "queries"}
_MOST_DIGITS = 15
_NEVER_ONE = ("token", "character")
_TIMES = ("second", "minute", "hour")
# A number may stand glued to a time: "10s", "5min".
_GLUED = r"(?:s|secs?|min|mins?|h|hrs?)"
_SCALES = {"k": 1_000, "m": 1_000_000, "thousand": 1_000, "million": 1_000_000}
_SIZE = r"[0-9]+(?:\.[0-9]+)?K(?:\s?\(\s?[0-9]+\s?px\s?\))?"
RESOLUTION = r"[0-9]{3,4}p|[0-9]+(?:\.[0-9]+)?k"
# `of` is what the time is a time of ("second of 720p video", "10s audio"); `aside` are words that say whose tokens or
# images.
UNIT = re.compile(
    rf"(?:(?P<qty>(?:{NUMBER})(?:\s(?:thousand|million))?|[0-9]+[KM]|thousand|million)\s+|(?P<glued>[0-9]+)(?={_GLUED}\b))?"
    rf"(?P<res>{_SIZE}(?:(?:\s?/\s?|,\s|\s(?:and|or)\s){_SIZE})*(?:[\s-]resolution)?\s+)?"
    rf"(?P<aside>(?:(?:input|output|generated|text|image|audio|video)\s+){{1,2}})?"
    rf"(?:{'|'.join(f'(?P<{noun}>{words})' for noun, words in _NOUNS.items())})\b"
    r"(?P<hourly>\s?(?:/|per\b)\s?(?:hour|hr)\b)?"
    rf"(?:\s+(?P<whose>of\s+)?(?:(?P<of_size>{RESOLUTION})\s+)?(?P<of>audio|video)\b)?",
    re.IGNORECASE,
)
_MODALITY = r"(?:texts?|images?|videos?|audio|thinking)(?:\s+tokens?)?"
# No two repeats of blanks may meet in it: a list of twenty sizes would be divided in a million ways.
_SEPARATOR = r"\s*(?:/|,(?:\s*(?:and|or)\b)?|\b(?:and|or)\b|&|\+)\s*"
_LIST = rf"(?:{_MODALITY})(?:{_SEPARATOR}(?:{_MODALITY}))*"
_SIZES = rf"(?:{RESOLUTION})(?:{_SEPARATOR}(?:{RESOLUTION}))*"
MODALITIES = re.compile(rf"\(\s*({_LIST})\s*\)", re.IGNORECASE)
RESOLUTIONS = re.compile(rf"\(\s*({_SIZES})\s*\)", re.IGNORECASE)
# "Text: $0.50" and "720p: $0.10": the words of a price before it.
LED_MODALITIES = re.compile(rf"({_LIST})\s?:(?=\s*\$)", re.IGNORECASE)
LED_RESOLUTIONS = re.compile(rf"({_SIZES})\s?:(?=\s*\$)", re.IGNORECASE)
UNSOLD = re.compile(rf"\(\s*({RESOLUTION})(?: output)?(?: is)? not (?:supported|available)\s*\)", re.IGNORECASE)
_PROMPT = (
    r"(?:for\s+)?(?:prompts?|inputs?)\s*(?:<=|=<|≤|(?P<over>>|over|above|longer than|more than|greater than)|up to)\s*"
    rf"(?P<n>{NUMBER})(?:\s?(?P<scale>k|m))?\b(?:\s+(?:input\s+)?tokens?\b)?"
)
PROMPT = re.compile(rf",?\s*{_PROMPT}", re.IGNORECASE)
PROMPT_IN_BRACKETS = re.compile(rf"\(\s*{_PROMPT}\s*\)", re.IGNORECASE)

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|Sep(?:tember|t?\.|t)?"
    r"|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_DAY, _YEAR = r"[0-9]{1,2}(?:st|nd|rd|th)?", r"20[0-9]{2}\b"
DATE = re.compile(
    rf"(?:(?P<month>{_MONTH})\s+(?P<day>{_DAY}),?\s+(?P<year>{_YEAR})"
    rf"|(?P<day2>{_DAY})\s+(?P<month2>{_MONTH})\s+(?P<year2>{_YEAR}))"
)
# Whatever may be meant as a day, readable or not.
LIKE_A_DAY = re.compile(
    rf"\b(?:{_MONTH}\s+{_DAY}\b|{_DAY}\s+{_MONTH}\b|{_MONTH}\s+{_YEAR}"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}[/.][0-9]{1,2}[/.](?:[0-9]{2}){1,2})|\b(?:next|this|last)\s+(?:week|month|quarter|year)\b",
    re.IGNORECASE,
)
UNTIL = re.compile(rf"(?P<word>(?i:(?:valid\s+)?(?:through|until|till)|before))\s+{DATE.pattern}")
FROM = re.compile(
    r"(?P<word>(?i:(?:effective|starting|beginning)(?:\s+(?:from|on))?|from|as of|on or after|after))\s+" + DATE.pattern
)


def plain(text: str) -> str:
    """The text as it is matched, character for character: full-width ones as plain ones."""
    return text.translate(_WIDE)


def counted(text: str) -> int:
    """How many amounts of money stand in the text, readable or not."""
    return len(COUNTED.findall(_TURNING.sub("", plain(text))))


def whole_number(text: str) -> int:
    """`1,500`, `200` as an integer. Raises `UnknownTerm` on more digits than any count has."""
    digits = text.replace(",", "")
    if len(digits) > _MOST_DIGITS:
        raise UnknownTerm(f"a number of {len(digits)} digits: {text[:40]!r}")
    return int(digits)


def scaled(number: str, scale: str | None) -> int:
    """`200` and `k` as 200000."""
    return whole_number(number) * _SCALES[scale.lower()] if scale else whole_number(number)


def money(text: str) -> Decimal:
    """The decimal of `$1,250.00` (the sign is optional); commas only group three digits."""
    match = AMOUNT.fullmatch(text if text.startswith("$") else f"${text}")
    if not match:
        raise UnknownTerm(f"not an amount: {text!r}")
    return Decimal(match[1].replace(",", ""))


def day(match: re.Match[str]) -> date:
    """The date a `DATE` match spells out. Raises `UnknownTerm` for a day that is not in the calendar."""
    month, number, year = (match[name] or match[f"{name}2"] for name in ("month", "day", "year"))
    try:
        return date(int(year), _MONTHS.index(month[:3]) + 1, int(re.sub(r"[a-z]+", "", number)))
    except ValueError as error:
        raise UnknownTerm(f"no such day: {match.group()!r}") from error


def last_day(match: re.Match[str]) -> date:
    """The last day an `UNTIL` match names; "before" the first of January ends on the day before it."""
    return day(match) - timedelta(days=match["word"].lower() == "before")


def first_day(match: re.Match[str]) -> date:
    """The first day a `FROM` match names; "after" a day begins on the next."""
    return day(match) + timedelta(days=match["word"].lower() == "after")


def unit_of(text: str) -> str | None:
    """The canonical unit of words such as `1M tokens`, `Image`, `second`; None when they are not one."""
    match = UNIT.fullmatch(text.strip())
    if not match or match["aside"]:
        return None
    try:
        unit, sizes = unit_parts(match)
    except UnknownTerm:
        return None
    return None if sizes else unit


def unit_parts(match: re.Match[str]) -> tuple[str, tuple[str, ...]]:
    """Canonical unit and resolutions: "per 1K image" is a resolution, "per 1K requests" a quantity.

    Raises `UnknownTerm` on "per 1K images", which may be either, on "per requests" and "per token", whose quantity is
    missing, on a price per nothing, and on a unit that the rate table does not have, such as "per 10 songs".
    """
    noun = next(n for n in _NOUNS if match[n])
    plural = match[noun].lower().endswith("s")
    quantity, sizes = (match["qty"] or match["glued"] or "").lower(), (match["res"] or "").strip()
    if match["of"] and not match["whose"] and noun not in _TIMES:
        raise UnknownTerm(f"a {noun} that is said to be {match['of']}: {match.group()!r}")
    if noun == "image" and quantity.endswith("k") and not sizes:
        quantity, sizes = "", quantity
    if sizes and (noun != "image" or quantity or plural):
        raise UnknownTerm(f"a resolution in a unit that is not one image: {match.group()!r}")
    if not quantity and (plural or noun in _NEVER_ONE):
        raise UnknownTerm(f"a unit without its quantity: {match.group()!r}")
    count = _count(quantity)
    if count < 1:
        raise UnknownTerm(f"a price per nothing: {match.group()!r}")
    many = count > 1
    if match["hourly"]:
        unit = f"{count} {noun}-hour{'s' if many else ''}"
    else:
        unit = f"{count} {_PLURAL.get(noun, f'{noun}s') if many else noun}"
    if not CONTRACT_UNIT.match(unit):
        raise UnknownTerm(f"a unit that the rate table does not have: {match.group()!r}")
    if match["of_size"]:
        return unit, (match["of_size"],)
    return unit, tuple(size.upper() for size in re.findall(r"[0-9.]+k(?!\w)", sizes, re.IGNORECASE))


def _count(quantity: str) -> int:
    number, scale = re.sub(r"[^0-9,]", "", quantity), re.sub(r"[0-9,\s]", "", quantity)
    return scaled(number or "1", scale)


def modalities(text: str) -> tuple[str, ...]:
    """The modalities of `text / image / video`; thinking is text. Raises `UnknownTerm` on another word."""
    names = []
    for word in re.split(_SEPARATOR, text.strip().lower()):
        bare = re.sub(r"\s+tokens?\Z", "", word)
        name = {"images": "image", "videos": "video", "texts": "text", "thinking": "text"}.get(bare, bare)
        if name not in ("text", "image", "video", "audio"):
            raise UnknownTerm(f"not a modality: {word!r}")
        if name not in names:
            names.append(name)
    return tuple(names)


def resolutions(text: str) -> tuple[str, ...]:
    """The resolutions of `720p and 1080p`, as printed."""
    return tuple(re.findall(RESOLUTION, text, re.IGNORECASE))


def size_of(resolution: str, modality: str) -> str:
    """A resolution in the case of its kind: `4K` of an image, `4k` and `720p` of anything else."""
    return resolution.upper() if modality == "image" and resolution[-1:] in "kK" else resolution.lower()
