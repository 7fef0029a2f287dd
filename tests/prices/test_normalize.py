"""What cells mean in their rows, by the readings of the rate table's contract (the number is the reading's)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ratecards.model import Formula, Rate, validate_rate
from ratecards.model import row as columns
from scraper.errors import UnknownTerm
from scraper.prices.grammar import read_cell
from scraper.prices.normalize import Observation, Place, RowRule, label_key, row_rates
from scraper.sources.gemini_terms import load_terms

TERMS = load_terms()
IMAGE_NOTE = Formula(
    quote="Set at 560 tokens or $0.0011 per image.",
    modality="image",
    unit="1 image",
    tokens=560,
    amount=Decimal("0.0011"),
)
VIDEO_NOTE = Formula(
    quote="5,792 tokens, $0.10 per second.", modality="video", unit="1 second", tokens=5792, amount=Decimal("0.10")
)


def rates(
    label: str, free: str, paid: str, *, unit: str = "1000000 tokens", models=("m",), notes=None, starts=None
) -> list[Rate]:
    """The rates of one row of the pricing page."""
    rule = TERMS.row(label).rule
    cells = [
        Observation(text, read_cell(text, TERMS.phrases), plan, plan, unit, plan)
        for plan, text in (("free", free), ("paid", paid))
    ]
    place = Place("google", "gemini-api", models, "standard", "USD", notes or {}, starts or {})
    return row_rates(cells, rule, place)


def said(found: list[Rate]) -> list[str]:
    """Each rate in one line, without what is the same for all."""
    skip = ("provider", "source", "model", "service_tier", "currency", "quote", "locator", "reading")
    assert [] == [problem for rate in found for problem in validate_rate(rate)]
    out = []
    for rate in found:
        words = {
            k: v
            for k, v in columns(rate).items()
            if v and k not in skip and (k, v) not in (("basis", "list"), ("availability", "priced"))
        }
        bounds = [
            f"{k}={words.pop(k)}"
            for k in list(words)
            if k not in ("plan", "meter", "modality", "unit", "availability", "price", "basis")
        ]
        out.append(" ".join([*words.values(), *bounds]))
    return out


M = "1000000 tokens"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (("Input price", "Not available", "$1"), [f"free input {M} not_available", f"paid input {M} 1"]),
        (
            ("Input price", "Free of charge", "Not available"),
            [f"free input {M} free 0", f"paid input {M} not_available"],
        ),
        (
            ("Output price", "Not available", "$0.134 per 1K image"),
            ["free output 1 image not_available", "paid output image 1 image 0.134 resolution=1K"],
        ),
        (
            ("Context caching (storage)", "Free of charge", "Not available"),
            ["free cache_storage 1000000 token-hours free 0", "paid cache_storage 1000000 token-hours not_available"],
        ),
        (
            ("Grounding with Google Search", "500 RPD", "$35 / 1,000 grounded prompts"),
            [
                "free search_grounding 1000 prompts free 0 used_up_to=500 period=day",
                "paid search_grounding 1000 prompts 35",
            ],
        ),
        (
            ("Grounding with Google Search", "Supported", "Not available"),
            ["free search_grounding supported", "paid search_grounding not_available"],
        ),
    ],
)
def test_reading_01_unit_of_a_cell_that_prints_none(row, expected):
    """The unit of the other column, else the row's, else the header's; grounding without any has none."""
    assert expected == said(rates(*row))


def test_fault_40_reading_01_header_units():
    """A header says what an image, a second or a request costs."""
    assert ["free output image 1 image not_available", "paid output image 1 image 0.03"] == said(
        rates("Image price", "Not available", "$0.03", unit="1 image")
    )


def test_fault_34_reading_02_allowance_and_price_with_different_nouns():
    """Both rows carry the price's unit; the allowance's noun stays in the quote."""
    found = rates(
        "Grounding with Google Maps", "Not available", "5,000 prompts per month (free), then $14 / 1,000 search queries"
    )

    assert [
        "free maps_grounding 1000 queries not_available",
        "paid maps_grounding 1000 queries 14 used_over=5000 period=month",
        "paid maps_grounding 1000 queries free 0 used_up_to=5000 period=month",
    ] == said(found)
    assert {"5,000 prompts per month (free), then $14 / 1,000 search queries"} == {r.evidence.quote for r in found[1:]}


def test_reading_02_an_allowance_alone_is_free():
    """ "500 RPD" in the free column is 0, up to 500 a day."""
    assert (
        "free search_grounding free 0 used_up_to=500 period=day"
        == said(rates("Grounding with Google Search", "500 RPD", "Not available"))[0]
    )


@pytest.mark.parametrize(
    "paid",
    [
        "5,000 prompts per month (free, shared across Gemini 3), then $14 / 1,000 search queries",
        "5,000 prompts per month (free, limit shared with Flash RPD), then $14 / 1,000 search queries",
        "5,000 prompts per month (free), then $14 / 1,000 search queries for text and image-based grounding.",
    ],
)
def test_reading_03_words_that_select_no_price(paid):
    """They give no context."""
    found = rates("Grounding with Google Search", "Not available", paid)

    assert {""} == {r.context for r in found}
    assert "paid search_grounding 1000 queries 14 used_over=5000 period=month" in said(found)


def test_reading_03_text_and_thinking_is_text():
    """Thinking is paid as text."""
    assert f"paid output text {M} 12" == said(rates("Output price", "Not available", "$12.00 (text and thinking)"))[1]


def test_reading_04_a_label_that_lists_modalities_fans_out():
    """Every cell that does not split, free cells included; a cell that splits keeps its own."""
    assert [f"free input {m} {M} free 0" for m in ("text", "image", "video")] + [
        f"paid input {m} {M} 0.1" for m in ("text", "image", "video")
    ] == said(rates("Input price (text, image, video)", "Free of charge", "$0.10"))
    assert [f"paid input text {M} 0.1", f"paid input audio {M} 0.3"] == said(
        rates("Input price (text, image, video)", "-", "$0.10 (text) $0.30 (audio)")
    )[3:]


def test_reading_04_a_free_cell_beside_a_split_one_stays_one_row():
    """Where the label lists none."""
    assert [f"free input {M} free 0", f"paid input text {M} 0.3", f"paid input audio {M} 1"] == said(
        rates("Input price", "Free of charge", "$0.30 (text) $1.00 (audio)")
    )


def test_reading_05_a_caching_row_without_an_amount_is_cache_read_only():
    """Storage exists where it is printed."""
    assert [f"free cache_read {M} free 0", f"paid cache_read {M} not_available"] == said(
        rates("Context caching price", "Free of charge", "Not available")
    )


@pytest.mark.parametrize(
    ("label", "paid", "expected"),
    [
        (
            "Image input price",
            "$0.45 ($0.00012 per image)",
            [f"input image {M} 0.45", "input image 1 image equivalent 0.00012"],
        ),
        (
            "Audio input price",
            "$6.50 ($0.00016 per second)",
            [f"input audio {M} 6.5", "input audio 1 second equivalent 0.00016"],
        ),
        (
            "Video input price",
            "$12.00 ($0.00079 per frame)",
            [f"input video {M} 12", "input video 1 frame equivalent 0.00079"],
        ),
        ("Input price", "$3.00 or $0.005/min (audio)", [f"input audio {M} 3", "input audio 1 minute equivalent 0.005"]),
        (
            "Output price",
            "$60.00 (images) Equivalent to $0.067 per 1K image* and $0.101 per 2K image*",
            [
                f"output image {M} 60",
                "output image 1 image equivalent 0.067 resolution=1K",
                "output image 1 image equivalent 0.101 resolution=2K",
            ],
        ),
        (
            "Output price",
            "$9.00 (text) $17.50 (video), approximately $0.10 per second",
            [f"output text {M} 9", f"output video {M} 17.5", "output video 1 second equivalent 0.1"],
        ),
        (
            "Output price",
            "$18 (audio), equivalent to $0.0045 per 10 seconds and $0.0004 per 10 seconds",
            [f"output audio {M} 18", *[f"output audio 10 seconds equivalent {p}" for p in ("0.0045", "0.0004")]],
        ),
        (
            "Input price",
            "$2.00 (text/image), equivalent to $0.0011 per image*",
            [f"input text {M} 2", f"input image {M} 2", "input image 1 image equivalent 0.0011"],
        ),
        ("Output price", "$0.039 per image*", ["output image 1 image 0.039"]),
    ],
)
def test_fault_37_reading_06_basis_is_decided_in_the_cell(label, paid, expected):
    """A restatement is `equivalent`; everything else is `list`, also where a footnote calls it an equivalent."""
    found = rates(label, "Not available", paid, notes={"*": [IMAGE_NOTE]})

    assert expected == [line.removeprefix("paid ") for line in said(found) if line.startswith("paid")]


def test_reading_07_footnote_gives_unit():
    """0.0006 is per image, since the note it points to speaks of dollars per image and 560 tokens cannot cost that."""
    found = rates("Input price", "Not available", "$1.00 (text), $0.0006 (image)*", notes={"*": [IMAGE_NOTE]})

    assert [f"free input {M} not_available", f"paid input text {M} 1", "paid input image 1 image 0.0006"] == said(found)


def test_reading_07_footnote_with_googles_own_error():
    """In November 2025 the note said $0.067 where $0.0011 was meant; there was still only one way to read the cell."""
    wrong = Formula(
        quote="Set at 560 tokens or $0.067 per image.",
        modality="image",
        unit="1 image",
        tokens=560,
        amount=Decimal("0.067"),
    )

    assert (
        "paid input image 1 image 0.0006"
        == said(rates("Input price", "Not available", "$1.00 (text), $0.0006 (image)*", notes={"*": [wrong]}))[2]
    )


def test_reading_07_footnote_that_proves_the_token_price():
    """17.50 per million tokens and 5,792 tokens a second are the $0.10 per second of the note."""
    assert [f"paid output text {M} 9", f"paid output video {M} 17.5"] == said(
        rates("Output price", "Not available", "$9.00 (text) $17.50 (video)*", notes={"*": [VIDEO_NOTE]})
    )[1:]


@pytest.mark.parametrize(
    "notes",
    [
        [
            Formula(quote="", modality="image", unit="1 image", tokens=560, amount=Decimal("0.00002"))
        ],  # fits neither way
        [
            Formula(quote="", modality="image", unit="1 image", tokens=900_000, amount=Decimal("0.0006"))
        ],  # fits both ways
        [
            IMAGE_NOTE,
            Formula(quote="", modality="image", unit="1 image", tokens=560, amount=Decimal("0.0000003")),
        ],  # disagree
    ],
)
def test_reading_07_a_footnote_that_proves_nothing_is_refused(notes):
    """Neither reading, both readings, or two notes that disagree."""
    with pytest.raises(UnknownTerm, match="fits it neither"):
        rates("Input price", "Not available", "$0.0006 (image)*", notes={"*": notes})


def test_reading_07_a_footnote_supplies_no_resolution():
    """And says nothing about other modalities than its own."""
    sized = Formula(quote="", modality="image", resolution="1K", unit="1 image", tokens=1120, amount=Decimal("0.067"))

    assert [f"paid output text {M} 3", "paid output image 1 image 0.067"] == said(
        rates("Output price", "Not available", "$3 (text)* $0.067 (image)*", notes={"*": [sized]})
    )[1:]


def test_reading_07_notes_without_a_figure_give_no_unit():
    """A count of tokens alone, or a price alone, proves nothing."""
    alone = [
        Formula(quote="", modality="audio", unit="1 second", tokens=25),
        Formula(quote="", modality="audio", unit="1 second", amount=Decimal(1)),
    ]

    assert (
        f"paid input audio {M} 3" == said(rates("Input price", "Not available", "$3 (audio)*", notes={"*": alone}))[1]
    )


@pytest.mark.parametrize(
    "paid",
    ["$1.00 (text), $0.0006 (image)*", "$2.50 (text) $0.039 (image)", "$0.001, prompts <= 200k $4, prompts > 200k"],
)
def test_prices_of_one_unit_are_alike(paid):
    """Without the footnote that gives its unit, a price per image must not become a price per million tokens."""
    with pytest.raises(UnknownTerm, match="so far apart"):
        rates("Input price", "Not available", paid)


@pytest.mark.parametrize(
    ("label", "paid"),
    [
        ("Input price", "$0.50 $3.00 (audio / video)"),
        ("Input price", "$0.50 (text) $3.00"),
        ("Input price", "$0.50 / 1M tokens $3.00 (audio)"),
        ("Input price", "$9.00 through May 1, 2026. $18.00 (audio) starting May 2, 2026."),
        ("Output price", "$12.00 (text and thinking) $120.00 equivalent to $0.134 per 1K/2K image"),
        ("Output price", "$0.134 per 1K/2K image $0.24 per image"),
        ("Output price", "$60 Equivalent to $0.045 per image and $0.067 per 1K image"),
        ("Video price", "$0.40 (720p and 1080p) $0.60"),
        ("Input price", "$2.00 $4.00, prompts > 200k"),
        ("Input price", "$2.00 (text) $4.00 (text), prompts > 200k $1 (audio)"),
    ],
)
def test_prices_that_are_not_told_apart(label, paid):
    """Beside a price that says of what it is, one that says nothing may be of anything else, or of all."""
    with pytest.raises(UnknownTerm, match=r"some prices per .* say of what they are, and some do not"):
        rates(label, "Not available", paid)


@pytest.mark.parametrize(
    "paid", ["$0.039 $0.039 per image", "$3.50 $0.0053/min (audio)", "$1.00 $4.50 per hour", "$35 / 1K requests $5"]
)
def test_a_bare_price_beside_another_unit_is_refused(paid):
    """A word between them is missing: "or", or what the bare one is a price of."""
    with pytest.raises(UnknownTerm, match="does not say of what it is"):
        rates("Output price", "Not available", paid)


def test_prices_that_are_told_apart():
    """A bound on text prompts says nothing about audio, nor a resolution about a token price."""
    assert [
        f"paid input text {M} 2 prompt_up_to=200000",
        f"paid input text {M} 4 prompt_over=200000",
        f"paid input audio {M} 1",
    ] == said(rates("Input price", "-", "$2.00 (text), prompts <= 200k $4.00 (text), prompts > 200k $1 (audio)"))[1:]


@pytest.mark.parametrize(
    "paid", ["$12.00 (text and thinking) per 1K image", "$1 per song (text)", "$1 per frame (audio)"]
)
def test_a_unit_of_another_modality_is_refused(paid):
    """A picture is no text."""
    with pytest.raises(UnknownTerm, match="that is one of"):
        rates("Output price", "Not available", paid)


def test_a_price_of_nothing_is_not_compared():
    """ "$0" beside a price says that nothing is paid."""
    assert [f"paid input text {M} free 0", f"paid input audio {M} 1"] == said(
        rates("Input price", "-", "$0.00 (text) $1.00 (audio)")
    )[1:]


@pytest.mark.parametrize("paid", ["$0.04, equivalent to $0.05 per image", "$0.04 per image ($0.05 per image)"])
def test_a_restatement_in_the_same_unit_is_refused(paid):
    """What restates a price is in another unit."""
    with pytest.raises(UnknownTerm, match="restates another one"):
        rates("Image price", "Not available", paid, unit="1 image")


def test_fault_38_reading_10_storage_inside_a_caching_cell():
    """No modality and no prompt bound, and a meter of its own."""
    found = rates(
        "Context caching price",
        "-",
        "$0.20, prompts <= 200k tokens $0.40, prompts > 200k $4.50 / 1,000,000 tokens per hour (storage price)",
    )

    assert [
        f"paid cache_read {M} 0.2 prompt_up_to=200000",
        f"paid cache_read {M} 0.4 prompt_over=200000",
        "paid cache_storage 1000000 token-hours 4.5",
    ] == said(found)[1:]


@pytest.mark.parametrize(
    ("label", "paid", "words"),
    [
        ("Input price", "$1 / 1M tokens per hour (storage price)", "in a row of input"),
        ("Input price", "$1 / 1M tokens per hour", "in a row of input"),
        ("Context caching price", "$1 (storage price)", "without its unit"),
        ("Context caching price", "$1 per hour (storage price)", "without its unit"),
        ("Context caching price", "$1 / 1M tokens per hour (storage price) (text)", "depends on the prompt"),
        ("Context caching price", "$1 / 1M tokens per hour (storage price), prompts > 200k", "depends on the prompt"),
        ("Context caching price", "$1 ~$2 / 1M tokens per hour (storage price)", "in other words"),
        ("Context caching price", "$1 / 1M tokens per hour, prompts <= 200k", "depends on the prompt"),
        ("Context caching (storage)", "$4.50 per hour", "without tokens per hour"),
        ("Context caching (storage)", "$4.50 / 1M tokens", "without tokens per hour"),
    ],
)
def test_storage_prices_that_are_refused(label, paid, words):
    """A storage price is per tokens and hour, in a row of caching, and depends on nothing."""
    with pytest.raises(UnknownTerm, match=words):
        rates(label, "Not available", paid)


def test_a_storage_row_has_its_own_unit():
    """ "$1.00" in the row of storage is per million tokens and hour, whatever the header says."""
    assert "paid cache_storage 1000000 token-hours 1" == said(rates("Context caching (storage)", "-", "$1.00"))[1]


def test_grounding_without_a_unit_is_refused():
    """$35 must never become a price per million tokens."""
    with pytest.raises(UnknownTerm, match="a price without its unit"):
        rates("Grounding with Google Search", "500 RPD", "1,500 RPD (free), then $35")


def test_reading_11_no_other_contexts():
    """The rows of the vocabulary use the words of the contract and no others."""
    rules = [*TERMS.rows.values(), *(rule for _, rule in TERMS.variant_rows)]

    assert {"", "with audio", "without audio"} == {rule.context for rule in rules}


def test_reading_14_billing_starts_on_a_day():
    """A price "coming soon" holds from the day its footnote names; one that points to nothing is none yet."""
    cell = "5,000 prompts per month (free), then (Coming soon**) $14 / 1,000 search queries"
    dated = rates("Grounding with Google Search", "-", cell, starts={"**": date(2026, 1, 5), "": date(2020, 1, 1)})
    undated = rates("Grounding with Google Search", "-", cell.replace("**", ""), starts={"": date(2020, 1, 1)})

    assert (
        "paid search_grounding 1000 queries 14 used_over=5000 period=month effective_from=2026-01-05" == said(dated)[1]
    )
    assert ["paid search_grounding 1000 queries free 0 used_up_to=5000 period=month"] == said(undated)[1:]


def test_reading_15_the_currency_is_the_vocabularys():
    """Where there is a price, and only there."""
    assert ["", "USD"] == [r.currency for r in rates("Input price", "Not available", "$1")]


def test_dated_prices():
    """A row until the last day and a row from the first, both inclusive."""
    assert [f"paid input {M} 0.75 effective_until=2026-12-31", f"paid input {M} 1.5 effective_from=2027-01-01"] == said(
        rates("Input price", "-", "$0.75 through December 31, 2026. $1.50 starting January 1, 2027.")
    )[1:]


def test_resolutions_and_what_is_not_sold():
    """Each resolution is a row, in small letters for video and with a capital K for images."""
    assert [
        "paid output video 1 second 0.05 resolution=720p context=with audio",
        "paid output video 1 second 0.08 resolution=1080p context=with audio",
        "paid output video 1 second not_available resolution=4k context=with audio",
    ] == said(
        rates("Video with audio price", "-", "$0.05 (720P) $0.08 (1080p) (4K output not supported)", unit="1 second")
    )[1:]
    assert "paid output image 1 image 0.15 resolution=4K" == said(rates("Output price", "-", "$0.15 per image (4k)"))[1]


def test_song_is_the_unit_of_both_columns():
    """Under a header per request, with `1 song` also in the free column."""
    rule = RowRule("output", "audio")
    cells = [
        Observation(t, read_cell(t, TERMS.phrases), p, p, "1 request", p)
        for p, t in (("free", "Not available"), ("paid", "$0.04 per song"))
    ]

    assert ["free output audio 1 song not_available", "paid output audio 1 song 0.04"] == said(
        row_rates(cells, rule, Place("g", "s", ("m",), "standard", "USD"))
    )


def test_every_model_has_its_own_rows():
    """A section that prices two ids gives each its rows."""
    assert ["a", "b"] == [r.model for r in rates("Input price", "-", "$1", models=("a", "b")) if r.plan == "paid"]


@pytest.mark.parametrize(
    ("paid", "words"),
    [
        ("500 RPD 600 RPD", "several allowances in one cell"),
        ("500 RPD 600 RPD, then $5 / 1,000 prompts", "several allowances before one price"),
        ("500 RPD (free), then $5 / 1,000 prompts (text) and $6 / 1,000 queries (audio)", "prices in several units"),
    ],
)
def test_allowances_that_are_refused(paid, words):
    """Which allowance belongs to which price would be a guess."""
    with pytest.raises(UnknownTerm, match=words):
        rates("Grounding with Google Search", "Not available", paid)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" Input\xa0 price ** ", "input price"),
        ("Grounding with Google Search***", "grounding with google search"),
        ("Input price[*]", "input price"),
        ("Ｉnput Price", "input price"),
        ("*", ""),
        ("a * b", "a * b"),
    ],
)
def test_fold(text, expected):
    """Labels and headers compare in lower case, without footnote stars, blanks folded."""
    assert expected == label_key(text)


def test_a_rate_that_the_table_has_no_row_for():
    """It is refused where it stands: written to a card it would be damage. Here a promotion ends before it begins."""
    soon = "(coming soon**) $14 / 1,000 prompts through December 31, 2026"
    with pytest.raises(UnknownTerm, match="effective from 2027-01-05 until 2026-12-31: "):
        rates("Grounding with Google Search", "Not available", soon, starts={"**": date(2027, 1, 5)})


def test_reading_19_a_caching_price_in_a_row_of_something_else():
    """Beside a price of input or of storage the words would make it another price."""
    for label in ("Input price", "Context caching (storage)"):
        with pytest.raises(UnknownTerm, match="a price of cache_read in a row of"):
            rates(label, "Not available", "$1.00 (input caching)")
