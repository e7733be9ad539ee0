"""What every face is to the rest of the server.

Rules: a face turns a line into a `Request` and never raises, whatever the line is; it reads state only
inside an `Ask`, and never writes it. Everything that it returns is whole lines, their ends included.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct

from chatserver.core.commands import Command
from chatserver.core.effects import Repeated, Reply
from chatserver.core.events import Event, KeptEvent
from chatserver.core.history import NEWEST, Question
from chatserver.core.members import User
from chatserver.core.state import State
from chatwire.framing import Overlong


class Moment(Struct, frozen=True):
    """What a query may know beside the state: the time of its place in the order, in ms since 1970 (UTC)."""

    at: int
    seq: int = NEWEST
    """Its number: what happened later has a higher one."""


class Lookup(Struct, frozen=True):
    """What answers a query with things that the store has."""

    pages: tuple[Question, ...]
    show: "Callable[[Sequence[Sequence[KeptEvent]] | None], Sequence[bytes]]"
    """Makes the answer of what was found, page by page, or of None when it could not be read."""
    confirms: Repeated | None = None
    """The message that the answer says is kept: if it is refused, so is this."""


class Ask(Struct, frozen=True):
    """A query: called at its place in the order of all requests, it returns what answers it.

    That is lines, or a `Lookup` of things that the store has.
    """

    answer: "Callable[[State, User | None, Moment], Sequence[bytes] | Lookup]"


class Answer(Struct, frozen=True):
    """Lines that need no state, shown in their place after the answers to earlier requests."""

    lines: tuple[bytes, ...]


Item = Command | Ask | Answer

HEARD_MOST = 64
"""Lines that a face takes by its short way at once: between two such goes others have their turn."""


class Request(Struct, frozen=True):
    """What one line asks for: its items are done in order, and answered together."""

    items: tuple[Item, ...]
    label: str = ""
    """The client's label for the answer (IRCv3 labeled-response), "" without one."""
    work: "Callable[[], Request] | None" = None
    """Computes what takes its time (passwords): it is run on a thread, and the session waits for it.

    What it returns is done in the place of this request, under this one's label.
    """
    wrong: bool = False
    """Whether this answers a wrong password: it comes a moment later, so that nobody can try many."""
    then: "Callable[[], Request] | None" = None
    """Makes what is asked next, once the items are answered: of what they have found."""


def judge(check: Callable[[], bool], right: Request, wrong: Request) -> Request:
    """Return what is asked when a password is right, or when it is not: the work of a request."""
    return right if check() else wrong


class Dialect(Protocol):
    """One way to write events down: sessions with the same dialect get the same bytes.

    Dialects are interned: two that write alike are the same object.
    """

    @property
    def echo(self) -> bool:
        """Whether senders get their own messages back."""
        ...

    @property
    def shows_own_entry(self) -> bool:
        """Whether who enters a room sees the event of it, beside the reply."""
        ...

    def render(self, event: Event) -> bytes:
        """Return `event` as whole lines, or b"" when this dialect does not show it."""
        ...

    def acknowledge(self, event: Event) -> bytes:
        """Return what a sender without echo is told of a message of theirs that no room shows them.

        It is kept then. b"" for nothing.
        """
        ...

    def copy(self, event: Event) -> bytes:
        """Return a message that one says to a person as it is shown on one's other devices."""
        ...

    def label(self, lines: Sequence[bytes], label: str, at: int) -> bytes:
        """Return the answer to a labelled request: no, one, or many lines, each one line of bytes."""
        ...


class Face(Protocol):
    """The pure half of one connection: what it has said so far, and how it is spoken to."""

    @property
    def dialect(self) -> Dialect:
        """How events are written for it now; it changes when capabilities are negotiated."""
        ...

    @property
    def registered(self) -> bool:
        """Whether it is a user: before, registration has a deadline."""
        ...

    @property
    def recalls(self) -> bool:
        """Whether it is shown what was said in a room before it entered, without asking."""
        ...

    def receive(self, line: bytes | Overlong) -> Request | None:
        """Take the next line, without its end; None when there is nothing to do or say."""
        ...

    def hear(self, lines: "Sequence[bytes | Overlong]", start: int) -> "tuple[Request, int] | None":
        """Take the lines from `start` on as far as they only say something in a room; None if not one does.

        That is what `receive` would make of each, as one request; and how many lines it took.
        A short way for what is said most: a face may leave any line to `receive`.
        """
        ...

    def must_settle(self, line: bytes | Overlong) -> bool:
        """Say whether `line` may be received only when everything before it has been answered."""
        ...

    def reply(self, reply: Reply, user: User | None, state: State) -> Sequence[bytes] | Lookup:
        """Return `reply` as lines, or as what they are made of.

        Also how the face learns what came of its commands.
        `user` and `state` are as they were right after the command.
        """
        ...

    def recall(self, room: str, events: Sequence[KeptEvent]) -> bytes:
        """Return messages from before the asker entered `room` (its name), oldest first.

        Or that who is called `room` sent to them, while no device of theirs was there.
        """
        ...

    def lost(self, count: int) -> bytes:
        """Return what a session is told that was behind, when so many events it has missed are gone."""
        ...

    def farewell(self, reason: str) -> bytes:
        """Return the last words to this session before the server closes it."""
        ...

    def ping(self) -> bytes:
        """Return what makes a living client answer, or b"" where the protocol has nothing like it."""
        ...
