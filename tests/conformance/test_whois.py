"""WHOIS and WHOWAS (Modern IRC, "WHOIS message", "WHOWAS message")."""

import pytest

from tests.conformance.harness import OPERATOR, SERVER, Network, commands, only, params


@pytest.mark.parametrize("target", ["", SERVER, "coolNick", "COOLNICK"])
@pytest.mark.asyncio
async def test_it_begins_with_the_user_and_ends_with_the_end(target: str) -> None:
    """RPL_WHOISUSER first, RPL_ENDOFWHOIS last; a server, or a nick on it, may be named first."""
    network = Network()
    cool = network.client()
    await cool.ask("NICK coolNick", "USER myuser 0 * :My User Name")
    other = await network.connect("otherNick")
    answer = await other.ask(f"WHOIS {target} coolNick")
    assert answer[0].command == "311"
    assert answer[0].params == (
        "otherNick", "coolNick", "myuser", "127.0.0.1", "*", "My User Name",
    )  # fmt: skip
    assert commands(answer) == ["311", "312", "317", "318"]
    assert only(answer, "318").params[1] == "coolNick"


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("WHOIS bar", ["401", "318"]),
        ("WHOIS", ["431"]),
        ("WHOIS :", ["431"]),
        ("WHOIS other.server qux", ["402"]),
    ],
)
@pytest.mark.asyncio
async def test_who_is_not_there(line: str, codes: list[str]) -> None:
    """ERR_NOSUCHNICK with the end, ERR_NONICKNAMEGIVEN, ERR_NOSUCHSERVER."""
    qux = await Network().connect("qux")
    assert commands(await qux.ask(line)) == codes


@pytest.mark.asyncio
async def test_operator_bot_and_away_are_told() -> None:
    """RPL_WHOISOPERATOR, RPL_WHOISBOT, RPL_AWAY."""
    network = Network()
    cool, other = await network.connect("cool"), await network.connect("other")
    await cool.ask(OPERATOR, "MODE cool +B", "AWAY :gone")
    answer = await other.ask("WHOIS cool")
    assert params(answer, "313")[:2] == params(answer, "335")[:2] == ("other", "cool")
    assert params(answer, "301") == ("other", "cool", "gone")


@pytest.mark.asyncio
async def test_a_secure_connection_is_told() -> None:
    """RPL_WHOISSECURE."""
    network = Network()
    secret = network.client(secure=True)
    await secret.ask("NICK cool", "USER cool 0 * :Cool")
    other = await network.connect("other")
    assert params(await other.ask("WHOIS cool"), "671")[:2] == ("other", "cool")
    assert "671" not in commands(await other.ask("WHOIS other"))


@pytest.mark.asyncio
async def test_a_plain_reader_is_not_called_secure() -> None:
    """Being on this machine is no encryption; and what they are is said where others have a name."""
    network = Network()
    alice = await network.connect("alice")
    await network.world.plain_in_lobby("bob")
    replies = await alice.ask("WHOIS bob")
    assert "671" not in commands(replies)
    assert params(replies, "311")[-1] == "plain text"


@pytest.mark.asyncio
async def test_address_and_modes_are_for_oneself_and_operators() -> None:
    """RPL_WHOISACTUALLY and RPL_WHOISMODES (if there are any), which others do not get."""
    network = Network()
    cool, other = await network.connect("cool"), await network.connect("other")
    assert "379" not in commands(await cool.ask("WHOIS cool"))
    await cool.ask("MODE cool +i")
    own = await cool.ask("WHOIS cool")
    assert params(own, "338")[1:3] == ("cool", "127.0.0.1")
    assert params(own, "379")[2] == "is using modes +i"
    assert not {"338", "379"} & {*commands(await other.ask("WHOIS cool"))}
    await other.ask(OPERATOR)
    assert {"338", "379"} <= {*commands(await other.ask("WHOIS cool"))}


@pytest.mark.asyncio
async def test_rooms_are_shown_as_far_as_one_may_know() -> None:
    """Not secret ones, and of the invisible only shared ones ("Secret", "Invisible")."""
    network = Network()
    cool, other = await network.connect("cool"), await network.connect("other")
    await cool.ask("JOIN #one,#two,#secret", "MODE #secret +s", "MODE #two -o cool")
    assert params(await other.ask("WHOIS cool"), "319") == ("other", "cool", "@#one #two")
    assert params(await cool.ask("WHOIS cool"), "319")[2] == "@#one #two @#secret"
    await cool.ask("MODE cool +i")
    assert "319" not in commands(await other.ask("WHOIS cool"))
    await other.ask("JOIN #two")
    assert params(await other.ask("WHOIS cool"), "319")[2] == "#two"


@pytest.mark.asyncio
async def test_idle_time_is_since_the_last_message() -> None:
    """RPL_WHOISIDLE: seconds, and when they came."""
    network = Network()
    cool, other = await network.connect("cool"), await network.connect("other")
    start = network.world.clock.at // 1000
    network.world.clock.at += 60_000
    await cool.ask("PRIVMSG other :hi")
    network.world.clock.at += 5_000
    assert params(await other.ask("WHOIS cool"), "317")[2:4] == ("5", str(start))


