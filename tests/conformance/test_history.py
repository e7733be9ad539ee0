"""What was said before one came: batches of the type chathistory (IRCv3 chathistory batch)."""

import pytest

from chatserver.core.limits import Limits
from tests.conformance.harness import Network, commands, only


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
async def test_without_times_nothing_old_is_shown() -> None:
    """It would look new."""
    bob = await (await talked()).connect("bob", "batch", "message-tags")
    assert commands(await bob.ask("JOIN #room"))[-1] == "366"


@pytest.mark.parametrize(("limit", "texts"), [(2, ["two", "three"]), (0, [])])
@pytest.mark.asyncio
async def test_only_so_many_are_shown(limit: int, texts: list[str]) -> None:
    """The newest ones, as many as the settings say."""
    network = await talked(Limits(history_on_join=limit))
    bob = await network.connect("bob", "server-time")
    answer = await bob.ask("JOIN #room")
    assert [m.params[1] for m in answer if m.command in ("PRIVMSG", "NOTICE")] == texts
