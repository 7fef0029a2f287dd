"""`ratecards reconcile`: the laws of it, each form of an export, what is explained and what is not, hostile input."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ratecards
from ratecards.__main__ import main
from ratecards.bill import export
from ratecards.bill import reconcile_report as report
from ratecards.bill.reconcile import Reconciling
from ratecards.errors import CostError
from tests.bill.exports import FREE, OUTPUT, PAID, SERVICE, as_csv, as_lines, charges, focus, row

DATASET = ratecards.load(stale="allow")
CATALOG = DATASET.catalog(None, date(2026, 10, 7))
Run = Callable[..., tuple[int, str, str]]
Rows = list[dict[str, Any]]


def reconciled(*rows: dict[str, Any]) -> Reconciling:
    """What rows come to."""
    found = Reconciling(CATALOG)
    for number, one in enumerate(rows, 1):
        found.add(export.charge(one), (0, number))
    found.done()
    return found


def lines(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines of what rows come to, for programs."""
    return report.data(reconciled(*rows), ["x"], None)["lines"]  # type: ignore[return-value]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs the command on files with these texts: its status and what it said."""

    def run(text: str | bytes, *args: object, name: str = "billing.jsonl", log: str = "") -> tuple[int, str, str]:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        logs = [tmp_path / "log.jsonl"] if log else []
        for one in logs:
            one.write_text(log, encoding="utf-8")
        status = main(["reconcile", str(path), *map(str, logs), *map(str, args), "--stale", "allow"])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


# ------------------------------------------------------------------------------------------------ laws


def outcome(paths: list[Path]) -> Any:
    """What files come to, without places; their money and rows add up."""
    found = Reconciling(CATALOG)
    for file, path in enumerate(paths):
        for number, charge, wrong in export.rows(str(path)):
            if charge is None:
                found.refuse(wrong, (file, number))
            else:
                found.add(charge, (file, number))
    found.done()
    counts = report.counts(found)
    assert counts.pop("seen") == sum(counts.values())
    for currency, money in report.balances(found).items():
        parts = money.listed + money.rounding + money.contract + money.other_price + money.unattributed
        assert money.billed == parts
        own = [
            one.billed for key, one in found.sums.items() if key[:2] in (("usage", currency), ("unexplained", currency))
        ]
        assert money.billed == sum(own)
    data = report.data(found, ["x"] * len(paths), None)
    for one in data["unread"]:  # type: ignore[attr-defined]
        del one["places"]
    return counts, data


