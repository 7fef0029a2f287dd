"""Tables and sections that change: labels, rows, tabs, models, ids, footnotes, languages."""

from __future__ import annotations

import copy
import re
from random import Random

from tests.drill.gemini_sites import AMOUNT, TIERS, Site, ids, looked, rows_of, sites, slots, tables
from tests.drill.mutants import Mutant, kind
from tests.drill.said import Row, Said, key_of
from tests.drill.subjects import Subject, gemini_bodies

GEMINI = "gemini-api"


def _priced_rows(subject: Subject) -> list[Site]:
    """The paid cell of each row of a model."""
    return [s for s in sites(subject.facts, tools=False) if s.column == 1]


def _of_row(site: Site, rate: Row) -> bool:
    """Whether a rate comes from either cell of the row."""
    return rate["locator"].rpartition(" / ")[0] == site.locator.rpartition(" / ")[0]


def _of_table(edition: dict, section: str, tab: str, rate: Row) -> bool:
    where = "pricing-for-tools" if section == "tools" else section
    return rate["locator"].startswith(f"{where} / {tab or '-'} / ")


_RENAMED = [
    "Price for inpt", "Inpt", "Inputs price (old)", "Input price (beta)", "Prompt price", "Input price per seat", "", "-",
    "Input prices from", "Output price (excluding thinking tokens)", "Cache write price", "入力料金",
    "Prix d'entrée", "Live API", "Input price (Gemini 9 Live)", "Grounding with Google Shopping", "Surcharge",
    "Text and smell input price", "Context caching (reads)", "Input price (up to 1M tokens)",
]  # fmt: skip


@kind(GEMINI, 140)
def _label_renamed(subject: Subject, random: Random, seed: int) -> Mutant:
    """To something nobody knows: the section is unread."""
    site = random.choice(_priced_rows(subject))
    edition = copy.deepcopy(subject.facts)
    label = random.choice(_RENAMED)
    site.rows(edition)[site.row][0] = label
    what = f"{site.locator}: renamed {label!r}"
    return looked(subject, edition, subject.says, seed, what, unsaid=True, place=(site.section,))


_OTHER_NAMES = {
    "Input price": [
        ("Text input price", {"modality": "text"}),
        ("Cached input price", {"meter": "cache_read"}),
        ("Context caching price", {"meter": "cache_read"}),
        ("Tuning price", {"meter": "tuning"}),
        ("Output price", {"meter": "output"}),
        ("INPUT  PRICE", {}),
        ("Input price{**}", {}),
    ],
    "Output price": [
        ("Output price (including thinking tokens)", {}),
        ("Output price (text and thinking)", {"modality": "text"}),
        ("Image output price", {"modality": "image"}),
        ("Audio output price", {"modality": "audio"}),
    ],
    "Output price (including thinking tokens)": [
        ("Output price", {}),
        ("Output price (includes thinking tokens)", {}),
        ("Output Price (incl. thinking)", {}),
    ],
    "Grounding with Google Search": [("Grounding with Google Maps", {"meter": "maps_grounding"})],
}


