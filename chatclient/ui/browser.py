"""Opening links in what the desktop has for them, without waiting for it.

Rules: nobody's address is a command: it is handed over as one argument, to a program that takes
addresses. What that program prints is not seen, and it outlives the client.
"""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence


def _run(command: Sequence[str]) -> None:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(  # noqa: S603 - the program is ours, the address one argument
        command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
    ):
        pass


def _opener(environ: Mapping[str, str], platform: str) -> list[str]:
    """Return the program that opens addresses here, [] if there is none."""
    if platform == "darwin":
        return ["open"]
    if platform == "win32":
        return ["rundll32", "url.dll,FileProtocolHandler"]
    if not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")):
        return []
    found = shutil.which("xdg-open", path=environ.get("PATH"))
    return [found] if found else []


def open_url(
    url: str,
    *,
    environ: Mapping[str, str] | None = None,
    platform: str = sys.platform,
    run: Callable[[Sequence[str]], None] = _run,
) -> bool:
    """Open an address in the background; say whether there is a desktop that could."""
    opener = _opener(os.environ if environ is None else environ, platform)
    if not opener:
        return False
    threading.Thread(target=run, args=([*opener, url],), name="browser", daemon=True).start()
    return True
