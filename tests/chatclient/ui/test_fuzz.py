"""What the screen holds whatever a server says; the long run is `python -m tests.chatclient.ui.fuzz`."""

import pytest

from tests.chatclient.ui.fuzz import Watch


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", [0, 1])
async def test_nothing_a_server_says_controls_the_terminal(seed: int) -> None:
    """Nothing raises, and no control character is sent but ours."""
    watch = Watch(seed)
    await watch.run(2000)
    assert watch.frames >= 40
