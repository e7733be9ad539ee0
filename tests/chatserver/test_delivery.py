"""Delivery: one write for each member and round, to each what they are to see, in one order."""

import logging
from collections.abc import Iterable, Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.backlog import Backlog
from chatserver.core import commands, events
from chatserver.core.audiences import Audience
from chatserver.core.commands import Command, Join, Kick, ModeChange, Part, Quit, Say, Speak
from chatserver.core.devices import Device
from chatserver.core.effects import Attached, Close, Emission, Spoken
from chatserver.core.events import Event, Said
from chatserver.core.execute import Stamp, execute
from chatserver.core.execute.devices import settle
from chatserver.core.execute.turn import Turn
from chatserver.core.limits import Limits
from chatserver.core.members import User
from chatserver.core.state import State
from chatserver.delivery import CHUNK_MOST, Delivery, Round
from chatserver.faces.contract import Dialect
from tests.chatserver.fakes import FakePeer


class Tongue:
    """A dialect that says what happened in one word or two, and counts how often it is asked to."""

    def __init__(
        self, name: str = "", *, echo: bool = False, shows_own_entry: bool = False
    ) -> None:
        self.name = name
        self.echo = echo
        self.shows_own_entry = shows_own_entry
        self.rendered: list[Event] = []

    def render(self, event: Event) -> bytes:
        """Return a line of words."""
        self.rendered.append(event)
        return f"{self.name}{describe(event)}\n".encode() if describe(event) else b""

    def acknowledge(self, event: Event) -> bytes:
        """Return a word, in a dialect that says it."""
        return b"sent\n" if self.name == "sent " else b""

    def copy(self, event: Event) -> bytes:
        """Return the same line as for whom it is."""
        return self.render(event)

    def label(self, lines: Sequence[bytes], label: str, at: int) -> bytes:
        """Return `lines` after their label."""
        return label.encode() + b":" + b"".join(lines)


def describe(event: Event) -> str:
    """Return an event in a few words."""
    match event:
        case Said():
            return f"{event.target} {event.who.nick}: {event.text}"
        case events.Joined() | events.Parted():
            return f"{event.room} {type(event).__name__} {event.who.nick}"
        case events.Kicked():
            return f"{event.room} Kicked {event.nick}"
        case events.Renamed():
            return f"Renamed {event.who.nick} {event.nick}"
        case events.Departed():
            return f"Departed {event.who.nick}"
        case _:
            return ""


class Reader:
    """A subscriber that remembers its writes."""

    def __init__(self, number: int, user: User, dialect: Tongue) -> None:
        self.number = number
        self.user: User | None = user
        self.viewer: User | None = None
        self.dialect: Dialect = dialect
        self.writes: list[bytes] = []
        self.rooms: tuple[str, ...] = ()
        self.party = ""
        self.full = False
        self.cut = False
        self.backlog: Backlog | None = None
        self.peer = FakePeer()

    def write(self, data: bytes) -> None:
        """Remember `data`."""
        if self.backlog is None:
            self.writes.append(data)

    def fall_behind(self, backlog: Backlog) -> None:
        """Remember nothing from now on."""
        self.backlog = backlog

    def lines(self) -> list[str]:
        """Return all lines since the last time."""
        data = b"".join(self.writes).decode()
        self.writes.clear()
        return data.splitlines()


