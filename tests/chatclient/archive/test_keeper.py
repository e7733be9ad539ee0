"""What happens in a world is in the archive, and what was there is back at the next start."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from chatclient.archive import Keeper, SqliteArchive
from chatclient.logs import Logs
from chatclient.model import (
    Buffer,
    BufferKind,
    Change,
    CommandWanted,
    Delivery,
    Kind,
    Level,
    Line,
    Sign,
    Status,
    World,
)
from chatclient.model.window import ALL, HEAVIEST, MOST
from chatclient.session import Identity, Session

MORNING = 1_700_000_000.0


class Life:
    """One life of the program, with a client that has no connection."""

    def __init__(
        self,
        path: Path | None,
        *rooms: str,
        logs: Logs | None = None,
        most: int = MOST,
        name: str = "home",
    ) -> None:
        self.world = World(Status("host:9000", nick="anna"), name=name)
        self.session = Session(self.world, Identity("anna"), random=Random(1))
        self.listener: Callable[[Sequence[Change]], None] = lambda _: None
        for room in rooms:
            self.session.join(room)
        self.archive = SqliteArchive(path, logs)
        self.keeper = Keeper(self.archive, self, most)
        self.keeper.restore()
        self.flush()

    def listen(self, listener: Callable[[Sequence[Change]], None]) -> None:
        """Keep the one listener."""
        self.listener = listener

    def flush(self) -> None:
        """Tell what changed."""
        self.listener(self.world.take_changes())

    def room(self, name: str = "#room") -> Buffer:
        """Return a room."""
        room = self.world.find(name)
        assert room is not None
        return room

    def line(self, text: str, time: float = MORNING, msgid: str = "") -> Line:
        """Return a line that bob said."""
        line = self.world.make_line(Kind.MESSAGE, text, time=time, source="bob")
        return replace(line, msgid=msgid)

    def say(self, text: str, time: float = MORNING, msgid: str = "", room: str = "#room") -> Line:
        """Let bob say something."""
        line = self.line(text, time, msgid)
        self.world.add(self.room(room), line)
        self.flush()
        return line

    def kept(self, room: str = "#room") -> list[str]:
        """Return what is in the archive of a room."""
        assert self.archive.flush()
        return [each.line.text for each in self.archive.older(self.room(room), None, 99_999)]

    def end(self) -> None:
        """Leave in order."""
        self.keeper.close()
        self.archive.close()


@pytest.fixture
def life() -> Iterator[Life]:
    """A life with a room, in memory."""
    life = Life(None, "#room")
    yield life
    life.end()


def texts(lines: Sequence[Line]) -> list[str]:
    """Return what they say."""
    return [line.text for line in lines]


def test_what_people_say_and_do_is_kept(life: Life) -> None:
    """Words of the client, answers of the server, and the server's own page are not."""
    life.say("hello")
    life.world.add(life.room(), life.world.make_line(Kind.JOIN, "eve joined", time=MORNING))
    life.world.tell(life.room(), "disconnected", time=MORNING, kind=Kind.ERROR)
    life.world.tell(life.room(), "topic: x", time=MORNING)
    life.world.tell(life.world.server, "welcome", time=MORNING)
    life.world.add(life.world.server, life.line("server"))
    life.flush()
    assert life.kept() == ["hello", "eve joined"]
    assert not life.archive.search("server")


def test_what_a_room_calls_for_is_back_at_the_next_start(tmp_path: Path) -> None:
    """And forgotten when it is what is usual again."""
    for level, before in ((Level.NOTHING, None), (None, Level.NOTHING), (None, None)):
        life = Life(tmp_path / "archive.db", "#room")
        assert life.room().level is before
        life.world.set_level(life.room(), level)
        life.flush()
        life.end()


