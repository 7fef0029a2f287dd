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
_DIGITS = r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+"
SIGN = r"(?:(?<![A-Za-z])(?:USD|US)\s?)?\$\s?|(?<![A-Za-z])USD\s?(?=[0-9.])"
AMOUNT = re.compile(
    rf"(?:{SIGN}|(?<![\w$.,])(?=[0-9.,]{{1,20}}\sUSD\b))({_DIGITS})(?![0-9]|\.|,[0-9]|[A-Za-z%])(?:\sUSD\b(?!\s?[0-9.$])|\s\(USD\))?"
)
# What stands behind words that are said of the amount to come ("Audio: $0.50").
MONEY_NEXT = rf"(?=\s*(?:{SIGN}))"
# The signs of currencies, and codes that no page writes as words. Most are read nowhere: they are counted.
_SIGNS = "$€£¥₩₹₽₺₫₴฿₱₪₦₸"
_CODES = (
    "(?-i:AED|ARS|AUD|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KRW|MXN|MYR|NOK|NZD|PHP|PLN|RMB"
    "|RON|RUB|SAR|SEK|SGD|THB|TWD|UAH|USD|VND|ZAR)"
)
# Whatever looks like money, readable or not: what is counted here must be claimed by a rate, a note or a reason.
COUNTED = re.compile(
    rf"[{_SIGNS}]\s?\.?[0-9](?:[0-9.,]*[0-9]\s{_CODES}\b|\s{_CODES}\b)?"
    rf"|\b(?:{_CODES}|(?:kr|zł|fr)\.?)\s?\.?[0-9](?:[0-9.,]*[0-9])?"
    rf"|[0-9]\s?(?:[{_SIGNS[1:]}¢]|\$(?!\s?\.?[0-9])|(?:USD|EUR|GBP|JPY|KRW|INR|cents?|kr|zł)\b|{_CODES}\b)",
    re.IGNORECASE,
)

# Marks that turn a text around: an amount with one is printed, but not as it stands.
_TURNING = re.compile("[\u202b\u202d\u202e\u2067\u2068]")

