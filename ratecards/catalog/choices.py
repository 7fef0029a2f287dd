"""The words that a call or an option chooses among, and how a number is written; quick to import, for --help."""

from __future__ import annotations

import re

MODALITIES = ("text", "image", "video", "audio")
# Digits as they are printed: no signs, blanks or underscores, and none of another script.
NUMBER = re.compile(r"[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][-+]?[0-9]{1,3})?")
READINGS = ("listed", "metered")
POLICIES = ("documented", "billed", "conservative")
# What an audit may be told to fail on, and the verdict that it means.
FAILING = {"unknown": "unknown model", "unread": "unread", "stale": "stale"}
STALE = ("allow", "warn", "error")
# The least grade of trust that an answer may be of: `official` leaves out what is only reported.
TRUST = ("official", "reported")
# How long what is written to a cache is kept, where that decides its price; in the words of the cards' context.
LIFETIMES = ("5 minutes", "1 hour")
# What the sums of a bill may be by, beside the fields of its rows.
BILL_BY = ("model", "tier", "day", "month", "source", "provider")
