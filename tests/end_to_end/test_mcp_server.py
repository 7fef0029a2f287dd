"""`ratecards mcp` as a process, asked by the SDK's own client: over stdio, and by streamable HTTP on this machine."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import mcp
import pytest

from scraper import ROOT

SERVE = ["-m", "ratecards", "mcp", "--dataset", str(ROOT), "--today", "2026-10-07"]


async def _talk(to: Any) -> tuple[list[str], Any, Any, Any]:
    """The tools, an answer, a refusal, and an answer after it."""
    async with mcp.Client(to) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        model = {"model": "gemini-2.5-pro"}
        cost = await client.call_tool("cost", {**model, "usage": {"input_tokens": 10_000, "output_tokens": 1_000}})
        refused = await client.call_tool("price", {"model": "gemini-2.5-pre"})
        return names, cost, refused, await client.call_tool("price", model)


def talked(to: Any) -> None:
    names, cost, refused, price = asyncio.run(asyncio.wait_for(_talk(to), 60))
    assert ["price", "cost", "compare", "changes", "upcoming", "discrepancies", "limits"] == names
    assert "0.0225" == cost.structured_content["total"]
    assert "$1.25, prompts <= 200k tokens" == cost.structured_content["lines"][0]["quote"]
    assert (True, True) == (refused.is_error, "nearest: gemini-2.5-pro" in refused.content[0].text)
    assert "google/gemini-api" not in price.structured_content["elsewhere"]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def test_an_agent_asks_over_stdio(tmp_path: Path):
    """The server ends by itself when its client is gone, and has written nothing but the protocol."""
    server = mcp.StdioServerParameters(command=sys.executable, args=SERVE, env=environment(), cwd=tmp_path)
    talked(mcp.stdio_client(server))
    assert [] == list(tmp_path.iterdir())


def test_a_server_without_a_client_ends(tmp_path: Path):
    """With 0, and nothing on either stream."""
    command = [sys.executable, *SERVE]
    streams = {"input": "", "capture_output": True, "text": True}
    ended = subprocess.run(command, check=False, env=environment(), cwd=tmp_path, timeout=60, **streams)
    assert (0, "", "") == (ended.returncode, ended.stdout, ended.stderr)


@pytest.fixture
def address() -> Iterator[str]:
    """The server, by HTTP at a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, *SERVE, "--http", str(port)], env=environment(), stderr=subprocess.PIPE, text=True
    )
    try:
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        server.terminate()
        server.communicate(timeout=30)


def test_an_agent_asks_by_http(address: str):
    """And a page in somebody's browser cannot: another host or origin is refused."""
    talked(address)
    for headers in ({"Host": "prices.example"}, {"Origin": "https://prices.example"}):
        asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        answer = httpx.post(address, json=asked, headers={"Accept": "application/json, text/event-stream", **headers})
        assert answer.status_code in (403, 421)
