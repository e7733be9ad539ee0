"""A screen becomes an SVG in which columns stand in line."""

import pyte
import pytest

from tools.svg import CELL_WIDTH, MARGIN, picture, runs


def _screen(data: str) -> pyte.Screen:
    screen = pyte.Screen(20, 2)
    pyte.Stream(screen).feed(data)
    return screen


def test_cells_of_one_look_are_one_run() -> None:
    """A change of colour begins another one."""
    found = [(run.column, run.cells, run.text.strip()) for run in runs(_screen("ab\x1b[31mcd"), 0)]
    assert found == [(0, 2, "ab"), (2, 2, "cd"), (4, 16, "")]


def test_wide_characters_are_runs_of_their_own() -> None:
    """Each has its column, whatever its font makes of it."""
    found = [(run.column, run.cells, run.text.strip()) for run in runs(_screen("a中文b"), 0)]
    assert found == [(0, 1, "a"), (1, 2, "中"), (3, 2, "文"), (5, 15, "b")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("<&>", "&lt;&amp;&gt;"),
        ("\x1b[38;5;208mx", 'fill="#ff8700"'),
        ("\x1b[1mx", 'font-weight="bold"'),
        ("\x1b[4mx", 'text-decoration="underline"'),
        ("\x1b[7mx", '<rect x="12.0"'),
        ("  x", f'textLength="{20 * CELL_WIDTH:.1f}"'),
    ],
)
def test_looks_are_drawn(data: str, expected: str) -> None:
    """Colours, weights and signs that XML has taken for itself."""
    assert expected in picture(_screen(data), "title")


def test_columns_are_where_they_are() -> None:
    """The second run begins where its first cell is."""
    assert f'x="{MARGIN + 3 * CELL_WIDTH:.1f}"' in picture(_screen("abc\x1b[31md"), "title")
