"""The published files of `ratecards/v1`: what programs read. Pure: cards and changes in, texts out."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from ratecards.escaping import markdown, plain_text
from ratecards.model import COLUMNS, EXACT, MODEL_ID, Rate, RateCard, canonical_order, plain, row
from ratecards.model.grade import authority
from ratecards.model.lifecycle import Shutdown, endings, observed
from ratecards.questions import price_news
from ratecards.storage.codec import dumps
from ratecards.storage.history import ANNOUNCED, Change, Step, stamp_of, steps, undated
from ratecards.storage.model_names import day_of
from ratecards.tables import csv_text
from ratecards.wording import exact_conditions
from scraper.model import Hold, State, instant
from scraper.publish.schemas import VALUES
from scraper.sources import SOURCES, expires, published_in

ATTRIBUTION = "Quoted cells: Google's documentation, CC BY 4.0, https://ai.google.dev/gemini-api/docs/pricing"
_RECENT = 2000
# What a record leaves out: a field of which the page says nothing, and that it was read exactly.
_UNSAID = ("", EXACT)
STATUS = "ratecards/v1/status.json"
DAMAGED = State(outcome="DAMAGED", message="the state file cannot be read; restore it from git")


def files(
    cards: Iterable[RateCard], changes: Sequence[Change], states: Mapping[str, State], today: date
) -> dict[str, str]:
    """Path below `ratecards/v1/` to text, the same for the same data on any day until a dated step comes."""
    ordered = sorted(cards, key=lambda c: (c.provider, c.source, c.model))
    rates = sorted((r for c in ordered for r in c.rates), key=canonical_order)
    return {
        "rates.json": document(
            {
                "version": 1,
                "attribution": ATTRIBUTION,
                "sources": _sources(ordered, states),
                "rates": [_row(r) for r in rates],
            }
        ),
        "rates.csv": rates_csv(rates),
        "changes.json": document({"version": 1, "changes": _with_what_is_paid(changes[-_RECENT:], ordered)}),
        "upcoming.json": document(
            {
                "version": 1,
                "upcoming": [step_data(s) for s in steps(ordered, today)],
                "undated": _undated(ordered),
                "shutdowns": [end_data(ends, card) for ends, card in endings(ordered, today)],
            }
        ),
        **{f"tables/{name}.md": text for name, text in _families(ordered).items()},
    }


def _undated(cards: Iterable[RateCard]) -> list[dict[str, str]]:
    """What is announced without a day."""
    return [
        {"provider": card.provider, "source": card.source, "model": card.model, "what": what, "quote": words}
        for card, what, words in undated(cards)
    ]


def document(data: Mapping[str, object]) -> str:
    """A published JSON file: one record a line, so that a reviewer reads the diff."""
    return "{" + ",\n".join(f"{dumps(name)}: {_lines(value)}" for name, value in data.items()) + "}\n"


def _lines(value: object) -> str:
    """A list or a mapping with one entry a line; anything else on its own."""
    if value and isinstance(value, list):
        return "[\n" + ",\n".join(map(dumps, value)) + "\n]"
    if value and isinstance(value, dict):
        return "{\n" + ",\n".join(f"{dumps(n)}: {dumps(v)}" for n, v in value.items()) + "\n}"
    return dumps(value)


def _row(rate: Rate) -> dict[str, object]:
    return {name: value for name, value in row(rate).items() if value not in _UNSAID}


def _sources(cards: Sequence[RateCard], states: Mapping[str, State]) -> dict[str, Any]:
    """By source: how complete its last reading was, its last edition and parser. No time of a run stands here.

    `observed` is the newest day on which something new was read, and `expires` counts from there: what was found
    unchanged since then is known to the status alone.
    """
    found: dict[str, Any] = {}
    for name in dict.fromkeys(f"{c.provider}/{c.source}" for c in cards):
        state = states.get(name, State())
        own = [c for c in cards if f"{c.provider}/{c.source}" == name]
        newest = max(own, key=lambda c: c.observed)
        found[name] = {
            "url": newest.url,
            "observed": str(newest.observed),
            "expires": expires(name, newest.observed),
            "models": len(own),
            "rates": sum(len(c.rates) for c in own),
            "amounts": dict(sorted(state.amounts.items())),
            "unread": state.unread,
            "last_updated": state.last_updated,
            "capture": state.capture,
            "parser": state.parser,
        }
    return found


def rates_csv(rates: Iterable[Rate]) -> str:
    """The flat rate table, RATES columns in order; formula-like text is defused."""
    return csv_text(COLUMNS, map(row, rates))


def _with_what_is_paid(changes: Sequence[Change], cards: Iterable[RateCard]) -> list[dict[str, object]]:
    """The changes as published; the one that brings a price into force says what was paid before and what is now.

    `cards` are those after all changes: undoing one edition after the other tells what stood beside each.
    """
    current: _Current = defaultdict(dict)
    for card in cards:
        current[card.provider, card.source, card.model] = {r.row_key: r for r in card.rates}
    editions: dict[tuple[object, ...], list[Change]] = defaultdict(list)
    for change in changes:
        stamp = stamp_of(change)
        editions[change.provider, change.source, change.model, stamp.observed, stamp.recorded].append(change)
    found: dict[int, dict[str, object]] = {}
    for own in reversed(editions.values()):
        first = own[0]
        rates = current[first.provider, first.source, first.model].values()
        found |= price_news.by_change(own, day_of(first), rates)
        for change in reversed(own):
            _undo(current, change)
    return [{**change_data(c), **({"paid": found[id(c)]} if id(c) in found else {})} for c in changes]


_Current = dict[tuple[str, str, str], dict[object, Rate]]


def _undo(current: _Current, change: Change) -> None:
    """Turn the rates as they were after a change into those before it; a removed model has none."""
    name = change.provider, change.source, change.model
    if change.kind == "model_renamed":
        former = [replace(rate, model=change.previous_id) for rate in current.pop(name, {}).values()]
        current[change.provider, change.source, change.previous_id] = {rate.row_key: rate for rate in former}
    elif change.kind == "model_added":
        current[name] = {}
    elif change.kind != "stepped":
        if change.new:
            current[name].pop(change.new.row_key, None)
        if change.old:
            current[name][change.old.row_key] = change.old


def change_data(change: Change) -> dict[str, object]:
    """A change as published: keys and values flat, both dates, both quotes."""
    stamp = change.stamp
    assert stamp is not None  # noqa: S101
    rate = change.new or change.old
    key = {n: v for n, v in _row(rate).items() if n not in VALUES} if rate else {}
    data: dict[str, object] = {
        "kind": change.kind,
        "provider": change.provider,
        "source": change.source,
        "model": change.model,
        **key,
        "observed": stamp.observed.isoformat(),
        "recorded": stamp.recorded,
        "effective": change.effective.isoformat() if change.effective else None,
        "correction": stamp.correction or None,
        "copied": stamp.copied or None,
        "withdraws": stamp.withdraws.isoformat() if stamp.withdraws else None,
        "announced": change.kind in ANNOUNCED,
        "previous_id": change.previous_id or None,
        "old": _values(change.old, change.new),
        "new": _values(change.new),
        "ratio": plain(round(change.ratio, 4)) if change.ratio is not None and change.ratio != 1 else None,
        "fields": [list(f) for f in change.fields] or None,
        "rates": len(change.card.rates) if change.card and change.kind == "model_added" else None,
        "capture": stamp.capture,
    }
    return {k: v for k, v in data.items() if v is not None}


def _values(rate: Rate | None, other: Rate | None = None) -> dict[str, object] | None:
    """What a rate says; with what its key said, where the `other` one's says something else."""
    if rate is None:
        return None
    names = [n for n in COLUMNS if n in VALUES or (other and getattr(rate, n) != getattr(other, n))]
    return {n: v for n, v in row(rate).items() if n in names and v not in _UNSAID}


