"""The way out of NOT_READ: each place with its nearest known terms and the lines that would settle it."""

from __future__ import annotations

import hashlib
import itertools
import json
from pathlib import Path

import pytest
from werkzeug import Response

from ratecards.storage import strict_yaml
from scraper.cli import doctor as module
from scraper.cli.doctor import examine, keep_case
from scraper.errors import DatasetError
from scraper.fetch.client import Page
from scraper.model import Problem
from scraper.sources import Source
from tests.support import tiny
from tests.support.workshop import ACME, GEMINI, Ran, at, facts, model, pages

PAGE = Source("google", "gemini-api")
DAY = at("2026-11-01T06:00:00")
KEY = "AIza" + "x" * 35


@pytest.fixture
def diagnose(run, small, tmp_path):
    """Runs the doctor on an edition's HTML, saved under a name without a date."""

    def call(edition: dict | bytes, *words: object, name: str = "saved.html") -> Ran:
        body = edition if isinstance(edition, bytes) else pages(edition)["html"]
        (tmp_path / name).write_bytes(body)
        return run("doctor", GEMINI, tmp_path / name, *words)

    return call


def with_row(*row: str) -> dict:
    """The small edition, with one more row in the second model."""
    found = model("Gemini 2")
    found["tabs"]["Standard"].append(list(row))
    return facts(gemini_2=found)


def remedy(text: str) -> object:
    """The vocabulary lines proposed first, as what they mean: those indented by four and more."""
    _, _, after = text.partition("  to settle it, in scraper/sources/gemini_api.yaml:\n")
    block = itertools.takewhile(lambda line: line.startswith("    "), after.splitlines())
    return strict_yaml.load("\n".join(line.removeprefix("    ") for line in block), "remedy")


def test_a_page_with_nothing_to_settle(diagnose):
    """Exit 0 and the counts."""
    ran = diagnose(facts())
    assert 0 == ran.code
    assert [
        "saved.html: amounts on the page: 12 (12 in cells, 0 in footnotes), read: 12; 0 problems in 0 sections"
    ] == [line for line in ran.out.splitlines() if "amounts" in line]
    assert "nothing to settle" in ran.out


PROPOSED = {
    "label": (
        with_row("Imput price", "Free of charge", "$1.00"),
        "label at gemini-2 / Standard",
        "unknown row label 'Imput price'",
        "input price",
        {"rows": {"imput price": {"meter": "input"}}},
    ),
    "label that YAML would take apart": (
        with_row('Price: "new", {x} #1', "Free of charge", "$1.00"),
        "label at gemini-2 / Standard",
        "unknown row label",
        "",
        {"rows": {'price: "new", {x} #1': {"meter": "input"}}},
    ),
    "tab": (
        facts(gemini_2=model("Gemini 2", tabs={"Standards": [["Input price", "Free of charge", "$1.00"]]})),
        "tab at gemini-2 / Standards",
        "unknown tab 'Standards'",
        "standard",
        {"tabs": {"standards": "standard"}},
    ),
    "unclaimed": (
        facts(gemini_2=model("Gemini 2", footnotes=["A deposit of $5 (once) is asked for."])),
        "unclaimed at gemini-2 / text",
        "A deposit of $5",
        "",
        {
            "ignore": [
                {
                    "section": "model",
                    "match": r"A\ deposit\ of\ \$5\ \(once\)\ is\ asked\ for\.",
                    "reason": "WHY IT GIVES NO RATE",
                }
            ]
        },
    ),
    "section without an id": (
        facts(gemini_2=model("Gemini 2", ids=[])),
        "layout at gemini-2",
        "no model id under the heading 'Gemini 2'",
        "",
        {"without_ids": ["gemini-2"]},
    ),
}


@pytest.mark.parametrize(("edition", "place", "message", "near", "lines"), PROPOSED.values(), ids=PROPOSED)
def test_each_place_with_what_would_settle_it(diagnose, edition, place, message, near, lines):
    """Kind and place, the message, the nearest known terms, and lines that are YAML."""
    ran = diagnose(edition)
    assert (4, True, True) == (ran.code, place in ran.out.splitlines(), message in ran.out)
    assert "  to settle it, in scraper/sources/gemini_api.yaml:" in ran.out
    assert lines == remedy(ran.out)
    if near:
        (known,) = [line for line in ran.out.splitlines() if line.startswith("  nearest known: ")]
        assert near in known.removeprefix("  nearest known: ").split(", ")
    assert "PARTLY_READ: 1 of 6 sections unread" in ran.out


def test_an_unknown_header_names_the_plan_that_is_missing(diagnose):
    """With its unit; a known header is near."""
    body = pages(facts())["html"].replace(b"Paid Tier, per 1M", b"Payed Tier, per 1M", 1)
    ran = diagnose(body)
    assert 4 == ran.code
    entry = {"plan": "paid", "unit": "1000000 tokens"}
    assert {"columns": {"payed tier, per 1m tokens in usd": entry}} == remedy(ran.out)
    assert "nearest known: paid tier, per 1m tokens in usd" in ran.out


