"""The `usageMetadata` of Google's API as plain counts: every token of it gets a name, or an error says which has none.

https://ai.google.dev/api/generate-content#UsageMetadata. Takes the object itself, a whole response with it, or a list
of streamed chunks, of which the last one counts for all; names in camelCase, or in snake_case as the SDKs print them.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ratecards.usage import FIELDS, CostError, whole

_COUNTS = {
    "prompttokencount": "prompt",
    "cachedcontenttokencount": "cached",
    "candidatestokencount": "output",
    "responsetokencount": "output",
    "thoughtstokencount": "thoughts",
    "tooluseprompttokencount": "tool",
    "totaltokencount": "total",
}
_DETAILS = {
    "prompttokensdetails": "prompt",
    "cachetokensdetails": "cached",
    "candidatestokensdetails": "output",
    "responsetokensdetails": "output",
    "tooluseprompttokensdetails": "tool",
}
_WORDS = {"prompt": "prompt", "cached": "cached", "output": "output", "tool": "tool-use"}


def plain(data: object) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Plain counts, and what had to be read into them. Raises `CostError`."""
    notes: list[str] = []
    found = _usage(data, notes)
    counts: dict[str, int] = {}
    details: dict[str, dict[str, int]] = {}
    for name, value in found.items():
        folded = _folded(name)
        if value is None:
            continue
        if folded in _COUNTS:
            counts[_COUNTS[folded]] = whole(name, value)
        elif folded in _DETAILS:
            details[_DETAILS[folded]] = _modalities(name, value)
        elif not isinstance(value, str):
            raise CostError(_unknown(name))
    split = {part: _split(part, counts.get(part, 0), details.get(part), notes) for part in _WORDS}
    _adds_up(counts)
    inputs = split["prompt"]
    for modality, tokens in split["tool"].items():
        inputs[modality] = inputs.get(modality, 0) + tokens
    usage = {"input_tokens": inputs, "cached_tokens": split["cached"], "output_tokens": split["output"]}
    return {**usage, "thoughts_tokens": counts.get("thoughts", 0)}, tuple(notes)


def _folded(name: object) -> str:
    return str(name).replace("_", "").lower()


def _usage(data: object, notes: list[str]) -> Mapping[str, Any]:
    """The usage object, wherever it stands in what the API sent."""
    chunks = data if isinstance(data, list) else [data]
    for chunk in reversed(chunks):
        if not isinstance(chunk, Mapping):
            break
        holder = {_folded(name): value for name, value in chunk.items()}
        if isinstance(inner := holder.get("usagemetadata"), Mapping):
            _searched(holder.get("candidates"), notes)
            return inner
        if set(holder) & {*_COUNTS, *_DETAILS}:
            return chunk
        if unknown := [name for name in chunk if name not in FIELDS and not isinstance(data, list)]:
            raise CostError(_unknown(str(unknown[0])))
    raise CostError("expected usageMetadata, a response that holds it, or plain counts; saw none of them")


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, [*FIELDS, "usageMetadata", "promptTokenCount", "candidatesTokenCount"])
    return f"unknown count {name!r} in the usage" + (f"; nearest: {', '.join(near)}" if near else "")


def _searched(candidates: object, notes: list[str]) -> None:
    """A grounded answer names its searches outside the usage: they cost money that the tokens do not show."""
    found = [c for c in candidates if isinstance(c, Mapping)] if isinstance(candidates, list) else []
    grounds = [{_folded(n): v for n, v in g.items()} for c in found if isinstance(g := _grounding(c), Mapping)]
    queries = sum(len(g["websearchqueries"]) for g in grounds if isinstance(g.get("websearchqueries"), list))
    if queries:
        notes.append(f"the answer was grounded: {queries} search queries (1 grounded prompt) are not in these counts")


def _grounding(candidate: Mapping[str, Any]) -> object:
    return next((value for name, value in candidate.items() if _folded(name) == "groundingmetadata"), None)


def _modalities(name: str, value: object) -> dict[str, int]:
    """Tokens by modality of a list of details; a count of zero is left out by the API."""
    counts: dict[str, int] = {}
    for entry in value if isinstance(value, list) else [value]:
        fields = {_folded(n): v for n, v in entry.items()} if isinstance(entry, Mapping) else {}
        modality = fields.get("modality")
        if not isinstance(modality, str):
            raise CostError(f"{name}: expected a list of modality and tokenCount, saw {entry!r}")
        key = "" if modality == "MODALITY_UNSPECIFIED" else modality.rpartition(".")[2].lower()
        counts[key] = counts.get(key, 0) + whole(f"{name} {modality}", fields.get("tokencount") or 0)
    return counts


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


def _adds_up(counts: Mapping[str, int]) -> None:
    """The parts are the total: a part without a name would cost nothing, unseen."""
    parts = sum(counts.get(name, 0) for name in ("prompt", "tool", "output", "thoughts"))
    if "total" in counts and counts["total"] != parts:
        raise CostError(
            f"the usage does not add up: its parts are {parts} tokens, totalTokenCount is {counts['total']}"
        )


def parsed(text: str | bytes, where: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Plain counts from a JSON text: a usage, plain or the API's, or a response. Raises `CostError` naming `where`."""
    try:
        data = json.loads(text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise CostError(f"{where}: not JSON: {error}") from error
    if isinstance(data, dict) and data and set(data) <= set(FIELDS):
        return data, ()
    try:
        return plain(data)
    except CostError as error:
        raise CostError(f"{where}: {error}") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice[:60]!r} stands twice in one object")
    return found


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no number")
