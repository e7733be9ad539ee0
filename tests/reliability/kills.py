"""A server that is killed again and again under load, and started again at once on the same data.

Rules: the kills come at random times, some before the server serves again. Everything is compared at the
end: the log on disk, what was confirmed, and what everybody was shown, by those who stayed and came back.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.reliability.irc_peer import IrcPeer
from tests.reliability.ledger import View, judge
from tests.reliability.plain_peer import PlainPeer
from tests.reliability.processes import ClientProcess, Victim
from tests.reliability.report import Report, percentile

ROOM = "#lobby"
SETTLED_WITHIN = 120.0
"""Seconds after the last kill in which everybody must have caught up."""

EARLY = 0.15
"""The share of kills that hit a server that has not served yet."""

EARLY_MOST = 0.5
"""Seconds after its start that such a server has at most."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is like."""

    kills: int
    irc: int = 8
    plain: int = 4
    clients: int = 4
    shortest: float = 0.1
    longest: float = 1.6
    """Seconds from serving again to the next kill."""
    pause: float = 0.06
    """Seconds between two lines of one peer; clients and plain peers are slower."""
    seed: int = 1


class Crowd:
    """Everybody who takes part."""

    def __init__(self, plan: Plan, address: tuple[str, int], random: Random) -> None:
        self._plan, self._address = plan, address
        self.irc = [
            IrcPeer(f"irc{number}", address, room=ROOM, pause=plan.pause, random=random)
            for number in range(plan.irc)
        ]
        self.plain = [
            PlainPeer(f"plain{number}", address, pause=4 * plan.pause, random=random)
            for number in range(plan.plain)
        ]
        self.clients = [ClientProcess(f"client{number}") for number in range(plan.clients)]

    async def start(self, stack: AsyncExitStack) -> None:
        """Have everybody come: the clients first, so that they see all that is said."""
        for client in self.clients:
            pause = 5 * self._plan.pause
            await client.start(self._address, room=ROOM, pause=pause, silence=5)
            stack.push_async_callback(client.end)
        for client in self.clients:
            await client.joined()
            await client.ask("talk")
        tasks = [asyncio.create_task(peer.run()) for peer in self.irc]
        tasks += [asyncio.create_task(peer.run()) for peer in self.plain]
        stack.push_async_callback(_cancel, tasks)

    async def settle(self) -> list[dict[str, Any]]:
        """Have nobody say more, wait until all have caught up, and return the clients' reports."""
        for peer in self.irc:
            peer.hushed = True
        for plain in self.plain:
            plain.hushed = True
        for client in self.clients:
            await client.ask("hush")
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLED_WITHIN):
                await self._caught_up()
        return [await client.ask("report") for client in self.clients]

    async def _caught_up(self) -> None:
        while not all(peer.settled for peer in self.irc):
            await asyncio.sleep(0.05)
        for client in self.clients:
            while True:
                status = await client.ask("status")
                newest = max((len(peer.shown) for peer in self.irc), default=0)
                if status["joined"] and not status["pending"] and status["shown"] >= newest:
                    break
                await asyncio.sleep(0.2)

    def views(self, reports: Iterable[dict[str, Any]]) -> list[View]:
        """Return what everybody saw."""
        views = [View(peer.name, peer.shown) for peer in self.irc]
        views += [view for peer in self.plain for view in peer.views]
        named = zip(self.clients, reports, strict=True)
        return views + [View(client.name, report["shown"]) for client, report in named]


async def run(plan: Plan, directory: Path, tell: Callable[[str], None]) -> Report:
    """Do what `plan` says, in an empty directory, and return what came of it."""
    random = Random(plan.seed)
    restarts: list[float] = []
    async with Victim(directory) as victim, AsyncExitStack() as stack:
        crowd = Crowd(plan, (victim.host, victim.port), random)
        await crowd.start(stack)
        for number in range(1, plan.kills + 1):
            await asyncio.sleep(random.uniform(plan.shortest, plan.longest))
            if random.random() < EARLY:
                await victim.kill()
                await victim.start()
                await asyncio.sleep(random.uniform(0, EARLY_MOST))
            restarts.append(await victim.restart())
            said = sum(peer.said for peer in crowd.irc)
            tell(f"kill {number}/{plan.kills}: served after {restarts[-1]:.2f} s, {said} lines")
        reports = await crowd.settle()
        unsettled = [peer.name for peer in crowd.irc if not peer.settled]
        await victim.stop()
    return _judge(plan, victim, crowd, reports, restarts, unsettled)


def _judge(
    plan: Plan,
    victim: Victim,
    crowd: Crowd,
    reports: list[dict[str, Any]],
    restarts: list[float],
    unsettled: list[str],
) -> Report:
    log = victim.read_log(ROOM)
    confirmed = {text for peer in crowd.irc for text in peer.confirmed}
    confirmed |= {text for report in reports for text in report["own"]}
    refused = [text for peer in crowd.irc for text in peer.refused]
    findings = judge(log, crowd.views(reports), confirmed=confirmed, refused=refused)
    wrong = victim.complaints() + [f"{name} did not settle" for name in unsettled]
    for client, report in zip(crowd.clients, reports, strict=True):
        wrong += [f"{text} failed at {client.name}" for text in report["failed"]]
        if report["pending"]:
            wrong.append(f"{report['pending']} lines are pending at {client.name}")
    return Report(
        title=f"{plan.kills} kills",
        facts={
            "kills": plan.kills,
            "peers": f"{plan.irc} IRC, {plan.plain} plain, {plan.clients} chatclient",
            "lines in the log": len(log),
            "confirmed": len(confirmed),
            "sent again with the same nonce": sum(peer.resent for peer in crowd.irc),
            "of them had been kept": sum(peer.repeated for peer in crowd.irc),
            "connections of IRC peers": sum(peer.connections for peer in crowd.irc),
            "plain lines that nobody kept or saw": sum(peer.said for peer in crowd.plain)
            - sum(text.startswith("plain") for text in log),
            "restart p50 (s)": round(percentile(restarts, 0.5), 3),
            "restart max (s)": round(max(restarts), 3),
        },
        findings=findings,
        wrong=wrong,
    )


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
