"""What is on the screen does not change by accident, at any of four sizes."""

import pytest

from tests.chatclient.ui.goldens.drawing import SIZES, draw, path


@pytest.mark.asyncio
@pytest.mark.parametrize(("columns", "rows"), SIZES)
async def test_it_looks_as_it_did(columns: int, rows: int) -> None:
    """If it is meant to look otherwise now: `python -m tests.chatclient.ui.goldens --write`."""
    assert await draw(columns, rows) == path(columns, rows).read_text()
