"""Laws, checked on generated cards and editions. On a runner (`CI` is set) the examples are the same every time."""

import os

from hypothesis import settings

settings.register_profile("here", max_examples=40, deadline=None)
settings.register_profile("runner", max_examples=40, deadline=None, derandomize=True, database=None)
settings.load_profile("runner" if os.environ.get("CI") else "here")
