"""REDACT: removing messages (IRCv3 draft/message-redaction)."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from chatserver.core.events import KeptEvent
from chatserver.core.history import Question
from chatserver.core.limits import Limits
from chatserver.ports import StoreError
from chatserver.storage.memory import MemoryStore
from chatserver.storage.sqlite import SqliteStore
from tests.chatserver.fakes import FailingStore
from tests.conformance.harness import IrcClient, Network, commands, enter, only, params

CAPABILITIES = (
    "batch", "draft/chathistory", "draft/message-redaction", "echo-message", "labeled-response",
    "message-tags", "server-time", "standard-replies",
)  # fmt: skip


class Unreadable(MemoryStore):
    """A store that takes everything, and can't be read."""

    def read(self, asked: Sequence[Question]) -> Mapping[Question, Sequence[KeptEvent]]:
        """Fail, if there is anything to read."""
        if asked:
            raise StoreError("a bad sector")
        return {}


async def room(network: Network) -> list[IrcClient]:
    """Return three in #room who know of redaction; the first is its operator."""
    clients = [await network.connect(nick, *CAPABILITIES) for nick in ("op", "alice", "bob")]
    return await enter("#room", *clients)


async def say(client: IrcClient, text: str, target: str = "#room") -> str:
    """Say something; return its id."""
    return only(await client.ask(f"PRIVMSG {target} :{text}"), "PRIVMSG").tags["msgid"]


async def texts(client: IrcClient, target: str = "#room") -> list[str]:
    """Return what history says was said."""
    messages = await client.ask(f"CHATHISTORY LATEST {target} * 50")
    return [message.params[1] for message in messages if message.command == "PRIVMSG"]


@pytest.mark.asyncio
async def test_a_message_is_removed_by_who_said_it() -> None:
    """All are told as of a message, with the reason; history does not have it any more."""
    op, alice, bob = await room(Network())
    await say(alice, "one")
    found = await say(alice, "oops")
    await say(alice, "two")
    await bob.read()
    answer = await alice.ask(f"@label=x REDACT #room {found} :wrong window")
    echo = only(answer, "REDACT")
    assert (echo.nick, echo.params) == ("alice", ("#room", found, "wrong window"))
    assert echo.tags["label"] == "x"
    for other in (op, bob):
        assert (await other.read())[-1].params == ("#room", found, "wrong window")
    assert await texts(bob) == ["one", "two"]
    again = params(await alice.ask(f"REDACT #room {found}"), "FAIL")
    assert again[:-1] == ("REDACT", "UNKNOWN_MSGID", "#room", found)


@pytest.mark.asyncio
async def test_a_reason_may_be_left_out() -> None:
    """Then there is none in what is told."""
    op, alice, _ = await room(Network())
    found = await say(alice, "spam")
    await op.read()
    assert params(await op.ask(f"REDACT #room {found}"), "REDACT") == ("#room", found)


@pytest.mark.asyncio
async def test_who_did_not_ask_for_it_is_told_nothing() -> None:
    """MUST not forward it to others; who removes without echo-message gets ACK for a label."""
    network = Network()
    _, alice, _ = await room(network)
    dave = await network.connect("dave", "message-tags")
    eve = await network.connect(
        "eve", "draft/message-redaction", "message-tags", "batch", "labeled-response"
    )
    for client in (dave, eve):
        await client.ask("JOIN #room")
    await dave.read()
    await alice.read()
    await eve.ask("PRIVMSG #room :oops")
    found = only(await alice.read(), "PRIVMSG").tags["msgid"]
    await dave.read()
    assert commands(await eve.ask(f"@label=1 REDACT #room {found}")) == ["ACK"]
    assert commands(await alice.read()) == ["REDACT"]
    assert await dave.read() == []
    assert commands(await dave.ask(f"REDACT #room {found}")) == ["421"]


@pytest.mark.asyncio
async def test_others_may_not() -> None:
    """FAIL REDACT REDACT_FORBIDDEN, and nobody is told."""
    op, alice, bob = await room(Network())
    found = await say(alice, "mine")
    await op.read()
    await bob.read()
    answer = await bob.ask(f"@label=1 REDACT #room {found}")
    assert only(answer, "FAIL").tags["label"] == "1"
    assert params(answer, "FAIL")[:-1] == ("REDACT", "REDACT_FORBIDDEN", "#room", found)
    assert await alice.read() == await op.read() == []
    assert commands(await op.ask(f"REDACT #room {found}")) == ["REDACT"]


@pytest.mark.asyncio
async def test_the_time_for_it_is_told() -> None:
    """FAIL REDACT REDACT_WINDOW_EXPIRED with the window in seconds."""
    network = Network(limits=Limits(redaction_window=60_000))
    _, alice, _ = await room(network)
    found = await say(alice, "mine")
    network.world.clock.at += 60_001
    failure = params(await alice.ask(f"REDACT #room {found}"), "FAIL")
    assert failure[:4] == ("REDACT", "REDACT_WINDOW_EXPIRED", "#room", found)