@given(st.lists(charges(), min_size=1, max_size=12), st.randoms(use_true_random=False), st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_any_order_split_and_form_of_the_same_rows_is_the_same(rows: Rows, random: Any, files: int):
    """The detailed export as JSON lines, as CSV with dots or underscores, in one file or several."""
    mixed = random.sample(rows, len(rows))
    parts = [mixed[at::files] for at in range(files)]
    with TemporaryDirectory() as folder:
        whole = Path(folder, "whole.jsonl")
        whole.write_text(as_lines(rows), encoding="utf-8")
        expected = outcome([whole])
        for ending, written in (
            ("jsonl", as_lines),
            ("csv", as_csv),
            ("csv", lambda part: as_csv(part, "_")),
            ("json", json.dumps),
        ):
            paths = []
            for number, part in enumerate(parts):
                paths.append(Path(folder, f"{number}.{ending}"))
                paths[-1].write_text(written(part), encoding="utf-8")
            assert expected == outcome(paths)


@given(st.lists(charges().filter(lambda r: r["cost"] not in ("x", "", "1,000")), min_size=1, max_size=8))
@settings(max_examples=20, deadline=None)
def test_focus_says_the_same(rows: Rows):
    """Google's FOCUS export of the same rows, with its credits apart or only within the billed cost."""
    expected = report.data(reconciled(*rows), [""], None)
    found = [focus(one) for one in rows]
    assert expected == report.data(reconciled(*found), [""], None)
    bare = report.data(reconciled(*({k: v for k, v in one.items() if k != "x_Credits"} for one in found)), [""], None)
    assert expected["lines"] == bare["lines"]
    of = [sum(Decimal(c["amount"]) for c in data["credits"]) for data in (expected, bare)]  # type: ignore[attr-defined]
    assert of[0] == of[1]


def test_parquet_says_the_same(run: Run, tmp_path: Path):
    """As BigQuery writes it: records, lists of them, floating point numbers and instants."""
    path = tmp_path / "written.parquet"
    (tmp_path / "rows.json").write_text(
        json.dumps([{**row(cost=10.298376), "credits": [{"name": "a", "amount": -0.5, "type": "PROMOTION"}]}])
    )
    with duckdb.connect() as base:
        base.execute(
            f"COPY (SELECT * REPLACE (CAST(replace(usage_start_time, ' UTC', '+00') AS TIMESTAMPTZ) AS usage_start_time)"
            f" FROM read_json('{tmp_path / 'rows.json'}')) TO '{path}' (FORMAT parquet)"
        )
    status, out, _ = run(path.read_bytes(), "--format", "json", name="billing.parquet")
    assert (0, "10.298376", "0") == (status, *(json.loads(out)["money"][0][name] for name in ("listed", "unexplained")))
    assert [{"currency": "USD", "service": "Gemini API", "what": "PROMOTION", "amount": "-0.5"}] == json.loads(out)[
        "credits"
    ]


# ------------------------------------------------------------------------------------------------ what is explained


@pytest.mark.parametrize(
    ("description", "amount", "cost", "model", "price"),
    [
        (PAID, "85040", "1190.56", "gemini-3", "14"),
        # an invoice in cents
        (PAID, "62271", "871.79", "gemini-3", "14"),
        (OUTPUT, "3432792", "10.298376", "gemini-3-flash-preview", "3"),
        ("Generate content search query gemini 2.5 paid one", "1000", "35", "gemini-2.5", "35"),
        (
            "Generate_content image output token count for Gemini 2.5 Flash Native Image Generation",
            "260580",
            "7.817400",
            "gemini-2.5-flash-image",
            "30",
        ),
        (
            "Generate_content image output token count for Gemini 3 Pro Image",
            "5600",
            "0.672",
            "gemini-3-pro-image",
            "120",
        ),
        # the sum of hourly rows, each rounded
        (
            "Generate content output token count gemini 2.5 flash short input text",
            "622403",
            "1.555990",
            "gemini-2.5-flash",
            "2.5",
        ),
        (
            "Generate content cached input token count gemini 2.5 pro long input",
            "1000000",
            "0.25",
            "gemini-2.5-pro",
            "0.25",
        ),
    ],
)
def test_lines_of_public_bills(description: str, amount: str, cost: str, model: str, price: str):
    """Each at the price that was listed on its day."""
    (line,) = lines(row(description, cost, amount))
    assert ("usage", "as listed", model, price) == tuple(
        line[n] for n in ("section", "verdict", "model", "listed_price")
    )


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"description": "Generate content input token count gemini 9 text"}, "no known model"),
        ({"description": "Generate content input token count gemini 3 flash furry text"}, "unknown word (furry)"),
        (
            {"description": "Gemini 2.5 Pro text Input"},
            "gemini-2.5-pro at google/gemini-api: its price depends on the length of the prompt, unsaid",
        ),
        ({"usage": {"amount": "1", "unit": "furlong"}}, "unknown unit 'furlong'; known: count, s,"),
        ({"usage": {"unit": "count"}}, "no word on how much was used"),
        ({"usage_start_time": None}, "no word on when it was used"),
        ({"day": "2020-01-01"}, "nothing was observed before"),
        (
            {"currency": "EUR", "currency_conversion_rate": None},
            "in EUR, listed in USD: expected currency_conversion_rate",
        ),
        ({"currency_conversion_rate": "0.9"}, "in USD as listed: expected a currency_conversion_rate of 1, saw 0.9"),
        (
            {
                "description": "Gemini 2.5 Flash Grounding with Google Search grounded prompts",
                "price": {"tier_start_amount": "7"},
            },
            "no price from 7 on is listed; listed from: 0, 1500",
        ),
        (
            {"description": "Grounding with Google Maps query count gemini 2.5"},
            "expected one price of maps grounding of gemini-2.5, saw 2 prices",
        ),
        (
            {"description": "Grounding with Google Maps query count gemini 3 paid", "day": "2025-12-01"},
            "expected one price of maps grounding of gemini-3, saw none",
        ),
        ({"description": "Imagen 4 Generation (output)", "day": "2026-09-20"}, "imagen-4.0-generate-001"),
    ],
)
def test_what_has_no_price_is_listed_with_the_reason(changed: dict[str, Any], why: str):
    """All that was billed for it is not explained."""
    (line,) = lines(row(**{"cost": "12.5", **changed}))
    assert ("unexplained", "12.5", "12.5") == (line["section"], line["billed"], line["difference"])
    assert why in line["verdict"]


