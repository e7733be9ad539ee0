"""Rules of replies, reactions and removal, on the wire and in the world."""

import pytest

from chatclient.model import Delivery, Kind, LineChanged, Reaction
from tests.chatclient.session.wire import MODERN, Wire, last, texts
from tests.steps import steps

CAPS = f"{MODERN} draft/message-redaction"


@pytest.fixture
def wire() -> Wire:
    """Return a session on a server that knows all of it, in a room with bob."""
    wire = Wire().start(CAPS)
    wire.join("#r", "bob", "carol")
    wire.hear("@msgid=m1 :bob!b@h PRIVMSG #r :lunch?")
    wire.sent()
    return wire


def test_a_reply_names_the_message(wire: Wire) -> None:
    """A reply carries the id of what it answers, and so does its line, pending and confirmed."""
    room = wire.room("#r")
    wire.session.say(room, "yes", wire.now, reply_to=last(room))
    assert wire.sent() == ["@label=m1;+reply=m1 PRIVMSG #r yes"]
    assert last(room).reply_to == "m1"
    wire.hear("@label=m1;msgid=m2;+reply=m1 :alice!a@h PRIVMSG #r :yes")
    assert (last(room).reply_to, last(room).delivery) == ("m1", Delivery.CONFIRMED)


@pytest.mark.parametrize("tag", ["+reply", "+draft/reply"])
def test_a_reply_of_others_says_what_it_answers(wire: Wire, tag: str) -> None:
    """Both spellings of the tag are read."""
    wire.hear(f"@msgid=m2;{tag}=m1 :carol!c@h PRIVMSG #r :me too")
    assert last(wire.room("#r")).reply_to == "m1"


def test_only_the_first_of_several_messages_is_the_reply(wire: Wire) -> None:
    """A reply of two lines, on a server without multiline, answers once."""
    room = wire.room("#r")
    wire.session.say(room, "yes\nnow", wire.now, reply_to="m1")
    assert [line.count("+reply=m1") for line in wire.sent()] == [1, 0]


def test_where_there_are_no_tags_a_reply_calls_the_nick() -> None:
    """A message without an id cannot be named: who said it is."""
    wire = Wire().start()
    room = wire.join("#r", "bob")
    wire.hear(":bob!b@h PRIVMSG #r :lunch?")
    wire.session.say(room, "yes", wire.now, reply_to=last(room))
    assert wire.sent()[0] == "PRIVMSG #r :bob: yes"


def test_a_denied_tag_is_not_sent() -> None:
    """CLIENTTAGDENY is heeded: the reply calls the nick instead, and nothing else is possible."""
    wire = Wire().start(CAPS, "CLIENTTAGDENY=*,-typing")
    room = wire.join("#r", "bob")
    wire.hear("@msgid=m1 :bob!b@h PRIVMSG #r :lunch?")
    can = {name: wire.session.can(room, name) for name in ("reply", "react", "redact", "typing")}
    assert can == {"reply": False, "react": False, "redact": True, "typing": True}
    wire.session.say(room, "yes", wire.now, reply_to=last(room))
    assert wire.sent() == ["@label=m1 PRIVMSG #r :bob: yes"]


def test_a_reaction_shows_by_its_echo_once(wire: Wire) -> None:
    """The user's own reaction is there when the server has it, and the same again takes it back."""
    room = wire.room("#r")
    wire.session.react(room, last(room), "👍", wire.now)
    assert wire.sent() == ["@+reply=m1;+draft/react=👍 TAGMSG #r"]
    assert last(room).reactions == ()
    changes = wire.hear("@msgid=m2;+reply=m1;+draft/react=👍 :alice!a@h TAGMSG #r")
    assert changes == [LineChanged(room, last(room))]
    assert last(room).reactions == (Reaction("👍", ("alice",), own=True),)
    assert not wire.hear("@msgid=m2;+reply=m1;+draft/react=👍 :alice!a@h TAGMSG #r")
    wire.session.react(room, last(room), "👍", wire.now)
    assert wire.sent() == ["@+reply=m1;+draft/unreact=👍 TAGMSG #r"]
    wire.hear("@+reply=m1;+draft/unreact=👍 :alice!a@h TAGMSG #r")
    assert last(room).reactions == ()


def test_reactions_of_several_are_one_sign(wire: Wire) -> None:
    """The same sign of two people is one reaction with both nicks; they are not unread lines."""
    room = wire.room("#r")
    for nick in ("bob", "carol", "bob"):
        wire.hear(f"@+reply=m1;+draft/react=:) :{nick}!x@h TAGMSG #r")
    wire.hear("@+reply=m1;+draft/react=no :carol!x@h TAGMSG #r")
    assert last(room).reactions == (Reaction(":)", ("bob", "carol")), Reaction("no", ("carol",)))
    assert texts(room)[-1] == "lunch?"


