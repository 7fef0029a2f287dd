"""The texts of a run: what a person reads, on a phone, whatever a page put into them."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from dataclasses import replace

import pytest

from scraper.errors import DatasetError
from scraper.report import messages, run_report
from tests.support import runfacts, tiny
from tests.support.runfacts import NAME, URL, change, dispute, failing, held, price, run, source, step, told
from tests.support.workshop import GEMINI, Ran, facts, keep, model

HOSTILE = "x|`</td><script>](javascript:1) @everyone #1 ::error:: https://evil.test www.evil.test\n::set-output\u202e"


def body(text: str) -> list[str]:
    """The lines of a text."""
    return text.splitlines()


# ----------------------------------------------------------------------------------------- in words


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (change(), "flash standard output: 4.5 → 3.6 USD per 1M tokens (×0.80)"),
        (change("model_added", rates=18), "flash: new model, 18 rates"),
        (change("model_removed"), "flash: no longer on the page"),
        (change("model_renamed", previous_id="flush"), "flash: renamed from flush"),
        (change("rate_added", new=price("6")), "flash standard output: new, 6 USD per 1M tokens"),
        (change("rate_removed", old=price("6")), "flash standard output: gone, 6 USD per 1M tokens"),
        (
            change("redated", old=price("5"), new=price("5", effective_until="2026-12-31")),
            "flash standard output: 5 USD per 1M tokens until 2026-12-31, which was without a date",
        ),
        (
            change("redated", old=price("5", effective_from="2027-01-01"), new=price("6", effective_from="2027-02-01")),
            "flash standard output: 5 USD per 1M tokens from 2027-01-01 → 6 USD per 1M tokens from 2027-02-01",
        ),
        (
            change("unit_changed", old=price("5"), new=price("5", unit="1000 tokens")),
            "flash standard output: 5 USD per 1M tokens → 5 USD per 1000 tokens",
        ),
        (
            change("availability_changed", old={"availability": "not_available"}, new=price("5")),
            "flash standard output: not available → 5 USD per 1M tokens",
        ),
        (
            change("stepped", old=price("0.75"), new=price("1.5"), ratio="2"),
            "flash standard output: 0.75 → 1.5 USD per 1M tokens (×2.00), took effect",
        ),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_a_change_in_a_line(found, words):
    """Both sides in full only where unit, currency or dates differ."""
    assert words == messages.line(found)


def test_news_in_a_line():
    """With its model, and marked where it is a better reading."""
    lines = [told(), told("model_removed"), told(correction=True)]
    assert [
        "flash output (standard): 4.50 -> 3.60 USD per 1M tokens (x0.80)",
        "flash: no longer on the page",
        "flash output (standard): 4.50 -> 3.60 USD per 1M tokens (x0.80) [correction]",
    ] == [*messages.lines(lines)]


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        ([source("UNCHANGED")], "no price changed"),
        ([source("NEW", change("model_added"))], f"first look at {NAME}"),
        ([source("CHANGED", news=[told(), told(), told("model_added")])], "2 prices changed, 1 model new"),
        ([source("CHANGED", news=[told(), told(correction=True)])], "1 price changed, 1 corrected"),
        (
            [source("CHANGED", news=[told("new", number=8), told("gone"), told("announced")])],
            "1 price announced, 8 prices new, 1 price gone",
        ),
        ([source("CHANGED", news=[told("allowance"), told("allowance")])], "2 allowances changed"),
        ([source("CHANGED", news=[told("same", number=4)])], "no price changed"),
        ([source("CHANGED", change("reworded", announced=False))], "no price changed"),
        ([source("UNCHANGED", held=[held()])], "1 held"),
        ([source("CHANGED", change()), failing(name="a/b")], "1 price changed, a/b NOT_READ"),
        ([source("SKIPPED")], "no price changed"),
    ],
)
def test_a_run_in_a_few_words(sources, words):
    """The first look brings contents, not changes; what failed is part of it."""
    assert words == messages.headline(run(*sources))


def test_a_discrepancy_in_words():
    """Between sources each side has its name; within one the other side is the rule."""
    between = dispute(modalities=["text"], conditions="prompt <= 200000")
    assert (
        "flash batch output text prompt <= 200000",
        f"4.5 USD per 1M tokens ({NAME})",
        "9 USD per 1M tokens (google/vertex-ai)",
    ) == messages.discrepancy(between)
    within = dispute("within", plan="free")
    within["right"]["locator"] = "by the rule: batch is half"
    assert "flash batch (free plan) output" == messages.discrepancy(within)[0]
    assert "9 USD per 1M tokens (by the rule: batch is half)" == messages.discrepancy(within)[2]


# ------------------------------------------------------------------------------------------ summary


def test_the_summary_begins_with_what_changed():
    """Then the sources with their completeness and age, then the change table with both prices, ratio and quote."""
    lines = body(messages.summary(run(source("CHANGED", change()))))
    assert ["## 1 price changed", "", "2026-11-15 06:17 UTC", ""] == lines[:4]
    assert f"| [{NAME}]({URL}) | CHANGED | 279 of 279 | 2026-11-15 |" in lines
    assert f"**[flash]({URL})**" in lines
    assert r"| output \(standard\) | **4\.50 -\> 3.60 USD per 1M tokens \(x0.80\)** | \$3.6 |" in _shown(lines)


def _shown(lines: list[str]) -> list[str]:
    """Lines with the entity of an arrow as the sign that it is, escaped."""
    return [line.replace("&gt;", r"\>") for line in lines]


def test_prices_come_before_models():
    """A new model is told with its prices."""
    prices = [{"rate": "standard input", "price": "0.4", "currency": "USD", "unit": "1000000 tokens"}]
    new = change("model_added", "banana", rates=1, prices=prices)
    news = [told("model_added", "banana", change="new model, 1 rate"), told()]
    lines = body(messages.summary(run(source("CHANGED", new, change(), news=news))))
    assert lines.index(f"**[flash]({URL})**") < lines.index(f"**[banana]({URL})**: new model, 1 rate")
    assert r"| standard input | 0\.4 USD per 1M tokens |" in lines


def test_a_better_reading_is_called_one():
    """Nobody shall take it for a new price; of a price and of a model."""
    news = [told(correction=True), told("model_renamed", change="renamed from flush", correction=True)]
    text = messages.summary(run(source("CHANGED", news=news)))
    assert r"| output \(standard\) \(a better reading, not a new price\) | **" in text
    assert f"**[flash]({URL})**: renamed from flush \\(a better reading, not a new price\\)" in body(text)


def test_what_has_no_one_place_has_no_quote():
    """A tier that came with many prices; and prices that say what they said in other words are counted."""
    whole = {k: v for k, v in told("new", what="flex", change="8 prices new", number=8).items() if k != "quote"}
    same = told("same", what="", change="4 rates said in other words, no price moved", number=4)
    lines = body(messages.summary(run(source("CHANGED", news=[whole, same]))))
    assert "| flex | **8 prices new** |  |" in lines
    assert "4 changes of wording or notes recorded." in lines


@pytest.mark.parametrize(
    ("verified", "words"),
    [
        ("", "never"),
        ("2026-11-15", "2026-11-15"),
        ("2026-11-14", "2026-11-14 (1 day)"),
        ("2026-11-11", "2026-11-11 (4 days, **stale**)"),
    ],
)
def test_the_age_of_a_source(verified, words):
    """In days, and marked when it is beyond what its readers expect."""
    text = messages.summary(run(source("UNCHANGED", verified=verified)))
    assert f"| 279 of 279 | {words} |" in text


def test_a_failing_source_says_why_and_since_when():
    """With its messages and what was not read; many messages are counted."""
    bad = failing("PARTLY_READ", messages=[f"m{n}" for n in range(23)], unread=["flash", "pro"], amounts={})
    lines = body(messages.summary(run(bad)))
    assert f"**{NAME} PARTLY_READ** since 2026-11-14 06:17 UTC" in lines
    assert {"- m0", "- m19", "- and 3 more", "- not read: flash, pro"} <= set(lines)
    assert "- m20" not in lines
    assert "| PARTLY_READ | - |" in "\n".join(lines)


def test_amounts_ignored_with_a_reason_are_counted():
    """Completeness is told as it is."""
    text = messages.summary(run(source("UNCHANGED", amounts={"seen": 10, "read": 8, "ignored": 2})))
    assert "| 8 of 10, 2 ignored |" in text


def test_what_waits_and_what_looks_renamed_is_told():
    """Neither is published."""
    text = messages.summary(run(source("UNCHANGED", held=[held()], proposals=[["a", "b"]])))
    assert "Waiting, not published:" in body(text)
    assert "| moved x9.00 | 2026-11-14, 2 looks |" in text.replace("\\", "")
    assert "Looks renamed: a → b; if so, add it to `renames` in the vocabulary." in body(text)


def test_quiet_changes_are_counted():
    """Wording alone is no row."""
    quiet = change("reworded", announced=False)
    text = messages.summary(run(source("CHANGED", change(), quiet, quiet)))
    assert "2 changes of wording or notes recorded." in body(text)


def test_what_is_announced_is_told_by_model():
    """Of many steps of a model four of the first tier, and a count."""
    steps = [step(tier=tier) for tier in ("standard", "batch") for _ in range(5)]
    lines = body(messages.summary(run(source("UNCHANGED"), upcoming=[*steps, step("2027-02-01", "pro", before=None)])))
    assert 4 == lines.count(r"| 2027-01-01 | flash standard input | 0\.75 → 1.5 USD per 1M tokens |")
    assert "| 2027-01-01 | flash | and 6 more |" in lines
    assert r"| 2027-02-01 | pro standard input | new\: 1.5 USD per 1M tokens |" in lines


def test_discrepancies_opened_and_closed_are_told():
    """And how many stand."""
    ledger = run_report.Discrepancies(open=3, accepted=1, explained=9, opened=[dispute()] * 41, closed=[dispute()])
    lines = body(messages.summary(run(source("UNCHANGED"), discrepancies=ledger)))
    assert {"41 opened:", "and 1 more", "1 closed:", "3 open, 1 accepted, 9 explained."} <= set(lines)


def test_no_table_has_more_than_four_columns():
    """It is read on a phone."""
    ledger = run_report.Discrepancies(open=3, accepted=1, explained=9, opened=[dispute()], closed=[])
    everything = source("CHANGED", change(), change("model_added", prices=[]), held=[held()])
    text = messages.summary(run(everything, failing(name="a/b"), upcoming=[step()], discrepancies=ledger))
    widths = {len(re.split(r"(?<!\\)\|", line)) - 2 for line in body(text) if line.startswith("|")}
    assert {3, 4} == widths


# -------------------------------------------------------------------------------------------- sizes


def thousands() -> dict:
    """The facts of a run in which everything changed."""
    found = [change(model=f"model-{n}", old=price("1"), new=price("2"), ratio="2") for n in range(9000)]
    news = [told(model=c["model"], change="1.00 -> 2.00 USD per 1M tokens (x2.00)") for c in found]
    return run(source("CHANGED", *found, news=news))


def test_fault_62_a_diff_of_thousands_of_lines_is_capped_everywhere():
    """By bytes, at a line's end, with a line that says how much is left out and where it stands."""
    found = thousands()
    sizes = {
        messages.SUMMARY: messages.summary(found),
        messages.BODY: messages.pull(found, NAME),
        messages.COMMIT: messages.commit_message(found),
    }
    for limit, text in sizes.items():
        assert limit * 0.9 < len(text.encode()) <= limit
        assert re.search(r"… and [0-9]+ lines more\. ", text.splitlines()[-1])
    assert 65_536 > len(messages.changelog(found))
    assert messages.CHAT + 200 > len(messages.webhook(found, URL)["text"])
    assert 200 == len(messages.webhook(found, URL)["changes"]) == len(messages.webhook(found, URL)["news"])


