"""Prices that no fetched page prints, kept by a person: one file per dated edition.

`manual/<provider>/<source>/<observed>.yaml` says where and when something was seen and in which words; its cards are
in the card codec's own vocabulary and go through the same checks. Each is marked: the fact `manual` gives the reason.

`manual/reported/<name>/<observed>.yaml` holds what a third party says that somebody's page says: each of its cards
names that page's source as `of` (`google/gemini-api`), is that provider's, and of the source `reported/<name>`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from ratecards.catalog import reported
from ratecards.model import Rate, RateCard, canonical_order, plain
from ratecards.model.grade import AUTHORITY, GRADES
from ratecards.storage import codec, strict_yaml
from scraper.errors import DatasetError
from scraper.model import Provenance
from scraper.prices.lexicon import COUNTED
from scraper.storage import card_files

PARSER = "manual-1"
MARK = "manual"
REPORTED = "reported"
SCHEMA = 1
_WORDS = ("url", "observed", "as_of", "reason")
_NAME = re.compile(r"[a-z0-9][a-z0-9\-]*\Z")


@dataclass(frozen=True, slots=True)
class ManualEdition:
    """One file: what was seen of one source on one day, as cards by model."""

    provider: str
    source: str
    as_of: str
    provenance: Provenance
    cards: Mapping[str, RateCard]
    # of what is only reported, all cards: one page may be reported of a model beside another
    reported: tuple[RateCard, ...] = ()

    @property
    def name(self) -> str:
        """`provider/source`; of what is only reported `reported/<name>`."""
        return f"{self.provider}/{self.source}"

    @property
    def observed(self) -> date:
        """The day it was seen."""
        return self.provenance.observed


def load(root: Path) -> list[ManualEdition]:
    """Every edition below `root`, by source and day. Raises `DatasetError` naming the file and what is wrong in it."""
    return sorted(_editions(root), key=lambda edition: (edition.name, edition.observed))


def _editions(root: Path) -> Iterator[ManualEdition]:
    for path in sorted(root.rglob("*")):
        where = path.relative_to(root)
        if path.is_dir() or path.name == "README.md":
            continue
        if len(where.parts) != 3 or path.suffix != ".yaml":
            raise DatasetError(f"{path}: expected <provider>/<source>/<date>.yaml below {root}")
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise DatasetError(f"{path}: expected UTF-8, saw {error}") from error
        yield read(text, where.parts[0], where.parts[1], path.stem, str(path))


def read(text: str, provider: str, source: str, day: str, where: str) -> ManualEdition:
    """One edition from its text; `day` is what the file is named by. Raises `DatasetError`."""
    try:
        data = strict_yaml.load(text, where)
        head = _head(data, provider, source, day, where)
        digest = hashlib.sha256(text.encode()).hexdigest()
        provenance = Provenance(head["url"], digest, date.fromisoformat(day), None, PARSER)
        owners = [_owner(entry, provider, source, where) for entry in data["cards"]]
        found = [_card(*pair, head, provenance, where) for pair in zip(data["cards"], owners, strict=True)]
    except (strict_yaml.StrictYamlError, codec.CodecError) as error:
        raise DatasetError(str(error)) from error
    if len({(card.model, reported.page_of(card)) for card in found}) < len(found) or not found:
        raise DatasetError(f"{where}: expected one card per model, saw {[card.model for card in found]}")
    only = tuple(found) if provider == REPORTED else ()
    return ManualEdition(provider, source, head["as_of"], provenance, {card.model: card for card in found}, only)


def _owner(entry: Mapping[str, Any], provider: str, source: str, where: str) -> tuple[str, str, str]:
    """The provider and the source of a card, and the page that it is a report of. Raises `DatasetError`."""
    page = entry.get("of", "")
    if (provider == REPORTED) != bool(page):
        raise DatasetError(f"{where}: expected `of` in a card that is reported and in no other, saw {page!r}")
    if not page:
        return provider, source, ""
    if GRADES.get(AUTHORITY.get(page, "")) != "official":
        raise DatasetError(f"{where}: expected `of` to name a source that is official, saw {page!r}")
    return page.partition("/")[0], f"{REPORTED}/{source}", page


def _head(data: object, provider: str, source: str, day: str, where: str) -> dict[str, str]:
    """What stands above the cards, checked."""
    if not isinstance(data, dict) or set(data) != {"schema", *_WORDS, "cards"} or data["schema"] != SCHEMA:
        seen = list(data) if isinstance(data, dict) else type(data).__name__
        raise DatasetError(f"{where}: expected schema {SCHEMA} with {', '.join(_WORDS)} and cards, saw {seen}")
    head = {name: data[name] for name in _WORDS}
    if not all(isinstance(words, str) and words.strip() for words in head.values()):
        raise DatasetError(f"{where}: expected words in {', '.join(_WORDS)}, saw {head}")
    if not (_NAME.match(provider) and _NAME.match(source)):
        raise DatasetError(f"{where}: {provider}/{source} is not the name of a source")
    if not _is_day(day) or head["observed"] != day:
        raise DatasetError(f"{where}: expected a file named by its observed day, saw {head['observed']}")
    if not head["url"].startswith("https://"):
        raise DatasetError(f"{where}: expected an https address, saw {head['url']!r}")
    if not isinstance(data["cards"], list) or not all(isinstance(entry, dict) for entry in data["cards"]):
        raise DatasetError(f"{where}: expected a list of cards")
    return head


def _is_day(day: str) -> bool:
    try:
        return date.fromisoformat(day).isoformat() == day
    except ValueError:
        return False


def _card(
    entry: Mapping[str, Any], owner: tuple[str, str, str], head: Mapping[str, str], provenance: Provenance, where: str
) -> RateCard:
    """A card as the codec reads it; the head's words become facts. Raises `CodecError` or `DatasetError`."""
    own = {"provider", "source", "url", "observed", "capture", "parser", "last_updated"} & set(entry)
    facts = entry.get("facts") or {}
    if own or not isinstance(facts, dict) or {MARK, "as of", reported.OF} & set(facts):
        raise DatasetError(f"{where}: {', '.join(sorted(own)) or 'the facts'} of a card: the head says this for all")
    provider, source, page = owner
    said = {MARK: head["reason"], "as of": head["as_of"], **({reported.OF: page} if page else {})}
    card = card_files.card_from(
        {
            **{name: value for name, value in entry.items() if name != "of"},
            "facts": dict(sorted({**facts, **said}.items())),
            "provider": provider,
            "source": source,
            "url": head["url"],
            "observed": head["observed"],
            "capture": f"sha256:{provenance.sha256}",
            "parser": PARSER,
        },
        where,
    )
    for rate in card.rates:
        _prove(rate, where)
    return replace(card, rates=tuple(sorted(card.rates, key=canonical_order)))


def _prove(rate: Rate, where: str) -> None:
    """The price of a rate must stand in the words it is said to be read from. Raises `DatasetError`."""
    quote, place = rate.evidence.quote, f"{where}: {rate.evidence.locator}"
    if not quote.strip() or (rate.price and not _says(quote, rate.price)):
        raise DatasetError(f"{place}: the quote {quote!r} does not say {rate.price}")
    if rate.price is None and COUNTED.search(quote):
        raise DatasetError(f"{place}: {rate.availability}, but the quote {quote!r} names an amount")


def _says(quote: str, price: Decimal) -> bool:
    """Whether a number of the quote is the price, in whatever decimals; a part of a date is not."""
    words = plain(price)
    zeros = "0*" if "." in words else r"(?:\.0+)?"
    grouped = re.sub(r"(?<=[0-9]),(?=[0-9]{3}\b)", "", quote)
    return re.search(rf"(?<![0-9.\-]){re.escape(words)}{zeros}(?![0-9]|[.,\-][0-9])", grouped) is not None
