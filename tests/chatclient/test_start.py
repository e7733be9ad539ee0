"""What one run is to do."""

from pathlib import Path

import pytest

from chatclient.config import ArgumentError, Login, Security, Tool
from chatclient.configfile import ConfigFile
from chatclient.networks import Wishes
from chatclient.settings import Theme
from chatclient.start import Start, plan

TWO = """\
[settings]
theme = "light"

[networks.home]
host = "localhost"
nick = "anna"

[networks.libera]
host = "irc.libera.chat"
tls = true
rooms = ["#python"]
"""


@pytest.fixture
def file(tmp_path: Path) -> ConfigFile:
    """Return a file with two networks."""
    (tmp_path / "config.toml").write_text(TWO)
    return ConfigFile(tmp_path / "config.toml")


def _addresses(start: Start) -> list[str]:
    return [f"{config.name} {config.address}".strip() for config in start.networks]


def test_all_that_connect_by_themselves(file: ConfigFile) -> None:
    """Without a word, in the order of the file; settings come along."""
    start = plan([], Wishes(), file)
    assert _addresses(start) == ["home localhost:9000", "libera irc.libera.chat:6697"]
    assert start.settings.theme is Theme.LIGHT
    assert start.file is file


def test_one_by_its_name(file: ConfigFile) -> None:
    """In any case of letters; what is asked for comes before what is saved."""
    assert _addresses(plan(["Libera"], Wishes(), file)) == ["libera irc.libera.chat:6697"]
    wishes = Wishes(nick="bob", rooms=("#x",), login=Login("alice"), proxy="http://p:1")
    (config,) = plan(["home"], wishes, file).networks
    assert (config.identity.nick, config.rooms, config.proxy) == ("bob", ("#x",), "http://p:1")
    assert config.identity.account == "alice"


def test_rooms_are_those_that_are_saved(file: ConfigFile) -> None:
    """A network without any has none: #lobby is for who names a server only."""
    home, libera = plan([], Wishes(), file).networks
    assert (home.rooms, libera.rooms) == ((), ("#python",))
    (other,) = plan(["h"], Wishes(), file).networks
    assert other.rooms == ("#lobby",)


@pytest.mark.parametrize("where", [["h"], ["h", "7000"], ["irc://h:7000"]])
def test_a_server_needs_no_file(tmp_path: Path, where: list[str]) -> None:
    """With one, nothing is asked and nothing saved."""
    start = plan(where, Wishes(), ConfigFile(tmp_path / "no.toml"))
    assert len(start.networks) == 1
    assert not list(tmp_path.iterdir())


def test_the_first_start(tmp_path: Path) -> None:
    """Without a word and a network, the user is asked."""
    assert plan([], Wishes(), ConfigFile(tmp_path / "no.toml")).networks == ()


@pytest.mark.parametrize(
    "wishes",
    [
        Wishes(nick="bob"),
        Wishes(tool=Tool(messages=("x",))),
        Wishes(security=Security(tls=True)),
    ],
)
def test_who_asks_for_something_is_not_asked(tmp_path: Path, wishes: Wishes) -> None:
    """Then it is this machine, as ever; and tools are never asked."""
    (config,) = plan([], wishes, ConfigFile(tmp_path / "no.toml")).networks
    assert config.host == "localhost"


def test_without_a_file() -> None:
    """--no-config: this machine."""
    assert _addresses(plan([], Wishes(), None)) == ["localhost:9000"]


def test_a_password_in_the_environment_is_no_wish(file: ConfigFile, tmp_path: Path) -> None:
    """It is there whatever is done."""
    wishes = Wishes(login=Login(password="sesame", proxy_password="open"))
    assert len(plan([], wishes, file).networks) == 2
    assert plan([], wishes, ConfigFile(tmp_path / "no.toml")).networks == ()


def test_options_are_for_one_network(file: ConfigFile) -> None:
    """With several it is said how to name it; with one that connects by itself it is that."""
    with pytest.raises(ArgumentError, match="for which network"):
        plan([], Wishes(nick="bob"), file)
    file.save_in_network("libera", "autoconnect", value=False)
    (config,) = plan([], Wishes(nick="bob"), file).networks
    assert (config.name, config.identity.nick) == ("home", "bob")


def test_none_that_connects_by_itself(file: ConfigFile) -> None:
    """Then one has to be named, and the names are told."""
    for name in ("home", "libera"):
        file.save_in_network(name, "autoconnect", value=False)
    with pytest.raises(ArgumentError, match="name one: home, libera"):
        plan([], Wishes(), file)


def test_what_makes_no_sense_is_said_of_which(file: ConfigFile) -> None:
    """The name of the network stands before what is wrong with it."""
    file.save_in_network("home", "nick", "1 2")
    with pytest.raises(ArgumentError, match="the network home: '1 2' is no nick"):
        plan(["home"], Wishes(), file)


def test_a_password_is_told_to_one_network(file: ConfigFile) -> None:
    """That of the environment is not known to be any other's."""
    wishes = Wishes(login=Login(password="sesame", proxy_password="open"))
    configs = plan([], wishes, file).networks
    assert [config.identity.password for config in configs] == ["", ""]
    assert [config.proxy_password for config in configs] == ["open", "open"]
    for where in (["home"], ["h"]):
        (config,) = plan(where, wishes, file).networks
        assert config.identity.password == "sesame"
    file.save_in_network("libera", "autoconnect", value=False)
    (config,) = plan([], wishes, file).networks
    assert config.identity.password == "sesame"


def test_a_name_that_is_nearly_one(file: ConfigFile) -> None:
    """It is asked whether that was meant; a host with that name can still be written."""
    with pytest.raises(ArgumentError, match="do you mean libera"):
        plan(["libra"], Wishes(), file)
    for where in (["libra", "9000"], ["libra.example"], ["localhost"], ["elsewhere"]):
        (config,) = plan(where, Wishes(), file).networks
        assert config.host == where[0]
