"""Flags win over the file, the file over variables, variables over defaults."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec import structs

from chatserver.config.settings import Config
from chatserver.config.sources import CONFIG_VARIABLE, Parser, add_flags, adopt, load
from chatserver.config.table import Setting, rows
from chatserver.config.tables import Listen
from chatserver.config.values import ConfigError


def loaded(*arguments: str, environment: Mapping[str, str] | None = None) -> Config:
    """Return the configuration that flags and variables give."""
    parser = Parser()
    add_flags(parser)
    return load(parser.parse_args(arguments), environment or {})


def write(tmp_path: Path, text: str) -> str:
    """Return the path of a file with `text`."""
    path = tmp_path / "chat.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_without_anything() -> None:
    """The defaults are a whole configuration."""
    assert loaded() == Config()


@pytest.mark.parametrize("origin", ["*", "https://chat.example.org", "http://localhost:8000"])
def test_a_listener_for_web_clients(tmp_path: Path, origin: str) -> None:
    """It speaks WebSocket, with scripts of the pages that are named."""
    file = write(tmp_path, f'[[listen]]\nport = 1\nwebsocket = true\norigins = ["{origin}"]\n')
    [place] = loaded("--config", file).listen
    assert place == Listen(port=1, websocket=True, origins=(origin,))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ('websocket = true\nface = "plain"', "WebSocket carries IRC, not plain text"),
        ('origins = ["*"]', "origins are of use with websocket = true alone"),
    ],
)
def test_what_does_not_go_with_websocket(tmp_path: Path, lines: str, message: str) -> None:
    """It is told, rather than ignored."""
    file = write(tmp_path, f"[[listen]]\n{lines}\n")
    with pytest.raises(ConfigError, match=message):
        loaded("--config", file)


TLS = 'tls_cert = "c"\ntls_key = "k"\n'


def test_a_port_for_tls_has_the_addresses_of_the_server(tmp_path: Path) -> None:
    """A flag is enough; a table may have a certificate of its own."""
    config = loaded("--config", write(tmp_path, f'host = ["::"]\ntls_port = 6697\n{TLS}'))
    assert config.listeners == (
        Listen(host=("::",), port=9000),
        Listen(host=("::",), port=6697, tls=True),
    )
    table = '[[listen]]\nport = 1\ntls = true\ncertificate = "a"\nkey = "b"\n'
    [place] = loaded("--config", write(tmp_path, table)).listen
    assert (place.tls, place.certificate, place.key) == (True, "a", "b")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("tls_port = 6697", "line 1: tls_port: TLS needs a certificate and its key"),
        ("[[listen]]\ntls = true", "line 1: listen: TLS needs a certificate and its key"),
        ('tls_cert = "c"', "tls_cert: it needs tls_key too"),
        ('tls_key = "k"', "tls_key: it needs tls_cert too"),
        ('[[listen]]\ncertificate = "c"\nkey = "k"', "certificate and key are of use with tls"),
        (f'{TLS}[[listen]]\ntls = true\nkey = "k"', "give both certificate and key, or neither"),
        (f"{TLS}sts_duration = 60", "sts_duration: there is no listener with TLS"),
        ('[[webirc]]\npassword = "x"\nhosts = ["web"]', "web is no address and no network"),
    ],
)
def test_what_tls_lacks_is_told(tmp_path: Path, lines: str, message: str) -> None:
    """At the start, not at the first handshake."""
    with pytest.raises(ConfigError, match=re.escape(message)):
        loaded("--config", write(tmp_path, lines))


def test_precedence(tmp_path: Path) -> None:
    """Of four ports, each source's counts where no stronger one gives any."""
    file = write(tmp_path, "port = 3\n")
    variables = {"CHATSERVER_PORT": "2"}
    assert loaded().port == 9000
    assert loaded(environment=variables).port == 2
    assert loaded("--config", file, environment=variables).port == 3
    assert loaded("--config", file, "--port", "4", environment=variables).port == 4


def test_each_setting_is_decided_by_itself(tmp_path: Path) -> None:
    """A stronger source hides only what it gives."""
    file = write(tmp_path, 'network = "FromFile"\n')
    config = loaded(
        "--config", file, "--port", "4", environment={"CHATSERVER_NAME": "from.environment"}
    )
    assert (config.port, config.network, config.name) == (4, "FromFile", "from.environment")


def test_a_weaker_wrong_value_is_not_looked_at() -> None:
    """What is hidden by a stronger source cannot stop the server."""
    assert loaded("--port", "4", environment={"CHATSERVER_PORT": "x"}).port == 4


def test_the_file_may_be_named_by_a_variable(tmp_path: Path) -> None:
    """Containers have variables rather than flags."""
    assert loaded(environment={CONFIG_VARIABLE: write(tmp_path, "port = 3\n")}).port == 3


def test_an_empty_variable_is_not_given() -> None:
    """`PORT=` in a compose file means nothing was set."""
    assert loaded(environment={"CHATSERVER_PORT": ""}).port == 9000


