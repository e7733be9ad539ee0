"""What is said in the terminal after the screen is gone: own lines that the server may not have.

Rules: nobody should believe that something was said because they saw it last; what the screen
called failed before was told there.
"""

from collections.abc import Iterator

from chatclient.model import Delivery, World
from chatclient.session import LEFT


def farewell(world: World) -> Iterator[str]:
    """Iterate over what to tell who has left, a line each; nothing if all was acknowledged."""
    unsaid = [
        f"  {buffer.name}: {part}"
        for buffer in world.buffers
        for line in buffer.lines
        if line.delivery is Delivery.PENDING or line.reason == LEFT
        for part in line.text.split("\n")
    ]
    if unsaid:
        yield "chatclient: you left before the server acknowledged what you said:"
        yield from unsaid
