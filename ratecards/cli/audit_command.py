"""`ratecards audit`: a file of somebody's prices against the cards of a day."""

from __future__ import annotations

from argparse import Namespace

from ratecards import formats
from ratecards.audit.audit import ERRORS, Account, audit, unjudged
from ratecards.audit.claims import PriceEntry
from ratecards.audit.past_cards import PastCards
from ratecards.audit.price_file import load
from ratecards.audit.report import Audited, audit_json, audit_markdown, audit_text, counted
from ratecards.catalog.choices import FAILING
from ratecards.errors import DatasetError

_NOT_ASKED = "of a source that was not asked for"


def run(args: Namespace) -> str:
    """The text of the command; `args.status` becomes 1 where the file has errors, or what counts as one."""
    file = load(args.file)
    cards = PastCards(args.opened, args.on, args.today)
    accounts = audit(formats.read(file.format, file.data, cards.day), cards)
    if args.source:
        source = _source(args.source, cards)
        accounts = [_asked(account, source) for account in accounts]
    if not any(account.findings for account in accounts):
        held, rest = ", ".join(cards.providers), counted(unjudged(accounts))
        raise DatasetError(
            f"{file.path}: expected prices of models of {held}, saw none in this {file.format} file: {rest}"
        )
    ages = cards.tell(
        account.entry.seller for account in accounts if account.entry.seller in cards.sources and account.findings
    )
    # a model that is only reported is no better known than one that nobody knows
    only = ("reported only",) if "unknown" in args.fail_on else ()
    failing = (*ERRORS, *(FAILING[word] for word in args.fail_on), *only)
    found = Audited(file.path, file.format, cards.day, accounts, ages, failing)
    args.status = int(any(finding.verdict in failing for finding in found.findings))
    if args.format == "sarif":
        from ratecards.audit.sarif import audit_sarif

        return audit_sarif(found, file.text)
    if args.format == "json":
        return audit_json(found)
    return (audit_markdown if args.format == "markdown" else audit_text)(found, everything=args.all)


def _source(name: str, cards: PastCards) -> str:
    found = [source for source in cards.sources if name in (source, source.partition("/")[2])]
    if len(found) != 1:
        raise DatasetError(f"--source: expected one of {', '.join(cards.sources)}, saw {name!r}")
    return found[0]


def _asked(account: Account, source: str) -> Account:
    """The account of an entry that is of a source, or of none that is known; else only that it was not asked for."""
    entry = account.entry
    if entry.seller in ("", source) or entry.why:
        return account
    return Account(PriceEntry(entry.key, entry.seller, why=_NOT_ASKED), ())
