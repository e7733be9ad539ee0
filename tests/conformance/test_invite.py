"""INVITE (Modern IRC, "INVITE message") and IRCv3 invite-notify."""

import pytest

from tests.conformance.harness import Network, commands, only, params


@pytest.mark.parametrize("modes", ["+i", "-i"])
@pytest.mark.asyncio
async def test_the_invited_and_the_inviter_are_told_and_nobody_else(modes: str) -> None:
    """RPL_INVITING for one, INVITE for the other, silence for the members."""
    network = Network()
    foo, baz = await network.room("#chan", "foo", "baz")
    bar = await network.connect("bar")
    await foo.ask(f"MODE #chan {modes}")
    await baz.read()
    assert params(await foo.ask("INVITE bar #chan"), "341") == ("foo", "bar", "#chan")
    seen = only(await bar.read(), "INVITE")
    assert (seen.source, seen.params) == ("foo!foo@127.0.0.1", ("bar", "#chan"))
    assert await baz.read() == []


@pytest.mark.asyncio
async def test_it_opens_an_invite_only_room_once() -> None:
    """ERR_INVITEONLYCHAN before; let in after; and not again after leaving."""
    network = Network()
    (foo,) = await network.room("#chan", "foo")
    bar = await network.connect("bar")
    await foo.ask("MODE #chan +i")
    assert commands(await bar.ask("JOIN #chan")) == ["473"]
    await foo.ask("INVITE bar #chan")
    assert "JOIN" in commands(await bar.ask("JOIN #chan"))
    await bar.ask("PART #chan")
    assert commands(await bar.ask("JOIN #chan")) == ["473"]


@pytest.mark.asyncio
async def test_members_may_invite_and_into_plus_i_operators_alone() -> None:
    """ERR_CHANOPRIVSNEEDED under +i, ERR_NOTONCHANNEL for who is not in."""
    network = Network()
    foo, baz = await network.room("#chan", "foo", "baz")
    bar = await network.connect("bar")
    assert "341" in commands(await baz.ask("INVITE bar #chan"))
    await foo.ask("MODE #chan +i")
    await baz.read()
    assert params(await baz.ask("INVITE bar #chan"), "482")[:2] == ("baz", "#chan")
    assert params(await bar.ask("INVITE foo #chan"), "442")[:2] == ("bar", "#chan")


@pytest.mark.asyncio
async def test_who_cannot_be_invited() -> None:
    """ERR_NOSUCHNICK, ERR_USERONCHANNEL, ERR_NOSUCHCHANNEL."""
    network = Network()
    foo, _ = await network.room("#chan", "foo", "bar")
    assert params(await foo.ask("INVITE nobody #chan"), "401")[:2] == ("foo", "nobody")
    assert params(await foo.ask("INVITE bar #chan"), "443")[:3] == ("foo", "bar", "#chan")
    assert commands(await foo.ask("INVITE bar #none")) == ["403"]


@pytest.mark.asyncio
async def test_without_parameters_it_lists_where_one_was_asked_in() -> None:
    """RPL_INVITELIST and RPL_ENDOFINVITELIST ("Invite list")."""
    network = Network()
    (foo,) = await network.room("#chan", "foo")
    bar = await network.connect("bar")
    assert commands(await bar.ask("INVITE")) == ["337"]
    await foo.ask("INVITE bar #chan")
    await bar.read()
    answer = await bar.ask("INVITE")
    assert commands(answer) == ["336", "337"]
    assert answer[0].params == ("bar", "#chan")
    assert params(await bar.ask("INVITE foo"), "461")[:2] == ("bar", "INVITE")


@pytest.mark.asyncio
async def test_the_inviter_learns_that_the_invited_is_away() -> None:
    """RPL_AWAY after RPL_INVITING."""
    network = Network()
    (foo,) = await network.room("#chan", "foo")
    bar = await network.connect("bar")
    await bar.ask("AWAY :asleep")
    answer = await foo.ask("INVITE bar #chan")
    assert commands(answer) == ["341", "301"]


@pytest.mark.asyncio
async def test_operators_with_invite_notify_see_it() -> None:
    """IRCv3 invite-notify: an INVITE that names who was invited; other members get none."""
    network = Network()
    foo = await network.connect("foo")
    watcher = await network.connect("watcher", "invite-notify")
    member = await network.connect("member", "invite-notify")
    bar = await network.connect("bar", "invite-notify")
    for client in (foo, watcher, member):
        await client.ask("JOIN #chan")
    await foo.ask("MODE #chan +o watcher")
    for client in (foo, watcher, member):
        await client.read()
    await foo.ask("INVITE bar #chan")
    assert params(await watcher.read(), "INVITE") == ("bar", "#chan")
    assert params(await bar.read(), "INVITE") == ("bar", "#chan")
    assert await member.read() == []
