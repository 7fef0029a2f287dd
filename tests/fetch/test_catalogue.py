"""The doors: the paged catalogue behind a key, AI Studio's answer from a file or a signed-in browser."""

from __future__ import annotations

import base64
import functools
import json
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from scraper.errors import FetchFailed, LayoutChanged
from scraper.fetch import browser, catalogue
from scraper.fetch.client import Limits, Page, fetch
from scraper.sources import ai_studio, cloud_billing, find
from tests.support import ai_studio_body as picker
from tests.support import billing_page as billing
from tests.support.workshop import Ran, at, local, outcomes, tree

BILLING, STUDIO = "google/cloud-billing", "google/ai-studio"
KEY, COOKIE = "planted-api-key-1f9c", "planted-cookie-7a2e"
NOW = ("--now", "2026-11-01T06:00:00Z")


def refresh(run: Callable[..., Ran], root: Path, source: str, *words: object) -> Ran:
    return run("refresh", source, "--to", root / "data", *NOW, *words)


def outcome(ran: Ran) -> str:
    return next(iter(outcomes(ran.out).values()))


def nowhere(secret: str, ran: Ran, root: Path) -> bool:
    """Whether a secret is in nothing that was printed, and in no file below a folder."""
    written = b"".join(tree(root).values()) + "".join(tree(root)).encode()
    return secret not in ran.out + ran.err and secret.encode() not in written


# ------------------------------------------------------------------------------------- the catalogue


@dataclass
class Shop:
    """The catalogue on a server of our own: an answer per token, and what was asked."""

    pages: dict[str, Response] = field(default_factory=dict)
    asked: list[tuple[str, str | None, str]] = field(default_factory=list)
    endless: bool = False

    def answer(self, request: Request) -> Response:
        token = request.args.get("pageToken", "")
        self.asked.append((token, request.headers.get("X-Goog-Api-Key"), request.url))
        if self.endless:
            return reply(page(f"t{len(self.asked)}"))
        return self.pages.get(token) or Response("gone", status=404)


def page(token: str = "", number: int = 0) -> dict:
    """A page of one SKU."""
    return billing.page([billing.sku({"description": billing.PLAIN, "nanos": 300_000_000}, number)], token)


def reply(data: object) -> Response:
    return Response(json.dumps(data), content_type="application/json")


@pytest.fixture
def shop(httpserver: HTTPServer, monkeypatch) -> Shop:
    """The catalogue, served on 127.0.0.1 to who has a key; retries do not wait."""
    found = Shop()
    httpserver.expect_request("/skus").respond_with_handler(found.answer)
    monkeypatch.setattr(cloud_billing, "urls", lambda: {"json": httpserver.url_for("/skus?currencyCode=USD")})
    limits = Limits(total_seconds=10, read_seconds=5, connect_seconds=5, max_bytes=2_000_000, attempts=2)
    monkeypatch.setattr(catalogue, "fetch", functools.partial(fetch, policy=local, limits=limits))
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda _: None))
    monkeypatch.setenv(catalogue.BILLING_KEY, KEY)
    return found


@pytest.mark.parametrize("value", [None, ""], ids=["unset", "empty"])
def test_without_a_key_the_catalogue_is_skipped(run, tmp_path, monkeypatch, value):
    """A line says how to enable it; nothing is asked for and nothing written."""
    monkeypatch.delenv(catalogue.BILLING_KEY, raising=False)
    if value is not None:
        monkeypatch.setenv(catalogue.BILLING_KEY, value)
    monkeypatch.setattr(catalogue, "fetch", None)
    ran = refresh(run, tmp_path, BILLING)

    assert (0, "SKIPPED") == (ran.code, outcome(ran))
    assert f"{BILLING}: no API key: set {catalogue.BILLING_KEY} to one that may use the Cloud Billing API" in ran.out
    assert {} == tree(tmp_path)