class Stage:
    """People in rooms, and the delivery of what they do, round after round."""

    def __init__(self) -> None:
        self.state = State(Limits(history_on_join=0))
        self.delivery = Delivery()
        self.readers: dict[str, Reader] = {}
        self.round = Round(self.delivery)
        self.seq = 0
        self.log: list[tuple[Emission, Reader]] = []
        """Each with who did it."""

    def add(self, nick: str, *rooms: str, dialect: Tongue | None = None) -> Reader:
        """Let somebody come into rooms; nothing of it is shown."""
        number = len(self.readers) + 1
        connect = commands.Connect((nick,), "u", "", "h")
        effects = execute(self.state, self.stamp(), number, connect)
        assert isinstance(effects[0], Attached)
        reader = self.readers[nick] = Reader(number, effects[0].user, dialect or Tongue())
        self.delivery.attach(reader, effects[0])
        for room in rooms:
            execute(self.state, self.stamp(), number, Join(room))
        reader.rooms = rooms
        return reader

    def add_device(self, nick: str, name: str, dialect: Tongue | None = None) -> Reader:
        """Let somebody come on one more device; what it is told of where they are is not shown."""
        number, user = len(self.readers) + 1, self.state.nicks[nick]
        self.stamp()
        turn = Turn(self.state, user, self.seq, self.seq, number)
        (attached,) = settle(turn, Device(number, 0))
        assert isinstance(attached, Attached)
        reader = self.readers[name] = Reader(number, user, dialect or Tongue())
        self.delivery.attach(reader, attached)
        return reader

    def stamp(self) -> Stamp:
        """Return the next place in the order."""
        self.seq += 1
        return Stamp(self.seq, self.seq)

    def do(self, reader: Reader, command: Command, *, labelled: bool = False) -> bytes:
        """Execute a command and add what comes of it to the round, as the node does."""
        answer = b""
        for effect in execute(self.state, self.stamp(), reader.number, command):
            if isinstance(effect, Emission):
                self.log.append((effect, reader))
                answer += self.round.show(effect, reader, labelled=labelled)
            elif isinstance(effect, Spoken):
                self.log.extend((emission, reader) for emission in effect.emissions)
                answer += self.round.show(effect, reader, labelled=labelled)
                self.seq = effect.events[-1].seq
            elif isinstance(effect, Close):
                self.round.flush()
                self.delivery.detach(reader)
                reader.user = None
        return answer

    def flush(self) -> None:
        """End the round."""
        self.round.flush()
        self.round = Round(self.delivery)


@pytest.fixture
def stage() -> Stage:
    """Return an empty stage."""
    return Stage()


def test_what_is_written_is_of_the_rooms_that_one_is_in(stage: Stage) -> None:
    """Who speaks in one room costs nothing in all others where others speak."""
    tongues = [Tongue() for _ in range(5)]
    for room, tongue in enumerate(tongues):
        speaker = stage.add(f"p{room}", f"#{room}", dialect=tongue)
        stage.add(f"q{room}", f"#{room}")
        stage.do(speaker, Say(f"#{room}", "hello"))
    stage.flush()
    assert [tongue.rendered for tongue in tongues] == [[]] * 5
    for room in range(5):
        assert stage.readers[f"q{room}"].lines() == [f"#{room} p{room}: hello"]


class Unread(tuple[str, ...]):
    """Rooms through which nobody goes one by one."""

    __slots__ = ()

    def __iter__(self) -> Iterator[str]:
        """Fail."""
        raise AssertionError("all rooms of somebody were looked at")


def test_what_is_written_costs_nothing_for_rooms_in_which_nothing_happens(stage: Stage) -> None:
    """Who is in thousands of rooms and speaks in one is not looked for in all of them."""
    rooms = [f"#{number}" for number in range(50)]
    silent, other = stage.add("silent", *rooms), stage.add("other", *rooms)
    silent.rooms, other.rooms = Unread(rooms), Unread(rooms)
    stage.do(silent, Say("#3", "mine"))
    stage.do(other, Say("#3", "yours"))
    stage.do(other, Say("#7", "too"))
    stage.flush()
    assert silent.writes == [b"#3 other: yours\n#7 other: too\n"]
    assert other.lines() == ["#3 silent: mine"]


def test_each_member_gets_one_write_for_all_of_a_round(stage: Stage) -> None:
    """However many messages a room heard, its members cost one write each."""
    ann = stage.add("ann", "#a")
    others = [stage.add(f"p{number}", "#a") for number in range(5)]
    for number in range(10):
        stage.do(ann, Say("#a", str(number)))
    stage.flush()
    for other in others:
        assert len(other.writes) == 1
        assert other.lines() == [f"#a ann: {number}" for number in range(10)]
    assert ann.writes == []


def test_who_is_in_several_rooms_gets_one_write_too(stage: Stage) -> None:
    """What all their rooms heard comes in one piece, room after room; others get theirs alone."""
    ann, ben = (stage.add(name, "#a", "#b") for name in ("ann", "ben"))
    cat = stage.add("cat", "#a")
    stage.do(ann, Say("#a", "one"))
    stage.do(ann, Say("#b", "two"))
    stage.flush()
    assert ben.writes == [b"#a ann: one\n#b ann: two\n"]
    assert cat.writes == [b"#a ann: one\n"]


