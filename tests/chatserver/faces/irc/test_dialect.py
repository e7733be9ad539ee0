"""Events as lines, and answers with labels."""

import pytest

from chatserver.core.commands import ModeChange
from chatserver.core.events import (
    AwayChanged,
    Event,
    HostChanged,
    Identity,
    Joined,
    RoomModesChanged,
    Said,
    Seat,
    Tagged,
)
from chatserver.faces.irc.dialect import MATTERING, dialect_for
from chatserver.net.slack import let_go
from chatwire import caps
from chatwire.message import parse

ALICE = Identity("alice", "a", "host", "Alice A")
BARE = dialect_for("irc.example.org", ())
FULL = dialect_for("irc.example.org", caps.NAMES)


def lines(data: bytes) -> list[bytes]:
    """Return the lines of `data` without their ends."""
    return data.split(b"\r\n")[:-1]


def test_equal_dialects_are_the_same_object() -> None:
    """What does not change events does not count."""
    assert dialect_for("irc.example.org", [*MATTERING, caps.BATCH, caps.INVITE_NOTIFY]) is FULL
    assert dialect_for("irc.example.org", [caps.MULTI_PREFIX]) is BARE


def test_who_comes_after_a_crowd_has_left_is_written_to_like_who_stayed() -> None:
    """What is let go then are results: a message is still rendered once for all who see it alike."""
    let_go()
    assert dialect_for("irc.example.org", ()) is BARE
    assert dialect_for("irc.example.org", [caps.MULTILINE]) is BARE, "it needs batches"
    assert dialect_for("other.example.org", ()) is not BARE


@pytest.mark.parametrize(
    ("dialect", "written"),
    [
        (BARE, [b":alice!a@host JOIN #room"]),
        (
            FULL,
            [b"@time=1970-01-01T00:00:00.005Z;msgid=1 :alice!a@host JOIN #room * :Alice A"],
        ),
    ],
)
def test_a_join(dialect: object, written: list[bytes]) -> None:
    """With account and real name for who asked for them."""
    event = Joined(1, 5, "#room", ALICE)
    assert dialect in (BARE, FULL)
    assert lines((FULL if dialect is FULL else BARE).render(event)) == written


def test_another_host() -> None:
    """A line for who asked for it, a way out and back in for others, nothing for themselves."""
    seats = (Seat("#a", "ov"), Seat("#b", ""))
    seen = HostChanged(1, 5, ALICE, "al", "new", seats, "gone")
    assert lines(FULL.render(seen)) == [
        b"@time=1970-01-01T00:00:00.005Z :alice!a@host CHGHOST al new",
    ]
    assert lines(BARE.render(seen)) == [
        b":alice!a@host QUIT :Changing host",
        b":alice!al@new JOIN #a",
        b":irc.example.org MODE #a +ov alice alice",
        b":alice!al@new JOIN #b",
    ]
    some = dialect_for("irc.example.org", {caps.AWAY_NOTIFY, caps.EXTENDED_JOIN})
    assert lines(some.render(seen))[1:] == [
        b":alice!al@new JOIN #a * :Alice A",
        b":irc.example.org MODE #a +ov alice alice",
        b":alice!al@new JOIN #b * :Alice A",
        b":alice!al@new AWAY :gone",
    ]
    assert BARE.render(HostChanged(1, 5, ALICE, "al", "new")) == b""


def test_server_tags_come_before_those_of_clients() -> None:
    """So that no limit cuts them off (message-tags, "Client-only tags")."""
    event = Said(255, 5, ALICE, "#room", "hi", tags={"+a": "b c"}, bot=True)
    assert FULL.render(event) == (
        b"@time=1970-01-01T00:00:00.005Z;msgid=ff;bot;+a=b\\sc :alice!a@host PRIVMSG #room :hi\r\n"
    )
    assert BARE.render(event) == b":alice!a@host PRIVMSG #room :hi\r\n"


