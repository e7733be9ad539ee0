"""The way out to the terminal: one synchronized frame at a time, with columns kept in step.

Rules:
- What is flushed together is wrapped in `CSI ? 2026 h/l` (synchronized output; terminals that do
  not know it ignore it), so that no half-drawn frame is seen.
- A cell whose width is disputed (`cells.Placed`) is followed by `CHA`, the absolute column; if it
  should take two cells, both are cleared before, as the terminal may fill one alone.
- In everything else written as text, ESC is replaced (prompt_toolkit's `write` does it).
"""

import sys
from contextlib import suppress

from prompt_toolkit.output import Output, create_output
from prompt_toolkit.output.vt100 import Vt100_Output

from chatclient.ui.cells import Placed
from chatclient.ui.hyperlinks import CLOSE

_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"


class FrameOutput(Vt100_Output):
    """A VT100 terminal that gets whole frames."""

    def write(self, data: str) -> None:
        """Write the text of one cell, or the line feeds between two rows."""
        if type(data) is Placed:
            clear = f"  \x1b[{data.column - 1}G" if data.cells == 2 else ""
            close = CLOSE if data.link else ""
            self.write_raw(f"{clear}{data.link}{data}{close}\x1b[{data.column + 1}G")
        else:
            super().write(data)

    def flush(self) -> None:
        """Send what was written since the last time as one frame."""
        if self._buffer:
            self._buffer.insert(0, _BEGIN)
            self._buffer.append(_END)
        with suppress(OSError):  # the terminal is gone; that its input ended will be heard
            super().flush()


def terminal() -> Output:
    """Return the output for this process's terminal, with `NO_COLOR` and `TERM` respected."""
    usual = create_output()
    if sys.platform == "win32" or not isinstance(usual, Vt100_Output):
        return usual
    return FrameOutput.from_pty(
        sys.stdout,
        term=usual.term,
        default_color_depth=usual.default_color_depth,
        enable_bell=usual.enable_bell,
    )
