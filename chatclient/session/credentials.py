"""By what the user proves to the server who they are."""

from dataclasses import dataclass, field

from chatclient.model import Question
from chatclient.session.sasl import KeptKeys


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
