"""chatserver.dev/nonce: a message that is sent again is said once (docs/irc.md, "Sending again")."""

import asyncio
from pathlib import Path

import pytest

from chatserver.core.nonces import REMEMBERED_FOR
from chatserver.storage.sqlite import SqliteStore
from chatwire.message import Message
from tests.chatserver.fakes import FailingStore, GatedStore, gate, until
from tests.conformance.harness import IrcClient, Network, commands, offered, only

NONCE = "fMo5eSBXXPjWk5rOb8CK2w"
TAG = f"+chatserver.dev/nonce={NONCE}"
SPEAKS = ("message-tags", "echo-message", "batch", "labeled-response", "standard-replies")


async def room(network: Network) -> tuple[IrcClient, IrcClient]:
    """Return two who are in #room; both know about tags and echoes."""
    alice, bob = [await network.connect(nick, *SPEAKS) for nick in ("alice", "bob")]
    for client in (alice, bob):
        await client.ask("JOIN #room")
    await alice.read()
    return alice, bob


def said(messages: list[Message]) -> list[tuple[str, str]]:
    """Return id and text of each message."""
    return [(message.tags["msgid"], message.params[1]) for message in messages]


@pytest.mark.asyncio
async def test_the_capability_is_offered() -> None:
    """Without a value: a client knows by it that sending again is harmless."""
    client = Network().client()
    listed = offered(await client.ask("CAP LS 302"))
    assert "chatserver.dev/nonce" in listed


@pytest.mark.parametrize("verb", ["PRIVMSG", "NOTICE"])
@pytest.mark.parametrize("target", ["#room", "@#room", "bob", "alice"])
@pytest.mark.asyncio
async def test_the_second_is_answered_with_the_echo_of_the_first(verb: str, target: str) -> None:
    """With its id and time and the label of the second; nobody else sees anything."""
    network = Network()
    alice, bob = await room(network)
    first = await alice.ask(f"@label=1;{TAG} {verb} {target} :hi")
    await bob.read()
    network.world.clock.at += 1000
    echo = only(await alice.ask(f"@label=2;{TAG} {verb} {target} :hi"), verb)
    assert echo.tags == {**first[0].tags, "label": "2"}
    assert (echo.source, echo.params) == (first[0].source, (target, "hi"))
    assert await bob.read() == []
    assert commands(await alice.ask(f"@{TAG} {verb} {target} :hi")) == [verb]


@pytest.mark.asyncio
async def test_without_echo_the_label_is_acknowledged() -> None:
    """As for the first; without a label there is no answer."""
    network = Network()
    _, bob = await room(network)
    carol = await network.connect("carol", *(set(SPEAKS) - {"echo-message"}))
    await carol.ask("JOIN #room")
    await bob.read()
    line = f"{TAG} PRIVMSG #room :hi"
    assert commands(await carol.ask(f"@label=1;{line}", f"@label=2;{line}", f"@{line}")) == [
        "ACK", "ACK",
    ]  # fmt: skip
    assert commands(await bob.read()) == ["PRIVMSG"]


@pytest.mark.asyncio
async def test_each_target_has_a_message_of_its_own() -> None:
    """Also in one line."""
    alice, bob = await room(Network())
    first = await alice.ask(f"@{TAG} PRIVMSG #room,bob :hi")
    assert len(await bob.read()) == len(first) == 2
    assert said(await alice.ask(f"@{TAG} PRIVMSG bob,#room :hi")) == said(first)[::-1]
    assert await bob.read() == []


@pytest.mark.asyncio
async def test_a_long_nonce_is_known_again_after_a_new_connection() -> None:
    """Under another nick too, and before the room was joined again."""
    network = Network()
    alice, bob = await room(network)
    first = await alice.ask(f"@{TAG} PRIVMSG #room :hi")
    await alice.ask("QUIT")
    again = await network.connect("alice_", *SPEAKS)
    await bob.read()
    echo = only(await again.ask(f"@{TAG} PRIVMSG #room :hi"), "PRIVMSG")
    assert said([echo]) == said(first)
    assert echo.nick == "alice"
    assert await bob.read() == []


