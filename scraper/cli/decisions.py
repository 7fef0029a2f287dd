"""What a person adds to what pages say: cards kept by hand, decisions on differences, a word on what is held."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping

from ratecards.escaping import plain_text
from scraper.cli.run import moment, writing
from scraper.errors import DatasetError, UsageError
from scraper.model import Hold
from scraper.publish.dataset import Dataset
from scraper.sources import SOURCES


def manual(options: argparse.Namespace) -> int:
    """Take in the cards that a person keeps, each edition at its own day."""
    from scraper.pipeline.decide import publish_manual

    with writing(options.to) as dataset:
        for name, day, count, paths in publish_manual(dataset, options.folder, moment(options.now)):
            print(f"{name} {day}: {count} changes, wrote {len(paths)} files")
    return 0


def reported(options: argparse.Namespace) -> int:
    """Take in what another project's price file says of models that no official card has; or how right it was."""
    from scraper.pipeline.reported import publish

    if options.record:
        return _record(Dataset(options.to))
    if not (options.project and options.file and options.date and options.as_of):
        raise UsageError("expected PROJECT FILE --date DAY --as-of WORDS, or --record")
    with writing(options.to) as dataset:
        result, count = publish(dataset, options.project, options.file, options.date.date(), options.as_of)
        print(f"reported/{options.project} {options.date:%Y-%m-%d}: {count} cards, wrote {len(result.commit())} files")
    return 0


def _record(dataset: Dataset) -> int:
    """A line for each reporter, and one for each model and each price that was reported otherwise than it came."""
    from scraper.publish.reported import cards, record

    entries = record(dataset, cards(dataset), {})
    for reporter in sorted({entry.reporter for entry in entries}):
        own = [entry for entry in entries if entry.reporter == reporter]
        right, wrong, days = sum(e.right for e in own), sum(e.wrong for e in own), [e.days_ahead for e in own]
        early = f"{min(days)} to {max(days)} days ahead"
        print(f"{reporter}: {len(own)} models, {early}, {right} of {right + wrong} prices right")
        for entry in own:
            said = f"reported {entry.reported}, on {entry.of} {entry.official}"
            print(plain_text(f"  {entry.model}: {said}, {entry.right} right, {entry.wrong} wrong"))
            for found in entry.differences:
                what = " ".join(filter(None, (found.service_tier, found.meter, found.modality)))
                print(plain_text(f"    {what}: reported {found.said}, was {found.was}"))
    if not entries:
        print("no page has come to hold a model that was reported before")
    return 0


def accept(options: argparse.Namespace) -> int:
    """A person says that this difference is as it should be, for exactly these values."""
    return _decide(options, "accepted")


def explain(options: argparse.Namespace) -> int:
    """A person says why two sources differ."""
    return _decide(options, "explained")


def _decide(options: argparse.Namespace, state: str) -> int:
    from scraper.pipeline.decide import decide

    with writing(options.to) as dataset:
        try:
            result = decide(dataset, options.id, state, options.because, moment(options.now).date())
        except KeyError as error:
            raise UsageError(error.args[0]) from error
        print(f"{state} {options.id}; wrote {len(result.commit())} files")
    return 0


def _holds(dataset: Dataset) -> tuple[dict[str, Mapping[str, Hold]], int]:
    """By source, what is held, and the exit status: a damaged state is said, and hides no other."""
    found: dict[str, Mapping[str, Hold]] = {}
    code = 0
    for source in SOURCES:
        try:
            found[source.name] = dataset.state(source.name).holds
        except DatasetError as error:
            print(f"confirm: {error}", file=sys.stderr)
            code = 1
    return found, code


def confirm(options: argparse.Namespace) -> int:
    """A person says that what is held is right; without an id, what is held."""
    from scraper.pipeline.decide import confirm as settle

    if not options.id:
        holds, code = _holds(Dataset(options.to))
        for name, found in holds.items():
            for key, hold in sorted(found.items()):
                marked = "; confirmed, waits to be read again" if hold.confirmed else ""
                print(plain_text(f"{key} {name}: {hold.what}; since {hold.since}{marked}"))
        if not any(holds.values()):
            print("nothing is held")
        return code
    if not options.because:
        raise UsageError(f"why is {options.id} right? --because WORDS")
    with writing(options.to) as dataset:
        try:
            names, today = [s.name for s in SOURCES], moment(options.now).date()
            name, what, result = settle(dataset, names, options.id, options.because, today)
        except KeyError as error:
            raise UsageError(error.args[0]) from error
        result.commit()
    print(plain_text(f"confirmed {options.id}: {name}: {what}; the next look that reads it again publishes it"))
    return 0
