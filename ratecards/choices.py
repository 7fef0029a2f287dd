"""The words that a call or an option chooses among; it imports nothing, so that --help is quick."""

from __future__ import annotations

MODALITIES = ("text", "image", "video", "audio")
READINGS = ("listed", "metered")
POLICIES = ("documented", "billed", "conservative")
# What an audit may be told to fail on, and the verdict that it means.
FAILING = {"unknown": "unknown model", "unread": "unread", "stale": "stale"}
STALE = ("allow", "warn", "error")
