"""Where this platform has programs keep what is the user's: settings, and data.

Rules: on Linux that is what the XDG Base Directory Specification says, which is known here: to ask
`platformdirs` takes 4 ms of a start.
"""

import os
import sys
from pathlib import Path

NAME = "chatclient"

_ON_LINUX = sys.platform == "linux"


def config_directory() -> Path:
    """Return the directory for what the user sets; it need not be there."""
    if _ON_LINUX:
        return _by_xdg("XDG_CONFIG_HOME", ".config")
    from platformdirs import user_config_path  # noqa: PLC0415 - see above

    return user_config_path(NAME, appauthor=False)


def data_directory() -> Path:
    """Return the directory for what is kept for the user; it need not be there."""
    if _ON_LINUX:
        return _by_xdg("XDG_DATA_HOME", ".local/share")
    from platformdirs import user_data_path  # noqa: PLC0415 - see above

    return user_data_path(NAME, appauthor=False)


def _by_xdg(variable: str, usual: str) -> Path:
    told = os.environ.get(variable, "")
    if not os.path.isabs(told):  # noqa: PTH117 - for pathlib, "" is a path
        told = os.path.expanduser(f"~/{usual}")  # noqa: PTH111 - it raises nothing without a home
    return Path(told, NAME)
