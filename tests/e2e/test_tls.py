"""A real server with TLS: who comes in, what a new certificate changes, and what slow readers cost."""

import contextlib
import re
import signal
import socket
import ssl
from pathlib import Path

from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.chatserver.net.certificates import client_context, fingerprint, shared_pair, write_pair
from tests.e2e.server import SECONDS, Peer, Server, fail
from tests.e2e.test_slow_reader import STALLED, Talk, hear, memory
from tests.waiting import eventually

RECORDS_GROWTH = 640
"""KiB by which the server may grow for each who stalls: their records are theirs alone."""


def tls_port(server: Server, kind: str = "tls") -> int:
    """Return the port of the first listener with TLS, as announced."""
    [line] = [line for line in server.announcement if f"{kind}:" in line]
    found = re.search(r":(\d+)(?:,|$)", line)
    assert found
    return int(found[1])


def arguments(tmp_path: Path, *names: str) -> list[str | Path]:
    """Return the flags for TLS, with a new certificate."""
    certificate, key = write_pair(tmp_path, *names)
    return ["--tls-port", "0", "--tls-cert", certificate, "--tls-key", key, "--port", "0"]


def dial(
    server: Server,
    context: ssl.SSLContext | None = None,
    host: str = "127.0.0.1",
    *,
    buffer: int = 0,
) -> Peer:
    """Connect over TLS."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family)
    if buffer:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    sock.settimeout(SECONDS)
    sock.connect((host, tls_port(server)))
    context = context or client_context()
    return Peer(context.wrap_socket(sock, server_hostname="localhost"))


def shown_by(server: Server) -> str:
    """Return the fingerprint of the certificate that the server shows to who comes now."""
    with dial(server) as peer:
        assert isinstance(peer.sock, ssl.SSLSocket)
        shown = peer.sock.getpeercert(binary_form=True)
        assert shown
    return ssl.DER_cert_to_PEM_cert(shown)


def test_people_and_programs_come_over_tls(tmp_path: Path) -> None:
    """Both families, both faces, in the same room as those in clear text; WHOIS tells who is secure."""
    with Server(*arguments(tmp_path), "--ephemeral") as server, contextlib.ExitStack() as leaving:
        plain = leaving.enter_context(server.join())
        for host in ("127.0.0.1", "::1"):
            typed = leaving.enter_context(dial(server, host=host))
            typed.send(f"hello from {host}")
            plain.read_until(f"hello from {host}")
        irc = leaving.enter_context(dial(server))
        irc.send("NICK ann", "USER ann 0 * :ann", "JOIN #lobby", "WHOIS ann")
        assert irc.read_until(" 671 ").endswith("ann ann :is using a secure connection")
        plain.send("hello, ann")
        irc.read_until("hello, ann")


def test_a_server_that_clients_can_verify(tmp_path: Path) -> None:
    """Its certificate is for its names."""
    flags = arguments(tmp_path, "localhost", "127.0.0.1")
    with Server(*flags, "--ephemeral") as server:
        context = ssl.create_default_context(cafile=str(flags[3]))
        with dial(server, context) as peer:
            peer.send("hello")
            peer.read_until("welcome")


def test_a_new_certificate_is_taken_while_the_server_runs(tmp_path: Path) -> None:
    """SIGHUP reads it again: for who comes then. One that is broken changes nothing."""
    log = tmp_path / "log"
    flags = arguments(tmp_path)
    with Server(*flags, "--ephemeral", log=log) as server, dial(server) as peer:
        peer.send("hello")
        peer.read_until("welcome")
        before = shown_by(server)
        write_pair(tmp_path, "other")
        server.signal(signal.SIGHUP)
        eventually(lambda: shown_by(server) == (tmp_path / "tls-cert.pem").read_text())
        assert shown_by(server) != before
        after = shown_by(server)
        (tmp_path / "tls-key.pem").write_text("broken")
        server.signal(signal.SIGHUP)
        text = "the configuration stays as it was: "
        text += f"{tmp_path / 'tls-key.pem'}: that is no private key in PEM"
        eventually(lambda: text in log.read_text())
        assert shown_by(server) == after
        peer.send("/names")
        peer.read_until("#lobby (")


def test_what_cannot_be_used_ends_the_start_with_one_line(tmp_path: Path) -> None:
    """It says what to do."""
    certificate, key = write_pair(tmp_path)
    assert fail("--port", "0", "--ephemeral", "--tls-port", "0") == (
        "chatserver: --tls-port: TLS needs a certificate and its key: give tls_cert and tls_key "
        "(chatserver make-cert makes them for trying out)"
    )
    assert fail("--port", "0", "--ephemeral", "--tls-cert", certificate) == (
        "chatserver: --tls-cert: it needs tls_key too"
    )
    swapped = ("--tls-port", "0", "--tls-cert", key, "--tls-key", certificate)
    assert "that is no" in fail("--port", "0", "--ephemeral", *swapped)


def test_who_stalls_over_tls_costs_little_and_misses_nothing(tmp_path: Path) -> None:
    """Of 16 MB that were said while they did not read, they get each line, once and in order."""
    flags = (*arguments(tmp_path), "--data", tmp_path / "data")
    with Server(*flags) as server, contextlib.ExitStack() as leaving:
        talk = leaving.enter_context(contextlib.closing(Talk(server)))
        talk.go_on(3000)
        with dial(server) as first:
            first.send("/names")
            first.read_until("#lobby (")
        before = memory(server)
        readers = [leaving.enter_context(dial(server, buffer=4096)) for _ in range(STALLED)]
        for reader in readers:
            reader.send("/names")
            reader.read_until("#lobby (")
        begin = talk.said
        talk.go_on(2000)
        assert memory(server) - before < STALLED * RECORDS_GROWTH
        for reader in readers[:2]:
            hear(reader, begin, talk.said)
        talk.go_on(10)
        hear(readers[0], talk.said - 10, talk.said)


WEB = """
ephemeral = true
port = 0
tls_cert = "{}"
tls_key = "{}"

