"""The cases against the page as it is today: shapes of prices that no case has."""

from __future__ import annotations

from pathlib import Path

import pytest

from scraper.cli.doctor import covered, shape, strange
from scraper.errors import DatasetError
from scraper.sources import find, gemini_api
from tests.support import pagebuilder
from tests.support.workshop import GEMINI, facts, model

# A shape that no page has had; the words are known to the grammar.
NEW = "$7.77 (video / image)"


def page(tmp_path: Path, price: str) -> Path:
    path = tmp_path / "2026-11-01.html"
    path.write_bytes(pagebuilder.html_page(facts(gemini_2=model("Gemini 2", price))))
    return path


def test_fault_68_a_shape_that_no_case_has(run, small, tmp_path):
    """The tests are behind the page: exit 1, with the words, their place and what to do."""
    ran = run("canary", GEMINI, page(tmp_path, NEW))

    assert 1 == ran.code
    assert f"{GEMINI}: no case has '{NEW}' at gemini-2 / Standard / Input price / " in ran.out
    assert f"keep the page as a case: python -m scraper doctor {GEMINI} --keep NAME" in ran.out


def test_fault_68_cases_that_are_up_to_date(run, small, tmp_path):
    """Other numbers are the same shape."""
    ran = run("canary", GEMINI, page(tmp_path, "$123.45"))

    assert (0, f"{GEMINI}: the cases have every shape of price that stands there\n") == (ran.code, ran.out)


def test_a_page_that_is_not_the_page(run, tmp_path):
    """Says what it is instead."""
    path = tmp_path / "x.html"
    path.write_text("<html><title>Sign in</title></html>")
    ran = run("canary", GEMINI, path)

    assert 4 == ran.code
    assert ran.err.startswith("NOT_READ: ")


def test_a_page_that_did_not_come(run, site):
    """Nothing was compared, and nothing is said of the cases."""
    from werkzeug import Response

    site.answers = {kind: [Response(status=500)] for kind in ("html", "md.txt")}
    ran = run("canary", GEMINI)

    assert (3, "") == (ran.code, ran.out)


def test_shapes():
    """Numbers, case and white space do not count, words and signs do."""
    assert "$0 / 0 tokens per hour" == shape("$4.50 / 1,000,000\n tokens  per Hour")
    assert shape("$1 (text)") != shape("$1 (audio)")


def test_a_source_without_cases_is_named(tmp_path):
    """There is nothing to compare with."""
    with pytest.raises(DatasetError, match="expected the kept cases of google/gemini-api, saw none"):
        covered(find(GEMINI), tmp_path)


def test_what_has_no_price_has_no_shape(small):
    """`Not available` is a word of the vocabulary, which is strict by itself."""
    body = pagebuilder.html_page(facts(gemini_2=model("Gemini 2", "Not available"))).decode()

    assert {"$0", "free of charge"} == set(strange([gemini_api.read(body)], ""))