NUMBER = r"[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+"
_NOUNS = {
    "token": r"tokens?|(?<=m)toks?",
    "image": r"images?",
    "second": r"seconds?|secs?|(?<=[0-9])s",
    "minute": r"minutes?|mins?",
    "hour": r"hours?|hrs?|(?<=[0-9])h",
    "frame": r"frames?",
    "song": r"songs?",
    "video": r"videos?",
    "request": r"(?:grounding |grounded |search )?requests?",
    "prompt": r"(?:grounding |grounded |search )?prompts?(?!\s+tokens?\b)",
    "query": r"(?:grounding |grounded |search )?quer(?:y|ies)",
    "character": r"characters?",
}
_PLURAL = {"query": "queries"}
_MOST_DIGITS = 15
_NEVER_ONE = ("token", "character")
_TIMES = ("second", "minute", "hour")
# A number may stand glued to a time: "10s", "5min".
_GLUED = r"(?:s|secs?|min|mins?|h|hrs?)"
_SCALES = {"one": 1, "k": 1_000, "m": 1_000_000, "thousand": 1_000, "million": 1_000_000}
_SIZE = r"[0-9]+(?:\.[0-9]+)?K(?:\s?\(\s?[0-9]+\s?px\s?\))?"
RESOLUTION = r"[0-9]{3,4}p|[0-9]+(?:\.[0-9]+)?k"
# `of` is what the time is a time of ("second of 720p video", "10s audio"); `aside` are words that say whose tokens or
# images.
UNIT = re.compile(
    rf"(?:(?P<qty>(?:{NUMBER}|one)(?:\s(?:thousand|million))?|[0-9]+\s?M|[0-9]+K|thousand|million)\s+"
    rf"|(?:1\s)?(?P<scale>m)(?=toks?\b)|(?P<glued>[0-9]+)(?:(?={_GLUED}\b)|-(?=(?:second|minute|hour)\b)))?"
    rf"(?P<res>{_SIZE}(?:(?:\s?/\s?|,\s|\s(?:and|or)\s){_SIZE})*(?:[\s-]resolution)?\s+)?"
    rf"(?P<aside>(?:(?:input|output|generated|text|image|audio|video)\s+){{1,2}})?"
    rf"(?:{'|'.join(f'(?P<{noun}>{words})' for noun, words in _NOUNS.items())})\b"
    r"(?P<hourly>(?:\s+stored)?\s?(?:/|per\b|an\b)\s?(?:hour|hr)\b|-hours?\b)?"
    rf"(?:\s+(?P<whose>of\s+)?(?:(?P<of_size>{RESOLUTION})\s+)?(?P<of>audio|video)\b)?",
    re.IGNORECASE,
)
# How an amount is joined to its unit.
PER = re.compile(
    rf"(?:/(?!\s?\$)|(?:per|(?:for )?(?:every|each)|an?|for(?=\s+(?:{NUMBER}|[0-9]+[MK]|one)\s))\b)\s*", re.IGNORECASE
)
_MODALITY = r"(?:texts?|images?|videos?|audio|thinking)(?:\s+tokens?)?"
# No two repeats of blanks may meet in it: a list of twenty sizes would be divided in a million ways.
_SEPARATOR = r"\s*(?:/|;|,(?:\s*(?:and|or)\b)?|\b(?:and|or)\b|&|\+)\s*"
LIST = rf"(?:{_MODALITY})(?:{_SEPARATOR}(?:{_MODALITY}))*"
_SIZES = rf"(?:{RESOLUTION})(?:{_SEPARATOR}(?:{RESOLUTION}))*"
TIME = r"(?:through|until|starting|effective|from)"
_WITH_THINKING = r"(?:,?\s*(?:incl(?:uding|udes|\.)|with)\s+(?:thinking|reasoning)(?:\s+tokens?)?)?"
# Without brackets they end the words of an amount: "for text and image-based grounding" is said of something else.
MODALITIES = re.compile(
    rf"[(\[]\s*(?:for\s+)?(?P<list>{LIST}){_WITH_THINKING}(?:\s+only)?(?:\s+(?P<meter>input|output))?\s*[)\]]"
    rf"|(?:for|,)\s+(?P<bare>{LIST})(?=\s*(?:[.,;*(]|\Z|(?:or\s+)?(?:{SIGN})|{TIME}\b))",
    re.IGNORECASE,
)
RESOLUTIONS = re.compile(rf"\(\s*({_SIZES})\s*\)", re.IGNORECASE)
# "Text: $0.50" and "720p: $0.10": the words of a price before it.
LED_MODALITIES = re.compile(rf"({LIST})\s?:{MONEY_NEXT}", re.IGNORECASE)
LED_RESOLUTIONS = re.compile(rf"({_SIZES})\s?:{MONEY_NEXT}", re.IGNORECASE)
UNSOLD = re.compile(rf"\(\s*({RESOLUTION})(?: output)?(?: is)? not (?:supported|available)\s*\)", re.IGNORECASE)
# A bound excludes or includes what it names: "under 200k" and "200k or more" are no words of it, since "up to" and
# "over" meet and those do not.
OVER = r">|over|above|beyond|exceeding|in excess of|(?:longer|more|greater|larger) than"
UP_TO = (
    r"<=|=<|≤|up to|at most|within|not exceeding|less than or equal to|(?:no|not) (?:longer|more|greater|larger) than"
)
OR_LESS = r"or (?:less|fewer|shorter)"
SCALED = rf"(?P<n>{NUMBER})(?:\s?(?P<scale>k|m|thousand|million))?\b"
_PROMPT = (
    r"(?:(?:for|if|when)\s+(?:the\s+)?)?(?:prompts?|inputs?)(?:\s+(?:length|size|is|are))?\s*"
    rf"(?:(?:(?:of|with)\s+)?(?:{UP_TO}|(?P<over>{OVER}))\s*|(?P<of>of\s+)){SCALED}"
    rf"(?:\s+(?:input\s+)?tokens?\b)?(?(of)\s+{OR_LESS}\b)"
)
PROMPT = re.compile(rf",?\s*{_PROMPT}", re.IGNORECASE)
PROMPT_IN_BRACKETS = re.compile(rf"\(\s*{_PROMPT}\s*\)", re.IGNORECASE)
# Said of tokens alone; whether it is the prompt's length, the numbers tell.
BOUND_IN_BRACKETS = re.compile(rf"\(\s*(?:{UP_TO}|{OVER})\s*{SCALED}(?:\s+tokens)?\s*\)", re.IGNORECASE)

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|Sep(?:tember|t?\.|t)?"
    r"|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_DAY, _YEAR = r"[0-9]{1,2}(?:st|nd|rd|th)?", r"20[0-9]{2}\b"
