"""SEARCH (`soju.im/search`): messages by words, sender, place and time."""

from collections.abc import Mapping, Sequence

import pytest

from chatserver.core.events import KeptEvent
from chatserver.core.history import Question
from chatserver.ports import StoreError
from chatserver.storage.memory import MemoryStore
from chatwire.message import Message
from tests.conformance.harness import SERVER, IrcClient, Network, only, params

CAPABILITIES = (
    "batch", "echo-message", "labeled-response", "message-tags", "server-time", "soju.im/search",
    "standard-replies",
)  # fmt: skip


async def reader(network: Network, nick: str, *rooms: str) -> IrcClient:
    """Return a client that can search, in some rooms."""
    client = await network.connect(nick, *CAPABILITIES)
    await client.ask(*(f"JOIN {room}" for room in rooms))
    return client


async def talk(network: Network, client: IrcClient, *lines: str) -> list[str]:
    """Let somebody say things, a second apart; return their times."""
    times = []
    for line in lines:
        network.world.clock.at += 1000
        times.append(only(await client.ask(line), line.split()[0]).tags["time"])
    return times


async def search(client: IrcClient, attributes: str) -> Sequence[Message]:
    """Return the messages of an answer, after checking its batch."""
    start, *found, end = await client.ask(f"SEARCH {attributes}")
    assert start.params[1:] == ("soju.im/search",)
    reference = start.params[0].removeprefix("+")
    assert end.params == ("-" + reference,)
    assert all(message.tags["batch"] == reference for message in found)
    return found


async def texts(client: IrcClient, attributes: str) -> list[str]:
    """Return what the messages of an answer say."""
    return [message.params[1] for message in await search(client, attributes)]


TALK = (
    "PRIVMSG #a :one fast thing",
    "PRIVMSG #b :two",
    "NOTICE #a :three fasting",
    "PRIVMSG bob :four fast",
    "PRIVMSG #a :five",
)


async def talked() -> tuple[Network, IrcClient, IrcClient, list[str]]:
    """Return a network where Alice and Bob spoke, both, and the times."""
    network = Network()
    alice, bob = [await reader(network, nick, "#a", "#b") for nick in ("alice", "bob")]
    await alice.read()
    times = await talk(network, alice, *TALK)
    await bob.ask("PRIVMSG #a :six, fast")
    await alice.read()
    return network, alice, bob, times


REQUESTS = [
    ("text=fast", ["one fast thing", "three fasting", "four fast", "six, fast"]),
    ("text=FAST\\sthing", ["one fast thing"]),
    (":text=fast thing", ["one fast thing"]),
    ("text=fast;in=#a", ["one fast thing", "three fasting", "six, fast"]),
    ("in=#A;limit=1;text=fast", ["six, fast"]),
    ("in=#b", ["two"]),
    ("in=bob", ["four fast"]),
    ("from=BOB", ["six, fast"]),
    ("from=alice;in=#a", ["one fast thing", "three fasting", "five"]),
    ("limit=2", ["five", "six, fast"]),
    ("after={2};from=alice", ["three fasting", "four fast", "five"]),
    ("after={1};limit=2", ["two", "three fasting"]),
    ("before={2}", ["one fast thing", "two", "three fasting"]),
    ("before={2};limit=1", ["three fasting"]),
    ("after={1};before={1}", ["two"]),
    ("text=nothing", []),
    ("before=2010-01-01T00:00:00.000Z;in=#a", []),
]


@pytest.mark.parametrize(("attributes", "expected"), REQUESTS)
@pytest.mark.asyncio
async def test_attributes(attributes: str, expected: list[str]) -> None:
    """Each narrows it; oldest first, counted from `after` on, or else the newest."""
    _, alice, _, times = await talked()
    assert await texts(alice, attributes.format(*times)) == expected


@pytest.mark.asyncio
async def test_messages_are_as_they_were() -> None:
    """With their ids, times, tags and targets; one of several lines as a batch within it."""
    network, alice, bob, _ = await talked()
    await bob.read()
    await alice.ask("@+draft/reply=x PRIVMSG bob :needle")
    live = only(await bob.read(), "PRIVMSG")
    (found,) = await search(bob, "text=needle")
    assert {**live.tags, "batch": found.tags["batch"]} == found.tags
    assert (found.source, found.params) == (live.source, live.params)
    carol = await network.connect("carol", *CAPABILITIES, "draft/multiline")
    await carol.ask("BATCH +1 draft/multiline bob", "@batch=1 PRIVMSG bob :a stack")
    await carol.ask("@batch=1 PRIVMSG bob :of hay", "BATCH -1")
    outer, inner, *lines, inner_end, outer_end = await carol.ask("SEARCH text=hay")
    assert inner.tags["batch"] == inner_end.tags["batch"] == outer.params[0][1:]
    assert [line.params[1] for line in lines] == ["a stack", "of hay"]
    assert outer_end.params[0][1:] == outer.params[0][1:]