@pytest.mark.asyncio
async def test_many_rooms_need_several_lines() -> None:
    """None over 512 bytes."""
    cool = await Network().connect("cool")
    names = [f"#a-room-with-a-long-name-{number:02}" for number in range(40)]
    await cool.ask(*(f"JOIN {name}" for name in names))
    lines = [m for m in await cool.ask("WHOIS cool") if m.command == "319"]
    assert len(lines) > 1
    assert [room for line in lines for room in line.params[2].split()] == ["@" + n for n in names]


@pytest.mark.parametrize("count", ["", " 2", " 0", " -1", " x"])
@pytest.mark.asyncio
async def test_whowas_lists_the_newest_first(count: str) -> None:
    """RPL_WHOWASUSER and RPL_WHOISSERVER for each; a count that is not positive means all."""
    network = Network()
    asker = await network.connect("asker")
    for username in ("ident2", "ident3"):
        client = network.client()
        await client.ask("NICK nick2", f"USER {username} 0 * :Realname", "QUIT :bye")
    answer = await asker.ask(f"WHOWAS NICK2{count}")
    assert commands(answer) == ["314", "312", "314", "312", "369"]
    assert answer[0].params == ("asker", "nick2", "ident3", "127.0.0.1", "*", "Realname")
    assert answer[2].params[2] == "ident2"
    assert answer[1].params[:3] == ("asker", "nick2", SERVER)
    assert answer[4].params[1] == "NICK2"
    assert commands(await asker.ask("WHOWAS nick2 1")) == ["314", "312", "369"]


@pytest.mark.asyncio
async def test_whowas_knows_former_nicks() -> None:
    """A nick that was changed is one of the past."""
    network = Network()
    foo = await network.connect("foo")
    await foo.ask("NICK bar")
    assert params(await foo.ask("WHOWAS foo"), "314")[1] == "foo"


@pytest.mark.parametrize(
    ("line", "codes"), [("WHOWAS nobody", ["406", "369"]), ("WHOWAS", ["431"])]
)
@pytest.mark.asyncio
async def test_whowas_nobody(line: str, codes: list[str]) -> None:
    """ERR_WASNOSUCHNICK with the end; ERR_NONICKNAMEGIVEN."""
    foo = await Network().connect("foo")
    assert commands(await foo.ask(line)) == codes


@pytest.mark.asyncio
async def test_userhost_takes_five_nicks() -> None:
    """RPL_USERHOST: `nick[*]=±user@host`; who is not there is left out (Modern, "USERHOST")."""
    network = Network()
    foo = await network.connect("foo")
    await foo.ask(OPERATOR)
    for nick in ("one", "two", "three", "four", "five"):
        await network.connect(nick)
    answer = await foo.ask("USERHOST foo nobody one two three four")
    assert params(answer, "302")[1].split() == [
        "foo*=+foo@127.0.0.1", "one=+one@127.0.0.1", "two=+two@127.0.0.1", "three=+three@127.0.0.1",
    ]  # fmt: skip
    assert commands(await foo.ask("USERHOST")) == ["461"]


@pytest.mark.asyncio
async def test_ison_tells_which_of_them_are_there() -> None:
    """RPL_ISON (RFC 2812, 4.9)."""
    network = Network()
    foo = await network.connect("foo")
    await network.connect("Bar")
    assert params(await foo.ask("ISON nobody bar foo"), "303") == ("foo", "Bar foo")
    assert params(await foo.ask("ISON nobody"), "303") == ("foo", "")


@pytest.mark.asyncio
async def test_no_nick_of_an_answer_is_cut() -> None:
    """ISON and USERHOST answer in several lines rather than cut the last one short."""
    network = Network()
    asker = await network.connect("a" * 32)
    nicks = [f"{'n' * 20}{number:02}" for number in range(21)]
    for nick in nicks:
        await network.connect(nick, host="h" * 63)
    answer = await asker.ask("ISON " + " ".join(nicks))
    assert len(answer) == 2
    assert [nick for message in answer for nick in message.params[1].split()] == nicks
    answer = await asker.ask("USERHOST " + " ".join(nicks[:5]))
    hosts = [host for message in answer for host in message.params[1].split()]
    assert hosts == [f"{nick}=+{nick[:10]}@{'h' * 63}" for nick in nicks[:5]]


@pytest.mark.asyncio
async def test_hosts_never_begin_with_a_colon() -> None:
    """An IPv6 address gets a zero before it (Modern, RPL_WHOISUSER)."""
    network = Network()
    foo = await network.connect("foo", host="0::1")
    answer = await foo.ask("WHOIS foo")
    assert params(answer, "311")[3] == "0::1"
    assert params(answer, "338")[2] == "0::1"


@pytest.mark.asyncio
async def test_certificates_are_for_oneself_and_operators() -> None:
    """RPL_WHOISCERTFP, for each connection that has one, with its address."""
    network = Network()
    client = network.client(certificate="ab" * 32)
    await client.ask("NICK ann", "USER a 0 * :A")
    bob = await network.connect("bob")
    assert params(await client.ask("WHOIS ann"), "276")[1:] == (
        "ann",
        "has client certificate fingerprint " + "ab" * 32,
    )
    assert "276" not in commands(await bob.ask("WHOIS ann"))
    await bob.ask(OPERATOR)
    assert "276" in commands(await bob.ask("WHOIS ann"))
