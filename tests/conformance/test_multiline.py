"""Messages of several lines (IRCv3 draft/multiline, client-batch)."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatserver.faces.irc.isupport import MULTILINE_BYTES, MULTILINE_LINES
from chatwire.message import Message
from tests.chatserver.fakes import Client
from tests.conformance.harness import SERVER, IrcClient, Network, commands, enter, offered, only

TAGS = (
    "batch", "echo-message", "labeled-response", "message-tags", "server-time", "standard-replies",
)  # fmt: skip
CAPABILITIES = (*TAGS, "draft/multiline")
CONCAT = "draft/multiline-concat"
PASTE = (
    "@label=xyz;+draft/reply=1 BATCH +123 draft/multiline #room",
    "@batch=123 PRIVMSG #room :hello",
    "@batch=123 PRIVMSG #room :",
    "@batch=123 privmsg #ROOM :how is ",
    f"@batch=123;{CONCAT} PRIVMSG #room :everyone?",
    "BATCH -123",
)


async def meet(network: Network) -> tuple[IrcClient, IrcClient, IrcClient]:
    """Return who sends lines, who gets them as one message, and who gets them one by one."""
    clients = (
        await network.connect("alice", *CAPABILITIES),
        await network.connect("bob", *CAPABILITIES),
        await network.connect("carol", *TAGS),
    )
    await enter("#room", *clients)
    return clients


def opened(messages: Sequence[Message]) -> tuple[Message, Sequence[Message]]:
    """Return the start of a multiline batch and its lines, after checking that it is one."""
    start, *lines, end = messages
    reference = start.params[0].removeprefix("+")
    assert start.params == (f"+{reference}", "draft/multiline", "#room")
    assert (end.command, end.params) == ("BATCH", (f"-{reference}",))
    assert all(line.tags["batch"] == reference for line in lines)
    assert all({*line.tags} <= {"batch", CONCAT} for line in lines)
    return start, lines


@pytest.mark.asyncio
async def test_the_limits_are_told() -> None:
    """To who knows of values; max-bytes is required ("Capabilities")."""
    client = Network().client()
    assert "draft/multiline" in offered(await client.ask("CAP LS"))
    listed = offered(await client.ask("CAP LS 302"))
    limits = f"max-bytes={MULTILINE_BYTES},max-lines={MULTILINE_LINES}"
    assert f"draft/multiline={limits}" in listed


@pytest.mark.asyncio
async def test_lines_are_one_message() -> None:
    """With one id and its tags on the start of the batch; the label on that of the echo alone."""
    alice, bob, _ = await meet(Network())
    echo, said = opened(await alice.ask(*PASTE))
    heard, lines = opened(await bob.read())
    assert echo.tags == {"label": "xyz", **heard.tags}
    assert {*heard.tags} == {"time", "msgid", "+draft/reply"}
    assert heard.source == "alice!alice@127.0.0.1"
    for got in (said, lines):
        assert [line.params for line in got] == [
            ("#room", "hello"), ("#room", ""), ("#room", "how is "), ("#room", "everyone?"),
        ]  # fmt: skip
        assert [CONCAT in line.tags for line in got] == [False, False, False, True]


@pytest.mark.asyncio
async def test_others_get_the_lines() -> None:
    """As they were composed, without blank ones, the id on the first alone ("Fallback")."""
    alice, bob, carol = await meet(Network())
    await alice.ask(*PASTE)
    (start, _), lines = opened(await bob.read()), await carol.read()
    assert [line.params[1] for line in lines] == ["hello", "how is ", "everyone?"]
    assert [line.tags.get("msgid") for line in lines] == [start.tags["msgid"], None, None]
    assert {line.tags["time"] for line in lines} == {start.tags["time"]}
    assert not any(CONCAT in line.tags or "batch" in line.tags for line in lines)


@pytest.mark.asyncio
async def test_notices_and_people() -> None:
    """All of NOTICE, to one person; who has no echo is told that it was done."""
    network = Network()
    alice, _, carol = await meet(network)
    await alice.ask("CAP REQ -echo-message")
    batch = (
        "BATCH +a draft/multiline carol",
        "@batch=a NOTICE carol :x",
        "@batch=a NOTICE carol :y",
    )
    assert await alice.ask(*batch) == []
    assert commands(await alice.ask("BATCH -a")) == []
    assert [(m.command, m.params) for m in await carol.read()] == [
        ("NOTICE", ("carol", "x")), ("NOTICE", ("carol", "y")),
    ]  # fmt: skip
    await alice.ask("@label=1 BATCH +b draft/multiline carol", "@batch=b PRIVMSG carol z")
    (ack,) = await alice.ask("BATCH -b")
    assert (ack.command, ack.tags["label"]) == ("ACK", "1")


@pytest.mark.asyncio
async def test_plain_readers_get_each_line() -> None:
    """With who said it, so that none can look like another's or like the server's."""
    network = Network()
    alice, *_ = await meet(network)
    reader: Client = network.world.plain("rita")
    await reader.ask("", "/join #room")
    await alice.ask(
        "BATCH +1 draft/multiline #room",
        "@batch=1 PRIVMSG #room :one",
        "@batch=1 PRIVMSG #room :",
        "@batch=1 PRIVMSG #room :-> goodbye",
        "@batch=1 PRIVMSG #room :* bob left",
        "BATCH -1",
    )
    lines = ["[alice] one", "[alice] -> goodbye", "[alice] * bob left"]
    assert await reader.read() == lines
    *_, day, one, two, three = await reader.ask("/history")
    assert day.startswith("-> said on")
    assert [line.partition(" ")[2] for line in (one, two, three)] == lines
    assert (await reader.ask("/search goodbye"))[-3:-1] == [two, three]


@pytest.mark.asyncio
async def test_history_counts_it_as_one() -> None:
    """In a batch within the batch, or as lines within it; a page of two has both messages."""
    alice, bob, carol = await meet(Network())
    await alice.ask("PRIVMSG #room :before", *PASTE)
    live, _ = opened((await bob.read())[1:])
    await bob.ask("CAP REQ draft/chathistory")
    outer, before, start, *lines, inner_end, outer_end = await bob.ask(
        "CHATHISTORY LATEST #room * 2"
    )
    reference = outer.params[0].removeprefix("+")
    assert before.params[1] == "before"
    assert start.tags == {"batch": reference, **live.tags}
    assert inner_end.tags == {"batch": reference}
    assert [line.params[1] for line in lines] == ["hello", "", "how is ", "everyone?"]
    assert {line.tags["batch"] for line in lines} == {start.params[0].removeprefix("+")}
    assert outer_end.params == (f"-{reference}",)
    await carol.ask("CAP REQ draft/chathistory")
    _, *past, _ = await carol.ask("CHATHISTORY LATEST #room * 1")
    assert [line.params[1] for line in past] == ["hello", "how is ", "everyone?"]
    assert {line.tags["batch"] for line in past} == {past[0].tags["batch"]}


@pytest.mark.asyncio
async def test_a_batch_that_is_sent_again_with_its_nonce_is_said_once() -> None:
    """The nonce stands on its start, and the answer is the echo of the first."""
    alice, bob, _ = await meet(Network())
    nonce = "+chatserver.dev/nonce=0123456789abcdefghijkl"
    again = (PASTE[0].replace("+draft/reply=1", nonce), *PASTE[1:])
    first, said = opened(await alice.ask(*again))
    second, repeated = opened(await alice.ask(*again))
    assert second.tags == first.tags
    assert [line.params for line in repeated] == [line.params for line in said]
    opened(await bob.read())


words = st.text(st.characters(codec="utf-8", exclude_characters="\0\1\r\n"), max_size=120)
pastes = st.lists(st.tuples(words, st.booleans()), min_size=1, max_size=8)


def rejoin(lines: Sequence[Message]) -> str:
    """Return the message that lines of a batch are ("Batch types")."""
    text = ""
    for line in lines:
        text += ("" if CONCAT in line.tags else "\n") + line.params[1]
    return text.removeprefix("\n")


async def paste(lines: Sequence[tuple[str, bool]]) -> None:
    """Let Alice say lines, some going on with those before, and look at what everybody gets."""
    network = Network()
    alice, bob, carol = await meet(network)
    reader: Client = network.world.plain("rita")
    await reader.ask("", "/join #room")
    for client in (alice, bob, carol):
        await client.read()
    await alice.ask("BATCH +1 draft/multiline #room")
    text = ""
    for number, (line, joined) in enumerate(lines):
        goes_on = joined and bool(line) and number > 0
        text += line if goes_on or not number else f"\n{line}"
        tags = f"@batch=1;{CONCAT}" if goes_on else "@batch=1"
        assert await alice.ask(f"{tags} PRIVMSG #room :{line}") == []
    echo, heard, got = await alice.ask("BATCH -1"), await bob.read(), await carol.read()
    if not text.strip("\n"):
        assert commands(echo) == ["FAIL"]
        assert [*heard, *got] == []
        return
    assert commands(echo) == commands(heard)
    assert rejoin([message for message in heard if message.command == "PRIVMSG"]) == text
    assert all(message.params[1] for message in got)
    assert "".join(message.params[1] for message in got) == text.replace("\n", "")
    shown = await reader.read()
    assert shown
    assert all(line.startswith("[alice] ") for line in shown)
    await bob.ask("CAP REQ draft/chathistory")
    past = await bob.ask("CHATHISTORY LATEST #room * 1")
    assert rejoin([message for message in past if message.command == "PRIVMSG"]) == text


@settings(max_examples=60)
@given(pastes)
def test_whatever_is_pasted_arrives_as_it_was(lines: list[tuple[str, bool]]) -> None:
    """At who knows of lines, at who does not but for blank ones, in history, and harmless in a terminal."""
    asyncio.run(paste(lines))


MISTAKES = [
    ("+1 draft/multiline #room", ["@batch=1 PRIVMSG #other :x"],
     ("MULTILINE_INVALID_TARGET", "#room", "#other")),
    ("+1 draft/multiline #room", ["@batch=1 PRIVMSG #room :x", "@batch=1 NOTICE #room :x"],
     ("MULTILINE_INVALID",)),
    ("+1 draft/multiline #room", ["@batch=1 TAGMSG #room"], ("MULTILINE_INVALID",)),
    ("+1 draft/multiline #room", ["@batch=1 JOIN #room"], ("MULTILINE_INVALID",)),
    ("+1 draft/multiline #room",
     ["@batch=1 PRIVMSG #room :x", f"@batch=1;{CONCAT} PRIVMSG #room :"], ("MULTILINE_INVALID",)),
    ("+1 draft/multiline #room", ["@batch=1 PRIVMSG #room :"] * 2, ("MULTILINE_INVALID",)),
    ("+1 draft/multiline #room", [], ("MULTILINE_INVALID",)),
    ("+1 draft/multiline #room", ["@batch=1 PRIVMSG #room hi"] * (MULTILINE_LINES + 2),
     ("MULTILINE_MAX_LINES", str(MULTILINE_LINES))),
    ("+1 draft/multiline #room", ["@batch=1 PRIVMSG #room " + "x" * 400] * 30,
     ("MULTILINE_MAX_BYTES", str(MULTILINE_BYTES))),
    ("+1 draft/multiline #room",
     ["@batch=1 PRIVMSG #room :x", "@batch=1 PRIVMSG #room :\x01VERSION\x01"],
     ("MULTILINE_INVALID",)),
    ("+1 draft/multiline #room,#other", ["@batch=1 PRIVMSG #room :x"], ("MULTILINE_INVALID",)),
    ("+1 draft/multiline", ["@batch=1 PRIVMSG #room :x"], ("MULTILINE_INVALID",)),
    ("+1 netsplit #room", ["@batch=1 PRIVMSG #room :x"], ("UNKNOWN_TYPE", "1", "netsplit")),
    ("+a.b draft/multiline #room", ["@batch=a.b PRIVMSG #room :x"], ("INVALID_REFTAG", "a.b")),
]  # fmt: skip


@pytest.mark.parametrize(("start", "lines", "failure"), MISTAKES)
@pytest.mark.asyncio
async def test_a_batch_with_a_mistake_is_not_said(
    start: str, lines: list[str], failure: tuple[str, ...]
) -> None:
    """One FAIL, under the label of its start; what follows of it is ignored ("Errors")."""
    alice, bob, carol = await meet(Network())
    reference = start.split(maxsplit=1)[0].removeprefix("+")
    (fail,) = await alice.ask(f"@label=7 BATCH {start}", *lines, f"BATCH -{reference}")
    assert (fail.source, fail.command, fail.tags["label"]) == (SERVER, "FAIL", "7")
    assert fail.params[:-1] == ("BATCH", *failure)
    assert [*await bob.read(), *await carol.read()] == []
    opened(await alice.ask(*PASTE))  # the next one is said


@pytest.mark.parametrize(
    "line",
    [
        "@batch=2 PRIVMSG #room :x",
        "BATCH -2",
        "BATCH +2 draft/multiline #room",
        "@batch=1 BATCH +2 draft/multiline #room",
        "BATCH 1",
    ],
)
@pytest.mark.asyncio
async def test_what_is_of_no_open_batch_is_refused(line: str) -> None:
    """Another one, a second one, one within it; the open one goes on."""
    alice, bob, _ = await meet(Network())
    (fail,) = await alice.ask("BATCH +1 draft/multiline #room", "@batch=1 PRIVMSG #room :y", line)
    assert fail.params[:-1] == ("BATCH", "MULTILINE_INVALID")
    await alice.ask("BATCH -1")
    assert only(await bob.read(), "PRIVMSG").params[1] == "y"  # one line needs no batch


@pytest.mark.asyncio
async def test_lines_in_between_are_taken_as_ever() -> None:
    """A client that answers a PING meanwhile, or says something else, loses nothing."""
    alice, bob, _ = await meet(Network())
    pong, said = await alice.ask(*PASTE[:2], "PING x", "PRIVMSG #room :now")
    assert (pong.command, said.params[1]) == ("PONG", "now")
    opened(await alice.ask(*PASTE[2:]))
    now, *rest = await bob.read()
    assert now.params[1] == "now"
    opened(rest)


@pytest.mark.asyncio
async def test_a_batch_that_has_no_end_is_never_said() -> None:
    """It goes with the connection."""
    alice, bob, _ = await meet(Network())
    await alice.ask(*PASTE[:-1], "QUIT")
    assert commands(await bob.read()) == ["QUIT"]


@pytest.mark.parametrize(
    ("target", "line"), [("#none", "403"), ("nobody", "401"), ("#closed", "404")]
)
@pytest.mark.asyncio
async def test_a_batch_can_be_refused_as_any_message(target: str, line: str) -> None:
    """Under its label."""
    network = Network()
    alice, *_ = await meet(network)
    await network.room("#closed", "dave")
    await alice.ask(f"@label=1 BATCH +1 draft/multiline {target}", f"@batch=1 PRIVMSG {target} :x")
    (refusal,) = await alice.ask("BATCH -1")
    assert (refusal.command, refusal.tags["label"]) == (line, "1")


@pytest.mark.asyncio
async def test_who_does_not_know_of_it_cannot_send_it() -> None:
    """Nor who has no batches, which it needs ("Dependencies")."""
    network = Network()
    for nick, capabilities in (("carol", TAGS), ("dave", ("message-tags", "draft/multiline"))):
        client = await network.connect(nick, *capabilities)
        assert only(await client.ask("BATCH +1 draft/multiline carol"), "421").params[1] == "BATCH"
