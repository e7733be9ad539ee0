"""Reading: scrolling, resizing, a hundred thousand lines."""

import pytest

from chatclient.model import CommandWanted, Kind
from tests.chatclient.ui.rig import (
    CTRL_DOWN,
    CTRL_END,
    CTRL_HOME,
    CTRL_UP,
    ENTER,
    NOON,
    PAGE_DOWN,
    PAGE_UP,
    make_world,
    rig,
)


@pytest.mark.asyncio
async def test_scrolling_keeps_the_place_and_says_so() -> None:
    """PageUp stops following; news are counted below; Ctrl+End is at the end again."""
    async with rig() as seen:
        lobby = seen.world.active
        for number in range(100):
            seen.say(lobby, "bob", f"number {number}.")
        await seen.shows("number 99.")
        seen.press(PAGE_UP)
        await seen.shows("more lines below")
        top = seen.rows[1]
        seen.say(lobby, "bob", "the latest")
        await seen.shows("20 more lines below")
        assert seen.rows[1] == top
        seen.press(CTRL_UP)
        await seen.until(lambda: seen.rows[1] != top)
        seen.press(CTRL_DOWN)
        await seen.until(lambda: seen.rows[1] == top)
        seen.press(CTRL_END)
        await seen.shows("the latest")
        seen.press(CTRL_HOME)
        await seen.shows("number 0.")
        seen.press(PAGE_DOWN * 10)
        await seen.shows("the latest")
        assert "below" not in seen.text


@pytest.mark.asyncio
async def test_a_resize_keeps_the_place() -> None:
    """The line at the top stays there, smaller and larger."""
    async with rig() as seen:
        for number in range(100):
            seen.say(seen.world.active, "bob", f"number {number}, with a text of some length")
        await seen.shows("number 99,")
        seen.press(PAGE_UP + PAGE_UP)
        await seen.shows("more lines below")
        top = seen.rows[1].split("│")[1]
        first = f"number {top.split(',')[0].split()[-1]},"
        for size in ((40, 12), (120, 40), (80, 24)):
            seen.resize(*size)
            await seen.until(lambda: first in seen.rows[1])
        assert seen.rows[1].split("│")[1] == top


@pytest.mark.asyncio
async def test_sending_shows_what_was_sent() -> None:
    """Who was reading above and says something is at the end again."""
    async with rig() as seen:
        for number in range(100):
            seen.say(seen.world.active, "bob", f"number {number}.")
        seen.press(PAGE_UP)
        await seen.shows("more lines below")
        seen.press("hello" + ENTER)
        await seen.hides("more lines below")


@pytest.mark.asyncio
async def test_a_hundred_thousand_lines_are_not_looked_at() -> None:
    """Only rows that are seen are made, whatever comes and wherever one goes."""
    world = make_world()
    lobby = world.active
    for number in range(100_000):
        line = world.make_line(Kind.MESSAGE, f"number {number}.", time=NOON, source="bob")
        lobby.lines.append(line)
    async with rig(world=world) as seen:
        await seen.shows("number 99999.")
        painter = seen.screen.stage.painter
        assert painter.made <= 21
        seen.press("typing")
        await seen.shows("typing")
        assert painter.made <= 21
        seen.say(lobby, "bob", "newest")
        await seen.shows("newest")
        assert painter.made <= 22
        seen.press(PAGE_UP + CTRL_HOME)
        await seen.shows("number 0.")
        assert painter.made <= 22 + 3 * 21


@pytest.mark.asyncio
async def test_who_presses_keys_sees_the_end() -> None:
    """A key says that somebody reads what is new; not while they look at what was before, or at help."""
    async with rig() as chat:
        for number in range(60):
            chat.say(chat.world.active, "bob", f"line {number}")
        await chat.shows("line 59")
        chat.press("x")
        await chat.shows("#lobby > x")
        assert chat.client.seen == 1
        chat.press(PAGE_UP)
        await chat.hides("line 59")
        seen = chat.client.seen
        chat.press("y")
        await chat.shows("#lobby > xy")
        assert chat.client.seen == seen
        chat.press(CTRL_END + "z")
        await chat.shows("#lobby > xyz")
        assert chat.client.seen > seen


@pytest.mark.asyncio
async def test_what_a_server_says_takes_the_whole_width() -> None:
    """Nobody has a nick there, and what it says of itself is made for 80 columns."""
    async with rig(100) as seen:
        server = seen.world.server
        seen.world.tell(server, "*** Welcome to a server that has a lot to say ***", time=NOON)
        seen.client.activate(server)
        await seen.shows("12:00 - *** Welcome")


@pytest.mark.asyncio
async def test_what_is_cleared_is_above() -> None:
    """/clear shows what comes from then on; scrolling up has what was before, and nothing is lost."""
    async with rig(rows=14) as seen:
        room = seen.world.active
        for number in range(20):
            seen.say(room, "bob", f"line {number}.")
        await seen.shows("line 19.")
        seen.world.want(CommandWanted(room, "clear", ""))
        seen.client.flush()
        await seen.hides("line 19.")
        assert "cleared: PageUp shows what was here" in seen.text
        seen.say(room, "bob", "afterwards")
        await seen.shows("afterwards")
        assert "line 19." not in seen.text
        seen.press(PAGE_DOWN)
        await seen.hides("cleared:")
        assert "line 19." not in seen.text
        seen.press(PAGE_UP)
        await seen.shows("line 19.")
        seen.press(CTRL_HOME)
        await seen.shows("line 0.")
        seen.press(CTRL_END)
        await seen.shows("afterwards")
        assert "line 19." in seen.text
