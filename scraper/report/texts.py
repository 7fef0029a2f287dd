"""The texts of a run, all from the same facts: summary, pull request, webhook, changelog, commit message.

Made to be read on a phone: short lines, no table of more than four columns. Nothing scraped gets in undefused, and
each text is cut where its reader would refuse it, with a line that says so; the whole of it is attached elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from ratecards.escaping import markdown, plain_text
from scraper.report import said
from scraper.report.facts import Facts

# Bytes. GitHub refuses a step summary above 1 MiB and a body above 65,536 characters; Slack shows 4,000 of a message.
SUMMARY, BODY, CHAT, COMMIT = 1_000_000, 60_000, 3_500, 20_000
_CHAT = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_MENTION = re.compile(r"[@#]")


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


def summary(facts: Facts, limit: int = SUMMARY) -> str:
    """The step summary: the headline, the sources, then what each says that is new."""
    return capped(_page(facts, f"## {_md(said.headline(facts))}"), limit)


def pull(facts: Facts, name: str, limit: int = BODY) -> str:
    """The body of a pull request: the change table of one source, and what it opens or closes elsewhere."""
    (source,) = (s for s in facts["sources"] if s["name"] == name)
    head = (
        f"[{name}]({source['url']}), seen {facts['at'][:10]}. Merging publishes it; the branch is renewed by each run."
    )
    return capped(
        ["", head, "", *_source(source), *_upcoming(facts, name), *_ledger(facts), *_health([source], facts)], limit
    )


def title(facts: Facts, name: str) -> str:
    """A pull request's title."""
    source = next(s for s in facts["sources"] if s["name"] == name)
    words = said.headline({**facts, "sources": [{**source, "held": []}]})
    return unlinked(f"{name}: {words}")[:200]


def changelog(facts: Facts) -> str:
    """The entry of a release: what changed by source, one line each, and what is announced."""
    out = [f"## {facts['at'][:10]}"]
    for source in facts["sources"]:
        if told := said.news(source):
            out += ["", f"### {source['name']}", "", *(f"- {_md(line)}" for line in said.lines(told))]
        elif source["outcome"] == "NEW":
            out += ["", f"### {source['name']}", "", f"- first look: {source['models']} models"]
    return capped([*out, "", *_upcoming(facts), *_ledger(facts)], BODY)


def commit_message(facts: Facts, *, data: bool = True) -> str:
    """Subject and body of a commit; `data` is false where only the state of sources moved."""
    words = said.headline(facts)
    subject = plain_text(f"{'Data' if data else 'State'}: {words}")
    body = [plain_text(line) for line in said.lines(said.all_news(facts))]
    short = subject if len(subject) <= 100 else subject[:99] + "…"
    text = "\n".join([short, "", *body, *([""] if body else []), f"Looked at {facts['at']}."])
    return capped([_MENTION.sub(_broken, text)], COMMIT, "The history has them all.")


def chat(facts: Facts) -> str:
    """The run for a chat: the headline and a line per change."""
    lines = [*said.lines(said.all_news(facts))]
    return capped(
        [said.headline(facts), *(f"• {line}" for line in map(plain_text, lines))], CHAT, "See the repository."
    )


def payload(text: str, link: str, **more: object) -> dict[str, object]:
    """The JSON of a webhook: `text` is what Slack and its like show, the rest is for programs."""
    shown = "".join(_CHAT.get(c, c) for c in _MENTION.sub(_broken, text))
    return {"text": f"{shown.rstrip()}\n{link}".rstrip(), "link": link, **more}


def webhook(facts: Facts, link: str) -> dict[str, object]:
    """What a webhook gets of a run that changed something."""
    changes = [c for s in facts["sources"] if s["outcome"] != "NEW" for c in s["changes"] if c["announced"]][:200]
    outcomes = {s["name"]: s["outcome"] for s in facts["sources"]}
    more = {"title": said.headline(facts), "at": facts["at"], "sources": outcomes, "news": said.all_news(facts)[:200]}
    more["changes"] = changes
    return payload(chat(facts), link, event="changes", **more)


def _md(text: str) -> str:
    return markdown(text)


def unlinked(text: str) -> str:
    """A title: one line in which nothing is a mention or a reference."""
    return _MENTION.sub(_broken, plain_text(text))


def _broken(found: re.Match[str]) -> str:
    """A mention or a reference that is none any more."""
    return f"{found[0]}\u2060"


def _page(facts: Facts, head: str) -> Iterator[str]:
    yield from (head, "", f"{facts['at'][:16].replace('T', ' ')} UTC", "")
    yield from _health(facts["sources"], facts)
    for source in facts["sources"]:
        if said.news(source) or source["held"] or source["proposals"]:
            yield from (f"### {source['name']}", "", *_source(source))
    yield from _upcoming(facts)
    yield from _ledger(facts)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table of cells that are defused already."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}", *lines, ""] if lines else []


def _health(sources: Sequence[Facts], facts: Facts) -> Iterator[str]:
    """Each source: its outcome, how much of the page was read, when it was last read in full; then what went wrong."""
    yield from table(
        ("source", "outcome", "amounts read", "read on"),
        [(f"[{s['name']}]({s['url']})", s["outcome"], _amounts(s), _age(s, facts)) for s in sources],
    )
    for source in sources:
        yield from trouble(source)


