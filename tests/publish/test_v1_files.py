"""The published files: columns, bytes, days, and that a page's words are nothing but words in any of them."""

from __future__ import annotations

import csv
import html
import io
import json
import random
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from markdown_it import MarkdownIt

from ratecards.escaping import visible
from ratecards.model import COLUMNS, RateCard, row
from ratecards.storage.history import Change
from scraper.model import State
from scraper.publish.v1_files import change_data, family, files, rate_json, rates_csv
from tests.support.kit import DAY, card, change, formula, rate
from tests.test_escaping import HOSTILE, INVISIBLE

NAME = "google/gemini-api"
UNTIL, FROM = date(2026, 12, 31), date(2027, 1, 1)
FLASH = card(
    rate("0.5", prompt_up_to=200_000),
    rate("1", prompt_over=200_000),
    rate("0", plan="free", availability="free", quote="Free of charge"),
    rate("0.75", meter="output", effective_until=UNTIL),
    rate("1.5", meter="output", effective_from=FROM),
    rate(None, meter="cache_read"),
    rate(None, meter="cache_storage", service_tier="batch"),
    rate(None, meter="cache_read", service_tier="flex"),
    rate(None, meter="cache_read", service_tier="flex", modality="audio"),
    rate(None, meter="cache_read", service_tier="batch"),
    model="gemini-3.1-flash",
    name="Gemini 3.1 Flash",
    last_updated=date(2026, 10, 30),
    notices=("Preview: may change.",),
)
VEO = card(rate("0.4", unit="1 second", meter="output", modality="video"), model="veo-3.1", name="Veo 3.1")
GPT = card(rate("2", source="openai-api", provider="openai"), model="gpt-5", provider="openai", source="openai-api")
ALL = [FLASH, VEO, GPT]
STATES = {
    NAME: State(
        amounts={"seen": 9, "read": 9},
        unread=["veo-2"],
        last_updated="2026-10-30",
        capture="sha256:0",
        parser="1",
        verified="2026-11-01",
        observed="2026-11-01T06:17:00Z",
    )
}
LOG = [change("model_added", model=c.model, card=c, provider=c.provider, source=c.source) for c in ALL]


def published(
    several: list[RateCard] = ALL, log: list[Change] = LOG, day: date = DAY, states: dict[str, State] = STATES
) -> dict[str, str]:
    """The files of a dataset on a day."""
    return files(several, log, states, day)


def shuffled(found: RateCard, seed: int) -> RateCard:
    """The card with its rates in another order."""
    return replace(found, rates=tuple(random.Random(seed).sample(found.rates, len(found.rates))))


# ---------------------------------------------------------------------------------------------- all files


def test_the_files_there_are():
    """Four for programs, one page per family for people."""
    assert {
        "rates.json",
        "rates.csv",
        "changes.json",
        "upcoming.json",
        "tables/gemini-3.1.md",
        "tables/veo.md",
        "tables/openai-api-gpt.md",
    } == set(published())


def test_no_cards():
    """An empty dataset has files, too."""
    empty = published([], [])

    assert {"version": 1, "upcoming": [], "undated": [], "shutdowns": []} == json.loads(empty["upcoming.json"])
    assert '"sources": {},\n"rates": []}\n' == empty["rates.json"].partition('pricing",\n')[2]
    assert ",".join(COLUMNS) + "\n" == empty["rates.csv"]
    assert {"rates.json", "rates.csv", "changes.json", "upcoming.json"} == set(empty)


@pytest.mark.parametrize("seed", range(3))
def test_the_same_data_has_the_same_bytes(seed):
    """However cards, rates and counts come in, and on whatever day before the next step."""
    several = random.Random(seed).sample([shuffled(c, seed) for c in ALL], len(ALL))
    states = {NAME: replace(STATES[NAME], amounts={"read": 9, "seen": 9}, verified="2026-11-09", observed="x")}

    assert published() == published(several, day=UNTIL, states=states)


def test_a_step_drops_out_on_its_day():
    """It is announced up to the day before, and no other file changes with the day."""
    before, after = published(day=UNTIL), published(day=FROM)

    assert [("2027-01-01", "gemini-3.1-flash")] == [
        (s["on"], s["model"]) for s in json.loads(before["upcoming.json"])["upcoming"]
    ]
    assert [] == json.loads(after["upcoming.json"])["upcoming"]
    assert ["upcoming.json"] == [path for path in before if before[path] != after[path]]


# ---------------------------------------------------------------------------------------------- rates


