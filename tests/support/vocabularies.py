"""A vocabulary without some of its terms: what a source knew before it had learned them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import Any
from unittest import mock

from scraper.sources import gemini_candidates, gemini_terms, vertex_candidates, vocabulary

# What no page takes a word from: proofs, addresses, and the words that say what a page is not.
FRAME = (
    *("name", "source", "currency", "urls", "canonical", "proofs", "renames", "plain_variant", "authority", "parser"),
    *("publication", "through", "max_bytes", "defaults", "ids_printed", "aliases", "facts", "token_price"),
)
Path = tuple[str | int, ...]


def terms(data: Mapping[str, Any]) -> list[Path]:
    """The place of each term: keys of mappings, items of lists, alternatives of patterns (by number)."""
    found = [path for key, value in data.items() if key not in FRAME for path in _paths((key,), value)]
    # a tool that stands in no list is a tool by its own name, which is no unknown word
    found = [path for path in found if path[:2] != ("tools", "meters")]
    # nor is a name that makes an id of a row, where ids are printed nowhere
    return [path for path in found if path[0] != "models" or isinstance(data["models"][path[1]], str)]


def _paths(path: Path, value: Any) -> Iterator[Path]:
    if isinstance(value, dict):
        plain = len(path) == 1 and (path[0] in ("phrases", "tools") or "plans" in value)
        for name, inner in value.items():
            yield from _paths((*path, name), inner) if plain else [(*path, name)]
    elif isinstance(value, list):
        yield from ((*path, number) for number in range(len(value)))
    elif isinstance(value, str) and len(found := alternatives(value)) > 1:
        yield from ((*path, number) for number in range(len(found)))
    else:
        yield path


def alternatives(pattern: str) -> list[str]:
    """The alternatives of a pattern, of its one group where it is one."""
    return _split(_inner(pattern)[1])


def _inner(pattern: str) -> tuple[str, str, str]:
    """A pattern as what stands before, in and behind its first group, where the alternatives stand in that."""
    if len(_split(pattern)) > 1:
        return "", pattern, ""
    found = re.match(r"(.*?\(\?:)", pattern)
    if not found:
        return "", pattern, ""
    depth, at = 1, found.end()
    while at < len(pattern) and depth:
        if pattern[at] == "\\":
            at += 1
        elif pattern[at] in "()":
            depth += 1 if pattern[at] == "(" else -1
        at += 1
    return pattern[: found.end()], pattern[found.end() : at - 1], pattern[at - 1 :]


def _split(pattern: str) -> list[str]:
    parts, depth, start, at = [], 0, 0, 0
    while at < len(pattern):
        if pattern[at] == "\\":
            at += 1
        elif pattern[at] == "(":
            depth += 1
        elif pattern[at] == ")":
            depth -= 1
        elif pattern[at] == "|" and not depth:
            parts.append(pattern[start:at])
            start = at + 1
        at += 1
    return [*parts, pattern[start:]]


def without(data: Mapping[str, Any], *paths: Path) -> dict[str, Any]:
    """The vocabulary without the terms at these places."""
    found: Any = deepcopy(dict(data))
    for path in sorted(paths, key=lambda p: (p[:-1], p[-1] if isinstance(p[-1], int) else -1), reverse=True):
        holder = found
        for key in path[:-1]:
            last, holder = holder, holder[key]
        if isinstance(holder, str):
            before, inner, behind = _inner(holder)
            parts = _split(inner)
            del parts[path[-1]]  # type: ignore[arg-type]
            last[path[-2]] = f"{before}{'|'.join(parts) or '(?!)'}{behind}"
        elif isinstance(holder[path[-1]], str) and not isinstance(holder, list) and path[0] not in _OF_WORDS:
            holder[path[-1]] = "(?!)"
        else:
            del holder[path[-1]]
    return found  # type: ignore[no-any-return]


_CACHES = (
    *(gemini_candidates._known_rows, gemini_candidates._known_tabs, gemini_candidates._targets),
    *(gemini_candidates._in_cell, vertex_candidates._found, vertex_candidates._words_of, vertex_candidates._in_line),
    vocabulary._patched,
)
# Sections in which words stand as keys; elsewhere a key names a pattern, which may match nothing but must be there.
_OF_WORDS = (
    *("tabs", "sections", "rows", "headers", "tools", "columns", "cells", "nouns", "labels", "words", "models"),
    *("name_words", "sizes", "storage_headers", "hourly_headers", "hourly", "units", "contexts", "ignored_headings"),
    "short_names",
)


def named(data: Mapping[str, Any], path: Path) -> str:
    """A term in words: its section and itself."""
    value: Any = data
    for key in path:
        value = alternatives(value)[key] if isinstance(value, str) else value[key]  # type: ignore[index]
    last = value if isinstance(path[-1], int) else path[-1]
    last = last.get("label", last.get("match", last)) if isinstance(last, dict) else last
    return f"{'.'.join(str(key) for key in path[:-1])}: {last}" if len(path) > 1 else f"{path[0]}"


@contextmanager
def speaking(data: Mapping[str, Any], load: Any = gemini_terms.load_terms) -> Iterator[Any]:
    """Within it the vocabulary of a loader, of the Gemini API's else, is this one; gives its terms."""
    path, _ = load.__wrapped__.args

    read_file, known = vocabulary.read, vocabulary._data

    def read(text: str, where: str, build: Any) -> Any:
        if where != path.name:
            return read_file(text, where, build)
        return build({key: deepcopy(value) for key, value in data.items() if key not in vocabulary._HEAD})

    def data_of(asked: Any) -> Any:
        return data if asked == path else known(asked)

    caches = (load, *_CACHES)
    with mock.patch.object(vocabulary, "_data", data_of), mock.patch.object(vocabulary, "read", read):
        for cached in caches:
            cached.cache_clear()
        try:
            yield load()
        finally:
            for cached in caches:
                cached.cache_clear()
