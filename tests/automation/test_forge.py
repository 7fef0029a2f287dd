"""What goes to GitHub and to a webhook, over HTTP to servers of our own: retries, refusals, secrets, releases."""

from __future__ import annotations

import functools
import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from werkzeug import Response

from scraper.automation import github, heartbeat, issues, upload
from scraper.automation.github import GitHub, GitHubError
from scraper.automation.upload import Asset
from scraper.errors import DatasetError, FetchFailed
from scraper.fetch.client import fetch
from scraper.report import alerts, run_report
from scraper.report.alerts import Action
from tests.support import runfacts
from tests.support.forge import REPO, TOKEN
from tests.support.forge import _json as answer
from tests.support.runfacts import NAME, change, failing, source
from tests.support.workshop import local

NOW = datetime(2026, 11, 15, 10, 43, tzinfo=UTC)


@pytest.fixture(autouse=True)
def waits(monkeypatch) -> list[float]:
    """Retries do not wait; how long they would have."""
    found: list[float] = []
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=found.append))
    return found


# ------------------------------------------------------------------------------------------- asking


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_what_is_safe_to_repeat_is_repeated(forge, status):
    """A GET until it is answered."""
    forge.answers["GET /releases"] = [answer({"message": "busy"}, status)] * 2
    assert [] == forge.client.get("/releases", per_page="1")
    assert ["GET /releases"] * 3 == forge.asked


def test_what_creates_is_not_repeated_when_nobody_knows(forge):
    """A 502 may have opened the issue: the next run finds it by its mark, or opens it then."""
    forge.answers["POST /issues"] = [answer({"message": "busy"}, 502)]
    with pytest.raises(GitHubError, match="POST /repos/somebody/rates/issues: 502 busy"):
        forge.client.ask("POST", "/issues", {"title": "x"})
    assert ["POST /issues"] == forge.asked


def test_what_creates_is_repeated_when_github_said_no(forge, waits):
    """A limit of so many a minute: it waits as long as it is told."""
    slow = answer({"message": "secondary rate limit"}, 403)
    slow.headers["Retry-After"] = "7"
    forge.answers["POST /issues"] = [slow]
    assert 1 == forge.client.ask("POST", "/issues", {"title": "x"})["number"]
    assert [7.0] == waits


def test_a_wait_without_end_is_a_refusal(forge):
    """An hour is for the next run."""
    slow = answer({"message": "limit"}, 429)
    slow.headers["Retry-After"] = "3600"
    forge.answers["GET /releases"] = [slow]
    with pytest.raises(GitHubError, match="429 limit"):
        forge.client.get("/releases")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            {"message": "Validation Failed", "errors": [{"message": "no ref"}, {"code": "missing"}, "x"]},
            "Validation Failed; no ref; missing",
        ),
        ({}, "UNPROCESSABLE ENTITY"),
        ([], "UNPROCESSABLE ENTITY"),
    ],
)
def test_a_refusal_has_githubs_words(forge, body, words):
    """Or the name of its status."""
    forge.answers["GET /releases"] = [answer(body, 422)]
    with pytest.raises(GitHubError, match=f"GET /repos/somebody/rates/releases: 422 {words}$") as refused:
        forge.client.get("/releases")
    assert 422 == refused.value.status


def test_githubs_words_are_no_command(forge):
    """They go to a log."""
    forge.answers["GET /releases"] = [answer({"message": "::error::x\n::set-output name=a::b"}, 404)]
    with pytest.raises(GitHubError) as refused:
        forge.client.get("/releases")
    assert "\n" not in str(refused.value)


def test_the_token_is_in_no_message(forge, monkeypatch):
    """Neither refused, nor unanswered, nor printed."""
    client = GitHub(REPO, "ghs_another", forge.api)
    with pytest.raises(GitHubError, match="401 Bad credentials") as refused:
        client.get("/releases")
    gone = GitHub(REPO, TOKEN, "http://127.0.0.1:9")
    with pytest.raises(GitHubError, match="expected an answer, saw ConnectError") as unanswered:
        gone.ask("POST", "/issues", {})
    said = f"{refused.value!r} {unanswered.value!r} {client!r}"
    assert ("ghs_another" in said, TOKEN in said) == (False, False)


