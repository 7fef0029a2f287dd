"""That the published cards are what the history gives, proven without reading the history.

A publication leaves beside the state what it wrote: a digest of the cards' files and of the history's last file, and
how long the full ones are. Where that is what stands, cards and history were written together, and the history folds
to the cards as it did then. Where it is not, by whatever hand, the proof is worth nothing and the history is folded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from ratecards.model import RateCard
from ratecards.storage import bounded, history
from scraper.errors import DatasetError
from scraper.model import State
from scraper.publish.dataset import Dataset
from scraper.publish.transaction import Publication

SCHEMA = 1


def path_of(name: str) -> str:
    """Relative path of a source's proof."""
    return f"state/proofs/{name}.json"


def holds(dataset: Dataset, name: str) -> bool:
    """Whether cards and history stand as they were published, or neither has begun. Raises `DatasetError`."""
    cards, log = _cards(dataset, name), dataset.history_paths(name)
    if not (cards or log):
        return True
    try:
        said = bounded.content(dataset.root / path_of(name))
        return said == _text(dataset, cards, log, lambda path: bounded.content(dataset.root / path)).encode()
    except OSError:
        return False


def renew(result: Publication, dataset: Dataset, name: str) -> None:
    """Have the proof say what will stand after the publication, of which it becomes a part. Raises `DatasetError`."""
    folder = Path(dataset.card_path(name, "x")).parent
    cards = {*_cards(dataset, name), *(p for p in result.writes if Path(p).parent == folder)} - result.deletes
    first = Path(dataset.history_path(name))
    begun = [p for p in result.writes if Path(p).parent == first.parent and history.source_of(Path(p)) == first.stem]
    log = list(dict.fromkeys([*dataset.history_paths(name), *begun]))
    result.write(path_of(name), _text(dataset, sorted(cards), log, result.after))


def _cards(dataset: Dataset, name: str) -> list[str]:
    folder = Path(dataset.card_path(name, "x")).parent
    return sorted((folder / path.name).as_posix() for path in (dataset.root / folder).glob("*.yaml"))


def _text(dataset: Dataset, cards: Sequence[str], log: Sequence[str], read: Callable[[str], bytes]) -> str:
    digest = hashlib.sha256()
    for path in cards:
        digest.update(f"{path}\0{_sha(read(path))}\n".encode())
    data = {
        "schema": SCHEMA,
        "cards": digest.hexdigest(),
        "full": [(dataset.root / path).stat().st_size for path in log[:-1]],
        "last": _sha(read(log[-1])) if log else "",
    }
    return json.dumps(data) + "\n"


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def current_cards(dataset: Dataset, name: str, state: State) -> dict[str, RateCard]:
    """The published cards. Raises `DatasetError` unless history folds to them: damage must never look like news.

    Where they stand as they were published together that is known; the history is read only where they do not.
    """
    if holds(dataset, name):
        return dataset.cards(name, state.models or None)
    return folded(dataset, name, state)


def folded(dataset: Dataset, name: str, state: State) -> dict[str, RateCard]:
    """The published cards, held against the whole history. Raises `DatasetError` where it does not fold to them."""
    given = recorded(dataset, name)
    found = dataset.cards(name, state.models or None)
    if differ := sorted(m for m in {*given, *found} if given.get(m) != found.get(m)):
        cards = ", ".join(differ)
        raise DatasetError(f"{name}: damaged baseline, the history does not fold to {cards}; restore it from git")
    return found


def recorded(dataset: Dataset, name: str) -> dict[str, RateCard]:
    """The cards that a source's history folds to. Raises `DatasetError`."""
    try:
        return history.replay(dataset.changes(name))
    except history.HistoryError as error:
        raise DatasetError(f"{name}: damaged history, restore it from git: {error}") from error


def any_cards(dataset: Dataset, name: str) -> dict[str, RateCard]:
    """The published cards of a source that is not read; its history has them where a card is damaged."""
    try:
        return dataset.cards(name)
    except DatasetError:
        return recorded(dataset, name)
