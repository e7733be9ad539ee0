"""A state, and people who do things in it: what the tests of the core share."""

from typing import TypeVar

from chatserver.core.accounts import Account
from chatserver.core.commands import (
    BecomeOperator,
    ChangeRoomModes,
    Command,
    Connect,
    Join,
    Login,
    ModeChange,
)
from chatserver.core.effects import Effect, Emission, Reason, Recall, Refused, singly
from chatserver.core.events import Event
from chatserver.core.execute import Stamp, execute
from chatserver.core.execute.rooms import open_lobby
from chatserver.core.limits import Limits
from chatserver.core.members import Room, User
from chatserver.core.state import State

T = TypeVar("T")

HOUR = 3600 * 1000


class Chat:
    """A state whose clock stands still until it is set; each command has a number of its own."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.state = State(limits or Limits())
        self.at = 1_000_000
        self.seq = 0
        open_lobby(self.state, self.at)

    def add(self, nick: str, *rooms: str, host: str = "h") -> User:
        """Let somebody come, and enter rooms."""
        self.seq += 1
        number = self.seq
        command = Connect((nick,), "u", f"{nick} of {host}", host, f"{host}:1", face="irc")
        execute(self.state, Stamp(self.seq, self.at), number, command)
        for room in rooms:
            self.do(nick, Join(room))
        return self.state.users[number]

    def add_operator(self, nick: str, *rooms: str) -> User:
        """Let an operator of the server come, and enter rooms."""
        user = self.add(nick, *rooms)
        self.do(nick, BecomeOperator("root"))
        return user

    def log_in(self, nick: str, account: str = "") -> list[Effect]:
        """Let somebody have an account, called as they are unless told otherwise; made if it is not there."""
        name = account or nick
        known = self.state.accounts.find(name)
        if known is None:
            known = Account(name, self.at, self.seq, self.seq)
            self.state.accounts.put(known)
        return self.do(nick, Login(name, known.version))

    def do(self, nick: str, command: Command) -> list[Effect]:
        """Let somebody do something; return what it leads to."""
        self.seq += 1
        user = self.state.find_user(nick)
        assert user is not None, f"nobody is called {nick}"
        session = next(iter(user.devices), user.id)
        return [*singly(execute(self.state, Stamp(self.seq, self.at), session, command))]

    def mode(self, nick: str, room: str, *changes: str) -> list[Effect]:
        """Let somebody change modes, each written as `+o nick`."""
        return self.do(nick, ChangeRoomModes(room, tuple(map(parse_change, changes))))

    def room(self, name: str) -> Room:
        """Return a room."""
        return self.state.rooms[name]

    def restart(self) -> "Chat":
        """Return the chat after a restart: what rooms keep, and nobody in them."""
        again = Chat(self.state.limits)
        again.at, again.seq = self.at, self.seq
        again.state.accounts = self.state.accounts
        for room in self.state.rooms.values():
            again.state.add_room(Room.restored(room.record(), self.at))
        return again


def parse_change(written: str) -> ModeChange:
    """Return a change that is written as `+o nick`."""
    mode, _, argument = written.partition(" ")
    return ModeChange(mode[0] == "+", mode[1:], argument or None)


def refusals(effects: list[Effect]) -> list[tuple[Reason, str, str]]:
    """Return why things were refused, and what that was about."""
    return [(e.reason, e.subject, e.detail) for e in effects if isinstance(e, Refused)]


def refused(effects: list[Effect]) -> Reason | None:
    """Return why all of a command was refused; None when it was not."""
    if len(effects) == 1 and isinstance(effects[0], Refused):
        return effects[0].reason
    assert not refusals(effects)
    return None


def all_of(kind: type[T], effects: list[Effect]) -> list[T]:
    """Return the effects of one kind."""
    return [effect for effect in effects if isinstance(effect, kind)]


def seen(effects: list[Effect]) -> list[tuple[Event, set[str]]]:
    """Return the events, and the nicks of who is to see each."""
    return [
        (effect.event, {user.nick for user in effect.audience.users})
        for effect in effects
        if isinstance(effect, Emission)
    ]


def watchers(effects: list[Effect], kind: type[Event]) -> set[str]:
    """Return the nicks of who is to see the one event of a kind."""
    (found,) = (who for event, who in seen(effects) if isinstance(event, kind))
    return found


def recall(effects: list[Effect]) -> Recall | None:
    """Return the look back, if there is one."""
    found = all_of(Recall, effects)
    return found[0] if found else None
