"""The deprecations page in the dataset: kept as one card, published as `lifecycle.json`, and used by who reads cards."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ratecards.__main__ import main
from ratecards.errors import DatasetError
from ratecards.model import RateCard
from ratecards.model.lifecycle import lines, read
from ratecards.storage.history import line, replay
from scraper.publish.dataset import DEPRECATIONS
from scraper.report import messages
from scraper.report.alerts import of_run, parsed
from scraper.report.run_report import load
from scraper.storage.card_files import encode
from tests.sources.deprecations.test_deprecations import built
from tests.support.histories import added, card, rate
from tests.support.workshop import Ran, outcomes, tree

CARD = f"ratecards/cards/{DEPRECATIONS}/lifecycle.yaml"
FLASH, PRO = "gemini-9-flash", "gemini-9-pro"


def page(*rows: str) -> str:
    """A page with these rows (model, release, shutdown, successor) in one section, and three more sections."""
    keys = ("model", "release", "shutdown", "successor")
    models = [dict(zip(keys, map(str.strip, row.split("|")), strict=True)) for row in rows]
    others = [
        {
            "title": "## Managed agents" if name == "imagen-9" else f"## {name}",
            "models": [dict(zip(keys, (name, "-", "No shutdown date announced", "-"), strict=True))],
        }
        for name in ("veo-9", "lyria-9", "imagen-9")
    ]
    return built({"prose": [], "sections": [{"title": "## Gemini 9 models", "models": models}, *others]})


FIRST = (f"{FLASH} | May 1, 2026 | Earliest May 2027 | ", f"{PRO} | June 1, 2026 | No shutdown date announced | ")
LATER = (f"{FLASH} | May 1, 2026 | July 9, 2027 | gemini-10", FIRST[1])


@dataclass
class Desk:
    """Looks at the deprecations page over one dataset, which has cards of both models."""

    root: Path
    run: Callable[..., Ran]

    @property
    def data(self) -> Path:
        return self.root / "data"

    def look(self, day: str, text: str) -> tuple[str, int]:
        folder = self.root / day / DEPRECATIONS
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{day}T06-00-00Z.md.txt").write_text(text, encoding="utf-8")
        place = ("--replay", self.root / day, "--to", self.data, "--now", f"{day}T06:00:00Z")
        place += ("--report", self.root / "report.json")
        self.ran = self.run("refresh", DEPRECATIONS, *place)
        return outcomes(self.ran.out)[DEPRECATIONS], self.ran.code

    @property
    def content(self) -> dict[str, Any]:
        return json.loads((self.data / "ratecards/v1/lifecycle.json").read_text(encoding="utf-8"))

    @property
    def published(self) -> dict[str, dict[str, Any]]:
        return {entry["model"]: entry for entry in self.content["lifecycle"]}


@pytest.fixture
def desk(run, tmp_path) -> Desk:
    found = Desk(tmp_path, run)
    cards = [
        card(model, rate(model, price="1"), observed=date(2026, 10, 1), capture="sha256:0") for model in (FLASH, PRO)
    ]
    history = found.data / "ratecards/history/google/gemini-api.jsonl"
    history.parent.mkdir(parents=True)
    changes = added("2026-10-01", *cards)
    history.write_text("".join(map(line, changes)), encoding="utf-8")
    for one in replay(changes).values():
        _keep(found.data, one)
    return found


def _keep(root: Path, one: RateCard) -> None:
    path = root / f"ratecards/cards/google/gemini-api/{one.model}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(encode(one), encoding="utf-8")


def test_the_first_look_is_published(desk):
    """An entry per model: the first day, or that none is announced; with its words, place and day."""
    assert ("NEW", 0) == desk.look("2026-11-01", page(*FIRST))
    assert {
        "provider": "google",
        "source": "deprecations",
        "offer": "google/gemini-api",
        "model": FLASH,
        "release": "2026-05-01",
        "earliest": "2027-05-01",
        "quote": f"{FLASH} | May 1, 2026 | Earliest May 2027",
        "locator": f"Gemini 9 models / {FLASH}",
        "observed": "2026-11-01",
        "recorded": "2026-11-01T06:00:00Z",
    } == desk.published[FLASH]
    assert {"release"} == desk.published[PRO].keys() & {"release", "shutdown", "earliest", "successor"}


def copied(desk: Desk, day: str, text: str) -> str:
    """What becomes of a mirror's copy of a day."""
    path = desk.root / f"{day}.converted.md"
    path.write_text(text, encoding="utf-8")
    place = ("--to", desk.data, "--now", "2026-11-05T06:00:00Z")
    return outcomes(desk.run("backfill", DEPRECATIONS, path, *place).out)[DEPRECATIONS]


