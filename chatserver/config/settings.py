"""All settings: `Config`, where each field carries its bounds, its group and its help.

Rules: everything that has a list of settings (flags, environment, file, docs/settings.md) takes it
from here, by way of `table`. A secret has no flag, since all users of a machine see the flags of
its processes; a table of tables has neither a flag nor a variable.
"""

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from chatserver.config.bounds import Address, Invitation, Line, LogLevel, Port, Script, Seconds
from chatserver.config.table import About
from chatserver.config.tables import Gateway, Listen, Operator
from chatserver.core.accounts import ITERATIONS
from chatserver.core.limits import Limits
from chatserver.faces.accounts import Registration

LISTENING = "Listening"
SERVER = "The server"
DATA = "Data"
ACCOUNTS = "Accounts"
TIMES = "Time limits"
BOUNDS = "Bounds"
LENGTHS = "Lengths"
ROOMS = "Rooms"
LOGGING = "Logging"


class Config(Struct, frozen=True, kw_only=True):
    """All settings. Values are checked when it is made by `load`, and never change."""

    host: Annotated[
        tuple[str, ...],
        About(
            LISTENING,
            "an address or name to listen on (can be given several times); `::` is every address, "
            "IPv6 and IPv4",
            default="loopback, IPv4 and IPv6",
        ),
    ] = ()
    port: Annotated[Port, About(LISTENING, "the TCP port; 0 picks a free one")] = 9000
    unix: Annotated[
        str, About(LISTENING, "the path of a Unix socket to listen on as well", default="none")
    ] = ""
    tls_port: Annotated[
        int,
        Meta(ge=-1, le=65535),
        About(
            LISTENING,
            "a TCP port for TLS (6697 is the usual one), at the same addresses; 0 picks a free one",
            allowed="a whole number from 0 to 65535, or -1 for none",
            default="none (-1)",
        ),
    ] = -1
    tls_cert: Annotated[
        str,
        About(
            LISTENING,
            "a file with the certificate for TLS, and with what stands between it and one that "
            "clients know, in PEM. `chatserver make-cert` makes one for trying out",
            default="none",
            reload=True,
        ),
    ] = ""
    tls_key: Annotated[
        str,
        About(LISTENING, "a file with its private key", default="none", reload=True),
    ] = ""
    tls_public_port: Annotated[
        Port,
        About(
            LISTENING,
            "the port at which people from outside reach TLS, for what they are told",
            default="that of the first listener with TLS (0)",
        ),
    ] = 0
    sts_duration: Annotated[
        int,
        Meta(ge=-1, le=10 * 365 * 24 * 3600),
        About(
            LISTENING,
            "have IRC clients come over TLS, and come back over nothing else for so long (strict "
            "transport security): TLS must go on working. With 0 they forget what they were told",
            unit="s",
            default="not at all (-1)",
            reload=True,
        ),
    ] = -1
    backlog: Annotated[
        int,
        Meta(ge=0, le=1_000_000),
        About(
            LISTENING,
            "how many connections may wait to be accepted",
            default="as many as the system allows (0)",
        ),
    ] = 0
    listen: Annotated[
        tuple[Listen, ...],
        About(LISTENING, "more places to listen on, each a table", default="none"),
    ] = ()

    webirc: Annotated[
        tuple[Gateway, ...],
        About(
            LISTENING,
            "gateways through which web clients come, each a table",
            default="none",
            reload=True,
        ),
    ] = ()

    data: Annotated[
        str,
        About(
            DATA,
            "the directory for everything that is kept",
            default="`chatserver` in the platform's directory for user data",
        ),
    ] = ""
    ephemeral: Annotated[
        bool, About(DATA, "keep nothing on disk: all is gone when the server stops")
    ] = False
    history_days: Annotated[
        int,
        Meta(ge=0, le=36_500),
        About(
            DATA,
            "for how long messages and what else happened are kept",
            unit="days",
            default="for ever (0)",
        ),
    ] = 0
    history_messages: Annotated[
        int,
        Meta(ge=0, le=2**40),
        About(
            DATA,
            "how many of the newest messages of each room, and between two people, are kept",
            default="all (0)",
        ),
    ] = 0

    name: Annotated[
        str,
        Meta(max_length=63, pattern=r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\Z"),
        About(
            SERVER,
            "the name by which the server speaks",
            allowed="a host name with at least one dot, at most 63 characters",
        ),
    ] = "chat.localhost"
    network: Annotated[
        str,
        Meta(pattern=r"^[!-~]{1,32}\Z"),
        About(
            SERVER,
            "the name of the network, which clients show",
            allowed="one word of at most 32 ASCII characters",
        ),
    ] = "Chat"
    icon: Annotated[
        Address,
        About(
            SERVER,
            "the address of a picture that clients show for the network",
            default="none",
            reload=True,
        ),
    ] = ""
    description: Annotated[Line, About(SERVER, "what the server is, in one line", reload=True)] = (
        "A chat for everybody"
    )
    motd: Annotated[
        str,
        Meta(max_length=32_768),
        About(
            SERVER, "the message of the day, several lines if you like", default="none", reload=True
        ),
    ] = ""
    motd_file: Annotated[
        str,
        About(
            SERVER, "a file with the message of the day, instead of it", default="none", reload=True
        ),
    ] = ""
    password: Annotated[
        str,
        About(
            SERVER,
            "the password that everyone must give to connect, plain or as hash-password prints it",
            default="none",
            secret=True,
            reload=True,
        ),
    ] = ""
    operator: Annotated[
        tuple[Operator, ...],
        About(SERVER, "who may become an operator, each a table", default="none", reload=True),
    ] = ()
    nick_script: Annotated[
        Script,
        About(
            SERVER, "letters that new nicks and accounts may have: of any script, or of ASCII alone"
        ),
    ] = "unicode"
    admin_location: Annotated[
        Line, About(SERVER, "where the server is, for ADMIN", reload=True)
    ] = ""
    admin_organisation: Annotated[
        Line, About(SERVER, "who runs the server, for ADMIN", reload=True)
    ] = ""
    admin_email: Annotated[Line, About(SERVER, "whom to write to, for ADMIN", reload=True)] = ""

    registration: Annotated[
        Registration,
        About(
            ACCOUNTS,
            "who may make an account: everybody, who has an invitation code, or nobody but "
            "administrators (`chatserver account add`)",
            reload=True,
        ),
    ] = "open"
    invitations: Annotated[
        tuple[Invitation, ...],
        About(
            ACCOUNTS,
            "invitation codes. Each is good for one account, and once more when that is dropped; one "
            "with `*` at its end for any number",
            allowed="a list of codes: at most 64 ASCII characters without spaces, commas and @",
            default="none",
            secret=True,
            reload=True,
        ),
    ] = ()
    email_required: Annotated[
        bool,
        About(
            ACCOUNTS,
            "whether an account needs an e-mail address; nothing is ever sent to it",
            reload=True,
        ),
    ] = False
    register_before_connect: Annotated[
        bool,
        About(ACCOUNTS, "whether IRC clients may make an account before they join", reload=True),
    ] = True
    password_length: Annotated[
        int,
        Meta(ge=1, le=100),
        About(ACCOUNTS, "a password that is set, at least", unit="characters", reload=True),
    ] = 8
    password_iterations: Annotated[
        int,
        Meta(ge=4096, le=10_000_000),
        About(
            ACCOUNTS,
            "iterations of PBKDF2 in what is kept of a password that is set: what a guess costs "
            "who steals the data, and each login the server",
            reload=True,
        ),
    ] = ITERATIONS
    login_failures: Annotated[
        int,
        Meta(ge=0, le=1_000_000),
        About(
            ACCOUNTS,
            "how many wrong passwords and new accounts from one address are free; then one a "
            "minute is. 0 for any number",
            reload=True,
        ),
    ] = 10
    clear_passwords: Annotated[
        bool,
        About(
            ACCOUNTS,
            "take passwords of accounts, and of OPER, over connections that others could listen in "
            "on: neither encrypted nor from this machine",
            reload=True,
        ),
    ] = False

    registration_timeout: Annotated[
        Seconds, About(TIMES, "how long an IRC client may take to register", unit="s")
    ] = 30.0
    first_line_timeout: Annotated[
        Seconds, About(TIMES, "how long a peer may say nothing at all", unit="s")
    ] = 600.0
    ping_interval: Annotated[
        Seconds, About(TIMES, "how long an IRC client may be silent before it is asked", unit="s")
    ] = 90.0
    ping_timeout: Annotated[
        Seconds, About(TIMES, "how long it may take to answer then", unit="s")
    ] = 60.0
    stall_timeout: Annotated[
        Seconds,
        About(TIMES, "how long a peer may take nothing of what waits to be sent to it", unit="s"),
    ] = 300.0

    line_length: Annotated[
        int, Meta(ge=512, le=65_536), About(BOUNDS, "a line of a plain peer, at most", unit="bytes")
    ] = 8192
    high_water: Annotated[
        int,
        Meta(ge=16_384, le=2**30),
        About(
            BOUNDS,
            "what may wait to be sent to one peer; over it, it is behind until it has read",
            unit="bytes",
        ),
    ] = 65_536
    tail: Annotated[
        int,
        Meta(ge=0, le=2**40),
        About(
            BOUNDS,
            "what is kept in memory of the newest events, for who is behind; older ones are read from disk",
            unit="bytes",
        ),
    ] = 1_048_576
    journal_queue: Annotated[
        int,
        Meta(ge=1, le=10_000_000),
        About(
            BOUNDS,
            "how many commands may wait to be kept; over it, reading from their senders pauses",
            unit="commands",
        ),
    ] = 10_000
    rooms_per_user: Annotated[
        int, Meta(ge=1, le=100_000), About(BOUNDS, "how many rooms one person may be in")
    ] = Limits().rooms_per_user
    list_limit: Annotated[
        int,
        Meta(ge=1, le=10_000),
        About(BOUNDS, "masks on one list of a room (bans, exceptions, …)"),
    ] = Limits().list_entries

    nick_length: Annotated[
        int, Meta(ge=9, le=64), About(LENGTHS, "a nick or account, at most", unit="bytes")
    ] = Limits().nick
    room_length: Annotated[
        int, Meta(ge=9, le=200), About(LENGTHS, "the name of a room, at most", unit="bytes")
    ] = Limits().room
    realname_length: Annotated[
        int, Meta(ge=1, le=300), About(LENGTHS, "a real name, at most", unit="bytes")
    ] = Limits().realname
    topic_length: Annotated[
        int,
        Meta(ge=1, le=390),
        About(LENGTHS, "a topic, at most; less if the name of its room is long", unit="bytes"),
    ] = Limits().topic
    away_length: Annotated[
        int, Meta(ge=1, le=390), About(LENGTHS, "an away message, at most", unit="bytes")
    ] = Limits().away
    reason_length: Annotated[
        int,
        Meta(ge=1, le=390),
        About(LENGTHS, "the reason of a leave, quit, kick or kill, at most", unit="bytes"),
    ] = Limits().reason

    lobby: Annotated[
        str,
        About(
            ROOMS,
            "the room where plain guests land",
            allowed="the name of a room: `#`, then no space, comma or colon, within room_length",
        ),
    ] = Limits().lobby
    history_on_join: Annotated[
        int,
        Meta(ge=0, le=1000),
        About(ROOMS, "how many of a room's last messages are shown to who joins it"),
    ] = Limits().history_on_join
    room_expiry: Annotated[
        int,
        Meta(ge=1, le=36_500),
        About(ROOMS, "how long an empty room keeps topic, modes, bans and operators", unit="days"),
    ] = 30
    redaction_window: Annotated[
        int,
        Meta(ge=0, le=876_000),
        About(ROOMS, "how long people may remove what they said; 0 for not at all", unit="hours"),
    ] = 24

    log_level: Annotated[
        LogLevel, About(LOGGING, "how much is logged; `debug` tells the life of every connection")
    ] = "info"

    @property
    def listeners(self) -> tuple[Listen, ...]:
        """Every place to listen on: host and port, the Unix socket, and the tables `listen`."""
        unix = (Listen(unix=self.unix),) if self.unix else ()
        tls = (Listen(host=self.host, port=self.tls_port, tls=True),) if self.tls_port >= 0 else ()
        return (Listen(host=self.host, port=self.port), *tls, *unix, *self.listen)

    @property
    def data_directory(self) -> Path:
        """Where everything is kept; the platform decides unless `data` does."""
        if self.data:
            return Path(self.data).expanduser()
        from platformdirs import user_data_path  # noqa: PLC0415 - not needed by every start

        return user_data_path("chatserver", appauthor=False)

    @property
    def limits(self) -> Limits:
        """What the core needs of it."""
        return Limits(
            nick=self.nick_length,
            unicode_names=self.nick_script == "unicode",
            room=self.room_length,
            realname=self.realname_length,
            topic=self.topic_length,
            away=self.away_length,
            reason=self.reason_length,
            rooms_per_user=self.rooms_per_user,
            list_entries=self.list_limit,
            history_on_join=self.history_on_join,
            room_expiry=self.room_expiry * 24 * 3600 * 1000,
            redaction_window=self.redaction_window * 3600 * 1000,
            lobby=self.lobby,
        )
