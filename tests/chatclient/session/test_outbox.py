"""Own messages over cuts: each is said once, or the user is told that it may not be."""

import re

import pytest

from chatclient.model import Buffer, Delivery, Kind, LineRemoved
from chatclient.session import MAYBE_LOST
from chatclient.session.outbox import MOST, NONCE
from tests.chatclient.session.wire import MODERN, Wire, last, texts

SAFE = f"{MODERN} {NONCE}"


def _nonces(sent: list[str]) -> list[str]:
    found = [re.search(r"\+chatserver\.dev/nonce=([\w-]+)", line) for line in sent]
    return [match[1] for match in found if match]


def _fates(buffer: Buffer) -> list[tuple[str, Delivery]]:
    return [(line.text, line.delivery) for line in buffer.lines if line.kind is Kind.MESSAGE]


def _again(wire: Wire, caps: str) -> list[str]:
    """Lose the connection, be back in #ops on another, and return what was sent after that."""
    wire.session.end("lost", wire.now)
    wire.start(caps)
    wire.hear(":alice!~a@host.example JOIN #ops")
    return wire.raw()


def test_every_message_has_a_nonce_of_its_own() -> None:
    """128 bits in 22 letters, beside the label; none where the server takes no tags."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops")
    wire.session.say(room, "one\none", wire.now)
    nonces = _nonces(wire.raw())
    assert len(set(nonces)) == 2
    assert all(re.fullmatch(r"[\w-]{22}", nonce) for nonce in nonces)
    old = Wire().start("labeled-response batch echo-message")
    room = old.join("#ops")
    old.session.say(room, "one", old.now)
    assert old.raw() == ["@label=m1 PRIVMSG #ops one"]


def test_pending_lines_stay_pending_and_are_sent_again_where_that_is_harmless() -> None:
    """After a cut each goes out once more, with its nonce, in its order; what comes after, after."""
    wire = Wire().start(SAFE)
    room = wire.join("#ops")
    wire.session.say(room, "one\ntwo", wire.now)
    before = _nonces(wire.raw())
    wire.session.end("lost", wire.now)
    assert room.pending == 2
    wire.session.say(room, "three", wire.now)
    assert wire.raw() == []
    wire.start(SAFE)
    wire.hear(":alice!~a@host.example JOIN #ops")
    sent = wire.raw()
    assert [line.rpartition(" ")[2] for line in sent] == ["one", "two", "three"]
    assert _nonces(sent)[:2] == before
    wire.hear(*(f"@label=m{n};msgid={n} :alice!a@h PRIVMSG #ops {n}" for n in (1, 2, 3)))
    assert _fates(room) == [(text, Delivery.CONFIRMED) for text in ("one", "two", "three")]
    assert _again(wire, SAFE) == []


def test_said_before_and_not_readable() -> None:
    """A server that knows the nonce, and cannot read what it kept, is asked again a while later."""
    wire = Wire().start(f"{MODERN} chatserver.dev/nonce")
    room = wire.join("#ops")
    wire.say(room, "hello")
    wire.hear("@label=m1 :srv FAIL PRIVMSG MESSAGE_ERROR #ops 1f :This was said before")
    assert (last(room).delivery, wire.sent()) == (Delivery.PENDING, [])
    wire.hear(":srv PONG srv :alive-1")
    assert wire.sent() == ["@label=m2 PRIVMSG #ops hello"]
    wire.hear("@label=m2;msgid=1f :alice!a@h PRIVMSG #ops hello")
    assert (last(room).delivery, last(room).msgid) == (Delivery.CONFIRMED, "1f")


def test_elsewhere_the_user_decides() -> None:
    """Where sending it again might say it twice, it has failed; what was never sent is sent."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops")
    wire.say(room, "maybe")
    wire.session.end("lost", wire.now)
    wire.say(room, "never sent")
    wire.start(MODERN)
    wire.hear(":alice!~a@host.example JOIN #ops")
    assert [line.rpartition(" :")[2] for line in wire.sent()] == ["never sent"]
    failed = next(line for line in room.lines if line.text == "maybe")
    assert (failed.delivery, failed.reason) == (Delivery.FAILED, MAYBE_LOST)
    assert wire.session.say_again(failed.id, wire.now)
    assert not wire.session.say_again(failed.id, wire.now)
    assert [line.rpartition(" ")[2] for line in wire.sent()] == ["maybe"]
    assert _fates(room)[-1] == ("maybe", Delivery.PENDING)
    wire.hear(
        *(
            f"@label=m{n} :alice!a@h PRIVMSG #ops :{text}"
            for n, text in ((1, "never sent"), (2, "maybe"))
        )
    )
    assert _fates(room) == [("never sent", Delivery.CONFIRMED), ("maybe", Delivery.CONFIRMED)]


