"""The webhook: one JSON value to one address, for Slack, a mail gateway, or a program of one's own."""

from __future__ import annotations

import os
from collections.abc import Mapping

import httpx
import stamina

from scraper.errors import FetchFailed
from scraper.fetch.client import trust

ADDRESS = "RATECARDS_WEBHOOK"
_LOCAL = ("127.0.0.1", "localhost")


def send(payload: Mapping[str, object], environ: Mapping[str, str] = os.environ) -> bool:
    """POST the payload to the address in RATECARDS_WEBHOOK; False where there is none.

    The address is a secret (Slack's holds its key) and stands in no message. Raises `FetchFailed`.
    """
    address = environ.get(ADDRESS, "").strip()
    if not address:
        return False
    try:
        url = httpx.URL(address)
        fine = url.scheme == "https" or url.host in _LOCAL
    except httpx.InvalidURL:
        fine = False
    if not fine:
        raise FetchFailed(f"{ADDRESS}: expected an https address, saw something else")
    retries = stamina.RetryingCaller(3, timeout=None, wait_initial=2, wait_max=20)
    try:
        answer = retries(httpx.ConnectError, lambda: _post(url, payload))
    except httpx.HTTPError as error:
        raise FetchFailed(f"{ADDRESS}: expected an answer, saw {type(error).__name__}") from None
    if not answer.is_success:
        raise FetchFailed(f"{ADDRESS}: expected it to be taken, saw status {answer.status_code}")
    return True


def _post(url: httpx.URL, payload: Mapping[str, object]) -> httpx.Response:
    with httpx.Client(timeout=30, verify=trust(), trust_env=False, follow_redirects=False) as client:
        return client.post(url, json=dict(payload))
