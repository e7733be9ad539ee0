"""Modes of rooms and of users: each letter has one row in a table that says how it changes.

Rules: each change of a MODE is done or refused by itself, in order; what took effect becomes one event.
A refusal is told once, and no more of them than changes with a parameter count: an answer is never
much longer than what was asked.
"""

from collections.abc import Callable, Mapping, Sequence

from chatserver.core.commands import ChangeRoomModes, ChangeUserModes, ModeChange
from chatserver.core.effects import Effect, Emission, Reason, Refused
from chatserver.core.events import RoomModesChanged, UserModesChanged
from chatserver.core.execute.turn import Turn
from chatserver.core.members import Room
from chatserver.core.records import STATUSES, ListEntry
from chatserver.core.rights import ACCOUNT, MUTE, governs
from chatserver.core.standings import remember
from chatwire.names import fold

Outcome = ModeChange | Refused | None
"""What became of one change: as it took effect, why it did not, or None when there was nothing to change."""

USER_MODES = "Biow"
"""Letters of user modes, sorted."""

MASK_LIMIT = 200
"""Characters of a mask on a list."""

ROOM_LIMIT_MOST = 1_000_000
"""The largest `+l`."""


def change_room_modes(turn: Turn, command: ChangeRoomModes) -> Sequence[Effect]:
    """Change modes of a room; its operators may."""
    room = turn.find_room(command.room)
    if isinstance(room, Refused):
        return (room,)
    if not governs(turn.state, turn.user, room):
        reason = Reason.NOT_ROOM_OPERATOR if turn.user in room.members else Reason.NOT_IN_ROOM
        return (Refused(reason, room.name),)
    done: list[ModeChange] = []
    refused: dict[Refused, None] = {}
    with_argument = 0
    for change in command.changes:
        with_argument += change.argument is not None
        if with_argument > turn.state.limits.mode_changes:
            break
        handler = ROOM_MODES.get(change.letter)
        outcome = (
            handler(turn, room, change)
            if handler
            else Refused(Reason.UNKNOWN_ROOM_MODE, change.letter, room.name)
        )
        if isinstance(outcome, Refused):
            refused[outcome] = None
        elif outcome is not None:
            done.append(outcome)
        if len(refused) >= turn.state.limits.mode_changes:
            break
    if not done:
        return [*refused]
    turn.state.changed_rooms.add(room)
    event = RoomModesChanged(turn.seq, turn.at, room.name, turn.user.identity, tuple(done))
    return [Emission(event, room.audience), *refused]


def change_flag(_turn: Turn, room: Room, change: ModeChange) -> Outcome:
    """Set or unset a mode without a parameter."""
    if change.adding == (change.letter in room.flags):
        return None
    (room.flags.add if change.adding else room.flags.discard)(change.letter)
    return ModeChange(change.adding, change.letter)


def refuse_change(_turn: Turn, room: Room, change: ModeChange) -> Outcome:
    """Refuse to set what says that a room belongs to somebody (`Room.founder`), unless it is so."""
    if change.adding == bool(room.founder):
        return None
    return Refused(Reason.SERVER_SETS_MODE, change.letter, room.name)


def change_status(turn: Turn, room: Room, change: ModeChange) -> Outcome:
    """Give or take a member's status; the room remembers it."""
    if not change.argument:
        return Refused(Reason.MODE_PARAMETER_MISSING, room.name, change.letter)
    user = turn.find_user(change.argument)
    if isinstance(user, Refused):
        return user
    member = room.members.get(user)
    if member is None:
        return Refused(Reason.TARGET_NOT_IN_ROOM, user.nick, room.name)
    if change.adding == (change.letter in member.status):
        return None
    held = {*member.status} ^ {change.letter}
    member.status = "".join(letter for letter in STATUSES if letter in held)
    member.forget_entry()
    remember(turn.state, room, user, member.status)
    return ModeChange(change.adding, change.letter, user.nick)


def complete_mask(written: str) -> str:
    """Return a mask as `nick!user@host`, with `*` for each part that was left out.

    One of accounts stays as it is, and so does `m:` before either.
    """
    if written.startswith(MUTE):
        return MUTE + complete_mask(written.removeprefix(MUTE))
    if written.startswith(ACCOUNT):
        return written
    nick, bang, rest = written.partition("!")
    if not bang and "@" in written:
        nick, rest = "*", written
    user, _, host = rest.partition("@")
    return f"{nick or '*'}!{user or '*'}@{host or '*'}"


