"""`/upgrade`: the program is started anew in its place, with all as it was.

Rules: nothing is left before the new program has shown that it starts. What it needs goes over by a
file that has no name, as there are passwords in it. It is the same process, on the same terminal,
by the same command line. Run as a module (`python -m chatclient.upgrade`), it says whether this
version starts.
"""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from chatclient.client import Client
from chatclient.hub import Hub
from chatclient.model import Buffer, Change, CommandWanted, ConnectionState, Kind, StatusChanged
from chatwire.version import VERSION

COMMAND = "upgrade"

_PLACE = "CHATCLIENT_HANDOVER"
"""The variable of the environment that has the number of the file."""

_NEEDED = ("chatclient.app", "chatclient.linear.face", "chatclient.archive", "chatclient.ui.screen")
_PATIENCE = 20.0  # seconds that the new version has to start
_HELD = 10.0  # seconds for which a connection is held until there is another one


class Upgrade:
    """Heeds the command, and starts the program anew in the end; `hub.listen(upgrade.heed)`."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._checking: asyncio.Task[None] | None = None
        self._held: dict[str, int] = {}
        self.wanted = False
        """Whether the program is to be started anew, now that the hub has ended."""

    def heed(self, changes: Sequence[Change]) -> None:
        """Do what is ordered."""
        for change in changes:
            if isinstance(change, CommandWanted) and change.name == COMMAND and not self._checking:
                self._tell(change.buffer, "looking whether the new version starts")
                self._checking = asyncio.create_task(self._begin(change.buffer))

    async def _begin(self, buffer: Buffer) -> None:
        problem = await asyncio.to_thread(_try_new)
        self._checking = None
        if problem:
            text = f"the new version does not start, so this one goes on: {problem}"
            self._tell(buffer, text, Kind.ERROR)
            return
        self.wanted = True
        for client in self._hub.clients:
            if (descriptor := client.hold_open()) is not None:
                self._held[client.world.name] = descriptor
        self._hub.halt()

    def start(self) -> None:
        """Be the new program. To be called when all is kept; does not return."""
        active = self._hub.world.active
        told = {
            "active": [active.network, active.target],
            "networks": {
                client.world.name: {
                    **client.session.hand_over(),
                    "held": self._held.get(client.world.name),
                }
                for client in self._hub.clients
            },
        }
        descriptor = _nameless(json.dumps(told).encode())
        os.environ[_PLACE] = str(descriptor)
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606

    def _tell(self, buffer: Buffer, text: str, kind: Kind = Kind.INFO) -> None:
        client = self._hub.client_of(buffer)
        client.world.tell(buffer, text, time=time.time(), kind=kind)
        client.flush()


class Arrival:
    """What the program before handed over; nothing, if there was none."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._told = told
        self._held: dict[str, int] = {}

    def prepare(self, client: Client, *, archived: bool) -> None:
        """Have a client be what its predecessor was, before it runs.

        `archived` says whether what waits to be said comes from the archive.
        """
        networks = self._told.get("networks")
        told = networks.get(client.world.name) if isinstance(networks, dict) else None
        if not isinstance(told, dict):
            return
        if isinstance(told.get("held"), int):
            self._held[client.world.name] = told["held"]
            client.listen(lambda changes: self._follow(client, changes))
            asyncio.get_running_loop().call_later(_HELD, self._release, client.world.name)
        client.session.take_over(told)
        if not archived and isinstance(told.get("outbox"), str):
            client.session.restore(told["outbox"], time.time())
        active = self._told.get("active")
        if isinstance(active, list) and len(active) == 2 and active[0] == client.world.name:
            buffer = client.world.find(str(active[1])) if active[1] else client.world.server
            if buffer:
                client.activate(buffer)
        client.flush()

    def _follow(self, client: Client, changes: Sequence[Change]) -> None:
        online = client.world.status.state is ConnectionState.ONLINE
        if online and any(isinstance(each, StatusChanged) for each in changes):
            self._release(client.world.name)

    def _release(self, name: str) -> None:
        """Close the connection of the program before."""
        descriptor = self._held.pop(name, None)
        if descriptor is not None:
            with contextlib.suppress(OSError):
                os.close(descriptor)


def _nameless(data: bytes) -> int:
    """Return a descriptor, for the new program, of a file that has no name and these bytes.

    On Linux it is in memory alone.
    """
    if sys.platform == "linux":
        descriptor = os.memfd_create("handover", 0)
    else:
        from tempfile import TemporaryFile  # noqa: PLC0415 - no start needs it

        with TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.set_inheritable(descriptor, True)
    with os.fdopen(os.dup(descriptor), "wb") as file:
        file.write(data)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def arrive() -> Arrival:
    """Take what was handed over to this process, if that was done."""
    number = os.environ.pop(_PLACE, "")
    try:
        with os.fdopen(int(number), "rb") as file:
            told = json.load(file)
    except (OSError, ValueError):
        return Arrival({})
    return Arrival(told if isinstance(told, dict) else {})


def _try_new() -> str:
    """Return why the version that is installed now does not start, "" if it does."""
    # Nothing of the directory that we happen to be in is run, unless we were started from it (`-m`).
    safe = [] if "-m" in sys.orig_argv else ["-P"]
    try:
        done = subprocess.run(  # noqa: S603 - it is ours
            [sys.executable, *safe, "-m", "chatclient.upgrade"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    said = done.stderr.strip().splitlines()
    return "" if done.returncode == 0 else said[-1] if said else f"status {done.returncode}"


def check() -> None:
    """Import all that the program needs, and print its version."""
    for name in _NEEDED:
        import_module(name)
    print(VERSION)  # noqa: T201 - for who asked


if __name__ == "__main__":
    check()
