"""The view goes beyond what is in memory: through the archive, and to what the server has."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from chatclient.archive import SqliteArchive
from chatclient.archive import tasks as t
from chatclient.model import Buffer, Kind, Line, Status, World
from chatclient.model.window import restore, trim
from chatclient.ui.painting import Painter
from chatclient.ui.view import View
from tests.chatclient.ui.rig import NOON

MANY = 2600


class Room:
    """A room of which the archive has all and the memory the end, and a view of it."""

    def __init__(self, many: int, window: int) -> None:
        self.world = World(Status("host:9000"), name="home")
        self.room = self.world.open_room("#room")
        self.archive = SqliteArchive()
        self.asked: list[tuple[str, str]] = []  # before what, filling which gap
        self.has_history = False
        for number in range(many):
            self.say(f"line {number}", NOON - many + number)
        self.archive.flush()
        self.trim(window)
        self.view = self.look()

    def look(self) -> View:
        """Return a view that starts at the end."""
        view = View(self.room, Painter(), self.archive, self.find_older)
        view.rows(40, 10)
        return view

    def find_older(self, buffer: Buffer, line: Line, gap: Line | None) -> bool:
        """Note what is asked for."""
        self.asked.append((line.text, gap.text if gap else ""))
        self.room.seeking = self.has_history
        return True

    def answer(self, many: int, name: str = "") -> None:
        """Let the server answer with what was said before all that is known."""
        (first,) = self.archive.newer(self.room, 0, 1)
        lines = [
            self.world.make_line(Kind.MESSAGE, f"older {name}{n}", time=NOON - 99, source="bob")
            for n in range(many)
        ]
        lines = [replace(line, msgid=line.text) for line in lines]
        shelf = self.archive.shelf(self.room)
        self.archive.do(t.Insert(shelf, lines, high=first.position))
        self.archive.flush()
        self.room.seeking = False
        self.view.refresh()

    def say(self, text: str, time: float = NOON) -> Line:
        """Let bob say something."""
        line = self.world.make_line(Kind.MESSAGE, text, time=time, source="bob")
        line = replace(line, msgid=f"id of {text}")
        self.world.add(self.room, line)
        self.archive.add(self.room, line)
        return line

    def trim(self, window: int) -> None:
        """Let all lines go from memory but so many."""
        for line in trim(self.room, window, lambda _: True):
            self.archive.shelf(self.room).positions.pop(line.id, None)

    def texts(self, height: int = 10) -> list[str]:
        """Return what is seen."""
        return [row.text.partition("bob: ")[2] or row.text for row in self.view.rows(40, height)]

    def numbers(self) -> list[int]:
        """Return which lines are seen."""
        return [int(text[5:]) for text in self.texts() if text.startswith("line")]


@pytest.fixture
def long() -> Iterator[Room]:
    """A room with 2,600 lines, of which 50 are in memory."""
    room = Room(MANY, 50)
    yield room
    room.archive.close()


@pytest.fixture
def short() -> Iterator[Room]:
    """A room with 30 lines, all in memory."""
    room = Room(30, 50)
    yield room
    room.archive.close()


def test_pages_go_through_all_of_it_and_back(long: Room) -> None:
    """Every line is seen on the way to the first, in order, and again on the way to the last."""
    seen: list[int] = []
    for _ in range(MANY):
        numbers = long.numbers()
        seen = [*(number for number in numbers if not seen or number < seen[0]), *seen]
        if numbers[0] == 0:
            break
        long.view.page(-1)
    assert seen == list(range(MANY))
    for _ in range(MANY):
        numbers = long.numbers()
        assert numbers[0] <= seen[-1]
        if long.view.at_end:
            break
        seen = [*range(numbers[-1] + 1)]
        long.view.page(1)
    assert numbers[-1] == MANY - 1


def test_memory_is_the_same_wherever_one_is(long: Room) -> None:
    """However far one goes, no more than some pages are held."""
    for _ in range(300):
        long.view.page(-1)
        assert len(long.view._lines) <= 1300


def test_to_the_first_line_and_to_the_last(long: Room) -> None:
    """One key each."""
    long.view.to_start()
    assert long.numbers()[0] == 0
    assert "more below" in long.texts()[-1]
    long.view.to_end()
    assert long.numbers()[-1] == MANY - 1
    assert long.view.at_end


def test_a_small_window_is_completed_from_the_archive(long: Room) -> None:
    """A screen that is larger than what is in memory is full all the same."""
    long.trim(3)
    view = long.look()
    shown = [row.text for row in view.rows(40, 20)]
    assert len(shown) == 20
    assert shown[0].endswith(f"line {MANY - 20}")


def test_the_place_is_kept_when_lines_leave_the_memory(long: Room) -> None:
    """What is read stays where it is, while others talk and the window moves on."""
    long.view.page(-2)
    before = long.numbers()
    for number in range(200):
        long.say(f"line {MANY + number}")
    assert long.numbers() == before
    long.archive.flush()
    long.trim(210)
    assert long.numbers() == before
    assert "200 new" in long.texts()[-1]
    long.view.page(1)
    assert before[-1] in long.numbers()
    for _ in range(100):
        long.view.page(1)
        newest = long.numbers()[-1]
    assert long.view.at_end
    assert newest == MANY + 199


@pytest.mark.parametrize("position", [0, 1, 7, 1000, 2500, MANY - 51, MANY - 49, MANY - 2])
def test_going_to_a_hit(long: Room, position: int) -> None:
    """A line that search found is shown with others around it, and stands out until one moves."""
    long.archive.flush()
    hit = long.archive.find(long.room, f"id of line {position}")
    assert hit is not None
    assert long.view.go_to(hit.position)
    rows = long.view.rows(40, 10)
    (row,) = (row for row in rows if row.text.endswith(f": line {position}"))
    assert "class:found" in row.style
    assert sum("class:found" in row.style for row in rows) == 1
    assert len(rows) == 10
    if 5 < position < MANY - 60:
        assert rows.index(row) == 3
    long.view.scroll(-1)
    assert not any("class:found" in row.style for row in long.view.rows(40, 10))


def test_going_to_a_message(long: Room) -> None:
    """A message is found by its id, as replies name it."""
    assert long.view.go_to_message("id of line 100")
    assert 100 in long.numbers()
    assert not long.view.go_to_message("of nothing")
    assert not long.view.go_to_message("")


def test_the_server_is_asked_for_what_nobody_has(short: Room) -> None:
    """When one comes near the oldest line that is known, what is older is asked for, once."""
    assert short.asked == []
    for _ in range(3):
        short.view.page(-1)
        assert short.asked == [("line 0", "")]


def test_it_says_that_something_is_on_its_way_and_keeps_the_place(short: Room) -> None:
    """Text does not move when older lines come."""
    short.view.to_start()
    short.view.scroll(-1)
    short.room.seeking = True
    before = short.texts()
    assert "loading" in before[0]
    short.answer(50)
    now = short.texts()
    assert now[1:] == before[1:]
    assert now[0] == "older 49"
    short.view.page(-1)
    assert short.texts()[0] == "older 42"


def test_who_goes_to_the_start_stays_there_as_older_lines_come(short: Room) -> None:
    """Page after page: until there is nothing older, or it is enough for once."""
    short.has_history = True
    short.view.to_start()
    assert short.texts()[1] == "line 0"
    pages = 0
    while short.room.seeking and pages < 10:
        pages += 1
        short.answer(20, f"{pages}-")
        assert short.texts()[1] == f"older {pages}-0"
    short.answer(20, "too many-")
    assert short.texts()[1] == "older 10-0"
    short.view.to_start()
    assert short.room.seeking
    short.answer(20, "the first-")
    assert short.texts()[1] == "older the first-0"


@pytest.mark.parametrize("way", ["scroll", "end"])
def test_who_moves_goes_no_further_to_the_start(short: Room, way: str) -> None:
    """What was asked for comes, and moves nothing."""
    short.has_history = True
    short.view.to_start()
    assert short.texts()[1] == "line 0"
    if way == "scroll":
        short.view.scroll(2)
    else:
        short.view.to_end()
    before = short.texts()
    short.answer(20)
    assert short.texts() == before


def test_the_start_is_reached_from_a_view_that_shows_all(short: Room) -> None:
    """What is known fits in a high terminal; what comes from before it may not."""
    short.has_history = True
    short.texts(height=40)
    short.view.to_start()
    assert short.texts(height=40)[-1] == "line 29"
    short.answer(50)
    assert short.texts(height=40)[1] == "older 0"


def test_nothing_is_asked_for_when_there_is_nothing(short: Room) -> None:
    """The server has said that it has nothing older."""
    short.room.exhausted = True
    short.view.to_start()
    assert short.asked == []


def test_a_gap_is_asked_for_when_one_comes_to_it() -> None:
    """Where a line says that something is missing, what stands before the next one is wanted."""
    room = Room(100, 200)
    gap = room.world.make_line(Kind.GAP, "gap", time=NOON)
    room.room.lines.insert(50, gap)
    room.view.page(-1)
    assert room.asked == []
    for _ in range(6):
        room.view.page(-1)
    assert room.asked[0] == ("line 50", "gap")
    assert room.asked.count(("line 50", "gap")) == 1
    room.archive.close()


def test_the_mark_of_what_is_new_is_there_in_the_archive_too(long: Room) -> None:
    """Where one looked last is marked, in memory or not."""
    kept = long.archive.older(long.room, None, 100)
    long.room.read_id = kept[20].line.id
    for _ in range(12):
        long.view.page(-1)
    seen = []
    for _ in range(12):
        seen += long.texts()
        long.view.page(1)
    at = next(index for index, text in enumerate(seen) if "new since you looked" in text)
    assert seen[at + 1] == kept[21].line.text


def test_at_start_lines_of_the_archive_are_the_window(long: Room) -> None:
    """What was restored is seen, and what is older follows it without a gap."""
    world = World(Status("host:9000"), name="home")
    room = world.open_room("#room")
    restore(room, [kept.line for kept in long.archive.older(room, None, 20)])
    long.room, long.world = room, world
    long.view = long.look()
    assert long.numbers() == list(range(MANY - 10, MANY))
    for _ in range(5):
        long.view.page(-1)
    assert long.numbers() == list(range(MANY - 45, MANY - 36))
