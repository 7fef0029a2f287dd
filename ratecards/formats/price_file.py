"""Somebody else's prices from a file or a folder: bounded, strict, and recognised by what they say, never by a name.

What each format's `entries` gets as `data`: LiteLLM and Portkey the JSON object as it stands; models.dev its api.json,
and a folder of its TOML files in the same shape; genai-prices a list of providers, also for a single one; ours and a
sheet a list of rows, strings by column; dify a list of its files; a proxy of LiteLLM and TrueFoundry pairs of an id and
LiteLLM's fields. Numbers are `int`, or `Decimal` of the digits that stand there, never a float.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ratecards.audit.claims import elsewhere, mapping
from ratecards.formats import forms, sheet
from ratecards.formats import litellm_reader as litellm
from ratecards.storage import bounded, bounded_json
from ratecards.storage.bounded_json import MAX_VALUES, BadText, FormatError

__all__ = ["FORMATS", "FormatError", "PriceFile", "from_text", "load"]

FORMATS = (
    *("litellm", "litellm-proxy", "models.dev", "opencode", "genai-prices", "portkey", "truefoundry"),
    *(*forms.FORMS, "sheet", "ratecards"),
)
# The largest file of prices there is has 3.2 MB, the largest TOML 2 kB, the largest YAML 100 kB.
MAX_BYTES = 16_000_000
MAX_TEXT_BYTES = {"YAML": 2_000_000, "TOML": 200_000}
_EXPECTED = f"a price file of {', '.join(FORMATS[:-2])}, a sheet with headers, or our own rate table"
_LANGUAGES = "expected JSON, TOML, YAML or CSV"
_DELIMITERS = ",;\t|"
_ROW = {"meter", "unit", "price"}
_BARS = re.compile(r"\s*\|(.*)\|\s*\Z", re.DOTALL)
_RULE = re.compile(r"[\s|:-]+\n?\Z")
# A table in a program: `PRICES = {`, `const prices: Prices = {`.
_PROGRAM = re.compile(
    r"(?:import|from|def|class|const|let|var|export)[ \t]+[\w{*\"'.]|<\?php|//|/\*"
    r"|[A-Za-z_][\w.]*+(?:[ \t]*:[^\n=]*+)?[ \t]*+=[ \t]*+\{[ \t]*+(?:#[^\n]*+)?$",
    re.MULTILINE,
)
_TOML = re.compile(r"\[\[?\s*+[A-Za-z_\"'][^\]\n]*+\]\]?[ \t]*+(?:#.*+)?$|[\w.\"'-]++[ \t]*+=", re.MULTILINE)
_YAML = re.compile(r"-{3}(?:\s|$)|- |[^\s\[\]{}#\"'][^:\n]*+:(?:\s|$)|[\"'][^\"'\n]*+[\"']\s*+:(?:\s|$)")
_SKIPPED = re.compile(r"(?:\s++|#[^\n]*+)*+")
_JSONC = re.compile(r"(?:\s++|//[^\r\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)++(?=[{\[])")
_LONG = re.compile(r"[0-9]{41}")
# What a map of LiteLLM says of a model, with or without a provider.
_PER_TOKEN = {"input_cost_per_token", "output_cost_per_token", "output_cost_per_image"}
_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"\x00\x00\xfe\xff": "UTF-32"}
_YAML_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_YAML_NUMBER = re.compile(r"[-+]?[0-9]++(?:\.[0-9]*+)?(?:[eE][-+]?[0-9]++)?\Z")


class PriceFile(NamedTuple):
    """Prices as their file states them; `text` is the file's, empty for a folder of several."""

    path: str
    format: str
    data: Any
    text: str = ""


