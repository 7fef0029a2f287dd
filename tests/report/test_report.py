"""The words, and that scraped text is nothing but words in a terminal, a log, Markdown or a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime

import pytest

from ratecards.model import Rate
from ratecards.storage.history import Change, Step
from scraper.report.console import describe, lines, move, quiet_count, step_line, step_lines, summary_rows, value, what
from scraper.sources import Source
from scraper.state import State
from scraper.verdict import Verdict
from scraper.wording import conditions, csv_field, markdown, plain_text
from tests.support.kit import DAY, card, change, rate, stamp

HOSTILE = {
    "pipe": "a | b",
    "backticks": "`rm` ```",
    "script": "<script>alert(1)</script>",
    "link": "[x](javascript:alert(1))",
    "half a link": "x](javascript:alert(1))",
    "image": "![x](https://evil.test/x.png)",
    "mention": "@user and @org/team",
    "reference": "fixes #12",
    "entity": "&commat;user &#64;user &lt;b&gt; &NewLine;",
    "command": "::set-output name=x::y",
    "late command": "  ::error::x",
    "old command": "x ##[set-output name=x]y",
    "newline": "a\n::error::b\r\n| c |",
    "line separators": "a\u2028b\u2029c\x85d\x0be",
    "bidi": "\u202e05.0$ \u2066x\u2069 \u061cy \u200fz",
    "control": "\x1b[31mred\x07\x00\x9b",
    "invisible": "a\u200bb\u00adc\ufeffd\U000e0041",
    "formula": '=HYPERLINK("http://evil.test","x")',
    "plus": "+1+1",
    "minus": "-1",
    "at": "@SUM(A1)",
    "tab": "\t=1+1",
    "blank": "  =1+1",
    "wide": "＝1+1",
    "address": "see HTTPS://evil.test or www.evil.test or a@evil.test",
    "heading": "# x",
    "rule": "---",
    "underline": "===",
    "list": "- x",
    "numbered": "1. x",
    "quote": "> x",
    "table": "|---|",
    "emphasis": "*a* _b_ **c** ~~d~~",
    "math": "$x$",
    "emoji": ":tada:",
    "backslash": "\\",
    "comment": "<!-- x -->",
}
hostile = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)

# ---------------------------------------------------------------------------------------------- a terminal


@hostile
def test_a_terminal_gets_one_line_of_words(text):
    """No control or bidirectional character, no line end, no command to the workflow, in a line of its own or not."""
    for found in (plain_text(text), f"  {plain_text(text)}"):
        assert None is INVISIBLE.search(found)
        assert [found] == found.splitlines()
        assert not found.lstrip().startswith("::")
        assert "##[" not in found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$0.50 per 1M | é 𝟙", "$0.50 per 1M | é 𝟙"),
        ("a::b", "a::b"),
        ("::error::x", ":\u200b:error:\u200b:x"),
        ("a\r\n\tb", "a   b"),
        ("\x1b[31mred", " [31mred"),
        ("\u202e05.0$", " 05.0$"),
        ("##[error]x", "#\u200b#[error]x"),
        ("", ""),
    ],
)
def test_words_in_a_terminal(text, expected):
    """Words stay as they are; what would act is a blank, or is broken by a joiner."""
    assert expected == plain_text(text)


# ---------------------------------------------------------------------------------------------- markdown


def unescaped(text: str) -> str:
    """What is left of Markdown when every escape and entity of ours is taken out."""
    return re.sub(r"\\[\\`*_{}\[\]<>()#+!|@~$:.=-]|&(?:lt|gt|amp);", "", text)


@hostile
def test_markdown_gets_no_markup(text):
    """Every character that means something is escaped, wherever it stands."""
    found = markdown(text)

    assert None is re.search(r"[\\`*_{}\[\]<>()#+!|@~$:&]", unescaped(found))
    assert None is INVISIBLE.search(found)
    assert [found] == found.splitlines()


@hostile
def test_markdown_begins_no_block(text):
    """No list, rule, heading, quote or code by how a text begins."""
    assert None is re.match(r"\s|[-=+*>#|~`]|[0-9]+[.)]", markdown(text))


@hostile
def test_markdown_has_nothing_to_link(text):
    """Once rendered, escapes are gone: mention, reference and address are broken inside."""
    rendered = re.sub(r"\\(.)", r"\1", markdown(text)).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

    assert None is re.search(r"@\w|#\d|(?i:https?:|www\.)", rendered)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$0.50 / 1M tokens", "\\$0.50 / 1M tokens"),
        ("a | b", "a \\| b"),
        ("<b>", "&lt;b&gt;"),
        ("R&D", "R&amp;D"),
        ("&commat;user", "&amp;commat;user"),
        ("@user", "\\@\u2060user"),
        ("#12", "\\#\u206012"),
        ("https://a.test", "h\u2060ttps\\://a.test"),
        ("WWW.a.test", "WWW\u2060.a.test"),
        ("- x", "\\- x"),
        ("--- a - b", "\\--- a - b"),
        ("12. x", "12\\. x"),
        ("12.5", "12\\.5"),
        ("a-b = c.", "a-b = c."),
        ("  x\n", "x"),
        ("", ""),
    ],
)
def test_words_in_markdown(text, expected):
    """Escaped so that they read as they were."""
    assert expected == markdown(text)


def test_markdown_is_capped():
    """By characters of the text, so that no escape is cut in two; an ellipsis tells."""
    assert "a" * 300 == markdown("a" * 300)
    assert "a" * 299 + "…" == markdown("a" * 301)
    assert "\\|\\|…" == markdown("|||||", limit=3)
    assert "x" == markdown(f"x{' ' * 500}")


# ---------------------------------------------------------------------------------------------- a spreadsheet


@hostile
def test_a_spreadsheet_gets_no_formula(text):
    """No field begins a formula, breaks a line or hides anything; the reader of the CSV gets one field."""
    field = csv_field(text)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([field, "next"])

    assert not field.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert None is INVISIBLE.search(field)
    assert 1 == len(out.getvalue().splitlines())
    assert [[field, "next"]] == list(csv.reader([out.getvalue()]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$0.50", "$0.50"),
        ("=HYPERLINK(x)", "'=HYPERLINK(x)"),
        ("-", "'-"),
        ("\t=1", "' =1"),
        ("＠x", "'＠x"),
        ("a\nb", "a b"),
        ("1-2", "1-2"),
        ("", ""),
    ],
)
def test_words_in_a_spreadsheet(text, expected):
    """Only what would begin a formula gets an apostrophe."""
    assert expected == csv_field(text)


# ---------------------------------------------------------------------------------------------- a rate


CONDITIONS = {
    "nothing": (rate(), ""),
    "all": (
        rate(
            modality="image",
            quality="hd",
            resolution="1K",
            context="global",
            prompt_over=0,
            prompt_up_to=200_000,
            used_over=0,
            used_up_to=1500,
            period="day",
            basis="equivalent",
        ),
        "image, hd, 1K, global, prompt <= 200000, prompt > 0, up to 1500 a day, over 0 a day, equivalent",
    ),
}


@pytest.mark.parametrize(("selected", "expected"), CONDITIONS.values(), ids=CONDITIONS)
def test_conditions(selected, expected):
    """What selects a rate beside its meter; a bound of zero is one."""
    assert expected == conditions(selected)


def test_a_rate_s_name():
    """Tier, free plan, meter, conditions."""
    assert "standard input" == what(rate())
    assert "batch (free plan) output text" == what(
        rate(service_tier="batch", plan="free", meter="output", modality="text")
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (rate("0.50"), "0.5 USD per 1000000 tokens"),
        (rate("0", availability="free"), "0 USD per 1000000 tokens"),
        (rate("0", availability="free", unit=""), "0 USD"),
        (rate(None), "not available"),
        (rate(None, availability="refers"), "refers"),
        (rate("1", effective_from=date(2027, 1, 1)), "1 USD per 1000000 tokens from 2027-01-01"),
        (rate("1", effective_until=date(2026, 12, 31)), "1 USD per 1000000 tokens until 2026-12-31"),
    ],
)
def test_what_a_rate_says(said, expected):
    """Price, unit and dates, or what the page says instead."""
    assert expected == value(said)


MOVES = {
    "price": (rate("4.5"), rate("3.60"), "4.5 -> 3.6 USD per 1000000 tokens (x0.80)"),
    "unit": (
        rate("0.5"),
        rate("0.0005", unit="1000 tokens"),
        "0.5 USD per 1000000 tokens -> 0.0005 USD per 1000 tokens",
    ),
    "currency": (rate("1"), rate("2", currency="EUR"), "1 USD per 1000000 tokens -> 2 EUR per 1000000 tokens"),
    "date": (
        rate("1"),
        rate("1", effective_until=date(2026, 12, 31)),
        "1 USD per 1000000 tokens -> 1 USD per 1000000 tokens until 2026-12-31",
    ),
    "to zero": (rate("1"), rate("0"), "1 USD per 1000000 tokens -> 0 USD per 1000000 tokens"),
    "from zero": (rate("0"), rate("1"), "0 USD per 1000000 tokens -> 1 USD per 1000000 tokens"),
    "withdrawn": (rate("1"), rate(None), "1 USD per 1000000 tokens -> not available"),
    "offered": (rate(None), rate("1"), "not available -> 1 USD per 1000000 tokens"),
    "the same": (rate("1"), rate("1.0", quote="x"), "1 USD per 1000000 tokens"),
}


@pytest.mark.parametrize(("old", "new", "expected"), MOVES.values(), ids=MOVES)
def test_moves(old, new, expected):
    """A ratio only where two prices of one unit, currency and time stand side by side."""
    assert expected == move(old, new)


# ---------------------------------------------------------------------------------------------- changes

DESCRIBED = {
    "new model": (change("model_added", card=card(rate(), rate(meter="output"))), "flash: new model, 2 rates"),
    "lost model": (change("model_removed"), "flash: no longer on the page"),
    "renamed": (change("model_renamed", previous_id="old"), "flash: renamed from old"),
    "metadata": (
        change(
            "card_changed", card=card(), fields=(("notices.b", "", "x"), ("name", "a", "b"), ("notices.a", "", "x"))
        ),
        "flash: name, notices changed",
    ),
    "price": (
        change("repriced", old=rate("1"), new=rate("2")),
        "flash standard input: 1 -> 2 USD per 1000000 tokens (x2.00), repriced",
    ),
    "words": (
        change("reworded", old=rate("1"), new=rate("1", quote="x")),
        "flash standard input: 1 USD per 1000000 tokens, reworded",
    ),
    "unit": (
        change("unit_changed", old=rate("1"), new=rate("1", unit="1 image")),
        "flash standard input: 1 USD per 1000000 tokens -> 1 USD per 1 image, unit changed",
    ),
    "more": (change("rate_added", new=rate("1")), "flash standard input: rate added, 1 USD per 1000000 tokens"),
    "less": (change("rate_removed", old=rate(None)), "flash standard input: rate removed, not available"),
    "kept": (change("kept", kept=(rate(),)), "flash: kept"),
    "no card": (change("model_added"), "flash: model_added"),
}


@pytest.mark.parametrize(("found", "expected"), DESCRIBED.values(), ids=DESCRIBED)
def test_one_change_in_one_line(found, expected):
    """Model, rate, values and kind."""
    assert expected == describe(found)


def many(kind: str, count: int, **values: object) -> list[Change]:
    """Several rates of one kind, each for other prompts."""
    side = "new" if kind == "rate_added" else "old"
    several = [rate(str(n + 1), prompt_over=n, prompt_up_to=n + 1, **values) for n in range(count)]
    return [change(kind, **{side: r, "model": r.model}) for r in several]


PRICE = "flash input (standard): 1.00 -> 2.00 USD per 1M tokens (x2.00)"


def test_only_news_is_told():
    """Words, notes, labels and kept rates are counted."""
    quiet = [
        change("reworded", old=rate(), new=rate()),
        change("card_changed"),
        change("kept"),
        change("relabelled", old=rate(meter="output"), new=rate(meter="output", context="global")),
    ]
    price = change("repriced", old=rate("1"), new=rate("2"))

    assert [PRICE] == lines([*quiet, price])
    assert 4 == quiet_count([*quiet, price])


def test_up_to_three_rates_are_told_one_by_one():
    """Four of one model, tier and kind are one line."""
    assert 3 == len(lines(many("rate_added", 3)))
    assert ["flash standard: 4 prices new"] == lines(many("rate_added", 4))
    assert ["flash standard: 5 prices no longer sold"] == lines(many("rate_removed", 5))
    assert [] == lines([change("rate_added")])


def test_lines_are_grouped_by_model_kind_and_tier():
    """Models in the order of their first change, the table's order within; groups do not mix."""
    found = [
        *many("rate_removed", 4, meter="output"),
        *many("rate_added", 4, service_tier="batch"),
        *many("rate_added", 2),
        *many("rate_added", 4, model="a"),
        change("model_removed", model="z"),
    ]

    assert [
        "flash input (standard, 0 < prompt <= 1): new, 1.00 USD per 1M tokens",
        "flash input (standard, 1 < prompt <= 2): new, 2.00 USD per 1M tokens",
        "flash standard: 4 prices no longer sold",
        "flash batch: 4 prices new",
        "a standard: 4 prices new",
        "z: no longer on the page",
    ] == lines(found)