def test_fault_62_the_whole_is_there_without_a_cap():
    """For the file that is attached to the run."""
    assert 9000 == messages.summary(thousands(), limit=10**9).count("x2.00")


def test_a_text_that_fits_is_not_touched():
    """To the byte, in bytes and not in letters."""
    assert "äö\nü\n" == messages.capped(["äö", "ü"], 8)
    assert messages.capped(["ä" * 100, "ö" * 100], 250, "Rest.").endswith("\n\n… and 1 lines more. Rest.\n")


# ---------------------------------------------------------------------------------- pull requests


def test_a_pull_requests_body_is_the_change_table():
    """Of one source, whatever else happened in the run."""
    found = run(source("CHANGED", change()), source("CHANGED", change(model="other"), name="a/b"), upcoming=[step()])
    text = messages.pull(found, NAME)
    assert "other" not in text
    assert r"3.60 USD per 1M tokens \(x0.80\)**" in text
    assert "### Announced" in body(text)
    assert f"{NAME}: 1 price changed" == messages.title(found, NAME)


def test_a_commit_has_a_subject_and_a_line_per_change():
    """State alone is called so; a long subject is cut."""
    text = messages.commit_message(run(source("CHANGED", change())))
    words = "flash output (standard): 4.50 -> 3.60 USD per 1M tokens (x0.80)"
    assert ["Data: 1 price changed", "", words, "", "Looked at 2026-11-15T06:17:00Z."] == body(text)
    quiet = messages.commit_message(run(source("UNCHANGED")), data=False)
    assert ["State: no price changed", "", "Looked at 2026-11-15T06:17:00Z."] == body(quiet)
    many = run(*(failing(name=f"provider/source-{n}") for n in range(9)))
    assert 100 == len(body(messages.commit_message(many))[0])


