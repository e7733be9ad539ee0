"""A vault for tests: keeps passwords in memory, and can be told to be none."""

import threading

from chatclient.vault import VaultError


class FakeVault:
    """What keeps passwords, by network and account."""

    def __init__(self, *, usable: bool = True) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.usable = usable
        self.locked = threading.Event()
        """Set when it may answer."""
        self.locked.set()

    def check(self) -> None:
        """Say whether it is one."""
        if not self.usable:
            raise VaultError("no keyring")

    def find(self, network: str, account: str) -> str:
        """Return what is kept, when it is unlocked."""
        self.locked.wait(10)
        self.check()
        return self.kept.get((network, account), "")

    def keep(self, network: str, account: str, password: str) -> None:
        """Keep it."""
        self.check()
        self.kept[network, account] = password
