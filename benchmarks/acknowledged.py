"""One sender who waits for the echo of each message before the next, beside `fsync` on the same disk.

Rules: both are measured in short turns, one after the other, so that a disk that changes its mind
meets both alike; and on the server's core, as a disk that interrupts the other one answers later there.
"""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.crowd import LoadError
from benchmarks.load import GRACE_SECONDS
from benchmarks.process import Server
from benchmarks.room import Room
from benchmarks.tally import compose

TURNS = 8
BLOCKS = 256
BLOCK = bytes(4096)  # a page of SQLite: the least that a message is kept in


@dataclass(slots=True)
class Waits:
    """How long each acknowledgement took, and each `fsync`, in seconds."""

    acknowledged: list[float] = field(default_factory=list)
    synced: list[float] = field(default_factory=list)


def fsyncs(path: Path, seconds: float) -> Sequence[float]:
    """Write a block where there was one and have it on disk, again and again; return how long each took.

    That is the least that keeping can take: a file that grows has more to be written down.
    """
    taken: list[float] = []
    path.write_bytes(BLOCK * BLOCKS)
    until = time.monotonic() + seconds
    with path.open("r+b", buffering=0) as file:
        os.fsync(file.fileno())
        while (begin := time.monotonic()) < until:
            os.pwrite(file.fileno(), BLOCK, len(taken) % BLOCKS * len(BLOCK))
            os.fdatasync(file.fileno())
            taken.append(time.monotonic() - begin)
    return taken


def echoes(room: Room, size: int, seconds: float, first: int) -> Sequence[float]:
    """Say one message after the other, each when the one before came back; return how long each took.

    The senders of the room hear what they say; LoadError when they do not.
    """
    taken: list[float] = []
    speaker = room.receivers
    until = time.monotonic() + seconds
    while (begin := time.monotonic()) < until:
        room.say(0, [compose(0, first + len(taken), size)])
        marks = 0
        while not marks:
            for member, read in room.read(GRACE_SECONDS):
                marks += room.marks(read) if member == speaker else 0
            if time.monotonic() - begin > GRACE_SECONDS:
                raise LoadError("a message was not acknowledged")
        taken.append(time.monotonic() - begin)
    return taken


def measure(room: Room, server: Server, size: int, seconds: float) -> Waits:
    """Take both in turn, what is bare in the directory and on the core of `server`."""
    waits = Waits()
    for _ in range(TURNS):
        part = seconds / TURNS / 2
        with server.in_its_place():
            waits.synced += fsyncs(server.directory / "bare", part)
        waits.acknowledged += echoes(room, size, part, len(waits.acknowledged))
    return waits