def test_editions_are_told_one_after_the_other():
    """Each by what stood on its day: a price that moved twice is told twice, whatever order the changes came in."""
    first = change("repriced", old=rate("1"), new=rate("2"))
    second = change("repriced", old=rate("2"), new=rate("3"), stamp=stamp(date(2026, 11, 2)))

    assert [PRICE, "flash input (standard): 2.00 -> 3.00 USD per 1M tokens (x1.50)"] == lines([second, first])


def test_what_stands_is_compared_with():
    """A price of audio beside one of everything is another price of audio; without the card it is a new one."""
    more = change("rate_added", new=rate("3", modality="audio"))
    cards = {"flash": card(rate("1"), rate("3", modality="audio"))}

    assert ["flash input audio (standard): new, 3.00 USD per 1M tokens"] == lines([more])
    assert ["flash input audio (standard): 1.00 -> 3.00 USD per 1M tokens (x3.00)"] == lines([more], cards)
    same = change("rate_added", new=rate("1", modality="audio"))
    assert (1, []) == (quiet_count([same], cards), lines([same], cards))


def test_a_correction_is_marked():
    """A better reading of the same page is no new price."""
    better = stamp(correction=True)

    assert [f"{PRICE} [correction]"] == lines([change("repriced", old=rate("1"), new=rate("2"), stamp=better)])


