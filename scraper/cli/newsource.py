"""The command that begins a source: a vocabulary with what a page of tables needs, its line in the registry, a case."""

from __future__ import annotations

import argparse
import re

from ratecards.model import ID_FORM
from scraper import ROOT
from scraper.errors import DatasetError

_NAME = re.compile(rf"{ID_FORM}/{ID_FORM}\Z")
_CASE = "first"
_VOCABULARY = """\
# {name}'s price page. There is no module: scraper/sources/table_reader.py reads it by this file.
# Words are compared folded: lower case, blanks folded, footnote stars taken off.
name: {name}
source: {name}
# documentation, or reseller
authority: documentation
# another number for every change of what an unchanged page gives
parser: "1"
urls:
  {kind}: {url}

# The page must prove that it is the page, and all of it: `first_headings`, `headings`, `last_headings`, folded.
proofs:
  tables_min: 1
  models_min: 1
  last_headings: []
{canonical}
# What holds where no words of the page say otherwise.
defaults: {{currency: USD, plan: paid, service_tier: standard, unit: 1000000 tokens}}
# By heading: {{}}, what its tables say of every rate ({{service_tier: batch}}), or {{ignore: why it gives no rate}}.
sections: {{}}
# By column header: {{is: model}}, {{is: label}}, {{is: note}}, or what its amounts are: {{meter: input}}.
headers: {{}}
# By row label, where rows are not models: {{meter: input}}.
labels: {{}}
# By printed name, where models are not printed as ids: the id.
models: {{}}
"""
_NEXT = """\
Next, in ten minutes:
1. python -m scraper doctor {name} --keep {case}
   fetches the page, keeps it as the case, and says which lines {vocabulary} lacks
2. paste them there, with the words in capitals replaced, until it says that there is nothing to settle
3. python -m tests.accept {folder}/{case}
   writes expected.csv beside it: read every line of it against the page
4. python -m scraper readme
   tells the reader whose word it is; then run make test
"""


def new(options: argparse.Namespace) -> int:
    """Write vocabulary, registry line and case directory. Raises `DatasetError` where the source is there already."""
    name, url = options.source, options.url
    if not _NAME.match(name) or not re.match(r"https://[^\s\"'{}#]+\Z", url):
        raise DatasetError(
            f"expected PROVIDER/SOURCE in small letters and an address of https, saw {name!r} and {url!r}"
        )
    provider, source = name.split("/")
    path = ROOT / "scraper" / "sources" / f"{source.replace('-', '_')}.yaml"
    registry = path.with_name("__init__.py")
    lines, end = registry.read_text(encoding="utf-8"), "\n)\n\n\ndef expires("
    if path.exists() or lines.count(end) != 1:
        raise DatasetError(f"there is a source {name}" if path.exists() else f"{registry}: the list of sources is gone")
    kind = next((ending for ending in ("md.txt", "md") if url.endswith(f".{ending}")), "html")
    canonical = f"  canonical: {url}\n  element: article\n" if kind == "html" else ""
    path.write_text(_VOCABULARY.format(name=name, kind=kind, url=url, canonical=canonical), encoding="utf-8")
    registry.write_text(lines.replace(end, f'\n    Source("{provider}", "{source}"),{end}'), encoding="utf-8")
    case = ROOT / "tests" / "sources" / path.stem / "cases" / _CASE
    case.mkdir(parents=True, exist_ok=True)
    print(f"wrote {path}, its line in {registry}, and {case}")
    print(_NEXT.format(name=name, folder=path.stem, case=_CASE, vocabulary=path.name), end="")
    return 0
