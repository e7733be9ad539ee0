"""CHATHISTORY: pages of what was said before (IRCv3 draft/chathistory, draft/event-playback)."""

from collections.abc import Mapping, Sequence

import pytest

from chatserver.core.events import KeptEvent
from chatserver.core.history import Question
from chatserver.ports import StoreError
from tests.chatserver.fakes import FailingStore
from tests.conformance.harness import SERVER, IrcClient, Network, commands, only, params

CAPABILITIES = (
    "batch", "draft/chathistory", "echo-message", "labeled-response", "message-tags",
    "server-time", "standard-replies",
)  # fmt: skip


async def reader(network: Network, nick: str, *more: str) -> IrcClient:
    """Return a client that can ask for history."""
    return await network.connect(nick, *CAPABILITIES, *more)


async def page(client: IrcClient, request: str, target: str = "#room") -> list[str]:
    """Return the texts of the messages of a page, after checking its batch."""
    start, *lines, end = await client.ask(f"CHATHISTORY {request}")
    assert start.params[1:] == ("chathistory", target)
    reference = start.params[0].removeprefix("+")
    assert end.params == ("-" + reference,)
    assert all(line.tags["batch"] == reference for line in lines)
    return [" ".join(line.params[1:]) for line in lines]


async def talk(
    network: Network, client: IrcClient, texts: Sequence[str], target: str = "#room"
) -> tuple[dict[str, str], dict[str, str]]:
    """Let somebody say things, a second apart; return ids and times of them as references."""
    ids, times = {}, {}
    for text in texts:
        network.world.clock.at += 1000
        message = only(await client.ask(f"PRIVMSG {target} :{text}"), "PRIVMSG")
        ids[text] = f"msgid={message.tags['msgid']}"
        times[text] = f"timestamp={message.tags['time']}"
    return ids, times


REQUESTS = [
    ("LATEST #room * 3", "cde"),
    ("LATEST #room {b} 9", "cde"),
    ("LATEST #room {b} 2", "de"),
    ("LATEST #room {e} 9", ""),
    ("BEFORE #room {c} 9", "ab"),
    ("BEFORE #room {c} 1", "b"),
    ("BEFORE #room {a} 9", ""),
    ("AFTER #room {c} 9", "de"),
    ("AFTER #room {c} 1", "d"),
    ("AFTER #room {e} 9", ""),
    ("AROUND #room {c} 1", "c"),
    ("AROUND #room {c} 3", "bcd"),
    ("AROUND #room {c} 9", "abcde"),
    ("BETWEEN #room {a} {e} 9", "bcd"),
    ("BETWEEN #room {a} {e} 2", "bc"),
    ("BETWEEN #room {e} {a} 9", "bcd"),
    ("BETWEEN #room {e} {a} 2", "cd"),
    ("BETWEEN #room {c} {c} 9", ""),
    ("latest #ROOM * 1", "e"),
]


@pytest.mark.parametrize("kind", ["msgid", "timestamp"])
@pytest.mark.parametrize(("request_", "texts"), REQUESTS)
@pytest.mark.asyncio
async def test_each_subcommand_gives_its_page(request_: str, texts: str, kind: str) -> None:
    """By message id and by time, bounds left out, oldest first ("Subcommands")."""
    network = Network()
    alice = await reader(network, "alice")
    await alice.ask("JOIN #room")
    ids, times = await talk(network, alice, "abcde")
    references = ids if kind == "msgid" else times
    assert await page(alice, request_.format_map(references)) == [*texts]


@pytest.mark.parametrize(("start", "end", "texts"), [("a", "e", "bc"), ("e", "a", "cd")])
@pytest.mark.asyncio
async def test_ids_and_times_can_be_mixed(start: str, end: str, texts: str) -> None:
    """BETWEEN takes one of each, in either direction."""
    network = Network()
    alice = await reader(network, "alice")
    await alice.ask("JOIN #room")
    ids, times = await talk(network, alice, "abcde")
    for one, other in ((ids, times), (times, ids)):
        assert await page(alice, f"BETWEEN #room {one[start]} {other[end]} 2") == [*texts]


