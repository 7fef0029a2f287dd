"""What the pages of the site say: figures, rate cards, quotes, history, standing, and that words stay words."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import html5lib
import pytest

from ratecards.catalog.priced_model import PricedModel
from ratecards.catalog.reported import OF
from ratecards.dataset import Dataset
from ratecards.escaping import script, visible
from ratecards.model import Evidence
from ratecards.wording import with_currency
from scraper.errors import DatasetError
from scraper.publish.reported import path_of
from scraper.site import pictures
from scraper.site.discrepancies import discrepancy
from scraper.site.figures import figures, tiers_of
from scraper.site.health import health
from scraper.site.matrix import matrix
from scraper.site.models import ModelPage, models, page_link, page_of
from scraper.site.render import MARKER, Renderer, write
from scraper.site.series import Past, series
from scraper.site.wire import data
from scraper.storage import discrepancies as ledger
from scraper.storage.card_files import encode
from scraper.storage.discrepancies import Discrepancy, Side
from tests.support.histories import added, card, change, rate
from tests.support.histories import write as write_history
from tests.support.sitekit import (
    HOSTILE,
    STEP,
    TODAY,
    facts,
    history,
    long_prompts,
    of,
    picture,
    site,
    text,
    tokens,
    whole,
)


def offer(*rates, day: date = TODAY, **values) -> PricedModel:
    return PricedModel(whole("m", *rates, **values), day)


def model(*offers: PricedModel) -> ModelPage:
    return models(offers)[0]


# ------------------------------------------------------------------------------------------- figures


def shown(*rates, kind="input", day=TODAY, **values):
    return [tuple(span) for span in figures(model(offer(*rates, **values)), day).get(kind, [])]


def test_a_figure_is_the_plainest_price():
    """Text and a short prompt; what else is charged for the same stands below."""
    rates = (*long_prompts("input", "1.25", "2.5"), text("input", "1.25", "image"), text("input", "3", "audio"))
    ((tiers, since, until, figure),) = shown(*rates)

    assert (("standard",), None, None) == (tiers, since, until)
    assert ("$1.25", "", ("over 200k: $2.50", "audio: $3.00"), "1.25") == tuple(figure)


def test_a_figure_says_what_it_is_of_where_that_is_not_text():
    """An audio price is marked, and so is any unit but a million tokens."""
    ((_, _, _, audio),) = shown(text("output", "20", "audio"), kind="output")
    ((_, _, _, letters),) = shown(rate("m", "input", "0.00025", unit="1000 characters", modality="text"))

    assert ("$20.00", "audio") == audio[:2]
    assert ("$0.00025", "per 1,000 characters", "0.00025") == (*letters[:2], letters.value)


def test_a_tuned_model_is_no_figure_of_the_model():
    """Its price stands in the table of rates alone."""
    tuned = text("input", "3", context="finetuning")

    assert [] == shown(tuned)
    assert ["$1.25"] == [figure.text for *_, figure in shown(tuned, text("input", "1.25"))]
    assert [()] == [figure.notes for *_, figure in shown(tuned, text("input", "1.25"))]


def test_tokens_are_sorted_by_a_million():
    """A price per 1,000 tokens sorts as what a million cost."""
    ((_, _, _, figure),) = shown(rate("m", "input", "0.001", unit="1000 tokens"))

    assert "1" == figure.value


def test_free_is_free_and_another_currency_is_named():
    """Zero by the page's word, and no dollar sign where there is no dollar."""
    ((_, _, _, free),) = shown(replace(text("input", "0"), availability="free"))
    ((_, _, _, euro),) = shown(text("input", "0.5", currency="EUR"))

    assert ["free", "0.50 EUR"] == [free.text, euro.text]


def test_pieces_are_a_range():
    """The cheapest and the dearest, with what tells them apart."""
    ((_, _, _, figure),) = shown(picture("0.045", "0.5K"), picture("0.151", "4K"), kind="piece")
    ((_, _, _, one),) = shown(picture("0.039", ""), kind="piece")
    ((_, _, _, reseller),) = shown(picture("0.02", "1K", unit="1 request", basis="list"), kind="piece")

    assert ("$0.045 – 0.151", "per image", ("0.5K – 4K",), "0.045") == tuple(figure)
    assert ("$0.039", "per image", ()) == tuple(one)[:3]
    assert ("per image", ("1K",)) == (reseller.per, reseller.notes)


def test_tiers_that_agree_share_a_figure():
    """And one that does not has its own."""
    tiers = [text("input", p, service_tier=t) for t, p in (("standard", "1"), ("batch", "0.5"), ("flex", "0.5"))]
    found = figures(model(offer(*tiers)), TODAY)

    assert [("standard",), ("batch", "flex")] == [span.tiers for span in found["input"]]
    assert ["standard", "batch", "flex"] == tiers_of(found)


def test_dated_prices_have_their_days():
    """Before the step one figure, from its day on another; after it, only that."""
    before = [(since, until, figure.text) for _, since, until, figure in shown(*STEP)]
    after = [(since, until, figure.text) for _, since, until, figure in shown(*STEP, day=date(2027, 1, 1))]

    assert [(None, date(2026, 12, 31), "$0.75"), (date(2027, 1, 1), None, "$1.50")] == before
    assert [(None, None, "$1.50")] == after


def test_a_price_that_ends_leaves_nothing():
    """No figure is kept for later than the page says."""
    assert [(None, date(2026, 12, 31))] == [s[1:3] for s in shown(STEP[0])]


