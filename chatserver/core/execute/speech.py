"""Saying something: to a room, to a person, to the members of a status; with text, or with tags alone.

Rule: a NOTICE is never answered by an error (RFC 2812, 3.3.2), so that no two programs answer each other.
"""

import sys
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from chatserver.core.audiences import Audience
from chatserver.core.commands import Respond, Say, Speak, Tag
from chatserver.core.effects import (
    NOTHING,
    Effect,
    Emission,
    Reason,
    Refused,
    Repeated,
    Spoken,
    TargetAway,
)
from chatserver.core.events import Reacted, Said, Tagged
from chatserver.core.execute.turn import Turn
from chatserver.core.history import target_of
from chatserver.core.members import Room, User
from chatserver.core.nonces import TAG, Kept, is_personal, nonce_key
from chatserver.core.records import PREFIXES
from chatserver.core.rights import may_see, refuse_speech
from chatserver.core.state import State
from chatwire.names import looks_like_room

LASTING = frozenset({"+react", "+unreact", "+draft/react", "+draft/unreact", "+draft/persist"})
"""Tags that are kept even without a text: reactions, and what its sender wants to be kept."""

_UTF8_MOST = 4
"""Bytes that a character has in UTF-8 at most."""

_STATUS_OF_PREFIX = {prefix: letter for letter, prefix in PREFIXES.items()}


def say(turn: Turn, command: Say) -> Sequence[Effect]:
    """Say something to whoever the target names, unless it was said before."""
    if repeated := find_repeated(turn.state, turn.user, command, turn.at):
        return (repeated,)
    target = find_target(turn, command.target, command.text)
    if isinstance(target, Refused):
        return NOTHING if command.notice else (target,)
    turn.user.active_at = turn.at
    name, audience, room = target
    if command.most and (excess := _length(turn.user, name, command.text) - command.most) > 0:
        return NOTHING if command.notice else (Refused(Reason.TOO_LONG, name, str(excess)),)
    event = Said(
        turn.seq, turn.at, turn.user.identity, name, command.text, command.notice, command.tags,
        turn.user.bot, command.cuts, _account_of(audience) if room is None else "",
    )  # fmt: skip
    if event.tags and (key := nonce_key(event.who, name, event.tags)):
        log = audience.key or target_of(event)
        turn.state.nonces.remember(Kept(key, log, turn.seq, turn.at))
    if room is not None and name == room.name:
        room.last_seq = turn.seq
    effects = show(turn, event, audience, room)
    if room is None:
        (reader,) = audience.users
        reader.correspondent = turn.user
        turn.user.converse(reader)
        reader.converse(turn.user)
        if reader.away and not command.notice:
            effects.append(TargetAway(name, reader.away))
    return effects


def speak(turn: Turn, command: Speak) -> Sequence[Effect]:
    """Say one text after the other in a room, with one look at whether its speaker may.

    What that look cannot tell of all texts is left to `say`, which tells of each.
    """
    user, room = turn.user, turn.resolve(command.target)
    if room is None or user not in room.members or "C" in room.flags or refuse_speech(user, room):
        return [effect for one in _singly(turn, command) for effect in say(*one)]
    name, who, bot = room.name, user.identity, user.bot
    left = command.most - _length(user, name, "") if command.most else sys.maxsize
    effects: list[Effect] = []
    events: list[Said] = []
    for seq, text in enumerate(command.texts, turn.seq):
        if len(text) * _UTF8_MOST > left and len(text.encode()) > left:
            effects.extend(_spoken(events, room, user))
            events = []
            effects.append(Refused(Reason.TOO_LONG, name, str(len(text.encode()) - left)))
        else:
            events.append(Said(seq, turn.at, who, name, text, False, {}, bot))
    effects.extend(_spoken(events, room, user))
    user.active_at = turn.at
    return effects


def _spoken(events: Sequence[Said], room: Room, user: User) -> Iterator[Spoken]:
    """Yield what `user` said in `room`, if there is anything."""
    if events:
        room.last_seq = events[-1].seq
        yield Spoken(events, room.audience, user)


