"""The tables beyond the guide's figures: other models, other requests, what is left out, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ratecards.catalog.catalog import Catalog, Choice
from ratecards.catalog.priced_model import PricedModel
from ratecards.costing.image_sizes import Size, canonical, formula_of, sizes
from ratecards.costing.plan import price
from ratecards.errors import CostError
from ratecards.model import Formula, RateCard
from ratecards.questions.alternatives import Workload, compare_images, compare_text
from ratecards.questions.budget import Work, budget, matrix
from ratecards.questions.image_cost import images
from ratecards.questions.savings import Volume, savings
from ratecards.tables import Table, shown
from tests.support.guide import FLASH_IMAGE, LAOZHANG, MARCH, OPENAI, flash_image, imagen, picture, reseller, shelf
from tests.support.histories import card, rate
from tests.support.usages import read

TEXT: dict[str, Any] = {"modality": "text"}


def column(sheet: Table, key: str) -> list[Any]:
    """The cells of a column."""
    return [row.cells.get(key) for row in sheet.rows]


def flash(model: str = "gemini-2-flash", factor: int = 1, *more: Any, **values: Any) -> RateCard:
    """A text model with a cache, and Batch and Flex at half."""
    rates = [
        rate(model, meter, str(Decimal(base) * factor / share), service_tier=tier, **TEXT)
        for tier, share in (("standard", 1), ("batch", 2), ("flex", 2))
        for meter, base in (("input", "1"), ("output", "4"), ("cache_read", "0.2"))
    ]
    return card(model, *rates, *more, **values)


# ---------------------------------------------------------------------------------------- pictures, T1


def test_sizes_by_quality_then_resolution():
    """Low before high, whatever the alphabet says; an image at one price has no size."""
    rates = [picture("m", "1", quality=q, resolution=r) for q in ("high", "low") for r in ("1K", "2K")]
    found = sizes(PricedModel(card("m", *rates), MARCH))
    assert ["1K, low", "2K, low", "1K, high", "2K, high"] == [size.words for size in found]
    assert [Size()] == sizes(PricedModel(imagen()[0], MARCH))
    assert "" == Size().words


def test_what_is_no_picture():
    """Tokens, images that go in, and what is not sold."""
    rates = [
        rate("m", "output", modality="image"),
        rate("m", unit="1 image", modality="image"),
        rate("m", "output", None, unit="1 image", modality="image"),
    ]
    assert [] == sizes(PricedModel(card("m", *rates), MARCH))


def test_notes_that_say_nothing_of_an_image():
    """Another meter, a restated price without tokens, another resolution."""
    notes = (
        Formula(quote="a", meter="input", modality="image", unit="1 image", tokens=560),
        Formula(quote="b", meter="output", modality="image", unit="1 image"),
        Formula(quote="c", meter="output", modality="image", unit="1 image", tokens=9, resolution="2K"),
    )
    offer = PricedModel(card("m", formulas=notes), MARCH)
    assert formula_of(offer, Size("1K")) is None
    assert notes[2] is formula_of(offer, Size("2k", "high"))


def test_sizes_by_another_name():
    """A square of 1024 pixels is 1K."""
    assert ["1k", "0.5k", "1024x1536"] == [canonical(size) for size in ("1024x1024", "512x512", "1024x1536")]


def test_t1_of_models_that_say_less():
    """No tokens and no Batch: dashes, and a month all the same; no standard price: no month."""
    batch = card("b", picture("b", "0.5", service_tier="batch"))
    sheet = images([PricedModel(imagen()[0], MARCH), PricedModel(batch, MARCH)])
    assert [None, None] == column(sheet, "standard_metered")
    assert [Decimal(600), None] == column(sheet, "per_month")
    assert ["0.02", None] == column(sheet, "standard_listed")


def test_t1_of_a_price_of_another_day():
    """Sold from next year on: not a line today."""
    later = card("later", picture("later", "0.5", effective_from=date(2027, 1, 1)))
    assert [] == column(images([PricedModel(later, MARCH)]), "model")
    assert ["0.5"] == column(images([PricedModel(later, date(2027, 1, 1))]), "standard_listed")


def test_t1_of_a_price_by_a_condition():
    """Which of two prices is not said, so none is shown."""
    two = card("two", picture("two", "0.5", context="upscaling"), picture("two", "0.6", context="x"))
    sheet = images([PricedModel(two, MARCH)])
    assert [(None, "")] == list(zip(column(sheet, "standard_listed"), column(sheet, "currency"), strict=True))


# ---------------------------------------------------------------------------- images that are sold by the token


BY_TOKEN, GUIDED = {"provider": "openai", "source": "openai-api"}, {"provider": "openai", "source": "image-tokens"}
_TOKENS_OF = [
    Formula(
        quote=f"{q}: {n} tokens", meter="output", modality="image", unit="1 image", tokens=n, resolution=r, quality=q
    )
    for q, r, n in (("low", "1024x1024", 272), ("high", "1024x1024", 4160), ("low", "1024x1536", 408))
]


def openai_shelf(*notes: Formula, listed: tuple[str, ...] = ()) -> Catalog:
    """An image model that is sold by the token, the notes that a person keeps of it, and its listed prices by hand."""
    manual = {"facts": (("manual", "no run fetches it"),), "observed": date(2025, 12, 20)}
    tokens = [
        rate("pic", "output", price, modality="image", service_tier=tier, **BY_TOKEN)
        for tier, price in (("standard", "40"), ("batch", "20"))
    ]
    by_piece = [
        rate("pic", "output", p, modality="image", unit="1 image", resolution="1024x1024", quality="low", **GUIDED)
        for p in listed
    ]
    cards = [card("pic", *tokens, **BY_TOKEN), card("pic", *by_piece, formulas=notes, **GUIDED, **manual)]
    return Catalog(cards if notes or listed else cards[:1], MARCH)


def test_images_by_the_tokens_that_another_page_counts():
    """Tokens times the price of one, as metered and never as listed; the line and the sheet say whose count it is."""
    offer = openai_shelf(*_TOKENS_OF).choose("pic").offer
    sheet = images([offer], 100, 30)

    assert ["1024x1024, low", "1024x1536, low", "1024x1024, high"] == [size.words for size in sizes(offer)]
    assert [272, 408, 4160] == column(sheet, "tokens")
    assert [None] * 3 == column(sheet, "standard_listed") == column(sheet, "batch_listed")
    assert ["0.01088", "0.01632", "0.1664"] == [str(n) for n in column(sheet, "standard_metered")]
    assert ["0.00544", "0.00816", "0.0832"] == [str(n) for n in column(sheet, "batch_metered")]
    assert [Decimal("32.64"), Decimal("48.96"), Decimal("499.2")] == column(sheet, "per_month")
    assert sheet.title.endswith("standard, as listed, else as metered")
    assert sheet.notes[-1].startswith("openai/openai-api sells by the token")
    assert "openai/image-tokens of 2025-12-20, https://example.test/pricing" in sheet.notes[-1]
    line = price(Choice(offer), read({"images": {"1024x1024": 2}, "quality": "high"}), "standard").lines[0]
    assert (8320, "0.3328") == (line.quantity, str(line.amount))
    assert "4,160 tokens an image: high: 4160 tokens (openai/image-tokens, 2025-12-20)" == line.how


def test_images_by_their_tokens_want_a_size_whose_tokens_are_known():
    """Another size, and one of several qualities, are no guess; without any count the page's own words stand."""
    offer = openai_shelf(*_TOKENS_OF).choose("pic").offer
    for asked in ({"images": {"2K": 1}, "quality": "low"}, {"images": {"1024x1024": 1}}):
        with pytest.raises(
            CostError, match=r"how many tokens an image of .* has; known: 1024x1024, low; 1024x1536, low"
        ):
            price(Choice(offer), read(asked), "standard")
    alone = openai_shelf().choose("pic").offer
    assert [] == sizes(alone)
    with pytest.raises(CostError, match=r"output \(image\) is not priced per image"):
        price(Choice(alone), read({"images": {"1024x1024": 1}}), "standard")
    with pytest.raises(CostError, match=r"the page does not say how many tokens an image has\Z"):
        price(Choice(alone), read({"images": 1, "reading": "metered"}), "standard")