def load(path: str | os.PathLike[str]) -> PriceFile:
    """The prices at a path, or on standard input for `-`. Raises `FormatError` on whatever cannot be read."""
    where = os.fspath(path)
    if where == "-":
        try:
            content = bounded.given(where, MAX_BYTES)
        except OSError as error:
            raise FormatError(f"standard input: {error}") from error
        return from_text("standard input", _text(content, "standard input", MAX_BYTES))
    if os.path.isdir(where):  # noqa: PTH112 - a path that cannot be one is a matter of reading it
        return _folder(Path(where))
    return from_text(where, read(where))


def from_text(where: str, text: str) -> PriceFile:
    """The prices that a text states; `where` names it in messages. Raises `FormatError`."""
    start = _start(text)
    line = text.count("\n", 0, start) + 1
    if _PROGRAM.match(text, start):
        raise FormatError(f"{where}:{line}: {_LANGUAGES}, saw the source of a program; save its prices as one")
    kind, data = parse(text, where)
    if not kind:
        seen = repr(text[start : start + 30]) if text[start:] else "nothing"
        raise FormatError(f"{where}:{line}: {_LANGUAGES}, saw {seen}")
    if kind == "TOML":
        data = _toml_model(Path(where), data)
    name = _checked(where, data) if kind == "CSV" else recognise(data)
    if not name:
        raise FormatError(f"{where}: expected {_EXPECTED}, saw {_seen(data)}{_lacking(data)}")
    if name in _PLACES:
        data = _placed(name, Path(where), data)
    return PriceFile(where, name, shaped(name, data), text)


def _table(rows: list[dict[str, str]]) -> str:
    """Whether a table is ours or somebody's sheet; empty where it is neither."""
    heads = list(rows[0]) if rows else []
    if set(heads) >= _ROW:
        return "ratecards"
    return "sheet" if sheet.model_column(heads) is not None and sheet.priced(heads) else ""


def _checked(where: str, rows: list[dict[str, str]]) -> str:
    """What a table is. Raises `FormatError` where it lacks what either kind has, or has decimal commas."""
    name, heads = _table(rows), list(rows[0]) if rows else []
    if not name and len(_ROW & set(heads)) > 1:
        raise FormatError(f"{where}: expected rows of our rate table, saw none with: {', '.join(_ROW - set(heads))}")
    if not name:
        raise FormatError(f"{where}: expected {sheet.LACKING}, saw {', '.join(heads)[:200] or 'no rows'}")
    if comma := sheet.decimal_comma(rows, ["price"] if name == "ratecards" else sheet.priced(heads)):
        raise FormatError(f"{where}: expected amounts with a point, as 1.25, saw {comma!r}, a decimal comma")
    return name


def read(where: str, most: int = MAX_BYTES) -> str:
    """The text of a regular file of at most so many bytes; nothing is read of a larger one, a pipe or a device."""
    try:
        return _text(bounded.content(where, most), where, most)
    except OSError as error:
        raise FormatError(f"{where}: {error}") from error


