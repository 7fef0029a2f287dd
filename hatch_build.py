"""Puts the database into the wheel, made of the histories beside it: the same histories give the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class DatabaseHook(BuildHookInterface):  # type: ignore[type-arg]
    """A checkout that is installed to be edited gets none: it makes one when it is read."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the file and have it packed."""
        if version != "editable":
            self._folder = tempfile.TemporaryDirectory()
            made = Path(self._folder.name, "ratecards.sqlite")
            code = f"import ratecards; ratecards.load('ratecards').write_database({str(made)!r}, packed=True)"
            env = {**os.environ, "PYTHONPATH": self.root}
            subprocess.run([sys.executable, "-c", code], cwd=self.root, env=env, check=True)
            build_data["force_include"][str(made)] = "ratecards/ratecards.sqlite"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - given by hatchling
        """Clear away what was packed."""
        if version != "editable":
            self._folder.cleanup()
