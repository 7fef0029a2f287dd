"""Plain data as the text of a file: the same bytes for the same data, amounts as the digits they have."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ratecards.model import plain
from ratecards.storage.codec import dumps


def json_value(value: object) -> str:
    """JSON on one line; a `Decimal` is a number with its own digits."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{dumps(str(name))}: {json_value(v)}" for name, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(json_value, value)) + "]"
    return dumps(value)


def json_models(head: Mapping[str, object], models: Mapping[str, object] | list[object]) -> str:
    """An object with its models last, one a line, so that a reviewer reads the diff."""
    start = json_value(head)[:-1] + (", " if head else "") + '"models": '
    if isinstance(models, list):
        return start + "[" + ",".join(f"\n{json_value(m)}" for m in models) + "\n]}"
    return start + "{" + ",".join(f"\n{dumps(name)}: {json_value(m)}" for name, m in models.items()) + "\n}}"
