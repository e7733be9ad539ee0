"""The lines of standard input."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatclient.stdin import LINE_LIMIT, LineTooLong, lines


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """The two ends of a pipe; the writing one may be closed by the test."""
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)


@pytest.mark.asyncio
async def test_lines_come_as_they_are_written(pipe: tuple[int, int]) -> None:
    """A line is there as soon as it is written; the input need not end."""
    reading, writing = pipe
    coming = lines(reading)
    os.write(writing, b"one\ntw")
    assert await anext(coming) == "one"
    os.write(writing, b"o\r\n")
    assert await anext(coming) == "two"
    os.close(writing)
    assert await anext(coming, None) is None


@pytest.mark.asyncio
async def test_files_and_last_lines_without_an_end(tmp_path: Path) -> None:
    """A file, which cannot be polled, works too; its last line counts without an LF."""
    path = tmp_path / "input"
    path.write_bytes(b"".join(b"%d\n" % number for number in range(100_000)) + b"caf\xe9")
    with path.open("rb") as file:
        told = [line async for line in lines(file.fileno())]
    assert len(told) == 100_001
    assert told[99_999] == "99999"
    assert told[-1] == "caf\ufffd"


@pytest.mark.asyncio
async def test_a_line_without_end(tmp_path: Path) -> None:
    """A line that is too long is said, rather than kept in memory."""
    path = tmp_path / "input"
    path.write_bytes(b"x" * (2 * LINE_LIMIT))
    with path.open("rb") as file:
        coming = lines(file.fileno())
        with pytest.raises(LineTooLong):
            await anext(coming)
