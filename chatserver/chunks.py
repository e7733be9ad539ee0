"""Chunks of bytes, each for many: the hot loops of the server."""

from collections import defaultdict
from collections.abc import Sequence

from chatserver.tail import Subscriber

Chunk = tuple[Sequence[Subscriber], bytes]
"""Who gets what."""


def write_each(chunks: Sequence[Chunk]) -> None:
    """Write each chunk to each of those who get it."""
    for subscribers, data in chunks:
        for subscriber in subscribers:
            subscriber.write(data)


def write_joined(chunks: Sequence[Chunk]) -> None:
    """Write likewise, but who gets several gets them in one piece: two cost nearly twice as much."""
    pieces: defaultdict[Subscriber, list[bytes]] = defaultdict(list)
    for subscribers, data in chunks:
        for subscriber in subscribers:
            pieces[subscriber].append(data)
    for subscriber, own in pieces.items():
        subscriber.write(own[0] if len(own) == 1 else b"".join(own))