@pytest.mark.asyncio
async def test_a_short_nonce_ends_with_the_connection_or_the_nick() -> None:
    """Whoever has the nick next is told nothing of what was said under it."""
    network = Network()
    alice, bob = await room(network)
    line = "@+chatserver.dev/nonce=1 PRIVMSG bob :secret"
    first = await alice.ask(line)
    assert said(await alice.ask(line)) == said(first)
    await alice.ask("NICK alice2", "NICK alice")
    assert said(await alice.ask(line)) != said(first)
    await alice.ask("QUIT")
    await bob.read()
    eve = await network.connect("alice", *SPEAKS)
    assert said(await eve.ask("@+chatserver.dev/nonce=1 PRIVMSG bob :x"))[0][1] == "x"
    assert [message.params[1] for message in await bob.read()] == ["x"]


@pytest.mark.asyncio
async def test_what_was_said_was_said() -> None:
    """The answer is the same when it could not be said by now."""
    network = Network()
    alice, bob = await room(network)
    first = await alice.ask(f"@{TAG} PRIVMSG #room,bob :hi")
    await alice.ask("MODE #room +m", "PART #room")
    await bob.ask("QUIT")
    again = await alice.ask(f"@{TAG} PRIVMSG #room,bob :hi")
    assert said(again) == said(first)


@pytest.mark.asyncio
async def test_what_was_refused_may_be_said_later() -> None:
    """A nonce belongs to what was said, not to what was tried."""
    network = Network()
    alice, bob = await room(network)
    await alice.ask("MODE #room +m")
    assert commands(await bob.ask(f"@{TAG} PRIVMSG #room :hi")) == ["MODE", "404"]
    await alice.ask("MODE #room -m")
    assert commands(await bob.ask(f"@{TAG} PRIVMSG #room :hi")) == ["MODE", "PRIVMSG"]


@pytest.mark.asyncio
async def test_after_a_day_it_is_said_again() -> None:
    """Nonces are remembered for 24 hours."""
    network = Network()
    alice, bob = await room(network)
    line = f"@{TAG} PRIVMSG #room :hi"
    first = await alice.ask(line)
    network.world.clock.at += REMEMBERED_FOR
    assert said(await alice.ask(line)) == said(first)
    network.world.clock.at += 1
    assert said(await alice.ask(line)) != said(first)
    assert len(await bob.read()) == 2


@pytest.mark.asyncio
async def test_tags_are_for_who_has_them() -> None:
    """Without message-tags a nonce is no nonce, as no tag is one."""
    network = Network()
    _, bob = await room(network)
    carol = await network.connect("carol", "echo-message")
    await carol.ask("JOIN #room")
    await bob.read()
    await carol.ask(f"@{TAG} PRIVMSG #room :hi", f"@{TAG} PRIVMSG #room :hi")
    assert len(await bob.read()) == 2


@pytest.mark.asyncio
async def test_the_answer_waits_until_the_first_is_kept() -> None:
    """In the batch that is written and in the next one: nothing is confirmed before it is on disk."""
    network = Network(store=GatedStore())
    alice, bob = await room(network)
    store = gate(network.world)
    store.gate.clear()
    began = len(store.writings)
    line = f"{TAG} PRIVMSG #room :hi".encode()
    await alice.send(b"@label=1;" + line)
    await alice.send(b"@label=2;" + line)
    await until(lambda: len(store.writings) > began)
    await alice.send(b"@label=3;" + line)
    await asyncio.sleep(0)
    assert alice.client.peer.take() == []
    store.gate.set()
    answers = await alice.read()
    assert [answer.tags["label"] for answer in answers] == ["1", "2", "3"]
    assert len({answer.tags["msgid"] for answer in answers}) == 1
    assert len(await bob.read()) == 1


@pytest.mark.asyncio
async def test_refused_with_the_first_and_said_later() -> None:
    """When the disk is full, both are refused; sent again later, it is said: once."""
    store = FailingStore()
    network = Network(store=store)
    alice, bob = await room(network)
    line = f"{TAG} PRIVMSG #room :hi"
    before = await alice.ask(f"@+chatserver.dev/nonce={NONCE}0 PRIVMSG #room :kept")
    await bob.read()
    store.why = "disk full"
    await alice.send(f"@label=1;{line}".encode())
    await alice.send(f"@label=2;{line}".encode())
    await alice.send(f"@label=3;{TAG} NOTICE #room :hi".encode())
    answers = await alice.read()
    assert [answer.tags["label"] for answer in answers] == ["1", "2", "3"]
    assert [answer.params[:2] for answer in answers[:2]] == [("PRIVMSG", "CANNOT_KEEP")] * 2
    assert commands(await alice.ask(f"@label=4;{line}")) == ["FAIL"]
    again = await alice.ask(f"@+chatserver.dev/nonce={NONCE}0 PRIVMSG #room :kept")
    assert said(again) == said(before), "what was kept is confirmed while nothing can be kept"
    assert await bob.read() == []
    store.why = ""
    network.world.journal._try_again()
    first = await alice.ask(f"@{line}")
    assert said(await alice.ask(f"@{line}")) == said(first)
    assert said(await bob.read()) == said(first)


