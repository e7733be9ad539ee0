"""Wrong passwords and new accounts, counted by the address that they came from, so that nobody has many.

Rules: each is forgotten after a while, one after the other. An IPv6 network of 64 bits counts as one
address, since one customer has it all. What is remembered is bounded: of more addresses, those are forgotten
that failed longest ago.
"""

import ipaddress
import math
from collections.abc import Callable
from threading import Lock
from typing import Final

FORGOTTEN_AFTER: Final = 60.0
"""Seconds for each failure."""

ADDRESSES_MOST: Final = 10_000


class LimitedAttempts:
    """So many are free (0: any number); then one a minute is."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        """Let `most` failures be free; `clock` tells the time in seconds, and never goes back."""
        self.most = most
        self._clock = clock
        self._failed: dict[str, tuple[float, float]] = {}
        """By address: how many failures are remembered, and when that was; failed last at the end."""
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._failed)

    def wait(self, host: str) -> int:
        """Return for how many seconds nobody may try from `host` any more, 0 if they may."""
        if not self.most:
            return 0
        with self._lock:
            over = self._count(_network(host)) - self.most + 1
        return math.ceil(over * FORGOTTEN_AFTER) if over > 0 else 0

    def fail(self, host: str) -> None:
        """Know of a wrong password, invitation or certificate, or of one more account; on any thread."""
        key = _network(host)
        with self._lock:
            count = self._count(key) + 1
            self._failed.pop(key, None)
            self._failed[key] = count, self._clock()
            if len(self._failed) > ADDRESSES_MOST:
                del self._failed[next(iter(self._failed))]

    def _count(self, key: str) -> float:
        """Return how many failures are remembered now."""
        count, at = self._failed.get(key, (0.0, 0.0))
        return max(0.0, count - (self._clock() - at) / FORGOTTEN_AFTER)


def _network(host: str) -> str:
    """Return as what an address counts."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host  # a Unix socket, say
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
