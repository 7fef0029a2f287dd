"""Where pages come from: the network, or a folder of kept pages. One edition is a source's pages of one look."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from scraper.errors import DatasetError, FetchFailed, LayoutChanged
from scraper.fetch import Page, Validators, fetch
from scraper.sources import Source

_STAMP = "%Y-%m-%dT%H-%M-%SZ"
_NAME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}-[0-9]{2}-[0-9]{2}Z)?)\.(.+)\Z")
_HEADERS = ("content-type", "etag", "last-modified", "date", "content-language")

Clock = Callable[[], datetime]
Getter = Callable[[str, Validators | None], Page | None]


@dataclass(slots=True)
class Edition:
    """What one look brought, by representation: pages, those not modified, and those that failed and why."""

    at: datetime
    pages: dict[str, Page] = field(default_factory=dict)
    not_modified: set[str] = field(default_factory=set)
    failed: dict[str, FetchFailed] = field(default_factory=dict)
    not_read: dict[str, LayoutChanged] = field(default_factory=dict)


def getter(source: Source, clock: Clock) -> Getter:
    """Fetches one of the source's addresses, on its own hosts only."""
    hosts = {urlsplit(url).hostname or "" for url in source.module.urls().values()}

    def get(url: str, validators: Validators | None) -> Page | None:
        return fetch(url, hosts=hosts, now=clock, validators=validators)

    return get


def look(source: Source, get: Getter, clock: Clock, validators: Mapping[str, Validators]) -> Edition:
    """Fetch every representation of a source. Where only some are unmodified, those are fetched again in full."""
    edition = Edition(clock())
    urls = source.module.urls()
    for kind, url in urls.items():
        _get(edition, kind, url, get, validators.get(kind))
    if edition.not_modified and edition.pages:
        for kind in sorted(edition.not_modified):
            edition.not_modified.discard(kind)
            _get(edition, kind, urls[kind], get, None)
    return edition


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


def replay(folder: Path, source: Source) -> Iterator[Edition]:
    """The kept editions of a source in order of time: `<provider>/<source>/<ISO time>.<ext>`, headers beside each."""
    editions: dict[datetime, Edition] = {}
    for path in sorted((folder / source.name).glob("*")):
        match = _NAME.match(path.name)
        if path.name.endswith(".headers.json") or not match:
            continue
        page = load(path, source)
        editions.setdefault(page.fetched_at, Edition(page.fetched_at)).pages[match[2]] = page
    yield from (editions[at] for at in sorted(editions))


def load(path: Path, source: Source) -> Page:
    """One kept page. Its time and headers come from the file beside it, or its day from its name."""
    beside = path.with_name(f"{path.name}.headers.json")
    match = _NAME.match(path.name)
    try:
        kept = json.loads(beside.read_text(encoding="utf-8")) if beside.exists() else {}
        stamp = kept.get("fetched_at") or _iso(match[1] if match else "")
        kind = match[2] if match else path.suffix.lstrip(".")
        url = kept.get("url") or source.module.urls().get(kind, "")
        at = datetime.fromisoformat(stamp)
        headers = {name: kept[name] for name in _HEADERS if name in kept}
        return Page(url, url, int(kept.get("status", 200)), headers, path.read_bytes(), at)
    except (OSError, ValueError, AttributeError) as error:
        raise DatasetError(f"{path}: expected a kept page named by its ISO date or time, saw {error}") from error


def _iso(stamp: str) -> str:
    day, _, time = stamp.partition("T")
    return f"{day}T{time.replace('-', ':') or '00:00:00Z'}"


def keep(folder: Path, source: Source, edition: Edition) -> list[Path]:
    """Save an edition in the layout that `replay` reads. Cookies and keys are not among the headers kept."""
    saved = []
    for kind, page in edition.pages.items():
        path = folder / source.name / f"{page.fetched_at.strftime(_STAMP)}.{kind}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(page.body)
        beside = {
            "url": page.url,
            "status": page.status,
            **page.headers,
            "fetched_at": page.fetched_at.isoformat(),
        }
        path.with_name(f"{path.name}.headers.json").write_text(json.dumps(beside, indent=1) + "\n", encoding="utf-8")
        saved.append(path)
    return saved
