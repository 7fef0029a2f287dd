"""Which unknown words may be skipped beside an amount: those that cannot change what it is a price of.

Never a word of the lexicon or of sentences about prices (numbers, units, nouns, currencies, modalities, sizes, days,
comparisons), of a service tier, plan or meter, nor one that bounds, reduces, repeats or takes back a price; nor what
stands directly before a sign of money, which may make it another country's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from ratecards.model import PLANS, SERVICE_TIERS
from scraper.prices import conditions, lexicon
from scraper.prices.lexicon import plain

# Words as they begin: "discounted" and "saves" are of them, too.
_SELECTING = re.compile(
    r"(?:a|an|ea|pa|pcm|\w+ly|nights?|from|up|upto|to|at|least|most|max|minimum|maximum|off|was|were|previous(?:ly)?|before|after|instead|per|each|every"
    r"|x|approx(?:imately)?|start(?:s|ing)?|begin(?:s|ning)?|until|till|through|except|exclud\w*|includ\w*|only|not|no|non"
    r"|without|free|annual\w*|month(?:ly)?|year(?:ly)?|daily|hourly|week(?:ly)?|commit\w*|vat|tax\w*|plus|then|than|first"
    r"|next|additional\w*|extra|over|under|above|below|beyond|more|less|fewer|exceed\w*|discount\w*|sav(?:e|es|ed|ing|ings)"
    r"|surcharge\w*|fees?|credits?|coupon\w*|promo\w*|intro\w*|trial\w*|special|temporar\w*|half|double\w*|triple\w*"
    r"|twice|once|times?|one|two|three|four|five|six|seven|eight|nine|ten|dozen|hundred\w*|thousand\w*|million\w*"
    r"|billion\w*|percent\w*|cents?|dollars?|euros?|old|new|now|soon|coming|expire\w*|long|short|context|region\w*|global"
    r"|think\w*|reasoning|low|medium|high|hd|cach\w*|stor(?:age|ed|ing)|input\w*|output\w*|generat\w*|tun(?:ing|ed|e)"
    r"|january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug"
    r"|sept?|oct|nov|dec|american|argentin\w*|australian|brazilian|british|canadian|chilean|chinese|colombian|danish|euro\w*"
    r"|hong|indian|indonesian|japanese|korean|malaysian|mexican|norwegian|peruvian|polish|russian|singaporean?|south|swedish"
    r"|swiss|taiwan\w*|thai|turkish|ukrainian|zealand|yen|yuan|renminbi|rupees?|rupiah|won|pesos?|francs?|pounds?|sterling"
    r"|un\w+|yet|still|current\w*|reduc\w*|writ\w*|reads?|hits?|\w*toks?|preview\w*|beta|alpha|experiment\w*|early|ga|legacy"
    r"|enterprise\w*|educat\w*|students?|nonprofits?|startups?|teams?|business|pro|premium|subscri\w*|members?\w*|seats?"
    r"|users?|accounts?|orgs?|organi[sz]ations?|eu|us|usa|uk|apac|emea|latam|europe\w*|asia\w*|america\w*|africa\w*|china"
    r"|india|japan|german\w*|france|french|brazil|canada|australia"
    r"|reais|real|rands?|krone|krona|kronor|zloty|lira|baht|ringgit|shekels?|bitcoins?|train\w*|maps?|ground(?:ing|ed)|equivalent|estimate\w*|average\w*)\Z"
)
# Words that join others: they select nothing, and are not skipped without one that they join.
# "$2 a day" is a price per day, so that "a" is none of them.
_JOINING = frozenset({"all", "and", "by", "for", "in", "of", "on", "or", "the", "with"})
_SHORT = 3
_WORD = re.compile(r"[^\W\d_]+")
# What stands in a text beside letters, blanks and brackets and is no amount, number or comparison.
_HARMLESS_MARK = re.compile(r"[\s()\[\].,;:'’\"“”\-–—]")
# How patterns are written, beside the words in them.
_SYNTAX = re.compile(r"\(\?P?[<=!:>a-zA-Z_]*>?|\\.|\[[^\]]*\]|\{[^}]*\}")


def skippable(phrase: str) -> bool:
    """Whether the words may be skipped: letters alone, and none of them selects, moves or bounds a price."""
    text = plain(phrase).lower()
    rest = _HARMLESS_MARK.sub("", _WORD.sub("", text))
    found = [word for word in _WORD.findall(text) if word not in _JOINING]
    return bool(found) and not rest and not any(map(selecting, found))


def beside_money(text: str, word: str, end: int) -> bool:
    """Whether a sign of money stands directly behind the word that ends there, or behind one as short as "HK"."""
    return re.match(rf"{'' if len(word) > _SHORT else ' ?'}[$€£¥₩₹₽₺₫₴฿₱₪₦₸¢]", text[end:]) is not None


def selecting(word: str) -> bool:
    """Whether a word is one of those that could change a price."""
    small = word.lower()
    if small in _JOINING:
        return False
    return bool(_SELECTING.match(small)) or small.rstrip("s") in _lexicon() or small in _lexicon()


@cache
def _lexicon() -> frozenset[str]:
    return frozenset({word.rstrip("s") for word in _words()} | {*SERVICE_TIERS, *PLANS})


def _words() -> Iterator[str]:
    for name, value in (*vars(lexicon).items(), *vars(conditions).items()):
        if not name.strip("_").isupper():
            continue
        patterns = value.values() if isinstance(value, dict) else [value]
        for pattern in patterns:
            source = pattern.pattern if isinstance(pattern, re.Pattern) else pattern if isinstance(pattern, str) else ""
            yield from re.findall(r"[a-z]+", _SYNTAX.sub(" ", source).lower())
