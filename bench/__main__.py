"""`python -m bench`: how long the main job takes, beside what it cannot do without.

Every figure is a ratio to something measured in the same run, or a bound of the project; machines drift, ratios less.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "examples" / "demo" / "replay"


def median_ms(run: Callable[[], object], times: int = 7) -> float:
    """The median time of a call in milliseconds, after one that does not count."""
    run()
    samples = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        samples.append(time.perf_counter() - start)
    return statistics.median(samples) * 1000


def page() -> tuple[Path, bytes]:
    """The page to read: the largest capture where there are captures, else the demo's."""
    captures = os.environ.get("RATECARDS_CAPTURES")
    path = Path(captures, "google/gemini-api/2026-04-27.html") if captures else None
    if path is None or not path.is_file():
        path = max((DEMO / "google" / "gemini-api").glob("*.html"))
    return path, path.read_bytes()


def reading() -> None:
    """Bytes to validated rates, against a bare parse of the same bytes."""
    from bs4 import BeautifulSoup

    from ratecards.model import validate_rate
    from scraper.sources import gemini_api

    path, body = page()

    def whole() -> None:
        for rate in gemini_api.read(body.decode()).rates():
            assert not validate_rate(rate)

    bare = median_ms(lambda: BeautifulSoup(body, "lxml"))
    ours = median_ms(whole)
    what = f"whole read of {path.name} ({len(body) // 1000} kB)"
    line(what, f"{ours:.0f} ms", f"{ours / bare:.2f} x a bare parse", "3 x")


def nothing_new() -> None:
    """A refresh of an edition that is already known: hashes only."""
    from scraper.fetch.capture import replay
    from scraper.pipeline.refresh import evaluate_one
    from scraper.publish.assemble import publication
    from scraper.publish.dataset import Dataset
    from scraper.sources import find

    source = find("google/gemini-api")
    edition = list(replay(DEMO, source))[-1]
    now = datetime(2026, 11, 15, 7, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as folder:
        dataset = Dataset(Path(folder))
        first = evaluate_one(dataset, source, edition, now)
        publication(dataset, [first], now).commit()

        def again() -> None:
            verdict = evaluate_one(dataset, source, edition, now)
            assert verdict.outcome == "UNCHANGED"
            assert not publication(dataset, [verdict], now).commit()

        took = median_ms(again)
    line("refresh with nothing new", f"{took:.1f} ms", "", "50 ms")


# By source, a whole page of it among the captures, and how a kept one is called.
PAGES = {
    "google/gemini-api": ("2026-04-27.html", "html"),
    "google/vertex-ai": ("2026-05-08.html", "html"),
    "google/ai-studio": ("2026-02-14.listmodels.json", "json"),
    "google/cloud-billing": ("2026-08-13.skus.excerpt.json", "json"),
    "google/rate-limits": ("2026-04-16.md.txt", "md.txt"),
    "openai/openai-api": ("2026-08-21.html", "html"),
    "anthropic/anthropic-api": ("2026-04-16.md", "md"),
}


def all_sources() -> None:
    """One process that reads a page of each source, first into an empty dataset and then again: its CPU time."""
    captures = os.environ.get("RATECARDS_CAPTURES")
    if not captures:
        return
    with tempfile.TemporaryDirectory() as folder:
        for name, (page, kind) in PAGES.items():
            kept = Path(folder, "looks", name, f"2026-11-01T06-00-00Z.{kind}")
            kept.parent.mkdir(parents=True)
            kept.write_bytes(Path(captures, name, page).read_bytes())
        for what, bound in (("first refresh of 7 sources", "3 s"), ("refresh of 7 sources, nothing new", "1.5 s")):
            spent = os.times()
            command = ["-m", "scraper", "refresh", *PAGES, "--replay", f"{folder}/looks", "--at-once", "--to", folder]
            # what is not understood of a page that is older than its vocabulary costs time as well
            subprocess.run([sys.executable, *command], check=False, cwd=ROOT, capture_output=True)
            now = os.times()
            took = now.children_user + now.children_system - spent.children_user - spent.children_system
            line(f"{what} (CPU)", f"{took:.1f} s", "", bound)


def imports() -> None:
    """What the refresh path imports, beyond the interpreter's own start."""
    modules = "cli.run", "pipeline.refresh", "pipeline.backfill", "sources.gemini_api"
    path = f"import {', '.join(f'scraper.{name}' for name in modules)}, rich.table"

    def start(code: str) -> float:
        return median_ms(lambda: subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT), 5)

    bare, ours = start("pass"), start(path)
    line("imports of the refresh path", f"{ours - bare:.0f} ms", f"{ours / bare:.1f} x a bare interpreter", "500 ms")


def memory() -> None:
    """The peak of a whole refresh process."""
    code = (
        "import resource, sys, tempfile; from scraper.__main__ import main\n"
        f"main(['refresh', 'google/gemini-api', '--replay', {str(DEMO)!r}, '--to', tempfile.mkdtemp()])\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True, text=True)
    line("peak memory of a refresh", f"{done.stderr.split()[-1]} MB", "", "100 MB")


def growth() -> None:
    """A changed refresh over histories of several lengths."""
    from bench.growth import ratios

    for times, (took, ratio, size) in ratios().items():
        what = f"changed refresh, history {times} x ({size / 1e6:.1f} MB)"
        line(what, f"{took:.0f} ms", f"{ratio:.2f} x the shortest", "1.25 x")


def line(what: str, figure: str, ratio: str, bound: str) -> None:
    """One row of the result."""
    print(f"{what:44} {figure:>10}  {ratio:28} at most {bound}")


def main() -> None:
    """All figures."""
    reading()
    nothing_new()
    all_sources()
    imports()
    memory()
    growth()
    from bench import reader

    reader.main()


if __name__ == "__main__":
    main()
