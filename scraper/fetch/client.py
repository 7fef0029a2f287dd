"""URL -> Page: the only module that knows the HTTP client, and the only one that waits.

It uses httpx's transport, not its client: no redirects, no log line with the URL, and nothing from the
environment: no proxy, no `.netrc`, no certificates, no `SSLKEYLOGFILE`. A proxy would resolve names and reach
hosts for us, and the check of hosts would hold for the proxy alone; who sits behind one lets CI fetch.
Cookies live as long as one attempt with its redirects: a page may want to see its own again. They go to the hosts
that set them, of those that may be asked at all, and into no file and no message.
"""

from __future__ import annotations

import asyncio
import codecs
import hashlib
import logging
import re
import ssl
import zlib
from collections.abc import Callable, Collection, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from urllib.parse import urlsplit
from urllib.request import Request

import certifi
import httpx
import stamina

from scraper.errors import FetchFailed, LayoutChanged, ScrapeError

# Why this URL must not be asked for; "" lets it pass.
Policy = Callable[[httpx.URL], str]

# it would write down the cookies of every answer
logging.getLogger("httpcore").setLevel(logging.INFO)

# What every request has.
SENT = {
    "User-Agent": "ratecards-scraper (rate card monitor; honours Retry-After)",
    "Accept": "*/*",
    "Accept-Encoding": "gzip",  # the one coding that _body unpacks under a cap
    "Accept-Language": "en",
}
_KEPT = ("content-type", "etag", "last-modified", "date", "content-language")
_BLANK = b" \t\r\n\f\v\0" + codecs.BOM_UTF8 + codecs.BOM_UTF16
# %3f, %26 and %3d: a URL that is itself a parameter, as sign-in redirects have it.
_SECRET = re.compile(
    r"(?i)(//)[^/?#@\s]*(?=@)"
    r"|((?:[?&;]|%3f|%26)[\w.-]*(?:key|token|secret|password|sig|signature)(?:=|%3d))(?:(?!%26)[^&;#\s'\"<>])+"
)
_CHARSET = re.compile(r"""(?ai)charset\s*=\s*["']?\s*([\w.:-]+)""")
_META = re.compile(r"""(?ai)<meta\b[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)""")
# Python's name of a charset that a page may have -> how browsers read it. Others of Python's decode anything.
_CODECS = {name: name for name in ("utf-8", "ascii", "cp1252", "utf-16", "utf-16-le", "utf-16-be")}
_CODECS["iso8859-1"] = "cp1252"
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True, slots=True)
class Page:
    """One 200: URLs redacted, five headers (lower-case names), body decompressed, its time (aware, UTC).

    `copy`: it is no answer but a saved file that holds what somebody made of the page.
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime
    copy: bool = False

    @property
    def sha256(self) -> str:
        """Hex digest of the body."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def moved(self) -> bool:
        """Whether redirects led to another host or path."""
        return place(self.final_url)[0] != "" and place(self.final_url) != place(self.url)


@dataclass(frozen=True, slots=True)
class Validators:
    """What an earlier answer said of itself: sent as If-None-Match and If-Modified-Since, verbatim."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a fetch: `total_seconds` per attempt with its redirects, `max_bytes` after decompression."""

    total_seconds: float = 60
    read_seconds: float = 20
    connect_seconds: float = 10
    max_bytes: int = 20_000_000
    attempts: int = 4
    max_wait: float = 60
    max_redirects: int = 5


_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class _Job:
    url: httpx.URL
    headers: Mapping[str, str]
    conditional: dict[str, str]
    limits: Limits
    policy: Policy
    through: Collection[str]
    elsewhere: Collection[str]
    now: Callable[[], datetime]


class _PlainCookies(DefaultCookiePolicy):
    """The rules of browsers, and no cookie that could not be sent back: an error of it would print its value."""

    def set_ok(self, cookie: Cookie, request: Request) -> bool:
        return _plain(f"{cookie.name}={cookie.value}") and super().set_ok(cookie, request)


class RetryError(Exception):
    """Another attempt may help; if none does, this is the verdict. `wait`: seconds asked for, 0 if none."""

    def __init__(self, verdict: ScrapeError, wait: float = 0) -> None:
        super().__init__(str(verdict))
        self.verdict, self.wait = verdict, wait


