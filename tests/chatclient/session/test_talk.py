"""What people say, and how far own messages have got."""

import pytest

from chatclient.model import BufferKind, Delivery, Kind, LineAdded, LineChanged
from chatclient.session.talk import mentions
from tests.chatclient.session.wire import MODERN, NOW, Wire, last, texts


def test_hearing() -> None:
    """A message is a line with source, text, id and the server's time."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops", "bob")
    wire.hear("@time=2023-11-14T22:13:10.500Z;msgid=x1 :bob!b@h PRIVMSG #ops :hello there")
    line = last(room)
    assert (line.kind, line.source, line.text, line.msgid) == (
        Kind.MESSAGE,
        "bob",
        "hello there",
        "x1",
    )
    assert line.time == NOW - 9.5
    assert line.delivery is Delivery.CONFIRMED
    assert not line.own


@pytest.mark.parametrize("written", ["", "yesterday", "2023-13-40T99:99:99Z", "99999999999"])
def test_times_that_are_none(written: str) -> None:
    """A time that makes no sense is as none: the clock's."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops")
    wire.hear(f"@time={written} :bob!b@h PRIVMSG #ops :hi")
    assert last(room).time == NOW


def test_actions_and_notices() -> None:
    """/me of others and notices are kinds of their own."""
    wire = Wire().start()
    room = wire.join("#ops", "bob")
    wire.hear(":bob!b@h PRIVMSG #ops :\x01ACTION waves\x01", ":bob!b@h NOTICE #ops :psa")
    assert [(line.kind, line.text) for line in room.lines[-2:]] == [
        (Kind.ACTION, "waves"),
        (Kind.NOTICE, "psa"),
    ]


def test_conversations_open_by_themselves() -> None:
    """A message to us opens a conversation with its sender, and calls us."""
    wire = Wire().start()
    wire.hear(":bob!b@h PRIVMSG alice :psst")
    direct = wire.room("bob")
    assert direct.kind is BufferKind.DIRECT
    assert last(direct).mention
    assert (direct.unread, direct.mentions) == (1, 1)


def test_servers_and_services_open_no_conversation() -> None:
    """Notices of the server and of services stand on the server's page."""
    wire = Wire().start()
    wire.hear(
        ":irc.example.org NOTICE alice :*** Looking up",
        ":NickServ!s@services NOTICE alice :register!",
        "NOTICE * :hello",
    )
    assert texts(wire.world.server)[-3:] == ["*** Looking up", "register!", "hello"]
    assert [buffer.name for buffer in wire.world.buffers] == ["test:9000"]


def test_to_operators_alone() -> None:
    """A message to @#ops stands in #ops, and says for whom it is."""
    wire = Wire().start(isupport="STATUSMSG=@+")
    room = wire.join("#ops")
    wire.hear(":bob!b@h PRIVMSG @#ops :secret")
    assert last(room).text == "(@ only) secret"


def test_other_ctcp_is_told_and_not_answered() -> None:
    """Nobody can make us send anything by asking our client."""
    wire = Wire().start()
    wire.hear(":bob!b@h PRIVMSG alice :\x01VERSION\x01")
    assert last(wire.world.server).text == "bob asks your client: VERSION"
    assert wire.sent() == []
    assert wire.world.find("bob") is None


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("alice: hi", True),
        ("hi Alice!", True),
        ("\x02alice\x02?", True),
        ("malice", False),
        ("alice_", False),
        ("alices", False),
        ("(alice)", True),
        ("al ice", False),
        ("", False),
    ],
)
def test_mentions(text: str, calls: bool) -> None:  # noqa: FBT001 - a column of the table
    """Our nick as a word of its own calls us, in any case and formatting."""
    assert mentions("alice", text) is calls


def test_a_message_is_removed() -> None:
    """Who removed it, and why, stands in its place; elsewhere nothing changes."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops", "bob")
    wire.hear("@msgid=1 :bob!b@h PRIVMSG #ops :oops", "@msgid=2 :bob!b@h PRIVMSG alice :psst")
    wire.hear(":oper!o@h REDACT #ops 1 :rude", ":bob!b@h REDACT alice 2", ":bob!b@h REDACT #x 1")
    wire.hear(":bob!b@h REDACT #ops 77", ":bob!b@h REDACT")
    assert (last(room).kind, last(room).text, last(room).source) == (
        Kind.DELETED,
        "deleted by oper: rude",
        "bob",
    )
    assert texts(wire.room("bob")) == ["deleted by bob"]


def test_what_was_removed_while_we_were_away() -> None:
    """History tells it in its place: our copy is removed too."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops", "bob")
    wire.hear("@msgid=1 :bob!b@h PRIVMSG #ops :oops")
    wire.hear(
        ":srv BATCH +h chathistory #ops",
        "@batch=h;msgid=3 :bob!b@h REDACT #ops 1",
        "@batch=h;msgid=4 :bob!b@h PRIVMSG #ops :sorry",
        ":srv BATCH -h",
    )
    said = [line.text for line in room.lines if line.kind in {Kind.MESSAGE, Kind.DELETED}]
    assert sorted(said) == ["deleted by bob", "sorry"]