def test_what_the_page_does_not_price_is_taken_from_cards_kept_by_hand():
    """Per image prices of a guide, beside the token prices of the documentation."""
    owner = {"provider": "openai", "source": "openai-api"}
    main = PricedModel(
        card("m", *(replace(r, **owner) for r in of("m", text("output", "40", "image"))), **owner), TODAY
    )
    guide = {"provider": "openai", "source": "image-guide"}
    rates = [replace(picture("0.167", basis="list"), **guide)]
    hand = PricedModel(card("m", *rates, facts=(("manual", "copied"),), **guide), TODAY)
    found = figures(model(hand, main), TODAY)

    assert ["$40.00", "$0.167"] == [found[kind][0].figure.text for kind in ("output", "piece")]


# -------------------------------------------------------------------------------------------- models


def test_the_documentation_answers_for_a_model():
    """Another publication of the same seller stands behind it, and alone it is marked."""
    vertex = {"source": "vertex-ai"}
    other = PricedModel(card("m", *(replace(r, **vertex) for r in of("m", text("input", "2"))), **vertex), TODAY)
    both = model(other, offer(text("input", "1")))

    assert ["google/gemini-api", "google/vertex-ai"] == [o.source for o in both.offers]
    assert ((), ("only in vertex-ai",)) == (both.marks, model(other).marks)


def test_marks_of_resellers_and_free_models():
    """What a reader must know before comparing."""
    shop = {"provider": "laozhang", "source": "laozhang"}
    cards = card("m", replace(picture("0.02"), **shop), facts=(("manual", "x"),), **shop)

    assert ("kept by hand",) == model(PricedModel(cards, TODAY)).marks
    assert ("free plan only",) == model(offer(replace(text("input", "0"), plan="free", availability="free"))).marks


def test_the_newest_of_the_largest_family_comes_first():
    """Resellers and models without a price come last."""
    names = ("gemini-2.5-flash", "gemini-3.1-pro", "gemini-3-flash", "gemini-10-x", "veo-9", "unpriced")
    found = [PricedModel(whole(n, text("input", None if n == "unpriced" else "1")), TODAY) for n in names]
    order = ["gemini-10-x", "gemini-3.1-pro", "gemini-3-flash", "gemini-2.5-flash", "veo-9", "unpriced"]

    assert order == [m.model for m in models(found)]


@pytest.mark.parametrize(
    ("provider", "name"), [("..", "m"), ("google", "../x"), ("google", ""), ("a/b", "m"), ("", "m")]
)
def test_a_page_is_named_by_an_id_or_not_at_all(provider, name):
    """Ids become file names; nothing else does."""
    with pytest.raises(DatasetError, match="expected a provider and a model id"):
        page_of(provider, name)


# -------------------------------------------------------------------------------------------- matrix


def cells(*rates):
    found = matrix(offer(*rates))
    return tuple(column[:2] for column in found.columns), [
        (line.what, line.conditions, [[p.words for p in cell] for cell in line.cells]) for line in found.lines
    ]


def test_a_card_is_a_line_per_thing_and_a_column_per_tier():
    """What costs the same in every column is one line for all its modalities."""
    rates = [text("input", "1", m) for m in ("text", "image")]
    rates += [text("input", "0.5", m, service_tier="batch") for m in ("text", "image")]
    columns, lines = cells(*rates, text("output", "4"))

    assert (("standard", "paid"), ("batch", "paid")) == columns
    assert [("input text, image", "", [["$1.00"], ["$0.50"]]), ("output text", "", [["$4.00"], []])] == lines


def test_what_is_not_offered_is_no_line_and_no_column():
    """A tier in which everything is "Not available", and a meter that nobody sells."""
    columns, lines = cells(text("input", "1"), text("output", None), text("input", None, service_tier="flex"))

    assert ((("standard", "paid"),), ["input text"]) == (columns, [line[0] for line in lines])


def test_an_unsplit_free_cell_stands_beside_each_modality():
    """The free column does not divide by modality what the paid one does."""
    free = replace(text("input", "0", ""), plan="free", availability="free")
    _, lines = cells(text("input", "1"), text("input", "3", "audio"), free)

    assert [("input text", "", [["$1.00"], ["free"]]), ("input audio", "", [["$3.00"], ["free"]])] == lines


def test_dated_prices_share_a_cell():
    """Both with their days."""
    ((line,),) = [matrix(offer(*STEP)).lines]

    assert [("$0.75", "until 2026-12-31"), ("$1.50", "from 2027-01-01")] == [p[:2] for p in line.cells[0]]
    assert "" == line.conditions


def test_an_inferred_price_says_so():
    """What proves words that were not known stands beside the price; an exact one says nothing."""
    rates = [text("input", "1"), text("output", "2")]
    rates[0] = replace(rates[0], evidence=Evidence("$1", "m / a", reading="inferred: continuity"))

    assert ["inferred: continuity", ""] == [line.cells[0][0].reading for line in matrix(offer(*rates)).lines]
    shown = Renderer()._env.get_template("parts.html").module.price(matrix(offer(*rates)).lines[0].cells[0])
    assert "$1.00 <small>inferred: continuity</small>" == " ".join(shown.split())


def quoted(price: str, quote: str, place: str, meter: str = "input", **values):
    return replace(text(meter, price, **values), evidence=Evidence(quote, place))


