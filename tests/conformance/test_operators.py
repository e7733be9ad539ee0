"""OPER, KILL, WALLOPS and REHASH (Modern IRC, "Operator Messages")."""

import asyncio
import threading

import pytest
from msgspec.structs import replace

from chatserver.faces.irc.facts import Rehash
from tests.conformance.harness import FACTS, OPERATOR, Network, commands, only, params


@pytest.mark.asyncio
async def test_name_and_password_make_an_operator() -> None:
    """RPL_YOUREOPER and a MODE with +o, which can be given back."""
    baz = await Network().connect("baz")
    answer = await baz.ask(OPERATOR)
    assert commands(answer) == ["381", "MODE"]
    assert answer[1].params == ("baz", "+o")
    assert params(await baz.ask("MODE baz -o"), "MODE") == ("baz", "-o")
    assert commands(await baz.ask("WALLOPS :hi")) == ["481"]


@pytest.mark.parametrize(
    ("line", "code"),
    [("OPER operuser wrong", "464"), ("OPER nobody operpassword", "464"), ("OPER operuser", "461")],
)
@pytest.mark.asyncio
async def test_anything_else_does_not(line: str, code: str) -> None:
    """ERR_PASSWDMISMATCH, ERR_NEEDMOREPARAMS."""
    baz = await Network().connect("baz")
    assert commands(await baz.ask(line)) == [code]


@pytest.mark.asyncio
async def test_no_password_is_taken_where_others_listen() -> None:
    """ERR_NOOPERHOST, which says what to do, whatever is right of it; unless the server does not mind."""
    checked: list[str] = []

    def allow(password: str) -> bool:
        checked.append(password)
        return True

    facts = replace(FACTS, operators={"operuser": allow}, stranger=allow)
    for clear in (False, True):
        accounts = replace(facts.accounts, clear=clear)
        baz = Network(facts=replace(facts, accounts=accounts)).client(private=False)
        await baz.ask("NICK baz", "USER baz 0 * :Real baz")
        for line in (OPERATOR, "OPER nobody operpassword"):
            answer = await baz.ask(line)
            if clear:
                assert commands(answer)[0] == "381"
                continue
            assert "use TLS" in params(answer, "491")[-1]
            assert checked == []
    assert len(checked) == 2


@pytest.mark.asyncio
async def test_an_unknown_name_takes_as_long_as_a_wrong_password() -> None:
    """It is checked like one."""
    checked: list[str] = []

    def deny(password: str) -> bool:
        checked.append(password)
        return False

    facts = replace(FACTS, stranger=deny)
    baz = await Network(facts=facts).connect("baz")
    assert commands(await baz.ask("OPER nobody secret")) == ["464"]
    assert checked == ["secret"]


@pytest.mark.asyncio
async def test_operators_end_connections() -> None:
    """The victim sees KILL and ERROR, their peers a QUIT; who is no operator gets 481."""
    network = Network()
    oper, alice, bob = await network.room("#chan", "oper", "alice", "bob")
    assert commands(await alice.ask("KILL bob :reason")) == ["481"]
    assert commands(await alice.ask("KILL alice :reason")) == ["481"]
    await oper.ask(OPERATOR)
    assert commands(await oper.ask("KILL alice :some reason")) == ["QUIT"]
    seen = await alice.read()
    assert commands(seen) == ["KILL", "ERROR"]
    assert (seen[0].source, seen[0].params) == ("oper!oper@127.0.0.1", ("alice", "some reason"))
    assert alice.closed
    assert params(await bob.read(), "QUIT") == ("Killed (oper (some reason))",)
    assert commands(await oper.ask("KILL alice :again")) == ["401"]
    assert commands(await oper.ask("KILL")) == ["461"]


