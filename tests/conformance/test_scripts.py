"""Names of any script: nicks, rooms and masks (docs/irc.md, "Names")."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from chatserver.core.events import Identity, Said
from chatserver.core.limits import Limits
from chatserver.core.records import RoomRecord
from chatserver.ports import Record, Writing
from chatserver.storage.sqlite import SqliteStore
from tests.conformance.harness import FACTS, Network, commands, only, params


@pytest.mark.asyncio
async def test_people_have_their_names() -> None:
    """As they write them, whatever the case in which others do; a decomposed one is composed."""
    network = Network()
    zoe, anna = await network.connect("Zoe\u0308"), await network.connect("анна")
    await zoe.ask("PRIVMSG АННА :hi")
    said = only(await anna.read(), "PRIVMSG")
    assert (said.source, said.params) == ("Zo\u00eb!Zoe@127.0.0.1", ("анна", "hi"))
    await anna.ask("PRIVMSG ZO\u00cb :hi", "NICK Анна")
    assert [m.command for m in await zoe.read()] == ["PRIVMSG"]
    assert params(await zoe.ask("WHOIS zoe\u0308"), "311")[1] == "Zo\u00eb"
    assert params(await zoe.ask("ISON анна"), "303")[1] == "Анна"


@pytest.mark.asyncio
async def test_a_room_is_one_in_any_spelling() -> None:
    """In any case and composition; it has the name under which it was made, composed."""
    network = Network()
    foo, bar = await network.connect("foo"), await network.connect("bar")
    await foo.ask("JOIN #Caf\u00e9")
    assert params(await bar.ask("JOIN #CAFE\u0301"), "JOIN") == ("#Caf\u00e9",)
    assert commands(await foo.read()) == ["JOIN"]
    assert params(await bar.ask("JOIN #e\u0301te\u0301"), "JOIN") == ("#\u00e9t\u00e9",)
    await bar.ask("PRIVMSG #cafe\u0301 :hi")
    assert params(await foo.read(), "PRIVMSG")[0] == "#Caf\u00e9"


@pytest.mark.asyncio
async def test_a_ban_meets_any_spelling() -> None:
    """Masks are folded as names are."""
    network = Network()
    foo, bar = await network.connect("foo"), await network.connect("Зоя")
    await foo.ask("JOIN #chan", "MODE #chan +b ЗО*!*@*")
    assert commands(await bar.ask("JOIN #chan")) == ["474"]


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.asyncio
async def test_nobody_looks_like_somebody_else(before: bool) -> None:  # noqa: FBT001
    """ERR_NICKNAMEINUSE, before registration and after."""
    network = Network()
    await network.connect("evan")
    if before:
        client = network.client()
        assert commands(await client.ask("NICK \u0435van", "USER u 0 * :r")) == ["433"]
    else:
        client = await network.connect("ivan")
        answer = params(await client.ask("NICK \u0435van"), "433")
        assert answer == ("ivan", "\u0435van", "Nickname looks like evan")


@pytest.mark.parametrize(
    "nick", ["\u043e\u01c3b", "a\u02d0b", "\u1433\u1433", "\u0661a", "a\u200db"]
)
@pytest.mark.asyncio
async def test_no_name_can_be_read_as_something_else(nick: str) -> None:
    """ERR_ERRONEUSNICKNAME for what looks like a mark of IRC, or has what cannot be seen."""
    foo = await Network().connect("foo")
    assert commands(await foo.ask(f"NICK {nick}")) == ["432"]


@pytest.mark.asyncio
async def test_a_server_of_ascii_alone() -> None:
    """By `nick_script`; rooms may have any letters all the same."""
    network = Network(replace(FACTS, limits=Limits(unicode_names=False)))
    foo = await network.connect("foo")
    assert commands(await foo.ask("NICK Зоя")) == ["432"]
    assert commands(await foo.ask("JOIN #чат"))[0] == "JOIN"


@pytest.mark.asyncio
async def test_lines_hold_the_longest_names() -> None:
    """NICKLEN and CHANNELLEN count bytes, so a topic is whole in its line in any script."""
    limits = Limits()
    network = Network(replace(FACTS, limits=limits))
    nick, room = "\U00020000" * (limits.nick // 4), "#" + "\U00020000" * ((limits.room - 1) // 4)
    foo, bar = await network.connect(nick), await network.connect("bar")
    topic = "t" * limits.topic
    await foo.ask(f"JOIN {room}")
    await bar.ask(f"JOIN {room}")
    await foo.ask(f"TOPIC {room} :{topic}")
    told = params(await bar.read(), "TOPIC")
    assert told == (room, topic[: limits.topic_of(len(room.encode()))])
    assert commands(await foo.ask(f"NICK {nick}\U00020000")) == ["432"]


@pytest.mark.asyncio
async def test_what_an_earlier_version_kept_is_there(tmp_path: Path) -> None:
    """It told rooms apart by case beyond ASCII: each has its topic and what was said in it."""
    store = SqliteStore(tmp_path)
    store.open()
    who = Identity("old", "u", "h")
    names = ("#Über", "#über")
    rooms = [
        RoomRecord(name, name, at, topic=f"of {name}", topic_by="old", flags="nt")
        for at, name in enumerate(names, 1)
    ]
    lines = [Said(seq, seq, who, name, f"in {name}") for seq, name in enumerate(names, 10)]
    store.keep(Writing([Record(said.target, said) for said in lines], rooms))
    store.close()
    network = Network(store=SqliteStore(tmp_path))
    foo = await network.connect("foo", "draft/chathistory", "batch", "message-tags")
    for joined, name, kept in (("#ÜBER", "#Über", "#Über"), ("#Über-2", "#über-2", "#über")):
        answer = await foo.ask(f"JOIN {joined}")
        assert params(answer, "JOIN") == (name,)
        assert params(answer, "332")[1:] == (name, f"of {kept}")
        history = await foo.ask(f"CHATHISTORY LATEST {joined} * 10")
        assert params(history, "PRIVMSG")[1] == f"in {kept}"
        await foo.ask(f"PRIVMSG {joined} :now")
        assert commands(await foo.ask(f"CHATHISTORY LATEST {joined} * 10")).count("PRIVMSG") == 2
    network.world.journal.close()
