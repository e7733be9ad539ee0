"""The archive in one SQLite file: the event loop reads, a thread writes.

Rules: when the file is broken, memory takes its place; while it cannot be written to, as the disk is
full or somebody else holds it for long, what is to be written waits. `problem` says why.
"""

import logging
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import chatclient.archive.tasks as t
from chatclient.archive.reading import Reader
from chatclient.archive.scribe import Scribe, Store
from chatclient.archive.tables import connect
from chatclient.archive.writing import Writer
from chatclient.directories import data_directory
from chatclient.logs import Logs
from chatclient.model import Buffer, Hit, Kept, Line

_log = logging.getLogger(__name__)


def default_path() -> Path:
    """Return where the archive is kept on this machine."""
    return data_directory() / "archive.db"


class SqliteArchive:
    """What was said, in a file or, without one, in memory (`model.Archive`)."""

    def __init__(self, path: Path | None = None, logs: Logs | None = None) -> None:
        """Open the file at `path`; None keeps all in memory, until the end.

        What is kept is written to `logs`, too.
        """
        self._problem = self._told = ""
        self._folder = path.parent if path else None
        self._shelves: dict[Buffer, t.Shelf] = {}
        self._memory: dict[tuple[str, str], str] = {}
        """What is remembered, as far as it was asked for or changed."""
        self._store = self._open(path)
        self._logs = logs
        self._scribe = Scribe(self._store, self._fall_back, logs)

    @property
    def problem(self) -> str:
        """Why nothing is kept on this machine though it should be, "" if all is well."""
        return self._problem or self._scribe.trouble or self._store.reader.problem

    def take_news(self) -> str:
        """Return what the user is to know of the file, once; "" if it is as it was."""
        told = ""
        if self._problem or self._store.reader.problem:
            told = f"nothing is kept on this machine from now on: {self.problem}"
        elif self._scribe.trouble:
            told = (
                f"what is said cannot be kept on this machine now ({self._scribe.trouble}): it waits "
                f"in memory until {self._folder} has room and can be written to"
            )
        elif self._logs and self._logs.problem:
            told = f"the log cannot be written now, and waits in memory: {self._logs.problem}"
        if told == self._told:
            return ""
        self._told = told
        return told or "what is said is kept on this machine again"

    def _open(self, path: Path | None) -> Store:
        try:
            return _open(path)
        except (sqlite3.Error, OSError) as error:
            _log.warning("%s cannot be used: %s", path, error)
            self._problem = str(error)
            return _open(None)

    def _fall_back(self, error: Exception) -> Store:
        """Go on in memory (in the writing thread)."""
        _log.warning("the archive cannot be used any more: %s", error)
        self._problem = str(error)
        self._store = _open(None)
        for shelf in [*self._shelves.values()]:
            shelf.row = 0
            shelf.lose()
        return self._store

    # --- reading -----------------------------------------------------------------------------

    def older(self, buffer: Buffer, before: int | None, most: int) -> Sequence[Kept]:
        """Return the newest `most` lines before a position (None: the end), oldest first."""
        return self._store.reader.older(self.shelf(buffer), before, most)

    def newer(self, buffer: Buffer, after: int, most: int) -> Sequence[Kept]:
        """Return the oldest `most` lines after a position, oldest first."""
        return self._store.reader.newer(self.shelf(buffer), after, most)

    def position(self, buffer: Buffer, line_id: int) -> int | None:
        """Return where a line of `buffer.lines` stands in the archive, None while it does not."""
        return self.shelf(buffer).position(line_id) or None

    def find(self, buffer: Buffer, msgid: str) -> Kept | None:
        """Return the message with that id, None if it is not kept."""
        return self._store.reader.find(self.shelf(buffer), msgid)

    def buffers(self, network: str) -> Sequence[tuple[str, str, int]]:
        """Return of what something is kept: target, kind, and the newest position."""
        return self._store.reader.buffers(network)

    def search(self, text: str, most: int = 100) -> Sequence[Hit]:
        """Return what people said with all words of `text` in it, newest first.

        It may be called in any thread.
        """
        return self._store.reader.search(text, most)

    def mentions(self, most: int = 100) -> Sequence[Hit]:
        """Return what called the user, in all buffers, newest first."""
        return self._store.reader.mentions(most)

    def recall(self, topic: str, name: str) -> str:
        """Return what was remembered under that name of that topic, "" for nothing."""
        key = (topic, name)
        if key not in self._memory:
            self._memory[key] = self._store.reader.recall(topic, name)
        return self._memory[key]

    def remembered(self, topic: str) -> Mapping[str, str]:
        """Return what is in the file of a topic, by name, as other clients may have written it."""
        return self._store.reader.remembered(topic)

    def inputs(self, most: int = 1000) -> Sequence[str]:
        """Return what was typed lately, oldest first."""
        return self._store.reader.inputs(most)

    # --- writing -----------------------------------------------------------------------------

    def shelf(self, buffer: Buffer) -> t.Shelf:
        """Return where the lines of a buffer are kept."""
        shelf = self._shelves.get(buffer)
        if shelf is None:
            shelf = t.Shelf(buffer.network, buffer.target, buffer.kind.value)
            self._shelves[buffer] = shelf
        return shelf

    def add(self, buffer: Buffer, line: Line) -> None:
        """Keep a line at the end of a buffer."""
        self._scribe.put((self.shelf(buffer), line))

    def add_all(self, added: Iterable[tuple[Buffer, Line]]) -> None:
        """Keep lines, each at the end of its buffer."""
        self._scribe.put_all([(self.shelf(buffer), line) for buffer, line in added])

    def do(self, task: t.Task, *, soon: bool = False) -> None:
        """Have something written, after what was handed over before; with `soon`, at once."""
        self._scribe.put(task, soon=soon)

    def remember(self, topic: str, name: str, value: str) -> None:
        """Remember something over restarts, "" to forget it."""
        if self.recall(topic, name) != value:
            self._memory[topic, name] = value
            self.do(t.Remember(topic, name, value), soon=True)

    def add_input(self, text: str) -> None:
        """Keep what was typed, for `inputs`. Passwords are not for it."""
        self.do(t.Input(text))

    def rename_network(self, before: str, now: str) -> None:
        """Have what is kept and remembered of a network be that of another name."""
        for topic, name in [*self._memory]:
            if name.partition("\n")[0] in {before, now}:
                del self._memory[topic, name]
        shelves = [shelf for shelf in self._shelves.values() if shelf.network == before]
        self.do(t.RenameNetwork(before, now, shelves), soon=True)

    def log_to(self, logs: Logs | None) -> None:
        """Log from now on there, or with None nowhere."""
        self._logs = logs
        self.do(t.Log(logs), soon=True)
        self.flush(1.0)  # what is said from now on is not written with what was said before

    def forget(self, buffer: Buffer) -> None:
        """Delete what is kept of a buffer."""
        self.do(t.Forget(self.shelf(buffer)), soon=True)

    def forget_all(self) -> None:
        """Delete what is kept of all buffers, and what was typed."""
        self._memory.clear()
        self.do(t.ForgetAll([*self._shelves.values()]), soon=True)

    def leave(self, buffer: Buffer) -> None:
        """Take note that a buffer is closed: what was said in it is kept."""
        self._shelves.pop(buffer, None)

    def flush(self, within: float = 5.0) -> bool:
        """Wait until everything is written, some seconds at most; say whether it is."""
        if self._scribe.trouble and not self._problem:
            return False
        passed = threading.Event()
        self.do(t.Barrier(passed), soon=True)
        return passed.wait(within)

    def index_some(self) -> bool:
        """Put some lines in the index now; say whether there may be more."""
        return self._scribe.index_some()

    def close(self) -> None:
        """Write what is left, and close the file."""
        self._scribe.close()
        self._store.close()


def _open(path: Path | None) -> Store:
    """Open a connection for each side; memory has one, which both use in turn.

    Raises `sqlite3.Error` or `OSError`.
    """
    writing = connect(path)
    reading = connect(path) if path else writing
    lock = threading.Lock()
    turns = lock if path is None else threading.Lock()
    return Store(Reader(reading, turns), Writer(writing), lock, lasting=path is not None)
