"""Removing what was said: from the log, and from what everybody sees who can be told.

Rules: operators of a room remove what was said in it, whoever said it and when. Anybody removes what
they said themselves, for as long as the limits allow: who has an account what was said with it, under
whatever nick and from any device; a guest what they said in this very session. A guest who comes
back under the same nick could be somebody else, so they are not taken for the one who said it.
"""

from collections.abc import Sequence

from msgspec import structs

from chatserver.core.audiences import Audience
from chatserver.core.commands import Redact
from chatserver.core.effects import Effect, Emission, Reason, Refused
from chatserver.core.events import Redacted
from chatserver.core.execute.speech import status_of
from chatserver.core.execute.turn import Turn, shorten
from chatserver.core.members import User
from chatserver.core.parties import reads_since
from chatserver.core.rights import manages, refuse_speech
from chatserver.core.state import State
from chatwire.names import fold, looks_like_room


def redact(turn: Turn, command: Redact) -> Sequence[Effect]:
    """Remove a message."""
    if looks_like_room(command.target.lstrip("@+")):
        return _redact_in_room(turn, command)
    if reason := _refuse(turn, command):
        return (Refused(reason, command.target, str(command.message)),)
    user, other = turn.user, _find_reader(turn.state, command)
    event = _event(turn, command, command.target)
    if other is not None:
        account = command.to_account or other.identity.account
        event = structs.replace(event, target=other.nick, to_account=account)
    echo = Emission(event, user.alone, user)
    return (echo,) if other in (None, user) else (Emission(event, other.alone), echo)


def _find_reader(state: State, command: Redact) -> User | None:
    """Return who got a message that was said to a person, if they are there."""
    party = fold(command.to_account or command.target)
    other = state.find_online(party) or state.find_user(party)
    if other is None or other.identity.party != party:
        return None  # who has the nick now is somebody else
    return other if reads_since(state, other) < command.message else None


def _redact_in_room(turn: Turn, command: Redact) -> Sequence[Effect]:
    name = command.target.lstrip("@+")
    member = turn.find_own_room(name)
    if isinstance(member, Refused):
        return (member,)
    room = member.room
    operator = manages(turn.user, room, turn.state.limits.lobby)
    if not operator and (reason := _refuse(turn, command)):
        return (Refused(reason, room.name, str(command.message)),)
    event = _event(turn, command, command.target.removesuffix(name) + room.name)
    if refuse_speech(turn.user, room):  # then it is no way to say something all the same
        event = structs.replace(event, reason="")
    audience = room.audience
    if status := status_of(command.target):
        audience = Audience({**dict.fromkeys(room.having(status)), turn.user: None})
    return (Emission(event, audience, turn.user),)


def _refuse(turn: Turn, command: Redact) -> Reason | None:
    """Say why the asker may not remove it as who said it, or None when they may."""
    if not _said(turn, command):
        return Reason.NOT_YOUR_MESSAGE
    window = turn.state.limits.redaction_window
    return Reason.TOO_LATE if not window or turn.at - command.said_at > window else None


def _said(turn: Turn, command: Redact) -> bool:
    """Say whether it is the asker who said it."""
    if not command.author_account:
        return turn.user.was_called(command.author, command.message)
    account = turn.state.accounts.find(turn.user.identity.account)
    if account is None or account.key != fold(command.author_account):
        return False
    return account.created_seq < command.message


def _event(turn: Turn, command: Redact, target: str) -> Redacted:
    reason = shorten(command.reason, turn.state.limits.reason)
    return Redacted(
        turn.seq, turn.at, turn.user.identity, target, command.message, command.author,
        command.said_at, command.lines, reason, command.to_account,
    )  # fmt: skip
