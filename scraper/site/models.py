"""The models of a site: the offers of one provider and id together, the one that answers for it first."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from urllib.parse import quote, urlsplit, urlunsplit

from ratecards.catalog.authority import DOCUMENTATION, RESELLERS, is_manual, is_witness, name_of
from ratecards.catalog.catalog import DatedCatalog
from ratecards.catalog.freshness import Age
from ratecards.catalog.priced_model import PricedModel
from ratecards.escaping import visible
from ratecards.model import MODEL_ID, RateCard
from scraper.errors import DatasetError

_NAME = re.compile(r"[a-z0-9][a-z0-9.\-]{0,63}\Z")


# What was read there is a program's answer; people find the same prices here.
_FOR_PEOPLE = {
    "google/ai-studio": "https://aistudio.google.com/",
    "google/cloud-billing": "https://cloud.google.com/skus",
}
_TWINS = (".md.txt", ".md")


class ModelPage(NamedTuple):
    """One id of one provider, and what each source says of it; the first offer is the one whose word counts."""

    provider: str
    model: str
    offers: tuple[PricedModel, ...]

    @property
    def main(self) -> PricedModel:
        """The offer that answers for the model."""
        return self.offers[0]

    @property
    def card(self) -> RateCard:
        """The card that answers for the model."""
        return self.main.card

    @property
    def path(self) -> str:
        """Where its page stands, below the site's root."""
        return page_of(self.provider, self.model)

    @property
    def aliases(self) -> tuple[str, ...]:
        """What else it is called, in any source."""
        found = (name for offer in self.offers for name in offer.card.aliases)
        return tuple(name for name in dict.fromkeys(found) if name != self.model)

    @property
    def marks(self) -> tuple[str, ...]:
        """What a reader must know beside the grade of who says its prices, and of its announced end."""
        words = ["kept by hand"] if is_manual(self.card) and self.card.grade != "by hand" else []
        documented = any(name.startswith(f"{self.provider}/") for name in DOCUMENTATION)
        words += [f"only in {self.card.source}"] if documented and is_witness(self.card) else []
        plans = {rate.plan for offer in self.offers for rate in offer.card.rates if rate.price is not None}
        words += ["free plan only"] if plans == {"free"} else []
        words += ["partly inferred"] if any(rate.reading != "exact" for rate in self.card.rates) else []
        ends = self.card.shutdown
        words += [f"shutdown announced for {ends.day}"] if ends else []
        return tuple(words)


def page_of(provider: str, model: str) -> str:
    """The path of a model's page. Raises `DatasetError` on what is no id: it becomes a file name."""
    if not _NAME.match(provider) or not MODEL_ID.match(model):
        raise DatasetError(f"expected a provider and a model id, saw {provider!r} and {model!r}")
    return f"models/{provider}/{model}.html"


def page_link(card: RateCard) -> str:
    """The address at which a person reads what a card says; empty where there is none that is safe to follow."""
    return link(_FOR_PEOPLE.get(name_of(card), card.url), card.anchor)


def link(url: str, anchor: str = "") -> str:
    """An address of a source's page as a person follows it, not of its twin; empty where it is not safe to follow."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    ending = next((twin for twin in _TWINS if parts.path.endswith(twin)), "")
    path = parts.path.removesuffix(ending)
    return visible(urlunsplit((parts.scheme, parts.netloc, path, parts.query, quote(anchor))))


def ages(shelf: DatedCatalog) -> dict[str, Age]:
    """By source, how old what it says is. On a day before its first reading it is as old as that says."""
    found: dict[str, Age] = {}
    for offer in shelf:
        age = found.get(offer.source) or shelf.age(offer.source)
        found[offer.source] = age if age.verified else age._replace(verified=offer.card.observed, days=None)
    return found


def models(offers: Iterable[PricedModel]) -> list[ModelPage]:
    """The models of some offers: makers before resellers, what the documentation has, large families, the newest."""
    groups: dict[tuple[str, str], list[PricedModel]] = defaultdict(list)
    for offer in offers:
        groups[offer.card.provider, offer.card.model].append(offer)
    found = [ModelPage(*key, tuple(sorted(group, key=_precedence))) for key, group in groups.items()]
    sizes = Counter((m.provider, _family(m.model)) for m in found)
    return sorted(found, key=lambda m: (*_provider_order(m), -sizes[m.provider, _family(m.model)], *_version(m.model)))


def _precedence(offer: PricedModel) -> tuple[bool, bool, int, str]:
    priced = sum(rate.price is not None for rate in offer.card.rates)
    return offer.source not in DOCUMENTATION, is_witness(offer.card), -priced, offer.source


def _provider_order(model: ModelPage) -> tuple[bool, bool, str, bool]:
    unpriced = all(rate.price is None for offer in model.offers for rate in offer.card.rates)
    return unpriced, model.provider in RESELLERS, model.provider, model.main.source not in DOCUMENTATION


def _family(model: str) -> str:
    match = re.match(r"[a-z]+", model)
    return match[0] if match else ""


def _version(model: str) -> tuple[str, list[int], str]:
    """Family, version with the newest first, and the rest of the name."""
    number = re.search(r"([0-9]+)(?:[.-]([0-9]{1,2})(?![0-9]))?", model)
    parts = [-int(part or 0) for part in number.groups()] if number else [0]
    return _family(model), [*parts, 0][:2], model


def moments(cards: Sequence[RateCard], day: date) -> list[date]:
    """The day, and each later one on which a dated price of the cards begins or has ended."""
    rates = [rate for card in cards for rate in card.rates]
    ends = {rate.effective_until + timedelta(days=1) for rate in rates if rate.effective_until}
    starts = {rate.effective_from for rate in rates if rate.effective_from}
    return [day, *sorted(d for d in starts | ends if d > day)]
