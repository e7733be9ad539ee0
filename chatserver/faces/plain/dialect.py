"""Events as lines of plain text.

Rules: `[nick] text` is what somebody said, `* …` what happened, `-> …` what only you see; no user can
make a line that looks like another kind. Nothing that comes from a peer is shown with control
characters (`chatwire.text.plain`). Lines end with LF, or with CRLF for who sends it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from weakref import WeakValueDictionary

from chatserver.core import events
from chatserver.core.commands import ModeChange
from chatserver.core.events import Event
from chatserver.faces.ownership import describe_settled
from chatwire.names import fold, looks_like_room
from chatwire.text import action, is_blank, is_ctcp, plain

NOTHING = "(nothing visible)"


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
        return text.encode().replace(b"\n", self.end) + self.end if text else b""

    def label(self, lines: Sequence[bytes], label: str, at: int) -> bytes:
        """Return `lines` as they are: plain text has no labels."""
        return b"".join(lines)

    def acknowledge(self, event: Event) -> bytes:
        """Return a line that says to whom a message went, as nothing else shows that it did."""
        target = event.target if isinstance(event, events.Said) else ""
        return f"-> sent to {plain(target)}".encode() + self.end if target else b""

    def copy(self, event: Event) -> bytes:
        """Return to whom one said what, on another device."""
        if not isinstance(event, events.Said) or looks_like_room(event.target.lstrip("@+")):
            return self.render(event)
        lines = [f"-> to {plain(event.target)}: {line}" for line in _written(event.text)]
        return b"".join(line.encode() + self.end for line in lines)

    def inside(self, room: str, word: str = "") -> str:
        """Return ` room`, after `word`; "" for the room that is in front of the reader."""
        return "" if fold(room) == self.here else f"{word} {plain(room)}"


_dialects: WeakValueDictionary[tuple[bytes, str, frozenset[str]], PlainDialect] = (
    WeakValueDictionary()
)
"""Those in use: rooms and ignored nicks are without number, so none outlives its readers."""


def intern_dialect(end: bytes, here: str, ignored: frozenset[str]) -> PlainDialect:
    """Return the one dialect of this kind."""
    key = end, here, ignored
    dialect = _dialects.get(key)
    if dialect is None:
        dialect = _dialects[key] = PlainDialect(end, here, ignored)
    return dialect


def clock(at: int) -> str:
    """Return the time `at` (ms since 1970) as day, hours and minutes, UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def because(reason: str) -> str:
    """Return `: reason`, or "" without one."""
    return f": {plain(reason)}" if reason else ""


def _joined(dialect: PlainDialect, event: events.Joined) -> str:
    return f"* {event.who.nick} joined{dialect.inside(event.room)}"


def _parted(_dialect: PlainDialect, event: events.Parted) -> str:
    """Name the room even if it is in front: who leaves it has not left the chat."""
    return f"* {event.who.nick} left {plain(event.room)}{because(event.reason)}"


def _kicked(dialect: PlainDialect, event: events.Kicked) -> str:
    out = f"* {event.nick} was put out{dialect.inside(event.room, ' of')} by {event.by.nick}"
    return out + (because(event.reason) if event.reason != event.by.nick else "")


def _departed(_dialect: PlainDialect, event: events.Departed) -> str:
    reason = "" if event.reason == "Quit" else event.reason.removeprefix("Quit: ")
    return f"* {event.who.nick} left{because(reason)}"


def _renamed(_dialect: PlainDialect, event: events.Renamed) -> str:
    return f"* {event.who.nick} is now {event.nick}"


def _said(dialect: PlainDialect, event: events.Said) -> str:
    if dialect.ignored and fold(event.who.nick) in dialect.ignored:
        return ""
    return "\n".join(said(event.who.nick, _where(event.target, dialect.here), event.text))


@lru_cache(maxsize=256)
def _where(target: str, here: str) -> str:
    """Return what stands after the nick of who said something to `target`; `here` is in front."""
    if not target.lstrip("@+").startswith("#"):
        return " -> you"
    return "" if fold(target) == here else f" {plain(target)}"


