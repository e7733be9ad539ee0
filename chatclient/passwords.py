"""Where the password comes from, if it is not in the environment: command, keyring, or terminal.

Rules: a password is never an argument, where all users of a machine can read it. The screen asks by
itself, and looks into the keyring while it is shown; a tool asks on the terminal that it was started
from, or says what to do where there is none.
"""

import getpass
import shlex
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from chatclient.config import Config


class PasswordError(Exception):
    """There is no password to be had; the text says why."""


def with_password(config: Config) -> Config:
    """Return `config` with the password, where it is known before we start. Raises `PasswordError`."""
    identity = config.identity
    if identity.password:
        return config
    if config.password_command:
        password = _printed_by(config)
    elif config.tool.wanted and identity.account and not identity.certificate:
        password = _kept(config) or _typed(identity.account)
    else:
        return config
    return replace(config, identity=replace(identity, password=password))


def _kept(config: Config) -> str:
    if not config.keyring:
        return ""
    from chatclient.vault import Keyring, VaultError  # noqa: PLC0415 - only who has one needs it

    try:
        return Keyring().find(config.name, config.identity.account)
    except VaultError as error:
        raise PasswordError(str(error)) from error


def _printed_by(config: Config) -> str:
    where = (
        f"password-command of the network {config.name}" if config.name else "--password-command"
    )
    try:
        words = shlex.split(config.password_command)
        done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    except (OSError, ValueError, IndexError, subprocess.CalledProcessError) as error:
        raise PasswordError(f"{where} does not work: {error}") from error
    password = done.stdout.partition("\n")[0].rstrip("\r")
    if not password:
        raise PasswordError(f"{where} printed nothing")
    return password


def _typed(account: str) -> str:
    password = ""
    if sys.platform == "win32" or _has_terminal():
        with suppress(EOFError, KeyboardInterrupt):
            password = getpass.getpass(f"password of {account}: ")
    if not password:
        raise PasswordError(
            f"the password of {account} is missing; CHATCLIENT_PASSWORD or --password-command gives it"
        )
    return password


def _has_terminal() -> bool:
    """Say whether there is a terminal to ask on: standard input may be what is to be said."""
    try:
        Path("/dev/tty").open("rb").close()
    except OSError:
        return False
    return True
