"""The strict YAML: each scalar that PyYAML guesses at is read as a string or refused, and nothing is shared."""

from __future__ import annotations

import time

import pytest
import yaml

from ratecards.storage import strict_yaml
from ratecards.storage.strict_yaml import StrictYamlError, load

READ = {
    "a: word": "word",
    "a: two words": "two words",
    "a: 3.1-flash": "3.1-flash",
    "a: 0.5K": "0.5K",
    "a: 1080p": "1080p",
    "a: 2026-11-01T06:17:00Z": "2026-11-01T06:17:00Z",
    "a: e-7": "e-7",
    'a: "2.5"': "2.5",
    "a: '1.10'": "1.10",
    "a: '1e-7'": "1e-7",
    "a: '010'": "010",
    "a: '1:30'": "1:30",
    "a: 'no'": "no",
    "a: '2026-11-01'": "2026-11-01",
    "a: '.nan'": ".nan",
    "a: ''": "",
    "a: |-\n  1.10": "1.10",
    "a: >-\n  no": "no",
    'a: "\\u202e"': "\u202e",
    "a: 0": 0,
    "a: 200000": 200_000,
    "a: -5": -5,
    "a: 999999999999999999": 999_999_999_999_999_999,
    "a: true": True,
    "a: false": False,
    "a: null": None,
    "a: []": [],
    "a: {}": {},
    "a: [x, 1, {b: c}]": ["x", 1, {"b": "c"}],
}
REFUSED_SCALARS = (
    *("2.5", "1.10", "0.30", ".5", "5.", "1e-7", "1E5", "1_000", "1,000", "010", "-0", "+5", "0x1F", "0b1", "0o17"),
    *("1:30", "190:20:30", "2026-11-01", ".nan", ".NaN", ".inf", "-.INF", "9" * 19, "9" * 5000),
    *("no", "No", "NO", "yes", "on", "Off", "y", "N", "~", "True", "FALSE", "Null", "<<", "=", ""),
)


@pytest.fixture(params=["CSafeLoader", "SafeLoader"], autouse=True)
def either_loader(request, monkeypatch):
    """Everything holds with the C parser and where there is none."""
    if request.param == "SafeLoader":
        monkeypatch.delattr(yaml, "CSafeLoader")


@pytest.mark.parametrize(("text", "expected"), READ.items(), ids=str)
def test_what_is_read(text, expected):
    """Strings, whole numbers, true, false and null; a quoted scalar is always a string."""
    found = load(text, "card.yaml")["a"]

    assert (type(expected), expected) == (type(found), found)


@pytest.mark.parametrize("scalar", REFUSED_SCALARS, ids=lambda s: s[:20] or "empty")
def test_fault_56_a_scalar_that_yaml_would_guess_at_is_refused(scalar):
    """The message names file, line, column and what to do."""
    with pytest.raises(StrictYamlError) as raised:
        load(f"b: x\na: {scalar}", "card.yaml")

    assert str(raised.value).startswith("card.yaml:2:")
    assert str(raised.value).endswith(f"{scalar[:40]!r} must be quoted")


