"""The changelog entry of a release, made from the changes since the last one. Pure; a page's words are defused."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ratecards.escaping import markdown
from ratecards.storage.history import Change
from ratecards.wording import count
from scraper.publish.version import Version
from scraper.report import console

PER_SOURCE = 20
PER_ENTRY = 200
_UNRELEASED = re.compile(r"^## Unreleased\n+", re.MULTILINE)
_HEADING = re.compile(r"^## ", re.MULTILINE)


def entry(sources: Mapping[str, Mapping[str, Any]], changes: Sequence[Change], day: str, since: Version | None) -> str:
    """The lines below an entry's heading: what the data are now, and what changed, source by source.

    `sources` is the head of `rates.json`, `day` the newest day observed, `since` the release before, if there was one.
    """
    models, rates = (sum(s[n] for s in sources.values()) for n in ("models", "rates"))
    have = f"{count(rates, 'rate')} on {count(models, 'card')} from {count(len(sources), 'source')}"
    lines = [f"Data as of {day}: {have}.", ""]
    if since is None:
        own = [
            f"- {markdown(name)}: {count(s['models'], 'card')}, {count(s['rates'], 'rate')}"
            for name, s in sources.items()
        ]
        return "\n".join([*lines, "First release.", "", *own]) + "\n"
    lines.append(f"Since {since}:" if changes else f"Since {since} no rate changed; limits or discrepancies did.")
    return "\n".join([*lines, "", *_by_source(changes)]).rstrip() + "\n"


def _by_source(changes: Iterable[Change]) -> list[str]:
    groups: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        groups[f"{change.provider}/{change.source}"].append(change)
    lines: list[str] = []
    for name, own in sorted(groups.items()):
        lines += [f"### {markdown(name)}", "", *_source(own, PER_ENTRY - len(lines)), ""]
    return lines


def _source(changes: Sequence[Change], room: int) -> list[str]:
    """A line for each change of a price; corrections of earlier readings and changes of words are counted."""
    news = [c for c in changes if c.stamp and not c.stamp.correction]
    words = console.lines(news)
    shown = words[: max(0, min(PER_SOURCE, room))]
    lines = [f"- {markdown(line)}" for line in shown]
    rest = (
        (len(words) - len(shown), "more change", ""),
        (console.quiet_count(news), "change", " of wording or notes"),
        (len(changes) - len(news), "correction", " of earlier readings"),
    )
    counted = ", ".join(f"{count(n, noun)}{tail}" for n, noun, tail in rest if n)
    return [*lines, *([f"- {'and ' if lines else ''}{counted}"] if counted else [])]


def inserted(changelog: str, version: Version, body: str) -> str:
    """The changelog with an entry for the version: what stood under Unreleased, then `body`; done once."""
    if section(changelog, version) is not None:
        return changelog
    start = _UNRELEASED.search(changelog)
    if not start:
        return f"{changelog.rstrip()}\n\n## {version}\n\n{body}"
    later = _HEADING.search(changelog, start.end())
    end = later.start() if later else len(changelog)
    noted = changelog[start.end() : end].strip()
    own = f"## {version}\n\n" + (f"{noted}\n\n" if noted else "") + body
    rest = changelog[end:]
    return f"{changelog[: start.start()]}## Unreleased\n\n{own}" + (f"\n{rest}" if rest else "")


def section(changelog: str, version: Version) -> str | None:
    """The text below a version's heading; None where there is none."""
    found = re.search(rf"^## {re.escape(str(version))}\n+", changelog, re.MULTILINE)
    if not found:
        return None
    later = _HEADING.search(changelog, found.end())
    return changelog[found.end() : later.start() if later else len(changelog)].rstrip() + "\n"
