"""What a command's handler works with: the state, who asks, and the command's place in the order."""

from msgspec import Struct

from chatserver.core.effects import Reason, Refused
from chatserver.core.members import Membership, Room, User
from chatserver.core.rights import governs, may_see
from chatserver.core.state import State
from chatwire.names import fold
from chatwire.text import cut_utf8

MOVED_FOR = 60_000
"""How long what members of a room say to its former name comes to it (ms): it may have been on its way."""


class Stamp(Struct, frozen=True, gc=False):
    """A command's place in the order of all: its number, and its time in ms since 1970, never going back."""

    seq: int
    at: int


class Turn(Struct, frozen=True, gc=False):
    """One command's turn."""

    state: State
    user: User
    seq: int
    at: int
    session: int = 0
    """The number of the session that asks: one of the user's."""

    @property
    def other_sessions(self) -> tuple[int, ...]:
        """The numbers of the asker's other devices."""
        return tuple(number for number in self.user.devices if number != self.session)

    def find_room(self, name: str) -> Room | Refused:
        """Return the room `name` if anybody is in it and the asker may know of it, else a refusal."""
        room, user = self.resolve(name), self.user
        if room is None or not room.members:
            return Refused(Reason.NO_SUCH_ROOM, name)
        known = may_see(user, room) or governs(self.state, user, room)
        return room if known else Refused(Reason.NO_SUCH_ROOM, name)

    def resolve(self, name: str) -> Room | None:
        """Return the room that the asker means by `name`, in which nobody may be.

        That is one of theirs that was called so a moment ago, if they are in no other that is now.
        """
        key, user = fold(name), self.user
        if key in user.rooms:
            return user.rooms[key].room
        for member in user.rooms.values():
            former = member.room.former
            if former and former[-1].name == key and self.at - former[-1].at <= MOVED_FOR:
                return member.room
        return self.state.rooms.get(key)

    def find_own_room(self, name: str) -> Membership | Refused:
        """Return the asker's place in the room `name`, or why there is none."""
        room = self.find_room(name)
        if isinstance(room, Refused):
            return room
        return room.members.get(self.user) or Refused(Reason.NOT_IN_ROOM, room.name)

    def find_user(self, nick: str) -> User | Refused:
        """Return who has `nick`, or a refusal."""
        return self.state.find_user(nick) or Refused(Reason.NO_SUCH_NICK, nick)


def shorten(text: str, limit: int) -> str:
    """Return `text` cut to at most `limit` bytes of UTF-8."""
    data = text.encode()
    return text if len(data) <= limit else cut_utf8(data, limit).decode()
