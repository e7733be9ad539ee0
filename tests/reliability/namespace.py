"""A network of its own for one client, joined to ours by a cable: one that can lose every packet.

Rules: needs root, `ip` (iproute2) and `iptables`; `available` says whether all is there. What was made
is removed with the block, and its names begin with `rel` and our process id, so that runs do not meet.
"""

import os
import shutil
import subprocess
from typing import Self

from tests.closing import Closing


def run(*words: str) -> None:
    """Run a command that must work. Raises `OSError` or `CalledProcessError`."""
    subprocess.run(words, check=True, capture_output=True, timeout=20)


def available() -> str:
    """Return "" if namespaces can be made here, else why not."""
    for program in ("ip", "iptables"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    try:
        with Namespace(63):
            return ""
    except (OSError, subprocess.SubprocessError) as error:
        return why_not(error)


def why_not(error: OSError | subprocess.SubprocessError) -> str:
    """Return why there is no namespace, by what making one has raised."""
    told = getattr(error, "stderr", b"") or b""
    return f"no network namespaces here: {told.decode().strip() or error}"


class Namespace(Closing):
    """A network namespace; `host` is our end of its cable, as the processes in it see us."""

    def __init__(self, number: int) -> None:
        """Choose names; `number` is less than 64, and unique in this process."""
        self.name = f"rel{os.getpid()}-{number}"
        self._near, self._far = (f"r{os.getpid() % 10**7}{side}{number}" for side in "nf")
        network = (os.getpid() % 1024) * 64 + number  # of 10.192.0.0/10, four addresses each
        first = (10 << 24) + (192 << 16) + network * 4
        self.host, self._guest = (
            ".".join(str((first + place) >> shift & 255) for shift in (24, 16, 8, 0))
            for place in (1, 2)
        )

    def __enter__(self) -> Self:
        run("ip", "netns", "add", self.name)
        try:
            run("ip", "link", "add", self._near, "type", "veth", "peer", "name", self._far,
                "netns", self.name)  # fmt: skip
            run("ip", "addr", "add", f"{self.host}/30", "dev", self._near)
            run("ip", "link", "set", self._near, "up")
            self._inside("ip", "addr", "add", f"{self._guest}/30", "dev", self._far)
            self._inside("ip", "link", "set", self._far, "up")
            self._inside("ip", "link", "set", "lo", "up")
            self._inside("iptables", "-S")
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        """Remove it."""
        # The cable would live on while a process is left in the namespace.
        subprocess.run(["ip", "link", "del", self._near], check=False, capture_output=True)
        subprocess.run(["ip", "netns", "del", self.name], check=False, capture_output=True)

    @property
    def wrapper(self) -> list[str]:
        """What starts a command line in it."""
        return ["ip", "netns", "exec", self.name]

    def go_dark(self) -> None:
        """Lose every packet, in both directions; nobody is told."""
        for chain in ("INPUT", "OUTPUT"):
            self._inside("iptables", "-I", chain, "-j", "DROP")

    def light_up(self) -> None:
        """Let packets pass again."""
        for chain in ("INPUT", "OUTPUT"):
            self._inside("iptables", "-F", chain)

    def _inside(self, *words: str) -> None:
        run(*self.wrapper, *words)
