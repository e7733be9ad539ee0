"""Overlays: pages in place of the messages, with an input line of their own.

Rules: one at a time. An overlay only shows and chooses: what is done with what was chosen is a
function that it was given. It makes rows for what is seen and no others; what is typed while it is
open goes to it, and stays nowhere when it is closed.
"""

from collections.abc import Sequence

from chatclient.ui.cells import Row


class Overlay:
    """A page that moves up and down; to be made something of."""

    label = ""
    """What stands before the input line; an overlay without one takes no text."""
    placeholder = ""
    """What stands in the input line while nothing is typed."""
    keys = "Esc closes"
    """What one can press, for the status line."""

    def rows(self, cells: int, height: int) -> Sequence[Row]:
        """Return what is seen, at most `height` rows."""
        raise NotImplementedError

    def type(self, text: str) -> None:
        """Take note that this is typed now."""

    def move(self, by: int) -> None:
        """Go up (negative) or down."""

    def page(self, by: int) -> None:
        """Go pages up (negative) or down."""

    def to_start(self) -> None:
        """Go to the top."""

    def to_end(self) -> None:
        """Go to the bottom."""

    def accept(self) -> bool:
        """Do what Enter does, and say whether the overlay is to be closed."""
        return True

    def close(self) -> None:
        """Take note that it is not shown any more, whether or not something was accepted."""


class Page(Overlay):
    """Rows that are read, and moved through without one being chosen."""

    def __init__(self) -> None:
        self._first = 0
        self._height = 1
        self._total = 0

    def page_rows(self, cells: int) -> Sequence[Row]:
        """Return all rows, for that width."""
        raise NotImplementedError

    def rows(self, cells: int, height: int) -> Sequence[Row]:
        """Return the rows that fit, from where one has moved to."""
        rows = self.page_rows(cells)
        self._height, self._total = height, len(rows)
        self.move(0)
        return rows[self._first : self._first + height]

    def move(self, by: int) -> None:
        """Move by rows."""
        self._first = max(0, min(self._total - self._height, self._first + by))

    def page(self, by: int) -> None:
        """Move by pages, which overlap by two rows."""
        self.move(by * max(1, self._height - 2))

    def to_start(self) -> None:
        """Show the first row."""
        self._first = 0

    def to_end(self) -> None:
        """Show the last row."""
        self.move(self._total)


class Listing(Overlay):
    """Items, one of which is chosen; an item may have several rows."""

    keys = "↑↓ choose · Enter goes there · Esc closes"

    def __init__(self) -> None:
        self.chosen = 0
        """The index of the item that Enter takes."""
        self._first = 0
        self._page = 1

    def count(self) -> int:
        """Return how many items there are."""
        raise NotImplementedError

    def item(self, index: int, cells: int, *, chosen: bool) -> Sequence[Row]:
        """Return the rows of an item, at least one."""
        raise NotImplementedError

    def head(self, cells: int) -> Sequence[Row]:
        """Return what stands over the items."""
        return ()

    def empty(self, cells: int) -> Sequence[Row]:
        """Return what is shown when there are no items."""
        return ()

    def rows(self, cells: int, height: int) -> Sequence[Row]:
        """Return the items that fit, with the chosen one among them."""
        total = self.count()
        head = self.head(cells) if height > 2 else ()
        if not total:
            return [*head, *self.empty(cells)][:height]
        self.chosen = max(0, min(total - 1, self.chosen))
        room = max(1, height - len(head))
        self._first = max(self._lowest(cells, room), min(self._first, self.chosen))
        made: list[Row] = []
        index = self._first
        while index < total and len(made) < room:
            made += self.item(index, cells, chosen=index == self.chosen)
            index += 1
        self._page = max(1, index - self._first - 1)
        return [*head, *made[:room]]

    def _lowest(self, cells: int, room: int) -> int:
        """Return the first item that can be at the top while the chosen one is seen whole."""
        index = self.chosen
        room -= len(self.item(index, cells, chosen=True))
        while index:
            room -= len(self.item(index - 1, cells, chosen=False))
            if room < 0:
                break
            index -= 1
        return index

    def move(self, by: int) -> None:
        """Choose another item; from one end one comes to the other."""
        total = self.count()
        if total:
            self.chosen = (self.chosen + by) % total

    def page(self, by: int) -> None:
        """Choose an item about a page away."""
        self.chosen = max(0, min(self.count() - 1, self.chosen + by * self._page))

    def to_start(self) -> None:
        """Choose the first item."""
        self.chosen = 0

    def to_end(self) -> None:
        """Choose the last item."""
        self.chosen = max(0, self.count() - 1)

    def restart(self) -> None:
        """Begin at the top: the items are others now."""
        self.chosen = self._first = 0
