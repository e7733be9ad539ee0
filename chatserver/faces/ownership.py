"""What came of registering a room, or of keeping a status for an account in it, in words for any face."""

from collections.abc import Mapping
from typing import Final

from chatserver.core.events import RoomSettled

STATUS_NAMES: Final[Mapping[str, str]] = {
    "": "no status", "o": "operator", "v": "voice", "ov": "operator and voice",
}  # fmt: skip
"""What each status is called."""

_SETTLED: Final[Mapping[str, str]] = {
    "RegisterRoom": "{room} belongs to your account {account} now: it is kept, and you are an operator of it",
    "DropRoom": "{room} belongs to {account} no more",
    "TransferRoom": "{room} belongs to {account} now",
    "SetStanding": "{account} has from now on, whenever in {room}: {status}",
}


def describe_settled(event: RoomSettled) -> str:
    """Return what is done, in a sentence."""
    status = STATUS_NAMES[event.status]
    return _SETTLED[event.command].format(room=event.room, account=event.account, status=status)
