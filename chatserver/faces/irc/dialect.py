"""How events are written for IRC clients: a function for each type, a dialect for each client.

Rules: clients whose capabilities make the same difference share one dialect object, so that an
event is written once for all of them. A client gets no tag and no message that it did not ask for.
Tags of the server stand before client-only tags (IRCv3 message-tags).
"""

from binascii import crc32
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from weakref import WeakValueDictionary

from msgspec.structs import replace

from chatserver.core import events
from chatserver.core.commands import ModeChange
from chatserver.core.events import Event, Identity
from chatserver.faces.irc import messages
from chatserver.faces.irc.lines import BODY_LIMIT, as_middle, finish, iso_time, marker_line
from chatserver.faces.irc.messages import message_id
from chatserver.faces.ownership import describe_settled
from chatwire import caps
from chatwire.message import escape_tag, format_tags, split_tags

MATTERING = frozenset(
    {
        caps.ACCOUNT_NOTIFY,
        caps.ACCOUNT_TAG,
        caps.AWAY_NOTIFY,
        caps.CHANNEL_RENAME,
        caps.CHGHOST,
        caps.ECHO_MESSAGE,
        caps.EXTENDED_JOIN,
        caps.EXTENDED_MONITOR,
        caps.INVITE_NOTIFY,
        caps.MESSAGE_REDACTION,
        caps.MESSAGE_TAGS,
        caps.METADATA,
        caps.MULTILINE,
        caps.READ_MARKER,
        caps.SERVER_TIME,
        caps.SETNAME,
    }
)
"""The capabilities that change how events are written."""

_MODES_LIMIT = 12
"""Parameters of modes in one line; fifteen parameters are allowed in all."""


class IrcDialect:
    """One way to write events down. `dialect_for` gives the same object for equal ones."""

    __slots__ = (
        "__weakref__",
        "account_tag",
        "accounts",
        "away",
        "chghost",
        "echo",
        "extended",
        "invites",
        "markers",
        "metadata",
        "monitors",
        "multiline",
        "redaction",
        "renames",
        "server",
        "setname",
        "tags",
        "time",
    )

    def __init__(self, server: str, enabled: frozenset[str]) -> None:
        self.server = server
        self.account_tag = caps.ACCOUNT_TAG in enabled
        self.accounts = caps.ACCOUNT_NOTIFY in enabled
        self.away = caps.AWAY_NOTIFY in enabled
        self.chghost = caps.CHGHOST in enabled
        self.echo = caps.ECHO_MESSAGE in enabled
        self.extended = caps.EXTENDED_JOIN in enabled
        self.monitors = caps.EXTENDED_MONITOR in enabled
        self.invites = caps.INVITE_NOTIFY in enabled
        self.metadata = caps.METADATA in enabled
        self.markers = caps.READ_MARKER in enabled
        self.multiline = caps.MULTILINE in enabled
        self.redaction = caps.MESSAGE_REDACTION in enabled
        self.renames = caps.CHANNEL_RENAME in enabled
        self.setname = caps.SETNAME in enabled
        self.tags = caps.MESSAGE_TAGS in enabled
        self.time = caps.SERVER_TIME in enabled

    @property
    def shows_own_entry(self) -> bool:
        """Whether who enters a room sees their own JOIN: on IRC, it tells them that they did."""
        return True

    def render(self, event: Event) -> bytes:
        """Return `event` as whole lines, or b"" when this dialect does not show it."""
        return RENDERERS[type(event)](self, event)

    def acknowledge(self, event: Event) -> bytes:
        """Return nothing: who wants to know what became of a message asks for echoes."""
        return b""

    def copy(self, event: Event) -> bytes:
        """Return the event as it is: who said it to whom is on its line."""
        return self.render(event)

    def label(self, lines: Sequence[bytes], label: str, at: int) -> bytes:
        """Return the answer to a labelled request (IRCv3 labeled-response)."""
        single = [line for chunk in lines for line in chunk.splitlines(keepends=True)]
        tag = f"label={escape_tag(label)}"
        if not single:
            return f"@{tag} :{self.server} ACK\r\n".encode()
        if len(single) == 1:
            return add_tag(single[0], tag)
        if _is_batch(single):
            return add_tag(single[0], tag) + b"".join(single[1:])
        reference = f"{at:x}-{crc32(label.encode(errors='replace')):x}"
        start = f"@{tag} :{self.server} BATCH +{reference} labeled-response\r\n".encode()
        return start + in_batch(self.server, single, reference)

    def source(self, who: Identity) -> str:
        """Return the source of what `who` did; the server itself has no nick."""
        return who.mask if who.nick else self.server

    def prefix(self, event: Event, part: str = "") -> str:
        """Return the tags of an event that is no message, or of a `part` of it.

        What is kept has an id, so that who reads history knows it again.
        """
        tags: dict[str, str | None] = {}
        if self.time:
            tags["time"] = iso_time(event.at)
        if self.tags and isinstance(event, events.KEPT):
            tags["msgid"] = message_id(event.seq) + part
        if self.account_tag:
            who: Identity | None = getattr(event, "who", None) or getattr(event, "by", None)
            if who is not None and who.account:
                tags["account"] = who.account
        return format_tags(tags)


