"""What the archive keeps, it gives back: in order, once, over restarts, and by search."""

import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chatclient.archive import SqliteArchive
from chatclient.archive import tasks as t
from chatclient.model import (
    Buffer,
    Kind,
    Line,
    Reaction,
    Span,
    Status,
    World,
)
from tests.waiting import eventually

MORNING = 1_700_000_000.0


class Talk:
    """A world with a room, and an archive of it."""

    def __init__(self, path: Path | None = None) -> None:
        self.world = World(Status("host:9000"), name="home")
        self.room = self.world.open_room("#Room")
        self.archive = SqliteArchive(path)

    def line(self, text: str, time: float = MORNING, msgid: str = "", source: str = "bob") -> Line:
        """Return a new line."""
        line = self.world.make_line(Kind.MESSAGE, text, time=time, source=source)
        return replace(line, msgid=msgid)

    def say(self, text: str, time: float = MORNING, msgid: str = "", source: str = "bob") -> Line:
        """Keep a line at the end of the room."""
        line = self.line(text, time, msgid, source)
        self.archive.add(self.room, line)
        return line

    def texts(self, room: Buffer | None = None) -> list[str]:
        """Return all that is kept of the room, in order."""
        assert self.archive.flush()
        return [kept.line.text for kept in self.archive.older(room or self.room, None, 10_000)]

    def found(self, text: str) -> list[str]:
        """Return what is found."""
        assert self.archive.flush()
        return [hit.line.text for hit in self.archive.search(text)]


@pytest.fixture(params=["file", "memory"])
def talk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Talk]:
    """An archive in a file, and one in memory: no difference while it runs."""
    talk = Talk(tmp_path / "archive.db" if request.param == "file" else None)
    yield talk
    talk.archive.close()


