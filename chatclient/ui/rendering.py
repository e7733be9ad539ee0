"""The renderer: from what the layout shows to what is sent to the terminal, by rows.

Rules:
- A frame is the strips of each line. A strip that shows what it showed before costs a comparison;
  of another one, what differs from its first difference on is sent.
- What was sent is what the next frame is compared with. While a frame is still on its way to the
  terminal none is made: the next one shows the newest state, and the difference is whole.
- Lines that something floats above are made of cells, as prompt_toolkit does it for all lines.
- A strip of disputed width may have reached over its end: what is right of it is sent again.

It takes the place of `prompt_toolkit.renderer.Renderer`, of which it sets some attributes that are
not public; where they are not there, the usual renderer goes on drawing.
"""

from collections.abc import Hashable, Iterator
from contextlib import suppress
from typing import Any

from prompt_toolkit.application import Application
from prompt_toolkit.data_structures import Point, Size
from prompt_toolkit.layout import Layout
from prompt_toolkit.layout.mouse_handlers import MouseHandlers
from prompt_toolkit.layout.screen import Char, Screen, WritePosition
from prompt_toolkit.renderer import Renderer

from chatclient.ui.cells import BLANK, Placed
from chatclient.ui.inks import PLAIN, Ink, Written
from chatclient.ui.output import FrameOutput
from chatclient.ui.sheet import Drawable, Lines, Sheet, Strip

_NEEDED = frozenset(
    (
        "_in_alternate_screen",
        "_bracketed_paste_enabled",
        "_mouse_support_enabled",
        "_cursor_key_mode_reset",
        "_last_screen",
        "mouse_support",
        "mouse_handlers",
    )
)


class _Cells:
    """A line of the screen that was drawn cell by cell, as something floats above it."""

    __slots__ = ("_cells",)

    def __init__(self, strips: list[Strip], floating: dict[int, Char]) -> None:
        below = Screen()
        for left, cells, what in strips:
            what.draw(below, left, 0, cells)
        self._cells = {**below.data_buffer[0], **floating}

    def same_as(self, _other: Drawable) -> bool:
        return False

    def draw(self, screen: Screen, _left: int, y: int, _limit: int) -> None:
        screen.data_buffer[y].update(self._cells)

    def written(self, left: int, cells: int, ink: Ink) -> Written:
        made: list[str] = []
        last, column = PLAIN, left
        while column < left + cells:
            char = self._cells.get(column)
            code = PLAIN if char is None else ink.code(char.style)
            made.append(("" if code == last else code) + _shown(char))
            last = code
            column += 1 if char is None else char.width or 1
        text = "".join(made) + ("" if last == PLAIN else PLAIN)
        return Written(((left, PLAIN, text),), disputed=True)


def _shown(char: Char | None) -> str:
    if char is None:
        return " "
    text = char.char
    return text.told if isinstance(text, Placed) else text.replace("\x1b", "?") or " "


