"""METADATA: https://github.com/ircv3/ircv3-specifications/pull/613 (draft/metadata-3)."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from chatserver.core.metadata import FOLLOWED_MOST, KEY_BYTES, KEYS_MOST, VALUE_BYTES
from chatserver.faces.irc.metadata import MEMBERS_MOST
from chatserver.storage.sqlite import SqliteStore
from chatwire.message import Message
from tests.conformance.harness import OPERATOR, SERVER, IrcClient, Network, commands, only, params

CAPS = ("batch", "draft/metadata-3", "standard-replies")


def batch(
    messages: Sequence[Message], target: str, kind: str = "metadata"
) -> list[tuple[str, ...]]:
    """Return code and parameters of what is in the only batch, after checking it."""
    start = next(one for one in messages if one.command == "BATCH")
    assert start.params[1:] == ((kind, target) if target else (kind,))
    reference = start.params[0].removeprefix("+")
    inside = [one for one in messages if one.tags.get("batch") == reference]
    assert commands(messages).count("BATCH") == 2
    assert all(one.source == SERVER for one in inside)
    return [(one.command, *one.params) for one in inside]


def failure(messages: Sequence[Message]) -> tuple[str, ...]:
    """Return the code and the context of the one FAIL."""
    verb, *rest, _ = params(messages, "FAIL")
    assert verb == "METADATA"
    return tuple(rest)


async def listed(client: IrcClient, target: str) -> dict[str, str]:
    """Return all that is said of a target."""
    name = client.client.session.user
    assert name is not None
    found = batch(
        await client.ask(f"METADATA {target} LIST"), name.nick if target == "*" else target
    )
    return {key: value for _, _, _, key, _, value in found}


async def friends() -> tuple[Network, IrcClient, IrcClient]:
    """Return Ann and Bob, who are in a room that Ann manages; Bob follows two keys."""
    network = Network()
    ann, bob = await network.connect("ann", *CAPS), await network.connect("bob", *CAPS)
    for one in (ann, bob):
        await one.ask("JOIN #room")
    await bob.ask("METADATA * SUB url avatar")
    await ann.read()
    return network, ann, bob


@pytest.mark.asyncio
async def test_the_capability_says_what_is_allowed() -> None:
    """The limits that hold, and that it works before registration."""
    found = await Network().client().ask("CAP LS 302")
    offered = " ".join(message.params[-1] for message in found).split()
    (value,) = (one.partition("=")[2] for one in offered if one.startswith("draft/metadata-3"))
    assert value.split(",") == [
        "before-connect", f"max-subs={FOLLOWED_MOST}", f"max-keys={KEYS_MOST}",
        f"max-key-bytes={KEY_BYTES}", f"max-value-bytes={VALUE_BYTES}",
    ]  # fmt: skip


@pytest.mark.parametrize("target", ["*", "ann", "ANN"])
@pytest.mark.asyncio
async def test_ones_own_is_set_read_and_removed(target: str) -> None:
    """Set to what it is, and removed when it is not there, it answers the same ("METADATA SET")."""
    ann = await Network().connect("ann", *CAPS)
    for _ in range(2):
        answer = await ann.ask(f"METADATA {target} SET url :http://a b")
        assert params(answer, "761") == ("ann", "ann", "url", "*", "http://a b")
    found = batch(await ann.ask(f"METADATA {target} GET url avatar $x"), "ann")
    assert [one[:4] for one in found] == [
        ("761", "ann", "ann", "url"), ("766", "ann", "ann", "avatar"),
        ("WARN", "METADATA", "INVALID_KEY", "$x"),
    ]  # fmt: skip
    for line in ("SET url", "SET url :"):
        answer = await ann.ask(f"METADATA {target} {line}")
        assert params(answer, "766")[:3] == ("ann", "ann", "url")
    assert await listed(ann, "*") == {}


@pytest.mark.asyncio
async def test_all_of_it_is_removed() -> None:
    """With one answer for each key ("METADATA CLEAR")."""
    ann = await Network().connect("ann", *CAPS)
    await ann.ask("METADATA * SET a :1", "METADATA * SET b :2")
    found = batch(await ann.ask("METADATA * CLEAR"), "ann")
    assert [one[:4] for one in found] == [("766", "ann", "ann", "a"), ("766", "ann", "ann", "b")]
    assert batch(await ann.ask("METADATA * CLEAR"), "ann") == []


REFUSED = [
    ("bob SET url :x", ("KEY_NO_PERMISSION", "bob", "url")),
    ("bob CLEAR", ("KEY_NO_PERMISSION", "bob", "*")),
    ("#mine SET url :x", ("KEY_NO_PERMISSION", "#mine", "url")),
    ("#mine CLEAR", ("KEY_NO_PERMISSION", "#mine", "*")),
    ("#room SET url :x", ("INVALID_TARGET", "#room")),
    ("nobody SET url :x", ("INVALID_TARGET", "nobody")),
    ("#room LIST", ("INVALID_TARGET", "#room")),
    ("#room SYNC", ("INVALID_TARGET", "#room")),
    ("nobody LIST", ("INVALID_TARGET", "nobody")),
    ("$a:b GET url", ("INVALID_TARGET", "$a:b")),
    ("bob SUB url", ("INVALID_TARGET", "bob")),
    ("bob UNSUB url", ("INVALID_TARGET", "bob")),
    ("bob SUBS", ("INVALID_TARGET", "bob")),
    ("* SET Url :x", ("INVALID_KEY", "Url")),
    (f"* SET {'k' * (KEY_BYTES + 1)} :x", ("INVALID_KEY", "k" * (KEY_BYTES + 1))),
    (f"* SET url :{'ä' * (VALUE_BYTES // 2 + 1)}", ("INVALID_VALUE", "url")),
    ("* GET", ("INVALID_PARAMS", "GET")),
    ("* LIST more", ("INVALID_PARAMS", "LIST")),
    ("* SET url x y", ("INVALID_PARAMS", "SET")),
    ("* SNEEZE", ("INVALID_PARAMS", "SNEEZE")),
    ("* :: hi!", ("INVALID_PARAMS", "*")),
    ("", ("INVALID_PARAMS", "*")),
]


@pytest.mark.parametrize(("line", "expected"), REFUSED)
@pytest.mark.asyncio
async def test_what_is_not_ones_own_stays_as_it_is(line: str, expected: tuple[str, ...]) -> None:
    """The failure names what is wrong, and nothing else comes ("Replies")."""
    network = Network()
    ann, bob = await network.connect("ann", *CAPS), await network.connect("bob", *CAPS)
    await bob.ask("JOIN #room,#mine")
    await ann.ask("JOIN #mine")
    await bob.ask("METADATA * SET url :mine", "METADATA #mine SET url :mine")
    answer = await ann.ask(f"METADATA {line}")
    assert failure(answer) == expected
    assert len(answer) == 1
    assert await listed(bob, "*") == await listed(bob, "#mine") == {"url": "mine"}


@pytest.mark.asyncio
async def test_only_so_many_keys_are_set() -> None:
    """Others can be changed and removed then."""
    ann = await Network().connect("ann", *CAPS)
    await ann.ask(*(f"METADATA * SET key{number} :x" for number in range(KEYS_MOST)))
    answer = await ann.ask("METADATA * SET more :x")
    assert failure(answer) == ("LIMIT_REACHED", "SET", "ann", str(KEYS_MOST))
    assert commands(await ann.ask("METADATA * SET key0 :y", "METADATA * SET key1")) == [
        "761",
        "766",
    ]
    assert commands(await ann.ask("METADATA * SET more :x")) == ["761"]


@pytest.mark.asyncio
async def test_who_follows_a_key_is_told_of_changes() -> None:
    """Who is in a room with somebody, or in the room; once for each change, by the server."""
    _, ann, bob = await friends()
    await ann.ask("METADATA * SET url :1", "METADATA * SET url :1", "METADATA * SET other :1")
    await ann.ask("METADATA #room SET avatar :2", "METADATA * SET url", "METADATA #room CLEAR")
    told = [(one.source, one.command, *one.params) for one in await bob.read()]
    assert told == [
        (SERVER, "761", "*", "ann", "url", "*", "1"),
        (SERVER, "761", "*", "#room", "avatar", "*", "2"),
        (SERVER, "766", "*", "ann", "url", "Key not set"),
        (SERVER, "766", "*", "#room", "avatar", "Key not set"),
    ]
    await bob.ask("METADATA * UNSUB url", "PART #room")
    await ann.ask(
        "METADATA * SET url :3", "METADATA * SET avatar :3", "METADATA #room SET avatar :3"
    )
    assert await bob.read() == []


@pytest.mark.asyncio
async def test_who_monitors_somebody_is_told_of_changes() -> None:
    """And of what there is, when somebody is found, or comes ("Automatic synchronization")."""
    network = Network()
    ann, bob = await network.connect("ann", *CAPS), await network.connect("bob", *CAPS)
    await ann.ask("METADATA * SET url :1", "METADATA * SET other :1")
    await bob.ask("METADATA * SUB url")
    answer = await bob.ask("MONITOR + ann,carl")
    assert batch(answer, "ann") == [("761", "bob", "ann", "url", "*", "1")]
    await ann.ask("METADATA * SET url :2")
    assert params(await bob.read(), "761") == ("*", "ann", "url", "*", "2")
    await network.connect("carl", *CAPS)
    assert params(await bob.read(), "774")[1:3] == ("carl", "0")
    found = batch(await bob.ask("METADATA *ALL SYNC"), "*ALL")
    assert found == [("761", "bob", "ann", "url", "*", "2")]


@pytest.mark.asyncio
async def test_who_enters_a_room_is_told_what_they_follow() -> None:
    """Of the room and of who is in it, in a batch after the names; it is the same as SYNC."""
    _, ann, bob = await friends()
    await ann.ask(
        "METADATA * SET url :1", "METADATA #room SET avatar :2", "METADATA * SET other :3"
    )
    await bob.ask("PART #room")
    answer = await bob.ask("JOIN #room")
    assert commands(answer)[:3] == ["JOIN", "353", "366"]
    found = batch(answer, "#room")
    assert found == [
        ("761", "bob", "#room", "avatar", "*", "2"),
        ("761", "bob", "ann", "url", "*", "1"),
    ]
    assert batch(await bob.ask("METADATA #room SYNC"), "#room") == found
    assert batch(await bob.ask("METADATA *ALL SYNC"), "*ALL") == found
    assert batch(await bob.ask("METADATA ann SYNC"), "ann") == found[1:]
    await ann.ask("PART #room")
    assert batch(await ann.ask("JOIN #room"), "#room") == []


@pytest.mark.asyncio
async def test_who_enters_a_large_room_asks_later() -> None:
    """So that entering it is not held up by what it says ("Postponed synchronization")."""
    network, ann, _ = await friends()
    for number in range(MEMBERS_MOST):
        await (await network.connect(f"guest{number}")).send(b"JOIN #room")
    await ann.ask("PART #room")
    answer = await ann.ask("JOIN #room")
    assert params(answer, "774")[1:3] == ("#room", "0")
    assert "BATCH" not in commands(answer)


@pytest.mark.asyncio
async def test_keys_are_followed_in_order_and_up_to_a_limit() -> None:
    """The first that is too many is named; what follows it is not looked at ("METADATA SUB")."""
    ann = await Network().connect("ann", *CAPS)
    assert batch(await ann.ask("METADATA * SUBS"), "", "metadata-subs") == []
    answer = await ann.ask("METADATA * SUB a $b a c")
    assert params(answer, "770") == ("ann", "a", "c")
    assert params(answer, "WARN")[:3] == ("METADATA", "INVALID_KEY", "$b")
    assert params(answer, "774")[1:3] == ("*ALL", "0")
    assert commands(await ann.ask("METADATA ann SUB c a")) == ["770"]
    many = [f"k{number}" for number in range(FOLLOWED_MOST)]
    answer = await ann.ask(f"METADATA * SUB {' '.join(many)}")
    assert params(answer, "770")[1:] == (*many[:-2],)
    assert failure(answer) == ("LIMIT_REACHED", "SUB", many[-2], str(FOLLOWED_MOST))
    assert params(await ann.ask("METADATA * UNSUB a x"), "771") == ("ann", "a", "x")
    found = batch(await ann.ask("METADATA * SUBS"), "", "metadata-subs")
    assert [one[2:] for one in found] == [("c", *many[:-2])]


@pytest.mark.parametrize("gone", ["batch", "draft/metadata-3"])
@pytest.mark.asyncio
async def test_who_gives_up_a_capability_follows_nothing(gone: str) -> None:
    """Either of the two that it takes."""
    _, ann, bob = await friends()
    await bob.ask(f"CAP REQ -{gone}")
    await ann.ask("METADATA * SET url :1")
    assert await bob.read() == []
    await bob.ask(f"CAP REQ {gone}")
    assert batch(await bob.ask("METADATA * SUBS"), "", "metadata-subs") == []


@pytest.mark.asyncio
async def test_without_the_capability_there_is_no_such_command() -> None:
    """And WHOIS and JOIN tell nothing of it."""
    network, ann, _ = await friends()
    await ann.ask("METADATA * SET url :1")
    carl = await network.connect("carl")
    assert params(await carl.ask("METADATA * LIST"), "421")[1] == "METADATA"
    assert not {"760", "BATCH"} & {*commands(await carl.ask("JOIN #room", "WHOIS ann"))}


@pytest.mark.asyncio
async def test_whois_tells_all_of_it() -> None:
    """Whether or not one follows it ("RPL_WHOISKEYVALUE")."""
    _, ann, bob = await friends()
    await ann.ask("METADATA * SET other :1")
    await bob.read()
    assert params(await bob.ask("WHOIS ann"), "760") == ("bob", "ann", "other", "*", "1")


@pytest.mark.asyncio
async def test_members_read_what_is_said_of_a_room() -> None:
    """And operators of the server; nobody else."""
    network, ann, bob = await friends()
    await ann.ask("METADATA #room SET url :1")
    await bob.read()
    assert await listed(ann, "#room") == await listed(bob, "#room") == {"url": "1"}
    carl = await network.connect("carl", *CAPS)
    assert failure(await carl.ask("METADATA #room GET url")) == ("INVALID_TARGET", "#room")
    await carl.ask(OPERATOR)
    assert await listed(carl, "#room") == {"url": "1"}


@pytest.mark.asyncio
async def test_it_is_set_and_followed_before_registration() -> None:
    """All of it is in the batch of the welcome, and others can be told of it then."""
    network, _, bob = await friends()
    carl = network.client()
    answer = await carl.ask(
        f"CAP REQ :{' '.join(CAPS)}", "METADATA * SET url :1", "METADATA * SET a :2"
    )
    assert [one.params[:4] for one in answer if one.command == "761"] == [
        ("*", "*", "url", "*"), ("*", "*", "a", "*"),
    ]  # fmt: skip
    assert commands(await carl.ask("METADATA * SUB avatar x", "METADATA * UNSUB x")) == [
        "770",
        "771",
    ]
    found = batch(await carl.ask("METADATA * SUBS"), "", "metadata-subs")
    assert found == [("772", "*", "avatar")]
    assert failure(await carl.ask("METADATA carl SET url :3")) == ("INVALID_TARGET", "carl")
    assert commands(await carl.ask("METADATA * SET a")) == ["766"]
    answer = await carl.ask("NICK carl", "USER carl 0 * :Carl", "CAP END")
    assert batch(answer, "carl") == [("761", "carl", "carl", "url", "*", "1")]
    assert commands(answer).index("BATCH") < commands(answer).index("376")
    assert await listed(carl, "*") == {"url": "1"}
    await carl.ask("JOIN #room")
    await bob.read()
    await bob.ask("METADATA * SET avatar :4")
    assert params(await carl.read(), "761")[1:3] == ("bob", "avatar")


@pytest.mark.asyncio
async def test_before_registration_the_limits_are_the_same() -> None:
    """Of keys, of what is followed, of sizes; all else answers with a batch."""
    client = Network().client()
    await client.ask(f"CAP REQ :{' '.join(CAPS)}")
    await client.ask(*(f"METADATA * SET key{number} :x" for number in range(KEYS_MOST)))
    answer = await client.ask("METADATA * SET more :x")
    assert failure(answer) == ("LIMIT_REACHED", "SET", "*", str(KEYS_MOST))
    assert failure(await client.ask(f"METADATA * SET a :{'x' * 300}")) == ("INVALID_VALUE", "a")
    keys = " ".join(f"k{number}" for number in range(FOLLOWED_MOST + 1))
    answer = await client.ask(f"METADATA * SUB {keys}")
    assert failure(answer) == ("LIMIT_REACHED", "SUB", f"k{FOLLOWED_MOST}", str(FOLLOWED_MOST))
    assert len(batch(await client.ask("METADATA * LIST"), "*")) == KEYS_MOST
    assert len(batch(await client.ask("METADATA * GET key0 no"), "*")) == 2
    assert batch(await client.ask("METADATA * SYNC"), "*") == []
    assert len(batch(await client.ask("METADATA * CLEAR"), "*")) == KEYS_MOST
    assert batch(await client.ask("METADATA * LIST"), "*") == []


@pytest.mark.asyncio
async def test_that_of_accounts_and_rooms_outlives_the_server(tmp_path: Path) -> None:
    """A guest's goes with them."""
    network = Network(store=SqliteStore(tmp_path))
    ann, guest = await network.login("ann", *CAPS), await network.connect("guest", *CAPS)
    for one in (ann, guest):
        await one.ask("METADATA * SET url :1", "JOIN #room")
    await ann.ask("METADATA #room SET url :2", "METADATA * SET gone :1", "METADATA * SET gone")
    await guest.ask("QUIT")
    await network.world.journal.idle()
    network.world.journal.close()
    network = Network(store=SqliteStore(tmp_path))
    ann, guest = await network.login("ann", *CAPS), await network.connect("guest", *CAPS)
    await ann.ask("JOIN #room")
    assert await listed(ann, "*") == {"url": "1"}
    assert await listed(ann, "#room") == {"url": "2"}
    assert await listed(guest, "*") == {}
    network.world.journal.close()


