"""NickServ, as clients know it from servers with services; docs/irc.md says what it takes."""

import pytest

from chatserver.core.naming import SERVICES
from chatserver.faces.irc.nickserv import NICKSERV
from chatserver.faces.irc.staff import STAFF
from tests.conformance.harness import IrcClient, Network, commands, only, params


async def order(client: IrcClient, text: str) -> list[str]:
    """Give NickServ an order, and return what it says."""
    answer = await client.ask(f"PRIVMSG NickServ :{text}")
    said = [one for one in answer if one.command == "NOTICE"]
    assert all(one.source == "NickServ!NickServ@irc.example.org" for one in said)
    return [one.params[1] for one in said]


def test_nobody_else_is_called_as_a_service() -> None:
    """The name of each is reserved."""
    assert set(STAFF) <= SERVICES


@pytest.mark.parametrize(
    "line", ["PRIVMSG NickServ :{}", "PRIVMSG nickserv :{}", "NS {}", "NICKSERV {}", "NS :{}"]
)
@pytest.mark.asyncio
async def test_orders_come_by_message_or_command(line: str) -> None:
    """In any case of letters."""
    ann = await Network().connect("ann")
    answer = await ann.ask(line.format("register sesame"))
    assert params(answer, "900")[2] == "ann"
    assert {one.source for one in answer if one.command == "NOTICE"} == {
        "NickServ!NickServ@irc.example.org"
    }


@pytest.mark.asyncio
async def test_help_is_made_of_the_table() -> None:
    """It lists all orders, and explains each; what is unknown is said to be."""
    ann = await Network().connect("ann")
    listed = await order(ann, "HELP")
    assert all(any(line.startswith(name) for line in listed) for name in NICKSERV.orders)
    assert (await order(ann, "HELP set password"))[0] == "SET PASSWORD password"
    assert "no order FOO" in (await order(ann, "foo bar"))[0]
    assert "no order FOO" in (await order(ann, "help foo"))[0]
    assert (await order(ann, "CERT DEL"))[0].startswith("Usage: CERT DEL")
    orders = ["SET PASSWORD password", "SET ALWAYSON ON|OFF"]
    for asked in ("set", "SET foo", "help set"):
        answered = await order(ann, asked)
        assert [line.partition(" \N{EN DASH} ")[0] for line in answered] == orders, asked


@pytest.mark.asyncio
async def test_who_could_not_have_their_nick_identifies_for_it() -> None:
    """The password alone is enough: the account is the nick that was refused, and is taken then."""
    server = Network()
    owner = await server.login("ann")
    await owner.ask("QUIT")
    client = server.client()
    assert "433" in commands(await client.ask("NICK ann", "USER a 0 * :A"))
    await client.ask("NICK ann_")
    answer = await client.ask("PRIVMSG NickServ :IDENTIFY sesame")
    assert params(answer, "900")[2] == "ann"
    assert only(answer, "NICK").params == ("ann",)


@pytest.mark.asyncio
async def test_identifying_to_a_named_account_leaves_the_nick() -> None:
    """GHOST and RECOVER take it as well."""
    server = Network()
    await (await server.login("ann")).ask("QUIT")
    eve = await server.connect("eve")
    answer = await eve.ask("NS IDENTIFY ann sesame")
    assert "900" in commands(answer)
    assert "NICK" not in commands(answer)
    bob = await server.connect("bob")
    assert "That is not the password of ann" in await order(bob, "GHOST ann wrong")
    assert "Say which account: IDENTIFY account password" in await order(bob, "IDENTIFY sesame")


@pytest.mark.asyncio
async def test_logging_out_gives_the_nick_up() -> None:
    """901, and another nick: the registered one belongs to the account."""
    ann = await Network().login("ann")
    answer = await ann.ask("NS LOGOUT")
    assert params(answer, "901")[-1] == "You are now logged out"
    assert only(answer, "NICK").params[0] != "ann"
    assert await order(ann, "LOGOUT") == ["You are not logged in"]


@pytest.mark.asyncio
async def test_the_password_can_be_changed() -> None:
    """The old one opens the account no more."""
    server = Network()
    ann = await server.login("ann")
    assert await order(ann, "SET PASSWORD xx") == ["That password is too short"]
    assert await order(ann, "SET PASSWORD open") == ["The password of ann is changed"]
    eve = await server.connect("eve")
    assert "900" not in commands(await eve.ask("NS IDENTIFY ann sesame"))
    assert "900" in commands(await eve.ask("NS IDENTIFY ann open"))


