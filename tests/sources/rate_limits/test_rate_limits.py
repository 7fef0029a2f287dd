"""The rate-limits page: own pages of both dialects, everything claimed or a problem, the file, and the captures."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ratecards.storage.codec import CodecError
from ratecards.storage.limits import LimitsCard, read_json
from scraper.errors import LayoutChanged
from scraper.sources import rate_limits
from scraper.storage.limits import FORM, json_data

CASES = Path(__file__).parent / "cases"


def page(case: str) -> str:
    return (CASES / case / "page.md.txt").read_text(encoding="utf-8")


def expected_of(case: str) -> str:
    return (CASES / case / "expected.yaml").read_text(encoding="utf-8")


def changed(old: str, new: str, case: str = "era-2026") -> str:
    text = page(case)
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_case(case):
    """Every case gives the file that stands beside it, without problems, and with every amount claimed."""
    card, problems, amounts = rate_limits.read_facts(page(case))

    assert expected_of(case) == FORM.encode(card)
    assert [] == problems
    assert 0 == amounts.unclaimed


@pytest.mark.parametrize(("case", "expected"), [("era-2025", (7, 4, 3)), ("era-2026", (8, 6, 2))])
def test_amounts(case, expected):
    """Money and token counts in cells, figures in sentences."""
    amounts = rate_limits.read_facts(page(case))[2]

    assert expected == (amounts.seen, amounts.cells, amounts.notes)


@pytest.mark.parametrize(("case", "expected"), [("era-2025", None), ("era-2026", Decimal("0.4"))])
def test_priority_factor(case, expected):
    """Priority's share of the standard limit, where the page says one."""
    figures = {figure.name: figure.value for figure in rate_limits.read_facts(page(case))[0].figures}
    assert expected == figures.get("priority factor")


def test_reading():
    """The same look as a reading: its sections, no cards, the page's problems and amounts."""
    good = rate_limits.read(page("era-2026"))
    bad = rate_limits.read(changed("25,000", "many"))

    assert ("google/rate-limits", "md.txt", [], 8) == (
        good.source,
        good.representation,
        good.drafts(),
        good.amounts.seen,
    )
    assert [] == good.unread
    assert ["Batch API rate limits"] == [s.title for s in bad.unread]
    assert good.amounts.seen == sum(section.amounts.seen for section in good.sections)


def test_vocabulary_is_offered():
    """Address, renames and fingerprint."""
    assert {"md.txt": "https://ai.google.dev/gemini-api/docs/rate-limits.md.txt?hl=en"} == rate_limits.urls()
    assert {} == rate_limits.renames()
    assert "the body" == rate_limits.fingerprint("the body")


# ---------------------------------------------------------------------------------- not understood


