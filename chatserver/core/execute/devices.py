"""Devices: the sessions of one person, who is the same on all of them.

Rules: who has an account has one nick, is in the same rooms and is away or not on every device. That a
device comes or goes is nobody's business but its person's, unless it was their only one. What a device
finds there it is told as if it entered each room; nobody else hears of that. A device with the key of
another takes its place.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Final

from chatserver.core.accounts import Account
from chatserver.core.commands import Quit
from chatserver.core.devices import Device
from chatserver.core.effects import (
    Attached,
    Close,
    Effect,
    Emission,
    Entered,
    Gathered,
    Recall,
)
from chatserver.core.events import Identity, Joined
from chatserver.core.execute.people import REPLACED, note_away, remove, tell_away
from chatserver.core.execute.turn import Turn, shorten
from chatserver.core.members import Room, User
from chatserver.core.naming import refuse_nick
from chatserver.core.standings import remembered
from chatserver.core.state import State

MISSED_MOST: Final = 200
"""Messages of each room that somebody is shown at most who had no device there for a while."""


def leave(turn: Turn, command: Quit) -> Sequence[Effect]:
    """End the asker's session; they leave the chat if it was all that kept them there."""
    state, user = turn.state, turn.user
    reason = shorten(command.reason, state.limits.reason)
    if not depends_on(state, user, turn.session):
        return detach(turn, reason)
    if command.seen:
        state.departures.note(user.identity, user.logs, turn.seq, turn.at)
    return remove(turn, user, reason)


def depends_on(state: State, user: User, session: int) -> bool:
    """Say whether `user` is there only as long as their device `session` is."""
    return [*user.devices] == [session] and not state.is_lasting(user)


def release(turn: Turn, key: bytes) -> Sequence[Effect]:
    """End the session that has `key`: whoever has it too has come on another connection."""
    state, session = turn.state, turn.state.keys.get(key)
    if session is None:
        return ()
    user = state.sessions[session]
    theirs = Turn(state, user, turn.seq, turn.at, session)
    if depends_on(state, user, session):
        return remove(theirs, user, REPLACED)
    return detach(theirs, REPLACED)


def detach(turn: Turn, reason: str) -> Sequence[Effect]:
    """End the asker's session; they stay."""
    was = turn.user.away
    forget(turn)
    return (*tell_away(turn, was), Close(turn.session, reason))


def forget(turn: Turn) -> None:
    """Let the asker's session be nobody's; the asker stays."""
    state, user = turn.state, turn.user
    state.drop_device(turn.session)
    if not user.devices:
        user.left_seq = turn.seq
        state.follow(user)


def settle(turn: Turn, device: Device, away: str = "") -> Sequence[Effect]:
    """Let `device`, the asking session, be one more of the asker's.

    One of theirs with the same key goes by it: between the two nobody sees them leave.
    """
    state, user = turn.state, turn.user
    was = user.away
    before = state.keys.get(device.key)
    if before in user.devices:
        state.drop_device(before)
        replaced: Sequence[Effect] = (Close(before, REPLACED),)
    else:
        replaced = release(turn, device.key)
    state.add_device(user, device)
    note_away(turn, away or user.away_message)
    rooms = tuple(place.room.audience.key for place in user.rooms.values())
    return (*replaced, *tell_away(turn, was), Attached(user, user.identity, turn.seq, rooms))


def gather(turn: Turn, known: Container[str] = ()) -> Iterator[Effect]:
    """Yield what a device of the asker's is told of where they are; it is in the rooms `known` already."""
    state, user, session = turn.state, turn.user, turn.session
    for place in user.rooms.values():
        room = place.room
        if room.key not in known:
            joined = Joined(turn.seq, turn.at, room.name, user.identity)
            yield Emission(joined, user.alone, session=session)
        yield Entered.of(room, turn.at, gathered=True)
    names = tuple(place.room.name for place in user.rooms.values())
    yield Gathered(user.identity, names, "".join(sorted(user.modes)), user.away_message)
    for place in user.rooms.values():
        if place.room.key not in known and not user.bot:
            yield from _recall(turn, place.room)
    if user.left_seq:
        if state.limits.history_on_join and not user.bot:
            party, left = user.identity.party, user.left_seq
            yield Recall(party, "", left, turn.seq, MISSED_MOST, direct=True)
        user.left_seq = 0
        state.follow(user)


def _recall(turn: Turn, room: Room) -> Iterator[Effect]:
    """Look back at a room: at all that was said while no device was there, or at the newest."""
    left, usual = turn.user.left_seq, turn.state.limits.history_on_join
    if usual and room.last_seq != 0:
        limit = MISSED_MOST if left else usual
        yield Recall(room.audience.key, room.name, max(room.created_seq, left), turn.seq, limit)


def bring_back(state: State, accounts: Iterable[Account], seq: int, now: int) -> None:
    """Bring back who stays without a device, at `now` (ms), and in their rooms; nobody hears of that.

    Who never was there has no place to be brought back to. `seq` is above all numbers of before.
    """
    lasting = [account for account in accounts if account.always_on and account.nick]
    for number, account in enumerate(lasting, 1):
        names = (account.nick, account.name)
        nick = next((name for name in names if not refuse_nick(state, name, account.name)), "")
        if not nick:
            continue
        who = Identity(nick, account.username, account.host, account.realname, account.name)
        user = User(-number, who, now)
        user.left_seq = account.left_seq or seq
        seat(state, user, account)


def seat(state: State, user: User, account: Account) -> None:
    """Let `user`, who has no device, be there, in the rooms that are written down of their account."""
    state.add_user(user)
    for name in account.rooms:
        room = state.find_room(name)
        if room is not None:
            room.enter(user, remembered(state, room, user))
            state.see_to_entered(room)
