"""What somebody may learn about the state: who is there, which rooms, who is in them, how many.

Rules: nothing here changes anything. A room with nobody in it is not there. A secret room (`+s`) is
there only for its members; somebody invisible (`+i`) shows only to who shares a room with them, or
asks for exactly their nick. Server operators see everything.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from chatserver.core.members import Membership, Room, User
from chatserver.core.records import Past, RosterEntry
from chatserver.core.rights import may_see
from chatserver.core.state import State
from chatwire.names import fold, matches


class Census(Struct, frozen=True):
    """How many there are."""

    users: int
    invisible: int
    operators: int
    rooms: int
    most_users: int
    """The most users that were there at once."""


def count(state: State) -> Census:
    """Return how many users and rooms there are."""
    return Census(
        len(state.users),
        sum(user.invisible for user in state.marked),
        sum(bool(user.operator) for user in state.marked),
        sum(bool(room.members) for room in state.rooms.values()),
        state.most_users,
    )


def find_room(state: State, asker: User | None, name: str) -> Room | None:
    """Return the room `name` if somebody is in it and `asker` may know of it."""
    room = state.find_room(name)
    if room is None or not room.members:
        return None
    return room if _privileged(asker) or may_see(asker, room) else None


def rooms(state: State, asker: User | None) -> Iterator[Room]:
    """Yield the rooms that `asker` may know of, in the order in which they came to be."""
    everything = _privileged(asker)
    for room in state.rooms.values():
        if room.members and (everything or may_see(asker, room)):
            yield room


def names(room: Room, asker: User | None) -> Sequence[RosterEntry]:
    """Return the members of `room` (that `asker` may know of) as they see them."""
    if asker in room.members or _privileged(asker):
        return room.roster.entries
    return [entry for entry in room.roster.entries if not entry.invisible]


def share_room(one: User | None, other: User) -> bool:
    """Say whether two are in a room together."""
    if one is None:
        return False
    return not one.rooms.keys().isdisjoint(other.rooms)


def may_notice(asker: User | None, user: User) -> bool:
    """Say whether `asker` may come across `user` without asking for their nick."""
    return not user.invisible or user is asker or _privileged(asker) or share_room(asker, user)


def memberships(asker: User | None, user: User) -> Iterator[Membership]:
    """Yield those places of `user` in rooms that `asker` may know of."""
    everything = user is asker or _privileged(asker)
    for member in user.rooms.values():
        shared = asker is not None and member.room.key in asker.rooms
        if everything or shared or (not user.invisible and may_see(asker, member.room)):
            yield member


def members(state: State, asker: User | None, name: str) -> Iterator[Membership]:
    """Yield the members of the room `name` that `asker` may know of."""
    room = find_room(state, asker, name)
    if room is None:
        return
    inside = asker in room.members or _privileged(asker)
    for user, member in room.members.items():
        if inside or not user.invisible:
            yield member


def find_people(state: State, asker: User | None, mask: str) -> Iterator[User]:
    """Yield whom `mask` fits by nick, user name, host or real name, of those `asker` may notice.

    A mask that is exactly somebody's nick means them alone, invisible or not.
    """
    exact = state.find_user(mask)
    if exact is not None:
        yield exact
        return
    for user in state.users.values():
        who = user.identity
        fitting = any(
            matches(mask, name) for name in (who.nick, who.username, who.host, who.realname)
        )
        if fitting and may_notice(asker, user):
            yield user


def remember(state: State, nick: str) -> Iterator[Past]:
    """Yield who had `nick` before, newest first."""
    folded = fold(nick)
    return (past for past in reversed([*state.past]) if fold(past.identity.nick) == folded)


def _privileged(asker: User | None) -> bool:
    return asker is not None and bool(asker.operator)