DATE = re.compile(
    rf"(?:(?P<month>{_MONTH})\s+(?P<day>{_DAY}),?\s+(?P<year>{_YEAR})"
    rf"|(?P<day2>{_DAY})\s+(?P<month2>{_MONTH})\s+(?P<year2>{_YEAR})"
    r"|(?<![\w-])(?P<iso>20[0-9]{2}-[0-9]{2}-[0-9]{2})(?![\w-]))"
)
# Whatever may be meant as a day, readable or not.
LIKE_A_DAY = re.compile(
    rf"\b(?:{_MONTH}\s+{_DAY}\b|{_DAY}\s+{_MONTH}\b|{_MONTH}\s+{_YEAR}"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}[/.][0-9]{1,2}[/.](?:[0-9]{2}){1,2})|\b(?:next|this|last)\s+(?:week|month|quarter|year)\b",
    re.IGNORECASE,
)
UNTIL = re.compile(
    r"(?P<word>(?i:(?:valid\s+)?(?:through|thru|until|till|up to and including|ends|ending)"
    r"(?:\s+(?:on|and including|the end of))?|before))\s+" + DATE.pattern
)
FROM = re.compile(
    r"(?P<word>(?i:(?:effective|starting|beginning)(?:\s+(?:from|on|as of))?|from|since|as of|on or after|after))\s+"
    rf"{DATE.pattern}(?i:\s+(?:onwards?\b|on\b(?=\s*(?:[.,;)]|\Z))))?"
)

# How any English page says that a thing costs nothing, or is not to be had. Each list is closed: "free for now" and
# "not available yet" say something else, or more.
FREE = (
    r"(?:(?:(?:available|offered|provided) )?(?:for )?free(?: of (?:charge|cost))?"
    r"|(?:included )?(?:at )?no (?:additional |extra )?(?:charge|cost)|without (?:charge|cost)"
    r"|not (?:charged|billed)|complimentary)\b"
)
NOT_AVAILABLE = (
    r"(?:(?:(?:currently )?(?:not (?:yet |currently )?(?:available|supported|offered|provided|applicable)|unavailable)"
    r"|unsupported|no longer (?:available|supported|offered))(?: \((?:shut down|deprecated|discontinued|retired)\))?"
    r"|n/?a|n\.a|--?|–|—)"
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
    match = AMOUNT.fullmatch(text) or AMOUNT.fullmatch(f"${text}")
    if not match:
        raise UnknownTerm(f"not an amount: {text!r}")
    return Decimal(match[1].replace(",", ""))


def day(match: re.Match[str]) -> date:
    """The date a `DATE` match spells out. Raises `UnknownTerm` for a day that is not in the calendar."""
    month, number, year = (match[name] or match[f"{name}2"] for name in ("month", "day", "year"))
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
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
    quantity, sizes = (match["qty"] or match["scale"] or match["glued"] or "").lower(), (match["res"] or "").strip()
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
    number, scale = re.sub(r"[^0-9,]", "", quantity), re.sub(r"[0-9,\s]|one\s", "", quantity)
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
