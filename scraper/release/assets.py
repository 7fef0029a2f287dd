"""What a release consists of, built from a dataset: the same data give the same files, and building twice is once."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Collection, Mapping
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from ratecards.storage.database_cache import FILE
from scraper.errors import DatasetError
from scraper.publish import package
from scraper.publish.dataset import FACTS, Dataset
from scraper.publish.version import Version
from scraper.release import parquet, released, sqlitefile, wheel
from scraper.release.released import PublishedRelease

OPTIONAL = ("parquet", "sbom", "wheel")
SBOM, SUMS = "sbom.cdx.json", "SHA256SUMS"
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_OURS = re.compile(
    r"ratecards-v1\.zip|ratecards\.sqlite|rates\.parquet|datapackage\.json|captures\.txt|notes\.md|SHA256SUMS"
    r"|ratecards-[0-9.]+-py3-none-any\.whl|sbom\.cdx\.json"
)


def build(dataset: Dataset, folder: Path, last: PublishedRelease | None, without: Collection[str] = ()) -> list[str]:
    """Build every asset into `folder`; returns the names of those that were not there already, byte for byte.

    `without` names those of `OPTIONAL` that are not wanted. Raises `DatasetError` before anything is written.
    """
    version = Version.parse(package.current(dataset)["version"])
    if foreign := sorted(path.name for path in folder.glob("*") if not _OURS.fullmatch(path.name)):
        raise DatasetError(f"{folder}: expected a folder for a release, saw {', '.join(foreign[:5])} in it")
    with TemporaryDirectory() as built:
        _build(dataset, Path(built), version, last, without)
        made = {path.name: path.read_bytes() for path in sorted(Path(built).iterdir())}
    sums = (f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(made.items()))
    made[SUMS] = "".join(sums).encode()  # as `sha256sum -c` takes it
    if stale := sorted(path.name for path in folder.glob("*") if path.name not in made):
        raise DatasetError(f"{folder}: expected the assets of {version} or nothing, saw {', '.join(stale)}")
    folder.mkdir(parents=True, exist_ok=True)
    new = [n for n, data in made.items() if not (folder / n).is_file() or (folder / n).read_bytes() != data]
    for name in new:
        (folder / name).write_bytes(made[name])
    return new


def _build(
    dataset: Dataset, folder: Path, version: Version, last: PublishedRelease | None, without: Collection[str]
) -> None:
    v1 = dataset.root / "ratecards" / "v1"
    every = {path.relative_to(v1).as_posix(): path.read_bytes() for path in v1.rglob("*") if path.is_file()}
    files = {path: data for path, data in every.items() if path != "status.json"}  # it is not data
    (folder / "ratecards-v1.zip").write_bytes(zipped(files))
    (folder / "datapackage.json").write_bytes(files["datapackage.json"])
    (folder / "captures.txt").write_text(captures(dataset), encoding="utf-8")
    (folder / "notes.md").write_text(released.notes(dataset, version, last), encoding="utf-8")
    sqlitefile.write(folder / FILE, dataset.root / "ratecards", files)
    steps: dict[str, Callable[[], object]] = {
        "parquet": lambda: parquet.write(folder / "rates.parquet", files),
        "sbom": lambda: sbom(dataset.root, folder / SBOM),
        "wheel": lambda: wheel.build(dataset.root, folder, str(version)),
    }
    for name in OPTIONAL:
        if name not in without:
            steps[name]()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files as a zip below `v1/`, in order, without times and owners."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, data in sorted(files.items()):
            entry = zipfile.ZipInfo(f"v1/{path}", _FIRST_DAY)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            archive.writestr(entry, data)
    return out.getvalue()


def captures(dataset: Dataset) -> str:
    """Every page that something was read from, as a line: its sha256, the source, the day. The pages are not ours."""
    found = {
        (f"{c.provider}/{c.source}", c.stamp.observed.isoformat(), c.stamp.capture)
        for name in dataset.names()
        for c in dataset.changes(name)
        if c.stamp
    }
    found |= {(name, str(card.observed), card.capture) for name in FACTS if (card := dataset.facts(name))}
    return "".join(f"{sha.removeprefix('sha256:')}  {name}  {day}\n" for name, day, sha in sorted(found))


def sbom(root: Path, target: Path) -> None:
    """What the workshop is made of, as CycloneDX: the pins, each with its hashes. The reader has no dependency.

    Raises `DatasetError` where cyclonedx-bom is not installed, or says that the file is not valid.
    """
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", "requirements.txt"]
    more = ["--pyproject", "pyproject.toml", "--mc-type", "library", "--output-reproducible", "-o", str(target)]
    done = subprocess.run([*command, *more], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        seen = done.stderr.strip().splitlines()[-1:]
        raise DatasetError(f"{SBOM} is made by cyclonedx-bom (pip install --group release), saw {' '.join(seen)}")
