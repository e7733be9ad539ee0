"""Servers that we did not write, from Debian: ngircd, and inspircd with the services of atheme.

Each has a directory and ports of its own, and ends with the test. Ports are found free, and then told
to the server, as these servers cannot say which they were given.
"""

import socket
import subprocess
import time
from pathlib import Path

from tests.closing import Closing
from tests.interop.terminals import need

SECONDS = 20.0
_TLS = Path(__file__).parents[1] / "chatclient" / "tls"
CERTIFICATE, KEY = _TLS / "cert.pem", _TLS / "key.pem"


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as found:
        port: int = found.getsockname()[1]
        return port


class Foreign(Closing):
    """A server in the foreground: `command` with what it is configured by."""

    def __init__(self, directory: Path, *command: str | Path, port: int) -> None:
        self.port = port
        self._command = [str(word) for word in command]
        self._log = directory / f"{Path(self._command[0]).name}.log"
        self.start()

    def start(self) -> None:
        """Start it, and wait until it listens."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._log.parent,
            )
        end = time.monotonic() + SECONDS
        while not self._listens():
            assert self._process.poll() is None, self._log.read_text(errors="replace")[-3000:]
            assert time.monotonic() < end, f"{self._command[0]} does not listen on {self.port}"
            time.sleep(0.05)

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        """End it as its operator does."""
        self._process.terminate()
        self._process.wait(SECONDS)

    def close(self) -> None:
        """End it."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(SECONDS)


_NGIRCD = """\
[Global]
Name = irc.ngircd.test
Info = a server of others
Listen = ::,0.0.0.0
Ports = {port}
Network = Elsewhere
{identity}
[Limits]
ConnectRetry = 60
MaxConnectionsIP = 0
MaxNickLength = 16
[Options]
DNS = no
Ident = no
PAM = no
[SSL]
CertFile = {certificate}
KeyFile = {key}
Ports = {tls_port}
"""


class Ngircd(Foreign):
    """A small server of the old kind: hardly any capabilities, no history, no accounts."""

    def __init__(self, directory: Path) -> None:
        self.tls_port = free_port()
        port = free_port()
        written = _NGIRCD.format(
            port=port, tls_port=self.tls_port, certificate=CERTIFICATE, key=KEY, identity=""
        )
        path = directory / "ngircd.conf"
        path.write_text(written)
        super().__init__(directory, need("ngircd", "ngircd"), "-n", "-f", path, port=port)