def test_all_pages_are_one_edition(run, tmp_path, shop):
    """Three pages, each asked for by the token of the one before, read as one; the key goes in a header alone."""
    kinds = ("text", "audio", "image")
    for number, (token, following) in enumerate((("", "a/+="), ("a/+=", "b"), ("b", ""))):
        description = f"Generate content input token count gemini 3.7 flash {kinds[number]}"
        facts = {"description": description, "nanos": 300}
        shop.pages[token] = reply(billing.page([billing.sku(facts, number)], following))
    ran = refresh(run, tmp_path, BILLING, "--keep", tmp_path / "kept")
    kept = next((tmp_path / "kept").rglob("*Z.json"))

    assert (0, "NEW") == (ran.code, outcome(ran))
    assert ["", "a/+=", "b"] == [token for token, *_ in shop.asked]
    assert {KEY} == {key for _, key, _ in shop.asked}
    assert not any(KEY in url for *_, url in shop.asked)
    assert 3 == len(json.loads(kept.read_bytes()))
    assert "3" == next(line for line in ran.out.splitlines() if BILLING in line).split("│")[4].strip()
    assert nowhere(KEY, ran, tmp_path)


def test_what_was_kept_replays_to_the_same(run, tmp_path, shop):
    """The kept list of pages is read like the live one, without a key."""
    shop.pages = {"": reply(page("b")), "b": reply(billing.page([]))}
    live = refresh(run, tmp_path, BILLING, "--keep", tmp_path / "kept")
    again = refresh(run, tmp_path / "again", BILLING, "--replay", tmp_path / "kept")

    assert ("NEW", "NEW") == (outcome(live), outcome(again))
    assert tree(tmp_path / "data") == tree(tmp_path / "again" / "data")


@pytest.mark.parametrize(
    ("pages", "verdict", "words"),
    [
        ({"": reply(page("b"))}, ("NOT_READ", 4), "404"),
        ({"": Response("no", status=403)}, ("NOT_FETCHED", 3), "403: access denied"),
        ({"": reply(page("b")), "b": Response("no", status=403)}, ("NOT_FETCHED", 3), "403: access denied"),
        ({"": Response("<html>Sign in</html>")}, ("NOT_READ", 4), "expected a page of SKUs"),
        ({"": reply([1])}, ("NOT_READ", 4), "expected a page of SKUs"),
        ({"": Response("[" * 100_000)}, ("NOT_READ", 4), "expected a page of SKUs"),
        ({"": reply({"skus": [], "nextPageToken": 5})}, ("NOT_READ", 4), "expected a nextPageToken in words, saw int"),
        ({"": reply({"skus": [], "nextPageToken": None})}, ("NOT_READ", 4), "expected SKUs, saw an empty list"),
        ({"": Response(status=304)}, ("NOT_FETCHED", 3), "304"),
        ({"": Response(f"key {KEY[::-1]}", status=500)}, ("NOT_FETCHED", 3), "500"),
    ],
    ids=["missing", "refused", "refused later", "html", "list", "deep", "token", "null token", "304", "500"],
)
def test_bad_answers_are_verdicts(run, tmp_path, shop, pages, verdict, words):
    """Nothing is published of half a catalogue, the line says what came, and never the key."""
    shop.pages = pages
    ran = refresh(run, tmp_path, BILLING, "--keep", tmp_path / "kept")

    assert verdict == (outcome(ran), ran.code)
    assert words in ran.out
    assert nowhere(KEY, ran, tmp_path)
    assert {"ratecards/v1/status.json", f"state/{BILLING}.json"} == set(tree(tmp_path / "data"))


def test_endless_paging_ends(run, tmp_path, shop):
    """There is a most of pages, and then the answer is not the catalogue."""
    shop.endless = True
    ran = refresh(run, tmp_path, BILLING)

    assert ("NOT_READ", 4) == (outcome(ran), ran.code)
    assert f"expected at most {catalogue.MOST_PAGES} pages" in ran.out
    assert catalogue.MOST_PAGES == len(shop.asked)


def test_a_page_that_is_not_sent_is_no_page(shop, monkeypatch):
    """304 was not asked for: transport."""
    monkeypatch.setattr(catalogue, "fetch", lambda *_, **__: None)
    edition = catalogue.catalogue(find(BILLING), at("2026-11-01"), catalogue.Keys(environ={catalogue.BILLING_KEY: KEY}))

    assert "saw 304 without having asked for it" in str(edition.failed["json"])


