"""The findings of an audit for people, as a table or as Markdown, and for programs as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from ratecards import wording
from ratecards.audit.audit import ERRORS, JUDGED, VERDICTS, Account, Finding, findings, tally, unjudged
from ratecards.audit.claims import Claim
from ratecards.catalog import freshness
from ratecards.catalog.freshness import Age, note
from ratecards.escaping import markdown_cell
from ratecards.model import Rate, plain, row
from ratecards.tables import NUMBERS, Column, Group, json_text, paragraphs, pipes, table

_COLUMNS = (
    Column("", "field", least=24),
    Column("", "theirs", "listed"),
    Column("", "ours", "listed"),
    Column("", "per", "id"),
    Column("", "judged by", least=20),
    Column("", "quote", optional=True, least=20),
    Column("", "note", least=20),
)
_SHOWN, _LONGEST = 40, 120


class Audited(NamedTuple):
    """A file's entries with their findings, and the day and the ages of the cards that they were judged by.

    `failing` are the verdicts that are errors.
    """

    path: str
    format: str
    day: date
    accounts: Sequence[Account]
    ages: Sequence[Age] = ()
    failing: Sequence[str] = ERRORS

    @property
    def findings(self) -> list[Finding]:
        """Every finding, the unread ones last."""
        return findings(self.accounts)


def audit_text(audited: Audited, *, everything: bool) -> str:
    """How many findings there are of each kind, then the errors, by entry; with `everything` each finding."""
    groups: list[Group] = []
    for verdict, found in _shown(audited, everything=everything):
        groups.append(Group(f"{verdict}: {len(found)}"))
        groups += [Group(title, [_cells(f) for f in same], level=1) for title, same in _by_entry(found).items()]
    listed = "\n" + table(_COLUMNS, groups) + "\n" if groups else ""
    lines = [*([] if everything else _rest(audited)), *([note(audited.ages)] if audited.ages else [])]
    return paragraphs([summary(audited)]) + listed + paragraphs(lines)


def audit_markdown(audited: Audited, *, everything: bool) -> str:
    """The same as Markdown, every character of the file and of the page harmless."""
    parts = [f"**{markdown_cell(summary(audited))}**\n"]
    for verdict, found in _shown(audited, everything=everything):
        heads = [("entry", False), *((column.head, column.kind in NUMBERS) for column in _COLUMNS)]
        body = [[*map(markdown_cell, (_name(f.claim.key), *_cells(f)))] for f in found]
        lines = "\n".join(pipes(heads, body))
        parts.append(f"### {verdict}: {len(found)}\n\n{lines}\n")
    parts += [] if everything else [f"{markdown_cell(line)}\n" for line in _rest(audited)]
    parts += [f"{markdown_cell(note(audited.ages))}\n"] if audited.ages else []
    return "\n".join(parts)


def _shown(audited: Audited, *, everything: bool) -> list[tuple[str, list[Finding]]]:
    """The findings to list, by verdict."""
    verdicts = VERDICTS if everything else [v for v in VERDICTS if v in (*audited.failing, "stale")]
    return [(verdict, found) for verdict in verdicts if (found := _of(audited, verdict))]


def _by_entry(found: Sequence[Finding]) -> dict[str, list[Finding]]:
    """The findings by the file's entry and, where that differs, the card that it was judged by."""
    entries: dict[str, list[Finding]] = {}
    for finding in found:
        card = f" ({finding.ours.source} {finding.ours.model})" if finding.ours else ""
        entries.setdefault(_name(finding.claim.key) + card, []).append(finding)
    return entries


def audit_json(files: Sequence[Audited]) -> str:
    """Every finding with its claim and the row of the rate table that it was judged by; a list of several files."""
    listed = [_file(audited) for audited in files]
    return json_text(listed[0] if len(listed) == 1 else listed)


def _file(audited: Audited) -> dict[str, object]:
    ages = {age.source: age for age in audited.ages}
    return {
        "file": audited.path,
        "format": audited.format,
        "on": str(audited.day),
        "counts": tally(audited.findings),
        "entries": entries(audited),
        **freshness.columns(audited.ages),
        "sources": [{"source": age.source, **freshness.columns([age])} for age in audited.ages],
        "findings": [_data(finding, ages) for finding in audited.findings],
    }