def test_lines_are_harmless():
    """What a page printed as a condition is words."""
    [line] = lines(
        [change("repriced", old=rate("1", context="\x1b[31m\u202e"), new=rate("2", context="\x1b[31m\u202e"))]
    )

    assert "flash input (standard,  [31m ): 1.00 -> 2.00 USD per 1M tokens (x2.00)" == line


# ---------------------------------------------------------------------------------------------- steps

TODAY, NEW_YEAR = date(2026, 11, 22), date(2027, 1, 1)


def step(before: Rate | None, after: Rate | None = None, day: date = NEW_YEAR) -> Step:
    """A step to 1.5."""
    return Step(day, before, after or rate("1.50", effective_from=day))


STEPS = {
    "price": (step(rate("0.75")), "0.75 -> 1.5, x2.00, in 40 days"),
    "tomorrow": (step(rate("0.75"), day=date(2026, 11, 23)), "0.75 -> 1.5, x2.00, in 1 day"),
    "today": (step(rate("0.75"), day=TODAY), "0.75 -> 1.5, x2.00, in 0 days"),
    "new": (step(None), "new: 1.5, in 40 days"),
    "not available": (step(rate(None)), "not available -> 1.5, in 40 days"),
    "free": (step(rate("0")), "0 -> 1.5, in 40 days"),
    "unit": (step(rate("0.75", unit="1 image")), "0.75 -> 1.5, in 40 days"),
    "currency": (step(rate("0.75", currency="EUR")), "0.75 -> 1.5, in 40 days"),
    "withdrawn": (step(rate("0.75"), rate(None)), "0.75 -> not available, in 40 days"),
    "to free": (step(rate("0.75"), rate("0")), "0.75 -> 0, x0.00, in 40 days"),
}


