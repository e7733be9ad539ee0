"""Measures what readers who stall cost everybody else: `python -m benchmarks.slow_readers`.

Rules: with and without stalled readers alternate in one run, on one server and in one room, so that all else
is the same. A phase begins with more than any buffer holds, so that who stalls is behind before anything
is measured. What somebody who stalled reads afterwards is compared, message by message, with what the
others heard.
"""

import argparse
import os
import platform
import resource
import select
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from benchmarks.crowd import LoadError
from benchmarks.dialects import Dialect
from benchmarks.figures import percentile
from benchmarks.load import Run, Shape
from benchmarks.process import Server, await_quiet
from benchmarks.report import place, table
from benchmarks.room import Room
from benchmarks.samples import Spread
from benchmarks.servers import TARGETS
from benchmarks.tally import MARK, Watcher

TARGET = "chatserver, IRC with tags"
READ_BYTES = 1 << 16
RECEIVE_BUFFER = 4096  # so that the kernel holds little for who does not read
JOIN_SECONDS = 30.0
QUIET_SECONDS = 1.0
PARTS = 5  # of the long stall
BURST = Shape(receivers=0, size=400, window=64, warm_up=0.0, seconds=2.0)
"""What puts a reader behind: some megabytes in two seconds."""


class Stalled:
    """Readers who have joined and read no more, until they read everything."""

    def __init__(self, address: tuple[str, int], dialect: Dialect, count: int) -> None:
        self.count = count
        self._address, self._dialect = address, dialect
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Self:
        try:
            for number in range(self.count):
                self._sockets.append(self._join(number))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for member in self._sockets:
            member.close()

    def _join(self, number: int) -> socket.socket:
        """Return a connection that is in the room, and has read no further than that."""
        member = socket.socket()
        try:
            member.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            member.settimeout(JOIN_SECONDS)
            member.connect(self._address)
            member.sendall(self._dialect.join(f"s{number}"))
            _read_until_joined(member)
        except BaseException:
            member.close()
            raise
        return member

    def read_all(self, newest: tuple[int, int], seconds: float) -> list[list[tuple[int, int]]]:
        """Have all of them read, until they have heard `newest`; return what each heard."""
        watchers = [Watcher() for _ in self._sockets]
        waiting = {member.fileno(): place for place, member in enumerate(self._sockets)}
        poll = select.epoll()
        for descriptor in waiting:
            poll.register(descriptor, select.EPOLLIN)
        deadline = time.monotonic() + seconds
        while waiting and time.monotonic() < deadline:
            for descriptor, _ in poll.poll(1.0):
                place = waiting[descriptor]
                try:
                    data = self._sockets[place].recv(READ_BYTES)
                except ConnectionError as error:
                    raise LoadError(f"stalled reader {place} was thrown out: {error}") from error
                if not data:
                    raise LoadError(f"stalled reader {place} was thrown out")
                watchers[place].feed(data)
                if MARK in data and watchers[place].order[-1:] == [newest]:
                    poll.unregister(descriptor)
                    del waiting[descriptor]
        poll.close()
        return [watcher.order for watcher in watchers]


def _read_until_joined(member: socket.socket) -> None:
    heard = b""
    while b" 366 " not in heard:
        if not (data := member.recv(256)):
            raise LoadError("a stalled reader was not let in")
        heard = (heard + data)[-512:]


@dataclass(slots=True)
class Phases:
    """What all phases with the same number of stalled readers brought."""

    latencies: list[float] = field(default_factory=list)
    p99: Spread = field(default_factory=Spread)
    """Of each phase (s)."""
    growth: Spread = field(default_factory=Spread)
    """Of the server's memory in each phase (KiB)."""
    missed: int = 0
    """Messages that each stalled reader read afterwards, on average of the last phase."""
    faults: int = 0
    """Messages that were missing, or there twice, or out of order, at any stalled reader."""
    catching_up: float = 0.0
    """The longest time that all stalled readers took to read everything (s)."""


class Measure:
    """What all have heard: against it what one reader heard is compared."""

    def __init__(self, order: Sequence[tuple[int, int]]) -> None:
        self._order = order
        self._places = {message: place for place, message in enumerate(order)}

    def faults(self, heard: Sequence[tuple[int, int]]) -> int:
        """Count what is wrong with what a reader heard: it should be the end of what all heard."""
        if not heard or heard[0] not in self._places:
            return max(1, len(heard))
        due = self._order[self._places[heard[0]] :]
        wrong = sum(one != other for one, other in zip(due, heard, strict=False))
        return wrong + abs(len(due) - len(heard))


