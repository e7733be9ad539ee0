"""What the program is this time: a screen, or a tool."""

import asyncio
import logging
import sys
from contextlib import suppress

from chatclient.config import Config
from chatclient.passwords import PasswordError, with_password


def run(config: Config) -> int:
    """Do what was asked for, and return the exit status."""
    try:
        config = with_password(config)
    except PasswordError as error:
        print(f"chatclient: {error}", file=sys.stderr)  # noqa: T201 - as a command does
        return 2
    if config.tool.wanted:
        from chatclient.tool import run as run_tool  # noqa: PLC0415 - each imports what it needs

        return run_tool(config)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print(  # noqa: T201 - a command talks to its terminal
            "chatclient: this is no terminal to draw on; "
            "use --send TEXT, - (lines of standard input) or --json",
            file=sys.stderr,
        )
        return 2
    return asyncio.run(_run_screen(config))


async def _run_screen(config: Config) -> int:
    from chatclient.client import Client  # noqa: PLC0415 - see above
    from chatclient.farewell import farewell  # noqa: PLC0415 - see above
    from chatclient.known import KnownServers, default_path  # noqa: PLC0415 - see above
    from chatclient.ui.screen import run as run_screen  # noqa: PLC0415 - see above

    # What would be logged on standard error would be drawn across the screen.
    logging.basicConfig(handlers=[logging.NullHandler()])
    client = Client(config, known=KnownServers(default_path()))
    await run_screen(client)
    with suppress(OSError):  # the terminal may be gone
        for line in farewell(client.world):
            print(line, file=sys.stderr)  # noqa: T201 - a command talks to its terminal
    return 0
