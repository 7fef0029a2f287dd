"""What was brought to be priced, as answers: the plain counts of each call, and what it says of itself.

Answers of generateContent, streamed or not, of the Live and the Interactions API, of embeddings and countTokens, and
what `gemini_usage.made` knows; as data or as an object of Google's SDKs. Plain counts are an answer too, and may stand
beside one: `{**response, "search_queries": 2}`. A list is of several calls, or of the chunks of one. What others write
has a form (`usage_forms`): each record of it is a call, several of them, or says why it holds none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

from ratecards.costing import days, gemini_usage, message_stream, usage_forms
from ratecards.costing.counts import COUNTS, FIELDS, PLAIN, TOKENS
from ratecards.costing.gemini_usage import Counted, counts_tokens, folded, spelled
from ratecards.errors import CostError
from ratecards.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_COUNTED = frozenset(COUNTS)
# What a chunk of an answer, or a message of the Live API, may hold when it counts nothing.
_ANSWER = ("candidates", "promptfeedback", "modelversion", "responseid", "embedding", "embeddings", "eventtype")
_LIVE = ("servercontent", "setupcomplete", "toolcall", "toolcallcancellation", "goaway", "sessionresumptionupdate")
_CHUNK = frozenset((*_ANSWER, *_LIVE))
# The counts of generateContent: an answer that is streamed has them in each of its chunks.
_CHUNKED = frozenset(("prompttokencount", "candidatestokencount", "thoughtstokencount"))
_EMBEDDED = frozenset(("embedding", "embeddings", "prompttokendetails"))
_COUNT_TOKENS = frozenset(("totaltokens", "cachedcontenttokencount", "prompttokensdetails", "cachetokensdetails"))
_BESIDE_COUNT_TOKENS = frozenset(("totalbillablecharacters", "sdkhttpresponse"))
_PROMPT = frozenset(("prompttokencount", "totalinputtokens"))


class Answer(NamedTuple):
    """One call: its plain counts with what must be said of them, and what it says of itself; empty where nothing.

    `tier` is one of ours, or the API's own word where there is no such tier; `time` the instant of the call, or the
    day of its seller. Records of one call have the same words in `same`, which are empty where each is a call.
    """

    counts: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    model: str = ""
    tier: str = ""
    time: datetime | date | None = None
    same: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """All tokens of its counts: of two records of one call the larger is the later one."""
        found = (self.counts.get(name) for name in TOKENS if name != "cached_tokens")
        each = (number for value in found for number in (value.values() if isinstance(value, Mapping) else [value]))
        return sum(number for number in each if number.__class__ is int)


class Part(NamedTuple):
    """One element of what came: its fields by folded name, and its usage if it has one."""

    data: Mapping[Any, Any]
    fields: Mapping[str, Any]
    usage: Mapping[Any, Any] | None
    number: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """The numbers of its usage."""
        return {name: n for name, n in spelled(self.usage or {}).items() if isinstance(n, int)}

    @property
    def candidates(self) -> list[dict[str, Any]]:
        """The candidates of an answer that are in this part of it."""
        found = self.fields.get("candidates")
        return [spelled(c) for c in found if isinstance(c, Mapping)] if isinstance(found, list) else []

    @property
    def ends(self) -> bool:
        """Whether the answer ends here: all candidates that are here are finished, or the prompt was blocked."""
        feedback = self.fields.get("promptfeedback")
        reasons = [candidate.get("finishreason") for candidate in self.candidates]
        blocked = isinstance(feedback, Mapping) and bool(spelled(feedback).get("blockreason"))
        return blocked or (bool(reasons) and all(reason and "UNSPECIFIED" not in str(reason) for reason in reasons))

    @property
    def later(self) -> bool:
        """Whether it is of another candidate than the first: each of them ends for itself."""
        return any(candidate.get("index") for candidate in self.candidates[:1])

    @property
    def whole(self) -> bool:
        """Whether it is a call whatever stands beside it; the usage of generateContent may be a chunk's."""
        counted = spelled(self.usage or {})
        alone = gemini_usage.is_live(counted) or not _EMBEDDED.isdisjoint((*counted, *self.fields))
        return "candidates" not in self.fields and (alone or _CHUNKED.isdisjoint(counted))

    @property
    def id(self) -> str:
        """The id that all chunks of one answer have; empty where there is none."""
        return str(self.fields.get("responseid") or (self.fields.get("id") if "usage" in self.fields else "") or "")


