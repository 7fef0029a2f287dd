"""The commands that compute: what was asked, as a table or as the breakdown of a cost."""

from __future__ import annotations

import json
import os
import re
from argparse import Namespace
from collections.abc import Callable, Mapping
from decimal import Decimal

from ratecards.catalog import freshness
from ratecards.catalog.authority import SEPARATE, is_manual, is_reseller
from ratecards.catalog.catalog import DatedCatalog
from ratecards.catalog.priced_model import PricedModel
from ratecards.costing import calls
from ratecards.costing.calls import Asked
from ratecards.costing.counts import FIELDS, usage_of
from ratecards.costing.image_sizes import Size, sizes
from ratecards.costing.usage import Answer, answers
from ratecards.errors import CostError
from ratecards.model.lifecycle import said
from ratecards.questions.bill import bill, bill_data, converted_data
from ratecards.storage import bounded, bounded_json
from ratecards.storage.bounded_json import FormatError
from ratecards.tables import Table, json_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ratecards.costing.breakdown import Breakdown
    from ratecards.costing.exchange import Converted
    from ratecards.questions.alternatives import Workload
    from ratecards.questions.budget import Work

# The answers of a day of calls have a few MB.
_MOST_BYTES = 50_000_000
_EVENT = re.compile(r"data:\s*(?P<data>.*)")
_REPR = "; Python's own words for an object? save what its model_dump_json() gives"


def run(args: Namespace) -> str:
    """The text of the command that `args` names. Raises `CostError` or `DatasetError`."""
    days = dict(args.on)
    if len(days) < len(args.on):
        raise CostError("--on: expected one date, and one for a source; saw two for the same")
    args.day = days.get("", args.today)
    args.shelf = args.opened.catalog(days.pop("", None), args.today, days)
    return _COMMANDS[args.command](args, args.shelf)


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


def _form(args: Namespace, made: Table, *offers: PricedModel) -> str:
    """A table with the ages of its rows, in the form asked for; above it who says what is only reported."""
    return _told(args.shelf, made.aged(args.shelf.tell), *offers).form(args.format, explain=args.explain)


def _told(shelf: DatedCatalog, made: Table, *offers: PricedModel) -> Table:
    """A table, above it who says what is only reported of its lines and of the models that were asked for."""
    lines = [(line.source, line.model) for row in made.rows for line in row.lines]
    says = shelf.who_says([*lines, *((offer.source, offer.card.model) for offer in offers)])
    return made._replace(first=(*says, *made.first))


def cost(args: Namespace, shelf: DatedCatalog) -> str:
    """What calls cost, by options, by saved answers, or by both."""
    counts = _counts(args)
    asked = Asked(args.model, args.tier, args.plan, args.source, args.policy, args.as_if)
    found = calls.cost(shelf, _saved(args, counts) if args.usage else [Answer(counts)], asked)
    exchanged = _converted(args, found)
    if args.format == "json":
        data = cost_data(shelf, found, asked, explain=args.explain)
        return json_text(data | (converted_data(exchanged) if exchanged else {}))
    return _form(args, bill(found, exchanged))


def _converted(args: Namespace, found: Breakdown) -> Converted | None:
    """The total in the currency that is asked for, where that is another than its own. Raises `CostError`."""
    if not args.currency or found.currency in ("", args.currency):
        return None
    from ratecards.costing.exchange import convert

    file = args.exchange or os.environ.get("RATECARDS_EXCHANGE")
    if not file:
        raise CostError("--currency: expected a file of reference rates in --exchange or RATECARDS_EXCHANGE, saw none")
    return convert(found.total, found.currency, args.currency, args.day, file)


def cost_data(shelf: DatedCatalog, found: Breakdown, asked: Asked, *, explain: bool) -> dict[str, Any]:
    """A breakdown as plain data, with its age; explained, with the words of each rate."""
    ages = shelf.tell([found.source, *(line.source for line in found.lines)])
    first = (found.calls or (found,))[0].model
    card = shelf.choose(first, asked.source, asked.policy).offer.card
    observed = max((line.observed for line in found.lines), default=card.observed)
    data = bill_data(found, explain=explain)
    says = shelf.who_says((line.source, line.model) for line in found.lines)
    only = {"grade": found.grade, "reported": says} if says else {}
    return {**only, **data, "observed": str(observed), **freshness.columns(ages)}