def test_the_pages_are_joined_as_they_came(shop, monkeypatch):
    """One JSON list of the bodies, byte by byte; a page that cannot be read stops it."""
    bodies = iter((b'{"skus": [ 1 ], "nextPageToken": "b"}', b'{"skus": []}', b"no"))
    monkeypatch.setattr(catalogue, "fetch", lambda url, **_: Page(url, url, 200, {}, next(bodies), at("2026-11-01")))
    keys = catalogue.Keys(environ={catalogue.BILLING_KEY: KEY})
    good, bad = (catalogue.catalogue(find(BILLING), at("2026-11-01"), keys) for _ in range(2))

    assert b'[{"skus": [ 1 ], "nextPageToken": "b"},{"skus": []}]' == good.pages["json"].body
    assert "expected a page of SKUs, saw b'no'" in str(bad.not_read["json"])


@pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY}é"], ids=["newline", "accent"])
def test_a_key_that_cannot_be_sent_is_not_shown(run, tmp_path, shop, monkeypatch, key):
    """A key read with its newline fails by name, without its value."""
    monkeypatch.setenv(catalogue.BILLING_KEY, key)
    ran = refresh(run, tmp_path, BILLING)

    assert ("NOT_FETCHED", 3, []) == (outcome(ran), ran.code, shop.asked)
    assert nowhere(KEY, ran, tmp_path)


# ---------------------------------------------------------------------------------- a saved response


def entry(text: str | None, url: str = picker.RPC, **more) -> dict:
    """An exchange as the developer tools save it, cookies and all."""
    headers = [{"name": "Cookie", "value": COOKIE}, {"name": "Authorization", "value": COOKIE}]
    content = {} if text is None else {"text": text}
    request = {"method": "POST", "url": url, "headers": headers, "cookies": headers}
    return {"request": request, "response": {"status": 200, "content": content | more, "cookies": headers}}


def answer() -> str:
    return picker.body(picker.records())


@pytest.fixture
def studio(run, tmp_path, monkeypatch) -> Callable[..., Ran]:
    """`refresh google/ai-studio`; a browser is started in no test that did not ask for one."""
    monkeypatch.delenv(catalogue.STUDIO_STATE, raising=False)
    monkeypatch.setattr(browser, "response_body", None)
    return functools.partial(refresh, run, tmp_path, STUDIO)


def save(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def encoded() -> str:
    return base64.b64encode(answer().encode()).decode()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("saved.json", answer),
        ("saved.txt", lambda: "\ufeff" + answer()),
        ("export.har", lambda: picker.har(entry("{}", "https://example.com/"), entry(answer()))),
        ("export.har", lambda: "\ufeff" + picker.har(entry(encoded(), encoding="base64"))),
        ("export.json", lambda: picker.har(entry(answer()))),
        ("export.json", lambda: '{\n  "log": ' + json.dumps(json.loads(picker.har(entry(answer())))["log"]) + "}"),
    ],
    ids=["json", "mark", "har", "base64", "har by content", "har printed"],
)
def test_a_saved_response_is_read(studio, tmp_path, name, text):
    """A body or a HAR gives the same cards; what else stands in the file is nowhere."""
    ran = studio("--from", save(tmp_path, name, text()), "--keep", tmp_path / "kept")
    (kept,) = (path for path in (tmp_path / "kept").rglob("*.json") if not path.name.endswith(".headers.json"))

    assert (0, "NEW") == (ran.code, outcome(ran))
    assert answer() == kept.read_text().removeprefix("\ufeff")
    assert nowhere(COOKIE, ran, tmp_path / "data")
    assert nowhere(COOKIE, ran, tmp_path / "kept")
    assert "2026-11-01" == json.loads(tree(tmp_path)[f"data/state/{STUDIO}.json"])["verified"]


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2026-10-30.json", "2026-10-30"),
        ("2026-10-30-picker.json", "2026-10-30"),
        ("2026-13-30.json", "2026-11-01"),
        ("2026-12-24.json", "2026-11-01"),
    ],
)
def test_the_day_in_a_files_name_is_its_day(studio, tmp_path, name, day):
    """A file saved days ago is evidence of that day; a name without a day is of now."""
    assert 0 == studio("--from", save(tmp_path, name, answer())).code
    assert day == json.loads(tree(tmp_path)[f"data/state/{STUDIO}.json"])["verified"]