REFUSED = {
    "duplicate key": ("a: x\nb: x\na: z", "card.yaml:3:1: the key 'a' stands twice or is not a word"),
    "duplicate in flow": ("{a: x, a: z}", "card.yaml:1:8: the key 'a' stands twice or is not a word"),
    "duplicate number": ("1: x\n1: y", "card.yaml:2:1: the key 1 stands twice or is not a word"),
    "boolean key": ("true: x", "card.yaml:1:1: the key True stands twice or is not a word"),
    "null key": ("null: x", "card.yaml:1:1: the key None stands twice or is not a word"),
    "list as key": ("? [a]\n: x", "card.yaml:1:3: the key ['a'] stands twice or is not a word"),
    "anchor": ("a: &x word", "card.yaml:1:4: anchors and aliases are not allowed"),
    "anchored list": ("a: &x [word]", "card.yaml:1:4: anchors and aliases are not allowed"),
    "alias": ("a: x\nb: *x", "card.yaml:2:4: anchors and aliases are not allowed"),
    "merge": ("a: {b: c}\n<<: {b: d}", "card.yaml:2:1: '<<' must be quoted"),
    "tag": ("a: !!python/object:os.system x", "card.yaml:1:4: the tag tag:yaml.org,2002:python/object:os.system is"),
    "own tag": ("a: !x [word]", "card.yaml:1:4: the tag !x is not allowed"),
    "harmless tag": ("a: !!str 5", "card.yaml:1:4: the tag tag:yaml.org,2002:str is not allowed"),
    "bare tag": ("a: ! 5", "card.yaml:1:4: the tag ! is not allowed"),
    "two documents": ("a: x\n---\nb: x", "card.yaml: expected a single document, saw another"),
    "nothing": ("", "card.yaml: empty, expected a mapping"),
    "comments": ("# no\n", "card.yaml: empty, expected a mapping"),
    "merge markers": ("a: x\n<<<<<<< ours\nb: x\n=======\nb: z\n>>>>>>> theirs\n", "card.yaml: not YAML: "),
    "control character": ("a: \x07", "card.yaml: not YAML: "),
    "half a character": ("a: '\ud800'", "card.yaml: not YAML: "),
    "unclosed": ("a: [x, z", "card.yaml: not YAML: "),
    "tab": ("a:\n\t- x", "card.yaml: not YAML: "),
}


@pytest.mark.parametrize(("text", "expected"), REFUSED.values(), ids=REFUSED)
def test_fault_56_what_is_refused(text, expected):
    """Duplicates, anchors, aliases, tags, several documents, none, and what is not YAML."""
    with pytest.raises(StrictYamlError) as raised:
        load(text, "card.yaml")

    assert expected == str(raised.value)[: len(expected)]
    assert 1 == len(str(raised.value).splitlines())


def test_the_depth_is_bounded():
    """Forty levels are read; one more is refused."""
    deepest = load("[" * 40 + "x" + "]" * 40, "f")
    for _ in range(40):
        [deepest] = deepest

    assert "x" == deepest
    with pytest.raises(StrictYamlError, match="f:1:41: nested deeper than 40"):
        load("[" * 41 + "x" + "]" * 41, "f")


def test_mappings_count_as_levels():
    """The same depth for mappings."""
    assert "a" in load("{a: " * 40 + "x" + "}" * 40, "f")
    with pytest.raises(StrictYamlError, match="f:1:161: nested deeper than 40"):
        load("{a: " * 41 + "x" + "}" * 41, "f")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_a_deep_text_neither_crashes_nor_takes_long(opening):
    """A hundred thousand levels overran the C stack when the text was composed first."""
    before = time.monotonic()
    with pytest.raises(StrictYamlError, match=r"nested deeper than 40|maximum nesting depth"):  # libyaml's own, or ours
        load(opening * 100_000, "f")

    assert time.monotonic() - before < 5