def _singly(turn: Turn, command: Speak) -> Iterator[tuple[Turn, Say]]:
    """Yield what `command` stands for, each at its place."""
    for seq, text in enumerate(command.texts, turn.seq):
        yield replace(turn, seq=seq), Say(command.target, text, most=command.most)


def _length(user: User, name: str, text: str) -> int:
    """Return how many bytes the sender's mask, the target's name and a text have together."""
    return sum(len(part.encode()) for part in (user.identity.mask, name, text))


def find_repeated(state: State, user: User, command: Say, now: int) -> Repeated | None:
    """Return what `user` said before by `command`, as its nonce tells, or None.

    It is asked before anything else: what was said, was said, also if it could not be said by now.
    """
    if TAG not in command.tags:
        return None
    found = (state.nonces.find(key, now) for key in _nonce_keys(state, user, command))
    kept = next(filter(None, found), None)
    if kept is None:
        return None
    if kept.seq <= user.named_seq and not is_personal(user.identity, command.tags):
        return None  # whoever had the nick before
    return Repeated(kept.target, kept.seq, command.target, command.notice)


def _nonce_keys(state: State, user: User, command: Say) -> Iterator[bytes]:
    """Yield the keys under which a message may have been said before: also to a former name of a room."""
    if key := nonce_key(user.identity, command.target, command.tags):
        yield key
        room = state.find_room(command.target)
        for former in room.former if room is not None else ():
            yield nonce_key(user.identity, former.name, command.tags)


def _account_of(audience: Audience[User]) -> str:
    (reader,) = audience.users
    return reader.identity.account


def respond(turn: Turn, command: Respond) -> Sequence[Effect]:
    """Say something to who wrote to the asker last, under whatever name they have now."""
    other = turn.user.correspondent
    if other is None:
        return (Refused(Reason.NO_SUCH_NICK),)
    if turn.state.users.get(other.id) is not other:
        return (Refused(Reason.NO_SUCH_NICK, other.nick, "gone"),)
    return say(turn, Say(other.nick, command.text))


def tag(turn: Turn, command: Tag) -> Sequence[Effect]:
    """Send tags alone to whoever the target names."""
    target = find_target(turn, command.target)
    if isinstance(target, Refused):
        return (target,)
    name, audience, room = target
    event = Tagged(turn.seq, turn.at, turn.user.identity, name, command.tags, turn.user.bot)
    if not LASTING.isdisjoint(command.tags):
        other = _account_of(audience) if room is None else ""
        event = Reacted(event.seq, event.at, event.who, name, event.tags, event.bot, other)
    return show(turn, event, audience, room)


def show(
    turn: Turn, event: Said | Tagged, audience: Audience[User], room: Room | None
) -> list[Effect]:
    """Show a message to its audience, and to its sender as an echo: to all of their devices.

    What one says to oneself comes to all of them already, as from others.
    """
    user = turn.user
    if room is not None and user in (room.members if audience.key else audience):
        return [Emission(event, audience, user)]
    alone = turn.session if user in audience else 0
    return [Emission(event, audience), Emission(event, user.alone, user, session=alone)]


def status_of(target: str) -> str:
    """Return the letter of the status that a target (`@#room`) names, "" for none."""
    return _STATUS_OF_PREFIX.get(target[:1], "")


def find_target(
    turn: Turn, written: str, text: str = ""
) -> tuple[str, Audience[User], Room | None] | Refused:
    """Return a message's target in its own spelling, its audience, and its room if it is one."""
    status = status_of(written)
    name = written[1:] if status else written
    if not looks_like_room(name):
        user = turn.find_user(written)
        return user if isinstance(user, Refused) else (user.nick, user.alone, None)
    room = turn.resolve(name)
    if room is None or not room.members:
        return Refused(Reason.NO_SUCH_ROOM, name)
    if why := refuse_speech(turn.user, room, text):
        seen = may_see(turn.user, room)
        return (
            Refused(Reason.CANNOT_SEND, room.name, why)
            if seen
            else Refused(Reason.NO_SUCH_ROOM, name)
        )
    if not status:
        return room.name, room.audience, room
    return PREFIXES[status] + room.name, Audience(room.having(status)), room
