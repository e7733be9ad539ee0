"""The command `chatclient`: reads its arguments, and says in one line what is wrong with them.

Rules: what is wrong with the arguments ends it with one line on standard error and status 2, never
a traceback. What only some uses need is imported only by them, as start-up is to be fast.
"""

import argparse
import gc
import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from chatwire.version import VERSION

if TYPE_CHECKING:
    from chatclient.config import Tool
    from chatclient.start import Start

_STARTING = 200_000
"""How many new objects there must be before those in circles are looked for: more than a start makes."""

_LATE = (
    *("aiohappyeyeballs", "asyncio.sslproto", "datetime", "hashlib", "hmac", "ipaddress", "json"),
    *("shutil", "ssl", "tempfile", "textwrap", "tokenize", "tomllib"),
)
"""What is imported as we start, mostly by other modules, for uses that no first frame has: 15 ms."""

_PASSWORD, _PROXY_PASSWORD = _SECRETS = ("CHATCLIENT_PASSWORD", "CHATCLIENT_PROXY_PASSWORD")
"""Variables of the environment."""

DESCRIPTION = (
    "Chat in the terminal, on this project's server or any IRC server. With --send, -, --tail or "
    "--json it is a tool for scripts instead."
)

EPILOG = """\
examples:
  chatclient                                         the networks that are saved; or ask for one
  chatclient libera                                  the network that is saved by that name
  chatclient chat.example.org                        talk, in #lobby, on port 9000
  chatclient '[::1]' 9000 --nick alice --room '#ops' as alice, in #ops
  chatclient 'ircs://irc.libera.chat/#python'        any IRC server, with TLS
  chatclient --tls chat.example.org --account alice  log in; the password is asked for
  chatclient localhost --room '#ops' --send deployed say one thing, and leave
  tail -f log | chatclient localhost --room '#ops' - say every line
  chatclient localhost --json | jq .text             print what is heard
  chatclient localhost --room '#ops' --tail 20       print the last 20 messages, and go on

The password is asked for, or taken from the environment (CHATCLIENT_PASSWORD), from what a command
prints (--password-command), or for a network that is saved, from the system's keyring. It is that of
--account, or without one, of the server.

exit status, as a tool:
  0  the server acknowledged everything; or listening was ended by a signal or by the reader
  1  the server refused something (a room, a message, the nick)
  2  the arguments are wrong, the output cannot be written, or there is no terminal to draw on
  3  no connection, or it was lost before everything was acknowledged
  4  no answer within --timeout
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for and return the exit status."""
    _open_missing()
    parser = _parser()
    given = parser.parse_intermixed_args(_with_tail(arguments))
    if given.version:
        print(f"chatclient {VERSION}")
        return 0
    gc.set_threshold(_STARTING)  # it took a fifth of start-up; `app` sets what holds from then on
    from chatclient.deferral import defer  # noqa: PLC0415 - help and version need none of it

    defer(*_LATE)
    from chatclient.config import ArgumentError  # noqa: PLC0415 - see above

    # What we start (an editor, what opens links, a command for passwords) is not to have them.
    secrets = {each: os.environ.pop(each) for each in _SECRETS if each in os.environ}
    try:
        start = _plan(given, secrets)
    except ArgumentError as error:
        print(f"chatclient: {error}", file=sys.stderr)
        return 2
    from chatclient.app import run  # noqa: PLC0415 - see above

    return run(start)


def _open_missing() -> None:
    """Have all three standard files: one that whoever started us has closed is the null device.

    Otherwise the next file or socket that is opened would be taken for it.
    """
    if None in (sys.stdin, sys.stdout, sys.stderr):
        for number, name in enumerate(("stdin", "stdout", "stderr")):
            if getattr(sys, name) is None:
                os.dup2(os.open(os.devnull, os.O_RDWR), number)
                setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8"))  # noqa: PTH123, SIM115 - for good


