"""Alerts at addresses, over HTTP to a server of our own: what is sent to whom, what fails, and that no key is told."""

from __future__ import annotations

import json
import logging
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug import Response

from scraper.automation import notify
from scraper.errors import DatasetError
from scraper.report import alerts, events, run_report
from scraper.report.alerts import Action
from scraper.report.events import Event, Filter
from tests.support import runfacts
from tests.support.runfacts import change, failing, source, told
from tests.support.workshop import Ran

SECRET = "a-key-that-must-not-be-printed"
MOVED = told(ratio="0.8")
ENDS = told("end", "pro", what="", change="to be shut down on 2027-03-01", day="2027-03-01")


@pytest.fixture
def inbox(httpserver):
    """What is sent to /in, and the address of it."""

    class Inbox(list):
        address = f"json://user:{SECRET}@{httpserver.host}:{httpserver.port}/in"

    found = Inbox()

    def take(request) -> Response:
        found.append(json.loads(request.get_data()))
        return Response("ok")

    httpserver.expect_request("/in").respond_with_handler(take)
    httpserver.expect_request("/no").respond_with_data(f"no, {SECRET}", status=403)
    return found


@pytest.fixture
def alert(run, tmp_path, monkeypatch, inbox):
    """Calls `alert` on a run whose price moved by a fifth, and which says that a model ends."""
    for name in ("GITHUB_TOKEN", "RATECARDS_WEBHOOK"):
        monkeypatch.delenv(name, raising=False)

    def call(addresses: str, *words: str, **more: Any):
        monkeypatch.setenv(notify.ALERTS, addresses)
        found = runfacts.run(source("CHANGED", change(), news=[MOVED, ENDS], **more))
        run_report.save(tmp_path / "r.json", found)
        ran = run("alert", tmp_path / "r.json", *words)
        assert SECRET not in ran.out + ran.err
        # without GitHub it says which issue it would open
        return replace(ran, out=re.sub("would open .*\n", "", ran.out))

    return call


LINE = "• flash output (standard): 4.50 -> 3.60 USD per 1M tokens (x0.80)"
END = "• pro: to be shut down on 2027-03-01"


def test_an_address_gets_what_is_published_as_one_message(alert, inbox):
    """A run that is not published, and a change that is only proposed, are no news."""
    assert Ran(0, "alerts sent: 1\n", "") == alert(inbox.address, "--published")
    (message,) = inbox
    assert ("ratecards: 2 alerts", [LINE, END]) == (message["title"], message["message"].splitlines())
    assert Ran(0, "", "") == alert(inbox.address)
    assert Ran(0, "", "") == alert(inbox.address, "--published", proposed=True)
    assert 1 == len(inbox)


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (["--model", "pro"], [END]),
        (["--model", "fl*", "--model", "other"], [LINE]),
        (["--over", "20%"], [END]),
        (["--over", "19.9%"], [LINE, END]),
        (["--kind", "repriced"], [LINE]),
        (["--kind", "repriced,shutdown"], [LINE, END]),
        (["--over", "50%", "--kind", "repriced"], []),
        (["--kind", "held", "--kind", "gone"], []),
    ],
)
def test_filters_say_what_is_wanted(alert, inbox, words, lines):
    """As options for all addresses, or behind one of them in the secret."""
    assert 0 == alert(inbox.address, "--published", *words).code
    assert 0 == alert(f"{inbox.address} {' '.join(words)}", "--published").code
    alike = " ".join(map("=".join, zip(words[::2], words[1::2], strict=True)))
    assert 0 == alert(f"\n {inbox.address}\n  {alike}\n", "--published").code
    assert [lines] * 3 * bool(lines) == [message["message"].splitlines() for message in inbox]


def test_an_issue_about_an_end_is_told_once(alert, inbox, forge, monkeypatch):
    """By the news; the issue is opened all the same."""
    forge.environment(monkeypatch)
    assert "alerts sent: 1\nopen 1: end:google/gemini-api:pro\n" == alert(inbox.address, "--published").out
    assert [[LINE, END]] == [message["message"].splitlines()[:2] for message in inbox]


def test_each_address_has_its_own_filter(alert, inbox):
    """And the options of the command narrow all of them."""
    both = f"{inbox.address} --kind shutdown {inbox.address} --model flash"
    assert "alerts sent: 2\n" == alert(both, "--published").out
    assert [[END], [LINE]] == [message["message"].splitlines() for message in inbox]
    assert "alerts sent: 1\n" == alert(both, "--published", "--kind", "repriced").out


def test_a_dry_run_sends_nothing(alert, inbox):
    """It says how much would go where."""
    ran = alert(f"{inbox.address} --model pro", "--published", "--dry-run")
    assert (0, "would send 1 alert to address 1\n", []) == (ran.code, ran.out, inbox)


def addresses(inbox: Any) -> dict[str, str]:
    """By why it fails, an address."""
    return {
        "expected JSON to take the message, saw that it did not": inbox.address.replace("/in", "/no"),
        "expected an address of a service that apprise knows, saw something else": f"nosuch://{SECRET}",
        "address 1: expected --model, --over, --kind with a value behind it": f"json://127.0.0.1 --{SECRET}",
        "address 1: expected --model": "json://127.0.0.1 --model",
        "address 1, --over: expected a percentage like 10%, saw something else": f"json://127.0.0.1 --over {SECRET}",
        "address 1, --kind: expected kinds out of repriced": f"json://127.0.0.1 --kind {SECRET}",
        "expected an address such as ntfy://TOPIC first, saw a word without ://": SECRET,
    }


