"""The pricing page's vocabulary: `openai_api.yaml` as typed look-ups without defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ratecards.model import MODEL_ID
from scraper.errors import UnknownTerm
from scraper.prices.labels import Tabs, take_apart
from scraper.prices.normalize import label_key
from scraper.prices.scanner import Phrases, phrases
from scraper.sources import vocabulary

VOCABULARY = Path(__file__).with_name("openai_api.yaml")


@dataclass(frozen=True, slots=True)
class SectionRule:
    """What a title means. `bare` has no table, `tools` and `tuned` are read in their own manner."""

    anchor: str = ""
    modality: str = ""
    bare: bool = False
    tools: bool = False
    tuned: bool = False


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """What a column of prices means; `tier` and `unit` only where they are not the tab's and the caption's."""

    meter: str = ""
    unit: str | None = None
    tier: str = ""
    estimate: bool = False
    resolution: str = ""
    context: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A row's label: name as printed, id, bound on the prompt, and why the row gives no rates ("" if it does)."""

    name: str
    model: str
    bound: int | None = None
    over: bool = False
    ignored: str = ""


@dataclass(frozen=True, slots=True)
class ToolRule:
    """A row of the tools table: its context, or why it gives no rate."""

    match: re.Pattern[str]
    context: str = ""
    ignore: str = ""


@dataclass(frozen=True, slots=True)
class FreeSentence:
    """A sentence that says that a model is free."""

    match: re.Pattern[str]
    model: str
    meter: str
    unit: str


@dataclass(frozen=True, slots=True)
class Terms:
    """Each field is the entry of the same name in the vocabulary file, where it is explained."""

    urls: Mapping[str, str]
    canonical: str
    currency: str
    plan: str
    language: str
    tables_min: Mapping[str, int]
    last_titles: Sequence[str]
    not_the_page: Mapping[str, Sequence[str]]
    components: Sequence[str]
    props: Sequence[str]
    text_columns: Mapping[int, tuple[str, ...]]
    tabs: Mapping[str, str]
    switcher: re.Pattern[str]
    sections: Mapping[str, SectionRule]
    labels: Mapping[str, str]
    columns: Mapping[str, ColumnRule]
    sized: re.Pattern[str]
    contexts: Mapping[str, str]
    long_context: int
    modalities: Mapping[str, str]
    uses: Sequence[str]
    qualities: Sequence[str]
    sizes: Mapping[str, str]
    unsplit: re.Pattern[str]
    units: Mapping[str, str]
    estimates: Sequence[tuple[re.Pattern[str], str]]
    label_form: re.Pattern[str]
    notes: Mapping[str, str]
    ids: Mapping[str, str]
    phrases: Phrases
    nouns: Mapping[str, str]
    tools: Sequence[ToolRule]
    tuned: str
    cut: str
    free: Sequence[FreeSentence]
    asides: Sequence[re.Pattern[str]]
    facts: Sequence[tuple[str, re.Pattern[str]]]

    @property
    def bare(self) -> list[str]:
        """The titles that have no table of their own."""
        return [title for title, rule in self.sections.items() if rule.bare]

    def label(self, text: str) -> Label:
        """A row's label taken apart. Raises `UnknownTerm` when no id can be had from it."""
        match = self.label_form.fullmatch(text)
        name = match["name"] if match else text
        model = self.ids.get(label_key(name), name)
        if not match or not MODEL_ID.match(model):
            raise UnknownTerm(f"unknown model name {text!r}")
        bound = int(match["bound"]) * 1000 if match["bound"] else None
        ignored = self.notes[label_key(match["note"])] if match["note"] else ""
        return Label(name, model, bound, match["compare"] == ">", ignored)

    def column(self, heading: str) -> ColumnRule | None:
        """A price column, with `context` short or long where columns are split by it. None when unknown."""
        folded = label_key(heading)
        first, _, rest = folded.partition(" / ")
        context = self.contexts.get(first, "")
        if sized := self.sized.fullmatch(folded):
            return ColumnRule("output", resolution="x".join(sized.groups()))
        rule = self.columns.get(rest if context else folded) or self._composed(rest if context else folded)
        return ColumnRule(rule.meter, rule.unit, rule.tier, rule.estimate, "", context) if rule else None

    def _composed(self, folded: str) -> ColumnRule | None:
        """A column that names what is counted in other words than the page's."""
        try:
            said = take_apart(folded)
        except UnknownTerm:
            return None
        rule = ColumnRule(said.meter, unit=said.unit or None)
        known = said.meter and said.only("meter", "unit", "currency") and said.currency in ("", self.currency)
        return rule if known and said.meter in {own.meter for own in self.columns.values()} else None

    def tool(self, label: str) -> ToolRule:
        """What a row of the tools table means. Raises `UnknownTerm`."""
        for rule in self.tools:
            if rule.match.fullmatch(label_key(label)):
                return rule
        raise UnknownTerm(f"unknown tool {label!r}")

    def estimate(self, model: str) -> str:
        """The meter of an estimated cost per minute. Raises `UnknownTerm`."""
        for match, meter in self.estimates:
            if match.search(model):
                return meter
        raise UnknownTerm(f"an estimated cost of {model}: of what it hears or of what it says?")


@vocabulary.of(VOCABULARY)
def load_terms(data: Any) -> Terms:
    """The vocabulary, read and compiled once."""
    proofs = data["proofs"]
    same = "urls canonical currency plan components props labels contexts long_context modalities uses"
    same += " qualities sizes units notes ids nouns tuned cut"
    tabs = "|".join(re.escape(tab) for tab in data["tabs"])
    return Terms(
        **{name: data[name] for name in same.split()},
        **{name: proofs[name] for name in ("language", "tables_min", "last_titles", "not_the_page")},
        text_columns={len(columns): tuple(columns) for columns in data["text_columns"]},
        switcher=_re(f"(?:{tabs}){{2,}}"),
        tabs=Tabs(data["tabs"]),
        sections={title: SectionRule(**rule) for title, rule in data["sections"].items()},
        columns={heading: ColumnRule(**rule) for heading, rule in data["columns"].items()},
        sized=_re(data["sized"]),
        unsplit=_re(data["unsplit"]),
        estimates=[(_re(entry["match"]), entry["meter"]) for entry in data["estimates"]],
        label_form=_re(data["label"]),
        phrases=phrases(data["phrases"]),
        tools=[ToolRule(**{**entry, "match": _re(entry["match"])}) for entry in data["tools"]],
        asides=[_re(text) for text in data["asides"]],
        free=[FreeSentence(**{**entry, "match": _re(entry["match"])}) for entry in data["free"]],
        facts=[(entry["name"], _re(entry["match"])) for entry in data["facts"]],
    )


def _re(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)
