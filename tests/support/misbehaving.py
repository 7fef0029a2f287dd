"""A pricing page on 127.0.0.1 that changes as pages do, and a server that misbehaves as servers do, by plan."""

from __future__ import annotations

import gzip
import hashlib
import random
import socket
import struct
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.support.workshop import facts, model, pages

MIME = {"html": "text/html", "md.txt": "text/plain"}
CONSENT = b"<!doctype html><html lang=en><head><title>Before you continue</title></head><body>Cookies</body></html>"

Prices = dict[str, tuple[str, str]]


class World:
    """What the page says, and when. Prices are dollars as text: input and output of each model."""

    def __init__(self, seed: int, now: datetime) -> None:
        self.random = random.Random(seed)
        self.now = now
        self.updated = now.date()
        self.prices: Prices = {f"gemini-{n}": (f"{n}.00", f"{n}.50") for n in range(1, 7)}
        self.past: list[tuple[str, Prices]] = []

    def later(self) -> None:
        """Some hours pass."""
        self.now += timedelta(hours=self.random.randint(1, 30))

    def moves(self, factor: float) -> None:
        """A model's prices change; the page gets a new date."""
        name = self.random.choice(sorted(self.prices))
        self._remember()
        paid, out = (f"{max(float(price) * factor, 0.01):.2f}" for price in self.prices[name])
        self.prices[name] = (paid, out if out != paid else f"{float(out) + 0.01:.2f}")

    def grows(self) -> None:
        """A model is added, up to a dozen."""
        self._remember()
        number = len(self.prices) + 1
        if number <= 12:
            self.prices[f"gemini-{number}"] = (f"{number}.00", f"{number}.50")

    def _remember(self) -> None:
        self.past.append((f"{self.updated}", dict(self.prices)))
        self.updated = self.now.date()

    def bodies(self, prices: Prices | None = None, updated: str = "", **more: dict) -> dict[str, bytes]:
        """Both representations of an edition, the present one unless told otherwise."""
        models: dict[str, dict | None] = {f"gemini_{number}": None for number in range(1, 7)}
        for name, (paid, out) in (prices or self.prices).items():
            models[name.replace("-", "_")] = model(name.replace("gemini-", "Gemini "), f"${paid}", f"${out}")
        edition = facts(f"{self.now:%Y-%m-%dT%H:%M:%SZ}", updated=updated or f"{self.updated}", **models | more)
        return pages(edition)


class Answers(BaseHTTPRequestHandler):
    """Answers by the plan of the moment, which is told what is asked for and for the how-manieth time."""

    server: Server

    def do_GET(self) -> None:
        kind = self.path.strip("/").removesuffix("-moved")
        with self.server.lock:
            self.server.asked[kind] = times = self.server.asked.get(kind, 0) + 1
        try:
            self.server.plan(self, kind, times)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def reply(self, body: bytes, status: int = 200, **headers: str) -> None:
        """A whole answer."""
        self.send_response(status)
        for name, value in {"Content-Length": f"{len(body)}", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def page(self, kind: str, body: bytes) -> None:
        """A page with its ETag, or 304."""
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.end_headers()
        else:
            self.reply(body, ETag=tag, Content_Type=f"{MIME[kind]}; charset=utf-8")

    def log_message(self, *words: object) -> None:
        """Nothing is logged."""


Plan = Callable[[Answers, str, int], None]


class Server(ThreadingHTTPServer):
    """The server, on a port of its own."""

    daemon_threads = False
    block_on_close = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.lock = threading.Lock()
        self.asked: dict[str, int] = {}
        self.faults: list[str] = []
        self.plan: Plan = lambda answers, kind, times: answers.reply(b"", 500)

    def url(self, kind: str) -> str:
        """Where a representation is asked for."""
        return f"http://127.0.0.1:{self.server_address[1]}/{kind}"

    def handle_error(self, request: object, client_address: object) -> None:
        """What a plan did not mean to do."""
        self.faults.append(traceback.format_exc())


@contextmanager
def serving() -> Iterator[Server]:
    """A server for as long as it is needed, and none of its threads after."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# ---------------------------------------------------------------------------------------------- transport


def busy(answers: Answers, kind: str, times: int) -> None:
    answers.reply(b"busy", 503, Retry_After="0")


def hiccup(answers: Answers, kind: str, body: bytes, times: int) -> None:
    """Once 500, then the page."""
    if times == 1:
        answers.reply(b"oops", 500)
    else:
        answers.page(kind, body)


def denied(answers: Answers, kind: str, times: int) -> None:
    answers.reply(b"no", 403)


def cut(answers: Answers, body: bytes, share: float) -> None:
    """Less than its Content-Length says."""
    answers.send_response(200)
    answers.send_header("Content-Type", "text/html")
    answers.send_header("Content-Length", f"{len(body)}")
    answers.end_headers()
    answers.wfile.write(body[: int(len(body) * share)])
    answers.close_connection = True


def reset(answers: Answers, kind: str, times: int) -> None:
    """The connection is torn down."""
    answers.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    answers.connection.close()


def drip(answers: Answers, kind: str, times: int) -> None:
    """A byte now and then, for longer than anybody waits."""
    answers.send_response(200)
    answers.end_headers()
    for _ in range(20):
        answers.wfile.write(b"x")
        answers.wfile.flush()
        time.sleep(0.05)


def foreign(answers: Answers, kind: str, times: int) -> None:
    answers.reply(b"", 302, Location="https://example.com/pricing")


def loop(answers: Answers, kind: str, times: int) -> None:
    answers.reply(b"", 302, Location=answers.path)


def bomb(answers: Answers, kind: str, times: int) -> None:
    """More than the cap once it is unpacked."""
    answers.reply(gzip.compress(b"x" * 5_000_000), Content_Encoding="gzip", Content_Type="text/html")
