"""Getting around: unread counts, changing the room, drafts."""

from functools import partial

import pytest

from chatclient.model import FocusWanted, World
from tests.chatclient.ui.rig import CTRL_N, CTRL_P, ESC, F2, join, make_world, rig


def _three_rooms() -> World:
    world = make_world()
    for name in ("#ops", "#dev"):
        join(world, name, "anna", "carol")
    world.take_changes()
    return world


@pytest.mark.asyncio
async def test_unread_counts_and_calls_are_shown() -> None:
    """A room counts what was said; when somebody calls the user, it says so with a sign."""
    async with rig(world=_three_rooms()) as seen:
        _, _, ops, dev = seen.world.buffers
        seen.say(ops, "carol", "one")
        seen.say(ops, "carol", "two")
        seen.say(dev, "carol", "anna: three", mention=True)
        await seen.shows("4 #dev        !1")
        assert seen.rows[-2].endswith("1 mention: Alt+A, Alt+M")
        assert seen.rows[3].startswith("3 #ops         2│")
        assert seen.cell("4 #dev").bold


@pytest.mark.asyncio
async def test_rooms_are_changed_by_number_and_in_turn() -> None:
    """Alt+number, Ctrl+N and Ctrl+P; what is unread is read then."""
    async with rig(world=_three_rooms()) as seen:
        seen.say(seen.world.buffers[3], "carol", "hi")
        seen.press(ESC + "4")
        await seen.until(lambda: seen.rows[-1].startswith("#dev > "))
        assert seen.world.buffers[3].unread == 0
        seen.press(CTRL_N)  # around, to the server
        await seen.until(lambda: seen.rows[-1].startswith("anna > "))
        seen.press(CTRL_P + CTRL_P)
        await seen.until(lambda: seen.rows[-1].startswith("#ops > "))
        seen.press(ESC + "9")
        seen.press("x")
        await seen.until(lambda: seen.rows[-1] == "#ops > x")


def _is_active(world: World, name: str) -> bool:
    return world.active.name == name


@pytest.mark.asyncio
async def test_alt_a_goes_where_one_was_called_first() -> None:
    """The next unread room; one with a call before all others; then the screen stays."""
    async with rig(world=_three_rooms()) as seen:
        _, _, ops, dev = seen.world.buffers
        seen.say(ops, "carol", "hi")
        seen.say(dev, "carol", "anna: hi", mention=True)
        for expected in ("#dev", "#ops", "#ops"):
            seen.press(ESC + "a")
            await seen.until(partial(_is_active, seen.world, expected))


@pytest.mark.asyncio
async def test_each_room_keeps_its_draft() -> None:
    """What is being typed in one room cannot be sent to another by mistake."""
    async with rig(world=_three_rooms()) as seen:
        seen.press("for the lobby" + CTRL_N)
        await seen.until(lambda: seen.rows[-1].startswith("#ops > type here"))
        seen.press("for ops" + CTRL_P)
        await seen.until(lambda: seen.rows[-1] == "#lobby > for the lobby")
        seen.press(CTRL_N)
        await seen.until(lambda: seen.rows[-1] == "#ops > for ops")


@pytest.mark.asyncio
async def test_a_wanted_room_is_shown_and_a_closed_one_is_not() -> None:
    """/join leads into the room; closing the active one leads to its neighbour."""
    async with rig() as seen:
        room = join(seen.world, "#new", "anna")
        seen.world.want(FocusWanted(room))
        seen.client.flush()
        await seen.until(lambda: seen.rows[-1].startswith("#new > "))
        seen.press("draft")
        await seen.shows("#new > draft")
        seen.world.close(room)
        seen.client.flush()
        await seen.until(lambda: seen.rows[-1].startswith("#lobby > type here"))


@pytest.mark.asyncio
async def test_the_list_of_people_can_be_hidden() -> None:
    """F2 gives its columns to the messages, and takes them back."""
    async with rig() as seen:
        assert "@oper" in seen.text
        seen.press(F2)
        await seen.hides("@oper")
        seen.press(F2)
        await seen.shows("@oper")


@pytest.mark.asyncio
async def test_a_long_list_of_rooms_shows_the_active_one() -> None:
    """With more rooms than rows, the list moves with the active room, as tabs do."""
    world = make_world()
    for number in range(60):
        join(world, f"#room{number}", "anna")
    async with rig(world=world) as seen:
        seen.press(CTRL_P + CTRL_P)
        await seen.until(lambda: seen.rows[-1].startswith("#room59 > "))
        assert any(row.startswith("  #room59") for row in seen.rows[1:-2])
        seen.resize(40, 12)
        await seen.until(lambda: "#room59" in seen.rows[-3])
