"""Messages of all rooms in a list, of which Enter goes to one: what search and mentions share.

Rules: the archive is asked on another thread, one question at a time, and the newest alone, so that
no key waits for it. A message takes one row; the chosen one is shown whole, between what was said
before and after it.
"""

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import field

from chatclient.model import CONVERSATION, Archive, Buffer, Hit, Kind, Line
from chatclient.model.values import value
from chatclient.ui.cells import Fragment, Row, clip, width_of
from chatclient.ui.overlay import Listing
from chatclient.ui.ports import Client
from chatclient.ui.theme import nick_style
from chatclient.ui.wrapping import wrap

MOST = 100
"""Messages that are listed."""
_WHOLE_ROWS = 4  # of the chosen message
_ROWS_FOR_CONTEXT = 7


@value
class Scene:
    """What a list of messages is of, and what it can ask for."""

    client: Client
    archive: Archive
    now: Callable[[], float]
    redraw: Callable[[], None]
    """Has a frame drawn, when something has been found."""
    go_to: Callable[[Hit], None]
    working: set[asyncio.Task[None]] = field(default_factory=set)

    def find(self, hit: Hit) -> Buffer | None:
        """Return the buffer of a message, None if it is not open."""
        world = next((each for each in self.client.worlds if each.name == hit.network), None)
        return world.find(hit.target) if world else None


class Hits(Listing):
    """Messages, the newest first."""

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self._scene = scene
        self.hits: Sequence[Hit] = ()
        self.searching = False
        """Whether an answer is on its way."""
        self._asked: Callable[[], Sequence[Hit]] | None = None
        self._closed = False
        self._height = 0
        self._made: dict[tuple[int, int, bool], Sequence[Row]] = {}
        self._several = len(scene.client.worlds) > 1

    def words(self) -> Sequence[str]:
        """Return what to mark in the messages."""
        return ()

    def ask(self, question: Callable[[], Sequence[Hit]] | None) -> None:
        """Have that answered on a thread, and shown; instead of what was asked before."""
        self._asked = question
        if question is None:
            self._take(())
        elif not self.searching:
            self.searching = True
            task = asyncio.get_running_loop().create_task(self._answer())
            self._scene.working.add(task)
            task.add_done_callback(self._scene.working.discard)

    async def _answer(self) -> None:
        while (question := self._asked) is not None and not self._closed:
            found = await asyncio.to_thread(question)
            if self._asked is question:
                self._asked = None
                self._take(found)
        self.searching = False
        if not self._closed:
            self._scene.redraw()

    def _take(self, hits: Sequence[Hit]) -> None:
        self.hits = hits
        self._made.clear()
        self.restart()

    def close(self) -> None:
        """Ask nothing more."""
        self._closed = True

    def accept(self) -> bool:
        """Go to the chosen message."""
        if not self.hits:
            return False
        self._scene.go_to(self.hits[self.chosen])
        return True

    def rows(self, cells: int, height: int) -> Sequence[Row]:
        """Return the messages that fit; on a low screen without what stands around the chosen one."""
        if height != self._height:
            self._height = height
            self._made.clear()
        return super().rows(cells, height)

    # --- what is seen --------------------------------------------------------------------------

    def count(self) -> int:
        """Return how many messages there are."""
        return len(self.hits)

    def item(self, index: int, cells: int, *, chosen: bool) -> Sequence[Row]:
        """Return the row of a message; or all of it, with what stands around it."""
        key = index, cells, chosen
        rows = self._made.get(key)
        if rows is None:
            rows = self._chosen(index, cells) if chosen else [self._row(self.hits[index], cells)]
            self._made[key] = rows
        return rows

    def _row(self, hit: Hit, cells: int) -> Row:
        head = self._head(hit, cells)
        text = hit.line.text.replace("\n", " ")
        return Row([("", "  "), *head, *self._marked(text, cells - 2 - width_of(head))])

    def _chosen(self, index: int, cells: int) -> Sequence[Row]:
        hit = self.hits[index]
        archive = self._scene.archive
        buffer = self._scene.find(hit) if self._height >= _ROWS_FOR_CONTEXT else None
        before = archive.older(buffer, hit.position, 1) if buffer else ()
        after = archive.newer(buffer, hit.position, 1) if buffer else ()
        head = self._head(hit, cells)
        pieces = [piece.text for piece in wrap(hit.line.text, max(8, cells - 4))]
        rows = [Row([("", "> "), *head], "class:active")]
        rows += [Row([("", "    "), *self._marked(text, cells)]) for text in pieces[:_WHOLE_ROWS]]
        return [
            *(_around(each.line, cells) for each in before),
            *rows,
            *(_around(each.line, cells) for each in after),
        ]

    def _head(self, hit: Hit, cells: int) -> list[Fragment]:
        """Return when, where, and by whom it was said."""
        world = next((each for each in self._scene.client.worlds if each.name == hit.network), None)
        fold = world.fold if world else str.lower
        room = clip(hit.target, max(6, cells // 4))
        where = f"{world.title if world else hit.network} " if self._several else ""
        action = hit.line.kind is Kind.ACTION
        return [
            ("class:time", f"{self._when(hit.line.time)} "),
            ("", f"{where}{room} "),
            (
                nick_style(fold(hit.line.source)),
                f"* {hit.line.source} " if action else hit.line.source,
            ),
            ("", "" if action else ": "),
        ]

    def _when(self, moment: float) -> str:
        """Return the time of day, with the day if it is not today."""
        try:
            then, now = time.localtime(moment), time.localtime(self._scene.now())
        except (ValueError, OverflowError, OSError):  # a server may tell any time
            return "?"
        if then[:3] == now[:3]:
            return time.strftime("%H:%M", then)
        return time.strftime("%d %b %H:%M" if then[0] == now[0] else "%Y-%m-%d", then)

    def _marked(self, text: str, cells: int) -> list[Fragment]:
        """Return a text with the words that were looked for marked, the first one in sight."""
        words = [re.escape(word) for word in self.words() if word]
        if not words:
            return [("", clip(text, cells))]
        pattern = re.compile("|".join(words), re.IGNORECASE)
        first = pattern.search(text)
        if first and first.end() > cells - 1:
            text = f"…{text[max(0, first.start() - cells // 3) :]}"
        text = clip(text, cells)
        made: list[Fragment] = []
        at = 0
        for match in pattern.finditer(text):
            made += [("", text[at : match.start()]), ("class:match", match[0])]
            at = match.end()
        return [*made, ("", text[at:])]


def _around(line: Line, cells: int) -> Row:
    """Return the row of what was said before or after."""
    said = f"{line.source}: {line.text}" if line.kind in CONVERSATION else line.text
    return Row([("class:hint", clip("    " + said.replace("\n", " "), cells))])
