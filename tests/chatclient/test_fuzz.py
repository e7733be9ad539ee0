"""What holds whatever a server says; the long run is `python -m tests.chatclient.fuzz`."""

import pytest

from tests.chatclient.fuzz import Chaos


@pytest.mark.parametrize("seed", range(4))
def test_a_server_that_makes_no_sense(seed: int) -> None:
    """Nothing raises, nothing controls the terminal, nothing grows without end."""
    Chaos(seed).run(4000)
