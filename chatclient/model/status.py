"""How the connection to the server is: what the status line tells."""

import enum

from chatclient.model.values import value


class ConnectionState(enum.StrEnum):
    """Where the connection is in its life."""

    OFFLINE = "offline"
    """Not connected, and nothing is on its way (before the start, after /quit, or given up)."""
    CONNECTING = "connecting"
    REGISTERING = "registering"
    """Connected; the server has not yet welcomed the user."""
    ONLINE = "online"
    WAITING = "waiting"
    """Not connected; the next try is at `Status.retry_at`."""


@value
class Status:
    """The connection as the user sees it. It never changes: a new one takes its place."""

    server: str
    """What the user asked for: "host:port"."""
    state: ConnectionState = ConnectionState.OFFLINE
    nick: str = ""
    """The nick that the user has now (while not online: the one to ask for)."""
    account: str = ""
    """The account that the user is logged in to, "" for none."""
    network: str = ""
    """The name that the network gives itself, "" while unknown."""
    family: str = ""
    """"IPv4" or "IPv6" while connected, else ""."""
    remote: str = ""
    """Address and port of the server while connected ("[::1]:9000"), else ""."""
    secure: bool = False
    """Whether the connection is encrypted (TLS)."""
    private: bool = False
    """Whether nobody else can read the connection: it is encrypted, or of this machine alone."""
    round_trip: float | None = None
    """Seconds that the last own PING took, None while unknown."""
    away: bool = False
    multiline: int = 0
    """How many lines the server takes as one message, 0 where each line is one."""
    reason: str = ""
    """Why the connection ended or failed, and what to do; "" when all is well."""
    retry_at: float | None = None
    """While waiting: when the next try is, in seconds since 1970."""
