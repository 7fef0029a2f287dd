"""Facts of runs, as `refresh --report` writes them, with what a test is about as arguments."""

from __future__ import annotations

from typing import Any

from scraper.report.run_report import RunReport, SourceReport

NAME = "google/gemini-api"
URL = "https://example.test/pricing"
PER = {"unit": "1000000 tokens", "availability": "priced", "currency": "USD"}


def price(amount: str, **more: Any) -> dict[str, Any]:
    """One side of a change."""
    return {**PER, "price": amount, "quote": f"${amount}", "locator": "there", **more}


def change(kind: str = "repriced", model: str = "flash", **more: Any) -> dict[str, Any]:
    """A told change; repriced from 4.5 to 3.6 if nothing else is said."""
    sides = {"old": price("4.5"), "new": price("3.6"), "ratio": "0.8"} if kind == "repriced" else {}
    rate = {} if kind.startswith("model_") else {"rate": "standard output", "service_tier": "standard"}
    head = {"kind": kind, "model": model, "observed": "2026-11-15", "announced": True, "id": "0123456789", "link": URL}
    return {**head, **rate, **sides, **more}


def told(kind: str = "moved", model: str = "flash", **more: Any) -> dict[str, Any]:
    """A line of news; from 4.50 to 3.60 if nothing else is said, and about the model itself for a kind of it."""
    words = ("output (standard)", "4.50 -> 3.60 USD per 1M tokens (x0.80)")
    what, words = ("", "no longer on the page") if kind.startswith("model_") else words
    head = {"model": model, "what": what, "change": words, "kind": kind, "number": 1, "correction": False, "link": URL}
    return {**head, **({"quote": "$3.6"} if what else {}), **more}


def source(outcome: str = "CHANGED", *changes: dict[str, Any], **more: Any) -> SourceReport:
    """A source's part; each of its changes is a price that moved, where nothing else is said of its `news`."""
    values = {
        "name": NAME,
        "url": URL,
        "outcome": outcome,
        "messages": [],
        "models": 24,
        "rates": 588,
        "amounts": {"seen": 279, "read": 279, "ignored": 0, "cells": 266, "notes": 13},
        "unread": [],
        "verified": "2026-11-15",
        "stale_days": 3,
        "failing_since": "",
        "last_updated": "2026-11-13",
        "changes": list(changes),
        "news": [told(model=c["model"]) for c in changes if c["announced"] and outcome != "NEW"],
        "held": [],
        "proposals": [],
        "files": [],
        **more,
    }
    return SourceReport(**values)


def failing(outcome: str = "NOT_READ", since: str = "2026-11-14T06:17:00Z", **more: Any) -> SourceReport:
    """A source that could not be read."""
    words = ["html: expected the page, saw 'Sign in'"]
    return source(outcome, **{"messages": words, "failing_since": since, "verified": "2026-11-13", **more})


def step(day: str = "2027-01-01", model: str = "flash", tier: str = "standard", **more: Any) -> dict[str, Any]:
    """An announced step from 0.75 to 1.5."""
    return {
        "on": day,
        "name": NAME,
        "model": model,
        "service_tier": tier,
        "rate": f"{tier} input",
        "before": price("0.75", effective_until="2026-12-31"),
        "after": price("1.5", effective_from=day),
        **more,
    }


def held(looks: int = 2, **more: Any) -> dict[str, Any]:
    """A held change."""
    what = change(old=price("1"), new=price("9"), ratio="9")
    return {
        "id": "fedcba9876",
        "reason": "moved x9.00",
        "since": "2026-11-14T06:17:00Z",
        "looks": looks,
        "change": what,
        **more,
    }


def run(*sources: SourceReport, at: str = "2026-11-15T06:17:00Z", **more: Any) -> RunReport:
    """The facts of a run."""
    return RunReport(at=at, sources=list(sources), **more)


def dispute(kind: str = "between", **more: Any) -> dict[str, Any]:
    """A discrepancy as published."""
    left = {**price("4.5"), "source": NAME}
    right = {**price("9"), "source": "google/vertex-ai"}
    head = {"kind": kind, "model": "flash", "service_tier": "batch", "plan": "paid", "meter": "output"}
    return {**head, "left": left, "right": right, **more}
