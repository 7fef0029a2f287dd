"""What the owner hears of: issues to open, to remind of and to close. Pure: facts, issues and a clock in, actions out.

One rolling issue per source that cannot be read, once that is confirmed; one per source with words to learn; one per
held change that needs a person; one per source and day of dated steps, 30, 7 and 1 days ahead; one per model whose end
is announced otherwise than before; one for the schedule itself. Nothing else is ever opened.
What was told when stands in the issue, in a comment that is not shown: there is no other memory to lose. An issue that
a person closed stays closed for as long as it is about the same.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ratecards.escaping import markdown, plain_text, unlinked
from ratecards.model.grade import REPORTED
from ratecards.wording import count, exact_price
from scraper.model import instant
from scraper.report import messages
from scraper.report.run_report import Plain, RunReport, SourceReport

LABEL = "ratecards"
# A failure is confirmed when a second look an hour or more later fails as well.
CONFIRMED, REMINDED = timedelta(hours=1), timedelta(days=7)
LOOKS = 2
AHEAD = (30, 7, 1)
_MARK = re.compile(r"<!-- ratecards (\S+) about=(\S*) told=(\S*) -->")


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue of ours as it stands: what it is about (`key`), in which episode (`about`), and what was `told` last."""

    number: int
    open: bool
    key: str
    about: str
    told: str
    body: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """What to do with an issue: `open`, `reopen`, `comment` or `close`. `body` renews its own, `comment` is added.

    `models` are those it is about, where it is about models.
    """

    do: str
    key: str
    number: int = 0
    title: str = ""
    body: str = ""
    comment: str = ""
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Want:
    """Something that is the case: the issue it should have. `told` moves when there is a reason to say it again."""

    key: str
    about: str
    told: str
    title: str
    text: str
    again: str = ""
    models: tuple[str, ...] = ()


def mark(key: str, about: str, told: str) -> str:
    """The comment at the end of an issue's body by which it is found again."""
    return f"<!-- ratecards {key} about={about} told={told} -->"


def parsed(found: Iterable[Mapping[str, object]]) -> list[Issue]:
    """Our issues among those of the API; the newest of each key, an open one before a closed one."""
    issues: dict[str, Issue] = {}
    for item in found:
        match = _MARK.search(str(item.get("body") or ""))
        if not match or "pull_request" in item:
            continue
        key, about, told = match.groups()
        issue = Issue(int(str(item["number"])), item["state"] == "open", key, about, told, str(item["body"]))
        known = issues.get(issue.key)
        if known is None or (issue.open, issue.number) > (known.open, known.number):
            issues[issue.key] = issue
    return list(issues.values())


def actions(wants: Sequence[Want], issues: Sequence[Issue], over: Mapping[str, str]) -> list[Action]:
    """What to do so that there is an issue for each want, and none open for a key in `over` (key -> why it is over)."""
    known = {i.key: i for i in issues}
    out = [action for want in wants if (action := _action(want, known.get(want.key)))]
    return out + [_closing(i, over[i.key]) for i in issues if i.open and i.key in over]


def _closing(issue: Issue, why: str) -> Action:
    """Closed by us, and marked so: when the same comes up again, it is told again."""
    body = _MARK.sub(mark(issue.key, "over", issue.told), issue.body)
    return Action("close", issue.key, issue.number, body=body, comment=why)


def _action(want: Want, issue: Issue | None) -> Action | None:
    body = f"{want.text}\n{mark(want.key, want.about, want.told)}\n"
    if issue is None:
        return Action("open", want.key, title=want.title, body=body, models=want.models)
    same = issue.about == want.about
    if same and (issue.told == want.told or not issue.open):
        return None
    if not issue.open:
        return Action("reopen", want.key, issue.number, want.title, body, want.again or want.text, want.models)
    return Action("comment", want.key, issue.number, want.title, body, want.again or want.text, want.models)


