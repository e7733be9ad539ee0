"""Messages as they are written: one line, several, or a batch of lines."""

import re
from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.core.events import Identity, Said
from chatserver.faces.irc.dialect import dialect_for
from chatserver.faces.irc.messages import CONCAT, pieces
from chatwire import caps
from chatwire.message import Message, parse

ALICE = Identity("alice", "a", "host", "Alice A")
SERVER = "irc.example.org"
TAGGED = {caps.MESSAGE_TAGS, caps.SERVER_TIME, caps.BATCH}


def write(event: Said, enabled: Collection[str] = TAGGED) -> list[Message]:
    """Return the lines of `event` for a client with these capabilities."""
    data = dialect_for(SERVER, enabled).render(event)
    written = data.split(b"\r\n")
    assert written.pop() == b""
    assert all(len(line.partition(b" :alice")[2]) <= 510 for line in written)
    return [parse(line) for line in written]


@pytest.mark.parametrize(
    "text", ["x" * 2000, "é" * 900, "word " * 300, "\x01ACTION " + "w " * 900 + "\x01"]
)
def test_a_long_line_comes_in_several(text: str) -> None:
    """None over the limit, each with an id of its own; an action stays one, and nothing is lost."""
    written = write(Said(255, 5, ALICE, "#room", text))
    assert [m.tags["msgid"] for m in written] == [
        "ff",
        *(f"ff-{n}" for n in range(1, len(written))),
    ]
    assert all(m.params[0] == "#room" for m in written)
    if text.startswith("\x01"):
        assert all(re.fullmatch("\x01ACTION (w ?)+\x01", m.params[1]) for m in written)
    else:
        assert "".join(m.params[1] for m in written) == text


def test_a_long_line_is_one_message_for_who_knows_of_lines() -> None:
    """A batch whose lines go on with each other ("Splitting long lines")."""
    start, *rest, end = write(
        Said(255, 5, ALICE, "#room", "word " * 300), {*TAGGED, caps.MULTILINE}
    )
    assert start.params == ("+mff", "draft/multiline", "#room")
    assert (end.command, end.params) == ("BATCH", ("-mff",))
    assert "".join(m.params[1] for m in rest) == "word " * 300
    assert [CONCAT in m.tags for m in rest] == [False] + [True] * (len(rest) - 1)


def test_lines_come_as_they_were_composed() -> None:
    """In a batch with blank ones and cuts; else one by one, without blank ones, one with the id."""
    event = Said(
        255, 5, ALICE, "#room", "hello\n\nhow is everyone?", True, {"+a": "b"}, True, (14,)
    )  # fmt: skip
    start, *rest, end = write(event, {*TAGGED, caps.MULTILINE})
    assert start.source == "alice!a@host"
    assert start.tags == {"time": "1970-01-01T00:00:00.005Z", "msgid": "ff", "bot": "", "+a": "b"}
    assert end.tags == {}
    assert [(m.command, m.params[1], sorted(m.tags)) for m in rest] == [
        ("NOTICE", "hello", ["batch"]),
        ("NOTICE", "", ["batch"]),
        ("NOTICE", "how is ", ["batch"]),
        ("NOTICE", "everyone?", ["batch", CONCAT]),
    ]
    assert [(m.params[1], m.tags.get("msgid"), m.tags["+a"]) for m in write(event)] == [
        ("hello", "ff", "b"), ("how is ", None, "b"), ("everyone?", None, "b"),
    ]  # fmt: skip
    assert [m.tags for m in write(event, ())] == [{}] * 3


def test_long_tags_of_clients_are_on_the_first_line_alone() -> None:
    """Or a hundred lines would carry them a hundred times."""
    event = Said(255, 5, ALICE, "#room", "a\nb", tags={"+a": "x" * 4000})
    assert ["+a" in line.tags for line in write(event)] == [True, False]


def test_each_line_of_an_action_is_one() -> None:
    """For who gets them one by one."""
    event = Said(255, 5, ALICE, "#room", "\x01ACTION waves\nand goes on\x01", cuts=(18,))
    assert [m.params[1] for m in write(event, ())] == [
        "\x01ACTION waves\x01", "\x01ACTION and \x01", "\x01ACTION goes on\x01",
    ]  # fmt: skip


@given(
    st.text("ab \né", max_size=60), st.lists(st.integers(-3, 70), max_size=5), st.integers(4, 20)
)
def test_pieces_are_the_text_again(text: str, cuts: list[int], limit: int) -> None:
    """Joined by a line feed, or directly where one goes on with the other; wherever it was cut."""
    found = [*pieces(text, cuts, limit)]
    again = "".join(("" if joined else "\n") + piece for piece, joined in found)
    assert again == "\n" + text
    assert all(len(piece.encode()) <= limit for piece, _ in found)
    assert all(piece for piece, joined in found if joined)


@given(
    st.text("ab é:@;\x01\x03\r\0\u2028\ud800", max_size=300),
    st.sampled_from(("", "alice")),
    st.sampled_from(("", "B")),
    st.dictionaries(st.sampled_from(("+a", "+b=", "+c")), st.sampled_from(("", "1", "a; b"))),
    st.sets(st.sampled_from((caps.MESSAGE_TAGS, caps.SERVER_TIME, caps.ACCOUNT_TAG))),
)
def test_what_fits_is_one_line_with_its_tags(
    text: str, account: str, modes: str, tags: dict[str, str], enabled: set[str]
) -> None:
    """Whatever it says: with what the client asked for, and what would break a line replaced."""
    who = Identity("alice", "a", "host", "Alice A", account)
    (line,) = write(Said(255, 5, who, "#room", text, tags=tags, bot=bool(modes)), enabled)
    safe = re.sub("[\r\0]", " ", text).encode(errors="replace").decode()
    assert (line.source, line.command, line.params) == ("alice!a@host", "PRIVMSG", ("#room", safe))
    expected: dict[str, str] = {}
    if caps.SERVER_TIME in enabled:
        expected["time"] = "1970-01-01T00:00:00.005Z"
    if caps.ACCOUNT_TAG in enabled and account:
        expected["account"] = account
    if caps.MESSAGE_TAGS in enabled:
        own = {key: value for key, value in tags.items() if "=" not in key}
        expected |= {"msgid": "ff"} | ({"bot": ""} if modes else {}) | own
    assert line.tags == expected
