"""Cells that change: prices, digits, currencies, units, bounds, days, allowances, words."""

from __future__ import annotations

import copy
import re
from decimal import Decimal
from random import Random

from tests.drill.gemini_sites import AMOUNT, Slot, looked, sites, slots
from tests.drill.mutants import Mutant, kind
from tests.drill.said import Row, number
from tests.drill.subjects import Subject

GEMINI = "gemini-api"


def _priced(subject: Subject, random: Random, **more: bool) -> Slot:
    return random.choice(slots(subject.facts, **more))


def _repriced(subject: Subject, slot: Slot, text: str) -> object:
    """What the page says when that amount is another number."""
    value = number(text.replace(",", ""))
    availability = "free" if value == "0" else "priced"
    return subject.says.changed(slot.here, lambda rate: rate | {"price": value, "availability": availability})


@kind(GEMINI, 320)
def _price_changed(subject: Subject, random: Random, seed: int) -> Mutant:
    slot = _priced(subject, random)
    factor = Decimal(random.choice(["0.1", "0.5", "0.8", "1.1", "1.25", "2", "3.5", "10"]))
    text = number(str(slot.value * factor))
    edition = slot.put(subject.facts, f"${text}")
    return looked(subject, edition, _repriced(subject, slot, text), seed, f"{slot.site.locator}: {slot.text} -> {text}")


_READABLE = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?\Z|\.[0-9]+\Z")


@kind(GEMINI, 320)
def _digits_lost(subject: Subject, random: Random, seed: int) -> Mutant:
    slot = _priced(subject, random)
    at = random.randrange(len(slot.text))
    more = random.choice([0, 1, 1, 1])
    text = (
        slot.text[:at] + slot.text[at + 1 :] if more else slot.text[:at] + random.choice("0123456789") + slot.text[at:]
    )
    edition = slot.put(subject.facts, f"${text}")
    what = f"{slot.site.locator}: {slot.text} -> {text}"
    if not _READABLE.match(text):
        return looked(subject, edition, subject.says, seed, what, unsaid=True, place=(slot.site.section,))
    return looked(subject, edition, _repriced(subject, slot, text), seed, what)


@kind(GEMINI, 200)
def _currency_changed(subject: Subject, random: Random, seed: int) -> Mutant:
    slot = _priced(subject, random)
    form = random.choice(
        [
            "€{}",
            "{} €",
            "£{}",
            "¥{}",
            "₹{}",
            "₩{}",
            "US${}",
            "CA${}",
            "A${}",
            "R${}",
            "HK${}",
            "${} CAD",
            "{} USD",
            "EUR {}",
            "USD {}",
            "${} EUR",
            "{}$",
            "${}¢",
            "{} cents",
            "￥{}",
            "NT${}",
            "$ {} AUD",
            "CHF {}",
            "{} dollars",
        ],
    )
    edition = slot.put(subject.facts, form.format(slot.text))
    what = f"{slot.site.locator}: {form.format(slot.text)}"
    if form in ("US${}", "{} USD", "USD {}", "{}$", "{} dollars"):
        # the same money in other words: what it was, or a refusal
        return looked(subject, edition, subject.says, seed, what)
    return looked(subject, edition, subject.says, seed, what, unsaid=True, place=(slot.site.section,))


_UNITS = {
    " per 1K tokens": "1000 tokens",
    " per 1,000 tokens": "1000 tokens",
    " / 1M tokens": "1000000 tokens",
    " per million tokens": "1000000 tokens",
    " per minute": "1 minute",
    " / 1M characters": "1000000 characters",
    " / hour": "1 hour",
    " per 10 seconds": "10 seconds",
    " per request": "1 request",
    " / 1,000 requests": "1000 requests",
}
_UNKNOWN_UNITS = [
    " per cup",
    " per token",
    " / GPU hour",
    " per 1M input tokens",
    " per user",
    " per month",
    " per requests",
]


