"""People, rooms, and who is in which, with which rights.

Rules: only `execute` writes them, in the order of the journal. What leaves them is immutable: an `Audience`
or a `Roster` is a snapshot, shared until the membership changes, and rebuilt only then.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from chatserver.core.audiences import Audience, Presence
from chatserver.core.devices import Device
from chatserver.core.events import Identity
from chatserver.core.markers import Markers
from chatserver.core.records import (
    STATUSES,
    FormerName,
    ListEntry,
    RoomRecord,
    Roster,
    RosterEntry,
    Standing,
)
from chatwire.names import fold

EARLIER_NICKS_MOST = 20
"""So many nicks that somebody had before are remembered while they are connected."""

CONVERSATIONS_MOST = 100
"""With so many people somebody's conversations are remembered while they are connected."""

GONE = "not connected"
"""The away message of somebody none of whose devices is there."""

NO_MODES: frozenset[str] = frozenset()
"""The modes of a new user: one object for all, as most have none."""

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_NOWHERE: Final[Mapping[str, int]] = MappingProxyType({})
_NO_MARKERS: Final = Markers()
"""What most users have none of: one object for all of them, so that somebody idle costs little."""

ROOM_FLAGS = "nt"
"""Modes of a new room: no messages from outside, and the topic is the operators'."""


class User:
    """Somebody who is there, with one device or with several; two are the same only as one object.

    Somebody whose account is always on may have no device at all.
    """

    __slots__ = (
        "active_at", "away_message", "connected_at", "conversations", "correspondent",
        "devices", "earlier", "id", "identity", "invited", "key", "left_seq", "markers",
        "metadata", "modes", "named_seq", "operator", "rooms",
    )  # fmt: skip

    def __init__(self, number: int, identity: Identity, connected_at: int) -> None:
        self.id = number
        """The number of their first session, or a negative one."""
        self.identity = identity
        self.devices: dict[int, Device] = {}
        """By the numbers of their sessions, the newest last."""
        self.left_seq = 0
        """With which number their last device left, if they have none."""
        self.key = b""
        """By which a guest comes back as who they are now; b"" if they cannot, or have an account."""
        self.connected_at = connected_at
        """In ms since 1970 (UTC), as all times."""
        self.active_at = connected_at
        """When they said something last."""
        self.correspondent: User | None = None
        """Who wrote to them last, whatever they are called now; maybe gone."""
        self.named_seq = 0
        """Since which number they have had their nick: what was written to it before is not theirs."""
        self.earlier: tuple[tuple[str, int, int], ...] = ()
        """The nicks (folded) that they had before, each with the numbers between which it was theirs."""
        self.markers = _NO_MARKERS
        """A guest's own; those of accounts are in `State.markers`."""
        self.conversations = _NOTHING
        """Whom they wrote to or heard from: by party, the nick they had; newest last."""
        self.metadata = _NOTHING
        """What a guest says of themselves, by key; that of accounts is in their records."""
        self.modes = NO_MODES
        """Of `i` (invisible), `o` (operator), `w` (wallops), `B` (bot)."""
        self.away_message = ""
        """What they said when they went away, on whichever device, last."""
        self.operator = ""
        """The operator name under which they are one, or ""."""
        self.rooms: dict[str, Membership] = {}
        """By folded name."""
        self.invited = _NOWHERE
        """Rooms that they were asked into: by `Room.log`, the room's `created_seq`; newest last."""

    @property
    def alone(self) -> "Audience[User]":
        """They, and nobody else."""
        return Audience((self,))

    @property
    def nick(self) -> str:
        """The nick that they have now."""
        return self.identity.nick

    @property
    def away(self) -> str:
        """Why they are away, "" if they are here."""
        if self.away_message or any(not device.absent for device in self.devices.values()):
            return self.away_message
        return GONE

    @property
    def newest(self) -> Device | None:
        """The device that connected last."""
        return next(reversed(self.devices.values()), None)

    @property
    def address(self) -> str:
        """The remote address of their newest device, with its port."""
        return self.newest.address if self.newest else ""

    @property
    def face(self) -> str:
        """How they joined with their newest device."""
        return self.newest.face if self.newest else ""

    @property
    def secure(self) -> bool:
        """Whether nobody can listen in on any of their devices."""
        return bool(self.devices) and all(device.secure for device in self.devices.values())

    @property
    def logs(self) -> tuple[str, ...]:
        """Under which targets it is written down what they do in all of their rooms."""
        return tuple(member.room.log for member in self.rooms.values())

    @property
    def bot(self) -> bool:
        """Whether they said that they are a program (`+B`)."""
        return "B" in self.modes

    @property
    def invisible(self) -> bool:
        """Whether they are hidden from who shares no room with them (`+i`)."""
        return "i" in self.modes

    def was_called(self, nick: str, seq: int) -> bool:
        """Say whether they, in this session, had `nick` when the number `seq` was given."""
        now = (fold(self.nick), self.named_seq, seq + 1)
        return any(
            name == fold(nick) and start < seq < end for name, start, end in (now, *self.earlier)
        )

    def converse(self, other: "User") -> None:
        """Note a message to or from `other`."""
        key = other.identity.party
        known = self.conversations
        if not isinstance(known, dict):
            known = self.conversations = {}
        known.pop(key, None)
        known[key] = other.nick
        if len(known) > CONVERSATIONS_MOST:
            del known[next(iter(known))]

    def mark_read(self, target: str, to: int) -> bool:
        """Say that `target` is read up to `to`, for a guest; return whether that is news."""
        if self.markers is _NO_MARKERS:
            self.markers = Markers()
        return self.markers.move(target, to)

    def begin_anew(self, seq: int) -> None:
        """Have nothing to do with what was written to the nick that they take with the number `seq`.

        It becomes theirs then. Conversations of who has an account go on.
        """
        was = (fold(self.nick), self.named_seq, seq)
        self.earlier = (*self.earlier, was)[-EARLIER_NICKS_MOST:]
        self.named_seq = seq
        if not self.identity.account:
            self.conversations = _NOTHING


