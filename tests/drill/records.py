"""AI Studio's records and the billing catalogue's SKUs: values, positions, fields and cuts of JSON."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from random import Random
from typing import Any

from tests.drill.mutants import Mutant, kind
from tests.drill.said import Said, number
from tests.drill.subjects import Subject, billing_body, studio_body
from tests.support import ai_studio_body

STUDIO, BILLING = "ai-studio", "cloud-billing"


def _json(body: str, says: Said, what: str, **rule: Any) -> Mutant:
    return Mutant({"json": body}, says, what, **rule)


# --------------------------------------------------------------------------------------------- AI Studio


def _priced(subject: Subject, random: Random, model: str = "") -> tuple[int, str, int]:
    """A model's number, a side and a row that has a price."""
    found = [
        (at, side, row)
        for at, facts in enumerate(subject.facts)
        for side in ("input", "output")
        for row in range(len(facts.get(side, [])))
        if model in facts["id"]
    ]
    return random.choice(found)


def _rows(subject: Subject, at: int, side: str, row: int) -> Any:
    """Which rates come from a row: of its model, meter, bound and label."""
    facts = subject.facts[at]
    limit, _last, *_ = facts[side][row]
    label = facts[side][row][4] if len(facts[side][row]) > 4 else ""
    modality = label.split(" ")[0].lower()
    split = len(facts[side]) > 1 and not label

    def here(rate: dict) -> bool:
        mine = rate["model"] == facts["id"] and rate["meter"] == side
        bound = rate["prompt_up_to"] == str(limit) if limit else bool(rate["prompt_over"]) or not split
        return mine and bound and (not label or rate["modality"] == modality)

    return here


@kind(STUDIO, 60)
def _studio_price_changed(subject: Subject, random: Random, seed: int) -> Mutant:
    at, side, row = _priced(subject, random)
    models = copy.deepcopy(subject.facts)
    old = models[at][side][row][2]
    new = random.choice(["0.31", "7", "1e-3", "2.50", "0", "12.5e0", "0.000001"])
    models[at][side][row][2] = new
    value = number(str(Decimal(new)))
    availability = "priced" if Decimal(new) else "free"
    says = subject.says.changed(
        _rows(subject, at, side, row), lambda r: r | {"price": value, "availability": availability}
    )
    return _json(studio_body(models), says, f"{models[at]['id']} {side} {row}: {old} -> {new}")


@kind(STUDIO, 60)
def _studio_values_of_other_kinds(subject: Subject, random: Random, seed: int) -> Mutant:
    """A price, limit or label of a kind that it has never been."""
    at, side, row = _priced(subject, random)
    models = copy.deepcopy(subject.facts)
    line = models[at][side][row]
    where, new = random.choice(
        [
            (2, "-0.3"),
            (2, '"0.3"'),
            (2, "null"),
            (2, "[0.3]"),
            (2, "NaN"),
            (2, "1e99"),
            (2, "true"),
            (0, "many"),
            (0, -5),
            (0, [1]),
            (1, 7),
            (1, "1"),
            (2, "{}"),
            (2, "1000000"),
            (2, "0.1234567890123456"),
        ],
    )
    line[where] = new if where != 2 else "777.5"
    what = f"{models[at]['id']} {side} {row}[{where}] = {new}"
    return _json(studio_body(models).replace("777.5", str(new)), subject.says, what, unsaid=True)


@kind(STUDIO, 40)
def _studio_label_changed(subject: Subject, random: Random, seed: int) -> Mutant:
    """A row is labelled as something that this side has never had."""
    at, side, row = _priced(subject, random)
    models = copy.deepcopy(subject.facts)
    line = [*models[at][side][row], None, None][:5]
    label = random.choice(
        [
            "Smell",
            "Texto",
            "Image (*Output per 1,000 images)",
            "Audio (*Output per second)",
            "Image (*Output per imag",
            "Text tokens",
        ]
    )
    line[4] = label
    models[at][side][row] = line
    return _json(studio_body(models), subject.says, f"{models[at]['id']} {side} {row}: {label!r}", unsaid=True)


@kind(STUDIO, 80)
def _studio_positions_moved(subject: Subject, random: Random, seed: int) -> Mutant:
    """A value is inserted into a record or cut out of it: everything behind stands elsewhere."""
    recs = [ai_studio_body.record(facts) for facts in subject.facts]
    some = recs if seed % 2 else [random.choice(recs)]
    where = random.choice([0, 1, 3, 5, 6, 7, 20, 37, 38])
    for rec in some:
        if seed % 3:
            rec.insert(where, random.choice([None, 0, "x", 0.5, []]))
        else:
            del rec[where]
    return _json(ai_studio_body.body(recs), subject.says, f"position {where} of {len(some)} records, way {seed % 3}")


