"""The second pass: what unknown words of a page could mean, where the numbers prove it. Pure; the strict reading stays.

Words that stopped the strict reader are tried as lines of the vocabulary, in a few of the sections that have them. What
one candidate alone proves is taken for the whole page, which is then read once more. Only rates of rows that are proven
are added to the strict reading, each marked; a row that is not stays unread, and its section with it where nothing says
what the row is.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ratecards.model import METERS, Rate, RateCard
from scraper.checks import proofs
from scraper.checks.proofs import STRONG, TIERS, Known, Proof, row_of
from scraper.model import Gap, Inferred, Problem, Reading, Section, too_little_read
from scraper.prices.lexicon import counted
from scraper.prices.normalize import label_key
from scraper.prices.skippable import selecting
from scraper.sources.candidates import Candidate, words_of
from scraper.sources.vocabulary import Patch, VocabularyError, lines, merged

# So many different unknown terms are a redesign.
MOST_TERMS = 5
_MOST_WORDS = 40
# In so many sections a candidate is tried; what it proves there, it proves.
_TRIED, _ROUNDS = 3, 3
_WORDS = ("section", "model", "label", "header", "tab", "cell")
# What names a thing: the relations of its prices are those of any other's.
_NAMES = ("model",)
# The words of rows and tabs stand where they were unknown; any other may stand in every section.
_IN_ITS_PLACE = {"rows", "metadata_rows", "variant_rows", "labels", "tabs"}
# A candidate that brings such a problem reads the page wrongly.
_WRONG = ("conflict", "layout", "unclaimed")


@dataclass(frozen=True, slots=True)
class Term:
    """Unknown words: their candidates, and by number of section the problems in which they stand."""

    kind: str
    words: tuple[str, ...]
    candidates: Sequence[Candidate]
    places: Mapping[int, Sequence[Problem]]


class Tried(NamedTuple):
    """What a candidate gives at the places that were tried: by row its rates, and the proofs of those that have one."""

    rows: Mapping[tuple[int, str], frozenset[Rate]]
    proven: Mapping[tuple[int, str], Proof]


def terms_of(module: Any, reading: Reading) -> list[Term]:
    """The unknown words of a reading, by what they could mean."""
    found: dict[object, Term] = {}
    known: dict[object, Sequence[Candidate]] = {}
    for number, section in enumerate(reading.sections):
        for kind, words, problems in _unknown(section):
            asked = kind, tuple(p.term for p in problems), section.models, section.counted
            if asked not in known:
                known[asked] = module.candidates(problems, section)
            candidates = known[asked]
            key = (kind, repr(candidates)) if candidates else (kind, words)
            term = found.setdefault(key, Term(kind, words, candidates, defaultdict(list)))
            term.places[number].extend(problems)  # type: ignore[attr-defined]
    return _joined(found.values())


def _joined(terms: Iterable[Term]) -> list[Term]:
    """The terms, those about one word as one: it means in every cell what it can mean in all of them."""
    every, found = list(terms), list[Term]()
    for term in [replace(term, candidates=_everywhere(term, every)) for term in every]:
        for at, other in enumerate(found):
            common = [c for c in other.candidates if c in term.candidates]
            if common and _nouns(common) and _nouns(term.candidates) == _nouns(other.candidates):
                places: dict[int, Sequence[Problem]] = defaultdict(list, other.places)
                for number, problems in term.places.items():
                    places[number] = [*places[number], *problems]
                found[at] = Term(term.kind, other.words, common, places)
                break
        else:
            found.append(term)
    return found


def _everywhere(term: Term, terms: Sequence[Term]) -> Sequence[Candidate]:
    """The candidates of a term that hold in every other cell in which a word of theirs stands, and that any reads."""
    left = list(term.candidates)
    for other in (other for other in terms if other.candidates and other.kind == term.kind):
        text = " ".join(other.words)
        shared = {word for word in _nouns(left) if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)}
        left = [c for c in left if not shared & _nouns([c]) or c in other.candidates]
    return left


def _nouns(candidates: Iterable[Candidate]) -> set[str]:
    """The words that candidates say to stand for nouns."""
    return {word for candidate in candidates for word in candidate.patch.get("nouns", ())}


def _unknown(section: Section) -> Iterator[tuple[str, tuple[str, ...], list[Problem]]]:
    """The problems of words, those of one table's headers together."""
    headers: dict[str, list[Problem]] = defaultdict(list)
    for problem in dict.fromkeys((*section.problems, *(gap.problem for gap in section.gaps))):
        if problem.kind not in _WORDS or not problem.term:
            continue
        if problem.kind == "header":
            headers[problem.place].append(problem)
        else:
            yield problem.kind, (label_key(problem.term),), [problem]
    for problems in headers.values():
        yield "header", tuple(label_key(p.term) for p in problems), problems


