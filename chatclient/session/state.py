"""What the session knows about its present connection, and what all handlers need of it."""

import datetime as dt
import re
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from chatclient.model import Buffer, BufferKind, Kind, Status, World
from chatclient.session.features import Features
from chatclient.session.identity import Identity
from chatclient.session.outbox import Outbox
from chatclient.session.past import Anchor, Past
from chatwire import caps
from chatwire.message import Message, format_line

_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Heard:
    """A message from the server with what its tags say."""

    message: Message
    nick: str
    """Whom it is from, safe to show; "" if not told."""
    time: float
    label: str = ""
    """The label of what it answers (its own, or that of its batch)."""
    history: bool = False

    def text(self, index: int) -> str:
        """Return the parameter at `index`, "" if it is missing."""
        return self.message.param(index)

    @property
    def last(self) -> str:
        """The last parameter, "" if there is none."""
        return self.message.params[-1] if self.message.params else ""


@dataclass(slots=True)
class Batch:
    """A batch that is open (IRCv3 batch)."""

    kind: str
    params: Sequence[str]
    label: str
    opening: Message
    """The line that began it."""
    messages: list[Message] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Quest:
    """A question for history, page after page, from the newest to the oldest."""

    buffer: Buffer
    since: Anchor | None
    """Up to where all is known; None to ask for the newest page alone."""
    label: str = ""
    by_id: bool = True
    """Whether messages are named by id rather than by time."""
    messages: list[Message] = field(default_factory=list)
    """All that came so far, oldest first."""
    identities: set[tuple[str, ...]] = field(default_factory=set)
    """By what each of them is known again."""
    before: Anchor | None = None
    """For one page of what is older than that."""
    stopped: bool = False
    """Whether there is more, and it is enough."""
    pongs: int = 0
    """How often the server gave a sign of life since it was asked, and no answer."""


class State:
    """One connection of the session; another one begins with a new state."""

    def __init__(
        self, world: World, identity: Identity, random: Random, outbox: Outbox, past: Past
    ) -> None:
        self.world = world
        self.identity = identity
        self.random = random
        self.nick = identity.nick
        """The nick that the server knows us by, or that we asked for last."""
        self.desired = identity.nick
        """The nick to have, as soon as it is free."""
        self.source = ""
        """Nick, user and host as the server writes them before our messages, "" while unknown."""
        self.registered = False
        self.ready = False
        """Whether the server has told all about itself, and rooms may be joined."""
        self.ready_at = 0.0
        """When that was."""
        self.nick_tries = 0
        self.regaining = False
        """Whether we asked for the nick that we want, without the user's asking for it now."""
        self.offered: dict[str, str] = {}
        """The capabilities that the server offers, with their values."""
        self.enabled: set[str] = set()
        self.requests = 0
        """How many CAP REQ are not yet answered."""
        self.features = Features()
        self.outbox = outbox
        self.past = past
        self.quests: dict[str, Quest] = {}
        """The questions for history that are not yet answered, by their labels."""
        self.later: deque[Quest] = deque()
        """Those that are not yet asked."""
        self.asked = 0
        """How many were asked on this connection."""
        self.batches: dict[str, Batch] = {}
        self.names: dict[str, list[str]] = {}
        """What NAMES has listed so far, by room, until its end."""
        self.parting: set[Buffer] = set()
        """Rooms that the user leaves: the server has not said yet that we are out."""
        self.finding = False
        """Whether the list of rooms that comes is for completion, and not for the user to read."""
        self.last_error = ""
        """What the server said before it closed the connection (ERROR)."""
        self.away = ""
        """Why the user is away, "" when they are not; told to each new connection."""
        self.leaving = False
        """Whether the end of the connection is what the user wants."""
        self.fatal = ""
        """Why it is no use to connect again, "" if it is."""
        self.output = bytearray()

    # --- out ---------------------------------------------------------------------------------

    def send(self, command: str, *params: str, label: str = "") -> None:
        """Queue one line for the server. Raises `ValueError` when it cannot be a line."""
        tags = {"label": label} if label and self.labels else {}
        self.output += encode(command, *params, tags=tags)

    # --- who is who --------------------------------------------------------------------------

    def is_me(self, nick: str) -> bool:
        """Say whether that is our nick."""
        return self.world.fold(nick) == self.world.fold(self.nick)

    def set_nick(self, nick: str) -> None:
        """Take another nick as ours."""
        self.nick = nick
        self.regaining = False
        if self.source:
            self.source = nick + self.source[len(self.source.partition("!")[0]) :]
        self.set_status(replace(self.status, nick=nick))

    @property
    def status(self) -> Status:
        """The status of the connection."""
        return self.world.status

    def set_status(self, status: Status) -> None:
        """Put another status in its place."""
        self.world.set_status(status)

    def has(self, capability: str) -> bool:
        """Say whether a capability is in use."""
        return capability in self.enabled

    @property
    def multiline(self) -> bool:
        """Whether several lines can be one message."""
        return self.has(caps.MULTILINE) and self.has(caps.BATCH)

    @property
    def labels(self) -> bool:
        """Whether answers carry labels."""
        return self.has(caps.LABELED_RESPONSE)

    @property
    def echoes(self) -> bool:
        """Whether own messages come back."""
        return self.has(caps.ECHO_MESSAGE)

    # --- where it belongs --------------------------------------------------------------------

    def room(self, name: str) -> Buffer | None:
        """Return the buffer of a room if it is open."""
        buffer = self.world.find(name)
        return buffer if buffer is not None and buffer.kind is BufferKind.ROOM else None

    def joined(self, name: str) -> Buffer | None:
        """Return the buffer of a room that we are in."""
        buffer = self.room(name)
        return buffer if buffer is not None and buffer.joined else None

    def rooms_of(self, nick: str) -> list[Buffer]:
        """Return the rooms in which somebody is with us."""
        return [buffer for buffer in self.world.rooms() if nick in buffer.members]

    def tell(
        self, heard: Heard, text: str, buffer: Buffer | None = None, kind: Kind = Kind.INFO
    ) -> None:
        """Show an answer of the server, where the user looks or in `buffer`."""
        self.world.tell(buffer or self.world.active, text, time=heard.time, kind=kind)

    def note(
        self, heard: Heard, kind: Kind, text: str, buffer: Buffer, *, own: bool = False
    ) -> None:
        """Add a line about what somebody did in a room."""
        line = self.world.make_line(kind, text, time=heard.time, source=heard.nick)
        self.world.add(buffer, replace(line, own=own, msgid=heard.message.tags.get("msgid", "")))


def encode(command: str, *params: str, tags: Mapping[str, str] | None = None) -> bytes:
    """Return a line as it is sent. Raises `ValueError` when it cannot be a line."""
    line = format_line(command, params, tags=tags)
    return _LONE_SURROGATES.sub("\ufffd", line).encode() + b"\r\n"


def server_time(message: Message, now: float) -> float:
    """Return when the message happened by its `time` tag (IRCv3 server-time), or else `now`."""
    written = message.tags.get("time", "")
    if not written:
        return now
    try:
        told = dt.datetime.fromisoformat(written)
        return (told if told.tzinfo else told.replace(tzinfo=dt.UTC)).timestamp()
    except (ValueError, OverflowError, OSError):
        return now