def test_slices_are_kept_only_while_somebody_is_behind(stage: Stage) -> None:
    """Who falls behind needs only what is shown later; a quiet server keeps nothing for nobody."""
    ann, bob = stage.add("ann", "#a"), stage.add("bob", "#a")
    tail = stage.delivery.tail

    def say() -> int:
        stage.do(ann, Say("#a", "hi"))
        stage.flush()
        return tail.end - tail.start

    assert say() == 0
    backlog = stage.delivery.hold(bob)
    assert [say(), say()] == [1, 2]
    assert backlog.slice == tail.start
    bob.backlog = None
    assert say() == 0


def test_a_chunk_has_its_bound(stage: Stage) -> None:
    """What a round holds is bounded, however much is said in it; nobody misses anything by that."""
    ann, bob = stage.add("ann", "#a"), stage.add("bob", "#a")
    carl = stage.add("carl", "#a")
    words = "x" * 10_000
    for _ in range(10):
        stage.do(ann, Say("#a", words))
        stage.do(bob, Say("#a", words))
    stage.flush()
    assert len(carl.writes) > 2
    assert all(len(write) <= CHUNK_MOST + 2 * len(words) for write in carl.writes)
    assert carl.lines() == [f"#a ann: {words}", f"#a bob: {words}"] * 10
    assert sum(map(len, bob.writes)) < 11 * len(words)
    assert bob.lines() == [f"#a ann: {words}"] * 10


def test_an_event_is_rendered_once_for_each_dialect(stage: Stage) -> None:
    """And not at all in a dialect that no member has."""
    one, two, absent = Tongue("1 "), Tongue("2 "), Tongue("3 ")
    ann = stage.add("ann", "#a", dialect=one)
    firsts = [stage.add(f"p{number}", "#a", dialect=one) for number in range(4)]
    second = stage.add("second", "#a", dialect=two)
    stage.add("elsewhere", "#b", dialect=absent)
    stage.do(ann, Say("#a", "hi"))
    stage.flush()
    assert all(reader.lines() == ["1 #a ann: hi"] for reader in firsts)
    assert second.lines() == ["2 #a ann: hi"]
    assert (len(one.rendered), len(two.rendered), len(absent.rendered)) == (1, 1, 0)


def test_senders_get_their_own_words_only_when_they_asked_for_echoes(stage: Stage) -> None:
    """What others said in between they get in order, without gaps."""
    silent = stage.add("silent", "#a")
    echoing = stage.add("echoing", "#a", dialect=Tongue(echo=True))
    for number in range(2):
        stage.do(silent, Say("#a", f"s{number}"))
        stage.do(echoing, Say("#a", f"e{number}"))
    stage.flush()
    everything = ["#a silent: s0", "#a echoing: e0", "#a silent: s1", "#a echoing: e1"]
    assert echoing.lines() == everything
    assert silent.lines() == everything[1::2]


def test_who_comes_in_between_hears_only_what_comes_after(stage: Stage) -> None:
    """The others hear that they came, in its place; the newcomer where the dialect shows it."""
    ann, bob = stage.add("ann", "#a"), stage.add("bob", "#a")
    plain, shown = stage.add("plain"), stage.add("shown", dialect=Tongue(shows_own_entry=True))
    stage.do(ann, Say("#a", "before"))
    stage.do(plain, Join("#a"))
    stage.do(shown, Join("#a"))
    stage.do(ann, Say("#a", "after"))
    stage.flush()
    tail = ["#a Joined shown", "#a ann: after"]
    assert bob.lines() == ["#a ann: before", "#a Joined plain", *tail]
    assert plain.lines() == tail
    assert shown.lines() == tail
    assert ann.lines() == ["#a Joined plain", "#a Joined shown"]


def test_who_leaves_in_between_hears_what_came_before_and_no_more(stage: Stage) -> None:
    """Their own leaving included, whether they left or were put out."""
    ann, bob = stage.add("ann", "#a"), stage.add("bob", "#a")
    left, kicked = stage.add("left", "#a"), stage.add("kicked", "#a")
    stage.do(bob, Say("#a", "before"))
    stage.do(left, Part("#a"))
    stage.do(bob, Say("#a", "between"))
    stage.do(ann, Kick("#a", "kicked"))
    stage.do(bob, Say("#a", "after"))
    stage.flush()
    everything = [
        "#a bob: before", "#a Parted left", "#a bob: between", "#a Kicked kicked", "#a bob: after",
    ]  # fmt: skip
    assert left.lines() == everything[:2]
    assert kicked.lines() == everything[:4]
    assert ann.lines() == everything
    assert bob.lines() == [line for line in everything if "bob" not in line]