@pytest.mark.asyncio
async def test_certificates_are_added_and_removed() -> None:
    """The one of the connection, or a named one."""
    server = Network()
    ann = await server.login("ann")
    assert "no certificate" in (await order(ann, "CERT ADD"))[0]
    assert "64" in (await order(ann, "CERT ADD 1234"))[0]
    written = ":".join(["AB"] * 32)
    assert await order(ann, f"CERT ADD {written}") == ["The certificates of ann are changed"]
    assert await order(ann, "CERT LIST") == ["ab" * 32]
    assert await order(ann, f"CERT DEL {written}") == ["The certificates of ann are changed"]
    assert await order(ann, "CERT LIST") == ["No certificate opens ann"]


@pytest.mark.asyncio
async def test_what_an_account_is() -> None:
    """Everybody may know since when it is; its owner more."""
    server = Network()
    ann = await server.login("ann")
    assert await order(ann, "SET ALWAYSON maybe") == ["Say ON or OFF"]
    stays = "in its rooms while it is not connected"
    assert await order(ann, "SET ALWAYSON off") == [f"ann no longer stays {stays}"]
    assert await order(ann, "SET ALWAYSON on") == [f"ann stays {stays}"]
    assert "Stays in its rooms: yes" in await order(ann, "INFO")
    eve = await server.connect("eve")
    (line,) = await order(eve, "INFO ann")
    assert line.startswith("ann: registered ")
    assert await order(eve, "INFO") == ["You are not logged in"]
    assert await order(eve, "INFO bob") == ["There is no account bob"]


@pytest.mark.asyncio
async def test_an_account_is_given_up_by_its_password() -> None:
    """Its name is free then."""
    server = Network()
    ann = await server.login("ann")
    assert await order(ann, "DROP ann wrong") == ["That is not the password of ann"]
    assert "The account ann is nobody's any more" in await order(ann, "DROP ann sesame")
    assert "REGISTER" in commands(await ann.ask("REGISTER ann * sesame"))


@pytest.mark.asyncio
async def test_giving_up_another_account_never_ends_ones_own() -> None:
    """Who cannot log in to it, as one of several devices, keeps what they have, and so does it."""
    server = Network()
    await (await server.login("bob")).ask("QUIT")
    ann = await server.login("ann")
    await server.login("ann")
    answer = await ann.ask("NS DROP bob sesame")
    assert "901" not in commands(answer)
    assert len(answer) == 1
    assert {one.name for one in server.world.node.state.accounts} == {"ann", "bob"}


@pytest.mark.asyncio
async def test_what_is_said_to_a_service_goes_nowhere() -> None:
    """No echo, no history, nobody else: there may be a password in it. Notices and tags are not heard."""
    server = Network()
    ann = await server.connect("ann", "echo-message", "message-tags", "batch", "draft/chathistory")
    bob = await server.connect("bob")
    answer = await ann.ask("PRIVMSG NickServ :REGISTER sesame", "NOTICE NickServ :sesame")
    assert not any("sesame" in " ".join(one.params) for one in answer)
    assert commands(await ann.ask("PRIVMSG NickServ,bob :IDENTIFY sesame")) == ["407"]
    assert await ann.ask("@+typing=active TAGMSG NickServ") == []
    assert commands(await ann.ask("CHATHISTORY LATEST NickServ * 10")) == ["BATCH", "BATCH"]
    assert await bob.read() == []


@pytest.mark.asyncio
async def test_an_order_is_answered_under_its_label() -> None:
    """All that it leads to, as one batch or line."""
    ann = await Network().connect("ann", "labeled-response", "batch")
    answer = await ann.ask("@label=x PRIVMSG NickServ :INFO")
    assert [(one.command, one.tags["label"]) for one in answer] == [("NOTICE", "x")]


@pytest.mark.asyncio
async def test_no_password_is_taken_where_others_listen() -> None:
    """Which NickServ says."""
    client = Network().client(private=False)
    await client.ask("NICK ann", "USER a 0 * :A")
    for text in ("REGISTER sesame", "IDENTIFY ann sesame", "SET PASSWORD x", "DROP ann x"):
        assert await order(client, text) == [
            "Others could read a password on this connection: use TLS"
        ]


@pytest.mark.asyncio
async def test_a_service_is_always_there() -> None:
    """As clients look before they identify: ISON and WHOIS know it, as a program of the server."""
    ann = await Network().connect("ann")
    assert params(await ann.ask("ISON nickserv nobody ann"), "303")[1] == "NickServ ann"
    for line in ("WHOIS nickserv", "WHOIS NickServ NickServ"):
        assert commands(await ann.ask(line)) == ["311", "312", "335", "318"]
