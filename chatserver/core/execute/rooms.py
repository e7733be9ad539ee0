"""Rooms: entering and leaving them, asking somebody in, putting somebody out, the topic."""

from collections.abc import Mapping, Sequence

from chatserver.core.audiences import Audience
from chatserver.core.commands import Invite, Join, Kick, ModeChange, Part, SetTopic
from chatserver.core.effects import (
    NOTHING,
    Aside,
    Effect,
    Emission,
    Entered,
    Inviting,
    Reason,
    Recall,
    Refused,
)
from chatserver.core.events import (
    AwayChanged,
    Identity,
    Invited,
    InviteSeen,
    Joined,
    Kicked,
    Parted,
    RoomModesChanged,
    TopicChanged,
)
from chatserver.core.execute.turn import Turn, shorten
from chatserver.core.members import ROOM_FLAGS, Room, User
from chatserver.core.rights import ORPHANED_AFTER, governs, manages, refuse_entry
from chatserver.core.standings import join_statuses, remember, remembered, settle
from chatserver.core.state import State
from chatwire.names import fold, is_room, tidy

SERVER = Identity("", "", "")
"""The server itself, where it acts."""


def join(turn: Turn, command: Join) -> Sequence[Effect]:
    """Let the asker into a room, which is made if it is not there."""
    state, user, name = turn.state, turn.user, tidy(command.room)
    if not is_room(name, state.limits.room):
        return (Refused(Reason.ROOM_NAME_INVALID, command.room),)
    room = find_living(turn, name)
    if room is not None and user in room.members:
        return NOTHING
    if len(user.rooms) >= state.limits.rooms_per_user:
        return (Refused(Reason.TOO_MANY_ROOMS, command.room),)
    if room is None:
        room = make_room(state, name, turn)
    elif reason := refuse_entry(state, user, room, command.key):
        return (Refused(reason, room.name),)
    status = status_on_entry(turn, room)
    newcomer_among_others = bool(room.members)
    room.enter(user, status)
    state.see_to_entered(room)
    state.follow(user)
    user.invited = _without(room, user.invited)
    effects: list[Effect] = [
        Emission(Joined(turn.seq, turn.at, room.name, user.identity), room.audience, moved=user),
        *_away_on_entry(turn, room),
        Entered.of(room, turn.at),
    ]
    told = Entered.of(room, turn.at, elsewhere=True)
    effects.extend(Aside(session, told) for session in turn.other_sessions)
    if status and newcomer_among_others:
        changes = tuple(ModeChange(True, letter, user.nick) for letter in status)
        effects.append(
            Emission(RoomModesChanged(turn.seq, turn.at, room.name, SERVER, changes), room.audience)
        )
    if state.limits.history_on_join and room.last_seq != 0 and not user.bot:
        limit = state.limits.history_on_join
        seen = state.departures.seen_up_to(user.identity, room.log, turn.at)
        after = max(room.created_seq, seen)
        effects.append(Recall(room.log, room.name, after, turn.seq, limit))
    return effects


def _away_on_entry(turn: Turn, room: Room) -> Sequence[Effect]:
    """Tell the others that who enters is away, if they are."""
    user = turn.user
    if not user.away:
        return ()
    event = AwayChanged(turn.seq, turn.at, user.identity, user.away)
    return (Emission(event, Audience(other for other in room.members if other is not user)),)


def find_living(turn: Turn, name: str) -> Room | None:
    """Return the room `name`, unless nobody was in it for so long that it is forgotten."""
    state = turn.state
    room = state.find_room(name)
    if room is None or room.members or room.key == fold(state.limits.lobby):
        return room
    if room.founder or turn.at - room.emptied_at <= state.limits.room_expiry:
        return room
    state.forget_rooms(turn.at)
    return None


def make_room(state: State, name: str, turn: Turn) -> Room:
    """Make the room `name`, whose first member is its operator; the lobby has none."""
    state.forget_rooms(turn.at)
    log = fold(name)
    if state.find_log(log) is not None:  # that of a room that is called otherwise now
        log = f"{log} {turn.seq:x}"
    room = Room(name, turn.at, turn.seq, log)
    room.last_seq = 0
    room.flags.update(ROOM_FLAGS)
    state.add_room(room)
    state.forgotten_rooms.discard(room.log)
    state.changed_rooms.add(room)
    return room


def open_lobby(state: State, now: int) -> None:
    """Make the lobby, unless it was kept."""
    lobby = state.limits.lobby
    if fold(lobby) not in state.rooms:
        room = Room(lobby, now)
        room.last_seq = 0
        room.flags.update(ROOM_FLAGS)
        state.add_room(room)
        state.changed_rooms.add(room)


