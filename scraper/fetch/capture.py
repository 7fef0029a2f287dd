"""Where pages come from: the network, or a folder of kept pages. One edition is a source's pages of one look."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ratecards.storage import bounded
from scraper.errors import DatasetError, FetchFailed, LayoutChanged
from scraper.fetch.client import Page, Validators, fetch
from scraper.fetch.saved import unpacked
from scraper.sources import Source
from scraper.state import instant

_STAMP = "%Y-%m-%dT%H-%M-%SZ"
# a day, an instant, or an instant as web archives write it
_NAME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}-[0-9]{2}-[0-9]{2}Z)?|[0-9]{14})\.(.+)\Z")
_FORMS = {10: "%Y-%m-%d", 14: "%Y%m%d%H%M%S", 20: _STAMP}
_LOOK = ".look.json"
# A page has at most 20 MB; what a browser saves around it is larger.
MOST_BYTES = 50_000_000
_NAMED = "a name that begins with the page's day or instant: 2026-11-15, 2026-11-15T06-17-00Z or 20261115061700"
_HEADERS = ("content-type", "etag", "last-modified", "date", "content-language")

# zones and caches explain hours, not days
_OFF = timedelta(days=1)

Clock = Callable[[], datetime]
Getter = Callable[[str, Validators | None], Page | None]


@dataclass(slots=True)
class Edition:
    """What one look brought, by representation: pages, those not modified, and those that failed and why.

    `skipped` says how to enable a source that is not configured here.
    """

    at: datetime
    pages: dict[str, Page] = field(default_factory=dict)
    not_modified: set[str] = field(default_factory=set)
    failed: dict[str, FetchFailed] = field(default_factory=dict)
    not_read: dict[str, LayoutChanged] = field(default_factory=dict)
    skipped: str = ""


def getter(source: Source, clock: Clock) -> Getter:
    """Fetches one of the source's addresses, on its own hosts and `through` those that its vocabulary names."""
    hosts = {urlsplit(url).hostname or "" for url in source.module.urls().values()}
    through = tuple(getattr(source.module, "through", tuple)())

    def get(url: str, validators: Validators | None) -> Page | None:
        return fetch(url, hosts=hosts, now=clock, validators=validators, through=through)

    return get


def look(source: Source, get: Getter, at: datetime, validators: Mapping[str, Validators]) -> Edition:
    """Fetch every representation of a source. Where only some are unmodified, those are fetched again in full."""
    edition = Edition(at)
    urls = source.module.urls()
    for kind, url in urls.items():
        _get(edition, kind, url, get, validators.get(kind))
    if edition.not_modified and edition.pages:
        for kind in sorted(edition.not_modified):
            edition.not_modified.discard(kind)
            _get(edition, kind, urls[kind], get, None)
    return edition


def check_clock(edition: Edition) -> None:
    """Count as failed what a server dates more than a day away: a wrong clock here would date what is published.

    For pages fetched by this machine's own clock. A server that gives no date, or none that is one, says nothing.
    """
    for kind, page in list(edition.pages.items()):
        said = _dated(page.headers.get("date", ""))
        if said and abs(page.fetched_at - said) > _OFF:
            times = f"{instant(page.fetched_at)} by the clock here, {instant(said)} by the server's"
            edition.failed[kind] = FetchFailed(f"{page.url}: fetched at {times}: is the clock right?")
            del edition.pages[kind]


