"""What became of a mutant: correct, refused or wrong. Strict: what is neither correct nor a refusal that says so is wrong."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from ratecards.model import Rate
from ratecards.storage import codec
from scraper.model import GOOD, SourceResult
from scraper.publish.dataset import FACTS
from scraper.storage import card_files
from tests.drill.mutants import Mutant
from tests.drill.said import Facts
from tests.drill.subjects import NOW, Subject
from tests.drill.waits import at_once

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+")
_QUOTED = ("gemini-api", "vertex-ai")
CORRECT, REFUSED, WRONG = "correct", "refused", "wrong"


@dataclass(frozen=True)
class Outcome:
    """One of the three words, the judge's outcome, and for a wrong one what is wrong."""

    word: str
    judged: str
    why: tuple[str, ...] = ()


def outcome(subject: Subject, mutant: Mutant) -> Outcome:
    """Judge a mutant against its page's baseline, and look at what would be published."""
    try:
        return _outcome(subject, mutant)
    except Exception as error:
        return Outcome(WRONG, "failed", (f"{type(error).__name__}: {error}",))


def _outcome(subject: Subject, mutant: Mutant) -> Outcome:
    verdict = subject.judged(mutant.bodies)
    published = subject.told(verdict).facts
    wanted = subject.before if mutant.unsaid else mutant.says.facts
    refused, wrong = _compared(published, wanted, subject.before, _Excuses(verdict))
    if mutant.may_keep and wrong and published == subject.before:
        refused, wrong = set(), []
    if verdict.outcome not in GOOD and verdict.cards is not None and verdict.outcome != "PARTLY_READ":
        wrong.append(f"{verdict.outcome}, but cards would be written")
    wrong += _unwritable(subject, verdict)
    if subject.source.name not in FACTS:  # their figures are no prices
        wrong += at_once(subject.says, subject.told(verdict), NOW.date().isoformat())
    if verdict.held:
        # what waits is published in the end: it must be what the page says, too
        later = subject.judged(mutant.bodies, hold=False)
        seen = subject.told(later).facts
        if not (mutant.may_keep and seen == subject.before):
            wrong += [f"held: {words}" for words in _compared(seen, wanted, subject.before, _Excuses(later))[1]]
    silent = verdict.outcome in GOOD and not (verdict.held or verdict.inferred)
    if verdict.inferred and "currency" in mutant.kind:
        wrong.append(f"another currency was inferred to be the same: {verdict.inferred[0].words}")
    if mutant.unsaid and silent:
        wrong.append("nothing says that something was not read")
    doubted = refused or not silent
    if doubted and not (told := _told(verdict)):
        wrong.append("refused without a word")
    elif doubted and mutant.place and not any(word in told for word in mutant.place):
        wrong.append(f"the refusal names none of {mutant.place}: {told[:300]}")
    word = WRONG if wrong else REFUSED if doubted else CORRECT
    return Outcome(word, verdict.outcome, tuple(wrong))


def _unwritable(subject: Subject, verdict: SourceResult) -> list[str]:
    """Why the cards that changed could not be written, or say a price that their own words do not."""
    wrong = []
    for model, card in (verdict.cards or {}).items():
        if card == subject.baseline.get(model):
            continue
        try:
            card_files.encode(card)
        except codec.CodecError as error:
            wrong.append(str(error))
        wrong += [
            f"{r.model}: the price {r.price} stands nowhere in {r.evidence.quote!r}"
            for r in card.rates
            if r.price and r.source in _QUOTED and not _prices(r) & _numbers(r.evidence.quote)
        ]
    return wrong


def _prices(rate: Rate) -> set[str]:
    """How a price may be printed: as it stands, or that of one token and hour."""
    assert rate.price
    hourly = [rate.price / 1_000_000] if rate.unit == "1000000 token-hours" else []
    return {str(price.normalize()) for price in (rate.price, *hourly)}


def _numbers(quote: str) -> set[str]:
    """The numbers in a quote, full-width digits as plain ones."""
    plain = unicodedata.normalize("NFKC", quote).replace(",", "")
    return {str(Decimal(n).normalize()) for n in _NUMBER.findall(plain)}


def _told(verdict: SourceResult) -> str:
    """All that the verdict tells a person."""
    held = [f"{item.change.model}: {item.reason}" for item in verdict.held]
    inferred = [" ".join((*one.places, one.words)) for one in verdict.inferred]
    return "\n".join([*verdict.messages, *held, *inferred])


class _Excuses:
    """Why a rate may stand as it was: its whole source, its section, its row or this very change was not believed."""

    def __init__(self, verdict: SourceResult) -> None:
        self.all = verdict.outcome not in (*GOOD, "PARTLY_READ")
        unread = verdict.reading.unread if verdict.reading else []
        self.unread = {model for section in unread for model in section.models}
        self.unread |= {"tools"} if any(not section.counted for section in unread) else set()
        self.nameless = any(section.counted and not section.models for section in unread)
        self.gaps = verdict.reading.gaps if verdict.reading else []
        self.models = {item.change.model for item in verdict.held if item.change.kind.startswith("model_")}
        self.rates = {
            (rate.model, rate.service_tier, rate.plan, rate.meter, rate.modality)
            for item in verdict.held
            for rate in (item.change.old, item.change.new)
            if rate
        }

    def model(self, model: str) -> bool:
        """Whether a model may stand as it was, for a reason that the verdict tells."""
        return self.all or model in self.unread or model in self.models or self.nameless

    def rate(self, model: str, key: tuple) -> bool:
        """Whether one rate may."""
        tier, _, meter = key[:3]
        gap = any(model in g.models and g.service_tier in ("", tier) and meter in g.meters for g in self.gaps)
        return gap or (model, *key[:4]) in self.rates


def _compared(published: Facts, wanted: Facts, before: Facts, excuses: _Excuses) -> tuple[set[str], list[str]]:
    """The models that stand as they were for a reason, and everything that is wrong."""
    refused: set[str] = set()
    wrong: list[str] = []
    for model in sorted({*published, *wanted, *before}):
        has, said, was = (facts.get(model, {}) for facts in (published, wanted, before))
        if has == said:
            continue
        if has == was and excuses.model(model):
            refused.add(model)
            continue
        for key in sorted({*has, *said}, key=repr):
            if has.get(key) == said.get(key):
                continue
            if has.get(key) == was.get(key) and excuses.rate(model, key):
                refused.add(model)
            else:
                wrong.append(f"{model} {' '.join(filter(None, map(str, key)))}: {_words(was, key)} was published, ")
                wrong[-1] += f"the page says {_words(said, key)}, now published {_words(has, key)}"
    return refused, wrong


def _words(facts: dict[tuple, object], key: tuple) -> str:
    return str(facts.get(key, "nothing"))
