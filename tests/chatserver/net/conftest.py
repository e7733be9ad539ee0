"""Every test of the sockets runs on both event loops: the one of Python, and uvloop."""

import asyncio
from collections.abc import Callable, Mapping

import uvloop

LoopFactory = Callable[[], asyncio.AbstractEventLoop]


def pytest_asyncio_loop_factories() -> Mapping[str, LoopFactory]:
    """Say which event loops there are."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
