"""The module `*playback` of ZNC (`znc.in/playback`)."""

from collections.abc import Sequence

import pytest

from chatserver.faces.irc.playback import PLAYED_MOST
from chatwire.message import Message
from tests.conformance.harness import SERVER, IrcClient, Network, commands, only

TAGS = ("batch", "echo-message", "labeled-response", "message-tags", "server-time")
START = 1_767_225_600  # when the clock of these tests begins, in seconds


async def talked() -> tuple[Network, IrcClient, IrcClient]:
    """Return a network where things were said one second apart, with who said and who heard them."""
    network = Network()
    alice, bob = await network.connect("alice", *TAGS), await network.connect("bob", *TAGS)
    for client in (alice, bob):
        await client.ask("JOIN #a", "JOIN #b")
    assert network.world.clock.at == START * 1000
    for number, line in enumerate(
        ("PRIVMSG #a :1", "NOTICE #b :2", "PRIVMSG bob :3", "PRIVMSG #a :4", "PRIVMSG #b :5")
    ):
        network.world.clock.at = (START + number + 1) * 1000 + 500
        await alice.ask(line)
    network.world.clock.at += 60_000
    await bob.read()
    return network, alice, bob


def played(messages: Sequence[Message]) -> list[tuple[str, str]]:
    """Return the targets of batches with the texts in each, after checking them."""
    found, open_ = [], ""
    for message in messages:
        if message.command == "BATCH" and not open_:
            open_ = message.params[0].removeprefix("+")
            assert message.params[1] == "znc.in/playback"
            found.append((message.params[2], ""))
        elif message.command == "BATCH":
            assert message.params == (f"-{open_}",)
            open_ = ""
        else:
            assert message.tags["batch"] == open_
            found[-1] = (found[-1][0], found[-1][1] + message.params[1])
    assert not open_
    return found


REQUESTS = [
    ("PLAY *", [("#a", "14"), ("#b", "25"), ("alice", "3")]),
    ("play * 0", [("#a", "14"), ("#b", "25"), ("alice", "3")]),
    (f"PLAY * {START + 3}", [("#a", "4"), ("#b", "5"), ("alice", "3")]),
    (f"PLAY * {START + 3}.5", [("#a", "4"), ("#b", "5")]),
    (f"PLAY * {START + 1}.500123456 {START + 5}.5", [("#a", "4"), ("#b", "2"), ("alice", "3")]),
    ("PLAY #A", [("#a", "14")]),
    ("PLAY #b,ALICE,nobody,#none", [("#b", "25"), ("alice", "3")]),
    ("PLAY #*", [("#a", "14"), ("#b", "25")]),
    (f"PLAY * {START + 100}", []),
]


@pytest.mark.parametrize(("request_", "expected"), REQUESTS)
@pytest.mark.asyncio
async def test_play(request_: str, expected: list[tuple[str, str]]) -> None:
    """A batch for each room and person, of what was said between two times, those left out."""
    _, _, bob = await talked()
    assert played(await bob.ask(f"PRIVMSG *playback :{request_}")) == expected


@pytest.mark.asyncio
async def test_messages_are_as_they_were() -> None:
    """With their times, ids, sources and tags; a label is on the answer."""
    _, alice, bob = await talked()
    await alice.ask("@+draft/reply=x PRIVMSG #a :six")
    live = only(await bob.read(), "PRIVMSG")
    *_, six, end = await bob.ask("@label=l PRIVMSG *playback :PLAY #a")
    assert end.command == "BATCH"
    assert (six.source, six.params) == (live.source, live.params)
    assert six.tags == {**live.tags, "batch": six.tags["batch"]}
    start, *_ = await bob.ask("@label=l PRIVMSG *playback :PLAY #a")
    assert start.tags["label"] == "l"


@pytest.mark.asyncio
async def test_own_words_to_people_only_come_to_who_gets_echoes() -> None:
    """Others take what comes for the words of whom they talk with."""
    _, alice, _ = await talked()
    assert played(await alice.ask("PRIVMSG *playback :PLAY bob")) == [("bob", "3")]
    await alice.ask("CAP REQ -echo-message")
    assert await alice.ask("PRIVMSG *playback :PLAY bob") == []


