"""The server's end of a session in a test: says lines to it, and reads what it sends."""

import re
from collections.abc import Sequence
from random import Random

from chatclient.model import Buffer, Change, Kind, Line, Status, WorkWanted, World
from chatclient.session import Identity, Session

_NONCE = re.compile(r"(?<=@)\+chatserver\.dev/nonce=[\w-]{22};?|;\+chatserver\.dev/nonce=[\w-]{22}")

NOW = 1_700_000_000.0

MODERN = (
    "batch cap-notify echo-message labeled-response message-tags server-time extended-join "
    "away-notify standard-replies multi-prefix userhost-in-names invite-notify setname chghost"
)


class Wire:
    """A session, its world, and a clock that stands still unless it is moved."""

    def __init__(
        self,
        nick: str = "alice",
        *,
        account: str = "",
        password: str = "",
        certificate: bool = False,
        asks: bool = True,
        seed: int = 1,
    ) -> None:
        self.world = World(Status("test:9000", nick=nick), asks=asks)
        identity = Identity(
            nick, realname="Alice", account=account, password=password, certificate=certificate
        )
        self.session = Session(self.world, identity, random=Random(seed))
        self.now = NOW

    def hear(self, *lines: str) -> Sequence[Change]:
        """Let the server say lines, and return what changed."""
        self.session.receive("".join(f"{line}\r\n" for line in lines).encode(), self.now)
        return self.changes()

    def changes(self) -> Sequence[Change]:
        """Return what changed, with all that was to be computed done."""
        changes = self.session.take_changes()
        for change in changes:
            if isinstance(change, WorkWanted):
                change.then(change.compute())
        return changes

    def raw(self) -> list[str]:
        """Return the lines that the session sent since the last call."""
        return self.session.take_output().decode().splitlines()

    def sent(self) -> list[str]:
        """Return them without the nonces of messages, which are random."""
        return [_NONCE.sub("", line).removeprefix("@ ") for line in self.raw()]

    def start(self, caps: str = "", isupport: str = "", nick: str = "alice") -> "Wire":
        """Go through a registration, with the capabilities that the server offers."""
        self.session.start()
        if caps:
            self.hear(f":srv CAP * LS :{caps}")
            for line in self.sent():
                if line.startswith("CAP REQ"):
                    self.hear(f":srv CAP * ACK {line.removeprefix('CAP REQ ')}")
        self.hear(f":srv 001 {nick} :Welcome {nick}!~a@host.example")
        if isupport:
            self.hear(f":srv 005 {nick} {isupport} :are supported by this server")
        self.hear(f":srv 422 {nick} :no MOTD")
        self.sent()
        self.session.take_changes()
        return self

    def join(self, name: str, *members: str) -> Buffer:
        """Be let into a room, in which those are."""
        nick = self.world.status.nick
        self.session.join(name)
        self.hear(
            f":{nick}!~a@host.example JOIN {name}",
            f":srv 353 {nick} = {name} :{' '.join([nick, *members])}",
            f":srv 366 {nick} {name} :End of /NAMES list.",
        )
        self.sent()
        self.session.take_changes()
        return self.room(name)

    def room(self, name: str) -> Buffer:
        """Return an open buffer."""
        buffer = self.world.find(name)
        assert buffer is not None, f"{name} is not open"
        return buffer

    def say(self, buffer: Buffer, text: str, kind: Kind = Kind.MESSAGE) -> list[str]:
        """Say something as the user does, and return what went to the server."""
        self.session.say(buffer, text, self.now, kind)
        return self.sent()


def texts(buffer: Buffer) -> list[str]:
    """Return what stands in a buffer."""
    return [line.text for line in buffer.lines]


def last(buffer: Buffer) -> Line:
    """Return the last line of a buffer."""
    return buffer.lines[-1]
