"""A live run over all sources: each host answers as the real one does, under its name, on 127.0.0.1.

What came of each source, what was sent to whom, and that a second run asks only for what it does not know.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.cookies import SimpleCookie
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from scraper.fetch.catalogue import BILLING_KEY
from scraper.publish.dataset import Dataset
from scraper.publish.verify import findings
from scraper.sources import SOURCES, ai_studio_docs, find
from tests.sources.deprecations.test_deprecations import built
from tests.support import billing_page
from tests.support.cases import FOLDER, Case
from tests.support.internet import Answer, Asked, Internet, moved, online, page
from tests.support.workshop import Ran, Workshop, facts, outcomes, pages

GEMINI, DOCS = "google/gemini-api", "google/ai-studio-docs"
MORNING, NOON, NEXT = (f"2026-11-{day}T{hour}:00:00Z" for day, hour in ((10, "06"), (10, "12"), (11, "06")))
FOREIGN = b"<!doctype html><html lang=it><head><title>Prezzi</title></head><body>2 $</body></html>"
CHALLENGE = b"<!doctype html><html><head><meta http-equiv=refresh content=360></head><body>Enable JavaScript and cookies to continue<script>window._cf_chl_opt={}</script></body></html>"
SIGN_IN = "https://accounts.google.com/ServiceLogin"


def case(name: str, kind: str) -> bytes:
    """The page of a case of a source."""
    source, _, era = name.partition("/")
    return Case(FOLDER / source / "cases" / era).bodies[kind].encode()


class World:
    """What stands on each host, and what is wrong with it at the moment."""

    def __init__(self) -> None:
        self.shows(facts(MORNING, "2026-11-09"))
        self.docs = case("ai_studio_docs/era-2026-10", "md")
        self.limits = case("rate_limits/spend-2026", "md.txt")
        end = {"model": "gemini-1", "release": "May 1, 2026", "shutdown": "June 1, 2027", "successor": "gemini-2"}
        names = ("Gemini 9 models", "Veo models", "Lyria models", "Imagen 3 models")
        others = [
            {"model": f"m-{n}", "release": "-", "shutdown": "No shutdown date announced", "successor": "-"}
            for n in range(4)
        ]
        sections = [{"title": f"## {name}", "models": [row]} for name, row in zip(names, [end, *others], strict=False)]
        self.deprecations = built({"prose": [], "sections": sections}).encode()
        self.platform = case("vertex_ai/era-2026-10-names", "html")
        self.openai = case("openai_api/era-2026-08", "html")
        self.claude = case("anthropic_api/era-2026-04", "md")
        self.reseller = case("laozhang/era-2026-10", "md")
        self.skus = billing_page.skus("styles")
        self.maps = {
            "/BerriAI/litellm/main/": {
                "gemini/gemini-9": {"litellm_provider": "gemini", "input_cost_per_token": 2e-06}
            },
            "/pydantic/genai-prices/main/": [
                {"id": "google", "models": [{"id": "gemini-9", "prices": {"input_mtok": 2}}]},
            ],
        }
        self.busy: dict[str, list[Answer]] = {}
        self.gone_to_docs: set[str] = set()

    def shows(self, edition: dict) -> None:
        self.gemini = pages(edition)

    def hosts(self) -> dict[str, Callable[[Asked], Answer]]:
        plain = {
            "platform.claude.com": lambda asked: page(asked, self.claude, "text/markdown"),
            "docs.laozhang.ai": lambda asked: page(asked, self.reseller, "text/markdown"),
            "developers.openai.com": lambda asked: page(
                asked, self.openai, "text/html", Set_Cookie="_cfuvid=1; Path=/"
            ),
            # the same bytes whatever language is asked for
            "aistudio.google.com": lambda asked: page(asked, self.docs, "text/markdown", Vary="Cookie"),
            "ai.google.dev": self.developers,
            "accounts.google.com": self.sign_in,
            "cloud.google.com": self.cloud,
            "cloudbilling.googleapis.com": self.catalogue,
            "raw.githubusercontent.com": self.raw,
        }
        return {name: self._moody(name, answer) for name, answer in plain.items()}

    def _moody(self, name: str, answer: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
        def moody(asked: Asked) -> Answer:
            return queue.pop(0) if (queue := self.busy.get(name)) else answer(asked)

        return moody

    def developers(self, asked: Asked) -> Answer:
        """Google's documentation: English only with `hl=en`, whatever languages are accepted; limits behind cookies."""
        kind = "md.txt" if ".md.txt" in asked.path else "html"
        if kind in self.gone_to_docs and "/docs/pricing" in asked.path:
            return moved("https://aistudio.google.com/docs/pricing.md", 301)
        if "hl=en" not in asked.path:
            return page(asked, FOREIGN, "text/html")
        if "/rate-limits" in asked.path and "seen" not in SimpleCookie(asked.headers.get("cookie", "")):
            back = quote(f"https://ai.google.dev/back?to={quote(asked.path, safe='')}", safe="")
            return moved(f"{SIGN_IN}?continue={back}")
        if asked.path.startswith("/back"):
            return moved(parse_qs(urlsplit(asked.path).query)["to"][0], Set_Cookie="seen=1; Path=/; Secure")
        if "/rate-limits" in asked.path:
            return page(asked, self.limits, "text/plain")
        if "/deprecations" in asked.path:
            return page(asked, self.deprecations, "text/plain")
        return page(asked, self.gemini[kind], "text/html" if kind == "html" else "text/plain", Vary="Accept-Language")

    def sign_in(self, asked: Asked) -> Answer:
        """Wants its own cookie back, and sends everybody on."""
        if "sid" not in SimpleCookie(asked.headers.get("cookie", "")):
            return moved(asked.path, Set_Cookie="sid=SECRET; Path=/; Secure; HttpOnly")
        return moved(f"{parse_qs(urlsplit(asked.path).query)['continue'][0]}&hl=en")

    def cloud(self, asked: Asked) -> Answer:
        """The Agent Platform's page has moved once more, within its host."""
        if asked.path.startswith("/gemini-enterprise-agent-platform/generative-ai/"):
            return moved("/agents/generative-ai/pricing?hl=en", 301)
        return page(asked, self.platform, "text/html")

    def raw(self, asked: Asked) -> Answer:
        """Files of repositories, as plain text with an ETag."""
        found = next(data for path, data in self.maps.items() if asked.path.startswith(path))
        return page(asked, json.dumps(found).encode(), "text/plain", Cache_Control="max-age=300")

    def catalogue(self, asked: Asked) -> Answer:
        """Two pages of SKUs, behind a key in a header."""
        if asked.headers.get("x-goog-api-key") != "KEY":
            return Answer(403, b"{}")
        half = len(self.skus) // 2
        first = "pageToken" not in asked.path
        found = billing_page.page(self.skus[:half] if first else self.skus[half:], "two" if first else "")
        return Answer(200, json.dumps(found).encode(), {"Content-Type": "application/json"})


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def waits(monkeypatch) -> list[float]:
    """The seconds between attempts; none of them is waited for."""
    seen: list[float] = []
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=seen.append))
    return seen


