"""The short way of what is said most is the general way, but shorter: nobody can tell them apart."""

import asyncio
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatserver.core.limits import Limits
from chatserver.faces.contract import HEARD_MOST, Face, Request
from chatserver.faces.irc.face import IrcFace
from chatserver.faces.irc.facts import ServerFacts
from chatwire.framing import OVERLONG, Overlong
from tests.chatserver.fakes import Client, World

FACTS = ServerFacts(name="irc.example.org", network="Ex", description="d", version="v")
IRC = "CAP REQ :{}\nNICK {}\nUSER u 0 * :r\nCAP END\nJOIN #a\nJOIN #b"
KINDS = {
    "plain": "/nick {1}\n/join #b\n/join #a",
    "bare": IRC,
    "echo": IRC,
}
CAPS = {"echo": "echo-message server-time message-tags labeled-response batch draft/multiline"}

_word = st.text("xé\u202e\x01\x02\r ", max_size=6)
_target = st.sampled_from(
    ("#a", "#A", "#b", "@#a", "#none", "ann", "#a,#b", ":#a", "#é", "NickServ")
)
_form = st.sampled_from((
    "PRIVMSG {} :{}", "PRIVMSG {} :{}", "PRIVMSG {} {}", "PRIVMSG  {} :{}", "privmsg {} :{}",
    "NOTICE {} :{}", " PRIVMSG {} :{}", "PRIVMSG {} x :{}", ":src PRIVMSG {} :{}",
    "@label=7 PRIVMSG {} :{}", "@+chatserver.dev/nonce=1 PRIVMSG {} :{}", "TOPIC {} :{}",
    "PART {} :{}", "JOIN {}", "@batch=1 PRIVMSG {} :{}", "PRIVMSG {} :" + "é" * 240 + "{}",
    "PRIVMSG {}:{}", "PRIVMSG {} :{}\xff", "PRIVMSG {}\xff :{}",
))  # fmt: skip
_irc = st.builds(lambda form, *words: form.format(*words), _form, _target, _word)
_plain = st.one_of(
    _word,
    st.sampled_from(("hi", "hi ", "\thi", "/me waves", "//x", " /me x", "x\xff", "é" * 300)),
    st.builds("/msg {} {}".format, _target, _word),
    st.sampled_from(("/join #b", "/part", "/part #b", "/topic x", "/nick zoe", "/names")),
)


def lines(written: st.SearchStrategy[str]) -> st.SearchStrategy[list[bytes | Overlong]]:
    """Return lists of lines, some of them no UTF-8, and some too long."""
    whole = written.map(
        lambda text: text.replace("\xff", "\udcff").encode(errors="surrogateescape")
    )
    return st.lists(st.one_of(whole, whole, whole, st.just(OVERLONG)), max_size=12)


async def shortest(client: Client, said: Sequence[bytes | Overlong]) -> None:
    """Take lines as net does."""
    await _take(client, said, client.session.face.hear)


async def general(client: Client, said: Sequence[bytes | Overlong]) -> None:
    """Take line by line, none by the short way."""
    await _take(client, said, lambda _lines, _start: None)


async def _take(
    client: Client,
    said: Sequence[bytes | Overlong],
    hear: Callable[[Sequence[bytes | Overlong], int], tuple[Request, int] | None],
) -> None:
    session, node, place = client.session, client.world.node, 0
    while place < len(said) and not session.leaving:
        if session.outstanding and session.face.must_settle(said[place]):
            await node.caught_up(session)
        request, count = hear(said, place) or (session.face.receive(said[place]), 1)
        place += count
        if request is not None:
            await node.take(session, request)


async def play(
    kind: str, modes: str, bursts: Sequence[Sequence[bytes | Overlong]], *, short: bool
) -> list[list[str]]:
    """Return what everybody is shown when one of a kind says `bursts`, each of which comes in one go."""
    world = World(Limits(history_on_join=0))
    clients: dict[str, Client] = {}
    for one, hello in KINDS.items():
        face: Face = IrcFace(lambda: FACTS, "127.0.0.1", "127.0.0.1:50000", private=True)
        clients[one] = world.plain(one) if one == "plain" else world.client(face)
        written = hello.format(CAPS.get(one, ""), one).encode().split(b"\n")
        await general(clients[one], written)
        await clients[one].quiet()
    await clients["plain"].ask("/join #a", "/op bare")
    await clients["bare"].ask(f"MODE #a {modes}", "MODE #b -n")
    for client in clients.values():
        client.peer.take()
    for burst in bursts:
        await (shortest if short else general)(clients[kind], burst)
        if len(burst) % 2:
            await world.journal.idle()
    return [await client.read() for client in clients.values()]


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(("+n", "+m", "+C", "+b *!*@*", "+mv echo")))
def test_nobody_can_tell_which_way_a_line_took(kind: str, data: st.DataObject, modes: str) -> None:
    """The same bytes come to everybody, with the same numbers, in the same order."""
    written = _plain if kind == "plain" else _irc
    bursts = data.draw(st.lists(lines(written), min_size=1, max_size=3))
    by_short = asyncio.run(play(kind, modes, bursts, short=True))
    assert by_short == asyncio.run(play(kind, modes, bursts, short=False))


@pytest.mark.asyncio
@pytest.mark.parametrize(("kind", "line"), [("plain", b"hi"), ("bare", b"PRIVMSG #a :hi")])
async def test_what_is_said_in_a_row_is_one_request_within_bounds(kind: str, line: bytes) -> None:
    """As far as the lines are said; what is not, and what is too much, is for the next."""
    world = World()
    client = (
        world.plain("ann")
        if kind == "plain"
        else world.client(IrcFace(lambda: FACTS, "127.0.0.1", "127.0.0.1:50000", private=True))
    )
    assert client.session.face.hear([line], 0) is None, "nobody is there yet"
    await general(client, KINDS[kind].format("", "ann").encode().split(b"\n"))
    await client.quiet()
    await client.ask("")
    face = client.session.face
    request, count = face.hear([b"/me x", line, line, OVERLONG, line], 1) or (None, 0)
    assert count == 2
    assert request is not None
    assert len(request.items) == 1
    _, most = face.hear([line] * 1000, 0) or (None, 0)
    assert most == HEARD_MOST
    assert face.hear([OVERLONG, line], 0) is None
