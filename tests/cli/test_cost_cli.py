"""The commands that compute, as typed."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from ratecards.__main__ import main
from tests.questions.test_limits import LIMITS, limits_json
from tests.support.guide import FLASH_IMAGE, LAOZHANG, OPENAI, flash_image, imagen, openai, reseller
from tests.support.histories import added, card, change, rate, write

TODAY = date(2026, 11, 22)
Run = Callable[..., str]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The guide's cards and a text model, each source with a history of its own."""
    flash = card(
        "flash",
        rate(price="1", modality="text"),
        rate(meter="output", price="4"),
        rate(meter="cache_read", price="0.1", modality="text"),
        rate(price="0.5", modality="text", service_tier="batch"),
        rate(meter="output", price="2", service_tier="batch"),
    )
    write(tmp_path, *added("2026-03-24", flash_image(), flash, *imagen()))
    write(tmp_path, *added("2025-12-19", *openai()), provider="openai", source="openai-api")
    cheap, dear = reseller("0.03"), reseller("0.05")
    gone = change("2026-04-01", "model_removed", cheap.model, **LAOZHANG)
    history = [*added("2026-03-02", cheap), gone, *added("2026-04-01", dear)]
    write(tmp_path, *history, provider="laozhang", source="laozhang")
    (tmp_path / "v1").mkdir()
    (tmp_path / "v1" / "limits.json").write_text(limits_json(LIMITS), encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the dataset in 80 columns and give what it printed; no line is wider."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("RATECARDS_DATASET", str(root))

    def command(*argv: str, status: int = 0) -> str:
        assert status == main(argv, today=TODAY)
        out, err = capsys.readouterr()
        assert "" == (out if status else err)
        if "--format" not in argv and not status:
            assert 80 >= max(len(line) for line in out.split("\n"))
        return err if status else out

    return command


def rows(text: str) -> list[dict[str, str]]:
    """The rows of a CSV text."""
    return list(csv.DictReader(io.StringIO(text)))


def test_cost_by_options(run: Run):
    """A line per rate and the total."""
    expected = """\
flash, standard tier, paid plan, by google/gemini-api as of 2026-11-22:
  0.00166 USD

what             quantity  rate  per         amount
input text            400   1    1M tokens  0.0004
cache read text       600   0.1  1M tokens  0.00006
output                300   4    1M tokens  0.0012
total                   -     -             0.00166

Last looked at: google/gemini-api 2026-03-24 (243 days old).
"""
    assert expected == run(
        "cost", "flash", "--input-tokens", "1000", "--cached-tokens", "600", "--output-tokens", "300"
    )


def test_cost_of_a_saved_response(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """From a file or standard input; what the response leaves unsaid is noted."""
    usage = {"promptTokenCount": 1000, "candidatesTokenCount": 100, "totalTokenCount": 1100}
    file = tmp_path / "response.json"
    file.write_text(json.dumps({"usageMetadata": usage}), encoding="utf-8")
    assert "Note: the prompt tokens name no modality." in run("cost", "flash", "--usage", str(file))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(file.read_bytes())))
    found = json.loads(run("cost", "flash", "--usage", "-", "--format", "json"))
    assert ("0.0014", "USD", "2026-11-22") == (found["total"], found["currency"], found["on"])
    assert ["what", "quantity", "unit", "rate", "amount", "currency"] == list(found["lines"][0])
    assert ["the prompt tokens name no modality"] == found["notes"]


def test_cost_of_a_response_with_options(run: Run, tmp_path: Path):
    """Options add what a response does not count; the same count twice is refused."""
    file = tmp_path / "usage.json"
    file.write_text('{"input_tokens": 1000}', encoding="utf-8")
    text = run("cost", "flash", "--usage", str(file), "--output-tokens", "100", "--format", "json", "--explain")
    assert "0.0014" == json.loads(text)["total"]
    assert {"quote": "$1", "observed": "2026-03-24"}.items() <= json.loads(text)["lines"][0].items()
    error = run("cost", "flash", "--usage", str(file), "--input-tokens", "1", status=2)
    assert "usage.json: input_tokens stands in the usage and beside it (1000 and 1); what is given beside" in error


