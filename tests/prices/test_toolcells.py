"""Cells of the tools table: which price is for whom, beyond which allowance."""

from __future__ import annotations

import pytest

from ratecards.model import plain
from scraper.errors import UnknownTerm
from scraper.prices.toolcells import read_tool
from scraper.sources.gemini_terms import load_terms

TERMS = load_terms()


def said(text: str) -> list[str]:
    """Each price in one line: price, unit, allowance, for whom."""
    prices = read_tool(text, TERMS.phrases, TERMS.tool_ignored)
    return [
        " ".join(
            w
            for w in (
                plain(p.price),
                p.unit,
                f">{p.used_over}/{p.period}" if p.used_over else "",
                f"[{p.family}]" if p.family else "",
            )
            if w
        )
        for p in prices
    ]


SHARED = "1,500 RPD free (limit shared for Flash and Flash-Lite)"
SEEN = [
    (
        f"{SHARED}. Then $35 / 1,000 grounded prompts See the Gemini 3 Pro Preview pricing section for Gemini 3 specific Search pricing.",
        ["35 1000 prompts >1500/day [flash and flash-lite]"],
    ),
    (
        f"Gemini 2.5 models: {SHARED}. Then $35 / 1,000 grounded prompts "
        "Gemini 3 models: 5,000 prompts per month (free), then $14 / 1,000 search queries",
        ["35 1000 prompts >1500/day [gemini 2.5 models]", "14 1000 queries >5000/month [gemini 3 models]"],
    ),
    (
        "Gemini 3 models: 5,000 prompts per month (free, shared across Gemini 3), then $14 / 1,000 search queries",
        ["14 1000 queries >5000/month [gemini 3 models]"],
    ),
    (
        f"{SHARED} 10,000 RPD free for Pro. Then $25 / 1,000 grounded prompts",
        ["25 1000 prompts >1500/day [flash and flash-lite]", "25 1000 prompts >10000/day [pro]"],
    ),
    (
        "Charged for embeddings at $0.15 / 1M tokens. Retrieved document tokens charged as regular tokens per model pricing.",
        ["0.15 1000000 tokens"],
    ),
]
VARIANTS = [
    (
        "Gemini 3.x models: 5,000 free search requests per month (shared across all Gemini 3.x models), then $14 per 1,000 requests.",
        ["14 1000 requests >5000/month [gemini 3.x models]"],
    ),
    (
        "For Gemini 3 and later models: 5,000 prompts per month (free), then $14 / 1,000 queries",
        ["14 1000 queries >5000/month [gemini 3 and later models]"],
    ),
    (
        "5,000 free grounding requests per month (shared across Gemini 3), then $14 per 1K requests",
        ["14 1000 requests >5000/month [gemini 3]"],
    ),
    ("First 1,500 RPD (free), then: $35 / 1,000 prompts", ["35 1000 prompts >1500/day"]),
    (
        "5,000 prompts per month free for Pro, then $2 / 1,000 prompts. Not available for Flash-Lite.",
        ["2 1000 prompts >5000/month [pro]"],
    ),
    ("Charged for embeddings at $0.15 per 1M tokens; storage is free of charge.", ["0.15 1000000 tokens"]),
    ("$14 / 1,000 search queries", ["14 1000 queries"]),
    (
        f"Gemini 2.5 models: {SHARED} 10,000 RPD free for Pro. Then $25 / 1,000 grounded prompts. Gemini 3 models: $14 / 1,000 queries",
        [
            "25 1000 prompts >1500/day [flash and flash-lite, gemini 2.5 models]",
            "25 1000 prompts >10000/day [gemini 2.5 models, pro]",
            "14 1000 queries [gemini 3 models]",
        ],
    ),
    (
        "Gemini 2.5 models: 1,500 RPD free, then $14 / 1,000 queries Gemini 3 models: 5,000 prompts per month (free), then $14 / 1,000 queries",
        ["14 1000 queries >1500/day [gemini 2.5 models]", "14 1000 queries >5000/month [gemini 3 models]"],
    ),
    (
        "Charged for embeddings at $0.15 / 1M tokens. Charged for storage at $0.02 / 1M tokens per hour.",
        ["0.15 1000000 tokens", "0.02 1000000 token-hours"],
    ),
]
REFUSED = {
    "no unit": "1,500 RPD free. Then $35",
    "unknown unit": "$35 per cup",
    "another currency": "€0.15 / 1M tokens",
    "half a number": "$1,25 / 1,000 prompts",
    "an allowance without a price": "Gemini 3 models: 1,500 RPD free",
    "a family before the price": "1,500 RPD free. Gemini 3 models: $14 / 1,000 queries",
    "words": "Roughly $35 / 1,000 prompts",
    "more words": "$35 / 1,000 prompts on weekdays",
    "a condition": "$35 / 1,000 prompts, prompts > 200k tokens",
    "a modality": "$35 / 1,000 prompts (audio)",
    "whose tokens": "$1 / 1M output tokens",
    "time of what": "$1 / second of audio",
    "a resolution": "$1 per 1K image",
    "two prices for nobody in particular": "1,500 RPD free. Then $35 / 1,000 prompts. $14 / 1,000 queries",
    "struck out": "~~$35 / 1,000 prompts~~ $14 / 1,000 prompts",
    "cut short": "$35 / 1,000 prompts, then",
}


@pytest.mark.parametrize(("text", "expected"), [pytest.param(*case, id=case[0][:60]) for case in [*SEEN, *VARIANTS]])
def test_tool_cells(text, expected):
    """The cells of every edition, and what else can mean one thing only."""
    assert expected == said(text)


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_tool_cells_that_must_be_refused(text):
    """Every word is understood, or the cell is an error that shows it."""
    with pytest.raises(UnknownTerm) as error:
        said(text)

    assert text in str(error.value)


def test_amounts_are_counted_by_their_place():
    """One amount behind two allowances is one amount; the same price for two families is two."""
    shared = read_tool(f"{SHARED} 10,000 RPD free for Pro. Then $25 / 1,000 prompts", TERMS.phrases, TERMS.tool_ignored)
    twice = read_tool(
        "Gemini 2.5 models: $14 / 1,000 queries Gemini 3 models: $14 / 1,000 queries", TERMS.phrases, TERMS.tool_ignored
    )

    assert (2, 1) == (len(shared), len({p.at for p in shared}))
    assert (2, 2) == (len(twice), len({p.at for p in twice}))
