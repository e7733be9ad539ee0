"""What is typed, in an editor of the user's own ($VISUAL, $EDITOR), and back.

Rules: whatever the editor does, what was typed is not lost: one that cannot be run, that leaves no
file, or that writes another encoding than UTF-8, ends nothing. What went wrong is said.
"""

import os
import shlex
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Final

from prompt_toolkit.buffer import Buffer

EDITORS: Final = ("/usr/bin/editor", "/usr/bin/nano", "/usr/bin/vi")
"""What is tried after $VISUAL and $EDITOR."""


class SafeBuffer(Buffer):
    """A buffer that can be opened in an editor."""

    problem = ""
    """What went wrong when it was, the last time; "" for nothing."""

    def _open_file_in_editor(self, filename: str) -> bool:
        """Run the editor; say whether there is something new (on a thread of prompt_toolkit's)."""
        file = Path(filename)
        self.problem = _edit(filename)
        if self.problem:
            return False
        try:
            file.write_text(file.read_text("utf-8", errors="replace"), "utf-8")
        except OSError:  # no file
            self.problem = "the editor left no file; what you typed is as it was"
            with suppress(OSError):  # prompt_toolkit deletes it, and fails if it is not there
                file.touch(mode=0o600, exist_ok=False)
            return False
        return True


def _edit(filename: str) -> str:
    """Have a file edited by the first editor that starts; return what went wrong, "" for nothing."""
    wanted = [os.environ.get("VISUAL", ""), os.environ.get("EDITOR", "")]
    tried = [each for each in dict.fromkeys([*wanted, *EDITORS]) if each.strip()]
    for each in tried:
        try:
            status = subprocess.call([*shlex.split(each), filename])  # noqa: S603 - the user's own
        except (OSError, ValueError):  # it is not there, or has quotes that do not end
            continue
        return f"{each} ended with status {status}; what you typed is as it was" if status else ""
    return f"no editor starts; set $EDITOR to one (tried {', '.join(tried)})"
