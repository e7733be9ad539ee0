"""The terminal's title tells where one is, and what is unread."""

import re

import pytest

from chatclient.settings import Settings
from tests.chatclient.ui.rig import CTRL_N, Rig, join, make_world, rig


def titles(seen: Rig) -> list[str]:
    """Return the titles that the terminal was told, in order."""
    return re.findall("\x1b\\]2;([^\x1b]*)\x1b\\\\", seen.raw)


@pytest.mark.asyncio
async def test_it_follows_the_user_and_is_given_back() -> None:
    """Room, network and count; the one from before is there again at the end."""
    world = make_world("home")
    other = join(world, "#python")
    async with rig(world=world) as seen:
        await seen.until(lambda: titles(seen) == ["#lobby · home"])
        seen.say(other, "bob", "hi")
        await seen.until(lambda: titles(seen)[-1] == "(1) #lobby · home")
        seen.press(CTRL_N)
        await seen.until(lambda: titles(seen)[-1] == "#python · home")
        assert seen.raw.count("\x1b[22;2t") == 1
        assert "\x1b[23;2t" not in seen.raw
    assert seen.raw.count("\x1b[23;2t") == 1


@pytest.mark.asyncio
async def test_it_can_be_left_alone() -> None:
    """By a setting, also while it runs."""
    async with rig(settings=Settings(title=False)) as seen:
        seen.press("x")
        await seen.shows("> x")
        assert not titles(seen)
        seen.client.settings = Settings()
        seen.press("y")
        await seen.until(lambda: titles(seen))
        seen.client.settings = Settings(title=False)
        seen.press("z")
        await seen.until(lambda: "\x1b[23;2t" in seen.raw)


@pytest.mark.asyncio
async def test_names_of_others_cannot_end_it() -> None:
    """What is no letter is left out, and what is long is cut."""
    world = make_world("home")
    world.activate(join(world, "#a\x07\x1b]2;b\x9c\u202e" + "c" * 200))
    async with rig(world=world) as seen:
        await seen.until(lambda: titles(seen))
        assert len(titles(seen)) == 1
        assert titles(seen)[0].isprintable()
        assert len(titles(seen)[0]) <= 80
