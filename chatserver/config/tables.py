"""The settings that are tables of their own: operators, places to listen on, gateways.

Each field carries its bounds and its help, as those of `settings.Config` do.
"""

from typing import Annotated

from msgspec import Meta, Struct

from chatserver.config.bounds import Face, Origin, Port
from chatserver.config.table import About


class Operator(Struct, frozen=True, forbid_unknown_fields=True):
    """Who may become an operator of the server (`OPER name password`)."""

    name: Annotated[
        str,
        Meta(pattern=r"^[!-9;-~]{1,32}\Z"),
        About("", "the name to give with OPER", allowed="one word of at most 32 ASCII characters"),
    ]
    password: Annotated[
        str,
        Meta(min_length=1),
        About("", "the password, or what `chatserver hash-password` prints for it", secret=True),
    ]


class Listen(Struct, frozen=True, forbid_unknown_fields=True):
    """A place to listen on: addresses with a port, or the path of a Unix socket."""

    host: Annotated[
        tuple[str, ...], About("", "addresses or names", default="loopback, IPv4 and IPv6")
    ] = ()
    port: Annotated[Port, About("", "the TCP port; 0 picks a free one")] = 9000
    unix: Annotated[
        str, About("", "the path of a Unix socket, instead of host and port", default="none")
    ] = ""
    face: Annotated[
        Face, About("", "what is spoken there; `auto` lets the first line of each peer decide")
    ] = "auto"
    tls: Annotated[bool, About("", "TLS instead of clear text")] = False
    certificate: Annotated[
        str, About("", "a file with another certificate for TLS there", default="`tls_cert`")
    ] = ""
    key: Annotated[str, About("", "a file with its private key", default="`tls_key`")] = ""
    proxy: Annotated[
        bool,
        About(
            "",
            "a proxy connects there, and says from where its connections are (PROXY protocol, 1 or 2); "
            "nobody else may reach it",
        ),
    ] = False
    websocket: Annotated[
        bool, About("", "WebSocket for web clients, and IRC in it, instead of plain connections")
    ] = False
    origins: Annotated[
        tuple[Origin, ...],
        About(
            "",
            "of which web pages scripts may connect with WebSocket: origins, or `*` for every page. "
            "Programs that are no browsers name no origin, and always may",
            allowed="a list of origins (https://chat.example.org) or *",
            default="none: no web page",
        ),
    ] = ()


class Gateway(Struct, frozen=True, forbid_unknown_fields=True):
    """A gateway that says where its clients are (`WEBIRC password …`)."""

    password: Annotated[
        str,
        Meta(min_length=1),
        About("", "its password, or what `chatserver hash-password` prints for it", secret=True),
    ]
    hosts: Annotated[
        tuple[str, ...],
        About("", "addresses and networks that it may have", default="this machine"),
    ] = ("127.0.0.0/8", "::1")
