"""PRIVMSG, NOTICE and TAGMSG, to people, rooms and statuses (Modern IRC, "Sending Messages")."""

import pytest

from tests.conformance.harness import IrcClient, Network, commands, only, params


@pytest.mark.parametrize("verb", ["PRIVMSG", "NOTICE"])
@pytest.mark.asyncio
async def test_members_of_a_room_hear_it_and_the_sender_does_not(verb: str) -> None:
    """Without echo-message nothing comes back."""
    network = Network()
    foo, bar = await network.room("#chan", "foo", "bar")
    assert await foo.ask(f"{verb} #CHAN :hello there") == []
    heard = only(await bar.read(), verb)
    assert (heard.source, heard.params) == ("foo!foo@127.0.0.1", ("#chan", "hello there"))


@pytest.mark.parametrize("verb", ["PRIVMSG", "NOTICE"])
@pytest.mark.asyncio
async def test_a_person_hears_it(verb: str) -> None:
    """The target is the nick in its own spelling."""
    network = Network()
    foo, bar = await network.connect("foo"), await network.connect("Bar")
    assert await foo.ask(f"{verb} bar :hey there!") == []
    assert params(await bar.read(), verb) == ("Bar", "hey there!")


@pytest.mark.parametrize(
    ("line", "code", "rest"),
    [
        ("PRIVMSG nobody :hi", "401", ("nobody",)),
        ("PRIVMSG #none :hi", "403", ("#none",)),
        ("PRIVMSG", "411", ()),
        ("PRIVMSG :", "411", ()),
        ("PRIVMSG , :hi", "411", ()),
        ("PRIVMSG foo", "412", ()),
        ("PRIVMSG foo :", "412", ()),
    ],
)
@pytest.mark.asyncio
async def test_what_cannot_be_said(line: str, code: str, rest: tuple[str, ...]) -> None:
    """ERR_NOSUCHNICK, ERR_NOSUCHCHANNEL, ERR_NORECIPIENT, ERR_NOTEXTTOSEND."""
    foo = await Network().connect("foo")
    assert params(await foo.ask(line), code)[1:-1] == rest


@pytest.mark.parametrize("rest", ["nobody :hi", "#none :hi", "", "foo", "foo :", "#chan :hi"])
@pytest.mark.asyncio
async def test_a_notice_is_never_answered(rest: str) -> None:
    """No error comes of it, whatever is wrong (RFC 2812, 3.3.2)."""
    network = Network()
    await network.room("#chan", "bar")
    foo = await network.connect("foo")
    assert await foo.ask(f"NOTICE {rest}") == []


@pytest.mark.asyncio
async def test_several_targets_are_told_each_once() -> None:
    """Those that are not there are refused by themselves; a repeated one counts once."""
    network = Network()
    foo, bar = await network.room("#chan", "foo", "bar")
    assert commands(await foo.ask("PRIVMSG #chan,bar,nobody,bar :hi")) == ["401"]
    assert [message.params[0] for message in await bar.read()] == ["#chan", "bar"]


@pytest.mark.asyncio
async def test_there_is_a_limit_of_targets() -> None:
    """ERR_TOOMANYTARGETS for the first over TARGMAX; the others are told."""
    network = Network()
    foo, bar = await network.connect("foo"), await network.connect("bar")
    others = ",".join(f"n{number}" for number in range(19))
    answer = await foo.ask(f"PRIVMSG bar,{others},last :hi")
    assert commands(answer) == ["401"] * 19 + ["407"]
    assert answer[-1].params[1] == "last"
    assert commands(await bar.read()) == ["PRIVMSG"]


@pytest.mark.asyncio
async def test_one_hears_oneself_when_one_writes_to_oneself() -> None:
    """A message to one's own nick is delivered as any other."""
    foo = await Network().connect("foo")
    assert params(await foo.ask("PRIVMSG foo :note"), "PRIVMSG") == ("foo", "note")


