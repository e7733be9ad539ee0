"""The lines of standard input, as an event loop can wait for them.

Rules: works for terminals, pipes and files alike; a reader that is not waited for reads no further
than a few blocks ahead. Bytes that are no UTF-8 are replaced, and a line that is too long is cut.
"""

import asyncio
import os
import threading
from collections.abc import AsyncIterator

from chatwire.framing import Framer, Overlong

LINE_LIMIT = 64 * 1024
"""The longest line, in bytes; of a longer one `too long` is told."""

_BLOCK = 64 * 1024
_AHEAD = 4


class LineTooLong(Exception):
    """A line of the input is longer than `LINE_LIMIT`."""


async def lines(descriptor: int) -> AsyncIterator[str]:
    """Iterate over the lines of a file descriptor until its end. Raises `LineTooLong`."""
    framer = Framer(LINE_LIMIT)
    async for block in _blocks(descriptor):
        for line in framer.feed(block):
            if isinstance(line, Overlong):
                raise LineTooLong(f"a line of the input is longer than {LINE_LIMIT} bytes")
            yield line.decode(errors="replace")
    for line in framer.end():
        yield line.decode(errors="replace")


async def _blocks(descriptor: int) -> AsyncIterator[bytes]:
    """Iterate over what can be read, on a thread: not every file can be polled."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[bytes] = asyncio.Queue()
    room = threading.Semaphore(_AHEAD)

    def pump() -> None:
        """Read until the end, or until nobody waits any more."""
        block = b"?"
        while block:
            room.acquire()
            try:
                # Not sys.stdin: its lock, held by a thread that waits, would stall the exit.
                block = os.read(descriptor, _BLOCK)
            except OSError:
                block = b""
            try:
                loop.call_soon_threadsafe(queue.put_nowait, block)
            except RuntimeError:  # the loop is closed: nobody waits any more
                return

    threading.Thread(target=pump, name="stdin", daemon=True).start()
    while block := await queue.get():
        room.release()
        yield block
