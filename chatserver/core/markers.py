"""Read markers: up to when somebody has read what was said in a room, or between them and a person.

Rules: a marker only moves forward, and never beyond the present. They are somebody's own: nobody else
learns of them. A guest's last as long as their session; those of an account are the same on all devices,
and are kept.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from chatserver.core.accounts import Account, Accounts
from chatwire.names import fold

MARKERS_MOST: Final = 500
"""So many markers of one person are remembered; of more, those moved longest ago are forgotten."""

FORGOTTEN: Final = -1
"""As the time of a marker: there is none any more."""


class Marker(Struct, frozen=True, gc=False):
    """Up to when (ms since 1970) who has an account has read a room, or what somebody wrote."""

    account: str
    """Its folded name."""
    target: str
    """Folded."""
    read_at: int
    """`FORGOTTEN` if it is not to be kept any more."""


class Markers:
    """Those of one person."""

    __slots__ = ("_read",)

    def __init__(self) -> None:
        self._read: dict[str, int] = {}
        """By folded room or nick, the time (ms since 1970), moved last at the end."""

    def __len__(self) -> int:
        return len(self._read)

    @property
    def first(self) -> str | None:
        """The target whose marker was moved longest ago, folded; None if there is none."""
        return next(iter(self._read), None)

    def find(self, target: str) -> int | None:
        """Return up to when `target` is read, None if nobody said."""
        return self._read.get(fold(target))

    def move(self, target: str, to: int) -> bool:
        """Say that `target` is read up to `to`; return whether that is news."""
        key = fold(target)
        if to <= self._read.get(key, -1):
            return False
        self._read.pop(key, None)
        self._read[key] = to
        if len(self._read) > MARKERS_MOST:
            del self._read[next(iter(self._read))]
        return True


class AccountMarkers:
    """Those of all accounts; an account that was made anew under a name has none of the one before."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._markers: dict[str, tuple[int, Markers]] = {}
        """By folded name of the account, the `created_seq` of the account, and its markers."""
        self.changed: set[tuple[str, str]] = set()
        """Accounts and targets whose marker must be written; whoever writes takes them out."""

    def __len__(self) -> int:
        """Return of how many accounts they are."""
        return len(self._markers)

    def restore(self, kept: Iterable[Marker]) -> None:
        """Bring back what was kept, of accounts that are known by now."""
        for one in sorted(kept, key=lambda one: one.read_at):
            if (account := self._accounts.find(one.account)) is not None:
                self.of(account).move(one.target, one.read_at)

    def of(self, account: Account) -> Markers:
        """Return those of one account, to be read; `move` moves one."""
        made, markers = self._markers.get(account.key, (-1, None))
        if markers is None or made != account.created_seq:
            markers = Markers()
            self._markers[account.key] = account.created_seq, markers
            self._forget_dropped()
        return markers

    def move(self, account: Account, target: str, to: int) -> bool:
        """Move one of them, as `Markers.move`, and have it be written."""
        markers = self.of(account)
        first = markers.first
        moved = markers.move(target, to)
        if moved:
            self.changed.add((account.key, fold(target)))
            if first is not None and markers.find(first) is None:
                self.changed.add((account.key, first))
        return moved

    def _forget_dropped(self) -> None:
        """Forget those of accounts that are gone, once there are as many: they are nobody's."""
        if len(self._markers) > len(self._accounts):
            known = self._accounts
            self._markers = {name: one for name, one in self._markers.items() if known.find(name)}

    def take_changed(self) -> Sequence[Marker]:
        """Return those that moved since the last call, to be written."""
        changed = sorted(self.changed)
        self.changed.clear()
        found = []
        for name, target in changed:
            if (account := self._accounts.find(name)) is not None:
                read_at = self.of(account).find(target)
                found.append(Marker(name, target, FORGOTTEN if read_at is None else read_at))
        return found
