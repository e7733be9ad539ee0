"""Numbers from samples and from /proc, pure: text and values in, values out."""

from collections.abc import Sequence
from math import ceil


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that a `share` (0 to 1) of `values` does not exceed; NaN of none."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def cpu_ticks(stat: str) -> int:
    """Clock ticks that all threads of a process used, user and system, from its /proc/PID/stat.

    The second field is the program's name in parentheses and may itself hold spaces and
    parentheses, so fields count from the last one that closes (proc(5): utime is 14, stime 15).
    """
    after_name = stat.rpartition(")")[2].split()
    return int(after_name[11]) + int(after_name[12])


def machine_ticks(stat: str) -> int:
    """Clock ticks for which anything ran on any core, or was kept from it, from /proc/stat.

    Not idle, waiting for a disk, or serving interrupts: the kernel's work for sockets belongs to
    no process, so it would look like somebody else's.
    """
    user, nice, system, _idle, _iowait, _irq, _softirq, steal = map(int, stat.split()[1:9])
    return user + nice + system + steal


def resident_kib(status: str) -> int:
    """Resident memory in KiB from a process's /proc/PID/status; ValueError when it tells none."""
    for line in status.splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise ValueError("no VmRSS line: the process has ended")


def per_million(seconds: float, deliveries: int) -> float:
    """CPU seconds per million deliveries; NaN when nothing was delivered."""
    return seconds * 1e6 / deliveries if deliveries else float("nan")
