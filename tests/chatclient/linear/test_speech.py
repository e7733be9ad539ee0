"""What is said of what happens, read as by ear."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from chatclient.linear.speech import EARLIER, SMALL, Speech
from chatclient.model import (
    Buffer,
    ConnectionState,
    Delivery,
    Kind,
    Level,
    Line,
    Member,
    Reaction,
    World,
)
from tests.chatclient.ui.rig import NOON, ScriptedClient, join, make_world

_TIME = "12:00 "


class Ear:
    """Anna, who is in #lobby with bob, and what she hears."""

    def __init__(self) -> None:
        self.world: World = make_world()
        self.lobby = self.world.active
        self.client = ScriptedClient(self.world)
        self.now = NOON
        self.speech = Speech(self.client, lambda: self.now)
        self.client.listen(lambda changes: self.heard.extend(self.speech.take(changes)))
        self.heard: list[str] = []

    def hears(self) -> list[str]:
        """Return what was said since the last time, the times left out."""
        self.client.flush()
        heard, self.heard[:] = [*self.heard], []
        return [each[6:] if each[2:3] == ":" and each[:2].isdigit() else each for each in heard]

    def line(self, text: str, source: str = "bob", kind: Kind = Kind.MESSAGE) -> Line:
        """Return a line."""
        return self.world.make_line(kind, text, time=NOON, source=source)

    def say(self, buffer: Buffer, text: str, source: str = "bob", *, mention: bool = False) -> Line:
        """Let somebody say something."""
        line = replace(self.line(text, source), msgid=text, mention=mention)
        self.world.add(buffer, line)
        return line

    def come(self, room: Buffer, before: Sequence[str] = ()) -> list[str]:
        """Come into a room with a past, and return what is said by that."""
        self.world.set_behind(room, behind=True)
        self.world.add(room, replace(self.line("you joined", "anna", Kind.JOIN), own=True))
        heard = self.hears()
        self.world.insert(room, [replace(self.line(text), msgid=text) for text in before])
        self.world.set_behind(room, behind=False)
        return heard + self.hears()


def test_messages() -> None:
    """What is said where the user is, is said as "bob: hello"; an action as a sentence."""
    ear = Ear()
    ear.say(ear.lobby, "hello")
    ear.world.add(ear.lobby, ear.line("waves", kind=Kind.ACTION))
    ear.world.add(ear.lobby, ear.line("beware", kind=Kind.NOTICE))
    ear.say(ear.lobby, "anna: look", mention=True)
    assert ear.hears() == [
        "bob: hello",
        "bob waves",
        "notice from bob: beware",
        "bob mentions you: anna: look",
    ]


def test_messages_of_several_lines() -> None:
    """No line of a message can be taken for one of somebody else."""
    ear = Ear()
    ear.say(ear.lobby, "one\n12:00 carol: I agree")
    assert ear.hears() == ["bob: one", "bob continues: 12:00 carol: I agree"]


def test_other_rooms() -> None:
    """Elsewhere, what calls the user is said in full; of the rest, once that there is something."""
    ear = Ear()
    ops = join(ear.world, "#ops", "anna", "bob")
    ear.hears()
    ear.say(ops, "one")
    ear.say(ops, "two")
    ear.say(ops, "anna: three", mention=True)
    ear.say(ear.world.open_direct("carol"), "psst", "carol", mention=True)
    assert ear.hears() == [
        "something is unread in #ops",
        "in #ops, bob mentions you: anna: three",
        "private message, carol: psst",
    ]


@pytest.mark.parametrize(
    ("level", "heard"),
    [
        (Level.ALL, ["in #ops, bob: one", "in #ops, bob mentions you: two"]),
        (Level.MENTIONS, ["something is unread in #ops", "in #ops, bob mentions you: two"]),
        (Level.NOTHING, []),
    ],
)
def test_levels(level: Level, heard: list[str]) -> None:
    """What is said of another room is for the user to choose."""
    ear = Ear()
    ops = join(ear.world, "#ops", "anna", "bob")
    ops.level = level
    ear.hears()
    ear.say(ops, "one")
    ear.say(ops, "two", mention=True)
    assert ear.hears() == heard