@pytest.fixture
def internet(world, waits, small, tmp_path, monkeypatch) -> Iterator[Internet]:
    docs = ai_studio_docs.load_terms()
    docs = replace(docs, prices=replace(docs.prices, tables_min=1))
    monkeypatch.setattr(ai_studio_docs, "load_terms", lambda: docs)
    for name in MAPS:
        module: Any = find(name).module
        terms = replace(module.load_terms(), models_min=1)
        monkeypatch.setattr(module, "load_terms", lambda terms=terms: terms)
    monkeypatch.setenv(BILLING_KEY, "KEY")
    monkeypatch.delenv("RATECARDS_AI_STUDIO_STATE", raising=False)
    # a proxy that nobody answers for: whoever asked it would fail
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with online(world.hosts(), tmp_path, monkeypatch) as found:
        yield found


@pytest.fixture
def live(workshop: Workshop, internet: Internet) -> Callable[[str], Ran]:
    """A run over all sources at an instant."""

    def run(now: str) -> Ran:
        internet.asked.clear()
        return workshop.run("refresh", "--to", workshop.root, "--now", now)

    return run


def said(ran: Ran, name: str) -> str:
    """What was told of a source."""
    return "\n".join(line for line in ran.out.splitlines() if line.startswith(f"{name}: "))


MAPS = [source.name for source in SOURCES if source.reported]
ALL_NEW = {source.name: "NEW" for source in SOURCES} | dict.fromkeys(("google/ai-studio", *MAPS), "SKIPPED")


def test_a_first_run(live, internet, workshop, world, waits):
    """Everything is new but for what needs a sign-in; a host that is busy is asked again when it says."""
    world.busy = {"developers.openai.com": [Answer(429, b"slow down", {"Retry-After": "7"})]}
    ran = live(MORNING)

    assert ALL_NEW == outcomes(ran.out), ran.out
    assert 0 == ran.code
    assert [7.0] == waits
    assert "needs a sign-in" in said(ran, "google/ai-studio")
    assert all("nothing official stands here yet" in said(ran, name) for name in MAPS)
    assert "leads to https://cloud.google.com/agents/generative-ai/pricing?hl=en" in said(ran, "google/vertex-ai")
    assert [] == findings(Dataset(workshop.root), Dataset(workshop.root).state(GEMINI).verified_on)


PLAIN = {
    "user-agent": "ratecards-scraper (rate card monitor; honours Retry-After)",
    "accept": "*/*",
    "accept-encoding": "gzip",
    "accept-language": "en",
}


def test_what_is_sent(live, internet):
    """The same four headers to everybody, a key to the one host that wants it, and each host's own cookies back."""
    live(MORNING)
    more = {
        (asked.host, name, value)
        for asked in internet.asked
        for name, value in asked.headers.items()
        if name not in ("host", "connection") and PLAIN.get(name) != value
    }

    assert {
        ("cloudbilling.googleapis.com", "x-goog-api-key", "KEY"),
        ("accounts.google.com", "cookie", "sid=SECRET"),
        ("ai.google.dev", "cookie", "seen=1"),
    } == more
    assert set(PLAIN) <= set.intersection(*(set(asked.headers) for asked in internet.asked))
    pages = [asked for asked in internet.asked if asked.host in ("ai.google.dev", "cloud.google.com")]
    assert all("hl=en" in asked.path or asked.path.startswith("/back") for asked in pages)
    assert not [asked for asked in internet.asked if "KEY" in asked.path]


