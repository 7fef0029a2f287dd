"""Files and folders of strangers' prices: recognised by what they say, in one shape a format, refused with a place."""

from __future__ import annotations

import io
import os
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from ratecards.formats import price_file, sheet
from ratecards.formats.price_file import FormatError

LITELLM = '{"gemini/x": {"litellm_provider": "gemini", "input_cost_per_token": 1e-07}}'
PORTKEY = '{"x": {"pricing_config": {"pay_as_you_go": {}}}}'
API = '{"google": {"id": "google", "models": {"x": {"cost": {"input": 0.30}}}}}'
PROVIDER = '{"id": "google", "models": [{"id": "x", "prices": {"input_mtok": 0.3}}]}'
YAML = """# prices
id: google
models:
  - id: x
    prices:
      input_mtok: 0.30  # dollars
      requests_kcount: 14
      start: 2026-01-01
      note: ~
      free: false
      big: -1e-7
"""
HEADER = "provider,source,model,service_tier,plan,meter,unit,price"
CSV = f'{HEADER}\ngoogle,gemini-api,x,standard,paid,input,1000000 tokens,"0.30"\n'
ROWS = '[{"provider": "google", "meter": "input", "unit": "1000000 tokens", "price": "0.3"}]'
TOML = "[cost]\ninput = 0.30\noutput = 2\n"
ROW = dict(
    zip(
        HEADER.split(","),
        ["google", "gemini-api", "x", "standard", "paid", "input", "1000000 tokens", "0.30"],
        strict=True,
    )
)
PRICES = {
    "input_mtok": Decimal("0.30"),
    "requests_kcount": 14,
    "start": "2026-01-01",
    "note": None,
    "free": False,
    "big": Decimal("-1e-7"),
}


def write(path: Path, text: str | bytes) -> Path:
    """The file, with the folders it stands in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


RECOGNISED = {
    "litellm": (LITELLM, {"gemini/x": {"litellm_provider": "gemini", "input_cost_per_token": Decimal("1e-07")}}),
    "portkey": (PORTKEY, {"x": {"pricing_config": {"pay_as_you_go": {}}}}),
    "models.dev": (API, {"google": {"id": "google", "models": {"x": {"cost": {"input": Decimal("0.30")}}}}}),
    "genai-prices": (PROVIDER, [{"id": "google", "models": [{"id": "x", "prices": {"input_mtok": Decimal("0.3")}}]}]),
    "genai-prices, list": (f"[{PROVIDER}]", None),
    "genai-prices, YAML": (YAML, [{"id": "google", "models": [{"id": "x", "prices": PRICES}]}]),
    "ratecards": (CSV, [ROW]),
    "ratecards, JSON": (f'{{"version": 1, "rates": {ROWS}}}', None),
    "ratecards, rows": (ROWS, None),
}


@pytest.mark.parametrize("name", RECOGNISED)
def test_a_file_is_recognised_by_what_it_says(name: str, tmp_path: Path) -> None:
    """Its name says another thing."""
    text, data = RECOGNISED[name]
    found = price_file.load(write(tmp_path / "prices.txt", text))

    assert name.partition(",")[0] == found.format
    assert (str(tmp_path / "prices.txt"), text) == (found.path, found.text)
    assert data is None or data == found.data


def test_a_mark_of_utf_8_blank_lines_and_comments_come_first(tmp_path: Path) -> None:
    """None of them is a price."""
    assert "litellm" == price_file.load(write(tmp_path / "a", b"\xef\xbb\xbf\n  " + LITELLM.encode())).format
    assert "genai-prices" == price_file.load(write(tmp_path / "b", "\n# a\n\n# b\n---\n" + YAML)).format


def test_a_file_of_portkeys_is_of_the_provider_whose_name_it_has(tmp_path: Path) -> None:
    """Where it stands as Portkey keeps it; elsewhere each model is its maker's."""
    model = {"pricing_config": {"pay_as_you_go": {}}}
    assert {"provider": "vertex-ai", "x": model} == price_file.load(
        write(tmp_path / "pricing/vertex-ai.json", PORTKEY)
    ).data
    assert {"provider": "vertex-ai", "x": model} == price_file.load(tmp_path / "pricing").data
    assert {"x": model} == price_file.load(write(tmp_path / "prices/vertex-ai.json", PORTKEY)).data


OPENCODE = """// my models
{
  "$schema": "https://opencode.ai/config.json", // not a comment: /* */
  "provider": {
    /* billed to the team */
    "anthropic": {
      "models": {
        "claude-haiku-4-5": { "cost": { "input": 1, "output": 5, } },
      },
    },
  },
}
"""


