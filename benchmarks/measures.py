"""The measurements: each takes a target and gives one sample, on a server of its own."""

import time

from benchmarks.load import Run, Shape
from benchmarks.process import Server
from benchmarks.room import Room
from benchmarks.samples import Outcome
from benchmarks.servers import Target

SETTLE_SECONDS = 0.5  # after members have come, before memory is read
START_SECONDS = 2.0  # after the start: some servers go on preparing themselves


def fan_out(target: Target, shape: Shape) -> Outcome:
    """One run of `shape` against a fresh server."""
    with (
        Server(target) as server,
        Room(server.address, target.dialect, shape.receivers, shape.senders) as room,
    ):
        return Run(room, shape, server).measure()


def start_up(target: Target) -> float:
    """Seconds from exec to the first connection taken."""
    with Server(target) as server:
        return server.start_seconds


def idle_kib(target: Target, members: int) -> float:
    """KiB of resident memory that each idle member of one room takes."""
    with Server(target) as server:
        time.sleep(START_SECONDS)
        before = server.resident_kib()
        with Room(server.address, target.dialect, members - 1, 1) as room:
            until = time.monotonic() + SETTLE_SECONDS
            while time.monotonic() < until:
                for _ in room.read(SETTLE_SECONDS / 10):
                    pass
            return (server.resident_kib() - before) / members