def test_own_lines_are_kept_when_the_server_has_them(life: Life) -> None:
    """What is on its way is the outbox's; confirmed, it stands where the server has it."""
    room = life.room()
    mine = replace(life.line("mine", MORNING), own=True, delivery=Delivery.PENDING)
    life.world.add(room, mine)
    life.say("other", MORNING)
    assert life.kept() == ["other"]
    done = replace(mine, delivery=Delivery.CONFIRMED, msgid="m")
    life.world.settle(room, done)
    life.say("later", MORNING)
    assert life.kept() == ["other", "mine", "later"]


def test_the_memory_keeps_the_newest_alone(life: Life) -> None:
    """The window is cut when it is written; ids go with the lines, and failed lines stay."""
    room = life.room()
    failed = replace(life.line("failed"), own=True, delivery=Delivery.FAILED)
    life.world.add(room, failed)
    for number in range(3 * MOST):
        life.world.add(room, life.line(f"{number}", MORNING + number, f"m{number}"))
        if number % 200 == 0:
            life.flush()
            life.archive.flush()
    life.flush()
    assert MOST <= len(room.lines) <= MOST + 1000
    assert room.older
    assert room.lines[0] == failed
    assert len(room.msgids) == len(room.lines) - 1
    assert life.kept() == [f"{number}" for number in range(3 * MOST)]
    assert len(life.archive.shelf(room).positions) <= len(room.lines)


def _size(buffer: Buffer) -> int:
    return sum(len(line.text) for line in buffer.lines)


def test_long_lines_are_fewer_in_memory(life: Life) -> None:
    """A window is bounded by what it weighs, too; what it has is the newest, and no line is lost."""
    room = life.room()
    for number in range(300):
        life.say(f"{number} ".ljust(64_000, "x"), MORNING + number, f"m{number}")
        assert _size(room) < 3 * HEAVIEST
    assert life.archive.flush()
    life.say("last", MORNING + 300)
    assert _size(room) <= HEAVIEST
    assert room.older
    assert room.lines[-1].text == "last"
    assert len(room.msgids) == len(room.lines) - 1
    assert len(life.kept()) == 301


def test_many_rooms_together_are_bounded() -> None:
    """The heaviest give way first."""
    rooms = [f"#{number}" for number in range(40)]
    life = Life(None, "#small", *rooms)
    life.say("small", room="#small")
    for number in range(40):
        for room in rooms:
            life.say("x" * 60_000, MORNING + number, room=room)
        life.archive.flush()
    assert sum(map(_size, life.world.buffers)) <= ALL * 9 // 8
    assert texts(life.room("#small").lines) == ["small"]
    assert all(life.room(each).lines for each in rooms)
    life.end()


def test_the_page_of_the_server_is_bounded(life: Life) -> None:
    """What it says is kept nowhere, and the memory has the newest of it."""
    server = life.world.server
    for number in range(3 * MOST):
        life.world.tell(server, str(number), time=MORNING)
        if number % 100 == 0:
            life.flush()
    life.flush()
    assert MOST <= len(server.lines) <= MOST + 1000
    assert server.lines[-1].text == str(3 * MOST - 1)


def test_long_lines_are_not_all_brought_back(tmp_path: Path) -> None:
    """At start there is the newest, and what is older is read when it is looked at."""
    one = Life(tmp_path / "archive.db", "#room")
    for number in range(20):
        one.say("x" * 30_000, MORNING + number)
    one.end()
    two = Life(tmp_path / "archive.db", "#room")
    assert 30_000 <= _size(two.room()) <= 64 * 1024
    assert two.room().older
    two.end()


def test_nothing_is_let_go_while_something_may_belong_between(life: Life) -> None:
    """Until what was missed is filled in, all lines stay: they say where it belongs."""
    room = life.room()
    life.world.set_behind(room, behind=True)
    for number in range(2 * MOST):
        life.world.add(room, life.line(f"{number}", MORNING + number))
    life.flush()
    life.archive.flush()
    life.say("one more")
    assert len(room.lines) == 2 * MOST + 1
    life.archive.flush()
    life.world.set_behind(room, behind=False)
    life.flush()
    assert len(room.lines) == MOST


