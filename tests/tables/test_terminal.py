"""Rows as text: nothing a page printed may act on a terminal or a spreadsheet, and tables fit."""

from __future__ import annotations

import csv
import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecards.escaping import visible
from ratecards.tables import Column, Group, breadth, csv_text, cut, json_text, paragraph, table, terminal_width, wrap

HOSTILE = "\x1b[31m\x9b2J\x07\u202egnp.exe\u2066\u200f\x00\x7f\ud800\u2028x"
ACTING = ("Cc", "Cf", "Cs", "Zl", "Zp")


def acting(text: str) -> set[str]:
    """The characters that a terminal may act on, line ends aside."""
    return {c for c in text if c != "\n" and unicodedata.category(c) in ACTING}


class TestCsv:
    def test_values_as_a_program_reads_them(self) -> None:
        """Booleans are yes and no, tuples one field, nothing is empty; quoting is CSV's own."""
        rows = [{"a": True, "b": ("x", "y"), "c": None}, {"a": False, "b": 3, "c": 'say "1,5"'}]

        assert 'a,b,c\nyes,x y,\nno,3,"say ""1,5"""\n' == csv_text(("a", "b", "c"), rows)

    def test_columns_choose_and_order(self) -> None:
        """Only the columns asked for, in their order."""
        assert "b,a\n2,1\n" == csv_text(("b", "a"), [{"a": 1, "b": 2, "c": 3}])

    @pytest.mark.parametrize("text", ["=1+1", "+1", "-", "-2", "@SUM(A1)", " =1", "\u200b=1", "＝1"])
    def test_a_formula_gets_an_apostrophe(self, text: str) -> None:
        """A spreadsheet must read such a field as words, also where the formula hides behind a blank or a mark."""
        assert f"a\n'{visible(text)}\n" == csv_text(("a",), [{"a": text}])

    @pytest.mark.parametrize(("text", "field"), [("\t=1", "' =1"), ("\rx", "' x"), ("\nx", "' x")])
    def test_a_leading_control_gets_an_apostrophe(self, text: str, field: str) -> None:
        """Tab, carriage return and line feed at the beginning count as formulas, and are blanks afterwards."""
        assert f"a\n{field}\n" == csv_text(("a",), [{"a": text}])

    @pytest.mark.parametrize("text", ["$1", "2 - 1 = 1", "0.5", "'x"])
    def test_other_fields_stay(self, text: str) -> None:
        """Only the beginning of a field decides."""
        assert f"a\n{text}\n" == csv_text(("a",), [{"a": text}])

    @given(st.text(st.characters(exclude_categories=())))
    def test_no_field_starts_a_formula_or_acts(self, text: str) -> None:
        """Law: whatever a page prints, the field is inert and reads back as one field."""
        out = csv_text(("a", "b"), [{"a": text, "b": "end"}])
        field, end = list(csv.reader(io.StringIO(out, newline="")))[1]

        assert set() == acting(out)
        assert ("end", False) == (end, field.lstrip().startswith(("=", "+", "-", "@")))


class TestJson:
    def test_rows_are_a_list_in_order(self) -> None:
        """Column order is kept, types are kept."""
        out = json_text([{"b": 1, "a": None, "c": ("x",), "d": True}])

        assert '[\n  {\n    "b": 1,\n    "a": null,\n    "c": [\n      "x"\n    ],\n    "d": true\n  }\n]\n' == out

    def test_no_rows_are_an_empty_list(self) -> None:
        """A program gets JSON also where there is nothing."""
        assert "[]\n" == json_text([])

    def test_hostile_text_is_escaped_and_kept(self) -> None:
        """Nothing acts on a terminal, nothing is lost."""
        out = json_text([{"quote": HOSTILE}])

        assert set() == acting(out)
        assert [{"quote": HOSTILE}] == json.loads(out)


