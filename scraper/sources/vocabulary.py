"""The words of a source, read from its YAML file once; whatever no reader asks for there is an error with its line.

A key that nobody knows is a line that somebody wrote and that does nothing: a slip, or a line for another source. A
section may stand in several places of a file, so that a line which settles something can be added at its end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, fields
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

import yaml

from ratecards.model import METERS, MODEL_ID, SERVICE_TIERS
from ratecards.storage import strict_yaml
from scraper.errors import DatasetError, UnknownTerm
from scraper.prices.grammar import Cell, read_cell
from scraper.prices.labels import Listed, Tabs, take_apart
from scraper.prices.normalize import label_key
from scraper.prices.scanner import Phrases, phrases
from scraper.sources.page_proofs import Proofs

Terms = TypeVar("Terms")
Build = Callable[[Any], Terms]
# Lines of a vocabulary as data: by section, words and what they mean, or a list of words.
Patch = Mapping[str, Any]

_TOP = re.compile(r"(?m)^(?=[A-Za-z_\"'][^\n]*:)")
# how Python says that a class has no such field, or wants another one
_UNKNOWN = re.compile(r"unexpected keyword argument '(\w+)'")
_MISSING = re.compile(r"required (?:positional|keyword-only) arguments?: (.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a vocabulary says of its source as such, whatever its page is.

    `authority` is whose word it is (`ratecards.model.grade.GRADES` has those there are), `publication` names the
    document where several sources print the same one, `through` are hosts of a sign-in that redirects may lead through,
    and `max_bytes` is how large its pages may be, where that is another number than of every page.
    """

    authority: str = ""
    publication: str = ""
    through: Sequence[str] = ()
    max_bytes: int = 0


_HEAD = tuple(field.name for field in fields(Head))


class VocabularyError(DatasetError):
    """A vocabulary that its source cannot be read by; the message names file and line."""


def of(path: Path) -> Callable[[Build[Terms]], Callable[[], Terms]]:
    """Turns a function from the data of a vocabulary to its terms into one that reads the file, once."""
    return lambda build: cache(partial(_load, path, build))


def _load(path: Path, build: Build[Terms]) -> Terms:
    return read(path.read_text(encoding="utf-8"), path.name, build)


@cache
def head(path: Path) -> Head:
    """What a vocabulary says of its source; nothing where there is no file. Raises `VocabularyError`."""
    if not path.is_file():
        return Head()
    # the rest is for who reads the page, and takes its time
    parts = _TOP.split(path.read_text(encoding="utf-8"))
    found = sections("".join(part for part in parts if part.partition(":")[0] in _HEAD), path.name)
    return Head(**{key: found[key] for key in _HEAD if key in found})


class _Addressed(Protocol):
    """Terms that have what every source module offers."""

    @property
    def urls(self) -> Mapping[str, str]:
        """By representation, the address it is fetched from."""

    @property
    def renames(self) -> Mapping[str, str]:
        """Renames a person has confirmed: old model id to new."""


def offered(
    load_terms: Callable[[], _Addressed],
) -> tuple[Callable[[], Mapping[str, str]], Callable[[], Mapping[str, str]]]:
    """The functions `urls` and `renames` of a source module, each an entry of its vocabulary."""
    return lambda: load_terms().urls, lambda: load_terms().renames


def whole(body: str) -> str:
    """The fingerprint of a page that carries nothing that changes by itself: all of it."""
    return body


def read(text: str, where: str, build: Build[Terms]) -> Terms:
    """The terms that a text says. Raises `VocabularyError` where it is not the vocabulary that `build` reads."""
    plain = {key: value for key, value in sections(text, where).items() if key not in _HEAD}
    asked = _Asked(plain, ())
    asked.get("name")  # for people
    try:
        build(asked)
    except re.error as error:
        raise VocabularyError(f"{_place(text, where, scalar=str(error.pattern))}: not a pattern: {error}") from error
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise VocabularyError(_wrong(text, where, error)) from error
    if path := next(asked.unasked(), ()):
        raise VocabularyError(f"{_place(text, where, key=path)}: unknown key {str(path[-1])!r}")
    return build(plain)


def data_of(load: Callable[[], Terms]) -> dict[Any, Any]:
    """The data of the vocabulary that a loader made by `of` reads; a copy, to be changed at will."""
    return deepcopy(_data(load.__wrapped__.args[0]))  # type: ignore[attr-defined]