def answers(data: object, beside: Mapping[str, Any] | None = None, each: bool | None = None) -> list[Answer]:
    """The calls that were answered, with plain counts given beside them. Raises `CostError`.

    A list is of several calls, or of the chunks of one: `each` says which where they do not.
    """
    found = _data(data)
    each_of = found if isinstance(found, (list, tuple)) else [found]
    if any(map(has_form, each_of)):
        return _of_records(each_of, beside or {}, alone=each_of is not found)
    if not isinstance(found, (list, tuple)) or not found:
        return [_answer([part(found)], beside or {})]
    calls = _calls([_numbered(number, element) for number, element in enumerate(found, 1)], each)
    if len(calls) > 1 and (given := [name for name in beside or {} if name in _COUNTED]):
        raise CostError(f"{given[0]} is given beside {len(calls)} calls: say it in the call that it belongs to")
    return [_placed(parts, beside or {}) for parts in calls]


def part(data: object) -> Part:
    """An answer or a chunk of one. Raises `CostError` on what is neither."""
    if not isinstance(data, Mapping) or not data:
        raise CostError(_no_answer(data))
    fields = spelled(data)
    if isinstance(inner := fields.get("interaction"), Mapping):  # an event of a stream
        return part(inner)
    if isinstance(usage := fields.get("usagemetadata"), Mapping):
        return Part(data, fields, usage)
    if isinstance(usage := fields.get("usage"), Mapping) and counts_tokens(spelled(usage)):
        return Part(data, fields, usage)
    if counts_tokens(fields) and not isinstance(usage, Mapping):
        if PLAIN.isdisjoint(data) or _PROMPT.isdisjoint(fields):
            return Part(data, fields, data)
        return Part(data, fields, {name: value for name, value in data.items() if name not in PLAIN})
    if PLAIN.issuperset(data) or gemini_usage.made(fields):
        return Part(data, fields, {})
    if not _CHUNK.isdisjoint(fields):
        return Part(data, fields, None)
    raise CostError(_no_answer(data))


def _numbered(number: int, element: object) -> Part:
    try:
        return part(_data(element))._replace(number=number)
    except CostError as error:
        raise CostError(f"element {number}: {error}") from error


def _placed(parts: Sequence[Part], beside: Mapping[str, Any]) -> Answer:
    try:
        return _answer(parts, beside)
    except CostError as error:
        raise CostError(f"element {parts[-1].number}: {error}") from error


def _data(value: object) -> object:
    """An object of an SDK as data; anything else as it is."""
    if value is None or isinstance(value, (Mapping, list, tuple, str, bytes)):
        return value
    if callable(dump := getattr(value, "model_dump", None)):
        return dump()
    if callable(dump := getattr(type(value), "to_dict", None)):
        return dump(value)
    return value


# --------------------------------------------------------------------------------------- records that have a form

# Where a log of one's own has an answer, and what it says beside it.
_HOLDS = ("response", "answer", "completion", "result", "body", "usage", "usageMetadata", "usage_metadata")
_MODEL, _TIER = (("model",),), (("service_tier",), ("serviceTier",))
TIERS = (*_TIER, ("tier",))
TIMES = ("time", "timestamp", "ts", "date", "day", "created_at", "createdAt", "start_time", "startTime")
_TIME = tuple((name,) for name in TIMES)


