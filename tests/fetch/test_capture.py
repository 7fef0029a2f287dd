"""Looks at a source and kept pages: what belongs together, under which name, and what came of each fetch."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from scraper.errors import DatasetError, FetchFailed, LayoutChanged
from scraper.fetch import all_sources as module
from scraper.fetch.all_sources import getter, look
from scraper.fetch.capture import Capture, captures, kind_of, load, replay, save
from scraper.fetch.client import Page, Validators
from scraper.model import State
from scraper.sources import SOURCES, Source
from tests.support import tiny
from tests.support.workshop import ACME, at

DAY = at("2026-11-01T06:00:00")
URLS = tiny.urls()
KNOWN = {kind: Validators(f'"{kind}"') for kind in URLS}


@pytest.fixture(autouse=True)
def registered(acme) -> Source:
    """The test source can be imported."""
    return acme


def page(url: str = URLS["json"], body: bytes = b"{}", when=DAY, **headers: str) -> Page:
    return Page(url, url, 200, headers, body, when)


class Web:
    """Answers by URL, each once, the last for ever; what was asked for."""

    def __init__(self, **answers: list) -> None:
        self.answers = {URLS[kind]: queue for kind, queue in answers.items()}
        self.asked: list[tuple[str, str]] = []

    def __call__(self, url: str, validators: Validators | None) -> Page | None:
        self.asked.append((url.rpartition(".")[2], validators.etag if validators else ""))
        queue = self.answers[url]
        answer = queue.pop(0) if len(queue) > 1 else queue[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


# ----------------------------------------------------------------------------------------------- looks


def test_a_look_fetches_every_representation():
    """At one instant, the given one."""
    found = look(ACME, Web(json=[page()], txt=[page(URLS["txt"])]), DAY, {})
    assert (DAY, ["json", "txt"], set(), {}, {}) == (
        found.at,
        list(found.pages),
        found.not_modified,
        found.failed,
        found.not_read,
    )


def test_validators_go_with_their_representation():
    """Both unmodified: that is all there is to know."""
    web = Web(json=[None], txt=[None])
    found = look(ACME, web, DAY, KNOWN)
    assert ({}, {"json", "txt"}) == (found.pages, found.not_modified)
    assert [("json", '"json"'), ("txt", '"txt"')] == web.asked


def test_a_page_beside_an_unmodified_one_fetches_that_in_full():
    """What is compared must be of one look."""
    web = Web(json=[None, page()], txt=[page(URLS["txt"])])
    found = look(ACME, web, DAY, KNOWN)
    assert ({"json", "txt"}, set()) == (set(found.pages), found.not_modified)
    assert [("json", '"json"'), ("txt", '"txt"'), ("json", "")] == web.asked


def test_an_unmodified_one_that_then_fails_has_failed():
    """It counts as not fetched, not as known."""
    error = FetchFailed("slow")
    found = look(ACME, Web(json=[None, error], txt=[page(URLS["txt"])]), DAY, KNOWN)
    assert ({"txt"}, set(), {"json": error}) == (set(found.pages), found.not_modified, found.failed)


def test_failures_are_kept_apart():
    """Transport is not layout; an unmodified page beside a failed one is not fetched again."""
    slow, gone = FetchFailed("slow"), LayoutChanged("gone")
    found = look(ACME, Web(json=[slow], txt=[gone]), DAY, {})
    assert ({"json": slow}, {"txt": gone}, {}) == (found.failed, found.not_read, found.pages)
    web = Web(json=[None], txt=[slow])
    assert ({"json"}, {"txt": slow}) == ((found := look(ACME, web, DAY, KNOWN)).not_modified, found.failed)
    assert 2 == len(web.asked)


def test_a_source_is_fetched_on_its_own_hosts(monkeypatch):
    """Those of its addresses, with the given clock and validators."""
    seen = {}

    def fetch(url: str, **words) -> Page:
        seen.update(words, url=url)
        return page(url)

    monkeypatch.setattr(module, "fetch", fetch)
    assert page() == getter(ACME, lambda: DAY)(URLS["json"], KNOWN["json"])
    assert ({"acme.example"}, (), set()) == (seen["hosts"], seen["through"], seen["elsewhere"])
    assert (DAY, KNOWN["json"], URLS["json"]) == (seen["now"](), seen["validators"], seen["url"])


NAMED = {source.name: source for source in SOURCES}
GEMINI, DOCS, VERTEX = (NAMED[f"google/{name}"] for name in ("gemini-api", "ai-studio-docs", "vertex-ai"))
LIMITS, DEPRECATIONS = NAMED["google/rate-limits"], NAMED["google/deprecations"]


def test_the_hosts_of_a_publication(monkeypatch):
    """Redirects may lead to those of the sources that print the same document, and where the vocabulary says."""
    seen = {}
    monkeypatch.setattr(module, "fetch", lambda url, **words: seen.update(words))
    found = {}
    for source in (GEMINI, LIMITS, VERTEX):
        getter(source, lambda: DAY)("https://a.test/", None)
        found[source.name] = (seen["hosts"], set(seen["through"]), seen["elsewhere"])

    assert {
        "google/gemini-api": ({"ai.google.dev"}, set(), {"aistudio.google.com"}),
        "google/rate-limits": ({"ai.google.dev"}, {"accounts.google.com"}, {"aistudio.google.com"}),
        "google/vertex-ai": ({"cloud.google.com"}, set(), set()),
    } == found


def test_a_damaged_vocabulary_takes_no_other_source_with_it(monkeypatch):
    """Its hosts are not known then, and nothing is sent there."""

    def broken(source: Source, other: Source) -> bool:
        raise DatasetError("ai_studio_docs.yaml:3: broken")

    assert [DOCS, LIMITS, DEPRECATIONS] == module.publication(GEMINI)
    monkeypatch.setattr(type(DOCS), "same_publication", broken)
    assert [] == module.publication(GEMINI)


def moving(monkeypatch, to: dict[str, str], sources: tuple[Source, ...], folder: Path | None = None) -> dict:
    """What a fetch of sources brings where addresses lead to others; each says where it came from. `""` fails."""

    def fetch(url: str, **words: object) -> Page:
        if not (final := to.get(url, url)):
            raise FetchFailed("slow")
        return Page(url, final, 200, {}, final.encode(), DAY)

    monkeypatch.setattr(module, "fetch", fetch)
    state = lambda name: State()  # noqa: E731 - nothing is known
    return module.fetch_all(sources, state, DAY, lambda: DAY, folder, lambda *_: None)


HTML, TWIN = GEMINI.module.urls().values()
(MARKDOC,) = DOCS.module.urls().values()


def test_a_page_that_moved_is_no_word_of_the_source_that_was_asked(monkeypatch, tmp_path):
    """It is not fetched, and the message says where it went and whose that is; so it is when it was saved."""
    found = moving(monkeypatch, {HTML: MARKDOC, TWIN: "https://aistudio.google.com/docs/x"}, (GEMINI, DOCS), tmp_path)
    gemini, docs = found.values()

    assert ({}, {"html", "md.txt"}) == (gemini.pages, set(gemini.failed))
    assert f"{HTML}: moved to {MARKDOC}, which is google/ai-studio-docs's" in str(gemini.failed["html"])
    assert "/docs/x, which no source reads" in str(gemini.failed["md.txt"])
    assert (MARKDOC, {}) == (docs.pages["md"].final_url, docs.failed)
    ((again,), (other,)) = (replay(tmp_path, source) for source in (GEMINI, DOCS))
    assert ({}, {"html", "md.txt"}, ["md"]) == (again.pages, set(again.failed), list(other.pages))


@pytest.mark.parametrize("sources", [(GEMINI, DOCS), (DOCS, GEMINI)], ids=["asked first", "asked last"])
def test_it_counts_for_the_source_whose_address_it_came_from(monkeypatch, sources):
    """Where that one was sent elsewhere itself, each has the page of its own address; none has one twice."""
    found = moving(monkeypatch, {TWIN: MARKDOC, MARKDOC: TWIN}, sources)
    gemini, docs = found[GEMINI.name], found[DOCS.name]

    assert {"html": HTML.encode(), "md.txt": TWIN.encode()} == {k: p.body for k, p in gemini.pages.items()}
    assert {"md": MARKDOC.encode()} == {k: p.body for k, p in docs.pages.items()}
    assert ({}, {}) == (gemini.failed, docs.failed)


def test_it_is_nobody_elses_where_that_source_is_not_looked_at(monkeypatch):
    """One job looks at one source."""
    found = moving(monkeypatch, {MARKDOC: TWIN}, (DOCS,))

    assert ({}, ["md"]) == (found[DOCS.name].pages, list(found[DOCS.name].failed))


def test_a_page_at_another_address_of_its_source(monkeypatch, tmp_path):
    """It is the page, and is told; also of a saved one."""
    ((kind, url),) = VERTEX.module.urls().items()
    new = "https://cloud.google.com/vertex-ai/generative-ai/pricing"
    found = moving(monkeypatch, {url: new}, (VERTEX,), tmp_path)[VERTEX.name]
    (again,) = replay(tmp_path, VERTEX)

    assert [(url, new, True)] * 2 == [
        (c.pages[kind].url, c.pages[kind].final_url, c.pages[kind].moved) for c in (found, again)
    ]
    assert [] == list(found.failed)


def test_a_folder_that_cannot_be_written(monkeypatch, tmp_path):
    """It is told as what came of each source."""
    path = tmp_path / "file"
    path.touch()
    found = moving(monkeypatch, {}, (GEMINI,), path)

    assert "expected a folder to keep pages in" in str(found[GEMINI.name])


# ------------------------------------------------------------------------------------------ kept pages


def put(folder: Path, name: str, body: bytes = b"{}", **headers: object) -> Path:
    """A kept page of the test source, with the file of its headers if there are any."""
    path = folder / ACME.name / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    if headers:
        path.with_name(f"{name}.headers.json").write_text(json.dumps(headers))
    return path


def test_what_is_kept_comes_back(tmp_path):
    """Bodies, addresses, the five headers and the day; pages fetched one after the other stay one edition."""
    pages = {
        "json": page(body=b'{"a": 1}', etag='"1"', date="x", **{"content-type": "application/json"}),
        "txt": page(URLS["txt"], b"text", DAY + timedelta(seconds=3)),
    }
    saved = save(tmp_path, ACME, Capture(DAY, pages))
    assert ["2026-11-01T06-00-00Z.json", "2026-11-01T06-00-00Z.txt"] == [path.name for path in saved]
    (found,) = replay(tmp_path, ACME)
    assert (DAY, {}) == (found.at, found.failed)
    assert {k: (p.url, p.body, dict(p.headers)) for k, p in pages.items()} == {
        k: (p.url, p.body, dict(p.headers)) for k, p in found.pages.items()
    }


def test_what_did_not_come_is_kept_as_words(tmp_path):
    """And a replay tells it as the look did: what failed, what was not the page, what is not configured."""
    failed = Capture(DAY, {"txt": page(URLS["txt"])}, failed={"json": FetchFailed("slow")})
    later = Capture(
        DAY + timedelta(hours=6), failed={"json": FetchFailed("cut")}, not_read={"txt": LayoutChanged("gone")}
    )
    skipped = Capture(DAY + timedelta(hours=12), skipped="no key")
    for edition in (skipped, failed, later):
        save(tmp_path, ACME, edition)
    found = replay(tmp_path, ACME)
    assert [failed.at, later.at, skipped.at] == [e.at for e in found]
    assert [["txt"], [], []] == [list(e.pages) for e in found]
    assert [{"json": "slow"}, {"json": "cut"}, {}] == [{k: str(v) for k, v in e.failed.items()} for e in found]
    assert [{}, {"txt": "gone"}, {}] == [{k: str(v) for k, v in e.not_read.items()} for e in found]
    assert ["", "", "no key"] == [e.skipped for e in found]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"failed": [], "not_read": {}, "skipped": ""}', "[" * 100_000])
def test_words_of_a_look_that_cannot_be_read_are_an_error(tmp_path, text):
    """A failure must not turn into silence."""
    (tmp_path / "acme" / "tiny").mkdir(parents=True)
    (tmp_path / "acme" / "tiny" / "2026-11-01T06-00-00Z.look.json").write_text(text)
    with pytest.raises(DatasetError, match=r"look\.json: expected what a look did not bring"):
        replay(tmp_path, ACME)


def test_what_is_as_it_was_leaves_no_folder(tmp_path):
    """Nothing came and nothing failed: there is nothing to save."""
    assert [] == save(tmp_path / "kept", ACME, Capture(DAY, not_modified={"json", "txt"}))
    assert [] == list(tmp_path.iterdir())


def test_a_look_that_brought_all_has_no_words(tmp_path):
    """Nothing but pages and their headers."""
    save(tmp_path, ACME, Capture(DAY, {"json": page()}))
    assert [] == list(tmp_path.rglob("*.look.json"))


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    """Not a traceback."""
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetError, match="file: expected a folder to keep pages in, saw"):
        save(tmp_path / "file", ACME, Capture(DAY, {"json": page()}))


def test_editions_are_replayed_in_order_of_time(tmp_path):
    """By day or by instant; other files are passed over; a representation that is not there has failed."""
    put(tmp_path, "2026-11-03T06-00-00Z.json")
    put(tmp_path, "2026-11-02.json")
    put(tmp_path, "2026-11-02.txt")
    put(tmp_path, "README.md")
    found = replay(tmp_path, ACME)
    assert [at("2026-11-02T00:00:00"), at("2026-11-03T06:00:00")] == [e.at for e in found]
    assert [["json", "txt"], ["json"]] == [list(e.pages) for e in found]
    assert [{}, {"txt": "not among the kept pages"}] == [{k: str(v) for k, v in e.failed.items()} for e in found]


def test_a_folder_without_the_source_has_no_editions(tmp_path):
    """That is for the caller to judge."""
    assert [] == replay(tmp_path / "nowhere", ACME)


def test_two_pages_of_one_kind_and_instant_are_refused(tmp_path):
    """Which one would count?"""
    first = put(tmp_path, "2026-11-02.json")
    second = put(tmp_path, "2026-11-02.excerpt.json")
    with pytest.raises(DatasetError, match="a second json page of 2026-11-02 00:00 UTC"):
        captures([(load(path, ACME), path) for path in (first, second)], ACME)


@pytest.mark.parametrize(
    ("name", "source", "kind"),
    [
        ("2026-11-01.json", ACME, "json"),
        ("2026-11-01.listmodels.json", ACME, "json"),
        ("x.html", Source("google", "gemini-api"), "html"),
        ("x.md.txt", Source("google", "gemini-api"), "md.txt"),
        ("x.md", Source("google", "gemini-api"), "md.txt"),
    ],
)
def test_the_ending_of_a_name_is_its_representation(name, source, kind):
    """`.md` will do for `.md.txt`."""
    assert kind == kind_of(Path(name), source)


def test_an_ending_that_the_source_does_not_have_is_refused(tmp_path):
    """Rather than passed over."""
    put(tmp_path, "2026-11-01.html")
    with pytest.raises(DatasetError, match=r"2026-11-01.html: expected a name that ends in one of json, txt"):
        replay(tmp_path, ACME)


# ----------------------------------------------------------------------------------------------- load


@pytest.mark.parametrize(
    ("name", "fetched", "expected"),
    [
        ("2026-11-01T06-17-05Z.json", "2026-12-24T00:00:00Z", "2026-11-01T06:17:05"),
        ("2026-11-01T06-17-05Z.json", None, "2026-11-01T06:17:05"),
        ("2026-11-01.json", "2026-11-01T06:17:05Z", "2026-11-01T06:17:05"),
        ("2026-11-01.json", "2026-11-01T06:17:05+02:00", "2026-11-01T04:17:05"),
        ("2026-11-01.json", "2026-11-01T06:17:05", "2026-11-01T06:17:05"),
        ("2026-11-01.json", None, "2026-11-01T00:00:00"),
        ("page.json", "2026-11-01", "2026-11-01T00:00:00"),
    ],
)
def test_the_time_of_a_kept_page(tmp_path, name, fetched, expected):
    """The instant in the name; else what the file beside it says; else the day in the name. Always UTC."""
    headers = {"fetched_at": fetched} if fetched else {}
    assert at(expected) == load(put(tmp_path, name, **headers), ACME).fetched_at


def test_a_page_without_headers_gets_its_address_from_its_kind(tmp_path):
    """One of no kind gets none; it can be read all the same."""
    known, other = put(tmp_path, "2026-11-01.txt"), put(tmp_path, "2026-11-01.htm")
    assert (URLS["txt"], "") == (load(known, ACME).url, load(other, ACME).url)


def test_headers_beside_a_page(tmp_path):
    """Address, status and the headers that are kept; others are left out."""
    beside = {"url": "https://x.example/", "status": 203, "etag": '"1"', "cookie": "secret", "last-modified": "y"}
    found = load(put(tmp_path, "2026-11-01.json", **beside), ACME)
    assert ("https://x.example/", 203) == (found.url, found.status)
    assert {"etag": '"1"', "last-modified": "y"} == found.headers


@pytest.mark.parametrize(
    ("name", "beside", "words"),
    [
        ("page.json", "", "page.json: expected a name that begins with the page's day or instant: .* saw 'page.json'"),
        ("2026-13-01.json", "", "expected a name .* saw '2026-13-01.json'"),
        ("20261301000000.json", "", "expected a name .* saw '20261301000000.json'"),
        ("2026-11-01.json", "{", "headers.json: expected the headers of a page, saw JSONDecodeError"),
        ("2026-11-01.json", "[" * 100_000, "headers.json: expected the headers of a page, saw RecursionError"),
        ("2026-11-01.json", "[]", "headers.json: expected the headers of a page and its status, saw others"),
        ("2026-11-01.json", '{"status": "fine"}', "headers.json: expected the headers of a page and its status"),
        ("2026-11-01.json", '{"fetched_at": 7}', "saw fetched_at '7' beside it"),
        ("2026-11-01.json", '{"fetched_at": "noon"}', "saw fetched_at 'noon' beside it"),
    ],
)
def test_fault_92_a_page_of_no_time_or_with_broken_headers(tmp_path, name, beside, words):
    """The message names the file and what was expected."""
    path = put(tmp_path, name)
    if beside:
        path.with_name(f"{name}.headers.json").write_text(beside)
    with pytest.raises(DatasetError, match=words):
        load(path, ACME)


def test_an_instant_as_archives_write_it(tmp_path):
    """Fourteen digits."""
    assert at("2026-11-15T12:00:00") == load(put(tmp_path, "20261115120000.json"), ACME).fetched_at


def test_a_file_that_is_not_there(tmp_path):
    """Said plainly; a folder is no file."""
    with pytest.raises(DatasetError, match=r"nothing\.json: no such file"):
        load(tmp_path / "nothing.json", ACME)
    with pytest.raises(DatasetError, match="expected a file, saw a folder"):
        load(tmp_path, ACME)


def test_fault_92_only_files_of_the_folder_are_taken(tmp_path):
    """A link leads to somebody else's."""
    path = put(tmp_path, "2026-11-01.json")
    path.with_name("2026-11-02.json").symlink_to(path)
    with pytest.raises(DatasetError, match=r"2026-11-02\.json: expected a kept page, saw a link to another place"):
        replay(tmp_path, ACME)


def test_fault_97_a_kept_page_that_is_no_file(tmp_path):
    """A pipe is not waited for, and what is larger than any page is not read."""
    pipe = put(tmp_path, "2026-11-01.json")
    pipe.unlink()
    os.mkfifo(pipe)
    with pytest.raises(DatasetError, match="expected a file, saw a pipe"):
        load(pipe, ACME)
    huge = put(tmp_path, "2026-11-02.json")
    os.truncate(huge, 50_000_001)
    with pytest.raises(DatasetError, match="expected at most 50,000,000 bytes, saw 50,000,001"):
        load(huge, ACME)
