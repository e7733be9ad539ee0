"""The file is TOML; what is wrong in it is told with its line."""

from pathlib import Path

import pytest

from chatserver.config.file import read_file
from chatserver.config.settings import Config
from chatserver.config.table import rows
from chatserver.config.tables import Listen, Operator
from chatserver.config.values import ConfigError, check

GOOD = '''
# A comment
host = ["::", "127.0.0.1"]
port = 6667
motd = """
Welcome
port = 1
"""

[[operator]]
name = "ann"
password = "secret"

[[operator]]
name = "bob"
password = "$scrypt$x"

[[listen]]
port = 6697
face = "irc"
'''


def write(tmp_path: Path, text: str) -> Path:
    """Return a file with `text`."""
    path = tmp_path / "chat.toml"
    path.write_text(text, encoding="utf-8")
    return path


def checked(path: Path) -> dict[str, object]:
    """Return the settings of a file, all of them checked."""
    return {key: check(rows(Config)[key], given) for key, given in read_file(path).items()}


ORIGINS = "a list of origins (https://chat.example.org) or *"


def error_of(tmp_path: Path, text: str) -> str:
    """Return what is wrong with a file with `text`, as told, without the directory."""
    with pytest.raises(ConfigError) as caught:
        checked(write(tmp_path, text))
    return str(caught.value).replace(f"{tmp_path}/", "")


def test_settings_and_tables(tmp_path: Path) -> None:
    """Each key is a setting; tables become what they stand for."""
    given = read_file(write(tmp_path, GOOD))
    assert list(given) == ["host", "port", "motd", "operator", "listen"]
    assert given["port"].value == 6667
    assert given["operator"].value == (Operator("ann", "secret"), Operator("bob", "$scrypt$x"))
    assert given["listen"].value == (Listen(port=6697, face="irc"),)


def test_places(tmp_path: Path) -> None:
    """A value knows the line where its key stands, also below values of several lines."""
    given = read_file(write(tmp_path, GOOD))
    places = [str(one.where).replace(f"{tmp_path}/", "") for one in given.values()]
    assert places == [
        "chat.toml, line 3: host",
        "chat.toml, line 4: port",
        "chat.toml, line 5: motd",
        "chat.toml, line 10: operator",
        "chat.toml, line 18: listen",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "\n\nport = 99999\n",
            "chat.toml, line 3: port must be a whole number from 0 to 65535, not 99999",
        ),
        (
            "# first\nprot = 9000\n",
            "chat.toml, line 2: prot: there is no such setting; did you mean port?",
        ),
        ("[server]\nport = 1\n", "chat.toml, line 1: server: there is no such setting"),
        (
            '[[operator]]\nname = "a"\n\n\npassword = 7\n',
            "chat.toml, line 5: operator.password must be text",
        ),
        (
            '[[listen]]\nport = 1\n\n[[listen]]\nport = "two"\n',
            "chat.toml, line 5: listen.port must be a whole number from 0 to 65535, not 'two'",
        ),
        (
            '[[operator]]\nname="a"\npassword="b"\npasswrd="b"\n',
            "chat.toml, line 4: operator.passwrd: there is no such setting; did you mean password?",
        ),
        ('\n[[operator]]\nname = "a"\n', "chat.toml, line 2: operator: password must be given"),
        ("operator = 3\n", "chat.toml, line 1: operator must be tables, written [[operator]]"),
        ('operator = ["a"]\n', "chat.toml, line 1: operator must be tables, written [[operator]]"),
        (
            '[[listen]]\nface = "ssh"\n',
            "chat.toml, line 2: listen.face must be one of auto, plain, irc, not 'ssh'",
        ),
        (
            '[[listen]]\nwebsocket = true\norigins = ["https://a.example/"]\n',
            f"chat.toml, line 3: listen.origins must be {ORIGINS}, not ['https://a.example/']",
        ),
        (
            'motd = """\n\n\n"""\nlog_level = "x"\n',
            "chat.toml, line 5: log_level must be one of debug, info, warning, error, not 'x'",
        ),
        (
            'host = [\n  "::",\n  7,\n]\n',
            "chat.toml, line 1: host must be a list of texts, not ['::', 7]",
        ),
        ("unix = 07:32:00\n", "chat.toml, line 1: unix must be text, not datetime.time(7, 32)"),
    ],
)
def test_errors_name_line_and_key(tmp_path: Path, text: str, message: str) -> None:
    """The file, the line, the key, and what is allowed."""
    assert error_of(tmp_path, text) == message


def test_what_is_no_toml(tmp_path: Path) -> None:
    """TOML's own errors have the line too."""
    assert error_of(tmp_path, "port = 1\nhost = [\n").startswith("chat.toml: ")
    assert "line 2, column 6" in error_of(tmp_path, "port = 1\nname chat\n")


def test_what_is_no_text(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are told as such."""
    path = tmp_path / "chat.toml"
    path.write_bytes(b"name = '\xff'\n")
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_file(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """The reason is the system's."""
    with pytest.raises(ConfigError, match=r"none\.toml: cannot be read: No such file"):
        read_file(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        read_file(tmp_path)
