"""What was said before one came: batches of the type chathistory (IRCv3 chathistory batch)."""

import pytest

from chatserver.core.limits import Limits
from tests.conformance.harness import SERVER, Network, commands, only


async def talked(limits: Limits | None = None) -> Network:
    """Return a network where three messages were said in #room."""
    network = Network(limits=limits)
    (alice,) = await network.room("#room", "alice")
    await alice.ask(
        "PRIVMSG #room :one", "NOTICE #room :two", "TOPIC #room :x", "PRIVMSG #room :three"
    )
    return network


@pytest.mark.asyncio
async def test_who_knows_of_batches_and_times_gets_a_batch() -> None:
    """After the names, oldest first, with the times and ids that the messages had."""
    network = await talked()
    network.world.clock.at += 60_000
    bob = await network.connect("bob", "batch", "server-time", "message-tags")
    answer = await bob.ask("JOIN #room")
    assert commands(answer)[-6:] == ["366", "BATCH", "PRIVMSG", "NOTICE", "PRIVMSG", "BATCH"]
    start, *said, end = answer[-5:]
    assert start.params[1:] == ("chathistory", "#room")
    reference = start.params[0].removeprefix("+")
    assert end.params == ("-" + reference,)
    assert [message.params for message in said] == [
        ("#room", "one"), ("#room", "two"), ("#room", "three"),
    ]  # fmt: skip
    joined = only(answer, "JOIN").tags["time"]
    for message in said:
        assert message.tags["batch"] == reference
        assert message.tags["time"] < joined
        assert message.tags["msgid"]


@pytest.mark.asyncio
async def test_each_batch_has_a_reference_of_its_own() -> None:
    """Two rooms in one go: two batches."""
    network = await talked()
    (carol,) = await network.room("#other", "carol")
    await carol.ask("PRIVMSG #other :hi")
    bob = await network.connect("bob", "batch", "server-time")
    answer = await bob.ask("JOIN #room,#other")
    starts = [m.params[0] for m in answer if m.command == "BATCH" and m.params[0].startswith("+")]
    assert len(set(starts)) == len(starts) == 2


@pytest.mark.asyncio
async def test_with_times_alone_the_messages_come_bare() -> None:
    """The time tells that they are old."""
    bob = await (await talked()).connect("bob", "server-time")
    answer = await bob.ask("JOIN #room")
    assert commands(answer)[-3:] == ["PRIVMSG", "NOTICE", "PRIVMSG"]
    assert all(set(message.tags) == {"time"} for message in answer[-3:])


@pytest.mark.asyncio
async def test_without_times_the_server_tells_it() -> None:
    """In notices with times in them: a message without one would look new."""
    network = await talked()
    (dave,) = [await network.connect("dave", "message-tags")]
    await dave.ask(
        "JOIN #room", "PRIVMSG #room :\x01ACTION waves\x01", "PRIVMSG #room :\x01VERSION\x01"
    )
    network.world.clock.at += 24 * 3600 * 1000
    await dave.ask("PRIVMSG #room :" + "long " * 94)
    bob = await network.connect("bob")
    *_, end, day, one, two, three, waves, later, long, rest = await bob.ask("JOIN #room")
    notices = (day, one, two, three, waves, later, long, rest)
    assert end.command == "366"
    assert {(m.source, m.command, m.params[0]) for m in notices} == {(SERVER, "NOTICE", "#room")}
    assert [m.params[1] for m in notices[:6]] == [
        "Said before, on 2026-01-01 (UTC):",
        "00:00 <alice> one", "00:00 -alice- two", "00:00 <alice> three", "00:00 * dave waves",
        "Said before, on 2026-01-02 (UTC):",
    ]  # fmt: skip
    heads = [m.params[1][:14] for m in (long, rest)]
    assert heads == ["00:00 <dave> l"] * 2
    assert not any(m.tags for m in notices)


@pytest.mark.parametrize(("limit", "texts"), [(2, ["two", "three"]), (0, [])])
@pytest.mark.asyncio
async def test_only_so_many_are_shown(limit: int, texts: list[str]) -> None:
    """The newest ones, as many as the settings say."""
    network = await talked(Limits(history_on_join=limit))
    bob = await network.connect("bob", "server-time")
    answer = await bob.ask("JOIN #room")
    assert [m.params[1] for m in answer if m.command in ("PRIVMSG", "NOTICE")] == texts


@pytest.mark.asyncio
async def test_who_comes_back_soon_is_shown_what_they_missed() -> None:
    """With the same nick, user name and host, after a QUIT, in the rooms where they were."""
    network = await talked()
    bob = await network.connect("bob", "server-time")
    await bob.ask("JOIN #room", "QUIT :restart")
    (carol,) = await network.room("#other", "carol")
    await carol.ask("PRIVMSG #other :hi", "JOIN #room", "PRIVMSG #room :missed")

    async def texts(nick: str, host: str = "127.0.0.1") -> list[str]:
        client = await network.connect(nick, "server-time", host=host)
        answer = await client.ask("JOIN #room,#other")
        await client.ask("QUIT")
        return [m.params[1] for m in answer if m.command in ("PRIVMSG", "NOTICE")]

    assert await texts("bob", "10.0.0.1") == ["one", "two", "three", "missed", "hi"]
    assert await texts("bob") == ["missed", "hi"]
    assert await texts("bob") == []
    network.world.clock.at += 2 * 3600 * 1000
    assert await texts("bob") == ["one", "two", "three", "missed", "hi"]


@pytest.mark.asyncio
async def test_whose_connection_broke_is_shown_the_last_lines() -> None:
    """Nobody knows which of them had arrived."""
    network = await talked()
    bob = await network.connect("bob", "server-time")
    await bob.ask("JOIN #room")
    network.world.node.leave(bob.client.session, "connection reset")
    bob = await network.connect("bob", "server-time")
    assert commands(await bob.ask("JOIN #room"))[-3:] == ["PRIVMSG", "NOTICE", "PRIVMSG"]


@pytest.mark.asyncio
async def test_programs_are_shown_nothing() -> None:
    """Who has `+B` on entering: one that sets it later was shown the lines before."""
    network = await talked()
    bot = await network.connect("robot", "server-time")
    await bot.ask("MODE robot +B")
    assert commands(await bot.ask("JOIN #room"))[-1] == "366"
