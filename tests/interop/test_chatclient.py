"""chatclient on the whole screen of a real terminal, with people at netcat and irssi."""

import re
import signal
from pathlib import Path

import pytest

from tests.e2e.server import Server
from tests.interop.programs import CHATCLIENT, chatclient, irssi, netcat, person
from tests.interop.terminals import Terminals

pytestmark = pytest.mark.interop


@pytest.mark.parametrize(("host", "family"), [("127.0.0.1", "IPv4"), ("::1", "IPv6")])
def test_it_talks(server: Server, terminals: Terminals, host: str, family: str) -> None:
    """With netcat and irssi; the status line says how it is connected."""
    nc = person(terminals, server)
    irene = irssi(terminals, server.port)
    irene.see("no message of the day")
    irene.type("/join #lobby")
    nc.see("* irene joined")
    clara = chatclient(terminals, server.port, host=host, width=100)
    clara.see("● connected · clara", family, "3 here", "│ irene", "│ nora")
    clara.type("hello 你好 🎉")
    nc.see("[clara] hello 你好 🎉")
    irene.see("< clara> hello 你好 🎉")
    nc.type("hello from nc")
    irene.type("hello from irssi")
    clara.see("nora  hello from nc", "irene  hello from irssi")
    clara.type("/me nods")
    nc.see("** clara nods")


def test_rooms_are_entered_and_left(server: Server, terminals: Terminals) -> None:
    """/join, /topic, /msg, /nick, /part, unread rooms, Alt and a number."""
    clara = chatclient(terminals, server.port)
    clara.see("connected", "1 here")
    nc = person(terminals, server)
    clara.type("/join #ops")
    clara.see("3 #ops", "#ops >", "1 here")
    clara.type("/topic all is well")
    clara.see("#ops · all is well")
    nc.type("news in the lobby")
    clara.see("2 #lobby       1│")
    clara.press("M-2")
    clara.see("nora: news in the lobby", "#lobby >")
    clara.type("/msg nora psst")
    nc.see("[clara -> you] psst")
    nc.type("/reply yes?")
    clara.see("4 nora        !1│")
    clara.press("M-a")
    clara.see("nora  yes?", "nora >")
    clara.type("/nick chris")
    nc.see("* clara is now chris")
    clara.press("M-3")
    clara.type("/part done here")
    clara.see("← you left #ops", "You are not in this room. /join goes in")
    clara.type("/join #lobby")
    clara.see("2 here")


def test_one_reads_back(server: Server, terminals: Terminals) -> None:
    """While one reads what was before, what is new waits below; Ctrl+End shows it."""
    nc = person(terminals, server)
    clara = chatclient(terminals, server.port)
    clara.see("connected", "2 here")
    nc.paste("".join(f"line {number}\n" for number in range(1, 201)))
    clara.see("nora: line 200")
    clara.press("C-Home")
    clara.see("nora: line 1 ", "more lines below")
    nc.type("something new")
    clara.press("PageDown")
    screen = clara.miss("nora: line 1 ")
    assert "something new" not in screen
    clara.press("C-End")
    clara.see("nora: something new")


def test_every_size_is_usable(server: Server, terminals: Terminals) -> None:
    """The input is there in the smallest terminal; lists come with the room for them."""
    nc = person(terminals, server)
    clara = chatclient(terminals, server.port)
    clara.see("connected", "│ nora")
    for number, (width, height) in enumerate([(132, 40), (40, 12), (20, 6), (10, 2)]):
        clara.resize(width, height)
        if width >= 80:
            clara.see("│ nora")
        else:
            clara.miss("│ nora")
        clara.type(f"from {width} columns")
        nc.see(f"[clara] from {width} columns")
        nc.type(f"answer {number}")
    clara.resize(80, 24)
    clara.see("│ nora", *(f"nora: answer {number}" for number in range(4)))


def test_a_paste_is_sent_by_enter_alone(server: Server, terminals: Terminals) -> None:
    """Then it arrives whole and in order."""
    nc = person(terminals, server)
    clara = chatclient(terminals, server.port)
    clara.see("connected", "2 here")
    clara.paste("".join(f"line {number} of 200\n" for number in range(1, 201)), bracketed=True)
    clara.see("Enter sends 200 lines in 2 messages")
    assert "line 1 of 200" not in nc.screen()
    clara.press("Enter")
    nc.see("[clara] line 200 of 200")
    said = [line for line in nc.everything().splitlines() if line.startswith("[clara]")]
    assert said == [f"[clara] line {number} of 200" for number in range(1, 201)]