def test_the_listed_and_the_metered_price_of_one_image_stand_beside_each_other():
    """They are of two sources and may differ: both are compared, and each says what it is."""
    shelf = openai_shelf(*_TOKENS_OF, listed=("0.011",))
    sheet = compare_images(shelf.sellers(), Workload(day=MARCH))

    said = list(zip(*(column(sheet, key) for key in ("source", "quality", "per_image", "mark")), strict=True))
    assert ("openai/openai-api", "low", Decimal("0.01088"), "by its tokens") == said[0]
    assert ("openai/image-tokens", "low", "0.011", "by hand, 94 days old") == said[1]
    assert ("openai/openai-api", "high", Decimal("0.1664"), "by its tokens") == said[2]
    assert sheet.notes[-1].startswith("openai/openai-api sells by the token")
    # one that lists its images is not metered unless that is asked for
    listed = shelf.choose("pic", source="image-tokens").offer
    assert ["1024x1024, low"] == [size.words for size in sizes(listed)]
    assert "as metered" not in images([listed]).title


def test_a_budget_of_images_by_their_tokens():
    """It says that they are metered."""
    offer = openai_shelf(*_TOKENS_OF).choose("pic").offer
    made = budget(Choice(offer), Work({}, True, Size("", "low")), [10])
    assert "images as metered" in made.title
    assert [Decimal("3.264"), Decimal("4.896")] == column(made, "per_month")