def records(data: object, kept: dict[str, Any]) -> Iterator[Answer | str]:
    """The calls of one record of a log, or why it holds none. Raises `CostError` on a record that cannot be read.

    `kept` is what earlier records of its file say of it.
    """
    record = _data(data)
    if isinstance(record, Mapping) and message_stream.is_event(record):
        ended = message_stream.follow(record, kept)
        yield from _streamed(ended) if ended else (message_stream.NO_END,)
        return
    found = usage_forms.recognised(record) if isinstance(record, Mapping) else None
    if found is None or not isinstance(record, Mapping):
        yield from _own(record, kept)
        return
    form, usage = found
    for name, place in form.keeps.items():
        if (value := usage_forms.at(record, place)) is not None:
            kept[name] = value
    if form.nothing:
        yield form.nothing
    elif form.each:
        for element in _elements(record, form.each):
            yield from records(element, kept)
    elif form.inside:
        for answer in records(usage_forms.at(record, form.inside), kept):
            yield _of_form(form, answer, record, kept) if isinstance(answer, Answer) else answer
    else:
        counts = usage_forms.counted(form, usage)
        for place, (values, why) in form.refused.items():
            if usage_forms.at(record, place) in values:
                raise CostError(why)
        yield _beside(_of_form(form, Answer(counts.counts, counts.notes), record, kept), record, kept)


def unfinished(kept: dict[str, Any]) -> Iterator[Answer | str]:
    """The call of a stream in which records broke off, where they did; a note says so. Raises `CostError`."""
    if found := message_stream.unfinished(kept):
        yield from _streamed(found)


def _streamed(found: message_stream.Streamed) -> Iterator[Answer | str]:
    for answer in records(found.message, {}):
        yield answer._replace(notes=(*answer.notes, *found.notes)) if isinstance(answer, Answer) else answer


def once(found: Iterable[Answer]) -> list[Answer]:
    """The calls, each once: of the records of one call the largest, which is the last that was written."""
    largest: dict[object, Answer] = {}
    for number, answer in enumerate(found):
        key = answer.same or number
        if key not in largest or answer.size > largest[key].size:
            largest[key] = answer
    return list(largest.values())


def has_form(data: object) -> bool:
    """Whether a record is read by itself, whatever stands beside it: it has a form, or holds what was used."""
    record = _data(data)
    if not isinstance(record, Mapping) or not record or PLAIN.issuperset(record):
        return False
    if message_stream.is_event(record):
        return True
    found = usage_forms.recognised(record)
    return not found[0].nothing if found else _google(record) is None and _holder(record) is not None


def _of_records(each: Sequence[object], beside: Mapping[str, Any], *, alone: bool) -> list[Answer]:
    """The calls of several records, with the counts given beside one. Raises `CostError` naming the element."""
    found: list[Answer] = []
    empty: list[str] = []
    kept: dict[str, Any] = {}
    for number, data in enumerate(each, 1):
        try:
            for answer in records(data, kept):
                found.append(answer) if isinstance(answer, Answer) else empty.append(answer)
        except CostError as error:
            raise error if alone else CostError(f"element {number}: {error}") from error
    found += (one for one in unfinished(kept) if isinstance(one, Answer))
    calls = once(found)
    if not calls:
        raise CostError(f"saw {empty[0]}" if empty else "saw no call: the list of them is empty")
    if given := [name for name in beside if name in _COUNTED and len(calls) > 1]:
        raise CostError(f"{given[0]} is given beside {len(calls)} calls: say it in the call that it belongs to")
    if beside:
        counts = dict(calls[0].counts)
        _add(counts, beside)
        calls[0] = calls[0]._replace(counts=counts)
    if empty:
        words = f"{len(empty)} of {len(found) + len(empty)} records hold no call: {', '.join(dict.fromkeys(empty))}"
        calls[0] = calls[0]._replace(notes=(*calls[0].notes, words))
    return calls


def _own(record: object, kept: dict[str, Any]) -> Iterator[Answer | str]:
    """The call of an answer of Google's, of plain counts, or of a record of one's own log that holds either."""
    if not isinstance(record, Mapping) or PLAIN.issuperset(record):
        yield _answer([part(record)], {})
    elif (own := _google(record)) is not None:
        yield _answer([own], {})
    elif (holder := _holder(record)) is None:
        raise CostError(_no_answer(record))
    elif holder:
        for answer in records(usage_forms.opened(record[holder]), kept):
            yield _beside(answer, record, kept) if isinstance(answer, Answer) else answer
    else:
        answer = Answer(_columns(record), tier=tier_word(usage_forms.said(record, TIERS, kept)))
        yield _beside(answer, record, kept)


def _google(record: Mapping[Any, Any]) -> Part | None:
    try:
        found = part(record)
    except CostError:
        return None
    return found if found.usage is not None else None