def test_a_file_of_today_is_no_older_than_todays_look(studio, tmp_path):
    """Its name has no hour: it must not look older than what was read this morning."""
    studio("--from", save(tmp_path, "saved.json", answer()))
    ran = studio("--from", save(tmp_path, "2026-11-01.json", answer()))

    assert ("UNCHANGED", 0) == (outcome(ran), ran.code)


def test_an_older_file_does_not_undo_a_newer_look(studio, tmp_path):
    """What was saved before the last look is a doubt, and publishes nothing."""
    studio("--from", save(tmp_path, "saved.json", answer()))
    ran = studio("--from", save(tmp_path, "2026-10-30.json", answer().replace("1.25", "1.5")))

    assert ("SUSPECT", 5) == (outcome(ran), ran.code)


@pytest.mark.parametrize(
    ("name", "text", "verdict", "words"),
    [
        (
            "other.har",
            picker.har(entry("{}", "https://example.com/")),
            ("NOT_READ", 4),
            "a ListModels response in the HAR",
        ),
        ("bare.har", picker.har(entry(None)), ("NOT_READ", 4), "save it with content"),
        ("cut.har", picker.har(entry("[]"))[:-9], ("NOT_READ", 4), "expected a HAR"),
        ("empty.json", "", ("NOT_READ", 4), "empty body"),
        ("none.json", "[]", ("NOT_READ", 4), "an empty list"),
        ("page.json", f"<title>Sign in - Google</title>{COOKIE}", ("NOT_READ", 4), "expired sign-in"),
        ("latin.json", b"\xe9\xff" + COOKIE.encode(), ("NOT_FETCHED", 3), "expected a saved response, saw Unicode"),
        ("missing.json", None, ("NOT_FETCHED", 3), "expected a file that can be read, saw: "),
        (".", None, ("NOT_FETCHED", 3), "expected a file, saw a folder"),
    ],
    ids=["other", "bare", "cut", "empty", "none", "sign-in", "latin", "missing", "folder"],
)
def test_a_bad_file_is_a_verdict(studio, tmp_path, name, text, verdict, words):
    """Each is told apart, nothing is published, and nothing of the file is shown."""
    path = tmp_path / name if text is None else save(tmp_path, name, text)
    ran = studio("--from", path)

    assert verdict == (outcome(ran), ran.code)
    assert words in ran.out
    assert nowhere(COOKIE, ran, tmp_path / "data")
    assert {"ratecards/v1/status.json", f"state/{STUDIO}.json"} == set(tree(tmp_path / "data"))


def test_a_file_of_200_mb_is_not_opened(studio, tmp_path, monkeypatch):
    """Its size alone refuses it, before a byte is read."""
    path = tmp_path / "export.har"
    with path.open("wb") as file:
        file.truncate(ai_studio.MAX_HAR_BYTES)
    read = Path.read_text
    monkeypatch.setattr(Path, "read_text", lambda p, *a, **k: pytest.fail("read") if p == path else read(p, *a, **k))
    ran = studio("--from", path)

    assert ("NOT_READ", 4) == (outcome(ran), ran.code)
    assert "expected a file below 200000000 bytes, saw 200000000" in ran.out


# ------------------------------------------------------------------------------- a signed-in browser


@dataclass
class Chrome:
    """What stands in for the browser: what it was given, and what it gives."""

    body: bytes = b""
    error: Exception | None = None
    calls: list[dict] = field(default_factory=list)
    states: list[tuple[Path, int, str]] = field(default_factory=list)

    def response_body(self, url: str, rpc: str, **more: object) -> bytes:
        self.calls.append({"url": url, "rpc": rpc, **more})
        if isinstance(state := more["state"], Path):
            self.states.append((state, stat.S_IMODE(state.stat().st_mode), state.read_text()))
        if self.error:
            raise self.error
        return self.body