def places(*rates, **values):
    """What all places share; by column, by line."""
    found = matrix(PricedModel(card("m", *rates, **values), TODAY))
    return found.place, [column[2] for column in found.columns], [line.place for line in found.lines]


def test_a_place_is_said_once():
    """What all share, what a column or a line shares; neither the section of the card's link nor the model or a tier."""
    tiers = ("standard", "batch", "priority")
    rates = [
        quoted(
            "1",
            "$1",
            f"prices / {'Fast' if t == 'priority' else t.title()} / m / {what} / USD",
            meter=meter,
            service_tier=t,
        )
        for t in tiers
        for meter, what in (("input", "In"), ("output", "Out"))
    ]

    assert ("prices / USD", ["", "", "Fast"], ["In", "Out"]) == places(*rates)
    assert "USD" == places(*rates, anchor="prices")[0]


def test_places_of_another_depth():
    """Steps are compared by position."""
    rates = [quoted("1", "$1", p, service_tier=t) for t, p in (("standard", "a / b / c"), ("batch", "a / b"))]

    assert ("a / b", ["c", ""], [""]) == places(*rates)


def test_words_that_say_more_than_the_amount():
    """Each once, in the cell or, where all cells say them, in the line; an amount in other digits says no more."""
    tiers = ("standard", "batch")
    own = [quoted(p, f"${p} (text)", "x", service_tier=t) for p, t in zip(("1", "2"), tiers, strict=True)]
    same = [quoted("1", "1 USD each", "x", meter="output", service_tier=t) for t in tiers]
    bare = [
        quoted("1", f"$1{more}", "x", meter="cache_read", service_tier=t)
        for more, t in zip(("", ".0"), tiers, strict=True)
    ]
    found = [(line.said, line.quotes) for line in matrix(offer(*own, *same, *bare)).lines]

    assert [((), (("$1 (text)",), ("$2 (text)",))), (("1 USD each",), ((), ())), ((), ((), ()))] == found


def test_what_costs_the_same_at_any_prompt_is_one_line():
    """Where the bounds leave none out; other conditions, prices and modalities stay apart."""
    short, long = {"prompt_up_to": 200_000}, {"prompt_over": 200_000}
    same = [text("input", "1", m, context="global", **b) for m in ("text", "image") for b in (short, long)]
    moves = [text("output", p, **b) for p, b in (("1", short), ("2", long))]
    half = [text("cache_read", "1", **short)]
    _, lines = cells(*same, *moves, *half)

    assert [
        ("input text, image", "prompt of any length, global", [["$1.00"]]),
        ("output text", "prompt <= 200k", [["$1.00"]]),
        ("output text", "prompt > 200k", [["$2.00"]]),
        ("cache read text", "prompt <= 200k", [["$1.00"]]),
    ] == lines


def test_what_is_not_sold_has_no_words():
    """ "Not available" explains no price."""
    assert () == matrix(offer(text("input", None))).lines


def amounts(words: str) -> Decimal:
    """The one amount that some words are."""
    return Decimal(words.removeprefix("$"))


def test_every_price_and_its_words_stand_in_the_matrix():
    """Of the published dataset: in a line of its meter and modality and the column of its tier and plan."""
    from scraper import ROOT

    seen = 0
    for priced in Dataset(ROOT / "ratecards").catalog(None, TODAY):
        found = matrix(priced)
        columns = [column[:2] for column in found.columns]
        for one in (r for r in priced.card.rates if r.price is not None):
            place = columns.index((one.service_tier, one.plan))
            amount = "free" if one.availability == "free" else with_currency(one.price, one.currency)
            own = [
                line
                for line in found.lines
                if line.what.startswith(one.meter.replace("_", " "))
                and (one.modality in line.what)
                and any((amount, one.effective_from) == (p.words, p.since) for p in line.cells[place])
            ]
            said = one.evidence.quote.strip()
            assert own, one
            assert any(said in (*line.said, *line.quotes[place]) for line in own) or amounts(said) == amounts(amount)
            seen += 1
    assert seen > 2_000


# -------------------------------------------------------------------------------------------- series


def past(root: Path, *changes, until: date | None = None) -> Past:
    return Past(Dataset(write_history(root, *changes)), "google/gemini-api", until)


def test_a_price_over_time(tmp_path):
    """A point per day the card changed, and one per dated step; the last look ends what is known."""
    found = {s.label: s for s in series(past(tmp_path, *history()), "gemini-2.5-flash")}
    moved = [(date(2026, 10, 1), Decimal("2.5")), (date(2026, 10, 20), Decimal(3))]

    assert moved == [point[:2] for point in found["Output, text"].points]
    assert ("1M tokens", "USD") == (found["Input, text"].unit, found["Input, text"].currency)
    assert date(2026, 11, 10) == found["Input, text"].until


def test_what_did_not_move_is_known_until_the_last_look(tmp_path):
    """A later edition that says nothing new of a model confirms it."""
    found = {s.label: s for s in series(past(tmp_path, *history()), "gemini-2.5-pro")}

    assert [(date(2026, 10, 1), Decimal("1.25"), True)] == [tuple(p) for p in found["Input, text"].points]
    assert date(2026, 11, 10) == found["Input, text"].until