@pytest.mark.parametrize(("found", "expected"), STEPS.values(), ids=STEPS)
def test_a_step_in_a_line(found, expected):
    """Day, rate, both prices, how many times, and how long it is until then."""
    assert f"{found.day}: flash standard input {expected}" == step_line(found, TODAY)


def test_few_steps_are_told_one_by_one():
    """Up to four of a model and a day."""
    few = [step(rate("0.75"), rate("1.5", service_tier=t)) for t in ("standard", "batch", "flex", "priority")]

    assert 4 == len(step_lines(few, TODAY))
    assert [] == step_lines([], TODAY)


def test_many_steps_are_told_for_the_first_tier():
    """The others are counted."""
    tiers = ("standard", "standard", "batch", "flex", "priority")
    many_steps = [step(rate("0.75"), rate("1.5", service_tier=t, prompt_over=n)) for n, t in enumerate(tiers)]
    found = step_lines([*many_steps, step(rate("1"), rate("2", model="pro"))], TODAY)

    assert [
        "2027-01-01: flash standard input prompt > 0 0.75 -> 1.5, x2.00, in 40 days",
        "2027-01-01: flash standard input prompt > 1 0.75 -> 1.5, x2.00, in 40 days",
        "  and 3 more of flash",
        "2027-01-01: pro standard input 1 -> 2, x2.00, in 40 days",
    ] == found


