"""Rooms and accounts: whom a room belongs to, whom it remembers, and that nobody gets it by looking alike."""

import pytest

from chatserver.core.commands import (
    ChangeNick,
    DropRoom,
    Invite,
    Join,
    Kick,
    Part,
    Quit,
    RegisterRoom,
    SetStanding,
    SetTopic,
    TransferRoom,
)
from chatserver.core.effects import Effect, Emission, Reason
from chatserver.core.events import Keeping, RoomModesChanged, RoomSettled
from chatserver.core.rights import ORPHANED_AFTER
from chatserver.core.standings import FOUNDED_MOST
from tests.chatserver.core.chat import Chat, all_of, refusals, refused, seen


@pytest.fixture
def chat() -> Chat:
    """Return a chat with an operator of #a with an account, a member without, and somebody outside."""
    chat = Chat()
    chat.add("op")
    chat.log_in("op")
    chat.do("op", Join("#a"))
    chat.add("bob", "#a")
    chat.add("out")
    return chat


def status(chat: Chat, nick: str, room: str = "#a") -> str:
    """Return the status of somebody who is in a room."""
    return chat.room(room).members[chat.state.nicks[nick]].status


def changes(effects: list[Effect]) -> list[tuple[str, str, str]]:
    """Return by whom ("" is the server) modes were changed, and how."""
    return [
        (event.by.nick, ("+" if one.adding else "-") + one.letter, one.argument or "")
        for event, _ in seen(effects)
        if isinstance(event, RoomModesChanged)
        for one in event.changes
    ]


# --- who is remembered ----------------------------------------------------------------------------


def test_an_account_gets_its_status_back_from_anywhere(chat: Chat) -> None:
    """Under another nick, from another host, after a restart of the server."""
    chat.do("op", Quit())
    chat.add("other", host="elsewhere")
    chat.log_in("other", "op")
    chat.do("other", Join("#a"))
    assert status(chat, "other") == "o"

    again = chat.restart()
    again.add("third", host="a phone")
    again.log_in("third", "op")
    again.do("third", Join("#a"))
    assert status(again, "third") == "o"


def test_who_looks_like_an_operator_by_account_is_none(chat: Chat) -> None:
    """The same nick, user name and host, without the account: nothing is given for these."""
    chat.add("ann")
    chat.log_in("ann", "boss")
    chat.do("ann", Join("#b"))
    assert status(chat, "ann", "#b") == "o"
    chat.do("ann", Quit())
    chat.add("ann", "#b")
    assert status(chat, "ann", "#b") == ""


def test_a_later_account_of_the_same_name_has_nothing(chat: Chat) -> None:
    """What belonged to the one before was not theirs."""
    chat.do("op", Quit())
    chat.state.accounts.drop("op")
    chat.at += 1
    chat.add("op")
    chat.log_in("op")
    chat.do("op", Join("#a"))
    assert status(chat, "op") == ""


def test_logging_in_gives_the_status_at_once(chat: Chat) -> None:
    """The server tells the room; in other rooms nothing happens."""
    chat.do("op", Quit())
    chat.add("late", "#a", "#b")
    effects = chat.log_in("late", "op")
    assert changes(effects) == [("", "+o", "late")]
    assert status(chat, "late") == "o"


def test_what_a_guest_was_given_becomes_their_accounts(chat: Chat) -> None:
    """They have it when they log in, so it is not lost by that; and nobody gets it by their mask."""
    chat.mode("op", "#a", "+v bob")
    assert changes(chat.log_in("bob", "robert")) == []
    assert chat.room("#a").statuses == {}
    chat.do("bob", Quit())
    chat.add("bob", "#a")
    assert status(chat, "bob") == ""
    chat.log_in("bob", "robert")
    assert status(chat, "bob") == "v"


def test_a_status_that_is_taken_is_taken_for_good(chat: Chat) -> None:
    """From the account, by MODE as by putting it out."""
    chat.log_in("bob")
    for by_mode in (True, False):
        chat.mode("op", "#a", "+o bob")
        if by_mode:
            chat.mode("op", "#a", "-o bob")
            chat.do("bob", Part("#a"))
        else:
            chat.do("op", Kick("#a", "bob"))
        chat.do("bob", Join("#a"))
        assert status(chat, "bob") == ""


def test_an_operator_by_account_gets_in_whatever_stands_in_the_way(chat: Chat) -> None:
    """As one by mask does."""
    chat.mode("op", "#a", "+i", "+b a:op")
    chat.do("op", Part("#a"))
    assert refused(chat.do("op", Join("#a"))) is None


# --- registering ----------------------------------------------------------------------------------


