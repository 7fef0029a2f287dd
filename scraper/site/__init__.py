"""The static site: today's prices, a page per model, what changed, what is coming, and how each source stands.

Each page has a twin in Markdown, `index.html.md` beside `index.html`, and `llms.txt` lists them.

`build` is pure: a dataset and a day in, paths and bytes out. The day only decides between dated prices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from ratecards.catalog.authority import name_of
from ratecards.catalog.catalog import DatedCatalog
from ratecards.dataset import Dataset
from ratecards.model.grade import grade
from ratecards.storage.model_names import ModelNames
from scraper.publish import dataset as workshop
from scraper.publish import discrepancies as ledger
from scraper.publish import reported
from scraper.publish.reported import Entry
from scraper.publish.v1_files import ATTRIBUTION
from scraper.site import comparison, entries, feeds, flagships, model_files, pictures, wire
from scraper.site.discrepancies import STATES, DiscrepancyView, discrepancy
from scraper.site.entries import FeedEntry
from scraper.site.feeds import Feed
from scraper.site.figures import Figures, figures, tiers_of
from scraper.site.flagships import Month
from scraper.site.health import Health, health
from scraper.site.matrix import matrix
from scraper.site.models import ModelPage, models, page_link
from scraper.site.models import ages as ages_of
from scraper.site.render import Renderer, assets
from scraper.site.retired import Retired, retired
from scraper.site.series import Past, step_charts

# Entries of the page of changes; all of a model stand on its own page.
_TOLD = 100


class Contents(NamedTuple):
    """All that a site says, before it is put into pages."""

    day: date
    shelf: DatedCatalog
    models: list[ModelPage]
    past: dict[str, Past]
    changes: list[FeedEntry]
    coming: list[FeedEntry]
    discrepancies: list[DiscrepancyView]
    health: list[Health]
    record: list[Entry]
    names: ModelNames
    retired: list[Retired]
    months: list[Month]


def gather(dataset: Dataset, root: Path, day: date) -> Contents:
    """The facts of a dataset, and of the ledger and state files below its root, as of a day."""
    shelf = dataset.catalog(None, day)
    cards = [offer.card for offer in shelf]
    standing = health(root, cards)
    looks = {entry.source: entry.verified_on for entry in standing}
    kept = workshop.Dataset(root)
    past = {source: Past(dataset, source, looks.get(source)) for source in dataset.sources}
    known = [entry for stem in ledger.stems(kept) for entry in ledger.known(kept, stem)[0]]
    found = [discrepancy(entry) for entry in known if entry.state in STATES]
    return Contents(
        day=day,
        shelf=shelf,
        models=models(shelf),
        past=past,
        changes=entries.changes(dataset),
        coming=entries.coming(cards, dataset),
        discrepancies=sorted(found, key=lambda d: (STATES.index(d.state), d.model, d.what)),
        health=standing,
        record=reported.record(kept, reported.cards(kept), {}),
        names=dataset.database.names,
        retired=retired(
            dataset, past, shelf, {name: facts.url for name in workshop.FACTS if (facts := kept.facts(name))}
        ),
        months=flagships.months(dataset, day),
    )


def address(environ: Mapping[str, str]) -> str:
    """Where the site of a repository stands that a workflow makes it for: RATECARDS_SITE_URL, else GitHub's own pages.

    Empty elsewhere. A repository called like its owner's pages stands at their root.
    """
    if said := environ.get("RATECARDS_SITE_URL", "").strip():
        return said
    owner, _, name = environ.get("GITHUB_REPOSITORY", "").partition("/")
    if not name or environ.get("GITHUB_ACTIONS") != "true":
        return ""
    host = f"{owner.lower()}.github.io"
    return f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"


def build(facts: Contents, base: str = "") -> dict[str, bytes]:
    """The site's files by path. `base` is the address it will stand at; without one the feeds' links are relative."""
    ages = ages_of(facts.shelf)
    newest = max((str(age.verified) for age in ages.values()), default="")
    render = Renderer(attribution=ATTRIBUTION, newest=newest, ages=ages, grade=grade)
    pages: dict[str, bytes] = {}
    for path, name, values in _pages(facts):
        pages[path] = render.page(f"{name}.html", path, **values)
        pages[f"{path}.md"] = render.markdown(f"{name}.md", "../" * path.count("/"), **values)
    above = f"{base.rstrip('/')}/" if base else ""
    return {
        **assets(),
        **pages,
        **wire.scripts(facts.models, facts.shelf, facts.names),
        **model_files.files(_listed(facts), ages),
        "llms.txt": render.markdown("llms.txt", base=above, models=facts.models),
        **_feeds(facts, base),
        f"{feeds.FOLDER}/coming.ics": feeds.calendar(facts.coming),
        ".nojekyll": b"",
    }


def _feeds(facts: Contents, base: str) -> dict[str, bytes]:
    pages = {model.path for model in facts.models}
    changed = Feed("changes", "AI model prices: what changed", "changes.html", facts.changes, pages)
    announced = Feed("coming", "AI model prices: what is announced", "coming.html", _ahead(facts), pages)
    return feeds.files(changed, base) | feeds.files(announced, base)


def _pages(facts: Contents) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Path, template (its name) and values of every page."""
    listed = _listed(facts)
    known = {model.path for model in facts.models}
    past = [entry for entry in reversed(facts.coming) if entry.day <= facts.day]
    by_state = [(state, [d for d in facts.discrepancies if d.state == state]) for state in STATES]
    rows = [(m, found, tiers_of(found), _kinds(m)) for m, found, _ in listed]
    yield "index.html", "index", {"models": rows, "looks": _looks(facts), "today": str(facts.day)}
    yield "rates.html", "rates", {}
    yield "compare.html", "compare", _comparison(facts)
    yield "calculator.html", "calculator", {}
    yield "images.html", "images", pictures.values(facts.shelf)
    yield "changes.html", "changes", {"editions": _editions(facts.changes), "known": known, "most": _TOLD}
    yield "coming.html", "coming", {"ahead": _ahead(facts), "past": past, "known": known}
    yield "discrepancies.html", "discrepancies", {"states": [found for found in by_state if found[1]]}
    places = {f"{model.provider}/{model.model}": model.path for model in facts.models}
    yield "retired.html", "retired", {"retired": facts.retired, "pages": places}
    yield "flagships.html", "flagships", _flagships(facts)
    yield "sources.html", "sources", {"sources": facts.health, "record": facts.record}
    for model, found, first in listed:
        own = {kind: [span for span in spans if first in span.tiers] for kind, spans in found.items()}
        yield model.path, "model", _model_values(model, facts) | {"figures": own, "tier": first}


