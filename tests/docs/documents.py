"""The documents, and what stands in them: commands in blocks and in the text, links, headings."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

from scraper import ROOT

PAGES = sorted((ROOT / "docs").glob("*.md"))
DOCUMENTS = [*(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")), *PAGES]
# The changelog names what is gone, too.
CURRENT = [path for path in DOCUMENTS if path.name != "CHANGELOG.md"]

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_OURS = re.compile(r"(?:\.venv/bin/)?(?:ratecards|make|python -m (?:scraper|tests|bench)[\w.]*)(?: |$)")
_NEXT = re.compile(r"\s(?:\||&&)\s")
PLACEHOLDER = re.compile(r"[A-Z]+(?:/[A-Z]+)?\Z")
# What stands for the words in capitals.
EXAMPLES = {
    "MODEL": "gemini-2.5-pro",
    "SOURCE": "google/gemini-api",
    "PROVIDER/SOURCE": "acme/tiny",
    "NAME": "google/gemini-api",
    "COMMAND": "refresh",
    "FILE": "examples/answer.json",
    "LOG": "examples/calls.jsonl",
    "BILLING": "examples/billing.csv",
    "REPORT": "report.json",
    "DIR": "folder",
    "DATE": "2026-10-04",
    "DAY": "2026-10-04",
    "ISO": "2026-10-04",
    "ID": "3a2696ac17",
    "WORDS": "reasons",
    "CASE": "case",
    "KIND": "kind",
    "KINDS": "repriced,shutdown",
    "PERCENT": "10%",
    "URL": "https://example.org",
    "N": "10",
    "EUR": "EUR",
    "OWNER": "somebody",
    "V": "2026.10.7",
    "SHA": "0123456789abcdef",
}


class Command(NamedTuple):
    """A command line of a document as it stands there; `block` tells that it is one to be copied as a whole."""

    document: str
    text: str
    block: bool


class Session(NamedTuple):
    """A command of a `console` block, and the lines that it is said to print, an ellipsis standing for others."""

    document: str
    text: str
    shown: tuple[str, ...]


def read(path: Path) -> str:
    """The text of a document."""
    return path.read_text(encoding="utf-8")


def commands() -> Iterator[Command]:
    """Every command line of the project's own in the documents of today."""
    for path in CURRENT:
        text = read(path)
        for language, block in _FENCE.findall(text):
            if language in ("sh", "console"):
                lines = [line.removeprefix("$ ") for line in block.replace("\\\n", " ").splitlines()]
                parts = [part for line in lines for part in _NEXT.split(line)]
                yield from (Command(path.name, part, block=True) for part in parts if _OURS.match(part))
        for span in spans(path):
            if _OURS.match(span):
                yield Command(path.name, span, block=False)


def spans(path: Path) -> list[str]:
    """What stands as code in the text and the tables of a document."""
    return [span.replace("\\|", "|") for span in _SPAN.findall(_FENCE.sub("", read(path)))]


def synopses(path: Path) -> list[str]:
    """What stands as code in the first column of the tables of commands."""
    tables = re.findall(r"^\| command \|.*\n\|[-|:]+\n((?:\|.*\n)+)", read(path), re.MULTILINE)
    cells = [re.split(r"(?<!\\)\|", row)[1] for table in tables for row in table.splitlines()]
    return [span.replace("\\|", "|") for cell in cells for span in _SPAN.findall(cell)]


def sessions() -> Iterator[Session]:
    """Every command of a `console` block with the lines under it."""
    for path in CURRENT:
        for language, block in _FENCE.findall(read(path)):
            if language == "console":
                for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                    first, *shown = part.splitlines()
                    yield Session(path.name, first, tuple(shown))


def words(line: str) -> list[str]:
    """The words of a command, up to a pipe, a redirection, the next command or a comment."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split, lexer.commenters = True, "#"
    found: list[str] = []
    for word in lexer:
        if set(word) <= set("|&;<>"):
            break
        found.append(word.removeprefix(".venv/bin/"))
    return found


def meant(text: str) -> list[list[str]]:
    """The command lines that a synopsis stands for, with and without what is optional, one for each choice."""
    lines = {re.sub(r"\[[^]]*\]", "", text), re.sub(r"[][]", "", text)}
    found = []
    for line in sorted(lines):
        parts = [part.replace("…", "").split("|") for part in shlex.split(line)]
        found += [[example(word) for word in choice] for choice in product(*parts)]
    return [[word for word in line if word] for line in found]


def example(word: str) -> str:
    """What stands for a word in capitals, or for several with slashes between them; another word is itself."""
    if not PLACEHOLDER.match(word):
        return word
    return EXAMPLES.get(word) or "/".join(EXAMPLES[part] for part in word.split("/"))


def headings(path: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    text = _FENCE.sub("", read(path))
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def links(path: Path) -> list[str]:
    """Where the links of a document lead."""
    return re.findall(r"\]\(([^)\s]+)\)", _FENCE.sub("", read(path)))
