"""What a program does to a disk, step by step."""

import enum
from typing import NamedTuple


class Kind(enum.Enum):
    """What is done."""

    MAKE_DIRECTORY = enum.auto()
    CREATE = enum.auto()
    """`offset` is the number that the file system gave the file."""
    WRITE = enum.auto()
    TRUNCATE = enum.auto()
    """`offset` is the new size."""
    DELETE = enum.auto()
    SYNC = enum.auto()
    """All that was written to a file is on disk when it returns."""
    SYNC_DIRECTORY = enum.auto()
    """All names in a directory are on disk when it returns."""
    MARK = enum.auto()
    """Nothing is done; `path` is what the program tells of, `offset` a number of it."""


class Step(NamedTuple):
    """One of them."""

    kind: Kind
    path: str
    offset: int = 0
    data: bytes = b""
