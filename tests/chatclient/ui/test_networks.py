"""Several networks on one screen."""

from dataclasses import replace

import pytest

from chatclient.model import ConnectionState, Question
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
async def test_networks_head_their_rooms() -> None:
    """In bold, with a sign when there is no connection; one alone needs none of that."""
    async with rig() as seen:
        assert not seen.cell("chat.example").bold
    other = make_world("work")
    other.set_status(replace(other.status, state=ConnectionState.WAITING, reason="gone"))
    async with rig(more=[other]) as seen:
        await seen.shows("3 ○ work")
        assert seen.cell("○ work").bold
        assert not seen.cell("4 #lobby").bold


@pytest.mark.asyncio
async def test_the_status_line_names_the_network_in_view() -> None:
    """If there are several; what it tells is of that one."""
    other = make_world("work")
    other.set_status(replace(other.status, nick="annie"))
    async with rig(more=[other]) as seen:
        assert "● connected · chat.example:9000 · anna" in seen.text
        seen.press(ALT_N)
        await seen.shows("● connected · work · annie")
    async with rig() as seen:
        assert "● connected · anna" in seen.text


@pytest.mark.asyncio
async def test_a_network_that_is_gone() -> None:
    """Its buffers are not in the list any more, and the keys go around the others."""
    other = make_world("work")
    async with rig(more=[other]) as seen:
        seen.press("half")
        seen.press(ALT_N)
        await seen.until(lambda: seen.client.world is other)
        seen.client.remove(other)
        await seen.hides("work")
        await seen.shows("#lobby > half")
        seen.press(f"{CTRL_N}{ALT_N}")
        await seen.until(lambda: seen.world.active is seen.world.server)


@pytest.mark.asyncio
async def test_a_question_of_another_network() -> None:
    """It is asked at once, whichever is in view, and it is answered where it was asked."""
    other = make_world("work")
    answers: list[str | None] = []
    async with rig(more=[other]) as seen:
        other.ask(Question("password of alice", answers.append, text=["Type it."], hidden=True))
        seen.client.flush()
        await seen.shows("password of alice > ")
        assert seen.client.world is seen.world
        seen.press(f"sesame{ENTER}")
        await seen.until(lambda: answers == ["sesame"])
        await seen.shows("#lobby > ")
        assert "sesame" not in seen.raw


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
