"""Where things stand in a dataset, and what was published last: cards, state."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ratecards.model import RateCard
from ratecards.model.lifecycle import Lifecycle
from ratecards.storage import bounded, codec, history
from scraper.errors import DatasetError
from scraper.model import State
from scraper.publish import state_file
from scraper.publish.transaction import ConcurrentEditGuard, Publication
from scraper.storage import card_files, lifecycle, limits
from scraper.storage.facts import Form


@dataclass(frozen=True, slots=True)
class Facts:
    """How the facts of a page that has no rates are kept: the path of their card, and its form.

    `dated` gives a card that was read its days, by the card before, the instant at which it is recorded, and the titles
    of sections that were not understood. `moved` are the ends of models that a card announces otherwise than the one
    before.
    """

    path: str
    form: Form
    dated: Callable[[Any, Any, str, Sequence[str]], Any] | None = None
    moved: Callable[[Any, Any], Sequence[tuple[Lifecycle | None, Lifecycle]]] | None = None


# The pages of facts, by source.
LIMITS, DEPRECATIONS = "google/rate-limits", "google/deprecations"
FACTS = {
    LIMITS: Facts(f"ratecards/cards/{LIMITS}/limits.yaml", limits.FORM),
    DEPRECATIONS: Facts(
        f"ratecards/cards/{DEPRECATIONS}/lifecycle.yaml", lifecycle.FORM, lifecycle.dated, lifecycle.moved
    ),
}
_OBSOLETE = ("pack.jsonl", "past/*.jsonl")


class Dataset:
    """A dataset's root directory: `ratecards/` (the data) and `state/` beside it.

    With a `guard` nothing is published once another hand has moved what was read.
    """

    def __init__(self, root: Path, guard: ConcurrentEditGuard | None = None) -> None:
        self.root, self.guard = root, guard

    def publication(self) -> Publication:
        """An empty publication into this dataset."""
        return Publication(self.root, self.guard)

    def state_path(self, name: str) -> str:
        """Relative path of a source's state file; `name` is `provider/source`."""
        return f"state/{name}.json"

    def card_path(self, name: str, model: str) -> str:
        """Relative path of a card."""
        return f"ratecards/cards/{name}/{model}.yaml"

    def history_path(self, name: str, number: int = 1) -> str:
        """Relative path of a file of a source's history: that of a year, or the one without a number."""
        return f"ratecards/history/{name}{f'.{number:04}' if number > 1 else ''}.jsonl"

    def state(self, name: str) -> State:
        """The source's state; an empty one before the first run. Raises `DatasetError` on damage."""
        path = self.root / self.state_path(name)
        if not path.exists():
            return State()
        try:
            data = json.loads(bounded.content(path))
            if data["schema"] != state_file.SCHEMA:
                raise DatasetError(f"{path}: expected state schema {state_file.SCHEMA}, saw {data['schema']!r}")
            return state_file.parse(data, name)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise DatasetError(f"{path}: not a state file, restore it from git: {error}") from error

    def facts(self, name: str) -> Any:
        """The published card of a page of facts; None before the first. Raises `DatasetError` on damage."""
        kept = FACTS[name]
        path = self.root / kept.path
        if not path.exists():
            return None
        try:
            return kept.form.decode(bounded.text(path), str(path))
        except codec.CodecError as error:
            raise DatasetError(f"damaged {kept.form.what}, restore them from git: {error}") from error
        except (OSError, UnicodeDecodeError) as error:
            raise DatasetError(f"damaged {kept.form.what}, restore them from git: {path}: {error}") from error

    def cards(self, name: str, expected: Sequence[str] | None = None) -> dict[str, RateCard]:
        """The published cards of a source by model.

        Raises `DatasetError` on a card that cannot be read or, where `expected` models are given, on one that
        is missing or too many: a damaged baseline must never look like news.
        """
        folder = self.root / "ratecards" / "cards" / name
        found = {}
        for path in sorted(folder.glob("*.yaml")):
            try:
                card = card_files.decode(bounded.text(path), str(path))
            except (codec.CodecError, UnicodeDecodeError, OSError) as error:
                raise DatasetError(f"damaged baseline, restore it from git: {error}") from error
            if (f"{card.provider}/{card.source}", card.model) != (name, path.stem):
                raise DatasetError(f"{path}: holds the card of {card.provider}/{card.source} {card.model}")
            found[card.model] = card
        if expected is not None and sorted(found) != sorted(expected):
            missing, extra = sorted(set(expected) - set(found)), sorted(set(found) - set(expected))
            raise DatasetError(
                f"{folder}: damaged baseline: missing {missing}, unexpected {extra}; restore it from git"
            )
        return found

    def history_paths(self, name: str) -> list[str]:
        """Relative paths of the files of a source's history, in order. Raises `DatasetError`."""
        with whole_history():
            found = history.files(self._histories, name)
        return [path.relative_to(self.root).as_posix() for path in found]

    def changes(self, name: str) -> list[history.Change]:
        """The whole history of a source. Raises `DatasetError`."""
        with whole_history():
            return history.read(self._histories, name)

    def first_day(self, name: str) -> date:
        """The day that the first line of a source's history speaks of; `date.max` before it begins.

        Raises `DatasetError`.
        """
        provider, _, source = name.partition("/")
        with whole_history():
            for path in history.files(self._histories, name):
                with path.open(encoding="utf-8") as file:
                    return history.stamp_of(next(history.parse(file.readline(), provider, source, str(path)))).observed
        return date.max

    def as_of(self, name: str, until: date = date.max) -> dict[str, RateCard]:
        """What the history of a source folds to as observed up to a day. Raises `DatasetError`."""
        with whole_history():
            return history.replay(self.changes(name), until=until)

    def days(self, name: str, fresh: Sequence[history.Change] = ()) -> Callable[[date], Mapping[str, RateCard]]:
        """The same for whoever asks of several days: the history is read once. Raises `DatasetError`.

        `fresh` are changes that are about to be recorded.
        """
        with whole_history():
            folding = history.Replay()
            for change in (*self.changes(name), *fresh):
                folding.add(change)
        known = folding.days
        return lambda day: known[max(seen)] if (seen := [own for own in known if own <= day]) else {}

    def names(self) -> list[str]:
        """The sources that have a history, as `provider/source`."""
        return history.sources(self._histories)

    def obsolete(self) -> list[str]:
        """Relative paths of what former versions kept beside the histories and nothing keeps in step any more."""
        data = self.root / "ratecards"
        return [path.relative_to(self.root).as_posix() for name in _OBSOLETE for path in sorted(data.glob(name))]

    @property
    def _histories(self) -> Path:
        return self.root / "ratecards" / "history"


@contextmanager
def whole_history() -> Iterator[None]:
    """Within it, whatever reading a history raises is a `DatasetError` that says to restore it."""
    try:
        yield
    except (history.HistoryError, UnicodeDecodeError, OSError) as error:
        raise DatasetError(f"damaged history, restore it from git: {error}") from error
