"""Other projects' price files, a module or two a format: what they claim, as rows of our table, and ours as theirs.

A reader has `entries`, a writer `export`; both are imported when they are asked for.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from typing import Any

    from ratecards.audit.claims import PriceEntry
    from ratecards.model import RateCard

_READERS = {
    **dict.fromkeys(("litellm", "litellm-proxy", "truefoundry"), "litellm_reader"),
    **dict.fromkeys(("models.dev", "opencode"), "modelsdev_reader"),
    "genai-prices": "genai_prices_reader",
    "portkey": "portkey",
    "sheet": "sheet",
    "ratecards": "own_table",
}
_WRITERS = {"litellm": "litellm_writer", "models.dev": "modelsdev_writer", "genai-prices": "genai_prices_writer"}
# Their files date prices.
_DATED = ("genai-prices", "ratecards")


def read(name: str, data: Any, day: date) -> list[PriceEntry]:
    """What data of the format of that name states as of a day, entry by entry."""
    if name not in _READERS:
        described: list[PriceEntry] = import_module(f"{__name__}.forms").entries(name, data, day)
        return described
    entries = import_module(f"{__name__}.{_READERS[name]}").entries
    found: list[PriceEntry] = entries(data, day) if name in _DATED else entries(data)
    return found


def write(name: str, cards: Iterable[RateCard], on: date) -> tuple[dict[str, str], dict[str, int]]:
    """Files by path in the format of that name, and how many priced rates of the cards they do not say, by reason."""
    found: tuple[dict[str, str], dict[str, int]] = import_module(f"{__name__}.{_WRITERS[name]}").export(cards, on)
    return found
