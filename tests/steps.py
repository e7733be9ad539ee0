"""Counts the work of Python code, where a test bounds it: the same on every machine, at any time.

Rules: a step is a line that is begun, each turn of a loop too. What is done in C is one step, however
long it takes: a test that means such work gives it so much that another way would never end.
"""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def steps(act: Callable[[], object]) -> int:
    """Return how many steps `act` takes; whoever traces meanwhile (a debugger) misses them."""
    taken = 0

    def count(_frame: FrameType, event: str, _: Any) -> Callable[..., Any]:
        nonlocal taken
        taken += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        act()
    finally:
        sys.settrace(before)
    return taken