class TestFit:
    @pytest.mark.parametrize(("text", "cells"), [("abc", 3), ("🍌", 2), ("画像", 4), ("e\u0301", 1), ("…", 1)])
    def test_breadth_counts_cells(self, text: str, cells: int) -> None:
        """Wide characters take two cells, combining marks none."""
        assert cells == breadth(text)

    @pytest.mark.parametrize(
        ("text", "width", "expected"),
        [("abcd", 4, "abcd"), ("abcde", 4, "abc…"), ("ab cd", 4, "ab…"), ("画像生成", 5, "画像…"), ("abc", 1, "a…")],
    )
    def test_cut_shows_that_it_cut(self, text: str, width: int, expected: str) -> None:
        """What does not fit ends in an ellipsis; at least one character stays."""
        assert expected == cut(text, width)

    @pytest.mark.parametrize(
        ("text", "width", "expected"),
        [
            ("", 5, [""]),
            ("one two three", 7, ["one two", "three"]),
            ("gemini-flash-lite", 13, ["gemini-flash-", "lite"]),
            ("from 2027-01-01", 12, ["from", "2027-01-01"]),
            ("abcdefgh i", 3, ["abc", "def", "gh", "i"]),
            ("x abcdef", 4, ["x", "abcd", "ef"]),
            ("画像生成", 4, ["画像", "生成"]),
            ("ab", 0, ["a", "b"]),
        ],
    )
    def test_wrap_breaks_at_blanks_and_inside_ids(self, text: str, width: int, expected: list[str]) -> None:
        """Dates and numbers stay whole while they can; what has no break is broken anywhere."""
        assert expected == wrap(text, width)

    @given(st.text(), st.integers(2, 30))
    def test_wrapped_lines_fit_and_lose_only_blanks(self, raw: str, width: int) -> None:
        """Law: every line fits, and all that is not blank is still there."""
        text = visible(raw)
        lines = wrap(text, width)

        assert [] == [line for line in lines if breadth(line) > width]
        assert text.replace(" ", "") == "".join(lines).replace(" ", "")

    def test_paragraphs_hang(self) -> None:
        """The lines after the first are indented; no text is no line."""
        assert ["  one two", "    three"] == paragraph("one two three", "  ", width=11)
        assert [] == paragraph("")

    def test_the_terminal_says_how_wide(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """COLUMNS counts; where there is no terminal, 120."""
        monkeypatch.setenv("COLUMNS", "77")
        assert 77 == terminal_width()
        monkeypatch.delenv("COLUMNS")
        monkeypatch.setattr("os.get_terminal_size", lambda fd: (_ for _ in ()).throw(OSError))
        assert 120 == terminal_width()


def lines(*args, **named) -> list[str]:
    return table(*args, **named).splitlines()


class TestTable:
    def test_numbers_stand_under_their_points(self) -> None:
        """Numbers are right-aligned at the decimal point, words among them to the right."""
        groups = [Group("", [["a", "0.30"], ["b", "1,350.0375"], ["c", "5"], ["d", "free"]])]

        expected = ["what       price", "a         0.30", "b     1,350.0375", "c         5", "d           free"]
        assert expected == lines([Column("", "what", "id"), Column("", "price", "listed")], groups, width=80)

    def test_whole_numbers_need_no_point(self) -> None:
        """Where nothing has decimals nothing is padded, and a column of words has no decimals."""
        columns = [Column("", "n", "listed"), Column("", "x", "listed")]

        assert [" n  x", " 5", "12  -"] == lines(columns, [Group("", [["5", ""], ["12", "-"]])], width=80)

    def test_groups_have_titles_and_notes(self) -> None:
        """Titles stand left of their rows, deeper ones are indented; notes follow the rows."""
        groups = [Group("one"), Group("two", [["a"]], ["note"], level=1), Group("", [["b"]])]

        assert ["    head", "one", "  two", "    a", "    note", "    b"] == lines(
            [Column("", "head", "id")], groups, width=80
        )

    def test_columns_without_a_word_are_left_out(self) -> None:
        """An empty column takes no room; neither do column heads where they are not wanted."""
        columns = [Column("", "a", "id"), Column("", "b", "id"), Column("", "c", "id")]

        assert ["1  3"] == lines(columns, [Group("", [["1", "", "3"]])], heads=False, width=80)

    def test_no_rows_leave_titles_and_notes(self) -> None:
        """A table without rows has no heads."""
        assert ["none", "  note"] == lines([Column("", "a", "id")], [Group("none", [], ["note"])], width=80)

    def test_optional_columns_go_first_and_are_named(self) -> None:
        """The last optional column goes first, and the reader is told."""
        columns = [Column("", "a", "id"), Column("", "b", "id", optional=True), Column("", "c", "id", optional=True)]
        groups = [Group("", [["a" * 10, "b" * 10, "c" * 10]])]

        both = ["a           b", "aaaaaaaaaa  bbbbbbbbbb", "(not shown in 30 columns: c)"]
        assert both == lines(columns, groups, width=30)
        one = ["a", "aaaaaaaaaa", "(not shown in 20", "  columns: b, c)"]
        assert one == lines(columns, groups, width=20)

    def test_texts_give_way_before_the_rest(self) -> None:
        """Wrapped columns continue below, cut ones end in an ellipsis, others and numbers stay whole."""
        columns = [
            Column("", "keep", "id"),
            Column("", "wrap", "text", least=6),
            Column("", "cut", "cut", least=6),
            Column("", "n", "listed"),
        ]
        groups = [Group("", [["keepkeep", "one two three", "a long quote", "1,000.00"]])]

        expected = [
            "keep      wrap     cut              n",
            "keepkeep  one two  a long…   1,000.00",
            "          three",
        ]
        assert expected == lines(columns, groups, width=37)

    def test_in_the_last_resort_all_but_numbers_give_way(self) -> None:
        """A very narrow terminal breaks ids, never a number."""
        columns = [Column("", "keep", "id"), Column("", "n", "listed")]
        groups = [Group("", [["gemini-flash-lite", "1,000.00"]])]

        assert ["keep             n", "gemini-   1,000.00", "flash-", "lite"] == lines(columns, groups, width=18)
        assert ["keep             n", "gemini-   1,000.00", "flash-", "lite"] == lines(columns, groups, width=5)

    def test_the_terminal_decides_without_a_width(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The width is the terminal's where none is given."""
        monkeypatch.setenv("COLUMNS", "8")

        assert ["a", "one two", "three"] == lines([Column("", "a", "text", least=3)], [Group("", [["one two three"]])])

    def test_hostile_cells_titles_and_notes_are_safe(self) -> None:
        """No way into the table goes past `visible`."""
        out = table([Column("", "a", "id")], [Group(HOSTILE, [[HOSTILE]], [HOSTILE])], width=200)

        assert set() == acting(out)

    @given(st.lists(st.tuples(st.text(), st.text()), min_size=1), st.integers(24, 120))
    def test_tables_fit(self, rows, width: int) -> None:
        """Law: with texts that may give way, no line is wider than the terminal."""
        columns = [Column("", "a", "text"), Column("", "b", "cut")]

        out = table(columns, [Group("", [list(row) for row in rows])], width=width)
        assert [] == [line for line in out.splitlines() if breadth(line) > width]