@pytest.mark.asyncio
async def test_messages_are_as_they_were() -> None:
    """Source, target, tags, id and time of a replayed message are those of the live one."""
    network = Network()
    alice, bob = await reader(network, "alice"), await reader(network, "bob")
    for client in (alice, bob):
        await client.ask("JOIN #room")
    await alice.ask("@+draft/reply=x PRIVMSG #room :one", "NOTICE #room :two")
    await alice.ask("PRIVMSG #room :" + "long " * 80)
    live = [message for message in await bob.read() if message.command in ("PRIVMSG", "NOTICE")]
    _, *past, _ = await bob.ask("CHATHISTORY LATEST #room * 10")
    assert len(past) == len(live) == 3
    for then, now in zip(live, past, strict=True):
        assert (now.source, now.command, now.params) == (then.source, then.command, then.params)
        assert {key: value for key, value in now.tags.items() if key != "batch"} == then.tags


@pytest.mark.asyncio
async def test_the_limit_of_isupport_holds() -> None:
    """CHATHISTORY=100: no page is longer, whatever was asked for ("ISUPPORT tokens")."""
    network = Network()
    alice = await reader(network, "alice")
    await alice.ask("JOIN #room", *(f"PRIVMSG #room :{number}" for number in range(120)))
    assert await page(alice, "LATEST #room * 1000") == [str(number) for number in range(20, 120)]


@pytest.mark.asyncio
async def test_a_client_can_page_to_the_beginning() -> None:
    """Each page begins where the last one ended: every message once ("Client pseudocode")."""
    network = Network()
    alice = await reader(network, "alice")
    await alice.ask("JOIN #room", *(f"PRIVMSG #room :{number}" for number in range(25)))
    found: list[str] = []
    reference = "*"
    while True:
        subcommand = "LATEST" if reference == "*" else "BEFORE"
        _, *past, _ = await alice.ask(f"CHATHISTORY {subcommand} #room {reference} 10")
        if not past:
            break
        found = [message.params[1] for message in past] + found
        reference = f"msgid={past[0].tags['msgid']}"
    assert found == [str(number) for number in range(25)]


@pytest.mark.asyncio
async def test_events_come_only_to_who_asked_for_them() -> None:
    """draft/event-playback: joins, leaves, nicks, topics and modes in their places, and no AWAY."""
    network = Network()
    alice = await reader(network, "alice", "draft/event-playback", "away-notify")
    bob, carol = await network.connect("bob"), await network.connect("carol")
    live = await alice.ask("JOIN #room", "PRIVMSG #room :one")
    await bob.ask("AWAY :tea", "JOIN #room")
    live += await alice.ask("MODE #room +v bob", "TOPIC #room :x", "PRIVMSG #room :two")
    await bob.ask("NICK rob", "PART #room :bye", "JOIN #room")
    await carol.ask("JOIN #room")
    live += await alice.ask("KICK #room carol :out")
    await bob.ask("QUIT :gone")
    live += await alice.read()
    start, *past, end = await alice.ask("CHATHISTORY LATEST #room * 50")
    assert commands([start, end]) == ["BATCH", "BATCH"]
    assert commands(past) == [
        "JOIN", "PRIVMSG", "JOIN", "MODE", "TOPIC", "PRIVMSG", "NICK", "PART", "JOIN", "MODE",
        "JOIN", "KICK", "QUIT",
    ]  # fmt: skip
    assert all(message.tags["batch"] and message.tags["time"] for message in past)
    ids = [message.tags["msgid"] for message in past]
    assert len(set(ids)) == len(ids)
    assert set(ids) < {message.tags.get("msgid") for message in live}
    _, *again, _ = await alice.ask(f"CHATHISTORY AFTER #room msgid={ids[3]} 1")
    assert commands(again) == ["TOPIC"]
    quit_ = past[-1]
    assert quit_.source is not None
    assert quit_.source.startswith("rob!")
    dave = await reader(network, "dave")
    await dave.ask("JOIN #room")
    assert await page(dave, "LATEST #room * 50") == ["one", "two"]


