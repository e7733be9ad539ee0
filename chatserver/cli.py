"""The command `chatserver`: reads its configuration and runs the server.

Rules: what whoever starts it can mend ends it with one line on standard error and exit status 2,
never a traceback. What only some uses need is imported only by them, as start-up is to be fast;
and nothing of ours before a signal can end it without a traceback too.
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, Never

USAGE = (
    "chatserver [OPTION …] | chatserver backup | restore | history export | account | hash-password "
    "| make-cert"
)
DESCRIPTION = (
    "A chat server that anyone can join with netcat, with chatclient, or with any IRC client, on "
    "one port. `chatserver backup FILE` copies all that it keeps while it runs, `chatserver restore "
    "FILE` brings that back, `chatserver history export` prints what happened in a room, "
    "`chatserver account` makes, lists and changes accounts, "
    "`chatserver hash-password` makes a hash of a password for the configuration file, and "
    "`chatserver make-cert` a certificate to try TLS out; each tells more with --help."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for and return the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    with leaving_on_signals(leave):
        return do(given)


@contextmanager
def leaving_on_signals(leave: Callable[[int, object], Never]) -> Iterator[None]:
    """Have SIGTERM and SIGINT end the program at once.

    A server that runs handles them itself, and stops in order.
    """
    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def leave(*_: object) -> Never:
    """End the program with status 0, and close on the way out what was opened: nothing is under way."""
    raise SystemExit(0)


def break_off(number: int, _: object) -> Never:
    """End the program as a signal does, and undo on the way out what is half done."""
    raise SystemExit(128 + number)


def do(given: list[str]) -> int:
    """Do what `given` asks for and return the exit status."""
    from chatserver.config.values import ConfigError  # noqa: PLC0415 - signals are handled first

    try:
        if given and given[0] in COMMANDS:
            return COMMANDS[given[0]](given[1:])
        flags = parse(given)
        if flags.version:
            return print_version()
        return serve(flags)
    except ConfigError as error:
        print(f"chatserver: {error}", file=sys.stderr)
        return 2


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the flags among `arguments`. Raises `ConfigError`."""
    from chatserver.config.settings import Config  # noqa: PLC0415 - signals are handled first
    from chatserver.config.sources import Parser, add_flags  # noqa: PLC0415 - so too
    from chatserver.config.table import rows  # noqa: PLC0415 - so too
    from chatserver.config.values import ConfigError, suggest  # noqa: PLC0415 - so too

    parser = Parser("chatserver", USAGE, DESCRIPTION, allow_abbrev=False)
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    add_flags(parser)
    flags, unknown = parser.parse_known_args(arguments)
    if unknown:
        known = dict.fromkeys(setting.flag for setting in rows(Config).values())
        guess = suggest(unknown[0].partition("=")[0], known) or " (--help lists what there is)"
        if not unknown[0].startswith("-"):
            guess = f"; there are {', '.join(COMMANDS)}, and nothing at all runs the server"
        raise ConfigError(f"there is no {unknown[0]}{guess}")
    return flags


def serve(flags: argparse.Namespace) -> int:
    """Run the server until it is told to stop."""
    from chatserver.config.sources import load  # noqa: PLC0415 - signals are handled first

    config = load(flags, os.environ)
    from chatserver.app import CannotStart, run  # noqa: PLC0415 - not needed to say what is wrong

    try:
        return run(config, lambda: load(flags, os.environ))
    except CannotStart as error:
        print(f"chatserver: {error}", file=sys.stderr)
        return 2


def print_version() -> int:
    """Print the version of what is installed."""
    from chatwire.version import VERSION  # noqa: PLC0415 - signals are handled first

    print(f"chatserver {VERSION}")
    return 0


def print_hash(arguments: Sequence[str]) -> int:
    """Print a hash of a password that is typed twice, or is the first line of standard input."""
    from chatserver.config.values import ConfigError  # noqa: PLC0415 - signals are handled first
    from chatserver.passwords import hash_password  # noqa: PLC0415 - for this alone
    from chatserver.tools.terms import read_password  # noqa: PLC0415 - so too

    if arguments:
        raise ConfigError(
            "hash-password takes the password from standard input, not as an argument"
        )
    print(hash_password(read_password()))
    return 0


def export_history(arguments: Sequence[str]) -> int:
    """Print what happened in a room."""
    from chatserver.config.values import ConfigError  # noqa: PLC0415 - signals are handled first
    from chatserver.tools.export import export  # noqa: PLC0415 - for this alone

    if arguments[:1] != ["export"]:
        raise ConfigError("it is `chatserver history export`; --help after that tells more")
    return beside_server(export, arguments[1:])


def manage_accounts(arguments: Sequence[str]) -> int:
    """Make, list, change or drop accounts."""
    from chatserver.tools.account import account  # noqa: PLC0415 - for this alone

    return beside_server(account, arguments)


def back_up(arguments: Sequence[str]) -> int:
    """Copy all that a server keeps to a file."""
    from chatserver.tools.backup import backup  # noqa: PLC0415 - for this alone

    return beside_server(backup, arguments)


def bring_back(arguments: Sequence[str]) -> int:
    """Have a server keep what a file has."""
    from chatserver.tools.restore import restore  # noqa: PLC0415 - for this alone

    return beside_server(restore, arguments)


def make_certificate(arguments: Sequence[str]) -> int:
    """Make a certificate for trying out."""
    from chatserver.tools import certificate  # noqa: PLC0415 - for this alone

    return beside_server(certificate.make_certificate, arguments)


def beside_server(command: Callable[[Sequence[str]], int], arguments: Sequence[str]) -> int:
    """Run a command that may fail."""
    from chatserver.tools.terms import Failed  # noqa: PLC0415 - for these alone

    try:
        with leaving_on_signals(break_off):
            return command(arguments)
    except Failed as failed:
        print(f"chatserver: {failed}", file=sys.stderr)
        return 1


COMMANDS: Final[Mapping[str, Callable[[Sequence[str]], int]]] = {
    "account": manage_accounts,
    "backup": back_up,
    "hash-password": print_hash,
    "history": export_history,
    "make-cert": make_certificate,
    "restore": bring_back,
}
"""What is done instead of running a server."""


if __name__ == "__main__":
    sys.exit(main())
