"""The deprecations page of December 2025, whole, and the beginning of that of September 2026."""

from __future__ import annotations

from datetime import date

import pytest

from scraper.errors import LayoutChanged
from scraper.sources import deprecations
from scraper.storage.lifecycle import FORM
from tests.support.captures import captured, needed

pytestmark = needed


def test_the_whole_page():
    """Every row is read: first days, days that bind, successors, as a person read them."""
    card, problems, amounts = deprecations.read_facts(captured("google/deprecations", "2025-12-20.converted.md"))
    found = {one.model: one for one in card.models}

    assert ([], 22, 22) == (problems, amounts.seen, amounts.read)
    assert (11, 8) == (len(found), sum(one.earliest is not None for one in card.models))
    assert (date(2025, 2, 5), date(2026, 2, 1), None, "gemini-2.5-flash") == (
        found["gemini-2.0-flash"].release,
        found["gemini-2.0-flash"].earliest,
        found["gemini-2.0-flash"].shutdown,
        found["gemini-2.0-flash"].successor,
    )
    assert (date(2026, 6, 1), "gemini-3-pro") == (found["gemini-2.5-pro"].earliest, found["gemini-2.5-pro"].successor)
    assert (date(2025, 11, 10), "imagen-4.0-generate-001", "Recently deprecated / Imagen 3 models") == (
        found["imagen-3.0-generate-002"].shutdown,
        found["imagen-3.0-generate-002"].successor,
        found["imagen-3.0-generate-002"].locator.rpartition(" / ")[0],
    )
    assert card == FORM.decode(FORM.encode(card), "lifecycle.yaml")


def test_the_beginning_of_the_newest():
    """It is not the whole page. With an end its days are the first possible ones; of all that it has none is announced."""
    whole = captured("google/deprecations", "2026-09.en.excerpt.md").partition("| gemini-3.1-flash-lite |")[0]
    text = "\n".join(line if line.startswith("|") else f"\n{line}\n" for line in whole.split("\n"))
    with pytest.raises(LayoutChanged, match="truncated page"):
        deprecations.read_facts(text)
    head = next(line for line in text.split("\n") if line.startswith("| Model"))
    agent = "| antigravity-preview-09-2026 | September 17, 2026 | No shutdown date announced | |"
    end = f"## Managed agents\n\n{head}\n|---|---|---|---|\n{agent}\n"
    card, problems, _ = deprecations.read_facts(f"{text}\n\n{end}")

    assert [] == problems
    assert {"gemini-3.8-live": date(2026, 9, 15), "gemini-3-pro-image": date(2026, 5, 28)}.items() <= {
        one.model: one.release for one in card.models
    }.items()
    assert (10, {None}) == (len(card.models), {one.shutdown or one.earliest for one in card.models})
