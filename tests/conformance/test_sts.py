"""Strict transport security: https://ircv3.net/specs/extensions/sts."""

import pytest
from msgspec.structs import replace

from chatserver.faces.irc.facts import TransportPolicy
from tests.conformance.harness import FACTS, IrcClient, Network, only

POLICY = TransportPolicy(6697, 86_400)


def network(policy: TransportPolicy | None = POLICY) -> Network:
    """Return a server with a policy."""
    return Network(replace(FACTS, sts=policy))


async def told(client: IrcClient, version: str = " 302") -> str | None:
    """Return what a client is told of STS, None for nothing."""
    answer = await client.ask(f"CAP LS{version}")
    names = dict(name.partition("=")[::2] for one in answer for name in one.params[-1].split())
    return names.get("sts")


@pytest.mark.asyncio
async def test_clear_text_is_told_the_port_and_tls_the_duration() -> None:
    """Each what it needs, and no more."""
    server = network()
    assert await told(server.client()) == "port=6697"
    assert await told(server.client(secure=True)) == "duration=86400"


@pytest.mark.asyncio
async def test_without_a_policy_nobody_is_told() -> None:
    """It is never on by accident."""
    server = network(None)
    assert await told(server.client()) is None
    assert await told(server.client(secure=True)) is None


@pytest.mark.asyncio
async def test_a_client_that_knows_no_values_is_not_told() -> None:
    """The name alone says nothing."""
    assert await told(network().client(), "") is None


@pytest.mark.asyncio
async def test_a_duration_of_nothing_takes_it_back() -> None:
    """Who was told before forgets it over TLS; nobody is sent there any more."""
    server = network(replace(POLICY, duration=0))
    assert await told(server.client()) is None
    assert await told(server.client(secure=True)) == "duration=0"


@pytest.mark.asyncio
async def test_it_cannot_be_asked_for() -> None:
    """CAP NAK, as it gives nothing."""
    client = network().client()
    assert only(await client.ask("CAP REQ sts"), "CAP").params[1:] == ("NAK", "sts")


@pytest.mark.asyncio
async def test_a_new_duration_is_announced_and_an_end_is_not() -> None:
    """CAP NEW, so that clients remember it; CAP DEL must not be sent."""
    server = network()
    client = server.client(secure=True)
    await client.ask("CAP LS 302", "NICK ann", "USER ann 0 * :Ann", "CAP END")
    server.facts = replace(server.facts, sts=replace(POLICY, duration=60))
    assert only(await client.ask("PING x"), "CAP").params[1:] == ("NEW", "sts=duration=60")
    server.facts = replace(server.facts, sts=None)
    assert [one.command for one in await client.ask("PING x")] == ["PONG"]
