"""What the pricing page's components are given: Astro's wrapped JSON in the page, JSX attributes in its twin.

Both give the same plain values. A number keeps the text it was printed with (`Number`), so that no price ever
passes through a float; a call such as `pricingHtml("…")` becomes `{"__pricingHtml": "…"}`, as Astro writes it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from scraper.errors import LayoutChanged

_MAX_DEPTH = 24
_BLANK = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|-?\.[0-9]+")
_STRING = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_ATTRIBUTE = re.compile(r"[A-Za-z_][\w:.\-]*")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_WORDS = {"null": None, "undefined": None, "true": True, "false": False}


class Number(str):
    """A number as it was printed."""

    __slots__ = ()


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is not a price")


def astro_props(text: str) -> dict[str, Any]:
    """The attributes of an `<astro-island>`, unwrapped. Raises `LayoutChanged` on another wrapping."""
    try:
        data = json.loads(text, parse_float=Number, parse_int=Number, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise LayoutChanged(f"props of an island: expected JSON, saw {text[:60]!r} ({error})") from error
    if not isinstance(data, dict):
        raise LayoutChanged(f"props of an island: expected an object, saw {text[:60]!r}")
    return {name: _unwrapped(value, 0) for name, value in data.items()}


def _unwrapped(value: object, depth: int) -> Any:
    """Astro writes `[0, value]` for a value or object and `[1, [...]]` for a list."""
    if depth > _MAX_DEPTH or not isinstance(value, list) or not value or len(value) > 2:
        raise LayoutChanged(f"props of an island: expected [0, value] or [1, list], saw {str(value)[:60]!r}")
    kind, inner = value[0], value[1] if len(value) == 2 else None
    if kind == Number("1") and isinstance(inner, list):
        return [_unwrapped(item, depth + 1) for item in inner]
    if kind == Number("0") and isinstance(inner, Mapping):
        return {name: _unwrapped(item, depth + 1) for name, item in inner.items()}
    if kind == Number("0") and not isinstance(inner, list):
        return inner
    raise LayoutChanged(f"props of an island: expected [0, value] or [1, list], saw {str(value)[:60]!r}")


class Script:
    """A position in a JSX source. Every method takes what it names, or raises `LayoutChanged` with the place."""

    def __init__(self, text: str, at: int = 0) -> None:
        self.text, self.at = text, at

    def attributes(self) -> dict[str, Any]:
        """The attributes of the tag whose name ends here, up to and with its `>` or `/>`."""
        found: dict[str, Any] = {}
        while not (self._take("/>") or self._take(">")):
            name = self._match(_ATTRIBUTE, "an attribute or the end of the tag")[0]
            found[name] = self._attribute() if self._take("=") else True
        return found

    def _attribute(self) -> Any:
        if not self._take("{"):
            return self._string()
        value = self._value(0)
        self._need("}")
        return value

    def _value(self, depth: int) -> Any:
        if depth > _MAX_DEPTH:
            raise self._fail("a shallower value")
        if self._take("["):
            return self._list("]", depth)
        if self._take("{"):
            return self._object(depth)
        if self._peek() in "\"'`":
            return self._string()
        if number := _NUMBER.match(self.text, self.at):
            self.at = number.end()
            return Number(number[0])
        name = self._match(_NAME, "a value")[0]
        if self._take("("):
            arguments = self._list(")", depth)
            return {f"__{name}": arguments[0] if len(arguments) == 1 else arguments}
        if name not in _WORDS:
            raise self._fail("a value that stands in the page", name)
        return _WORDS[name]

    def _list(self, end: str, depth: int) -> list[Any]:
        items: list[Any] = []
        while not self._take(end):
            items.append(self._value(depth + 1))
            if not self._take(","):
                self._need(end)
                break
        return items

    def _object(self, depth: int) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        while not self._take("}"):
            name = self._string() if self._peek() in "\"'" else self._match(_NAME, "a field")[0]
            self._need(":")
            fields[name] = self._value(depth + 1)
            if not self._take(","):
                self._need("}")
                break
        return fields

    def _string(self) -> str:
        match = self._match(_STRING, "a string")
        inner = next(group for group in match.groups() if group is not None)
        if match[0].startswith("`") and "${" in inner:
            raise self._fail("a string without computed parts", match[0])
        return _ESCAPE.sub(_unescaped, inner)

    def _peek(self) -> str:
        self.at = _BLANK.match(self.text, self.at).end()  # type: ignore[union-attr]
        return self.text[self.at : self.at + 1] or " "

    def _take(self, word: str) -> bool:
        self._peek()
        taken = self.text.startswith(word, self.at)
        self.at += len(word) if taken else 0
        return taken

    def _need(self, word: str) -> None:
        if not self._take(word):
            raise self._fail(repr(word))

    def _match(self, pattern: re.Pattern[str], expected: str) -> re.Match[str]:
        self._peek()
        match = pattern.match(self.text, self.at)
        if not match:
            raise self._fail(expected)
        self.at = match.end()
        return match

    def _fail(self, expected: str, seen: str = "") -> LayoutChanged:
        seen = seen or self.text[self.at : self.at + 60] or "the end: the page is cut here"
        line = self.text.count("\n", 0, self.at) + 1
        return LayoutChanged(f"line {line} of the twin: expected {expected}, saw {seen!r}")


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    return chr(int(code[1:], 16)) if len(code) > 1 else _ESCAPES.get(code, code)
