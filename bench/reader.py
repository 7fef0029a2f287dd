"""The reader, beside two calculators from the index; and ten synthetic years of daily observations.

Each of the three is installed into one throw-away environment, compiled and run by one interpreter, in turns: what
counts is the ratio within the run.
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from bench import bill
from ratecards.model import Evidence, Rate, RateCard
from ratecards.storage import database
from ratecards.storage.database_cache import FILE

ROOT = Path(__file__).resolve().parent.parent
OURS = """
import ratecards
def ask(sent=10000): return ratecards.cost(
    "gemini-2.5-pro", {"input_tokens": sent, "cached_tokens": 8000, "output_tokens": 1000}).total
"""
OURS_LINES = OURS.replace(".total", ".lines")
OURS_TOTAL = """
import ratecards
def ask(sent=10000): return ratecards.total(
    "gemini-2.5-pro", {"input_tokens": sent, "cached_tokens": 8000, "output_tokens": 1000})
"""
GENAI = """
from genai_prices import Usage, calc_price
def ask(sent=10000): return calc_price(Usage(
    input_tokens=sent, cache_read_tokens=8000, output_tokens=1000), "gemini-2.5-pro", provider_id="google").total_price
"""
LITELLM = """
import os
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
from litellm import cost_per_token
def ask(sent=10000): return sum(cost_per_token(
    "gemini/gemini-2.5-pro", prompt_tokens=sent, completion_tokens=1000, cache_read_input_tokens=8000))
"""
# An answer as the API sends it, whose numbers change from one to the next.
ANSWER = """
def answer(sent=10000): return {
    "candidates": [{"content": {"role": "model", "parts": [{"text": "x"}]}, "finishReason": "STOP"}],
    "usageMetadata": {
        "promptTokenCount": sent, "cachedContentTokenCount": sent - 1000, "candidatesTokenCount": sent % 900 + 1,
        "thoughtsTokenCount": sent % 300 + 1, "totalTokenCount": sent + sent % 900 + sent % 300 + 2,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": sent}],
        "cacheTokensDetails": [{"modality": "TEXT", "tokenCount": sent - 1000}],
        "candidatesTokensDetails": [{"modality": "TEXT", "tokenCount": sent % 900 + 1}]},
    "modelVersion": "gemini-2.5-flash", "responseId": "abc"}
"""
OURS_ANSWER = f"""{ANSWER}
import ratecards
def ask(sent=10000): return ratecards.cost(usage=answer(sent)).total
"""
GENAI_ANSWER = f"""{ANSWER}
from genai_prices import extract_usage
def ask(sent=10000): return extract_usage(answer(sent), provider_id="google").calc_price().total_price
"""
REPEAT = """
import itertools, time
ask()
never_seen = itertools.count(10_001)
def took(calls):
    start = time.process_time()
    for number in calls: ask(number)
    return (time.process_time() - start) / len(calls)
print(min(took(list(itertools.islice(never_seen, 250))) for _ in range(60)))
"""
NAME = "google/gemini-api"
MODELS, RATES, DAYS, DAILY = 1000, 10, 3652, 100


def line(what: str, figure: str, ratio: str, bound: str) -> None:
    """One row of the result."""
    print(f"{what:44} {figure:>10}  {ratio:32} {bound}")


def main() -> None:
    """All figures."""
    with tempfile.TemporaryDirectory() as folder:
        python = _environment(Path(folder))
        if python:
            _beside(python)
            bill.beside(python)
    bill.log()
    ten_years()


def _environment(folder: Path) -> Path | None:
    """An interpreter that has this package as a wheel and the other two; None, and a word why, where there are none."""
    venv.create(folder / "v", with_pip=True)
    python = folder / "v" / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    size = next(folder.glob("*.whl")).stat().st_size
    line("the wheel", f"{size / 1000:.0f} kB", "", "at most 400 kB")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-deps", "--no-index", next(folder.glob("*.whl"))], check=True)
    done = subprocess.run([*pip, "genai-prices", "litellm"], check=False, capture_output=True, text=True)
    if done.returncode:
        print(
            f"the reader beside genai-prices and litellm: SKIPPED, they cannot be had: {done.stderr.splitlines()[-1:]}"
        )
        return None
    return python


def _beside(python: Path) -> None:
    codes = {"ours": OURS, "genai-prices": GENAI, "litellm": LITELLM}
    bare = {"nothing": "", "sqlite3": "import sqlite3"}
    cold: dict[str, list[float]] = {name: [] for name in (*codes, *bare)}
    for number in range(11):
        for name, code in {**bare, **codes}.items():
            if name != "litellm" or number < 4:
                start = _spent()
                subprocess.run([python, "-I", "-c", code + "ask()" * (name in codes)], check=True)
                cold[name].append(_spent() - start)
    times = {name: statistics.median(found[1:]) * 1000 for name, found in cold.items()}
    known = f"{times['nothing']:.0f} ms, of one that imports sqlite3: {times['sqlite3']:.0f} ms"
    print(f"CPU time of a bare interpreter: {known}")
    ratio = f"{times['ours'] / times['sqlite3']:.2f} x importing sqlite3"
    line("first cost, whole process, CPU time", f"{times['ours']:.0f} ms", ratio, "at most 2.5 x")
    command = [python.with_name("ratecards"), "cost", "gemini-2.5-pro", "--input-tokens", "10000", "--stale", "allow"]
    spent = []
    for _ in range(11):
        start = _spent()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        spent.append(_spent() - start)
    took = statistics.median(spent[1:]) * 1000
    line(
        "ratecards cost, CPU time",
        f"{took:.0f} ms",
        f"{took / times['nothing']:.1f} x a bare interpreter",
        "at most 6 x",
    )
    for other, bound in (("genai-prices", 4), ("litellm", 40)):
        ratio = f"{times[other] / times['ours']:.1f} x faster than {other}"
        line(
            f"first cost, whole process ({times[other]:.0f} ms)",
            f"{times['ours']:.0f} ms",
            ratio,
            f"at least {bound} x",
        )
    for what, ours_code, theirs_code, bound in (
        ("a cost, new numbers", OURS, GENAI, "at most 3 us, at least 15 x"),
        ("a cost and a look at its lines, new numbers", OURS_LINES, GENAI, "no bound"),
        ("the total alone, new numbers", OURS_TOTAL, GENAI, "at most 1.5 us, at least 15 x"),
        ("the cost of an API's answer, new numbers", OURS_ANSWER, GENAI_ANSWER, "no bound"),
    ):
        ours, theirs = _cpu(python, ours_code), _cpu(python, theirs_code)
        line(
            f"{what} ({theirs * 1e6:.0f} us)",
            f"{ours * 1e6:.1f} us",
            f"{theirs / ours:.1f} x faster than genai-prices",
            bound,
        )


def _spent() -> float:
    """The CPU seconds of all processes that were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _cpu(python: Path, code: str) -> float:
    """Seconds of CPU for a call with numbers that were never seen before, in a process that has made one."""
    done = subprocess.run([python, "-I", "-c", code + REPEAT], check=True, capture_output=True, text=True)
    return float(done.stdout)


