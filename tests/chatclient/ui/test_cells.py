"""Text is measured, cut and drawn by grapheme cluster."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.layout.screen import Screen

from chatclient.ui import cells
from chatclient.ui.cells import Placed, Row

FAMILY = "👨\u200d👩\u200d👧"
FLAG = "🇩🇪"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("plain", 5),
        ("中文", 4),
        (FAMILY, 2),
        (FLAG, 2),
        ("👍🏽", 2),
        ("❤️", 2),
        ("e\u0301", 1),
        ("\u0301", 0),
        ("a\tb", 3),
        ("a\x1b[31mb", 6),
        ("\u202eab", 2),
    ],
)
def test_width_is_that_of_what_is_seen(text: str, expected: int) -> None:
    """A cluster takes no cell, one or two, whatever its code points add up to."""
    assert cells.width(text) == expected


@given(st.text())
def test_no_cluster_can_move_the_cursor(text: str) -> None:
    """Control characters are never part of what is drawn, and no cluster is wider than two."""
    for cluster, width in cells.clusters(text):
        assert width in {1, 2}
        assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in cluster)


def test_a_heap_of_marks_is_cut() -> None:
    """A letter with a thousand marks keeps a few: a cell costs what a cell costs."""
    (cluster, width), *rest = cells.clusters("a" + "\u0301" * 1000)
    assert (len(cluster), width, rest) == (cells.CLUSTER_LIMIT, 1, [])


@given(st.text(), st.integers(0, 30))
def test_clip_and_pad_keep_to_the_width(text: str, limit: int) -> None:
    """`clip` is never wider than it may be, `pad` is exactly as wide."""
    assert cells.width(cells.clip(text, limit)) <= limit
    assert cells.width(cells.pad(text, limit)) == limit


def test_clip_says_that_something_is_missing() -> None:
    """An ellipsis stands for the rest, and a wide cluster is never halved."""
    assert cells.clip("hello", 4) == "hel…"
    assert cells.clip("中文字", 4) == "中…"
    assert cells.clip("中文", 4) == "中文"


def _drawn(row: Row, left: int, limit: int) -> dict[int, tuple[str, int]]:
    screen = Screen()
    row.draw(screen, left, 0, limit)
    return {x: (str(char.char), char.width) for x, char in screen.data_buffer[0].items()}


def test_a_wide_cluster_takes_two_cells() -> None:
    """The cell after a wide cluster is empty, so that nothing is drawn into its second half."""
    row = Row([("", f"a{FAMILY}b")])
    assert _drawn(row, 0, 10) == {0: ("a", 1), 1: (FAMILY, 2), 2: ("", 0), 3: ("b", 1)}


def test_a_wide_cluster_at_the_edge_is_left_out() -> None:
    """Half of a cluster cannot be shown."""
    assert _drawn(Row([("", "a中")]), 0, 2) == {0: ("a", 1)}


def test_a_disputed_cluster_knows_the_column_after_it() -> None:
    """What terminals measure differently carries the absolute column; plain letters do not."""
    screen = Screen()
    row = Row([("", f"é{FAMILY}")])
    for left in (5, 8):  # the second time elsewhere: the cells are made anew
        row.draw(screen, left, 0, 10)
        plain, disputed = (screen.data_buffer[0][left + x].char for x in (0, 1))
        assert type(plain) is str
        assert isinstance(disputed, Placed)
        assert disputed.column == left + 3


def test_what_follows_a_disputed_cluster_is_drawn_with_its_row() -> None:
    """Two rows differ in every cell from such a cluster on, so that all of it is drawn anew."""
    first, second = Screen(), Screen()
    Row([("", f"ab{FAMILY}cd")]).draw(first, 0, 0, 10)
    Row([("", f"ab{FLAG}cd")]).draw(second, 0, 0, 10)
    same = [first.data_buffer[0][x] == second.data_buffer[0][x] for x in range(6)]
    assert same == [True, True, False, False, False, False]


def test_a_row_with_a_style_reaches_to_the_edge() -> None:
    """A bar is a bar over its whole width."""
    screen = Screen()
    Row([("class:x", "ab")], "class:bar").draw(screen, 0, 0, 4)
    styles = [screen.data_buffer[0][x].style for x in range(4)]
    assert styles == ["class:bar class:x"] * 2 + ["class:bar"] * 2


def test_what_is_kept_of_a_cluster_is_short() -> None:
    """Letters under thousands of accents leave nothing behind in memory."""
    cells._measure.cache_clear()
    tracemalloc.start()
    try:
        for number in range(50):
            assert [*cells.clusters(chr(0x4E00 + number) + "\u0301" * 100_000)]
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000