def _holder(record: Mapping[Any, Any]) -> str | None:
    """Where a record has what was used: the name of a field, empty for its own columns; None where it has nothing."""
    if not PLAIN.isdisjoint(record) and any(record.get(name) for name in ("model", *TIMES)):
        return ""
    for name in _HOLDS:
        inner = usage_forms.opened(_data(record.get(name)))
        if isinstance(inner, Mapping) and inner:
            plain = PLAIN.issuperset(inner)
            if plain or usage_forms.recognised(inner) or _google(inner) is not None or _holder(inner) is not None:
                return name
    return None


def _columns(record: Mapping[Any, Any]) -> dict[str, Any]:
    """The plain counts of a row; texts are numbers as a table writes them. Raises `CostError` on other tokens."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        if value is None or value == "":
            continue
        if name in PLAIN:
            found[name] = _cell(value) if isinstance(value, str) and name in _COUNTED else value
        elif "token" in str(name).lower() and not isinstance(value, (str, Mapping, list)):
            raise CostError(f"unknown count {name!r} beside the plain counts; they are {', '.join(COUNTS)}")
    return found


def _cell(text: str) -> Any:
    if text.startswith("{"):
        import json

        try:
            return json.loads(text)
        except ValueError:
            return text
    return int(text) if text.isascii() and text.isdecimal() else text


def _elements(record: object, place: Sequence[str]) -> Iterator[object]:
    """What a list at a place holds, lists on the way included."""
    if not place:
        yield from record if isinstance(record, list) else [record] if isinstance(record, Mapping) else ()
    elif isinstance(record, list):
        for element in record:
            yield from _elements(element, place)
    elif isinstance(record, Mapping) and record.get(place[0]) is not None:
        yield from _elements(record[place[0]], place[1:])


def _of_form(form: usage_forms.Form, answer: Answer, record: Mapping[Any, Any], kept: Mapping[str, Any]) -> Answer:
    """An answer with what its record says of it by the places of its form."""
    model = usage_forms.said(record, form.model, kept)
    tier = form.tier_is or tier_word(usage_forms.said(record, form.tier, kept))
    time = usage_forms.said(record, form.time, kept)
    return answer._replace(
        model=str(model) if model else answer.model,
        tier=tier or answer.tier,
        time=days.instant("/".join(form.time[0]), time) if time else answer.time,
        same=usage_forms.identity(form, record, kept) or answer.same,
    )


def _beside(answer: Answer, record: Mapping[Any, Any], kept: Mapping[str, Any]) -> Answer:
    """An answer with what its record says beside it by the usual names, where it does not say so itself."""
    if answer.model and answer.tier and answer.time:
        return answer
    model, time = usage_forms.said(record, _MODEL, kept), usage_forms.said(record, _TIME, kept)
    return answer._replace(
        model=answer.model or (model if isinstance(model, str) else ""),
        tier=answer.tier or tier_word(usage_forms.said(record, _TIER, kept)),
        time=answer.time or (days.instant("time", time) if time else None),
    )


# ------------------------------------------------------------------------------------------ one answer


def _answer(parts: Sequence[Part], beside: Mapping[str, Any]) -> Answer:
    """The parts of one answer: the last usage counts for all of them, each may say what was looked up."""
    last = next((p for p in reversed(parts) if p.usage is not None), None)
    if last is None:
        raise CostError(_no_answer(parts[-1].data))
    found = _counted(last)
    counts = found.counts
    if last.usage is not last.data and not PLAIN.isdisjoint(last.data):
        _add(counts, {name: value for name, value in last.data.items() if name in PLAIN})
    _add(counts, beside)
    lacks, why = found.lacks
    if lacks and lacks not in counts:
        raise CostError(why)
    notes = (*found.notes, *gemini_usage.grounding_notes([p.fields for p in parts], found.tools, counts))
    fields = last.fields
    if len(parts) > 1:  # of what the chunks say of their answer, the last word of each
        fields = {name: value for p in parts for name, value in p.fields.items() if value is not None}
    answer = Answer(counts, notes, _model(fields), _tier(fields, found.tiers), _time(fields))
    return _beside(answer, last.data, {})


def _counted(last: Part) -> Counted:
    fields, usage = last.fields, last.usage
    if not usage:
        return gemini_usage.made(fields) or Counted({})
    if gemini_usage.is_cache(fields):
        return gemini_usage.cache(fields, spelled(usage))
    if "totaltokens" in fields and fields.keys() <= _COUNT_TOKENS | _BESIDE_COUNT_TOKENS:
        return _count_tokens(usage)
    return gemini_usage.tokens(usage)


def _count_tokens(usage: Mapping[Any, Any]) -> Counted:
    """The answer of countTokens, whose total is the prompt."""
    prompt = {"promptTokenCount" if folded(name) == "totaltokens" else name: value for name, value in usage.items()}
    found = gemini_usage.tokens({n: value for n, value in prompt.items() if folded(n) not in _BESIDE_COUNT_TOKENS})
    return found._replace(notes=(*found.notes, "countTokens counts a prompt alone: no answer to it is in these counts"))


def _add(counts: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Take in counts given beside those of an answer: they may add to them and split them, but not change them."""
    for name, value in given.items():
        known = counts.get(name)
        whole = known.keys() <= {""} if isinstance(known, Mapping) else True
        if name in _COUNTED and _sum(known) and known != value and not (whole and _sum(known) == _sum(value)):
            words = "what is given beside a usage may split a count, not change it"
            raise CostError(f"{name} stands in the usage and beside it ({_said(known)} and {_said(value)}); {words}")
        counts[name] = value


