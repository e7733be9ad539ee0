"""What peers send never raises, never breaks a line, and never reaches another's terminal raw."""

import asyncio
import gc
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatserver.core import commands, events
from chatserver.core.commands import ChangeRoomModes, Command, Join, ModeChange, Say
from chatserver.core.events import Event, Identity
from chatserver.core.execute.modes import ROOM_MODES
from chatserver.faces.plain import dialect as dialects
from chatserver.faces.plain.commands import BY_NAME
from chatserver.faces.plain.dialect import RENDERERS, PlainDialect, intern_dialect
from chatwire.framing import OVERLONG, Overlong
from chatwire.text import visible
from tests.chatserver.fakes import World

NASTY = (
    "\x1b]0;x\x07", "\x9b2J", "\r", "\n", "\0", "\u202e", "\u200b", "\u2028", "\x85", "\x01", "\x03",
)  # fmt: skip
nasty = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=4)), max_size=4).map("".join)
names = st.sampled_from(("bob", "#a", "#lobby", "20"))
verbs = st.sampled_from([*BY_NAME, "nothing", ""])
lines = st.one_of(
    st.binary(max_size=40),
    st.just(OVERLONG),
    nasty.map(str.encode),
    st.builds(lambda verb, rest: f"/{verb} {rest}".encode(), verbs, nasty),
    st.builds(lambda verb, name, rest: f"/{verb} {name} {rest}".encode(), verbs, names, nasty),
)
by_others = st.one_of(
    st.builds(Say, st.sampled_from(("ann", "#lobby")), nasty),
    st.builds(commands.SetTopic, st.just("#a"), nasty),
    st.builds(commands.SetAway, nasty),
    st.builds(commands.SetRealname, nasty),
    st.builds(commands.Kick, st.just("#a"), st.just("ann"), nasty),
    st.builds(commands.Part, st.just("#a"), nasty),
    st.builds(lambda mask: ChangeRoomModes("#a", (ModeChange(True, "b", mask),)), nasty),
)
KINDS = re.compile(r"->(?: .*)?|\* .*|\*\* .*|\[[^ \]].*|\d\d:\d\d (?:\[|\*\* ).*")


def check(sent: bytes) -> None:
    """Check that all that was sent is lines of known kinds, safe for any terminal."""
    text = sent.decode()
    assert text == "" or text.endswith("\n")
    for line in text.split("\n")[:-1]:
        assert visible(line) == line
        assert KINDS.fullmatch(line), line


async def play(own: list[bytes | Overlong], others: list[Command]) -> None:
    """Let one say any lines, and another do anything to them; check what both see."""
    world = World()
    bob = await world.plain_in_lobby("bob")
    await bob.ask_for(Join("#a"), Join("#lobby"))
    ann = world.plain("ann")
    for turn in range(max(len(own), len(others))):
        for line in own[turn : turn + 1]:
            await ann.session.settled()
            request = ann.session.face.receive(line)
            if request is not None and not ann.session.closed:
                await world.node.take(ann.session, request)
        for command in others[turn : turn + 1]:
            bob.submit(command)
    await world.journal.idle()
    cat = await world.plain_in_lobby("cat")
    assert world.node.bugs == 0
    for client in (ann, bob, cat):
        check(client.peer.sent)


@settings(max_examples=150)
@given(st.lists(lines, max_size=6), st.lists(by_others, max_size=4))
def test_any_bytes_lead_to_safe_lines(own: list[bytes | Overlong], others: list[Command]) -> None:
    """Whatever is typed, and whatever others do: no bug, whole lines, no control characters."""
    asyncio.run(play(own, others))


@given(st.lists(st.tuples(st.booleans(), nasty), max_size=3), nasty, nasty)
def test_every_event_is_safe_lines(changed: list[tuple[bool, str]], one: str, other: str) -> None:
    """One, or a line of who said it for each of a message, with anything where a peer may write anything."""
    who = Identity("bob", one, "h", other)
    changes = tuple(ModeChange(adding, "b", mask) for adding, mask in changed)
    for dialect in (PlainDialect(b"\n", "", frozenset()), PlainDialect(b"\n", "#a", frozenset())):
        for event in samples(who, one, other, changes):
            shown = dialect.render(event)
            if isinstance(event, events.Said):
                assert all(re.match(rb"\[bob|\*\* bob", line) for line in shown.splitlines())
            else:
                assert shown.count(b"\n") <= 1
            check(shown)


