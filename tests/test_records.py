"""The light `dataclass` and `NamedTuple`: what they give is what those of the standard library give."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import subprocess
import sys
import typing
from pathlib import Path

import pytest

from ratecards import records
from ratecards.model import Evidence, Formula
from tests.support.kit import card, rate

POINT = """
@dataclass(frozen=True, slots=True)
class Point:
    '''A place.'''

    x: int
    y: int = 2
    label: str = field(compare=False)

    @property
    def sum(self) -> int:
        return self.x + self.y
"""
SIDE = """
class Side(NamedTuple):
    '''A length.'''

    length: int
    unit: str = "m"

    def doubled(self) -> int:
        return self.length * 2
"""


def made(code: str, name: str, module, **more: object):
    """The class that the code defines with the names of a module."""
    scope = {**vars(module), **more, "__name__": __name__}
    exec(f"from __future__ import annotations\n{code}", scope)
    return scope[name]


def both() -> list:
    """The class made here, and by the standard library."""
    code = POINT.replace("slots=True", "slots=True, kw_only=True")
    return [made(code, "Point", module) for module in (records, dataclasses)]


def said(ask, *args: object, **named: object) -> str:
    """What an error says."""
    with pytest.raises((TypeError, AttributeError)) as caught:
        ask(*args, **named)
    return f"{type(caught.value).__name__}: {caught.value}"


def test_instances_look_the_same():
    """Values, defaults, properties, words, fields, doc."""
    ours, theirs = both()
    one, other = (cls(x=1, label="a") for cls in (ours, theirs))
    assert repr(other) == repr(one)
    assert [f.name for f in dataclasses.fields(other)] == [f.name for f in dataclasses.fields(one)]
    assert (other.x, other.y, other.label, other.sum) == (one.x, one.y, one.label, one.sum)
    assert dataclasses.asdict(other) == dataclasses.asdict(one)
    assert "A place." == ours.__doc__
    assert not hasattr(one, "__dict__")


def test_a_value_is_words_before_it_is_made():
    """The words of an instance that was made without its initialiser."""
    cls = both()[0]
    assert "Point(x=1, y=2, label='a')" == repr(records.maker(cls)((1, 2, "a")))


def test_equality_and_hash():
    """By all fields but those that take no part, and never with another class."""
    ours, theirs = both()
    one = ours(x=1, label="a")
    assert one == ours(x=1, label="b")
    assert hash(one) == hash(ours(x=1, label="b"))
    assert one != ours(x=2, label="a")
    assert one != theirs(x=1, label="a")
    assert one.__eq__((1, 2)) is NotImplemented


def test_a_field_that_takes_no_part_may_have_a_default():
    """As with the standard library's."""
    code = POINT.replace("field(compare=False)", 'field(compare=False, default="b")')
    ours, theirs = (
        made(code.replace("slots=True", "slots=True, kw_only=True"), "Point", m) for m in (records, dataclasses)
    )
    assert "b" == ours(x=1).label == theirs(x=1).label
    assert ours(x=1) == ours(x=1, label="c")


@pytest.mark.parametrize("named", [{}, {"x": 1, "label": "a", "z": 3}])
def test_what_does_not_fit_is_refused_alike(named: dict):
    """A value too few, one too many."""
    ours, theirs = both()
    expected, actual = said(theirs, **named), said(ours, **named)
    assert expected.partition("__init__")[2] == actual.partition("__init__")[2]


def test_nothing_can_be_changed():
    """Not set, not deleted; a copy with other values is made."""
    one = both()[0](x=1, label="a")
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot change field 'x' of Point"):
        one.x = 2
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot change field 'x' of Point"):
        del one.x
    assert (5, 2, "a") == dataclasses.astuple(dataclasses.replace(one, x=5))


def test_copies():
    """By copy, deep copy and pickle."""
    whole = card(rate(), formulas=(Formula(quote="q", unit="1 image"),))
    copies = [copy.copy(whole), copy.deepcopy(whole), pickle.loads(pickle.dumps(whole))]
    assert [whole] * 3 == copies
    assert [Evidence("$0.5", "flash / Standard / Input price")] * 3 == [c.rates[0].evidence for c in copies]


def test_from_all_values():
    """Exactly as many as there are fields."""
    make, whole = records.maker(Evidence), Evidence("q", "l")
    values = [getattr(whole, name) for name in Evidence.__slots__]
    assert whole == make(values)
    with pytest.raises(ValueError, match="shorter"):
        make(values[:-1])


def test_a_named_tuple():
    """Fields, defaults, methods, words and doc."""
    ours, theirs = made(SIDE, "Side", records), made(SIDE, "Side", typing)
    assert [(3, "m"), 6, "Side(length=3, unit='m')", "A length.", ("length", "unit")] == [
        ours(3),
        ours(3).doubled(),
        repr(ours(3)),
        ours.__doc__,
        ours._fields,
    ]
    assert (theirs._fields, theirs._field_defaults, theirs.__module__) == (
        ours._fields,
        ours._field_defaults,
        ours.__module__,
    )
    assert "missing 1 required positional argument: 'length'" in said(ours)


def test_a_first_cost_imports_little():
    """Nothing slow, and none of the histories' modules."""
    slow = {"typing", "dataclasses", "inspect", "argparse", "csv", "pathlib", "difflib"}
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import ratecards\n"
        "ratecards.cost('gemini-2.5-pro', {'input_tokens': 1, 'output_tokens': 1})\n"
        f"print(sorted({slow} & set(sys.modules)), 'ratecards.storage.history' in sys.modules)"
    )
    root = Path(records.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(root)], capture_output=True, text=True, check=True
    )
    assert "[] False" == done.stdout.strip()


def test_the_command_imports_little():
    """Beside its options what a cost needs; and it makes the options of no other command."""
    slow = {"typing", "dataclasses", "inspect", "csv", "pathlib", "difflib", "ratecards.questions.limits"}
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from ratecards.__main__ import main\n"
        "main(['cost', 'gemini-2.5-pro', '--input-tokens', '1', '--stale', 'allow'])\n"
        f"print(sorted({slow} & set(sys.modules)))"
    )
    root = Path(records.__file__).parents[1]
    command = [sys.executable, "-I", "-S", "-c", code, str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.splitlines()[-1]
