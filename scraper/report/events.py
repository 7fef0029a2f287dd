"""What a run may be told of, one event a line, and who wants to hear which: addresses, and their filters. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase

from ratecards.catalog.choices import NUMBER
from ratecards.escaping import unlinked
from ratecards.wording import count
from scraper.report import messages
from scraper.report.alerts import Action
from scraper.report.run_report import Plain, RunReport

# What the lines of news are called where one filters by them; the others keep their names.
_NEWS = {"moved": "repriced", "stepped": "repriced", "end": "shutdown"}
KINDS = (
    *("repriced", "announced", "withdrawn", "new", "gone", "allowance"),
    *("model_added", "model_removed", "model_renamed", "shutdown"),
    # what an issue is opened for, as its key begins
    *("broken", "inferred", "held", "step", "heartbeat"),
)
_OPTIONS = ("--model", "--over", "--kind")


@dataclass(frozen=True, slots=True)
class Event:
    """One line to tell: of what kind, of which models (none: of no one in particular), and new price over old one."""

    kind: str
    text: str
    models: tuple[str, ...] = ()
    ratio: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events are wanted: of `models` (ids, or patterns as `gemini-2.5-*`), of `kinds`; empty is of any.

    Of prices that moved only those by more than the share `over`; what has no ratio is wanted whatever that says.
    """

    models: tuple[str, ...] = ()
    over: Decimal | None = None
    kinds: tuple[str, ...] = ()

    def passes(self, event: Event) -> bool:
        """Whether an event is wanted."""
        named = not self.models or any(fnmatchcase(model, wanted) for model in event.models for wanted in self.models)
        moved = self.over is None or event.ratio is None or abs(event.ratio - 1) > self.over
        return named and moved and (not self.kinds or event.kind in self.kinds)


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """Where alerts go, as apprise writes it, with its keys: no message and no log has it, but its `number`."""

    number: int
    url: str
    wanted: Filter


def share(text: str) -> Decimal:
    """A share from a percentage such as `10%`. Raises `ValueError`."""
    if not text.endswith("%") or not NUMBER.fullmatch(text[:-1]):
        raise ValueError("expected a percentage like 10%")
    return Decimal(text[:-1]) / 100


def kinds(text: str) -> tuple[str, ...]:
    """Kinds of events, with commas between. Raises `ValueError`."""
    found = tuple(text.split(","))
    if not set(found) <= set(KINDS):
        raise ValueError(f"expected kinds out of {', '.join(KINDS)}")
    return found


def addresses(text: str, name: str) -> list[Address]:
    """The addresses in the variable of that name, with white space between, each with its options behind it.

    Raises `ValueError`, whose words say which address is wrong and hold nothing of it.
    """
    found: list[tuple[str, list[str]]] = []
    for word in text.split():
        if "://" in word:
            found.append((word, []))
        elif found:
            found[-1][1].append(word)
        else:
            raise ValueError(f"{name}: expected an address such as ntfy://TOPIC first, saw a word without ://")
    return [Address(n, url, _filter(words, f"{name}, address {n}")) for n, (url, words) in enumerate(found, 1)]


def _filter(words: Sequence[str], where: str) -> Filter:
    """The filter of the options behind an address."""
    models: list[str] = []
    found: list[str] = []
    over = None
    rest = iter(word for given in words for word in given.split("=", 1))
    for option in rest:
        value = next(rest, "")
        if option not in _OPTIONS or not value:
            raise ValueError(f"{where}: expected {', '.join(_OPTIONS)} with a value behind it, saw something else")
        try:
            if option == "--model":
                models.append(value)
            elif option == "--over":
                over = share(value)
            else:
                found += kinds(value)
        except ValueError as error:
            raise ValueError(f"{where}, {option}: {error}, saw something else") from error
    return Filter(tuple(models), over, tuple(found))


def of_run(facts: RunReport) -> list[Event]:
    """What of a run is told: what a buyer pays differently, which models came and went, and when they end."""
    return [_news(one) for one in messages.all_news(facts)]


def _news(one: Plain) -> Event:
    """A line of news."""
    kind, ratio = str(one["kind"]), one.get("ratio")
    return Event(_NEWS.get(kind, kind), messages.lines([one])[0], (one["model"],), Decimal(ratio) if ratio else None)


def of_actions(todo: Iterable[Action]) -> list[Event]:
    """What is done with issues, as events; an issue about the end of a model says what the news said already."""
    kinds_of = [(action.key.partition(":")[0], action) for action in todo]
    return [Event(kind, a.title or f"{a.key}: {a.comment}", a.models) for kind, a in kinds_of if kind != "end"]


def text(events: Sequence[Event], link: str, most: int) -> tuple[str, str]:
    """Title and body of a message, in plain words of at most so many bytes; nothing in them is a mention."""
    lines = [f"• {unlinked(event.text)}" for event in events]
    body = messages.capped(lines, max(most - len(link.encode()) - 2, 1), "See the repository.")
    return f"ratecards: {count(len(events), 'alert')}", f"{body}\n{link}".rstrip() + "\n"