def test_other_prices_and_those_by_contract():
    """A price that differs is not explained, but where the export itself says what the list price is."""
    (line,) = lines(row(cost="12", amount="3000000"))
    assert ("unexplained", "other price", "3", "4") == tuple(
        line[n] for n in ("section", "verdict", "difference", "billed_price")
    )
    (line,) = lines(row(cost="9.2685384", cost_at_list="10.298376"))
    assert ("usage", "by contract", "-1.0298376", "2.7") == tuple(
        line[n] for n in ("section", "verdict", "difference", "billed_price")
    )


def test_the_catalogues_own_sku_where_the_documentation_is_silent():
    """By its id, on a day on which the catalogue was read."""
    sku = {
        "id": "0672-77E4-8450",
        "description": "Generate content input token count gemini 2.5 flash long text priority",
    }
    (line,) = lines(row(cost="0.54", amount="1000000", sku=sku))
    assert ("as listed", "0.54") == (line["verdict"], line["listed_price"])
    sku = {"id": "05FF-7DFC-3C99", "description": "Gemini ER1.6 Image Caching Input - Online Predictions"}
    (line,) = lines(row(cost="0.1", amount="1000000", sku=sku))
    assert ("google/cloud-billing", "0.1") == (line["source"], line["listed_price"])


def test_currencies_are_converted_exactly():
    """Billed in yen at the rate that the row names; the price is told in the list's currency."""
    (line,) = lines(row(cost="1547.330994", currency="JPY", currency_conversion_rate="150.25"))
    assert ("as listed", "3", "1547.330994", "JPY") == tuple(
        line[n] for n in ("verdict", "billed_price", "listed", "currency")
    )


def test_an_allowance_within_one_sku():
    """Free up to 1,500 a Pacific day, then the price; told by the tier of a row, else by the day's sum."""
    grounded = "Gemini 2.5 Flash Grounding with Google Search grounded prompts"
    days = [row(grounded, "35", "2500"), row(grounded, "0", "1500", day="2026-08-21")]
    assert ["35", "0"] == [line["listed"] for line in lines(*days)]
    tiers = [
        row(grounded, "0", "1500", price={"tier_start_amount": "0"}),
        row(grounded, "35", "1000", price={"tier_start_amount": "1500"}),
    ]
    found = reconciled(*tiers)
    assert ["as listed", "as listed"] == [one.verdict for one in found.sums.values()]
    assert [("search_grounding", "shared", "2026-08-20", 1500)] == list(found.free)
    assert any(
        words == "Allowance (search grounding, shared, 2026-08-20): 1500 of 1,500 used."
        for words in report.said(found, ["x"])
    )


def test_more_than_the_allowance_was_free():
    """Said, with how much."""
    found = reconciled(row(FREE, "0", "5400"))
    assert {("search_grounding", "shared", "2026-08", 5000): Decimal(5400)} == found.free
    assert any(words.endswith("2026-08): 5000 of 5,000 used; 400 beyond it.") for words in report.said(found, ["x"]))


def test_lines_of_their_own():
    """Taxes, adjustments, corrections and other services are no part of what is compared; negative rows are."""
    found = reconciled(
        row(),
        row(cost="-10.298376", amount="-3432792"),
        row("Tax", "85.04", "0", cost_type="tax", service={"description": "Invoice"}),
        row(cost="-1", adjustment_info={"id": "a"}),
        row("CPU", "8.38", service={"id": "9662-B51E-5089", "description": "Cloud Run"}),
        row("Tax", "1", service={}),
    )
    assert {
        "seen": 6,
        "attributed": 2,
        "unexplained": 0,
        "apart": 2,
        "other_services": 2,
        "unread": 0,
    } == report.counts(found)
    assert {"usage": "0", "tax": "85.04", "adjustment": "-1"} == {
        line["section"]: line["billed"]
        for line in report.data(found, ["x"], None)["lines"]  # type: ignore[attr-defined]
        if line["section"] != "other service"
    }
    assert (Decimal(0), Decimal(0)) == report.balances(found)["USD"][-2:]


