"""Whom a room belongs to, and which accounts have a status in it: `core.standings` remembers both.

Rules: who runs a room may have it belong to their account; from then on it is kept for good, and comes to
nobody by being first in it. What is kept of a room is told once it is on disk. Operators of the
server may take a room from whom it belongs to, or give it to somebody else.
"""

from collections.abc import Iterator, Sequence

from chatserver.core.accounts import Account
from chatserver.core.commands import DropRoom, ModeChange, RegisterRoom, SetStanding, TransferRoom
from chatserver.core.effects import Effect, Emission, Reason, Refused
from chatserver.core.events import Identity, RoomModesChanged, RoomSettled
from chatserver.core.execute.rooms import SERVER
from chatserver.core.execute.turn import Turn
from chatserver.core.members import Membership, Room, User
from chatserver.core.records import STATUSES
from chatserver.core.rights import governs, manages, may_see
from chatserver.core.standings import (
    FOUNDED_MOST,
    count_founded,
    join_statuses,
    keep_standing,
    settle,
    standing_of,
)
from chatwire.names import fold


def register_room(turn: Turn, command: RegisterRoom) -> Sequence[Effect]:
    """Have a room that the asker is in and runs belong to their account."""
    state, member = turn.state, turn.find_own_room(command.room)
    if isinstance(member, Refused):
        return (member,)
    room, account = member.room, state.accounts.find(turn.user.identity.account)
    settle(state, room)
    if room.key == fold(state.limits.lobby):
        return (Refused(Reason.LOBBY_STAYS, room.name),)
    if not manages(turn.user, room, state.limits.lobby):
        return (Refused(Reason.NOT_ROOM_OPERATOR, room.name),)
    if account is None:
        return (Refused(Reason.NO_ACCOUNT),)
    if room.founder:
        return (Refused(Reason.ROOM_REGISTERED, room.name),)
    if refused := _entrust(turn, room, account):
        return (refused,)
    return (_mark(turn, room, registered=True), _settled(turn, room, command, account.name))


def _entrust(turn: Turn, room: Room, account: Account) -> Refused | None:
    """Have `room` belong to `account`, or say why it can't."""
    state = turn.state
    if count_founded(state, account) >= FOUNDED_MOST:
        return Refused(Reason.TOO_MANY_FOUNDED, account.name)
    if not keep_standing(state, room, account, join_statuses(standing_of(room, account), "o")):
        return Refused(Reason.LIST_FULL, room.name, account.name)
    room.founder = account.key
    return None


def _mark(turn: Turn, room: Room, *, registered: bool) -> Emission:
    change = ModeChange(registered, "r")
    event = RoomModesChanged(turn.seq, turn.at, room.name, SERVER, (change,))
    return Emission(event, room.audience)


def _settled(
    turn: Turn,
    room: Room,
    command: RegisterRoom | DropRoom | TransferRoom | SetStanding,
    account: str,
    status: str = "",
) -> Emission:
    user, kind = turn.user, type(command).__name__
    event = RoomSettled(turn.seq, turn.at, room.name, user.nick, kind, account, status)
    return Emission(event, user.alone, session=turn.session)


def drop_room(turn: Turn, command: DropRoom) -> Sequence[Effect]:
    """Have a room belong to nobody; it remembers whom it remembered, for as long as others do."""
    room = _find_owned(turn, command.room)
    if isinstance(room, Refused):
        return (room,)
    founder = turn.state.accounts.find(room.founder)
    room.founder = ""
    turn.state.changed_rooms.add(room)
    if not room.members:
        room.emptied_at = turn.at
        turn.state.see_to_empty(room)
    name = founder.name if founder is not None else ""
    return (_mark(turn, room, registered=False), _settled(turn, room, command, name))


def transfer_room(turn: Turn, command: TransferRoom) -> Sequence[Effect]:
    """Have a room belong to another account; whose it was is an operator still."""
    room = _find_owned(turn, command.room)
    if isinstance(room, Refused):
        return (room,)
    account = turn.state.accounts.find(command.account)
    if account is None:
        return (Refused(Reason.NO_SUCH_ACCOUNT, command.account),)
    if account.key == room.founder:
        return (Refused(Reason.ROOM_REGISTERED, room.name),)
    if refused := _entrust(turn, room, account):
        return (refused,)
    status = standing_of(room, account)
    given = _give(turn, room, account, status)
    return (*given, _settled(turn, room, command, account.name, status))


