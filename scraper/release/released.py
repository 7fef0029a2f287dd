"""What was released, what stands now, and so which version the data are to have."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ratecards.storage import history
from ratecards.storage.history import Change
from scraper.automation.git import Git, GitError
from scraper.publish import package as datapackage
from scraper.publish.dataset import Dataset
from scraper.publish.transaction import Publication
from scraper.publish.version import Decision, Version, VersionError, decide, tags
from scraper.release import changelog

PROJECT, CHANGELOG = "pyproject.toml", "CHANGELOG.md"
_VERSION = re.compile(r'^version = "([^"\n]*)"$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class PublishedRelease:
    """The newest release: its version, and the data package it went out with."""

    version: Version
    package: Mapping[str, Any]


def released(root: Path, names: Path | None = None, package: Path | None = None) -> PublishedRelease | None:
    """The newest release; None before the first. From git at `root`, or from files.

    `names` lists tags, one a line; `package` is the newest release's data package. Raises `VersionError` where either
    cannot be had: without them nobody can tell whether a version was used before.
    """
    found = tags(_text(names).splitlines() if names else _git_tags(root))
    if not found:
        return None
    tag = found[-1]
    where = str(package) if package else f"{tag.name}:{datapackage.PATH}"
    text = _text(package) if package else _git(root, "show", f"{tag.name}:./{datapackage.PATH}")
    return PublishedRelease(tag.version, datapackage.parse(text, where))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise VersionError(f"{path}: expected a text file, saw {error}") from error


def _git_tags(root: Path) -> list[str]:
    names = _git(root, "tag", "--list").splitlines()
    if not names and _git(root, "rev-parse", "--is-shallow-repository") == "true":
        raise VersionError(f"{root}: a shallow clone without tags does not know what was released: git fetch --tags")
    return names


def _git(root: Path, *words: str) -> str:
    try:
        return Git(root)(*words)
    except GitError as error:
        raise VersionError(f"git {' '.join(words)}: {error}; or name files with --tags and --released") from error


def decision(dataset: Dataset, last: PublishedRelease | None) -> Decision:
    """The version of the data as they are. Never one below what the project or the package says already."""
    package = datapackage.current(dataset)
    floors = [Version.parse(package["version"])]
    if (dataset.root / PROJECT).is_file():
        floors.append(Version.parse(project_version(dataset.root)))
    newest, digest = (last.version, last.package["digest"]) if last else (None, "")
    return decide(date.fromisoformat(package["observed"]), package["digest"], newest, digest, floors)


def project_version(root: Path) -> str:
    """The version that `pyproject.toml` says. Raises `VersionError` unless it says exactly one."""
    found = _VERSION.findall(_text(root / PROJECT))
    if len(found) != 1:
        raise VersionError(f'{root / PROJECT}: expected one line version = "…", saw {len(found)}')
    return str(found[0])


def written(dataset: Dataset, decided: Decision, last: PublishedRelease | None) -> Publication:
    """The version in the project and in the data package; when a release is due, its entry in the changelog, too."""
    root, result = dataset.root, dataset.publication()
    project_version(root)
    result.write(PROJECT, _VERSION.sub(f'version = "{decided.version}"', _text(root / PROJECT)))
    package = {**datapackage.current(dataset), "version": str(decided.version)}
    result.write(datapackage.PATH, datapackage.dumps(package))
    if decided.due and (root / CHANGELOG).is_file():
        body = entry(dataset, last)
        result.write(CHANGELOG, changelog.inserted(_text(root / CHANGELOG), decided.version, body))
    return result


def entry(dataset: Dataset, last: PublishedRelease | None) -> str:
    """The changelog entry of the data as they are: what was recorded since the last release."""
    sources = json.loads(_text(dataset.root / "ratecards" / "v1" / "rates.json"))["sources"]
    since = last.package["created"] if last else ""
    changes = [c for name in dataset.names() for c in dataset.changes(name) if _recorded(c) > since]
    observed = datapackage.current(dataset)["observed"]
    return changelog.entry(sources, history.ordered(changes), observed, last.version if last else None)


def _recorded(change: Change) -> str:
    return change.stamp.recorded if change.stamp else ""


def notes(dataset: Dataset, version: Version, last: PublishedRelease | None) -> str:
    """The changelog's section of a version; where it has none, the entry that it would get."""
    path = dataset.root / CHANGELOG
    kept = changelog.section(_text(path), version) if path.is_file() else None
    return entry(dataset, last) if kept is None else kept