@pytest.mark.asyncio
async def test_wallops_go_to_who_listens() -> None:
    """Users with +w get them, others do not; who is no operator gets 481."""
    network = Network()
    oper, listener = await network.connect("oper"), await network.connect("listener")
    other = await network.connect("other")
    await listener.ask("MODE listener +w")
    assert commands(await other.ask("WALLOPS :hi")) == ["481"]
    await oper.ask(OPERATOR)
    assert await oper.ask("WALLOPS :hi everyone") == []
    heard = only(await listener.read(), "WALLOPS")
    assert (heard.source, heard.params) == ("oper!oper@127.0.0.1", ("hi everyone",))
    assert await other.read() == []
    assert commands(await oper.ask("WALLOPS :")) == ["461"]


@pytest.mark.asyncio
async def test_rehash_has_the_configuration_read_again() -> None:
    """RPL_REHASHING for operators; 481 for others, and nothing is read."""
    read: list[str] = []

    def reread() -> Rehash:
        read.append("again")
        return Rehash()

    network = Network(replace(FACTS, rehash=reread))
    foo = await network.connect("foo")
    assert commands(await foo.ask("REHASH")) == ["481"]
    assert read == []
    await foo.ask(OPERATOR)
    assert commands(await foo.ask("REHASH")) == ["382"]
    assert read == ["again"]


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (
            Rehash("chat.toml, line 3: no"),
            ["FAIL REHASH INVALID_CONFIGURATION chat.toml, line 3: no"],
        ),
        (
            Rehash(waiting=("port", "host")),
            [
                "382 operator configuration Rehashing",
                "WARN REHASH NEEDS_RESTART These need a restart: port, host",
            ],
        ),
    ],
)
@pytest.mark.asyncio
async def test_what_came_of_rehash_is_told(found: Rehash, told: list[str]) -> None:
    """A mistake is no success; what waits for a restart is named. Old clients get NOTICE."""
    network = Network(replace(FACTS, rehash=lambda: found))
    new, old = await network.connect("operator", "standard-replies"), await network.connect("old")
    for client in (new, old):
        await client.ask(OPERATOR)
    answer = await new.ask("REHASH")
    assert [" ".join([one.command, *one.params]) for one in answer] == told
    assert only(await old.ask("REHASH"), "NOTICE").params[1].endswith(told[-1].split(" ", 3)[3])


@pytest.mark.parametrize("command", ["OPER", "PASS"])
@pytest.mark.asyncio
async def test_checking_a_password_holds_nobody_up(command: str) -> None:
    """A hash takes its time: it is made on a thread, while others are answered."""
    asked, answered = threading.Event(), threading.Event()

    def verify(_password: str) -> bool:
        asked.set()
        return answered.wait(10)

    network = Network()
    other, slow = await network.connect("other"), network.client()
    if command == "OPER":
        await slow.ask("NICK slow", "USER slow 0 * :Slow")
        network.facts = replace(FACTS, operators={"root": verify})
        lines = ["OPER root sesame"]
    else:
        network.facts = replace(FACTS, password=verify)
        lines = ["PASS sesame", "NICK slow", "USER slow 0 * :Slow"]
    asking = asyncio.create_task(slow.ask(*lines))
    while not asked.is_set():
        await asyncio.sleep(0.001)
    assert commands(await other.ask("PING here")) == ["PONG"]
    assert not asking.done()
    answered.set()
    assert commands(await asking)[0] == ("381" if command == "OPER" else "001")


@pytest.mark.asyncio
async def test_what_was_read_again_holds_for_who_is_there() -> None:
    """A new message of the day and new operators need no new connection."""
    network = Network()
    foo = await network.connect("foo")
    network.facts = replace(FACTS, motd=(), operators={"ann": lambda word: word == "sesame"})
    assert commands(await foo.ask("MOTD", OPERATOR)) == ["422", "464"]
    assert commands(await foo.ask("OPER ann sesame")) == ["381", "MODE"]


@pytest.mark.asyncio
async def test_rehash_without_a_configuration_says_so() -> None:
    """ERR_UNKNOWNERROR."""
    foo = await Network().connect("foo")
    await foo.ask(OPERATOR)
    assert commands(await foo.ask("REHASH")) == ["400"]
