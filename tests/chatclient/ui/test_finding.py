"""Search in all rooms and the inbox of mentions: both list messages, and Enter goes to one."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from threading import Event, get_ident

import pytest

from chatclient.archive import SqliteArchive
from chatclient.model import Buffer, CommandWanted, Hit, Kind, World
from tests.chatclient.ui.rig import (
    CTRL_END,
    DOWN,
    ENTER,
    ESC,
    NOON,
    Rig,
    join,
    make_world,
    rig,
)

CTRL_F, F4, ALT_M, F5 = "\x06", "\x1bOS", "\x1bm", "\x1b[15~"


class Library:
    """A world of which an archive keeps all that is said."""

    def __init__(self, name: str = "home") -> None:
        self.world = make_world(name)
        self.lobby = self.world.buffers[1]
        self.python = join(self.world, "#python", "bob")
        self.archive = SqliteArchive()

    def say(
        self, buffer: Buffer, nick: str, text: str, time: float = NOON, *, mention: bool = False
    ) -> None:
        """Let somebody say something."""
        line = self.world.make_line(Kind.MESSAGE, text, time=time, source=nick)
        line = replace(line, mention=mention, msgid=f"id{line.id}")
        self.world.add(buffer, line)
        self.archive.add(buffer, line)

    def fill(self, buffer: Buffer, many: int, text: str = "chatter") -> None:
        """Let bob say a lot."""
        for number in range(many):
            self.say(buffer, "bob", f"{text} {number}", NOON - 9000 + number)


@asynccontextmanager
async def looking(
    library: Library, columns: int = 80, rows: int = 24, more: Sequence[World] = ()
) -> AsyncIterator[Rig]:
    """Run a screen over it."""
    library.archive.flush()
    library.world.take_changes()
    try:
        async with rig(
            columns, rows, world=library.world, archive=library.archive, more=more
        ) as seen:
            yield seen
    finally:
        library.archive.close()


# --- search --------------------------------------------------------------------------------------


@pytest.mark.asyncio
@pytest.mark.parametrize("columns", [40, 80])
async def test_what_can_be_looked_for_is_told_in_full(columns: int) -> None:
    """Beside two panes, and on a narrow screen."""
    async with looking(Library(), columns) as seen:
        seen.press(CTRL_F)
        await seen.shows("from:NICK")
        messages = [row.split("│")[1] if "│" in row else row for row in seen.rows]
        words = " ".join(" ".join(messages).split())
        assert "looked for in everything that was said, in all rooms." in words
        assert "in:#ROOM what was said there." in words


@pytest.mark.asyncio
@pytest.mark.parametrize("key", [CTRL_F, F4])
async def test_all_rooms_are_searched_while_one_types(key: str) -> None:
    """With room, nick, time and the word marked."""
    library = Library()
    library.say(library.python, "bob", "the wombat is loose")
    async with looking(library) as seen:
        seen.press(key)
        await seen.shows("search > ")
        await seen.shows("What is typed is looked for")
        seen.press("wom")
        await seen.shows("12:00 #python bob")
        await seen.shows("the wombat is loose")
        assert seen.cell("wombat").underscore
        assert not seen.cell("bat is").underscore


@pytest.mark.asyncio
async def test_enter_goes_to_the_message_and_what_stands_around_it() -> None:
    """Even where it is far above the end; Ctrl+End comes back to the newest."""
    library = Library()
    library.fill(library.python, 60)
    library.say(library.python, "bob", "the wombat is loose", NOON - 8000)
    library.fill(library.python, 60, "later")
    async with looking(library) as seen:
        seen.press(f"{CTRL_F}wombat")
        await seen.shows("wombat is loose")
        seen.press(ENTER)
        await seen.until(lambda: seen.world.active is library.python)
        await seen.shows("chatter 59")
        await seen.shows("the wombat is loose")
        await seen.shows("later 0")
        await seen.shows("#python > ")
        seen.press(CTRL_END)
        await seen.shows("later 59")


@pytest.mark.asyncio
async def test_esc_goes_back_to_where_one_was() -> None:
    """With the place in the room, and what was typed."""
    library = Library()
    library.fill(library.lobby, 60)
    async with looking(library) as seen:
        seen.press("half\x1b[5~")
        await seen.hides("chatter 59")
        before = seen.rows[1:10]
        seen.press(f"{CTRL_F}chatter 3")
        await seen.shows("Found")
        seen.press(ESC)
        await seen.shows("#lobby > half")
        assert seen.rows[1:10] == before


@pytest.mark.asyncio
async def test_the_chosen_one_is_shown_between_its_neighbours() -> None:
    """What was said before and after it; others take a row."""
    library = Library()
    for text in ("question", "the wombat is loose", "answer", "filler", "a wombat again", "end"):
        library.say(library.python, "bob", text)
    async with looking(library) as seen:
        seen.press(f"{CTRL_F}wombat")
        await seen.shows("bob: filler")
        await seen.shows("bob: end")
        assert "question" not in seen.text
        seen.press(DOWN)
        await seen.shows("bob: question")
        await seen.shows("bob: answer")
        assert "filler" not in seen.text


@pytest.mark.asyncio
async def test_the_newest_comes_first_and_the_number_is_told() -> None:
    """One hundred, if there are more."""
    library = Library()
    library.fill(library.python, 130)
    async with looking(library) as seen:
        seen.press(f"{CTRL_F}chatter")
        await seen.shows("Found: the newest 100")
        await seen.shows("chatter 129")
        seen.press(" 12")
        await seen.shows("Found: 12")


@pytest.mark.asyncio
async def test_when_nothing_is_found_it_says_so() -> None:
    """And Enter does nothing."""
    async with looking(Library()) as seen:
        seen.press(f"{CTRL_F}wombat")
        await seen.shows("Nobody said wombat.")
        seen.press(f"{ENTER}s")
        await seen.shows("Nobody said wombats.")


@pytest.mark.asyncio
async def test_a_word_far_on_in_a_message_is_in_sight() -> None:
    """On a narrow screen too."""
    library = Library()
    library.say(library.python, "bob", "very " * 40 + "wombat")
    library.say(library.python, "bob", "wombat first")
    async with looking(library, 40, 12) as seen:
        seen.press(f"{CTRL_F}wombat")
        await seen.shows("wombat first")
        await seen.until(lambda: sum("wombat" in row for row in seen.rows[:-1]) == 2)


@pytest.mark.asyncio
async def test_a_room_that_is_not_open_is_joined() -> None:
    """And a conversation opened, so that the message can be seen."""
    library = Library()
    gone = library.world.open_room("#gone")
    library.say(gone, "bob", "the wombat is loose")
    library.archive.flush()
    library.world.close(gone)
    async with looking(library) as seen:
        seen.press(f"{CTRL_F}wombat")
        await seen.shows("wombat is loose")
        seen.press(ENTER)
        await seen.until(lambda: seen.client.entered[-1:] == [("chat.example:9000", "/join #gone")])


@pytest.mark.asyncio
async def test_hits_of_several_networks_say_of_which_they_are() -> None:
    """And Enter goes to the one that it is of."""
    library, other = Library(), make_world("work")
    line = other.make_line(Kind.MESSAGE, "wombat at work", time=NOON, source="eve")
    other.add(other.buffers[1], line)
    library.archive.add(other.buffers[1], line)
    other.take_changes()
    async with looking(library, more=[other]) as seen:
        seen.press(f"{CTRL_F}wombat")
        await seen.shows("work #lobby eve")
        seen.press(ENTER)
        await seen.until(lambda: seen.client.world is other)


@pytest.mark.asyncio
async def test_the_archive_is_asked_elsewhere_and_for_the_newest_alone() -> None:
    """No key waits for it; what was typed meanwhile is what is looked for next."""
    library, asked = Library(), list[str]()
    gate, threads = Event(), set[int]()
    search = library.archive.search

    def slow(text: str, most: int = 100) -> Sequence[Hit]:
        asked.append(text)
        threads.add(get_ident())
        gate.wait(5)
        return search(text, most)

    library.archive.search = slow  # type: ignore[method-assign]  # which waits as a slow disk does
    library.say(library.python, "bob", "the wombat is loose")
    async with looking(library) as seen:
        seen.press(CTRL_F)
        for typed in ("w", "wo", "wom", "womb"):
            seen.press(typed[-1])
            await seen.shows(f"search > {typed}")
        gate.set()
        await seen.shows("wombat is loose")
        assert asked == ["w", "womb"]
        assert get_ident() not in threads


@pytest.mark.asyncio
async def test_search_by_command() -> None:
    """`/search words` opens it with the words."""
    library = Library()
    library.say(library.python, "bob", "the wombat is loose")
    async with looking(library) as seen:
        library.world.want(_order(library, "search", "wombat"))
        seen.client.flush()
        await seen.shows("search > wombat")
        await seen.shows("wombat is loose")


def _order(library: Library, name: str, argument: str) -> CommandWanted:
    return CommandWanted(library.lobby, name, argument)


# --- mentions ------------------------------------------------------------------------------------


@pytest.mark.asyncio
@pytest.mark.parametrize("key", [ALT_M, F5])
async def test_what_called_the_user_is_in_one_list(key: str) -> None:
    """Of all rooms and conversations, the newest first; nothing else."""
    library = Library()
    library.say(library.python, "bob", "anna: look", mention=True)
    library.say(library.python, "bob", "nothing for you")
    library.say(library.world.open_direct("eve"), "eve", "psst", NOON + 60, mention=True)
    async with looking(library) as seen:
        seen.press(key)
        await seen.shows("Where you were called")
        await seen.shows("12:01 eve eve")
        await seen.shows("#python bob: anna: look")
        assert "> 12:01" in seen.text
        assert "2 unread" in seen.text


@pytest.mark.asyncio
async def test_enter_goes_to_the_mention() -> None:
    """With what stands around it."""
    library = Library()
    library.fill(library.python, 60)
    library.say(library.python, "bob", "anna: look", mention=True)
    library.fill(library.python, 60, "later")
    async with looking(library) as seen:
        seen.press(ALT_M)
        await seen.shows("anna: look")
        seen.press(ENTER)
        await seen.shows("#python > ")
        await seen.shows("chatter 59")
        await seen.shows("later 0")


@pytest.mark.asyncio
async def test_mentions_are_filtered_by_what_is_typed() -> None:
    """By room, nick or text."""
    library = Library()
    library.say(library.python, "bob", "anna: look", mention=True)
    library.say(library.lobby, "eve", "anna: listen", mention=True)
    async with looking(library) as seen:
        seen.press(ALT_M)
        await seen.shows("listen")
        seen.press("python")
        await seen.hides("listen")
        await seen.shows("look")
        seen.press("x")
        await seen.shows("Nothing that called you has pythonx in it.")


@pytest.mark.asyncio
async def test_an_inbox_of_nothing() -> None:
    """Says what would be in it."""
    async with looking(Library()) as seen:
        seen.press(ALT_M)
        await seen.shows("Nobody has called you by your name.")


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(20, 5), (40, 12), (120, 40)])
async def test_lists_of_messages_at_every_size(size: tuple[int, int]) -> None:
    """The chosen one is in sight."""
    library = Library()
    for number in range(30):
        library.say(library.python, "bob", f"anna: n{number}", mention=True)
    async with looking(library, *size) as seen:
        seen.press(ALT_M)
        await seen.shows("n29")
        seen.press(DOWN * 15)
        await seen.shows("n14")


@pytest.mark.asyncio
async def test_times_of_other_days_have_the_day() -> None:
    """Those of other years the date."""
    library = Library()
    library.say(library.python, "bob", "anna: old", NOON - 400 * 86400, mention=True)
    library.say(library.python, "bob", "anna: older than a day", NOON - 86400, mention=True)
    async with looking(library) as seen:
        seen.press(ALT_M)
        await seen.shows("14 Nov 12:00 #python")
        await seen.shows("2022-10-11 #python")


@pytest.mark.asyncio
async def test_without_an_archive_there_is_nothing_to_find() -> None:
    """It says so, and nothing breaks."""
    async with rig() as seen:
        seen.press(f"{CTRL_F}wombat")
        await seen.shows("Nobody said wombat.")
