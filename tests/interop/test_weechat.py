"""WeeChat, as Debian has it."""

from pathlib import Path

import pytest

from tests.e2e.server import Server
from tests.interop.programs import irssi, netcat, person, redact, say_lines, typed_irc, weechat
from tests.interop.terminals import Terminals

pytestmark = pytest.mark.interop


def test_it_joins_and_talks(server: Server, terminals: Terminals) -> None:
    """With a person at netcat and one at irssi; what it does is seen."""
    nc = person(terminals, server)
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


def test_what_it_does_and_suffers_is_seen(server: Server, terminals: Terminals) -> None:
    """Away, a private message, putting somebody out, being put out, and coming again."""
    wanda = weechat(terminals, server.port)
    wanda.see("no message of the day")
    wanda.type("/join #ops")
    wanda.see("Channel #ops: 1 nick")
    nc = person(terminals, server)
    nc.type("/join #ops")
    wanda.see("(plain@127.0.0.1) has joined #ops")
    wanda.type("/away fishing")
    wanda.see("[wanda away: fishing]")
    nc.type("/msg wanda psst")
    nc.see("-> wanda is away: fishing")
    wanda.type("/away")
    wanda.see("[wanda back")
    wanda.type("/kick nora enough for today")
    nc.see("nora was put out", "by wanda: enough for today")
    nc.type("/join #ops")
    nc.see("you are in #ops with @wanda")
    wanda.type("/op nora")
    nc.see("wanda made nora an operator")
    nc.type("/kick wanda your turn")
    wanda.see("nora has kicked wanda (your turn)")
    wanda.type("/join #ops")
    wanda.see("Channel #ops: 2 nicks")
    wanda.type("here again")
    nc.see("[wanda] here again")


def test_it_shows_history_and_messages_of_several_lines(
    server: Server, terminals: Terminals
) -> None:
    """Line by line; and not what was removed from the history."""
    rita = typed_irc(terminals, server.port)
    rita.type("JOIN #ops")
    say_lines(rita, "#ops", "def f():", "", "    return 1")
    rita.type("PRIVMSG #ops :oops, my key")
    rita.see("oops, my key")
    redact(rita, "#ops", "my key")
    wanda = weechat(terminals, server.port)
    wanda.see("no message of the day")
    wanda.type("/join #ops")
    assert "my key" not in wanda.see("rita | def f():", "rita |     return 1")
    say_lines(rita, "#ops", "one more", "and another")
    wanda.see("rita | one more", "rita | and another")


def test_it_asks_for_what_it_missed_as_of_a_bouncer(server: Server, terminals: Terminals) -> None:
    """By `*playback`, as the script zncplayback does when it has connected."""
    rita = typed_irc(terminals, server.port)
    rita.type("JOIN #ops")
    rita.type("PRIVMSG #ops :hello")
    rita.see("PRIVMSG #ops :hello")
    wanda = weechat(terminals, server.port)
    wanda.see("no message of the day")
    wanda.type("/msg *playback PLAY * 0")
    wanda.type("/join #ops")
    wanda.see("rita | hello")


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
