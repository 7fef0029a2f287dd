"""URL -> Page: the only module that knows the HTTP client, and the only one that waits.

It speaks through httpx's transport, not its client: no cookie jar, no redirects, no `.netrc`, no proxy or certificate
from the environment, no log line with the URL. A proxy resolves names and reaches hosts in our place, so the host
check below would hold for the proxy alone: behind a corporate proxy this does not run, and that is meant.
"""

from __future__ import annotations

import asyncio
import codecs
import hashlib
import re
import ssl
import zlib
from collections.abc import Callable, Collection, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import stamina

from scraper.errors import FetchFailed, LayoutChanged

# Why this URL must not be asked for; "" lets it pass.
Policy = Callable[[httpx.URL], str]

_REDIRECT = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({429, 500, 502, 503, 504})
_KEPT = ("content-type", "etag", "last-modified", "date", "content-language")
_SENT = {
    "User-Agent": "ratecards-scraper (rate card monitor; honours Retry-After)",
    "Accept-Encoding": "gzip",  # what _body can unpack under a cap; httpx passes an unknown coding on, silently
    "Accept-Language": "en",
}
_BLANK = b" \t\r\n\f\v\0" + codecs.BOM_UTF8 + codecs.BOM_UTF16
# The second half finds a key inside a URL that is itself a parameter, as sign-in redirects have it.
_SECRET = re.compile(
    r"(//)[^/@\s]*(?=@)|((?:[?&;]|%3f|%26)[\w.-]*(?:key|token|secret|password|sig|signature)(?:=|%3d))"
    r"(?:(?!%26)[^&;#\s'\"<>])+",
    re.IGNORECASE,
)
_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]+)""", re.ASCII | re.IGNORECASE)
_META = re.compile(r"<meta\b[^>]*?" + _CHARSET.pattern, re.ASCII | re.IGNORECASE)
# Python's name of each charset we expect -> how to read it. Python knows more: some decode anything, some slowly.
_CODECS = {
    "utf-8": "utf-8", "ascii": "ascii", "cp1252": "cp1252", "iso8859-1": "cp1252",  # as browsers do
    "utf-16": "utf-16", "utf-16-le": "utf-16-le", "utf-16-be": "utf-16-be",
}  # fmt: skip
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: both URLs without secrets, decoded body, when it was complete (aware UTC)."""

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    """Lower-case names; content-type, etag, last-modified, date and content-language alone."""
    body: bytes
    fetched_at: datetime

    @property
    def sha256(self) -> str:
        """Hex digest of the body as served, before any decoding of characters."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Validators:
    """What an earlier answer said of itself: sent as If-None-Match and If-Modified-Since."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one fetch. `total_seconds` is for one attempt with its redirects, `max_bytes` is decoded."""

    total_seconds: float = 60
    read_seconds: float = 20
    connect_seconds: float = 10
    max_bytes: int = 20_000_000
    attempts: int = 4
    max_wait: float = 60
    max_redirects: int = 5


@dataclass(frozen=True, slots=True)
class _Job:
    url: httpx.URL
    headers: httpx.Headers  # for every hop
    private: Mapping[str, str]  # for the first host alone: may hold a key
    conditional: bool
    limits: Limits
    policy: Policy
    now: Callable[[], datetime]


class _Passing(FetchFailed):
    """May be over in a while; `wait` is what the server asked for in seconds, 0 if it did not."""

    def __init__(self, message: str, wait: float = 0) -> None:
        super().__init__(message)
        self.wait = wait


class _Gone(LayoutChanged):
    """404 or 410: worth one more look, then a person."""


_DEFAULT = Limits()


def redact(text: str) -> str:
    """Return `text` with the values of key-like query parameters and any userinfo replaced by `***`."""
    return _SECRET.sub(lambda found: f"{found[1] or found[2]}***", text)


