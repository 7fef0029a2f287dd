"""The usage of others, each form of it by cases: a directory `usage/<case>/` with what was written and what it counts."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ratecards.costing import usage_forms
from ratecards.costing.usage import Answer, once, records
from ratecards.errors import CostError

CASES = sorted(path for path in (Path(__file__).parent / "usage").iterdir() if path.is_dir())


def lines(case: Path) -> list[Any]:
    """The records of a case: one JSON value, or one a line."""
    file = next(case.glob("input.json*"))
    text = file.read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line] if file.suffix == ".jsonl" else [json.loads(text)]


def counted(answer: Answer) -> dict[str, Any]:
    """What an answer counts and says of itself, without what is nothing."""
    counts = {
        name: {k: n for k, n in value.items() if n} if isinstance(value, Mapping) else value
        for name, value in answer.counts.items()
    }
    found = {"model": answer.model, "tier": answer.tier, "time": str(answer.time or ""), "notes": [*answer.notes]}
    return {**{n: v for n, v in found.items() if v}, "counts": {n: v for n, v in counts.items() if v}}


def read(case: Path) -> dict[str, Any]:
    """What a case says: its calls, why records hold none, and what is refused, each in order."""
    kept: dict[str, Any] = {}
    calls: list[Answer] = []
    found: dict[str, list[Any]] = {"calls": [], "nothing": [], "refused": []}
    for record in lines(case):
        try:
            for one in records(record, kept):
                calls.append(one) if isinstance(one, Answer) else found["nothing"].append(one)
        except CostError as error:
            found["refused"].append(str(error))
    found["calls"] = [counted(call) for call in once(calls)]
    return {name: value for name, value in found.items() if value}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_was_used(case: Path):
    """Each token once, by its name; what holds no call says why."""
    assert json.loads((case / "expected.json").read_text(encoding="utf-8")) == read(case)


def forms_in(record: Any) -> Iterator[str]:
    """The forms of a record and of what it holds."""
    if isinstance(record, Mapping):
        if found := usage_forms.recognised(record):
            yield found[0].name
        for value in record.values():
            yield from forms_in(value)
    elif isinstance(record, list):
        for value in record:
            yield from forms_in(value)


def test_every_form_has_a_case():
    """Of a form without one nobody knows whether it is read."""
    seen = {name for case in CASES for record in lines(case) for name in forms_in(record)}
    assert set() == {form.name for form in usage_forms.forms()} - seen


@pytest.mark.parametrize("form", usage_forms.forms(), ids=lambda form: form.name)
def test_a_form_says_one_thing(form: usage_forms.Form):
    """It reads counts, or looks inside, or says why there is nothing to count."""
    assert 1 == sum(map(bool, (form.counts, form.inside, form.each, form.nothing)))
    assert form.what
    assert form.usage or not form.counts


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ({"recognised": {}, "what": "x", "counst": {}}, "saw counst"),
        ({"recognised": {}, "what": "x", "counts": {"a": "cached off input"}}, "saw 'cached off input'"),
        ({"recognised": {}, "what": "x", "counts": {"a": "audio 1 hour of input"}}, "saw 'audio 1 hour of input'"),
        ({"recognised": {}, "what": "x", "counts": {"a": "seconds of input"}}, "saw 'seconds of input'"),
    ],
)
def test_a_word_that_no_form_has_is_refused(words: dict[str, Any], wrong: str):
    """A table that is read wrong would count wrong."""
    with pytest.raises(ValueError, match=wrong):
        usage_forms.form_of("x", words)


def test_a_file_that_is_no_form_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """With its path."""
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "mine.toml").write_text("what = 'x'\n")
    monkeypatch.setattr(usage_forms, "__file__", str(tmp_path / "usage_forms.py"))
    usage_forms.forms.cache_clear()
    try:
        with pytest.raises(CostError, match=r"mine\.toml: 'recognised'"):
            usage_forms.forms()
    finally:
        usage_forms.forms.cache_clear()


def test_text_that_is_no_json_holds_nothing():
    """A field of a form may be JSON in a text, or any other text."""
    assert None is usage_forms.at({"metadata": "{not json"}, ("metadata", "x"))
    assert None is usage_forms.at({"metadata": "text"}, ("metadata", "x"))
    assert 5 == usage_forms.at({"a": [{"key": "k", "value": {"intValue": 5}}, {"key": "l"}, 3]}, ("a", "k"))
    assert {"kvlist": 1} == usage_forms.at({"a": [{"key": "k", "value": {"kvlist": 1}}]}, ("a", "k"))


def test_a_wheel_has_all_forms_in_one_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """They are the same."""
    right = usage_forms.forms()
    folder = Path(usage_forms.__file__).parent / "forms"
    read = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml"))}
    (tmp_path / "forms.json").write_text(json.dumps(read))
    monkeypatch.setattr(usage_forms, "__file__", str(tmp_path / "usage_forms.py"))
    usage_forms.forms.cache_clear()
    try:
        assert right == usage_forms.forms()
    finally:
        usage_forms.forms.cache_clear()
