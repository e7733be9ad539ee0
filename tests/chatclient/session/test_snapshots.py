"""Rules of what waits to be said while the program is not running."""

import json
import re

import pytest

from chatclient.model import Buffer, Delivery, Kind
from chatclient.session import MAYBE_LOST
from chatclient.session.outbox import NONCE
from chatclient.session.snapshots import REMEMBERED, TOO_OLD
from tests.chatclient.session.wire import MODERN, Wire, last

SAFE = f"{MODERN} {NONCE}"


def _restarted(wire: Wire, later: float = 10.0) -> Wire:
    """Return the session of another run of the program, which took over what waited."""
    again = Wire(seed=2)
    again.now = wire.now + later
    again.session.restore(wire.session.snapshot(), again.now)
    again.changes()
    return again


def _fates(buffer: Buffer) -> list[tuple[str, Delivery]]:
    spoken = (line for line in buffer.lines if line.kind in {Kind.MESSAGE, Kind.ACTION})
    return [(line.text, line.delivery) for line in spoken]


def _said(wire: Wire, caps: str) -> list[str]:
    """Connect, be in #r, and return the last word of each message that was sent."""
    wire.session.start()
    wire.hear(f":srv CAP * LS :{caps}", f":srv CAP * ACK :{caps}")
    wire.hear(":srv 001 alice :Welcome", ":srv 422 alice :no MOTD")
    sent = wire.raw()
    wire.hear(":alice!~a@host.example JOIN #r")
    return [line for line in sent + wire.raw() if "PRIVMSG" in line]


def _texts(sent: list[str]) -> list[str]:
    return [line.rpartition(" ")[2] for line in sent]


def test_nothing_waits_is_nothing_to_keep() -> None:
    """An empty outbox is no text."""
    assert Wire().session.snapshot() == ""


@pytest.mark.parametrize("caps", ["", "echo-message", MODERN, SAFE])
def test_what_was_never_sent_is_sent_after_a_restart(caps: str) -> None:
    """It stands pending in its buffers, in its order, and goes out once its room is open."""
    wire = Wire()
    room = wire.session.join("#r")
    wire.say(room, "one\ntwo")
    wire.say(wire.world.open_direct("bob"), "psst")
    wire.say(room, "waves", Kind.ACTION)
    again = _restarted(wire)
    assert _fates(again.room("#r")) == [
        (text, Delivery.PENDING) for text in ("one", "two", "waves")
    ]
    assert again.room("#r").lines[0].own
    assert again.room("#r").lines[0].time == wire.now
    assert again.room("#r").pending == 3
    sent = _said(again, caps)
    assert _texts(sent) == ["psst", "one", "two", "waves\x01"]
    assert _fates(again.room("bob")) == [("psst", Delivery.PENDING)]


def test_what_the_server_may_have_is_sent_once_more_where_it_knows_nonces() -> None:
    """The nonce is the same as before: the server says it once."""
    wire = Wire().start(SAFE)
    wire.session.say(wire.join("#r"), "maybe", wire.now)
    before = wire.raw()
    again = _said(_restarted(wire), SAFE)
    nonces = [re.findall(r"nonce=([\w-]+)", line) for line in before + again]
    assert _texts(again) == ["maybe"]
    assert nonces[0] == nonces[1]


def test_what_another_server_may_have_has_failed() -> None:
    """It could be said twice: the user has to decide."""
    wire = Wire().start(MODERN)
    wire.say(wire.join("#r"), "maybe")
    again = _restarted(wire)
    assert _said(again, MODERN) == []
    failed = next(line for line in again.room("#r").lines if line.kind is Kind.MESSAGE)
    assert (failed.text, failed.delivery, failed.reason) == ("maybe", Delivery.FAILED, MAYBE_LOST)
    assert again.session.say_again(failed.id, again.now)
    assert _texts(again.sent()) == ["maybe"]


def test_what_no_server_can_remember_has_failed() -> None:
    """After a day a nonce is forgotten."""
    wire = Wire().start(SAFE)
    wire.say(wire.join("#r"), "maybe")
    wire.session.end("lost", wire.now)
    wire.say(wire.room("#r"), "never sent")
    again = _restarted(wire, later=REMEMBERED + 1)
    assert [line.reason for line in again.room("#r").lines] == [TOO_OLD, ""]
    assert [line.rpartition(":")[2] for line in _said(again, SAFE)] == ["never sent"]


def test_failed_lines_can_be_sent_again_after_a_restart() -> None:
    """They stand as failed, with their reasons, and wait for the user."""
    wire = Wire().start(SAFE)
    wire.say(wire.join("#r"), "no")
    wire.hear("@label=m1 :srv 404 alice #r :Cannot send")
    again = _restarted(wire)
    assert not again.room("#r").wanted
    line = last(again.room("#r"))
    assert (line.delivery, line.reason) == (Delivery.FAILED, "Cannot send")
    assert again.session.say_again(line.id, again.now)


def test_a_reply_and_its_look_outlive_the_program() -> None:
    """What it answers and how it looks are kept; so is a message of several lines."""
    wire = Wire()
    room = wire.session.join("#r")
    wire.session.say(room, "\x02yes\x02", wire.now, reply_to="m7")
    again = last(_restarted(wire).room("#r"))
    assert (again.text, again.reply_to) == ("yes", "m7")
    assert again.spans == last(room).spans
    multi = Wire().start(f"{SAFE} draft/multiline")
    multi.session.end("lost", multi.now)
    multi.say(multi.session.join("#r"), "one\ntwo")
    assert _fates(_restarted(multi).room("#r")) == [("one\ntwo", Delivery.PENDING)]


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "nonsense", '{"version":2,"lines":[]}', '{"version":1}', "5"]
)
def test_a_broken_snapshot_restores_nothing(text: str) -> None:
    """What another version wrote, or nobody, is passed over."""
    wire = Wire()
    wire.session.restore(text, wire.now)
    assert wire.world.buffers == (wire.world.server,)


def test_a_broken_line_costs_only_itself() -> None:
    """Each line is read by itself."""
    wire = Wire()
    wire.say(wire.session.join("#r"), "one\ntwo\nthree")
    written = json.loads(wire.session.snapshot())
    del written["lines"][0]["nonce"]
    written["lines"][1]["time"] = "noon"
    again = Wire(seed=2)
    again.session.restore(json.dumps(written), again.now)
    assert _fates(again.room("#r")) == [("three", Delivery.PENDING)]
