"""The buffer in view, the place in it, and drafts come back after a restart."""

from collections.abc import Sequence

import pytest

from chatclient.model import Buffer, Kept, NoArchive
from chatclient.ui.bookmark import Bookmark
from tests.chatclient.fake_server import until
from tests.chatclient.ui.rig import ENTER, Rig, join, make_world, rig


class Memory(NoArchive):
    """An archive that remembers, and has no lines."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def recall(self, topic: str, name: str) -> str:
        """Return it."""
        return self.kept.get((topic, name), "")

    def remember(self, topic: str, name: str, value: str) -> None:
        """Keep it."""
        self.kept[topic, name] = value

    def older(self, buffer: Buffer, before: int | None, most: int) -> Sequence[Kept]:
        """Return nothing."""
        return ()


@pytest.mark.asyncio
async def test_drafts_and_the_view() -> None:
    """What was typed in each room, and the room in view, are there the next time."""
    memory = Memory()
    world = make_world()
    join(world, "#ops", "anna")
    async with rig(world=world, archive=memory) as screen:
        screen.press("half a sent")
        await screen.shows("half a sent")
        screen.press("\x1b3")
        await screen.shows("#ops >")
        screen.press("another")
        await screen.shows("another")
    world = make_world()
    join(world, "#ops", "anna")
    async with rig(world=world, archive=memory) as screen:
        await screen.shows("#ops > another")
        screen.press("\x1b2")
        await screen.shows("#lobby > half a sent")


@pytest.mark.asyncio
async def test_what_was_sent_is_no_draft() -> None:
    """A draft that was sent, or was a password, is not there the next time."""
    memory = Memory()
    async with rig(archive=memory) as screen:
        screen.press("said" + ENTER)
        await screen.until(lambda: screen.client.entered)
        screen.press("secret words")
        await screen.shows("secret words")
    async with rig(archive=memory) as screen:
        await screen.shows("#lobby > type here")
    assert not any(value for (topic, _), value in memory.kept.items() if topic == "draft")


@pytest.mark.asyncio
async def test_a_draft_is_kept_while_it_is_typed() -> None:
    """A program that is killed has the draft, too."""
    memory = Memory()
    async with rig(archive=memory) as screen:
        screen.press("unsent")
        await until(lambda: "unsent" in memory.kept.values())


@pytest.mark.asyncio
async def test_a_room_that_is_closed() -> None:
    """A view that is not there any more is no reason to stop."""
    memory = Memory()
    memory.remember("view", "", "chat.example:9000\n#gone")
    async with rig(archive=memory) as screen:
        await screen.shows("#lobby >")


@pytest.mark.asyncio
async def test_a_room_that_was_asked_for() -> None:
    """Who names a room on the command line is in that one."""
    memory = Memory()
    world = make_world()
    join(world, "#ops", "anna")
    async with rig(world=world, archive=memory) as screen:
        memory.remember("view", "", "chat.example:9000\n#ops")
        Bookmark(screen.screen.desk, memory).restore(place=False)
        assert _in_view(screen) == "#lobby"
        Bookmark(screen.screen.desk, memory).restore(place=True)
        assert _in_view(screen) == "#ops"


def _in_view(screen: Rig) -> str:
    return screen.world.active.name