@pytest.mark.parametrize("verb", ["PRIVMSG", "NOTICE"])
@pytest.mark.asyncio
async def test_what_was_removed_since_cannot_be_shown(verb: str) -> None:
    """FAIL, or 404 without standard-replies, and silence for a NOTICE: it was said, and is gone."""
    network = Network()
    alice, bob = await room(network)
    for nick, code in (("carol", "FAIL"), ("dave", "404")):
        wanted = [*SPEAKS[:-1], "draft/message-redaction", *SPEAKS[-1:] * (code == "FAIL")]
        client = await network.connect(nick, *wanted)
        line = f"+chatserver.dev/nonce={NONCE}{nick} {verb} alice :hi"
        (echo,) = await client.ask(f"@{line}")
        await client.ask(f"REDACT alice {echo.tags['msgid']}")
        (answer,) = await client.ask(f"@label=2;{line}")
        assert answer.tags["label"] == "2"
        expected = {
            "FAIL": ("PRIVMSG", "MESSAGE_GONE", "alice", echo.tags["msgid"]),
            "404": (nick, "alice"),
        }
        if verb == "NOTICE":
            assert answer.command == "ACK"
        else:
            assert (answer.command, answer.params[:-1]) == (code, expected[code])
    assert commands(await alice.read()) == [verb] * 2
    assert await bob.read() == []


@pytest.mark.asyncio
async def test_a_message_of_several_lines_is_said_once() -> None:
    """The nonce is on the start of its batch, and the label of the second on the start of the answer."""
    network = Network()
    alice, bob = await room(network)
    await alice.ask("CAP REQ draft/multiline")
    answers = []
    for label in "12":
        start = f"@label={label};{TAG} BATCH +a draft/multiline #room"
        lines = ("@batch=a PRIVMSG #room :one", "@batch=a PRIVMSG #room :two", "BATCH -a")
        answers.append(await alice.ask(start, *lines))
    first, second = answers
    assert commands(second) == ["BATCH", "PRIVMSG", "PRIVMSG", "BATCH"]
    assert second[0].tags == {**first[0].tags, "label": "2"}
    assert [message.params for message in second] == [message.params for message in first]
    assert [message.params[1] for message in await bob.read()] == ["one", "two"]


@pytest.mark.asyncio
async def test_two_connections_say_it_once() -> None:
    """A client that gave its old connection up cannot know whether that still says it."""
    network = Network()
    alice, bob = await room(network)
    again = await network.connect("alice_", *SPEAKS)
    line = f"@{TAG} PRIVMSG #room :hi".encode()
    await alice.ask("MODE #room -n")
    await bob.read()
    for client in (alice, again):
        await client.send(line)
    assert said(await alice.read()) == said(await again.read()) == said(await bob.read())


@pytest.mark.asyncio
async def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    """What was said before is answered as ever, what was removed is gone, and a short nonce is new."""
    lines = [f"@{TAG}{number} PRIVMSG #room :{number}" for number in range(2)]
    short = "@+chatserver.dev/nonce=1 PRIVMSG #room :short"
    first = Network(store=SqliteStore(tmp_path))
    alice, _ = await room(first)
    await alice.ask("CAP REQ draft/message-redaction")
    before = said(await alice.ask(*lines, short))
    await alice.ask(f"REDACT #room {before[1][0]}")
    first.world.journal.close()
    second = Network(store=SqliteStore(tmp_path))
    alice, bob = await room(second)
    echo, gone, new = await alice.ask(*lines, short)
    assert said([echo]) == before[:1]
    assert gone.params[:-1] == ("PRIVMSG", "MESSAGE_GONE", "#room", before[1][0])
    assert said([new]) == said(await bob.read())
    assert new.tags["msgid"] != before[2][0]
    second.world.journal.close()