def test_json_may_have_comments_and_a_comma_at_the_end(tmp_path: Path) -> None:
    """As opencode's config has; what is in a string is no comment, and lines are where they stand."""
    for name in ("opencode.json", "opencode.jsonc"):
        found = price_file.load(write(tmp_path / name, OPENCODE))
        model = {"cost": {"input": 1, "output": 5}}
        assert ("opencode", OPENCODE) == (found.format, found.text)
        assert {"anthropic": {"models": {"claude-haiku-4-5": model}}} == found.data
    (tmp_path / "opencode.json").unlink()
    assert found.data == price_file.load(tmp_path).data, "a folder's file may be named so"


ANCHORED = """
x-flash: &flash
  input_cost_per_token: 0.0000003
  output_cost_per_token: 0.0000025
model_list:
  - model_name: flash
    litellm_params: &params
      <<: *flash
      model: gemini/gemini-2.5-flash
  - model_name: flash-cheap
    litellm_params:
      <<: [*params, {cache_read_input_token_cost: 3e-8}]
      output_cost_per_token: 0.000001
  - model_name: flash-info
    litellm_params: {model: gemini/gemini-2.5-flash}
    model_info: *flash
"""


def test_yaml_may_name_what_it_says_again(tmp_path: Path) -> None:
    """Anchors, aliases and merge keys, as in configs of LiteLLM's proxy: what they stand for, own keys first."""
    found = price_file.load(write(tmp_path / "config.yaml", ANCHORED))
    assert "litellm-proxy" == found.format
    head = {"input_cost_per_token": Decimal("0.0000003"), "output_cost_per_token": Decimal("0.0000025")}
    cheap = {"output_cost_per_token": Decimal("0.000001"), "cache_read_input_token_cost": Decimal("3e-8")}
    assert [head, {**head, **cheap}, head] == [
        {name: value for name, value in prices.items() if "cost" in name} for _, prices in found.data
    ]
    assert ["gemini/gemini-2.5-flash"] * 3 == [key for key, _ in found.data]


def test_standard_input_is_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what comes through a pipe."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LITELLM.encode())))

    assert ("standard input", "litellm") == price_file.load("-")[:2]


def test_a_toml_file_of_models_dev_has_its_id_from_where_it_stands(tmp_path: Path) -> None:
    """An id may have slashes."""
    path = write(tmp_path / "providers/google-vertex/models/meta/llama-3.toml", TOML)
    cost = {"cost": {"input": Decimal("0.30"), "output": 2}}

    found = price_file.load(path)

    assert "models.dev" == found.format
    assert {"google-vertex": {"id": "google-vertex", "models": {"meta/llama-3": cost}}} == found.data


