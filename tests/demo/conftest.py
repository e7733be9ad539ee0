"""Leaves the tests of the demo out, with a word, where no container engine with compose is."""

import subprocess
from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the tests out when interop tests are wanted and no engine is there for them."""
    wanted = config.getoption("-m") == "interop" and collection_path.name == "test_compose.py"
    if not wanted or has_engine():
        return None
    if reporter := config.pluginmanager.get_plugin("terminalreporter"):
        reporter.write_line("tests/demo: no container engine with compose is here, so not tried")
    return True


def has_engine() -> bool:
    """Whether `docker compose` is there and its engine answers."""
    try:
        for command in (["docker", "compose", "version"], ["docker", "info"]):
            subprocess.run(command, check=True, capture_output=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return False
    return True
