"""Runs a server as a process of its own, on a core of its own, and reads its meters from /proc.

Rule: a server that was started is ended, and its directory removed, however the measurement ends.
"""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from benchmarks.crowd import LoadError
from benchmarks.figures import cpu_ticks, machine_ticks, resident_kib
from benchmarks.servers import Target

HOST = "127.0.0.1"
START_SECONDS = 20.0
STOP_SECONDS = 10.0
QUIET_LOOK = 0.5
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def cores() -> tuple[set[int], set[int]]:
    """The core for the server and those for the load; the same one when there is only one."""
    usable = sorted(os.sched_getaffinity(0))
    return {usable[0]}, set(usable[1:]) or {usable[0]}


def free_port() -> int:
    """A port of the loopback interface on which nothing listens now."""
    with socket.create_server((HOST, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def machine_seconds() -> float:
    """CPU seconds used since the machine's start, by everybody on all cores."""
    return machine_ticks(Path("/proc/stat").read_text()) / _TICKS_PER_SECOND


def await_quiet(seconds: float) -> None:
    """Wait until nobody else uses more than a tenth of a core, but no longer than `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        before = machine_seconds()
        time.sleep(QUIET_LOOK)
        if machine_seconds() - before < QUIET_LOOK / 10:
            return


class Server:
    """A running server; leaving the context ends it.

    `start_seconds` is the time from exec to the first connection that it took.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._directory = tempfile.TemporaryDirectory(prefix="bench-")
        self.address = (HOST, free_port())
        self.start_seconds = float("nan")

    @property
    def directory(self) -> Path:
        """Its own directory, on the disk on which it keeps what it keeps."""
        return Path(self._directory.name)

    def __enter__(self) -> Self:
        """Start it and wait until it takes a connection; LoadError when it does not in time."""
        home = Path(self._directory.name)
        home.chmod(0o755)  # ngircd reads its configuration as another user
        command = self._target.command(self.address[1], home)
        self._all_cores = os.sched_getaffinity(0)
        self._own_cores, load_cores = cores()
        os.sched_setaffinity(0, load_cores)
        # What starts on its core, and its threads, inherit that.
        with (home / "log").open("wb") as log, self.in_its_place():
            begin = time.perf_counter()
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            self._await_listening(begin)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        os.sched_setaffinity(0, self._all_cores)
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        self._process.kill()
        self._process.wait()
        self._directory.cleanup()

    @contextmanager
    def in_its_place(self) -> Iterator[None]:
        """Do the block on the core that it has."""
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, self._own_cores)
        try:
            yield
        finally:
            os.sched_setaffinity(0, before)

    def cpu_seconds(self) -> float:
        """CPU seconds used since its start, by all its threads."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text()
        return cpu_ticks(stat) / _TICKS_PER_SECOND

    def machine_seconds(self) -> float:
        """CPU seconds used since the machine's start, by everybody on all cores."""
        return machine_seconds()

    def resident_kib(self) -> int:
        """Resident memory now, in KiB."""
        return resident_kib(Path(f"/proc/{self._process.pid}/status").read_text())

    def _await_listening(self, begin: float) -> None:
        while time.perf_counter() - begin < START_SECONDS:
            with suppress(ConnectionError), socket.create_connection(self.address, timeout=1):
                self.start_seconds = time.perf_counter() - begin
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.001)
        log = Path(self._directory.name, "log").read_text(errors="replace")
        raise LoadError(f"{self._target.name} does not listen: {log[-500:]}")
