"""Who may do what in a room: every rule of that kind stands here, once."""

from collections.abc import Iterable

from chatserver.core.effects import Reason
from chatserver.core.events import Identity
from chatserver.core.members import Membership, Room, User
from chatserver.core.standings import remembered, standing_of
from chatserver.core.state import State
from chatwire.names import fold, matches
from chatwire.text import action, is_ctcp

ORPHANED_AFTER = 3600 * 1000
"""A room that was empty for longer than this (ms) has forgotten its operators: who comes first is one.

Long enough for everybody to come back after a restart or a broken network, so that nobody gains rights by it.
"""


MUTE = "m:"
"""What stands before a mask of a ban, or of an exception to one, that is about speaking alone."""

ACCOUNT = "a:"
"""What stands before a mask of accounts (IRCv3 account-extban); after `MUTE`, if that is there too."""


def manages(user: User, room: Room, lobby: str) -> bool:
    """Say whether `user` has an operator's rights in `room`; in the lobby, server operators have them."""
    member = room.members.get(user)
    if member is None:
        return False
    return "o" in member.status or (bool(user.operator) and room.key == fold(lobby))


def governs(state: State, user: User, room: Room) -> bool:
    """Say whether `user` may change modes and standings in `room`: also from outside, by their account."""
    if manages(user, room, state.limits.lobby):
        return True
    return "o" in standing_of(room, state.accounts.find(user.identity.account))


def fits(mask: str, identity: Identity) -> bool:
    """Say whether a mask of a list, without `MUTE`, fits somebody: by account if it begins with `ACCOUNT`."""
    if not mask.startswith(ACCOUNT):
        return matches(mask, identity.mask)
    return bool(identity.account) and matches(mask.removeprefix(ACCOUNT), identity.account)


def listed(masks: Iterable[str], identity: Identity) -> bool:
    """Say whether a mask of a list, one that is not about speaking alone, fits somebody."""
    return any(fits(mask, identity) for mask in masks)


def banned(room: Room, identity: Identity) -> bool:
    """Say whether a ban fits somebody and no exception does."""
    return listed(room.lists["b"], identity) and not listed(room.lists["e"], identity)


def bans_on(room: Room, identity: Identity) -> list[str]:
    """Return the masks of all bans that fit somebody, also of those that are about speaking alone."""
    entries = room.lists["b"].values()
    return [one.mask for one in entries if fits(one.mask.removeprefix(MUTE), identity)]


def muted(room: Room, identity: Identity) -> bool:
    """Say whether somebody may not speak, as one who is banned, or who fits a ban with `m:` before it."""
    if not room.lists["b"]:
        return False
    silenced = any(fits(mask.removeprefix(MUTE), identity) for mask in room.lists["b"])
    return silenced and not any(fits(mask.removeprefix(MUTE), identity) for mask in room.lists["e"])


def _is_muted(user: User, room: Room, member: Membership | None) -> bool:
    """Say the same of `user`: of a member, as it was found since they or the lists changed last."""
    if not room.lists["b"]:
        return False
    if member is None:
        return muted(room, user.identity)
    known = member.muted
    if known is None or known[0] != room.lists_changed or known[1] is not user.identity:
        found = muted(room, user.identity)
        known = member.muted = (room.lists_changed, user.identity, found)
    return known[2]


def refuse_entry(state: State, user: User, room: Room, key: str) -> Reason | None:
    """Say why `user` may not enter `room` with the password `key`, or None when they may.

    Who was invited, and who is remembered as an operator, gets in whatever stands in the way.
    """
    invited = user.invited.get(room.log) == room.created_seq
    if invited or "o" in remembered(state, room, user):
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
    elif _is_muted(user, room, member):
        return "you are banned (+b)"
    if "C" in room.flags and is_ctcp(text) and action(text) is None:
        return "no CTCP in this room (+C)"
    return ""


def may_see(user: User | None, room: Room) -> bool:
    """Say whether `user` may know that `room` is there and who is in it."""
    return "s" not in room.flags or (user is not None and user in room.members)
