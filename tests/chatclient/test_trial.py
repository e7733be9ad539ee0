"""Whether the program starts: what /upgrade asks the version that is installed."""

from pathlib import Path

import pytest

from chatclient.trial import check
from chatwire.version import VERSION


def test_a_version_that_starts(capsys: pytest.CaptureFixture[str]) -> None:
    """It says which one it is."""
    assert check(["localhost", "--no-config"]) == ""
    assert capsys.readouterr().out == f"{VERSION}\n"


def test_a_file_that_it_would_not_take(tmp_path: Path) -> None:
    """What is wrong is told before the version of before is left."""
    path = tmp_path / "config.toml"
    path.write_text("theme = dark")
    assert "is no TOML" in check(["--config", str(path)])
