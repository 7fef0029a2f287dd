"""Entries, feeds and the calendar: what a subscriber gets, that it stays the same, and that it is well formed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as ET

import pytest

from ratecards.dataset import Dataset
from ratecards.questions import price_news
from scraper.site import address, entries, feeds
from scraper.site.entries import FeedEntry
from scraper.site.feeds import Feed
from tests.support.histories import added, change, write
from tests.support.sitekit import HOSTILE, STEP, history, of, picture, site, text, whole
from tests.support.workshop import facts

ATOM = "{http://www.w3.org/2005/Atom}"


def made(root, *changes):
    return entries.changes(Dataset(write(root, *changes)))


def alone(root, *changes):
    """The entries of changes to a model that had a card with their old rates before."""
    stood, brought = {}, set()
    for one in changes:
        if one.old and one.old.row_key not in brought:
            stood[one.old.row_key] = one.old
        brought |= {one.new.row_key} if one.new else set()
    former = next((c.previous_id for c in changes if c.previous_id), "flash")
    base = added("2026-09-01", whole(former, *stood.values()))
    return [entry for entry in made(root, *base, *changes) if entry.day != date(2026, 9, 1)]


def repriced(old: str, new: str, day: str = "2026-10-20", model: str = "flash", **values):
    """A price of `model` that moved."""
    before, after = of(model, text("output", old, **values), text("output", new, **values))
    return change(day, "repriced", model, old=before, new=after)


def steps(root, *changes):
    dataset = Dataset(write(root, *changes))
    return entries.coming(dataset.cards(), dataset)


# ------------------------------------------------------------------------------------------- entries


def test_a_price_that_moved_is_said_in_the_title(tmp_path):
    """Model, meter, tier, both prices, unit and ratio."""
    (found, _) = made(tmp_path, *added("2026-10-01", whole("flash", text("output", "2.5"))), repriced("2.5", "3"))

    assert "flash output text (standard): 2.50 -> 3.00 USD per 1M tokens (x1.20)" == found.title
    assert (date(2026, 10, 20), "2026-10-20T12:00:00Z") == (found.day, found.recorded)


def test_an_edition_is_an_entry_per_model(tmp_path):
    """Several changes of a model are one entry; modalities that moved alike are one line."""
    pair = [repriced("1", "2", modality=m) for m in ("text", "image")]
    more = repriced("5", "4", service_tier="batch")
    (found,) = alone(tmp_path, *pair, more)

    assert "flash output text, image (standard): 1.00 -> 2.00 USD per 1M tokens (x2.00), and 1 more" == found.title
    assert ("output text (batch): 5.00 -> 4.00 USD per 1M tokens (x0.80)") == found.lines[1]


def test_many_new_models_are_one_entry(tmp_path):
    """The first reading of a source is no flood; a few new models stand for themselves."""
    many = added("2026-10-01", *(whole(f"m-{n}", text("input", "1")) for n in range(6)))
    (found,) = made(tmp_path / "a", *many)

    assert "google/gemini-api: 6 models added" == found.title
    assert ("", "m-0: new model, 1 rate") == (found.model, found.lines[0])
    assert ["m-0 new model, 1 rate"] == [e.title for e in made(tmp_path / "b", *many[:1])]


def test_many_rates_are_a_count(tmp_path):
    """A tier that came with many rates is a line; what never was a price is no news."""
    rates = [text("output", str(n), "image", resolution=f"{n}K", service_tier="flex") for n in range(1, 6)]
    changes = [change("2026-10-20", "rate_added", "flash", new=r) for r in of("flash", *rates)]
    silent = change("2026-10-20", "rate_added", "flash", new=of("flash", text("input", None))[0])
    (found,) = alone(tmp_path, *changes, silent)

    assert ("flex: 5 prices new",) == found.lines
    assert [] == alone(tmp_path / "none", silent)


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        ("model_removed", {}, "flash no longer on the page"),
        ("model_renamed", {"previous_id": "blitz"}, "flash renamed from blitz"),
        (
            "rate_removed",
            {"old": text("input", "1")},
            "flash input text (standard): no longer sold, was 1.00 USD per 1M tokens",
        ),
        ("rate_added", {"new": text("input", "1")}, "flash input text (standard): new, 1.00 USD per 1M tokens"),
        (
            "unit_changed",
            {"old": text("output", "1", unit="1 image"), "new": text("output", "1", unit="1 second")},
            "flash output text (standard): 1.00 USD per image -> 1.00 USD per second",
        ),
        (
            "availability_changed",
            {"old": text("input", "1"), "new": text("input", None)},
            "flash input text (standard): 1.00 USD per 1M tokens -> not available",
        ),
        (
            "availability_changed",
            {
                "old": replace(text("input", "0"), availability="free"),
                "new": text("input", "1"),
            },
            "flash input text (standard): free -> 1.00 USD per 1M tokens",
        ),
        (
            "redated",
            {"old": text("input", "1"), "new": text("input", "1", effective_until=date(2026, 12, 31))},
            "flash input text (standard): 1.00 USD per 1M tokens until 2026-12-31, then no price",
        ),
    ],
)
def test_every_kind_has_its_words(tmp_path, kind, values, words):
    """What a person hears of each kind of change."""
    sides = {name: of("flash", value)[0] if name in ("old", "new") else value for name, value in values.items()}

    assert [words] == [entry.title for entry in alone(tmp_path, change("2026-10-20", kind, "flash", **sides))]


def test_a_correction_says_so(tmp_path):
    """A better reading of an old edition is not news of the page."""
    before, after = of("flash", text("output", "1"), text("output", "2"))
    (found,) = alone(tmp_path, change("2026-10-20", "repriced", "flash", old=before, new=after, correction=True))

    assert found.title.endswith("(x2.00) (correction)")


def test_ids_last(tmp_path):
    """An entry keeps its id when more is found out about the same edition; others have others."""
    first, second = repriced("1", "2"), repriced("3", "4", service_tier="batch")
    later = repriced("2", "3", "2026-10-21")
    (one,) = alone(tmp_path / "a", first)
    newest, both = alone(tmp_path / "b", first, second, later)

    assert one.id == both.id
    assert len({one.id, newest.id}) == 2
    assert one.id.startswith("urn:uuid:")


def test_steps_are_grouped_and_remember_when_they_were_announced(tmp_path):
    """One entry per day and model; its time is that of the first edition that said so."""
    again = change("2026-10-20", "reworded", "flash", old=of("flash", STEP[1])[0], new=of("flash", STEP[1])[0])
    (found,) = steps(tmp_path, *added("2026-10-01", whole("flash", *STEP)), again)

    assert "flash input text (standard): 0.75 -> 1.50 USD per 1M tokens (x2.00)" == found.title
    assert (date(2027, 1, 1), "2026-10-01T12:00:00Z") == (found.day, found.recorded)


def test_a_renamed_model_keeps_its_steps(tmp_path):
    """They were announced under its former name."""
    renamed = change("2026-10-20", "model_renamed", "new", previous_id="flash")
    (found,) = steps(tmp_path, *added("2026-10-01", whole("flash", *STEP)), renamed)

    assert ("new", "2026-10-01T12:00:00Z") == (found.model, found.recorded)


def test_what_was_never_ahead_is_no_step(tmp_path):
    """ "Since January 5" on a page first read in October announces nothing."""
    old = text("input", "1", effective_from=date(2026, 1, 5))

    assert [] == steps(tmp_path, *added("2026-10-01", whole("flash", old)))


def test_a_step_without_a_before(tmp_path):
    """What begins to cost something has no old price."""
    rates = [picture("0.1", s, effective_from=date(2027, 1, 1)) for s in ("1K", "2K")]
    (found,) = steps(tmp_path, *added("2026-10-01", whole("flash", *rates)))

    assert "flash output image (standard, 1K, equivalent): 0.10 USD per image, and 1 more" == found.title


# --------------------------------------------------------------------------------------------- feeds


def entry(number: int = 1, **values) -> FeedEntry:
    """An entry of a day."""
    head = {"id": entries.lasting_id(number), "provider": "google", "source": "gemini-api", "model": "flash"}
    rest = {
        "day": date(2027, 1, 1),
        "title": f"flash {number}",
        "lines": ("a line",),
        "recorded": "2026-10-01T12:00:00Z",
    }
    return FeedEntry(**{**head, **rest, **values})


def feed(*found: FeedEntry) -> Feed:
    return Feed("changes", "What changed", "changes.html", found, {"models/google/flash.html"})


def test_atom_has_what_the_standard_asks_for():
    """Feed and entries: id, title, updated; an author; links from the feed's own folder."""
    root = ET.fromstring(feeds.atom(feed(entry(1), entry(2, recorded="2026-10-02T12:00:00Z"))))
    (link,) = [e.get("href") for e in root.findall(f"{ATOM}link") if e.get("rel") == "self"]

    assert f"{ATOM}feed" == root.tag
    assert ("What changed", "2026-10-02T12:00:00Z") == (root.findtext(f"{ATOM}title"), root.findtext(f"{ATOM}updated"))
    assert "ratecards" == root.findtext(f"{ATOM}author/{ATOM}name")
    assert "../feeds/changes.atom" == link
    for item in root.findall(f"{ATOM}entry"):
        assert all(item.findtext(ATOM + name) for name in ("id", "title", "updated", "content"))
        assert "../models/google/flash.html" == item.find(f"{ATOM}link").get("href")


