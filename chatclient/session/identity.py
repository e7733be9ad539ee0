"""Who the user says they are to the server."""

from dataclasses import field

from chatclient.model.values import value


@value
class Identity:
    """What is sent to register a connection."""

    nick: str
    """The nick to ask for. If it is taken, others like it are tried."""
    user: str = "chat"
    realname: str = ""
    account: str = ""
    """The account to log in to, "" for none."""
    password: str = field(default="", repr=False)
    """The password of the account, or if there is none, of the server (PASS); "" for none."""
    certificate: bool = False
    """Whether the user has a client certificate, by which a server may know them (EXTERNAL)."""