def patched(load: Callable[[], Terms], patch: Patch) -> Terms:
    """The terms of a loader made by `of`, had its file `lines(patch)` at its end. Raises `VocabularyError`."""
    return _patched(load, json.dumps(patch))  # type: ignore[no-any-return]


@lru_cache(maxsize=1024)  # each word is tried in many cells
def _patched(load: Callable[[], Any], patch: str) -> Any:
    path, build = load.__wrapped__.args  # type: ignore[attr-defined]
    data = data_of(load)
    for key, value in json.loads(patch).items():
        _add(data, key, value, path.name)
    return build({key: value for key, value in data.items() if key not in _HEAD})


def merged(patches: Iterable[Patch]) -> dict[str, Any]:
    """Several patches as one. Raises `VocabularyError` where two say different things of one word."""
    found: dict[str, Any] = {}
    for patch in patches:
        for key, value in patch.items():
            before = found.setdefault(key, deepcopy(value))
            if isinstance(value, Mapping):
                if wrong := [word for word, means in value.items() if before.setdefault(word, means) != means]:
                    raise VocabularyError(f"{key}: {wrong[0]!r} would mean two things")
            elif isinstance(value, list):
                before += [item for item in value if item not in before]
    return found


def lines(patch: Patch) -> list[str]:
    """A patch as the lines to put at the end of the vocabulary."""
    out: list[str] = []
    for key, value in patch.items():
        out.append(f"{key}:")
        if isinstance(value, Mapping):
            out += [f"  {_flow(name)}: {_flow(inner)}" for name, inner in value.items()]
        else:
            out += [f"  - {_flow(item)}" for item in value]
    return out


