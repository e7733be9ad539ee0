"""Who is told of whom, by whatever command it came about."""

from chatserver.core.commands import (
    ChangeNick,
    Connect,
    ListMonitored,
    Monitor,
    Quit,
    SetAway,
)
from chatserver.core.effects import Effect, Emission, MonitorListed
from chatserver.core.events import CameOnline, Observed, WentOffline
from chatserver.core.execute import Stamp, execute
from tests.chatserver.core.chat import Chat, all_of

KEY = b"k" * 16


def told(effects: list[Effect]) -> list[tuple[str, str]]:
    """Return who is told what of which nick."""
    return [
        (one.audience.users[0].nick, f"{type(one.event).__name__} {_nick(one.event)}")
        for one in all_of(Emission, effects)
        if isinstance(one.event, (CameOnline, WentOffline, Observed))
    ]


def _nick(event: CameOnline | WentOffline | Observed) -> str:
    if isinstance(event, Observed):
        return event.event.who.nick
    return event.who.nick if isinstance(event, CameOnline) else event.nick


def connect(chat: Chat, number: int, nick: str) -> list[Effect]:
    """Return what it leads to that a guest connects who can come back."""
    chat.seq += 1
    command = Connect((nick,), "u", "r", "h", key=KEY)
    return [*execute(chat.state, Stamp(chat.seq, chat.at), number, command)]


def test_only_the_session_that_asked_is_told() -> None:
    """An emission names it."""
    chat = Chat()
    ann = chat.add("ann")
    chat.do("ann", Monitor(adding=("bob",)))
    (emission,) = all_of(Emission, connect(chat, 99, "bob"))
    assert (emission.session, emission.audience.users) == (ann.id, (ann,))


def test_who_comes_back_as_who_they_were_was_never_away() -> None:
    """A new connection takes the place of one that is there still: the nick was taken all the time."""
    chat = Chat()
    chat.add("ann")
    chat.do("ann", Monitor(adding=("bob",)))
    assert told(connect(chat, 98, "bob")) == [("ann", "CameOnline bob")]
    assert told(connect(chat, 99, "bob")) == []
    assert told(chat.do("bob", Quit())) == [("ann", "WentOffline bob")]


def test_a_change_of_nick_is_going_and_coming() -> None:
    """Also for who takes the nick of another in the same moment as that is freed; not for its case."""
    chat = Chat()
    for nick in ("ann", "bob"):
        chat.add(nick)
    chat.do("ann", Monitor(adding=("bob", "bill")))
    assert told(chat.do("bob", ChangeNick("bill"))) == [
        ("ann", "WentOffline bob"),
        ("ann", "CameOnline bill"),
    ]
    assert told(chat.do("bill", ChangeNick("BILL"))) == []


def test_a_list_goes_with_its_session() -> None:
    """Nobody is told for somebody who left, and who comes then begins with no list."""
    chat = Chat()
    chat.add("ann")
    chat.do("ann", Monitor(adding=("bob",)))
    chat.do("ann", Quit())
    assert not chat.state.monitors
    chat.add("ann")
    assert chat.do("ann", ListMonitored()) == [MonitorListed(())]


def test_what_nobody_watches_costs_nothing() -> None:
    """Without a list nothing is looked up, and no changes pile up."""
    chat = Chat()
    chat.add("ann")
    chat.do("ann", ChangeNick("bob"))
    assert told(chat.do("bob", SetAway("x"))) == []
    assert not chat.state.nicks.changed
