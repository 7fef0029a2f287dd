"""Where Google's API says what a call used, in the words of genai-prices: its extractor for `usageMetadata`."""

from __future__ import annotations

# Documents are billed as images, as genai-prices has no kind of token for them.
_MODALITIES = {"TEXT": "text", "AUDIO": "audio", "IMAGE": "image", "DOCUMENT": "image", "VIDEO": "video"}
_TOTALS = (
    ("promptTokenCount", "input_tokens"),
    ("toolUsePromptTokenCount", "input_tokens"),
    ("cachedContentTokenCount", "cache_read_tokens"),
    ("candidatesTokenCount", "output_tokens"),
    ("thoughtsTokenCount", "output_tokens"),
    ("thoughtsTokenCount", "output_reasoning_tokens"),
)
_DETAILS = (
    ("promptTokensDetails", "input_{}_tokens"),
    ("toolUsePromptTokensDetails", "input_{}_tokens"),
    ("cacheTokensDetails", "cache_{}_read_tokens"),
    ("candidatesTokensDetails", "output_{}_tokens"),
)


def extractor() -> dict[str, object]:
    """The extractor as plain data."""
    mappings = [_mapping(field, dest) for field, dest in _TOTALS]
    for field, dest in _DETAILS:
        for word, modality in _MODALITIES.items():
            match = {"type": "array-match", "field": "modality", "match": {"equals": word}}
            mappings.append(_mapping([field, match, "tokenCount"], dest.format(modality)))
    return {"api_flavor": "default", "root": "usageMetadata", "model_path": "modelVersion", "mappings": mappings}


def _mapping(path: object, dest: str) -> dict[str, object]:
    return {"path": path, "dest": dest, "required": False}
