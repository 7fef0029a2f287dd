"""Usage in the words of others: what it is, and what to do with it, for whoever brought it here."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from ratecards.costs.metadata import counts_tokens, spelled
from ratecards.costs.usage import FIELDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# What such a thing holds, and what it is.
_KNOWN = (
    ({"prompttokens", "completiontokens"}, "the usage of an OpenAI chat completion"),
    ({"inputtokensdetails", "outputtokensdetails"}, "the usage of OpenAI's Responses or Images API"),
    ({"inputtokendetails", "outputtokendetails", "cachedinputtokens"}, "the usage of an SDK (LangChain, Vercel AI)"),
    ({"tokens"}, "a line of a session's log"),
    ({"attributes"}, "a span of a trace"),
)
_EXPECTED = "expected usageMetadata, an answer that holds it, or plain counts"
_COUNTS = "say its counts as input_tokens, cached_tokens, output_tokens, thoughts_tokens"


def words(data: object) -> str:
    """Why something is no answer that can be read, and the way out, in one line."""
    if not isinstance(data, Mapping) or not data:
        return f"{_EXPECTED}; saw {_kind(data)}"
    fields = spelled(data)
    if isinstance(inner := fields.get("response"), Mapping) and counts_tokens(spelled(_usage(inner))):
        return (
            "saw a line of a batch's output: expected its answer alone, which stands under 'response', and --tier batch"
        )
    if isinstance(fields.get("error"), (str, Mapping)):
        return "saw an error and no answer: nothing was counted"
    if "contents" in fields:
        return "saw a request and no answer: expected what came back"
    if what := _known(_usage(data)) or _known(data):
        return f"saw {what}, which is not read here; {_COUNTS}"
    odd = [str(name) for name, value in data.items() if name not in FIELDS and isinstance(value, (int, float))]
    if odd and not any(isinstance(value, (Mapping, list)) for value in data.values()):
        return unknown(odd[0], {})
    return f"{_EXPECTED}; saw an object with {', '.join(repr(str(name)) for name in list(data)[:4])}"


def unknown(name: str, usage: Mapping[Any, Any]) -> str:
    """That a usage counts what is not known: whose it is, where that is known, else the nearest names."""
    if what := _known(usage):
        return f"saw {what}, which is not read here; {_COUNTS}"
    if name in FIELDS:
        other = next((str(other) for other in usage if other not in FIELDS), "")
        words = f"unknown count {other!r} beside the plain count {name!r}"
        return words if other else f"{name!r} is a plain count: it stands beside a usage, and not in one"
    near = difflib.get_close_matches(name, [*FIELDS, "usageMetadata", "promptTokenCount", "candidatesTokenCount"])
    return f"unknown count {name!r} in the usage" + (f"; nearest: {', '.join(near)}" if near else "")


def _known(data: Mapping[Any, Any]) -> str:
    fields = spelled(data).keys()
    return next((what for names, what in _KNOWN if names & fields), "")


def _usage(data: Mapping[Any, Any]) -> Mapping[Any, Any]:
    fields = spelled(data)
    found = fields.get("usagemetadata", fields.get("usage"))
    return found if isinstance(found, Mapping) else data


def _kind(data: object) -> str:
    if data is None or isinstance(data, (bool, int, float, str)):
        return repr(data)[:40]
    return f"an empty {type(data).__name__}" if data in ({}, [], ()) else f"a {type(data).__name__}"
