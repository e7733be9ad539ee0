"""The socket by which commands beside the server reach it."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatserver.app.server import bind_control
from chatserver.config.settings import Config
from chatserver.faces.control import CONTROL_NAME


@pytest.fixture
def _for_everybody() -> Iterator[None]:
    """Have files made that everybody can open."""
    before = os.umask(0)
    yield
    assert os.umask(before) == 0, "it was left changed"


@pytest.mark.usefixtures("_for_everybody")
def test_only_the_owner_can_open_it(tmp_path: Path) -> None:
    """Also where files are made for everybody."""
    ((sock, _),) = bind_control(Config(data=str(tmp_path)))
    with sock:
        assert stat.S_IMODE((tmp_path / CONTROL_NAME).stat().st_mode) == 0o600


def test_a_server_without_it_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A link in its place is not followed; that is said once."""
    (tmp_path / CONTROL_NAME).symlink_to(tmp_path / "elsewhere")
    assert bind_control(Config(data=str(tmp_path))) == ()
    assert not (tmp_path / "elsewhere").exists()
    assert "`chatserver account` can do nothing" in caplog.text
