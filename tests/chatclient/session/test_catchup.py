"""What was missed is filled in, once, in the server's order; what cannot be is said."""

import datetime as dt
import re
from collections.abc import Sequence

import pytest

from chatclient.model import Buffer, Change, Delivery, Kind, PastChanged, PastFound
from chatclient.session.catchup import LARGEST, MOST
from tests.chatclient.session.wire import MODERN, NOW, Wire, texts

HISTORY = f"{MODERN} draft/chathistory draft/event-playback chatserver.dev/nonce"
ISUPPORT = "CHATHISTORY=3 MSGREFTYPES=msgid,timestamp"


def _time(seconds: float) -> str:
    told = dt.datetime.fromtimestamp(NOW + round(seconds, 3), dt.UTC)
    return told.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _said(number: int, by: str = "bob", tags: str = "", room: str = "#ops") -> str:
    """Return message `number`, said so many seconds after `NOW`."""
    return f"@{tags}msgid={number:02};time={_time(number)} :{by}!b@h PRIVMSG {room} :{number}"


def _batch(label: str, lines: Sequence[str], room: str = "#ops") -> list[str]:
    start = f"@label={label} :srv BATCH +h chathistory {room}"
    return [start, *(line.replace("@", "@batch=h;", 1) for line in lines), ":srv BATCH -h"]


def _in_room(caps: str = HISTORY, isupport: str = ISUPPORT) -> tuple[Wire, Buffer]:
    """Return a session in #ops that has heard message 1, and all before."""
    wire = Wire().start(caps, isupport)
    room = wire.join("#ops", "bob")
    wire.hear(*_batch("h1", []), _said(1))
    assert not room.behind
    return wire, room


def _again(wire: Wire, caps: str = HISTORY, isupport: str = ISUPPORT) -> list[str]:
    """Be cut off, and back 50 s later; return what is asked for."""
    wire.now = NOW + 2
    wire.session.end("lost", wire.now + 3)
    wire.now = NOW + 50
    wire.start(caps, isupport)
    wire.hear(f"@time={_time(50)};msgid=50 :alice!~a@host.example JOIN #ops")
    return wire.sent()


def _said_in(buffer: Buffer) -> list[str]:
    return [line.text for line in buffer.lines if line.kind in {Kind.MESSAGE, Kind.GAP}]


def test_the_first_join_asks_for_the_newest() -> None:
    """One page, of what happened before; it stands before our joining, and nothing rings."""
    wire = Wire().start(HISTORY, ISUPPORT)
    wire.session.join("#ops")
    wire.hear(f"@time={_time(9)};msgid=09 :alice!~a@host.example JOIN #ops")
    assert wire.sent()[-1] == "@label=h1 CHATHISTORY LATEST #ops * 3"
    room = wire.room("#ops")
    assert room.behind
    wire.hear(*_batch("h1", [_said(number) for number in (6, 7, 8)]))
    assert texts(room) == ["6", "7", "8", "you joined #ops"]
    assert (room.unread, room.behind, wire.sent()) == (0, False, [])


def test_cut_off_before_the_first_page_has_come() -> None:
    """What was heard since we joined is not taken for all there was: it is filled in from there."""
    wire = Wire().start(HISTORY, ISUPPORT)
    wire.session.join("#ops")
    wire.hear(f"@time={_time(0)};msgid=00 :alice!~a@host.example JOIN #ops", _said(1))
    wire.sent()
    joined = f"timestamp={_time(-0.001)}"
    assert _again(wire) == [f"@label=h1 CHATHISTORY LATEST #ops {joined} 3"]
    wire.hear(*_batch("h1", [_said(1), _said(2)]))
    assert _said_in(wire.room("#ops")) == ["1", "2"]


