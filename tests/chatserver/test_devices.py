"""One person with netcat and with an IRC client, on one node: what each of their devices shows."""

import pytest

from chatserver.faces.plain import PlainFacts
from tests.chatserver.fakes import Client
from tests.conformance.harness import IrcClient, Network, params

Chat = tuple[Network, IrcClient, Client]


async def chat() -> Chat:
    """Return a server, ann in #lobby and #mice by IRC, and somebody with netcat in #lobby."""
    network = Network()
    ann = await network.login("ann")
    await ann.ask("JOIN #lobby,#mice")
    world = network.world
    facts = PlainFacts(limits=world.limits, accounts=network.facts.accounts)
    nc = world.plain("guest", facts)
    await nc.ask("hi")
    await ann.read()
    return network, ann, nc


@pytest.mark.asyncio
async def test_who_logs_in_with_netcat_is_who_is_there() -> None:
    """They are told who they are and where, in a line; the room in front stays."""
    _, ann, nc = await chat()
    shown = await nc.ask("/login ann sesame", "here")
    assert "-> you are in #lobby and #mice; what you type goes to #lobby" in shown
    assert any("guest is now ann" in line for line in shown)
    heard = await ann.read()
    assert params(heard, "QUIT") == ("Logged in as ann",)
    assert params(heard, "PRIVMSG") == ("#lobby", "here")


@pytest.mark.asyncio
async def test_what_was_said_on_another_device_is_shown_as_ones_own() -> None:
    """In rooms as by anybody, to people with whom it was said to."""
    network, ann, nc = await chat()
    await network.connect("bob")
    await nc.ask("/login ann sesame")
    await ann.ask(
        "PRIVMSG #mice :squeak", "PRIVMSG bob :hi\x1b", "PRIVMSG bob :\x01ACTION waves\x01"
    )
    assert await nc.read() == ["[ann #mice] squeak", "-> to bob: hi␛", "-> to bob: /me waves"]
    await ann.ask("PRIVMSG bob :\x01VERSION\x01")
    assert await nc.read() == []


@pytest.mark.asyncio
async def test_a_room_that_another_device_enters_does_not_come_to_the_front() -> None:
    """What is typed goes where it went."""
    _, ann, nc = await chat()
    await nc.ask("/login ann sesame")
    await ann.ask("JOIN #new")
    (line,) = await nc.read()
    assert line.startswith("-> you are in #new too")
    assert await nc.ask("where?") == []
    assert params(await ann.read(), "PRIVMSG") == ("#lobby", "where?")


@pytest.mark.asyncio
async def test_whois_tells_of_all_devices_or_of_none() -> None:
    """How somebody is there; from where is for themselves and for operators."""
    network, ann, nc = await chat()
    await nc.ask("/login ann sesame")
    await ann.ask("NS SET ALWAYSON ON")
    shown = await nc.ask("/whois ann")
    assert any(line.endswith("(UTC), by IRC and plain text") for line in shown)
    assert sum(line.startswith("-> remote address ") for line in shown) == 2
    root = await network.connect("root")
    await root.ask("OPER operuser operpassword")
    assert [one.params[2] for one in await root.ask("WHOIS ann") if one.command == "338"] == [
        "127.0.0.1", "10.0.0.1",
    ]  # fmt: skip
    await ann.ask("QUIT")
    await nc.ask("/quit")
    assert "338" not in [one.command for one in await root.ask("WHOIS ann")]
    assert params(await root.ask("WHO ann %ni"), "354")[1:] == ("255.255.255.255", "ann")
    other = network.world.plain("other")
    shown = await other.ask("", "/whois ann")
    assert any(line.endswith("(UTC)") for line in shown)
    assert "-> away: not connected" in shown


@pytest.mark.asyncio
async def test_who_has_no_room_is_told_so() -> None:
    """What is typed goes nowhere then."""
    network, ann, nc = await chat()
    network.world.node.state.rooms["#lobby"].flags.add("i")
    await ann.ask("PART #lobby,#mice")
    shown = await nc.ask("/login ann sesame")
    assert any(line.startswith("-> you are in no room") for line in shown)
    assert any(line.startswith("-> not sent") for line in await nc.ask("hello?"))


@pytest.mark.asyncio
async def test_a_password_that_is_changed_with_netcat_closes_the_others() -> None:
    """They are told why, each in its words; and the other way round."""
    network, ann, nc = await chat()
    await nc.ask("/login ann sesame")
    await ann.read()
    assert await nc.ask("/password another") == ["-> the password of ann is changed"]
    (error,) = await ann.read()
    assert "the password of the account was changed" in error.params[-1]
    assert ann.closed
    bob = await network.connect("bob", "sasl")
    await bob.authenticate("ann", "another")
    await nc.read()
    await bob.ask("NS SET PASSWORD sesame")
    (line,) = await nc.read()
    assert "the password of the account was changed" in line
    assert nc.peer.closed
