"""AI Studio's answer to ListModels, built from the facts of a case."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Self

from ratecards.storage import strict_yaml
from scraper import ROOT

RPC = "https://alkalimakersuite-pa.clients6.google.com/$rpc/google.internal.alkali.applications.makersuite.v1.MakerSuiteService/ListModels"
CASES = ROOT / "tests" / "sources" / "ai_studio" / "cases"


class Printed(float):
    """A price that JSON prints as the facts do."""

    def __new__(cls, text: str) -> Self:
        printed = super().__new__(cls, text)
        printed.text = text
        return printed

    def __repr__(self) -> str:
        return self.text


def record(facts: dict) -> list:
    """The positional array that AI Studio makes of a model's facts."""
    raw: list = [None] * 78
    raw[0], raw[3], raw[4] = f"models/{facts['id']}", facts["name"], "About it."
    raw[5], raw[6] = facts["limits"]
    raw[7] = facts.get("methods", ["generateContent", "countTokens"])
    sides = [rows(facts[side]) if side in facts else None for side in ("input", "output")]
    while sides and sides[-1] is None:
        sides.pop()
    version = [facts["id"], ["1750000000"], None, [facts["cutoff"]]] if "cutoff" in facts else [facts["id"]]
    raw[38] = [sides or None, None, None, None, [version], None, None, None, version, "Blurb."]
    if "points_to" in facts:
        raw[38] += [None] * 4 + [facts["points_to"]]
    raw[56] = [[f"models/{old}", 1] for old in facts["replaces"]] if "replaces" in facts else None
    raw[64], raw[77] = [1, 2, 3], facts.get("badge")
    while raw[-1] is None:
        raw.pop()
    return raw


def rows(lines: list) -> list:
    return [[[Printed(value) if i == 2 else value for i, value in enumerate(line)] for line in lines]]


def load(case: str, name: str = "facts.yaml") -> list | dict:
    return strict_yaml.load((CASES / case / name).read_text(encoding="utf-8"), f"{case}/{name}")


def records(case: str = "live") -> list:
    return [record(facts) for facts in load(case)["models"]]


def dump(data: object) -> str:
    # the C encoder prints floats itself; with an indent Python's own does, by repr
    encoder = json.JSONEncoder(ensure_ascii=False)
    return "".join(_chunks(encoder, data))


def _chunks(encoder: json.JSONEncoder, data: object) -> Iterator[str]:
    if isinstance(data, list):
        yield "[" + ",".join("".join(_chunks(encoder, item)) for item in data) + "]"
    else:
        yield data.text if isinstance(data, Printed) else encoder.encode(data)


def body(recs: list) -> str:
    return ")]}'\n" + dump([recs])


def har(*entries: object) -> str:
    """Exchanges as the developer tools save them."""
    return json.dumps({"log": {"version": "1.2", "entries": list(entries)}})