def _flow(value: Any) -> str:
    """A value on one line; words in quotes, so that none of them is taken for another kind of value."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_flow(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


@cache
def _data(path: Path) -> dict[Any, Any]:
    return sections(path.read_text(encoding="utf-8"), path.name)


def sections(text: str, where: str) -> dict[Any, Any]:
    """The data of a vocabulary, what stands under one key in several places put together. Raises `VocabularyError`."""
    found: dict[Any, Any] = {}
    at = 0
    for part in _TOP.split(text):
        # the lines before it stand as empty ones, so that places are right
        chunk = "\n" * text.count("\n", 0, at) + part
        at += len(part)
        if not re.sub(r"(?m)^#.*$", "", part).strip():
            continue
        try:
            data = strict_yaml.load(chunk, where)
        except strict_yaml.StrictYamlError as error:
            raise VocabularyError(str(error)) from error
        if not isinstance(data, dict):
            raise VocabularyError(f"{where}: expected sections of words, saw {part[:40]!r}")
        for key, value in data.items():
            _add(found, key, value, f"{where}:{text.count(chr(10), 0, at - len(part)) + 1}")
    return found


def _add(found: dict[Any, Any], key: Any, value: Any, place: str) -> None:
    before = found.setdefault(key, value)
    if before is value:
        return
    if isinstance(before, list) and isinstance(value, list):
        found[key] = [*before, *value]
    elif isinstance(before, dict) and isinstance(value, dict):
        found[key] = dict(before)
        for name, inner in value.items():
            _add(found[key], name, inner, place)
    else:
        raise VocabularyError(f"{place}: {key!r} stands twice")


class _Asked(dict[Any, Any]):
    """A mapping that knows which of its keys were asked for; one that is gone through as a whole was asked for all."""

    def __init__(self, data: dict[Any, Any], path: tuple[Any, ...]) -> None:
        super().__init__({key: _asked(value, (*path, key)) for key, value in data.items()})
        self._path, self._seen, self._all = path, set[Any](), False

    def __getitem__(self, key: Any) -> Any:
        self._seen.add(key)
        return super().__getitem__(key)

    def get(self, key: Any, default: Any = None) -> Any:
        self._seen.add(key)
        return super().get(key, default)

    def pop(self, key: Any, *default: Any) -> Any:
        self._seen.add(key)
        return super().pop(key, *default)

    def __delitem__(self, key: Any) -> None:
        self._seen.add(key)
        super().__delitem__(key)

    def __iter__(self) -> Iterator[Any]:
        self._all = True
        return super().__iter__()

    def keys(self) -> Any:
        self._all = True
        return super().keys()

    def values(self) -> Any:
        self._all = True
        return super().values()

    def items(self) -> Any:
        self._all = True
        return super().items()

    def unasked(self) -> Iterator[tuple[Any, ...]]:
        """The path of each key that nobody asked for, where others beside it were; one that nobody opened is data."""
        for key, value in super().items():
            if self._seen and not self._all and key not in self._seen:
                yield (*self._path, key)
            else:
                yield from _within(value)


def _asked(value: Any, path: tuple[Any, ...]) -> Any:
    if isinstance(value, dict):
        return _Asked(value, path)
    return [_asked(item, (*path, number)) for number, item in enumerate(value)] if isinstance(value, list) else value


def _within(value: Any) -> Iterator[tuple[Any, ...]]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, _Asked):
            yield from item.unasked()


# ---------------------------------------------------------------------------------------------- places in the text


def _wrong(text: str, where: str, error: Exception) -> str:
    """What an error of the reader says about the text: a key that it does not take, or lacks, or something else."""
    words = str(error)
    if unknown := _UNKNOWN.search(words):
        return f"{_place(text, where, key=(unknown[1],))}: unknown key {unknown[1]!r}"
    missing = _MISSING.search(words)
    if missing or isinstance(error, KeyError):
        return f"{where}: expected a key {missing[1] if missing else words}, saw none"
    return f"{where}: not the words of this source: {words}"


def _place(text: str, where: str, *, key: tuple[Any, ...] = (), scalar: str = "") -> str:
    """File and line of the last key that a path ends in, or of a scalar; the file alone where it is not found."""
    lines = [
        node.start_mark.line + 1
        for part, node in _nodes(yaml.compose(text, Loader=yaml.SafeLoader), ())
        if (part[-len(key) :] == tuple(map(str, key)) if key else getattr(node, "value", None) == scalar)
    ]
    return f"{where}:{lines[-1]}" if lines else where


def _nodes(node: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every node of a composed text with the path of keys to it; a key's own node has the key as its end."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            here = (*path, str(name.value))
            yield here, name
            yield from _nodes(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _nodes(value, (*path, str(number)))
    else:
        yield path, node


# ------------------------------------------------------------------------------------------ the words of tables

_NEVER = "(?!)"
# How any page may say in brackets behind a name that the model is on its way out.
_STATE = r"\s*\((?:deprecated|discontinued|legacy|retired|retiring|sunset)\)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What the words of a section, tab, column header or row label say of a rate.

    Each of the first fields is one of the rate table's, None where the words say nothing of it. `role` (`is` in the
    vocabulary) is what a column without prices holds: `model`, `label`, `name`, `sizes`, or `note`, which selects
    nothing. `ignore` is the reason why amounts here are no rates. An `estimate` restates the other prices of its row.

    Of a section only: its `model` where no words name one, `models` finds the sentence that names those of a table
    without a column for them, `transposed` are tables with the models across, `needs` are the roles that one column of
    each table must have, and `only` are the meters of which it says something, where it does not of
    all ("" is a column that names none); words of a name may say so, too.
    """

    service_tier: str | None = None
    plan: str | None = None
    meter: str | None = None
    modality: str | None = None
    modalities: Sequence[str] | None = None
    unit: str | None = None
    context: str | None = None
    quality: str | None = None
    resolution: str | None = None
    prompt_over: int | None = None
    prompt_up_to: int | None = None
    role: str = ""
    ignore: str = ""
    models: re.Pattern[str] | None = None
    estimate: bool = False
    model: str = ""
    transposed: bool = False
    needs: Sequence[str] = ()
    only: Sequence[str] = ()

    @property
    def says(self) -> dict[str, Any]:
        """What is said of a rate, by the field of the rate table."""
        return {name: value for name in _SAID if (value := getattr(self, name)) is not None}


_SAID = [field.name for field in fields(Term)][:11]


def entry_of(term: Term) -> dict[str, Any]:
    """The entry of a vocabulary that means this."""
    found = dict[str, Any]()
    for field in fields(Term):
        value = getattr(term, field.name)
        if value != field.default:
            said = value.pattern if isinstance(value, re.Pattern) else value
            found["is" if field.name == "role" else field.name] = list(said) if isinstance(said, tuple) else said
    return found


def combined(terms: Iterable[tuple[str, Term]]) -> dict[str, Any]:
    """What several words say together of one rate, each with its name for the message.

    Contexts add up, and the last unit counts: a row's before its column's. Raises `UnknownTerm` where two say different
    things of one field.
    """
    found: dict[str, Any] = {}
    by: dict[str, str] = {}
    for name, term in terms:
        for field, value in term.says.items():
            before = found.get(field, value)
            if field not in ("context", "unit") and before != value:
                raise UnknownTerm(f"{by[field]} says {field} {before}, {name} says {value}")
            both = {*before.split(", "), *value.split(", ")} if field == "context" else ()
            found[field], by[field] = ", ".join(sorted(both)) or value, name
    return found


