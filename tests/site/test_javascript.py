"""The npm package: its files, and that it gives what `ratecards.cost` gives, proved by node's own test runner."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest

from ratecards.catalog.priced_model import PricedModel
from ratecards.costing.breakdown import EXACT
from ratecards.costing.plan import price
from ratecards.dataset import Dataset
from ratecards.errors import CostError
from ratecards.model import Formula, plain
from ratecards.storage.history import Change
from scraper import ROOT
from scraper.errors import DatasetError
from scraper.site import Contents, gather, wire
from scraper.site.models import moments
from tests.support.histories import added
from tests.support.sitekit import TODAY, facts, history, picture, text, tokens, whole
from tests.support.usages import read

NODE = shutil.which("node")
_SMALLEST = Decimal(1).scaleb(-40)

# A usage of each kind of count and each rule between counts.
USAGES: list[dict] = [
    {"input_tokens": 1000, "output_tokens": 500},
    {"input_tokens": 250_001, "cached_tokens": 200_000, "output_tokens": 77},
    {"input_tokens": {"text": 100, "audio": 333}, "cached_tokens": {"audio": 33}, "output_tokens": {"text": 5}},
    {"input_tokens": {"text": 100, "image": 50}, "cached_tokens": 60},
    {"input_tokens": 9, "cache_write_tokens": 1000},
    {"cache_write_tokens": 1000, "context": "1 hour"},
    {"output_tokens": {"audio": 12}},
    {"output_tokens": {"image": 1290}, "thoughts_tokens": 3},
    {"output_tokens": {"image": 1290}, "reading": "metered"},
    {"output_tokens": {"image": 2240}},
    {"output_tokens": {"image": 1001}},
    {"output_tokens": 1120},
    {"input_tokens": {"document": 77}},
    {"input_tokens": 10, "cached_tokens": 11},
    {"input_tokens": 999_999_999_999_999, "output_tokens": 3},
    {"input_tokens": 0},
    {"images": {"1K": 3}},
    {"images": {"4k": 2, "0.5K": 1}},
    {"images": 2},
    {"images": {"1024x1024": 2}, "quality": "high"},
    {"images": {"1024x1536": 2}, "quality": "low", "reading": "metered"},
    {"images": {"1K": 1}, "reading": "metered"},
    {"images": 1, "reading": "metered"},
    {"seconds": {"720p": "8.5"}},
    {"seconds": {"1080p": "3"}, "context": "with audio"},
    {"seconds": "1e1"},
    {"songs": 2},
    {"characters": 12345},
    {"output_characters": 12},
    {"input_images": 2},
    {"input_seconds": {"video": "2.5", "audio": 1}},
    {"input_minutes": "2.25"},
    {"output_minutes": {"audio": "0.5"}},
    {"cache_token_hours": "1000000.5"},
    {"grounded_prompts": 7, "search_used": 1498},
    {"search_queries": 100, "search_used": 4990},
    {"search_requests": 3},
    {"maps_prompts": 10, "maps_used": 1495},
    {"maps_queries": 10},
    {"maps_requests": 2},
    {"input_tokens": 100, "output_tokens": 10, "context": "finetuning"},
]


def bands(offer: PricedModel, tier: str, plan: str) -> Iterator[dict]:
    """A usage at, below and above each bound that a price has."""
    own = offer.rates(tier, plan)
    for bound in sorted({b for r in own for b in (r.prompt_over, r.prompt_up_to) if b is not None}):
        yield from ({"input_tokens": bound + more, "cached_tokens": 7, "output_tokens": 11} for more in (0, 1))
    for bound in sorted({b for r in own for b in (r.used_over, r.used_up_to) if b is not None}):
        for names in (
            ("grounded_prompts", "search_used"),
            ("search_queries", "search_used"),
            ("maps_prompts", "maps_used"),
        ):
            yield from ({names[0]: count, names[1]: bound - 1} for count in (1, 2, bound))


def in_words(total: Decimal) -> str:
    """An amount as the module writes it."""
    return plain(total.quantize(_SMALLEST, rounding=ROUND_HALF_UP, context=EXACT)) if total else "0"


def golden(found: Contents, dataset: Dataset) -> dict[str, list]:
    """Every model, source, tier and plan, on the day and each later one on which its prices step, and every name."""
    cases = []
    for model in found.models:
        for offer in model.offers:
            for day in moments([offer.card], found.day):
                shelf = dataset.catalog(None, day)
                choice = shelf.choose(offer.card.model, offer.source)
                age = shelf.age(offer.source)
                for tier, plan in [*choice.offer.sold(), ("flex", "free")]:
                    for usage in [*USAGES, *bands(choice.offer, tier, plan)]:
                        asked = {"tier": tier, "plan": plan, "source": offer.source, "on": str(day)}
                        try:
                            cost = price(choice, read(usage), tier, plan)
                        except CostError:
                            cases.append([offer.card.model, usage, asked, None])
                            continue
                        told = [cost.grade, str(age.verified), age.days, age.stale]
                        cases.append([offer.card.model, usage, asked, in_words(cost.total), cost.currency, *told])
    names = []
    for name in [
        *json.loads(json.dumps(wire.data(found.models, found.shelf, found.names)))["names"],
        "models/Gemini-2.5-Flash",
        "nobody",
    ]:
        try:
            offer = found.shelf.choose(name).offer
            names.append([name, offer.source, offer.card.model])
        except CostError:
            names.append([name, None, None])
    return {"cases": cases, "names": names}


def odd() -> list[Change]:
    """Images by the piece whose tokens are priced beside the table, at prices that no decimal divides evenly."""
    beside = Formula(
        quote="$60", meter="output", modality="image", unit="1000000 tokens", amount=Decimal(60), currency="USD"
    )
    one = replace(tokens(1120), amount=Decimal("0.067"), currency="USD")
    sold = [
        picture(price, basis="list", service_tier=tier) for tier, price in (("standard", "0.067"), ("batch", "0.034"))
    ]
    minutes = text("input", "0.006", "audio", unit="1 minute", basis="equivalent")
    bounded = [
        text("input", price, prompt_over=low, prompt_up_to=high)
        for price, low, high in (("1", None, 1000), ("2.5", 1000, None))
    ]
    return [*history(), *added("2026-11-10", whole("odd-image", *sold, *bounded, minutes, formulas=(one, beside)))]


def package(found: Contents) -> dict[str, bytes]:
    return wire.package(found.models, found.shelf, found.names)


@pytest.fixture(scope="module")
def real() -> tuple[Contents, Dataset]:
    """The dataset in this repository two days after its last look."""
    dataset = Dataset(ROOT / "ratecards")
    newest = max(offer.seen for offer in dataset.catalog(None, TODAY))
    return gather(dataset, ROOT, newest + timedelta(days=2)), dataset


@pytest.fixture(params=["real", "odd"])
def prices(request, tmp_path) -> tuple[Contents, Dataset]:
    """That, and a small one that asks for every branch."""
    if request.param == "odd":
        return facts(tmp_path, odd()), Dataset(tmp_path / "ratecards")
    return request.getfixturevalue("real")


@pytest.mark.skipif(NODE is None, reason="no node on this machine")
def test_the_module_costs_what_the_package_costs(tmp_path, prices):
    """Every case to the last digit, with grade and age, or an error in both."""
    found, dataset = prices
    for name, content in package(found).items():
        (tmp_path / name).write_bytes(content)
    made = golden(found, dataset)
    (tmp_path / "golden.json").write_text(json.dumps(made))
    words = [NODE, "--test", str(ROOT / "js" / "test" / "golden.test.js")]
    ran = subprocess.run(
        words, check=False, env={"RATECARDS_JS": str(tmp_path)}, capture_output=True, text=True, timeout=300
    )

    assert 0 == ran.returncode, ran.stdout[-5000:] + ran.stderr
    assert 8 * len(found.models) < sum(case[3] is not None for case in made["cases"])
    assert {model.model for model in found.models} == {case[0] for case in made["cases"]}


def test_the_package_is_small_and_needs_nothing(real):
    """At most 60 kB as it is sent, no dependency, every file that it names, the day of its prices as version."""
    found, _ = real
    files = package(found)
    head = json.loads(files["package.json"])
    day = wire.data(found.models, found.shelf, found.names)["day"]

    assert sum(len(gzip.compress(content)) for content in files.values()) < 60_000
    assert not {"dependencies", "peerDependencies", "optionalDependencies", "scripts"} & head.keys()
    assert {*head["files"], "package.json", "README.md"} == files.keys()
    assert date(*map(int, head["version"].split("."))) == date.fromisoformat(str(day))


def test_the_site_and_the_package_have_one_calculation(tmp_path):
    """The script of the site is the module's text, and gives what the module exports."""
    found = facts(tmp_path, history())
    classic = wire.scripts(found.models, found.shelf, found.names)["ratecards.js"].decode()
    module = package(found)["ratecards.js"].decode()

    assert module.replace("\nexport ", "\n") in classic
    exported = re.findall(r"^export \w+ (\w+)", module, re.MULTILINE)
    assert f"return {{ {', '.join(exported)} }};" in classic


def test_an_export_of_another_form_is_refused(tmp_path, monkeypatch):
    """The site could not use it."""
    found = facts(tmp_path, history())
    (tmp_path / "ratecards.js").write_text("export default 1;\n")
    monkeypatch.setattr(wire, "PACKAGE", tmp_path)

    with pytest.raises(DatasetError, match="expected every export to be"):
        wire.scripts(found.models, found.shelf, found.names)


def test_the_command_makes_the_package(tmp_path, run):
    """Into a folder of its own."""
    made = run("npm", "--from", ROOT, "--to", tmp_path / "npm", "--now", str(TODAY))

    assert 0 == made.code
    assert "ratecards" == json.loads((tmp_path / "npm" / "package.json").read_text())["name"]
