"""The wheel of the reader: built twice, and let out only where both builds are the same, byte for byte."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from ratecards.storage.database_cache import FILE
from scraper.automation.git import Git
from scraper.errors import DatasetError
from scraper.release import released

# What a build reads: beside the package, and with what packs its database.
_BESIDE = ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE")
_PACKAGES = ("ratecards", "scraper")
# What it makes; git knows what of.
_MADE = {f"ratecards/{FILE}", "ratecards/costing/forms.json"}


def build(root: Path, folder: Path, version: str) -> Path:
    """The package of a project, built into a folder by its own build backend.

    Raises `DatasetError` where project and data differ in version, where git does not know what is in it, or where it
    has other bytes when it is built once more, from a copy at another place, by another process.
    """
    from hatchling.builders.wheel import WheelBuilder

    own = released.project_version(root)
    if own != version:
        raise DatasetError(
            f"{root}: pyproject.toml says {own}, the data {version}; run python -m scraper version --write"
        )
    (built,) = map(Path, WheelBuilder(str(root)).build(directory=str(folder), versions=["standard"]))
    if (root / ".git").exists():
        known = {*_MADE, *Git(root)("ls-files", "-z", "--", "ratecards").split("\0")}
        strange = sorted(name for name in _names(built) if name.startswith("ratecards/") and name not in known)
        if strange:
            raise DatasetError(f"{root}: expected a wheel of what git has, saw {', '.join(strange[:5])} in it")
    with TemporaryDirectory() as elsewhere:
        compare(built, _again(root, Path(elsewhere)))
    return built


def _names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as opened:
        return opened.namelist()


def _again(root: Path, folder: Path) -> Path:
    """The same built from a copy, with another hash seed and in another time zone."""
    for name in _BESIDE:
        shutil.copy(root / name, folder / name)
    for name in _PACKAGES:
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "dist")]
    environment = {**os.environ, "PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DatasetError(f"{root}: expected a second build of the wheel, saw {done.stderr.strip()[-500:]}")
    return next((folder / "dist").glob("*.whl"))


def compare(one: Path, other: Path) -> None:
    """Raise `DatasetError` where two wheels are not the same bytes; the message names the first file that differs."""
    if one.read_bytes() == other.read_bytes():
        return
    with zipfile.ZipFile(one) as left, zipfile.ZipFile(other) as right:
        entries = [{entry.filename: entry for entry in opened.infolist()} for opened in (left, right)]
        names = sorted(entries[0].keys() | entries[1].keys())
        differ = [n for n in names if len({e[n].CRC if n in e else None for e in entries}) > 1]
    seen = ", ".join(differ[:5]) or "the same files, packed otherwise"
    raise DatasetError(f"{one.name}: expected the same bytes of a second build, saw others in {seen}")
