"""`python -m bench.agree`: our costs beside two independent calculators, where they price the same thing.

Needs `genai-prices` and `litellm` from the index, in an environment of their own: neither is a dependency. Every
disagreement is printed with the quote that says who is right.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any

import ratecards
from ratecards.errors import CostError

CASES: dict[str, dict[str, Any]] = {
    "text": {"input_tokens": 10_000, "output_tokens": 1_000},
    "cached": {"input_tokens": 10_000, "cached_tokens": 8_000, "output_tokens": 1_000},
    "over 200k": {"input_tokens": 300_000, "output_tokens": 1_000},
    "audio": {"input_tokens": {"audio": 10_000}, "output_tokens": {"text": 1_000}},
}
_NEAR = Decimal("0.000001")


def ours(model: str, usage: dict[str, Any]) -> tuple[Decimal, str] | None:
    """Our cost and the quotes it rests on; None where we do not price it."""
    try:
        bill = ratecards.cost(model, usage)
    except CostError:
        return None
    return bill.total, "; ".join(dict.fromkeys(line.quote for line in bill.lines))


def total(tokens: int | dict[str, int]) -> int:
    """A count of tokens, by modality or not."""
    return tokens if isinstance(tokens, int) else sum(tokens.values())


def case_audio(usage: dict[str, Any]) -> int:
    """The audio tokens of a usage that is all audio, else 0."""
    return 0 if isinstance(usage["input_tokens"], int) else int(usage["input_tokens"]["audio"])


def genai(model: str, usage: dict[str, Any]) -> Decimal | None:
    """The cost by genai-prices."""
    from genai_prices import Usage, calc_price

    audio = case_audio(usage)
    counts = Usage(
        input_tokens=audio or usage["input_tokens"],
        input_audio_tokens=audio or None,
        cache_read_tokens=usage.get("cached_tokens"),
        output_tokens=total(usage["output_tokens"]),
    )
    try:
        return calc_price(counts, model_ref=model, provider_id="google").total_price
    except LookupError:
        return None


def litellm_map() -> dict[str, Any]:
    """LiteLLM's cost map, as its package carries it."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    import litellm

    path = Path(litellm.__file__).parent / "model_prices_and_context_window_backup.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return found


def lite(entry: dict[str, Any], usage: dict[str, Any]) -> Decimal | None:
    """The cost by LiteLLM's own figures for a model."""
    audio = case_audio(usage)
    prompt = audio or usage["input_tokens"]
    over = "_above_200k_tokens" if prompt > 200_000 else ""

    def price(name: str) -> Decimal | None:
        value = entry.get(name + over, entry.get(name))
        return None if value is None else Decimal(value)

    cached = usage.get("cached_tokens", 0)
    parts = (
        (price("input_cost_per_audio_token" if audio else "input_cost_per_token"), prompt - cached),
        (price("cache_read_input_token_cost") if cached else Decimal(0), cached),
        (price("output_cost_per_token"), total(usage["output_tokens"])),
    )
    return None if any(p is None for p, _ in parts) else sum((p * n for p, n in parts if p is not None), Decimal(0))


def main() -> None:
    """Each case by each calculator, and the differences with our quotes."""
    table = litellm_map()
    models = sorted({r.model for r in ratecards.find(source="gemini-api", meter="output", plan="paid")})
    tally: Counter[tuple[str, str]] = Counter()
    for model in models:
        for case, usage in CASES.items():
            mine = ours(model, usage)
            entry = table.get(f"gemini/{model}")
            others = {"genai-prices": genai(model, usage), "litellm": lite(entry, usage) if entry else None}
            for name, other in others.items():
                if mine is None or other is None:
                    tally[name, "only one prices it"] += 1
                elif abs(mine[0] - other) <= _NEAR:
                    tally[name, "agree"] += 1
                else:
                    tally[name, "differ"] += 1
                    print(f"{name}: {model} {case}: {other} against {mine[0]}, by {mine[1]}")
    print(f"genai-prices {version('genai-prices')}, litellm {version('litellm')}")
    for (name, what), count in sorted(tally.items()):
        print(f"{name}: {count} {what}")


if __name__ == "__main__":
    main()