def infer(module: Any, reading: Reading, known: Known) -> tuple[Reading, list[Inferred]]:
    """The reading with what could be proven of its unknown words, and these words; the same where there are none."""
    if not (reading.again and hasattr(module, "candidates")):
        return reading, []
    terms = [] if _too_many(reading, known) else terms_of(module, reading)
    if not terms:
        return reading, []
    if (count := _rewordings(terms, known)) > MOST_TERMS:
        words = f"{count} different unknown terms, more than {MOST_TERMS}: that is a redesign, and nothing is inferred"
        return replace(reading, notes=[*reading.notes, words]), []
    taken: list[tuple[Term, Candidate]] = []
    sections, asked = dict(enumerate(reading.sections)), set[tuple[str, tuple[str, ...]]]()
    for _ in range(_ROUNDS):
        fresh = [t for t in terms if t.candidates and (t.kind, t.words) not in asked]
        asked |= {(t.kind, t.words) for t in fresh}
        found = [(t, chosen) for t in fresh if (chosen := _chosen(module, reading, sections, t, taken, known))]
        if not found:
            break
        taken = _agreeing([*taken, *found])
        patch = merged(c.patch for _, c in taken)
        whole = not patch.keys() <= _IN_ITS_PLACE
        only = None if whole else [n for n, section in sections.items() if section.problems or section.gaps]
        sections |= reading.again(module.patched(patch), only)
        terms = terms_of(module, replace(reading, sections=list(sections.values())))
    accepted, inferred = _accepted(reading, sections, taken, known) if taken else (reading, [])
    after = _isolated(module, accepted, [c.patch for _, c in taken], known)
    every = sum(section.counted for section in after.sections)
    if inferred and too_little_read(unread := len(unproven(after)), every):
        words = f"{unread} of {every} sections hold something that nothing proves"
        after = replace(after, suspicions=[*after.suspicions, words])
    return after, inferred


def _rewordings(terms: Sequence[Term], known: Known) -> int:
    """How many things are unknown: terms that share a word which the published cards have nowhere are one."""
    return _different([term.words for term in terms if term.candidates], known)


def _too_many(reading: Reading, known: Known) -> bool:
    """Whether a page has so many different words that nobody knows that what each could mean is not asked."""
    said = {tuple(p.term for p in problems) for s in reading.sections for _, _, problems in _unknown(s)}
    return _different(list(said), known) > _MOST_WORDS


def _different(terms: Sequence[Sequence[str]], known: Known) -> int:
    """How many of the terms share no word that is printed nowhere else; counted to the end of what is asked."""
    spoken = [words_of(" ".join(words)) for words in terms]
    left = [{word for word in words if word.isalpha() and not selecting(word)} for words in spoken]
    if len(left) <= MOST_TERMS:
        return len(left)
    said = {(rate.evidence.quote, rate.evidence.locator) for card in known.cards.values() for rate in card.rates}
    printed = {word for texts in said for text in texts for word in words_of(text)}
    left, count = [words - printed for words in left], 0
    while count <= _MOST_WORDS and (shared := Counter(word for words in left for word in sorted(words))):
        most = shared.most_common(1)[0][0]
        left, count = [words for words in left if most not in words], count + 1
    return count + len(left)


