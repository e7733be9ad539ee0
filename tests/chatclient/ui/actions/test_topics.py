"""All actions together: each is done by one topic."""

from collections import Counter

import pytest

from chatclient.keys import Action
from chatclient.ui.actions.topics import TOPICS
from tests.chatclient.ui.rig import rig


@pytest.mark.asyncio
async def test_every_action_has_one_handler() -> None:
    """No key names an action that nobody does, and no topic takes one from another."""
    async with rig() as seen:
        done = Counter(action for topic in TOPICS for action in topic(seen.screen.desk))
    assert done == dict.fromkeys(Action, 1)