def test_lines_are_read_in_both_directions(talk: Talk) -> None:
    """Pages of older and of newer lines join without a gap and without an overlap."""
    for number in range(100):
        talk.say(f"line {number}", MORNING + number // 10)
    talk.archive.flush()
    page = talk.archive.older(talk.room, None, 10)
    assert [kept.line.text for kept in page] == [f"line {n}" for n in range(90, 100)]
    before = talk.archive.older(talk.room, page[0].position, 10)
    assert [kept.line.text for kept in before] == [f"line {n}" for n in range(80, 90)]
    assert talk.archive.newer(talk.room, before[-1].position, 10) == page
    assert talk.archive.newer(talk.room, page[-1].position, 10) == []


def test_a_line_comes_back_as_it_was(tmp_path: Path) -> None:
    """All that matters of a line is kept over a restart; its id says that it is from the archive."""
    path = tmp_path / "archive.db"
    first = Talk(path)
    line = replace(
        first.line("ÄÖ \U0001f469‍\U0001f680 two\nlines", MORNING + 0.123, "id1"),
        mention=True,
        account="bob",
        bot=True,
        reply_to="id0",
        reactions=(Reaction("👍", ("anna", "bob"), own=True),),
        spans=(Span(0, 2, bold=True, colour=4),),
    )
    first.archive.add(first.room, line)
    first.archive.close()
    second = Talk(path)
    (kept,) = second.archive.older(second.room, None, 10)
    assert replace(kept.line, id=line.id, history=False) == line
    assert kept.line.id < 0
    assert second.archive.position(second.room, kept.line.id) == kept.position
    second.archive.close()


def test_each_buffer_of_each_network_has_its_own(talk: Talk) -> None:
    """Rooms are told apart, and so are networks; upper and lower case are not."""
    other = World(Status("other:6667"), name="other").open_room("#room")
    talk.say("here")
    talk.archive.add(other, talk.line("there"))
    assert talk.texts() == ["here"]
    assert talk.texts(other) == ["there"]
    again = World(Status("host:9000"), name="home").open_room("#ROOM")
    assert talk.texts(again) == ["here"]


def test_the_same_message_is_kept_once(talk: Talk) -> None:
    """By its msgid, or without one as history, by all that it is; others are others."""
    talk.say("one", msgid="a")
    again = talk.say("one", msgid="a")
    talk.say("two")
    talk.archive.add(talk.room, replace(talk.line("two"), history=True))
    talk.say("two")
    assert talk.texts() == ["one", "two", "two"]
    assert talk.archive.position(talk.room, again.id) is not None


def test_two_clients_with_one_file(tmp_path: Path) -> None:
    """What both hear is kept once, in an order that both see."""
    path = tmp_path / "archive.db"
    one, two = Talk(path), Talk(path)
    for number in range(50):
        for talk in (one, two):
            talk.say(f"line {number}", MORNING + number, msgid=f"m{number}")
            if number % 10 == 0:
                talk.archive.flush()
    one.archive.flush()
    assert one.texts() == two.texts() == [f"line {n}" for n in range(50)]
    one.archive.close()
    two.archive.close()


def test_lines_of_the_past_take_their_places(talk: Talk) -> None:
    """Between two lines, and before all, as many as there are, in their order, even at one time."""
    first, last = talk.say("first", MORNING + 1), talk.say("last", MORNING + 1)
    between = [talk.line(f"{number}", MORNING + 1) for number in range(1000)]
    shelf = talk.archive.shelf(talk.room)
    talk.archive.do(t.Insert(shelf, between, first.id, last.id))
    before = [talk.line("a", MORNING - 5), talk.line("b", MORNING - 5)]
    talk.archive.do(t.Insert(shelf, before, 0, first.id))
    expected = ["a", "b", "first", *(f"{number}" for number in range(1000)), "last"]
    assert talk.texts() == expected
    talk.say("newest", MORNING)
    assert talk.texts() == [*expected, "newest"]


def test_a_line_that_changes(talk: Talk) -> None:
    """What is told of a message later is kept, and what was removed is not found any more."""
    line = talk.say("secret words", msgid="a")
    talk.archive.flush()
    gone = replace(line, kind=Kind.DELETED, text="deleted by bob")
    talk.archive.do(t.Update(talk.archive.shelf(talk.room), gone, 0, 0))
    assert talk.texts() == ["deleted by bob"]
    assert talk.found("secret") == []


@pytest.mark.parametrize("indexed", [False, True])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fox", ["the quick brown FOX"]),
        ("ROWN f", ["the quick brown FOX"]),
        ("x", ["the quick brown FOX"]),
        ("straße", ["Große STRASSE"]),
        ("GROSSE", ["Große STRASSE"]),
        ("本語", ["こんにちは日本語です"]),
        ("語", ["こんにちは日本語です"]),
        ("す", ["こんにちは日本語です"]),
        ("100%", ['100% "sure" it\'s_fine']),
        ('"sure"', ['100% "sure" it\'s_fine']),
        ("s_f", ['100% "sure" it\'s_fine']),
        ("from:EVE", ["Große STRASSE"]),
        ("o in:#room from:bob", ["the quick brown FOX"]),
        ("fox in:#other", []),
        ("nothing", []),
        ("zz", []),
        (" ", []),
    ],
)
def test_search(talk: Talk, text: str, expected: list[str], *, indexed: bool) -> None:
    """Any part of what was said finds it, in any case, before and after it is in the index."""
    talk.say("the quick brown FOX", MORNING)
    talk.say("Große STRASSE", MORNING + 1, source="Eve")
    talk.say("こんにちは日本語です", MORNING + 2)
    talk.say('100% "sure" it\'s_fine', MORNING + 3)
    join = talk.world.make_line(Kind.JOIN, "fox joined", time=MORNING, source="fox")
    talk.archive.add(talk.room, join)
    talk.archive.flush()
    if indexed:
        assert talk.archive._store.writer.index(100) == 4
    assert talk.found(text) == expected