def test_a_tag_whose_name_is_none_is_left_out() -> None:
    """It may come from anywhere, and must not break the line."""
    event = Tagged(1, 5, ALICE, "#room", {"+a;b c": "x", "+ok": "\r\n"})
    assert FULL.render(event).endswith(b";msgid=1;+ok=\\r\\n :alice!a@host TAGMSG #room\r\n")
    assert BARE.render(event) == b""


def test_many_modes_come_in_lines_that_fit() -> None:
    """Twelve parameters, 510 bytes; signs are written where they change."""
    changes = [ModeChange(bool(n % 2), "b", f"{'m' * 30}{n}!*@*") for n in range(20)]
    changes += [ModeChange(True, "i"), ModeChange(False, "m")]
    written = lines(BARE.render(RoomModesChanged(1, 5, "#room", ALICE, tuple(changes))))
    assert all(len(line) <= 510 for line in written)
    seen: list[ModeChange] = []
    for line in written:
        _, letters, *arguments = parse(line).params
        assert len(arguments) <= 12
        adding = True
        for letter in letters:
            if letter in "+-":
                adding = letter == "+"
            else:
                seen.append(ModeChange(adding, letter, arguments.pop(0) if letter == "b" else None))
    assert seen == changes


def test_what_is_kept_has_an_id() -> None:
    """So that who reads history knows it again; a status on joining has another than the joining."""
    changes = tuple(ModeChange(True, "b", f"{'m' * 30}{n}!*@*") for n in range(20))
    written = lines(FULL.render(RoomModesChanged(255, 5, "#room", ALICE, changes)))
    assert [parse(line).tags["msgid"] for line in written] == ["ff-m", "ff-m1"]
    (joined,) = lines(FULL.render(Joined(255, 5, "#room", ALICE)))
    assert parse(joined).tags["msgid"] == "ff"
    away = FULL.render(AwayChanged(255, 5, ALICE, "tea"))
    assert "msgid" not in parse(away.removesuffix(b"\r\n")).tags


def test_what_the_server_does_has_its_name_as_source() -> None:
    """An identity without a nick is the server."""
    event = RoomModesChanged(1, 5, "#room", Identity("", "", ""), (ModeChange(True, "o", "alice"),))
    assert BARE.render(event) == b":irc.example.org MODE #room +o alice\r\n"


def test_a_whole_batch_carries_its_label_itself() -> None:
    """No batch in a batch: its type fits the whole answer (labeled-response)."""
    batch = [
        b":s BATCH +x chathistory #a\r\n",
        b"@batch=x :a PRIVMSG #a :hi\r\n",
        b":s BATCH -x\r\n",
    ]
    assert FULL.label(batch, "l", 5) == b"@label=l " + b"".join(batch)
    assert FULL.label([*batch, b":s NOTE\r\n"], "l", 5).startswith(
        b"@label=l :irc.example.org BATCH"
    )


def test_answers_are_labelled_by_their_number_of_lines() -> None:
    """None: ACK. One: the tag beside those that it has. Several: a batch."""
    assert FULL.label([], "a b", 5) == b"@label=a\\sb :irc.example.org ACK\r\n"
    assert FULL.label([b"@time=1 :x Y\r\n"], "l", 5) == b"@label=l;time=1 :x Y\r\n"
    assert FULL.label([b":x Y\r\n"], "l", 5) == b"@label=l :x Y\r\n"
    start, *inner, end = lines(FULL.label([b":x Y\r\n:x Z\r\n"], "l", 5))
    reference = start.rpartition(b"+")[2].split(b" ")[0]
    assert start == b"@label=l :irc.example.org BATCH +%b labeled-response" % reference
    assert inner == [b"@batch=%b :x Y" % reference, b"@batch=%b :x Z" % reference]
    assert end == b":irc.example.org BATCH -%b" % reference


def test_every_event_has_a_line_of_its_own_or_none() -> None:
    """Whatever the dialect, an event is whole lines."""
    event: Event = Said(1, 5, ALICE, "#room", "")
    for dialect in (BARE, FULL):
        assert dialect.render(event).count(b"\r\n") == 1
