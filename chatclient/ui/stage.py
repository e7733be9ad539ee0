"""What each pane shows now: the world, seen through the views and overlays.

Rules: it only reads the world; every method returns rows for the size at hand, and is cheap enough
to be called for every frame.
"""

from collections.abc import Callable, Mapping, Sequence

from chatclient.model import (
    Archive,
    Buffer,
    BufferKind,
    ConnectionState,
    Member,
    NoArchive,
    Question,
    World,
)
from chatclient.model.levels import is_muted
from chatclient.ui import panes
from chatclient.ui.cells import Row
from chatclient.ui.guide import guide, question_rows
from chatclient.ui.overlay import Overlay
from chatclient.ui.painting import Painter
from chatclient.ui.pasting import messages
from chatclient.ui.ports import Client
from chatclient.ui.selection import KEYS as PICKING
from chatclient.ui.view import View

_QUESTION_PAGE = 4  # rows by which PageUp and PageDown move a question
_TYPING = 2  # people who are named when they type
_TITLE = 80  # characters of the terminal's title
_MANY_LINES = 2  # typed lines from which the status line says what Enter will do


class Stage:
    """The rows of all panes, and what the user did to see them so (scrolled, opened an overlay)."""

    def __init__(
        self,
        client: Client,
        *,
        now: Callable[[], float],
        typed_lines: Callable[[], int],
        picks: Callable[[], bool] = lambda: False,
        archive: Archive | None = None,
    ) -> None:
        self._client = client
        self._archive = archive or NoArchive()
        self._now = now
        self._typed_lines = typed_lines
        self._picks = picks
        self.painter = Painter()
        self._views: dict[Buffer, View] = {}
        self._overlay: Overlay | None = None
        self._asked: tuple[Question | None, int] = (None, 0)
        """The question that is shown, and from which of its rows on, as it may be long."""
        self.leaving = False
        """Whether the user has asked to leave."""
        self.word = ""
        """What to say once, in place of a hint: what came of the last key."""
        self._people: tuple[Buffer | None, int] = (None, 0)
        """Whose people were scrolled, and which of them is the first in view."""
        self.wants_people = True
        """Whether the list of people is shown, if there is room."""

    @property
    def view(self) -> View:
        """The view of the active buffer."""
        return self.view_of(self._world.active)

    @property
    def fleets(self) -> bool:
        """Whether more is said between two frames than is in view: nobody can read that."""
        return self.overlay is None and self.view.fleets

    def view_of(self, buffer: Buffer) -> View:
        """Return the view of a buffer."""
        if buffer not in self._views:
            self._views[buffer] = View(buffer, self.painter, self._archive, self._client.find_older)
        return self._views[buffer]

    def positions(self) -> Mapping[Buffer, int]:
        """Return where in the archive the views stand that do not follow the ends of their buffers."""
        found = {buffer: view.position for buffer, view in self._views.items()}
        return {buffer: at for buffer, at in found.items() if at is not None}

    def refresh(self, buffer: Buffer) -> None:
        """Read again what is shown of the archive: it has changed."""
        if buffer in self._views:
            self._views[buffer].refresh()

    def requote(self, buffer: Buffer) -> None:
        """Look again for what messages answer: some may have changed."""
        if buffer in self._views:
            self._views[buffer].quotes.forget()

    def forget(self, closed: Buffer) -> None:
        """Drop the view of a buffer that is gone."""
        self._views.pop(closed, None)

    # --- in place of the messages ----------------------------------------------------------------

    @property
    def overlay(self) -> Overlay | None:
        """What is shown in place of the messages; a question is shown over it."""
        return None if self._client.question else self._overlay

    def open(self, overlay: Overlay | None) -> None:
        """Show an overlay in place of the messages, None for the messages again."""
        if self._overlay:
            self._overlay.close()
        self._overlay = overlay

    def scroll_pages(self, pages: int) -> None:
        """Move a page up (negative) or down in what is shown."""
        question, row = self._asked
        if question and question is self._client.question:
            self._asked = (question, max(0, row + pages * _QUESTION_PAGE))
        else:
            self.view.page(pages)

    def scroll_people(self, rows: int, height: int) -> None:
        """Move the list of people, which has that height: up when negative."""
        self._people = (self._world.active, self._members(height)[1] + rows)

    def toggle_people(self) -> None:
        """Hide the list of people, or show it."""
        self.wants_people = not self.wants_people

    # --- panes ---------------------------------------------------------------------------------

    def messages(self, cells: int, height: int) -> Sequence[Row]:
        """Return the messages, with a word on what to do where there are few; or an overlay."""
        if self.overlay:
            return self.overlay.rows(cells, height)
        question = self._client.question
        below = self._question(question, cells, height) if question else []
        return [*self._talk(cells, height - len(below)), *below]

    def _question(self, question: Question, cells: int, height: int) -> Sequence[Row]:
        """Return what is to be known of a question, a part of it if there is no room for more."""
        rows = question_rows(question, cells)
        row = self._asked[1] if self._asked[0] is question else 0
        row = max(0, min(row, len(rows) - height))
        self._asked = (question, row)
        if row + height < len(rows):
            more = Row([("", "↓ PageDown shows more")], "class:more")
            return [*rows[row : row + height - 1], more]
        return rows[row : row + height]

    def _talk(self, cells: int, height: int) -> Sequence[Row]:
        view = self.view
        view.fold = self._world.fold
        rows = view.rows(cells, height)
        asked = self._client.question is not None
        words = [] if asked else guide(self._world, view.buffer, cells)
        return [*rows, *words] if len(rows) + len(words) <= height else rows

    def topic(self, cells: int, height: int) -> Sequence[Row]:
        """Return the bar over the messages."""
        active = self._world.active
        return [panes.topic(active, self._title(active), self._world.status, cells)]

    def rooms(self, cells: int, height: int) -> Sequence[Row]:
        """Return the list of rooms and conversations."""
        return panes.rooms(self._client.buffers, self._world.active, self._title, cells, height)

    def tabs(self, cells: int, height: int) -> Sequence[Row]:
        """Return the rooms in one row."""
        return [panes.tabs(self._client.buffers, self._world.active, self._title, cells)]

    def tab_at(self, column: int, cells: int) -> Buffer | None:
        """Return the room whose tab is in a column of that row, None if none is."""
        client = self._client
        return panes.tab_at(column, client.buffers, self._world.active, self._title, cells)

    def people(self, cells: int, height: int) -> Sequence[Row]:
        """Return who is in the room."""
        members, first = self._members(height)
        return panes.people(members, self._world.fold, cells, height, first)

    def people_shown(self, height: int) -> Sequence[Member]:
        """Return who has a row in that list."""
        members, first = self._members(height)
        return panes.people_shown(members, height, first)

    def _members(self, height: int) -> tuple[Sequence[Member], int]:
        """Return who is in the room, and which of them is the first in a list of that height."""
        room, first = self._people
        active = self._world.active
        members = active.members.ordered()
        first = max(0, min(first, len(members) - height)) if room is active else 0
        return members, first

    def status(self, cells: int, height: int) -> Sequence[Row]:
        """Return the status line."""
        status = self._world.status
        rank, hint = self._hint()
        behind = any(buffer.behind and _is_followed(buffer) for buffer in self._world.buffers)
        network = self._world.title if self._is_one_of_several else ""
        now = self._now()
        return [panes.status_line(status, now, cells, hint, rank, behind=behind, network=network)]

    def title(self) -> str:
        """Return what the terminal's title says: where one is, and how much is unread; printable."""
        active = self._world.active
        where = self._world.title
        if active.kind is not BufferKind.SERVER:
            where = f"{active.name[:_TITLE]} · {where}"
        count = sum(0 if is_muted(each) else each.unread for each in self._client.buffers)
        told = f"({count}) {where}" if count else where
        return "".join(letter for letter in told if letter.isprintable())[:_TITLE]

    def has_people(self) -> bool:
        """Say whether a list of people belongs on the screen now."""
        return self.wants_people and self._world.active.kind is BufferKind.ROOM

    def _hint(self) -> tuple[int, str]:
        """Return the most useful thing to know about keys now, and how much it matters."""
        if self.leaving:
            return 0, "leaving… (Ctrl+C again: at once)"
        if self._client.question:
            return 0, "Enter answers, Esc gives up"
        if self.overlay:
            return 0, self.overlay.keys
        if self.word:
            return 0, self.word
        if self._picks():
            return 0, PICKING
        if typing := self._typing():
            return 1, typing
        lines = self._typed_lines()
        if lines >= _MANY_LINES:
            what = messages(lines, self._world.status.multiline)
            return 0, f"Enter sends {what}, Ctrl+C clears {'it' if 'one' in what else 'them'}"
        if called := sum(0 if is_muted(each) else each.mentions for each in self._client.buffers):
            return 2, f"{called} mention{'' if called == 1 else 's'}: Alt+A, Alt+M"
        if panes.next_unread(self._client.buffers, self._world.active):
            return 3, "Alt+A next unread"
        return 6, "F1 keys"

    def _typing(self) -> str:
        """Return who is typing in the active buffer, "" for nobody."""
        if not self._client.settings.show_typing:
            return ""
        nicks = sorted(self._world.active.typing)
        if len(nicks) > _TYPING:
            return f"{len(nicks)} people are typing…"
        verb = "is" if len(nicks) == 1 else "are"
        return f"{' and '.join(nicks)} {verb} typing…" if nicks else ""

    @property
    def counts_seconds(self) -> bool:
        """Whether what is shown changes by itself with time."""
        return self._world.status.state is ConnectionState.WAITING

    @property
    def _world(self) -> World:
        return self._client.world

    def _title(self, buffer: Buffer) -> str:
        """Return the name of a buffer in lists: that of the network for the server's."""
        if buffer.kind is not BufferKind.SERVER:
            return buffer.name
        world = self._client.world_of(buffer)
        is_away = self._is_one_of_several and world.status.state is not ConnectionState.ONLINE
        return f"○ {world.title}" if is_away else world.title

    @property
    def _is_one_of_several(self) -> bool:
        return len(self._client.worlds) > 1


def _is_followed(buffer: Buffer) -> bool:
    return buffer.joined or buffer.kind is BufferKind.DIRECT