def place(url: str) -> tuple[str, str]:
    """Host (with its port, where it has one) and path of an address."""
    parts = urlsplit(url)
    return parts.netloc, parts.path


def redact(text: str) -> str:
    """Return `text` with `***` for userinfo and for the values of query parameters like `key=`."""
    return _SECRET.sub(lambda found: f"{found[1] or found[2]}***", text)


def https_only(hosts: Collection[str]) -> Policy:
    """Return the policy of production: https, port 443, one of these host names, no userinfo, no address.

    What a name resolves to is not checked: an inner host cannot show a certificate for it.
    """
    allowed = frozenset(hosts)

    def reason(url: httpx.URL) -> str:
        if url.scheme != "https":
            return f"scheme {url.scheme!r}, not https"
        if url.userinfo:
            return "a user name in it"
        if url.port not in {None, 443}:
            return f"port {url.port}, not 443"
        # as it would be sent: of some names there is no other form, and asking for it raises
        host = url.raw_host.decode("ascii")
        # 127.0.0.1 and ::1, but also 2130706433 and 0x7f.1, which resolvers take for addresses
        top = host.rpartition(".")[2]
        if not (top.isalpha() or top.startswith("xn--")):
            return f"{host!r}, an address and not a name"
        return "" if host in allowed else f"host {host!r}, not one of {sorted(allowed)}"

    return reason


def fetch(
    url: str,
    *,
    hosts: Collection[str],
    now: Callable[[], datetime],
    validators: Validators | None = None,
    limits: Limits = _LIMITS,
    headers: Mapping[str, str] | None = None,
    policy: Policy | None = None,
    through: Collection[str] = (),
    elsewhere: Collection[str] = (),
) -> Page | None:
    """GET `url`, with retries; None is 304, legal only if validators were sent.

    `hosts` may be asked, over https, and are checked again on every redirect. A redirect may lead `through` others,
    such as a sign-in that sets a cookie and sends everybody back; a page of theirs is none of ours. One may lead
    `elsewhere`, too, where another source is read: the page is whole, and its `final_url` says whose it is. `headers`
    go to the host of `url` alone: the place for an API key. `policy` replaces `https_only` where tests serve 127.0.0.1.
    Runs an event loop of its own, so not for use inside one. Only the resolver bounds a slow name server.

    Raises:
        FetchFailed: nothing usable came: refused, cut, slow, too big, 4xx, 5xx, foreign redirect.
        LayoutChanged: the page is gone (404, 410) or empty (204, blank).
    """
    for name, value in (headers or {}).items():
        if not _plain(value):  # h11 would print the value, and it may be a key read with its newline
            raise FetchFailed(_say(url, f"plain ASCII in the request header {name}", "something else"))
    conditional = _conditional(validators or Validators())
    policy = policy or https_only({*hosts, *through, *elsewhere})
    job = _Job(_url(url, "", url), headers or {}, conditional, limits, policy, through, elsewhere, now)
    # Waits 3, 6, 12 s and up to 2 s of jitter, or what the server asked for. A timeout would cut that short.
    retries = stamina.RetryingCaller(
        limits.attempts, timeout=None, wait_initial=3, wait_jitter=2, wait_max=limits.max_wait
    )
    try:
        return retries(_again(), lambda: asyncio.run(_attempt(job)))
    except RetryError as error:
        raise error.verdict from error.__cause__


def _conditional(known: Validators) -> dict[str, str]:
    # A validator that cannot be sent as it came is left out; the page is then fetched whole.
    sent = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in sent.items() if value and _plain(value)}


def _again() -> Callable[[Exception], bool | float]:
    confirm = iter((True,))  # a page that is gone gets one more look

    def decide(error: Exception) -> bool | float:
        if not isinstance(error, RetryError):
            return False
        return next(confirm, False) if isinstance(error.verdict, LayoutChanged) else error.wait or True

    return decide


