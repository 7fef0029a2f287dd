"""The templates: every value is escaped for HTML, and nothing invisible gets through."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scraper.site.text import seen

TEMPLATES = Path(__file__).parent / "templates"
FILES = ("site.css", "site.js", "icon.svg")


def _finalize(value: object) -> object:
    """Markup, which a template has made of escaped words, is left as it is."""
    return seen(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


class Renderer:
    """Pages from templates, with what all of them show: the newest reading, the attribution."""

    def __init__(self, **common: object) -> None:
        self._env = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            finalize=_finalize,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._env.globals.update(common)

    def page(self, template: str, path: str, **values: Any) -> bytes:
        """The page of a template that will stand at `path`: addresses in it are relative to there."""
        root = "../" * path.count("/")
        text = self._env.get_template(template).render(root=root, path=path, **values)
        return text.encode()


def assets() -> dict[str, bytes]:
    """The style sheet, the script and the icon."""
    return {name: (TEMPLATES / name).read_bytes() for name in FILES}
