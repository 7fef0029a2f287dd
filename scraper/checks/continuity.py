"""What only the published edition can tell of the next one, and what of it stands on where the next was not read.

Pure. A reading's sections gain the problems that are found here, as if their reader had seen them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from ratecards.model import Rate, RateCard
from scraper.prices.conditions import digest
from scraper.prices.normalise import fold
from scraper.prices.rateset import lapsed
from scraper.reading import Gap, Problem, Reading, Section

Cards = Mapping[str, RateCard]
Said = Mapping[str, Sequence[str]]
# Stands in a state as soon as an edition has been read, also one without any such sentence.
_READ = ""


def doubt(reading: Reading, old: Cards, said: Said, renames: Mapping[str, str], day: date) -> list[str]:
    """Add to each section what speaks against it; gives lines for the report on what touches none.

    `said` is what `sentences_of` gave for the published edition, empty before the first; `day` is the page's.
    """
    _twice(reading.sections)
    _still_printed(reading, old, renames)
    for section in reading.sections:
        rates = [rate for draft in section.cards for rate in draft.rates]
        section.problems += lapsed(rates, day) if any(map(_dated, rates)) else []
    return list(_new_sentences(reading, said, renames)) if said else []


def _dated(rate: Rate) -> bool:
    return rate.effective_from is not None or rate.effective_until is not None


def _twice(sections: Iterable[Section]) -> None:
    """Two sections that give a card of one model: which of them is it?"""
    first: dict[str, Section] = {}
    for section in sections:
        for draft in section.cards:
            other = first.setdefault(draft.model, section)
            if other is not section:
                message = f"{draft.model} is priced in two sections, {other.title!r} and {section.title!r}"
                for one in (other, section):
                    one.problems.append(Problem("conflict", name_of(one), message))


def _still_printed(reading: Reading, old: Cards, renames: Mapping[str, str]) -> None:
    """An id that has a card and stands on the page is not gone, whatever it stands in."""
    known = {model for section in reading.sections for model in section.models}
    for model in sorted({*old} - known):
        if _renamed(model, renames) & known:
            continue
        section = next((s for s in reading.sections if model in s.named), None)
        if section:
            message = f"{model}, which has a card, is printed here and is no section's id"
            section.problems.append(Problem("layout", name_of(section), message, model))


def _renamed(model: str, renames: Mapping[str, str]) -> set[str]:
    """What a model is called now, over all its renames."""
    names: set[str] = set()
    while model in renames and model not in names:
        names.add(model)
        model = renames[model]
    return names | {model}


def name_of(section: Section) -> str:
    """What a section goes by in a state file."""
    return section.anchor or section.title


# ------------------------------------------------------------------------------------------- sentences


def _key(section: Section) -> str:
    return section.models[0] if section.models else fold(section.title)


def sentences_of(readings: Iterable[Reading], before: Said, *, whole: bool) -> dict[str, list[str]]:
    """By section, digests of the sentences about prices that nothing reads; those of unread ones as they were.

    Where not all representations were read (`whole`), those known before are known still.
    """
    found: dict[str, set[str]] = {_READ: set()}
    for section in (section for reading in readings for section in reading.sections):
        key = _key(section)
        words = set() if section.problems else set(map(digest, section.words))
        kept = set(before.get(key, ())) if section.problems or not whole else set()
        found[key] = found.get(key, set()) | words | kept
    return {key: sorted(digests) for key, digests in sorted(found.items()) if digests or key == _READ}


def _new_sentences(reading: Reading, said: Said, renames: Mapping[str, str]) -> Iterator[str]:
    """What the published edition did not say is a problem of its section, or of those that it names."""
    old_names = {new: old for old, new in renames.items()}
    for section in reading.sections:
        key = _key(section)
        known = {*said.get(key, ()), *said.get(old_names.get(key, key), ())}
        for words in [words for words in section.words if digest(words) not in known]:
            message = f"new words about prices that nothing reads (`asides` has those that select none): {words!r}"
            touched = [section] if section.models or section.cards else _concerned(section, words, reading)
            for one in touched:
                one.problems.append(Problem("condition", name_of(one), message, words))
            if not touched:
                yield f"{name_of(section)}: {message}"


def _concerned(section: Section, words: str, reading: Reading) -> list[Section]:
    """The sections that words speak of which stand in none of a model: those they stand above, else those they name."""
    if section.concerns:
        return [s for s in reading.sections if {*s.models} & {*section.concerns}]
    text = fold(words)
    return [s for s in reading.sections if s.models and any(fold(name) in text for name in (s.title, *s.models))]


# ------------------------------------------------------------------------------------ what stands on


def standing_on(
    new: Mapping[str, RateCard], old: Cards, gaps: Sequence[Gap], renames: Mapping[str, str]
) -> tuple[dict[str, RateCard], dict[str, list[Rate]]]:
    """The new cards with the published rates that stand in gaps, and these rates by model.

    Where a rate that is near a gap is missing without being hidden by it (its label may have changed with the cell),
    all that is near the gap stands as it was.
    """
    cards, kept = dict(new), {}
    before = {new_id: old[old_id] for old_id, new_id in renames.items() if old_id in old} | dict(old)
    for model in sorted({model for gap in gaps for model in gap.models} & cards.keys() & before.keys()):
        own = [gap for gap in gaps if model in gap.models]
        rates = [replace(rate, model=model) for rate in before[model].rates]
        read = {rate.join_key for rate in cards[model].rates}
        hidden = [rate for rate in rates if any(gap.hides(rate) for gap in own)]
        near = [rate for rate in rates if any(gap.near(rate) for gap in own)]
        if all(rate in hidden or rate.join_key in read for rate in near):
            fresh = [rate for rate in cards[model].rates if not any(gap.hides(rate) for gap in own)]
            kept[model] = hidden
        else:
            fresh = [rate for rate in cards[model].rates if not any(gap.near(rate) for gap in own)]
            kept[model] = near
        # what a note says may hang on the row that was not read
        said = {"formulas": before[model].formulas, "facts": before[model].facts}
        cards[model] = replace(cards[model], rates=(*fresh, *kept[model]), **said)  # type: ignore[arg-type]
    return cards, kept


def unpriced(new: Mapping[str, RateCard], old: Cards, reading: Reading) -> dict[str, RateCard]:
    """The new cards with what was priced and now is free, or is not sold: that is no removal."""
    cards = dict(new)
    said = [rate for section in reading.sections if not section.problems for rate in section.unpriced]
    for model in {rate.model for rate in said} & cards.keys() & old.keys():
        read = {rate.join_key for rate in cards[model].rates}
        more = [
            replace(
                before,
                availability=now.availability,
                price=now.price,
                currency=now.currency,
                effective_from=None,
                effective_until=None,
                evidence=now.evidence,
            )
            for before in {rate.join_key: rate for rate in old[model].rates if rate.join_key not in read}.values()
            for now in said
            if _same_thing(now, before)
        ]
        cards[model] = replace(cards[model], rates=(*cards[model].rates, *more))
    return cards


def _same_thing(now: Rate, before: Rate) -> bool:
    names = ("model", "service_tier", "plan", "meter")
    alike = all(getattr(now, name) == getattr(before, name) for name in names)
    return alike and now.context in ("", before.context)