@pytest.mark.asyncio
async def test_a_label_is_on_the_batch() -> None:
    """Labeled-response: the batch is the answer."""
    _, alice, *_ = await talked()
    start, *_ = await alice.ask("@label=5 SEARCH text=five")
    assert (start.command, start.tags["label"]) == ("BATCH", "5")


@pytest.mark.asyncio
async def test_only_what_one_may_read_is_found() -> None:
    """Not of rooms that one is not in, nor what others wrote to each other, nor to the nick before."""
    network, alice, bob, _ = await talked()
    carol = await reader(network, "carol", "#a")
    assert await texts(carol, "text=fast") == ["one fast thing", "three fasting", "six, fast"]
    for place in ("#b", "#none", "bad,name"):
        assert params(await carol.ask(f"SEARCH in={place}"), "FAIL")[:3] == (
            "SEARCH", "INVALID_PARAMS", "in",
        )  # fmt: skip
    assert await texts(carol, "in=bob") == []
    await carol.ask("PRIVMSG bob :psst", "PRIVMSG @#a :ops?")
    await bob.read()
    await alice.read()
    assert await texts(alice, "from=carol") == ["ops?"]
    assert await texts(bob, "from=carol") == ["psst"]
    await bob.ask("NICK bert")
    await carol.ask("NICK bob")
    assert await texts(carol, "in=alice") == await texts(carol, "text=four") == []
    await alice.read()
    assert await texts(alice, "in=bob") == ["four fast"]


@pytest.mark.asyncio
async def test_a_room_that_was_made_anew_has_nothing_of_the_old_one() -> None:
    """As in CHATHISTORY."""
    network = Network()
    alice = await reader(network, "alice", "#a")
    await alice.ask("PRIVMSG #a :secret", "PART #a")
    network.world.clock.at += 40 * 24 * 3600 * 1000
    await alice.ask("JOIN #a")
    assert await texts(alice, "in=#a") == await texts(alice, "from=nobody") == []


@pytest.mark.parametrize(
    ("attributes", "context"),
    [
        ("limit=0", "limit"), ("limit=x", "limit"), ("after=yesterday", "after"), ("before=", "before"),
        ("colour=red", "colour"), ("text=", "text"),
    ],
)  # fmt: skip
@pytest.mark.asyncio
async def test_what_makes_no_sense_is_refused(attributes: str, context: str) -> None:
    """INVALID_PARAMS names the attribute ("Errors and Warnings")."""
    _, alice, *_ = await talked()
    (fail,) = await alice.ask(f"SEARCH {attributes}")
    assert (fail.source, fail.params[:-1]) == (SERVER, ("SEARCH", "INVALID_PARAMS", context))


@pytest.mark.asyncio
async def test_who_did_not_ask_for_it_has_no_such_command() -> None:
    """The capability must be negotiated; without `batch` the messages come bare."""
    alice = await Network().connect("alice", "batch")
    assert only(await alice.ask("SEARCH text=x"), "421").params[1] == "SEARCH"
    bob = await Network().connect("bob", "soju.im/search")
    await bob.ask("JOIN #a", "PRIVMSG #a :x y")
    assert [m.params for m in await bob.ask("SEARCH text=y")] == [("#a", "x y")]


class BrokenStore(MemoryStore):
    """A store that can read nothing."""

    def read(self, asked: Sequence[Question]) -> Mapping[Question, Sequence[KeptEvent]]:
        """Fail."""
        raise StoreError("broken")


@pytest.mark.asyncio
async def test_a_search_that_cannot_be_run_is_told() -> None:
    """INTERNAL_ERROR."""
    network = Network(store=BrokenStore())
    alice = await reader(network, "alice", "#a")
    assert params(await alice.ask("SEARCH text=x"), "FAIL")[:2] == ("SEARCH", "INTERNAL_ERROR")
