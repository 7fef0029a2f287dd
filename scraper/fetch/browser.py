"""A signed-in browser as a door: open a page, wait for one response, keep its body and nothing else.

For AI Studio, whose prices need a sign-in. Either attach to the user's own Chrome through its DevTools address on
this machine, or start Chromium with a storage state file that the user provides. Cookies and tokens stay in the
browser: they are not read, not logged and not part of what is returned.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scraper.errors import FetchFailed, LayoutChanged

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Response

WAIT_MS = 60_000
MAX_BODY = 50_000_000
_LOCAL = ("localhost", "127.0.0.1", "::1")
_CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")


def response_body(
    page_url: str,
    response_path: str,
    *,
    attach: str = "",
    state: Path | None = None,
    save_state: Path | None = None,
    wait_ms: int = WAIT_MS,
) -> bytes:
    """The body of the response to a request whose address ends in `response_path`, made by the page at `page_url`.

    `attach` is the DevTools address of a running browser on this machine; `state` a storage state file for one that is
    started here. Raises `FetchFailed` when the browser or the response is missing, `LayoutChanged` when a sign-in
    page came instead. `save_state` writes the (live!) state for later runs, readable by its owner only.
    """
    from playwright.sync_api import Error
    from playwright.sync_api import TimeoutError as Late

    try:
        with _context(attach, state) as context:
            page = context.new_page()
            try:
                body = _body(page, page_url, response_path, wait_ms)
            except Late as error:
                raise _missing(page, response_path) from error
            finally:
                page.close()
            if save_state:
                write_private(save_state, json.dumps(context.storage_state()))
            return body
    except Error as error:
        raise FetchFailed(f"browser: expected a page at {_bare(page_url)}, saw {_brief(error.message)}") from None


@contextmanager
def _context(attach: str, state: Path | None) -> Iterator[BrowserContext]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        if attach:
            if urlsplit(attach).hostname not in _LOCAL:
                raise FetchFailed("browser: expected a DevTools address on localhost, refused another host")
            browser = playwright.chromium.connect_over_cdp(attach)
            yield browser.contexts[0] if browser.contexts else browser.new_context()
            return
        browser = playwright.chromium.launch(executable_path=_chromium(), args=_flags())
        with closing(browser):
            yield browser.new_context(storage_state=_state(state))


def _flags() -> list[str]:
    flags = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    # Chromium refuses its sandbox to root, as in most containers
    return [*flags, "--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else flags


def _chromium() -> str | None:
    return next((path for path in _CHROMIUM if Path(path).exists()), None)


def _state(path: Path | None) -> Path | None:
    if path is None:
        return None
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        # the file's content is never shown: it is a set of live cookies
        raise FetchFailed(f"browser: expected a storage state file at {path}, saw {type(error).__name__}") from None
    if not isinstance(data, dict) or "cookies" not in data:
        raise FetchFailed(f"browser: expected a storage state file at {path}, saw JSON without cookies")
    return path


def _body(page: Page, page_url: str, response_path: str, wait_ms: int) -> bytes:
    def wanted(response: Response) -> bool:
        return urlsplit(response.url).path.endswith(response_path) and response.request.method != "OPTIONS"

    with page.expect_response(wanted, timeout=wait_ms) as caught:
        page.goto(page_url, timeout=wait_ms, wait_until="commit")
    response = caught.value
    if response.status in (401, 403):
        raise LayoutChanged(f"expired sign-in: expected {response_path}, saw status {response.status}")
    if response.status != 200:
        raise FetchFailed(f"browser: expected {response_path} with status 200, saw {response.status}")
    body = response.body()
    if len(body) > MAX_BODY:
        raise FetchFailed(f"browser: expected at most {MAX_BODY} bytes of {response_path}, saw {len(body)}")
    return body


def _missing(page: Page, response_path: str) -> LayoutChanged | FetchFailed:
    """The error for a response that did not come: a sign-in page instead, or a page that did not ask for it."""
    host = urlsplit(page.url).hostname or ""
    if host.startswith("accounts.") or "signin" in urlsplit(page.url).path.lower():
        return LayoutChanged(f"expired sign-in: expected the page to ask for {response_path}, saw a sign-in page")
    return FetchFailed(f"browser: the page at {_bare(page.url)} did not ask for {response_path} in time")


def write_private(path: Path, text: str) -> None:
    """Write a live sign-in state, never readable by others, not even while it is being written."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text)


def _brief(message: str) -> str:
    """The first line without addresses: the rest is the browser's log, and either may hold tokens."""
    return re.sub(r"\S*://\S*", "(address)", message.splitlines()[0])


def _bare(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}{parts.path}"