def test_a_card_of_counts_alone_sells_nothing():
    """Whoever asks it for a price is told so."""
    offer = openai_shelf(*_TOKENS_OF).choose("pic", source="image-tokens").offer
    with pytest.raises(CostError, match="the standard tier is not offered on the paid plan; offered: nothing"):
        price(Choice(offer), read({"output_tokens": 5}), "standard")


# --------------------------------------------------------------------------------------------- T3


def test_a_budget_of_requests():
    """Text by the token, half of the input cached; the sheet says what one request is."""
    work = Work({"input_tokens": 1001, "output_tokens": 100}, cached_share=Decimal("0.5"))
    sheet = budget(Choice(PricedModel(flash(), MARCH)), work, [10])
    assert [Decimal("0.0010002")] == column(sheet, "per_request")
    assert [Decimal("0.30006")] == column(sheet, "per_month")
    people = matrix(sheet, "requests")
    assert ["requests a day", "a month"] == [field.head for field in people.heads]
    assert ("Each: 0.0010002.",) == people.notes


def test_a_cached_share_by_modality():
    """Each modality is cached in the same share, to the whole token."""
    work = Work({"input_tokens": {"text": 3, "audio": 10}}, cached_share=Decimal("0.5"))
    assert {"text": 2, "audio": 5} == work.usage()["cached_tokens"]


def test_a_budget_of_one_resolution():
    """Only what was asked for, in any case; what is not sold is an error that says what is."""
    choice = shelf().choose(FLASH_IMAGE)
    sheet = budget(choice, Work({}, images=True, size=Size("2k")), [1])
    assert ["2K"] == column(sheet, "resolution")
    with pytest.raises(CostError, match="8K is not sold; sold: "):
        budget(choice, Work({}, images=True, size=Size("8K")))
    with pytest.raises(CostError, match="the flex tier is not offered"):
        budget(choice, Work({}, images=True), tier="flex")


def test_a_budget_with_a_prompt():
    """What goes in is paid for as well."""
    sheet = budget(shelf().choose(FLASH_IMAGE), Work({"input_tokens": 1000}, images=True, size=Size("1K")), [1])
    assert [Decimal("0.0675")] == column(sheet, "per_request")


def test_a_budget_by_another_policy():
    """The note says whose words were heard."""
    studio = {"source": "ai-studio"}
    witness = card("gemini-2-flash", rate("gemini-2-flash", price="2", **TEXT, **studio), **studio)
    choice = Catalog([flash(), witness], MARCH).choose("gemini-2-flash", policy="conservative")
    sheet = budget(choice, Work({"input_tokens": 1_000_000}), [1])
    assert [Decimal(2)] == column(sheet, "per_request")
    assert ("Policy conservative: the highest price, of google/gemini-api, google/ai-studio.",) == sheet.notes


def test_many_sizes_go_down_the_page():
    """Nine columns would not fit: volumes go across instead."""
    rates = [picture("m", f"0.{n}", quality=q, resolution=f"{n}K") for n in range(1, 5) for q in ("low", "high")]
    sheet = matrix(budget(Choice(PricedModel(card("m", *rates), MARCH)), Work({}, images=True)), "images")
    assert ["images a day", "100", "500", "1,000", "5,000", "10,000"] == [field.head for field in sheet.heads]
    assert ["1K, low", "2K, low", "3K, low", "4K, low", "1K, high"] == column(sheet, "line")[:5]
    assert Decimal(300) == sheet.rows[0].cells["100"]