def test_a_step_ahead_is_a_point_that_nobody_read(tmp_path):
    """It stands after the last look, however often the page was looked at since."""
    found = {s.label: s for s in series(past(tmp_path, *history(), until=date(2026, 11, 20)), "gemini-3.7-flash")}
    steps = [(date(2026, 11, 10), Decimal("0.75"), True), (date(2027, 1, 1), Decimal("1.5"), False)]

    assert steps == [tuple(p) for p in found["Input, text"].points]
    assert date(2026, 11, 20) == found["Input, text"].until


def test_a_step_of_another_price_is_no_point(tmp_path):
    """What does not move on that day is not announced."""
    assert ["Input, text"] == [s.label for s in series(past(tmp_path, *history()[3:]), "gemini-3.7-flash")]


def test_one_reading_is_no_series(tmp_path):
    """There is nothing to draw."""
    assert [] == series(past(tmp_path, *added("2026-10-01", whole("m", text("input", "1")))), "m")


def test_a_model_keeps_its_past_under_another_name(tmp_path):
    """A rename is no beginning."""
    renamed = change("2026-10-20", "model_renamed", "new", previous_id="m")
    (found,) = series(past(tmp_path, *added("2026-10-01", whole("m", text("input", "1"))), renamed), "new")

    assert [Decimal(1), Decimal(1)] == [p.price for p in found.points]


def test_another_unit_is_a_gap_and_a_pause_is_one_too(tmp_path):
    """Prices of different units are not drawn on one line."""
    old, new = of("m", picture("1", "", basis="list"), text("output", "2", "image"))
    gone, back = (
        change("2026-10-12", "model_removed", "m"),
        added("2026-10-15", whole("m", text("output", "2", "image"))),
    )
    changes = [
        *added("2026-10-01", card("m", old)),
        change("2026-10-10", "unit_changed", "m", old=old, new=new),
        gone,
        *back,
    ]
    found = {s.label: s for s in series(past(tmp_path, *changes), "m")}

    assert [Decimal(2), None, Decimal(2)] == [p.price for p in found["Output, image"].points]


def test_pictures_are_drawn_at_the_usual_size(tmp_path):
    """About a megapixel, where there are several."""
    both = whole("m", picture("0.045", "0.5K"), picture("0.067"))
    again = change("2026-10-20", "card_changed", "m", card=both, fields=(("name", "a", "b"),))
    (found,) = series(past(tmp_path, *added("2026-10-01", both), again), "m")

    assert ("Image, 1K", {Decimal("0.067")}) == (found.label, {p.price for p in found.points})


# ---------------------------------------------------------------------------------------- pictures


def test_bars_by_size():
    """Standard and batch by resolution; one size is no chart."""
    made = pictures.bars_of(offer(picture("0.045", "0.5K"), picture("0.067"), picture("0.034", service_tier="batch")))

    assert ["0.045", "0.067", "0.034"] == [bar.label.text for bar in made.bars]
    assert pictures.bars_of(offer(picture("0.067"))) is None


def test_currencies_that_cannot_be_compared_are_said(tmp_path):
    """The page says why there is no table."""
    euro = whole("other", picture("0.05", currency="EUR"))
    files = site(tmp_path, [*history(), *added("2026-11-10", euro)])

    assert "prices in EUR and USD cannot be compared" in files["images.html"].decode()


def test_no_pictures_at_all(tmp_path):
    """A dataset without images has the page, and it is empty."""
    page = site(tmp_path, added("2026-11-10", whole("m", text("input", "1"))))["images.html"].decode()

    assert "<figure" not in page
    assert "By resolution and tier" not in page


# ---------------------------------------------------------------------------------------------- text


@pytest.mark.parametrize(
    ("url", "anchor", "link"),
    [
        ("https://example.test/p.md.txt?hl=en", "gemini-2", "https://example.test/p?hl=en#gemini-2"),
        ("https://example.test/p.md", "", "https://example.test/p"),
        ("javascript:alert(1)", "", ""),
        ("data:text/html,x", "", ""),
        ("https:///p", "", ""),
        ("https://example.test/p", '"><script>', "https://example.test/p#%22%3E%3Cscript%3E"),
    ],
)
def test_links_lead_to_the_page_for_people(url, anchor, link):
    """The twin's address is the page's; what is no web address is no link."""
    assert link == page_link(card("m", url=url, anchor=anchor))


def test_an_interface_for_programs_leads_to_the_page_beside_it():
    """Nobody can read an RPC."""
    assert "https://aistudio.google.com/" == page_link(card("m", source="ai-studio", url="https://x.test/$rpc/y"))


def test_data_in_a_script_is_only_data():
    """It cannot end the script, begin a comment, or break a line."""
    made = script("X", {"a": HOSTILE + "\u2028"})

    assert not set("<>&\u2028\u202e") & set(made)
    assert {"a": HOSTILE + "\u2028"} == json.loads(made.removeprefix("var X=").removesuffix(";\n"))


def test_the_wire_has_every_price_and_no_other(tmp_path):
    """Rows of numbers that give the rates back; what has no price is not in them."""
    rates = (text("input", "1"), text("output", None), picture("0.067"))
    told = facts(tmp_path, added("2026-11-10", whole("m", *rates, aliases=("n",), formulas=(tokens(1120),))))
    found = data(told.models, told.shelf, told.names)
    (only,) = found["offers"]
    first, (repeated, *rest) = only["rates"]
    row = dict(zip(found["fields"], [found["words"][n] for n in [*first[1:][:repeated], *rest]], strict=False))

    assert 2 == len(only["rates"])
    assert ("output", "image", "1 image", "1K", "0.067") == tuple(
        row[n] for n in ("meter", "modality", "unit", "resolution", "price")
    )
    assert (["n"], "official", {"m": 0, "n": 0}) == (only["aliases"], only["grade"], found["names"])
    assert [{"resolution": "1K", "quality": "", "tokens": 1120, "amount": ""}] == only["formulas"]
    assert {"1 image": (1, "image"), "1000000 tokens": (1_000_000, "token")} == found["units"]
    assert ("2026-11-10", {"google/gemini-api": ["2026-11-10", None]}) == (found["day"], found["looks"])


