"""Refreshes by the hundred against a server that misbehaves at random, the same way for the same seed.

    python -m tests.soak [RUNS] [SEED]

After each run: nothing is published that was not served as a price; a run that failed has changed no data; one that
read the page has published exactly that page, but for sections that it says it could not read and prices that it says
it holds. Every outcome is one that its misbehaviour may have. At the end: no file, socket, thread or memory is left.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import io
import json
import os
import re
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from ratecards.model import plain
from scraper import __main__ as command_line
from scraper.fetch import all_sources
from scraper.fetch.client import Limits, fetch
from scraper.publish.dataset import Dataset
from scraper.publish.verify import findings
from scraper.sources import gemini_api
from tests.support import misbehaving as bad
from tests.support.misbehaving import Answers, Plan, Prices, Server, World
from tests.support.workshop import GEMINI, KINDS, SMALL, local, model, outcomes, tree

START = datetime(2026, 11, 1, 6, tzinfo=UTC)
LIMITS = Limits(
    total_seconds=0.4, read_seconds=0.3, connect_seconds=0.3, max_bytes=1_000_000, attempts=2, max_wait=0.01
)
READ = {"NEW", "CHANGED", "UNCHANGED"}
# what one representation may come to when only the other one fails on the way
ALONE = READ | {"NOT_FETCHED"}
LOST, UNREAD, DOUBTED = {"NOT_FETCHED"}, {"NOT_READ"}, {"SUSPECT"}


@dataclass
class Case:
    """One misbehaviour: what is served, what may come of it, and how often it comes up."""

    plan: Callable[[World], Plan]
    outcomes: set[str]
    weight: int = 2
    change: Callable[[World], object] = lambda _: None


def good(world: World) -> Plan:
    bodies = world.bodies()
    return lambda answers, kind, _: answers.page(kind, bodies[kind])


def bare(world: World) -> Plan:
    """The page without a word of how long it holds."""
    bodies = world.bodies()
    return lambda answers, kind, _: answers.reply(bodies[kind], Content_Type=bad.MIME[kind])


def hiccup(world: World) -> Plan:
    bodies = world.bodies()
    return lambda answers, kind, times: bad.hiccup(answers, kind, bodies[kind], times)


def both(plan: Plan) -> Callable[[World], Plan]:
    """The same misbehaviour for both representations."""
    return lambda world: plan


def one(plan: Plan) -> Callable[[World], Plan]:
    """One representation misbehaves, the other one is as it should be."""

    def chosen(world: World) -> Plan:
        victim, rest = world.random.choice(sorted(KINDS)), good(world)
        return lambda answers, kind, times: (plan if kind == victim else rest)(answers, kind, times)

    return chosen


def instead(body: bytes, status: int = 200, **headers: str) -> Callable[[World], Plan]:
    """Something else than the page."""
    return both(lambda answers, kind, _: answers.reply(body, status, **headers))


def cut(world: World, *, told: bool) -> Plan:
    """The page ends early; the server tells how long it should be, or does not."""
    bodies, share = world.bodies(), world.random.uniform(0.05, 0.95)

    def plan(answers: Answers, kind: str, _: int) -> None:
        if told:
            bad.cut(answers, bodies[kind], share)
        else:
            # the last bytes are the end of the page, which must not be missing
            answers.send_response(200)
            answers.send_header("Content-Type", bad.MIME[kind])
            answers.end_headers()
            answers.wfile.write(bodies[kind][: int(len(bodies[kind]) * share)])

    return plan


def moved(world: World) -> Plan:
    """A redirect within the host, then the page."""
    bodies = world.bodies()

    def plan(answers: Answers, kind: str, _: int) -> None:
        if answers.path.endswith("-moved"):
            answers.page(kind, bodies[kind])
        else:
            answers.reply(b"", 301, Location=f"/{kind}-moved")

    return plan


def older(world: World) -> Plan:
    """An edition from before the last change."""
    updated, prices = world.past[-1] if world.past else ("2026-01-01", world.prices)
    bodies = world.bodies(prices, min(updated, f"{START.date() - timedelta(days=40)}"))
    return lambda answers, kind, _: answers.page(kind, bodies[kind])


def torn(world: World) -> Plan:
    """The two representations are of two editions."""
    now = world.bodies()
    name = world.random.choice(sorted(world.prices))
    before = world.bodies(world.prices | {name: ("99.00", "99.50")})
    return lambda answers, kind, _: answers.page(kind, (now if kind == "html" else before)[kind])


def relabelled(world: World) -> Plan:
    """A row of one section has a label that nobody knows."""
    name = world.random.choice(sorted(world.prices))
    strange = model(name.replace("gemini-", "Gemini "), *(f"${price}" for price in world.prices[name]))
    strange["tabs"]["Standard"][0][0] = "Price of putting things in"
    bodies = world.bodies(**{name.replace("-", "_"): strange})
    return lambda answers, kind, _: answers.page(kind, bodies[kind])


def swapped(world: World) -> Plan:
    """Each address answers with the other representation: what it is stands in it."""
    bodies, other = world.bodies(), dict(zip(KINDS, reversed(KINDS), strict=True))
    return lambda answers, kind, _: answers.reply(bodies[other[kind]], Content_Type=bad.MIME[kind])


CASES = {
    "as it should be": Case(good, READ, 12),
    "a price moved": Case(good, READ, 12, lambda w: w.moves(w.random.choice((0.5, 0.9, 1.2, 2)))),
    "a price leapt": Case(good, READ, 4, lambda w: w.moves(w.random.choice((0.05, 10)))),
    "a model came": Case(good, READ, 3, World.grows),
    "no validators": Case(bare, READ),
    "500, then the page": Case(hiccup, READ),
    "redirected within the host": Case(moved, READ),
    "503": Case(both(bad.busy), LOST),
    "403": Case(both(bad.denied), LOST),
    "404": Case(instead(b"gone", 404), UNREAD),
    "connection reset": Case(both(bad.reset), LOST),
    "slow drip": Case(both(bad.drip), LOST, 1),
    "redirected elsewhere": Case(both(bad.foreign), LOST),
    "redirect loop": Case(both(bad.loop), LOST),
    "over the cap": Case(both(bad.bomb), LOST),
    "one of two: 503": Case(one(bad.busy), ALONE),
    "one of two: reset": Case(one(bad.reset), ALONE),
    "cut short": Case(functools.partial(cut, told=True), LOST),
    "cut short, untold": Case(functools.partial(cut, told=False), UNREAD | DOUBTED | {"PARTLY_READ"}, 4),
    "consent page": Case(instead(bad.CONSENT, Content_Type="text/html"), UNREAD),
    "JSON": Case(instead(b'{"error": 0}', Content_Type="application/json"), UNREAD),
    "an image": Case(instead(b"\x89PNG\r\n\x1a\n\x00", Content_Type="image/png"), UNREAD),
    "nothing": Case(instead(b""), UNREAD),
    "204": Case(instead(b"", 204), UNREAD),
    "the other representation": Case(swapped, READ),
    "an older edition": Case(older, DOUBTED | UNREAD, 3),
    "two editions at once": Case(torn, DOUBTED, 3),
    "an unknown label": Case(relabelled, {"PARTLY_READ"}, 4),
}


@dataclass
class Soak:
    """A dataset, the page it is made of, and what has been seen of both."""

    root: Path
    world: World
    server: Server
    served: dict[str, tuple[set[str], set[str]]] = field(default_factory=dict)
    first_seen: dict[tuple[str, tuple[str, str]], datetime] = field(default_factory=dict)
    table: Counter[tuple[str, str]] = field(default_factory=Counter)

    def run(self, name: str) -> None:
        """One refresh, and everything that must hold after it."""
        case, world = CASES[name], self.world
        world.later()
        case.change(world)
        self.server.plan, self.server.asked = case.plan(world), {}
        for model_id, prices in world.prices.items():
            for said, price in zip(self.served.setdefault(model_id, (set(), set())), prices, strict=True):
                said.add(price)
        before, data = self.published(), self.data()
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            command_line.main(["refresh", GEMINI, "--to", str(self.root), "--now", f"{world.now:%Y-%m-%dT%H:%M:%SZ}"])
        outcome = outcomes(out.getvalue()).get(GEMINI, "")
        self.table[name, outcome] += 1
        assert outcome in case.outcomes, f"{name} came to {outcome}:\n{out.getvalue()}"
        self.holds_true(outcome, before, data)

    def holds_true(self, outcome: str, before: Prices, data: dict[str, bytes]) -> None:
        """What is published is what the page said, or what stood before where that is told."""
        after, state, world = self.published(), self.state(), self.world
        for name, prices in after.items():
            assert all(p in said for p, said in zip(prices, self.served[name], strict=True)), (name, prices)
        if outcome not in READ | {"PARTLY_READ"}:
            assert data == self.data()
            return
        kept = set(state["unread"]) | {m for hold in state["holds"].values() for m in hold["models"]}
        for name, prices in world.prices.items():
            if name in kept:
                # of two held prices of a model one may have been let go
                assert {*after.get(name, ())} <= {*before.get(name, ()), *prices}, (name, before, after)
            else:
                assert after[name] == prices, (name, prices, after[name], outcome)
            if name not in state["unread"]:
                self.first_seen.setdefault((name, prices), world.now)
        for name in before.keys() & after.keys():
            if self.leapt(before[name], after[name]):
                waited = world.now - self.first_seen[name, world.prices[name]]
                assert waited >= timedelta(hours=24), f"{name} leapt after {waited}"

    @staticmethod
    def leapt(before: tuple[str, str], after: tuple[str, str]) -> bool:
        """Whether a price moved more than three times."""
        ratios = [float(new) / float(old) for old, new in zip(before, after, strict=True)]
        return any(not 1 / 3.01 < ratio < 3.01 for ratio in ratios)

    def published(self) -> Prices:
        """The paid prices of the cards."""
        found: Prices = {}
        for name, card in Dataset(self.root).cards(GEMINI).items():
            paid = {r.meter: plain(r.price) for r in card.rates if r.plan == "paid" and r.price is not None}
            found[name] = (_dollars(paid["input"]), _dollars(paid["output"]))
        return found

    def data(self) -> dict[str, bytes]:
        """What is published of the page, whatever is said of the last look."""
        kept = ("ratecards/cards/", "ratecards/history/", "ratecards/v1/rates.csv", "ratecards/v1/changes.json")
        return {path: content for path, content in tree(self.root).items() if path.startswith(kept)}

    def state(self) -> dict:
        return json.loads((self.root / "state" / f"{GEMINI}.json").read_text())


def _dollars(amount: str) -> str:
    return f"{float(amount):.2f}"


def doubts(root: Path, today: date) -> list[str]:
    """What `check` finds, but for the address of our own server, which is not one of https."""
    found = findings(Dataset(root), today)
    return [words for words in found if not re.search(r"url: 'http://(?:127\.0\.0\.1|localhost):[0-9]+/", words)]


# ---------------------------------------------------------------------------------------------- what is left over


@dataclass(frozen=True)
class Left:
    """What the process holds: open files, sockets among them, threads, and kilobytes of memory."""

    files: int
    sockets: int
    threads: int
    memory: int


def left() -> Left:
    """What the process holds now."""
    gc.collect()
    links = []
    for handle in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # the one that lists the others
            links.append(f"{handle.readlink()}")
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    sockets = sum(link.startswith("socket:") for link in links)
    return Left(len(links), sockets, threading.active_count(), pages * os.sysconf("SC_PAGE_SIZE") // 1024)


@contextlib.contextmanager
def small_pages(server: Server) -> Iterator[None]:
    """The source as the tests have it: small pages, our server, no waiting."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("COLUMNS", "200")
        patched.setattr("os.fsync", lambda handle: None)
        patched.setattr(gemini_api, "load_terms", lambda: SMALL)
        patched.setattr(gemini_api, "urls", lambda: {kind: server.url(kind) for kind in KINDS})
        patched.setattr(all_sources, "fetch", functools.partial(fetch, policy=local, limits=LIMITS))
        patched.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda _: None))
        yield


