"""What is kept on this machine, from the moment when it is needed.

Rules: the first frame does not wait for the file: until the first client is attached, or something
that was remembered is asked for, nothing is there. In the end all is written.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from chatclient.model import Archive, Buffer, Hit, Kept, NoArchive

if TYPE_CHECKING:
    from chatclient.archive import Keeper, SqliteArchive
    from chatclient.client import Client
    from chatclient.logs import Logs


class Keeping:
    """An archive that is opened late (`model.Archive`), and keeps what happens in clients."""

    def __init__(self, *, lasting: bool, logs: str = "") -> None:
        """`lasting` says whether there is a file; else all is in memory, and gone in the end.

        `logs` is a directory for logs as text, "" for none.
        """
        self._lasting = lasting
        self._logs = logs
        self._keepers: list[Keeper] = []
        self._shown: Archive = NoArchive()

    @cached_property
    def archive(self) -> "SqliteArchive":
        """The archive, opened."""
        from chatclient.archive import SqliteArchive, default_path  # noqa: PLC0415 - late

        opened = SqliteArchive(default_path() if self._lasting else None, _logs(self._logs))
        self._shown = opened
        return opened

    def log_to(self, directory: str) -> None:
        """Write logs as text there from now on, "" for nowhere."""
        if directory != self._logs:
            self._logs = directory
            if "archive" in self.__dict__:
                self.archive.log_to(_logs(directory))

    def attach(self, client: "Client") -> None:
        """Bring back what is kept of a client's network, and keep what happens in it."""
        from chatclient.archive import Keeper  # noqa: PLC0415 - late

        keeper = Keeper(self.archive, client)
        keeper.restore()
        self._keepers.append(keeper)
        client.flush()

    @property
    def lasts(self) -> bool:
        """Whether what is kept is there at the next start, as far as is known."""
        return self._lasting and "archive" in self.__dict__ and not self.archive.problem

    def close(self) -> None:
        """Write what is left."""
        for keeper in self._keepers:
            keeper.close()
        if "archive" in self.__dict__:
            self.archive.close()

    # --- the archive -------------------------------------------------------------------------

    def older(self, buffer: Buffer, before: int | None, most: int) -> Sequence[Kept]:
        """Return the newest `most` lines before a position (None: the end), oldest first."""
        return self._shown.older(buffer, before, most)

    def newer(self, buffer: Buffer, after: int, most: int) -> Sequence[Kept]:
        """Return the oldest `most` lines after a position, oldest first."""
        return self._shown.newer(buffer, after, most)

    def position(self, buffer: Buffer, line_id: int) -> int | None:
        """Return where a line of `buffer.lines` stands in the archive, None while it does not."""
        return self._shown.position(buffer, line_id)

    def find(self, buffer: Buffer, msgid: str) -> Kept | None:
        """Return the message with that id, None if it is not kept."""
        return self._shown.find(buffer, msgid)

    def search(self, text: str, most: int = 100) -> Sequence[Hit]:
        """Return what people said with all words of `text` in it, newest first."""
        return self._shown.search(text, most)

    def mentions(self, most: int = 100) -> Sequence[Hit]:
        """Return what called the user, in all buffers, newest first."""
        return self._shown.mentions(most)

    def recall(self, topic: str, name: str) -> str:
        """Return what was remembered under that name of that topic, "" for nothing."""
        return self.archive.recall(topic, name)

    def remember(self, topic: str, name: str, value: str) -> None:
        """Remember something over restarts, "" to forget it."""
        self.archive.remember(topic, name, value)

    def inputs(self, most: int = 1000) -> Sequence[str]:
        """Return what was typed lately, oldest first."""
        return self.archive.inputs(most)

    def add_input(self, text: str) -> None:
        """Keep what was typed, for `inputs`. Passwords are not for it."""
        self.archive.add_input(text)


def _logs(directory: str) -> "Logs | None":
    from chatclient.logs import Logs  # noqa: PLC0415 - late

    return Logs(Path(directory).expanduser()) if directory else None