@pytest.mark.parametrize(
    ("old", "new", "kind", "expected"),
    [
        (
            "25,000 |",
            "lots |",
            "cell",
            "Tier 1 / Gemini 9 Pro: expected a usage tier, a model and a count of tokens, saw 'lots'",
        ),
        ("25,000 |", "25,00 |", "cell", "saw '25,00'"),
        ("25,000 |", "0,250 |", "cell", "saw '0,250'"),
        (
            "| Gemini 9 Pro | 25,000 |",
            "| Gemini 9 Pro |  |",
            "cell",
            "unknown group of models 'Gemini 9 Pro', or a limit is missing",
        ),
        ("| Gemini 9 Pro | 25,000 |", "|  | 25,000 |", "cell", "expected a usage tier, a model and a count of tokens"),
        ("| Text-out models |||||", "| Smell-out models |||||", "cell", "unknown group of models 'Smell-out models'"),
        (
            "| Gemini 9 Embedding | 500,000 |",
            "| Gemini 9 Pro | 30,000 |",
            "conflict",
            "two limits for 'Gemini 9 Pro' in Tier 1: 30,000",
        ),
        ("### Tier 1", "### Tier 9", "tab", "batch limits of 'Tier 9', which is not a usage tier"),
        (
            "Paid $110 + 4 days from first successful payment",
            "Paid $110",
            "cell",
            "a qualification of unknown shape: 'Paid $110'",
        ),
        ("Paid $110 + 4 days", "Paid 110 + 4 days", "cell", "a qualification of unknown shape: 'Paid 110 + 4 days"),
        ("Paid $110 + 4 days", "Paid $11,0 + 4 days", "cell", "not an amount: '$11,0'"),
        ("[Link a billing account](https://ai.google.dev/x)", "", "cell", "a qualification of unknown shape: ''"),
        (
            "[Link a billing account](https://ai.google.dev/x)",
            "Wait 3 weeks",
            "cell",
            "a qualification of unknown shape: 'Wait 3 weeks'",
        ),
        ("| $260 |", "| 260 euros |", "cell", "a cap of unknown shape: '260 euros'"),
        ("| $260 |", "| $260 - $300 - $400 |", "cell", "a cap of unknown shape"),
        ("| $260 |", "| $260 - lots |", "cell", "a cap of unknown shape"),
        ("**Tier 2**", "**Tier 1**", "cell", "the usage tier 'Tier 1' stands twice"),
        (
            "## Priority inference rate limits",
            "## Flex inference rate limits",
            "label",
            "unknown section 'Flex inference rate limits'",
        ),
        ("0.4x", "0.4 times", "unclaimed", "a figure of unknown meaning: Priority holds its own"),
        ("holds its own rate", "holds 2 kinds of rate", "unclaimed", "a figure of unknown meaning"),
        ("They depend on many things.", "From $5 on.", "unclaimed", "an amount outside the tables: From $5 on."),
        (
            "They depend on many things.",
            "Flex has 0.5x of them.",
            "unclaimed",
            "an amount outside the tables: Flex has 0.5x of them.",
        ),
        (
            "They depend on many things.",
            "| Model | RPM |\n|---|---|\n| Gemini 9 Pro | 15 |",
            "header",
            "unknown table with the headers Model | RPM",
        ),
        (
            "- **Enqueued",
            "- **Concurrent batch requests:** 5\n- **Enqueued",
            "conflict",
            "concurrent batch requests stands twice with two values",
        ),
        (
            "- **Enqueued",
            "- **Queue:** 7 jobs\n- **Enqueued",
            "unclaimed",
            "a figure of unknown meaning: Queue: 7 jobs",
        ),
    ],
)
def test_not_understood(old, new, kind, expected):
    """Whatever is not known is a problem that names its place, and everything else is still read."""
    _, problems, _ = rate_limits.read_facts(changed(old, new))

    assert kind in {p.kind for p in problems}
    assert [] != [p for p in problems if expected in str(p)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "| Usage tier | Qualification |",
            "| Usage tier | Rules |",
            "Usage tiers: unknown table with the headers Usage tier | Rules | Billing tier cap",
        ),
        (
            "| Model | Batch enqueued tokens |",
            "| Model | Tokens |",
            "Batch API rate limits / Tier 1: unknown table with the headers Model | Tokens",
        ),
        (
            "### Tier 1\n",
            "",
            "Batch API rate limits / Gemini 9 Pro: expected a usage tier, a model and a count of tokens",
        ),
        ("| Gemini 9 Pro | 25,000 |\n| Gemini 9 Embedding | 500,000 |\n", "", "no such tables"),
    ],
)
def test_tables_that_are_all_unknown(old, new, expected):
    """Without one usage tier, or without one batch limit, the page's frame is unknown; the message says what stood there."""
    with pytest.raises(
        LayoutChanged, match=re.escape(f"expected a table of usage tiers and tables of batch limits, saw {expected}")
    ):
        rate_limits.read_facts(changed(old, new))


def test_a_figure_may_stand_twice():
    """The same figure twice with one value is one figure."""
    text = changed("- **Enqueued", "- **Concurrent batch requests:** 1,100\n- **Enqueued")

    assert [] == rate_limits.read_facts(text)[1]


@pytest.mark.parametrize(
    ("old", "new", "unclaimed"),
    [
        ("| $260 |", "| $260 a year |", 1),
        ("They depend on many things.", "$5 or $6, at 0.5x.", 3),
        ("They depend on many things.", "| Model | RPM |\n|---|---|\n| Gemini 9 Pro | 15 |", 1),
        ("0.4x", "0.4 times", 1),
        ("| Gemini 9 Pro | 25,000 |", "| Gemini 9 Pro | 25000 tokens |", 0),
    ],
)
def test_unclaimed_amounts_are_counted(old, new, unclaimed):
    """An amount that nothing accounts for is counted as unclaimed beside its problem."""
    _, problems, amounts = rate_limits.read_facts(changed(old, new))

    assert unclaimed == amounts.unclaimed
    assert [] != problems


