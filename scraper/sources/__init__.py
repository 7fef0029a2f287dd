"""The sources: a module and a vocabulary each, and one line here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from scraper.reading import Reading


class SourceModule(Protocol):
    """What a source module offers; it does no I/O but reading its own vocabulary.

    It may have `through()`, hosts of a sign-in that redirects may pass.
    """

    PARSER: str

    def urls(self) -> Mapping[str, str]:
        """By representation (file ending without the dot), the address it is fetched from."""

    def renames(self) -> Mapping[str, str]:
        """Renames a person has confirmed: old model id to new."""

    def fingerprint(self, body: str) -> str:
        """The part of the body that prices stand in."""

    def read(self, body: str) -> Reading:
        """Read one page. Raises `LayoutChanged` when it is not the page."""


@dataclass(frozen=True, slots=True)
class Source:
    """One publication of one provider. `module` is imported when it is used."""

    provider: str
    source: str
    stale_days: int = 3

    @property
    def name(self) -> str:
        """`provider/source`."""
        return f"{self.provider}/{self.source}"

    @property
    def module(self) -> SourceModule:
        """The module of the same name, with underscores."""
        return cast(SourceModule, import_module(f"scraper.sources.{self.source.replace('-', '_')}"))


SOURCES = (
    Source("google", "gemini-api"),
    Source("google", "ai-studio", stale_days=30),
    Source("google", "vertex-ai"),
    Source("google", "cloud-billing"),
    Source("google", "rate-limits"),
    Source("openai", "openai-api"),
    Source("laozhang", "laozhang"),
)


def find(name: str) -> Source:
    """The source called `provider/source`, or just `source`. Raises `KeyError` naming those there are."""
    for source in SOURCES:
        if name in (source.name, source.source):
            return source
    raise KeyError(f"no source {name!r}; there are: {', '.join(s.name for s in SOURCES)}")