def test_what_was_missed_stands_in_its_place(life: Life) -> None:
    """Lines that are inserted stand in the archive where they stand in the window."""
    room = life.room()
    life.say("a", MORNING + 1, "a")
    life.say("d", MORNING + 1, "d")
    life.world.tell(room, "a word", time=MORNING)
    past = [life.line(text, MORNING + 1, text) for text in ("a", "b", "c", "d", "e")]
    life.world.insert(room, past)
    life.flush()
    life.say("f", MORNING + 1)
    assert life.kept() == ["a", "b", "c", "d", "e", "f"]


def test_what_is_older_goes_to_the_archive(life: Life) -> None:
    """A page from before the first line is kept before it, and not in the window."""
    room = life.room()
    first = life.say("first", MORNING + 5, "first")
    past = [life.line(f"{number}", MORNING + 5, f"{number}") for number in range(3)]
    life.world.find_past(room, past, first, None)
    life.flush()
    assert texts(room.lines) == ["first"]
    assert room.older
    assert life.kept() == ["0", "1", "2", "first"]
    (oldest, *_) = life.archive.older(room, None, 10)
    life.world.find_past(room, [life.line("-1", MORNING, "-1")], oldest.line, None)
    life.flush()
    assert life.kept() == ["-1", "0", "1", "2", "first"]


def test_a_gap_is_filled(life: Life) -> None:
    """The line that tells of it stays before what was found, until it meets what is known."""
    room = life.room()
    life.say("known", MORNING, "known")
    life.world.add(room, life.world.make_line(Kind.GAP, "gap", time=MORNING + 9))
    life.say("new", MORNING + 9, "new")
    life.archive.flush()
    kept = life.archive.older(room, None, 10)
    gap, new = kept[1].line, kept[2].line
    room.lines.clear()
    room.msgids.clear()
    life.world.find_past(room, [life.line("c", MORNING + 8, "c")], new, gap)
    life.flush()
    assert life.kept() == ["known", "gap", "c", "new"]
    third = life.archive.older(room, None, 10)[2].line
    page = [life.line(text, MORNING + 1, text) for text in ("known", "b")]
    life.world.find_past(room, page, third, gap)
    life.flush()
    assert life.kept() == ["known", "b", "c", "new"]


def test_a_gap_in_memory_is_filled_there(life: Life) -> None:
    """While it is in the window, so is what fills it."""
    room = life.room()
    life.say("known", MORNING, "known")
    life.world.add(room, life.world.make_line(Kind.GAP, "gap", time=MORNING + 9))
    new = life.say("new", MORNING + 9, "new")
    gap = room.lines[1]
    life.world.find_past(room, [life.line("c", MORNING + 8, "c")], new, gap)
    life.flush()
    assert texts(room.lines) == life.kept() == ["known", "gap", "c", "new"]
    page = [life.line(text, MORNING + 1, text) for text in ("known", "b")]
    life.world.find_past(room, page, room.lines[2], gap)
    life.flush()
    assert texts(room.lines) == life.kept() == ["known", "b", "c", "new"]


def test_old_messages_change_in_the_archive(life: Life) -> None:
    """What is not in memory is removed, and reacted to, all the same."""
    room = life.room()
    life.say("one", MORNING, "one")
    life.say("two", MORNING, "two")
    life.archive.flush()
    room.lines.clear()
    room.msgids.clear()
    room.older = True
    life.world.redact(room, "one", "deleted by bob")
    life.world.react(room, Sign("two", "👍", "bob", MORNING))
    life.world.react(room, Sign("two", "👍", "eve", MORNING))
    life.world.react(room, Sign("two", "👍", "bob", MORNING + 1, given=False))
    life.flush()
    one, two = (each.line for each in life.archive.older(room, None, 10))
    assert (one.kind, one.text) == (Kind.DELETED, "deleted by bob")
    assert [(each.text, each.nicks) for each in two.reactions] == [("👍", ("eve",))]


