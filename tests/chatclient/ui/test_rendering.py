"""Frames by rows: the terminal shows what the layout shows, and is told no more than it needs."""

import asyncio
from collections.abc import Sequence

import pytest

from chatclient.settings import Settings
from chatclient.ui.rendering import RowRenderer
from chatclient.ui.writer import Writer
from tests.chatclient.ui.rig import CTRL_L, CTRL_N, PAGE_UP, Rig, join, make_world, rig

FAMILY = "👨\u200d👩\u200d👧"


class _Slow(Writer):
    """A writer whose terminal takes one frame, and the next one when it is told to."""

    def __init__(self) -> None:
        super().__init__(-1)
        self.sent: list[bytes] = []

    @property
    def busy(self) -> bool:
        """Whether there is a frame."""
        return bool(self.sent)

    def send(self, data: bytes) -> None:
        """Keep it."""
        self.sent.append(data)


async def _sent(seen: Rig, text: str) -> str:
    """Press what shows `text`, and return what went to the terminal for it."""
    before = len(seen.raw)
    seen.press(text)
    await seen.shows(text)
    return seen.raw[before:]


@pytest.mark.asyncio
async def test_a_key_costs_the_row_of_the_input() -> None:
    """A letter is drawn with a handful of bytes, whatever else is on the screen."""
    async with rig(120, 40) as seen:
        for number in range(60):
            seen.say(seen.world.active, "bob", f"message {number}")
        await seen.shows("message 59")
        await _sent(seen, "a")
        sent = await _sent(seen, "b")
        assert "message" not in sent
        assert len(sent) < 150


@pytest.mark.asyncio
async def test_the_last_line_that_comes_costs_its_rows() -> None:
    """In a room with room to spare, a new message redraws one row of the messages, no more."""
    async with rig(120, 40) as seen:
        seen.say(seen.world.active, "bob", "the first")
        await seen.shows("the first")
        before = len(seen.raw)
        seen.say(seen.world.active, "bob", "the second")
        await seen.shows("the second")
        assert "the first" not in seen.raw[before:]


@pytest.mark.asyncio
async def test_a_row_that_differs_is_sent_from_where_it_differs() -> None:
    """The time that was there already is not sent again."""
    async with rig(120, 10) as seen:
        for number in range(20):
            seen.say(seen.world.active, "bob", f"message {number}")
        await seen.shows("message 19")
        before = len(seen.raw)
        seen.say(seen.world.active, "bob", "message 20")
        await seen.shows("message 20")
        assert "message 19" in seen.raw[before:]
        assert "12:00" not in seen.raw[before:]


@pytest.mark.asyncio
async def test_disputed_rows_are_sent_whole_and_with_what_is_beside_them() -> None:
    """Such a row may have reached over its end: what stands right of it is drawn again."""
    async with rig(120, 40) as seen:
        seen.say(seen.world.active, "bob", f"one {FAMILY} family")
        await seen.shows("family")
        before = len(seen.raw)
        seen.world.active.lines.clear()
        seen.say(seen.world.active, "bob", "no emoji")
        await seen.shows("no emoji")
        assert "anna" in seen.raw[before:]


@pytest.mark.asyncio
async def test_the_menu_lies_over_the_rows() -> None:
    """Rows under it keep their other parts, and are whole again when it is gone."""
    async with rig(100, 24) as seen:
        for number in range(40):
            seen.say(seen.world.active, "bob", f"a {FAMILY} message {number}")
        await seen.shows("message 39")
        covered = seen.rows
        seen.press("/j")
        await seen.shows("go into a room")
        seen.press("\x15")  # all that is typed
        await seen.hides("go into a room")
        assert seen.rows[1:-2] == covered[1:-2]


@pytest.mark.asyncio
async def test_the_whole_screen_is_drawn_anew_when_asked() -> None:
    """Ctrl+L mends a terminal that something else has written on."""
    async with rig() as seen:
        await seen.shows("#lobby")
        before = seen.rows
        seen.paper.screen.erase_in_display(2)
        seen.press(CTRL_L)
        await seen.until(lambda: seen.rows == before)


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(20, 5), (1, 1), (59, 24), (200, 60)])
async def test_any_size_can_follow_any_other(size: tuple[int, int]) -> None:
    """A storm of sizes ends with a screen that is whole."""
    async with rig(80, 24) as seen:
        room = seen.world.active
        for number in range(100):
            seen.say(room, "bob", f"{number} {FAMILY} 中文字 and words, and words")
        for columns, rows in ((100, 30), (2, 2), (61, 9), (40, 3), size):
            seen.resize(columns, rows)
        seen.press("x")
        await seen.until(lambda: "x" in seen.rows[-1] or size[0] < 10)
        expected = seen.rows
        seen.press(CTRL_L)
        await seen.until(lambda: seen.rows == expected)


async def _story(seen: Rig) -> Sequence[str]:
    """Have a bit of everything happen; return the screen after each."""
    shown: list[str] = []
    room = join(seen.world, "#other", "anna", "bob")
    for number in range(50):
        seen.say(seen.world.buffers[1], f"nick{number}", f"text {number} {FAMILY} 中文 🇩🇪 é")
        seen.say(room, "bob", f"https://example.org/{number} " + "long " * 30)
    seen.say(seen.world.buffers[1], "bob", "that was it")
    await seen.shows("that was it")
    shown.append(seen.text)
    for keys, text in ((PAGE_UP, "more l"), (CTRL_N, "#other "), ("/j", "/join")):
        seen.press(keys)
        await seen.shows(text)
        shown.append(seen.text)
    return shown


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(20, 5), (59, 20), (80, 24), (120, 40)])
async def test_both_ways_of_drawing_show_the_same(size: tuple[int, int]) -> None:
    """prompt_toolkit's own renderer is there as a switch, and the reference."""
    async with rig(*size, world=make_world()) as seen:
        ours = await _story(seen)
        assert isinstance(seen.screen.app.renderer, RowRenderer)
    async with rig(*size, world=make_world(), settings=Settings(stock_rendering=True)) as seen:
        assert not isinstance(seen.screen.app.renderer, RowRenderer)
        assert await _story(seen) == ours


@pytest.mark.asyncio
async def test_while_a_frame_is_on_its_way_none_is_made() -> None:
    """The next one shows the newest state, whole; the ones between were never drawn."""
    async with rig(120, 40) as seen:
        await seen.shows("#lobby")
        slow, renderer = _Slow(), seen.screen.app.renderer
        seen.output.writer = slow
        frames = seen.screen.app.render_counter
        for number in range(200):
            seen.say(seen.world.active, "bob", f"message {number}")
            seen.screen.app.invalidate()
            await asyncio.sleep(0)
        assert seen.screen.app.render_counter > frames + 10
        assert len(slow.sent) == 1
        first = slow.sent.pop()
        seen.output.freed()
        await seen.until(lambda: slow.sent)
        for frame in (first, *slow.sent):
            seen.paper.write(frame.decode())
        assert "message 199" in seen.text
        shown = seen.rows
        seen.output.writer = None
        seen.press(CTRL_L)
        await seen.until(lambda: seen.rows == shown and isinstance(renderer, RowRenderer))
