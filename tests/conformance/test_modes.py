"""MODE: modes of rooms and of users (Modern IRC, "MODE message", "Modes")."""

import pytest

from chatserver.core.limits import Limits
from tests.conformance.harness import IrcClient, Network, commands, only, params


async def changed(client: IrcClient, line: str) -> tuple[str, ...]:
    """Return the parameters of the MODE that a line leads to."""
    return params(await client.ask(line), "MODE")


@pytest.mark.asyncio
async def test_the_modes_of_a_room_are_shown() -> None:
    """RPL_CHANNELMODEIS and RPL_CREATIONTIME and nothing else; none at all is `+`."""
    (foo,) = await Network().room("#chan", "foo")
    answer = await foo.ask("MODE #chan")
    assert commands(answer) == ["324", "329"]
    assert answer[0].params == ("foo", "#chan", "+nt")
    assert answer[1].params[2].isdigit()
    assert await changed(foo, "MODE #chan -nt") == ("#chan", "-nt")
    assert params(await foo.ask("MODE #chan"), "324") == ("foo", "#chan", "+")


@pytest.mark.asyncio
async def test_the_key_is_shown_to_members_alone() -> None:
    """A server may hide keys from others ("Channel mode")."""
    network = Network()
    (foo,) = await network.room("#chan", "foo")
    await foo.ask("MODE #chan +kl beer 5")
    assert params(await foo.ask("MODE #chan"), "324")[2:] == ("+ntkl", "beer", "5")
    bar = await network.connect("bar")
    assert params(await bar.ask("MODE #chan"), "324")[2:] == ("+ntkl", "*", "5")


@pytest.mark.parametrize(
    ("line", "code", "rest"),
    [
        ("MODE #chan +o chanop", "482", ("#chan",)),
        ("MODE #other +o chanop", "442", ("#other",)),
        ("MODE #none +o chanop", "403", ("#none",)),
        ("MODE #none", "403", ("#none",)),
        ("MODE #none b", "403", ("#none",)),
    ],
)
@pytest.mark.asyncio
async def test_who_may_not_change_modes(line: str, code: str, rest: tuple[str, ...]) -> None:
    """ERR_CHANOPRIVSNEEDED, ERR_NOTONCHANNEL, ERR_NOSUCHCHANNEL."""
    network = Network()
    _, member = await network.room("#chan", "chanop", "member")
    await network.room("#other", "stranger")
    assert params(await member.ask(line), code)[1:-1] == rest


@pytest.mark.parametrize(
    ("line", "code", "rest"),
    [
        ("MODE #chan +o nobody", "401", ("nobody",)),
        ("MODE #chan +o stranger", "441", ("stranger", "#chan")),
        ("MODE #chan +o", "696", ("#chan", "o", "*")),
        ("MODE #chan +Z", "472", ("Z",)),
    ],
)
@pytest.mark.asyncio
async def test_changes_that_cannot_be(line: str, code: str, rest: tuple[str, ...]) -> None:
    """ERR_NOSUCHNICK, ERR_USERNOTINCHANNEL, ERR_INVALIDMODEPARAM, ERR_UNKNOWNMODE."""
    network = Network()
    (chanop,) = await network.room("#chan", "chanop")
    await network.connect("stranger")
    assert params(await chanop.ask(line), code)[1:-1] == rest


@pytest.mark.asyncio
async def test_operator_and_voice_are_given_and_taken() -> None:
    """All members see it, with the nick in its own spelling."""
    network = Network()
    chanop, bar = await network.room("#chan", "chanop", "bar")
    assert await changed(chanop, "MODE #chan +vo BAR bar") == ("#chan", "+vo", "bar", "bar")
    assert only(await bar.read(), "MODE").source == "chanop!chanop@127.0.0.1"
    assert await changed(bar, "MODE #chan -o chanop") == ("#chan", "-o", "chanop")


@pytest.mark.asyncio
async def test_a_ban_keeps_out_and_is_listed() -> None:
    """ERR_BANNEDFROMCHAN; RPL_BANLIST with who set it and when; -b lets in again."""
    network = Network()
    (chanop,) = await network.room("#chan", "chanop")
    assert await changed(chanop, "MODE #chan +b bar!*@*") == ("#chan", "+b", "bar!*@*")
    bar = await network.connect("Bar")
    assert params(await bar.ask("JOIN #chan"), "474")[:2] == ("Bar", "#chan")
    for line in ("MODE #chan b", "MODE #chan +b", "MODE #chan -b"):
        answer = await chanop.ask(line)
        assert commands(answer) == ["367", "368"]
        assert answer[0].params[1:4] == ("#chan", "bar!*@*", "chanop!chanop@127.0.0.1")
    assert await changed(chanop, "MODE #chan -b BAR!*@*") == ("#chan", "-b", "bar!*@*")
    assert "JOIN" in commands(await bar.ask("JOIN #chan"))


