"""The configuration file: what it may say, what is said of mistakes, and how it is changed."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from chatclient.config import ArgumentError
from chatclient.configfile import ConfigError, ConfigFile, Saved, default_path
from chatclient.networks import Network
from chatclient.settings import Ring, Settings, Theme

FULL = """\
# mine
[settings]
theme = "light"      # for the day
paste-guard = 10
mouse = true

[networks.home]
host = "localhost"   # here
rooms = ["#lobby", "#ops"]

[networks.libera]
host = "irc.libera.chat"
port = 6697
tls = true
autoconnect = false
password-command = "pass show libera"
"""


def _file(tmp_path: Path, text: str) -> ConfigFile:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return ConfigFile(path)


def test_what_several_clients_change_at_once(tmp_path: Path) -> None:
    """All of it is in the file."""
    file = _file(tmp_path, FULL)
    code = (
        "import sys; from pathlib import Path; from chatclient.configfile import ConfigFile\n"
        "from chatclient.networks import Network\n"
        "for n in range(15):\n"
        "    ConfigFile(Path(sys.argv[1])).save_network(f'{sys.argv[2]}{n}', Network('h'))"
    )
    clients = [subprocess.Popen([sys.executable, "-c", code, file.path, each]) for each in "abc"]
    assert [client.wait(60) for client in clients] == [0] * 3
    assert len(file.read().networks) == 2 + 3 * 15


def test_no_file(tmp_path: Path) -> None:
    """Then everything is as it is by default, and nothing is written."""
    file = ConfigFile(tmp_path / "there" / "config.toml")
    assert file.read() == Saved()
    assert not list(tmp_path.iterdir())


def test_all_of_it(tmp_path: Path) -> None:
    """Settings and networks, the networks in their order."""
    saved = _file(tmp_path, FULL).read()
    assert saved.settings == Settings(theme=Theme.LIGHT, paste_guard=10, mouse=True)
    assert saved.networks == {
        "home": Network(host="localhost", rooms=("#lobby", "#ops")),
        "libera": Network(
            host="irc.libera.chat",
            port=6697,
            tls=True,
            autoconnect=False,
            password_command="pass show libera",
        ),
    }
    assert [*saved.networks] == ["home", "libera"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[settings", "is no TOML"),
        ("a = 1", "a has no place here"),
        ("[network.x]\nhost = 'h'", "network has no place here; [settings] and [networks.NAME] do"),
        ("settings = 3", "settings has no place here"),
        ("[settings]\n\nthem = 'dark'", "line 3: [settings] there is no them; do you mean theme?"),
        ("[settings]\ntheme = 'pink'", "theme is one of auto, dark, light, contrast, not 'pink'"),
        ("[settings]\nmouse = 1", "line 2: [settings] mouse is true or false, not 1"),
        ("[settings]\npaste-guard = true", "paste-guard is a whole number, not True"),
        ("[settings]\npaste-guard = '5'", "paste-guard is a whole number, not '5'"),
        ("[settings]\npaste_guard = 5", "paste_guard is written paste-guard"),
        ("[settings]\nlogs = false", "logs is a text in quotes, not False"),
        ("[networks]\nx = 1", "a network is a table: [networks.x]"),
        ("[networks.x]\nport = 1", "line 1: [networks.x] has no host"),
        ("[networks.x]\nhost = 'h'\nrooms = '#a'", "line 3: [networks.x] rooms is a list of texts"),
        ("[networks.x]\nhost = 'h'\nrooms = [1]", "rooms is a list of texts"),
        ("[networks.x]\nhost = 'h'\npassword = 's'", "line 3: [networks.x] no password stands in"),
        ("[networks.'a b']\nhost = 'h'", "'a b' is no name for a network"),
    ],
)
def test_mistakes(tmp_path: Path, text: str, says: str) -> None:
    """Each is an error that names file and line, and says what is right."""
    file = _file(tmp_path, text)
    with pytest.raises(ArgumentError) as caught:
        file.read()
    assert says in str(caught.value)


def test_a_password_is_not_repeated(tmp_path: Path) -> None:
    """Who wrote one into the file does not see it again in an error."""
    with pytest.raises(ConfigError) as caught:
        _file(tmp_path, "[networks.x]\nhost = 'h'\npassword = 'sesame'").read()
    assert "sesame" not in str(caught.value)
    assert "keyring = true" in str(caught.value)


def test_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    """And not a file without anything in it."""
    (tmp_path / "config.toml").mkdir()
    with pytest.raises(ConfigError, match=r"cannot read .*config\.toml: Is a directory"):
        ConfigFile(tmp_path / "config.toml").read()


def test_a_setting_is_saved(tmp_path: Path) -> None:
    """Comments and everything else stay as they were."""
    file = _file(tmp_path, FULL)
    file.save_setting("theme", Theme.DARK)
    file.save_setting("ring", Ring.BELL)
    text = file.path.read_text()
    assert 'theme = "dark"      # for the day' in text
    assert 'ring = "bell"' in text
    assert text.replace('"dark"', '"light"').replace('ring = "bell"\n', "") == FULL
    assert file.read().settings.ring is Ring.BELL


def test_a_table_that_is_new_stands_apart(tmp_path: Path) -> None:
    """As a person would write it; a comment stays with its table."""
    file = _file(
        tmp_path, '[networks.home]\nhost = "localhost"\n# at work\n[networks.work]\nhost="w"\n'
    )
    file.save_setting("theme", Theme.DARK)
    file.save_network("new", Network(host="n"))
    assert file.path.read_text() == (
        '[networks.home]\nhost = "localhost"\n# at work\n[networks.work]\nhost="w"\n\n'
        '[networks.new]\nhost = "n"\n\n[settings]\ntheme = "dark"\n'
    )


def test_a_network_is_saved(tmp_path: Path) -> None:
    """With what differs from the defaults; in the place of the old one, whose comments stay."""
    file = _file(tmp_path, FULL)
    file.save_network("work", Network(host="::1", port=7000, rooms=("#a",), keyring=True))
    file.save_network("home", Network(host="localhost", nick="anna"))
    networks = file.read().networks
    assert [*networks] == ["home", "libera", "work"]
    assert networks["home"] == Network(host="localhost", nick="anna")
    text = file.path.read_text()
    assert 'host = "localhost"   # here' in text
    assert '[networks.work]\nhost = "::1"\nport = 7000\nrooms = ["#a"]\nkeyring = true\n' in text


def test_a_key_of_a_network_is_saved(tmp_path: Path) -> None:
    """And nothing else is touched."""
    file = _file(tmp_path, FULL)
    file.save_in_network("libera", "autoconnect", value=True)
    assert file.path.read_text() == FULL.replace("autoconnect = false", "autoconnect = true")


def test_a_network_is_forgotten(tmp_path: Path) -> None:
    """The others stay."""
    file = _file(tmp_path, FULL)
    file.forget_network("home")
    assert [*file.read().networks] == ["libera"]


def test_the_first_network(tmp_path: Path) -> None:
    """The file and its directory are made, for their owner alone; a comment says what it is."""
    file = ConfigFile(tmp_path / "made" / "config.toml")
    file.save_network("home", Network(host="localhost"))
    assert file.path.read_text().startswith("# The configuration of chatclient")
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700
    assert file.read().networks == {"home": Network(host="localhost")}


def test_a_file_with_mistakes_is_not_written_over(tmp_path: Path) -> None:
    """What somebody wrote by hand is theirs to mend."""
    file = _file(tmp_path, "[settings]\nthem = 'dark'\n")
    with pytest.raises(ConfigError, match="do you mean theme"):
        file.save_setting("theme", Theme.DARK)
    assert file.path.read_text() == "[settings]\nthem = 'dark'\n"


def test_where_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In the directory for configuration of the platform."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert default_path().name == "config.toml"
    assert default_path().parent.name == "chatclient"
