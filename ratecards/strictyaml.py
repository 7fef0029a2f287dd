"""YAML as data: strings, true, false, null and integers; nothing else is guessed and nothing is shared.

PyYAML reads `0.30` as a float, `no` as False, `1:30` as 90 and lets a duplicate key win silently. Here a plain
scalar that looks like another kind of number is refused (quote it), as are duplicate keys, anchors, aliases and tags.
The values are built from the parser's events: a composed tree forgets which tags were written, and composing a
deeply nested text overruns the C stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

_INT = re.compile(r"(?:0|-?[1-9][0-9]{0,17})\Z")
_NUMBERISH = re.compile(r"[-+]?\.?[0-9][0-9_.,:eE+\-]*\Z|[-+]?0[xob][0-9a-f_]+\Z|[-+]?\.(?:inf|nan)\Z", re.IGNORECASE)
_WORDS = {"true": True, "false": False, "null": None}
_YAML11_WORDS = {"yes", "no", "on", "off", "y", "n", "~", "", "<<", "=", "true", "false", "null"}
_MAX_DEPTH = 40


class StrictYamlError(ValueError):
    """The text is not the strict subset; the message names line and column."""


def load(text: str, where: str) -> Any:
    """Parse one document. `where` names the file in errors. Raises `StrictYamlError`."""
    try:
        return _document(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)), where)
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise StrictYamlError(f"{where}: not YAML: {' '.join(str(error).split())}") from error


def _document(events: Iterator[Any], where: str) -> Any:
    next(events)  # the stream starts
    if isinstance(next(events), yaml.StreamEndEvent):
        raise StrictYamlError(f"{where}: empty, expected a mapping")
    value = _value(next(events), events, where, 0)
    next(events)  # the document ends
    if not isinstance(next(events), yaml.StreamEndEvent):
        raise StrictYamlError(f"{where}: expected a single document, saw another")
    return value


def _value(event: Any, events: Iterator[Any], where: str, depth: int) -> Any:
    place = _place(event, where)
    if event.anchor:  # an alias has one, too
        raise StrictYamlError(f"{place}: anchors and aliases are not allowed")
    if event.tag:
        raise StrictYamlError(f"{place}: the tag {event.tag} is not allowed")
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event, place)
    if depth >= _MAX_DEPTH:
        raise StrictYamlError(f"{place}: nested deeper than {_MAX_DEPTH}")
    if isinstance(event, yaml.SequenceStartEvent):
        items = []
        while not isinstance(item := next(events), yaml.SequenceEndEvent):
            items.append(_value(item, events, where, depth + 1))
        return items
    mapping: dict[Any, Any] = {}
    while not isinstance(item := next(events), yaml.MappingEndEvent):
        key = _value(item, events, where, depth + 1)
        if isinstance(key, bool) or not isinstance(key, (str, int)) or key in mapping:
            raise StrictYamlError(f"{_place(item, where)}: the key {key!r} stands twice or is not a word")
        mapping[key] = _value(next(events), events, where, depth + 1)
    return mapping


def _place(event: Any, where: str) -> str:
    return f"{where}:{event.start_mark.line + 1}:{event.start_mark.column + 1}"


def _scalar(event: Any, place: str) -> Any:
    text = event.value
    if event.style not in (None, ""):  # the C and the Python parser say "plain" differently
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text):
        return int(text)
    if _NUMBERISH.match(text) or text.lower() in _YAML11_WORDS:
        raise StrictYamlError(f"{place}: {text[:40]!r} must be quoted")
    return text
