"""The window: `Buffer.lines` is the newest part of what was said, the archive has all of it.

Rules: only what the archive has is let go, from the oldest on. Own lines that failed stay, as they
can be sent again.
"""

from collections.abc import Callable, Sequence
from itertools import islice

from chatclient.model.buffers import Buffer
from chatclient.model.lines import Delivery, Line

MOST = 2000
"""Lines of a buffer that stay in memory, or some more."""


def trim(buffer: Buffer, most: int, may_go: Callable[[Line], bool]) -> Sequence[Line]:
    """Let the oldest lines go, but for so many; return them."""
    excess = len(buffer.lines) - buffer.pending - most
    gone: list[Line] = []
    stay: list[Line] = []
    for line in islice(buffer.lines, max(0, excess)):
        if line.delivery is not Delivery.CONFIRMED:
            stay.append(line)
        elif may_go(line):
            gone.append(line)
        else:
            break
    if gone:
        buffer.lines[: len(gone) + len(stay)] = stay
        buffer.msgids.difference_update(line.msgid for line in gone)
        buffer.older = True
    return gone


def restore(buffer: Buffer, lines: Sequence[Line]) -> None:
    """Put lines of the archive before all that a buffer has."""
    buffer.lines[:0] = lines
    buffer.msgids.update(line.msgid for line in lines if line.msgid)
    buffer.older = bool(lines)
