"""Waiting for what another thread or process does: by looking again until a deadline."""

import time
from collections.abc import Callable


def eventually(condition: Callable[[], object], within: float = 20.0) -> None:
    """Return when `condition` holds; it must within some seconds."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.005)