# The tiers that any page calls by the rate table's own word; `ultrafast` and `fast` are some providers' words.
TIERS = tuple(tier for tier in SERVICE_TIERS if tier not in ("ultrafast", "fast"))
# Headers and labels may name them beside what they price.
_TIERS = {tier: Term(service_tier=tier) for tier in TIERS}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableTerms:
    """The vocabulary of a source whose page is tables; each field is the entry of the same name in its file.

    Look-ups are by folded words. `models` gives by printed name the ids that a caller passes, `model_names` says how an
    id is made of any other name (a point becomes a hyphen), `ids_printed` whether the page prints ids as well, and
    `aliases` by id the other ids that mean the same model. `name_asides` are words of a name that say nothing of its
    prices, `name_words` those that do. `untitled` are headings that begin no section, `words` stand in headers and
    labels beside those that any page has. `cells` are those that say an availability. `starts` finds the sentence that
    says from which day models are billed.
    """

    source: str
    parser: str
    urls: Mapping[str, str]
    proofs: Proofs
    defaults: Term
    currency: str
    headers: Listed[Term]
    sections: Mapping[str, Term]
    tabs: Mapping[str, Term]
    labels: Listed[Term]
    words: Mapping[str, Term]
    untitled: re.Pattern[str]
    models: Mapping[str, tuple[str, ...]]
    model_names: tuple[re.Pattern[str], str]
    ids_printed: bool
    aliases: Mapping[str, Sequence[str]]
    name_asides: re.Pattern[str]
    sizes: Mapping[str, str]
    cells: Mapping[str, str]
    nouns: Mapping[str, str]
    noun: re.Pattern[str]
    phrases: Phrases
    facts: Sequence[tuple[str, re.Pattern[str]]]
    dated: re.Pattern[str]
    starts: re.Pattern[str]
    name_words: Sequence[tuple[re.Pattern[str], Term]]
    ignore: Sequence[tuple[re.Pattern[str], str]]
    asides: Sequence[re.Pattern[str]]
    renames: Mapping[str, str]

    def ids(self, name: str) -> tuple[str, ...]:
        """The ids of a printed name, none when it is unknown; an id is its own name where the page prints ids.

        A word without a digit or a hyphen is no id: "gpt-9 and others" names one model and says that there are more.
        """
        printed = (name,) if self.ids_printed and MODEL_ID.match(name) and re.search(r"[0-9-]", name) else ()
        if found := self.models.get(label_key(name), printed):
            return found
        said = self.model_names[0].fullmatch(label_key(name))
        return (self.model_names[1].format(**said.groupdict()).replace(".", "-"),) if said else ()

    def header(self, text: str) -> Term | None:
        """What a column header means; None when it is unknown."""
        folded = label_key(text)
        return self.headers.find(folded) or self._composed(folded, ("meter",))

    def label(self, text: str) -> Term | None:
        """What a row label means; None when it is unknown."""
        folded = label_key(text)
        return self.labels.find(folded) or (self._composed(folded, ("meter", "modalities")) if self.labels else None)

    def composed(self, text: str) -> Term | None:
        """What the words of a header or label say by themselves, of a meter that no line has, too."""
        return self._composed(label_key(text), (), METERS)

    def _composed(self, folded: str, needed: Sequence[str], meters: Collection[str] = ()) -> Term | None:
        """What a label says that no line lists: one of these things, of a meter that a line has, in the currency."""
        try:
            said = take_apart(folded, self.words)
            meters = meters or {term.meter or "" for of in (self.headers, self.labels) for term in of.values()}
            known = (not needed or any(getattr(said, name) for name in needed)) and said.meter in ("", *meters)
            if not known or said.plan or said.currency not in ("", self.currency):
                return None
            if said.lifetime and said.meter != "cache_write":
                return None
            one = said.modalities[0] if len(said.modalities) == 1 else None
            own = Term(
                meter=said.meter or None,
                modality=one,
                modalities=None if one else said.modalities or None,
                unit=said.unit or None,
                context=said.lifetime or None,
                prompt_over=said.prompt_over,
                prompt_up_to=said.prompt_up_to,
            )
            return Term(**combined([(folded, own), *((f"the word {word!r}", self.words[word]) for word in said.own)]))
        except UnknownTerm:
            return None

    def tab(self, text: str) -> Term | None:
        """What a line of its own means as a tab; None where it is none."""
        folded = label_key(text)
        return None if folded in self.sections else self.tabs.get(folded)

    def led(self, text: str) -> tuple[str, Term | None, str]:
        """The label that a cell begins with, what it means, and the rest; the cell alone where it begins with none."""
        label, colon, price = text.partition(": ")
        led = self.labels.get(label_key(label)) if colon else None
        return (label, led, price) if led else ("", None, text)

    def cell(self, text: str) -> Cell:
        """A cell of amounts, in which a unit may stand by the source's own noun ("MTok"). Raises `UnknownTerm`."""
        if availability := self.cells.get(label_key(text)):
            return Cell(availability)
        return read_cell(self.noun.sub(lambda match: self.nouns[match[0].lower()], text), self.phrases)

    def reason(self, sentence: str) -> str:
        """Why money in a sentence is no rate here; empty when it must be."""
        return next((reason for match, reason in self.ignore if match.search(sentence)), "")

    def harmless(self, sentence: str) -> bool:
        """Whether the sentence is known to select no price."""
        return any(pattern.fullmatch(sentence) for pattern in self.asides)