def test_hits_are_newest_first_and_say_where(talk: Talk) -> None:
    """All rooms are searched, and the newest come first, whenever they were written."""
    other = talk.world.open_direct("Anna")
    talk.say("word new", MORNING + 10)
    talk.archive.add(other, talk.line("word old", MORNING))
    talk.archive.flush()
    hits = talk.archive.search("word")
    assert [(hit.network, hit.target, hit.line.text) for hit in hits] == [
        ("home", "#Room", "word new"),
        ("home", "Anna", "word old"),
    ]
    assert talk.archive.older(other, hits[1].position + 1, 1)[0].line == hits[1].line


def test_mentions(talk: Talk) -> None:
    """What called the user is found, newest first."""
    for number in range(5):
        called = replace(talk.line(f"{number}", MORNING + number), mention=number % 2 == 0)
        talk.archive.add(talk.room, called)
    talk.archive.flush()
    assert [hit.line.text for hit in talk.archive.mentions(2)] == ["4", "2"]


def test_small_things_are_remembered(tmp_path: Path) -> None:
    """Over a restart, until they are forgotten; and what was typed, too."""
    one = SqliteArchive(tmp_path / "archive.db")
    one.remember("draft", "home\n#room", "half a sent")
    one.remember("draft", "home\n#other", "x")
    one.remember("draft", "home\n#other", "")
    one.add_input("/join #room")
    one.add_input("hello")
    assert one.recall("draft", "home\n#room") == "half a sent"
    one.close()
    two = SqliteArchive(tmp_path / "archive.db")
    assert two.recall("draft", "home\n#room") == "half a sent"
    assert two.recall("draft", "home\n#other") == two.recall("level", "x") == ""
    assert two.inputs() == ["/join #room", "hello"]
    assert two.inputs(1) == ["hello"]
    two.close()


def test_only_the_user_may_read_the_file(tmp_path: Path) -> None:
    """The directory and all files of the archive are for the user alone."""
    path = tmp_path / "data" / "archive.db"
    talk = Talk(path)
    talk.say("x")
    talk.archive.flush()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()} == {0o600}
    talk.archive.close()


def test_a_broken_file_is_no_end(tmp_path: Path) -> None:
    """What is no archive is left alone, and memory takes its place."""
    path = tmp_path / "archive.db"
    path.write_bytes(b"this is no database, " * 1000)
    talk = Talk(path)
    assert "not a database" in talk.archive.problem
    talk.say("goes on")
    assert talk.texts() == ["goes on"]
    talk.archive.close()
    assert path.read_bytes().startswith(b"this is no database")


def test_a_file_that_breaks_is_no_end(tmp_path: Path) -> None:
    """When it cannot be written any more, what comes is kept in memory, and that is said."""
    path = tmp_path / "archive.db"
    talk = Talk(path)
    talk.say("before")
    talk.archive.flush()
    other = sqlite3.connect(path)
    other.execute("DROP TABLE lines")
    other.close()
    talk.say("goes on")
    assert talk.texts() == ["goes on"]
    assert talk.archive.problem
    talk.archive.close()


def test_a_memory_is_bounded() -> None:
    """Where there is no file, the oldest of long lines are forgotten; the newest are found."""
    talk = Talk()
    for number in range(800):
        talk.say(f"{number} ".ljust(64_000, "x"), MORNING + number)
        if number % 50 == 0:
            talk.archive.flush()
    kept = talk.texts()
    assert 100 <= len(kept) < 700
    assert kept[-1].startswith("799 ")
    assert sum(map(len, kept)) < 40 << 20
    assert talk.found("799 xx") == [kept[-1]]
    talk.archive.close()


def _limit(talk: Talk, pages: int) -> None:
    """Let the file have no more pages than it has, and so many."""
    store = talk.archive._store
    with store.lock:
        (there,) = store.writer._do("PRAGMA page_count").fetchone()
        store.writer._do(f"PRAGMA max_page_count = {there + pages}")


