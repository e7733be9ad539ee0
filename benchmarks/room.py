"""All members of the one room: some listen, some speak.

Rule: once everyone is in and has heard whatever there was, all receivers hear the same bytes. So only the
first, the watcher, reads them; of the others it is enough to know how many bytes they have heard.
"""

import time
from typing import Self

from benchmarks.crowd import Crowd, LoadError
from benchmarks.dialects import Dialect

CALL = b"who-is-here"  # said until every member has heard it: then everyone is in the room
CALL_SECONDS = 0.25
GATHER_SECONDS = 60.0
QUIET_SECONDS = 0.25  # when nothing was heard for so long, all have heard the last call


class Room(Crowd):
    """First the receivers, then the senders; entering the context gathers them all."""

    def __init__(
        self, address: tuple[str, int], dialect: Dialect, receivers: int, senders: int
    ) -> None:
        super().__init__(address)
        self.receivers, self.senders = receivers, senders
        self._dialect = dialect

    def __enter__(self) -> Self:
        """Connect everyone and return when all are in the room; LoadError after a minute."""
        try:
            self._gather()
            self.settle(QUIET_SECONDS, GATHER_SECONDS)
            self.skim(range(1, self.receivers))
        except BaseException:
            self.__exit__()
            raise
        return self

    def say(self, sender: int, texts: list[bytes]) -> None:
        """Let a sender speak; what the kernel does not take waits for `flush`."""
        self.send(self.receivers + sender, b"".join(map(self._dialect.say, texts)))

    def flush(self, sender: int) -> None:
        """Hand what waits to the kernel, as far as it takes it."""
        self.push(self.receivers + sender)

    def _gather(self) -> None:
        absent = set(self.admit(self._dialect, self.receivers + self.senders))
        deadline = time.monotonic() + GATHER_SECONDS
        absent.discard(self.receivers)  # the first sender calls, and does not hear itself
        while absent:
            if time.monotonic() > deadline:
                raise LoadError(f"{len(absent)} members did not get into the room")
            self.say(0, [CALL])
            self._await_call(absent, time.monotonic() + CALL_SECONDS)

    def _await_call(self, absent: set[int], until: float) -> None:
        while absent and (left := until - time.monotonic()) > 0:
            for member, size in self.read(left):
                if member in absent and self.has(CALL, size):
                    absent.discard(member)
