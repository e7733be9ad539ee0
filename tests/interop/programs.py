"""The programs that people join with, each started in a terminal with settings of its own."""

import re
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