def _written(text: str) -> list[str]:
    """Return the lines of what one wrote oneself; what one does begins with `/me`."""
    done = action(text)
    if done is None and is_ctcp(text):
        return []
    shown = text if done is None else f"/me {done}"
    lines = [plain(line) for line in shown.split("\n")]
    return [line for line in lines if not is_blank(line)] or [NOTHING]


def said(nick: str, where: str, text: str) -> list[str]:
    """Return a message as lines, each with who said it, and `where` after their nick."""
    if text.isascii() and text.isprintable() and not text.isspace() and text:
        return [f"[{nick}{where}] {text}"]  # the same, sooner: most messages are so
    done = action(text)
    if done is None and is_ctcp(text):
        return []  # a question of one program to another
    head = f"[{nick}{where}]" if done is None else f"** {nick}{where}"
    shown = [plain(line) for line in (text if done is None else done).split("\n")]
    return [f"{head} {line}" for line in shown if not is_blank(line)] or [f"{head} {NOTHING}"]


def _redacted(dialect: PlainDialect, event: events.Redacted) -> str:
    """Tell whose words are removed, and when they were said: the reader sees them above."""
    by, author = event.by.nick, event.author
    whose = "they" if fold(by) == fold(author) else author
    place = event.target if looks_like_room(event.target) else dialect.here
    when = f"{clock(event.said_at)} (UTC)"
    return f"* {by} removed what {whose} said{dialect.inside(place, ' in')} at {when}{because(event.reason)}"


def _topic(dialect: PlainDialect, event: events.TopicChanged) -> str:
    inside = dialect.inside(event.room, " of")
    if not event.topic:
        return f"* {event.by.nick} removed the topic{inside}"
    return f"* {event.by.nick} set the topic{inside}: {plain(event.topic)}"


def _modes(dialect: PlainDialect, event: events.RoomModesChanged) -> str:
    by = event.by.nick or "the server"
    changes = ", ".join(map(_describe, event.changes))
    return f"* {by} {changes}{dialect.inside(event.room, ' in')}"


_CHANGES = {
    "o": ("made {} an operator", "took the operator's rights from {}"),
    "v": ("gave {} a voice", "took the voice from {}"),
    "b": ("banned {}", "lifted the ban on {}"),
    "e": ("exempted {} from bans", "ended the exemption of {} from bans"),
    "I": ("let {} in without being asked", "lets {} in only when asked"),
    "k": ("set the password {}", "removed the password"),
    "l": ("allowed {} people at most", "allowed any number of people"),
    "m": ("let only operators and voices speak", "let everybody speak"),
    "i": ("let only people in who were asked", "let everybody in"),
    "n": ("let only people inside speak", "let people outside speak too"),
    "s": ("made the room secret", "made the room public"),
    "t": ("let only operators set the topic", "let everybody set the topic"),
    "r": ("registered the room", "ended the registration of the room"),
    "C": ("forbade questions between programs", "allowed questions between programs"),
}
"""What setting and unsetting each mode of a room is called."""


def _describe(change: ModeChange) -> str:
    return _CHANGES[change.letter][not change.adding].format(plain(change.argument or ""))


def _room_renamed(_dialect: PlainDialect, event: events.RoomRenamed) -> str:
    return f"* {plain(event.room)} is now {plain(event.name)}{because(event.reason)}"


def _room_settled(_dialect: PlainDialect, event: events.RoomSettled) -> str:
    return f"-> {plain(describe_settled(event))}"


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
    events.Redacted: _redacted,
    events.Renamed: _renamed,
    events.Said: _said,
    events.Reacted: _silent,
    events.Tagged: _silent,
    events.TopicChanged: _topic,
    events.RoomModesChanged: _modes,
    events.RoomRenamed: _room_renamed,
    events.RoomSettled: _room_settled,
    events.UserModesChanged: _silent,
    events.MarkerMoved: _silent,
    events.MetadataChanged: _silent,
    events.Invited: _invited,
    events.InviteSeen: _silent,
    events.AwayChanged: _silent,
    events.RealnameChanged: _silent,
    events.HostChanged: _silent,
    events.AccountChanged: _silent,
    events.AccountKept: _silent,
    events.CameOnline: _silent,
    events.WentOffline: _silent,
    events.Observed: _silent,
    events.WallopsSent: _wallops,
    events.Killed: _killed,
}
"""How each type of event reads: lines with a line feed between; "" for what plain readers are not told."""