def test_the_answer_to_a_question_of_before_we_left_again() -> None:
    """It is not taken: only who asked knows where it belongs among lines of the same time."""
    wire, room = _in_room()
    wire.now = NOW + 1
    same = f"time={_time(1)}"
    wire.session.part(room)
    wire.hear(f"@{same};msgid=02 :alice!a@h PART #ops")
    wire.session.join("#ops")
    wire.hear(f"@{same};msgid=04 :alice!a@h JOIN #ops")
    assert wire.sent()[-1] == "@label=h2 CHATHISTORY LATEST #ops msgid=02 3"
    wire.session.part(room)
    wire.hear(f"@{same};msgid=05 :alice!a@h PART #ops")
    between = [f"@msgid=03;{same} :bob!b@h PRIVMSG #ops :between"]
    wire.hear(*_batch("h2", between))
    assert _said_in(room) == ["1"]
    wire.session.join("#ops")
    wire.hear(f"@{same};msgid=06 :alice!a@h JOIN #ops")
    assert wire.sent()[-1] == "@label=h3 CHATHISTORY LATEST #ops msgid=02 3"
    wire.hear(*_batch("h3", between))
    assert _said_in(room) == ["1", "between"]


def test_pages_until_all_is_there() -> None:
    """After a cut it asks from the newest back to what it knows; live lines stay where they are."""
    wire, room = _in_room()
    assert _again(wire) == ["@label=h1 CHATHISTORY LATEST #ops msgid=01 3"]
    wire.hear(_said(60))
    wire.hear(*_batch("h1", [_said(8), _said(9), _said(60)]))
    assert wire.sent() == ["@label=h2 CHATHISTORY BETWEEN #ops msgid=08 msgid=01 3"]
    wire.hear(_said(61))
    wire.hear(*_batch("h2", [_said(5), _said(6), _said(7)]))
    assert wire.sent() == ["@label=h3 CHATHISTORY BETWEEN #ops msgid=05 msgid=01 3"]
    assert room.behind
    wire.hear(*_batch("h3", [_said(2)]))
    assert not wire.room("#ops").behind
    assert _said_in(room) == ["1", "2", "5", "6", "7", "8", "9", "60", "61"]
    assert texts(room)[-3:] == ["you joined #ops", "60", "61"]
    assert room.unread == 9


def test_the_newest_page_is_shown_while_the_others_are_on_their_way() -> None:
    """One does not wait for a thousand lines to read the last; those before take their places."""
    wire, room = _in_room()
    _again(wire)
    wire.hear(_said(60))
    removal = f"@msgid=r;time={_time(9)} :bob!b@h REDACT #ops 06"
    wire.hear(*_batch("h1", [_said(9, tags="draft/x=1;"), removal, _said(60)]))
    assert room.behind
    assert _said_in(room) == ["1", "9", "60"]
    wire.hear(*_batch("h2", [_said(5), _said(6), _said(7)]))
    assert _said_in(room) == ["1", "9", "60"]
    wire.hear(*_batch("h3", [_said(2)]))
    assert "deleted by bob" in texts(room)
    assert _said_in(room) == ["1", "2", "5", "7", "9", "60"]
    assert room.unread == 7


def test_events_of_the_past_change_nothing_now() -> None:
    """Joins, leaves, nicks, topics and modes are told in their places; members stay as they are."""
    wire, room = _in_room(isupport="CHATHISTORY=100 PREFIX=(ov)@+")
    _again(wire, isupport="CHATHISTORY=100 PREFIX=(ov)@+")
    wire.hear(":srv 353 alice = #ops :alice bob", ":srv 366 alice #ops :End")
    wire.session.take_changes()
    wire.hear(
        *_batch(
            "h1",
            [
                f"@msgid=e1;time={_time(10)} :carl!c@h JOIN #ops",
                f"@msgid=e2;time={_time(11)} :bob!b@h MODE #ops +o carl",
                f"@msgid=e3;time={_time(12)} :carl!c@h TOPIC #ops :new",
                f"@msgid=e4;time={_time(13)} :carl!c@h NICK karl",
                f"@msgid=e5;time={_time(14)} :karl!c@h QUIT :Quit: bye",
                f"@msgid=e6;time={_time(15)} :dora!c@h KICK #ops eve :out",
                f"@msgid=e7;time={_time(16)} :dora!c@h PART #ops",
                f"@msgid=50;time={_time(50)} :alice!~a@host.example JOIN #ops",
            ],
        )
    )
    assert texts(room)[-8:] == [
        "carl joined",
        "bob set mode +o carl",
        "carl set the topic to: new",
        "carl is now karl",
        "karl left the chat: bye",
        "dora removed eve: out",
        "dora left",
        "you joined #ops",
    ]
    assert [member.nick for member in room.members] == ["alice", "bob"]
    assert (room.topic.text, room.modes) == ("", "")


