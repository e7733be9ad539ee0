"""Coming, leaving, and who one is: nick, real name, away."""

from collections.abc import Sequence

from chatserver.core.commands import ChangeNick, Connect, Quit, SetAway, SetRealname
from chatserver.core.effects import (
    NOTHING,
    AwaySet,
    Close,
    Effect,
    Emission,
    Reason,
    Refused,
    Welcomed,
)
from chatserver.core.events import AwayChanged, Departed, Identity, RealnameChanged, Renamed
from chatserver.core.execute.turn import Stamp, Turn, shorten
from chatserver.core.naming import refuse_nick
from chatserver.core.state import Audience, Past, State, User
from chatwire.names import fold

REPLACED = "Replaced by a new connection of theirs"
"""Why the connection of somebody ends who has come back on another."""


def connect(state: State, stamp: Stamp, session: int, command: Connect) -> Sequence[Effect]:
    """Make a user of a session, in the place of a connection of theirs that is there still."""
    limits = state.limits
    before = state.find_guest(command.key)
    nick = _choose_nick(state, command, before)
    if isinstance(nick, Refused):
        return (nick,)
    replaced: Sequence[Effect] = NOTHING
    if before is not None:
        replaced = remove(Turn(state, before, stamp.seq, stamp.at), before, REPLACED)
    identity = Identity(
        nick,
        shorten(command.username, limits.username),
        command.host,
        shorten(command.realname, limits.realname),
    )
    user = User(session, identity, stamp.at)
    user.key = command.key
    user.named_seq = state.guests.take(nick, user.key, stamp.seq, stamp.at)
    resumed = user.named_seq < stamp.seq
    if before is not None and resumed:
        user.conversations = before.conversations
    user.address, user.secure, user.face = command.address, command.secure, command.face
    state.users[session] = state.nicks[fold(nick)] = user
    state.most_users = max(state.most_users, len(state.users))
    return (*replaced, Welcomed(identity, resumed))


def _choose_nick(state: State, command: Connect, before: User | None) -> str | Refused:
    """Return the first of the nicks wanted that is valid and free, or `before`'s; or why there is none."""
    refused = Refused(Reason.NICK_INVALID)
    for nick in command.nicks:
        found = refuse_nick(state, nick, command.account, before)
        if found is None:
            return nick
        refused = found
    return refused


def leave(turn: Turn, command: Quit) -> Sequence[Effect]:
    """Take a user out of the chat."""
    if command.seen:
        turn.state.note_departure(turn.user, turn.seq, turn.at)
    return remove(turn, turn.user, shorten(command.reason, turn.state.limits.reason))


def remove(turn: Turn, user: User, reason: str) -> Sequence[Effect]:
    """Take `user` out of the chat: their nick is free and their past written before anybody hears of it."""
    state = turn.state
    peers, rooms = state.peers(user), user.logs
    for member in [*user.rooms.values()]:
        member.room.leave(user, turn.at)
        if not member.room.members:
            state.see_to_empty(member.room)
    user.correspondent = None
    del state.users[user.id], state.nicks[fold(user.nick)]
    state.past.append(Past(user.identity, turn.at))
    state.guests.leave(user.key, turn.at)
    departed = Departed(turn.seq, turn.at, user.identity, reason)
    return (Emission(departed, peers, rooms=rooms), Close(user, reason))


def change_nick(turn: Turn, command: ChangeNick) -> Sequence[Effect]:
    """Give the asker another nick, if it is free."""
    state, user, nick = turn.state, turn.user, command.nick
    if refused := refuse_nick(state, nick, user.identity.account, user):
        return (refused,)
    if nick == user.nick:
        return NOTHING
    before, owner = user.identity, state.find_user(nick)
    del state.nicks[fold(before.nick)]
    state.nicks[fold(nick)] = user
    if owner is None:
        state.past.append(Past(before, turn.at))
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
    user.identity = identity
    for member in user.rooms.values():
        member.forget_entry()
        status = member.room.statuses.pop(old, None)
        if status is not None:
            member.room.statuses[new] = status
            state.changed_rooms.add(member.room)


def with_peers(state: State, user: User) -> Audience:
    """Return `user` and who shares a room with them."""
    return Audience((user, *state.peers(user).users))


def set_away(turn: Turn, command: SetAway) -> Sequence[Effect]:
    """Let the asker go away, or come back."""
    user = turn.user
    message = shorten(command.message, turn.state.limits.away)
    changed, user.away = message != user.away, message
    reply = AwaySet(bool(message))
    if not changed:
        return (reply,)
    event = AwayChanged(turn.seq, turn.at, user.identity, message)
    return (reply, Emission(event, turn.state.peers(user)))


def set_realname(turn: Turn, command: SetRealname) -> Sequence[Effect]:
    """Change the asker's real name."""
    user, was = turn.user, turn.user.identity
    realname = shorten(command.realname, turn.state.limits.realname)
    identify(turn.state, user, Identity(was.nick, was.username, was.host, realname, was.account))
    event = RealnameChanged(turn.seq, turn.at, was, realname)
    return (Emission(event, with_peers(turn.state, user)),)
