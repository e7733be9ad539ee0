"""A line becomes rows: time, who, text; and its rows are made once."""

from dataclasses import replace

import pytest

from chatclient.model import Delivery, Kind, Line
from chatclient.ui.painting import NO_MARKS, Block, Marks, Painter
from tests.chatclient.ui.rig import NOON


def _line(kind: Kind = Kind.MESSAGE, text: str = "hello", source: str = "bob") -> Line:
    return Line(1, kind, NOON, source, text)


def _block(line: Line, cells: int, marks: Marks = NO_MARKS) -> Block:
    return Painter().block(line, cells, marks, str.lower)


def _texts(line: Line, cells: int, marks: Marks = NO_MARKS) -> list[str]:
    return [row.text for row in _block(line, cells, marks).rows]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (_line(), "12:00          bob  hello"),
        (_line(Kind.ACTION, "waves"), "12:00            *  bob waves"),
        (_line(Kind.NOTICE), "12:00        -bob-  hello"),
        (_line(Kind.NOTICE, source=""), "12:00            ·  hello"),
        (_line(Kind.JOIN, "bob joined"), "12:00            →  bob joined"),
        (_line(Kind.QUIT, "bob left"), "12:00            ←  bob left"),
        (_line(Kind.INFO, "an answer"), "12:00            -  an answer"),
        (_line(Kind.ERROR, "no such room"), "12:00            !  no such room"),
        (_line(source="somebody-with-a-long-nick"), "12:00 somebody-with-a-long-nick  hello"),
    ],
)
def test_each_kind_has_its_form(line: Line, expected: str) -> None:
    """In a wide view nicks and signs stand flush right, texts in one column."""
    assert _texts(line, 80) == [expected]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (40, ["12:00 bob: one two three four five six ", "           seven"]),
        (25, ["12:00 bob: one two three ", "           four five six ", "           seven"]),
        (20, ["bob: one two three ", "     four five six ", "     seven"]),
    ],
)
def test_rows_begin_after_the_nick(cells: int, expected: list[str]) -> None:
    """In a narrow view too, and where there is no room for the time."""
    assert _texts(_line(text="one two three four five six seven"), cells) == expected


@pytest.mark.parametrize("cells", range(1, 30))
def test_no_width_is_too_small(cells: int) -> None:
    """Something is shown in a single column still."""
    assert _texts(_line(source="somebody-with-a-long-nick", text="a b c"), cells)


def test_marks_stand_above() -> None:
    """The day and the sign for news are rows of their own, before the text's first."""
    block = _block(_line(), 60, Marks("Monday", new=True))
    day, new, text = (row.text for row in block.rows)
    assert day.strip("─") == " Monday "
    assert new.strip("─") == " new since you looked "
    assert text.endswith("hello")
    assert block.starts == (-1, -1, 0)


def test_rows_are_made_once() -> None:
    """Until the line, the width or the marks are others."""
    painter, line = Painter(), _line()
    first = painter.block(line, 80, NO_MARKS, str.lower)
    assert painter.block(line, 80, NO_MARKS, str.lower) is first
    painter.block(line, 40, NO_MARKS, str.lower)
    painter.block(line, 80, Marks(new=True), str.lower)
    painter.block(replace(line, delivery=Delivery.FAILED), 80, NO_MARKS, str.lower)
    assert painter.made == 4


def test_a_line_in_another_state_has_other_rows() -> None:
    """What is kept for the pending line is not shown for the confirmed one."""
    painter = Painter()
    pending = replace(_line(), delivery=Delivery.PENDING, own=True)
    assert painter.block(pending, 80, NO_MARKS, str.lower).rows[0].text.startswith(" ··· ")
    confirmed = replace(pending, delivery=Delivery.CONFIRMED)
    assert painter.block(confirmed, 80, NO_MARKS, str.lower).rows[0].text.startswith("12:00")


def test_pending_is_dim_and_a_call_stands_out() -> None:
    """In style as in signs."""
    pending = _block(replace(_line(), delivery=Delivery.PENDING), 80).rows[0]
    assert pending.fragments[-1] == ("class:pending", "hello")
    called = _block(replace(_line(), mention=True), 80).rows[0]
    assert ("class:mention", "bob") in called.fragments


def test_a_nick_has_one_colour() -> None:
    """In any spelling that means the same person."""
    styles = {_block(_line(source=nick), 80).rows[0].fragments[2] for nick in ("bob", "BOB")}
    assert len({style for style, _ in styles}) == 1
