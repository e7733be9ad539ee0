"""Metadata: setting it, clearing it, following its keys.

Rules: people set their own, and operators of a room the room's. Who follows a key is told of what they
see: rooms that they are in, who is in these, and whom they monitor. A session is not told of what it
did itself, beside the answer; other devices of the same person are.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import structs

from chatserver.core.audiences import Audience
from chatserver.core.commands import (
    Adopt,
    ClearMetadata,
    Follow,
    SetMetadata,
    Synchronize,
    Unfollow,
)
from chatserver.core.effects import (
    NOTHING,
    Effect,
    Emission,
    Followed,
    MetadataCleared,
    MetadataSet,
    Reason,
    Refused,
    Synchronized,
    Unfollowed,
)
from chatserver.core.events import MetadataChanged
from chatserver.core.execute.turn import Turn
from chatserver.core.members import Room, User
from chatserver.core.metadata import KEYS_MOST
from chatserver.core.parties import metadata_of
from chatserver.core.rights import manages
from chatserver.core.state import State
from chatwire.names import fold, looks_like_room


def set_metadata(turn: Turn, command: SetMetadata) -> Sequence[Effect]:
    """Set what a key says of the asker or of a room; "" removes it."""
    holder = _find_holder(turn, command.target, command.key)
    if isinstance(holder, Refused):
        return (holder,)
    name, key, value = _name(holder), command.key, command.value
    values = _values(turn.state, holder)
    answer = MetadataSet(name, key, value)
    if values.get(key, "") == value:
        return (answer,)
    if key not in values and len(values) >= KEYS_MOST:
        return (Refused(Reason.METADATA_FULL, name, str(KEYS_MOST)),)
    others = {known: said for known, said in values.items() if known != key}
    keep(turn.state, holder, {**others, key: value} if value else others)
    return (answer, *_tell(turn, holder, key, value))


def clear_metadata(turn: Turn, command: ClearMetadata) -> Sequence[Effect]:
    """Remove all that is said of the asker or of a room."""
    holder = _find_holder(turn, command.target, "*")
    if isinstance(holder, Refused):
        return (holder,)
    keys = tuple(_values(turn.state, holder))
    keep(turn.state, holder, {})
    told = (effect for key in keys for effect in _tell(turn, holder, key, ""))
    return (MetadataCleared(_name(holder), keys), *told)


def follow(turn: Turn, command: Follow) -> Sequence[Effect]:
    """Let the asking session follow keys, up to the first that is too many."""
    if refused := _refuse_others(turn, command.target):
        return (refused,)
    accepted, excess = _follow(turn, command.keys)
    return (Followed(accepted, excess),)


def _follow(turn: Turn, keys: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Return the keys that the asking session follows now, and the first that is too many, or ""."""
    for place, key in enumerate(keys):
        if not turn.state.following.add(turn.session, key):
            return tuple(keys[:place]), key
    return tuple(keys), ""


def unfollow(turn: Turn, command: Unfollow) -> Sequence[Effect]:
    """Let the asking session follow keys no more, or none at all."""
    if refused := _refuse_others(turn, command.target):
        return (refused,)
    if not command.keys:
        turn.state.following.forget(turn.session)
        return NOTHING
    turn.state.following.remove(turn.session, command.keys)
    return (Unfollowed(command.keys),)


def _refuse_others(turn: Turn, target: str) -> Refused | None:
    """Refuse to follow keys for anybody else."""
    if target == "*" or fold(target) == fold(turn.user.nick):
        return None
    return Refused(Reason.METADATA_TARGET_INVALID, target)


def synchronize(turn: Turn, _command: Synchronize) -> Sequence[Effect]:
    """Tell whom the asking session monitors: they are seen beside who shares a room."""
    return (Synchronized(tuple(turn.state.monitors.listed(turn.session))),)


def adopt(turn: Turn, command: Adopt) -> Sequence[Effect]:
    """Let that be the asker's which they set and followed before they were a user."""
    _follow(turn, command.keys)
    effects: list[Effect] = []
    for key, value in command.metadata.items():
        _, *told = set_metadata(turn, SetMetadata("*", key, value))
        effects += told
    return effects


def tell_differences(turn: Turn, before: Mapping[str, str]) -> Iterator[Emission]:
    """Yield what those are told who follow what the asker says of themselves, when that was `before`."""
    after = metadata_of(turn.state, turn.user)
    for key in {**before, **after}:
        if before.get(key) != after.get(key):
            yield from _tell(turn, turn.user, key, after.get(key, ""))


def keep(state: State, holder: User | Room, values: Mapping[str, str]) -> None:
    """Let `values` be all that is said of somebody, or of a room."""
    if isinstance(holder, Room):
        holder.metadata = dict(values)
        state.changed_rooms.add(holder)
    elif account := state.accounts.find(holder.identity.account):
        state.accounts.put(structs.replace(account, metadata=dict(values)))
    else:
        holder.metadata = dict(values)


def _find_holder(turn: Turn, target: str, key: str) -> User | Room | Refused:
    """Return whose metadata the asker may set under the name `target`."""
    if looks_like_room(target):
        room = turn.state.find_room(target)
        if room is None or turn.user not in room.members:
            return Refused(Reason.METADATA_TARGET_INVALID, target)
        if not manages(turn.user, room, turn.state.limits.lobby):
            return Refused(Reason.METADATA_FORBIDDEN, room.name, key)
        return room
    if target == "*" or fold(target) == fold(turn.user.nick):
        return turn.user
    if turn.state.find_user(target) is None:
        return Refused(Reason.METADATA_TARGET_INVALID, target)
    return Refused(Reason.METADATA_FORBIDDEN, target, key)


def _values(state: State, holder: User | Room) -> Mapping[str, str]:
    return holder.metadata if isinstance(holder, Room) else metadata_of(state, holder)


def _name(holder: User | Room) -> str:
    return holder.name if isinstance(holder, Room) else holder.nick


def _tell(turn: Turn, holder: User | Room, key: str, value: str) -> Iterator[Emission]:
    """Yield what those are told who follow `key` and see whom or what it is said of."""
    event = MetadataChanged(turn.seq, turn.at, _name(holder), key, value)
    state = turn.state
    others: dict[User, list[int]] = {}
    for session in state.following.followers(key):
        user = state.sessions[session]
        if user is not turn.user and _sees(state, session, user, holder):
            others.setdefault(user, []).append(session)
        elif user is turn.user and session != turn.session:
            yield Emission(event, user.alone, session=session)
    whole = [user for user, sessions in others.items() if len(sessions) == len(user.devices)]
    if whole:
        yield Emission(event, Audience(whole))
    for user, sessions in others.items():
        if len(sessions) < len(user.devices):
            yield from (Emission(event, user.alone, session=session) for session in sessions)


def _sees(state: State, session: int, user: User, holder: User | Room) -> bool:
    """Say whether `user`, in a session, is told of what is said of a person or a room."""
    if isinstance(holder, Room):
        return user in holder.members
    if not user.rooms.keys().isdisjoint(holder.rooms):
        return True
    return session in state.monitors.watchers(holder.nick)
