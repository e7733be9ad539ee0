"""Connections between chatclient and a server that stays up, cut in every way there is.

Rules: each client is a process of its own behind a wire of its own, and, where that is allowed, in a network
of its own. All say numbered lines all the time. At the end each must show every line of the log once, in
order, and have its own lines confirmed once. With archives, clients are killed too, and
go on from theirs: what they show is what can be read in it, and what was pending is said once.
"""

import asyncio
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.reliability.irc_peer import IrcPeer
from tests.reliability.ledger import View, judge
from tests.reliability.namespace import Namespace, available
from tests.reliability.processes import ClientProcess, Victim
from tests.reliability.report import Report
from tests.reliability.wire import Wire

ROOM = "#lobby"
SILENCE = 1.5
"""Seconds of silence after which a client asks, and then those that it waits for the answer."""

WRITTEN_WITHIN = 0.3
"""Seconds after which what was typed is on the disk, and outlives the client."""

SETTLED_WITHIN = 120.0
_LOOK_AFTER = 0.1


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is like."""

    cuts: int
    clients: int = 20
    steady: int = 2
    """IRC peers that are not cut."""
    pause: float = 0.7
    """Seconds between two lines of one client."""
    seed: int = 1
    namespaces: bool = True
    """Whether to have networks of their own, where that is allowed."""
    archives: bool = False
    """Whether clients keep what they show in files, and are killed now and then."""


class Place:
    """Where a client is: its process, its wire, its network."""

    def __init__(self, number: int, server: tuple[str, int], random: Random) -> None:
        self.process = ClientProcess(f"client{number}")
        self.wire = Wire(server)
        self.network: Namespace | None = None
        self.archive: Path | None = None
        self.random = random
        self.cuts: Counter[str] = Counter()
        self._address = ("", 0)
        self._pause = 0.0

    async def start(
        self, number: int, plan: Plan, directory: Path, stack: AsyncExitStack, *, apart: bool
    ) -> None:
        """Have the client come, from a network of its own if it shall be `apart`."""
        if apart:
            self.network = stack.enter_context(Namespace(number))
        if plan.archives:
            self.archive = directory / f"{self.process.name}.db"
        host = self.network.host if self.network else "127.0.0.1"
        self._address = (host, await self.wire.listen(host))
        self._pause = plan.pause
        stack.push_async_callback(self.wire.close)
        await self.begin()
        stack.push_async_callback(self.process.end)

    async def begin(self) -> None:
        """Start the process, for the first time or after it was killed."""
        await self.process.start(
            self._address,
            room=ROOM,
            pause=self._pause,
            silence=SILENCE,
            wrapper=self.network.wrapper if self.network else (),
            archive=self.archive,
        )

    async def cut(self) -> None:
        """Cut it in one of the ways that are possible here."""
        kinds = [
            kind
            for kind in CUTS
            if (self.network or kind not in NEED_NETWORK)
            and (self.archive or kind not in NEED_ARCHIVE)
        ]
        kind = self.random.choice(kinds)
        self.cuts[kind] += 1
        await CUTS[kind](self)


async def _reset(place: Place) -> None:
    place.wire.reset()


async def _finish(place: Place) -> None:
    place.wire.finish()


async def _half_close_client(place: Place) -> None:
    await place.wire.half_close_client()


async def _half_close_server(place: Place) -> None:
    await place.wire.half_close_server()


async def _swallow(place: Place) -> None:
    """Some of them are longer than the client's patience, some are not."""
    await place.wire.swallow(place.random.uniform(0.2, 3 * SILENCE))


async def _black_out(place: Place) -> None:
    """As long as TCP gets over, or longer than the client's patience."""
    assert place.network is not None
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, place.network.go_dark)
    await asyncio.sleep(place.random.choice([SILENCE / 2, 2.5 * SILENCE]))
    await loop.run_in_executor(None, place.network.light_up)


async def _suspend(place: Place) -> None:
    place.process.signal(signal.SIGSTOP)
    await asyncio.sleep(place.random.uniform(0.2, 3.0))
    place.process.signal(signal.SIGCONT)


async def _suspend_and_reset(place: Place) -> None:
    """The connection ends while the client cannot notice."""
    place.process.signal(signal.SIGSTOP)
    await asyncio.sleep(place.random.uniform(0.1, 1.0))
    place.wire.reset()
    place.process.signal(signal.SIGCONT)


async def _kill(place: Place) -> None:
    """What was typed a moment before is in the file then; the rest is what is shown, and on its way."""
    await place.process.ask("hush")
    await asyncio.sleep(place.random.uniform(WRITTEN_WITHIN, 4 * WRITTEN_WITHIN))
    await place.process.ask("status")
    await place.process.end()
    await asyncio.sleep(place.random.uniform(0.0, 1.0))
    await place.begin()
    await place.process.ask("talk")


async def _kill_offline(place: Place) -> None:
    """The connection ends first, so that there is more that waits to be said."""
    await place.wire.swallow(place.random.uniform(0.2, SILENCE))
    await _kill(place)


