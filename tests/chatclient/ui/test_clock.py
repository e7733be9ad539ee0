"""The frame clock draws at once when it can, and no more often than it may."""

import asyncio

import pytest

from chatclient.ui.clock import FrameClock


@pytest.mark.asyncio
async def test_a_flood_is_drawn_at_the_frame_rate() -> None:
    """A thousand marks are two frames: the first at once, the last one interval later."""
    loop = asyncio.get_running_loop()
    times: list[float] = []
    second = asyncio.Event()

    def draw() -> None:
        times.append(loop.time())
        if len(times) == 2:
            second.set()

    clock = FrameClock(draw, rate=50)
    clock.mark()
    while not times:
        await asyncio.sleep(0)
    for _ in range(1000):
        clock.mark()
    async with asyncio.timeout(20):
        await second.wait()
    assert times[1] - times[0] >= 0.019
    assert len(times) == 2


@pytest.mark.asyncio
async def test_a_stopped_clock_draws_nothing() -> None:
    """After the end there is nothing to draw on."""
    times: list[int] = []
    clock = FrameClock(lambda: times.append(1), rate=1000)
    clock.mark()
    clock.stop()
    barrier = asyncio.Event()
    asyncio.get_running_loop().call_later(0.005, barrier.set)
    await barrier.wait()
    assert times == []