def test_whose_connection_is_gone_is_not_told_of_their_own_leaving(stage: Stage) -> None:
    """Others are; so thousands who leave at once cost what others are told, and no more."""
    ann, gone = stage.add("ann", "#a"), stage.add("gone", "#a")
    gone.cut = True
    stage.do(gone, Part("#a"))
    stage.flush()
    assert gone.writes == []
    assert ann.lines() == ["#a Parted gone"]


def test_who_leaves_and_comes_back_in_one_round_misses_what_was_said_meanwhile(
    stage: Stage,
) -> None:
    """Each event goes to its own audience, also when one room's events go out together."""
    ann, guest = stage.add("ann", "#a"), stage.add("guest", "#a")
    stage.do(ann, Say("#a", "one"))
    stage.do(guest, Part("#a"))
    stage.do(ann, Say("#a", "two"))
    stage.do(guest, Join("#a"))
    stage.do(ann, Say("#a", "three"))
    stage.flush()
    assert guest.lines() == ["#a ann: one", "#a Parted guest", "#a ann: three"]


def test_a_new_name_is_heard_before_what_is_said_under_it(stage: Stage) -> None:
    """In every room, whatever the rooms' events are interleaved with."""
    ann, bob, cat = (stage.add(nick, "#a", "#b") for nick in ("ann", "bob", "cat"))
    stage.do(ann, Say("#a", "old a"))
    stage.do(bob, Say("#b", "old b"))
    stage.do(ann, commands.ChangeNick("eve"))
    stage.do(ann, Say("#b", "new b"))
    stage.do(ann, Say("#a", "new a"))
    stage.flush()
    assert cat.lines() == [
        "#a ann: old a", "#b bob: old b", "Renamed ann eve", "#b eve: new b", "#a eve: new a",
    ]  # fmt: skip


@pytest.mark.parametrize("watchers", [1, 2])
def test_a_departure_stands_between_what_came_before_and_after(stage: Stage, watchers: int) -> None:
    """Also when only one person is there to hear it, who is told by themselves."""
    ann = stage.add("ann", "#a")
    others = [stage.add(f"p{number}", "#a") for number in range(watchers)]
    stage.do(ann, Say("#a", "bye"))
    stage.do(ann, Quit("gone"))
    stage.do(others[0], Say("#a", "a pity"))
    stage.flush()
    assert others[-1].lines()[:2] == ["#a ann: bye", "Departed ann"]
    assert ann.lines() == []


def test_a_private_message_has_its_place_among_those_of_the_room(stage: Stage) -> None:
    """Its reader gets all in one write, in the order of all."""
    ann, bob = stage.add("ann", "#a"), stage.add("bob", "#a")
    stage.do(ann, Say("#a", "one"))
    stage.do(ann, Say("bob", "psst"))
    stage.do(ann, Say("#a", "two"))
    stage.flush()
    assert len(bob.writes) == 1
    assert bob.lines() == ["#a ann: one", "bob ann: psst", "#a ann: two"]
    assert ann.lines() == []


def test_lines_for_one_reader_stand_in_their_place(stage: Stage) -> None:
    """What answers somebody comes after what happened before, and before what happened after."""
    ann, bob = stage.add("ann", "#a"), stage.add("bob", "#a")
    stage.do(ann, Say("#a", "one"))
    stage.round.tell(bob, b"answer\n")
    stage.do(ann, Say("#a", "two"))
    stage.flush()
    assert bob.lines() == ["#a ann: one", "answer", "#a ann: two"]


def test_a_labelled_asker_gets_the_event_in_the_answer_alone(stage: Stage) -> None:
    """The others get it as ever, and what others said still reaches the asker."""
    ann = stage.add("ann", "#a", dialect=Tongue(echo=True))
    bob = stage.add("bob", "#a")
    stage.do(bob, Say("#a", "before"))
    assert stage.do(ann, Say("#a", "hi"), labelled=True) == b"#a ann: hi\n"
    stage.do(bob, Say("#a", "after"))
    stage.flush()
    assert ann.lines() == ["#a bob: before", "#a bob: after"]
    assert bob.lines() == ["#a ann: hi"]


