"""The errors of an audit beside the lines of a file: as SARIF 2.1.0, and as annotations of a GitHub workflow."""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from ratecards import wording
from ratecards.audit.audit import ERRORS, Finding, tally
from ratecards.audit.claims import Claim
from ratecards.audit.report import Audited, entries, judged_by, stale, summary
from ratecards.catalog import freshness
from ratecards.tables import json_text

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_RULES = {
    "wrong-price": "The price is not what the source says",
    "stale-price": "The price was right once and the source has changed it",
    "wrong-unit": "The number is right for another unit",
    "stale-card": "The price differs from a card that nobody has looked at for longer than its limit",
    "unknown-model": "No card goes by this id, so that its price was not judged",
    "unread-price": "What the price is for cannot be said, so that it was not judged",
    "reported-only": "Only third parties report the model, so that its price was not judged",
}

_NAME = re.compile(r'(?P<word>"[^"\\]*+(?:\\.[^"\\]*+)*+")(?P<name>\s*+:)?+', re.DOTALL)
# What GitHub reads as the end of a command, or of a property in it.
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}
_WORD = re.compile(r"[\w./:@-]*\w")
_STEP = re.compile(r"([^.\[]+)(?:\[([0-9]{1,6})\])?\.?")
_LEVEL = {"stale-card": "note"}
_RULE_OF = {
    "wrong": "wrong-price",
    "wrong unit": "wrong-unit",
    "stale": "stale-card",
    "unknown model": "unknown-model",
    "unread": "unread-price",
    "reported only": "reported-only",
}


Files = Sequence[tuple[Audited, str]]


def audit_sarif(files: Files) -> str:
    """A run for each file, with a result per error and a note per price unlike a stale card.

    A file goes with its text, for the lines, which may be empty.
    """
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(*file) for file in files]})


def audit_github(files: Files) -> str:
    """The same as GitHub's workflow commands, an annotation each, and a line for each file that says what there is."""
    lines = []
    for audited, text in files:
        known = Lines(text)
        for finding in _shown(audited):
            level = "error" if finding.verdict in audited.failing else "notice"
            line = known.of(finding.claim.key, finding.claim.field)
            where = {"file": audited.path, "line": str(line) if line else "", "title": _rule(finding)}
            said = ",".join(f"{name}={_escaped(value, _PROPERTY)}" for name, value in where.items() if value)
            lines.append(f"::{level} {said}::{_escaped(message(finding), _DATA)}")
        lines.append(f"ratecards: {_escaped(summary(audited), _DATA)}")
    return "\n".join(lines) + "\n"


def _escaped(text: str, signs: Mapping[str, str]) -> str:
    """A text that neither ends its command nor begins another."""
    return "".join(signs.get(sign, sign) for sign in text)


def _shown(audited: Audited) -> list[Finding]:
    return [finding for finding in audited.findings if finding.verdict in (*audited.failing, "stale")]


def _run(audited: Audited, text: str) -> dict[str, object]:
    lines = Lines(text)
    results = [_result(audited, finding, lines) for finding in _shown(audited)]
    rules = [
        {"id": name, "shortDescription": {"text": words}, "defaultConfiguration": {"level": _LEVEL.get(name, "error")}}
        for name, words in _RULES.items()
    ]
    return {
        "tool": {"driver": {"name": "ratecards", "rules": rules}},
        "results": results,
        "properties": {
            "format": audited.format,
            "on": str(audited.day),
            "counts": tally(audited.findings),
            "entries": entries(audited),
            **freshness.columns(audited.ages),
            "sources": [{"source": age.source, **freshness.columns([age])} for age in audited.ages],
        },
    }


def _rule(finding: Finding) -> str:
    return "stale-price" if finding.stale_since and finding.verdict in ERRORS else _RULE_OF[finding.verdict]


def _result(audited: Audited, finding: Finding, lines: Lines) -> dict[str, object]:
    claim, rule = finding.claim, _rule(finding)
    name = f"{claim.key}/{claim.field}"
    place: dict[str, object] = {"artifactLocation": {"uri": _uri(audited.path)}}
    if line := lines.of(claim.key, claim.field):
        place["region"] = {"startLine": line}
    return {
        "ruleId": rule,
        "ruleIndex": list(_RULES).index(rule),
        "level": "error" if finding.verdict in audited.failing else "note",
        "message": {"text": message(finding)},
        "locations": [{"physicalLocation": place, "logicalLocations": [{"fullyQualifiedName": name}]}],
        "partialFingerprints": {"claim/v1": hashlib.sha256(name.encode()).hexdigest()},
    }


def _uri(path: str) -> str:
    return Path(path).as_uri() if Path(path).is_absolute() else quote(path.replace("\\", "/"))


def message(finding: Finding) -> str:
    """An error in one sentence: theirs, ours, the quote, since when."""
    claim, ours = finding.claim, finding.ours
    said = f"{claim.key} {claim.field}: {claim.stated}"
    if isinstance(claim, Claim):
        said += f", which is {wording.money(claim.price)} per {wording.unit(claim.unit)}"
    parts = [said]
    if ours:
        per = f" per {wording.unit(ours.unit)}" if ours.unit else ""
        parts.append(f"{judged_by(ours)}: {wording.value(ours)}{per}, {ours.evidence.quote!r}")
    parts += [finding.words] if finding.words else []
    parts += [f"ours since {finding.since}"] if finding.since else []
    parts += [stale(finding)] if finding.stale_since else []
    return "; ".join(parts)


class Lines:
    """Where an entry's field stands in a text: told by the names of its JSON, else by its words."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._names: dict[str, list[int]] = {}
        for found in _NAME.finditer(text):
            if found["name"]:
                self._names.setdefault(found["word"], []).append(found.start())

    def of(self, key: str, field: str) -> int:
        """The line of a field, the first behind its key, or that of the key; 0 where the text does not have that."""
        keys, fields = self._at(key), self._at(field)
        behind = bisect_right(fields, keys[0]) if keys else len(fields)
        place = fields[behind] if behind < len(fields) else self._by_words(key, field)
        return bisect_right(self._starts, place) if place >= 0 else 0

    def _at(self, name: str) -> list[int]:
        """Every place of a name, in ASCII or not."""
        return self._names.get(json.dumps(name)) or self._names.get(json.dumps(name, ensure_ascii=False)) or []

    @cached_property
    def _words(self) -> dict[str, list[int]]:
        """Every place of a word."""
        found: dict[str, list[int]] = {}
        for word in _WORD.finditer(self._text):
            found.setdefault(word[0], []).append(word.start())
        return found

    def _by_words(self, key: str, field: str) -> int:
        """The place of a path like `tiers[1].prices.output` behind its key, else of the key; -1 where none is there."""
        start = place = self._text.find(key) if " " in key else self._words.get(key, [-1])[0]
        skip = 0
        for name, number in _STEP.findall(field) if start >= 0 else ():
            places = self._words.get(name, [])
            at = bisect_right(places, place) + skip
            if at >= len(places):
                return start
            place, skip = places[at], int(number or 0)
        return place
