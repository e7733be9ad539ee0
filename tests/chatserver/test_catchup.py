"""Catching up: who reads late is shown the same as who reads at once."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatserver.core.limits import Limits
from chatserver.faces.irc.face import IrcFace
from chatserver.tail import TAIL
from tests.chatserver.fakes import Client, World
from tests.conformance.harness import FACTS

ECHO = ("echo-message", "server-time", "message-tags", "labeled-response", "batch")
READERS: dict[str, tuple[str, ...] | None] = {
    "plain": None,
    "bare": (),
    "labels": ("labeled-response", "batch", "message-tags"),
    "echo": (*ECHO, "draft/chathistory", "draft/event-playback", "extended-join"),
}
"""Capabilities of each kind of reader; None for plain text."""

NICKS = ("ann", "bob", "eve")
ROOMS = ("#a", "#b")
TAILS = {"memory": TAIL, "a little memory": 4000, "the store": 0}


def connect(world: World, kind: str, nick: str) -> Client:
    """Open a connection of a kind."""
    if READERS[kind] is None:
        return world.plain(nick)
    return world.client(IrcFace(lambda: FACTS, "127.0.0.1", "127.0.0.1:50000"))


async def enter(client: Client, kind: str, nick: str) -> None:
    """Register and enter all rooms."""
    wanted = READERS[kind]
    if wanted is None:
        await client.send("", *(f"/join {room}" for room in ROOMS))
    else:
        negotiation = [f"CAP REQ :{' '.join(wanted)}"] if wanted else []
        await client.send(*negotiation, f"NICK {nick}", f"USER {nick} 0 * :{nick}", "CAP END")
        await client.send(*(f"JOIN {room}" for room in ROOMS))
    await client.quiet()


def say(client: Client, line: str) -> None:
    """Let a line be taken, whatever came of those before."""
    request = client.session.face.receive(line.encode())
    if request is not None:
        client.world.node.submit(client.session, request)


class Play:
    """A reader and others who do things, and what the reader was shown."""

    def __init__(self, kind: str, tail: int) -> None:
        self.kind = kind
        self.world = World(Limits(history_on_join=3), tail=tail)
        self.others = [connect(self.world, "bare", nick) for nick in NICKS]
        self.reader = connect(self.world, kind, "rob")

    async def begin(self) -> None:
        """Let everybody come."""
        for nick, other in zip(NICKS, self.others, strict=True):
            await enter(other, "bare", nick)
        await enter(self.reader, self.kind, "rob")
        await self.settle()
        self.reader.peer.take()

    async def settle(self) -> None:
        """Return when all that can be shown is shown."""
        for client in (*self.others, self.reader):
            await client.quiet()
        self.world.clock.at += 1000

    async def act(self, who: int, line: str) -> None:
        """Let somebody say a line; before some of a plain reader all is read, as they change its lines."""
        client = (*self.others, self.reader)[who]
        if self.kind == "plain" and client.session.face.must_settle(line.encode()):
            self.reader.resume()
            await self.world.node.caught_up(client.session)
        say(client, line)

    async def end(self) -> list[str]:
        """Let the reader read all; return all that it was shown."""
        self.reader.resume()
        await self.settle()
        assert self.reader.session.backlog is None
        return self.reader.peer.take()


_room = st.sampled_from(ROOMS)
_nick = st.sampled_from((*NICKS, "rob", "zoe"))
_word = st.text("xyz", min_size=1, max_size=5)


def _lines(form: str, *words: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(form.format, *words)


_done_by_others = st.tuples(
    st.integers(0, len(NICKS) - 1),
    st.one_of(
        _lines("PRIVMSG {} :{}", _room, _word),
        _lines("PRIVMSG rob :{}", _word),
        _lines("NOTICE @{} :{}", _room, _word),
        _lines("JOIN {}", _room),
        _lines("PART {} :{}", _room, _word),
        _lines("KICK {} {} :{}", _room, _nick, _word),
        _lines("NICK {}", st.sampled_from(("zoe", "max", "ann"))),
        _lines("TOPIC {} :{}", _room, _word),
        _lines("MODE {} +o {}", _room, _nick),
        _lines("MODE {} -o+v {} {}", _room, _nick, _nick),
    ),
)

_irc = st.one_of(
    _lines("PRIVMSG {} :{}", st.sampled_from((*ROOMS, "@#a", *NICKS, "rob")), _word),
    _lines("@label={} PRIVMSG {} :{}", _word, st.sampled_from((*ROOMS, "ann", "rob")), _word),
    _lines("@label={} PRIVMSG #a,#b,ann :{}", _word, _word),
    _lines("JOIN {}", _room),
    _lines("@label=join JOIN {}", _room),
    _lines("PART {}", _room),
    _lines("@label=part PART {}", _room),
    _lines("NICK {}", st.sampled_from(("rob", "rex", "ann"))),
    _lines("@label=nick NICK {}", st.sampled_from(("rob", "rex", "ann"))),
    _lines("TOPIC {} :{}", _room, _word),
    _lines("@label=t TOPIC {} :{}", _room, _word),
    _lines("NAMES {}", _room),
    _lines("CHATHISTORY LATEST {} * 5", _room),
    _lines("@label=c CHATHISTORY LATEST {} * 5", _room),
    _lines("PING {}", _word),
    _lines("@label=p PING {}", _word),
)

_plain = st.one_of(
    _word,
    _lines("/msg {} {}", st.sampled_from((*NICKS, "rob")), _word),
    _lines("/join {}", _room),
    _lines("/part {}", _room),
    _lines("/nick {}", st.sampled_from(("rob", "rex", "ann"))),
    _lines("/names"),
    _lines("/history 3"),
    _lines("/topic {}", _word),
)

_pauses = st.sampled_from(("go", "go", "go", "stall", "resume", "one", "two"))


def _acts(kind: str) -> st.SearchStrategy[list[tuple[tuple[int, str], str]]]:
    own = st.tuples(st.just(len(NICKS)), _plain if READERS[kind] is None else _irc)
    return st.lists(st.tuples(st.one_of(_done_by_others, own), _pauses), max_size=30)


def pause(play: Play, what: str) -> None:
    """Let the reader go on reading, or not."""
    match what:
        case "stall":
            play.reader.stall()
        case "resume":
            play.reader.resume()
        case "one" | "two":
            play.reader.resume(takes=1 if what == "one" else 2)


async def run(
    kind: str, tail: int, acts: Sequence[tuple[tuple[int, str], str]], *, late: bool, batch: int = 1
) -> list[str]:
    """Return what the reader was shown of `acts`; it reads at once, or when it likes."""
    play = Play(kind, tail)
    await play.begin()
    for number, ((who, line), what) in enumerate(acts, 1):
        await play.act(who, line)
        if number % batch == 0:
            await play.settle()
            if late:
                pause(play, what)
    return await play.end()


@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS)
@pytest.mark.parametrize("kind", READERS)
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_who_reads_late_is_shown_the_same(kind: str, tail: int, data: st.DataObject) -> None:
    """All of it, once, in the same order, with all answers in their places."""
    acts = data.draw(_acts(kind))
    at_once = asyncio.run(run(kind, tail, acts, late=False))
    assert asyncio.run(run(kind, tail, acts, late=True)) == at_once