@kind(GEMINI, 200)
def _unit_printed(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """A bare price of a header in tokens gets a unit of its own; it is alone in its cell, as is the one beside it."""
    bare = [
        s
        for s in slots(subject.facts, tools=False)
        if "$" not in s.behind(subject.facts)
        and re.fullmatch(r"(?: \([a-z /]+\))?", s.site.text(subject.facts)[s.end :])
        and s.start == 0
        and "paid" not in subject.facts["models"][s.site.section]
        and len(AMOUNT.findall(s.site.text(subject.facts))) == 1
    ]
    if not bare:
        return None
    slot = random.choice(bare)
    words = random.choice([*_UNITS, *_UNKNOWN_UNITS])
    edition = slot.put(subject.facts, f"${slot.text}{words}")
    what = f"{slot.site.locator}: {slot.text}{words}"
    if words in _UNKNOWN_UNITS:
        return looked(subject, edition, subject.says, seed, what, unsaid=True, place=(slot.site.section,))
    other = slot.site.locator.rpartition(" / ")[0] + " / Free Tier"
    says = subject.says.changed(lambda r: slot.here(r) or r["locator"] == other, lambda r: r | {"unit": _UNITS[words]})
    return looked(subject, edition, says, seed, what)


_QUANTITIES = [
    ("1,000,000 tokens per hour", "1,000 tokens per hour", "1000000 token-hours", "1000 token-hours"),
    ("1,000,000 tokens per hour", "1,000,000 tokens", "1000000 token-hours", ""),
    ("1,000 search queries", "100 search queries", "1000 queries", "100 queries"),
    ("1,000 search queries", "search query", "1000 queries", "1 query"),
    ("1,000 search queries", "1,000 grounded prompts", "1000 queries", "1000 prompts"),
    ("1,000 grounded prompts", "10,000 grounded prompts", "1000 prompts", "10000 prompts"),
    ("1,000 requests", "1M requests", "1000 requests", "1000000 requests"),
    ("per 1K image", "per 1,000 images", "1 image", "1000 images"),
    ("per 1K image", "per 1K images", "1 image", ""),
    ("per 1K image", "per image", "1 image", "1 image"),
    ("per image", "per 1,000 images", "1 image", "1000 images"),
    ("per song", "per 10 songs", "1 song", ""),
    ("per second", "per minute", "1 second", "1 minute"),
    ("per frame", "per 100 frames", "1 frame", ""),
    ("10 seconds of audio", "minute of audio", "10 seconds", "1 minute"),
    ("/min", "/hour", "1 minute", "1 hour"),
    ("/min", "/sec", "1 minute", "1 second"),
    ("1M tokens.", "1K tokens.", "1000000 tokens", "1000 tokens"),
]


@kind(GEMINI, 200)
def _quantity_changed(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """The unit an amount prints is another one: that amount's rates have it, and the cell beside that borrows it."""
    found = [
        (slot, change)
        for slot in slots(subject.facts)
        for change in _QUANTITIES
        if change[0] in slot.behind(subject.facts)
        and change[0] in slot.site.parts(subject.facts)[slot.part][slot.end :]
    ]
    if not found:
        return None
    slot, (old, new, before, after) = random.choice(found)
    parts = list(slot.site.parts(subject.facts))
    head, tail = parts[slot.part][: slot.end], parts[slot.part][slot.end :]
    parts[slot.part] = head + tail.replace(old, new, 1)
    edition = slot.site.put(subject.facts, parts)
    what = f"{slot.site.locator}: {old} -> {new} behind {slot.text}"
    if not after:
        return looked(subject, edition, subject.says, seed, what, unsaid=True, place=(slot.site.section,))

    def meant(rate: Row) -> bool:
        first = len(
            [s for s in slots(subject.facts) if s.site == slot.site and (s.part, s.start) < (slot.part, slot.start)]
        )
        here = slot.here(rate) and rate["unit"] == before
        allowed = slot.site.here(rate) and rate["availability"] == "free" and rate["unit"] == before
        beside = rate["locator"] == slot.site.locator.rpartition(" / ")[0] + " / Free Tier" and rate["unit"] == before
        return here or allowed or (beside and not first)

    size = {"resolution": ""} if old == "per 1K image" else {}
    says = subject.says.changed(meant, lambda r: r | {"unit": after} | (size if slot.here(r) else {}))
    return looked(subject, edition, says, seed, what)


@kind(GEMINI, 120)
def _bound_changed(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """Another threshold on both lines of a cell, or a sign that turns round or is cut off."""
    found = [
        s for s in sites(subject.facts) if len(re.findall(r"prompts [^(]*?[0-9]+[kM]", s.text(subject.facts))) == 2
    ]
    if not found:
        return None
    site = random.choice(found)
    old = re.search(r"(?<=\S )[0-9]+[kM](?= token|\b)", site.text(subject.facts))[0]
    new, bound = random.choice([("128k", "128000"), ("256k", "256000"), ("500,000", "500000"), ("2M", "2000000")])
    wrong = random.choice(
        [None, None, None, ("<=", "<"), ("<=", ">="), (f" {old}", ""), (">", "≥"), (old, "200 zillion")]
    )
    parts = site.parts(subject.facts)
    if wrong and any(wrong[0] in p for p in parts):
        changed = [p.replace(*wrong) for p in parts]
        what = f"{site.locator}: {wrong[0]} -> {wrong[1]}"
        edition = site.put(subject.facts, changed)
        return looked(subject, edition, subject.says, seed, what, unsaid=True, place=(site.section,))
    edition = site.put(subject.facts, [p.replace(old, new) for p in parts])
    swap = {"prompt_over": bound, "prompt_up_to": bound}
    says = subject.says.changed(site.here, lambda r: r | {n: v for n, v in swap.items() if r[n]})
    return looked(subject, edition, says, seed, f"{site.locator}: {old} -> {new}")


@kind(GEMINI, 100, ("dated", "speech"))
def _days_changed(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """Another day for a promotion's end and its successor's beginning; or days that cannot be, or are half gone."""
    found = [s for s in sites(subject.facts) if "through December 31, 2026" in s.text(subject.facts)]
    if not found:
        return None
    site = random.choice(found)
    parts = site.parts(subject.facts)
    until = "through December 31, 2026"
    choice = random.randrange(8)
    if choice < 4:
        words = [
            ("March 31, 2027", "2027-03-31", "April 1, 2027", "2027-04-01"),
            ("June 30, 2026", "2026-06-30", "July 1, 2026", "2026-07-01"),
        ]
        a, b, c, d = words[choice % 2]
        changed = [p.replace("December 31, 2026", a).replace("January 1, 2027", c) for p in parts]
        says = subject.says.changed(
            site.here,
            lambda r: (
                r
                | (
                    {"effective_until": b}
                    if r["effective_until"]
                    else {"effective_from": d}
                    if r["effective_from"]
                    else {}
                )
            ),
        )
        return looked(subject, site.put(subject.facts, changed), says, seed, f"{site.locator}: until {a}")
    at = random.choice([n for n, p in enumerate(parts) if until in p])
    broken = [
        ("December 31, 2026", "December 32, 2026"),
        ("December 31, 2026", "December 31"),
        (f" {until}", ""),
        ("December 31, 2026", "January 31, 2027"),
    ][choice - 4]
    changed = [p.replace(*broken) if n == at else p for n, p in enumerate(parts)]
    what = f"{site.locator}: {broken[0]} -> {broken[1]!r} in line {at}"
    edition = site.put(subject.facts, changed)
    if broken[1] == "" and "equivalent" in " ".join(parts[at : at + 2]):
        # what restates a price holds as long as the price does
        return looked(subject, edition, subject.says, seed, what)
    return looked(subject, edition, subject.says, seed, what, unsaid=True, place=(site.section,))


@kind(GEMINI, 100)
def _allowance_changed(subject: Subject, random: Random, seed: int) -> Mutant | None:
    pattern = re.compile(
        r"(?<![0-9,])([0-9][0-9,]*) (RPD|(?:free )?(?:search )?(?:prompts|requests) per (?:month|day))"
    )
    found = [(s, m) for s in sites(subject.facts, tools=False) for m in [pattern.search(s.text(subject.facts))] if m]
    if not found:
        return None
    site, match = random.choice(found)
    text, old = site.text(subject.facts), match[1].replace(",", "")
    if random.random() < 0.7:
        new = random.choice(["2,000", "50", "10,500", "7500"])
        count = new.replace(",", "")
        changed = site.put(subject.facts, text.replace(match[1], new, 1))
        says = subject.says.changed(
            site.here, lambda r: r | {n: count for n in ("used_over", "used_up_to") if r[n] == old}
        )
        return looked(subject, changed, says, seed, f"{site.locator}: {match[1]} -> {new}")
    words = random.choice(["per week", "per project", "RPM", "TPD", "a year"])
    changed = site.put(subject.facts, text.replace(match[0], f"{match[1]} {words}", 1))
    what = f"{site.locator}: {match[0]} -> {match[1]} {words}"
    return looked(subject, changed, subject.says, seed, what, unsaid=True, place=(site.section,))


@kind(GEMINI, 160)
def _modalities_changed(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """The words in brackets behind a price name other things."""
    found = [
        slot
        for slot in slots(subject.facts, tools=False)
        if re.match(r" \((?:text|audio|images?|video)[a-z /]*\)", slot.site.parts(subject.facts)[slot.part][slot.end :])
    ]
    if not found:
        return None
    slot = random.choice(found)
    part = slot.site.parts(subject.facts)[slot.part]
    old = re.match(r" \(([a-z /]*)\)", part[slot.end :])[1]
    new = random.choice(["smell", "text, smell", "document", "text", "video", "texts and images", "audio (beta)", ""])
    edition = slot.put(subject.facts, f"${slot.text} ({new})")
    parts = list(slot.site.parts(subject.facts))
    parts[slot.part] = part[: slot.end] + part[slot.end :].replace(f"({old})", f"({new})", 1)
    edition = slot.site.put(subject.facts, parts)
    what = f"{slot.site.locator}: ({old}) -> ({new}) behind {slot.text}"
    meaning = {"text": ["text"], "video": ["video"], "texts and images": ["text", "image"]}.get(new)
    if meaning is None:
        return looked(subject, edition, subject.says, seed, what, unsaid=True, place=(slot.site.section,))
    mine = [r for r in subject.says.rates if slot.here(r) and not r["resolution"]]
    fanned = [dict(r, modality=m) for r in mine for m in meaning]
    unique = list({tuple(r.items()): r for r in fanned}.values())
    says = subject.says.without(lambda r: r in mine)
    others = {_key(r) for r in says.rates}
    if any(_key(r) in others for r in unique):
        # two prices of one thing, or one price of it twice
        return (
            looked(subject, edition, subject.says, seed, what, may_keep=True)
            if set(new.split(" and ")) == set(old.split(" / "))
            else _clash(subject, edition, unique, says, seed, what, slot)
        )
    return looked(subject, edition, says.joined(type(says)(tuple(unique))), seed, what)


def _key(rate: Row) -> tuple:
    return tuple(v for k, v in rate.items() if k not in ("availability", "price", "currency", "locator"))


def _clash(subject, edition, unique, says, seed, what, slot) -> Mutant:
    same = {_key(r): r["price"] for r in says.rates}
    if all(same.get(_key(r), r["price"]) == r["price"] for r in unique):
        kept = tuple(r for r in unique if _key(r) not in same)
        return looked(subject, edition, says.joined(type(says)(kept)), seed, what)
    return looked(subject, edition, subject.says, seed, what, unsaid=True, place=(slot.site.section,))


_PHRASES = [
    "from ${}", "${}+", "starting at ${}", "up to ${}", "${}–$9.00", "${} - $9.00", "${} to $9.00", "~${}", "≈ ${}",
    "${} (limited time)", "was $90.00, now ${}", "${} per GB", "${}%", "${}e3", "${} for the first 1M tokens", "${}k",
    "${} after discount", "50% off ${}", "${} plus $0.10 per request", "${} excl. VAT", "2 for ${}", "${} million",
    "${}/$9.00", "${} | $9.00", "${} (was $9.00)", "-${}", "(${})", "${} or less", "${} and $9.00", "${} x 2",
    "about ${}", "${} (Preview)", "${} until further notice", "${} on weekdays", "${}, requests > 100", "TBD", "?", "*",
    "${} (50% discount)", "${} (see note)", "coming soon", "${} once, then free", "free, then ${}", "${} credits",
    "~~${}~~", "~~$9.00~~ ${}", "${}¹", "${}^2^", "${} [1]", "${}†", "$${}", "${} $", "{}", "${}.", "${},", "${}:",
]  # fmt: skip
_SAME = {"${}.", "${},"}


@kind(GEMINI, 250)
def _new_phrase(subject: Subject, random: Random, seed: int) -> Mutant:
    """Words that no page has printed so far: nothing but a refusal is right, save where a price only ends a sentence."""
    slot = _priced(subject, random)
    phrase = _PHRASES[(seed * 7 + random.randrange(2)) % len(_PHRASES)]
    words = phrase.format(slot.text)
    edition = slot.put(subject.facts, words)
    what = f"{slot.site.locator}: {words}"
    restated = phrase in ("~${}", "≈ ${}", "about ${}") and "quivalent to " in slot.site.text(subject.facts)
    if phrase in _SAME or (restated and slot.value < 1):
        return looked(subject, edition, subject.says, seed, what)
    return looked(subject, edition, subject.says, seed, what, unsaid=True, place=(slot.site.section,))


_WORDS = {
    "Free of charge": ("free", "0"),
    "free": ("free", "0"),
    "Free{*}": ("free", "0"),
    "Not available": ("not_available", ""),
    "Not supported": ("not_available", ""),
    "-": ("not_available", ""),
    "N/A": ("not_available", ""),
    "Contact sales": ("not_published", ""),
    "Same as Gemini 9 Pro pricing": ("refers", ""),
}
_NO_WORDS = [
    "",
    "TBA",
    "Free for now",
    "See below",
    "None",
    "0",
    "Not available yet",
    "Included",
    "Contact us",
    "Free trial",
]


@kind(GEMINI, 200)
def _price_became_words(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """A cell with one price that its row does not split now says something else."""
    found = [
        s
        for s in slots(subject.facts, tools=False)
        if s.site.column == 2
        and re.fullmatch(r"\$[0-9.]+", s.site.text(subject.facts))
        and [r["modality"] for r in subject.says.rates if s.here(r)] == [""]
        and [r["unit"] for r in subject.says.rates if s.here(r)] == ["1000000 tokens"]
    ]
    if not found:
        return None
    slot = random.choice(found)
    words = random.choice([*_WORDS, *_NO_WORDS])
    edition = slot.site.put(subject.facts, words)
    what = f"{slot.site.locator}: {slot.text} -> {words!r}"
    if words not in _WORDS:
        place = (slot.site.section,)
        beside = subject.facts and slot.site.rows(subject.facts)[slot.site.row][1]
        if words == "" and beside == "Not available":
            # an empty cell beside one that is not available is a spanned one
            says = subject.says.changed(slot.here, lambda r: r | _value("not_available", ""))
            return looked(subject, edition, says, seed, what)
        return looked(subject, edition, subject.says, seed, what, unsaid=True, place=place)
    says = subject.says.changed(slot.here, lambda r: r | _value(*_WORDS[words]))
    return looked(subject, edition, says, seed, what)


def _value(availability: str, price: str) -> Row:
    return {"availability": availability, "price": price, "currency": "USD" if price else ""}


@kind(GEMINI, 120)
def _words_became_price(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """A cell that had none prints a price, in a row that splits nothing."""
    found = [
        s
        for s in sites(subject.facts, tools=False)
        for mine in [[r for r in subject.says.rates if s.here(r)]]
        if "$" not in s.text(subject.facts)
        and all(r["modality"] == "" and r["unit"] == "1000000 tokens" and not r["used_up_to"] for r in mine)
        and len({r["locator"] for r in mine}) == 1
        and "$" not in s.rows(subject.facts)[s.row][3 - s.column]
    ]
    if not found:
        return None
    site = random.choice(found)
    price = random.choice(["0.15", "2", "12.5"])
    edition = site.put(subject.facts, f"${price}")
    says = subject.says.changed(site.here, lambda r: r | _value("priced", price))
    return looked(subject, edition, says, seed, f"{site.locator}: ${price}")


@kind(GEMINI, 120)
def _figure_changed(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """A number of a footnote is another one: so is the figure, and no rate moves."""
    notes = [
        (anchor, at, m)
        for anchor, model in subject.facts["models"].items()
        for at, text in enumerate(model.get("footnotes", []))
        for m in re.finditer(r"[0-9,]+(?= tokens (?:and|or|per)| tokens,)|(?<=\$)[0-9.]+[0-9]", text)
    ]
    if not notes:
        return None
    anchor, at, match = random.choice(notes)
    old = match[0].replace(",", "")
    digits = [d for d in "123456789" if d != old[-1]]
    new = old[:-1] + random.choice(digits)
    edition = copy.deepcopy(subject.facts)
    note = edition["models"][anchor]["footnotes"][at]
    edition["models"][anchor]["footnotes"][at] = note[: match.start()] + new + note[match.end() :]
    money = note[match.start() - 1] == "$"
    name = "amount" if money else "tokens"
    ours = [f for f in subject.says.figures if f["model"] in (anchor, *edition["models"][anchor].get("ids", []))]
    moved = [f for f in ours if f[name] and Decimal(f[name]) == Decimal(old)]
    if len(moved) != 1:
        return None
    figures = tuple({**f, name: number(new)} if f is moved[0] else f for f in subject.says.figures)
    says = type(subject.says)(subject.says.rates, figures)
    return looked(subject, edition, says, seed, f"{anchor}: {match[0]} -> {new} in a footnote")