def https_only(hosts: Collection[str]) -> Policy:
    """Return the policy of production: https on port 443 of exactly these host names, no userinfo, no address.

    What a name resolves to is not checked: an inner host cannot show a certificate for it.
    """
    allowed = frozenset(hosts)

    def reason(url: httpx.URL) -> str:
        if url.scheme != "https":
            return f"scheme {url.scheme!r}"
        if url.userinfo:
            return "a user name in the URL"
        if url.port not in {None, 443}:
            return f"port {url.port}"
        # 127.0.0.1, ::1, and 2130706433 or 0x7f.1, which resolvers take for addresses too
        if not url.host.rpartition(".")[2].isalpha():
            return f"the address {url.host!r} where a host name belongs"
        return "" if url.host in allowed else f"host {url.host!r}, not one of {', '.join(sorted(allowed))}"

    return reason


def fetch(  # noqa: D417
    url: str,
    *,
    hosts: Collection[str],
    now: Callable[[], datetime],
    validators: Validators | None = None,
    limits: Limits = _DEFAULT,
    headers: Mapping[str, str] | None = None,
    policy: Policy | None = None,
) -> Page | None:
    """GET `url` with retries; None means 304, which only validators make legal.

    Args:
        hosts: the names that may be asked, over https; checked again on every redirect.
        headers: added for the host of `url` alone (an API key belongs here, not into the URL).
        policy: replaces `https_only(hosts)`; for tests that serve on 127.0.0.1.

    Raises:
        FetchFailed: nothing usable arrived: refused, cut, too slow, too big, 4xx, 5xx, foreign redirect.
        LayoutChanged: the page is gone (404, 410) or empty (204, blank body).

    Runs an event loop of its own, so not to be called from inside one: only cancelling bounds a slow drip in the
    headers or between two chunks, where httpx's timeouts start anew with every byte.
    """
    sent = _conditional(validators or Validators())
    for name, value in (headers or {}).items():
        if not _plain(value):  # h11 would print the value, and it may be a key with a newline
            raise FetchFailed(_say(url, f"plain ASCII in the request header {name}", "a value that is not"))
    job = _Job(
        url=_url("", url, url),
        headers=httpx.Headers({**_SENT, **sent}),
        private=headers or {},
        conditional=bool(sent),
        limits=limits,
        policy=policy or https_only(hosts),
        now=now,
    )
    return _retried(job)


def _retried(job: _Job) -> Page | None:
    # Waits 2, 6, 18 s and up to 2 s of jitter. No timeout over all: stamina's 45 s would cut the attempts short.
    caller = stamina.RetryingCaller(
        attempts=job.limits.attempts, timeout=None,
        wait_initial=2, wait_exp_base=3, wait_jitter=2, wait_max=job.limits.max_wait,
    )  # fmt: skip
    try:
        return caller(_again(), lambda: asyncio.run(_attempt(job)))
    except _Passing as error:
        raise FetchFailed(f"{error} (gave up after {job.limits.attempts} attempts)") from error.__cause__
    except _Gone as error:
        raise LayoutChanged(str(error)) from None


def _again() -> Callable[[Exception], bool | float]:
    gone = 0

    def decide(error: Exception) -> bool | float:
        nonlocal gone
        gone += isinstance(error, _Gone)
        if isinstance(error, _Passing):
            return error.wait or True
        return isinstance(error, _Gone) and gone == 1

    return decide


async def _attempt(job: _Job) -> Page | None:
    trail = [job.url]
    try:
        async with asyncio.timeout(job.limits.total_seconds):
            while len(trail) <= job.limits.max_redirects + 1:
                answer = await _ask(job, trail)
                if not isinstance(answer, httpx.URL):
                    return answer
                trail.append(answer)
    except TimeoutError as error:
        expected = f"the whole answer within {job.limits.total_seconds:g} s"
        raise _Passing(_say(_path(trail), expected, "it was still coming")) from error
    raise FetchFailed(_say(_path(trail), f"at most {job.limits.max_redirects} redirects", "more, or a loop"))