def test_a_share_of_nothing():
    """Fails whatever may be left, unless nothing is left."""
    assert (None, Decimal(0), "of nothing") == (
        report.share(Decimal(1), Decimal(0)),
        report.share(Decimal(0), Decimal(0)),
        report.percent(None),
    )


# ------------------------------------------------------------------------------------------------ rows that are none


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"cost": "1,000"}, "column cost: expected a number like 1234.5, saw '1,000'"),
        ({"cost": float("inf")}, "column cost: expected a number like 1234.5, saw inf"),
        ({"cost": True}, "column cost: expected a number like 1234.5, saw True"),
        ({"cost": "1e999999"}, "column cost: expected a number like 1234.5, saw '1e999999'"),
        (
            {"cost": None},
            "column cost or ContractedCost: expected an amount of money, saw nothing; export the table of BigQuery as it is",
        ),
        ({"currency": "dollars"}, "column currency: expected a currency like USD, saw 'dollars'"),
        ({"currency_conversion_rate": "0"}, "column currency_conversion_rate: expected what one dollar is, saw '0'"),
        ({"cost_type": "gift"}, "column cost_type: expected one of tax, adjustment,"),
        (
            {"usage_start_time": "noon"},
            "column usage_start_time: expected an instant like 2026-03-24T09:00:00Z, saw 'noon'",
        ),
        ({"credits": "[{"}, "column credits: expected a JSON list of credits, saw '[{'"),
        ({"credits": [5]}, "column credits: expected credits with an amount each, saw [5]"),
        ({"credits": [{"amount": True}]}, "column credits: expected credits with an amount each"),
        (
            {"usage": {"amount": "many"}},
            "column usage.amount: expected a number like 1234.5, saw 'many'",
        ),
    ],
)
def test_a_row_that_cannot_be_read_names_the_column(changed: dict[str, Any], expected: str):
    """What was expected, and what was seen."""
    with pytest.raises(CostError) as error:
        export.charge({**row(), **changed})
    assert str(error.value).startswith(expected)


def test_a_row_that_is_no_record():
    """A number, a list; and a FOCUS row whose costs do not fit together."""
    with pytest.raises(CostError, match="expected a row of a billing export, saw 5"):
        export.charge(5)
    with pytest.raises(
        CostError, match=r"BilledCost: expected ContractedCost with x_Credits \(10.298376 and 0\), saw '3'"
    ):
        export.charge({**focus(row()), "BilledCost": "3"})
    found = export.charge({k: v for k, v in focus(row()).items() if k != "ContractedCost"})
    assert Decimal("10.298376") == found.cost
    assert (("credits", Decimal(-2)),) == export.charge({**row(), "credits": "-2"}).credits


ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["USD", "1e9", "[]", "{}"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
COLUMNS = [
    *row(),
    "price",
    "adjustment_info",
    "cost_at_list",
    "BilledCost",
    "ContractedCost",
    "x_Credits",
    "SkuPriceId",
]


@given(
    st.lists(st.dictionaries(st.sampled_from(COLUMNS), ANY, max_size=3), min_size=1, max_size=3), st.binary(max_size=60)
)
@settings(max_examples=50, deadline=None)
def test_whatever_stands_in_a_row_it_is_counted(changes: Rows, rubbish: bytes):
    """Attributed, listed or unread: nothing is lost, and nothing else is raised."""
    with TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("a.jsonl", "b.csv", "c.jsonl")]
        paths[0].write_text("".join(json.dumps({**row(), **one}) + "\n" for one in changes), encoding="utf-8")
        paths[1].write_text(as_csv([{**row(), **one} for one in changes]), encoding="utf-8", errors="replace")
        paths[2].write_bytes(rubbish)
        counts, _ = outcome(paths)
    assert sum(counts.values()) >= len(changes)


# ------------------------------------------------------------------------------------------------ the command


