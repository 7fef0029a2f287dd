"""Every command line that a document shows is one: it is run where that is cheap and needs no network, else parsed."""

from __future__ import annotations

import doctest
import importlib.util
import re
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date

import pytest

from ratecards import __main__ as reader
from ratecards.cli import options
from ratecards.errors import StaleWarning
from scraper import __main__ as workshop
from tests.docs.documents import (
    CURRENT,
    PLACEHOLDER,
    ROOT,
    Command,
    Session,
    commands,
    example,
    meant,
    read,
    sessions,
    spans,
    synopses,
    words,
)

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TODAY = date(2026, 10, 7)
COMMANDS = list(dict.fromkeys(commands()))
# Options of other programs.
FOREIGN = {"--remote-debugging-port"}


def parsers(top: ArgumentParser) -> dict[str, ArgumentParser]:
    """By name, the parsers of the commands of a program."""
    return dict(top._subparsers._group_actions[0].choices)


READER_LINE, WORKSHOP_LINE = options.parser(), workshop.parser()
READER, WORKSHOP = parsers(READER_LINE), parsers(WORKSHOP_LINE)


def parsed(line: list[str], top: ArgumentParser, *, whole: bool) -> None:
    """Fail where the words are no command line; a command alone, named in a sentence, need only exist."""
    known = parsers(top)
    assert line[0] in known
    named = {word.partition("=")[0] for word in line if word.startswith("--")}
    assert set() == named - set(known[line[0]]._option_string_actions)
    if whole or len(line) > 1:
        try:
            top.parse_args(line)
        except SystemExit as ended:
            assert 0 == ended.code  # --help


def checked(line: list[str], *, whole: bool) -> None:
    """Fail where the words of a command line name no command, target or module, or cannot be parsed."""
    if line[0] == "make":
        for target in line[1:]:
            assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), f"the Makefile has no {target}"
    elif line[0] == "ratecards":
        if line[1:2] == ["--version"]:
            assert "--version" in READER_LINE._option_string_actions
        elif line[1:]:
            parsed(line[1:], READER_LINE, whole=whole)
    elif line[2] == "scraper":
        if line[3:]:
            parsed(line[3:], WORKSHOP_LINE, whole=whole)
    else:
        assert importlib.util.find_spec(line[2])


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: f"{c.document}: {c.text}")
def test_a_command_is_one(command: Command):
    """Its words are parsed by the program itself, no option is shortened, and a target stands in the Makefile."""
    if command.block:
        checked([example(word) for word in words(command.text)], whole=True)
        return
    for line in meant(command.text):
        checked(line, whole=False)


def test_documents_have_commands():
    """The test above sees them: blocks and sentences, of every program."""
    assert {True, False} == {command.block for command in COMMANDS}
    assert {"ratecards", "python", "make"} <= {command.text.split()[0].rpartition("/")[2] for command in COMMANDS}


@pytest.mark.parametrize("synopsis", synopses(ROOT / "docs" / "running.md"))
def test_a_synopsis_of_the_workshop_is_one(synopsis):
    """The tables of the page leave `python -m scraper` out."""
    for line in meant(synopsis):
        parsed(line, WORKSHOP_LINE, whole=True)


@pytest.mark.parametrize(
    ("document", "known"), [("running.md", WORKSHOP), ("cost.md", READER)], ids=lambda v: str(v)[:9]
)
def test_every_command_is_documented(document, known):
    """A command that nobody is told of is not there."""
    text = read(ROOT / "docs" / document)
    assert [] == [name for name in known if not re.search(rf"`(?:ratecards )?{name}\b", text)]


def test_every_option_named_alone_is_one():
    """`--stale error` in a sentence is an option of some command."""
    known = {option for p in (*READER.values(), *WORKSHOP.values()) for option in p._option_string_actions}
    named = {re.split(r"[ =]", span)[0] for path in CURRENT for span in spans(path) if span.startswith("--")}
    assert set() == named - known - FOREIGN


def test_every_target_that_is_told_of_has_words():
    """What the Makefile explains with two hashes is a target, and each stands in a document."""
    targets = re.findall(r"^([\w-]+):.*##", MAKEFILE, re.MULTILINE)
    text = "\n".join(map(read, CURRENT))
    assert [] == [target for target in targets if not re.search(rf"make {target}\b(?!-)", text)]


# ---------------------------------------------------------------------------------------------- what is run


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder of one's own, with the examples of the checkout."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    for name in ("RATECARDS_DATASET", "RATECARDS_STALE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def run(line: list[str]) -> int:
    """Run a command of ours."""
    if line[0] == "ratecards":
        return reader.main(line[1:], today=TODAY)
    return workshop.main(line[3:])


def recipe(target: str) -> Iterator[list[str]]:
    """The commands of ours in a target's recipe."""
    lines = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    for line in lines[1].splitlines() if lines else ():
        if found := re.match(r"\t@\$\(BIN\)/((?:ratecards|python -m scraper) .*)", line):
            yield words(found[1])


SESSIONS = list(sessions())


@pytest.mark.parametrize("session", SESSIONS, ids=lambda s: f"{s.document}: {s.text}")
def test_an_output_is_the_real_one(session: Session, here, capsys):
    """Each line that is shown is printed, in this order; an ellipsis stands for lines that are not shown."""
    line = words(session.text)
    for one in recipe(line[1]) if line[0] == "make" else [line]:
        assert run(one) in (0, 1)
    printed = iter(capsys.readouterr().out.splitlines())
    shown = [text for text in session.shown if text != "…"]
    assert shown
    assert [] == [text for text in shown if text not in printed]


def offline(line: list[str]) -> bool:
    """Whether a command needs neither the network, nor standard input, nor what only its user has, and is quick."""
    if line[0] == "ratecards":
        if line[1] in ("update", "completion"):  # tests/storage/test_update.py, tests/cli/test_completion.py
            return False
        return "-" not in line and not any(map(PLACEHOLDER.match, line))
    if line[:3] != ["python", "-m", "scraper"]:
        return False
    return line[3:] in (["sources"], ["confirm"])


SHOWN = {session.text for session in SESSIONS}
RUN = [c for c in COMMANDS if c.block and c.text not in SHOWN and offline(words(c.text))]


@pytest.mark.parametrize("command", RUN, ids=lambda c: f"{c.document}: {c.text}")
def test_a_command_does_its_work(command: Command, here, capsys):
    """It ends with 0, or with the 1 of an audit that found something."""
    assert run(words(command.text)) in (0, 1), capsys.readouterr().err


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("path", [ROOT / "README.md", ROOT / "docs" / "cost.md"], ids=lambda p: p.name)
def test_the_python_of_a_document(path):
    """It gives what is shown, and no answer of it is stale."""
    assert issubclass(StaleWarning, Warning)
    found = doctest.testfile(str(path), module_relative=False)
    assert found.attempted > 2
    assert 0 == found.failed