# --- over a restart ------------------------------------------------------------------------------


def test_the_newest_lines_are_back(tmp_path: Path) -> None:
    """Rooms have their newest lines before there is a connection, and say that there are older."""
    one = Life(tmp_path / "archive.db", "#room")
    for number in range(500):
        one.say(f"{number}", MORNING + number, f"m{number}")
    one.end()
    two = Life(tmp_path / "archive.db", "#room", "#new")
    assert texts(two.room().lines)[-2:] == ["498", "499"]
    assert 20 <= len(two.room().lines) <= 100
    assert two.room().older
    assert "m499" in two.room().msgids
    assert not two.room("#new").lines
    known = two.session.known(two.room())
    assert known is not None
    assert (known.msgid, known.time) == ("m499", MORNING + 499)
    two.say("500", MORNING + 500)
    assert two.kept() == [f"{number}" for number in range(501)]
    two.end()


def test_a_hole_is_not_forgotten(tmp_path: Path) -> None:
    """Killed before what was missed was there, the client asks for it at the next start."""
    one = Life(tmp_path / "archive.db", "#room")
    one.say("before", MORNING, "m1")
    one.session.know(one.room(), "m1", MORNING)
    one.world.set_behind(one.room(), behind=True)
    one.say("after", MORNING + 9, "m9")
    one.archive.close()  # without a good-bye
    two = Life(tmp_path / "archive.db", "#room")
    known = two.session.known(two.room())
    assert known is not None
    assert (known.msgid, known.time) == ("m1", MORNING)
    two.world.set_behind(two.room(), behind=True)
    two.flush()
    two.world.set_behind(two.room(), behind=False)
    two.flush()
    two.end()
    three = Life(tmp_path / "archive.db", "#room")
    known = three.session.known(three.room())
    assert known is not None
    assert known.msgid == "m9"
    three.end()


def test_what_was_not_read_is_not_read(tmp_path: Path) -> None:
    """What came while the user looked elsewhere is unread after a restart, below a mark."""
    one = Life(tmp_path / "archive.db", "#room", "#seen")
    one.world.activate(one.room("#seen"))
    read = one.say("read", MORNING)
    one.world.activate(one.room())
    one.world.activate(one.room("#seen"))
    one.say("unread", MORNING + 1)
    one.say("seen", MORNING + 1, room="#seen")
    assert one.room().read_id == read.id
    one.archive.flush()
    one.end()
    two = Life(tmp_path / "archive.db", "#room", "#seen")
    room = two.room()
    assert room.unread == 1
    assert room.read_id == room.lines[0].id
    assert two.room("#seen").unread == 0
    two.end()


@pytest.mark.parametrize("taken", [False, True])
def test_a_network_that_is_saved_takes_all_along(tmp_path: Path, *, taken: bool) -> None:
    """Also to a name under which something is kept already: history, levels, marks, what waits."""
    path, logs = tmp_path / "archive.db", tmp_path / "logs"
    if taken:
        before = Life(path, "#room")
        before.say("long ago", MORNING - 100, "m1")
        before.say("known", MORNING, "m2")
        before.end()
    one = Life(path, "#room", logs=Logs(logs), name="host:9000")
    room = one.room()
    one.say("known", MORNING, "m2")
    one.world.set_level(room, Level.NOTHING)
    one.world.open_direct("bob")
    one.say("psst", MORNING + 1, room="bob")
    one.session.say(room, "waits", MORNING + 2)
    one.archive.remember("draft", "host:9000\n#room", "half a sent")
    one.flush()
    one.world.rename_network("home")
    one.flush()
    one.say("later", MORNING + 3, "m3")
    history = [*(["long ago"] if taken else []), "known", "later"]
    assert one.kept() == history
    assert one.archive.search("later")[0].network == "home"
    one.end()
    assert [each.name for each in logs.iterdir()] == ["home"]
    two = Life(path, "#room")
    assert texts(two.room().lines) == [*history, "waits"]
    assert two.room().level is Level.NOTHING
    assert texts(two.room("bob").lines) == ["psst"]
    assert two.archive.recall("draft", "home\n#room") == "half a sent"
    two.end()
    three = Life(path, "#room", name="host:9000")
    assert not three.room().lines
    three.end()