def _sum(value: object) -> object:
    return sum(n for n in value.values() if isinstance(n, (int, Decimal))) if isinstance(value, Mapping) else value


def _said(value: object) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    return ", ".join(f"{kind}={number}" if kind else str(number) for kind, number in value.items())


# ------------------------------------------------------------------------------ what it says of itself


def _model(fields: Mapping[str, Any]) -> str:
    """The model that answered, as the answer spells it."""
    for name in ("modelversion", "model"):
        if isinstance(value := fields.get(name), str):
            return value
    return gemini_usage.maker(fields)


_TIERS = {
    **dict.fromkeys(("standard", "default", "ondemand"), "standard"),
    **dict.fromkeys(("flex", "ondemandflex"), "flex"),
    **dict.fromkeys(("priority", "ondemandpriority"), "priority"),
    **dict.fromkeys(("unspecified", "traffictypeunspecified", "auto", ""), ""),
}
_SAYS_TIER = ("servicetier", "sdkhttpresponse")


def _tier(fields: Mapping[str, Any], said: Sequence[object]) -> str:
    """The service tier that was served. What is only asked for in a request does not stand here."""
    if not said and fields.keys().isdisjoint(_SAYS_TIER):
        return ""
    headers = fields.get("sdkhttpresponse")
    headers = headers.get("headers") if isinstance(headers, Mapping) else None
    served = headers.get("x-gemini-service-tier") if isinstance(headers, Mapping) else None
    found = dict.fromkeys(t for value in (*said, fields.get("servicetier"), served) if (t := tier_word(value)))
    return " and ".join(found)


def tier_word(value: object) -> str:
    """A service tier in our word, from an API's; another word as it is."""
    word = str(value or "").rpartition(".")[2]
    return _TIERS.get(folded(word.lower().removeprefix("service_tier_")), word)


def _time(fields: Mapping[str, Any]) -> datetime | date | None:
    """When the request was made."""
    value = fields.get("createtime") or (fields.get("created") if isinstance(fields.get("created"), str) else None)
    return days.instant("createTime", value)


# -------------------------------------------------------------------------------------------------- what is no answer


_EXPECTED = "expected usageMetadata, an answer that holds it, or plain counts"


def _no_answer(data: object) -> str:
    """Why something is no answer that can be read, and the way out, in one line."""
    if not isinstance(data, Mapping) or not data:
        return f"{_EXPECTED}; saw {_kind(data)}"
    if (found := usage_forms.recognised(data)) and found[0].nothing:
        return f"saw {found[0].nothing}"
    if "contents" in spelled(data):
        return "saw a request and no answer: expected what came back"
    odd = [str(name) for name, value in data.items() if name not in FIELDS and isinstance(value, (int, float))]
    if odd and not any(isinstance(value, (Mapping, list)) for value in data.values()):
        return gemini_usage.unknown(odd[0], {})
    return f"{_EXPECTED}; saw an object with {', '.join(repr(str(name)) for name in list(data)[:4])}"


