"""Records all that the store does to the disk: through SQLite, and by itself.

SQLite runs on a VFS of its own, which notes each call before handing it on; the store sees connections
that behave like those of `sqlite3`. What its modules do to files themselves is noted too.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import Any

import apsw
import pytest

from chatserver.storage import directory
from tests.power.steps import Kind, Step

VFS_NAME = "recording"


class Recorder:
    """The steps so far."""

    def __init__(self, checkpoint_after: int) -> None:
        """Begin without any; a checkpoint comes after so many pages of the write-ahead log."""
        self.steps: list[Step] = []
        self._checkpoint_after = checkpoint_after

    def note(self, kind: Kind, path: object, offset: int = 0, data: bytes = b"") -> None:
        """Note a step."""
        self.steps.append(Step(kind, os.path.realpath(str(path)), offset, data))

    def note_created(self, path: object) -> None:
        """Note a new file."""
        self.note(Kind.CREATE, path, Path(str(path)).stat().st_ino)

    def mark(self, what: str, number: int) -> None:
        """Note what the program tells of."""
        self.steps.append(Step(Kind.MARK, what, number))

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Record what the store does in this block."""
        vfs = _Vfs(self)
        system = _System(self)
        make = Path.mkdir

        def make_directory(path: Path, *options: Any, **named: Any) -> None:
            missing = not path.exists()
            make(path, *options, **named)
            if missing:
                self.note(Kind.MAKE_DIRECTORY, path)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sqlite3, "connect", self._connect)
            patch.setattr(directory, "os", system)
            patch.setattr(directory, "FileIO", system.open_file)
            patch.setattr(Path, "mkdir", make_directory)
            try:
                yield
            finally:
                vfs.unregister()

    def _connect(self, path: Path | str, **_: object) -> "_Connection":
        usual = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_URI
        connection = apsw.Connection(str(path), usual, vfs=VFS_NAME)
        connection.wal_autocheckpoint(self._checkpoint_after)
        return _Connection(connection)


class _Vfs(apsw.VFS):
    """The files that SQLite opens and deletes."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__(VFS_NAME, "")
        self._recorder = recorder

    def xOpen(  # noqa: N802 - SQLite's name
        self, name: str | apsw.URIFilename | None, flags: list[int]
    ) -> apsw.VFSFile:
        path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        missing = not Path(path).exists()
        file = _File(self._recorder, path, name, flags)
        if missing:
            self._recorder.note_created(path)
        return file

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: FBT001, N802 - SQLite's
        super().xDelete(filename, syncdir)
        self._recorder.note(Kind.DELETE, filename)
        if syncdir:
            self._recorder.note(Kind.SYNC_DIRECTORY, Path(filename).parent)


class _File(apsw.VFSFile):
    """What SQLite does to one file."""

    def __init__(self, recorder: Recorder, path: str, name: Any, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._recorder = recorder
        self._path = path
        journals = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL
        self._sync_name = bool(flags[0] & journals and flags[0] & apsw.SQLITE_OPEN_CREATE)
        """SQLite on Unix syncs the directory with the first sync of such a file."""

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        super().xWrite(data, offset)
        self._recorder.note(Kind.WRITE, self._path, offset, bytes(data))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - SQLite's name
        super().xTruncate(newsize)
        self._recorder.note(Kind.TRUNCATE, self._path, newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        self._recorder.note(Kind.SYNC, self._path)
        if self._sync_name:
            self._sync_name = False
            self._recorder.note(Kind.SYNC_DIRECTORY, Path(self._path).parent)


class _Connection:
    """A connection on that VFS, as `sqlite3` has them."""

    def __init__(self, real: apsw.Connection) -> None:
        self._real = real

    def close(self) -> None:
        with suppress(apsw.IOError):  # who only reads has no lock for writing: SQLite does not mind
            self._real.close()

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]]) -> apsw.Cursor:
        return self._real.executemany(statement, rows)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class _System:
    """What the store asks of the system itself."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._paths: dict[int, str] = {}
        """By descriptor."""

    def open(self, path: Path, flags: int, mode: int = 0o777) -> int:
        missing = not path.exists()
        descriptor = os.open(path, flags, mode)
        self._paths[descriptor] = str(path)
        if missing:
            self._recorder.note_created(path)
        return descriptor

    def fsync(self, descriptor: int) -> None:
        path = self._paths[descriptor]
        is_directory = Path(path).is_dir()
        self._recorder.note(Kind.SYNC_DIRECTORY if is_directory else Kind.SYNC, path)

    def open_file(self, path: Path, mode: str) -> FileIO:
        file = _OwnFile(self._recorder, path, mode)
        self._paths[file.fileno()] = str(path)
        return file

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)


class _OwnFile(FileIO):
    """What the store does to a file of its own."""

    def __init__(self, recorder: Recorder, path: Path, mode: str) -> None:
        super().__init__(path, mode)
        self._recorder = recorder

    def write(self, data: Any) -> int:
        self._recorder.note(Kind.WRITE, self.name, self.tell(), bytes(data))
        return super().write(data)

    def truncate(self, size: int | None = None) -> int:
        size = super().truncate(size)
        self._recorder.note(Kind.TRUNCATE, self.name, size)
        return size
