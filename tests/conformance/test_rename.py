"""Another name for a room (IRCv3 draft/channel-rename)."""

import pytest

from chatserver.storage.memory import MemoryStore
from chatwire.message import Message
from tests.chatserver.fakes import FailingStore
from tests.conformance.harness import SERVER, IrcClient, Network, commands, only, params

RENAME = "draft/channel-rename"


async def rename(client: IrcClient, line: str = "RENAME #old #new :better") -> list[Message]:
    """Return what comes of a RENAME."""
    return await client.ask(line)


async def room(server: Network, nick: str, *capabilities: str) -> IrcClient:
    """Return who has entered #old."""
    client = await server.connect(nick, *capabilities)
    await client.ask("JOIN #old")
    return client


@pytest.mark.asyncio
async def test_who_knows_of_it_sees_the_new_name() -> None:
    """One line, with who did it and why; without a reason the reason is empty."""
    server = Network()
    ann, bob = await room(server, "ann", RENAME), await room(server, "bob", RENAME)
    await ann.read()
    for answer in (await rename(ann), await bob.read()):
        assert [(one.command, one.source, one.params) for one in answer] == [
            ("RENAME", "ann!ann@127.0.0.1", ("#old", "#new", "better"))
        ]
    server.world.clock.at += 61_000
    await rename(ann, "RENAME #new #newer")
    assert params(await bob.read(), "RENAME") == ("#new", "#newer", "")


@pytest.mark.asyncio
async def test_others_leave_and_enter() -> None:
    """As if they had done so, with topic and names ("Fallback"); also who asked for it."""
    server = Network()
    ann, bob = await room(server, "ann"), await room(server, "bob")
    await ann.ask("TOPIC #old :what it is about")
    await bob.read()
    for nick, answer in (("ann", await rename(ann)), ("bob", await bob.read())):
        assert commands(answer) == ["PART", "JOIN", "332", "333", "353", "366"]
        assert params(answer, "PART") == ("#old", "better")
        assert params(answer, "JOIN") == ("#new",)
        assert only(answer, "JOIN").source == f"{nick}!{nick}@127.0.0.1"
        assert params(answer, "332") == (nick, "#new", "what it is about")
        assert params(answer, "353") == (nick, "=", "#new", "@ann bob")
    await ann.ask("PRIVMSG #new :hi")
    assert params(await bob.read(), "PRIVMSG") == ("#new", "hi")


@pytest.mark.asyncio
async def test_what_stands_for_it_has_no_id() -> None:
    """Ids are unique, and nothing of it is kept as it is shown."""
    server = Network()
    ann = await room(server, "ann", "message-tags", "server-time")
    answer = await rename(ann)
    assert [{*one.tags} for one in answer[:2]] == [{"time"}] * 2


@pytest.mark.asyncio
async def test_letters_alone_are_told_to_who_knows_of_it() -> None:
    """Others would leave and enter the same room ("SHOULD NOT be used")."""
    server = Network()
    ann, bob = await room(server, "ann", RENAME), await room(server, "bob")
    assert params(await rename(ann, "RENAME #old #OLD"), "RENAME") == ("#old", "#OLD", "")
    assert await bob.read() == []


@pytest.mark.asyncio
async def test_an_answer_carries_its_label() -> None:
    """One line, or what stands for it, as one batch."""
    server = Network()
    ann = await room(server, "ann", RENAME, "labeled-response", "batch")
    assert only(await rename(ann, "@label=x RENAME #old #new"), "RENAME").tags["label"] == "x"
    bob = await server.connect("bob", "labeled-response", "batch")
    await bob.ask("JOIN #b")
    answer = await rename(bob, "@label=y RENAME #b #c")
    assert (answer[0].command, answer[0].tags["label"]) == ("BATCH", "y")
    assert commands(answer)[1:3] == ["PART", "JOIN"]


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("RENAME #old #taken", "FAIL", ("RENAME", "CHANNEL_NAME_IN_USE", "#old", "#taken")),
        ("RENAME #old #old", "FAIL", ("RENAME", "CHANNEL_NAME_IN_USE", "#old", "#old")),
        ("RENAME #lobby #hall", "FAIL", ("RENAME", "CANNOT_RENAME", "#lobby", "#hall")),
        ("RENAME #old", "461", ("ann", "RENAME")),
        ("RENAME #old old", "476", ("ann", "old")),
        ("RENAME #taken #new", "442", ("ann", "#taken")),
        ("RENAME #none #new", "403", ("ann", "#none")),
    ],
)
@pytest.mark.asyncio
async def test_a_new_name_can_be_refused(line: str, code: str, words: tuple[str, ...]) -> None:
    """By a standard reply, or by the numeric that says it."""
    server = Network()
    ann = await room(server, "ann", RENAME, "standard-replies")
    await ann.ask("JOIN #lobby")
    await (await server.connect("bob")).ask("JOIN #taken")
    (answer,) = await rename(ann, line)
    assert (answer.command, answer.params[:-1]) == (code, words)


