"""Who wants to know when somebody comes or goes: a list of nicks for each session (IRCv3 monitor).

Rules: a list belongs to a session, and goes with it. Nicks are compared by their fold. While nobody has a
list, nothing is looked up.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from chatwire.names import fold

MONITORED_MOST: Final = 100
"""Nicks on one list."""


class Monitors:
    """The lists of all sessions."""

    def __init__(self) -> None:
        self._lists: dict[int, dict[str, str]] = {}
        """By session: folded nicks, as they were asked for."""
        self._watchers: dict[str, dict[int, None]] = {}
        """By folded nick, the sessions that have it on their lists, in the order in which they came."""

    def __bool__(self) -> bool:
        """Whether there is any list."""
        return bool(self._lists)

    def add(self, session: int, nick: str) -> bool:
        """Put `nick` on the list of `session`; False if that is full."""
        key, listed = fold(nick), self._lists.get(session, {})
        if key not in listed:
            if len(listed) >= MONITORED_MOST:
                return False
            self._lists.setdefault(session, listed)[key] = nick
            self._watchers.setdefault(key, {})[session] = None
        return True

    def remove(self, session: int, nicks: Iterable[str]) -> None:
        """Take `nicks` off the list of `session`, as far as they are on it."""
        listed = self._lists.get(session, {})
        for key in map(fold, nicks):
            if listed.pop(key, None) is not None:
                watchers = self._watchers[key]
                del watchers[session]
                if not watchers:
                    del self._watchers[key]
        if not listed:
            self._lists.pop(session, None)

    def forget(self, session: int) -> None:
        """Have no list of `session` any more."""
        self.remove(session, self.listed(session))

    def listed(self, session: int) -> Sequence[str]:
        """Return the nicks on the list of `session`, as it asked for them."""
        return [*self._lists.get(session, {}).values()]

    def watchers(self, nick: str) -> Sequence[int]:
        """Return the sessions that have `nick` on their lists."""
        return [*self._watchers.get(fold(nick), ())]
