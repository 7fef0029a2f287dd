"""`ratecards audit`, as typed: what it prints for people and programs, its exit status, and how it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ratecards import formats
from ratecards.__main__ import main
from ratecards.audit import report, sarif
from ratecards.audit.audit import Account, Finding
from ratecards.audit.claims import Claim, PriceEntry, Unread
from ratecards.audit.report import Audited
from scraper import ROOT
from tests.support.histories import added, card, change, rate, write

TODAY = date(2026, 11, 22)
Run = Callable[..., str]
OLD, NEW = rate(price="0.25", quote="$0.25"), rate(price="0.5", quote="$0.50 (text)")
PRICES = """{
  "gemini/flash": {
    "litellm_provider": "gemini",
    "input_cost_per_token": 2.5e-07,
    "output_cost_per_token": 4e-06
  },
  "gemini/flash-2": {"litellm_provider": "gemini", "input_cost_per_token": 1e-06},
  "gemini/video": {
    "litellm_provider": "gemini",
    "input_cost_per_video_per_second": 0.00079,
    "cache_read_input_token_cost": 1e-07,
    "ocr_cost_per_page": 1
  },
  "vertex_ai/flash": {"litellm_provider": "vertex_ai", "input_cost_per_token": 1e-06}
}
"""
COUNTS = {
    "wrong": 1,
    "wrong unit": 1,
    "stale": 0,
    "right": 1,
    "not held": 1,
    "unknown model": 2,
    "unread": 1,
    "reported only": 0,
}
RIGHT = '{"gemini/flash": {"litellm_provider": "gemini", "input_cost_per_token": 5e-07}}'


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Audit a text and give what it printed."""
    monkeypatch.setenv("COLUMNS", "140")
    output = rate("flash", "output", "4")
    frames = rate("video", "input", "0.00079", modality="video", unit="1 frame", quote="($0.00079 per frame)")
    root = write(
        tmp_path / "data",
        *added("2026-01-01", card("flash", OLD, output), card("video", frames)),
        change("2026-03-24", "repriced", old=OLD, new=NEW),
    )
    file = tmp_path / "prices.json"

    def command(text: str, *argv: str, status: int = 1) -> str:
        file.write_text(text, encoding="utf-8")
        assert status == main(["audit", str(file), "--dataset", str(root), *argv], today=TODAY)
        out, err = capsys.readouterr()
        assert "" == (out if status == 2 else err)
        return (err if status == 2 else out).replace(str(tmp_path), "~")

    return command


def squeezed(text: str) -> str:
    """Words without their layout."""
    return " ".join(text.split())


def test_the_table_shows_each_error_with_both_amounts_and_the_quote(run: Run) -> None:
    """Then what could not be judged, and the sums."""
    lines = run(PRICES).splitlines()
    words = squeezed("\n".join(lines))

    assert ["field", "theirs", "ours", "per", "judged", "by", "quote", "note"] == lines[4].split()
    assert "wrong: 1" == lines[5]
    assert "  gemini/flash (gemini-api flash)" == lines[6]
    assert "0.25 0.50 1M tokens input (standard) $0.50 (text) ours since 2026-03-24" in words
    assert "theirs is stale since 2026-03-24" in words
    assert "wrong unit: 1 gemini/video (gemini-api video)" in words
    assert "0.00079 0.00079 1 second input video (standard) ($0.00079 per frame)" in words
    assert "not held: gemini/video (1)" in words
    assert "unknown model: gemini/flash-2 (1), vertex_ai/flash (1)" in words
    assert "unread: ocr_cost_per_page: a page is no unit of the table (1)" in words
    assert words.startswith(
        "~/prices.json (litellm), judged by the cards of 2026-11-22: 3 prices judged, 1 right, 1 wrong, 1 in a wrong "
        "unit; 1 of these errors were right once. Not judged: 1 not held, 2 of unknown models, 1 unread. "
        "Entries: 4, of which 2 judged; the rest: 2 of an unknown model."
    )
    assert words.endswith("Last looked at: google/gemini-api 2026-03-24 (243 days old).")