class Trial:
    """Phases on one server, in one room."""

    def __init__(self, server: Server, room: Room, shape: Shape, dialect: Dialect) -> None:
        self._server, self._shape, self._dialect = server, shape, dialect
        self._burst = replace(BURST, receivers=shape.receivers, senders=shape.senders)
        self._run = Run(room, shape, server)

    def phase(self, phases: Phases, stalled: int) -> None:
        """Run one phase with so many stalled readers, and add what it brings to `phases`."""
        with Stalled(self._server.address, self._dialect, stalled) as sleepers:
            before = self._server.resident_kib()
            self.speak(self._burst)
            taken = self.speak(self._shape)
            phases.latencies += taken
            phases.p99.values.append(percentile(taken, 0.99))
            phases.growth.values.append(self._server.resident_kib() - before)
            if stalled:
                self.wake(sleepers, phases)

    def speak(self, shape: Shape) -> list[float]:
        """Speak in a shape, and return the latencies."""
        self._run.take_on(shape)
        return self._run.measure().latencies

    def growth(self, load: Shape) -> list[int]:
        """Speak in several parts, and return how much memory the server has more after each."""
        before = self._server.resident_kib()
        grown = []
        for part in range(PARTS):
            self.speak(load)
            grown.append(self._server.resident_kib() - before)
            _tell(f"long stall, part {part + 1}/{PARTS}: {grown[-1]} KiB more")
        return grown

    def wake(self, sleepers: Stalled, phases: Phases) -> None:
        """Have all who stalled read on, and add what came of it to `phases`."""
        self._run.take_on(self._shape)
        order = self._run.order
        begin = time.monotonic()
        heard = sleepers.read_all(order[-1], 60.0 + 0.2 * sleepers.count)
        phases.catching_up = max(phases.catching_up, time.monotonic() - begin)
        phases.missed = sum(map(len, heard)) // len(heard)
        measure = Measure(order)
        phases.faults += sum(map(measure.faults, heard))


def measure(options: argparse.Namespace) -> str:
    """Measure everything, and return it as Markdown."""
    [target] = [each for each in TARGETS if each.name == TARGET]
    shape = Shape(receivers=options.members, rate=options.rate, seconds=options.seconds)
    counts = [0, *options.stalled]
    phases = {count: Phases() for count in counts}
    with (
        Server(target) as server,
        Room(server.address, target.dialect, shape.receivers, shape.senders) as room,
    ):
        trial = Trial(server, room, shape, target.dialect)
        for warm_up in range(2):
            trial.phase(Phases(), 0)
            _tell(f"warm-up {warm_up + 1}/2")
        for turn in range(options.rounds):
            for count in counts if turn % 2 else reversed(counts):
                await_quiet(QUIET_SECONDS)
                trial.phase(phases[count], count)
                _tell(f"round {turn + 1}/{options.rounds}, {count} stalled")
    return _table(phases)


def measure_long(options: argparse.Namespace) -> str:
    """Have one reader stall for long under full load, and return how the memory goes."""
    [target] = [each for each in TARGETS if each.name == TARGET]
    load = replace(BURST, receivers=100, seconds=options.long / PARTS)
    with Server(target) as server, Room(server.address, target.dialect, 100, load.senders) as room:
        trial = Trial(server, room, load, target.dialect)
        trial.speak(load)
        without = trial.growth(load)
        with Stalled(server.address, target.dialect, 1) as sleeper:
            stalled = trial.growth(load)
            phases = Phases()
            trial.wake(sleeper, phases)
    rows = [
        (f"{part * load.seconds:.0f} s", f"{base:,}", f"{grown:,}")
        for part, (base, grown) in enumerate(zip(without, stalled, strict=True), 1)
    ]
    head = ("memory growth under full load (KiB), after", "nobody stalled", "then, one stalled")
    return (
        f"{table(head, rows)}\nThen it read {phases.missed:,} messages in "
        f"{phases.catching_up:.1f} s; missing, twice or out of order: {phases.faults}.\n"
    )


def _table(phases: dict[int, Phases]) -> str:
    base = phases[0]
    rows = []
    for count, found in phases.items():
        p99 = percentile(found.latencies, 0.99)
        ratio = p99 / percentile(base.latencies, 0.99)
        each = Spread([value * 1e3 for value in found.p99.values])
        per_reader = (found.growth.median - base.growth.median) / count if count else 0.0
        rows.append(
            (
                f"{count} stalled",
                f"{percentile(found.latencies, 0.5) * 1e3:.2f}",
                f"{p99 * 1e3:.2f}",
                each.text(".1f"),
                f"{ratio:.2f}" if count else "1",
                found.growth.text(",.0f"),
                f"{per_reader:,.1f}" if count else "",
                f"{found.missed:,}" if count else "",
                f"{found.catching_up:.1f}" if count else "",
                str(found.faults) if count else "",
            )
        )
    head = (
        "readers beside the others", "p50 ms", "p99 ms", "p99 of each round", "p99 ratio",
        "memory growth KiB", "KiB for each", "messages read afterwards", "in s",
        "missing, twice, out of order",
    )  # fmt: skip
    return table(head, rows)


def _tell(progress: str) -> None:
    print(progress, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for; the tables go to standard output or into a page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.slow_readers", description=__doc__)
    parser.add_argument("--members", type=int, default=1000, help="readers who read")
    parser.add_argument("--stalled", nargs="+", type=int, default=[1, 1000], help="who do not")
    parser.add_argument("--rate", type=float, default=100.0, help="messages a second")
    parser.add_argument("--seconds", type=float, default=8.0, help="length of a phase")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--long", type=float, default=60.0, help="seconds of the long stall")
    parser.add_argument("--write", type=Path, help="page to put the tables into")
    options = parser.parse_args(arguments)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, hard), hard))
    circumstances = (
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {os.cpu_count()} "
        f"cores; {options.members} others, {options.rate:g} messages/s, {options.rounds} rounds "
        f"of {options.seconds:g} s.\n"
    )
    text = "\n".join((circumstances, measure(options), measure_long(options)))
    if options.write:
        options.write.write_text(place(options.write.read_text(), text, "slow readers"))
    else:
        print(text)


if __name__ == "__main__":
    main()
