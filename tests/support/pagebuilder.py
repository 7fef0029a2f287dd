"""Builds the Gemini API pricing page, as HTML, as its Markdown twin and as a reader's copy, from one dictionary of facts.

    python -m tests.support.pagebuilder FACTS.yaml OUT_DIR

writes `<stem>.html`, `<stem>.md.txt` and the headers of both, the stem being the edition's time of fetching.
The markup is the page's own; the facts say what stands in it. All leaves of an edition are strings:

    fetched: 2026-11-01T06:17:00Z      when; also the stem of the written files
    updated: "2026-10-30"              the "Last updated" line, which the twin never carries
    dialect: "2026"                    of the twin: 2025 or 2026
    lang: en                           optional, <html lang>
    markup:                            optional, what changed in 2026:
      ids: linked                      every model id is a link (since August)
      tabs: devsite-selector           that tag instead of div.ds-selector-tabs (since October)
      attributes: translated           as in ?hl= copies: sorted attributes, <br />, &lt;, absolute links
    platform: "[Name](href)"           optional, who sells the enterprise plan
    notice, intro: text                a callout above everything, the first paragraph
    models:
      <h2 id>:
        name: text                     the heading
        heading_link: href             optional: the heading is a link
        ids: [a, b]                    default: the h2 id; [] prints none
        joined: " and "                between ids, default ", "
        links: {a: slug}               where a linked id leads elsewhere than to its own model page
        try: "[Try the API](href)"     default: Google AI Studio; "" prints none
        about: text or list            paragraphs
        warning, note: text            callouts before and after the tables
        paid: per Image in USD         the third header cell, default "per 1M tokens in USD"
        tabs: {Standard: rows, ...}    or `rows` for a table without tabs
        improve: [free, paid]          the closing row "Used to improve our products", default Yes and No
        footnotes: [text, ...]
    tools, agents: {about, rows, footnotes}
    notes: [text, ...]

A row is [label, free, paid]; a cell is a text or a list of them, joined by <br> in HTML and one blank in the twin.
A row of two cells ends in a cell that spans two columns. Inside a text: {*} is a footnote mark, [text](href) a
link, {em text} and {b text} emphasis, a newline a break in the source that the reader of the page does not see.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import textwrap
from collections import Counter
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from ratecards.storage import strict_yaml

SITE = "https://ai.google.dev"
PAGE = SITE + "/gemini-api/docs/pricing"
TERMS = SITE + "/gemini-api/terms"
TITLE = "Gemini Developer API pricing"
FREE_TIER, PAID_TIER = "Free Tier", "Paid Tier, per 1M tokens in USD"
IMPROVE = ["[Yes](/gemini-api/terms)", "[No](/gemini-api/terms)"]
PLATFORM = "[Gemini Enterprise Agent Platform](https://cloud.google.com/gemini-enterprise-agent-platform)"
# id, name, description, features, link: the three plan cards above the models.
PLANS = [
    (
        "free",
        "Free",
        "To get started with the Gemini API.",
        ["Some models", "Free input & output tokens", f"Content used to improve our products[*]({TERMS})"],
        "[Get started for Free](https://aistudio.google.com)",
    ),
    (
        "paid",
        "Paid",
        "For applications in production.",
        [
            "Higher rate limits",
            "Context caching",
            "Batch API (50% cost reduction)",
            f"Content {{b not}} used to improve our products[*]({TERMS})",
        ],
        "[Upgrade to Paid](https://aistudio.google.com/api-keys)",
    ),
    (
        "enterprise",
        "Enterprise",
        "For large deployments, powered by {platform}.",
        ["All of Paid", "Support & compliance", "Volume-based discounts (based on usage)"],
        "[Contact Sales](https://cloud.google.com/contact)",
    ),
]
TOKEN = re.compile(
    r"\{(?P<mark>\*+)\}|\[(?P<text>[^\]]+)\]\((?P<href>[^)\s]+)\)|\{em (?P<em>[^}]+)\}|\{b (?P<b>[^}]+)\}",
)
VOID = {"br", "col"}


# Everything around the article; the page opens with blank lines and has many more inside.
FRAME = """{blank_lines}<!doctype html>
<html
      lang="{lang}"
      dir="{direction}">
  <head>
    <meta property="og:site_name" content="Google AI for Developers">
    <meta property="og:type" content="website"><meta charset="utf-8">
    <link rel="canonical" href="{page}">
    <link rel="alternate" hreflang="x-default" href="{page}" /><title>{full_title}</title>
    <meta property="og:title" content="{full_title}">
    <meta property="og:url" content="{page}"><meta property="og:locale" content="{lang}">
  </head>
  <body class="gemini-api color-scheme--light" template="page" type="article" layout="docs" display-toc pending>
    <section class="devsite-wrapper">
      <devsite-cookie-notification-bar></devsite-cookie-notification-bar>
      <main class="devsite-main-content" id="main-content">
          <devsite-content>
