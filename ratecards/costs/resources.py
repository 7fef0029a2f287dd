"""Answers of Google's APIs that count no tokens, or not in a usage: pictures, videos, embeddings, caches.

Imagen's `predictions`, the operations of Veo, a resource of cachedContents, the embeddings of the Agent Platform; each
as a folded mapping of its fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from ratecards import wording
from ratecards.costs.metadata import Counted, spelled
from ratecards.costs.usage import whole
from ratecards.errors import CostError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PICTURE = ("bytesbase64encoded", "gcsuri")
# What a prediction holds in the place of a picture, or beside it.
_FILTERED = ("raifilteredreason", "safetyattributes")
_INSIDE, _VIDEOS = ("response", "result", "generatevideoresponse"), ("generatedsamples", "generatedvideos", "videos")
_STORED = (
    "the storage of a cache from createTime to expireTime; what is written to it and read is billed with the calls"
)


def counted(fields: Mapping[str, Any]) -> Counted | None:
    """What was made; None where it is none of these. Raises `CostError` on an operation that has made nothing yet."""
    predictions = fields.get("predictions")
    if isinstance(predictions, list):
        return _predictions([spelled(p) for p in predictions if isinstance(p, Mapping)])
    if isinstance(pictures := fields.get("generatedimages"), list):
        return Counted({"images": sum(isinstance(p, Mapping) and bool(spelled(p).get("image")) for p in pictures)})
    if (videos := _videos(fields)) is None:
        return None
    many = wording.count(len(videos), "video")
    words = f"the operation names {many} of {maker(fields) or 'a model'}, and not how long"
    return Counted({}, lacks=("seconds", f"{words}; add their seconds in all: --seconds 720p=8 (`seconds`)"))


def maker(fields: Mapping[str, Any]) -> str:
    """The model whose operation it is: of `models/veo-3.1-generate-preview/operations/abc` what stands before that."""
    path, operation, _ = str(fields.get("name") or "").partition("/operations/")
    return path if operation and "models/" in path else ""


def _predictions(found: Sequence[Mapping[str, Any]]) -> Counted | None:
    """Pictures, of which filtered ones hold none; or embeddings of text, each with its number of tokens."""
    texts = [spelled(p["embeddings"]) for p in found if isinstance(p.get("embeddings"), Mapping)]
    if statistics := [spelled(t["statistics"]) for t in texts if isinstance(t.get("statistics"), Mapping)]:
        return Counted({"input_tokens": sum(_whole(each.get("tokencount")) for each in statistics)})
    if not found or not all(p.keys() & {*_PICTURE, *_FILTERED} for p in found):
        return None
    return Counted({"images": sum(any(p.get(name) for name in _PICTURE) for p in found)})


def _whole(value: object) -> int:
    """A number of tokens, which some answers write as `6.0`."""
    number = int(value) if isinstance(value, (float, Decimal)) and value == value // 1 else value
    return whole("token_count", number)


def _videos(fields: Mapping[str, Any]) -> list[object] | None:
    """The videos of an operation; None where it is no operation that makes any."""
    holder = fields
    while isinstance(inner := next((holder[n] for n in _INSIDE if n in holder), None), Mapping):
        holder = spelled(inner)
    found = next((holder[name] for name in _VIDEOS if name in holder), None)
    if isinstance(found, list):
        return found
    if maker(fields) and not fields.get("done"):
        raise CostError(f"the operation {fields['name']} is not done: it names no videos yet")
    return None


def is_cache(fields: Mapping[str, Any]) -> bool:
    """Whether it is a cache that is kept, and no answer that was read from one."""
    return "expiretime" in fields or "cachedContents/" in str(fields.get("name"))


def cache(fields: Mapping[str, Any], usage: Mapping[str, Any]) -> Counted:
    """The storage of a cache: its tokens times the hours of its life, in millionths. Raises `CostError`."""
    kept = whole("totalTokenCount", usage.get("totaltokencount"))
    start, end = instant("createTime", fields.get("createtime")), instant("expireTime", fields.get("expiretime"))
    if start is None or end is None:
        words = "createTime and expireTime are needed for its storage, or say it as cache_token_hours"
        return Counted({}, lacks=("cache_token_hours", f"the cache holds {kept} tokens; {words}"))
    seconds = Decimal(str((end - start).total_seconds()))
    hours = (kept * seconds / 3600).quantize(Decimal("0.000001")).normalize()
    return Counted({"cache_token_hours": hours}, (_STORED,))


def instant(name: str, value: object) -> datetime | None:
    """An instant in UTC, which one without an offset is; None for nothing. Raises `CostError`."""
    if value is None or value == "":
        return None
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise CostError(f"{name}: expected an instant like 2026-03-24T09:00:00Z, saw {value!r}") from error