def _find_owned(turn: Turn, name: str) -> Room | Refused:
    """Return the room `name`, somebody in it or not, if the asker decides whom it belongs to."""
    state, user = turn.state, turn.user
    room = state.find_room(name)
    if room is None or not (room.founder or room.members) or not _knows(turn, room):
        return Refused(Reason.NO_SUCH_ROOM, name)
    settle(state, room)
    if not room.founder:
        return Refused(Reason.ROOM_UNREGISTERED, room.name)
    account = state.accounts.find(user.identity.account)
    owns = account is not None and account.key == room.founder
    return room if owns or user.operator else Refused(Reason.NOT_ROOM_FOUNDER, room.name)


def _knows(turn: Turn, room: Room) -> bool:
    """Say whether the asker may know of `room`."""
    user = turn.user
    return may_see(user, room) or bool(user.operator) or governs(turn.state, user, room)


def set_standing(turn: Turn, command: SetStanding) -> Sequence[Effect]:
    """Have a room keep a status for an account, which has it at once if it is there."""
    state, room = turn.state, turn.state.find_room(command.room)
    if room is None or not (room.founder or room.members) or not _knows(turn, room):
        return (Refused(Reason.NO_SUCH_ROOM, command.room),)
    settle(state, room)
    if not governs(state, turn.user, room):
        return (Refused(Reason.NOT_ROOM_OPERATOR, room.name),)
    account = state.accounts.find(command.account)
    if account is None:
        return (Refused(Reason.NO_SUCH_ACCOUNT, command.account),)
    status = join_statuses(command.status)
    if account.key == room.founder and "o" not in status:
        return (Refused(Reason.FOUNDER_STAYS, account.name, room.name),)
    if not keep_standing(state, room, account, status):
        return (Refused(Reason.LIST_FULL, room.name, account.name),)
    given = _give(turn, room, account, status)
    return (*given, _settled(turn, room, command, account.name, status))


def _give(turn: Turn, room: Room, account: Account, status: str) -> Sequence[Emission]:
    """Let who has `account` have `status`, and no other, in `room`."""
    holders = [
        member
        for user, member in room.members.items()
        if fold(user.identity.account) == account.key
    ]
    changes = [change for member in holders for change in _hold(member, status)]
    for member in holders:  # as a guest, they were remembered by their mask
        room.statuses.pop(fold(member.user.identity.mask), None)
    return _announce(turn, room, turn.user.identity, changes)


def _hold(member: Membership, status: str) -> Iterator[ModeChange]:
    """Let a member have `status`; yield what changes by it."""
    before, member.status = member.status, status
    member.forget_entry()
    for letter in STATUSES:
        if (letter in before) != (letter in status):
            yield ModeChange(letter in status, letter, member.user.nick)


def _announce(
    turn: Turn, room: Room, by: Identity, changes: Sequence[ModeChange]
) -> Sequence[Emission]:
    if not changes:
        return ()
    event = RoomModesChanged(turn.seq, turn.at, room.name, by, tuple(changes))
    return (Emission(event, room.audience),)


def restore_statuses(turn: Turn, user: User) -> Sequence[Emission]:
    """Give `user`, who has an account now, what the rooms that they are in keep for it.

    What they were given there as a guest is their account's from now on.
    """
    account = turn.state.accounts.find(user.identity.account)
    if account is None:
        return ()
    shown: list[Emission] = []
    for member in user.rooms.values():
        room = member.room
        given = room.statuses.pop(fold(user.identity.mask), "")
        if given:
            keep_standing(
                turn.state, room, account, join_statuses(standing_of(room, account), given)
            )
            turn.state.changed_rooms.add(room)
        changes = [*_hold(member, join_statuses(member.status, standing_of(room, account)))]
        shown.extend(_announce(turn, room, SERVER, changes))
    return shown
