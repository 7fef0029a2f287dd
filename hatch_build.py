"""What the wheel has that no file says: the database, made of the histories; the forms of usage in one; its addresses.

The wheel is then deflated once more by libdeflate, which looks longer for the shortest form than zlib does: any
installer reads it, and it is 3 % smaller. The same histories and forms give the same bytes.
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
from zipfile import ZipFile

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface


class AddressHook(MetadataHookInterface):
    """The addresses of the repository that builds the package, where a workflow does: a fork names its own."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add them."""
        server, name = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
        repository = f"{server}/{name}"
        urls = {"Repository": repository, "Releases": f"{repository}/releases", "Issues": f"{repository}/issues"}
        metadata["urls"] = urls if server and name else {}


class DatabaseHook(BuildHookInterface):  # type: ignore[type-arg]
    """A checkout that is installed to be edited gets none: it makes one when it is read."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the file and have it packed."""
        if version != "editable":
            self._folder = tempfile.TemporaryDirectory()
            made = Path(self._folder.name, "ratecards.sqlite")
            command = [sys.executable, "-m", "scraper.release.packing", "ratecards", str(made)]
            subprocess.run(command, cwd=self.root, env={**os.environ, "PYTHONPATH": self.root}, check=True)
            build_data["force_include"][str(made)] = "ratecards/ratecards.sqlite"
            forms = sorted(Path(self.root, "ratecards/costing/forms").glob("*.toml"))
            packed = Path(self._folder.name, "forms.json")
            read = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in forms}
            packed.write_text(json.dumps(read, separators=(",", ":")), encoding="utf-8")
            build_data["force_include"][str(packed)] = "ratecards/costing/forms.json"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - given by hatchling
        """Clear away what was packed, and deflate the wheel once more."""
        if version != "editable":
            self._folder.cleanup()
            _deflate(artifact_path)


def _deflate(path: str) -> None:
    with ZipFile(path) as wheel:
        files = [(info, wheel.read(info)) for info in wheel.infolist()]
    with ZipFile(path, "w") as wheel:
        for info, content in files:
            with wheel.open(info, "w") as member:
                member._compressor = _Libdeflate()  # type: ignore[attr-defined]  # noqa: SLF001 - zipfile has no other way
                member.write(content)


class _Libdeflate:
    """A compressor as `zipfile` has them, of a file that is written at once."""

    def compress(self, content: bytes) -> bytes:
        from deflate import deflate_compress

        return bytes(deflate_compress(content, 12))

    def flush(self) -> bytes:
        return b""
