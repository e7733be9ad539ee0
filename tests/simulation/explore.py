"""Every order of a few steps, tried one after the other on the real server.

Rules: what others do (say a line, read) and what the disk does (take effect, be known to be done) are
steps; a run chooses one after the other until none is left. `explore` runs all that differ.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import TypeVar, TypeVarTuple

from chatserver.config.settings import Config
from tests.simulation.ircpeer import IrcPeer
from tests.simulation.ledger import Ledger
from tests.simulation.loop import Job, ProcessLoop
from tests.simulation.network import Network, Quality
from tests.simulation.peers import Peer
from tests.simulation.server import Machine
from tests.simulation.universe import Universe

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")

MOMENT = 0.004
"""Seconds in which all that follows a step without the disk has happened."""


class Choices:
    """The choices of one run: some given, the first of what there is for the others."""

    def __init__(self, given: Sequence[int]) -> None:
        self.taken: list[tuple[int, int]] = []
        """For each choice, which was taken, of how many."""
        self._given = given

    def choose(self, count: int) -> int:
        """Return one of 0 to `count` - 1."""
        place = len(self.taken)
        chosen = self._given[place] if place < len(self._given) else 0
        self.taken.append((chosen, count))
        return chosen

    def next(self) -> list[int] | None:
        """Return what to give to the next run, None if this was the last."""
        taken = [*self.taken]
        while taken:
            chosen, count = taken.pop()
            if chosen + 1 < count:
                return [*(one for one, _ in taken), chosen + 1]
        return None


def explore(run: Callable[[Choices], None], most: int = 100_000) -> int:
    """Call `run` once for every way to choose, and return how many there were."""
    given: list[int] | None = []
    count = 0
    while given is not None and count < most:
        choices = Choices(given)
        run(choices)
        given = choices.next()
        count += 1
    return count


class SteppedLoop(ProcessLoop):
    """A process whose executor does something only when it is told to."""

    stepping = False
    """Whether jobs wait to be told; before, they are done at once."""

    def __init__(self, universe: Universe, name: str) -> None:
        super().__init__(universe, name, universe.random(name), _AtOnce())
        self.jobs: list[Job] = []
        """Those that are not done yet, in the order in which they came."""

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*_Ts], _T], *args: *_Ts
    ) -> asyncio.Future[_T]:
        """Have it wait until it is told."""
        if not self.stepping:
            return super().run_in_executor(executor, func, *args)
        done: asyncio.Future[_T] = self.create_future()
        job = Job(partial(func, *args), done)
        job.executor = executor
        self.jobs.append(job)
        return done

    @property
    def steps_of_jobs(self) -> list[Callable[[], None]]:
        """What can come next of the jobs: of each executor, its first."""
        firsts = {id(job.executor): job for job in reversed(self.jobs)}
        order = [job for job in self.jobs if firsts[id(job.executor)] is job]
        return [partial(self._advance, job) for job in order]

    def _advance(self, job: Job) -> None:
        if not job.begun:
            job.run()
            return
        self.jobs.remove(job)
        self.call_soon_threadsafe(job.settle)


class _AtOnce:
    """The pace of an executor that needs no time."""

    def __call__(self) -> tuple[float, float]:
        """Return nothing."""
        return 0.0, 0.0

    def more(self) -> float:
        """Return nothing."""
        return 0.0


class Stage:
    """A server and those who are connected to it, on a network that loses and delays nothing."""

    def __init__(self, choices: Choices, config: Config, capacity: int = 262_144) -> None:
        self.universe = Universe(0)
        self.ledger = Ledger(self.universe)
        self.network = Network(self.universe, Quality.perfect(capacity))
        self.machine = Machine(self.universe, self.network, self.ledger, config)
        self.machine.make_loop = lambda: SteppedLoop(self.universe, "server")  # type: ignore[abstract]
        self.machine.start()
        self.universe.run(MOMENT)
        self._choices = choices
        self._peers: list[Peer] = []

    def bring(self, peer: Peer) -> None:
        """Have somebody connect, and settle in."""
        self._peers.append(peer)
        peer.connect()
        self.universe.run(self.universe.now + 10 * MOMENT)

    def irc(self, name: str, rooms: list[str], capabilities: frozenset[str]) -> IrcPeer:
        """Return an IRC client that is in its rooms."""
        peer = IrcPeer(self.universe, self.network, self.ledger, name, rooms, capabilities)
        self.bring(peer)
        return peer

    def settle(self) -> None:
        """Let all that was begun be done."""
        self.universe.run(self.universe.now + 10 * MOMENT)

    def count_behind(self) -> int:
        """Return how many are behind."""
        server = self.machine.running
        assert server is not None
        sessions = server._node.sessions.values()
        return sum(session.backlog is not None for session in sessions)

    def play(self, *scripts: Sequence[Callable[[], None]]) -> None:
        """Do all steps of the scripts, each in its order, and of the disk; see that all is well."""
        loop = self.machine.loop
        assert isinstance(loop, SteppedLoop)
        loop.stepping = True
        left = [[*script] for script in scripts]
        while True:
            options: list[Callable[[], None]] = [partial(_do_next, one) for one in left if one]
            options += loop.steps_of_jobs
            if not options:
                break
            options[self._choices.choose(len(options)) if len(options) > 1 else 0]()
            self.universe.run(self.universe.now + MOMENT)
        loop.stepping = False
        self.universe.run(self.universe.now + 2)
        lacking = [f"{peer.name} lacks {peer.lacks()}" for peer in self._peers if peer.lacks()]
        assert not lacking, lacking
        self.machine.check_health()
        self.machine.kill()
        self.universe.run(self.universe.now)


def _do_next(script: list[Callable[[], None]]) -> None:
    script.pop(0)()
