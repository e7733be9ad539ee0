"""irssi and WeeChat over TLS with accounts: they log in, talk, come back, and share one nick."""

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
from tests.interop.programs import chatclient, irssi_account, person, weechat_account
from tests.interop.terminals import Terminals

pytestmark = pytest.mark.interop


@BY_PASSWORD_AND_CERTIFICATE
@OVER_BOTH_FAMILIES
def test_irssi_logs_in(
    secure: Server,
    terminals: Terminals,
    tmp_path: Path,
    host: str,
    by_certificate: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """By PLAIN and by EXTERNAL, over both families; and talks with everybody."""
    nc = person(terminals, secure)
    clara = chatclient(terminals, secure.port)
    clara.see("connected", "2 here")
    login = account(secure, "irene", tmp_path, by_certificate=by_certificate)
    irene = irssi_account(terminals, tls_port(secure), login, host)
    irene.see("Irssi: #lobby: Total of")
    nc.see("* irene joined")
    irene.type("hello from irssi, 你好 🎉")
    nc.see("[irene] hello from irssi, 你好 🎉")
    clara.see("irene: hello from irssi, 你好 🎉")
    clara.type("hello from clara")
    irene.see("< clara> hello from clara")
    irene.type("/whois irene")
    irene.type("/window goto 1")
    irene.see("is using a secure connection", "account  : irene")


@BY_PASSWORD_AND_CERTIFICATE
@OVER_BOTH_FAMILIES
def test_weechat_logs_in(
    secure: Server,
    terminals: Terminals,
    tmp_path: Path,
    host: str,
    by_certificate: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """By SCRAM-SHA-256 and by EXTERNAL, over both families; and talks with everybody."""
    nc = person(terminals, secure)
    clara = chatclient(terminals, secure.port)
    clara.see("connected", "2 here")
    login = account(secure, "wanda", tmp_path, by_certificate=by_certificate)
    wanda = weechat_account(terminals, tls_port(secure), login, host)
    wanda.see("Channel #lobby: 3 nicks")
    nc.see("* wanda joined")
    wanda.type("hello from weechat 日本")
    nc.see("[wanda] hello from weechat 日本")
    clara.see("wanda: hello from weechat 日本")
    nc.type("hello from nc")
    wanda.see("nora | hello from nc")
    wanda.type("/whois wanda")
    wanda.type("/buffer here")
    wanda.see("using a secure connection", "is logged in as wanda")


def test_two_devices_are_one_person(secure: Server, terminals: Terminals, tmp_path: Path) -> None:
    """Both have one nick; each shows what the other says, and only the last one leaves."""
    nc = person(terminals, secure)
    login = account(secure, "ann", tmp_path)
    irene = irssi_account(terminals, tls_port(secure), login, nick="ann")
    irene.see("Irssi: #lobby: Total of 2 nicks")
    nc.see("* ann joined")
    wanda = weechat_account(terminals, tls_port(secure), login, nick="ann-w")
    wanda.see("Channel #lobby: 2 nicks")
    irene.type("said in irssi")
    wanda.see("said in irssi")
    wanda.type("said in weechat")
    irene.see("said in weechat")
    nc.type("/msg ann psst")
    irene.see("psst")
    irene.type("/quit")
    irene.dead()
    wanda.type("still here")
    nc.see("[ann] said in irssi", "[ann] said in weechat", "[ann] still here")
    assert "joined" not in nc.screen().partition("* ann joined")[2]
    wanda.type("/quit")
    nc.see("* ann left")


def test_who_is_always_on_reads_what_they_missed(
    secure: Server, terminals: Terminals, tmp_path: Path
) -> None:
    """In the room and to them alone, in either program; they are there while no program is."""
    nc = person(terminals, secure)
    login = account(secure, "ann", tmp_path)
    irene = irssi_account(terminals, tls_port(secure), login, nick="ann")
    irene.see("Irssi: #lobby: Total of 2 nicks")
    irene.type("/msg NickServ SET ALWAYSON ON")
    nc.see("* ann joined")
    irene.see("stays in its rooms")
    irene.type("/quit")
    irene.dead()
    nc.type("said while she was away")
    nc.type("/msg ann psst, for later")
    nc.see("-> ann is away: not connected")
    assert "ann left" not in nc.screen()
    wanda = weechat_account(terminals, tls_port(secure), login, nick="ann-w")
    wanda.see("nora | said while she was away", "3.  nora")
    wanda.type("/buffer nora")
    wanda.see("nora | psst, for later")
    wanda.type("/quit")
    wanda.dead()
    nc.type("said once more")
    nc.type("/msg ann and this")
    again = irssi_account(terminals, tls_port(secure), login, nick="ann-i")
    again.see("<nora> and this")
    again.type("/window goto #lobby")
    again.see("< nora> said once more")
    assert "ann left" not in nc.screen()


def test_they_come_back_after_a_restart(terminals: Terminals, tmp_path: Path) -> None:
    """By themselves, over TLS, logged in, into their rooms, with what was said meanwhile."""
    with Server(*arguments(tmp_path)) as server:
        ports = server.port, tls_port(server)
        login = account(server, "irene", tmp_path), account(server, "wanda", tmp_path)
        irene = irssi_account(terminals, ports[1], login[0])
        irene.see("Irssi: #lobby: Total of")
        wanda = weechat_account(terminals, ports[1], login[1])
        wanda.see("Channel #lobby: 2 nicks")
        irene.type("before")
        wanda.see("irene | before")
        server.stop()
    irene.type("/clear")
    wanda.type("/buffer clear")
    with Server(*arguments(tmp_path, *ports)) as server:
        irene.see("Irssi: #lobby: Total of")
        wanda.see("Channel #lobby: ")
        nc = person(terminals, server)
        nc.see("you are in #lobby with", "irene", "wanda", "[irene] before")
        wanda.type("back again")
        irene.see("< wanda> back again")
        irene.type("me too")
        nc.see("[wanda] back again", "[irene] me too")
