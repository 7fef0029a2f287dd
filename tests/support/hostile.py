"""Words of a page that try to act: in a terminal, a log, Markdown, a spreadsheet."""

from __future__ import annotations

import re

HOSTILE = {
    "pipe": "a | b",
    "backticks": "`rm` ```",
    "script": "<script>alert(1)</script>",
    "link": "[x](javascript:alert(1))",
    "half a link": "x](javascript:alert(1))",
    "image": "![x](https://evil.test/x.png)",
    "mention": "@user and @org/team",
    "reference": "fixes #12",
    "entity": "&commat;user &#64;user &lt;b&gt; &NewLine;",
    "command": "::set-output name=x::y",
    "late command": "  ::error::x",
    "old command": "x ##[set-output name=x]y",
    "newline": "a\n::error::b\r\n| c |",
    "line separators": "a\u2028b\u2029c\x85d\x0be",
    "bidi": "\u202e05.0$ \u2066x\u2069 \u061cy \u200fz",
    "control": "\x1b[31mred\x07\x00\x9b",
    "invisible": "a\u200bb\u00adc\ufeffd\U000e0041",
    "formula": '=HYPERLINK("http://evil.test","x")',
    "plus": "+1+1",
    "minus": "-1",
    "at": "@SUM(A1)",
    "tab": "\t=1+1",
    "blank": "  =1+1",
    "wide": "＝1+1",
    "address": "see HTTPS://evil.test or www.evil.test or a@evil.test",
    "heading": "# x",
    "rule": "---",
    "underline": "===",
    "list": "- x",
    "numbered": "1. x",
    "quote": "> x",
    "table": "|---|",
    "emphasis": "*a* _b_ **c** ~~d~~",
    "math": "$x$",
    "emoji": ":tada:",
    "backslash": "\\",
    "comment": "<!-- x -->",
}


INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
