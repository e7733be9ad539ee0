"""Several networks on one screen."""

import pytest

from tests.chatclient.ui.rig import CTRL_N, CTRL_P, ENTER, join, make_world, rig

ALT_N = "\x1bn"


@pytest.mark.asyncio
async def test_the_rooms_of_all_networks_are_listed() -> None:
    """Network by network, each headed by its name."""
    async with rig(more=[make_world("work", "irc.example:6697")]) as seen:
        await seen.shows("4 #lobby")
        listed = [row[:16].rstrip() for row in seen.rows[1:5]]
        assert listed == ["1 chat.example:…", "2 #lobby", "3 work", "4 #lobby"]


@pytest.mark.asyncio
async def test_one_goes_through_the_rooms_of_all_networks() -> None:
    """From the last room of one to the first of the next, and around."""
    other = make_world("work")
    async with rig(more=[other]) as seen:
        seen.press(CTRL_N)
        await seen.until(lambda: seen.client.world.active is other.server)
        seen.press(CTRL_P)
        await seen.until(lambda: seen.client.world is seen.world)
        seen.press("\x1b4")
        await seen.until(lambda: seen.client.world.active is other.find("#lobby"))


@pytest.mark.asyncio
async def test_alt_n_goes_to_the_next_network() -> None:
    """To where one was last in it; after the last network comes the first."""
    other = make_world("work")
    lobby = other.find("#lobby")
    async with rig(more=[other]) as seen:
        seen.press(ALT_N)
        await seen.until(lambda: seen.client.world.active is lobby)
        seen.press(ALT_N)
        await seen.until(lambda: seen.client.world is seen.world)


@pytest.mark.asyncio
async def test_what_is_typed_goes_to_the_network_in_view() -> None:
    """With a draft of its own for each room, those of the same name on two networks, too."""
    other = make_world("work")
    ours = join(other, "#ours")
    async with rig(more=[other]) as seen:
        seen.press("half")
        seen.press(ALT_N)
        await seen.until(lambda: seen.client.world is other and "half" not in seen.text)
        seen.press(CTRL_N)
        await seen.until(lambda: other.active is ours)
        seen.press(f"hello{ENTER}")
        await seen.until(lambda: seen.client.entered == [("#ours", "hello")])
        seen.press(ALT_N)
        await seen.shows("#lobby > half")
