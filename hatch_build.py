"""Puts two files into the wheel: the database, made of the histories beside it, and the forms of usage in one.

The same histories and forms give the same bytes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import tomllib
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
            forms = sorted(Path(self.root, "ratecards/costs/forms").glob("*.toml"))
            packed = Path(self._folder.name, "forms.json")
            read = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in forms}
            packed.write_text(json.dumps(read, separators=(",", ":")), encoding="utf-8")
            build_data["force_include"][str(packed)] = "ratecards/costs/forms.json"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - given by hatchling
        """Clear away what was packed."""
        if version != "editable":
            self._folder.cleanup()