@kind(STUDIO, 60)
def _studio_prices_moved(subject: Subject, random: Random, seed: int) -> Mutant:
    """Inside the price position: sides, rows or values move by one."""
    recs = [ai_studio_body.record(facts) for facts in subject.facts]
    rec = random.choice([r for r in recs if len(r) > 38 and r[38][0]])
    sides = rec[38][0]
    way = random.choice(["wrap", "unwrap", "value", "drop", "more", "none in sides", "flat", "object"])
    side = next(s for s in sides if s)
    if way == "wrap":
        rec[38][0] = [sides]
    elif way == "unwrap":
        rec[38] = sides
    elif way == "value":
        side[0][0].insert(random.randrange(3), random.choice([None, 1, 0.5]))
    elif way == "drop":
        side[0][0].pop(random.randrange(3))
    elif way == "more":
        sides.append([[[None, 1, 0.5]]])
        sides.append([[[None, 1, 0.5]]])
    elif way == "none in sides":
        side[0].append(None)
    elif way == "flat":
        rec[38][0] = side[0]
    else:
        rec[38][0] = {"input": side}
    return _json(ai_studio_body.body(recs), subject.says, f"{rec[0]}: {way}")


@kind(STUDIO, 40)
def _studio_models_changed(subject: Subject, random: Random, seed: int) -> Mutant:
    """In another order, one gone, one new, one twice, one under another id."""
    models, says = copy.deepcopy(subject.facts), subject.says
    at = random.randrange(len(models))
    mine = models[at]["id"]
    way = random.choice(["moved", "gone", "new", "twice", "renamed", "strange"])
    rule: dict[str, Any] = {}
    if way == "moved":
        random.shuffle(models)
    elif way == "gone":
        del models[at]
        says = says.but(mine)
    elif way == "new":
        models.append({**copy.deepcopy(models[at]), "id": "gemini-new"})
        says = says.joined(says.of(mine).renamed(mine, "gemini-new"))
    elif way == "twice":
        at, side, row = _priced(subject, random)
        models.append(copy.deepcopy(models[at]))
        models[-1][side][row][2] = "99"
        rule = {"unsaid": True}
    elif way == "renamed":
        models[at]["id"] = "gemini-new"
        says = says.renamed(mine, "gemini-new")
    else:
        models[at]["id"] = random.choice(["Gemini New", "../x", "gemini_new!"])
        rule = {"unsaid": bool(says.of(mine).rates)}
    return _json(studio_body(models), says, f"{mine}: {way}", **rule)


@kind(STUDIO, 100)
def _studio_cut(subject: Subject, random: Random, seed: int) -> Mutant:
    body = subject.bodies["json"]
    at = len(body) * (seed % 100) // 100
    return _json(body[:at], subject.says, f"cut at {at} of {len(body)}")


# ------------------------------------------------------------------------------------------ Cloud Billing


def _of_sku(subject: Subject, at: int) -> Any:
    description = subject.facts[at]["description"]
    number_ = subject.facts[at].get("id") or f"A000-0000-{at:04X}"
    assert description
    return lambda rate: rate["locator"].startswith(f"{number_} ")


@kind(BILLING, 60)
def _billing_price_changed(subject: Subject, random: Random, seed: int) -> Mutant | None:
    skus = copy.deepcopy(subject.facts)
    found = [
        at
        for at, facts in enumerate(skus)
        if "tiers" not in facts and any(map(_of_sku(subject, at), subject.says.rates))
    ]
    if not found:
        return None
    at = random.choice(found)
    units, nanos = random.choice([("0", 1), ("0", 999999999), ("3", 0), ("0", 425), ("12", 500000000), ("0", 0)])
    skus[at] |= {"units": units, "nanos": nanos}
    quantity = skus[at].get("quantity", 1_000_000)
    value = number(str((int(units) + Decimal(nanos) / 10**9) * quantity))
    says = subject.says.changed(
        _of_sku(subject, at), lambda r: r | {"price": value, "availability": "priced" if Decimal(value) else "free"}
    )
    return _json(billing_body(skus), says, f"{skus[at]['description']}: {units} {nanos}")