def test_a_changelog_entry_is_by_source():
    """A first look is a line; a source without news is none."""
    found = run(
        source("CHANGED", change()), source("NEW", change("model_added"), name="a/b"), source("UNCHANGED", name="c/d")
    )
    lines = body(messages.changelog(found))
    assert ["## 2026-11-15", "", f"### {NAME}"] == lines[:3]
    assert "- first look: 24 models" in lines
    assert "### c/d" not in lines


def test_a_webhook_has_text_for_people_and_changes_for_programs():
    """The text is what Slack shows."""
    found = messages.webhook(run(source("CHANGED", change())), URL)
    expected = f"1 price changed\n• flash output (standard): 4.50 -&gt; 3.60 USD per 1M tokens (x0.80)\n{URL}"
    assert (expected, "changes", {NAME: "CHANGED"}) == (found["text"], found["event"], found["sources"])
    assert "3.6" == found["changes"][0]["new"]["price"]
    assert [told()] == found["news"]
    assert json.loads(json.dumps(found)) == found


# --------------------------------------------------------------------------------------- hostile


def poisoned() -> dict:
    """Facts in which every scraped string is hostile."""
    evil = change(
        model=HOSTILE, rate=HOSTILE, old=price("1", quote=HOSTILE), new=price("2", quote=HOSTILE), previous_id=HOSTILE
    )
    several = [evil, {**evil, "kind": "model_renamed"}, {**evil, "kind": "rate_added", "old": None}]
    news = [
        told(model=HOSTILE, what=HOSTILE, change=HOSTILE, quote=HOSTILE),
        told("model_renamed", HOSTILE, change=f"renamed from {HOSTILE}"),
        told("new", HOSTILE, what=HOSTILE, change=HOSTILE, correction=True),
        told("same", HOSTILE, what="", change=HOSTILE),
    ]
    bad = source("CHANGED", *several, news=news, messages=[HOSTILE], unread=[HOSTILE], proposals=[[HOSTILE, HOSTILE]])
    bad = replace(bad, held=[held(reason=HOSTILE, change=evil)], failing_since="2026-11-14T06:17:00Z")
    entry = dispute(model=HOSTILE, meter=HOSTILE, conditions=HOSTILE)
    ledger = run_report.Discrepancies(open=1, accepted=0, explained=0, opened=[entry], closed=[])
    coming = step(model=HOSTILE, rate=f"{HOSTILE} input")
    return run(bad, upcoming=[coming], discrepancies=ledger)