async def _attempt(job: _Job) -> Page | None:
    where, url, limits = str(job.url), job.url, job.limits
    jar = httpx.Cookies(CookieJar(_PlainCookies()))
    try:
        # Cancelling is what bounds a drip: httpx's own timeouts start anew with every byte, in headers too.
        async with asyncio.timeout(limits.total_seconds):
            for _ in range(limits.max_redirects + 1):
                answer = await _ask(job, url, where, jar)
                if not isinstance(answer, httpx.URL):
                    return answer
                where, url = f"{where} -> {answer}", answer
    except TimeoutError as error:
        verdict = FetchFailed(_say(where, f"all of it within {limits.total_seconds:g} s", "no end of it"))
        raise RetryError(verdict) from error
    raise FetchFailed(_say(where, f"at most {limits.max_redirects} redirects", "more, or a loop"))


async def _ask(job: _Job, url: httpx.URL, where: str, jar: httpx.Cookies) -> Page | httpx.URL | None:
    if reason := job.policy(url):
        raise FetchFailed(_say(where, "a URL we may ask for", reason))
    headers = httpx.Headers(SENT | ({} if _foreign(job, url) else job.conditional))
    headers.update(job.headers if url.netloc == job.url.netloc else {})  # another host must not see the key
    timeout = httpx.Timeout(job.limits.read_seconds, connect=job.limits.connect_seconds).as_dict()
    request = httpx.Request("GET", url, headers=headers, extensions={"timeout": timeout})
    jar.set_cookie_header(request)
    try:
        # A transport per hop: no connection carries over.
        async with (
            httpx.AsyncHTTPTransport(verify=trust()) as transport,
            aclosing(await transport.handle_async_request(request)) as response,
        ):
            response.request = request
            jar.extract_cookies(response)
            return await _read(job, url, where, response)
    except (httpx.TransportError, ssl.SSLError, zlib.error) as error:
        root = _root(error)
        # a connection that ends within the handshake says nothing of certificates (3.11.2 calls it a zero return)
        if isinstance(root, ssl.SSLError) and not isinstance(root, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
            raise FetchFailed(_say(where, "a verified TLS connection", repr(root))) from error
        verdict = FetchFailed(_say(where, "a whole answer", f"{type(error).__name__} from {root!r}"))
        raise RetryError(verdict) from error


def _foreign(job: _Job, url: httpx.URL) -> bool:
    # what an earlier answer of our host said of itself means nothing there
    return _host(url) in job.through or _host(url) in job.elsewhere


def _host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii")


@cache
def trust() -> ssl.SSLContext:
    """Verifies, and no argument can tell it not to. Once per process: it takes 40 ms."""
    # not ssl.create_default_context: that one writes the keys of every connection where SSLKEYLOGFILE says
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=certifi.where())
    return context


def _root(error: BaseException) -> BaseException:
    # httpx wraps httpcore wraps the socket's own error; httpcore drops the cause but keeps it as an argument.
    # Not __context__: anyio waits inside `except SSLWantReadError`, so a timeout would look like broken TLS.
    inner = [each for each in (error.__cause__, *error.args) if isinstance(each, BaseException)]
    return _root(inner[0]) if inner else error


async def _read(job: _Job, url: httpx.URL, where: str, response: httpx.Response) -> Page | httpx.URL | None:
    status, headers = response.status_code, response.headers
    if status in {301, 302, 303, 307, 308} and "location" in headers:
        return _url(headers["location"], str(url), where)
    if status == 304 and job.conditional and not _foreign(job, url):
        return None
    _check_status(job, where, status, headers.get("retry-after", ""))
    if _host(url) in job.through:
        raise FetchFailed(_say(where, "to be sent back to the page", "a page of a host that is only passed through"))
    body = await _body(response, where, job.limits.max_bytes)
    if not body.strip(_BLANK):
        raise LayoutChanged(_say(where, "a page", f"200 with an empty body ({len(body)} bytes, all blank)"))
    kept = {name: headers[name] for name in _KEPT if name in headers}
    return Page(redact(str(job.url)), redact(str(url)), status, kept, body, job.now().astimezone(UTC))