@pytest.mark.parametrize(
    ("target", "written", "code"),
    [
        ("#room", "nonsense", "UNKNOWN_MSGID"),
        ("#room", "ffffffffff", "UNKNOWN_MSGID"),
        ("#other", "1", "INVALID_TARGET"),
        ("@#room", "1", "UNKNOWN_MSGID"),
        ("no,nick", "1", "INVALID_TARGET"),
        ("nobody", "1", "UNKNOWN_MSGID"),
    ],
)
@pytest.mark.asyncio
async def test_what_is_not_there_is_not_removed(target: str, written: str, code: str) -> None:
    """The failure names the target, and the id where there could be one."""
    _, alice, _ = await room(Network())
    failure = await alice.ask(f"@label=x REDACT {target} {written}")
    named = (target,) if code == "INVALID_TARGET" else (target, written)
    assert params(failure, "FAIL")[:-1] == ("REDACT", code, *named)
    assert failure[0].tags["label"] == "x"


@pytest.mark.asyncio
async def test_parameters_are_needed() -> None:
    """461 without a target and an id."""
    _, alice, _ = await room(Network())
    assert params(await alice.ask("REDACT #room"), "461")[1] == "REDACT"


@pytest.mark.asyncio
async def test_nobody_learns_what_was_said_elsewhere() -> None:
    """The id of a message that one may not read is as unknown as any other."""
    network = Network()
    _, alice, bob = await room(network)
    found = await say(alice, "psst", "bob")
    eve = await network.connect("eve", *CAPABILITIES)
    for target in ("alice", "bob", "eve"):
        failure = params(await eve.ask(f"REDACT {target} {found}"), "FAIL")
        assert failure[:-1] == ("REDACT", "UNKNOWN_MSGID", target, found)
    assert (await bob.read())[-1].params[1] == "psst"


@pytest.mark.asyncio
async def test_between_two_people() -> None:
    """Both are told, and neither finds it any more; who got it may not remove it."""
    _, alice, bob = await room(Network())
    found = await say(alice, "psst", "bob")
    await bob.read()
    failure = params(await bob.ask(f"REDACT alice {found}"), "FAIL")
    assert failure[:-1] == ("REDACT", "REDACT_FORBIDDEN", "alice", found)
    echo = params(await alice.ask(f"REDACT BOB {found} :oops"), "REDACT")
    assert echo == params(await bob.read(), "REDACT") == ("bob", found, "oops")
    assert await texts(alice, "bob") == await texts(bob, "alice") == []


@pytest.mark.asyncio
async def test_all_parts_of_a_long_line_go() -> None:
    """A plain reader's line came in several messages, each with an id: each is told to be gone."""
    network = Network()
    op, _, bob = await room(network)
    plain = network.world.plain("pat")
    await plain.ask("", "/join #room")
    await bob.read()
    await plain.ask("long " * 300)
    messages = await bob.read()
    ids = [message.tags["msgid"] for message in messages if message.command == "PRIVMSG"]
    assert len(ids) == 4
    await op.ask(f"REDACT #room {ids[2]}")
    assert [message.params[1] for message in await bob.read()] == ids
    assert (await plain.read())[-1].startswith("* op removed what pat said at ")
    assert await texts(bob) == []


@pytest.mark.asyncio
async def test_what_is_removed_is_nowhere_any_more() -> None:
    """Not on joining, not around its own id, and it makes nobody somebody one has talked with lately."""
    network = Network()
    op, alice, _ = await room(network)
    first = await say(alice, "one")
    found = await say(alice, "oops")
    private = await say(alice, "psst", "bob")
    targets = "CHATHISTORY TARGETS timestamp=2025-01-01T00:00:00.000Z timestamp=2999-01-01T00:00:00.000Z 9"
    assert "bob" in str(await alice.ask(targets))
    await op.ask(f"REDACT #room {found}")
    await alice.ask(f"REDACT bob {private}")
    assert "bob" not in str(await alice.ask(targets))
    around = await alice.ask(f"CHATHISTORY AROUND #room msgid={found} 5")
    assert [message.tags["msgid"] for message in around[1:-1]] == [first]
    eve = await network.connect("eve", "batch", "server-time")
    replayed = [
        message.params[1] for message in await eve.ask("JOIN #room") if message.command == "PRIVMSG"
    ]
    assert replayed == ["one"]
    plain = network.world.plain("pat")
    assert "oops" not in "".join(await plain.ask("", "/join #room", "/history 9"))


@pytest.mark.parametrize("on_disk", [False, True])
@pytest.mark.asyncio
async def test_no_search_finds_it(tmp_path: Path, on_disk: bool) -> None:  # noqa: FBT001
    """Neither by IRC nor in plain text, in a room and between two people."""
    network = Network(store=SqliteStore(tmp_path) if on_disk else None)
    _, alice, _ = await room(network)
    await alice.ask("CAP REQ soju.im/search")
    plain = network.world.plain("pat")
    await plain.ask("", "/join #room")
    ids = [await say(alice, "secret", target) for target in ("#room", "#room", "bob")]
    assert commands(await alice.ask("SEARCH text=secret")).count("PRIVMSG") == 3
    for target, found in zip(("#room", "#room", "bob"), ids, strict=True):
        await alice.ask(f"REDACT {target} {found}")
    assert "PRIVMSG" not in commands(await alice.ask("SEARCH text=secret"))
    await plain.read()
    assert "[alice]" not in str(await plain.ask("/search secret"))
    network.world.journal.close()


