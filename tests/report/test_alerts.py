"""What the owner hears of, and what not: a clock, facts and issues in, actions out."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from scraper.report import alerts
from scraper.report.alerts import Action, Issue
from tests.support.runfacts import NAME, change, failing, held, run, source, step

SINCE = "2026-11-14T06:17:00Z"
START = datetime.fromisoformat(SINCE)


def stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


class Tracker:
    """Issues as they become when the actions are carried out."""

    def __init__(self) -> None:
        self.items: dict[int, dict] = {}

    @property
    def issues(self) -> list[Issue]:
        return alerts.parsed(self.items.values())

    def does(self, actions: list[Action]) -> list[str]:
        """Carry actions out; what was done, by key."""
        for action in actions:
            number = action.number or len(self.items) + 1
            state = "closed" if action.do == "close" else "open"
            kept = self.items.get(number, {})
            self.items[number] = {
                "number": number,
                "state": state,
                "title": action.title or kept["title"],
                "body": action.body,
            }
        return [f"{a.do} {a.key}" for a in actions]

    def after(self, facts: dict) -> list[str]:
        return self.does(alerts.of_run(facts, self.issues))


@pytest.fixture
def tracker() -> Tracker:
    return Tracker()


def failed(hours: float, **more) -> dict:
    """The run so many hours after the source began to fail."""
    return run(failing(since=SINCE, **more), at=stamp(START + timedelta(hours=hours)))


BROKEN = f"broken:{NAME}"


def test_nothing_is_opened_for_a_run_without_news(tracker):
    """Neither for changes: those are commits and releases."""
    assert [] == tracker.after(
        run(source("UNCHANGED"), source("CHANGED", change(), name="a/b"), source("SKIPPED", name="c/d"))
    )


def test_fault_63_a_failure_is_told_when_it_is_confirmed(tracker):
    """Not at the first failing look, but at the next one."""
    assert [[], [f"open {BROKEN}"], []] == [tracker.after(failed(h)) for h in (0, 6, 12)]


def test_fault_63_a_look_within_the_hour_confirms_nothing(tracker):
    """Starting the workflow twice by hand is not two looks."""
    assert [] == tracker.after(failed(0.9))


def test_fault_63_three_days_are_one_issue_and_a_week_is_a_reminder(tracker):
    """Looked at four times a day; then it is read again, and the issue is closed."""
    done = [tracker.after(failed(h)) for h in range(0, 15 * 24, 6)]
    told = {number * 6: what for number, what in enumerate(done) if what}
    assert {6: [f"open {BROKEN}"], 174: [f"comment {BROKEN}"], 342: [f"comment {BROKEN}"]} == told
    assert [f"close {BROKEN}"] == tracker.after(run(source("UNCHANGED")))
    assert [] == tracker.after(run(source("UNCHANGED")))
    assert 1 == len(tracker.items)


def test_fault_63_the_reminder_says_how_long(tracker):
    """And what is published meanwhile; the issue's own words are renewed."""
    tracker.after(failed(6))
    (action,) = alerts.of_run(failed(24 * 8, outcome="NOT_FETCHED"), tracker.issues)
    assert "Still NOT_FETCHED, for 8 days. What is published is of 2026-11-13.\n" == action.comment
    assert f"{NAME}: NOT_FETCHED" == action.title


def test_a_source_that_breaks_again_has_the_same_issue(tracker):
    """Reopened, with the new trouble in it."""
    tracker.after(failed(6))
    tracker.after(run(source("UNCHANGED")))
    again = run(failing("SUSPECT", since="2026-12-01T06:17:00Z"), at="2026-12-01T12:17:00Z")
    assert [f"reopen {BROKEN}"] == tracker.after(again)
    assert (1, f"{NAME}: SUSPECT") == (len(tracker.items), tracker.items[1]["title"])


