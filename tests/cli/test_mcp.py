"""`ratecards mcp`: the tools as an agent calls them, with the SDK's own client; over stdio and HTTP in end_to_end."""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from datetime import date
from typing import Any

import mcp
import pytest

from ratecards.__main__ import main
from ratecards.cli import mcp_command
from ratecards.dataset import Dataset, directory
from scraper import ROOT

TODAY = date(2026, 10, 7)
# who reports what is only reported stands in the answer; as for every command, `main` leaves the warning out
pytestmark = pytest.mark.filterwarnings("ignore::ratecards.ReportedWarning")
PRO = {"model": "gemini-2.5-pro"}
COUNTS = {"input_tokens": 10_000, "cached_tokens": 8_000, "output_tokens": 1_000}
NAMES = ["price", "cost", "compare", "changes", "upcoming", "discrepancies", "limits"]


def server(**options: str) -> Any:
    """The server over the repository's own data."""
    return mcp_command.server(lambda: Dataset(directory(ROOT), **options), lambda: TODAY)


def ask(tool: str, *, of: Any = None, **arguments: object) -> dict[str, Any]:
    """What a tool answers; the structured answer and its text are the same."""
    found = asked(tool, of, arguments)
    assert not found.is_error, found.content[0].text
    assert found.structured_content == json.loads(found.content[0].text)
    return found.structured_content


def refused(tool: str, *, of: Any = None, **arguments: object) -> str:
    """The words with which a tool refuses."""
    found = asked(tool, of, arguments)
    assert found.is_error
    return str(found.content[0].text).removeprefix(f"Error executing tool {tool}: ")


def asked(tool: str, of: Any, arguments: dict[str, object]) -> Any:
    async def call() -> Any:
        async with mcp.Client(of or server()) as client:
            return await client.call_tool(tool, arguments)

    return asyncio.run(call())


def command(*words: str, capsys: Any) -> Any:
    """What the command says to programs."""
    assert 0 == main([*words, "--format", "json", "--dataset", str(ROOT)], today=TODAY)
    return json.loads(capsys.readouterr().out)


def full(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value not in ("", None, [])}


def test_the_tools_are_seven_that_change_nothing():
    """Each with words, and a schema of what it takes."""

    async def listed() -> Any:
        async with mcp.Client(server()) as client:
            return (await client.list_tools()).tools

    tools = asyncio.run(listed())
    assert NAMES == [tool.name for tool in tools]
    assert {True} == {tool.annotations.read_only_hint for tool in tools}
    assert all(tool.description for tool in tools)
    assert ["usage"] == tools[1].input_schema["required"]


def test_a_price_is_what_the_command_shows(capsys):
    """The rates of the source that answers, of the tier and plan asked for, and where else the model is priced."""
    rows = ask("price", **PRO)["rows"]
    shown = command(
        "show", *PRO.values(), "--source", "gemini-api", "--tier", "standard", "--plan", "paid", capsys=capsys
    )
    assert [full(row) for row in shown] == rows
    assert {"source", "quote", "observed", "verified", "age_days", "stale", "grade"} <= set(rows[0])
    every = ask("price", tier="all", plan="all", **PRO)
    assert len(rows) < len(every["rows"])
    assert {"batch", "standard"} <= set(every["tiers"])
    assert "google/vertex-ai" in every["elsewhere"]
    elsewhere = ask("price", source="google/vertex-ai", **PRO)
    assert {"vertex-ai"} == {row["source"] for row in elsewhere["rows"]}
    assert any("STALE" in note for note in elsewhere["notes"])


def test_a_price_that_has_ended_is_none_of_today():
    """And one that is announced says from when."""
    now = ask("price", model="gemini-3.6-flash", on="2026-10-07")["rows"]
    then = ask("price", model="gemini-3.6-flash", on="2027-02-01")["rows"]
    assert {"2027-01-01"} == {row["effective_from"] for row in now if "effective_from" in row}
    assert [row for row in then if "effective_until" in row] == []
    assert len(then) < len(now)


