"""Who the user says they are to the server."""

from dataclasses import dataclass, field

from chatclient.model import Question
from chatclient.model.values import value
from chatclient.session.sasl import KeptKeys


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


@dataclass(slots=True)
class Credentials:
    """By what an account is proven; the user may change it as we go."""

    account: str = ""
    """"" for none, or for whichever the certificate is of."""
    password: str = field(default="", repr=False)
    certificate: bool = False
    """Whether the server sees a client certificate, over TLS."""
    typed: bool = False
    """Whether the user has typed the password, and no server has taken it yet."""
    in_clear: bool = False
    """Whether the user wants the password sent although others can read it."""
    kept: KeptKeys = field(default_factory=KeptKeys, repr=False)
    """What was computed of the password."""
    checking: Question | None = None
    """What keeps the user from saying things while their password is checked."""
