"""What a run says and how it is counted, pure.

Rules:
- Every measured message ends in MARK, which stands nowhere else in what a server sends: so messages
  are counted by counting bytes, whatever the server puts around them.
- All members hear a room in one order, so the n-th message is the same for all. That makes the
  latency to the last receiver exact although only one receiver, the watcher, reads what is said.
"""

import re
from collections import Counter

MARK = b"^"
_SPOKEN = re.compile(rb"s(\d) (\d{8}) x*\^")


def compose(sender: int, number: int, size: int) -> bytes:
    """The text of one message of `size` bytes (at least 12), that says whose and which it is."""
    head = b"s%d %08d " % (sender, number)
    return head + b"x" * (size - len(head) - len(MARK)) + MARK


class Tally:
    """How many messages have come to all of the receivers."""

    def __init__(self, receivers: int) -> None:
        self._counts = [0] * receivers
        self._at = Counter({0: receivers})  # how many receivers have heard just so many
        self.complete = 0

    def hear(self, receiver: int, messages: int) -> None:
        """Note that `receiver` heard so many messages more."""
        if not messages:
            return
        before = self._counts[receiver]
        self._counts[receiver] = before + messages
        self._at[before + messages] += 1
        self._at[before] -= 1
        if not self._at[before]:
            del self._at[before]
            if before == self.complete:
                self.complete = min(self._at)


class Watcher:
    """Puts the messages of all senders into the order in which the room heard them."""

    def __init__(self) -> None:
        self._rest = b""
        self.order: list[tuple[int, int]] = []  # (sender, number)

    def feed(self, data: bytes) -> None:
        """Take what the watching receiver read, in any cut."""
        whole, mark, self._rest = (self._rest + data).rpartition(MARK)
        for spoken in _SPOKEN.finditer(whole + mark):
            self.order.append((int(spoken[1]), int(spoken[2])))
