"""One person on many devices: who proves an account that is there is who is there (docs/accounts.md)."""

import pytest

from chatserver.core.commands import ChangePassword, DropAccount, Say
from chatserver.storage.sqlite import SqliteStore
from chatserver.tail import TAIL
from chatwire.message import Message
from tests.chatserver.fakes import FailingStore, until
from tests.conformance.harness import (
    IrcClient,
    Network,
    commands,
    enter,
    hash_password,
    only,
    params,
)

SECRET = "fMo5eSBXXPjWk5rOb8CK2w"
FULL = ("message-tags", "server-time", "echo-message", "batch", "labeled-response")
BOTH = pytest.mark.parametrize("tail", [TAIL, 0], ids=["memory", "the store"])
"""Where what was missed comes from."""


async def arrive(
    network: Network, nick: str, *capabilities: str, account: str = "ann", secret: str = ""
) -> tuple[IrcClient, list[Message]]:
    """Return a client that has proved an account, and what it was welcomed with."""
    client = network.client()
    await client.ask(f"CAP REQ :{' '.join(('sasl', 'chatserver.dev/session', *capabilities))}")
    await client.authenticate(account, "sesame")
    if secret:
        await client.ask(f"SESSION {secret}")
    return client, await client.ask(f"NICK {nick}", f"USER {nick[:10]} 0 * :Real {nick}", "CAP END")


async def company(tail: int = TAIL) -> tuple[Network, IrcClient, IrcClient]:
    """Return a server, ann, who has an account, and bob; both in #room, which is bob's."""
    network = Network(tail=tail)
    bob = await network.connect("bob", *FULL)
    ann = await network.login("ann", *FULL)
    for client in (bob, ann):
        await client.ask("JOIN #room")
    await bob.read()
    return network, ann, bob


def texts(messages: list[Message]) -> list[str]:
    """Return what is said in messages."""
    return [message.params[1] for message in messages if message.command == "PRIVMSG"]


@pytest.mark.asyncio
async def test_a_second_device_is_who_is_there() -> None:
    """Whatever nick it asks for: it is told where it is as if it entered, and nobody hears of it."""
    network, ann, bob = await company()
    await bob.ask("TOPIC #room :of mice")
    await ann.ask("MODE ann +i", "AWAY :out")
    await bob.read()
    phone, welcome = await arrive(network, "phone")
    assert params(welcome, "001")[0] == "ann"
    assert commands(welcome)[-6:] == ["JOIN", "332", "333", "353", "366", "221", "306"][-6:]
    assert (only(welcome, "JOIN").source or "").startswith("ann!")
    assert params(welcome, "353")[-1].split() == ["@bob", "ann"]
    assert params(welcome, "221") == ("ann", "+i")
    assert await bob.read() == []
    assert await ann.read() == []
    assert [params(await bob.ask("LUSERS"), "265")[1]] == ["2"]
    await phone.ask("PRIVMSG #room :from afar")
    assert (only(await bob.read(), "PRIVMSG").source or "").startswith("ann!")


@pytest.mark.asyncio
async def test_who_wants_no_names_gets_none() -> None:
    """As when entering a room (no-implicit-names)."""
    network, _, _ = await company()
    _, welcome = await arrive(network, "phone", "no-implicit-names")
    assert "JOIN" in commands(welcome)
    assert "353" not in commands(welcome)


@pytest.mark.asyncio
async def test_what_one_device_says_the_others_show() -> None:
    """In rooms and to people; the one that said it shows an echo if it wants to, under its label."""
    network, ann, bob = await company()
    phone, _ = await arrive(network, "phone", "message-tags")
    await ann.read()
    answer = await ann.ask("@label=x PRIVMSG #room :one", "PRIVMSG bob :two")
    assert texts(answer) == ["one", "two"]
    assert only(answer[:1], "PRIVMSG").tags["label"] == "x"
    shown = await phone.read()
    assert [message.params for message in shown] == [("#room", "one"), ("bob", "two")]
    assert all((one.source or "").startswith("ann!") and "label" not in one.tags for one in shown)
    assert texts(await bob.read()) == ["one", "two"]
    assert texts(await phone.ask("PRIVMSG #room :three", "PRIVMSG bob :four")) == []
    assert texts(await ann.read()) == ["three", "four"]
    assert texts(await bob.ask("PRIVMSG ann :five")) == ["three", "four", "five"]
    assert texts(await ann.read()) == texts(await phone.read()) == ["five"]