def test_fast_typing_leaves_no_menu(server: Server, terminals: Terminals) -> None:
    """A line that is sent before completions come takes them with it."""
    nc = person(terminals, server)
    clara = chatclient(terminals, server.port)
    clara.see("connected", "│ nora")
    for number in range(5):
        clara.type(f"/me types {number}")
        clara.type(f"fast {number}")
        nc.see(f"[clara] fast {number}")  # more at once would be a paste
    clara.see("clara: fast 4")
    rooms = [line.split("│")[0].strip() for line in clara.screen().splitlines()[1:-2]]
    assert [room for room in rooms if room] == ["1 Chat", "2 #lobby"]


def test_it_comes_back_to_a_server_that_was_killed(terminals: Terminals, tmp_path: Path) -> None:
    """Into the same rooms; what could not be sent waits, and is said once, in its order."""
    with Server("--port", "0", "--data", tmp_path) as server:
        clara = chatclient(terminals, server.port, "--room", "#ops", "--room", "#more")
        clara.see("connected", "2 #ops", "3 #more")
        clara.press("M-2")
        clara.type("before")
        clara.wait(lambda screen: bool(re.search(r"\d✓clara: before", screen)), "kept")
        server.signal(signal.SIGSTOP)
        clara.type("not kept")
        clara.see("clara: not kept")
        server.kill()
    clara.see("reconnecting in")
    clara.type("typed offline")
    clara.see("···  clara: typed offline")
    with Server("--port", str(server.port), "--data", tmp_path):
        clara.type("/reconnect")
        clara.see("● connected", "1 here", "clara: not kept", "clara: typed offline")
        nc = netcat(terminals, server.port)
        nc.type("/nick nora")
        nc.type("/join #more")
        nc.see("you are in #more with @clara")
        nc.type("/join #ops")
        nc.see("you are in #ops with @clara", "[clara] before")
        clara.type("after")
        nc.see("[clara] after")
        said = [line[6:] for line in nc.everything().splitlines() if "[clara]" in line]
        assert [line.rpartition("] ")[2] for line in said] == [
            "before",
            "not kept",
            "typed offline",
            "after",
        ]


@pytest.mark.parametrize("way", ["/quit see you", "C-c", "C-d"])
def test_leaving_gives_the_terminal_back(server: Server, terminals: Terminals, way: str) -> None:
    """The shell's screen is as it was, its line editing works, and the exit status is 0."""
    shell = terminals.shell()
    shell.type("echo before")
    shell.see("\nbefore")
    shell.type(f"{CHATCLIENT} 127.0.0.1 {server.port}")
    shell.see("connected", "1 here")
    assert shell.state("alternate_on") == "1"
    if way.startswith("/"):
        shell.type(way)
    else:
        shell.press(way)
    shell.prompt()
    shell.type("echo status $?")
    shell.see("\nbefore", "\nstatus 0")
    assert shell.state("alternate_on") == "0"
    assert shell.state("cursor_flag") == "1"
    assert shell.state("mouse_any_flag") == "0"
    shell.type("stty -a | grep -ow -e '-echo' -e '-icanon'; echo checked")
    screen = shell.see("\nchecked")
    assert not {"-echo", "-icanon"} & set(screen.splitlines())


def test_suspended_and_woken(server: Server, terminals: Terminals) -> None:
    """Ctrl+Z gives the shell back; after `fg` everything that was said is there."""
    nc = person(terminals, server)
    shell = terminals.shell("shell", "bash", "--norc")
    shell.type(f"{CHATCLIENT} 127.0.0.1 {server.port} --nick clara")
    shell.see("connected", "│ nora")
    shell.press("C-z")
    shell.see("Stopped")
    nc.type("said while it was stopped")
    shell.type("fg")
    shell.see("nora: said while it was stopped")
    shell.type("awake")
    nc.see("[clara] awake")
