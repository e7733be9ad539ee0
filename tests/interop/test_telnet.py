"""GNU telnet, as Debian has it: its protocol stays out of the chat."""

import pytest

from tests.e2e.server import Server
from tests.interop.programs import person, telnet
from tests.interop.terminals import Terminals

pytestmark = pytest.mark.interop


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_it_joins_and_talks(server: Server, terminals: Terminals, host: str) -> None:
    """Lines end with CR LF in both directions: no stairs on its screen, no CR on others'."""
    nc = person(terminals, server)
    tn = telnet(terminals, server.port, host)
    tn.see("-> welcome to Chat.")
    tn.type("/nick tilda")
    tn.see("\n-> welcome to Chat. You are tilda;", "\n-> you are in #lobby with nora")
    tn.type("hello from telnet")
    nc.see("\n[tilda] hello from telnet")
    nc.type("hello from nc")
    tn.see("\n[nora] hello from nc")


def test_its_commands_are_swallowed(server: Server, terminals: Terminals) -> None:
    """Ctrl-C and `send` are answered, so that it goes on showing what comes, and nobody sees them."""
    nc = person(terminals, server)
    tn = telnet(terminals, server.port)
    tn.see("-> welcome to Chat.")
    tn.type("/nick tilda")
    nc.see("* tilda joined")
    tn.press("C-c")
    tn.type("after Ctrl-C")
    nc.see("[tilda] after Ctrl-C")
    tn.press("C-]")
    tn.see("telnet>")
    tn.type("send ayt")
    tn.type("after AYT")
    nc.see("[tilda] after AYT")
    nc.type("do you still see this?")
    tn.see("[nora] do you still see this?")


def test_all_letters_can_be_sent(server: Server, terminals: Terminals) -> None:
    """It takes a byte of 本 for Ctrl-backslash at first, until the server asks it for eight bits."""
    nc = person(terminals, server)
    tn = telnet(terminals, server.port)
    tn.see("-> welcome to Chat.")
    tn.type("/nick tilda")
    nc.see("* tilda joined")
    tn.type("日本")
    tn.see("\n-> not UTF-8 text; it was not sent")
    tn.type("日本 again")
    nc.see("[tilda] 日本 again")
    nc.type("你好")
    tn.see("\n[nora] 你好")
