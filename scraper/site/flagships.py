"""What a million tokens of each maker's flagship have cost, month by month.

The flagship of a month is the newest version of a maker's general line of models that its documentation priced at the
end of it. Which line that is stands in `LINES`, and on the page.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from ratecards.catalog.priced_model import PricedModel
from ratecards.dataset import Dataset
from ratecards.model import Rate
from ratecards.wording import with_currency
from scraper.site.charts import StepChart, step_chart
from scraper.site.figures import candidates
from scraper.site.series import PricePoint, Series

# By source, the line in words, and the ids of its models with their versions.
LINES = {
    "anthropic/anthropic-api": ("Claude Opus", r"claude-opus-([0-9]+)(?:-([0-9]{1,2}))?(?:-[0-9]{8})?"),
    "google/gemini-api": ("Gemini Pro", r"gemini-([0-9]+)(?:\.([0-9]+))?-pro(?:-preview)?"),
    "openai/openai-api": ("GPT", r"gpt-([0-9]+)(?:\.([0-9]+))?"),
}
KINDS = ("input", "output")
_TIER = "standard"


class Flagship(NamedTuple):
    """A maker's flagship at the end of a month: its rates by kind, and the day on which its page was last read."""

    source: str
    model: str
    read: date
    rates: tuple[Rate, ...]

    @property
    def prices(self) -> list[str]:
        """Input and output, in words."""
        return [with_currency(rate.price, rate.currency) for rate in self.rates if rate.price is not None]


class Month(NamedTuple):
    """A month, and at its end the flagship by source; None where nothing had been read by then."""

    name: str
    flagships: tuple[Flagship | None, ...]


def months(dataset: Dataset, day: date) -> list[Month]:
    """Every month from the first reading of any line to the day's, the newest first."""
    base = dataset.database
    known = [name for name in LINES if name in base.sources and base.sources[name].first]
    first = min((date.fromisoformat(base.sources[name].first or "") for name in known), default=None)
    return [
        Month(f"{end:%Y-%m}", tuple(_flagship(dataset, name, end) if name in known else None for name in LINES))
        for end in (reversed([*_ends(first, day)]) if first else ())
    ]


def _ends(first: date, day: date) -> Iterator[date]:
    """The last day of each month between two days, and the second of these."""
    year, month = first.year, first.month
    while (year, month) <= (day.year, day.month):
        yield min(date(year, month, monthrange(year, month)[1]), day)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _flagship(dataset: Dataset, source: str, day: date) -> Flagship | None:
    """The newest version of the line whose input and output have a price on the day."""
    history = dataset.database.sources[source]
    read = history.newest(day)
    cards = history.on(day)
    matches = (re.fullmatch(LINES[source][1], model) for model in cards.models)
    line = sorted((tuple(int(part or 0) for part in match.groups()), match[0]) for match in matches if match)
    for _, model in reversed(line):
        offer = PricedModel(cards.card(model), day)
        rates = [next(iter(candidates(offer, _TIER, kind, day)), None) for kind in KINDS]
        if read and all(rates):
            return Flagship(source, model, read, tuple(filter(None, rates)))
    return None


def charts(found: Sequence[Month]) -> list[tuple[Series, StepChart]]:
    """Input and output of each line over the months, where it moved."""
    return [chart for place, source in enumerate(LINES) for chart in _charts(found, place, LINES[source][0])]


def _charts(found: Sequence[Month], place: int, line: str) -> Iterator[tuple[Series, StepChart]]:
    held = [flagship for month in reversed(found) if (flagship := month.flagships[place])]
    for number, kind in enumerate(KINDS):
        rates = [(flagship.read, flagship.rates[number]) for flagship in {one.read: one for one in held}.values()]
        if len({rate.price for _, rate in rates}) > 1:
            newest = rates[-1][1]
            points = [(day, rate.price if rate.currency == newest.currency else None) for day, rate in rates]
            read = tuple(PricePoint(day, price, read=True) for day, price in points)
            series = Series(f"{line}, {kind}", "1M tokens", newest.currency, read, held[-1].read)
            yield series, step_chart(points, held[-1].read, partial(_shown, currency=newest.currency))


def _shown(amount: Decimal, currency: str) -> str:
    return with_currency(amount, currency)
