"""Events as lines of plain text.

Rules: `[nick] text` is what somebody said, `* …` what happened, `-> …` what only you see; no user can
make a line that looks like another kind. Nothing that comes from a peer is shown with control
characters (`chatwire.text.plain`). Lines end with LF, or with CRLF for who sends it.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from chatserver.core import events
from chatserver.core.commands import ModeChange
from chatserver.core.events import Event
from chatwire.names import fold
from chatwire.text import action, is_ctcp, plain

_STATUS_NAMES = {"o": "an operator", "v": "a voice"}


class PlainDialect:
    """How one kind of plain reader sees events: which room is in front of them, whom they ignore."""

    echo = False
    shows_own_entry = False

    def __init__(self, end: bytes, here: str, ignored: frozenset[str]) -> None:
        self.end = end
        self.here = here
        """The folded name of the room that their words go to: it is not named in their lines."""
        self.ignored = ignored
        """Folded nicks."""

    def render(self, event: Event) -> bytes:
        """Return `event` as lines, or b"" when plain readers are not told."""
        text = RENDERERS[type(event)](self, event)
        return text.encode() + self.end if text else b""

    def label(self, lines: Sequence[bytes], label: str, at: int) -> bytes:
        """Return `lines` as they are: plain text has no labels."""
        return b"".join(lines)

    def inside(self, room: str) -> str:
        """Return ` room`, or "" for the room that is in front of the reader."""
        return "" if fold(room) == self.here else f" {plain(room)}"


@cache
def intern_dialect(end: bytes, here: str, ignored: frozenset[str]) -> PlainDialect:
    """Return the one dialect of this kind."""
    return PlainDialect(end, here, ignored)


def because(reason: str) -> str:
    """Return `: reason`, or "" without one."""
    return f": {plain(reason)}" if reason else ""


def _joined(dialect: PlainDialect, event: events.Joined) -> str:
    return f"* {event.who.nick} joined{dialect.inside(event.room)}"


def _parted(dialect: PlainDialect, event: events.Parted) -> str:
    return f"* {event.who.nick} left{dialect.inside(event.room)}{because(event.reason)}"


def _kicked(dialect: PlainDialect, event: events.Kicked) -> str:
    out = f"* {event.nick} was put out{dialect.inside(event.room)} by {event.by.nick}"
    return out + (because(event.reason) if event.reason != event.by.nick else "")


def _departed(_dialect: PlainDialect, event: events.Departed) -> str:
    return f"* {event.who.nick} left{because(event.reason)}"


def _renamed(_dialect: PlainDialect, event: events.Renamed) -> str:
    return f"* {event.who.nick} is now {event.nick}"


def _said(dialect: PlainDialect, event: events.Said) -> str:
    if fold(event.who.nick) in dialect.ignored:
        return ""
    room = event.target.lstrip("@+")
    if not room.startswith("#"):
        where = " -> you"
    elif room is not event.target and room != event.target:
        where = f" {plain(event.target)}"
    else:
        where = dialect.inside(room)
    return said(event.who.nick, where, event.text)


def said(nick: str, where: str, text: str) -> str:
    """Return a message as a line; `where` is what stands after the nick."""
    done = action(text)
    if done is not None:
        return f"** {nick}{where} {plain(done)}"
    if is_ctcp(text):
        return ""  # a question of one program to another
    return f"[{nick}{where}] {plain(text)}"


def _topic(dialect: PlainDialect, event: events.TopicChanged) -> str:
    inside = dialect.inside(event.room)
    if not event.topic:
        return f"* {event.by.nick} removed the topic{inside}"
    return f"* {event.by.nick} set the topic{inside}: {plain(event.topic)}"


def _modes(dialect: PlainDialect, event: events.RoomModesChanged) -> str:
    by = event.by.nick or "the server"
    changes = ", ".join(map(_describe, event.changes))
    return f"* {by} {changes}{dialect.inside(event.room)}"


def _describe(change: ModeChange) -> str:
    status = _STATUS_NAMES.get(change.letter)
    if status is not None:
        made = "made" if change.adding else "no longer has"
        return f"{made} {change.argument} {status if change.adding else 'as ' + status}"
    sign = "+" if change.adding else "-"
    argument = f" {plain(change.argument)}" if change.argument else ""
    return f"set mode {sign}{change.letter}{argument}"


def _invited(_dialect: PlainDialect, event: events.Invited) -> str:
    room = plain(event.room)
    return f"-> {event.by.nick} asks you into {room}: /join {room}"


def _wallops(_dialect: PlainDialect, event: events.WallopsSent) -> str:
    return f"-> from operator {event.by.nick}: {plain(event.text)}"


def _killed(_dialect: PlainDialect, event: events.Killed) -> str:
    return f"-> operator {event.by.nick} ends your connection{because(event.reason)}"


def _silent(_dialect: PlainDialect, _event: Event) -> str:
    return ""


RENDERERS: Mapping[type[Event], Callable[[PlainDialect, Any], str]] = {
    events.Joined: _joined,
    events.Parted: _parted,
    events.Kicked: _kicked,
    events.Departed: _departed,
    events.Renamed: _renamed,
    events.Said: _said,
    events.Tagged: _silent,
    events.TopicChanged: _topic,
    events.RoomModesChanged: _modes,
    events.UserModesChanged: _silent,
    events.Invited: _invited,
    events.InviteSeen: _silent,
    events.AwayChanged: _silent,
    events.RealnameChanged: _silent,
    events.HostChanged: _silent,
    events.WallopsSent: _wallops,
    events.Killed: _killed,
}
"""How each type of event reads, "" for what plain readers are not told."""