def test_fault_56_the_alias_bomb_is_refused_at_its_first_anchor():
    """324 bytes that would fill a gibibyte once they are walked."""
    levels = [f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    bomb = "\n".join(["a: &a [x,x,x]", *levels]).ljust(324)

    assert 324 == len(bomb)
    with pytest.raises(StrictYamlError, match=r"bomb:1:4: anchors and aliases are not allowed"):
        load(bomb, "bomb")


def others(text):
    """A text that others wrote."""
    return load(text, "f", str)


def test_an_alias_is_what_its_anchor_names_in_a_text_of_others():
    """A word, a list, a mapping, a key; of two anchors of one name the nearer above it."""
    text = "a: &x word\nb: [*x, &y {c: *x}]\nd: &x [1]\ne: [*x, *y]\n"
    assert {"a": "word", "b": ["word", {"c": "word"}], "d": ["1"], "e": [["1"], {"c": "word"}]} == others(text)
    assert {"k": "z"} == others("&k k : z") == others("? &k k\n: z")
    assert {"a": "k", "k": "z"} == others("a: &k k\n*k : z")


def test_own_keys_go_before_those_that_are_merged():
    """One mapping or several, of which the first goes before; a merged one may have merged itself; a quoted sign is a word."""
    base = "a: &a {x: 1, y: 2}\nb: &b\n  <<: *a\n  y: 3\n  z: 4\n"
    assert {"x": "1", "y": "3", "z": "4"} == others(base)["b"]
    assert {"x": "1", "y": "9", "z": "4"} == others(base + "c: {y: 9, <<: [*a, *b]}")["c"]
    assert {"x": "1", "y": "3", "z": "4"} == others(base + "c: {<<: [*b, *a]}")["c"]
    assert {"x": "1", "y": "2"} == others(base)["a"], "what is merged stays as it is"
    assert {"q": "5"} == others("<<: {q: 5}")
    assert {"<<": {"q": "5"}} == others("'<<': {q: 5}")


BAD_ALIASES = {
    "no anchor": ("a: *x", "f:1:4: the alias *x has no anchor above it"),
    "below": ("a: *x\nb: &x 1", "f:1:4: the alias *x has no anchor above it"),
    "itself": ("&x [*x]", "f:1:5: the alias *x stands inside itself"),
    "itself, deep": ("a: &x {b: [{c: *x}]}", "f:1:16: the alias *x stands inside itself"),
    "itself, anew": ("- &x 1\n- &x [*x]", "f:2:7: the alias *x stands inside itself"),
    "merged into itself": ("a: &x\n  <<: *x", "f:2:7: the alias *x stands inside itself"),
    "a word merged": ("<<: word", "f:1:1: expected a mapping to merge, or several"),
    "words merged": ("<<: [{a: 1}, word]", "f:1:1: expected a mapping to merge, or several"),
    "nothing merged": ("<<: []", "f:1:1: expected a mapping to merge, or several"),
    "merged twice": ("<<: {a: 1}\n<<: {b: 1}", "f:2:1: the key '<<' stands twice or is not a word"),
    "a key twice": ("a: &x {b: 1}\nc: {<<: *x, d: 1, d: 2}", "f:2:19: the key 'd' stands twice or is not a word"),
    "a list as a key": ("a: &x [b]\n*x : c", "f:2:1: the key ['b'] stands twice or is not a word"),
    "a key twice by alias": ("a: &x a\n*x : c", "f:2:1: the key 'a' stands twice or is not a word"),
    "a tag": ("a: &x !!str b", "f:1:4: the tag tag:yaml.org,2002:str is not allowed"),
}


@pytest.mark.parametrize("name", BAD_ALIASES)
def test_an_alias_that_says_nothing_is_refused(name):
    """And a merge of what is no mapping."""
    text, words = BAD_ALIASES[name]
    with pytest.raises(StrictYamlError) as raised:
        others(text)
    assert words == str(raised.value)


def test_aliases_are_bounded_as_if_they_were_written_out():
    """Nine levels of nine aliases each are 9 ** 9 values; levels add up, too. What is small may be named often."""
    levels = [f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    before = time.monotonic()
    with pytest.raises(StrictYamlError, match=r"f:[78]:\d+: expected at most 1,000,000 values, aliases written out"):
        others("\n".join(["a: &a [x,x,x]", *levels]))
    merges = [
        f"{b}: &{b} {{{b}: [{','.join([f'{{<<: *{a}}}'] * 9)}]}}" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    with pytest.raises(StrictYamlError, match=r"expected at most 1,000,000 values"):
        others("\n".join(["a: &a {x: [x,x,x]}", *merges]))
    assert time.monotonic() - before < 5

    deep = f"a: &a {'[' * 20}x{']' * 20}\nb: {'[' * 19}*a{']' * 19}"
    assert others(deep)
    with pytest.raises(StrictYamlError, match=r"f:2:24: nested deeper than 40"):
        others(deep.replace("b: ", "b: [") + "]")
    assert 10_000 == len(others("a: &a x\nb: [" + "*a, " * 10_000 + "]")["b"])


def test_line_and_column_count_from_one():
    """The place is where an editor shows it."""
    with pytest.raises(StrictYamlError, match=r"f:3:6: '1.5' must be quoted"):
        load("a:\n  - x\n  - [1.5]".replace("[1.5]", " 1.5"), "f")


def test_other_errors_pass():
    """What is no text is the caller's mistake, not a finding about the file."""
    with pytest.raises((TypeError, AttributeError)):
        strict_yaml.load(None, "f")
