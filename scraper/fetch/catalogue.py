"""Sources that a plain request does not bring: a paged catalogue behind a key, an answer behind a sign-in.

Without the key or the sign-in a source is skipped, with a line that says how to enable it. Keys travel in a header,
never in an address, and neither they nor cookies are part of what is kept.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from ratecards.storage import bounded
from scraper.errors import DatasetError, FetchFailed, LayoutChanged
from scraper.fetch import browser
from scraper.fetch.capture import Capture, unpacked
from scraper.fetch.client import Page, fetch
from scraper.sources import Source

BILLING_KEY = "RATECARDS_BILLING_KEY"
STUDIO_STATE = "RATECARDS_AI_STUDIO_STATE"
STUDIO_PAGE = "https://aistudio.google.com/prompts/new_chat"
MOST_PAGES = 40


@dataclass(frozen=True, slots=True)
class Keys:
    """What the user hands over: a saved file, a browser, a sign-in state; and the environment."""

    file: Path | None = None
    attach: str = ""
    state: Path | None = None
    save_state: Path | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))


Fetcher = Callable[[Source, datetime, Keys], Capture]


def catalogue(source: Source, now: datetime, keys: Keys) -> Capture:
    """All pages of the Cloud Billing catalogue as one list of pages; needs an API key in the environment."""
    capture = Capture(now)
    key = keys.environ.get(BILLING_KEY, "")
    if not key:
        capture.skipped = f"no API key: set {BILLING_KEY} to one that may use the Cloud Billing API (free)"
        return capture
    kind, url = next(iter(source.module.urls().items()))
    with capture.noting(kind):
        body = b"[" + b",".join(page.body for page in _pages(url, key, now)) + b"]"
        capture.pages[kind] = _json(url, body, now)
    return capture


def _json(url: str, body: bytes, at: datetime) -> Page:
    return Page(url, url, 200, {"content-type": "application/json"}, body, at)


def _pages(url: str, key: str, now: datetime) -> Iterator[Page]:
    token = ""
    hosts = {urlsplit(url).hostname or ""}
    for _ in range(MOST_PAGES):
        address = f"{url}&{urlencode({'pageToken': token})}" if token else url
        page = fetch(address, hosts=hosts, now=lambda: now, headers={"X-Goog-Api-Key": key})
        if page is None:
            raise FetchFailed(f"{url}: expected a page, saw 304 without having asked for it")
        yield page
        token = _next(page, url)
        if not token:
            return
    raise LayoutChanged(f"{url}: expected at most {MOST_PAGES} pages, and there is another one")


def _next(page: Page, url: str) -> str:
    try:
        token = json.loads(page.body).get("nextPageToken") or ""
    except (ValueError, AttributeError, RecursionError) as error:
        raise LayoutChanged(f"{url}: expected a page of SKUs, saw {page.body[:60]!r}") from error
    if not isinstance(token, str):
        raise LayoutChanged(f"{url}: expected a nextPageToken in words, saw {type(token).__name__}")
    return token


def studio(source: Source, now: datetime, keys: Keys) -> Capture:
    """AI Studio's answer: from a saved file, from the user's own browser, or with a sign-in state."""
    capture = Capture(now)
    kind, url = next(iter(source.module.urls().items()))
    with capture.noting(kind):
        if keys.file:
            body, capture.at = _saved(keys.file, now)
        elif keys.attach or keys.state or keys.environ.get(STUDIO_STATE):
            with _state(keys) as state:
                body = _signed_in(keys, state)
        else:
            ways = f"--from FILE, --browser URL, --state FILE or {STUDIO_STATE}"
            capture.skipped = f"needs a sign-in: {ways}; see docs/sources.md"
            return capture
        capture.pages[kind] = _json(url, body, capture.at)
    return capture


def _saved(path: Path, at: datetime) -> tuple[bytes, datetime]:
    """The one response of a `.json` or HAR file; a day in its name is the day it was saved."""
    from scraper.sources.ai_studio import MAX_HAR_BYTES, from_har

    try:
        if path.is_file() and (size := path.stat().st_size) >= MAX_HAR_BYTES:
            raise LayoutChanged(f"{path}: expected a file below {MAX_HAR_BYTES} bytes, saw {size}")
        text = unpacked(bounded.content(path, MAX_HAR_BYTES), str(path)).decode("utf-8-sig")
    except DatasetError as error:
        raise FetchFailed(str(error)) from error
    except OSError as error:
        raise FetchFailed(f"{path}: {error}") from error
    except UnicodeDecodeError as error:
        raise FetchFailed(f"{path}: expected a saved response, saw {type(error).__name__}") from error
    if path.suffix == ".har" or text.lstrip().startswith('{"log"') or '"log"' in text[:300]:
        text = from_har(text)
    return text.encode(), _named(path, at)


def _named(path: Path, at: datetime) -> datetime:
    """The day in a file's name if it is over: one saved today is as new as this look, and none is newer."""
    try:
        day = datetime.fromisoformat(path.name[:10]).replace(tzinfo=at.tzinfo)
    except ValueError:
        return at
    return day if day.date() < at.date() else at


def _signed_in(keys: Keys, state: Path | None) -> bytes:
    from scraper.sources.ai_studio import load_terms

    rpc = load_terms().rpc
    try:
        return browser.response_body(STUDIO_PAGE, rpc, attach=keys.attach, state=state, save_state=keys.save_state)
    except ImportError as error:
        raise FetchFailed("browser: expected Playwright, which is not installed; see docs/sources.md") from error


@contextmanager
def _state(keys: Keys) -> Iterator[Path | None]:
    """The sign-in state as a file: the one named, or the environment's content, gone when the browser is."""
    content = keys.environ.get(STUDIO_STATE, "")
    if keys.state or keys.attach or not content:
        yield keys.state
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.json"
        browser.write_private(path, content)
        yield path


FETCHERS: dict[str, Fetcher] = {"google/cloud-billing": catalogue, "google/ai-studio": studio}
# By source, in Markdown, what it is asked with beside what every source is sent, and whether by a browser.
ASKED_WITH = {
    "google/cloud-billing": (f"`X-Goog-Api-Key` from `{BILLING_KEY}`, to this host alone", False),
    "google/ai-studio": (f"what your browser sends, or one with the cookies of `{STUDIO_STATE}`", True),
}
