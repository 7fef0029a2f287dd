"""The billing catalogue: the excerpt of 2026-08-13."""

from __future__ import annotations

from scraper.sources import cloud_billing
from tests.sources.cloud_billing.test_cloud_billing import line
from tests.support.captures import captured, needed

pytestmark = needed


# As a person read them off the capture: nanos x displayQuantity / 1,000,000,000.
BILLED = """
03C9-2E8B-8C34 gemini-2.0-flash batch input video, per 1000000 tokens: 0.05 USD
0672-77E4-8450 gemini-2.5-flash priority input text long, per 1000000 tokens: 0.54 USD
07D6-73CA-C859 gemini-3-flash-preview standard cache_read text, per 1000000 tokens: 0.05 USD
0539-03B2-85B1 gemini-3-pro-preview batch input audio long, per 1000000 tokens: 2 USD
0651-96CE-1FAC gemini-3-pro-preview flex output text short, per 1000000 tokens: 6 USD
06AF-1317-B427 gemini-3.1-flash-lite-preview flex output text, per 1000000 tokens: 0.75 USD
013B-FED5-AA5A gemini-3.5-flash flex cache_read text, per 1000000 tokens: 0.075 USD
0082-C9F4-A9A0 gemini-3.5-flash-lite flex input text, per 1000000 tokens: 0.15 USD
01FB-5D61-EA5A gemini-3.7-flash standard input text, per 1000000 tokens: 0.75 USD
01AB-30AA-B77A gemini-robotics-er-1.5-preview standard output text non-thinking, short, per 1000000 tokens: 2.5 USD
01C7-62E3-850B gemini-robotics-er-1.5-preview batch output text long, per 1000000 tokens: 1.25 USD
05FF-7DFC-3C99 gemini-robotics-er-1.6-preview standard cache_read image, per 1000000 tokens: 0.1 USD
007E-40FF-38E8 gemini-robotics-er-2-preview standard output text, per 1000000 tokens: 10 USD
052A-4E99-7F20 gemini-robotics-er-2-preview standard cache_read text, per 1000000 tokens: 0.2 USD
066F-45B8-9996 imagen-4.0-generate-001 standard output image, per 1 image: 0.04 USD
"""


def test_capture():
    """Every SKU of the real excerpt is mapped, with the price that a person worked out."""
    text = captured("google/cloud-billing", "2026-08-13.skus.excerpt.json")
    reading = cloud_billing.read(text)
    found = [f"{r.evidence.locator[:14]} {line(r)}" for d in reading.drafts() for r in d.rates]

    assert BILLED.strip().split("\n") == found
    assert ["15 SKUs: 15 mapped, 0 unmapped"] == reading.notes
    assert [] == reading.problems
    assert (15, 15, 0) == (reading.amounts.seen, reading.amounts.read, reading.amounts.unclaimed)