def test_a_room_can_belong_to_the_account_of_who_runs_it(chat: Chat) -> None:
    """All see that it is so; the asker is told once it is on disk."""
    effects = chat.do("op", RegisterRoom("#A"))
    assert changes(effects) == [("", "+r", "")]
    ((event, who),) = [one for one in seen(effects) if isinstance(one[0], RoomSettled)]
    assert isinstance(event, RoomSettled)
    assert (event.room, event.command, event.account, who) == ("#a", "RegisterRoom", "op", {"op"})
    assert all(one.event.keeping is Keeping.STATE for one in all_of(Emission, effects))
    assert chat.room("#a").founder == "op"
    assert chat.room("#a") in chat.state.changed_rooms


@pytest.mark.parametrize(
    ("nick", "room", "reason"),
    [
        ("bob", "#a", Reason.NOT_ROOM_OPERATOR),
        ("out", "#a", Reason.NOT_IN_ROOM),
        ("out", "#none", Reason.NO_SUCH_ROOM),
        ("root", "#lobby", Reason.LOBBY_STAYS),
        ("guest", "#guests", Reason.NO_ACCOUNT),
        ("op", "#a", Reason.ROOM_REGISTERED),
    ],
)
def test_not_every_room_can_be_had_by_everybody(
    chat: Chat, nick: str, room: str, reason: Reason
) -> None:
    """By who runs it and has an account; not the lobby, and not twice."""
    chat.do("op", RegisterRoom("#a")) if nick == "op" else None
    chat.add_operator("root", "#lobby")
    chat.add("guest", "#guests")
    assert refused(chat.do(nick, RegisterRoom(room))) is reason


def test_only_so_many_rooms_belong_to_one_account(chat: Chat) -> None:
    """They are kept for ever, so there is a bound."""
    for number in range(FOUNDED_MOST):
        for command in (Join(f"#{number}"), RegisterRoom(f"#{number}"), Part(f"#{number}")):
            assert refused(chat.do("op", command)) is None
    assert refused(chat.do("op", RegisterRoom("#a"))) is Reason.TOO_MANY_FOUNDED


def test_a_registered_room_stays_and_comes_to_nobody_by_being_first(chat: Chat) -> None:
    """However long it was empty, topic and modes and statuses are there, also of guests."""
    chat.do("op", RegisterRoom("#a"))
    chat.do("op", SetTopic("#a", "ours"))
    chat.mode("op", "#a", "+v bob")
    for nick in ("op", "bob"):
        chat.do(nick, Part("#a"))
    chat.at += max(chat.state.limits.room_expiry, ORPHANED_AFTER) * 3
    chat.add("ann", "#another")
    assert chat.room("#a") not in chat.state.empty_rooms.values()
    again = chat.restart()
    again.add("eve", "#a")
    assert status(again, "eve") == ""
    again.add("bob", "#a")
    assert status(again, "bob") == "v"
    again.add("fred", host="phone")
    again.log_in("fred", "op")
    again.do("fred", Join("#a"))
    assert (status(again, "fred"), again.room("#a").topic) == ("o", "ours")


def test_the_founder_stays_an_operator(chat: Chat) -> None:
    """Whoever takes it from them, or puts them out: they have it when they come again."""
    chat.do("op", RegisterRoom("#a"))
    chat.mode("op", "#a", "+o bob")
    chat.mode("bob", "#a", "-o op")
    assert status(chat, "op") == ""
    assert refused(chat.mode("op", "#a", "+o op")) is None
    chat.do("bob", Kick("#a", "op"))
    chat.do("op", Join("#a"))
    assert status(chat, "op") == "o"
    found = refusals(chat.do("bob", SetStanding("#a", "op", "")))
    assert found == [(Reason.FOUNDER_STAYS, "op", "#a")]


def test_the_mode_that_says_so_is_set_by_nobody(chat: Chat) -> None:
    """`r` is what is so."""
    assert refusals(chat.mode("op", "#a", "+r")) == [(Reason.SERVER_SETS_MODE, "r", "#a")]
    chat.do("op", RegisterRoom("#a"))
    assert chat.mode("op", "#a", "+r") == []
    assert refusals(chat.mode("op", "#a", "-r")) == [(Reason.SERVER_SETS_MODE, "r", "#a")]


# --- giving it up, giving it away -----------------------------------------------------------------


def test_a_room_is_given_up_by_its_founder_alone(chat: Chat) -> None:
    """Or by an operator of the server; it is as any other room then."""
    chat.do("op", RegisterRoom("#a"))
    assert refused(chat.do("bob", DropRoom("#a"))) is Reason.NOT_ROOM_FOUNDER
    assert changes(chat.do("op", DropRoom("#a"))) == [("", "-r", "")]
    assert refused(chat.do("op", DropRoom("#a"))) is Reason.ROOM_UNREGISTERED
    assert chat.room("#a").founder == ""
    chat.do("op", RegisterRoom("#a"))
    chat.add_operator("root")
    assert refused(chat.do("root", DropRoom("#a"))) is None