def test_it_fails_where_more_than_a_share_is_not_explained(run: Run):
    """1.2 % is more than 1 %, and less than 2; without the option it is told and no failure."""
    text = as_lines([row(PAID, "1190.56", "85040"), row("Generate content input token count gemini 9", "14.4")])
    assert [1, 0, 0] == [run(text, *args)[0] for args in (("--fail-over", "1%"), ("--fail-over", "0.02"), ())]
    _, out, _ = run(text, "--fail-over", "1%")
    assert "1204.96 USD billed, 14.4 not explained (1.20 %)" in out
    assert "Not explained may be 1.00 %: failed." in out
    assert "no known model (" in out and "billing.jsonl:2)." in out


def test_unread_rows_fail_and_are_placed(run: Run):
    """A broken line, and a row that cannot be read; what can be is compared."""
    status, out, _ = run(as_lines([row(), row(cost="x")]) + "{\n")
    assert 1 == status
    assert (
        "Rows: 3 = 1 attributed + 0 without a price + 0 of taxes and adjustments + 0 of other services + 2 unread."
        in " ".join(out.split())
    )
    assert "billing.jsonl:2)." in out and "billing.jsonl:3)." in out
    assert "To have all rows read: export the table of BigQuery as it is" in out


@pytest.mark.parametrize("text", ["", "[]", '{"model": "gpt"}\n', "nothing at all", "[1, 2]", "data: 5\n"])
def test_a_file_that_is_no_export(run: Run, text: str):
    """Its first row tells why, and the way out."""
    status, out, err = run(text)
    assert (2, "") == (status, out)
    assert "billing.jsonl:1: no row of a billing export: " in err and "export the table of BigQuery as it is" in err


def test_csv_and_other_files(run: Run, tmp_path: Path):
    """Notes stand on stderr; in a folder what is no export by its name is named."""
    status, out, err = run(as_csv([row()]), "--format", "csv", name="billing.csv")
    assert (0, "section,model,tier,what") == (status, out[:23])
    assert "ratecards: Rows: 1 = 1 attributed" in err
    (tmp_path / "readme.md").write_text("x")
    assert 0 == main(["reconcile", str(tmp_path), "--stale", "allow"])
    (tmp_path / "empty").mkdir()
    assert 2 == main(["reconcile", str(tmp_path / "empty"), "--stale", "allow"])


