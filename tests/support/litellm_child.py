"""Runs in an interpreter that has litellm: prices the requests on standard input by the map it was told to load.

Each line of input is a JSON object: model, tier, and prompt and completion tokens with their details, or images, or seconds.
"""

from __future__ import annotations

import json
import sys

answers, sys.stdout = sys.stdout, sys.stderr  # litellm prints, too

import litellm  # noqa: E402
from litellm.cost_calculator import default_video_cost_calculator  # noqa: E402
from litellm.litellm_core_utils import get_model_cost_map  # noqa: E402
from litellm.types.utils import (  # noqa: E402
    CompletionTokensDetailsWrapper,
    ImageObject,
    ImageResponse,
    ModelResponse,
    PromptTokensDetailsWrapper,
    Usage,
)


def usage(job):
    """The usage of one request, as a response of Google's carries it."""
    return Usage(
        prompt_tokens=job["prompt"],
        completion_tokens=job["completion"],
        total_tokens=job["prompt"] + job["completion"],
        prompt_tokens_details=PromptTokensDetailsWrapper(**job["sent"]) if job["sent"] else None,
        completion_tokens_details=CompletionTokensDetailsWrapper(**job["made"]) if job["made"] else None,
    )


def cost(job):
    """What the request costs; a batch as the calculator for batches says."""
    model = job["model"]
    if "images" in job:
        pictures = ImageResponse(data=[ImageObject(url="x")] * job["images"])
        return litellm.completion_cost(completion_response=pictures, model=model, call_type="image_generation")
    if "seconds" in job:
        return default_video_cost_calculator(model, job["seconds"], video_resolution=job["resolution"])
    if job["tier"] == "batch":
        return sum(litellm.cost_per_token(model=model, usage_object=usage(job), call_type="retrieve_batch"))
    tier = None if job["tier"] == "standard" else job["tier"]
    if tier is None and not job["made"]:
        return litellm.completion_cost(completion_response=ModelResponse(model=model, usage=usage(job)), model=model)
    return sum(litellm.cost_per_token(model=model, usage_object=usage(job), service_tier=tier))


source = get_model_cost_map.get_model_cost_map_source_info()
print(json.dumps({"source": source["source"], "models": len(litellm.model_cost)}), file=answers)
for line in sys.stdin:
    print(json.dumps(cost(json.loads(line))), file=answers)
