"""What Google's APIs count, as plain counts: every token gets a name, or an error says which has none.

`usageMetadata` of generateContent, of the Live API and of embeddings, and the `usage` of the Interactions API; names in
camelCase, or in snake_case as the SDKs print them. https://ai.google.dev/api/generate-content#UsageMetadata,
https://ai.google.dev/api/live#UsageMetadata, https://ai.google.dev/gemini-api/docs/tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from ratecards import wording
from ratecards.costing.counts import FIELDS, MOST, whole
from ratecards.costing.days import instant
from ratecards.errors import CostError
from ratecards.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Counted(NamedTuple):
    """Plain counts, what must be said of them, and what else a usage says: service tiers, uses of tools.

    `lacks` is a count without which the others are not all, and why: it must be given beside them.
    """

    counts: dict[str, Any]
    notes: tuple[str, ...] = ()
    tiers: tuple[object, ...] = ()
    tools: Mapping[str, int] = {}
    lacks: tuple[str, str] = ("", "")


_PARTS = {
    "prompt": ("promptTokenCount", "totalInputTokens"),
    "cached": ("cachedContentTokenCount", "totalCachedTokens"),
    "output": ("candidatesTokenCount", "responseTokenCount", "totalOutputTokens"),
    "thoughts": ("thoughtsTokenCount", "totalThoughtTokens"),
    "tool": ("toolUsePromptTokenCount", "totalToolUseTokens"),
    "total": ("totalTokenCount", "totalTokens"),
}
_DETAILS = {
    "prompt": ("promptTokensDetails", "promptTokenDetails", "inputTokensByModality"),
    "cached": ("cacheTokensDetails", "cachedTokensByModality"),
    "output": ("candidatesTokensDetails", "responseTokensDetails", "outputTokensByModality"),
    "tool": ("toolUsePromptTokensDetails", "toolUseTokensByModality"),
}
_OTHERS = {"tier": ("serviceTier", "trafficType"), "tools": ("groundingToolCount",)}
_WORDS = {"prompt": "prompt", "cached": "cached", "output": "output", "tool": "tool-use"}
# By their numbers, as protocol buffers write them.
_MODALITIES = ("", "text", "image", "video", "audio", "document")
_TRAFFIC = dict(enumerate(("", "ON_DEMAND", "PROVISIONED_THROUGHPUT", "ON_DEMAND_PRIORITY", "ON_DEMAND_FLEX")))
_UNSAID = ("", "modality_unspecified")
_SPELLED = {modality.upper(): modality for modality in _MODALITIES if modality}


@lru_cache(maxsize=4096)
def folded(name: object) -> str:
    """A field's name without its spelling: `promptTokenCount` and `prompt_token_count` are one."""
    return str(name).replace("_", "").lower()


def spelled(fields: Mapping[Any, Any]) -> dict[str, Any]:
    """Fields by their folded names."""
    return {folded(name): value for name, value in fields.items()}


def _named() -> Iterator[tuple[str, tuple[str, str]]]:
    for kind, table in (("count", _PARTS), ("details", _DETAILS)):
        for part, names in table.items():
            yield from ((folded(name), (kind, part)) for name in names)
    for kind, names in _OTHERS.items():
        yield from ((folded(name), (kind, "")) for name in names)


_FIELDS = dict(_named())
# What a Live usage counts and no other does; its total may leave out what the model thought and what its tools said.
_LIVE = {"responsetokencount", "responsetokensdetails"}


_COUNTING = frozenset(name for name, (kind, _) in _FIELDS.items() if kind in ("count", "details"))


def counts_tokens(fields: Mapping[str, object]) -> bool:
    """Whether folded fields are those of a usage of Google's."""
    return not _COUNTING.isdisjoint(fields)


def is_live(fields: Mapping[str, object]) -> bool:
    """Whether folded fields are those of a usage of the Live API."""
    return not _LIVE.isdisjoint(fields)


def tokens(found: Mapping[Any, Any]) -> Counted:
    """A usage as plain counts. Raises `CostError` where a token has no name, or the parts are not the total."""
    counts: dict[str, int] = {}
    details: dict[str, dict[str, int]] = {}
    notes: list[str] = []
    tiers: list[object] = []
    tools: dict[str, int] = {}
    live = False
    for name, value in found.items():
        if value is None:
            continue
        known = folded(name)
        kind, part = _FIELDS.get(known) or _uncounted(name, value, found)
        if kind == "count":
            counts[part] = value if type(value) is int and 0 <= value <= MOST else whole(name, value)
            live = live or known in _LIVE
        elif kind == "details":
            details[part] = _modalities(name, value)
        elif kind == "tier":
            tiers.append(_TRAFFIC.get(value, value) if known == "traffictype" and type(value) is int else value)
        elif kind == "tools":
            tools = _tools(name, value)
    inputs, cached, output, tool = [_split(p, counts.get(p, 0), details.get(p), notes) for p in _WORDS]
    for modality, number in tool.items():
        inputs[modality] = inputs.get(modality, 0) + number
    _adds_up(counts, notes, live=live)
    usage = {"input_tokens": inputs, "cached_tokens": cached, "output_tokens": output}
    return Counted({**usage, "thoughts_tokens": counts.get("thoughts", 0)}, tuple(notes), tuple(tiers), tools)


