"""What the commands beside the server share: how they fail, and where they find what is kept."""

import argparse
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from getpass import getpass
from pathlib import Path
from typing import Final

from chatserver.config.settings import Config
from chatserver.config.sources import Parser, add_flags, load
from chatserver.config.values import ConfigError
from chatserver.storage.migrations import SchemaError, check_schema
from chatserver.storage.sqlite import FILE_NAME

_UNWRITABLE: Final = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_READONLY")
"""Names of errors that only a file has which is written."""


class Failed(Exception):
    """What was asked for could not be done: `str()` says why and what to do, in one line."""


def add_place(parser: argparse.ArgumentParser) -> None:
    """Add what tells which server's data is meant: it is looked for as the server does."""
    parser.add_argument("--data", metavar="DIR", help="the data directory of the server")
    parser.add_argument("--config", metavar="FILE", help="the configuration file of the server")


def find_config(options: argparse.Namespace) -> Config:
    """Return the configuration of the server that the options of `add_place` mean.

    It keeps something on disk. Raises `ConfigError`.
    """
    parser = Parser("chatserver", allow_abbrev=False)
    add_flags(parser)
    flags = parser.parse_args([])
    flags.config = options.config
    flags.data = options.data
    config = load(flags, os.environ)
    if config.ephemeral:
        raise ConfigError("this server keeps nothing on disk (ephemeral); --data names a directory")
    return config


def find_directory(options: argparse.Namespace) -> Path:
    """Return the data directory that the options of `add_place` mean. Raises `ConfigError`."""
    return find_config(options).data_directory


def read_password() -> str:
    """Return a password that is typed twice, or is the first line of standard input.

    Raises `ConfigError`.
    """
    if sys.stdin.isatty():
        password = getpass("Password: ")
        if password != getpass("Once more: "):
            raise ConfigError("the two are not the same; nothing was done")
    else:
        password = sys.stdin.readline().removesuffix("\n")
    if not password:
        raise ConfigError("the password is empty; nothing was done")
    return password


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Lend a connection that can only read the database of a server at `path`. Raises `Failed`."""
    if not path.is_file():
        raise Failed(f"there is no {path}")
    try:
        with closing(_connect(path)) as connection:
            if not check_schema(connection):
                raise Failed(f"{path} is empty: nothing was ever kept in it")
            yield connection
    except (sqlite3.Error, SchemaError, OSError) as error:
        raise Failed(f"{path}: {error}") from error


@contextmanager
def written(path: Path) -> Iterator[None]:
    """Say that it is `path` that cannot be written, not the file that is read. Raises `Failed`."""
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", "").startswith(_UNWRITABLE):
            raise Failed(f"cannot write {path}: {error}") from error
        raise


def _connect(path: Path) -> sqlite3.Connection:
    """Connect, without the right to make or to change anything."""
    address = f"{path.absolute().as_uri()}?mode=ro"
    return sqlite3.connect(
        address, uri=True, timeout=5, isolation_level=None, check_same_thread=False
    )


def log_of(directory: Path) -> Path:
    """Return the path of the log in a data directory."""
    return directory / FILE_NAME
