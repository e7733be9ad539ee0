"""One table names every setting, says what it may be, and where it can be given."""

import pytest
from msgspec import Struct

from chatserver.config.settings import Config
from chatserver.config.table import Setting, is_required, rows
from chatserver.config.tables import Listen, Operator

EVERY = [
    pytest.param(setting, id=f"{table.__name__}.{setting.key}")
    for table in (Config, Listen, Operator)
    for setting in rows(table).values()
]


@pytest.mark.parametrize("setting", EVERY)
def test_every_setting_is_explained(setting: Setting) -> None:
    """One line of help, and words for what is allowed that name no `None`."""
    assert setting.about.help
    assert "\n" not in setting.about.help
    assert setting.allowed
    assert "None" not in setting.allowed


@pytest.mark.parametrize("setting", rows(Config).values(), ids=lambda setting: setting.key)
def test_every_setting_of_the_server_has_a_group_and_a_default(setting: Setting) -> None:
    """The server starts with no configuration at all."""
    assert setting.about.group
    assert not is_required(setting)


def test_names_follow_from_the_key() -> None:
    """Flag and variable are never written down a second time."""
    setting = rows(Config)["nick_length"]
    assert setting.flag == "--nick-length"
    assert setting.variable == "CHATSERVER_NICK_LENGTH"


def test_secrets_have_no_flag() -> None:
    """Everyone on a machine sees the flags of its processes."""
    secrets = [setting for setting in rows(Config).values() if setting.about.secret]
    assert [setting.key for setting in secrets] == ["password", "invitations"]
    assert {setting.flag for setting in secrets} == {""}


@pytest.mark.parametrize(("key", "table"), [("operator", Operator), ("listen", Listen)])
def test_tables_are_for_the_file_alone(key: str, table: type[Struct]) -> None:
    """A setting that is written as tables fits no flag and no variable."""
    setting = rows(Config)[key]
    assert setting.table is table
    assert (setting.flag, setting.variable) == ("", "")


@pytest.mark.parametrize(
    ("key", "allowed"),
    [
        ("port", "a whole number from 0 to 65535"),
        ("ping_timeout", "a number above 0 to 604800"),
        ("ephemeral", "true or false"),
        ("log_level", "one of debug, info, warning, error"),
        ("host", "a list of texts"),
        ("motd", "text of at most 32768 characters"),
        ("unix", "text"),
    ],
)
def test_what_is_allowed_follows_from_the_type(key: str, allowed: str) -> None:
    """Bounds are said in words, from the same place that checks them."""
    assert rows(Config)[key].allowed == allowed