def test_columns_are_found_by_header():
    """Columns in another order say the same."""
    table = re.compile(r"^\| (Usage tier|\*\*.*?\*\*) \| (.*?) \| (.*?) \|$", re.MULTILINE)

    card, problems, _ = rate_limits.read_facts(table.sub(r"| \3 | \1 | \2 |", page("era-2026")))
    assert expected_of("era-2026") == FORM.encode(card)
    assert [] == problems


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "empty page"),
        ("\n", "empty page"),
        (
            "<!doctype html><html><head><title>Sign in</title>",
            "representation changed: expected the Markdown twin, saw HTML",
        ),
        ("Not found", r"expected the sections \['usage tiers', 'batch api rate limits'\], saw \[\]"),
        (page("era-2026").replace("## Usage tiers", "## 使用量ティア"), r"expected the sections \['usage tiers'\]"),
        (page("era-2026").split("## Request")[0], "truncated page: .* saw 'how to upgrade to the next tier'"),
        (page("era-2026").split("Each model")[0], "truncated page: .* saw 'request a rate limit increase'"),
        (page("era-2026").replace("| Gemini 9 Pro | 25,000 |", "| Gemini 9 Pro | 25,"), "without its closing bar"),
        (
            page("era-2026").replace("| Gemini 9 Pro | 25,000 |", "| Gemini 9 Pro | 25,000 | 7 |"),
            "a row of 3 cells under 2 headers",
        ),
    ],
)
def test_not_the_page(text, expected):
    """What is not the page, or not all of it, is refused."""
    with pytest.raises(LayoutChanged, match=expected):
        rate_limits.read_facts(text)


# --------------------------------------------------------------------------------------------- the file


def card() -> LimitsCard:
    return replace(rate_limits.read_facts(page("era-2026"))[0], observed=date(2026, 4, 16), capture="sha256:00")


def test_file_round_trip():
    """Decoding what was encoded gives the card, its capture included."""
    text = FORM.encode(card())

    assert card() == FORM.decode(text, "limits.yaml")
    assert 'observed: "2026-04-16"' in text


def test_programs_read_it_back(tmp_path):
    """As JSON, amounts as words."""
    file = tmp_path / "limits.json"
    file.write_text(json.dumps(json_data([card()])), encoding="utf-8")

    assert [card()] == read_json(file)
    assert '"value": "1100"' in file.read_text(encoding="utf-8")


def test_an_empty_card():
    """A card without entries is a file all the same."""
    bare = replace(card(), usage_tiers=(), batch_limits=(), figures=())

    assert bare == FORM.decode(FORM.encode(bare), "limits.yaml")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("schema: 1", "schema: 2", "expected limits of schema 1"),
        ("schema: 1\n", "", "expected limits of schema 1"),
        ("tokens: 25000,", 'tokens: "25000",', "tokens must be a whole number, saw '25000'"),
        ("tokens: 25000,", "tokens: true,", "tokens must be a whole number, saw True"),
        ("tokens: 25000,", "tokens: -1,", "tokens must be a whole number, saw -1"),
        ("tokens: 25000,", "tokens: 2.5,", "must be quoted"),
        ('spent: "110"', "spent: 110", "spent must be a quoted string, saw 110"),
        ('spent: "110"', 'spent: "110.00.1"', "'110.00.1' is not an amount in plain notation"),
        ('spent: "110"', 'spent: "1e3"', "'1e3' is not an amount in plain notation"),
        ('cap_amount: "260"', 'cap_from: "260"', "a cap is one amount or the two ends of a range, saw cap_from"),
        ('cap_amount: "260"', 'cap_amount: "260", cap_up_to: "300"', "a cap is one amount or the two ends of a range"),
        ('cap_from: "21000"', 'cap_from: "210000"', "Tier 2: a cap from 210000 to 110000"),
        (', currency: "USD"', "", "in currency ''"),
        ('currency: "USD"', 'currency: "Dollar"', "in currency 'Dollar'"),
        ('cap: "N/A"', 'cap: "N/A", currency: "USD"', "Free: amounts [] in currency 'USD'"),
        ("observed: ", "seen: ", "not limits of schema 1"),
        ('"2026-04-16"', '"2026-04-31"', "observed must be an ISO date, saw '2026-04-31'"),
        ('"2026-04-16"', '"20260416"', "observed must be an ISO date, saw '20260416'"),
        ("figures:", "numbers:", "not limits of schema 1"),
        ('name: "Free", ', "", "not limits of schema 1"),
        ("usage_tiers:\n", "usage_tiers:\n- 3\n", "not limits of schema 1"),
        ('name: "Free"', 'name: "Tier 1"', "one usage tier stands twice"),
        ('"Gemini 9 Embedding"', '"Gemini 9 Pro"', "one batch limit stands twice"),
        ('"concurrent batch requests"', '"priority factor"', "one figure stands twice"),
        ('usage_tier: "Tier 1"', 'usage_tier: "Tier 7"', "batch limits of unknown usage tiers Tier 7"),
    ],
)
def test_a_file_this_version_does_not_write(old, new, expected):
    """A damaged file is refused with its name and the field."""
    text = FORM.encode(card())
    assert old in text
    with pytest.raises(CodecError, match=r"limits\.yaml") as refused:
        FORM.decode(text.replace(old, new), "limits.yaml")

    assert expected in str(refused.value)