_TEXT = {
    "promptTokenCount": 0,
    "cachedContentTokenCount": 1,
    "candidatesTokenCount": 2,
    "thoughtsTokenCount": 3,
    "totalTokenCount": 4,
}
_TEXT_DETAILS = {"promptTokensDetails": 0, "cacheTokensDetails": 1, "candidatesTokensDetails": 2}


def text_tokens(usage: object) -> tuple[int, int, int, int, str] | None:
    """What was sent, of that cached, answered and thought, and the tier's word, of a usage of text that adds up.

    None where it is anything else, which `tokens` must look at: these are what that says, sooner.
    """
    if usage.__class__ is not dict:
        return None
    found, details, tier = [0, 0, 0, 0, -1], [], ""
    for name, value in usage.items():
        place = _TEXT.get(name)
        if place is not None:
            if value.__class__ is not int or not 0 <= value <= MOST:
                return None
            found[place] = value
        elif name in _TEXT_DETAILS:
            if value.__class__ is not list or len(value) != 1 or value[0].__class__ is not dict or len(value[0]) != 2:
                return None
            if value[0].get("modality") != "TEXT":
                return None
            details.append((_TEXT_DETAILS[name], value[0].get("tokenCount")))
        elif name in ("trafficType", "serviceTier") and not tier and value.__class__ is str:
            tier = value
        else:
            return None
    sent, cached, out, thoughts, total = found
    if total != sent + out + thoughts and total != -1:
        return None
    for place, number in details:
        if number.__class__ is not int or number != found[place]:
            return None
    return sent, cached, out, thoughts, tier


def _uncounted(name: object, value: object, found: Mapping[Any, Any]) -> tuple[str, str]:
    """A field that is not known: words count nothing, anything else might."""
    if isinstance(value, str) and not value.strip().isdecimal():
        return "", ""
    raise CostError(unknown(str(name), found))


def _modalities(name: object, value: object) -> dict[str, int]:
    """Tokens by modality of a list of details. A count of zero is left out by the API, and so is text."""
    counts: dict[str, int] = {}
    for entry in value if isinstance(value, list) else [value]:
        if not isinstance(entry, Mapping):
            raise CostError(f"{name}: expected a list of modality and tokenCount, saw {entry!r}")
        word, number = entry.get("modality"), entry.get("tokenCount")
        key = _SPELLED.get(word) if type(word) is str else None
        if key is None or type(number) is not int or not 0 <= number <= MOST:  # not as the API itself spells it
            fields = spelled(entry)
            key = _modality(name, fields.get("modality"))
            number = whole(f"{name} {key}", fields.get("tokencount", fields.get("tokens")) or 0)
        counts[key] = counts.get(key, 0) + number
    return counts


