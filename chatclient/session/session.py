"""The client's side of one server, over any number of connections one after another."""

from collections.abc import Sequence
from random import Random

from chatclient.model import Buffer, Change, World
from chatclient.session.identity import Identity


class Session:
    """An IRC client without I/O.

    Whoever owns a connection calls `start` when it stands, `receive` with what comes, `end` when it
    is over, and after each call (also after one of the user's) sends `take_output()` and shows
    `take_changes()`. The world lives on over connections: the next `start` joins the same rooms.
    """

    world: World

    def __init__(self, world: World, identity: Identity, *, random: Random) -> None:
        self.world = world

    # --- the connection's side ---------------------------------------------------------------

    def start(self, now: float) -> None:
        """Begin on a new connection: negotiate capabilities and register."""
        raise NotImplementedError

    def receive(self, data: bytes, now: float) -> None:
        """Take what came from the server, in any cut."""
        raise NotImplementedError

    def end(self, reason: str, now: float) -> None:
        """Say that the connection is over: pending lines fail with `reason`, rooms are left."""
        raise NotImplementedError

    def ping(self, token: str) -> None:
        """Ask the server for a sign of life; `PongHeard(token)` follows."""
        raise NotImplementedError

    def take_output(self) -> bytes:
        """Return what is to be sent, and forget it."""
        raise NotImplementedError

    def take_changes(self) -> Sequence[Change]:
        """Return what changed in the world since the last call, oldest first."""
        return self.world.take_changes()

    # --- the user's side (what commands are made of) -----------------------------------------

    @property
    def online(self) -> bool:
        """Whether the server has welcomed the user on the present connection."""
        raise NotImplementedError

    def is_room(self, target: str) -> bool:
        """Say whether a name is a room's, by the prefixes that this server uses."""
        raise NotImplementedError

    def say(self, buffer: Buffer, text: str, now: float, *, action: bool = False) -> None:
        """Say something in a room or to a person; each line of `text` is a message.

        What is too long for one message is cut at words. Each message is a pending line until the
        server confirms it; when not online it fails at once, and says so.
        """
        raise NotImplementedError

    def notice(self, target: str, text: str, now: float) -> None:
        """Send a NOTICE."""
        raise NotImplementedError

    def join(self, room: str, key: str = "") -> Buffer:
        """Join a room (when next online, if not now), and return its buffer."""
        raise NotImplementedError

    def part(self, buffer: Buffer, reason: str = "") -> None:
        """Leave a room; its buffer stays."""
        raise NotImplementedError

    def close(self, buffer: Buffer) -> None:
        """Leave a room if in it, or end a conversation, and close the buffer."""
        raise NotImplementedError

    def quit(self, reason: str = "") -> None:
        """Say good-bye to the server. It closes the connection then."""
        raise NotImplementedError

    def send(self, command: str, *params: str) -> None:
        """Send any command. Raises `ValueError` when it is not one line of IRC."""
        raise NotImplementedError