def table_terms(data: Any) -> TableTerms:
    """The vocabulary of a source whose page is tables, from the data of its file."""
    defaults = dict(data["defaults"])
    nouns, own = data.get("nouns", {}), dict(data.get("phrases", {}))
    own["ignored"] = "|".join(filter(None, (own.get("ignored", ""), skipped(data))))
    return TableTerms(
        source=data["source"],
        parser=data["parser"],
        urls=data["urls"],
        proofs=Proofs(**data.get("proofs", {})),
        currency=defaults.pop("currency"),
        defaults=_term(defaults),
        headers=Listed(_terms(data["headers"])),
        sections=_terms(data["sections"]),
        tabs=Tabs(_terms(data.get("tabs", {}))),
        labels=Listed(_terms(data.get("labels", {}))),
        words={**_TIERS, **_terms(data.get("words", {}))},
        untitled=_re(data.get("untitled", _NEVER)),
        ids_printed=data.get("ids_printed", not data.get("models")),
        models={name: (ids,) if isinstance(ids, str) else tuple(ids) for name, ids in data.get("models", {}).items()},
        model_names=_names_of(data.get("model_names", {"match": _NEVER, "id": ""})),
        aliases=data.get("aliases", {}),
        name_asides=_re(f"{data.get('name_asides', _NEVER)}|{_STATE}"),
        sizes=data.get("sizes", {}),
        cells=data.get("cells", {}),
        nouns=nouns,
        noun=_re(rf"\b(?:{'|'.join(map(re.escape, nouns)) or _NEVER})\b"),
        phrases=phrases(own),
        facts=[(entry["name"], _re(entry["match"])) for entry in data.get("facts", [])],
        dated=_re(data.get("dated", _NEVER)),
        starts=_re(data.get("starts", _NEVER)),
        name_words=[(_re(words), _term(says)) for words, says in data.get("name_words", {}).items()],
        ignore=_reasons(data.get("ignore", [])),
        asides=[_re(text) for text in data.get("asides", [])],
        renames=data.get("renames", {}),
    )


def skipped(data: Mapping[str, Any]) -> str:
    """A pattern on the words that select nothing beside an amount in a cell: `cell_asides` of a vocabulary."""
    words = data.get("cell_asides", [])
    return "|".join(rf"(?<!\w){re.escape(each)}(?!\w)" for each in words) or _NEVER


def _names_of(entry: Mapping[str, str]) -> tuple[re.Pattern[str], str]:
    return _re(entry["match"]), entry["id"]


def _reasons(data: Sequence[Mapping[str, str]]) -> list[tuple[re.Pattern[str], str]]:
    return [(_re(entry["match"]), entry["reason"]) for entry in data]


def _terms(data: Mapping[str, Any]) -> dict[str, Term]:
    return {words: _term(entry) for words, entry in data.items()}


def _term(entry: Mapping[str, Any]) -> Term:
    named = {"role" if name == "is" else name: value for name, value in entry.items()}
    if "models" in named:
        named["models"] = _re(named["models"])
    return Term(**named)


def _re(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)