def test_all_shows_every_price_and_what_it_was_judged_by(run: Run) -> None:
    """Also what is right, and what could not be judged."""
    words = squeezed(run(PRICES, "--all"))

    assert (
        "right: 1 gemini/flash (gemini-api flash) output_cost_per_token 4.00 4.00 1M tokens output (standard) $4"
        in words
    )
    assert "unknown model: 2 gemini/flash-2 input_cost_per_token 1.00 1M tokens not at gemini-api" in words
    assert "unread: 1 gemini/video ocr_cost_per_page 1 a page is no unit of the table" in words
    assert "not held: gemini" not in words


def test_a_file_without_errors_ends_with_zero(run: Run) -> None:
    """On the day that it was right; a file of the day before is wrong the day after."""
    assert "1 prices judged, 1 right, 0 wrong, 0 in a wrong unit" in squeezed(run(RIGHT, status=0))
    assert "judged by the cards of 2026-01-31" in squeezed(run(RIGHT, "--on", "2026-01-31"))


def test_one_source_alone_can_be_judged(run: Run) -> None:
    """With its provider or without."""
    for name in ("gemini-api", "google/gemini-api"):
        assert "1 of unknown models, 1 unread" in squeezed(run(PRICES, "--source", name))
    assert "ratecards: --source: expected one of google/gemini-api, saw 'page'\n" == run(
        PRICES, "--source", "page", status=2
    )


def test_json_has_every_finding_with_the_row_it_was_judged_by(run: Run) -> None:
    """Amounts and days are strings."""
    found = json.loads(run(PRICES, "--format", "json"))

    assert ("~/prices.json", "litellm", "2026-11-22") == (found["file"], found["format"], found["on"])
    assert COUNTS == found["counts"]
    assert {"all": 4, "judged": 2, "not_judged": {"of an unknown model": 2}} == found["entries"]
    age = {"verified": "2026-03-24", "age_days": 243, "stale": False}
    assert age == {name: found[name] for name in age} == {name: found["findings"][0][name] for name in age}
    assert [{"source": "google/gemini-api", **age}] == found["sources"]
    wrong = found["findings"][0]
    assert ("wrong", "2026-03-24", "2026-03-24") == (wrong["verdict"], wrong["since"], wrong["stale_since"])
    assert ("2.5e-07", "0.25", "1000000 tokens", None) == tuple(
        wrong["claim"][name] for name in ("stated", "price", "unit", "prompt_over")
    )
    assert ("0.5", "$0.50 (text)") == (wrong["ours"]["price"], wrong["ours"]["quote"])
    unread = found["findings"][-1]
    assert {"key": "gemini/video", "field": "ocr_cost_per_page", "stated": "1"} == unread["claim"]
    assert None is unread["ours"]


def test_markdown_is_a_table_whose_words_do_nothing(run: Run) -> None:
    """The sums first."""
    text = run(PRICES, "--format", "markdown")
    lines = text.splitlines()

    assert "prices.json (litellm), judged by the cards of 2026-11-22" in lines[0]
    assert "### wrong: 1" == lines[2]
    assert "| entry | field | theirs | ours | per | judged by | quote | note |" == lines[4]
    assert "| --- | --- | ---: | ---: | --- | --- | --- | --- |" == lines[5]
    assert lines[6].startswith(
        "| gemini/flash | input\\_cost\\_per\\_token | 0.25 | 0.50 | 1M tokens | input (standard)"
    )
    assert "unread: ocr\\_cost\\_per\\_page: a page is no unit of the table (1)" == lines[-3]
    assert "Last looked at: google/gemini-api 2026-03-24 (243 days old)." == lines[-1]
    assert "### right: 1" in run(PRICES, "--format", "markdown", "--all")


def test_sarif_has_a_result_for_each_error_at_its_line(run: Run) -> None:
    """With rules, fingerprints and the sums."""
    log = json.loads(run(PRICES, "--format", "sarif"))
    (done,) = log["runs"]

    assert "2.1.0" == log["version"]
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    rules = ["wrong-price", "stale-price", "wrong-unit", "stale-card", "unknown-model", "unread-price", "reported-only"]
    assert rules == [rule["id"] for rule in done["tool"]["driver"]["rules"]]
    stale, unit = done["results"]
    assert ("stale-price", 1, "error") == (stale["ruleId"], stale["ruleIndex"], stale["level"])
    assert ("wrong-unit", 2) == (unit["ruleId"], unit["ruleIndex"])
    assert [4, 10] == [r["locations"][0]["physicalLocation"]["region"]["startLine"] for r in (stale, unit)]
    assert (
        "gemini/flash input_cost_per_token: 2.5e-07, which is 0.25 per 1M tokens; gemini-api flash input (standard): "
        "0.50 per 1M tokens, '$0.50 (text)'; ours since 2026-03-24; theirs is stale since 2026-03-24"
    ) == stale["message"]["text"]
    assert stale["partialFingerprints"] != unit["partialFingerprints"]
    assert COUNTS == done["properties"]["counts"]
    assert (243, False) == (done["properties"]["age_days"], done["properties"]["stale"])


