"""A page against its other representation, and against what was published of it. Pure; nothing given is changed.

Representations of one capture must give the same rates and the same figures in their footnotes. Only what was published
tells that an id is still printed or that a sentence is new. What could not be read stands as it was published.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from ratecards.model import Formula, Rate, RateCard, plain
from scraper.model import Gap, Problem, Reading, Section
from scraper.prices.conditions import digest
from scraper.prices.normalize import label_key
from scraper.prices.rateset import lapsed


def representation_conflicts(readings: Mapping[str, Reading]) -> list[str]:
    """Where the readings of one capture, by representation, disagree, in words; each is compared with the next."""
    words = []
    for (kind, one), (other, two) in pairwise(readings.items()):
        words += disagreements(one.rates(), two.rates(), kind, other)
        words += _figures_apart(one, two, f"{kind} and {other}")
    return words


def disagreements(one: Sequence[Rate], other: Sequence[Rate], left: str, right: str) -> list[str]:
    """The rows on which two representations of one capture differ, in words."""
    rows = [{r.row_key: r for r in rates} for rates in (one, other)]
    words = []
    for key in sorted({*rows[0], *rows[1]}, key=repr):
        a, b = rows[0].get(key), rows[1].get(key)
        if a != b:
            place = (a or b).evidence.locator  # type: ignore[union-attr]
            words.append(f"{left} and {right} disagree at {place}: {_said(a)} against {_said(b)}")
    return words


def _said(rate: Rate | None) -> str:
    return repr(rate.evidence.quote) if rate else "no such row"


def _figures_apart(one: Reading, other: Reading, both: str) -> list[str]:
    """By model, the figures that only one of them has; the wording around a figure may differ."""
    left, right = _figures(one), _figures(other)
    words = []
    for model in sorted({*left, *right}):
        if apart := left.get(model, set()) ^ right.get(model, set()):
            seen = "; ".join(sorted(apart))
            words.append(f"{both} disagree in the figures of {model}, only one of them says: {seen}")
    return words


def _figures(reading: Reading) -> dict[str, set[str]]:
    return {draft.model: {_figure(f) for f in draft.formulas} for draft in reading.drafts()}


def _figure(f: Formula) -> str:
    tokens, amount = "" if f.tokens is None else f"{f.tokens} tokens", "" if f.amount is None else plain(f.amount)
    return " ".join(filter(None, (f.meter, f.modality, f.resolution, tokens, amount, f.currency, "per", f.unit)))


# ------------------------------------------------------------------------------------ what the published edition tells

Cards = Mapping[str, RateCard]
Said = Mapping[str, Sequence[str]]
# Stands in a state as soon as an edition has been read, also one without any such sentence.
_READ = ""


# A problem and the number of the section that it is of.
Numbered = Iterator[tuple[int, Problem]]


def compared_with_published(
    reading: Reading, old: Cards, said: Said, renames: Mapping[str, str], day: date
) -> tuple[Reading, list[str]]:
    """The reading with what speaks against each section, and lines for the report on what touches none.

    `said` is what `sentences_of` gave for the published edition, empty before the first; `day` is the page's.
    """
    found: dict[int, list[Problem]] = defaultdict(list)
    lines: list[str] = []
    for number, problem in (
        *_twice(reading.sections),
        *_still_printed(reading, old, renames),
        *_lapsed(reading.sections, day),
        *(_new_sentences(reading, said, renames, lines) if said else ()),
    ):
        found[number].append(problem)
    sections = [replace(s, problems=[*s.problems, *found[n]]) for n, s in enumerate(reading.sections)]
    return replace(reading, sections=sections), lines


def share_problems(readings: Mapping[str, Reading]) -> dict[str, Reading]:
    """The readings, where what one representation could not read, a section or a row, is unread in the other, too."""
    problems = {s.models or s.anchor: s.problems for r in readings.values() for s in r.unread}
    gaps = [gap for r in readings.values() for s in r.sections for gap in s.gaps]
    shared = {}
    for kind, reading in readings.items():
        sections = [_with_gaps(_with_problems(s, problems), gaps) for s in reading.sections]
        lost = sum(
            before.amounts.read - now.amounts.read for before, now in zip(reading.sections, sections, strict=True)
        )
        amounts = replace(reading.amounts, read=reading.amounts.read - lost)
        shared[kind] = replace(reading, sections=sections, amounts=amounts)
    return shared


def _with_problems(section: Section, problems: Mapping[tuple[str, ...] | str, Sequence[Problem]]) -> Section:
    return (
        section
        if section.problems
        else replace(section, problems=list(problems.get(section.models or section.anchor, ())))
    )


def _with_gaps(section: Section, gaps: Iterable[Gap]) -> Section:
    """The section with those of the gaps that are of its models and not known in it."""
    own = {*(section.models or (draft.model for draft in section.cards))}
    known = list(section.gaps)
    for gap in gaps:
        if own.intersection(gap.models) and not any(map(gap.same, known)):
            known.append(gap)
    lost = sum(gap.amounts for gap in known[len(section.gaps) :])
    return replace(section, gaps=known, amounts=replace(section.amounts, read=section.amounts.read - lost))


def _lapsed(sections: Sequence[Section], day: date) -> Numbered:
    """Dated prices that leave none on the page's day."""
    for number, section in enumerate(sections):
        rates = [rate for draft in section.cards for rate in draft.rates]
        if any(rate.effective_from is not None or rate.effective_until is not None for rate in rates):
            yield from ((number, problem) for problem in lapsed(rates, day))


