"""The workshop: published pages in, rate cards out."""

from pathlib import Path

# The dataset that a command means when none is named: the one that this code lies in.
ROOT = Path(__file__).resolve().parent.parent