@given(
    st.one_of(nasty, st.text("ab -\t ", max_size=9), st.just("\x01ACTION x\x01")),
    st.sampled_from(("#a", "#A", "#b", "@#a", "ann")),
    st.sampled_from((frozenset[str](), frozenset(("bob",)))),
)
def test_most_messages_are_lines_as_they_are(text: str, to: str, ignored: frozenset[str]) -> None:
    """They are shown as all are: by their parts, where they were said, and not by who is ignored."""
    where = {"#a": "", "#A": "", "ann": " -> you"}.get(to, f" {to}")
    event = events.Said(1, 1, Identity("Bob", "u", "h"), to, text)
    shown = PlainDialect(b"\r\n", "#a", ignored).render(event)
    lines = () if ignored else dialects.said("Bob", where, text)
    assert shown == b"".join(line.encode() + b"\r\n" for line in lines)


@pytest.mark.parametrize("text", ["\u3164", "\u200b\u200d", " \u2800", "\x02\x02", "\ufe0f"])
def test_what_cannot_be_seen_is_told_in_words(text: str) -> None:
    """Nobody wonders about a line that has only a nick."""
    dialect = PlainDialect(b"\n", "#a", frozenset())
    who = Identity("bob", "u", "h")
    for said, line in (
        (text, "[bob] (nothing visible)\n"),
        (f"\x01ACTION {text}\x01", "** bob (nothing visible)\n"),
    ):
        assert dialect.render(events.Said(1, 1, who, "#a", said)).decode() == line


def samples(who: Identity, one: str, other: str, changes: tuple[ModeChange, ...]) -> list[Event]:
    """Return an event of each kind."""
    return [
        events.Joined(1, 1, "#a", who),
        events.Parted(1, 1, "#a", who, one),
        events.Kicked(1, 1, "#a", who, "eve", one),
        events.Departed(1, 1, who, one),
        events.Renamed(1, 1, who, "eve"),
        events.Said(1, 1, who, "#a", one),
        events.Said(1, 1, who, "ann", one),
        events.Tagged(1, 1, who, "#a", {one: other}),
        events.Reacted(1, 1, who, "#a", {one: other}),
        events.Redacted(1, 1, who, "#a", 1, "eve", 1, 1, one),
        events.TopicChanged(1, 1, "#a", who, one),
        events.RoomModesChanged(1, 1, "#a", who, changes or (ModeChange(True, "k", one),)),
        events.RoomRenamed(1, 1, "#a", who, "#b", one),
        events.RoomSettled(1, 1, "#a", "bob", "SetStanding", "bob", "o"),
        events.UserModesChanged(1, 1, who, changes),
        events.MarkerMoved(1, 1, "#a", 1),
        events.MetadataChanged(1, 1, "#a", "url", one),
        events.Invited(1, 1, "#a", who, "ann"),
        events.InviteSeen(1, 1, "#a", who, "ann"),
        events.AwayChanged(1, 1, who, one),
        events.RealnameChanged(1, 1, who, one),
        events.HostChanged(1, 1, who, one, other),
        events.AccountChanged(1, 1, who, "bob"),
        events.AccountKept(1, 1, "bob", None, "Register"),
        events.CameOnline(1, 1, who),
        events.WentOffline(1, 1, one),
        events.Observed(1, 1, events.AwayChanged(1, 1, who, one)),
        events.WallopsSent(1, 1, who, one),
        events.Killed(1, 1, who, "ann", one),
    ]


def test_every_kind_of_event_is_known() -> None:
    """And tried above."""
    who = Identity("bob", "u", "h")
    assert set(RENDERERS) == {type(event) for event in samples(who, "", "", ())}
    assert set(RENDERERS) == {*Event.__subclasses__(), events.Reacted}


def test_every_room_mode_has_words() -> None:
    """For setting and for unsetting it."""
    dialect = PlainDialect(b"\n", "#a", frozenset())
    for letter in ROOM_MODES:
        for adding in (True, False):
            change = (ModeChange(adding, letter, "x"),)
            event = events.RoomModesChanged(1, 1, "#a", Identity("", "", ""), change)
            assert dialect.render(event).startswith(b"* the server ")


def test_dialects_are_shared_and_live_as_long_as_their_readers() -> None:
    """Or rooms and ignored nicks, which are without number, would fill the memory."""
    one = intern_dialect(b"\n", "#somewhere", frozenset())
    assert intern_dialect(b"\n", "#somewhere", frozenset()) is one
    before = len(dialects._dialects)
    for number in range(100):
        intern_dialect(b"\n", f"#{number}", frozenset())
    gc.collect()
    assert len(dialects._dialects) <= before
