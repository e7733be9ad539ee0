"""The client without a face: a session on a connection that comes back by itself.

The screen and the tool are both made on this: they listen to changes and call `enter`.
"""

from collections.abc import Callable, Sequence

from chatclient.config import Config
from chatclient.model import Buffer, Change, World
from chatclient.session import Session

Listener = Callable[[Sequence[Change]], None]
"""Called in the event loop with what changed, oldest first; it must not block or raise."""


class Client:
    """What a face needs: `world` to show, `listen` to follow it, `enter` for what is typed."""

    config: Config
    world: World
    session: Session

    def listen(self, listener: Listener) -> None:
        """Have `listener` called after each step with all that changed in it."""
        raise NotImplementedError

    def enter(self, buffer: Buffer, text: str) -> None:
        """Do what the user typed in `buffer`: a command, or lines to say (see `commands`)."""
        raise NotImplementedError

    def activate(self, buffer: Buffer) -> None:
        """Make `buffer` the one that the user looks at (its counts become 0)."""
        raise NotImplementedError

    async def run(self) -> None:
        """Connect, and connect again when the connection ends, until the user quits or `quit`.

        The connection is closed in order then, and `run` returns. Cancelling it closes at once.
        """
        raise NotImplementedError

    def quit(self, reason: str = "") -> None:
        """Say good-bye to the server and let `run` return (within 2 s)."""
        raise NotImplementedError
