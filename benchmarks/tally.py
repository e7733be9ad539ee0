"""What a run says and how it is counted, pure.

Rules:
- Every measured message ends in MARK, which stands nowhere else in what a server sends: so messages
  are counted by counting bytes, whatever the server puts around them.
- All receivers of a room hear the same bytes, so a message ends at the same byte for all. That makes the
  latency to the last receiver exact although only one of them, the watcher, reads what is said.
"""

import re

MARK = b"^"
_SPOKEN = re.compile(rb"s(\d) (\d{8}) x*\^")


def compose(sender: int, number: int, size: int) -> bytes:
    """The text of one message of `size` bytes (at least 12), that says whose and which it is."""
    head = b"s%d %08d " % (sender, number)
    return head + b"x" * (size - len(head) - len(MARK)) + MARK


class Tally:
    """How much, of messages or bytes, has come to each receiver, and to all of them."""

    def __init__(self, receivers: int) -> None:
        self.counts = [0] * receivers
        self.complete = 0
        self._behind = receivers  # who have heard no more than all have

    def hear(self, receiver: int, more: int) -> None:
        """Note that `receiver` heard so much more."""
        before = self.counts[receiver]
        self.counts[receiver] = before + more
        if more and before == self.complete:
            self._behind -= 1
            if not self._behind:
                self.complete = min(self.counts)
                self._behind = self.counts.count(self.complete)


class Watcher:
    """Puts the messages of all senders into the order in which the room heard them.

    `ends` tells for each of them after how many bytes it was heard.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._passed = 0  # bytes before the rest
        self.order: list[tuple[int, int]] = []  # (sender, number)
        self.ends: list[int] = []

    def feed(self, data: bytes) -> None:
        """Take what the watching receiver read, in any cut."""
        whole, mark, self._rest = (self._rest + data).rpartition(MARK)
        for spoken in _SPOKEN.finditer(whole + mark):
            self.order.append((int(spoken[1]), int(spoken[2])))
            self.ends.append(self._passed + spoken.end())
        self._passed += len(whole) + len(mark)