def test_a_copy_is_taken_until_the_page_itself_is_read(desk, capsys):
    """It says so everywhere, and the page takes its place even where it says the same."""
    assert "NEW" == copied(desk, "2026-10-01", page(*FIRST))
    assert (True, "2026-10-01") == tuple(desk.published[FLASH][name] for name in ("copied", "observed"))
    assert 'parser: "copy 1"' in tree(desk.data)[CARD].decode()
    assert "CHANGED" == copied(desk, "2026-10-02", page(FIRST[0]))
    assert 0 == main(["show", FLASH, "--on", "2026-10-03", "--dataset", str(desk.data)])
    assert "as observed 2026-10-01, read from a copy of the page)" in " ".join(capsys.readouterr().out.split())

    assert ("CHANGED", 0) == desk.look("2026-11-01", page(FIRST[0]))
    assert (None, "2026-10-01") == tuple(desk.published[FLASH].get(name) for name in ("copied", "observed"))
    assert "SKIPPED" == copied(desk, "2026-11-02", page(*LATER))
    assert "2027-05-01" == desk.published[FLASH]["earliest"]


def test_what_says_the_same_stays(desk):
    """A page with other words, or with one other day, leaves the entries that say what they said as they were."""
    desk.look("2026-11-01", page(*FIRST))
    before = tree(desk.data)
    same = desk.look("2026-11-02", page(*FIRST).replace("that we sell", "of ours"))
    kept = tree(desk.data)
    moved = desk.look("2026-11-03", page(*LATER))

    assert [("UNCHANGED", 0), ("CHANGED", 0)] == [same, moved]
    assert before[CARD] == kept[CARD]
    assert ("2026-11-03", "2027-07-09", "gemini-10") == tuple(
        desk.published[FLASH][name] for name in ("observed", "shutdown", "successor")
    )
    assert "2026-11-01" == desk.published[PRO]["observed"]
    package = json.loads((desk.data / "ratecards/v1/datapackage.json").read_text(encoding="utf-8"))
    assert ("2026-11-03", "2026-11-03T06:00:00Z") == (package["observed"], package["created"])


def test_a_day_that_moved_is_news_and_an_alert(desk):
    """Told with what the page said before, until that day; the first contents are none, nor is a model without a day."""
    told = {}
    pages = {
        "2026-11-01": page(*FIRST),
        "2026-11-02": page(*FIRST, "gemini-9-nano | - | No shutdown date announced | "),
        "2026-11-03": page(*LATER, "gemini-9-lite | - | June 1, 2027 | "),
        "2026-11-04": page(LATER[0], FIRST[1]),
        "2026-11-05": page(LATER[0].replace("July 9, 2027", "No shutdown date announced"), FIRST[1]),
    }
    for day, text in pages.items():
        desk.look(day, text)
        facts = load(desk.root / "report.json")
        told[day] = (messages.lines(messages.all_news(facts)), [(a.do, a.key, a.title) for a in of_run(facts, [])])

    quiet, moved = ([], []), f"{FLASH}: to be shut down on 2027-07-09, which was: may be shut down from 2027-05-01 on"
    new = "gemini-9-lite: to be shut down on 2027-06-01"
    gone = f"{FLASH}: no shutdown announced, which was: to be shut down on 2027-07-09"
    key = f"end:google/deprecations:{FLASH}"
    assert {
        "2026-11-01": quiet,
        "2026-11-02": quiet,
        "2026-11-03": (
            [moved, new],
            [("open", key, moved), ("open", "end:google/deprecations:gemini-9-lite", new)],
        ),
        "2026-11-04": quiet,
        "2026-11-05": ([gone], [("open", key, gone)]),
    } == told
    assert "1 shutdown announced otherwise" == messages.headline(facts)


