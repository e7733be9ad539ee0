"""WeeChat, as Debian has it."""

from pathlib import Path

import pytest

from tests.e2e.server import Server
from tests.interop.programs import irssi, netcat, weechat
from tests.interop.terminals import Terminals

pytestmark = pytest.mark.interop


def test_it_joins_and_talks(server: Server, terminals: Terminals) -> None:
    """With a person at netcat and one at irssi; what it does is seen."""
    nc = netcat(terminals, server.port)
    nc.type("/nick nora")
    nc.see("You are nora")
    irene = irssi(terminals, server.port)
    irene.see("no message of the day")
    irene.type("/join #lobby")
    wanda = weechat(terminals, server.port)
    wanda.see("no message of the day")
    wanda.type("/join #lobby")
    wanda.see("Channel #lobby: 3 nicks")
    wanda.type("hello from weechat 日本")
    nc.see("[wanda] hello from weechat 日本")
    irene.see("< wanda> hello from weechat 日本")
    nc.type("hello from nc")
    wanda.see("nora | hello from nc")
    wanda.type("/me nods")
    nc.see("** wanda nods")
    irene.see("* wanda nods")
    wanda.type("/nick wilma")
    nc.see("* wanda is now wilma")
    wanda.type("/quit see you")
    nc.see("* wilma left: see you")


def test_what_was_said_before_is_shown_with_its_time(terminals: Terminals, tmp_path: Path) -> None:
    """The last lines of a room come as a batch when it joins, and after a restart too."""
    with Server("--port", "0", "--data", tmp_path) as server:
        nc = netcat(terminals, server.port)
        for number in range(1, 31):
            nc.type(f"line {number}")
        nc.type("/names")
        nc.see("#lobby (1)")
        wanda = weechat(terminals, server.port)
        wanda.see("no message of the day")
        wanda.type("/join #lobby")
        screen = wanda.see("line 11", "line 30")
        assert "line 10" not in screen
        nc.type("the last one")
        wanda.see("the last one")
        server.kill()
    wanda.type("/buffer clear")
    wanda.miss("the last one")
    with Server("--port", str(server.port), "--data", tmp_path):
        wanda.see("the last one", "Channel #lobby: 1 nick")
