"""What whoever starts the server is told."""

from pathlib import Path

from chatserver.app.announcement import announce
from chatserver.net.address import Address

HERE = "only this machine can connect"


def test_loopback_is_joined_as_localhost() -> None:
    """And that nobody else can connect is said, with what to do about it."""
    text = announce([Address("127.0.0.1", 9000), Address("::1", 9000)], Path("/var/lib/chat"))
    assert text.splitlines() == [
        "chatserver is running",
        "  data:       /var/lib/chat",
        "  listening:  127.0.0.1:9000, [::1]:9000",
        "  join with:  nc localhost 9000",
        "              chatclient localhost 9000",
        "              any IRC client: server localhost, port 9000, without TLS",
        "  only this machine can connect; --host :: lets others in",
    ]


def test_all_addresses_are_joined_as_localhost_from_here() -> None:
    """Others know the name of this machine."""
    text = announce([Address("::", 9000)], None)
    assert "nc localhost 9000" in text
    assert "nowhere: everything is gone" in text
    assert HERE not in text


def test_one_address_is_joined_as_itself() -> None:
    """It may be reached by no other name."""
    assert "nc 192.0.2.7 9000" in announce([Address("192.0.2.7", 9000)], None)
    assert "nc fd00::2 9000" in announce([Address("fd00::2", 9000)], None)


def test_websocket_is_listed_apart() -> None:
    """Netcat has no use for it."""
    web = Address("127.0.0.1", 8097)
    text = announce([Address("::1", 9000)], None, web=[web])
    assert "  listening:  [::1]:9000\n  websocket:  127.0.0.1:8097\n  join with:" in text


def test_tls_is_listed_apart() -> None:
    """And said to be there for IRC clients; whether others can connect counts it in."""
    text = announce([Address("::1", 9000)], None, tls=[Address("::", 6697)])
    assert "  listening:  [::1]:9000\n  tls:        [::]:6697\n  join with:" in text
    assert "server localhost, port 9000, without TLS; or port 6697, with TLS" in text
    assert HERE not in text


def test_a_unix_socket_is_joined_by_its_path() -> None:
    """If there is nothing else; beside an address it is listed only."""
    unix = Address("localhost", path="/run/chat.sock")
    assert "nc -U /run/chat.sock" in announce([unix], None)
    text = announce([Address("::1", 9000), unix], None)
    assert "listening:  [::1]:9000, unix:/run/chat.sock" in text
    assert "nc -U" not in text
    assert HERE in text
