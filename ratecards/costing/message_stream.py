"""The events of a stream of Anthropic's Messages API, as the message that they make up.

`message_start` has the message with its prompt counted and hardly any output, each `message_delta` counts that hold for
all of it so far and are never added up, and `message_stop` ends it; a count that a later event leaves out, or says null
of, stands as it was. https://platform.claude.com/docs/en/build-with-claude/streaming
"""

from __future__ import annotations

from collections.abc import Mapping

from ratecards.errors import CostError
from ratecards.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NO_END = "an event of a stream that ends no message"
CUT = "the stream is cut: it has no message_stop, and more may have been billed than it had counted until then"
NO_START = "a message_delta without its message_start: the stream is cut before it, and its prompt is not known"
# By the type of an event, the field that it has beside that.
_EVENTS = {
    "message_start": "message",
    "message_delta": "type",
    "content_block_start": "content_block",
    "content_block_delta": "delta",
    "content_block_stop": "index",
    "message_stop": "type",
    "ping": "type",
}
# What every message says of itself, where a gateway leaves it out.
_MESSAGE = {"type": "message", "role": "assistant"}
# Where what came of a message stands for the events after it.
_OPEN = "message_stream"


class Streamed(NamedTuple):
    """A message in the words of an answer, and what must be said of it."""

    message: Mapping[str, Any]
    notes: tuple[str, ...] = ()


def is_event(record: Mapping[Any, Any]) -> bool:
    """Whether a record is an event of such a stream."""
    kind = record.get("type")
    return isinstance(kind, str) and _EVENTS.get(kind) in record


def follow(event: Mapping[Any, Any], kept: dict[str, Any]) -> Streamed | None:
    """The message that ends with an event, also by another's beginning; None where none does.

    `kept` is what came before. Raises `CostError` on counts of a message whose beginning did not come.
    """
    kind, counted = event["type"], event.get("usage")
    if kind == "message_stop":
        return Streamed(kept.pop(_OPEN)) if _OPEN in kept else None
    if kind == "message_start" and isinstance(event["message"], Mapping):
        before = unfinished(kept)
        kept[_OPEN] = {**_MESSAGE, **event["message"]}
        return before
    if kind == "message_delta" and isinstance(counted, Mapping):
        if _OPEN not in kept:
            raise CostError(NO_START)
        said = {name: value for name, value in counted.items() if value is not None}
        kept[_OPEN] = {**kept[_OPEN], "usage": {**(kept[_OPEN].get("usage") or {}), **said}}
    return None


def unfinished(kept: dict[str, Any]) -> Streamed | None:
    """The message that began and did not end, as far as it came; None where there is none."""
    return Streamed(kept.pop(_OPEN), (CUT,)) if _OPEN in kept else None
