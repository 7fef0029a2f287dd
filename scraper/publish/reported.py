"""The cards of what third parties report: a file each below `ratecards/reported/`, all of them in `v1/reported.json`.

They stand apart from the cards, histories and tables of official sources: nothing of those is made from them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from ratecards.catalog.authority import is_reseller
from ratecards.catalog.reported import FILE, answering, data, order, page_of
from ratecards.model import Rate, RateCard, plain
from ratecards.model.grade import REPORTED
from ratecards.storage import bounded, codec, history
from ratecards.storage.history import Change, Step, lines, replay, stamp_of, steps
from scraper.diff.cross_source import compare
from scraper.errors import DatasetError
from scraper.publish import schemas
from scraper.publish.dataset import Dataset
from scraper.publish.transaction import Publication
from scraper.publish.v1_files import document
from scraper.storage import card_files

_FOLDER = "ratecards/reported"
ATTRIBUTION = "What third parties say that pages of providers say; each card has their address, day and words."


def path_of(card: RateCard) -> str:
    """Relative path of a card: by reporter, day, page that is reported of, and model."""
    page = page_of(card).replace("/", ".")
    return f"{_FOLDER}/{card.source.removeprefix(REPORTED)}/{card.observed}/{page}/{card.model}.yaml"


def write(result: Publication, card: RateCard) -> None:
    """Have a card stand in its place."""
    result.write(path_of(card), card_files.encode(card))


def cards(dataset: Dataset, writes: Iterable[tuple[str, bytes]] = ()) -> list[RateCard]:
    """The cards that stand in a dataset, with those that are about to be written. Raises `DatasetError`."""
    folder = dataset.root / _FOLDER
    try:
        texts = {path.relative_to(dataset.root).as_posix(): bounded.text(path) for path in folder.rglob("*.yaml")}
        texts |= {path: text.decode() for path, text in writes if path.startswith(f"{_FOLDER}/")}
        found = [card_files.decode(text, path) for path, text in texts.items()]
    except (codec.CodecError, UnicodeDecodeError, OSError) as error:
        raise DatasetError(f"damaged card of what is reported, restore it from git: {error}") from error
    if wrong := [path for path, card in zip(texts, found, strict=True) if path_of(card) != path]:
        raise DatasetError(f"{wrong[0]}: expected the card that its place names, saw another")
    return sorted(found, key=order)


Changes = Mapping[str, Sequence[Change]]


def publish(result: Publication, dataset: Dataset, fresh: Changes | None = None) -> None:
    """Have `v1/reported.json` hold all cards that are reported, and what became of them; no file where there are none.

    `fresh` are the changes of official sources that are about to be recorded.
    """
    found, path = cards(dataset, result.writes.items()), f"ratecards/{FILE}"
    if found:
        result.write(path, text(found, record(dataset, found, fresh or {})))
        schema = schemas.path_of("reported")
        result.write(f"ratecards/v1/{schema}", schemas.files()[schema])
    else:
        result.delete(path)


def text(found: Iterable[RateCard], entries: Sequence[Entry]) -> str:
    """The text of `v1/reported.json`; without a `record` as long as no page holds what was reported of it."""
    known = {"record": [asdict(entry) for entry in entries]} if entries else {}
    return document({"version": 1, "attribution": ATTRIBUTION, "cards": [data(card) for card in found], **known})


# ------------------------------------------------------------------------------------------- what became of it


@dataclass(frozen=True, slots=True)
class Difference:
    """A price that was reported otherwise than the page had it, both with their units."""

    service_tier: str
    meter: str
    modality: str
    said: str
    was: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What a reporter said of a model that its page came to hold: since when, how long before, and how right.

    `right` and `wrong` count the prices that both have, on the page's first day; days are ISO.
    """

    reporter: str
    provider: str
    model: str
    of: str
    reported: str
    official: str
    days_ahead: int
    right: int
    wrong: int
    differences: Sequence[Difference]


def record(dataset: Dataset, found: Iterable[RateCard], fresh: Changes) -> list[Entry]:
    """For each reporter, page and model that was reported before the page had it: what was right.

    The last report before the page's first day is what counts, the first one is how early it was.
    """
    by_page: dict[str, dict[tuple[str, str], list[RateCard]]] = defaultdict(lambda: defaultdict(list))
    for card in found:
        by_page[page_of(card)][card.source, card.model].append(card)
    entries = []
    for page, reports in sorted(by_page.items()):
        changes = _mentioning(dataset, page, {model for _, model in reports}, fresh.get(page, ()))
        first: dict[str, date] = {}
        for change in changes:
            first[change.model] = min(first.get(change.model, date.max), stamp_of(change).observed)
        for (reporter, model), said in sorted(reports.items()):
            before = sorted((c for c in said if c.observed < first.get(model, date.min)), key=lambda c: c.observed)
            official = replay(changes, until=first[model]).get(model) if before else None
            if official:
                entries.append(_entry(reporter, page, before, official, first[model]))
    return entries


def _mentioning(dataset: Dataset, page: str, models: Iterable[str], fresh: Sequence[Change]) -> Sequence[Change]:
    """The changes of a page that name one of the models, with what is about to be recorded of it.

    A history is long, so that no other line of it is read; unless one of the models had another id before.
    """
    # as the line of a change goes on behind its kind
    starts = tuple(f'"model": "{model}"' for model in sorted(models))
    provider, _, source = page.partition("/")
    try:
        texts = [(path, bounded.text(dataset.root / path)) for path in dataset.history_paths(page)]
        told = [
            (path, *one) for path, text in texts for one in lines(text) if one[1].partition(", ")[2].startswith(starts)
        ]
        known = [
            history.record(words, provider, source, f"{path}:{place}", number)
            for number, (path, place, words) in enumerate(told, 1)
        ]
        if any(change.previous_id for change in known):
            known = dataset.changes(page)
    except (history.HistoryError, DatasetError, UnicodeDecodeError, OSError):
        known = []  # its own verdict says so
    return [*known, *fresh]


def _price(rate: Rate) -> str:
    return f"{plain(rate.price)} per {rate.unit}" if rate.price is not None else rate.availability


def _entry(reporter: str, page: str, before: Sequence[RateCard], official: RateCard, day: date) -> Entry:
    pairs = compare([before[-1]], [official], day).pairs
    priced = [pair for pair in pairs if pair.left.price is not None]
    differences = [
        Difference(
            *(pair.left.service_tier, pair.left.meter, pair.modality),
            *(_price(pair.left), _price(pair.right)),
        )
        for pair in priced
        if not pair.agrees
    ]
    return Entry(
        *(reporter, official.provider, official.model, page, f"{before[0].observed}", f"{day}"),
        *((day - before[0].observed).days, len(priced) - len(differences), len(differences), differences),
    )


def findings(dataset: Dataset) -> list[str]:
    """What of it does not hold, one line each."""
    path = dataset.root / "ratecards" / FILE
    found = cards(dataset)
    made = text(found, record(dataset, found, {})) if found else ""
    if (path.read_text(encoding="utf-8") if path.is_file() else "") == made:
        return []
    return [f"{path}: does not hold the cards of {_FOLDER}; python -m scraper rebuild makes it anew"]


def upcoming(dataset: Dataset, official: Iterable[RateCard], today: date) -> list[Step]:
    """The dated steps after a day of models that no official card has."""
    held = {name for card in official if not is_reseller(card) for name in (card.model, *card.aliases)}
    return steps([card for card in answering(cards(dataset), today) if card.model not in held], today)