[[listen]]
host = ["127.0.0.1"]
port = 0
tls = true
websocket = true
"""


def test_web_clients_come_over_tls(tmp_path: Path) -> None:
    """wss: a listener with both; nobody is asked for a certificate there."""
    path = tmp_path / "chat.toml"
    path.write_text(WEB.format(*shared_pair()))
    context = client_context(shared_pair("ann"))
    with Server("--config", path) as server:
        address = f"wss://127.0.0.1:{tls_port(server, 'websocket')}"
        protocols = [Subprotocol("text.ircv3.net")]
        with connect(address, ssl=context, subprotocols=protocols, proxy=None) as client:
            for line in ("NICK ann", "USER ann 0 * :ann", "WHOIS ann"):
                client.send(line)
            while " 671 " not in client.recv(SECONDS):
                """It is among the lines of the welcome."""


def test_a_certificate_logs_in(tmp_path: Path) -> None:
    """Once it was added to an account, by SASL EXTERNAL: nobody has to have signed it."""
    context = client_context(shared_pair("ann"))
    with Server(*arguments(tmp_path), "--ephemeral") as server:
        with dial(server, context) as ann:
            ann.send("CAP REQ :draft/account-registration", "NICK ann", "USER ann 0 * :ann")
            ann.send("CAP END", "REGISTER * * correct-horse-battery")
            ann.read_until("REGISTER SUCCESS")
            ann.send("NS CERT LIST")
            ann.read_until(fingerprint(shared_pair("ann")[0]))
        with dial(server, context) as again, dial(server) as other:
            for peer, numeric in ((again, " 903 "), (other, " 904 ")):
                peer.send("CAP REQ :sasl", "AUTHENTICATE EXTERNAL", "AUTHENTICATE +")
                peer.read_until(numeric)


GATEWAY = """
ephemeral = true
port = 0
tls_port = 0
tls_cert = "{}"
tls_key = "{}"
sts_duration = 300

[[webirc]]
password = "hunter2"
"""


def test_clients_are_sent_to_tls_and_gateways_say_for_whom_they_speak(tmp_path: Path) -> None:
    """As the settings say; whoever knows no password of a gateway is turned away."""
    path = tmp_path / "chat.toml"
    path.write_text(GATEWAY.format(*shared_pair()))
    with Server("--config", path) as server:
        for peer, policy in (
            (server.connect(), f"sts=port={tls_port(server)}"),
            (dial(server), "sts=duration=300"),
        ):
            with peer:
                peer.send("CAP LS 302")
                assert policy in peer.read_until("sts=").split()
        with server.connect() as gateway, server.connect() as stranger:
            gateway.send("WEBIRC hunter2 web host.example 198.51.100.3", "NICK ann")
            gateway.send("USER ann 0 * :ann", "WHOIS ann")
            assert " 198.51.100.3 " in gateway.read_until(" 311 ")
            stranger.send("WEBIRC wrong web host.example 198.51.100.3")
            assert stranger.read_until("ERROR").endswith("(Invalid WEBIRC password)")
