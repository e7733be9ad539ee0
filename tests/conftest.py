"""What holds for all tests: they are judged by results, not by speed, and touch no file of the user.

Hypothesis never judges the speed of a busy machine, and tries the same examples each time: a change
is judged by what it changed. `make explore` looks for new ones. Where a test is to fail
(`make mutants`), it is enough that it does: `hasty` looks for no smaller example.
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "steady",
    deadline=None,
    derandomize="EXPLORE" not in os.environ,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "hasty",
    settings.get_profile("steady"),
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
)
settings.load_profile("steady")


@pytest.fixture(scope="session", autouse=True)
def _own_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let no program under test read or write what is its user's: it has directories of its own."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
            patch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))
        yield