def test_an_alert_of_an_end_is_over_on_its_day(desk):
    """And told again where the day moves once more; a person may close it, and it stays closed."""
    desk.look("2026-11-01", page(*FIRST))
    desk.look("2026-11-02", page(*LATER))
    facts = load(desk.root / "report.json")
    (action,) = of_run(facts, [])
    assert "by [the page](https://ai.google.dev/gemini-api/docs/deprecations.md.txt?hl=en)" in action.body
    items = {"number": 1, "state": "open", "title": action.title, "body": action.body}
    assert [] == of_run(facts, parsed([items])) == of_run(facts, parsed([{**items, "state": "closed"}]))
    desk.look("2026-11-03", page(LATER[0].replace("July 9", "August 9"), LATER[1]))
    again = of_run(load(desk.root / "report.json"), parsed([{**items, "state": "closed"}]))
    assert ["reopen"] == [a.do for a in again]
    days = {
        day: of_run(replace(facts, at=f"{day}T06:00:00Z", sources=[]), parsed([items]))
        for day in ("2027-07-08", "2027-07-09")
    }
    assert [[], ["close"]] == [[a.do for a in done] for done in days.values()]
    nowhere = {**items, "body": items["body"].replace("about=2027-07-09", "about=none")}
    assert [] == of_run(replace(facts, at="2030-01-01T06:00:00Z", sources=[]), parsed([nowhere]))


def test_an_unread_row_keeps_what_was_published_of_it(desk):
    """The others go on; a model that is gone from what was read is gone."""
    desk.look("2026-11-01", page(*FIRST))
    bad = page(f"{FLASH} | May 1, 2026 | soon | ", f"{PRO} | June 1, 2026 | June 9, 2028 | ")
    assert ("PARTLY_READ", 4) == desk.look("2026-11-02", bad)
    assert f"Gemini 9 models / {FLASH}: expected a shutdown day, saw 'soon'" in desk.ran.out
    assert ("2027-05-01", "2028-06-09") == (desk.published[FLASH]["earliest"], desk.published[PRO]["shutdown"])
    assert ("CHANGED", 0) == desk.look("2026-11-03", page(FIRST[0]))
    assert [FLASH, "veo-9", "lyria-9", "imagen-9"] == list(desk.published)


def test_what_was_said_of_a_model_that_has_ended_stays(desk):
    """With the day since when the page has its row no more, until it has it again; what had not ended goes."""
    ended = ("gemini-8 | May 1, 2025 | June 9, 2026 | gemini-9-flash", "gemini-7 | - | Earliest June 2026 | ")
    ahead = "gemini-9-lite | - | December 9, 2026 | "
    desk.look("2026-11-01", page(*FIRST, *ended, ahead))
    for day in ("2026-11-02", "2026-11-03"):
        assert (0, "2026-11-02") == (desk.look(day, page(*FIRST))[1], desk.published["gemini-8"]["gone"])
        assert {"gemini-8", "gemini-7"} < set(desk.published)
        assert "gemini-9-lite" not in desk.published
    assert ("gemini-9-flash", "2026-11-01") == tuple(desk.published["gemini-8"][n] for n in ("successor", "observed"))
    assert (
        "listed no more since 2026-11-02"
        in lines(replace(card("gemini-8"), lifecycle=read(desk.content)["google/gemini-api"]["gemini-8"]))[0]
    )
    desk.look("2026-11-04", page(*FIRST, ended[0]))
    assert (None, "2026-11-04") == (desk.published["gemini-8"].get("gone"), desk.published["gemini-8"]["observed"])
    assert "2026-11-02" == desk.published["gemini-7"]["gone"]


