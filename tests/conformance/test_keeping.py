"""What cannot be kept is shown to nobody, and its sender learns it (docs/irc.md, "Our own")."""

import pytest

from tests.chatserver.fakes import FailingStore
from tests.conformance.harness import Network, commands, params


@pytest.mark.asyncio
async def test_standard_replies_name_the_failure() -> None:
    """FAIL PRIVMSG CANNOT_KEEP with the target; 404 for clients without standard-replies."""
    store = FailingStore()
    network = Network(store=store)
    foo = await network.connect("foo", "standard-replies", "echo-message")
    bar = await network.connect("bar")
    for client in (foo, bar):
        await client.ask("JOIN #chan")
    await foo.read()
    store.why = "disk full"
    assert params(await foo.ask("PRIVMSG #chan :hi"), "FAIL")[:3] == (
        "PRIVMSG", "CANNOT_KEEP", "#chan",
    )  # fmt: skip
    assert params(await foo.ask("TOPIC #chan :hi"), "FAIL")[:3] == ("TOPIC", "CANNOT_KEEP", "#chan")
    assert params(await bar.ask("PRIVMSG #chan :hi"), "404")[:2] == ("bar", "#chan")
    assert commands(await bar.ask("NOTICE #chan :hi", "PING x")) == ["PONG"]
    assert await foo.read() == []


@pytest.mark.asyncio
async def test_an_account_that_is_not_kept_is_not_made() -> None:
    """By REGISTER, before registration or after, or NickServ: nobody is told that it is theirs."""
    store = FailingStore()
    network = Network(store=store)
    ann, stranger = await network.connect("ann"), network.client()
    store.why = "disk full"
    for client, nick in ((ann, "ann"), (stranger, "eve")):
        answer = await client.ask(
            *([f"NICK {nick}"] if nick == "eve" else []), "REGISTER * * sesame"
        )
        assert params(answer, "FAIL")[:3] == ("REGISTER", "TEMPORARILY_UNAVAILABLE", nick)
        assert "900" not in commands(answer)
    answer = await ann.ask("NS REGISTER sesame")
    assert "900" not in commands(answer)
    assert not network.world.node.state.accounts.find("ann")
    store.why = ""


@pytest.mark.asyncio
async def test_a_password_that_is_not_kept_is_not_changed() -> None:
    """And who wanted it is told, once."""
    store = FailingStore()
    network = Network(store=store)
    ann = await network.login("ann")
    store.why = "disk full"
    (line,) = await ann.ask("NS SET PASSWORD another")
    assert "kept" in line.params[-1]
    store.why = ""
    eve = await network.connect("eve", "sasl")
    assert "900" in commands(await eve.authenticate("ann", "sesame"))
