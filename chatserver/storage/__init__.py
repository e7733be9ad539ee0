"""Where messages, rooms and accounts are kept: on disk (`sqlite`), or in memory alone (`memory`)."""

from pathlib import Path
from typing import Final

from chatserver.ports import Retention, Store

_EPOCHS_BEGIN: Final = 1_767_225_600
"""2026-01-01 in seconds since 1970: epochs are counted from here, to be small numbers."""


def make_store(directory: Path | None, now: int, retention: Retention | None = None) -> Store:
    """Return a store, not yet open, in `directory`, or in memory without one.

    `now` (ms since 1970) is a lower bound for its epoch, so that no number comes again when what
    was kept is lost, or is replaced by an older copy: clients tell messages apart by them.
    """
    epoch = max(1, now // 1000 - _EPOCHS_BEGIN)
    if directory is None:
        from chatserver.storage.memory import MemoryStore  # noqa: PLC0415 - one of the two is used

        return MemoryStore(epoch, retention=retention)
    from chatserver.storage.sqlite import SqliteStore  # noqa: PLC0415 - one of the two is used

    return SqliteStore(directory, epoch, retention)