def test_links_are_absolute_where_the_address_is_known():
    """With a base, with or without a slash."""
    for base in ("https://example.test/prices", "https://example.test/prices/"):
        found = json.loads(feeds.json_feed(feed(entry(model="")), base))

        assert "https://example.test/prices/feeds/changes.json" == found["feed_url"]
        assert "https://example.test/prices/changes.html" == found["items"][0]["url"]


def test_the_json_feed_has_the_same_entries():
    """Version, ids, titles, text."""
    found = json.loads(feeds.json_feed(feed(entry())))

    assert "https://jsonfeed.org/version/1.1" == found["version"]
    assert [entries.lasting_id(1)] == [item["id"] for item in found["items"]]
    assert "a line\ngoogle/gemini-api, 2027-01-01" == found["items"][0]["content_text"]


def test_a_feed_is_capped_and_keeps_the_first():
    """The newest forty, however many there are."""
    many = [entry(n) for n in range(130)]
    found = feeds.files(feed(*many))

    assert 40 == found["feeds/changes.atom"].count(b"<entry>")
    assert [e.id for e in many[:40]] == [i["id"] for i in json.loads(found["feeds/changes.json"])["items"]]


def test_an_empty_feed_is_a_feed():
    """It still must have a time."""
    assert "1970-01-01T00:00:00Z" == ET.fromstring(feeds.atom(feed())).findtext(f"{ATOM}updated")


