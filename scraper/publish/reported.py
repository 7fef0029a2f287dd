"""The cards of what third parties report: a file each below `ratecards/reported/`, all of them in `v1/reported.json`.

They stand apart from the cards, histories and tables of official sources: nothing of those is made from them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ratecards.catalog.authority import is_reseller
from ratecards.model import RateCard
from ratecards.model.grade import REPORTED
from ratecards.storage import bounded, codec
from ratecards.storage.history import Step, steps
from ratecards.storage.reported import FILE, answering, data, order, page_of
from scraper.errors import DatasetError
from scraper.publish import schemas
from scraper.publish.dataset import Dataset
from scraper.publish.transaction import Publication
from scraper.publish.v1_files import document

_FOLDER = "ratecards/reported"
ATTRIBUTION = "What third parties say that pages of providers say; each card has their address, day and words."


def path_of(card: RateCard) -> str:
    """Relative path of a card: by reporter, day, page that is reported of, and model."""
    page = page_of(card).replace("/", ".")
    return f"{_FOLDER}/{card.source.removeprefix(REPORTED)}/{card.observed}/{page}/{card.model}.yaml"


def write(result: Publication, card: RateCard) -> None:
    """Have a card stand in its place."""
    result.write(path_of(card), codec.encode(card))


def cards(dataset: Dataset, writes: Iterable[tuple[str, bytes]] = ()) -> list[RateCard]:
    """The cards that stand in a dataset, with those that are about to be written. Raises `DatasetError`."""
    folder = dataset.root / _FOLDER
    try:
        texts = {path.relative_to(dataset.root).as_posix(): bounded.text(path) for path in folder.rglob("*.yaml")}
        texts |= {path: text.decode() for path, text in writes if path.startswith(f"{_FOLDER}/")}
        found = [codec.decode(text, path) for path, text in texts.items()]
    except (codec.CodecError, UnicodeDecodeError, OSError) as error:
        raise DatasetError(f"damaged card of what is reported, restore it from git: {error}") from error
    if wrong := [path for path, card in zip(texts, found, strict=True) if path_of(card) != path]:
        raise DatasetError(f"{wrong[0]}: expected the card that its place names, saw another")
    return sorted(found, key=order)


def publish(result: Publication, dataset: Dataset) -> None:
    """Have `v1/reported.json` hold all cards that are reported; no file where there are none."""
    found, path = cards(dataset, result.writes.items()), f"ratecards/{FILE}"
    if found:
        result.write(path, text(found))
        schema = schemas.path_of("reported")
        result.write(f"ratecards/v1/{schema}", schemas.files()[schema])
    else:
        result.delete(path)


def text(found: Iterable[RateCard]) -> str:
    """The text of `v1/reported.json`."""
    return document({"version": 1, "attribution": ATTRIBUTION, "cards": [data(card) for card in found]})


def findings(dataset: Dataset) -> list[str]:
    """What of it does not hold, one line each."""
    path = dataset.root / "ratecards" / FILE
    found = cards(dataset)
    if (path.read_text(encoding="utf-8") if path.is_file() else "") == (text(found) if found else ""):
        return []
    return [f"{path}: does not hold the cards of {_FOLDER}; python -m scraper rebuild makes it anew"]


def upcoming(dataset: Dataset, official: Iterable[RateCard], today: date) -> list[Step]:
    """The dated steps after a day of models that no official card has."""
    held = {name for card in official if not is_reseller(card) for name in (card.model, *card.aliases)}
    return steps([card for card in answering(cards(dataset), today) if card.model not in held], today)