@pytest.mark.asyncio
async def test_who_asks_for_history_gets_none_by_itself() -> None:
    """With the capability nothing is played back on JOIN; nor is it to programs."""
    network = Network()
    (alice,) = await network.room("#room", "alice")
    await alice.ask("PRIVMSG #room :hi")
    bob = await reader(network, "bob")
    assert commands(await bob.ask("JOIN #room"))[-1] == "366"
    robot = await network.connect("robot", "batch", "server-time")
    await robot.ask("MODE robot +B")
    assert commands(await robot.ask("JOIN #room"))[-1] == "366"


@pytest.mark.asyncio
async def test_history_of_before_one_came_can_be_read() -> None:
    """By members, until the room is another one."""
    network = Network()
    (alice,) = await network.room("#room", "alice")
    await alice.ask("PRIVMSG #room :old")
    bob = await reader(network, "bob")
    await bob.ask("JOIN #room")
    assert await page(bob, "LATEST #room * 9") == ["old"]
    await alice.ask("PART #room")
    await bob.ask("PART #room")
    network.world.clock.at += network.world.limits.room_expiry + 1
    await bob.ask("JOIN #room", "PRIVMSG #room :new")
    assert await page(bob, "LATEST #room * 9") == ["new"]


@pytest.mark.asyncio
async def test_rooms_that_one_is_not_in_are_no_targets() -> None:
    """INVALID_TARGET, the same for rooms that are not there ("Errors and Warnings")."""
    network = Network()
    (alice,) = await network.room("#room", "alice")
    await alice.ask("PRIVMSG #room :hi", "PRIVMSG @#room :psst")
    bob = await reader(network, "bob")
    for target in ("#room", "#nowhere", "@#room", "no,body", "alice,alice"):
        answer = await bob.ask(f"CHATHISTORY LATEST {target} * 10")
        assert params(answer, "FAIL") == (
            "CHATHISTORY", "INVALID_TARGET", "LATEST", target, "Messages could not be retrieved",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        ("", "INVALID_PARAMS * Unknown command"),
        ("SOMETIMES #room * 9", "INVALID_PARAMS SOMETIMES Unknown command"),
        ("LATEST", "INVALID_PARAMS LATEST Insufficient parameters"),
        ("LATEST #room *", "INVALID_PARAMS LATEST Insufficient parameters"),
        ("BETWEEN #room msgid=1 9", "INVALID_PARAMS BETWEEN Insufficient parameters"),
        ("LATEST #room * 9 9", "INVALID_PARAMS LATEST Too many parameters"),
        ("TARGETS timestamp=2026-01-01T00:00:00.000Z 9", "INVALID_PARAMS TARGETS Insufficient parameters"),
        ("BEFORE #room * 9", "INVALID_PARAMS BEFORE * Invalid message reference"),
        ("BEFORE #room msgid=xyz 9", "INVALID_PARAMS BEFORE msgid=xyz Invalid msgid"),
        ("BEFORE #room timestamp=now 9", "INVALID_PARAMS BEFORE timestamp=now Invalid timestamp"),
        (
            "BEFORE #room timestamp=2026-02-30T00:00:00.000Z 9",
            "INVALID_PARAMS BEFORE timestamp=2026-02-30T00:00:00.000Z Invalid timestamp",
        ),
        ("LATEST #room * nine", "INVALID_PARAMS LATEST nine Invalid limit"),
        ("LATEST #room * 0", "INVALID_PARAMS LATEST 0 Invalid limit"),
        (
            "AFTER #room account=x 9",
            "INVALID_MSGREFTYPE AFTER #room account-based history requests are not supported",
        ),
        (
            "TARGETS msgid=1 msgid=2 9",
            "INVALID_MSGREFTYPE TARGETS * Targets are found by timestamps alone",
        ),
    ],
)  # fmt: skip
@pytest.mark.asyncio
async def test_what_makes_no_sense_fails(request_: str, answer: str) -> None:
    """As a standard reply that names the subcommand ("Errors and Warnings")."""
    network = Network()
    alice = await reader(network, "alice")
    await alice.ask("JOIN #room")
    found = await alice.ask(f"CHATHISTORY {request_}")
    assert commands(found) == ["FAIL"]
    assert " ".join(found[0].params) == f"CHATHISTORY {answer}"