def test_a_post_that_breaks_off_is_not_repeated(forge, monkeypatch):
    """It may have been done."""
    calls = []

    def broken_off(self, request):
        calls.append(request.method)
        raise httpx.RemoteProtocolError("peer closed connection")

    monkeypatch.setattr(httpx.Client, "send", broken_off)
    with pytest.raises(GitHubError, match="expected an answer, saw RemoteProtocolError"):
        forge.client.ask("POST", "/issues", {})
    with pytest.raises(GitHubError, match="expected an answer, saw RemoteProtocolError"):
        forge.client.get("/issues")
    assert ["POST", *["GET"] * 4] == calls


def test_an_answer_that_is_no_json_is_an_error(forge):
    """As some proxies give with a 200."""
    forge.answers["GET /releases"] = [Response("<html>")]
    with pytest.raises(GitHubError, match="expected JSON, saw 6 bytes of something else"):
        forge.client.get("/releases")


def test_a_redirect_is_not_followed(forge):
    """The token goes to one host."""
    forge.answers["GET /releases"] = [Response(status=301, headers={"Location": "http://127.0.0.1:9/"})]
    with pytest.raises(GitHubError, match="301 MOVED PERMANENTLY"):
        forge.client.get("/releases")


def test_lists_are_read_to_their_end(forge):
    """A hundred at a time; a list without end is an error."""
    forge.releases = {n: {"id": n} for n in range(150)}
    assert 150 == len(forge.client.pages("/releases"))
    forge.releases = {n: {"id": n} for n in range(1000)}
    with pytest.raises(GitHubError, match="expected at most 1000 entries"):
        forge.client.pages("/releases")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (("no-slash", TOKEN), "expected owner/name"),
        (("a/b/../../x", TOKEN), "expected owner/name"),
        (("a/b", TOKEN, "http://api.example"), "expected an https address of the API"),
        (("a/b", "tok\nen"), "expected a token in plain ASCII"),
    ],
)
def test_what_cannot_be_right_is_refused(values, words):
    """Before anything is asked; a bad token is not shown."""
    with pytest.raises(GitHubError, match=words) as refused:
        GitHub(*values)
    assert "tok" not in str(refused.value).replace("token", "")


def test_files_go_to_github_alone(forge, tmp_path):
    """Whatever address a release gives."""
    (tmp_path / "x").write_text("x")
    with pytest.raises(GitHubError, match=r"expected an upload address of GitHub's, saw https://evil\.example/"):
        forge.client.upload("https://evil.example/{?name}", "x", tmp_path / "x")


def test_without_a_token_there_is_no_github():
    """On a machine of one's own."""
    assert None is github.from_environment({"GITHUB_REPOSITORY": REPO})
    found = github.from_environment({"GITHUB_TOKEN": TOKEN, "GITHUB_REPOSITORY": REPO, "GITHUB_API_URL": ""})
    assert found and (REPO, github.API) == (found.repo, found.api)


# ------------------------------------------------------------------------------------------- issues


def test_the_four_things_that_are_done_with_an_issue(forge):
    """With our label; a comment first, then the note that it was told."""
    mark = alerts.mark("k", "a", "t")
    todo = [Action("open", "k", title="T", body=mark), Action("open", "l", title="U", body=alerts.mark("l", "a", "t"))]
    assert ["open 1: k", "open 2: l"] == issues.carry_out(forge.client, todo)
    issues.carry_out(forge.client, [Action("comment", "k", 1, "T2", mark + "2", "again")])
    issues.carry_out(forge.client, [Action("close", "k", 1, body=mark + "3", comment="over")])
    assert ("closed", "T2", mark + "3") == tuple(forge.issues[1][n] for n in ("state", "title", "body"))
    assert [(1, "again"), (1, "over")] == forge.comments
    issues.carry_out(forge.client, [Action("reopen", "k", 1, "T3", mark, "once more")])
    assert {1: "T3", 2: "U"} == forge.open_issues()
    assert [(1, True), (2, True)] == sorted((i.number, i.open) for i in issues.known(forge.client))
    assert [["ratecards"], ["ratecards"]] == [i["labels"] for i in forge.issues.values()]


@pytest.fixture
def telling(forge, run, tmp_path, monkeypatch, httpserver):
    """Calls `alert` with the facts of a run, as the workflow's job does."""
    forge.environment(monkeypatch)
    monkeypatch.setenv("RATECARDS_WEBHOOK", httpserver.url_for("/hook"))

    def call(found: dict, *words: str):
        run_report.save(tmp_path / "r.json", found)
        return run("alert", tmp_path / "r.json", *words)

    return call