def test_a_labelled_asker_without_echo_gets_none(stage: Stage) -> None:
    """A label asks for the answer, not for one's own words."""
    ann = stage.add("ann", "#a")
    bob = stage.add("bob", "#a")
    assert stage.do(ann, Say("#a", "hi"), labelled=True) == b""
    stage.flush()
    assert ann.lines() == []
    assert bob.lines() == ["#a ann: hi"]


def test_a_message_to_oneself_comes_once_and_once_more_as_an_echo(stage: Stage) -> None:
    """It was sent, and it was received."""
    silent = stage.add("silent")
    echoing = stage.add("echoing", dialect=Tongue(echo=True))
    stage.do(silent, Say("silent", "note"))
    stage.do(echoing, Say("echoing", "note"))
    stage.flush()
    assert silent.lines() == ["silent silent: note"]
    assert echoing.lines() == ["echoing echoing: note"] * 2


def test_a_sender_without_echo_may_be_told_that_no_room_shows_their_message(stage: Stage) -> None:
    """That is for the dialect to say, in its place; a room that they are in shows it well enough."""
    ann, bob = stage.add("ann", "#a", dialect=Tongue("sent ")), stage.add("bob", "#a")
    stage.do(ann, Say("#a", "hi"))
    stage.do(ann, Say("bob", "psst"))
    stage.do(bob, Say("#a", "what?"))
    stage.do(bob, Part("#a"))
    stage.do(ann, Say("#a", "to nobody"))
    stage.flush()
    assert ann.lines() == ["sent", "sent #a bob: what?", "sent #a Parted bob"]


def test_a_message_to_a_status_reaches_its_holders_only(stage: Stage) -> None:
    """Voices do not hear what is said to the operators; the sender hears the echo."""
    operator, other = stage.add("op", "#a"), stage.add("other", "#a")
    voice = stage.add("voice", "#a", dialect=Tongue(echo=True))
    stage.do(operator, commands.ChangeRoomModes("#a", (ModeChange(True, "v", "voice"),)))
    stage.flush()
    for reader in (operator, other, voice):
        reader.writes.clear()
    stage.do(voice, Say("@#a", "help"))
    stage.do(voice, Say("#a", "all"))
    stage.flush()
    assert operator.lines() == ["@#a voice: help", "#a voice: all"]
    assert voice.lines() == ["@#a voice: help", "#a voice: all"]
    assert other.lines() == ["#a voice: all"]


def test_who_is_detached_is_shown_nothing_more(stage: Stage) -> None:
    """Though an event's audience still has them in it."""
    ann, bob = stage.add("ann", "#a"), stage.add("bob", "#a")
    stage.do(ann, Say("#a", "hi"))
    stage.delivery.detach(bob)
    stage.delivery.detach(bob)
    stage.flush()
    assert bob.lines() == []


def test_nothing_to_show_is_no_write(stage: Stage) -> None:
    """An event that a dialect does not tell of costs nobody a write."""
    ann, bob = stage.add("ann", "#a"), stage.add("bob", "#a")
    stage.do(ann, commands.SetTopic("#a", "x"))
    stage.do(ann, commands.SetAway("x"))
    stage.round.tell(bob, b"")
    stage.flush()
    assert (ann.writes, bob.writes) == ([], [])


def test_plans_are_kept_until_a_dialect_changes(stage: Stage) -> None:
    """The same audience has the same plan; after `forget_plans` it has another."""
    ann = stage.add("ann", "#a", dialect=Tongue("old "))
    bob = stage.add("bob", "#a")
    audience = stage.state.rooms["#a"].audience
    plan = stage.delivery.plan(audience)
    assert stage.delivery.plan(audience) is plan
    ann.dialect = Tongue("new ")
    stage.delivery.forget_plans()
    assert stage.delivery.plan(audience) is not plan
    stage.do(bob, Say("#a", "hi"))
    stage.flush()
    assert ann.lines() == ["new #a bob: hi"]


def test_plans_belong_to_one_membership(stage: Stage) -> None:
    """Who comes or goes makes another audience, whose plan is its own."""
    ann = stage.add("ann", "#a")
    before = stage.state.rooms["#a"].audience
    stage.delivery.plan(before)
    stage.add("bob", "#a")
    after = stage.state.rooms["#a"].audience
    assert after is not before
    assert [[*readers] for _, readers in stage.delivery.plan(before)] == [[ann]]
    assert sum(len(readers) for _, readers in stage.delivery.plan(after)) == 2


