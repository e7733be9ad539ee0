"""What is known of each buffer while it is not followed, over connections."""

import datetime as dt

from chatclient.model import CONVERSATION, Buffer, Delivery, Kind
from chatclient.model.values import value


@value
class Anchor:
    """A message, or a moment: up to it (or from it on) all is known."""

    msgid: str
    """"" for a moment alone."""
    time: float
    """Seconds since 1970, by the server's clock if it tells."""


class Past:
    """Up to where the buffers are known that are not followed now."""

    def __init__(self) -> None:
        self.known: dict[Buffer, Anchor] = {}
        """Where what was told ends, of each buffer that was followed before."""
        self.cut: dict[Buffer, float] = {}
        """When the server was heard last, of each buffer that a cut left behind."""
        self.heard: float | None = None
        """When the server was heard last on an earlier connection, None if there was none."""
        self.nick = ""
        """Under which nick that was."""
        self.account = ""
        """To which account we were logged in then."""
        self.resumed = False
        """Whether we are still that to the server: all that was written to the nick since is ours."""
        self.secret = ""
        """By which the server knows that it is us again; "" before it was needed."""

    def leave(self, buffer: Buffer, start: float, *, events: bool) -> None:
        """Take note that a buffer is followed no longer, and up to where it is complete.

        That is where we came in, if we never had its past; or as before, if we had not all of it.
        `start` is from when on it was followed at most: what was said since may be lost on its way.
        `events` says whether history has more than messages, so that any line can be found there.
        """
        if not buffer.behind:
            self.known[buffer] = _newest(buffer, start, events=events)
        elif buffer not in self.known:
            self.known[buffer] = _entry(buffer) or Anchor("", start)

    def know(self, buffer: Buffer, anchor: Anchor) -> None:
        """Take all up to there as known from an earlier life of the program."""
        self.known[buffer] = anchor
        self.cut[buffer] = anchor.time
        self.heard = max(self.heard or 0.0, anchor.time)

    def follow(self, buffer: Buffer) -> None:
        """Take note that a buffer is followed, and all of it is known or told to be missing."""
        self.known.pop(buffer, None)
        self.cut.pop(buffer, None)


def _newest(buffer: Buffer, start: float, *, events: bool) -> Anchor:
    """Return where what the server told in a buffer ends: a message, or else a moment."""
    for line in reversed(buffer.lines):
        if line.delivery is not Delivery.CONFIRMED or line.kind is Kind.DELETED:
            continue
        if line.kind in CONVERSATION or (events and line.msgid):
            return Anchor(line.msgid, line.time)
        if line.kind is Kind.JOIN and line.own:
            return Anchor("", line.time)
    return Anchor("", start)


def _entry(buffer: Buffer) -> Anchor | None:
    """Return the moment when we came into a room for the first time."""
    joins = (line for line in buffer.lines if line.kind is Kind.JOIN and line.own)
    return next((Anchor("", line.time) for line in joins), None)


def clock(moment: float) -> str:
    """Return a time of day as a person writes it, "?" for one that is none."""
    try:
        return f"{dt.datetime.fromtimestamp(moment, dt.UTC).astimezone():%H:%M:%S}"
    except (ValueError, OverflowError, OSError):  # a server may tell any time
        return "?"