# --- own messages -------------------------------------------------------------------------------


def test_pending_then_confirmed_by_label() -> None:
    """With labels, a line is pending until its echo, whose time and id it takes."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops")
    assert wire.say(room, "hi all") == ["@label=m1 PRIVMSG #ops :hi all"]
    pending = last(room)
    assert pending.delivery is Delivery.PENDING
    assert pending.own
    wire.session.take_changes()
    changes = wire.hear(
        "@label=m1;msgid=z9;time=2023-11-14T22:13:21.000Z :alice!a@h PRIVMSG #ops :hi all"
    )
    line = last(room)
    assert changes == [LineChanged(room, line)]
    assert (line.id, line.delivery, line.msgid) == (pending.id, Delivery.CONFIRMED, "z9")
    assert line.time == NOW + 1
    assert room.pending == 0


def test_confirmed_by_ack() -> None:
    """With labels and without echoes, ACK confirms."""
    wire = Wire().start("labeled-response batch")
    room = wire.join("#ops")
    assert wire.say(room, "hi") == ["@label=m1 PRIVMSG #ops hi"]
    wire.hear("@label=m1 :srv ACK")
    assert last(room).delivery is Delivery.CONFIRMED


def test_confirmed_by_echo() -> None:
    """With echoes and without labels, the echo is known by target and text."""
    wire = Wire().start("echo-message")
    room = wire.join("#ops")
    assert wire.say(room, "one") == ["PRIVMSG #ops one"]
    wire.say(room, "two")
    wire.hear(":alice!a@h PRIVMSG #OPS :one")
    assert [line.delivery for line in room.lines[-2:]] == [Delivery.CONFIRMED, Delivery.PENDING]
    wire.hear(":alice!a@h PRIVMSG #ops :from my phone")
    assert [line.text for line in room.lines[-3:]] == ["one", "from my phone", "two"]
    wire.hear(":alice!a@h PRIVMSG #ops :two")
    assert texts(room)[-3:] == ["one", "from my phone", "two"]
    assert room.pending == 0


def test_confirmed_by_a_barrier() -> None:
    """With neither, a PONG after the messages confirms them; one PING is on its way at a time."""
    wire = Wire().start()
    room = wire.join("#ops")
    assert wire.say(room, "one") == ["PRIVMSG #ops one", "PING m1"]
    assert wire.say(room, "two") == ["PRIVMSG #ops two"]
    assert wire.say(room, "three") == ["PRIVMSG #ops three"]
    wire.hear(":srv PONG srv m1")
    assert wire.sent() == ["PING m3"]
    assert [line.delivery for line in room.lines[-3:]] == [
        Delivery.CONFIRMED,
        Delivery.PENDING,
        Delivery.PENDING,
    ]
    wire.hear(":srv PONG srv :m3")
    assert room.pending == 0
    assert wire.sent() == []


def test_failed_by_an_error_before_the_barrier() -> None:
    """Without labels, an error about the target fails the oldest message to it, and no other."""
    wire = Wire().start()
    room = wire.join("#ops")
    direct = wire.world.open_direct("bob")
    wire.say(room, "kept")
    wire.say(direct, "lost")
    wire.hear(":srv 401 alice bob :No such nick", ":srv PONG srv m1")
    (line,) = direct.lines
    assert line.delivery is Delivery.FAILED
    assert line.reason == "No such nick"
    assert last(room).delivery is Delivery.CONFIRMED
    assert wire.sent() == []


@pytest.mark.parametrize(
    "refusal",
    [
        "@label=m1 :srv 404 alice #ops :Cannot send to channel",
        "@label=m1 :srv FAIL PRIVMSG CANNOT_SEND #ops :Cannot send to channel",
    ],
)
def test_failed_by_label(refusal: str) -> None:
    """A labelled refusal fails the message, with its reason, and is told nowhere else."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops")
    wire.say(room, "hi")
    before = len(wire.world.active.lines)
    wire.hear(refusal)
    assert (last(room).delivery, last(room).reason) == (
        Delivery.FAILED,
        "Cannot send to channel",
    )
    assert len(wire.world.active.lines) == before


def test_failed_by_leaving() -> None:
    """Whatever is pending when the user leaves has failed, with the reason."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops")
    wire.say(room, "one\ntwo")
    wire.session.quit()
    wire.session.end("connection reset", wire.now)
    own = [line for line in room.lines if line.kind is Kind.MESSAGE]
    assert [line.delivery for line in own] == [Delivery.FAILED] * 2
    assert {line.reason for line in own} == {"you left before it was sent"}
    assert room.pending == 0


def test_pending_lines_stay_last() -> None:
    """What others say while we wait stands before our line, as in the server's order."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops", "bob")
    wire.say(room, "mine")
    changes = wire.hear(":bob!b@h PRIVMSG #ops :first")
    assert isinstance(changes[0], LineAdded)
    assert texts(room)[-2:] == ["first", "mine"]
    wire.hear("@label=m1 :alice!a@h PRIVMSG #ops :mine", ":bob!b@h PRIVMSG #ops :second")
    assert texts(room)[-3:] == ["first", "mine", "second"]