def soak(root: Path, runs: int, seed: int) -> tuple[Counter[tuple[str, str]], list[Left]]:
    """So many refreshes; the table of what came to what, and what was held at each twentieth of the way."""
    held: list[Left] = []
    with bad.serving() as server, small_pages(server):
        world = World(seed, START)
        every = Soak(root, world, server)
        # the first run, then every case once, then as they come
        names = ["as it should be", *sorted(CASES)]
        weights = [CASES[name].weight for name in sorted(CASES)]
        for number in range(runs):
            name = names[number] if number < len(names) else world.random.choices(sorted(CASES), weights)[0]
            every.run(name)
            if number % max(1, runs // 20) == 0:
                held.append(left())
        assert doubts(root, world.now.date()) == []
        every.run("as it should be")
        held.append(left())
    assert server.faults == []
    return every.table, held


def show(table: Counter[tuple[str, str]], held: list[Left]) -> Iterator[str]:
    """What came to what, and what was left over."""
    seen = sorted({outcome for _, outcome in table})
    yield f"{'':28}" + "".join(f"{outcome:>13}" for outcome in seen)
    for name in CASES:
        counts = [table[name, outcome] for outcome in seen]
        yield f"{name:28}" + "".join(f"{count or '':>13}" for count in counts)
    yield f"{'all':28}" + "".join(f"{sum(n for (_, o), n in table.items() if o == out):>13}" for out in seen)
    first, last = held[len(held) // 4], held[-1]
    yield (
        f"{sum(table.values())} refreshes; from a quarter of the way to the end: files {first.files} -> {last.files}, "
        f"sockets {first.sockets} -> {last.sockets}, threads {first.threads} -> {last.threads}, "
        f"memory {first.memory / 1024:.1f} -> {last.memory / 1024:.1f} MB"
    )


def main(words: list[str]) -> int:
    """So many refreshes with that seed; the table, and 1 where something is left over."""
    runs, seed = int(words[0]) if words else 1000, int(words[1]) if len(words) > 1 else 1
    with tempfile.TemporaryDirectory() as folder:
        table, held = soak(Path(folder) / "data", runs, seed)
    print("\n".join(show(table, held)))
    first, last = held[len(held) // 4], held[-1]
    kept = (first.files, first.sockets, first.threads) == (last.files, last.sockets, last.threads)
    return 0 if kept and last.memory - first.memory < 20_000 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