def step_data(step: Step) -> dict[str, object]:
    """A dated step as published."""
    key = {n: v for n, v in _row(step.after).items() if n not in VALUES}
    return {"on": step.day.isoformat(), **key, "before": _values(step.before), "after": _values(step.after)}


def end_data(ends: Shutdown, card: RateCard) -> dict[str, object]:
    """The announced end of a model as published."""
    data = {
        "on": str(ends.day),
        "provider": card.provider,
        "source": card.source,
        "model": card.model,
        "successor": ends.successor,
        "quote": ends.quote,
        "observed": str(observed(ends, card)),
        "said_by": ends.said_by,
        "others": [
            {"said_by": o.said_by, **({"on": str(o.day)} if o.day else {}), "quote": o.quote} for o in ends.others
        ],
    }
    return {name: value for name, value in data.items() if value}


def family(card: RateCard) -> str:
    """The table page a model stands on: `gemini-3`, `gemini-2.5`, `veo`, `openai-api-gpt`."""
    match = re.match(r"(gemini-[0-9]+(?:\.[0-9]+)?|[a-z]+)", card.model)
    name = match[1] if match else card.model
    alone = card.provider == "google" and card.source == "gemini-api" and MODEL_ID.match(name)
    return name if alone else f"{card.source}-{name}"