def _dated(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _get(edition: Edition, kind: str, url: str, get: Getter, validators: Validators | None) -> None:
    try:
        page = get(url, validators)
    except FetchFailed as error:
        edition.failed[kind] = error
    except LayoutChanged as error:
        edition.not_read[kind] = error
    else:
        if page is None:
            edition.not_modified.add(kind)
        else:
            edition.pages[kind] = page


def replay(folder: Path, source: Source) -> list[Edition]:
    """The kept editions of a source in order of time: `<provider>/<source>/<ISO time>.<ext>`, headers beside each.

    What did not come stands in `<ISO time>.look.json`; a page that is merely missing counts as not fetched.
    """
    names = sorted((folder / source.name).glob("*"))
    if linked := [path for path in (folder / source.name, *names) if path.is_symlink()]:
        raise DatasetError(f"{linked[0]}: expected a kept page, saw a link to another place")
    paths = [p for p in names if _NAME.match(p.name) and not p.name.endswith((".headers.json", _LOOK))]
    pages = {e.at: e for e in editions([(load(path, source), path) for path in paths], source)}
    for path in (p for p in names if _NAME.match(p.name) and p.name.endswith(_LOOK)):
        at = _time(path, {})
        _lost(pages.setdefault(at, Edition(at)), path)
    found = [pages[at] for at in sorted(pages)]
    for edition in found:
        told = edition.pages.keys() | edition.failed.keys() | edition.not_read.keys()
        for kind in source.module.urls().keys() - told if not edition.skipped else ():
            edition.failed[kind] = FetchFailed("not among the kept pages")
    return found


def _lost(edition: Edition, path: Path) -> None:
    """What a look did not bring, as it was kept."""
    try:
        kept = json.loads(bounded.content(path))
        edition.failed.update({kind: FetchFailed(str(words)) for kind, words in kept["failed"].items()})
        edition.not_read.update({kind: LayoutChanged(str(words)) for kind, words in kept["not_read"].items()})
        edition.skipped = str(kept["skipped"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DatasetError(f"{path}: expected what a look did not bring, saw {type(error).__name__}") from error


def editions(kept: Iterable[tuple[Page, Path]], source: Source) -> list[Edition]:
    """Kept pages as editions in order of time: the pages of one instant belong together."""
    found: dict[datetime, Edition] = {}
    for page, path in kept:
        kind = kind_of(path, source)
        edition = found.setdefault(page.fetched_at, Edition(page.fetched_at))
        if kind in edition.pages:
            raise DatasetError(f"{path}: a second {kind} page of {page.fetched_at:%Y-%m-%d %H:%M} UTC")
        edition.pages[kind] = page
    return [found[at] for at in sorted(found)]


def kind_of(path: Path, source: Source) -> str:
    """The representation a kept page is, by the ending of its name; `.md` will do for `.md.txt`."""
    # some kept editions are of a representation that is no longer fetched
    kinds: list[str] = [*source.module.urls(), *getattr(source.module, "KEPT", ())]
    ending = path.name.rpartition(".")[2]
    for kind in kinds:
        if path.name.endswith(f".{kind}") or kind.startswith(f"{ending}."):
            return kind
    raise DatasetError(f"{path}: expected a name that ends in one of {', '.join(kinds)}")


def load(path: Path, source: Source) -> Page:
    """One kept page. Its time comes from its name, or from the file beside it, which has its headers."""
    page, kept = unpacked(body(path), str(path)), _beside(path)
    url = str(kept.get("url") or url_of(path, source))
    headers = {name: str(kept[name]) for name in _HEADERS if name in kept}
    return Page(url, url or path.name, kept.get("status", 200), headers, page, _time(path, kept))


def body(path: Path) -> bytes:
    """The content of a kept page. Raises `DatasetError` where it is no file, or larger than any page."""
    if not path.exists():
        raise DatasetError(f"{path}: no such file")
    try:
        return bounded.content(path, MOST_BYTES)
    except OSError as error:
        raise DatasetError(f"{path}: {error}") from error


def _beside(path: Path) -> dict[str, Any]:
    """What the file beside a kept page says of its answer; nothing where there is none. Raises `DatasetError`."""
    beside = path.with_name(f"{path.name}.headers.json")
    if not beside.exists():
        return {}
    try:
        kept = json.loads(bounded.content(beside))
        if isinstance(kept, dict) and type(kept.get("status", 200)) is int:
            return kept
    except (OSError, ValueError, RecursionError) as error:
        raise DatasetError(f"{beside}: expected the headers of a page, saw {type(error).__name__}") from error
    raise DatasetError(f"{beside}: expected the headers of a page and its status, saw others")


def url_of(path: Path, source: Source) -> str:
    """The address that a kept page was fetched from, by its name; none for a page of any name: it is not published."""
    try:
        urls = source.module.urls()
        return urls.get(kind_of(path, source)) or next(iter(urls.values()))
    except DatasetError:
        return ""


def _time(path: Path, kept: Mapping[str, Any]) -> datetime:
    """The instant in the name; a name with only a day gives way to what the headers say. Raises `DatasetError`."""
    match = _NAME.match(path.name)
    name = match[1] if match else ""
    fetched = str(kept.get("fetched_at", ""))
    try:
        if fetched and len(name) <= len("2026-11-15"):
            at = datetime.fromisoformat(fetched)
        else:
            at = datetime.strptime(name, _FORMS[len(name)]).replace(tzinfo=UTC)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, KeyError, OverflowError):
        seen = f"fetched_at {fetched[:40]!r} beside it" if fetched else repr(path.name)
        raise DatasetError(f"{path}: expected {_NAMED}; saw {seen}") from None


def keep(folder: Path, source: Source, edition: Edition) -> list[Path]:
    """Save an edition in the layout that `replay` reads. Cookies and keys are not among the headers kept.

    What failed, is not the page or was skipped is kept as words, so that a replay tells it as the look did.
    """
    saved = []
    for kind, page in edition.pages.items():
        path = folder / source.name / f"{edition.at.strftime(_STAMP)}.{kind}"
        beside = {
            "url": page.url,
            "status": page.status,
            **page.headers,
            "fetched_at": page.fetched_at.isoformat(),
        }
        _put(folder, path, page.body)
        _put(folder, path.with_name(f"{path.name}.headers.json"), (json.dumps(beside, indent=1) + "\n").encode())
        saved.append(path)
    if edition.failed or edition.not_read or edition.skipped:
        saved.append(_keep_loss(folder, source, edition))
    return saved


def _keep_loss(folder: Path, source: Source, edition: Edition) -> Path:
    path = folder / source.name / f"{edition.at.strftime(_STAMP)}{_LOOK}"
    lost = {
        "failed": {kind: str(error) for kind, error in edition.failed.items()},
        "not_read": {kind: str(error) for kind, error in edition.not_read.items()},
        "skipped": edition.skipped,
    }
    _put(folder, path, (json.dumps(lost, indent=1, ensure_ascii=False) + "\n").encode())
    return path


def _put(folder: Path, path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise DatasetError(f"{folder}: expected a folder to keep pages in, saw {error}") from error
