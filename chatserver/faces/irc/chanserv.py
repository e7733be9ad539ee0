"""ChanServ: rooms that belong to accounts, and who has which status in them.

Rule: whoever is an operator of a room by their account may give orders about it without being in it. What is
done is told by what all see in the room, and to who wanted it once it is on disk.
"""

from collections.abc import Callable, Sequence
from typing import Final

from chatserver.core import standings
from chatserver.core.commands import (
    ChangeRoomModes,
    DropRoom,
    Invite,
    ModeChange,
    RegisterRoom,
    SetStanding,
    SetTopic,
    TransferRoom,
)
from chatserver.core.rights import bans_on, governs, may_see
from chatserver.faces.contract import Request
from chatserver.faces.irc.lines import readable_time
from chatserver.faces.irc.services import Order, OrderHandler, Service, ask, say, voiced
from chatserver.faces.irc.session import Inquiry, Items, Session
from chatserver.faces.ownership import STATUS_NAMES
from chatwire.names import fold

_NAME = "ChanServ"

_STATUSES = {"OP": "o", "VOICE": "v", "O": "o", "V": "v", "OV": "ov"}
"""How a status is written, in capitals."""


def _register(_session: Session, words: Sequence[str]) -> Items:
    return [RegisterRoom(words[0])]


def _drop(_session: Session, words: Sequence[str]) -> Items:
    return [DropRoom(words[0])]


def _transfer(_session: Session, words: Sequence[str]) -> Items:
    return [TransferRoom(words[0], words[1])]


def _set_topic(_session: Session, words: Sequence[str]) -> Items:
    return [SetTopic(words[0], " ".join(words[1:]))]


def _change(letter: str, *, adding: bool) -> OrderHandler:
    """Make the handler that gives or takes a status: of those who are named, or one's own."""

    def handle(session: Session, words: Sequence[str]) -> Request:
        name, *nicks = words

        def proceed(own: str) -> Items:
            changes = [ModeChange(adding, letter, nick) for nick in nicks or [own]]
            return [ChangeRoomModes(name, tuple(changes))]

        return _after(session, lambda inquiry: proceed(inquiry.user.nick))

    return handle


def _after(session: Session, find: Callable[[Inquiry], Items]) -> Request:
    """Do what `find` finds to be done, when all before it is."""
    found: list[Items] = []

    def look(inquiry: Inquiry) -> Sequence[str]:
        found.append(find(inquiry))
        return ()

    return Request(
        (ask(session, look),),
        then=lambda: voiced(_NAME, session, found[0] if found else ()),
    )


def _invite(session: Session, words: Sequence[str]) -> Request:
    return _after(
        session,
        lambda inquiry: [Invite(words[1] if len(words) > 1 else inquiry.user.nick, words[0])],
    )


def _unban(session: Session, words: Sequence[str]) -> Request:
    def find(inquiry: Inquiry) -> Items:
        nick = words[1] if len(words) > 1 else inquiry.user.nick
        room, user = inquiry.state.find_room(words[0]), inquiry.state.find_user(nick)
        masks = bans_on(room, user.identity) if room is not None and user is not None else []
        if not masks:
            return [say(session, f"No ban keeps {nick} out of {words[0]}")]
        changes = [ModeChange(False, "b", mask) for mask in masks]
        return [ChangeRoomModes(words[0], tuple(changes))]

    return _after(session, find)


def _add_access(session: Session, words: Sequence[str]) -> Items:
    status = _STATUSES.get(words[2].upper())
    if status is None:
        return [say(session, "Say OP or VOICE")]
    return [SetStanding(words[0], words[1], status)]


def _remove_access(_session: Session, words: Sequence[str]) -> Items:
    return [SetStanding(words[0], words[1], "")]


def _access(session: Session, words: Sequence[str]) -> Items:
    """ACCESS #room LIST|ADD|DEL: the room comes first, as clients' users write it."""
    name, verb, *rest = (*words, "LIST") if len(words) == 1 else words
    if verb.upper() == "ADD" and len(rest) == 2:
        return _add_access(session, (name, *rest))
    if verb.upper() == "DEL" and len(rest) == 1:
        return _remove_access(session, (name, *rest))
    if verb.upper() == "LIST":
        return [ask(session, lambda inquiry: _list_access(inquiry, name))]
    return [say(session, "Usage: ACCESS #room LIST|ADD account OP|VOICE|DEL account")]


def _list_access(inquiry: Inquiry, name: str) -> Sequence[str]:
    state, user = inquiry.state, inquiry.user
    room = state.find_room(name)
    inside = room is not None and (user in room.members or bool(user.operator))
    if room is None or not (inside or governs(state, user, room)):
        return [f"You are not in {name}"]
    rows = []
    founder = standings.find_founder(state, room)
    for key in room.standings:
        account = state.accounts.find(key)
        status = standings.standing_of(room, account)
        if account is not None and status:
            mark = ", founder" if account is founder else ""
            rows.append(f"{account.name}: {STATUS_NAMES[status]}{mark}")
    return rows or [f"{room.name} remembers no account"]


def _info(session: Session, words: Sequence[str]) -> Items:
    return [ask(session, lambda inquiry: _describe(inquiry, words[0]))]


def _describe(inquiry: Inquiry, name: str) -> Sequence[str]:
    state, user = inquiry.state, inquiry.user
    room = state.find_room(name)
    if room is None or not (may_see(user, room) or user.operator or governs(state, user, room)):
        return [f"There is no room {name}"]
    if room.key == fold(state.limits.lobby):
        return [f"{room.name} belongs to the server: operators of the server run it"]
    founder = standings.find_founder(state, room)
    if founder is None:
        return [f"{room.name} belongs to nobody"]
    return [
        f"{room.name}: belongs to {founder.name}, made {readable_time(room.created_at)}",
        *([f"Topic: {room.topic}"] if room.topic else []),
    ]


CHANSERV: Final = Service(
    _NAME,
    "rooms that belong to accounts, and who runs them.",
    {
        "REGISTER": Order(
            _register, "#room", "Have a room that you run belong to your account, for good.", 1
        ),
        "DROP": Order(_drop, "#room", "Have a room of yours belong to nobody.", 1),
        "TRANSFER": Order(
            _transfer, "#room account", "Have a room of yours belong to another account.", 2
        ),
        "INFO": Order(_info, "#room", "Whom a room belongs to.", 1),
        "ACCESS": Order(
            _access,
            "#room LIST|ADD account OP|VOICE|DEL account",
            "Which accounts have a status whenever they are there; give it, or take it.",
            1,
        ),
        "OP": Order(_change("o", adding=True), "#room [nick...]", "Make operators.", 1),
        "DEOP": Order(_change("o", adding=False), "#room [nick...]", "Take that from them.", 1),
        "VOICE": Order(_change("v", adding=True), "#room [nick...]", "Give voices.", 1),
        "DEVOICE": Order(_change("v", adding=False), "#room [nick...]", "Take them.", 1),
        "INVITE": Order(_invite, "#room [nick]", "Ask somebody in, or yourself.", 1),
        "UNBAN": Order(_unban, "#room [nick]", "Lift the bans on somebody, or on yourself.", 1),
        "TOPIC": Order(_set_topic, "#room [topic]", "Change the topic; without one, remove it.", 1),
    },
)
"""The service."""
