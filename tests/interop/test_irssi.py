"""irssi, as Debian has it: what a person does in it, and what others see of that."""

import re
from pathlib import Path

import pytest

from tests.e2e.server import Server
from tests.interop.programs import chatclient, irssi, netcat, person, redact, say_lines, typed_irc
from tests.interop.terminals import Pane, Terminals

pytestmark = pytest.mark.interop


def join(pane: Pane, room: str = "#lobby") -> Pane:
    """Go into a room, and wait for who is there."""
    pane.see("There is no message of the day")
    pane.type(f"/join {room}")
    pane.see(f"Irssi: {room}: Total of")
    return pane


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_it_talks_with_netcat_and_chatclient(
    server: Server, terminals: Terminals, host: str
) -> None:
    """Over both families; all three read the same."""
    nc = person(terminals, server)
    clara = chatclient(terminals, server.port)
    clara.see("connected", "2 here")
    irene = join(irssi(terminals, server.port, host))
    nc.see("* irene joined")
    clara.see("irene joined")
    irene.type("hello from irssi, 你好 🎉")
    nc.see("[irene] hello from irssi, 你好 🎉")
    clara.see("irene: hello from irssi, 你好 🎉")
    nc.type("hello from nc")
    irene.see("< nora> hello from nc")
    clara.type("hello from clara")
    irene.see("< clara> hello from clara")
    nc.see("[clara] hello from clara")


def test_what_it_does_is_seen(server: Server, terminals: Terminals) -> None:
    """Nick, topic, action, away, a private message, part and quit."""
    nc = person(terminals, server)
    irene = join(irssi(terminals, server.port), "#ops")
    nc.type("/join #ops")
    nc.see("you are in #ops with @irene")
    irene.type("/topic all is \x0304,01\x02well")
    nc.see("* irene set the topic: all is well")
    irene.type("/me waves")
    nc.see("** irene waves")
    irene.type("/nick ilse")
    nc.see("* irene is now ilse")
    irene.type("/away fishing")
    irene.see("zZzZ")
    nc.type("/msg ilse psst")
    nc.see("-> ilse is away: fishing")
    irene.type("/msg nora yes?")
    nc.see("[ilse -> you] yes?")
    irene.type("/part #ops bye for now")
    nc.see("* ilse left #ops: bye for now")
    irene.type("/join #ops")
    nc.see("* ilse joined")
    irene.type("/quit gone home")
    irene.dead()
    nc.see("* ilse left: gone home")
    nc.type("/whois ilse")
    nc.see("nobody here is called ilse")


def test_it_shows_history_and_messages_of_several_lines(
    server: Server, terminals: Terminals
) -> None:
    """Line by line, those of before with their times; and not what was removed from the history."""
    rita = typed_irc(terminals, server.port)
    rita.type("JOIN #lobby")
    say_lines(rita, "#lobby", "def f():", "", "    return 1")
    rita.type("PRIVMSG #lobby :oops, my key")
    rita.see("oops, my key")
    irene = join(irssi(terminals, server.port))
    irene.see("< rita> def f():", "< rita>     return 1", "< rita> oops, my key")
    redact(rita, "#lobby", "my key")
    say_lines(rita, "#lobby", "one more", "and another")
    irene.see("< rita> one more", "< rita> and another")
    ida = join(irssi(terminals, server.port, nick="ida"))
    assert "my key" not in ida.see("< rita>     return 1", "< rita> and another")


def test_without_server_time_what_was_said_before_comes_as_notices(
    server: Server, terminals: Terminals
) -> None:
    """Of the server, each with its time: no log takes them for words of today."""
    rita = typed_irc(terminals, server.port)
    rita.type("JOIN #lobby")
    say_lines(rita, "#lobby", "first", "second")
    rita.see("BATCH -m")
    irene = irssi(terminals, server.port)
    irene.see("There is no message of the day")
    irene.type("/quote CAP REQ -server-time")
    join(irene)
    screen = irene.see("<rita> first", "<rita> second")
    notices = [line for line in screen.splitlines() if "!chat.localhost " in line]
    assert [re.sub("[0-9]", "0", line.partition("!chat.localhost ")[2]) for line in notices] == [
        "Said before, on 0000-00-00 (UTC):", "00:00 <rita> first", "00:00 <rita> second",
    ]  # fmt: skip


def test_it_puts_somebody_out(server: Server, terminals: Terminals) -> None:
    """Who was put out reads why, and what is said afterwards is not sent."""
    irene = join(irssi(terminals, server.port), "#ops")
    nc = person(terminals, server)
    nc.type("/join #ops")
    irene.see("nora [plain@127.0.0.1] has joined #ops")
    irene.type("/kick nora enough for today")
    nc.see("nora was put out", "by irene: enough for today")
    nc.type("am I still here?")
    nc.see("-> not sent")
    assert "am I still here" not in irene.screen()


def test_a_nick_that_is_taken_is_changed_a_little(server: Server, terminals: Terminals) -> None:
    """On connecting irssi takes another by itself; later it says that it is in use."""
    nc = person(terminals, server)
    pane = irssi(terminals, server.port, nick="nora")
    pane.see("There is no message of the day", "[nora_(+i)]")
    pane.type("/nick NORA")
    pane.see("Nick NORA is already in use")
    nc.type("/nick nora_")
    nc.see("somebody else is nora_")


def test_it_comes_back_after_a_restart(terminals: Terminals, tmp_path: Path) -> None:
    """By itself, into its rooms; the topic that it set is still there, and it rules its room."""
    with Server("--port", "0", "--data", tmp_path) as server:
        irene = join(irssi(terminals, server.port), "#ops")
        irene.type("/topic still here")
        irene.see("changed the topic of #ops to: still here")
        server.stop()
    irene.type("/clear")
    with Server("--port", str(server.port), "--data", tmp_path):
        irene.see("Irssi: #ops: Total of 1 nicks [1 ops", "Topic for #ops: still here")
        nc = netcat(terminals, server.port)
        nc.type("/join #ops")
        irene.see("has joined #ops")
        irene.type("back again")
        nc.see("[irene] back again")


def test_a_large_paste_arrives_whole_and_in_order(server: Server, terminals: Terminals) -> None:
    """200 lines, without flood control: the server never drops one."""
    nc = person(terminals, server)
    irene = join(irssi(terminals, server.port))
    irene.paste("".join(f"line {number} of 200\n" for number in range(1, 201)), bracketed=True)
    irene.see("Hit Ctrl-K to paste")
    irene.press("C-k")
    nc.see("[irene] line 200 of 200")
    said = [line for line in nc.everything().splitlines() if line.startswith("[irene]")]
    assert said == [f"[irene] line {number} of 200" for number in range(1, 201)]