@pytest.mark.parametrize(
    "make", [messages.summary, lambda f: messages.pull(f, NAME), messages.changelog], ids=["summary", "pull", "log"]
)
def test_no_scraped_word_is_markup(make):
    """No HTML, link, mention, reference or command of a page's comes through; tables keep their shape."""
    text = make(poisoned())
    assert not re.search(r"(?<!\\)<(?!/?!)", text.replace("&lt;", ""))
    assert "javascript:" not in text
    assert not re.search(r"[@#](?=everyone|1)", text)
    assert not re.search(r"https?://evil|www\.evil", text)
    assert not [line for line in body(text) if line.lstrip().startswith("::")]
    assert "\u202e" not in text
    widths = [len(re.split(r"(?<!\\)\|", line)) - 2 for line in body(text) if line.startswith("|")]
    assert all(2 <= width <= 4 for width in widths)


@pytest.mark.parametrize("make", [messages.commit_message, lambda f: messages.title(f, NAME), messages.chat])
def test_no_scraped_word_is_a_mention_or_a_command_in_plain_text(make):
    """Where Markdown means nothing, but mentions and references are linked all the same."""
    text = messages.payload(make(poisoned()), "")["text"]
    assert not re.search(r"[@#](?=everyone|1)", str(text))
    assert not [line for line in str(text).splitlines() if line.lstrip().startswith("::")]


def test_a_chat_sees_no_markup_of_its_own():
    """Slack reads `<!channel>` as a call to all."""
    assert "&lt;!channel&gt; &amp; co" == messages.payload("<!channel> & co", "")["text"]


# ----------------------------------------------------------------------------------------- the file