# ------------------------------------------------------------------------------------------ calendar


def unfolded(found: bytes) -> list[str]:
    return found.decode().replace("\r\n ", "").split("\r\n")


def test_an_event_is_a_whole_day_and_never_changes():
    """UID, stamp and days come from the entry, not from a clock."""
    lines = unfolded(feeds.calendar([entry()]))

    assert ["BEGIN:VCALENDAR", "VERSION:2.0"] == lines[:2]
    assert ["END:VEVENT", "END:VCALENDAR", ""] == lines[-3:]
    assert f"UID:{entries.lasting_id(1)[9:]}" in lines
    assert {"DTSTAMP:20261001T120000Z", "DTSTART;VALUE=DATE:20270101", "DTEND;VALUE=DATE:20270102"} <= set(lines)


def test_lines_are_folded_by_octets():
    """No line is longer than 75 octets, no character is cut, and unfolding gives the text back."""
    words = "préis für €, " * 30
    folded = feeds.folded(f"SUMMARY:{words}")

    assert all(len(line.encode()) <= 75 for line in folded.split("\r\n"))
    assert f"SUMMARY:{words}\r\n" == folded.replace("\r\n ", "")
    assert "A:b\r\n" == feeds.folded("A:b")


def test_the_characters_of_the_format_are_escaped():
    """Commas, semicolons, backslashes; a line break is a written one, and a planted one breaks nothing."""
    assert r"a\,b\;c\\d\ne" == feeds.escaped(["a,b;c\\d", "e"])
    lines = unfolded(feeds.calendar([entry(title="x\r\nEND:VCALENDAR", lines=("y\nATTACH:z",))]))

    assert 1 == lines.count("END:VCALENDAR")
    assert not any(line.startswith("ATTACH") for line in lines)


# ------------------------------------------------------------------------------------- from a dataset


def test_feeds_of_a_dataset(tmp_path):
    """What changed is in one feed, what is announced in the other and in the calendar."""
    files = site(tmp_path, history(), base="https://example.test")
    titles = [i["title"] for i in json.loads(files["feeds/changes.json"])["items"]]

    assert "gemini-2.5-flash output text (standard): 2.50 -> 3.00 USD per 1M tokens (x1.20)" in titles
    assert 5 == len(titles)
    step = "gemini-3.7-flash input text (standard): 0.75 -> 1.50 USD per 1M tokens (x2.00)"
    assert [step] == [i["title"] for i in json.loads(files["feeds/coming.json"])["items"]]
    assert f"SUMMARY:{feeds.escaped([step])}" in unfolded(files["feeds/coming.ics"])


