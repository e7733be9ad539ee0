"""The view shows the rows of a buffer that fit, and stays where it was put."""

import pytest

from chatclient.model import Buffer, Kind, Status, World
from chatclient.ui.painting import Painter
from chatclient.ui.view import View
from tests.chatclient.ui.rig import NOON


def _world(lines: int, text: str = "line {}") -> tuple[World, Buffer]:
    world = World(Status("host:9000"))
    room = world.open_room("#room")
    for number in range(lines):
        room.lines.append(
            world.make_line(Kind.MESSAGE, text.format(number), time=NOON, source="bob")
        )
    return world, room


def _texts(view: View, cells: int = 40, height: int = 10) -> list[str]:
    return [row.text.strip() for row in view.rows(cells, height)]


def test_it_follows_the_end() -> None:
    """New lines are seen as they come."""
    world, room = _world(100)
    view = View(room, Painter())
    assert _texts(view)[-1].endswith("line 99")
    world.tell(room, "newest", time=NOON)
    assert _texts(view)[-1].endswith("newest")
    assert view.at_end


def test_only_what_is_seen_is_made() -> None:
    """Of 100,000 lines, a screen makes the rows of a screen; a page more, of a page more."""
    _, room = _world(100_000)
    painter = Painter()
    view = View(room, painter)
    view.rows(40, 20)
    assert painter.made == 20
    view.rows(40, 20)
    assert painter.made == 20
    view.page(-1)
    view.rows(40, 20)
    assert painter.made <= 40
    view.to_start()
    assert _texts(view, 40, 20)[1].endswith("line 0")
    assert painter.made <= 80


def test_a_page_up_overlaps_and_a_page_down_comes_back() -> None:
    """Pages share rows, so that one does not lose the thread; the end is reached again."""
    _, room = _world(100)
    view = View(room, Painter())
    last = _texts(view)
    view.page(-1)
    before = _texts(view)
    assert before[7:9] == last[:2]
    assert before[-1].startswith("↓")
    view.page(1)
    assert _texts(view) == last
    assert view.at_end


def test_it_says_how_much_is_below() -> None:
    """Who is not at the end sees that, and by how many lines."""
    world, room = _world(50)
    view = View(room, Painter())
    view.rows(40, 10)
    view.scroll(-5)
    shown = _texts(view)
    assert shown[-1].startswith("↓ 6 more lines below")
    world.tell(room, "newest", time=NOON)
    now = _texts(view)
    assert now[:-1] == shown[:-1]
    assert now[-1].startswith("↓ 7 more lines below")


def test_the_start_is_the_start() -> None:
    """One cannot go beyond the first line."""
    _, room = _world(50)
    view = View(room, Painter())
    view.rows(40, 10)
    view.page(-100)
    top = _texts(view)
    assert "15 November 2023" in top[0]
    view.scroll(-1)
    assert _texts(view) == top


def test_what_fits_needs_no_scrolling() -> None:
    """With fewer lines than rows, the view stays at the end."""
    _, room = _world(3)
    view = View(room, Painter())
    view.rows(40, 10)
    view.page(-1)
    assert len(_texts(view)) == 4
    assert view.at_end


def test_an_empty_buffer_has_no_rows() -> None:
    """Nothing was said yet; nothing breaks."""
    _, room = _world(0)
    view = View(room, Painter())
    for move in (view.to_start, view.to_end, lambda: view.page(-1), lambda: view.page(1)):
        move()
        assert view.rows(40, 10) == []


@pytest.mark.parametrize("widths", [(40, 25, 40), (40, 100, 40), (30, 20, 70, 30)])
def test_a_resize_keeps_the_place(widths: tuple[int, ...]) -> None:
    """The text at the top stays at the top, at every width on the way."""
    _, room = _world(200, "{} " + "some words that wrap " * 5)
    view = View(room, Painter())
    view.rows(widths[0], 10)
    view.page(-5)
    first = _texts(view, widths[0])
    for width in widths[1:-1]:
        assert len(_texts(view, width)) == 10
    assert _texts(view, widths[-1]) == first


def test_history_that_is_put_before_keeps_the_place() -> None:
    """Lines that are inserted above do not move what is read."""
    world, room = _world(100)
    view = View(room, Painter())
    view.rows(40, 10)
    view.page(-2)
    before = _texts(view)
    old = [world.make_line(Kind.MESSAGE, "old", time=NOON - 60, source="x") for _ in range(30)]
    world.insert(room, old)
    assert _texts(view) == before


def test_a_line_that_is_gone_ends_at_the_end() -> None:
    """When the line at the top is no more, the newest are shown."""
    _, room = _world(100)
    view = View(room, Painter())
    view.rows(40, 10)
    view.page(-2)
    room.lines[:] = room.lines[-5:]
    assert _texts(view)[-1].endswith("line 99")


def test_a_line_larger_than_the_view_is_scrolled_through() -> None:
    """A huge line is read row by row, and page by page to its end."""
    _, room = _world(3, "{} " + "word " * 400)
    view = View(room, Painter())
    view.rows(40, 10)
    view.to_start()
    seen = set(_texts(view)[:-1])
    for _ in range(100):
        view.page(1)
        seen.update(_texts(view)[:-1])
        if view.at_end:
            break
    assert view.at_end
    assert any("2 word" in text for text in seen)


def test_days_and_news_are_marked() -> None:
    """A rule with the date begins each day; another shows where one looked last."""
    world, room = _world(2)
    room.read_id = room.lines[-1].id
    world.add(room, world.make_line(Kind.MESSAGE, "next day", time=NOON + 86400, source="bob"))
    shown = _texts(View(room, Painter()), 50)
    assert "Wednesday, 15 November 2023" in shown[0]
    assert "Thursday, 16 November 2023" in shown[3]
    assert "new since you looked" in shown[4]
    assert shown[5].endswith("next day")


def test_it_knows_when_more_is_said_than_can_be_seen() -> None:
    """That is so while nothing that was in view is in view the next time, and no longer."""
    world, room = _world(100)
    view = View(room, Painter())

    def fleets(news: int) -> bool:
        for _ in range(news):
            world.tell(room, "news", time=NOON)
        view.rows(40, 10)
        return view.fleets

    assert not fleets(0)
    assert not fleets(9)  # one line is left
    assert fleets(10)
    assert not fleets(0)
    view.scroll(-5)
    assert not fleets(10)  # it stays where it is