def test_annotations_of_a_workflow(run: Run) -> None:
    """Each at its line, and a sum."""
    lines = run(PRICES, "--format", "github").splitlines()
    head = (
        "::error file=~/prices.json,line=4,title=stale-price::gemini/flash input_cost_per_token: 2.5e-07, which is 0.25"
    )

    assert (3, True) == (len(lines), lines[0].startswith(head))
    assert lines[1].startswith("::error file=~/prices.json,line=10,title=wrong-unit::")
    assert lines[2].startswith("ratecards: ~/prices.json (litellm), judged by the cards of 2026-11-22: ")


def test_a_name_begins_no_command_of_a_workflow() -> None:
    """Line ends and what parts the properties of a command are written as GitHub reads them."""
    said = Claim("k\n::set-env", "f", "1", "m", "s", "input", "1000000 tokens", Decimal(1))
    found = Finding("stale", said, "100%")
    audited = Audited("::a,b\n.json", "litellm", TODAY, [Account(PriceEntry("k"), (found,))])
    first, last = sarif.audit_github([(audited, "")]).splitlines()

    assert (
        "::notice file=%3A%3Aa%2Cb%0A.json,title=stale-card::k%0A::set-env f: 1, which is 1.00 per 1M tokens; 100%25"
        == first
    )
    assert last.startswith("ratecards: ::a,b%0A.json (litellm)")