def _renamed() -> tuple[Wire, Buffer, str]:
    """Say something to bob, hear that he is called robert now, lose the connection, and be back.

    Return also the nonce of what was said.
    """
    wire = Wire().start(SAFE)
    wire.join("#ops", "bob")
    direct = wire.session.converse("bob")
    wire.session.say(direct, "psst", wire.now)
    (nonce,) = _nonces(wire.raw())
    wire.hear(":bob!b@h NICK robert")
    wire.session.end("lost", wire.now)
    wire.session.start()
    wire.hear(f":srv CAP * LS :{SAFE}", f":srv CAP * ACK :{SAFE}", ":srv 001 alice :Welcome")
    wire.raw()
    wire.hear(":srv 422 alice :no MOTD")
    return wire, direct, nonce


def test_what_may_be_said_is_sent_again_to_the_nick_that_it_was_sent_to() -> None:
    """There the server knows it again; what was not sent goes to who it is by now."""
    wire, direct, nonce = _renamed()
    wire.session.say(direct, "more", wire.now)
    sent = [line for line in wire.raw() if "PRIVMSG" in line]
    assert [line.partition(" ")[2] for line in sent] == ["PRIVMSG bob psst", "PRIVMSG robert more"]
    assert _nonces(sent)[0] == nonce
    wire.hear(
        f"@label=m1;msgid=1;+{NONCE}={nonce} :alice!a@h PRIVMSG bob psst",
        "@label=m2;msgid=2 :alice!a@h PRIVMSG robert more",
    )
    assert _fates(direct) == [("psst", Delivery.CONFIRMED), ("more", Delivery.CONFIRMED)]
    assert wire.world.find("bob") is None


def test_history_tells_it_by_the_former_nick() -> None:
    """What was said to somebody who has another nick by now is known again wherever it is told."""
    wire, direct, nonce = _renamed()
    wire.hear(f"@msgid=1;+{NONCE}={nonce} :alice!a@h PRIVMSG bob psst")
    assert _fates(direct) == [("psst", Delivery.CONFIRMED)]
    assert wire.world.find("bob") is None


def test_what_was_not_said_goes_to_the_present_nick() -> None:
    """Nobody has the former one: so it was not said. If nobody has the present one, it has failed."""
    wire, direct, nonce = _renamed()
    wire.raw()
    wire.hear("@label=m1 :srv 401 alice bob :No such nick/channel")
    (again,) = wire.raw()
    assert again.endswith(" PRIVMSG robert psst")
    assert _nonces([again]) == [nonce]
    assert _fates(direct) == [("psst", Delivery.PENDING)]
    wire.hear("@label=m2 :srv 401 alice robert :No such nick/channel")
    assert [(line.text, line.reason) for line in direct.lines if line.own] == [
        ("psst", "No such nick/channel")
    ]
    assert wire.raw() == []


def test_several_that_were_not_said_keep_their_order() -> None:
    """They go before what waits, also where there is not room for them at once."""
    wire = Wire().start(SAFE)
    wire.join("#ops", "bob")
    direct = wire.session.converse("bob")
    typed = [f"{number:02}{'x' * 350}" for number in range(30)]
    sent = wire.say(direct, "\n".join(typed))
    assert 5 < len(sent) < 25
    wire.hear(":bob!b@h NICK robert")
    said = []
    while sent:
        answers = []
        for line in sent:
            label, _, target, text = line.split(" ")
            if target == "robert":
                said.append(text)
                answers.append(f"{label} :alice!a@h PRIVMSG robert {text}")
            else:
                answers.append(f"{label} :srv 401 alice bob :No such nick/channel")
        wire.hear(*answers)
        sent = wire.sent()
    assert said == typed
    assert _fates(direct) == [(text, Delivery.CONFIRMED) for text in typed]