@pytest.fixture
def report(workshop, tmp_path):
    """Refreshes with a report, and returns both."""

    def call(*editions: dict, words: tuple = (), **bodies) -> tuple[Ran, dict]:
        path = tmp_path / "report.json"
        ran = workshop.refresh(*editions, words=("--report", path, *words), **bodies)
        return ran, run_report.load(path)

    return call


def day(number: int, **models) -> dict:
    """The edition of a day."""
    return facts(f"2026-11-{number:02}T06:17:00Z", **models)


def test_the_report_of_a_first_run(report):
    """Everything is new, and nothing is announced as changed."""
    _, found = report(day(1))
    (first,) = found.sources
    assert (GEMINI, "NEW", 6, 24) == tuple(getattr(first, n) for n in ("name", "outcome", "models", "rates"))
    assert ([], "first look at google/gemini-api") == (messages.all_news(found), messages.headline(found))
    assert "ratecards/v1/rates.json" in found.files


def test_the_report_of_a_change(report):
    """Old, new, ratio, since, quote, link."""
    report(day(1))
    _, found = report(day(2, gemini_2=model("Gemini 2", "$2.20", "$2.50")))
    (moved,) = found.sources[0].changes
    assert ("2", "2.2", "1.1", "2026-11-02") == (
        moved["old"]["price"], moved["new"]["price"], moved["ratio"], moved["observed"],
    )  # fmt: skip
    assert ("$2.20", True) == (moved["new"]["quote"], moved["link"].endswith("#gemini-2"))
    (line,) = found.sources[0].news
    assert ("gemini-2", "input (standard)", "2.00 -> 2.20 USD per 1M tokens (x1.10)", "moved", 1, False) == tuple(
        line[n] for n in ("model", "what", "change", "kind", "number", "correction")
    )
    assert ("$2.20", moved["link"]) == (line["quote"], line["link"])


def test_the_report_of_a_hold(report):
    """What waits is told with its reason, and is not among the changes."""
    report(day(1))
    _, found = report(day(2, gemini_2=model("Gemini 2", "$9.00", "$2.50")))
    (waiting,) = found.sources[0].held
    assert (1, []) == (waiting["looks"], found.sources[0].changes)
    assert ("2", "9") == (waiting["change"]["old"]["price"], waiting["change"]["new"]["price"])
    assert 10 == len(waiting["id"])


def test_the_report_of_several_editions_adds_their_changes_up(report):
    """As if they were one run; what a first look brought is no change."""
    dearer = {"gemini_2": model("Gemini 2", "$2.20", "$2.50")}
    third = day(3, **dearer, gemini_3=model("Gemini 3", "$3.30", "$3.50"))
    _, found = report(day(1), day(2, **dearer), third)
    (one,) = found.sources
    assert [("gemini-2", "repriced"), ("gemini-3", "repriced")] == [(c["model"], c["kind"]) for c in one.changes]
    assert ["gemini-2", "gemini-3"] == [n["model"] for n in one.news]
    assert ("2026-11-03T06:17:00Z", "CHANGED") == (found.at, one.outcome)


def test_a_damaged_card_does_not_stop_the_report(report, workshop):
    """Its source is DAMAGED, and what its history announces stands."""
    report(day(1))
    workshop.card("gemini-2").write_text("<<<<<<<")
    ran, found = report(day(2, gemini_3=model("Gemini 3", "$3.30", "$3.50")))
    assert (1, 1, "DAMAGED") == (ran.code, found.exit, found.sources[0].outcome)
    assert "google/gemini-api DAMAGED" == messages.headline(found)


def test_the_report_of_a_new_model_has_its_prices(report):
    """A reviewer needs no second look."""
    report(day(1))
    _, found = report(day(2, gemini_7=model("Gemini 7", "$7.00", "$7.50")))
    (new,) = found.sources[0].changes
    expected = {"rate": "standard input", "price": "7", "currency": "USD", "unit": "1000000 tokens"}
    assert expected in new["prices"]


def test_the_report_of_a_run_with_nothing_to_read(report, capsys):
    """Is a report all the same, without a time."""
    report(day(2))
    _, found = report(day(1))
    assert ([], "") == (found.sources, found.at)


def test_a_report_is_deterministic(report, tmp_path, workshop):
    """The same input, the same bytes."""
    report(day(1))
    first = (tmp_path / "report.json").read_bytes()
    shutil.rmtree(workshop.root)
    report(day(1))
    assert first == (tmp_path / "report.json").read_bytes()