@pytest.mark.asyncio
async def test_what_one_says_to_oneself_comes_to_each_device_once() -> None:
    """And once more as an echo, to the one that said it."""
    network, ann, _ = await company()
    phone, _ = await arrive(network, "phone")
    assert texts(await ann.ask("PRIVMSG ann :note")) == ["note", "note"]
    assert texts(await phone.read()) == ["note"]


@pytest.mark.asyncio
async def test_what_one_device_does_is_done_on_all() -> None:
    """Entering and leaving rooms, being away, another nick; a refusal is for who asked."""
    network, ann, _ = await company()
    phone, _ = await arrive(network, "phone")
    await ann.ask("JOIN #new")
    assert commands(await phone.read()) == ["JOIN", "353", "366"]
    await phone.ask("PART #new", "AWAY :gone", "NICK anna", "JOIN #")
    shown = await ann.read()
    assert commands(shown) == ["PART", "306", "NICK"]
    assert params(shown, "NICK") == ("anna",)
    await ann.ask("AWAY")
    assert commands(await phone.read()) == ["305"]


@pytest.mark.asyncio
async def test_only_the_last_device_that_leaves_is_missed() -> None:
    """Whether it quits or breaks."""
    network, ann, bob = await company()
    phone, _ = await arrive(network, "phone")
    await ann.ask("QUIT :bye")
    assert ann.closed
    assert await bob.read() == []
    assert await phone.read() == []
    await bob.ask("PRIVMSG #room :still there?")
    assert texts(await phone.read()) == ["still there?"]
    network.world.node.leave(phone.client.session, "connection reset")
    assert params(await bob.read(), "QUIT") == ("connection reset",)


@pytest.mark.asyncio
async def test_an_operator_ends_all_devices_of_somebody() -> None:
    """A KILL is about who somebody is."""
    network, ann, bob = await company()
    phone, _ = await arrive(network, "phone")
    await bob.ask("OPER operuser operpassword", "KILL ann :enough")
    assert ann.closed
    assert phone.closed
    assert commands(await bob.read()).count("QUIT") <= 1
    assert "401" in commands(await bob.ask("WHOIS ann"))


@pytest.mark.asyncio
async def test_a_dead_connection_is_replaced_at_once() -> None:
    """By one with the same secret that proves the account: nobody sees anything, and nothing is missed."""
    network, ann, bob = await company()
    await ann.ask("QUIT")
    dead, _ = await arrive(network, "ann", secret=SECRET)
    await dead.ask("JOIN #room")
    assert commands(await bob.read()) == ["QUIT", "JOIN"]
    dead.client.stall()  # the network swallows all, and tells nobody
    await bob.ask("PRIVMSG #room :one", *(f"PRIVMSG #room :{'x' * 300}" for _ in range(50)))
    alive, welcome = await arrive(network, "ann", secret=SECRET)
    assert params(welcome, "SESSION") == ("RESUMED", "ann")
    assert params(welcome, "JOIN") == ("#room",)
    assert dead.closed
    assert await bob.read() == []
    assert [user.nick for user in network.world.node.state.users.values()] == ["bob", "ann"]
    await bob.ask("PRIVMSG ann :two")
    assert texts(await alive.read()) == ["two"]
    await alive.ask("QUIT")
    assert commands(await bob.read()) == ["QUIT"]