def _agreeing(taken: Sequence[tuple[Term, Candidate]]) -> list[tuple[Term, Candidate]]:
    """Those that can be taken together; of two that say different things of one word neither."""
    kept = []
    for item in taken:
        try:
            for other in taken:
                merged([item[1].patch, other[1].patch])
        except VocabularyError:
            continue
        kept.append(item)
    return kept


# ------------------------------------------------------------------------------------------------ one term


def _chosen(
    module: Any,
    reading: Reading,
    sections: Mapping[int, Section],
    term: Term,
    taken: Sequence[tuple[Term, Candidate]],
    known: Known,
) -> Candidate | None:
    """The one candidate of a term that has a proof: where several have, the one that is proven wherever others are.

    Where a few sections do not tell, all that have its words are asked.
    """
    before = [c.patch for _, c in taken]
    few = _best(module, reading, sections, term, known, before, _TRIED)
    if few is None and len(term.places) > _TRIED:
        return _best(module, reading, sections, term, known, before, len(term.places))
    return few


def _best(
    module: Any,
    reading: Reading,
    sections: Mapping[int, Section],
    term: Term,
    known: Known,
    before: Sequence[Patch],
    most: int,
) -> Candidate | None:
    tried: list[tuple[Candidate, Tried]] = []
    for candidate in term.candidates:
        found = tried_out(module, reading, sections, term, candidate, known, before, most)
        if found.proven and not any(found.rows == other.rows for _, other in tried):
            tried.append((candidate, found))
    strong = [(c, {place for place, p in t.proven.items() if p.name in STRONG}) for c, t in tried]
    strong = [(c, places) for c, places in strong if places]
    if not strong and term.kind not in _NAMES:
        strong = [(c, {*t.proven}) for c, t in tried if any(p.tiers >= TIERS for p in t.proven.values())]
    best = [c for c, places in strong if all(others < places for other, others in strong if other is not c)]
    return best[0] if len(best) == 1 else None


def tried_out(
    module: Any,
    reading: Reading,
    sections: Mapping[int, Section],
    term: Term,
    candidate: Candidate,
    known: Known,
    before: Sequence[Patch],
    most: int,
) -> Tried:
    """What a candidate gives in the sections that are tried: those whose models were published come first."""
    published = {n: bool({*sections[n].models, *_drafted(sections[n])} & known.cards.keys()) for n in term.places}
    only = sorted(sorted(term.places, key=lambda n: (not published[n], n))[:most])
    rows: dict[tuple[int, str], frozenset[Rate]] = {}
    proven: dict[tuple[int, str], Proof] = {}
    assert reading.again  # noqa: S101 - asked before
    try:
        again = reading.again(module.patched(merged([*before, candidate.patch])), only)
    except VocabularyError:
        return Tried(rows, proven)
    for number, now in again.items():
        was = sections[number]
        if _spoilt(was, now):
            continue
        for place, row in _added(was, now).items():
            rows[number, place] = frozenset(row)
            if not _taken(row, was) and (proof := _proof(row, was, now, [candidate], known)):
                proven[number, place] = proof
        if candidate.no_prices and not _added(was, now) and _settled_metadata(was, now, known):
            rows[number, ""], proven[number, ""] = frozenset(), Proof("continuity", "what it says is as published")
    return Tried(rows, proven)


def would_publish(
    module: Any, reading: Reading, number: int, candidate: Candidate, problems: Sequence[Problem]
) -> list[Rate] | None:
    """The rates that a section would have with a candidate's lines, and has not, proven or not; None if it is none.

    Whether a sentence is new only what was published knows: lines that name it settle it.
    """
    was = reading.sections[number]
    now = reading.again(module.patched(candidate.patch), [number])[number] if reading.again else was
    left = {*now.problems, *(gap.problem for gap in now.gaps)}
    settled = any(problem not in left for problem in problems)
    fresh = left - {*was.problems, *(gap.problem for gap in was.gaps)}
    worse = any(p.kind in _WRONG or not p.term or (p.kind == "cell" and candidate.no_prices) for p in fresh)
    if (not settled and problems[0].kind != "condition") or worse:
        return None
    before = {*_rates(was)}
    return [rate for rate in _rates(now) if rate not in before]