def test_nothing_of_the_sign_in_is_kept(live, workshop):
    """Neither its cookie nor the key is in a file."""
    live(MORNING)

    assert not [path for path, body in workshop.files.items() if b"SECRET" in body or b"KEY" in body]


def test_a_second_run_of_a_day(live, internet, workshop):
    """Who says that nothing changed sends nothing, and is believed; of the dataset nothing moves but when it was seen."""
    live(MORNING)
    before = workshop.data
    ran = live(NOON)

    known = {name: "SKIPPED" if outcome == "SKIPPED" else "UNCHANGED" for name, outcome in ALL_NEW.items()}
    assert known | dict.fromkeys(MAPS, "NEW") == outcomes(ran.out)
    unknown = {asked.host for asked in internet.asked if "if-none-match" not in asked.headers}
    assert {"accounts.google.com", "cloudbilling.googleapis.com", "raw.githubusercontent.com"} == unknown
    after = workshop.data
    moved_on = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert (0, set()) == (ran.code, {path for path in moved_on if "reported" not in path})
    assert {card["model"] for card in workshop.published("reported.json")["cards"]} == {"gemini-9"}


def test_the_maps_of_others_are_asked_for_once_a_week(live, internet, world):
    """Not before, and then only for what is new."""
    for now in (MORNING, NOON, NEXT):
        live(now)
    assert not [asked for asked in internet.asked if asked.host == "raw.githubusercontent.com"]
    ran = live("2026-11-17T12:00:00Z")

    asked = [one.headers for one in internet.asked if one.host == "raw.githubusercontent.com"]
    assert (2, True) == (len(asked), all("if-none-match" in headers for headers in asked))
    assert dict.fromkeys(MAPS, "UNCHANGED").items() <= outcomes(ran.out).items()


def test_a_bad_hour(live, internet, workshop, world, waits):
    """A challenge with status 200, a wait for days, a host that fails and one that denies: each its own outcome."""
    live(MORNING)
    before = workshop.data
    world.openai = CHALLENGE
    world.busy = {
        "docs.laozhang.ai": [Answer(429, b"", {"Retry-After": "864000"})],
        "platform.claude.com": [Answer(503)] * 4,
        "cloudbilling.googleapis.com": [Answer(403, b"{}")],
        "aistudio.google.com": [Answer(503), Answer(429, b"", {"Retry-After": "3"})],
    }
    ran = live(NEXT)
    bad = {
        "openai/openai-api": ("NOT_READ", "challenge page"),
        "laozhang/laozhang": ("NOT_FETCHED", "429 with Retry-After 864000"),
        "anthropic/anthropic-api": ("NOT_FETCHED", "saw 503"),
        "google/cloud-billing": ("NOT_FETCHED", "403: access denied"),
    }
    found = outcomes(ran.out)

    assert {name: outcome for name, (outcome, _) in bad.items()} == {name: found[name] for name in bad}
    assert [] == [name for name, (_, words) in bad.items() if words not in said(ran, name)]
    assert {"UNCHANGED", "SKIPPED"} == {outcome for name, outcome in found.items() if name not in (*bad, *MAPS)}
    assert (4, 5) == (ran.code, len(waits))
    cards = {path: body for path, body in before.items() if path.startswith(("ratecards/cards/", "ratecards/history/"))}
    assert cards.items() <= workshop.data.items()


def test_a_page_that_went_over_to_another_source(live, internet, workshop, world):
    """What stands at the new address is that source's word alone, read once: the old one's cards stand, and say so."""
    live(MORNING)
    before = workshop.card("gemini-1").read_bytes()
    world.gone_to_docs = {"html", "md.txt"}
    world.docs = world.docs.replace(b"$0.75", b"$0.80")
    ran = live(NEXT)
    found = outcomes(ran.out)

    assert ("NOT_FETCHED", "CHANGED") == (found[GEMINI], found[DOCS])
    assert "moved to https://aistudio.google.com/docs/pricing.md, which is google/ai-studio-docs's" in said(ran, GEMINI)
    assert before == workshop.card("gemini-1").read_bytes()
    assert "2026-11-10" == workshop.state["verified"]
    assert not [
        asked for asked in internet.asked if asked.host == "aistudio.google.com" and "if-none-match" in asked.headers
    ]


def test_one_of_two_representations_went_over(live, world):
    """The other is read alone, as ever when one does not come."""
    live(MORNING)
    world.gone_to_docs = {"md.txt"}
    ran = live(NEXT)

    assert "UNCHANGED" == outcomes(ran.out)[GEMINI]
    assert "md.txt was not fetched" in said(ran, GEMINI)