def _text(content: bytes, where: str, most: int) -> str:
    if len(content) > most:
        raise FormatError(f"{where}: expected at most {most:,} bytes, saw more")
    if encoding := next((name for mark, name in _BOMS.items() if content.startswith(mark)), ""):
        raise FormatError(f"{where}: expected UTF-8, saw the mark of {encoding}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FormatError(f"{where}:{line}: expected UTF-8, saw the byte 0x{content[error.start]:02x}") from error


def parse(text: str, where: str) -> tuple[str, Any]:
    """The language of a text (JSON, TOML, YAML or CSV) and its data; nothing for another language."""
    start = _start(text)
    head = text[start : start + 2000]
    if delimiter := _delimiter(head):
        return "CSV", _csv(text[start:], where, delimiter)
    if _TOML.match(head):
        return "TOML", _toml(text, where)
    if head.startswith(("{", "[")):
        return "JSON", bounded_json.loads_commented(text, where)
    if _YAML.match(head):
        return "YAML", _yaml(text, where)
    return "", None


def _delimiter(head: str) -> str:
    """What stands between the headers of a table; empty where the first line is none."""
    first = head.partition("\n")[0].rstrip("\r")
    found = max(_DELIMITERS, key=first.count)
    bare = not first.startswith(("{", "[", "- ", "---", "<")) and not _TOML.match(head)
    return found if bare and found in first and not _YAML.match(first.partition(found)[0]) else ""


def _start(text: str) -> int:
    """Where the text begins, after blank lines, comments and blanks; JSON may have comments of its own before it."""
    skipped = _SKIPPED.match(text)
    start = skipped.end() if skipped else 0
    json = _JSONC.match(text, start)
    return json.end() if json else start


def _toml(text: str, where: str) -> Any:
    import tomllib

    _check(text, where, "TOML")
    try:
        return tomllib.loads(text, parse_float=bounded_json.decimal)
    except BadText as error:
        line = text.count("\n", 0, max(text.find(error.token), 0)) + 1
        raise FormatError(f"{where}:{line}: {error}") from error
    except ValueError as error:
        raise FormatError(f"{where}: not TOML: {error}") from error
    except RecursionError as error:
        raise FormatError(f"{where}: expected TOML of a few levels, saw it nested without end") from error


def _yaml(text: str, where: str) -> Any:
    try:
        from ratecards.storage import strict_yaml
    except ModuleNotFoundError as error:
        raise FormatError(f"{where}: YAML needs PyYAML: pip install 'ratecards[cards]'") from error
    _check(text, where, "YAML")
    try:
        return strict_yaml.load(text, where, _plain)
    except strict_yaml.StrictYamlError as error:
        raise FormatError(str(error)) from error


def _plain(text: str) -> Any:
    """A plain scalar of YAML: a word, a whole number, an amount, else what it says."""
    if text in _YAML_WORDS:
        return _YAML_WORDS[text]
    if not _YAML_NUMBER.match(text):
        if text.lower().lstrip("+-") in (".inf", ".nan"):
            raise ValueError(f"expected a number, saw {text}")
        return text
    return bounded_json.whole(text) if text.lstrip("+-").isdigit() else bounded_json.decimal(text)


def _check(text: str, where: str, language: str) -> None:
    if len(text) > MAX_TEXT_BYTES[language]:
        raise FormatError(f"{where}: expected at most {MAX_TEXT_BYTES[language]:,} characters of {language}, saw more")
    if long := _LONG.search(text):
        line = text.count("\n", 0, long.start()) + 1
        raise FormatError(f"{where}:{line}: expected a number of at most 40 digits, saw a longer one")


def _csv(text: str, where: str, delimiter: str) -> list[dict[str, str]]:
    if (values := text.count(delimiter)) > MAX_VALUES:
        raise FormatError(f"{where}: expected at most {MAX_VALUES:,} values, saw {values:,} times {delimiter!r}")
    table = text.splitlines(keepends=True)
    if delimiter == "|":  # of Markdown: bars at both ends of a row, and a rule below the headers
        table = [_BARS.sub(r"\1\n", line) for line in table if not _RULE.match(line)]
    lines = csv.reader(table, delimiter=delimiter, strict=True)
    rows: list[dict[str, str]] = []
    try:
        columns = [head.strip() for head in next(lines)]
        if len(set(columns)) < len(columns):
            raise FormatError(f"{where}:1: expected each column once, saw {', '.join(columns)[:200]}")
        for cells in filter(None, lines):
            if len(cells) != len(columns):
                raise FormatError(f"{where}:{lines.line_num}: expected {len(columns)} cells, saw {len(cells)}")
            rows.append(dict(zip(columns, cells, strict=True)))
    except csv.Error as error:
        raise FormatError(f"{where}:{lines.line_num}: not CSV: {error}") from error
    return rows


def recognise(data: object) -> str:
    """The format that data is of, by its shape; empty where it is none."""
    if isinstance(data, list):
        if any(isinstance(row, Mapping) and set(row) >= _ROW for row in data):
            return "ratecards"
        return "genai-prices" if any(map(_is_provider, data)) else forms.form_of(data)
    if not isinstance(data, Mapping):
        return ""
    if _is_provider(data):
        return "genai-prices"
    if isinstance(data.get("rates"), list) and recognise(data["rates"]) == "ratecards":
        return "ratecards"
    if any("litellm_params" in mapping(row) for _, row in forms.walk(data, "model_list[]")):
        return "litellm-proxy"
    if {"model", "costs"} <= set(data):
        return "truefoundry"
    if any(True for _ in forms.walk(data, "provider.*.models.*")):
        return "opencode"
    entries = [entry for entry in data.values() if isinstance(entry, Mapping)]
    if any("litellm_provider" in entry or _PER_TOKEN & set(entry) for entry in entries):
        return "litellm"
    if any("pricing_config" in entry for entry in entries):
        return "portkey"
    return "models.dev" if any(isinstance(e.get("models"), Mapping) for e in entries) else forms.form_of(data)


def _is_provider(data: object) -> bool:
    """Whether this is a provider of genai-prices: models in a list, of which one has prices."""
    models = data.get("models") if isinstance(data, Mapping) else None
    return isinstance(models, list) and any(isinstance(m, Mapping) and "prices" in m for m in models)


def shaped(name: str, data: Any) -> Any:
    """The data in the one shape that the format's `entries` expects."""
    if name in ("genai-prices", *_ONE_MODEL) and isinstance(data, Mapping):
        return shaped(name, [data])
    if name in _PAIRS:
        return list(_PAIRS[name](data))
    if name == "ratecards" and isinstance(data, Mapping):
        return data["rates"]
    if name == "opencode":
        return {_server(provider, words): words for provider, words in mapping(data["provider"]).items()}
    return forms.shaped(name, data) if name in forms.FORMS else data


def _server(provider: str, words: object) -> str:
    """The provider, or its address where that is a server of somebody else's."""
    url = mapping(mapping(words).get("options")).get("baseURL")
    return f"{provider} at {url}" if url and elsewhere(url) else provider


def _lacking(data: object) -> str:
    """What a file lacks of the form that it is nearest to; empty where it is near to none."""
    if (
        isinstance(data, Mapping)
        and data
        and not any(isinstance(value, (Mapping, list, str)) for value in data.values())
    ):
        return '; bare numbers do not say what they are: write ratios of new-api as {"model_ratio": ...}'
    near = [(len(lacks), name, lacks) for name in forms.FORMS if (lacks := forms.near(name, data))]
    if not near:
        return ""
    _, name, lacks = min(near)
    return f"; for {name} its entries lack {', '.join(sorted(lacks))}"


def _seen(data: object) -> str:
    if isinstance(data, Mapping):
        return f"an object with {', '.join(repr(str(k)[:30]) for k in list(data)[:4]) or 'nothing in it'}"
    return f"a list of {len(data)}" if isinstance(data, list) else f"{str(data)[:40]!r}"


# ------------------------------------------------------------------------------------------------------------ folders


MAX_FILES = 20_000
_PAIRS: dict[str, Callable[[Any], Iterator[tuple[str, object]]]] = {
    "litellm-proxy": litellm.deployments,
    "truefoundry": litellm.regions,
}
# A file is a model, whose provider is where it stands.
_ONE_MODEL = {"dify": forms.FORMS["dify"].place, "truefoundry": r"/providers/([^/]+)/[^/]+\Z"}
# A file has all models of a provider, whose name it has.
_PLACES = {**_ONE_MODEL, "portkey": r"/pricing/([^/]+)\.json\Z"}
MAX_LEVELS = 12
_SUFFIXES = (".toml", ".json", ".jsonc", ".yml", ".yaml", ".csv")


def _folder(root: Path) -> PriceFile:
    """The prices in a folder. Raises `FormatError` where there are none, too many, or files of several formats."""
    found: dict[str, list[tuple[Path, Any]]] = {}
    size = values = 0
    for path in _files(root):
        text = read(str(path))
        size, values = size + len(text), values + text.count(",")
        if size > MAX_BYTES or values > MAX_VALUES:
            raise FormatError(f"{root}: expected at most {MAX_BYTES:,} bytes and {MAX_VALUES:,} values, saw more")
        kind, data = parse(text, str(path))
        name = (
            "models.dev" if kind == "TOML" and _place_of(path) else _table(data) if kind == "CSV" else recognise(data)
        )
        if name in _PLACES:
            data = _placed(name, path, data)
        if name:
            found.setdefault(name, []).append((path, data))
    if len(found) != 1:
        seen = f"files of {' and '.join(found)}" if found else "none"
        raise FormatError(f"{root}: expected price files of one format, saw {seen}")
    name, files = found.popitem()
    return PriceFile(str(root), name, _joined(root, name, files))


def _joined(root: Path, name: str, files: list[tuple[Path, Any]]) -> Any:
    if name in ("genai-prices", *_ONE_MODEL):
        return shaped(name, [one for _, data in files for one in (data if isinstance(data, list) else [data])])
    if name == "models.dev" and all(path.suffix == ".toml" for path, _ in files):
        providers: dict[str, Any] = {}
        for path, data in files:
            for provider, entry in _toml_model(path, data).items():
                providers.setdefault(provider, {"id": provider, "models": {}})["models"].update(entry["models"])
        return providers
    if len(files) > 1:
        names = ", ".join(path.name for path, _ in files[:3])
        raise FormatError(f"{root}: expected one file of {name}, saw {len(files)}, as {names}: name one")
    return shaped(name, files[0][1])


def _placed(name: str, path: Path, data: Any) -> Any:
    """The data of a file with its provider, which its path names; as it is where the path does not."""
    place = re.search(_PLACES[name], path.absolute().as_posix())
    return {"provider": place[1], **data} if place and isinstance(data, Mapping) else data


def _toml_model(path: Path, data: Mapping[str, Any]) -> dict[str, Any]:
    """One TOML file of models.dev in the shape of its api.json; provider and id are where it stands."""
    place = _place_of(path)
    if place is None:
        raise FormatError(f"{path}: expected a model of models.dev, below <provider>/models/, saw another TOML file")
    provider, model = place
    return {provider: {"id": provider, "models": {model: data}}}


def _place_of(path: Path) -> tuple[str, str] | None:
    """Provider and model id of `.../<provider>/models/<id>.toml`; an id may have slashes."""
    parts = path.absolute().parts
    at = next((i for i in range(len(parts) - 2, 0, -1) if parts[i] == "models"), None)
    if at is None or path.suffix != ".toml":
        return None
    return parts[at - 1], "/".join(parts[at + 1 :]).removesuffix(".toml")


def _files(root: Path) -> Iterator[Path]:
    """Files that may hold prices, in order. Raises `FormatError` on a loop, and on more than a tree of prices has."""
    for count, path in enumerate(_walk(root, ()), 1):
        if count > MAX_FILES:
            raise FormatError(f"{root}: expected at most {MAX_FILES:,} files and folders, saw more")
        if path:
            yield path


def _walk(folder: Path, above: tuple[tuple[int, int], ...]) -> Iterator[Path | None]:
    """Every file that may hold prices, and nothing for each folder."""
    try:
        known = folder.stat()
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise FormatError(f"{folder}: expected a folder that can be read, saw: {error}") from error
    identity = (known.st_dev, known.st_ino)
    if identity in above:
        raise FormatError(f"{folder}: expected a tree, saw a loop: this folder stands inside itself")
    if len(above) >= MAX_LEVELS:
        raise FormatError(f"{folder}: expected at most {MAX_LEVELS} levels of folders, saw one more")
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield None
            yield from _walk(entry, (*above, identity))
        elif entry.suffix in _SUFFIXES:
            yield entry
