"""WEBIRC: https://ircv3.net/specs/extensions/webirc."""

import pytest
from msgspec.structs import replace

from chatserver.faces.irc.facts import Gateway
from tests.conformance.harness import FACTS, OPERATOR, IrcClient, Network, commands, params

GATEWAY = Gateway(
    admits=lambda host: host == "192.0.2.1", verify=lambda password: password == "hunter2"
)
GOOD = "WEBIRC hunter2 web host.example 198.51.100.3 :secure remote-port=21726 new=\\s"


def gateway(*, secure: bool = False, certificate: str = "", host: str = "192.0.2.1") -> IrcClient:
    """Return a connection of a gateway, which says nothing yet."""
    network = Network(replace(FACTS, gateways=(GATEWAY,)))
    return network.client(host, secure=secure, private=secure, certificate=certificate)


async def who_is(client: IrcClient, *opening: str) -> dict[str, tuple[str, ...]]:
    """Register behind a gateway, and return what WHOIS tells about it, by numeric."""
    await client.ask(*opening, "NICK ann", "USER ann 0 * :Ann", OPERATOR)
    return {one.command: one.params[2:] for one in await client.ask("WHOIS ann")}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("given", "host", "address"),
    [
        ("198.51.100.3", "198.51.100.3", "198.51.100.3"),
        ("2001:db8::7", "2001:db8::7", "2001:db8::7"),
        ("0::1", "0::1", "0::1"),
        ("::ffff:198.51.100.3", "198.51.100.3", "198.51.100.3"),
    ],
)
async def test_the_address_of_the_client_takes_the_place_of_the_gateway_s(
    given: str, host: str, address: str
) -> None:
    """In the mask and for operators; the name that it gives is not looked at."""
    last = given if not given.startswith(":") else f"0{given}"
    told = await who_is(gateway(), f"WEBIRC hunter2 web evil.example {last}")
    assert told["311"][1] == host
    assert told["338"][0] == address


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("by_tls", "option", "secure"),
    [
        (True, " secure", True),
        (True, " :secure=x", True),
        (True, "", False),
        (False, " secure", False),
    ],
)
async def test_both_parts_of_the_way_must_be_secure(
    by_tls: bool,  # noqa: FBT001 - a row of the table
    option: str,
    secure: bool,  # noqa: FBT001 - so too
) -> None:
    """The client's to the gateway, and the gateway's to us."""
    told = await who_is(gateway(secure=by_tls), f"WEBIRC hunter2 web h 198.51.100.3{option}")
    assert ("671" in told) is secure


@pytest.mark.asyncio
async def test_the_certificate_of_the_gateway_is_not_its_client_s() -> None:
    """Nobody is logged in by it."""
    client = gateway(secure=True, certificate="ab" * 32)
    await client.ask(GOOD, "CAP REQ sasl")
    assert "904" in commands(await client.ask("AUTHENTICATE EXTERNAL", "AUTHENTICATE +"))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("host", "lines", "reason"),
    [
        ("192.0.2.1", ["WEBIRC wrong web h 198.51.100.3"], "Invalid WEBIRC password"),
        ("192.0.2.2", [GOOD], "WEBIRC is not for you"),
        ("192.0.2.1", ["CAP LS 302", GOOD], "WEBIRC must be the first line"),
        ("192.0.2.1", ["NICK ann", GOOD], "WEBIRC must be the first line"),
        ("192.0.2.1", ["WEBIRC hunter2 web h nowhere"], "WEBIRC is not well-formed"),
    ],
)
async def test_anything_else_ends_the_connection(host: str, lines: list[str], reason: str) -> None:
    """With an ERROR that says why."""
    client = gateway(host=host)
    answer = await client.ask(*lines)
    assert reason in params(answer, "ERROR")[-1]
    assert client.closed


@pytest.mark.asyncio
async def test_it_is_for_nobody_by_default() -> None:
    """A server without gateways closes."""
    client = Network().client()
    assert "not for you" in params(await client.ask(GOOD), "ERROR")[-1]