REFUSED = {
    b"\xff\xfe{\x00}\x00": ": expected UTF-8, saw the mark of UTF-16",
    b"\xfe\xff\x00{\x00}": ": expected UTF-8, saw the mark of UTF-16",
    b"\x00\x00\xfe\xff\x00\x00\x00{": ": expected UTF-8, saw the mark of UTF-32",
    b'{"a":\n "\xe9"}': ":2: expected UTF-8, saw the byte 0xe9",
    # https://github.com/soumyadepp/benchmark-json-toon-vsc (benchmarking/constants.py), and notes in Markdown
    b'# prices\nPRICES = {\n    "gemini-2.5-flash": {"input_token": 0.0000003},\n}\n': (
        ":2: expected JSON, TOML, YAML or CSV, saw the source of a program; save its prices as one"
    ),
    b"import os\n": ":1: expected JSON, TOML, YAML or CSV, saw the source of a program; save its prices as one",
    b"| Model ID | Input |\n| --- | --- |\n| `gemini-2.5-pro` | $1.25 |\n": (
        f": expected {sheet.LACKING}, saw Model ID, Input"
    ),
    b"": ":1: expected JSON, TOML, YAML or CSV, saw nothing",
    b"# only words\n\n": ":3: expected JSON, TOML, YAML or CSV, saw nothing",
    b"\nprices of models": ":2: expected JSON, TOML, YAML or CSV, saw 'prices of models'",
    b"{}": f": expected {price_file._EXPECTED}, saw an object with nothing in it",
    b'{"a": 1, "b": {"c": 2}}': f": expected {price_file._EXPECTED}, saw an object with 'a', 'b'",
    b"[1, 2]": f": expected {price_file._EXPECTED}, saw a list of 2",
    b"a: b\n": f": expected {price_file._EXPECTED}, saw an object with 'a'",
    b"- just words\n": f": expected {price_file._EXPECTED}, saw a list of 1",
    b"[1, 2": ":1:6: not JSON: Expecting ',' delimiter, saw 'the end of the text'",
    b"a = \n": ": not TOML: Invalid value (at line 1, column 5)",
    b"[a]\nb = nan\n": ":2: expected an amount from 1e-30 to 1e30, saw nan",
    b"[a]\nb = 1\nb = 2\n": ": not TOML: Cannot overwrite a value (at line 3, column 6)",
    b"[a]\nb = 1e99\n": ":2: expected an amount from 1e-30 to 1e30, saw 1e99",
    b"[a]\nb = " + b"9" * 41 + b"\n": ":2: expected a number of at most 40 digits, saw a longer one",
    b"a = " + b"[" * 5000: ": expected TOML of a few levels, saw it nested without end",
    b"a = 1\n" + b"#" * 200_000: ": expected at most 200,000 characters of TOML, saw more",
    b"[cost]\ninput = 1\n": ": expected a model of models.dev, below <provider>/models/, saw another TOML file",
    b"a: *x\nb: &x 1\n": ":1:4: the alias *x has no anchor above it",
    b"a: &x {<<: *x}\n": ":1:12: the alias *x stands inside itself",
    b"a: &a [x]\n" + b"\n".join(b"%c: &%c [%s]" % (n, n, b", ".join([b"*%c" % (n - 1)] * 20)) for n in b"bcdefg"): (
        ":6:12: expected at most 1,000,000 values, aliases written out"
    ),
    b'// prices\n{"a": 1, "a": 2}': ":2:10: the key 'a' stands twice in one object",
    b'{"a": 1} /* open': ":1:10: not JSON: Extra data, saw '/* open'",
    b"// prices\nexport default {}\n": (
        ":1: expected JSON, TOML, YAML or CSV, saw the source of a program; save its prices as one"
    ),
    b"a: !!python/object:os.system 1\n": ":1:4: the tag tag:yaml.org,2002:python/object:os.system is not allowed",
    b"a: .nan\n": ":1:4: expected a number, saw .nan",
    b"a: 1e99\n": ":1:4: expected an amount from 1e-30 to 1e30, saw 1e99",
    b"a: 1\na: 2\n": ":2:1: the key 'a' stands twice or is not a word",
    b"a: " + b"[" * 50: ":1:43: nested deeper than 40",
    b"a: 1\n" + b"#" * 2_000_000: ": expected at most 2,000,000 characters of YAML, saw more",
    f"{HEADER}\na,b\n".encode(): ":2: expected 8 cells, saw 2",
    f"{HEADER},price\n".encode(): f":1: expected each column once, saw {HEADER.replace(',', ', ')}, price",
    f'{HEADER}\n"a"b,c\n'.encode(): ":2: not CSV: ',' expected after '\"'",
    HEADER.encode() + b"," * 1_000_001: ": expected at most 1,000,000 values, saw 1,000,008 times ','",
}


@pytest.mark.parametrize(("content", "words"), REFUSED.items(), ids=range(len(REFUSED)))
def test_a_file_that_cannot_be_read_says_where_and_why(content: bytes, words: str, tmp_path: Path) -> None:
    """The file, the place, what was expected and what was seen."""
    path = write(tmp_path / "f", content)

    with pytest.raises(FormatError) as found:
        price_file.load(path)

    assert f"{path}{words}" == str(found.value)


def test_what_is_no_regular_file_is_not_read(tmp_path: Path) -> None:
    """A pipe with nobody at the other end, a device without end, a hole of a gigabyte, and what is not there."""
    pipe, large = tmp_path / "pipe", tmp_path / "large"
    os.mkfifo(pipe)
    with large.open("wb") as file:
        file.truncate(1_000_000_000)
    seen = {
        pipe: "expected a file, saw a pipe",
        Path("/dev/zero"): "expected a file, saw a device",
        large: "expected at most 16,000,000 bytes, saw 1,000,000,000",
        tmp_path / "none": "expected a file that can be read, saw: [Errno 2] No such file or directory",
        tmp_path / "a\0b": "expected a file that can be read, saw: ",  # Python's words, which change
    }
    for path, words in seen.items():
        with pytest.raises(FormatError) as found:
            price_file.load(path)
        assert str(found.value).startswith(f"{path}: {words}")


def test_a_file_that_grows_while_it_is_read_is_not_read_on(tmp_path: Path) -> None:
    """What was measured need not be what is read; so it is with standard input."""
    with pytest.raises(FormatError, match="f: expected at most 3 bytes, saw more"):
        price_file._text(b"abcd", "f", 3)


