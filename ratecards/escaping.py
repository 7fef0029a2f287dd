"""What others wrote, made harmless for where it is shown: terminals and logs, Markdown, CSV, chats, scripts of a page.

Each function returns words of one line. JSON and the site's templates escape by themselves; there `visible` is enough.
"""

from __future__ import annotations

import json
import re
import unicodedata

# Code points without a category of their own that show nothing: a reserved mark, tags, what is no character.
_UNSEEN = re.compile("[\u2065\ufffe\uffff\U000e0000-\U000e007f]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_MARKUP = re.compile(r"([\\`*_\[\]#|~$<>&])")
_ANY_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+!|@~$:&])")
# What makes a line a list, a rule or a heading, and what GitHub links wherever it stands in the rendered text.
_LINE_START = re.compile(r"\A([0-9]*)([-=.])")
_LINKED = re.compile(r"h(?=ttp)|www(?=\.)|[@#]", re.IGNORECASE)
_MENTION = re.compile(r"[@#]")
_SCRIPT = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&"})


def visible(text: str) -> str:
    """The text in which every character can be seen (CWE-150): control, format and bidirectional characters are gone.

    White space of any kind is a blank; U+FFFD stands where a control character or half a surrogate pair was.
    """
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(char: str) -> str:
    if char.isspace():
        return " "
    category = unicodedata.category(char)
    if category == "Cf":  # joiners and bidirectional marks show nothing of their own
        return ""
    return "\ufffd" if category in ("Cc", "Cs") or _UNSEEN.match(char) else char


def plain_text(text: str) -> str:
    """The text for a log or a commit message: a workflow's log takes no line of it for a command."""
    words = visible(text).replace("##[", "#\u200b#[")
    return words.replace("::", ":\u200b:") if words.lstrip().startswith("::") else words


def unlinked(text: str) -> str:
    """The text for a title or a commit message: nothing in it is a mention or a reference."""
    return _MENTION.sub(lambda m: f"{m[0]}\u2060", plain_text(text))


def chat(text: str) -> str:
    """Words of ours and of others, of several lines, for a chat as Slack: no mention, no markup, no link of its own."""
    return "\n".join("".join(_ENTITIES.get(c, c) for c in unlinked(line)) for line in text.split("\n"))


def markdown(text: str, limit: int = 300) -> str:
    """The text inside Markdown that GitHub renders: no markup, mention, reference, link or HTML; capped at `limit`."""
    words = plain_text(text).strip()
    words = words if len(words) <= limit else words[: limit - 1] + "…"
    return _unmarked(words, _ANY_MARKUP)


def markdown_cell(text: str) -> str:
    """The text inside a table or a heading of ours, where fewer characters are markup; easier to read as it is."""
    return _unmarked(visible(text), _MARKUP)


def _unmarked(words: str, markup: re.Pattern[str]) -> str:
    escaped = markup.sub(lambda m: _ENTITIES.get(m[1], f"\\{m[1]}"), words)
    # an escape is gone once the text is rendered; what breaks a mention or a link then is a joiner inside
    escaped = _LINKED.sub(lambda m: f"{m[0]}\u2060", escaped)
    return _LINE_START.sub(r"\1\\\2", escaped) if markup is _ANY_MARKUP else escaped


def csv_field(value: object) -> str:
    """A value as a field of CSV: what a spreadsheet would take for a formula gets an apostrophe (CWE-1236).

    A truth is yes or no, the items of a tuple stand beside each other, None is empty.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = " ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
    words = visible(text)
    return f"'{words}" if text.startswith(_FORMULA) or words.lstrip().startswith(_FORMULA) else words


def script(name: str, data: object) -> str:
    """A script that sets a global to some data; safe in a file of its own and inside a page."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return f"var {name}={text.translate(_SCRIPT)};\n"
