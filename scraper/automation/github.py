"""The few things that are asked of GitHub, over its REST API: issues, pull requests, releases, workflows.

What is safe to repeat is repeated; what creates something is repeated only where GitHub said that it did not do it.
The token stands in a header and nowhere else.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import stamina

from ratecards.escaping import plain_text
from scraper.errors import ScrapeError
from scraper.fetch.client import RetryError, redact, trust

API = "https://api.github.com"
MOST_PAGES = 10  # of a hundred each
_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28", "User-Agent": "ratecards"}
_REPO = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+")
_TIMEOUT = httpx.Timeout(60, connect=10)
LOCAL = ("127.0.0.1", "localhost")
_LONGEST_WAIT = 120

Json = Any


class GitHubError(ScrapeError):
    """GitHub refused, or did not answer; the message has the request, the status and GitHub's own words."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True, repr=False)
class GitHub:
    """One repository. `token` may only do what the job was given; `api` is another host where tests serve it."""

    repo: str
    token: str
    api: str = API
    attempts: int = 4

    def __post_init__(self) -> None:
        url = httpx.URL(self.api)
        if not _REPO.fullmatch(self.repo):
            raise GitHubError(f"expected owner/name, saw {plain_text(self.repo)[:100]!r}")
        if url.scheme != "https" and url.host not in LOCAL:
            raise GitHubError(f"expected an https address of the API, saw {redact(self.api)}")
        if not self.token.isascii() or not self.token.isprintable():
            raise GitHubError("expected a token in plain ASCII, saw something else")

    def get(self, path: str, **query: str) -> Json:
        """The answer to a GET below the repository. Raises `GitHubError`."""
        return self.ask("GET", path, query=query)

    def pages(self, path: str, **query: str) -> list[Json]:
        """All entries of a list, a hundred at a time. Raises `GitHubError` where there are too many."""
        found: list[Json] = []
        for number in range(1, MOST_PAGES + 1):
            part = self.get(path, **query, per_page="100", page=str(number))
            found += part
            if len(part) < 100:
                return found
        raise GitHubError(f"GET {path}: expected at most {MOST_PAGES * 100} entries, saw more")

    def upload(self, address: str, name: str, file: Path) -> Json:
        """Attach a file to a release, at the address that the release gave."""
        url = httpx.URL(address.partition("{")[0])
        same = url.host in LOCAL or url.host.endswith(".github.com") or url.host == httpx.URL(self.api).host
        if not same:
            raise GitHubError(f"expected an upload address of GitHub's, saw {redact(str(url))}")
        return self.ask("POST", str(url), query={"name": name}, content=file.read_bytes())

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Json] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Json:
        """The answer to a request below the repository (or to a whole address). Raises `GitHubError`."""
        url = path if path.startswith("http") else f"{self.api}/repos/{self.repo}{path}"
        headers = {**_HEADERS, "Authorization": f"Bearer {self.token}"}
        headers |= {"Content-Type": "application/octet-stream"} if content is not None else {}
        request = httpx.Request(method, url, params=dict(query or {}), json=body, content=content, headers=headers)
        retries = stamina.RetryingCaller(self.attempts, timeout=None, wait_initial=2, wait_jitter=1, wait_max=30)
        try:
            return retries(lambda e: (e.wait or True) if isinstance(e, RetryError) else False, lambda: _send(request))
        except RetryError as error:
            raise error.verdict from error.__cause__


def _send(request: httpx.Request) -> Json:
    where = f"{request.method} {request.url.path}"
    try:
        # no proxy and no redirect: the token goes to this host alone
        with httpx.Client(timeout=_TIMEOUT, verify=trust(), trust_env=False, follow_redirects=False) as client:
            answer = client.send(request)
    except httpx.HTTPError as error:
        verdict = GitHubError(f"{where}: expected an answer, saw {type(error).__name__}")
        if request.method == "POST" and not isinstance(error, httpx.ConnectError):
            raise verdict from error  # it may have been done
        raise RetryError(verdict) from error
    if answer.is_success:
        return _json(answer, where)
    verdict = GitHubError(f"{where}: {answer.status_code} {_words(answer)}", answer.status_code)
    wait = _wait(answer)
    if wait is None or (request.method == "POST" and answer.status_code >= 500) or wait > _LONGEST_WAIT:
        raise verdict
    raise RetryError(verdict, wait)


def _json(answer: httpx.Response, where: str) -> Json:
    try:
        return answer.json() if answer.content else None
    except ValueError as error:
        raise GitHubError(f"{where}: expected JSON, saw {len(answer.content)} bytes of something else") from error


def _wait(answer: httpx.Response) -> float | None:
    """Seconds after which another attempt may help, 0 for the usual ones; None where none will."""
    asked = answer.headers.get("retry-after", "")
    if answer.status_code in (429, 403) and asked.isascii() and asked.isdigit():
        return float(asked)
    return 0 if answer.status_code == 429 or answer.status_code >= 500 else None


def _words(answer: httpx.Response) -> str:
    """What GitHub says of it: `message` and the first of its `errors`."""
    try:
        said = answer.json()
        more = [e.get("message", e.get("code", "")) for e in said.get("errors", ()) if isinstance(e, dict)]
        words = "; ".join([str(said["message"]), *map(str, more[:3])])
    except (ValueError, KeyError, AttributeError, TypeError):
        words = answer.reason_phrase
    return plain_text(redact(words))[:300]


def from_environment(environ: Mapping[str, str] = os.environ) -> GitHub | None:
    """The repository a workflow runs for; None where there is no token, as on a machine of one's own."""
    token, repo = environ.get("GITHUB_TOKEN", "").strip(), environ.get("GITHUB_REPOSITORY", "")
    return GitHub(repo, token, environ.get("GITHUB_API_URL") or API) if token and repo else None
