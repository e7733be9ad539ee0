"""What asks a program without a screen to end."""

import asyncio
import os
import signal

import pytest

from chatclient.signals import on_reader_gone, on_signals


@pytest.mark.asyncio
async def test_signals() -> None:
    """A signal is handed over, as long as the block runs."""
    heard: asyncio.Queue[signal.Signals] = asyncio.Queue()
    before = signal.getsignal(signal.SIGUSR1)
    with on_signals(heard.put_nowait, signal.SIGUSR1):
        os.kill(os.getpid(), signal.SIGUSR1)
        async with asyncio.timeout(20):
            assert await heard.get() == signal.SIGUSR1
    assert signal.getsignal(signal.SIGUSR1) == before


@pytest.mark.asyncio
async def test_what_is_ignored_stays_so() -> None:
    """Who was started by nohup does not end with the terminal."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with on_signals(lambda _: None, signal.SIGHUP):
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.asyncio
async def test_a_reader_that_goes() -> None:
    """That nobody reads a pipe any more is heard, before anything is written."""
    reading, writing = os.pipe()
    gone = asyncio.Event()
    try:
        with on_reader_gone(writing, gone.set):
            os.close(reading)
            async with asyncio.timeout(20):
                await gone.wait()
    finally:
        os.close(writing)


@pytest.mark.asyncio
async def test_a_file_has_no_reader() -> None:
    """Nothing is watched but pipes."""
    file = os.open(os.devnull, os.O_WRONLY)
    try:
        with on_reader_gone(file, lambda: None):
            pass
    finally:
        os.close(file)
