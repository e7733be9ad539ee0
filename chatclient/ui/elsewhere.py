"""What is typed, in an editor of the user's own ($VISUAL, $EDITOR), and back.

Rules: whatever the editor does, what was typed is not lost: one that cannot be run, that leaves no
file, or that writes another encoding than UTF-8, ends nothing.
"""

from contextlib import suppress
from pathlib import Path

from prompt_toolkit.buffer import Buffer


class SafeBuffer(Buffer):
    """A buffer that can be opened in an editor."""

    def _open_file_in_editor(self, filename: str) -> bool:
        """Run the editor; say whether there is something new (on a thread of prompt_toolkit's)."""
        file = Path(filename)
        try:
            if not super()._open_file_in_editor(filename):
                return False
            file.write_text(file.read_text("utf-8", errors="replace"), "utf-8")
        except (OSError, ValueError):  # no file, or quotes in $EDITOR that do not end
            with suppress(OSError):  # prompt_toolkit deletes it, and fails if it is not there
                file.touch(mode=0o600, exist_ok=False)
            return False
        return True
