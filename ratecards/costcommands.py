"""The commands that compute: what was asked, as one of the sheets T1 to T6 or as the breakdown of a cost."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from ratecards import bounded, limitsjson, limitsview, sheet
from ratecards.asof import DatedShelf
from ratecards.bill import bill, bill_data
from ratecards.breakdown import price
from ratecards.budget import VOLUMES, Work, budget, matrix
from ratecards.dataset import Dataset, locate
from ratecards.elsewhere import Terms, compare_images, compare_text
from ratecards.figures import Sheet
from ratecards.images import images
from ratecards.offers import Offer
from ratecards.pictures import Size, sizes
from ratecards.render import json_value
from ratecards.savings import Volume, savings
from ratecards.sellers import is_reseller
from ratecards.usage import COUNTS, FIELDS, CostError, read

# The usage of a day of calls has a few MB.
_MOST_USAGE = 50_000_000


def run(args: Namespace) -> str:
    """The text of the command that `args` names. Raises `CostError` or `DatasetError`."""
    days = dict(args.on)
    if len(days) < len(args.on):
        raise CostError("--on: expected one date, and one for a source; saw two for the same")
    dataset = Dataset(locate(args.dataset))
    args.day = days.get("", args.today)
    return _COMMANDS[args.command](args, DatedShelf(dataset, days.pop("", None), days, args.today))


def _counts(args: Namespace) -> dict[str, Any]:
    """The plain counts and words among the options."""
    found: dict[str, Any] = {}
    for name in FIELDS:
        value = getattr(args, name, None)
        if isinstance(value, list):
            if len(dict(value)) < len(value):
                raise CostError(f"--{name.replace('_', '-')}: the same kind is given twice")
            value = dict(value)
        if value is not None:
            found[name] = value
    return found


def _form(args: Namespace, made: Sheet) -> str:
    return sheet.form(made, args.format, explain=args.explain)


def cost(args: Namespace, shelf: DatedShelf) -> str:
    """What a usage costs, by options, by a saved response, or by both."""
    counts = _counts(args)
    notes: tuple[str, ...] = ()
    if args.usage:
        from ratecards import metadata

        where = "standard input" if args.usage == "-" else args.usage
        try:
            content = bounded.given(args.usage, _MOST_USAGE)
        except OSError as error:
            words = "; a pipe is read as standard input: --usage -" if "a pipe" in str(error) else ""
            raise CostError(f"{where}: {error}{words}") from error
        saved, notes = metadata.parsed(content, where)
        if both := [name for name in saved if name in counts and name in COUNTS]:
            raise CostError(f"{both[0]} stands in the usage and among the options")
        counts = saved | counts
    usage = read(counts)
    choice = shelf.choose(args.model, args.source, args.policy)
    found = price(choice, usage._replace(notes=(*usage.notes, *notes)), args.tier, args.plan)
    if args.format == "json":
        return json_value(bill_data(found, explain=args.explain))
    return _form(args, bill(found))


def _images(args: Namespace, shelf: DatedShelf) -> str:
    """T1."""
    offers = [shelf.choose(name, args.source).offer for name in args.models]
    if bare := [offer.card.model for offer in offers if not sizes(offer)]:
        raise CostError(f"{', '.join(bare)}: no price of an image")
    return _form(args, images(offers or _picturing(shelf, args.source), args.per_day, args.days))


def _picturing(shelf: DatedShelf, source: str | None) -> list[Offer]:
    """Whoever sells images: the makers, or one source."""
    full = shelf.source(source) if source else None
    found = shelf if full else (offer for offer in shelf.sellers() if not is_reseller(offer.card))
    return [offer for offer in found if sizes(offer) and full in (None, offer.source)]


def _work(args: Namespace, offer: Offer) -> Work:
    """The request that is done again and again: an image where the model sells them and nothing else is said."""
    counts = _counts(args)
    said = {name: counts.pop(name) for name in ("quality", "reading") if name in counts}
    pictures = bool(sizes(offer)) and not set(counts) - {"input_tokens"}
    if not pictures and not counts:
        raise CostError(
            f"{offer.card.model} sells no images: say what a request is, as --input-tokens and --output-tokens"
        )
    size = Size(args.resolution or "", said.get("quality", ""))
    return Work(counts, pictures, size, getattr(args, "cached_share", Decimal(0)), said.get("reading", "listed"))


def _budget(args: Namespace, shelf: DatedShelf) -> str:
    """T3: rows for programs, the matrix for people."""
    choice = shelf.choose(args.model, args.source, args.policy)
    work = _work(args, choice.offer)
    made = budget(choice, work, args.per_day or VOLUMES, args.tier, args.days)
    people = args.format in ("table", "markdown")
    return _form(args, matrix(made, "images" if work.images else "requests") if people else made)


def _compare(args: Namespace, shelf: DatedShelf) -> str:
    """T4."""
    to = shelf.choose(args.to).offer if args.to else None
    terms = Terms(args.per_day, args.days, args.tier, to, args.day)
    counts = _counts(args)
    if args.what == "images":
        if counts:
            raise CostError("compare images: the tokens of a prompt are not compared")
        return _form(args, compare_images(shelf.sellers(), terms, args.resolution or ""))
    if set(counts) != {"input_tokens", "output_tokens"}:
        raise CostError("compare text: say what a request is, as --input-tokens and --output-tokens")
    output = {modality or "text": number for modality, number in counts["output_tokens"].items()}
    return _form(args, compare_text(shelf.sellers(), terms, read({**counts, "output_tokens": output})))


def _savings(args: Namespace, shelf: DatedShelf) -> str:
    """T5."""
    choice = shelf.choose(args.model, args.source)
    volume = Volume(args.per_day, args.days, args.repeated_share, args.day)
    return _form(args, savings(choice, _work(args, choice.offer), shelf.sellers(), volume, args.tier))


def _limits(args: Namespace, shelf: DatedShelf) -> str:
    """T6: records for programs, two tables for people."""
    cards = limitsjson.read(locate(args.dataset) / "v1" / "limits.json")
    offers = [shelf.choose(name).offer for name in args.models]
    every = offers or limitsview.models(shelf.sellers())
    if args.format in ("csv", "json"):
        return sheet.form(limitsview.records(every, cards, alone=bool(offers)), args.format)
    return "\n".join(sheet.form(part, args.format) for part in limitsview.overview(every, cards, alone=bool(offers)))


_COMMANDS: Mapping[str, Callable[[Namespace, DatedShelf], str]] = {
    "cost": cost,
    "images": _images,
    "budget": _budget,
    "compare": _compare,
    "savings": _savings,
    "limits": _limits,
}
