"""A guest who connects with the key that they had: in the place of who they were."""

from collections.abc import Sequence

from chatserver.core.commands import ChangeNick, Connect, Join, Quit, Say
from chatserver.core.effects import Close, Effect, Emission, Reason, Refused, Welcomed
from chatserver.core.events import Departed
from chatserver.core.execute import Stamp, execute
from chatserver.core.execute.people import REPLACED
from chatserver.core.members import User
from tests.chatserver.core.chat import Chat, all_of, watchers

KEY, OTHER = b"key", b"other"


def connect(chat: Chat, *nicks: str, key: bytes = KEY) -> tuple[User | None, Sequence[Effect]]:
    """Connect with a key; return the user, if it is one, and all that it leads to."""
    chat.seq += 1
    command = Connect(nicks, "u", "r", "h", key=key)
    effects = execute(chat.state, Stamp(chat.seq, chat.at), chat.seq, command)
    return chat.state.users.get(chat.seq), effects


def came(chat: Chat, *nicks: str, key: bytes = KEY) -> tuple[User, bool]:
    """Connect with a key; return the user, and whether they are who they were."""
    user, effects = connect(chat, *nicks, key=key)
    (welcomed,) = all_of(Welcomed, [*effects])
    assert user is not None
    return user, welcomed.resumed


def test_nobody_sees_who_goes_on_under_their_nick() -> None:
    """The connection of before ends; who it was is there, and where it was, and gets what is told there."""
    chat = Chat()
    chat.add("bob", "#ops")
    old, resumed = came(chat, "alice")
    assert not resumed
    chat.do("alice", Join("#ops"))
    _, effects = connect(chat, "alice")
    assert all_of(Close, [*effects]) == [Close(old.id, REPLACED)]
    assert all_of(Welcomed, [*effects]) == [Welcomed(old.identity, resumed=True)]
    assert not [each for each in all_of(Emission, [*effects]) if each.session != chat.seq]
    assert chat.state.find_user("alice") is old
    assert ([*old.devices], [*old.rooms]) == ([chat.seq], ["#ops"])
    connect(chat, "alice")
    assert [*old.devices] == [chat.seq]


def test_the_connection_of_before_ends() -> None:
    """With another spelling, that is theirs at once, rooms see them leave, and conversations go on."""
    chat = Chat()
    chat.add("bob", "#ops")
    old, resumed = came(chat, "alice")
    assert not resumed
    chat.do("alice", Join("#ops"))
    chat.do("bob", Say("alice", "hi"))
    new, effects = connect(chat, "Alice")
    assert new is not None
    assert [type(effect).__name__ for effect in effects] == [
        "Emission",
        "Close",
        "Attached",
        "Welcomed",
    ]
    assert watchers([*effects], Departed) == {"bob"}
    assert all_of(Close, [*effects]) == [Close(old.id, REPLACED, whole=True)]
    assert all_of(Welcomed, [*effects]) == [Welcomed(new.identity, resumed=True)]
    assert chat.state.find_user("alice") is new
    assert (new.named_seq, new.conversations) == (old.named_seq, {"bob": "bob"})
    assert not new.rooms
    assert [*chat.state.users.values()] == [chat.state.find_user("bob"), new]


def test_any_of_the_nicks_that_they_want_will_do() -> None:
    """The first that is free with them gone; under another nick they are somebody new."""
    chat = Chat()
    chat.add("bob")
    before, _ = came(chat, "alice")
    again, resumed = came(chat, "bob", "Alice")
    assert (again.nick, again.named_seq, resumed) == ("Alice", before.named_seq, True)
    other, resumed = came(chat, "carol")
    assert (other.named_seq, resumed) == (chat.seq, False)
    assert chat.state.find_user("alice") is None


def test_who_cannot_be_let_in_replaces_nobody() -> None:
    """They may ask for another nick."""
    chat = Chat()
    chat.add("bob")
    before, _ = came(chat, "alice")
    assert connect(chat, "bob") == (None, (Refused(Reason.NICK_IN_USE, "bob"),))
    assert chat.state.find_user("alice") is before


def test_who_has_left_comes_back() -> None:
    """What was written to the nick since they had it first is theirs; a change of nick begins anew."""
    chat = Chat()
    came(chat, "alice")
    chat.do("alice", ChangeNick("alicia"))
    seq = chat.seq
    chat.do("alicia", ChangeNick("ALICIA"))
    chat.do("alicia", Quit())
    again, resumed = came(chat, "alicia")
    assert (again.named_seq, resumed) == (seq, True)


def test_whoever_took_the_nick_has_it() -> None:
    """By connecting, or by changing theirs: what was written to it is not told to who had it before."""
    for take in (
        lambda chat: chat.add("alice"),
        lambda chat: (chat.add("bob"), chat.do("bob", ChangeNick("alice"))),
        lambda chat: came(chat, "alice", key=OTHER),
    ):
        chat = Chat()
        came(chat, "alice")
        chat.do("alice", Quit())
        take(chat)
        chat.do("alice", Quit())
        again, resumed = came(chat, "alice")
        assert (again.named_seq, resumed) == (chat.seq, False)


def test_without_a_key_nobody_is_replaced() -> None:
    """Nor comes back."""
    chat = Chat()
    before, _ = came(chat, "alice", key=b"")
    assert connect(chat, "alice", key=b"") == (None, (Refused(Reason.NICK_IN_USE, "alice"),))
    assert chat.state.find_user("alice") is before
    chat.do("alice", Quit())
    assert not came(chat, "alice", key=b"")[1]