def test_own_lines_are_found_in_history() -> None:
    """A line that arrived before the cut is confirmed in its place, and not sent again."""
    wire, room = _in_room()
    wire.session.say(room, "arrived", wire.now)
    wire.session.say(room, "lost", wire.now)
    nonce = wire.raw()[0].partition("nonce=")[2].partition(" ")[0]
    assert _again(wire) == ["@label=h1 CHATHISTORY LATEST #ops msgid=01 3"]
    tags = f"msgid=02;time={_time(2)};+chatserver.dev/nonce={nonce}"
    wire.hear(*_batch("h1", [f"@{tags} :alice!a@h PRIVMSG #ops arrived", _said(3)]))
    assert wire.sent() == ["@label=m1 PRIVMSG #ops lost"]
    assert _said_in(room) == ["1", "arrived", "3", "lost"]
    own = [line.delivery for line in room.lines if line.own and line.kind is Kind.MESSAGE]
    assert own == [Delivery.CONFIRMED, Delivery.PENDING]


def test_a_cut_while_catching_up() -> None:
    """What was not there yet is asked for again on the next connection; nothing is twice."""
    wire, room = _in_room()
    _again(wire)
    wire.hear(*_batch("h1", [_said(7), _said(8), _said(9)]))
    assert _again(wire) == ["@label=h1 CHATHISTORY LATEST #ops msgid=01 3"]
    wire.hear(*_batch("h1", [_said(8), _said(9), _said(10)]))
    wire.hear(*_batch("h2", [_said(5), _said(6), _said(7)]))
    wire.hear(*_batch("h3", []))
    assert _said_in(room) == ["1", "5", "6", "7", "8", "9", "10"]


