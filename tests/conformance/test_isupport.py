"""draft/extended-isupport: RPL_ISUPPORT before registration, and as one batch."""

import pytest

from tests.conformance.harness import IrcClient, Network, commands


async def tokens(client: IrcClient, line: str) -> set[str]:
    """Return the tokens that `line` is answered with, which must come as one batch."""
    answer = await client.ask(line)
    batch = [m for m in answer if m.command in {"BATCH", "005"}]
    reference = batch[0].params[0]
    assert batch[0].params[1] == "draft/isupport"
    assert reference[0] == "+"
    assert batch[-1].params == (f"-{reference[1:]}",)
    assert {m.tags.get("batch") for m in batch[1:-1]} == {reference[1:]}
    return {token for m in batch[1:-1] for token in m.params[1:-1]}


@pytest.mark.asyncio
async def test_it_can_be_asked_for_before_registration() -> None:
    """With the capability alone, to `*`; a nick that is wanted is named ("ISUPPORT command")."""
    client = Network().client()
    assert commands(await client.ask("ISUPPORT")) == ["451"]
    await client.ask("CAP REQ draft/extended-isupport")
    answer = await client.ask("ISUPPORT")
    assert {*commands(answer)} == {"005"}
    assert {m.params[0] for m in answer} == {"*"}


@pytest.mark.asyncio
async def test_it_comes_as_a_batch() -> None:
    """To who knows batches: before registration, in the welcome, and whenever it is told."""
    client = Network().client()
    await client.ask("CAP REQ :batch draft/extended-isupport")
    found = await tokens(client, "ISUPPORT")
    assert "NETWORK=Example\\x20Net" in found
    await client.ask("NICK foo", "USER foo 0 * :Foo")
    assert await tokens(client, "CAP END") == found
    assert await tokens(client, "VERSION") == found


@pytest.mark.asyncio
async def test_anybody_may_ask_after_registration() -> None:
    """Without the capability the lines come one by one; with a label, under it."""
    network = Network()
    foo = await network.connect("foo")
    assert {*commands(await foo.ask("ISUPPORT"))} == {"005"}
    bar = await network.connect("bar", "labeled-response", "batch", "draft/extended-isupport")
    answer = await bar.ask("@label=x ISUPPORT")
    assert answer[0].tags == {"label": "x"}
    assert answer[0].params[1] == "draft/isupport"
    assert [m.command for m in answer].count("BATCH") == 2
