"""What a plain connection remembers, and the ways in which it is spoken to: what commands work with."""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct, field

from chatserver.core import commands
from chatserver.core.limits import Limits
from chatserver.faces.accounts import AccountFacts
from chatserver.faces.contract import Answer, Item, Request
from chatserver.faces.plain.dialect import PlainDialect, intern_dialect
from chatwire.names import fold

NO_ROOM = "you are in no room; /rooms lists them, /join #ROOM enters one"

REALNAME = "plain text"
"""The real name of who comes by plain text, as IRC clients see it."""

Items = tuple[Item, ...] | Request | str
"""What was understood: items of a request, a request of its own, or what is wrong."""


class PlainFacts(Struct, frozen=True):
    """What a plain connection is told of the server."""

    network: str = "chat"
    motd: tuple[str, ...] = ()
    limits: Limits = Limits()
    line_limit: int = 8192
    """Bytes of a line, its end left out."""
    operators: Mapping[str, Callable[[str], bool]] = field(default_factory=dict)
    """By operator name: says whether a password is theirs. May take long."""
    accounts: AccountFacts = AccountFacts()
    stranger: Callable[[str], bool] = lambda _password: False
    """Says so of who is no operator, namely no; and takes as long."""


NOBODY: frozenset[str] = frozenset()
"""Whom most readers ignore: one object for all of them."""


class Reader:
    """One reader of plain text: the room in front of them, whom they ignore, how their lines end."""

    __slots__ = (
        "dialect",
        "end",
        "entered",
        "facts",
        "here",
        "host",
        "ignored",
        "joined",
        "moving",
        "private",
    )

    def __init__(self, facts: PlainFacts, host: str, *, private: bool) -> None:
        self.facts = facts
        self.host = host
        """From where they come, as others see it."""
        self.private = private
        """Whether nobody can listen in: encrypted, or from this machine."""
        self.here = fold(facts.limits.lobby)
        """The folded name of the room in front, "" for none."""
        self.joined = False
        """Whether it is a user."""
        self.entered = False
        """Whether a room was entered since this was set to False."""
        self.ignored = NOBODY
        """Folded nicks."""
        self.moving = False
        """Whether the next line must wait until this one is answered: it may change `here`."""
        self.end = b"\n"
        self.dialect: PlainDialect = intern_dialect(self.end, self.here, self.ignored)
        """How events are written for it now."""

    def speak_crlf(self) -> None:
        """End lines with CRLF from now on: the peer does."""
        self.end = b"\r\n"
        self.go(self.here)

    def go(self, room: str) -> None:
        """Have `room` (folded) in front from now on."""
        self.here = room
        self.dialect = intern_dialect(self.end, room, self.ignored)

    def ignore(self, nicks: frozenset[str]) -> None:
        """Hide what is said by `nicks` (folded), and by nobody else."""
        self.ignored = nicks
        self.go(self.here)

    def split_room(self, rest: str) -> tuple[str, str]:
        """Return the room at the beginning of `rest`, or the one in front, and what is left."""
        if not rest.startswith("#"):
            return self.here, rest
        name, _, left = rest.partition(" ")
        return name, left.strip()

    def speak(self, text: str) -> Items:
        """Return what says `text` in the room in front."""
        if not self.here:
            return f"not sent: {NO_ROOM}"
        return (commands.Say(self.here, text),)

    def lines(self, *texts: str) -> list[bytes]:
        """Return `texts`, which are safe to show, as lines that only this reader sees."""
        return [f"-> {text}".encode() + self.end for text in texts]

    def say(self, *texts: str) -> Answer:
        """Return `lines` as an item of a request."""
        return Answer(tuple(self.lines(*texts)))


def shown_lines(lines: Sequence[str], end: bytes) -> bytes:
    """Return `lines`, which are safe to show, as bytes."""
    return b"".join(line.encode() + end for line in lines)
