"""What the program is this time: a screen, one line after another, or a tool."""

import asyncio
import gc
import logging
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from chatclient.config import ArgumentError, Config
from chatclient.passwords import PasswordError, with_password
from chatclient.start import Start

if TYPE_CHECKING:
    from chatclient.client import Client
    from chatclient.configfile import ConfigFile
    from chatclient.hub import Hub
    from chatclient.keeping import Keeping
    from chatclient.upgrade import Arrival


_SELDOM = (20_000, 20, 50)
"""How many new objects there must be before those in circles are looked for: hardly any are."""


def run(start: Start) -> int:
    """Do what was asked for, and return the exit status."""
    try:
        if start.tool.wanted:
            from chatclient.tool import run as run_tool  # noqa: PLC0415 - each imports what it needs

            _settle()
            return run_tool(with_password(start.networks[0]))
        on_terminal = sys.stdin.isatty() and sys.stdout.isatty()
        linear = start.settings.plain or (on_terminal and os.environ.get("TERM") == "dumb")
        if not (on_terminal or linear):
            print(  # noqa: T201 - a command talks to its terminal
                "chatclient: this is no terminal to draw on; "
                "use --send TEXT, - (lines of standard input), --tail, --json or --plain",
                file=sys.stderr,
            )
            return 2
        from chatclient.upgrade import arrive  # noqa: PLC0415 - see above

        arrival = arrive()
        networks = arrival.networks(start.networks) or _asked(start, on_terminal=on_terminal)
        configs = [with_password(config) for config in networks]
    except (ArgumentError, PasswordError) as error:
        print(f"chatclient: {error}", file=sys.stderr)  # noqa: T201 - as a command does
        return 2
    return asyncio.run(_run_face(start, configs, arrival, linear=linear)) if configs else 1


def _asked(start: Start, *, on_terminal: bool) -> tuple[Config, ...]:
    """Return the network that the user names at the first start, () if they break off."""
    if not on_terminal:
        raise ArgumentError("no network is saved yet; name a server: chatclient HOST")
    from chatclient.wizard import ask  # noqa: PLC0415 - see above

    config = ask(start.file, input, print) if start.file else None
    return (config,) if config else ()


async def _run_face(
    start: Start, configs: list[Config], arrival: "Arrival", *, linear: bool
) -> int:
    from chatclient.client import Client  # noqa: PLC0415 - see above
    from chatclient.farewell import farewell  # noqa: PLC0415 - see above
    from chatclient.hub import Hub  # noqa: PLC0415 - see above
    from chatclient.keeping import Keeping  # noqa: PLC0415 - see above
    from chatclient.known import KnownServers, default_path  # noqa: PLC0415 - see above
    from chatclient.orders import Orders  # noqa: PLC0415 - see above
    from chatclient.upgrade import Upgrade  # noqa: PLC0415 - see above

    # What would be logged on standard error would be drawn across the screen.
    logging.basicConfig(handlers=[logging.NullHandler()])
    known = KnownServers(default_path())

    def make(config: Config) -> Client:
        return Client(config, known=known, asks=not linear or sys.stdin.isatty())

    keeping = Keeping(lasting=start.settings.archive, logs=start.settings.logs)
    clients = [make(config) for config in configs]

    def prepare(client: Client) -> None:
        if start.file:
            _remind(client, keeping, start.file)
        keeping.attach(client)
        arrival.prepare(client)
        _settle()  # what came after the first frame is there too

    def keep(client: Client) -> None:
        from chatclient.rejoining import Rejoining  # noqa: PLC0415 - see above

        if start.file:
            Rejoining(keeping, start.file).begin(client)

    hub = Hub(clients, settings=start.settings, prepare=prepare)
    orders, upgrade = Orders(hub, make, start.file, keep=keep), Upgrade(hub, start.secrets)
    hub.listen(orders.heed)
    hub.listen(lambda _: keeping.log_to(hub.settings.logs))
    hub.listen(upgrade.heed)
    try:
        said = await _show(hub, keeping, start, linear=linear)
    finally:
        keeping.close()
    if upgrade.wanted:
        upgrade.start()
    with suppress(OSError):  # the terminal may be gone
        for world in hub.worlds:
            for line in farewell(world, kept=keeping.lasts):
                print(line, file=sys.stderr)  # noqa: T201 - a command talks to its terminal
    return 0 if said else 3


def _settle() -> None:
    """Have memory looked through seldom, and what the start made never: it is there to the end.

    Otherwise frames wait for it, the longer the more there is (83 ms were seen).
    """
    gc.freeze()
    gc.set_threshold(*_SELDOM)


def _remind(client: "Client", keeping: "Keeping", file: "ConfigFile") -> None:
    """Have the client of a saved network know what earlier ones knew, when the screen is there."""
    from chatclient.rejoining import Rejoining  # noqa: PLC0415 - see above
    from chatclient.remembering import Remembering  # noqa: PLC0415 - see above
    from chatclient.vault import Keyring  # noqa: PLC0415 - see above

    Rejoining(keeping, file).attach(client)
    Remembering(Keyring(), file).attach(client)


async def _show(hub: "Hub", keeping: "Keeping", start: Start, *, linear: bool) -> bool:
    """Run a hub until the user leaves; say whether its status is that all went well."""
    if linear:
        from chatclient.linear.face import run as run_face  # noqa: PLC0415 - see above

        return await run_face(hub, hub.client.config.timeout)
    from chatclient.ui.toolkit import import_toolkit  # noqa: PLC0415 - see above

    import_toolkit()  # before the screen imports all of it
    from chatclient.ui.screen import run as run_screen  # noqa: PLC0415 - see above

    await run_screen(hub, keeping, place=start.place)
    return True
