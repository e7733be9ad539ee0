"""The frame clock: how often the screen is drawn for what comes from the network.

Rules: keys do not come by here, prompt_toolkit draws for them at once. News are drawn at once when
the last frame is old enough, else together with whatever else comes until the frame is due. A frame
that was drawn for a key shows the news, too: it counts. Where nothing of one frame is left in the
next, nobody can read it, and there are fewer.
"""

import asyncio
from collections.abc import Callable

FRAMES_PER_SECOND = 30

FLEETING = 20
"""Frames a second while nothing of one is left in the next."""


class FrameClock:
    """Calls `draw` after `mark`, at most `rate` times a second."""

    def __init__(
        self,
        draw: Callable[[], None],
        rate: float = FRAMES_PER_SECOND,
        *,
        fleets: Callable[[], bool] = lambda: False,
    ) -> None:
        """`fleets` says whether the last frame had nothing of the one before."""
        self._draw = draw
        self._interval, self._longer = 1 / rate, 1 / min(rate, FLEETING)
        self._fleets = fleets
        self._due: asyncio.TimerHandle | None = None
        self._last = float("-inf")

    def mark(self) -> None:
        """Note that something has changed; call it on the event loop."""
        if self._due is None:
            loop = asyncio.get_running_loop()
            interval = self._longer if self._fleets() else self._interval
            wait = max(0.0, self._last + interval - loop.time())
            self._due = loop.call_later(wait, self._tick)

    def drawn(self) -> None:
        """Note that a frame was drawn, for whatever reason."""
        self.stop()
        self._last = asyncio.get_running_loop().time()

    def stop(self) -> None:
        """Forget a frame that is due."""
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _tick(self) -> None:
        self._due = None
        self._last = asyncio.get_running_loop().time()
        self._draw()