@pytest.mark.parametrize(
    ("work", "how", "message"),
    [
        (Work({"input_tokens": 1}, cached_share=Decimal(2)), {}, "cached share: expected a share from 0 to 1, saw 2"),
        (Work({"input_tokens": 1}), {"volumes": [-1]}, "per day: expected a whole number"),
        (Work({"input_tokens": 1}), {"days": -1}, "days: expected a whole number"),
        (Work({}), {}, "the usage counts nothing"),
    ],
)
def test_a_budget_that_makes_no_sense(work: Work, how: dict[str, Any], message: str):
    """Shares, volumes and days are checked; a request must be something."""
    with pytest.raises(CostError, match=message):
        budget(Choice(PricedModel(flash(), MARCH)), work, **how)


# --------------------------------------------------------------------------------------------- T4


def test_other_sizes_elsewhere():
    """At 2K only those that say they sell it, whatever they call it."""
    more = card("m", picture("m", "0.2", resolution="2048x2048", **OPENAI), **OPENAI)
    sheet = compare_images(shelf(more).sellers(), Workload(), "2k")
    assert [FLASH_IMAGE, "m"] == column(sheet, "model")
    assert "ratio" not in [field.key for field in sheet.columns]
    with pytest.raises(CostError, match="at google/gemini-api sells no 2K image in the standard tier"):
        offers = shelf()
        compare_images(offers.sellers(), Workload(to=offers.choose("imagen-4.0-generate-001").offer), "2K")


def test_models_that_print_no_price_per_image_are_named():
    """Image tokens without a price of an image: not compared, and not passed over."""
    tokens = card("m", rate("m", "output", "40", modality="image", **OPENAI), **OPENAI)
    sheet = compare_images(shelf(tokens).sellers(), Workload())
    assert ("Sold by the token, without a price per image: m.",) == sheet.notes


def test_a_price_by_a_condition_is_not_compared():
    """Which of two prices is not said."""
    two = card("two", picture("two", "0.5", context="upscaling"), picture("two", "0.6", context="x"))
    assert [] == column(compare_images(Catalog([two], MARCH).sellers(), Workload()), "model")


def test_currencies_are_not_compared():
    """Yuan and dollars have no order."""
    yuan = card("m", picture("m", "0.2", currency="CNY", **LAOZHANG), **LAOZHANG)
    with pytest.raises(CostError, match="prices in CNY and USD cannot be compared"):
        compare_images(shelf(yuan).sellers(), Workload())


def test_text_elsewhere():
    """Every seller that prices the whole request, with the ratio; what cannot be priced is left out."""
    offers = Catalog([flash(), flash("gemini-2-pro", 10), imagen()[0], card("half", rate("half", **TEXT))], MARCH)
    usage = read({"input_tokens": 1000, "output_tokens": {"text": 500}})
    to = offers.choose("gemini-2-flash").offer
    sheet = compare_text(offers.sellers(), Workload(to=to, per_day=100, days=10, day=MARCH), usage)
    assert ["gemini-2-flash", "gemini-2-pro"] == column(sheet, "model")
    assert [Decimal("0.003"), Decimal("0.03")] == column(sheet, "per_request")
    assert [Decimal(3), Decimal(30)] == column(sheet, "per_month")
    assert [Decimal(1), Decimal(10)] == column(sheet, "ratio")
    with pytest.raises(CostError, match="no price for output"):
        compare_text(offers.sellers(), Workload(to=offers.choose("half").offer), usage)


def test_a_request_of_nothing_elsewhere():
    """It costs nothing, and nothing has no ratio."""
    offers = Catalog([flash()], MARCH)
    sheet = compare_text(offers.sellers(), Workload(to=next(offers.sellers())), read({"input_tokens": 0}))
    assert [(Decimal(0), None)] == list(zip(column(sheet, "per_request"), column(sheet, "ratio"), strict=True))


