"""What the face of one connection remembers, and the ways in which its commands answer.

Rules: a reply carries the nick that the client has at the reply's place in the order, so whatever
names the client is an `Ask`; only what names nobody is an `Answer`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from chatserver.core.history import NEWEST
from chatserver.core.members import User
from chatserver.core.state import State
from chatserver.faces.contract import Answer, Ask, Item, Lookup, Moment, Request
from chatserver.faces.irc.facts import ServerFacts
from chatserver.faces.irc.lines import BODY_LIMIT, finish, numeric
from chatwire import caps
from chatwire.message import Message
from chatwire.text import pack

_LABEL_LIMIT = 64
"""Bytes of a label (IRCv3 labeled-response)."""

Items = Iterable[Item]
Handler = Callable[["Session", Message], Items | Request | None]
"""What a verb asks for; a request of its own kind, or None when it is not even to be answered."""

Query = Callable[["Inquiry"], Sequence[bytes] | Lookup]


class OpenBatch(Struct):
    """What a client has sent of a batch so far."""

    reference: str
    label: str = ""
    target: str = ""
    tags: dict[str, str] = {}
    broken: bool = False
    """Whether it had a mistake, which was answered."""
    command: str = ""
    """`PRIVMSG` or `NOTICE`, as its first line is."""
    lines: int = 0
    text: str = ""
    size: int = 0
    """Bytes of `text`."""
    cuts: tuple[int, ...] = ()


class Exchange(Protocol):
    """A SASL exchange (RFC 4422): it takes what the client says, message by message."""

    received: str
    """What came of the client's message so far, in base64."""

    def take(self, message: bytes) -> Request:
        """Return what a whole message of the client leads to."""
        ...


class Playback(Struct, frozen=True):
    """What a client wants to be played: rooms and people by their masks, between two times (ms)."""

    patterns: tuple[str, ...]
    since: int = -1
    until: int = NEWEST


class Session(Struct, eq=False):
    """One client: its capabilities, and until it is a user, what it has said of itself."""

    facts: Callable[[], ServerFacts]
    """Gives the facts of the server as they are now."""
    host: str
    address: str
    secure: bool = False
    private: bool = False
    """Whether nobody can listen in."""
    certificate: str = ""
    """SHA-256 of the client's certificate, "" without one."""
    caps: frozenset[str] = frozenset()
    version: int = 0
    """The highest version that came with CAP LS."""
    noticed: ServerFacts | None = None
    """The facts of the server when it was told of capabilities last."""
    offered: Mapping[str, str] = {}
    """Those that it was told of then, with their values."""
    negotiating: bool = False
    """Whether registration waits for CAP END."""
    registered: bool = False
    nick: str = ""
    """As given before it was a user, like the next four; the state knows better afterwards."""
    username: str = ""
    realname: str = ""
    password: str = ""
    away: str = ""
    account: str = ""
    """The account that it proved to have before it was a user; the state knows better afterwards."""
    proof: int = 0
    """The version of the account's record that it was proved against."""
    reserved: str = ""
    """The last nick that it was refused because that is an account's: whose it may be."""
    exchange: Exchange | None = None
    """The SASL exchange that is under way."""
    voice: str = ""
    """The service in whose name the client is answered right now, "" for the server itself."""
    metadata: dict[str, str] = {}
    """What it said of itself before it was a user, by key."""
    follows: dict[str, None] = {}
    """The keys of metadata that it follows."""
    key: bytes = b""
    """A digest of the secret by which it comes back, b"" without one."""
    batches: int = 0
    """How many batches of its own it was sent: they are numbered."""
    batch: OpenBatch | None = None
    """What it is sending as one, until that has come whole."""
    playback: Playback | None = None
    """What it asked `*playback` for last: rooms that it enters later are played as well."""

    def __post_init__(self) -> None:
        """Note what was true when the client came."""
        self.private = self.private or self.secure
        self.noticed = self.facts()

    @property
    def server(self) -> ServerFacts:
        """The facts of the server as they are now."""
        return self.facts()

    def has(self, capability: str) -> bool:
        """Say whether the client enabled `capability`."""
        return capability in self.caps

    def valid_label(self, label: str) -> str:
        """Return `label` if the client may use labels (they need batches), else ""."""
        if not label or not (self.has(caps.LABELED_RESPONSE) and self.has(caps.BATCH)):
            return ""
        return label if len(label.encode(errors="replace")) <= _LABEL_LIMIT else ""

    def numeric(self, code: str, nick: str, *params: str, text: str | None = None) -> bytes:
        """Return a numeric reply to `nick`, or to what it will be called when it has none yet."""
        return numeric(self.server.name, code, nick or self.nick, *params, text=text)

    def tell(self, code: str, *params: str, text: str | None = None) -> Ask:
        """Answer with one numeric that needs nothing but the client's nick."""
        return Ask(
            lambda _state, user, _moment: (
                self.numeric(code, user.nick if user else "", *params, text=text),
            )
        )

    def ask(self, query: Query) -> Ask:
        """Answer with what `query` finds, if the client is still a user by then."""

        def answer(state: State, user: User | None, moment: Moment) -> Sequence[bytes] | Lookup:
            return query(Inquiry(self, state, user, moment.at, moment.seq)) if user else ()

        return Ask(answer)

    def fail(self, verb: str, code: str, *context: str, text: str) -> Answer:
        """Answer with a standard reply: `verb` could not be done (IRCv3 standard-replies)."""
        words = " ".join([f":{self.server.name} FAIL", verb, code, *context])
        return Answer((finish(f"{words} :{text}"),))

    def need_more(self, verb: str) -> Ask:
        """Answer that `verb` needs more parameters."""
        return self.tell("461", verb, text="Not enough parameters")


class Inquiry:
    """A question at its place in the order (`seq`): what the state is, who asks, and when (ms)."""

    __slots__ = ("at", "seq", "session", "state", "user")

    def __init__(
        self, session: Session, state: State, user: User, at: int, seq: int = NEWEST
    ) -> None:
        self.session = session
        self.state = state
        self.user = user
        self.at = at
        self.seq = seq

    def numeric(self, code: str, *params: str, text: str | None = None) -> bytes:
        """Return a numeric reply to the asker."""
        return self.session.numeric(code, self.user.nick, *params, text=text)

    def report(self, kind: str, verb: str, code: str, text: str) -> bytes:
        """Return a standard reply of a kind (`FAIL`, `WARN`), or a NOTICE to who knows none."""
        session = self.session
        if session.has(caps.STANDARD_REPLIES):
            return finish(f":{session.server.name} {kind} {verb} {code} :{text}")
        return finish(f":{session.server.name} NOTICE {self.user.nick} :{verb}: {text}")

    def listing(self, code: str, items: Iterable[str], *params: str) -> list[bytes]:
        """Return `items` as the texts of as many numerics as they need, one at least."""
        room = BODY_LIMIT - len(self.numeric(code, *params, text="")) + len("\r\n")
        return [self.numeric(code, *params, text=text) for text in [*pack(items, room)] or [""]]
