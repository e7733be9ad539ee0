"""The measurements: each takes a target and gives one sample, on a server of its own."""

import time
from collections.abc import Sequence

from benchmarks import acknowledged
from benchmarks.acknowledged import Waits
from benchmarks.crowd import Crowd
from benchmarks.dialects import Dialect
from benchmarks.load import Run, Shape
from benchmarks.process import Server
from benchmarks.room import Room
from benchmarks.rooms import Layout, Rooms, Talk
from benchmarks.samples import Outcome
from benchmarks.servers import Target
from benchmarks.storm import Passage, Storm

START_SECONDS = 2.0  # after the start: some servers go on preparing themselves
MESSAGE_BYTES = 64


def fan_out(target: Target, shape: Shape) -> Outcome:
    """One run of `shape` against a fresh server."""
    with (
        Server(target) as server,
        Room(server.address, target.dialect, shape.receivers, shape.senders) as room,
    ):
        return Run(room, shape, server).measure()


def many_rooms(
    target: Target, layout: Layout, shape: Shape, listening: Sequence[Dialect] = ()
) -> Outcome:
    """One run in all rooms of `layout` at once; who listens speaks as the senders do unless said."""
    with Server(target) as server, Rooms(server.address) as crowd:
        crowd.enter(layout, listening or [target.dialect], target.dialect)
        return Talk(crowd, layout, target.dialect, shape, server).measure()


def one_by_one(target: Target, seconds: float) -> Waits:
    """Say messages one by one to one other, each when the one before was echoed; and bare `fsync`s."""
    with Server(target) as server, Room(server.address, target.dialect, 1, 1) as room:
        return acknowledged.measure(room, server, MESSAGE_BYTES, seconds)


def storm(target: Target, count: int) -> Passage:
    """Have `count` come into one room at once, stay, and be gone at once."""
    with Server(target) as server, Crowd(server.address) as crowd:
        time.sleep(START_SECONDS)
        return Storm(crowd, target.dialect, count, server).pass_by()


def start_up(target: Target) -> float:
    """Seconds from exec to the first connection taken."""
    with Server(target) as server:
        return server.start_seconds
