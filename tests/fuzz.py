"""Fuzzing by coverage: what is thrown at the readers, and what they may answer.

    python -m tests.fuzz TARGET -max_total_time=60

needs atheris (`make fuzz` installs it). Each target takes bytes and lets nothing through but the errors that are its own;
the test suite throws hypothesis's inputs at the same targets.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from ratecards.formats.price_file import load
from ratecards.storage import codec, history
from ratecards.storage.bounded_json import FormatError
from ratecards.storage.strict_yaml import StrictYamlError
from scraper.errors import LayoutChanged, UnknownTerm
from scraper.parse.blocks import html_blocks, markdown_blocks, soup
from scraper.prices.grammar import read_cell
from scraper.sources.gemini_terms import load_terms
from scraper.storage import card_files


def _text(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")


def grammar(data: bytes) -> None:
    """A price cell is read, or it is an unknown term; what is read stands in the cell."""
    text = _text(data)
    with suppress(UnknownTerm):
        cell = read_cell(text, load_terms().phrases)
        assert all(amount.quote in " ".join(text.split()) or amount.quote in text for amount in cell.amounts)


def html(data: bytes) -> None:
    """A page of HTML gives blocks, or it is another layout."""
    with suppress(LayoutChanged):
        html_blocks(soup(f"<article>{_text(data)}</article>"))


def markdown(data: bytes) -> None:
    """The twin gives blocks, or it is another layout."""
    with suppress(LayoutChanged):
        markdown_blocks(_text(data))


def card(data: bytes) -> None:
    """A card file is a card that is written as the same bytes' meaning, or it is refused."""
    with suppress(codec.CodecError, StrictYamlError):
        found = card_files.decode(_text(data), "card.yaml")
        assert found == card_files.decode(card_files.encode(found), "card.yaml")


def log(data: bytes) -> None:
    """A history is changes that can be written again, or it is refused."""
    with suppress(history.HistoryError):
        for change in history.parse(_text(data), "google", "gemini-api", "log.jsonl"):
            history.line(change)


def prices(data: bytes) -> None:
    """Somebody's price file is recognised and loaded, or refused."""
    with NamedTemporaryFile(suffix=".txt") as file:
        file.write(data)
        file.flush()
        with suppress(FormatError):
            load(file.name)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "grammar": grammar,
    "html": html,
    "markdown": markdown,
    "card": card,
    "log": log,
    "prices": prices,
}


def main(target: str, options: list[str]) -> None:
    """Fuzz one target, from the examples in the repository on."""
    import atheris

    atheris.instrument_all()
    corpus = Path(".fuzz") / target
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(target)):
        (corpus / f"seed-{number}").write_bytes(seed)
    atheris.Setup([sys.argv[0], *options, str(corpus)], TARGETS[target])
    atheris.Fuzz()


def seeds(target: str) -> list[bytes]:
    """A few good inputs of a target."""
    root = Path(__file__).resolve().parent.parent
    demo = root / "examples" / "demo" / "replay" / "google" / "gemini-api"
    cards = sorted((root / "ratecards" / "cards").rglob("*.yaml"))[::40]
    pages = {"html": "*.html", "markdown": "*.md.txt"}
    if target in pages:
        return [path.read_bytes()[:6000] for path in sorted(demo.glob(pages[target]))]
    if target == "grammar":
        return [
            b"$1.25, prompts <= 200k tokens $2.50, prompts > 200k tokens",
            b"$0.30 (text / image / video) $1.00 (audio)",
        ]
    if target == "card":
        return [path.read_bytes()[:4000] for path in cards] + [cards[0].read_bytes()]
    if target == "log":
        return (root / "ratecards" / "history" / "laozhang" / "laozhang.jsonl").read_bytes().splitlines()[:3]
    return [b'{"gemini/x": {"litellm_provider": "gemini", "input_cost_per_token": 1e-07}}', b"a: 1\n", b"[a]\nb = 1\n"]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
