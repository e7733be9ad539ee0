"""Bans by account (IRCv3 account-extban), and of speaking alone."""

import pytest

from tests.conformance.harness import Network, commands, params


@pytest.mark.asyncio
async def test_the_tokens_say_how_bans_are_written() -> None:
    """EXTBAN has the letters, without a prefix; ACCOUNTEXTBAN which of them is about accounts."""
    client = Network().client()
    answer = await client.ask("NICK foo", "USER foo 0 * :Foo")
    tokens = [token for one in answer if one.command == "005" for token in one.params]
    assert {"EXTBAN=,am", "ACCOUNTEXTBAN=a"} <= {*tokens}


@pytest.mark.asyncio
async def test_an_account_is_kept_out() -> None:
    """Whatever nick it has; the list shows the mask as it was written; a guest of that name is not meant."""
    server = Network()
    (op,) = await server.room("#a", "op")
    await op.ask("MODE #a +b a:ann")
    assert params(await op.ask("MODE #a +b"), "367")[2] == "a:ann"
    ann = await server.login("ann")
    await ann.ask("NICK other")
    assert "474" in commands(await ann.ask("JOIN #a"))
    guest = await server.connect("ann2")
    assert "JOIN" in commands(await guest.ask("JOIN #a"))
    await op.ask("MODE #a -b A:ann", "MODE #a -b a:ANN")
    assert "JOIN" in commands(await ann.ask("JOIN #a"))


@pytest.mark.asyncio
async def test_an_account_is_let_in_and_muted() -> None:
    """Exceptions and invitations name accounts too; `m:` is about speaking alone."""
    server = Network()
    (op,) = await server.room("#a", "op")
    ann = await server.login("ann")
    await op.ask("MODE #a +b *!*@*", "MODE #a +i")
    assert "474" in commands(await ann.ask("JOIN #a"))
    await op.ask("MODE #a +e a:ann")
    assert "473" in commands(await ann.ask("JOIN #a"))
    await op.ask("MODE #a +I a:ann")
    assert "JOIN" in commands(await ann.ask("JOIN #a"))
    assert commands(await ann.ask("PRIVMSG #a :hi")) == []
    await op.ask("MODE #a -e a:ann", "MODE #a -b *!*@*", "MODE #a +b m:a:ann")
    await ann.read()
    assert commands(await ann.ask("PRIVMSG #a :hi")) == ["404"]
    await op.ask("MODE #a +e m:a:ann")
    await ann.read()
    assert commands(await ann.ask("PRIVMSG #a :hi")) == []


@pytest.mark.asyncio
async def test_one_mode_is_not_answered_letter_by_letter() -> None:
    """An answer is not much longer than what was asked: the same refusal comes once, and not too many."""
    (op,) = await Network().room("#a", "op")
    assert commands(await op.ask("MODE #a +" + "o" * 400)) == ["696"]
    many = "".join(chr(0x4E00 + number) for number in range(150))
    assert len(await op.ask(f"MODE #a +{many}")) == 20
    assert len(await op.ask(f"MODE op +{many}")) == 20
