"""The pricing page's vocabulary: `gemini_api.yaml` as typed look-ups without defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from scraper.errors import UnknownTerm
from scraper.prices.grammar import Cell, read_cell
from scraper.prices.labels import Listed, Tabs, take_apart
from scraper.prices.normalize import RowRule, label_key
from scraper.prices.scanner import Phrases, phrases
from scraper.sources import vocabulary

VOCABULARY = Path(__file__).with_name("gemini_api.yaml")


@dataclass(frozen=True, slots=True)
class Ignore:
    """Amounts that are not rates: the kind of section, a pattern on the words around them, the reason."""

    section: str
    match: re.Pattern[str]
    reason: str


class Meaning(NamedTuple):
    """What a row label means. `variant` is "" for the plain one, None for a row of the whole section."""

    rule: RowRule
    variant: str | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """Each field is the entry of the same name in the vocabulary file, where it is explained."""

    source: str
    urls: Mapping[str, str]
    language: str
    canonical: str
    currency: str
    headers: Sequence[str]
    tables_min: int
    last_sections: Sequence[str]
    foreign: Sequence[str]
    not_the_page: Mapping[str, Sequence[str]]
    plans: Mapping[str, str]
    tabs: Mapping[str, str]
    sections: Mapping[str, str]
    without_ids: Sequence[str]
    rows: Listed[RowRule]
    variant_rows: Sequence[tuple[re.Pattern[str], RowRule]]
    plain_variant: str
    label_asides: re.Pattern[str]
    metadata_rows: Listed[str]
    phrases: Phrases
    cells: Mapping[str, str]
    nouns: Mapping[str, str]
    noun: re.Pattern[str]
    columns: Mapping[str, tuple[str, str]]
    tool_meters: Mapping[str, str]
    tool_ignored: re.Pattern[str]
    notices: re.Pattern[str]
    effective: re.Pattern[str]
    asides: Sequence[re.Pattern[str]]
    ignore: Sequence[Ignore]
    renames: Mapping[str, str]

    @property
    def owner(self) -> tuple[str, str]:
        """Provider and source."""
        provider, _, source = self.source.partition("/")
        return provider, source

    def row(self, label: str) -> Meaning | None:
        """What a row label means; None when it is unknown."""
        folded = label_key(label)
        bare = label_key(self.label_asides.sub("", folded))
        if rule := self.rows.find(folded) or self.rows.find(bare):
            return Meaning(rule)
        for pattern, rule in self.variant_rows:
            if match := pattern.fullmatch(folded):
                named = match.groupdict("")
                return Meaning(rule, named.get("variant", ""), named["version"])
        return self._composed(bare)

    def _composed(self, label: str) -> Meaning | None:
        """A row whose label names a meter that the vocabulary has a row for, with modalities and a unit of its own."""
        try:
            said = take_apart(label)
        except UnknownTerm:
            return None
        rule = next((r for r in self.rows.values() if r == RowRule(said.meter, unit=r.unit)), None)
        if (
            not rule
            or not said.only("meter", "modalities", "unit", "currency")
            or said.currency not in ("", self.currency)
        ):
            return None
        one = said.modalities[0] if len(said.modalities) == 1 else ""
        return Meaning(RowRule(rule.meter, one, () if one else said.modalities, unit=said.unit or rule.unit))

    def header(self, header: str) -> tuple[str, str] | None:
        """A column header's plan and unit ("" where it names none). None when it is unknown."""
        if known := self.columns.get(label_key(header)):
            return known
        try:
            said = take_apart(header, self.plans)
        except UnknownTerm:
            return None
        plans = [said.plan] * bool(said.plan) + [self.plans[word] for word in said.own]
        plain = said.only("plan", "unit", "currency", "own") and said.currency in ("", self.currency)
        return (plans[0], said.unit) if len(plans) == 1 and plain else None

    def tab(self, tab: str) -> str:
        """The service tier of a tab; empty when it is unknown."""
        return self.tabs.get(label_key(tab), "")

    def cell(self, text: str) -> Cell:
        """A price cell. Raises `UnknownTerm` unless every word of it is understood."""
        if availability := self.cells.get(label_key(text)):
            return Cell(availability)
        said = self.in_known_nouns(text)
        cell = read_cell(said, self.phrases)
        if said == text:
            return cell
        quote = " ".join(text.split())  # the printed words, not those that they stand for
        amounts = tuple(replace(amount, quote=quote) for amount in cell.amounts)
        return replace(cell, amounts=amounts, allowances=tuple(replace(a, quote=quote) for a in cell.allowances))

    def in_known_nouns(self, text: str) -> str:
        """The text with the nouns of the page in the lexicon's words."""
        return self.noun.sub(lambda match: self.nouns[match[0].lower()], text)

    def ignored(self, section: str, text: str) -> str:
        """The reason why money in `text` gives no rate; empty when it must."""
        return next((i.reason for i in self.ignore if i.section == section and i.match.search(text)), "")


@vocabulary.of(VOCABULARY)
def load_terms(data: Any) -> Terms:
    """The vocabulary, read and compiled once."""
    proofs, own, tools, shared = data["proofs"], dict(data["phrases"]), data["tools"], data["shared"]
    own["ignored"] += rf"|{shared}|\(\s*{shared}\s*\)"
    # beside an amount they select nothing
    skipped = vocabulary.skipped(data)
    own["ignored"] += f"|{skipped}"
    nouns = data.get("nouns", {})
    rows = {label: _rule(entry) for label, entry in data["rows"].items()}
    targets = {**rows, **{label: _rule(entry) for label, entry in data["variant_targets"].items()}}
    return Terms(
        source=data["source"],
        urls=data["urls"],
        language=proofs["language"],
        canonical=data["canonical"],
        currency=data["currency"],
        headers=proofs["headers"],
        tables_min=proofs["tables_min"],
        last_sections=proofs["last_sections"],
        foreign=proofs["foreign"],
        not_the_page=proofs["not_the_page"],
        plans=data["headers"]["plans"],
        tabs=Tabs({**{tier: tier for tier in vocabulary.TIERS}, **data["tabs"]}),
        sections=data["sections"],
        without_ids=data["without_ids"],
        rows=Listed(rows),
        variant_rows=[(_re(e["label"]), targets[e["row"]]) for e in data["variant_rows"]],
        plain_variant=data["plain_variant"],
        label_asides=_re(data["label_asides"]),
        metadata_rows=Listed({label: label for label in data["metadata_rows"]}),
        phrases=phrases(own),
        cells=data.get("cells", {}),
        nouns=nouns,
        noun=_re(rf"(?<!\w)(?:{'|'.join(map(re.escape, nouns)) or '(?!)'})(?!\w)"),
        columns={header: (entry["plan"], entry["unit"]) for header, entry in data.get("columns", {}).items()},
        tool_meters=tools["meters"],
        tool_ignored=_re(f"{tools['ignored']}|{skipped}"),
        notices=_re(data["notices"]),
        effective=_re(data["effective"]),
        asides=[_re(text) for text in data["asides"]],
        ignore=[Ignore(e["section"], _re(e["match"]), e["reason"]) for e in data["ignore"]],
        renames=data["renames"],
    )


def _re(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def _rule(entry: Mapping[str, Any]) -> RowRule:
    return RowRule(**entry)
