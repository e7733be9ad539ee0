"""What the user orders of the program itself, by commands: about networks, and settings.

Rules: it is answered where it was typed. What is changed holds at once where that can be, and is
saved where there is a file; who has none is told that it holds until they leave.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import Field, fields, replace
from typing import Any, Final

from chatclient import options
from chatclient.client import Client
from chatclient.config import ArgumentError, Config, build
from chatclient.configfile import ConfigError, ConfigFile, Saved
from chatclient.hub import Hub
from chatclient.model import (
    Buffer,
    Change,
    CommandWanted,
    ConnectionState,
    FocusWanted,
    Kind,
    World,
)
from chatclient.networks import Network, check_name, configure, describe, suggest_name
from chatclient.passwords import PasswordError, with_password
from chatclient.settings import Settings

_USAGE = (
    "/network add NAME HOST-OR-URL [PORT], /network connect NAME, /network disconnect [NAME], "
    "/network save [NAME], /network set NAME KEY VALUE, /network remove NAME"
)


_ROUTE: Final = ("host", "port", "tls", "tls_ca", "fingerprint", "proxy")
"""The keys of a network that a running client can take: where to connect, and how."""

_LATER = ", from the next start on; /upgrade is one"


class Orders:
    """Heeds the commands of a hub; `hub.listen(orders.heed)`."""

    def __init__(
        self,
        hub: Hub,
        make: Callable[[Config], Client],
        file: ConfigFile | None,
        clock: Callable[[], float] = time.time,
        *,
        keep: Callable[[Client], None] = lambda _: None,
    ) -> None:
        """`make` returns a client that does not run; `file` is where things are saved, if anywhere.

        `keep` is called with the client of a network that was not saved, and is now.
        """
        self._begin_keeping = keep
        self._hub = hub
        self._make = make
        self._file = file
        self._clock = clock
        self._working: set[asyncio.Task[None]] = set()

    def heed(self, changes: Sequence[Change]) -> None:
        """Do what is ordered."""
        for change in changes:
            if isinstance(change, CommandWanted):
                self._do(change)

    def _do(self, order: CommandWanted) -> None:
        words = order.argument.split()
        try:
            match order.name:
                case "network":
                    self._network(order.buffer, words)
                case "connect":
                    self._connect_to(order.buffer, words)
                case "disconnect":
                    self._named(words, order.buffer).disconnect()
                case "reconnect":
                    self._hub.reconnect()
                case "ignore":
                    self._keep_ignored(order.buffer)
                case "nick":
                    self._keep_nick(order.buffer, order.argument)
                case "set":
                    self._set(order.buffer, words)
                case _:
                    return  # it is for somebody else
        except ArgumentError as error:
            self._tell(order.buffer, str(error), Kind.ERROR)

    # --- networks ----------------------------------------------------------------------------

    def _network(self, buffer: Buffer, words: Sequence[str]) -> None:
        verb, *rest = words or ["list"]
        match verb.lower(), rest:
            case "list", []:
                self._list(buffer)
            case "add", [name, host, *port]:
                self._add(buffer, check_name(name), [host, *port])
            case "connect", [name]:
                self._connect(buffer, name)
            case "disconnect", _:
                self._named(rest, buffer).disconnect()
            case "save", _:
                self._save(buffer, rest)
            case "set", [name, key, *value]:
                self._set_in_network(buffer, name, key, " ".join(value))
            case "remove", [name]:
                self._remove(buffer, name)
            case _:
                raise ArgumentError(f"usage: /network lists them; {_USAGE}")

    def _list(self, buffer: Buffer) -> None:
        self._tell(buffer, "your networks (Alt+N goes to the next one):")
        for world in self._hub.worlds:
            self._tell(buffer, f"{world.name}: {_state(world)}")
        for name, network in self._saved().networks.items():
            if self._hub.find(name) is None:
                self._tell(buffer, f"{name}: {network.host}, saved; /network connect {name}")
        self._tell(buffer, _USAGE)

    def _add(self, buffer: Buffer, name: str, where: Sequence[str]) -> None:
        if self._hub.find(name) or self._saved().find(name):
            raise ArgumentError(f"there is a network called {name} already")
        nick = self._hub.client_of(buffer).config.identity.nick
        config = replace(build(where, nick=nick, rooms=()), name=name)
        self._keep(buffer, name, config)
        self._start(buffer, config)

    def _connect(self, buffer: Buffer, name: str) -> None:
        client = self._hub.find(name)
        if client:
            client.reconnect()
            return
        saved = self._saved()
        found = saved.find(name)
        if not found:
            raise ArgumentError(f"there is no network called {name}; /network add {name} HOST")
        self._start(buffer, configure(found, saved.networks[found]))

    def _connect_to(self, buffer: Buffer, words: Sequence[str]) -> None:
        if not words:
            raise ArgumentError("usage: /connect HOST-OR-URL [PORT], or /connect NETWORK")
        if len(words) == 1 and (self._hub.find(words[0]) or self._saved().find(words[0])):
            self._connect(buffer, words[0])
            return
        nick = self._hub.client_of(buffer).config.identity.nick
        config = build(words, nick=nick, rooms=())
        if client := self._hub.find(config.address):
            client.reconnect()
        else:
            self._start(buffer, config)
            self._tell(buffer, "/network save keeps this network for the next time")

    def _start(self, buffer: Buffer, config: Config) -> None:
        """Connect to a network, when its password is known, and show it."""

        async def start() -> None:
            try:
                password = self._hub.client.config.proxy_password
                ready = replace(config, proxy_password=password)
                ready = await asyncio.to_thread(with_password, ready)
                client = self._make(ready)
                self._hub.add(client)
            except (PasswordError, ValueError) as error:
                self._tell(buffer, str(error), Kind.ERROR)
            else:
                self._hub.tell([FocusWanted(client.world.active)])

        task = asyncio.get_running_loop().create_task(start())
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    def _save(self, buffer: Buffer, words: Sequence[str]) -> None:
        client = self._hub.client_of(buffer)
        config = client.config
        name = check_name(words[0] if words else config.name or suggest_name(config.host))
        same = self._hub.find(name)
        if (name != config.name and self._saved().find(name)) or same not in {None, client}:
            raise ArgumentError(
                f"there is a network called {name} already; /network save OTHER-NAME"
            )
        rooms = tuple(room.target for room in client.world.rooms() if room.wanted)
        is_new = self._file is not None and not self._saved().find(config.name)
        self._keep(buffer, name, replace(config, rooms=rooms))
        if is_new:
            client.rename(name, rooms)
            self._begin_keeping(client)

    def _keep(self, buffer: Buffer, name: str, config: Config) -> None:
        if self._file is None:
            self._tell(buffer, "nothing is saved, as you have it with --no-config")
            return
        before = self._saved().networks.get(name, Network())
        self._file.save_network(name, replace(describe(config), autoconnect=before.autoconnect))
        self._tell(buffer, f"saved in {self._file.path}; `chatclient {name}` connects to it alone")

    def _set_in_network(self, buffer: Buffer, name: str, key: str, typed: str) -> None:
        found = self._saved().find(name)
        if not found or self._file is None:
            raise ArgumentError(f"{name} is not saved; /network save {name}")
        field = options.find(Network, key)
        value = options.parse(Network, field, typed)
        changed: dict[str, Any] = {field: value}
        network = replace(self._saved().networks[found], **changed)
        config = configure(found, network)  # which says what is wrong with it
        self._file.save_in_network(found, field, value)
        text = f"{options.key_of(field)} of {found} is {options.shown(value) or 'nothing'}"
        client = self._hub.find(found)
        if client and field in _ROUTE:
            route: dict[str, Any] = {each: getattr(config, each) for each in _ROUTE}
            client.go_to(replace(client.config, **route))
            self._tell(buffer, f"{text}, from the next connection on; /reconnect makes one")
        else:
            self._tell(buffer, text + (_LATER if client else ""))

    def _keep_ignored(self, buffer: Buffer) -> None:
        client = self._hub.client_of(buffer)
        masks = client.world.ignores.masks
        client.config = replace(client.config, ignore=masks)
        self._keep_in_network(buffer, client, "ignore", masks)

    def _keep_nick(self, buffer: Buffer, nick: str) -> None:
        client = self._hub.client_of(buffer)
        identity = replace(client.config.identity, nick=nick)
        client.config = replace(client.config, identity=identity)
        self._keep_in_network(buffer, client, "nick", nick)

    def _keep_in_network(self, buffer: Buffer, client: Client, field: str, value: object) -> None:
        """Save what a command changed, where the network is saved; else say that it is not."""
        found = self._saved().find(client.config.name) if client.config.name else ""
        if found and self._file:
            self._file.save_in_network(found, field, value)
            self._tell(buffer, f"saved for {found}: it is so the next time, too")
        else:
            way = "; /network save keeps it" if self._file else " (--no-config)"
            self._tell(buffer, f"that holds until you leave{way}")

    def _remove(self, buffer: Buffer, name: str) -> None:
        client, found = self._hub.find(name), self._saved().find(name)
        if not client and not found:
            raise ArgumentError(f"there is no network called {name}; /network lists them")
        if client:
            try:
                self._hub.remove(client)
            except ValueError as error:
                raise ArgumentError(str(error)) from error
        if found and self._file:
            self._file.forget_network(found)
        self._tell(self._hub.world.active, f"{name} is removed")

    def _named(self, words: Sequence[str], buffer: Buffer) -> Client:
        """Return the client of a network, of the one that was typed in if none is named."""
        client = self._hub.find(words[0]) if words else self._hub.client_of(buffer)
        if client is None:
            raise ArgumentError(f"you are on no network called {words[0]}; /network lists them")
        return client

    # --- settings ----------------------------------------------------------------------------

    def _set(self, buffer: Buffer, words: Sequence[str]) -> None:
        if not words:
            self._tell(buffer, "settings (/set NAME VALUE changes one):")
            for each in fields(Settings):
                self._tell(buffer, self._setting(each.name))
            return
        name = options.find(Settings, words[0])
        if len(words) == 1:
            kind = options.description(options.types(Settings)[name])
            self._tell(buffer, f"{self._setting(name)}; {kind}")
            return
        typed = " ".join(words[1:])
        value = options.parse(Settings, name, "" if typed in ("''", '""') else typed)
        later = _field(name).metadata["at_start"]
        if later and not self._file:
            raise ArgumentError(
                f"{options.key_of(name)} is read at the start; you have --no-config"
            )
        kept = _LATER if later else "" if self._file else ", until you leave (--no-config)"
        try:
            if self._file:
                self._file.save_setting(name, value)
        except ConfigError as error:
            if later:
                raise
            kept = f", until you leave: {error}"
        changed: dict[str, Any] = {name: value}
        self._hub.change_settings(replace(self._hub.settings, **changed))
        self._tell(buffer, f"{options.key_of(name)} is {options.shown(value) or 'nothing'}{kept}")

    def _setting(self, name: str) -> str:
        value = options.shown(getattr(self._hub.settings, name)) or "nothing"
        return f"{options.key_of(name)} = {value}: {_field(name).metadata['text']}"

    # --- both --------------------------------------------------------------------------------

    def _saved(self) -> Saved:
        return self._file.read() if self._file else Saved()

    def _tell(self, buffer: Buffer, text: str, kind: Kind = Kind.INFO) -> None:
        client = self._hub.client_of(buffer)
        client.world.tell(buffer, text, time=self._clock(), kind=kind)
        client.flush()


def _field(name: str) -> Field[Any]:
    return next(each for each in fields(Settings) if each.name == name)


def _state(world: World) -> str:
    status = world.status
    where = "" if world.name == status.server else f"{status.server}, "
    secure = ", encrypted" if status.secure else ""
    known = f"{where}{status.nick}, {status.state}{secure}"
    waiting = status.state in (ConnectionState.OFFLINE, ConnectionState.WAITING)
    return f"{known} ({status.reason})" if waiting and status.reason else known
