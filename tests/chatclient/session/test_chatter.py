"""Chatter: what others say in rooms, taken by a short way, as by the long one."""

from collections.abc import Sequence
from dataclasses import fields
from random import Random

import pytest

from chatclient.model import Buffer, Change
from tests.chatclient.session.wire import MODERN, Wire, last

CAPS = f"{MODERN} account-tag draft/message-redaction"

_TAGS = (
    "",
    "@time=2023-11-14T22:13:10.500Z;msgid=%d ",
    "@time=yesterday;msgid=%d;account=bob ",
    "@time;msgid=%d;account=* ",
    "@msgid=same ",
    "@account=robert ",
    "@msgid=%d;bot ",
    "@msgid=%d;+draft/reply=1;+draft/react=x ",
    "@msgid=%d;batch=b1 ",
    "@a;;msgid=%d ",
    "@ ",
    "@",
)
_SOURCES = (
    *(":bob!b@h ", ":bob ", ":bob@h ", ":carol!c@h ", ":CAROL!c@h ", ":ALICE!a@h ", ":alice "),
    *(":NickServ!s@h ", ":irc.example.org ", ":zoë!z@h ", ":b\x02ob!b@h ", ": ", "", " :bob!b@h "),
    *(":stranger!x@y ", ":bob!b@h  ", "bob "),
)
_COMMANDS = ("PRIVMSG", "NOTICE", "TAGMSG")
_TARGETS = ("#ops", "#OPS", "#closed", "@#ops", "alice", "+#ops", ":#ops")
_TEXTS = (
    *(" :hello there", " :alice: are you here?", " :malice", " :ALICE!", " :", "", " hello"),
    *(" : :twice :", "  :hello", " :\x02bold\x02 and \x0304red", " :\x01ACTION waves\x01"),
    *(" :\x01VERSION\x01", " :naïve Αlice alice", " :\u202eright to left", " :\x1b[31m", " :a\tb"),
    *(
        " more words :here",
        " :alicé",
        " :al\u0130ce",
        " :x\ufe0f y",
        " :\U0001f600\u200d\ufe0f x\ufe0f",
    ),
)
_OTHERS = (
    *(":bob!b@h PART #ops", ":bob!b@h JOIN #ops", ":bob!b@h JOIN #ops bob :Bob"),
    *(
        ":bob!b@h ACCOUNT robert",
        ":bob!b@h ACCOUNT *",
        ":bob!b@h NICK carol",
        ":carol!c@h NICK bob",
    ),
    *(":alice!a@h NICK alex", ":alex!a@h NICK alice", ":srv BATCH +b1 chathistory #ops"),
    *(":srv BATCH -b1", ":bob!b@h REDACT #ops 7", "@+typing=active :bob!b@h TAGMSG #ops"),
    *(
        "PING :x",
        ":srv BATCH + chathistory #ops",
        ":srv BATCH -",
        "@+typing=active :bob TAGMSG #ops",
    ),
    ":srv 005 alice CASEMAPPING=precis :are supported by this server",
)


def _pick(random: Random, some: Sequence[str]) -> str:
    """Return one of some, often of the first, which are the usual ones."""
    return random.choice(some[:3] if random.random() < 0.5 else some)


def _said(random: Random) -> str:
    number = random.randrange(400)
    tags = _pick(random, _TAGS)
    command = "PRIVMSG" if random.random() < 0.8 else random.choice(_COMMANDS)
    target = "#ops" if random.random() < 0.7 else random.choice(_TARGETS)
    return "".join(
        (
            tags % number if "%d" in tags else tags,
            _pick(random, _SOURCES),
            f"{command} {target}",
            _pick(random, _TEXTS),
        )
    )


def _by_the_long_way(line: str) -> str:
    """Return a line that means the same, but is not quite usual."""
    return line.replace("PRIVMSG", "privmsg")


def _buffer(buffer: Buffer) -> dict[str, object]:
    shown = {each.name: getattr(buffer, each.name) for each in fields(buffer)}
    return shown | {"members": buffer.members.ordered()}


def _name(change: Change) -> tuple[str, str]:
    where = getattr(change, "buffer", None)
    return type(change).__name__, where.target if where else ""


def _hear(wire: Wire, reads: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    return [_name(change) for read in reads for change in wire.hear(*read)]


@pytest.mark.parametrize("seed", range(40))
def test_the_short_way_leads_where_the_long_one_does(seed: int) -> None:
    """Whatever is said, and in whatever state, the world is the same by both ways."""
    random = Random(seed)
    reads = [
        [
            random.choice(_OTHERS) if random.random() < 0.15 else _said(random)
            for _ in range(random.randrange(1, 30))
        ]
        for _ in range(10)
    ]
    wires = []
    for change in (str, _by_the_long_way):
        wire = Wire().start(CAPS if seed % 2 else "", f"STATUSMSG=@+ CHANTYPES=#{'+' * (seed % 3)}")
        wire.join("#ops", "bob", "carol", "@alice")
        wire.join("+#ops", "bob")
        told = _hear(wire, [[change(line) for line in read] for read in reads])
        wires.append((told, [_buffer(each) for each in wire.world.buffers], wire.sent()))
    assert wires[0] == wires[1]


def test_most_is_taken_by_the_short_way() -> None:
    """A plain message with the usual tags never comes to the handlers."""
    wire = Wire().start(CAPS)
    room = wire.join("#ops", "bob")
    wire.session._take = None  # type: ignore[method-assign, assignment]
    wire.hear(
        ":bob!b@h PRIVMSG #ops :hello",
        "@time=2023-11-14T22:13:10.500Z;msgid=x1 :bob!b@h PRIVMSG #ops :alice: hello",
    )
    assert [(line.text, line.mention) for line in room.lines[-2:]] == [
        ("hello", False),
        ("alice: hello", True),
    ]


def test_services_repeat_no_password() -> None:
    """What a service was told in confidence is hidden, wherever it says that again."""
    wire = Wire().start()
    room = wire.join("#ops", "NickServ")
    wire.session.say(wire.session.converse("NickServ"), "IDENTIFY hunter2", wire.now)
    wire.hear(":NickServ!s@services PRIVMSG #ops :hunter2 it is")
    assert last(room).text == "••• it is"