def test_cost_of_several_answers(run: Run, tmp_path: Path):
    """A row for each and the total; for programs their sums by rate, and each call."""
    file = tmp_path / "calls.json"
    ended = [{"finishReason": "STOP"}]
    calls = [
        {"candidates": ended, "modelVersion": "flash", "usageMetadata": {"promptTokenCount": n, "serviceTier": tier}}
        for n, tier in ((2000, "standard"), (1000, "standard"))
    ]
    file.write_text(json.dumps(calls), encoding="utf-8")
    expected = """\
2 calls, flash, standard tier, paid plan, by google/gemini-api as of
  2026-11-22: 0.003 USD

call  model  tier      as of       amount
   1  flash  standard  2026-11-22   0.002
   2  flash  standard  2026-11-22   0.001
   -  total                         0.003

Note: the prompt tokens name no modality.
"""
    said = run("cost", "--usage", str(file))
    assert said.startswith(expected)
    assert re.fullmatch(
        r"Last looked at: google/gemini-api 2026-03-24 \(\d+ days old\)\.\n", said.removeprefix(expected)
    )
    assert "$1" in run("cost", "--usage", str(file), "--explain")
    assert ["1", "2", ""] == [row["call"] for row in rows(run("cost", "--usage", str(file), "--format", "csv"))]
    found = json.loads(run("cost", "--usage", str(file), "--format", "json", "--explain"))
    assert (["3000"], ["0.002", "0.001"]) == (
        [line["quantity"] for line in found["lines"]],
        [call["total"] for call in found["calls"]],
    )
    assert "$1" == found["calls"][0]["lines"][0]["quote"]


def test_cost_of_what_could_be_a_stream(run: Run, tmp_path: Path):
    """The options say which; the events of a stream are one answer anyhow."""
    file = tmp_path / "chunks.json"
    usages = [{"usageMetadata": {"promptTokenCount": n}} for n in (1000, 2000)]
    file.write_text(json.dumps(usages), encoding="utf-8")
    asked = ("cost", "flash", "--usage", str(file), "--format", "json")
    assert f"{file}: cannot tell whether 2 usages" in run(*asked, status=2)
    assert ["0.003", "0.002"] == [json.loads(run(*asked, option))["total"] for option in ("--each", "--stream")]
    file.write_text("".join(f"data: {json.dumps(usage)}\n\n" for usage in usages), encoding="utf-8")
    assert ["0.002", "0.003"] == [json.loads(run(*asked, *option))["total"] for option in ((), ("--each",))]
    assert "not allowed with argument --each" in run(*asked, "--each", "--stream", status=2)


def test_cost_of_what_the_answer_names(run: Run, tmp_path: Path):
    """Its model and tier; another is asked for as if."""
    file = tmp_path / "answer.json"
    answer = {"modelVersion": "flash", "usageMetadata": {"promptTokenCount": 1000, "serviceTier": "batch"}}
    file.write_text(json.dumps(answer), encoding="utf-8")
    assert "flash, batch tier, paid plan" in run("cost", "--usage", str(file))
    asked = ("cost", "--usage", str(file), "--tier", "standard")
    assert "served in the batch tier, and standard is asked for; to price it all the same" in run(*asked, status=2)
    assert "Note: as if in the standard tier: the answer was served as batch." in run(*asked, "--as-if")


def test_cost_explained_in_every_form(run: Run):
    """Images by resolution, with the words behind each price."""
    asked = ("cost", FLASH_IMAGE, "--images", "1K=2", "--images", "4K=1", "--tier", "batch", "--explain")
    assert "$0.034 per image" in run(*asked)
    assert "| total | - | - |  | 0.144 |" in run(*asked, "--format", "markdown")
    assert ["0.068", "0.076", "0.144"] == [row["amount"] for row in rows(run(*asked, "--format", "csv"))]


def test_seconds_and_hours_may_have_decimals(run: Run):
    """They are measured; a count of tokens is not."""
    assert "output is not priced per second, but per 1M tokens" in run("cost", "flash", "--seconds", "1.5", status=2)
    assert "no price for cache storage" in run("cost", "flash", "--cache-token-hours", "1.5", status=2)


