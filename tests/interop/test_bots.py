"""Limnoria and a bot made with pydle: over TLS, logged in, and what they do is seen by all."""

from pathlib import Path

import pytest

from tests.e2e.server import Server
from tests.e2e.test_tls import tls_port
from tests.interop.accounts import (
    BY_PASSWORD_AND_CERTIFICATE,
    OVER_BOTH_FAMILIES,
    account,
    arguments,
)
from tests.interop.bots import limnoria, pydle
from tests.interop.programs import chatclient, person
from tests.interop.terminals import Terminals

pytestmark = pytest.mark.interop


@BY_PASSWORD_AND_CERTIFICATE
@OVER_BOTH_FAMILIES
def test_limnoria_logs_in_and_answers(
    secure: Server,
    terminals: Terminals,
    tmp_path: Path,
    host: str,
    by_certificate: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """By SCRAM-SHA-256 and by EXTERNAL, over both families; people at netcat and chatclient."""
    nc = person(terminals, secure)
    clara = chatclient(terminals, secure.port)
    clara.see("connected", "2 here")
    login = account(secure, "lima", tmp_path, by_certificate=by_certificate)
    limnoria(terminals, tls_port(secure), login, host)
    nc.see("* lima joined")
    nc.type("lima: echo you are there")
    nc.see("[lima] you are there")
    clara.type("lima: echo 你好 🎉")
    clara.see("lima: [bot] 你好 🎉")


def test_limnoria_obeys_its_owner(secure: Server, terminals: Terminals, tmp_path: Path) -> None:
    """Away, another nick, putting somebody out; and it comes again when it is put out itself."""
    nc = person(terminals, secure)
    limnoria(terminals, tls_port(secure), account(secure, "lima", tmp_path))
    nc.see("* lima joined")
    nc.type("lima: ircquote AWAY :at lunch")
    nc.type("lima: echo gone")
    nc.see("[lima] gone")
    nc.type("/msg lima echo hello")
    nc.see("-> lima is away: at lunch", "[lima -> you] hello")
    nc.type("lima: nick lina")
    nc.see("* lima is now lina")
    nc.type("lina: join #ops")
    nc.type("lina: echo there")
    nc.see("[lina] there")
    nc.type("/join #ops")
    nc.see("you are in #ops with @lina")
    nc.type("lina: kick nora enough")
    nc.see("nora was put out", "by lina: enough")
    nc.type("/join #ops")
    nc.type("lina: op nora")
    nc.see("lina made nora an operator")
    nc.type("/kick lina your turn")
    nc.see("* lina was put out by nora: your turn\n* lina joined")


@BY_PASSWORD_AND_CERTIFICATE
@OVER_BOTH_FAMILIES
def test_pydle_logs_in_and_does_what_it_is_told(
    secure: Server,
    terminals: Terminals,
    tmp_path: Path,
    host: str,
    by_certificate: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """By PLAIN and by EXTERNAL; it knows from WHOIS who it is, and takes another nick.

    It reads one line of CAP LS alone, so that it logs in a moment after it has connected, as anybody.
    """
    nc = person(terminals, secure)
    login = account(secure, "robot", tmp_path, by_certificate=by_certificate)
    pydle(terminals, tls_port(secure), login, host)
    nc.see("* pia joined")
    nc.type("!say hello, 世界")
    nc.see("[pia] hello, 世界")
    nc.type("!whoami")
    nc.see("[pia] account robot, secure True")
    nc.type("!away at lunch")
    nc.type("!nick pina")
    nc.see("* pia is now pina")
    nc.type("/msg pina hello?")
    nc.see("-> pina is away: at lunch")


def test_pydle_puts_out_and_is_put_out(
    secure: Server, terminals: Terminals, tmp_path: Path
) -> None:
    """What was said before it came is read to it as notices, which no bot obeys."""
    nc = person(terminals, secure)
    nc.type("!say old news")
    pydle(terminals, tls_port(secure), account(secure, "robot", tmp_path))
    nc.see("* pia joined")
    nc.type("!heard")
    nc.see("[pia] read ", "<nora> !say old news")
    assert "[pia] old news" not in nc.screen()
    nc.type("!join #ops")
    nc.type("!say it has joined")
    nc.see("[pia] it has joined")
    nc.type("/join #ops")
    nc.see("you are in #ops with @pia")
    nc.type("!kick nora")
    nc.see("nora was put out", "by pia: as ordered")
    nc.type("/join #den")
    nc.type("/msg #lobby !join #den")
    nc.wait(lambda screen: "* pia joined" in screen.rpartition("!join #den")[2], "saw pia there")
    nc.type("/kick pia your turn")
    nc.see("[pia -> you] pia was put out of #den: your turn")


def test_they_come_back_after_a_restart(terminals: Terminals, tmp_path: Path) -> None:
    """By themselves, into their room, and answer there."""
    with Server(*arguments(tmp_path)) as server:
        ports = server.port, tls_port(server)
        nc = person(terminals, server)
        limnoria(terminals, ports[1], account(server, "lima", tmp_path))
        pydle(terminals, ports[1], account(server, "robot", tmp_path))
        nc.see("* lima joined", "* pia joined")
        server.stop()
    with Server(*arguments(tmp_path, *ports)) as server:
        again = person(terminals, server, "nina")
        again.wait(lambda screen: "lima" in screen and "pia" in screen, "both back")
        again.type("lima: echo still here")
        again.type("!say me too")
        again.see("[lima] still here", "[pia] me too")
