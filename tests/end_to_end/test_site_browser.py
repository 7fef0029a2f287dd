"""The site in real headless Chromium: search, filters, sorting, dates, the calculator against `ratecards cost`."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ratecards.__main__ import main as command
from ratecards.dataset import Dataset
from scraper import ROOT
from scraper.fetch import browser
from scraper.site import build, gather
from scraper.site.render import write
from tests.support.histories import added
from tests.support.sitekit import HOSTILE, history, site, text, whole

playwright = pytest.importorskip("playwright.sync_api", reason="the browser extra is not installed")
pytestmark = [
    pytest.mark.skipif(browser._chromium() is None, reason="no Chromium on this machine"),
    pytest.mark.no_cover,  # the tracer does not know Playwright's greenlets
]

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
TODAY = NOW.date()
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def real(tmp_path_factory) -> Path:
    """The site of the dataset in this repository."""
    folder = tmp_path_factory.mktemp("real")
    write(folder, build(gather(Dataset(ROOT / "ratecards"), ROOT, TODAY)))
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """A small one, whose prices and steps are known."""
    root = tmp_path_factory.mktemp("small")
    extra = added("2026-11-10", whole("hostile-1", text("input", "1"), name=HOSTILE))
    write(root / "site", site(root, [*history(), *extra]))
    return root / "site"


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as door:
        found = door.chromium.launch(executable_path=browser._chromium(), args=["--no-sandbox", "--disable-gpu"])
        yield found
        found.close()


class Rooms:
    """A browser's contexts by their options, and what their pages complained of or asked for outside."""

    def __init__(self, chromium) -> None:
        self.chromium = chromium
        self.contexts: dict[str, object] = {}
        self.wrong: list[str] = []

    def page(self, **options):
        """A new page; the clock stands at noon of the day the site was made."""
        key = str(sorted(options.items()))
        if key not in self.contexts:
            self.contexts[key] = self.chromium.new_context(viewport=DESKTOP, **options)
            self.contexts[key].route("**/*", self.asked)
        page = self.contexts[key].new_page()
        page.on("console", lambda m: self.wrong.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: self.wrong.append(str(e)))
        page.on("requestfailed", self.failed)
        page.on("response", lambda r: self.wrong.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        return page

    def asked(self, route) -> None:
        if not re.match(r"file:///|http://127\.0\.0\.1:", route.request.url):
            self.wrong.append(f"asked for {route.request.url}")
        route.continue_()

    def failed(self, request) -> None:
        # what is still loading when a page is left is aborted
        if request.failure != "net::ERR_ABORTED":
            self.wrong.append(f"{request.failure} {request.url}")


@pytest.fixture(scope="module")
def rooms(chromium):
    return Rooms(chromium)


@pytest.fixture
def tab(rooms):
    """Opens pages; whatever they complain of, or ask for outside, fails the test."""
    pages = []

    def open_page(folder: Path | str, path: str = "index.html", now: datetime = NOW, **options):
        page = rooms.page(**options)
        pages.append(page)
        page.clock.set_fixed_time(now)
        page.goto(f"{folder.as_uri()}/{path}" if isinstance(folder, Path) else f"{folder}/{path}")
        return page

    yield open_page
    for page in pages:
        page.close()
    wrong, rooms.wrong = rooms.wrong, []
    assert [] == wrong


class Server(ThreadingHTTPServer):
    """A browser asks for much at once."""

    request_queue_size = 64


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        """Quiet."""


@pytest.fixture(scope="module")
def served(small):
    """The small site on 127.0.0.1, under a path of its own."""
    root = small.parent / "web"
    (root / "some").mkdir(parents=True)
    (root / "some" / "path").symlink_to(small)
    server = Server(("127.0.0.1", 0), partial(Quiet, directory=root))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/some/path"
    server.shutdown()
    server.server_close()
    thread.join()


def listed(page) -> list[str]:
    """The models shown, in order."""
    return page.locator("#prices tbody tr:not([hidden]) th a").all_inner_texts()


def figures(page, model: str) -> list[str]:
    """The figures shown of a model, without their notes."""
    shown = page.locator(f'#prices tr[data-model="{model}"] data:not([hidden])').all_inner_texts()
    return [words.partition("\n")[0] for words in shown]


# ------------------------------------------------------------------------------------------- prices


def test_one_types_a_name_and_sees_its_price(tab, real):
    """The box has the focus; the best match is first, with its figures, before anything is clicked."""
    page = tab(real)
    page.keyboard.type("gemini-2.5-flash")

    assert "gemini-2.5-flash" == listed(page)[0]
    assert ["$0.30", "$2.50", "$0.03"] == figures(page, "gemini-2.5-flash")
    assert page.locator("tr.best").count() == 1
    assert page.locator("tr.best data:not([hidden])").first.bounding_box()["y"] < DESKTOP["height"]
    assert page.locator("#status").inner_text().startswith(f"{len(listed(page))} models")


def test_words_in_any_order_and_other_names_find_a_model(tab, real):
    """Parts of an id, the provider, the name on the page; what nobody sells is said."""
    page = tab(real)
    box = page.locator("#q")
    box.fill("image flash")
    parts = listed(page)
    box.fill("openai whisper")
    provider = listed(page)
    box.fill("no such model")

    assert "gemini-3.1-flash-image" in parts
    assert ["gpt-realtime-whisper", "whisper-1"] == provider
    assert ([], True) == (listed(page), page.locator("#nothing").is_visible())
    page.locator("#clear").click()
    assert 100 < len(listed(page))


def test_filters_narrow_and_the_tier_changes_the_figures(tab, real):
    """Batch prices are shown for batch, and who is not sold so is left out."""
    page = tab(real)
    page.select_option("#tier", "batch")
    page.select_option("#provider", "google")
    batch = listed(page)

    assert ["$0.15", "$1.25", "$0.03"] == figures(page, "gemini-2.5-flash")
    assert "gemini-2.5-flash" in batch
    assert "imagen-4.0-generate-001" not in batch
    page.select_option("#modality", "video")
    assert set(listed(page)) < set(batch)
    page.select_option("#meter", "maps_grounding")
    page.check("#free")
    assert "gemini-2.5-flash" in listed(page)
    assert "#provider=google&tier=batch&modality=video&meter=maps_grounding&free=1" in page.url


def test_a_search_can_be_kept_and_sent(tab, real):
    """The address holds it; Enter opens the best match."""
    page = tab(real, "index.html#q=gpt-image&provider=openai")
    assert "gpt-image-2" in listed(page)
    page.locator("#q").fill("gpt-image-1.5")
    page.locator("#q").press("Enter")

    page.wait_for_url("**/models/openai/gpt-image-1.5.html")
    assert "gpt-image-1.5" == page.locator("h1").inner_text()


def test_sorting_by_price(tab, real):
    """Numbers as numbers, both ways, what has none last; the header says which way."""
    page = tab(real)
    head = page.locator('th[data-sort="input"]')
    head.locator("button").click()
    values = (
        "rows => rows.map(r => r.cells[1].querySelector('data:not([hidden])')).map(f => f ? Number(f.value) : Infinity)"
    )
    rising = page.locator("#prices tbody tr:not([hidden])").evaluate_all(values)
    first = head.get_attribute("aria-sort")
    head.locator("button").click()
    falling = [v for v in page.locator("#prices tbody tr:not([hidden])").evaluate_all(values) if v != float("inf")]

    assert sorted(rising) == rising
    assert sorted(falling, reverse=True) == falling
    assert ("ascending", "descending") == (first, head.get_attribute("aria-sort"))


def test_figures_follow_the_calendar(tab, small):
    """A site made in November shows January's price in January, on the list and on the model's page."""
    old, new = (tab(small, now=datetime(year, month, 1, tzinfo=UTC)) for year, month in ((2026, 12), (2027, 1)))
    assert ["$0.75", "$4.00"] == figures(old, "gemini-3.7-flash")
    assert ["$1.50", "$4.00"] == figures(new, "gemini-3.7-flash")

    page = tab(small, "models/google/gemini-3.7-flash.html", now=datetime(2027, 1, 1, tzinfo=UTC))
    assert "$1.50" == page.locator(".big data:not([hidden])").first.inner_text()
    assert "$0.75" in page.locator(".matrix .past").inner_text()


def test_countdowns_and_ages_are_of_today(tab, small, real):
    """The day of reading decides; a source that nobody looked at for long is stale."""
    words = [
        tab(small, "coming.html", now=datetime(*day, tzinfo=UTC)).locator(".countdown").inner_text()
        for day in ((2026, 12, 31), (2027, 1, 1), (2027, 1, 3))
    ]
    status = json.loads((ROOT / "ratecards/v1/status.json").read_text(encoding="utf-8"))
    looked = datetime.fromisoformat(status["sources"]["google/gemini-api"]["verified"])
    after = looked.replace(tzinfo=UTC) + timedelta(days=1)
    ages = tab(real, "sources.html", now=after).locator("tr", has_text="gemini-api").locator("time[data-stale] + span")

    assert ["in 1 day", "today", "for 2 days"] == words
    assert "(1 day ago)" == ages.inner_text().strip()
    assert (
        "stale"
        in tab(real, "sources.html")
        .locator("tr", has_text="gemini-api")
        .locator("time[data-stale] + span")
        .inner_text()
    )


def test_the_first_page_says_how_old_it_is(tab, real):
    """Above the search, by source, with the days since, and what is too old; the calculator says so, too."""
    fresh, old = (tab(real, now=datetime(year, 1, 1, tzinfo=UTC)).locator(".looks") for year in (2026, 2040))

    assert "stale" not in fresh.text_content()
    assert "google/gemini-api" in fresh.text_content()
    assert "days ago, stale" in old.inner_text()
    assert old.locator("li").count() == old.locator("li span.stale").count() > 2
    page = tab(real, "calculator.html#model=google/gemini-2.5-pro", now=datetime(2040, 1, 1, tzinfo=UTC))
    assert "too long to be sure" in page.locator("#how").inner_text()


# -------------------------------------------------------------------------------- under any address


@pytest.mark.parametrize(
    "path", ["index.html", "rates.html", "calculator.html", "images.html", "models/google/gemini-2.5-flash.html"]
)
def test_it_works_under_a_sub_path(tab, served, path):
    """Style and script are found, and nothing is asked of anybody else."""
    page = tab(served, path)

    assert "rgb(250, 249, 246)" == page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("nav a", has_text="Prices").click()
    assert page.url.partition("#")[0] == f"{served}/index.html"


def test_without_a_script_everything_is_still_there(tab, small):
    """Today's figures on the first page, the card on a model's; the calculator says how else."""
    page = tab(small, java_script_enabled=False)
    model = tab(small, "models/google/gemini-2.5-flash.html", java_script_enabled=False)
    calculator = tab(small, "calculator.html", java_script_enabled=False)

    assert "$0.30" in page.locator('tr[data-model="gemini-2.5-flash"]').inner_text()
    assert "$3.00" in model.locator(".matrix").inner_text()
    assert "ratecards cost" in calculator.locator("noscript").inner_text()


def test_hostile_words_run_nothing(tab, small):
    """A name that tries to be a script is read, not run, wherever it stands."""
    for path in ("index.html#q=hostile", "models/google/hostile-1.html", "rates.html#q=hostile"):
        page = tab(small, path)
        assert page.evaluate("[...document.scripts].every(s => s.src)")
        assert page.locator("script", has_text="alert").count() == 0
    assert "<script>alert(1)</script>" in tab(small, "models/google/hostile-1.html").locator(".lead").inner_text()


# --------------------------------------------------------------------------------------- the rates


def test_the_rate_table_filters_and_sorts(tab, real):
    """Every price of every source; a filter narrows, a header sorts, the rest is shown when asked for."""
    page = tab(real, "rates.html")
    assert 250 == page.locator("#rates tbody tr").count()
    page.locator("#rq").fill("gemini-2.5-flash-image")
    page.select_option("#f-source", "google/gemini-api")
    page.select_option("#f-service_tier", "batch")
    page.locator('th[data-sort="price"] button').click()
    prices = page.locator("#rates tbody td.num").all_inner_texts()

    assert sorted(prices, key=lambda words: float(words.strip("$"))) == prices
    assert "$0.0195" in prices
    assert "#q=gemini-2.5-flash-image&source=google%2Fgemini-api&service_tier=batch" in page.url

    whole_table = tab(real, "rates.html")
    whole_table.locator("#more").click()
    priced = sum(r.price is not None for c in Dataset(ROOT / "ratecards").cards() for r in c.rates)
    assert priced == whole_table.locator("#rates tbody tr").count()


# ---------------------------------------------------------------------------------- the calculator

FORMS = [
    (
        "google/gemini-2.5-flash",
        "standard",
        "paid",
        {"input_tokens.text": 1200, "cached_tokens.": 1000, "output_tokens.": 300},
    ),
    (
        "google/gemini-2.5-flash",
        "batch",
        "paid",
        {"input_tokens.text": 7, "input_tokens.audio": 333, "output_tokens.": 300},
    ),
    ("google/gemini-2.5-flash", "standard", "free", {"input_tokens.text": 1200, "output_tokens.": 300}),
    ("google/gemini-2.5-pro", "standard", "paid", {"input_tokens.text": 250_000, "output_tokens.": 1}),
    (
        "google/gemini-3.1-flash-image",
        "standard",
        "paid",
        {"input_tokens.text": 0, "output_tokens.text": 0, "images.1K": 3},
    ),
    (
        "google/gemini-3.1-flash-image",
        "batch",
        "paid",
        {"input_tokens.text": 11, "output_tokens.text": 0, "images.1K": 0, "images.4K": 2},
    ),
    ("openai/gpt-5.5", "flex", "paid", {"input_tokens.text": 300_000, "output_tokens.text": 5}),
]


@pytest.mark.parametrize(("model", "tier", "plan", "counts"), FORMS, ids=lambda value: str(value)[:40])
def test_the_form_says_what_the_command_says(tab, real, capsys, model, tier, plan, counts):
    """Filled in by a person, and the same asked of `ratecards cost`."""
    page = tab(real, f"calculator.html#model={model}&tier={tier}&plan={plan}")
    words = ["cost", model.partition("/")[2], "--tier", tier, "--plan", plan, "--dataset", str(ROOT / "ratecards")]
    for field, number in counts.items():
        name, _, key = field.partition(".")
        page.locator(f'[data-name="{name}"][data-key="{key}"]').fill(str(number))
        if number:
            words += [f"--{name.replace('_', '-')}", f"{key}={number}" if key else str(number)]
    capsys.readouterr()
    assert 0 == command([*words, "--format", "json"])
    total = Decimal(json.loads(capsys.readouterr().out)["total"])
    shown = page.locator("#answer b").first.inner_text()

    assert total == Decimal(shown.strip("$").replace(",", ""))


def test_a_comparison_can_be_kept_and_sent(tab, real, capsys):
    """What was chosen stands in the address; each figure is that of `ratecards cost`, with its grade and age."""
    page = tab(real, "compare.html")
    before = page.locator("#costs tbody th a").all_inner_texts()
    models = page.locator(".model")
    for place, name in enumerate(
        ["google/gemini-2.5-flash", "openai/gpt-5.5", "nobody/nothing", "google/gemini-3-pro-image"]
    ):
        models.nth(place).fill(name)
    page.locator("#input_tokens").fill("300,001")
    page.locator("#cached_tokens").fill("7")
    page.select_option("#tier", "batch")
    again = tab(real, page.url.rpartition("/")[2])
    rows = again.locator("#costs tbody tr")
    words = ["cost", "gemini-2.5-flash", "--tier", "batch", "--input-tokens", "300001", "--cached-tokens", "7"]
    capsys.readouterr()
    assert 0 == command([*words, "--output-tokens", "500", "--format", "json", "--dataset", str(ROOT / "ratecards")])
    total = json.loads(capsys.readouterr().out)["total"]

    assert 3 == len(before)
    assert rows.all_inner_texts() == page.locator("#costs tbody tr").all_inner_texts()
    assert f"${total}" == rows.nth(0).locator("td").nth(0).inner_text()
    assert "google/gemini-api, official, last looked at 20" in rows.nth(0).inner_text()
    assert "not a model that has prices here" in again.locator("tr", has_text="nobody/nothing").inner_text()
    assert ["cheapest", 2] == [rows.nth(0).locator("small").nth(1).inner_text(), again.locator("#costs .wrong").count()]
    page.locator("#perday").fill("many")
    assert "Requests a day: expected a whole number" in page.locator("#wrong").inner_text()


def test_a_comparison_stands_without_a_script(tab, real):
    """The flagships at the stated workload are computed when the page is made, and are what the script says."""
    still = tab(real, "compare.html", java_script_enabled=False).locator("#costs tbody tr")
    moving = tab(real, "compare.html").locator("#costs tbody tr")
    amounts = [[row.locator("td").nth(0).inner_text() for row in rows.all()] for rows in (still, moving)]

    assert amounts[0] == amounts[1]
    assert 3 == len(amounts[0])


def test_a_table_can_be_embedded(tab, served, small):
    """In a frame of somebody else's page: one tier's prices with grade and age; what is not sold is said."""
    page = tab(served, "embed.html#model=google/gemini-3.7-flash")
    other = tab(served, "embed.html#model=google/gemini-3.7-flash&tier=batch")
    unknown = tab(served, "embed.html#model=google/nothing")

    assert ["$0.75", "$1.50", "$4.00"] == page.locator("#card td b").all_inner_texts()
    assert "official, last looked at 2026-11-10 (15 days ago" in page.locator("#how").inner_text()
    assert "Nothing is sold so." in other.locator("#how").inner_text()
    assert "Not a model that has prices here" in unknown.locator("#how").inner_text()


def test_images_by_the_piece_have_a_price_by_the_token(tab, real):
    """The calculator takes images of a model that is sold by the token, and tokens of one that is sold by the piece."""
    ask = "([id, usage]) => { const r = ratecards.open(RATECARDS); return r.costOf(r.offers.find((o) => o.id === id), usage).total; }"
    page = tab(real, "calculator.html#model=google/gemini-2.5-flash-image")

    assert "0.039" == page.evaluate(ask, ["google/gemini-2.5-flash-image", {"output_tokens": {"image": 1290}}])
    assert "0.0387" == page.evaluate(ask, ["google/gemini-2.5-flash-image", {"images": 1, "reading": "metered"}])
    page.locator('[data-name="images"]').fill("2")
    page.locator('[data-name="input_tokens"][data-key="text"]').fill("0")
    assert "$0.078" == page.locator("#answer b").first.inner_text()


def test_a_month_is_exact(tab, real):
    """Three times a tenth is three tenths; no binary digit shows."""
    page = tab(real, "calculator.html#model=google/gemini-2.5-flash-lite")
    page.locator('[data-name="input_tokens"][data-key="text"]').fill("3")
    page.locator('[data-name="output_tokens"]').fill("0")
    page.locator("#perday").fill("1")
    page.locator("#days").fill("1")

    assert ["$0.0000003", "$0.0000003"] == page.locator("#answer b").all_inner_texts()


def test_what_cannot_be_counted_is_refused(tab, real):
    """The field is marked and named; an unknown model too."""
    page = tab(real, "calculator.html#model=google/gemini-2.5-flash")
    field = page.locator('[data-name="input_tokens"][data-key="text"]')
    field.fill("1e5")
    assert "true" == field.get_attribute("aria-invalid")
    assert "expected a number from 0" in page.locator("#answer").inner_text()
    field.fill("1,000")
    assert "$" in page.locator("#answer b").first.inner_text()
    page.locator("#model").fill("nobody/nothing")
    assert "No model" in page.locator("#answer").inner_text()


# ------------------------------------------------------------------------------------ for everybody

NAMELESS = """() => [...document.querySelectorAll('a, button, input, select, svg[role=img], meter, [role=region]')].filter(e =>
  !(e.labels && e.labels.length) && !e.getAttribute('aria-label') && !e.textContent.trim()).map(e => e.outerHTML)"""
CONTRAST = """() => {
  const rgb = words => words.match(/[0-9.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((a, v, i) => a + v * [.2126, .7152, .0722][i], 0);
  const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3]) return c; } return [255, 255, 255]; };
  const poor = [];
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !e.checkVisibility()) continue;
    const style = getComputedStyle(e);
    const [a, b] = [light(rgb(e.closest('svg') ? style.fill : style.color)), light(ground(e))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) poor.push([e.outerHTML.slice(0, 120), ((a + .05) / (b + .05)).toFixed(2)]);
  }
  return poor;
}"""
EVERY = (
    *("index.html#q=flash", "calculator.html", "images.html", "rates.html#q=flash-lite", "changes.html"),
    *("coming.html", "discrepancies.html", "sources.html", "models/google/gemini-2.5-flash.html"),
    *("compare.html", "flagships.html", "retired.html", "embed.html#model=google/gemini-2.5-flash"),
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it(tab, real, scheme):
    """Contrast of at least 4.5 to 1 in light and dark, a name on every control, and no sideways scrolling on a phone."""
    page = tab(real, color_scheme=scheme)
    for path in EVERY:
        page.goto("about:blank")
        page.goto(f"{real.as_uri()}/{path}")
        assert [] == page.evaluate(CONTRAST), path
        assert [] == page.evaluate(NAMELESS), path
        page.set_viewport_size(PHONE)
        assert PHONE["width"] >= page.evaluate("document.documentElement.scrollWidth"), path
        page.set_viewport_size(DESKTOP)


@pytest.fixture(scope="module")
def axe(tmp_path_factory) -> str:
    """The script of axe-core, as the lock file beside these tests pins it."""
    folder = tmp_path_factory.mktemp("axe")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(Path(__file__).parent / "axe" / name, folder)
    npm = shutil.which("npm")
    words = [npm or "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    if npm is None or subprocess.run(words, cwd=folder, check=False, capture_output=True, timeout=120).returncode:
        assert "GITHUB_ACTIONS" not in os.environ, "npm could not install axe-core"
        pytest.skip("npm is not there, or could not install axe-core")
    return (folder / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing(tab, real, axe, scheme, size):
    """Every kind of page, unfolded, by the rules of WCAG 2.2 AA and axe's best practices."""
    page = tab(real, color_scheme=scheme)
    page.set_viewport_size(size)
    found = {}
    for path in EVERY:
        page.goto("about:blank")
        page.goto(f"{real.as_uri()}/{path}")
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
        page.evaluate(axe)
        wrong = page.evaluate(
            "axe.run({preload: false, resultTypes: ['violations']}).then((found) => found.violations)"
        )
        found |= {f"{path}: {one['id']}": [node["html"][:200] for node in one["nodes"]][:3] for one in wrong}

    assert {} == found


LONG = "x" * 300


@pytest.fixture(scope="module")
def long(tmp_path_factory) -> Path:
    """A site whose names, quotes and prices are as long as they can be."""
    root = tmp_path_factory.mktemp("long")
    rates = [text("input", "123456.78901234", quote=f"$1 {LONG}"), text("output", "0.00000000123456")]
    extra = added("2026-11-10", whole("m-" + "w" * 62, *rates, name=f"{HOSTILE} {LONG}"))
    write(root / "site", site(root, [*history(), *extra]))
    return root / "site"


@pytest.mark.parametrize("which", ["real", "long"])
def test_nothing_scrolls_sideways_on_a_small_phone(tab, request, which):
    """320 points wide, everything unfolded, a bill of the largest numbers: every page, of models' those that hold most."""
    folder = request.getfixturevalue(which)
    every = sorted(folder.rglob("*.html"), key=lambda path: path.stat().st_size)
    models = [path for path in every if "models" in path.parts]
    page = tab(folder, "calculator.html")
    page.set_viewport_size({"width": 320, "height": 640})
    for field in page.locator("#counts input").all():
        field.fill("999999999999999")
    wide = {"calculator, filled": page.evaluate("document.documentElement.scrollWidth")}
    for path in (*(set(every) - set(models)), *models[-12:]):
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
        wide[path.name] = page.evaluate("document.documentElement.scrollWidth")

    assert {} == {name: width for name, width in wide.items() if width > 320}
    assert len(wide) > 9


def test_the_keyboard_is_enough(tab, small):
    """Tab goes from the way to the content to the controls, each with a visible ring; Enter sorts."""
    page = tab(small, "changes.html")
    page.keyboard.press("Tab")
    assert "Skip to the content" == page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Tab")
    assert "solid" == page.evaluate("getComputedStyle(document.activeElement).outlineStyle")

    page = tab(small)
    page.locator('th[data-sort="name"] button').focus()
    page.keyboard.press("Enter")
    assert sorted(listed(page)) == listed(page)


def test_the_words_of_the_page_are_shown_where_one_asks(tab, real):
    """Beside the prices, without a script."""
    page = tab(real, "models/google/gemini-2.5-flash.html", java_script_enabled=False)
    words, place = (page.locator(f".matrix {name}").first for name in ("td q", "th cite"))
    assert (False, False) == (words.is_visible(), place.is_visible())
    page.locator(".words input").first.check()
    assert (True, True) == (words.is_visible(), place.is_visible())


def test_printed_it_opens_what_is_folded(tab, real):
    """Quotes are on paper, navigation is not."""
    page = tab(real, "models/google/gemini-2.5-flash.html")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    assert page.locator(".matrix q").first.is_visible()
    assert not page.locator("nav").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")

    assert page.locator("details[open]").count() == 0
