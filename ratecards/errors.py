"""What is raised where the data is not there."""

from __future__ import annotations


class DatasetError(ValueError):
    """The dataset, or what was asked of it, is not there; the message names path, expected and seen."""
