"""AI Studio's ListModels, as it answered on 2026-02-14."""

from __future__ import annotations

from decimal import Decimal

from ratecards.model import Rate, plain
from scraper.sources import ai_studio
from tests.support.captures import captured, needed

pytestmark = needed


SAID = {
    "gemini-3-flash-preview": "input 0.5, output 3",
    "gemini-2.5-flash-image": "input text 0.3, input image 0.3, output text 2.5, output image 0.039 per 1 image",
    "gemini-2.5-pro": "input <=200000 1.25, input >200000 2.5, output <=200000 10, output >200000 15",
    "gemini-2.5-flash-lite": "input 0.1, output 0.4",
    "gemini-robotics-er-1.5-preview": "",
    "imagen-4.0-generate-001": "output image 0.04 per 1 image",
    "veo-3.1-generate-preview": "output video 0.4 per 1 video",
    "veo-3.1-fast-generate-preview": "output video 0.15 per 1 video",
}


def said(rate: Rate) -> str:
    bound = f"<={rate.prompt_up_to}" if rate.prompt_up_to else f">{rate.prompt_over}" if rate.prompt_over else ""
    per = "" if rate.unit == "1000000 tokens" else f"per {rate.unit}"
    return " ".join(w for w in (rate.meter, rate.modality, bound, plain(rate.price), per) if w)


def test_capture():
    """Every record of the real response is mapped or listed, with the prices that a person read off it."""
    text = captured("google/ai-studio", "2026-02-14.listmodels.json")
    reading = ai_studio.read(text)

    assert SAID == {d.model: ", ".join(map(said, d.rates)) for d in reading.drafts()}
    assert [] == reading.problems
    assert [
        "8 records: 7 with a price, 1 without",
        "gemini-robotics-er-1.5-preview is listed without a price",
    ] == reading.notes
    assert (15, 15, 0) == (reading.amounts.seen, reading.amounts.read, reading.amounts.unclaimed)
    assert {"yes": 3, "no": 5} == {
        v: sum(dict(d.facts)["paid badge"] == v for d in reading.drafts()) for v in ("yes", "no")
    }


def test_capture_live_shape():
    """The capture, wrapped as the live body is, says the same; its decimals are read from their text."""
    text = captured("google/ai-studio", "2026-02-14.listmodels.json")
    rates = ai_studio.read(f")]}}'\n[{text}]").rates()

    assert ai_studio.read(text).rates() == rates
    assert Decimal("0.039") in {r.price for r in rates}