def test_a_cell_shows_where_it_was_not_understood(diagnose):
    """The grammar's own message, line by line, and where a production would go."""
    ran = diagnose(with_row("Input price (text)", "Free of charge", "$1.00 per moon phase"))
    assert 4 == ran.code
    assert "cell at gemini-2 / Standard / Input price (text)" in ran.out
    assert "scraper/prices/grammar.py" in ran.out


def test_two_prices_for_one_key(diagnose):
    """PARTLY_READ, as `read` says."""
    ran = diagnose(with_row("Input price", "Free of charge", "$7.00"))
    assert 4 == ran.code
    assert "conflict at gemini-2" in ran.out
    assert "PARTLY_READ: 1 of 6 sections unread" in ran.out


def test_every_problem_is_listed(diagnose):
    """More than a third of the sections: NOT_READ, with all of them."""
    odd = {f"gemini_{n}": model(f"Gemini {n}", tabs={"Turbo": [["Input price", "-", "$1"]]}) for n in range(1, 7)}
    ran = diagnose(facts(**odd))
    assert (4, 6) == (ran.code, ran.out.count("unknown tab 'Turbo'"))
    assert "NOT_READ: 6 of 6 sections unread" in ran.out


def test_money_outside_any_section(diagnose):
    """A suspicion is told as such; the vocabulary has no kind of section for it."""
    ran = diagnose({**facts(), "intro": "From $5 a month."})
    assert 5 == ran.code
    assert "SUSPECT: money outside any section" in ran.out


def test_a_page_that_is_not_the_page_is_explained(diagnose):
    """What it was taken for, and how it begins; control characters are defused."""
    ran = diagnose(b"<!doctype html><html><title>Sign in\x1b[2J</title> accounts.google.com/signin</html>")
    assert 4 == ran.code
    assert "saved.html: NOT_READ: sign-in page" in ran.out
    assert "  the page begins: <!doctype html>" in ran.out
    assert "\x1b" not in ran.out


def test_bytes_that_are_no_text_are_explained(diagnose):
    """NOT_READ as well."""
    ran = diagnose(b"<html>\xff</html>")
    assert (4, True) == (ran.code, "NOT_READ" in ran.out)


def test_the_doctor_says_what_read_says(diagnose, run, tmp_path):
    """The same exit status for every kind of page."""
    editions = [
        facts(),
        with_row("Odd", "-", "$1"),
        with_row("Input price", "-", "$9"),
        {**facts(), "intro": "$5"},
        b"x",
    ]
    codes = [(diagnose(e).code, run("read", GEMINI, tmp_path / "saved.html").code) for e in editions]
    assert [(0, 0), (4, 4), (4, 4), (5, 5), (4, 4)] == codes


def test_a_missing_file(run, small, tmp_path):
    """Exit 1 with a clear line."""
    ran = run("doctor", GEMINI, tmp_path / "nothing.html")
    assert (1, f"doctor: {tmp_path / 'nothing.html'}: no such file\n") == (ran.code, ran.err)


# -------------------------------------------------------------------------------------- what is proposed


@pytest.mark.parametrize(
    "problem",
    [
        Problem("layout", "m", "3 cells under 4 headers"),
        Problem("layout", "m", "'M 1' is not a model id", "M 1"),
        Problem("header", "m", "expected a free and a paid column"),
        Problem("weather", "m", "rain", "rain"),
    ],
    ids=lambda p: p.message,
)
def test_no_line_is_proposed_where_none_would_help(problem):
    """Nor any known term, if the problem names none."""
    lines = list(module._explain(problem, "model", ACME))
    assert [f"{problem.kind} at m", f"  {problem.message}"] == lines


def test_a_conflict_is_settled_by_a_condition():
    """It has no term of its own."""
    lines = list(module._explain(Problem("conflict", "m", "two prices"), "model", ACME))
    assert "tells the two rows apart" in lines[-1]


def test_a_section_that_is_no_model_is_left_to_the_reader(acme):
    """Its kind is the vocabulary's matter."""
    body = tiny.page({"m-1": {"input": "1"}}, notes=["$5?"])
    lines, code = examine(ACME, "x", Page("", "", 200, {}, body, DAY))
    assert (4, "PARTLY_READ: 0 of 1 sections unread") == (code, lines[-1])


def test_known_terms_are_those_that_could_have_been_meant():
    """Labels for a label, tabs for a tab, every word for another kind; regular expressions and all."""
    labels, tabs = module._known_terms(PAGE, "label"), module._known_terms(PAGE, "tab")
    assert ("input price" in labels, "standard" in tabs, "input price" in tabs) == (True, True, False)
    assert {*labels, *tabs} < set(module._known_terms(PAGE, "cell"))


