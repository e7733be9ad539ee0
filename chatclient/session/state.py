"""What the session knows about its present connection, and what all handlers need of it."""

import datetime as dt
import re
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from chatclient.model import Buffer, BufferKind, Kind, Line, Member, Status, World
from chatclient.model.values import value
from chatclient.session.credentials import Credentials
from chatclient.session.features import Features
from chatclient.session.identity import Identity
from chatclient.session.outbox import Outbox
from chatclient.session.past import Anchor, Past
from chatclient.session.sasl import Exchange
from chatwire import caps
from chatwire.message import Message, format_line

BUFFERS_MOST = 2000
"""Rooms and conversations that a server can have us open."""

COMING_AND_GOING = frozenset({Kind.JOIN, Kind.PART, Kind.QUIT, Kind.NICK})
"""What is not told of those whom the user does not want to hear."""

_NEVER_IN_NAMES = re.compile("[ \0\r\n]")
_LAST_YEAR = 253402300799.0
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


@value
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
    size: int = 0
    """How many characters these have."""


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
    size: int = 0
    """How many characters they have."""
    before: Anchor | None = None
    """For one page of what is older than that."""
    line: Line | None = None
    """The line at `before`, if what is found is for the archive."""
    gap: Line | None = None
    """What stands before it, and says that something is missing."""
    there: int = 0
    """`Line.id` of the last line that was there when the buffer began to be followed, 0 for none."""
    shown: int = 0
    """How many of the newest are in their places already."""
    stopped: bool = False
    """Whether there is more, and it is enough."""
    pongs: int = 0
    """How often the server gave a sign of life since it was asked, and no answer."""


@dataclass(slots=True)
class Attempt:
    """A login that is under way."""

    exchange: Exchange
    rest: list[str]
    """The mechanisms that are left to try."""
    chunks: list[str] = field(default_factory=list)
    """What came of a challenge that is not complete."""
    due: float | None = None
    """When to give it up, None before that was thought of."""


