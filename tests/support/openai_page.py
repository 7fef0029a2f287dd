"""OpenAI's pricing page, built from the facts of a case."""

from __future__ import annotations

import copy
import html
import json
from decimal import Decimal

from ratecards.storage import strict_yaml
from scraper import ROOT

CASES = ROOT / "tests" / "sources" / "openai_api" / "cases"


def facts(case: str) -> dict:
    """The facts of a case, ready to be changed."""
    path = CASES / case / "facts.yaml"
    return copy.deepcopy(strict_yaml.load(path.read_text(encoding="utf-8"), case))


def value(cell: object) -> object:
    """A cell of the facts as the value a component is given."""
    if isinstance(cell, str) and cell.startswith("="):
        return json.loads(cell[1:])
    if isinstance(cell, dict) and "html" in cell:
        return {"__pricingHtml": cell["html"]}
    if isinstance(cell, dict) and "tooltip" in cell:
        heading = {"label": cell["tooltip"], "tooltip": "More.", "ariaLabel": None, "withIcon": False}
        return {"__pricingTooltipHeading": heading}
    return cell


def props(section: dict, pane: dict, tier: str) -> dict:
    """What one component is given."""
    given: dict = {}
    if section["component"] == "TextTokenPricingTables":
        given |= {"tier": tier, "latestSectionLabel": None}
    if "footnote" in section:
        given["allModelsFootnote"] = {"__pricingHtml": section["footnote"]}
    if "collapsed" in section:
        given["collapsedLatestRowCount"] = section["collapsed"]
    if "headings" in section:
        given["headings"] = [value(h) for h in section["headings"]]
    if "hidden" in section:
        given["hiddenModels"] = section["hidden"]
    if "groups" in pane:
        given["groups"] = [
            {"model": model, "rows": [[value(c) for c in r] for r in rows]} for model, rows in pane["groups"].items()
        ]
    else:
        given["rows"] = [[value(c) for c in r] for r in pane["rows"]]
    return {**given, **pane.get("props", {})}


def wrapped(given: object) -> list:
    """Astro's wrapping."""
    if isinstance(given, dict):
        return [0, {name: wrapped(inner) for name, inner in given.items()}]
    return [1, [wrapped(inner) for inner in given]] if isinstance(given, list) else [0, given]


def drawn_cell(cell: object) -> str:
    """A cell as it is drawn: numbers with a dollar sign and at least two decimals."""
    given = value(cell)
    if isinstance(given, dict):
        return given.get("__pricingHtml") or f"<span><span>{cell['tooltip']}</span></span>"
    if isinstance(given, int | float):
        return f"${given:.2f}" if Decimal(str(given)) == round(Decimal(str(given)), 2) else f"${given}"
    return html.escape(given) if given else "-"


def drawn(section: dict, pane: dict) -> str:
    """The table that is drawn beside the props."""
    if "long" in pane:
        rows = {r[0].split(" ")[0]: r[1:] for r in pane["rows"]}
        names = ["Input", "Cached input", "Cache writes", "Output"]
        width = len(next(iter(pane["long"].values())))
        names = names if width == 4 else [n for n in names if n != "Cache writes"]
        head = f"<tr><th></th>{''.join(f'<th colSpan={width}>{c} context</th>' for c in ('Short', 'Long'))}</tr>"
        head += f"<tr><th>Model</th>{''.join(f'<th>{n}</th>' for n in names * 2)}</tr>"
        body = "".join(
            f"<tr><td>{model}</td>{''.join(f'<td>{drawn_cell(c)}</td>' for c in [*rows[model], *long])}</tr>"
            for model, long in pane["long"].items()
        )
    else:
        head = f"<tr>{''.join(f'<th>{drawn_cell(h)}</th>' for h in section['headings'])}</tr>"
        body = "".join(drawn_group(*group) for group in groups(pane)[: pane["drawn"]])
    return f"<div><table><thead>{head}</thead><tbody>{body}</tbody></table></div>"


def groups(pane: dict) -> list[tuple[object, list]]:
    return list(pane["groups"].items()) if "groups" in pane else [(r[0], [r[1:]]) for r in pane["rows"]]


def drawn_group(model: object, rows: list) -> str:
    first = f'<td rowSpan="{len(rows)}">{drawn_cell(model)}</td>'
    lines = ["".join(f"<td>{drawn_cell(c)}</td>" for c in r) for r in rows]
    return "".join(f"<tr>{first if at == 0 else ''}{line}</tr>" for at, line in enumerate(lines))


def island(section: dict, pane: dict, tier: str) -> str:
    given = {name: wrapped(inner) for name, inner in props(section, pane, tier).items()}
    attribute = html.escape(json.dumps(given, ensure_ascii=False))
    table = drawn(section, pane) if {"long", "drawn"} & set(pane) else ""
    return (
        f'<astro-island uid="Zr" prefix="r35" component-url="/_astro/pricing.js" component-export="{section["component"]}" '
        f'props="{attribute}" ssr await-children><div>{table}</div><!--astro:end--></astro-island>'
    )


def html_page(told: dict, lang: str = "en", canonical: str = "https://developers.openai.com/api/docs/pricing") -> str:
    """The page itself."""
    parts = []
    for section in told["sections"]:
        meta = f'<small class="pricing-switcher-meta">{section["caption"]}</small>' if "caption" in section else ""
        level, anchor, title = section["level"], section["id"], section["title"]
        head = f'<div class="anchor-heading-wrapper"><h{level} id="{anchor}"></h{level}><p>{title}</p></div>{meta}'
        hint = f'<div class="pricing-section-meta">{section["hint"]}</div>' if "hint" in section else ""
        panes = [
            f'<div data-content-switcher-pane="true" data-value="{tab}"{" hidden" if tab != "standard" else ""}>'
            f'<div class="hidden">{tab.title()}</div>{hint}{island(section, pane, tab)}</div>'
            for tab, pane in section.get("tabs", {}).items()
        ]
        if panes:
            switcher = (
                '<astro-island component-export="default" props="{&quot;id&quot;:[0,&quot;x&quot;]}"></astro-island>'
            )
            panes.insert(0, switcher)
        elif "component" in section:
            panes.append(island(section, section, "standard"))
        parts.append(f"<div>{head}</div>{''.join(panes)}<div>{section.get('after', '')}</div>")
    return (
        f'<!doctype html><html lang="{lang}"><head><title>Pricing | OpenAI API</title>'
        f'<link rel="canonical" href="{canonical}"></head><body><nav>$1 menu</nav>'
        f'<main><article class="prose" id="mainContent"><style>x</style>{"".join(parts)}'
        f"<script>var a = 1</script></article></main> </body></html>"
    )
