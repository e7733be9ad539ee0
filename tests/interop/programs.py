"""The programs that people join with, each started in a terminal with settings of its own."""

import sys
from pathlib import Path

from tests.interop.terminals import Pane, Terminals, need

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


def weechat(terminals: Terminals, port: int, *, nick: str = "wanda") -> Pane:
    """Start WeeChat, with what the README says typed for it."""
    home = terminals.home / f"weechat-{nick}"
    commands = (
        "/set irc.look.smart_filter off",
        "/set weechat.startup.display_logo off",
        f"/server add here localhost/{port} -notls -nicks={nick}",
        "/set irc.server.here.autoreconnect_delay 1",
        "/set irc.server.here.anti_flood_prio_high 0",
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