def broken() -> dict:
    """A confirmed failure."""
    return runfacts.run(failing())


def test_the_owner_hears_of_a_change_only_once_it_is_published(telling, forge):
    """A dry run and a proposal are no news."""
    changed = runfacts.run(source("CHANGED", change()))
    assert (0, "") == ((ran := telling(changed)).code, ran.out)
    assert (0, "told the webhook\n") == ((ran := telling(changed, "--published")).code, ran.out)
    (told,) = forge.hooks
    assert told["text"].endswith("https://github.example/somebody/rates/actions/runs/7")


def test_an_alert_is_an_issue_and_a_call(telling, forge):
    """Two calls of GitHub to know, one to do."""
    assert "open 1: broken:google/gemini-api" in telling(broken()).out.splitlines()
    assert ["GET /issues", "GET /issues", "POST /issues"] == forge.asked
    assert f"{NAME}: NOT_READ\nhttps://github.example/somebody/rates/actions/runs/7" == forge.hooks[0]["text"]


def test_a_dry_run_of_alerts_asks_nobody(telling, forge):
    """It says what would be done if there were no issues yet."""
    ran = telling(broken(), "--dry-run")
    assert f"would open broken:{NAME}: {NAME}: NOT_READ\n" == ran.out
    assert ([], []) == (forge.asked, forge.hooks)


def test_a_run_without_a_look_tells_nothing(telling):
    """An overtaken run."""
    assert "nothing was looked at, nothing to tell\n" == telling(run_report.RunReport()).out


def test_where_issues_are_disabled_only_trouble_is_an_error(telling, forge):
    """As in a fork: green while all is well, and the setting is named when it is not."""
    forge.disabled = True
    assert 0 == telling(runfacts.run(source("UNCHANGED"))).code
    ran = telling(broken())
    assert (1, True) == (ran.code, "enable issues under Settings, General, to hear of broken pages" in ran.err)
    assert 1 == len(forge.hooks)


@pytest.mark.parametrize("status", [403, 404])
def test_another_refusal_is_an_error(telling, forge, status):
    """A job without the permission must not pass for a quiet one."""
    forge.answers["GET /issues"] = [answer({"message": "Resource not accessible"}, status)]
    ran = telling(runfacts.run(source("UNCHANGED")))
    assert (1, True) == (ran.code, f"{status} Resource not accessible" in ran.err)
    forge.answers["POST /issues"] = [answer({"message": "Resource not accessible"}, status)]
    assert 1 == telling(broken()).code


# ------------------------------------------------------------------------------------------ webhook


def test_without_an_address_nobody_is_called():
    """It is optional."""
    assert False is issues.tell_webhook({"text": "x"}, {})


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://hooks.example/secret", "expected an https address, saw something else"),
        ("https://secret:port/", "expected an https address, saw something else"),
        ("http://127.0.0.1:9/secret", "expected an answer, saw ConnectError"),
    ],
)
def test_a_webhooks_address_is_in_no_message(address, words):
    """It is the key."""
    with pytest.raises(FetchFailed, match=words) as refused:
        issues.tell_webhook({"text": "x"}, {issues.WEBHOOK: address})
    assert "secret" not in str(refused.value)


def test_a_webhook_that_refuses_is_an_error(httpserver):
    """Its owner believes that it works."""
    httpserver.expect_request("/no").respond_with_data("invalid_token", status=403)
    with pytest.raises(FetchFailed, match="expected it to be taken, saw status 403"):
        issues.tell_webhook({"text": "x"}, {issues.WEBHOOK: httpserver.url_for("/no")})


# ---------------------------------------------------------------------------------------- heartbeat


def status(**verified: str) -> str:
    """The published status."""
    return json.dumps({"version": 1, "sources": {name: {"verified": day} for name, day in verified.items()}})


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (status(a="2026-11-14", b="2026-01-01"), ""),
        (status(a="2026-11-13", b=""), "No source was read since 2026-11-13: 58 hours, expected at most 48."),
        (status(a=""), "No source was ever read."),
        (status(), "No source was ever read."),
    ],
)
def test_fault_66_a_status_that_is_too_old_is_complained_of(run, tmp_path, text, complaint):
    """By the newest day of any source: one alone that fails has its own issue."""
    (tmp_path / "status.json").write_text(text)
    ran = run("heartbeat", "--file", tmp_path / "status.json", "--now", NOW.isoformat())
    assert (bool(complaint), f"{complaint or 'looked at on 2026-11-14'}\n") == (ran.code == 1, ran.out)


