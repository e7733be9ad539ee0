"""A command as it is typed, and a row of their table: what handlers get, and how they refuse.

Rules: what the user did wrong is a `UsageError`, which is told where they typed it.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from chatclient.model import Buffer, BufferKind, Kind
from chatclient.model.values import value

if TYPE_CHECKING:
    from chatclient.session import Session


class UsageError(Exception):
    """The user's command cannot be done; the text says why, "" that its usage tells it."""


def needed(argument: str) -> str:
    """Return an argument. Raises `UsageError`, for the usage, when it is missing."""
    if not argument:
        raise UsageError("")
    return argument


@value
class Call:
    """One use of a command: where, when, and with what after its name."""

    session: "Session"
    buffer: Buffer
    argument: str
    """What stands after the command's name, without the spaces around it."""
    now: float

    def words(self, count: int) -> list[str]:
        """Return the first `count` - 1 words and the rest as the last; "" for what is missing."""
        words = self.argument.split(maxsplit=count - 1)
        return words + [""] * (count - len(words))

    def tell(self, text: str, kind: Kind = Kind.INFO) -> None:
        """Tell the user something where they typed."""
        self.session.world.tell(self.buffer, text, time=self.now, kind=kind)

    def room_first(self) -> tuple[Buffer, str]:
        """Return the room that the first word names, else the one typed in; and the rest.

        Raises `UsageError` when neither is a room.
        """
        name, rest = self.words(2)
        if self.session.is_room(name):
            room = self.session.world.find(name)
            if room is None:
                raise UsageError(f"you are not in {name}: /join {name}")
            return room, rest
        if self.buffer.kind is not BufferKind.ROOM:
            raise UsageError("this is no room; name one")
        return self.buffer, self.argument

    def need_server(self) -> None:
        """Raise `UsageError` when there is no server to ask."""
        if not self.session.online:
            raise UsageError("not connected; try again when you are")

    def send(self, command: str, *params: str) -> None:
        """Send a command to the server, without the parameters that are empty."""
        self.need_server()
        try:
            self.session.send(command, *filter(None, params))
        except ValueError as error:
            raise UsageError(str(error)) from error


@value
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
    """What its arguments are, one letter each, to complete them: `n`ick, `r`oom or `c`ommand;
    `s`etting and its `v`alue; what to do with a network (`a`), and the name of one (`w`)."""


def usage(command: Command) -> str:
    """Return how a command is typed: slash, name, arguments."""
    return f"/{command.name} {command.usage}".rstrip()
