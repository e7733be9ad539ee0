"""A network as the user saves it, and what it is to be connected to.

Rules: a password is no part of it, as the file is plain text. What is not written has its default;
what was asked for on the command line comes before what is saved.
"""

import os
import re
from dataclasses import fields, replace
from typing import Any

from chatclient.config import ArgumentError, Config, Login, Security, Tool, build
from chatclient.model.values import value
from chatclient.options import option

_NAME = re.compile(r"[\w.-]+")


@value
class Network:
    """One table `[networks.NAME]` of the configuration file."""

    host: str = option("", "name or address of the server, or irc://… and ircs://… with all of it")
    port: int = option(0, "its port; 0: 9000, or 6697 with TLS")
    tls: bool = option(default=False, text="whether the connection is encrypted")
    nick: str = option("", "the name to have; empty: the one you are logged in with")
    rooms: tuple[str, ...] = option((), "the rooms to join")
    autoconnect: bool = option(
        default=True, text="whether `chatclient` without a name connects to it"
    )
    account: str = option("", "the account to log in to (SASL); empty: none")
    keyring: bool = option(
        default=False, text="whether the password is in the system's keyring; /login puts it there"
    )
    password_command: str = option("", "a command whose first line of output is the password")
    tls_ca: str = option("", "a file of certificates to trust rather than the system's")
    fingerprint: str = option("", "the certificate to trust, and no other: sha256: and 64 digits")
    cert: str = option("", "a file with a certificate of yours, by which the server may know you")
    key: str = option("", "the file of its key, if it is another one")
    proxy: str = option("", "through what to connect: socks5://, socks4:// or http://HOST:PORT")
    ignore: tuple[str, ...] = option((), "whom not to hear there; /ignore changes it")


@value
class Wishes:
    """What was asked for on the command line, or by /connect, beside where to connect."""

    nick: str | None = None
    login: Login = Login()
    rooms: tuple[str, ...] = ()
    security: Security = Security()
    proxy: str = ""
    timeout: float = 10.0
    tool: Tool = Tool()

    @property
    def any(self) -> bool:
        """Whether something about a network was asked for."""
        return self != Wishes(timeout=self.timeout, tool=self.tool, login=_no_account(self.login))


def _no_account(login: Login) -> Login:
    """Return what is there for whichever network: passwords of the environment."""
    return replace(login, account="", command="")


def suggest_name(host: str) -> str:
    """Return what a network on that host may be called: `libera` for irc.libera.chat."""
    labels = host.split(".")
    if ":" in host or all(label.isdigit() for label in labels):
        return "home"
    return labels[-2] if len(labels) > 1 and labels[-2] else labels[0]


def check_name(name: str) -> str:
    """Return the name, if a network can be called so. Raises `ArgumentError`."""
    if not _NAME.fullmatch(name):
        raise ArgumentError(f"{name!r} is no name for a network: it has letters, digits, . - and _")
    return name


def configure(name: str, network: Network, wishes: Wishes = Wishes()) -> Config:
    """Return how to connect to a saved network. Raises `ArgumentError`."""
    login, security = wishes.login, wishes.security
    try:
        config = build(
            [network.host, *([str(network.port)] if network.port else [])],
            nick=wishes.nick if wishes.nick is not None else network.nick or None,
            login=Login(
                login.account or network.account,
                login.password,
                login.command or network.password_command,
                keyring=network.keyring,
                proxy_password=login.proxy_password,
            ),
            rooms=wishes.rooms or network.rooms,
            security=Security(
                tls=security.tls or network.tls,
                ca=security.ca or _path(network.tls_ca),
                fingerprint=security.fingerprint or network.fingerprint,
                cert=security.cert or _path(network.cert),
                key=security.key or _path(network.key),
            ),
            proxy=wishes.proxy or network.proxy,
            timeout=wishes.timeout,
            tool=wishes.tool,
        )
        return replace(config, name=name, ignore=network.ignore)
    except ArgumentError as error:
        raise ArgumentError(f"the network {name}: {error}") from error


def describe(config: Config) -> Network:
    """Return what to save of a network, so that it is connected to in the same way."""
    identity = config.identity
    return Network(
        host=config.host,
        port=config.port,
        tls=config.tls,
        nick=identity.nick,
        rooms=config.rooms,
        account=identity.account,
        keyring=config.keyring,
        password_command=config.password_command,
        tls_ca=config.tls_ca or "",
        fingerprint=config.fingerprint,
        cert=config.cert or "",
        key=config.key or "",
        proxy=config.proxy,
        ignore=config.ignore,
    )


def written(network: Network) -> dict[str, Any]:
    """Return what of a network is not as it is by default, by the names of its fields."""
    pairs = {each.name: (getattr(network, each.name), each.default) for each in fields(network)}
    return {name: value for name, (value, default) in pairs.items() if value != default}


def _path(written: str) -> str | None:
    return os.path.expanduser(written) if written else None  # noqa: PTH111 - a name, "" or not