def test_fault_66_the_heartbeat_opens_and_closes_its_issue(run, tmp_path, forge, monkeypatch):
    """And keeps the schedules enabled, unless a person switched one off."""
    forge.environment(monkeypatch)
    forge.workflows = {"refresh.yml": "disabled_inactivity", "heartbeat.yml": "active", "mine.yml": "disabled_manually"}
    alive = [word for name in forge.workflows for word in ("--keep-alive", name)]
    file = tmp_path / "status.json"
    for day, code in (("2026-11-01", 1), ("2026-11-14", 0)):
        file.write_text(status(a=day))
        assert code == run("heartbeat", "--file", file, "--alert", *alive, "--now", NOW.isoformat()).code
    assert ("closed", "disabled_manually", "active") == (
        forge.issues[1]["state"], forge.workflows["mine.yml"], forge.workflows["refresh.yml"],
    )  # fmt: skip
    assert "The rate cards are no longer renewed" == forge.issues[1]["title"]
    assert 2 == forge.asked.count("PUT /actions/workflows/heartbeat.yml/enable")


def test_a_heartbeat_without_a_token_only_says_so(run, tmp_path, monkeypatch):
    """On a machine of one's own."""
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    (tmp_path / "s.json").write_text(status(a="2026-11-14"))
    ran = run("heartbeat", "--file", tmp_path / "s.json", "--keep-alive", "refresh.yml", "--now", NOW.isoformat())
    assert (0, "looked at on 2026-11-14\nrefresh.yml: no token, nothing done\n") == (ran.code, ran.out)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"sources": []}', '{"sources": {"a": {}}}', '{"sources": {"a": {"verified": "x"}}}']
)
def test_fault_66_a_status_that_cannot_be_read_is_an_error(tmp_path, run, text):
    """A broken one must not pass for a young one."""
    (tmp_path / "s.json").write_text(text)
    ran = run("heartbeat", "--file", tmp_path / "s.json", "--now", NOW.isoformat())
    assert (1, True) == (ran.code, "heartbeat: the published status: expected its sources" in ran.err)


def test_a_status_that_is_missing_is_an_error(run, tmp_path):
    """Which names the place."""
    ran = run("heartbeat", "--file", tmp_path / "s.json")
    assert (1, True) == (ran.code, "s.json: expected the published status, saw FileNotFoundError" in ran.err)


def test_the_status_is_read_from_where_it_is_published(httpserver, monkeypatch):
    """Over the transport of pages, from that one host."""
    httpserver.expect_request("/status.json").respond_with_data(status(a="2026-11-14"))
    monkeypatch.setattr(heartbeat, "fetch", functools.partial(fetch, policy=local))
    text = heartbeat.published(httpserver.url_for("/status.json"), Path("none"), NOW)
    assert "2026-11-14" == str(heartbeat.newest_day(text))
    monkeypatch.setattr(heartbeat, "fetch", lambda *_, **__: None)
    with pytest.raises(FetchFailed, match="saw 304"):
        heartbeat.published("https://example.test/s.json", Path("none"), NOW)


# ----------------------------------------------------------------------------------------- releases


@pytest.fixture
def dist(tmp_path) -> Path:
    """The files of a release."""
    folder = tmp_path / "dist"
    folder.mkdir()
    for name in ("rates.parquet", "ratecards.sqlite", "notes.md"):
        (folder / name).write_text(f"the {name}")
    return folder


@pytest.fixture
def releasing(forge, run, dist, monkeypatch):
    """Calls `publish-release`, as the workflow does."""
    forge.environment(monkeypatch)

    def call(version: str = "2026.11.15"):
        words = ("--version", version, "--commit", "c0ffee", "--notes", dist / "notes.md")
        return run("publish-release", "--from", dist, *words)

    return call


def test_fault_64_a_release_is_a_draft_until_it_is_whole(releasing, forge):
    """Created, filled, and published last; the tag is of the commit."""
    ran = releasing()
    assert (0, "v2026.11.15: published, 3 files uploaded\n") == (ran.code, ran.out)
    (made,) = forge.releases.values()
    assert (False, "v2026.11.15", "c0ffee", "the notes.md") == (
        made["draft"], made["tag_name"], made["target_commitish"], made["body"],
    )  # fmt: skip
    assert forge.asked.index("PATCH /releases/1") == len(forge.asked) - 1


