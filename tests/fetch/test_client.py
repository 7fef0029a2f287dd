"""fetch against real servers on 127.0.0.1, and the four cassettes. Numbers are those of the list of faults."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import os
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace

import pytest
import vcr
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from scraper.errors import FetchFailed, LayoutChanged
from scraper.fetch import client as module
from scraper.fetch.client import Limits, Page, Validators, decode, fetch, https_only, redact

PRICING = "https://ai.google.dev/gemini-api/docs/pricing"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
GOOGLE = frozenset({"ai.google.dev"})
SHORT = Limits(total_seconds=5, read_seconds=2, connect_seconds=2, max_bytes=2_000_000, attempts=3)
CASSETTES = Path(__file__).parent / "cassettes"
OK = b"HTTP/1.1 200 OK\r\n"
FOUND = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: %b\r\n\r\n"


def local(url) -> str:
    """The policy of the tests: any port of 127.0.0.1 and of the name the certificates are for."""
    return "" if url.host in {"127.0.0.1", "localhost"} else f"host {url.host}"


def behind(server: str) -> Callable:
    """A policy that lets the test server pass and asks production about everything else."""
    production = https_only(GOOGLE)
    return lambda url: "" if str(url).startswith(server) else production(url)


def get(url: str, **more) -> Page | None:
    """fetch with short limits, the frozen clock and the local policy."""
    return fetch(url, **{"hosts": (), "now": lambda: NOW, "limits": SHORT, "policy": local, **more})


def refusal(kind: type[Exception], url: str, **more) -> str:
    """The message of the verdict that fetching `url` must end in, of exactly that kind."""
    with pytest.raises(kind) as caught:
        get(url, **more)
    assert kind is caught.type
    return str(caught.value)


def script(server: HTTPServer, *responses: Response, path: str = "/p") -> str:
    """Let `server` answer with these in turn, the last one for ever; return the URL."""
    queue = itertools.chain(responses, itertools.repeat(responses[-1]))
    server.expect_request(path).respond_with_handler(lambda _: next(queue))
    return server.url_for(path)


@contextmanager
def serving(*answers: Callable[[socket.socket], None], tls: ssl.SSLContext | None = None) -> Iterator:
    """A server that speaks bytes: connection n gets answer n, later ones the last. Yields its port and requests."""
    listener, requests, threads = socket.create_server(("127.0.0.1", 0)), [], []
    port = listener.getsockname()[1]

    def serve(peer: socket.socket, turn: int) -> None:
        # An OSError here is the client hanging up, which is what many of these tests want from it.
        with peer, suppress(OSError), tls.wrap_socket(peer, server_side=True) if tls else peer as line:
            requests[turn] = line.recv(65536)
            answers[min(turn, len(answers) - 1)](line)

    def accept() -> None:
        while (peer := listener.accept()[0]) and not threads[0].stopped.is_set():
            threads.append(threading.Thread(target=serve, args=(peer, len(requests))))
            requests.append(b"")
            threads[-1].start()
        peer.close()

    threads.append(threading.Thread(target=accept))
    threads[0].stopped = threading.Event()
    threads[0].start()
    try:
        yield SimpleNamespace(url=f"http://127.0.0.1:{port}/p", port=port, requests=requests)
    finally:
        threads[0].stopped.set()
        socket.create_connection(("127.0.0.1", port)).close()  # wakes accept
        for thread in threads:
            thread.join(5)
        listener.close()


def says(*parts: bytes, pause: float = 0) -> Callable[[socket.socket], None]:
    """An answer of these bytes, with a pause before each part, then end of stream."""

    def answer(line: socket.socket) -> None:
        for part in parts:
            time.sleep(pause)
            line.sendall(part)

    return answer


def resets(line: socket.socket) -> None:
    """An answer of one RST."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextmanager
def walled(server: HTTPServer) -> Iterator:
    """A page that sends who has no cookie over a sign-in on another host and back. Yields that host and the page's URL."""
    url = server.url_for("/p")

    def page(request: Request) -> Response:
        if request.headers.get("Cookie") == "site=S2":
            return Response("the page")
        return Response(status=302, headers={"Location": wall.url})

    back = {"Location": url, "Set-Cookie": "site=S2; Path=/; HttpOnly"}
    server.expect_request("/p").respond_with_handler(page)
    server.expect_request("/back").respond_with_response(Response(status=302, headers=back))
    first = b"HTTP/1.1 302 Found\r\nSet-Cookie: sid=S1; Path=/\r\nContent-Length: 0\r\nLocation: /again\r\n\r\n"
    with serving(says(first), says(FOUND % server.url_for("/back").encode())) as wall:
        yield wall, url


WHOLE = says(OK + b"Content-Length: 5\r\n\r\nwhole")


@pytest.fixture(autouse=True)
def waits(monkeypatch) -> list[float]:
    """The waits between attempts, in seconds; none of them is waited for."""
    seen: list[float] = []
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=seen.append))
    monkeypatch.setattr("tenacity.time", SimpleNamespace(monotonic=lambda: sum(seen)))
    return seen


@pytest.fixture(autouse=True)
def offline(monkeypatch) -> None:
    """No name but localhost resolves."""
    real = socket.getaddrinfo

    def resolve(host, *args, **kwargs):
        if host in {"127.0.0.1", "localhost", b"localhost"}:
            return real(host, *args, **kwargs)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory) -> Callable[[str], Path]:
    """Make a self-signed test certificate for a host name, key in the same file."""
    if not shutil.which("openssl"):
        pytest.skip("openssl makes the test certificates")

    def make(name: str) -> Path:
        path = tmp_path_factory.mktemp("tls") / "test.pem"
        subprocess.run(
            f"openssl req -x509 -nodes -days 2 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -subj /CN={name} "
            f"-addext subjectAltName=DNS:{name} -addext keyUsage=critical,digitalSignature,keyCertSign "
            f"-keyout key.pem -out certificate.pem".split(),
            cwd=path.parent,
            check=True,
            capture_output=True,
        )
        path.write_bytes(b"".join((path.parent / part).read_bytes() for part in ("key.pem", "certificate.pem")))
        return path

    return make


