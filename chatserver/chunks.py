"""Chunks of bytes, each for many: the hot loops of the server."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from chatserver.direct import NOWHERE, send_each
from chatserver.tail import Subscriber

TOGETHER: Final = 1000
"""So many are sent to in one go: other threads of Python wait for as long."""

Chunk = tuple[Sequence[Subscriber], bytes]
"""Who gets what."""


def write_each(chunks: Sequence[Chunk]) -> None:
    """Write each chunk to each of those who get it."""
    for subscribers, data in chunks:
        for start in range(0, len(subscribers), TOGETHER):
            _write_together(subscribers[start : start + TOGETHER], data)


def write_joined(chunks: Sequence[Chunk]) -> None:
    """Write likewise, but who gets several gets them in one piece: two cost nearly twice as much."""
    pieces: defaultdict[Subscriber, list[bytes]] = defaultdict(list)
    for subscribers, data in chunks:
        for subscriber in subscribers:
            pieces[subscriber].append(data)
    write_each([([one for one in some if len(pieces[one]) == 1], data) for some, data in chunks])
    for subscriber, own in pieces.items():
        if len(own) > 1:
            subscriber.write(b"".join(own))


def _write_together(subscribers: Sequence[Subscriber], data: bytes) -> None:
    """Write `data` to several at once, and to those by themselves whose socket did not take it.

    One after the other by `Subscriber.write` takes a tenth more CPU for a message to a thousand.
    """
    ways = [NOWHERE if one.backlog is not None else one.peer.descriptor for one in subscribers]
    taken = send_each(ways, data)
    if taken.count(len(data)) == len(taken):
        return
    for subscriber, count in zip(subscribers, taken, strict=True):
        if count < len(data):
            subscriber.write(data[max(count, 0) :])
