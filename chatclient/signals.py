"""What asks a program without a screen to end: signals, and a reader that has gone."""

import asyncio
import contextlib
import os
import signal
import stat
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def on_signals(
    handle: Callable[[signal.Signals], None], *numbers: signal.Signals
) -> Iterator[None]:
    """Have `handle` called for these signals while the block runs.

    Those that whoever started us has ignored (`nohup`) stay so.
    """
    loop = asyncio.get_running_loop()
    numbers = tuple(each for each in numbers if signal.getsignal(each) is not signal.SIG_IGN)
    try:
        for number in numbers:
            loop.add_signal_handler(number, handle, number)
    except NotImplementedError:  # Windows: Ctrl-C raises KeyboardInterrupt there
        yield
        return
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


@contextlib.contextmanager
def on_reader_gone(descriptor: int, handle: Callable[[], None]) -> Iterator[None]:
    """Have `handle` called when nobody reads the pipe that we write to, while the block runs.

    Otherwise `chatclient --json | head -1` would stay until there is something more to print.
    """
    loop = asyncio.get_running_loop()
    if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
        yield
        return
    try:
        # The writing end of a pipe is "readable" when the other end is closed.
        loop.add_reader(descriptor, handle)
    except (NotImplementedError, OSError):  # Windows
        yield
        return
    try:
        yield
    finally:
        loop.remove_reader(descriptor)
