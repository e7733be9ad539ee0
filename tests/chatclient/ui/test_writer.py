"""What goes to a terminal goes in order, whole, and nobody waits for it."""

import os
import pty
import threading
import tty
from collections.abc import Iterator

import pytest

from chatclient.ui.writer import Writer

DEADLINE = 5.0  # seconds


class Terminal:
    """A terminal that reads when it is told to."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)

    def read(self, count: int) -> bytes:
        """Read so many bytes."""
        got = b""
        while len(got) < count:
            got += os.read(self.master, count - len(got))
        return got

    def hang_up(self) -> None:
        """Be gone."""
        os.close(self.master)


@pytest.fixture(params=["own", "shared"])
def terminal(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """Yield a terminal that can be opened once more, and one that cannot (another user's)."""
    if request.param == "shared":
        monkeypatch.setattr(os, "ttyname", _not_allowed)
    made = Terminal()
    yield made
    for fd in (made.master, made.slave):
        try:
            os.close(fd)
        except OSError:
            continue  # it has hung up


def _not_allowed(_fd: int) -> str:
    raise PermissionError


def _eventually(condition: threading.Event) -> None:
    assert condition.wait(DEADLINE)


def test_what_is_sent_arrives_in_order(terminal: Terminal) -> None:
    """Frame after frame, each whole."""
    writer = Writer(terminal.slave)
    frames = [f"<{number:04}>".encode() for number in range(500)]
    for frame in frames:
        writer.send(frame)
    assert terminal.read(3000) == b"".join(frames)
    assert writer.drain()


def test_a_frozen_terminal_holds_nobody_up(terminal: Terminal) -> None:
    """`send` returns; the writer is busy until the terminal has read all, and says when it is not."""
    freed = threading.Event()
    writer = Writer(terminal.slave, freed.set)
    frame = os.urandom(1 << 20)
    sending = threading.Thread(target=writer.send, args=(frame,), daemon=True)
    sending.start()
    sending.join(DEADLINE)
    assert not sending.is_alive()
    assert writer.busy
    assert not writer.drain(0)
    assert terminal.read(len(frame)) == frame
    _eventually(freed)
    assert not writer.busy


def test_what_is_sent_meanwhile_is_not_lost(terminal: Terminal) -> None:
    """It comes after what is on its way."""
    writer = Writer(terminal.slave)
    writer.send(b"a" * 200_000)
    writer.send(b"the end")
    assert terminal.read(200_007).endswith(b"aathe end")
    assert writer.drain(DEADLINE)


def test_a_terminal_that_is_gone_ends_it(terminal: Terminal) -> None:
    """What waits for it is dropped at once, and everything that is sent later."""
    writer = Writer(terminal.slave)
    writer.send(b"a" * 200_000)
    assert writer.busy
    terminal.hang_up()
    assert writer.drain(DEADLINE)
    assert writer.gone
    writer.send(b"more")
    assert writer.drain(0)


def test_the_terminal_is_left_as_it_was(terminal: Terminal) -> None:
    """Writing without waiting is the writer's own affair, not that of all who share the terminal."""
    blocking = os.get_blocking(terminal.slave)
    Writer(terminal.slave).send(b"hello")
    assert terminal.read(5) == b"hello"
    assert os.get_blocking(terminal.slave) == blocking
