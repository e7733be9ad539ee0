"""Removing what was said: from the log, and from what everybody sees who can be told.

Rules: operators of a room remove what was said in it, whoever said it and when. Anybody removes what
they said themselves in this very session, under whatever nick, for as long as the limits allow. A guest
who comes back under the same nick could be somebody else, so they are not taken for the one who said it.
"""

from collections.abc import Sequence

from msgspec import structs

from chatserver.core.commands import Redact
from chatserver.core.effects import Effect, Emission, Reason, Refused
from chatserver.core.events import Redacted
from chatserver.core.execute.turn import Turn, shorten
from chatserver.core.rights import manages, refuse_speech
from chatwire.names import looks_like_room


def redact(turn: Turn, command: Redact) -> Sequence[Effect]:
    """Remove a message."""
    if looks_like_room(command.target):
        return _redact_in_room(turn, command)
    if reason := _refuse(turn, command):
        return (Refused(reason, command.target, str(command.message)),)
    user, other = turn.user, turn.state.find_user(command.target)
    event = _event(turn, command, other.nick if other else command.target)
    echo = Emission(event, user.alone, user)
    if other in (None, user) or other.named_seq > command.message:  # who has the nick since then
        return (echo,)
    return Emission(event, other.alone), echo


def _redact_in_room(turn: Turn, command: Redact) -> Sequence[Effect]:
    member = turn.find_own_room(command.target)
    if isinstance(member, Refused):
        return (member,)
    room = member.room
    operator = manages(turn.user, room, turn.state.limits.lobby)
    if not operator and (reason := _refuse(turn, command)):
        return (Refused(reason, room.name, str(command.message)),)
    event = _event(turn, command, room.name)
    if refuse_speech(turn.user, room):  # then it is no way to say something all the same
        event = structs.replace(event, reason="")
    return (Emission(event, room.audience, turn.user),)


def _refuse(turn: Turn, command: Redact) -> Reason | None:
    """Say why the asker may not remove it as who said it, or None when they may."""
    if not turn.user.was_called(command.author, command.message):
        return Reason.NOT_YOUR_MESSAGE
    window = turn.state.limits.redaction_window
    return Reason.TOO_LATE if not window or turn.at - command.said_at > window else None


def _event(turn: Turn, command: Redact, target: str) -> Redacted:
    reason = shorten(command.reason, turn.state.limits.reason)
    return Redacted(
        turn.seq, turn.at, turn.user.identity, target, command.message, command.author,
        command.said_at, command.lines, reason,
    )  # fmt: skip
