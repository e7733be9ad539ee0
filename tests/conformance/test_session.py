"""chatserver.dev/session: a guest comes back as who they were (docs/irc.md, "Coming back")."""

import logging
from pathlib import Path

import pytest

from chatserver.storage.sqlite import SqliteStore
from chatwire.message import Message
from tests.chatserver.fakes import FailingStore, until
from tests.conformance.harness import IrcClient, Network, commands, only, params

SECRET = "fMo5eSBXXPjWk5rOb8CK2w"
CAPS = "chatserver.dev/session draft/chathistory batch server-time message-tags"
EVER = "timestamp=1970-01-01T00:00:00.000Z timestamp=2099-01-01T00:00:00.000Z"


async def opened(network: Network) -> IrcClient:
    """Return a client that may say its secret."""
    client = network.client()
    await client.ask(f"CAP REQ :{CAPS}")
    return client


async def come(
    network: Network, nick: str = "alice", secret: str = SECRET
) -> tuple[IrcClient, list[Message]]:
    """Return a client with a secret, and its welcome."""
    client = await opened(network)
    lines = (f"SESSION {secret}", f"NICK {nick}", f"USER {nick} 0 * :x", "CAP END")
    return client, await client.ask(*lines)


async def texts(client: IrcClient, nick: str = "bob") -> list[str]:
    """Return what the client can read of its conversation with somebody."""
    page = await client.ask(f"CHATHISTORY LATEST {nick} * 50")
    return [message.params[1] for message in page if message.command == "PRIVMSG"]


async def targets(client: IrcClient) -> list[str]:
    """Return with whom there was talk."""
    found = await client.ask(f"CHATHISTORY TARGETS {EVER} 50")
    return [message.params[1] for message in found if message.command == "CHATHISTORY"]


def is_written(text: str, directory: Path) -> bool:
    """Say whether any file there has it."""
    return any(text.encode() in file.read_bytes() for file in directory.iterdir())


@pytest.mark.asyncio
async def test_what_was_sent_to_a_dead_connection_is_read_on_the_next() -> None:
    """Its nick is free at once, and the server says that they are who they were."""
    network = Network()
    bob = await network.connect("bob")
    ghost, welcome = await come(network)
    assert params(welcome, "SESSION") == ("NEW", "alice")
    assert commands(welcome).index("005") < commands(welcome).index("SESSION")
    assert commands(welcome).index("SESSION") < commands(welcome).index("376")
    await bob.ask("PRIVMSG alice :one", "PRIVMSG alice :two")
    alice, welcome = await come(network)
    assert params(welcome, "SESSION") == ("RESUMED", "alice")
    assert params(welcome, "001")[0] == "alice"
    assert ghost.closed
    assert "Replaced" in only(await ghost.read(), "ERROR").params[0]
    assert await targets(alice) == ["bob"]
    assert await texts(alice) == ["one", "two"]
    assert commands(await bob.ask("PRIVMSG alice :three")) == []
    assert params(await alice.read(), "PRIVMSG") == ("alice", "three")


@pytest.mark.asyncio
async def test_the_rooms_see_nothing() -> None:
    """Who comes while the connection of before is there is in the rooms that they were in."""
    network = Network()
    bob, alice = await network.connect("bob"), (await come(network))[0]
    await bob.ask("JOIN #room")
    await alice.ask("JOIN #room")
    await bob.read()
    again, welcome = await come(network)
    assert params(welcome, "JOIN") == ("#room",)
    assert params(welcome, "353")[-1] == "@bob alice"
    assert alice.closed
    await again.ask("JOIN #room")
    assert await bob.read() == []
    await again.ask("PRIVMSG #room :I am back")
    (said,) = await bob.read()
    assert (said.nick, said.params) == ("alice", ("#room", "I am back"))


@pytest.mark.asyncio
async def test_the_rooms_see_who_comes_under_another_nick() -> None:
    """They leave, and come as anybody does."""
    network = Network()
    bob, alice = await network.connect("bob"), (await come(network))[0]
    await bob.ask("JOIN #room")
    await alice.ask("JOIN #room")
    await bob.read()
    again, _ = await come(network, "alicia")
    assert commands(await bob.read()) == ["QUIT"]
    await again.ask("JOIN #room")
    assert commands(await bob.read()) == ["JOIN"]


@pytest.mark.asyncio
async def test_whoever_took_the_nick_ends_it() -> None:
    """Neither reads what the other was told."""
    network = Network()
    bob, (alice, _) = await network.connect("bob"), await come(network)
    await bob.ask("PRIVMSG alice :for the first")
    await alice.ask("QUIT")
    other = await network.connect("alice", *CAPS.split())
    assert await texts(other) == []
    await bob.ask("PRIVMSG alice :for the second")
    await other.ask("QUIT")
    alice, welcome = await come(network)
    assert params(welcome, "SESSION") == ("NEW", "alice")
    assert await texts(alice) == []
    assert await targets(alice) == []


@pytest.mark.asyncio
async def test_of_two_with_one_secret_the_newest_is_there() -> None:
    """Under whatever nick it asks for."""
    network = Network()
    first, _ = await come(network)
    second, welcome = await come(network, "alicia")
    assert params(welcome, "SESSION") == ("NEW", "alicia")
    await first.read()
    assert (first.closed, second.closed) == (True, False)
    assert commands(await network.client().ask("NICK alice", "USER a 0 * :a"))[0] == "001"


