"""chatclient on two networks at once: this project's server, and ngircd."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.server import Server
from tests.interop.foreign import Ngircd
from tests.interop.programs import CHATCLIENT, chatclient, person
from tests.interop.terminals import Pane, Terminals

pytestmark = pytest.mark.interop

_FILE = """\
[networks.ours]
host = "127.0.0.1"
port = {ours}
nick = "clara"
rooms = ["#lobby"]

[networks.theirs]
host = "127.0.0.1"
port = {theirs}
nick = "clara"
rooms = ["#lobby", "#gear"]
"""


@pytest.fixture
def ngircd(tmp_path: Path) -> Iterator[Ngircd]:
    """The other server, on ports of loopback."""
    with Ngircd(tmp_path) as server:
        yield server


def on_both(terminals: Terminals, server: Server, ngircd: Ngircd) -> Pane:
    """Return chatclient on both networks, which it has from its file."""
    path = terminals.home / "config.toml"
    path.write_text(_FILE.format(ours=server.port, theirs=ngircd.port))
    clara = terminals.open("clara", CHATCLIENT, "--config", path, width=100)
    clara.see("1 ours", "2 #lobby", "3 theirs", "4 #lobby", "5 #gear")
    return clara


def test_one_talks_on_both(server: Server, ngircd: Ngircd, terminals: Terminals) -> None:
    """In rooms of the same name that are two; what is said goes to the network it is said on."""
    nora = person(terminals, server)
    carl = chatclient(terminals, ngircd.port, nick="carl", width=100)
    carl.see("● connected · carl")
    clara = on_both(terminals, server, ngircd)
    clara.press("M-2")
    clara.see("│ nora")
    clara.type("hello, ours")
    nora.see("[clara] hello, ours")
    clara.press("M-4")
    clara.see("carl")
    clara.type("hello, theirs")
    carl.see("clara  hello, theirs")
    carl.type("and back")
    clara.see("carl  and back")
    assert "hello, theirs" not in nora.screen()
    assert "hello, ours" not in carl.screen()
    nora.type("news on ours")
    clara.see("2 #lobby             1│")
    clara.press("M-a")
    clara.see("nora  news on ours")


def test_one_that_dies_leaves_the_other(
    server: Server, ngircd: Ngircd, terminals: Terminals
) -> None:
    """It is marked, and comes back by itself, while one talks on the other."""
    nora = person(terminals, server)
    clara = on_both(terminals, server, ngircd)
    clara.press("M-2")
    clara.see("│ nora")
    ngircd.stop()
    clara.see("○ theirs")
    clara.type("still here")
    nora.see("[clara] still here")
    ngircd.start()
    clara.miss("○ theirs")
    clara.press("M-5")
    clara.see("#gear >", "@clara")


def test_one_that_is_stopped_blocks_nobody(
    server: Server, ngircd: Ngircd, terminals: Terminals
) -> None:
    """A server that hangs is no reason for the others to wait, nor for the end."""
    carl = chatclient(terminals, ngircd.port, nick="carl", width=100)
    carl.see("● connected · carl")
    clara = on_both(terminals, server, ngircd)
    server.signal(signal.SIGSTOP)
    clara.press("M-4")
    clara.see("carl")
    clara.type("are you there?")
    carl.see("clara  are you there?")
    clara.type("/quit")
    clara.dead()
    carl.see("clara left")
    server.signal(signal.SIGCONT)
