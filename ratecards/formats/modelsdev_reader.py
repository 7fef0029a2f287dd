"""models.dev: dollars per million tokens, as one TOML file a model or as `api.json` with all of them.

Both are read here, and written by the writer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ratecards.audit.claims import (
    OTHER,
    EntryHead,
    FieldMeaning,
    PriceEntry,
    Statements,
    entry,
    leaves,
    makes_pictures,
    mapping,
    model_of,
    seller_of,
)
from ratecards.model import MODALITIES, SERVICE_TIERS

_FIELDS: dict[str, FieldMeaning | str] = {
    "input": FieldMeaning("input"),
    "output": FieldMeaning("output"),
    "cache_read": FieldMeaning("cache_read"),
    "cache_write": FieldMeaning("cache_write"),
    **{
        f"{meter}_{kind}": FieldMeaning(meter, modality=kind)
        for meter in ("input", "output")
        for kind in MODALITIES[1:]
    },
    "reasoning": FieldMeaning("output", context="thinking"),
}
_UNKNOWN = "no such field is known"
_OLD_TIER = 200_000


def entries(data: Mapping[str, Any]) -> list[PriceEntry]:
    """Every model of every provider: what is stated of it, or why that is none of ours."""
    return [_entry(*model) for model in _models(data)]


def _entry(provider: str, name: str, model: Mapping[str, Any]) -> PriceEntry:
    seller = seller_of(provider, name)
    if seller is None:
        return PriceEntry(name, why=OTHER)
    found = Statements()
    _model(found, EntryHead(name, model_of(name), seller), model)
    return entry(name, seller, found.found)


def _models(data: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Provider, name and entry of every model."""
    for provider, value in data.items():
        for name, model in mapping(mapping(value).get("models")).items():
            yield provider, name, mapping(model)


def _model(found: Statements, where: EntryHead, model: Mapping[str, Any]) -> None:
    cost = mapping(model.get("cost"))
    tiers = list(_tiers(cost))
    fields = (
        {**_FIELDS, "output": FieldMeaning("output", modality="image")} if _makes_pictures(where, model) else _FIELDS
    )
    for field, value in cost.items():
        if field not in ("tiers", "context_over_200k"):
            ends = [over for _, over, _, prices in tiers if field in prices]
            found.add(
                where._replace(up_to=min(ends, default=None)), f"cost.{field}", value, _meaning(fields, field, value)
            )
    for path, over, up_to, prices in tiers:
        for field, value in prices.items():
            found.add(where._replace(over=over, up_to=up_to), f"{path}.{field}", value, _meaning(fields, field, value))
    _rest(found, where, model, [path for path, *_ in tiers])
    for name, mode in mapping(mapping(model.get("experimental")).get("modes")).items():
        _mode(found, where, (f"experimental.modes.{name}.cost", mapping(mode)), fields)


def _makes_pictures(where: EntryHead, model: Mapping[str, Any]) -> bool:
    """Whether its one field for all that comes out has the price of pictures."""
    made = mapping(model.get("modalities")).get("output")
    return makes_pictures(where.model) or (isinstance(made, list) and "image" in made)


def _meaning(fields: Mapping[str, FieldMeaning | str], field: str, value: object) -> FieldMeaning | str:
    return _UNKNOWN if isinstance(value, (Mapping, list)) else fields.get(field, _UNKNOWN)


def _tiers(cost: Mapping[str, Any]) -> Iterator[tuple[str, int, int | None, Mapping[str, Any]]]:
    """Path, bounds and prices of each tier that is one of the prompt; the older field repeats the newer list."""
    listed = cost.get("tiers")
    sized = [(n, _size(tier)) for n, tier in enumerate(listed if isinstance(listed, list) else ())]
    ordered = sorted((size, n) for n, size in sized if size is not None)
    ends = [*(size for size, _ in ordered), None]
    for (size, number), end in zip(ordered, ends[1:], strict=True):
        tier = mapping(cost["tiers"][number])
        yield f"cost.tiers[{number}]", size, end, {name: v for name, v in tier.items() if name != "tier"}
    if isinstance(old := cost.get("context_over_200k"), Mapping):
        # it repeats what the list says, also where that begins elsewhere
        yield "cost.context_over_200k", ordered[0][0] if len(ordered) == 1 else _OLD_TIER, None, old


def _size(tier: object) -> int | None:
    """Above which prompt a tier holds; `None` where that is not what it says."""
    words = mapping(mapping(tier).get("tier"))
    size = words.get("size")
    fits = words.get("type", "context") == "context" and set(words) <= {"type", "size"}
    return size if fits and isinstance(size, int) and not isinstance(size, bool) and size > 0 else None


def _rest(found: Statements, where: EntryHead, model: Mapping[str, Any], read: list[str]) -> None:
    """Prices in shapes that are not read."""
    cost = mapping(model.get("cost"))
    listed = cost.get("tiers")
    for path, value in leaves("cost.tiers", listed if listed is not None else []):
        if ".tier." not in path and not any(path.startswith(f"{tier}.") for tier in read):
            found.skip(where.key, path, value, "expected a tier by the size of the prompt, in tokens")
    old = cost.get("context_over_200k")
    if old is not None and not isinstance(old, Mapping):
        found.skip(where.key, "cost.context_over_200k", old, "expected prices by name")


def _mode(
    found: Statements,
    where: EntryHead,
    part: tuple[str, Mapping[str, Any]],
    fields: Mapping[str, FieldMeaning | str],
) -> None:
    """The prices of a mode, which are those of the service tier that its request names."""
    path, mode = part
    body = mapping(mapping(mode.get("provider")).get("body"))
    tier = "fast" if body == {"speed": "fast"} else body.get("service_tier") if len(body) == 1 else None
    costs = mode.get("cost")
    if tier not in SERVICE_TIERS or not isinstance(costs, Mapping):
        for inner, value in leaves(path, costs if costs is not None else {}):
            found.skip(where.key, inner, value, "an experimental mode, whose service tier it does not name")
        return
    for field, value in costs.items():
        found.add(where._replace(service_tier=tier), f"{path}.{field}", value, _meaning(fields, field, value))