_dialects: WeakValueDictionary[tuple[str, frozenset[str]], IrcDialect] = WeakValueDictionary()
"""Those in use. It is no cache, which may be emptied: the same is rendered once only for the same object."""


def dialect_for(server: str, enabled: Collection[str]) -> IrcDialect:
    """Return the dialect of clients of `server` with the capabilities `enabled`."""
    mattering = MATTERING.intersection(enabled)
    if caps.BATCH not in enabled:
        mattering -= {caps.MULTILINE}  # which needs it
    key = server, mattering
    dialect = _dialects.get(key)
    if dialect is None:
        dialect = _dialects[key] = IrcDialect(server, mattering)
    return dialect


def add_tag(line: bytes, tag: str) -> bytes:
    """Return `line` with `tag` before the tags that it has."""
    tags, rest = split_tags(line)
    more = b";" + tags[1:] if tags else b" "
    return b"@" + tag.encode() + more + rest


def in_batch(server: str, lines: Iterable[bytes], reference: str) -> bytes:
    """Return `lines` as members of the batch `reference`, which starts before them, and its end.

    Those of a batch among them stay its own.
    """
    tag = f"batch={reference}"
    members = (line if line.startswith(b"@batch=") else add_tag(line, tag) for line in lines)
    return b"".join([*members, f":{server} BATCH -{reference}\r\n".encode()])


def _is_batch(lines: Sequence[bytes]) -> bool:
    """Say whether lines are one whole batch: its start can carry a label for all of it."""
    start, end = (split_tags(line)[1].split() for line in (lines[0], lines[-1]))
    if not start[1:2] == end[1:2] == [b"BATCH"]:
        return False
    return start[2][:1] == b"+" and end[2] == b"-" + start[2][1:]


def mode_words(changes: Iterable[ModeChange]) -> list[str]:
    """Return changes of modes as the parameters that say them: `+ov-b`, then the arguments."""
    letters, sign, arguments = "", "", []
    for change in changes:
        wanted = "+" if change.adding else "-"
        if wanted != sign:
            letters, sign = letters + wanted, wanted
        letters += change.letter
        if change.argument is not None:
            arguments.append(as_middle(change.argument))
    return [letters, *arguments]


def _mode_lines(head: str, changes: Iterable[ModeChange]) -> Iterator[str]:
    """Yield `head` with `changes` in as many lines as they need."""
    taken: list[ModeChange] = []
    arguments, size = 0, len(head.encode())
    for change in changes:
        length = 2 + (1 + len(change.argument.encode()) if change.argument is not None else 0)
        arguments += change.argument is not None
        if taken and (arguments > _MODES_LIMIT or size + length >= BODY_LIMIT):
            yield " ".join([head, *mode_words(taken)])
            taken, arguments, size = [], change.argument is not None, len(head.encode())
        taken.append(change)
        size += length
    yield " ".join([head, *mode_words(taken)])


def _joined(dialect: IrcDialect, event: events.Joined) -> bytes:
    return finish(_join(dialect, event.who, event.room), dialect.prefix(event))


