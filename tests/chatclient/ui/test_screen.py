"""Whole screens: what one sees at several sizes, and in every state."""

import asyncio
import re
from dataclasses import replace

import pytest
from prompt_toolkit.output.color_depth import ColorDepth

from chatclient.model import ConnectionState, Delivery, FocusWanted, Kind, Status, World
from tests.chatclient.ui.rig import CTRL_L, ESC, F1, NOON, PAGE_DOWN, PAGE_UP, Rig, join, rig

SMALL = """\
 #lobby                          3 here
12:00 bob: hello anna
12:00 anna: hello to you all, and what a
            fine day
12:00 → dora joined



 1 chat.example:…  2 #lobby
 ● connected · anna · 3.4 ms
#lobby > / commands · F1 keys
"""

MEDIUM = """\
 #lobby · all about it                                                   3 here
1 chat.example:…│───────── Wednesday, 15 November 2023 ────────── │@oper
2 #lobby        │12:00 bob: hello anna                            │ anna
                │12:00 anna: hello to you all, and what a fine    │ bob
                │            day                                  │
                │12:00 → dora joined                              │
                │                                                 │
"""


async def _converse(seen: Rig) -> None:
    lobby = seen.world.active
    seen.say(lobby, "bob", "hello anna")
    seen.say(lobby, "anna", "hello to you all, and what a fine day")
    seen.world.add(lobby, seen.world.make_line(Kind.JOIN, "dora joined", time=NOON, source="dora"))
    seen.client.flush()
    await seen.shows("dora joined")


@pytest.mark.asyncio
async def test_a_medium_screen() -> None:
    """80x24: rooms on the left, messages, people on the right, bars above and below."""
    async with rig(80, 24) as seen:
        seen.world.set_topic(seen.world.active, "all about it")
        await _converse(seen)
        assert seen.text.startswith(MEDIUM.rstrip(" │\n"))
        bar = " ● connected · anna · chat.example:9000 · IPv6 [2001:db8::1]:9000 · 3.4 ms"
        assert seen.rows[-2] == bar
        assert seen.rows[-1] == "#lobby > type here · / for commands · F1 for keys"


@pytest.mark.asyncio
async def test_a_small_screen() -> None:
    """40x12: the rooms are tabs, the people are a number, the status is what matters most."""
    async with rig(40, 12) as seen:
        await _converse(seen)
        day, *rest = seen.rows[1:]
        assert "15 November 2023" in day
        assert "\n".join([seen.rows[0], *rest]) == SMALL.rstrip("\n")


@pytest.mark.asyncio
async def test_a_large_screen() -> None:
    """120x40: nicks stand flush right in a column, and texts begin in one."""
    async with rig(120, 40) as seen:
        await _converse(seen)
        assert "│12:00          bob  hello anna" in seen.rows[2]
        assert "│12:00         anna  hello to you all, and what a fine day" in seen.rows[3]
        assert "│12:00            →  dora joined" in seen.rows[4]
        assert seen.rows[-2].endswith("3.4 ms · F1 keys")


@pytest.mark.asyncio
async def test_without_colours_nothing_is_lost() -> None:
    """`NO_COLOR`: no colour is sent; bars and the active room are reversed, calls are bold."""
    async with rig(depth=ColorDepth.DEPTH_1_BIT) as seen:
        await _converse(seen)
        seen.say(seen.world.active, "bob", "anna: yes?", mention=True)
        await seen.shows("yes?")
        assert seen.cell("● connected").reverse
        assert seen.cell("2 #lobby").reverse
        assert seen.cell("bob: anna: yes?").bold
        assert re.search(r"\x1b\[[0-9;]*(3|4|9|10)[0-7](;|m)", seen.raw) is None
        assert "38;5" not in seen.raw


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(1, 1), (5, 2), (10, 3), (20, 5), (59, 6), (300, 90)])
async def test_any_size_is_drawn(size: tuple[int, int]) -> None:
    """However small the terminal, nothing breaks; large again, all is there."""
    async with rig(80, 24) as seen:
        await _converse(seen)
        seen.resize(*size)
        seen.press("x")
        await seen.until(lambda: seen.screen.editor.buffer.text == "x")
        seen.resize(80, 24)
        await seen.shows("dora joined")
        assert seen.rows[-1] == "#lobby > x"


@pytest.mark.asyncio
async def test_borders_stay_in_line_beside_wide_characters() -> None:
    """CJK, emoji made of several, flags and marks: the list of people begins in one column."""
    async with rig(80, 24) as seen:
        for text in (
            "plain",
            "中文字符",
            "👨\u200d👩\u200d👧 x",
            "🇩🇪 x",
            "👍🏽",
            "❤️ x",
            "e\u0301",
            "한국",
        ):
            seen.say(seen.world.active, "bob", text)
        await seen.shows("한")
        buffer = seen.paper.screen.buffer
        for y in range(1, 22):
            assert (buffer[y][16].data, buffer[y][66].data) == ("│", "│")


