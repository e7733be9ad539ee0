"""IRCv3 message-tags, message-ids, server-time, echo-message and bot tags."""

import re

import pytest

from tests.conformance.harness import Network, commands, enter, only, params


@pytest.mark.asyncio
async def test_tags_go_to_who_knows_of_tags_and_client_only_ones_alone() -> None:
    """Client-only tags are relayed, others dropped; no tag comes without its capability."""
    network = Network()
    alice = await network.connect("alice", "message-tags")
    bob = await network.connect("bob", "message-tags", "echo-message")
    carol = await network.connect("carol")
    dave = await network.connect("dave", "server-time")
    await enter("#test", alice, bob, carol, dave)
    assert await alice.ask("@+baz=bat;fizz=buzz PRIVMSG #test hi") == []
    to_bob = only(await bob.read(), "PRIVMSG").tags
    assert to_bob["+baz"] == "bat"
    assert set(to_bob) == {"+baz", "msgid"}
    assert only(await carol.read(), "PRIVMSG").tags == {}
    assert set(only(await dave.read(), "PRIVMSG").tags) == {"time"}
    echo = only(await bob.ask(r"@+esc=a\:b\s\\;cat=dog TAGMSG #test"), "TAGMSG")
    heard = only(await alice.read(), "TAGMSG")
    assert heard.tags == echo.tags == {"+esc": "a;b \\", "msgid": echo.tags["msgid"]}
    assert heard.params == ("#test",)
    assert await carol.read() == await dave.read() == []


@pytest.mark.asyncio
async def test_tags_of_a_client_that_did_not_ask_for_them_are_dropped() -> None:
    """Without message-tags there are no client-only tags to relay."""
    network = Network()
    foo = await network.connect("foo")
    bar = await network.connect("bar", "message-tags")
    await foo.ask("@+a=b PRIVMSG bar :hi")
    assert set(only(await bar.read(), "PRIVMSG").tags) == {"msgid"}
    assert commands(await foo.ask("TAGMSG bar")) == ["421"]


@pytest.mark.asyncio
async def test_tagmsg_needs_a_target_that_is_there() -> None:
    """ERR_NORECIPIENT, and the errors of PRIVMSG."""
    foo = await Network().connect("foo", "message-tags")
    assert commands(await foo.ask("@+a=b TAGMSG")) == ["411"]
    assert commands(await foo.ask("@+a=b TAGMSG nobody", "@+a=b TAGMSG #none")) == ["401", "403"]


@pytest.mark.asyncio
async def test_each_message_has_an_id_the_same_for_all() -> None:
    """message-ids: one for each message, with the echo too."""
    network = Network()
    alice = await network.connect("alice", "message-tags", "echo-message")
    bob = await network.connect("bob", "message-tags")
    sent = [only(await alice.ask(f"PRIVMSG bob :{text}"), "PRIVMSG").tags["msgid"] for text in "ab"]
    assert [message.tags["msgid"] for message in await bob.read()] == sent
    assert len(set(sent)) == 2


@pytest.mark.parametrize(("size", "code"), [(4081, "TAGMSG"), (4082, "417")])
@pytest.mark.asyncio
async def test_four_kilobytes_of_tags_are_taken_and_no_more(size: int, code: str) -> None:
    """ERR_INPUTTOOLONG over 4094 bytes of tag data ("Size limit")."""
    network = Network()
    alice = await network.connect("alice", "message-tags", "echo-message")
    bob = await network.connect("bob", "message-tags")
    assert commands(await alice.ask(f"@foo=bar;+baz={'a' * size} TAGMSG bob")) == [code]
    assert bool(await bob.read()) is (code == "TAGMSG")


@pytest.mark.asyncio
async def test_times_have_milliseconds_and_never_go_back() -> None:
    """server-time: events two milliseconds apart differ, whatever the clock does."""
    network = Network()
    alice = await network.connect("alice", "server-time", "echo-message")
    times: list[str] = []
    for step in (2, 2, -9):
        network.world.clock.at += step
        times.extend(message.tags["time"] for message in await alice.ask("PRIVMSG alice :hi"))
    assert times == sorted(times)
    assert len(set(times)) == 2
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time) for time in times)


@pytest.mark.asyncio
async def test_events_have_a_time_too() -> None:
    """JOIN, PART, NICK, TOPIC, MODE, KICK and QUIT carry the tag; replies need none."""
    network = Network()
    alice = await network.connect("alice", "server-time")
    answer = await alice.ask("JOIN #a", "TOPIC #a :x", "MODE #a +m", "NICK alicia", "PART #a")
    events = [message for message in answer if message.command.isalpha()]
    assert commands(events) == ["JOIN", "TOPIC", "MODE", "NICK", "PART"]
    assert all("time" in message.tags for message in events)


