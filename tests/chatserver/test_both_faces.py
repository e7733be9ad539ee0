"""Both faces on one node: whatever one side says, the other side gets whole and harmless lines."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatserver.faces.irc.face import IrcFace
from chatserver.faces.irc.facts import ServerFacts
from chatserver.faces.irc.verbs import VERBS
from chatserver.faces.plain import PlainFacts
from chatserver.faces.plain.commands import BY_NAME
from chatwire.message import parse
from chatwire.text import visible
from tests.chatserver.fakes import Client, World

OPERATORS = {"root": lambda password: password == "sesame"}
FACTS = ServerFacts(
    name="irc.example.org", network="Ex", description="d", version="v", operators=OPERATORS
)

nasty = st.lists(
    st.one_of(
        st.sampled_from(
            ("\x1b[2J", "\x9b", "\r", "\0", "\u202e", "\x01", "\x03", "\u2028", "é" * 300)
        ),
        st.text(max_size=6),
    ),
    max_size=3,
).map("".join)
WORDS = (
    "ann", "bob", "ivy", "#lobby", "#a", "@#a", "*", "+o", "-o", "+k", "+b", "+nt", "+mis", "LS", "REQ",
    "root", "sesame", "%tcuihsnfdlaor", "o", ":x", "0", "20",
)  # fmt: skip
words = st.sampled_from(WORDS)
verbs = st.sampled_from([*VERBS])
irc_lines = st.one_of(
    st.builds(
        lambda verb, params, last: f"{verb} {' '.join(params)} :{last}".encode(),
        verbs,
        st.lists(words, max_size=4),
        nasty,
    ),
    st.builds(
        lambda verb, params: f"{verb} {' '.join(params)}".encode(),
        verbs,
        st.lists(words, max_size=4),
    ),
    st.builds(
        lambda tag, text: f"@label={tag};+draft/react={tag} PRIVMSG #a :{text}".encode(),
        nasty,
        nasty,
    ),
    st.binary(max_size=30),
)
plain_lines = st.one_of(
    nasty.map(str.encode),
    st.builds(
        lambda verb, word, text: f"/{verb} {word} {text}".encode(),
        st.sampled_from([*BY_NAME]),
        words,
        nasty,
    ),
)
turns = st.lists(st.tuples(st.integers(0, 3), irc_lines, plain_lines), max_size=12)


async def say(client: Client, line: bytes) -> None:
    """Let a client send a line, as net does; a line has no LF."""
    session = client.session
    if session.outstanding and session.face.must_settle(line):
        await session.settled()
    if session.leaving or session.closed:
        return
    request = session.face.receive(line.replace(b"\n", b""))
    if request is not None:
        await client.world.node.take(session, request)


async def play(lines: list[tuple[int, bytes, bytes]]) -> None:
    """Let two IRC clients and two plain readers say things to each other."""
    world = World()
    ircs = [world.client(IrcFace(lambda: FACTS, "h", "h:1")) for _ in range(2)]
    for nick, client in zip(("ivy", "ian"), ircs, strict=True):
        caps = (
            "CAP REQ :message-tags labeled-response batch server-time echo-message"
            if nick == "ivy"
            else "CAP LS"
        )
        for line in (caps, f"NICK {nick}", "USER u 0 * :r", "CAP END", "JOIN #lobby,#a"):
            await say(client, line.encode())
    plains = [world.plain(nick, PlainFacts(operators=OPERATORS)) for nick in ("ann", "bob")]
    for client in plains:
        await say(client, b"/join #a")
    clients = [*ircs, *plains]
    await world.journal.idle()
    assert len(world.node.state.rooms["#a"].members) == len(clients)
    for who, irc_line, plain_line in lines:
        await say(clients[who], irc_line if who < 2 else plain_line)
    await world.journal.idle()
    assert world.node.bugs == 0
    for client in ircs:
        check_irc(client.peer.sent)
    for client in plains:
        text = client.peer.sent.decode()
        assert all(visible(line) == line for line in text.split("\n"))


def check_irc(sent: bytes) -> None:
    """Check that all is whole lines of IRC, none too long, without a character that breaks them."""
    *whole, rest = sent.split(b"\r\n")
    assert rest == b""
    for line in whole:
        assert not {0, 10, 13} & set(line), line
        parse(line)
        body = line.partition(b" ")[2] if line.startswith(b"@") else line
        assert len(body) <= 510, line
        line.decode()


@settings(max_examples=50)
@given(turns)
def test_nothing_that_anybody_says_harms_anybody(lines: list[tuple[int, bytes, bytes]]) -> None:
    """No bug, no broken line, nothing raw on a terminal."""
    asyncio.run(play(lines))


async def two_rooms() -> tuple[Client, Client]:
    """Return two plain readers who are in #a and #b, the second with #a in front."""
    world = World()
    ann, bob = [await world.plain_in_lobby(nick) for nick in ("ann", "bob")]
    for client in (ann, bob):
        await client.ask("/join #b")
        await client.ask("/join #a")
    await bob.read()
    return ann, bob


def submit(client: Client, line: str) -> None:
    """Let a line be taken, whatever came of those before."""
    request = client.session.face.receive(line.encode())
    if request is not None:
        client.world.node.submit(client.session, request)


@pytest.mark.asyncio
async def test_what_was_said_before_another_room_is_in_front() -> None:
    """It is shown as said where it was said, though both come in one go."""
    ann, bob = await two_rooms()
    submit(ann, "before")
    submit(bob, "/join #b")
    submit(ann, "after")
    shown = await bob.read()
    assert shown[:1] + shown[-1:] == ["[ann] before", "[ann #a] after"]


@pytest.mark.asyncio
async def test_the_same_for_who_is_behind() -> None:
    """Who reads late sees each line in the words of its place."""
    ann, bob = await two_rooms()
    bob.stall()
    submit(ann, "before")
    await ann.read()
    submit(bob, "/join #b")
    await ann.read()
    submit(ann, "after")
    await ann.read()
    bob.resume()
    await bob.quiet()
    shown = bob.peer.take()
    assert shown[:1] + shown[-1:] == ["[ann] before", "[ann #a] after"]
