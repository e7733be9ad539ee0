"""IRCv3 labeled-response and batch."""

import re

import pytest

from chatserver.faces.irc.verbs import VERBS
from tests.conformance.harness import OPERATOR, SERVER, IrcClient, Network, commands, only

CAPABILITIES = ("labeled-response", "batch", "echo-message", "message-tags")


async def labelled(client: IrcClient, line: str, label: str = "one") -> list[str]:
    """Return the commands that answer a labelled line, after checking how they are labelled."""
    answer = await client.ask(f"@label={label} {line}")
    assert answer[0].tags["label"] == label
    if answer[0].command != "BATCH":
        assert len(answer) == 1
        return commands(answer)
    start, *inner, end = answer
    assert start.params[1:] == ("labeled-response",)
    reference = start.params[0].removeprefix("+")
    assert re.fullmatch("[A-Za-z0-9-]+", reference)
    assert end.params == ("-" + reference,)
    assert "label" not in end.tags
    assert all(message.tags["batch"] == reference for message in inner)
    assert not any("label" in message.tags for message in inner)
    return commands(inner)


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("PING x", ["PONG"]),
        ("PONG x", ["ACK"]),
        ("NONEXISTENT_COMMAND", ["421"]),
        ("MODE #none", ["403"]),
        ("PRIVMSG nobody :hi", ["401"]),
        ("PRIVMSG bob :hi", ["PRIVMSG"]),
        ("NOTICE bob :hi", ["NOTICE"]),
        ("NOTICE nobody :hi", ["ACK"]),
        ("TAGMSG bob", ["TAGMSG"]),
        ("PRIVMSG #room :hi", ["PRIVMSG"]),
        ("PRIVMSG bob,#room :hi", ["PRIVMSG", "PRIVMSG"]),
        ("NICK carol", ["NICK"]),
        ("NICK alice", ["ACK"]),
        ("JOIN #xyz", ["JOIN", "353", "366"]),
        ("JOIN #valid,inv@lid", ["JOIN", "353", "366", "476"]),
        ("PART #room", ["PART"]),
        ("TOPIC #room :hi", ["TOPIC"]),
        ("AWAY :gone", ["306"]),
        ("CAP LIST", ["CAP"]),
        ("WHO nobody", ["315"]),
        ("WHOIS nobody", ["401", "318"]),
        ("KICK #room bob", ["KICK"]),
        ("INVITE dave #room", ["341"]),
    ],
)
@pytest.mark.asyncio
async def test_every_answer_carries_the_label(line: str, answer: list[str]) -> None:
    """No line: ACK. One line: the tag on it. Several: a batch, the tag on its start."""
    network = Network()
    alice = await network.connect("alice", *CAPABILITIES)
    bob, _ = await network.connect("bob"), await network.connect("dave")
    for client in (alice, bob):
        await client.ask("JOIN #room")
    await alice.read()
    await bob.read()
    assert await labelled(alice, line) == answer
    assert not any("label" in message.tags for message in await bob.read())


@pytest.mark.asyncio
async def test_a_message_to_oneself_is_labelled_as_an_echo_alone() -> None:
    """The delivered message has no label, so that a client can tell the two apart."""
    alice = await Network().connect("alice", *CAPABILITIES)
    for verb in ("PRIVMSG alice :hi", "NOTICE alice :hi", "@+a=b TAGMSG alice"):
        tags, _, rest = verb.partition(" ") if verb.startswith("@") else ("", "", verb)
        line = f"@label=one;{tags[1:]} {rest}" if tags else f"@label=one {rest}"
        answer = await alice.ask(line)
        assert len(answer) == 2
        assert [message.tags.get("label") for message in answer] == [None, "one"]


@pytest.mark.asyncio
async def test_a_line_that_is_not_utf8_is_answered_with_its_label() -> None:
    """The tags can be read although the rest cannot."""
    alice = await Network().connect("alice", *CAPABILITIES)
    fail = only(await alice.ask(b"@label=one PRIVMSG alice :\xaa"), "FAIL")
    assert fail.tags["label"] == "one"


@pytest.mark.asyncio
async def test_a_label_is_escaped_as_it_came() -> None:
    """It is opaque, and comes back the same."""
    alice = await Network().connect("alice", *CAPABILITIES)
    assert only(await alice.ask(r"@label=a\:b\sc PING x"), "PONG").tags["label"] == "a;b c"


