"""account-tag, account-notify, extended-join: https://ircv3.net/specs/extensions/account-tag and so on."""

import pytest

from tests.conformance.harness import Network, only, params


@pytest.mark.asyncio
async def test_lines_say_whose_account_they_come_from() -> None:
    """Messages, and all else that somebody did; to who has account-tag alone."""
    network = Network()
    tagged, plain = await network.connect("tagged", "account-tag"), await network.connect("plain")
    ann = await network.login("ann_", account="ann")
    await tagged.ask("JOIN #room")
    await plain.ask("JOIN #room")
    await tagged.read()
    await ann.ask(
        "JOIN #room", "PRIVMSG #room :hi", "TOPIC #room :x", "INVITE tagged #room", "NICK n"
    )
    seen = await tagged.read()
    assert {one.tags.get("account") for one in seen if one.source and "!" in one.source} == {"ann"}
    assert not any("account" in one.tags for one in await plain.read())


@pytest.mark.asyncio
async def test_who_has_no_account_has_no_tag() -> None:
    """Absent, not empty."""
    network = Network()
    tagged, bob = await network.connect("tagged", "account-tag"), await network.connect("bob")
    await bob.ask("PRIVMSG tagged :hi")
    assert "account" not in only(await tagged.read(), "PRIVMSG").tags


@pytest.mark.asyncio
async def test_logging_in_and_out_is_told_to_rooms() -> None:
    """ACCOUNT with the name, or with a star; to who has account-notify alone."""
    network = Network()
    notified, plain = await network.connect("n", "account-notify"), await network.connect("plain")
    eve, owner = await network.connect("eve", "sasl"), await network.login("ann")
    await owner.ask("QUIT")
    for client in (notified, plain, eve):
        await client.ask("JOIN #room")
    for client in (notified, plain):
        await client.read()
    await eve.authenticate("ann", "sesame")
    line = only(await notified.read(), "ACCOUNT")
    assert (line.source, line.params) == ("eve!eve@127.0.0.1", ("ann",))
    await eve.ask("NS LOGOUT")
    assert params(await notified.read(), "ACCOUNT") == ("*",)
    assert await plain.read() == []


@pytest.mark.asyncio
async def test_joining_tells_the_account() -> None:
    """With extended-join: the account, or a star, and the real name."""
    network = Network()
    extended = await network.connect("x", "extended-join")
    await extended.ask("JOIN #room")
    await (await network.login("ann")).ask("JOIN #room")
    assert params(await extended.read(), "JOIN") == ("#room", "ann", "Real ann")
    await (await network.connect("bob")).ask("JOIN #room")
    assert params(await extended.read(), "JOIN") == ("#room", "*", "Real bob")


@pytest.mark.asyncio
async def test_history_tells_the_account() -> None:
    """As it was when the message was said."""
    network = Network()
    await (await network.login("ann")).ask("JOIN #room", "PRIVMSG #room :hi")
    reader = await network.connect("r", "account-tag", "draft/chathistory", "batch", "message-tags")
    await reader.ask("JOIN #room")
    found = only(await reader.ask("CHATHISTORY LATEST #room * 10"), "PRIVMSG")
    assert found.tags["account"] == "ann"


@pytest.mark.asyncio
async def test_who_and_whois_tell_the_account() -> None:
    """WHOX `a`, which is 0 for nobody's; 330."""
    network = Network()
    await network.login("ann_", account="ann")
    bob = await network.connect("bob")
    assert params(await bob.ask("WHO ann_ %na"), "354")[1:] == ("ann_", "ann")
    assert params(await bob.ask("WHO bob %na"), "354")[1:] == ("bob", "0")
    assert params(await bob.ask("WHOIS ann_"), "330")[1:3] == ("ann_", "ann")
