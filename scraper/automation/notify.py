"""Alerts where people are: chats, mailboxes, phones, by address, through apprise.

The addresses hold keys. Nothing of them gets into a message or a log: while apprise works nothing is logged, and what
it says or raises is not told, only which address it was and the name of its service.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from scraper.errors import DatasetError
from scraper.report import events, messages
from scraper.report.events import Address, Event, Filter

ALERTS = "RATECARDS_ALERTS"


def addressed(environ: Mapping[str, str] = os.environ) -> list[Address]:
    """The addresses in RATECARDS_ALERTS; none without it. Raises `DatasetError`."""
    try:
        return events.addresses(environ.get(ALERTS, ""), ALERTS)
    except ValueError as error:
        raise DatasetError(str(error)) from error


def tell(to: Sequence[Address], told: Sequence[Event], link: str, wanted: Filter) -> tuple[int, list[str]]:
    """Send to each address the events that it and `wanted` let pass, as one message.

    Returns how many were told, and a line for each that could not be: one that fails keeps no other from hearing.
    """
    done, problems = 0, []
    for address in to:
        own = [event for event in told if wanted.passes(event) and address.wanted.passes(event)]
        if own and (problem := _sent(address, own, link)):
            problems.append(f"{ALERTS}, address {address.number}: {problem}")
        elif own:
            done += 1
    return done, problems


def _sent(address: Address, told: Sequence[Event], link: str) -> str:
    """Send one message; why it was not taken, or nothing."""
    try:
        import apprise
    except ImportError:
        return "expected apprise, which `make alerts` installs; saw none"
    with _quiet():
        try:
            service = apprise.Apprise.instantiate(address.url)
            if service is None:
                return "expected an address of a service that apprise knows, saw something else"
            name, most = str(service.service_name), min(messages.CHAT, int(service.body_maxlen) - 100)
            title, body = events.text(told, link, most)
            sender: Any = apprise.Apprise()
            sender.add(service)
            taken = sender.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
        except Exception as error:  # noqa: BLE001 - of many services; its words may hold the address
            return f"expected the message to be taken, saw {type(error).__name__}"
    return "" if taken else f"expected {name} to take the message, saw that it did not"


@contextmanager
def _quiet() -> Iterator[None]:
    """Within it nothing is logged or warned of."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