def test_what_a_person_closed_stays_closed(tracker):
    """For as long as it is the same trouble."""
    tracker.after(failed(6))
    tracker.items[1]["state"] = "closed"
    assert [] == tracker.after(failed(24 * 9))
    assert [f"reopen {BROKEN}"] == tracker.after(run(failing(since="2026-12-01T06:17:00Z"), at="2026-12-02T06:17:00Z"))


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("NOT_FETCHED", "Nothing to do unless it lasts: every run tries again."),
        ("NOT_READ", f"Run `python -m scraper doctor {NAME}`: it lists what is unknown, and the fix."),
        ("PARTLY_READ", f"Run `python -m scraper doctor {NAME}`: it lists what is unknown, and the fix."),
        ("SUSPECT", "A guard over the whole page tripped. Look at the page; nothing is published until it is settled."),
        ("DAMAGED", "What stands in the repository is not what was published. Restore it from git."),
    ],
)
def test_a_broken_sources_issue_names_the_next_move(outcome, words):
    """With what was seen and what is published meanwhile."""
    lines = alerts.broken_text(failing(outcome, verified="")).splitlines()
    assert words in lines
    assert [
        f"**{NAME} {outcome}** since 2026-11-14 06:17 UTC",
        "",
        "- html\\: expected the page, saw 'Sign in'",
    ] == lines[:3]
    assert any(line.startswith("Published meanwhile: the reading of no day.") for line in lines)


def test_one_sources_recovery_says_nothing_of_another(tracker):
    """Each issue is of its own source; one that is skipped or fails is not recovered."""
    tracker.after(run(failing(since=SINCE), failing(since=SINCE, name="a/b"), at=stamp(START + timedelta(hours=6))))
    assert ["close broken:a/b"] == tracker.after(run(failing(since=SINCE), source("CHANGED", name="a/b")))
    assert [] == tracker.after(run(source("SKIPPED")))


# -------------------------------------------------------------------------------------------- holds

HELD = f"held:{NAME}:fedcba9876"


def test_a_held_change_is_told_once_a_second_look_has_it_too(tracker):
    """One look may be a page in the middle of an edit."""
    looks = [tracker.after(run(source("UNCHANGED", held=[held(n)]))) for n in (1, 2, 3)]
    assert [[], [f"open {HELD}"], []] == looks
    body = tracker.items[1]["body"]
    assert r"| 1 USD per 1M tokens | 9 USD per 1M tokens |" in body
    assert "Held because: moved x9.00." in body
    assert "    python -m scraper confirm fedcba9876" in body


def test_a_hold_that_is_published_or_gone_is_closed(tracker):
    """With the word for which it was."""
    same = change(id="fedcba9876")
    ends = {
        "It was confirmed and is published.": source("CHANGED", same),
        "It was confirmed and is proposed.": source("CHANGED", same, proposed=True),
        "The page no longer says so; nothing was published.": source("CHANGED"),
    }
    for words, after in ends.items():
        tracker.after(run(source("UNCHANGED", held=[held()])))
        (action,) = alerts.of_run(run(after), tracker.issues)
        assert ("close", words) == (action.do, action.comment)
        tracker.does([action])


def test_a_hold_stands_while_the_page_cannot_be_read(tracker):
    """Nothing was seen, so nothing is settled."""
    tracker.after(run(source("UNCHANGED", held=[held()])))
    assert [] == tracker.after(run(failing(since="2026-11-15T06:17:00Z")))


def test_a_price_that_wavers_has_one_issue(tracker):
    """The same hold comes back after we closed it: told again, in the same place."""
    tracker.after(run(source("UNCHANGED", held=[held()])))
    tracker.after(run(source("UNCHANGED")))
    assert [f"reopen {HELD}"] == tracker.after(run(source("UNCHANGED", held=[held()])))
    assert 1 == len(tracker.items)


def test_a_held_model_has_no_prices_to_show(tracker):
    """The words alone tell it."""
    gone = held(change=change("model_removed"))
    tracker.after(run(source("UNCHANGED", held=[gone])))
    assert "**flash\\: no longer on the page**" in tracker.items[1]["body"]
    assert "| published |" not in tracker.items[1]["body"]


# -------------------------------------------------------------------------------------------- steps

STEP = f"step:{NAME}:2027-01-01"


def on(day: str, *steps: dict) -> dict:
    return run(source("UNCHANGED"), at=f"{day}T06:17:00Z", upcoming=list(steps))