def _join(dialect: IrcDialect, who: Identity, room: str) -> str:
    """Return the JOIN of `who`, with account and real name for who asked for them."""
    extra = f" {as_middle(who.account)} :{who.realname}" if dialect.extended else ""
    return f":{dialect.source(who)} JOIN {room}{extra}"


def _parted(dialect: IrcDialect, event: events.Parted) -> bytes:
    reason = f" :{event.reason}" if event.reason else ""
    return finish(f":{dialect.source(event.who)} PART {event.room}{reason}", dialect.prefix(event))


def _kicked(dialect: IrcDialect, event: events.Kicked) -> bytes:
    line = f":{dialect.source(event.by)} KICK {event.room} {event.nick} :{event.reason}"
    return finish(line, dialect.prefix(event))


def _departed(dialect: IrcDialect, event: events.Departed) -> bytes:
    return finish(f":{dialect.source(event.who)} QUIT :{event.reason}", dialect.prefix(event))


def _renamed(dialect: IrcDialect, event: events.Renamed) -> bytes:
    return finish(f":{dialect.source(event.who)} NICK {event.nick}", dialect.prefix(event))


def _redacted(dialect: IrcDialect, event: events.Redacted) -> bytes:
    """Write that a message is removed, for who knows of that: once for each id it was shown with."""
    if not dialect.redaction:
        return b""
    head = f":{dialect.source(event.by)} REDACT {event.target} {message_id(event.message)}"
    reason = f" :{event.reason}" if event.reason else ""
    parts = ["", *(f"-{part}" for part in range(1, event.lines))]
    return b"".join(
        finish(head + part + reason, dialect.prefix(event, part and f"-r{part[1:]}"))
        for part in parts
    )


def _topic_changed(dialect: IrcDialect, event: events.TopicChanged) -> bytes:
    line = f":{dialect.source(event.by)} TOPIC {event.room} :{event.topic}"
    return finish(line, dialect.prefix(event))


def _room_modes_changed(dialect: IrcDialect, event: events.RoomModesChanged) -> bytes:
    """Write changes of modes, whose ids are their own: who enters may get a status by the same command."""
    head = f":{dialect.source(event.by)} MODE {event.room}"
    return b"".join(
        finish(line, dialect.prefix(event, f"-m{part or ''}"))
        for part, line in enumerate(_mode_lines(head, event.changes))
    )


def _room_renamed(dialect: IrcDialect, event: events.RoomRenamed) -> bytes:
    """Write that a room has another name, for who knows of that; others are told one by one."""
    if not dialect.renames:
        return b""
    line = f":{dialect.source(event.by)} RENAME {event.room} {event.name} :{event.reason}"
    return finish(line, dialect.prefix(event))


def _room_settled(dialect: IrcDialect, event: events.RoomSettled) -> bytes:
    source = f"ChanServ!ChanServ@{dialect.server}"
    return finish(f":{source} NOTICE {event.to} :{describe_settled(event)}", dialect.prefix(event))


def _user_modes_changed(dialect: IrcDialect, event: events.UserModesChanged) -> bytes:
    modes = mode_words(event.changes)[0]
    line = f":{dialect.source(event.who)} MODE {event.who.nick} {modes}"
    return finish(line, dialect.prefix(event))


def _marker_moved(dialect: IrcDialect, event: events.MarkerMoved) -> bytes:
    if not dialect.markers:
        return b""
    return marker_line(dialect.server, event.target, event.read_at)


def _invited(dialect: IrcDialect, event: events.Invited | events.InviteSeen) -> bytes:
    line = f":{dialect.source(event.by)} INVITE {event.nick} {event.room}"
    return finish(line, dialect.prefix(event))


def _invite_seen(dialect: IrcDialect, event: events.InviteSeen) -> bytes:
    return _invited(dialect, event) if dialect.invites else b""


def _away_changed(dialect: IrcDialect, event: events.AwayChanged) -> bytes:
    if not dialect.away:
        return b""
    message = f" :{event.message}" if event.message else ""
    return finish(f":{dialect.source(event.who)} AWAY{message}", dialect.prefix(event))


def _realname_changed(dialect: IrcDialect, event: events.RealnameChanged) -> bytes:
    if not dialect.setname:
        return b""
    line = f":{dialect.source(event.who)} SETNAME :{event.realname}"
    return finish(line, dialect.prefix(event))


