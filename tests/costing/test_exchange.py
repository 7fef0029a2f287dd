"""A total in another currency: by a reference rate of a day that the answer names, or not at all."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ratecards.__main__ import main
from ratecards.costing.exchange import convert
from ratecards.errors import CostError
from tests.support.histories import added, card, rate, write

DAY = date(2026, 11, 30)
# Rates as a central bank prints them: a day a line, a comma at the end, N/A where there is none.
HISTORY = "Date,USD,JPY,CNY,RUB,\n2026-11-30,1.25,200.5,8,N/A,\n2026-11-27,1.6,160,8,N/A,\n"
DAILY = "Date, USD, JPY, \n27 November 2026, 1.6, 160, \n"


@pytest.fixture
def rates(tmp_path: Path) -> Path:
    """A file of reference rates."""
    path = tmp_path / "eurofxref-hist.csv"
    path.write_text(HISTORY)
    return path


def test_by_the_rates_of_the_day(rates):
    """Or of the newest day before it, which it says."""
    found = convert(Decimal("2.5"), "USD", "EUR", DAY, str(rates))
    assert (Decimal(2), "EUR", Decimal("0.8"), DAY, 0) == tuple(found)
    found = convert(Decimal("1.6"), "USD", "EUR", date(2026, 11, 29), str(rates))
    assert (Decimal(1), Decimal("0.625"), date(2026, 11, 27), 2) == (
        found.amount,
        found.rate,
        found.day,
        found.age_days,
    )


def test_between_any_two(rates):
    """By way of the euro; and out of it."""
    assert Decimal("16.04") == convert(Decimal("0.1"), "USD", "JPY", DAY, str(rates)).amount
    assert Decimal(8) == convert(Decimal(1), "EUR", "CNY", DAY, str(rates)).amount


def test_a_file_of_one_day(tmp_path):
    """With the day in words, and blanks."""
    (tmp_path / "eurofxref.csv").write_text(DAILY)
    assert date(2026, 11, 27) == convert(Decimal(1), "USD", "EUR", DAY, str(tmp_path / "eurofxref.csv")).day


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ":1: expected a header as Date,USD,JPY, saw ''"),
        ("date,USD\n", ":1: expected a header"),
        ("Date,usd\n", ":1: expected a header"),
        ("Date,USD\n", ": expected rates of 2026-11-30 or before, saw none as the first"),
        ("Date,USD\n2026-12-01,1.1\n", ": expected rates of 2026-11-30 or before, saw 2026-12-01 as the first"),
        ("Date,USD\n2026-11-31,1.1\n", ":2: expected a day that stands once"),
        ("Date,USD\n31 November 2026,1.1\n", ":2: expected a day that stands once"),
        ("Date,USD\n30 11 2026,1.1\n", ":2: expected a day that stands once"),
        ("Date,USD\n20261130,1.1\n", ":2: expected a day that stands once"),
        ("Date,USD\n2026-11-30,1.1\n\n2026-11-30,1.2\n", ":4: expected a day that stands once"),
        ("Date,USD\n2026-11-30,1,1\n", ":2: expected a day that stands once, and its rates, saw '2026-11-30,1,1'"),
        ("Date,USD\n2026-11-30,0\n", ":2: expected one rate above 0 of each currency"),
        ("Date,USD\n2026-11-30,NaN\n", ":2: expected one rate above 0 of each currency"),
        ("Date,USD\n2026-11-30,one\n", ":2: expected one rate above 0 of each currency"),
        ("Date,USD,USD\n2026-11-30,1,2\n", ":2: expected one rate above 0 of each currency"),
        ("Date,JPY\n2026-11-30,160\n", ": expected a rate of USD on 2026-11-30, saw EUR, JPY"),
    ],
)
def test_a_file_that_says_something_else(tmp_path, text, words):
    """An error that names the place."""
    path = tmp_path / "rates.csv"
    path.write_text(text)
    with pytest.raises(CostError) as error:
        convert(Decimal(1), "USD", "EUR", DAY, str(path))
    assert str(error.value).startswith(f"{path}{words}")


def test_no_file(tmp_path, rates):
    """Or one in another encoding; or a currency that has no rate on the day."""
    with pytest.raises(CostError, match="No such file"):
        convert(Decimal(1), "USD", "EUR", DAY, str(tmp_path / "none"))
    (tmp_path / "other").write_bytes(b"Date,\xff")
    with pytest.raises(CostError, match="can't decode"):
        convert(Decimal(1), "USD", "EUR", DAY, str(tmp_path / "other"))
    with pytest.raises(CostError, match=r"expected a rate of RUB on 2026-11-30, saw CNY, EUR, JPY, USD"):
        convert(Decimal(1), "USD", "RUB", DAY, str(rates))


@pytest.fixture
def ask(tmp_path, capsys, monkeypatch):
    """What `ratecards cost` says of a million tokens at 2.5 USD."""
    monkeypatch.setenv("COLUMNS", "200")
    root = write(tmp_path / "data", *added("2026-01-01", card("flash", rate(price="2.5"))))

    def run(*words: object) -> tuple[int, str, str]:
        line = ["cost", "flash", "--input-tokens", "1000000", "--dataset", str(root), "--today", "2026-12-02"]
        return main([*line, *map(str, words)]), *capsys.readouterr()

    return run


def test_the_command(ask, rates, monkeypatch):
    """The total as it is, and below it what it is in euro, with the rate and its day, in each form."""
    code, out, _ = ask("--currency", "EUR", "--exchange", rates)
    last = next(line for line in out.splitlines() if "EUR" in line)
    assert (0, "total in EUR, 1 USD = 0.8 EUR on 2026-11-30 (2 days before)") == (code, last.partition("   ")[0])
    assert "2" == last.split()[-1]
    assert "2.5 USD" in out
    monkeypatch.setenv("RATECARDS_EXCHANGE", str(rates))
    out = ask("--currency", "EUR", "--format", "csv")[1]
    assert '"total in EUR, 1 USD = 0.8 EUR on 2026-11-30 (2 days before)",,,,2,EUR' in out
    data = json.loads(ask("--currency", "EUR", "--format", "json")[1])
    converted = {"amount": "2", "currency": "EUR", "rate": "0.8", "day": "2026-11-30", "age_days": 2}
    assert ("2.5", "USD", converted) == (data["total"], data["currency"], data["converted"])
    assert "on 2026-11-27\n" in ask("--currency", "EUR", "--on", "2026-11-27")[1].replace("  ", "\n")


def test_never_by_itself(ask, rates):
    """Without a file it is refused; in its own currency nothing is converted; without the option nothing is said."""
    code, _, said = ask("--currency", "EUR")
    assert (2, True) == (code, "expected a file of reference rates in --exchange or RATECARDS_EXCHANGE" in said)
    assert ask()[1] == ask("--currency", "USD", "--exchange", rates)[1]
