"""YAML as data: strings, true, false, null and integers; nothing else is guessed.

PyYAML reads `0.30` as a float, `no` as False, `1:30` as 90 and lets a duplicate key win silently. Here a plain
scalar that looks like another kind of number is refused (quote it), as are duplicate keys, tags and, in texts of our
own, anchors and aliases; in those of others an alias stands for what its anchor names, within bounds.
The values are built from the parser's events: a composed tree forgets which tags were written, and composing a
deeply nested text overruns the C stack.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import yaml

from ratecards.storage.bounded_json import MAX_VALUES

_INT = re.compile(r"(?:0|-?[1-9][0-9]{0,17})\Z")
_NUMBERISH = re.compile(r"[-+]?\.?[0-9][0-9_.,:eE+\-]*\Z|[-+]?0[xob][0-9a-f_]+\Z|[-+]?\.(?:inf|nan)\Z", re.IGNORECASE)
_WORDS = {"true": True, "false": False, "null": None}
_YAML11_WORDS = {"yes", "no", "on", "off", "y", "n", "~", "", "<<", "=", "true", "false", "null"}
_MAX_DEPTH = 40
_MERGE = "<<"
_PLAIN_STYLES = (None, "")  # the C and the Python parser say "plain" differently


class StrictYamlError(ValueError):
    """The text is not the strict subset; the message names line and column."""


def load(text: str, where: str, plain: Callable[[str], Any] | None = None) -> Any:
    """Parse one document. `where` names the file in errors. Raises `StrictYamlError`.

    `plain` reads the plain scalars of a text that others wrote, which quote no number; it may raise `ValueError`. Such
    a text may have anchors, aliases and merge keys (`<<`); a mapping's own keys go before those that it merges.
    """
    try:
        events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return _Reader(where, plain or _plain, aliases=plain is not None).document(events)
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise StrictYamlError(f"{where}: not YAML: {' '.join(str(error).split())}") from error


class _Anchored(NamedTuple):
    """A value with a name: how many values it is, each alias counted as all that it stands for, and how many levels."""

    value: Any
    size: int
    levels: int


class _Reader:
    """Builds values from events, in one file and by one reading of plain scalars.

    An alias gives the very value of its anchor. What that makes of a text is counted as if it were written out, so that
    a few lines cannot become more values or levels than a text may have.
    """

    def __init__(self, where: str, plain: Callable[[str], Any], *, aliases: bool) -> None:
        self._where, self._plain, self._aliases = where, plain, aliases
        self._anchors: dict[str, _Anchored | None] = {}  # None as long as the value is not whole
        self._size = self._deepest = 0

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
        if event.anchor and not self._aliases:  # an alias has one, too
            raise StrictYamlError(f"{self._place(event)}: anchors and aliases are not allowed")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, depth)
        if event.tag:
            raise StrictYamlError(f"{self._place(event)}: the tag {event.tag} is not allowed")
        if not event.anchor:
            return self._built(event, events, depth)
        self._anchors[event.anchor] = None
        size, above, self._deepest = self._size, self._deepest, depth
        value = self._built(event, events, depth)
        self._anchors[event.anchor] = _Anchored(value, self._size - size, self._deepest - depth)
        self._deepest = max(above, self._deepest)
        return value

    def _alias(self, event: Any, depth: int) -> Any:
        found = self._anchors.get(event.anchor)
        if found is None:
            stands = "stands inside itself" if event.anchor in self._anchors else "has no anchor above it"
            raise StrictYamlError(f"{self._place(event)}: the alias *{event.anchor[:60]} {stands}")
        self._grow(event, found.size, depth + found.levels)
        return found.value

    def _grow(self, event: Any, size: int, depth: int) -> None:
        """Count what an event adds. Raises `StrictYamlError` where that is more than a text may have."""
        self._size, self._deepest = self._size + size, max(self._deepest, depth)
        if self._deepest > _MAX_DEPTH:
            raise StrictYamlError(f"{self._place(event)}: nested deeper than {_MAX_DEPTH}")
        if self._size > MAX_VALUES:
            raise StrictYamlError(f"{self._place(event)}: expected at most {MAX_VALUES:,} values, aliases written out")

    def _built(self, event: Any, events: Iterator[Any], depth: int) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            self._grow(event, 1, depth)
            return self._scalar(event)
        self._grow(event, 1, depth + 1)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(item := next(events), yaml.SequenceEndEvent):
                items.append(self._value(item, events, depth + 1))
            return items
        mapping: dict[Any, Any] = {}
        merged: list[Any] = []
        while not isinstance(item := next(events), yaml.MappingEndEvent):
            key = self._value(item, events, depth + 1)
            merges = self._aliases and key == _MERGE and getattr(item, "style", "'") in _PLAIN_STYLES
            if isinstance(key, bool) or not isinstance(key, (str, int)) or key in mapping or (merges and merged):
                raise StrictYamlError(f"{self._place(item)}: the key {repr(key)[:60]} stands twice or is not a word")
            value = self._value(next(events), events, depth + 1)
            if merges:
                merged = value if isinstance(value, list) else [value]
                if not merged or not all(isinstance(one, dict) for one in merged):
                    raise StrictYamlError(f"{self._place(item)}: expected a mapping to merge, or several")
            else:
                mapping[key] = value
        for one in merged:
            for name, value in one.items():
                mapping.setdefault(name, value)
        return mapping

    def _place(self, event: Any) -> str:
        return f"{self._where}:{event.start_mark.line + 1}:{event.start_mark.column + 1}"

    def _scalar(self, event: Any) -> Any:
        if event.style not in _PLAIN_STYLES:
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
