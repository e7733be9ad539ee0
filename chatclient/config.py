"""What the user asked for on the command line: one frozen object, built once, passed down."""

from dataclasses import dataclass

from chatclient.session import Identity

DEFAULT_PORT = 9000
DEFAULT_ROOM = "#lobby"


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that was asked for."""

    host: str
    port: int
    identity: Identity
    rooms: tuple[str, ...] = (DEFAULT_ROOM,)
    """Rooms to join once connected."""
    tls: bool = False
    timeout: float = 10.0
    """Seconds that connecting may take, and as a tool: that an acknowledgement may take."""

    @property
    def address(self) -> str:
        """The server as the user would write it ("host:port", "[::1]:9000")."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"
