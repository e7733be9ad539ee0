"""Who is in a room, with prefixes, in the order in which they are shown."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from chatclient.model.folding import Fold


@dataclass(slots=True)
class Member:
    """Somebody in a room."""

    nick: str
    prefixes: str = ""
    """All their prefixes, highest first ("@+"); `prefixes[:1]` is the one to show."""
    user: str = ""
    host: str = ""
    account: str = ""
    realname: str = ""
    away: bool = False


class Members:
    """The members of one room: found by any spelling of a nick, iterated in the order to show.

    The order is by rank (operators first), then by nick. It is made when it is asked for, and kept
    until something changes, so that a room of 10,000 is sorted once and not at every join.
    """

    __slots__ = ("_by_fold", "_fold", "_order", "ranks")

    def __init__(self, fold: Fold, ranks: str = "~&@%+") -> None:
        self._fold = fold
        self._by_fold: dict[str, Member] = {}
        self._order: list[Member] | None = None
        self.ranks = ranks
        """The prefixes that the server knows, highest first."""

    def __len__(self) -> int:
        return len(self._by_fold)

    def __iter__(self) -> Iterator[Member]:
        return iter(self.ordered())

    def __contains__(self, nick: str) -> bool:
        return self._fold(nick) in self._by_fold

    def has_folded(self, folded: str) -> bool:
        """Say whether somebody is in whose nick is folded like that."""
        return folded in self._by_fold

    @property
    def folded(self) -> Collection[str]:
        """The nicks of all members, folded."""
        return self._by_fold.keys()

    def get(self, nick: str) -> Member | None:
        """Return the member of that nick, in any spelling, or None."""
        return self._by_fold.get(self._fold(nick))

    def ordered(self) -> Sequence[Member]:
        """Return all members in the order to show: operators first, then by nick."""
        if self._order is None:
            self._order = sorted(self._by_fold.values(), key=self._rank)
        return self._order

    def put(self, member: Member) -> None:
        """Add somebody, in the place of whoever had that nick."""
        self._by_fold[self._fold(member.nick)] = member
        self._order = None

    def remove(self, nick: str) -> Member | None:
        """Take somebody out and return them, or None if they were not in."""
        self._order = None
        return self._by_fold.pop(self._fold(nick), None)

    def rename(self, old: str, new: str) -> bool:
        """Give a member another nick; say whether `old` was in."""
        member = self.remove(old)
        if member is None:
            return False
        member.nick = new
        self.put(member)
        return True

    def set_prefix(self, nick: str, prefix: str, *, given: bool) -> None:
        """Give a member a prefix, or take it away."""
        member = self.get(nick)
        if member is None:
            return
        held = set(member.prefixes) | {prefix} if given else set(member.prefixes) - {prefix}
        member.prefixes = "".join(rank for rank in self.ranks if rank in held)
        self._order = None

    def replace(self, members: Sequence[Member]) -> None:
        """Make these the members, and nobody else."""
        self._by_fold = {self._fold(member.nick): member for member in members}
        self._order = None

    def _rank(self, member: Member) -> tuple[int, str]:
        rank = self.ranks.find(member.prefixes[0]) if member.prefixes else len(self.ranks)
        return rank, self._fold(member.nick)