_INSPIRCD = """\
<server name="irc.inspircd.test" description="a server of others" network="Elsewhere" id="0AA">
<admin name="nobody" nick="nobody" email="nobody@example.org">
<bind address="127.0.0.1" port="{port}" type="clients">
<bind address="::1" port="{port}" type="clients">
<sslprofile name="tls" provider="gnutls" certfile="{certificate}" keyfile="{key}"
  mindhbits="1024" hash="sha256" requestclientcert="yes">
<bind address="127.0.0.1" port="{tls_port}" type="clients" sslprofile="tls">
<bind address="127.0.0.1" port="{services_port}" type="servers">
<connect name="all" allow="*" timeout="20" threshold="1000" commandrate="100000"
  softsendq="262144" hardsendq="1048576" recvq="65536" localmax="100" globalmax="100"
  resolvehostnames="no" useident="no">
<performance quietbursts="yes" softlimit="1024" somaxconn="128">
<options prefixquit="Quit: " syntaxhints="no" casemapping="rfc1459">
<log method="file" level="default" type="* -USERINPUT -USEROUTPUT" target="{directory}/inspircd.log">
<pid file="{directory}/inspircd.pid">
<path datadir="{directory}" logdir="{directory}" runtimedir="{directory}">
<link name="services.test" ipaddr="127.0.0.1" port="{services_port}" allowmask="127.0.0.1"
  sendpass="between" recvpass="between" statshidden="yes">
<uline server="services.test" silent="yes">
<sasl target="services.test" requiressl="no">
<module name="ssl_gnutls">
<module name="sslinfo">
<module name="spanningtree">
{modules}"""
_INSPIRCD_MODULES = (
    *("banexception", "cap", "chghost", "ircv3", "ircv3_accounttag", "ircv3_batch"),
    *("ircv3_capnotify", "ircv3_chghost", "ircv3_ctctags", "ircv3_echomessage"),
    *("ircv3_invitenotify", "ircv3_labeledresponse", "ircv3_msgid", "ircv3_servertime"),
    *("customprefix", "monitor", "namesx", "sasl", "services_account", "setname", "uhnames"),
)
_ATHEME = """\
loadmodule "modules/backend/opensex";
loadmodule "modules/crypto/posix";
loadmodule "modules/protocol/inspircd";
loadmodule "modules/nickserv/main";
loadmodule "modules/nickserv/cert";
loadmodule "modules/nickserv/identify";
loadmodule "modules/nickserv/logout";
loadmodule "modules/nickserv/register";
loadmodule "modules/nickserv/set_core";
loadmodule "modules/nickserv/set_password";
loadmodule "modules/saslserv/main";
loadmodule "modules/saslserv/plain";
loadmodule "modules/saslserv/external";
serverinfo {{
  name = "services.test"; desc = "services"; numeric = "00A"; recontime = 1; netname = "Elsewhere";
  adminname = "nobody"; adminemail = "nobody@example.org"; registeremail = "nobody@example.org";
  mta = "/bin/true"; loglevel = {{ error; info; }}; maxlogins = 5; maxusers = 5; mdlimit = 30;
  emaillimit = 10; emailtime = 300; auth = none; casemapping = rfc1459;
}};
uplink "irc.inspircd.test" {{
  host = "127.0.0.1"; port = {services_port}; send_password = "between"; receive_password = "between";
}};
nickserv {{ nick = "NickServ"; user = "NickServ"; host = "services.test"; real = "names"; aliases {{ }}; }};
saslserv {{ nick = "SaslServ"; user = "SaslServ"; host = "services.test"; real = "logins"; }};
general {{ helpchan = "#help"; commit_interval = 5; default_clone_limit = 100; }};
"""


class Inspircd(Foreign):
    """A large server with most of IRCv3, and services for accounts."""

    def __init__(self, directory: Path) -> None:
        port, self.tls_port, services_port = free_port(), free_port(), free_port()
        path = directory / "inspircd.conf"
        path.write_text(
            _INSPIRCD.format(
                port=port,
                tls_port=self.tls_port,
                services_port=services_port,
                certificate=CERTIFICATE,
                key=KEY,
                directory=directory,
                modules="".join(f'<module name="{name}">\n' for name in _INSPIRCD_MODULES),
            )
        )
        (directory / "atheme.conf").write_text(_ATHEME.format(services_port=services_port))
        self._directory = directory
        command = ("--nofork", "--nopid", "--runasroot", "--config", path)
        super().__init__(directory, need("inspircd", "inspircd"), *command, port=port)
        self._services: subprocess.Popen[bytes] | None = None

    def start_services(self) -> None:
        """Start atheme, anew if it runs: it takes its time to find a server that was gone."""
        self._stop_services()
        directory = self._directory
        (directory / "data").mkdir(exist_ok=True)
        with (directory / "atheme.out").open("ab") as log:
            self._services = subprocess.Popen(
                [
                    *(need("atheme-services", "atheme-services"), "-n"),
                    *("-c", directory / "atheme.conf", "-l", directory / "atheme.log"),
                    *("-p", directory / "atheme.pid", "-D", directory / "data"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=directory,
            )
        end = time.monotonic() + SECONDS
        while not self._takes_logins():
            assert time.monotonic() < end, (directory / "atheme.out").read_text()[-3000:]
            time.sleep(0.1)

    def _takes_logins(self) -> bool:
        """Say whether the server offers SASL, as it does when its services are there."""
        with socket.create_connection(("127.0.0.1", self.port), SECONDS) as peer:
            peer.sendall(b"CAP LS 302\r\n")
            offered = b""
            while b" LS :" not in offered or not offered.endswith(b"\r\n"):
                offered += peer.recv(4096)
        return b" sasl=" in offered

    def _stop_services(self) -> None:
        if self._services and self._services.poll() is None:
            self._services.terminate()  # it writes down its accounts
            self._services.wait(SECONDS)

    def close(self) -> None:
        """End both."""
        self._stop_services()
        super().close()