@pytest.mark.parametrize("capabilities", [(), ("labeled-response",), ("batch",)])
@pytest.mark.asyncio
async def test_without_both_capabilities_there_are_no_labels(capabilities: tuple[str, ...]) -> None:
    """labeled-response depends on batch ("Dependencies")."""
    alice = await Network().connect("alice", *capabilities)
    assert only(await alice.ask("@label=one PING x"), "PONG").tags == {}


@pytest.mark.parametrize("label", ["", "x" * 65])
@pytest.mark.asyncio
async def test_what_is_no_label_is_ignored(label: str) -> None:
    """It has a value, of 64 bytes at most."""
    alice = await Network().connect("alice", *CAPABILITIES)
    assert only(await alice.ask(f"@label={label} PING x"), "PONG").tags == {}


@pytest.mark.asyncio
async def test_ack_comes_from_the_server() -> None:
    """It has no parameters."""
    alice = await Network().connect("alice", *CAPABILITIES)
    ack = only(await alice.ask("@label=one PONG x"), "ACK")
    assert (ack.source, ack.params) == (SERVER, ())


ASKED = {
    "ADMIN": "", "AUTHENTICATE": "PLAIN", "AWAY": ":gone", "BATCH": "+1 draft/multiline #room",
    "CAP": "LS 302", "CHATHISTORY": "LATEST #room * 10", "CHGHOST": "bob b b.example", "HELP": "",
    "HELPOP": "JOIN", "INFO": "", "INVITE": "dave #room", "ISON": "bob", "JOIN": "#other",
    "KICK": "#room bob", "KILL": "bob :x", "LINKS": "", "LIST": "", "LUSERS": "",
    "MARKREAD": "#room", "MODE": "#room +m", "MONITOR": "+ bob,nobody", "MOTD": "", "NAMES": "#room",
    "NICK": "carol", "NICKSERV": "HELP", "NOTICE": "bob :hi", "NS": "INFO", "OPER": "operuser wrong",
    "PART": "#room", "PASS": "x", "PING": "x", "PONG": "x", "PRIVMSG": "#room :hi",
    "REDACT": "#room 123", "REGISTER": "* * sesame", "REHASH": "", "SEARCH": "text=hi",
    "SESSION": "x", "SETNAME": ":Real", "TAGMSG": "#room", "TIME": "", "TOPIC": "#room :x",
    "USER": "u 0 * :r", "USERHOST": "bob", "VERIFY": "alice 1", "VERSION": "", "WALLOPS": ":hi",
    "WHO": "#room", "WHOIS": "bob", "WHOWAS": "bob",
}  # fmt: skip
"""What comes after a command, where something must; QUIT is answered by the end."""


@pytest.mark.parametrize("operator", [False, True], ids=["user", "operator"])
@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "QUIT"])
@pytest.mark.asyncio
async def test_every_command_answers_its_label_once(verb: str, *, operator: bool) -> None:
    """Whatever it does: with ACK, with one line, or with a batch that has all of the answer."""
    network = Network()
    alice = await network.connect(
        "alice", *CAPABILITIES, "draft/chathistory", "draft/multiline", "draft/read-marker",
        "draft/message-redaction", "soju.im/search", "sasl", "cap-notify", "standard-replies",
    )  # fmt: skip
    for nick in ("bob", "dave"):
        await (await network.connect(nick)).ask("JOIN #room" if nick == "bob" else "AWAY :x")
    await alice.ask("JOIN #room", *([OPERATOR] if operator else []))
    answer = await alice.ask(f"@label=one {verb} {ASKED.get(verb, '')}".rstrip())
    if verb == "BATCH":  # it is answered when it ends
        assert answer == []
        answer = await alice.ask("@batch=1 PRIVMSG #room :hi", "BATCH -1")
    first = [one for one in answer if one.tags.get("label") == "one"]
    assert len(first) == 1, answer
    if first[0].command != "BATCH":
        assert all("batch" not in one.tags for one in answer)
        return
    reference = first[0].params[0].removeprefix("+")
    ends = [one for one in answer if one.params == ("-" + reference,)]
    assert len(ends) == 1
    inside = answer[answer.index(first[0]) + 1 : answer.index(ends[0])]
    assert all("batch" in one.tags or one.command == "BATCH" for one in inside)
