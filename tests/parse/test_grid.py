"""Tables as grids: spans and lines as a browser shows them."""

from __future__ import annotations

from bs4 import BeautifulSoup

from scraper.parse.grid import Grid, grid, spread


def table(html: str) -> Grid:
    found = BeautifulSoup(f"<table>{html}</table>", "html5lib").find("table")
    assert found
    return grid(found)


def test_grid_spans():
    """Spans end with their row group and at the last header; a span of 0 reaches to the end; nonsense is 1."""
    found = table(
        "<thead><tr><th>A</th><th>B</th><th>C</th></tr></thead>"
        "<tbody><tr><td rowspan=9>x</td><td colspan=9>y</td></tr><tr><td>z</td></tr></tbody>"
        "<tbody><tr><td rowspan=0>u</td><td rowspan=x>v</td></tr><tr><td>w</td></tr><tr></tr></tbody>"
    )

    texts = [[cell.text if cell else None for cell in r.cells] for r in found.rows]
    assert [["x", "y", "y"], ["x", "z", None], ["u", "v", None], ["u", "w", None], ["u", None, None]] == texts
    assert ["A", "B", "C", "x", "y", "z", "u", "v", "w"] == list(found.texts())


def test_grid_lines():
    """Breaks, items and paragraphs part the lines of a cell; source lines do not."""
    found = table("<tr><td>a\n b<br><br>c<ul><li>d</li><li>e</li></ul><p>f</p></td></tr>")

    assert [("a b", "c", "d", "e", "f")] == [cell.lines for r in found.rows for cell in r.own]
    assert () == found.header


def test_spread():
    """Rows of any values; without a width a span is as wide as it says, and ends with the last row."""
    assert [("a", "b", "b"), ("a", "c")] == spread([[("a", 9, 1), ("b", 1, 2)], [("c", 1, 1)]])
    assert [("a", "b"), (None, "b")] == spread([[("a", 1, 1), ("b", 2, 1)], []])
    assert [("a", "b")] == spread([[("a", 1, 3), ("b", 1, 1)]], 1)
