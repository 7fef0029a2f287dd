"""Small pages of Google's kind, a dataset to refresh with them, the site that serves them, and what a run gave."""

from __future__ import annotations

import copy
import json
import pickle
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from werkzeug import Request, Response

from scraper.model import Reading
from scraper.publish.dataset import Dataset
from scraper.sources import Source, gemini_api
from tests.support import pagebuilder, tiny

GEMINI = "google/gemini-api"
KINDS = {"html": ".html", "md.txt": ".md.txt"}
ACME = Source("acme", "tiny")


def model(name: str, paid: str | list = "$1.00", out: str | list = "$2.00", **more) -> dict:
    """The facts of one model: an input and an output price."""
    rows = [["Input price", "Free of charge", paid], ["Output price", "Free of charge", out]]
    return {"name": name, "tabs": {"Standard": rows}, **more}


def facts(at: str = "2026-11-01T06:17:00Z", updated: str = "2026-10-30", **models: dict | None) -> dict:
    """The facts of a small edition of six models; `gemini_2=...` is another Gemini 2, or none if it is None."""
    names = {f"gemini-{n}": model(f"Gemini {n}", f"${n}.00", f"${n}.50") for n in range(1, 7)}
    names |= {key.replace("_", "-"): value for key, value in models.items()}
    chosen = {name: value for name, value in names.items() if value is not None}
    return {
        "fetched": at,
        "updated": updated,
        "dialect": "2026",
        "intro": "What it costs.",
        "models": copy.deepcopy(chosen),
        "notes": ["Prices can change."],
    }


def pages(edition: dict) -> dict[str, bytes]:
    """Both representations of an edition."""
    return {"html": pagebuilder.html_page(edition), "md.txt": pagebuilder.twin_page(edition)}


def keep(folder: Path, edition: dict, **bodies: bytes | None) -> None:
    """Put an edition into a replay folder; `html=` and `twin=` replace a body, or leave it out if None."""
    target = folder / GEMINI
    target.mkdir(parents=True, exist_ok=True)
    for name, content in pagebuilder.build(edition).items():
        kind = "html" if name.endswith((".html", ".html.headers.json")) else "twin"
        body = bodies.get(kind, content)
        if body is not None:
            (target / name).write_bytes(content if name.endswith(".json") else body)


def outcomes(text: str) -> dict[str, str]:
    """By source, the outcome of the last summary table printed."""
    return dict(re.findall(r"│ (\S+/\S+)\s+│ ([A-Z_]+)", text))


def tree(root: Path) -> dict[str, bytes]:
    """Every file below a dataset's root but the lock, by path."""
    files = (p for p in root.rglob("*") if p.is_file() and p.name != ".lock")
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in files}


def log(root: Path, name: str = GEMINI) -> Path:
    """The last file of a source's history."""
    return root / Dataset(root).history_paths(name)[-1]


@dataclass
class Ran:
    """What a command gave."""

    code: int
    out: str
    err: str

    @property
    def outcome(self) -> str:
        """The outcome of the pricing page in the last table."""
        return outcomes(self.out)[GEMINI]


SMALL = replace(gemini_api.load_terms(), tables_min=1)
_READINGS: dict[str, bytes] = {}


def read_once(body: str, read: Callable[[str], Reading] = gemini_api.read) -> Reading:
    """The reading of a page; most tests begin with the same one, and reading takes half of their time."""
    if body not in _READINGS:
        _READINGS[body] = pickle.dumps(read(body))
    return pickle.loads(_READINGS[body])


def prepared(root: Path, kept: Path, make: Callable[[], object]) -> None:
    """Leave at `root` what `make` writes there: made once and copied afterwards, as the same pages give the same files."""
    if not kept.is_dir():
        make()
        shutil.copytree(root, kept)
    else:
        shutil.copytree(kept, root)


@dataclass
class Workshop:
    """A dataset and the runs over it."""

    root: Path
    run: Callable[..., Ran]
    kept: Iterator[Path]

    def refresh(self, *found: dict, words: tuple = (), **bodies: bytes | None) -> Ran:
        """Replay these editions."""
        folder = next(self.kept)
        for edition in found:
            keep(folder, edition, **bodies)
        return self.run("refresh", GEMINI, "--replay", folder, "--to", self.root, *words)

    def live(self, *words: object) -> Ran:
        """Fetch and publish."""
        return self.run("refresh", GEMINI, "--to", self.root, *words)

    def check(self, now: str = "2026-11-20") -> Ran:
        return self.run("check", "--to", self.root, "--now", now)

    @property
    def files(self) -> dict[str, bytes]:
        return tree(self.root)

    @property
    def data(self) -> dict[str, bytes]:
        """All files but state, and what follows from it."""
        follows = ("state/", "ratecards/v1/status.json")
        return {path: content for path, content in self.files.items() if not path.startswith(follows)}

    @property
    def state(self) -> dict:
        return json.loads((self.root / "state" / f"{GEMINI}.json").read_text())

    @property
    def history(self) -> list[dict]:
        files = (self.root / path for path in Dataset(self.root).history_paths(GEMINI))
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]

    def card(self, name: str) -> Path:
        return self.root / "ratecards" / "cards" / GEMINI / f"{name}.yaml"

    def published(self, name: str) -> dict:
        """A file of v1."""
        return json.loads((self.root / "ratecards" / "v1" / name).read_text())


@dataclass
class Site:
    """The pricing page on a server of our own: bodies and ETags by representation, and what was asked for."""

    bodies: dict[str, bytes] = field(default_factory=dict)
    etags: dict[str, str] = field(default_factory=dict)
    answers: dict[str, list[Response | Callable[[], Response]]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    date: str = ""

    def shows(self, edition: dict, tag: str = "1") -> None:
        """Serve this edition from now on."""
        self.bodies = pages(edition)
        self.etags = dict.fromkeys(self.bodies, f'"{tag}"')

    def answer(self, kind: str, request: Request) -> Response:
        known = request.headers.get("If-None-Match", "")
        self.asked.append((kind, known))
        if queue := self.answers.get(kind):
            scripted = queue.pop(0) if len(queue) > 1 else queue[0]
            return scripted() if callable(scripted) and not isinstance(scripted, Response) else scripted
        if known == self.etags[kind]:
            return Response(status=304)
        mime = "text/html" if kind == "html" else "text/plain"
        headers = {"ETag": self.etags[kind], "Content-Type": f"{mime}; charset=utf-8"}
        return Response(self.bodies[kind], headers=headers)


def local(url) -> str:
    """The policy of the tests: only 127.0.0.1."""
    return "" if url.host in {"127.0.0.1", "localhost"} else f"host {url.host!r}, not the test's"


def at(text: str) -> datetime:
    """An instant, UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def put_editions(folder: Path, days: dict[str, dict]) -> Path:
    """A replay folder of the test source: by day, what its page says."""
    target = folder / ACME.name
    target.mkdir(parents=True)
    for day, models in days.items():
        for kind in tiny.urls():
            (target / f"{day}.{kind}").write_bytes(tiny.page(models))
    return folder