CUTS: Mapping[str, Callable[[Place], Awaitable[None]]] = {
    "RST": _reset,
    "FIN": _finish,
    "half-close to the client": _half_close_client,
    "half-close to the server": _half_close_server,
    "swallowed, then RST": _swallow,
    "blackhole": _black_out,
    "SIGSTOP": _suspend,
    "SIGSTOP, then RST": _suspend_and_reset,
    "kill -9": _kill,
    "swallowed, then kill -9": _kill_offline,
}
NEED_NETWORK = frozenset({"blackhole"})
NEED_ARCHIVE = frozenset({"kill -9", "swallowed, then kill -9"})


async def run(plan: Plan, directory: Path, tell: Callable[[str], None]) -> Report:
    """Do what `plan` says, in an empty directory, and return what came of it."""
    random = Random(plan.seed)
    obstacle = available() if plan.namespaces else "not asked for"
    if obstacle:
        tell(f"no blackholes, all other cuts: {obstacle}")
    host = "127.0.0.1"
    async with Victim(directory, host=host) as victim, AsyncExitStack() as stack:
        server = (host, victim.port)
        steady = [
            IrcPeer(f"irc{number}", server, room=ROOM, pause=plan.pause / 2, random=random)
            for number in range(plan.steady)
        ]
        places = [Place(number, server, random) for number in range(plan.clients)]
        for number, place in enumerate(places):
            await place.start(number, plan, directory, stack, apart=not obstacle)
        for place in places:  # nobody says anything before, so that they see all of it
            await place.process.joined()
        for place in places:
            await place.process.ask("talk")
        for peer in steady:
            stack.callback(asyncio.create_task(peer.run()).cancel)
        await _cut_all(plan, places, tell)
        reports = await _settle(steady, places)
        await victim.stop()
    return _judge(plan, victim, steady, places, reports, obstacle)


async def _cut_all(plan: Plan, places: Sequence[Place], tell: Callable[[str], None]) -> None:
    """Cut each in turn with itself, and all at the same time, until there were enough cuts."""
    done = 0

    async def cut_again_and_again(place: Place, times: int) -> None:
        nonlocal done
        for _ in range(times):
            await place.process.joined()
            await asyncio.sleep(place.random.expovariate(1.0))
            await place.cut()
            done += 1
            if not done % 10:
                tell(f"cut {done}/{plan.cuts}")

    share, rest = divmod(plan.cuts, len(places))
    async with asyncio.TaskGroup() as group:
        for number, place in enumerate(places):
            group.create_task(cut_again_and_again(place, share + (number < rest)))


async def _settle(steady: Sequence[IrcPeer], places: Sequence[Place]) -> list[dict[str, Any]]:
    """Have nobody say more, wait until all have caught up, and return the clients' reports."""
    for peer in steady:
        peer.hushed = True
    for place in places:
        await place.process.ask("hush")
    with suppress(TimeoutError):
        async with asyncio.timeout(SETTLED_WITHIN):
            while not all(peer.settled for peer in steady) or not await _caught_up(steady, places):
                await asyncio.sleep(_LOOK_AFTER)
    return [await place.process.ask("report") for place in places]


async def _caught_up(steady: Sequence[IrcPeer], places: Sequence[Place]) -> bool:
    states = [await place.process.ask("status") for place in places]
    newest = min(len(peer.shown) for peer in steady)
    return all(
        state["joined"] and not state["pending"] and state["shown"] >= newest for state in states
    )


def _judge(
    plan: Plan,
    victim: Victim,
    steady: Sequence[IrcPeer],
    places: Sequence[Place],
    reports: Sequence[dict[str, Any]],
    obstacle: str,
) -> Report:
    log = victim.read_log(ROOM)
    views = [View(peer.name, peer.shown) for peer in steady]
    wrong = victim.complaints()
    confirmed: set[str] = set()
    for place, report in zip(places, reports, strict=True):
        name = place.process.name
        views.append(View(name, report["shown"]))
        confirmed |= set(report["own"])
        wrong += [f"{text} failed at {name}" for text in report["failed"]]
        if report["pending"] or len(report["own"]) + len(report["failed"]) != report["typed"]:
            wrong.append(
                f"{name} typed {report['typed']} lines: {len(report['own'])} are confirmed as own, "
                f"{len(report['failed'])} failed, {report['pending']} are pending"
            )
    kinds = sum((place.cuts for place in places), Counter[str]())
    return Report(
        title=f"{plan.cuts} cuts",
        facts={
            "cuts": kinds.total(),
            **{f"of them {kind}": kinds[kind] for kind in CUTS if kinds[kind]},
            "clients": f"{plan.clients}, {'in one network' if obstacle else 'a network each'}",
            "connections of clients": sum(place.wire.connections for place in places),
            "lines in the log": len(log),
            "own lines of clients confirmed": len(confirmed),
        },
        findings=judge(log, views, confirmed=confirmed),
        wrong=wrong,
    )