<article class="devsite-article">
  <div class="devsite-article-meta nocontent" role="navigation">
    <ul class="devsite-breadcrumb-list" aria-label="Breadcrumb">
      <li class="devsite-breadcrumb-item"><a href="{site}/gemini-api">Gemini API</a></li>
    </ul>
  </div>
    <h1 class="devsite-page-title" tabindex="-1">
      {title}<devsite-actions hidden data-nosnippet>
    <devsite-llm-tools></devsite-llm-tools></devsite-actions>
    </h1>
  <div class="devsite-article-body clearfix
  ">
{blank_lines}{body}
</div>

  <div class="devsite-floating-action-buttons"></div></article>

<devsite-content-footer class="nocontent" data-nosnippet>
  <p>{updated}</p>
</devsite-content-footer>

<div class="devsite-content-data">
    <template class="devsite-content-data-template">
      [[],["{updated}"],[],[]]
    </template>
</div>
          </devsite-content>
      </main>
    </section>
  </body>
</html>
"""


def html_page(edition: dict) -> bytes:
    """The whole page, markup as served."""
    return _Html(edition).page().encode()


def twin_page(edition: dict) -> bytes:
    """The Markdown twin of the same page."""
    return _Twin(edition).page().encode()


def readers_copy(edition: dict) -> bytes:
    """What a reader service makes of the HTML page: Markdown of another dialect, without the tabs' headings."""
    return _Copy(edition).page().encode()


def _tables(model: dict) -> list[tuple[str, list]]:
    """Tab name and rows of each table; one table without a name where a model has no tabs."""
    closing = ["Used to improve our products", *model.get("improve", IMPROVE)]
    tabs = model.get("tabs") or {"": model["rows"]}
    return [(tab, [*rows, closing]) for tab, rows in tabs.items()]


def _ids(anchor: str, model: dict) -> list[str]:
    return model.get("ids", [anchor])


def _try_link(anchor: str, model: dict) -> str:
    ids = _ids(anchor, model)
    studio = f"https://aistudio.google.com/prompts/new_chat?model={ids[0]}" if ids else ""
    return model.get("try", f"[Try it in Google AI Studio]({studio})" if ids else "")


def _header(model: dict) -> list[str]:
    return ["", FREE_TIER, f"Paid Tier, {model['paid']}" if "paid" in model else PAID_TIER]


def _closing(edition: dict) -> list[tuple[str, str, list[str], dict]]:
    """Id, heading, header cells and content of the two tables that follow the models."""
    headers = {"tools": ["", FREE_TIER, PAID_TIER], "agents": ["", "Model", "Tools"]}
    return [
        (f"pricing-for-{kind}", f"Pricing for {kind}", header, edition[kind])
        for kind, header in headers.items()
        if kind in edition
    ]


def _parts(cell: str | list[str]) -> list[str]:
    return [cell] if isinstance(cell, str) else cell


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 80, break_long_words=False, break_on_hyphens=False)


