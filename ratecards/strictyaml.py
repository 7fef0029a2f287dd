"""YAML as data: strings, true, false, null and integers; nothing else is guessed and nothing is shared.

PyYAML reads `0.30` as a float, `no` as False, `1:30` as 90 and lets a duplicate key win silently. Here a plain
scalar that looks like another kind of number is refused (quote it), as are duplicate keys, aliases and tags.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

_INT = re.compile(r"(?:0|-?[1-9][0-9]*)\Z")
_NUMBERISH = re.compile(r"[-+]?\.?[0-9][0-9_.,:eE+\-]*\Z|[-+]?\.(?:inf|nan)\Z", re.IGNORECASE)
_WORDS = {"true": True, "false": False, "null": None}
_YAML11_BOOLEANS = {"yes", "no", "on", "off", "y", "n", "~"}
_TAG = re.compile(r"tag:yaml\.org,2002:(?:str|int|float|bool|null|timestamp|map|seq)\Z")
_MAX_DEPTH = 40


class StrictYamlError(ValueError):
    """The text is not the strict subset; the message names line and column."""


def load(text: str, where: str) -> Any:
    """Parse one document. `where` names the file in errors. Raises `StrictYamlError`."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = yaml.compose(text, Loader=loader)
    except (yaml.YAMLError, RecursionError) as error:
        raise StrictYamlError(f"{where}: not YAML: {' '.join(str(error).split())}") from error
    if node is None:
        raise StrictYamlError(f"{where}: empty, expected a mapping")
    return _value(node, where, set(), 0)


def _value(node: Any, where: str, seen: set[int], depth: int) -> Any:
    place = f"{where}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"
    if id(node) in seen:
        raise StrictYamlError(f"{place}: aliases are not allowed")
    if depth > _MAX_DEPTH:
        raise StrictYamlError(f"{place}: nested deeper than {_MAX_DEPTH}")
    if not _TAG.match(node.tag):
        raise StrictYamlError(f"{place}: the tag {node.tag} is not allowed")
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, place)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, where, seen, depth + 1) for item in node.value]
    mapping: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = _value(key_node, where, seen, depth + 1)
        if not isinstance(key, (str, int)) or key in mapping:
            raise StrictYamlError(f"{place}: the key {key!r} stands twice or is not a word")
        mapping[key] = _value(value_node, where, seen, depth + 1)
    return mapping


def _scalar(node: Any, place: str) -> Any:
    text = node.value
    if node.style not in (None, ""):  # the C and the Python parser say "plain" differently
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text):
        return int(text)
    if _NUMBERISH.match(text) or text.lower() in _YAML11_BOOLEANS or text == "":
        raise StrictYamlError(f"{place}: {text!r} must be quoted")
    return text
