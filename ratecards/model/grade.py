"""Whose word a source is, and how far it is trusted: the one table of both, for cards, costs and what is printed.

`docs/sources.md` has the same tables in words.
"""

from __future__ import annotations

# By source (`provider/source`), whose word it is. A provider's page that says what it sells is its documentation.
# Each source's vocabulary says it, and `python -m scraper readme` writes it here.
AUTHORITY = {
    "google/gemini-api": "documentation",
    "google/ai-studio-docs": "picker",
    "google/ai-studio": "picker",
    "google/vertex-ai": "separate",
    "google/cloud-billing": "billed",
    "openai/openai-api": "documentation",
    "anthropic/anthropic-api": "documentation",
    "laozhang/laozhang": "reseller",
    "google/enterprise": "by hand",
    "openai/image-guide": "by hand",
    "openai/image-tokens": "by hand",
}
# The sources of what others say of a page have names of their own; `provider` is whose price it is all the same.
REPORTED = "reported/"
# By authority, the grade of trust.
GRADES = {
    "documentation": "official",
    "separate": "official",
    "picker": "official",
    "billed": "billed",
    "by hand": "by hand",
    "reseller": "reseller",
    "reported": "reported",
}
# The grades of the sources of an answer together are the grade that stands last here.
ORDER = ("billed", "official", "by hand", "reseller", "reported", "")


def name_of(provider: str, source: str) -> str:
    """The name of a source: `provider/source`; of what is reported `reported/<name>`, whoever's price it is."""
    return source if source.startswith(REPORTED) else f"{provider}/{source}"


def authority(name: str) -> str:
    """Whose word the source of that name is; empty for one that no table has."""
    return "reported" if name.startswith(REPORTED) else AUTHORITY.get(name, "")


def grade(name: str) -> str:
    """The grade of trust of the source of that name; empty for one that no table has."""
    return GRADES.get(authority(name), "")


def least(names: list[str]) -> str:
    """The grade of what several sources say together: that of the one which is trusted least."""
    return max(map(grade, names), key=ORDER.index, default="")
