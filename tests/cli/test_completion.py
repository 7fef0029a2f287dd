"""Completion for a shell: made of the whole command line, by a library that is an extra."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ratecards.__main__ import main


def test_a_script_for_a_shell(capsys, tmp_path):
    """It knows every command, and a shell reads it."""
    pytest.importorskip("shtab", reason="shtab is not installed here")
    for shell in ("bash", "zsh", "tcsh"):
        assert 0 == main(["completion", shell])
        script = capsys.readouterr().out
        assert "upcoming" in script
        assert "--cached-tokens" in script or shell == "tcsh"
        if shell == "bash":
            assert 0 == subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode


def test_without_the_library(capsys, monkeypatch):
    """One line says what to install."""
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert 2 == main(["completion", "bash"])
    assert "pip install 'ratecards[completion]'" in capsys.readouterr().err
