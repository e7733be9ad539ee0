"""Draws the golden world at a size, as a terminal would show it."""

import asyncio
from pathlib import Path

from tests.chatclient.ui.goldens.picture import picture
from tests.chatclient.ui.goldens.world import FIELD, worlds
from tests.chatclient.ui.rig import rig

SIZES = ((40, 12), (80, 24), (120, 40), (200, 60))

_HERE = Path(__file__).parent


def path(columns: int, rows: int) -> Path:
    """Return the file of a size."""
    return _HERE / f"{columns}x{rows}.txt"


async def draw(columns: int, rows: int) -> str:
    """Return the picture of the world at a size."""
    world, *more = worlds()
    async with rig(columns, rows, world, more=more) as screen:
        await screen.shows(FIELD)
        await screen.shows("second one")
        return picture(screen.paper.screen)


def draw_all() -> dict[Path, str]:
    """Return all pictures by their files."""
    return {path(*size): asyncio.run(draw(*size)) for size in SIZES}