@pytest.mark.asyncio
async def test_the_capability_must_be_negotiated() -> None:
    """Without it there is no such command."""
    alice = await Network().connect("alice", "batch")
    answer = await alice.ask("JOIN #room", "CHATHISTORY LATEST #room * 9")
    assert only(answer, "421").params[1] == "CHATHISTORY"


@pytest.mark.asyncio
async def test_the_answer_to_a_label_is_the_batch_itself() -> None:
    """Its start carries the label, also when it is empty (labeled-response)."""
    network = Network()
    alice = await reader(network, "alice")
    await alice.ask("JOIN #room", "PRIVMSG #room :hi")
    for request, count in (("LATEST #room * 9", 1), ("BEFORE #room msgid=1 9", 0)):
        start, *past, end = await alice.ask(f"@label=x CHATHISTORY {request}")
        assert start.tags["label"] == "x"
        assert start.params[1:] == ("chathistory", "#room")
        assert len(past) == count
        assert not any("label" in message.tags for message in [*past, end])
    (failure,) = await alice.ask("@label=y CHATHISTORY LATEST #none * 9")
    assert (failure.command, failure.tags["label"]) == ("FAIL", "y")


@pytest.mark.asyncio
async def test_without_batches_the_lines_come_bare() -> None:
    """Other capabilities are not required ("Implementation")."""
    network = Network()
    alice = await network.connect("alice", "draft/chathistory")
    await alice.ask("JOIN #room", "PRIVMSG #room :hi")
    (line,) = await alice.ask("CHATHISTORY LATEST #room * 9")
    assert (line.command, line.params, line.tags) == ("PRIVMSG", ("#room", "hi"), {})
    answer = await alice.ask(f"CHATHISTORY TARGETS {FROM} {UNTIL} 9")
    assert [message.params[:2] for message in answer] == [("TARGETS", "#room")]


class UnreadableStore(FailingStore):
    """A store that reads nothing while `why` is set."""

    def read(self, asked: Sequence[Question]) -> Mapping[Question, Sequence[KeptEvent]]:
        """Fail, or read."""
        if self.why and asked:
            raise StoreError(self.why)
        return super().read(asked)


@pytest.mark.asyncio
async def test_a_store_that_cannot_read_is_told() -> None:
    """MESSAGE_ERROR, and not an empty page: the client may ask again."""
    store = UnreadableStore()
    network = Network(store=store)
    alice = await reader(network, "alice")
    await alice.ask("JOIN #room", "PRIVMSG #room :hi")
    store.why = "disk I/O error"
    answer = await alice.ask("CHATHISTORY LATEST #room * 9")
    assert params(answer, "FAIL")[:4] == ("CHATHISTORY", "MESSAGE_ERROR", "LATEST", "#room")
    answer = await alice.ask(f"CHATHISTORY TARGETS {FROM} {UNTIL} 9")
    assert params(answer, "FAIL")[:4] == ("CHATHISTORY", "MESSAGE_ERROR", "TARGETS", "*")