def test_yaml_without_its_extra_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader itself needs no package."""
    monkeypatch.setitem(sys.modules, "yaml", None)
    monkeypatch.delitem(sys.modules, "ratecards.storage.strict_yaml", raising=False)
    monkeypatch.delattr("ratecards.storage.strict_yaml", raising=False)

    with pytest.raises(FormatError, match=r"YAML needs PyYAML: pip install 'ratecards\[cards\]'"):
        price_file.load(write(tmp_path / "f", YAML))


# ------------------------------------------------------------------------------------------------- folders


def test_a_folder_of_toml_is_one_file_of_models_dev(tmp_path: Path) -> None:
    """Of several providers; what stands beside the models is no price, hidden files are none."""
    write(tmp_path / "providers/google/models/a.toml", TOML)
    write(tmp_path / "providers/google/models/b.toml", TOML)
    write(tmp_path / "providers/acme/models/a.toml", TOML)
    write(tmp_path / "providers/google/provider.toml", 'name = "Google"\n')
    write(tmp_path / "README.md", "words")
    write(tmp_path / "other.csv", "a,b\n")
    write(tmp_path / ".git/broken.json", "{")

    found = price_file.load(tmp_path)

    assert (str(tmp_path), "models.dev", "") == (found.path, found.format, found.text)
    assert {"acme": ["a"], "google": ["a", "b"]} == {name: list(p["models"]) for name, p in found.data.items()}
    assert Decimal("0.30") == found.data["google"]["models"]["b"]["cost"]["input"]


def test_a_folder_of_providers_is_a_list_of_them(tmp_path: Path) -> None:
    """YAML and JSON together, in the order of their names."""
    write(tmp_path / "b.yml", YAML)
    write(tmp_path / "a.json", PROVIDER.replace('"google"', '"acme"'))
    write(tmp_path / "units.yml", "a: b\n")

    assert ["acme", "google"] == [provider["id"] for provider in price_file.load(tmp_path).data]


def test_a_folder_with_one_file_of_prices_is_that_file(tmp_path: Path) -> None:
    """Also one that is not TOML."""
    write(tmp_path / "map.json", LITELLM)

    assert ("litellm", "") == (price_file.load(tmp_path).format, price_file.load(tmp_path).text)

    write(tmp_path / "map.json", API)

    assert "models.dev" == price_file.load(tmp_path).format


def test_a_folder_that_does_not_say_one_thing_is_refused(tmp_path: Path) -> None:
    """Nothing, two files of one format, two formats, and a file that cannot be read."""
    for files, words in (
        ({}, "expected price files of one format, saw none"),
        ({"a.json": LITELLM, "b.json": LITELLM}, "expected one file of litellm, saw 2, as a.json, b.json: name one"),
        ({"c.json": PORTKEY}, "expected price files of one format, saw files of litellm and portkey"),
    ):
        for name, text in files.items():
            write(tmp_path / name, text)
        with pytest.raises(FormatError) as found:
            price_file.load(tmp_path)
        assert f"{tmp_path}: {words}" == str(found.value)
    write(tmp_path / "d.json", "{")
    with pytest.raises(FormatError, match=r"d\.json:1:2: not JSON"):
        price_file.load(tmp_path)


def test_a_folder_that_stands_inside_itself_is_refused(tmp_path: Path) -> None:
    """Through a link."""
    write(tmp_path / "a/map.json", LITELLM)
    (tmp_path / "a/b").symlink_to(tmp_path)

    with pytest.raises(FormatError) as found:
        price_file.load(tmp_path)

    assert f"{tmp_path}/a/b: expected a tree, saw a loop: this folder stands inside itself" == str(found.value)


def test_a_folder_has_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In levels, files and bytes; one that cannot be listed says so."""
    deep = tmp_path.joinpath(*"abcdefghijklm")
    write(deep / "map.json", LITELLM)
    with pytest.raises(FormatError, match="expected at most 12 levels of folders, saw one more"):
        price_file.load(tmp_path)
    shallow = tmp_path / "z"
    for name in ("1.json", "2.json", "3.json"):
        write(shallow / name, LITELLM)
    monkeypatch.setattr(price_file, "MAX_FILES", 2)
    with pytest.raises(FormatError, match="expected at most 2 files and folders, saw more"):
        price_file.load(shallow)
    monkeypatch.setattr(price_file, "MAX_FILES", 20)
    monkeypatch.setattr(price_file, "MAX_BYTES", 100)
    with pytest.raises(FormatError, match="expected at most 100 bytes and 1,000,000 values, saw more"):
        price_file.load(shallow)
    monkeypatch.setattr(Path, "iterdir", lambda self: (_ for _ in ()).throw(PermissionError("denied")))
    with pytest.raises(FormatError, match="expected a folder that can be read, saw: denied"):
        price_file.load(shallow)
