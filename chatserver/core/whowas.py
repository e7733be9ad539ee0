"""Who left or changed nick: the newest of them, for `WHOWAS`.

Rule: they are kept as bytes, in one piece. Objects of their own would stay, one here and one there, in the
memory that a crowd took, and an allocator gives none of it back while there is anything in it.
"""

from collections.abc import Iterator
from typing import Final

from msgspec import msgpack

from chatserver.core.records import Past

_SIZE: Final = 4
"""Bytes that tell how long what comes next is."""

_decode = msgpack.Decoder(Past).decode
_encode = msgpack.Encoder().encode


class Whowas:
    """The newest `most` of those who are no more under a nick."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._packed = bytearray()
        """Oldest first, each after its size."""

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Past]:
        """Yield them, oldest first."""
        place = 0
        while place < len(self._packed):
            size = self._size_at(place)
            place += _SIZE + size
            yield _decode(memoryview(self._packed)[place - size : place])

    def add(self, past: Past) -> None:
        """Know of one more, and let go of the oldest of too many."""
        data = _encode(past)
        self._packed += len(data).to_bytes(_SIZE) + data
        self._count += 1
        if self._count > self._most:
            del self._packed[: _SIZE + self._size_at(0)]
            self._count -= 1

    def _size_at(self, place: int) -> int:
        return int.from_bytes(self._packed[place : place + _SIZE])