@kind(GEMINI, 140)
def _label_means_another(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """A label becomes another one that is known: the rates follow, unless the table then says a thing twice."""
    found = [
        (site, name, new)
        for site in _priced_rows(subject)
        for name, new in _OTHER_NAMES.get(site.rows(subject.facts)[site.row][0], [])
        if all(not r["modality"] or not new.get("modality") for r in subject.says.rates if _of_row(site, r))
    ]
    if not found:
        return None
    site, name, new = random.choice(found)
    edition = copy.deepcopy(subject.facts)
    site.rows(edition)[site.row][0] = name
    what = f"{site.locator}: renamed {name!r}"

    def change(rate: Row) -> Row:
        mine = {k: v for k, v in new.items() if k != "meter" or rate["meter"] != "cache_storage"}
        return rate | mine

    moved = [change(r) for r in subject.says.rates if _of_row(site, r)]
    rest = subject.says.without(lambda r: _of_row(site, r))
    taken = {(r["model"], *key_of(r)): (r["availability"], r["price"]) for r in rest.rates}
    twice = [
        r
        for r in moved
        if taken.get((r["model"], *key_of(r)), (r["availability"], r["price"])) != (r["availability"], r["price"])
    ]
    if twice or (new.get("meter") in ("tuning", "output") and any(r["meter"] == "cache_storage" for r in moved)):
        return looked(subject, edition, subject.says, seed, what, unsaid=True, place=(site.section,))
    fresh = tuple(r for r in moved if (r["model"], *key_of(r)) not in taken)
    return looked(subject, edition, rest.joined(Said(fresh)), seed, what)


@kind(GEMINI, 100)
def _row_removed(subject: Subject, random: Random, seed: int) -> Mutant | None:
    found = [s for s in _priced_rows(subject) if len(s.rows(subject.facts)) > 1 and not _variant(subject, s)]
    if not found:
        return None
    site = random.choice(found)
    edition = copy.deepcopy(subject.facts)
    del site.rows(edition)[site.row]
    says = subject.says.without(lambda r: _of_row(site, r))
    return looked(subject, edition, says, seed, f"{site.locator}: row removed")


def _variant(subject: Subject, site: Site) -> bool:
    """Whether the row is the only one of a model of a section that has several."""
    return len(ids(subject.facts, site.section)) > 1 and "tabs" not in subject.facts["models"][site.section]


@kind(GEMINI, 100)
def _row_twice(subject: Subject, random: Random, seed: int) -> Mutant:
    """The same row again: nothing new. With another price: one key with two prices, which nobody may choose from."""
    slot = random.choice([s for s in slots(subject.facts, tools=False) if s.site.column == 2])
    other = seed % 2
    edition = slot.put(subject.facts, f"${slot.value * 2}") if other else copy.deepcopy(subject.facts)
    rows = slot.site.rows(edition)
    rows.append(copy.deepcopy(rows_of(subject.facts, slot.site.section, slot.site.tab)[slot.site.row]))
    what = f"{slot.site.locator}: row twice{', with two prices' if other else ''}"
    return looked(subject, edition, subject.says, seed, what, unsaid=bool(other), place=(slot.site.section,))


@kind(GEMINI, 60)
def _rows_moved(subject: Subject, random: Random, seed: int) -> Mutant:
    section, tab = random.choice(list(tables(subject.facts)))
    edition = copy.deepcopy(subject.facts)
    random.shuffle(rows_of(edition, section, tab))
    return looked(subject, edition, subject.says, seed, f"{section} / {tab}: rows in another order")


@kind(GEMINI, 60)
def _cells_swapped(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """Free and paid change places under their headers: the page says that it is so."""
    found = [
        s
        for s in _priced_rows(subject)
        if len(s.rows(subject.facts)[s.row]) == 3 and "paid" not in subject.facts["models"][s.section]
    ]
    if not found:
        return None
    site = random.choice(found)
    edition = copy.deepcopy(subject.facts)
    row = site.rows(edition)[site.row]
    row[1], row[2] = row[2], row[1]
    swap = {"free": "paid", "paid": "free"}
    says = subject.says.changed(lambda r: _of_row(site, r), lambda r: r | {"plan": swap[r["plan"]]})
    return looked(subject, edition, says, seed, f"{site.locator}: cells swapped")


# ------------------------------------------------------------------------------------------- tabs


def _tabbed(subject: Subject) -> list[str]:
    return [anchor for anchor, model in subject.facts["models"].items() if "tabs" in model]


@kind(GEMINI, 120)
def _tab_changed(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """Renamed, removed, doubled under a new name, or two names exchanged."""
    if not _tabbed(subject):
        return None
    anchor = random.choice(_tabbed(subject))
    edition = copy.deepcopy(subject.facts)
    tabs = edition["models"][anchor]["tabs"]
    tab = random.choice(list(tabs))
    free = [name for name in ("Batch", "Flex", "Priority") if name not in tabs]
    way = random.choice(["unknown", "known", "removed", "doubled", "exchanged", "moved"])
    unknown = random.choice(["Turbo", "標準", "Batch API", "Standard (global)", "Free", "Fast", "Tier 1", ""])
    says, rule = subject.says, {}
    if way == "unknown":
        edition["models"][anchor]["tabs"] = {unknown if name == tab else name: rows for name, rows in tabs.items()}
        rule = {"unsaid": unknown != "" or len(tabs) > 1, "place": (anchor,)}
        if unknown == "" and len(tabs) == 1:
            says = _retier(subject, anchor, tab, "standard")
    elif way == "known" and free:
        edition["models"][anchor]["tabs"] = {free[0] if name == tab else name: rows for name, rows in tabs.items()}
        says = _retier(subject, anchor, tab, TIERS[free[0]])
    elif way == "removed" and len(tabs) > 1:
        del tabs[tab]
        says = says.without(lambda r: _of_table(edition, anchor, tab, r))
    elif way == "doubled" and free:
        tabs[free[0]] = copy.deepcopy(tabs[tab])
        mine = tuple(r | {"service_tier": TIERS[free[0]]} for r in says.rates if _of_table(edition, anchor, tab, r))
        says = says.joined(Said(mine))
    elif way == "exchanged" and len(tabs) > 1:
        one, two = random.sample(list(tabs), 2)
        edition["models"][anchor]["tabs"] = {{one: two, two: one}.get(name, name): rows for name, rows in tabs.items()}
        tiers = {TIERS[one]: TIERS[two], TIERS[two]: TIERS[one]}
        says = says.changed(
            lambda r: r["locator"].startswith(f"{anchor} / ") and r["service_tier"] in tiers,
            lambda r: r | {"service_tier": tiers[r["service_tier"]]},
        )
    elif way == "moved":
        edition["models"][anchor]["tabs"] = dict(reversed(tabs.items()))
    else:
        return None
    return looked(
        subject, edition, says, seed, f"{anchor} / {tab}: {way} {unknown if way == 'unknown' else ''}", **rule
    )


def _retier(subject: Subject, anchor: str, tab: str, tier: str) -> Said:
    return subject.says.changed(lambda r: _of_table({}, anchor, tab, r), lambda r: r | {"service_tier": tier})


@kind(GEMINI, 60)
def _tables_merged(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """The rows of two tabs under the name of one: the same things have two prices there."""
    found = [a for a in _tabbed(subject) if len(subject.facts["models"][a]["tabs"]) > 1]
    if not found:
        return None
    anchor = random.choice(found)
    edition = copy.deepcopy(subject.facts)
    tabs = edition["models"][anchor]["tabs"]
    into, gone = random.sample(list(tabs), 2)
    tabs[into] += tabs.pop(gone)
    what = f"{anchor}: the rows of {gone} stand in the table of {into}"
    return looked(subject, edition, subject.says, seed, what, unsaid=True, place=(anchor,))


@kind(GEMINI, 60)
def _header_changed(subject: Subject, random: Random, seed: int) -> Mutant:
    """The third column is per something else, in another currency, or nothing that is known."""
    anchor = random.choice(list(subject.facts["models"]))
    edition = copy.deepcopy(subject.facts)
    model = edition["models"][anchor]
    paid = model.get("paid", "per 1M tokens in USD")
    words = random.choice(
        [
            "per 1M tokens in EUR",
            "per 1M tokens in A$",
            "in USD",
            "per token in USD",
            "per 1M input tokens in USD",
            "Preise in USD",
            "per 1M tokens in Canadian dollars",
            "per unit in USD",
            "pro 1 Mio. Tokens in USD",
            "per 1 million tokens in JPY",
        ],
    )
    model["paid"] = words
    what = f"{anchor}: header {paid!r} -> {words!r}"
    # where no header is left as it was, the page is another one
    place = (anchor, "header renamed")
    return looked(subject, edition, subject.says, seed, what, unsaid=True, place=place)


@kind(GEMINI, 80)
def _header_unit_changed(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """A table whose cells print no unit of their own is per another one."""
    found = [
        a
        for a in subject.facts["models"]
        if all(
            re.fullmatch(r"\$[0-9.]+(?: \([a-z0-9 /]+\))?|[A-Z][^$]*", p)
            for s in sites(subject.facts, tools=False)
            if s.section == a
            for p in s.parts(subject.facts)
        )
        and all(" 1000000 tokens" in f" {r['unit']}" for r in subject.says.rates if r["locator"].startswith(f"{a} / "))
    ]
    if not found:
        return None
    anchor = random.choice(found)
    words, unit = random.choice(
        [
            ("per 1K tokens in USD", "1000 tokens"),
            ("per 1,000 tokens in USD", "1000 tokens"),
            ("per 1 million tokens in USD", "1000000 tokens"),
            ("per 1M characters in USD", "1000000 characters"),
            ("per second in USD", "1 second"),
            ("per 100K tokens in USD", "100000 tokens"),
        ]
    )
    edition = copy.deepcopy(subject.facts)
    edition["models"][anchor]["paid"] = words
    says = subject.says.changed(lambda r: r["locator"].startswith(f"{anchor} / "), lambda r: r | {"unit": unit})
    return looked(subject, edition, says, seed, f"{anchor}: header {words}")


# ----------------------------------------------------------------------------------- models and sections


@kind(GEMINI, 120)
def _section_changed(subject: Subject, random: Random, seed: int) -> Mutant:
    """Moved, removed, copied for a new model, printed twice, or given to two models."""
    edition = copy.deepcopy(subject.facts)
    models, says = edition["models"], subject.says
    anchor = random.choice([a for a in models if not a.startswith("gemma")])
    mine = ids(edition, anchor)
    way = random.choice(["moved", "removed", "new", "twice", "two ids", "renamed", "heading", "anchor"])
    rule: dict = {}
    if way == "moved":
        order = list(models)
        random.shuffle(order)
        edition["models"] = {name: models[name] for name in order}
    elif way == "removed":
        del models[anchor]
        says = says.but(*mine)
    elif way == "new":
        models["gemini-new"] = {**copy.deepcopy(models[anchor]), "ids": ["gemini-new"]}
        if len(mine) > 1 and "tabs" not in models[anchor]:
            rule = {"unsaid": True, "place": ("gemini-new", "Gemini New", models[anchor]["name"])}
        else:
            says = says.joined(says.of(mine[0]).renamed(mine[0], "gemini-new"))
    elif way == "twice":
        models[f"{anchor}_1"] = {**copy.deepcopy(models[anchor]), "ids": mine}
        rule = {"unsaid": True, "place": (anchor, "two sections")}
    elif way == "two ids" and (len(mine) == 1 or "tabs" in models[anchor]):
        models[anchor]["ids"] = [*mine, "gemini-two"]
        says = says.joined(says.of(mine[0]).renamed(mine[0], "gemini-two"))
    elif way == "renamed":
        models[anchor]["ids"] = ["gemini-new", *mine[1:]]
        says = says.renamed(mine[0], "gemini-new")
    elif way == "heading":
        models[anchor]["name"] = f"{models[anchor]['name']} Preview"
    else:
        edition["models"] = {("gemini-x" if a == anchor else a): m for a, m in models.items()}
        edition["models"]["gemini-x"]["ids"] = mine
    if way == "renamed" and (len(mine) > 1 or anchor.startswith("imagen")) and "tabs" not in models[anchor]:
        rule = {"may_keep": True}
        if len(mine) > 1:
            rule |= {"unsaid": _names_variant(mine[0], subject, anchor), "place": (anchor,)}
    return looked(subject, edition, says, seed, f"{anchor}: {way}", **rule)


def _names_variant(model: str, subject: Subject, anchor: str) -> bool:
    """Whether a row's label names the word that the id carried."""
    labels = " ".join(row[0].lower() for row in subject.facts["models"][anchor]["rows"])
    return bool(
        {w for w in re.split(r"[-.]", model) if w in ("fast", "lite", "ultra", "clip", "pro")} & set(labels.split())
    )


@kind(GEMINI, 80)
def _ids_damaged(subject: Subject, random: Random, seed: int) -> Mutant:
    """The line with the id is gone, is no id, or is the id of another section."""
    edition = copy.deepcopy(subject.facts)
    models = edition["models"]
    anchor = random.choice([a for a in models if not a.startswith("gemma")])
    mine = ids(edition, anchor)
    other = next(i for a in models if a != anchor for i in ids(edition, a))
    wrong = random.choice(
        [[], [f"{mine[0]} (beta)"], [f"{mine[0]}/latest"], [mine[0].upper()], [other], [*mine, other]]
    )
    models[anchor]["ids"] = wrong
    what = f"{anchor}: ids {wrong}"
    return looked(subject, edition, subject.says, seed, what, unsaid=True, place=(anchor, *subject.facts["models"]))


# ------------------------------------------------------------------------------------- notes and languages


@kind(GEMINI, 100)
def _money_moved_to_a_note(subject: Subject, random: Random, seed: int) -> Mutant:
    """A price stands in a footnote instead of its cell, or a note asks for more money."""
    slot = random.choice([s for s in slots(subject.facts, tools=False) if s.site.column == 2])
    anchor = slot.site.section
    edition = copy.deepcopy(subject.facts)
    if seed % 3 == 0:
        edition = slot.site.put(subject.facts, "See note{****}")
    notes = edition["models"][anchor].setdefault("footnotes", [])
    notes.append(
        random.choice(
            [
                f"{{****}} ${slot.text} per 1M tokens.",
                f"{{****}} A surcharge of ${slot.text} applies to each request.",
                f"{{****}} The price is ${slot.text}.",
                f"{{****}} An extra fee of ${slot.text} per 1M tokens applies above 200 requests.",
                f"{{****}} Until December 31, 2026 it costs ${slot.text} per 1M tokens.",
                f"{{****}} {slot.text} USD per 1M tokens.",
            ]
        )
    )
    what = f"{anchor}: {notes[-1]}"
    return looked(subject, edition, subject.says, seed, what, unsaid=True, place=(anchor,))


@kind(GEMINI, 60)
def _note_comes_or_goes(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """A footnote without figures goes, words without money come, a warning comes: no price moves."""
    edition = copy.deepcopy(subject.facts)
    anchor = random.choice(list(edition["models"]))
    model = edition["models"][anchor]
    way = random.choice(["about", "warning", "note", "footnote", "intro", "notice"])
    words = random.choice(
        ["Models may change without notice.", "See [the guide](/gemini-api/docs) first.", "Available in 180 countries."]
    )
    if way == "about":
        model["about"] = [words, "For long tasks."]
    elif way == "warning":
        model["warning"] = f"{model['name']} is deprecated and will be shut down September 24, 2027."
    elif way == "note":
        model["note"] = words
    elif way == "footnote":
        model.setdefault("footnotes", []).append("{***} " + words)
    else:
        edition[way] = words
    return looked(subject, edition, subject.says, seed, f"{anchor}: {way}")


@kind(GEMINI, 60)
def _formula_note_lost(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """A footnote with figures goes. Its figures go with it; a unit that only it gave is not made up."""
    found = [
        (a, n) for a, m in subject.facts["models"].items() for n, t in enumerate(m.get("footnotes", [])) if "$" in t
    ]
    if not found:
        return None
    anchor, at = random.choice(found)
    edition = copy.deepcopy(subject.facts)
    notes = edition["models"][anchor]["footnotes"]
    lost = notes[at]
    if seed % 2:
        notes[at] = lost.replace("{", "{*", 1)
    else:
        del notes[at]
    mine = set(ids(edition, anchor))
    amounts = set(AMOUNT.findall(lost))
    figures = tuple(
        f
        for f in subject.says.figures
        if seed % 2
        or f["model"] not in mine
        or f["amount"] not in {a.rstrip("0").rstrip(".") if "." in a else a for a in amounts}
    )
    says = Said(subject.says.rates, figures)
    gave_unit = "$0.0006 (image)" in str(subject.facts["models"][anchor]) and "0.0011" in lost
    if gave_unit:
        return looked(subject, edition, subject.says, seed, f"{anchor}: lost {lost!r}", unsaid=True, place=(anchor,))
    return looked(subject, edition, says, seed, f"{anchor}: {'marked otherwise' if seed % 2 else 'lost'} {lost!r}")


_TRANSLATED = [
    ("Free of charge", ["無料", "Kostenlos", "Gratuito", "免费"]),
    ("Not available", ["利用不可", "Nicht verfügbar", "Não disponível", "不可用"]),
    ("Input price", ["入力料金", "Eingabepreis", "Preço de entrada"]),
    ("Output price", ["出力料金", "Ausgabepreis", "Preço de saída"]),
    ("Standard", ["標準", "Padrão"]),
    (" tokens", [" トークン", " Tokens (Stück)"]),
    ("prompts", ["プロンプト", "Prompts mit"]),
    ("per 1K image", ["1,000 枚の画像あたり"]),
    ("through December 31, 2026", ["2026 年 12 月 31 日まで", "bis 31. Dezember 2026"]),
    ("(audio)", ["(音声)", "(Audio, Sprache)"]),
    ("then", ["その後", "danach"]),
]


@kind(GEMINI, 120)
def _translated_fragment(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """A few words of a table are in another language: its section is unread."""
    text = str(subject.facts["models"])
    usable = [(old, new) for old, news in _TRANSLATED if old in text for new in news]
    old, new = random.choice(usable)
    found = [s for s in sites(subject.facts, tools=False) if old in str(s.rows(subject.facts)[s.row])]
    tabbed = [a for a in _tabbed(subject) if old in subject.facts["models"][a]["tabs"]]
    if not found and not tabbed:
        return None
    edition = copy.deepcopy(subject.facts)
    if found:
        site = random.choice(found)
        rows = site.rows(edition)
        rows[site.row] = [
            [p.replace(old, new) for p in cell] if isinstance(cell, list) else cell.replace(old, new)
            for cell in rows[site.row]
        ]
        section = site.section
    else:
        section = random.choice(tabbed)
        model = edition["models"][section]
        model["tabs"] = {new if tab == old else tab: rows for tab, rows in model["tabs"].items()}
    what = f"{section}: {old} -> {new}"
    return looked(subject, edition, subject.says, seed, what, unsaid=True, place=(section,))


@kind(GEMINI, 60)
def _decimal_comma(subject: Subject, random: Random, seed: int) -> Mutant:
    """Numbers as other countries write them: "$0,125" is not a hundred and twenty-five."""
    slot = random.choice(slots(subject.facts))
    text = f"{slot.value:.2f}" if slot.value == round(slot.value, 2) else f"{slot.value}0"
    text = text if len(text.partition(".")[2]) != 3 else f"{text}0"
    comma = text.replace(".", ",")
    words = random.choice([f"${comma}", f"{comma} $", f"{comma} USD", f"$ {comma}", f"${text}.000", f"${text}'0"])
    if slot.value < 1 and seed % 2:
        words = f"${f'{slot.value:.3f}'.replace('.', ',')}"
    edition = slot.put(subject.facts, words)
    what = f"{slot.site.locator}: {slot.text} -> {words}"
    return looked(subject, edition, subject.says, seed, what, unsaid=True, place=(slot.site.section,))


@kind(GEMINI, 60)
def _tool_changed(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """A row of the tools' table goes, or a word stands in its prose that nobody knows."""
    found = [s for s in sites(subject.facts) if s.section == "tools" and s.column == 2 and "$" in s.text(subject.facts)]
    if not found:
        return None
    site = random.choice(found)
    edition = copy.deepcopy(subject.facts)
    if seed % 2:
        del site.rows(edition)[site.row]
        says = subject.says.without(site.here)
        return looked(subject, edition, says, seed, f"{site.locator}: row removed")
    words = random.choice(
        ["Except on Sundays.", "Plus tax of 10%.", "Gemini 10 models: 5 RPD free.", "1,000 RPD free for Nano."]
    )
    edition = site.put(edition, [*site.parts(edition), words])
    what = f"{site.locator}: {words}"
    return looked(subject, edition, subject.says, seed, what, unsaid=True, place=("tools",))


@kind(GEMINI, 40)
def _older_or_newer(subject: Subject, random: Random, seed: int) -> Mutant:
    """The page's own day: an older edition is doubtful whatever it says, a newer one is not."""
    slot = random.choice(slots(subject.facts))
    old = seed % 2
    edition = slot.put(subject.facts, f"${slot.value * 2}")
    edition["updated"] = "2026-10-29" if old else "2026-11-01"
    text = format((slot.value * 2).normalize(), "f")
    says = subject.says.changed(slot.here, lambda r: r | {"price": text})
    what = f"{slot.site.locator}: doubled on {edition['updated']}"
    bodies = {**gemini_bodies(edition), **({"md.txt": None} if seed % 3 else {})}
    if old:
        return Mutant(bodies, subject.says, what, unsaid=True, place=("older edition",))
    return Mutant(bodies, says, what)
