"""All sources at once: every representation of each, by conditional requests where what is known is good."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from scraper.errors import DatasetError, FetchFailed
from scraper.fetch.capture import Capture, save
from scraper.fetch.catalogue import FETCHERS, Keys
from scraper.fetch.client import Page, Validators, fetch, redact
from scraper.fetch.copies import said_instant
from scraper.model import State, instant
from scraper.sources import Source

# zones and caches explain hours, not days
_OFF = timedelta(days=1)

Clock = Callable[[], datetime]
Getter = Callable[[str, Validators | None], Page | None]
Progress = Callable[[Source, str], None]
# By source, what an attempt brought, or why nothing can be known of it.
Captures = dict[str, Capture | DatasetError]


def fetch_all(
    sources: Sequence[Source],
    state_of: Callable[[str], State],
    now: datetime,
    clock: Clock,
    folder: Path | None,
    progress: Progress,
    *,
    again: bool = False,
    keys: Keys | None = None,
) -> Captures:
    """Fetch all sources in parallel, as of `now`; a failure concerns its source alone. `again`: unconditionally.

    Each capture is saved in the `folder`, if there is one. `state_of` gives what is remembered of a source; where it
    raises `DatasetError`, that is what came of it.
    """

    def one(source: Source) -> Capture | DatasetError:
        progress(source, "fetching again" if again else "fetching")
        try:
            known = {} if again else validators(source, state_of(source.name), now)
            fetcher = FETCHERS.get(source.name)
            get = getter(source, clock)
            capture = fetcher(source, now, keys or Keys()) if fetcher else look(source, get, now, known)
            if folder:
                save(folder, source, capture)
        except DatasetError as error:
            return error
        except Exception as error:  # noqa: BLE001 - a fault of one look must not take the other sources with it
            words = redact(f"the look broke down, fix it: {type(error).__name__}: {error}")
            return Capture(now, failed=dict.fromkeys(source.module.urls(), FetchFailed(words)))
        return capture

    with ThreadPoolExecutor(max_workers=max(1, len(sources))) as pool:
        return dict(zip((s.name for s in sources), pool.map(one, sources), strict=True))


def validators(source: Source, state: State, now: datetime) -> dict[str, Validators]:
    """What to ask conditionally, by representation: nothing on a new day, after a new parser or a bad reading."""
    today = state.verified == now.date().isoformat() and state.parser == source.module.PARSER
    good = state.outcome == "READ" and not state.holds
    if not (today and good):
        return {}
    return {
        kind: Validators(known.get("etag", ""), known.get("last-modified", ""))
        for kind, known in state.validators.items()
        if known and kind in state.hashes
    }


def getter(source: Source, clock: Clock) -> Getter:
    """Fetches one of the source's addresses, on its own hosts and `through` those that its vocabulary names."""
    hosts = {urlsplit(url).hostname or "" for url in source.module.urls().values()}
    through = tuple(getattr(source.module, "through", tuple)())

    def get(url: str, validators: Validators | None) -> Page | None:
        return fetch(url, hosts=hosts, now=clock, validators=validators, through=through)

    return get


def look(source: Source, get: Getter, at: datetime, validators: Mapping[str, Validators]) -> Capture:
    """Fetch every representation of a source. Where only some are unmodified, those are fetched again in full."""
    capture = Capture(at)
    urls = source.module.urls()
    for kind, url in urls.items():
        _get(capture, kind, url, get, validators.get(kind))
    if capture.not_modified and capture.pages:
        for kind in sorted(capture.not_modified):
            capture.not_modified.discard(kind)
            _get(capture, kind, urls[kind], get, None)
    return capture


def check_clock(capture: Capture) -> None:
    """Count as failed each page that its server dates more than a day away from the clock here.

    For pages fetched by this machine's own clock, which would date what is published. A server that gives no date, or
    none that is one, says nothing.
    """
    for kind, page in list(capture.pages.items()):
        said = said_instant(page.headers.get("date", ""))
        if said and abs(page.fetched_at - said) > _OFF:
            times = f"{instant(page.fetched_at)} by the clock here, {instant(said)} by the server's"
            capture.failed[kind] = FetchFailed(f"{page.url}: fetched at {times}: is the clock right?")
            del capture.pages[kind]


def _get(capture: Capture, kind: str, url: str, get: Getter, validators: Validators | None) -> None:
    with capture.noting(kind):
        page = get(url, validators)
        if page is None:
            capture.not_modified.add(kind)
        else:
            capture.pages[kind] = page
