"""ChanServ: rooms that belong to accounts; docs/irc.md says what it takes."""

import pytest

from chatserver.faces.irc.chanserv import CHANSERV
from tests.chatserver.fakes import FailingStore
from tests.conformance.harness import IrcClient, Network, commands, only, params

SERVICE = "ChanServ!ChanServ@irc.example.org"


async def order(client: IrcClient, text: str) -> list[str]:
    """Give ChanServ an order, and return what it says."""
    answer = await client.ask(f"PRIVMSG ChanServ :{text}")
    said = [one for one in answer if one.command == "NOTICE"]
    assert all(one.source == SERVICE for one in said)
    return [one.params[1] for one in said]


async def own_room(server: Network) -> tuple[IrcClient, IrcClient]:
    """Return who founded #room, and a guest in it."""
    ann = await server.login("ann")
    await ann.ask("JOIN #room", "CS REGISTER #room")
    bob = await server.connect("bob")
    await bob.ask("JOIN #room")
    await ann.read()
    return ann, bob


@pytest.mark.parametrize("line", ["PRIVMSG ChanServ :{}", "CS {}", "CHANSERV {}", "CS :{}"])
@pytest.mark.asyncio
async def test_a_room_is_registered(line: str) -> None:
    """All who are in it see `+r`, which MODE shows; the founder is told that it is theirs."""
    server = Network()
    ann, bob = await server.login("ann"), await server.connect("bob")
    await ann.ask("JOIN #room")
    await bob.ask("JOIN #room")
    await ann.read()
    answer = await ann.ask(line.format("register #ROOM"))
    assert params(answer, "MODE") == ("#room", "+r")
    told = only(answer, "NOTICE")
    assert (told.source, told.params[0]) == (SERVICE, "ann")
    assert told.params[1].startswith("#room belongs to your account ann now")
    assert only(await bob.read(), "MODE").source == "irc.example.org"
    assert params(await bob.ask("MODE #room"), "324") == ("bob", "#room", "+nrt")


@pytest.mark.asyncio
async def test_the_device_that_asked_is_answered() -> None:
    """Others see what became of the room, and open no window for an answer to nothing of theirs."""
    server = Network()
    ann, phone = await server.login("ann"), await server.login("ann2", account="ann")
    await ann.ask("JOIN #room")
    await phone.read()
    assert commands(await ann.ask("CS REGISTER #room")) == ["MODE", "NOTICE"]
    assert commands(await phone.read()) == ["MODE"]


@pytest.mark.asyncio
async def test_what_is_refused_is_said_by_the_service() -> None:
    """In words; clients without accounts cannot have a room, and the lobby is nobody's."""
    server = Network()
    ann, bob = await own_room(server)
    assert await order(bob, "REGISTER #room") == ["#room: You're not channel operator"]
    assert await order(bob, "DROP #room") == ["#room: The channel belongs to somebody else"]
    assert await order(ann, "REGISTER #room") == [
        "#room: The channel belongs to an account already"
    ]
    await bob.ask("JOIN #guests")
    assert await order(bob, "REGISTER #guests") == ["You are not logged in"]
    assert await order(ann, "DROP #none") == ["#none: No such channel"]
    assert (await order(ann, "ACCESS #room ADD bob friend"))[0] == "Say OP or VOICE"
    assert (await order(ann, "ACCESS #room HMM"))[0].startswith("Usage: ACCESS")
    assert (await order(ann, "REGISTER"))[0].startswith("Usage: REGISTER")


@pytest.mark.asyncio
async def test_statuses_are_given_and_taken() -> None:
    """One's own without a nick; as MODE does, so all see it, and by whom."""
    ann, bob = await own_room(Network())
    answer = await ann.ask("CS DEOP #room")
    assert only(answer, "MODE").params == ("#room", "-o", "ann")
    answer = await ann.ask("CS OP #room")
    assert only(answer, "MODE").params == ("#room", "+o", "ann")
    await bob.read()
    await ann.ask(
        "CS OP #room bob", "CS VOICE #room bob", "CS DEVOICE #room bob", "CS DEOP #room bob"
    )
    shown = [one.params[1:] for one in await bob.read() if one.command == "MODE"]
    assert shown == [("+o", "bob"), ("+v", "bob"), ("-v", "bob"), ("-o", "bob")]
    assert await order(bob, "OP #room") == ["#room: You're not channel operator"]


