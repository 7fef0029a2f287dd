"""What third parties say that a provider's page says: cards kept apart from the database, in `v1/reported.json`.

No official card is read from here and none of these is written to a history: they are used where no official card has
the model, and nowhere else. Each names the page that it is a report of (`of`), who reports it (`source`, as
`reported/<name>`), where and on which day.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import date

from ratecards.errors import DatasetError
from ratecards.model import Rate, RateCard
from ratecards.model.grade import authority
from ratecards.storage import bounded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FILE = "v1/reported.json"
# The fact of a card that names the source (`provider/source`) whose words it reports.
OF = "report of"
_BOUNDS = ("prompt_over", "prompt_up_to", "used_over", "used_up_to")
_OWNER = ("provider", "source", "model")


def page_of(card: RateCard) -> str:
    """The source (`provider/source`) whose words a card reports."""
    return dict(card.facts).get(OF, "")


def order(card: RateCard) -> tuple[object, ...]:
    """Where a card stands in the file: by provider and model, then by day, reporter and page."""
    return card.provider, card.model, card.observed, card.source, page_of(card)


def data(card: RateCard) -> dict[str, Any]:
    """A card as it stands in the file."""
    from ratecards.storage.history import card_data

    owner = {name: getattr(card, name) for name in _OWNER}
    read = {"observed": str(card.observed), "capture": card.capture, "parser": card.parser}
    said = card_data(card)
    rates = [{n: str(v) if n in _BOUNDS else v for n, v in rate.items()} for rate in said.pop("rates", ())]
    return {**owner, "grade": card.grade, "of": page_of(card), **read, **said, "rates": rates}


def cards(root: str) -> list[RateCard]:
    """The cards of the dataset in `root`, in the order of the file; none where there is no file.

    Raises `DatasetError` naming the file on anything that this version does not write.
    """
    path = os.path.join(root, *FILE.split("/"))
    if not os.path.exists(path):
        return []
    try:
        found = json.loads(bounded.content(path))
        if found["version"] != 1:
            raise DatasetError(f"{path}: expected version 1, saw {found['version']!r}")
        return [_card(entry, path) for entry in found["cards"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, DatasetError):
            raise
        seen = f"{type(error).__name__}: {error}"
        raise DatasetError(f"{path}: expected the cards that are reported, saw {seen}") from error


def _card(entry: dict[str, Any], where: str) -> RateCard:
    from ratecards.storage.history import card_from

    rest = dict(entry)
    owner = {name: rest.pop(name) for name in _OWNER}
    read = {"observed": date.fromisoformat(rest.pop("observed")), **{n: rest.pop(n) for n in ("capture", "parser")}}
    grade, page = rest.pop("grade"), rest.pop("of")
    rest["rates"] = [{n: int(v) if n in _BOUNDS else v for n, v in rate.items()} for rate in rest["rates"]]
    card = card_from(rest, owner, read, where)
    if not (card.grade == grade == "reported" and page == page_of(card)):
        raise DatasetError(f"{where}: expected a report of a page by reported/<name>, saw {card.source!r} of {page!r}")
    return card


def answering(known: Iterable[RateCard], on: date) -> list[RateCard]:
    """For each provider and model the report that answers on a day, in their order.

    A report that a newer one contradicts is out, and one of another page that a report of the documentation does; of
    those that are left one that dates a price goes before one that dates none, then the one with more rates, then the
    newer.
    """
    groups: dict[tuple[str, str], list[RateCard]] = {}
    for card in sorted((card for card in known if card.observed <= on), key=_weight, reverse=True):
        groups.setdefault((card.provider, card.model), []).append(card)
    return [_answer(groups[key]) for key in sorted(groups)]


def _weight(card: RateCard) -> tuple[object, ...]:
    return card.observed, authority(page_of(card)) == "documentation", len(card.rates), page_of(card), card.source


def _answer(newest_first: Iterable[RateCard]) -> RateCard:
    said: dict[object, object] = {}
    standing: list[RateCard] = []
    for card in newest_first:
        own = {_moment(rate): (rate.price, rate.unit, rate.currency) for rate in card.rates}
        if all(said.get(key, value) == value for key, value in own.items()):
            said |= own
            standing.append(card)
    return max(standing, key=lambda card: (any(map(_dated, card.rates)), len(card.rates), card.observed))


def _dated(rate: Rate) -> bool:
    return bool(rate.effective_from or rate.effective_until)


def _moment(rate: Rate) -> object:
    return rate.join_key, rate.effective_from, rate.effective_until
