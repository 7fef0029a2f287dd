"""What an answer was grounded with: it costs money, and stands outside the usage.

Gemini 3 is billed by the query, each that is not empty once; models before it by the prompt
(https://ai.google.dev/gemini-api/docs/google-search, https://ai.google.dev/gemini-api/docs/maps-grounding).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ratecards.costs.metadata import folded, spelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SEARCH = ("search_queries", "grounded_prompts", "search_requests")
_MAPS = ("maps_prompts", "maps_queries", "maps_requests")


def notes(parts: Sequence[Mapping[str, Any]], tools: Mapping[str, int], counts: Mapping[str, object]) -> list[str]:
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
