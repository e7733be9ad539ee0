"""The state of the chat: who is there, and which rooms there are.

Rule: only `execute` writes it, in the order of the journal.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from chatserver.core.accounts import Accounts
from chatserver.core.audiences import Audience
from chatserver.core.departures import Departures
from chatserver.core.devices import Device
from chatserver.core.events import Identity
from chatserver.core.guests import Guests
from chatserver.core.limits import Limits
from chatserver.core.markers import AccountMarkers
from chatserver.core.members import Room, User
from chatserver.core.metadata import Following
from chatserver.core.monitors import Monitors
from chatserver.core.nicks import Nicks
from chatserver.core.nonces import Nonces
from chatserver.core.records import RoomRecord
from chatserver.core.whowas import Whowas
from chatwire.names import fold


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
