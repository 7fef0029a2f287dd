"""JSON that somebody else wrote, as data: bounded, without duplicates, numbers exact, each fault with its place.

Python's reader takes `NaN`, lets the second of two equal keys win, rounds `0.1` and recurses as deep as the text nests.
Here these are errors that name the line, and a number with a point or an exponent is a `Decimal` of its own digits.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn, Self

# Real price files nest 12 deep and hold some 130,000 values.
MAX_DEPTH = 40
MAX_VALUES = 1_000_000
_MAX_DIGITS = 40
_MAX_EXPONENT = 30
# Possessive: each character is looked at once, whatever the text is.
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_TOKEN = re.compile(_STRING.pattern + r"|[\[\]{}:,]|[^\s\[\]{}:,\"]++", re.DOTALL)
# What JSON with comments has beside JSON; a comma is one too many only behind a value.
_COMMENT = re.compile(_STRING.pattern + r"|//[^\r\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/|(?P<open>))", re.DOTALL)
_LAST_COMMA = re.compile(_STRING.pattern + r"|(?<![\[{,:\s])[ \t\r\n]*+,(?=[ \t\r\n]*+[\]}])", re.DOTALL)
_SIGN = re.compile(r"[^\r\n]")
_BRACKETS = {ord(c): "" for c in map(chr, range(128)) if c not in "[]{}"}


class Written(Decimal):
    """An amount that prints as it was written: `7.5e-08`."""

    text: str

    def __new__(cls, text: str) -> Self:
        """The amount of a text. Raises `InvalidOperation`."""
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __str__(self) -> str:
        return self.text


class FormatError(ValueError):
    """A file of prices that cannot be read; the message names file, place, expected and seen."""


class BadText(ValueError):
    """What is wrong with a text, and the token that is, or the key that stands twice."""

    def __init__(self, words: str, token: str = "", key: str | None = None) -> None:
        super().__init__(words)
        self.token, self.key = token, key


def loads(text: str, where: str) -> Any:
    """The JSON value of a text; `where` names the file in errors. Raises `FormatError`."""
    _check_size(text, where)
    try:
        return json.loads(
            text, parse_int=whole, parse_float=decimal, parse_constant=_no_constant, object_pairs_hook=_once
        )
    except json.JSONDecodeError as error:
        seen = text[error.pos : error.pos + 20] or "the end of the text"
        raise FormatError(f"{where}:{error.lineno}:{error.colno}: not JSON: {error.msg}, saw {seen!r}") from error
    except BadText as error:
        raise FormatError(f"{where}:{_line(text, _place(text, error))}: {error}") from error


def loads_commented(text: str, where: str) -> Any:
    """`loads` of a text that may have comments and a comma behind the last value (JSONC); places are those of the text.

    What looks like either in a string, as `"https://..."`, is a part of it.
    """
    try:
        return loads(text, where)
    except FormatError:
        bare = _blanked(_LAST_COMMA, _blanked(_COMMENT, text))
        if bare == text:
            raise
        return loads(bare, where)


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    """The text with blanks for what is found, on the same lines; strings and comments that have no end stay."""
    parts, at = list[str](), 0
    for found in pattern.finditer(text):
        if found[0].startswith('"') or found.groupdict().get("open") is not None:
            continue
        parts += [text[at : found.start()], _SIGN.sub(" ", found[0])]
        at = found.end()
    return "".join([*parts, text[at:]])


def _check_size(text: str, where: str) -> None:
    if (values := text.count(",")) > MAX_VALUES:
        raise FormatError(f"{where}: expected at most {MAX_VALUES:,} values, saw {values:,} commas")
    depth = 0
    for bracket in _brackets(text):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise FormatError(f"{where}:{_deep(text)}: expected at most {MAX_DEPTH} levels, saw one more")


def _brackets(text: str) -> str:
    """The brackets of a text, without those inside strings."""
    bare = _STRING.sub("", text)
    return "".join(c for c in bare.translate(_BRACKETS) if c in "[]{}")


def _deep(text: str) -> str:
    depth = 0
    for token in _TOKEN.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth > MAX_DEPTH:
            return _line(text, token.start())
    raise AssertionError("the text is deep")


def whole(text: str) -> int:
    """A whole number of a length that a program can work with."""
    if len(text) > _MAX_DIGITS:
        raise BadText(f"expected a number of at most {_MAX_DIGITS} digits, saw one of {len(text)}", text)
    return int(text)


def decimal(text: str) -> Decimal:
    """A number with a point or an exponent, exactly as written; no NaN, no infinity, nothing out of all proportion."""
    if len(text) > _MAX_DIGITS:
        raise BadText(f"expected a number of at most {_MAX_DIGITS} digits, saw one of {len(text)}", text)
    number = Written(text)
    if not number.is_finite() or abs(number.adjusted()) > _MAX_EXPONENT:
        raise BadText(f"expected an amount from 1e-{_MAX_EXPONENT} to 1e{_MAX_EXPONENT}, saw {text}", text)
    return number


def _no_constant(text: str) -> NoReturn:
    raise BadText(f"expected a number, saw {text}", text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise BadText(f"the key {twice[:60]!r} stands twice in one object", key=twice)
    return found


def _place(text: str, error: BadText) -> int:
    """Where the bad token stands; by its letters where what comes behind it is no JSON."""
    try:
        return next(_places(text, error.token, error.key))
    except (StopIteration, IndexError, ValueError):
        return max(text.find(error.token), 0)


def _places(text: str, token: str, twice: str | None) -> Iterator[int]:
    """Where a token stands, or a key for the second time in its object."""
    open_objects: list[set[str]] = []
    last = None
    for found in _TOKEN.finditer(text):
        word = found[0]
        if word in "[{":
            open_objects.append(set())
        elif word in "]}":
            open_objects.pop()
        elif word == ":" and last and twice is not None:
            key = json.loads(last[0])
            if key == twice and key in open_objects[-1]:
                yield last.start()
            open_objects[-1].add(key)
        elif word == token:
            yield found.start()
        last = found


def _line(text: str, at: int) -> str:
    return f"{text.count(chr(10), 0, at) + 1}:{at - text.rfind(chr(10), 0, at)}"
