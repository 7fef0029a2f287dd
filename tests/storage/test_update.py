"""Newer data: what is fetched from a server that tells the truth, what is refused from one that does not, what is read."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import os
import shutil
import socket
import sqlite3
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

import ratecards
from ratecards import dataset
from ratecards.__main__ import main
from ratecards.errors import DatasetError
from ratecards.storage import database, update
from ratecards.storage.database_cache import FILE
from tests.support.histories import added, card, rate, write

OLD, NEW, NEXT = "2026.11.1", "2026.11.2", "2026.11.2.1"
STATUS = {"sources": {"google/gemini-api": {"verified": "2026-11-02", "stale_after_days": 3}}}


@functools.cache
def packed(version: str, price: str) -> bytes:
    """The database of a wheel of that version, in which input costs so much."""
    with tempfile.TemporaryDirectory() as folder:
        root = write(Path(folder, "checkout"), *added("2026-01-01", card("flash", rate(price=price))))
        (root / "v1").mkdir()
        (root / "v1" / "datapackage.json").write_text(json.dumps({"version": version}))
        dataset.Dataset(root).write_database(root / FILE)
        return (root / FILE).read_bytes()


def data(folder: Path, version: str, price: str = "0.5") -> Path:
    """The data of a wheel of that version, in a folder."""
    (folder / "v1").mkdir(parents=True)
    (folder / "v1" / "status.json").write_text(json.dumps(STATUS))
    (folder / FILE).write_bytes(packed(version, price))
    return folder


def wheel(root: Path, **more: bytes) -> bytes:
    """A wheel of those data, and of what must not be unpacked."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            made.write(path, f"ratecards/{path.relative_to(root).as_posix()}")
        made.writestr("ratecards/__init__.py", "raise SystemExit")
        made.writestr("ratecards/v1/../../escaped.json", "{}")
        for name, content in more.items():
            made.writestr(name, content)
    return out.getvalue()


def at(server: HTTPServer, path: str) -> str:
    """The address of a path by number, which is the one that may be asked without https."""
    return server.url_for(path).replace("localhost", "127.0.0.1")


class Releases:
    """A server of releases on 127.0.0.1; `newest` is the one that it says is the newest."""

    def __init__(self, server: HTTPServer) -> None:
        self.server, self.url = server, at(server, "/acme/ratecards/releases")
        self.asked: list[str] = []
        server.expect_request("/acme/ratecards/releases/latest/download/SHA256SUMS").respond_with_handler(self._sums)
        self.sums = ""

    def _sums(self, _: Request) -> Response:
        self.asked.append("sums")
        return Response(self.sums)

    def release(self, version: str, content: bytes, digest: str = "") -> str:
        """Offer a wheel; returns the path at which it stands."""
        name = f"ratecards-{version}-py3-none-any.whl"
        self.sums = f"{'0' * 64}  captures.txt\n{digest or hashlib.sha256(content).hexdigest()}  {name}\n"
        path = f"/acme/ratecards/releases/download/v{version}/{name}"
        self.server.expect_request(path).respond_with_handler(lambda _: self.asked.append("wheel") or Response(content))
        return path


@pytest.fixture
def releases(httpserver: HTTPServer) -> Releases:
    """A server with a newer release."""
    return Releases(httpserver)


