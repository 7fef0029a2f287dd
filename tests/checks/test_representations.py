"""Two representations of one edition side by side."""

from __future__ import annotations

import pytest

from scraper.checks.representations import disagreements, representation_conflicts
from scraper.sources import gemini_api
from tests.support import tiny
from tests.support.workshop import facts, model, pages

NOTE = "{*} Output images consume 1290 tokens and are equivalent to $0.039 per image."


def test_rows_that_differ_are_listed_by_their_place():
    """Another price, a missing row on either side; equal rows are not."""
    left = tiny.read(tiny.page({"m-1": {"input": "1", "output": "2"}, "m-2": {"input": "3"}}).decode()).rates()
    right = tiny.read(tiny.page({"m-1": {"input": "1.1", "output": "2"}, "m-3": {"input": "3"}}).decode()).rates()
    expected = [
        "a and b disagree at m-1 / input: '$1' against '$1.1'",
        "a and b disagree at m-2 / input: '$3' against no such row",
        "a and b disagree at m-3 / input: no such row against '$3'",
    ]
    assert expected == disagreements(left, right, "a", "b")
    assert [] == disagreements(left, left, "a", "b")


def readings(html: str, twin: str) -> dict:
    """The small edition whose second model has these footnotes, in HTML and in the twin."""
    found = {kind: facts(gemini_2=model("Gemini 2", footnotes=[note])) for kind, note in (("html", html), ("md", twin))}
    bodies = {"html": pages(found["html"])["html"], "md": pages(found["md"])["md.txt"]}
    return {kind: gemini_api.read(body.decode()) for kind, body in bodies.items()}


def test_equal_representations_do_not_disagree(small):
    """Nor do other words around the same figures."""
    assert [] == representation_conflicts(readings(NOTE, NOTE))
    assert [] == representation_conflicts(readings(NOTE, NOTE.replace("consume", "take up")))


@pytest.mark.parametrize(
    ("twin", "figures"),
    [
        (
            NOTE.replace("1290", "1120"),
            "output image 1120 tokens 0.039 USD per 1 image; output image 1290 tokens 0.039 USD per 1 image",
        ),
        (
            NOTE.replace("0.039", "0.39"),
            "output image 1290 tokens 0.039 USD per 1 image; output image 1290 tokens 0.39 USD per 1 image",
        ),
        ("Nothing.", "output image 1290 tokens 0.039 USD per 1 image"),
    ],
)
def test_figures_of_footnotes_must_agree(small, twin, figures):
    """Costs are worked out with them, so one representation alone vouches for none."""
    expected = f"html and md disagree in the figures of gemini-2, only one of them says: {figures}"
    assert [expected] == representation_conflicts(readings(NOTE, twin))
