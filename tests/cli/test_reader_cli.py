"""The reader's commands, as typed: what they print for people, what for programs, and how they refuse."""

from __future__ import annotations

import csv
import io
import json
import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ratecards import model
from ratecards.__main__ import main
from ratecards.cli import options
from ratecards.model import Formula
from tests.support.histories import added, card, change, rate, write

TODAY = date(2026, 11, 22)
LATER = date(2027, 1, 1)
Run = Callable[..., str]

OLD, NEW = rate(price="0.25", quote="$0.25 (text)"), rate(price="0.5", quote="$0.50 (text)")
PROMO = rate("flash", "output", "0.75", effective_until=date(2026, 12, 31), quote="$0.75 through December 31, 2026.")
FULL = rate("flash", "output", "1.5", effective_from=LATER, quote="$1.50 starting January 1, 2027.")
UNDATED = rate("flash", "output", "1.5")
MISSING = rate("flash", "tuning", None, quote="Not available")
FREE = rate("flash", "input", "0", plan="free", availability="free", quote="Free of charge")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two models; flash is repriced and gets 19 flex rates on 2026-03-24, lite comes and goes."""
    flash = card("flash", OLD, PROMO, FULL, MISSING, FREE, name="Flash", aliases=("flash-latest",))
    flex = [rate(service_tier="flex", prompt_over=n, prompt_up_to=n + 1) for n in range(18)]
    flex.append(rate(meter="tuning", price=None, service_tier="flex"))
    return write(
        tmp_path,
        *added("2026-01-01", flash, card("lite", rate("lite"), name="Lite")),
        change("2026-03-24", "repriced", old=OLD, new=NEW),
        *(change("2026-03-24", "rate_added", new=r) for r in flex),
        change("2026-03-24", "reworded", old=PROMO, new=PROMO),
        change("2026-04-01", "model_removed", "lite"),
    )


@pytest.fixture
def run(root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the dataset in 100 columns and give what it printed."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("RATECARDS_DATASET", str(root))

    def command(*argv: str, status: int = 0, told: str | None = "") -> str:
        assert status == main(argv, today=TODAY)
        out, err = capsys.readouterr()
        assert told in (None, out if status else err)
        return err if status else out

    return command


def seen(day: str, days: int) -> str:
    """The line on how old an answer is: without a status the newest edition is the last look."""
    return f"Last looked at: google/gemini-api {day} ({days} day{'s' * (days != 1)} old)."


AGE = {"verified": "2026-04-01", "age_days": 235, "stale": False}
GRADED = {**AGE, "grade": "official"}


def spelt(row: dict[str, object]) -> dict[str, object]:
    """A row as CSV has it."""
    return {**row, "age_days": str(row["age_days"]), "stale": "no"}


def records(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


class TestModels:
    def test_one_line_per_model(self, run: Run) -> None:
        """Name, tiers, free plan, number of rates, when read and when last in the news; by source."""
        assert run("models").splitlines() == [
            "  model  name   tiers  free  rates  observed    changed",
            "google gemini-api: 1 model",
            "  flash  Flash  S-F-   yes      24  2026-03-24  2026-03-24",
            "tiers: S standard, B batch, F flex, P priority; free: has a free plan; shutdown: announced",
            seen("2026-04-01", 235),
        ]

    def test_as_of_a_day(self, run: Run) -> None:
        """On an earlier day the models and their news are those of that day."""
        assert run("models", "--on", "2026-03-23").splitlines()[2:4] == [
            "  flash  Flash  S---   yes       5  2026-01-01  2026-01-01",
            "  lite   Lite   S---   no        1  2026-01-01  2026-01-01",
        ]

    def test_for_programs(self, run: Run) -> None:
        """JSON keeps types, CSV spells them."""
        row = {
            "provider": "google",
            "source": "gemini-api",
            "model": "flash",
            "name": "Flash",
            "tiers": ["standard", "flex"],
            "free_plan": True,
            "rates": 24,
            "observed": "2026-03-24",
            "last_changed": "2026-03-24",
            "shutdown": "",
            "successor": "",
            "released": "",
            "may_end": "",
            **GRADED,
        }

        assert [row] == json.loads(run("models", "--format", "json"))
        words = {"tiers": "standard flex", "free_plan": "yes", "rates": "24"}
        assert [{**spelt(row), **words}] == records(run("models", "--format", "csv"))

    def test_wording_is_no_news(self, root: Path, run: Run) -> None:
        """A reworded cell moves the day observed, not the day of the last change."""
        reworded = change("2026-05-01", "reworded", "pro", old=rate("pro"), new=rate("pro", quote="$.50"))
        write(root, *added("2026-01-01", card("pro", rate("pro"))), reworded)

        (row,) = json.loads(run("models", "--format", "json"))
        assert ("2026-05-01", "2026-01-01") == (row["observed"], row["last_changed"])


class TestShow:
    def test_a_card_to_read(self, run: Run) -> None:
        """Head, then rates by tier and plan; what is not available takes one line."""
        assert run("show", "flash", "--tier", "standard").splitlines() == [
            "Flash: flash",
            "Also called flash-latest",
            "Source: google gemini-api, as observed 2026-03-24 (last change); page last updated 2026-03-24;",
            "  prices in USD",
            seen("2026-04-01", 235),
            "https://example.test/pricing",
            "",
            "  meter   conditions                price  unit       quote",
            "standard, paid plan",
            "  input                              0.50  1M tokens  $0.50 (text)",
            "  output  current until 2026-12-31   0.75  1M tokens  $0.75 through December 31, 2026.",
            "  output  from 2027-01-01            1.50  1M tokens  $1.50 starting January 1, 2027.",
            "  not available: tuning",
            "standard, free plan",
            "  input                              free  1M tokens  Free of charge",
        ]

    def test_another_day_has_another_current_half(self, run: Run) -> None:
        """The half that has run out is marked, the other is current."""
        text = run("show", "flash", "--tier", "standard", "--on", "2027-01-01")

        assert "output  ended 2026-12-31           0.75" in text
        assert "output  current since 2027-01-01   1.50" in text

    def test_today_decides_without_a_day(self, run: Run) -> None:
        """The hidden option overrides the clock, and what `main` was told."""
        assert "current since 2027-01-01" in run("show", "flash", "--today", "2027-06-01")

    def test_all_rates(self, run: Run) -> None:
        """With --all what is not available has its line."""
        text = run("show", "flash", "--all", "--tier", "standard", "--plan", "paid")

        assert "  tuning                            not available  1M tokens  Not available\n" in text
        assert "not available: " not in text

    def test_an_alias_is_said_to_be_one(self, run: Run) -> None:
        """The card comes under its own id, with a line about the name that was asked for."""
        lines = run("show", "flash-latest").splitlines()

        assert ["Flash: flash", "flash-latest is another name of flash."] == lines[:2]
        assert "Also called" not in lines[2]

    def test_images_of_a_model_beside_what_is_kept_by_hand(self, root: Path, run: Run) -> None:
        """Who answers sells tokens alone; the images that a person keeps of the model stand beside it, from no other source."""
        of, manual = {"provider": "openai"}, (("manual", "copied"),)
        sold = rate("pic", "output", "40", modality="image", source="openai-api", **of)
        by_hand = rate("pic", "output", "0.1", modality="image", unit="1 image", source="image-guide", **of)
        hand = card("pic", by_hand, source="image-guide", facts=manual, **of)
        write(root, *added("2026-01-01", card("pic", sold, source="openai-api", **of)), source="openai-api", **of)
        write(root, *added("2026-01-01", hand), source="image-guide", **of)

        assert "pic (openai/image-guide, as observed 2026-01-01)" in run("images", "pic")
        assert "no price of an image" in run("images", "pic", "--source", "openai-api", status=2)

    def test_the_rest_of_the_head(self, root: Path, run: Run) -> None:
        """Notices, facts, the sentences behind formulas once each, and what becomes of the data."""
        sentence = "Output images consume 1120 tokens."
        formulas = tuple(Formula(quote=sentence, unit="1 image", tokens=1120, resolution=r) for r in ("1K", "2K"))
        head = {
            "anchor": "pro",
            "notices": ("Shut down soon.",),
            "facts": (("uplift", "10 %"),),
            "formulas": formulas,
            "used_to_improve": (("free", "yes"), ("paid", "no")),
        }
        write(root, *added("2026-01-01", card("pro", **head)))

        assert run("show", "pro").splitlines() == [
            "Pro: pro",
            "Source: google gemini-api, as observed 2026-01-01 (last change); page last updated 2026-01-01",
            seen("2026-01-01", 325),
            "Notice: Shut down soon.",
            "Fact: uplift: 10 %",
            f"Note: {sentence}",
            "Used to improve the provider's products: free plan yes, paid plan no",
            "https://example.test/pricing#pro",
            "",
            "No such rates.",
        ]

    def test_modalities_of_one_cell_share_a_line(self, root: Path, run: Run) -> None:
        """The table draws a printed cell once; a cell of its own stays apart."""
        cell = [rate("pro", modality=m, quote="$0.50 (text, image)") for m in ("text", "image")]
        write(root, *added("2026-01-01", card("pro", *cell, rate("pro", modality="audio", price="1"))))

        assert run("show", "pro").splitlines()[-2:] == [
            "  input  text, image   0.50  1M tokens  $0.50 (text, image)",
            "  input  audio         1.00  1M tokens  $1",
        ]

    def test_partly_available_meters_say_which_part(self, root: Path, run: Run) -> None:
        """Where a meter has a price elsewhere, what is missing is told in detail."""
        rates = [
            rate("veo", "output", "0.4", resolution="720p", unit="1 second"),
            rate("veo", "output", None, resolution="4k", unit="1 second"),
            rate("veo", "output", None, modality="audio", unit="1 second"),
            rate("veo", "tuning", None),
            rate("veo", "tuning", None, modality="video"),
        ]
        write(root, *added("2026-01-01", card("veo", *rates)))

        assert "  not available: output (4k), output audio, tuning\n" in run("show", "veo")

    def test_rates_for_programs_are_the_flat_table(self, run: Run) -> None:
        """Every row, with the columns of the contract in order; also what the table collapses."""
        argv = ("show", "flash", "--tier", "standard")
        rows = [{**model.row(r), "observed": "2026-03-24", **GRADED} for r in (NEW, PROMO, FULL, MISSING, FREE)]

        assert rows == json.loads(run(*argv, "--format", "json"))
        text = run(*argv, "--format", "csv")
        assert ",".join((*model.COLUMNS, "observed", *GRADED)) == text.splitlines()[0]
        assert [spelt(row) for row in rows] == records(text)

    def test_one_of_several_sources(self, root: Path, run: Run) -> None:
        """Every source has its card; --source chooses one."""
        write(
            root, *added("2026-01-01", card("flash", rate(source="vertex-ai"), source="vertex-ai")), source="vertex-ai"
        )

        assert 2 == run("show", "flash").count("Source: google ")
        assert 1 == run("show", "flash", "--source", "google/vertex-ai").count("Source: google vertex-ai")

    def test_a_source_without_that_model(self, root: Path, run: Run) -> None:
        """The message says which sources have it."""
        write(root, *added("2026-01-01", card("pro", source="vertex-ai")), source="vertex-ai")

        message = run("show", "flash", "--source", "vertex-ai", status=2)
        expected = "flash: expected a card from google/vertex-ai, saw one from google/gemini-api"
        assert f"ratecards: {expected}\n" == message


class TestChanges:
    def test_news_by_edition_and_model(self, run: Run) -> None:
        """A price has its line, what can be counted is counted, wording is left out."""
        assert run("changes").splitlines() == [
            "2026-01-01  google gemini-api",
            "  flash: new model, 5 rates",
            "  lite: new model, 1 rate",
            "2026-03-24  google gemini-api",
            "  flash",
            "    input (standard)  0.25 -> 0.50 USD per 1M tokens (x2.00)",
            "    flex              18 prices new",
            "2026-04-01  google gemini-api",
            "  lite: no longer on the page",
            seen("2026-04-01", 235),
        ]

    def test_days_bound_the_news(self, run: Run) -> None:
        """Both days count."""
        assert "2026-03-24" == run("changes", "--since", "2026-03-24", "--until", "2026-03-31")[:10]
        assert "2026-04-01" == run("changes", "--since", "2026-03-25", "--until", "2026-04-01")[:10]

    def test_nothing_is_said(self, run: Run) -> None:
        """No news is a line, not nothing; programs get an empty list."""
        bounds = ("--since", "2026-03-25", "--until", "2026-03-31")

        age = seen("2026-03-24", 7) + "\n"
        assert "No price changes; --all also lists changes of wording.\n" + age == run("changes", *bounds)
        assert "No changes.\n" + age == run("changes", "--all", *bounds)
        assert "[]\n" == run("changes", "--format", "json", *bounds, told=f"ratecards: {age}")

    def test_prices_that_moved_by_so_much(self, run: Run) -> None:
        """Up or down, at least; new models and prices are no moves."""
        # https://github.com/dgtlmoon/changedetection.io/issues/2331
        assert run("changes", "--by", "100").splitlines() == [
            "2026-03-24  google gemini-api",
            "  flash",
            "    input (standard)  0.25 -> 0.50 USD per 1M tokens (x2.00)",
            seen("2026-04-01", 235),
        ]
        assert "No price moved by 100.1 % or more.\n" == run("changes", "--by", "100.1").splitlines(keepends=True)[0]
        assert ["repriced"] == [row["kind"] for row in json.loads(run("changes", "--by", "10", "--format", "json"))]

    def test_everything_that_was_recorded(self, run: Run) -> None:
        """--all also has what is no news."""
        assert "    output (standard, until 2026-12-31): reworded\n" in run("changes", "--all")

    def test_every_row_for_programs(self, run: Run) -> None:
        """Old and new, ratio, days and quotes; 19 rates are 19 rows."""
        rows = json.loads(run("changes", "--since", "2026-03-24", "--model", "flash-latest", "--format", "json"))

        assert 20 == len(rows)
        expected = {
            "kind": "repriced",
            "model": "flash",
            "meter": "input",
            "old_price": "0.25",
            "new_price": "0.5",
            "ratio": "2",
            "effective": "",
            "observed": "2026-03-24",
            "recorded": "2026-03-24T12:00:00Z",
            "old_quote": "$0.25 (text)",
            "new_quote": "$0.50 (text)",
            "correction": False,
        }
        assert expected == {name: rows[0][name] for name in expected}
        spelt = [{n: "no" if v is False else str(v) for n, v in row.items()} for row in rows]
        assert spelt == records(run("changes", "--since", "2026-03-24", "--model", "flash", "--format", "csv"))

    def test_model_rows_for_programs(self, run: Run) -> None:
        """A new model says how many rates it came with; its other columns are empty."""
        row = json.loads(run("changes", "--until", "2026-01-01", "--format", "json"))[0]

        filled = {name: value for name, value in row.items() if value != "" and value is not False}
        assert filled == {
            "kind": "model_added",
            "provider": "google",
            "source": "gemini-api",
            "model": "flash",
            "observed": "2026-01-01",
            "recorded": "2026-01-01T12:00:00Z",
            "rates": 5,
            "verified": "2026-01-01",
            "age_days": 0,
        }

    def test_ratios_have_four_places(self, root: Path, run: Run) -> None:
        """A third is 0.3333, a step to free is 0."""
        third = change("2026-02-01", "repriced", "a", old=rate("a", price="3"), new=rate("a", price="1"))
        free = rate("a", price="0", availability="free")
        gone = change("2026-03-01", "availability_changed", "a", old=rate("a", price="1"), new=free)
        write(root, *added("2026-01-01", card("a", rate("a", price="3"))), third, gone)

        rows = json.loads(run("changes", "--since", "2026-02-01", "--format", "json"))
        assert ["0.3333", "0"] == [row["ratio"] for row in rows]

    def test_each_kind_has_its_words(self, root: Path, run: Run) -> None:
        """What can be said of the model stands beside its name, what is no price in a sentence after the prices."""
        a, b, c, d = (rate("m", price="1", context=x) for x in ("global", "long", "short", "thinking"))
        image = rate("m", price="2", context="long", unit="1 image")
        free = rate("m", price="0", context="short", availability="free")
        dated = rate("m", price="1", context="thinking", effective_from=LATER)
        other = rate("m", price="2", context="longer", unit="1 image")
        changes = [
            *added("2026-01-01", card("m", a, b, c, d)),
            change("2026-02-01", "rate_removed", "m", old=a),
            change("2026-02-01", "unit_changed", "m", old=b, new=image),
            change("2026-02-01", "availability_changed", "m", old=c, new=free),
            change("2026-02-01", "redated", "m", old=d, new=dated),
            change("2026-03-01", "redated", "m", old=dated, new=d, correction=True),
            change("2026-03-01", "card_changed", "m", card=card("m"), fields=(("notices.x", "", "printed"),)),
            change("2026-03-02", "card_changed", "m", card=card("m", anchor="m")),
            change("2026-03-03", "kept", "m"),
            change("2026-03-04", "relabelled", "m", old=image, new=other),
            change("2026-03-05", "relabelled", "m", old=other, new=image),
            change("2026-03-05", "reworded", "m", old=d, new=d),
            change("2026-03-06", "stepped", "m", old=free, new=d),
            change("2026-03-07", "model_renamed", "n", previous_id="m", correction=True),
        ]
        write(root, *changes)

        assert run("changes", "--all", "--since", "2026-02-01").splitlines() == [
            "2026-02-01  google gemini-api",
            "  m",
            "    input (standard, global)                 no longer sold, was 1.00 USD per 1M tokens",
            "    input (standard, long)                   1.00 USD per 1M tokens -> 2.00 USD per image",
            "    input (standard, short)                  1.00 USD per 1M tokens -> free",
            "    input (standard, thinking)               no longer sold, was 1.00 USD per 1M tokens; 1.00 from",
            "                                             2027-01-01",
            "2026-03-01  google gemini-api",
            "  m: card changed: notices",
            "    input (standard, thinking) [correction]  new, 1.00 USD per 1M tokens",
            "2026-03-02  google gemini-api",
            "  m: card changed: place on the page",
            "2026-03-03  google gemini-api",
            "  m: kept",
            "2026-03-04  google gemini-api",
            "  m: 1 rate said in other words, no price moved",
            "2026-03-05  google gemini-api",
            "  m: 1 rate said in other words, no price moved",
            "    input (standard, thinking): reworded",
            "2026-03-06  google gemini-api",
            "  m",
            "    input (standard, thinking)               free -> 1.00 USD per 1M tokens, took effect",
            "2026-03-07  google gemini-api",
            "  n: renamed from m [correction]",
            seen("2026-03-07", 260),
        ]
        fields = {row["fields"] for row in json.loads(run("changes", "--all", "--format", "json"))}
        assert {"", "notices.x: '' -> 'printed'"} == fields
        assert 13 == len(
            json.loads(run("changes", "--all", "--since", "2026-02-01", "--model", "m", "--format", "json"))
        )

    def test_many_reworded_rates_are_counted(self, root: Path, run: Run) -> None:
        """With the tiers that they are of; a corrected card says so."""
        rates = [rate("m", meter, tier_price) for meter, tier_price in zip(("input", "output"), "12", strict=True)]
        rates += [replace(r, service_tier="batch") for r in rates]
        quiet = [change("2026-02-01", "reworded", "m", old=r, new=r) for r in rates]
        better = change(
            "2026-02-01", "card_changed", "m", card=card("m"), fields=(("name", "a", "M"),), correction=True
        )
        write(root, *added("2026-01-01", card("m", *rates)), *quiet, better)

        expected = "  m: 4 rates reworded (standard, batch); card changed: name [correction]"
        assert expected == run("changes", "--all", "--since", "2026-02-01").splitlines()[1]
        nothing = f"No price changes; --all also lists changes of wording.\n{seen('2026-02-01', 294)}\n"
        assert nothing == run("changes", "--since", "2026-02-01")

    def test_a_price_that_moves_under_another_label_is_told(self, root: Path, run: Run) -> None:
        """Labels are no news by themselves, and belong to what is paid."""
        old, new, more = (rate("m", price=p, resolution=r) for p, r in (("1", ""), ("1", "1K"), ("2", "2K")))
        moved = [
            change("2026-02-01", "relabelled", "m", old=old, new=new),
            change("2026-02-01", "rate_added", "m", new=more),
        ]
        write(root, *added("2026-01-01", card("m", old)), *moved)

        found = run("changes", "--since", "2026-02-01")
        assert ["    input (standard, 2K)  1.00 -> 2.00 USD per 1M tokens (x2.00)"] == found.splitlines()[2:-1]
        rows = json.loads(run("changes", "--since", "2026-02-01", "--format", "json"))
        assert ["rate_added"] == [row["kind"] for row in rows]

    def test_one_cell_repriced_is_one_line(self, root: Path, run: Run) -> None:
        """Modalities that moved together share a line."""
        pairs = [[rate(modality=m, price=p) for p in ("1", "2")] for m in ("text", "image")]
        moves = [change("2026-02-01", "repriced", old=old, new=new) for old, new in pairs]
        write(root, *added("2026-01-01", card("flash", *(old for old, _ in pairs))), *moves)

        lines = run("changes", "--since", "2026-02-01").splitlines()
        assert ["    input text, image (standard)  1.00 -> 2.00 USD per 1M tokens (x2.00)"] == lines[2:-1]


class TestDiff:
    def test_the_net_difference(self, run: Run) -> None:
        """Between two days, whatever happened in between; a model that came and went is not there."""
        assert run("diff", "2026-01-01", "2026-11-22").splitlines() == [
            "2026-01-01 to 2026-11-22  google gemini-api",
            "  flash",
            "    input (standard)  0.25 -> 0.50 USD per 1M tokens (x2.00)",
            "    flex              18 prices new",
            "  lite: no longer on the page",
            seen("2026-04-01", 235),
        ]

    def test_prices_are_those_of_the_second_day(self, root: Path, run: Run) -> None:
        """Halved until the end of the year: on a day of this year, and on one of the next."""
        moved = [change("2026-11-01", "rate_added", new=PROMO), change("2026-11-01", "redated", old=UNDATED, new=FULL)]
        write(root, *added("2026-01-01", card("flash", UNDATED)), *moved)

        line = "    output (standard)  1.50 -> 0.75 USD per 1M tokens (x0.50) until 2026-12-31, then 1.50"
        assert [line] == run("diff", "2026-01-01", "2026-11-22").splitlines()[2:-1]
        assert not [said for said in run("diff", "2026-01-01", "2027-02-01").splitlines() if "->" in said]

    def test_no_difference(self, run: Run) -> None:
        """The same words on both days are a line, and for programs an empty list."""
        nothing = f"No difference between 2026-04-01 and 2026-05-01.\n{seen('2026-04-01', 30)}\n"
        assert nothing == run("diff", "2026-04-01", "2026-05-01")
        age = f"ratecards: {seen('2026-04-01', 30)}\n"
        assert "[]\n" == run("diff", "2026-04-01", "2026-05-01", "--format", "json", told=age)

    def test_there_and_back_is_no_difference(self, root: Path, run: Run) -> None:
        """Two changes that cancel leave nothing."""
        up, down = (
            change(day, "repriced", old=a, new=b) for day, a, b in (("2026-02-01", OLD, NEW), ("2026-03-01", NEW, OLD))
        )
        write(root, *added("2026-01-01", card("flash", OLD)), up, down)

        assert "No difference" in run("diff", "2026-01-01", "2026-03-01")

    def test_a_step_that_came_due_is_a_difference(self, run: Run) -> None:
        """The page did not change, the price did."""
        (row,) = json.loads(run("diff", "2026-12-31", "2027-01-01", "--format", "json"))

        assert ("stepped", "0.75", "1.5", "2") == tuple(row[n] for n in ("kind", "old_price", "new_price", "ratio"))
        assert "" == row["observed"]

    def test_a_step_whose_old_half_was_dropped(self, root: Path, run: Run) -> None:
        """The half that ran out as announced is no removal, and the other is not merely redated."""
        undated = rate("flash", "output", "1.5")
        cleaned = [
            change("2027-01-05", "rate_removed", old=PROMO),
            change("2027-01-05", "redated", old=FULL, new=undated),
        ]
        write(root, *added("2026-11-01", card("flash", PROMO, FULL)), *cleaned)

        (row,) = json.loads(run("diff", "2026-11-01", "2027-02-01", "--format", "json"))
        assert ("stepped", "0.75", "1.5") == (row["kind"], row["old_price"], row["new_price"])

    def test_each_kind_of_difference(self, root: Path, run: Run) -> None:
        """Rates are joined by what identifies them; labels are followed where the price stayed."""
        before = [rate("m", meter=x, price="1") for x in ("input", "output", "tuning", "cache_read")]
        before += [rate("m", "tool", "2", context="long"), rate("m", "cache_write", "3")]
        after = [
            rate("m", "input", "1", unit="1 image"),
            rate("m", "output", None),
            rate("m", "tuning", "1", effective_until=LATER),
            rate("m", "tool", "2", context="short"),
            rate("m", "cache_storage", "4"),
            rate("m", "cache_read", "5"),
        ]
        changes = [
            *added("2026-01-01", card("m", *before)),
            change("2026-02-01", "model_removed", "m"),
            *added("2026-03-01", card("m", *after)),
            *added("2026-03-01", card("new", rate("new"))),
        ]
        write(root, *changes)

        rows = json.loads(run("diff", "2026-01-01", "2026-03-01", "--format", "json"))
        assert [(row["kind"], row["model"], row["meter"]) for row in rows] == [
            ("unit_changed", "m", "input"),
            ("availability_changed", "m", "output"),
            ("repriced", "m", "cache_read"),
            ("rate_removed", "m", "cache_write"),
            ("rate_added", "m", "cache_storage"),
            ("redated", "m", "tuning"),
            ("relabelled", "m", "tool"),
            ("model_added", "new", ""),
        ]

    def test_a_rename_is_followed(self, root: Path, run: Run) -> None:
        """The rates of the former id are compared with those of the new one; other renames do not matter."""
        changes = [
            *added("2026-01-01", card("m", rate("m", price="1"))),
            *added("2026-01-15", card("x", rate("x"))),
            change("2026-02-01", "model_renamed", "n", previous_id="m"),
            change("2026-02-01", "model_renamed", "y", previous_id="x"),
            change("2026-02-02", "repriced", "n", old=rate("n", price="1"), new=rate("n", price="2")),
        ]
        write(root, *changes)

        assert run("diff", "2026-01-01", "2026-03-01").splitlines() == [
            "2026-01-01 to 2026-03-01  google gemini-api",
            "  n: renamed from m",
            "    input (standard)  1.00 -> 2.00 USD per 1M tokens (x2.00)",
            "  y: new model, 1 rate",
            seen("2026-02-02", 27),
        ]

    def test_days_in_the_wrong_order(self, run: Run) -> None:
        """The earlier day comes first."""
        message = "ratecards: diff: expected the earlier date first, saw 2026-04-01 before 2026-01-01\n"
        assert message == run("diff", "2026-04-01", "2026-01-01", status=2)


class TestUpcoming:
    def test_steps_with_the_days_until_then(self, run: Run) -> None:
        """Counted from today when shown."""
        line = "2027-01-01  flash output (standard)  0.75 -> 1.50  x2.00  1M tokens  in 40 days\n"
        assert line + seen("2026-04-01", 235) + "\n" == run("upcoming")

    def test_days_count_from_the_day_asked_for(self, run: Run) -> None:
        """One day is a day; on the day itself nothing is announced any more."""
        assert "in 1 day" == run("upcoming", "--on", "2026-12-31").splitlines()[0][-8:]
        assert ["Nothing is announced for after 2027-01-01.", seen("2026-04-01", 275)] == run(
            "upcoming", "--on", "2027-01-01"
        ).splitlines()

    def test_steps_for_programs(self, run: Run) -> None:
        """The coming rate as in the flat table, and what it replaces."""
        row = {**model.row(FULL), "old_price": "0.75", "ratio": "2", "in_days": 40}
        row |= {"kind": "step", "on": "2027-01-01", "successor": "", "said_by": "", "otherwise": "", **AGE}

        assert [row] == json.loads(run("upcoming", "--format", "json"))
        assert [{**spelt(row), "in_days": "40"}] == records(run("upcoming", "--format", "csv"))

    def test_a_price_that_begins(self, root: Path, run: Run) -> None:
        """Where nothing was said before, there is no ratio; several sources are told apart."""
        begins = rate("flash", "search_grounding", "14", unit="1000 prompts", effective_from=LATER, source="vertex-ai")
        write(root, *added("2026-01-01", card("flash", begins, source="vertex-ai")), source="vertex-ai")

        assert run("upcoming").splitlines() == [
            "2027-01-01  google gemini-api  flash output (standard)            0.75 -> 1.50  x2.00  in 40 days",
            "2027-01-01  google vertex-ai   flash search_grounding (standard)  - -> 14.00           in 40 days",
            "(not shown in 100 columns: unit)",
            f"{seen('2026-04-01', 235)[:-1]}, google/vertex-ai 2026-01-01 (325 days",
            "  old).",
        ]
        rows = json.loads(run("upcoming", "--format", "json"))
        assert [("0.75", "2"), ("", "")] == [(row["old_price"], row["ratio"]) for row in rows]


class TestRefusals:
    @pytest.mark.parametrize(
        ("argv", "message"),
        [
            (("show", "falsh"), "unknown model 'falsh'; nearest: flash"),
            (("changes", "--model", "falsh"), "unknown model 'falsh'; nearest: flash"),
            (("show", "lite"), "lite is gone since 2026-04-01; its last card: --on 2026-03-31"),
            (
                ("show", "flash", "--tier", "x"),
                "--tier: expected one of standard, batch, flex, priority, ultrafast, fast, saw 'x'",
            ),
            (("show", "flash", "--plan", "x"), "--plan: expected one of free, paid, saw 'x'"),
            (
                ("models", "--on", "2026-02-30"),
                "argument --on: '2026-02-30' is not a date like 2026-03-24 (see ratecards models --help)",
            ),
            (
                ("models", "--on", "20260201"),
                "argument --on: '20260201' is not a date like 2026-03-24 (see ratecards models --help)",
            ),
            ((), "the following arguments are required: COMMAND (see ratecards --help)"),
        ],
    )
    def test_bad_input_is_one_line(self, run: Run, argv: tuple[str, ...], message: str) -> None:
        """Status 2, and a line on stderr that says what to do."""
        assert f"ratecards: {message}\n" == run(*argv, status=2)

    def test_a_day_before_the_first_observation(self, root: Path, run: Run) -> None:
        """Every command that takes a day refuses it."""
        message = f"ratecards: {root}: nothing was observed before 2026-01-01; asked for 2025-01-01\n"

        for argv in (("models", "--on"), ("show", "flash", "--on"), ("upcoming", "--on"), ("diff", "2025-01-01")):
            assert message == run(*argv, "2025-01-01", status=2)

    def test_no_dataset(self, run: Run, tmp_path: Path) -> None:
        """The argument goes before the environment."""
        message = run("models", "--dataset", str(tmp_path / "none"), status=2)

        assert f"ratecards: {tmp_path}/none is not a dataset: expected history/" in message
        assert 1 == message.count("\n")

    def test_a_file_that_cannot_be_read(self, root: Path, run: Run) -> None:
        """What the system refuses is told, not thrown."""
        file = root / "history/google/gemini-api.jsonl"
        file.unlink()
        file.mkdir()

        assert f"ratecards: {file}: expected a file, saw a folder\n" == run("models", status=2)

    def test_a_hostile_message_is_safe(self, run: Run) -> None:
        """What is quoted back passes through the same filter."""
        assert "\x1b" not in run("show", "\x1b[31m\n", status=2)


class TestTerminal:
    def test_a_hostile_page_cannot_act(self, root: Path, run: Run) -> None:
        """Whatever a page printed, in every command and format."""
        bad = "\x1b]0;x\x07\u202e\x9b2J"
        hostile = rate("pro", "input", "1", quote=bad, context=bad, locator=bad, effective_from=LATER)
        head = {"name": bad, "notices": (bad,), "aliases": (bad,), "url": bad, "facts": ((bad, bad),)}
        fields = change("2026-02-01", "card_changed", "pro", card=card("pro", **head), fields=((bad, bad, bad),))
        write(root, *added("2026-01-01", card("pro", hostile, **head)), fields)

        commands = (
            ("models",),
            ("show", "pro"),
            ("changes", "--all"),
            ("diff", "2026-01-01", "2026-03-01"),
            ("upcoming",),
        )
        for argv in commands:
            for form in ("table", "csv", "json"):
                assert not set("\x1b\x07\u202e\x9b") & set(run(*argv, "--format", form, told=None)), (argv, form)

    def test_a_terminal_without_the_character(self, root: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """An encoding that lacks a character shows its number instead of failing."""
        write(root, *added("2026-01-01", card("pro", name="Banana 🍌")))
        out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
        monkeypatch.setattr(sys, "stdout", out)

        assert 0 == main(["show", "pro"], today=TODAY)
        assert out.buffer.getvalue().startswith(b"Banana \\U0001f34c: pro\n")

    def test_another_stdout(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """A stream that is no terminal wrapper is written to as it is."""
        out = io.StringIO()
        monkeypatch.setattr(sys, "stdout", out)

        assert 0 == main(["upcoming", "--format", "json", "--today", "2027-01-01"])
        assert "[]\n" == out.getvalue()

    def test_a_broken_pipe_is_quiet(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """A reader that has had enough is no error, and nothing is written at exit."""
        read, write_end = os.pipe()
        os.close(read)
        with os.fdopen(write_end, "w", encoding="utf-8") as out:
            monkeypatch.setattr(sys, "stdout", out)
            assert 0 == main(["models"], today=TODAY)
            out.write("later\n")

    def test_help_is_quick(self) -> None:
        """--help reads options alone: neither the dataset's code nor the dataset."""
        code = (
            "import sys; from ratecards.__main__ import main\n"
            "try: main(['--help'])\n"
            "except SystemExit as end: print(end.code, sorted(m for m in sys.modules if m.startswith('ratecards.')))"
        )
        root = Path(model.__file__).parents[2]
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)

        assert (
            "0 ['ratecards.__main__', 'ratecards.catalog', 'ratecards.catalog.choices', 'ratecards.cli', "
            "'ratecards.cli.console', 'ratecards.cli.options']" == run.stdout.splitlines()[-1]
        )

    def test_as_a_module(self, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        """`python -m ratecards` exits with the status; without a day given, the clock says which it is."""
        monkeypatch.setattr(sys, "argv", ["ratecards", "upcoming", "--format", "csv"])
        monkeypatch.delitem(sys.modules, "ratecards.__main__")

        with pytest.raises(SystemExit) as end:
            runpy.run_module("ratecards", run_name="__main__")
        assert (0, "provider,") == (end.value.code, capsys.readouterr().out[:9])


def test_one_command_is_parsed_as_the_whole_line_would():
    """Only its options are made; its help and what it refuses are the same."""
    whole = {a.dest: a for a in options.parser()._actions}["command"].choices
    for name, parser in whole.items():
        alone = {a.dest: a for a in options.parser(name)._actions}["command"].choices
        assert [name] == list(alone)
        assert parser.format_help() == alone[name].format_help()
    for words in ([], ["bogus"], ["cost", "--bogus"], ["images", "--on", "yesterday"]):
        refusals = []
        for only in ("", *words[:1]):
            with pytest.raises(options.UsageError) as refused:
                options.parser(only).parse_args(words)
            refusals.append(str(refused.value))
        assert 1 == len(set(refusals))
