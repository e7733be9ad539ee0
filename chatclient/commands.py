"""The commands that a user can type: one row each, with usage, help and handler.

Rules: a line that starts with `/` is a command, `//` says a line that starts with `/`, anything
else is said in the buffer. Handlers are pure: they call the session, and tell the user through the
world.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from chatclient.model import Buffer
from chatclient.session import Session


@dataclass(frozen=True, slots=True)
class Call:
    """One use of a command: where, when, and with what after its name."""

    session: Session
    buffer: Buffer
    argument: str
    """What stands after the command's name, without the spaces around it."""
    now: float


@dataclass(frozen=True, slots=True)
class Command:
    """A row of the table."""

    name: str
    """Without the slash."""
    usage: str
    """The arguments, as in help: `<must>`, `[may]`, "" for none."""
    summary: str
    """What it does, in one line that starts with a verb."""
    handler: Callable[[Call], None]
    aliases: Sequence[str] = ()
    completes: str = ""
    """What its arguments are, one letter each, to complete them: nick, room or command."""


COMMANDS: Sequence[Command] = ()
"""All commands, in the order of help."""

BY_NAME: Mapping[str, Command] = {}
"""Each command by its name and by its aliases."""


def enter(session: Session, buffer: Buffer, text: str, now: float) -> None:
    """Do what the user typed in `buffer`: a command, or something to say, of one line or more."""
    raise NotImplementedError
