"""CAP (IRCv3 capability-negotiation)."""

import pytest
from msgspec import structs

from chatwire import caps
from tests.conformance.harness import Network, commands, only, params


@pytest.mark.asyncio
async def test_ls_lists_every_capability() -> None:
    """Clients of 302 get all, with values, in as many lines as they need; all but the last have a star."""
    for request in ("CAP LS 302", "CAP LS 307"):
        answer = await Network().client().ask(request)
        assert [one.params[1:-1] for one in answer] == [("LS", "*")] * (len(answer) - 1) + [("LS",)]
        written = [name.partition("=") for one in answer for name in one.params[-1].split()]
        known = [row.name for row in caps.CAPABILITIES if row.name != "sts"]  # it needs TLS
        assert {name for name, *_ in written} == {*known}
        assert len(written) == len(known)
        assert any(value for *_, value in written)


@pytest.mark.asyncio
async def test_the_last_line_has_what_is_asked_for_most() -> None:
    """As pydle, for one, reads no other: it can log in all the same."""
    last = (await Network().client().ask("CAP LS 302"))[-1].params[-1].split()
    names = [name.partition("=")[0] for name in last]
    assert {caps.SASL, caps.SERVER_TIME, caps.MESSAGE_TAGS, caps.ECHO_MESSAGE} <= {*names}


@pytest.mark.asyncio
async def test_older_clients_read_one_line() -> None:
    """Without values, and without what does not fit, which is our own first."""
    for request in ("CAP LS", "CAP LS 301"):
        star, subcommand, listed = params(await Network().client().ask(request), "CAP")
        assert (star, subcommand) == ("*", "LS")
        assert "=" not in listed
        standard = {row.name for row in caps.CAPABILITIES if "." not in row.name}
        assert standard - {"sts"} <= set(listed.split())


@pytest.mark.asyncio
async def test_what_comes_and_goes_is_told() -> None:
    """With cap-notify: NEW with the value, and DEL, after which it is enabled no more; once."""
    network = Network()
    client, old = network.client(), network.client()
    await client.ask("CAP LS 302", "CAP REQ draft/account-registration", "NICK a", "USER a 0 * :A")
    await client.ask("CAP END")
    await old.ask("NICK b", "USER b 0 * :B")
    closed = structs.replace(network.facts.accounts, registration="closed")
    network.facts, before = structs.replace(network.facts, accounts=closed), network.facts
    answer = await client.ask("PING 1")
    assert params(answer, "CAP") == ("a", "DEL", "draft/account-registration")
    assert "account-registration" not in params(await client.ask("CAP LIST"), "CAP")[-1]
    assert commands(await client.ask("PING 2")) == ["PONG"]
    assert commands(await old.ask("PING 3")) == ["PONG"]
    network.facts = before
    value = "draft/account-registration=before-connect,custom-account-name"
    assert params(await client.ask("PING 4"), "CAP") == ("a", "NEW", value)


@pytest.mark.asyncio
async def test_registration_waits_for_the_end() -> None:
    """After LS or REQ no welcome comes before END."""
    client = Network().client()
    answer = await client.ask("CAP LS 302", "USER foo 0 * :Foo", "NICK foo", "CAP LS 302")
    assert set(commands(answer)) == {"CAP"}
    assert commands(await client.ask("CAP END"))[0] == "001"


@pytest.mark.parametrize("line", ["CAP NOTACOMMAND", "CAP ACK :batch", "CAP NEW :x"])
@pytest.mark.asyncio
async def test_an_unknown_subcommand_is_refused(line: str) -> None:
    """ERR_INVALIDCAPCMD names it."""
    assert params(await Network().client().ask(line), "410")[:2] == ("*", line.split()[1])


@pytest.mark.asyncio
async def test_what_was_requested_is_acknowledged_and_listed() -> None:
    """ACK repeats the request; LIST has what is enabled, nothing at first."""
    client = Network().client()
    assert params(await client.ask("CAP LIST"), "CAP") == ("*", "LIST", "")
    answer = await client.ask("CAP REQ :multi-prefix userhost-in-names")
    assert params(answer, "CAP") == ("*", "ACK", "multi-prefix userhost-in-names")
    assert params(await client.ask("CAP LIST"), "CAP")[2] == "multi-prefix userhost-in-names"


@pytest.mark.parametrize("wanted", ["foo", "foo qux bar baz qux quux", "multi-prefix bar"])
@pytest.mark.asyncio
async def test_a_request_is_granted_whole_or_not_at_all(wanted: str) -> None:
    """NAK repeats the request, and nothing of it is enabled."""
    client = Network().client()
    assert params(await client.ask(f"CAP REQ :{wanted}"), "CAP") == ("*", "NAK", wanted)
    assert params(await client.ask("CAP LIST"), "CAP")[2] == ""


@pytest.mark.asyncio
async def test_capabilities_change_after_registration_too() -> None:
    """REQ works at any time, and a minus takes back; END is then ignored."""
    network = Network()
    bob = await network.connect("bob", "echo-message", "server-time")
    alice = await network.connect("alice")
    await alice.ask("PRIVMSG bob :hi")
    assert "time" in only(await bob.read(), "PRIVMSG").tags
    assert params(await bob.ask("CAP REQ :-server-time"), "CAP") == ("bob", "ACK", "-server-time")
    assert params(await bob.ask("CAP LIST"), "CAP")[2] == "echo-message"
    assert await bob.ask("CAP END") == []
    await alice.ask("PRIVMSG bob :hi")
    assert only(await bob.read(), "PRIVMSG").tags == {}


@pytest.mark.asyncio
async def test_version_302_implies_cap_notify_for_good() -> None:
    """It is enabled by LS 302, may be requested again, and cannot be taken back ("cap-notify")."""
    client = Network().client()
    await client.ask("CAP LS 302")
    assert params(await client.ask("CAP LIST"), "CAP")[2] == "cap-notify"
    assert params(await client.ask("CAP REQ :cap-notify"), "CAP")[1] == "ACK"
    assert params(await client.ask("CAP REQ :-cap-notify"), "CAP")[1] == "NAK"
    older = Network().client()
    await older.ask("CAP LS", "CAP REQ :cap-notify")
    assert params(await older.ask("CAP REQ :-cap-notify"), "CAP")[1] == "ACK"


@pytest.mark.asyncio
async def test_cap_alone_needs_more() -> None:
    """A subcommand is required."""
    assert commands(await Network().client().ask("CAP")) == ["461"]