@pytest.fixture
def newer(tmp_path: Path) -> bytes:
    """The wheel of the newer release."""
    return wheel(data(tmp_path / "newer", NEW, "0.7"))


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, releases: Releases) -> Iterator[Path]:
    """The data that the package brought, and an empty cache; the environment names the releases."""
    root = data(tmp_path / "own", OLD)
    monkeypatch.setattr(dataset, "PACKAGE", str(root))
    monkeypatch.setattr("ratecards.api.PACKAGE", str(root))
    monkeypatch.setenv("RATECARDS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("RATECARDS_RELEASES", releases.url)
    monkeypatch.setenv("RATECARDS_STALE", "allow")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("RATECARDS_DATASET", raising=False)
    monkeypatch.delenv("RATECARDS_AUTO_UPDATE", raising=False)
    _forget()
    yield root
    _forget()


def _forget() -> None:
    from ratecards import api

    api._opened.cache_clear()
    api._catalog.cache_clear()


def cost() -> str:
    """What a call costs by the data that are read now."""
    return str(ratecards.cost("flash", {"input_tokens": 1_000_000}).total)


def names(folder: Path) -> list[str]:
    """What stands in a folder."""
    return sorted(path.name for path in folder.iterdir())


def refused(words: str) -> None:
    """Fail unless an update is refused with those words, and the package's own data are read as before."""
    with pytest.raises(DatasetError, match=words) as error:
        ratecards.update()
    assert f"the data stay those of {OLD}, " in str(error.value)
    assert (OLD, "0.5") == (ratecards.data_version(), cost())
    cache = Path(os.environ["RATECARDS_CACHE"])
    assert not cache.exists() or [] == list(cache.iterdir())


def test_newer_data_are_fetched_and_read(installed, releases, newer, tmp_path):
    """By this process and by others; what the package brought stays as it was, and only data are unpacked."""
    before = (installed / FILE).read_bytes()
    assert (OLD, "0.5") == (ratecards.data_version(), cost())
    releases.release(NEW, newer)
    found = ratecards.update()
    assert (NEW, OLD) == (found.version, found.previous)
    assert (NEW, "0.7") == (ratecards.data_version(), cost())
    kept = Path(found.path)
    assert {FILE, "kept.txt", "v1", "v1/status.json"} == {p.relative_to(kept).as_posix() for p in kept.rglob("*")}
    assert before == (installed / FILE).read_bytes()
    assert not list(tmp_path.rglob("escaped.json"))
    assert [f"data-{NEW}"] == names(tmp_path / "cache")


def test_a_second_look_fetches_no_second_time(installed, releases, newer):
    """The hashes say what is the newest."""
    releases.release(NEW, newer)
    ratecards.update()
    found = ratecards.update()
    assert (NEW, NEW, ["sums", "wheel", "sums"]) == (found.version, found.previous, releases.asked)


def test_the_package_is_read_again_when_it_is_newer(installed, releases, newer, tmp_path, monkeypatch):
    """An upgrade of the package brings newer data than were fetched before it."""
    releases.release(NEW, newer)
    ratecards.update()
    monkeypatch.setattr(dataset, "PACKAGE", str(data(tmp_path / "upgraded", NEXT, "0.9")))
    _forget()
    assert (NEXT, "0.9") == (ratecards.data_version(), cost())


def test_pinned(installed, releases, newer, monkeypatch, capsys):
    """`never` reads what the package brought; so does everybody once what was fetched is removed."""
    releases.release(NEW, newer)
    ratecards.update()
    monkeypatch.setenv("RATECARDS_AUTO_UPDATE", "never")
    _forget()
    assert (OLD, "0.5") == (ratecards.data_version(), cost())
    monkeypatch.delenv("RATECARDS_AUTO_UPDATE")
    _forget()
    assert NEW == ratecards.data_version()
    assert 0 == main(["update", "--remove"])
    assert f"removed the data of 1 version; those of the package, {OLD}, are read\n" == capsys.readouterr().out
    _forget()
    assert OLD == ratecards.data_version()


def test_two_versions_are_kept(installed, releases, newer, tmp_path):
    """Who reads the one before may go on."""
    releases.release(NEW, newer)
    ratecards.update()
    for version in (NEXT, "2026.11.9"):
        releases.release(version, wheel(data(tmp_path / version, version)))
        ratecards.update()
    assert ["data-2026.11.2.1", "data-2026.11.9"] == names(tmp_path / "cache")


# ---------------------------------------------------------------------------------------- who does not tell the truth


def test_a_wrong_hash(installed, releases, newer):
    """The bytes are not those that were published."""
    releases.release(NEW, newer, digest="a" * 64)
    refused("expected sha256 a{64}, saw [0-9a-f]{64}")


def test_an_older_version(installed, releases, tmp_path):
    """A server that goes back is not followed."""
    releases.release("2026.10.30", wheel(data(tmp_path / "older", "2026.10.30")))
    refused(f"expected {OLD} or newer, saw 2026.10.30")
    assert ["sums"] == releases.asked


def test_old_data_under_a_new_name(installed, releases, tmp_path):
    """The data say their version themselves."""
    releases.release(NEW, wheel(data(tmp_path / "older", "2026.10.30")))
    refused(f"{NEW} cannot be read by .*: expected the data of {NEW}, saw those of 2026.10.30")


def test_another_schema(installed, releases, tmp_path):
    """A database that this package does not know."""
    root = data(tmp_path / "next", NEW)
    with closing(sqlite3.connect(root / FILE)) as base:
        base.execute(f"PRAGMA user_version = {database.PACKED + 1}")
    releases.release(NEW, wheel(root))
    refused("a newer one may: expected a database of version 3 or 4, saw 5: another ratecards reads it")


def test_rates_of_another_form(installed, releases, tmp_path):
    """All is read once before it is kept: columns that this package does not know are found then."""
    root = data(tmp_path / "next", NEW)
    with closing(sqlite3.connect(root / FILE)) as base:
        base.execute("UPDATE rate SET prompt_over = 'many'")
        base.commit()
    releases.release(NEW, wheel(root))
    refused("is damaged: ")


def test_no_source_at_all(installed, releases, tmp_path):
    """An empty database is no data."""
    root = data(tmp_path / "next", NEW)
    with closing(sqlite3.connect(root / FILE)) as base:
        base.execute("DELETE FROM source")
        base.commit()
    releases.release(NEW, wheel(root))
    refused("expected the data of 2026.11.2")


def test_no_database(installed, releases, tmp_path):
    """A wheel without one; a zip that is none; what stands there unpacks to too much."""
    root = data(tmp_path / "next", NEW)
    (root / FILE).unlink()
    releases.release(NEW, wheel(root))
    refused(f"expected {FILE} in the wheel, saw none")
    releases.release(NEXT, b"PK not at all")
    refused("expected a wheel, saw File is not a zip file")


def test_too_much(installed, releases, newer, monkeypatch):
    """On the way, and unpacked."""
    releases.release(NEW, newer)
    monkeypatch.setattr(update, "_MOST_DATA", 1000)
    refused("expected data of at most 1,000 bytes, saw more")
    monkeypatch.setattr(update, "_MOST_WHEEL", 1000)
    refused("expected at most 1,000 bytes, saw more")


@pytest.mark.parametrize("sums", ["", "no hashes here", f"{'a' * 64}  ratecards-latest-py3-none-any.whl\n"])
def test_no_hash_of_a_wheel(installed, releases, sums):
    """Or of more than one."""
    releases.sums = sums
    refused("expected the hash of one wheel, saw 0")


def test_a_hash_cut_short(installed, releases, newer):
    """Half a line names nothing."""
    releases.release(NEW, newer)
    releases.sums = releases.sums[:-8]
    refused("expected the hash of one wheel, saw 0")


@pytest.mark.parametrize("declared", [True, False])
def test_an_answer_cut_short(installed, releases, newer, httpserver, declared):
    """Whether its length was said or not."""
    path = releases.release(NEW, newer)
    headers = {"Content-Length": str(len(newer))} if declared else {"Connection": "close"}
    httpserver.clear()
    again = Releases(httpserver)
    again.sums = releases.sums
    httpserver.expect_request(path).respond_with_handler(lambda _: Response(iter([newer[:1000]]), headers=headers))
    refused("expected .* bytes, saw 1,000|expected a whole answer|expected sha256")


def test_a_chunk_cut_short(installed, monkeypatch):
    """Its length was said before it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with closing(listening.accept()[0]) as one:
                one.recv(65536)
                one.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc")

        thread = threading.Thread(target=answer)
        thread.start()
        monkeypatch.setenv("RATECARDS_RELEASES", f"http://127.0.0.1:{listening.getsockname()[1]}")
        refused("expected a whole answer, saw IncompleteRead")
        thread.join()


def test_a_stall(installed, releases, newer, httpserver, monkeypatch):
    """Who does not answer, or only byte by byte, is not waited for."""
    path = releases.release(NEW, newer)
    sums = releases.sums

    def drip(_: Request) -> Response:
        def parts() -> Iterator[bytes]:
            for number in range(40):
                time.sleep(0.1)
                yield newer[number : number + 1]

        return Response(parts(), headers={"Content-Length": str(len(newer))})

    httpserver.clear()
    again = Releases(httpserver)
    again.sums = sums
    httpserver.expect_request(path).respond_with_handler(drip)
    monkeypatch.setattr(update, "_SECONDS", 0.5)
    start = time.monotonic()
    with pytest.raises(DatasetError, match=r"expected (an answer within|all of it in time)"):
        update.update(dataset.PACKAGE, seconds=0.5)
    assert time.monotonic() - start < 3
    assert OLD == ratecards.data_version()
    time.sleep(0.3)  # the thread that reads sees that its time is over


def test_nobody_there(installed, monkeypatch):
    """Offline it says so, and how old what stays is."""
    monkeypatch.setenv("RATECARDS_RELEASES", "http://127.0.0.1:9/releases")
    refused("no newer data: http://127.0.0.1:9/releases/latest/download/SHA256SUMS: .*refused")


def test_an_error_page(installed, releases, newer, httpserver):
    """A status that is not 200 is no data, whatever stands there."""
    releases.release(NEW, newer)
    releases.sums = releases.sums.replace(NEW, NEXT)
    refused("expected 200, saw 500|expected 200, saw 404")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/releases",
        "ftp://example.org",
        "file:///etc",
        "https://user:word@example.org",
        "https://",
        "https://[::1",
        "https://exämple.org",
    ],
)
def test_only_https(installed, url):
    """And to nobody with a password."""
    with pytest.raises(DatasetError, match=r"expected an (https )?address"):
        ratecards.update(url)


def test_redirects(installed, releases, newer, httpserver):
    """Within the host as often as a release needs it; elsewhere never, and never round and round."""
    releases.release(NEW, newer)
    found = at(httpserver, "/acme/ratecards/releases")
    moved = {"/a/latest/download/SHA256SUMS": f"{found}/latest/download/SHA256SUMS"}
    wheel_path = f"/download/v{NEW}/ratecards-{NEW}-py3-none-any.whl"
    moved[f"/a{wheel_path}"] = f"/acme/ratecards/releases{wheel_path}"
    moved["/b/latest/download/SHA256SUMS"] = "http://example.org/SHA256SUMS"
    moved["/c/latest/download/SHA256SUMS"] = "https://example.org/SHA256SUMS"
    moved["/d/latest/download/SHA256SUMS"] = "/d/latest/download/SHA256SUMS"
    for path, to in moved.items():
        httpserver.expect_request(path).respond_with_data("", 302, {"Location": to})
    for name, words in (("b", "https address"), ("c", "an address at 127.0.0.1"), ("d", "at most 5 redirects")):
        with pytest.raises(DatasetError, match=words):
            ratecards.update(at(httpserver, f"/{name}"))
    assert NEW == ratecards.update(at(httpserver, "/a")).version


def test_where_github_keeps_files():
    """Its redirects lead to another domain of its own, and nowhere else."""
    assert "release-assets.githubusercontent.com" == update._host(
        "https://release-assets.githubusercontent.com/x?sig=1", "github.com"
    )
    with pytest.raises(DatasetError, match=r"expected an address at github.com"):
        update._host("https://githubusercontent.com.example.org/x", "github.com")


def test_https_is_verified(monkeypatch):
    """With the machine's certificates, and without a log of keys whatever the environment says."""
    made = []

    class Connection:
        def __init__(self, where, timeout, context):
            made.append((where, context))

        def request(self, *_, **__): ...

        def getresponse(self):
            body = io.BytesIO(b"x")
            return SimpleNamespace(status=200, length=0, read1=body.read1, close=body.close)

        def close(self): ...

    monkeypatch.setenv("SSLKEYLOGFILE", os.devnull)
    monkeypatch.setattr("http.client.HTTPSConnection", Connection)
    assert b"x" == update.get("https://example.org/a", 10, time.monotonic() + 9)
    ((where, context),) = made
    assert ("example.org", True, 2) == (where, context.check_hostname, context.verify_mode)
    assert None is context.keylog_filename


# ------------------------------------------------------------------------------------------------ what is kept


@pytest.mark.parametrize(
    "harm",
    [
        lambda kept: (kept / FILE).write_bytes(b"x" + (kept / FILE).read_bytes()[1:]),
        lambda kept: (kept / FILE).write_bytes(b""),
        lambda kept: (kept / "v1" / "status.json").unlink(),
        lambda kept: (kept / "kept.txt").write_text(""),
        lambda kept: (kept / "kept.txt").write_text("a b\n"),
        lambda kept: (kept / "kept.txt").unlink(),
    ],
    ids=["a byte", "truncated", "a file less", "no list", "a torn list", "no list at all"],
)
def test_a_damaged_cache(installed, releases, newer, capsys, harm: Callable[[Path], object]):
    """The package's own data are read, a line says why, and the next update mends it."""
    releases.release(NEW, newer)
    kept = Path(ratecards.update().path)
    harm(kept)
    _forget()
    assert (OLD, "0.5") == (ratecards.data_version(), cost())
    assert f"{kept} is not as it was kept (" in capsys.readouterr().err
    ratecards.update()
    assert (NEW, "0.7") == (ratecards.data_version(), cost())
    assert [kept.name] == names(kept.parent)


def test_kept_data_of_another_form(installed, releases, newer, capsys):
    """As another version of the package fetched them: they are not read, and the next update fetches them anew."""
    releases.release(NEW, newer)
    kept = Path(ratecards.update().path)
    with closing(sqlite3.connect(kept / FILE)) as base:
        base.execute("PRAGMA user_version = 2")
    listed = (kept / "kept.txt").read_text().splitlines()
    digest, stat = hashlib.sha256((kept / FILE).read_bytes()).hexdigest(), (kept / FILE).stat()
    own = f"{digest} {stat.st_size} {stat.st_mtime_ns} {FILE}"
    lines = [own if line.endswith(FILE) else line for line in listed]
    (kept / "kept.txt").write_text("".join(f"{line}\n" for line in lines))
    _forget()
    assert (OLD, "0.5") == (ratecards.data_version(), cost())
    assert "(expected a database of version 3 or 4, saw 2: another ratecards reads it)" in capsys.readouterr().err
    ratecards.update()
    assert (NEW, "0.7") == (ratecards.data_version(), cost())


def test_a_cache_that_was_copied(installed, releases, newer, capsys):
    """Other times, the same bytes."""
    releases.release(NEW, newer)
    kept = Path(ratecards.update().path)
    shutil.copytree(kept, kept.with_name("copy"), copy_function=shutil.copy)
    shutil.rmtree(kept)
    kept.with_name("copy").rename(kept)
    _forget()
    assert (NEW, "") == (ratecards.data_version(), capsys.readouterr().err)


def test_somebody_was_quicker(installed, releases, newer):
    """What stands there already, whole, stays."""
    releases.release(NEW, newer)
    kept = Path(ratecards.update().path)
    stood = (kept / "kept.txt").stat().st_ino
    assert str(kept) == update._install(NEW, newer, str(kept.parent))
    assert stood == (kept / "kept.txt").stat().st_ino


def test_what_is_no_version_is_no_data(installed, tmp_path):
    """Beside the databases of checkouts."""
    for name in ("data-x", "data-1.2", "data-2026.١.2", "0123.seen"):
        (tmp_path / "cache" / name).mkdir(parents=True)
    assert OLD == ratecards.data_version()


def test_a_cache_that_cannot_be_written(installed, releases, newer, tmp_path):
    """It is a file, say."""
    (tmp_path / "cache").write_text("")
    releases.release(NEW, newer)
    with pytest.raises(DatasetError, match=f"no newer data: .*; the data stay those of {OLD}"):
        ratecards.update()


# ------------------------------------------------------------------------------------------- without being asked


def test_by_itself_every_so_many_hours(installed, releases, newer, tmp_path, monkeypatch):
    """Off by default; where it is on, once in that time, by whichever process is the first."""
    releases.release(NEW, newer)
    assert (OLD, []) == (ratecards.data_version(), releases.asked)
    monkeypatch.setenv("RATECARDS_AUTO_UPDATE", "24")
    _forget()
    assert (NEW, ["sums", "wheel"]) == (ratecards.data_version(), releases.asked)
    _forget()
    assert (NEW, ["sums", "wheel"]) == (ratecards.data_version(), releases.asked)
    then = time.time() - 25 * 3600
    os.utime(tmp_path / "cache" / "asked", (then, then))
    _forget()
    assert (NEW, ["sums", "wheel", "sums"]) == (ratecards.data_version(), releases.asked)


def test_by_itself_offline(installed, monkeypatch, capsys):
    """It says how old the data are, and goes on; it is not asked again at once."""
    monkeypatch.setenv("RATECARDS_AUTO_UPDATE", "0.5")
    monkeypatch.setenv("RATECARDS_RELEASES", "http://127.0.0.1:9/releases")
    assert 0 == main(["cost", "flash", "--input-tokens", "1000000"])
    said = capsys.readouterr()
    assert ("0.5 USD" in said.out, True) == (True, f"the data stay those of {OLD}, " in said.err)
    assert 0 == main(["cost", "flash", "--input-tokens", "1000000"])
    assert "" == capsys.readouterr().err


def test_by_itself_without_a_cache(installed, releases, tmp_path, monkeypatch, capsys):
    """Where it cannot be kept it is not fetched at every call."""
    (tmp_path / "cache").write_text("")
    monkeypatch.setenv("RATECARDS_AUTO_UPDATE", "1")
    assert (OLD, []) == (ratecards.data_version(), releases.asked)
    assert "no update: the cache cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("hours", ["often", "-1", "nan", "1e9"])
def test_by_itself_how_often(installed, monkeypatch, capsys, hours):
    """A number of hours, or never."""
    monkeypatch.setenv("RATECARDS_AUTO_UPDATE", hours)
    assert 2 == main(["models"])
    assert f"RATECARDS_AUTO_UPDATE: expected a number of hours, or never, saw '{hours}'" in capsys.readouterr().err


# ------------------------------------------------------------------------------------------------- the commands


def test_the_command(installed, releases, newer, capsys):
    """It says what was there and what is there now."""
    releases.release(NEW, newer)
    assert 0 == main(["update"])
    assert capsys.readouterr().out.startswith(f"{OLD} -> {NEW}, kept in ")
    assert 0 == main(["update"])
    assert capsys.readouterr().out.startswith(f"nothing newer is released; the data stay those of {NEW}, ")
    assert 2 == main(["update", "--from", "http://127.0.0.1:9"])
    assert "ratecards: no newer data: " in capsys.readouterr().err


def test_the_versions(installed, releases, newer, tmp_path, monkeypatch, capsys):
    """Of the package, and of the data that it answers from: its own, fetched ones, or others."""

    def said() -> str:
        with pytest.raises(SystemExit) as ended:
            main(["--version"])
        assert 0 == ended.value.code
        first, second = capsys.readouterr().out.splitlines()
        assert f"ratecards {ratecards.__version__}" == first
        return second

    assert f"data {OLD}, of the package" == said()
    releases.release(NEW, newer)
    kept = ratecards.update().path
    assert f"data {NEW}, updated, in {kept}" == said()
    other = data(tmp_path / "other", "2025.1.2")
    monkeypatch.setenv("RATECARDS_DATASET", str(other))
    assert f"data 2025.1.2, of {other}" == said()


def test_a_checkout_has_data_of_its_own(monkeypatch):
    """They are renewed as files are; no cache stands before them."""
    with pytest.raises(DatasetError, match="a checkout has data of its own"):
        ratecards.update()


def test_no_address(installed, monkeypatch):
    """Where nobody says one, and where the package does."""
    monkeypatch.delenv("RATECARDS_RELEASES")
    monkeypatch.setattr(update, "published", lambda: "")
    refused("expected the address of releases in RATECARDS_RELEASES or --from")


def test_the_address_that_the_package_names(monkeypatch):
    """Among those of its metadata; none where it is not installed."""
    urls = ["Repository, https://example.org/r", "Releases, https://example.org/r/releases"]
    monkeypatch.setattr(metadata, "metadata", lambda _: SimpleNamespace(get_all=lambda _: urls))
    assert "https://example.org/r/releases" == update.published()
    monkeypatch.setattr(metadata, "metadata", lambda _: SimpleNamespace(get_all=lambda _: None))
    assert "" == update.published()

    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "metadata", missing)
    assert "" == update.published()


def test_a_data_package_without_a_version(tmp_path):
    """Is damage, and no version is none."""
    (tmp_path / "v1").mkdir()
    (tmp_path / "v1" / "datapackage.json").write_text("{}")
    with pytest.raises(DatasetError, match=r"datapackage.json: expected a version, saw KeyError"):
        update.version_of(str(tmp_path))
    assert "" == update.version_of(str(tmp_path / "v1"))
    assert "the data that are there stay, and say no version" == update.age("")
