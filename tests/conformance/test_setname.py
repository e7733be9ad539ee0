"""IRCv3 setname and chghost, with our CHGHOST."""

import pytest
from msgspec.structs import replace

from chatserver.core.limits import Limits
from tests.conformance.harness import FACTS, OPERATOR, Network, commands, enter, only, params


@pytest.mark.asyncio
async def test_a_new_real_name_is_told_to_who_knows_of_it() -> None:
    """To oneself and the peers with the capability; WHOIS shows it."""
    network = Network()
    foo, bar = await network.connect("foo", "setname"), await network.connect("bar", "setname")
    baz = await network.connect("baz")
    await enter("#chan", foo, bar, baz)
    assert params(await foo.ask("SETNAME :The New Me"), "SETNAME") == ("The New Me",)
    assert only(await bar.read(), "SETNAME").source == "foo!foo@127.0.0.1"
    assert await baz.read() == []
    assert params(await baz.ask("WHOIS foo"), "311")[5] == "The New Me"
    assert await baz.ask("SETNAME :Other") == []
    assert params(await bar.read(), "SETNAME") == ("Other",)


@pytest.mark.parametrize("name", ["", "x" * 11])
@pytest.mark.asyncio
async def test_an_impossible_one_fails(name: str) -> None:
    """FAIL SETNAME INVALID_REALNAME for who knows of it, a notice for others ("Errors")."""
    network = Network(replace(FACTS, limits=Limits(realname=10)))
    foo, bar = await network.connect("foo", "setname"), await network.connect("bar")
    assert params(await foo.ask(f"SETNAME :{name}"), "FAIL")[:2] == ("SETNAME", "INVALID_REALNAME")
    assert commands(await bar.ask(f"SETNAME :{name}")) == ["NOTICE"]


@pytest.mark.asyncio
async def test_operators_change_user_names_and_hosts() -> None:
    """CHGHOST to who has the capability, the changed one included; masks are new from then on."""
    network = Network()
    oper = await network.connect("oper", "chghost")
    bob, old = await network.connect("bob", "chghost"), await network.connect("old")
    await enter("#chan", oper, bob, old)
    assert commands(await oper.ask("CHGHOST bob user some.host")) == ["481"]
    await oper.ask(OPERATOR)
    changed = only(await oper.ask("CHGHOST bob user some.host"), "CHGHOST")
    assert (changed.source, changed.params) == ("bob!bob@127.0.0.1", ("user", "some.host"))
    assert params(await bob.read(), "CHGHOST") == ("user", "some.host")
    seen = await old.read()
    assert [(one.source, one.command, one.params) for one in seen] == [
        ("bob!bob@127.0.0.1", "QUIT", ("Changing host",)),
        ("bob!user@some.host", "JOIN", ("#chan",)),
    ]
    await bob.ask("PRIVMSG #chan :hi")
    assert only(await old.read(), "PRIVMSG").source == "bob!user@some.host"


@pytest.mark.asyncio
async def test_who_does_not_know_chghost_sees_them_leave_and_come_back() -> None:
    """In each room that is shared, with status (chghost, "Fallback"); oneself sees nothing."""
    network = Network()
    oper = await network.connect("oper")
    await oper.ask(OPERATOR)
    bob, both, one, none = [await network.connect(nick) for nick in ("bob", "both", "one", "none")]
    await bob.ask("JOIN #a,#b", "MODE #a +v bob")
    await both.ask("JOIN #a,#b")
    await one.ask("JOIN #b")
    for client in (bob, both, one):
        await client.read()
    assert await oper.ask("CHGHOST bob user some.host") == []
    assert commands(seen := await both.read()) == ["QUIT", "JOIN", "MODE", "JOIN", "MODE"]
    assert [one.params for one in seen if one.command == "MODE"] == [
        ("#a", "+ov", "bob", "bob"),
        ("#b", "+o", "bob"),
    ]
    assert [message.params[0] for message in await one.read()] == ["Changing host", "#b", "#b"]
    assert await none.read() == []
    assert await bob.read() == []


@pytest.mark.parametrize(
    "words",
    ["us!er host", "user ho@st", "user :sp ace", "user HOST", f"user {'h' * 64}", "u" * 17 + " h"],
)
@pytest.mark.asyncio
async def test_what_is_no_user_name_or_host_is_refused(words: str) -> None:
    """ERR_UNKNOWNERROR: a mask could not have it."""
    network = Network()
    oper, _ = await network.connect("oper"), await network.connect("bob")
    await oper.ask(OPERATOR)
    assert params(await oper.ask(f"CHGHOST bob {words}"), "400")[1] == "CHGHOST"
