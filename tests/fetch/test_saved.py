"""Copies of pages as browsers, shells and archives save them: read, or named as what they are with the way out."""

from __future__ import annotations

import gzip
import re
import sys
import time
import zlib
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.errors import DatasetError, LayoutChanged
from scraper.fetch.capture import text, unpacked
from scraper.fetch.client import Page
from tests.support.workshop import GEMINI, facts, pages

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PRICING = "https://ai.google.dev/gemini-api/docs/pricing"
PAGE = pages(facts())["html"]


def page(body: bytes, name: str = "page.html") -> Page:
    return Page(PRICING, name, 200, {}, body, NOW)


# ---------------------------------------------------------------------------------------------- packed


@given(st.text(st.characters(exclude_categories=["Cs"])).filter(lambda words: words[:1] != "\ufeff"), st.integers(0, 3))
def test_gzip_is_taken_off(words, members):
    """However many members; what is not packed stands as it is."""
    plain = words.encode()
    assert plain == unpacked(plain, "p")
    assert plain * (members + 1) == unpacked(gzip.compress(plain) * (members + 1), "p")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (gzip.compress(PAGE)[:-200], "p.html: expected a whole page packed with gzip, saw its end missing"),
        (
            gzip.compress(PAGE)[:3] + b"\xff" * 40,
            "expected a page packed with gzip, saw a damaged one; save it unpacked",
        ),
        (gzip.compress(b" " * 20_000_001), "expected at most 20,000,000 bytes, unpacked, saw more"),
        (b"\x28\xb5\x2f\xfd" + b"x" * 40, "saw one that is packed with zstd; save it unpacked"),
    ],
    ids=["cut", "damaged", "bomb", "zstd"],
)
def test_what_cannot_be_unpacked_is_named(body, words):
    """In one line, with the way to a usable copy."""
    with pytest.raises(DatasetError, match=words):
        unpacked(body, "p.html")


class Inflate:
    """A package's interface, on a packing of our own."""

    def __init__(self) -> None:
        self.unpack = zlib.decompressobj()

    def process(self, data: bytes, output_buffer_limit: int) -> bytes:
        return self.unpack.decompress(data, output_buffer_limit)

    def is_finished(self) -> bool:
        return self.unpack.eof


PACKED = b"\x00\xff" + zlib.compress(PAGE)


class Shifted(Inflate):
    """The same, behind two bytes that no text begins with."""

    def process(self, data: bytes, output_buffer_limit: int) -> bytes:
        return super().process(data[2:], output_buffer_limit) if data else b""


def test_brotli_is_read_where_a_package_reads_it(monkeypatch):
    """What is cut, is not it, or grows beyond a page is named."""
    monkeypatch.setitem(sys.modules, "brotli", SimpleNamespace(Decompressor=Shifted))

    assert PAGE == unpacked(PACKED, "p")
    for body, words in (
        (PACKED[:-9], "expected a whole page of at most"),
        (b"\x00\xfe" * 50, "saw bytes that are no text"),
    ):
        with pytest.raises(DatasetError, match=words):
            unpacked(body, "p")


def test_brotli_is_named_where_none_does(monkeypatch):
    """An old package without a bound counts as none."""
    old = SimpleNamespace(Decompressor=lambda: SimpleNamespace(process=lambda data: data))
    monkeypatch.setitem(sys.modules, "brotli", old)
    monkeypatch.setitem(sys.modules, "brotlicffi", None)
    with pytest.raises(DatasetError, match="perhaps packed with brotli, which `pip install brotli`"):
        unpacked(PACKED, "p")


def test_brotli_itself():
    """With the package, where it is installed."""
    brotli = pytest.importorskip("brotli", minversion="1.2")
    bodies = [brotli.compress(PAGE, quality=q) for q in (0, 5, 11)]

    assert [PAGE] * 3 == [unpacked(body, "p") for body in bodies]


