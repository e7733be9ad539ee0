"""Reads the configuration: flags win over the file, the file over variables, all over defaults.

Rules: every value is checked by the one table of settings, wherever it comes from. Reading has no
effect but reading.
"""

import argparse
import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Never

from msgspec import structs

from chatserver.config.file import read_file
from chatserver.config.settings import Config
from chatserver.config.table import ENVIRONMENT_PREFIX, Setting, is_required, rows
from chatserver.config.tables import Listen
from chatserver.config.values import ConfigError, Given, check, read
from chatserver.passwords import is_hash, is_sound
from chatwire.names import is_room

CONFIG_VARIABLE = ENVIRONMENT_PREFIX + "CONFIG"
MOTD_BYTES = 32_768


class Parser(argparse.ArgumentParser):
    """A parser whose errors are ours: one line, without the usage before it."""

    def error(self, message: str) -> Never:
        """Raise what is wrong with the flags."""
        raise ConfigError(f"{message} (--help lists what there is)")


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add `--config` and a flag for each setting that has one, in its group."""
    parser.add_argument(
        "--config", metavar="FILE", help="a TOML file with settings (docs/settings.md)"
    )
    groups: dict[str, Any] = {}
    for setting in rows(Config).values():
        if not setting.flag:
            continue
        name = setting.about.group
        group = groups.get(name) or groups.setdefault(name, parser.add_argument_group(name))
        unit = f" [{setting.about.unit}]" if setting.about.unit else ""
        text = f"{setting.about.help}{unit} (default: {describe_default(setting)})".replace(
            "%", "%%"
        )
        if setting.kind is bool:
            group.add_argument(setting.flag, action=argparse.BooleanOptionalAction, help=text)
        else:
            action = "append" if setting.many else "store"
            group.add_argument(setting.flag, action=action, metavar=name_value(setting), help=text)


def name_value(setting: Setting) -> str:
    """Return what the value of a flag is called in `--help`: a number by its unit."""
    if setting.kind in {int, float}:
        unit = setting.about.unit
        return "SECONDS" if unit == "s" else unit.upper() or "N"
    return setting.key.rpartition("_")[2].upper()


def describe_default(setting: Setting) -> str:
    """Return the default of `setting` in words."""
    if setting.about.default:
        return setting.about.default
    if is_required(setting):
        return "none, it must be given"
    if isinstance(setting.default, bool):
        return "yes" if setting.default else "no"
    if isinstance(setting.default, float):
        return f"{setting.default:g}"
    return str(setting.default) or "none"


def load(flags: argparse.Namespace, environment: Mapping[str, str]) -> Config:
    """Return the configuration that `flags` (of a parser with `add_flags`) and `environment` give.

    Raises `ConfigError`.
    """
    sources = [_from_environment(environment)]
    file = flags.config or environment.get(CONFIG_VARIABLE)
    if file:
        sources.append(read_file(Path(file)))
    sources.append(_from_flags(flags))
    given = {key: one for source in sources for key, one in source.items()}
    values: dict[str, Any] = {key: check(rows(Config)[key], one) for key, one in given.items()}
    config = Config(**values)
    _check_together(config, given)
    if config.ephemeral and any({"data", "ephemeral"} <= source.keys() for source in sources):
        raise ConfigError(f"{given['ephemeral'].where}: give data or ephemeral, not both")
    return structs.replace(config, motd=_read_motd(config, given)) if config.motd_file else config


def _from_environment(environment: Mapping[str, str]) -> dict[str, Given]:
    """Return what the variables say; one that is empty says nothing."""
    return {
        setting.key: Given(environment[setting.variable], setting.variable, text=True)
        for setting in rows(Config).values()
        if environment.get(setting.variable)
    }


def _from_flags(flags: argparse.Namespace) -> dict[str, Given]:
    """Return what the flags say."""
    return {
        setting.key: Given(value, setting.flag, text=True)
        for setting in rows(Config).values()
        if setting.flag and (value := getattr(flags, setting.key)) is not None
    }


def _check_together(config: Config, given: Mapping[str, Given]) -> None:
    """Raise what is wrong with settings that are each right by themselves."""
    where = {key: one.where for key, one in given.items()}
    if not is_room(config.lobby, config.room_length):
        place = where.get("lobby") or where.get("room_length") or "lobby"
        raise ConfigError(
            f"{place}: lobby must be {rows(Config)['lobby'].allowed}, not {config.lobby!r}"
        )
    if config.motd and config.motd_file:
        raise ConfigError(f"{where['motd_file']}: give motd or motd_file, not both")
    for listen in config.listen:
        if fault := _fault_of(listen):
            raise ConfigError(f"{where['listen']}: {fault}")
    _check_tls(config, where)
    for host in (host for gateway in config.webirc for host in gateway.hosts):
        if not is_network(host):
            raise ConfigError(f"{where['webirc']}: {host} is no address and no network")
    names = [operator.name for operator in config.operator]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise ConfigError(f"{where['operator']}: there are two operators named {twice}")
    for operator in config.operator:
        if is_hash(operator.password) and not is_sound(operator.password):
            place = where["operator"]
            raise ConfigError(f"{place}: the hash of the password of {operator.name} is not whole")


def _fault_of(listen: Listen) -> str:
    """Say what is wrong with a table `listen` whose values are each right, "" for nothing."""
    if listen.websocket and listen.face == "plain":
        return "WebSocket carries IRC, not plain text"
    if listen.origins and not listen.websocket:
        return "origins are of use with websocket = true alone"
    if (listen.certificate or listen.key) and not listen.tls:
        return "certificate and key are of use with tls = true alone"
    if bool(listen.certificate) != bool(listen.key):
        return "give both certificate and key, or neither"
    return ""


def is_network(text: str) -> bool:
    """Say whether `text` is an address, or a network as in `192.0.2.0/24`."""
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _check_tls(config: Config, where: Mapping[str, object]) -> None:
    """Raise what is wrong with the settings for TLS together."""
    if bool(config.tls_cert) != bool(config.tls_key):
        one, other = ("tls_cert", "tls_key") if config.tls_cert else ("tls_key", "tls_cert")
        raise ConfigError(f"{where[one]}: it needs {other} too")
    places = [place for place in config.listeners if place.tls]
    if any(not place.certificate for place in places) and not config.tls_cert:
        place = where["tls_port"] if config.tls_port >= 0 else where["listen"]
        raise ConfigError(
            f"{place}: TLS needs a certificate and its key: give tls_cert and tls_key "
            "(chatserver make-cert makes them for trying out)"
        )
    if config.sts_duration >= 0 and not (places or config.tls_public_port):
        raise ConfigError(f"{where['sts_duration']}: there is no listener with TLS")


def _read_motd(config: Config, given: Mapping[str, Given]) -> str:
    """Return the message of the day from its file, which is named relative to where we are."""
    text = read(Path(config.motd_file).expanduser())
    if len(text.encode()) > MOTD_BYTES:
        raise ConfigError(f"{given['motd_file'].where}: the file has more than {MOTD_BYTES} bytes")
    return text


def adopt(running: Config, fresh: Config) -> tuple[Config, tuple[str, ...]]:
    """Return `running` with the settings of `fresh` that a running server can take.

    With it come the keys of the others that differ, which need a restart.
    """
    changed = [key for key in rows(Config) if getattr(running, key) != getattr(fresh, key)]
    taken = {key: getattr(fresh, key) for key in changed if rows(Config)[key].about.reload}
    return structs.replace(running, **taken), tuple(key for key in changed if key not in taken)
