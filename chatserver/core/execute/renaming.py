"""Another name for a room (IRCv3 draft/channel-rename), which is what it was else.

Rules: the log knows a room by `Room.log`, which stays, so nothing is written anew, and who is behind
misses nothing. Who runs a room may rename it; one that belongs to an account, only who has that. Not
again at once: to most clients it says who is in the room. For a moment, what members say to the old name
comes to the room.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from chatserver.core.commands import RenameRoom
from chatserver.core.effects import Aside, Effect, Emission, Entered, Reason, Refused, Relocated
from chatserver.core.events import RoomRenamed
from chatserver.core.execute.rooms import find_living
from chatserver.core.execute.turn import Turn, shorten
from chatserver.core.members import Room
from chatserver.core.records import FormerName
from chatserver.core.rights import manages
from chatserver.core.standings import settle
from chatserver.core.state import State
from chatwire.names import fold, is_room

RENAMED_AGAIN: Final = 60_000
"""How long a room keeps a name at least (ms)."""

FORMER_MOST: Final = 20
"""Names that are remembered of a room."""


def rename_room(turn: Turn, command: RenameRoom) -> Sequence[Effect]:
    """Give a room that the asker is in, and runs, another name."""
    member = turn.find_own_room(command.room)
    if isinstance(member, Refused):
        return (member,)
    room, name = member.room, command.name
    settle(turn.state, room)
    if not is_room(name, turn.state.limits.room):
        return (Refused(Reason.ROOM_NAME_INVALID, name),)
    if reason := _refuse(turn, room, name):
        return (Refused(reason, room.name, name),)
    before = room.name
    _call(turn.state, room, name, turn)
    words = shorten(command.reason, turn.state.limits.reason)
    event = RoomRenamed(turn.seq, turn.at, before, turn.user.identity, name, words)
    return (Emission(event, room.audience), *_tell_devices(turn, room, before, words))


def _tell_devices(turn: Turn, room: Room, before: str, reason: str) -> Iterator[Effect]:
    """Yield what each device of a member is told: most programs know of no other names."""
    entered = Entered.of(room, turn.at)
    for user in room.members:
        told = Relocated(turn.seq, before, user.identity, reason, entered)
        for session in user.devices:
            yield told if session == turn.session else Aside(session, told)


def _refuse(turn: Turn, room: Room, name: str) -> Reason | None:
    """Say why the asker may not call `room` by `name`, or None when they may."""
    state = turn.state
    if room.key == fold(state.limits.lobby):
        return Reason.LOBBY_STAYS
    if not manages(turn.user, room, state.limits.lobby):
        return Reason.NOT_ROOM_OPERATOR
    if room.founder and fold(turn.user.identity.account) != room.founder and not turn.user.operator:
        return Reason.NOT_ROOM_FOUNDER
    if find_living(turn, name) not in (None, room) or name == room.name:
        return Reason.ROOM_NAME_IN_USE
    if room.former and turn.at - room.former[-1].at < RENAMED_AGAIN:
        return Reason.RENAMED_LATELY
    return None


def _call(state: State, room: Room, name: str, turn: Turn) -> None:
    """Let `room` be called `name`; its topic must fit in a line with it."""
    room.former = [*room.former, FormerName(room.key, turn.seq, turn.at)][-FORMER_MOST:]
    room.topic = shorten(room.topic, state.limits.topic_of(len(name.encode())))
    del state.rooms[room.key]
    state.renamed.pop(room.log, None)
    room.name, room.key = name, fold(name)
    state.add_room(room)
    for user in room.members:
        user.rooms = {member.room.key: member for member in user.rooms.values()}
        state.follow(user)
    room.forget_roster()
    state.changed_rooms.add(room)
    for user in room.members:
        state.follow(user)