def test_packed_copies_go_through_every_door(workshop, tmp_path):
    """`read`, `doctor` and `backfill` of a gzip copy say what they say of the page; evidence is of the page."""
    plain, packed = tmp_path / "2026-11-02.html", tmp_path / "20261103000000.html"
    plain.write_bytes(PAGE)
    packed.write_bytes(gzip.compress(PAGE))

    for words in (("read", GEMINI), ("doctor", GEMINI)):
        found = [workshop.run(*words, path) for path in (plain, packed)]
        assert found[0].out.replace(plain.name, packed.name) == found[1].out
        assert 0 == found[1].code
    done = [workshop.run("backfill", GEMINI, path, "--to", workshop.root) for path in (plain, packed)]
    assert [(0, "NEW"), (0, "UNCHANGED")] == [(ran.code, ran.outcome) for ran in done]


# ---------------------------------------------------------------------------------------------- made over

TOOLBAR = b'<div id="wm-ipp-base"><table><tr><td>3 captures</td></tr></table></div>'
COMMENT = b"\n<!--\n     FILE ARCHIVED ON 12:00:00 Nov 15, 2026 AND RETRIEVED FROM THE INTERNET ARCHIVE\n-->\n"
RAW = "https://web.archive.org/web/20261115120000id_/" + PRICING


def below_body(more: bytes) -> bytes:
    return re.sub(rb"<body[^>]*>", lambda tag: tag[0] + more, PAGE)


def rewritten(archive: str) -> bytes:
    """The page with its addresses as an archive rewrites them."""
    return PAGE.replace(b'href="https://ai.google.dev', f'href="{archive}/https://ai.google.dev'.encode())


@pytest.mark.parametrize(
    ("body", "way"),
    [
        (below_body(TOOLBAR) + COMMENT, RAW),
        (PAGE + COMMENT, RAW),
        (rewritten("https://web.archive.org/web/20261115120000"), RAW),
        (rewritten("https://web.archive.org/web/20261115120000mp_"), RAW),
        (
            rewritten("https://arquivo.pt/wayback/20261115120000"),
            f"https://arquivo.pt/wayback/20261115120000id_/{PRICING}",
        ),
        (
            below_body(b"<!-- BEGIN WAYBACK TOOLBAR INSERT -->"),
            f"https://web.archive.org/web/YYYYMMDDhhmmssid_/{PRICING}",
        ),
    ],
    ids=["toolbar", "comment", "canonical", "main part", "another archive", "no instant"],
)
def test_an_archive_copy_is_named_with_the_way_to_the_raw_one(workshop, tmp_path, body, way):
    """At every door: NOT_READ says that it is one, and where the page as it was served is."""
    assert body != PAGE
    path = tmp_path / "20261115120000.html"
    path.write_bytes(body)
    words = "saw a web archive's copy of it, with a toolbar or other addresses"
    for command in ("read", "doctor", "backfill"):
        more = ("--to", workshop.root) if command == "backfill" else ()
        ran = workshop.run(command, GEMINI, path, *more)
        said = " ".join((ran.out + ran.err).split())
        assert (4, True, True) == (ran.code, words in said, way in said), said
        assert "truncated" not in said
        assert "redesign" not in said


def test_the_raw_copy_of_an_archive_is_read(workshop, tmp_path):
    """As it is named there, and dated by its name."""
    path = tmp_path / "20261115120000.html"
    path.write_bytes(PAGE)

    assert 0 == workshop.run("backfill", GEMINI, path, "--to", workshop.root).code
    assert "2026-11-15" == workshop.state["verified"]


@given(
    st.lists(
        st.sampled_from(
            ["<link ", "canonical", ">", "https://a/", "20261115120000/", "\n", " ", "FILE ARCHIVED", "<!--"]
        )
    )
)
def test_any_text_is_a_page_or_a_copy(parts):
    """Never another error."""
    try:
        assert "".join(parts) == text(page("".join(parts).encode()))
    except LayoutChanged as error:
        assert "web archive's copy" in str(error)


@pytest.mark.parametrize(
    "part", ["<link ", "<link canonical https://", "canonical ", "\n", " ", "<link rel=canonical href=https://a/"]
)
def test_looking_for_copies_takes_linear_time(part):
    """Whatever the page repeats without end."""
    body = (part * (2_000_000 // len(part))).encode()
    start = time.process_time()
    text(page(body))

    assert time.process_time() - start < 1
