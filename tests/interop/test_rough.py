"""What real programs make of rough use: hostile bytes, long lines, colours, stops, many idle ones."""

import os
import signal
import socket
from contextlib import ExitStack

import pytest

from tests.e2e.server import Server
from tests.interop.programs import chatclient, irssi, netcat, person
from tests.interop.terminals import Pane, Terminals
from tests.interop.test_netcat import pipe

pytestmark = pytest.mark.interop

HOSTILE = (
    b"\x1b]2;stolen title\x07",
    b"\x1b[2J\x1b[H",
    b"\x1b[31;5m",
    b"\x1b[?1049h",
    b"\x1bPq\x1b\\",
    "\x9b31m\x9d2;stolen title\x9c".encode(),
    b"\x0e\x0f\x07\x08\x08\x08\x7f\x05",
    "\u202ereversed\u202c \u2066isolated\u2069 zero\u200bwidth \ufeff".encode(),
    b"over\rwritten",
)
"""Beginnings of lines that would move, colour, rename or confuse a terminal that obeys them."""


def three(server: Server, terminals: Terminals) -> tuple[Pane, Pane, Pane]:
    """Return the terminals of people at netcat, irssi and chatclient, all in the lobby."""
    nc = person(terminals, server)
    irene = irssi(terminals, server.port)
    irene.see("no message of the day")
    irene.type("/join #lobby")
    irene.see("Irssi: #lobby: Total of")
    clara = chatclient(terminals, server.port)
    clara.see("connected", "3 here")
    return nc, irene, clara


def test_nothing_from_netcat_controls_a_terminal(server: Server, terminals: Terminals) -> None:
    """No title, no colour, no other screen, no cursor elsewhere: at netcat, irssi and chatclient."""
    panes = three(server, terminals)
    before = [pane.state("pane_title") for pane in panes]
    lines = [b"%b end-%d" % (line, number) for number, line in enumerate(HOSTILE)]
    pipe(server.port, b"\n".join([*lines, b"all was sent", b""]))
    for pane in panes:
        pane.see("all was sent", *(f"end-{number}" for number in range(len(HOSTILE))))
    nc, _irene, clara = panes
    for pane in (nc, clara):  # irssi takes colours, and nothing else, from escape sequences itself
        pane.see("␛]2;stolen title␇ end-0", "␛[2J␛[H end-1", "␛[31;5m end-2")
    assert "\x1b" not in nc.screen(styled=True)
    assert [pane.state("pane_title") for pane in panes] == before
    assert nc.state("alternate_on") == "0"


def test_long_lines_arrive_whole(server: Server, terminals: Terminals) -> None:
    """8 KiB in one line: plain readers get one line, IRC clients several, none of it is lost."""
    nc, irene, clara = three(server, terminals)
    words = " ".join(f"word{number:04}" for number in range(900))
    assert len(words) < 8192
    pipe(server.port, f"{words}\nafter it\n{'x' * 8193}\n".encode())
    for pane in (nc, irene, clara):
        pane.see("after it")
        assert "xxx" not in pane.screen()
    for text in (nc.everything(), irene.screen(), clara.screen()):
        assert "word0899" in text
    [line] = [line for line in nc.everything().splitlines() if "word0000" in line]
    assert line.endswith(words)


def test_letters_of_all_kinds(server: Server, terminals: Terminals) -> None:
    """Wide, combining and joined ones, each typed in one program and shown in the others."""
    panes = three(server, terminals)
    texts = ("日本語 한국어", "e\u0301te\u0301 Ωμέγα", "🎉 🇩🇪 x")
    for writer, text in zip(panes, texts, strict=True):
        writer.paste(f"{text} end\n" if writer is panes[0] else f"{text} end")
        if writer is not panes[0]:
            writer.press("Enter")
        for reader in panes:
            if reader is not writer:
                reader.see(f"{text} end")


def test_colours_of_irssi(server: Server, terminals: Terminals) -> None:
    """Plain readers see the words alone, chatclient does not obey what it does not know."""
    nc, irene, clara = three(server, terminals)
    irene.type("\x0304red \x02bold\x02 \x0312,01blue\x03 plain")
    nc.see("[irene] red bold blue plain")
    clara.see("red bold blue plain")
    assert "\x1b[" not in nc.screen(styled=True)


@pytest.mark.parametrize("program", ["nc", "chatclient"])
def test_who_was_stopped_for_a_while_misses_nothing(
    server: Server, terminals: Terminals, program: str
) -> None:
    """A suspended program is not thrown out, and holds up nobody; woken, it shows everything."""
    if program == "nc":
        sleeper = netcat(terminals, server.port, name="sam")
        sleeper.type("/nick sam")
        sleeper.see("you are in #lobby")
    else:
        sleeper = chatclient(terminals, server.port, nick="sam")
        sleeper.see("you joined #lobby")
    nora = netcat(terminals, server.port, name="nora")
    nora.type("/nick nora")
    nora.see("you are in #lobby with sam")
    os.kill(sleeper.pid(), signal.SIGSTOP)
    try:
        pipe(server.port, "".join(f"line {number}\n" for number in range(500)).encode())
        nora.see("] line 499")
    finally:
        os.kill(sleeper.pid(), signal.SIGCONT)
    sleeper.see("line 499")
    nora.type("good morning")
    sleeper.see("good morning")
    assert "sam left" not in nora.everything()


def test_a_flood_past_a_stopped_client_harms_nobody(server: Server, terminals: Terminals) -> None:
    """More than the server holds for one reader: the others read on; who wakes up is back at once."""
    sleeper = chatclient(terminals, server.port, nick="sam")
    sleeper.see("you joined #lobby")
    nora = netcat(terminals, server.port, name="nora")
    nora.type("/nick nora")
    nora.see("you are in #lobby with sam")
    os.kill(sleeper.pid(), signal.SIGSTOP)
    try:
        for batch in range(12):
            lines = (f"{batch}-{number} {'z' * 200}\n" for number in range(5000))
            pipe(server.port, "".join(lines).encode())
            nora.see(f"] {batch}-4999")
    finally:
        os.kill(sleeper.pid(), signal.SIGCONT)
    sleeper.see("● connected", "2 here")
    nora.type("good morning")
    sleeper.see("nora: good morning")
    sleeper.type("good morning to you")
    nora.see("[sam] good morning to you")


def test_many_idle_people(server: Server, terminals: Terminals) -> None:
    """300 sit in the lobby and say nothing; who comes is served as ever, and they cost no CPU."""
    with ExitStack() as stack:
        for number in range(300):
            idler = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            idler.sendall(b"/nick idler%d\n" % number)
        nora = netcat(terminals, server.port, name="nora")
        nora.type("/nick nora")
        nora.see("you are in #lobby with")
        irene = irssi(terminals, server.port)
        irene.see("no message of the day")
        irene.type("/join #lobby")
        irene.see("Total of 302 nicks")
        clara = chatclient(terminals, server.port)
        clara.see("303 here")
        clara.type("good morning, all of you")
        nora.see("[clara] good morning, all of you")
        irene.see("< clara> good morning, all of you")
    nora.wait(lambda _: nora.everything().count("left: connection ") == 300, "alone again")
    nora.type("/names")
    nora.see("#lobby (3): nora irene clara")
