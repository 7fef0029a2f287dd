"""Carries out what `alerts` decided: issues on GitHub, and the webhook, one JSON value to one address."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

import httpx
import stamina

from scraper.automation.github import LOCAL, GitHub, GitHubError
from scraper.errors import DatasetError, FetchFailed
from scraper.fetch.client import trust
from scraper.report.alerts import LABEL, Action, Issue, parsed

WEBHOOK = "RATECARDS_WEBHOOK"
_RECENT = "100"
_GONE = 410


def known(forge: GitHub | None) -> list[Issue]:
    """Our issues: all that are open, and those closed last. Raises `GitHubError`.

    None without GitHub, or where a repository has its issues disabled, as forks do.
    """
    if forge is None:
        return []
    label = {"labels": LABEL}
    try:
        still_open = forge.pages("/issues", state="open", **label)
        closed = forge.get("/issues", state="closed", sort="updated", per_page=_RECENT, **label)
    except GitHubError as error:
        if error.status == _GONE:
            return []
        raise
    return parsed([*still_open, *closed])


def carry_out(forge: GitHub, actions: Iterable[Action]) -> list[str]:
    """Carry out each action; returns a line for each. Raises `GitHubError`, `DatasetError` where issues are disabled.

    A comment is made before the issue's body notes it: after a crash it comes twice rather than never.
    """
    try:
        return [f"{action.do} {_done(forge, action)}: {action.key}" for action in actions]
    except GitHubError as error:
        if error.status == _GONE:
            raise DatasetError(f"{error}: enable issues under Settings, General, to hear of broken pages") from error
        raise


def _done(forge: GitHub, action: Action) -> int:
    if action.do == "open":
        new = {"title": action.title, "body": action.body, "labels": [LABEL]}
        return int(forge.ask("POST", "/issues", new)["number"])
    path = f"/issues/{action.number}"
    forge.ask("POST", f"{path}/comments", {"body": action.comment})
    state: dict[str, Any] = {"comment": {}, "reopen": {"state": "open"}, "close": {"state": "closed"}}[action.do]
    title = {"title": action.title} if action.title else {}
    forge.ask("PATCH", path, {**state, **title, "body": action.body})
    return action.number


def tell_webhook(payload: Mapping[str, object], environ: Mapping[str, str] = os.environ) -> bool:
    """POST a JSON value to the address in RATECARDS_WEBHOOK, for Slack or a program of one's own; False without one.

    The address is a secret (Slack's holds its key) and stands in no message. Raises `FetchFailed`.
    """
    address = environ.get(WEBHOOK, "").strip()
    if not address:
        return False
    try:
        url = httpx.URL(address)
        fine = url.scheme == "https" or url.host in LOCAL
    except httpx.InvalidURL:
        fine = False
    if not fine:
        raise FetchFailed(f"{WEBHOOK}: expected an https address, saw something else")
    retries = stamina.RetryingCaller(3, timeout=None, wait_initial=2, wait_max=20)
    try:
        answer = retries(httpx.ConnectError, lambda: _post(url, payload))
    except httpx.HTTPError as error:
        raise FetchFailed(f"{WEBHOOK}: expected an answer, saw {type(error).__name__}") from None
    if not answer.is_success:
        raise FetchFailed(f"{WEBHOOK}: expected it to be taken, saw status {answer.status_code}")
    return True


def _post(url: httpx.URL, payload: Mapping[str, object]) -> httpx.Response:
    with httpx.Client(timeout=30, verify=trust(), trust_env=False, follow_redirects=False) as client:
        return client.post(url, json=dict(payload))
