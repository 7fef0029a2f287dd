"""Run by a Python that has the built wheel and nothing else, outside of the checkout: `make wheel-test`."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from datetime import date
from importlib import metadata
from pathlib import Path

import ratecards


def main() -> None:
    """The data and the commands are in the wheel, the workshop is not, and nothing else was needed."""
    home = Path(sysconfig.get_paths()["purelib"])
    assert Path(ratecards.__file__).is_relative_to(home), f"{ratecards.__file__} is not the installed one"
    assert not metadata.requires("ratecards") or all("extra ==" in r for r in metadata.requires("ratecards"))
    found = ratecards.find(model="gemini-2.5-pro", meter="input", service_tier="standard", on=date(2026, 4, 27))
    assert found, "no rate of gemini-2.5-pro"
    assert all(rate.evidence.quote for rate in found), "a rate without its quote"
    command = Path(sys.executable).with_name("ratecards")
    for words in (["models"], ["show", "gemini-2.5-pro"], ["images"], ["changes", "--since", "2026-01-01"], ["--help"]):
        ran = subprocess.run([command, *words], capture_output=True, text=True, check=False)
        assert (0, True) == (ran.returncode, bool(ran.stdout)), f"ratecards {' '.join(words)}: {ran.stderr}"
    assert not (home / "scraper").exists(), "the workshop is in the wheel"
    print(f"ratecards {metadata.version('ratecards')}: {len(found)} rates found, commands run")


if __name__ == "__main__":
    main()
