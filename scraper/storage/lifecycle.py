"""The card of a page of lifecycles, `cards/google/deprecations/lifecycle.yaml` (`FORM`), and what is published."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from ratecards.model import COPIED, MODEL_ID, RateCard
from ratecards.model.lifecycle import Lifecycle, by_offer, of_model
from ratecards.storage.codec import CodecError
from scraper.storage.facts import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleCard:
    """All that a page of lifecycles says, an entry a model, in the page's order; head fields as in `RateCard`."""

    provider: str
    source: str
    name: str
    url: str
    observed: date | None = None
    capture: str = ""
    parser: str
    models: tuple[Lifecycle, ...] = ()


def _check(card: LifecycleCard, where: str) -> None:
    """What must hold between the fields of a card. Raises `CodecError`."""
    names = [one.model for one in card.models]
    if len(set(names)) != len(names):
        raise CodecError(f"{where}: one model stands twice")
    for one in card.models:
        if not MODEL_ID.match(one.model) or (one.shutdown and one.earliest):
            raise CodecError(f"{where}: {one.model}: not a model with one day or none")


FORM = Form("lifecycles", LifecycleCard, {"models": Lifecycle}, _check)


def data(cards: Iterable[LifecycleCard]) -> dict[str, Any]:
    """What the file holds: a version and the entries of all cards with the page that says them; days are ISO dates."""
    return {"version": 1, "lifecycle": [_plain(one) for card in cards for one in entries(card)]}


def entries(card: LifecycleCard) -> list[Lifecycle]:
    """The entries of a card as `ratecards.model.lifecycle.read` gives them."""
    copied = card.parser.startswith(COPIED)
    return [replace(one, provider=card.provider, source=card.source, copied=copied) for one in card.models]


def attached(cards: Iterable[RateCard], entries: Iterable[Lifecycle]) -> list[RateCard]:
    """The cards with what the entries say of their models' days."""
    facts = by_offer(entries)
    return [
        replace(card, lifecycle=of_model(facts.get(f"{card.provider}/{card.source}", {}), (card.model, *card.aliases)))
        for card in cards
    ]


def _plain(one: Lifecycle) -> dict[str, object]:
    return {f.name: value if value is True else str(value) for f in fields(one) if (value := getattr(one, f.name))}


def dated(new: LifecycleCard, before: LifecycleCard | None, recorded: str, unread: Iterable[str]) -> LifecycleCard:
    """A card as read, each entry with the day since when it says what it says: one that says the same stays as it was.

    `unread` are the titles of sections that were not understood as a whole: what stood in them and is read nowhere
    stays, too. So does what was said of a model whose end has passed, with the day since when it is gone from the page.
    """
    known = {one.model: one for one in before.models} if before else {}
    found = [_since(replace(one, observed=new.observed, recorded=recorded), known.get(one.model)) for one in new.models]
    read, lost = {one.model for one in found}, set(unread)
    for one in (one for one in known.values() if one.model not in read):
        if one.locator.rpartition(" / ")[0] in lost or one.gone:
            found.append(one)
        elif (end := one.shutdown or one.earliest) and new.observed and end <= new.observed:
            found.append(replace(one, gone=new.observed))
    return replace(new, models=tuple(found))


def moved(new: LifecycleCard, before: LifecycleCard) -> list[tuple[Lifecycle | None, Lifecycle]]:
    """The models whose end is announced otherwise than before, each as it was and as it is; in the page's order.

    A model that is new there counts where a day binds it.
    """
    known = {one.model: one for one in before.models}
    pairs = [(known.get(one.model), one) for one in new.models]
    return [
        (old, one)
        for old, one in pairs
        if (one.shutdown if old is None else (old.shutdown, old.earliest) != (one.shutdown, one.earliest))
    ]


def _since(new: Lifecycle, before: Lifecycle | None) -> Lifecycle:
    said = ("offer", "release", "shutdown", "earliest", "successor")
    return (
        before
        if before and not before.gone and all(getattr(new, name) == getattr(before, name) for name in said)
        else new
    )
