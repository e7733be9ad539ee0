"""The data directory: made so that it is still there after a power cut, owned by one server at a time.

Rules: the owner holds a lock on `chat.lock`, which a crash frees by itself; the file says who it is.
It is a file of its own, so that other processes can read what the server keeps. It is never removed:
who waits for a lock on a file that is gone would not see who locks the next one.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

LOCK_NAME: Final = "chat.lock"

_LOCKED_BYTE: Final = 1 << 30
"""On Windows, where a locked byte cannot be read: far behind what is written there."""


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


class Ownership:
    """A directory that is, or is to be, this server's alone."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / LOCK_NAME
        self._descriptor: int | None = None

    def take(self) -> None:
        """Own the directory until `release`. Raises `Owned`, `OSError`."""
        make_file(self._path)
        descriptor = os.open(self._path, os.O_RDWR)
        if not _lock(descriptor):
            owner = os.pread(descriptor, 100, 0).decode(errors="replace").strip()
            os.close(descriptor)
            raise Owned(owner)
        self._descriptor = descriptor
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let others own it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _lock(descriptor: int) -> bool:
    """Lock a file for as long as it is open, without waiting; return whether that worked."""
    try:
        if sys.platform == "win32":
            os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
