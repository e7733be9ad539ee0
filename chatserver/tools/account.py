"""`chatserver account add|list|password|drop`: accounts, for whoever runs the server.

Rules: a server that runs does what it is asked through the socket in its data directory, so that it is
done at once and for good. If none runs, the same is done here, on its data. A password is typed or is the
first line of standard input, never an argument: all users of a machine see those.
"""

import asyncio
import socket
import sys
import time
from argparse import Namespace
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from chatserver.config.settings import Config
from chatserver.config.sources import Parser
from chatserver.core.accounts import Verifier
from chatserver.core.state import State
from chatserver.direct import NOWHERE
from chatserver.faces.control import (
    CONTROL_NAME,
    AddAccount,
    ControlFace,
    DropAccount,
    ListAccounts,
    Order,
    Outcome,
    SetPassword,
    Shown,
    encode,
)
from chatserver.journal.local import LocalJournal
from chatserver.node import Node
from chatserver.ports import StoreUnusable
from chatserver.proofs import Proofs
from chatserver.storage import make_store
from chatserver.tools.terms import Failed, add_place, find_config, log_of, read_password
from chatwire.names import tidy

PATIENCE: Final = 10.0
"""Seconds to wait for a server that runs."""

DONE: Final = {
    "add": "the account {} is made",
    "password": "the password of {} is changed",
    "drop": "the account {} is gone",
}


def account(arguments: Sequence[str]) -> int:
    """Do what the command line asks for and return the exit status. Raises `ConfigError`, `Failed`."""
    options = _parse(arguments)
    config = find_config(options)
    order = encode(_make_order(options, config)) + b"\n"
    answer = _ask_server(config, order)
    if answer is None:
        answer = asyncio.run(_do_here(config, order, may_make=options.what == "add"))
    *lines, last = answer.splitlines() or [b""]
    try:
        outcome = msgspec.json.decode(last, type=Outcome)
    except msgspec.MsgspecError:
        raise Failed("the server stopped before it answered; try again") from None
    if outcome.error:
        raise Failed(outcome.error)
    if options.what == "list":
        _print(lines, as_json=options.json)
    else:
        print(DONE[options.what].format(options.name))  # noqa: T201 - a command talks to its terminal
    return 0


def _parse(arguments: Sequence[str]) -> Namespace:
    usage = "chatserver account add NAME | list | password NAME | drop NAME [OPTION …]"
    about = (
        "Make an account, list all, give one another password, or have one be nobody's. The server may "
        "run. A password is typed, or is the first line of standard input."
    )
    parser = Parser("chatserver", usage, about, allow_abbrev=False)
    actions = ("add", "list", "password", "drop")
    parser.add_argument("what", metavar="add|list|password|drop", choices=actions)
    parser.add_argument("name", metavar="NAME", nargs="?", default="", help="the account")
    parser.add_argument("--email", metavar="ADDRESS", default="", help="of who has it (add)")
    parser.add_argument("--json", action="store_true", help="a JSON object for each (list)")
    add_place(parser)
    options = parser.parse_args(arguments)
    if (options.what == "list") == bool(options.name):
        needs = "no NAME" if options.what == "list" else "a NAME"
        parser.error(f"account {options.what} takes {needs}")
    options.name = tidy(options.name)
    return options


def _make_order(options: Namespace, config: Config) -> Order:
    match options.what:
        case "add":
            return AddAccount(options.name, _read_verifier(config), options.email)
        case "password":
            return SetPassword(options.name, _read_verifier(config))
        case "drop":
            return DropAccount(options.name)
        case _:
            return ListAccounts()


def _read_verifier(config: Config) -> Verifier:
    """Return what proves the password that whoever runs this gives."""
    proofs = Proofs(config.password_iterations, config.password_length)
    try:
        return proofs.hash(read_password())
    except ValueError as unfit:
        raise Failed(f"{unfit}; nothing was done") from None


def _ask_server(config: Config, order: bytes) -> bytes | None:
    """Return the answer of the server that runs on the data, None if none does."""
    if sys.platform == "win32":
        return None
    path = config.data_directory / CONTROL_NAME
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.settimeout(PATIENCE)
        try:
            server.connect(str(path))
        except OSError:
            return None  # also if the name is too long; whoever owns the data is asked then
        try:
            server.sendall(order)
            server.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: server.recv(65_536), b""))
        except OSError as error:
            raise Failed(f"the server at {path} does not answer: {error}") from None


class _Collector:
    """The other end of the one session of a server that runs for one order."""

    full = False

    descriptor = NOWHERE

    def __init__(self) -> None:
        self.received = b""

    def write(self, data: bytes) -> None:
        """Keep `data`."""
        self.received += data

    def note(self, text: str, *values: object) -> None:
        """Log nothing."""

    def close(self, farewell: bytes) -> None:
        """Keep the last words."""
        self.received += farewell


class _SystemClock:
    """The clock of this machine."""

    def now(self) -> int:
        """Return the time in ms since 1970 (UTC)."""
        return time.time_ns() // 1_000_000


async def _do_here(config: Config, order: bytes, *, may_make: bool) -> bytes:
    """Do an order on the data of a server that does not run, as it would, and return the answer."""
    directory, clock = config.data_directory, _SystemClock()
    if not may_make and not log_of(directory).is_file():
        raise Failed(f"there is no {log_of(directory)}")
    store = make_store(directory, clock.now())
    try:
        restored = store.open()
    except StoreUnusable as error:
        raise Failed(str(error)) from None
    node = Node(State(config.limits))
    node.restore(restored, max(clock.now(), restored.last_at))
    node.journal = journal = LocalJournal(node, store, restored, clock, config.journal_queue)
    face, collector = ControlFace(), _Collector()
    session = node.open(face, collector)
    request = face.receive(order.strip())
    await node.take(session, request)
    await journal.idle()
    journal.close()
    return collector.received


def _print(lines: Sequence[bytes], *, as_json: bool) -> None:
    """Print accounts, one a line."""
    for line in lines:
        if as_json:
            print(line.decode())  # noqa: T201 - a command talks to its terminal
            continue
        shown = msgspec.json.decode(line, type=Shown)
        made = datetime.fromtimestamp(shown.created_at / 1000, UTC).strftime("%Y-%m-%d")
        print(f"{shown.name:<24}  since {made}  {', '.join(_facts(shown))}")  # noqa: T201 - so too


def _facts(shown: Shown) -> list[str]:
    """Return what is known of an account, in words."""
    count = len(shown.certificates)
    certificates = f"{count} certificate{'s' * (count > 1)}"
    facts = {
        "password" if shown.password else "no password": True,
        certificates: count,
        "always on": shown.always_on,
        "online": shown.online,
        shown.email: shown.email,
    }
    return [fact for fact, holds in facts.items() if holds]
