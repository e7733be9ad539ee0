"""Messages of several lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatclient.model import Delivery, Kind
from chatclient.session.multiline import Limits, batch, joined, limits, parts
from chatwire.message import Message
from tests.chatclient.session.wire import MODERN, Wire, last, texts

CAPS = f"{MODERN} draft/multiline=max-bytes=200,max-lines=5"


@pytest.mark.parametrize(
    ("offered", "size", "lines"),
    [
        ("max-bytes=8192,max-lines=100", 8192, 100),
        ("max-lines=7,new=x,max-bytes=99", 99, 7),
        ("", 4096, 50),
        ("max-bytes=lots,max-lines=-1", 4096, 50),
    ],
)
def test_what_a_server_takes(offered: str, size: int, lines: int) -> None:
    """It says so in the value of the capability; what makes no sense is as not said."""
    assert limits(offered) == Limits(size, lines)


_TEXTS = st.text(st.sampled_from("aä 😀\n"), max_size=200)


@given(_TEXTS, st.integers(20, 60))
def test_what_goes_out_comes_in(text: str, length: int) -> None:
    """Together the messages are the text, but for blank lines at their ends; each keeps the limits."""
    most = Limits(150, 5)
    made = [*parts(text, most, length)]
    assert "".join("".join(made).split()) == "".join(text.split())
    for part in made:
        assert len(part.encode()) <= most.size
        opening, *lines, _ = batch("PRIVMSG", "#ops", part, length, "r")
        assert len(lines) <= most.lines
        assert all(len(params[2].encode()) <= length for _, params in lines)
        messages = [Message("PRIVMSG", tuple(params[1:]), None, tags) for tags, params in lines]
        whole = joined(Message("BATCH", tuple(opening[1][1:]), "n!u@h", {}), messages)
        assert whole
        assert whole.param(1) == part


def test_a_paste_is_one_message() -> None:
    """It goes out as a batch with one label and one nonce, and is one line, confirmed as one."""
    wire = Wire().start(CAPS)
    room = wire.join("#ops")
    assert wire.say(room, "\none\n\n  two\n") == [
        "@label=m1 BATCH +m1 draft/multiline #ops",
        "@batch=m1 PRIVMSG #ops one",
        "@batch=m1 PRIVMSG #ops :",
        "@batch=m1 PRIVMSG #ops :  two",
        "BATCH -m1",
    ]
    assert (last(room).text, last(room).delivery) == ("one\n\n  two", Delivery.PENDING)
    wire.hear(
        "@label=m1;msgid=x;time=2023-11-14T22:13:21.000Z :alice!a@h BATCH +s draft/multiline #ops",
        "@batch=s :alice!a@h PRIVMSG #ops one",
        "@batch=s :alice!a@h PRIVMSG #ops :",
        "@batch=s :alice!a@h PRIVMSG #ops :  two",
        ":srv BATCH -s",
    )
    assert texts(room)[1:] == ["one\n\n  two"]
    assert (last(room).msgid, last(room).delivery) == ("x", Delivery.CONFIRMED)


def test_a_long_line_is_one_message() -> None:
    """Its pieces go on with each other."""
    wire = Wire().start(CAPS.replace("200", "2000"))
    room = wire.join("#ops")
    text = "word " * 150
    sent = wire.say(room, text.strip())
    assert [line.partition(" ")[0] for line in sent] == [
        "@label=m1",
        "@batch=m1",
        "@batch=m1;draft/multiline-concat",
        "BATCH",
    ]
    assert last(room).text == text.strip()


def test_a_refused_batch() -> None:
    """A failure with the label of its start fails the message."""
    wire = Wire().start(CAPS)
    room = wire.join("#ops")
    wire.say(room, "one\ntwo")
    wire.hear("@label=m1 :srv FAIL BATCH MULTILINE_MAX_LINES 1 :too many lines")
    assert (last(room).delivery, last(room).reason) == (Delivery.FAILED, "too many lines")


def test_history_has_them_too() -> None:
    """A batch in a page of history is one line in its place; broken ones are none."""
    wire = Wire().start(CAPS)
    room = wire.join("#ops")
    wire.hear(
        ":srv BATCH +h chathistory #ops",
        "@batch=h;msgid=1 :bob!b@h PRIVMSG #ops before",
        "@batch=h;msgid=2;time=2023-11-14T22:13:19.000Z :bob!b@h BATCH +s draft/multiline #ops",
        "@batch=s :bob!b@h PRIVMSG #ops one",
        "@batch=s;draft/multiline-concat :bob!b@h PRIVMSG #ops :, and",
        "@batch=s :bob!b@h PRIVMSG #ops two",
        "@batch=h :srv BATCH -s",
        "@batch=h :bob!b@h BATCH +e draft/multiline #ops",
        "@batch=h :srv BATCH -e",
        ":srv BATCH -h",
    )
    said = [(line.text, line.msgid) for line in room.lines if line.kind is Kind.MESSAGE]
    assert said == [("before", "1"), ("one, and\ntwo", "2")]


def test_what_they_send_is_safe_line_by_line() -> None:
    """Line ends stay, and nothing else that controls a terminal."""
    wire = Wire().start(CAPS)
    room = wire.join("#ops")
    wire.hear(
        ":bob!b@h BATCH +s draft/multiline #ops",
        "@batch=s :bob!b@h PRIVMSG #ops :\x1b[2J",
        "@batch=s :bob!b@h PRIVMSG #ops :\u202ex",
        ":srv BATCH -s",
    )
    assert last(room).text == "␛[2J\n<U+202E>x"


def test_a_message_without_end() -> None:
    """What is too long for one message is taken line by line: it could not be shown in time."""
    wire = Wire().start(f"{MODERN} draft/multiline")
    room = wire.join("#ops", "bob")
    lines = [f"@batch=b :bob!b@h PRIVMSG #ops :{'x' * 60_000}" for _ in range(20)]
    wire.hear(":bob!b@h BATCH +b draft/multiline #ops", *lines, ":bob!b@h BATCH -b")
    assert max(len(line.text) for line in room.lines) < 300_000
    assert sum(line.text.count("x") for line in room.lines) == 20 * 60_000


def test_batches_without_end() -> None:
    """Batches that are never ended do not fill the memory."""
    wire = Wire().start(f"{MODERN} draft/chathistory")
    wire.join("#ops", "bob")
    wire.hear(*(f":srv BATCH +{number} chathistory #ops" for number in range(60)))
    text = "x" * 60_000
    for number in range(60):
        line = f"@batch={number} :bob!b@h PRIVMSG #ops :{text}"
        wire.hear(*[line] * 15)
    batches = wire.session._state.batches.values()
    kept = sum(len(each.param(1)) for batch in batches for each in batch.messages)
    assert 20_000_000 < kept <= 32 * 1024 * 1024
