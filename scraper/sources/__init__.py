"""The sources: one line here and a vocabulary each; and a module, where the page is more than plain tables."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from ratecards.model.grade import REPORTED
from scraper.model import Reading
from scraper.sources.vocabulary import Head, VocabularyError, head


class SourceModule(Protocol):
    """What a source module offers; it does no I/O but reading its own vocabulary.

    It may have `WORDS_OF`, the source whose file has the words of its pages, where that is another, and
    `read_copy(body)`, where a reader's copy of the page is not read as its Markdown is.
    """

    @property
    def PARSER(self) -> str:  # noqa: N802 - a constant of a module
        """The version of its reading: another one for every change of what an unchanged page gives."""

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
    """One source of one provider. `module` is imported, or its vocabulary opened, when it is used.

    Where it has `every_days`, it is looked at again so many days after a good look and not before.
    """

    provider: str
    source: str
    stale_days: int = 3
    every_days: int = 0

    @property
    def name(self) -> str:
        """`provider/source`."""
        return f"{self.provider}/{self.source}"

    @property
    def head(self) -> Head:
        """What its vocabulary says of it: whose word it is, which publication. Raises `VocabularyError`."""
        return head(_HERE / f"{self.source.replace('-', '_')}.yaml")

    def same_publication(self, other: Source) -> bool:
        """Whether the other source prints the same document: they never confirm each other's prices."""
        return self == other or (bool(self.head.publication) and self.head.publication == other.head.publication)

    @property
    def module(self) -> SourceModule:
        """The module of the same name, with underscores; where there is none, the reader that goes by a vocabulary."""
        return _module(self.source.replace("-", "_"), reported=self.reported)

    @property
    def reported(self) -> bool:
        """Whether it is somebody who says what pages say: its words are no prices of ours."""
        return self.name.startswith(REPORTED)

    def read(self, body: str, *, copy: bool = False) -> Reading:
        """The reading of a page or of a `copy` of it. Raises `LayoutChanged` when it is not the page."""
        module = self.module
        return getattr(module, "read_copy", module.read)(body) if copy else module.read(body)


_HERE = Path(__file__).parent


def _module(name: str, *, reported: bool) -> SourceModule:
    return _of_vocabulary(name, reported=reported) or cast(SourceModule, import_module(f"scraper.sources.{name}"))


@cache
def _of_vocabulary(name: str, *, reported: bool) -> SourceModule | None:
    """The source of a vocabulary that stands without a module: a page of tables, or somebody's map of prices."""
    from scraper.sources.price_map import PriceMap
    from scraper.sources.table_reader import TableSource

    path = _HERE / f"{name}.yaml"
    if not path.is_file() or path.with_suffix(".py").is_file():
        return None
    return PriceMap(path) if reported else TableSource(path)


SOURCES = (
    Source("google", "gemini-api"),
    Source("google", "ai-studio-docs"),
    Source("google", "ai-studio", stale_days=30),
    Source("google", "vertex-ai"),
    Source("google", "cloud-billing"),
    Source("google", "rate-limits"),
    Source("google", "deprecations"),
    Source("openai", "openai-api"),
    Source("anthropic", "anthropic-api"),
    Source("laozhang", "laozhang"),
    Source("reported", "litellm", stale_days=15, every_days=7),
    Source("reported", "genai-prices", stale_days=15, every_days=7),
)


def expires(name: str, seen: date | None) -> str:
    """The last day on which what was seen of a source is not stale, ISO; empty where it never is, or was not seen."""
    limit = next((source.stale_days for source in SOURCES if source.name == name), None)
    return "" if seen is None or limit is None else str(seen + timedelta(limit))


def published_in(name: str) -> str:
    """The publication of the source of that name; empty for one that has none, or whose vocabulary is damaged."""
    with suppress(VocabularyError):
        return next((source.head.publication for source in SOURCES if source.name == name), "")
    return ""


def find(name: str) -> Source:
    """The source called `provider/source`, or just `source`. Raises `KeyError` naming those there are."""
    for source in SOURCES:
        if name in (source.name, source.source):
            return source
    raise KeyError(f"no source {name!r}; there are: {', '.join(s.name for s in SOURCES)}")
