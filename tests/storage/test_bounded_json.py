"""JSON of strangers: exact numbers, and each fault with file, place, expected and seen."""

from __future__ import annotations

import json
import re
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecards.storage import bounded_json
from ratecards.storage.bounded_json import FormatError, loads, loads_commented

REFUSED = {
    '{"a": 1,\n "b": 2,\n "a": 3}': "f:3:2: the key 'a' stands twice in one object",
    '{"x": {"a": 1}, "y": {"a": 1, "\\u0061": 2}}': "f:1:31: the key 'a' stands twice in one object",
    '{"x": [1, {"a": {"b": 1, "b": 2}}]}': "f:1:26: the key 'b' stands twice in one object",
    "[1, NaN]": "f:1:5: expected a number, saw NaN",
    '{"a": "NaN",\n"b": -Infinity}': "f:2:6: expected a number, saw -Infinity",
    '{"a": 1, "a": 2, "x": {"b": 1, "b": 2}}': "f:1:32: the key 'b' stands twice in one object",
    "[" * 41 + "]" * 41: "f:1:41: expected at most 40 levels, saw one more",
    '{"a":' * 41 + "1" + "}" * 41: "f:1:201: expected at most 40 levels, saw one more",
    "[1e31]": "f:1:2: expected an amount from 1e-30 to 1e30, saw 1e31",
    "[1e-31]": "f:1:2: expected an amount from 1e-30 to 1e30, saw 1e-31",
    "[" + "9" * 41 + "]": "f:1:2: expected a number of at most 40 digits, saw one of 41",
    "[" + "9" * 5000 + "]": "f:1:2: expected a number of at most 40 digits, saw one of 5000",
    "[0." + "1" * 40 + "]": "f:1:2: expected a number of at most 40 digits, saw one of 42",
    '{"a": }': "f:1:7: not JSON: Expecting value, saw '}'",
    '{"a": 1': "f:1:8: not JSON: Expecting ',' delimiter, saw 'the end of the text'",
    "": "f:1:1: not JSON: Expecting value, saw 'the end of the text'",
    '"\\': "f:1:1: not JSON: Unterminated string starting at, saw '\"\\\\'",
    "[" + "," * 1_000_001 + "]": "f: expected at most 1,000,000 values, saw 1,000,001 commas",
}


@pytest.mark.parametrize(("text", "words"), REFUSED.items(), ids=range(len(REFUSED)))
def test_each_fault_names_file_place_expected_and_seen(text: str, words: str) -> None:
    """A duplicate, a number that is none, depth, size, and what is no JSON."""
    with pytest.raises(FormatError) as found:
        loads(text, "f")

    assert words == str(found.value)


def test_brackets_inside_strings_are_no_levels() -> None:
    """Neither are those behind an escaped quote."""
    text = json.dumps({"a": "[" * 60, "b": '\\"' + "{" * 60})

    assert {"a": "[" * 60, "b": '\\"' + "{" * 60} == loads(text, "f")


def test_a_number_with_a_point_is_exact_and_prints_as_it_was_written() -> None:
    """A whole number is an int."""
    whole, small, exponent = loads("[200000, 0.10, 7.5e-08]", "f")

    assert (200_000, Decimal("0.1"), Decimal("0.000000075")) == (whole, small, exponent)
    assert ["200000", "0.10", "7.5e-08"] == list(map(str, (whole, small, exponent)))
    assert not any(isinstance(n, float) for n in (whole, small, exponent))


COMMENTED = {
    '// prices\n{"a": 1} // end': {"a": 1},
    '/* x\n * y */ {"a": /* one */ 1, /**/ "b": [2, /* last */], // c\n}\n': {"a": 1, "b": [2]},
    '{"a": [1, 2,\n],\n}': {"a": [1, 2]},
    '{"url": "https://x/*y*/", "b": "//,]", "c": "a\\"//",}': {"url": "https://x/*y*/", "b": "//,]", "c": 'a"//'},
    '["x" ,\t]': ["x"],
    '{"a": 1,// "b": 2,\n}': {"a": 1},
    "[1, /* ] */ 2]": [1, 2],
    "[]//": [],
    '{"a": "/* no comment"}': {"a": "/* no comment"},
}


@pytest.mark.parametrize("text", COMMENTED)
def test_comments_and_a_last_comma_are_nothing(text: str) -> None:
    """Inside strings they are letters."""
    assert COMMENTED[text] == loads_commented(text, "f")