def _account_changed(dialect: IrcDialect, event: events.AccountChanged) -> bytes:
    if not dialect.accounts:
        return b""
    line = f":{dialect.source(event.who)} ACCOUNT {event.account or '*'}"
    return finish(line, dialect.prefix(event))


def _unseen(_dialect: IrcDialect, _event: events.AccountKept) -> bytes:
    return b""


def _host_changed(dialect: IrcDialect, event: events.HostChanged) -> bytes:
    tags, source = dialect.prefix(event), dialect.source(event.who)
    if dialect.chghost:
        return finish(f":{source} CHGHOST {event.username} {event.host}", tags)
    if not event.seats:
        return b""
    lines = [f":{source} QUIT :Changing host", *_return(dialect, event)]
    return b"".join(finish(line, tags) for line in lines)


def _return(dialect: IrcDialect, event: events.HostChanged) -> Iterator[str]:
    """Yield how somebody comes back under another host (IRCv3 chghost, "Fallback")."""
    who = replace(event.who, username=event.username, host=event.host)
    for seat in event.seats:
        yield _join(dialect, who, seat.room)
        if seat.status:
            changes = [ModeChange(True, letter, who.nick) for letter in seat.status]
            yield from _mode_lines(f":{dialect.server} MODE {seat.room}", changes)
    if dialect.away and event.away:
        yield f":{dialect.source(who)} AWAY :{event.away}"


def _came_online(dialect: IrcDialect, event: events.CameOnline) -> bytes:
    line = finish(f":{dialect.server} 730 * :{event.who.mask}", dialect.prefix(event))
    if not dialect.metadata:
        return line
    later = f":{dialect.server} 774 * {event.who.nick} 0 :Ask for it with METADATA SYNC"
    return line + finish(later, dialect.prefix(event))


def _metadata_changed(dialect: IrcDialect, event: events.MetadataChanged) -> bytes:
    if not dialect.metadata:
        return b""
    said = f"* :{event.value}" if event.value else ":Key not set"
    code = "761" if event.value else "766"
    line = f":{dialect.server} {code} * {event.target} {event.key} {said}"
    return finish(line, dialect.prefix(event))


def _went_offline(dialect: IrcDialect, event: events.WentOffline) -> bytes:
    return finish(f":{dialect.server} 731 * :{event.nick}", dialect.prefix(event))


def _observed(dialect: IrcDialect, event: events.Observed) -> bytes:
    return dialect.render(event.event) if dialect.monitors else b""


def _wallops_sent(dialect: IrcDialect, event: events.WallopsSent) -> bytes:
    return finish(f":{dialect.source(event.by)} WALLOPS :{event.text}", dialect.prefix(event))


def _killed(dialect: IrcDialect, event: events.Killed) -> bytes:
    line = f":{dialect.source(event.by)} KILL {event.nick} :{event.reason}"
    return finish(line, dialect.prefix(event))


RENDERERS: Mapping[type[Event], Callable[[IrcDialect, Any], bytes]] = {
    events.AccountChanged: _account_changed,
    events.AccountKept: _unseen,
    events.AwayChanged: _away_changed,
    events.CameOnline: _came_online,
    events.Departed: _departed,
    events.HostChanged: _host_changed,
    events.InviteSeen: _invite_seen,
    events.Invited: _invited,
    events.Joined: _joined,
    events.Kicked: _kicked,
    events.Killed: _killed,
    events.MarkerMoved: _marker_moved,
    events.MetadataChanged: _metadata_changed,
    events.Observed: _observed,
    events.Parted: _parted,
    events.RealnameChanged: _realname_changed,
    events.Reacted: messages.tagged,
    events.Redacted: _redacted,
    events.Renamed: _renamed,
    events.RoomModesChanged: _room_modes_changed,
    events.RoomRenamed: _room_renamed,
    events.RoomSettled: _room_settled,
    events.Said: messages.said,
    events.Tagged: messages.tagged,
    events.TopicChanged: _topic_changed,
    events.UserModesChanged: _user_modes_changed,
    events.WallopsSent: _wallops_sent,
    events.WentOffline: _went_offline,
}
"""How each event is written."""