@pytest.fixture
def trusted(monkeypatch) -> Iterator[Callable[[Path], None]]:
    """Make a certificate the only root of trust; httpx takes its roots from certifi."""

    def trust(certificate: Path) -> None:
        monkeypatch.setattr("certifi.where", lambda: str(certificate))
        module.trust.cache_clear()

    yield trust
    module.trust.cache_clear()


def server_side(certificate: Path) -> ssl.SSLContext:
    """A TLS server's context for that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


class TestPage:
    """What a good answer becomes."""

    def test_page(self, httpserver):
        """Bytes, hash, time in UTC and the five headers that matter; not the others."""
        headers = {"ETag": 'W/"1"', "Last-Modified": "x", "Content-Language": "en", "X-Trace": "t"}
        url = script(httpserver, Response("<p>$1</p>", content_type="text/html", headers=headers))
        east = NOW.astimezone(timezone(timedelta(hours=9)))

        page = get(url, now=lambda: east)

        assert (url, url, 200, b"<p>$1</p>") == (page.url, page.final_url, page.status, page.body)
        assert (NOW, UTC) == (page.fetched_at, page.fetched_at.tzinfo)
        assert hashlib.sha256(b"<p>$1</p>").hexdigest() == page.sha256
        assert {"content-type", "etag", "last-modified", "date", "content-language"} == set(page.headers)
        assert 'W/"1"' == page.headers["etag"]

    def test_honest_request(self, httpserver):
        """The request says who asks, in English, and takes nothing but gzip; no cookie, no validators."""
        get(script(httpserver, Response("page")))

        sent = httpserver.log[0][0].headers
        assert "ratecards-scraper (rate card monitor; honours Retry-After)" == sent["User-Agent"]
        assert ("en", "gzip") == (sent["Accept-Language"], sent["Accept-Encoding"])
        assert set() == {"Cookie", "If-None-Match", "If-Modified-Since", "Authorization"} & set(sent.keys())

    def test_environment_proxy_is_not_used(self, httpserver, monkeypatch):
        """A proxy in the environment, here a dead one, changes nothing."""
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")

        assert b"page" == get(script(httpserver, Response("page"))).body

    def test_environment_gets_no_keys(self, trusted, certificates, monkeypatch, tmp_path):
        """A connection's keys are written nowhere, whatever SSLKEYLOGFILE says."""
        certificate = certificates("localhost")
        trusted(certificate)
        monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
        with serving(WHOLE, tls=server_side(certificate)) as server:
            get(server.url.replace("http://127.0.0.1", "https://localhost"))

        assert not (tmp_path / "keys").exists()

    def test_gzip(self, httpserver):
        """A gzip body arrives inflated, also when it has several members."""
        packed = Response(gzip.compress(b"one ") + gzip.compress(b"two"), headers={"Content-Encoding": "gzip"})

        assert b"one two" == get(script(httpserver, packed)).body

    @pytest.mark.parametrize("coding", ["br", "zstd", "deflate", "gzip, gzip"])
    def test_other_codings_are_refused(self, httpserver, coding):
        """What was not asked for cannot be unpacked under the cap."""
        url = script(httpserver, Response("x", headers={"Content-Encoding": coding}))
        message = refusal(FetchFailed, url)

        assert f"expected content-encoding gzip or none, saw {coding!r}" in message