class RowRenderer(Renderer):
    """Draws a full-screen application whose layout puts rows on a `Sheet`."""

    def __init__(self, usual: Renderer, output: FrameOutput) -> None:
        """Take the place of the `usual` renderer of an application."""
        self._paper = output
        self._lines: Lines = []
        self._size = Size(0, 0)
        self._cursor = Point(-1, -1)
        self._ink: Ink | None = None
        self._ink_of: Hashable = None
        self.skipped = False
        """Whether a frame was not drawn, as the one before was still on its way."""
        super().__init__(
            usual.style,
            output,
            full_screen=True,
            mouse_support=usual.mouse_support,
            cpr_not_supported_callback=usual.cpr_not_supported_callback,
        )

    def reset(self, _scroll: bool = False, leave_alternate_screen: bool = True) -> None:  # noqa: FBT001, FBT002 - the signature is prompt_toolkit's
        """Forget what is on the terminal, put it in order, and wait until it has that."""
        if leave_alternate_screen and self._in_alternate_screen:
            self.output.enable_autowrap()  # the shell's long lines are to go on in the next row
        super().reset(_scroll=_scroll, leave_alternate_screen=leave_alternate_screen)
        self._lines = []
        if leave_alternate_screen:
            self._paper.drain()

    def erase(self, leave_alternate_screen: bool = True) -> None:  # noqa: FBT001, FBT002 - see above
        """Have the next frame drawn from nothing; or leave the screen, as another program comes."""
        if leave_alternate_screen:
            super().erase()
        else:
            self._lines = []

    def render(self, app: Application[Any], layout: Layout, is_done: bool = False) -> None:  # noqa: FBT001, FBT002 - see above
        """Draw a frame, unless one is still on its way to the terminal."""
        if is_done:
            self.reset()
            return
        self.skipped = self._paper.busy
        if self.skipped:
            return
        self._prepare()
        size = self.output.get_size()
        sheet, self.mouse_handlers = Sheet(size), MouseHandlers()
        everywhere = WritePosition(0, 0, size.columns, size.rows)
        layout.container.write_to_screen(
            sheet, self.mouse_handlers, everywhere, parent_style="", erase_bg=False, z_index=None
        )
        sheet.draw_all_floats()
        ink = self._ink_for(app)
        if not self._lines or size != self._size:
            self._size, self._lines = size, []
            self.output.disable_autowrap()
            self.output.write_raw(f"{PLAIN}\x1b[H\x1b[J")
            self._cursor = Point(-1, -1)
        changes = [*self._changes(_lines(sheet), ink)]
        cursor = sheet.get_cursor_position(layout.current_window)
        if changes or cursor != self._cursor:
            if changes:
                self.output.hide_cursor()
            self.output.write_raw("".join(changes))
            self.output.cursor_goto(cursor.y + 1, cursor.x + 1)
            self._cursor = cursor
        if sheet.show_cursor:
            self.output.show_cursor()
        self.output.flush()
        layout.visible_windows = sheet.visible_windows
        self._last_screen = sheet

    def _prepare(self) -> None:
        """Bring the terminal into the modes that the screen needs."""
        if not self._in_alternate_screen:
            self._in_alternate_screen = True
            self.output.enter_alternate_screen()
        if not self._bracketed_paste_enabled:
            self._bracketed_paste_enabled = True
            self.output.enable_bracketed_paste()
        if not self._cursor_key_mode_reset:
            self._cursor_key_mode_reset = True
            self.output.reset_cursor_key_mode()
        mouse = self.mouse_support()
        if mouse != self._mouse_support_enabled:
            self._mouse_support_enabled = mouse
            if mouse:
                self.output.enable_mouse_support()
            else:
                self.output.disable_mouse_support()

    def _ink_for(self, app: Application[Any]) -> Ink:
        """Return the ink of the theme and the colours as they are now."""
        depth = app.color_depth
        made_of = (self.style.invalidation_hash(), depth)
        if self._ink is None or made_of != self._ink_of:
            self._ink, self._ink_of = Ink(self.style, depth), made_of
            self._lines = []
        return self._ink

    def _changes(self, lines: Lines, ink: Ink) -> Iterator[str]:
        """Yield what makes the terminal show `lines`, and remember them as shown."""
        before, self._lines = self._lines, lines
        for y, strips in enumerate(lines):
            if not before:
                yield from _redraw(y, strips, ink)
            elif strips != before[y]:
                yield from _difference(y, before[y], strips, ink)


def _lines(sheet: Sheet) -> Lines:
    lines = sheet.lines(BLANK)
    for y, floating in sheet.data_buffer.items():
        if floating and 0 <= y < len(lines):
            lines[y] = [(0, sheet.width, _Cells(lines[y], floating))]
    return lines


def _redraw(y: int, strips: list[Strip], ink: Ink) -> Iterator[str]:
    for left, cells, what in strips:
        column, text = what.written(left, cells, ink).since(None)
        yield f"\x1b[{y + 1};{column + 1}H{text}"


def _difference(y: int, before: list[Strip], strips: list[Strip], ink: Ink) -> Iterator[str]:
    """Yield what turns the strips that were `before` into these.

    A strip that looks as before is replaced by that, which has its text already.
    """
    if len(before) != len(strips):
        yield from _redraw(y, strips, ink)
        return
    reached_over = False
    for index, strip in enumerate(strips):
        left, cells, what = strip
        old_left, old_cells, old = before[index]
        if left != old_left or cells != old_cells:
            yield from _redraw(y, strips[index:], ink)
            return
        if what is old or what.same_as(old):
            strips[index] = before[index]
            if not reached_over:
                continue
            what = old
        there, new = old.written(left, cells, ink), what.written(left, cells, ink)
        column, text = new.since(None if reached_over else there)
        reached_over = reached_over or there.disputed or new.disputed
        yield f"\x1b[{y + 1};{column + 1}H{text}"


def draw_rows(app: Application[Any]) -> bool:
    """Have a full-screen application drawn by rows; say whether that can be done.

    It can on a `FrameOutput`, with the prompt_toolkit that this was written for.
    """
    output = app.output
    if not isinstance(output, FrameOutput) or not vars(app.renderer).keys() >= _NEEDED:
        return False
    app.renderer = renderer = RowRenderer(app.renderer, output)

    def catch_up() -> None:
        if renderer.skipped:
            app.invalidate()

    def freed() -> None:
        if app.loop is not None:
            with suppress(RuntimeError):  # the loop is closed: nothing is to be drawn any longer
                app.loop.call_soon_threadsafe(catch_up)

    output.freed = freed
    return True