# --- between two people ---------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_both_sides_read_what_they_wrote_to_each_other() -> None:
    """Outgoing messages too, under the nick of the other, spelled as it was asked ("CHATHISTORY Command")."""
    network = Network()
    alice, bob = await reader(network, "Alice"), await reader(network, "bob")
    await alice.ask("PRIVMSG bob :hi")
    await bob.ask("PRIVMSG alice :hello", "NOTICE alice :psst")
    await alice.ask("PRIVMSG alice :to myself")
    assert await page(alice, "LATEST BOB * 9", "BOB") == ["hi", "hello", "psst"]
    assert await page(bob, "LATEST alice * 9", "alice") == ["hi", "hello", "psst"]
    assert await page(alice, "LATEST alice * 9", "alice") == ["to myself"]
    assert await page(bob, "LATEST carol * 9", "carol") == []


@pytest.mark.asyncio
async def test_who_left_can_still_be_read() -> None:
    """By who wrote to them."""
    network = Network()
    alice, bob = await reader(network, "alice"), await reader(network, "Bob")
    await bob.ask("PRIVMSG alice :hi")
    await bob.ask("QUIT")
    await alice.read()
    assert await page(alice, "LATEST bob * 9", "bob") == ["hi"]


@pytest.mark.asyncio
async def test_who_takes_a_nick_reads_nothing_of_it() -> None:
    """Whether by connecting or by a change of nick ("Security Considerations")."""
    network = Network()
    alice, bob = await reader(network, "alice"), await reader(network, "bob")
    mallory = await reader(network, "mallory")
    await alice.ask("PRIVMSG bob :secret")
    await alice.ask("QUIT")
    await mallory.ask("NICK alice")
    everything = f"CHATHISTORY TARGETS {FROM} {UNTIL} 9"
    assert await page(mallory, "LATEST bob * 9", "bob") == []
    assert commands(await mallory.ask(everything)) == ["BATCH", "BATCH"]
    await mallory.ask("QUIT")
    again = await reader(network, "alice")
    assert await page(again, "LATEST bob * 9", "bob") == []
    await again.ask("PRIVMSG bob :new")
    assert await page(again, "LATEST bob * 9", "bob") == ["new"]
    await bob.read()
    assert await page(bob, "LATEST alice * 9", "alice") == ["secret", "new"]
    await bob.ask("NICK rob", "NICK bob")
    assert await page(bob, "LATEST alice * 9", "alice") == []


@pytest.mark.asyncio
async def test_another_spelling_is_the_same_nick() -> None:
    """Who changes the case of letters alone keeps what is theirs."""
    network = Network()
    alice, _ = await reader(network, "alice"), await reader(network, "bob")
    await alice.ask("PRIVMSG bob :hi", "NICK ALICE")
    assert await page(alice, "LATEST bob * 9", "bob") == ["hi"]


# --- TARGETS --------------------------------------------------------------------------------------

FROM, UNTIL = "timestamp=2000-01-01T00:00:00.000Z", "timestamp=2099-01-01T00:00:00.000Z"


async def targets(client: IrcClient, *request: str) -> list[tuple[str, str]]:
    """Return the targets and the times that answer TARGETS, after checking their batch."""
    start, *lines, end = await client.ask(f"CHATHISTORY TARGETS {' '.join(request)}")
    assert start.params[1:] == ("draft/chathistory-targets",)
    assert end.params == ("-" + start.params[0][1:],)
    assert all(line.source == SERVER and line.params[0] == "TARGETS" for line in lines)
    return [(line.params[1], f"timestamp={line.params[2]}") for line in lines]


