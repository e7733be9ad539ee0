"""What the screen holds whatever a server says; the long run is `python -m tests.chatclient.ui.fuzz`."""

import pytest

from tests.chatclient.ui.fuzz import FRAME_MOST, Watch


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", [0, 1])
async def test_nothing_a_server_says_controls_the_terminal_or_stops_it(seed: int) -> None:
    """Nothing raises, no control character is sent but ours, and no frame takes long."""
    watch = Watch(seed)
    await watch.run(2000)
    assert watch.frames >= 40
    assert watch.slowest <= FRAME_MOST