@pytest.mark.parametrize("caps", ["", "echo-message"])
def test_without_labels_nothing_is_sent_again_by_itself(caps: str) -> None:
    """What is refused there may be something else that the user asked, and not the message."""
    wire = Wire().start(caps)
    wire.join("#ops", "bob")
    direct = wire.session.converse("bob")
    wire.say(direct, "psst")
    wire.hear(":bob!b@h NICK robert", ":srv 401 alice bob :No such nick/channel")
    assert wire.sent() == []
    assert _fates(direct) == [("psst", Delivery.FAILED)]


def test_typed_before_there_is_a_connection() -> None:
    """What is typed while offline waits, and is sent once, when we are in the room."""
    wire = Wire()
    room = wire.session.join("#ops")
    assert wire.say(room, "hello") == []
    assert last(room).delivery is Delivery.PENDING
    wire.start(MODERN)
    assert [line for line in wire.sent() if "PRIVMSG" in line] == []
    wire.hear(":alice!~a@host.example JOIN #ops")
    assert wire.sent() == ["@label=m1 PRIVMSG #ops hello"]


def test_to_a_room_that_lets_us_in_no_more() -> None:
    """What waits for it is sent all the same, and fails with what the server says."""
    wire = Wire().start(SAFE)
    room = wire.join("#ops")
    wire.session.end("lost", wire.now)
    wire.say(room, "hello")
    wire.start(SAFE)
    wire.hear(":srv 474 alice #ops :Cannot join channel (+b)")
    assert wire.sent() == ["@label=m1 PRIVMSG #ops hello"]
    wire.hear("@label=m1 :srv 404 alice #ops :Cannot send to channel")
    assert [(line.text, line.reason) for line in room.lines if line.own][-1] == (
        "hello",
        "Cannot send to channel",
    )


def test_told_by_another_name() -> None:
    """While our old connection has our nick still, what it said is ours all the same."""
    wire = Wire().start(SAFE)
    room = wire.join("#ops")
    wire.session.say(room, "one", wire.now)
    (nonce,) = _nonces(wire.raw())
    wire.session.end("lost", wire.now)
    wire.start(SAFE, nick="alice_")
    wire.hear(
        ":alice_!~a@host.example JOIN #ops",
        f"@msgid=1;+{NONCE}={nonce} :alice!a@h PRIVMSG #ops one",
    )
    assert _fates(room) == [("one", Delivery.CONFIRMED)]
    wire.hear(f"@label=m1;msgid=1;+{NONCE}={nonce} :alice!a@h PRIVMSG #ops one")
    assert _fates(room) == [("one", Delivery.CONFIRMED)]


@pytest.mark.parametrize("caps", [SAFE, ""])
def test_a_line_bears_the_nick_that_others_read(caps: str) -> None:
    """What was typed as alice and said as alice_ is alice_'s, with an echo and without."""
    wire = Wire().start(caps)
    room = wire.join("#ops")
    wire.session.end("lost", wire.now)
    wire.session.say(room, "one", wire.now)
    wire.start(caps, nick="alice_")
    wire.hear(":alice_!~a@host.example JOIN #ops")
    sent = wire.raw()
    if caps:
        wire.hear(f"@label=m1;msgid=1;+{NONCE}={_nonces(sent)[0]} :alice_!a@h PRIVMSG #ops one")
    else:
        wire.hear(":srv PONG srv :m1")
    assert [(line.source, line.delivery) for line in room.lines if line.text == "one"] == [
        ("alice_", Delivery.CONFIRMED)
    ]


def test_a_nonce_proves_nothing_with_other_words() -> None:
    """Whoever has seen a nonce cannot put words in our mouth with it, nor confirm ours."""
    wire = Wire().start(SAFE)
    room = wire.join("#ops", "eve")
    wire.session.say(room, "one", wire.now)
    (nonce,) = _nonces(wire.raw())
    wire.hear(f"@msgid=1;+{NONCE}={nonce} :eve!e@h PRIVMSG #ops :something else")
    assert _fates(room) == [
        ("something else", Delivery.CONFIRMED),
        ("one", Delivery.PENDING),
    ]