def test_words_about_all_days_leave_all_as_it_was(desk):
    """What stands above the first section may mean every day."""
    desk.look("2026-11-01", page(*FIRST))
    odd = page(*LATER).replace("\n\n## Gemini", "\n\nAll dates are postponed.\n\n## Gemini", 1)
    assert ("PARTLY_READ", 4) == desk.look("2026-11-02", odd)
    assert "2027-05-01" == desk.published[FLASH]["earliest"]


def test_an_older_page_changes_nothing(desk, run):
    """A kept one is taken in only where it is newer than what stands."""
    desk.look("2026-11-01", page(*LATER))
    before = tree(desk.data)
    path = desk.root / "2026-10-20.md.txt"
    path.write_text(page(*FIRST), encoding="utf-8")
    ran = run("backfill", DEPRECATIONS, path, "--to", desk.data, "--now", "2026-11-02")
    assert (5, True) == (ran.code, "but the last edition read is of 2026-11-01" in ran.out)
    assert before == tree(desk.data)
    newer = desk.root / "2026-11-05.md.txt"
    newer.write_text(page(*FIRST), encoding="utf-8")
    assert 0 == run("backfill", DEPRECATIONS, newer, "--to", desk.data, "--now", "2026-11-06").code
    assert "2026-11-05" == desk.published[FLASH]["observed"]


def test_a_damaged_card_is_a_verdict(desk):
    """Never written over: git has it."""
    desk.look("2026-11-01", page(*FIRST))
    (desk.data / CARD).write_text("<<<<<<< HEAD\n", encoding="utf-8")
    assert ("DAMAGED", 1) == desk.look("2026-11-02", page(*LATER))
    assert "damaged lifecycles, restore them from git: " in desk.ran.out


def test_the_reader_goes_by_it(desk):
    """From the day on which it was observed, and recorded, on: the day, its words, and what takes the model's place."""
    from ratecards.dataset import Dataset

    desk.look("2026-11-01", page(*FIRST))
    desk.look("2026-11-03", page(*LATER))
    dataset = Dataset(desk.data / "ratecards")
    ends = {day: dataset.find(FLASH, date(2026, *day))[0].shutdown for day in ((10, 2), (11, 3))}
    known = dataset.known(date(2026, 11, 2)).sources["google/gemini-api"].on(date(2026, 11, 3)).card(FLASH)

    assert ends[10, 2] is None
    assert (date(2027, 7, 9), "gemini-10", "google/deprecations") == (ends[11, 3].day, *ends[11, 3][1::2][:2])
    assert known.shutdown is None
    upcoming = json.loads((desk.data / "ratecards/v1/upcoming.json").read_text(encoding="utf-8"))["shutdowns"]
    assert [("2027-07-09", FLASH, "google/deprecations", "2026-11-03")] == [
        (one["on"], one["model"], one["said_by"], one["observed"]) for one in upcoming
    ]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"version": 2, "lifecycle": []}',
        '{"version": 1, "lifecycle": {}}',
        "[]",
        '{"version": 1, "lifecycle": [{"offer": "a/b"}]}',
        '{"version": 1, "lifecycle": [{"provider": 1}]}',
    ],
)
def test_a_damaged_file_is_an_error_that_names_it(desk, text):
    """Never taken for silence."""
    from ratecards.dataset import Dataset

    desk.look("2026-11-01", page(*FIRST))
    path = desk.data / "ratecards/v1/lifecycle.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError, match=r"lifecycle\.json: not lifecycles of version 1"):
        Dataset(desk.data / "ratecards").find(FLASH)
