"""The documentation and AI Studio's: one publication at two addresses. Where they differ is told, and neither confirms."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from ratecards.__main__ import main
from scraper.pipeline.corroboration import corroboration
from scraper.publish.dataset import Dataset
from scraper.sources import ai_studio_docs, find
from tests.support.kit import change
from tests.support.markdocbuilder import markdoc_page
from tests.support.workshop import GEMINI, facts, keep, model, outcomes

DOCS = "google/ai-studio-docs"
IMAGE = "gemini-3.1-flash-image-preview"
DAY = "2026-03-02"


def edition(price: str, out: str) -> dict:
    """The page with the image model at a price of text in and of text out."""
    cells = [f"{out} (text and thinking)", "$60.00 (images)"]
    image = model("Gemini 3.1 Flash Image Preview", f"{price} (text/image)", cells)
    return facts(f"{DAY}T06:17:00Z", DAY, **{IMAGE.replace("-", "_"): image})


@pytest.fixture
def both(workshop, tmp_path, monkeypatch):
    """Both pages read on one day: the documentation at half of what AI Studio's says."""
    terms = ai_studio_docs.load_terms()
    monkeypatch.setattr(
        ai_studio_docs, "load_terms", lambda: replace(terms, prices=replace(terms.prices, tables_min=1))
    )
    folder = tmp_path / "both"
    keep(folder, edition("$0.25", "$1.50"))
    (folder / DOCS).mkdir(parents=True)
    page = folder / DOCS / f"{DAY}T06-17-00Z.md"
    page.write_text(markdoc_page(edition("$0.50", "$3.00")), encoding="utf-8")
    words = ("--to", workshop.root, "--now", f"{DAY}T06:17:00Z", "--report", tmp_path / "report.json")
    ran = workshop.run("refresh", GEMINI, DOCS, "--replay", folder, *words)
    assert {GEMINI: "NEW", DOCS: "NEW"} == outcomes(ran.out)
    return workshop


def test_where_they_differ(both, tmp_path, capsys):
    """Text in and out stand beside each other, in the ledger, the answer, the report and the site; images agree."""
    assert 0 == main(["discrepancies", IMAGE, "--dataset", str(both.root)])
    told = capsys.readouterr().out
    assert f"{IMAGE}: standard output text" in told
    for name, price in ((GEMINI, "1.50"), (DOCS, "3.00"), (GEMINI, "0.25"), (DOCS, "0.50")):
        assert f"  {name:<21}  {price} USD per 1M tokens  {DAY}" in told
    assert "2 discrepancies: 2 between sources, 0 within one" in told

    ledger = (both.root / "ratecards/discrepancies/google.gemini-api--google.ai-studio-docs.yaml").read_text()
    assert (2, 2) == (ledger.count("state: "), ledger.count("state: open"))
    report = json.loads((tmp_path / "report.json").read_text())["discrepancies"]
    assert (2, 2) == (report["open"], sum(DOCS == entry["right"]["source"] for entry in report["opened"]))
    assert 0 == both.run("site", "--to", tmp_path / "site", "--from", both.root, "--now", f"{DAY}T07:00:00Z").code
    page = (tmp_path / "site" / "discrepancies.html").read_text()
    assert page.count(IMAGE) >= 2
    assert DOCS in page


def test_neither_confirms_the_other(both):
    """They are one publication: what one says proves nothing of what the other says."""
    assert IMAGE in Dataset(both.root).cards(DOCS)
    for name, other in ((GEMINI, DOCS), (DOCS, GEMINI)):
        said = Dataset(both.root).cards(other)["gemini-2"]
        moved = change("repriced", old=replace(said.rates[0], price=None), new=said.rates[0])
        assert corroboration(Dataset(both.root), find(name), date.fromisoformat(DAY))(moved, said) is None