@pytest.mark.asyncio
async def test_the_answer_to_a_label_is_whole() -> None:
    """The batch is inside of what answers the label (IRCv3 labeled-response)."""
    ann = await Network().connect("ann", *CAPS, "labeled-response")
    await ann.ask("METADATA * SET url :1")
    answer = await ann.ask("@label=x METADATA * LIST")
    assert [one.command for one in answer if "batch" not in one.tags] == ["BATCH", "BATCH"]
    assert only(answer, "761").params[-1] == "1"


@pytest.mark.asyncio
async def test_other_devices_of_the_same_person_are_told() -> None:
    """But not the one that changed it, beside its answer; each follows its own keys."""
    network = Network()
    first, second = await network.login("ann", *CAPS), await network.login("ann", *CAPS)
    third = await network.login("ann", *CAPS)
    for one in (first, second):
        await one.ask("METADATA * SUB url")
    assert commands(await first.ask("METADATA * SET url :1")) == ["761"]
    assert params(await second.read(), "761") == ("*", "ann", "url", "*", "1")
    assert await third.read() == []
    await second.ask("QUIT")
    assert commands(await first.ask("METADATA * SET url :2")) == ["761"]
    fourth = network.client()
    await fourth.ask(f"CAP REQ :sasl {' '.join(CAPS)}", "METADATA * SET url :3")
    await fourth.authenticate("ann", "sesame")
    answer = await fourth.ask("NICK ann", "USER ann 0 * :Ann", "CAP END")
    assert batch(answer, "ann") == [("761", "ann", "ann", "url", "*", "3")]
    assert params(await first.read(), "761") == ("*", "ann", "url", "*", "3")