def test_flags_of_each_kind() -> None:
    """Several hosts, a switch and its opposite, numbers, texts."""
    config = loaded("--host", "::1", "--host", "127.0.0.1", "--ephemeral", "--ping-timeout", "0.5")
    assert (config.host, config.ephemeral, config.ping_timeout) == (("::1", "127.0.0.1"), True, 0.5)
    assert not loaded("--no-ephemeral", environment={"CHATSERVER_EPHEMERAL": "1"}).ephemeral


@pytest.mark.parametrize("setting", rows(Config).values(), ids=lambda setting: setting.key)
def test_every_setting_can_be_given(setting: Setting, tmp_path: Path) -> None:
    """Its default, written to a file, gives the default again."""
    key = setting.key
    value = getattr(Config(), key)
    if key == "motd_file" or isinstance(value, tuple):
        written = "[]" if isinstance(value, tuple) else '""'
    else:
        written = str(value).lower() if isinstance(value, bool | int | float) else f'"{value}"'
    assert loaded("--config", write(tmp_path, f"{key} = {written}\n")) == Config()


@pytest.mark.parametrize(
    ("arguments", "variables", "message"),
    [
        (["--port", "x"], {}, "--port must be a whole number from 0 to 65535, not 'x'"),
        ([], {"CHATSERVER_PORT": "x"}, "CHATSERVER_PORT must be a whole number from 0 to 65535"),
        (["--lobby", "hall"], {}, "--lobby: lobby must be the name of a room"),
        (["--lobby", "#a b"], {}, "--lobby: lobby must be the name of a room"),
        (["--room-length", "9", "--lobby", "#corridor-1"], {}, "--lobby: lobby must be"),
        (["--motd", "a", "--motd-file", "b"], {}, "--motd-file: give motd or motd_file, not both"),
        (["--data", "x", "--ephemeral"], {}, "--ephemeral: give data or ephemeral, not both"),
        (["--motd-file", "/nowhere/motd"], {}, "/nowhere/motd: cannot be read"),
        (["--config", "/nowhere/chat.toml"], {}, "/nowhere/chat.toml: cannot be read"),
        (["--port"], {}, "argument --port: expected one argument"),
    ],
)
def test_errors_name_their_source(
    arguments: list[str], variables: dict[str, str], message: str
) -> None:
    """The flag, the variable, or the file, in one line."""
    with pytest.raises(ConfigError) as caught:
        loaded(*arguments, environment=variables)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_what_is_kept_nowhere_may_have_a_weaker_place() -> None:
    """A flag for a trial overrides the directory that the machine sets; `false` asks for nothing."""
    variables = {"CHATSERVER_DATA": "/var/lib/chat"}
    assert loaded("--ephemeral", environment=variables).ephemeral
    assert not loaded("--data", "x", "--no-ephemeral").ephemeral


def test_operators_have_names_of_their_own(tmp_path: Path) -> None:
    """Two with one name would be a guess which password counts."""
    table = '[[operator]]\nname = "ann"\npassword = "x"\n'
    with pytest.raises(ConfigError, match="line 1: operator: there are two operators named ann"):
        loaded("--config", write(tmp_path, table * 2))


def test_a_broken_hash_is_refused(tmp_path: Path) -> None:
    """A hash that was copied in part would lock its operator out."""
    table = '[[operator]]\nname = "ann"\npassword = "$scrypt$ln=15,r=8,p=1$abc"\n'
    with pytest.raises(ConfigError, match="the hash of the password of ann is not whole"):
        loaded("--config", write(tmp_path, table))


def test_the_message_of_the_day_from_a_file(tmp_path: Path) -> None:
    """Its text is read with the configuration, so that a mistake is seen at the start."""
    path = tmp_path / "motd"
    path.write_text("Welcome\nBe kind\n", encoding="utf-8")
    assert loaded("--motd-file", str(path)).motd == "Welcome\nBe kind\n"
    path.write_text("x" * 40_000, encoding="utf-8")
    with pytest.raises(ConfigError, match="more than 32768 bytes"):
        loaded("--motd-file", str(path))


def test_help_names_every_flag() -> None:
    """Each with its default, in its group."""
    parser = Parser()
    add_flags(parser)
    text = parser.format_help()
    for setting in rows(Config).values():
        assert setting.flag in text
    assert "Listening:" in text
    for flag in ("--ping-timeout SECONDS", "--list-limit N", "--line-length BYTES", "--data DATA"):
        assert flag in text


def test_a_running_server_adopts_what_it_can() -> None:
    """REHASH takes texts, passwords and operators; the rest is named, and waits for a restart."""
    running = Config(port=1, motd="old")
    fresh = structs.replace(running, motd="new", password="x", port=2, nick_length=9)
    config, waiting = adopt(running, fresh)
    assert config == structs.replace(running, motd="new", password="x")
    assert waiting == ("port", "nick_length")
