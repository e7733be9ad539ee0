"""A server that says anything, seen on the screen: what goes to the terminal, and how long it takes.

Rules: of what is sent only what we write ourselves controls the terminal. The long run, which is
`python -m tests.chatclient.ui.fuzz --lines 1000000`, measures the frames too: none takes longer than
`FRAME_MOST`, at any size, not counting Python's collector, which pauses it by the size of the whole
heap.
"""

import argparse
import asyncio
import gc
import re
import sys
import time
from collections.abc import Callable

from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output.color_depth import ColorDepth

from chatclient.ui.output import FrameOutput
from chatclient.ui.screen import ChatScreen
from tests.chatclient.fuzz import Chaos
from tests.chatclient.ui.rig import PAGE_DOWN, PAGE_UP, ScriptedClient

FRAME_MOST = 0.05  # seconds of CPU
LINES_A_FRAME = 33  # a thousand a second, at thirty frames a second

_OURS = re.compile(
    r"\x1b\[[0-9;?]*[A-Za-z]"
    r"|\x1b\]8;(?:id=[0-9a-f]+;[!-~]+|;)\x1b\\"
    r"|\x1b\]11;\?\x1b\\"
    r"|\x1b\](?:0|2|9|777);[^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\)"
    r"|\x07"
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_SIZES = ((120, 40), (80, 24), (200, 60), (40, 12), (20, 5), (59, 7), (1, 1))
_KEYS = ("x", "\x7f", PAGE_UP, PAGE_UP, PAGE_DOWN, "/j", "\x15", "中", "\x1b[1;5F")


class Sieve:
    """A terminal that looks at what it gets, and counts it."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.characters = 0

    def write(self, data: str) -> None:
        """Look at one frame."""
        self.characters += len(data)
        found = _CONTROL.search(_OURS.sub("", data))
        assert found is None, ascii(data)

    def flush(self) -> None:
        """Do nothing: it is written."""

    def isatty(self) -> bool:
        """Say that nobody sees it."""
        return False


class Watch:
    """A screen over a `Chaos`; `slowest` is the longest frame so far, in seconds of CPU."""

    def __init__(self, seed: int) -> None:
        self.chaos = Chaos(seed)
        self.sieve = Sieve()
        self.slowest = 0.0
        self.frames = 0
        self._size = Size(24, 80)
        self._began = 0.0
        self._paused = 0.0
        self._pause_began = 0.0

    async def run(self, lines: int) -> None:
        """Let the server say so many lines, and draw them at `LINES_A_FRAME`."""
        with create_pipe_input() as keys:
            client = ScriptedClient(self.chaos.world)
            output = FrameOutput(
                self.sieve,  # type: ignore[arg-type]  # as in rig.py
                lambda: self._size,
                term="xterm-256color",
                default_color_depth=ColorDepth.DEPTH_8_BIT,
            )
            screen = ChatScreen(client, input=keys, output=output, environment={})
            screen.app.before_render += lambda _: self._begin()
            screen.app.after_render += lambda _: self._end()
            gc.callbacks.append(self._collect)
            task = asyncio.create_task(screen.run())
            end = self.chaos.lines + lines
            while self.chaos.lines < end and not task.done():
                self.chaos.run(LINES_A_FRAME)
                self._play(keys.send_text)
                seen = self.frames
                screen.app.invalidate()
                while self.frames == seen and not task.done():
                    await asyncio.sleep(0)
            gc.callbacks.remove(self._collect)
            client.over.set()
            await task

    def _play(self, press: Callable[[str], None]) -> None:
        if self.chaos.random.random() < 0.02:
            columns, rows = self.chaos.random.choice(_SIZES)
            self._size = Size(rows, columns)
        if self.chaos.random.random() < 0.2:
            press(self.chaos.random.choice(_KEYS))

    def _begin(self) -> None:
        self._began, self._paused = time.process_time(), 0.0

    def _collect(self, phase: str, _found: object) -> None:
        if phase == "start":
            self._pause_began = time.process_time()
        else:
            self._paused += time.process_time() - self._pause_began

    def _end(self) -> None:
        self.frames += 1
        self.slowest = max(self.slowest, time.process_time() - self._began - self._paused)


def main() -> None:
    """Run for as many lines as are asked for, and say what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    gc.set_threshold(20_000, 20, 50)  # as seldom as the program has it
    gc.freeze()
    watch = Watch(asked.seed)
    for _ in range(10):
        asyncio.run(watch.run(asked.lines // 10))
        sys.stdout.write(
            f"{watch.chaos.lines} lines, {watch.frames} frames, {time.process_time():.0f} s of CPU, "
            f"slowest frame {watch.slowest * 1000:.1f} ms\n"
        )
        sys.stdout.flush()
    if watch.slowest > FRAME_MOST:
        sys.exit(f"a frame took longer than {FRAME_MOST * 1000:.0f} ms")


if __name__ == "__main__":
    main()
