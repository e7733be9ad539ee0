"""A line is picked in a view, also of those that are no longer in memory."""

from dataclasses import replace

from tests.chatclient.ui.test_scrollback import Room


def _picked(room: Room) -> str:
    line = room.view.picked
    return line.text if line else ""


def test_picking_goes_on_into_the_archive() -> None:
    """Line by line, each once, and always in sight."""
    room = Room(700, 100)
    for number in range(699, 300, -1):
        assert room.view.pick(-1)
        assert _picked(room) == f"line {number}"
        assert any(text.startswith(f"line {number}") for text in room.texts())


def test_picking_comes_back_to_the_newest() -> None:
    """And says when there is nothing after it."""
    room = Room(700, 100)
    for _ in range(50):
        room.view.pick(-10)
        room.texts()
    assert _picked(room) == "line 209"  # the first one picks the newest
    for _ in range(49):
        assert room.view.pick(10)
        room.texts()
    assert _picked(room) == "line 699"
    assert not room.view.pick(1)


def test_the_oldest_stays_picked() -> None:
    """There is nothing before it."""
    room = Room(30, 30)
    room.view.pick(-1)
    assert room.view.pick(-100)
    assert _picked(room) == "line 0"
    assert not room.view.pick(-1)
    assert _picked(room) == "line 0"


def test_what_is_picked_may_leave_memory() -> None:
    """It is the same line in the archive."""
    room = Room(200, 200)
    room.view.pick(-1)
    room.view.pick(-50)
    room.texts()
    room.trim(100)
    room.texts()
    assert _picked(room) == "line 149"


def test_a_message_of_long_ago_is_gone_to() -> None:
    """By its id, as what somebody answers."""
    room = Room(2000, 100)
    room.view.pick(-1)
    assert room.view.pick_message("id of line 500")
    assert _picked(room) == "line 500"
    assert any(text.startswith("line 500") for text in room.texts())
    assert not room.view.pick_message("id of nothing")
    room.view.unpick()
    assert room.view.picked is None


def test_a_line_that_changes_stays_picked() -> None:
    """As somebody reacts to it meanwhile."""
    room = Room(30, 30)
    room.view.pick(-1)
    lines = room.room.lines
    lines[-1] = replace(lines[-1], text="another text")
    assert _picked(room) == "another text"


def test_what_was_found_is_picked_first() -> None:
    """Who comes from the search wants that one."""
    room = Room(300, 100)
    assert room.view.go_to_message("id of line 100")
    room.texts()
    room.view.pick(-1)
    assert _picked(room) == "line 100"
