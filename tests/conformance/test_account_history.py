"""What belongs to an account: its conversations, its read markers, what it said; on any device, for ever."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from chatserver.core.nonces import TAG
from chatserver.storage.sqlite import SqliteStore
from chatwire.message import Message
from tests.conformance.harness import IrcClient, Network, commands, only, params

CAPS = (
    "batch", "draft/chathistory", "draft/message-redaction", "draft/read-marker", "echo-message",
    "labeled-response", "message-tags", "server-time", "soju.im/search", "standard-replies",
)  # fmt: skip
FROM, UNTIL = "timestamp=2000-01-01T00:00:00.000Z", "timestamp=2099-01-01T00:00:00.000Z"
NONCE = "x" * 22


def texts(messages: Sequence[Message]) -> list[str]:
    """Return the texts of the messages in a batch."""
    assert commands(messages)[:1] == ["BATCH"]
    return [message.params[1] for message in messages[1:-1]]


async def read(client: IrcClient, nick: str) -> list[str]:
    """Return what `client` finds of its conversation with `nick`."""
    return texts(await client.ask(f"CHATHISTORY LATEST {nick} * 50"))


async def targets(client: IrcClient) -> list[str]:
    """Return with whom it talked."""
    answer = await client.ask(f"CHATHISTORY TARGETS {FROM} {UNTIL} 50")
    return [message.params[1] for message in answer[1:-1]]


async def search(client: IrcClient, words: str) -> list[str]:
    """Return what it finds by words."""
    return texts(await client.ask(f"SEARCH text={words}"))


async def played(client: IrcClient) -> list[tuple[str, str]]:
    """Return what it is played of people: whose conversation, and each text."""
    found, name = [], ""
    for message in await client.ask("PRIVMSG *playback :PLAY *"):
        if message.command == "BATCH":
            name = message.params[-1]
        else:
            found.append((name, message.params[1]))
    return found


async def restart(network: Network, path: Path) -> Network:
    """Stop a server, and return another one on the same directory."""
    await network.world.journal.idle()
    network.world.journal.close()
    return Network(store=SqliteStore(path))


@pytest.mark.asyncio
async def test_a_conversation_is_the_accounts_under_any_nick() -> None:
    """Whatever the two are called: each finds all of it, by the nick or the account of the other."""
    network = Network()
    ann, bob = await network.login("ann", *CAPS), await network.login("rob", *CAPS, account="bob")
    await ann.ask("PRIVMSG rob :one")
    await bob.ask("NICK bobby", "PRIVMSG ann :two")
    await ann.ask("NICK anna", "PRIVMSG bobby :three")
    await bob.read()
    everything = ["one", "two", "three"]
    assert [await read(ann, name) for name in ("bobby", "bob", "BOBBY")] == [everything] * 3
    assert [await read(bob, name) for name in ("anna", "ann")] == [everything] * 2
    assert await read(ann, "rob") == []  # that is nobody's nick by now
    assert (await targets(ann), await targets(bob)) == (["bobby"], ["anna"])


@pytest.mark.asyncio
async def test_all_of_it_is_there_after_a_restart(tmp_path: Path) -> None:
    """By pages, targets, searches and playback; who is not there is found by their account."""
    network = Network(store=SqliteStore(tmp_path))
    ann, bob = await network.login("ann", *CAPS), await network.login("rob", *CAPS, account="bob")
    guest = await network.connect("guest", *CAPS)
    await ann.ask("PRIVMSG rob :one")
    await bob.ask("PRIVMSG ann :two")
    await guest.ask("PRIVMSG ann :three")
    await ann.read()
    network = await restart(network, tmp_path)
    ann = await network.login("anna", *CAPS, account="ann")
    assert await targets(ann) == ["bob", "guest"]
    assert await read(ann, "bob") == ["one", "two"]
    assert await read(ann, "guest") == ["three"]
    assert await search(ann, "two") == ["two"]
    assert await played(ann) == [("bob", "one"), ("bob", "two"), ("guest", "three")]
    guest = await network.connect("guest", *CAPS)
    assert (await read(guest, "ann"), await targets(guest)) == ([], [])
    assert (await search(guest, "three"), await played(guest)) == ([], [])
    network.world.journal.close()


@pytest.mark.asyncio
async def test_what_was_said_to_a_guest_is_not_an_accounts() -> None:
    """Not if somebody else had the nick; who registers the nick that they have keeps what is theirs."""
    network = Network()
    ann, bob = await network.login("ann", *CAPS), await network.connect("bob", *CAPS)
    await ann.ask("PRIVMSG bob :to a guest")
    await bob.ask("QUIT")
    bob = await network.connect("bob", *CAPS)
    await ann.ask("PRIVMSG bob :to another")
    await bob.ask("REGISTER bob * sesame", "PRIVMSG ann :with an account")
    await ann.read()
    assert await read(bob, "ann") == ["to another", "with an account"]
    assert await read(ann, "bob") == ["to a guest", "to another", "with an account"]


@pytest.mark.asyncio
async def test_an_account_that_was_made_anew_has_nothing_of_the_one_before(tmp_path: Path) -> None:
    """Neither conversations nor read markers, whatever it is asked by; also after a restart."""
    network = Network(store=SqliteStore(tmp_path))
    ann, bob = await network.login("ann", *CAPS), await network.login("bob", *CAPS)
    await ann.ask("PRIVMSG bob :secret", f"MARKREAD bob {FROM}")
    await ann.ask("PRIVMSG NickServ :DROP ann sesame", "PRIVMSG NickServ :DROP ann", "QUIT")
    assert network.world.node.state.accounts.find("ann") is None
    await bob.read()
    for _ in range(2):
        ann = await network.login("ann", *CAPS)
        assert (await read(ann, "bob"), await targets(ann)) == ([], [])
        assert (await search(ann, "secret"), await played(ann)) == ([], [])
        assert params(await ann.ask("MARKREAD bob"), "MARKREAD") == ("bob", "*")
        await ann.ask("QUIT")
        assert await read(bob, "ann") == ["secret"]
        network = await restart(network, tmp_path)
        bob = await network.login("bob", *CAPS)
    network.world.journal.close()


@pytest.mark.asyncio
async def test_a_guest_reads_what_they_wrote_to_an_account_while_they_have_the_nick() -> None:
    """And who has the nick after them reads nothing of it."""
    network = Network()
    ann, guest = await network.login("ann", *CAPS), await network.connect("guest", *CAPS)
    await guest.ask("PRIVMSG ann :hi")
    await ann.ask("NICK anna", "PRIVMSG guest :hello")
    await guest.read()
    assert await read(guest, "anna") == await read(guest, "ann") == ["hi", "hello"]
    await guest.ask("NICK other")
    other = await network.connect("guest", *CAPS)
    assert await read(other, "ann") == await read(guest, "ann") == []


@pytest.mark.asyncio
async def test_read_markers_are_the_accounts(tmp_path: Path) -> None:
    """The same wherever it is connected, and after a restart; those of guests are their session's."""
    network = Network(store=SqliteStore(tmp_path))
    ann, guest = await network.login("ann", *CAPS), await network.connect("guest", *CAPS)
    for one in (ann, guest):
        await one.ask("JOIN #room", f"MARKREAD #Room {FROM}", f"MARKREAD Bob {FROM}")
        await one.ask("QUIT")
    for _ in range(2):
        ann = await network.login("anna", *CAPS, account="ann")
        assert params(await ann.ask("JOIN #ROOM"), "MARKREAD") == ("#room", FROM)
        assert params(await ann.ask("MARKREAD bob"), "MARKREAD") == ("bob", FROM)
        await ann.ask("QUIT")
        guest = await network.connect("guest", *CAPS)
        assert params(await guest.ask("MARKREAD bob"), "MARKREAD") == ("bob", "*")
        await guest.ask("QUIT")
        network = await restart(network, tmp_path)
    network.world.journal.close()