def test_no_more_than_is_sensible() -> None:
    """After many lines it is enough; a line says from when to when there is more."""
    page = 100
    wire, room = _in_room(isupport="CHATHISTORY=100")
    _again(wire, isupport="CHATHISTORY=100")
    newest = 40.0
    for number in range(1, MOST // page + 1):
        times = [newest - 0.001 * (number * page - each) for each in range(page)]
        lines = [f"@msgid=x{time};time={_time(time)} :bob!b@h PRIVMSG #ops x" for time in times]
        wire.hear(*_batch(f"h{number}", lines))
    assert not room.behind
    assert len([line for line in room.lines if line.text == "x"]) == MOST
    (gap,) = [line for line in room.lines if line.kind is Kind.GAP]
    assert gap.text.startswith(f"{MOST} lines are enough: what was said from ")
    at = room.lines.index(gap)
    assert room.lines[at + 1].text == "x"
    assert "x" not in texts(room)[:at]
    assert len([line for line in wire.sent() if "CHATHISTORY" in line]) == MOST // page - 1


def test_long_lines_are_enough_sooner() -> None:
    """What is filled in at once is bounded by what it weighs, too."""
    wire, room = _in_room(isupport="CHATHISTORY=100")
    _again(wire, isupport="CHATHISTORY=100")
    long = "x" * (LARGEST // 250)
    for number in range(1, 4):
        times = [40.0 - 0.001 * (number * 100 - each) for each in range(100)]
        lines = [
            f"@msgid=x{time};time={_time(time)} :bob!b@h PRIVMSG #ops {long}" for time in times
        ]
        wire.hear(*_batch(f"h{number}", lines))
    assert not room.behind
    (gap,) = [line for line in room.lines if line.kind is Kind.GAP]
    assert gap.text.startswith("300 lines are enough: ")


@pytest.mark.parametrize("caps", [MODERN, "", "server-time"])
def test_without_history_the_gap_is_told(caps: str) -> None:
    """A server that keeps nothing: from when we heard it last to when we were back."""
    wire = Wire().start(caps)
    room = wire.join("#ops")
    direct = wire.world.open_direct("bob")
    wire.hear(":bob!b@h PRIVMSG #ops :1")
    assert _again(wire, caps, "") == []
    (gap,) = [line for line in room.lines if line.kind is Kind.GAP]
    assert [line.kind for line in room.lines][-2:] == [Kind.GAP, Kind.JOIN]
    assert [line.kind for line in direct.lines] == [Kind.GAP]
    assert re.fullmatch(
        r"no history from ..:13:20 to ..:14:10: messages in between are missing", gap.text
    )


def test_refusals_end_in_a_gap() -> None:
    """Who does not know the message is asked by time; who refuses that too leaves a gap."""
    wire, room = _in_room()
    _again(wire)
    wire.hear("@label=h1 :srv FAIL CHATHISTORY MESSAGE_ERROR LATEST #ops :no")
    assert wire.sent() == [
        f"@label=h2 CHATHISTORY LATEST #ops timestamp={_time(0.999)} 3",
    ]
    wire.hear("@label=h2 :srv FAIL CHATHISTORY MESSAGE_ERROR LATEST #ops :no")
    assert not room.behind
    assert room.lines[-2].kind is Kind.GAP


def test_questions_that_are_passed_over() -> None:
    """A server that answers later things, and not this one, keeps nobody waiting."""
    wire, room = _in_room()
    wire.say(room, "mine")
    _again(wire)
    wire.hear(":srv PONG srv alive-1")
    assert wire.sent() == []
    wire.hear(":srv PONG srv alive-2")
    assert not room.behind
    assert wire.sent() == ["@label=m1 PRIVMSG #ops mine"]


def test_conversations() -> None:
    """What was missed of a conversation is asked for by time; who is new is found by TARGETS."""
    wire, _ = _in_room()
    wire.hear(_said(1, room="alice"))
    direct = wire.room("bob")
    wire.now = NOW + 2
    wire.session.end("lost", wire.now)
    wire.session.start()
    wire.session._state.enabled |= {*HISTORY.split()}
    wire.hear(":srv 001 alice :Welcome", f":srv 005 alice {ISUPPORT} :are", ":srv 422 alice :no")
    asked = [line for line in wire.sent() if "CHATHISTORY" in line]
    assert asked[0] == f"@label=h1 CHATHISTORY LATEST bob timestamp={_time(0.999)} 3"
    assert asked[1].startswith("CHATHISTORY TARGETS timestamp=")
    wire.hear(*_batch("h1", [_said(1, room="alice"), _said(3, room="alice")], "bob"))
    assert texts(direct) == ["1", "3"]
    wire.hear(":srv CHATHISTORY TARGETS carl 2023-11-14T22:13:25.000Z")
    assert wire.sent() == [f"@label=h2 CHATHISTORY LATEST carl timestamp={_time(-60.001)} 3"]
    wire.hear(*_batch("h2", [_said(4, "carl", room="alice")], "carl"))
    assert texts(wire.room("carl")) == ["4"]
    assert wire.room("carl").unread == 1


def test_a_conversation_that_the_server_forgot() -> None:
    """When history does not reach back to what we know, there is a gap, and it is told."""
    wire, _ = _in_room()
    wire.hear(_said(1, room="alice"))
    _again(wire)
    wire.hear(*_batch("h1", [_said(40, room="alice")], "bob"))
    direct = wire.room("bob")
    assert [line.kind for line in direct.lines] == [Kind.MESSAGE, Kind.GAP, Kind.MESSAGE]


@pytest.mark.parametrize(
    ("told", "gap"),
    [
        ("RESUMED alice", False),
        ("RESUMED Alice", False),
        ("RESUMED alicia", True),
        ("NEW alice", True),
    ],
)
def test_a_conversation_with_who_we_were(told: str, *, gap: bool) -> None:
    """Nothing is missing where the server knows us again, by the nick that we had."""
    wire, _ = _in_room()
    wire.hear(_said(1, room="alice"))
    wire.session.end("lost", NOW + 2)
    wire.session.start()
    wire.session._state.enabled |= {*HISTORY.split()}
    wire.hear(":srv 001 alice :Welcome", f":srv 005 alice {ISUPPORT} :are", f":srv SESSION {told}")
    wire.hear(":srv 422 alice :no")
    wire.hear(*_batch("h1", [_said(3, room="alice")], "bob"))
    kinds = [Kind.MESSAGE, *([Kind.GAP] if gap else []), Kind.MESSAGE]
    assert [line.kind for line in wire.room("bob").lines] == kinds


def test_leaving_and_coming_back() -> None:
    """What is said between PART and JOIN is filled in like any other."""
    wire, room = _in_room()
    wire.session.part(room)
    wire.sent()
    wire.hear(":alice!~a@host.example PART #ops")
    assert room.behind
    wire.session.join("#ops")
    wire.sent()
    wire.hear(":alice!~a@host.example JOIN #ops")
    assert wire.sent() == ["@label=h2 CHATHISTORY LATEST #ops msgid=01 3"]


def test_bouncers_replay_when_they_are_asked() -> None:
    """With znc.in/playback and no chathistory, what was missed is asked for at once, by time."""
    caps = "batch server-time znc.in/playback"
    wire = Wire().start(caps)
    room = wire.join("#ops")
    wire.hear(_said(1).replace("msgid=01;", ""))
    wire.now = NOW + 2
    wire.hear(":srv PING x")
    wire.session.end("lost", wire.now)
    wire.session.start()
    wire.session._state.enabled |= {*caps.split()}
    wire.hear(":srv 001 alice :Welcome", ":srv 422 alice :no MOTD")
    assert f"PRIVMSG *playback :PLAY * {NOW + 2 - 60:.3f}" in wire.sent()
    lines = [_said(number).replace(f"msgid={number:02};", "") for number in (1, 2)]
    wire.hear(
        ":alice!~a@host.example JOIN #ops",
        ":srv BATCH +p znc.in/playback #ops",
        *(line.replace("@", "@batch=p;", 1) for line in lines),
        ":srv BATCH -p",
    )
    assert _said_in(room) == ["1", "2"]


def test_who_cannot_place_history_does_not_ask_for_it() -> None:
    """Without batches or times it would be taken for what is said now."""
    wire = Wire()
    wire.session.start()
    wire.sent()
    wire.hear(":srv CAP * LS :batch draft/chathistory znc.in/playback")
    assert wire.sent() == ["CAP REQ :batch znc.in/playback"]


def test_older_on_demand() -> None:
    """A page of what was said before the oldest line goes to the top; nothing is unread by it."""
    wire, room = _in_room()
    assert wire.session.find_older(room)
    assert wire.sent() == ["@label=h2 CHATHISTORY BEFORE #ops msgid=01 3"]
    lines = [f"@msgid=0{n};time={_time(n - 90)} :bob!b@h PRIVMSG #ops old{n}" for n in (7, 8, 9)]
    unread = room.unread
    wire.hear(*_batch("h2", lines))
    assert texts(room) == ["old7", "old8", "old9", "you joined #ops", "1"]
    assert (room.unread, wire.sent()) == (unread, [])


def test_nothing_older_is_left() -> None:
    """Who asks for more than there is gets an answer, and the lines stay as they are."""
    wire, room = _in_room()
    before = texts(room)
    assert wire.session.find_older(room)
    wire.hear(*_batch("h2", []))
    assert texts(room) == [*before, "there is nothing older"]


@pytest.mark.parametrize("caps", ["", MODERN])
def test_nothing_older_to_be_had(caps: str) -> None:
    """Without history, or without anything that it could be older than."""
    wire = Wire().start(caps)
    assert not wire.session.find_older(wire.join("#ops"))
    wire = Wire().start(HISTORY)
    assert not wire.session.find_older(wire.world.open_direct("bob"))


def _found(changes: Sequence[Change]) -> list[tuple[list[str], str, str]]:
    """Return what was handed over to the archive: lines, before what, and filling which gap."""
    found = [change for change in changes if isinstance(change, PastFound)]
    return [
        ([line.text for line in each.lines], each.before.text, each.gap.text if each.gap else "")
        for each in found
    ]


def test_what_is_older_is_for_the_archive() -> None:
    """Before a line that the user came near to: one page, of which nothing is put in memory."""
    wire, room = _in_room()
    line = next(line for line in room.lines if line.text == "1")
    before = texts(room)
    assert wire.session.find_older(room, line)
    (asked,) = [sent for sent in wire.sent() if "BEFORE" in sent]
    assert asked == "@label=h2 CHATHISTORY BEFORE #ops msgid=01 3"
    assert not wire.session.find_older(room, line), "one question at a time"
    old = [_said(number, room="#ops") for number in (-2, -1, 0)]
    changes = wire.hear(*_batch("h2", old))
    assert (room.seeking, room.exhausted) == (False, False)
    assert _found(changes) == [(["-2", "-1", "0"], "1", "")]
    assert texts(room) == before
    wire.session.find_older(room, line)
    wire.hear(*_batch("h3", []))
    assert (room.seeking, room.exhausted) == (False, True)
    assert texts(room) == before


def test_the_past_of_the_past_is_done_to_it() -> None:
    """What is removed in the same page is removed, and reactions are on their messages."""
    wire, room = _in_room()
    line = next(line for line in room.lines if line.text == "1")
    wire.session.find_older(room, line)
    removal = f"@msgid=r;time={_time(0)} :bob!b@h REDACT #ops -2"
    changes = wire.hear(*_batch("h2", [_said(-2), _said(-1), removal]))
    (found,) = [change for change in changes if isinstance(change, PastFound)]
    (changed,) = [change for change in changes if isinstance(change, PastChanged)]
    assert [each.text for each in found.lines] == ["-2", "-1"]
    assert (changed.msgid, changed.removed) == ("-2", "deleted by bob")


def test_a_cut_ends_the_question() -> None:
    """It can be asked again on the next connection."""
    wire, room = _in_room()
    line = next(line for line in room.lines if line.text == "1")
    assert wire.session.find_older(room, line)
    _again(wire)
    assert not room.seeking


def test_a_gap_is_filled_page_by_page() -> None:
    """What was too much at once comes when it is asked for, until it meets what was known."""
    wire, room = _in_room()
    wire.world.tell(room, "gap", time=NOW, kind=Kind.GAP)
    wire.hear(_said(9))
    gap, line = room.lines[-2:]
    assert wire.session.find_older(room, line, gap)
    wire.hear(*_batch("h2", [_said(6), _said(7), _said(8)]))
    assert _said_in(room) == ["1", "gap", "6", "7", "8", "9"]
    line = next(each for each in room.lines if each.text == "6")
    assert wire.session.find_older(room, line, gap)
    wire.hear(*_batch("h3", [_said(1), _said(2)]))
    assert _said_in(room) == ["1", "2", "6", "7", "8", "9"]


def test_what_is_known_from_an_earlier_life() -> None:
    """Only what is newer is asked for, as after a cut."""
    wire = Wire()
    room = wire.session.join("#ops")
    wire.session.know(room, "01", NOW + 1)
    wire.start(HISTORY, ISUPPORT)
    wire.now = NOW + 50
    wire.hear(f"@time={_time(50)};msgid=50 :alice!~a@host.example JOIN #ops")
    assert wire.sent()[-1] == "@label=h1 CHATHISTORY LATEST #ops msgid=01 3"
    wire.hear(*_batch("h1", [_said(2), _said(3)]))
    assert _said_in(room) == ["2", "3"]
    assert room.unread == 2


def test_a_message_that_the_server_has_forgotten() -> None:
    """What is older is asked for by its time, then; what is refused again is given up."""
    wire, room = _in_room()
    line = next(line for line in room.lines if line.text == "1")
    assert wire.session.find_older(room, line)
    wire.sent()
    refusal = "FAIL CHATHISTORY INVALID_MSGREFTYPE BEFORE #ops :no such message"
    wire.hear(f"@label=h2 :srv {refusal}")
    (asked,) = wire.sent()
    assert asked.startswith("@label=h3 CHATHISTORY BEFORE #ops timestamp=")
    assert room.seeking
    changes = wire.hear(f"@label=h3 :srv {refusal}")
    assert _found(changes) == [([], "1", "")]
    assert (room.seeking, room.exhausted) == (False, False)
    assert wire.session.find_older(room, line)