def _spoilt(was: Section, now: Section) -> bool:
    """Whether another reading has contradictions that were not there, or reads otherwise what was read."""
    old = {(p.kind, p.place, p.message) for p in was.problems}
    wrong = [p for p in now.problems if (p.kind, p.place, p.message) not in old and (p.kind in _WRONG or not p.term)]
    read = {rate.row_key: rate for rate in _rates(now)}
    return bool(wrong) or any(read.get(rate.row_key) != rate for rate in _rates(was))


def _rates(section: Section) -> list[Rate]:
    return [rate for draft in section.cards for rate in draft.rates]


def _drafted(section: Section) -> set[str]:
    return {draft.model for draft in section.cards}


def _added(was: Section, now: Section) -> dict[str, list[Rate]]:
    """By place, the whole rows of which the strict reader had not every rate."""
    before, rows = {*_rates(was)}, defaultdict[str, list[Rate]](list)
    for rate in _rates(now):
        rows[row_of(rate)].append(rate)
    return {place: row for place, row in rows.items() if not before.issuperset(row)}


def _taken(row: Sequence[Rate], was: Section) -> bool:
    """Whether another row gives a rate of the row already: what it means, the table has."""
    read = {rate: row_of(rate) for rate in _rates(was)}
    return any(read.get(rate, row_of(rate)) != row_of(rate) for rate in row)


def _settled_metadata(was: Section, now: Section, known: Known) -> bool:
    """Whether a problem is gone and what the cards say of the use of data is what was published."""
    same = _same_use(now, known)
    return len(now.problems) < len(was.problems) and bool(same) and all(same)


def _same_use(section: Section, known: Known) -> list[bool]:
    """Of each model that was published, whether the section says the same of the use of data."""
    drafts = [draft for draft in section.cards if draft.model in known.cards]
    return [draft.used_to_improve == known.cards[draft.model].used_to_improve for draft in drafts]


def _proof(
    row: Sequence[Rate],
    was: Section,
    section: Section,
    candidates: Sequence[Candidate],
    known: Known,
    elsewhere: int = 0,
) -> Proof | None:
    """The strongest proof of a row; `elsewhere` says how many other sections prove its words strongly."""
    nouns = {word: noun for candidate in candidates for word, noun in candidate.patch.get("nouns", {}).items()}
    if proof := proofs.continuity(row, known, nouns):
        return proof
    section_rates = _rates(section)
    if proofs.less(row, section_rates, known):
        return None
    skipped = {words.lower() for candidate in candidates for words in candidate.skipped}
    formulas = [formula for draft in section.cards for formula in draft.formulas]
    in_cells = all(candidate.skipped for candidate in candidates)
    if in_cells and (proof := proofs.arithmetic(row, skipped, section_rates, formulas)):
        return proof
    if proof := proofs.corroboration(row, known):
        return proof
    found, read = list[Proof](), {*_rates(was)}
    for one in dict.fromkeys(rate.model for rate in row):
        model = [rate for rate in section_rates if rate.model == one]
        new = {rate for rate in model if rate not in read}
        mine = [rate for rate in row if rate.model == one]
        own = proofs.continuity(mine, known, nouns) or proofs.relation(mine, new, model, known, elsewhere)
        if own is None:
            return None
        found.append(own)
    return min((proof for proof in found if proof.name not in STRONG), key=lambda proof: proof.tiers)


# ------------------------------------------------------------------------------------------------ the page


