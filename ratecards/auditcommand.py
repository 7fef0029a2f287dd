"""`ratecards audit`: a file of somebody's prices against the cards of a day."""

from __future__ import annotations

from argparse import Namespace
from datetime import date
from importlib import import_module
from typing import Any

from ratecards.audit import ERRORS, audit
from ratecards.auditview import Audited, audit_json, audit_markdown, audit_text
from ratecards.dataset import Dataset, DatasetError, locate
from ratecards.formats.claims import Claim, Unread
from ratecards.formats.load import load
from ratecards.pastcards import PastCards

_PROVIDER = "google"
_MODULES = {
    "litellm": "litellm",
    "models.dev": "modelsdev",
    "genai-prices": "genai_prices",
    "portkey": "portkey",
    "ratecards": "table",
}
# Their files date prices.
_DATED = ("genai-prices", "ratecards")


def claims_of(name: str, data: Any, day: date) -> tuple[list[Claim], list[Unread]]:
    """What data of a format states as of a day."""
    read = import_module(f"ratecards.formats.{_MODULES[name]}").claims
    found: tuple[list[Claim], list[Unread]] = read(data, day) if name in _DATED else read(data)
    return found


def run(args: Namespace) -> str:
    """The text of the command; `args.status` becomes 1 where the file has errors."""
    file = load(args.file)
    cards = PastCards(Dataset(locate(args.dataset)), _PROVIDER, args.on, args.today)
    claims, unread = claims_of(file.format, file.data, cards.day)
    if args.source:
        source = _source(args.source, cards)
        claims = [claim for claim in claims if claim.source == source]
    if not claims and not unread:
        raise DatasetError(
            f"{file.path}: expected prices of models of {_PROVIDER}, saw none in this {file.format} file"
        )
    found = Audited(file.path, file.format, cards.day, audit(claims, unread, cards))
    args.status = int(any(finding.verdict in ERRORS for finding in found.findings))
    if args.format == "sarif":
        from ratecards.sarif import audit_sarif

        return audit_sarif(found, file.text)
    if args.format == "json":
        return audit_json(found)
    return (audit_markdown if args.format == "markdown" else audit_text)(found, everything=args.all)


def _source(name: str, cards: PastCards) -> str:
    found = name.removeprefix(f"{_PROVIDER}/")
    if found not in cards.sources:
        raise DatasetError(f"--source: expected one of {', '.join(cards.sources)}, saw {name!r}")
    return found