def test_an_echo_of_what_is_there_already() -> None:
    """A message that came as history without its nonce is not shown a second time."""
    wire = Wire().start(SAFE)
    room = wire.join("#ops")
    wire.say(room, "one")
    wire.hear(
        ":srv BATCH +h chathistory #ops",
        "@batch=h;msgid=x :alice!a@h PRIVMSG #ops one",
        ":srv BATCH -h",
    )
    changes = wire.hear("@label=m1;msgid=x :alice!a@h PRIVMSG #ops one")
    assert _fates(room) == [("one", Delivery.CONFIRMED)]
    assert any(isinstance(change, LineRemoved) for change in changes)
    assert room.pending == 0


def test_the_first_echo_stands_where_it_was_said() -> None:
    """The answer to a message sent again is the first one: it stands before what came later."""
    wire = Wire().start(SAFE)
    room = wire.join("#ops", "bob")
    wire.say(room, "one")
    wire.session.end("lost", wire.now)
    wire.start(SAFE)
    wire.hear(
        "@time=2023-11-14T22:13:10.000Z :alice!~a@host.example JOIN #ops",
        "@time=2023-11-14T22:13:30.000Z;msgid=2 :bob!b@h PRIVMSG #ops two",
        "@label=m1;time=2023-11-14T22:13:05.000Z;msgid=1 :alice!a@h PRIVMSG #ops one",
    )
    assert [text for text in texts(room) if text in {"one", "two"}] == ["one", "two"]


def test_closing_a_buffer_forgets_what_waits_for_it() -> None:
    """Nothing is sent to a room that the user has closed."""
    wire = Wire().start(SAFE)
    room = wire.join("#ops")
    wire.session.end("lost", wire.now)
    wire.say(room, "hello")
    wire.session.close(room)
    assert wire.session.snapshot() == ""
    wire.start(SAFE)
    assert wire.sent() == []


def test_what_waits_is_bounded() -> None:
    """A paste without end, while offline, does not wait without end."""
    wire = Wire()
    room = wire.session.join("#ops")
    wire.say(room, "x\n" * (MOST + 1))
    assert room.pending == MOST
    failed = [line for line in room.lines if line.delivery is Delivery.FAILED]
    assert [line.reason for line in failed] == [f"{MOST} lines are waiting already"]


@pytest.mark.parametrize("caps", ["", "echo-message", MODERN, SAFE])
def test_a_conversation_waits_too(caps: str) -> None:
    """What is typed to a person while offline is sent when the server has welcomed us."""
    wire = Wire().start(caps)
    direct = wire.world.open_direct("bob")
    wire.session.end("lost", wire.now)
    assert wire.say(direct, "hello") == []
    wire.session.start()
    wire.hear(f":srv CAP * LS :{caps}", f":srv CAP * ACK :{caps}", ":srv 001 alice :Welcome")
    assert not [line for line in wire.sent() if "PRIVMSG" in line]
    wire.hear(":srv 422 alice :no MOTD")
    assert [line.rpartition(" ")[2] for line in wire.sent() if "PRIVMSG" in line] == ["hello"]
    assert direct.pending == 1


def test_what_was_not_sent_can_be_taken_back() -> None:
    """What waits is gone and returned as it was typed; what the server may have stays."""
    wire = Wire().start(SAFE)
    room = wire.join("#ops")
    wire.say(room, "sent")
    wire.session.end("lost", wire.now)
    wire.say(room, "one\ntwo")
    wire.say(room, "waves", Kind.ACTION)
    wire.say(wire.world.open_direct("bob"), "stays")
    assert wire.session.cancel(room) == "one\ntwo\n/me waves"
    assert wire.session.cancel(room) == ""
    assert _fates(room) == [("sent", Delivery.PENDING)]
    assert room.pending == 1
    sent = _again(wire, SAFE)
    assert [line.rpartition(" ")[2] for line in sent if "PRIVMSG" in line] == ["sent"]
    assert _fates(wire.room("bob")) == [("stays", Delivery.PENDING)]


def test_of_a_long_paste_the_rest_can_be_taken_back() -> None:
    """Lines beyond what is on its way at a time wait for answers, and can be cancelled."""
    wire = Wire().start(SAFE)
    room = wire.join("#ops")
    sent = wire.say(room, "\n".join(f"{at} {'x' * 300}" for at in range(30)))
    taken = wire.session.cancel(room).split("\n")
    assert 0 < len(sent) < 30
    assert len(sent) + len(taken) == 30
    assert room.pending == len(sent)