# -------------------------------------------------------------------------------------------- health


def test_who_reported_first_stands_on_the_page_of_sources(tmp_path):
    """With what was said otherwise; of a dataset in which nothing was reported before there is no such table."""
    plain = site(tmp_path / "plain", history())["sources.html"].decode()
    said = {"source": "reported/somebody"}
    early = whole("gemini-3.7-flash", rate("gemini-3.7-flash", "output", "5", **said), **said)
    read = {"observed": date(2026, 11, 1), "capture": f"sha256:{0:064}", "parser": "1"}
    early = replace(early, facts=((OF, "google/gemini-api"),), **read)
    path = tmp_path / "told" / path_of(early)
    path.parent.mkdir(parents=True)
    path.write_text(encode(early), encoding="utf-8")
    told = site(tmp_path / "told", history())["sources.html"].decode()

    assert "Who reported first" not in plain
    assert "Who reported first" in told
    assert "reported 5 per 1000000 tokens, was 4 per 1000000 tokens" in told


def status(root: Path, **values) -> Path:
    entry = {"outcome": "READ", "verified": "2026-11-20", "failing_since": "", "message": "", "stale_after_days": 3}
    entry |= {"models": 2, "rates": 5, "amounts": {"read": 4, "seen": 5, "ignored": 1}, "unread": ["m"], "holds": [1]}
    path = root / "ratecards" / "v1" / "status.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    entry |= {"last_updated": "2026-11-19"}
    path.write_text(json.dumps({"version": 1, "sources": {"google/gemini-api": entry | values}}))
    return path


def test_the_published_status_is_read(tmp_path):
    """Outcome, days and completeness by source."""
    status(tmp_path)
    (found,) = health(tmp_path, [])

    assert ("google/gemini-api", "READ", date(2026, 11, 20)) == (found.source, found.outcome, found.verified_on)
    assert (4, 1, 5, ("m",), 1) == (found.read, found.ignored, found.seen, found.unread, found.holds)


def test_without_a_status_the_state_files_say_the_same(tmp_path):
    """A source that never ran has no day; one kept by hand has no limit of age."""
    path = tmp_path / "state" / "google" / "gemini-api.json"
    path.parent.mkdir(parents=True)
    state = {"schema": 1, "outcome": "READ", "verified": "2026-11-20", "amounts": {"read": 3, "seen": 4, "ignored": 1}}
    path.write_text(json.dumps(state))
    hand = card("m", provider="acme", source="guide")
    found = {h.source: h for h in health(tmp_path, [whole("m", text("input", "1")), hand])}

    page, guide = found["google/gemini-api"], found["acme/guide"]

    assert (3, 4, 1, 1, 3) == (page.read, page.seen, page.models, page.rates, page.stale_after_days)
    assert ("", None, 0) == (guide.outcome, guide.verified_on, guide.stale_after_days)


@pytest.mark.parametrize(
    "values",
    [{"verified": "yesterday"}, {"models": "many"}, {"amounts": None}, {"unread": None}],
    ids=lambda v: next(iter(v)),
)
def test_a_damaged_status_is_named(tmp_path, values):
    """With its path."""
    path = status(tmp_path, **values)

    with pytest.raises(DatasetError, match=re.escape(str(path))):
        health(tmp_path, [])


@pytest.mark.parametrize("content", ["{", "[]", '{"version": 2}', "{}"])
def test_a_status_of_another_kind_is_named(tmp_path, content):
    """Not JSON, not a status, not of this version."""
    path = status(tmp_path)
    path.write_text(content)

    with pytest.raises(DatasetError, match=r"version|not a status"):
        health(tmp_path, [])


# -------------------------------------------------------------------------------------- discrepancies


def side(price: str | None = "0.25", **values) -> Side:
    money = {"price": Decimal(price), "currency": "USD", "unit": "1000000 tokens"} if price else {}
    rest = {"source": "google/gemini-api", "quote": "$0.25", "locator": "m / a", "observed": date(2026, 11, 1)}
    return Side(**{**rest, **money, **values})


def disputed(**values) -> Discrepancy:
    day = date(2026, 11, 2)
    head = {"id": "1", "kind": "between", "rule": "price", "model": "m", "service_tier": "standard", "plan": "paid"}
    rest = {"meter": "cache_read", "modalities": ("text",), "first_seen": day, "last_seen": day, "state": "open"}
    sides = {"left": side(), "right": side("0.5", source="google/ai-studio")}
    return Discrepancy(**{**head, **rest, **sides, "conservative": "0.5", **values})


