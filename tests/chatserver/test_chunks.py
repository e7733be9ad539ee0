"""Chunks for many: each gets all of each once and in order, whatever their sockets take at once."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import cast

import pytest

from chatserver.chunks import TOGETHER, write_each, write_joined
from chatserver.direct import NOWHERE
from chatserver.tail import Subscriber

LARGE = 10_000_000
"""Bytes: more than any socket takes at once."""


class Way:
    """A peer that remembers what it was to write, because it was not sent past it."""

    def __init__(self, descriptor: int = NOWHERE) -> None:
        self.descriptor = descriptor


class Reader:
    """Somebody with a socket, or without one."""

    def __init__(self, sock: socket.socket | None = None) -> None:
        self.peer = Way(sock.fileno() if sock else NOWHERE)
        self.backlog: object = None
        self.writes: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Remember what is to be written; who is behind gets nothing."""
        if self.backlog is None:
            self.writes.append(data)


def some(*readers: Reader) -> list[Subscriber]:
    """Return them as the chunks know them."""
    return cast("list[Subscriber]", [*readers])


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """What is closed at the end."""
    with ExitStack() as closing:
        yield closing


def pair(stack: ExitStack) -> tuple[Reader, socket.socket]:
    """Return somebody with a socket, and its other end."""
    near, far = socket.socketpair()
    stack.enter_context(near)
    stack.enter_context(far).setblocking(False)
    near.setblocking(False)
    return Reader(near), far


def test_what_a_socket_takes_is_not_written(stack: ExitStack) -> None:
    """It is sent, once."""
    (ann, anns), (bob, bobs) = pair(stack), pair(stack)
    write_each([(some(ann, bob), b"one\n"), (some(bob), b"two\n")])
    assert anns.recv(100) == b"one\n"
    assert bobs.recv(100) == b"one\ntwo\n"
    assert ann.writes == bob.writes == []


def test_the_rest_of_what_a_socket_took_is_written(stack: ExitStack) -> None:
    """From where the kernel stopped, to that one alone."""
    (ann, anns), (bob, bobs) = pair(stack), pair(stack)
    data = bytes(range(250)) * (LARGE // 250)
    write_each([(some(ann), data)])
    (rest,) = ann.writes
    assert 0 < len(rest) < len(data)
    assert data.endswith(rest)
    write_each([(some(ann, bob), b"next\n")])
    assert ann.writes == [rest, b"next\n"]
    assert bobs.recv(100) == b"next\n"
    assert bob.writes == []
    taken = 0
    while taken < len(data) - len(rest):
        taken += len(anns.recv(LARGE))
    with pytest.raises(BlockingIOError):
        anns.recv(1)


def test_who_has_no_socket_or_a_broken_one_is_written_to(stack: ExitStack) -> None:
    """All of it: whoever owns the socket finds out what is wrong with it."""
    ann, anns = pair(stack)
    anns.close()
    carl = Reader()
    write_each([(some(ann, carl), b"hello\n")])
    assert ann.writes == carl.writes == [b"hello\n"]


def test_who_is_behind_gets_nothing(stack: ExitStack) -> None:
    """Though its socket would take it."""
    ann, anns = pair(stack)
    ann.backlog = object()
    write_each([(some(ann), b"hello\n")])
    write_joined([(some(ann), b"one\n"), (some(ann), b"two\n")])
    assert ann.writes == []
    with pytest.raises(BlockingIOError):
        anns.recv(1)


def test_many_get_it_once_each() -> None:
    """Also those after the first so many that are sent to in one go."""
    many = [Reader() for _ in range(2 * TOGETHER + 3)]
    write_each([(some(*many), b"hello\n")])
    assert all(one.writes == [b"hello\n"] for one in many)


def test_who_gets_several_gets_them_in_one_piece(stack: ExitStack) -> None:
    """In their order; who gets one, gets it as it is."""
    (ann, anns), bob, carl = pair(stack), Reader(), Reader()
    write_joined([(some(ann, bob), b"one\n"), (some(bob, carl), b"two\n"), (some(bob), b"three\n")])
    assert anns.recv(100) == b"one\n"
    assert bob.writes == [b"one\ntwo\nthree\n"]
    assert carl.writes == [b"two\n"]
