"""The programs that people join with, each started in a terminal with settings of its own."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.server import Server
from tests.interop.terminals import Pane, Terminals, need


@dataclass(frozen=True, slots=True)
class Login:
    """How an account is proved: with a password, or with a certificate (and its key, in one file)."""

    account: str
    password: str = ""
    certificate: Path | None = None


CHATCLIENT = Path(sys.executable).parent / "chatclient"

_IRSSI = """\
SET cmds_max_at_once 1000
SET server_reconnect_time 1s
SET timestamp_format %H:%M
"""
"""As irssi paces what it sends to other servers, and waits minutes to reconnect, a test would too."""


def netcat(terminals: Terminals, port: int, host: str = "127.0.0.1", *, name: str = "nc") -> Pane:
    """Start netcat, as a person would, who then types."""
    return terminals.open(name, need("nc", "netcat-openbsd"), host, str(port))


def person(terminals: Terminals, server: Server, name: str = "nora") -> Pane:
    """Start netcat, for somebody who types."""
    nc = netcat(terminals, server.port, name=f"nc-{name}")
    nc.type(f"/nick {name}")
    nc.see(f"You are {name}")
    return nc


def typed_irc(terminals: Terminals, port: int, *, nick: str = "rita") -> Pane:
    """Start netcat in which somebody has typed what an IRC client with all of these would send."""
    pane = netcat(terminals, port, name=nick)
    pane.type("CAP REQ :batch draft/message-redaction draft/multiline echo-message message-tags")
    pane.type(f"NICK {nick}")
    pane.type(f"USER {nick} 0 * :{nick}")
    pane.type("CAP END")
    pane.see("no message of the day")
    return pane


def say_lines(pane: Pane, room: str, *lines: str) -> None:
    """Let who types IRC say several lines as one message."""
    pane.type(f"BATCH +1 draft/multiline {room}")
    for line in lines:
        pane.type(f"@batch=1 PRIVMSG {room} :{line}")
    pane.type("BATCH -1")


def redact(pane: Pane, room: str, text: str) -> None:
    """Let who types IRC remove their message that has `text` in it; it is gone then."""
    msgid = _await(pane, rf"msgid=([0-9a-f]+)[^\n]* PRIVMSG {room} :[^\n]*{text}")
    pane.type(f"REDACT {room} {msgid} :a mistake")
    _await(pane, rf"(![^\n]* REDACT {room} {msgid} )")


def _await(pane: Pane, pattern: str) -> str:
    """Return the first group of what the server says in the end: what was typed is no sign of that."""
    pane.wait(lambda _screen: bool(re.search(pattern, pane.everything())), f"said {pattern}")
    found = re.search(pattern, pane.everything())
    assert found
    return found[1]


def telnet(terminals: Terminals, port: int, host: str = "127.0.0.1") -> Pane:
    """Start telnet."""
    return terminals.open("telnet", need("telnet", "inetutils-telnet"), host, str(port))


def irssi(terminals: Terminals, port: int, host: str = "127.0.0.1", *, nick: str = "irene") -> Pane:
    """Start irssi, which connects."""
    home = terminals.home / f"irssi-{nick}"
    home.mkdir()
    (home / "startup").write_text(_IRSSI)
    program = need("irssi", "irssi")
    return terminals.open(
        nick, program, "--home", home, "-c", host, "-p", str(port), "-n", nick, width=100
    )


def irssi_account(
    terminals: Terminals, port: int, login: Login, host: str = "127.0.0.1", *, nick: str = "irene"
) -> Pane:
    """Start irssi, which connects over TLS, logs in with SASL, and goes into the lobby."""
    home = terminals.home / f"irssi-{nick}"
    home.mkdir()
    sasl = f"-sasl_username {login.account} -sasl_password {login.password} -sasl_mechanism PLAIN"
    shown = ""
    if login.certificate:
        sasl, shown = "-sasl_mechanism EXTERNAL", f"-tls_cert {login.certificate}"
    commands = (
        f"NETWORK ADD -nick {nick} {sasl} here",
        f"SERVER ADD -network here -tls -notls_verify {shown} {host} {port}",
        "CHANNEL ADD -auto #lobby here",
        "SET window_auto_change on",
        "CONNECT here",
    )
    (home / "startup").write_text(_IRSSI + "".join(f"{command}\n" for command in commands))
    return terminals.open(nick, need("irssi", "irssi"), "--home", home, width=100)


def weechat_account(
    terminals: Terminals, port: int, login: Login, host: str = "localhost", *, nick: str = "wanda"
) -> Pane:
    """Start WeeChat, which connects over TLS, logs in with SASL, and goes into the lobby."""
    options = {
        "tls": "on",
        "tls_verify": "off",
        "sasl_mechanism": "scram-sha-256",
        "sasl_username": login.account,
        "sasl_password": login.password,
        "autojoin": "#lobby",
    }
    if login.certificate:
        options |= {"sasl_mechanism": "external", "tls_cert": str(login.certificate)}
    # Before version 4 it called TLS by its older name; of the two, one is an error that it shows.
    named = {name.replace("tls", "ssl"): value for name, value in options.items()} | options
    commands = [f"/set irc.server.here.{name} {value}" for name, value in named.items() if value]
    return weechat(terminals, port, *commands, host=host, nick=nick)


def weechat(
    terminals: Terminals, port: int, *more: str, host: str = "localhost", nick: str = "wanda"
) -> Pane:
    """Start WeeChat, with what the README says typed for it, and `more`."""
    home = terminals.home / f"weechat-{nick}"
    commands = (
        "/set irc.look.smart_filter off",
        "/set weechat.startup.display_logo off",
        "/set weechat.look.paste_max_lines -1",
        f"/server add here {host}/{port} -notls -nicks={nick}",
        "/set irc.server.here.autoreconnect_delay 1",
        "/set irc.server.here.anti_flood_prio_high 0",
        *more,
        "/connect here",
    )
    typed = [word for command in commands for word in ("-r", command)]
    program = need("weechat", "weechat-curses")
    return terminals.open(nick, program, "--dir", home, *typed, width=100)


def chatclient(
    terminals: Terminals,
    port: int,
    *arguments: str,
    host: str = "127.0.0.1",
    nick: str = "clara",
    width: int = 80,
    height: int = 24,
) -> Pane:
    """Start chatclient on the whole screen."""
    return terminals.open(
        nick, CHATCLIENT, host, str(port), "--nick", nick, *arguments, width=width, height=height
    )