def test_a_dialect_that_fails_hides_one_event_from_itself_alone(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug in rendering is logged; everybody else, and every other event, is not touched by it."""

    class Broken(Tongue):
        def render(self, event: Event) -> bytes:
            if isinstance(event, Said) and event.text == "poison":
                raise ZeroDivisionError
            return super().render(event)

    ann, bob = stage.add("ann", "#a"), stage.add("bob", "#a")
    broken = stage.add("broken", "#a", dialect=Broken())
    with caplog.at_level(logging.ERROR):
        for text in ("one", "poison", "two"):
            stage.do(ann, Say("#a", text))
        stage.flush()
    assert bob.lines() == ["#a ann: one", "#a ann: poison", "#a ann: two"]
    assert broken.lines() == ["#a ann: one", "#a ann: two"]
    assert "cannot render" in caplog.text


# --- against a delivery so simple that it must be right -------------------------------------------

NICKS = ("ann", "bob", "cat", "dan")
ROOMS = ("#a", "#b")

_acts = st.tuples(
    st.integers(0, 5),
    st.one_of(
        st.builds(Say, st.sampled_from((*ROOMS, "@#a", *NICKS)), st.sampled_from("xyz")),
        st.builds(
            Speak, st.sampled_from(ROOMS), st.lists(st.sampled_from("xyz"), min_size=1).map(tuple)
        ),
        st.builds(Join, st.sampled_from(ROOMS)),
        st.builds(Part, st.sampled_from(ROOMS)),
        st.builds(Kick, st.sampled_from(ROOMS), st.sampled_from(NICKS)),
        st.builds(commands.ChangeNick, st.sampled_from((*NICKS, "eve", "fox"))),
        st.just(Quit()),
    ),
    st.booleans(),
)


def expected(stage: Stage, name: str) -> list[str]:
    """Return what `name` (who did not leave) is to see, one event after the other."""
    reader = stage.readers[name]
    lines = []
    for emission, asker in stage.log:
        own = emission.origin is not None and asker is reader and not reader.dialect.echo
        own = own or emission.session not in (0, reader.number)
        entry = isinstance(emission.event, events.Joined) and emission.moved is reader.user
        hidden = own or (entry and not reader.dialect.shows_own_entry)
        shown = describe(emission.event)
        if shown and reader.user in emission.audience and not hidden:
            lines.append(shown)
    return lines


def without(lines: Iterable[str], room: str) -> list[str]:
    """Return the lines that tell of anything but what `room` heard."""
    return [line for line in lines if line.split()[0] != room]


@given(st.lists(_acts, max_size=40))
def test_everybody_gets_exactly_theirs_in_the_order_of_all(
    acts: list[tuple[int, Command, bool]],
) -> None:
    """Rounds of any length, cut anywhere: for each room the same order as event by event.

    What one device says, the others of the same person see.
    """
    stage = Stage()
    for nick, echo, own in zip(NICKS, (0, 1, 0, 1), (0, 0, 1, 1), strict=True):
        stage.add(nick, *ROOMS, dialect=Tongue(echo=bool(echo), shows_own_entry=bool(own)))
    stage.add_device("ann", "ann too", Tongue(echo=True, shows_own_entry=True))
    stage.add_device("bob", "bob too", Tongue())
    readers = [*stage.readers.values()]
    for who, command, cut in acts:
        if readers[who].user is not None:
            stage.do(readers[who], command)
        if cut:
            stage.flush()
    stage.flush()
    for name, reader in stage.readers.items():
        if reader.user is None:
            continue
        wanted, got = expected(stage, name), reader.lines()
        assert sorted(got) == sorted(wanted)
        for room in ROOMS:
            assert without(got, room) == without(wanted, room)


def test_an_audience_of_nobody_is_no_trouble(stage: Stage) -> None:
    """Somebody alone may leave, change their name and speak."""
    ann = stage.add("ann", dialect=Tongue(echo=True))
    stage.do(ann, commands.ChangeNick("eve"))
    stage.round.show(Emission(events.Departed(1, 1, ann.user.identity, ""), Audience(())))  # type: ignore[union-attr]
    stage.flush()
    assert ann.lines() == ["Renamed ann eve"]
