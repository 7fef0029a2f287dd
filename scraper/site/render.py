"""Pages from templates, every value escaped and visible, in HTML and in Markdown; and the folder for a site."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ratecards.escaping import markdown_cell, visible
from scraper.errors import DatasetError

TEMPLATES = Path(__file__).parent / "templates"
FILES = ("site.css", "site.js", "icon.svg", "embed.html")
MARKER = ".ratecards-site.json"


def _finalize(value: object) -> object:
    """Markup, which a template has made of escaped words, is left as it is."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _marked_down(value: object) -> object:
    """The same in Markdown, which programs read as it stands: what is no markup on a page of ours is left as it is."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    words = markdown_cell(value).replace("\\$", "$").replace("&lt;", "\\<").replace("&gt;", ">")
    return Markup(words)  # noqa: S704 - escaped for where it goes


def _code(text: str) -> Markup:
    """Words of a page as they stand there, in Markdown."""
    words = visible(text).strip()
    fence = "`" * (max(map(len, re.findall("`+", words)), default=0) + 1)
    blank = " " if words[:1] == "`" or words[-1:] == "`" else ""
    return Markup(f"{fence}{blank}{words}{blank}{fence}")  # noqa: S704 - nothing in it is markup


def _address(url: str) -> Markup:
    """An address inside of a link in Markdown."""
    return Markup(re.sub(r"[\s<>()]", lambda found: f"%{ord(found[0]):02X}", url))  # noqa: S704 - nor in this


class Renderer:
    """Pages from templates, with what all of them show: the newest reading, the attribution."""

    def __init__(self, **common: object) -> None:
        make = partial(
            Environment,
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._env, self._markdown = make(finalize=_finalize), make(finalize=_marked_down)
        self._markdown.filters.update(code=_code, address=_address)
        for env in (self._env, self._markdown):
            env.globals.update(common)

    def page(self, template: str, path: str, **values: Any) -> bytes:
        """The page of a template that will stand at `path`: addresses in it are relative to there."""
        root = "../" * path.count("/")
        return self._env.get_template(template).render(root=root, path=path, **values).encode()

    def markdown(self, template: str, root: str = "", **values: Any) -> bytes:
        """The text of a template in Markdown; `root` is where the site's root is, seen from it."""
        text = self._markdown.get_template(template).render(root=root, **values)
        return (re.sub("\n{3,}", "\n\n", text).strip() + "\n").encode()


def assets() -> dict[str, bytes]:
    """The style sheet, the script, the icon, and the page for frames, whose figures are all the script's."""
    return {name: (TEMPLATES / name).read_bytes() for name in FILES}


def write(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """The folder shall hold these files and no others of an earlier site; the paths written or removed.

    The folder is empty or holds a site already, and nothing else is touched. Raises `DatasetError` where it holds
    anything that no earlier run put there, or cannot be written.
    """
    try:
        before = _owned(folder)
        gone = sorted(set(before) - set(files))
        for path in gone:
            _inside(folder, path).unlink(missing_ok=True)
        folder.mkdir(parents=True, exist_ok=True)
        # the marker first: a run that dies half way must find a folder that is ours
        (folder / MARKER).write_text(json.dumps(sorted({*before, *files}), indent=0) + "\n", encoding="utf-8")
        written = sorted(path for path, content in files.items() if _put(_inside(folder, path), content))
        (folder / MARKER).write_text(json.dumps(sorted(files), indent=0) + "\n", encoding="utf-8")
    except OSError as error:
        raise DatasetError(f"{folder}: expected a folder for a site that can be written, saw {error}") from error
    return sorted([*gone, *written])


def _owned(folder: Path) -> list[str]:
    """The files that an earlier run put there."""
    marker = folder / MARKER
    if not marker.is_file():
        if folder.is_dir() and (other := next(folder.iterdir(), None)):
            words = f"expected an empty folder or a site with its {MARKER}, saw {other.name}"
            raise DatasetError(f"{folder}: {words}; nothing was written")
        return []
    try:
        found = json.loads(marker.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DatasetError(f"{marker}: not a site's list of files: {error}; remove the folder") from error
    if not isinstance(found, list) or not all(isinstance(path, str) for path in found):
        raise DatasetError(f"{marker}: not a site's list of files; remove the folder")
    return found


def _inside(folder: Path, path: str) -> Path:
    """The file a path means. Raises `DatasetError` on one that leads out of the folder."""
    parts = PurePosixPath(path).parts
    target = folder / path
    if not parts or ".." in parts or path.startswith("/") or folder.resolve() not in target.resolve().parents:
        raise DatasetError(f"{folder}: refused to touch {path!r}, which is not inside")
    return target


def _put(target: Path, content: bytes) -> bool:
    if target.is_file() and target.read_bytes() == content:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return True