def _accepted(
    reading: Reading, sections: Mapping[int, Section], taken: Sequence[tuple[Term, Candidate]], known: Known
) -> tuple[Reading, list[Inferred]]:
    """The strict reading with the rows that are proven, and the terms that they are proven of."""
    suspicions, doubted = list(reading.suspicions), dict[int, Section]()
    for number, was in enumerate(reading.sections):
        now = sections[number]
        if not (was.problems or was.gaps) and not _moved_in(was, now, taken):
            if [(r, r.evidence) for r in _rates(was)] != [(r, r.evidence) for r in _rates(now)]:
                suspicions.append(f"{was.anchor or was.title}: read otherwise with the words that were inferred")
        elif _spoilt(was, now):
            suspicions.append(f"{was.anchor or was.title}: what was read contradicts what was inferred")
        elif not now.problems and (
            all(_same_use(now, known)) or not any(c.no_prices and number in term.places for term, c in taken)
        ):
            doubted[number] = was
    strongly = _strongly({number: (was, sections[number]) for number, was in doubted.items()}, taken, known)
    said: dict[int, tuple[list[str], dict[str, None]]] = {}
    found = list(reading.sections)
    for number, was in doubted.items():
        marked = _marked(number, was, sections[number], taken, known, strongly, said)
        found[number] = was if _unmarked(was, marked) else marked
    inferred = [
        Inferred(taken[n][1].words, tuple(dict.fromkeys(places)), ", ".join(proven), tuple(lines(taken[n][1].patch)))
        for n, (places, proven) in sorted(said.items())
    ]
    return replace(_with_sections(reading, found), suspicions=suspicions), inferred


def _with_sections(reading: Reading, sections: list[Section]) -> Reading:
    """The reading with these for its sections, and the count of amounts as they read and ignore them."""
    amounts = replace(reading.amounts, ignored=reading.amounts.ignored.copy())
    for was, now in zip(reading.sections, sections, strict=True):
        amounts.read += now.amounts.read - was.amounts.read
        amounts.ignored += now.amounts.ignored - was.amounts.ignored
    return replace(reading, sections=sections, amounts=amounts)


def _strongly(
    sections: Mapping[int, tuple[Section, Section]], taken: Sequence[tuple[Term, Candidate]], known: Known
) -> list[set[int]]:
    """By term the sections, each as it was and as it reads now, of which a row proves it strongly."""
    found = [set[int]() for _ in taken]
    for number, (was, now) in sections.items():
        for place, row in _added(was, now).items():
            own = _touching(taken, number, place)
            proof = None if _taken(row, was) else _proof(row, was, now, [taken[n][1] for n in own], known)
            if proof and proof.name in STRONG:
                for n in own:
                    found[n].add(number)
    return found


def _touching(taken: Sequence[tuple[Term, Candidate]], number: int, place: str) -> list[int]:
    """The terms whose words stand at a row; those of its section where none says so."""
    own = [n for n, (term, _) in enumerate(taken) if number in term.places]
    here = [n for n in own if _touches(taken[n][0], number, place)]
    return (
        here or own or [n for n, (term, _) in enumerate(taken) if any(_touches(term, at, place) for at in term.places)]
    )


def _moved_in(was: Section, now: Section, taken: Sequence[tuple[Term, Candidate]]) -> bool:
    """Whether all that a section has more are rows that stood elsewhere, under the unknown words of these terms."""
    rows = _added(was, now)
    places = [(term, number) for term, _ in taken for number in term.places]
    return bool(rows) and all(any(_touches(term, number, place) for term, number in places) for place in rows)


