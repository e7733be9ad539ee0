"""What was said, kept on this machine in one SQLite file.

Rules: the event loop reads, by its own connection; a thread writes, by another. Several clients may
use one file. Whatever is wrong with the file never ends the client: it goes on in memory.
"""

from chatclient.archive.keeper import Keeper
from chatclient.archive.sqlite import SqliteArchive, default_path

__all__ = ["Keeper", "SqliteArchive", "default_path"]