def test_a_dispute_in_words():
    """What it is about, what each side says, what to reckon with."""
    found = discrepancy(disputed(because="a reason"))

    assert ("cache read text, standard", ("the prices differ", "for a budget: 0.5"), "a reason") == (
        found.what,
        found.standing,
        found.because,
    )
    assert ["$0.25 per 1M tokens", "$0.50 per 1M tokens"] == [s.words for s in found.sides]
    assert ["google/gemini-api", "google/ai-studio"] == [s.who for s in found.sides]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("batch cache_read", "not what batch usually costs beside standard"),
        ("tokens x rate", "the tokens times their price are another amount"),
        ("a rule of tomorrow", "a rule of tomorrow"),
    ],
)
def test_a_rule_in_words(rule, words):
    """What it finds, and no name of a column."""
    assert words == discrepancy(disputed(rule=rule)).standing[0]


def test_a_side_without_a_price_and_a_rule():
    """ "Not available" is said; a rule of arithmetic is no second source."""
    found = discrepancy(disputed(kind="within", plan="free", right=side(None, availability="not_available")))

    assert ("not available", "by the rule") == (found.sides[1].words, found.sides[1].who)
    assert "cache read text, standard, free plan" == found.what


def test_an_allowance_is_no_amount_of_money():
    """Its number is how much is free; the quotes say it."""
    found = discrepancy(disputed(rule="allowance per another period", left=side("5000"), right=side("5000")))

    assert (["", ""], ("allowance per another period",)) == ([s.words for s in found.sides], found.standing)


# --------------------------------------------------------------------------------------------- pages


class Page(HTMLParser):
    """A page's tags, attributes and text."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(content.decode())

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def pages(files) -> dict[str, Page]:
    return {path: Page(content) for path, content in files.items() if path.endswith(".html")}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A small site, with a ledger and a state."""
    root = tmp_path_factory.mktemp("root")
    (root / "ratecards" / "discrepancies").mkdir(parents=True)
    stands = [disputed(model="gemini-2.5-flash"), disputed(id="2", model="gemini-2.5-flash", state="explained")]
    (root / "ratecards" / "discrepancies" / "a.yaml").write_text(
        ledger.encode([*stands, disputed(id="3", state="closed")])
    )
    return site(root, history())


def test_the_first_page_has_todays_prices(made):
    """Each model once, with its figures, without a script."""
    page = Page(made["index.html"])

    assert 4 == len([a for a in page.all("tr") if a.get("data-model")])
    assert all(words in page.text for words in ("gemini-2.5-flash", "$0.30", "$3.00", "$0.03", "$0.045 – 0.067"))
    assert "autofocus" in dict(page.all("input")[0])


def test_a_model_page_has_card_history_quotes_and_disputes(made):
    """All that is known of a model, on one page."""
    page = Page(made["models/google/gemini-2.5-flash.html"])

    said = ("$0.30", "$3.00", "2.50 -> 3.00 USD per 1M tokens (x1.20)", "output")

    assert [] == [words for words in said if words not in page.text]
    assert "1 difference explained by the sources themselves" in page.text
    assert any("$2.50 from 2026-10-01; $3.00 from 2026-10-20" in (a.get("aria-label") or "") for a in page.all("svg"))
    assert "$0.50 per 1M tokens" in page.text


def test_a_dated_step_is_told_on_its_pages(made):
    """On the model's page, ahead in its chart, among what is coming; the countdown is the browser's."""
    page = Page(made["models/google/gemini-3.7-flash.html"])
    coming = Page(made["coming.html"])

    assert any("$1.50 announced for 2027-01-01" in (a.get("aria-label") or "") for a in page.all("svg"))
    assert any(a.get("class") == "line ahead" for a in page.all("path"))
    assert "0.75 -> 1.50 USD per 1M tokens (x2.00)" in coming.text
    assert ["2027-01-01"] == [a["data-day"] for a in coming.all("span") if a.get("class") == "countdown"]


def test_no_relative_time_is_written(made):
    """What depends on the day of reading is not in a file."""
    for path, page in pages(made).items():
        assert not re.search(r"\b(in|for) [0-9]+ days?\b|\bago\b|\btoday:|yesterday", page.text), path


def test_every_page_stands_on_its_own(made):
    """One h1, a language, a title, a label on every control, no inline style or script."""
    for path, page in pages(made).items():
        assert "en" == page.all("html")[0]["lang"], path
        assert 1 == len(page.all("h1")), path
        assert all("alt" in a for a in page.all("img")), path
        assert all(a.get("aria-label") for a in page.all("svg") if a.get("role") == "img"), path
        assert not any("style" in a or any(n.startswith("on") for n in a) for _, a in page.tags), path
        assert all(a.get("src") for a in page.all("script")), path
        ids = [a["id"] for _, a in page.tags if a.get("id")]
        assert len(ids) == len(set(ids)), path


def test_every_page_is_well_formed(made):
    """A parser of the standard finds no error."""
    for path, content in made.items():
        if path.endswith(".html"):
            parser = html5lib.HTMLParser()
            parser.parse(content)
            assert [] == parser.errors, path


def test_every_link_leads_to_a_file_of_the_site(made):
    """Relative, so that it works under any path; what leads out is a source's page."""
    for path, page in pages(made).items():
        for name, attrs in page.tags:
            target = attrs.get("href") or attrs.get("src")
            if target is None or target.startswith("#"):
                continue
            if target.startswith("https://example.test/"):
                assert "a" == name
                continue
            assert not re.match(r"[a-z]+:|/", target), target
            file = (Path("/") / Path(path).parent / target.partition("#")[0]).as_posix()
            parts: list[str] = []
            for part in file.strip("/").split("/"):
                parts = parts[:-1] if part == ".." else [*parts, part]
            assert "/".join(parts) in made, f"{path}: {target}"


