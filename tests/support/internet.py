"""The hosts of the sources on 127.0.0.1, under their own names and over TLS: what the scraper sends is what they get.

Nothing but where a name leads and which certificates are trusted is replaced, so that addresses, the check of hosts,
redirects and cookies are those of a live run. A name that nobody answers for does not resolve.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import anyio
import pytest

from scraper.fetch import client


@dataclass(frozen=True)
class Asked:
    """One request as a host gets it; names of headers in small letters."""

    host: str
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """What a host answers; a body is sent with its ETag, and packed where that may be."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Host = Callable[[Asked], Answer]


def moved(to: str, status: int = 302, **headers: str) -> Answer:
    """A redirect."""
    return Answer(
        status, headers={"Location": to, **{name.replace("_", "-"): value for name, value in headers.items()}}
    )


def page(asked: Asked, body: bytes, kind: str, **headers: str) -> Answer:
    """A page with its ETag, or 304 to who knows it."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    if asked.headers.get("if-none-match") == tag:
        return Answer(304, headers={"ETag": tag})
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(200, body, {"ETag": tag, "Content-Type": f"{kind}; charset=utf-8", **more})


class Internet:
    """By name, the hosts; and what each was asked for."""

    def __init__(self) -> None:
        self.hosts: dict[str, Host] = {}
        self.asked: list[Asked] = []
        self.lock = threading.Lock()

    def answer(self, asked: Asked) -> Answer:
        with self.lock:
            self.asked.append(asked)
        return self.hosts[asked.host](asked)


class _Handler(BaseHTTPRequestHandler):
    internet: Internet

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.internet.answer(Asked(headers["host"], self.path, headers))
        body, more = answer.body, dict(answer.headers)
        if body and "gzip" in headers.get("accept-encoding", ""):
            body, more["Content-Encoding"] = gzip.compress(body), "gzip"
        self.send_response(answer.status)
        for name, value in more.items():
            self.send_header(name, value)
        if answer.status != 304:
            self.send_header("Content-Length", f"{len(body)}")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Nothing is logged."""


def _certificate(folder: Path, names: list[str]) -> Path:
    """A self-signed certificate of these names, key in the same file."""
    if not shutil.which("openssl"):
        pytest.skip("openssl makes the test certificates")
    alternatives = ",".join(f"DNS:{name}" for name in names)
    subprocess.run(
        "openssl req -x509 -nodes -days 2 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -subj /CN=test "
        f"-addext subjectAltName={alternatives} -addext keyUsage=critical,digitalSignature,keyCertSign "
        "-keyout key.pem -out certificate.pem".split(),
        cwd=folder,
        check=True,
        capture_output=True,
    )
    path = folder / "both.pem"
    path.write_bytes((folder / "key.pem").read_bytes() + (folder / "certificate.pem").read_bytes())
    return path


@contextmanager
def online(hosts: Mapping[str, Host], folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Internet]:
    """The internet that has these hosts, for as long as it is needed."""
    internet = Internet()
    internet.hosts.update(hosts)
    certificate = _certificate(folder, sorted(hosts))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"internet": internet}))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    connect = anyio.connect_tcp

    async def here(remote_host: str, remote_port: int, **words: object) -> object:
        if remote_host not in hosts or remote_port != 443:
            raise OSError(f"nobody is called {remote_host}:{remote_port} here")
        return await connect("127.0.0.1", server.server_address[1], **words)

    with monkeypatch.context() as patch:
        patch.setattr(anyio, "connect_tcp", here)
        patch.setattr("certifi.where", lambda: str(certificate))
        client.trust.cache_clear()
        thread.start()
        try:
            yield internet
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
            client.trust.cache_clear()
