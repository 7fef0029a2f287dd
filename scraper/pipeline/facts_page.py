"""A page of facts on its way into the dataset: evaluated like any page, kept as one card of its own, without rates.

A module of such a page has `read_facts(body)`, which gives the card, and `is_known(section)`: whether what is unread
there leaves the whole card as it was published.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from ratecards.model import COPIED
from scraper.fetch.capture import Capture, text
from scraper.model import GOOD, SourceResult, instant
from scraper.pipeline.evaluate import Previous, evaluate
from scraper.publish.dataset import FACTS, Dataset
from scraper.sources import Source


def evaluate_facts(dataset: Dataset, source: Source, capture: Capture, now: datetime) -> SourceResult:
    """The result of an attempt at a page of facts; what is to be written stands in its `files`.

    A section that is not known leaves the others as they are; in one that is known, nothing may be unread.
    """
    module: Any = source.module
    kept, before, state = FACTS[source.name], dataset.facts(source.name), dataset.state(source.name)
    # without a card a page that was read before is read again: what it says stands nowhere
    previous = Previous(state if before else replace(state, hashes={}), dict)
    result = replace(evaluate(source, capture, previous, None, now), cards=None)
    if result.outcome not in (*GOOD, "PARTLY_READ") or result.reading is None:
        return result
    if any(map(module.is_known, result.reading.unread)):
        return result  # the card has one day, and what it was read from would no longer be of that day alone
    page = next(iter(capture.pages.values()))
    card = module.read_facts(text(page))[0]
    parser = f"{COPIED}{card.parser}" if page.copy else card.parser
    dated = replace(card, observed=capture.at.date(), capture=f"sha256:{page.sha256}", parser=parser)
    unread = [section.title for section in result.reading.unread]
    new = kept.dated(dated, before, instant(now), unread) if kept.dated else dated
    head = {name: getattr(new, name) for name in ("observed", "capture", "parser")}
    # where only a copy said so until now, the page itself takes its place
    upgraded = before is not None and before.parser.startswith(COPIED) and not page.copy
    same = before is not None and new == replace(before, **head) and not upgraded
    if result.outcome in GOOD:
        result = replace(result, outcome="NEW" if before is None else "UNCHANGED" if same else "CHANGED")
    ends = kept.moved(new, before) if kept.moved and before else ()
    return result if same else replace(result, files={kept.path: kept.form.encode(new)}, ends=ends)