@pytest.mark.asyncio
async def test_without_the_secret_the_dead_one_stays_a_device() -> None:
    """Until it is found out; the person goes on all the same."""
    network, ann, bob = await company()
    ann.client.stall()
    phone, _ = await arrive(network, "ann")
    network.world.node.leave(ann.client.session, "ping timeout")
    assert await bob.read() == []
    await bob.ask("PRIVMSG #room :hi")
    assert texts(await phone.read()) == ["hi"]


@BOTH
@pytest.mark.parametrize("echo", [True, False])
@pytest.mark.asyncio
async def test_a_device_that_is_behind_misses_nothing_of_the_other(tail: int, echo: bool) -> None:  # noqa: FBT001
    """And sees nothing of its own twice, or at all without echoes."""
    network, ann, bob = await company(tail)
    phone, _ = await arrive(network, "phone", "message-tags", *["echo-message"] * echo)
    phone.client.stall()
    for number in range(3):
        await ann.ask(f"PRIVMSG #room :ann {number}", f"PRIVMSG bob :to bob {number}")
        await phone.send(f"PRIVMSG #room :phone {number}".encode())
        await phone.send(f"PRIVMSG bob :phone to bob {number}".encode())
        await bob.ask(f"PRIVMSG #room :bob {number}", f"PRIVMSG ann :to ann {number}")
    phone.client.resume()
    wanted = [
        text
        for number in range(3)
        for text in (
            f"ann {number}",
            f"to bob {number}",
            *[f"phone {number}", f"phone to bob {number}"] * echo,
            f"bob {number}",
            f"to ann {number}",
        )
    ]
    assert texts(await phone.read()) == wanted


@BOTH
@pytest.mark.asyncio
async def test_who_logs_in_while_behind_sees_each_as_whom(tail: int) -> None:
    """Before: what somebody else was to see; from then on: what the other devices see."""
    network, ann, bob = await company(tail)
    eve = await network.connect("eve", "sasl", "message-tags")
    await eve.ask("AUTHENTICATE PLAIN")
    eve.client.stall()
    await bob.ask("PRIVMSG eve :to eve", "PRIVMSG ann :to ann", "PRIVMSG #room :unseen")
    await eve.send(b"AUTHENTICATE AGFubgBzZXNhbWU=")
    await until(lambda: len(network.world.node.state.users) == 2)
    await bob.ask("PRIVMSG ann :to both", "PRIVMSG #room :seen")
    await ann.ask("PRIVMSG bob :own")
    eve.client.resume()
    shown = await eve.read()
    assert texts(shown) == ["to eve", "to both", "seen", "own"]
    assert commands(shown)[:3] == ["PRIVMSG", "NICK", "900"]


@BOTH
@pytest.mark.asyncio
async def test_who_logs_in_while_behind_does_not_see_themselves_leave(tail: int) -> None:
    """The guest that they were leaves for others alone."""
    network, ann, _bob = await company(tail)
    eve = await network.connect("eve", "sasl")
    await eve.ask("JOIN #room,#eve", "AUTHENTICATE PLAIN")
    eve.client.stall()
    await ann.ask("PRIVMSG #room :before")
    await eve.send(b"AUTHENTICATE AGFubgBzZXNhbWU=")
    await until(lambda: len(network.world.node.state.users) == 2)
    await ann.ask("PRIVMSG #room :after")
    eve.client.resume()
    shown = await eve.read()
    assert texts(shown) == ["before", "after"]
    assert "QUIT" not in commands(shown)


@BOTH
@pytest.mark.asyncio
async def test_a_device_that_is_behind_is_told_names_of_rooms_that_it_is_in_by_then(
    tail: int,
) -> None:
    """A login takes several rooms along at once: each is entered before it is told who is there."""
    network, _, _ = await company(tail)
    phone, _ = await arrive(network, "phone")
    eve = await network.connect("eve", "sasl")
    await eve.ask("JOIN #z,#y,#x")
    phone.client.stall()
    await eve.authenticate("ann", "sesame")
    phone.client.resume()
    shown = await phone.read()
    for room in ("#z", "#y", "#x"):
        about = [one.command for one in shown if room in one.params]
        assert about[:2] == ["JOIN", "353"], room
    assert "QUIT" not in commands(shown), "the guest left before it came in"