def _comparison(facts: Contents) -> dict[str, object]:
    newest = facts.months[0].flagships if facts.months else ()
    offers = [facts.shelf.offer(flagship.source, flagship.model) for flagship in newest if flagship]
    return {
        "rows": comparison.compared(offer for offer in offers if offer),
        "workload": comparison.WORKLOAD,
        "per_day": comparison.PER_DAY,
        "days": comparison.DAYS,
        "most": comparison.MOST,
    }


def _flagships(facts: Contents) -> dict[str, object]:
    pages = {(offer.source, model.model): model.path for model in facts.models for offer in model.offers}
    return {
        "lines": flagships.LINES,
        "months": facts.months,
        "charts": flagships.charts(facts.months),
        "pages": pages,
    }


def _listed(facts: Contents) -> list[tuple[ModelPage, Figures, str]]:
    """Each model with its figures and the tier that comes first of them."""
    found = ((model, figures(model, facts.day)) for model in facts.models)
    return [(model, own, next(iter(tiers_of(own)), "")) for model, own in found]


def _looks(facts: Contents) -> list[Health]:
    """The sources whose prices the first page shows and which can be too old."""
    shown = {name_of(model.card) for model in facts.models}
    return [look for look in facts.health if look.source in shown and look.expires]


def _ahead(facts: Contents) -> list[FeedEntry]:
    return [entry for entry in facts.coming if entry.day > facts.day]


def _kinds(model: ModelPage) -> dict[str, str]:
    """What a model can be filtered by, in words."""
    names = " ".join((model.card.name, *model.aliases)).lower().split()
    rates = [r for offer in model.offers for r in offer.card.rates if r.price is not None]
    free = any(r.plan == "free" and r.meter in ("input", "output") for r in rates)
    return {
        "modalities": " ".join(sorted({r.modality or "text" for r in rates if r.meter in ("input", "output")})),
        "meters": " ".join(sorted({r.meter for r in rates})),
        "free": "free" if free else "",
        # an id is looked through as well
        "words": " ".join(word for word in dict.fromkeys(names) if word not in model.model),
    }


def _editions(changes: Sequence[FeedEntry]) -> dict[tuple[date, str], list[FeedEntry]]:
    """Entries by day and source, in their order; the newest only."""
    found: dict[tuple[date, str], list[FeedEntry]] = {}
    for entry in changes[:_TOLD]:
        found.setdefault((entry.day, f"{entry.provider}/{entry.source}"), []).append(entry)
    return found


def _story(changes: Sequence[FeedEntry], coming: Sequence[FeedEntry]) -> list[tuple[FeedEntry, str]]:
    """All editions that said something new of a model, and what was dated, with what it came to; the newest first."""
    told = [(entry, "") for entry in changes]
    told += [(entry, "withdrawn" if entry.withdrawn else "as the page had dated") for entry in coming]
    return sorted(told, key=lambda one: one[0].day, reverse=True)


def _model_values(model: ModelPage, facts: Contents) -> dict[str, object]:
    own = {offer.source for offer in model.offers}
    offers = [(o, matrix(o), page_link(o.card)) for o in model.offers]
    named = {model.model, *model.aliases}
    coming = [e for e in facts.coming if e.model == model.model and f"{e.provider}/{e.source}" in own]
    changes = [e for e in facts.changes if e.model == model.model and f"{e.provider}/{e.source}" in own]
    disputed = [d for d in facts.discrepancies if d.model in named and d.sources & own]
    return {
        "model": model,
        "offers": offers,
        "charts": step_charts(facts.past[name_of(model.card)], model.model),
        "bars": pictures.bars_of(model.main),
        "currency": pictures.currency_of(model.main),
        "ahead": [e for e in coming if e.day > facts.day and not e.withdrawn],
        "story": _story(changes, [e for e in coming if e.withdrawn or e.day <= facts.day]),
        "discrepancies": [d for d in disputed if d.state != "explained"],
        "explained": sum(d.state == "explained" for d in disputed),
        "looks": {look.source: look for look in facts.health},
        "elsewhere": [m for m in facts.models if m.model == model.model and m.provider != model.provider],
    }