def test_marks():
    """A day old is not days old; by hand without a reseller; and neither without a day to see it from."""
    one_day_old = reseller()
    by_hand = card("m", picture("m", "0.1", **OPENAI), facts=(("manual", "why"),), observed=MARCH, **OPENAI)
    day = date(2026, 3, 3)
    sheet = compare_images(Catalog([one_day_old, by_hand], day).sellers(), Workload(day=day))
    assert ["reseller, by hand, 1 day old", "by hand, -21 days old"] == column(sheet, "mark")
    assert ["reseller, by hand", "by hand"] == column(
        compare_images(Catalog([one_day_old, by_hand], day).sellers(), Workload()), "mark"
    )


# --------------------------------------------------------------------------------------------- T5


def saved(work: Work, *cards: RateCard, model: str = "gemini-2-flash", **volume: Any) -> Table:
    """T5 of some cards."""
    offers = Catalog(cards or [flash()], MARCH)
    return savings(offers.choose(model), work, offers.sellers(), Volume(**volume))


REQUEST = Work({"input_tokens": 1000, "output_tokens": 250})


def test_caching_and_batch_go_together():
    """A repeated half of the input is read from the cache, in Batch as well, where Batch prices it."""
    storage = rate("gemini-2-flash", "cache_storage", "4.5", unit="1000000 token-hours")
    sheet = saved(REQUEST, flash("gemini-2-flash", 1, storage), share=Decimal("0.5"))
    rows = {row.cells["lever"]: row.cells for row in sheet.rows}
    assert ["now", "batch", "flex", "caching", "best together"] == list(rows)
    assert Decimal("0.0016") * 30000 == rows["caching"]["per_month"]
    assert "50 % of the input cached" == rows["caching"]["change"]
    assert "explicit caches also pay 4.50 per 1M token-hours" in str(rows["caching"]["in_return"])
    assert "batch instead of standard, 50 % of the input cached" == rows["best together"]["change"]
    assert ("0.0008", "60.0 %") == (
        rows["best together"]["per_request"],
        shown("percent", rows["best together"]["percent"]),
    )


def test_a_cheaper_model_of_the_same_kind():
    """A flash for a flash, the three that save most; not a pro, not one that reads audio, not somebody else's."""
    others = [flash(f"gemini-{n}-flash", n - 10) for n in range(11, 12)]
    cheaper = [card(f"gemini-{n}-flash", *_prices(f"gemini-{n}-flash", f"0.{n}")) for n in range(3, 8)]
    wrong = [
        card(name, *_prices(name, "0.01", **owner), **owner)
        for name, owner in (("gemini-1-pro", {}), ("gemini-1-flash-live", {}), ("gemini-1-flash", OPENAI))
    ]
    sheet = saved(REQUEST, flash(), *others, *cheaper, *wrong, card("gemini-9-flash", rate("gemini-9-flash", **TEXT)))
    assert ["gemini-3-flash", "gemini-4-flash", "gemini-5-flash"] == [
        row.cells["change"] for row in sheet.rows if row.cells["lever"] == "model"
    ]


def _prices(model: str, price: str, **owner: Any) -> list:
    return [rate(model, meter, price, **TEXT, **owner) for meter in ("input", "output")]


def test_what_no_lever_moves():
    """Nothing is cheaper: no best combination, and the note lists what there is not."""
    sheet = saved(Work({"input_tokens": 10}), card("gemini-2-flash", rate("gemini-2-flash", **TEXT)))
    assert ["now"] == column(sheet, "lever")
    assert "Not offered for this, or not cheaper: batch, flex, size, caching, reseller, model." == sheet.notes[0]


def test_every_lever_at_once():
    """Then no note says what is missing: a request is bought whole, its prompt included."""
    prompts = [
        rate(model, meter, "0.05", service_tier=tier, **TEXT, **owner)
        for model, meter, tier, owner in (
            (FLASH_IMAGE, "cache_read", "standard", {}),
            (FLASH_IMAGE, "input", "flex", {}),
            (FLASH_IMAGE, "input", "standard", LAOZHANG),
            ("imagen-4.0-fast-generate-001", "input", "standard", {}),
        )
    ]
    flex = picture(FLASH_IMAGE, "0.06", resolution="1K", service_tier="flex")
    cards = [
        card(FLASH_IMAGE, *flash_image().rates, *prompts[:2], flex),
        card(FLASH_IMAGE, *reseller().rates, prompts[2], **LAOZHANG),
        card("imagen-4.0-fast-generate-001", *imagen()[0].rates, prompts[3]),
    ]
    work = Work({"input_tokens": 1000}, images=True, size=Size("1K"))
    sheet = saved(work, *cards, model=FLASH_IMAGE, share=Decimal(1))
    levers = {"now", "batch", "flex", "size", "caching", "reseller", "model", "best together"}
    assert levers == set(column(sheet, "lever"))
    assert ("Volume discounts for enterprises exist and are not published: none is counted.",) == sheet.notes