def test_own_lines_are_not_repeated() -> None:
    """What the user typed is not said again, if all goes well and soon."""
    ear = Ear()
    line = replace(ear.line("mine", "anna"), own=True, delivery=Delivery.PENDING)
    ear.world.add(ear.lobby, line)
    assert ear.hears() == []
    ear.world.settle(ear.lobby, replace(line, delivery=Delivery.CONFIRMED))
    assert ear.hears() == []
    ear.world.add(ear.lobby, replace(ear.line("from my phone", "anna"), own=True))
    assert ear.hears() == ["anna: from my phone"]


def test_what_waits_is_said_once() -> None:
    """A line that the server does not answer soon is said to wait, and when it is sent."""
    ear = Ear()
    line = replace(ear.line("mine", "anna"), own=True, delivery=Delivery.PENDING)
    ear.world.add(ear.lobby, line)
    assert ear.hears() == []
    assert [*ear.speech.tick()] == []
    ear.now += 4
    assert [*ear.speech.tick()] == ["waiting to be sent when the server answers: mine"]
    assert [*ear.speech.tick()] == []
    assert not ear.speech.is_waiting
    ear.world.settle(ear.lobby, replace(line, delivery=Delivery.CONFIRMED))
    assert ear.hears() == ["sent: mine"]


def test_failures() -> None:
    """A line that was not sent is said to be so, with the reason and what to do."""
    ear = Ear()
    line = replace(ear.line("mine", "anna"), own=True, delivery=Delivery.PENDING)
    ear.world.add(ear.lobby, line)
    ear.hears()
    ear.world.settle(ear.lobby, replace(line, delivery=Delivery.FAILED, reason="no voice"))
    assert ear.hears() == ["not sent: mine: no voice; /resend sends it again"]


def test_the_connection() -> None:
    """A cut, and being back, are said once each; what is typed meanwhile waits, and says so."""
    ear = Ear()
    ear.world.set_status(replace(ear.world.status, round_trip=0.1))
    ear.hears()
    away = replace(ear.world.status, state=ConnectionState.WAITING, reason="the server is silent")
    ear.world.add(ear.lobby, ear.line("disconnected: the server is silent", "", Kind.ERROR))
    ear.world.set_status(away)
    ear.world.set_status(replace(away, retry_at=1.0))
    line = replace(ear.line("mine", "anna"), own=True, delivery=Delivery.PENDING)
    assert ear.hears() == [
        "not connected to chat.example:9000: the server is silent; it is tried again"
    ]
    ear.world.add(ear.lobby, line)
    assert ear.hears() == ["waiting to be sent when there is a connection: mine"]
    ear.world.set_status(replace(away, state=ConnectionState.ONLINE))
    assert ear.hears() == ["connected again to chat.example:9000 as anna"]


def test_trying_again_is_said_once() -> None:
    """However often it is, until there is a connection, or another reason why there is none."""
    ear = Ear()

    def turn(state: ConnectionState, reason: str = "") -> list[str]:
        ear.world.set_status(replace(ear.world.status, state=state, reason=reason))
        return ear.hears()

    said = []
    for reason in ["nothing listens"] * 5 + ["no way"] * 5:
        said += turn(ConnectionState.CONNECTING)
        said += turn(ConnectionState.WAITING, reason)
    assert [text.partition(": ")[2] for text in said] == [
        "nothing listens; it is tried again",
        "no way; it is tried again",
    ]
    turn(ConnectionState.ONLINE)
    assert len(turn(ConnectionState.WAITING, "no way")) == 1


