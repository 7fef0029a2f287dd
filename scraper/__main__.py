"""The workshop: `python -m scraper COMMAND`."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from importlib import import_module

from ratecards.cli import console
from scraper.cli.parser import parser
from scraper.errors import ScrapeError, UsageError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is the verdict's."""
    return console.run(lambda: _main(argv), "scraper", 1)


def _main(argv: Sequence[str] | None) -> int:
    options = parser().parse_args(argv)
    try:
        return int(getattr(import_module(options.module), options.command)(options))
    except (ScrapeError, UsageError) as error:
        console.say(f"{options.command}: {error}")
        return 2 if isinstance(error, UsageError) else 1


if __name__ == "__main__":
    # each attempt's end is told with the verdict; the retries in between are nobody's news
    logging.getLogger("stamina").setLevel(logging.ERROR)
    sys.exit(main())