@pytest.mark.asyncio
async def test_a_ban_silences_who_is_in() -> None:
    """ERR_CANNOTSENDTOCHAN for the banned without a status ("Ban Channel Mode")."""
    network = Network()
    chanop, bar = await network.room("#chan", "chanop", "bar")
    await chanop.ask("MODE #chan +b bar")
    await bar.read()
    assert params(await bar.ask("PRIVMSG #chan :hi"), "404")[:2] == ("bar", "#chan")
    await chanop.ask("MODE #chan +v bar")
    await bar.read()
    assert await bar.ask("PRIVMSG #chan :hi") == []


@pytest.mark.asyncio
async def test_a_mute_silences_and_lets_in() -> None:
    """EXTBAN `m`: a ban that is about speaking alone; a voice, an exception, or -b ends it."""
    network = Network()
    (chanop,) = await network.room("#chan", "chanop")
    assert await changed(chanop, "MODE #chan +b m:bar") == ("#chan", "+b", "m:bar!*@*")
    bar = await network.connect("Bar")
    assert commands(await bar.ask("JOIN #chan"))[0] == "JOIN"
    assert params(await bar.ask("MODE #chan b"), "367")[2] == "m:bar!*@*"
    for line, code in (
        ("MODE #chan +e m:*!bar@*", []),
        ("MODE #chan -e m:*!BAR@*", ["404"]),
        ("MODE #chan +v bar", []),
        ("MODE #chan -v bar", ["404"]),
        ("MODE #chan -b m:BAR!*@*", []),
    ):
        await chanop.ask(line)
        await bar.read()
        assert commands(await bar.ask("PRIVMSG #chan :hi")) == code


@pytest.mark.asyncio
async def test_an_exception_lets_the_banned_in() -> None:
    """+e overrides +b ("Ban Exception Channel Mode"); its list has numerics of its own."""
    network = Network()
    (chanop,) = await network.room("#chan", "chanop")
    await chanop.ask("MODE #chan +be *!*@* *!bar@*")
    bar, baz = await network.connect("bar"), await network.connect("baz")
    assert "JOIN" in commands(await bar.ask("JOIN #chan"))
    assert commands(await baz.ask("JOIN #chan")) == ["474"]
    assert params(await chanop.ask("MODE #chan e"), "348")[1:3] == ("#chan", "*!bar@*")


@pytest.mark.asyncio
async def test_an_invite_exception_opens_an_invite_only_room() -> None:
    """+I overrides +i ("Invite Exception Channel Mode"), and not +b."""
    network = Network()
    (chanop,) = await network.room("#chan", "chanop")
    await chanop.ask("MODE #chan +iI bar!*@*")
    bar, baz = await network.connect("bar"), await network.connect("baz")
    assert commands(await baz.ask("JOIN #chan")) == ["473"]
    assert "JOIN" in commands(await bar.ask("JOIN #chan"))
    answer = [m for m in await chanop.ask("MODE #chan I") if m.command != "JOIN"]
    assert commands(answer) == ["346", "347"]
    await bar.ask("PART #chan")
    await chanop.ask("MODE #chan +b bar!*@*")
    assert commands(await bar.ask("JOIN #chan")) == ["474"]


@pytest.mark.asyncio
async def test_a_list_has_a_limit() -> None:
    """ERR_BANLISTFULL (MAXLIST)."""
    (chanop,) = await Network(limits=Limits(list_entries=1)).room("#chan", "chanop")
    answer = await chanop.ask("MODE #chan +bb one two")
    assert params(answer, "MODE") == ("#chan", "+b", "one!*@*")
    assert params(answer, "478")[1:3] == ("#chan", "two!*@*")


@pytest.mark.asyncio
async def test_a_key_is_needed_where_there_is_one() -> None:
    """ERR_BADCHANNELKEY without it or with another ("Key Channel Mode")."""
    network = Network()
    (chanop,) = await network.room("#chan", "chanop")
    assert await changed(chanop, "MODE #chan +k beer") == ("#chan", "+k", "beer")
    bar = await network.connect("bar")
    assert commands(await bar.ask("JOIN #chan")) == ["475"]
    assert commands(await bar.ask("JOIN #chan bees")) == ["475"]
    assert commands(await bar.ask("JOIN #chan beer"))[0] == "JOIN"
    assert "MODE" in commands(await chanop.ask("MODE #chan -k"))


@pytest.mark.parametrize("key", ["with spaces", "long" * 100, "", " ", "a,b", ":a"])
@pytest.mark.asyncio
async def test_an_impossible_key_is_refused(key: str) -> None:
    """ERR_INVALIDMODEPARAM, without the key in it: it could not stand there."""
    (chanop,) = await Network().room("#chan", "chanop")
    assert params(await chanop.ask(f"MODE #chan +k :{key}"), "696")[1:4] == ("#chan", "k", "*")


@pytest.mark.asyncio
async def test_a_limit_holds_until_it_is_changed_or_somebody_leaves() -> None:
    """ERR_CHANNELISFULL; who is in stays, and an invitation overrides it."""
    network = Network()
    chanop, bar = await network.room("#chan", "chanop", "bar")
    assert await changed(chanop, "MODE #chan +l 1") == ("#chan", "+l", "1")
    baz = await network.connect("baz")
    assert params(await baz.ask("JOIN #chan"), "471")[:2] == ("baz", "#chan")
    assert await changed(chanop, "MODE #chan +l 2") == ("#chan", "+l", "2")
    await bar.ask("PART #chan")
    assert commands(await baz.ask("JOIN #chan"))[0] == "JOIN"
    await chanop.ask("INVITE bar #chan")
    await bar.read()
    assert commands(await bar.ask("JOIN #chan"))[0] == "JOIN"
    await chanop.read()
    assert await changed(chanop, "MODE #chan -l") == ("#chan", "-l")


