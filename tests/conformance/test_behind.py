"""Who is behind, and what is removed, sent again or asked for meanwhile (docs/architecture.md)."""

import pytest

from chatserver.tail import TAIL
from chatwire.message import Message
from tests.conformance.harness import IrcClient, Network, commands, enter

CAPABILITIES = (
    "batch", "draft/chathistory", "draft/message-redaction", "labeled-response", "message-tags",
    "server-time", "standard-replies",
)  # fmt: skip
NONCE = "fMo5eSBXXPjWk5rOb8CK2w"
BOTH = pytest.mark.parametrize("tail", [TAIL, 0], ids=["memory", "the store"])
"""Where what was missed comes from."""


async def room(tail: int, *more: str) -> list[IrcClient]:
    """Return three in #room: its operator, one who talks, and one who will be behind."""
    network = Network(tail=tail)
    echoing = (*CAPABILITIES, "echo-message")
    clients = [await network.connect(nick, *echoing) for nick in ("op", "talker")]
    clients.append(await network.connect("reader", *CAPABILITIES, *more))
    return await enter("#room", *clients)


async def say(client: IrcClient, text: str, target: str = "#room") -> str:
    """Say something; return its id."""
    answer = await client.ask(f"PRIVMSG {target} :{text}")
    (echo,) = (message for message in answer if message.params[-1] == text)
    return echo.tags["msgid"]


def told(messages: list[Message]) -> list[tuple[str, str]]:
    """Return of each message the command, and what it says or whose id it has."""
    return [(message.command, message.params[1]) for message in messages]


@BOTH
@pytest.mark.asyncio
async def test_what_is_removed_meanwhile(tail: int) -> None:
    """It is gone from the log; memory still has it. Its removal is told once, in its place."""
    op, talker, reader = await room(tail)
    reader.client.stall()
    await say(talker, "one")
    found = await say(talker, "oops")
    await say(talker, "two")
    await op.ask(f"REDACT #room {found}")
    await say(talker, "three")
    reader.client.resume()
    shown = told(await reader.read())
    assert shown == [
        ("PRIVMSG", "one"), *[("PRIVMSG", "oops")] * (tail > 0), ("PRIVMSG", "two"),
        ("REDACT", found), ("PRIVMSG", "three"),
    ]  # fmt: skip


@BOTH
@pytest.mark.parametrize("echo", [True, False])
@pytest.mark.asyncio
async def test_who_is_behind_removes_their_own(tail: int, echo: bool) -> None:  # noqa: FBT001
    """In a room and to somebody: they are told as live, once, or not without echoes."""
    _, talker, reader = await room(tail, *["echo-message"] * echo)
    await reader.ask("PRIVMSG #room :r1", "PRIVMSG talker :r2")
    ids = {message.params[0]: message.tags["msgid"] for message in await talker.read()}
    reader.client.stall()
    await say(talker, "one")
    for target in ("#room", "talker"):
        await reader.send(f"REDACT {target} {ids[target]}".encode())
    await say(talker, "two")
    reader.client.resume()
    removed = [("REDACT", ids[target]) for target in ("#room", "talker")]
    assert told(await reader.read()) == [("PRIVMSG", "one"), *removed * echo, ("PRIVMSG", "two")]


@BOTH
@pytest.mark.asyncio
async def test_who_is_behind_removes_with_a_label(tail: int) -> None:
    """The label is on what is told, or on the failure, in its place."""
    _, talker, reader = await room(tail, "echo-message")
    found = await say(reader, "mine")
    reader.client.stall()
    await say(talker, "one")
    await reader.send(f"@label=a REDACT #room {found}".encode())
    await reader.send(f"@label=b REDACT #room {found}".encode())
    await say(talker, "two")
    reader.client.resume()
    shown = await reader.read()
    assert commands(shown) == ["PRIVMSG", "REDACT", "FAIL", "PRIVMSG"]
    assert [message.tags.get("label") for message in shown] == [None, "a", "b", None]


@BOTH
@pytest.mark.asyncio
async def test_a_private_message_is_removed_meanwhile(tail: int) -> None:
    """Who got it is told once."""
    _, talker, reader = await room(tail)
    reader.client.stall()
    await say(talker, "one")
    found = await say(talker, "psst", "reader")
    await talker.ask(f"REDACT reader {found}")
    reader.client.resume()
    shown = [one for one in told(await reader.read()) if one != ("PRIVMSG", "psst")]
    assert shown == [("PRIVMSG", "one"), ("REDACT", found)]


@BOTH
@pytest.mark.parametrize("target", ["#room", "talker", "@#room", "reader"])
@pytest.mark.asyncio
async def test_what_is_sent_again_meanwhile(tail: int, target: str) -> None:
    """The echo comes once for each time it was sent, in its place, and nobody else sees more."""
    _, talker, reader = await room(tail, "echo-message")
    reader.client.stall()
    await say(talker, "one")
    line = f"+chatserver.dev/nonce={NONCE} PRIVMSG {target} :mine"
    await reader.send(f"@label=a;{line}".encode())
    await say(talker, "two")
    await reader.send(f"@label=b;{line}".encode())
    await say(talker, "three")
    reader.client.resume()
    shown = await reader.read()
    echoes = [message for message in shown if "label" in message.tags]
    assert [message.tags["label"] for message in echoes] == ["a", "b"]
    assert len({message.tags["msgid"] for message in echoes}) == 1
    own = ["mine"] * (1 + (target == "reader"))
    texts = [message.params[1] for message in shown]
    assert sorted(texts) == sorted(["one", *own, "two", "mine", "three"])
    assert [text for text in texts if text != "mine"] == ["one", "two", "three"]
    assert (texts[1], texts[-2]) == ("mine", "mine")


@BOTH
@pytest.mark.asyncio
async def test_markers_meanwhile(tail: int) -> None:
    """What only oneself is told has its place too."""
    _, talker, reader = await room(tail, "draft/read-marker")
    reader.client.stall()
    await say(talker, "one")
    await reader.send(b"MARKREAD #room timestamp=2025-01-01T00:00:00.000Z")
    await say(talker, "two")
    await reader.send(b"MARKREAD #room")
    reader.client.resume()
    assert commands(await reader.read()) == ["PRIVMSG", "MARKREAD", "PRIVMSG", "MARKREAD"]


@BOTH
@pytest.mark.asyncio
async def test_who_shares_a_room_with_one_other_owes_nothing_for_what_that_does(tail: int) -> None:
    """What others do costs who is behind no memory, however often they do it, and whoever else sees it."""
    network = Network(tail=tail)
    bob, ann = await network.connect("bob", "away-notify"), await network.connect("ann")
    for client in (bob, ann):
        await client.ask("JOIN #room")
    await bob.read()
    bob.client.stall()
    for number in range(30):
        await ann.ask(f"AWAY :{number}")
    await ann.ask("QUIT")
    backlog = bob.client.session.backlog
    assert backlog is not None
    assert not backlog.items
    bob.client.resume()
    shown = commands(await bob.read())
    assert shown[-1] == "QUIT"
    assert shown.count("QUIT") == 1
    assert shown.count("AWAY") == (30 if tail else 0)
