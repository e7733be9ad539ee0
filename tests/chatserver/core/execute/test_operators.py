"""Operators of the server: what they can do, and that nobody else can."""

import pytest

from chatserver.core.commands import (
    BecomeOperator,
    ChangeHost,
    ChangeUserModes,
    Command,
    Join,
    Kill,
    ModeChange,
    SendWallops,
    SetAway,
)
from chatserver.core.effects import Close, Effect, OperatorGranted, Reason
from chatserver.core.events import (
    Departed,
    HostChanged,
    Killed,
    Seat,
    UserModesChanged,
    WallopsSent,
)
from tests.chatserver.core.chat import Chat, all_of, refused, seen, watchers


@pytest.fixture
def chat() -> Chat:
    """Return a chat with an operator of the server, and two people in a room."""
    chat = Chat()
    chat.add_operator("root")
    chat.add("ann", "#a")
    chat.add("bob", "#a")
    return chat


def host_changes(effects: list[Effect]) -> list[tuple[HostChanged, set[str]]]:
    """Return the events of another host, and the nicks of who is to see each."""
    return [(event, who) for event, who in seen(effects) if isinstance(event, HostChanged)]


def test_who_becomes_an_operator_is_told_each_time() -> None:
    """The mode is set once."""
    chat = Chat()
    ann = chat.add("ann")
    effects = chat.do("ann", BecomeOperator("root"))
    assert all_of(OperatorGranted, effects)
    assert watchers(effects, UserModesChanged) == {"ann"}
    assert chat.do("ann", BecomeOperator("admin")) == [OperatorGranted()]
    assert ann.operator == "admin"


@pytest.mark.parametrize(
    "command",
    [SendWallops("x"), Kill("ann", "x"), Kill("nobody", "x"), ChangeHost("ann", "u", "h")],
)
def test_others_can_do_none_of_it(chat: Chat, command: Command) -> None:
    """Whether there is such a person or not."""
    assert refused(chat.do("bob", command)) is Reason.NOT_SERVER_OPERATOR
    chat.do("root", ChangeUserModes("root", (ModeChange(False, "o"),)))
    assert refused(chat.do("root", command)) is Reason.NOT_SERVER_OPERATOR


def test_wallops_reach_who_listens(chat: Chat) -> None:
    """And nobody else."""
    chat.do("bob", ChangeUserModes("bob", (ModeChange(True, "w"),)))
    assert watchers(chat.do("root", SendWallops("fire")), WallopsSent) == {"bob"}


def test_a_kill_is_told_to_its_victim_and_ends_them(chat: Chat) -> None:
    """Their room hears why; the nick is free."""
    ann = chat.state.nicks["ann"]
    effects = chat.do("root", Kill("ANN", "rude"))
    assert watchers(effects, Killed) == {"ann"}
    assert watchers(effects, Departed) == {"bob"}
    assert effects[-1] == Close(ann.id, "Killed (root (rude))", whole=True)
    assert "ann" not in chat.state.nicks


def test_an_operator_can_end_themselves(chat: Chat) -> None:
    """As anybody else."""
    root = chat.state.nicks["root"]
    assert chat.do("root", Kill("root", ""))[-1] == Close(root.id, "Killed (root ())", whole=True)


def test_a_host_can_be_changed(chat: Chat) -> None:
    """They and who shares a room hear of it; rooms remember the status under the new mask."""
    effects = chat.do("root", ChangeHost("ann", "anna", "example.org"))
    assert [(event.seats, who) for event, who in host_changes(effects)] == [
        ((), {"ann"}),
        ((Seat("#a", "o"),), {"bob"}),
    ]
    assert chat.state.nicks["ann"].identity.mask == "ann!anna@example.org"
    assert chat.room("#a").statuses == {"ann!anna@example.org": "o"}


def test_everybody_is_told_of_another_host_once(chat: Chat) -> None:
    """With the rooms that they share, and who shares the same ones together."""
    for nick, rooms in (("carl", "#a #b"), ("dora", "#b #a"), ("eve", "#b"), ("fred", "")):
        chat.add(nick, *rooms.split())
    chat.do("ann", Join("#b"))
    chat.do("ann", SetAway("out"))
    effects = chat.do("root", ChangeHost("ann", "anna", "example.org"))
    assert [(event.seats, event.away, who) for event, who in host_changes(effects)] == [
        ((), "", {"ann"}),
        ((Seat("#a", "o"),), "out", {"bob"}),
        ((Seat("#a", "o"), Seat("#b", "")), "out", {"carl", "dora"}),
        ((Seat("#b", ""),), "out", {"eve"}),
    ]


@pytest.mark.parametrize("command", [Kill("nobody", ""), ChangeHost("nobody", "u", "h")])
def test_there_must_be_somebody_to_do_it_to(chat: Chat, command: Command) -> None:
    """Else it is refused."""
    assert refused(chat.do("root", command)) is Reason.NO_SUCH_NICK
