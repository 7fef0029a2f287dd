"""A GitHub on 127.0.0.1: issues, pull requests, releases and workflows of one repository, kept in memory."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from scraper.automation.github import GitHub

REPO = "somebody/rates"
TOKEN = "ghs_a-token-that-must-not-be-printed"


@dataclass
class Forge:
    """The state of the repository, and what was asked of it."""

    issues: dict[int, dict[str, Any]] = field(default_factory=dict)
    pulls: dict[int, dict[str, Any]] = field(default_factory=dict)
    comments: list[tuple[int, str]] = field(default_factory=list)
    releases: dict[int, dict[str, Any]] = field(default_factory=dict)
    contents: dict[int, bytes] = field(default_factory=dict)
    workflows: dict[str, str] = field(default_factory=dict)
    hooks: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    # scripted answers by "METHOD /path", used up first
    answers: dict[str, list[Response]] = field(default_factory=dict)
    api: str = ""
    disabled: bool = False
    immutable: bool = False
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def client(self) -> GitHub:
        """A client of this repository."""
        return GitHub(REPO, TOKEN, self.api)

    def environment(self, monkeypatch) -> None:
        """The variables that a workflow's step has."""
        values = {"GITHUB_TOKEN": TOKEN, "GITHUB_REPOSITORY": REPO, "GITHUB_API_URL": self.api}
        values |= {"GITHUB_SERVER_URL": "https://github.example", "GITHUB_RUN_ID": "7"}
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    def open_issues(self) -> dict[int, str]:
        """The titles of the open issues by number."""
        return {n: i["title"] for n, i in self.issues.items() if i["state"] == "open"}

    def serve(self, server: HTTPServer) -> Forge:
        """Answer on a server."""
        self.api = server.url_for("").rstrip("/")
        server.expect_request("/hook").respond_with_handler(self._hook)
        server.expect_request(re.compile(r"^/(repos|upload)/.*")).respond_with_handler(self._answer)
        return self

    def _hook(self, request: Request) -> Response:
        self.hooks.append(json.loads(request.get_data()))
        return Response("ok")

    def _answer(self, request: Request) -> Response:
        path = request.path.removeprefix(f"/repos/{REPO}")
        self.asked.append(f"{request.method} {path}")
        if queue := self.answers.get(f"{request.method} {path}"):
            return queue.pop(0)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _json({"message": "Bad credentials"}, 401)
        _, kind, *rest = path.split("/")
        query = {k: v[0] for k, v in parse_qs(request.query_string.decode()).items()}
        if kind == "upload":
            return self._upload(int(rest[0]), query["name"], request.get_data())
        body = json.loads(request.get_data() or b"{}")
        answer: Response = getattr(self, f"_{kind}")(request.method, rest, query, body)
        return answer

    def _issues(self, method: str, rest: list[str], query: dict, body: dict) -> Response:
        if self.disabled:
            return _json({"message": "Issues has been disabled in this repository."}, 410)
        if rest and rest[-1] == "comments":
            self.comments.append((int(rest[0]), body["body"]))
            return _json({"id": 1}, 201)
        if method == "GET":
            found = [i for i in self.issues.values() if query["state"] in ("all", i["state"])]
            found = [i for i in found if query["labels"] in i["labels"]]
            return _json(_page(found, query))
        if method == "POST":
            number = next(self.numbers)
            self.issues[number] = {"number": number, "state": "open", **body}
            return _json(self.issues[number], 201)
        self.issues[int(rest[0])].update(body)
        return _json(self.issues[int(rest[0])])

    def _pulls(self, method: str, rest: list[str], query: dict, body: dict) -> Response:
        if method == "GET":
            head = query["head"].partition(":")[2]
            found = [p for p in self.pulls.values() if (p["state"], p["head"]) == (query["state"], head)]
            return _json(found)
        if method == "POST":
            number = next(self.numbers)
            self.pulls[number] = {"number": number, "state": "open", **body}
            return _json(self.pulls[number], 201)
        self.pulls[int(rest[0])].update(body)
        return _json(self.pulls[int(rest[0])])

    def _releases(self, method: str, rest: list[str], query: dict, body: dict) -> Response:
        if method == "GET":
            return _json(_page(list(self.releases.values()), query))
        if method == "POST":
            number = next(self.numbers)
            address = f"{self.api}/upload/{number}{{?name,label}}"
            self.releases[number] = {"id": number, "assets": [], "upload_url": address, **body}
            return _json(self.releases[number], 201)
        if method == "DELETE":
            for release in self.releases.values():
                release["assets"] = [a for a in release["assets"] if a["id"] != int(rest[-1])]
            return Response(status=204)
        self.releases[int(rest[0])].update(body, immutable=self.immutable and not body["draft"])
        return _json(self.releases[int(rest[0])])

    def _upload(self, number: int, name: str, data: bytes) -> Response:
        assets = self.releases[number]["assets"]
        if name in [a["name"] for a in assets]:
            return _json({"message": "Validation Failed", "errors": [{"code": "already_exists"}]}, 422)
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        asset = {"id": next(self.numbers), "name": name, "size": len(data), "state": "uploaded", "digest": digest}
        self.contents[asset["id"]] = data
        assets.append(asset)
        return _json(asset, 201)

    def _actions(self, method: str, rest: list[str], query: dict, body: dict) -> Response:
        name = rest[1]
        if method == "PUT":
            self.workflows[name] = "active"
            return Response(status=204)
        return _json({"state": self.workflows[name]})


def _page(found: list, query: dict) -> list:
    size, number = int(query["per_page"]), int(query.get("page", 1))
    return found[size * (number - 1) : size * number]


def _json(data: object, status: int = 200) -> Response:
    return Response(json.dumps(data), status=status, headers={"Content-Type": "application/json"})