def _families(cards: Sequence[RateCard]) -> dict[str, str]:
    groups: dict[str, list[RateCard]] = defaultdict(list)
    for card in cards:
        groups[family(card)].append(card)
    return {name: _page(name, group) for name, group in sorted(groups.items())}


def _page(name: str, cards: Sequence[RateCard]) -> str:
    text = [f"# {markdown(name)}", "", f"{ATTRIBUTION}.", ""]
    for card in cards:
        text += [f"## {markdown(card.name)}", "", _head(card), ""]
        text += [f"> {markdown(n)}" for n in card.notices] + ([""] if card.notices else [])
        text += [
            "| tier | plan | meter | conditions | price | unit | quote |",
            "|---|---|---|---|---:|---|---|",
        ]
        text += [_table_line(rate) for rate in sorted(card.rates, key=canonical_order) if rate.price is not None]
        gone = sorted({f"{r.meter} ({r.service_tier}, {r.plan})" for r in card.rates if r.price is None})
        text += ["", f"No price: {', '.join(gone).replace('_', ' ')}.", ""] if gone else [""]
    return "\n".join(text).rstrip() + "\n"


def _head(card: RateCard) -> str:
    updated = f", page last updated {card.last_updated}" if card.last_updated else ""
    return f"`{card.model}` · {card.provider}/{card.source} · observed {card.observed}{updated}"


def _table_line(rate: Rate) -> str:
    price = plain(rate.price) if rate.price is not None else ""
    dates = " ".join(f"{w} {d}" for w, d in (("from", rate.effective_from), ("until", rate.effective_until)) if d)
    more = ", ".join(w for w in (exact_conditions(rate), dates) if w)
    cells = (rate.service_tier, rate.plan, rate.meter.replace("_", " "), markdown(more), price, rate.unit)
    return "| " + " | ".join((*cells, markdown(rate.evidence.quote))) + " |"


def rate_json(rates: Iterable[Rate]) -> str:
    """Rates as JSON records in RATES columns, empty ones left out."""
    return _lines([_row(r) for r in rates]) + "\n"


def status(states: Mapping[str, State], counts: Mapping[str, int]) -> str:
    """`status.json`: how the last look at each source ended, so that whoever reads the data can judge its age.

    It is made from the state of each source and the number of its published rates, whenever a state is written. It is
    not data: it is no news, and versions and the data package know nothing of it.
    """
    return document(
        {"version": 1, "sources": {name: _status_of(name, states[name], counts) for name in sorted(states)}}
    )


def _status_of(name: str, state: State, counts: Mapping[str, int]) -> dict[str, Any]:
    return {
        "outcome": state.outcome,
        "verified": state.verified,
        "failing_since": state.failing_since,
        "message": plain_text(state.message),
        "authority": authority(name),
        "publication": published_in(name),
        "stale_after_days": next((s.stale_days for s in SOURCES if s.name == name), None),
        "expires": expires(name, date.fromisoformat(state.verified) if state.verified else None),
        "models": len(state.models),
        "rates": counts.get(name, 0),
        "amounts": dict(sorted(state.amounts.items())),
        "unread": state.unread,
        "holds": [_hold(key, hold) for key, hold in sorted(state.holds.items())],
        "last_updated": state.last_updated,
    }


def _hold(key: str, hold: Hold) -> dict[str, str]:
    since = datetime.fromisoformat(hold.since).astimezone(UTC)
    return {"id": key, "since": instant(since), "what": plain_text(hold.what)}


def rates_by_source(table: bytes) -> Counter[str]:
    """How many rows the text of `rates.csv` has of each source. No field of a row holds a line break."""
    rows = table.decode().splitlines()[1:]
    return Counter("/".join(row.split(",", 2)[:2]) for row in rows)