class Membership:
    """Somebody's place in a room."""

    __slots__ = ("_entry", "muted", "room", "status", "user")

    def __init__(self, room: "Room", user: User, status: str = "") -> None:
        self.room = room
        self.user = user
        self.status = status
        """The letters of `STATUSES` that they hold, in that order."""
        self.muted: tuple[int, Identity, bool] | None = None
        """What `core.rights` found last: at which change of the lists, for whom, whether they are muted."""
        self._entry: RosterEntry | None = None

    @property
    def entry(self) -> RosterEntry:
        """The member as NAMES lists them, made once for each change."""
        if self._entry is None:
            self._entry = RosterEntry(self.user.identity, self.status, self.user.invisible)
        return self._entry

    def forget_entry(self) -> None:
        """Have the entry made anew: identity, status or visibility changed."""
        self._entry = None
        self.room.forget_roster()


class Room:
    """A room, with members or without."""

    __slots__ = (
        "_audience", "_presence", "_roster", "created_at", "created_seq", "emptied_at", "flags",
        "former", "founder", "key", "last_seq", "limit", "lists", "lists_changed", "log", "members",
        "metadata", "name",
        "password", "standings", "statuses", "topic", "topic_at", "topic_by",
    )  # fmt: skip

    def __init__(
        self, name: str, created_at: int, created_seq: int = 0, log: str | None = None
    ) -> None:
        self.name = name
        self.key = fold(name)
        self.log = self.key if log is None else log
        """Under which target it is written down, whatever it is called: its first name, if that was free."""
        self.created_at = created_at
        self.created_seq = created_seq
        self.emptied_at = 0
        """When the last member left, 0 while somebody is there."""
        self.topic = self.topic_by = ""
        self.topic_at = 0
        self.flags: set[str] = set()
        """Of `i m n s t C`: the modes without a parameter."""
        self.password = ""
        self.limit = 0
        self.lists: dict[str, dict[str, ListEntry]] = {"b": {}, "e": {}, "I": {}}
        """By letter, then by folded mask."""
        self.lists_changed = 0
        """How often a list was changed."""
        self.members: dict[User, Membership] = {}
        self.statuses: dict[str, str] = {}
        """See `RoomRecord.statuses`."""
        self.standings: dict[str, Standing] = {}
        self.founder = ""
        """See `RoomRecord`; `core.standings` works with both."""
        self.metadata: dict[str, str] = {}
        """What is said of it, by key."""
        self.former: list[FormerName] = []
        """What it was called before, newest last."""
        self.last_seq: int | None = None
        """The number of the newest message, 0 if there is none, None if only the store knows."""
        self._audience: Audience[User] | None = None
        self._presence: Presence[User] = Presence()
        self._roster: Roster | None = None

    @property
    def audience(self) -> Audience[User]:
        """All members: the same object until somebody comes or goes."""
        if self._audience is None:
            if self._presence.worn:
                self._presence = Presence(self.members)
            self._audience = Audience((), self.log, self._presence)
        return self._audience

    @property
    def roster(self) -> Roster:
        """All members as NAMES lists them: the same object until one of them changes."""
        if self._roster is None:
            self._roster = Roster(member.entry for member in self.members.values())
        return self._roster

    @property
    def blank(self) -> bool:
        """Whether nobody would miss it: nothing was said in it, and nothing was set."""
        return (
            self.last_seq == 0
            and self.flags == set(ROOM_FLAGS)
            and len(self.statuses) + len(self.standings) <= 1
            and not (self.topic or self.password or self.limit or any(self.lists.values()))
            and not self.metadata
        )

    def having(self, statuses: str) -> Iterator[User]:
        """Yield the members who hold one of `statuses` or a higher one."""
        enough = set(STATUSES[: max(map(STATUSES.index, statuses)) + 1])
        return (user for user, member in self.members.items() if enough.intersection(member.status))

    def forget_roster(self) -> None:
        """Have the roster made anew."""
        self._roster = None

    def enter(self, user: User, status: str) -> Membership:
        """Make `user` a member."""
        member = self.members[user] = user.rooms[self.key] = Membership(self, user, status)
        self._presence.enter(user)
        self._audience = None
        if self._roster is not None:
            self._roster = self._roster.grown(member.entry)
        self.emptied_at = 0
        return member

    def leave(self, user: User, at: int) -> None:
        """Make `user`, a member, one no more."""
        del self.members[user], user.rooms[self.key]
        self._presence.leave(user)
        self._audience = self._roster = None
        if not self.members:
            self.emptied_at = at

    def record(self) -> RoomRecord:
        """Return what the store keeps of the room."""
        lists = {letter: [*entries.values()] for letter, entries in self.lists.items() if entries}
        return RoomRecord(
            self.log, self.name, self.created_at, self.created_seq, self.topic, self.topic_by, self.topic_at,
            "".join(sorted(self.flags)), self.password, self.limit, lists, dict(self.statuses),
            self.emptied_at, dict(self.standings), self.founder, [*self.former],
            dict(self.metadata),
        )  # fmt: skip

    @classmethod
    def restored(cls, record: RoomRecord, now: int) -> "Room":
        """Return the room that was kept as `record`; it is empty, since `now` if it was not before."""
        room = cls(record.name, record.created_at, record.created_seq, record.key)
        room.topic, room.topic_by, room.topic_at = record.topic, record.topic_by, record.topic_at
        room.flags, room.password, room.limit = set(record.flags), record.password, record.limit
        for letter, entries in record.lists.items():
            room.lists[letter] = {fold(entry.mask): entry for entry in entries}
        room.statuses = dict(record.statuses)
        room.standings, room.founder = dict(record.standings), record.founder
        room.former = [*record.former]
        room.metadata = dict(record.metadata)
        room.emptied_at = record.emptied_at or now
        return room
