"""MODE: modes of rooms and of oneself, shown and changed."""

from collections.abc import Iterator, Sequence
from functools import partial

from chatserver.core import queries
from chatserver.core.commands import ChangeRoomModes, ChangeUserModes, ModeChange
from chatserver.core.members import Room
from chatserver.core.records import STATUSES
from chatserver.faces.contract import Item
from chatserver.faces.irc.isupport import KEYS, LIMITS, LISTS
from chatserver.faces.irc.session import Inquiry, Items, Session
from chatwire.message import Message
from chatwire.names import looks_like_room

_LIST_NUMERICS = {
    "b": ("367", "368", "End of channel ban list"),
    "e": ("348", "349", "End of channel exception list"),
    "I": ("346", "347", "End of channel invite exception list"),
}


def mode(session: Session, message: Message) -> Items:
    """MODE: show or change modes."""
    target, *rest = message.params
    if looks_like_room(target):
        return _room_mode(session, target, rest)
    if rest and rest[0]:
        changes = [ModeChange(adding, letter) for adding, letter in _signed(rest[0])]
        return [ChangeUserModes(target, tuple(changes))]
    return [session.ask(lambda inquiry: _show_user_modes(inquiry, target))]


def _room_mode(session: Session, name: str, rest: Sequence[str]) -> Items:
    if not rest or not rest[0]:
        return [session.ask(lambda inquiry: _show_room_modes(inquiry, name))]
    changes, lists = parse_room_changes(rest[0], rest[1:])
    items: list[Item] = [ChangeRoomModes(name, tuple(changes))] if changes else []
    return items + [session.ask(partial(_show_list, name=name, letter=letter)) for letter in lists]


def _signed(letters: str) -> Iterator[tuple[bool, str]]:
    """Yield each letter of a mode string with whether it is added."""
    adding = True
    for letter in letters:
        if letter in "+-":
            adding = letter == "+"
        else:
            yield adding, letter


def parse_room_changes(
    letters: str, arguments: Sequence[str]
) -> tuple[list[ModeChange], list[str]]:
    """Return the changes of a mode string with its arguments, and the lists that it asks to see.

    Which letters take an argument is told by CHANMODES and PREFIX of RPL_ISUPPORT.
    """
    waiting = iter(arguments)
    changes: list[ModeChange] = []
    lists: dict[str, None] = {}
    for adding, letter in _signed(letters):
        takes = letter in LISTS + KEYS + STATUSES or (letter in LIMITS and adding)
        argument = next(waiting, None) if takes else None
        if argument is None and letter in LISTS:
            lists[letter] = None
        else:
            changes.append(ModeChange(adding, letter, argument))
    return changes, [*lists]


def _show_user_modes(inquiry: Inquiry, nick: str) -> Sequence[bytes]:
    found = inquiry.state.find_user(nick)
    if found is None:
        return [inquiry.numeric("401", nick, text="No such nick/channel")]
    if found is not inquiry.user:
        return [inquiry.numeric("502", text="Can't view modes for other users")]
    return [inquiry.numeric("221", "+" + "".join(sorted(found.modes)))]


def _show_room_modes(inquiry: Inquiry, name: str) -> Sequence[bytes]:
    room = queries.find_room(inquiry.state, inquiry.user, name)
    if room is None:
        return [inquiry.numeric("403", name, text="No such channel")]
    words = room_mode_words(room, inside=inquiry.user in room.members)
    return [
        inquiry.numeric("324", room.name, *words),
        inquiry.numeric("329", room.name, str(room.created_at // 1000)),
    ]


def room_mode_words(room: Room, *, inside: bool) -> list[str]:
    """Return the modes that a room has; its key is for those alone who are inside."""
    letters = sorted(room.flags | ({"r"} if room.founder else set()))
    arguments = []
    if room.password:
        letters.append("k")
        arguments.append(room.password if inside else "*")
    if room.limit:
        letters.append("l")
        arguments.append(str(room.limit))
    return ["+" + "".join(letters), *arguments]


def _show_list(inquiry: Inquiry, name: str, letter: str) -> Sequence[bytes]:
    room = queries.find_room(inquiry.state, inquiry.user, name)
    if room is None:
        return [inquiry.numeric("403", name, text="No such channel")]
    entry_code, end_code, end = _LIST_NUMERICS[letter]
    return [
        *(
            inquiry.numeric(entry_code, room.name, entry.mask, entry.by, str(entry.at // 1000))
            for entry in room.lists[letter].values()
        ),
        inquiry.numeric(end_code, room.name, text=end),
    ]