@pytest.mark.asyncio
async def test_an_answer_carries_its_label() -> None:
    """Also where something is looked up first."""
    server = Network()
    ann = await server.login("ann", "labeled-response", "batch")
    await ann.ask("JOIN #room", "CS REGISTER #room")
    answer = await ann.ask("@label=x CS DEOP #room")
    assert only(answer, "MODE").tags["label"] == "x"
    answer = await ann.ask("@label=y CS INFO #room")
    assert only(answer, "NOTICE").tags["label"] == "y"


@pytest.mark.asyncio
async def test_accounts_have_a_status_whenever_they_come() -> None:
    """ACCESS gives and takes it; who has it already is there at once."""
    server = Network()
    ann, _ = await own_room(server)
    cat = await server.login("cat")
    assert await order(ann, "ACCESS #room ADD cat OP") == [
        "cat has from now on, whenever in #room: operator"
    ]
    answer = await cat.ask("JOIN #room")
    assert "@cat" in params(answer, "353")[3].split()
    assert await order(ann, "ACCESS #room") == ["ann: operator, founder", "cat: operator"]
    await ann.ask("CS ACCESS #room DEL cat")
    assert only(await cat.read(), "MODE").params == ("#room", "-o", "cat")
    assert await order(cat, "ACCESS #room DEL ann") == ["#room: You're not channel operator"]
    assert await order(ann, "ACCESS #room DEL ann") == [
        "ann #room: The channel belongs to that account"
    ]
    dan = await server.connect("dan")
    assert await order(dan, "ACCESS #room LIST") == ["You are not in #room"]


@pytest.mark.asyncio
async def test_logging_in_gives_the_status_by_the_server() -> None:
    """To who is in the room already: MODE, from the server, before the room's eyes."""
    server = Network()
    ann, bob = await own_room(server)
    await ann.ask("QUIT")
    phone = await server.connect("phone")
    await phone.ask("JOIN #room")
    await bob.read()
    await phone.ask("NS IDENTIFY ann sesame")
    mode = only(await bob.read(), "MODE")
    assert (mode.source, mode.params) == ("irc.example.org", ("#room", "+o", "phone"))


@pytest.mark.asyncio
async def test_a_founder_gets_in_and_lifts_bans() -> None:
    """From outside: UNBAN, INVITE; whatever keeps others out does not keep them out."""
    server = Network()
    ann, _ = await own_room(server)
    await ann.ask("PART #room")
    assert await order(ann, "UNBAN #room") == ["No ban keeps ann out of #room"]
    await ann.ask("MODE #room +bb ann!*@* m:a:ann", "MODE #room +i")
    assert await order(ann, "UNBAN #room") == []
    answer = await ann.ask("MODE #room +b")
    assert "367" not in commands(answer)
    assert "INVITE" in commands(await ann.ask("CS INVITE #room"))
    assert "JOIN" in commands(await ann.ask("JOIN #room"))
    assert only(await ann.ask("CS TOPIC #room all is well"), "TOPIC").params[1] == "all is well"


@pytest.mark.asyncio
async def test_a_room_is_given_away_and_given_up() -> None:
    """INFO says whose it is."""
    server = Network()
    ann, bob = await own_room(server)
    cat = await server.login("cat")
    assert (await order(bob, "INFO #room"))[0].startswith("#room: belongs to ann, made ")
    assert await order(ann, "TRANSFER #room cat") == ["#room belongs to cat now"]
    assert (await order(bob, "INFO #room"))[0].startswith("#room: belongs to cat")
    assert await order(cat, "DROP #room") == ["#room belongs to cat no more"]
    assert await order(bob, "INFO #room") == ["#room belongs to nobody"]
    assert await order(bob, "INFO #lobby") == [
        "#lobby belongs to the server: operators of the server run it"
    ]
    assert await order(bob, "INFO #none") == ["There is no room #none"]


@pytest.mark.asyncio
async def test_help_is_made_of_the_table() -> None:
    """It lists all orders."""
    ann = await Network().connect("ann")
    listed = await order(ann, "HELP")
    assert all(any(line.startswith(name) for line in listed) for name in CHANSERV.orders)


@pytest.mark.asyncio
async def test_nobody_is_told_that_a_room_is_theirs_before_it_is_on_disk() -> None:
    """What came right when the disk failed is told once it can be kept; what comes later is refused."""
    store = FailingStore()
    server = Network(store=store)
    ann = await server.login("ann")
    await ann.ask("JOIN #room", "JOIN #other")
    store.why = "disk full"
    assert await ann.ask("CS REGISTER #room") == []
    assert "kept" in (await order(ann, "REGISTER #other"))[0]
    store.why = ""
    server.world.journal._try_again()
    assert commands(await ann.read()) == ["MODE", "NOTICE"]
    assert [record.founder for record in store._rooms.values() if record.name == "#room"] == ["ann"]