def of_run(facts: RunReport, issues: Sequence[Issue]) -> list[Action]:
    """The actions after a run."""
    now = _instant(facts.at)
    told = {i.key: i for i in issues}
    wants: list[Want] = []
    over: dict[str, str] = {}
    for source in facts.sources:
        wants += [w for w in (_broken(source, now, told), _inferred(source), *_holds(source), *_ends(source)) if w]
        over |= _recovered(source) | _settled(source, issues)
        if source.outcome in messages.READ_NOW and not source.inferred:
            over[f"inferred:{source.name}"] = "Every word of the page is in the vocabulary."
    wants += _steps(facts, now.date())
    standing = {w.key for w in wants}
    over |= {i.key: "This is over or no longer announced." for i in issues if _past(i, facts, now.date())}
    return actions(wants, issues, {key: why for key, why in over.items() if key not in standing})


def _inferred(source: SourceReport) -> Want | None:
    """Words of a source that numbers proved and no vocabulary has; told again when they are others."""
    if not source.inferred:
        return None
    words = "\n".join(one["words"] for one in source.inferred)
    about = hashlib.sha256(words.encode()).hexdigest()[:12]
    text = "\n".join(messages.inferred(source))
    return Want(f"inferred:{source.name}", about, about, f"{source.name}: words to learn", text)


def _broken(source: SourceReport, now: datetime, issues: Mapping[str, Issue]) -> Want | None:
    """A source that fails, once confirmed; told again each week it lasts."""
    since = source.failing_since
    if source.outcome in messages.READ or not since or now - _instant(since) < CONFIRMED:
        return None
    key, name = f"broken:{source.name}", source.name
    told = _reminder(issues.get(key), since, now)
    days = (now - _instant(since)).days
    again = f"Still {source.outcome}, for {days} days. What is published is of {source.verified or 'no day'}.\n"
    title = f"{name}: {source.outcome}"
    known = key in issues and issues[key].about == since
    return Want(key, since, told, title, broken_text(source), again if known else "")


def _reminder(issue: Issue | None, about: str, now: datetime) -> str:
    """When a lasting trouble was told last: now, if it is new or a week has gone by."""
    if issue and issue.about == about and now - _instant(issue.told) < REMINDED:
        return issue.told
    return instant(now)


def broken_text(source: SourceReport) -> str:
    """The body of a broken source's issue: what happened, what is published meanwhile, what to do next."""
    next_step = {
        "NOT_FETCHED": "Nothing to do unless it lasts: every run tries again.",
        "SUSPECT": "A guard over the whole page tripped. Look at the page; nothing is published until it is settled.",
        "DAMAGED": "What stands in the repository is not what was published. Restore it from git.",
    }.get(source.outcome, f"Run `python -m scraper doctor {source.name}`: it lists what is unknown, and the fix.")
    standing = f"Published meanwhile: the reading of {source.verified or 'no day'}. [The page]({source.url})"
    closes = "This closes by itself when the source is read again."
    lines = [*messages.trouble(source), standing, "", next_step, "", closes]
    return messages.capped(lines, messages.BODY)


def _recovered(source: SourceReport) -> dict[str, str]:
    if source.outcome not in messages.READ_NOW:
        return {}
    return {f"broken:{source.name}": f"Read again: {source.outcome}, {source.models} models."}


def _holds(source: SourceReport) -> list[Want]:
    """A held change that came back: an implausible price is not news until a second look has it, too."""
    found = []
    ends = {
        False: "; three readings over 24 hours do so, too.",
        True: ", and so does another publication that says it.",
    }
    for held, *more in _together(source.held):
        if held["looks"] < LOOKS:
            continue
        change = held["change"]
        words = plain_text(messages.line(change)) + (f" and {len(more)} more" if more else "")
        old, new = (markdown(exact_price(change.get(side))) for side in ("old", "new"))
        lines = [
            f"**{markdown(words)}**",
            "",
            *messages.table(("published", "on the page"), [(old, new)] if "old" in change or "new" in change else []),
            f"Held because: {markdown(held['reason'])}.",
            f"On [the page]({change['link']}) since {held['since'][:10]}, {held['looks']} looks.",
            "",
            f"If it is right: `confirm` publishes it with the next look{ends[bool(held.get('person'))]}",
            "",
            f'    python -m scraper confirm {held["id"]} --because "..."',
            "",
            "If it is not, the page is wrong or was misread; `doctor` shows how it is read.",
            "",
            f"    python -m scraper doctor {source.name}",
        ]
        key = f"held:{source.name}:{held['id']}"
        title = f"{source.name}: held, {words}"[:200]
        body, models = messages.capped(lines, messages.BODY), (change["model"], *(h["change"]["model"] for h in more))
        found.append(Want(key, held["id"], held["id"], unlinked(title), body, models=models))
    return found


