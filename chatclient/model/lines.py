"""One line of a buffer: what happened, when, by whom, and whether the server has it."""

import enum

from chatclient.model.values import value


class Kind(enum.StrEnum):
    """What a line tells. The values are those of `--json`."""

    MESSAGE = "message"
    ACTION = "action"
    NOTICE = "notice"
    JOIN = "join"
    PART = "part"
    QUIT = "quit"
    KICK = "kick"
    NICK = "nick"
    TOPIC = "topic"
    MODE = "mode"
    INVITE = "invite"
    INFO = "info"
    """An answer of the server, or a word of this client."""
    DELETED = "deleted"
    """A message that was removed by who said it, or by who may; `text` says who did."""
    GAP = "gap"
    """What is missing here, and from when to when."""
    ERROR = "error"
    """A refusal of the server, or what went wrong here."""

    __hash__ = str.__hash__  # that of enums is written in Python, and every line is asked for it


CONVERSATION = frozenset({Kind.MESSAGE, Kind.ACTION, Kind.NOTICE})
"""What people say; everything else is news about the room or for the user alone."""


class Delivery(enum.StrEnum):
    """How far an own line has got. Lines of others are always confirmed."""

    PENDING = "pending"
    """Sent, or about to be, on this connection or the next; the server has not said that it has it."""
    CONFIRMED = "confirmed"
    FAILED = "failed"
    """The server refused it, or may not have it; `Line.reason` says why. It can be sent again."""


@value
class Span:
    """How a part of a text looks, by the formatting codes of IRC that were in it."""

    start: int
    """Index of its first code point in `Line.text`."""
    end: int
    """Index after its last."""
    bold: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False
    mono: bool = False
    reverse: bool = False
    colour: int | str | None = None
    """0 to 98 as https://modern.ircdocs.horse/formatting counts them, "rrggbb" for one that is named
    by six hexadecimal digits, None for the default."""
    ground: int | str | None = None
    """The same, behind the text."""


@value
class Reaction:
    """What some people said to a message by one sign (IRCv3 client tag `+draft/react`)."""

    text: str
    """An emoji, usually. Safe to show."""
    nicks: tuple[str, ...]
    """Who did, in that order."""
    own: bool = False
    """Whether the user is among them."""


@value
class Line:
    """One line. It never changes: a new one with the same `id` takes its place (`LineChanged`)."""

    id: int
    """Unique in its world, and the same for all states of an own line."""
    kind: Kind
    time: float
    """When it happened, by the server's clock if it tells: seconds since 1970, UTC."""
    source: str
    """The nick (or server) it comes from; "" when it is a word of this client."""
    text: str
    """What was said, or a whole sentence about what happened ("bob joined"). Safe to show, line by
    line: what was said may have several."""
    msgid: str = ""
    """The server's name for the message, "" if it gives none."""
    own: bool = False
    """Whether the user said it, here or on another connection of theirs."""
    mention: bool = False
    """Whether it calls the user: their nick is in it, or it is said to them alone."""
    history: bool = False
    """Whether it is from before (a batch of history), so that nothing should ring."""
    account: str = ""
    """The account of who said it, if the server tells, "" for none."""
    bot: bool = False
    """Whether a program said it, which says so."""
    delivery: Delivery = Delivery.CONFIRMED
    reason: str = ""
    """Why it failed, when it did."""
    reply_to: str = ""
    """The `msgid` of the message that it answers (IRCv3 client tag `+reply`), "" for none."""
    reactions: tuple[Reaction, ...] = ()
    spans: tuple[Span, ...] = ()
    """Parts of `text` that have a look, in order; none overlap."""
