"""The browser door, in real headless Chromium, against a small site that wants a cookie and calls the RPC from a script."""

from __future__ import annotations

import json
import stat
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scraper.errors import FetchFailed, LayoutChanged
from scraper.fetch import browser

pytest.importorskip("playwright", reason="the browser extra is not installed")
pytestmark = [
    pytest.mark.skipif(browser._chromium() is None, reason="no Chromium on this machine"),
    pytest.mark.no_cover,  # the tracer does not know Playwright's greenlets
]

RPC = "/$rpc/MakerSuiteService/ListModels"
SECRET = "planted-session-secret"
BODY = b'[[["models/gemini-x"]]]'
PAGES = {
    "/app": f'<!doctype html><script>fetch("{RPC}", {{method: "POST", body: "[]"}})</script>',
    "/silent": "<!doctype html><p>nothing is asked for",
    "/signin": "<!doctype html><title>Sign in</title>",
}


class Site(BaseHTTPRequestHandler):
    """Wants a cookie for the RPC; without one the app page leads to a sign-in page."""

    status = 200

    def do_GET(self):
        if self.path == "/app" and SECRET not in self.headers.get("cookie", "") and self.status == 200:
            self.send_response(302)
            self.send_header("location", "/signin")
            self.end_headers()
            return
        page = PAGES.get(urlsplit(self.path).path, "")
        self._answer(200 if page else 404, page.encode() or b"no such page", "text/html")

    def do_POST(self):
        self._answer(self.status, BODY if self.status == 200 else b"no", "application/json+protobuf")

    def _answer(self, status, body, kind):
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("set-cookie", f"fresh={SECRET}-2")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Quiet."""


@pytest.fixture
def site():
    handler = type("Handler", (Site,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", handler
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def state(tmp_path):
    cookie = {"name": "SID", "value": SECRET, "domain": "127.0.0.1", "path": "/", "expires": -1}
    cookie |= {"httpOnly": True, "secure": False, "sameSite": "Lax"}
    path = tmp_path / "state.json"
    path.write_text(json.dumps({"cookies": [cookie], "origins": []}))
    return path


def test_a_signed_in_browser_brings_the_one_body(site, state, tmp_path, capfd):
    """The cookie opens the page, the script asks, the body comes; cookies go nowhere."""
    saved = tmp_path / "saved.json"
    body = browser.response_body(f"{site[0]}/app", RPC, state=state, save_state=saved)

    assert BODY == body
    assert 0o600 == stat.S_IMODE(saved.stat().st_mode)
    assert SECRET in saved.read_text()
    assert SECRET not in "".join(capfd.readouterr())


def test_without_a_sign_in_the_verdict_says_so(site):
    """A sign-in page instead of the app is an expired sign-in, not a timeout."""
    with pytest.raises(LayoutChanged, match="expired sign-in"):
        browser.response_body(f"{site[0]}/app", RPC, wait_ms=1500)


def test_a_page_that_does_not_ask_is_not_fetched(site, state):
    """The response never comes: transport, with the page's address and no query."""
    with pytest.raises(FetchFailed, match=r"/silent did not ask for"):
        browser.response_body(f"{site[0]}/silent?token={SECRET}", RPC, state=state, wait_ms=1500)


@pytest.mark.parametrize(("status", "error"), [(401, LayoutChanged), (403, LayoutChanged), (500, FetchFailed)])
def test_a_refused_rpc_is_told_apart(site, state, status, error):
    """401 and 403 want a new sign-in, the rest another try."""
    site[1].status = status

    with pytest.raises(error, match=str(status)):
        browser.response_body(f"{site[0]}/app", RPC, state=state)


def test_an_oversized_body_is_refused(site, state, monkeypatch):
    """A cap here as everywhere."""
    monkeypatch.setattr(browser, "MAX_BODY", 3)

    with pytest.raises(FetchFailed, match="at most 3 bytes"):
        browser.response_body(f"{site[0]}/app", RPC, state=state)


@pytest.mark.parametrize("text", [None, "not json " + SECRET, '["no cookies"]'], ids=["missing", "broken", "other"])
def test_a_bad_state_file_is_named_and_not_shown(tmp_path, text):
    """The path stands in the error, the content never."""
    path = tmp_path / "state.json"
    if text:
        path.write_text(text)

    with pytest.raises(FetchFailed, match=r"state\.json") as caught:
        browser.response_body("http://127.0.0.1:9/app", RPC, state=path)
    assert SECRET not in str(caught.value)


def test_no_page_at_all_is_one_line(state):
    """A browser's own log is not repeated."""
    with pytest.raises(FetchFailed) as caught:
        browser.response_body("http://127.0.0.1:9/app", RPC, state=state, wait_ms=3000)
    assert 1 == len(str(caught.value).splitlines())
    assert "(address)" in str(caught.value)


def test_attaching_goes_to_this_machine_only():
    """A DevTools address elsewhere would hand a browser to somebody."""
    with pytest.raises(FetchFailed, match="localhost"):
        browser.response_body("http://127.0.0.1:9/app", RPC, attach="http://example.com:9222")


def test_attaching_to_a_running_browser(site, state, tmp_path):
    """The user's own Chrome, through its DevTools address."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.launch_persistent_context(
            str(tmp_path / "profile"),
            executable_path=browser._chromium(),
            args=[*browser._flags(), "--remote-debugging-port=0"],
        )
        own.add_cookies(json.loads(state.read_text())["cookies"])
        port = Path(tmp_path / "profile" / "DevToolsActivePort").read_text().split()[0]
        result: list[bytes] = []
        thread = threading.Thread(
            target=lambda: result.append(
                browser.response_body(f"{site[0]}/app", RPC, attach=f"http://127.0.0.1:{port}")
            )
        )
        thread.start()
        thread.join(60)
        own.close()

    assert [BODY] == result
