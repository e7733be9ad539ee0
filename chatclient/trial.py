"""Whether this version of the program starts: `python -m chatclient.trial ARGUMENTS` says so.

Rules: it is run by the version that is to be replaced (`chatclient.upgrade`), with its arguments. The
last line of what it prints says what is wrong; its status is 0 if nothing is.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module

from chatclient.cli import plan
from chatclient.config import ArgumentError
from chatwire.version import VERSION

_NEEDED = ("chatclient.app", "chatclient.linear.face", "chatclient.archive", "chatclient.ui.screen")


def check(arguments: Sequence[str]) -> str:
    """Import all that the program needs, and return what is wrong with arguments, "" for nothing."""
    for name in _NEEDED:
        import_module(name)
    try:
        plan(arguments, os.environ)
    except ArgumentError as error:
        return str(error)
    print(VERSION)  # noqa: T201 - for who asked
    return ""


if __name__ == "__main__":
    sys.exit(check(sys.argv[1:]) or 0)
