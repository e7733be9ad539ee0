"""`chatserver restore FILE`: brings back what a backup has.

Rules: no server may run on the directory meanwhile. The file is read to its end before anything is
changed, and what was there is moved aside, never removed. A crash at any moment leaves the one or the
other, or a server that refuses to start and says so; then this is done again.
"""

import os
import sqlite3
from argparse import Namespace
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from chatserver.config.sources import Parser
from chatserver.storage.damage import beside
from chatserver.storage.directory import (
    Files,
    Owned,
    Ownership,
    make_directory,
    make_file,
    sync_directory,
)
from chatserver.storage.index import INDEX_NAME
from chatserver.tools.progress import Progress
from chatserver.tools.terms import Failed, add_place, find_directory, log_of, opened, written

UNFINISHED: Final = "restore.unfinished"
"""The directory with what is being set aside."""

PAGES: Final = 1000
"""That are copied until progress is shown."""


def restore(arguments: Sequence[str]) -> int:
    """Do what the command line asks for and return the exit status. Raises `ConfigError`, `Failed`."""
    options = _parse(arguments)
    file, log = Path(options.file), log_of(find_directory(options))
    if file.exists() and log.exists() and file.samefile(log):
        raise Failed(f"{file} is what the server uses")
    with opened(file) as backup:
        _check(backup, file)
        ownership = Ownership(log.parent)
        try:
            make_directory(log.parent)
            ownership.take()
            aside = _replace(backup, log, ownership)
        except Owned as error:
            raise Failed(f"a chatserver uses {log.parent} ({error}); stop it first") from error
        except OSError as error:
            raise Failed(f"cannot write to {log.parent}: {error.strerror}") from error
        finally:
            ownership.release()
    kept = f"; what was there is in {aside}" if aside else ""
    print(f"{log} is as in {file}{kept}")  # noqa: T201 - a command talks to its terminal
    return 0


def _parse(arguments: Sequence[str]) -> Namespace:
    usage = "chatserver restore FILE [OPTION …]"
    about = "Bring back what `chatserver backup` wrote to FILE. The server must not run."
    parser = Parser("chatserver", usage, about, allow_abbrev=False)
    parser.add_argument("file", metavar="FILE", help="the backup")
    add_place(parser)
    return parser.parse_args(arguments)


def _check(backup: sqlite3.Connection, file: Path) -> None:
    """See that the backup is whole."""
    (found,) = backup.execute("pragma quick_check(1)").fetchone()
    if found != "ok":
        raise Failed(f"{file} is damaged: {' '.join(found.split())}")


def _replace(backup: sqlite3.Connection, log: Path, ownership: Ownership) -> Path | None:
    """Put what is in the backup in the place of the log; return where that is now, if there was one."""
    copy = log.with_name(f"{log.name}.restored")
    copy.unlink(missing_ok=True)
    try:
        _copy(backup, copy)
        _finish(log)  # what a crash broke off
        _link_aside(log, ownership)
        copy.replace(log)
    finally:
        with suppress(OSError):
            copy.unlink(missing_ok=True)
    aside = _finish(log)
    ownership.end()
    return aside


def _copy(backup: sqlite3.Connection, path: Path) -> None:
    """Write all of the backup to a new file, and have it on disk."""
    make_file(path)
    with written(path), closing(sqlite3.connect(path)) as copy, Progress("restore") as progress:
        copy.execute("pragma synchronous = off")  # it is made to last as a whole
        backup.backup(
            copy, pages=PAGES, progress=lambda _, left, whole: progress.show(whole - left, whole)
        )
        copy.execute("pragma journal_mode = delete")
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _link_aside(log: Path, ownership: Ownership) -> None:
    """Have what is there in another directory too; the index, which can be made again, there alone."""
    linked = [file for file in (log, beside(log, "wal")) if file.exists()]
    moved = [*log.parent.glob(f"{INDEX_NAME}*")]
    if not (linked or moved):
        return
    unfinished = log.parent / UNFINISHED
    unfinished.mkdir(mode=0o700)
    for file in linked:
        (unfinished / file.name).hardlink_to(file)
    for file in moved:
        file.replace(unfinished / file.name)
    sync_directory(unfinished)
    sync_directory(log.parent)
    if len(linked) == 2:  # a server will notice if only one of them is replaced
        ownership.begin(Files(*(file.stat().st_ino for file in linked)))


def _finish(log: Path) -> Path | None:
    """Go on with what was set aside: if the log was replaced it gets its name, else it is in its place."""
    unfinished = log.parent / UNFINISHED
    if not unfinished.exists():
        return None
    other = unfinished / log.name
    if not other.exists() or (log.exists() and log.samefile(other)):
        for file in unfinished.iterdir():
            file.unlink()
        unfinished.rmdir()
        return None
    for what in ("wal", "shm"):  # they are of the other file; until they are gone, no server starts
        beside(log, what).unlink(missing_ok=True)
    aside = log.parent / f"before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    unfinished.rename(aside)
    sync_directory(log.parent)
    return aside
