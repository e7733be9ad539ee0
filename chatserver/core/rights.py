"""Who may do what in a room: every rule of that kind stands here, once."""

from chatserver.core.effects import Reason
from chatserver.core.events import Identity
from chatserver.core.state import ListEntry, Membership, Room, User
from chatwire.names import fold, matches
from chatwire.text import action, is_ctcp

ORPHANED_AFTER = 3600 * 1000
"""A room that was empty for longer than this (ms) has forgotten its operators: who comes first is one.

Long enough for everybody to come back after a restart or a broken network, so that nobody gains rights by it.
"""


MUTE = "m:"
"""What stands before a mask of a ban, or of an exception to one, that is about speaking alone."""


def manages(user: User, room: Room, lobby: str) -> bool:
    """Say whether `user` has an operator's rights in `room`; in the lobby, server operators have them."""
    member = room.members.get(user)
    if member is None:
        return False
    return "o" in member.status or (bool(user.operator) and room.key == fold(lobby))


def listed(entries: dict[str, ListEntry], identity: Identity) -> bool:
    """Say whether a mask of a list fits somebody."""
    return bool(entries) and any(matches(mask, identity.mask) for mask in entries)


def banned(room: Room, identity: Identity) -> bool:
    """Say whether a ban fits somebody and no exception does."""
    return listed(room.lists["b"], identity) and not listed(room.lists["e"], identity)


def muted(room: Room, identity: Identity) -> bool:
    """Say whether somebody may not speak, as one who is banned, or who fits a ban with `m:` before it."""
    silenced = any(_fits(mask, identity) for mask in room.lists["b"])
    return silenced and not any(_fits(mask, identity) for mask in room.lists["e"])


def _fits(mask: str, identity: Identity) -> bool:
    return matches(mask.removeprefix(MUTE), identity.mask)


def refuse_entry(user: User, room: Room, key: str) -> Reason | None:
    """Say why `user` may not enter `room` with the password `key`, or None when they may.

    Who was invited, and who is remembered as an operator, gets in whatever stands in the way.
    """
    invited = user.invited.get(room.key) == room.created_seq
    if invited or "o" in room.statuses.get(fold(user.identity.mask), ""):
        return None
    if banned(room, user.identity):
        return Reason.BANNED
    if "i" in room.flags and not listed(room.lists["I"], user.identity):
        return Reason.INVITE_ONLY
    if room.password and key != room.password:
        return Reason.BAD_KEY
    if room.limit and len(room.members) >= room.limit:
        return Reason.ROOM_FULL
    return None


def refuse_speech(user: User, room: Room, text: str = "") -> str:
    """Say why `user` may not say `text` in `room`, in words, or "" when they may."""
    member: Membership | None = room.members.get(user)
    if member is None and "n" in room.flags:
        return "you are not in the room (+n)"
    if member is not None and member.status:
        pass
    elif "m" in room.flags:
        return "the room is moderated (+m)"
    elif muted(room, user.identity):
        return "you are banned (+b)"
    if "C" in room.flags and is_ctcp(text) and action(text) is None:
        return "no CTCP in this room (+C)"
    return ""


def may_see(user: User | None, room: Room) -> bool:
    """Say whether `user` may know that `room` is there and who is in it."""
    return "s" not in room.flags or (user is not None and user in room.members)