class _Html:
    def __init__(self, edition: dict) -> None:
        self.edition = edition
        self.markup = edition.get("markup", {})
        self.translated = self.markup.get("attributes") == "translated"
        self.tab_ids: Counter[str] = Counter()

    def tag(self, name: str, content: str = "", **attributes: str) -> str:
        """One element; `cls` and `data_text` stand for the names Python cannot spell."""
        named = [({"cls": "class"}.get(key, key.replace("_", "-")), value) for key, value in attributes.items()]
        opening = " ".join(
            [name, *(f'{key}="{value}"' for key, value in (sorted(named) if self.translated else named))]
        )
        if name in VOID:
            return f"<{opening} />" if self.translated else f"<{opening}>"
        return f"<{opening}>{content}</{name}>"

    def href(self, target: str) -> str:
        if not self.translated or target.startswith("#"):
            return target
        absolute = target if "://" in target else SITE + target
        base, sharp, fragment = absolute.partition("#")
        return f"{base}{'&' if '?' in base else '?'}hl={self.edition.get('lang', 'en')}{sharp}{fragment}"

    def text(self, source: str, **link: str) -> str:
        """Inline markup; comparison signs stay raw, as on the page."""
        out, at = "", 0
        for found in TOKEN.finditer(source):
            out += self.plain(source[at : found.start()]) + self.token(found, link)
            at = found.end()
        return out + self.plain(source[at:])

    def plain(self, source: str) -> str:
        return source.replace("<", "&lt;") if self.translated else source

    def token(self, found: re.Match[str], link: dict[str, str]) -> str:
        if found["mark"]:
            return self.tag("sup", found["mark"])
        if found["href"]:
            return self.tag("a", self.plain(found["text"]), href=self.href(found["href"]), **link)
        return self.tag("em", found["em"]) if found["em"] else self.tag("strong", found["b"])

    def cell(self, cell: str | list[str], **attributes: str) -> str:
        """Short cells stand on one line of the source, long ones on several."""
        parts = [self.text(part) for part in _parts(cell)]
        if len(parts) < 4 and not any("\n" in part for part in parts):
            return self.tag("td", self.tag("br").join(parts), **attributes)
        inner = f"{self.tag('br')}\n".join(parts).replace("\n", "\n        ")
        return self.tag("td", inner + "\n      ", **attributes)

    def row(self, row: list) -> str:
        label, *cells = row
        span = {"colspan": "2"} if len(cells) == 1 else {}
        lines = [self.cell(label), *(self.cell(cell, **span) for cell in cells)]
        return "    <tr>\n" + "".join(f"      {line}\n" for line in lines) + "    </tr>\n"

    def table(self, header: list[str], rows: list) -> str:
        cols = [self.tag("col"), self.tag("col", cls="free-tier"), self.tag("col", cls="paid-tier")]
        heads = ["<th></th>", *(self.tag("th", name, scope="col") for name in header[1:])]
        return "".join(
            [
                '<table class="pricing-table">\n  <colgroup>\n',
                *(f"    {col}\n" for col in cols),
                "  </colgroup>\n  <thead>\n    <tr>\n",
                *(f"      {head}\n" for head in heads),
                "    </tr>\n  </thead>\n  <tbody>\n",
                *(self.row(row) for row in rows),
                "  </tbody>\n</table>",
            ]
        )

    def tables(self, model: dict) -> str:
        header = _header(model)
        if "tabs" not in model:
            return "\n" + "".join(self.table(header, rows) + "\n" for _, rows in _tables(model))
        sections = "".join(
            f"<section>{self.tab_heading(tab)}{self.table(header, rows)}</section>\n" for tab, rows in _tables(model)
        )
        if self.markup.get("tabs") == "devsite-selector":
            return f'<div><devsite-selector data-ds-scope="code-sample">\n{sections}</devsite-selector></div>\n'
        return f'<div class="ds-selector-tabs" data-ds-scope="code-sample">\n{sections}</div>\n'

    def tab_heading(self, tab: str) -> str:
        """Ids of equal tabs are numbered in page order, the first without a number."""
        anchor = tab.lower()
        number = self.tab_ids[anchor]
        self.tab_ids[anchor] += 1
        return self.tag("h3", tab, id=f"{anchor}_{number}" if number else anchor, data_text=tab, tabindex="-1")

    def model_id(self, name: str, model: dict) -> str:
        code = self.tag("code", name, translate="no", dir="ltr")
        if self.markup.get("ids") != "linked":
            return code
        slug = model.get("links", {}).get(name, name)
        return self.tag("a", code, href=self.href(f"/gemini-api/docs/models/{slug}"))

    def heading(self, anchor: str, model: dict) -> str:
        name = model["name"]
        link = self.tag("a", name, href=self.href(model["heading_link"])) if "heading_link" in model else name
        title = self.tag("h2", link, id=anchor, data_text=name, tabindex="-1")
        ids = model.get("joined", ", ").join(self.model_id(each, model) for each in _ids(anchor, model))
        group = f'    <div class="heading-group">\n        {title}\n        <em>{ids}</em>\n    </div>\n'
        button = self.text(_try_link(anchor, model), cls="button button-primary ais")
        return "".join(
            [
                '<div class="models-section">\n',
                group if ids else f"    {title}\n",
                f"    <p>\n        {button}\n    </p>\n" if button else "",
                "</div>\n",
            ]
        )

    def paragraphs(self, texts: str | list[str]) -> str:
        return "\n".join(f"<p>{self.text(_wrapped(text))}</p>\n" for text in _parts(texts))

    def section(self, anchor: str, model: dict) -> str:
        warning, note = model.get("warning"), model.get("note")
        return "".join(
            [
                self.heading(anchor, model),
                "\n",
                self.paragraphs(model.get("about", [])),
                f'\n<aside class="warning">\n  <b>Warning:</b> {self.text(warning)}\n</aside>\n' if warning else "",
                self.tables(model),
                f'<aside class="note"><strong>Note:</strong><span> {self.text(note)}</span></aside>\n' if note else "",
                self.paragraphs(model.get("footnotes", [])),
                "\n",
            ]
        )

    def plan(self, anchor: str, name: str, about: str, features: list[str], link: str) -> str:
        icon = '<span class="material-symbols-outlined">check_circle</span>'
        title = self.tag("h3", name, cls="plan-name hide-from-toc", id=anchor, data_text=name, tabindex="-1")
        about = about.format(platform=self.edition.get("platform", PLATFORM))
        items = "".join(f"              <li>{icon}{self.text(feature)}</li>\n" for feature in features)
        return (
            f'      <div class="pricing-card{" recommended" if anchor == "paid" else ""}">\n          {title}\n'
            f'          <p class="plan-description">{self.text(about)}</p>\n          <ul class="features">\n{items}'
            f"          </ul>\n          {self.text(link, cls='cta-button btn-secondary')}\n      </div>\n"
        )

    def body(self) -> str:
        edition = self.edition
        notice = edition.get("notice")
        out = [f'<aside class="special">\n  <p>{self.text(notice)}\n  </p>\n</aside>\n\n' if notice else ""]
        out += [
            self.paragraphs(edition["intro"]),
            '\n<div class="pricing-container">\n  <div class="pricing-cards">\n',
        ]
        out += [*(self.plan(*plan) for plan in PLANS), "  </div>\n</div>\n\n"]
        out += [self.section(anchor, model) for anchor, model in edition["models"].items()]
        for anchor, title, header, content in _closing(edition):
            out += [self.tag("h2", title, id=anchor, data_text=title, tabindex="-1"), "\n\n"]
            out += [self.paragraphs(content["about"]), "\n", self.table(header, content["rows"]), "\n\n"]
            out += [self.paragraphs(content.get("footnotes", [])), "\n"]
        if "notes" in edition:
            items = "".join(f"<li>{self.text(note)}</li>\n" for note in edition["notes"])
            out += [
                self.tag("h2", "Notes", id="notes", data_text="Notes", tabindex="-1"),
                f"\n\n<ul>\n{items}</ul>\n",
            ]
        return "".join(out)

    def page(self) -> str:
        lang, updated = self.edition.get("lang", "en"), f"Last updated {self.edition['updated']} UTC."
        return FRAME.format(
            blank_lines="\n" * 9,
            lang=lang,
            direction="rtl" if lang in {"ar", "fa", "he"} else "ltr",
            page=PAGE,
            site=SITE,
            title=TITLE,
            full_title=f"{TITLE} &nbsp;|&nbsp; Gemini API &nbsp;|&nbsp; Google AI for Developers",
            updated=updated,
            body=self.body(),
        )