def test_a_cost_is_what_the_command_says(capsys):
    """Counts, and an answer as it came."""
    found = ask("cost", usage=COUNTS, **PRO)
    words = [f"--{name.replace('_', '-')}={number}" for name, number in COUNTS.items()]
    told = command("cost", *PRO.values(), *words, "--explain", capsys=capsys)
    assert (told["total"], told["verified"]) == (found["total"], found["verified"])
    assert [{**full(line), "grade": "official"} for line in told["lines"]] == found["lines"]
    answer = {"usageMetadata": {"promptTokenCount": 26000, "candidatesTokenCount": 900}, "modelVersion": PRO["model"]}
    assert "0.0415" == ask("cost", usage=answer)["total"]
    assert 2 == len(ask("cost", usage=[answer, answer], each=True)["calls"])


def test_a_late_answer_says_so_first():
    """Of a source that was not looked at for longer than its limit."""
    late = ask("cost", usage=COUNTS, source="google/vertex-ai", **PRO)
    assert (True, True) == (late["stale"], late["notes"][0].startswith("STALE"))


def test_what_is_compared_has_its_rates(capsys):
    """The cheapest first, each with the page's words."""
    found = ask("compare", what="text", input_tokens=1000, output_tokens=100, to=PRO["model"], most=3)
    told = command(
        "compare", "text", "--input-tokens=1000", "--output-tokens=100", f"--to={PRO['model']}", capsys=capsys
    )
    assert [full(row) for row in told[:3]] == [{n: v for n, v in row.items() if n != "rates"} for row in found["rows"]]
    assert len(told) - 3 == found["left_out"]
    assert all(rate["quote"] and rate["source"] for row in found["rows"] for rate in row["rates"])
    assert "per_image" in ask("compare", what="images", most=1)["rows"][0]


def test_changes_are_told_the_newest_first():
    """With both sides' words, and the grade of who says so."""
    found = ask("changes", since="2026-10-01", until="2026-10-06", most=500)
    days = [row["observed"] for row in found["rows"]]
    assert sorted(days, reverse=True) == days
    moved = next(row for row in found["rows"] if row["kind"] == "redated")
    assert moved["old_quote"] and moved["new_quote"] and moved["grade"] == "official"
    assert {PRO["model"]} == {row["model"] for row in ask("changes", **PRO)["rows"]}
    nothing = ask("changes", since="2026-11-29", **PRO)
    assert [] == nothing["rows"]
    assert any("google/gemini-api" in note for note in nothing["notes"])


def test_what_is_announced_is_told_of_one_model_or_all():
    """A model that is only reported is known, too."""
    assert {"step", "stale"} <= {row["kind"] for row in ask("upcoming", most=500)["rows"]}
    assert "shutdown" in {row["kind"] for row in ask("upcoming", on="2026-04-27", most=500)["rows"]}
    one = ask("upcoming", model="gemini-3.6-flash")["rows"]
    assert one
    assert {"gemini-3.6-flash"} == {row["model"] for row in one if row["kind"] != "stale"}
    reported = ask("upcoming", model="gemini-4-carbon", on="2026-11-25")["rows"]
    assert {"reported"} == {row["grade"] for row in reported}


def test_discrepancies_have_both_sides():
    """Open ones, those that stand, all, and those of a day; the grade is that of the side which is trusted less."""
    standing = ask("discrepancies", most=500)["rows"]
    assert all(row["left_quote"] and row["right_quote"] and row["grade"] for row in standing)
    states = {"open": {"open"}, "all": {"open", "explained", "closed"}}
    for state, expected in states.items():
        assert expected <= {row["state"] for row in ask("discrepancies", state=state, most=500)["rows"]}
    model = standing[0]["model"]
    assert {model} == {row["model"] for row in ask("discrepancies", model=model)["rows"]}
    assert [] == ask("discrepancies", model="gemini-embedding-001")["rows"]
    assert ask("discrepancies", on="2026-10-06", most=500)["rows"] != standing