def test_many_steps_of_one_tier_are_capped():
    """Four, and the number of the others."""
    same = [step(rate("0.75"), rate("1.5", prompt_over=n)) for n in range(6)]

    assert [*step_lines(same[:4], TODAY), "  and 2 more of flash"] == step_lines(same, TODAY)


# ---------------------------------------------------------------------------------------------- the summary


def verdict(outcome: str, **values: object) -> Verdict:
    """What became of a look."""
    return Verdict(Source("google", "gemini-api"), outcome, datetime(DAY.year, 11, 1, tzinfo=UTC), **values)


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ({"read": 5, "seen": 6}, "5 of 6"),
        ({"read": 5, "seen": 6, "ignored": 0}, "5 of 6"),
        ({"read": 5, "seen": 6, "ignored": 1}, "5 of 6, 1 ignored"),
        ({"seen": 6}, "0 of 6"),
        ({"read": 5}, "5 of 0"),
        ({}, "-"),
    ],
)
def test_a_look_that_was_read(amounts, expected):
    """Models, rates, amounts and changes of this look."""
    read = verdict(
        "CHANGED",
        cards={"flash": card(rate(), rate(meter="output")), "pro": card(rate(), model="pro")},
        changes=many("rate_added", 2),
        state=State(amounts=amounts),
    )

    assert [("google/gemini-api", "CHANGED", "2", "3", expected, "2")] == summary_rows([read])


def test_a_look_that_had_nothing_to_read():
    """Not modified: the models are those of the last look."""
    unchanged = verdict("UNCHANGED", state=State(models=["a", "b"]))

    assert [("google/gemini-api", "UNCHANGED", "2", "-", "-", "0")] == summary_rows([unchanged])


@pytest.mark.parametrize("outcome", ["NOT_FETCHED", "NOT_READ", "SUSPECT", "DAMAGED"])
def test_a_look_that_failed(outcome):
    """No number of changes where none was looked for."""
    assert [("google/gemini-api", outcome, "-", "-", "-", "-")] == summary_rows([verdict(outcome)])


def test_no_look():
    """No source, no row."""
    assert [] == summary_rows([])