def test_the_table_has_the_contract_s_columns():
    """The contract, in its order; one line per rate, in the table's order."""
    header, *rows = csv.reader(io.StringIO(published()["rates.csv"]))

    assert (
        "provider,source,model,service_tier,plan,meter,modality,unit,resolution,quality,prompt_over,prompt_up_to,"
        "used_over,used_up_to,period,context,basis,availability,price,currency,effective_from,effective_until,quote,"
        "locator,reading"
    ) == ",".join(header)
    assert [list(row(r).values()) for c in ALL[:2] for r in c.rates] == rows[:11]
    assert ["openai", "openai-api", "gpt-5"] == rows[11][:3]
    assert 12 == len(rows)


def test_rates_for_programs():
    """The same rows as records, without what is empty, under a version and what is known of each source."""
    data = json.loads(published()["rates.json"])
    first = data["rates"][0]

    assert (1, 12) == (data["version"], len(data["rates"]))
    assert {n: v for n, v in row(FLASH.rates[0]).items() if v not in ("", "exact")} == first
    assert {
        "url": "https://example.test/pricing",
        "observed": "2026-11-01",
        "expires": "2026-11-04",
        "models": 2,
        "rates": 11,
        "amounts": {"read": 9, "seen": 9},
        "unread": ["veo-2"],
        "last_updated": "2026-10-30",
        "capture": "sha256:0",
        "parser": "1",
    } == data["sources"][NAME]
    assert {"models": 1, "rates": 1, "amounts": {}}.items() <= data["sources"]["openai/openai-api"].items()


def test_the_three_numbers_that_must_not_be_confused():
    """Free is 0; what is not available has no price; neither is left out."""
    records = json.loads(published()["rates.json"])["rates"]

    assert ["0"] == [r["price"] for r in records if r["availability"] == "free"]
    assert [False] * 5 == ["price" in r for r in records if r["availability"] == "not_available"]


# ---------------------------------------------------------------------------------------------- lines


def test_one_record_a_line():
    """A reviewer sees one line per rate, source, change and step."""
    found = published()
    lines = found["rates.json"].splitlines()

    assert 12 == sum(line.startswith('{"provider": ') for line in lines)
    assert 2 == sum(line.startswith(('"google/', '"openai/')) for line in lines)
    assert 3 == sum(line.startswith('{"kind": ') for line in found["changes.json"].splitlines())
    assert 1 == sum(line.startswith('{"on": ') for line in found["upcoming.json"].splitlines())
    for line in lines:
        if line.startswith("{"):
            assert isinstance(json.loads(line.rstrip(",") + ("}" if line.endswith("1,") else "")), dict)


@pytest.mark.parametrize(
    "words",
    ['[{"a": 1}, {"b": 2}]', "x}]", "[{", '}, {"', "},\n{", "]}\n", "a\u2028b\x85c", "\u202e", *HOSTILE.values()],
)
def test_no_words_break_a_line(words):
    """Whatever a page prints, the files are JSON, say the same words, and have as many lines."""
    quoted = rate(quote=words, locator=words, context=words)
    one = card(quoted, rate("1", meter="output", effective_from=FROM, quote=words))
    log = [change("repriced", old=quoted, new=replace(quoted, price=Decimal(3)), fields=((words, words, words),))]
    found, plain = published([one], log), published([card(rate(), rate("1", meter="output", effective_from=FROM))], log)
    record = json.loads(found["rates.json"])["rates"][0]

    assert (words, words, words or None) == (record["quote"], record["locator"], record.get("context"))
    assert [words] * 3 == json.loads(found["changes.json"])["changes"][0]["fields"][0]
    for path in ("rates.json", "changes.json", "upcoming.json", "rates.csv"):
        assert len(plain[path].splitlines()) == len(found[path].splitlines())
        assert None is INVISIBLE.search(found[path].replace("\n", ""))


def test_records_alone():
    """For the command that reads one page: a list, one record a line."""
    text = rate_json([rate(), rate("1", meter="output")])

    assert ["input", "output"] == [r["meter"] for r in json.loads(text)]
    assert 4 == len(text.splitlines())
    assert "[]\n" == rate_json([])


# ---------------------------------------------------------------------------------------------- changes


def test_a_new_model():
    """How many rates it came with; the rates themselves stand in rates.json."""
    assert {
        "kind": "model_added",
        "provider": "google",
        "source": "gemini-api",
        "model": "flash",
        "observed": "2026-11-01",
        "recorded": "2026-11-01T12:00:00Z",
        "announced": True,
        "rates": 2,
        "capture": "sha256:01",
    } == change_data(change("model_added", card=card(rate(), rate(meter="output"))))


def test_a_new_price():
    """The key once, flat; both values with unit, dates and words; how many times."""
    found = change_data(
        change("repriced", old=rate("0.5"), new=rate("1", effective_from=FROM, prompt_over=None), previous_id="old")
    )

    assert {"service_tier": "standard", "plan": "paid", "meter": "input", "basis": "list"}.items() <= found.items()
    assert ("2", "2027-01-01", "old", True) == tuple(
        found[n] for n in ("ratio", "effective", "previous_id", "announced")
    )
    assert {
        "unit": "1000000 tokens",
        "availability": "priced",
        "price": "0.5",
        "currency": "USD",
        "quote": "$0.5",
        "locator": "flash / Standard / Input price",
    } == found["old"]
    assert ("1", "2027-01-01") == (found["new"]["price"], found["new"]["effective_from"])
    assert {"unit", "price", "quote"}.isdisjoint(found)


