"""The texts of a run, all from the same facts: summary, pull request, webhook, changelog, commit message.

Made to be read on a phone: short lines, no table of more than four columns. Nothing scraped gets in unescaped, and
each text is cut where its reader would refuse it, with a line that says so; the whole of it is attached elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from ratecards import escaping
from ratecards.escaping import markdown, plain_text, unlinked
from ratecards.wording import count, exact_amount, exact_dates, exact_price
from scraper.report.run_report import Plain, RunReport, SourceReport

# Bytes. GitHub refuses a step summary above 1 MiB and a body above 65,536 characters; Slack shows 4,000 of a message.
SUMMARY, BODY, CHAT, COMMIT = 1_000_000, 60_000, 3_500, 20_000
# One and many of each kind of news.
_COUNTED = {
    "moved": ("price changed", "prices changed"),
    "allowance": ("allowance changed", "allowances changed"),
    "stepped": ("dated price took effect", "dated prices took effect"),
    "announced": ("price announced", "prices announced"),
    "withdrawn": ("announced price withdrawn", "announced prices withdrawn"),
    "new": ("price new", "prices new"),
    "gone": ("price gone", "prices gone"),
    "model_added": ("model new", "models new"),
    "model_removed": ("model gone", "models gone"),
    "model_renamed": ("model renamed", "models renamed"),
    "end": ("shutdown announced otherwise", "shutdowns announced otherwise"),
}
# A source that ended in one of these was read as a whole, now or, where it was skipped, before.
READ_NOW = ("NEW", "UNCHANGED", "CHANGED")
READ = (*READ_NOW, "SKIPPED")
# Of many dated steps of one model on one day, so many are told.
_STEPS = 4
_DATES = ("effective_from", "effective_until")
_T = TypeVar("_T")

# ----------------------------------------------------------------------------------------- one thing in plain words


def news(source: SourceReport) -> list[Plain]:
    """What of a source is told: what a buyer pays differently. The first look brings contents, no news."""
    return [n for n in source.news if n["kind"] != "same"]


def all_news(facts: RunReport) -> list[Plain]:
    """The told news of a run."""
    return [n for source in facts.sources for n in news(source)]


def lines(told: Iterable[Plain]) -> list[str]:
    """News in lines, each with its model."""
    heads = ((n, f"{n['model']} {n['what']}" if n["what"] else n["model"]) for n in told)
    return [f"{head}: {n['change']}{' [correction]' if n['correction'] else ''}" for n, head in heads]


def line(change: Plain) -> str:
    """A change in one line."""
    kind, model, old, new = change["kind"], change["model"], change.get("old"), change.get("new")
    whole = {
        "model_added": f"new model, {change.get('rates', 0)} rates",
        "model_removed": "no longer on the page",
        "model_renamed": f"renamed from {change.get('previous_id')}",
    }
    if kind in whole:
        return f"{model}: {whole[kind]}"
    if kind == "card_changed":
        return f"{model}: {', '.join(sorted({name.split('.')[0] for name, *_ in change['fields']}))} changed"
    if not old and not new:
        return f"{model}: {kind.replace('_', ' ')}"
    head = f"{model} {change['rate']}"
    if not old or not new:
        return f"{head}: {'new' if new else 'gone'}, {exact_price(new or old)}"
    if kind == "redated" and exact_amount(old) == exact_amount(new):
        return f"{head}: {exact_price(new)}, which was {exact_dates(old).strip() or 'without a date'}"
    alike = all(old.get(name) == new.get(name) for name in ("unit", "currency", *_DATES))
    times = f" (×{Decimal(change['ratio']):.2f})" if "ratio" in change else ""
    moved = f"{exact_amount(old) if alike else exact_price(old)} → {exact_price(new)}"
    return f"{head}: {moved}{times}{', took effect' if kind == 'stepped' else ''}"


def headline(facts: RunReport) -> str:
    """The run in a few words: what changed, which sources are new, which could not be read."""
    told: Counter[str] = Counter()
    for one in all_news(facts):
        told["correction" if one["correction"] else one["kind"]] += one["number"]
    fresh = [s.name for s in facts.sources if s.outcome == "NEW"]
    held = sum(len(s.held) for s in facts.sources)
    words = [
        *(f"{n} {words[n != 1]}" for kind, words in _COUNTED.items() if (n := told[kind])),
        f"{told['correction']} corrected" if told["correction"] else "",
        f"first look at {', '.join(fresh)}" if fresh else "",
        f"{held} held" if held else "",
        *(f"{s.name} {s.outcome}" for s in facts.sources if s.outcome not in READ),
    ]
    return ", ".join(filter(None, words)) or "no price changed"


def moved(step: Plain) -> str:
    """The prices of an announced step: `0.75 → 1.5 USD per 1M tokens`."""
    before, after = step.get("before"), {name: value for name, value in step["after"].items() if name not in _DATES}
    return (f"{exact_amount(before)} → " if before else "new: ") + exact_price(after)


def discrepancy(entry: Plain) -> tuple[str, str, str]:
    """A discrepancy as (what, what the left says, what the right says)."""
    plan = "(free plan) " if entry["plan"] == "free" else ""
    more = " ".join([*entry.get("modalities", ()), entry.get("conditions", "")]).strip()
    what = f"{entry['model']} {entry['service_tier']} {plan}{entry['meter']} {more}".rstrip()
    left, right = entry["left"], entry["right"]
    other = right["locator"] if entry["kind"] == "within" else right["source"]
    return what, f"{exact_price(left)} ({left['source']})", f"{exact_price(right)} ({other})"


def accounted(amounts: Mapping[str, int]) -> str:
    """`354 of 354`, and how many were ignored with a reason."""
    if not amounts:
        return "-"
    ignored = f", {amounts['ignored']} ignored" if amounts.get("ignored") else ""
    return f"{amounts.get('read', 0)} of {amounts.get('seen', 0)}{ignored}"


def shortened(
    steps: Iterable[_T], of: Callable[[_T], object], tier: Callable[[_T], str]
) -> Iterator[tuple[list[_T], int]]:
    """Dated steps `of` one day and model together; of many up to four of the first service tier, and how many more."""
    groups: dict[object, list[_T]] = {}
    for step in steps:
        groups.setdefault(of(step), []).append(step)
    for group in groups.values():
        first = [step for step in group if tier(step) == tier(group[0])][:_STEPS]
        shown = first if len(group) > _STEPS else group
        yield shown, len(group) - len(shown)


# -------------------------------------------------------------------------------------------------- whole texts


def capped(blocks: Iterable[str], limit: int, rest: str = "The whole report is attached to the run.") -> str:
    """Blocks one below the other, as many lines as fit into `limit` bytes; `rest` says where the others are."""
    lines = "\n".join(blocks).split("\n")
    sizes = [len(line.encode()) + 1 for line in lines]
    if sum(sizes) <= limit:
        return "\n".join(lines).rstrip() + "\n"
    room = limit - len(rest.encode()) - 40
    shown = 0
    while room >= sizes[shown]:
        room -= sizes[shown]
        shown += 1
    return "\n".join(lines[:shown]).rstrip() + f"\n\n… and {len(lines) - shown} lines more. {rest}\n"


def summary(facts: RunReport, limit: int = SUMMARY) -> str:
    """The step summary: the headline, the sources, then what each says that is new."""
    told = [s for s in facts.sources if news(s) or s.held or s.proposals or s.inferred]
    page = [f"## {markdown(headline(facts))}", "", f"{facts.at[:16].replace('T', ' ')} UTC", ""]
    page += _health(facts.sources, facts)
    page += [line for s in told for line in (f"### {s.name}", "", *_source(s))]
    return capped([*page, *_upcoming(facts), *_discrepancies(facts)], limit)


def pull(facts: RunReport, name: str) -> str:
    """The body of a pull request: the change table of one source, and what it opens or closes elsewhere."""
    (source,) = (s for s in facts.sources if s.name == name)
    seen = f"[{name}]({source.url}), seen {facts.at[:10]}."
    head = f"{seen} Merging publishes it; the branch is renewed by each run."
    rest = [*_upcoming(facts, name), *_discrepancies(facts), *_health([source], facts)]
    return capped(["", head, "", *_source(source), *rest], BODY)


def title(facts: RunReport, name: str) -> str:
    """A pull request's title."""
    source = next(s for s in facts.sources if s.name == name)
    words = headline(replace(facts, sources=[replace(source, held=[])]))
    return unlinked(f"{name}: {words}")[:200]