def test_a_file_that_is_no_mapping():
    """A list, or nothing, is no card."""
    with pytest.raises(CodecError, match="expected limits of schema 1"):
        FORM.decode("- 1\n", "limits.yaml")


# ------------------------------------------------------------------------------------- limits of spending

SPENT = [("Tier 1", Decimal(12), 10), ("Tier 2", Decimal(1100), 10)]


def spend(*pairs: tuple[str, str]) -> tuple[list[tuple[str, Decimal, int]], list[str]]:
    """What a page says may be spent in how many minutes, and what of it is not understood."""
    text = page("spend-2026")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    found, problems, amounts = rate_limits.read_facts(text)
    assert bool(problems) or amounts.unclaimed == 0
    return [(x.usage_tier, x.amount, x.minutes) for x in found.spend_limits], [str(x) for x in problems]


PROSE = "What an account spends within a rolling 10 minute window is limited, too."


@pytest.mark.parametrize(
    "pairs",
    [
        [("### Spend-based", "## Spend-based")],
        [(PROSE, "It is limited."), ("| Spend rate limit |", "| Spend rate limit (per 10 minutes, rolling) |")],
        [(PROSE, "It is limited."), ("| Spend rate limit |", "| Spend per 10 minutes |")],
        [(PROSE, "It is limited."), ("| $12 |", "| $12 per 10 minutes |"), ("| $1,100 |", "| $1,100 / 10 minutes |")],
    ],
    ids=["a section of its own", "in brackets", "in the header", "in the cells"],
)
def test_spend_limits_in_other_forms(pairs):
    """The minutes stand in a sentence, the header or the cell."""
    assert (SPENT, []) == spend(*pairs)


def test_spend_limits_as_a_column_of_the_tiers():
    """Beside the cap."""
    head = "| Usage tier | Qualification | Billing tier cap | Spend rate limit (per 10 minutes, rolling) |\n|---|---|---|---|"
    rows = "| Tier 1 | Link a billing account | $260 | $12 |\n| Tier 2 | Ask | $300 | $1,100 |"
    text = re.sub(r"\| Usage tier \| Qualification.*?\n\n", f"{head}\n{rows}\n\n", page("era-2026"), flags=re.DOTALL)
    found, problems, _ = rate_limits.read_facts(text)

    assert ([], SPENT) == (problems, [(x.usage_tier, x.amount, x.minutes) for x in found.spend_limits])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (PROSE, "It is limited.", "expected an amount and the minutes that it is for, saw '$12'"),
        ("10 minute window", "10 minute window, or a 5 minute window,", "saw '$12'"),
        ("| $12 |", "| lots |", "saw 'lots'"),
        ("| $12 |", "|  |", "saw ''"),
        ("| **Tier 2** | $1,100 |", "| **Tier 7** | $1,100 |", "a spend limit of 'Tier 7', which is not a usage tier"),
        ("| **Tier 2** | $1,100 |", "| **Tier 1** | $1,100 |", "two spend limits of 'Tier 1': $1,100"),
        ("| Spend rate limit |", "| Spending |", "unknown table with the headers Usage tier | Spending"),
        (PROSE, f"{PROSE} From $5 on.", "an amount outside the tables"),
    ],
)
def test_spend_limits_that_are_not_understood(old, new, expected):
    """Each is a problem with its place."""
    assert [] != [words for words in spend((old, new))[1] if expected in words and words.startswith("Usage tiers / ")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('usage_tier: "Tier 2", amount', 'usage_tier: "Tier 1", amount', "one spend limit stands twice"),
        ('usage_tier: "Tier 2", amount', 'usage_tier: "Tier 7", amount', "spend limits of unknown usage tiers Tier 7"),
        ("minutes: 10", 'minutes: "10"', "minutes must be a whole number"),
    ],
)
def test_a_file_of_spend_limits_that_is_damaged(old, new, expected):
    """Refused like any other."""
    with pytest.raises(CodecError, match=expected):
        FORM.decode(expected_of("spend-2026").replace(old, new), "limits.yaml")
