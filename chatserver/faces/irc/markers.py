"""MARKREAD: up to when one has read (IRCv3 draft/read-marker)."""

from collections.abc import Sequence

from chatserver.core.commands import MarkRead
from chatserver.core.effects import MarkerKept
from chatserver.core.former import marked_as
from chatserver.core.parties import markers_of
from chatserver.faces.contract import Answer
from chatserver.faces.irc.history import Invalid, parse_time
from chatserver.faces.irc.lines import as_middle, marker_line
from chatserver.faces.irc.session import Inquiry, Items, Session
from chatwire import caps
from chatwire.message import Message
from chatwire.names import fold, is_nick, is_room


def markread(session: Session, message: Message) -> Items:
    """MARKREAD: ask up to when something is read, or say it."""
    if not session.has(caps.READ_MARKER):
        return [session.tell("421", "MARKREAD", text="Unknown command without draft/read-marker")]
    if not message.param(0):
        return [session.fail("MARKREAD", "NEED_MORE_PARAMS", text="Missing parameters")]
    target, limits = message.param(0), session.server.limits
    if not (is_room(target, limits.room) or is_nick(target, limits.nick)):
        return [_invalid(session, target, "That is neither a room nor a nick")]
    if len(message.params) == 1:
        return [session.ask(lambda inquiry: [marker(inquiry, target)])]
    written = message.param(1)
    kind, _, value = written.partition("=")
    try:
        return [MarkRead(target, parse_time(value if kind == "timestamp" else "", written))]
    except Invalid as invalid:
        return [_invalid(session, written, invalid.why)]


def _invalid(session: Session, parameter: str, why: str) -> Answer:
    return session.fail("MARKREAD", "INVALID_PARAMS", as_middle(parameter), text=why)


def marker(inquiry: Inquiry, target: str) -> bytes:
    """Return up to when the asker has read `target`."""
    member = inquiry.user.rooms.get(fold(target))
    name = member.room.name if member else target
    read_at = markers_of(inquiry.state, inquiry.user).find(marked_as(inquiry.state, target))
    return marker_line(inquiry.session.server.name, name, read_at)


def marker_kept(inquiry: Inquiry, reply: MarkerKept) -> Sequence[bytes]:
    """Tell where a marker stands that could not be moved."""
    return [marker_line(inquiry.session.server.name, reply.target, reply.read_at)]
