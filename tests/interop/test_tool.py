"""chatclient as a tool, heard by a person at netcat, and told its exit status to the shell."""

import pytest

from tests.e2e.server import Server
from tests.interop.programs import CHATCLIENT, netcat, person
from tests.interop.terminals import Terminals

pytestmark = pytest.mark.interop


def test_the_shell_learns_whether_it_was_kept(server: Server, terminals: Terminals) -> None:
    """0 for what the server acknowledged, 1 for what it refused, 3 without a connection."""
    nc = person(terminals, server)
    shell = terminals.shell()
    tool = f"{CHATCLIENT} ::1 {server.port}"
    shell.type(f"{tool} --send 'hello from a script'; echo status $?")
    nc.see("] hello from a script")
    shell.see("\nstatus 0")
    shell.type(f"printf 'one\\ntwo\\n' | {tool} -; echo status $?")
    nc.see("] one", "] two")
    shell.type(f"clear; {tool} --room 'no room' --send hello; echo status $?")
    shell.wait(lambda screen: "\nstatus 1" in screen or "\nstatus 2" in screen, "was refused")
    shell.type(f"clear; {CHATCLIENT} 127.0.0.1 1 --send hello; echo status $?")
    shell.see("\nstatus 3")


def test_what_is_heard_is_json(server: Server, terminals: Terminals) -> None:
    """A line for each message, until Ctrl+C."""
    shell = terminals.shell(width=200)
    shell.type(f"{CHATCLIENT} 127.0.0.1 {server.port} --nick ears --json | grep message")
    nc = netcat(terminals, server.port)
    nc.type("/nick nora")
    nc.see("You are nora", "ears")
    nc.type('a "quoted" 日本 line')
    shell.see('"nora"', r"a \"quoted\"")
    shell.press("C-c")
    nc.see("* ears left")