@pytest.mark.asyncio
async def test_it_cannot_be_done_again_at_once() -> None:
    """Nor by who does not run the room."""
    server = Network()
    ann, bob = await room(server, "ann", RENAME), await room(server, "bob", "standard-replies")
    assert commands(await rename(bob)) == ["482"]
    await rename(ann)
    await bob.ask("PART #new")
    await ann.read()
    assert commands(await rename(ann, "RENAME #new #newer")) == ["400"]
    await ann.ask("CAP REQ standard-replies")
    assert params(await rename(ann, "RENAME #new #newer"), "FAIL")[:2] == (
        "RENAME",
        "CANNOT_RENAME",
    )


@pytest.mark.asyncio
async def test_the_old_name_is_free() -> None:
    """Whoever enters it makes another room; who was in the old one may."""
    server = Network()
    ann, bob = await room(server, "ann", RENAME), await room(server, "bob")
    await ann.ask("PRIVMSG #old :a secret of the old room")
    await rename(ann)
    await bob.read()
    answer = await bob.ask("JOIN #old")
    assert params(answer, "353") == ("bob", "=", "#old", "@bob")
    assert "PRIVMSG" not in commands(answer)
    assert commands(await bob.ask("MODE #old +k beer")) == ["MODE"]
    assert commands(await ann.read()) == []


HISTORY = ("draft/chathistory", "batch", "server-time", "message-tags", "draft/event-playback")


@pytest.mark.asyncio
async def test_history_goes_along() -> None:
    """Under the present name, whatever the room was called then; a new room of the old name has none."""
    server = Network()
    ann = await room(server, "ann", RENAME, *HISTORY)
    await ann.ask("PRIVMSG #old :before", "MODE #old +m")
    await rename(ann)
    await ann.ask("PRIVMSG #new :after", "JOIN #old", "PRIVMSG #old :another room")
    past = await ann.ask("CHATHISTORY LATEST #new * 10")
    assert past[0].params[2] == "#new"
    shown = [
        (one.command, *one.params) for one in past if one.command in {"PRIVMSG", "MODE", "JOIN"}
    ]
    assert shown == [
        ("JOIN", "#new"),
        ("PRIVMSG", "#new", "before"),
        ("MODE", "#new", "+m"),
        ("PRIVMSG", "#new", "after"),
    ]
    assert "RENAME" not in commands(past)
    other = await ann.ask("CHATHISTORY LATEST #old * 10")
    assert [one.params[1] for one in other if one.command == "PRIVMSG"] == ["another room"]
    assert "FAIL" in commands(
        await (await server.connect("eve", *HISTORY)).ask("CHATHISTORY LATEST #new * 1")
    )


@pytest.mark.asyncio
async def test_search_finds_it_under_the_present_name() -> None:
    """In the room, and in all rooms; each message as of the room that it was said in."""
    server = Network()
    ann = await room(server, "ann", "soju.im/search", "batch", "message-tags")
    await ann.ask("PRIVMSG #old :tea before", "RENAME #old #new", "PRIVMSG #new :tea after")
    await ann.ask("JOIN #old", "PRIVMSG #old :tea elsewhere")
    everywhere = await ann.ask("SEARCH text=tea")
    assert [one.params for one in everywhere if one.command == "PRIVMSG"] == [
        ("#new", "tea before"),
        ("#new", "tea after"),
        ("#old", "tea elsewhere"),
    ]
    inside = await ann.ask("SEARCH text=tea;in=#new")
    assert [one.params[1] for one in inside if one.command == "PRIVMSG"] == [
        "tea before",
        "tea after",
    ]


@pytest.mark.asyncio
async def test_messages_of_before_can_be_removed() -> None:
    """They are found under the present name, and gone then."""
    server = Network()
    ann = await room(server, "ann", "draft/message-redaction", "echo-message", *HISTORY)
    echo = only(await ann.ask("PRIVMSG #old :oops"), "PRIVMSG")
    await rename(ann)
    answer = await ann.ask(f"REDACT #new {echo.tags['msgid']}")
    assert params(answer, "REDACT")[:2] == ("#new", echo.tags["msgid"])
    assert "oops" not in str(await ann.ask("CHATHISTORY LATEST #new * 10"))


@pytest.mark.asyncio
async def test_read_markers_go_along() -> None:
    """They are about the room."""
    server = Network()
    ann = await room(server, "ann", RENAME, "draft/read-marker")
    await ann.ask("MARKREAD #old timestamp=2019-01-04T14:33:26.123Z")
    await rename(ann)
    assert params(await ann.ask("MARKREAD #new"), "MARKREAD") == (
        "#new", "timestamp=2019-01-04T14:33:26.123Z",
    )  # fmt: skip


