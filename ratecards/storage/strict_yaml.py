"""YAML as data: strings, true, false, null and integers; nothing else is guessed and nothing is shared.

PyYAML reads `0.30` as a float, `no` as False, `1:30` as 90 and lets a duplicate key win silently. Here a plain
scalar that looks like another kind of number is refused (quote it), as are duplicate keys, anchors, aliases and tags.
The values are built from the parser's events: a composed tree forgets which tags were written, and composing a
deeply nested text overruns the C stack.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

_INT = re.compile(r"(?:0|-?[1-9][0-9]{0,17})\Z")
_NUMBERISH = re.compile(r"[-+]?\.?[0-9][0-9_.,:eE+\-]*\Z|[-+]?0[xob][0-9a-f_]+\Z|[-+]?\.(?:inf|nan)\Z", re.IGNORECASE)
_WORDS = {"true": True, "false": False, "null": None}
_YAML11_WORDS = {"yes", "no", "on", "off", "y", "n", "~", "", "<<", "=", "true", "false", "null"}
_MAX_DEPTH = 40


class StrictYamlError(ValueError):
    """The text is not the strict subset; the message names line and column."""


def load(text: str, where: str, plain: Callable[[str], Any] | None = None) -> Any:
    """Parse one document. `where` names the file in errors. Raises `StrictYamlError`.

    `plain` reads the plain scalars of a text that others wrote, which quote no number; it may raise `ValueError`.
    """
    try:
        events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return _Reader(where, plain or _plain).document(events)
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise StrictYamlError(f"{where}: not YAML: {' '.join(str(error).split())}") from error


class _Reader:
    """Builds values from events, in one file and by one reading of plain scalars."""

    def __init__(self, where: str, plain: Callable[[str], Any]) -> None:
        self._where, self._plain = where, plain

    def document(self, events: Iterator[Any]) -> Any:
        next(events)  # the stream starts
        if isinstance(next(events), yaml.StreamEndEvent):
            raise StrictYamlError(f"{self._where}: empty, expected a mapping")
        value = self._value(next(events), events, 0)
        next(events)  # the document ends
        if not isinstance(next(events), yaml.StreamEndEvent):
            raise StrictYamlError(f"{self._where}: expected a single document, saw another")
        return value

    def _value(self, event: Any, events: Iterator[Any], depth: int) -> Any:
        if event.anchor:  # an alias has one, too
            raise StrictYamlError(f"{self._place(event)}: anchors and aliases are not allowed")
        if event.tag:
            raise StrictYamlError(f"{self._place(event)}: the tag {event.tag} is not allowed")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if depth >= _MAX_DEPTH:
            raise StrictYamlError(f"{self._place(event)}: nested deeper than {_MAX_DEPTH}")
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(item := next(events), yaml.SequenceEndEvent):
                items.append(self._value(item, events, depth + 1))
            return items
        mapping: dict[Any, Any] = {}
        while not isinstance(item := next(events), yaml.MappingEndEvent):
            key = self._value(item, events, depth + 1)
            if isinstance(key, bool) or not isinstance(key, (str, int)) or key in mapping:
                raise StrictYamlError(f"{self._place(item)}: the key {repr(key)[:60]} stands twice or is not a word")
            mapping[key] = self._value(next(events), events, depth + 1)
        return mapping

    def _place(self, event: Any) -> str:
        return f"{self._where}:{event.start_mark.line + 1}:{event.start_mark.column + 1}"

    def _scalar(self, event: Any) -> Any:
        if event.style not in (None, ""):  # the C and the Python parser say "plain" differently
            return event.value
        try:
            return self._plain(event.value)
        except ValueError as error:
            raise StrictYamlError(f"{self._place(event)}: {error}") from error


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text):
        return int(text)
    if _NUMBERISH.match(text) or text.lower() in _YAML11_WORDS:
        raise ValueError(f"{text[:40]!r} must be quoted")
    return text
