"""`ratecards audit`: a file of somebody's prices against the cards of a day."""

from __future__ import annotations

from argparse import Namespace

from ratecards import formats
from ratecards.audit.audit import ERRORS, Account, PastCards, audit, unjudged
from ratecards.audit.claims import PriceEntry
from ratecards.audit.report import Audited, audit_json, audit_markdown, audit_text, counted
from ratecards.catalog.choices import FAILING
from ratecards.errors import DatasetError
from ratecards.formats.price_file import PriceFile, load

_NOT_ASKED = "of a source that was not asked for"


def run(args: Namespace) -> str:
    """The text of the command; `args.status` becomes 1 where a file has errors, or what counts as one."""
    cards = PastCards(args.opened, args.on, args.today)
    files = [load(name) for name in args.file]
    done = [_audited(file, args, cards) for file in files]
    args.status = int(any(finding.verdict in found.failing for found in done for finding in found.findings))
    texts = [file.text for file in files]
    if args.format in ("sarif", "github"):
        from ratecards.audit.sarif import audit_github, audit_sarif

        return (audit_sarif if args.format == "sarif" else audit_github)(list(zip(done, texts, strict=True)))
    if args.format == "json":
        return audit_json(done)
    text = audit_markdown if args.format == "markdown" else audit_text
    return "\n".join(text(found, everything=args.all) for found in done)


def _audited(file: PriceFile, args: Namespace, cards: PastCards) -> Audited:
    """What was found of a file. Raises `DatasetError` where it has no price of a seller that is held."""
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
    return Audited(file.path, file.format, cards.day, accounts, ages, failing)


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
