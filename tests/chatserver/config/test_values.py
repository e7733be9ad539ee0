"""A value is of its type and within its bounds, or is refused in one line that shows no secret."""

from typing import Any

import pytest

from chatserver.config.settings import Config
from chatserver.config.table import rows
from chatserver.config.tables import Operator
from chatserver.config.values import ConfigError, Given, check, suggest


def checked(key: str, value: Any, *, text: bool = False) -> object:
    """Return the value of a setting, as checked."""
    return check(rows(Config)[key], Given(value, "here", text=text))


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("port", "6667", 6667),
        ("ping_timeout", "0.5", 0.5),
        ("ephemeral", "true", True),
        ("ephemeral", "0", False),
        ("ephemeral", True, True),
        ("log_level", "debug", "debug"),
        ("host", "::, 127.0.0.1,", ("::", "127.0.0.1")),
        ("host", ["::", "0.0.0.0"], ("::", "0.0.0.0")),
        ("name", "chat.example.org", "chat.example.org"),
        ("motd", "two\nlines", "two\nlines"),
    ],
)
def test_text_becomes_what_it_stands_for(key: str, value: object, expected: object) -> None:
    """Flags and variables are text, whatever the type of the setting is."""
    assert checked(key, value, text=True) == expected


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("port", 65536, "here must be a whole number from 0 to 65535, not 65536"),
        ("port", -1, "here must be a whole number from 0 to 65535, not -1"),
        ("port", "9000", "here must be a whole number from 0 to 65535, not '9000'"),
        ("port", True, "here must be a whole number from 0 to 65535, not true"),
        ("ping_timeout", 0, "here must be a number above 0 to 604800, not 0"),
        ("ping_timeout", float("nan"), "here must be a number above 0 to 604800, not nan"),
        ("ping_timeout", float("inf"), "here must be a number above 0 to 604800, not inf"),
        ("ephemeral", "yes", "here must be true or false, not 'yes'"),
        ("log_level", "loud", "here must be one of debug, info, warning, error, not 'loud'"),
        ("host", 7, "here must be a list of texts, not 7"),
        ("host", [7], "here must be a list of texts, not [7]"),
        ("description", "a\nb", r"here must be one line of at most 300 characters, not 'a\nb'"),
        ("description", "a\n", r"here must be one line of at most 300 characters, not 'a\n'"),
        ("operator", "ann", "here must be tables, written [[operator]]"),
    ],
)
def test_errors_say_what_is_allowed(key: str, value: object, message: str) -> None:
    """The place, what may stand there, and what did."""
    with pytest.raises(ConfigError) as caught:
        checked(key, value)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "name", ["localhost", "", "a b.c", ".a", "a.", "é.org", "a.b\n", "x" * 62 + ".y"]
)
def test_server_names(name: str) -> None:
    """A server's name has a dot, so that nobody's nick can look like it."""
    with pytest.raises(ConfigError, match="a host name with at least one dot"):
        checked("name", name)


def test_long_values_are_shortened_in_errors() -> None:
    """An error stays one readable line."""
    with pytest.raises(ConfigError) as caught:
        checked("description", "x" * 10_000)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("table", [Config, Operator])
def test_secrets_are_not_shown(table: type[Config | Operator]) -> None:
    """An error about a password never has it."""
    with pytest.raises(ConfigError) as caught:
        check(rows(table)["password"], Given(12_345, "here"))
    assert "12345" not in str(caught.value)


def test_guesses() -> None:
    """What is close is suggested, what is not is not."""
    assert suggest("prot", rows(Config)) == "; did you mean port?"
    assert suggest("colour_of_the_sky", rows(Config)) == ""