def test_images(run: Run):
    """T1 of all makers, or of one model; with its source the reseller's too."""
    assert "1K 1,120 0.067 0.0672 0.034 0.0336 2,010" in " ".join(run("images", FLASH_IMAGE).split())
    listed = {row["model"] for row in rows(run("images", "--format", "csv"))}
    assert {FLASH_IMAGE, "gpt-image-1", "dall-e-3", "imagen-4.0-generate-001"} <= listed
    assert "gemini-3.1-flash-image" not in listed
    assert {"laozhang/laozhang"} == {
        row["source"] for row in rows(run("images", "--source", "laozhang", "--format", "csv"))
    }
    assert "ratecards: flash: no price of an image\n" == run("images", "flash", status=2)


def test_budget(run: Run):
    """T3: the matrix for people, rows for programs."""
    expected = """\
images a day    0.5K      1K      2K      4K
         100     135     201     303     453
         500     675   1,005   1,515   2,265
       1,000   1,350   2,010   3,030   4,530
       5,000   6,750  10,050  15,150  22,650
      10,000  13,500  20,100  30,300  45,300
"""
    assert expected in run("budget", FLASH_IMAGE)
    asked = ("budget", FLASH_IMAGE, "--per-day", "100,500", "--resolution", "2K", "--tier", "batch", "--format", "csv")
    assert ["150", "750"] == [row["per_month"] for row in rows(run(*asked))]
    metered = rows(run("budget", FLASH_IMAGE, "--per-day", "1", "--reading", "metered", "--format", "csv"))
    assert "0.0672" == metered[1]["per_request"]
    qualities = rows(run("budget", "gpt-image-1", "--per-day", "1", "--quality", "low", "--format", "csv"))
    assert ["0.011"] == [row["per_request"] for row in qualities]


def test_budget_of_requests(run: Run):
    """Text by requests, with a cached share; an image model too, when tokens of text come out."""
    asked = ("budget", "flash", "--input-tokens", "1000", "--output-tokens", "100", "--cached-share", "0.5")
    assert "requests a day  a month" in run(*asked)
    assert "| 100 | 2.85 |" in run(*asked, "--format", "markdown")
    text = run("budget", FLASH_IMAGE, "--output-tokens", "text=1000", "--per-day", "1", "--format", "csv")
    assert ["0.003"] == [row["per_request"] for row in rows(text)]
    assert "flash sells no images: say what a request is" in run("budget", "flash", status=2)


def test_budget_by_policy(run: Run):
    """The note says who was heard."""
    assert "Policy billed" in run("budget", FLASH_IMAGE, "--policy", "billed")


def test_compare_images_as_of_two_days(run: Run):
    """The reseller's price of one day beside the others' of another, with its age seen from the other."""
    asked = ("compare", "images", "--to", FLASH_IMAGE, "--on", "2026-03-24", "--format", "csv")
    found = {row["model"]: row for row in rows(run(*asked, "--on", "laozhang=2026-03-02"))}
    sold = found["gemini-3.1-flash-image"]
    assert ("0.030", "900", "0.4478", "reseller, by hand, 22 days old") == (
        sold["per_image"],
        sold["per_month"],
        sold["ratio"],
        sold["mark"],
    )
    newest = {row["model"]: row["per_image"] for row in rows(run("compare", "images", "--format", "csv"))}
    assert "0.050" == newest["gemini-3.1-flash-image"]
    assert "x1.00" in run("compare", "images", "--to", FLASH_IMAGE, "--per-day", "10", "--days", "1")


def test_compare_text(run: Run):
    """Output of no said modality is text here."""
    asked = ("compare", "text", "--input-tokens", "1000", "--output-tokens", "500")
    assert ["0.002", "0.003"] == [row["per_request"] for row in rows(run(*asked, "--format", "csv"))]
    assert "say what a request is" in run("compare", "text", "--input-tokens", "1", status=2)
    assert "tokens of a prompt are not compared" in run("compare", "images", "--input-tokens", "1", status=2)


def test_savings(run: Run):
    """T5: levers, money, percent, what it costs in return, and the best together."""
    text = run("savings", FLASH_IMAGE, "--resolution", "1K", "--on", "2026-03-24")
    for words in ("49.3 %", "32.8 %", "55.2 %", "67.2 %", "by hand", "none is counted"):
        assert words in text
    asked = ("savings", "flash", "--input-tokens", "1000", "--output-tokens", "100", "--repeated-share", "0.5")
    found = {row["lever"]: row for row in rows(run(*asked, "--format", "csv", "--explain"))}
    assert ("0.00095", "50 % of the input cached") == (found["caching"]["per_request"], found["caching"]["change"])
    assert "google/gemini-api | flash | 2026-03-24 | $0.1" in found["caching"]["rates"]


