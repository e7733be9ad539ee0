"""Removing messages: who may, for how long, and who is told."""

import pytest

from chatserver.core.commands import ChangeNick, Part, Quit, Redact, Say
from chatserver.core.effects import Effect, Emission, Reason
from chatserver.core.events import Redacted, Said
from chatserver.core.limits import Limits
from tests.chatserver.core.chat import HOUR, Chat, all_of, refused, seen, watchers


@pytest.fixture
def chat() -> Chat:
    """Return a chat with an operator and two members of #a, and somebody outside."""
    chat = Chat()
    for nick in ("op", "ann", "bob"):
        chat.add(nick, "#a")
    chat.add("out")
    return chat


def say(chat: Chat, nick: str, target: str) -> Said:
    """Let somebody say something."""
    event = all_of(Emission, chat.do(nick, Say(target, "hi")))[0].event
    assert isinstance(event, Said)
    return event


def redact(chat: Chat, nick: str, said: Said, target: str = "", reason: str = "") -> list[Effect]:
    """Let somebody remove what was said."""
    command = Redact(target or said.target, said.seq, said.who.nick, said.at, 1, reason)
    return chat.do(nick, command)


def test_who_said_it_removes_it(chat: Chat) -> None:
    """The whole room is told, with the reason; they themselves as by an echo."""
    said = say(chat, "ann", "#A")
    (emission,) = all_of(Emission, redact(chat, "ann", said, "#A", "oops"))
    ann = chat.state.nicks["ann"]
    assert emission.event == Redacted(
        chat.seq, chat.at, ann.identity, "#a", said.seq, "ann", said.at, 1, "oops"
    )
    assert (emission.audience, emission.origin) == (chat.room("#a").audience, ann)


def test_operators_remove_what_others_said_in_their_room(chat: Chat) -> None:
    """However long ago; in the lobby, operators of the server do; others never do."""
    said = say(chat, "ann", "#a")
    chat.at += 48 * HOUR
    assert refused(redact(chat, "bob", said)) is Reason.NOT_YOUR_MESSAGE
    assert watchers(redact(chat, "op", said), Redacted) == {"op", "ann", "bob"}
    chat.add("cat", "#lobby")
    chat.add_operator("root", "#a", "#lobby")
    assert refused(redact(chat, "root", said)) is Reason.NOT_YOUR_MESSAGE
    assert watchers(redact(chat, "root", say(chat, "cat", "#lobby")), Redacted) == {"cat", "root"}


def test_who_is_not_in_the_room_removes_nothing(chat: Chat) -> None:
    """Not even what they said themselves."""
    said = say(chat, "ann", "#a")
    chat.do("ann", Part("#a"))
    assert refused(redact(chat, "ann", said)) is Reason.NOT_IN_ROOM
    assert refused(redact(chat, "ann", said, "#none")) is Reason.NO_SUCH_ROOM


@pytest.mark.parametrize("hours", [0, 2])
def test_there_is_a_time_for_it(hours: int) -> None:
    """As the limits say: 0 is none."""
    chat = Chat(Limits(redaction_window=hours * HOUR))
    chat.add("op", "#a")
    chat.add("ann", "#a")
    said = say(chat, "ann", "#a")
    chat.at += 2 * HOUR
    assert refused(redact(chat, "ann", said)) is (None if hours else Reason.TOO_LATE)
    chat.at += 1
    assert refused(redact(chat, "ann", said)) is Reason.TOO_LATE


def test_it_is_still_theirs_under_another_nick(chat: Chat) -> None:
    """But not what somebody else says under their old one, nor what was said before they had it."""
    before = say(chat, "ann", "#a")
    chat.do("ann", ChangeNick("ann2"))
    chat.do("bob", ChangeNick("Ann"))
    after = say(chat, "Ann", "#a")
    assert refused(redact(chat, "ann2", before)) is None
    assert refused(redact(chat, "ann2", after)) is Reason.NOT_YOUR_MESSAGE
    assert refused(redact(chat, "Ann", before)) is Reason.NOT_YOUR_MESSAGE
    assert refused(redact(chat, "Ann", after)) is None


def test_whoever_has_the_nick_next_is_somebody_else(chat: Chat) -> None:
    """Also with the same name and host: a guest proves nothing."""
    said = say(chat, "ann", "#a")
    chat.do("ann", Quit())
    chat.add("ann", "#a")
    assert refused(redact(chat, "ann", said)) is Reason.NOT_YOUR_MESSAGE


def test_of_two_people_both_are_told(chat: Chat) -> None:
    """By the target as it was said to; only who said it removes it."""
    said = say(chat, "ann", "OUT")
    events = seen(redact(chat, "ann", said))
    assert [(event.target, who) for event, who in events if isinstance(event, Redacted)] == [
        ("out", {"out"}), ("out", {"ann"}),
    ]  # fmt: skip
    assert refused(redact(chat, "out", said, "ann")) is Reason.NOT_YOUR_MESSAGE


def test_who_has_the_nick_of_who_got_it_is_not_told(chat: Chat) -> None:
    """Nor does it matter that nobody has it."""
    said = say(chat, "ann", "out")
    chat.do("out", Quit())
    assert watchers(redact(chat, "ann", said), Redacted) == {"ann"}
    chat.add("out")
    assert watchers(redact(chat, "ann", said), Redacted) == {"ann"}


def test_what_one_said_to_oneself_is_removed_once(chat: Chat) -> None:
    """One event."""
    said = say(chat, "ann", "ann")
    assert [who for _, who in seen(redact(chat, "ann", said))] == [{"ann"}]


def test_the_reason_is_no_way_to_speak(chat: Chat) -> None:
    """Who may not speak removes what they said, and gives no reason."""
    said = say(chat, "ann", "#a")
    chat.mode("op", "#a", "+m")
    events = [event for event, _ in seen(redact(chat, "ann", said, reason="buy now"))]
    assert [event.reason for event in events if isinstance(event, Redacted)] == [""]