async def _ask(job: _Job, trail: list[httpx.URL]) -> Page | httpx.URL | None:
    url, where, limits = trail[-1], _path(trail), job.limits
    if reason := job.policy(url):
        raise FetchFailed(_say(where, "a URL we may ask for", reason))
    # A redirect to another host must not carry our key there; Accept is a default the source may override.
    private = job.private if url.netloc == job.url.netloc else {}
    headers = httpx.Headers({"Accept": "*/*"})
    headers.update(private)
    headers.update(job.headers)
    timeout = httpx.Timeout(limits.read_seconds, connect=limits.connect_seconds).as_dict()
    request = httpx.Request("GET", url, headers=headers, extensions={"timeout": timeout})
    try:
        # One transport per hop: no connection, no cookie, nothing carries over. It verifies certificates by default.
        async with (
            httpx.AsyncHTTPTransport(trust_env=False) as transport,
            aclosing(await transport.handle_async_request(request)) as response,
        ):
            return await _read(job, where, url, response)
    except (httpx.TransportError, ssl.SSLError) as error:
        root: BaseException = error
        while root.__cause__:  # httpx wraps httpcore wraps the words of the socket
            root = root.__cause__
        if isinstance(root, ssl.SSLError):
            raise FetchFailed(_say(where, "a verified TLS connection", repr(root))) from error
        raise _Passing(_say(where, "an answer", f"{type(error).__name__} from {root!r}")) from error


async def _read(job: _Job, where: str, url: httpx.URL, response: httpx.Response) -> Page | httpx.URL | None:
    if response.status_code in _REDIRECT and "location" in response.headers:
        return _url(str(url), response.headers["location"], where)
    if response.status_code == 304 and job.conditional:
        return None
    _judge(job, where, response)
    body = await _body(where, response, job.limits.max_bytes)
    if not body.strip(_BLANK):
        raise LayoutChanged(_say(where, "a page", f"200 with an empty body ({len(body)} bytes, all blank)"))
    kept = {name: response.headers[name] for name in _KEPT if name in response.headers}
    return Page(redact(str(job.url)), redact(str(url)), 200, kept, body, job.now().astimezone(UTC))


def _judge(job: _Job, where: str, response: httpx.Response) -> None:
    status = response.status_code
    if status in _PASSING:
        wait = _retry_after(response.headers.get("retry-after", ""), job.now())
        if wait > job.limits.max_wait:
            asked = f"{status}, Retry-After: {response.headers['retry-after']} ({wait:g} s)"
            raise FetchFailed(_say(where, f"a wait of at most {job.limits.max_wait:g} s", asked))
        raise _Passing(_say(where, "status 200", str(status)), wait)
    if status in {401, 403}:
        raise FetchFailed(_say(where, "status 200", f"{status}: access denied"))
    if status in {404, 410}:
        raise _Gone(_say(where, "status 200", f"{status}, twice if it could be asked again: page moved"))
    if status == 204:
        raise LayoutChanged(_say(where, "a page", "204: an empty body"))
    if status == 304:
        raise FetchFailed(_say(where, "status 200", "304 though nothing to compare with was sent"))
    if status != 200:
        raise FetchFailed(_say(where, "status 200", f"{status}"))


async def _body(where: str, response: httpx.Response, cap: int) -> bytes:
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding not in {"identity", "gzip"}:
        raise FetchFailed(_say(where, "content-encoding gzip or none", repr(coding)))
    body = bytearray()
    member = zlib.decompressobj(wbits=31)
    # No chunk_size: it would hold bytes back. httpx's own decoder would inflate a whole chunk before we see it.
    async with aclosing(response.aiter_raw()) as chunks:
        async for chunk in chunks:
            rest = chunk
            while rest:
                if coding == "identity":
                    piece, rest = rest, b""
                else:
                    piece, rest, member = _inflate(where, rest, member, cap + 1 - len(body))
                body += piece
                if len(body) > cap:
                    raise FetchFailed(_say(where, f"at most {cap} bytes, decoded", "more"))
    if coding == "gzip" and not member.eof:
        raise _Passing(_say(where, "a whole gzip stream", f"its end missing after {len(body)} decoded bytes"))
    return bytes(body)