@pytest.mark.parametrize("reopened", [False, True])
def test_a_full_disk_passes(tmp_path: Path, *, reopened: bool) -> None:
    """What cannot be written waits, and is written in its order; that is told once, and its end."""
    talk = Talk(tmp_path / "archive.db")
    talk.say("before")
    talk.archive.flush()
    _limit(talk, 4)
    long = [f"{number} ".ljust(3000, "x") for number in range(40)]
    for number, text in enumerate(long):
        talk.say(text, MORNING + number, f"m{number}")
        talk.archive.remember("draft", "home", text)
    eventually(lambda: talk.archive.problem)
    assert "full" in talk.archive.problem
    assert "has room" in talk.archive.take_news()
    assert talk.archive.take_news() == ""
    assert not talk.archive.flush()
    talk.say("meanwhile", MORNING + 50)
    assert talk.archive.recall("draft", "home") == long[-1]
    assert [each.line.text for each in talk.archive.older(talk.room, None, 10)] == ["before"]
    if reopened:
        other = Talk(tmp_path / "archive.db")
        assert other.texts() == ["before"]
        other.archive.close()
    _limit(talk, 10_000)
    eventually(lambda: not talk.archive.problem)
    assert talk.archive.take_news() == "what is said is kept on this machine again"
    assert talk.texts() == ["before", *long, "meanwhile"]
    assert talk.found("39 xx") == [long[-1]]
    talk.archive.close()


def test_a_full_disk_keeps_nobody_from_leaving(tmp_path: Path) -> None:
    """What waits is lost then, as it would be by being killed."""
    talk = Talk(tmp_path / "archive.db")
    talk.say("before")
    talk.archive.flush()
    _limit(talk, 0)
    talk.say("x" * 90_000)
    eventually(lambda: talk.archive.problem)
    talk.archive.close()
    again = Talk(tmp_path / "archive.db")
    assert again.texts() == ["before"]
    again.archive.close()


def test_a_disk_that_is_full_for_long(tmp_path: Path) -> None:
    """When more waits than memory has room for, memory takes the place of the file."""
    talk = Talk(tmp_path / "archive.db")
    talk.say("before")
    talk.archive.flush()
    _limit(talk, 0)
    for number in range(700):
        talk.say(f"{number} ".ljust(60_000, "x"), MORNING + number)
    eventually(lambda: "from now on" in talk.archive.take_news())
    kept = talk.texts()
    assert len(kept) > 100
    assert kept[-1].startswith("699 ")
    talk.archive.close()


def test_a_buffer_that_is_renamed(talk: Talk) -> None:
    """What is kept follows it, unless there is something under that name."""
    conversation = talk.world.open_direct("bob")
    talk.archive.add(conversation, talk.line("hi"))
    shelf = talk.archive.shelf(conversation)
    talk.archive.do(t.Rename(shelf, "robert"))
    talk.archive.add(conversation, talk.line("still me"))
    assert talk.texts(conversation) == ["hi", "still me"]
    talk.say("of the room")
    talk.archive.do(t.Rename(shelf, "#room"))
    assert talk.texts(conversation) == talk.texts()
    again = World(Status("host"), name="home").open_direct("Robert")
    assert talk.texts(again) == ["hi", "still me"]


def test_forgetting(tmp_path: Path) -> None:
    """What is forgotten is in no file, and not in the index."""
    path = tmp_path / "archive.db"
    talk = Talk(path)
    other = talk.world.open_room("#other")
    talk.say("xyzzyplugh is a secret")
    talk.archive.add(other, talk.line("stays"))
    talk.archive.flush()
    talk.archive._store.writer.index(100)
    talk.archive.do(t.Forget(talk.archive.shelf(talk.room)))
    assert talk.texts() == []
    assert talk.found("xyzzyplugh") == []
    assert talk.found("stays") == ["stays"]
    talk.archive.do(t.ForgetAll([]))
    assert talk.texts(other) == []
    talk.archive.close()
    left = b"".join(each.read_bytes() for each in path.parent.iterdir())
    assert b"xyzzy" not in left
    assert b"stays" not in left