def changelog(facts: RunReport) -> str:
    """The entry of a release: what changed by source, one line each, and what is announced."""
    out = [f"## {facts.at[:10]}"]
    for source in facts.sources:
        told = [f"- {markdown(line)}" for line in lines(news(source))]
        if not told and source.outcome == "NEW":
            told = [f"- first look: {source.models} models"]
        out += ["", f"### {source.name}", "", *told] if told else []
    return capped([*out, "", *_upcoming(facts), *_discrepancies(facts)], BODY)


def commit_message(facts: RunReport, *, data: bool = True) -> str:
    """Subject and body of a commit; `data` is false where only the state of sources moved."""
    subject = plain_text(f"{'Data' if data else 'State'}: {headline(facts)}")
    body = lines(all_news(facts))
    short = subject if len(subject) <= 100 else subject[:99] + "…"
    text = [short, "", *body, *([""] if body else []), f"Looked at {facts.at}."]
    return capped(map(unlinked, text), COMMIT, "The history has them all.")


def chat(facts: RunReport) -> str:
    """The run for a chat: the headline and a line per change."""
    told = (f"• {plain_text(line)}" for line in lines(all_news(facts)))
    return capped([headline(facts), *told], CHAT, "See the repository.")


def payload(text: str, link: str, **more: object) -> dict[str, object]:
    """The JSON of a webhook: `text` is what Slack and its like show, the rest is for programs."""
    return {"text": f"{escaping.chat(text).rstrip()}\n{link}".rstrip(), "link": link, **more}


