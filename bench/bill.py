"""Many calls at once: `ratecards.costs` beside the loop of genai-prices, and `ratecards bill` over a log of 100 MB."""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROWS = """
import random, time
chance = random.Random(3)
rows = [{"model": "gemini-2.5-pro", "time": f"2026-10-0{n % 7 + 1}", "input_tokens": 8000 + chance.randrange(9999),
    "cached_tokens": 8000, "output_tokens": chance.randrange(999)} for n in range(100_000)]
def took(run, rows):
    best = 9e9
    for _ in range(5):
        start = time.process_time()
        run(rows)
        best = min(best, time.process_time() - start)
    return best / len(rows)
"""
OURS = f"""{ROWS}
import warnings; warnings.simplefilter("ignore")
from collections import deque
import ratecards
print(took(lambda rows: deque(ratecards.costs(rows), 0), rows))
print(took(lambda rows: deque(ratecards.costs(rows, lines=True), 0), rows))
print(took(lambda rows: deque((found.lines for found in ratecards.costs(rows, lines=True)), 0), rows))
"""
GENAI = f"""{ROWS}
from genai_prices import Usage, calc_price
def run(rows):
    for row in rows:
        calc_price(Usage(input_tokens=row["input_tokens"], cache_read_tokens=row["cached_tokens"],
            output_tokens=row["output_tokens"]), row["model"], provider_id="google").total_price
print(took(run, rows[:5000]))
"""
_ANSWER = {
    "candidates": [{"content": {"role": "model", "parts": [{"text": "x" * 20}]}, "finishReason": "STOP"}],
    "modelVersion": "gemini-2.5-flash",
}
_SIZE = 100_000_000


def _line(what: str, figure: str, ratio: str, bound: str) -> None:
    print(f"{what:44} {figure:>10}  {ratio:32} {bound}")


def beside(python: Path) -> None:
    """Rows a second of one processor, and how much quicker that is than the loop of genai-prices."""
    ours = [float(word) for word in _printed(python, OURS)]
    (theirs,) = (float(word) for word in _printed(python, GENAI))
    for what, seconds, bound in zip(
        ("costs of rows, totals", "costs of rows, breakdowns", "costs of rows, a look at all lines"),
        ours,
        ("at least 600,000/s", "at least 150,000/s", "at least 150,000/s"),
        strict=True,
    ):
        _line(what, f"{1 / seconds:,.0f}/s", f"{theirs / seconds:.0f} x genai-prices' loop", bound)


def _printed(python: Path, code: str) -> list[str]:
    done = subprocess.run([python, "-I", "-c", code], check=True, capture_output=True, text=True)
    return done.stdout.split()


def log() -> None:
    """A log of answers of generateContent of some 500 bytes each: CPU time by one process, memory of the largest."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "log.jsonl")
        rows = _written(path)
        for jobs in (1, 2):
            code = (
                "import resource, sys, time; from ratecards.__main__ import main\n"
                f"start = time.process_time(); main(['bill', {str(path)!r}, '--by', 'model,day', '--stale', 'allow',"
                f" '--jobs', '{jobs}', '--to', {str(Path(folder, 'bill'))!r}])\n"
                "own, all = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))\n"
                "print(time.process_time() - start, max(own.ru_maxrss, all.ru_maxrss) // 1024, file=sys.stderr)"
            )
            before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            done = subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True, text=True)
            took, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
            spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            _, memory = done.stderr.split()[-2:]
            what = f"bill of {path.stat().st_size / 1e6:.0f} MB, {rows:,} rows, {jobs} jobs"
            ratio = f"{rows / spent * jobs:,.0f}/s by CPU time, {memory} MB"
            _line(what, f"{rows / took:,.0f}/s", ratio, "at least 100,000/s on two, at most 200 MB")


def _written(path: Path) -> int:
    chance, rows = random.Random(7), 0
    with path.open("w", encoding="utf-8") as file:
        while file.tell() < _SIZE:
            for _ in range(1000):
                sent, out, thoughts = chance.randrange(9000, 20_000), chance.randrange(1, 900), chance.randrange(300)
                usage = {"promptTokenCount": sent, "cachedContentTokenCount": 8000, "candidatesTokenCount": out}
                usage |= {"thoughtsTokenCount": thoughts, "totalTokenCount": sent + out + thoughts}
                details = {"promptTokensDetails": [{"modality": "TEXT", "tokenCount": sent}]}
                details["cacheTokensDetails"] = [{"modality": "TEXT", "tokenCount": 8000}]
                when = f"2026-09-{chance.randrange(1, 31):02}T{chance.randrange(24):02}:10:00.{rows:06}Z"
                answer = {
                    **_ANSWER,
                    "usageMetadata": {**usage, **details},
                    "createTime": when,
                    "responseId": f"r{rows}",
                }
                file.write(json.dumps({"customer": "c", "response": answer}, separators=(",", ":")) + "\n")
                rows += 1
    return rows


if __name__ == "__main__":
    log()
