"""All sources at once: every representation of each, by conditional requests where what is known is good."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from scraper.errors import DatasetError, FetchFailed
from scraper.fetch.capture import Capture, save
from scraper.fetch.catalogue import FETCHERS, Keys
from scraper.fetch.client import Limits, Page, Validators, fetch, place, redact
from scraper.fetch.copies import said_instant
from scraper.model import State, instant
from scraper.sources import SOURCES, Source

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
            state = State() if again and not source.every_days else state_of(source.name)
            if words := not_due(source, state, now):
                return Capture(now, skipped=words)
            known = {} if again else validators(source, state, now)
            fetcher = FETCHERS.get(source.name)
            get = getter(source, clock)
            return fetcher(source, now, keys or Keys()) if fetcher else look(source, get, now, known)
        except DatasetError as error:
            return error
        except Exception as error:  # noqa: BLE001 - a fault of one look must not take the other sources with it
            words = redact(f"the look broke down, fix it: {type(error).__name__}: {error}")
            return Capture(now, failed=dict.fromkeys(source.module.urls(), FetchFailed(words)))

    with ThreadPoolExecutor(max_workers=max(1, len(sources))) as pool:
        found = dict(zip((s.name for s in sources), pool.map(one, sources), strict=True))
    _hand_over(sources, found)
    return {source.name: _saved(folder, source, found[source.name]) for source in sources}


def _saved(folder: Path | None, source: Source, capture: Capture | DatasetError) -> Capture | DatasetError:
    """The capture, saved in the folder if there is one; or why it could not be."""
    if folder and isinstance(capture, Capture):
        try:
            save(folder, source, capture)
        except DatasetError as error:
            return error
    return capture


def _hand_over(sources: Sequence[Source], found: Captures) -> None:
    """Give what moved to the source whose address it came from in the end, where it did not come by itself.

    Read as the word of the source that was asked, it would be the same words twice, which agree because they are one.
    """
    captures = {s: capture for s in sources if isinstance(capture := found[s.name], Capture)}
    for page in [page for capture in captures.values() for page in capture.moved.values()]:
        for source, kind, url in _readers(page, captures):
            if captures[source].failed.pop(kind, None):
                captures[source].pages[kind] = replace(page, url=url)


def _readers(page: Page, sources: Iterable[Source]) -> Iterator[tuple[Source, str, str]]:
    """The sources that read the address which a page came from in the end, with its representation there."""
    for source in sources:
        for kind, url in source.module.urls().items():
            if place(url) == place(page.final_url):
                yield source, kind, url


def not_due(source: Source, state: State, now: datetime) -> str:
    """Why a source that is looked at every few days is not now; empty where it is, and after a look that failed."""
    if not (source.every_days and state.verified_on and state.outcome == "READ"):
        return ""
    due = state.verified_on + timedelta(source.every_days)
    return (
        f"looked at on {state.verified}, and every {source.every_days} days: next on {due}" if now.date() < due else ""
    )


def validators(source: Source, state: State, now: datetime) -> dict[str, Validators]:
    """What to ask conditionally, by representation: nothing on a new day, after a new parser or a bad reading.

    What is looked at once in some days is asked conditionally each time.
    """
    lately = source.every_days or state.verified == now.date().isoformat()
    good = state.outcome == "READ" and not state.holds and state.parser == source.module.PARSER
    if not (lately and good):
        return {}
    return {
        kind: Validators(known.get("etag", ""), known.get("last-modified", ""))
        for kind, known in state.validators.items()
        if known and kind in state.hashes
    }


def getter(source: Source, clock: Clock) -> Getter:
    """Fetches one of the source's addresses, on its own hosts; redirects may lead to those of its publication.

    And `through` those that its vocabulary names.
    """
    own, through = hosts(source), source.head.through
    elsewhere = {host for other in publication(source) for host in hosts(other)} - own
    asked = partial(fetch, hosts=own, now=clock, through=through, elsewhere=elsewhere)
    if source.head.max_bytes:
        asked = partial(asked, limits=Limits(max_bytes=source.head.max_bytes))
    return lambda url, known: asked(url, validators=known)


def hosts(source: Source) -> set[str]:
    """The hosts of a source's addresses."""
    return {urlsplit(url).hostname or "" for url in source.module.urls().values()}


def publication(source: Source) -> list[Source]:
    """The sources of the same publication, but for the source itself and for those whose vocabulary is damaged."""
    found = []
    for other in SOURCES:
        with suppress(DatasetError):
            if other != source and other.same_publication(source) and other.module.urls():
                found.append(other)
    return found


def look(source: Source, get: Getter, at: datetime, validators: Mapping[str, Validators]) -> Capture:
    """Fetch every representation of a source. Where only some are unmodified, those are fetched again in full."""
    capture = Capture(at)
    urls = source.module.urls()
    for kind, url in urls.items():
        _get(capture, source, kind, url, get, validators.get(kind))
    if capture.not_modified and capture.pages:
        for kind in sorted(capture.not_modified):
            capture.not_modified.discard(kind)
            _get(capture, source, kind, urls[kind], get, None)
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


def _get(capture: Capture, source: Source, kind: str, url: str, get: Getter, validators: Validators | None) -> None:
    with capture.noting(kind):
        page = get(url, validators)
        if page is None:
            capture.not_modified.add(kind)
        elif place(page.final_url)[0] in {place(own)[0] for own in source.module.urls().values()}:
            capture.pages[kind] = page
        else:
            capture.moved[kind] = page
            names = [reader.name for reader, *_ in _readers(page, publication(source))]
            whose = f", which is {names[0]}'s" if names else ", which no source reads"
            raise FetchFailed(f"{page.url}: moved to {page.final_url}{whose}: what stands there is not this source's")
