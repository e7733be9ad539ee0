"""`/upgrade`: the program is started anew in its place, with all as it was.

Rules: nothing is left before the new program has shown that it starts. What it needs goes over by a
file that has no name, as there are passwords in it. It is the same process, on the same terminal,
by the same command line.
"""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from chatclient import options
from chatclient.client import Client
from chatclient.config import ArgumentError, Config, Login
from chatclient.hub import Hub
from chatclient.model import Buffer, Change, CommandWanted, ConnectionState, Kind, StatusChanged
from chatclient.networks import Network, Wishes, configure, describe, written

COMMAND = "upgrade"

_PLACE = "CHATCLIENT_HANDOVER"
"""The variable of the environment that has the number of the file."""

_NOTHING: Mapping[str, str] = MappingProxyType({})
_PATIENCE = 20.0  # seconds that the new version has to start
_HELD = 10.0  # seconds for which a connection is held until there is another one


class Upgrade:
    """Heeds the command, and starts the program anew in the end; `hub.listen(upgrade.heed)`."""

    def __init__(self, hub: Hub, secrets: Mapping[str, str] = _NOTHING) -> None:
        """`secrets` are variables of the environment for the new program alone."""
        self._hub = hub
        self._secrets = secrets
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
        problem = await asyncio.to_thread(_try_new, sys.argv[1:], self._secrets)
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
        descriptor = _nameless(json.dumps(self.told()).encode())
        os.environ |= {**self._secrets, _PLACE: str(descriptor)}
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606

    def told(self) -> Mapping[str, object]:
        """Return what the new program is told, for JSON."""
        active = self._hub.world.active
        return {
            "active": [active.network, active.target],
            "networks": {
                client.world.name: {
                    **client.hand_over(),
                    "held": self._held.get(client.world.name),
                    "name": client.config.name,
                    "network": written(describe(client.config)),
                    "proxy_password": client.config.proxy_password,
                }
                for client in self._hub.clients
            },
        }

    def _tell(self, buffer: Buffer, text: str, kind: Kind = Kind.INFO) -> None:
        client = self._hub.client_of(buffer)
        client.world.tell(buffer, text, time=time.time(), kind=kind)
        client.flush()


class Arrival:
    """What the program before handed over; nothing, if there was none."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._told = told
        self._held: dict[str, int] = {}

    def networks(self, planned: Sequence[Config]) -> Sequence[Config]:
        """Return the networks that there were, in order; or else those that are `planned`.

        Those of them that are planned are as they are now; the others were not saved.
        """
        known = {config.name or config.address: config for config in planned}
        found = (_network(told, known.get(name)) for name, told in self._networks.items())
        return [config for config in found if config] or planned

    @property
    def _networks(self) -> Mapping[str, Mapping[str, Any]]:
        networks = self._told.get("networks")
        each = networks.items() if isinstance(networks, dict) else ()
        return {name: told for name, told in each if isinstance(told, dict)}

    def prepare(self, client: Client) -> None:
        """Have a client be what its predecessor was, before it runs."""
        told = self._networks.get(client.world.name)
        if told is None:
            return
        if isinstance(told.get("held"), int):
            self._held[client.world.name] = told["held"]
            client.listen(lambda changes: self._follow(client, changes))
            asyncio.get_running_loop().call_later(_HELD, self._release, client.world.name)
        client.take_over(told)
        if isinstance(told.get("outbox"), str):
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


def _network(told: Mapping[str, Any], planned: Config | None) -> Config | None:
    """Return how to connect to a network that was handed over, None if that is not understood."""
    table, name = told.get("network"), told.get("name")
    account, password = told.get("account"), str(told.get("password") or "")
    if planned:
        if not planned.name:  # it is in no file, which would say who is ignored
            planned = replace(planned, ignore=_ignored(table))
        identity = planned.identity
        if account == identity.account and not identity.password:
            return replace(planned, identity=replace(identity, password=password))
        return planned
    try:
        values: dict[str, Any] = {key: options.take(Network, key, table[key]) for key in table}  # type: ignore[index, union-attr]  # a TypeError is heeded
        proxy_password = str(told.get("proxy_password") or "")
        network = Network(**values)
        password = password if account == network.account else ""  # it may be of a later /login
        wishes = Wishes(login=Login(password=password, proxy_password=proxy_password))
        return replace(configure(str(name), network, wishes), name=str(name))
    except (ArgumentError, TypeError, KeyError):
        return None


def _ignored(table: object) -> tuple[str, ...]:
    """Return whom the user ignored on a network that was handed over."""
    masks = table.get("ignore") if isinstance(table, dict) else None
    return tuple(map(str, masks)) if isinstance(masks, list) else ()


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


def _try_new(arguments: Sequence[str] = (), secrets: Mapping[str, str] = _NOTHING) -> str:
    """Return why the version that is installed now does not start so, "" if it does."""
    # Nothing of the directory that we happen to be in is run, unless we were started from it (`-m`).
    safe = [] if "-m" in sys.orig_argv else ["-P"]
    try:
        done = subprocess.run(  # noqa: S603 - it is ours
            [sys.executable, *safe, "-m", "chatclient.trial", *arguments],
            env={**os.environ, **secrets},
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