def test_a_reseller_is_asked_for_the_same_size():
    """At 4K one that sells 1K alone is no lever; who sells another model is none either."""
    sold = picture(FLASH_IMAGE, "0.01", resolution="1K", unit="1 request", **LAOZHANG)
    small = card(FLASH_IMAGE, sold, **LAOZHANG)
    other = card("imagen", picture("imagen", "0.001", **LAOZHANG), **LAOZHANG)
    by_size = {
        size: column(
            saved(Work({}, images=True, size=Size(size)), flash_image(), small, other, model=FLASH_IMAGE), "lever"
        )
        for size in ("1K", "4K")
    }
    assert ("reseller" in by_size["1K"], "reseller" in by_size["4K"]) == (True, False)
    text = card(FLASH_IMAGE, rate(FLASH_IMAGE, price="0.1", **TEXT, **LAOZHANG), **LAOZHANG)
    assert "reseller" in column(saved(Work({"input_tokens": 9}), flash_image(), text, model=FLASH_IMAGE), "lever")


def test_qualities_are_levers():
    """One change a row; a model is compared at the same quality."""
    rates = [
        picture("a", p, quality=q, resolution=r)
        for q, r, p in (("low", "1K", "0.1"), ("high", "1K", "0.3"), ("low", "2K", "0.2"))
    ]
    same = card("b", picture("b", "0.2", quality="high"), picture("b", "0.01", quality="low"))
    sheet = saved(Work({}, images=True, size=Size("1k", "high")), card("a", *rates), same, model="a")
    assert [("low instead of high", "0.1"), ("b", "0.2"), ("low instead of high", "0.1")] == [
        (row.cells["change"], row.cells["per_request"]) for row in sheet.rows[1:]
    ]


def test_steps_that_a_page_dates_for_later():
    """Acting before a price rises, waiting for one to fall, and nothing where a date changes nothing here."""

    def dated(after: str) -> Table:
        until, start = date(2026, 12, 31), date(2027, 1, 1)
        rates = [
            rate("gemini-2-flash", price="1", effective_until=until, **TEXT),
            rate("gemini-2-flash", price=after, effective_from=start, **TEXT),
        ]
        return saved(Work({"input_tokens": 1_000_000}), card("gemini-2-flash", *rates), per_day=1, days=30)

    rise, fall, same = dated("2"), dated("0.5"), dated("1")
    assert ("act before", "until the day before 2027-01-01", Decimal(30), "50.0 %") == _step(rise)
    assert ("wait", "from 2027-01-01", Decimal(15), "50.0 %") == _step(fall)
    assert 1 == len(same.rows)
    assert 2 == len(rise.rows[-1].lines)


def _step(sheet: Table) -> tuple[Any, ...]:
    cells = sheet.rows[-1].cells
    return cells["lever"], cells["change"], cells["saves"], shown("percent", cells["percent"])


def test_discounts_without_a_price_are_quoted():
    """The seller's own words, and no figure."""
    enterprise = card("enterprise", rate("enterprise", price=None, availability="not_published", quote="Volume-based"))
    sheet = saved(REQUEST, flash(), enterprise)
    assert "Enterprise: 'Volume-based'" == sheet.notes[-1]


def test_work_that_has_no_price():
    """Savings need something to save on."""
    with pytest.raises(CostError, match="has several prices; say which"):
        saved(Work({}, images=True), flash_image(), model=FLASH_IMAGE)


def test_a_base_of_nothing():
    """What is free cannot be cheaper."""
    free = card("gemini-2-flash", rate("gemini-2-flash", price="0", availability="free", **TEXT))
    assert ["now"] == column(saved(Work({"input_tokens": 1}), free), "lever")
    assert Decimal(0) == price(Choice(PricedModel(free, MARCH)), read({"input_tokens": 1})).total
