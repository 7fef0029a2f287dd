"""The Agent Platform page: of 2026-05-08 whole, of October 2026 the cells of 27 tables and an excerpt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from ratecards.model import validate_rate
from scraper.model import Reading
from scraper.prices.lexicon import counted
from scraper.sources import vertex_ai
from tests.sources.vertex_ai.test_vertex_ai import rates
from tests.support import agent_platform_page
from tests.support.captures import captured, needed

pytestmark = needed


# Read off the page by eye: model, tier, meter, modality, unit, conditions, price.
SPOT = [
    ("gemini-3.1-pro-preview", "standard", "input", "video", "1000000 tokens", {"prompt_over": 200000}, "4"),
    ("gemini-3.1-pro-preview", "standard", "cache_read", "audio", "1000000 tokens", {"prompt_up_to": 200000}, "0.2"),
    ("gemini-3.1-pro-preview", "priority", "output", "text", "1000000 tokens", {"prompt_over": 200000}, "32.4"),
    ("gemini-3.1-pro-preview", "batch", "output", "image", "1000000 tokens", {"prompt_up_to": 200000}, "60"),
    ("gemini-3.1-pro-preview", "flex", "cache_read", "text", "1000000 tokens", {"prompt_up_to": 200000}, None),
    ("gemini-3.1-flash-image-preview", "standard", "input", "image", "1000000 tokens", {"prompt_up_to": 200000}, "0.5"),
    ("gemini-3.1-flash-image-preview", "standard", "output", "image", "1000000 tokens", {"prompt_up_to": 200000}, "60"),
    ("gemini-3.1-flash-image-preview", "flex", "output", "image", "1000000 tokens", {"prompt_up_to": 200000}, "30"),
    ("gemini-3.1-flash-image-preview", "priority", "input", "text", "1000000 tokens", {"prompt_over": 200000}, None),
    ("gemini-3.1-flash-lite-preview", "standard", "input", "audio", "1000000 tokens", {"prompt_up_to": 200000, "context": "global"}, "0.5"),
    ("gemini-3.1-flash-lite-preview", "flex", "cache_read", "text", "1000000 tokens", {"prompt_over": 200000, "context": "non-global"}, "0.01375"),
    ("gemini-3.1-flash-lite-preview", "standard", "cache_storage", "text", "1000000 token-hours", {"prompt_over": 200000}, "1"),
    ("gemini-3-pro-image-preview", "batch", "output", "image", "1000000 tokens", {"prompt_up_to": 200000}, "60"),
    ("gemini-3-flash-preview", "priority", "output", "text", "1000000 tokens", {"prompt_over": 200000}, "5.4"),
    ("gemini-3-flash-preview", "standard", "search_grounding", "", "1000 queries", {"used_over": 5000, "period": "month", "context": "web grounding for enterprise"}, "14"),
    ("gemini-3-flash-preview", "standard", "tool", "", "1000 prompts", {"context": "grounding with your data"}, "2.5"),
    ("gemini-2.5-pro", "standard", "cache_read", "text", "1000000 tokens", {"prompt_up_to": 200000}, "0.13"),
    ("gemini-2.5-pro", "priority", "cache_read", "text", "1000000 tokens", {"prompt_up_to": 200000}, "0.23"),
    ("gemini-2.5-pro", "batch", "input", "text", "1000000 tokens", {"prompt_up_to": 200000}, "0.625"),
    ("gemini-2.5-pro", "standard", "search_grounding", "", "1000 prompts", {"used_up_to": 10000, "period": "day"}, "0"),
    ("gemini-2.5-pro", "standard", "tuning", "", "1000000 tokens", {"context": "supervised fine-tuning"}, "25"),
    ("gemini-2.5-pro", "standard", "cache_storage", "video", "1000000 token-hours", {"prompt_up_to": 200000}, "4.5"),
    ("gemini-2.5-computer-use-preview-10-2025", "standard", "output", "text", "1000000 tokens", {"prompt_over": 200000}, "15"),
    ("gemini-2.5-flash", "standard", "input", "audio", "1000000 tokens", {"prompt_over": 200000}, "1"),
    ("gemini-2.5-flash", "standard", "tuning", "", "1000000 tokens", {"context": "preference tuning"}, "5"),
    ("gemini-2.5-flash-image", "flex", "output", "image", "1000000 tokens", {"prompt_up_to": 200000}, "15"),
    ("gemini-live-2.5-flash-native-audio", "standard", "input", "video", "1000000 tokens", {"prompt_up_to": 200000}, "3"),
    ("gemini-live-2.5-flash-native-audio", "flex", "input", "text", "1000000 tokens", {"prompt_up_to": 200000}, None),
    ("gemini-2.5-flash-lite", "priority", "input", "audio", "1000000 tokens", {"prompt_up_to": 200000}, "0.54"),
    ("gemini-2.0-flash", "batch", "input", "audio", "1000000 tokens", {}, "0.5"),
    ("gemini-2.0-flash", "standard", "input", "video", "1 second", {}, "0.0000387"),
    ("gemini-2.0-flash", "standard", "cache_storage", "text", "1000000 character-hours", {}, "0.25"),
    ("gemini-2.0-flash", "standard", "maps_grounding", "", "1000 prompts", {"used_over": 1500, "period": "day"}, "25"),
    ("gemini-2.0-flash-lite", "batch", "input", "audio", "1 second", {}, "0.000000938"),
    ("gemini-2.0-flash-lite", "standard", "cache_read", "audio", "1000000 tokens", {}, "0.01875"),
    ("gemini-2.0-flash-preview-image-generation", "standard", "output", "image", "1 image", {}, "0.04"),
    ("gemini-1.5-pro", "standard", "input", "image", "1 image", {"prompt_over": 128000}, "0.0006575"),
    ("gemini-1.5-flash", "standard", "output", "text", "1000 characters", {"prompt_up_to": 128000}, "0.000075"),
    ("gemini-1.5-flash", "standard", "tuning", "", "1000000 tokens", {}, "8"),
    ("gemma-4-26b-a4b-it-maas", "standard", "cache_read", "", "1000000 tokens", {}, "0.015"),
    ("gemma-3-27b-it", "standard", "tuning", "", "1000000 tokens", {"context": "supervised fine-tuning"}, "6.83"),
    ("imagen-4.0-ultra-generate-001", "standard", "output", "image", "1 image", {}, "0.06"),
    ("imagen-1", "standard", "output", "image", "1 image", {"context": "upscaling"}, "0.003"),
    ("veo-3.1-generate-001", "standard", "output", "video", "1 second", {"resolution": "4k", "context": "without audio"}, "0.4"),
    ("veo-3.1-fast-generate-001", "standard", "output", "video", "1 second", {"resolution": "1080p", "context": "with audio"}, "0.12"),
    ("veo-3.1-lite-generate-001", "standard", "output", "video", "1 second", {"resolution": "720p", "context": "without audio"}, "0.03"),
    ("veo-2.0-generate-001", "standard", "output", "video", "1 second", {"resolution": "720p"}, "0.5"),
    ("lyria-3-pro-preview", "standard", "output", "audio", "1 song", {}, "0.08"),
    ("gemini-embedding-001", "batch", "input", "", "1000 tokens", {}, "0.00012"),
    ("gemini-embedding-2", "standard", "input", "audio", "1 second", {}, "0.00016"),
    ("multimodalembedding", "standard", "input", "video", "1 second", {"quality": "standard"}, "0.001"),
    ("translation-llm-002", "standard", "tuning", "", "1000000 characters", {"context": "supervised fine-tuning"}, "6.25"),
]  # fmt: skip


ABSENT = {
    "prompt_over": None,
    "prompt_up_to": None,
    "used_over": None,
    "used_up_to": None,
    "period": "",
    "context": "",
    "resolution": "",
    "quality": "",
}


@pytest.fixture(scope="module")
def capture() -> Reading:
    return vertex_ai.read(captured("google/vertex-ai", "2026-05-08.html"))


def test_capture_counts(capture):
    """The real page of 2026-05-08 is read whole: no problem, no suspicion, every amount accounted for."""
    found = capture.rates()

    assert [] == capture.problems
    assert [] == capture.suspicions
    assert (931, 914, 17) == (capture.amounts.seen, capture.amounts.cells, capture.amounts.notes)
    assert (426, 505, 0) == (capture.amounts.read, sum(capture.amounts.ignored.values()), capture.amounts.unclaimed)
    assert {
        "models of partners, not Google's": 449,
        "Model Optimizer figures are example ranges": 25,
        "commitments (GSU) are not priced per use": 16,
        "open models of other makers": 13,
        "how bills are rounded": 2,
    } == capture.amounts.ignored
    assert (48, 56, 1225) == (capture.tables, len(capture.drafts()), len(found))
    assert (914, 34, 276, 1) == tuple(
        sum(r.availability == name for r in found) for name in ("priced", "free", "not_available", "refers")
    )
    assert [] == [wrong for rate in found for wrong in validate_rate(rate)]


@pytest.mark.parametrize(("model", "tier", "meter", "modality", "unit", "conditions", "price"), SPOT)
def test_capture_spot(capture, model, tier, meter, modality, unit, conditions, price):
    """Rates that a person has read off the page."""
    key = {"model": model, "service_tier": tier, "meter": meter, "modality": modality, "unit": unit}

    found = rates(capture, **key, **{**ABSENT, **conditions})

    assert [None if price is None else Decimal(price)] == [r.price for r in found]


# ------------------------------------------------------------------------------- the tables of October 2026

# The record has neither headings nor tabs. Where headers name a tier, it is the tab's; of the two tables of Deep Research
# nothing does, so the second one's tab is made up.
TABS = {
    1: "Standard Model",
    2: "Priority",
    3: "Flex/Batch",
    5: "Standard",
    6: "Priority",
    7: "Flex/Batch",
    22: "Standard",
    23: "Flex/Batch",
}
SECTIONS = {
    "Gemini 3": (1, 2, 3, 4),
    "Gemini 2.5": (5, 6, 7, 8),
    "Gemini TTS": (12,),
    "Live Translate": (13,),
    "Transcribe": (14,),
    "Veo": (18,),
    "Lyria": (19,),
    "Embeddings": (20,),
    "Gemini Omni": (21,),
    "Deep Research": (22, 23, 24),
    "CodeMender": (25,),
    "AlphaEvolve": (26,),
    "Gemma": (27,),
    "MultiModal Embeddings": (28, 29),
    "Context Cache Storage": (33,),
    "Imagen": (17,),
    "Provisioned Throughput": (37,),
    "Model Tuning": (38,),
}
RECORD = "2026-10-05.recorded-tables.json"
PERIOD = (
    "gemini-2.5 / - / Grounding with Google Maps: 1,500 are free, and nothing says in which period: "
    "'0 count to 1,500 count $0.00 (Free) 1,500 count and above $25.00'"
)


def tables() -> dict[int, dict]:
    """The recorded tables by number."""
    return agent_platform_page.record(captured("google/vertex-ai", RECORD))


def october(*, spanned: bool, tabs: dict[int, str] = TABS) -> Reading:
    """The page of the recorded tables as read, in either markup."""
    blocks = {f"t{number}": tab for number, tab in tabs.items()}
    sections = [
        {"heading": title, "blocks": agent_platform_page.recorded(tables(), *numbers, **blocks)}
        for title, numbers in SECTIONS.items()
    ]
    return vertex_ai.read(agent_platform_page.html_page({"spanned": spanned, "sections": sections}))


@pytest.fixture(scope="module", params=[True, False], ids=["spanned", "flat"])
def recorded(request: pytest.FixtureRequest) -> Reading:
    return october(spanned=request.param)


def test_recorded_counts(recorded):
    """All 27 tables are read, and each amount accounted for; one row does not say the period of its allowance."""
    cells = [cell for table in tables().values() for row in [table["headers"], *table["rows"]] for cell in row]

    assert 27 == len(tables()) == sum(map(len, SECTIONS.values()))
    assert 754 == sum(map(counted, cells)) == recorded.amounts.seen
    assert (694, 57, 3) == (
        recorded.amounts.read,
        sum(recorded.amounts.ignored.values()),
        recorded.amounts.unclaimed,
    )
    assert {
        "agents are priced through the models and tools they use": 48,
        "commitments (GSU) are not priced per use": 8,
        "an amount that the page prints without saying of what": 1,
    } == {reason: count for reason, count in recorded.amounts.ignored.items() if count}
    assert [PERIOD] == [str(problem) for problem in recorded.problems]
    assert [] == recorded.suspicions
    assert [] == [wrong for rate in recorded.rates() for wrong in validate_rate(rate)]
    assert (2506, 58) == (len(recorded.rates()), len(recorded.drafts()))


# Words of the tables of tokens, by hand: what a type prices, and the ids of a name.
INPUT, TEXT = ("text", "image", "video", "audio"), "Text output (response and reasoning)"
TYPES = {
    "Input (text, image, video, audio)": ("input", INPUT),
    "Input (text, image, video)": ("input", INPUT[:3]),
    "Input (text, image, video)***": ("input", INPUT[:3]),
    "Input (text, image)": ("input", INPUT[:2]),
    "Input (text, image)***": ("input", INPUT[:2]),
    "Input (audio)": ("input", ("audio",)),
    "Audio Input": ("input", ("audio",)),
    "Input text": ("input", ("text",)),
    "Input (video, image)": ("input", ("video", "image")),
    "Input: text": ("input", ("text",)),
    "Input: video, image": ("input", ("video", "image")),
    "Input: Audio": ("input", ("audio",)),
    "Output: text (response and reasoning)": ("output", ("text",)),
    "Output: audio": ("output", ("audio",)),
    "Output: video (avatar)": ("output", ("video",)),
    TEXT: ("output", ("text",)),
    "Text output": ("output", ("text",)),
    "Image Output**": ("output", ("image",)),
    "Image Output***": ("output", ("image",)),
    "Image Output****": ("output", ("image",)),
    "Image output***": ("output", ("image",)),
    "1M input text tokens": ("input", ("text",)),
    "1M input audio tokens": ("input", ("audio",)),
    "1M input video/image tokens": ("input", ("video", "image")),
    "1M output text tokens": ("output", ("text",)),
    "1M output audio tokens": ("output", ("audio",)),
}
IDS = {
    "Gemini 3.1 Pro Preview": ("gemini-3.1-pro-preview", "gemini-3.1-pro-preview-customtools"),
    "Gemini 3.1 Flash-Lite": ("gemini-3.1-flash-lite-preview",),
    "Gemini 3.1 Flash-Lite Image (Nano Banana 2 Lite)": ("gemini-3.1-flash-lite-image",),
    "Gemini 3.1 Flash Image (Nano Banana 2)": ("gemini-3.1-flash-image-preview",),
    "Gemini 3 Pro Image (Nano Banana Pro)": ("gemini-3-pro-image-preview",),
    "Gemini 2.5 Pro Computer Use-Preview": ("gemini-2.5-computer-use-preview-10-2025",),
    "Gemini 2.5 Flash Live API": ("gemini-live-2.5-flash-native-audio",),
    "Gemini 3.8 Live API": ("gemini-3.8-live",),
}
STEPS = {"through December 31, 2026": (None, date(2026, 12, 31)), "starting January 1, 2027": (date(2027, 1, 1), None)}
TIERS = {1: ("standard",), 2: ("priority",), 3: ("flex", "batch"), 5: ("standard",), 6: ("priority",), 7: ("flex", "batch")}  # fmt: skip


def expected(number: int) -> Iterator[tuple]:
    """The rates of a table of tokens: another reading of its cells, as simple as can be."""
    regional = "Region" in tables()[number]["headers"]
    name = kind = ""
    for row in tables()[number]["rows"]:
        name, kind = row[0] or name, row[1] or kind
        days = next((days for words, days in STEPS.items() if name.lower().endswith(words.lower())), (None, None))
        bare = name if days == (None, None) else " ".join(name.replace("*", " ").split()[:-4])
        region = row[2].strip(" *").lower() if regional else ""
        meter, modalities = TYPES[kind]
        for column, cell in enumerate(row[3 if regional else 2 :]):
            if column > 1 and meter == "output":
                assert "N/A" == cell
                continue
            for tier in TIERS[number]:
                if "(" in region and tier not in region:
                    continue
                for modality in modalities:
                    for model in IDS.get(bare, (bare.lower().replace(" ", "-"),)):
                        price = None if cell == "N/A" else Decimal(cell.removeprefix("$"))
                        bounds = (200_000, None) if column % 2 else (None, 200_000)
                        what = "cache_read" if column > 1 else meter
                        yield (model, tier, what, modality, *bounds, region.partition(" (")[0], price, *days)


@pytest.mark.parametrize("number", TIERS)
def test_tables_of_tokens(recorded, number):
    """Each cell is its rates, with model, tier, modality, prompt, region and days; and there are no others."""
    section, tab = ("gemini-2.5" if number > 4 else "gemini-3"), TABS[number]
    found = [
        (
            *(r.model, r.service_tier, r.meter, r.modality, r.prompt_over, r.prompt_up_to, r.context, r.price),
            *(r.effective_from, r.effective_until),
        )
        for r in recorded.rates()
        if r.evidence.locator.startswith(f"{section} / {tab} / ")
    ]

    assert {"1000000 tokens"} == {
        r.unit for r in recorded.rates() if r.evidence.locator.startswith(f"{section} / {tab} / ")
    }
    assert len(found) == len(set(found))
    assert {*expected(number)} == {*found}


OCTOBER = [
    ("gemini-3.8-flash-tts", "standard", "input", "text", "1000000 tokens", {"effective_until": date(2026, 12, 31)}, "0.5"),
    ("gemini-3.8-flash-tts", "standard", "output", "audio", "1000000 tokens", {"effective_from": date(2027, 1, 1)}, "18"),
    ("gemini-3.8-flash-lite-tts", "standard", "output", "audio", "1000000 tokens", {"effective_until": date(2026, 12, 31)}, "6"),
    ("gemini-3.5-live-translate-preview", "standard", "output", "audio", "1000000 tokens", {}, "21"),
    ("gemini-3.5-transcribe-live", "standard", "input", "audio", "1 minute", {"basis": "equivalent"}, "0.008925"),
    ("gemini-3.5-transcribe", "standard", "output", "text", "1000000 tokens", {}, "12"),
    ("gemini-omni-flash-preview", "standard", "output", "video", "1000000 tokens", {}, "17.5"),
    ("gemini-omni-1.1-flash", "standard", "input", "audio", "1000000 tokens", {}, "1.5"),
    ("gemini-deep-research-agent", "standard", "cache_read", "text", "1000000 tokens", {}, "0.2"),
    ("gemini-deep-research-agent", "batch", "output", "text", "1000000 tokens", {}, "6"),
    ("gemini-deep-research-agent", "standard", "search_grounding", "", "1000 queries", {"used_over": 5000, "period": "month"}, "14"),
    ("gemini-3.8-flash", "standard", "search_grounding", "", "1000 queries", {"used_over": 5000, "period": "month"}, "14"),
    ("gemini-3.8-flash", "standard", "maps_grounding", "", "1000 queries", {"used_up_to": 5000, "period": "month"}, "0"),
    ("gemini-2.5-pro", "standard", "search_grounding", "", "1000 prompts", {"used_up_to": 10000, "period": "day"}, "0"),
    ("gemini-3.6-flash", "standard", "cache_storage", "", "1000000 token-hours", {"prompt_over": 200000}, "1"),
    ("gemini-3-pro-preview", "standard", "cache_storage", "", "1000000 token-hours", {"prompt_up_to": 200000}, "4.5"),
    ("gemini-3.5-flash", "standard", "tuning", "", "1000 tokens", {"context": "supervised fine-tuning"}, "0.01"),
    ("gemini-3.5-flash", "standard", "tuning", "", "1000 tokens", {"context": "reinforcement fine-tuning"}, "0.01"),
    ("gemini-embedding-001", "batch", "input", "", "1000 tokens", {}, "0.00012"),
    ("text-embedding-005", "batch", "output", "", "1000 characters", {}, "0"),
    ("gemini-embedding-2", "batch", "input", "video", "1000000 tokens", {}, "6"),
    ("multimodalembedding", "standard", "input", "text", "1000 characters", {}, "0.0002"),
    ("imagen-4.0-upscale-preview", "standard", "output", "image", "1 image", {"context": "upscaling"}, "0.06"),
    ("virtual-try-on-001", "standard", "output", "image", "1 image", {}, "0.06"),
    ("veo-3.1-generate-001", "standard", "output", "video", "1 second", {"resolution": "4k", "context": "with audio"}, "0.6"),
    ("lyria-3-clip-preview", "standard", "output", "audio", "1 song", {}, "0.04"),
    ("gemma-4-26b-a4b-it-maas", "standard", "cache_read", "", "1000000 tokens", {}, "0.015"),
]  # fmt: skip


@pytest.mark.parametrize(("model", "tier", "meter", "modality", "unit", "conditions", "price"), OCTOBER)
def test_recorded_spot(recorded, model, tier, meter, modality, unit, conditions, price):
    """Rates of the other tables that a person has read off their cells."""
    key = {"model": model, "service_tier": tier, "meter": meter, "modality": modality, "unit": unit}

    found = rates(recorded, **key, **{**ABSENT, **conditions})

    assert [Decimal(price)] == [r.price for r in found]


def test_two_tables_of_one_tier():
    """Without a tab the two tables of Deep Research contradict each other, and neither is published."""
    found = october(spanned=False, tabs={number: tab for number, tab in TABS.items() if number not in (22, 23)})

    assert "gemini-deep-research-agent" in {model for section in found.unread for model in section.models}
    assert {"conflict", "cell"} == {problem.kind for problem in found.problems}


def test_excerpt():
    """Tabs that are buttons, first rows of header cells: an exact excerpt, between what proves the page."""
    excerpt = captured("google/vertex-ai", "2026-10-09.recorded-excerpt.html")
    ours, partners = excerpt.split('<button id="tab-61"')
    page = agent_platform_page.html_page(
        {
            "sections": [
                {"heading": "Gemini 3", "blocks": [{"text": "ours"}]},
                {"heading": "Compare pricing for partner models on Agent Platform", "blocks": [{"text": "partners"}]},
            ]
        }
    )
    page = page.replace("<p>ours</p>", ours).replace("<p>partners</p>", f'<button id="tab-61"{partners}')

    found = vertex_ai.read(page)

    assert [] == [*found.problems, *found.suspicions]
    assert counted(excerpt) == found.amounts.seen
    assert (counted(ours), counted(partners)) == (found.amounts.read, sum(found.amounts.ignored.values()))
    assert {"gemini-3.8-flash-cyber", "gemini-3.8-flash", "gemini-3.5-flash-lite"} == {d.model for d in found.drafts()}
    (rate,) = rates(
        found,
        model="gemini-3.5-flash-lite",
        service_tier="priority",
        meter="cache_read",
        modality="audio",
        context="non-global",
        prompt_over=200000,
    )
    assert Decimal("0.0594") == rate.price
