"""Carries out what `alerts` decided, and says it where else it is wanted: a webhook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scraper.automation.github import GitHub
from scraper.report.alerts import LABEL, Action, Issue, parsed

_RECENT = "100"


def known(forge: GitHub) -> list[Issue]:
    """Our issues: all that are open, and those closed last. Raises `GitHubError`, 410 where issues are disabled."""
    label = {"labels": LABEL}
    standing = forge.pages("/issues", state="open", **label)
    closed = forge.get("/issues", state="closed", sort="updated", per_page=_RECENT, **label)
    return parsed([*standing, *closed])


def carry_out(forge: GitHub, actions: Iterable[Action]) -> list[str]:
    """Do it; returns a line per issue. What is told is told before it is noted as told: twice rather than never."""
    return [f"{action.do} {_done(forge, action)}: {action.key}" for action in actions]


def _done(forge: GitHub, action: Action) -> int:
    if action.do == "open":
        made: dict[str, Any] = forge.post("/issues", {"title": action.title, "body": action.body, "labels": [LABEL]})
        return int(made["number"])
    path = f"/issues/{action.number}"
    forge.post(f"{path}/comments", {"body": action.comment})
    state: dict[str, Any] = {"comment": {}, "reopen": {"state": "open"}, "close": {"state": "closed"}}[action.do]
    title = {"title": action.title} if action.title else {}
    forge.patch(path, {**state, **title, "body": action.body})
    return action.number
