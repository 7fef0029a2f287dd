"""Words that were scraped made safe for where they are shown, and a rate's conditions in words."""

from __future__ import annotations

import re

from ratecards.model import Rate
from ratecards.storage.codec import INVISIBLE

_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+!|@~$:&])")
# What makes a line a list, a rule or a heading, and what GitHub links wherever it stands in the rendered text.
_LINE_START = re.compile(r"\A([0-9]*)([-=.])")
_LINKED = re.compile(r"h(?=ttp)|www(?=\.)|[@#]", re.IGNORECASE)
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def plain_text(text: str) -> str:
    """Scraped words for a terminal or a log: one line, no control characters, no workflow command."""
    words = INVISIBLE.sub(" ", text).replace("##[", "#\u200b#[")
    return words.replace("::", ":\u200b:") if words.lstrip().startswith("::") else words


def markdown(text: str, limit: int = 300) -> str:
    """Scraped words inside Markdown: no markup, no mention, no reference, no link, no HTML; capped."""
    words = plain_text(text).strip()
    words = words if len(words) <= limit else words[: limit - 1] + "…"
    escaped = _LINE_START.sub(r"\1\\\2", _MARKUP.sub(lambda m: _ENTITIES.get(m[1], "\\" + m[1]), words))
    # an escape is gone once the text is rendered; what breaks a mention or a link then is a joiner inside
    return _LINKED.sub(lambda m: f"{m[0]}\u2060", escaped)


def csv_field(text: str) -> str:
    """Scraped words inside CSV: one line, nothing invisible, a leading formula sign defused with an apostrophe."""
    words = INVISIBLE.sub(" ", text)
    return f"'{words}" if words.lstrip().startswith(_FORMULA) else words


def conditions(rate: Rate) -> str:
    """What selects the rate beyond its meter, in a few words."""
    words = [rate.modality, rate.quality, rate.resolution, rate.context]
    if rate.prompt_up_to is not None:
        words.append(f"prompt <= {rate.prompt_up_to}")
    if rate.prompt_over is not None:
        words.append(f"prompt > {rate.prompt_over}")
    if rate.used_up_to is not None:
        words.append(f"up to {rate.used_up_to} a {rate.period}")
    if rate.used_over is not None:
        words.append(f"over {rate.used_over} a {rate.period}")
    if rate.basis == "equivalent":
        words.append("equivalent")
    return ", ".join(w for w in words if w)
