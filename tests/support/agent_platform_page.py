"""The Agent Platform's page, built from the cells of its tables: a test says cells, this writes the page's markup.

Facts are `sections`, each a `heading` and `blocks`. A block is `text`, or a table: `headers`, `rows` and perhaps its `tab`.
An empty cell before the first label of a row goes on with the cell above. A page is `spanned`, as in May 2026 (cells that
cover rows, tabs as sections, heads apart), or not: empty cells, tabs as buttons, a first row of header cells.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_HEAD = """<!doctype html>
<html lang="en" dir="ltr"><head><meta charset="utf-8">
<link rel="canonical" href="https://cloud.google.com/gemini-enterprise-agent-platform/generative-ai/pricing">
<title>Agent Platform Pricing &nbsp;|&nbsp; Google Cloud</title></head>
<body><article id="cloud-site"><h1 id="cost">Cost of building and deploying AI models in Agent Platform</h1>
<p>Prices are listed in US Dollars (USD).</p>
<h2 id="google_models">Google models</h2>
"""
_FOOT = """<h4 id="request-a-custom-quote">Request a custom quote</h4><a>Contact sales</a>
</article></body></html>
"""
# Headings that the page must have, and that a section of the facts may stand for.
_FRAME = {"Imagen": 3, "Model Tuning": 2, "Compare pricing for partner models on Agent Platform": 2}
_SECOND = ("Provisioned Throughput", *(title for title, level in _FRAME.items() if level == 2))
_PARTNER = "<table><thead><tr><th>Model</th></tr></thead><tbody><tr><td>Partner</td></tr></tbody></table>\n"
_LEAST = 38
# The record of October 2026 joins the lines of a cell; where two labels or sentences met, the page of May breaks them.
BREAKS = {"fine-tuning Preference": "fine-tuning<br>Preference", "2026 Input": "2026<br><br>Input"}
BREAKS["fine-tuning Reinforcement"] = "fine-tuning<br>Reinforcement"


def html_page(facts: Mapping[str, Any]) -> str:
    """The page with these sections, and as many tables of partners as make it whole."""
    sections, spanned = list(facts["sections"]), facts.get("spanned", True)
    known = {section["heading"] for section in sections}
    sections += [{"heading": title, "blocks": []} for title in _FRAME if title not in known]
    sections.sort(key=lambda section: ["Imagen", "Provisioned Throughput", *_SECOND[1:]].index(section["heading"]) if section["heading"] in (*_FRAME, *_SECOND) else -1)  # fmt: skip
    numbers = iter(range(1, 1000))
    body = "".join("".join(_section(section, spanned, numbers)) for section in sections)
    return _HEAD + body + _PARTNER * max(0, _LEAST - body.count("<table")) + _FOOT


def recorded(tables: Mapping[int, Mapping[str, Any]], *numbers: int, **tabs: str) -> list[dict[str, Any]]:
    """Blocks of tables of the record, by number, each under its tab (`t1="Standard Model"`) where it has one."""
    return [{"headers": tables[n]["headers"], "rows": tables[n]["rows"], "tab": tabs.get(f"t{n}", "")} for n in numbers]


def record(text: str) -> dict[int, dict[str, Any]]:
    """The tables of the record, by number."""
    return {table["n"]: table for table in json.loads(text)["tables"]}


def _section(section: Mapping[str, Any], spanned: bool, numbers: Iterator[int]) -> Iterator[str]:
    title = section["heading"]
    level = 2 if title in _SECOND else 3
    anchor = "-".join("".join(c if c.isalnum() or c in ".-" else " " for c in title.lower()).split())
    yield f'<h{level} id="{anchor}">{html.escape(title)}</h{level}>\n'
    for block in section["blocks"]:
        if "text" in block:
            yield f"<p>{html.escape(block['text'])}</p>\n"
            continue
        table = _spanned(block) if spanned else _flat(block)
        if not block.get("tab"):
            yield table
        elif spanned:
            yield f"<section><h3>{html.escape(block['tab'])}</h3>\n{table}</section>\n"
        else:
            number = next(numbers)
            yield f'<button id="tab-{number}" role="tab">{html.escape(block["tab"])}</button>\n'
            yield f'<div role="tabpanel" aria-labelledby="tab-{number}">{table}</div>\n'


def _words(text: str) -> str:
    found = html.escape(text, quote=False)
    for joined, broken in BREAKS.items():
        found = found.replace(joined, broken)
    return found


def _head(headers: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<th>{_words(header)}</th>' for header in headers)}</tr>"


def _flat(block: Mapping[str, Any]) -> str:
    rows = "".join(f"<tr>{''.join(f'<td>{_words(cell)}</td>' for cell in row)}</tr>\n" for row in block["rows"])
    return f"<table>\n{_head(block['headers'])}\n{rows}</table>"


def _spanned(block: Mapping[str, Any]) -> str:
    headers, rows = block["headers"], block["rows"]
    labels = next(at for at, header in enumerate(headers) if "rice" in header) if headers[0] == "Model" else 0
    out = []
    for at, row in enumerate(rows):
        cells = []
        for column, cell in enumerate(row):
            if column < labels and at and not any(row[: column + 1]):
                continue
            below = 1
            while column < labels and at + below < len(rows) and not any(rows[at + below][: column + 1]):
                below += 1
            span = f' rowspan="{below}"' if below > 1 else ""
            cells.append(f"<td{span}>{_words(cell)}</td>")
        out.append(f"<tr>{''.join(cells)}</tr>\n")
    return f"<table><thead>{_head(headers)}</thead><tbody>\n{''.join(out)}</tbody></table>\n"