def _modality(name: object, value: object) -> str:
    """A modality in our word; unspecified is text (https://cloud.google.com/vertex-ai, ModalityTokenCount)."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(_MODALITIES):
        value = _MODALITIES[value]
    if value is not None and not isinstance(value, str):
        raise CostError(f"{name}: expected a modality such as TEXT, saw {value!r}")
    word = value.rpartition(".")[2].lower() if value else ""
    return "text" if word in _UNSAID else word


def _tools(name: object, value: object) -> dict[str, int]:
    """How often a tool was used, by its type: `[{"type": "google_search", "count": 2}]`."""
    entries = value if isinstance(value, list) else [value]
    fields = [spelled(entry) for entry in entries if isinstance(entry, Mapping)]
    if len(fields) < len(entries):
        raise CostError(f"{name}: expected a list of type and count, saw {value!r}")
    return {str(f.get("type", "")).lower(): whole(f"{name} count", f.get("count") or 0) for f in fields}


def _split(part: str, total: int, details: dict[str, int] | None, notes: list[str]) -> dict[str, int]:
    """A count by modality. What the details leave over is text: they name what is not."""
    if details is None:
        if total and part != "output":
            notes.append(f"the {_WORDS[part]} tokens name no modality")
        return {"": total} if total else {}
    left = total - sum(details.values())
    if left < 0:
        raise CostError(f"the details of the {_WORDS[part]} tokens add up to {total - left}, the count says {total}")
    if left:
        notes.append(f"{left} {_WORDS[part]} tokens of no named modality are taken as text")
        details["text"] = details.get("text", 0) + left
    return details


def _adds_up(counts: Mapping[str, int], notes: list[str], *, live: bool) -> None:
    """The parts are the total: a part without a name would cost nothing, unseen. A Live total may leave out two."""
    total = counts.get("total")
    tool, thoughts = counts.get("tool", 0), counts.get("thoughts", 0)
    parts = counts.get("prompt", 0) + counts.get("output", 0) + tool + thoughts
    if total is None or total == parts:
        return
    if live and parts - total in (tool, thoughts, tool + thoughts):
        notes.append(f"totalTokenCount leaves out {parts - total} tokens of thoughts or tool use; they are counted")
        return
    raise CostError(f"the usage does not add up: its parts are {parts} tokens, totalTokenCount is {total}")


# ---------------------------------------------------------------------------------------------- what is not known


def unknown(name: str, usage: Mapping[Any, Any]) -> str:
    """That a usage counts what is not known, and the nearest names."""
    if name in FIELDS:
        other = next((str(other) for other in usage if other not in FIELDS), "")
        words = f"unknown count {other!r} beside the plain count {name!r}"
        return words if other else f"{name!r} is a plain count: it stands beside a usage, and not in one"
    import difflib

    near = difflib.get_close_matches(name, [*FIELDS, "usageMetadata", "promptTokenCount", "candidatesTokenCount"])
    return f"unknown count {name!r} in the usage" + (f"; nearest: {', '.join(near)}" if near else "")


# ---------------------------------------------------------------------------------------------- what counts no tokens


_PICTURE = ("bytesbase64encoded", "gcsuri")
# What a prediction holds in the place of a picture, or beside it.
_FILTERED = ("raifilteredreason", "safetyattributes")
_INSIDE, _VIDEOS = ("response", "result", "generatevideoresponse"), ("generatedsamples", "generatedvideos", "videos")
_STORED = (
    "the storage of a cache from createTime to expireTime; what is written to it and read is billed with the calls"
)


def made(fields: Mapping[str, Any]) -> Counted | None:
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


def _moment(name: str, fields: Mapping[str, Any]) -> datetime | None:
    found = instant(name, fields.get(folded(name)))
    return found if isinstance(found, datetime) else None


def cache(fields: Mapping[str, Any], usage: Mapping[str, Any]) -> Counted:
    """The storage of a cache: its tokens times the hours of its life, in millionths. Raises `CostError`."""
    kept = whole("totalTokenCount", usage.get("totaltokencount"))
    start, end = (_moment(n, fields) for n in ("createTime", "expireTime"))
    if start is None or end is None:
        words = "createTime and expireTime are needed for its storage, or say it as cache_token_hours"
        return Counted({}, lacks=("cache_token_hours", f"the cache holds {kept} tokens; {words}"))
    seconds = Decimal(str((end - start).total_seconds()))
    hours = (kept * seconds / 3600).quantize(Decimal("0.000001")).normalize()
    return Counted({"cache_token_hours": hours}, (_STORED,))


# ---------------------------------------------------------------------------------------------------------- grounding


_SEARCH = ("search_queries", "grounded_prompts", "search_requests")
_MAPS = ("maps_prompts", "maps_queries", "maps_requests")


def grounding_notes(
    parts: Sequence[Mapping[str, Any]], tools: Mapping[str, int], counts: Mapping[str, object]
) -> list[str]:
    """What is not in the counts, of an answer's parts by folded names and the uses of tools that its usage counts."""
    grounds = [found for part in parts for found in _grounds(part)]
    if not grounds and not tools:
        return []
    queries: dict[str, None] = {}
    kinds: dict[str, None] = {}
    for found in grounds:
        asked = [q for name in ("websearchqueries", "imagesearchqueries") for q in _list(found.get(name))]
        queries.update(dict.fromkeys(q.strip() for q in asked if isinstance(q, str) and q.strip()))
        chunks = [spelled(c) for c in _list(found.get("groundingchunks")) if isinstance(c, Mapping)]
        kinds.update(dict.fromkeys(name for c in chunks for name in c if c[name]))
        if found.get("googlemapswidgetcontexttoken"):
            kinds["maps"] = None
    searches, maps = len(queries) or tools.get("google_search", 0), tools.get("google_maps", 0)
    made = []
    if (searches or {"web", "image"} & kinds.keys()) and not any(counts.get(name) for name in _SEARCH):
        many = f"{searches} search {'query' if searches == 1 else 'queries'}" if searches else ""
        made.append(_note("Google Search", many, "search_queries or grounded_prompts"))
    if (maps or "maps" in kinds) and not any(counts.get(name) for name in _MAPS):
        many = f"{maps} use{'s' * (maps != 1)} of it" if maps else ""
        made.append(_note("Google Maps", many, "maps_prompts or maps_queries"))
    if "retrievedcontext" in kinds or tools.get("retrieval"):
        made.append("the answer was grounded with data of its own: what retrieval costs is not in these counts")
    return made


def _note(what: str, many: str, fields: str) -> str:
    words = f"{many} (1 grounded prompt)" if many else "1 grounded prompt"
    return f"the answer was grounded with {what}: not in these counts: {words}; add {fields}"


def _grounds(part: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The grounding metadata of an answer's candidates, or of a message of the Live API, by folded names."""
    for holder in (*_list(part.get("candidates")), part.get("servercontent")):
        if isinstance(holder, Mapping):
            for name, value in holder.items():
                if folded(name) == "groundingmetadata" and isinstance(value, Mapping):
                    yield spelled(value)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
