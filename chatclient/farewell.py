"""What is said in the terminal after the screen is gone: own lines that the server may not have.

Rules: nobody should believe that something was said because they saw it last; what the screen
called failed before was told there.
"""

from collections.abc import Iterator

from chatclient.model import Delivery, World


def farewell(world: World, *, kept: bool = False) -> Iterator[str]:
    """Iterate over what to tell who has left, a line each; nothing if all was acknowledged.

    `kept` says whether what still waits is said at the next start.
    """
    from chatclient.session import LEFT  # noqa: PLC0415 - nobody leaves before there is a session

    unsaid = [
        (buffer, line)
        for buffer in world.buffers
        for line in buffer.lines
        if line.delivery is Delivery.PENDING or line.reason == LEFT
    ]
    if unsaid:
        yield "chatclient: you left before the server acknowledged what you said:"
        for buffer, line in unsaid:
            for part in line.text.split("\n"):
                yield f"  {buffer.name}: {part}"
        if kept and all(line.delivery is Delivery.PENDING for _, line in unsaid):
            yield "It is kept on this machine, and said the next time that you are there."
