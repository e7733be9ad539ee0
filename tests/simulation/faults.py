"""What goes wrong: processes die and freeze, connections break and stall, the disk fails.

Rules: the seed decides how often each kind of fault happens in a run, and when. After `end` all is well.
"""

from collections.abc import Callable, Sequence
from random import Random

from tests.simulation.chatclients import Person
from tests.simulation.network import Link, Network
from tests.simulation.peers import Peer
from tests.simulation.server import Machine
from tests.simulation.universe import Universe


class Faults:
    """The faults of one run."""

    def __init__(
        self,
        universe: Universe,
        network: Network,
        machine: Machine,
        persons: Sequence[Person],
        peers: Sequence[Peer],
    ) -> None:
        self._universe = universe
        self._network = network
        self._machine = machine
        self._persons = persons
        self._peers = peers
        self._random: Random = universe.random("faults")
        self._over = False

    def plan(self) -> None:
        """Choose how often what goes wrong in this run."""
        faults: list[tuple[str, Callable[[], None]]] = [
            ("kill", self._kill),
            ("stop", self._machine.stop),
            ("cut", self._cut),
            ("hole", self._swallow),
            ("stall", self._stall),
            ("freeze", self._freeze),
            ("disk full", self._fill_disk),
            ("disk slow", self._slow_disk),
            ("disk unreadable", self._blind_disk),
            ("server frozen", self._freeze_server),
        ]
        for name, fault in faults:
            rate = self._random.choice([0, 0, 0.03, 0.1, 0.3])
            if name in {"stop", "disk unreadable"}:
                rate /= 3
            if rate:
                self._repeat(name, rate, fault)

    def _repeat(self, name: str, rate: float, fault: Callable[[], None]) -> None:
        def happen() -> None:
            if not self._over:
                self._universe.counts[f"fault: {name}"] += 1
                self._universe.note("fault:", name)
                fault()
                self._universe.after(self._random.expovariate(rate), happen)

        self._universe.after(self._random.expovariate(rate), happen)

    def _kill(self) -> None:
        """Let the server die after some more steps of its loop."""
        loop = self._machine.loop
        if loop is not None and loop.alive and not loop.fuse:
            loop.fuse = self._random.choice([1, 2, 5, 20, 100, 500])

    def _links(self) -> list[Link]:
        return [
            link
            for link in self._network.links
            if link.alive and not getattr(link.owner, "prompt", False)
        ]

    def _cut(self) -> None:
        if links := self._links():
            link = self._random.choice(links)
            how = self._random.choice([(True, True), (True, False), (False, True)])
            link.cut(here=how[0], there=how[1])

    def _swallow(self) -> None:
        if links := self._links():
            self._random.choice(links).swallow(self._random.choice([0.1, 1, 10, 30, 200]))

    def _stall(self) -> None:
        if readers := [peer for peer in self._peers if not peer.prompt]:
            self._random.choice(readers).stall(self._random.choice([0.1, 1, 10, 30]))

    def _freeze(self) -> None:
        self._random.choice(self._persons).loop.freeze(self._random.choice([0.1, 1, 10, 30]))

    def _fill_disk(self) -> None:
        why = self._random.choice(["database or disk is full", "disk I/O error"])
        self._machine.disk.full = why
        self._universe.after(self._random.choice([0.01, 0.5, 5]), self._free_disk)

    def _free_disk(self) -> None:
        self._machine.disk.full = self._machine.disk.unreadable = ""

    def _slow_disk(self) -> None:
        self._machine.pace.slow = self._random.choice([0.01, 0.1, 1])
        self._universe.after(self._random.choice([0.1, 1, 5]), self._quicken_disk)

    def _quicken_disk(self) -> None:
        self._machine.pace.slow = 0.0

    def _blind_disk(self) -> None:
        self._machine.disk.unreadable = "disk I/O error"
        self._universe.after(self._random.choice([0.01, 0.5, 3]), self._free_disk)

    def _freeze_server(self) -> None:
        loop = self._machine.loop
        if loop is not None:
            seconds = self._random.choice([0.05, 0.5, 5])
            loop.freeze(seconds)
            self._machine.disturb(seconds)

    def end(self) -> None:
        """Let nothing go wrong any more, and what is wrong be well."""
        self._universe.note("faults stop")
        self._over = True
        self._free_disk()
        self._quicken_disk()
        for link in self._network.links:
            link.heal()
        for peer in self._peers:
            peer.go_on()
        for person in self._persons:
            person.loop.thaw()
        if self._machine.loop is not None:
            self._machine.loop.fuse = 0
