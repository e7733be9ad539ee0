"""The mouse does what keys do, where the user wants it."""

import pytest

from chatclient.model import Member
from chatclient.settings import Settings
from tests.chatclient.ui.rig import join, make_world, rig

MOUSE = Settings(mouse=True)


def click(column: int, row: int) -> str:
    """Return what a terminal sends for a click there (from 1)."""
    return f"\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m"


WHEEL_UP, WHEEL_DOWN = "\x1b[<64;30;8M", "\x1b[<65;30;8M"


@pytest.mark.asyncio
async def test_a_click_goes_to_a_room() -> None:
    """The row of the list that it is on, in a list that is scrolled too."""
    world = make_world()
    rooms = [join(world, f"#room{number:02}") for number in range(40)]
    async with rig(world=world, settings=MOUSE) as seen:
        seen.press(click(5, 5))
        await seen.until(lambda: world.active is rooms[1])
        seen.client.activate(rooms[39])
        await seen.shows("#room39 > ")
        row = next(y for y, text in enumerate(seen.rows) if "#room30" in text)
        seen.press(click(5, row + 1))
        await seen.until(lambda: world.active is rooms[30])


@pytest.mark.asyncio
async def test_the_wheel_scrolls_and_a_click_on_more_goes_to_the_end() -> None:
    """As PageUp and Ctrl+End do."""
    async with rig(settings=MOUSE) as seen:
        for number in range(60):
            seen.say(seen.world.active, "bob", f"line {number}")
        await seen.shows("line 59")
        seen.press(WHEEL_UP * 2)
        await seen.shows("more lines below")
        seen.press(WHEEL_DOWN)
        await seen.shows("4 more lines below")
        row = next(y for y, text in enumerate(seen.rows) if "below" in text)
        seen.press(click(30, row + 1))
        await seen.shows("line 59")


@pytest.mark.asyncio
async def test_a_click_on_a_person_opens_a_conversation() -> None:
    """With who is in that row; below them is nobody."""
    async with rig(settings=MOUSE) as seen:
        row = next(y for y, text in enumerate(seen.rows) if text.endswith("bob"))
        seen.press(click(70, row + 5) + click(70, row + 1))
        await seen.until(lambda: seen.client.entered)
        assert seen.client.entered == [("#lobby", "/query bob")]


@pytest.mark.asyncio
async def test_the_wheel_goes_through_the_people_of_a_room() -> None:
    """Down to the last, and up again; a click opens a conversation with who is there then."""
    world = make_world()
    guests = [Member(f"guest{number:02}") for number in range(40)]
    world.active.members.replace([Member("oper", "@"), *guests])
    async with rig(world=world, settings=MOUSE) as seen:
        await seen.shows("more")
        seen.press("\x1b[<65;75;8M")
        await seen.shows("guest19")
        assert "@oper" not in seen.text
        seen.press("\x1b[<65;75;8M" * 20)
        await seen.shows("guest39")
        assert " more" not in seen.text
        row = next(y for y, text in enumerate(seen.rows) if "guest39" in text)
        seen.press(click(75, row + 1))
        await seen.until(lambda: seen.client.entered == [("#lobby", "/query guest39")])
        seen.press("\x1b[<64;75;8M" * 20)
        await seen.shows("@oper")
        await seen.shows("more")


@pytest.mark.asyncio
async def test_a_click_goes_to_a_tab() -> None:
    """Where the rooms are one row, as the screen is narrow."""
    world = make_world()
    more = join(world, "#more")
    async with rig(40, 12, world=world, settings=MOUSE) as seen:
        row = next(y for y, text in enumerate(seen.rows) if "#more" in text)
        seen.press(click(seen.rows[row].index("#more") + 2, row + 1))
        await seen.until(lambda: world.active is more)
        await seen.shows("#more >")
        seen.press(click(39, row + 1))
        seen.press(click(seen.rows[row].index("#lobby") + 1, row + 1))
        await seen.shows("#lobby >")


@pytest.mark.asyncio
async def test_it_is_off_unless_it_is_wanted() -> None:
    """As the terminal's own selection would be gone; it can be changed at any time."""
    async with rig() as seen:
        assert "\x1b[?1000h" not in seen.raw
        seen.client.settings = MOUSE
        seen.screen.clock.mark()
        await seen.until(lambda: "\x1b[?1000h" in seen.raw)