def _isolated(module: Any, reading: Reading, taken: Sequence[Patch], known: Known) -> Reading:
    """The reading, where sections whose unknown words say which rates they can touch have gaps of these alone.

    Whatever was published of the same tier and is not on the page any more may be what they are.
    """
    sections = list(reading.sections)
    for number, section in enumerate(sections):
        if not section.problems or any(p.kind not in ("label", "tab") for p in section.problems):
            continue
        gaps, patches = list[Gap](), list[Patch]()
        for _, _, problems in _unknown(section):
            candidates = [c for c in module.candidates(problems, section) if not c.no_prices]
            tried = [(c, _alone(module, reading, number, [*taken, c.patch])) for c in candidates]
            read = [(c, now) for c, now in tried if now and _added(section, now)]
            # a tier that another table has is none of this one's; a row that contradicts another puts both in doubt
            if not read or (problems[0].kind == "label" and len(read) < len(candidates)):
                break
            patches.append(read[0][0].patch)
            rows = [row for _, now in read for row in _added(section, now).values()]
            gaps += _touched(problems[0], [rate for row in rows for rate in row])
        else:
            now = _alone(module, reading, number, [*taken, *patches])
            gaps = _widened(gaps, _rates(now), known) if now else gaps
            rows_read = len({row_of(rate) for rate in _rates(now)}) if now else 0
            lost = len({row for gap in gaps for row in _hidden(now, gap)}) if now else 0
            if now and not now.problems and not too_little_read(lost, rows_read):
                hiding = _hiding(now, [*section.gaps, *gaps])
                sections[number] = section if _unmarked(section, hiding) else hiding
    return _with_sections(reading, sections)


def _unmarked(was: Section, now: Section) -> bool:
    """Whether a section would publish, as if it were exact, what the strict reader did not read."""
    read = {*_rates(was)}
    shown = (rate for rate in _rates(now) if not any(gap.hides(rate) for gap in now.gaps))
    return any(rate not in read and not rate.evidence.reading for rate in shown)


def _alone(module: Any, reading: Reading, number: int, patches: Sequence[Patch]) -> Section | None:
    """One section by further lines; None where they say different things of one word, or contradict what was read."""
    assert reading.again  # noqa: S101 - asked before
    try:
        now = reading.again(module.patched(merged(patches)), [number])[number]
    except VocabularyError:
        return None
    return None if _spoilt(reading.sections[number], now) else now


def _touched(problem: Problem, rates: Sequence[Rate]) -> list[Gap]:
    """What may be of an unknown row or table: every rate of the tier and of the meters that it can have."""
    models = tuple(dict.fromkeys(rate.model for rate in rates))
    tiers: dict[str, dict[str, None]] = {}
    for rate in rates:
        tiers.setdefault(rate.service_tier, {})[rate.meter] = None
    whole = problem.kind == "tab"
    return [Gap(problem, models, tier, METERS if whole else tuple(meters)) for tier, meters in tiers.items()]


def _widened(gaps: Sequence[Gap], rates: Sequence[Rate], known: Known) -> list[Gap]:
    """The gaps, with the meters of what was published of their models and tiers and is not read."""
    read, found = {(rate.model, rate.row_key) for rate in rates}, list[Gap]()
    for gap in gaps:
        stood = (rate for model in gap.models if model in known.cards for rate in known.cards[model].rates)
        gone = (r.meter for r in stood if r.service_tier == gap.service_tier and (r.model, r.row_key) not in read)
        found.append(replace(gap, meters=tuple(dict.fromkeys((*gap.meters, *gone)))))
    return found


def _hidden(section: Section, gap: Gap) -> set[str]:
    return {row_of(rate) for rate in _rates(section) if gap.hides(rate)}


def _hiding(section: Section, gaps: Sequence[Gap]) -> Section:
    """The section with these gaps; what they hide does not count as read."""
    hidden = [rate for rate in _rates(section) if any(gap.hides(rate) for gap in gaps)]
    lost = sum(counted(quote) for _, quote in {(r.evidence.locator, r.evidence.quote) for r in hidden})
    return replace(section, gaps=list(gaps), amounts=replace(section.amounts, read=section.amounts.read - lost))


