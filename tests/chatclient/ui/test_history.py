"""What one sees of the archive and of the server's history, on the screen."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from chatclient.archive import SqliteArchive
from chatclient.archive import tasks as t
from chatclient.model import Archive, Buffer, Kind, Line, World
from chatclient.model.window import restore
from tests.chatclient.ui.rig import (
    CTRL_DOWN,
    CTRL_END,
    CTRL_HOME,
    NOON,
    PAGE_DOWN,
    PAGE_UP,
    Rig,
    make_world,
    rig,
)

MANY = 300


class Past:
    """What was said in #lobby before this start."""

    def __init__(self) -> None:
        self.archive = SqliteArchive()
        self.world = make_world()
        self.room = self.world.buffers[1]
        for number in range(MANY):
            self.archive.add(self.room, self.line(f"line {number}", NOON - MANY + number))
        self.archive.flush()
        restore(self.room, [kept.line for kept in self.archive.older(self.room, None, 50)])

    def line(self, text: str, time: float) -> Line:
        """Return a line that bob said."""
        line = self.world.make_line(Kind.MESSAGE, text, time=time, source="bob")
        return replace(line, msgid=text)

    def file(self, rig: Rig, lines: list[Line], before: Line) -> None:
        """Let the server answer with what was said before a line, as the keeper writes it."""
        kept = self.archive.find(self.room, before.msgid)
        assert kept is not None
        shelf = self.archive.shelf(self.room)
        self.archive.do(t.Insert(shelf, lines, high=kept.position))
        self.archive.flush()
        self.world.find_past(self.room, lines, before, None)
        self.world.set_seeking(self.room, seeking=False)
        rig.client.flush()


pytestmark = pytest.mark.asyncio


@pytest.fixture
def past() -> Iterator[Past]:
    """Three hundred lines."""
    past = Past()
    yield past
    past.archive.close()


def _numbers(rig: Rig) -> list[int]:
    found = (re.search(r"bob:? +line (\d+)", row) for row in rig.rows)
    return [int(each[1]) for each in found if each]


async def test_the_screen_begins_with_what_was_said_before(past: Past) -> None:
    """The newest lines are there at start."""
    async with rig(world=past.world, archive=past.archive) as screen:
        await screen.shows(f"line {MANY - 1}")
        assert _numbers(screen) == list(range(MANY - len(_numbers(screen)), MANY))


async def test_a_high_screen_is_full(past: Past) -> None:
    """More than what was restored is read as it is needed."""
    async with rig(80, 100, world=past.world, archive=past.archive) as screen:
        await screen.shows(f"line {MANY - 1}")
        assert len(_numbers(screen)) > 90


async def test_page_up_to_the_first_line_and_down_to_the_last(past: Past) -> None:
    """All that is kept is reached by keys, in both directions."""
    async with rig(world=past.world, archive=past.archive) as screen:
        for _ in range(20):
            screen.press(PAGE_UP)
        await screen.until(lambda: 0 in _numbers(screen))
        assert "lines below" in screen.text
        for _ in range(25):
            screen.press(PAGE_DOWN)
        await screen.until(lambda: MANY - 1 in _numbers(screen))
        await screen.hides("below")


async def test_home_and_end(past: Past) -> None:
    """One key each."""
    async with rig(world=past.world, archive=past.archive) as screen:
        screen.press(CTRL_HOME)
        await screen.until(lambda: _numbers(screen)[:1] == [0])
        screen.press(CTRL_END)
        await screen.until(lambda: MANY - 1 in _numbers(screen))


async def test_what_comes_meanwhile_is_counted_and_moves_nothing(past: Past) -> None:
    """Who reads what was said before sees how much is new."""
    async with rig(world=past.world, archive=past.archive) as screen:
        screen.press(PAGE_UP * 3)
        await screen.shows("below")
        before = _numbers(screen)
        for number in range(3):
            screen.say(past.room, "eve", f"news {number}")
        await screen.shows("3 new")
        assert _numbers(screen) == before
        screen.press(CTRL_END)
        await screen.shows("news 2")
        await screen.hides("3 new")


