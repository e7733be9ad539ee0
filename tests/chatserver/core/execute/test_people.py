"""Coming, leaving, and who one is."""

import pytest

from chatserver.core.commands import ChangeNick, Connect, Join, Quit, SetAway, SetRealname
from chatserver.core.effects import AwaySet, Close, Reason, Refused, Welcomed
from chatserver.core.events import AwayChanged, Departed, RealnameChanged, Renamed
from chatserver.core.execute import Stamp, execute
from chatserver.core.limits import Limits
from tests.chatserver.core.chat import Chat, all_of, refused, seen, watchers


def connect(chat: Chat, number: int, *nicks: str) -> object:
    """Return what connecting leads to."""
    command = Connect(nicks, "user" * 9, "real" * 99, "h", "h:1", secure=True, face="plain")
    return execute(chat.state, Stamp(chat.seq, chat.at), number, command)[-1]


def test_who_connects_becomes_a_user_within_limits() -> None:
    """With the first nick that is valid and free; other texts are cut."""
    chat = Chat(Limits(username=10, realname=20))
    chat.add("ann")
    welcomed = connect(chat, 7, "1st", "Ann", "bob", "eve")
    user = chat.state.users[7]
    assert welcomed == Welcomed(user.identity)
    assert (user.nick, len(user.identity.username), len(user.identity.realname)) == ("bob", 10, 20)
    assert (user.address, user.secure, user.face) == ("h:1", True, "plain")
    assert chat.state.most_users == 2


@pytest.mark.parametrize(
    ("nicks", "reason", "subject"),
    [
        ((), Reason.NICK_INVALID, ""),
        (("1st",), Reason.NICK_INVALID, "1st"),
        (("bob", "ANN"), Reason.NICK_IN_USE, "ANN"),
        (("x" * 33,), Reason.NICK_INVALID, "x" * 33),
    ],
)
def test_without_a_free_valid_nick_nobody_connects(
    nicks: tuple[str, ...], reason: Reason, subject: str
) -> None:
    """The last nick is what the refusal is about."""
    chat = Chat()
    chat.add("ann")
    chat.add("bob")
    assert connect(chat, 7, *nicks) == Refused(reason, subject)
    assert 7 not in chat.state.users


def test_nobody_connects_twice() -> None:
    """The first user stays."""
    chat = Chat()
    chat.add("ann")
    assert connect(chat, 1, "bob") == Refused(Reason.ALREADY_CONNECTED)
    assert [*chat.state.nicks] == ["ann"]


def test_who_leaves_is_missed_once_by_each_who_shared_a_room() -> None:
    """Their nick is free, their rooms are left, and they are remembered."""
    chat = Chat()
    ann = chat.add("ann", "#a", "#b")
    chat.add("bob", "#a", "#b")
    chat.add("cat", "#c")
    effects = chat.do("ann", Quit("bye"))
    assert watchers(effects, Departed) == {"bob"}
    assert effects[-1] == Close(ann.id, "bye", whole=True)
    assert set(chat.state.nicks) == {"bob", "cat"}
    assert ann not in chat.room("#a").members
    assert ann.rooms == {}
    assert [*chat.state.past][-1].identity == ann.identity


def test_a_reason_to_leave_has_a_limit() -> None:
    """In bytes, and never inside a character."""
    chat = Chat(Limits(reason=5))
    chat.add("ann")
    (close,) = all_of(Close, chat.do("ann", Quit("ä" * 9)))
    assert close.reason == "ää"


def test_commands_of_who_is_gone_have_no_effect() -> None:
    """Whatever they are."""
    chat = Chat()
    assert execute(chat.state, Stamp(1, 1), 99, Join("#a")) == ()
    assert "#a" not in chat.state.rooms


def test_a_new_nick_is_told_to_oneself_and_to_who_shares_a_room() -> None:
    """The old one is free at once, and remembered."""
    chat = Chat()
    chat.add("ann", "#a")
    chat.add("bob", "#a")
    chat.add("cat", "#c")
    effects = chat.do("ann", ChangeNick("eve"))
    assert watchers(effects, Renamed) == {"eve", "bob"}
    (((event, _),)) = seen(effects)
    assert isinstance(event, Renamed)
    assert (event.who.nick, event.nick) == ("ann", "eve")
    chat.add("ann")
    assert [past.identity.nick for past in chat.state.past] == ["ann"]


def test_ones_own_nick_can_change_its_case() -> None:
    """It is taken by oneself only; nobody of the other spelling is remembered."""
    chat = Chat()
    chat.add("ann", "#a")
    assert watchers(chat.do("ann", ChangeNick("ANN")), Renamed) == {"ANN"}
    assert chat.do("ann", ChangeNick("ANN")) == []
    assert [*chat.state.nicks] == ["ann"]
    assert not chat.state.past


@pytest.mark.parametrize(
    ("nick", "reason"), [("BOB", Reason.NICK_IN_USE), ("a b", Reason.NICK_INVALID), ("", Reason.NICK_INVALID)]
)  # fmt: skip
def test_a_nick_that_is_taken_or_invalid_is_refused(nick: str, reason: Reason) -> None:
    """And nothing changes."""
    chat = Chat()
    chat.add("ann")
    chat.add("bob")
    assert refused(chat.do("ann", ChangeNick(nick))) is reason
    assert set(chat.state.nicks) == {"ann", "bob"}


def test_a_status_follows_a_new_name_in_memory_too() -> None:
    """Who is an operator under a new nick is one again after coming back."""
    chat = Chat()
    chat.add("ann", "#a")
    chat.add("bob", "#a")
    chat.do("ann", ChangeNick("eve"))
    assert chat.room("#a").statuses == {"eve!u@h": "o"}
    assert [entry.identity.nick for entry in chat.room("#a").roster.entries] == ["eve", "bob"]


def test_the_past_is_bounded() -> None:
    """The oldest are forgotten."""
    chat = Chat(Limits(whowas=3))
    chat.add("x0")
    for number in range(9):
        chat.do(f"x{number}", ChangeNick(f"x{number + 1}"))
    assert [past.identity.nick for past in chat.state.past] == ["x6", "x7", "x8"]


def test_going_away_is_told_when_it_changes() -> None:
    """To who shares a room; the asker gets a reply each time."""
    chat = Chat(Limits(away=4))
    chat.add("ann", "#a")
    chat.add("bob", "#a")
    effects = chat.do("ann", SetAway("lunch"))
    assert all_of(AwaySet, effects) == [AwaySet(True)]
    assert watchers(effects, AwayChanged) == {"bob"}
    assert chat.do("ann", SetAway("lunch")) == [AwaySet(True)]
    assert watchers(chat.do("ann", SetAway("")), AwayChanged) == {"bob"}
    assert chat.do("ann", SetAway("")) == [AwaySet(False)]


def test_a_real_name_can_change() -> None:
    """Within its limit; they and who shares a room are told, with who they were."""
    chat = Chat(Limits(realname=5))
    ann = chat.add("ann", "#a")
    chat.add("bob", "#a")
    effects = chat.do("ann", SetRealname("Ann Smith"))
    assert watchers(effects, RealnameChanged) == {"ann", "bob"}
    assert ann.identity.realname == "Ann S"
    assert chat.room("#a").roster.entries[0].identity.realname == "Ann S"