def test_limits(run: Run):
    """T6: two tables for people, records for programs."""
    text = run("limits")
    assert "Free plan and limits" in text
    assert "Usage tiers" in text
    assert "As observed 2026-04-16" in text
    kinds = [row["kind"] for row in rows(run("limits", FLASH_IMAGE, "--format", "csv"))]
    assert ["free_plan", "usage_tier", "usage_tier", "usage_tier", "figure"] == kinds
    assert "no" == json.loads(run("limits", FLASH_IMAGE, "--format", "json"))[0]["value"]
    assert "# Usage tiers" in run("limits", "--format", "markdown")


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ("cost flsh --input-tokens 1", "unknown model 'flsh'; nearest: flash"),
        ("cost flash --input-tokens -1", "expected a whole number from 0, saw '-1'"),
        ("cost flash --input-tokens 1.5", "expected a whole number from 0, saw '1.5'"),
        ("cost flash --input-tokens text=1 --input-tokens text=2", "--input-tokens: the same kind is given twice"),
        ("cost flash --input-tokens smell=1", "'smell' is not one of text, image, video, audio, document"),
        ("cost flash --cache-token-hours x", "expected a number from 0, saw 'x'"),
        ("cost flash --cache-token-hours -1", "expected a number from 0, saw '-1'"),
        ("cost flash", "the usage counts nothing"),
        ("cost --input-tokens 1", "no model is named; say one, or give an answer that does"),
        ("cost flash --input-minutes audio=1", "input (audio) is not priced per minute, but per 1M tokens"),
        ("cost flash --output-minutes -1", "expected a number from 0, saw '-1'"),
        ("cost flash --input-tokens 1 --tier flex", "the flex tier is not offered on the paid plan; offered: standard"),
        ("cost flash --input-tokens 1 --policy cheap", "invalid choice: 'cheap'"),
        ("cost flash --input-tokens 1 --on 2020-01-01", "nothing was observed before 2025-12-19; asked for 2020-01-01"),
        ("cost flash --input-tokens 1 --on soon", "'soon' is not a date like 2026-03-24"),
        ("cost flash --input-tokens 1 --on 2026-02-30", "'2026-02-30' is not a date like 2026-03-24"),
        ("cost flash --input-tokens 1 --on 2026-04-01 --on 2026-04-02", "--on: expected one date"),
        ("cost flash --input-tokens 1 --on aws=2026-04-01", "expected one source 'aws'"),
        ("cost flash --usage nowhere.json", "No such file"),
        (f"cost {FLASH_IMAGE} --images 8K=1", "8K is not sold; sold: 0.5K, 1K, 2K, 4K"),
        (f"budget {FLASH_IMAGE} --per-day 1,x", "expected a whole number from 0, saw 'x'"),
        ("budget flash --cached-share 1.5", "expected a share from 0 to 1, saw '1.5'"),
        ("savings flash --repeated-share x", "expected a number from 0, saw 'x'"),
    ],
)
def test_bad_input(run: Run, argv: str, message: str):
    """One line on stderr, exit status 2."""
    error = run(*argv.split(), status=2)
    assert error.startswith("ratecards: ")
    assert message in error


def test_a_response_that_is_no_text(run: Run, tmp_path: Path):
    """Bytes of another kind are refused like any other bad input."""
    file = tmp_path / "usage.json"
    file.write_bytes(b"\xff\xfe")
    assert f"ratecards: {file}: not JSON" in run("cost", "flash", "--usage", str(file), status=2)


def test_currencies_do_not_mix(run: Run, root: Path):
    """No rate of exchange is in the cards."""
    yuan = card("m", rate("m", "output", "0.2", unit="1 image", modality="image", currency="CNY", **OPENAI), **OPENAI)
    write(root, *added("2025-12-19", yuan), provider="openai", source="openai-api")
    assert "prices in CNY and USD cannot be compared" in run("compare", "images", status=2)
