"""What an answer was grounded with: it costs money, stands outside the usage, and is said until it is counted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecards.costing.gemini_usage import grounding_notes as notes
from ratecards.costing.gemini_usage import spelled
from ratecards.costing.usage import answers

USAGE = {"promptTokenCount": 42, "candidatesTokenCount": 10, "totalTokenCount": 52}
MAPS = {"groundingChunks": [{"maps": {"uri": "https://maps.example/1"}}, {"maps": {"uri": "https://maps.example/2"}}]}
SEARCH = "the answer was grounded with Google Search: not in these counts: {}; add search_queries or grounded_prompts"
MAPPED = "the answer was grounded with Google Maps: not in these counts: {}; add maps_prompts or maps_queries"


def said(grounding: dict[str, Any], **counts: object) -> list[str]:
    """The notes on an answer of one candidate."""
    answer = {"candidates": [{"groundingMetadata": grounding}], "usageMetadata": USAGE}
    return [note for note in answers(answer, counts)[0].notes if "grounded" in note]


@given(st.lists(st.sampled_from(["a", "b", " a", "c d", "", "  "]), max_size=8))
def test_queries_are_unique_and_not_empty(queries: list[str]):
    """Google bills each query once, and none that is empty."""
    number = len({query.strip() for query in queries} - {""})
    many = f"{number} search {'query' if number == 1 else 'queries'} (1 grounded prompt)"
    assert [SEARCH.format(many)] * bool(number) == said({"webSearchQueries": queries})


@pytest.mark.parametrize(
    ("grounding", "expected"),
    [
        (MAPS, [MAPPED.format("1 grounded prompt")]),
        ({"googleMapsWidgetContextToken": "t"}, [MAPPED.format("1 grounded prompt")]),
        ({"google_maps_widget_context_token": None}, []),
        # enterprise web search names the pages it found, and not always its queries
        ({"groundingChunks": [{"web": {"uri": "https://example.test"}}]}, [SEARCH.format("1 grounded prompt")]),
        ({"image_search_queries": ["a cat"]}, [SEARCH.format("1 search query (1 grounded prompt)")]),
        (
            {"webSearchQueries": ["a"], **MAPS},
            [SEARCH.format("1 search query (1 grounded prompt)"), MAPPED.format("1 grounded prompt")],
        ),
        (
            {"grounding_chunks": [{"retrieved_context": {"uri": "gs://own"}, "web": None}, "?"]},
            ["the answer was grounded with data of its own: what retrieval costs is not in these counts"],
        ),
        ({}, []),
        ({"webSearchQueries": "a", "groundingChunks": None}, []),
    ],
    ids=str,
)
def test_each_kind_of_grounding_leaves_a_note(grounding: dict[str, Any], expected: list[str]):
    """Search, Maps, both, and retrieval; an answer that was only allowed to look something up leaves none."""
    assert expected == said(grounding)


@pytest.mark.parametrize("field", ["search_queries", "grounded_prompts", "search_requests"])
def test_what_is_counted_needs_no_note(field: str):
    """Of a search; of Maps the note stays."""
    assert [MAPPED.format("1 grounded prompt")] == said({"webSearchQueries": ["a"], **MAPS}, **{field: 1})


@pytest.mark.parametrize("field", ["maps_prompts", "maps_queries", "maps_requests"])
def test_what_is_counted_of_maps_needs_no_note(field: str):
    """And a count of zero is no count."""
    assert [] == said(MAPS, **{field: 1})
    assert [MAPPED.format("1 grounded prompt")] == said(MAPS, **{field: 0})


def test_all_the_parts_of_an_answer_are_looked_at():
    """Every candidate, every chunk, and the messages of the Live API."""
    chunk = spelled({"candidates": [{"groundingMetadata": {"webSearchQueries": ["a"]}}, "?"]})
    live = spelled({"serverContent": {"groundingMetadata": {"webSearchQueries": ["b", "a"]}, "turnComplete": True}})
    assert [SEARCH.format("2 search queries (1 grounded prompt)")] == notes([chunk, live, {}], {}, {})


def test_uses_that_the_interactions_api_counts():
    """By tool; one that was not used leaves no note."""
    tools = {"google_search": 2, "google_maps": 3, "retrieval": 1}
    assert [
        SEARCH.format("2 search queries (1 grounded prompt)"),
        MAPPED.format("3 uses of it (1 grounded prompt)"),
        "the answer was grounded with data of its own: what retrieval costs is not in these counts",
    ] == notes([{}], tools, {})
    assert [] == notes([{}], dict.fromkeys(tools, 0), {})
