"""Bots that others wrote, started in terminals: Limnoria, and one made with the library pydle.

`make interop` installs them into an environment of their own.
"""

import sys
from pathlib import Path

import pytest

from tests.interop.programs import Login
from tests.interop.terminals import Pane, Terminals

ENVIRONMENT = Path(sys.executable).parents[1] / "bots"

_LIMNORIA = """\
supybot.nick: {nick}
supybot.networks: here
supybot.networks.here.servers: {server}
supybot.networks.here.ssl: True
supybot.networks.here.sasl.username: {account}
supybot.networks.here.sasl.password: {password}
supybot.networks.here.sasl.mechanisms: {mechanism}
supybot.networks.here.sasl.required: True
supybot.networks.here.certfile: {certificate}
supybot.networks.here.channels: #lobby
supybot.protocols.ssl.verifyCertificates: False
supybot.protocols.irc.throttleTime: 0
supybot.directories.conf: {home}
supybot.drivers.maxReconnectWait: 1.0
supybot.plugins: Admin Channel Config Misc Owner User Utilities
supybot.plugins.Admin: True
supybot.plugins.Channel: True
supybot.plugins.Channel.alwaysRejoin: True
supybot.plugins.Channel.rejoinDelay: 0
supybot.plugins.Config: True
supybot.plugins.Misc: True
supybot.plugins.Owner: True
supybot.plugins.User: True
supybot.plugins.Utilities: True
"""

_OWNER = """\
user 1
  name nora
  ignore False
  secure False
  hashed False
  hostmask nora!*@*
  capability owner

"""
"""Whom Limnoria obeys: who has the nick, as long as it has not forgotten what it was told."""

_PYDLE = """\
import logging, sys
import pydle

class Bot(pydle.Client):
    heard = ""

    async def on_connect(self):
        await super().on_connect()
        await self.join("#lobby")

    async def on_channel_message(self, target, by, message):
        order, _, rest = message.partition(" ")
        if order == "!say":
            await self.message(target, rest)
        elif order == "!nick":
            await self.set_nickname(rest)
        elif order == "!away":
            await self.away(rest)
        elif order == "!join":
            await self.join(rest)
        elif order == "!kick":
            await self.kick(target, rest, "as ordered")
        elif order == "!heard":
            await self.message(target, f"read {self.heard}")
        elif order == "!whoami":
            about = await self.whois(self.nickname)
            account, secure = about["account"], about["secure"]
            await self.message(target, f"account {account}, secure {secure}")

    async def on_notice(self, target, by, message):
        self.heard = message

    async def on_kick(self, channel, target, by, reason=None):
        await self.message(by, f"{target} was put out of {channel}: {reason}")

logging.basicConfig(level="INFO")
nick, host, port, account, password, certificate = sys.argv[1:]
how = {"sasl_mechanism": "EXTERNAL", "tls_client_cert": certificate} if certificate else {}
bot = Bot(nick, sasl_username=account, sasl_password=password, sasl_identity="", **how)
bot.run(host, port=int(port), tls=True, tls_verify=False)
"""


def need_bot(program: str) -> Path:
    """Return the path of a program of the bots' environment; a test that lacks it fails."""
    path = ENVIRONMENT / "bin" / program
    if not path.exists():
        pytest.fail(f"{program} is not here: make interop installs it", pytrace=False)
    return path


def limnoria(
    terminals: Terminals, port: int, login: Login, host: str = "127.0.0.1", *, nick: str = "lima"
) -> Pane:
    """Start Limnoria, which connects over TLS, logs in, and goes into the lobby."""
    home = terminals.home / nick
    home.mkdir()
    settings = home / "limnoria.conf"
    settings.write_text(
        _LIMNORIA.format(
            nick=nick,
            home=home,
            server=f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            account=login.account,
            password=login.password,
            mechanism="external" if login.certificate else "scram-sha-256",
            certificate=login.certificate or "",
        )
    )
    (home / "users.conf").write_text(_OWNER)
    command = 'cd "$1" && exec "$0" --allow-root "$2"'
    return terminals.open(nick, "sh", "-c", command, need_bot("limnoria"), home, settings)


def pydle(
    terminals: Terminals, port: int, login: Login, host: str = "127.0.0.1", *, nick: str = "pia"
) -> Pane:
    """Start a bot made with pydle, which does what people in the lobby order."""
    need_bot("pydle")
    way = (nick, host, str(port), login.account, login.password, str(login.certificate or ""))
    return terminals.open(nick, need_bot("python"), "-c", _PYDLE, *way)
