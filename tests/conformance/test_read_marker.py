"""MARKREAD: up to when one has read (IRCv3 draft/read-marker)."""

import pytest

from tests.conformance.harness import SERVER, IrcClient, Network, commands, only, params

READ = "timestamp=2025-06-01T12:00:00.000Z"
EARLIER = "timestamp=2025-06-01T11:59:59.999Z"
LATER = "timestamp=2025-06-01T12:00:00.001Z"


async def reader(network: Network, *more: str) -> IrcClient:
    """Return a client that knows of read markers."""
    return await network.connect("alice", "draft/read-marker", *more)


async def mark(client: IrcClient, target: str, *time: str) -> str:
    """Ask for a marker, or move it; return what the server says, after checking of what."""
    message = only(await client.ask(" ".join(["MARKREAD", target, *time])), "MARKREAD")
    assert (message.source, message.params[0]) == (SERVER, target)
    return message.params[1]


@pytest.mark.parametrize("target", ["#room", "#nosuch", "bob", "nobody"])
@pytest.mark.asyncio
async def test_a_marker_is_set_and_got(target: str) -> None:
    """`*` without one; MUST reply with MARKREAD to set and get, and only ever increase."""
    network = Network()
    alice = await reader(network)
    await network.connect("bob")
    await alice.ask("JOIN #room")
    assert await mark(alice, target) == "*"
    assert await mark(alice, target, READ) == READ
    assert await mark(alice, target) == READ
    assert await mark(alice, target, EARLIER) == READ
    assert await mark(alice, target, READ) == READ
    assert await mark(alice, target, LATER) == LATER


@pytest.mark.asyncio
async def test_nobody_reads_in_the_future() -> None:
    """What is later than now is now (see "Implementation Considerations")."""
    alice = await reader(Network())
    assert await mark(alice, "#room", "timestamp=2999-01-01T00:00:00.000Z") == (
        "timestamp=2026-01-01T00:00:00.000Z"
    )


@pytest.mark.asyncio
async def test_it_comes_on_joining() -> None:
    """MUST be sent after JOIN and before RPL_ENDOFNAMES; it is still there when one comes back."""
    network = Network()
    alice = await reader(network)
    answer = await alice.ask("JOIN #Room")
    assert commands(answer) == ["JOIN", "MARKREAD", "353", "366"]
    assert answer[1].params == ("#Room", "*")
    assert params(await alice.ask(f"MARKREAD #room {READ}"), "MARKREAD") == ("#Room", READ)
    answer = await alice.ask("PART #room", "JOIN #room")
    assert params(answer, "MARKREAD") == ("#Room", READ)
    bob = await network.connect("bob")
    assert "MARKREAD" not in commands(await bob.ask("JOIN #room"))


@pytest.mark.asyncio
async def test_markers_are_nobody_elses() -> None:
    """MUST NOT be disclosed to others: each has their own, and hears of no other."""
    network = Network()
    alice = await reader(network)
    bob = await network.connect("bob", "draft/read-marker")
    for client in (alice, bob):
        await client.ask("JOIN #room")
    await alice.ask(f"MARKREAD #room {READ}", f"MARKREAD bob {READ}")
    assert await bob.read() == []
    assert await mark(bob, "#room") == await mark(bob, "bob") == "*"


@pytest.mark.asyncio
async def test_another_nick_keeps_them() -> None:
    """They belong to who has read, not to a name."""
    alice = await reader(Network())
    await alice.ask(f"MARKREAD #room {READ}", "NICK alice2")
    assert await mark(alice, "#room") == READ


@pytest.mark.parametrize(
    ("line", "code", "context"),
    [
        ("MARKREAD", "NEED_MORE_PARAMS", []),
        ("MARKREAD :", "NEED_MORE_PARAMS", []),
        ("MARKREAD #room *", "INVALID_PARAMS", ["*"]),
        ("MARKREAD #room timestamp=", "INVALID_PARAMS", ["timestamp="]),
        ("MARKREAD #room timestamp=yesterday", "INVALID_PARAMS", ["timestamp=yesterday"]),
        ("MARKREAD #room msgid=1f", "INVALID_PARAMS", ["msgid=1f"]),
        ("MARKREAD #room 2025-06-01T12:00:00.000Z", "INVALID_PARAMS", ["2025-06-01T12:00:00.000Z"]),
        (f"MARKREAD no,nick {READ}", "INVALID_PARAMS", ["no,nick"]),
        (f"MARKREAD * {READ}", "INVALID_PARAMS", ["*"]),
        ("MARKREAD @#room", "INVALID_PARAMS", ["@#room"]),
    ],
)
@pytest.mark.asyncio
async def test_mistakes_are_told(line: str, code: str, context: list[str]) -> None:
    """As standard replies, with a label like any answer."""
    alice = await reader(Network(), "batch", "labeled-response", "message-tags")
    (failure,) = await alice.ask(f"@label=x {line}")
    assert failure.command == "FAIL"
    assert [*failure.params[:-1]] == ["MARKREAD", code, *context]
    assert failure.tags["label"] == "x"


@pytest.mark.asyncio
async def test_a_label_is_on_the_answer() -> None:
    """Moved or not."""
    alice = await reader(Network(), "batch", "labeled-response", "message-tags")
    for time in (READ, EARLIER, ""):
        answer = await alice.ask(f"@label=x MARKREAD #room {time}".rstrip())
        assert only(answer, "MARKREAD").tags["label"] == "x"


@pytest.mark.asyncio
async def test_the_capability_is_needed() -> None:
    """Without it the command is unknown."""
    bob = await Network().connect("bob")
    assert commands(await bob.ask("MARKREAD #room")) == ["421"]
