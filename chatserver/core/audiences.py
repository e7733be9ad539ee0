"""Who is to see something: snapshots that never change, though people come and go.

Rules: an audience of a room is a moment of its presence, which notes when who came and left; so it
takes no time to make one, and none to say whether somebody is in it, however many come and go one
by one in a large room. The users are written out only for an audience that something is shown to.
"""

from bisect import bisect_right
from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)
"""A user: two are the same only as one object."""

_SPARE = 64


class Presence(Generic[T]):
    """When who came into a room, and left it: moments are numbers that rise."""

    __slots__ = ("_gone", "_moments", "now")

    def __init__(self, users: Iterable[T] = ()) -> None:
        """Begin with `users` there."""
        self.now = 0
        self._gone = 0
        self._moments: dict[T, int | list[int]] = dict.fromkeys(users, 0)
        """Of each user the moments when they came, left, came again, ...; one as a number alone."""

    @property
    def worn(self) -> bool:
        """Whether it speaks more of those who have left than of those who are there."""
        return self._gone > _SPARE + len(self._moments) // 2

    def enter(self, user: T) -> None:
        """Note that `user` comes."""
        self.now += 1
        moments = self._moments.setdefault(user, self.now)
        if isinstance(moments, list):  # they were here before
            self._gone -= 1
            moments.append(self.now)

    def leave(self, user: T) -> None:
        """Note that `user`, who is there, leaves."""
        self.now += 1
        self._gone += 1
        moments = self._moments[user]
        if isinstance(moments, list):
            moments.append(self.now)
        else:
            self._moments[user] = [moments, self.now]

    def has(self, user: object, moment: int) -> bool:
        """Say whether `user` was there at `moment`."""
        moments = self._moments.get(user)  # type: ignore[arg-type]  # any
        if isinstance(moments, int):
            return moments <= moment
        return moments is not None and _is_inside(moments, moment)

    def at(self, moment: int) -> tuple[T, ...]:
        """Return who was there at `moment`."""
        return tuple(
            user
            for user, moments in self._moments.items()
            if (moments <= moment if isinstance(moments, int) else _is_inside(moments, moment))
        )


def _is_inside(moments: list[int], moment: int) -> bool:
    """Say whether who came and left at `moments` was there at `moment`."""
    return bisect_right(moments, moment) % 2 == 1


class Audience(Generic[T]):
    """Who is to see something: a snapshot, shared by all events that it fits."""

    __slots__ = ("_moment", "_presence", "_users", "key", "plan")

    def __init__(
        self, users: Iterable[T] = (), key: str = "", presence: Presence[T] | None = None
    ) -> None:
        """Make one of `users`, or of who is there by `presence` now."""
        self._presence = presence
        self._moment = presence.now if presence is not None else 0
        self._users = tuple(users) if presence is None else None
        self.key = key
        """The log (`Room.log`) of the room whose members these are, "" for others: what is kept of it
        stands there, and events of one key go out together."""
        self.plan: object = None
        """What delivery worked out for this audience; the core never looks at it."""

    @property
    def users(self) -> tuple[T, ...]:
        """All of them."""
        if self._users is None:
            assert self._presence is not None  # noqa: S101 -- one of the two is there
            self._users = self._presence.at(self._moment)
        return self._users

    def __contains__(self, user: object) -> bool:
        if self._presence is None:
            self._presence = Presence(self.users)
        return self._presence.has(user, self._moment)

    def __len__(self) -> int:
        return len(self.users)
