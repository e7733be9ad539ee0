"""The way out to the terminal: one synchronized frame at a time, with columns kept in step.

Rules:
- What is flushed together is wrapped in `CSI ? 2026 h/l` (synchronized output; terminals that do
  not know it ignore it), so that no half-drawn frame is seen.
- A cell whose width is disputed (`cells.Placed`) is followed by `CHA`, the absolute column; if it
  should take two cells, both are cleared before, as the terminal may fill one alone.
- With a `Writer`, nobody waits for the terminal; without one, as in tests, it is written at once.
- In everything else written as text, ESC is replaced (prompt_toolkit's `write` does it).
"""

import sys
from collections.abc import Callable

from prompt_toolkit.output import Output, create_output
from prompt_toolkit.output.flush_stdout import flush_stdout
from prompt_toolkit.output.vt100 import Vt100_Output

from chatclient.ui.cells import Placed
from chatclient.ui.writer import Writer

FOCUS_ON, FOCUS_OFF = "\x1b[?1004h", "\x1b[?1004l"
"""Have the terminal tell when it is looked at (`CSI I`), and no longer (`CSI O`); or not."""
_KEEP_TITLE, _OLD_TITLE = "\x1b[22;2t", "\x1b[23;2t"
"""Keep the title (xterm's XTWINOPS), and have it again; who does not know that ignores it."""
_UNTITLED = ("linux", "eterm-color", "dumb")
_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"


class FrameOutput(Vt100_Output):
    """A VT100 terminal that gets whole frames."""

    writer: Writer | None = None
    """Who writes them."""
    _title = ""
    freed: Callable[[], None] = staticmethod(lambda: None)
    """What is called, on a thread, whenever the output is not busy any longer."""

    def enter_alternate_screen(self) -> None:
        """Take the whole screen, and be told when the terminal is looked at."""
        super().enter_alternate_screen()
        self.write_raw(FOCUS_ON)

    def quit_alternate_screen(self) -> None:
        """Give the screen back, with the title that it had, and nothing told any longer."""
        self.write_raw(FOCUS_OFF)
        self._end_title()
        super().quit_alternate_screen()

    def show_title(self, title: str) -> None:
        """Have the terminal show a title, "" for that which it had; safe to show."""
        if title == self._title or self.term in _UNTITLED:
            return
        if not title:
            self._end_title()
        else:
            if not self._title:
                self.write_raw(_KEEP_TITLE)
            self.write_raw(
                f"\x1b]2;{title}\x1b\\"
            )  # OSC 2, ended by ST: a BEL would be heard by some
            self._title = title
        self.flush()

    def _end_title(self) -> None:
        if self._title:
            self.write_raw(_OLD_TITLE)
            self._title = ""

    @property
    def busy(self) -> bool:
        """Whether the terminal has yet to take what it was sent."""
        return self.writer is not None and self.writer.busy

    def tell_free(self) -> None:
        """Call `freed`, whoever that is now."""
        self.freed()

    def drain(self) -> None:
        """Wait until the terminal has taken all, but not for one that takes nothing."""
        if self.writer is not None:
            self.writer.drain()

    def write(self, data: str) -> None:
        """Write the text of one cell, or the line feeds between two rows."""
        if type(data) is Placed:
            self.write_raw(data.told)
        else:
            super().write(data)

    def flush(self) -> None:
        """Send what was written since the last time as one frame."""
        if not self._buffer:
            return
        frame = "".join([_BEGIN, *self._buffer, _END])
        self._buffer.clear()
        if self.writer is not None:
            self.writer.send(frame.encode(self.encoding(), "replace"))
        else:
            flush_stdout(self.stdout, frame)


def terminal() -> Output:
    """Return the output for this process's terminal, with `NO_COLOR` and `TERM` respected."""
    usual = create_output()
    if sys.platform == "win32" or not isinstance(usual, Vt100_Output):
        return usual
    output = FrameOutput.from_pty(
        sys.stdout,
        term=usual.term,
        default_color_depth=usual.default_color_depth,
        enable_bell=usual.enable_bell,
    )
    assert isinstance(output, FrameOutput)  # noqa: S101 - prompt_toolkit's types say less
    output.writer = Writer(sys.stdout.fileno(), output.tell_free)
    return output