@dataclass(slots=True, eq=False)
class State:
    """One connection of the session; another one begins with a new state."""

    world: World
    identity: Identity
    credentials: Credentials
    random: Random
    outbox: Outbox
    past: Past
    attempt: Attempt | None = None
    """The login that is under way."""
    registering: tuple[str, str] = ("", "")
    """The account that is being made, and its password."""
    secrets: frozenset[str] = frozenset()
    """Words that were told to services in confidence, which they may repeat."""
    now: float = 0.0
    """When the server was heard last."""
    nick: str = field(init=False)
    """The nick that the server knows us by, or that we asked for last."""
    desired: str = field(init=False)
    """The nick to have, as soon as it is free."""
    source: str = ""
    """Nick, user and host as the server writes them before our messages, "" while unknown."""
    registered: bool = False
    ready: bool = False
    """Whether the server has told all about itself, and rooms may be joined."""
    ready_at: float = 0.0
    """When that was."""
    nick_tries: int = 0
    renaming: bool = False
    """Whether the user has asked for that nick on this connection, and has no answer yet."""
    regaining: bool = False
    """Whether we asked for the nick that we want, without the user's asking for it now."""
    offered: dict[str, str] = field(default_factory=dict)
    """The capabilities that the server offers, with their values."""
    enabled: set[str] = field(default_factory=set)
    requests: int = 0
    """How many CAP REQ are not yet answered."""
    features: Features = field(default_factory=Features)
    quests: dict[str, Quest] = field(default_factory=dict)
    """The questions for history that are not yet answered, by their labels."""
    later: deque[Quest] = field(default_factory=deque)
    """Those that are not yet asked."""
    asked: int = 0
    """How many were asked on this connection."""
    batches: dict[str, Batch] = field(default_factory=dict)
    names: dict[str, list[Member]] = field(default_factory=dict)
    """Whom NAMES has listed so far, by room, until its end."""
    naming: Buffer | None = None
    """The room about whose members was asked last, and not answered yet."""
    unnamed: list[Buffer] = field(default_factory=list)
    """Those about which it is to be asked."""
    looked: set[Buffer] = field(default_factory=set)
    """The rooms about whose members was asked since we came in, or need not be."""
    looking: deque[Buffer] = field(default_factory=deque)
    """Those that are asked about, the first of them now."""
    parting: set[Buffer] = field(default_factory=set)
    """Rooms that the user leaves: the server has not said yet that we are out."""
    marked_at: float = 0.0
    """When the server was last told up to when the user has read."""
    typed: dict[Buffer, float] = field(default_factory=dict)
    """When others were last told that the user is typing there."""
    stopped: set[Buffer] = field(default_factory=set)
    """Where the user has given it up since, which is not told yet."""
    finding: bool = False
    """Whether the list of rooms that comes is for completion, and not for the user to read."""
    last_error: str = ""
    """What the server said before it closed the connection (ERROR)."""
    away: str = ""
    """Why the user is away, "" when they are not; told to each new connection."""
    moved: bool = False
    """Whether the server wants another connection in the place of this one (sts)."""
    leaving: bool = False
    """Whether the end of the connection is what the user wants."""
    fatal: str = ""
    """Why it is no use to connect again, "" if it is."""
    output: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        """Ask for the nick that the user wants."""
        self.nick = self.desired = self.identity.nick

    # --- out ---------------------------------------------------------------------------------

    def send(
        self, command: str, *params: str, label: str = "", tags: Mapping[str, str] | None = None
    ) -> None:
        """Queue one line for the server. Raises `ValueError` when it cannot be a line."""
        mark = {"label": label} if label and self.labels else {}
        self.output += encode(command, *params, tags={**mark, **(tags or {})})

    def end_attempt(self) -> None:
        """Let the login that is under way be over."""
        self.attempt = None
        if self.credentials.checking:
            self.world.withdraw(self.credentials.checking)
            self.credentials.checking = None

    # --- who is who --------------------------------------------------------------------------

    def is_me(self, nick: str) -> bool:
        """Say whether that is our nick."""
        return nick == self.nick or self.world.fold(nick) == self.world.fold(self.nick)

    def ignores(self, source: str | None) -> bool:
        """Say whether the user does not want to hear somebody: `nick!user@host`, or a nick."""
        world = self.world
        return bool(world.ignores.masks and source) and world.ignores.have(source or "", world.fold)

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

    def may_open(self, name: str) -> bool:
        """Say whether a room or conversation may be there because the server speaks of it."""
        if self.world.find(name) is not None:
            return True
        return is_name(name) and len(self.world.buffers) < BUFFERS_MOST

    def room(self, name: str) -> Buffer | None:
        """Return the buffer of a room if it is open."""
        buffer = self.world.find(name)
        return buffer if buffer is not None and buffer.kind is BufferKind.ROOM else None

    def conversation(self, nick: str) -> Buffer | None:
        """Return the buffer of a conversation with one person, if it is open."""
        buffer = self.world.find(nick)
        return buffer if buffer is not None and buffer.kind is BufferKind.DIRECT else None

    def joined(self, name: str) -> Buffer | None:
        """Return the buffer of a room that we are in."""
        buffer = self.room(name)
        return buffer if buffer is not None and buffer.joined else None

    def rooms_of(self, nick: str) -> list[Buffer]:
        """Return the rooms in which somebody is with us."""
        key = self.world.fold(nick)
        return [buffer for buffer in self.world.rooms() if buffer.members.has_folded(key)]

    def tell(
        self, heard: Heard, text: str, buffer: Buffer | None = None, kind: Kind = Kind.INFO
    ) -> None:
        """Show an answer of the server, where the user looks or in `buffer`."""
        self.world.tell(buffer or self.world.active, text, time=heard.time, kind=kind)

    def note(
        self, heard: Heard, kind: Kind, text: str, buffer: Buffer, *, own: bool = False
    ) -> None:
        """Add a line about what somebody did in a room."""
        if kind in COMING_AND_GOING and not own and self.ignores(heard.message.source):
            return
        msgid = heard.message.tags.get("msgid", "")
        line = self.world.make_line(
            kind, text, time=heard.time, source=heard.nick, own=own, msgid=msgid
        )
        self.world.add(buffer, line)


def is_name(name: str) -> bool:
    """Say whether that can be the name of a room or a person in a command."""
    return bool(name) and not name.startswith(":") and not _NEVER_IN_NAMES.search(name)


def encode(command: str, *params: str, tags: Mapping[str, str] | None = None) -> bytes:
    """Return a line as it is sent. Raises `ValueError` when it cannot be a line."""
    line = format_line(command, params, tags=tags)
    return _LONE_SURROGATES.sub("\ufffd", line).encode() + b"\r\n"


def server_time(message: Message, now: float) -> float:
    """Return when the message happened by its `time` tag (IRCv3 server-time), or else `now`."""
    written = message.tags.get("time")
    told = parse_time(written) if written else None
    return now if told is None else told


def parse_time(written: str) -> float | None:
    """Return a time of ISO 8601 in seconds since 1970, None for what is none."""
    try:
        told = dt.datetime.fromisoformat(written)
        return (told if told.tzinfo else told.replace(tzinfo=dt.UTC)).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def write_time(moment: float) -> str:
    """Return a time as commands name it: "timestamp=" and ISO 8601, to the millisecond."""
    milliseconds = round(min(max(moment, 0.0), _LAST_YEAR) * 1000)
    told = dt.datetime.fromtimestamp(milliseconds // 1000, dt.UTC)
    return f"timestamp={told:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03}Z"