@pytest.mark.parametrize(
    "change",
    [
        "lines SET kind = 99",
        "lines SET more = 'not json'",
        "lines SET more = '[]'",
        "lines SET more = '{\"spans\": 5}'",
        "lines SET more = '{\"later\": 1}'",
        "lines SET time = 'long ago'",
        "lines SET source = x'ff00'",
        "lines SET text = x'ff00'",
        "lines SET flags = 'x'",
        "memory SET value = 'loud'",
    ],
)
def test_what_makes_no_sense_in_the_file_is_passed_over(tmp_path: Path, change: str) -> None:
    """A disk may change any byte, and another version may write what this one does not know."""
    path = tmp_path / "archive.db"
    one = Life(path, "#room")
    one.say("one", MORNING, "m1")
    one.world.set_level(one.room(), Level.NOTHING)
    one.world.set_behind(one.room(), behind=True)
    one.flush()
    one.end()
    other = sqlite3.connect(path)
    other.execute(f"UPDATE {change}")
    other.commit()
    other.close()
    two = Life(path, "#room")
    two.say("two", MORNING + 1, "m2")
    assert two.kept()[-1] == "two"
    two.archive.search("one")
    assert not two.archive.problem
    two.end()


def test_conversations_are_open_again_unless_they_were_closed(tmp_path: Path) -> None:
    """Those that were open at the end are; under the nick that the other one has now."""
    one = Life(tmp_path / "archive.db")
    for nick in ("bob", "eve", "dan"):
        one.world.open_direct(nick)
        one.flush()
        one.say("hi", MORNING, room=nick)
    one.world.close(one.room("eve"))
    one.world.rename(one.room("dan"), "daniel")
    one.flush()
    one.end()
    two = Life(tmp_path / "archive.db")
    opened = [each for each in two.world.buffers if each.kind is BufferKind.DIRECT]
    assert [each.name for each in opened] == ["bob", "daniel"]
    assert texts(opened[1].lines) == ["hi"]
    two.world.open_direct("eve")
    two.flush()
    assert texts(two.room("eve").lines) == ["hi"]
    two.end()


def test_what_waits_to_be_said_is_kept(tmp_path: Path) -> None:
    """What was typed without a connection waits after a restart, though the client was killed."""
    one = Life(tmp_path / "archive.db", "#room")
    one.session.say(one.room(), "hello?", MORNING)
    one.flush()
    one.archive.close()
    two = Life(tmp_path / "archive.db", "#room")
    (line,) = two.room().lines
    assert (line.text, line.delivery) == ("hello?", Delivery.PENDING)
    two.end()


def test_a_file_that_cannot_be_used_is_told_once(tmp_path: Path) -> None:
    """The user learns that nothing is kept, and why; all else goes on."""
    path = tmp_path / "archive.db"
    path.write_bytes(b"no database" * 1000)
    life = Life(path, "#room")
    life.say("hello")
    life.say("goes on")
    told = [text for text in texts(life.world.server.lines) if "nothing is kept" in text]
    assert len(told) == 1
    assert life.kept() == ["hello", "goes on"]
    life.end()


def test_logs_begin_and_end_while_it_runs(tmp_path: Path) -> None:
    """From then on there is what is said from then on."""
    life = Life(tmp_path / "archive.db", "#room")
    for number, logs in enumerate((None, Logs(tmp_path / "a"), Logs(tmp_path / "b"), None)):
        life.archive.log_to(logs)
        life.say(str(number), MORNING + number)
    life.end()
    read = {each.parts[-4]: each.read_text() for each in tmp_path.rglob("*.log")}
    assert {name: text.split()[-1] for name, text in read.items()} == {"a": "1", "b": "2"}