@kind(BILLING, 60)
def _billing_fields_changed(subject: Subject, random: Random, seed: int) -> Mutant:
    """A field of a SKU is missing, of another type, in another currency, or per something else."""
    data = json.loads(subject.bodies["json"])
    at = random.randrange(len(data["skus"]))
    sku = data["skus"][at]
    expression = sku["pricingInfo"][0]["pricingExpression"]
    price = expression["tieredRates"][0]["unitPrice"]
    ways: dict[str, Any] = {
        "currency": lambda: price.update(currencyCode=random.choice(["EUR", "usd", "", None, "JPY"])),
        "nanos text": lambda: price.update(nanos=str(price["nanos"])),
        "nanos float": lambda: price.update(nanos=0.5),
        "nanos negative": lambda: price.update(nanos=-1),
        "nanos many": lambda: price.update(nanos=10**9),
        "no nanos": lambda: price.pop("nanos"),
        "units number": lambda: price.update(units=1),
        "no units": lambda: price.pop("units"),
        "no quantity": lambda: expression.pop("displayQuantity"),
        "quantity": lambda: expression.update(displayQuantity=random.choice([0, -1, "1000", 1.5, True])),
        "usage unit": lambda: expression.update(usageUnit=random.choice(["GiBy", "mo", "", None, "k{char}"])),
        "no tiers": lambda: expression.update(tieredRates=[]),
        "tier start": lambda: expression["tieredRates"][0].update(startUsageAmount=random.choice([5, "0", None])),
        "two pricings": lambda: sku["pricingInfo"].append(sku["pricingInfo"][0]),
        "no pricing": lambda: sku.update(pricingInfo=random.choice([[], None, {}, [7]])),
        "service": lambda: sku.update(name=sku["name"].replace("AEFD", "C7E2")),
        "id": lambda: sku.update(skuId=random.choice(["", "x", None])),
        "description": lambda: sku.update(description=random.choice([None, 5])),
        "token": lambda: data.update(nextPageToken="more"),
        "no skus": lambda: data.update(skus=[]),
        "renamed": lambda: data.update(items=data.pop("skus")),
        "error": lambda: data.update(error={"code": 403}, skus=None),
    }
    way = random.choice(list(ways))
    ways[way]()
    # the same SKUs with the promise of another page are what was read before
    read = (way != "token" and any(_of_sku(subject, at)(r) for r in subject.says.rates)) or way in (
        "no skus",
        "renamed",
        "error",
        "service",
        "id",
    )
    return _json(json.dumps(data), subject.says, f"{sku.get('description')}: {way}", unsaid=read)


@kind(BILLING, 60)
def _billing_skus_changed(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """In another order, one gone, one twice with another price, one described as another thing."""
    skus, says = copy.deepcopy(subject.facts), subject.says
    body = json.loads(subject.bodies["json"])["skus"]
    at = random.randrange(len(skus))
    here = _of_sku(subject, at)
    way = random.choice(["moved", "gone", "twice", "unknown", "regional", "committed", "cased"])
    rule: dict[str, Any] = {}
    if way == "moved":
        random.shuffle(body)
    elif way == "gone":
        del body[at]
        says = says.without(here)
    elif way == "twice":
        other = copy.deepcopy(body[at])
        price = other["pricingInfo"][0]["pricingExpression"]["tieredRates"][0]["unitPrice"]
        price["nanos"] += 7
        other |= {"skuId": "B000-0000-0000", "name": "services/AEFD-7695-64FA/skus/B000-0000-0000"}
        body.append(other)
        rule = {"unsaid": any(map(here, says.rates))}
    elif way == "unknown":
        body[at]["description"] += random.choice([" superfast", " Gemini 9", " v2", " EU"])
        says = says.without(here)
    elif way == "regional":
        body[at]["serviceRegions"] = ["europe-west1"]
        says = says.without(here)
    elif way == "committed":
        body[at]["category"]["usageType"] = "Commit1Yr"
        says = says.without(here)
    else:
        body[at]["description"] = body[at]["description"].upper().replace(" ", "_")
    return _json(json.dumps({"skus": body, "nextPageToken": ""}), says, f"{skus[at]['description']}: {way}", **rule)


@kind(BILLING, 100)
def _billing_cut(subject: Subject, random: Random, seed: int) -> Mutant:
    body = subject.bodies["json"]
    at = len(body) * (seed % 100) // 100
    return _json(body[:at], subject.says, f"cut at {at} of {len(body)}")
