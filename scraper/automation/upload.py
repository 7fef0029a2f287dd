"""A release of the data: decided by what stands there already, so that doing it twice is doing it once.

A release is made as a draft, gets its files, and is published last. What was left half done is finished; a file that
is there with the same bytes is left; a version is never lower than one that is published.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scraper.automation.github import GitHub
from scraper.errors import DatasetError
from scraper.publish.version import Version, tags

PREFIX = "v"
# GitHub renames a file whose name holds anything else.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of a release, as it should be."""

    name: str
    size: int
    digest: str

    @classmethod
    def of(cls, path: Path) -> Asset:
        """The file at a path."""
        data = path.read_bytes()
        return cls(path.name, len(data), f"sha256:{hashlib.sha256(data).hexdigest()}")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done: a draft first where there is no `release`, `remove` asset ids, `upload` names, `publish`."""

    remove: tuple[int, ...]
    upload: tuple[str, ...]
    publish: bool
    release: Mapping[str, Any] | None = None

    @property
    def nothing(self) -> bool:
        """Whether the release stands as it should."""
        return not (self.release is None or self.remove or self.upload or self.publish)


def plan(version: str, assets: Sequence[Asset], releases: Sequence[Mapping[str, Any]]) -> Plan:
    """What is missing. Raises `DatasetError` where a higher version is published."""
    mine = next((r for r in releases if r["tag_name"] == f"{PREFIX}{version}"), None)
    if mine is None:
        published = tags(r["tag_name"] for r in releases if not r["draft"])
        if published and published[-1].version > Version.parse(version):
            raise DatasetError(f"version {version}: expected none higher, saw {published[-1].version} published")
        return Plan(remove=(), upload=tuple(a.name for a in assets), publish=True)
    wanted = {a.name: a for a in assets}
    there = {a["name"]: a for a in mine["assets"]}
    good = {name for name, found in there.items() if name in wanted and _same(wanted[name], found)}
    if not mine["draft"]:
        return _published(mine, wanted, there)
    bad = tuple(found["id"] for name, found in there.items() if name not in good)
    return Plan(remove=bad, upload=tuple(n for n in wanted if n not in good), publish=True, release=mine)


def _published(release: Mapping[str, Any], wanted: Mapping[str, Asset], there: Mapping[str, Mapping[str, Any]]) -> Plan:
    """The plan for a published release: programs pin it, so only files that never arrived are added."""
    cut = tuple(a["id"] for n, a in there.items() if n in wanted and a["state"] != "uploaded")
    missing = tuple(n for n in wanted if n not in there or there[n]["id"] in cut)
    return Plan(remove=cut, upload=missing, publish=False, release=release)


def _same(asset: Asset, found: Mapping[str, Any]) -> bool:
    """Whether it arrived whole; older releases have no digest."""
    digest = found.get("digest") or asset.digest
    return (found["state"], found["size"], digest) == ("uploaded", asset.size, asset.digest)


def release(forge: GitHub, version: str, commit: str, folder: Path, notes: str) -> str:
    """Make the release of a commit with the files in a folder. Returns what was done. Raises `GitHubError`."""
    version = str(Version.parse(version))
    files = {p.name: p for p in sorted(folder.iterdir()) if p.is_file()}
    if odd := [n for n in files if not _NAME.fullmatch(n)] or not files:
        raise DatasetError(f"{folder}: expected files to attach, with plain names, saw {odd if files else 'none'}")
    todo = plan(version, [Asset.of(p) for p in files.values()], forge.pages("/releases"))
    if todo.nothing:
        return f"{PREFIX}{version} stands, with all {len(files)} files"
    head = {"tag_name": f"{PREFIX}{version}", "target_commitish": commit, "name": version, "body": notes}
    made = forge.ask("POST", "/releases", {**head, "draft": True}) if todo.release is None else todo.release
    for number in todo.remove:
        forge.ask("DELETE", f"/releases/assets/{number}")
    for name in todo.upload:
        forge.upload(made["upload_url"], name, files[name])
    if todo.publish:
        made = forge.ask("PATCH", f"/releases/{made['id']}", {**head, "draft": False})
        if not made.get("immutable"):
            print(f"{PREFIX}{version} can be changed: the settings have immutable releases", file=sys.stderr)
    return f"{PREFIX}{version}: {'published' if todo.publish else 'completed'}, {len(todo.upload)} files uploaded"