async def test_a_resize_keeps_the_place(past: Past) -> None:
    """In the archive as in memory: the line at the top stays."""
    async with rig(world=past.world, archive=past.archive) as screen:
        screen.press(PAGE_UP * 8)
        await screen.until(lambda: (_numbers(screen) or [MANY])[0] < MANY - 100)
        top = _numbers(screen)[0]
        screen.resize(60, 12)
        await screen.until(lambda: 0 < len(_numbers(screen)) < 12)
        assert _numbers(screen)[0] == top
        screen.resize(100, 30)
        await screen.until(lambda: len(_numbers(screen)) > 20)
        assert _numbers(screen)[0] == top


async def test_older_lines_come_from_the_server_by_themselves(past: Past) -> None:
    """At the oldest line that is known, the server is asked; what comes moves nothing."""
    async with rig(world=past.world, archive=past.archive) as screen:
        screen.client.has_history = True
        screen.press(CTRL_HOME)
        await screen.until(lambda: screen.client.older_sought)
        (before, gap) = screen.client.older_sought[0]
        assert (before.text, gap) == ("line 0", None)
        await screen.shows("loading what was said before")
        screen.press(CTRL_DOWN * 2)
        await screen.until(lambda: _numbers(screen)[0] == 1)
        shown = _numbers(screen)
        older = [past.line(f"older {number}", NOON - 2 * MANY) for number in range(40)]
        past.file(screen, older, before)
        await screen.hides("loading")
        assert _numbers(screen) == shown
        screen.press(PAGE_UP)
        await screen.shows("older 39")
        screen.press(PAGE_UP * 4)
        await screen.shows("older 0")


async def test_the_start_is_where_the_oldest_line_is_that_the_server_has(past: Past) -> None:
    """Ctrl+Home goes there, also while older lines are still to come."""
    async with rig(world=past.world, archive=past.archive) as screen:
        screen.client.has_history = True
        screen.press(CTRL_HOME)
        await screen.until(lambda: screen.client.older_sought)
        (before, _) = screen.client.older_sought[0]
        await screen.shows("loading what was said before")
        older = [past.line(f"older {number}", NOON - 2 * MANY) for number in range(40)]
        past.file(screen, older, before)
        await screen.shows("older 0")


async def test_without_history_nothing_is_said_to_be_on_its_way(past: Past) -> None:
    """The oldest line that is known is then the oldest."""
    async with rig(world=past.world, archive=past.archive) as screen:
        screen.press(CTRL_HOME)
        await screen.until(lambda: 0 in _numbers(screen))
        assert "loading" not in screen.text


async def test_a_message_that_is_removed_while_one_reads_it(past: Past) -> None:
    """What changes in the archive changes on the screen."""
    async with rig(world=past.world, archive=past.archive) as screen:
        screen.press(CTRL_HOME)
        await screen.until(lambda: 0 in _numbers(screen))
        _replace(past.archive, past.room, "line 3", "deleted by bob")
        past.world.redact(past.room, "line 3", "deleted by bob")
        screen.client.flush()
        await screen.shows("deleted by bob")
        assert 3 not in _numbers(screen)


def _replace(archive: SqliteArchive, room: Buffer, msgid: str, text: str) -> None:
    kept = archive.find(room, msgid)
    assert kept is not None
    gone = replace(kept.line, kind=Kind.DELETED, text=text)
    archive.do(t.Replace(archive.shelf(room), kept.position, gone))
    archive.flush()


async def test_days_are_marked_where_they_begin() -> None:
    """In the archive, too."""
    archive: SqliteArchive = SqliteArchive()
    world: World = make_world()
    room = world.buffers[1]
    for number in range(100):
        when = NOON - (100 - number) * 3600 * 12
        line = world.make_line(Kind.MESSAGE, f"line {number}", time=when, source="bob")
        archive.add(room, line)
    archive.flush()
    shown: Archive = archive
    async with rig(world=world, archive=shown) as screen:
        screen.press(CTRL_HOME)
        await screen.until(lambda: 0 in _numbers(screen))
        assert screen.text.count("2023 ──") >= 5
    archive.close()
