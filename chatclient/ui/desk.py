"""The desk: what the handlers of keys work with, and going from one buffer to another.

Rules: it changes nothing in a client's world but by the client's own methods; the input always
belongs to the active buffer, whoever made that active.
"""

from collections.abc import Callable

from chatclient.model import Buffer, BufferKind
from chatclient.model.archive import Archive
from chatclient.settings import Settings
from chatclient.ui.completion import ChatCompleter
from chatclient.ui.editor import Editor
from chatclient.ui.ports import Client
from chatclient.ui.stage import Stage


class Desk:
    """The client, what is seen of it (`stage`) and what is being typed (`editor`)."""

    def __init__(
        self,
        client: Client,
        *,
        archive: Archive | None,
        now: Callable[[], float],
        leave: Callable[[], None],
    ) -> None:
        """`now` gives seconds since 1970; `leave` ends the program in order, twice: at once."""
        self.client = client
        self.archive = archive
        self.now = now
        self.leave = leave
        self._shown = self.active
        self.editor = Editor(
            ChatCompleter(client),
            self._name,
            lambda text: client.is_secret(self.active, text),
        )
        self.editor.ask(client.question)
        self.stage = Stage(
            client, now=now, typed_lines=lambda: self.editor.lines, archive=archive
        )

    @property
    def active(self) -> Buffer:
        """The buffer that the user looks at."""
        return self.client.world.active

    @property
    def settings(self) -> Settings:
        """What the user likes now."""
        return self.client.settings

    def show(self, buffer: Buffer) -> None:
        """Make a buffer the active one."""
        self.client.activate(buffer)
        self.stage.close_help()
        self.follow()

    def follow(self) -> None:
        """Bring the input in line with the active buffer, which may have changed by itself."""
        active = self.active
        if active is not self._shown:
            self.editor.turn(self._shown, active)
            self._shown = active

    def forget(self, closed: Buffer) -> None:
        """Drop what was kept for a buffer that is gone."""
        self.stage.forget(closed)
        self.editor.forget(closed)

    def _name(self) -> str:
        buffer = self.active
        nick = self.client.world.status.nick
        return nick if buffer.kind is BufferKind.SERVER else buffer.name