@pytest.mark.asyncio
async def test_a_user_becomes_who_is_there() -> None:
    """Others see who they were leave; rooms that they may enter come along, others are left."""
    network, ann, bob = await company()
    eve = await network.connect("eve", "sasl")
    await eve.ask("JOIN #room", "JOIN #eve", "JOIN #closed")
    await bob.ask("JOIN #closed")
    network.world.node.state.rooms["#closed"].flags.add("i")
    for client in (ann, bob, eve):
        await client.read()
    answer = await eve.authenticate("ann", "sesame")
    assert params(answer, "NICK") == ("ann",)
    assert (only(answer, "NICK").source or "").startswith("eve!")
    assert params(answer, "900")[2] == "ann"
    assert params(answer, "PART")[0] == "#closed"
    assert [one.params[0] for one in answer if one.command == "JOIN"] == ["#eve"]
    assert {one.params[2] for one in answer if one.command == "353"} == {"#eve", "#room"}
    assert params(await bob.read(), "QUIT") == ("Logged in as ann",)
    assert {one.params[0] for one in await ann.read() if one.command == "JOIN"} == {"#eve"}
    assert network.world.node.state.find_user("eve") is None
    assert texts(await ann.ask("PRIVMSG #eve :hi")) == texts(await eve.read()) == ["hi"]


@pytest.mark.asyncio
async def test_one_of_several_devices_does_not_log_out() -> None:
    """Nor become somebody who is not there: it would have to be another person by itself."""
    network, ann, _ = await company()
    await (await network.login("carl")).ask("QUIT")
    await arrive(network, "phone")
    assert any("other devices" in one.params[-1] for one in await ann.ask("NS LOGOUT"))
    await ann.ask("CAP REQ sasl")
    answer = await ann.authenticate("carl", "sesame")
    assert "900" not in commands(answer)
    assert params(await ann.ask("WHOIS ann"), "330")[2] == "ann"


async def staying() -> tuple[Network, IrcClient, IrcClient]:
    """Return the same company, ann being always on."""
    network, ann, bob = await company()
    await ann.ask("NS SET ALWAYSON ON")
    return network, ann, bob


@pytest.mark.asyncio
async def test_who_is_always_on_stays_without_a_device() -> None:
    """In their rooms, as somebody who is away; nobody sees them leave or come."""
    network, ann, bob = await staying()
    await bob.ask("CAP REQ away-notify")
    await ann.ask("QUIT :bye")
    assert ann.closed
    assert params(await bob.read(), "AWAY") == ("not connected",)
    assert "ann" in params(await bob.ask("NAMES #room"), "353")[-1]
    answer = await bob.ask("PRIVMSG ann :hello")
    assert params(answer, "301")[-1] == "not connected"
    assert [params(await bob.ask("LUSERS"), "265")[1]] == ["2"]
    _, welcome = await arrive(network, "ann")
    assert params(welcome, "JOIN") == ("#room",)
    back = await bob.read()
    assert (commands(back), only(back, "AWAY").params) == (["AWAY"], ())


@pytest.mark.asyncio
async def test_whose_only_device_becomes_somebody_else_is_away() -> None:
    """They stay, as their account is always on, and others are told why nobody answers."""
    network = Network()
    ann, cid = await network.login("ann", "sasl"), await network.login("cid")
    bob = await network.connect("bob", "away-notify")
    await enter("#room", ann, cid, bob)
    await ann.ask("NS SET ALWAYSON ON")
    await ann.authenticate("cid", "sesame")
    away = only(await bob.read(), "AWAY")
    assert ((away.source or "").split("!")[0], away.params) == ("ann", ("not connected",))