def status_on_entry(turn: Turn, room: Room) -> str:
    """Return the status with which the asker enters: the remembered one, else an operator's.

    That is for who is first in a room of nobody, when it is new or has no operators any more.
    """
    state, user = turn.state, turn.user
    settle(state, room)
    if room.members or room.founder:
        return remembered(state, room, user)
    orphaned = turn.at - (room.emptied_at or turn.at) > ORPHANED_AFTER
    if orphaned:
        room.statuses.clear()
        state.changed_rooms.add(room)
    known = remembered(state, room, user)
    has_operators = not orphaned and (room.statuses or room.standings)
    if has_operators or room.key == fold(state.limits.lobby):
        return known
    status = join_statuses(known, "o")
    remember(state, room, user, status)
    return status


def part(turn: Turn, command: Part) -> Sequence[Effect]:
    """Let the asker out of a room."""
    member = turn.find_own_room(command.room)
    if isinstance(member, Refused):
        return (member,)
    room, user = member.room, turn.user
    reason = shorten(command.reason, turn.state.limits.reason)
    event = Parted(turn.seq, turn.at, room.name, user.identity, reason)
    emission = Emission(event, room.audience, moved=user)
    let_out(turn.state, room, user, turn.at)
    return (emission,)


def let_out(state: State, room: Room, user: User, at: int) -> None:
    """Take `user` out of `room`; an empty one is kept, and since when is written down."""
    room.leave(user, at)
    state.follow(user)
    if not room.members:
        state.see_to_empty(room)


def kick(turn: Turn, command: Kick) -> Sequence[Effect]:
    """Put somebody out of a room; with their place they lose their status for good."""
    found = turn.find_own_room(command.room)
    if isinstance(found, Refused):
        return (found,)
    room = found.room
    if not manages(turn.user, room, turn.state.limits.lobby):
        return (Refused(Reason.NOT_ROOM_OPERATOR, room.name),)
    victim = turn.find_user(command.nick)
    if isinstance(victim, Refused):
        return (victim,)
    if victim not in room.members:
        return (Refused(Reason.TARGET_NOT_IN_ROOM, victim.nick, room.name),)
    reason = shorten(command.reason, turn.state.limits.reason) or turn.user.nick
    event = Kicked(turn.seq, turn.at, room.name, turn.user.identity, victim.nick, reason)
    emission = Emission(event, room.audience, moved=victim)
    remember(turn.state, room, victim, "")
    let_out(turn.state, room, victim, turn.at)
    return (emission,)


def invite(turn: Turn, command: Invite) -> Sequence[Effect]:
    """Ask somebody into a room that the asker is in; into one with `+i` only operators may.

    Who is one by their account need not be inside, and may ask themselves in.
    """
    guest = turn.find_user(command.nick)
    if isinstance(guest, Refused):
        return (guest,)
    room = turn.find_room(command.room)
    if isinstance(room, Refused):
        return (room,)
    if turn.user not in room.members and not governs(turn.state, turn.user, room):
        return (Refused(Reason.NOT_IN_ROOM, room.name),)
    if guest in room.members:
        return (Refused(Reason.TARGET_IN_ROOM, guest.nick, room.name),)
    if "i" in room.flags and not governs(turn.state, turn.user, room):
        return (Refused(Reason.NOT_ROOM_OPERATOR, room.name),)
    invited = {**_without(room, guest.invited), room.log: room.created_seq}
    if len(invited) > turn.state.limits.rooms_per_user:
        del invited[next(iter(invited))]
    guest.invited = invited
    by = turn.user.identity
    watchers = Audience(user for user in room.having("o") if user is not turn.user)
    return (
        Inviting(guest.nick, room.name, guest.away),
        Emission(Invited(turn.seq, turn.at, room.name, by, guest.nick), guest.alone),
        Emission(InviteSeen(turn.seq, turn.at, room.name, by, guest.nick), watchers),
    )


def _without(room: Room, invited: Mapping[str, int]) -> Mapping[str, int]:
    """Return the rooms somebody was `invited` into, but for `room`."""
    if room.log not in invited:
        return invited
    return {log: seq for log, seq in invited.items() if log != room.log}


def set_topic(turn: Turn, command: SetTopic) -> Sequence[Effect]:
    """Change the topic of a room that the asker is in; under `+t` only operators may."""
    member = turn.find_own_room(command.room)
    if isinstance(member, Refused):
        return (member,)
    room = member.room
    if "t" in room.flags and not manages(turn.user, room, turn.state.limits.lobby):
        return (Refused(Reason.NOT_ROOM_OPERATOR, room.name),)
    longest = turn.state.limits.topic_of(len(room.name.encode()))
    room.topic = shorten(command.topic, longest)
    room.topic_by, room.topic_at = turn.user.identity.mask, turn.at
    turn.state.changed_rooms.add(room)
    event = TopicChanged(turn.seq, turn.at, room.name, turn.user.identity, room.topic)
    return (Emission(event, room.audience),)