@given(
    st.recursive(
        st.none() | st.integers(0, 9) | st.text(alphabet='/*"\\,]}x ', max_size=6),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet='/*",x'), inner),
    )
)
def test_json_with_comments_between_all_that_it_has_is_the_same(value: object) -> None:
    """A comment may stand wherever a blank may."""
    text = json.dumps(value, separators=(",", ":"))
    tokens = re.findall(r'"(?:[^"\\]|\\.)*"|[^"\[\]{},:]+|.', text)
    assert value == loads_commented("/* , ] */\n".join(["", *tokens, ""]), "f") == loads_commented(text, "f")


BARE = {
    '{"a": 1} /* open': "f:1:10: not JSON: Extra data, saw '/* open'",
    "[,]": "f:1:2: not JSON: Expecting value, saw ',]'",
    "[1,,]": "f:1:4: not JSON: Expecting value, saw ',]'",
    '{"a":,}': "f:1:6: not JSON: Expecting value, saw ',}'",
    "[1 2,]": "f:1:4: not JSON: Expecting ',' delimiter, saw '2 ]'",
    '// a\n{"a": 1, /* b */ "a": 2}': "f:2:18: the key 'a' stands twice in one object",
    '{\n// x\n"a": NaN}': "f:3:6: expected a number, saw NaN",
    "/": "f:1:1: not JSON: Expecting value, saw '/'",
    "[1] # x": "f:1:5: not JSON: Extra data, saw '# x'",
}


@pytest.mark.parametrize("text", BARE)
def test_what_is_wrong_in_json_with_comments_has_its_own_place(text: str) -> None:
    """An open comment, commas without a value, a key that stands twice."""
    with pytest.raises(FormatError) as found:
        loads_commented(text, "f")
    assert BARE[text] == str(found.value)


@pytest.mark.parametrize("part", ["/*", "/", "//", '"', ", ", " ", "/* */", "*/", "[,", ",\n"])
def test_a_text_of_one_sign_takes_no_long(part: str) -> None:
    """Each letter is looked at a few times, whatever the text is."""
    before = time.process_time()
    with pytest.raises(FormatError):
        loads_commented(part * (400_000 // len(part)), "f")
    assert time.process_time() - before < 2


def test_equal_keys_of_different_objects_are_no_duplicates() -> None:
    """Side by side, and one inside the other."""
    assert {"a": {"a": [{"a": 1}, {"a": 2}]}} == loads('{"a": {"a": [{"a": 1}, {"a": 2}]}}', "f")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.sampled_from([None, 1]))
def test_whatever_json_says_is_read_as_it_is(value: object, indent: int | None) -> None:
    """Any value without floats, in ASCII or not."""
    assert value == loads(json.dumps(value, indent=indent), "f")
    assert value == loads(json.dumps(value, ensure_ascii=False), "f")


@given(st.text(alphabet='{}[]:,"\\ab1.e-N\n', max_size=60))
def test_nothing_but_a_format_error_comes_out_of_any_text(text: str) -> None:
    """What json refuses, we refuse; we may refuse more."""
    try:
        found = loads(text, "f")
    except FormatError as error:
        assert str(error).startswith("f")
    else:
        assert json.loads(text, parse_float=Decimal) == found


def test_places_are_all_that_there_are() -> None:
    """Of a token, and of a key that is repeated in its object."""
    assert [1, 4] == list(bounded_json._places("[1, 1]", "1", None))
    assert [9, 17] == list(bounded_json._places('{"a": 1, "a": 2, "a": 3, "b": {"a": 4}}', "", "a"))


def test_a_number_that_is_not_finite_is_no_amount() -> None:
    """As TOML hands it over."""
    for text in ("nan", "inf", "-inf"):
        with pytest.raises(bounded_json.BadText, match=f"saw {text}"):
            bounded_json.decimal(text)


@pytest.mark.parametrize("text", ['{"a":NaNb": 1}', '{"a":NaN}}]', '[0e999999b"]', '{"a":NaN"'])
def test_a_bad_number_before_what_is_no_json(text):
    """It is met first, and told with its place; the rest is not even looked at."""
    with pytest.raises(FormatError, match=r"^x:1:[0-9]+: expected a"):
        loads(text, "x")
