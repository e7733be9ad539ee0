"""The nicks of who is there: by whom each is had, which look alike, and which came and went."""

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from chatserver.core.lookalikes import Lookalikes


class Named(Protocol):
    """Somebody with a nick."""

    @property
    def nick(self) -> str:
        """The nick that they have now."""
        ...


T = TypeVar("T", bound=Named)


class Nicks(dict[str, T], Generic[T]):
    """Who is there, by folded nick; also found by what a nick looks like."""

    def __init__(self) -> None:
        super().__init__()
        self._lookalikes = Lookalikes()
        self.changed: dict[str, str] = {}
        """Folded nicks that were taken or freed, as they were written before ("" if they were free)."""

    def __setitem__(self, key: str, user: T) -> None:
        if key not in self:
            self.changed.setdefault(key, "")
        super().__setitem__(key, user)
        self._lookalikes.add(key)

    def __delitem__(self, key: str) -> None:
        self.changed.setdefault(key, self[key].nick)
        super().__delitem__(key)
        self._lookalikes.discard(key)

    def find_similar(self, nick: str) -> Iterator[str]:
        """Yield the folded nicks that look like `nick`, itself among them; one may come twice."""
        return self._lookalikes.find(nick)
