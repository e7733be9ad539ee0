"""What is told to services in confidence."""

import pytest

from chatclient.commands.entering import enter, is_secret
from chatclient.model import Kind
from chatclient.session.confidential import HIDDEN, hide, is_confidential
from tests.chatclient.session.wire import MODERN, Wire, texts


@pytest.mark.parametrize(
    ("target", "text", "shown"),
    [
        ("NickServ", "IDENTIFY alice sesame", f"IDENTIFY {HIDDEN}"),
        ("nickserv", "identify sesame", f"identify {HIDDEN}"),
        ("NickServ", "SET PASSWORD sesame", f"SET PASSWORD {HIDDEN}"),
        ("NickServ", "set alice passwd sesame", f"set alice passwd {HIDDEN}"),
        ("NickServ@services.example", "REGISTER sesame a@b", f"REGISTER {HIDDEN}"),
        ("Q", "AUTH alice sesame", f"AUTH {HIDDEN}"),
        ("NickServ", "HELP IDENTIFY", "HELP IDENTIFY"),
        ("NickServ", "INFO alice", "INFO alice"),
        ("NickServ", "IDENTIFY", "IDENTIFY"),
        ("NickServ", "", ""),
        ("bob", "identify yourself please", "identify yourself please"),
        ("#lobby", "register now", "register now"),
    ],
)
def test_what_is_hidden(target: str, text: str, shown: str) -> None:
    """Passwords in orders to services; nothing of what is said to people."""
    assert hide(target, text) == shown


@pytest.mark.parametrize(
    ("line", "confidential"),
    [
        (["PASS", "x"], True),
        (["oper", "admin", "x"], True),
        (["PRIVMSG", "NickServ", "IDENTIFY x"], True),
        (["PRIVMSG", "bob", "identify x"], False),
        (["NS", "IDENTIFY x"], True),
        (["WHOIS", "x"], False),
    ],
)
def test_lines_of_irc(line: list[str], confidential: bool) -> None:  # noqa: FBT001 - a column
    """What one sends by /raw may have a password in it."""
    assert is_confidential(*line) is confidential


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("/msg NickServ IDENTIFY sesame", True),
        ("/msg NickServ HELP", False),
        ("/query nickserv identify sesame", True),
        ("/raw PRIVMSG NickServ :IDENTIFY sesame", True),
        ("/quote PASS sesame", True),
        ("/raw WHOIS bob", False),
        ("/login alice sesame", True),
        ("/login alice", False),
        ("/register alice sesame", True),
        ("/password sesame", True),
        ("//msg NickServ IDENTIFY sesame", False),
        ("hello", False),
        ("/nothing", False),
        ("/ns identify sesame", True),
        ("/NickServ identify sesame", True),
        ("/identify sesame", True),
        ("/oper alice sesame", True),
    ],
)
def test_what_is_kept_in_no_history(text: str, secret: bool) -> None:  # noqa: FBT001 - a column
    """What was typed in a room, with a password in it."""
    wire = Wire().start(MODERN)
    assert is_secret(wire.session, wire.join("#ops"), text) is secret


def _shown(wire: Wire) -> str:
    return "".join(text for buffer in wire.world.buffers for text in texts(buffer))


def test_an_order() -> None:
    """It is sent, and shown without the password, which stays hidden when the service repeats it."""
    wire = Wire().start("batch")
    enter(wire.session, wire.world.server, "/msg NickServ REGISTER sesame a@example.org", wire.now)
    assert wire.sent() == ["PRIVMSG NickServ :REGISTER sesame a@example.org"]
    service = wire.room("NickServ")
    assert texts(service) == [f"you said: REGISTER {HIDDEN}"]
    wire.hear(":NickServ!n@s NOTICE alice :registered, with the password sesame.")
    assert texts(service)[1:] == [f"registered, with the password {HIDDEN}."]
    assert is_secret(wire.session, service, "identify sesame")
    wire.session.say(service, "identify sesame", wire.now, Kind.MESSAGE)
    assert wire.sent() == ["PRIVMSG NickServ :identify sesame"]
    wire.hear(":alice!a@h PRIVMSG NickServ :identify sesame")
    assert "sesame" not in _shown(wire)


def test_it_does_not_wait() -> None:
    """Offline, an order with a password is not kept until there is a connection."""
    wire = Wire()
    service = wire.session.converse("NickServ")
    wire.session.say(service, "IDENTIFY sesame", wire.now)
    wire.start("batch")
    assert wire.sent() == []
    assert "sesame" not in _shown(wire)


@pytest.mark.parametrize(
    "text", ["/login alice sesame", "/register alice sesame", "/password sesame"]
)
def test_a_password_that_was_typed_in_a_command(text: str) -> None:
    """It is not taken, and not shown."""
    wire = Wire().start("sasl draft/account-registration")
    enter(wire.session, wire.world.server, text, wire.now)
    assert "type no password here" in _shown(wire)
    assert wire.sent() == []
    assert wire.world.question is None
