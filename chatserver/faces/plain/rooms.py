"""The commands of the plain face for who runs a room: who is in it, who may speak, whose it is.

Rule: they are about the room in front, unless another is named first.
"""

from collections.abc import Callable, Sequence

from chatserver.core.commands import (
    ChangeRoomModes,
    Invite,
    Kick,
    ModeChange,
    RegisterRoom,
    RenameRoom,
)
from chatserver.core.members import User
from chatserver.core.rights import ACCOUNT, bans_on, governs
from chatserver.core.state import State
from chatserver.faces.contract import Ask, Item, Moment, Request
from chatserver.faces.plain.reader import NO_ROOM, Items, Reader
from chatserver.faces.plain.replies import brief
from chatwire.names import fold

Handler = Callable[[Reader, str], Items]


def change_status(letter: str, *, adding: bool) -> Handler:
    """Make the handler that gives or takes a status."""

    def handle(face: Reader, rest: str) -> Items:
        name, nick = face.split_room(rest)
        if not name:
            return NO_ROOM
        if not nick:
            return "who? say the nick after the command"
        return (ChangeRoomModes(name, (ModeChange(adding, letter, nick),)),)

    return handle


def invite(face: Reader, rest: str) -> Items:
    """Ask somebody in."""
    name, nick = face.split_room(rest)
    if not name:
        return NO_ROOM
    return (Invite(nick, name),) if nick else "whom? /invite NICK"


def kick(face: Reader, rest: str) -> Items:
    """Put somebody out."""
    name, left = face.split_room(rest)
    nick, _, reason = left.partition(" ")
    if not name:
        return NO_ROOM
    return (Kick(name, nick, reason.strip()),) if nick else "whom? /kick NICK"


def ban(face: Reader, rest: str) -> Items:
    """Put somebody out and keep them out: by their account, or by where they come from."""

    def find(state: State, user: User, name: str, nick: str) -> Sequence[Item]:
        other, room = state.find_user(nick), state.find_room(name)
        if other is None and not _is_mask(nick):
            return (face.say(f"nobody here is called {brief(nick)}"),)
        mask = nick if other is None else _mask_of(other)
        banned = ChangeRoomModes(name, (ModeChange(True, "b", mask),))
        if other is None or room is None or other not in room.members:
            return (banned,)
        return (banned, Kick(name, other.nick)) if governs(state, user, room) else (banned,)

    return _look(face, rest, "whom? /ban NICK", find)


def unban(face: Reader, rest: str) -> Items:
    """Lift all bans on somebody."""

    def find(state: State, _user: User, name: str, nick: str) -> Sequence[Item]:
        other, room = state.find_user(nick), state.find_room(name)
        if room is None:
            return (face.say(f"there is no room {brief(name)}; /rooms lists them"),)
        masks = bans_on(room, other.identity) if other is not None else []
        if not masks and fold(nick) in room.lists["b"]:
            masks = [nick]
        if not masks:
            return (face.say(f"no ban keeps {brief(nick)} out"),)
        return (ChangeRoomModes(name, tuple(ModeChange(False, "b", mask) for mask in masks)),)

    return _look(face, rest, "whom? /unban NICK", find)


def _look(
    face: Reader, rest: str, usage: str, find: Callable[[State, User, str, str], Sequence[Item]]
) -> Items:
    """Do what `find` finds to be done about a room and a nick."""
    name, nick = face.split_room(rest)
    if not name:
        return NO_ROOM
    if not nick:
        return usage
    found: list[Item] = []

    def look(state: State, user: User | None, _moment: Moment) -> Sequence[bytes]:
        if user is not None:
            found.extend(find(state, user, name, nick))
        return ()

    return Request((Ask(look),), then=lambda: Request(tuple(found)))


def _is_mask(written: str) -> bool:
    return any(sign in written for sign in "!@*?:")


def _mask_of(user: User) -> str:
    """Return what keeps somebody out, whatever they are called next."""
    account = user.identity.account
    return ACCOUNT + account if account else f"*!*@{user.identity.host}"


def rename(face: Reader, rest: str) -> Items:
    """Give the room in front another name."""
    if not face.here:
        return NO_ROOM
    name, _, reason = rest.partition(" ")
    if not name.startswith("#"):
        return "which name? /rename #NAME"
    return (RenameRoom(face.here, name, reason.strip()),)


def register_room(face: Reader, rest: str) -> Items:
    """Have the room belong to one's account."""
    name, _ = face.split_room(rest)
    return (RegisterRoom(name),) if name else NO_ROOM