class _Twin:
    def __init__(self, edition: dict) -> None:
        self.edition = edition
        self.old = edition["dialect"] == "2025"

    def text(self, source: str) -> str:
        """Inline markup; in the 2025 dialect links, bold words and leading marks are glued to the text."""
        if self.old:
            source = re.sub(r" ?(\[[^\]]+\]\([^)\s]+\)) ?", r"\1", source)
            source = re.sub(r" (?=\{b )", "", source)
            source = re.sub(r"^(\{\*+\}) ", r"\1", source)
        out, at = "", 0
        for found in TOKEN.finditer(source):
            out += self.plain(source[at : found.start()]) + self.token(found)
            at = found.end()
        return out + self.plain(source[at:])

    def plain(self, source: str) -> str:
        return re.sub(r"[<>&*\[\]]", r"\\\g<0>", source)

    def token(self, found: re.Match[str]) -> str:
        if found["mark"]:
            return f"^{self.plain(found['mark'])}^"
        if found["href"]:
            return f"[{self.plain(found['text'])}]({self.href(found['href'])})"
        return f"*{found['em']}*" if found["em"] else f"**{found['b']}**"

    def href(self, target: str) -> str:
        return {"#": PAGE + target, "/": SITE + target}.get(target[0], target)

    def cell(self, cell: str | list[str]) -> str:
        return " ".join(self.text(part) for part in _parts(cell) if part).replace("\n", " ")

    def table(self, header: list[str], rows: list) -> str:
        lines = [header, *([self.cell(cell) for cell in [*row, ""][:3]] for row in rows)]
        widths = [max(len(cell) for cell in column) if self.old else 1 for column in zip(*lines, strict=True)]
        head, *body = lines
        if self.old:  # headers are centred, the odd blank goes to the right
            head = [" " * ((width - len(cell)) // 2) + cell for cell, width in zip(head, widths, strict=True)]
        out = [
            "| " + " | ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)) + " |"
            for line in [head, *body]
        ]
        return "\n".join([out[0], "|" + "".join("-" * (width + 2) + "|" for width in widths), *out[1:]])

    def paragraphs(self, texts: str | list[str], *, end: str = "") -> list[str]:
        """2025 on one line, with `end` where a block element follows; 2026 in the lines of the HTML source."""
        out = [self.text(text if self.old else _wrapped(text)) for text in _parts(texts)]
        return [*out[:-1], out[-1] + end] if self.old and out else out

    def callout(self, kind: str, text: str) -> str:
        if self.old:
            return f"{text}  " if kind == "NOTE" else f"| {text}"
        return f"> [!{kind}]\n> {text}"

    def model_id(self, name: str, model: dict) -> str:
        if self.edition.get("markup", {}).get("ids") != "linked":
            return f"`{name}`"
        return f"[`{name}`]({SITE}/gemini-api/docs/models/{model.get('links', {}).get(name, name)})"

    def heading(self, anchor: str, model: dict) -> list[str]:
        name, joined, button = model["name"], model.get("joined", ", "), self.text(_try_link(anchor, model))
        ids = [self.model_id(each, model) for each in _ids(anchor, model)]
        return [
            f"## [{name}]({self.href(model['heading_link'])})" if "heading_link" in model else f"## {name}",
            *([f"*{(joined.strip() if self.old else joined).join(ids)}*"] if ids else []),
            *([button if self.old else "\n" + button] if button else []),
        ]

    def section(self, anchor: str, model: dict) -> list[str]:
        out = self.heading(anchor, model)
        out += self.paragraphs(model.get("about", []), end="  " if "tabs" in model else "")
        if "warning" in model:
            out.append(self.callout("WARNING", f"**Warning:** {self.text(model['warning'])}"))
        for tab, rows in _tables(model):
            out += [*([f"### {tab}"] if tab else []), self.table(_header(model), rows)]
        if "note" in model:
            out.append(self.callout("NOTE", f"**Note:** {self.text(model['note'])}"))
        return out + self.paragraphs(model.get("footnotes", []), end="  ")

    def plan(self, name: str, about: str, features: list[str], link: str) -> list[str]:
        about = about.format(platform=self.edition.get("platform", PLATFORM))
        items = "\n".join(f"- check_circle{self.text(feature)}" for feature in features)
        return [f"### {name}", *self.paragraphs(about), items, *self.paragraphs(link, end="  ")]

    def page(self) -> str:
        edition = self.edition
        out = ["<br />", "<br />"] if self.old else []
        out += [self.callout("IMPORTANT", self.text(edition["notice"]))] if "notice" in edition else []
        out += self.paragraphs(edition["intro"], end="  ")
        for _, *plan in PLANS:
            out += self.plan(*plan)
        for anchor, model in edition["models"].items():
            out += self.section(anchor, model)
        for _, title, header, content in _closing(edition):
            out += [f"## {title}", *self.paragraphs(content["about"]), self.table(header, content["rows"])]
            out += self.paragraphs(content.get("footnotes", []))
        if "notes" in edition:
            out += ["## Notes", "\n".join(f"- {self.text(note)}" for note in edition["notes"])]
        return "\n\n".join(out) + "\n"


class _Copy(_Twin):
    """The Markdown of a reader service: nothing is escaped, emphasis by underscores, a line of links for the tabs."""

    def __init__(self, edition: dict) -> None:
        super().__init__(edition)
        self.old = False

    def plain(self, source: str) -> str:
        return source

    def token(self, found: re.Match[str]) -> str:
        return found["mark"] or (f"_{found['em']}_" if found["em"] else super().token(found))

    def cell(self, cell: str | list[str]) -> str:
        return re.sub(r" +", " ", super().cell(cell)).strip()

    def callout(self, kind: str, text: str) -> str:
        return text

    def heading(self, anchor: str, model: dict) -> list[str]:
        ids = model.get("joined", ", ").join(self.model_id(each, model) for each in _ids(anchor, model))
        return [
            f"## [{model['name']}]({model['heading_link']})" if "heading_link" in model else f"## {model['name']}",
            *([f"_{ids}_"] if ids else []),
            *([self.text(_try_link(anchor, model))] if _try_link(anchor, model) else []),
        ]

    def section(self, anchor: str, model: dict) -> list[str]:
        names = [tab for tab, _ in _tables(model) if tab]
        line = "".join(f"[{tab}]({PAGE}#{tab.lower()})" for tab in names)
        parts = [part for part in super().section(anchor, model) if part not in {f"### {tab}" for tab in names}]
        first = next(at for at, part in enumerate(parts) if part.startswith("|"))
        return [*parts[:first], *([f"{line}More"] if names else []), *parts[first:]]

    def plan(self, name: str, about: str, features: list[str], link: str) -> list[str]:
        return [
            part.replace("- check_circle", "*   check_circle ") for part in super().plan(name, about, features, link)
        ]

    def page(self) -> str:
        updated = f"Last updated {self.edition['updated']} UTC."
        modified = datetime.fromisoformat(self.edition["updated"]).replace(tzinfo=UTC)
        anchors = {model["name"]: anchor for anchor, model in self.edition["models"].items()}
        contents = "\n".join(f"*   [{name}]({PAGE}#{anchor})" for name, anchor in anchors.items())
        lines = [
            *(f"Title: {TITLE}", f"URL Source: {PAGE}", f"Published Time: {format_datetime(modified, usegmt=True)}"),
            f"Markdown Content:\n# {TITLE} | Gemini API | Google AI for Developers",
            *(f"[Skip to main content]({PAGE}#main-content)", f"*   [English]({PAGE})\n*   [Deutsch]({PAGE}?hl=de)"),
            *(f"# {TITLE}", contents, super().page().strip()),
            *(
                "Text under a licence, samples under another.",
                updated,
                f' [[["Other","otherUp"]],["{updated}"],[],[]] ',
            ),
        ]
        return "\n\n".join(lines) + "\n"


def load(facts: Path) -> dict:
    """The edition in a facts file."""
    return strict_yaml.load(facts.read_text("utf-8"), facts.name)


def build(edition: dict) -> dict[str, bytes]:
    """File name to content: both representations and, beside each, the headers it came with."""
    stem = edition["fetched"].replace(":", "-")
    modified = datetime.fromisoformat(edition["updated"]).replace(tzinfo=UTC)
    pages = {
        ".html": (PAGE, "text/html", html_page(edition)),
        ".md.txt": (PAGE + ".md.txt", "text/plain", twin_page(edition)),
    }
    files = {}
    for suffix, (url, kind, body) in pages.items():
        headers = {
            "url": f"{url}?hl={edition.get('lang', 'en')}",
            "status": 200,
            "content-type": f"{kind}; charset=utf-8",
            "etag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
            "last-modified": format_datetime(modified, usegmt=True),
            "fetched_at": edition["fetched"],
        }
        files[f"{stem}{suffix}"] = body
        files[f"{stem}{suffix}.headers.json"] = (json.dumps(headers, indent=2) + "\n").encode()
    return files


def main(arguments: list[str]) -> None:
    """Write the files of one edition."""
    facts, out = map(Path, arguments)
    out.mkdir(parents=True, exist_ok=True)
    for name, content in build(load(facts)).items():
        (out / name).write_bytes(content)


if __name__ == "__main__":
    main(sys.argv[1:])
