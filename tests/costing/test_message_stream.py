"""Events of Anthropic's streams: the law is that a stream costs what its message says, however it came."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ratecards
from ratecards.__main__ import main
from ratecards.costing.message_stream import CUT, NO_END, NO_START
from ratecards.costing.usage import Answer, answers, records
from ratecards.errors import CostError

Data = dict[str, Any]
MODEL, DAY = "claude-haiku-4-5-20251001", "2026-04-17"
NAMES = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
USAGE = st.fixed_dictionaries({name: st.integers(0, 9000) for name in (*NAMES, "output_tokens")})
BETWEEN = st.lists(
    st.sampled_from(
        (
            {"type": "ping"},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}},
            {"type": "content_block_stop", "index": 0},
        )
    ),
    max_size=3,
)


def message(usage: Data, **more: Any) -> Data:
    """An answer that was not streamed."""
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": [],
        "usage": usage,
        **more,
    }


def delta(usage: Data) -> Data:
    """An event that counts."""
    return {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage}


@st.composite
def streams(draw: st.DrawFn) -> tuple[Data, list[Data]]:
    """What a message used, and the events that it came in: each count is said by the last that says it."""
    usage = draw(USAGE)
    start = draw(USAGE)
    told = draw(st.lists(st.sets(st.sampled_from(NAMES)), max_size=2))
    for name in NAMES:  # what no later event says is whole from the start
        if not any(name in names for names in told):
            start[name] = usage[name]
    events = [{"type": "message_start", "message": message(start)}, *draw(BETWEEN)]
    for number, names in enumerate(told):
        later = {name for others in told[number + 1 :] for name in others}
        said: Data = {name: start[name] if name in later else usage[name] for name in names}
        events += [
            delta({**said, **draw(st.sampled_from(({}, {"iterations": None}))), "output_tokens": 1}),
            *draw(BETWEEN),
        ]
    left_out = draw(st.sampled_from(({}, dict.fromkeys(NAMES))))
    events += [delta({**left_out, "output_tokens": usage["output_tokens"]}), *draw(BETWEEN), {"type": "message_stop"}]
    return usage, events


def called(found: list[Answer]) -> list[tuple[Any, str, str]]:
    """What answers count, of which model and tier."""
    return [(answer.counts, answer.model, answer.tier) for answer in found]


@given(st.lists(streams(), min_size=1, max_size=3), st.booleans())
def test_a_stream_counts_what_its_message_does(calls: list[tuple[Data, list[Data]]], each: bool) -> None:
    """One after the other, whatever else comes between; its counts are never added up, and it is no chunk to be told."""
    events = [event for _, stream in calls for event in stream]
    found = answers(events, each=each)

    assert called(answers([message(usage) for usage, _ in calls])) == called(found)
    assert not any(CUT in answer.notes for answer in found)


@given(streams(), st.data())
def test_a_stream_that_is_cut_is_said_to_be(stream: tuple[Data, list[Data]], data: st.DataObject) -> None:
    """Wherever: it counts what it had counted until then. Without its beginning its counts are refused."""
    _, events = stream
    at = data.draw(st.integers(1, len(events) - 1))
    (before,) = answers(events[:at])
    usage: Data = {}
    for event in events[:at]:
        said = event.get("usage") or event.get("message", {}).get("usage") or {}
        usage |= {name: n for name, n in said.items() if n is not None}
    assert called(answers(message(usage))) == called([before])
    assert CUT in before.notes

    if any(event["type"] == "message_delta" for event in events[at:]):
        with pytest.raises(CostError, match=NO_START):
            answers(events[at:])
    else:
        with pytest.raises(CostError, match=f"saw {NO_END}"):
            answers(events[at:])


def test_a_beginning_before_an_end_is_of_another_stream() -> None:
    """That before it is cut."""
    one, other = message({"input_tokens": 5, "output_tokens": 1}), message({"input_tokens": 9, "output_tokens": 2})
    events = [{"type": "message_start", "message": m} for m in (one, other)]
    first, second = answers([*events, {"type": "message_stop"}])

    assert (5, 9) == (first.size - 1, second.size - 2)
    assert ([True, False]) == [CUT in answer.notes for answer in (first, second)]


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([{"type": "message_stop"}], f"saw {NO_END}"),
        ([{"type": "ping"}], f"saw {NO_END}"),
        ([delta({"output_tokens": 5})], NO_START),
        ([{"type": "message_start", "message": "text"}, {"type": "message_stop"}], f"saw {NO_END}"),
        ([{"type": "message_start", "message": {"id": "a"}}, {"type": "message_stop"}], "expected usageMetadata"),
        (
            [{"type": "message_start", "message": message({"input_tokens": 1, "output_tokens": 1})}, delta({"yards": 5}), {"type": "message_stop"}],
            "unknown count 'yards'",
        ),
        (
            [{"type": "message_start", "message": message({"input_tokens": 1, "output_tokens": 1, "speed": "fast"})}, {"type": "message_stop"}],
            "fast mode has a price of its own",
        ),
    ],
)  # fmt: skip
def test_what_a_stream_cannot_say_is_refused(events: list[Data], words: str) -> None:
    """Once, and as its message would be."""
    with pytest.raises(CostError) as raised:
        answers(events)
    assert words in str(raised.value)


def test_a_delta_without_counts_counts_nothing() -> None:
    """A message whose beginning has none has them later."""
    bare = {key: value for key, value in message({}).items() if key != "usage"}
    events = [{"type": "message_start", "message": bare}, {"type": "message_delta", "delta": {}, "usage": None}]
    events += [delta({"input_tokens": 5, "output_tokens": 7}), {"type": "message_stop"}]

    assert [12] == [answer.size for answer in answers(events)]


def test_what_gateways_leave_out() -> None:
    """A message that says its counts alone, and a delta of nothing else."""
    start = {"type": "message_start", "message": {"model": MODEL, "usage": {"input_tokens": 5, "output_tokens": 1}}}
    events = [start, {"type": "message_delta", "usage": {"output_tokens": 7}}, {"type": "message_stop"}]

    assert called(answers(message({"input_tokens": 5, "output_tokens": 7}))) == called(answers(events))


def sse(events: list[Data]) -> str:
    """Events as the API sends them."""
    return "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)


EVENTS = [
    {"type": "message_start", "message": message({"input_tokens": 1000, "output_tokens": 4})},
    {"type": "ping"},
    delta({"output_tokens": 100}),
    delta({"output_tokens": 200}),
    {"type": "message_stop"},
]


def texts(events: list[Data]) -> dict[str, str]:
    """The forms in which a file may have events: a stream, JSON lines, a list."""
    return {
        "a.sse": sse(events),
        "a.jsonl": "".join(json.dumps(e) + "\n" for e in events),
        "a.json": json.dumps(events),
    }


@pytest.mark.parametrize("name", texts([]))
@pytest.mark.parametrize("cut", [False, True], ids=["whole", "cut"])
def test_a_file_of_events(name: str, cut: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`bill` and `cost` say the same: 1,000 tokens in at $1 and 200 out at $5 are $0.002; a cut one says so."""
    path = tmp_path / name
    path.write_text(texts(EVENTS[: -1 if cut else None])[name])
    expected = ratecards.cost("claude-haiku-4-5", message({"input_tokens": 1000, "output_tokens": 200}), DAY).total

    assert 0 == main(["bill", str(path), "--on", DAY, "--format", "json"])
    bill = json.loads(capsys.readouterr().out)
    assert (
        (str(expected), {"seen": 1, "priced": 1, "refused": 0})
        == (bill["total"], bill["calls"])
        == ("0.002", bill["calls"])
    )
    assert cut == any(CUT == one["note"] for one in bill["notes"])

    assert 0 == main(["cost", "claude-haiku-4-5", "--usage", str(path), "--on", DAY, "--format", "json"])
    cost = json.loads(capsys.readouterr().out)
    assert str(expected) == cost["total"]
    assert cut == (CUT in cost["notes"])


def test_a_log_in_which_a_stream_breaks_off_refuses_what_it_cannot_price(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At its last line; one without a beginning at the line of its counts."""
    odd = [{"type": "message_start", "message": message({"input_tokens": 1, "output_tokens": 1, "yards": 1})}]
    for events, line, words in ((odd, 1, "unknown count 'yards'"), (EVENTS[1:], 2, NO_START)):
        path = tmp_path / "log.jsonl"
        path.write_text(texts(events)["a.jsonl"])
        assert 1 == main(["bill", str(path), "--on", DAY, "--format", "json"])
        (refused,) = [r for r in json.loads(capsys.readouterr().out)["refused"] if words in r["reason"]]
        assert refused["places"][0].endswith(f"log.jsonl:{line}")


def test_an_event_is_read_by_itself_as_it_comes() -> None:
    """Row by row only the end is a call."""
    kept: Data = {}
    found = [one for event in EVENTS for one in records(event, kept)]
    assert [NO_END] * 4 == found[:4]
    assert isinstance(found[4], Answer)
    assert {} == kept
