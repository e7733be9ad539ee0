"""A disk that fills up under load, is full for a while, and then has room again.

Rules: the disk is a small file system in memory where that is allowed (root, on Linux); else the server
may write no file beyond a size, which is lifted again. Every line that was refused must not be in the log,
and every other one must be.
"""

import asyncio
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.reliability.irc_peer import IrcPeer
from tests.reliability.ledger import View, judge
from tests.reliability.processes import Victim
from tests.reliability.report import Report

ROOM = "#lobby"
WITHIN = 30.0
"""Seconds in which the disk must be noticed as full, and as having room."""

DISK = 8 * 2**20
"""Bytes of the small file system."""

SPARE = 256 * 1024
"""Bytes of it that are free when it is filled up."""

REFUSALS = 20
"""Lines that must be refused while it is full."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is like."""

    times: int = 2
    """How often the disk fills up."""
    peers: int = 4
    pause: float = 0.005
    seed: int = 1


class SmallDisk:
    """A file system of its own: filled up by a file that is taken away again."""

    name = "a file system in memory"

    def __init__(self, directory: Path) -> None:
        self._ballast = directory / "ballast"
        self._directory = directory

    def fill(self, _victim: Victim) -> None:
        """Leave next to nothing free."""
        free = shutil.disk_usage(self._directory).free - SPARE
        self._ballast.write_bytes(bytes(free))

    def free(self, _victim: Victim) -> None:
        """Make room again."""
        self._ballast.unlink()


class SizeLimit:
    """No file of the server may grow beyond a size that is near."""

    name = "a limit for the size of files"

    def fill(self, victim: Victim) -> None:
        """Let files grow by `SPARE` above the largest one."""
        largest = max(path.stat().st_size for path in victim.data.iterdir())
        limit = (largest + SPARE, resource.RLIM_INFINITY)
        resource.prlimit(victim.pid, resource.RLIMIT_FSIZE, limit)

    def free(self, victim: Victim) -> None:
        """Lift the limit."""
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(victim.pid, resource.RLIMIT_FSIZE, unlimited)


@contextmanager
def disk(directory: Path) -> Iterator[SmallDisk | SizeLimit]:
    """Mount a small file system on a directory if that is allowed, else limit sizes."""
    directory.mkdir()
    options = f"size={DISK},mode=700"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", directory],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        yield SizeLimit()
        return
    try:
        yield SmallDisk(directory)
    finally:
        subprocess.run(["umount", "--lazy", directory], check=True)


async def run(plan: Plan, directory: Path, tell: Callable[[str], None]) -> Report:
    """Do what `plan` says, in an empty directory, and return what came of it."""
    random = Random(plan.seed)
    with ExitStack() as mounts:
        place = directory / "disk"
        small = mounts.enter_context(disk(place))
        async with Victim(place) as victim, AsyncExitStack() as stack:
            address = (victim.host, victim.port)
            peers = [
                IrcPeer(f"irc{number}", address, room=ROOM, pause=plan.pause, random=random)
                for number in range(plan.peers)
            ]
            for peer in peers:
                stack.callback(asyncio.create_task(peer.run()).cancel)
            for number in range(1, plan.times + 1):
                await _until(_more_confirmed(peers, 100))
                small.fill(victim)
                await _until(_more_refused(peers, REFUSALS))
                small.free(victim)
                await _until(_more_confirmed(peers, 100))
                tell(f"{number}/{plan.times}: full and free again, {_refused(peers)} refused")
            for peer in peers:
                peer.hushed = True
            await _until(lambda: all(peer.settled for peer in peers))
            await victim.stop()
        return _judge(plan, victim, peers, small.name)


def _refused(peers: list[IrcPeer]) -> int:
    return sum(len(peer.refused) for peer in peers)


def _more_refused(peers: list[IrcPeer], count: int) -> Callable[[], bool]:
    """Return whether `count` more lines have been refused than now."""
    least = _refused(peers) + count
    return lambda: _refused(peers) >= least


def _more_confirmed(peers: list[IrcPeer], count: int) -> Callable[[], bool]:
    """Return whether each has had `count` more lines confirmed than now."""
    due = [(peer, len(peer.confirmed) + count) for peer in peers]
    return lambda: all(len(peer.confirmed) >= least for peer, least in due)


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN):
        while not condition():
            await asyncio.sleep(0.01)


def _judge(plan: Plan, victim: Victim, peers: list[IrcPeer], name: str) -> Report:
    log = victim.read_log(ROOM)
    refused = [text for peer in peers for text in peer.refused]
    confirmed = {text for peer in peers for text in peer.confirmed}
    return Report(
        title=f"a disk that is full {plan.times} times",
        facts={
            "disk": name,
            "lines in the log": len(log),
            "confirmed": len(confirmed),
            "refused": len(refused),
            "connections": sum(peer.connections for peer in peers),
        },
        findings=judge(
            log,
            [View(peer.name, peer.shown) for peer in peers],
            confirmed=confirmed,
            refused=refused,
        ),
    )