@pytest.mark.parametrize("limit", ["0", "-1", "abc", "", "1.5", "٣"])
@pytest.mark.asyncio
async def test_an_impossible_limit_is_refused(limit: str) -> None:
    """ERR_INVALIDMODEPARAM, and no MODE."""
    (chanop,) = await Network().room("#chan", "chanop")
    answer = await chanop.ask(f"MODE #chan +l :{limit}")
    assert params(answer, "696")[1:4] == ("#chan", "l", limit or "*")


@pytest.mark.asyncio
async def test_a_moderated_room_hears_voices_and_operators() -> None:
    """ERR_CANNOTSENDTOCHAN for others under +m ("Moderated Channel Mode")."""
    network = Network()
    chanop, bar = await network.room("#chan", "chanop", "bar")
    await chanop.ask("MODE #chan +m")
    await bar.read()
    assert commands(await bar.ask("PRIVMSG #chan :hi")) == ["404"]
    await chanop.ask("MODE #chan +v bar")
    await bar.read()
    assert await bar.ask("PRIVMSG #chan :hi") == []
    assert params(await chanop.read(), "PRIVMSG") == ("#chan", "hi")


@pytest.mark.asyncio
async def test_no_messages_from_outside() -> None:
    """ERR_CANNOTSENDTOCHAN under +n, which a new room has; without, anybody may speak."""
    network = Network()
    (chanop,) = await network.room("#chan", "chanop")
    bar = await network.connect("bar")
    assert commands(await bar.ask("PRIVMSG #chan :hi")) == ["404"]
    await chanop.ask("MODE #chan -n")
    assert await bar.ask("PRIVMSG #chan :hi") == []
    assert params(await chanop.read(), "PRIVMSG") == ("#chan", "hi")


@pytest.mark.asyncio
async def test_no_ctcp_but_actions() -> None:
    """+C refuses CTCP and lets `/me` through."""
    network = Network()
    chanop, bar = await network.room("#chan", "chanop", "bar")
    await chanop.ask("MODE #chan +C")
    await bar.read()
    assert commands(await bar.ask("PRIVMSG #chan :\x01VERSION\x01")) == ["404"]
    assert await bar.ask("PRIVMSG #chan :\x01ACTION waves\x01") == []
    assert params(await chanop.read(), "PRIVMSG")[1] == "\x01ACTION waves\x01"


@pytest.mark.asyncio
async def test_many_changes_come_in_lines_that_fit() -> None:
    """A MODE of the server has at most twelve parameters of modes and 512 bytes."""
    (chanop,) = await Network().room("#chan", "chanop")
    masks = [f"{'x' * 40}{number:02}!*@*" for number in range(9)]
    sent = f"MODE #chan +{'b' * len(masks)} {' '.join(masks)}"
    answer = await chanop.ask(sent)
    assert [word for message in answer for word in message.params[2:]] == masks
    one = await chanop.ask("MODE #chan " + "+b" * 20 + " " + " ".join(f"n{i}" for i in range(20)))
    assert [len(message.params) - 2 for message in one] == [12, 8]


@pytest.mark.asyncio
async def test_ones_own_modes() -> None:
    """RPL_UMODEIS; a MODE for what changed, ERR_UMODEUNKNOWNFLAG for what is unknown."""
    foo = await Network().connect("foo")
    assert params(await foo.ask("MODE foo"), "221") == ("foo", "+")
    answer = await foo.ask("MODE FOO +iwZB")
    assert commands(answer) == ["MODE", "501"]
    assert answer[0].params == ("foo", "+iwB")
    assert params(await foo.ask("MODE foo"), "221") == ("foo", "+Biw")
    assert await changed(foo, "MODE foo -w") == ("foo", "-w")


@pytest.mark.asyncio
async def test_nobody_makes_themselves_an_operator() -> None:
    """+o is ignored: OPER gives it."""
    foo = await Network().connect("foo")
    assert await foo.ask("MODE foo +o") == []


@pytest.mark.parametrize(
    ("line", "code"), [("MODE bar", "502"), ("MODE bar +i", "502"), ("MODE nobody", "401")]
)
@pytest.mark.asyncio
async def test_modes_of_others_are_theirs(line: str, code: str) -> None:
    """ERR_USERSDONTMATCH, ERR_NOSUCHNICK."""
    network = Network()
    foo = await network.connect("foo")
    await network.connect("bar")
    assert commands(await foo.ask(line)) == [code]


@pytest.mark.asyncio
async def test_mode_alone_needs_more() -> None:
    """ERR_NEEDMOREPARAMS."""
    foo = await Network().connect("foo")
    assert commands(await foo.ask("MODE")) == ["461"]
