"""PASS, NICK, USER and the welcome (Modern IRC, "Connection Registration")."""

import pytest
from msgspec.structs import replace

from tests.conformance.harness import FACTS, SERVER, Network, commands, only, params

BURST = ["001", "002", "003", "004", "005", "251", "252", "254", "255", "265", "266", "375", "376"]


@pytest.mark.asyncio
async def test_the_welcome_has_its_numerics_in_order() -> None:
    """001 to 005, LUSERS, MOTD, in this order ("Connection Registration")."""
    client = Network().client()
    answer = await client.ask("NICK foo", "USER foo 0 * :Foo")
    assert [*dict.fromkeys(code for code in commands(answer) if code != "372")] == BURST
    assert all(message.source == SERVER and message.params[0] == "foo" for message in answer)
    assert params(answer, "004") == (
        "foo", SERVER, "chatserver-test", "Biow", "CIbeiklmnorstv", "Ibeklov",
    )  # fmt: skip


@pytest.mark.asyncio
async def test_the_order_of_nick_and_user_does_not_matter() -> None:
    """Either may come first (RFC 2812, 3.1)."""
    client = Network().client()
    assert await client.ask("USER foo 0 * :Foo") == []
    assert "001" in commands(await client.ask("NICK foo"))


@pytest.mark.asyncio
async def test_without_a_motd_the_welcome_ends_with_422() -> None:
    """ERR_NOMOTD stands in for the message of the day ("MOTD message")."""
    client = Network(replace(FACTS, motd=())).client()
    assert commands(await client.ask("NICK foo", "USER foo 0 * :Foo"))[-1] == "422"


@pytest.mark.parametrize("given", ["PASS sesame", "PASS wrong\nPASS sesame"])
@pytest.mark.asyncio
async def test_the_right_password_lets_in(given: str) -> None:
    """The last PASS before registration counts ("PASS message")."""
    client = Network(replace(FACTS, password=lambda word: word == "sesame")).client()
    answer = await client.ask(*given.split("\n"), "NICK foo", "USER foo 0 * :Foo")
    assert "001" in commands(answer)


@pytest.mark.parametrize("given", [(), ("PASS wrong",)])
@pytest.mark.asyncio
async def test_without_the_right_password_the_connection_ends(given: tuple[str, ...]) -> None:
    """ERR_PASSWDMISMATCH, then ERROR ("PASS message")."""
    client = Network(replace(FACTS, password=lambda word: word == "sesame")).client()
    assert commands(await client.ask(*given, "NICK foo", "USER foo 0 * :Foo")) == ["464", "ERROR"]
    assert client.closed


@pytest.mark.parametrize("line", ["USER other 0 * :Other", "PASS again"])
@pytest.mark.asyncio
async def test_who_is_registered_cannot_register_again(line: str) -> None:
    """ERR_ALREADYREGISTERED ("USER message", "PASS message")."""
    client = await Network().connect("foo")
    assert commands(await client.ask(line)) == ["462"]


@pytest.mark.asyncio
async def test_a_taken_nick_is_refused_and_another_lets_in() -> None:
    """ERR_NICKNAMEINUSE, whatever the case of its letters; all else that was said still holds."""
    network = Network()
    await network.connect("foo")
    client = network.client()
    answer = await client.ask("NICK FOO", "USER bar 0 * :Bar")
    assert params(answer, "433")[:2] == ("*", "FOO")
    assert "001" in commands(await client.ask("NICK bar"))


@pytest.mark.asyncio
async def test_of_two_who_ask_for_one_nick_one_gets_it() -> None:
    """Two clients that register at once under one nick: one is welcomed, one refused."""
    network = Network()
    one, other = network.client(), network.client()
    await one.ask("NICK foo")
    await other.ask("NICK foo")
    assert "001" in commands(await one.ask("USER a 0 * :A"))
    assert commands(await other.ask("USER b 0 * :B")) == ["433"]


@pytest.mark.parametrize("nick", ["*", "1st", "#room", "a b", "a!b", "a→b", "x" * 33, "-x", "a:b"])
@pytest.mark.asyncio
async def test_an_impossible_nick_is_refused(nick: str) -> None:
    """ERR_ERRONEUSNICKNAME; a valid one lets in afterwards ("NICK message")."""
    client = Network().client()
    answer = await client.ask(f"NICK :{nick}", "USER foo 0 * :Foo")
    assert commands(answer) == ["432"]
    assert "001" in commands(await client.ask("NICK valid"))


@pytest.mark.parametrize("line", ["NICK", "NICK :"])
@pytest.mark.asyncio
async def test_no_nick_at_all_is_refused(line: str) -> None:
    """ERR_NONICKNAMEGIVEN ("NICK message")."""
    assert commands(await Network().client().ask(line)) == ["431"]


@pytest.mark.parametrize("line", ["USER", "USER a 0 *", "USER a 0 * :"])
@pytest.mark.asyncio
async def test_user_needs_a_user_name_and_a_real_name(line: str) -> None:
    """ERR_NEEDMOREPARAMS, for an empty one too ("USER message")."""
    client = Network().client()
    assert params(await client.ask("NICK foo", line), "461")[:2] == ("foo", "USER")


@pytest.mark.asyncio
async def test_a_user_name_without_ascii_is_another() -> None:
    """As user names stand in masks, and many clients send the nick, which may be of any script."""
    client = Network().client()
    await client.ask("NICK Зоя", "USER Зоя 0 * :Зоя")
    answer = await client.ask("WHOIS Зоя")
    assert params(answer, "311") == ("Зоя", "Зоя", "user", "127.0.0.1", "*", "Зоя")


@pytest.mark.asyncio
async def test_what_a_mask_cannot_have_is_left_out_of_a_user_name() -> None:
    """`!`, `@` and `*` would make another mask of it; what is too long is cut."""
    network = Network()
    client = network.client()
    await client.ask("NICK foo", "USER a!b@c*defghijklmnopqrstuvwxyz 0 * :Foo")
    assert params(await client.ask("WHOIS foo"), "311")[2] == "abcdefghijklmnop"


@pytest.mark.parametrize("line", ["JOIN #room", "PRIVMSG foo :hi", "LIST", "UNHEARDOF"])
@pytest.mark.asyncio
async def test_other_commands_wait_for_registration(line: str) -> None:
    """ERR_NOTREGISTERED (Modern IRC, 451)."""
    assert params(await Network().client().ask(line), "451")[0] == "*"


@pytest.mark.asyncio
async def test_quit_before_registration_is_answered_and_does_not_count() -> None:
    """ERROR and the end; LUSERS never knew of it ("QUIT message")."""
    network = Network()
    client = network.client()
    assert commands(await client.ask("QUIT :bye")) == ["ERROR"]
    assert client.closed
    alice = await network.connect("alice")
    assert params(await alice.ask("LUSERS"), "265")[1:3] == ("1", "1")


@pytest.mark.asyncio
async def test_ping_is_answered_before_registration() -> None:
    """Clients may test the connection early; a server may answer ("PING message")."""
    answer = await Network().client().ask("PING token")
    assert only(answer, "PONG").params == (SERVER, "token")
