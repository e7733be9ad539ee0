"""Who one is: nick, real name, away; and leaving the chat."""

from collections.abc import Sequence

from chatserver.core.audiences import Audience
from chatserver.core.commands import ABSENT, ChangeNick, SetAway, SetRealname
from chatserver.core.effects import (
    NOTHING,
    Aside,
    AwaySet,
    Close,
    Effect,
    Emission,
)
from chatserver.core.events import AwayChanged, Departed, Identity, RealnameChanged, Renamed
from chatserver.core.execute.turn import Turn, shorten
from chatserver.core.members import User
from chatserver.core.naming import refuse_nick
from chatserver.core.records import Past
from chatserver.core.state import State
from chatwire.names import fold

REPLACED = "Replaced by a new connection of theirs"
"""Why the connection of somebody ends who has come back on another."""


def remove(turn: Turn, user: User, reason: str) -> Sequence[Effect]:
    """Take `user` out of the chat, with all of their devices.

    Their nick is free and their past written before anybody hears of it.
    """
    state = turn.state
    members, rooms, key = [*user.rooms.values()], user.logs, user.key
    several = state.peers(user) if len(members) != 1 else None
    closes = [Close(session, reason, whole=True) for session in user.devices]
    for member in members:
        member.room.leave(user, turn.at)
        if not member.room.members:
            state.see_to_empty(member.room)
    user.correspondent = None
    for session in [*user.devices]:
        state.drop_device(session)
    state.follow(user)
    state.drop_user(user)
    state.past.add(Past(user.identity, turn.at))
    state.guests.leave(key, turn.at)
    departed = Departed(turn.seq, turn.at, user.identity, reason)
    if several is None:  # what is shown to one room goes out together, also when many leave it
        return (Emission(departed, members[0].room.audience, rooms=rooms, moved=user), *closes)
    return (Emission(departed, several, rooms=rooms), *closes)


def change_nick(turn: Turn, command: ChangeNick) -> Sequence[Effect]:
    """Give the asker another nick, if it is free."""
    state, user, nick = turn.state, turn.user, command.nick
    if refused := refuse_nick(state, nick, user.identity.account, user):
        return (refused,)
    if nick == user.nick:
        return NOTHING
    before, owner = user.identity, state.find_user(nick)
    if owner is None:
        state.past.add(Past(before, turn.at))
        user.begin_anew(turn.seq)
    state.guests.take(nick, user.key, turn.seq, turn.at)
    identify(
        state, user, Identity(nick, before.username, before.host, before.realname, before.account)
    )
    renamed = Renamed(turn.seq, turn.at, before, nick)
    return (Emission(renamed, with_peers(state, user), rooms=user.logs),)


def identify(state: State, user: User, identity: Identity) -> None:
    """Let `user` be `identity` from now on; the rooms remember their status under the new mask."""
    old, new = fold(user.identity.mask), fold(identity.mask)
    state.identify(user, identity)
    for member in user.rooms.values():
        member.forget_entry()
        status = member.room.statuses.pop(old, None)
        if status is not None:
            member.room.statuses[new] = status
            state.changed_rooms.add(member.room)


def with_peers(state: State, user: User) -> Audience[User]:
    """Return `user` and who shares a room with them."""
    return Audience((user, *state.peers(user).users))


def set_away(turn: Turn, command: SetAway) -> Sequence[Effect]:
    """Let the asker go away, or come back: on whichever device they said so last."""
    user = turn.user
    was = user.away
    note_away(turn, command.message)
    reply = AwaySet(bool(command.message))
    others = [Aside(session, AwaySet(bool(user.away))) for session in turn.other_sessions]
    told = tell_away(turn, was)
    return (reply, *told, *others) if told else (reply,)


def note_away(turn: Turn, message: str) -> None:
    """Have the asker be away for the reason `message`, or back with ""."""
    turn.user.devices[turn.session].absent = message == ABSENT
    if message != ABSENT:
        turn.user.away_message = shorten(message, turn.state.limits.away)


def tell_away(turn: Turn, was: str) -> Sequence[Emission]:
    """Tell who shares a room with the asker why they are away now, if that was another reason."""
    user = turn.user
    if user.away == was:
        return ()
    event = AwayChanged(turn.seq, turn.at, user.identity, user.away)
    return (Emission(event, turn.state.peers(user)),)


def set_realname(turn: Turn, command: SetRealname) -> Sequence[Effect]:
    """Change the asker's real name."""
    user, was = turn.user, turn.user.identity
    realname = shorten(command.realname, turn.state.limits.realname)
    identify(turn.state, user, Identity(was.nick, was.username, was.host, realname, was.account))
    event = RealnameChanged(turn.seq, turn.at, was, realname)
    return (Emission(event, with_peers(turn.state, user)),)
