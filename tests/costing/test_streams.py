"""Calls and chunks told apart: each call counts once, or the list is refused with the way out."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecards.costing.usage import answers
from ratecards.errors import CostError
from tests.support.usages import read

COUNTS = st.tuples(st.integers(1, 50), st.integers(0, 50))
CALLS = st.lists(COUNTS, min_size=1, max_size=5)
Data = dict[str, Any]


def chunk(prompt: int | None, output: int = 0, *, end: bool = False, **fields: Any) -> Data:
    """A chunk of an answer: its usage so far, and whether the answer ends with it."""
    usage = {"promptTokenCount": prompt, "candidatesTokenCount": output, "totalTokenCount": (prompt or 0) + output}
    candidates = [{"content": {}, "finishReason": "STOP"}] if end else [{"content": {}}]
    return {"candidates": candidates, **({} if prompt is None else {"usageMetadata": usage}), **fields}


def bare(prompt: int, output: int) -> Data:
    """A usage and nothing beside it."""
    return {"usageMetadata": chunk(prompt, output)["usageMetadata"]}


def totals(data: object, each: bool | None = None) -> list[tuple[int, int]]:
    """The tokens in and out of each call."""
    found = [read(answer.counts) for answer in answers(data, each=each)]
    return [(usage.prompt, int(sum(c.amount for c in usage.counts if c.meter == "output"))) for usage in found]


def streamed(prompt: int, output: int, cuts: list[int], **fields: Any) -> list[Data]:
    """One answer in chunks that count up to it, the last of which ends it."""
    steps = sorted(min(cut, output) for cut in cuts)
    return [*(chunk(prompt, step, **fields) for step in steps), chunk(prompt, output, end=True, **fields)]


CHUNKED = st.lists(st.tuples(COUNTS, st.lists(st.integers(0, 50), max_size=3)), min_size=1, max_size=4)


@given(CALLS)
def test_fault_98_whole_answers_are_calls(calls: list[tuple[int, int]]):
    """Each of them ends: whatever their numbers, each is a call."""
    assert calls == totals([chunk(prompt, output, end=True) for prompt, output in calls])


@given(CHUNKED)
def test_fault_98_the_chunks_of_an_answer_are_one_call(calls: list[tuple[tuple[int, int], list[int]]]):
    """Streams one after the other: each ends once, and its last usage counts for all of it."""
    chunks = [part for (prompt, output), cuts in calls for part in streamed(prompt, output, cuts)]
    assert [counts for counts, _ in calls] == totals(chunks)


@given(CHUNKED, st.randoms(use_true_random=False))
def test_fault_98_chunks_with_an_id_are_told_apart_by_it(calls: list[tuple[tuple[int, int], list[int]]], chance: Any):
    """Even where several answers came at the same time, and with nothing else to tell them by."""
    streams = [
        [
            {"responseId": str(number), **bare(prompt, step)}
            for step in sorted([*(min(c, output) for c in cuts), output])
        ]
        for number, ((prompt, output), cuts) in enumerate(calls)
    ]
    mixed = []
    while any(streams):
        mixed.append(chance.choice([stream for stream in streams if stream]).pop(0))
    order = list(dict.fromkeys(int(part["responseId"]) for part in mixed))
    assert [calls[number][0] for number in order] == totals(mixed)
    assert [calls[number][0] for number in order] == totals(mixed, each=True)


@given(CALLS)
def test_fault_98_bare_usages_are_all_counted_or_refused(calls: list[tuple[int, int]]):
    """Never the last one alone: what may be the chunks of one answer is refused, with the way out; who says so decides."""
    data = [bare(prompt, output) for prompt, output in calls]
    grows = any(a <= c and b <= d for (a, b), (c, d) in pairwise(calls))
    if grows:
        with pytest.raises(CostError, match=r"cannot tell whether .* say --each .*, or --stream .* for one answer"):
            totals(data)
    else:
        assert calls == totals(data)
    assert calls == totals(data, each=True)
    if all(a <= c and b <= d for (a, b), (c, d) in pairwise(calls)):
        assert calls[-1:] == totals(data, each=False)
    else:
        with pytest.raises(CostError, match="expected the chunks of one answer, saw usages that do not grow"):
            totals(data, each=False)


@given(CALLS)
def test_fault_98_turns_of_a_live_session_are_calls(calls: list[tuple[int, int]]):
    """Each message with a usage is a turn; the others belong to none."""
    turns = [
        {"usageMetadata": {"promptTokenCount": a, "responseTokenCount": b, "totalTokenCount": a + b}} for a, b in calls
    ]
    messages = [m for turn in turns for m in ({"serverContent": {"modelTurn": {}}}, turn)]
    assert (
        calls == totals(turns) == totals([{"setupComplete": {}}, *messages, {"serverContent": {"turnComplete": True}}])
    )


@pytest.mark.parametrize(
    "data",
    [
        [{"input_tokens": 5, "output_tokens": 1}, {"input_tokens": 9, "output_tokens": 1}],
        [{"id": "a", "usage": {"total_input_tokens": 5, "total_output_tokens": 1}}, {"id": "b", "usage": {"total_input_tokens": 9, "total_output_tokens": 1}}],
        [{"usage": {"total_input_tokens": 5, "total_output_tokens": 1}}, {"usage": {"total_input_tokens": 9, "total_output_tokens": 1}}],
        [{**bare(5, 1), "modelVersion": "a"}, {**bare(9, 1), "modelVersion": "b"}],
        [{**bare(5, 1), "createTime": "2026-04-20T10:00:00Z"}, {**bare(9, 1), "createTime": "2026-04-20T10:00:01Z"}],
        [chunk(5, 1, end=True), {**bare(9, 1), "promptFeedback": {"blockReason": "SAFETY"}}],
        [{**bare(5, 1), "responseId": "a"}, chunk(9, 1, end=True)],
        [{**bare(9, 1), "responseId": "b"}, {**bare(5, 1), "responseId": "b2"}][::-1],
    ],
    ids=["plain", "interactions", "interactions bare", "models", "days", "blocked", "id and none", "ids"],
)  # fmt: skip
def test_fault_98_what_differs_is_another_call(data: list[Data]):
    """Plain counts, answers that name other models or days, an answer that was blocked."""
    assert [(5, 1), (9, 1)] == totals(data)


@pytest.mark.parametrize(
    "data",
    [
        [{"embedding": {}, "usageMetadata": {"promptTokenCount": n}} for n in (5, 9)],
        [{"usageMetadata": {"promptTokenCount": n, "promptTokenDetails": [{"tokenCount": n}]}} for n in (5, 9)],
        [{"totalTokens": 5}, {"totalTokens": 9}],
    ],
    ids=["embeddings", "bare embeddings", "countTokens"],
)
def test_fault_98_answers_that_are_not_streamed_are_calls(data: list[Data]):
    """Though their counts grow."""
    assert [(5, 0), (9, 0)] == totals(data)


def candidate(index: int, reason: str | None = "STOP") -> Data:
    """One candidate of an answer, finished or not."""
    return {"index": index, "finishReason": reason}


def test_an_answer_with_several_candidates():
    """It ends with the last of them; where each comes in chunks of its own, only an id tells."""
    both = [candidate(0), candidate(1)]
    whole = [{**bare(5, n), "candidates": both} for n in (3, 9)]
    assert [(5, 3), (5, 9)] == totals(whole)
    one_first = [
        {**bare(5, 3), "candidates": [candidate(0), candidate(1, None)]},
        {**bare(5, 9), "candidates": [candidate(1)]},
    ]
    assert [(5, 9)] == totals(one_first)
    apart = [{**bare(5, n + 3), "candidates": [candidate(n)]} for n in (0, 1)]
    with pytest.raises(CostError, match="cannot tell whether 2 usages"):
        totals(apart)
    assert [(5, 4)] == totals([{**chunk, "responseId": "a"} for chunk in apart]) == totals(apart, each=False)


def test_chunks_that_count_nothing():
    """They are passed over where another counts for the answer, and looked at for what it was grounded with."""
    searched = {"candidates": [{"groundingMetadata": {"webSearchQueries": ["a"]}, "finishReason": "STOP"}]}
    for data in (
        [bare(11, 227), searched],
        [chunk(None), chunk(11, 227), searched],
        [chunk(11, 227, end=True), chunk(None)],
    ):
        assert [(11, 227)] == totals(data)
    (found,) = answers([bare(11, 227), searched])
    assert any("1 search query" in note for note in found.notes)
    spread = [chunk(3, 1, end=True), chunk(None), chunk(5, 1, end=True)]
    assert [(3, 1), (5, 1)] == totals(spread)


@pytest.mark.parametrize(
    ("data", "each", "words"),
    [
        ([{**bare(5, 9), "responseId": "a"}, {**bare(5, 3), "responseId": "a"}], None, "the usages of the answer a do not grow"),
        ([{**bare(5, 9), "responseId": "a"}, {**bare(5, 9), "responseId": "b"}], False, "expected the chunks of one answer, saw those of 2: a, b"),
        ([chunk(5, 9), chunk(5, 3, end=True)], None, "cannot tell whether 2 usages"),
        ([chunk(5, 9, end=True), chunk(5, 3)], None, "cannot tell whether 2 usages"),
        ([chunk(5, 9, end=True), chunk(None, end=True)], None, "element 2 ends an answer that counts nothing"),
        ([bare(5, 9), chunk(None)], True, "element 2 counts nothing: expected an answer with its usage in each element"),
        ([bare(5, 9), {"error": {"code": 8}}], None, "element 2: saw an error and no answer"),
        ([bare(5, 9), 3], None, "element 2: expected usageMetadata, an answer that holds it, or plain counts; saw 3"),
        ([{**bare(5, 9), "responseId": "a"}, {"candidates": [], "responseId": "b"}], None, "element 2: expected usageMetadata"),
        ([chunk(None), chunk(None)], None, "element 2: expected usageMetadata"),
        ([{"totalTokens": 3}, {"promptTokenCount": 3, "totalTokenCount": 4}], True, "element 2: the usage does not add up"),
    ],
    ids=str,
)  # fmt: skip
def test_fault_98_what_cannot_be_told_apart_is_refused(data: list[Data], each: bool | None, words: str):
    """The message names the element, and what would say which."""
    with pytest.raises(CostError) as caught:
        answers(data, each=each)
    assert words in str(caught.value)