def _with_tail(arguments: Sequence[str] | None) -> list[str]:
    """Return the arguments, with the N of a `--tail` that another kind of argument follows."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    for at, (word, after) in enumerate(zip(words, [*words, ""][1:], strict=True)):
        if word == "--tail" and not after.isdigit():
            words[at] = "--tail=10"
    return words


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chatclient",
        description=DESCRIPTION,
        epilog=EPILOG,
        # One is made for each argument: it is not to ask for the width of the terminal each time.
        formatter_class=partial(argparse.RawDescriptionHelpFormatter, width=80),
        usage="chatclient [options] [HOST|URL|NETWORK] [PORT] [-]",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "where",
        nargs="*",
        metavar="HOST PORT -",
        help="name or address of the server, irc://HOST[:PORT]/[#ROOM] or ircs://…, or the name "
        "of a network that is saved (default: all of those); its port "
        "(default: 9000, with TLS 6697; of an irc:// 6667); - sends the lines of stdin",
    )
    add("--nick", metavar="NAME", help="the name to have (default: the one you are logged in with)")
    add(
        "--room",
        action="append",
        metavar="#ROOM",
        help="a room to join; may be given several times (default: #lobby)",
    )
    _add_tool(parser)
    _add_security(parser)
    _add_file(parser)
    add(
        "--timeout",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="how long to wait for a connection and for an acknowledgement (default: %(default)g)",
    )
    add(
        "--log-level",
        default="warning",
        choices=("debug", "info", "warning", "error"),
        help="what to log on standard error, as a tool (default: %(default)s)",
    )
    add("--version", action="store_true", help="print the version")
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    return parser


def _add_tool(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--send",
        action="append",
        metavar="TEXT",
        help="say TEXT in the rooms and leave; - for the lines of standard input",
    )
    add("--json", action="store_true", help="print what is heard, one JSON object a line")
    add(
        "--tail",
        type=int,
        metavar="N",
        help="print the last N messages (default: 10) and what is said from then on",
    )
    add("--no-follow", action="store_true", help="with --tail: end after the last messages")
    add("--to", action="append", metavar="NICK", help="say it to NICK alone; may be given again")
    add("--reply-to", default="", metavar="MSGID", help="say it in answer to that message")
    add(
        "--plain",
        action="store_true",
        help="no screen, but one line after another: for screen readers, braille, and pipes",
    )


def _add_security(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--account", default="", metavar="NAME", help="log in to this account (SASL)")
    add(
        "--password-command",
        default="",
        metavar="COMMAND",
        help="take the password from the first line that COMMAND prints",
    )
    add(
        "--tls",
        action="store_true",
        help="encrypt the connection, and verify the server's certificate (port: 6697)",
    )
    add("--tls-ca", metavar="FILE", help="trust the certificates in FILE rather than the system's")
    add(
        "--fingerprint",
        default="",
        metavar="sha256:HEX",
        help="trust the certificate that has this SHA-256, and no other",
    )
    add("--cert", metavar="FILE", help="show this certificate of yours to the server")
    add("--key", metavar="FILE", help="the key of --cert, if it is not in the same file")
    add(
        "--proxy",
        default="",
        metavar="URL",
        help="connect through a proxy: socks5://[USER@]HOST:PORT, socks4://… or http://…",
    )


def _add_file(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--config", metavar="FILE", help="the file for settings and networks (see the docs)")
    add("--no-config", action="store_true", help="read no such file, and write none")


def plan(arguments: Sequence[str], environment: Mapping[str, str]) -> "Start":
    """Return what the arguments ask for, with passwords of an environment. Raises `ArgumentError`."""
    return _plan(_parser().parse_intermixed_args(_with_tail(arguments)), environment)


def _plan(given: argparse.Namespace, environment: Mapping[str, str]) -> "Start":
    from pathlib import Path  # noqa: PLC0415 - see main

    from chatclient import config, configfile, networks, start  # noqa: PLC0415 - see main

    path = Path(given.config) if given.config else configfile.default_path()
    where = [each for each in given.where if each != "-"]
    wishes = networks.Wishes(
        nick=given.nick,
        login=config.Login(
            given.account,
            environment.get(_PASSWORD, ""),
            given.password_command,
            proxy_password=environment.get(_PROXY_PASSWORD, ""),
        ),
        rooms=tuple(given.room or ()),
        security=config.Security(
            tls=given.tls,
            ca=given.tls_ca,
            fingerprint=given.fingerprint,
            cert=given.cert,
            key=given.key,
        ),
        proxy=given.proxy,
        timeout=given.timeout,
        tool=_tool(given),
    )
    file = None if given.no_config else configfile.ConfigFile(path)
    return start.plan(where, wishes, file, plain=given.plain, secrets=environment)


def _tool(given: argparse.Namespace) -> "Tool":
    from chatclient.config import Tool  # noqa: PLC0415 - see main

    sends = given.send or []
    return Tool(
        messages=tuple(text for text in sends if text != "-"),
        from_stdin="-" in given.where or "-" in sends,
        as_json=given.json,
        tail=given.tail,
        follows=not given.no_follow,
        to=tuple(given.to or ()),
        reply_to=given.reply_to,
        log_level=given.log_level,
    )


if __name__ == "__main__":
    sys.exit(main())