@pytest.mark.asyncio
async def test_who_asks_at_the_same_time_sees_it_or_not() -> None:
    """A page that was asked for before the removal, and the next one, are both as of their place."""
    network = Network()
    _, alice, bob = await room(network)
    found = await say(alice, "oops")
    await bob.read()
    await bob.send(b"CHATHISTORY LATEST #room * 9")
    await alice.send(f"REDACT #room {found}".encode())
    await bob.send(b"CHATHISTORY LATEST #room * 9")
    answer = await bob.read()
    assert commands(answer) == ["BATCH", "PRIVMSG", "BATCH", "REDACT", "BATCH", "BATCH"]


@pytest.mark.asyncio
async def test_plain_readers_are_told_in_words() -> None:
    """Who removed it, whose it was, and when it was said."""
    network = Network()
    op, alice, _ = await room(network)
    plain = network.world.plain("pat")
    await plain.ask("", "/join #room")
    mine, others = await say(alice, "mine"), await say(alice, "spam")
    await plain.read()
    await alice.ask(f"REDACT #room {mine}")
    await op.ask(f"REDACT #room {others} :no ads")
    assert await plain.read() == [
        "* alice removed what they said at 2026-01-01 00:00 (UTC)",
        "* op removed what alice said at 2026-01-01 00:00 (UTC): no ads",
    ]


@pytest.mark.asyncio
async def test_event_playback_tells_that_something_was_removed() -> None:
    """In its place, so that who was away learns of it; to who knows of redaction alone."""
    network = Network()
    _, alice, bob = await room(network)
    found = await say(alice, "oops")
    await alice.ask(f"REDACT #room {found} :sorry")
    await bob.ask("CAP REQ draft/event-playback")
    history = await bob.ask("CHATHISTORY LATEST #room * 1")
    assert commands(history) == ["BATCH", "REDACT", "BATCH"]
    assert history[1].params == ("#room", found, "sorry")
    await bob.ask("CAP REQ -draft/message-redaction")
    assert commands(await bob.ask("CHATHISTORY LATEST #room * 1")) == ["BATCH", "BATCH"]


@pytest.mark.asyncio
async def test_what_cannot_be_kept_is_not_done() -> None:
    """FAIL REDACT CANNOT_KEEP, of what was under way when the disk got full and of what comes then."""
    store = FailingStore()
    network = Network(store=store)
    _, alice, bob = await room(network)
    ids = {"#room": await say(alice, "one"), "bob": await say(alice, "two", "bob")}
    await bob.read()
    for target, found in ids.items():
        store.why = "disk full"
        for _ in range(2):
            failure = only(await alice.ask(f"@label=x REDACT {target} {found}"), "FAIL")
            assert failure.params[:3] == ("REDACT", "CANNOT_KEEP", target)
            assert failure.tags["label"] == "x"
        store.why = ""
        network.world.journal._try_again()
        assert await bob.read() == []
    assert await texts(bob) == ["one"]
    assert params(await alice.ask(f"REDACT #room {ids['#room']}"), "REDACT")[0] == "#room"
    assert commands(await bob.read()) == ["REDACT"]
    assert await texts(bob) == []


@pytest.mark.asyncio
async def test_what_cannot_be_read_is_not_removed() -> None:
    """FAIL REDACT MESSAGE_ERROR: whether it is there is not known."""
    _, alice, _ = await room(Network(store=Unreadable()))
    found = await say(alice, "one")
    failure = params(await alice.ask(f"REDACT #room {found}"), "FAIL")
    assert failure[:-1] == ("REDACT", "MESSAGE_ERROR", "#room", found)


@pytest.mark.asyncio
async def test_it_waits_for_what_was_said_right_before() -> None:
    """And what comes after it waits for it: a client may send everything at once."""
    network = Network()
    _, alice, bob = await room(network)
    seq = network.world.journal.stamp().seq + 1
    answer = await alice.ask("PRIVMSG #room :oops", f"REDACT #room {seq:x}", "PRIVMSG #room :hm")
    assert commands(answer) == ["PRIVMSG", "REDACT", "PRIVMSG"]
    assert commands(await bob.read()) == ["PRIVMSG", "REDACT", "PRIVMSG"]


@pytest.mark.asyncio
async def test_a_message_on_disk_is_found_first(tmp_path: Path) -> None:
    """However long reading takes: what comes after it waits."""
    network = Network(store=SqliteStore(tmp_path))
    _, alice, bob = await room(network)
    found = await say(alice, "oops")
    await bob.read()
    answer = await alice.ask(f"@label=x REDACT #room {found}", "PRIVMSG #room :better")
    assert commands(answer) == commands(await bob.read()) == ["REDACT", "PRIVMSG"]
    assert await texts(bob) == ["better"]
    network.world.journal.close()