@pytest.fixture
def chrome(studio, monkeypatch) -> Iterator[Chrome]:
    """A browser that was asked for."""
    found = Chrome(answer().encode())
    monkeypatch.setattr(browser, "response_body", found.response_body)
    return found


def test_without_a_sign_in_the_picker_is_skipped(studio, tmp_path):
    """Every door is named, exit 0, nothing written."""
    ran = studio()

    assert (0, "SKIPPED") == (ran.code, outcome(ran))
    assert f"needs a sign-in: --from FILE, --browser URL, --state FILE or {catalogue.STUDIO_STATE}" in ran.out
    assert {} == tree(tmp_path)


def test_a_running_browser_is_attached_to(studio, chrome, tmp_path):
    """Its address is handed on, with where to save the state."""
    ran = studio("--browser", "http://127.0.0.1:9222", "--save-state", tmp_path / "state.json")
    expected = {
        "url": catalogue.STUDIO_PAGE,
        "rpc": ai_studio.load_terms().rpc,
        "attach": "http://127.0.0.1:9222",
        "state": None,
        "save_state": tmp_path / "state.json",
    }

    assert (0, "NEW") == (ran.code, outcome(ran))
    assert [expected] == chrome.calls


def test_a_state_file_is_used_as_it_is(studio, chrome, tmp_path, monkeypatch):
    """The user's own file goes before the environment, and stays."""
    monkeypatch.setenv(catalogue.STUDIO_STATE, "another")
    path = save(tmp_path, "own.json", "{}")
    ran = studio("--state", path)

    assert (0, [path]) == (ran.code, [call["state"] for call in chrome.calls])
    assert path.exists()


@pytest.mark.parametrize("error", [None, LayoutChanged("expired sign-in"), FetchFailed("gone"), KeyboardInterrupt()])
def test_a_state_in_the_environment_is_a_file_only_for_as_long_as_needed(studio, chrome, tmp_path, monkeypatch, error):
    """Readable by its owner alone, gone afterwards however it ends, and shown nowhere."""
    monkeypatch.setenv(catalogue.STUDIO_STATE, json.dumps({"cookies": [COOKIE]}))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    chrome.error = error
    if isinstance(error, KeyboardInterrupt):
        assert (130, "scraper: interrupted") == ((ran := studio()).code, ran.err.splitlines()[-1])
    else:
        assert nowhere(COOKIE, studio("--keep", tmp_path / "kept"), tmp_path)
    ((path, mode, text),) = chrome.states

    assert (0o600, json.dumps({"cookies": [COOKIE]})) == (mode, text)
    assert not path.exists()
    assert not path.parent.exists()


def test_an_expired_sign_in_is_not_read(studio, chrome, tmp_path):
    """The verdict asks for a new sign-in, with exit 4, and what was published stays."""
    chrome.error = LayoutChanged("expired sign-in: expected the page to ask for ListModels, saw a sign-in page")
    ran = studio("--browser", "http://127.0.0.1:9222")

    assert (4, "NOT_READ") == (ran.code, outcome(ran))
    assert "json: expired sign-in" in ran.out


def test_a_missing_browser_is_not_fetched(studio, chrome):
    """Transport: another try may help."""
    chrome.error = FetchFailed("browser: expected a page")

    assert (3, "NOT_FETCHED") == ((ran := studio("--browser", "http://127.0.0.1:9222")).code, outcome(ran))


def test_without_playwright_the_verdict_says_so(studio, monkeypatch):
    """Playwright is an extra: its absence is one source's failure, not a stack of calls."""
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    ran = studio("--browser", "http://127.0.0.1:9222")

    assert (3, "NOT_FETCHED") == (ran.code, outcome(ran))
    assert "expected Playwright, which is not installed; see docs/sources.md" in ran.out


def test_keys_come_from_the_environment(monkeypatch):
    """What the user did not hand over stands there."""
    monkeypatch.setenv(catalogue.BILLING_KEY, KEY)

    assert KEY == catalogue.Keys().environ[catalogue.BILLING_KEY]
    assert {BILLING, STUDIO} == set(catalogue.FETCHERS)