@pytest.mark.asyncio
async def test_operators_alone_hear_what_is_for_them() -> None:
    """STATUSMSG: `@#room` goes to operators, `+#room` to voices and operators, under that name."""
    network = Network()
    chanop, voiced, plain = await network.room("#chan", "chanop", "voiced", "plain")
    await chanop.ask("MODE #chan +v voiced")
    for client in (voiced, plain):
        await client.read()
    assert await plain.ask("PRIVMSG @#chan :for operators", "PRIVMSG +#chan :for voices") == []
    assert [message.params[0] for message in await chanop.read()] == ["@#chan", "+#chan"]
    assert [message.params[0] for message in await voiced.read()] == ["+#chan"]
    assert await chanop.ask("PRIVMSG @#chan :hi") == []


@pytest.mark.asyncio
async def test_who_writes_to_somebody_away_learns_it() -> None:
    """RPL_AWAY after a PRIVMSG, never after a NOTICE."""
    network = Network()
    foo, bar = await network.connect("foo"), await network.connect("bar")
    await bar.ask("AWAY :back soon")
    assert params(await foo.ask("PRIVMSG bar :hi"), "301") == ("foo", "bar", "back soon")
    assert await foo.ask("NOTICE bar :hi") == []


async def relayed(sender: IrcClient, reader: IrcClient, text: str) -> bool:
    """Return whether a message came whole; if it did not, that its sender was told why."""
    answer = await sender.ask(f"PRIVMSG reader :{text}")
    heard = await reader.read()
    if heard:
        assert params(heard, "PRIVMSG") == ("reader", text)
    else:
        assert commands(answer) == ["417"]
    return bool(heard)


@pytest.mark.parametrize("letter", ["a", "é", "😃"])
@pytest.mark.asyncio
async def test_a_message_is_relayed_whole_or_refused(letter: str) -> None:
    """A line that would not fit with its source is refused with 417, rather than cut."""
    network = Network()
    sender, reader = await network.connect("sender"), await network.connect("reader")
    overhead = len(":sender!sender@127.0.0.1 PRIVMSG reader :")
    fitting = (510 - overhead) // len(letter.encode())
    assert await relayed(sender, reader, letter * fitting)
    assert not await relayed(sender, reader, letter * (fitting + 1))


@pytest.mark.asyncio
async def test_lines_are_read_up_to_the_limit_and_refused_over_it() -> None:
    """ERR_INPUTTOOLONG over 510 bytes without the end; the connection goes on."""
    foo = await Network().connect("foo")
    pong = only(await foo.ask("PING " + "x" * 505), "PONG")
    assert pong.params[1].startswith("x" * 450)
    assert commands(await foo.ask("PING " + "x" * 506)) == ["417"]
    assert commands(await foo.ask("JOIN #chan"))[0] == "JOIN"


@pytest.mark.asyncio
async def test_what_a_plain_peer_said_comes_in_as_many_lines_as_it_needs() -> None:
    """Nothing is cut off: plain lines may be longer than those of IRC."""
    network = Network()
    (foo,) = await network.room("#lobby", "foo")
    await foo.ask("CAP REQ :message-tags")
    guest = await network.world.plain_in_lobby("guest")
    await foo.read()
    words = [f"word{number}" for number in range(200)]
    await guest.ask(" ".join(words))
    heard = await foo.read()
    assert len(heard) > 1
    assert " ".join(message.params[1] for message in heard).split() == words
    assert len({message.tags["msgid"] for message in heard}) == len(heard)


@pytest.mark.asyncio
async def test_a_long_action_of_a_plain_peer_stays_one() -> None:
    """Each part is an action by itself."""
    network = Network()
    (foo,) = await network.room("#lobby", "foo")
    guest = await network.world.plain_in_lobby("guest")
    await foo.read()
    await guest.ask("/me " + "waves " * 200)
    heard = [message.params[1] for message in await foo.read()]
    assert len(heard) > 1
    assert all(text.startswith("\x01ACTION waves") and text.endswith("\x01") for text in heard)