@pytest.mark.asyncio
async def test_own_lines_tell_how_far_they_got() -> None:
    """Dots until the server has it, the time once it has, a cross and the reason if it failed."""
    async with rig() as seen:
        lobby, world = seen.world.active, seen.world
        line = replace(
            world.make_line(Kind.MESSAGE, "hello", time=NOON, source="anna"),
            own=True,
            delivery=Delivery.PENDING,
        )
        world.add(lobby, line)
        seen.client.flush()
        await seen.shows(" ···  anna: hello")
        world.settle(lobby, replace(line, delivery=Delivery.CONFIRMED))
        seen.client.flush()
        await seen.shows("12:00✓anna: hello")
        other = replace(line, id=99)
        world.add(lobby, other)
        world.settle(lobby, replace(other, delivery=Delivery.FAILED, reason="no such room"))
        seen.client.flush()
        await seen.shows("✗   anna: hello [failed: no such room; Alt+R")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"state": ConnectionState.CONNECTING}, "◌ connecting · anna"),
        ({"state": ConnectionState.REGISTERING}, "◌ saying hello"),
        (
            {"state": ConnectionState.WAITING, "retry_at": NOON + 3.2, "reason": "refused"},
            "○ reconnecting in 4 s · anna · refused",
        ),
        ({"state": ConnectionState.OFFLINE, "reason": "banned"}, "○ not connected · anna · banned"),
        ({"away": True}, "● connected · anna (away)"),
        ({"secure": True}, "encrypted"),
    ],
)
async def test_the_status_line_says_how_the_connection_is(
    status: dict[str, object], expected: str
) -> None:
    """Each state in words; while waiting, the seconds."""
    async with rig(100, 24) as seen:
        seen.world.set_status(replace(seen.world.status, **status))  # type: ignore[arg-type]
        seen.client.flush()
        await seen.until(lambda: expected in seen.rows[-2])


@pytest.mark.asyncio
async def test_the_first_screen_says_what_to_type() -> None:
    """Without rooms, the server's screen names the first commands; in a room, it says: type."""
    world = World(Status("host:9000", state=ConnectionState.ONLINE, nick="anna"))
    async with rig(world=world) as seen:
        await seen.shows("Welcome. You are anna here.")
        assert "/join #lobby" in seen.text
        room = join(world, "#lobby", "anna")
        world.want(FocusWanted(room))
        seen.client.flush()
        await seen.shows("Type something and press Enter")
        seen.say(room, "bob", "hi")
        await seen.hides("Type something and press Enter")


@pytest.mark.asyncio
async def test_f1_shows_the_keys_and_esc_the_messages() -> None:
    """The help is made from the table of keys, can be paged, and gives way."""
    async with rig() as seen:
        seen.press(F1)
        await seen.shows("send what is typed")
        seen.press(PAGE_DOWN * 5)
        await seen.shows("leave, when nothing is typed")
        seen.press(PAGE_UP * 5)
        await seen.shows("send what is typed")
        seen.press(ESC)
        await seen.hides("send what is typed")
        seen.press(F1)
        await seen.shows("send what is typed")
        seen.press(F1)
        await seen.hides("send what is typed")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (ConnectionState.CONNECTING, "Connecting to chat.example:9000"),
        (ConnectionState.WAITING, "It is tried again by itself"),
        (ConnectionState.OFFLINE, "/reconnect tries again"),
    ],
)
async def test_without_a_connection_the_screen_says_what_happens(
    state: ConnectionState, expected: str
) -> None:
    """And does not ask to type what nobody would read."""
    async with rig(160, 24) as seen:
        seen.world.set_status(replace(seen.world.status, state=state, reason="refused"))
        seen.world.set_joined(seen.world.active, joined=False)
        seen.client.flush()
        await seen.shows(expected)
        assert "Type something" not in seen.text


@pytest.mark.asyncio
async def test_a_room_that_one_has_left_says_how_to_go_in() -> None:
    """In the bar and in the view."""
    async with rig() as seen:
        seen.world.set_joined(seen.world.active, joined=False)
        seen.client.flush()
        await seen.shows("you are not in this room: /join")
        assert "/join goes in" in seen.text


@pytest.mark.asyncio
async def test_a_flood_is_drawn_at_the_frame_rate() -> None:
    """Thirty frames a second are enough for anybody; keys are not counted in."""
    async with rig() as seen:
        loop, app = asyncio.get_running_loop(), seen.screen.app
        frames, start = app.render_counter, loop.time()
        for number in range(2000):
            seen.say(seen.world.active, "bob", f"number {number}.")
            await asyncio.sleep(0)
        await seen.shows("number 1999.")
        assert app.render_counter - frames <= (loop.time() - start) * 30 + 2


@pytest.mark.asyncio
async def test_ctrl_l_draws_everything_anew() -> None:
    """After a stray program wrote on the terminal, the screen is put right."""
    async with rig() as seen:
        seen.paper.screen.reset()
        seen.press(CTRL_L)
        await seen.shows("● connected")


@pytest.mark.asyncio
async def test_catching_up() -> None:
    """The status says so as long as something is filled in; what cannot be is a line of its own."""
    async with rig() as seen:
        world, lobby = seen.world, seen.world.active
        world.set_behind(lobby, behind=True)
        seen.client.flush()
        await seen.shows("◔ catching up · anna")
        world.set_behind(lobby, behind=False)
        world.add(lobby, world.make_line(Kind.GAP, "no history from then to now", time=NOON))
        seen.client.flush()
        await seen.shows("● connected · anna")
        assert "⋯ no history from then to now" in seen.text


@pytest.mark.asyncio
async def test_a_message_of_several_lines() -> None:
    """Its lines stand under each other, and the status tells what Enter will do."""
    async with rig() as seen:
        seen.world.set_status(replace(seen.world.status, multiline=2))
        seen.say(seen.world.active, "bob", "def f():\n    return 1")
        await seen.shows("    return 1")
        assert next(row for row in seen.rows if "return" in row).index("return") == (
            next(row for row in seen.rows if "def" in row).index("def") + 4
        )
        seen.paste("one\ntwo")
        await seen.shows("Enter sends one message of 2 lines, Ctrl+C clears it")
        seen.paste("\nthree")
        await seen.shows("Enter sends 3 lines in 2 messages, Ctrl+C clears them")