def ten_years() -> None:
    """As of days all over ten years: one model, and every rate of every model."""
    with tempfile.TemporaryDirectory() as folder:
        size = made(Path(folder, FILE))
        done = subprocess.run(
            [sys.executable, "-c", f"from bench import reader; reader.read({folder!r})"],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
    found = json.loads(done.stdout)
    print(f"ten years of {MODELS} models, {DAYS * DAILY:,} new prices: {size / 1e6:.0f} MB")
    line("load", f"{found['load']:.1f} ms", "", "")
    line("as_of + all rates of one model", f"{found['one']:.2f} ms", "", "at most 1 ms")
    line(f"as_of + all {MODELS * RATES:,} rates of all", f"{found['all']:.1f} ms", "", "at most 150 ms")


def read(folder: str) -> None:
    """Measure in a fresh process, on days that were not asked for before; medians in CPU milliseconds, as JSON."""
    import ratecards

    start = time.process_time()
    data = ratecards.load(folder)
    assert list(data.sources) == [NAME]
    load = time.process_time() - start
    one, everything = [], []
    for number in range(20):
        day = date(2016, 1, 10) + timedelta(days=number * DAYS // 20)
        start = time.process_time()
        assert len(data.as_of(day).card("model-0500").rates) == RATES
        one.append(time.process_time() - start)
        start = time.process_time()
        cards = data.as_of(day + timedelta(days=1)).cards()
        everything.append(time.process_time() - start)
        assert sum(len(card.rates) for card in cards) == MODELS * RATES
    found = {"load": load, "one": statistics.median(one), "all": statistics.median(everything)}
    print(json.dumps({name: seconds * 1000 for name, seconds in found.items()}))


def made(path: Path) -> int:
    """A database of ten years; its size in bytes."""
    base = database.created()
    database.fill(base, NAME, [], editions())
    database.finished(base, {}).execute("VACUUM INTO ?", (str(path),))
    return path.stat().st_size


def editions() -> Iterator[tuple[date, Mapping[str, RateCard]]]:
    """Each day's cards: 1 % of all rates have a new price."""
    chance = random.Random(5)
    first = date(2016, 1, 1)
    cards = {card.model: card for card in map(_card, range(MODELS))}
    yield first, cards
    for number in range(1, DAYS):
        day = first + timedelta(days=number)
        fresh: dict[str, RateCard] = {}
        for place in chance.sample(range(MODELS * RATES), DAILY):
            model = f"model-{place // RATES:04}"
            rates = list(fresh.get(model, cards[model]).rates)
            rates[place % RATES] = _repriced(rates[place % RATES], chance.randint(1, 9999))
            fresh[model] = replace(cards[model], observed=day, rates=tuple(rates))
        cards |= fresh
        yield day, cards


def _repriced(rate: Rate, price: int) -> Rate:
    amount = Decimal(price).scaleb(-3)
    return replace(rate, price=amount, evidence=replace(rate.evidence, quote=f"${amount} per 1M tokens"))


def _card(number: int) -> RateCard:
    owner = {"provider": "google", "source": "gemini-api", "model": f"model-{number:04}"}
    kinds = [
        (tier, meter)
        for tier in ("standard", "batch", "flex", "priority")
        for meter in ("input", "output", "cache_read")
    ]
    rates = [
        Rate(
            **owner,
            service_tier=tier,
            meter=meter,
            unit="1000000 tokens",
            price=Decimal(1),
            currency="USD",
            evidence=Evidence("$1 per 1M tokens", f"{owner['model']} / {tier} / {meter}"),
        )
        for tier, meter in kinds[:RATES]
    ]
    head = {"name": owner["model"], "url": "https://example.com", "observed": date(2016, 1, 1), "capture": "sha256:0"}
    return RateCard(**owner, **head, parser="1", rates=tuple(rates))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