class TestConnection:
    """Faults 1 and 2."""

    def test_fault_01_refused(self, waits):
        """A closed port is retried with growing, jittered waits, then not fetched."""
        with socket.create_server(("127.0.0.1", 0)) as spot:
            url = f"http://127.0.0.1:{spot.getsockname()[1]}/p"

        with pytest.raises(FetchFailed, match=f"{url}: expected a whole answer, saw ConnectError from ") as caught:
            get(url, limits=Limits(attempts=4))

        assert "ConnectError" == type(caught.value.__cause__).__name__
        assert [True] * 3 == [low <= wait <= low + 2 for low, wait in zip((3, 6, 12), waits, strict=True)]
        assert 3 == len({wait % 1 for wait in waits})

    def test_fault_01_unknown_name(self, waits):
        """A name that does not resolve is retried, then not fetched; the message has the resolver's words."""
        message = refusal(FetchFailed, "https://ai.google.dev/p", hosts=GOOGLE, policy=None)

        assert "Name or service not known" in message
        assert 2 == len(waits)

    def test_fault_01_reset(self):
        """A reset connection is tried again."""
        with serving(resets, WHOLE) as server:
            assert b"whole" == get(server.url).body

    def test_fault_01_silence(self):
        """A server that never answers costs one read timeout per attempt."""
        limits = Limits(read_seconds=0.1, attempts=2)
        with serving(says(b"late", pause=0.3)) as server:
            message = refusal(FetchFailed, server.url, limits=limits)

        assert "ReadTimeout" in message
        assert 2 == len(server.requests)

    def test_fault_02_trusted_certificate(self, certificates, trusted):
        """The control for the next tests: a certificate that is trusted and fits is accepted."""
        certificate = certificates("localhost")
        trusted(certificate)
        with serving(WHOLE, tls=server_side(certificate)) as server:
            assert b"whole" == get(f"https://localhost:{server.port}/p").body

    def test_fault_02_self_signed(self, certificates, waits):
        """An unknown issuer: refused at once, and the request is never sent."""
        with serving(WHOLE, tls=server_side(certificates("localhost"))) as server:
            message = refusal(FetchFailed, f"https://localhost:{server.port}/p")

        assert "expected a verified TLS connection, saw SSLCertVerificationError" in message
        assert ([b""], []) == (server.requests, waits)

    def test_fault_02_wrong_host(self, certificates, trusted, waits):
        """A trusted certificate of somebody else: refused at once."""
        certificate = certificates("elsewhere.test")
        trusted(certificate)
        with serving(WHOLE, tls=server_side(certificate)) as server:
            message = refusal(FetchFailed, f"https://localhost:{server.port}/p")

        assert "Hostname mismatch" in message
        assert ([b""], []) == (server.requests, waits)

    def test_fault_02_broken_record(self, certificates, trusted, waits):
        """Junk inside an established TLS connection is a TLS error as well."""
        certificate = certificates("localhost")
        trusted(certificate)
        junk = lambda line: os.write(line.fileno(), b"this is no TLS record")  # noqa: E731
        with serving(junk, tls=server_side(certificate)) as server:
            message = refusal(FetchFailed, f"https://localhost:{server.port}/p")

        assert "expected a verified TLS connection" in message
        assert [] == waits

    @pytest.mark.parametrize("answer", [says(), says(b"late", pause=0.3)], ids=["closed", "late"])
    def test_fault_02_is_not_any_error_under_tls(self, certificates, trusted, answer):
        """A timeout or a lost connection is retried under TLS as anywhere."""
        certificate = certificates("localhost")
        trusted(certificate)
        with serving(answer, WHOLE, tls=server_side(certificate)) as server:
            url = f"https://localhost:{server.port}/p"
            assert b"whole" == get(url, limits=Limits(read_seconds=0.1)).body

    def test_fault_02_handshake_cut(self):
        """A connection closed before or in the handshake says nothing of certificates: retried."""
        with serving(says(b"")) as server:
            message = refusal(FetchFailed, f"https://localhost:{server.port}/p")

        assert "expected a whole answer" in message
        assert 3 == len(server.requests)


class TestStatus:
    """Faults 3 to 6, 9 and 20."""

    @pytest.mark.parametrize("status", [429, 503])
    @pytest.mark.parametrize("after", ["7", "Sun, 22 Nov 2026 12:00:07 GMT"], ids=["seconds", "date"])
    def test_fault_03_retry_after(self, httpserver, waits, status, after):
        """Seconds and dates are honoured to the second."""
        url = script(httpserver, Response(status=status, headers={"Retry-After": after}), Response("page"))

        assert b"page" == get(url).body
        assert [7.0] == waits

    def test_fault_03_patience(self, httpserver, waits):
        """No clock over all attempts cuts them short while each wait is within bounds."""
        url = script(httpserver, Response(status=429, headers={"Retry-After": "60"}))

        refusal(FetchFailed, url, limits=Limits(attempts=4))

        assert [60.0] * 3 == waits

    @pytest.mark.parametrize("after", ["864000", "61", "9" * 5000, "Wed, 02 Dec 2026 12:00:00 GMT"])
    def test_fault_03_retry_after_ten_days(self, httpserver, waits, after):
        """More than max_wait: not fetched, at once, saying what was asked."""
        url = script(httpserver, Response(status=429, headers={"Retry-After": after}))
        message = refusal(FetchFailed, url)

        assert f"expected to wait 60 s at most, saw 429 with Retry-After {after[:400]}" in message
        assert (1, []) == (len(httpserver.log), waits)

    @pytest.mark.parametrize(
        "after",
        ["-5", "soon", "1.5", "0", "", "٣", "Sun, 22 Nov 2026 11:59:00 GMT", "Sun, 99 Nov 2026 12:00:00 GMT"],
    )
    def test_fault_03_retry_after_says_nothing(self, waits, after):
        """Negative, textual, zero, past or broken values leave the normal backoff."""
        limited = b"HTTP/1.1 429 No\r\nContent-Length: 0\r\nRetry-After: " + after.encode() + b"\r\n\r\n"
        with serving(says(limited), WHOLE) as server:
            assert b"whole" == get(server.url).body

        assert [True] == [3 <= wait <= 5 for wait in waits]

    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    def test_fault_04_server_errors(self, httpserver, status):
        """Tried again as often as allowed, then not fetched."""
        url = script(httpserver, Response(status=status))

        assert f"{url}: expected status 200, saw {status}" == refusal(FetchFailed, url)
        assert 3 == len(httpserver.log)

    def test_fault_04_recovers(self, httpserver):
        """The last allowed attempt counts."""
        url = script(httpserver, Response(status=502), Response(status=500), Response("page"))

        assert b"page" == get(url).body

    @pytest.mark.parametrize("status", [401, 403])
    def test_fault_05_access_denied(self, httpserver, status):
        """No second attempt, and words of its own."""
        message = refusal(FetchFailed, script(httpserver, Response(status=status)))

        assert message.endswith(f"expected status 200, saw {status}: access denied")
        assert 1 == len(httpserver.log)

    @pytest.mark.parametrize("status", [404, 410])
    def test_fault_06_page_moved(self, httpserver, waits, status):
        """One look to confirm, then a person is needed."""
        message = refusal(LayoutChanged, script(httpserver, Response(status=status)))

        assert message.endswith(f"expected status 200, saw {status}: page moved")
        assert (2, 1) == (len(httpserver.log), len(waits))

    def test_fault_06_confirmed_after_an_outage(self, httpserver):
        """An attempt that failed otherwise is no confirmation: 503, 404, 404."""
        url = script(httpserver, Response(status=503), Response(status=404))

        assert "page moved" in refusal(LayoutChanged, url)
        assert 3 == len(httpserver.log)

    def test_fault_06_was_a_hiccup(self, httpserver):
        """A page that is there at the second look is a page."""
        assert b"page" == get(script(httpserver, Response(status=404), Response("page"))).body

    @pytest.mark.parametrize("status", [201, 206, 300, 302, 400, 418, 451, 501])
    def test_other_statuses(self, httpserver, status):
        """Anything else, a redirect to nowhere included, is not fetched and not asked again."""
        message = refusal(FetchFailed, script(httpserver, Response(status=status)))

        assert message.endswith(f"expected status 200, saw {status}")
        assert 1 == len(httpserver.log)

    @pytest.mark.parametrize("body", [b"", b" \r\n\t ", b"\xef\xbb\xbf\n", "\ufeff \n".encode("utf-16-le")])
    def test_fault_09_blank(self, httpserver, body):
        """Nothing, white space or a lone byte order mark is not the page."""
        message = refusal(LayoutChanged, script(httpserver, Response(body)))

        assert f"200 with an empty body ({len(body)} bytes, all blank)" in message

    def test_fault_09_no_content(self, httpserver):
        """204 is not the page either."""
        assert "204: an empty body" in refusal(LayoutChanged, script(httpserver, Response(status=204)))

    def test_not_modified(self, httpserver):
        """Validators are sent verbatim, and then 304 is None."""
        url = script(httpserver, Response(status=304))

        assert None is get(url, validators=Validators('W/"abc"', "Wed, 22 Apr 2026 00:00:00 GMT"))
        sent = httpserver.log[0][0].headers
        assert 'W/"abc"' == sent["If-None-Match"]
        assert "Wed, 22 Apr 2026 00:00:00 GMT" == sent["If-Modified-Since"]

    @pytest.mark.parametrize("validators", [None, Validators(), Validators("a\nb"), Validators("é"), Validators(" a")])
    def test_fault_20_304_without_validators(self, httpserver, validators):
        """Without something to compare with, or with what cannot be sent, 304 says nothing."""
        message = refusal(FetchFailed, script(httpserver, Response(status=304)), validators=validators)

        assert "304, though nothing to compare with was sent" in message
        assert "If-None-Match" not in httpserver.log[0][0].headers