@pytest.mark.asyncio
async def test_another_secret_is_somebody_else() -> None:
    """Who is there has the nick."""
    network = Network()
    await come(network)
    client = await opened(network)
    answers = await client.ask(f"SESSION {SECRET[::-1]}", "NICK alice", "USER a 0 * :a", "CAP END")
    assert commands(answers) == ["433"]
    assert params(await client.ask("NICK alice2"), "SESSION") == ("NEW", "alice2")


@pytest.mark.parametrize(
    "bad", ["", "short", "x" * 21, "x" * 65, "x" * 21 + "+", f"{SECRET} {SECRET}"]
)
@pytest.mark.asyncio
async def test_a_bad_secret_is_refused_and_not_repeated(bad: str) -> None:
    """A good one can follow."""
    client = await opened(Network())
    fail = only(await client.ask(f"SESSION {bad}"), "FAIL")
    assert fail.params[:2] == ("SESSION", "INVALID_SECRET")
    assert len(fail.params) == 3
    assert not (bad and bad in fail.params[2])
    assert await client.ask(f"SESSION {SECRET}") == []


@pytest.mark.asyncio
async def test_it_comes_once_and_before_registration_ends() -> None:
    """Later, and a second time, it is refused; without the capability, unknown."""
    network = Network()
    client = await opened(network)
    await client.ask(f"SESSION {SECRET}")
    assert params(await client.ask(f"SESSION {SECRET}"), "FAIL")[1] == "ALREADY_SENT"
    await client.ask("NICK a", "USER a 0 * :a", "CAP END")
    assert params(await client.ask(f"SESSION {SECRET}"), "FAIL")[1] == "TOO_LATE"
    assert commands(await network.client().ask(f"SESSION {SECRET}")) == ["451"]
    bob = await network.connect("bob")
    assert params(await bob.ask(f"SESSION {SECRET}"), "421")[1] == "SESSION"


@pytest.mark.asyncio
async def test_without_a_secret_nothing_is_said_of_it() -> None:
    """The capability alone does nothing."""
    client = await opened(Network())
    welcome = await client.ask("NICK a", "USER a 0 * :a", "CAP END")
    assert "SESSION" not in commands(welcome)


@pytest.mark.asyncio
async def test_after_a_restart_they_are_who_they_were(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whether they left before it or not: with all that was kept, and with whom. The secret is nowhere."""
    caplog.set_level(logging.DEBUG)
    network = Network(store=SqliteStore(tmp_path))
    bob, (alice, _) = await network.connect("bob"), await come(network)
    carol, _ = await come(network, "carol", SECRET[::-1])
    await bob.ask("PRIVMSG alice :one", "PRIVMSG carol :one")
    await carol.ask("PRIVMSG alice :hi", "QUIT")
    await bob.ask("PRIVMSG alice :two")
    network.world.journal.close()
    again = Network(store=SqliteStore(tmp_path))
    alice, welcome = await come(again)
    assert params(welcome, "SESSION") == ("RESUMED", "alice")
    assert await targets(alice) == ["bob", "carol"]
    assert await texts(alice) == ["one", "two"]
    carol, welcome = await come(again, "carol", SECRET[::-1])
    assert params(welcome, "SESSION") == ("RESUMED", "carol")
    assert await texts(carol) == ["one"]
    again.world.journal.close()
    assert not is_written(SECRET, tmp_path)
    assert SECRET not in caplog.text


@pytest.mark.asyncio
async def test_a_nick_that_was_taken_before_a_restart_is_gone(tmp_path: Path) -> None:
    """What was told to the other, and is on disk, is never told to who had the nick before."""
    network = Network(store=SqliteStore(tmp_path))
    bob, (alice, _) = await network.connect("bob"), await come(network)
    await bob.ask("PRIVMSG alice :for the first")
    await alice.ask("QUIT")
    await network.connect("alice")
    await bob.ask("PRIVMSG alice :for the second")
    network.world.journal.close()
    again = Network(store=SqliteStore(tmp_path))
    alice, welcome = await come(again)
    assert params(welcome, "SESSION") == ("NEW", "alice")
    assert await texts(alice) == []
    again.world.journal.close()


@pytest.mark.asyncio
async def test_what_a_full_disk_did_not_take_is_kept_later() -> None:
    """Who came meanwhile is written with the next write that succeeds; nothing waits for it."""
    store = FailingStore()
    network = Network(store=store)
    bob = await network.connect("bob")
    await come(network)
    store.why = "disk full"
    await bob.ask("PRIVMSG alice :refused")
    assert len(store.tried[-1].guests) == 1
    await come(network, "alicia")
    store.why = ""
    await until(lambda: not network.world.journal.failure)
    (kept,) = [guest for writing in store.taken for guest in writing.guests]
    assert (kept.nick, kept.left_at) == ("alicia", 0)


@pytest.mark.asyncio
async def test_who_wanted_an_account_that_was_not_kept_comes_back_as_a_guest() -> None:
    """All is as it was, their secret too."""
    store = FailingStore()
    network = Network(store=store)
    bob = await network.connect("bob")
    alice, _ = await come(network)
    await bob.ask("PRIVMSG alice :before")
    store.why = "disk full"
    assert params(await alice.ask("REGISTER * * sesame"), "FAIL")[1] == "TEMPORARILY_UNAVAILABLE"
    store.why = ""
    await until(lambda: not network.world.journal.failure)
    again, welcome = await come(network)
    assert params(welcome, "SESSION") == ("RESUMED", "alice")
    assert await texts(again) == ["before"]