def _kind(data: object) -> str:
    if data is None or isinstance(data, (bool, int, float, str)):
        return repr(data)[:40]
    return f"an empty {type(data).__name__}" if data in ({}, [], ()) else f"a {type(data).__name__}"


# ------------------------------------------------------------------------------------------------ the calls of a list


_SAY = "say --each (each=True) for calls, or --stream (each=False) for one answer"


def _calls(parts: Sequence[Part], each: bool | None) -> list[list[Part]]:
    """The parts of each call, in the order in which they came. Raises `CostError` where that cannot be told."""
    by_id: dict[str, list[Part]] = {}
    loose: list[Part] = []
    for part in parts:
        (by_id.setdefault(part.id, []) if part.id else loose).append(part)
    for id_, own in by_id.items():
        if not _grow(own):
            raise CostError(
                f"the usages of the answer {id_} do not grow: they are no chunks of one; each needs its own id"
            )
    if each is False:
        return [_one(parts, list(by_id))]
    found = [*by_id.values(), *_told_apart(loose, each=bool(each))] or [list(parts)]
    return sorted(found, key=lambda own: own[0].number)


def _one(parts: Sequence[Part], ids: Sequence[str]) -> list[Part]:
    """The parts, if they may be the chunks of one answer. Raises `CostError`."""
    if len(ids) > 1 or not _grow(parts):
        seen = f"those of {len(ids)}: {', '.join(ids)[:80]}" if len(ids) > 1 else "usages that do not grow"
        raise CostError(f"expected the chunks of one answer, saw {seen}")
    return list(parts)


def _told_apart(parts: list[Part], *, each: bool) -> list[list[Part]]:
    """The calls among parts without an id. A part that counts nothing belongs to what stands before it."""
    counted = [part for part in parts if part.usage is not None]
    if each and len(counted) < len(parts):
        bare = next(part for part in parts if part.usage is None)
        raise CostError(f"element {bare.number} counts nothing: expected an answer with its usage in each element")
    if each or all(part.whole for part in counted):
        return list(_runs(parts))
    if any(part.ends for part in parts):
        ended, rest = _ended(parts)
        many = len(ended) > 1 and any(part.later for part in parts)
        if not rest and not many and all(map(_grow, ended)):
            return ended
    elif not any(_may_follow(*pair) for pair in pairwise(counted)):
        return list(_runs(parts))
    raise CostError(f"cannot tell whether {len(counted)} usages are as many calls, or chunks of one answer: {_SAY}")


def _runs(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """The parts in runs, one for each that counts; those before the first belong to it."""
    run: list[Part] = []
    for part in parts:
        if part.usage is not None and any(p.usage is not None for p in run):
            yield run
            run = []
        run.append(part)
    if any(part.usage is not None for part in run):
        yield run


def _ended(parts: Sequence[Part]) -> tuple[list[list[Part]], list[Part]]:
    """The parts of each answer that ends, and those of one that does not. Raises `CostError` on one without a usage."""
    found: list[list[Part]] = []
    run: list[Part] = []
    for part in parts:
        run.append(part)
        if part.ends:
            if all(p.usage is None for p in run):
                raise CostError(f"element {part.number} ends an answer that counts nothing: expected its usage")
            found.append(run)
            run = []
    if any(part.usage is not None for part in run):
        return found, run
    return [*found[:-1], [*found[-1], *run]], []


def _grow(parts: Sequence[Part]) -> bool:
    return all(_may_follow(*pair) for pair in pairwise([part for part in parts if part.usage is not None]))


def _may_follow(before: Part, after: Part) -> bool:
    """Whether two usages may be of one answer: nothing that it says of itself differs, and no count has shrunk."""
    for name in ("modelversion", "createtime"):
        one, other = before.fields.get(name), after.fields.get(name)
        if one and other and one != other:
            return False
    counts = after.counts
    return all(counts.get(name, 0) >= number for name, number in before.counts.items())