@pytest.mark.parametrize("nonce", [NONCE, "1"])
@pytest.mark.asyncio
async def test_a_line_that_is_sent_again_is_not_said_again(tmp_path: Path, nonce: str) -> None:
    """By the account, on another connection, under another nick, after a restart."""
    network = Network(store=SqliteStore(tmp_path))
    ann = await network.login("ann", *CAPS)
    line = f"@{TAG}={nonce} PRIVMSG #room :once"
    first = only(await ann.ask("JOIN #room", line), "PRIVMSG")
    network = await restart(network, tmp_path)
    ann = await network.login("anna", *CAPS, account="ann")
    again = only(await ann.ask("JOIN #room", line), "PRIVMSG")
    assert again.tags["msgid"] == first.tags["msgid"]
    network.world.journal.close()


@pytest.mark.asyncio
async def test_a_line_that_is_sent_again_after_a_login_is_not_said_again() -> None:
    """It was said as a guest, and is sent again with an account, or the other way round."""
    network = Network()
    await network.login("ann")
    guest = await network.connect("guest", *CAPS)
    line = f"@{TAG}={NONCE} PRIVMSG #room :once"
    first = only(await guest.ask("JOIN #room", line), "PRIVMSG")
    await guest.ask("REGISTER guest * sesame")
    again = only(await guest.ask(line), "PRIVMSG")
    assert again.tags["msgid"] == first.tags["msgid"]