# ------------------------------------------------------------------------------------------------ cases


@pytest.fixture
def cases(tmp_path, monkeypatch) -> Path:
    """Where cases are saved."""
    monkeypatch.setattr(module, "CASES", tmp_path / "cases")
    return tmp_path / "cases"


def test_cases_stand_among_the_tests():
    """Whatever the working directory."""
    assert (module.case_folder(PAGE, module.CASES) / "era-2026-10" / "facts.yaml").is_file()


def test_a_page_is_kept_as_a_case_without_scripts_and_keys(diagnose, cases):
    """The part with prices only, and where it came from."""
    body = pages(facts())["html"]
    body = body.replace(b"</head>", f"<script>key='{KEY}'</script></head>".encode())
    body = body.replace(b"</h1>", f"</h1><script nonce='x'>var k = '{KEY}'</script><p>{KEY}</p>".encode())
    ran = diagnose(body, "--keep", "new-words")
    folder = cases / "gemini_api" / "cases" / "new-words"
    assert (0, f"kept as {folder}") == (ran.code, ran.out.splitlines()[-1])
    kept = (folder / "page.html").read_text()
    assert (True, False, False, 1) == (kept.startswith("<article"), "<script" in kept, KEY in kept, kept.count("AIza"))
    assert "$6.50" in kept
    about = json.loads((folder / "page.json").read_text())
    assert [("saved.html", hashlib.sha256(body).hexdigest())] == [(a["from"], a["sha256"]) for a in about.values()]
    assert {"from", "url", "fetched", "sha256"} == about["page.html"].keys()


def test_a_page_without_its_frame_is_kept_without_scripts(diagnose, cases):
    """A challenge page is nothing but scripts; one that is cut inside a script is cut there."""
    diagnose(
        f"<html><title>Just a moment...</title><SCRIPT>'{KEY}'</SCRIPT >a<script>'{KEY}".encode(), "--keep", "wall"
    )
    kept = (cases / "gemini_api" / "cases" / "wall" / "page.html").read_text()
    assert "<html><title>Just a moment...</title>a" == kept


@pytest.mark.parametrize("case", ["../out", "/tmp/out", "", ".", "A b"])
def test_a_case_is_a_plain_name(cases, case):
    """It must not lead out of the folder of cases."""
    with pytest.raises(DatasetError, match="for a case"):
        keep_case(PAGE, case, {"x": Page("", "", 200, {}, b"x", DAY)})
    assert not cases.exists()


@pytest.mark.parametrize(
    ("source", "body", "name"),
    [
        (PAGE, b"<!doctype html>", "page.html"),
        (PAGE, b"# Twin", "page.md.txt"),
        (ACME, b'{"nonce": ""}', "page.body.json"),
    ],
)
def test_a_case_is_named_by_its_content(cases, acme, source, body, name):
    """Whatever the saved file was called; `page.json` is where it came from."""
    folder = keep_case(source, "x", {"y.bin": Page("", "", 200, {}, body, DAY)})
    assert {name, "page.json"} == {path.name for path in folder.iterdir()}
    assert body.decode() == (folder / name).read_text()


# ------------------------------------------------------------------------------------------------- live


def test_without_a_file_the_live_page_is_examined(run, small, site, cases):
    """Both representations, and both are kept."""
    site.shows(with_row("Odd price", "Free of charge", "$1.00"))
    ran = run("doctor", GEMINI, "--keep", "live")
    assert (4, 2) == (ran.code, ran.out.count("unknown row label 'Odd price'"))
    assert {"page.html", "page.md.txt", "page.json"} == {
        p.name for p in (cases / "gemini_api" / "cases" / "live").iterdir()
    }
    about = json.loads((cases / "gemini_api" / "cases" / "live" / "page.json").read_text())
    hashes = {name: hashlib.sha256(body).hexdigest() for name, body in site.bodies.items()}
    assert hashes == {a["from"]: a["sha256"] for a in about.values()}


def test_a_representation_that_does_not_come(run, small, site):
    """The other one is examined; a page that moved is a finding."""
    site.shows(facts())
    site.answers["md.txt"] = [Response(status=403)]
    ran = run("doctor", GEMINI)
    assert (0, True) == (ran.code, "403: access denied" in ran.err)
    site.answers["md.txt"] = [Response(status=404)]
    assert 4 == run("doctor", GEMINI).code


def test_nothing_comes(run, small, site, cases):
    """NOT_FETCHED, and nothing to keep."""
    site.shows(facts())
    site.answers = {kind: [Response(status=403)] for kind in site.bodies}
    ran = run("doctor", GEMINI, "--keep", "none")
    assert (3, False) == (ran.code, cases.exists())