def trouble(source: Facts) -> list[str]:
    """What a source's outcome is about: the messages, and the sections that were not read."""
    if source["outcome"] in ("NEW", "UNCHANGED", "CHANGED") and not source["messages"]:
        return []
    since = f" since {source['failing_since'][:16].replace('T', ' ')} UTC" if source["failing_since"] else ""
    out = [f"**{source['name']} {source['outcome']}**{since}", ""]
    out += [f"- {markdown(words, 500)}" for words in source["messages"][:20]]
    if more := len(source["messages"][20:]):
        out.append(f"- and {more} more")
    if source["unread"]:
        out.append(f"- not read: {_md(', '.join(source['unread']))}")
    return [*out, ""]


def _amounts(source: Facts) -> str:
    amounts = source["amounts"]
    if not amounts:
        return "-"
    ignored = f", {amounts['ignored']} ignored" if amounts.get("ignored") else ""
    return f"{amounts['read']} of {amounts['seen']}{ignored}"


def _age(source: Facts, facts: Facts) -> str:
    """The day of the last full reading, and how long that is ago where it is not of today."""
    if not source["verified"]:
        return "never"
    days = (date.fromisoformat(facts["at"][:10]) - date.fromisoformat(source["verified"])).days
    late = ", **stale**" if days > source["stale_days"] else ""
    return f"{source['verified']}" + (f" ({days} day{'' if days == 1 else 's'}{late})" if days > 0 else "")


def _source(source: Facts) -> Iterator[str]:
    """What is new on a source, model by model: what a buyer pays differently first; what is recorded; what waits."""
    groups: dict[str, list[Facts]] = {}
    for told in said.news(source):
        groups.setdefault(told["model"], []).append(told)
    prices = {c["model"]: c.get("prices", []) for c in source["changes"] if c["kind"] == "model_added"}
    for model, group in sorted(groups.items(), key=lambda item: all(not n["what"] for n in item[1])):
        yield from _model(model, group, prices.get(model, []))
    same = sum(n["number"] for n in source.get("news", []) if n["kind"] == "same")
    if quiet := sum(not c["announced"] and c["kind"] != "relabelled" for c in source["changes"]) + same:
        yield from (f"{quiet} change{'' if quiet == 1 else 's'} of wording or notes recorded.", "")
    yield from _held(source)
    for old, new in source["proposals"]:
        yield from (f"Looks renamed: {_md(old)} → {_md(new)}; if so, add it to `renames` in the vocabulary.", "")


def _model(model: str, group: Sequence[Facts], prices: Sequence[Facts]) -> Iterator[str]:
    """A model's news: that it came, went or was renamed, then what is paid for it; a new one with its prices."""
    whole = [n["change"] + _mark(n) for n in group if not n["what"]]
    head = f": {_md(', '.join(whole))}" if whole else ""
    yield from (f"**[{_md(model)}]({group[0]['link']})**{head}", "")
    rows = [
        (_md(n["what"] + _mark(n)), f"**{_md(n['change'])}**", markdown(n.get("quote", ""), 120))
        for n in group
        if n["what"]
    ]
    yield from table(("price of", "changed", "the page says"), rows)
    yield from table(("rate", "price"), [(_md(p["rate"]), _md(said.full(p))) for p in prices])


def _mark(told: Facts) -> str:
    return " (a better reading, not a new price)" if told["correction"] else ""


def _held(source: Facts) -> list[str]:
    """What is not published yet, and why."""
    rows = [
        (_md(said.line(h["change"])), _md(h["reason"]), f"{h['since'][:10]}, {h['looks']} looks")
        for h in source["held"]
    ]
    return ["Waiting, not published:", "", *table(("change", "why", "since"), rows)] if rows else []


def _upcoming(facts: Facts, name: str = "") -> list[str]:
    """What is announced, of a source or of all, soonest first."""
    steps = [s for s in facts["upcoming"] if name in ("", s["name"])]
    return ["### Announced", "", *steps_table(steps)] if steps else []


def steps_table(steps: Sequence[Facts]) -> list[str]:
    """Dated steps; of a model with many on one day, up to four of its first service tier and a count of the rest."""
    groups: dict[tuple[str, str], list[Facts]] = {}
    for step in steps:
        groups.setdefault((step["on"], step["model"]), []).append(step)
    rows = []
    for (day, model), group in groups.items():
        first = [s for s in group if s["service_tier"] == group[0]["service_tier"]][:4]
        shown = first if len(group) > 4 else group
        rows += [(day, f"{_md(model)} {_md(s['rate'])}", _md(said.moved(s))) for s in shown]
        rows += [(day, _md(model), f"and {len(group) - len(shown)} more")] if len(group) > len(shown) else []
    return table(("from", "rate", "price"), rows)


def _ledger(facts: Facts) -> list[str]:
    """Discrepancies opened and closed by the run, and how many stand."""
    ledger = facts["discrepancies"]
    out = []
    for name in ("opened", "closed"):
        rows = [tuple(map(_md, said.dispute(e))) for e in ledger[name][:40]]
        more = [f"and {len(ledger[name]) - 40} more", ""] if len(ledger[name]) > 40 else []
        out += (
            [f"{len(ledger[name])} {name}:", "", *table(("what", "one side", "the other"), rows), *more] if rows else []
        )
    standing = f"{ledger['open']} open, {ledger['accepted']} accepted, {ledger['explained']} explained."
    return ["### Discrepancies", "", *out, standing, ""]
