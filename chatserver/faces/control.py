"""The face of the control socket: what `chatserver account` asks of a server that runs.

Rules: a line is an `Order` as JSON, and its answer ends with a line that is an `Outcome`; before it, LIST
has a line for each account. Who can open the socket owns the server's data, and may do all of it. No
password comes here, only what proves one.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

from chatserver.core import commands
from chatserver.core.accounts import Account, Verifier
from chatserver.core.effects import AccountSettled, Reason, Refused, Registered, Reply
from chatserver.core.events import KeptEvent
from chatserver.core.members import User
from chatserver.core.state import State
from chatserver.faces.contract import Answer, Ask, Moment, Request
from chatserver.faces.plain.dialect import intern_dialect
from chatserver.faces.plain.replies import refusal
from chatwire.framing import Overlong

CONTROL_NAME: Final = "chat.control"
"""The socket, in the data directory."""


class AddAccount(Struct, frozen=True, tag=True):
    """Make an account."""

    name: str
    verifier: Verifier
    email: str = ""


class SetPassword(Struct, frozen=True, tag=True):
    """Have an account opened by another password."""

    name: str
    verifier: Verifier


class DropAccount(Struct, frozen=True, tag=True):
    """Forget an account."""

    name: str


class ListAccounts(Struct, frozen=True, tag=True):
    """Tell of all accounts."""


Order = AddAccount | SetPassword | DropAccount | ListAccounts


class Shown(Struct, frozen=True):
    """What is told of an account: nothing that helps to open it."""

    name: str
    created_at: int
    """In ms since 1970 (UTC)."""
    email: str = ""
    password: bool = False
    """Whether one opens it."""
    certificates: tuple[str, ...] = ()
    """SHA-256 of those that open it."""
    always_on: bool = False
    online: bool = False


class Outcome(Struct, frozen=True, forbid_unknown_fields=True):
    """What came of an order: why it was not done, or "" if it was."""

    error: str


encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Order).decode


class ControlFace:
    """The face of one connection."""

    registered = True
    recalls = False
    dialect = intern_dialect(b"\n", "", frozenset())
    """No event is ever shown here."""

    def must_settle(self, line: bytes | Overlong) -> bool:
        """Say that each order waits for the one before."""
        return True

    def hear(self, _lines: Sequence[bytes | Overlong], _start: int) -> None:
        """Take nothing: orders are not said."""

    def receive(self, line: bytes | Overlong) -> Request:
        """Take an order."""
        try:
            order = _decode(line) if isinstance(line, bytes) else None
        except msgspec.MsgspecError:
            order = None
        match order:
            case AddAccount(name, verifier, email):
                return Request((commands.Register(name, verifier, email),))
            case SetPassword(name, verifier):
                return Request((commands.ChangePassword(verifier, name),))
            case DropAccount(name):
                return Request((commands.DropAccount(name),))
            case ListAccounts():
                return Request((Ask(_list),))
        return Request(
            (Answer(_told("that is no order; is this a chatserver of the same version?")),)
        )

    def reply(self, reply: Reply, user: User | None, state: State) -> Sequence[bytes]:
        """Return what came of an order."""
        if isinstance(reply, Refused):
            if reply.reason is Reason.ACCOUNT_INVALID:
                return _told(
                    f"{reply.subject} can't be the name of an account, or somebody is called so now"
                )
            return _told(refusal(reply))
        return _told() if isinstance(reply, (Registered, AccountSettled)) else ()

    def recall(self, room: str, events: Sequence[KeptEvent]) -> bytes:
        """Return nothing: it is in no room."""
        return b""

    def lost(self, count: int) -> bytes:
        """Return nothing: it is shown no events."""
        return b""

    def farewell(self, reason: str) -> bytes:
        """Return nothing: who has no outcome knows."""
        return b""

    def ping(self) -> bytes:
        """Return nothing."""
        return b""


def _told(error: str = "") -> tuple[bytes, ...]:
    return (encode(Outcome(error)) + b"\n",)


def _list(state: State, _user: User | None, _moment: Moment) -> Sequence[bytes]:
    online = {key for key, user in state.online.items() if user.devices}
    shown = [_show(one, online=one.key in online) for one in state.accounts]
    return (*(encode(one) + b"\n" for one in shown), *_told())


def _show(account: Account, *, online: bool) -> Shown:
    return Shown(
        account.name,
        account.created_at,
        account.email,
        account.verifier is not None,
        account.certificates,
        account.always_on,
        online,
    )