def webhook(facts: RunReport, link: str) -> dict[str, object]:
    """What a webhook gets of a run that changed something."""
    changes = [c for s in facts.sources if s.outcome != "NEW" for c in s.changes if c["announced"]][:200]
    outcomes = {s.name: s.outcome for s in facts.sources}
    more = {"title": headline(facts), "at": facts.at, "sources": outcomes, "news": all_news(facts)[:200]}
    return payload(chat(facts), link, event="changes", **more, changes=changes)


# --------------------------------------------------------------------------------------------- parts in Markdown


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table of cells that are escaped already; nothing without rows."""
    body = [f"| {' | '.join(row)} |" for row in rows]
    return [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}", *body, ""] if body else []


def _health(sources: Sequence[SourceReport], facts: RunReport) -> list[str]:
    """Each source: its outcome, how much of the page was read, when it was last read in full; then what went wrong."""
    rows = [(f"[{s.name}]({s.url})", s.outcome, accounted(s.amounts), _age(s, facts)) for s in sources]
    troubles = [line for source in sources for line in trouble(source)]
    return [*table(("source", "outcome", "amounts read", "read on"), rows), *troubles]


def trouble(source: SourceReport) -> list[str]:
    """What a source's outcome is about: the messages, and the sections that were not read."""
    if source.outcome in READ_NOW and not source.messages:
        return []
    since = f" since {source.failing_since[:16].replace('T', ' ')} UTC" if source.failing_since else ""
    out = [f"**{source.name} {source.outcome}**{since}", ""]
    out += [f"- {markdown(words, 500)}" for words in source.messages[:20]]
    if more := len(source.messages[20:]):
        out.append(f"- and {more} more")
    if source.unread:
        out.append(f"- not read: {markdown(', '.join(source.unread))}")
    return [*out, ""]


def _age(source: SourceReport, facts: RunReport) -> str:
    """The day of the last full reading, and how long that is ago where it is not of today."""
    if not source.verified:
        return "never"
    days = (date.fromisoformat(facts.at[:10]) - date.fromisoformat(source.verified)).days
    late = ", **stale**" if days > source.stale_days else ""
    return f"{source.verified}" + (f" ({count(days, 'day')}{late})" if days > 0 else "")