def _twice(sections: Sequence[Section]) -> Numbered:
    """Two sections that give a card of one model: which of them is it?"""
    first: dict[str, int] = {}
    for number, section in enumerate(sections):
        for draft in section.cards:
            other = first.setdefault(draft.model, number)
            if other != number:
                message = f"{draft.model} is priced in two sections, {sections[other].title!r} and {section.title!r}"
                yield from ((n, Problem("conflict", name_of(sections[n]), message)) for n in (other, number))


def _still_printed(reading: Reading, old: Cards, renames: Mapping[str, str]) -> Numbered:
    """An id that has a card and stands on the page is not gone, whatever it stands in."""
    known = {model for section in reading.sections for model in section.models}
    for model in sorted({*old} - known):
        if _renamed(model, renames) & known:
            continue
        if found := next(((n, s) for n, s in enumerate(reading.sections) if model in s.named), None):
            message = f"{model}, which has a card, is printed here and is no section's id"
            yield found[0], Problem("layout", name_of(found[1]), message, model)


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
    return section.models[0] if section.models else label_key(section.title)


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


def _new_sentences(reading: Reading, said: Said, renames: Mapping[str, str], lines: list[str]) -> Numbered:
    """What the published edition did not say is a problem of its section, or of those that it names; else a line."""
    old_names = {new: old for old, new in renames.items()}
    for number, section in enumerate(reading.sections):
        key = _key(section)
        known = {*said.get(key, ()), *said.get(old_names.get(key, key), ())}
        for words in [words for words in section.words if digest(words) not in known]:
            message = f"new words about prices that nothing reads (`asides` has those that select none): {words!r}"
            touched = [number] if section.models or section.cards else _concerned(section, words, reading)
            yield from ((n, Problem("condition", name_of(reading.sections[n]), message, words)) for n in touched)
            if not touched:
                lines.append(f"{name_of(section)}: {message}")


def _concerned(section: Section, words: str, reading: Reading) -> list[int]:
    """The sections that words speak of which stand in none of a model: those they stand above, else those they name."""
    sections = list(enumerate(reading.sections))
    if section.concerns:
        return [n for n, s in sections if {*s.models} & {*section.concerns}]
    text = label_key(words)
    return [n for n, s in sections if s.models and any(label_key(name) in text for name in (s.title, *s.models))]


# ------------------------------------------------------------------------------------ what stands as it was


def pin_unread(
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


def no_longer_priced(new: Mapping[str, RateCard], old: Cards, reading: Reading) -> dict[str, RateCard]:
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
