"""Scraped text as terminal lines: harmless first, then measured in cells, cut or wrapped."""

from __future__ import annotations

import re
import shutil
import unicodedata

_BREAK = re.compile(r"(?<=\s)|(?<=[a-z]-)")


def safe(text: str) -> str:
    """One line without control, format, bidirectional and surrogate characters; visible where one was lost."""
    return "".join(_safe(c) for c in text)


def _safe(char: str) -> str:
    category = unicodedata.category(char)
    if char.isspace():
        return " "
    if category == "Cf":  # joiners and bidirectional marks show nothing of their own
        return ""
    return "\ufffd" if category in ("Cc", "Cs") else char


def terminal() -> int:
    """The columns of the terminal; 120 where there is none."""
    return shutil.get_terminal_size(fallback=(120, 24)).columns


def paragraph(text: str, indent: str = "", *, width: int | None = None) -> list[str]:
    """A text as lines that fit the terminal; what does not fit on the first hangs below it."""
    if not text:
        return []
    hang = indent + "  "
    lines = wrap(safe(text), (width or terminal()) - len(hang))
    return [(hang if i else indent) + _obeyed_by_none(line) for i, line in enumerate(lines)]


def _obeyed_by_none(line: str) -> str:
    """A line that a workflow's log does not take for a command."""
    return line.replace("::", ":\u200b:", 1) if line.lstrip().startswith("::") else line


def breadth(text: str) -> int:
    """How many terminal cells a safe text takes."""
    return sum(_cells(c) for c in text)


def _cells(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cut(text: str, width: int) -> str:
    """The text, or as much of it as fits before an ellipsis."""
    return text if breadth(text) <= width else _head(text, width - 1).rstrip() + "…"


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` cells, broken at blanks and inside ids."""
    width = max(width, 1)
    lines = [""]
    for piece in _BREAK.split(text):
        rest = piece
        if lines[-1] and breadth(lines[-1] + rest.rstrip()) > width:
            lines.append("")
        while breadth(rest.rstrip()) > width:
            lines[-1] = _head(rest, width)
            rest = rest[len(lines[-1]) :]
            lines.append("")
        lines[-1] += rest
    return [line.rstrip() for line in lines]


def _head(text: str, width: int) -> str:
    """The longest beginning that fits, at least one character."""
    end = 1
    while end < len(text) and breadth(text[: end + 1]) <= width:
        end += 1
    return text[:end]