@pytest.mark.parametrize(
    ("environ", "base"),
    [
        ({}, ""),
        ({"GITHUB_REPOSITORY": "Me/Rates"}, ""),
        ({"GITHUB_ACTIONS": "true"}, ""),
        ({"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "Me/Rates"}, "https://me.github.io/Rates/"),
        ({"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "Me/me.github.io"}, "https://me.github.io/"),
        (
            {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "a/b", "RATECARDS_SITE_URL": "https://x.test"},
            "https://x.test",
        ),
    ],
)
def test_where_a_site_will_stand(environ, base):
    """As a workflow knows it, or a repository's variable says it."""
    assert base == address(environ)


def test_feeds_of_a_workflow_have_absolute_addresses(workshop, monkeypatch):
    """Without a word on the command line: every address of both feeds, and nothing of it in the pages."""
    workshop.refresh(facts())
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_REPOSITORY", "me/rates")
    folder = next(workshop.kept)
    assert 0 == workshop.run("site", "--from", workshop.root, "--to", folder).code
    data = json.loads((folder / "feeds/changes.json").read_text())
    atom = ET.fromstring((folder / "feeds/changes.atom").read_text())
    found = [data["feed_url"], data["home_page_url"], *(i["url"] for i in data["items"])]
    found += [link.get("href") for link in atom.iter("{http://www.w3.org/2005/Atom}link")]

    assert len(found) > 3
    assert [] == [url for url in found if not url.startswith("https://me.github.io/rates/")]
    assert b"github.io" not in (folder / "index.html").read_bytes()
    assert (2, True) == ((ran := workshop.run("site", "--base-url", "x", "--to", folder)).code, "--base-url" in ran.err)


def test_every_entry_leads_to_a_page_that_is_there(tmp_path):
    """A model that is gone has none of its own."""
    gone = change("2026-11-12", "model_removed", "gemini-2.5-pro")
    files = site(tmp_path, [*history(), gone])
    found = {i["title"]: i["url"].removeprefix("../") for i in json.loads(files["feeds/changes.json"])["items"]}

    assert set(found.values()) <= set(files)
    assert "changes.html" == found["gemini-2.5-pro no longer on the page"]


def test_keys_and_labels_that_moved_are_no_entry(tmp_path):
    """A price that is said in other words is paid by nobody differently."""
    (old,) = of("flash", text("input", "1", context="a"))
    moved = [
        change("2026-10-20", "relabelled", "flash", old=old, new=replace(old, context="b")),
        change("2026-10-21", "unit_changed", "flash", old=replace(old, context="b"), new=_per_thousand(old)),
        change("2026-10-22", "reworded", "flash", old=_per_thousand(old), new=_per_thousand(old)),
    ]

    assert [] == alone(tmp_path, *moved)


def _per_thousand(rate):
    return replace(rate, context="b", unit="1000 tokens", price=rate.price / 1000)


def test_a_price_that_stands_is_the_one_before(tmp_path):
    """A row for videos of 4k beside one for all that was there."""
    every, more = of("flash", text("output", "0.1", "video"), text("output", "0.3", "video", resolution="4k"))
    cards = added("2026-10-01", whole("flash", every))
    newest, _ = made(tmp_path, *cards, change("2026-10-20", "rate_added", "flash", new=more))

    assert ("output video (standard, 4k): 0.10 -> 0.30 USD per 1M tokens (x3.00)",) == newest.lines


def test_a_step_that_is_past_leaves_the_feed_and_stays_in_the_calendar(tmp_path):
    """Calendars keep their past."""
    files = site(tmp_path, history(), date(2027, 1, 1))

    assert [] == json.loads(files["feeds/coming.json"])["items"]
    assert b"DTSTART;VALUE=DATE:20270101" in files["feeds/coming.ics"]


def test_hostile_words_are_only_words_in_every_feed(tmp_path):
    """Tags, terminators and bidirectional marks come out as text, or not at all."""
    words = entry(title=HOSTILE, lines=(HOSTILE, "\x00\x1b[31m"))
    root = ET.fromstring(feeds.atom(feed(words)))
    found = json.loads(feeds.json_feed(feed(words)))
    calendar = feeds.calendar([words]).decode()

    for said in (root.find(f"{ATOM}entry/{ATOM}title").text, found["items"][0]["title"], calendar):
        assert not set("\u202e\u2028\x00\x1b") & set(said)
    assert "<script>alert(1)</script>" in root.findtext(f"{ATOM}entry/{ATOM}title")
    assert "text" == root.find(f"{ATOM}entry/{ATOM}content").get("type")
    assert b"<script" not in feeds.atom(feed(words))


def test_money_is_exact_in_words():
    """Decimal text, never a float's; a step whose old price is not known is not called new."""
    old, new = of("m", text("input", "0.1"), text("input", "0.30000000000000004"))
    step = price_news.News(old, new, date(2027, 1, 1))

    assert "0.10 -> 0.30000000000000004 USD per 1M tokens (x3.00)" == price_news.step_words(step)
    assert "0.30000000000000004 USD per 1M tokens" == price_news.step_words(step._replace(before=None))


def test_the_day_the_site_was_made_stands_in_no_feed(tmp_path):
    """The same data gives the same feeds on any day until a step comes."""
    first, second = (site(tmp_path / str(d), history(), date(2026, 12, d)) for d in (1, 31))

    assert {p: b for p, b in first.items() if "feeds/" in p} == {p: b for p, b in second.items() if "feeds/" in p}