def _together(held: Iterable[Plain]) -> list[list[Plain]]:
    """What waits by hold."""
    found: dict[str, list[Plain]] = {}
    for one in held:
        found.setdefault(one["id"], []).append(one)
    return list(found.values())


def _settled(source: SourceReport, issues: Sequence[Issue]) -> dict[str, str]:
    """The holds that are none any more: published, or not on the page any longer."""
    if source.outcome not in messages.READ_NOW:
        return {}
    held = {h["id"] for h in source.held}
    published = {c["id"] for c in source.changes}
    prefix = f"held:{source.name}:"
    ids = [i.key.removeprefix(prefix) for i in issues if i.key.startswith(prefix)]
    done = "proposed" if source.proposed else "published"
    why = {True: f"It was confirmed and is {done}.", False: "The page no longer says so; nothing was published."}
    return {f"{prefix}{one}": why[one in published] for one in ids if one not in held}


def _steps(facts: RunReport, today: date) -> list[Want]:
    """Dated steps that come closer: one issue per source and day, told at each of `AHEAD`."""
    groups: dict[tuple[str, str], list[Plain]] = {}
    for step in facts.upcoming:
        groups.setdefault((step["name"], step["on"]), []).append(step)
    found = []
    for (name, day), steps in groups.items():
        left = (date.fromisoformat(day) - today).days
        due = [ahead for ahead in AHEAD if left <= ahead]
        if due:
            models = sorted({s["model"] for s in steps})
            shown = ", ".join(models[:3]) + (f" and {len(models) - 3} more" if len(models) > 3 else "")
            title = f"From {day}: {shown} ({name})"
            # what somebody says that a page announces is marked as that
            says = "says, and no official page that was read, that it is" if name.startswith(REPORTED) else "announces"
            text = messages.capped([f"{name} {says} for {day}:", "", *messages.steps_table(steps)], messages.BODY)
            again = f"In {count(left, 'day')}.\n"
            found.append(Want(f"step:{name}:{day}", day, str(min(due)), unlinked(title), text, again, tuple(models)))
    return found


def _ends(source: SourceReport) -> list[Want]:
    """Models whose end is announced otherwise than before: an issue each, until that day, or a person closes it."""
    found = []
    for told in source.news:
        if told["kind"] == "end":
            words = plain_text(f"{told['model']}: {told['change']}")
            text = f"{markdown(words)}, by [the page]({told['link']}): {markdown(told['quote'], 300)}"
            about = told["day"] or "none"
            found.append(Want(f"end:{source.name}:{told['model']}", about, about, unlinked(words)[:200], text))
    return found


def _past(issue: Issue, facts: RunReport, today: date) -> bool:
    """Whether an issue is about a day that is over, or about steps that a source that was read announces no more."""
    kind, _, rest = issue.key.partition(":")
    if kind == "end":
        return issue.about[:1].isdigit() and date.fromisoformat(issue.about) <= today
    if kind != "step":
        return False
    name, _, day = rest.rpartition(":")
    read = name.startswith(REPORTED) or any(s.name == name and s.outcome in messages.READ_NOW for s in facts.sources)
    announced = any((s["name"], s["on"]) == (name, day) for s in facts.upcoming)
    return date.fromisoformat(day) <= today or (read and not announced)


def of_heartbeat(complaint: str, newest: str, now: datetime, issues: Sequence[Issue]) -> list[Action]:
    """The schedule itself, which stands still since the day `newest`: told each week, closed when it runs again."""
    key = "heartbeat"
    if not complaint:
        return actions([], issues, {key: "The published data is renewed again."})
    issue = next((i for i in issues if i.key == key), None)
    text = f"{complaint}\n\nLook at the runs of the workflow `refresh`: is it disabled, out of minutes, or failing?\n"
    title = "The rate cards are no longer renewed"
    want = Want(key, newest or "never", _reminder(issue, newest or "never", now), title, text, f"{complaint}\n")
    return actions([want], issues, {})


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
