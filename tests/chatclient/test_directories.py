"""Where things are kept."""

import platformdirs
import pytest

from chatclient.directories import config_directory, data_directory


@pytest.mark.parametrize("told", ["", "  ", "/somewhere/else", "relative"])
def test_it_is_where_the_platform_has_it(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    """As `platformdirs` says, whatever the environment tells."""
    monkeypatch.setenv("XDG_CONFIG_HOME", told)
    monkeypatch.setenv("XDG_DATA_HOME", told)
    assert config_directory() == platformdirs.user_config_path("chatclient", appauthor=False)
    assert data_directory() == platformdirs.user_data_path("chatclient", appauthor=False)


def test_it_is_below_the_home_if_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment need have nothing of it."""
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert config_directory() == platformdirs.user_config_path("chatclient", appauthor=False)
    assert data_directory() == platformdirs.user_data_path("chatclient", appauthor=False)
