"""Commands about the connection and the program.

Rules: what is about all networks, settings or the screen is an `order`: a wish of the world, which
they fulfil who own these.
"""

from collections.abc import Callable
from typing import Final

from chatclient.commands.calls import Call, needed
from chatclient.model import CommandWanted

NETWORK_VERBS: Final = ("add", "connect", "disconnect", "list", "remove", "save", "set")
"""What can be done with networks, by /network."""


def raw(call: Call) -> None:
    """Send a line of IRC as it is."""
    command, rest = call.words(2)
    head, colon, last = f" {rest}".partition(" :")
    params = [*head.split(), last] if colon else head.split()
    call.send(needed(command), *params)


def reconnect(call: Call) -> None:
    """Connect again."""
    if call.argument == "all":
        order("reconnect")(call)
    else:
        call.session.reconnect()


def quit_chat(call: Call) -> None:
    """Leave the chat."""
    call.session.quit(call.argument)


def order(name: str) -> Callable[[Call], None]:
    """Return what passes a command on to whoever owns networks, settings and the screen."""

    def pass_on(call: Call) -> None:
        call.session.world.want(CommandWanted(call.buffer, name, call.argument))

    return pass_on
