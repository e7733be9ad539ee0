"""Going to what matters, back to where one was, and what each room calls for."""

import pytest

from chatclient.model import Buffer, Level, Question
from tests.chatclient.ui.rig import CTRL_N, ESC, F1, Rig, join, make_world, rig

ALT_A, ALT_MINUS, ALT_L = "\x1ba", "\x1b-", "\x1bl"


async def at(seen: Rig, buffer: Buffer) -> None:
    """Wait until that is in view."""
    await seen.until(lambda: seen.client.world.active is buffer)


@pytest.mark.asyncio
async def test_the_most_important_unread_first_over_all_networks() -> None:
    """Calls and conversations, then rooms that are wanted whole, then others."""
    world, other = make_world(), make_world("work")
    chatter, wanted = join(world, "#chatter"), join(world, "#wanted")
    wanted.level = Level.ALL
    called = join(other, "#called")
    async with rig(world=world, more=[other]) as seen:
        for room, mention in ((chatter, False), (wanted, False), (called, True)):
            owner = seen.client.world_of(room)
            seen.world = owner
            seen.say(room, "bob", "hello", mention=mention)
        for room in (called, wanted, chatter):
            seen.press(ALT_A)
            await at(seen, room)


@pytest.mark.asyncio
async def test_when_all_is_read_one_is_back() -> None:
    """Where one was when one began to go through it."""
    world = make_world()
    rooms = [join(world, "#a"), join(world, "#b")]
    async with rig(world=world) as seen:
        lobby = world.active
        for room in rooms:
            seen.say(room, "bob", "hello")
        for place in (*rooms, lobby):
            seen.press(ALT_A)
            await at(seen, place)
        seen.press(f"{ALT_A}x")
        await seen.shows("#lobby > x")


@pytest.mark.asyncio
async def test_who_goes_elsewhere_is_not_taken_back() -> None:
    """They have left that path."""
    world = make_world()
    join(world, "#a")
    join(world, "#b")
    async with rig(world=world) as seen:
        seen.say(world.buffers[2], "bob", "hello")
        seen.press(ALT_A)
        await seen.shows("#a > ")
        seen.press(CTRL_N)
        await seen.shows("#b > ")
        seen.press(f"{ALT_A}x")
        await seen.shows("#b > x")


@pytest.mark.asyncio
async def test_alt_minus_goes_to_and_fro() -> None:
    """Between the two that one was in last; closed ones are left out."""
    world = make_world()
    python = join(world, "#python")
    async with rig(world=world) as seen:
        seen.press(CTRL_N)
        await seen.shows("#python > ")
        seen.press(ALT_MINUS)
        await seen.shows("#lobby > ")
        seen.press(ALT_MINUS)
        await seen.shows("#python > ")
        seen.press(ALT_MINUS)
        await seen.shows("#lobby > ")
        world.close(python)
        seen.client.flush()
        seen.press(f"{ALT_MINUS}x")
        await seen.shows("#lobby > x")


@pytest.mark.asyncio
async def test_muted_rooms_are_passed_over() -> None:
    """Even when somebody calls there."""
    world = make_world()
    muted, loud = join(world, "#muted"), join(world, "#loud")
    muted.level = Level.NOTHING
    async with rig(world=world) as seen:
        seen.say(muted, "bob", "anna: hello", mention=True)
        seen.say(loud, "bob", "hello")
        seen.press(ALT_A)
        await seen.until(lambda: world.active is loud)
        assert not seen.cell("#muted").bold


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("level", "after"),
    [(None, "nothing"), (Level.NOTHING, "all"), (Level.ALL, "mentions")],
)
async def test_alt_l_goes_through_the_levels(level: Level | None, after: str) -> None:
    """By the command that says so; a room begins with mentions."""
    world = make_world()
    world.active.level = level
    async with rig(world=world) as seen:
        seen.press(ALT_L)
        await seen.until(lambda: seen.client.entered == [("#lobby", f"/notify {after}")])


@pytest.mark.asyncio
async def test_the_status_line_tells_of_calls() -> None:
    """How many there are, in rooms that are not muted, and the keys for them."""
    world = make_world()
    room, muted = join(world, "#a"), join(world, "#muted")
    muted.level = Level.NOTHING
    async with rig(120, 24, world=world) as seen:
        seen.say(muted, "bob", "anna: hello", mention=True)
        seen.say(room, "bob", "anna: hello", mention=True)
        seen.say(room, "bob", "anna: hello?", mention=True)
        await seen.shows("2 mentions: Alt+A, Alt+M")


@pytest.mark.asyncio
async def test_the_help_is_searched_by_typing() -> None:
    """In keys and commands alike."""
    async with rig() as seen:
        seen.press(F1)
        await seen.shows("help > ")
        seen.press("mute")
        await seen.shows("/notify")
        await seen.hides("send what is typed")
        seen.press("xyz")
        await seen.shows("No key and no command has mutexyz in it.")
        seen.press(ESC)
        await seen.shows("#lobby > ")


@pytest.mark.asyncio
async def test_a_question_comes_before_an_overlay() -> None:
    """Whatever is open gives way to it, and is there again afterwards."""
    async with rig() as seen:
        seen.press(f"{F1}")
        await seen.shows("help > ")
        seen.world.ask(Question("really?", lambda _: None, text=["Think."]))
        seen.client.flush()
        await seen.shows("really? > ")
        seen.press(ESC)
        await seen.shows("help > ")