@pytest.mark.parametrize(
    "text",
    [
        as_csv([row()]),
        as_csv([row()], "_"),
        "\ufeff" + as_csv([row()]),
        as_csv([row()]).replace(",", "\t"),
        as_csv([row()]).replace("service.id", '"service.id"', 1),
        as_lines([row()]),
        json.dumps([row()]),
    ],
    ids=["csv", "underscores", "mark", "tabs", "quotes", "lines", "list"],
)
def test_standard_input_is_an_export_in_any_form(
    text: str, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """It says what a file says."""
    _, expected, _ = run(as_lines([row()]))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    assert 0 == main(["reconcile", "-", "--stale", "allow"])
    assert expected == capsys.readouterr().out


def test_standard_input_that_is_no_export(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """It is named, and it cannot be the log as well."""
    for text in ("a,b\n1,2\n", as_csv([row()]).replace("cost,", "price,", 1).replace("currency,", "money,", 1)):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        assert 2 == main(["reconcile", "-", "--stale", "allow"])
        assert "standard input:" in capsys.readouterr().err
    assert 2 == main(["reconcile", "-", "-", "--stale", "allow"])
    assert "standard input has the export or the log, not both" in capsys.readouterr().err


def test_against_a_log(run: Run):
    """By model, tier and meter in dollars; grounding as a whole; what is of other days or sellers is left out."""
    log = "".join(
        json.dumps(one) + "\n"
        for one in (
            {"model": "gemini-3-flash-preview", "time": "2026-08-20T12:00:00Z", "output_tokens": 3_000_000},
            {
                "model": "gemini-3-flash-preview",
                "time": "2026-08-20T12:00:00Z",
                "output_tokens": 1,
                "search_queries": 90_040,
            },
            {"model": "gemini-3-flash-preview", "time": "2026-07-20T12:00:00Z", "output_tokens": 1},
            {"model": "gpt-5-mini", "time": "2026-08-20T12:00:00Z", "output_tokens": 1},
            {"model": "nobody", "time": "2026-08-20T12:00:00Z", "output_tokens": 1},
        )
    )
    text = as_lines([row(), row(PAID, "1190.56", "85040"), row(FREE, "0", "5000")])
    status, out, _ = run(text, "--format", "json", "--fail-over", "1%", log=log)
    found = json.loads(out)
    assert 0 == status
    assert [
        ("", "search_grounding", "90040", "90040", "0"),
        ("gemini-3-flash-preview", "output", "3432792", "3000001", "1.298373"),
    ] == [tuple(one[n] for n in ("model", "meter", "billed", "logged", "missing")) for one in found["log"]]
    assert "0.0010" in found["log_share"]
    assert 1 == run(text, "--fail-over", "0.1%", log=log)[0]
    _, out, _ = run(text, log=log)
    said = " ".join(out.split())
    assert "Log (gemini-3-flash-preview standard output): 3432792 billed, 3000001 logged; 10.298376 USD listed" in said
    assert "Left out: 2 calls of the log, of other days or not Google's." in said
    assert "1 row of the log could not be priced: see `ratecards bill`." in said


def test_a_quarter_of_an_invoice_that_no_log_of_tokens_has(run: Run):
    """All tokens were logged, none of 151,154 search queries: as a public report of August 2026 has it."""
    log = json.dumps(
        {"model": "gemini-3-flash-preview", "time": "2026-08-20T12:00:00Z", "output_tokens": 1_909_048_000}
    )
    text = as_lines([row(cost="5727.144", amount="1909048000"), row(PAID, "2116.156", "151154")])
    assert 0 == run(text, "--fail-over", "1%")[0]
    status, out, _ = run(text, "--fail-over", "1%", log=log)
    assert 1 == status
    assert "Log (search grounding): 151154 billed, 0 logged; 2116.156 USD listed" in " ".join(out.split())
    assert "Not in the log: 2116.156 USD (26.98 %)." in out


def test_what_is_billed_by_another_unit_than_is_listed_is_said(run: Run):
    """Queries on the bill, prompts on the page."""
    _, out, _ = run(as_lines([row("Generate content search query gemini 2.5 paid one", "35", "1000")]))
    assert "'Generate content search query gemini 2.5 paid one': billed by the query, listed by the prompt." in out


def test_a_log_of_what_was_not_billed(run: Run):
    """All of it is missing on the bill, and no share can be told of nothing; an allowance of another month is none."""
    log = json.dumps({"model": "gemini-3-flash-preview", "time": "2026-08-20T12:00:00Z", "output_tokens": 1_000_000})
    other = json.dumps(
        {"model": "gemini-3-flash-preview", "time": "2026-07-20T12:00:00Z", "output_tokens": 1, "search_queries": 9}
    )
    text = as_lines([row("Generate content input token count gemini 9 text", "0")])
    assert 0 == run(text, log=log)[0]
    status, out, _ = run(text, "--format", "json", "--fail-over", "99%", log=f"{log}\n{other}\n")
    found = json.loads(out)
    assert (1, None, ["-3"]) == (status, found["log_share"], [one["missing"] for one in found["log"]])


def test_credits_are_told_apart(run: Run):
    """By service and type; what was billed is before them."""
    given = [{"name": "Free trial", "amount": -2.5, "type": "PROMOTION"}, {"name": "other", "amount": -1}]
    _, out, _ = run(as_lines([row(credits=given), row(credits=given[:1])]))
    assert "20.596752 USD billed" in out
    assert ["Credit (Gemini API): -5 USD, PROMOTION.", "Credit (Gemini API): -1 USD, other."] == [
        line for line in out.splitlines() if line.startswith("Credit")
    ]


def test_an_export_without_the_service(run: Run):
    """Nothing was billed for it; nothing fails."""
    status, out, _ = run(as_lines([row(service={"description": "Cloud Run"})]), "--fail-over", "0")
    assert (0, "nothing billed for the Gemini API") == (status, out.splitlines()[0])


def test_shares_are_said_as_percent_or_as_numbers(run: Run):
    """Anything else is a usage error."""
    status, _, err = run(as_lines([row()]), "--fail-over", "little")
    assert 2 == status
    assert "--fail-over" in err


def test_service_is_told_by_its_id_or_its_name():
    """An id decides; the name alone will do."""
    assert "usage" == lines(row(service={"description": SERVICE["description"]}))[0]["section"]
    assert "other service" == lines(row(service={"id": "C7E2-9256-1C43", "description": "Gemini API"}))[0]["section"]
