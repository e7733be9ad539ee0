"""Who the user says they are to the server."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Identity:
    """What is sent to register a connection."""

    nick: str
    """The nick to ask for. If it is taken, others like it are tried."""
    user: str = "chat"
    realname: str = ""
    password: str = field(default="", repr=False)
    """The password of the server (PASS), "" for none."""