RATIOS = {
    "falls": (rate("4.5"), rate("3.6"), "0.8"),
    "rounded": (rate("3"), rate("1"), "0.3333"),
    "the same": (rate("1"), rate("1.0"), None),
    "to zero": (rate("1"), rate("0"), "0"),
    "unit": (rate("1"), rate("1000", unit="1 image"), None),
    "from zero": (rate("0"), rate("1"), None),
}


@pytest.mark.parametrize(("old", "new", "expected"), RATIOS.values(), ids=RATIOS)
def test_ratios(old, new, expected):
    """In four decimals at most, and only where there is one."""
    assert expected == change_data(change("repriced", old=old, new=new)).get("ratio")


def test_a_new_label_shows_the_old_one():
    """The key is the new rate's; where the old one's was another, the old values say so."""
    found = change_data(change("relabelled", old=rate(context="long"), new=rate(resolution="1K")))

    assert ("1K", None, False) == (found["resolution"], found.get("context"), found["announced"])
    assert ("long", None) == (found["old"]["context"], found["old"].get("resolution"))
    assert "resolution" not in found["new"]


def test_what_goes_and_what_comes():
    """One side only; the key is that of the side there is."""
    added = change_data(change("rate_added", new=rate(meter="tuning")))
    removed = change_data(change("rate_removed", old=rate(meter="tuning")))

    assert ("tuning", "tuning") == (added["meter"], removed["meter"])
    assert {"new"} == {"old", "new"} & set(added)
    assert {"old"} == {"old", "new"} & set(removed)


def test_metadata_and_corrections():
    """Fields by name; a correction says so."""
    found = change("card_changed", card=card(), fields=(("name", "a", "b"),))
    found = replace(found, stamp=replace(found.stamp, correction=True))

    assert ([["name", "a", "b"]], True, False) == tuple(
        change_data(found)[n] for n in ("fields", "correction", "announced")
    )
    assert "rates" not in change_data(found)
    assert "rates" not in change_data(change("model_added"))


def test_only_recent_changes():
    """The last two thousand; the whole log is the history file."""
    log = [change("model_removed", model=f"m-{n}") for n in range(2001)]
    data = json.loads(published(log=log)["changes.json"])
    found = data["changes"]

    assert 1 == data["version"]
    assert (2000, "m-1", "m-2000") == (len(found), found[0]["model"], found[-1]["model"])


def test_what_is_paid_is_told_beside_what_stood():
    """Each edition beside the card as it was then, under the name that it had; of a model that went nothing is known."""
    every, audio = rate("1"), rate("3", modality="audio")
    dearer = replace(every, price=Decimal(2))
    old_audio = replace(audio, model="preview")
    days = [DAY + timedelta(days=n) for n in range(6)]
    log = [
        change("model_added", model="preview", card=card(replace(every, model="preview")), day=days[0]),
        change("rate_added", model="preview", new=old_audio, day=days[1]),
        change("model_renamed", previous_id="preview", day=days[2]),
        change("repriced", old=every, new=dearer, day=days[3]),
        change("stepped", old=every, new=dearer, day=days[4]),
        change("rate_removed", old=audio, day=days[5]),
        change("rate_removed", model="gone", old=replace(every, model="gone"), day=days[0]),
    ]
    found = json.loads(published([card(dearer)], log)["changes.json"])["changes"]
    paid = [(c["paid"]["before"], c["paid"]["after"]) for c in found if "paid" in c]

    assert [("1", "3"), ("1", "2"), ("3", "2"), ("1", "not_available")] == paid


def test_a_step():
    """Its day, the key, and both sides."""
    [found] = json.loads(published()["upcoming.json"])["upcoming"]

    assert ("2027-01-01", "output", "0.75", "1.5") == (
        found["on"],
        found["meter"],
        found["before"]["price"],
        found["after"]["price"],
    )
    assert {"price", "unit", "quote", "effective_from"}.isdisjoint(found)


def test_a_step_from_nothing():
    """A price that begins without one that ends."""
    [found] = json.loads(published([card(rate("1", effective_from=FROM))])["upcoming.json"])["upcoming"]

    assert (None, "1") == (found["before"], found["after"]["price"])


# ---------------------------------------------------------------------------------------------- pages