def test_an_announced_step_is_in_the_report(workshop, tmp_path, acme):
    """A dated price, with what it is now; and when its day has come it is told as a change."""
    folder, report = tmp_path / "kept", tmp_path / "r.json"
    (folder / "acme" / "tiny").mkdir(parents=True)
    dated = tiny.page({"m-1": {"input": [["1", "", "2026-12-31"], ["2", "2027-01-01", ""]]}})
    for day, kind in itertools.product(("2026-12-01", "2027-01-01"), tiny.urls()):
        (folder / "acme" / "tiny" / f"{day}T06-17-00Z.{kind}").write_bytes(dated)
    steps = []
    for now in ("2026-12-01", "2027-01-01"):
        for path in (folder / "acme" / "tiny").glob(f"{now}*"):
            (tmp_path / now / "acme" / "tiny").mkdir(parents=True, exist_ok=True)
            (tmp_path / now / "acme" / "tiny" / path.name).write_bytes(path.read_bytes())
        workshop.run("refresh", "--replay", tmp_path / now, "--to", workshop.root, "--report", report)
        steps.append(run_report.load(report))
    (coming,) = steps[0].upcoming
    assert ("acme/tiny", "2027-01-01", "1 → 2 USD per 1M tokens") == (
        coming["name"],
        coming["on"],
        messages.moved(coming),
    )
    assert ([], ["stepped"]) == (steps[1].upcoming, [c["kind"] for c in steps[1].sources[0].changes])
    assert "1 dated price took effect" == messages.headline(steps[1])
    (took,) = steps[1].sources[0].news
    assert ("input (standard)", "1.00 -> 2.00 USD per 1M tokens (x2.00), took effect") == (took["what"], took["change"])


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"version": 2}', "[" * 100_000])
def test_a_file_that_is_no_report_is_an_error(tmp_path, content):
    """Which names it."""
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(DatasetError, match=r"x\.json: expected "):
        run_report.load(tmp_path / "x.json")


def test_a_report_that_cannot_be_written_is_an_error(tmp_path):
    """Before anything is read."""
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetError, match="expected a place to write a report"):
        run_report.save(tmp_path / "file" / "x.json", run_report.RunReport())


def test_at_once_is_one_run(workshop, tmp_path, acme):
    """Looks of several sources at several instants are one publication, recorded when the last of them came."""
    keep(tmp_path / "k", day(1))
    (tmp_path / "k" / "acme" / "tiny").mkdir(parents=True)
    for kind in tiny.urls():
        path = tmp_path / "k" / "acme" / "tiny" / f"2026-11-01T06-18-30Z.{kind}"
        path.write_bytes(tiny.page({"m-1": {"input": "1"}}))
    words = ("--replay", tmp_path / "k", "--at-once", "--report", tmp_path / "r.json", "--to", workshop.root)
    ran = workshop.run("refresh", *words)
    found = run_report.load(tmp_path / "r.json")
    assert (0, 1, "2026-11-01T06:18:30Z") == (ran.code, ran.out.count("wrote "), found.at)
    assert {GEMINI: "NEW", "acme/tiny": "NEW"} == {s.name: s.outcome for s in found.sources}


def test_at_once_takes_one_look_a_source(workshop):
    """Two editions of one are no single run; and without a replay it means nothing."""
    ran = workshop.refresh(day(1), day(2), words=("--at-once",))
    assert (3, True) == (ran.code, "expected one look at google/gemini-api, which --at-once is for, saw 2" in ran.out)
    assert (2, "refresh: --at-once is for --replay\n") == (
        (again := workshop.run("refresh", GEMINI, "--at-once", "--to", workshop.root)).code, again.err,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["summary", "full", "pull", "issue", "webhook", "commit", "changelog"])
def test_each_format_is_printed(run, tmp_path, name):
    """By the command that the workflow calls."""
    run_report.save(tmp_path / "r.json", runfacts.run(source("CHANGED", change())))
    ran = run("report", tmp_path / "r.json", "--format", name, "--source", NAME)
    assert (0, True, "") == (ran.code, len(ran.out) > 20, ran.err)


def test_a_source_that_is_not_in_the_report_is_named(run, tmp_path):
    """With those that are."""
    run_report.save(tmp_path / "r.json", runfacts.run(source("CHANGED")))
    ran = run("report", tmp_path / "r.json", "--format", "pull", "--source", "nobody/nothing")
    assert (1, True) == (ran.code, f"expected a source of the report ({NAME}), saw 'nobody/nothing'" in ran.err)