@pytest.mark.parametrize("number", range(7))
def test_a_failing_address_is_told_without_its_key(alert, inbox, caplog, number):
    """Not on stderr, and in no log, whoever listens; the exit status is its own."""
    caplog.set_level(logging.DEBUG)
    words, address = list(addresses(inbox).items())[number]
    ran = alert(address, "--published")
    assert 3 == ran.code
    assert words in ran.err
    assert SECRET not in caplog.text


def test_nobody_listens_and_the_next_address_hears_of_it(alert, inbox):
    """A connection that is refused, in the middle of three."""
    ran = alert(f"{inbox.address} json://127.0.0.1:9/ {inbox.address}", "--published")
    assert (3, "alerts sent: 2\n", 2) == (ran.code, ran.out, len(inbox))
    assert "address 2: expected JSON to take the message" in ran.err


def test_what_a_service_raises_is_not_told(alert, inbox, monkeypatch):
    """Its words may hold the address."""
    import apprise

    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(apprise.Apprise, "notify", fails)
    assert "expected the message to be taken, saw RuntimeError" in alert(inbox.address, "--published").err


def test_without_apprise_it_is_said_what_installs_it(alert, inbox, monkeypatch):
    """It is a group of its own."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    ran = alert(inbox.address, "--published")
    assert (3, True) == (ran.code, "expected apprise, which `make alerts` installs" in ran.err)


def test_issues_are_opened_whatever_fails_before(run, tmp_path, monkeypatch, inbox, forge):
    """The webhook and an address refuse; the issue is opened all the same, and the other address hears of it."""
    forge.environment(monkeypatch)
    monkeypatch.setenv("RATECARDS_WEBHOOK", inbox.address.replace("json://", "http://").replace("/in", "/no"))
    monkeypatch.setenv(notify.ALERTS, f"{inbox.address.replace('/in', '/no')} {inbox.address} --kind broken")
    run_report.save(tmp_path / "r.json", runfacts.run(failing()))
    ran = run("alert", tmp_path / "r.json")
    assert (3, {1: f"{runfacts.NAME}: NOT_READ"}) == (ran.code, forge.open_issues())
    assert ["RATECARDS_WEBHOOK", "address 1"] == [
        w for w in ("RATECARDS_WEBHOOK", "address 1", "address 2") if w in ran.err
    ]
    assert SECRET not in ran.out + ran.err
    link = "https://github.example/somebody/rates/actions/runs/7"
    assert inbox[0]["message"].startswith(f"• {runfacts.NAME}: NOT_READ")
    assert inbox[0]["message"].endswith(link)


def test_ntfy_is_an_address_as_well(httpserver, alert):
    """As whoever has a phone would write it."""
    httpserver.expect_request("/", method="POST").respond_with_data("{}")
    assert 0 == alert(f"ntfy://{httpserver.host}:{httpserver.port}/prices", "--published").code
    ((request, _),) = httpserver.log
    assert "prices" in request.get_data(as_text=True) + request.path


def test_words_of_a_page_are_no_mention():
    """In a chat they would call everybody; a text that is too long is cut where a service would refuse it."""
    many = [Event("repriced", f"@everyone model-{n}: #1 went up") for n in range(100)]
    title, body = events.text(many, "https://example.test/run", 500)
    assert "ratecards: 100 alerts" == title
    assert "@everyone" not in body
    assert 500 >= len(body.encode())
    assert body.endswith("lines more. See the repository.\n\nhttps://example.test/run\n")


def test_what_is_wanted_of_events_without_a_model():
    """One who asks for a model hears of no other thing."""
    broken = Event("broken", "x")
    assert [True, False] == [wanted.passes(broken) for wanted in (Filter(kinds=("broken",)), Filter(models=("*",)))]


@pytest.mark.parametrize("text", ["10", "ten%", "-1%", "%"])
def test_a_share_is_a_percentage(text, run, tmp_path, capsys):
    """Anything else is refused by the command, too."""
    with pytest.raises(ValueError, match="expected a percentage like 10%"):
        events.share(text)
    for option, value in (("--over", text), ("--kind", "nonsense")):
        with pytest.raises(SystemExit) as ended:
            run("alert", tmp_path / "r.json", f"{option}={value}")
        assert 2 == ended.value.code
        assert f"saw {value!r}" in capsys.readouterr().err


def test_no_address_is_no_error():
    """It is optional."""
    assert [] == notify.addressed({})
    with pytest.raises(DatasetError, match="RATECARDS_ALERTS"):
        notify.addressed({notify.ALERTS: "x"})


def test_every_kind_of_issue_can_be_filtered_by():
    """Its key begins with it; that of an end is news."""
    keys = re.findall(r'(?:f"|key = ")(\w+)(?=[:"])', Path(alerts.__file__).read_text(encoding="utf-8"))
    assert {"broken", "held", "step", "heartbeat", "end"} <= set(keys)
    assert {"end"} == set(keys) - set(events.KINDS)
    assert [] == events.of_actions([Action("open", "end:google/gemini-api:pro", title="x")])
