"""chatclient on ngircd: a small server of others, without history, accounts, or acknowledgements."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.foreign import Ngircd
from tests.interop.programs import CHATCLIENT, chatclient
from tests.interop.terminals import Terminals

pytestmark = pytest.mark.interop


@pytest.fixture
def ngircd(tmp_path: Path) -> Iterator[Ngircd]:
    """The server, on ports of loopback."""
    with Ngircd(tmp_path) as server:
        yield server


@pytest.mark.parametrize(("host", "family"), [("127.0.0.1", "IPv4"), ("::1", "IPv6")])
def test_it_talks(ngircd: Ngircd, terminals: Terminals, host: str, family: str) -> None:
    """Two people talk in a room and in private, and the room has a topic."""
    clara = chatclient(terminals, ngircd.port, host=host, width=100)
    clara.see("● connected · clara", family, "1 Elsewhere", "1 here")
    carl = chatclient(terminals, ngircd.port, nick="carl", host=host, width=100)
    carl.see("● connected · carl", "2 here", "@clara")
    clara.see("carl joined", "2 here")
    clara.type("hello 你好")
    carl.see("clara  hello 你好")
    carl.type("/me waves")
    clara.see("*  carl waves")
    clara.type("/topic all is well")
    carl.see("#lobby · all is well")
    carl.type("/names")
    carl.see("2 in #lobby: @clara carl")
    carl.type("/msg clara psst")
    clara.see("3 carl", "!1")
    clara.press("M-3")
    clara.see("carl  psst")
    clara.type("yes?")
    carl.see("3 clara", "!1")
    carl.press("M-3")
    carl.see("clara  yes?")


def test_a_nick_in_use_and_a_kick(ngircd: Ngircd, terminals: Terminals) -> None:
    """Another nick is taken at once; who was put out of a room sees why, and comes back."""
    clara = chatclient(terminals, ngircd.port)
    clara.see("● connected", "1 here")
    again = terminals.open("again", CHATCLIENT, "127.0.0.1", str(ngircd.port), "--nick", "clara")
    again.see("● connected · clara_", "2 here")
    clara.type("/nick clara_")
    clara.see("clara_: Nickname already in use")
    clara.type("/kick clara_ too many")
    again.see("clara removed you from #lobby: too many", "You are not in this room")
    again.type("/join #lobby")
    again.see("2 here")
    clara.type("/quit")
    clara.dead()
    again.see("● connected · clara ")


def test_tls_and_a_restart(ngircd: Ngircd, terminals: Terminals) -> None:
    """An unknown certificate is taken for good; after a restart we are back, and the gap is told."""
    there = ("--tls", "localhost", str(ngircd.tls_port))
    clara = terminals.open("clara", CHATCLIENT, *there, "--nick", "clara", width=100)
    clara.see("vouches for: self-signed certificate", "sha256:", "once, always, no >")
    clara.type("always")
    clara.see("● connected · clara", "encrypted", "1 here")
    ngircd.stop()
    clara.see("reconnecting in")
    clara.type("typed while it was away")
    clara.see("··· ")
    ngircd.start()
    clara.see("● connected · clara", "1 here", "no history from", "messages in between are missing")
    clara.miss("··· ")
    clara.see("clara  typed while it was away")
    refused = terminals.shell()
    refused.type(f"{CHATCLIENT} --tls 127.0.0.1 {ngircd.tls_port} --send hello; echo status $?")
    refused.see("--fingerprint sha256:", "status 3")
    refused.type(
        f"{CHATCLIENT} --tls localhost {ngircd.tls_port} --send 'from a script' && echo good"
    )
    refused.see("good\n")
    clara.see("from a script")