def _saved(args: Namespace, beside: Mapping[str, Any]) -> list[Answer]:
    """The answers of a file, with the counts among the options. Raises `CostError` naming the file."""
    data, stream = read_file(args.usage)
    try:
        return answers(data, beside, False if stream and args.each is None else args.each)
    except CostError as error:
        raise CostError(f"{'standard input' if args.usage == '-' else args.usage}: {error}") from error


def read_file(file: str) -> tuple[object, bool]:
    """What stands in a file, or for `-` on standard input, and whether it is one stream. Raises `CostError`."""
    where = "standard input" if file == "-" else file
    try:
        content = bounded.given(file, _MOST_BYTES)
    except OSError as error:
        words = "; a pipe is read as standard input: --usage -" if "a pipe" in str(error) else ""
        raise CostError(f"{where}: {error}{words}") from error
    try:
        return parsed(content.decode("utf-8-sig"), where)
    except UnicodeDecodeError as error:
        raise CostError(f"{where}: not JSON: expected UTF-8, saw {error}") from error


def parsed(text: str, where: str) -> tuple[object, bool]:
    """The value of a JSON text, the list of its lines, or that of a stream's events; and whether it was a stream."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if lines and lines[0].startswith(("data:", "event:", "id:", ":")):
        events = [found["data"] for line in lines if (found := _EVENT.match(line))]
        return [_loads(event, where) for event in events if event not in ("", "[DONE]")], True
    if len(lines) > 1 and all(map(_is_object, lines[:2])):
        return [_loads(line, f"{where}, line {number}") for number, line in _numbered(text)], False
    try:
        return _loads(text, where), False
    except CostError as error:
        raise CostError(f"{error}{_REPR * bool(re.match(r'[A-Za-z_.]+[=(]', text.strip()))}") from error


def _numbered(text: str) -> list[tuple[int, str]]:
    return [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def _loads(text: str, where: str) -> object:
    try:
        return bounded_json.loads(text, where)
    except FormatError as error:
        raise CostError(str(error)) from error


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _ending(made: Table, offer: PricedModel) -> Table:
    """A table of one model, above it the end that its page announces."""
    ends = said(offer.card.model, offer.card.shutdown, offer.day)
    return made._replace(first=(ends,)) if ends else made


def _images(args: Namespace, shelf: DatedCatalog) -> str:
    """The cost per image."""
    from ratecards.questions.image_cost import images

    named = [shelf.choose(name, args.source).offer for name in args.models]
    # beside who answers, what is kept by hand of the same model
    own = [list(shelf.offers(o.card.provider, model=o.card.model)) if not args.source else [] for o in named]
    found = [[o, *(by_hand for by_hand in more if is_manual(by_hand.card))] for o, more in zip(named, own, strict=True)]
    if bare := [offers[0].card.model for offers in found if not any(map(sizes, offers))]:
        raise CostError(f"{', '.join(bare)}: no price of an image")
    offers = [offer for offers in found for offer in offers if sizes(offer)]
    return _form(args, images(offers or _picturing(shelf, args.source), args.per_day, args.days))


def _picturing(shelf: DatedCatalog, source: str | None) -> list[PricedModel]:
    """Whoever sells images: the makers, or one source."""
    full = shelf.source(source) if source else None
    found = shelf if full else (offer for offer in shelf.sellers() if not is_reseller(offer.card))
    return [offer for offer in found if sizes(offer) and full in (None, offer.source)]


def _work(args: Namespace, offer: PricedModel) -> Work:
    """The request that is done again and again: an image where the model sells them and nothing else is said."""
    from ratecards.questions.budget import Work

    counts = _counts(args)
    said = {name: counts.pop(name) for name in ("quality", "reading") if name in counts}
    pictures = bool(sizes(offer)) and not set(counts) - {"input_tokens"}
    if not pictures and not counts:
        raise CostError(
            f"{offer.card.model} sells no images: say what a request is, as --input-tokens and --output-tokens"
        )
    size = Size(args.resolution or "", said.get("quality", ""))
    return Work(counts, pictures, size, getattr(args, "cached_share", Decimal(0)), said.get("reading", "listed"))


def _budget(args: Namespace, shelf: DatedCatalog) -> str:
    """The monthly budget: rows for programs, the matrix for people."""
    from ratecards.questions.budget import VOLUMES, budget, matrix

    choice = shelf.choose(args.model, args.source, args.policy)
    work = _work(args, choice.offer)
    made = budget(choice, work, args.per_day or VOLUMES, args.tier, args.days)
    made = _told(shelf, _ending(made, choice.offer).aged(shelf.tell))
    if args.format in ("table", "markdown"):
        made = matrix(made, "images" if work.images else "requests")
    return made.form(args.format, explain=args.explain)


def _compare(args: Namespace, shelf: DatedCatalog) -> str:
    """The same thing elsewhere."""
    from ratecards.questions.alternatives import Workload

    to = shelf.choose(args.to).offer if args.to else None
    terms = Workload(args.per_day, args.days, args.tier, to, args.day, args.region or "")
    made = comparison(shelf, args.what, _counts(args), terms, args.resolution or "")
    return made.form(args.format, explain=args.explain)


def comparison(
    shelf: DatedCatalog, what: str, counts: Mapping[str, Any], terms: Workload, resolution: str = ""
) -> Table:
    """One image, or one text request, from every seller, with ages; for programs with grades of trust at the end.

    `counts` are tokens by modality of a text request. Raises `CostError` where they are of something else.
    """
    from ratecards.questions.alternatives import compare_images, compare_text

    if what == "images":
        if counts:
            raise CostError("compare images: the tokens of a prompt are not compared")
        if terms.region:
            raise CostError("compare images: no page tells regions apart by the image; compare text --region does")
        made = compare_images([*shelf.sellers(), *shelf.reported()], terms, resolution)
    else:
        if set(counts) != {"input_tokens", "output_tokens"}:
            raise CostError("compare text: say what a request is, as --input-tokens and --output-tokens")
        output = {modality or "text": number for modality, number in counts["output_tokens"].items()}
        # the platform's list is one of its own: it has other prices by region
        lists = [offer for offer in shelf if offer.source in SEPARATE] if terms.region else []
        offers = [*shelf.sellers(), *lists, *shelf.reported()]
        made = compare_text(offers, terms, usage_of({**counts, "output_tokens": output}))
    return _told(shelf, made.aged(shelf.tell).graded())


def _savings(args: Namespace, shelf: DatedCatalog) -> str:
    """Where money can be saved."""
    from ratecards.questions.savings import Volume, savings

    choice = shelf.choose(args.model, args.source)
    volume = Volume(args.per_day, args.days, args.repeated_share, args.day)
    made = savings(choice, _work(args, choice.offer), shelf.sellers(), volume, args.tier)
    return _form(args, _ending(made, choice.offer), choice.offer)


def _limits(args: Namespace, shelf: DatedCatalog) -> str:
    """The free plan and limits: records for programs, two tables for people."""
    from ratecards.questions import limits
    from ratecards.storage.limits import read_json

    cards = read_json(args.opened.path / "v1" / "limits.json")
    offers = [shelf.choose(name).offer for name in args.models]
    every = offers or limits.models(shelf.sellers())
    records = limits.records(every, cards, alone=bool(offers)).aged(shelf.tell)
    if args.format in ("csv", "json"):
        return records.form(args.format)
    models, tiers = limits.overview(every, cards, alone=bool(offers))
    models = _told(shelf, models, *offers)
    aged = tiers._replace(notes=(*tiers.notes, *records.notes))
    return "\n".join(part.form(args.format) for part in (models, aged))


_COMMANDS: Mapping[str, Callable[[Namespace, DatedCatalog], str]] = {
    "cost": cost,
    "images": _images,
    "budget": _budget,
    "compare": _compare,
    "savings": _savings,
    "limits": _limits,
}