def test_a_dated_step_is_told_thirty_seven_and_one_days_ahead(tracker):
    """And never between; after its day the issue is closed."""
    days = ["2026-11-15", "2026-12-01", "2026-12-02", "2026-12-03", "2026-12-24", "2026-12-25", "2026-12-31"]
    told = {day: done for day in days if (done := tracker.after(on(day, step(), step(model="pro"))))}
    assert {
        "2026-12-02": [f"open {STEP}"], "2026-12-25": [f"comment {STEP}"], "2026-12-31": [f"comment {STEP}"],
    } == told  # fmt: skip
    assert f"From 2027-01-01: flash, pro ({NAME})" == tracker.items[1]["title"]
    assert [f"close {STEP}"] == tracker.after(on("2027-01-01"))


def test_a_schedule_that_missed_the_day_tells_it_late(tracker):
    """Once, and then the next one."""
    assert [f"open {STEP}"] == tracker.after(on("2026-12-20", step()))
    assert [f"comment {STEP}"] == tracker.after(on("2026-12-30", step()))
    (action,) = alerts.of_run(on("2026-12-31", step()), tracker.issues)
    assert "In 1 day.\n" == action.comment


def test_many_steps_of_a_day_are_one_issue(tracker):
    """Its title names three models and counts the others."""
    tracker.after(on("2026-12-20", *(step(model=f"m{n}") for n in range(5))))
    assert f"From 2027-01-01: m0, m1, m2 and 2 more ({NAME})" == tracker.items[1]["title"]


def test_a_step_that_is_cancelled_is_closed(tracker):
    """By a page that was read; one that was not says nothing."""
    tracker.after(on("2026-12-20", step()))
    assert [] == tracker.after(run(failing(since="2026-12-21T06:17:00Z"), at="2026-12-21T06:17:00Z"))
    assert [f"close {STEP}"] == tracker.after(on("2026-12-21"))


def test_a_step_that_is_announced_again_is_told_again(tracker):
    """Since we closed it, and not a person."""
    tracker.after(on("2026-12-20", step()))
    tracker.after(on("2026-12-21"))
    assert [f"reopen {STEP}"] == tracker.after(on("2026-12-22", step()))


# ---------------------------------------------------------------------------------------- the rest


def test_only_marked_issues_are_ours():
    """A person's issue with our label, a pull request, an empty body: none is touched. The open one counts."""
    mark = alerts.mark(BROKEN, SINCE, SINCE)
    found = [
        {"number": 1, "state": "open", "body": None},
        {"number": 2, "state": "open", "body": "mine"},
        {"number": 3, "state": "open", "body": mark, "pull_request": {}},
        {"number": 4, "state": "open", "body": f"x\n{mark}\n"},
        {"number": 5, "state": "closed", "body": mark},
    ]
    assert [(4, True, BROKEN)] == [(i.number, i.open, i.key) for i in alerts.parsed(found)]
    assert [(4, True)] == [(i.number, i.open) for i in alerts.parsed(reversed(found))]


def test_an_issue_we_do_not_know_is_left_alone(tracker):
    """As a later version may open it."""
    tracker.items[1] = {"number": 1, "state": "open", "title": "x", "body": alerts.mark("other:thing", "a", "b")}
    assert [] == tracker.after(run(source("UNCHANGED")))


def test_no_title_mentions_anybody():
    """A model's name is the page's word."""
    (action,) = alerts.of_run(on("2026-12-20", step(model="@everyone")), [])
    assert "@everyone" not in action.title


def test_fault_66_the_heartbeat_has_one_issue(tracker):
    """Open while the schedule stands still, told again each week, closed when it runs."""

    def beat(words: str, day: int) -> list[str]:
        now = START + timedelta(days=day)
        return tracker.does(alerts.of_heartbeat(words, "2026-11-10", now, tracker.issues))

    assert [] == beat("", 0)
    assert [["open heartbeat"], [], ["comment heartbeat"], []] == [beat("too old", d) for d in (1, 2, 8, 9)]
    assert [["close heartbeat"], []] == [beat("", d) for d in (10, 11)]


def test_fault_66_a_status_that_never_was_is_told_too(tracker):
    """A fork that was never looked after."""
    assert ["open heartbeat"] == tracker.does(alerts.of_heartbeat("never", "", START, []))
    assert "about=never" in tracker.items[1]["body"]