@pytest.mark.asyncio
async def test_who_enabled_it_gets_nothing_by_itself() -> None:
    """And what was asked for before also of rooms that are entered later, as Textual does it."""
    network, *_ = await talked()
    carol = await network.connect("carol", *TAGS, "znc.in/playback")
    assert commands(await carol.ask("JOIN #a"))[-1] == "366"
    assert await carol.ask("PART #a", f"PRIVMSG *playback :PLAY * {START + 2}")
    answer = await carol.ask("JOIN #a,#b")
    assert commands(answer).count("366") == 2
    assert played([m for m in answer if m.command == "BATCH" or "batch" in m.tags]) == [
        ("#a", "4"), ("#b", "25"),
    ]  # fmt: skip
    assert await carol.ask("JOIN #a") == []
    await carol.ask("PART #b", "PRIVMSG *playback :PLAY #a")
    assert commands(await carol.ask("JOIN #b"))[-1] == "366"


@pytest.mark.asyncio
async def test_who_only_asks_gets_other_rooms_as_ever() -> None:
    """Scripts ask without the capability: a room that they asked for is played, and shown once."""
    network, *_ = await talked()
    carol = await network.connect("carol", *TAGS)
    await carol.ask("PRIVMSG *playback :PLAY #b 0")
    answer = await carol.ask("JOIN #a,#b")
    starts = [m.params[1:] for m in answer if m.command == "BATCH" and m.params[0][0] == "+"]
    assert sorted(starts) == [("chathistory", "#a"), ("znc.in/playback", "#b")]


@pytest.mark.asyncio
async def test_without_times_the_server_tells_it() -> None:
    """In notices, to the room or to oneself."""
    network, _, bob = await talked()
    await bob.ask("CAP REQ -server-time")
    answer = await bob.ask("PRIVMSG *playback :PLAY #a,alice")
    assert {(m.source, m.command) for m in answer} == {(SERVER, "NOTICE")}
    assert [m.params for m in answer] == [
        ("#a", "Said before, on 2026-01-01 (UTC):"), ("#a", "00:00 <alice> 1"),
        ("#a", "00:00 <alice> 4"),
        ("bob", "Said before, on 2026-01-01 (UTC):"), ("bob", "00:00 <alice> 3"),
    ]  # fmt: skip
    assert network.world.node.bugs == 0


@pytest.mark.asyncio
async def test_list() -> None:
    """Each room and person with the first and the last time."""
    _, _, bob = await talked()
    answer = await bob.ask("PRIVMSG *playback :LIST")
    assert {(m.source, m.params[0]) for m in answer} == {(f"*playback!playback@{SERVER}", "bob")}
    assert [m.params[1] for m in answer] == [
        f"#a {START + 1}.500 {START + 4}.500",
        f"#b {START + 2}.500 {START + 5}.500",
        f"alice {START + 3}.500 {START + 3}.500",
    ]
    (line,) = await bob.ask("PRIVMSG *playback :list #b,#none")
    assert line.params[1].startswith("#b ")


@pytest.mark.parametrize(
    "text", ["CLEAR *", "HELP", " ", "PLAY", "PLAY * yesterday", "PLAY * 1 2 3", "PLAY * -1"]
)
@pytest.mark.asyncio
async def test_other_words_are_answered(text: str) -> None:
    """CLEAR clears nothing; whatever else there is, is told."""
    _, _, bob = await talked()
    answer = await bob.ask(f"PRIVMSG *playback :{text}")
    assert answer
    assert all(m.source == f"*playback!playback@{SERVER}" for m in answer)
    assert played(await bob.ask("PRIVMSG *playback :PLAY #a")) == [("#a", "14")]


@pytest.mark.asyncio
async def test_only_what_one_may_read_is_played() -> None:
    """Rooms that one is in; what was written to the nick since one has it."""
    network, _, bob = await talked()
    carol = await network.connect("carol", *TAGS)
    assert await carol.ask("PRIVMSG *playback :PLAY #a,alice,*") == []
    await bob.ask("NICK bert")
    await carol.ask("NICK bob")
    assert await carol.ask("PRIVMSG *playback :PLAY alice") == []


@pytest.mark.asyncio
async def test_all_rooms_together_are_bounded() -> None:
    """Each gets its share of the newest, at most as many as one page of history has."""
    network = Network()
    rooms = [f"#r{number}" for number in range(10)]
    alice = await network.connect("alice", *TAGS)
    await alice.ask(*(f"JOIN {room}" for room in rooms))
    for number in range(120):
        await alice.ask(f"PRIVMSG {rooms[0]} :{number}")
    for room in rooms[1:]:
        await alice.ask(*(f"PRIVMSG {room} :{number}" for number in range(60)))
    one = await alice.ask("PRIVMSG *playback :PLAY #r0")
    every = await alice.ask("PRIVMSG *playback :PLAY *")
    assert [m.params[1] for m in one[1:-1]] == [str(number) for number in range(20, 120)]
    assert commands(every).count("PRIVMSG") == 10 * PLAYED_MOST // 10
