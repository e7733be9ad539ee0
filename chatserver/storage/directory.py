"""The data directory: made so that it is still there after a power cut, owned by one server at a time.

Rules: the owner holds a lock on `chat.lock`, which a crash frees by itself; the file says who it is.
It is a file of its own, so that other processes can read what the server keeps. It is never removed:
who waits for a lock on a file that is gone would not see who locks the next one. While the store has a
write-ahead log it says which files these are, so that after a crash one that is missing is missed.
"""

import os
import re
import sys
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Final

from msgspec import Struct

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

LOCK_NAME: Final = "chat.lock"

_LOCKED_BYTE: Final = 1 << 30
"""On Windows, where a locked byte cannot be read: far behind what is written there."""


_FILES: Final = re.compile(rb"^files (\d+) (\d+)$", re.MULTILINE)


class Owned(Exception):
    """Another process owns the directory: `str()` says which, "" if that is not known."""


def make_directory(path: Path) -> None:
    """Make `path` and what is missing above it, each to be seen by its owner alone. Raises `OSError`."""
    missing = [one for one in (path, *path.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=0o700, exist_ok=True)
        sync_directory(one.parent)
    path.mkdir(exist_ok=True)  # says why, if it is there but is no directory


def make_file(path: Path) -> None:
    """Make an empty file at `path` that only its owner can read, unless there is one. Raises `OSError`."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Have the names of the files in `path` survive a power cut. Raises `OSError`."""
    if sys.platform == "win32":
        return  # it has no such call: names are written through
    directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


class Files(Struct, frozen=True):
    """The files of a store, by the numbers that the file system has for them."""

    main: int
    log: int


class Ownership:
    """A directory that is, or is to be, this server's alone."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / LOCK_NAME
        self._file: FileIO | None = None

    def take(self) -> Files | None:
        """Own the directory until `release`; return what its last owner left, if that was not its end.

        Raises `Owned`, `OSError`.
        """
        make_file(self._path)
        file = FileIO(self._path, "r+")
        owner = _lock(file)
        if owner is not None:
            file.close()
            raise Owned(owner)
        self._file = file
        left = _FILES.search(file.read())
        files = Files(*map(int, left.groups())) if left else None
        self._write(files)
        return files

    def begin(self, files: Files) -> None:
        """Note that these files belong together, and are needed after a crash. Raises `OSError`."""
        self._write(files)

    def end(self) -> None:
        """Note that all is in the file. Raises `OSError`."""
        self._write(None)

    def release(self) -> None:
        """Let others own it."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, files: Files | None) -> None:
        if self._file is None:
            return
        text = f"process {os.getpid()}\n" + (f"files {files.main} {files.log}\n" if files else "")
        self._file.seek(0)
        self._file.write(text.encode())
        self._file.truncate()
        os.fsync(self._file.fileno())


def _lock(file: FileIO) -> str | None:
    """Lock a file for as long as it is open, without waiting; return who has the lock, None for us."""
    try:
        if sys.platform == "win32":
            file.seek(_LOCKED_BYTE)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        file.seek(0)
        return file.read().decode(errors="replace").partition("\n")[0]
    file.seek(0)
    return None
