"""Scraped words made safe for where a site puts them: pages, feeds, addresses, data for a script."""

from __future__ import annotations

import json
from urllib.parse import quote, urlsplit, urlunsplit

from ratecards.catalog.authority import name_of
from ratecards.model import RateCard
from ratecards.storage.codec import INVISIBLE

# What was read there is a program's answer; people find the same prices here.
_FOR_PEOPLE = {
    "google/ai-studio": "https://aistudio.google.com/",
    "google/cloud-billing": "https://cloud.google.com/skus",
}
_TWINS = (".md.txt", ".md")


def seen(text: str) -> str:
    """Words in which every character can be seen: control and bidirectional characters become spaces."""
    return INVISIBLE.sub(" ", text)


def page_link(card: RateCard) -> str:
    """The address at which a person reads what a card says; empty where there is none that is safe to follow."""
    parts = urlsplit(_FOR_PEOPLE.get(name_of(card), card.url))
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    ending = next((twin for twin in _TWINS if parts.path.endswith(twin)), "")
    path = parts.path.removesuffix(ending)
    return seen(urlunsplit((parts.scheme, parts.netloc, path, parts.query, quote(card.anchor))))


_MARKUP = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&"})


def script(name: str, data: object) -> str:
    """A script that sets a global to some data; safe in a file of its own and inside a page."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return f"var {name}={text.translate(_MARKUP)};\n"