def change_list(turn: Turn, room: Room, change: ModeChange) -> Outcome:
    """Put a mask on a list of the room, or take it off."""
    if not change.argument:
        return None  # asking for the list is a question, which a face answers
    mask = complete_mask(change.argument)
    if " " in mask or len(mask) > MASK_LIMIT or mask.endswith(ACCOUNT):
        return Refused(
            Reason.MODE_PARAMETER_INVALID, room.name, f"{change.letter} {change.argument}"
        )
    entries = room.lists[change.letter]
    key = fold(mask)
    if change.adding == (key in entries):
        return None
    room.lists_changed += 1
    if not change.adding:
        return ModeChange(False, change.letter, entries.pop(key).mask)
    if len(entries) >= turn.state.limits.list_entries:
        return Refused(Reason.LIST_FULL, room.name, mask)
    entries[key] = ListEntry(mask, turn.user.identity.mask, turn.at)
    return ModeChange(True, change.letter, mask)


def change_password(turn: Turn, room: Room, change: ModeChange) -> Outcome:
    """Set or remove the room's password; removing it needs no right one (Modern IRC, "Key Channel Mode")."""
    if not change.adding:
        if not room.password:
            return None
        room.password = ""
        return ModeChange(False, "k", "*")
    password = change.argument or ""
    if not password:
        return Refused(Reason.MODE_PARAMETER_MISSING, room.name, "k")
    forbidden = any(letter in " ,:" or not letter.isprintable() for letter in password)
    if forbidden or len(password) > turn.state.limits.room_key:
        return Refused(Reason.KEY_INVALID, room.name)
    if password == room.password:
        return None
    room.password = password
    return ModeChange(True, "k", password)


def change_limit(_turn: Turn, room: Room, change: ModeChange) -> Outcome:
    """Set or remove the limit of members."""
    if not change.adding:
        if not room.limit:
            return None
        room.limit = 0
        return ModeChange(False, "l")
    written = change.argument or ""
    if not written:
        return Refused(Reason.MODE_PARAMETER_MISSING, room.name, "l")
    valid = written.isascii() and written.isdigit() and len(written) <= len(str(ROOM_LIMIT_MOST))
    limit = int(written) if valid else 0
    if not 0 < limit <= ROOM_LIMIT_MOST:
        return Refused(Reason.MODE_PARAMETER_INVALID, room.name, f"l {written}")
    if limit == room.limit:
        return None
    room.limit = limit
    return ModeChange(True, "l", str(limit))


ROOM_MODES: Mapping[str, Callable[[Turn, Room, ModeChange], Outcome]] = {
    **dict.fromkeys("beI", change_list),
    **dict.fromkeys("ov", change_status),
    **dict.fromkeys("imnstC", change_flag),
    "k": change_password,
    "r": refuse_change,
    "l": change_limit,
}
"""What each letter of a room's modes does."""


def change_user_modes(turn: Turn, command: ChangeUserModes) -> Sequence[Effect]:
    """Change the asker's own modes; `o` can be given back, not taken (OPER gives it)."""
    user = turn.user
    if fold(command.nick) != fold(user.nick):
        return (Refused(Reason.OTHER_USERS_MODES, command.nick),)
    done: list[ModeChange] = []
    refused: dict[Refused, None] = {}
    for change in command.changes:
        if change.letter not in USER_MODES:
            if len(refused) < turn.state.limits.mode_changes:
                refused[Refused(Reason.UNKNOWN_USER_MODE, change.letter)] = None
            continue
        if change.adding == (change.letter in user.modes) or (
            change.adding and change.letter == "o"
        ):
            continue
        user.modes ^= {change.letter}
        done.append(ModeChange(change.adding, change.letter))
    if not done:
        return [*refused]
    if "o" not in user.modes:
        user.operator = ""
    turn.state.note_modes(user)
    for member in user.rooms.values():
        member.forget_entry()
    event = UserModesChanged(turn.seq, turn.at, user.identity, tuple(done))
    return [Emission(event, user.alone), *refused]
