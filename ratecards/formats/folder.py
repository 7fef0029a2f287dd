"""A folder of somebody's price files as one: models.dev's TOML tree, genai-prices' providers, or a single file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ratecards.formats.load import PriceFile, parse, read, recognise, shaped
from ratecards.storage.safejson import MAX_VALUES, FormatError

MAX_FILES = 20_000
MAX_LEVELS = 12
MAX_BYTES = 16_000_000
_SUFFIXES = (".toml", ".json", ".yml", ".yaml", ".csv")


def load_folder(root: Path) -> PriceFile:
    """The prices in a folder. Raises `FormatError` where there are none, too many, or files of several formats."""
    found: dict[str, list[tuple[Path, Any]]] = {}
    size = values = 0
    for path in _files(root):
        text = read(str(path))
        size, values = size + len(text), values + text.count(",")
        if size > MAX_BYTES or values > MAX_VALUES:
            raise FormatError(f"{root}: expected at most {MAX_BYTES:,} bytes and {MAX_VALUES:,} values, saw more")
        kind, data = parse(text, str(path))
        name = "models.dev" if kind == "TOML" and _model_of(path) else recognise(data)
        if name:
            found.setdefault(name, []).append((path, data))
    if len(found) != 1:
        seen = f"files of {' and '.join(found)}" if found else "none"
        raise FormatError(f"{root}: expected price files of one format, saw {seen}")
    name, files = found.popitem()
    return PriceFile(str(root), name, _joined(root, name, files))


def _joined(root: Path, name: str, files: list[tuple[Path, Any]]) -> Any:
    if name == "genai-prices":
        return [provider for _, data in files for provider in shaped(name, data)]
    if name == "models.dev" and all(path.suffix == ".toml" for path, _ in files):
        providers: dict[str, Any] = {}
        for path, data in files:
            for provider, entry in toml_model(path, data).items():
                providers.setdefault(provider, {"id": provider, "models": {}})["models"].update(entry["models"])
        return providers
    if len(files) > 1:
        names = ", ".join(path.name for path, _ in files[:3])
        raise FormatError(f"{root}: expected one file of {name}, saw {len(files)}, as {names}: name one")
    return shaped(name, files[0][1])


def toml_model(path: Path, data: Mapping[str, Any]) -> dict[str, Any]:
    """One TOML file of models.dev in the shape of its api.json; provider and id are where it stands."""
    place = _model_of(path)
    if place is None:
        raise FormatError(f"{path}: expected a model of models.dev, below <provider>/models/, saw another TOML file")
    provider, model = place
    return {provider: {"id": provider, "models": {model: data}}}


def _model_of(path: Path) -> tuple[str, str] | None:
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
