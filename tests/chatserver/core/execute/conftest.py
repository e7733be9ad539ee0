"""The chat that several files of tests begin with."""

import pytest

from tests.chatserver.core.chat import Chat


@pytest.fixture
def chat() -> Chat:
    """Return a chat with an operator of #a, a member of it, and somebody outside."""
    chat = Chat()
    chat.add("op", "#a")
    chat.add("bob", "#a")
    chat.add("out")
    return chat
