"""A server with TLS, and accounts on it: what tests with accounts share."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chatserver.net.certificates import client_context, shared_pair, write_pair
from tests.e2e.server import Peer, Server
from tests.e2e.test_tls import dial
from tests.interop.programs import Login

PASSWORD = "correct-horse-battery"

OVER_BOTH_FAMILIES = pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
BY_PASSWORD_AND_CERTIFICATE = pytest.mark.parametrize(
    "by_certificate", [False, True], ids=["password", "certificate"]
)


def arguments(tmp_path: Path, port: int = 0, tls: int = 0) -> list[str | Path]:
    """Return the flags of a server with TLS; its certificate is made once."""
    certificate, key = tmp_path / "tls-cert.pem", tmp_path / "tls-key.pem"
    if not certificate.exists():
        write_pair(tmp_path)
    secure: list[str | Path] = ["--tls-port", str(tls), "--tls-cert", certificate, "--tls-key", key]
    return [*secure, "--port", str(port), "--data", tmp_path / "data"]


@contextlib.contextmanager
def registering(server: Server, name: str) -> Iterator[Peer]:
    """Make an account, with a certificate too; lend the connection that made it."""
    with dial(server, client_context(shared_pair(name))) as peer:
        peer.send("CAP REQ :draft/account-registration", f"NICK {name}", f"USER {name} 0 * :{name}")
        peer.send("CAP END", f"REGISTER * * {PASSWORD}")
        peer.read_until("REGISTER SUCCESS")
        yield peer


def account(server: Server, name: str, tmp_path: Path, *, by_certificate: bool = False) -> Login:
    """Make an account, and return how it is proved."""
    with registering(server, name) as peer:
        peer.send("QUIT")
        peer.rest()
    if not by_certificate:
        return Login(name, PASSWORD)
    both = tmp_path / f"{name}.pem"
    both.write_text("".join(path.read_text() for path in shared_pair(name)))
    return Login(name, certificate=both)
