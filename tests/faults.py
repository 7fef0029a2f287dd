"""What must be survived, by number, and which test shows that it is.

    python -m tests.faults

prints the table. A test is of a fault when its name carries the number: `test_fault_17_charset`.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

FAULTS = {
    1: "name not resolved, connection refused or reset",
    2: "TLS error, wrong certificate",
    3: "429, Retry-After sane or absurd",
    4: "500, 502, 503, 504",
    5: "403, 401",
    6: "404, 410",
    7: "200 with an error, consent, captcha or sign-in page",
    8: "200 with another page of the same site",
    9: "204, no bytes, white space",
    10: "redirect to another host, to http, to a private address",
    11: "redirect loop, too many hops",
    12: "body cut short of its announced length",
    13: "body cut short, length not announced",
    14: "cut inside a number",
    15: "a byte now and then",
    16: "huge page, decompression bomb",
    17: "charset wrong or missing, what is no text",
    18: "another content type than asked for",
    19: "304 after the parser changed",
    20: "304 without anything to compare with",
    21: "ETag that changes with every request, or never",
    22: "an HTTP cache that answers by itself",
    23: "column renamed, other case and blanks",
    24: "columns reordered or inserted",
    25: "row label unknown, money that nobody claims",
    26: "one bad cell",
    27: "tables that look alike",
    28: "an answer in which every record is empty",
    29: "cells left open",
    30: "elements nested deeper than a parser reads",
    31: "a hundred thousand elements, fifty thousand levels",
    32: "several prices in a cell",
    33: "forms of numbers",
    34: "an allowance, then a price",
    35: "free, not available, a dash, nothing, refers elsewhere",
    36: "words that refer elsewhere beside a number",
    37: "a price that restates another",
    38: "a storage price inside another cell",
    39: "a threshold that moves",
    40: "a unit that changes",
    41: "a model renamed",
    42: "one model twice with two prices",
    43: "a price that ends and one that begins",
    44: "a price that ended and stays in the data",
    45: "another language, an older edition",
    46: "A, B, A, B",
    47: "another currency",
    48: "a name that is markup, a path or a command",
    49: "many models gone at once",
    50: "a price that leaps, or falls to nothing",
    51: "relations within a page that break",
    52: "another form of the same number",
    53: "another order of the same things",
    54: "sources that disagree",
    55: "a source that lags behind a real change",
    56: "what YAML makes of scalars, aliases, duplicate keys",
    57: "baseline missing, truncated, in conflict, of another version",
    58: "killed, or no room, between two writes",
    59: "two runs at once, a run overtaken by a pull",
    60: "a wrong clock, midnight, runs missed and doubled",
    61: "the first run of all",
    62: "a difference of thousands of lines",
    63: "a source that is down for days",
    64: "a release that exists already, or is half done",
    65: "somebody's data file in another shape, or emptied",
    66: "the schedule itself stops",
    67: "a fork inherits the schedule",
    68: "recorded pages that are out of date",
    69: "a section less or more, another majority of a factor",
    70: "one contradiction on the page",
    71: "the quantity of a unit changes",
    72: "the noun of a unit changes",
    73: "the page is right again after a wrong edition",
    74: "a price that moves together with its key",
    75: "labels, tabs, columns or tables change places",
    76: "paid becomes free, free becomes paid",
    77: "bounds that overlap or leave a gap",
    78: "steps that overlap, leave a gap, or lie in the past",
    79: "announced without a day, or for two",
    80: "a sentence about prices that nobody reads",
    81: "ids in other elements",
    82: "a version in a label that is not the id's",
    83: "two drafts of one model, a reserved id",
    84: "a table or a tab that is lost",
    85: "one representation missing",
    86: "hidden by other means, reversed, escaped",
    87: "a guard walked in small steps",
    88: "a date of the future",
    89: "patterns and pages that take for ever",
    90: "an unknown part takes out itself alone",
    91: "an unknown key in a vocabulary, a pasted line",
    92: "one source's damaged look, header or state",
    93: "a redirect to an impossible host",
    94: "a page that wants cookies",
    95: "killed between the journal and the last move",
    96: "checkouts with other line ends, names of Windows",
    97: "pipes, devices and endless files as input",
    98: "a list of calls, a stream, a session",
    99: "an answer that names another model or tier",
    100: "an entry of a price file that names no seller",
    101: "a card past its limit",
    102: "a model past its shutdown",
    103: "an announced step that disappears",
}
# Whose tests are still to come.
PENDING: tuple[int, ...] = ()
_NUMBERED = re.compile(r"test_fault_([0-9]{2,3})_")


@cache
def tests() -> dict[int, list[str]]:
    """By fault, the tests of it as `file::name`, sorted."""
    found: dict[int, list[str]] = defaultdict(list)
    folder = Path(__file__).parent
    for path in sorted(folder.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and (number := _NUMBERED.match(node.name)):
                found[int(number[1])].append(f"{path.relative_to(folder)}::{node.name}")
    return {number: sorted(names) for number, names in sorted(found.items())}


def main() -> None:
    """The table."""
    found = tests()
    for number, what in FAULTS.items():
        print(f"{number:3}  {what}")
        for name in found.get(number, ["pending"]):
            print(f"      {name}")


if __name__ == "__main__":
    main()