def test_limits_are_those_of_the_command(capsys):
    """Pages of limits are the provider's own word."""
    found = ask("limits", most=500, **PRO)
    assert [{**full(row), "grade": "official"} for row in command("limits", *PRO.values(), capsys=capsys)] == found[
        "rows"
    ]
    assert {"free_plan", "usage_tier"} <= {row["kind"] for row in ask("limits", most=500)["rows"]}


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("price", {"model": "gemini-2.5-pre"}, "unknown model 'gemini-2.5-pre'; nearest: gemini-2.5-pro"),
        ("price", {**PRO, "on": "yesterday"}, "expected a date like 2026-03-24, saw 'yesterday'"),
        ("price", {**PRO, "source": "acme"}, "expected one source 'acme'"),
        (
            "price",
            {**PRO, "tier": "fast"},
            "no rates of tier fast and plan paid on 2026-10-07; there are tiers batch, ",
        ),
        ("price", {**PRO, "tier": "fasst"}, "Input should be 'standard', 'batch'"),
        ("cost", {**PRO, "usage": {"input_tokens": 1.5}}, "input_tokens: expected a whole number"),
        ("cost", {**PRO, "usage": {"songs": 1}}, "not priced per song"),
        ("compare", {"what": "text"}, "say what a request is"),
        ("compare", {"what": "images", "region": "eu"}, "no page tells regions apart by the image"),
        ("changes", {"model": "nope"}, "unknown model 'nope'"),
        ("upcoming", {"model": "nope"}, "unknown model 'nope'"),
        ("discrepancies", {"model": "nope"}, "unknown model 'nope'"),
        ("limits", {"model": "nope"}, "unknown model 'nope'"),
        ("limits", {"most": 0}, "greater than or equal to 1"),
    ],
)
def test_what_has_no_answer_is_a_tool_error(tool, arguments, words):
    """In the reader's words, and no crash."""
    assert words in refused(tool, **arguments)


def test_who_wants_no_late_answer_gets_none():
    """As with `--stale error`."""
    assert "STALE" in refused("price", of=server(when_stale="error"), source="google/vertex-ai", **PRO)


def test_who_wants_no_reports_gets_none():
    """As with `--grade official`."""
    carbon = {"model": "gemini-4-carbon", "on": "2026-11-25"}
    assert {"reported"} == {row["grade"] for row in ask("price", **carbon)["rows"]}
    assert "unknown model" in refused("price", of=server(grade="official"), **carbon)


def test_without_the_sdk_the_command_says_what_brings_it(monkeypatch, capsys):
    """The reader has no dependency."""
    monkeypatch.delitem(sys.modules, mcp_command.__name__)
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    assert 2 == main(["mcp", "--dataset", str(ROOT)])
    assert "pip install 'mcp>=2.3'" in capsys.readouterr().err
    monkeypatch.undo()
    assert importlib.import_module(mcp_command.__name__).server


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], ("stdio", {})),
        (["--http", "8123"], ("streamable-http", {"host": "127.0.0.1", "port": 8123})),
    ],
)
def test_it_serves_this_machine_alone(monkeypatch, words, expected):
    """Over stdio, or by HTTP at a port of the loopback address, on the day that it is or is said to be."""
    ran: list[Any] = []

    def serve(self: Any, transport: str, **options: Any) -> None:
        ran.append((transport, {n: v for n, v in options.items() if n in ("host", "port")}))
        ran.append(ask("price", of=self, **PRO)["on"])

    monkeypatch.setattr(mcp_command.MCPServer, "run", serve)
    assert 0 == main(["mcp", "--dataset", str(ROOT), "--today", str(TODAY), *words])
    assert 0 == main(["mcp", "--dataset", str(ROOT), *words])
    assert [expected, str(TODAY), expected, str(mcp_command.today())] == ran


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_port_is_one(port, capsys):
    """Refused before anything is served."""
    assert 2 == main(["mcp", "--http", port])
    assert "expected a" in capsys.readouterr().err