class TestRedirects:
    """Faults 10 and 11."""

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_followed(self, httpserver, status):
        """Within the allowed host a redirect is followed, absolute or relative; both URLs are kept."""
        old = script(httpserver, Response(status=status, headers={"Location": "new"}), path="/a/old")
        new = script(httpserver, Response("page"), path="/a/new")

        page = get(old)

        assert (old, new) == (page.url, page.final_url)

    @pytest.mark.parametrize(
        ("location", "reason"),
        [
            ("http://ai.google.dev/p", "scheme 'http', not https"),
            ("https://evil.test/p", "host 'evil.test', not one of ['ai.google.dev']"),
            ("//evil.test/p", "scheme 'http', not https"),
            ("https://ai.google.dev.evil.test/p", "host 'ai.google.dev.evil.test', not one of"),
            ("https://ai.google.dev./p", "'ai.google.dev.', an address and not a name"),
            ("https://ai.google.dev:8443/p", "port 8443, not 443"),
            ("https://me:pw@ai.google.dev/p", "a user name in it"),
            ("https://ai.google.dev@evil.test/p", "a user name in it"),
            ("https://127.0.0.1/p", "'127.0.0.1', an address and not a name"),
            ("https://10.0.0.1/p", "'10.0.0.1', an address and not a name"),
            ("https://169.254.169.254/latest/meta-data", "'169.254.169.254', an address and not a name"),
            ("https://[::1]/p", "'::1', an address and not a name"),
            ("https://[::ffff:10.0.0.1]/p", "'::ffff:10.0.0.1', an address and not a name"),
            ("https://2130706433/p", "'2130706433', an address and not a name"),
            ("https://0x7f.0x1/p", "'0x7f.0x1', an address and not a name"),
            ("https://localhost/p", "host 'localhost', not one of"),
            ("https:///p", "'', an address and not a name"),
            ("file:///etc/passwd", "scheme 'file', not https"),
            ("javascript:alert(1)", "scheme 'javascript', not https"),
        ],
    )
    def test_fault_10_foreign_redirect(self, waits, location, reason):
        """Production's policy judges every hop, and a refusal is final."""
        with serving(says(FOUND % location.encode())) as server:
            url = server.url
            message = refusal(FetchFailed, url, policy=behind(url))

        assert message.startswith(f"{url} -> ")
        assert f": expected a URL we may ask for, saw {reason}" in message
        assert ([], 1) == (waits, len(server.requests))

    @pytest.mark.parametrize(
        "url", ["http://ai.google.dev/", "https://evil.test/", "https://[::1]/", "ai.google.dev", ""]
    )
    def test_fault_10_first_hop(self, url):
        """The first URL is judged like any other; a string of hosts is no list of hosts."""
        assert "expected a URL we may ask for" in refusal(FetchFailed, url, hosts=GOOGLE, policy=None)
        assert "not one of" in refusal(FetchFailed, PRICING, hosts="ai.google.dev", policy=None)

    @pytest.mark.parametrize(
        "location", ["https://ai.google.dev:port/", "https://[::1/", "https://a\tb/", "//℀.test/["]
    )
    def test_fault_10_location_is_no_url(self, location):
        """A broken Location is a verdict, not a crash."""
        with serving(says(FOUND % location.encode())) as server:
            assert f"{server.url}: expected a URL, saw " in refusal(FetchFailed, server.url)

    @pytest.mark.parametrize(
        "location", ["https://xn--/", "https://xn--a/p", "https://☃.example/", "https://a\u0300.☃/"]
    )
    def test_fault_93_a_host_that_is_no_name(self, location):
        """An impossible or international host name is a verdict on this page, under any policy."""
        for policy in (local, None):
            with serving(says(FOUND % location.encode())) as server:
                own = {"policy": policy} if policy else {"policy": behind(server.url)}
                message = refusal(FetchFailed, server.url, **own)
            assert message.startswith(server.url)

    @given(st.text(max_size=30), st.sampled_from(["https://{}/", "//{}", "https://a.{}:443/p", "{}"]))
    @example("xn--", "https://{}/")
    @example("xn--ls8h.example", "https://{}/")
    @example("😀.example", "https://{}/")
    def test_fault_93_every_location_has_a_verdict(self, host, form):
        """Whatever a Location says: a URL that the policy has a word on, or a refusal; never another error."""
        try:
            reason = https_only(GOOGLE)(module._url(form.format(host), PRICING, PRICING))
        except FetchFailed:
            return
        assert isinstance(reason, str)

    def test_fault_94_cookies_live_for_one_attempt(self, httpserver):
        """What a redirect sets is sent to the next hop of the same host, and not by the next attempt."""
        cookie = {"Set-Cookie": "consent=1; Path=/", "Location": "/new"}
        url = script(httpserver, Response(status=302, headers=cookie))
        script(httpserver, Response(status=503, headers=cookie), Response("page"), path="/new")

        get(url)
        get(url)

        assert ["/p", "/new", "/p", "/new", "/p", "/new"] == [request.path for request, _ in httpserver.log]
        assert [None, "consent=1"] * 3 == [request.headers.get("Cookie") for request, _ in httpserver.log]

    def test_fault_94_over_a_sign_in_and_back(self, httpserver, caplog):
        """Four redirects, two hosts, each of which wants its own cookie back: it comes to the page, and leaks nothing."""
        caplog.set_level("DEBUG")
        with walled(httpserver) as (wall, url):
            page = get(url, through={"127.0.0.1"}, validators=Validators('"1"'))

        asked = [(r.path, r.headers.get("Cookie"), r.headers.get("If-None-Match")) for r, _ in httpserver.log]
        assert b"the page" == page.body
        assert [("/p", None, '"1"'), ("/back", None, '"1"'), ("/p", "site=S2", '"1"')] == asked
        assert b"Cookie" not in wall.requests[0]
        assert b"cookie: sid=S1" in wall.requests[1].lower().replace(b"s1", b"S1")
        assert all(b"If-None-Match" not in request for request in wall.requests)
        assert not {"set-cookie", "cookie"} & set(page.headers)
        assert not [r for r in caplog.records if "S1" in r.getMessage() or "S2" in r.getMessage()]

    def test_fault_94_only_through_hosts_that_are_named(self, httpserver):
        """Of one that is not, the redirect is refused as ever."""
        with walled(httpserver) as (wall, url):
            message = refusal(FetchFailed, url, policy=behind(httpserver.url_for("/")))

        assert "expected a URL we may ask for, saw scheme 'http'" in message
        assert ([], 1) == (wall.requests, len(httpserver.log))

    @pytest.mark.parametrize(
        ("answer", "seen"),
        [
            (b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nSign in", "a page of a host that is only passed through"),
            (b"HTTP/1.1 304 Not Modified\r\n\r\n", "304, though nothing to compare with was sent"),
        ],
    )
    def test_fault_94_what_the_sign_in_says_is_not_the_page(self, httpserver, answer, seen):
        """No page of it is taken for ours, and nothing that it calls unmodified."""
        with serving(says(answer)) as wall:
            url = script(httpserver, Response(status=302, headers={"Location": wall.url}))
            assert seen in refusal(FetchFailed, url, through={"127.0.0.1"}, validators=Validators('"1"'))

    def test_where_another_source_is_read(self, httpserver):
        """The page comes back whole and says where it came from; what was known of ours is not asked about there."""
        with serving(WHOLE) as other:
            url = script(httpserver, Response(status=302, headers={"Location": other.url}))
            page = get(url, elsewhere={"127.0.0.1"}, validators=Validators('"1"'))

        assert (b"whole", url, other.url, True) == (page.body, page.url, page.final_url, page.moved)
        assert '"1"' == httpserver.log[0][0].headers["If-None-Match"]
        assert b"if-none-match" not in other.requests[0].lower()

    def test_what_another_source_calls_unmodified(self, httpserver):
        """It cannot know what we have."""
        with serving(says(b"HTTP/1.1 304 Not Modified\r\n\r\n")) as other:
            url = script(httpserver, Response(status=302, headers={"Location": other.url}))
            message = refusal(FetchFailed, url, elsewhere={"127.0.0.1"}, validators=Validators('"1"'))

        assert "304, though nothing to compare with was sent" in message

    @pytest.mark.parametrize(
        ("final", "moved"),
        [
            ("https://a.test/p?hl=en", False),
            ("https://a.test/q", True),
            ("https://b.test/p", True),
            ("2026-11-01.html", False),
            ("", False),
        ],
    )
    def test_what_counts_as_moved(self, final, moved):
        """Another host or path; a parameter is none, and neither is the name of a saved page."""
        assert moved == replace(page_of(b"x"), url="https://a.test/p", final_url=final).moved

    @pytest.mark.parametrize(
        "cookie", [b"a=SECR\xe9T; Path=/", b"a=1; Domain=evil.test", b"a=1; Secure", b"=;;=", b"\xff"]
    )
    def test_fault_94_a_cookie_that_is_not_sent(self, cookie):
        """What is not for this host, not for a plain line, or no cookie stays behind, and the page is fetched."""
        first = says(b"HTTP/1.1 302 Found\r\nSet-Cookie: %b\r\nContent-Length: 0\r\nLocation: /q\r\n\r\n" % cookie)
        with serving(first, WHOLE) as server:
            assert b"whole" == get(server.url).body

        assert b"cookie" not in server.requests[1].lower()

    def test_key_stays_with_its_host(self, httpserver):
        """Headers of the caller go along on the same host, and not to another one, here another port."""
        with serving(WHOLE) as other:
            url = script(httpserver, Response(status=302, headers={"Location": "/next"}))
            script(httpserver, Response(status=302, headers={"Location": other.url}), path="/next")
            page = get(url, headers={"X-Goog-Api-Key": "SECRET", "accept-language": "de"})

        sent = [dict(request.headers) for request, _ in httpserver.log]
        assert other.url == page.final_url
        assert [("SECRET", "de")] * 2 == [(each["X-Goog-Api-Key"], each["Accept-Language"]) for each in sent]
        assert b"SECRET" not in other.requests[0]
        assert b"Accept-Language: en\r\n" in other.requests[0]

    def test_fault_11_loop(self, httpserver, waits):
        """A loop ends at the limit and is not walked again."""
        url = script(httpserver, Response(status=302, headers={"Location": "/q"}))
        script(httpserver, Response(status=302, headers={"Location": "/p"}), path="/q")

        message = refusal(FetchFailed, url)

        assert message.startswith(f"{url} -> {httpserver.url_for('/q')} -> {url} -> ")
        assert message.endswith(": expected at most 5 redirects, saw more, or a loop")
        assert (6, []) == (len(httpserver.log), waits)

    def test_fault_11_five_hops(self, httpserver):
        """Five redirects are allowed, six are not."""
        for hop in range(6):
            script(httpserver, Response(status=301, headers={"Location": f"/{hop + 1}"}), path=f"/{hop}")
        script(httpserver, Response("page"), path="/6")

        assert httpserver.url_for("/6") == get(httpserver.url_for("/1")).final_url
        assert "expected at most 5 redirects" in refusal(FetchFailed, httpserver.url_for("/0"))


PACKED = gzip.compress(os.urandom(2000))
GZIPPED = OK + b"Content-Encoding: gzip\r\n"


class TestBody:
    """Faults 12, 13, 15 and 16."""

    @pytest.mark.parametrize(
        "answer",
        [
            OK + b"Content-Length: 100\r\n\r\nwho",
            OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n",
            OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nwh",
            GZIPPED + b"Connection: close\r\n\r\n" + PACKED[:-1],
            GZIPPED + b"Connection: close\r\n\r\n" + PACKED[:1000],
            GZIPPED + b"Content-Length: 0\r\n\r\n",
            GZIPPED + b"Content-Length: 8\r\n\r\nnot gzip",
            GZIPPED + b"Connection: close\r\n\r\n" + PACKED[:-8] + b"\0" * 8,
            b"HTTP/1.1 200 OK\r\nContent-Le",
            b"220 smtp.test ESMTP\r\n",
            b"",
        ],
        ids=[
            "length",
            "chunks",
            "chunk",
            "gzip-1",
            "gzip",
            "gzip-0",
            "no-gzip",
            "crc",
            "head",
            "not-http",
            "nothing",
        ],
    )
    def test_fault_12_cut_short(self, answer):
        """A body, a gzip stream or a head that ends early is asked for again, then not fetched."""
        with serving(says(answer), WHOLE) as server:
            assert b"whole" == get(server.url).body
        with serving(says(answer)) as server:
            message = refusal(FetchFailed, server.url)

        assert f"{server.url}: expected a whole answer, saw " in message
        assert 3 == len(server.requests)

    def test_fault_13_close_delimited(self):
        """Without a length nobody can tell: the cut page passes here, its end is for the source to miss."""
        with serving(says(OK + b"Connection: close\r\n\r\n<html>$1")) as server:
            assert b"<html>$1" == get(server.url).body

    @pytest.mark.parametrize(
        ("head", "drop"),
        [
            (OK + b"Content-Length: 9999\r\n\r\n", b"x"),
            (
                GZIPPED + b"Content-Length: 9999\r\n\r\n" + PACKED[:10],
                b"\0\0\0\xff\xff",
            ),  # inflates to nothing
            (OK + b"X-Long: ", b"x"),
            (OK + b"Transfer-Encoding: chunked\r\n\r\n5;", b"x"),
            (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        ],
        ids=["body", "gzip", "head", "chunk-extension", "hints"],
    )
    def test_fault_15_slow_drip(self, head, drop):
        """No read ever times out, wherever the drops fall; the deadline holds all the same, on each attempt."""
        limits = Limits(total_seconds=0.3, read_seconds=5, attempts=2)
        with serving(says(head, *[drop] * 40, pause=0.04)) as server:
            start = time.monotonic()
            message = refusal(FetchFailed, server.url, limits=limits)
            took = time.monotonic() - start

        assert f"{server.url}: expected all of it within 0.3 s, saw no end of it" == message
        assert 0.6 <= took < 2

    def test_fault_15_redirects_count(self):
        """The deadline is one for all hops of an attempt."""
        with serving(says(FOUND % b"/p", pause=0.12)) as server:
            message = refusal(FetchFailed, server.url, limits=Limits(total_seconds=0.4, attempts=1))

        assert "expected all of it within 0.4 s" in message
        assert 1 <= message.count(" -> ") <= 3

    def test_fault_16_bomb(self, waits):
        """64 MiB in 64 KB: refused at the cap, without the memory, without a second helping."""
        squeeze = zlib.compressobj(wbits=31)
        bomb = b"".join(squeeze.compress(b"x" * (1 << 20)) for _ in range(64)) + squeeze.flush()
        answer = GZIPPED + b"Content-Length: %d\r\n\r\n" % len(bomb) + bomb
        with serving(says(answer)) as server:
            refusal(FetchFailed, server.url)  # so that imports and certificates do not count
            tracemalloc.start()
            message = refusal(FetchFailed, server.url)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()

        assert "expected at most 2000000 bytes, decompressed, saw more" in message
        assert peak < 10_000_000
        assert [] == waits

    @pytest.mark.parametrize("head", [b"Content-Length: 60000000\r\n\r\n", b"Connection: close\r\n\r\n"])
    def test_fault_16_huge_page(self, head):
        """60 MB of plain text, announced or not: the line is dropped at the cap."""
        sent = []

        def answer(line: socket.socket) -> None:
            line.sendall(OK + head)
            for _ in range(60):
                line.sendall(b"x" * 1_000_000)
                sent.append(1_000_000)

        with serving(answer) as server:
            message = refusal(FetchFailed, server.url)

        assert "expected at most 2000000 bytes, decompressed, saw more" in message
        assert sum(sent) < 30_000_000

    @pytest.mark.parametrize("coding", ["identity", "gzip"])
    def test_fault_16_exactly_the_cap(self, httpserver, coding):
        """The cap itself is allowed, one byte more is not."""
        pack = gzip.compress if coding == "gzip" else bytes
        url = script(httpserver, Response(pack(b"x" * 1000), headers={"Content-Encoding": coding}))

        assert 1000 == len(get(url, limits=Limits(max_bytes=1000)).body)
        assert "expected at most 999 bytes" in refusal(FetchFailed, url, limits=Limits(max_bytes=999))


class TestSecrets:
    """What nobody may read in a report."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("https://a.test/?key=SECRET", "https://a.test/?key=***"),
            ("https://a.test/?q=1&key=SECRET&pageSize=5 rest", "https://a.test/?q=1&key=***&pageSize=5 rest"),
            ("https://a.test/?API_KEY=SECRET#top", "https://a.test/?API_KEY=***#top"),
            ("'https://a.test/?access_token=SECRET'", "'https://a.test/?access_token=***'"),
            ("https://me:SECRET@a.test/", "https://***@a.test/"),
            ("https://a.test/in?next=b%3Fkey%3DSECRET%26x=1", "https://a.test/in?next=b%3Fkey%3D***%26x=1"),
            ("https://a.test/?monkey=1&keyboard=2 a@b", "https://a.test/?monkey=***&keyboard=2 a@b"),
            ("https://a.test/docs/key=open", "https://a.test/docs/key=open"),
        ],
    )
    def test_redact(self, text, expected):
        """Values of key-like parameters and userinfo go, also inside another parameter; the rest stays."""
        assert expected == redact(text)

    def test_nowhere(self, httpserver, caplog):
        """A key in the URL is in no message, no log line and no page."""
        caplog.set_level("INFO")
        hop = Response(status=302, headers={"Location": "/new?key=SECRET"})
        url = script(httpserver, hop) + "?key=SECRET"
        script(httpserver, Response("page"), Response(status=503), path="/new")

        page, message = get(url), refusal(FetchFailed, url)

        assert ("/p?key=***", "/new?key=***") == (page.url[-10:], page.final_url[-12:])
        assert message.startswith(f"{page.url} -> {page.final_url}: ")
        ours = [str(each.__dict__) for each in caplog.records if each.name != "werkzeug"]
        assert (2, []) == (len(ours), [line for line in ours if "SECRET" in line])
        assert "SECRET" not in message

    @pytest.mark.parametrize("value", ["SECRET\n", "SECRET ", "SECRET\r\nX: y", "SÉCRET"])
    def test_key_that_cannot_be_sent(self, value):
        """A key read with its newline names the header and not the key, in no link of the chain."""
        with pytest.raises(FetchFailed) as caught:
            get("http://127.0.0.1:9/p", headers={"X-Goog-Api-Key": value})

        assert "expected plain ASCII in the request header X-Goog-Api-Key" in str(caught.value)
        assert "CRET" not in str(caught.value)
        assert (None, None) == (caught.value.__cause__, caught.value.__context__)

    def test_long_words_are_cut(self, httpserver):
        """A server chooses how long its Location is, not how long our message is, nor where the key is cut off."""
        location = f"https://evil.test/{'x' * 900}?key=SECRET&{'y' * 5000}"
        url = script(httpserver, Response(status=302, headers={"Location": location}))
        message = refusal(FetchFailed, url)

        assert len(message) < 1600
        assert "SECRET" not in message

    @pytest.mark.parametrize("end", ["@evil.test/", "@evil.test:port/"])
    def test_cut_after_redaction(self, end):
        """A user name that reaches over the cut is still known as one."""
        location = b"https://" + b"SECRET" * 300 + end.encode()
        with serving(says(FOUND % location)) as server:
            assert "SECRET" not in refusal(FetchFailed, server.url)


def page_of(body: bytes, content_type: str = "") -> Page:
    """A page with that body and at most that header."""
    headers = {"content-type": content_type} if content_type else {}
    return Page("https://ai.google.dev/p", "https://ai.google.dev/p", 200, headers, body, NOW)


PRICE = "£0.30 – “½”"


class TestDecode:
    """Fault 17."""

    @pytest.mark.parametrize(
        ("body", "content_type", "expected"),
        [
            (PRICE.encode(), "text/html; charset=utf-8", PRICE),
            (PRICE.encode(), "text/plain", PRICE),
            (PRICE.encode(), "", PRICE),
            (PRICE.encode("cp1252"), 'text/html; Charset = "ISO-8859-1"', PRICE),
            (PRICE.encode("cp1252"), "text/html;charset=windows-1252", PRICE),
            (PRICE.encode("utf-16-le"), "text/html; charset=utf-16le", PRICE),
            (PRICE.encode("utf-16"), "text/html; charset=utf-16", PRICE),
            (PRICE.encode("utf-8-sig"), "", PRICE),
            (PRICE.encode("utf-8-sig"), "text/html; charset=UTF-8", PRICE),
            (("\ufeff" + PRICE).encode("utf-16-le"), "", PRICE),
            (("\ufeff" + PRICE).encode("utf-16-be"), "text/html", PRICE),
            (b"\xef\xbb\xbf<meta charset=latin1>\xc2\xa3", "", "<meta charset=latin1>£"),
            (b"<meta charset='windows-1252'>\xa3", "", "<meta charset='windows-1252'>£"),
            (b'<META content="a/b; charset=latin1">\xa3', "a/b", '<META content="a/b; charset=latin1">£'),
            (b"<meta charset=latin1>\xc2\xa3", "text/html; charset=utf-8", "<meta charset=latin1>£"),
            (b"<meta charset=UTF-16>\xc2\xa3", "", "<meta charset=UTF-16>£"),
            (b" " * 2040 + b"<meta charset=latin1>\xc2\xa3", "", " " * 2040 + "<meta charset=latin1>£"),
            ("\u00a0\u200b\uff10".encode(), "", "\u00a0\u200b\uff10"),
        ],
    )
    def test_fault_17_charset(self, body, content_type, expected):
        """Header, then byte order mark, then meta tag, then UTF-8; no mark is left, nothing else is changed."""
        assert expected == decode(page_of(body, content_type))

    @pytest.mark.parametrize(
        ("body", "content_type", "told"),
        [
            (b"\xa30.30", "", "text in utf-8 (by default), saw 'utf-8' codec can't decode byte 0xa3"),
            (b"\xa30.30", "text/html; charset=utf-8", "text in utf-8 (by its header)"),
            (b"\xed\xa0\x80", "", "invalid continuation byte"),
            (b"\xff\xfe\x00\xd8", "", "text in utf-16-le (by its byte order mark)"),
            (b"<meta charset=utf-8>\xa3", "", "text in utf-8 (by its meta tag)"),
            (b"\x81", "text/html; charset=latin1", "can't decode byte 0x81"),
            (b"\xe2\x82\xac", "text/html; charset=us-ascii", "text in us-ascii (by its header)"),
            (b"$1", "text/html; charset=klingon", "unknown encoding: klingon"),
            (b"$1", "text/html; charset=utf-7", "text in utf-7"),
            (b"$1", "text/html; charset=unicode_escape", "text in unicode_escape"),
            (b"$1", "text/html; charset=zlib", "text in zlib"),
        ],
    )
    def test_fault_17_undecodable(self, body, content_type, told):
        """Bytes that are not of their charset, lone surrogates and charsets of no page are for a person."""
        with pytest.raises(LayoutChanged) as caught:
            decode(page_of(body, content_type))

        assert told in str(caught.value)
        assert str(caught.value).startswith("https://ai.google.dev/p: expected text in ")


RECORDED = vcr.VCR(
    cassette_library_dir=str(CASSETTES),
    record_mode=vcr.mode.NONE,
    decode_compressed_response=True,
    match_on=["method", "uri", "headers"],
)


def replay(url: str, **more) -> Page | None:
    """fetch under production's policy."""
    return fetch(url, hosts=GOOGLE, now=lambda: NOW, **more)


class TestCassettes:
    """The shapes of ai.google.dev's answers under production's policy; requests must match to the header."""

    def test_page_with_etag(self):
        """200 with what the next look needs."""
        with RECORDED.use_cassette("page.yaml") as tape:
            page = replay(f"{PRICING}.md.txt")

        assert '"5c1f0a9e7d"' == page.headers["etag"]
        assert "text/plain; charset=utf-8" == page.headers["content-type"]
        assert "| Input price | Free of charge | $0.30 |" in decode(page)
        assert tape.all_played

    def test_not_modified(self):
        """304 to the validators of that answer."""
        with RECORDED.use_cassette("not_modified.yaml") as tape:
            assert None is replay(f"{PRICING}.md.txt", validators=Validators('"5c1f0a9e7d"'))

        assert tape.all_played

    def test_redirect(self):
        """301 within the host."""
        with RECORDED.use_cassette("redirect.yaml") as tape:
            page = replay("https://ai.google.dev/pricing")

        assert (PRICING, "https://ai.google.dev/pricing") == (page.final_url, page.url)
        assert tape.all_played

    def test_too_many_requests(self, waits):
        """429 with Retry-After, then the page."""
        with RECORDED.use_cassette("too_many_requests.yaml") as tape:
            assert 200 == replay(f"{PRICING}.md.txt").status

        assert ([20.0], True) == (waits, tape.all_played)

    @pytest.mark.parametrize("path", sorted(CASSETTES.glob("*.yaml")), ids=lambda path: path.stem)
    def test_nothing_private(self, path):
        """Plain text, one host, no cookie, no key, no machine."""
        text = path.read_text(encoding="utf-8")
        turns = yaml.safe_load(text)["interactions"]

        assert {"ai.google.dev"} == {turn["request"]["uri"].split("/")[2] for turn in turns}
        private = ("ookie", "uthorization", "key=", "/home/", "!!", "127.0.0.1")
        assert [] == [word for word in private if word in text]


def test_one_module_knows_the_client():
    """Of pages; the others talk to GitHub, a webhook and our own published status, with a token or a POST."""
    sources = {path.name: path.read_text("utf-8") for path in Path(module.__file__).parents[1].rglob("*.py")}

    others = {"github.py", "heartbeat.py", "issues.py"}
    assert {"client.py"} == {name for name, text in sources.items() if "import httpx" in text} - others