def test_several_files_are_judged_one_after_the_other(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table each, a list of what one gives, a run each; one that is wrong fails all."""
    run(RIGHT, status=0)
    (tmp_path / "wrong.json").write_text(PRICES, encoding="utf-8")
    names = [str(tmp_path / name) for name in ("prices.json", "wrong.json")]
    told: dict[str, str] = {}
    for form in ("json", "sarif", "table"):
        assert 1 == main(["audit", *names, "--dataset", str(tmp_path / "data"), "--format", form], today=TODAY)
        told[form] = capsys.readouterr().out

    assert names == [file["file"] for file in json.loads(told["json"])]
    assert [0, 2] == [len(done["results"]) for done in json.loads(told["sarif"])["runs"]]
    assert 2 == told["table"].count("judged by the cards of 2026-11-22")


def test_sarif_of_a_file_elsewhere_has_an_address() -> None:
    """Relative to where the command runs, or the whole one; without a line where the words do not stand there."""
    said = Claim("k", "f", "1", "m", "s", "input", "1000000 tokens", Decimal(1))
    found = [Finding("wrong", said, "the page does not sell it", rate(price=None, unit=""))]
    for path, uri in (("my prices.json", "my%20prices.json"), ("/a b/c.json", "file:///a%20b/c.json")):
        log = json.loads(
            sarif.audit_sarif([(Audited(path, "litellm", TODAY, [Account(PriceEntry("k"), tuple(found))]), '{"x": 1}')])
        )
        (result,) = log["runs"][0]["results"]
        assert {"artifactLocation": {"uri": uri}} == result["locations"][0]["physicalLocation"]
        assert "wrong-price" == result["ruleId"]
        assert (
            "k f: 1, which is 1.00 per 1M tokens; gemini-api flash input (standard): not available, '$None'; "
            "the page does not sell it"
        ) == result["message"]["text"]


def test_a_message_says_what_there_is_to_say() -> None:
    """Of a finding without a claim and a rate, little."""
    assert "k f: 1" == sarif.message(Finding("unread", Unread("k", "f", "1", "why")))


def test_lines_are_those_of_the_field_behind_its_key() -> None:
    """Not of an equal word elsewhere."""
    lines = sarif.Lines('{"f": 1,\n"a": {\n"f": 2},\n"b": {\n"x": "b",\n"f": 3}}')

    assert [3, 6, 0] == [lines.of("a", "f"), lines.of("b", "f"), lines.of("c", "f")]
    assert [2, 2] == [sarif.Lines(text).of("é", "f") for text in ('{"\\u00e9": {\n"f": 1}}', '{"é": {\n"f": 1}}')]


SHEET = "Model,Input ($/1M)\n\nGemini 2.5 Pro,1\ngemini-2.5-flash,2\n"
CONFIG = "models:\n- model: gemini/gemini-2.5-pro\n  model_info:\n    input_cost_per_token: 1\n- model: x\n"
TIERS = '[{"m": "pro",\n"tiers": [\n{"prices": {"output": 1}},\n{"prices": {"output": 2,\n"output": 3}}]}]'


@pytest.mark.parametrize(
    ("text", "key", "field", "line"),
    [
        ('{"f": 1,\n"a": 2}', "a", "f", 2),
        ('{"f": 1,\n"a": 2}', "a", "f.g", 2),
        (SHEET, "Gemini 2.5 Pro", "Input ($/1M)", 3),
        (SHEET, "gemini-2.5-flash", "Input ($/1M)", 4),
        (SHEET, "gemini-2.5", "Input ($/1M)", 0),
        (CONFIG, "gemini/gemini-2.5-pro", "input_cost_per_token", 4),
        (CONFIG, "x", "input_cost_per_token", 5),
        (TIERS, "pro", "tiers[0].prices.output", 3),
        (TIERS, "pro", "tiers[1].prices.output", 4),
        (TIERS, "pro", "tiers[2].prices.output", 1),
    ],
)
def test_lines_of_what_is_no_json_or_a_path_are_those_of_its_words(text: str, key: str, field: str, line: int) -> None:
    """Each name of the path behind the one before; where one is not there, the line of the key."""
    assert line == sarif.Lines(text).of(key, field)


REFUSED = {
    "{": "~/prices.json:1:2: not JSON: Expecting property name enclosed in double quotes, saw 'the end of the text'",
    '{"a": {"litellm_provider": "openai"}, "b": {"litellm_provider": "gemini"}}': (
        "~/prices.json: expected prices of models of google, saw none in this litellm file: "
        "1 of a seller that is not held, 1 without a price"
    ),
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_audited_ends_with_two_and_one_line(run: Run, text: str) -> None:
    """On stderr."""
    assert f"ratecards: {REFUSED[text]}\n" == run(text, status=2)


def test_a_name_of_the_file_reaches_no_terminal_as_it_is(run: Run) -> None:
    """Nor does a spreadsheet's formula, or Markdown."""
    text = json.dumps({"gemini/flash\x1b[31m|<b>": {"litellm_provider": "gemini", "input_cost_per_token": 1}})

    assert "\x1b" not in run(text, "--all", status=0)
    assert "\\|&lt;b&gt;" in run(text, "--format", "markdown", "--all", status=0)


def test_a_long_list_of_names_is_cut() -> None:
    """The rest is a number."""
    claims = [Unread("k", f"f{n}", "1", "why") for n in range(report._SHOWN + 2)]
    account = Account(PriceEntry("k"), tuple(Finding("unread", c, c.why) for c in claims))
    text = report.audit_text(Audited("f", "litellm", TODAY, [account]), everything=False)

    assert "and 2 more" in text


def test_formats_whose_files_date_prices_are_read_as_of_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others have no such thing."""
    asked: list[tuple[Any, ...]] = []

    class Module:
        @staticmethod
        def entries(*words: Any) -> list[PriceEntry]:
            asked.append(words)
            return []

    monkeypatch.setattr(
        formats, "import_module", lambda name: Module if name.startswith("ratecards.formats.") else None
    )
    for name in formats._READERS:
        formats.read(name, {}, TODAY)

    dated = [name for name, words in zip(formats._READERS, asked, strict=True) if words == ({}, TODAY)]
    assert ["genai-prices", "ratecards"] == dated
    assert len(formats._READERS) - 2 == asked.count(({},))


def test_our_own_table_is_right_by_our_own_cards(capsys: pytest.CaptureFixture[str]) -> None:
    """Each price that it states."""
    table = ROOT / "ratecards" / "v1" / "rates.csv"

    assert 0 == main(["audit", str(table), "--format", "json"], today=TODAY)
    counts = json.loads(capsys.readouterr().out)["counts"]
    assert counts["right"] > 1_000
    assert 0 == counts["wrong"] + counts["wrong unit"] + counts["not held"] + counts["unknown model"]
