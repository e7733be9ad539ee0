"""The frame clock: how often the screen is drawn for what comes from the network.

Rules: keys do not come by here, prompt_toolkit draws for them at once. News are drawn at once when
the last frame is old enough, else together with whatever else comes until the frame is due. A frame
that was drawn for a key shows the news, too: it counts.
"""

import asyncio
from collections.abc import Callable

FRAMES_PER_SECOND = 30


class FrameClock:
    """Calls `draw` after `mark`, at most `rate` times a second."""

    def __init__(self, draw: Callable[[], None], rate: float = FRAMES_PER_SECOND) -> None:
        self._draw = draw
        self._interval = 1 / rate
        self._due: asyncio.TimerHandle | None = None
        self._last = float("-inf")

    def mark(self) -> None:
        """Note that something has changed; call it on the event loop."""
        if self._due is None:
            loop = asyncio.get_running_loop()
            wait = max(0.0, self._last + self._interval - loop.time())
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
