"""The rooms that one goes back into at the next start: those that one was in when one left.

Rules: the rooms of a saved network are those in the file, and those that were joined since; what was
left is not gone into again. What is asked for on the command line comes before that.
"""

from collections.abc import Callable, Sequence
from functools import partial

from chatclient.client import Client
from chatclient.configfile import ConfigError, ConfigFile
from chatclient.model import Archive, BufferChanged, BufferClosed, BufferOpened, Change

TOPIC = "rooms"


class Rejoining:
    """Remembers in which rooms one is, of the networks that are in a file."""

    def __init__(self, archive: Archive, file: ConfigFile) -> None:
        self._archive = archive
        self._file = file

    def begin(self, client: Client) -> None:
        """Remember where a client goes that runs, as its network was not in the file before."""
        self._archive.remember(TOPIC, client.config.name, "")
        self.attach(client)

    def attach(self, client: Client) -> None:
        """Have a client that does not run yet go where one was, and remember where one goes."""
        name = client.config.name
        try:
            network = self._file.read().networks.get(name)
        except ConfigError:  # who changes it just now is told where it matters
            return
        if network is None or set(client.config.rooms) != set(network.rooms):
            return
        remembered = self._archive.recall(TOPIC, name)
        for word in filter(None, remembered.split("\n")):
            sign, room = word[0], word[1:]
            if sign == "+":
                client.session.join(room)
            elif (left := client.world.find(room)) is not None:
                client.session.close(left)
        client.listen(_Watcher(client, remembered, partial(self._archive.remember, TOPIC, name)))


_OF_ROOMS = (BufferOpened, BufferChanged, BufferClosed)


class _Watcher:
    """Remembers what is not as it is in the file: `+` a room that was joined, `-` one that was left."""

    def __init__(self, client: Client, known: str, remember: Callable[[str], None]) -> None:
        self._client = client
        self._known = known
        self._remember = remember

    def __call__(self, changes: Sequence[Change]) -> None:
        if not any(isinstance(change, _OF_ROOMS) for change in changes):
            return
        world = self._client.world
        usual = {world.fold(room): room for room in self._client.config.rooms}
        wanted = {world.fold(room.target): room.target for room in world.rooms() if room.wanted}
        joined = [f"+{room}" for key, room in wanted.items() if key not in usual]
        left = [f"-{room}" for key, room in usual.items() if key not in wanted]
        now = "\n".join([*joined, *left])
        if now != self._known:
            self._known = now
            self._remember(now)
