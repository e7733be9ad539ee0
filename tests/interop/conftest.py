"""A server, and terminals for the programs that join it, for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.server import Server
from tests.interop.accounts import arguments
from tests.interop.terminals import Terminals


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server on a free port of loopback, IPv4 and IPv6."""
    with Server("--port", "0", "--data", tmp_path / "data") as server:
        yield server


@pytest.fixture
def terminals() -> Iterator[Terminals]:
    """Terminals that end with the test."""
    with Terminals() as terminals:
        yield terminals


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Server]:
    """A server with TLS."""
    with Server(*arguments(tmp_path)) as server:
        yield server