@pytest.mark.asyncio
async def test_what_is_sent_again_is_said_once() -> None:
    """To the old name or to the new one: the echo of the first comes again."""
    server = Network()
    ann = await room(server, "ann", "echo-message", "message-tags", "batch")
    nonce = "@+chatserver.dev/nonce=AAAAAAAAAAAAAAAAAAAAAAAA"
    first = only(await ann.ask(f"{nonce} PRIVMSG #old :hi"), "PRIVMSG")
    await rename(ann)
    for name in ("#old", "#new"):
        again = only(await ann.ask(f"{nonce} PRIVMSG {name} :hi"), "PRIVMSG")
        assert (again.tags["msgid"], again.params[0]) == (first.tags["msgid"], name)
    later = only(await ann.ask(f"{nonce}B PRIVMSG #new :hi"), "PRIVMSG")
    again = only(await ann.ask(f"{nonce}B PRIVMSG #new :hi"), "PRIVMSG")
    assert again.tags["msgid"] == later.tags["msgid"] != first.tags["msgid"]


@pytest.mark.parametrize("tail", [1_000_000, 1])
@pytest.mark.asyncio
async def test_who_is_behind_misses_nothing_and_sees_nothing_twice(tail: int) -> None:
    """Catching up from memory or from the store: each line under the name of its moment."""
    server = Network(tail=tail)
    ann = await server.connect("ann", RENAME)
    await ann.ask("JOIN #old")
    slow, old = await room(server, "slow", RENAME), await room(server, "old")
    await slow.read()
    for client in (slow, old):
        await client.read()
        client.client.stall()
    await ann.ask("PRIVMSG #old :one", "RENAME #old #new", "PRIVMSG #new :two")
    await ann.ask("PART #new", "JOIN #old", "PRIVMSG #old :not for them")
    for client in (slow, old):
        client.client.resume()
    shown = [(one.command, *one.params) for one in await slow.read()]
    assert shown == [
        ("PRIVMSG", "#old", "one"),
        ("RENAME", "#old", "#new", ""),
        ("PRIVMSG", "#new", "two"),
        ("PART", "#new"),
    ]
    shown = [(one.command, *one.params) for one in await old.read()]
    assert [one[:2] for one in shown] == [
        ("PRIVMSG", "#old"),
        ("PART", "#old"),
        ("JOIN", "#new"),
        ("353", "old"),
        ("366", "old"),
        ("PRIVMSG", "#new"),
        ("PART", "#new"),
    ]


@pytest.mark.asyncio
async def test_plain_readers_go_on_in_the_room() -> None:
    """They are told, and what they type goes there, as before; another room of the old name is another."""
    server = Network()
    ann = await room(server, "ann", RENAME)
    bob = await server.world.plain_in_lobby("bob")
    await bob.ask("/join #old")
    await rename(ann)
    assert await bob.read() == ["* #old is now #new: better"]
    await ann.ask("PRIVMSG #new :hi")
    assert await bob.ask("hello") == ["[ann] hi"]
    assert params(await ann.read(), "PRIVMSG") == ("#new", "hello")
    server.world.clock.at += 61_000
    assert await bob.ask("/part", "/join #new", "/op bob") != []
    assert "-> you are in #lobby now; what you type goes there" not in await bob.ask("x")


@pytest.mark.asyncio
async def test_a_plain_operator_renames_the_room_in_front() -> None:
    """With a reason or without."""
    server = Network()
    bob = await server.world.plain_in_lobby("bob")
    await bob.ask("/join #old")
    ann = await room(server, "ann")
    assert await bob.ask("/rename #new", "still here") == ["* ann joined", "* #old is now #new"]
    assert commands(await ann.read())[-1:] == ["PRIVMSG"]


@pytest.mark.asyncio
async def test_it_is_on_disk_before_it_is_shown() -> None:
    """With the room's record, which has the log of before."""
    store = MemoryStore()
    server = Network(store=store)
    ann = await room(server, "ann", RENAME)
    assert "RENAME" in commands(await rename(ann))
    (record,) = [one for one in store._rooms.values() if one.name == "#new"]
    assert record.key == "#old"
    assert SERVER in server.facts.name


@pytest.mark.asyncio
async def test_while_the_disk_fails_a_room_keeps_its_name() -> None:
    """Who wants another for it is told why."""
    store = FailingStore()
    server = Network(store=store)
    ann = await room(server, "ann", RENAME, "standard-replies")
    store.why = "disk full"
    await ann.ask("PRIVMSG #old :x")
    assert params(await rename(ann), "FAIL")[:3] == ("RENAME", "CANNOT_KEEP", "#old")
    store.why = ""