def entries(audited: Audited) -> dict[str, object]:
    """How many entries the file has, how many were judged, and by reason how many not: together, all of them."""
    total, rest = len(audited.accounts), unjudged(audited.accounts)
    return {"all": total, "judged": total - sum(rest.values()), "not_judged": rest}


def _data(finding: Finding, ages: Mapping[str, Age]) -> dict[str, object]:
    claim = finding.claim
    says: dict[str, object] = {"key": claim.key, "field": claim.field, "stated": claim.stated}
    if isinstance(claim, Claim):
        says |= {n: getattr(claim, n) for n in Claim._fields if n not in says} | {"price": plain(claim.price)}
    return {
        "verdict": finding.verdict,
        "claim": says,
        "why": finding.words,
        "ours": row(finding.ours) if finding.ours else None,
        "since": str(finding.since or ""),
        "stale_since": str(finding.stale_since or ""),
        **(freshness.columns([ages[f"{finding.ours.provider}/{finding.ours.source}"]]) if finding.ours else {}),
    }


def _of(audited: Audited, verdict: str) -> list[Finding]:
    return [finding for finding in audited.findings if finding.verdict == verdict]


def _cells(finding: Finding) -> list[str]:
    claim, ours = finding.claim, finding.ours
    since = f"ours since {finding.since}" if finding.since else ""
    return [
        _name(claim.field),
        wording.money(claim.price) if isinstance(claim, Claim) else claim.stated,
        wording.value(ours) if ours else "",
        wording.unit(claim.unit) if isinstance(claim, Claim) else "",
        wording.subject(ours) if ours else "",
        ours.evidence.quote if ours else "",
        "; ".join(filter(None, (since, stale(finding), finding.words))),
    ]


def judged_by(rate: Rate) -> str:
    """The rate that a claim was judged by: its source, model, and what it is the price of."""
    return f"{rate.source} {rate.model} {wording.subject(rate)}"


def stale(finding: Finding) -> str:
    """That a claim was right once, and since when it is not."""
    return f"theirs is stale since {finding.stale_since}" if finding.stale_since else ""


def summary(audited: Audited) -> str:
    """How many prices were judged, and how; and of which entries the others are."""
    count = tally(audited.findings)
    judged = sum(count[verdict] for verdict in JUDGED)
    old = sum(1 for f in audited.findings if f.stale_since and f.verdict in ERRORS)
    late = f", {count['stale']:,} unlike a card that is too old to judge by" if count["stale"] else ""
    only = f"{count['reported only']:,} of models that are only reported, " if count["reported only"] else ""
    total, rest = len(audited.accounts), unjudged(audited.accounts)
    others = f"; the rest: {counted(rest)}" if rest else ""
    return (
        f"{audited.path} ({audited.format}), judged by the cards of {audited.day}: {judged:,} prices judged, "
        f"{count['right']:,} right, {count['wrong']:,} wrong, {count['wrong unit']:,} in a wrong unit{late}; "
        f"{old:,} of these errors were right once. Not judged: {count['not held']:,} not held, "
        f"{count['unknown model']:,} of unknown models, {only}{count['unread']:,} unread. "
        f"Entries: {total:,}, of which {total - sum(rest.values()):,} judged{others}."
    )


def counted(rest: Mapping[str, int]) -> str:
    """How many entries were not judged, by reason: `12 of a seller that is not held, 3 without a price`."""
    return ", ".join(f"{number:,} {why}" for why, number in rest.items())


def _rest(audited: Audited) -> list[str]:
    """What was not judged, in a line each: unknown models, rates not held and fields not read, with their counts."""
    by: dict[str, Callable[[Finding], str]] = {
        "not held": lambda f: _name(f.claim.key),
        "unknown model": lambda f: _name(f.claim.key),
        "reported only": lambda f: f"{_name(f.claim.key)} {f.words}",
        "unread": lambda f: f"{_name(f.claim.field)}: {f.words}",
    }
    lines = []
    for verdict, named in by.items():
        counts: dict[str, int] = {}
        for finding in _of(audited, verdict):
            counts[named(finding)] = counts.get(named(finding), 0) + 1
        if counts:
            words = ", ".join(f"{name} ({number})" for name, number in list(counts.items())[:_SHOWN])
            more = f" and {len(counts) - _SHOWN} more" if len(counts) > _SHOWN else ""
            lines.append(f"{verdict}: {words}{more}")
    return lines


def _name(text: str) -> str:
    """A name that the file gives, cut where it is longer than any name."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
