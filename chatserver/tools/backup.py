"""`chatserver backup FILE`: a copy of all that is kept, of one moment, while the server runs.

Rules: the copy is made under another name beside `FILE`, and has its name only when it is whole and on
disk. A file that is there is replaced only if that is asked for. Only its owner can read it.
"""

import os
import sqlite3
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Final

from chatserver.config.sources import Parser
from chatserver.storage.directory import sync_directory
from chatserver.tools.progress import Progress
from chatserver.tools.terms import Failed, add_place, find_directory, log_of, opened, written

LOOK: Final = 0.2
"""Seconds from one look at how far it is to the next."""


def backup(arguments: Sequence[str]) -> int:
    """Do what the command line asks for and return the exit status. Raises `ConfigError`, `Failed`."""
    options = _parse(arguments)
    log, file = log_of(find_directory(options)), Path(options.file)
    if file.exists() and (not options.force or not file.is_file() or file.samefile(log)):
        overwrite = "" if options.force else "; --force replaces it"
        raise Failed(f"{file} is there already{overwrite}")
    with opened(log) as connection, _unfinished(file) as copy:
        _copy(connection, copy)
        _name(copy, file, force=options.force)
    print(f"{file}: {file.stat().st_size:,} bytes")  # noqa: T201 - a command talks to its terminal
    return 0


def _parse(arguments: Sequence[str]) -> Namespace:
    usage = "chatserver backup FILE [OPTION …]"
    about = "Write all that the server keeps to FILE; the server may run. `chatserver restore` reads it."
    parser = Parser("chatserver", usage, about, allow_abbrev=False)
    parser.add_argument("file", metavar="FILE", help="the file to write")
    parser.add_argument("--force", action="store_true", help="replace FILE, if it is there")
    add_place(parser)
    return parser.parse_args(arguments)


@contextmanager
def _unfinished(file: Path) -> Iterator[Path]:
    """Lend the path of an empty file beside `file`; what is still there at the end is removed."""
    path = file.with_name(f"{file.name}.unfinished")
    try:
        path.unlink(missing_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        yield path
    except OSError as error:
        raise Failed(f"cannot write {path}: {error.strerror}") from error
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _copy(connection: sqlite3.Connection, path: Path) -> None:
    """Write what `connection` reads to the empty file at `path`, without what is free in it."""
    (used,) = connection.execute(
        "select (page_count - freelist_count) * page_size"
        " from pragma_page_count, pragma_freelist_count, pragma_page_size"
    ).fetchone()
    errors: list[sqlite3.Error] = []

    def write() -> None:
        try:
            connection.execute("vacuum into ?", (str(path),))
        except sqlite3.Error as error:
            errors.append(error)

    thread = Thread(target=write, name="backup")
    with Progress("backup") as progress:
        thread.start()
        try:
            while thread.is_alive():
                thread.join(LOOK)
                progress.show(path.stat().st_size, used)
        finally:
            connection.interrupt()
            thread.join()
    if errors:
        with written(path):
            raise errors[0]
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _name(copy: Path, file: Path, *, force: bool) -> None:
    """Give the copy its name, for good."""
    if force or sys.platform == "win32":
        copy.replace(file)
    else:
        try:
            file.hardlink_to(copy)  # fails if somebody was quicker
        except FileExistsError:
            raise Failed(f"{file} is there already; --force replaces it") from None
    sync_directory(file.absolute().parent)
