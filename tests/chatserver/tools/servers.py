"""Data directories for the tools: of a server that stopped, that runs, that crashed."""

import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chatserver.core.history import NEWEST, Page
from chatserver.ports import Record, Writing
from chatserver.storage.sqlite import SqliteStore
from tests.chatserver.storage.samples import ROOM, record, said


@contextmanager
def running(directory: Path, *texts: str) -> Iterator[SqliteStore]:
    """Lend the open store of a server on `directory`, which keeps some more messages first."""
    store = SqliteStore(directory)
    store.open()
    try:
        first = max(numbers(store), default=0) + 1
        messages = [record(said(seq, text=text)) for seq, text in enumerate(texts, first)]
        store.keep(Writing(messages, [ROOM]))
        yield store
    finally:
        store.close()


def make_data(directory: Path, *texts: str) -> None:
    """Make the data of a server that has stopped."""
    with running(directory, *texts):
        pass


def crash(directory: Path, *texts: str) -> None:
    """Make the data of a server that was killed: its newest messages are in the write-ahead log."""
    live = directory.with_name(f"{directory.name}-live")
    with running(live, "before"):
        pass
    with running(live, *texts):
        shutil.copytree(live, directory)
        lock = directory / "chat.lock"  # it names files by what the file system has for them
        _, _, rest = lock.read_text(encoding="utf-8").partition("files ")
        for number, name in zip(rest.split(), ("chat.db", "chat.db-wal"), strict=True):
            rest = rest.replace(number, str((directory / name).stat().st_ino))
        lock.write_text(f"process 1\nfiles {rest}", encoding="utf-8")
    shutil.rmtree(live)


def keep(store: SqliteStore, *records: Record) -> None:
    """Keep some more."""
    store.keep(Writing(records))


def numbers(store: SqliteStore) -> list[int]:
    """Return the numbers of the messages in #ops."""
    page = Page("#ops", -1, NEWEST, 100_000)
    return [event.seq for event in store.read([page])[page]]


def texts_in(directory: Path) -> list[str]:
    """Return what was said in #ops, as a server sees it that starts on `directory`."""
    page = Page("#ops", -1, NEWEST, 100_000)
    with running(directory) as store:
        return [getattr(event, "text", "") for event in store.read([page])[page]]


@contextmanager
def small_files(most: int) -> Iterator[None]:
    """Have the system refuse to make files larger than so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
