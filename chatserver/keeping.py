"""Commands that somebody is told of only when they are kept, and what becomes of them while nothing can be.

Rule: they are refused at once. What was said, and kept, before needs no keeping again.
"""

from collections.abc import Sequence

from chatserver.core.commands import (
    ChangeCertificate,
    ChangePassword,
    ChangeRoomModes,
    Command,
    DropAccount,
    DropRoom,
    Redact,
    Register,
    RegisterRoom,
    RenameRoom,
    Respond,
    Say,
    SetAlwaysOn,
    SetStanding,
    SetTopic,
    Speak,
    TransferRoom,
)
from chatserver.core.effects import Reason, Refused
from chatserver.core.execute.speech import find_repeated
from chatserver.core.members import User
from chatserver.core.state import State

NEEDS_KEEPING = (
    Say, Speak, Redact, Respond, SetTopic, ChangeRoomModes, RenameRoom,
    RegisterRoom, DropRoom, TransferRoom, SetStanding,
    Register, ChangePassword, ChangeCertificate, SetAlwaysOn, DropAccount,
)  # fmt: skip


def needs_keeping(state: State, user: User | None, command: Command, at: int) -> bool:
    """Say whether something is to be kept of what `user` asks for at the time `at` (ms)."""
    said_before = (
        isinstance(command, Say)
        and user is not None
        and find_repeated(state, user, command, at) is not None
    )
    return isinstance(command, NEEDS_KEEPING) and not said_before


def refuse_command(command: Command) -> Sequence[Refused]:
    """Return what the asker is told of a command that could not be kept: of a notice, nothing."""
    if isinstance(command, Say) and command.notice:
        return ()
    if isinstance(command, Speak):
        return [
            Refused(Reason.NOT_KEPT, command.target, command=Say.__name__) for _ in command.texts
        ]
    names = (getattr(command, name, "") for name in ("target", "room", "account"))
    target = next(filter(None, names), "")
    return (Refused(Reason.NOT_KEPT, target, command=type(command).__name__),)