def _source(source: SourceReport) -> Iterator[str]:
    """What is new on a source, model by model: what a buyer pays differently first; what is recorded; what waits."""
    groups: dict[str, list[Plain]] = {}
    for told in news(source):
        groups.setdefault(told["model"], []).append(told)
    prices = {c["model"]: c.get("prices", []) for c in source.changes if c["kind"] == "model_added"}
    for model, group in sorted(groups.items(), key=lambda item: all(not n["what"] for n in item[1])):
        yield from _model(model, group, prices.get(model, []))
    same = sum(n["number"] for n in source.news if n["kind"] == "same")
    if quiet := sum(not c["announced"] and c["kind"] != "relabelled" for c in source.changes) + same:
        yield from (f"{count(quiet, 'change')} of wording or notes recorded.", "")
    held = [
        (markdown(line(h["change"])), markdown(h["reason"]), f"{h['since'][:10]}, {h['looks']} looks")
        for h in source.held
    ]
    if held:
        yield from ("Waiting, not published:", "", *table(("change", "why", "since"), held))
    yield from inferred(source)
    for old, new in source.proposals:
        names = f"{markdown(old)} → {markdown(new)}"
        yield from (f"Looks renamed: {names}; if so, add it to `renames` in the vocabulary.", "")


def inferred(source: SourceReport) -> Iterator[str]:
    """The unknown words that numbers proved: what they mean, where, by which proof, and the lines to learn."""
    if not source.inferred:
        return
    yield from ("Words in no vocabulary, read because the numbers prove what they mean:", "")
    for one in source.inferred:
        places = markdown("; ".join(one["places"][:3]), 300)
        more = f" and {len(one['places']) - 3} more" if len(one["places"]) > 3 else ""
        yield f"- {markdown(one['words'], 300)} ({one['proof']}): {places}{more}"
    known = [line for one in source.inferred for line in one["lines"]]
    fence = "```"
    yield from ("", f"`python -m scraper learn {source.name}` writes these lines and a case of the tests:", "")
    yield from (f"{fence}yaml", *(plain_text(line).replace("`", "'") for line in known[:60]), fence, "")


def _model(model: str, group: Sequence[Plain], prices: Sequence[Plain]) -> Iterator[str]:
    """A model's news: that it came, went or was renamed, then what is paid for it; a new one with its prices."""
    marked = [(n, " (a better reading, not a new price)" if n["correction"] else "") for n in group]
    whole = [n["change"] + mark for n, mark in marked if not n["what"]]
    head = f": {markdown(', '.join(whole))}" if whole else ""
    yield from (f"**[{markdown(model)}]({group[0]['link']})**{head}", "")
    rows = [
        (markdown(n["what"] + mark), f"**{markdown(n['change'])}**", markdown(n.get("quote", ""), 120))
        for n, mark in marked
        if n["what"]
    ]
    yield from table(("price of", "changed", "the page says"), rows)
    yield from table(("rate", "price"), [(markdown(p["rate"]), markdown(exact_price(p))) for p in prices])


def _upcoming(facts: RunReport, name: str = "") -> list[str]:
    """What is announced, of a source or of all, soonest first."""
    steps = [s for s in facts.upcoming if name in ("", s["name"])]
    return ["### Announced", "", *steps_table(steps)] if steps else []


def steps_table(steps: Sequence[Plain]) -> list[str]:
    """Dated steps; of a model with many on one day, up to four and a count of the rest."""
    rows = []
    for shown, rest in shortened(steps, lambda s: (s["on"], s["model"]), lambda s: str(s["service_tier"])):
        day, model = shown[0]["on"], markdown(shown[0]["model"])
        rows += [(day, f"{model} {markdown(s['rate'])}", markdown(moved(s))) for s in shown]
        rows += [(day, model, f"and {rest} more")] if rest else []
    return table(("from", "rate", "price"), rows)


def _discrepancies(facts: RunReport) -> list[str]:
    """Discrepancies opened and closed by the run, and how many stand."""
    ledger = facts.discrepancies
    out = []
    for name, entries in (("opened", ledger.opened), ("closed", ledger.closed)):
        rows = [tuple(map(markdown, discrepancy(entry))) for entry in entries[:40]]
        more = [f"and {len(entries) - 40} more", ""] if len(entries) > 40 else []
        body = [f"{len(entries)} {name}:", "", *table(("what", "one side", "the other"), rows), *more]
        out += body if rows else []
    standing = f"{ledger.open} open, {ledger.accepted} accepted, {ledger.explained} explained."
    return ["### Discrepancies", "", *out, standing, ""]
