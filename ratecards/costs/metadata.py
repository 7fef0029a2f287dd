"""The token counts of Google's APIs as plain counts: every token gets a name, or an error says which has none.

`usageMetadata` of generateContent, of the Live API and of embeddings, and the `usage` of the Interactions API; names in
camelCase, or in snake_case as the SDKs print them. https://ai.google.dev/api/generate-content#UsageMetadata,
https://ai.google.dev/api/live#UsageMetadata, https://ai.google.dev/gemini-api/docs/tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from ratecards.costs.usage import MOST, whole
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


def _uncounted(name: object, value: object, found: Mapping[Any, Any]) -> tuple[str, str]:
    """A field that is not known: words count nothing, anything else might."""
    if isinstance(value, str) and not value.strip().isdecimal():
        return "", ""
    from ratecards.costs import foreign

    raise CostError(foreign.unknown(str(name), found))


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
