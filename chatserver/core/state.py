"""The state of the chat: who is there, which rooms, who is in them, with which rights.

Rules: only `execute` writes it, in the order of the journal. What leaves it is immutable: an `Audience`
or a `Roster` is a snapshot, shared until the membership changes, and rebuilt only then.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from msgspec.structs import replace

from chatserver.core.accounts import Accounts
from chatserver.core.audiences import Audience, Presence
from chatserver.core.departures import Departures
from chatserver.core.devices import Device
from chatserver.core.events import Identity
from chatserver.core.guests import Guests
from chatserver.core.limits import Limits
from chatserver.core.markers import AccountMarkers, Markers
from chatserver.core.metadata import Following
from chatserver.core.monitors import Monitors
from chatserver.core.nicks import Nicks
from chatserver.core.nonces import Nonces
from chatserver.core.records import (
    STATUSES,
    FormerName,
    ListEntry,
    RoomRecord,
    Roster,
    RosterEntry,
    Standing,
)
from chatserver.core.whowas import Whowas
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


class State:
    """All of it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.users: dict[int, User] = {}
        """By their numbers."""
        self.marked: set[User] = set()
        """Those of them who have modes, or are operators: few, so counting them takes no time."""
        self.sessions: dict[int, User] = {}
        """By the numbers of their sessions: whose each is."""
        self.keys: dict[bytes, int] = {}
        """By the key of a device, the number of its session."""
        self.online: dict[str, User] = {}
        """Who has an account, by its folded name."""
        self.nicks: Nicks[User] = Nicks()
        """By folded nick."""
        self.rooms: dict[str, Room] = {}
        """By folded name; with members, or kept though empty. Oldest first."""
        self.renamed: dict[str, Room] = {}
        """Those that stand in the log under another name than theirs, by that."""
        self.past = Whowas(limits.whowas)
        """Who left or changed nick, newest last."""
        self.departures = Departures(limits.whowas)
        self.empty_rooms: dict[str, Room] = {}
        """Those kept though nobody is in them, by folded name, empty longest first; not the lobby."""
        self.blank_rooms: dict[str, Room] = {}
        """Those of them that are blank, likewise."""
        self.nonces = Nonces()
        """Of messages of the last day."""
        self.accounts = Accounts()
        self.monitors = Monitors()
        self.following = Following()
        self.markers = AccountMarkers(self.accounts)
        self.guests = Guests()
        """Who can come back as who they were."""
        self.most_users = 0
        """The most that were connected at once."""
        self.changed_rooms: set[Room] = set()
        """Rooms whose record must be written; whoever writes it takes them out."""
        self.forgotten_rooms: set[str] = set()
        """Logs of rooms whose record must be removed, likewise."""

    def tables(self) -> Iterator[dict[Any, Any]]:
        """Yield those in which there is somebody for each who is there."""
        yield from (self.users, self.sessions, self.keys)
        yield from (room.members for room in self.rooms.values())

    def find_user(self, nick: str) -> User | None:
        """Return who has `nick`, in any case of letters."""
        return self.nicks.get(fold(nick))

    def find_guest(self, key: bytes) -> User | None:
        """Return who is there with a device that has `key`; nobody is with b""."""
        session = self.keys.get(key)
        return self.sessions[session] if session is not None else None

    def find_online(self, account: str) -> User | None:
        """Return who is there with the account of that name."""
        return self.online.get(fold(account)) if account else None

    def is_lasting(self, user: User) -> bool:
        """Say whether `user` stays without any device: their account is always on."""
        account = self.accounts.find(user.identity.account)
        return account is not None and account.always_on

    def add_user(self, user: User) -> None:
        """Let `user` be there."""
        self.users[user.id] = self.nicks[fold(user.nick)] = user
        if user.identity.account:
            self.online[fold(user.identity.account)] = user
        self.most_users = max(self.most_users, len(self.users))

    def note_modes(self, user: User) -> None:
        """Know that the modes of `user`, or whether they are an operator, may have changed."""
        (self.marked.add if user.modes or user.operator else self.marked.discard)(user)

    def drop_user(self, user: User) -> None:
        """Let `user`, who has no device, be there no more."""
        self.marked.discard(user)
        del self.users[user.id], self.nicks[fold(user.nick)]
        self.online.pop(fold(user.identity.account), None)

    def add_device(self, user: User, device: Device) -> None:
        """Let `device` be one of `user`."""
        user.devices[device.session] = device
        self.sessions[device.session] = user
        if device.key:
            self.keys[device.key] = device.session

    def drop_device(self, session: int) -> Device:
        """Let the device with this number be nobody's."""
        device = self.sessions.pop(session).devices.pop(session)
        if self.keys.get(device.key) == session:
            del self.keys[device.key]
        return device

    def identify(self, user: User, identity: Identity) -> None:
        """Let `user` be `identity` from now on: nick, account and all."""
        before, renamed = user.identity, fold(user.nick) != fold(identity.nick)
        if renamed:
            del self.nicks[fold(before.nick)]
        user.identity = identity
        if renamed:
            self.nicks[fold(identity.nick)] = user
        if before.account and self.online.get(fold(before.account)) is user:
            del self.online[fold(before.account)]
        if identity.account:
            self.online[fold(identity.account)] = user
        self.follow(user)

    def follow(self, user: User) -> None:
        """Write down who and where `user` is now, if their account is always on."""
        account = self.accounts.find(user.identity.account)
        if account is not None and account.always_on:
            who, rooms = user.identity, tuple(place.room.name for place in user.rooms.values())
            self.accounts.put(
                replace(
                    account, nick=who.nick, username=who.username, host=who.host,
                    realname=who.realname, rooms=rooms, left_seq=user.left_seq,
                )
            )  # fmt: skip

    def find_room(self, name: str) -> Room | None:
        """Return the room `name`, in any case of letters; an empty one too."""
        return self.rooms.get(fold(name))

    def find_log(self, log: str) -> Room | None:
        """Return the room that stands in the log under `log`, whatever it is called."""
        room = self.renamed.get(log) or self.rooms.get(log)
        return room if room is not None and room.log == log else None

    def add_room(self, room: Room) -> None:
        """Have one more room."""
        self.rooms[room.key] = room
        if room.log != room.key:
            self.renamed[room.log] = room

    def restore_rooms(self, records: Iterable[RoomRecord], now: int) -> Iterator[Room]:
        """Add and yield the rooms that were kept. Of two with one name, the younger gets another.

        Earlier versions told names apart that are one now: `#Über` and `#über`.
        """
        for record in sorted(records, key=lambda record: record.created_at):
            name, number = record.name, 1
            while self.find_room(name) is not None:
                number += 1
                name = f"{record.name}-{number}"
            room = Room.restored(replace(record, name=name), now)
            self.add_room(room)
            yield room

    def see_to_empty(self, room: Room) -> None:
        """Note that `room` is empty now; one that belongs to somebody is never forgotten."""
        self.changed_rooms.add(room)
        if room.key != fold(self.limits.lobby) and not room.founder:
            self.empty_rooms[room.key] = room
            if room.blank:
                self.blank_rooms[room.key] = room

    def see_to_entered(self, room: Room) -> None:
        """Note that somebody is in `room` now."""
        self.empty_rooms.pop(room.key, None)
        self.blank_rooms.pop(room.key, None)

    def forget_rooms(self, now: int) -> None:
        """Forget the rooms that were empty for too long, and of too many those that matter least.

        These are the blank ones, and then the youngest: whoever makes many rooms wipes out none of others.
        """
        while self.empty_rooms:
            room = next(iter(self.empty_rooms.values()))
            if now - room.emptied_at <= self.limits.room_expiry:
                if len(self.empty_rooms) <= self.limits.empty_rooms:
                    return
                room = next(iter(self.blank_rooms.values()), None) or self._youngest_empty()
            del self.rooms[room.key]
            self.renamed.pop(room.log, None)
            self.see_to_entered(room)
            self.changed_rooms.discard(room)
            self.forgotten_rooms.add(room.log)

    def _youngest_empty(self) -> Room:
        return next(room for room in reversed(self.rooms.values()) if room.key in self.empty_rooms)

    def peers(self, user: User) -> Audience[User]:
        """Return who shares a room with `user`, each once, `user` left out."""
        seen = dict.fromkeys(
            other for member in user.rooms.values() for other in member.room.members
        )
        seen.pop(user, None)
        return Audience(seen)