def test_an_empty_room_that_is_given_up_is_forgotten_like_others(chat: Chat) -> None:
    """Not at once: from then on its time runs."""
    chat.do("op", RegisterRoom("#a"))
    for nick in ("op", "bob"):
        chat.do(nick, Part("#a"))
    chat.at += chat.state.limits.room_expiry * 2
    chat.do("op", DropRoom("#a"))
    chat.do("op", Join("#b"))
    assert "#a" in chat.state.rooms
    chat.at += chat.state.limits.room_expiry + 1
    chat.do("op", Join("#c"))
    assert "#a" not in chat.state.rooms


def test_a_room_can_be_given_to_another_account(chat: Chat) -> None:
    """Who has that is an operator at once; whose it was, is one still."""
    chat.do("op", RegisterRoom("#a"))
    chat.log_in("bob")
    assert refused(chat.do("op", TransferRoom("#a", "nobody"))) is Reason.NO_SUCH_ACCOUNT
    assert refused(chat.do("op", TransferRoom("#a", "op"))) is Reason.ROOM_REGISTERED
    assert refused(chat.do("bob", TransferRoom("#a", "bob"))) is Reason.NOT_ROOM_FOUNDER
    assert changes(chat.do("op", TransferRoom("#a", "BOB"))) == [("op", "+o", "bob")]
    assert chat.room("#a").founder == "bob"
    assert refused(chat.do("op", DropRoom("#a"))) is Reason.NOT_ROOM_FOUNDER
    assert status(chat, "op") == "o"


def test_when_the_founders_account_is_gone_the_oldest_operator_has_the_room(chat: Chat) -> None:
    """By account; a voice does not do. Without one, the room belongs to nobody."""
    chat.do("op", RegisterRoom("#a"))
    for nick, given in (("bob", "v"), ("out", "o"), ("ann", "o")):
        if nick == "ann":
            chat.add(nick)
        chat.log_in(nick)
        chat.do("op", SetStanding("#a", nick, given))
    chat.state.accounts.drop("op")
    chat.do("out", Join("#a"))
    assert chat.room("#a").founder == "out"
    chat.state.accounts.drop("out")
    chat.state.accounts.drop("ann")
    assert refused(chat.do("bob", DropRoom("#a"))) is Reason.ROOM_UNREGISTERED
    assert chat.room("#a").founder == ""


# --- who has which status -------------------------------------------------------------------------


def test_a_standing_is_given_to_who_is_there_and_to_who_is_not(chat: Chat) -> None:
    """Also from outside, by who is an operator by their account."""
    chat.log_in("bob")
    chat.log_in("out")
    chat.do("op", Part("#a"))
    assert changes(chat.do("op", SetStanding("#a", "bob", "v"))) == [("op", "+v", "bob")]
    assert changes(chat.do("op", SetStanding("#a", "out", "o"))) == []
    chat.do("out", Join("#a"))
    assert (status(chat, "bob"), status(chat, "out")) == ("v", "o")
    assert changes(chat.do("out", SetStanding("#a", "bob", ""))) == [("out", "-v", "bob")]
    assert status(chat, "bob") == ""


@pytest.mark.parametrize(
    ("nick", "room", "account", "reason"),
    [
        ("bob", "#a", "op", Reason.NOT_ROOM_OPERATOR),
        ("op", "#none", "op", Reason.NO_SUCH_ROOM),
        ("op", "#a", "nobody", Reason.NO_SUCH_ACCOUNT),
    ],
)
def test_a_standing_can_be_refused(
    chat: Chat, nick: str, room: str, account: str, reason: Reason
) -> None:
    """To who does not run the room, and for who has no account."""
    assert refused(chat.do(nick, SetStanding(room, account, "o"))) is reason


def test_an_operator_by_account_need_not_be_inside(chat: Chat) -> None:
    """To change modes, and to ask people in, themselves too; also where only the invited enter."""
    chat.mode("op", "#a", "+i", "+s")
    chat.do("op", Part("#a"))
    assert changes(chat.mode("op", "#a", "+m")) == [("op", "+m", "")]
    assert refused(chat.do("op", Invite("op", "#a"))) is None
    assert refused(chat.do("op", SetTopic("#a", "x"))) is Reason.NOT_IN_ROOM


def test_an_account_keeps_its_status_over_a_change_of_nick(chat: Chat) -> None:
    """It is by the account, so nothing moves with the nick."""
    chat.do("op", ChangeNick("chief"))
    assert chat.room("#a").statuses == {}
    chat.do("chief", Part("#a"))
    chat.do("chief", Join("#a"))
    assert status(chat, "chief") == "o"