@pytest.mark.asyncio
async def test_who_is_always_on_is_not_dropped_by_a_disk_that_is_full() -> None:
    """Whoever runs the server is told so; nobody saw them leave, and they are there."""
    store = FailingStore()
    network = Network(store=store)
    ann, bob = await network.login("ann"), await network.connect("bob")
    await enter("#room", ann, bob)
    await bob.ask("MONITOR + ann")
    await ann.ask("NS SET ALWAYSON ON", "QUIT")
    store.why = "disk full"
    network.client().client.submit(DropAccount("ann"))
    assert commands(await bob.ask("PING x")) == ["PONG"]
    store.why = ""
    await until(lambda: not network.world.journal.failure)
    assert commands(await bob.ask("PRIVMSG ann :still there?")) == ["301"]
    assert set(params(await bob.ask("NAMES #room"), "353")[-1].split()) == {"@ann", "bob"}
    network.client().client.submit(DropAccount("ann"))
    assert commands(await bob.read()) == ["QUIT", "731"]


@pytest.mark.asyncio
async def test_who_comes_back_is_shown_what_they_missed() -> None:
    """Without asking, if their client cannot ask: all since their last device left, and no more."""
    network, ann, bob = await staying()
    await bob.ask("PRIVMSG #room :seen")
    await ann.ask("QUIT")
    await bob.ask(*(f"PRIVMSG #room :missed {number}" for number in range(30)))
    await bob.ask("PRIVMSG ann :call me")
    old, welcome = await arrive(network, "ann", "server-time")
    assert texts(welcome) == [*(f"missed {number}" for number in range(30)), "call me"]
    assert texts((await arrive(network, "ann", "draft/chathistory", "batch"))[1]) == []
    await old.ask("QUIT")


@pytest.mark.asyncio
async def test_always_on_outlives_a_restart(tmp_path_factory: pytest.TempPathFactory) -> None:
    """With nick, account, rooms and status in them; who had devices then has missed what came after."""
    directory = tmp_path_factory.mktemp("data")
    network = Network(store=SqliteStore(directory))
    ann, bob = await network.login("ann"), await network.connect("bob")
    await ann.ask("JOIN #room,#other", "NICK anna", "NS SET ALWAYSON ON", "PART #other")
    await bob.ask("JOIN #room", "PRIVMSG #room :before")
    await network.world.journal.idle()
    network.world.journal.close()

    again = Network(store=SqliteStore(directory))
    bob = await again.connect("bob")
    joined = await bob.ask("JOIN #room")
    assert params(joined, "353")[-1].split() == ["@anna", "bob"]
    assert params(await bob.ask("WHOIS anna"), "330")[2] == "ann"
    await bob.ask("PRIVMSG #room :after")
    assert "433" in commands(await (again.client()).ask("NICK anna", "USER x 0 * :x"))
    _, welcome = await arrive(again, "phone", "server-time")
    assert params(welcome, "001")[0] == "anna"
    assert params(welcome, "JOIN") == ("#room",)
    assert texts(welcome) == ["after"]
    await again.world.journal.idle()
    again.world.journal.close()


@pytest.mark.asyncio
async def test_who_is_no_longer_always_on_leaves_with_the_last_device() -> None:
    """As anybody; and is not there after a restart."""
    network, ann, bob = await staying()
    await ann.ask("NS SET ALWAYSON OFF", "QUIT :bye")
    assert params(await bob.read(), "QUIT") == ("Quit: bye",)
    assert network.world.node.state.find_user("ann") is None


CHANGED = "the password of the account was changed"


@pytest.mark.asyncio
async def test_another_password_logs_all_other_devices_out() -> None:
    """Who knows the one before alone is out, and nobody else sees anything of it."""
    network, ann, bob = await company()
    phone, _ = await arrive(network, "phone")
    tablet, _ = await arrive(network, "tablet", "message-tags")
    answer = await ann.ask("NS SET PASSWORD another", "PRIVMSG #room :still me")
    assert "The password of ann is changed" in answer[0].params[-1]
    assert texts(answer) == ["still me"]
    for device in (phone, tablet):
        assert CHANGED in only(await device.read(), "ERROR").params[-1]
        assert device.closed
    assert commands(await bob.read()) == ["PRIVMSG"]
    assert not ann.closed
    _, welcome = await arrive(network, "phone")
    assert params(welcome, "001")[0] == "phone", "by the old password it is ann"


