"""Changes for a person to look at: one rolling branch and one pull request per source, whose body is the change table.

A source that changed goes to its branch, always built anew on what is published now; what no data changed for, the
state of every other source, is published at once. An open pull request is renewed, never doubled, and closed when
the page took back what it proposed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ratecards.escaping import plain_text
from scraper.automation.branch import (
    ATTEMPTS,
    Apply,
    Published,
    Target,
    Wait,
    committed,
    newest,
    pause,
    publish,
    pushed,
    rehearsed,
)
from scraper.automation.git import Git, GitError, Who
from scraper.automation.github import GitHub, GitHubError
from scraper.report import messages
from scraper.report.run_report import RunReport

PREFIX = "ratecards/"
_SETTING = "allow it under Settings, Actions, General: GitHub Actions may create pull requests"


@dataclass(frozen=True, slots=True)
class Proposed:
    """One source's branch, its pull request (0 without GitHub), and `opened`, `renewed`, `same`, `closed` or `failed`.

    `problem` says what failed; the other sources go on without it.
    """

    name: str
    branch: str
    number: int
    done: str
    problem: str = ""


def branch_of(name: str) -> str:
    """The rolling branch of a source."""
    return f"{PREFIX}{name}"


def propose(
    git: Git, target: Target, apply: Apply, names: Sequence[str], forge: GitHub | None, *, wait: Wait = pause
) -> tuple[Published, list[Proposed]]:
    """Publish the state of what did not change, and propose what did. The facts are those of the whole run."""
    facts = rehearsed(git, target, apply, names).facts
    pending = [s.name for s in facts.sources if s.changes or s.files]
    rest = [s.name for s in facts.sources if s.name not in pending]
    base = newest(git, target)
    done = publish(git, target, apply, rest, wait=wait) if rest else Published(facts, base, base)
    facts = replace(facts, sources=[replace(s, proposed=s.name in pending) for s in facts.sources])
    out = [_tried(name, lambda name: _proposed(git, target, apply, name, forge, wait)) for name in pending]
    taken_back = [s.name for s in facts.sources if s.name in rest and s.outcome == "UNCHANGED"]
    out += [_tried(name, lambda name: _closed(git, target, name, forge)) for name in taken_back]
    return Published(facts, done.base, done.commit, done.paths, done.data), [p for p in out if p]


def _tried(name: str, do: Callable[[str], Proposed | None]) -> Proposed | None:
    """What `do` gives for a source; an error becomes a `failed` proposal, so that the other sources go on."""
    try:
        return do(name)
    except (GitError, GitHubError) as error:
        return Proposed(name, branch_of(name), 0, "failed", str(error))


def _proposed(git: Git, target: Target, apply: Apply, name: str, forge: GitHub | None, wait: Wait) -> Proposed:
    branch = branch_of(name)
    for attempt in range(ATTEMPTS):
        base, tip = newest(git, target), git.tip(target.remote, branch)
        _ours(git, tip, target.who)
        with git.worktree(base) as tree:
            facts = apply(tree.root, [name])
            done = committed(tree, base, facts, target.who)
            if not done.changed:
                return Proposed(name, branch, 0, "same")  # merged by somebody in this very moment
            same = bool(tip) and tree("diff", "--name-only", tip, done.commit) == ""
            lease = f"--force-with-lease=refs/heads/{branch}:{tip}"
            if same or pushed(tree, target, tip, f"{done.commit}:refs/heads/{branch}", wait, lease):
                return _pull(forge, target, name, facts, renewed=not same)
        wait(attempt)
    raise GitError(f"{branch}: others pushed {ATTEMPTS} times meanwhile; the next run tries again")


def _ours(git: Git, tip: str, who: Who) -> None:
    """Raises `GitError` unless the commit at the branch's tip is ours: a person's work is not replaced."""
    author = git("show", "--no-patch", "--format=%ae", tip) if tip else who.email
    if author != who.email:
        raise GitError(f"the branch ends in a commit by {plain_text(author)}: merge or delete it; it was left as it is")


def _pull(forge: GitHub | None, target: Target, name: str, facts: RunReport, *, renewed: bool) -> Proposed:
    branch = branch_of(name)
    if forge is None:
        return Proposed(name, branch, 0, "renewed" if renewed else "same")
    body = {"title": messages.title(facts, name), "body": messages.pull(facts, name)}
    if found := _open(forge, target, branch):
        if (found["title"], _lines(found["body"])) == (body["title"], _lines(body["body"])):
            return Proposed(name, branch, found["number"], "same")
        forge.ask("PATCH", f"/pulls/{found['number']}", body)
        return Proposed(name, branch, found["number"], "renewed")
    try:
        made = forge.ask("POST", "/pulls", {**body, "head": branch, "base": target.branch})
    except GitHubError as error:
        if error.status == 403:
            raise GitHubError(f"{error}; {_SETTING}", error.status) from error
        raise
    return Proposed(name, branch, made["number"], "opened")


def _lines(body: str | None) -> list[str]:
    """The lines of a body, to compare it: editing in a browser changes line ends."""
    return (body or "").strip().splitlines()


def _open(forge: GitHub, target: Target, branch: str) -> dict[str, Any] | None:
    """The open pull request of a branch."""
    owner = forge.repo.partition("/")[0]
    found: list[dict[str, Any]] = forge.get("/pulls", state="open", head=f"{owner}:{branch}", base=target.branch)
    return found[0] if found else None


def _closed(git: Git, target: Target, name: str, forge: GitHub | None) -> Proposed | None:
    """Close what the page took back, and remove its branch; nothing where there is none."""
    branch = branch_of(name)
    tip = git.tip(target.remote, branch)
    if not tip:
        return None
    found = _open(forge, target, branch) if forge else None
    _ours(git, tip, target.who)
    if forge and found:
        words = "The page says again what is published. Nothing is left to change."
        forge.ask("POST", f"/issues/{found['number']}/comments", {"body": words})
        forge.ask("PATCH", f"/pulls/{found['number']}", {"state": "closed"})
    git("push", "--quiet", f"--force-with-lease=refs/heads/{branch}:{tip}", target.remote, f":refs/heads/{branch}")
    return Proposed(name, branch, found["number"] if found else 0, "closed")


def lines(proposals: Sequence[Proposed]) -> list[str]:
    """A line per source."""
    return [
        f"{p.name}: {p.branch} {p.done}"
        + (f", pull request {p.number}" if p.number else "")
        + (f": {p.problem}" if p.problem else "")
        for p in proposals
    ]