def _marked(
    number: int,
    was: Section,
    now: Section,
    taken: Sequence[tuple[Term, Candidate]],
    known: Known,
    strongly: Sequence[set[int]],
    said: dict[int, tuple[list[str], dict[str, None]]],
) -> Section:
    """A section as it reads with the inferred words: proven rows are marked, each other new row is a gap."""
    own = [n for n, (term, _) in enumerate(taken) if number in term.places]
    read = {*_rates(was)}
    marked: dict[Rate, Rate] = {}
    gaps = list(now.gaps)
    lost = 0
    for place, row in _added(was, now).items():
        touching = _touching(taken, number, place)
        elsewhere = min((len(strongly[n] - {number}) for n in touching), default=0)
        candidates = [taken[n][1] for n in touching]
        # words that are skipped need a factor of their own beside what others prove
        sections = 0 if any("cell_asides" in c.patch for c in candidates) else elsewhere
        proof = None if _taken(row, was) else _proof(row, was, now, candidates, known, sections)
        named = any(taken[n][0].kind in _NAMES for n in touching)
        if proof and proof.name not in STRONG and (named or not (proof.tiers >= TIERS or elsewhere)):
            proof = None
        if proof is None:
            gap = _gap(place, row)
            gaps.append(gap)
            lost += gap.amounts
            continue
        words = f"{'; '.join(taken[n][1].words for n in touching)}; {proof.figures}"
        for rate in row:
            if rate not in read:
                evidence = replace(rate.evidence, reading=f"inferred: {proof.name}", how=words)
                marked[rate] = replace(rate, evidence=evidence)
        for n in touching:
            places, proven = said.setdefault(n, ([], {}))
            places.append(place)
            proven[proof.name] = None
    for n in own if now.cards and not _added(was, now) else ():
        places, proven = said.setdefault(n, ([], {}))
        places.append(was.anchor or was.title)
        proven["continuity"] = None
    cards = [replace(d, rates=tuple(marked.get(rate, rate) for rate in d.rates)) for d in now.cards]
    return replace(now, cards=cards, gaps=gaps, amounts=replace(now.amounts, read=now.amounts.read - lost))


def _touches(term: Term, number: int, place: str) -> bool:
    """Whether a row stands where the words of a term do."""
    row = label_key(place)
    for problem in term.places.get(number, ()):
        where = label_key(problem.place)
        here = row == where or row.startswith(f"{where} / ")
        if here and (term.kind != "label" or row == f"{where} / {label_key(problem.term)}" or row == where):
            return True
    return False


def _gap(place: str, row: Sequence[Rate]) -> Gap:
    """A row whose words are known by now, and whose prices nothing proves: what was published of it stands."""
    by_place = {rate.evidence.locator: dict[str, None]() for rate in row}
    for rate in row:
        by_place[rate.evidence.locator][rate.evidence.quote] = None
    amounts = sum(counted(quote) for quotes in by_place.values() for quote in quotes)
    quotes = " | ".join(quote for quotes in by_place.values() for quote in quotes)
    problem = Problem(
        "cell", place, f"words that are in no vocabulary, and nothing proves the prices: {quotes}", quotes
    )
    contexts = {rate.context for rate in row}
    return Gap(
        problem,
        tuple(dict.fromkeys(rate.model for rate in row)),
        row[0].service_tier,
        tuple(dict.fromkeys(rate.meter for rate in row)),
        tuple(dict.fromkeys(rate.modality for rate in row if rate.modality)),
        contexts.pop() if len(contexts) == 1 else None,
        amounts=amounts,
    )


def published(cards: Mapping[str, RateCard], renames: Mapping[str, str]) -> dict[str, RateCard]:
    """The published cards by present id."""
    renamed = {
        new: replace(cards[old], model=new, rates=tuple(replace(r, model=new) for r in cards[old].rates))
        for old, new in renames.items()
        if old in cards and new not in cards
    }
    return {**cards, **renamed}


def unproven(reading: Reading) -> Sequence[Section]:
    """The sections of models in which something is unproven."""
    return [section for section in reading.sections if section.counted and (section.problems or section.gaps)]
