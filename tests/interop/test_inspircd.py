"""chatclient on InspIRCd with services: accounts by SASL, IRCv3, and restarts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.foreign import CERTIFICATE, KEY, Inspircd
from tests.interop.programs import CHATCLIENT, chatclient
from tests.interop.terminals import Terminals

pytestmark = pytest.mark.interop


@pytest.fixture
def inspircd(tmp_path: Path) -> Iterator[Inspircd]:
    """The server, on ports of loopback, without its services."""
    with Inspircd(tmp_path) as server:
        yield server


@pytest.mark.parametrize(("host", "family"), [("127.0.0.1", "IPv4"), ("::1", "IPv6")])
def test_it_talks(inspircd: Inspircd, terminals: Terminals, host: str, family: str) -> None:
    """Two people talk; echoes acknowledge; who is away or gone is shown in their conversation."""
    clara = chatclient(terminals, inspircd.port, host=host, width=100)
    clara.see("● connected · clara", family, "1 Elsewhere", "1 here")
    carl = chatclient(terminals, inspircd.port, nick="carl", host=host, width=100)
    carl.see("● connected · carl", "2 here", "@clara")
    clara.type("hello 你好")
    carl.see("clara  hello 你好")
    clara.miss("···")
    clara.type("/topic all is well")
    carl.see("#lobby · all is well")
    carl.type("/msg clara psst")
    clara.see("3 carl", "!1")
    clara.press("M-3")
    clara.see("carl  psst", "online")
    carl.type("/away lunch")
    clara.see("the two of you", "  away")
    carl.type("/quit")
    carl.dead()
    clara.see("offline")


def test_a_nick_in_use_and_a_kick(inspircd: Inspircd, terminals: Terminals) -> None:
    """Another nick is taken at once; who was put out of a room sees why."""
    clara = chatclient(terminals, inspircd.port)
    clara.see("● connected", "1 here")
    again = terminals.open("again", CHATCLIENT, "127.0.0.1", str(inspircd.port), "--nick", "clara")
    again.see("● connected · clara_", "2 here")
    clara.type("/kick clara_ too many")
    again.see("clara removed you from #lobby: too many", "You are not in this room")
    clara.type("/quit")
    clara.dead()
    again.see("● connected · clara ")


def test_accounts(inspircd: Inspircd, terminals: Terminals) -> None:
    """Made with NickServ, whose password nobody sees; then SASL: asked for, wrong, right, changed."""
    inspircd.start_services()
    clara = chatclient(terminals, inspircd.port, width=100)
    clara.see("● connected", "1 here")
    clara.type("/msg NickServ REGISTER sesame clara@example.org")
    clara.press("M-3")
    clara.see("you said: REGISTER •••", "with the password •••", "clara (logged in)")
    clara.press("Up")
    clara.see("NickServ > type here")
    assert "sesame" not in clara.everything()
    clara.type("/password")
    clara.see("new password for clara >")
    clara.type("simsim")
    clara.see("new password for clara, again >")
    clara.type("simsim")
    clara.see("has been changed to •••")
    clara.type("/logout")
    clara.miss("(logged in)")
    clara.see("● connected · clara ")
    clara.type("/login")
    clara.see("password of clara >")
    clara.type("wrong")
    clara.see("refuses the login as clara")
    clara.type("simsim")
    clara.see("clara (logged in)")
    clara.type("/whois clara")
    clara.see("clara is logged in as clara")
    clara.type("/quit")
    clara.dead()
    place = ("localhost", str(inspircd.port), "--account", "clara")
    again = terminals.open("again", CHATCLIENT, *place)
    again.see("password of clara >")
    again.type("wrong")
    again.see("refuses the login as clara", "password of clara >")
    again.type("simsim")
    again.see("● connected · clara (logged in)")
    inspircd.stop()
    again.see("reconnecting in")
    inspircd.start()
    again.see("the server takes no logins just now")
    inspircd.start_services()
    again.see("● connected · clara (logged in)", "1 here")


def test_a_certificate_logs_in(inspircd: Inspircd, terminals: Terminals) -> None:
    """EXTERNAL, over TLS, to the account that it was given to; a tool does it too."""
    inspircd.start_services()
    mine = ("--cert", str(CERTIFICATE), "--key", str(KEY))
    place = ("localhost", str(inspircd.tls_port))
    clara = terminals.open("clara", CHATCLIENT, *place, *mine, "--nick", "clara", width=100)
    clara.see("once, always, no >")
    clara.type("always")
    clara.see("● connected", "1 here")
    clara.type("/msg NickServ REGISTER sesame clara@example.org")
    clara.see("clara (logged in)")
    clara.type("/msg NickServ CERT ADD")
    clara.press("M-3")
    clara.see("Added fingerprint")
    clara.type("/reconnect")
    clara.miss("(logged in)")
    clara.see("● connected · clara (logged in)")
    shell = terminals.shell("shell", width=200)
    tool = " ".join([str(CHATCLIENT), *place, *mine, "--account clara --nick robot"])
    shell.type(f"{tool} --send 'from a script'; echo status $?")
    shell.see("status 0")
    clara.press("M-2")
    clara.see("from a script")


def test_a_restart(inspircd: Inspircd, terminals: Terminals) -> None:
    """We are back in the room by ourselves; what was typed meanwhile is said once; the gap is told."""
    clara = chatclient(terminals, inspircd.port, width=100)
    clara.see("● connected", "1 here")
    inspircd.stop()
    clara.see("reconnecting in")
    clara.type("typed while it was away")
    inspircd.start()
    clara.see("● connected", "1 here", "no history from", "clara  typed while it was away")
    clara.miss("···")
    assert clara.screen().count("typed while it was away") == 1