@pytest.mark.asyncio
async def test_who_logs_in_says_what_the_account_says() -> None:
    """Who follows it is told of the difference; a new account says what its owner said before."""
    network, ann, bob = await friends()
    await ann.ask("METADATA * SET url :1", "METADATA * SET other :1")
    await ann.ask("REGISTER ann * sesame")
    await bob.read()
    assert await listed(ann, "*") == {"url": "1", "other": "1"}
    await (await network.login("carl", *CAPS)).ask("METADATA * SET avatar :2", "QUIT")
    await ann.ask("METADATA * SUB url")
    await ann.ask("METADATA * SET url", "CAP REQ sasl")
    await bob.read()
    await ann.authenticate("carl", "sesame")
    told = [one.params[1:] for one in await bob.read() if one.command == "761"]
    assert told == [("ann", "avatar", "*", "2")]
    assert await listed(ann, "*") == {"avatar": "2"}


@pytest.mark.asyncio
async def test_a_connection_follows_its_keys_when_it_becomes_a_device_of_somebody() -> None:
    """Who has the account is there already."""
    network, _, bob = await friends()
    carl = await network.login("carl", *CAPS)
    guest = await network.connect("guest", *CAPS, "sasl")
    await carl.ask("JOIN #room")
    await guest.ask("METADATA * SUB url")
    await guest.authenticate("carl", "sesame")
    await bob.ask("METADATA * SET url :1")
    assert params(await guest.read(), "761")[1:3] == ("bob", "url")
    assert "761" not in commands(await carl.read())
    await guest.ask("QUIT")
    assert network.world.node.state.following.followers("url") == [bob.client.session.number]
