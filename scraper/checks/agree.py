"""Two representations of one edition: they must give the same rates, and the same figures in their footnotes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from ratecards.model import Formula, Rate, plain
from scraper.reading import Reading


def torn_apart(readings: Mapping[str, Reading]) -> list[str]:
    """Where the readings of one edition, by representation, disagree, in words; each is compared with the next."""
    words = []
    for (kind, one), (other, two) in pairwise(readings.items()):
        words += disagreements(one.rates(), two.rates(), kind, other)
        words += _figures_apart(one, two, f"{kind} and {other}")
    return words


def disagreements(one: Sequence[Rate], other: Sequence[Rate], left: str, right: str) -> list[str]:
    """The rows on which two representations of one edition differ, in words."""
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