def test_a_reaction_may_come_before_its_message(wire: Wire) -> None:
    """What is said about a message that is not there waits for it, live and in history."""
    wire.hear("@time=2023-11-14T22:13:20.000Z;+reply=m9;+draft/react=! :bob!b@h TAGMSG #r")
    wire.hear("@msgid=m9 :carol!c@h PRIVMSG #r :wow")
    assert last(wire.room("#r")).reactions == (Reaction("!", ("bob",)),)


def test_history_tells_reactions_and_their_end(wire: Wire) -> None:
    """A page has reactions in their order; one that was taken back stays so, heard again or not."""
    room = wire.room("#r")
    tags = "@batch=2;+reply=m0;+draft"
    wire.hear(
        ":srv BATCH +2 chathistory #r",
        "@batch=2;msgid=m0;time=2023-11-14T22:00:00.000Z :bob!b@h PRIVMSG #r :old",
        f"{tags}/react=a;time=2023-11-14T22:00:01.000Z :bob!b@h TAGMSG #r",
        f"{tags}/react=b;time=2023-11-14T22:00:02.000Z :bob!b@h TAGMSG #r",
        f"{tags}/unreact=a;time=2023-11-14T22:00:03.000Z :bob!b@h TAGMSG #r",
        ":srv BATCH -2",
    )
    old = next(line for line in room.lines if line.msgid == "m0")
    assert old.reactions == (Reaction("b", ("bob",)),)
    wire.hear("@+reply=m0;+draft/react=a;time=2023-11-14T22:00:01.000Z :bob!b@h TAGMSG #r")
    old = next(line for line in room.lines if line.msgid == "m0")
    assert old.reactions == (Reaction("b", ("bob",)),)


def test_a_reaction_that_is_a_message_is_both(wire: Wire) -> None:
    """The tag may come with a text for those who do not know it."""
    room = wire.room("#r")
    wire.hear("@msgid=m2;+reply=m1;+draft/react=lol :carol!c@h PRIVMSG #r :lol")
    assert room.lines[-2].reactions == (Reaction("lol", ("carol",)),)
    assert last(room).text == "lol"


def test_what_a_server_cannot_do_is_said() -> None:
    """Without message-tags there is no reaction and no removal, and the user is told."""
    wire = Wire().start()
    room = wire.join("#r", "bob")
    wire.hear(":bob!b@h PRIVMSG #r :lunch?")
    wire.session.react(room, last(room), "👍", wire.now)
    wire.session.redact(room, room.lines[-2], wire.now)
    assert [line.kind for line in room.lines[-2:]] == [Kind.ERROR, Kind.ERROR]
    assert wire.sent() == []


def test_without_echoes_a_reaction_shows_at_once() -> None:
    """A server that relays tags and echoes nothing is taken at its word."""
    wire = Wire().start("message-tags")
    room = wire.join("#r", "bob")
    wire.hear("@msgid=m1 :bob!b@h PRIVMSG #r :lunch?")
    wire.session.react(room, last(room), "👍", wire.now)
    assert last(room).reactions == (Reaction("👍", ("alice",), own=True),)


def test_a_removed_message_is_gone_with_its_reactions(wire: Wire) -> None:
    """REDACT is sent with the reason, and what the server then says replaces the message."""
    room = wire.room("#r")
    wire.hear("@+reply=m1;+draft/react=! :bob!b@h TAGMSG #r")
    wire.session.redact(room, last(room), wire.now, "spam")
    assert wire.sent() == ["REDACT #r m1 spam"]
    wire.hear(":alice!a@h REDACT #r m1 :spam")
    assert (last(room).kind, last(room).text) == (Kind.DELETED, "deleted by you: spam")
    assert last(room).reactions == ()


def test_a_reaction_can_be_removed(wire: Wire) -> None:
    """REDACT may name the reaction itself: it ends, and the message stays."""
    room = wire.room("#r")
    wire.hear("@msgid=m5;+reply=m1;+draft/react=! :bob!b@h TAGMSG #r", ":op!o@h REDACT #r m5 :no")
    assert (last(room).text, last(room).reactions) == ("lunch?", ())


def test_nobody_fills_the_memory_with_reactions(wire: Wire) -> None:
    """What one message shows is bounded."""
    room = wire.room("#r")
    wire.hear(*(f"@+reply=m1;+draft/react=r{at} :bob!b@h TAGMSG #r" for at in range(1000)))
    assert len(last(room).reactions) == 200


def test_a_removal_is_found_at_once(wire: Wire) -> None:
    """Among thousands of reactions, what is removed is not looked for one by one."""

    def work() -> int:
        return steps(lambda: wire.hear(":srv REDACT #r nothing"))

    wire.hear(*_reactions(0))
    work()
    few = work()
    for number in range(1, 100):
        wire.hear(*_reactions(number))
    assert work() == few


def _reactions(number: int) -> list[str]:
    head = f"@+reply=x{number};+draft/react=👍;msgid=r{number}"
    return [f"{head}-{each} :n{each}!u@h TAGMSG #r" for each in range(20)]