@pytest.mark.parametrize("target", ["#room", "bob", "@#room"])
@pytest.mark.asyncio
async def test_an_account_removes_what_it_said(tmp_path: Path, target: str) -> None:
    """From another connection, under another nick, after a restart; nobody else does."""
    network = Network(store=SqliteStore(tmp_path))
    bob, ann = await network.login("bob", *CAPS), await network.login("ann", *CAPS)
    await bob.ask("JOIN #room")
    said = only(await ann.ask("JOIN #room", f"PRIVMSG {target} :oops"), "PRIVMSG").tags["msgid"]
    network = await restart(network, tmp_path)
    bob = await network.login("rob", *CAPS, account="bob")
    ann = await network.login("anna", *CAPS, account="ann")
    guest = await network.connect("guest", *CAPS)
    for one in (bob, ann, guest):
        await one.ask("JOIN #room")
    for one in (bob, ann, guest):
        await one.read()
    name = {"bob": "rob"}.get(target, target)
    assert "FAIL" in commands(await guest.ask(f"REDACT {name} {said}"))
    assert params(await ann.ask(f"REDACT {name} {said}"), "REDACT") == (name, said)
    assert params(await bob.read(), "REDACT") == (name, said)
    assert await search(ann, "oops") == await search(bob, "oops") == []
    network.world.journal.close()


@pytest.mark.asyncio
async def test_all_devices_read_the_same() -> None:
    """What one of them wrote and got, where it has read to, and what it removes."""
    network = Network()
    first, second = await network.login("ann", *CAPS), await network.login("ann", *CAPS)
    bob = await network.connect("bob", *CAPS)
    said = only(await first.ask("PRIVMSG bob :one"), "PRIVMSG").tags["msgid"]
    await bob.ask("PRIVMSG ann :two")
    for one in (first, second):
        await one.read()
    assert await read(second, "bob") == await read(first, "bob") == ["one", "two"]
    assert await targets(second) == ["bob"]
    moved = params(await second.ask(f"MARKREAD bob {FROM}"), "MARKREAD")
    assert params(await first.read(), "MARKREAD") == moved == ("bob", FROM)
    assert params(await second.ask(f"REDACT bob {said}"), "REDACT") == ("bob", said)
    assert [params(await one.read(), "REDACT")[1] for one in (first, bob)] == [said, said]
    assert await read(first, "bob") == ["two"]


@pytest.mark.asyncio
async def test_what_a_guest_got_is_removed_for_them_whoever_they_are_by_now() -> None:
    """They registered their nick, and have another one now."""
    network = Network()
    ann, zed = await network.login("ann", *CAPS), await network.connect("zed", *CAPS)
    said = only(await ann.ask("PRIVMSG zed :oops"), "PRIVMSG").tags["msgid"]
    await zed.ask("REGISTER * * sesame", "NICK zoe")
    assert await read(zed, "ann") == ["oops"]
    assert params(await ann.ask(f"REDACT zed {said}"), "REDACT") == ("zoe", said)
    assert params(await zed.read(), "REDACT") == ("zoe", said)
    assert await read(zed, "ann") == await read(ann, "zoe") == []
    other = await network.connect("rob", *CAPS)
    said = only(await ann.ask("PRIVMSG rob :oops"), "PRIVMSG").tags["msgid"]
    await other.ask("QUIT")
    other = await network.connect("rob", *CAPS)
    assert params(await ann.ask(f"REDACT rob {said}"), "REDACT") == ("rob", said)
    assert await other.read() == []
