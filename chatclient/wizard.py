"""The first start: asks on the terminal what there is no sensible default for, and saves it.

Rules: each question says what it is for in a line, Enter takes what stands in brackets, and what
makes no sense is asked again. Who breaks off leaves nothing behind.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from chatclient.config import ArgumentError, Config, Login, Security, build
from chatclient.configfile import ConfigFile
from chatclient.networks import configure, describe, suggest_name

Read = Callable[[str], str]
"""Shows a prompt and returns what is typed. Raises `EOFError` or `KeyboardInterrupt`."""

_WELCOME = """\
Welcome to chatclient. A few questions, and you are in; Enter takes what stands in brackets.
"""
_SERVER = "Where to chat: host, host:port, or a link like ircs://irc.libera.chat/#python."
_TLS = "Is the connection to be encrypted (TLS)? Most servers on the Internet can."
_NICK = "What others are to call you."
_ROOMS = "The rooms to go into, with commas; - for none yet."
_ACCOUNT = "Your account on that server, if you have one; its password is asked for later."


def ask(file: ConfigFile, read: Read, tell: Callable[[str], None]) -> Config | None:
    """Ask the questions and save the answers; None if the user breaks off.

    Raises `ArgumentError` if the file cannot be written.
    """
    tell(_WELCOME)
    try:
        config = _ask(read, tell)
    except (EOFError, KeyboardInterrupt):
        tell("\nNothing was saved.")
        return None
    name = suggest_name(config.host)
    network = replace(describe(config), nick=config.identity.nick)
    file.save_network(name, network)
    tell(f"\nSaved in {file.path}, as {name}; `chatclient` connects to it from now on.")
    return configure(name, network)


def _ask(read: Read, tell: Callable[[str], None]) -> Config:
    def question(why: str, label: str, default: str, check: Callable[[str], Config]) -> str:
        tell(why)
        while True:
            typed = read(f"  {label} [{default}]: ").strip() or default
            try:
                check(typed)
            except ArgumentError as error:
                tell(f"  {error}")
            else:
                return typed

    server = question(_SERVER, "server", "localhost:9000", lambda typed: build(typed.split()))
    where = server.split()
    place = build(where)
    tls = place.tls
    if not tls and place.host not in ("localhost", "127.0.0.1", "::1") and "://" not in server:
        default = "yes" if place.port == 6697 else "no"
        tls = question(_TLS, "TLS", default, _yes_or_no).lower().startswith("y")
    nick = question(_NICK, "name", place.identity.nick, lambda typed: build(where, nick=typed))
    rooms = place.rooms
    if "/" not in server.partition("://")[2]:
        typed = question(
            _ROOMS, "rooms", ",".join(place.rooms), lambda typed: build([], rooms=_split(typed))
        )
        rooms = tuple(_split(typed))
    account = question(
        _ACCOUNT, "account", "none", lambda typed: build([], login=Login(_or_none(typed)))
    )
    return build(
        where,
        nick=nick,
        rooms=rooms,
        login=Login(_or_none(account)),
        security=Security(tls=tls),
    )


def _yes_or_no(typed: str) -> Config:
    if typed.lower() not in ("y", "yes", "n", "no"):
        raise ArgumentError("yes or no")
    return build([])


def _split(typed: str) -> Sequence[str]:
    return [] if typed == "-" else typed.replace(",", " ").split()


def _or_none(typed: str) -> str:
    return "" if typed.lower() in ("none", "-") else typed
