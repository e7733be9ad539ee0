"""The one function that changes state, asked for anything in any order: what must always hold."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace

from chatserver.core import commands, events
from chatserver.core.accounts import Account, Verifier
from chatserver.core.audiences import Audience
from chatserver.core.commands import Command, Connect, ModeChange
from chatserver.core.effects import (
    Aside,
    Attached,
    Close,
    Dismiss,
    Effect,
    Emission,
    Recall,
    Reply,
    singly,
)
from chatserver.core.execute import HANDLERS, Stamp, execute
from chatserver.core.execute.rooms import open_lobby
from chatserver.core.guests import Guest
from chatserver.core.limits import Limits
from chatserver.core.members import Room, User
from chatserver.core.records import STATUSES, Roster
from chatserver.core.state import State
from chatwire.names import fold
from tests.chatserver.core.chat import HOUR, Chat


def test_every_command_has_a_handler() -> None:
    """But `Connect`, which makes the user."""
    assert set(HANDLERS) == set(Command.__subclasses__()) - {Connect}


def test_the_same_commands_give_the_same_effects_anywhere() -> None:
    """As another machine with the same journal must come to the same state."""

    def play() -> list[str]:
        chat = Chat()
        chat.add("ann", "#a")
        chat.add("bob", "#a", "#b")
        out = [*map(repr, chat.mode("ann", "#a", "+v bob", "+k x"))]
        out += map(repr, [room.record() for room in chat.state.rooms.values()])
        out += [user.nick for user in chat.state.peers(chat.state.nicks["bob"]).users]
        return [line for line in out if "object at" not in line]

    assert play() == play()


NICKS = ("ann", "ANN", "bob", "cat", "dan", "[x]", "{x}", "1bad", "")
ROOMS = ("#a", "#A", "#b", "#lobby", "#", "b", "#bad name")
seats = st.integers(1, 6)
nicks, rooms = st.sampled_from(NICKS), st.sampled_from(ROOMS)
prints, versions = st.sampled_from(("", "aa", "bb")), st.integers(1, 60)
VERIFIER = Verifier(b"salt", 4096, b"stored", b"server")
texts = st.sampled_from(("", "hi", "x" * 40, "\x01VERSION\x01", "\x01ACTION waves\x01"))
keys = st.sampled_from(("url", "avatar"))
targets = st.one_of(nicks, rooms, st.sampled_from(("@#a", "+#a", "@ann", "@")))
changes = st.lists(
    st.builds(
        ModeChange,
        st.booleans(),
        st.sampled_from("beIovimnrstCklwBx"),
        st.one_of(st.none(), nicks, st.sampled_from(("*!*@*", "2", "key"))),
    ),
    max_size=4,
).map(tuple)

COMMANDS: dict[type[Command], st.SearchStrategy[Any]] = {
    commands.Quit: st.builds(commands.Quit, texts),
    commands.ChangeNick: st.builds(commands.ChangeNick, nicks),
    commands.SetAway: st.builds(commands.SetAway, texts),
    commands.SetRealname: st.builds(commands.SetRealname, texts),
    commands.Join: st.builds(commands.Join, rooms, st.sampled_from(("", "key"))),
    commands.Part: st.builds(commands.Part, rooms, texts),
    commands.Kick: st.builds(commands.Kick, rooms, nicks, texts),
    commands.Invite: st.builds(commands.Invite, nicks, rooms),
    commands.SetTopic: st.builds(commands.SetTopic, rooms, texts),
    commands.RenameRoom: st.builds(commands.RenameRoom, rooms, rooms, texts),
    commands.RegisterRoom: st.builds(commands.RegisterRoom, rooms),
    commands.DropRoom: st.builds(commands.DropRoom, rooms),
    commands.TransferRoom: st.builds(commands.TransferRoom, rooms, nicks),
    commands.SetStanding: st.builds(
        commands.SetStanding, rooms, nicks, st.sampled_from(("", "o", "v"))
    ),
    commands.Say: st.builds(commands.Say, targets, texts, st.booleans()),
    commands.Speak: st.builds(
        commands.Speak,
        rooms,
        st.lists(texts, min_size=1, max_size=3).map(tuple),
        st.sampled_from((0, 20)),
    ),
    commands.Respond: st.builds(commands.Respond, texts),
    commands.Tag: st.builds(commands.Tag, targets, st.just({"+x": ""})),
    commands.MarkRead: st.builds(commands.MarkRead, targets, st.integers(0, 9)),
    commands.Redact: st.builds(commands.Redact, targets, st.integers(1, 20), nicks, st.just(1)),
    commands.ChangeRoomModes: st.builds(commands.ChangeRoomModes, rooms, changes),
    commands.ChangeUserModes: st.builds(commands.ChangeUserModes, nicks, changes),
    commands.BecomeOperator: st.builds(commands.BecomeOperator, st.just("root")),
    commands.Monitor: st.builds(
        commands.Monitor, st.tuples(nicks), st.tuples(nicks), clearing=st.booleans()
    ),
    commands.ListMonitored: st.builds(commands.ListMonitored, st.booleans()),
    commands.SetMetadata: st.builds(commands.SetMetadata, targets, keys, texts),
    commands.ClearMetadata: st.builds(commands.ClearMetadata, targets),
    commands.Follow: st.builds(commands.Follow, nicks, st.tuples(keys)),
    commands.Unfollow: st.builds(commands.Unfollow, nicks, st.one_of(st.just(()), st.tuples(keys))),
    commands.Adopt: st.builds(commands.Adopt, st.dictionaries(keys, texts), st.tuples(keys)),
    commands.Synchronize: st.builds(commands.Synchronize),
    commands.SendWallops: st.builds(commands.SendWallops, texts),
    commands.Kill: st.builds(commands.Kill, nicks, texts),
    commands.ChangeHost: st.builds(commands.ChangeHost, nicks, st.just("u2"), st.just("h2")),
    commands.Login: st.builds(commands.Login, nicks, versions),
    commands.Logout: st.builds(commands.Logout),
    commands.Register: st.builds(
        commands.Register, nicks, st.one_of(st.none(), st.just(VERIFIER)), certificate=prints
    ),
    commands.ChangePassword: st.builds(commands.ChangePassword, st.just(VERIFIER)),
    commands.ChangeCertificate: st.builds(commands.ChangeCertificate, prints, st.booleans()),
    commands.SetAlwaysOn: st.builds(commands.SetAlwaysOn, st.booleans()),
    commands.DropAccount: st.builds(commands.DropAccount),
}
MOVES = (commands.Join, commands.Part, commands.Kick, commands.Say)


class Anything(RuleBasedStateMachine):
    """Six sessions that do anything to each other, one after the other in six seats."""

    @initialize()
    def start(self) -> None:
        """Begin with a lobby, and small limits."""
        self.state = State(Limits(
            nick=5, rooms_per_user=2, list_entries=2, whowas=3, empty_rooms=1, topic=20, room_expiry=2 * HOUR,
        ))  # fmt: skip
        self.seq = 0
        self.at = 1_000_000
        self.sessions: dict[int, int] = {}
        """By seat, the number of the session of who sits there, or sat there last."""
        open_lobby(self.state, self.at)
        self.state.accounts.put(Account("ann", 0, 0, 0, VERIFIER, always_on=True))

    @rule(hours=st.sampled_from((0, 1, 3)))
    def wait(self, hours: int) -> None:
        """Let time pass."""
        self.at += hours * HOUR + 1

    @rule(
        seat=seats,
        wanted=st.lists(nicks, max_size=3).map(tuple),
        key=st.sampled_from((b"", b"1", b"2")),
        away=st.sampled_from(("", "out", commands.ABSENT)),
    )
    def connect(self, seat: int, wanted: tuple[str, ...], key: bytes, away: str) -> None:
        """Let somebody come, or come back."""
        self.sit(seat)
        self.do(seat, Connect(wanted, "u", "r", "h", key=key, away=away))

    @rule(seat=seats, name=nicks, wanted=nicks, key=st.sampled_from((b"", b"1", b"2")))
    def connect_with_account(self, seat: int, name: str, wanted: str, key: bytes) -> None:
        """Let somebody come who has proved an account: as who has it, if that one is there."""
        self.sit(seat)
        account = self.state.accounts.find(name)
        version = account.version if account is not None else 0
        self.do(
            seat, Connect((wanted, "eve"), "u", "r", "h", key=key, account=name, version=version)
        )

    @rule(seat=seats, name=nicks)
    def log_in(self, seat: int, name: str) -> None:
        """Let somebody prove an account."""
        account = self.state.accounts.find(name)
        if account is not None:
            self.do(seat, commands.Login(name, account.version))

    @rule(seat=seats, command=st.one_of([COMMANDS[kind] for kind in MOVES]))
    def move(self, seat: int, command: Command) -> None:
        """Let somebody come, go or speak."""
        self.do(seat, command)

    @rule(seat=seats, command=st.one_of(*COMMANDS.values()))
    def act(self, seat: int, command: Command) -> None:
        """Let somebody do anything."""
        self.do(seat, command)

    def sit(self, seat: int) -> None:
        """Have a new session in a seat, if it is free: no number is used twice."""
        if self.sessions.get(seat) not in self.state.sessions:
            self.sessions[seat] = self.seq + 1

    def do(self, seat: int, command: Command) -> None:
        """Execute a command, and check what it leads to."""
        self.seq += 1
        state, session = self.state, self.sessions.get(seat, 0)
        living = set(state.users.values())
        members = {key: set(room.members) for key, room in state.rooms.items()}
        effects = [*singly(execute(state, Stamp(self.seq, self.at), session, command))]
        living |= set(state.users.values())
        for effect in effects:
            assert isinstance(effect, (Emission, Reply, Aside, Attached, Close, Dismiss, Recall))
            if isinstance(effect, Emission):
                self.check(effect, living, members)
        self.check_closes(effects)
        self.check_dismissals(effects, session)

    def check(self, emission: Emission, living: set[User], members: dict[str, set[User]]) -> None:
        """Check who is to see an event: what a room hears, all hear who are in it, and nobody else."""
        event, audience = emission.event, set(emission.audience.users)
        assert (event.seq, event.at) == (self.seq, self.at)
        assert audience <= living
        assert len(audience) == len(emission.audience)
        if isinstance(
            event, (events.Invited, events.InviteSeen, events.MarkerMoved, events.RoomSettled)
        ):
            return  # they name a room, and are for people
        room = self.state.find_room(room_of(event))
        if emission.session:
            assert self.state.sessions[emission.session] in audience
            return
        if room is None:
            return
        inside = (members.get(room.key, set()), set(room.members))
        if isinstance(event, (events.Said, events.Tagged)) or _is_for_some(event):
            assert audience <= inside[0] or audience == {emission.origin}
        else:
            assert emission.audience.key == room.log
            assert audience in (inside[1:] if isinstance(event, events.Joined) else inside)

    def check_closes(self, effects: Sequence[Effect]) -> None:
        """Check that what is closed is nobody's."""
        for effect in effects:
            if isinstance(effect, Close):
                assert effect.session not in self.state.sessions

    def check_dismissals(self, effects: Sequence[Effect], asker: int) -> None:
        """Check that those who are to leave are the asker's other devices."""
        for effect in effects:
            if isinstance(effect, Dismiss):
                devices = self.state.sessions[asker].devices
                assert {*effect.sessions} == devices.keys() - {asker}

    @invariant()
    def a_nick_has_one_owner(self) -> None:
        """And each owner has the nick."""
        owners = {fold(user.nick): user for user in self.state.users.values()}
        assert owners == self.state.nicks
        assert all(number == user.id for number, user in self.state.users.items())

    @invariant()
    def a_device_is_one_persons(self) -> None:
        """Who has none is there because their account stays; one account is one person."""
        state = self.state
        devices = {number: user for user in state.users.values() for number in user.devices}
        assert devices == state.sessions
        assert all(user.devices or state.is_lasting(user) for user in state.users.values())
        accounts = [fold(user.identity.account) for user in state.users.values()]
        assert sorted(filter(None, accounts)) == sorted(state.online)
        for key, session in state.keys.items():
            assert state.sessions[session].devices[session].key == key

    @invariant()
    def who_stays_is_written_down(self) -> None:
        """With nick and rooms, as they are."""
        for user in self.state.users.values():
            account = self.state.accounts.find(user.identity.account)
            if account is not None and account.always_on:
                names = tuple(place.room.name for place in user.rooms.values())
                assert (account.nick, account.rooms) == (user.nick, names)
                assert bool(account.left_seq) == (not user.devices)

    @invariant()
    def who_has_a_key_can_come_back(self) -> None:
        """One for each key at most; what is remembered of them is true."""
        users = [user for user in self.state.users.values() if user.key]
        assert len({user.key for user in users}) == len(users)
        for user in users:
            known = Guest(user.key, user.nick, user.named_seq)
            assert self.state.guests.find(user.key) == known
            assert self.state.find_guest(user.key) is user

    @invariant()
    def members_are_users_and_know_their_rooms(self) -> None:
        """Both sides of a membership are the same object."""
        for user in self.state.users.values():
            assert len(user.rooms) <= self.state.limits.rooms_per_user
            for key, member in user.rooms.items():
                assert self.state.rooms[key].members[user] is member
        for key, room in self.state.rooms.items():
            assert key == room.key == fold(room.name)
            for user, member in room.members.items():
                assert self.state.users[user.id] is user
                assert user.rooms[key] is member
                assert (member.room, member.user) == (room, user)

    @invariant()
    def snapshots_are_true(self) -> None:
        """What was made once for all is what would be made now."""
        for room in self.state.rooms.values():
            assert room.audience is room.audience
            assert room.audience.users == Audience(room.members).users
            for member in room.members.values():
                entry = member.entry
                member._entry = None
                assert member.entry == entry
            assert room.roster.entries == Roster(m.entry for m in room.members.values()).entries

    @invariant()
    def statuses_are_remembered(self) -> None:
        """Who holds one has it in memory under the mask of now, highest letter first.

        An account has what is its own; whom a room belongs to is an operator of it.
        """
        for room in self.state.rooms.values():
            for user, member in room.members.items():
                assert member.status in {"", "o", "v", "ov"}
                assert member.status == "".join(s for s in STATUSES if s in member.status)
                remembered = room.statuses.get(fold(user.identity.mask))
                assert remembered in {None, member.status} or not member.status
            assert len(room.standings) <= self.state.limits.list_entries
            assert not room.founder or "o" in room.standings[room.founder].status

    @invariant()
    def everything_is_bounded(self) -> None:
        """Lists, invitations, the past, rooms with nobody in them."""
        limits = self.state.limits
        for user in self.state.users.values():
            assert len(user.invited) <= limits.rooms_per_user
        for room in self.state.rooms.values():
            assert all(len(entries) <= limits.list_entries for entries in room.lists.values())
            assert len(room.topic.encode()) <= limits.topic
        assert len(self.state.past) <= limits.whowas

    @invariant()
    def empty_rooms_are_known(self) -> None:
        """Those that are kept are in order; those that are forgotten are not there."""
        state = self.state
        empty = {
            key
            for key, room in state.rooms.items()
            if not (room.members or room.founder or key == "#lobby")
        }
        assert set(state.empty_rooms) == empty
        assert set(state.blank_rooms) == {key for key in empty if state.rooms[key].blank}
        assert [r.emptied_at for r in state.empty_rooms.values()] == sorted(
            room.emptied_at for room in state.empty_rooms.values()
        )
        assert len(empty) <= state.limits.empty_rooms + len(state.users) + 1
        assert not state.forgotten_rooms & {room.log for room in state.rooms.values()}
        assert all(state.rooms[room.key] is room for room in state.changed_rooms)
        assert "#lobby" in state.rooms

    @invariant()
    def a_room_is_found_by_its_log(self) -> None:
        """Each by its own, whatever it is called."""
        state = self.state
        assert all(state.find_log(room.log) is room for room in state.rooms.values())
        assert len({room.log for room in state.rooms.values()}) == len(state.rooms)
        renamed = {room.log: room for room in state.rooms.values() if room.log != room.key}
        assert state.renamed == renamed

    @invariant()
    def rooms_outlive_a_restart(self) -> None:
        """A record of a restored room is the record it was restored from."""
        for room in self.state.rooms.values():
            record = room.record()
            again = Room.restored(record, self.at).record()
            assert replace(again, emptied_at=record.emptied_at) == record


def room_of(event: events.Event) -> str:
    """Return the name of the room that an event belongs to, "" for none."""
    target = getattr(event, "room", "") or getattr(event, "target", "")
    return str(target).lstrip("@+")


def _is_for_some(event: events.Event) -> bool:
    """Say whether an event removes what only some of a room could read, so that only they are told."""
    return isinstance(event, events.Redacted) and event.target.startswith(("@", "+"))


TestAnything = Anything.TestCase
TestAnything.settings = settings(max_examples=40, stateful_step_count=50)


@pytest.mark.parametrize("kind", HANDLERS)
def test_every_command_is_tried_above(kind: type[Command]) -> None:
    """A command without a strategy would not be tested."""
    assert kind in COMMANDS