def test_actions_go_out_as_ctcp() -> None:
    """/me is a CTCP ACTION on the wire, and its echo confirms it."""
    wire = Wire().start("echo-message")
    room = wire.join("#ops")
    assert wire.say(room, "waves", Kind.ACTION) == ["PRIVMSG #ops :\x01ACTION waves\x01"]
    wire.hear(":alice!a@h PRIVMSG #ops :\x01ACTION waves\x01")
    assert (last(room).kind, last(room).text, last(room).delivery) == (
        Kind.ACTION,
        "waves",
        Delivery.CONFIRMED,
    )


def test_to_ourselves() -> None:
    """What we say to ourselves comes back twice, and is shown once."""
    wire = Wire().start(MODERN)
    direct = wire.world.open_direct("alice")
    wire.say(direct, "note")
    wire.hear(
        "@label=m1;msgid=a :alice!a@h PRIVMSG alice :note",
        "@msgid=a :alice!a@h PRIVMSG alice :note",
    )
    assert texts(direct) == ["note"]


def test_from_another_of_our_connections() -> None:
    """An own message that we did not send here (a bouncer) is an own line where it was said."""
    wire = Wire().start(MODERN)
    wire.hear("@msgid=q :alice!a@h PRIVMSG bob :from my phone")
    line = last(wire.room("bob"))
    assert line.own
    assert not line.mention


def test_long_messages_fit_as_others_get_them() -> None:
    """Each piece fits in 512 bytes with our source before it, whatever is known of that."""
    for source in ("alice!a@host.example", "alice!~someuser@" + "h" * 60):
        wire = Wire().start()
        room = wire.join("#ops")
        wire.hear(f":{source} JOIN #ops")
        sent = [line for line in wire.say(room, "wörd " * 400) if line.startswith("PRIVMSG")]
        assert len(sent) > 3
        assert all(len(f":{source} {line}\r\n".encode()) <= 512 for line in sent)
        assert len([line for line in room.lines if line.own and line.kind is Kind.MESSAGE]) == len(
            sent
        )


@pytest.mark.parametrize("caps", ["", MODERN])
def test_a_paste_is_no_flood(caps: str) -> None:
    """A big paste is sent piece by piece as it is answered, in order, and all of it."""
    wire = Wire().start(caps)
    room = wire.join("#ops")
    sent = wire.say(room, "\n".join(f"{number} {'x' * 80}" for number in range(500)))
    said: list[str] = []
    while sent:
        assert len("\r\n".join(sent)) < 4096 + 100
        for line in sent:
            tags, _, message = line.rpartition("PRIVMSG #ops :")
            if message and "PRIVMSG" in line:
                said.append(message.split()[0])
            if tags:
                wire.hear(f"{tags}:alice!a@h PRIVMSG #ops :{message}")
            elif line.startswith("PING"):
                wire.hear(f":srv PONG srv {line.split()[1]}")
        sent = wire.sent()
    assert said == [str(number) for number in range(500)]
    assert room.pending == 0


def test_no_message_can_be_two() -> None:
    """Line breaks in what is typed make messages, never commands."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops")
    assert wire.say(room, "one\r\nQUIT :x\rJOIN #y\n\0z") == [
        "@label=m1 PRIVMSG #ops one",
        "@label=m2 PRIVMSG #ops :QUIT :x",
        "@label=m3 PRIVMSG #ops :JOIN #y",
        "@label=m4 PRIVMSG #ops z",
    ]


def test_a_target_that_is_no_name() -> None:
    """A conversation with an impossible name fails its lines, with a reason."""
    wire = Wire().start(MODERN)
    direct = wire.world.open_direct("a b")
    assert wire.say(direct, "hi") == []
    assert last(direct).delivery is Delivery.FAILED


def test_an_answer_of_a_service() -> None:
    """It confirms what it answers, by the label: services do not echo what they are told."""
    wire = Wire().start(MODERN)
    service = wire.session.converse("NickServ")
    assert wire.say(service, "INFO") == ["@label=m1 PRIVMSG NickServ INFO"]
    wire.hear(
        "@label=m1 :srv BATCH +1 labeled-response",
        "@batch=1 :NickServ!n@s NOTICE alice :you are not logged in",
        "@batch=1 :NickServ!n@s NOTICE alice :and never were",
        ":srv BATCH -1",
    )
    assert texts(service) == ["INFO", "you are not logged in", "and never were"]
    assert service.pending == 0


def test_a_service_is_heard_where_one_looks() -> None:
    """What it says without a conversation with it is no line that nobody sees."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops")
    wire.world.activate(room)
    wire.hear(":NickServ!n@s NOTICE alice :this nick is registered", ":bob!b@h NOTICE alice :hi")
    assert texts(room)[-1] == "this nick is registered"
    assert texts(wire.world.server)[-1] == "hi"
