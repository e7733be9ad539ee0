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
