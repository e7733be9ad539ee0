"""Nothing that peers send controls the terminal."""

import asyncio
import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.chatclient.ui.rig import CTRL_N, NOON, rig

_OURS = r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\]2;[^\x07\x1b]*\x1b\\|\x1b\]11;\?\x1b\\|\r\n|\r|\x08"


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(min_size=1), min_size=1, max_size=8))
def test_nothing_that_peers_send_reaches_the_terminal_raw(texts: list[str]) -> None:
    """Nicks, topics, messages and rooms of any text: no control but our own comes out."""
    asyncio.run(_play(texts))


async def _play(texts: list[str]) -> None:
    async with rig(80, 24) as seen:
        world = seen.world
        for text in [*texts, "\x1b]0;x\x07\x9b31m\u202e\u2066\x7f\x00", "\x1b[2J\x1bc"]:
            room = world.open_room(f"#{text}")
            world.set_joined(room, joined=True)
            world.set_topic(room, text)
            seen.say(world.buffers[1], text, text)
            seen.say(room, text, text)
        world.tell(world.buffers[1], "the end", time=NOON)
        seen.client.flush()
        await seen.shows("the end")
        seen.press(CTRL_N)
        await seen.until(lambda: world.active is world.buffers[2])
        raw = seen.raw
    assert _controls(raw) == set()


def _controls(raw: str) -> set[str]:
    rest = re.sub(_OURS, "", raw)
    return {c for c in rest if ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or c in "\u202e\u2066\u200b"}
