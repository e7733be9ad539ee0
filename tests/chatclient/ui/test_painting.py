"""A line becomes rows: time, who, text; and its rows are made once."""

from dataclasses import replace

import pytest

from chatclient.model import Delivery, Kind, Line, Reaction, Span
from chatclient.ui.painting import KEPT_ROWS, NO_MARKS, Block, Marks, Painter
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
    assert block.starts == (-2, -1, 0)


def test_rows_of_long_lines_are_kept_of_fewer() -> None:
    """Of those that are looked at at once they always are: the last of one, the first of another."""
    painter = Painter()
    lines = [replace(_line(text="x " * 20_000), id=number) for number in range(1, 25)]
    for line in lines:
        assert len(painter.block(line, 60, NO_MARKS, str.lower).rows) > 500
    assert painter.rows <= KEPT_ROWS
    huge = [replace(line, text=line.text * 12) for line in lines[:2]]
    for _ in range(3):
        for line in huge:
            painter.block(line, 60, NO_MARKS, str.lower)
    assert painter.rows > KEPT_ROWS
    assert painter.made == len(lines) + len(huge)


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
    assert len({fragment[0] for fragment in styles}) == 1


def test_every_own_line_says_how_far_it_got() -> None:
    """Dots, a cross, or a tick beside the time; lines of others say nothing."""
    mine = replace(_line(source="anna"), own=True)
    signs = {delivery: _texts(replace(mine, delivery=delivery), 80)[0][:6] for delivery in Delivery}
    assert signs == {
        Delivery.PENDING: " ··· ".ljust(6),
        Delivery.CONFIRMED: "12:00✓",
        Delivery.FAILED: "  ✗  ".ljust(6),
    }
    assert _texts(_line(), 80)[0].startswith("12:00 ")
    assert "✓" not in _texts(replace(mine, kind=Kind.JOIN), 80)[0]


@pytest.mark.parametrize(("delivery", "sign"), [*zip(Delivery, "·✓✗", strict=True)])
def test_a_sign_is_all_there_is_room_for(delivery: Delivery, sign: str) -> None:
    """Where no time is shown, an own line says how far it got still."""
    mine = replace(_line(source="anna"), own=True, delivery=delivery)
    assert _texts(mine, 20)[0].startswith(f"{sign}anna: ")


def test_what_is_answered_stands_above() -> None:
    """In one row, however long it is, where the text begins."""
    block = _block(_line(), 60, Marks(answers="anna: shall we have lunch " + "or not " * 20))
    quote, text = (row.text for row in block.rows)
    assert quote.startswith(" " * 20 + "┌ anna: shall we have lunch")
    assert quote.endswith("…")
    assert text.endswith("bob  hello")
    assert block.starts == (-1, 0)


def test_reactions_stand_below() -> None:
    """Each with how many people it is of; the user's own is in brackets, and has a style."""
    some = (Reaction("👍", ("bob", "eve")), Reaction("🎉", ("anna",), own=True))
    block = _block(replace(_line(), reactions=some), 60)
    assert [row.text for row in block.rows][1] == " " * 20 + "👍 2  [🎉 1]"
    assert block.rows[1].fragments[-1] == ("class:reaction.own", "[🎉 1]")
    assert block.starts[1] > block.starts[0]
    assert block.row_of(block.starts[1]) == 1


def test_many_reactions_take_more_rows() -> None:
    """None is cut off at the edge."""
    some = tuple(Reaction(sign, ("bob",)) for sign in "👍🎉😀😢🚀👀🍕🌍")
    rows = _texts(replace(_line(), reactions=some), 40)[1:]
    assert "".join(rows).split() == [part for sign in "👍🎉😀😢🚀👀🍕🌍" for part in (sign, "1")]
    assert len(rows) == 2


def test_formatting_is_drawn() -> None:
    """A part that is bold has a style of its own; the text is the same."""
    line = replace(_line(text="a bold word"), spans=(Span(2, 6, bold=True),))
    assert _block(line, 80).rows[0].fragments[-3:] == (("", "a "), ("bold", "bold"), ("", " word"))


def test_formatting_of_a_pending_line_is_drawn_too() -> None:
    """Its own look comes first."""
    line = replace(_line(), spans=(Span(0, 5, italic=True),), delivery=Delivery.PENDING)
    assert _block(line, 80).rows[0].fragments[-1] == ("class:pending italic", "hello")


def test_a_wrapped_link_is_one_link() -> None:
    """Each row of it leads to the whole address."""
    url = "https://example.org/a/very/long/path/that/takes/several/rows"
    rows = _block(_line(text=f"see {url}."), 40).rows
    parts = [part for row in rows for part in row.fragments if len(part) == 3]
    assert len(parts) > 1
    assert {part[2] for part in parts} == {url}
    assert "".join(part[1] for part in parts) == url


def test_a_sentence_about_an_action_begins_with_who_did_it() -> None:
    """And what is formatted in it stands where it stood."""
    line = replace(_line(Kind.ACTION, "waves wildly"), spans=(Span(6, 12, underline=True),))
    *_, first, second, third = _block(line, 80).rows[0].fragments
    assert first[1] + second[1] == "bob waves "
    assert third[1] == "wildly"
    assert third[0].endswith("underline")


def test_a_message_of_several_lines_keeps_its_formatting() -> None:
    """Row by row."""
    line = replace(_line(text="one\ntwo"), spans=(Span(4, 7, bold=True),))
    rows = _block(line, 80).rows
    assert [row.fragments[-1] for row in rows] == [("", "one"), ("bold", "two")]