def markdown(files, path: str) -> str:
    """The twin of a page."""
    return files[f"{path}.md"].decode()


def test_every_page_has_a_twin_that_it_names(made):
    """At its address with `.md` behind it; llms.txt names the pages and each model."""
    html = [path for path in made if path.endswith(".html") and path != "embed.html"]
    assert {f"{path}.md" for path in html} == {path for path in made if path.endswith(".md")}
    for path, page in ((path, page) for path, page in pages(made).items() if path in html):
        links = [a for a in page.all("link") if a.get("type") == "text/markdown"]
        assert [f"{path.rpartition('/')[2]}.md"] == [a["href"] for a in links]
    listed = re.findall(r"\]\((\S+)\)", made["llms.txt"].decode())
    assert {f"{path}.md" for path in html} == {path for path in listed if path.endswith(".md")}


def test_every_link_of_a_twin_leads_to_a_file_of_the_site(made):
    """To other twins, or to a source's page."""
    for path in (path for path in made if path.endswith((".md", "llms.txt"))):
        links = re.findall(r"\]\((\S+?)\)", made[path].decode())
        assert links, path
        for target in (link for link in links if not link.startswith("https://example.test/")):
            assert os.path.normpath(Path(path).parent / target) in made, f"{path}: {target}"


def test_the_twin_of_a_model_has_what_an_answer_needs(made):
    """Rates, source, day, last look, grade, and the page's words as they stand there."""
    said = markdown(made, "models/google/gemini-2.5-pro.html")
    assert "# gemini-2.5-pro\n" in said
    assert "|input text, prompt \\<= 200k|1M tokens|$1.25|" in said
    assert "Read 2026-10-01 from the edition of 2026-10-01, [the page](https://example.test/pricing); grade" in said
    assert "grade: official." in said
    flash = markdown(made, "models/google/gemini-2.5-flash.html")
    assert "- 2026-10-20: gemini-2.5-flash, google/gemini-api\n  - output text (standard): 2.50 -> 3.00 USD" in flash
    index = markdown(made, "index.html")
    assert "|[gemini-3.7-flash](models/google/gemini-3.7-flash.html.md)|google|standard|" in index
    assert "$0.75 until 2026-12-31; $1.50 from 2027-01-01" in index
    assert "2027-01-01: [gemini-3.7-flash]" in markdown(made, "coming.html")


def test_a_site_that_stands_somewhere_says_where(tmp_path):
    """In llms.txt, which is read by itself; the twins stay relative."""
    files = site(tmp_path, history(), base="https://example.test/prices")
    assert "](https://example.test/prices/models/google/gemini-2.5-pro.html.md)" in files["llms.txt"].decode()
    assert b"example.test/prices" not in files["index.html.md"]


def test_words_as_they_stand_there():
    """A quote is a code span, whatever it holds; an address cannot end its link."""
    from scraper.site.render import _address, _code

    assert ["`a`", "`` a`b ``".replace(" ", ""), "``` ``a` ```", "``"] == [
        _code(t) for t in (" a\n", "a`b", "``a`", "")
    ]
    assert "https://x/%28a%29%20%3Cb%3E" == _address("https://x/(a) <b>")


