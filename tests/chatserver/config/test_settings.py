"""What the rest of the server is given, out of the configuration."""

from pathlib import Path

from chatserver.config.settings import Config
from chatserver.config.tables import Listen
from chatserver.core.limits import Limits


def test_the_defaults_are_those_of_the_core() -> None:
    """A server without configuration has the limits that the core has by itself."""
    assert Config().limits == Limits()


def test_limits_come_from_the_settings() -> None:
    """Every limit that can be set is passed on, days as milliseconds."""
    config = Config(nick_length=9, list_limit=3, room_expiry=2, lobby="#hall", history_on_join=0)
    assert config.limits == Limits(
        nick=9, list_entries=3, room_expiry=2 * 86_400_000, lobby="#hall", history_on_join=0
    )
    assert not Config(nick_script="ascii").limits.unicode_names


def test_listeners_are_all_places_to_listen_on() -> None:
    """Host and port, the Unix socket, and each table, in that order."""
    extra = Listen(port=6667, face="irc")
    config = Config(host=("::",), port=0, unix="chat.sock", listen=(extra,))
    assert config.listeners == (Listen(host=("::",), port=0), Listen(unix="chat.sock"), extra)
    assert Config().listeners == (Listen(),)


def test_the_data_directory() -> None:
    """As given, `~` included; else the platform's place for user data."""
    assert Config(data="/srv/chat").data_directory == Path("/srv/chat")
    assert Config(data="~/chat").data_directory == Path.home() / "chat"
    assert Config().data_directory.name == "chatserver"