def _check_status(job: _Job, where: str, status: int, retry_after: str) -> None:
    if status in {429, 500, 502, 503, 504}:
        wait, most = _seconds(retry_after, job.now()), job.limits.max_wait
        if wait > most:
            seen = f"{status} with Retry-After {retry_after}"
            raise FetchFailed(_say(where, f"to wait {most:g} s at most", seen))
        raise RetryError(FetchFailed(_say(where, "status 200", str(status))), wait)
    if status in {401, 403}:
        raise FetchFailed(_say(where, "status 200", f"{status}: access denied"))
    if status in {404, 410}:
        raise RetryError(LayoutChanged(_say(where, "status 200", f"{status}: page moved")))
    if status == 204:
        raise LayoutChanged(_say(where, "status 200", "204: an empty body"))
    if status == 304:
        raise FetchFailed(_say(where, "status 200", "304, though nothing to compare with was sent"))
    if status != 200:
        raise FetchFailed(_say(where, "status 200", str(status)))


async def _body(response: httpx.Response, where: str, cap: int) -> bytes:
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding not in {"identity", "gzip"}:
        raise FetchFailed(_say(where, "content-encoding gzip or none", repr(coding)))
    unpack = Gunzip() if coding == "gzip" else None
    body = bytearray()
    async for raw in response.aiter_raw():
        body += unpack.inflate(raw, cap + 1 - len(body)) if unpack else raw
        if len(body) > cap:
            raise FetchFailed(_say(where, f"at most {cap} bytes, decompressed", "more"))
    if unpack and not unpack.member.eof:
        raise zlib.error(f"the gzip stream ends early, after {len(body)} bytes")
    return bytes(body)


class Gunzip:
    """gzip members one after another. httpx's decoder inflates a chunk 1000-fold before anyone sees it."""

    def __init__(self) -> None:
        self.member = zlib.decompressobj(wbits=31)

    def inflate(self, raw: bytes, room: int) -> bytes:
        """Return at most `room` bytes; fewer means that all of `raw` is used up."""
        out = bytearray()
        while raw and len(out) < room:
            if self.member.eof:
                self.member = zlib.decompressobj(wbits=31)
            out += self.member.decompress(raw, room - len(out))
            raw = self.member.unused_data
        return bytes(out)


def _seconds(retry_after: str, now: datetime) -> float:
    """How long to wait; 0 for what says nothing: absent, negative, past, or text."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after)  # int() refuses 4301 digits, and a header may have them
    try:
        until = datetime.strptime(retry_after, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    except ValueError:
        return 0
    return max(0, (until - now).total_seconds())


def _plain(value: str) -> bool:
    return value.isascii() and value.isprintable() and value == value.strip()


def _url(text: str, base: str, where: str) -> httpx.URL:
    try:
        found = httpx.URL(base).join(text)
        found.host  # noqa: B018 - an impossible international name is told only when it is asked for
    except (httpx.InvalidURL, ValueError):
        raise FetchFailed(_say(where, "a URL", repr(text))) from None
    return found


def _say(where: str, expected: str, seen: str) -> str:
    # Redacted before it is cut, never after; servers choose how long their words are.
    return f"{redact(where)[:1000]}: expected {expected}, saw {redact(seen)[:500]}"


def decode(page: Page) -> str:
    """Return the body as text, strict: charset by header, byte order mark, `<meta>` in its first 2 KB, UTF-8.

    Raises:
        LayoutChanged: a charset that no page should have, or bytes that are not of it.
    """
    name, told_by = _charset(page)
    try:
        return page.body.decode(_CODECS[codecs.lookup(name).name]).removeprefix("\ufeff")
    except (LookupError, UnicodeDecodeError) as error:
        raise LayoutChanged(_say(page.final_url, f"text in {name} (by {told_by})", str(error))) from error


def _charset(page: Page) -> tuple[str, str]:
    if named := _CHARSET.search(page.headers.get("content-type", "")):
        return named[1], "its header"
    for mark, name in _MARKS.items():
        if page.body.startswith(mark):
            return name, "its byte order mark"
    if named := _META.search(page.body[:2048].decode("latin-1")):
        # A tag that can be read as ASCII is not in UTF-16, whatever it says; so do browsers.
        return re.sub("(?i)^utf-16.*", "utf-8", named[1]), "its meta tag"
    return "utf-8", "default"