def test_the_past_is_bounded_and_called_so() -> None:
    """On coming in: where one is, then a few earlier messages; nothing of who came and went."""
    ear = Ear()
    ops = join(ear.world, "#ops", "anna", "bob", "carol")
    ear.world.set_topic(ops, "on call: bob")
    ear.world.activate(ops)
    ear.hears()
    heard = ear.come(ops, [str(number) for number in range(EARLIER + 5)])
    assert heard[0] == "now in #ops, 3 people, topic: on call: bob"
    assert heard[1] == f"earlier in #ops, {EARLIER} messages; /history tells more:"
    assert heard[2:-1] == [f"bob: {number}" for number in range(5, EARLIER + 5)]
    assert heard[-1] == "end of what was said before"


def test_what_was_missed() -> None:
    """After a cut, what was missed is said as such."""
    ear = Ear()
    ear.come(ear.lobby, ["one"])
    assert ear.come(ear.lobby, ["two"]) == [
        "now in #lobby, 3 people",
        "missed in #lobby, 1 message:",
        "bob: two",
        "end of what was said meanwhile",
    ]


def test_who_comes_and_goes() -> None:
    """In a small room it is said; in a big one it is noise."""
    ear = Ear()
    ear.world.add(ear.lobby, ear.line("carol joined", "carol", Kind.JOIN))
    assert ear.hears() == ["carol joined"]
    ear.lobby.members.replace([Member(f"n{number}") for number in range(SMALL + 1)])
    ear.world.add(ear.lobby, ear.line("dora joined", "dora", Kind.JOIN))
    ear.world.add(ear.lobby, ear.line("bob set the topic to: x", "bob", Kind.TOPIC))
    assert ear.hears() == ["bob set the topic to: x"]


def test_answers_reactions_and_removals() -> None:
    """What the screen shows beside a message is said in words."""
    ear = Ear()
    mine = replace(ear.line("shall we?", "anna"), own=True, msgid="q")
    ear.world.add(ear.lobby, mine)
    ear.world.add(ear.lobby, replace(ear.line("yes"), reply_to="q", mention=True))
    ear.hears()
    told = replace(mine, reactions=(Reaction("👍", ("bob", "anna")),))
    ear.world._exchange(ear.lobby, mine, told)
    assert ear.hears() == ["bob reacted 👍 to: shall we?", "you reacted 👍 to: shall we?"]
    ear.world.add(ear.lobby, replace(ear.line("no"), reply_to="q", mention=True))
    assert ear.hears() == ["bob answers you: no"]
    ear.world.redact(ear.lobby, "q", "deleted by bob")
    assert ear.hears() == ["a message of anna was deleted by bob"]


def test_reading_again() -> None:
    """What is unread is read with its number, and so are the last messages on request."""
    ear = Ear()
    ops = join(ear.world, "#ops", "anna", "bob")
    for text in ("one", "two"):
        ear.say(ops, text)
    ear.hears()
    assert [*ear.speech.enter(ops)][:2] == ["now in #ops, 2 people", "2 messages unread in #ops:"]
    assert [each[6:] for each in ear.speech.read(ops, 1)][1:-1] == ["bob: two"]
    ear.world.activate(ops)
    assert [*ear.speech.read(ops)] == ["nothing is unread in #ops"]


def test_the_network_is_named_where_two_could_be_meant() -> None:
    """Only rooms and people whose names are open on two networks need it; gaps name their room."""
    ear = Ear()
    other = make_world("away", "away.example:6667")
    far, alone = other.buffers[1], join(other, "#alone")
    ear.client.worlds = (ear.world, other)
    ear.hears()
    for buffer in (far, alone):
        line = other.make_line(Kind.MESSAGE, "hi", time=NOON, source="eve")
        other.add(buffer, line)
    assert ear.hears() == [
        "something is unread in #lobby on away",
        "something is unread in #alone",
    ]
    other.add(
        far, replace(other.make_line(Kind.MESSAGE, "a", time=NOON, source="eve"), mention=True)
    )
    other.insert(far, [other.make_line(Kind.GAP, "some is missing", time=NOON)])
    assert ear.hears() == [
        "in #lobby on away, eve mentions you: a",
        "#lobby on away: some is missing",
    ]
    assert next(iter(ear.speech.enter(far))).startswith("now in #lobby on away, 3 people")