@pytest.mark.parametrize(
    ("model", "values", "expected"),
    [
        ("gemini-3.1-flash-image-preview", {}, "gemini-3.1"),
        ("gemini-3-flash", {}, "gemini-3"),
        ("gemini-nano-banana-2.1", {}, "gemini"),
        ("veo-3.1-generate-preview", {}, "veo"),
        ("tools", {}, "tools"),
        ("4o-mini", {}, "4o-mini"),
        ("gemini-3.1-flash", {"source": "vertex-ai"}, "vertex-ai-gemini-3.1"),
        ("gpt-5", {"provider": "openai", "source": "openai-api"}, "openai-api-gpt"),
        ("gemini-3", {"provider": "laozhang"}, "gemini-api-gemini-3"),
    ],
)
def test_families(model, values, expected):
    """The page a model stands on; other sources' pages are named by them."""
    assert expected == family(card(model=model, **values))


def test_a_page():
    """A title, then per model a head, its notices, its prices, and what has none."""
    assert """\
# gemini-3.1

Quoted cells: Google's documentation, CC BY 4.0, https://ai.google.dev/gemini-api/docs/pricing.

## Gemini 3.1 Flash

`gemini-3.1-flash` · google/gemini-api · observed 2026-11-01, page last updated 2026-10-30

> Preview\\: may change.

| tier | plan | meter | conditions | price | unit | quote |
|---|---|---|---|---:|---|---|
| standard | paid | input | prompt &lt;= 200000 | 0.5 | 1000000 tokens | \\$0.5 |
| standard | paid | input | prompt &gt; 200000 | 1 | 1000000 tokens | \\$1 |
| standard | paid | output | until 2026-12-31 | 0.75 | 1000000 tokens | \\$0.75 |
| standard | paid | output | from 2027-01-01 | 1.5 | 1000000 tokens | \\$1.5 |
| standard | free | input |  | 0 | 1000000 tokens | Free of charge |

No price: cache read (batch, paid), cache read (flex, paid), cache read (standard, paid), cache storage (batch, paid).
""" == published()["tables/gemini-3.1.md"]


def test_a_page_of_several_models():
    """By id, one section each; a model without notices or gaps has no line for them."""
    page = published([VEO, card(rate("9"), model="veo-2", name="Veo 2")])["tables/veo.md"]

    assert ["## Veo 2", "## Veo 3.1"] == [line for line in page.splitlines() if line.startswith("## ")]
    assert "No price" not in page
    assert "> " not in page
    assert "\n\n\n" not in page


def rendered(text: str) -> str:
    """Markdown as GitHub's renderer reads it, tables included."""
    return MarkdownIt("commonmark").enable("table").render(text)


def shown(text: str) -> str:
    """A page's words as a reader sees them, the joiners taken out that break links."""
    words = html.unescape(re.sub(r"<[^>]+>", "", text)).replace("\u2060", "").replace("\u200b", "")
    return " ".join(words.split())


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_no_words_are_markup_on_a_page(words):
    """Rendered, a hostile name, notice, condition and quote are text in their places and nothing else."""
    hostile = card(rate(quote=words, context=words), name=words, notices=(words,), formulas=(formula(),))
    plain = card(rate(quote="q", context="q"), name="q", notices=("q",))
    page, other = (rendered(files([c], [], {}, DAY)["tables/flash.md"]) for c in (hostile, plain))
    cells = re.findall(r"<td[^>]*>(.*?)</td>", page, re.DOTALL)
    places = [*re.findall(r"<h2>(.*?)</h2>", page), *re.findall(r"<blockquote>(.*?)</blockquote>", page, re.DOTALL)]
    expected = " ".join(visible(words).split())

    assert re.findall(r"<[^>]+>", other) == re.findall(r"<[^>]+>", page)
    assert [expected] * 4 == [shown(place) for place in (*places, cells[3], cells[6])]


def test_a_spreadsheet_opens_no_formula():
    """Every field of the table, whatever a page printed into it."""
    hostile = [card(rate(quote=w, locator=w, context=w, resolution=w)) for w in HOSTILE.values()]
    text = rates_csv(r for c in hostile for r in c.rates)
    rows = list(csv.reader(io.StringIO(text)))

    assert len(HOSTILE) + 1 == len(rows) == len(text.splitlines())
    assert [] == [f for r in rows for f in r if f.lstrip().startswith(("=", "+", "-", "@", "＝"))]


def test_sources_are_told_apart():
    """The same id in two sources is two cards, each counted for its own and on a page of its own."""
    both = [VEO, replace(VEO, source="vertex-ai", rates=tuple(replace(r, source="vertex-ai") for r in VEO.rates))]
    found = published(both)

    assert {NAME: 1, "google/vertex-ai": 1} == {
        n: s["models"] for n, s in json.loads(found["rates.json"])["sources"].items()
    }
    assert {"tables/veo.md", "tables/vertex-ai-veo.md"} <= set(found)