@pytest.mark.asyncio
async def test_a_password_that_a_full_disk_did_not_take_logs_nobody_out() -> None:
    """Nor does an account that stays."""
    store = FailingStore()
    network = Network(store=store)
    ann, bob = await network.login("ann"), await network.connect("bob")
    phone, _ = await arrive(network, "phone")
    admin = network.client().client
    for asked in (
        "NS SET PASSWORD another",
        "NS DROP ann sesame",
        ChangePassword(hash_password("another"), "ann"),
        DropAccount("ann"),
    ):
        store.why = "disk full"
        if isinstance(asked, str):
            assert "kept" in (await ann.ask(asked))[-1].params[-1]
        else:
            admin.submit(asked)
        assert await phone.read() == []
        store.why = ""
        await until(lambda: not network.world.journal.failure)
    await bob.ask("PRIVMSG ann :are you there?")
    assert texts(await ann.read()) == texts(await phone.read()) == ["are you there?"]
    assert (ann.closed, phone.closed) == (False, False)


@pytest.mark.asyncio
async def test_who_is_always_on_stays_when_whoever_runs_the_server_sets_the_password() -> None:
    """None of their devices asked for it, so all of them go."""
    network, ann, bob = await staying()
    phone, _ = await arrive(network, "phone")
    network.client().client.submit(ChangePassword(hash_password("another"), "ann"))
    for device in (ann, phone):
        assert CHANGED in only(await device.read(), "ERROR").params[-1]
        assert device.closed
    assert await bob.read() == []
    assert params(await bob.ask("PRIVMSG ann :hello"), "301")[-1] == "not connected"


@pytest.mark.asyncio
async def test_who_is_not_always_on_leaves_by_it() -> None:
    """For the reason that they are told themselves."""
    network, ann, bob = await company()
    network.client().client.submit(ChangePassword(hash_password("another"), "ann"))
    assert params(await bob.read(), "QUIT") == (CHANGED,)
    assert ann.closed


@pytest.mark.asyncio
async def test_the_other_devices_of_an_account_that_is_dropped_are_closed() -> None:
    """Who dropped it stays, as a guest whose messages nobody else reads."""
    network, ann, bob = await company()
    phone, _ = await arrive(network, "phone")
    answer = await ann.ask("NS DROP ann sesame")
    assert "901" in commands(answer)
    assert "Account dropped" in only(await phone.read(), "ERROR").params[-1]
    assert (phone.closed, ann.closed) == (True, False)
    assert "QUIT" not in commands(await bob.ask("PRIVMSG ann :between us"))
    assert texts(await ann.read()) == ["between us"]


@pytest.mark.asyncio
async def test_what_is_said_before_they_are_closed_is_not_shown_to_them() -> None:
    """They leave in a turn of their own, after all that came in meanwhile."""
    network, ann, bob = await company()
    phone, _ = await arrive(network, "phone")
    ann.client.submit(DropAccount())
    bob.client.submit(Say("ann", "between us"))
    bob.client.submit(Say("#room", "all of us"))
    assert commands(await phone.read()) == ["ERROR"]
    assert texts(await ann.read()) == ["between us", "all of us"]


@pytest.mark.asyncio
async def test_whoever_runs_the_server_drops_an_account_with_all_its_devices() -> None:
    """Any of them may be whom it is dropped for; their person leaves."""
    network, ann, bob = await company()
    phone, _ = await arrive(network, "phone")
    network.client().client.submit(DropAccount("ann"))
    assert params(await bob.read(), "QUIT") == ("Account dropped",)
    assert (phone.closed, ann.closed) == (True, True)
    assert network.world.node.state.find_user("ann") is None
