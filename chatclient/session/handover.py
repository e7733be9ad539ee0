"""What a session hands over to the one that takes its place when the program is started anew.

Rules: there are passwords in it, so it goes by memory alone; what is missing or of another kind is
passed over, as another version may have written it.
"""

from collections.abc import Mapping
from typing import Any

from chatclient.model import Buffer
from chatclient.session.snapshots import snapshot
from chatclient.session.state import State


def hand_over(state: State) -> Mapping[str, object]:
    """Return who the user is here, in which rooms, and what waits to be said, for JSON."""
    rooms = [room for room in state.world.rooms() if room.wanted]
    return {
        "nick": state.desired,
        "account": state.credentials.account,
        "password": state.credentials.password,
        "secret": state.past.secret,
        "away": state.away,
        "rooms": [[room.target, room.key] for room in rooms],
        "outbox": snapshot(state.outbox),
    }


def take_over(state: State, told: Mapping[str, Any]) -> None:
    """Be who `hand_over` told of, and want the same rooms, before the first connection."""
    state.desired = state.nick = _text(told, "nick") or state.desired
    state.credentials.account = _text(told, "account") or state.credentials.account
    state.credentials.password = _text(told, "password") or state.credentials.password
    state.past.secret = _text(told, "secret")
    state.away = _text(told, "away")
    rooms = told.get("rooms")
    if not isinstance(rooms, list):
        return
    for room in state.world.rooms():
        room.wanted = False
    for each in rooms:
        match each:
            case [str(target), str(key)]:
                _want(state.world.open_room(target), key)
            case _:
                pass


def _want(room: Buffer, key: str) -> None:
    room.wanted, room.key = True, key


def _text(told: Mapping[str, Any], key: str) -> str:
    value = told.get(key)
    return value if isinstance(value, str) else ""