def test_the_policy_allows_nothing_from_elsewhere(made):
    """No inline script or style, no other host."""
    policy = Page(made["index.html"]).all("meta")[1]["content"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_the_same_data_gives_the_same_bytes(tmp_path, made):
    """On any day, until a dated step comes."""
    first, second = (site(tmp_path / str(day), history(), date(2026, 12, day)) for day in (1, 30))

    assert first == second
    assert first != site(tmp_path / "later", history(), date(2027, 1, 1))


def test_hostile_words_are_only_words(tmp_path):
    """A name, a quote, a place, a notice, an alias, a fact and an address that try to be something else."""
    hostile = replace(text("input", "1"), evidence=Evidence(HOSTILE, f"{HOSTILE} / a"))
    more = {"name": HOSTILE, "notices": (HOSTILE,), "aliases": (HOSTILE,), "facts": ((HOSTILE, HOSTILE),)}
    evil = whole("m", hostile, url="javascript:alert(1)", anchor='"><script>', **more)
    files = site(tmp_path, added("2026-11-10", evil))

    for path, page in pages(files).items():
        assert all(a.get("src", "").endswith((".js",)) for a in page.all("script")), path
        assert not any(str(a.get("href")).startswith("javascript") for a in page.all("a")), path
        assert not set("\u202e\u2028") & set(files[path].decode()), path
    assert visible(HOSTILE) in " ".join(Page(files["models/google/m.html"]).words)
    for path in (path for path in files if path.endswith((".md", ".txt"))):
        said = files[path].decode()
        outside = re.sub(r"(?m)(?<![`\\])(`+)(?!`).*?(?<!`)\1(?!`)", "", said)
        assert not re.search(r"(?<!\\)<(?!!)|(?<!\\)\]\((?!/?[\w./-]+\))", outside), path
        assert not set("\u202e\u2028") & set(said), path
    assert b"<" not in files["data.js"]


def test_an_empty_ledger_and_no_history_of_changes(tmp_path):
    """Pages that have nothing to say say so, and so do their twins."""
    files = site(tmp_path, added("2026-11-10", whole("m", text("input", None))))
    found = pages(files)
    assert "None are known." in markdown(files, "discrepancies.html")
    assert "No page that was looked at announces" in markdown(files, "coming.html")
    assert "Nothing is priced." in markdown(files, "models/google/m.html")

    assert "None are known." in found["discrepancies.html"].text
    assert "No page that was looked at announces a dated price or the end of a model." in found["coming.html"].text
    assert "No price is published for this model." in found["models/google/m.html"].text
    assert "Not moved since it was first read" in found["models/google/m.html"].text


def test_a_model_that_is_gone_is_news_without_a_page(tmp_path):
    """It is named where it was told, and links nowhere."""
    gone = change("2026-11-12", "model_removed", "gemini-2.5-pro")
    files = site(tmp_path, [*history(), gone])

    assert "models/google/gemini-2.5-pro.html" not in files
    assert "gemini-2.5-pro no longer on the page" in Page(files["changes.html"]).text


def test_facts_are_gathered_for_a_day(tmp_path):
    """The day decides between dated prices and nothing else."""
    found = facts(tmp_path, history())

    assert (TODAY, 4) == (found.day, len(found.models))


# ------------------------------------------------------------------------------------------- writing


def test_an_empty_folder_is_filled_and_then_kept_in_step(tmp_path):
    """Only what differs is written, and what is no longer of the site goes."""
    folder = tmp_path / "site"

    assert ["a.html", "m/b.html"] == write(folder, {"a.html": b"1", "m/b.html": b"2"})
    assert [] == write(folder, {"a.html": b"1", "m/b.html": b"2"})
    assert ["a.html", "m/b.html"] == write(folder, {"a.html": b"3"})
    assert ["a.html"] == json.loads((folder / MARKER).read_text())
    assert not (folder / "m" / "b.html").exists()


def test_what_is_not_ours_is_not_touched(tmp_path):
    """A folder with anything in it and no marker is refused; a file beside a site stays."""
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(DatasetError, match=r"saw thesis\.txt; nothing was written"):
        write(tmp_path, {"a.html": b"1"})
    assert ["thesis.txt"] == [p.name for p in tmp_path.iterdir()]

    folder = tmp_path / "site"
    write(folder, {"a.html": b"1"})
    (folder / "CNAME").write_text("example.test")
    write(folder, {"b.html": b"1"})
    assert "example.test" == (folder / "CNAME").read_text()


@pytest.mark.parametrize("marker", ["{", "{}", "[1]"])
def test_a_damaged_marker_is_refused(tmp_path, marker):
    """Nobody knows what is ours then."""
    (tmp_path / MARKER).write_text(marker)

    with pytest.raises(DatasetError, match="not a site's list of files"):
        write(tmp_path, {"a.html": b"1"})


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", ""])
def test_a_marker_cannot_make_us_remove_what_lies_outside(tmp_path, path):
    """Nor can a file be written there."""
    outside = tmp_path / "x"
    outside.write_text("mine")
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / MARKER).write_text(json.dumps([path]))

    with pytest.raises(DatasetError, match="not inside"):
        write(folder, {"a.html": b"1"})
    with pytest.raises(DatasetError, match="not inside"):
        write(tmp_path / "other", {path: b"1"})
    assert "mine" == outside.read_text()


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    """A folder of the site that leads elsewhere."""
    (tmp_path / "elsewhere").mkdir()
    folder = tmp_path / "site"
    write(folder, {"a.html": b"1"})
    (folder / "models").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(DatasetError, match="not inside"):
        write(folder, {"models/m.html": b"1"})
    assert [] == list((tmp_path / "elsewhere").iterdir())


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    """A file where the folder should be."""
    (tmp_path / "file").write_text("")

    with pytest.raises(DatasetError, match="expected a folder for a site"):
        write(tmp_path / "file" / "site", {"a.html": b"1"})


# ------------------------------------------------------------------------------------------- command


def test_the_command_makes_a_site(tmp_path, run):
    """Twice the same is nothing new; the size is said."""
    write_history(tmp_path / "root" / "ratecards", *history())
    words = ("site", "--from", tmp_path / "root", "--to", tmp_path / "site", "--now", "2026-11-25")
    first, second = run(*words), run(*words)

    assert (0, 0) == (first.code, second.code)
    assert "0 written or removed" in second.out
    assert (tmp_path / "site" / "index.html").is_file()


def test_what_the_command_refuses(tmp_path, run):
    """No dataset, a base that is no address, a folder that is somebody's."""
    write_history(tmp_path / "root" / "ratecards", *history())
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "x").write_text("")
    nowhere = run("site", "--from", tmp_path / "none", "--to", tmp_path / "site")
    base = run("site", "--from", tmp_path / "root", "--to", tmp_path / "site", "--base-url", "example.test")
    taken = run("site", "--from", tmp_path / "root", "--to", tmp_path / "home")

    assert [1, 2, 1] == [nowhere.code, base.code, taken.code]
    assert "is not a dataset" in nowhere.err
    assert "--base-url" in base.err
    assert "nothing was written" in taken.err


def test_the_real_dataset_is_small_enough():
    """Two million bytes for all that is published of what is held, twins and data too, wherever it will stand."""
    from scraper import ROOT
    from scraper.site import build, gather

    found = gather(Dataset(ROOT / "ratecards"), ROOT, TODAY)
    files = build(found, "https://organisation.github.io/ratecards/")

    assert sum(map(len, files.values())) <= 2_000_000
    assert not [p for p in files if not re.fullmatch(r"[a-z0-9./\-]+", p)]
