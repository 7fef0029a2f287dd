"""Sentences that may change what a price means without holding one.

"All prices in this section are per 1,000 tokens" is one: it has an amount word (per so many of a unit, a count of
units, a currency, percent, a factor, a date) and a noun of price. Nobody can list the harmless ones, so those of the
published edition are known by their digests, and only one that is new or changed is a doubt.
"""

from __future__ import annotations

import hashlib
import re

from scraper.prices.lexicon import COUNTED, LIKE_A_DAY, plain

_UNITS = (
    r"(?:tokens?|characters?|words?|requests?|prompts?|quer(?:y|ies)|calls?|images?|pictures?|pixels?|frames?|songs?|videos?"
    r"|seconds?|minutes?|hours?|days?|weeks?|months?|years?|users?|sessions?|credits?|pages?|documents?|gigabytes?|[GMK]i?B)"
)
_NUMBERS = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|dozens?|hundreds?|thousands?|millions?|billions?"
    r"|[0-9][0-9,.]*\s?(?:[kmb]\b)?)"
)
_AMOUNT_WORD = re.compile(
    rf"\bper(?: [\w,.]+){{0,3}}? {_UNITS}\b|\b{_NUMBERS}(?:[ -]\w+){{0,2}}?[ -]{_UNITS}\b"
    r"|\b(?:USD|EUR|GBP|JPY|CAD|AUD|CHF|CNY|INR|KRW|BRL|currenc(?:y|ies)|dollars?|euros?|pounds?|yen|yuan|renminbi|rupees?"
    r"|won|francs?|reais|cents?)\b"
    r"|%|\bper ?cent(?:age)?s?\b"
    r"|\b(?:half|halves|halved|double[sd]?|doubling|twice|triple[sd]?|thrice|treble[sd]?|quadruple[sd]?"
    r"|(?:a|one) (?:third|quarter|tenth))\b"
    rf"|\b{_NUMBERS}(?:[ -]times|[ -]?fold)\b|\b[0-9][0-9.]*\s?[x×](?![\w×])|(?<!\w)[x×]\s?[0-9]"
    rf"|{LIKE_A_DAY.pattern}|\b20[0-9]{{2}}\b",
    re.IGNORECASE,
)
# "Cost-effective" and "rate limits" are no words of price.
_PRICE_NOUN = re.compile(
    r"\b(?:pric(?:e[ds]?|ing)(?![ -]performan)|rate[ds]?(?! limit)|bill(?:s|ed|ing|able)?|charg(?:es?|ed|ing|eable)"
    r"|costs?(?![ -](?:effective|efficien|optimi))|costing|fees?|tariffs?|amounts?|pa(?:ys?|id|yable|yments?)"
    r"|discount\w*|surcharge\w*)\b",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\w%$]+")


def conditional(sentence: str) -> bool:
    """Whether the sentence may select a price: an amount word together with a noun of price."""
    text = " ".join(plain(sentence).split())
    return bool(_PRICE_NOUN.search(text) and (_AMOUNT_WORD.search(text) or COUNTED.search(text)))


def digest(sentence: str) -> str:
    """The same for the same words, whatever marks and blanks stand between them."""
    words = _LETTERS.sub(" ", plain(sentence)).casefold().split()
    return hashlib.sha256(" ".join(words).encode("utf-8", "surrogatepass")).hexdigest()[:12]
