"""What the program is this time: a screen, or a tool."""

import asyncio
import logging
import sys
from contextlib import suppress

from chatclient.config import ArgumentError, Config
from chatclient.passwords import PasswordError, with_password
from chatclient.start import Start


def run(start: Start) -> int:
    """Do what was asked for, and return the exit status."""
    try:
        if start.tool.wanted:
            from chatclient.tool import run as run_tool  # noqa: PLC0415 - each imports what it needs

            return run_tool(with_password(start.networks[0]))
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            print(  # noqa: T201 - a command talks to its terminal
                "chatclient: this is no terminal to draw on; "
                "use --send TEXT, - (lines of standard input) or --json",
                file=sys.stderr,
            )
            return 2
        networks = start.networks or _asked(start)
        configs = [with_password(config) for config in networks]
    except (ArgumentError, PasswordError) as error:
        print(f"chatclient: {error}", file=sys.stderr)  # noqa: T201 - as a command does
        return 2
    return asyncio.run(_run_screen(start, configs)) if configs else 1


def _asked(start: Start) -> tuple[Config, ...]:
    """Return the network that the user names at the first start, () if they break off."""
    from chatclient.wizard import ask  # noqa: PLC0415 - see above

    config = ask(start.file, input, print) if start.file else None
    return (config,) if config else ()


async def _run_screen(start: Start, configs: list[Config]) -> int:
    from chatclient.client import Client  # noqa: PLC0415 - see above
    from chatclient.farewell import farewell  # noqa: PLC0415 - see above
    from chatclient.hub import Hub  # noqa: PLC0415 - see above
    from chatclient.keeping import Keeping  # noqa: PLC0415 - see above
    from chatclient.known import KnownServers, default_path  # noqa: PLC0415 - see above
    from chatclient.orders import Orders  # noqa: PLC0415 - see above
    from chatclient.ui.screen import run as run_screen  # noqa: PLC0415 - see above

    # What would be logged on standard error would be drawn across the screen.
    logging.basicConfig(handlers=[logging.NullHandler()])
    known = KnownServers(default_path())

    def make(config: Config) -> Client:
        return Client(config, known=known)

    keeping = Keeping(lasting=start.settings.archive)
    clients = [make(config) for config in configs]
    hub = Hub(clients, settings=start.settings, prepare=keeping.attach)
    orders = Orders(hub, make, start.file)
    hub.listen(orders.heed)
    try:
        await run_screen(hub, keeping)
    finally:
        keeping.close()
    with suppress(OSError):  # the terminal may be gone
        for world in hub.worlds:
            for line in farewell(world):
                print(line, file=sys.stderr)  # noqa: T201 - a command talks to its terminal
    return 0