@pytest.mark.parametrize("verb", ["PRIVMSG", "NOTICE"])
@pytest.mark.asyncio
async def test_what_one_says_is_echoed_as_others_get_it(verb: str) -> None:
    """echo-message: to a room once, to a person under their nick."""
    network = Network()
    alice = await network.connect("alice", "echo-message")
    bob = await network.connect("Bob")
    for client in (alice, bob):
        await client.ask("JOIN #chan")
    await alice.read()
    assert params(await alice.ask(f"{verb} #CHAN :hi"), verb) == ("#chan", "hi")
    assert params(await bob.read(), verb) == ("#chan", "hi")
    assert params(await alice.ask(f"{verb} bob :hi"), verb) == ("Bob", "hi")


@pytest.mark.asyncio
async def test_what_was_refused_is_not_echoed() -> None:
    """An echo says that the message was kept."""
    alice = await Network().connect("alice", "echo-message")
    assert commands(await alice.ask("PRIVMSG nobody :hi")) == ["401"]


@pytest.mark.asyncio
async def test_messages_of_bots_are_marked() -> None:
    """IRCv3 bot-mode: `bot`, without a value, for clients with message-tags; the echo too."""
    network = Network()
    bot = await network.connect("robot", "message-tags", "echo-message")
    user, old = await network.connect("user", "message-tags"), await network.connect("old")
    await bot.ask("MODE robot +B")
    for target, reader in (("user", user), ("old", old)):
        assert only(await bot.ask(f"PRIVMSG {target} :beep"), "PRIVMSG").tags["bot"] == ""
        heard = only(await reader.read(), "PRIVMSG")
        assert ("bot" in heard.tags) is (reader is user)


@pytest.mark.parametrize(
    "tag",
    ["+reply=1b2f", "+draft/reply=1b2f", "+draft/channel-context=#room", "+channel-context=#room"],
)
@pytest.mark.asyncio
async def test_tags_of_a_message_are_relayed_and_kept(tag: str) -> None:
    """Replies and contexts (IRCv3 client tags) are of use in history as well."""
    network = Network()
    alice = await network.connect("alice", "message-tags")
    bob = await network.connect("bob", "message-tags", "draft/chathistory", "batch")
    await alice.ask("JOIN #room")
    await bob.ask("JOIN #room")
    await alice.ask(f"@{tag} PRIVMSG #room :yes")
    key, _, value = tag.partition("=")
    assert only(await bob.read(), "PRIVMSG").tags[key] == value
    assert only(await bob.ask("CHATHISTORY LATEST #room * 5"), "PRIVMSG").tags[key] == value


@pytest.mark.parametrize(
    "tag", ["+typing=active", "+draft/react=👍;+draft/reply=1b2f", "+draft/unreact=👍;+reply=1b2f"]
)
@pytest.mark.asyncio
async def test_tags_alone_are_relayed_to_who_is_there(tag: str) -> None:
    """Typing and reactions come as TAGMSG, to who knows of tags."""
    network = Network()
    alice, bob = (
        await network.connect("a", "message-tags"),
        await network.connect("b", "message-tags"),
    )
    plain = await network.connect("plain")
    for client in (alice, bob, plain):
        await client.ask("JOIN #room")
    await bob.read()
    await alice.ask(f"@{tag} TAGMSG #room", f"@{tag} TAGMSG plain")
    heard = only(await bob.read(), "TAGMSG")
    assert dict(part.split("=") for part in tag.split(";")).items() <= heard.tags.items()
    assert "TAGMSG" not in commands(await plain.read())


@pytest.mark.parametrize("target", ["#room", "bob"])
@pytest.mark.asyncio
async def test_reactions_are_in_history(target: str) -> None:
    """With draft/event-playback, each with its id; typing is not, nor is anything for who asked for none."""
    network = Network()
    asked = ("message-tags", "draft/chathistory", "batch")
    alice = await network.connect("alice", *asked, "draft/event-playback", "echo-message")
    bob = await network.connect("bob", *asked)
    for client in (alice, bob):
        await client.ask("JOIN #room")
    line = f"@+draft/react=👍;+draft/reply=1b2f TAGMSG {target}"
    echo = only(await alice.ask(line), "TAGMSG")
    await alice.ask(f"@+typing=active TAGMSG {target}", f"PRIVMSG {target} :hi")
    answer = await alice.ask(f"CHATHISTORY LATEST {target} * 10")
    kept = only(answer, "TAGMSG")
    assert kept.tags.items() - {("batch", kept.tags["batch"])} == echo.tags.items()
    await bob.read()
    answer = await bob.ask(f"CHATHISTORY LATEST {'alice' if target == 'bob' else target} * 10")
    assert "TAGMSG" not in commands(answer)
    assert "PRIVMSG" in commands(answer)
