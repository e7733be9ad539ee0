"""What the IRC face says of the server, and whom it lets in: given to it when it is made."""

from collections.abc import Callable, Mapping

from msgspec import Struct, field

from chatserver.core.limits import Limits
from chatserver.faces.accounts import AccountFacts

Verify = Callable[[str], bool]
"""Says whether a password is the right one."""


class Admin(Struct, frozen=True):
    """Who answers for the server (ADMIN); "" is what nobody told."""

    location: str = ""
    organisation: str = ""
    email: str = ""


class Rehash(Struct, frozen=True):
    """What came of reading the configuration again."""

    error: str = ""
    """Why all stays as it was, "" if it does not."""
    waiting: tuple[str, ...] = ()
    """Settings that differ, and are taken at the next start."""


class Gateway(Struct, frozen=True):
    """Who may say where its clients are (WEBIRC)."""

    admits: Callable[[str], bool]
    """Says whether it may have this address."""
    verify: Verify
    """Checks its password."""


class TransportPolicy(Struct, frozen=True):
    """How clients are to come back: over TLS (IRCv3 sts)."""

    port: int
    """Where TLS is."""
    duration: int
    """For how long they remember it, in seconds; 0 makes them forget what they were told before."""


class ServerFacts(Struct, frozen=True, kw_only=True):
    """The server as its IRC clients see it; all but `name` and `limits` may change while it runs."""

    name: str
    """The source of its lines: a host name with a dot in it."""
    network: str = "Chat"
    icon: str = ""
    """The address of the network's picture, "" without one."""
    description: str = ""
    version: str = "chatserver"
    """Name and version of the software, in one word."""
    created_at: int = 0
    """When it started, in ms since 1970 (UTC)."""
    limits: Limits = field(default_factory=Limits)
    motd: tuple[str, ...] = ()
    """The message of the day, line by line; none at all is possible."""
    password: Verify | None = None
    """Checks what everybody has to give with PASS, or None when nothing is needed."""
    operators: Mapping[str, Verify] = field(default_factory=dict)
    """By the name given with OPER, what checks the password."""
    stranger: Verify = lambda _password: False
    """Checks a password given with a name that no operator has: never right, yet it takes as long."""
    accounts: AccountFacts = AccountFacts()
    offered: Mapping[str, str] = field(default_factory=dict)
    """Values of capabilities that say more than their names (CAP LS 302), by name."""
    withheld: frozenset[str] = frozenset()
    """Capabilities that this server does not offer, as it is configured."""
    sts: TransportPolicy | None = None
    """None when clients may come as they like."""
    gateways: tuple[Gateway, ...] = ()
    admin: Admin = Admin()
    rehash: Callable[[], Rehash] | None = None
    """Reads the configuration again; None where there is nothing to read."""
    count_strangers: Callable[[], int] | None = None
    """Says how many connections are no user yet, for LUSERS; None where nobody counts them."""