@pytest.mark.asyncio
async def test_targets_are_rooms_and_people_by_their_newest_message() -> None:
    """Oldest first; bounds left out; counted from the first bound ("TARGETS")."""
    network = Network()
    alice, bob = await reader(network, "alice"), await reader(network, "bob")
    await alice.ask("JOIN #room,#quiet")
    _, room = await talk(network, alice, ["one"])
    _, person = await talk(network, alice, ["two"], "bob")
    found = [("#room", room["one"]), ("bob", person["two"])]
    assert await targets(alice, FROM, UNTIL, "9") == found
    assert await targets(alice, UNTIL, FROM, "9") == found
    assert await targets(alice, FROM, UNTIL, "1") == found[:1]
    assert await targets(alice, UNTIL, FROM, "1") == found[1:]
    assert await targets(alice, room["one"], UNTIL, "9") == found[1:]
    assert await targets(alice, FROM, person["two"], "9") == found[:1]
    await bob.read()
    assert await targets(bob, FROM, UNTIL, "9") == [("alice", person["two"])]
    _, room = await talk(network, alice, ["three"])
    assert await targets(alice, FROM, UNTIL, "9") == [found[1], ("#room", room["three"])]


# --- history against what happens meanwhile ---------------------------------------------------------


@pytest.mark.parametrize("place", range(7))
@pytest.mark.asyncio
async def test_nothing_is_missing_and_nothing_comes_after_its_request(place: int) -> None:
    """Wherever among what others say somebody joins and asks: all of it, the page before what is new.

    Everything of it is executed in one batch, so the page is read when the later messages are kept.
    """
    network = Network()
    alice, bob = await reader(network, "alice"), await reader(network, "bob")
    await alice.ask("JOIN #room", "PRIVMSG #room :early")
    await alice.read()
    said = [str(number) for number in range(6)]
    for number, text in enumerate([*said, ""]):
        if number == place:
            await bob.send(b"JOIN #room")
            await bob.send(b"CHATHISTORY LATEST #room * 50")
        if text:
            await alice.send(f"PRIVMSG #room :{text}".encode())
    answer = await bob.read()
    spoken = [message for message in answer if message.command == "PRIVMSG"]
    assert [message.params[1] for message in spoken] == ["early", *said]
    ids = [message.tags["msgid"] for message in spoken]
    assert len(set(ids)) == len(ids)
    assert ["batch" in message.tags for message in spoken] == [True] * (place + 1) + [False] * (
        6 - place
    )


@pytest.mark.parametrize("place", range(7))
@pytest.mark.asyncio
async def test_a_replay_on_joining_misses_nothing_either(place: int) -> None:
    """For clients that do not ask."""
    network = Network()
    alice = await reader(network, "alice")
    bob = await network.connect("bob", "server-time", "message-tags")
    await alice.ask("JOIN #room", "PRIVMSG #room :early")
    said = [str(number) for number in range(6)]
    for number, text in enumerate([*said, ""]):
        if number == place:
            await bob.send(b"JOIN #room")
        if text:
            await alice.send(f"PRIVMSG #room :{text}".encode())
    spoken = [message for message in await bob.read() if message.command == "PRIVMSG"]
    assert [message.params[1] for message in spoken] == ["early", *said]
    assert len({message.tags["msgid"] for message in spoken}) == 7


@pytest.mark.asyncio
async def test_many_who_ask_at_once_all_get_their_pages() -> None:
    """More than one batch reads, in order, with what is said between them."""
    network = Network()
    alice = await reader(network, "alice")
    await alice.ask("JOIN #room", *(f"PRIVMSG #room :{number}" for number in range(30)))
    for number in range(30):
        await alice.send(f"CHATHISTORY AFTER #room msgid={number:x} {number + 1}".encode())
        await alice.send(b"PRIVMSG #room :more")
    answer = await alice.read()
    sizes, open_ = [], -1
    for message in answer:
        if message.command == "BATCH" and open_ < 0:
            open_ = 0
        elif message.command == "BATCH":
            sizes.append(open_)
            open_ = -1
        elif open_ >= 0:
            open_ += 1
    assert sizes == [number + 1 for number in range(30)]
    assert (
        sum("batch" not in message.tags for message in answer if message.command == "PRIVMSG") == 30
    )
