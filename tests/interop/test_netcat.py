r"""OpenBSD's netcat, as Debian has it: `printf 'hi\n' | nc -N`, and a person who types."""

import subprocess

import pytest

from tests.e2e.server import Server
from tests.interop.programs import netcat, person
from tests.interop.terminals import SECONDS, Terminals, need

pytestmark = pytest.mark.interop


def pipe(port: int, text: bytes, host: str = "127.0.0.1") -> str:
    """Send what a script pipes into `nc -N`, and return what it prints until it ends by itself."""
    program = need("nc", "netcat-openbsd")
    done = subprocess.run(
        [program, "-N", host, str(port)],
        input=text,
        capture_output=True,
        timeout=SECONDS,
        check=True,
    )
    return done.stdout.decode()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_one_line_is_delivered(server: Server, terminals: Terminals, host: str) -> None:
    """Over both families and by name, and netcat ends by itself."""
    nc = person(terminals, server)
    heard = pipe(server.port, b"hi\n", host)
    assert "you are in #lobby with nora" in heard
    assert heard.endswith("-> goodbye: connection closed\n")
    nc.see("] hi")


def test_a_line_without_its_end_is_delivered_too(server: Server, terminals: Terminals) -> None:
    """`printf hi | nc -N`."""
    nc = netcat(terminals, server.port)
    nc.type("/names")
    nc.see("#lobby (1)")
    pipe(server.port, b"no line feed")
    nc.see("] no line feed")


def test_people_talk_over_both_families(server: Server, terminals: Terminals) -> None:
    """Two terminals, as in the README."""
    four = netcat(terminals, server.port, name="four")
    six = netcat(terminals, server.port, "::1", name="six")
    four.see("-> welcome to Chat. Type something to join #lobby, or /help")
    four.type("/nick four")
    four.see("You are four; /nick NAME changes that")
    six.type("/nick six")
    four.see("* six joined")
    six.type("hello, four")
    four.see("[six] hello, four")
    four.type("/msg six psst")
    six.see("[four -> you] psst")
    six.type("/reply yes?")
    four.see("[six -> you] yes?")
    six.type("/quit good night")
    six.see("-> goodbye")
    four.see("* six left: good night")


def test_help_fits_a_terminal(server: Server, terminals: Terminals) -> None:
    """Each command has one line of at most 80 columns."""
    nc = netcat(terminals, server.port)
    nc.type("/help")
    nc.see("//text")
    assert all(len(line) <= 80 for line in nc.everything().splitlines())


def test_a_large_paste_arrives_whole_and_in_order(server: Server, terminals: Terminals) -> None:
    """Into a terminal, as people paste logs."""
    nora = person(terminals, server)
    ned = netcat(terminals, server.port, name="ned")
    ned.type("/nick ned")
    nora.see("* ned joined")
    ned.paste("".join(f"line {number} of 200\n" for number in range(1, 201)))
    nora.see("[ned] line 200 of 200")
    said = [line for line in nora.everything().splitlines() if line.startswith("[ned]")]
    assert said == [f"[ned] line {number} of 200" for number in range(1, 201)]


def test_ctrl_c_is_told_to_the_room(server: Server, terminals: Terminals) -> None:
    """As people end netcat."""
    nora = person(terminals, server)
    ned = netcat(terminals, server.port, name="ned")
    ned.type("/nick ned")
    nora.see("* ned joined")
    ned.press("C-c")
    ned.dead()
    nora.see("* ned left: connection closed")