def test_logs_have_what_is_new(tmp_path: Path) -> None:
    """What is told goes to the log once, in order, with what was missed before what came after."""
    logs = tmp_path / "logs"
    path = tmp_path / "archive.db"
    for _ in range(2):
        life = Life(path, "#room", logs=Logs(logs))
        room = life.room()
        life.say("one", MORNING, "1")
        life.world.set_behind(room, behind=True)
        life.say("three", MORNING + 3, "3")
        missed = [life.line(text, MORNING + 2, text) for text in ("1", "two")]
        life.world.insert(room, missed)
        life.world.set_behind(room, behind=False)
        life.flush()
        life.say("four", MORNING + 4, "4")
        older = [replace(life.line("zero", MORNING - 9, "0"), history=True)]
        life.world.find_past(room, older, room.lines[0], None)
        life.flush()
        life.end()
    (log,) = logs.rglob("*.log")
    said = [line.rpartition(" ")[2] for line in log.read_text().splitlines()]
    assert said == ["one", "two", "three", "four"]


def test_the_user_has_a_room_forgotten(life: Life) -> None:
    """Nothing of it is in the archive, nor in memory; what waits to be said does."""
    life.say("secret")
    life.session.say(life.room(), "waits", MORNING)
    other = life.session.join("#other")
    life.say("stays", room="#other")
    life.archive.flush()
    life.world.want(CommandWanted(life.room(), "forget", ""))
    life.flush()
    assert life.kept() == []
    assert (
        texts(life.room().lines)[0]
        == "nothing that was said in #room is on this machine any more; the server may have it"
    )
    assert texts(life.room().lines)[1:] == ["waits"]
    assert texts(other.lines) == life.kept("#other") == ["stays"]
    life.world.want(CommandWanted(life.world.server, "forget", ""))
    life.flush()
    assert life.kept("#other") == ["stays"]
    life.world.want(CommandWanted(life.world.server, "forget", "all"))
    life.flush()
    assert life.kept("#other") == []
    assert not other.lines
    life.say("new", room="#other")
    assert life.kept("#other") == ["new"]


def test_what_is_missing_stands_between_what_was_restored_and_what_is_new(tmp_path: Path) -> None:
    """A line about a gap leaves room for what may fill it, though it has the time of what follows."""
    one = Life(tmp_path / "archive.db", "#room")
    one.say("old", MORNING, "old")
    one.end()
    two = Life(tmp_path / "archive.db", "#room")
    room = two.room()
    two.world.insert(room, [two.line("new", MORNING + 9, "new")])
    gap = two.world.make_line(Kind.GAP, "gap", time=MORNING + 9)
    two.world.insert(room, [gap], after="old")
    two.flush()
    assert texts(room.lines) == two.kept() == ["old", "gap", "new"]
    old, between, new = (each.position for each in two.archive.older(room, None, 3))
    assert new - between > 1000 * (between - old)
    two.end()


def test_what_another_client_has_to_say_is_left_to_it(tmp_path: Path) -> None:
    """As long as that runs; when it is gone, the next client says it, and only one."""
    one = Life(tmp_path / "archive.db", "#room")
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        one.session.say(one.room(), "waits", MORNING)
        one.archive.remember("outbox", f"home\n{other.pid}", one.session.snapshot())
        one.archive.close()
        two = Life(tmp_path / "archive.db", "#room")
        assert texts(two.room().lines) == []
        two.end()
    for expected in (["waits"], ["waits"]):
        three = Life(tmp_path / "archive.db", "#room")
        assert texts(three.room().lines) == expected
        assert len(three.archive.remembered("outbox")) == 1
        three.end()