@pytest.mark.parametrize("immutable", [True, False])
def test_a_release_that_can_still_be_changed(releasing, forge, immutable):
    """Is told of; the owner can forbid it."""
    forge.immutable = immutable
    assert ("can be changed: the settings have immutable releases" in releasing().err) is not immutable


def test_fault_64_a_release_that_stands_is_left(releasing, forge):
    """The second time one question is asked, and nothing is done."""
    releasing()
    before = len(forge.asked)
    assert "v2026.11.15 stands, with all 3 files\n" == releasing().out
    assert ["GET /releases"] == forge.asked[before:]


def test_fault_64_an_upload_half_done_is_finished(releasing, forge):
    """The draft is found again; what is not whole is replaced, what is whole is not sent twice."""
    forge.answers["POST /upload/1"] = [answer({"message": "busy"}, 502)]
    assert 1 == releasing().code
    (draft,) = forge.releases.values()
    assert (True, []) == (draft["draft"], draft["assets"])
    draft["assets"] = [
        {"id": 90, "name": "notes.md", "size": 3, "state": "starter", "digest": None},
        {"id": 91, "name": "rates.parquet", "size": 17, "state": "uploaded", "digest": None},
        {"id": 92, "name": "strange.txt", "size": 1, "state": "uploaded", "digest": None},
    ]
    assert "v2026.11.15: published, 2 files uploaded\n" == releasing().out
    assert 1 == len(forge.releases)
    assert {"notes.md", "rates.parquet", "ratecards.sqlite"} == {a["name"] for a in draft["assets"]}
    assert {"DELETE /releases/assets/90", "DELETE /releases/assets/92"} <= set(forge.asked)


def test_fault_64_a_published_release_is_only_completed(releasing, forge):
    """Programs pin its files: none that arrived is touched, whatever we have now."""
    releasing()
    (made,) = forge.releases.values()
    gone, cut, kept = made["assets"]
    kept["size"], cut["state"] = 1, "starter"
    made["assets"].remove(gone)
    assert "v2026.11.15: completed, 2 files uploaded\n" == releasing().out
    assert (kept["id"], 3) == (next(a["id"] for a in made["assets"] if a["name"] == kept["name"]), len(made["assets"]))


def test_fault_64_a_version_never_goes_down(releasing, forge):
    """An old run that is started again releases nothing below what is published."""
    releasing("2026.11.15.1")
    ran = releasing("2026.11.15")
    assert (1, 1) == (ran.code, len(forge.releases))
    assert "version 2026.11.15: expected none higher, saw 2026.11.15.1 published" in ran.err
    assert 0 == releasing("2026.11.16").code


def test_fault_64_foreign_tags_are_no_versions():
    """Whatever else a fork has released; a draft of something higher is no release."""
    stands = [{"tag_name": "nightly", "draft": False}, {"tag_name": "v2099.1.1", "draft": True}]
    plan = upload.plan("2026.1.1", [Asset("a", 1, "")], stands)
    assert (None, ("a",), True) == (plan.release, plan.upload, plan.publish)


def test_what_is_no_version_is_refused(releasing):
    """Before anything is made."""
    ran = releasing("latest")
    assert (1, True) == (ran.code, "expected a calendar version like 2026.4.27 or 2026.4.27.1, saw 'latest'" in ran.err)


def test_an_empty_release_is_none(releasing, dist):
    """Nor is one with names that GitHub would change."""
    (dist / "a b").write_text("")
    assert "expected files to attach, with plain names, saw ['a b']" in releasing().err


def test_a_release_without_files_is_an_error(forge, tmp_path):
    """And says so."""
    with pytest.raises(DatasetError, match="saw none"):
        upload.release(forge.client, "2026.1.1", "c0ffee", tmp_path, "")


def test_a_release_needs_a_token(run, dist, monkeypatch):
    """And says where it looks for one."""
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    ran = run("publish-release", "--from", dist, "--version", "2026.1.1", "--commit", "c0ffee")
    assert (1, True) == (ran.code, "expected GITHUB_TOKEN and GITHUB_REPOSITORY" in ran.err)
